#!/usr/bin/env python3
"""Prints the results in a directory of bench/run.sh as Markdown.   bench/tables.py DIRECTORY"""
import os
import pathlib
import platform
import sys

import results_files


def processor():
    try:
        with open("/proc/cpuinfo") as file:
            return next(line.split(":", 1)[1].strip() for line in file if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.machine()


def number(value):
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def print_work(title, rows):
    absent = {row["contestant"]: row["absent"] for row in rows if row["absent"]}
    rows = [row for row in rows if row["rounds"]]
    print(f"\n## {title}\n")
    print(f"| contestant | threads | median ms | {rows[0]['unit']} | time / qref | % of limit | 1 thread / this | "
          "outputs |")
    print("|---|--:|--:|--:|--:|--:|--:|---|")
    for row in rows:
        name = row["contestant"] + (" (limit)" if row["kind"] == "limit" else "")
        cells = [name, row["threads"], f"{1e3 * row['median_s']:.4g}", number(row["value"]) if row["value"] else "",
                 f"{row['time_over_baseline']:.2f}" if row["time_over_baseline"] else "",
                 f"{100 * row['fraction_of_limit']:.0f} of {row['limit']}" if row["fraction_of_limit"] else "",
                 f"{row['scaling']:.2f}" if row["scaling"] else "",
                 "; ".join(text for text in (results_files.accuracy(row), row["note"]) if text)]
        print("| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |")
    for name, reason in absent.items():
        print(f"\nAbsent: {name} ({reason}).")


def print_text(directory, name, title):
    path = pathlib.Path(directory, name + ".txt")
    if path.exists():
        print(f"\n## {title}\n\n```\n{path.read_text().strip()}\n```")


def main(directory):
    works = results_files.read(directory)
    print("# Benchmarks\n")
    print(f"{processor()}, {os.cpu_count()} processors, {platform.system()} {platform.release()}.\n")
    print("Medians over rounds in which all contestants take turns. \"time / qref\" is the median of the ratios within "
          "a round to the first contestant, per unit of work: above 1 is slower than qref. Limits are measured in the "
          "same rounds. \"outputs\" compares with the reference, element by element.")
    for title, rows in works:
        print_work(title, rows)
    print_text(directory, "model-ops", "Whole model: time of each op")
    print_text(directory, "model-memory", "Whole model: memory")
    print_text(directory, "strassen", "Strassen's multiplication on int16")


if __name__ == "__main__":
    main(sys.argv[1])
