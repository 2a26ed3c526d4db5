"""Rows as a table, as JSON, and into bench/README.md."""

import json
import re

import machine
import plots

RESULTS = machine.ROOT / "bench" / "results" / "latest.json"
README = machine.ROOT / "bench" / "README.md"
MARKS = ("<!-- table -->", "<!-- end -->")
HEADS = ("case", "", "ours", "p99", "guarantees", "peer", "", "p99", "guarantees", "ratio",
         "goal", "", "spread")


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def late(value):
    return f"{number(value)} ms" if value is not None else ""


def goal(row):
    found = row.get("goal")
    if not found:
        return "", ""
    sign, value = ("≥", found["least"]) if "least" in found else ("≤", found["most"])
    unit = f" {row['unit']}" if found["of"] == "ours" and row["unit"] else ""
    return f"{sign} {value:,g}{unit}", "met" if row["is_met"] else "**missed**"


def spread(row):
    if len(row.get("rounds", {}).get("ours", [0, 0])) < 2:
        said = "one round"
    else:
        said = f"±{row['spread'] * 50:.0f} %"
    return said + (", noisy" if row.get("noisy") else "")


def cells(row):
    """Rows of older runs have fewer fields."""
    return (
        row["case"], row["metric"], f"{number(row['ours'])} {row['unit']}".strip(),
        late(row.get("p99_ms")), row.get("guarantees", ""), row["peer"],
        number(row["peer_value"]), late(row.get("peer_p99_ms")), row.get("peer_guarantees", ""),
        f"**{row['ratio']:.2f}**" if row["ratio"] is not None else "", *goal(row), spread(row),
    )


def table(rows):
    lines = [HEADS, ["---"] * len(HEADS), *map(cells, rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def kept():
    found = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    return found["rows"] if isinstance(found, dict) else found


def save(rows, description):
    """Rows measured now replace the rows of the same cases; others stay from the run before."""
    RESULTS.parent.mkdir(exist_ok=True)
    fresh = {row["case"] for row in rows}
    rows = [row | {"machine": description} for row in rows]
    rows = [row for row in kept() if row["case"] not in fresh] + rows
    RESULTS.write_text(json.dumps({"rows": rows}, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text()
    between = re.compile(re.escape(MARKS[0]) + ".*?" + re.escape(MARKS[1]), re.S)
    pictures = [
        f"![{name.removesuffix('.svg')}](results/{name})"
        for name in plots.write(rows, RESULTS.parent)
    ]
    shown = "\n\n".join([f"{MARKS[0]}\n{table(rows)}", *pictures]) + f"\n{MARKS[1]}"
    README.write_text(between.sub(lambda _: shown, text))
