#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# bench.py - the same work through our switch and through its peers, in turns on one machine, and what came of it
"""
A line is one kind of work; its setups are the switches that do it. All setups of a line stand at once, each in its own
namespaces, and are measured in turn, round after round in alternating order, so that whatever else the machine does
hits all alike. Printed are medians, their spread, and the ratio to the first setup. Nothing here passes or fails.
"""
import argparse
import collections
import json
import os
import platform
import statistics
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../e2e"))

from lib import sandbox  # noqa: E402
from lib.peers import KernelBridge, OpenVSwitch  # noqa: E402
from lib.switch import Switch  # noqa: E402
from lib.tools import listening, reach  # noqa: E402
from lib.wait import wait_until  # noqa: E402

Setup = collections.namedtuple("Setup", "name measure")
ADDRESSES = "10.77.0.1", "10.77.0.2"


def hosts(net, label):
    """Two hosts, not yet cabled."""
    return net.ns(f"{label}-a"), net.ns(f"{label}-b")


def stream(server, client, seconds):
    """One TCP stream with default offloads. Return: Gb/s received."""
    process = server.popen("iperf3", "-s", "-1", "-J")
    wait_until(lambda: listening(process.pid, 5201), "iperf3 to listen")
    done = client.run("iperf3", "-c", ADDRESSES[1], "-t", seconds, "-J")
    process.communicate()
    return json.loads(done.stdout)["end"]["sum_received"]["bits_per_second"] / 1e9


def plug(net, switch_ns, hosts_pair, mtu=None):
    """Cable both hosts to a switch's namespace, with addresses. Return: the switch's ends."""
    for number, host in enumerate(hosts_pair):
        net.cable(switch_ns, f"p{number}", host, "eth0", mtu=mtu)
        net.address(host, "eth0", ADDRESSES[number] + "/24")
    return "p0", "p1"


def tcp_setup(net, name, pair, args):
    reach(pair[0], ADDRESSES[1])
    return Setup(name, lambda: stream(pair[1], pair[0], args.seconds))


# --- TCP between two veths of one switch


def tcp_cable(net, args):
    pair = hosts(net, "cable")
    net.cable(pair[0], "eth0", pair[1], "eth0")
    for host, address in zip(pair, ADDRESSES):
        net.address(host, "eth0", address + "/24")
    return tcp_setup(net, "direct veth cable", pair, args)


def tcp_bridge(net, args):
    pair, ns = hosts(net, "br"), net.ns("br")
    bridge = KernelBridge(net, ns)
    for port in plug(net, ns, pair):
        bridge.add(port)
    return tcp_setup(net, "Linux bridge", pair, args)


def tcp_ovs(net, args):
    """Its userspace datapath passes no partial checksum on: both hosts must leave transmit offloads off."""
    pair, ns = hosts(net, "ovs"), net.ns("ovs")
    ovs = OpenVSwitch(net, ns)
    ovs.add_bridge("br0")
    for port, host in zip(plug(net, ns, pair), pair):
        host.run("ethtool", "-K", "eth0", "tx", "off")
        ovs("add-port", "br0", port)
    return tcp_setup(net, "Open vSwitch userspace, tx off", pair, args)


def tcp_vswitch(net, args):
    pair = hosts(net, "vs")
    switch = Switch(net, "vs")
    switch("add-br", "br0")
    for port in plug(net, switch.ns, pair):
        switch("add-port", "br0", port)
    return tcp_setup(net, "vswitch user", pair, args)


# --- TCP over VXLAN between two switches


def sites(net, label):
    """Two switch namespaces joined by an underlay cable of the usual MTU."""
    pair = net.ns(f"{label}-s1"), net.ns(f"{label}-s2")
    net.cable(pair[0], "ul0", pair[1], "ul0")
    net.address(pair[0], "ul0", "192.0.2.1/24")
    net.address(pair[1], "ul0", "192.0.2.2/24")
    return pair


def site_host(net, site, host, number):
    net.cable(site, "p0", host, "eth0", mtu=1450)
    net.address(host, "eth0", ADDRESSES[number] + "/24")


