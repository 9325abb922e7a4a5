# SPDX-License-Identifier: GPL-2.0-only
# test_ports.py - every kind of port: made, addressed, hot-plugged, parked, changed and gone again
import json
import os

import pytest
from lib.tools import ping, reach
from lib.wait import wait_until
from lib.wire import Wire, barrier, build

NO_DEVICE = "could not open network device {0} (No such device)"


def link(ns, device):
    """What `ip` says of a device, or None."""
    done = ns.run("ip", "-d", "-j", "link", "show", "dev", device, check=False)
    return json.loads(done.stdout)[0] if done.returncode == 0 else None


def addresses(ns, device):
    found = json.loads(ns.run("ip", "-j", "addr", "show", "dev", device).stdout)[0]["addr_info"]
    return {f"{one['local']}/{one['prefixlen']}" for one in found if one["scope"] == "global"}


def test_veth_in_one_command(switch, net):
    """Pair, namespace, name, MAC, addresses, route and up: all there when the command returns, all gone with the port."""
    space = net.adopt(net.prefix + "web")
    switch("add-br", "br0", "--", "add-port", "br0", "web", "tag=10", "--", "set", "interface", "web", "type=veth",
           f"options:netns={space}", "options:peer=lan0", "options:ip=\"10.0.10.1/24,2001:db8:10::1/64\"",
           "options:mac=\"02:00:00:00:0a:01\"", "options:gateway=10.0.10.254",
           "options:routes=\"10.99.0.0/16 via 10.0.10.253\"", "options:mtu=1400")
    made = link(space, "lan0")
    assert made["address"] == "02:00:00:00:0a:01" and made["mtu"] == 1400 and "UP" in made["flags"]
    assert addresses(space, "lan0") == {"10.0.10.1/24", "2001:db8:10::1/64"}
    routes = space.run("ip", "route").stdout
    assert "default via 10.0.10.254" in routes and "10.99.0.0/16 via 10.0.10.253" in routes
    assert link(switch.ns, "web")
    assert switch.row("Interface", "web")["error"] in ([], "")
    assert int(switch.get("Interface", "web", "ofport")) > 0
    switch("del-port web")
    assert link(switch.ns, "web") is None
    assert not os.path.exists(space.path), "the namespace that the switch made goes with its last port"


def test_veth_into_a_namespace_of_others(switch, net):
    """A namespace that was there stays when the port goes."""
    space = net.ns("theirs")
    switch("add-br", "br0", "--", "add-port", "br0", "web", "--", "set", "interface", "web", "type=veth",
           f"options:netns={space}")
    assert link(space, "eth0")
    switch("del-port web")
    assert space.links() == [] and os.path.exists(space.path)


@pytest.mark.parametrize("how", ["pid", "path"])
def test_veth_into_a_namespace_by_pid_or_path(switch, net, how):
    space = net.ns("other")
    process = net.daemon(space, "sleep", "1000")
    wait_until(lambda: os.readlink(f"/proc/{process.pid}/ns/net") == netns_id(space), "the process to be inside")
    name = process.pid if how == "pid" else space.path
    switch("add-br", "br0", "--", "add-port", "br0", "web", "--", "set", "interface", "web", "type=veth",
           f"options:netns={name}", "options:ip=10.0.0.1/24")
    assert addresses(space, "eth0") == {"10.0.0.1/24"}


def netns_id(space):
    return f"net:[{os.stat(space.path).st_ino}]"


def test_veth_ports_share_a_namespace(switch, net):
    """Two ports of one namespace: it goes with the second."""
    space = net.adopt(net.prefix + "pair")
    switch("add-br br0")
    for name, device in (("web0", "eth0"), ("web1", "eth1")):
        switch("add-port", "br0", name, "--", "set", "interface", name, "type=veth", f"options:netns={space}",
               f"options:peer={device}")
    switch("del-port web0")
    assert space.links() == ["eth1"]
    switch("del-port web1")
    assert not os.path.exists(space.path)


