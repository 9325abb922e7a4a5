# SPDX-License-Identifier: GPL-2.0-only
# lines.py - the lines of the scoreboard: who takes part in each, and how one measurement of it is made
"""
A line makes its setups and measures one of them at a time. A measurement returns {metric: value}; the metrics of a line,
with their units, are in its row.
"""
import json
import os
import statistics
import time

from lib import memory as memory_of
from lib.switch import Switch
from lib.tools import listening, reach
from lib.wait import wait_until

import labs
import rfc2889

BROADCAST = "ff:ff:ff:ff:ff:ff"
STRANGER = "02:00:00:00:00:01"

SWITCHES = [
    labs.pair("Linux bridge", "br", labs.bridge),
    labs.cable("direct veth cable", "ca"),
    labs.pair("static bpf_redirect", "sr", labs.static(False)),
    labs.pair("static bpf_redirect_peer", "sp", labs.static(True)),
    labs.pair("vswitch bpf", "vb", labs.vswitch("bpf")),
    labs.pair("vswitch user", "vu", labs.vswitch("user")),
    labs.ovs_pair("Open vSwitch userspace, tx off", "ov"),
    labs.vde("VDE, its own TAPs", "vd"),
]


# --- TCP


def stream(lab, args):
    """One TCP stream with the ends' offloads as they are; sender and receiver on a core each."""
    sender, receiver = lab.hosts
    if not lab.sink:
        reach(sender, labs.ADDRESSES[1])
        lab.sink = True
    process = receiver.popen("taskset", "-c", labs.CORE, "iperf3", "-s", "-1", "-J")
    wait_until(lambda: listening(process.pid, 5201), "iperf3 to listen")
    workers = lab.pids + [pid for core in range(os.cpu_count()) for pid in labs.softirq_daemon(core)]
    before = labs.busy(workers)
    done = sender.run("taskset", "-c", 0, "iperf3", "-c", labs.ADDRESSES[1], "-t", max(1, round(args.seconds)), "-J")
    used = labs.busy(workers) - before
    process.communicate(timeout=20)
    end = json.loads(done.stdout)["end"]
    received, both = end["sum_received"], end["cpu_utilization_percent"]
    used += (both["host_total"] + both["remote_total"]) / 100 * received["seconds"]
    return {"Gb/s": received["bits_per_second"] / 1e9, "Gb per core second": received["bytes"] * 8 / used / 1e9}


def round_trips(lab, args):
    client, server = lab.hosts
    if not lab.sink:
        reach(client, labs.ADDRESSES[1])
        labs.pin(lab.pids, labs.CORE)
        lab.sink = True
    process = server.popen(*labs.alone(labs.CORE), labs.HELPER, "serve", labs.ADDRESSES[1], 7000)
    wait_until(lambda: listening(process.pid, 7000), "the server to listen")
    done = labs.helper(client, "ping", labs.ADDRESSES[1], 7000, args.seconds, core=labs.CORE)
    process.communicate(timeout=20)
    return {"median us": done["median_us"], "p99 us": done["p99_us"]}


# --- small frames


def small_frames(lab, args):
    """60-byte frames from one host to another; generator, switch and sink on one core."""
    sender, receiver = lab.hosts
    if not lab.sink:
        labs.pin(lab.pids, labs.CORE)
        lab.sink = labs.Holder(lab.net, receiver, lab.counter, "eth0")
        lab.macs = labs.mac(sender, "eth0"), labs.mac(receiver, "eth0")
    labs.helper(receiver, "generate", "eth0", BROADCAST, lab.macs[1], 0)  # so that the switch knows where it is
    return {"kframes/s": labs.rate(lab, lab.macs[1], lab.macs[0], args.seconds) / 1e3}


def flood_makers(args):
    plugs = [("Linux bridge", "b", labs.bridge), ("vswitch bpf", "k", labs.vswitch("bpf")),
             ("vswitch user", "u", labs.vswitch("user")), ("Open vSwitch userspace", "o", labs.ovs)]
    return [labs.many(f"{name}, {ports} ports", f"{label}{ports}", plug, ports)
            for ports in args.flood_ports for name, label, plug in plugs]


def flood(lab, args):
    """Broadcasts into one port; what arrives at all others together."""
    if not lab.sink:
        labs.pin(lab.pids, labs.CORE)
        lab.sink = labs.Holder(lab.net, lab.hosts[1], "sink")
    return {"kcopies/s, " + lab.name.split(", ")[-1]: labs.rate(lab, BROADCAST, STRANGER, args.seconds) / 1e3}


# --- the program by itself


def prog_lab(net):
    lab = labs.pair("vswitch bpf", "pr", labs.vswitch("bpf")).make(net)
    lab.switch("add-port", "br0", "vx0", "--", "set", "interface", "vx0", "type=vxlan", "options:remote_ip=192.0.2.2",
               "options:key=1")
    return lab


def program(lab, _args):
    """Each case of the program is a row of its own."""
    done = labs.helper(lab.ns, "program", os.path.join(lab.switch.rundir, "bpf"), "p0", "p1", core=labs.CORE, timeout=120)
    if not lab.sink:
        print(f"  vs_port_in: {done['instructions']} BPF instructions, {done['jited_bytes']} bytes of machine code", flush=True)
        lab.sink = True
    return done["ns"]


# --- many ports


def fresh(datapath=None):
    """Made anew for each measurement: the work is the making."""
    name = f"vswitch {datapath}" if datapath else "Linux bridge, ip link set"
    return labs.Setup(name, lambda net: labs.Lab(name, (), switch=datapath))