def vxlan_kernel(net, args):
    pair, ends = hosts(net, "vk"), sites(net, "vk")
    for number, (site, host) in enumerate(zip(ends, pair)):
        site_host(net, site, host, number)
        bridge = KernelBridge(net, site)
        bridge.add("p0")
        bridge.add_vxlan("vx0", 5010, f"192.0.2.{1 + number}", f"192.0.2.{2 - number}")
    return tcp_setup(net, "Linux bridge and vxlan", pair, args)


def vxlan_vswitch(csum):
    def make(net, args):
        label = "vc" if csum else "vu"
        pair, ends = hosts(net, label), sites(net, label)
        for number, (site, host) in enumerate(zip(ends, pair)):
            site_host(net, site, host, number)
            switch = Switch(net, f"{label}{number}", ns=site)
            switch("add-br", "br0", "--", "add-port", "br0", "p0", "--", "add-port", "br0", "vx0", "--", "set", "interface",
                   "vx0", "type=vxlan", f"options:remote_ip=192.0.2.{2 - number}", "options:key=5010",
                   *(["options:csum=true"] if csum else []))
        return tcp_setup(net, "vswitch user" + (", csum=true" if csum else ""), pair, args)
    return make


# --- what many ports cost


def ports_vswitch(net, args):
    """Separate vsctl calls, as a script would make them, each for an existing veth."""
    def measure():
        switch = Switch(net, f"many{time.monotonic_ns() % 100000}")
        peer = net.ns(f"far{time.monotonic_ns() % 100000}")
        net.cables(switch.ns, peer, [(f"p{number}", f"q{number}") for number in range(args.ports)])
        switch("add-br", "br0")
        times = []
        for number in range(args.ports):
            start = time.monotonic()
            switch("add-port", "br0", f"p{number}")
            times.append(time.monotonic() - start)
        with open(f"/proc/{switch.process.pid}/status", encoding="ascii") as file:
            rss = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        print(f"  {args.ports} calls: {sum(times):.2f} s; first ten {1e3 * statistics.median(times[:10]):.2f} ms each, "
              f"last ten {1e3 * statistics.median(times[-10:]):.2f} ms each; RSS {rss / 1024:.1f} MiB")
        return sum(times)
    return Setup("vswitch user", measure)


LINES = {
    "tcp": ("TCP, one stream, veth to veth", "Gb/s", [tcp_bridge, tcp_cable, tcp_ovs, tcp_vswitch]),
    "vxlan": ("TCP, one stream, over VXLAN between two sites", "Gb/s",
              [vxlan_kernel, vxlan_vswitch(False), vxlan_vswitch(True)]),
    "ports": ("time of many add-port calls", "s", [ports_vswitch]),
}


def run_line(name, args):
    title, unit, makers = LINES[name]
    print(f"{name}: {title} ({unit})", flush=True)
    net = sandbox.Net(f"{name[:2]}-", f"/run/bench-{name}")
    try:
        setups = [make(net, args) for make in makers]
        results = {setup.name: [] for setup in setups}
        for round_number in range(args.rounds):
            for setup in setups if round_number % 2 == 0 else reversed(setups):
                results[setup.name].append(setup.measure())
    finally:
        net.close()
    base = statistics.median(results[setups[0].name])
    for setup in setups:
        values = results[setup.name]
        middle = statistics.median(values)
        print(f"  {setup.name:34} {middle:8.2f}   {min(values):.2f} .. {max(values):.2f}   x {middle / base:.2f}", flush=True)
    return {"title": title, "unit": unit, "results": results}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", nargs="*", choices=[*LINES, []], help="lines to run (default: all)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each TCP measurement")
    parser.add_argument("--ports", type=int, default=1000)
    parser.add_argument("--json", help="write all measurements there")
    args = parser.parse_args()
    sandbox.enter()
    print(f"{os.cpu_count()} cores, Linux {platform.release()}")
    report = {"kernel": platform.release(), "cores": os.cpu_count()}
    for name in args.lines or LINES:
        report[name] = run_line(name, args)
    if args.json:
        with open(args.json, "w", encoding="utf-8") as file:
            json.dump(report, file, indent=1)


if __name__ == "__main__":
    main()
