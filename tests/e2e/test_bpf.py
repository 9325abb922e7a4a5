# SPDX-License-Identifier: GPL-2.0-only
# test_bpf.py - the datapath in the kernel outlives its daemon, and goes when it is told to
import contextlib
import ctypes
import json
import os
import socket
import struct

import pytest
from lib.switch import VSWITCHD
from lib.tools import bpftool
from lib.underlay import Peer
from lib.wait import wait_until
from lib.wire import TEST_TYPE, build, parse

pytestmark = pytest.mark.bpf_only
SO_ATTACH_FILTER, MARK = 26, 0xfffff014  # load skb->mark
A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


@pytest.fixture
def three(switch):
    switch("add-br br0")
    return switch.add_wires("br0", "one", "two", "other")


class Tables:
    """The pinned maps of a daemon, as rows of bytes."""

    def __init__(self, switch):
        self.directory = f"{switch.rundir}/bpf/map-"

    def exist(self):
        return os.path.exists(self.directory + "meta")

    def rows(self, name):
        found = bpftool("map", "dump", "pinned", self.directory + name)
        return [tuple(bytes(int(byte, 16) for byte in row[part]) for part in ("key", "value")) for row in found]

    def write(self, name, key, value):
        words = [["hex", *(f"{byte:02x}" for byte in part)] for part in (key, value)]
        bpftool("map", "update", "pinned", self.directory + name, "key", *words[0], "value", *words[1])


def words(*numbers):
    return struct.pack(f"={len(numbers)}I", *numbers)


def exchange(one, two, marker):
    """Let both be learned."""
    for wire, src, dst, far in ((one, A, B, two), (two, B, A, one)):
        wire.send(build(src=src, dst=dst, payload=(text := marker())))
        far.wait_for(text)


def attached_by():
    """How programs get to their devices here."""
    if os.environ.get("VSWITCH_BPF_ATTACH") == "clsact":
        return "clsact"
    return "tcx" if tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 6) else "clsact"


class Stream:
    """Numbered frames, known unicast and broadcast in turn, each of which must arrive exactly once."""

    def __init__(self, source, unicast_to, all_to):
        self.source, self.unicast_to, self.all_to, self.sent = source, unicast_to, all_to, 0

    def send(self, count):
        for _ in range(count):
            dst = B if self.sent % 2 else "ff:ff:ff:ff:ff:ff"
            self.source.send(build(src=A, dst=dst, payload=f"<s{self.sent:06}>".encode()))
            self.sent += 1

    def check(self):
        for wire in self.all_to:
            expected = self.sent if wire is self.unicast_to else (self.sent + 1) // 2
            got = wire.wait_for(b"<s", expected)
            assert len({frame.payload[:9] for frame in got}) == len(got) == expected


def test_no_frame_is_lost_without_the_daemon(switch, three, marker):
    """kill -9, a while without a daemon, a start: every frame arrives once; tables and counters go on."""
    one, two, other = three
    exchange(one, two, marker)
    stream = Stream(one, two, [two, other])
    stream.send(500)
    before = switch.statistics("one")["rx_packets"]
    switch.kill()
    stream.send(500)
    other.send(build(src=C, dst=A, payload=(text := marker("learned while the daemon is away"))))
    one.wait_for(text)
    one.send(build(src=A, dst=C, payload=(text := marker("so it goes to one port only"))))
    other.wait_for(text)
    switch.spawn()
    while not switch.ready():
        stream.send(10)
    stream.send(500)
    stream.check()
    assert two.marked(text) == []
    assert {row.mac: row.port for row in switch.fdb("br0")} == {A: "one", B: "two", C: "other"}
    assert switch.statistics("one")["rx_packets"] == before + stream.sent - 500 + 1


def test_an_ordinary_restart_loses_nothing_either(switch, three, marker):
    one, two, other = three
    exchange(one, two, marker)
    stream = Stream(one, two, [two, other])
    stream.send(200)
    switch.stop()
    stream.send(200)
    switch.spawn()
    while not switch.ready():
        stream.send(10)
    stream.send(200)
    stream.check()


def test_what_changed_while_it_was_away_is_caught_up(switch, three, net, marker):
    """A port whose device goes while the daemon is dead is parked, the others keep their places."""
    one, two, other = three
    exchange(one, two, marker)
    switch.kill()
    switch.ns.run("ip", "link", "del", "other")
    switch.start()
    wait_until(lambda: "No such device" in switch.error("other"), "the port to be parked")
    exchange(one, two, marker)
    assert {row.mac: row.port for row in switch.fdb("br0")} == {A: "one", B: "two"}


