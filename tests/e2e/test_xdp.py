# SPDX-License-Identifier: GPL-2.0-only
# test_xdp.py - the hook before tcx: which ports have it, what it takes, and that nobody can tell by the frames
import json
import os

import pytest
from lib.switch import VSWITCHD
from lib.tools import tcp_both_ways
from lib.wait import wait_until
from lib.wire import Wire, build, tag

pytestmark = pytest.mark.bpf_only
A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"


def bpftool(ns, *words):
    done = ns.run("env", f"PATH={os.environ['PATH']}:/usr/sbin", "bpftool", "-j", *words)
    return json.loads(done.stdout or "null")


def hook(switch, name):
    return switch.row("Interface", name)["status"].get("hook")


def reason(switch, name):
    return switch.row("Interface", name)["status"].get("hook_reason", "")


def add_xdp(switch, *names):
    """Wires whose ports have XDP at both sides of the switch: it takes frames from them and can send to them."""
    wires = switch.add_wires("br0", *names)
    for name, wire in zip(names, wires):
        switch("set", "interface", name, "other_config:xdp=native")
        wire.ns.run("ethtool", "-K", wire.device, "gro", "on")
        wait_until(lambda name=name: (hook(switch, name), reason(switch, name)) == ("xdp", ""), f"XDP to serve {name}")
    return wires


def taken(one, two, inside, marker, tags=(), length=0):
    """
    Send a burst of known unicast, all of which must come out. Return: one of its frames, when XDP took at least one: the
    first may go by tcx, which keeps the station's age once a second.
    """
    text = marker("burst")
    for _ in range(8):
        one.send(build(dst=B, src=A, tags=tags, payload=text + bytes(length)))
    out = two.wait_for(text, 8)
    assert len(out) == 8 and len(inside.marked(text)) < 8
    return out[-1]


@pytest.fixture
def pair(switch):
    switch("add-br br0")
    return add_xdp(switch, "one", "two")


def learn(one, two, marker, tags=((), ())):
    for wire, src, far, tagged in ((one, A, two, tags[0]), (two, B, one, tags[1])):
        wire.send(build(src=src, tags=tagged, payload=(text := marker())))
        far.wait_for(text)


def test_who_has_it(switch):
    switch("add-br br0")
    switch.add_wires("br0", "one", "two")
    assert hook(switch, "one") == "tcx" and "off a wire" in reason(switch, "one")
    switch("set interface one other_config:xdp=native")
    assert hook(switch, "one") == "xdp"
    switch("set interface one other_config:xdp=generic")
    assert hook(switch, "one") == "xdp-generic"
    switch("set interface one other_config:xdp=off")
    assert hook(switch, "one") == "tcx" and "off" in reason(switch, "one")
    assert "prog/xdp" not in switch.ns.run("ip", "-d", "link", "show", "one").stdout
    answer = switch.vsctl("set", "interface", "one", "other_config:xdp=fast", status=1)
    assert '"fast"' in answer.err and "native" in answer.err
    assert hook(switch, "one") == "tcx"


def test_another_program_is_left_alone(switch):
    """A device has room for one XDP program. Where another is, ours gives way and says so, and the port works by tcx."""
    switch("add-br br0")
    switch.add_wires("br0", "one", "two")
    switch("set interface two other_config:xdp=native")
    theirs = next(prog["id"] for prog in bpftool(switch.ns, "prog", "list") if prog.get("name") == "vs_xdp_in")
    bpftool(switch.ns, "net", "attach", "xdpdrv", "id", str(theirs), "dev", "one")
    switch("set interface one other_config:xdp=native")
    assert hook(switch, "one") == "tcx" and "one" in reason(switch, "one")
    switch("set interface one other_config:xdp=off")
    assert "prog/xdp" in switch.ns.run("ip", "-d", "link", "show", "one").stdout
    bpftool(switch.ns, "net", "detach", "xdpdrv", "dev", "one")
    switch("set interface one other_config:xdp=native")
    assert hook(switch, "one") == "xdp"


