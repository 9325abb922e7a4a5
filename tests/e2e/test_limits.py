# SPDX-License-Identifier: GPL-2.0-only
# test_limits.py - the limits that vswitchd(8) states are reached, and what happens beyond them
"""
What is quick runs always; the rest, with its figures, with `make soak`. Beyond a limit the one who is too many hears so, and
nobody else notices.
"""
import socket
import time

import pytest
from lib.memory import maps, resident
from lib.underlay import Peer
from lib.wait import wait_until
from lib.wire import build, tag

A, B = "02:00:00:00:00:0a", "02:00:00:00:00:0b"
PORTS, REMOTES = 4095, 65536
MILLION = 1_000_000


@pytest.fixture
def say(capsys):
    """A line of figures."""
    def print_now(text):
        with capsys.disabled():
            print(f"\n{text}", end="")
    return print_now


def many(switch, words, numbers, chunk=100, status=0):
    """The same command for many numbers, some hundred a transaction. Return: the last answer."""
    numbers = list(numbers)
    for first in range(0, len(numbers), chunk):
        line = " -- ".join(words.format(number) for number in numbers[first:first + chunk])
        answer = switch.vsctl(*line.split(), status=status, seconds=120)
    return answer


def exchange(one, two, marker):
    for wire, src, dst, far in ((one, A, B, two), (two, B, A, one)):
        wire.send(build(src=src, dst=dst, payload=(text := marker())))
        far.wait_for(text)


def current(switch, bridge):
    """Number of learned stations."""
    line = next(line for line in switch("fdb", "stats", bridge).splitlines() if "current/maximum" in line.lower())
    return int(line.split()[-1].split("/")[0])


@pytest.mark.bpf_only
def test_all_port_numbers_are_taken(switch, marker):
    """The next one says so and waits, the others go on, and it comes up when one of them goes."""
    patch = "add-port br0 p{0} -- set interface p{0} type=patch options:peer=q{0}"
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    many(switch, patch, range(PORTS - 3))
    exchange(one, two, marker)
    answer = switch.vsctl(*patch.format("-more").split(), status=65)
    assert "as many ports as it can" in answer.err and "as many ports as it can" in switch.error("p-more")
    exchange(one, two, marker)
    assert switch.error("one") == switch.error("p17") == ""
    switch("del-port p17")
    wait_until(lambda: switch.error("p-more") == "", "the port to come up")
    exchange(one, two, marker)
    switch.kill()
    switch.start()
    exchange(one, two, marker)
    assert switch.error("p-more") == ""


def test_a_station_in_every_vlan_of_two_bridges(switch):
    for bridge in ("br0", "br1"):
        switch("add-br", bridge)
        wire = switch.add_wires(bridge, "t" + bridge)
        for vlan in range(1, 4095):
            wire.send(build(src=A, tags=[tag(vlan)]))
        wait_until(lambda bridge=bridge: current(switch, bridge) == 4094, "a station in every VLAN")
    assert current(switch, "br0") == 4094


@pytest.mark.slow
def test_four_thousand_ports(switch, datapath, marker, say):
    """Devices, not only numbers; a flood reaches all, a restart adopts all, and all go at once."""
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    before = resident(switch.process.pid), maps(switch.process.pid)
    begin = time.monotonic()
    many(switch, "add-port br0 t{0} -- set interface t{0} type=internal", range(4000), chunk=50)
    made = time.monotonic() - begin
    after = resident(switch.process.pid), maps(switch.process.pid)
    exchange(one, two, marker)
    switch.ns.run("ip", "link", "set", "t3999", "up")
    one.send(build(src=A, payload=marker()))
    wait_until(lambda: switch.statistics("t3999")["tx_packets"], "the flood to reach the last port")
    begin = time.monotonic()
    switch.stop(timeout=300)
    switch.spawn()
    wait_until(switch.ready, "the daemon to take all of it up", timeout=300)
    again = time.monotonic() - begin
    exchange(one, two, marker)
    begin = time.monotonic()
    switch.vsctl("del-br", "br0", seconds=600)
    say(f"{datapath}, 4000 ports: made in {made:.1f} s, restart {again:.1f} s, gone in {time.monotonic() - begin:.1f} s; "
        f"RSS {before[0]:.1f} -> {after[0]:.1f} MiB, BPF maps {before[1]:.1f} -> {after[1]:.1f} MiB")


class Flood:
    """Stations without number, sent as fast as one socket takes them."""

    def __init__(self, wire):
        with wire.ns.inside():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.sock.bind((wire.device, 0))
        self.frame = bytearray(build(src=A, dst=B))

    def send(self, first, count):
        for number in range(first, first + count):
            self.frame[6:12] = b"\x02\x66" + number.to_bytes(4, "big")
            self.sock.send(self.frame)

    def learn(self, switch, bridge, count):
        """No faster than they are taken; who was lost on the way is sent again."""
        for first in range(0, count, 20000):
            wanted = min(20000, count - first)

            def all_there(first=first, wanted=wanted):
                if current(switch, bridge) >= first + wanted:
                    return True
                self.send(first, wanted)
                return current(switch, bridge) >= first + wanted
            wait_until(all_there, f"{first + wanted} stations", timeout=120)
        self.sock.close()


def big_bridge(switch, bridge, size):
    """Return: the end of a cable where stations may talk."""
    switch("add-br", bridge, "--", "set", "bridge", bridge, f"other_config:mac-table-size={size}",
           "other_config:mac-aging-time=100000")
    wire, other = switch.add_wires(bridge, "w" + bridge, "x" + bridge)
    other.send(build(src=B))  # so that nothing is flooded
    wait_until(lambda: current(switch, bridge) == 1, "the first station")
    return wire


