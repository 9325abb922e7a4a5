# SPDX-License-Identifier: GPL-2.0-only
# test_ovsdb.py - programs of Open vSwitch at our socket, unchanged: ovs-vsctl, ovsdb-client, Python's ovs.db.idl
import shlex
import subprocess

import pytest
from lib.ovsdb import run
from lib.peers import OpenVSwitch
from lib.tools import need
from test_dialect import CORNERS, LINES, normal, said

pytestmark = pytest.mark.one_datapath


def vsctl(switch, *words):
    return run("ovs-vsctl", f"--db=unix:{switch.socket}", "-t", "20", *words)


# --- the real ovs-vsctl

@pytest.mark.parametrize("lines", [LINES, CORNERS], ids=["tools", "corners"])
def test_real_ovs_vsctl(net, switch, lines):
    """The same program, the same words: at our socket and at that of the real ovsdb-server."""
    real = OpenVSwitch(net, net.ns("real"), switching=False)

    def ask(remote, words):
        done = subprocess.run(["ovs-vsctl", f"--db={remote}", "--no-wait", "-t", "20", *words], capture_output=True,
                              text=True, check=False)
        order = sorted if {"list", "find"} & set(words) else list
        return done.returncode, order(normal(done.stdout).splitlines()), said(done.stderr)

    different = []
    for line in lines.strip().splitlines():
        words = shlex.split(line)
        theirs, ours = ask(real.remote, words), ask(f"unix:{switch.socket}", words)
        if theirs != ours:
            different.append(f"{line}\n    ovsdb-server: {theirs}\n    ours:         {ours}")
    assert not different, f"{len(different)} of {len(lines.strip().splitlines())} differ:\n" + "\n".join(different)
