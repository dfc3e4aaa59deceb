#!/bin/bash
# Every program of bench/ builds with the libraries that are here, runs on small shapes, and finds the outputs of every
# qref backend exact; the tables and the chart are written. Nothing here depends on time.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$QREF_SOURCE_DIR/bench/run.sh" "$work" --quick >"$work/log" 2>&1 || { tail -30 "$work/log" && exit 1; }

"$QREF_PYTHON" - "$work" <<'PYTHON'
import csv, json, pathlib, sys, xml.etree.ElementTree

folder = pathlib.Path(sys.argv[1])
programs = ["linear", "gemv", "conv1d", "scan", "rmsnorm", "hadamard", "embedding", "linear_f32"]
for program in programs:
    rows = list(csv.DictReader((folder / f"{program}.csv").open()))
    objects = json.loads((folder / f"{program}.json").read_text())
    assert len(rows) == len(objects) > 0, program
    compared = [row for row in rows if row["contestant"].startswith("qref ") and int(row["outputs"]) > 0]
    assert compared, f"{program}: no backend was compared with ref"
    for row in compared:
        assert int(row["differing"]) == 0, f"{program}: {row['contestant']} differs from ref"
    for row in rows:
        assert row["absent"] or int(row["rounds"]) > 0 or row["contestant"] == "qref ref", row
text = (folder / "results.md").read_text()
assert all(program in text for program in programs)
xml.etree.ElementTree.parse(folder / "results.svg")
PYTHON
