# SPDX-License-Identifier: GPL-2.0-only
# test_vlan.py - VLAN modes on live ports: the conformance table, 802.1ad, priorities, isolation
import os
import re

import pytest
from lib.switch import Switch
from lib.wire import Marker, Tag, Wire, barrier, build, tag

TABLE = os.path.join(os.path.dirname(__file__), "../fixtures/vlan_table.tsv")
LOCAL = 100
SETTINGS = {
    1: "trunks=10,12",
    2: "tag=10",
    3: "tag=12 other-config:priority-tags=if-nonzero",
    4: "tag=12",
    5: "vlan_mode=native-tagged tag=10",
    6: "vlan_mode=native-tagged tag=10 trunks=10,12",
    7: "vlan_mode=native-untagged tag=12",
    8: "vlan_mode=native-untagged tag=12 trunks=10,12 other-config:priority-tags=if-nonzero",
    9: "vlan_mode=dot1q-tunnel tag=10 other-config:qinq-ethtype=802.1q",
    10: "vlan_mode=dot1q-tunnel tag=10 cvlans=10,12 other-config:qinq-ethtype=802.1q",
    11: "vlan_mode=dot1q-tunnel tag=12 other-config:qinq-ethtype=802.1q",
    12: "vlan_mode=dot1q-tunnel tag=12 other-config:qinq-ethtype=802.1q other-config:priority-tags=if-nonzero",
}


def read_table():
    with open(TABLE, encoding="ascii") as file:
        for line in file:
            if not line.startswith("#"):
                port, vid, pcp, actions = line.rstrip("\n").split("\t")
                yield int(port), None if vid == "none" else int(vid), int(pcp), actions


CASES = list(read_table())
SENTINELS = [(LOCAL, 10), (LOCAL, 12), (9, 10), (1, 10)]  # frames that between them come out of every port


def outputs(tags, actions):
    """Play the actions through: the set of (port, tags on the frame that leaves there)."""
    tags, result = list(tags), set()
    for action in re.findall(r"push_vlan\([^)]*\)|\w+", actions):
        if action == "pop_vlan":
            tags.pop(0)
        elif action.startswith("push_vlan"):
            vid, pcp = map(int, re.findall(r"=(\d+)", action))
            tags.insert(0, tag(vid, pcp))
        elif action != "drop":
            result.add((int(action), tuple(tags)))
    return result


class Lab:
    """The twelve ports of the table and the bridge's own."""

    def __init__(self, net, datapath):
        self.switch = Switch(net, "vlan", datapath=datapath)
        self.switch("add-br br0")
        wires = self.switch.add_wires("br0", *[f"p{port}" for port in SETTINGS])
        for port, settings in SETTINGS.items():
            self.switch("set", "port", f"p{port}", *settings.split())
        # Every frame floods, as in the original, where no case knows of the ones before it.
        self.switch("set", "bridge", "br0", "flood_vlans=0,10,11,12")
        self.switch.ns.silent().run("ip", "link", "set", "br0", "up")
        self.switch.ns.wait_up("br0")
        self.wires = dict(zip(SETTINGS, wires))
        self.wires[LOCAL] = Wire(net, self.switch.ns, "br0")
        self.marker = Marker()

    def settle(self):
        """Wait until all that was sent has come out."""
        for source, vid in SENTINELS:
            actions = next(case[3] for case in CASES if case[:3] == (source, vid, 0))
            reached = {port for port, _ in outputs([tag(vid)], actions)}
            barrier(self.wires[source], [self.wires[port] for port in reached], self.marker, tags=[tag(vid)])


@pytest.fixture(scope="module")
def lab(module_net, datapath):
    return Lab(module_net, datapath)


def test_table_is_whole():
    assert len(CASES) == 90


@pytest.mark.parametrize("port,vid,pcp,actions", CASES, ids=[f"{p}-{v}-{c}" for p, v, c, _ in CASES])
def test_conformance(lab, port, vid, pcp, actions):
    tags = [] if vid is None else [tag(vid, pcp)]
    text = lab.marker("case")
    for wire in lab.wires.values():
        wire.clear()
    lab.wires[port].send(build(tags=tags, payload=text))
    lab.settle()
    got = [(number, tuple(frame.tags)) for number, wire in lab.wires.items() for frame in wire.marked(text)]
    assert sorted(got) == sorted(outputs(tags, actions))


