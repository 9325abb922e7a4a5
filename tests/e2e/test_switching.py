# SPDX-License-Identifier: GPL-2.0-only
# test_switching.py - learning and forwarding: moves, ageing, limits, static entries, protection, hairpin
import pytest
from lib.wait import wait_until
from lib.wire import barrier, build, tag

A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


@pytest.fixture
def three(switch):
    switch("add-br br0")
    return switch.add_wires("br0", "one", "two", "three")


def introduce(wire, mac, witness, marker, tags=()):
    """Let the switch see mac at wire; return when it has."""
    text = marker("hello")
    wire.send(build(src=mac, tags=tags, payload=text))
    witness.wait_for(text)


def test_learned_station_gets_its_frames_alone(switch, three, marker):
    one, two, other = three
    introduce(two, B, other, marker)
    one.send(build(dst=B, src=A, payload=(text := marker())))
    two.wait_for(text)
    barrier(one, [two, other], marker)
    assert other.marked(text) == []
    assert switch.fdb_find("br0", B).port == "two"


def test_unknown_and_group_addresses_flood_to_all_but_the_sender(three, marker):
    one, two, other = three
    for dst in ("ff:ff:ff:ff:ff:ff", "33:33:00:00:00:01", "02:00:00:00:00:99"):
        one.send(build(dst=dst, src=A, payload=(text := marker())))
        assert len(two.wait_for(text)) == len(other.wait_for(text)) == 1
    barrier(two, [one], marker)
    assert not one.marked(text)


def test_learning_is_per_vlan(switch, three, marker):
    one, two, other = three
    introduce(one, A, other, marker, tags=[tag(10)])
    introduce(two, A, other, marker, tags=[tag(20)])
    assert {(row.vlan, row.port) for row in switch.fdb("br0") if row.mac == A} == {(10, "one"), (20, "two")}
    other.send(build(dst=A, src=C, tags=[tag(20)], payload=(text := marker())))
    two.wait_for(text)
    barrier(other, [one, two], marker)
    assert one.marked(text) == []


def test_move_takes_effect_with_the_next_frame(switch, three, marker):
    one, two, other = three
    for _ in range(5):
        for here, there in ((one, two), (two, one)):
            text, reply = marker("moved"), marker("reply")
            here.send(build(src=A, payload=text))
            other.wait_for(text)
            other.send(build(dst=A, src=C, payload=reply))
            here.wait_for(reply)
            barrier(other, [one, two], marker)
            assert there.marked(reply) == []
    assert int(stats(switch)["moved"]) == 9


def stats(switch, bridge="br0"):
    """`fdb stats`: the last word of every line is a number, what stands before it is its name."""
    found = {}
    for line in switch("fdb", "stats", bridge).splitlines():
        words = line.replace(":", " ").split()
        if words and words[-1].isdigit():
            for key in ("learned", "expired", "evicted", "moved", "static", "limit", "current"):
                if key in line.lower():
                    found.setdefault(key, int(words[-1]))
    return found


def test_silent_stations_are_forgotten(switch, three, marker):
    one, two, other = three
    switch("set bridge br0 other_config:mac-aging-time=1")
    introduce(one, A, other, marker)
    wait_until(lambda: switch.fdb_find("br0", A) is None, "the entry to age out", timeout=60)
    assert stats(switch)["expired"] >= 1
    two.send(build(dst=A, src=B, payload=(text := marker())))
    one.wait_for(text)
    other.wait_for(text)


def test_default_ageing_is_as_documented(switch, three, marker):
    one, _, other = three
    introduce(one, A, other, marker)
    assert switch.fdb_find("br0", A).age < 300


