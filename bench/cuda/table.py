#!/usr/bin/env python3
"""The Markdown table of what bench_cuda wrote with --csv: table.py bench.csv > results.md"""
import csv
import sys


def cell(row, name):
    return row[name] or "-"


def against(row, name):
    """How often the original's time fits into ours, or the other way round."""
    if not row["median_us"] or not row[name]:
        return "-"
    return f"{float(row[name]) / float(row['median_us']):.2f}"


def main():
    with open(sys.argv[1], newline="") as file:
        rows = list(csv.DictReader(file))
    print("| op | shape | µs, median | 10 to 90 % | goal | floor | Quamba, recorded | Quamba / this "
          "| cuBLAS int32, same run | cuBLAS / this | checked |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        spread = f"{row['low_us']} to {row['high_us']}" if row["low_us"] else "-"
        goal = cell(row, "goal_us")
        if row["goal_us"] and row["median_us"]:
            goal += ", met" if float(row["median_us"]) <= float(row["goal_us"]) else ", missed"
        print("|", " | ".join([row["op"], row["shape"], cell(row, "median_us"), spread, goal, cell(row, "floor_us"),
                               cell(row, "recorded_us"), against(row, "recorded_us"), cell(row, "cublas_us"),
                               against(row, "cublas_us"), row["verdict"]]), "|")


if __name__ == "__main__":
    main()
