# SPDX-License-Identifier: GPL-2.0-only
# test_vxlan.py - tunnels as the other end sees them (RFC 7348, RFC 6040), packet by packet
import socket
import struct

import pytest
from lib.underlay import Core, Peer, dissect
from lib.wait import wait_until
from lib.wire import Wire, barrier, build, parse, tag

HOME, REMOTE, HOME6, REMOTE6 = "192.0.2.1", "192.0.2.2", "2001:db8:1::1", "2001:db8:1::2"
A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
NOT_ECT, ECT1, ECT0, CE = range(4)


@pytest.fixture
def peer(net, switch):
    return Peer(net, switch)


@pytest.fixture
def inside(switch, peer):
    """A station's wire on a bridge with a tunnel vx to the peer, VNI 5010."""
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE)
    return wire


def add_tunnel(switch, name, remote, key=5010, *more, settings=()):
    switch("add-port", "br0", name, *settings, "--", "set", "interface", name, "type=vxlan",
           f"options:remote_ip=\"{remote}\"", f"options:key={key}", *more)


def arrives(peer, marker, count=1):
    return wait_until(lambda: len(found := peer.packets(marker)) >= count and found, f"{marker!r} at the peer")


def inner_ip(marker, tos=0, ttl=33, src="10.0.0.1", dst="10.0.0.2", sport=1000, dport=2000):
    """An IPv4 UDP packet, checksum of its header right."""
    payload = struct.pack("!HHHH", sport, dport, 8 + len(marker), 0) + marker
    head = struct.pack("!BBHHHBBH4s4s", 0x45, tos, 20 + len(payload), 7, 0, ttl, 17, 0, socket.inet_aton(src),
                       socket.inet_aton(dst))
    total = sum(struct.unpack("!10H", head))
    total = (total & 0xFFFF) + (total >> 16)
    total = (total & 0xFFFF) + (total >> 16)
    return head[:10] + struct.pack("!H", ~total & 0xFFFF) + head[12:] + payload


def inner_ip6(marker, tos=0, ttl=33):
    payload = struct.pack("!HHHH", 1000, 2000, 8 + len(marker), 0xFFFF) + marker
    return struct.pack("!IHBB", 6 << 28 | tos << 20, len(payload), 17, ttl) + socket.inet_pton(socket.AF_INET6, "fd00::1") \
        + socket.inet_pton(socket.AF_INET6, "fd00::2") + payload


def test_packet_form(switch, peer, inside, marker):
    raw = build(src=A, payload=(text := marker()))
    inside.send(raw)
    out = arrives(peer, text)[0]
    assert (out.src, out.dst, out.dport, out.vni, out.flags) == (HOME, REMOTE, 4789, 5010, 8)
    assert out.inner == raw
    assert out.udp_csum == 0 and out.df and out.ttl == 64 and out.tos == 0
    assert out.sport >= 32768


def test_frames_come_in(switch, peer, inside, marker):
    raw = build(src=B, payload=(text := marker()))
    peer.send(HOME, raw, 5010)
    assert inside.wait_for(text)[0].raw == raw


@pytest.mark.parametrize("vni", [0, 1, 0xFFFFFF])
def test_every_vni(switch, peer, marker, vni):
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, vni)
    wire.send(build(payload=(text := marker())))
    assert arrives(peer, text)[0].vni == vni
    peer.send(HOME, build(src=B, payload=(text := marker())), vni)
    wire.wait_for(text)


def test_ipv6_underlay(switch, peer, marker):
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE6)
    wire.send(build(src=A, payload=(text := marker())))
    out = arrives(peer, text)[0]
    assert (out.src, out.dst, out.vni) == (HOME6, REMOTE6, 5010) and out.udp_csum != 0
    peer.send(HOME6, build(src=B, payload=(text := marker())), 5010)
    wire.wait_for(text)
    assert switch.fdb_find("br0", B).remote == REMOTE6


