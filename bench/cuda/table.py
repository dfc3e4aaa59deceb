#!/usr/bin/env python3
"""The Markdown tables of what bench_cuda wrote with --csv: table.py bench.csv [CLOCKS] > results.md
CLOCKS is a line of text on the clocks during the run; bench/cuda/device.sh makes it."""
import csv
import statistics
import sys

OF_GOALS = ["goal, µs", "against the goal", "recorded, µs", "recorded / measured"]
COLUMNS = ["op", "shape", "measured, µs", "10 to 90 %", *OF_GOALS, "floor, µs", "measured / floor", "cuBLAS, µs",
           "measured / cuBLAS", "runs", "outputs"]

NOTES = """\
- measured: the median of so many runs, each between two CUDA events, on tensors that the L2 cache does not hold. All
  elements of the outputs were compared with those of backend cpu, before the runs and once more behind them.
- recorded: what the original's kernels (Quamba, built with --use_fast_math) took on another H100 of the same type.
  Constants of this table, not measured in this run. There cuBLAS alone took {peers}.
- floor: every input read once and every output written once at the bandwidth of the copy, or the int8 operations at the
  peak rate of the matrix units, whichever takes longer. Other arithmetic is not counted, nor the few microseconds that
  any launch takes.
- cuBLAS: the int8 product alone, to int32 and without the requantization, by the fastest of cuBLASLt's algorithms, timed
  in turn with the op in this run."""


def value(row, name):
    return float(row[name]) if row[name] else None


def ratio(a, b):
    return f"{a / b:.2f}" if a and b else "-"


def goal_of(row):
    if row["goal_us"] and row["goal_over_cublas"]:
        return f"{row['goal_us']} = {row['goal_over_cublas']} x cuBLAS"
    return row["goal_us"] or "-"


def against_goal(row):
    median, goal = value(row, "median_us"), value(row, "goal_us")
    if goal is None:
        return "no cuBLAS here" if row["goal_over_cublas"] else "-"
    if median is None:
        return "not measured"
    percent = (median / goal - 1) * 100
    return f"met, {-percent:.0f} % less" if percent <= 0 else f"**missed, {percent:.{int(percent < 10)}f} % more**"


def cells(row):
    median, recorded = value(row, "median_us"), value(row, "recorded_us")
    floor, peer = value(row, "floor_us"), value(row, "cublas_us")
    spread = f"{row['low_us']} to {row['high_us']}" if median else "-"
    return dict(zip(COLUMNS, [
        row["op"], row["shape"], row["median_us"] or "-", spread, goal_of(row), against_goal(row),
        row["recorded_us"] or "-", ratio(recorded, median), row["floor_us"] or "-", ratio(median, floor),
        row["cublas_us"] or "-", ratio(median, peer), row["runs"], row["verdict"]]))


def print_table(rows, columns):
    print("|", " | ".join(columns), "|")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("|", " | ".join(cells(row)[column] for column in columns), "|")


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    clocks = open(sys.argv[2]).read().strip() if len(sys.argv) > 2 else ""
    with_goal = [row for row in rows if row["goal_us"] or row["goal_over_cublas"]]
    met = sum(against_goal(row).startswith("met") for row in with_goal)
    equal = sum(row["verdict"] == "equal" for row in rows)
    bandwidth = [float(row["copy_tb_s"]) for row in rows]
    peers = [row for row in rows if row["recorded_cublas_us"]]

    print("# Speed of the CUDA module\n")
    print(f"{', '.join(sorted({row['device'] for row in rows}))}. Copy from device memory to device memory: "
          f"{statistics.median(bandwidth):.2f} TB/s, read and written bytes together. {clocks}\n")
    print(f"{met} of {len(with_goal)} goals met. Outputs equal to those of backend cpu: "
          f"{equal} of {len(rows)}.\n")
    print_table(with_goal, COLUMNS)
    print("\nShapes without a goal:\n")
    print_table([row for row in rows if row not in with_goal],
                [name for name in COLUMNS if name not in OF_GOALS])
    print()
    print(NOTES.format(peers=" and ".join(f"{row['recorded_cublas_us']} µs for {row['op']} {row['shape']}"
                                          for row in peers) or "nothing"))


if __name__ == "__main__":
    main()
