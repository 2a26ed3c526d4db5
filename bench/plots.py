"""The plots of bench/README.md: SVG by hand, readable on light and on dark pages."""

import math
from html import escape

WIDTH, ROW, LEFT, RIGHT, TOP = 900, 26, 430, 90, 64
STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600; font-size: 15px }
.soft { fill: #59636e; font-size: 12px }
.grid { stroke: #d1d9e0 }
.goal { stroke: #1f2328; stroke-width: 2 }
.met { fill: #1a7f37 }
.missed { fill: #bc4c00 }
.ours, .peer { fill: none; stroke-width: 2 }
.ours { stroke: #0969da }
.peer { stroke: #bc4c00 }
.ours-text { fill: #0969da }
.peer-text { fill: #bc4c00 }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 }
  .soft { fill: #9198a1 }
  .grid { stroke: #3d444d }
  .goal { stroke: #e6edf3 }
  .met { fill: #3fb950 }
  .missed, .peer-text { fill: #f0883e }
  .ours { stroke: #58a6ff }
  .peer { stroke: #f0883e }
  .ours-text { fill: #58a6ff }
}
</style>"""
QUANTILES = ("p50_us", "p75_us", "p90_us", "p99_us", "p999_us", "p9999_us", "max_us")
NAMES = ("p50", "p75", "p90", "p99", "p99.9", "p99.99", "max")


def picture(height, title, parts):
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img">'
        f"<title>{escape(title)}</title>{STYLE}"
    )
    return "\n".join([head, text(14, 24, title, "title"), *parts, "</svg>\n"])


def text(x, y, what, kind="", anchor="start"):
    said = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{said} text-anchor="{anchor}">{escape(what)}</text>'


def line(x1, y1, x2, y2, kind):
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def share_of_goal(row):
    """How far the goal is reached, 1 being just so, more being better, whichever way it points."""
    goal, value = row["goal"], row[row["goal"]["of"]]
    if "least" in goal:
        return value / goal["least"]
    return goal["most"] / value if value else math.inf


def goals(rows):
    """Bars of what was reached of each goal, on a logarithmic scale around the goal's line."""
    rows = [row for row in rows if row.get("goal") and row[row["goal"]["of"]] is not None]
    if not rows:
        return None
    least, most = 1 / 16, 16
    room = WIDTH - LEFT - RIGHT
    at = lambda share: LEFT + room * (math.log(min(max(share, least), most) / least)
                                      / math.log(most / least))
    bottom = TOP + ROW * len(rows)
    parts = [text(14, 44, "Right of the line the goal is met; each step doubles.", "soft")]
    for power in range(-4, 5):
        x = at(2.0**power)
        parts.append(line(x, TOP - 4, x, bottom, "goal" if power == 0 else "grid"))
    parts.append(text(at(1), TOP - 8, "goal", "soft", "middle"))
    for i, row in enumerate(rows):
        share, y = share_of_goal(row), TOP + ROW * i
        x1, x2 = sorted((at(1), at(share)))
        kind = "met" if row["is_met"] else "missed"
        parts.append(text(LEFT - 8, y + 17, label(row), "", "end"))
        parts.append(f'<rect class="{kind}" x="{x1:.1f}" y="{y + 5}" width="{max(x2 - x1, 2):.1f}" '
                     f'height="{ROW - 10}" rx="2"/>')
        parts.append(text(WIDTH - RIGHT + 8, y + 17, reached(row)))
    return picture(bottom + 14, "What was reached of each goal", parts)


def label(row):
    beside = f" / {row['peer'].split(',')[0]}" if row["goal"]["of"] == "ratio" else ""
    said = f"{row['case']}, {row['metric']}{beside}"
    for long, short in ((" connections", "×"), (", time per page", ""),
                        (", open loop, seen by the client", ""), (", existing data", "")):
        said = said.replace(long, short)
    return said if len(said) <= 60 else said[:59] + "…"


def reached(row):
    value = row[row["goal"]["of"]]
    unit = "" if row["goal"]["of"] == "ratio" else f" {row['unit']}"
    return f"{value:,.2f}{unit}" if value < 100 else f"{value:,.0f}{unit}"


def medians(rounds):
    ordered = {name: sorted(found[name] for found in rounds) for name in QUANTILES}
    return [ordered[name][len(rounds) // 2] for name in QUANTILES]


def scale_of(curves):
    values = [max(value, 0.001) for curve in curves for value in curve]
    return math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))


def latency(row):
    """Percentiles of an open loop, ours and the peer's."""
    curves = {who: medians(rounds) for who, rounds in row["quantiles_ms"].items()}
    low, high = scale_of(curves.values())
    high = max(high, low + 1)
    left, top, bottom, right = 90, 70, 330, WIDTH - 150
    x = lambda i: left + (right - left) * i / (len(QUANTILES) - 1)
    y = lambda ms: bottom - (bottom - top) * (math.log10(max(ms, 0.001)) - low) / (high - low)
    parts = [text(14, 44, row["metric"].removeprefix("p99 ") + "; milliseconds from when a request "
                  "was due to its answer, medians of the rounds", "soft")]
    for power in range(low, high + 1):
        parts.append(line(left, y(10.0**power), right, y(10.0**power), "grid"))
        parts.append(text(left - 8, y(10.0**power) + 4, f"{10.0**power:g} ms", "soft", "end"))
    for i, name in enumerate(NAMES):
        parts.append(text(x(i), bottom + 20, name, "soft", "middle"))
    for who, name in (("ours", "tapedeck"), ("peer", row["peer"])):
        points = " ".join(f"{x(i):.1f},{y(ms):.1f}" for i, ms in enumerate(curves[who]))
        parts.append(f'<polyline class="{who}" points="{points}"/>')
        parts.append(text(right + 8, label_y(curves, who, y), name, f"{who}-text"))
    return picture(bottom + 34, row["case"], parts)


def label_y(curves, who, y):
    """Beside the end of its curve, and not over the other's name."""
    own, other = y(curves[who][-1]), y(curves["peer" if who == "ours" else "ours"][-1])
    if abs(own - other) >= 16:
        return own + 4
    above = own < other or (own == other and who == "ours")
    return own - 6 if above else own + 16


def write(rows, folder):
    """goals.svg, and a picture of each open loop, into a folder; gives their names."""
    found = {"goals.svg": goals(rows)}
    for row in rows:
        if row.get("quantiles_ms"):
            found[row["case"].split(",")[0].replace(" ", "-") + ".svg"] = latency(row)
    drawn = {name: content for name, content in found.items() if content}
    for name, content in drawn.items():
        (folder / name).write_text(content)
    return list(drawn)
