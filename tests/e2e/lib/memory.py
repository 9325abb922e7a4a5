# SPDX-License-Identifier: GPL-2.0-only
# memory.py - how much a process takes of the machine's memory, and its BPF maps of the kernel's
import glob


def resident(pid):
    """MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS:"))


def maps(pid):
    """What the BPF maps that a process holds take, MiB."""
    sizes = {}
    for path in glob.glob(f"/proc/{pid}/fdinfo/*"):
        try:
            with open(path, encoding="ascii", errors="replace") as file:
                fields = dict(line.rstrip("\n").split(":", 1) for line in file if ":" in line)
        except FileNotFoundError:  # closed while we looked
            continue
        if "map_id" in fields:
            sizes[fields["map_id"]] = int(fields["memlock"])
    return sum(sizes.values()) / 2**20