def test_veth_options_change_live(switch):
    switch("add-br br0")
    space = switch.add_station("br0", "web", "10.0.0.1/24")
    switch("set interface web options:ip=10.0.0.2/24")
    assert addresses(space, "eth0") == {"10.0.0.2/24"}
    switch("set interface web options:mtu=1300")
    assert link(space, "eth0")["mtu"] == 1300


def test_stations_talk(switch):
    switch("add-br br0")
    one = switch.add_station("br0", "one", "10.0.0.1/24", "2001:db8::1/64")
    switch.add_station("br0", "two", "10.0.0.2/24", "2001:db8::2/64")
    reach(one, "10.0.0.2")
    reach(one, "2001:db8::2")


def test_internal_port_holds_an_address(switch, net):
    """The bridge's own port carries its name and is the host's foot in the bridge."""
    switch("add-br br0")
    assert switch.get("Interface", "br0", "type") == "internal"
    assert switch.get("Interface", "br0", "ofport") == "65534"
    net.address(switch.ns, "br0", "10.0.0.254/24")
    switch.ns.run("ip", "link", "set", "br0", "up")
    one = switch.add_station("br0", "one", "10.0.0.1/24")
    reach(one, "10.0.0.254")
    switch("add-port br0 foot tag=5 -- set interface foot type=internal mac=\"02:00:00:00:00:f5\"")
    assert link(switch.ns, "foot")["address"] == "02:00:00:00:00:f5"
    switch("del-port foot")
    assert link(switch.ns, "foot") is None


def test_tap_port(switch, net, marker):
    """A persistent TAP device that a process opens: frames cross in both directions."""
    switch("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=tap options:owner=65534 options:group=65534")
    made = link(switch.ns, "vm1")["linkinfo"]
    assert made["info_kind"] == "tun" and made["info_data"]["type"] == "tap"
    assert made["info_data"]["persist"] and made["info_data"]["vnet_hdr"]
    assert str(made["info_data"]["user"]) in ("65534", "nobody")
    wire = switch.add_wires("br0", "wire")
    machine = Tap(switch.ns, "vm1")
    net.on_exit(machine.close)
    wait_until(lambda: switch.row("Interface", "vm1")["link_state"] == "up", "the TAP to have a carrier")
    machine.write(build(src="02:00:00:00:00:01", payload=(text := marker())))
    wire.wait_for(text)
    wire.send(build(dst="02:00:00:00:00:01", src="02:00:00:00:00:02", payload=(text := marker())))
    wait_until(lambda: any(text in raw for raw in machine.read()), "the frame at the TAP")
    switch("del-port vm1")
    assert link(switch.ns, "vm1") is None


def test_multi_queue_tap(switch):
    switch("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=tap options:queues=2")
    assert link(switch.ns, "vm1")["linkinfo"]["info_data"]["multi_queue"]


class Tap:
    """The other side of a TAP device: what a virtual machine monitor does with it."""
    HEADER = 10  # struct virtio_net_hdr, without mrg_rxbuf

    def __init__(self, ns, name):
        import fcntl
        import struct
        with ns.inside():
            self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
            iff_tap, iff_no_pi, iff_vnet_hdr, tunsetiff = 2, 0x1000, 0x4000, 0x400454CA
            fcntl.ioctl(self.fd, tunsetiff, struct.pack("16sH22x", name.encode(), iff_tap | iff_no_pi | iff_vnet_hdr))
        self.seen = []

    def write(self, raw):
        os.write(self.fd, bytes(self.HEADER) + raw)

    def read(self):
        while True:
            try:
                self.seen.append(os.read(self.fd, 1 << 17)[self.HEADER:])
            except BlockingIOError:
                return self.seen

    def close(self):
        os.close(self.fd)


