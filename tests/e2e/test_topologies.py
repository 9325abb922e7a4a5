# SPDX-License-Identifier: GPL-2.0-only
# test_topologies.py - every lab of topologies/ through `lab up', `lab test' and `lab down'; and tests that must fail
import glob
import json
import os
import subprocess
import xml.etree.ElementTree

import pytest

from lib.guests import BUSYBOX, initramfs, need_busybox
from lib.switch import VSCTL
from lib.tools import need

TOPOLOGIES = os.path.join(os.path.dirname(__file__), "../../topologies")
NEEDS_GUEST = "containers-and-vm"
NAMES = sorted(os.path.basename(path)[:-len(".yaml")] for path in glob.glob(f"{TOPOLOGIES}/*.yaml"))

WRONG = """
lab: wrong
switches: {core: {}, edge: {}}
nodes: {a: {}, b: {}, c: {mtu: 1400}, far: {}}
links:
  - {ends: [a, core], tag: 10, ip: 10.0.0.1/24}
  - {ends: [b, edge], tag: 20, ip: 10.0.0.2/24}
  - {ends: [c, core], tag: 10, ip: 10.0.0.3/24}
  - {ends: [far, core], tag: 10, ip: 10.9.0.4/24}
  - {ends: [core, edge], trunks: [10, 20]}
expect:
  - reach: {between: [a, b], timeout: 300ms}
  - reach: {between: [a, far], timeout: 300ms}
  - mtu: {between: [a, c], at_least: 1500, timeout: 300ms}
  - isolated: [a, c]
  - tcp: {between: [a, c], at_least: 900Gbit, timeout: 1s}
  - latency: {between: [a, c], at_most: 1us, timeout: 300ms}
  - command: {on: [a], run: "echo '<&>'; exit 3", timeout: 1s}
  - command: {on: [a], run: "echo one", output: two, timeout: 1s}
  - reach: [a, c]
"""


def vsctl(net, *words, check=True):
    """vsctl with a run directory where no daemon is, so that the lab brings its own."""
    env = dict(os.environ, VSWITCH_LABDIR=f"{net.directory}/labs", VSWITCH_RUNDIR=f"{net.directory}/none")
    done = subprocess.run([VSCTL, *words], capture_output=True, text=True, timeout=180, check=False, env=env)
    if check and done.returncode != 0:
        raise AssertionError(f"vsctl {' '.join(words)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


def guest_files(net):
    """A kernel, an initramfs with the address that the lab says, and a root for a container."""
    need("runc", "qemu-system-x86_64")
    need_busybox()
    kernels = sorted(glob.glob("/boot/vmlinuz-*-cloud-amd64"))
    if not kernels:
        pytest.skip("no cloud kernel in /boot for a guest")
    root = os.path.join(net.directory, "rootfs")
    for directory in ("bin", "proc", "sys", "dev", "etc"):
        os.makedirs(os.path.join(root, directory))
    subprocess.run(["cp", BUSYBOX, f"{root}/bin/busybox"], check=True)
    open(f"{root}/etc/hosts", "w", encoding="ascii").close()
    for applet in ("sh", "ping", "sleep"):
        os.symlink("busybox", f"{root}/bin/{applet}")
    initrd = os.path.join(net.directory, "initrd")
    with open(initrd, "wb") as file:
        file.write(initramfs(os.path.basename(kernels[-1])[len("vmlinuz-"):], ["virtio_pci", "virtio_net"],
                             "ip link set eth0 up\nip addr add 10.0.10.3/24 dev eth0\nsleep 100000"))
    return ["--set", f"kernel={kernels[-1]}", "--set", f"initrd={initrd}", "--set", f"rootfs={root}"]


def up(net, datapath, path, *more):
    with open(path, encoding="utf-8") as file:
        name = next(line for line in file if line.startswith("lab: "))[len("lab: "):].strip()
    net.on_exit(vsctl, net, "lab", "down", name)
    vsctl(net, "lab", "up", path, f"--datapath={datapath}", *more)
    return name


@pytest.mark.parametrize("name", NAMES)
def test_topology(net, datapath, name):
    more = guest_files(net) if name == NEEDS_GUEST else []
    lab = up(net, datapath, f"{TOPOLOGIES}/{name}.yaml", *more)
    done = vsctl(net, "lab", "test", lab, *more, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_does_not_hold_is_said_and_why(net, datapath):
    path, junit = f"{net.directory}/wrong.yaml", f"{net.directory}/wrong.xml"
    with open(path, "w", encoding="utf-8") as file:
        file.write(WRONG)
    up(net, datapath, path)
    done = vsctl(net, "lab", "test", "wrong", "--format=json", f"--junit={junit}", check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    found = json.loads(done.stdout)
    answers = [one["answer"] for one in found["expectations"]]
    assert answers == ["fails"] * 9 + ["holds"], done.stdout
    why = {(one["kind"], one["to"]): one["detail"] + one.get("why", "") for one in found["expectations"]}
    assert "no way to 10.9.0.4" in why["reach", "far"]
    assert "in VLAN 20 behind" in why["reach", "b"]
    assert "is 1400 bytes" in why["mtu", "c"] and "drop_mtu" in why["mtu", "c"]
    assert "arrived at c" in why["isolated", "c"]
    suite = xml.etree.ElementTree.parse(junit).getroot().find("testsuite")
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("10", "9", "0")
    assert len(suite.findall("testcase/failure")) == 9


@pytest.mark.one_datapath
def test_a_lab_that_is_not_up(net, datapath):
    done = vsctl(net, "lab", "test", "nowhere", check=False)
    assert done.returncode == 1
    assert "lab 'nowhere' is not up" in done.stderr