def test_station_behind_a_tunnel_is_learned_with_its_vtep(switch, peer, inside, marker):
    peer.send(HOME, build(src=B, payload=(text := marker())), 5010)
    inside.wait_for(text)
    row = switch.fdb_find("br0", B)
    assert (row.port, row.remote) == ("vx", REMOTE)


def test_tag_joins_a_vlan_to_a_vni(switch, peer, marker):
    """With a tag the tunnel is an access port: VLAN 10 and VNI 5010 are one segment and no tag travels."""
    switch("add-br br0")
    ten, twenty = switch.add_wires("br0", "ten", "twenty")
    switch("set port ten tag=10 -- set port twenty tag=20")
    add_tunnel(switch, "vx", REMOTE, settings=["tag=10"])
    ten.send(build(src=A, payload=(text := marker())))
    assert parse(arrives(peer, text)[0].inner).tags == []
    twenty.send(build(src=B, payload=(foreign := marker())))
    peer.send(HOME, build(src="02:00:00:00:00:0c", payload=(reply := marker())), 5010)
    ten.wait_for(reply)
    ten.send(build(src=A, payload=(last := marker())))
    arrives(peer, last)
    assert peer.packets(foreign) == [] and twenty.marked(reply) == []


def test_trunk_tunnel_carries_tags(switch, peer, inside, marker):
    inside.send(build(tags=[tag(30, 5)], payload=(text := marker())))
    assert parse(arrives(peer, text)[0].inner).tags == [tag(30, 5)]


def test_source_port_tells_flows_apart(switch, peer, inside, marker):
    """One flow always uses one port; many flows use many (RFC 7348 section 5)."""
    flows = {}
    for flow in range(64):
        for _ in range(2):
            inside.send(build(src=A, kind=0x0800, payload=inner_ip((text := marker()), sport=1000 + flow)))
            flows.setdefault(flow, set()).add(arrives(peer, text)[0].sport)
    assert all(len(ports) == 1 for ports in flows.values())
    assert len(set.union(*flows.values())) > 32


@pytest.mark.parametrize("options,field,value", [
    ("options:ttl=9", "ttl", 9), ("options:tos=0x28", "tos", 0x28), ("options:tos=40", "tos", 40),
    ("options:df_default=false", "df", False), ("options:df_default=true", "df", True)])
def test_outer_header_options(switch, peer, marker, options, field, value):
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, 5010, options)
    wire.send(build(src=A, kind=0x0800, payload=inner_ip(text := marker())))
    assert getattr(arrives(peer, text)[0], field) == value


def test_checksum_on_request(switch, peer, marker):
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, 5010, "options:csum=true")
    wire.send(build(payload=(text := marker())))
    assert arrives(peer, text)[0].udp_csum != 0


@pytest.mark.parametrize("make", [inner_ip, inner_ip6], ids=["ip4", "ip6"])
def test_ttl_and_tos_inherit(switch, peer, marker, make):
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, 5010, "options:ttl=inherit", "options:tos=inherit")
    kind = 0x0800 if make is inner_ip else 0x86DD
    for tags in ([], [tag(7)]):
        wire.send(build(src=A, tags=tags, kind=kind, payload=make((text := marker()), tos=0xB8, ttl=17)))
        out = arrives(peer, text)[0]
        assert (out.ttl, out.tos) == (17, 0xB8)
    wire.send(build(src=A, payload=(text := marker())))
    out = arrives(peer, text)[0]
    assert (out.ttl, out.tos) == (64, 0), "what has nothing to inherit gets the default"


@pytest.mark.parametrize("ecn", [NOT_ECT, ECT1, ECT0, CE])
@pytest.mark.parametrize("make,kind", [(inner_ip, 0x0800), (inner_ip6, 0x86DD)], ids=["ip4", "ip6"])
def test_ecn_goes_out(switch, peer, inside, marker, make, kind, ecn):
    """RFC 6040 section 4.1, normal mode: the outer header says what the inner one does."""
    if switch.datapath == "bpf" and ecn == CE:
        pytest.skip("the kernel's VXLAN device sends ECT(0) for an inner CE, as RFC 3168 had it")
    inside.send(build(src=A, kind=kind, payload=make((text := marker()), tos=ecn)))
    out = arrives(peer, text)[0]
    assert out.tos & 3 == ecn and out.tos >> 2 == 0


