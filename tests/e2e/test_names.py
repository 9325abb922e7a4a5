# SPDX-License-Identifier: GPL-2.0-only
# test_names.py - vsctl by the names ovs-appctl, ovs-ofctl and ovs-dpctl, beside the real ones
import json
import os
import re
import shlex
import subprocess

import pytest
from lib.peers import OpenVSwitch
from lib.switch import BUILD, VSCTL
from lib.tools import need
from lib.wire import build

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))

# Lines to which the answers are the same, but for addresses, counters and speeds.
SAME = r"""
ovs-appctl fdb/show
ovs-appctl fdb/show nosuch
ovs-appctl fdb/show br0
ovs-appctl fdb/add br0 p1 10 00:11:22:33:44:55
ovs-appctl fdb/add br0 p1 10 zz
ovs-appctl fdb/show br0
ovs-appctl fdb/del br0 10 00:11:22:33:44:55
ovs-appctl fdb/del br0 10 00:11:22:33:44:55
ovs-appctl fdb/flush
ovs-appctl fdb/flush br0
ovs-appctl fdb/flush nosuch
ovs-appctl fdb/show a b c
ovs-appctl fdb/stats-clear
ovs-appctl fdb/stats-clear br0
ovs-appctl fdb/stats-clear nosuch
ovs-appctl fdb/stats-show br0
ovs-appctl fdb/stats-show
ovs-appctl mdb/show br0
ovs-appctl mdb/show nosuch
ovs-appctl mdb/flush
ovs-appctl mdb/flush br0
ovs-appctl stp/show
ovs-appctl stp/show br0
ovs-appctl rstp/show
ovs-appctl rstp/show br0
ovs-appctl bond/list
ovs-appctl bond/show
ovs-appctl bond/show p1
ovs-appctl lacp/show
ovs-appctl lacp/show p1
ovs-appctl bfd/show
ovs-appctl bfd/show p1
ovs-appctl cfm/show
ovs-appctl cfm/show p1
ovs-appctl qos/show p1
ovs-appctl qos/show nosuch
ovs-appctl ofproto/list
ovs-appctl dpif/dump-dps
ovs-appctl vlog/set any:any:info
ovs-appctl vlog/set nosuch
ovs-appctl vlog/set any:any:nosuch
ovs-appctl nosuch/cmd
ovs-appctl add-br br9
ovs-appctl --nosuch version
ovs-appctl
ovs-appctl --version
ovs-appctl -T 5 ofproto/list
ovs-appctl --target=ovs-vswitchd ofproto/list
ovs-ofctl
ovs-ofctl nosuch br0
ovs-ofctl --nosuch show br0
ovs-ofctl -V
ovs-ofctl show
ovs-ofctl show nosuch
ovs-ofctl show br0 more
ovs-ofctl dump-ports br0
ovs-ofctl dump-ports br0 1
ovs-ofctl dump-ports br0 p2
ovs-ofctl dump-ports br0 LOCAL
ovs-ofctl dump-ports br0 77
ovs-ofctl dump-ports br0 nosuch
ovs-ofctl dump-ports-desc br0
ovs-ofctl mod-port br0 p1 down
ovs-ofctl dump-ports-desc br0
ovs-ofctl mod-port br0 p1 up
ovs-ofctl mod-port br0 p2 no-flood
ovs-ofctl mod-port br0 1 no-flood
ovs-ofctl mod-port br0 1 down
ovs-ofctl dump-ports-desc br0
ovs-ofctl mod-port br0 1 up
ovs-ofctl mod-port br0 p1 flood
ovs-ofctl mod-port br0 2 flood
ovs-ofctl dump-ports-desc br0
ovs-ofctl mod-port br0 p1 sideways
ovs-ofctl mod-port br0 nosuch up
ovs-ofctl mod-port br0 p1
ovs-ofctl dump-flows br0
ovs-ofctl dump-flows br0 table=0
ovs-ofctl dump-flows br0 table=7
ovs-ofctl dump-flows br0 --no-stats
ovs-ofctl --no-stats dump-flows br0
ovs-ofctl dump-flows nosuch
ovs-ofctl dump-flows br0 xx
ovs-ofctl dump-aggregate br0
ovs-ofctl dump-aggregate br0 table=0
ovs-ofctl add-flow br0 xx
ovs-ofctl add-flow br0 priority=0,actions=NORMAL
ovs-ofctl --bundle add-flow br0 priority=0,actions=normal
ovs-dpctl --version
ovs-dpctl nosuch
"""


