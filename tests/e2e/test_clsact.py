# SPDX-License-Identifier: GPL-2.0-only
# test_clsact.py - the bpf datapath where the kernel has no tcx: filters on clsact in place of links
"""
A filter is no link: the discipline below it is the device's, and others may use it, too. What test_bpf.py holds of a daemon
that dies and comes again must hold here as well, and nothing of anybody else may be touched.
"""
import json

import pytest
from lib.switch import VSWITCHD
from lib.tools import reach, tcp_both_ways
from lib.wait import wait_until
from lib.wire import build

# Run again, with the fixtures of this module.
from test_bpf import (A, B, Stream, attached_by, exchange, test_a_tunnel_keeps_its_stations_when_its_port_changes,  # noqa: F401
                      test_flush_ends_the_forwarding, test_half_made_devices_are_made_anew,
                      test_ifindex_of_a_port_that_went_is_used_again,
                      test_no_frame_is_lost_without_the_daemon, test_the_mark_of_a_patch_cable_stays_inside,
                      test_the_user_datapath_takes_over_whole, test_what_changed_while_it_was_away_is_caught_up, three)
from test_bpf_refused import test_auto_goes_on_with_user_and_says_why  # noqa: F401
from test_upgrade import test_nothing_is_lost_over_kill_restart_and_upgrade  # noqa: F401

pytestmark = pytest.mark.bpf_only
PLACE = ["pref", str(0xC001), "handle", "0x7673"]  # where our filter is


@pytest.fixture(autouse=True)
def asked_for(monkeypatch):
    monkeypatch.setenv("VSWITCH_BPF_ATTACH", "clsact")


def tc(ns, *words):
    return ns.run("tc", *words).stdout


def discipline(ns, device):
    """Whether the device has clsact."""
    return "clsact" in tc(ns, "qdisc", "show", "dev", device)


def filters(ns, device, way="ingress"):
    return [entry for entry in json.loads(tc(ns, "-j", "filter", "show", "dev", device, way)) if entry.get("options")]


def add_filter(ns, device, way, *place):
    """Somebody else's: it looks at nothing and lets everything pass."""
    tc(ns, "filter", "add", "dev", device, way, *place, "protocol", "all", "bpf", "da", "bytecode", "1,6 0 0 4294967295")


def test_show_says_so(switch, three):
    assert switch.get("interface", "one", "status:hook") == "clsact"
    assert "VSWITCH_BPF_ATTACH" in switch.get("interface", "one", "status:hook_reason")


def test_tcp(net, new_switch):
    """Through a tunnel and a patch cable, so that every program takes part."""
    left, right = new_switch("left"), new_switch("right")
    net.cable(left.ns, "ul0", right.ns, "ul0")
    for number, switch in enumerate((left, right), 1):
        net.address(switch.ns, "ul0", f"192.0.2.{number}/24")
        switch(f"add-br br0 -- add-port br0 vx0 -- set interface vx0 type=vxlan options:remote_ip=192.0.2.{3 - number}")
    left("add-br br1 -- add-port br1 p1 -- set interface p1 type=patch options:peer=p0 "
         "-- add-port br0 p0 -- set interface p0 type=patch options:peer=p1")
    here = left.add_station("br1", "here", "10.0.0.1/24")
    there = right.add_station("br0", "there", "10.0.0.2/24", "2001:db8::2/64")
    beside = left.add_station("br1", "beside", "10.0.0.3/24")
    tcp_both_ways(net, here, there, "10.0.0.2")
    tcp_both_ways(net, here, beside, "10.0.0.3")
    assert left.get("interface", "here", "status:hook") == "clsact"


def test_the_discipline_comes_and_goes_with_us(switch, three):
    assert discipline(switch.ns, "one") and len(filters(switch.ns, "one")) == 1
    switch("del-port one")
    assert not discipline(switch.ns, "one")
    switch("add-port br0 one")
    switch.kill()
    switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db, "--flush")
    assert not discipline(switch.ns, "one") and not discipline(switch.ns, "two")
    switch.start()
    assert discipline(switch.ns, "one")
    switch.stop()
    switch.start()
    switch("exit --cleanup")
    switch.process.wait(20)
    assert not discipline(switch.ns, "one")
    switch.start()