def test_flush_ends_the_forwarding(switch, three, marker):
    one, two, other = three
    exchange(one, two, marker)
    switch.kill()
    assert os.listdir(switch.rundir + "/bpf")
    switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db, "--flush")
    assert not os.path.exists(switch.rundir + "/bpf")
    one.send(build(src=A, dst=B, payload=(text := marker("nobody forwards this"))))
    switch.start()
    switch("list-br")  # answered when all ports are in place
    exchange(one, two, marker)
    assert two.marked(text) == [] and other.marked(text) == []


def test_the_user_datapath_takes_over_whole(switch, three, marker):
    """A daemon that moves frames itself first ends what the kernel does, or each would come out twice."""
    one, two, _ = three
    exchange(one, two, marker)
    switch.kill()
    switch.datapath = "user"
    switch.start()
    assert "datapath: user (asked for by --datapath)" in switch("show")
    one.send(build(src=A, dst=B, payload=(text := marker())))
    two.wait_for(text)
    exchange(one, two, marker)
    assert len(two.marked(text)) == 1
    assert switch.get("interface", "one", "status:hook") == "user"


def test_show_says_where_frames_are_handled(switch, three):
    assert "datapath: bpf (" in switch("show")
    assert switch.get("interface", "one", "status:hook") == attached_by()
    assert switch.get("interface", "one", "status:hook_reason")


# --- what a kill leaves half done


def test_lists_of_ports_are_mended(switch, three, marker):
    """Killed between two writes, a port was in its bridge's list twice, or one that was not there any more."""
    one, two, other = three
    exchange(one, two, marker)
    switch.kill()
    tables = Tables(switch)
    members = dict(tables.rows("members"))
    bridge = struct.unpack("=II", next(iter(members)))[0]
    number = {member: struct.unpack("=II", key)[1] for key, member in members.items()}
    last = max(members)
    assert len(number) == 4
    tables.write("members", words(bridge, 4), members[last])
    tables.write("members", words(bridge, 5), words(4000))
    key, row = next(row for row in tables.rows("bridges") if b"br0" in row[1])
    place = row.index(words(1, 4), 500)  # used, n_ports
    tables.write("bridges", key, row[:place] + words(1, 6) + row[place + 8:])
    other.send(build(src=C, payload=(text := marker("comes twice, for the list has it so"))))
    wait_until(lambda: len(two.marked(text)) + len(one.marked(text)) >= 2, "the frame to be flooded")
    switch.start()
    other.send(build(src=C, payload=(text := marker())))
    other.send(build(src=C, payload=(end := marker())))
    one.wait_for(end)
    two.wait_for(end)
    assert len(one.marked(text)) == len(two.marked(text)) == 1
    assert len(tables.rows("members")) >= 4
    switch("del-br br0")
    assert tables.rows("members") == [] or all(key[4:] != words(0) for key, _ in tables.rows("members"))
    assert not any(b"br0" in value for _, value in tables.rows("bridges"))


def test_count_of_stations_is_put_right(switch, three, marker):
    """Killed between deleting an entry and saying so, the count was one too high for ever."""
    one, two, _ = three
    exchange(one, two, marker)
    switch.kill()
    tables = Tables(switch)
    key = next(key for key, _ in tables.rows("fdb") if key.endswith(bytes.fromhex(A.replace(":", ""))))
    bpftool("map", "delete", "pinned", tables.directory + "fdb", "key", "hex", *(f"{byte:02x}" for byte in key))
    switch.start()
    assert [row.mac for row in switch.fdb("br0")] == [B]
    assert " 1/8192\n" in switch("fdb stats br0")


def test_static_entry_that_nobody_wants_any_more(switch, three):
    """Killed between storing that a static entry goes and removing it, the entry stayed for ever."""
    switch("fdb add br0 one 0 02:00:00:00:00:21")
    switch("fdb add br0 one 0 02:00:00:00:00:22")
    switch.kill()
    tables = Tables(switch)
    key, value = next(row for row in tables.rows("fdb") if row[0].endswith(b"\x21"))
    tables.write("fdb", key[:-1] + b"\x23", value)
    switch.start()
    assert sorted(row.mac[-2:] for row in switch.fdb("br0") if row.static) == ["21", "22"]


