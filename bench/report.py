"""Rows as a table, as JSON, and into bench/README.md."""

import json
import re

import machine

RESULTS = machine.ROOT / "bench" / "results" / "latest.json"
README = machine.ROOT / "bench" / "README.md"
MARKS = ("<!-- table -->", "<!-- end -->")


def number(value):
    if value is None:
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}" if value < 10 else f"{value:.1f}"


def table(rows):
    lines = ["| case | | ours | | peer | ratio | spread |", "|---|---|---|---|---|---|---|"]
    for row in rows:
        peer = (
            f"{number(row['peer_value'])} ({row['peer']})" if row["peer_value"] is not None else ""
        )
        ratio = f"**{row['ratio']:.2f}**" if row["ratio"] is not None else ""
        lines.append(
            f"| {row['case']} | {row['metric']} | {number(row['ours'])} | {row['unit']} | {peer} "
            f"| {ratio} | ±{row['spread'] * 50:.0f} % |"
        )
    return "\n".join(lines)


def save(rows):
    """Rows measured now replace the rows of the same cases; others stay from the run before."""
    RESULTS.parent.mkdir(exist_ok=True)
    kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else []
    fresh = {row["case"] for row in rows}
    rows = [row for row in kept if row["case"] not in fresh] + rows
    RESULTS.write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    text = README.read_text()
    between = re.compile(re.escape(MARKS[0]) + ".*?" + re.escape(MARKS[1]), re.S)
    README.write_text(between.sub(f"{MARKS[0]}\n{table(rows)}\n{MARKS[1]}", text))
