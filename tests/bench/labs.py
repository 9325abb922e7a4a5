# SPDX-License-Identifier: GPL-2.0-only
# labs.py - the same hosts cabled to each of the switches, and the tools that run in them
import collections
import json
import os
import select
import shutil
import subprocess

from lib.peers import KernelBridge, OpenVSwitch
from lib.sandbox import stop
from lib.switch import BUILD, Switch
from lib.wait import wait_until

HELPER = os.path.join(BUILD, "bench/helper")
ADDRESSES = "10.77.0.1", "10.77.0.2"
CORE = os.cpu_count() - 1  # where everything runs that is to have one core


class Missing(Exception):
    """A peer that is not installed here."""


Setup = collections.namedtuple("Setup", "name make")  # make(net) returns a Lab


class Lab:
    """Hosts on one switch. pids: the switch's processes; far: a namespace with the far ends of all ports but the first."""

    def __init__(self, name, hosts, pids=(), switch=None, ns=None):
        self.name, self.hosts, self.pids, self.switch, self.ns = name, hosts, list(pids), switch, ns
        self.sink, self.generator, self.counter = None, "generate", "sink"


def pin(pids, core):
    """Processes to one core, where they come before others that have work there."""
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            os.sched_setaffinity(int(task), {core})
            os.setpriority(os.PRIO_PROCESS, int(task), -20)


def busy(pids):
    """Processor seconds that processes have used."""
    total = 0
    for pid in pids:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
    return total / 1e9


def softirq_daemon(core):
    """Who receives frames when there are more than the sender's own time has room for."""
    done = subprocess.run(["pgrep", "-x", f"ksoftirqd/{core}"], capture_output=True, text=True, check=False)
    return [int(word) for word in done.stdout.split()]


def rate(lab, *words):
    """
    Generate frames into the lab's first host. Return: how many arrive at the sink for each second that generator, switch
    and the kernel's own thread worked on the one core. When that core has no other work, it is frames a second.
    """
    workers = lab.pids + softirq_daemon(CORE)
    count, before = lab.sink.count(), busy(workers)
    done = helper(lab.hosts[0], lab.generator, "eth0", *words, core=CORE)
    return (lab.sink.count() - count) / (done["busy"] + busy(workers) - before)


def alone(core):
    """The same for a command to be started."""
    return ["nice", "-n", -20, "taskset", "-c", core] if core is not None else []


def helper(ns, *words, core=None, timeout=60):
    """Run one verb of the helper to its end. Return: its JSON."""
    return json.loads(ns.run(*alone(core), HELPER, *words, timeout=timeout).stdout)


class Holder:
    """A helper that stays for as long as the line runs, and answers."""

    def __init__(self, net, ns, *words):
        self.process = ns.popen(HELPER, *words, stdin=subprocess.PIPE, text=True, bufsize=1)
        net.on_exit(stop, self.process)
        line = self.read()
        assert line == "ready", f"helper {words}: {line}"

    def read(self):
        ready, _, _ = select.select([self.process.stdout], [], [], 20)
        assert ready, f"{self.process.args}: no answer"
        return self.process.stdout.readline().strip()

    def count(self):
        self.process.stdin.write("\n")
        return int(self.read())


def mac(ns, device):
    return json.loads(ns.run("ip", "-j", "link", "show", device).stdout)[0]["address"]


# --- switches: given a namespace with its ends of the cables, make them ports. Return: process ids, Switch


def bridge(net, ns, ports):
    made = KernelBridge(net, ns)
    for port in ports:
        made.add(port)
    return [], None


def static(peer):
    def make(net, ns, ports):
        Holder(net, ns, "redirect", *ports, *(["peer"] if peer else []))
        return [], None
    return make


def ovs(net, ns, ports):
    if not shutil.which("ovs-vswitchd"):
        raise Missing("Open vSwitch")
    made = OpenVSwitch(net, ns)
    made.add_bridge("br0")
    words = []
    for port in ports:
        words += ["--", "add-port", "br0", port]
    made(*words[1:])
    pids = subprocess.run(["ip", "netns", "pids", str(ns)], capture_output=True, text=True, check=True).stdout.split()
    return [int(pid) for pid in pids], None


def vswitch(datapath, *settings):
    def make(net, ns, ports):
        switch = Switch(net, str(ns), ns=ns, datapath=datapath)
        words = ["add-br", "br0"]
        for port in ports:
            words += ["--", "add-port", "br0", port, "--", "set", "interface", port, *(settings or ["type=system"])]
        switch(*words)
        return [switch.process.pid], switch
    return make


# --- hosts


def hosts_of(net, label, ipv6=False):
    return net.ns(f"{label}a", ipv6), net.ns(f"{label}b", ipv6)


def addresses(net, hosts):
    for host, address in zip(hosts, ADDRESSES):
        net.address(host, "eth0", address + "/24")


def pair(name, label, plug):
    """Two hosts, a veth each to a switch between them."""
    def make(net):
        hosts, ns = hosts_of(net, label), net.ns(label, ipv6=False)
        for number, host in enumerate(hosts):
            net.cable(ns, f"p{number}", host, "eth0")
        addresses(net, hosts)
        pids, switch = plug(net, ns, ["p0", "p1"])
        return Lab(name, hosts, pids, switch, ns)
    return Setup(name, make)