def test_missing_device_parks_and_attaches_by_itself(switch, net, marker):
    switch("add-br br0")
    answer = switch.vsctl("add-port", "br0", "late", status=65)
    assert answer.err.startswith(f"vsctl: Error detected while setting up 'late': {NO_DEVICE.format('late')}.")
    assert switch.error("late") == NO_DEVICE.format("late")
    assert switch.get("Interface", "late", "ofport") == "-1"
    assert "could not open network device late" in switch("show")
    wire = switch.add_wires("br0", "wire")
    far = net.ns("late", ipv6=False)
    net.cable(switch.ns, "late", far, "far")
    other = Wire(net, far, "far")
    wait_until(lambda: not switch.error("late"), "the port to attach")
    assert int(switch.get("Interface", "late", "ofport")) > 0
    barrier(other, [wire], marker)
    barrier(wire, [other], marker)


def test_no_wait_does_not_say_what_is_missing(switch):
    switch("add-br br0")
    answer = switch.vsctl("--no-wait", "add-port", "br0", "late", status=0)
    assert answer.err == ""
    assert switch("list-ports br0").split() == ["late"]


def test_vanished_device_parks_and_comes_back(switch, net, marker):
    switch("add-br br0")
    wire = switch.add_wires("br0", "wire")
    for _ in range(3):
        far = net.ns(f"far{net.root.run('ip', 'netns').stdout.count(net.prefix)}", ipv6=False)
        net.cable(switch.ns, "eth1", far, "far")
        if not switch("list-ports br0").split().count("eth1"):
            switch("add-port br0 eth1")
        other = Wire(net, far, "far")
        wait_until(lambda: not switch.error("eth1"), "the port to attach")
        barrier(other, [wire], marker)
        assert switch.fdb_find("br0", "02:ba:00:00:00:01").port == "eth1"
        switch.ns.run("ip", "link", "del", "eth1")
        wait_until(lambda: switch.error("eth1") == NO_DEVICE.format("eth1"), "the port to park")
        assert switch.fdb_find("br0", "02:ba:00:00:00:01") is None


def test_namespace_of_a_pid_that_is_not_there_parks(switch):
    switch("add-br br0")
    answer = switch.vsctl("add-port", "br0", "web", "--", "set", "interface", "web", "type=veth",
                          "options:netns=999999999", status=65)
    assert "999999999" in answer.err and "999999999" in switch.error("web")


def test_name_taken_by_a_foreign_device_parks(switch):
    """What is not ours is not touched, even under the name that we want."""
    switch.ns.run("ip", "link", "add", "web", "type", "ifb")
    before = link(switch.ns, "web")["ifindex"]
    switch("add-br br0")
    switch.vsctl("add-port", "br0", "web", "--", "set", "interface", "web", "type=veth", status=65)
    assert link(switch.ns, "web")["ifindex"] == before and switch.error("web")
    switch.ns.run("ip", "link", "del", "web")
    wait_until(lambda: not switch.error("web"), "the port to be made")


def test_device_removed_behind_our_back_is_made_again(switch):
    switch("add-br br0")
    space = switch.add_station("br0", "web", "10.0.0.1/24")
    switch.ns.run("ip", "link", "del", "web")
    wait_until(lambda: link(switch.ns, "web") and link(space, "eth0") and addresses(space, "eth0") == {"10.0.0.1/24"},
               "the pair to be made again")


def test_mtu_below_what_ipv6_needs(switch):
    """The kernel then keeps IPv6 off the device and knows no setting of it; the port comes up all the same."""
    switch("add-br br0")
    space = switch.add_station("br0", "web", "10.0.10.1/24", interface=["options:mtu=1000"])
    assert switch.warning("web") in ([], [""])
    assert "UP" in link(switch.ns, "web")["flags"] and link(space, "eth0")["mtu"] == 1000


def test_mtu_request(switch):
    switch("add-br br0")
    space = switch.add_station("br0", "web", "10.0.0.1/24")
    switch("set interface web mtu_request=9000")
    assert link(switch.ns, "web")["mtu"] == 9000 and link(space, "eth0")["mtu"] == 9000
    assert switch.get("Interface", "web", "mtu") == "9000"