def cabled(lab, args):
    """A switch's namespace and one for all far ends, with cables between."""
    number = getattr(lab, "number", 0)
    lab.number = number + 1
    label = f"{lab.switch or 'ip'}{number}"
    ns, far = lab.net.ns(label, ipv6=False), lab.net.ns(f"{label}f", ipv6=False)
    lab.net.cables(ns, far, [(f"p{port}", f"q{port}") for port in range(args.ports)])
    return label, ns, far


def calls(lab, args):
    """Separate calls, as a script would make them, each for an existing veth."""
    label, ns, _ = cabled(lab, args)
    if lab.switch:
        switch = Switch(lab.net, label, ns=ns, datapath=lab.switch)
        switch("add-br", "br0")

        def add(port):
            switch("add-port", "br0", port)
    else:
        ns.run("ip", "link", "add", "br0", "type", "bridge")

        def add(port):
            ns.run("ip", "link", "set", port, "master", "br0")
    times = []
    for port in range(args.ports):
        start = time.monotonic()
        add(f"p{port}")
        times.append(time.monotonic() - start)
    return {"s": sum(times), "ms each, first ten": 1e3 * statistics.median(times[:10]),
            "ms each, last ten": 1e3 * statistics.median(times[-10:])}


def memory(lab, args):
    label, ns, far = cabled(lab, args)
    switch = Switch(lab.net, label, ns=ns, datapath=lab.switch)
    pid = switch.process.pid
    empty = memory_of.resident(pid)
    switch("add-br", "br0", "--", "set", "bridge", "br0", f"other_config:mac-table-size={2 * args.stations}")
    for first in range(0, args.ports, 100):
        words = []
        for port in range(first, min(first + 100, args.ports)):
            words += ["--", "add-port", "br0", f"p{port}"]
        switch(*words[1:])
    with_ports, maps = memory_of.resident(pid), memory_of.maps(pid)
    labs.helper(far, "generate", "q1", BROADCAST, labs.mac(far, "q1"), 0)
    wait_until(lambda: switch.fdb_find("br0", labs.mac(far, "q1")), "the station to be learned")

    def learned():
        labs.helper(far, "generate", "q0", labs.mac(far, "q1"), STRANGER, 1, args.stations)
        return len(switch("fdb", "show", "br0").splitlines()) > args.stations
    wait_until(learned, f"{args.stations} stations to be learned", timeout=60)
    full = {"RSS MiB, empty": empty, f"RSS MiB, {args.ports} ports": with_ports,
            f"RSS MiB, and {args.stations} stations": memory_of.resident(pid)}
    if maps:
        full[f"BPF maps MiB, {args.ports} ports"] = maps
        full[f"BPF maps MiB, and {args.stations} stations"] = memory_of.maps(pid)
    switch("fdb", "flush", "br0")
    return full


class Line:
    """title; less: whether less is better; makers: of setups, or a function of the arguments that returns them."""

    def __init__(self, title, makers, measure, less=False, rounds=None):
        self.title, self.makers, self.measure, self.less, self.rounds = title, makers, measure, less, rounds


VXLANS = [
    labs.vxlan_kernel("Linux bridge and vxlan", "xk"),
    labs.vxlan_vswitch("vswitch bpf", "xb", "bpf"),
    labs.vxlan_vswitch("vswitch bpf, csum=true", "xd", "bpf", "options:csum=true"),
    labs.vxlan_vswitch("vswitch user", "xu", "user"),
    labs.vxlan_vswitch("vswitch user, csum=true", "xc", "user", "options:csum=true"),
    labs.vxlan_ovs("Open vSwitch userspace, tx off", "xo"),
]

XDPS = [labs.xdp(setup) for setup in (
    labs.pair("Linux bridge", "br", labs.bridge),
    labs.cable("direct veth cable", "ca"),
    labs.pair("static XDP redirect", "sx", labs.static_xdp),
    labs.pair("static bpf_redirect_peer", "sp", labs.static(True)),
    labs.pair("vswitch bpf, xdp=native", "vx", labs.vswitch("bpf", "other_config:xdp=native")),
    labs.pair("vswitch bpf, xdp=off", "vb", labs.vswitch("bpf")),
)]

LINES = {
    "tcp": Line("TCP, one stream, veth to veth", SWITCHES, stream),
    "pps": Line("60-byte frames veth to veth, generator, switch and sink on one core",
                SWITCHES, small_frames),
    "xdp": Line("60-byte frames veth to veth, XDP generator and XDP sink, all on one core", XDPS, small_frames),
    "rr": Line("TCP round trip of one byte, all on one core", SWITCHES, round_trips, less=True),
    "vxlan": Line("TCP, one stream, over VXLAN between two sites", VXLANS, stream),
    "flood": Line("broadcasts to all ports, copies delivered, all on one core", flood_makers, flood),
    "prog": Line("nanoseconds a frame in the BPF program alone", [labs.Setup("vswitch bpf", prog_lab)], program, less=True, rounds=3),
    "ports": Line("many add-port calls", [fresh("bpf"), fresh("user"), fresh()], calls, less=True, rounds=3),
    "capacity": Line("addresses that are cached (RFC 2889, 5.7)", rfc2889.SETUPS, rfc2889.capacity, rounds=1),
    "learning": Line("addresses that are learned in a second (RFC 2889, 5.8)", rfc2889.SETUPS, rfc2889.learning_rate, rounds=3),
    "memory": Line("memory with many ports and stations", [fresh("user"), fresh("bpf")], memory, less=True, rounds=1),
}
