# SPDX-License-Identifier: GPL-2.0-only
# test_bpf.py - the datapath in the kernel outlives its daemon, and goes when it is told to
import os

import pytest
from lib.switch import VSWITCHD
from lib.wait import wait_until
from lib.wire import build

pytestmark = pytest.mark.bpf_only
A, B, C = "02:00:00:00:00:0a", "02:00:00:00:00:0b", "02:00:00:00:00:0c"


@pytest.fixture
def three(switch):
    switch("add-br br0")
    return switch.add_wires("br0", "one", "two", "other")


def exchange(one, two, marker):
    """Let both be learned."""
    for wire, src, dst, far in ((one, A, B, two), (two, B, A, one)):
        wire.send(build(src=src, dst=dst, payload=(text := marker())))
        far.wait_for(text)


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
    assert switch.get("interface", "one", "status:hook") == "tcx"
    assert switch.get("interface", "one", "status:hook_reason")