def xdp(setup):
    """The same setup with frames that come by XDP and end by it. A veth takes such frames while its other end has NAPI."""
    def make(net):
        lab = setup.make(net)
        lab.generator, lab.counter = "xdp-generate", "xdp-sink"
        for space, device in [(lab.ns, "p0"), (lab.ns, "p1")] if lab.ns else []:
            space.run("ethtool", "-K", device, "gro", "on")
        return lab
    return Setup(setup.name, make)


def static_xdp(net, ns, ports):
    Holder(net, ns, "redirect", *ports, "xdp")
    return [], None


def ovs_pair(name, label):
    """Its userspace datapath passes no partial checksum on: both hosts must leave transmit offloads off."""
    inner = pair(name, label, ovs).make

    def make(net):
        lab = inner(net)
        for host in lab.hosts:
            host.run("ethtool", "-K", "eth0", "tx", "off")
        return lab
    return Setup(name, make)


def cable(name, label):
    """Nothing between them."""
    def make(net):
        hosts = hosts_of(net, label)
        net.cable(hosts[0], "eth0", hosts[1], "eth0")
        addresses(net, hosts)
        return Lab(name, hosts)
    return Setup(name, make)


def vde(name, label):
    """vde_switch has TAP devices of its own: the hosts get those."""
    def make(net):
        if not shutil.which("vde_switch"):
            raise Missing("VDE")
        hosts, ns = hosts_of(net, label), net.ns(label, ipv6=False)
        process = net.daemon(ns, "vde_switch", "--sock", f"{net.directory}/vde", "--tap", "tap0", "--tap", "tap1",
                             stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)  # it ends when its input does
        wait_until(lambda: {"tap0", "tap1"} <= set(ns.links()), "vde_switch to make its TAP devices")
        for number, host in enumerate(hosts):
            ns.run("ip", "link", "set", f"tap{number}", "netns", host, "name", "eth0")
            host.run("ip", "link", "set", "eth0", "up")
        addresses(net, hosts)
        return Lab(name, hosts, [process.pid], ns=ns)
    return Setup(name, make)


def many(name, label, plug, ports):
    """One host, and ports - 1 others that share a namespace."""
    def make(net):
        hosts, ns = hosts_of(net, label), net.ns(label, ipv6=False)
        net.cable(ns, "p0", hosts[0], "eth0")
        names = [f"p{number}" for number in range(1, ports)]
        net.cables(ns, hosts[1], [(port, "r" + port) for port in names])
        pids, switch = plug(net, ns, ["p0", *names])
        return Lab(name, hosts, pids, switch, ns)
    return Setup(name, make)


# --- two sites and a tunnel


def sites(net, label):
    """Two switch namespaces joined by an underlay cable of the usual MTU, a host at each."""
    hosts, ends = hosts_of(net, label), (net.ns(f"{label}s1"), net.ns(f"{label}s2"))
    net.cable(ends[0], "ul0", ends[1], "ul0")
    for number, (site, host) in enumerate(zip(ends, hosts)):
        net.address(site, "ul0", f"192.0.2.{1 + number}/24")
        net.cable(site, "p0", host, "eth0", mtu=1450)
        net.address(host, "eth0", ADDRESSES[number] + "/24")
    return hosts, ends


def vxlan_kernel(name, label):
    def make(net):
        hosts, ends = sites(net, label)
        for number, site in enumerate(ends):
            made = KernelBridge(net, site)
            made.add("p0")
            made.add_vxlan("vx0", 5010, f"192.0.2.{1 + number}", f"192.0.2.{2 - number}")
        return Lab(name, hosts)
    return Setup(name, make)


def vxlan_vswitch(name, label, datapath, *options):
    def make(net):
        hosts, ends = sites(net, label)
        pids = []
        for number, site in enumerate(ends):
            switch = Switch(net, str(site), ns=site, datapath=datapath)
            switch("add-br", "br0", "--", "add-port", "br0", "p0", "--", "add-port", "br0", "vx0", "--", "set", "interface",
                   "vx0", "type=vxlan", f"options:remote_ip=192.0.2.{2 - number}", "options:key=5010", *options)
            pids.append(switch.process.pid)
        return Lab(name, hosts, pids)
    return Setup(name, make)


def vxlan_ovs(name, label):
    """Open vSwitch's own tunnels need the underlay device, too, and transmit offloads off in both hosts."""
    def make(net):
        if not shutil.which("ovs-vswitchd"):
            raise Missing("Open vSwitch")
        hosts = hosts_of(net, label)
        ends = net.ns(f"{label}s1"), net.ns(f"{label}s2")
        net.cable(ends[0], "ul0", ends[1], "ul0")
        for number, (site, host) in enumerate(zip(ends, hosts)):
            made = OpenVSwitch(net, site)
            made.underlay("ul0", f"192.0.2.{1 + number}/24")
            net.cable(site, "p0", host, "eth0", mtu=1450)
            net.address(host, "eth0", ADDRESSES[number] + "/24")
            host.run("ethtool", "-K", "eth0", "tx", "off")
            made.add_bridge("br0")
            made("add-port", "br0", "p0")
            made.add_vxlan("br0", "vx0", f"192.0.2.{2 - number}", 5010)
        return Lab(name, hosts)
    return Setup(name, make)
