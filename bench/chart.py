#!/usr/bin/env python3
"""Prints the results in a directory of bench/run.sh as an SVG bar chart.   bench/chart.py DIRECTORY

A group of bars for each work and number of threads; a bar is the time of a contestant over that of qref's best backend,
on a logarithmic axis: to the right of the line at 1 is slower than qref."""
import html
import math
import sys

import results_files

LABELS, PLOT, NOTES, BAR, GAP = 300, 460, 240, 18, 34
LOWEST, HIGHEST = 0.25, 64.0  # ratios at the ends of the axis; longer bars are cut, their number stays
COLORS = {"qref": "#1f5fa8", "exact": "#6b8f3a", "inexact": "#c0722b", "none": "#8a8a8a"}
LEGEND = [("qref", "qref"), ("exact", "no difference on these inputs"), ("inexact", "differs"),
          ("none", "outputs not compared")]


def position(ratio):
    ratio = min(max(ratio, LOWEST), HIGHEST)
    return LABELS + PLOT * math.log(ratio / LOWEST) / math.log(HIGHEST / LOWEST)


def color(row):
    if results_files.is_qref(row) and not row["differing"]:
        return COLORS["qref"]
    if row["outputs"] == 0:
        return COLORS["none"]
    return COLORS["inexact" if row["differing"] else "exact"]


def groups(works):
    for title, rows in works:
        for threads in sorted({row["threads"] for row in rows}):
            bars = [row for row in rows if row["threads"] == threads and row["time_over_baseline"] and row["value"]]
            if len(bars) > 1:
                yield f"{title}, {threads} thread{'s' if threads > 1 else ''}", bars


def text(x, y, content, anchor="start", extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{extra}>{html.escape(content)}</text>'


def draw(works):
    body = []
    y = 84
    for title, bars in groups(works):
        body.append(text(12, y, title, extra=' font-weight="bold"'))
        y += 8
        top = y
        for row in bars:
            start, end = sorted((position(1.0), position(row["time_over_baseline"])))
            body.append(text(LABELS - 8, y + BAR - 5, row["contestant"], "end"))
            body.append(f'<rect x="{start:.1f}" y="{y + 2}" width="{max(end - start, 2.0):.1f}" height="{BAR - 4}" '
                        f'fill="{color(row)}"/>')
            label = f"{row['time_over_baseline']:.2f}  ({row['value']:.3g} {row['unit']})"
            body.append(text(end + 6, y + BAR - 5, label))
            y += BAR
        line = position(1.0)
        body.append(f'<line x1="{line:.1f}" y1="{top}" x2="{line:.1f}" y2="{y}" stroke="#222"/>')
        y += GAP
    width = LABELS + PLOT + NOTES
    head = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}" '
            'font-family="sans-serif" font-size="12">',
            f'<rect width="{width}" height="{y}" fill="#fff"/>',
            text(12, 24, "Time of each contestant / time of qref (logarithmic; above 1 is slower than qref)",
                 extra=' font-size="15" font-weight="bold"')]
    x = 12
    for name, meaning in LEGEND:
        head.append(f'<rect x="{x}" y="40" width="12" height="12" fill="{COLORS[name]}"/>')
        head.append(text(x + 18, 50, meaning))
        x += 40 + 7 * len(meaning)
    return "\n".join(head + body + ["</svg>"])


if __name__ == "__main__":
    print(draw(results_files.read(sys.argv[1])))
