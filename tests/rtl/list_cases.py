"""Lists the cases of a suite that the integer stages run.

usage: list_cases.py MANIFEST DIRECTORY. Writes to the directory, a line a case:
  dot_product_lane.cases  rows columns depth id      of every linear W8A8 form
  conv_accumulator.cases  batch channels length id   of conv1d with 4 taps
Cases whose accumulator is narrower than 32 bits belong to other hardware and are left out.
"""

import json
import sys
from pathlib import Path

TAPS = 4


def dimensions(case):
    """(list, dimensions) of a case that a stage runs, or None."""
    tensors = {tensor["name"]: tensor for tensor in case["inputs"] + case["intermediates"]}
    if "accumulator" not in tensors or tensors["accumulator"]["bits"] != 32:
        return None
    x, w = tensors["x"]["shape"], tensors["w"]["shape"]
    if case["op"].startswith("linear_w8a8"):
        return "dot_product_lane", (x[0], w[0], x[1])
    if case["op"] == "conv1d_silu" and w[1] == TAPS:
        return "conv_accumulator", tuple(x)
    return None


def main():
    manifest, directory = Path(sys.argv[1]), Path(sys.argv[2])
    lists = {"dot_product_lane": [], "conv_accumulator": []}
    for case in json.loads(manifest.read_text())["cases"]:
        found = dimensions(case)
        if found:
            name, numbers = found
            lists[name].append(" ".join(str(number) for number in numbers) + f" {case['id']}\n")
    for name, lines in lists.items():
        if not lines:
            sys.exit(f"{manifest}: no case for {name}")
        (directory / f"{name}.cases").write_text("".join(lines))


if __name__ == "__main__":
    main()
