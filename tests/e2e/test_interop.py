# SPDX-License-Identifier: GPL-2.0-only
# test_interop.py - with the tunnels of others: the Linux kernel's, Open vSwitch's, and tshark's opinion of ours
import os

import pytest
from lib.peers import KernelBridge, OpenVSwitch
from lib.tools import iperf, like_a_wire, need, reach, tcp_both_ways, tshark, tshark_complaints
from lib.wire import Wire

UNDERLAY = {4: ("192.0.2.1", "192.0.2.2", 24), 6: ("2001:db8:1::1", "2001:db8:1::2", 64)}
families = pytest.mark.parametrize("family", [4, 6], ids=["ip4", "ip6"])


def site(net, switch, family, key=5010, *more):
    """Our side: a bridge with a station and a tunnel to the other side's address."""
    here, there, bits = UNDERLAY[family]
    far = net.ns("far")
    net.cable(switch.ns, "ul0", far, "ul0")
    net.address(switch.ns, "ul0", f"{here}/{bits}")
    switch("add-br br0")
    switch("add-port", "br0", "vx", "tag=10", "--", "set", "interface", "vx", "type=vxlan",
           f"options:remote_ip=\"{there}\"", f"options:key={key}", *more)
    station = switch.add_station("br0", "web", "10.0.0.1/24", "2001:db8:aa::1/64", settings=["tag=10"])
    return far, station


def far_station(net, far, attach, *, mtu):
    """A station behind the other side's bridge."""
    space = net.ns("station")
    net.cable(far, "port", space, "eth0", mtu=mtu)
    net.address(space, "eth0", "10.0.0.2/24", "2001:db8:aa::2/64")
    attach("port")
    return space


def fitting(family):
    return 1450 if family == 4 else 1430


@families
def test_kernel_vxlan_and_bridge(net, switch, family):
    """Linux's own vxlan and bridge at the other end, offloads as they are."""
    here, there, bits = UNDERLAY[family]
    far, station = site(net, switch, family)
    net.address(far, "ul0", f"{there}/{bits}")
    bridge = KernelBridge(net, far)
    bridge.add_vxlan("vx", 5010, there, here)
    other = far_station(net, far, bridge.add, mtu=fitting(family))
    tcp_both_ways(net, station, other, "10.0.0.2")
    reach(station, "2001:db8:aa::2")
    tcp_both_ways(net, station, other, "2001:db8:aa::2", size="2M")


@families
def test_kernel_vxlan_with_checksums(net, switch, family):
    here, there, bits = UNDERLAY[family]
    far, station = site(net, switch, family, 5010, "options:csum=true")
    net.address(far, "ul0", f"{there}/{bits}")
    bridge = KernelBridge(net, far)
    bridge.add_vxlan("vx", 5010, there, here, *(["udpcsum"] if family == 4 else []))
    other = far_station(net, far, bridge.add, mtu=fitting(family))
    tcp_both_ways(net, station, other, "10.0.0.2", size="5M")


@families
def test_open_vswitch_userspace_vxlan(net, switch, family):
    """
    Open vSwitch's own tunnels. It takes neither offloaded frames nor unfinished checksums, so what faces it is made to
    carry what a cable would: the underlay, and the station that is its own.
    """
    here, there, bits = UNDERLAY[family]
    far, station = site(net, switch, family)
    like_a_wire(switch.ns, "ul0")
    like_a_wire(far, "ul0")
    ovs = OpenVSwitch(net, far)
    ovs.underlay("ul0", f"{there}/{bits}")
    ovs.add_bridge("int")
    ovs.add_vxlan("int", "vx", here, 5010)
    other = far_station(net, far, lambda device: ovs("add-port", "int", device), mtu=fitting(family))
    like_a_wire(other, "eth0")
    tcp_both_ways(net, station, other, "10.0.0.2", size="2M")


@families
def test_tshark_has_no_complaint(net, switch, family):
    """Pings, TCP and floods through the tunnel, as a cable would carry them: every layer in order, every checksum right."""
    need("tshark", "ethtool")
    here, there, bits = UNDERLAY[family]
    far, station = site(net, switch, family, 5010, "options:csum=true", "options:tos=inherit")
    net.address(far, "ul0", f"{there}/{bits}")
    like_a_wire(switch.ns, "ul0")
    bridge = KernelBridge(net, far)
    bridge.add_vxlan("vx", 5010, there, here)
    other = far_station(net, far, bridge.add, mtu=fitting(family))
    wire = Wire(net, far, "ul0")
    reach(station, "10.0.0.2")
    reach(station, "2001:db8:aa::2")
    for address in ("10.0.0.2", "2001:db8:aa::2"):
        iperf(net, other, station, address, "500K")
    pcap = os.path.join(net.directory, "underlay.pcap")
    wire.save(pcap)
    assert tshark_complaints(pcap) == []
    dissected = tshark(pcap, "-T", "fields", "-e", "vxlan.vni", "-e", "frame.protocols", display="vxlan")
    assert len(dissected) > 100 and all(line.startswith("5010\t") for line in dissected)
    for inner in ("arp", "icmp", "icmpv6", "tcp"):
        assert any(line.split(":").count(inner) for line in dissected), f"no {inner} in the tunnel"


def test_trunk_to_open_vswitch(net, switch):
    """A tagged cable to Open vSwitch: both see the same VLANs."""
    far = net.ns("far")
    net.cable(switch.ns, "trunk", far, "trunk")
    switch("add-br br0 -- add-port br0 trunk trunks=10,20")
    ovs = OpenVSwitch(net, far)
    ovs.add_bridge("int")
    ovs("add-port", "int", "trunk", "trunks=10,20")
    for vlan in (10, 20):
        switch.add_station("br0", f"v{vlan}", f"10.0.{vlan}.1/24", settings=[f"tag={vlan}"])
        space = net.ns(f"o{vlan}")
        net.cable(far, f"o{vlan}", space, "eth0")
        net.address(space, "eth0", f"10.0.{vlan}.2/24")
        ovs("add-port", "int", f"o{vlan}", f"tag={vlan}")
        reach(space, f"10.0.{vlan}.1")