def test_what_others_have_on_the_device_stays(switch, net, marker):
    """A discipline that was there before, and filters of others on ours; theirs see a frame before we do."""
    far = net.ns("far", ipv6=False)
    net.cable(switch.ns, "mine", far, "eth0")
    net.cable(switch.ns, "late", far, "eth1")
    tc(switch.ns, "qdisc", "add", "dev", "mine", "clsact")
    switch("add-br br0 -- add-port br0 mine -- add-port br0 late")
    one, two = switch.add_wires("br0", "one", "two")
    exchange(one, two, marker)
    switch("del-port mine")
    assert discipline(switch.ns, "mine") and filters(switch.ns, "mine") == []
    for way in ("ingress", "egress"):
        add_filter(switch.ns, "late", way)
        switch("del-port late")
        assert discipline(switch.ns, "late") and len(filters(switch.ns, "late", way)) == 1
        tc(switch.ns, "qdisc", "del", "dev", "late", "clsact")
        switch("add-port br0 late")


def test_a_filter_in_our_place_is_somebody_elses(switch, net):
    """Its port waits; nothing is replaced, and nothing of it is removed."""
    net.cable(switch.ns, "mine", net.ns("far", ipv6=False), "eth0")
    tc(switch.ns, "qdisc", "add", "dev", "mine", "clsact")
    add_filter(switch.ns, "mine", "ingress", *PLACE)
    before = filters(switch.ns, "mine")
    switch("add-br br0")
    answer = switch.vsctl("add-port", "br0", "mine", status=65)
    assert "File exists" in answer.err and filters(switch.ns, "mine") == before
    switch.restart()
    assert filters(switch.ns, "mine") == before
    tc(switch.ns, "filter", "del", "dev", "mine", "ingress")
    switch("add-port br0 t0 -- set interface t0 type=tap")  # news, on which it is tried again
    wait_until(lambda: switch.error("mine") == "", "the port to attach")
    assert len(filters(switch.ns, "mine")) == 1
    switch("del-port mine")
    assert discipline(switch.ns, "mine") and filters(switch.ns, "mine") == []


def test_a_filter_that_somebody_removed_is_put_back(switch, three, marker):
    one, two, _ = three
    exchange(one, two, marker)
    tc(switch.ns, "qdisc", "del", "dev", "one", "clsact")
    switch.kill()
    tc(switch.ns, "filter", "del", "dev", "two", "ingress")
    switch.start()
    switch("list-br")
    exchange(one, two, marker)
    switch("del-br br0")
    assert not discipline(switch.ns, "one") and not discipline(switch.ns, "two")


@pytest.mark.parametrize("kill", [True, False])
def test_tcx_and_clsact_take_over_from_each_other(switch, three, marker, monkeypatch, kill):
    """As when the kernel is another after a restart. Each frame arrives once, and nothing of the other way stays."""
    one, two, other = three
    exchange(one, two, marker)
    monkeypatch.setenv("VSWITCH_BPF_ATTACH", "tcx")
    if attached_by() == "clsact":
        pytest.skip("this kernel has no tcx")
    stream = Stream(one, two, [two, other])
    for hook in ("tcx", "clsact", "tcx"):
        monkeypatch.setenv("VSWITCH_BPF_ATTACH", hook)
        stream.send(50)
        switch.kill() if kill else switch.stop()
        switch.spawn()
        while not switch.ready():
            stream.send(10)
        stream.send(50)
        assert switch.get("interface", "one", "status:hook") == hook
        assert discipline(switch.ns, "one") == (hook == "clsact")
    stream.check()


def test_program_is_replaced_in_place(switch, three):
    """A restart leaves one filter, at the same place, with the new program."""
    before = filters(switch.ns, "one")[0]["options"]["prog"]["id"]
    switch.kill()
    switch.start()
    assert [entry["options"]["prog"]["id"] > before for entry in filters(switch.ns, "one")] == [True]


def test_a_daemon_moves_to_a_device_of_the_same_name(switch, three, marker):
    """The record of the old one is not taken for the new one's."""
    one, two, _ = three
    exchange(one, two, marker)
    switch.kill()
    switch.ns.run("ip", "link", "del", "two")
    switch.net.cable(switch.ns, "two", one.ns, "r-two")
    tc(switch.ns, "qdisc", "add", "dev", "two", "clsact")
    switch.start()
    wait_until(lambda: switch.error("two") == "", "the port to attach")
    again = type(one)(switch.net, one.ns, "r-two")
    exchange(one, again, marker)
    switch("del-port two")
    assert discipline(switch.ns, "two")


def test_an_unknown_way_is_named(switch, monkeypatch):
    switch.stop()
    monkeypatch.setenv("VSWITCH_BPF_ATTACH", "glue")
    words = [VSWITCHD, "--rundir", switch.rundir, "--db", switch.db]
    done = switch.ns.run(*words, "--datapath", "bpf", check=False, timeout=20)
    assert done.returncode == 1 and 'VSWITCH_BPF_ATTACH is "glue": say tcx or clsact' in done.stderr
    monkeypatch.delenv("VSWITCH_BPF_ATTACH")
    switch.start()