def normal(text):
    """Addresses and counters are each switch's own, and so is how fast it says that a device is."""
    text = re.sub(r"(addr|dpid):[0-9a-f:]+", r"\1:A", text)
    text = re.sub(r"(xid|duration|n_packets|n_bytes|pkts|bytes|drop|packet_count|byte_count|idle_age)=[0-9a-fx.]+s?", r"\1=N",
                  text)
    text = re.sub(r"(table|entries +): \d+(/\d+)?", r"\1: N", text)
    text = re.sub(r"^     (current:    10|speed: ).*\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"^ *\d+ +0  [0-9a-f:]{17} +\d+\n", "", text, flags=re.MULTILINE)  # stations that the host made known
    return re.sub(r"^\d{4}-\S+?\|\S*\n", "", text, flags=re.MULTILINE)


@pytest.fixture
def by_name(net, switch):
    """ours("ovs-appctl", "version"): run vsctl by that name."""
    for name in ("ovs-vsctl", "ovs-appctl", "ovs-ofctl", "ovs-dpctl"):
        os.symlink(VSCTL, os.path.join(net.directory, name))

    def run(*words):
        return subprocess.run([os.path.join(net.directory, words[0]), *words[1:]], capture_output=True, text=True,
                              check=False, timeout=60, env={**os.environ, "VSWITCH_RUNDIR": switch.rundir})
    return run


def two_ports(net, ns, ask):
    """A bridge with p1 and p2, numbered in this order, and one without ports."""
    far = net.ns(f"{ns.name.split('-')[-1]}-far", ipv6=False)
    net.cables(ns, far, [("p1", "q1"), ("p2", "q2")])
    for device in ("p1", "p2"):
        ns.sysctl(f"net.ipv6.conf.{device}.disable_ipv6", 1)
    for bridge in ("br0", "br1"):
        ask("add-br", bridge, "--", "set", "bridge", bridge, "datapath_type=netdev")
    ask("add-port", "br0", "p1")
    ask("add-port", "br0", "p2", "tag=10")


@pytest.mark.one_datapath
def test_same_answers(net, switch, by_name):
    real = OpenVSwitch(net, net.ns("real"))
    two_ports(net, real.ns, real)
    two_ports(net, switch.ns, switch)
    different = []
    for line in SAME.strip().splitlines():
        words = shlex.split(line)
        theirs = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, env=real.environment)
        ours = by_name(*words)
        want, got = [(done.returncode, sorted(normal(done.stdout).splitlines()), normal(done.stderr).splitlines())
                     for done in (theirs, ours)]
        if want != got:
            different.append(f"{line}\n    theirs: {want}\n    ours:   {got}")
    assert not different, f"{len(different)} differ:\n" + "\n".join(different)


def test_mod_port_moves_the_device(net, switch, by_name):
    """down and no-flood are in force, kept over a restart, and undone by up and flood."""
    switch("add-br br0")
    switch.add_wires("br0", "p1", "p2")

    def mod(*words):
        done = by_name("ovs-ofctl", "mod-port", "br0", *words)
        assert done.returncode == 0, done.stderr
    mod("p1", "down")
    assert switch.row("Interface", "p1")["admin_state"] == "down"
    switch.restart()
    assert switch.row("Interface", "p1")["admin_state"] == "down"
    mod("p1", "up")
    assert switch.row("Interface", "p1")["admin_state"] == "up"
    assert switch.row("Interface", "p1")["other_config"] == {}


def test_no_flood(switch, by_name, marker):
    switch("add-br br0")
    one, two, three = switch.add_wires("br0", "p1", "p2", "p3")
    assert by_name("ovs-ofctl", "mod-port", "br0", "p2", "no-flood").returncode == 0
    mac, unknown, known = "02:00:00:00:00:02", marker("unknown"), marker("known")
    one.send(build(payload=unknown))
    three.wait_for(unknown)
    two.send(build(src=mac, payload=(hello := marker("hello"))))
    three.wait_for(hello)
    one.send(build(dst=mac, payload=known))
    two.wait_for(known)
    assert not two.marked(unknown)


@pytest.mark.one_datapath
@pytest.mark.parametrize("flow", ["in_port=1,actions=drop", "table=1,actions=normal", "priority=3,actions=output:1",
                                  "dl_vlan=10,actions=NORMAL"])
def test_flows_are_refused(switch, by_name, flow):
    switch("add-br br0")
    done = by_name("ovs-ofctl", "add-flow", "br0", flow)
    assert done.returncode == 1 and flow in done.stderr and "no OpenFlow here" in done.stderr


@pytest.mark.one_datapath
def test_targets_and_json(net, switch, by_name):
    switch("add-br br0")
    for target in ("ovs-vswitchd", "ovsdb-server", switch.socket):
        assert by_name("ovs-appctl", "-t", target, "ofproto/list").stdout == "br0\n"
    done = by_name("ovs-appctl", "-t", "nosuch", "version")
    assert done.returncode == 1 and '"nosuch"' in done.stderr
    answer = json.loads(by_name("ovs-appctl", "--format=json", "ofproto/list").stdout)
    assert answer == {"reply": "br0\n", "reply-format": "plain"}
    assert "br0" in switch("ofproto", "list") and "br0" in switch("dpif/show")
    assert json.loads(switch("-f", "json", "fdb", "show", "br0"))["data"] == []
    assert by_name("ovs-dpctl", "dump-dps").stdout.endswith("@vswitch\n")


@pytest.mark.one_datapath
def test_log_level(switch):
    switch("vlog", "set", "any:any:err")
    assert "ERR" in switch("vlog", "list")
    switch("add-br quiet")
    switch("vlog", "set", "info")
    assert "INFO" in switch("vlog", "list")
    switch("add-br said")
    assert "add-br said" in switch.log_text() and "add-br quiet" not in switch.log_text()


@pytest.mark.one_datapath
def test_install_compat(tmp_path):
    """The names are put in place, never over somebody else's, and taken out again."""
    need("make")

    def make(*words):
        return subprocess.run(["make", "-C", TOP, f"BUILD={BUILD}", f"DESTDIR={tmp_path}", "PREFIX=/usr", *words],
                              capture_output=True, text=True, check=False, timeout=300)
    theirs = tmp_path / "usr/bin/ovs-ofctl"
    theirs.parent.mkdir(parents=True)
    theirs.write_text("theirs")
    done = make("install-compat")
    assert done.returncode != 0 and str(theirs) in done.stderr and theirs.read_text() == "theirs"
    assert not (tmp_path / "usr/bin/ovs-vsctl").exists()
    assert make("uninstall").returncode == 0 and theirs.read_text() == "theirs"
    assert make("install-compat", "FORCE=1").returncode == 0
    said = subprocess.run([theirs, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("ovs-ofctl (Open vSwitch)")
    assert make("uninstall").returncode == 0 and not list((tmp_path / "usr/bin").iterdir())
