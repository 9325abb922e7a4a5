# SPDX-License-Identifier: GPL-2.0-only
# report.py - what came of the measurements: a table, a file for programs, a picture
import json
import os
import platform
import statistics
import xml.sax.saxutils as sax


def machine():
    """What it was measured on."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), platform.machine())
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        virtual = any(" hypervisor " in line + " " for line in file if line.startswith("flags"))
    return {"kernel": platform.release(), "cores": os.cpu_count(), "cpu": model, "virtual": virtual,
            "load": os.getloadavg()[0]}


def machine_text(of):
    kind = "virtual machine" if of["virtual"] else "machine"
    return f"{of['cores']} cores of a {of['cpu']} {kind}, Linux {of['kernel']}, load {of['load']:.1f} before"


def summary(results):
    """{setup: [values]} as rows (setup, median, least, most, ratio to the first: median of the rounds' own ratios)."""
    first = next(iter(results.values()))
    rows = []
    for name, values in results.items():
        ratios = [value / base for value, base in zip(values, first) if base]
        rows.append((name, statistics.median(values), min(values), max(values), statistics.median(ratios) if ratios else 0))
    return rows


def print_metric(metric, results):
    width = max(map(len, results))
    print(f"  {metric:{width}}     median      least       most   ratio", flush=True)
    for name, middle, least, most, ratio in summary(results):
        print(f"  {name:{width}} {middle:10.2f} {least:10.2f} {most:10.2f}   x {ratio:.2f}", flush=True)


def write_json(path, report):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(report, file, indent=1)


# --- the picture: a bar for each median, a thin line from least to most

ROW, LEFT, WIDTH, RIGHT = 20, 290, 420, 120


def _text(x, y, words, kind="", anchor="start"):
    return f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}" class="{kind}">{sax.escape(words)}</text>'


def _chart(top, title, metric, results):
    rows = summary(results)
    scale = WIDTH / (max(row[3] for row in rows) or 1)
    parts = [_text(10, top + 14, f"{title} [{metric}]", "title")]
    for number, (name, middle, least, most, ratio) in enumerate(rows):
        y = top + 24 + number * ROW
        kind = "ours" if name.startswith("vswitch") else "peer"
        parts.append(_text(LEFT - 8, y + 13, name.strip(), anchor="end"))
        parts.append(f'<rect x="{LEFT}" y="{y + 2}" width="{middle * scale:.1f}" height="{ROW - 6}" class="{kind}"/>')
        parts.append(f'<line x1="{LEFT + least * scale:.1f}" x2="{LEFT + most * scale:.1f}" y1="{y + 9}" y2="{y + 9}"/>')
        parts.append(_text(LEFT + most * scale + 6, y + 13, f"{middle:.4g}  x {ratio:.2f}"))
    return top + 34 + len(rows) * ROW, parts


def write_svg(path, report):
    top, parts = 34, [_text(10, 18, machine_text(report["machine"]))]
    for line in report["lines"].values():
        for metric, results in line["results"].items():
            top, more = _chart(top, line["title"] + (", less is better" if line["less"] else ""), metric, results)
            parts += more
    with open(path, "w", encoding="utf-8") as file:
        file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + RIGHT}" height="{top}">\n'
                   "<style>text{font:12px sans-serif}.title{font-weight:bold}rect.ours{fill:#2a7}rect.peer{fill:#9ab}"
                   "line{stroke:#333}</style>\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
                   + "\n".join(parts) + "\n</svg>\n")