def test_ifindex_of_a_port_that_went_is_used_again(switch, three, marker):
    """The port that is gone takes nothing from the one whose device has its ifindex now."""
    one, two, _ = three
    exchange(one, two, marker)
    index = json.loads(switch.ns.run("ip", "-j", "link", "show", "other").stdout)[0]["ifindex"]
    switch("add-port br0 late", status=65)
    switch.kill()
    switch.ns.run("ip", "link", "del", "other")
    switch.ns.run("ip", "link", "add", "late", "index", index, "type", "veth", "peer", "name", "r-late")
    switch.ns.run("ip", "link", "set", "r-late", "netns", one.ns.name)
    one.ns.run("ip", "link", "set", "r-late", "up")
    switch.known_links.add("late")
    switch.start()
    late = type(one)(switch.net, one.ns, "r-late")
    wait_until(lambda: switch.error("late") == "", "the port to come up")
    late.send(build(src=C, payload=(text := marker())))
    two.wait_for(text)


def test_tunnel_that_was_deleted_while_the_daemon_was_away(net, switch, three, marker):
    """Nothing that it receives comes out anywhere, though its number may be another port's by then."""
    one, two, other = three
    peer = Peer(net, switch)
    for name, key in (("vx", 1), ("vy", 2)):
        switch(f"add-port br0 {name} -- set interface {name} type=vxlan options:remote_ip=192.0.2.2 options:key={key}")
    switch.stop()
    with open(switch.db, "rb") as file:
        before = file.read()
    switch.start()
    switch("del-port vy")
    switch.stop()
    os.rename(switch.db, switch.db + ".without")
    with open(switch.db, "wb") as file:
        file.write(before)
    switch.start()  # with the tunnel
    switch("list-br")
    switch.kill()
    os.rename(switch.db + ".without", switch.db)
    switch.start()  # and without it, not having been told
    switch("add-port br0 late -- set interface late type=tap")
    peer.send("192.0.2.1", build(src=A, payload=(text := marker())), 2)
    peer.send("192.0.2.1", build(src=B, payload=(end := marker())), 1)
    one.wait_for(end)
    assert not one.marked(text) and not two.marked(text)
    assert switch.fdb_find("br0", A) is None
    assert len(Tables(switch).rows("tunnels")) == 3  # VNI 1, and two for drops


def half_made(switch, prefix, *kind):
    """Leave a device as a daemon does that is killed before it has given it an alias."""
    names = sorted(name for name in switch.ns.links() if name.startswith(prefix))
    switch.ns.run("ip", "link", "del", names[0])
    switch.ns.run("ip", "link", "add", names[0], "type", *kind, *names[1:])


def test_half_made_devices_are_made_anew(net, switch, marker):
    peer = Peer(net, switch)
    switch("add-br br0 -- add-br br1")
    one, two = switch.add_wires("br0", "one"), switch.add_wires("br1", "two")
    switch("add-port br0 vx -- set interface vx type=vxlan options:remote_ip=192.0.2.2 options:key=7 "
           "-- add-port br0 p0 -- set interface p0 type=patch options:peer=p1 "
           "-- add-port br1 p1 -- set interface p1 type=patch options:peer=p0")
    switch.kill()
    half_made(switch, "vsx", "vxlan", "external", "dstport", "4789")
    half_made(switch, "vsp", "veth", "peer", "name")
    switch.start()
    assert switch.error("vx") == switch.error("p0") == ""
    one.send(build(src=A, payload=(text := marker())))
    two.wait_for(text)
    wait_until(lambda: peer.packets(text), "the frame at the peer")


# --- neighbours


@pytest.mark.parametrize("options", [["--datapath", "user"], ["--datapath", "bpf"], ["--flush"]])
def test_second_daemon_of_a_run_directory_harms_nothing(switch, options, marker):
    """Not even one that has nothing to forward yet: the second must not take or remove what is pinned."""
    done = switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db + "2", *options, check=False, timeout=20)
    assert done.returncode != 0 and "another vswitchd serves there" in done.stderr
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    exchange(one, two, marker)
    switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db + "2", *options, check=False, timeout=20)
    exchange(one, two, marker)


def test_udp_port_of_another_daemon(net, new_switch, marker):
    """Who comes second is told so, and comes up when the first has gone; it never looks as if it worked."""
    one = new_switch("one")
    two = new_switch("two", ns=one.ns)
    peer = Peer(net, one)
    add = "add-br br0 -- add-port br0 {0} -- set interface {0} type=vxlan options:remote_ip=192.0.2.2 options:key=1"
    one(add.format("vx"))
    answer = two.vsctl(*add.replace("br0", "br1").format("vy").split(), status=65)
    assert "Address already in use" in answer.err and "Address already in use" in two.error("vy")
    two("add-port br1 t0 -- set interface t0 type=tap")  # news, on which it is tried again
    assert "Address already in use" in two.error("vy")
    one("del-port vx")
    wait_until(lambda: two.error("vy") == "", "the other's tunnel to come up")
    wire = two.add_wires("br1", "w2")
    wire.send(build(src=A, payload=(text := marker())))
    wait_until(lambda: peer.packets(text), "the frame at the peer")
    one("del-br br0")