@pytest.mark.slow
def test_a_million_stations(switch, datapath, say):
    wire = big_bridge(switch, "br0", MILLION)
    pid = switch.process.pid
    before = resident(pid), maps(pid)
    Flood(wire).learn(switch, "br0", MILLION - 1)
    after = resident(pid), maps(pid)
    begin = time.monotonic()
    switch.vsctl("fdb", "flush", "br0", seconds=120)
    say(f"{datapath}, a million stations: RSS {before[0]:.1f} -> {after[0]:.1f} MiB, BPF maps {before[1]:.1f} -> "
        f"{after[1]:.1f} MiB; flushed in {time.monotonic() - begin:.2f} s, then RSS {resident(pid):.1f} MiB, BPF maps "
        f"{maps(pid):.1f} MiB")
    assert current(switch, "br0") == 0


@pytest.mark.slow
@pytest.mark.bpf_only
def test_the_table_of_all_stations_is_full(switch, marker, say):
    """2,097,152 of all bridges together: a new one is not learned, which is counted, and flooded to."""
    most = MILLION // 10 * 9  # a bridge at its own limit makes room
    for bridge in ("br0", "br1"):
        Flood(big_bridge(switch, bridge, MILLION)).learn(switch, bridge, most)
    wire = big_bridge(switch, "br2", MILLION)
    last = Flood(wire)

    def refused():
        last.send(0, 2**21 - 2 * most + 1000)
        return int(next(line for line in switch("fdb stats br2").splitlines() if "evicted" in line).split()[-1])
    wait_until(refused, "the refusal to be counted", timeout=120)
    last.sock.close()
    answer = switch.vsctl("fdb", "add", "br2", "wbr2", "0", "02:00:00:00:00:77", status=None)
    assert "address table is full" in answer.err + str(switch.warning("wbr2"))
    begin = time.monotonic()
    switch.vsctl("del-br", "br1", seconds=120)
    say(f"two million stations: del-br of 900000 in {time.monotonic() - begin:.2f} s")
    wire.send(build(src=A))
    wait_until(lambda: switch.fdb_find("br2", A), "the station to be learned now that there is room")


@pytest.mark.slow
def test_ports_and_stations_go_at_once(switch, datapath, say):
    """Many ports with their stations take about as long as one of them: the table is read once."""
    wire = big_bridge(switch, "br0", 200_000)
    Flood(wire).learn(switch, "br0", 100_000)
    many(switch, "add-port br0 p{0} -- set interface p{0} type=patch options:peer=q{0}", range(1001))
    begin = time.monotonic()
    switch("del-port p1000")
    one = time.monotonic() - begin
    begin = time.monotonic()
    switch.vsctl("del-br", "br0", seconds=120)
    all_of_them = time.monotonic() - begin
    say(f"{datapath}: with 100000 stations one port goes in {one * 1000:.0f} ms, the bridge with 1000 in {all_of_them * 1000:.0f} ms")
    assert all_of_them < 100 * one + 1


def remotes(first, count):
    """VTEPs in a prefix of the peer's."""
    return ",".join(f"198.18.{number // 256 % 256}.{number % 256}" for number in range(first, first + count))


@pytest.mark.slow
def test_four_thousand_remotes(net, switch, datapath, say, marker):
    """A flooded frame goes to each of them."""
    Peer(net, switch)
    switch.ns.run("ip", "route", "add", "198.18.0.0/16", "via", "192.0.2.2")
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    before = resident(switch.process.pid), maps(switch.process.pid)
    switch("add-port", "br0", "vx", "--", "set", "interface", "vx", "type=vxlan", f'options:remote_ip="{remotes(0, 4096)}"')
    say(f"{datapath}, 4096 remotes: RSS {before[0]:.1f} -> {resident(switch.process.pid):.1f} MiB, BPF maps "
        f"{before[1]:.1f} -> {maps(switch.process.pid):.1f} MiB")
    sent = switch.statistics("vx")["tx_packets"]
    one.send(build(src=A, payload=(text := marker())))
    two.wait_for(text)
    wait_until(lambda: switch.statistics("vx")["tx_packets"] == sent + 4096, "a copy for every remote")


@pytest.mark.slow
@pytest.mark.bpf_only
def test_the_table_of_remotes_is_full(net, switch, marker):
    """The tunnel that is too many says so and waits; the others keep theirs."""
    add = 'add-port br0 vx{0} -- set interface vx{0} type=vxlan options:key={0} options:remote_ip="' + remotes(0, 4096) + '"'
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    for number in range(15):
        switch(*add.format(number).split())
    answer = switch.vsctl(*add.format(15).split(), status=65)
    assert "as many remotes as it can hold" in answer.err and "as many remotes as it can hold" in switch.error("vx15")
    exchange(one, two, marker)
    assert switch.error("vx0") == switch.error("vx14") == ""
    switch("del-port vx3")
    wait_until(lambda: switch.error("vx15") == "", "the tunnel to come up")


@pytest.mark.slow
@pytest.mark.bpf_only
def test_all_bridges_are_there(switch, marker):
    """The next one's port says so; it comes up when a bridge goes."""
    many(switch, "add-br b{0}", range(4095), chunk=50)
    switch.vsctl("add-br", "more", status=65, seconds=60)
    assert "as many bridges as it can" in switch.error("more")
    assert switch.error("b4094") == ""
    switch("del-br b17 -- del-br b18 -- del-br b19")  # a bridge is a port, too
    wait_until(lambda: switch.error("more") == "", "the bridge to come up", timeout=60)
    one, two = switch.add_wires("more", "one", "two")
    exchange(one, two, marker)
    many(switch, "del-br b{0}", range(20, 4095), chunk=50)