# RFC 6040 figure 4: (inner, outer) -> inner on leaving the tunnel, None for dropped
DECAPSULATION = {
    (NOT_ECT, NOT_ECT): NOT_ECT, (NOT_ECT, ECT0): NOT_ECT, (NOT_ECT, ECT1): NOT_ECT, (NOT_ECT, CE): None,
    (ECT0, NOT_ECT): ECT0, (ECT0, ECT0): ECT0, (ECT0, ECT1): ECT1, (ECT0, CE): CE,
    (ECT1, NOT_ECT): ECT1, (ECT1, ECT0): ECT1, (ECT1, ECT1): ECT1, (ECT1, CE): CE,
    (CE, NOT_ECT): CE, (CE, ECT0): CE, (CE, ECT1): CE, (CE, CE): CE,
}


@pytest.mark.parametrize("make,kind", [(inner_ip, 0x0800), (inner_ip6, 0x86DD)], ids=["ip4", "ip6"])
def test_ecn_comes_in(switch, peer, inside, marker, make, kind):
    for (inner, outer), wanted in DECAPSULATION.items():
        text, end = marker("ecn"), marker("end")
        peer.send(HOME, build(src=B, kind=kind, payload=make(text, tos=0xB8 | inner)), 5010, tos=outer)
        peer.send(HOME, build(src=B, payload=end), 5010)
        inside.wait_for(end)
        got = [frame for frame in inside.frames(kind) if text in frame.payload]
        if wanted is None:
            assert got == []
            continue
        if kind == 0x0800:
            assert got[0].payload[:len(make(text))] == make(text, tos=0xB8 | wanted), "with its checksum made right"
        else:
            assert got[0].payload[:len(make(text))] == make(text, tos=0xB8 | wanted)
    assert switch.drops("vx", "ecn") == 1


def test_other_udp_port(net, switch, marker):
    other = Peer(net, switch, port=8472)
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, 5010, "options:dst_port=8472")
    wire.send(build(payload=(text := marker())))
    assert arrives(other, text)[0].dport == 8472
    other.send(HOME, build(src=B, payload=(text := marker())), 5010)
    wire.wait_for(text)


def test_local_ip(net, switch, peer, marker):
    """The source is what was asked for, not what routing would choose, and only that address is listened on for it."""
    net.address(switch.ns, "ul0", "192.0.2.9/24")
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE, 5010, "options:local_ip=192.0.2.9")
    wire.send(build(payload=(text := marker())))
    assert arrives(peer, text)[0].src == "192.0.2.9"
    peer.send("192.0.2.9", build(src=B, payload=(text := marker())), 5010)
    wire.wait_for(text)


def test_wrong_packets_are_dropped_and_counted(net, switch, peer, inside, marker):
    """Unknown VTEP, unknown VNI, no I flag, too short: nothing comes out, each is counted under its name."""
    net.address(peer.ns, "eth0", "192.0.2.66/24")
    frame = build(src=B, payload=b"wrong")
    peer.send(HOME, frame, 5010, source="192.0.2.66")
    peer.send(HOME, frame, 4999)
    peer.send(HOME, frame, 5010, flags=0)
    peer.send(HOME, b"", 5010, head=b"\x08\0\0")
    peer.send(HOME, b"", 5010)
    peer.send(HOME, frame[:13], 5010)
    peer.send(HOME, build(src=B, payload=(end := marker())), 5010)
    inside.wait_for(end)
    assert inside.marked(b"wrong") == []
    assert switch.fdb_find("br0", B).remote == REMOTE
    reasons = [("vxlan-remote", 1), ("vxlan-vni", 1)]
    if switch.datapath == "user":  # otherwise the kernel's VXLAN device drops these before any port sees them
        reasons += [("vxlan-flags", 1), ("vxlan-short", 1), ("runt", 1)]
    for reason, least in reasons:
        assert tunnel_drops(switch, reason) >= least, reason