def test_service_tags(switch, marker):
    """802.1ad: the provider's tag goes on at the customer port, whatever is inside, and comes off at the other."""
    switch("add-br br0")
    one, two, trunk = switch.add_wires("br0", "one", "two", "trunk")
    for name in ("one", "two"):
        switch("set", "port", name, "vlan_mode=dot1q-tunnel", "tag=300")
    for tags in ([], [tag(7, 5)], [tag(7), tag(8, 1)]):
        text = marker()
        one.send(build(tags=tags, payload=text))
        assert two.wait_for(text)[0].tags == tags
        outer, *inner = trunk.wait_for(text)[0].tags
        assert (outer.tpid, outer.vid, inner) == (0x88A8, 300, tags)


def test_priority_and_drop_eligible_bits_survive(switch, marker):
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    for pcp in range(8):
        for dei in (0, 1):
            text = marker()
            one.send(build(tags=[tag(20, pcp, dei)], payload=text))
            assert two.wait_for(text)[0].tags == [Tag(0x8100, 20, pcp, dei)]


@pytest.mark.parametrize("mode,pcp,tags", [
    (None, 3, []), ("never", 3, []), ("if-nonzero", 0, []), ("if-nonzero", 3, [tag(0, 3)]), ("always", 0, [tag(0, 0)]),
    ("always", 3, [tag(0, 3)])])
def test_priority_tags(switch, marker, mode, pcp, tags):
    switch("add-br br0")
    trunk, access = switch.add_wires("br0", "trunk", "access")
    switch("set", "port", "access", "tag=20", *([f"other_config:priority-tags={mode}"] if mode else []))
    text = marker()
    trunk.send(build(tags=[tag(20, pcp)], payload=text))
    assert access.wait_for(text)[0].tags == tags


def test_tenants_are_isolated(switch, marker):
    """Nothing at all of one VLAN arrives at a port of another: broadcast, unknown, known or with a foreign tag."""
    switch("add-br br0")
    red, red2, blue, trunk = switch.add_wires("br0", "red", "red2", "blue", "trunk")
    switch("set port red tag=10 -- set port red2 tag=10 -- set port blue tag=20 -- set port trunk trunks=10,20")
    station = {"blue": "02:00:00:00:00:20", "red2": "02:00:00:00:00:12"}
    blue.send(build(src=station["blue"], payload=(hello := marker())))
    trunk.wait_for(hello)
    red2.send(build(src=station["red2"], payload=(hello := marker())))
    red.wait_for(hello)
    blue.clear()
    sent = [build(src="02:00:00:00:00:10", dst=dst, tags=tags, payload=b"red only")
            for dst in ("ff:ff:ff:ff:ff:ff", "01:00:5e:00:00:01", "02:00:00:00:00:77", *station.values())
            for tags in ([], [tag(20)], [tag(0)], [tag(0), tag(20)], [tag(20), tag(10)])]
    for raw in sent:
        red.send(raw)
    barrier(red, [red2, trunk], marker)
    barrier(trunk, [blue], marker, tags=[tag(20)])
    assert red2.marked(b"red only"), "the test sent nothing that could have leaked"
    assert [frame for frame in blue.frames(None) if b"red only" in frame.raw] == []


def test_vlan_change_takes_effect_at_once(switch, marker):
    """A frame sent after the command has returned is treated by the new setting."""
    switch("add-br br0")
    one, two, trunk = switch.add_wires("br0", "one", "two", "trunk")
    switch("set port one tag=10 -- set port two tag=10")
    for vid in (11, 10, 12, 13, 10):
        switch("set", "port", "two", f"tag={vid}")
        one.send(build(payload=(text := marker())))
        trunk.wait_for(text)
        barrier(two, [trunk], marker)
        barrier(trunk, [two], marker, tags=[tag(vid)])
        assert bool(two.marked(text)) == (vid == 10)