def test_patch_ports_join_bridges(switch, marker):
    switch("add-br left -- add-br right -- add-port left pl -- set interface pl type=patch options:peer=pr "
           "-- add-port right pr -- set interface pr type=patch options:peer=pl")
    one, two = switch.add_wires("left", "one"), switch.add_wires("right", "two")
    barrier(one, [two], marker)
    barrier(two, [one], marker)
    switch("del-port pr")
    one.send(build(payload=(text := marker())))
    switch("add-port right pr -- set interface pr type=patch options:peer=pl")
    barrier(one, [two], marker)
    assert len(two.marked(text)) == 0


def test_stations_behind_a_patch_port_are_forgotten_with_its_peer(switch, marker):
    switch("add-br left -- add-br right -- add-port left pl -- set interface pl type=patch options:peer=pr "
           "-- add-port right pr -- set interface pr type=patch options:peer=pl")
    one, two = switch.add_wires("left", "one"), switch.add_wires("right", "two")
    two.send(build(src="02:00:00:00:00:22", payload=(text := marker())))
    one.wait_for(text)
    assert switch.fdb_find("left", "02:00:00:00:00:22").port == "pl"
    switch("del-port pr")
    assert switch.fdb_find("left", "02:00:00:00:00:22") is None
    assert switch.fdb_find("right", "02:00:00:00:00:22").port == "two"


def test_patch_port_without_a_peer_is_said(switch):
    switch("add-br left -- add-br right -- add-port left pl -- set interface pl type=patch options:peer=pr")
    assert switch.warning("pl") == ["no usable peer 'pr': it must be a patch port whose options:peer is 'pl'"]
    switch("add-port right pr -- set interface pr type=patch options:peer=pl")
    assert switch.warning("pl") == [] and switch.warning("pr") == []
    switch("set interface pr options:peer=other")
    assert "'pr'" in switch.warning("pl")[0] and "'other'" in switch.warning("pr")[0]
    switch("del-port pr")
    assert "'pr'" in switch.warning("pl")[0]


def test_route_that_is_taken_is_said(switch, net):
    """Two ports of one namespace cannot both have the default route."""
    space = net.ns("two")
    switch("add-br br0")
    for number in (0, 1):
        switch("add-port", "br0", f"web{number}", "--", "set", "interface", f"web{number}", "type=veth",
               f"options:netns={space}", f"options:peer=eth{number}", f"options:ip=10.0.{number}.1/24",
               f"options:gateway=10.0.{number}.254")
    assert switch.warning("web0") == []
    assert switch.warning("web1") == ["could not set the route via 10.0.1.254 on eth1 (File exists)"]
    assert space.run("ip", "route", "show", "default").stdout.startswith("default via 10.0.0.254 dev eth0")
    switch("set interface web0 options:peer=eth7")  # applied again, the same route is no stranger
    assert switch.warning("web0") == []
    switch("remove interface web1 options gateway")
    assert switch.warning("web1") == []


def test_switch_ends_keep_silent(switch, marker):
    """The switch adds no frame of its own to a wire: no router solicitations, no multicast reports."""
    switch.ns.silent()  # what stations say is theirs: the other end of a pair without a namespace is the host's
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    switch("add-port br0 quiet -- set interface quiet type=veth")
    barrier(one, [two], marker, rounds=5)
    assert all(b":barrier>" in raw for raw in two.poll())
    disabled = switch.ns.run("sysctl", "-n", "net.ipv6.conf.quiet.disable_ipv6").stdout.strip()
    assert disabled == "1"
    # For kernels where the host's stack sees a port's frames, too.
    assert switch.ns.run("sysctl", "-n", "net.ipv4.conf.quiet.arp_ignore").stdout.strip() == "8"
    assert not ping(switch.ns, "ff02::1%quiet")