def tunnel_drops(switch, reason):
    """Drops before a port is known have no port to be charged to; the switch as a whole counts them."""
    name = f"drop_{reason}"
    whole = switch.rows("Open_vSwitch")[0]["statistics"]
    return sum(switch.statistics(one)[name] for one in ("vx", "in", "br0")) + int(whole.get(name, 0))


def test_head_end_replication(net, new_switch, marker):
    """A flooded frame reaches every remote exactly once, a known one its remote alone, and nothing is reflected."""
    core = Core(net)
    sites = [new_switch(f"s{number}") for number in range(4)]
    address = [f"192.0.2.{number + 1}" for number in range(4)]
    wires, cables = [], []
    for number, site in enumerate(sites):
        cables.append(core.join(site.ns, f"{address[number]}/24"))
        site("add-br br0")
        wires.append(site.add_wires("br0", "in"))
        others = ",".join(one for one in address if one != address[number])
        add_tunnel(site, "vx", others)
    wires[0].send(build(src=A, payload=(text := marker())))
    for wire in wires[1:]:
        assert len(wire.wait_for(text)) == 1
    for number in (1, 2, 3):
        wires[number].send(build(src=f"02:00:00:00:01:{number:02x}", payload=(hello := marker())))
        for other, wire in enumerate(wires):
            if other != number:
                wire.wait_for(hello)
    wires[0].send(build(dst="02:00:00:00:01:02", src=A, payload=(known := marker())))
    wires[2].wait_for(known)
    for number, wire in enumerate(wires):
        barrier(wire, wires[:number] + wires[number + 1:], marker)
    assert [len(wire.marked(text)) for wire in wires] == [0, 1, 1, 1]
    assert [len(wire.marked(known)) for wire in wires] == [0, 0, 1, 0]
    sent = [one for raw in cables[0].poll() if (one := dissect(raw)) and text in one.inner]
    assert sorted(one.dst for one in sent) == address[1:]
    assert sites[0].fdb_find("br0", "02:00:00:00:01:02").remote == address[2]


def test_station_moves_between_vteps(net, switch, marker):
    peer = Peer(net, switch, cidrs=("192.0.2.2/24", "192.0.2.3/24"))
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", "192.0.2.2 192.0.2.3")
    for source in ("192.0.2.2", "192.0.2.3", "192.0.2.2"):
        peer.send(HOME, build(src=B, payload=(text := marker())), 5010, source=source)
        wire.wait_for(text)
        wire.send(build(dst=B, src=A, payload=(text := marker())))
        assert [one.dst for one in arrives(peer, text)] == [source]


def test_remote_removed_from_the_list(net, switch, marker):
    """Its stations are forgotten and it gets nothing more; the others do not notice."""
    peer = Peer(net, switch, cidrs=("192.0.2.2/24", "192.0.2.3/24"))
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", "192.0.2.2,192.0.2.3")
    peer.send(HOME, build(src=B, payload=(text := marker())), 5010, source="192.0.2.3")
    wire.wait_for(text)
    switch("set interface vx options:remote_ip=192.0.2.2")
    wire.send(build(dst=B, src=A, payload=(text := marker())))
    assert [one.dst for one in arrives(peer, text)] == ["192.0.2.2"]