def test_table_limit_is_fair(switch, three, marker):
    """One port that floods the table with addresses loses its own entries, not those of its neighbours."""
    one, two, other = three
    switch("set bridge br0 other_config:mac-table-size=64")
    introduce(two, B, other, marker)
    introduce(other, C, two, marker)
    for number in range(2000):
        one.send(build(src=f"02:66:00:00:{number >> 8:02x}:{number & 255:02x}", payload=b"flood"))
    barrier(one, [two, other], marker)
    rows = switch.fdb("br0")
    assert len(rows) <= 64
    assert {row.mac for row in rows if row.port != "one"} >= {B, C}
    assert stats(switch)["evicted"] >= 1900
    one.send(build(dst=B, src=A, payload=(text := marker())))
    two.wait_for(text)
    barrier(one, [two, other], marker)
    assert other.marked(text) == []


def test_shrinking_the_table_applies_at_once(switch, three, marker):
    one, two, other = three
    for number in range(100):
        one.send(build(src=f"02:66:00:00:00:{number:02x}", payload=b"many"))
    barrier(one, [two, other], marker)
    assert len(switch.fdb("br0")) > 90
    switch("set bridge br0 other_config:mac-table-size=20")
    assert len(switch.fdb("br0")) <= 20


def test_static_entry(switch, three, marker):
    """It directs frames before the station has spoken, survives a flush, and does not move."""
    one, two, other = three
    switch("fdb", "add", "br0", "two", "0", B)
    assert switch.fdb_find("br0", B)[:5] == ("two", 0, B, None, True)
    one.send(build(dst=B, src=A, payload=(text := marker())))
    two.wait_for(text)
    switch("fdb flush br0")
    assert switch.fdb_find("br0", B) is not None and switch.fdb_find("br0", A) is None
    one.send(build(src=B, payload=(pretender := marker())))
    two.wait_for(pretender)
    assert switch.fdb_find("br0", B).port == "two"
    assert text not in b"".join(other.poll())


def test_static_entry_survives_restart_and_goes_by_command(switch, three, marker):
    one, two, other = three
    switch("fdb", "add", "br0", "two", "7", B)
    switch.restart()
    assert switch.fdb_find("br0", B, 7).static
    switch("fdb", "del", "br0", "7", B)
    assert switch.fdb_find("br0", B) is None
    one.send(build(dst=B, src=A, tags=[tag(7)], payload=(text := marker())))
    two.wait_for(text)
    other.wait_for(text)


def test_flush_by_port(switch, three, marker):
    one, two, other = three
    introduce(one, A, other, marker)
    introduce(two, B, other, marker)
    switch("fdb flush br0 one")
    assert switch.fdb_find("br0", A) is None and switch.fdb_find("br0", B)
    switch("fdb flush")
    assert switch.fdb_find("br0", B) is None


def test_entries_go_with_their_port(switch, three, marker):
    one, two, other = three
    introduce(one, A, other, marker)
    introduce(two, B, other, marker)
    switch("del-port br0 one")
    assert switch.fdb_find("br0", A) is None and switch.fdb_find("br0", B)
    other.send(build(dst=A, src=C, payload=(text := marker())))
    two.wait_for(text)


def test_entries_behind_a_patch_go_with_the_port_they_came_by(switch, marker):
    """A port deleted on one bridge takes what another bridge learned through it."""
    switch("add-br left -- add-br right")
    switch("add-port left to-right -- set interface to-right type=patch options:peer=to-left "
           "-- add-port right to-left -- set interface to-left type=patch options:peer=to-right")
    one, other = switch.add_wires("left", "one", "two")
    far = switch.add_wires("right", "far")
    introduce(one, A, far, marker)
    introduce(other, B, far, marker)
    assert switch.fdb_find("right", A).port == "to-left"
    switch("del-port one")
    assert switch.fdb_find("left", A) is None and switch.fdb_find("right", A) is None
    assert switch.fdb_find("right", B)