def test_it_takes_known_unicast_and_nothing_else(switch, pair, marker):
    one, two = pair
    inside = Wire(switch.net, switch.ns, "one")  # a packet socket sees what has become an sk_buff
    learn(one, two, marker)
    before = switch.statistics("one"), switch.statistics("two")
    taken(one, two, inside, marker)
    one.send(build(src=A, payload=(flooded := marker("flooded"))))
    two.wait_for(flooded)
    inside.wait_for(flooded)
    after = switch.statistics("one"), switch.statistics("two")
    for counter, at in (("rx_packets", 0), ("tx_packets", 1)):
        assert after[at][counter] - before[at][counter] == 9
    assert after[0]["rx_bytes"] - before[0]["rx_bytes"] == 9 * 60


@pytest.mark.parametrize("into, out, got", [
    ([], [], []),
    ([tag(10, pcp=5)], [tag(10)], [tag(10, pcp=5)]),
    ([tag(10, pcp=3)], "access", []),
    ("access", [tag(10)], [tag(10)]),
    ([tag(10, tpid=0x88a8), tag(7)], [tag(10)], [tag(10, tpid=0x88a8), tag(7)]),
], ids=["untagged", "trunk", "pop", "push", "two tags"])
def test_tags(switch, pair, marker, into, out, got):
    """The same changes of tags as by tcx, in the bytes."""
    one, two = pair
    inside = Wire(switch.net, switch.ns, "one")
    for name, kind in (("one", into), ("two", out)):
        if kind == "access":
            switch("set", "port", name, "tag=10")
    into, back = [] if into == "access" else into, [] if out == "access" else out
    learn(one, two, marker, (into, back))
    assert taken(one, two, inside, marker, into, 100).tags == got


def test_a_station_that_moves(switch, pair, marker):
    one, two = pair
    learn(one, two, marker)
    two.send(build(src=A, payload=(text := marker())))
    one.wait_for(text)
    assert switch.fdb_find("br0", A).port == "two"
    one.send(build(dst=A, src=B, payload=(text := marker())))
    two.wait_for(text)
    assert switch.fdb_find("br0", B).port == "one"


def test_a_port_that_xdp_cannot_send_to(switch, pair, marker):
    one, two = pair
    plain = switch.add_wires("br0", "plain")
    assert "gro" not in reason(switch, "plain")
    plain.send(build(src="02:00:00:00:00:0c", payload=(text := marker())))
    one.wait_for(text)
    one.send(build(dst="02:00:00:00:00:0c", src=A, payload=(text := marker())))
    plain.wait_for(text)
    two.ns.run("ethtool", "-K", two.device, "gro", "off")
    wait_until(lambda: "gro" in reason(switch, "two"), "the news that two cannot be sent to")
    learn(one, two, marker)
    one.send(build(dst=B, src=A, payload=(text := marker())))
    two.wait_for(text)


def test_too_long_is_for_tcx_to_say(switch, pair, marker):
    one, two = pair
    learn(one, two, marker)
    switch.ns.run("ip", "link", "set", "two", "mtu", 1400)
    one.send(build(dst=B, src=A, payload=marker() + bytes(1480)))
    wait_until(lambda: switch.drops("two", "mtu") == 1, "the drop to be counted")
    one.send(build(dst=B, src=A, payload=(text := marker()) + bytes(1300)))
    two.wait_for(text)


def test_it_outlives_the_daemon_and_goes_when_told(switch, pair, marker):
    one, two = pair
    learn(one, two, marker)
    inside = Wire(switch.net, switch.ns, "one")
    switch.kill()
    taken(one, two, inside, marker)
    switch.start()
    assert hook(switch, "one") == hook(switch, "two") == "xdp"
    taken(one, two, inside, marker)
    switch("del-port one")
    assert "xdp" not in switch.ns.run("ip", "-d", "link", "show", "one").stdout
    features = switch.ns.run("ethtool", "-k", "one").stdout
    assert "rx-vlan-offload: on" in features
    switch.kill()
    switch.ns.run(VSWITCHD, "--flush", "--rundir", switch.rundir, "--db", switch.db)
    assert "xdp" not in switch.ns.run("ip", "-d", "link", "show", "two").stdout
    switch.start()


def test_tcp_with_the_senders_offloads_off(net, switch):
    switch("add-br br0")
    hosts = [switch.add_station("br0", name, f"10.9.0.{number}/24", interface=["other_config:xdp=native"])
             for number, name in ((1, "a"), (2, "b"))]
    for host in hosts:
        host.run("ethtool", "-K", "eth0", "tx", "off", "txvlan", "off", "gro", "on")
    tcp_both_ways(net, *hosts, "10.9.0.2")