@pytest.mark.parametrize("group", ["239.1.1.1", "ff05::100"])
def test_multicast_group(net, new_switch, marker, group):
    """Sites that find each other by a group: one packet on the wire for a flood, unicast once a station is known."""
    core = Core(net)
    core.ns.run("ip", "link", "set", "core", "type", "bridge", "mcast_snooping", "0")
    sites, wires, cables = [], [], []
    for number in range(3):
        site = new_switch(f"s{number}")
        cables.append(core.join(site.ns, f"192.0.2.{number + 1}/24", f"2001:db8:1::{number + 1}/64"))
        site.ns.run("ip", "route", "add", group, "dev", "ul0")
        site("add-br br0")
        wires.append(site.add_wires("br0", "in"))
        add_tunnel(site, "vx", group, 5010, "options:dev=ul0")
        sites.append(site)
    wires[0].send(build(src=A, payload=(text := marker())))
    assert [len(wire.wait_for(text)) for wire in wires[1:]] == [1, 1]
    sent = [one for raw in cables[0].poll() if (one := dissect(raw)) and text in one.inner]
    assert [one.dst for one in sent] == [group]
    wires[1].send(build(dst=A, src=B, payload=(reply := marker())))
    wires[0].wait_for(reply)
    wires[0].send(build(dst=B, src=A, payload=(known := marker())))
    wires[1].wait_for(known)
    barrier(wires[0], wires[1:], marker)
    barrier(wires[1], [wires[0], wires[2]], marker)
    assert wires[2].marked(known) == [] and wires[2].marked(reply) == [] and wires[0].marked(text) == []


def test_two_tunnels_of_one_vni_do_not_feed_each_other_twice(net, switch, marker):
    """Two ports with different remotes: a frame from one goes out of the other once, as between any two ports."""
    peer = Peer(net, switch, cidrs=("192.0.2.2/24", "192.0.2.3/24"))
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx2", "192.0.2.2")
    add_tunnel(switch, "vx3", "192.0.2.3")
    peer.send(HOME, build(src=B, payload=(text := marker())), 5010, source="192.0.2.2")
    wire.wait_for(text)
    wire.send(build(src=A, payload=(end := marker())))
    arrives(peer, end, count=2)
    assert [one.dst for one in peer.packets(text) if one.src == HOME] == ["192.0.2.3"]


def test_mtu_is_made_to_fit(net, switch, marker):
    """Ports that we make, in a VLAN that reaches a tunnel, get what the underlay can carry."""
    Peer(net, switch)
    switch("add-br br0")
    web = switch.add_station("br0", "web", "10.0.0.1/24", settings=["tag=10"])
    other = switch.add_station("br0", "other", "10.0.0.2/24", settings=["tag=20"])
    assert mtu(web) == 1500
    add_tunnel(switch, "vx", REMOTE, settings=["tag=10"])
    wait_until(lambda: mtu(web) == 1450, "the MTU of a port in the tunnel's VLAN to fit")
    assert mtu(other) == 1500
    switch("set", "interface", "vx", f"options:remote_ip=\"{REMOTE6}\"")
    wait_until(lambda: mtu(web) == 1430, "the MTU to fit IPv6")
    switch("del-port vx")
    wait_until(lambda: mtu(web) == 1500, "the MTU to be what it was")


def mtu(ns, device="eth0"):
    return int(ns.run("ip", "-o", "link", "show", device).stdout.split(" mtu ")[1].split()[0])


def test_mtu_that_does_not_fit_is_said(net, switch):
    """A device that is not ours stays as it is, and `show` names both numbers."""
    Peer(net, switch)
    switch("add-br br0")
    switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE)
    wait_until(lambda: "1500" in switch("show") and "1446" in switch("show"), "the warning")
    assert any("1500" in text for text in switch.warning("in"))


def test_jumbo_underlay_changes_nothing(net, switch):
    Peer(net, switch, mtu=9000)
    switch("add-br br0")
    web = switch.add_station("br0", "web", "10.0.0.1/24")
    add_tunnel(switch, "vx", REMOTE)
    assert mtu(web) == 1500 and switch.warning("web") in ([], [""])


def test_underlay_route_that_comes_later(net, switch, marker):
    """A tunnel without a way to its remote works as soon as there is one."""
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE)
    wire.send(build(payload=b"nowhere"))
    peer = Peer(net, switch)

    def crosses():
        wire.send(build(payload=b"somewhere"))
        return peer.packets(b"somewhere")
    wait_until(crosses, "a frame to cross")


def test_remote_named_twice(switch, peer, marker):
    """It gets a flooded frame once."""
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", f"{REMOTE},{REMOTE}")
    wire.send(build(src=A, payload=(text := marker())))
    wire.send(build(src=A, payload=(end := marker())))
    arrives(peer, end)
    assert len(peer.packets(text)) == 1


