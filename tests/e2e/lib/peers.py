# SPDX-License-Identifier: GPL-2.0-only
# peers.py - other people's switches, to hold ours against: Open vSwitch in userspace, the kernel's bridge and vxlan
import os
import subprocess

from .sandbox import stop
from .tools import need
from .wait import wait_until


class OpenVSwitch:
    """
    ovsdb-server and ovs-vswitchd (datapath_type=netdev) in a namespace, all files in a directory of their own.
    switching=False leaves ovs-vswitchd out: the database alone answers ovs-vsctl --no-wait.
    """

    def __init__(self, net, ns, switching=True):
        need("ovs-vswitchd", "ovsdb-server", "ovsdb-tool", "ovs-vsctl")
        self.net, self.ns = net, ns
        self.directory = os.path.join(net.directory, "ovs-" + str(ns))
        os.makedirs(self.directory)
        self.environment = {**os.environ, "OVS_RUNDIR": self.directory, "OVS_DBDIR": self.directory,
                            "OVS_LOGDIR": self.directory}
        database, self.remote = os.path.join(self.directory, "conf.db"), f"unix:{self.directory}/db.sock"
        subprocess.run(["ovsdb-tool", "create", database, "/usr/share/openvswitch/vswitch.ovsschema"], check=True,
                       env=self.environment, capture_output=True)
        log = subprocess.DEVNULL
        server = ns.popen("ovsdb-server", "--no-chdir", "--pidfile", f"--remote=p{self.remote}", database, env=self.environment,
                          stdout=log, stderr=log)
        net.on_exit(stop, server)
        wait_until(lambda: os.path.exists(f"{self.directory}/db.sock"), "ovsdb-server to listen")
        self("--no-wait", "init")
        if not switching:
            return
        daemon = ns.popen("ovs-vswitchd", "--no-chdir", "--pidfile", self.remote, env=self.environment, stdout=log, stderr=log)
        net.on_exit(stop, daemon)

    def run(self, *words):
        return subprocess.run(["ovs-vsctl", f"--db={self.remote}", "-t", "20", *map(str, words)], env=self.environment,
                              capture_output=True, text=True, check=False)

    def __call__(self, *words):
        done = self.run(*words)
        assert done.returncode == 0, f"ovs-vsctl {' '.join(map(str, words))}: {done.stderr}"
        return done.stdout

    def appctl(self, *words):
        done = subprocess.run(["ovs-appctl", *map(str, words)], env=self.environment, capture_output=True, text=True,
                              check=False)
        assert done.returncode == 0, f"ovs-appctl {' '.join(map(str, words))}: {done.stderr}"
        return done.stdout

    def add_bridge(self, name):
        self("add-br", name, "--", "set", "bridge", name, "datapath_type=netdev")

    def underlay(self, device, *cidrs):
        """Its own stack for tunnels: a bridge that owns the underlay device and its addresses."""
        self.add_bridge("phy")
        self("add-port", "phy", device)
        self.net.address(self.ns, "phy", *cidrs)
        self.ns.run("ip", "link", "set", "phy", "up")

    def add_vxlan(self, bridge, name, remote, key, *settings):
        self("add-port", bridge, name, *settings, "--", "set", "interface", name, "type=vxlan",
             f"options:remote_ip=\"{remote}\"", f"options:key={key}")


class KernelBridge:
    """A Linux bridge with a vxlan device of the kernel's own."""

    def __init__(self, net, ns, name="kbr"):
        self.net, self.ns, self.name = net, ns, name
        ns.run("ip", "link", "add", name, "type", "bridge")
        ns.run("ip", "link", "set", name, "up")
        for table in ("iptables", "ip6tables", "arptables"):
            ns.run("sysctl", "-qw", f"net.bridge.bridge-nf-call-{table}=0", check=False)

    def add(self, device):
        self.ns.run("ip", "link", "set", device, "master", self.name, "up")

    def add_vxlan(self, name, vni, local, remote, *words):
        self.ns.run("ip", "link", "add", name, "type", "vxlan", "id", vni, "dstport", 4789, "local", local, "remote", remote,
                    *words)
        self.add(name)
