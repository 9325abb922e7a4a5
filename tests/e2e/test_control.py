# SPDX-License-Identifier: GPL-2.0-only
# test_control.py - control frames reach the daemon, which tells who is at the other end; a flood of them harms nobody
import json
import os
import re
import sys

import pytest
from lib.switch import VSWITCHD
from lib.tools import bpftool
from lib.wait import wait_until
from lib.wire import barrier, build, mac_bytes, read_pcap

PCAPS = os.path.join(os.path.dirname(__file__), "../fixtures/pcaps")
LLDP = "01:80:c2:00:00:0e"
FLOOD = """
import socket, sys
sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
sock.bind((sys.argv[1], 0))
frame = bytes.fromhex(sys.argv[2])
while True:
    try:
        sock.send(frame)
    except OSError:
        pass  # the queue is full: all the better
"""


def capture(name, dst):
    """The frames of a capture that go to this address."""
    return [raw for raw in read_pcap(os.path.join(PCAPS, name))[1] if raw[:6] == mac_bytes(dst)]


def neighbors(switch, *words):
    answer = json.loads(switch("-f", "json", "neighbor", "show", *words))
    return [dict(zip(answer["headings"], row)) for row in answer["data"]]


def heard(switch, interface, frames):
    """Wait until so many control frames of one protocol have been heard there. Return: the neighbor."""
    def look():
        return next((row for row in neighbors(switch, interface) if row["frames"] == frames), None)
    return wait_until(look, lambda: f"{frames} frames at {interface}, where there is {neighbors(switch)}")


def links(switch):
    """Devices of the punt channel."""
    return [name for name in switch.ns.links() if name.startswith("vsc")]


def pinned_drops(switch, reason):
    """What the programs have counted of a reason at the first ports, as the pinned map has it: the daemon may be dead."""
    with open(os.path.join(PCAPS, "../../../datapath-bpf/core/reasons.h"), encoding="utf-8") as file:
        at = 32 + 8 * re.findall(r'X\([A-Z0-9_]+, "([a-z0-9-]+)"', file.read()).index(reason)
    path = f"{switch.rundir}/bpf/map-stats"
    rows = [bpftool("map", "lookup", "pinned", path, "key", number, "0", "0", "0") for number in "123"]
    return sum(int.from_bytes(bytes(int(byte, 16) for byte in cpu["value"][at:at + 8]), sys.byteorder)
               for row in rows for cpu in row["values"])


@pytest.fixture
def wires(switch):
    switch("add-br br0")
    return switch.add_wires("br0", "one", "two")


@pytest.mark.parametrize("name, dst, protocol, says", [
    ("LLDP_and_CDP.pcap", LLDP, "lldp", ['system="S1.cisco.com"', 'port="Fa0/13"', "chassis=00:18:ba:98:68:8f"]),
    ("802.1D_spanning_tree.pcap", "01:80:c2:00:00:00", "stp", ["root=8001.00:19:06:ea:b8:80 cost=0", " port=8005"]),
    ("802.1w_rapid_STP.pcap", "01:80:c2:00:00:00", "rstp", ["root=8001.00:19:06:ea:b8:80", "bridge="]),
    ("LACP.pcap", "01:80:c2:00:00:02", "lacp", ["actor=8000.00:13:c4:12:0f:00 key=13 port=22"]),
    ("slow-ossp.pcap", "01:80:c2:00:00:02", "slow-10", [""])])
def test_neighbor_is_told(switch, wires, name, dst, protocol, says):
    """What real switches say of themselves is shown, and counted as the drop that it is."""
    one = wires[0]
    frames = capture(name, dst)
    sources = {raw[6:12] for raw in frames}
    frames = [raw for raw in frames if raw[6:12] == frames[-1][6:12]]
    assert frames and sources
    for raw in frames:
        one.send(raw)
    row = heard(switch, "one", len(frames))
    assert (row["interface"], row["protocol"], row["to"]) == ("one", protocol, dst)
    assert mac_bytes(row["from"]) == frames[-1][6:12] and row["age"] < 60
    assert all(part in row["says"] for part in says)
    assert switch.drops("one", "reserved-mac") == len(frames)
    assert neighbors(switch, "two") == []
    assert f"one              {protocol}" in switch("neighbor", "show")


