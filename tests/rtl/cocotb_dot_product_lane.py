"""Drives dot_product_lane with the .npy tensors of a suite's linear W8A8 cases and compares every accumulator.

Runs inside the simulator. Environment: QREF_SUITE, the suite's directory; QREF_CASES, a file with a line
"rows columns depth id" a case.
"""

import os
from pathlib import Path

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

SUITE = Path(os.environ["QREF_SUITE"])


def cases():
    """(id, rows, columns, depth) of every case."""
    for line in Path(os.environ["QREF_CASES"]).read_text().splitlines():
        rows, columns, depth, name = line.split()
        yield name, int(rows), int(columns), int(depth)


def tensor(case, name, dtype, shape):
    """A tensor of the case, which must have this type and shape."""
    path = SUITE / "cases" / case / f"{name}.npy"
    try:
        with path.open("rb") as file:
            array = np.load(file, allow_pickle=False)
            surplus = len(file.read())  # np.load would not mind it
    except (OSError, ValueError) as error:
        raise AssertionError(f"FAIL {path}: {error}") from error
    found = f"{array.dtype} {array.shape}"
    assert array.dtype == dtype and array.shape == shape, f"FAIL {path}: expected {shape}, found {found}"
    assert surplus == 0, f"FAIL {path}: {surplus} bytes behind the end"
    return array


async def dot_product(dut, x, w):
    """acc behind the last of the products."""
    dut.valid.value = 1
    for k in range(len(x)):
        dut.first.value = int(k == 0)
        dut.x.value = int(x[k])
        dut.w.value = int(w[k])
        await FallingEdge(dut.clk)
    dut.valid.value = 0
    return dut.acc.value.to_signed()


@cocotb.test()
async def every_accumulator(dut):
    cocotb.start_soon(Clock(dut.clk, 10, "ns").start())
    dut.reset.value = 1
    dut.valid.value = 0
    await FallingEdge(dut.clk)
    dut.reset.value = 0
    words = 0
    for case, rows, columns, depth in cases():
        x = tensor(case, "x", np.int8, (rows, depth))
        w = tensor(case, "w", np.int8, (columns, depth))
        expected = tensor(case, "accumulator", np.int32, (rows, columns))
        for index, value in enumerate(expected.ravel()):
            got = await dot_product(dut, x[index // columns], w[index % columns])
            assert got == value, (
                f"FAIL dot_product_lane: first divergence: case {case}, tensor accumulator, index {index}: "
                f"expected {int(value) & 0xffffffff:08x}, got {got & 0xffffffff:08x}"
            )
            words += 1
    assert words > 0
    dut._log.info("PASS dot_product_lane: %d words", words)
