# SPDX-License-Identifier: GPL-2.0-only
# rfc2889.py - address caching capacity and address learning rate, by RFC 2889 sections 5.7 and 5.8
"""
Three ports. The learning port sends frames from that many addresses to the test port, whose address the switch knows. Then
the test port sends one frame to each of these addresses. Learned is what comes out of the learning port and not of the
monitoring port: a single frame there is one that the switch had to flood, and the trial fails. Capacity is the greatest
number of addresses without a failure, the learning rate the greatest number of learning frames a second, both by binary
search. Between trials the switch is told to forget, and each trial has addresses of its own.
"""
import glob
import shutil
import time

from lib.peers import OpenVSwitch
from lib.wait import wait_until

import labs

BROADCAST, TESTER = "ff:ff:ff:ff:ff:ff", "02:00:00:00:00:01"
EASY = 20000  # frames a second that a switch takes without losing one
TABLE = 1000000  # what switches with a limit are told to hold
FASTEST, CLOSE = 2000000, 0.03  # where the search for a rate begins, and when it ends


class Bench:
    """A switch with a tester, a learner and a monitor, each a namespace of its own with eth0."""

    def __init__(self, name, label, plug, easy=EASY):
        self.name, self.label, self.plug, self.easy = name, label, plug, easy

    def make(self, net):
        ns = net.ns(self.label, ipv6=False)
        hosts = [net.ns(self.label + role, ipv6=False) for role in "tlm"]
        for number, host in enumerate(hosts):
            net.cable(ns, f"p{number}", host, "eth0")
        lab = labs.Lab(self.name, hosts, ns=ns)
        lab.forget, lab.easy = self.plug(net, ns, ["p0", "p1", "p2"]), self.easy
        lab.sinks = [labs.Holder(net, host, "sink", "eth0") for host in hosts]
        return lab


# --- switches: each returns what makes it forget


def bridge(net, ns, ports):
    labs.bridge(net, ns, ports)
    return lambda: ns.run("ip", "link", "set", "kbr", "type", "bridge", "fdb_flush")


def vswitch(datapath):
    def plug(net, ns, ports):
        _, switch = labs.vswitch(datapath)(net, ns, ports)
        switch("set", "bridge", "br0", f"other_config:mac-table-size={TABLE}")
        return lambda: switch("fdb", "flush", "br0")
    return plug


def ovs(net, ns, ports):
    if not shutil.which("ovs-vswitchd"):
        raise labs.Missing("Open vSwitch")
    made = OpenVSwitch(net, ns)
    made.add_bridge("br0")
    made("set", "bridge", "br0", f"other_config:mac-table-size={TABLE}")
    for port in ports:
        made("add-port", "br0", port)
    socket = glob.glob(f"{made.directory}/ovs-vswitchd.*.ctl")[0]
    return lambda: made.appctl("-t", socket, "fdb/flush", "br0")


SETUPS = [Bench("Linux bridge", "rb", bridge), Bench("vswitch bpf", "rk", vswitch("bpf")),
          Bench("vswitch user", "ru", vswitch("user")), Bench("Open vSwitch userspace", "ro", ovs, easy=5000)]


# --- one trial


def settled(sink, wanted):
    """Wait until a sink has what it should, or nothing more comes. Return: its count."""
    count, since = sink.count(), time.monotonic()
    while count < wanted and time.monotonic() - since < 1:
        now = sink.count()
        if now != count:
            count, since = now, time.monotonic()
    return count


def stations(host, dst, src, count, rate, which):
    done = labs.helper(host, "stations", "eth0", dst, src, count, rate, which, core=labs.CORE, timeout=count / rate + 60)
    return done["sent"] / done["seconds"]


def trial(lab, count, rate):
    """Whether count addresses are all learned when they come at rate. Return: (that, the rate as it was)."""
    tester, learner, _ = lab.hosts
    at_tester, at_learner, at_monitor = lab.sinks
    lab.forget()
    lab.trials = getattr(lab, "trials", 0) + 1
    station = f"02:{16 + lab.trials // 256:02x}:{lab.trials % 256:02x}:00:00:00"  # the last three bytes count
    before = at_monitor.count()
    stations(tester, BROADCAST, TESTER, 1, lab.easy, "none")
    wait_until(lambda: at_monitor.count() > before, "the tester's first frame to be flooded")
    heard = at_tester.count()
    was = stations(learner, TESTER, station, count, rate, "src")
    settled(at_tester, heard + count)
    right, wrong = at_learner.count(), at_monitor.count()
    stations(tester, station, TESTER, count, lab.easy, "dst")
    learned = settled(at_learner, right + count) - right == count
    return learned and at_monitor.count() == wrong, was


def greatest(low, high, close, good):
    """Binary search for the greatest value that is good; low is taken to be. good(value): (whether, value as it was)."""
    fine, was = good(high)
    if fine:
        return was
    best = low
    while high - low > max(1, close * low):
        middle = (low + high) // 2
        fine, was = good(middle)
        if fine:
            low, best = middle, was
        else:
            high = middle
    return best


def capacity(lab, args):
    """A frame lost for want of time is no lack of room: a failure must show three times."""
    def good(count):
        return any(trial(lab, count, lab.easy)[0] for _ in range(3)), count
    return {f"addresses, at most {args.addresses}": greatest(0, args.addresses, 0.01, good)}


def learning_rate(lab, args):
    """The generator may not reach what is asked for: what counts is what it did."""
    def good(rate):
        return trial(lab, args.learn, rate)
    return {f"k addresses/s, {args.learn} of them": greatest(1000, FASTEST, CLOSE, good) / 1e3}
