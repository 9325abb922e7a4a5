# SPDX-License-Identifier: GPL-2.0-only
# test_tcp.py - ping and TCP between every pair of port types, with every end's default offloads
import itertools

import pytest
from lib.tools import ping, reach, tcp_both_ways

KINDS = ("veth", "system", "internal", "patch", "vxlan", "vxlan6")


class Stations:
    """A station behind each kind of port, all in one segment; made on demand, numbered as they come."""

    def __init__(self, net, new_switch):
        self.net, self.new_switch = net, new_switch
        self.switch = new_switch("a")
        self.switch("add-br br0")
        self.count = itertools.count(1)

    def __call__(self, kind):
        return getattr(self, "make_" + kind.rstrip("0123456789"))(kind, next(self.count))

    def make_veth(self, kind, number, switch=None, bridge="br0"):
        return (switch or self.switch).add_station(bridge, f"st{number}", f"10.0.0.{number}/24",
                                                   f"2001:db8::{number}/64"), number

    def make_system(self, kind, number):
        """A device that somebody else made: the switch end of a veth pair as podman or a cable would leave it."""
        space = self.net.ns(f"sys{number}")
        self.net.cable(self.switch.ns, f"sys{number}", space, "eth0")
        self.net.address(space, "eth0", f"10.0.0.{number}/24", f"2001:db8::{number}/64")
        self.switch("add-port", "br0", f"sys{number}")
        return space, number

    def make_internal(self, kind, number):
        """A foot of the host: the daemon's own namespace is the station."""
        name = f"in{number}"
        self.switch(f"add-port br0 {name} -- set interface {name} type=internal")
        self.switch.ns.run("ip", "link", "set", name, "up")
        self.net.address(self.switch.ns, name, f"10.0.0.{number}/24", f"2001:db8::{number}/64")
        return self.switch.ns, number

    def make_patch(self, kind, number):
        """A station on another bridge of the same daemon."""
        bridge = f"pb{number}"
        self.switch(f"add-br {bridge} -- add-port br0 to-{bridge} -- set interface to-{bridge} type=patch "
                    f"options:peer=from-{bridge} -- add-port {bridge} from-{bridge} -- set interface from-{bridge} "
                    f"type=patch options:peer=to-{bridge}")
        return self.make_veth(kind, number, bridge=bridge)

    def make_vxlan(self, kind, number):
        """A station behind a second daemon in another namespace, over IPv4 or IPv6."""
        other = self.new_switch(f"far{number}")
        other("add-br br0")
        device = f"ul{number}"
        self.net.cable(self.switch.ns, device, other.ns, device)
        if kind.endswith("6"):
            here, there, bits = f"2001:db8:{number}::a", f"2001:db8:{number}::b", 64
        else:
            here, there, bits = f"192.0.{number}.1", f"192.0.{number}.2", 24
        self.net.address(self.switch.ns, device, f"{here}/{bits}")
        self.net.address(other.ns, device, f"{there}/{bits}")
        for switch, remote in ((self.switch, there), (other, here)):
            switch("add-port", "br0", f"vx{number}", "--", "set", "interface", f"vx{number}", "type=vxlan",
                   f"options:remote_ip=\"{remote}\"", f"options:key={5000 + number}")
        return self.make_veth(kind, number, switch=other)


# Two feet of one host would talk through the host's own stack.
PAIRS = [pair for pair in itertools.combinations_with_replacement(KINDS, 2) if pair != ("internal", "internal")]


@pytest.mark.parametrize("one,two", PAIRS, ids=lambda kind: kind)
def test_tcp_between(net, new_switch, one, two):
    stations = Stations(net, new_switch)
    (here, _), (there, number) = stations(one), stations(two)
    reach(here, f"10.0.0.{number}")
    reach(here, f"2001:db8::{number}")
    tcp_both_ways(net, here, there, f"10.0.0.{number}")
    tcp_both_ways(net, here, there, f"2001:db8::{number}", size="2M")


def test_tcp_through_a_trunk_between_switches(net, new_switch):
    """Two switches, a tagged cable between them: the frames carry a tag and are still whole."""
    left, right = new_switch("left"), new_switch("right")
    net.cable(left.ns, "trunk", right.ns, "trunk")
    for switch in (left, right):
        switch("add-br br0 -- add-port br0 trunk trunks=10,20")
    red = left.add_station("br0", "red", "10.0.0.1/24", settings=["tag=10"])
    red2 = right.add_station("br0", "red2", "10.0.0.2/24", settings=["tag=10"])
    blue = right.add_station("br0", "blue", "10.0.0.3/24", settings=["tag=20"])
    tcp_both_ways(net, red, red2, "10.0.0.2")
    assert not ping(red, "10.0.0.3") and blue.links() == ["eth0"]
