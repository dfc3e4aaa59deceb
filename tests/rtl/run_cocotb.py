"""Builds dot_product_lane for Icarus, with parameter BUG, and runs cocotb_dot_product_lane in it.

usage: run_cocotb.py BUG BUILD_DIRECTORY. Exit status 0 only if tests ran and all passed.
"""

import sys
from pathlib import Path

from cocotb_tools.check_results import get_results
from cocotb_tools.runner import get_runner


def main():
    bug, build = int(sys.argv[1]), Path(sys.argv[2]).resolve()
    here = Path(__file__).resolve().parent
    runner = get_runner("icarus")
    runner.build(
        sources=[here / "dot_product_lane.sv"],
        hdl_toplevel="dot_product_lane",
        parameters={"BUG": bug},
        build_args=["-g2012"],
        timescale=("1ns", "1ps"),
        build_dir=build,
        always=True,
    )
    results = runner.test(
        hdl_toplevel="dot_product_lane",
        test_module="cocotb_dot_product_lane",
        build_dir=build,
        test_dir=build,
        extra_env={"PYTHONPATH": str(here)},
    )
    ran, failed = get_results(results)
    return 0 if ran > 0 and failed == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
