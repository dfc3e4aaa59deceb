"""The CSV files of one output directory of bench/run.sh."""
import csv
import pathlib

ORDER = ["linear", "gemv", "conv1d", "scan", "rmsnorm", "hadamard", "embedding", "linear_f32", "model"]


def read(directory):
    """[(title of the work, [row, ...])] in the order of measurement; a row is a dict, numbers are floats."""
    works = {}
    for name in ORDER:
        path = pathlib.Path(directory, name + ".csv")
        if not path.exists():
            continue
        with path.open(newline="") as file:
            for row in csv.DictReader(file):
                for key in ("median_s", "minimum_s", "value", "time_over_baseline", "fraction_of_limit", "scaling",
                            "max_difference"):
                    row[key] = float(row[key])
                for key in ("threads", "rounds", "outputs", "differing"):
                    row[key] = int(row[key])
                works.setdefault(row["bench"] + " " + row["shape"].strip(), []).append(row)
    return list(works.items())


def is_qref(row):
    return row["contestant"].startswith("qref")


def accuracy(row):
    if row["outputs"] == 0:
        return ""
    if row["differing"] == 0:
        return "exact"
    return f"{100 * row['differing'] / row['outputs']:.2g}% differ, by up to {row['max_difference']:.3g}"