def test_tunnel_that_is_another_already(switch, peer, marker):
    """The second is refused by name, when it is added and when it is changed, and comes up when the first has gone."""
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", REMOTE)
    add_tunnel(switch, "vy", REMOTE, 5011)
    answer = switch.vsctl("set", "interface", "vy", "options:key=5010", status=65)
    assert "vy" in answer.err and "File exists" in answer.err and "File exists" in switch.error("vy")
    switch("set interface vy options:key=5012")
    assert switch.error("vy") == "" and switch.warning("vy") == []
    switch.vsctl("set", "interface", "vy", "options:key=5010", status=65)
    switch("del-port vx")
    wait_until(lambda: switch.error("vy") == "", "vy to attach")
    wire.send(build(src=A, payload=(text := marker())))
    assert [one.vni for one in arrives(peer, text)] == [5010]


@pytest.mark.parametrize("remote,local", [(REMOTE, "192.0.2.77"), (REMOTE6, "2001:db8:1::77")])
def test_local_ip_that_is_not_here_is_said(net, switch, peer, marker, remote, local):
    """And not any more when somebody has added it."""
    switch("add-br br0")
    add_tunnel(switch, "vx", remote, 5010, f"options:local_ip=\"{local}\"")
    assert switch.warning("vx") == [f"local_ip {local} is not an address of this host"]
    net.address(switch.ns, "ul0", f"{local}/{64 if ':' in local else 24}")
    wait_until(lambda: switch.warning("vx") == [], "the warning to go")


def test_multicast_device_replaced(net, switch, marker):
    """The device of options:dev goes and another of its name comes: the group is joined there."""
    group = "239.1.1.1"

    def add_route():
        """The kernel's tunnels need one. Routes are not followed, so the device has to make itself heard after it."""
        switch.ns.run("ip", "route", "add", group, "dev", "ul0")
        switch.ns.run("ip", "link", "set", "ul0", "alias", "has its route")

    peer = Peer(net, switch)
    add_route()
    switch("add-br br0")
    wire = switch.add_wires("br0", "in")
    add_tunnel(switch, "vx", group, 5010, "options:dev=ul0")
    switch.ns.run("ip", "link", "del", "ul0")
    wait_until(lambda: "ul0" in switch.error("vx"), "the error")
    peer = Peer(net, switch, "peer2")
    add_route()
    wait_until(lambda: switch.error("vx") == "", "the tunnel to attach")
    assert f"inet  {group}" in switch.ns.run("ip", "maddr", "show", "dev", "ul0").stdout
    wire.send(build(src=A, payload=(text := marker())))
    assert [one.dst for one in arrives(peer, text)] == [group]
    switch.ns.run("ip", "link", "set", "ul0", "down")
    switch.ns.run("ip", "link", "set", "ul0", "name", "ul1")
    wait_until(lambda: "ul0" in switch.error("vx"), "the error")
    switch.ns.run("ip", "link", "set", "ul1", "name", "ul0")
    switch.ns.run("ip", "link", "set", "ul0", "up")
    add_route()
    wait_until(lambda: switch.error("vx") == "", "the tunnel to attach")


def test_wire_is_read_back(net):
    """The yardstick itself: a packet made by hand is taken apart into what went in."""
    one, two = net.ns("one"), net.ns("two")
    net.cable(one, "wire0", two, "wire1")
    net.address(one, "wire0", "192.0.2.1/24")
    net.address(two, "wire1", "192.0.2.2/24")
    wire = Wire(net, two, "wire1")
    with one.inside():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        sock.sendto(b"\x08\0\0\0\x00\x13\x92\0" + build(payload=b"hi"), (REMOTE, 4789))
    wait_until(lambda: any(dissect(raw) for raw in wire.poll()), "the packet")
    out = next(one for raw in wire.poll() if (one := dissect(raw)))
    assert (out.src, out.dst, out.vni, out.ttl) == (HOME, REMOTE, 5010, 64) and parse(out.inner).payload.startswith(b"hi")