def test_udp_port_of_a_program(net, switch):
    """A device that cannot be set up is not left behind, to be taken for a good one the next time."""
    Peer(net, switch)
    with switch.ns.inside():
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    with sock:
        sock.bind(("0.0.0.0", 4789))
        switch("add-br br0")
        for ttl in (1, 2):
            answer = switch.vsctl("--may-exist", "add-port", "br0", "vx", "--", "set", "interface", "vx", "type=vxlan",
                                  "options:remote_ip=192.0.2.2", f"options:ttl={ttl}", status=65)
            assert "Address already in use" in answer.err
        switch("add-port br0 t0 -- set interface t0 type=tap")
        assert "Address already in use" in switch.error("vx")
    switch("add-port br0 t1 -- set interface t1 type=tap")
    wait_until(lambda: switch.error("vx") == "", "the tunnel to come up")


# --- changes of a port


def test_a_tunnel_keeps_its_stations_when_its_port_changes(net, switch, three, marker):
    """An option that is not of the tunnel touches no entry and no packet."""
    one = three[0]
    peer = Peer(net, switch)
    switch("add-port br0 vx -- set interface vx type=vxlan options:remote_ip=192.0.2.2 options:key=7")
    peer.send("192.0.2.1", build(src=B, payload=(text := marker())), 7)
    one.wait_for(text)
    switch("set port vx other_config:hairpin=true")
    assert switch.fdb_find("br0", B).port == "vx"
    switch("set interface vx options:remote_ip=\"192.0.2.2,192.0.2.3,192.0.2.4\"")
    assert len(Tables(switch).rows("remotes")) == 3
    switch("set interface vx options:remote_ip=192.0.2.2")
    assert len(Tables(switch).rows("remotes")) == 1
    switch("del-port vx")
    assert Tables(switch).rows("remotes") == Tables(switch).rows("tunnels") == []
    assert not [name for name in switch.ns.links() if name.startswith("vsx")]


def test_drops_of_a_tunnel_are_counted_when_an_older_one_goes(net, switch):
    peer = Peer(net, switch)
    switch("add-br br0")
    for name, key in (("vx", 1), ("vy", 2)):
        switch(f"add-port br0 {name} -- set interface {name} type=vxlan options:remote_ip=192.0.2.2 options:key={key}")
    switch("del-port vy")
    peer.send("192.0.2.1", build(src=B), 99)
    wait_until(lambda: switch.drops("vx", "vxlan-vni") == 1, "the packet of an unknown VNI to be counted")


def test_the_mark_of_a_patch_cable_stays_inside(switch, marker):
    """A flooded frame that goes over a cable, too, carries no mark of ours to the host and its firewall."""
    switch("add-br br0 -- add-br br1 -- add-port br0 p0 -- set interface p0 type=patch options:peer=p1 "
           "-- add-port br1 p1 -- set interface p1 type=patch options:peer=p0")
    wire = switch.add_wires("br0", "one")
    switch("add-port br0 in0 -- set interface in0 type=internal")
    switch.ns.run("ip", "link", "set", "in0", "up")
    with switch.ns.inside():
        sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # hears nothing before it is bound, filter and all
    program = struct.pack("=" + "HBBI" * 4, 0x20, 0, 0, MARK, 0x15, 0, 1, 0, 0x06, 0, 0, 0, 0x06, 0, 0, 65535)
    buffer = ctypes.create_string_buffer(program)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("@HP", 4, ctypes.addressof(buffer)))
    with sock:
        sock.bind(("in0", 3))
        sock.setblocking(False)
        def flooded():
            wire.send(build(src=A, payload=marker()))
            return switch.statistics("in0")["tx_packets"] >= 3

        wait_until(flooded, "the frames to be flooded")
        assert [raw for raw in received(sock) if parse(raw).type == TEST_TYPE] == [], "the host's own frames do not count"


def received(sock):
    """What a socket that does not block holds."""
    with contextlib.suppress(BlockingIOError):
        while True:
            yield sock.recv(2048)


# --- other builds


def test_layout_of_another_build_is_not_taken_over(switch, three, marker):
    one, two, _ = three
    exchange(one, two, marker)
    switch.kill()
    tables = Tables(switch)
    key, value = tables.rows("meta")[0]
    tables.write("meta", key, words(77) + value[4:])
    switch.start()
    assert "layout 77" in switch.log_text()
    switch("list-br")  # answered when all ports are in place
    exchange(one, two, marker)
    assert sorted(row.port for row in switch.fdb("br0")) == ["one", "two"]
