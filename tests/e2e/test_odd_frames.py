# SPDX-License-Identifier: GPL-2.0-only
# test_odd_frames.py - spanning tree, LACP, broken headers and other things a switch meets, frame by frame
import os

import pytest
from lib.wire import barrier, build, mac_bytes, mac_text, parse, read_pcap_dir

PCAPS = os.path.join(os.path.dirname(__file__), "../fixtures/pcaps")
CAPTURES = {name: frames for name, _, frames in read_pcap_dir(PCAPS)}
ETHERNET_HEADER = 14
RESERVED = bytes.fromhex("0180c20000")


def is_reserved(raw):
    return raw[:5] == RESERVED and raw[5] < 16


def passes(raw, forward_bpdu):
    """What 802.1Q says of a frame that came out of nowhere."""
    if len(raw) < ETHERNET_HEADER:
        return False
    tags = parse(raw).tags
    if tags and tags[0].vid == 4095:
        return False
    return forward_bpdu or not is_reserved(raw)


def lab(switch, forward_bpdu, vlans=()):
    switch("add-br br0")
    switch("set", "bridge", "br0", f"other_config:forward-bpdu={'true' if forward_bpdu else 'false'}",
           f"flood_vlans={','.join(map(str, sorted({0, *vlans})))}")
    return switch.add_wires("br0", "one", "two", "three", mtu=9000)


@pytest.mark.parametrize("forward_bpdu", [False, True], ids=["held", "forward-bpdu"])
@pytest.mark.parametrize("name", sorted(CAPTURES))
def test_capture_goes_through(switch, marker, name, forward_bpdu):
    """Every frame comes out of the other ports byte for byte, but for those that must not; nothing comes back."""
    frames = CAPTURES[name]
    vlans = {one.vid for raw in frames for one in parse(raw).tags[:1]}
    one, two, three = lab(switch, forward_bpdu, vlans)
    for raw in frames:
        one.send(raw)
    barrier(one, [two, three], marker)
    expected = [raw for raw in frames if passes(raw, forward_bpdu)]
    for wire in (two, three):
        got = [raw for raw in wire.poll() if b":barrier>" not in raw]
        assert got == expected
    assert one.poll() == []


@pytest.mark.parametrize("forward_bpdu", [False, True], ids=["held", "forward-bpdu"])
def test_each_reserved_address(switch, marker, forward_bpdu):
    one, two, three = lab(switch, forward_bpdu)
    for last in range(18):
        one.send(build(dst=f"01:80:c2:00:00:{last:02x}", payload=b"reserved"))
    barrier(one, [two, three], marker)
    wanted = [f"01:80:c2:00:00:{last:02x}" for last in range(0 if forward_bpdu else 16, 18)]
    assert [frame.dst for frame in two.marked(b"reserved")] == wanted
    assert [frame.dst for frame in three.marked(b"reserved")] == wanted
    assert switch.drops("one", "reserved-mac") == (0 if forward_bpdu else 16)


def test_lengths(switch, marker):
    """From a bare header to the greatest frame; tags whose second half is missing; nothing is read past the end."""
    one, two, _ = lab(switch, False)
    head = mac_bytes("ff:ff:ff:ff:ff:ff") + mac_bytes("02:00:00:00:00:01")
    plain = [head + b"\xab\xcd" + bytes(length) for length in (0, 1, 2, 3, 4, 45, 46, 1499, 1500, 8999, 9000)]
    # A tag that does not end is no tag and the frame is a runt; the kernel may already refuse to hand it on.
    torn = [head + bytes.fromhex(tail) for tail in ("8100", "810000", "8100000a", "8100000aab", "88a8000a8100")]
    for raw in plain + torn:
        one.send(raw)
    barrier(one, [two], marker)
    got = [raw for raw in two.poll() if b":barrier>" not in raw]
    assert got[:len(plain)] == plain
    assert all(raw in torn for raw in got[len(plain):])


@pytest.mark.parametrize("src", ["00:00:00:00:00:00", "01:00:5e:00:00:01", "ff:ff:ff:ff:ff:ff"])
def test_impossible_sources_are_not_learned(switch, marker, src):
    """They go where everything unknown goes, and leave no trace in the table."""
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    one.send(build(src=src, payload=(text := marker())))
    two.wait_for(text)
    assert switch.fdb_find("br0", src) is None
    two.send(build(dst=src, payload=(text := marker())))
    one.wait_for(text)


def test_parsing_helpers_agree():
    """The yardstick itself: text to bytes and back."""
    assert mac_text(mac_bytes("01:80:c2:00:00:0e")) == "01:80:c2:00:00:0e"
    assert is_reserved(mac_bytes("01:80:c2:00:00:0e")) and not is_reserved(mac_bytes("01:80:c2:00:00:10"))