def test_patch_loop_ends(switch, marker):
    """Three bridges in a ring: a flooded frame ends somewhere, and the switch goes on working."""
    names = ["ring0", "ring1", "ring2"]
    for name in names:
        switch("add-br", name)
    for here, there in (("ring0", "ring1"), ("ring1", "ring2"), ("ring2", "ring0")):
        switch(f"add-port {here} {here}-{there} -- set interface {here}-{there} type=patch options:peer={there}-{here} "
               f"-- add-port {there} {there}-{here} -- set interface {there}-{here} type=patch options:peer={here}-{there}")
    one = switch.add_wires("ring0", "one")
    two = switch.add_wires("ring1", "two")
    for _ in range(3):
        one.send(build(src=A, payload=(text := marker())))
        two.wait_for(text)
    assert switch("list-br").split() == names


def test_protected_ports(switch, three, marker):
    one, two, other = three
    switch("set port one protected=true -- set port two protected=true")
    introduce(two, B, other, marker)
    for dst in ("ff:ff:ff:ff:ff:ff", B):
        one.send(build(dst=dst, src=A, payload=(text := marker())))
        barrier(one, [other], marker)
        barrier(other, [two], marker)
        assert two.marked(text) == []
    assert switch.drops("one", "protected") >= 1
    other.send(build(dst=B, src=C, payload=(text := marker())))
    two.wait_for(text)


def test_flood_vlans(switch, three, marker):
    """In such a VLAN nothing is learned and everybody gets everything; others are as ever."""
    one, two, other = three
    switch("set bridge br0 flood_vlans=30")
    introduce(two, B, other, marker, tags=[tag(30)])
    assert switch.fdb_find("br0", B, 30) is None
    one.send(build(dst=B, src=A, tags=[tag(30)], payload=(text := marker())))
    two.wait_for(text)
    other.wait_for(text)
    introduce(two, B, other, marker, tags=[tag(31)])
    assert switch.fdb_find("br0", B, 31).port == "two"


def test_becoming_a_flood_vlan_forgets(switch, three, marker):
    one, two, other = three
    introduce(two, B, other, marker, tags=[tag(30)])
    switch("set bridge br0 flood_vlans=30")
    one.send(build(dst=B, src=A, tags=[tag(30)], payload=(text := marker())))
    two.wait_for(text)
    other.wait_for(text)


def test_no_hairpin_unless_asked(switch, three, marker):
    one, two, other = three
    introduce(one, A, other, marker)
    one.send(build(dst=A, src=B, payload=(text := marker())))
    barrier(one, [two, other], marker)
    barrier(two, [one], marker)
    assert one.marked(text) == [] and two.marked(text) == []
    assert switch.drops("one", "same-port") == 1
    switch("set port one other_config:hairpin=true")
    introduce(one, A, other, marker)
    one.send(build(dst=A, src=B, payload=(text := marker())))
    one.wait_for(text)
    one.send(build(src=B, payload=(text := marker())))
    assert len(one.wait_for(text)) == 1


@pytest.mark.parametrize("known", [True, False], ids=["known", "flooded"])
def test_too_long_for_a_port(switch, marker, known):
    """A frame that one port cannot carry is its drop, by name, and no other port's loss."""
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two", mtu=2000)
    small = switch.add_wires("br0", "small", mtu=1400)
    introduce(small, B, two, marker)
    to = B if known else "ff:ff:ff:ff:ff:ff"
    for length in (1414, 1415, 1800):
        one.send(build(dst=to, src=A, payload=(text := marker()) + bytes(length - 14 - len(text))))
    barrier(one, [small, two], marker)
    assert sorted(len(raw) for raw in small.seen if len(raw) > 900) == [1414]
    assert switch.drops("small", "mtu") == 2
    if not known:
        assert sorted(len(raw) for raw in two.seen if len(raw) > 900) == [1414, 1415, 1800]


def test_counters(switch, three, marker):
    one, two, other = three
    before = switch.statistics("one")
    raw = build(src=A, payload=b"counted")
    for _ in range(10):
        one.send(raw)
    barrier(one, [two], marker, rounds=1)
    after = switch.statistics("one")
    assert after["rx_packets"] - before["rx_packets"] == 11
    assert after["rx_bytes"] - before["rx_bytes"] == 11 * 60
    assert switch.statistics("two")["tx_packets"] >= 11
