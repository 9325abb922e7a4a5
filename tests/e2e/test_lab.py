# SPDX-License-Identifier: GPL-2.0-only
# test_lab.py - vsctl lab: up, plan, change, crash and down, with frames that prove it
import json
import os
import random
import subprocess
import time

import pytest

from lib.sandbox import Namespace
from lib.switch import VSCTL
from lib.wait import wait_until

FILE = """
lab: {name}
datapath: {datapath}
switches: {{core: {{}}, floor1: {{}}}}
nodes:
  web: {{}}
  averyveryverylongname: {{run: ["ip -4 addr show eth0", "sleep 1000 &"]}}
  r: {{sysctl: {{net.ipv4.ip_forward: 1}}}}
links:
  - {{ends: [web:eth0, floor1], tag: 10, ip: 10.0.10.1/24, mac: "02:00:00:00:10:01"}}
  - {{ends: [averyveryverylongname, core], tag: {tag}, ip: 10.0.10.2/24}}
  - {{ends: [floor1, core], trunks: [10, 20]}}
  - ends: [{{end: web:eth1, ip: 10.1.0.1/30, gateway: 10.1.0.2}}, {{end: r, ip: 10.1.0.2/30}}]
"""


class Lab:
    """A lab with a record directory of the test's own, so that its daemon is its own, too."""

    def __init__(self, net, datapath):
        self.net, self.datapath = net, datapath
        self.name = net.prefix.strip("-.") + "lab"
        self.dir = os.path.join(net.directory, "l")
        self.path = os.path.join(net.directory, "lab.yaml")
        self.env = {**os.environ, "VSWITCH_LABDIR": self.dir, "VSWITCH_RUNDIR": os.path.join(net.directory, "none")}
        self.write()
        net.on_exit(self.close)

    def write(self, tag=10):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(FILE.format(name=self.name, datapath=self.datapath, tag=tag))

    def run(self, *words, status=0):
        done = subprocess.run([VSCTL, "lab", *words], env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == status, f"lab {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    def popen(self, *words):
        return subprocess.Popen([VSCTL, "lab", *words], env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def changes(self):
        return [(c["op"], c["kind"]) for c in json.loads(self.run("plan", self.path, "--format=json"))["changes"]]

    def pings(self, node, to):
        def answered():
            done = subprocess.run([VSCTL, "lab", "exec", self.name, node, "--", "ping", "-c", "1", "-W", "1", to],
                                  env=self.env, capture_output=True, check=False)
            return done.returncode == 0
        wait_until(answered, f"{to} to answer {node}")

    def close(self):
        if os.path.exists(self.dir):
            subprocess.run([VSCTL, "lab", "down", self.name], env=self.env, capture_output=True, check=False)


@pytest.fixture
def lab(net, datapath):
    return Lab(net, datapath)


def left(lab):
    return [name for name in os.listdir("/run/netns") if name.startswith(lab.name)] + \
        [name for name in Namespace().links() if name.startswith(lab.name)] + os.listdir(lab.dir)


def test_life(lab):
    """Up once makes it, up again changes nothing, an edit changes one link, down leaves nothing."""
    lab.run("up", lab.path)
    assert lab.changes() == []
    lab.pings("web", "averyveryverylongname")
    lab.pings("web", "r")
    assert lab.run("exec", lab.name, "web", "--", "hostname") == "web\n"
    lab.write(tag=20)
    assert lab.changes() == [("~", "link")]
    lab.run("up", lab.path)
    assert lab.changes() == []
    lab.run("exec", lab.name, "web", "--", "ping", "-c", "1", "-W", "1", "10.0.10.2", status=1)
    lab.run("link", lab.name, "web:eth0", "down")
    assert lab.changes() == [("~", "link")]
    lab.run("link", lab.name, "web:eth0", "up")
    assert lab.changes() == []
    assert lab.name in lab.run("list")
    lab.run("down", lab.name)
    assert left(lab) == []
    assert "there is no lab" in lab.run("down", lab.name, status=1)


def test_wrong_changes_nothing(lab):
    """A namespace of the name that is somebody else's is refused and stays."""
    lab.net.root.run("ip", "netns", "add", lab.name + "-web")
    lab.net.on_exit(lab.net.root.run, "ip", "netns", "del", lab.name + "-web")
    said = lab.run("up", lab.path, status=1)
    assert "lab.yaml:6:3: " in said and "not of this lab" in said
    assert left(lab) == [lab.name + "-web"]


@pytest.mark.parametrize("kills", [5, pytest.param(50, marks=pytest.mark.slow)])
def test_killed(lab, kills):
    """kill -9 of `lab up' at any moment: up completes it, or down leaves nothing."""
    dice = random.Random(kills)
    for number in range(kills):
        process = lab.popen("up", lab.path)
        time.sleep(dice.random() * 0.6)  # the moment of the kill is what is random here
        process.kill()
        process.wait()
        if number % 2:
            lab.run("up", lab.path)
            assert lab.changes() == []
            lab.pings("web", "r")
        if os.path.exists(os.path.join(lab.dir, lab.name)):
            lab.run("down", lab.name)
        assert left(lab) == []