def test_other_protocols_are_told_by_address_and_type(switch, wires):
    """As many as there is room for at a port; what came last is always there. Tags are looked through."""
    one = wires[0]
    for last in range(3, 15):
        one.send(build(dst=f"01:80:c2:00:00:{last:02x}", kind=0x88B5))
    wait_until(lambda: switch.drops("one", "reserved-mac") == 12, "all to be counted")
    heard(switch, "one", 1)
    rows = wait_until(lambda: (now := neighbors(switch, "one"))[-1]["to"].endswith(":0e") and now, "the last one")
    assert len(rows) == 8 and {row["protocol"] for row in rows} == {"0x88b5"}


def test_names_that_do_not_exist(switch, wires):
    answer = switch.vsctl("neighbor", "show", "nobody", status=1)
    assert "no interface named nobody" in answer.err


def test_a_port_of_another_name_inherits_nothing(switch, wires):
    wires[0].send(capture("LLDP_and_CDP.pcap", LLDP)[0])
    heard(switch, "one", 1)
    switch("del-port one")
    switch("add-port br0 other -- set interface other type=tap")  # gets the number that is free
    assert neighbors(switch) == []


def test_forwarded_control_frames_are_not_ours(switch, wires, marker):
    one, two = wires
    switch("set bridge br0 other_config:forward-bpdu=true")
    one.send(build(dst=LLDP, payload=(text := marker())))
    two.wait_for(text)
    switch("set bridge br0 other_config:forward-bpdu=false")
    one.send(capture("LLDP_and_CDP.pcap", LLDP)[0])
    assert heard(switch, "one", 1)["protocol"] == "lldp"


def test_a_flood_of_control_frames_starves_nobody(switch, wires, marker):
    """While frames come as fast as they can, commands are answered, others' frames go on, and the rest is counted."""
    one, two = wires
    three, four = switch.add_wires("br0", "three", "four")
    flood = one.ns.popen(sys.executable, "-c", FLOOD, one.device, capture("LLDP_and_CDP.pcap", LLDP)[0].hex())
    wait_until(lambda: switch.drops("one", "control-limit") > 0, "the flood to be over the limit")
    for number in range(20):
        assert "datapath: " in switch("show")
        switch("set", "port", "two", f"external_ids:round={number}")
    before = neighbors(switch, "one")[0]["frames"]
    three.send(build(payload=(text := marker())))
    four.wait_for(text)
    wait_until(lambda: neighbors(switch, "one")[0]["frames"] > before, "frames to be heard all the same")
    assert flood.poll() is None
    flood.kill()
    flood.wait()
    counts = switch.statistics("one")
    assert counts["drop_reserved-mac"] >= counts["drop_control-limit"] > 0
    barrier(three, [four], marker)


# --- the channel under bpf


@pytest.mark.bpf_only
def test_channel_outlives_the_daemon(switch, wires, marker):
    """Without the daemon control frames are counted, and all else goes on; afterwards they are heard again."""
    one, two = wires
    frame = capture("LLDP_and_CDP.pcap", LLDP)[0]
    one.send(frame)
    heard(switch, "one", 1)
    switch.kill()

    def noticed():
        one.send(frame)
        return pinned_drops(switch, "no-daemon")

    wait_until(noticed, "the kernel to notice that the daemon is dead")
    barrier(one, [two], marker)
    before = pinned_drops(switch, "no-daemon")
    for _ in range(10):
        one.send(frame)
    barrier(one, [two], marker)
    switch.start()
    assert switch.drops("one", "no-daemon") == before + 10
    assert switch.drops("one", "reserved-mac") >= before + 11
    assert neighbors(switch) == []
    one.send(frame)
    heard(switch, "one", 1)
    assert switch.drops("one", "no-daemon") == before + 10
    assert len(links(switch)) == 2


@pytest.mark.bpf_only
def test_channel_is_made_anew(switch, wires):
    """One that a kill left half made, or that somebody took away meanwhile."""
    one = wires[0]
    frame = capture("LLDP_and_CDP.pcap", LLDP)[0]
    switch.kill()
    switch.ns.run("ip", "link", "del", links(switch)[0])
    switch.start()
    one.send(frame)
    heard(switch, "one", 1)
    switch.kill()
    names = sorted(links(switch))
    switch.ns.run("ip", "link", "del", names[0])
    switch.ns.run("ip", "link", "add", names[0], "type", "veth", "peer", "name", names[1])
    switch.start()
    one.send(frame)
    heard(switch, "one", 1)


@pytest.mark.bpf_only
def test_channel_goes_when_told(switch, wires):
    assert len(links(switch)) == 2
    switch.kill()
    switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db, "--flush")
    assert links(switch) == []
    switch.start()
    assert len(links(switch)) == 2
    switch.stop()
    assert len(links(switch)) == 2
    switch.start()
    switch.clean()
    assert links(switch) == []
    switch.start()
