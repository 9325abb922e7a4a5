#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# bench.py - the same work through our switch and through its peers, in turns on one machine, and what came of it
"""
A line is one kind of work; its setups are the switches that do it. All setups of a line stand at once, each in its own
namespaces, and are measured in turn, round after round in alternating order, so that whatever else the machine does
hits all alike. Printed are medians, their spread, and the ratio to the first setup. Nothing here passes or fails.
"""
import argparse
import os
import signal
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../e2e"))

from lib import sandbox  # noqa: E402

import labs  # noqa: E402
import report  # noqa: E402
from lines import LINES  # noqa: E402


def build(net, line, args):
    """Every setup of a line, less those whose programs are not installed."""
    made = []
    for setup in line.makers(args) if callable(line.makers) else line.makers:
        if args.only and not any(word in setup.name for word in args.only):
            continue
        try:
            lab = setup.make(net)
        except labs.Missing as missing:
            print(f"  {missing} is not installed: left out", flush=True)
            continue
        lab.net = net
        made.append(lab)
    return made


def take_rounds(line, setups, args):
    """{metric: {setup: [values]}}; a line of one setup has a row for each of its metrics instead."""
    results = {}
    for number in range(min(args.rounds, line.rounds or args.rounds)):
        for lab in setups if number % 2 == 0 else reversed(setups):
            for metric, value in line.measure(lab, args).items():
                place = ("ns", metric) if len(setups) == 1 else (metric, lab.name)
                results.setdefault(place[0], {}).setdefault(place[1], []).append(value)
    order = [lab.name for lab in setups]
    for metric, rows in results.items():
        if len(setups) > 1:
            results[metric] = {name: rows[name] for name in order if name in rows}
    return results


def run_line(name, args):
    line = LINES[name]
    print(f"{name}: {line.title}{' (less is better)' if line.less else ''}", flush=True)
    net = sandbox.Net(f"{name[:2]}-", f"/run/bench-{name}")
    try:
        results = take_rounds(line, build(net, line, args), args)
    finally:
        net.close()
    for metric, rows in results.items():
        report.print_metric(metric, rows)
    return {"title": line.title, "less": line.less, "results": results}


def give_up(_signal, _frame):
    raise TimeoutError("the benchmarks took longer than --limit allows")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", nargs="*", choices=[*LINES, []], help="lines to run (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement")
    parser.add_argument("--only", action="append", help="setups with this in their name")
    parser.add_argument("--ports", type=int, default=1000)
    parser.add_argument("--stations", type=int, default=100000)
    parser.add_argument("--flood-ports", type=int, nargs="+", default=[10, 100])
    parser.add_argument("--addresses", type=int, default=20000, help="the most that `capacity` asks for")
    parser.add_argument("--learn", type=int, default=8000, help="addresses in each trial of `learning`")
    parser.add_argument("--limit", type=int, default=1800, help="seconds that a line may take")
    parser.add_argument("--out", help="directory for bench.json and bench.svg")
    args = parser.parse_args()
    sandbox.enter()
    signal.signal(signal.SIGALRM, give_up)
    whole = {"machine": report.machine(), "rounds": args.rounds, "seconds": args.seconds, "lines": {}}
    print(report.machine_text(whole["machine"]), flush=True)
    for name in args.lines or LINES:
        signal.alarm(args.limit)
        whole["lines"][name] = run_line(name, args)
        signal.alarm(0)
        if args.out:  # after each line: what is measured is kept whatever becomes of the next
            report.write_json(os.path.join(args.out, "bench.json"), whole)
            report.write_svg(os.path.join(args.out, "bench.svg"), whole)


if __name__ == "__main__":
    main()
