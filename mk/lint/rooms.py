#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# rooms.py - checks what compilers do not: which way the arrows between rooms point, first lines, and file lengths
"""usage: rooms.py FILE...   (paths as `git ls-files` prints them; exit 1 when something is wrong)"""
import os
import re
import sys

# room: the rooms it may include besides itself. The longest matching prefix of a path is its room.
ARROWS = {
    "common": ["datapath-bpf/core/types.h"],
    "datapath-bpf/core": [],
    "datapath-bpf": ["datapath-bpf/core"],
    "vswitchd/store": ["common"],
    "vswitchd/kernel": ["common"],
    "vswitchd/datapath": ["common", "datapath-bpf", "datapath-bpf/core", "vswitchd/kernel"],
    "vswitchd/reconcile": ["common", "datapath-bpf/core", "vswitchd/store", "vswitchd/datapath", "vswitchd/kernel"],
    "vswitchd/ovsdb": ["common", "vswitchd/store"],
    "vswitchd/control": ["common", "datapath-bpf/core", "vswitchd/store", "vswitchd/datapath", "vswitchd/ovsdb"],
    "vsctl/lab": ["common", "datapath-bpf/core/reasons.h", "vsctl", "vswitchd/kernel"],
    "vsctl/picture": ["common", "vsctl/lab"],
    "vsctl/labfile": ["common", "vsctl/lab"],
    "vsctl": ["common", "vsctl/lab"],
    "packaging": ["common", "vswitchd/store", "vsctl/lab"],
    "vswitchd": ["common", "datapath-bpf", "vswitchd"],
    "tests": ["common", "datapath-bpf", "vswitchd", "vsctl", "vsctl/lab", "vsctl/picture", "vsctl/labfile"],
}
LINES_WANTED, LINES_MAX = 500, 900
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')
COMMENT = {".c": ("/* ", " */"), ".h": ("/* ", " */"), ".py": ("# ", ""), ".sh": ("# ", ""), ".mk": ("# ", "")}


def room_of(path):
    """The longest room that is a prefix of path, or None."""
    best = [room for room in ARROWS if path == room or path.startswith(room + "/")]
    return max(best, key=len) if best else None


def included_path(path, name):
    """Includes are written from the top of the tree, or name a file beside the one that includes it."""
    beside = os.path.normpath(os.path.join(os.path.dirname(path), name))
    return beside if os.path.exists(beside) and not os.path.exists(name) else name


def check_arrows(path, lines):
    room = room_of(path)
    for number, line in enumerate(lines, 1):
        match = INCLUDE.match(line)
        if not match:
            continue
        target = included_path(path, match.group(1))
        if target.endswith(".skel.h"):  # made from datapath-bpf/ by the build
            continue
        if room is None:
            yield number, f"{path} is in no room that rooms.py knows"
            return
        other = room_of(target)
        allowed = ARROWS[room]
        if other == room or target in allowed or other in allowed:
            continue
        if any(other and other.startswith(prefix + "/") for prefix in allowed if prefix in ("vswitchd", "datapath-bpf")):
            continue
        yield number, f'{room} may not include "{target}" (allowed: {", ".join(allowed) or "nothing of ours"})'


def check_heading(path, lines):
    kind = os.path.splitext(path)[1]
    if kind not in COMMENT:
        return
    before, after = COMMENT[kind]
    rows = [line for line in lines[:3] if not line.startswith("#!")]
    if not rows or not re.match(re.escape(before) + r"SPDX-License-Identifier: \S.*" + re.escape(after) + "$", rows[0]):
        yield 1, f'the first line should be "{before}SPDX-License-Identifier: ...{after}"'
        return
    name = os.path.basename(path)
    if len(rows) < 2 or not rows[1].startswith(f"{before}{name} - "):
        yield 2, f'the second line should say what the file is for: "{before}{name} - purpose{after}"'


def main(paths):
    errors = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
        found = list(check_heading(path, lines))
        if path.endswith((".c", ".h")):
            found += check_arrows(path, lines)
        if len(lines) > LINES_MAX:
            found.append((LINES_MAX, f"{len(lines)} lines: this is two files by now"))
        elif len(lines) > LINES_WANTED:
            print(f"{path}: note: {len(lines)} lines; near {LINES_WANTED} is the custom of the house")
        for number, text in found:
            print(f"{path}:{number}: {text}")
        errors += len(found)
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
