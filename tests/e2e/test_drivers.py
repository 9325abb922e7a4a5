# SPDX-License-Identifier: GPL-2.0-only
# test_drivers.py - programs of others that drive Open vSwitch, unchanged, with our names in PATH
import json
import os
import subprocess

import pytest
from lib.guests import Container
from lib.switch import VSCTL
from lib.tools import need, reach

pytestmark = pytest.mark.one_datapath

IFUPDOWN = "/etc/network/if-{}.d/openvswitch"


class Shop:
    """A directory of programs that comes first in PATH, and commands run in the switch's namespace with it."""

    def __init__(self, net, switch):
        self.switch, self.path = switch, os.path.join(net.directory, "path")
        os.makedirs(self.path)
        for name in ("ovs-vsctl", "ovs-appctl", "ovs-ofctl"):
            os.symlink(VSCTL, os.path.join(self.path, name))
        # Whatever a script wants of the machine's services is none of this test's.
        for name in ("systemctl", "service", "ifup", "ifdown"):
            self.program(name, "exit 0")

    def program(self, name, text):
        path = os.path.join(self.path, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)

    def run(self, *words, check=True, **environment):
        more = {"PATH": f"{self.path}:{os.environ['PATH']}", "VSWITCH_RUNDIR": self.switch.rundir, **environment}
        return self.switch.ns.run(*words, check=check, env={**os.environ, **more})


@pytest.fixture
def shop(net, switch):
    return Shop(net, switch)


def ifupdown(shop, mode, interface, **settings):
    """What ifup or ifdown does for one stanza of /etc/network/interfaces: the package's script with the settings."""
    script = IFUPDOWN.format("pre-up" if mode == "start" else "post-down")
    if not os.path.exists(script):
        pytest.skip("openvswitch-switch is not installed")
    named = {f"IF_OVS_{key.upper()}": value for key, value in settings.items()}
    return shop.run("sh", "-e", script, MODE=mode, IFACE=interface, **named)


def test_debian_ifupdown(net, shop, switch):
    """Every kind of stanza of the package's README comes up and goes down again."""
    net.cables(switch.ns, net.ns("far"), [(name, f"f-{name}") for name in ("eth0", "eth1")])
    stanzas = [
        ("br0", {"type": "OVSBridge", "extra": "set bridge ${IFACE} external_ids:by=ifupdown"}),
        ("br1", {"type": "OVSBridge"}),
        ("eth0", {"type": "OVSPort", "bridge": "br0", "options": "tag=10"}),
        ("vlan50", {"type": "OVSIntPort", "bridge": "br0", "options": "tag=50",
                    "extra": "set interface ${IFACE} external-ids:iface-id=here"}),
        ("patch0", {"type": "OVSPatchPort", "bridge": "br0", "patch_peer": "patch1"}),
        ("patch1", {"type": "OVSPatchPort", "bridge": "br1", "patch_peer": "patch0"}),
        ("vx0", {"type": "OVSTunnel", "bridge": "br1", "tunnel_type": "vxlan",
                 "tunnel_options": "options:remote_ip=127.0.0.2 options:key=5"}),
    ]
    for name, settings in stanzas:
        ifupdown(shop, "start", name, **settings)
        ifupdown(shop, "start", name, **settings)  # as a second ifup would
    assert switch("list-ports br0").split() == ["eth0", "patch0", "vlan50"]
    assert switch("list-ports br1").split() == ["patch1", "vx0"]
    assert switch.row("Bridge", "br0")["external_ids"] == {"by": "ifupdown"}
    assert switch.row("Interface", "vlan50")["external_ids"] == {"iface-id": "here"}
    assert [row["name"] for row in switch.rows("Interface") if row["error"]] == []
    assert "vlan50" in switch.ns.links()
    for name, settings in reversed(stanzas):
        ifupdown(shop, "stop", name, **settings)
    assert switch("list-br") == "" and "vlan50" not in switch.ns.links()


def test_ovs_docker(net, shop, switch):
    """The package's own script gives a container a port; podman answers where it asks docker."""
    need("ovs-docker", "podman", "runc")
    shop.program("docker", 'exec podman "$@"')
    switch("add-br br0")
    host = switch.add_station("br0", "host", "10.0.0.1/24")
    box = Container(net, "box", "exec sleep 1000")
    shop.run("ovs-docker", "add-port", "br0", "eth1", box.name, "--ipaddress=10.0.0.2/24", "--mtu=1400",
             "--macaddress=02:00:00:00:00:99")
    reach(host, "10.0.0.2")
    port = switch("--bare", "--columns=name", "find", "interface", f"external_ids:container_id={box.name}").strip()
    assert port.endswith("_l")
    again = shop.run("ovs-docker", "add-port", "br0", "eth1", box.name, check=False)
    assert again.returncode != 0 and "already attached" in again.stderr
    shop.run("ovs-docker", "set-vlan", "br0", "eth1", box.name, "7")
    assert switch.get("Port", port, "tag") == "7"
    shop.run("ovs-docker", "del-port", "br0", "eth1", box.name)
    assert switch("list-ports br0").split() == ["host"] and port not in switch.ns.links()
    shop.run("ovs-docker", "add-port", "br1", "eth2", box.name)  # it makes the bridge, too
    shop.run("ovs-docker", "del-ports", "br1", box.name)
    assert switch("list-ports br1") == ""


def test_libvirt(net, shop, switch):
    """What libvirt runs in the life of a guest: start, bandwidth, statistics, VLAN change, migration, end."""
    def vsctl(*words, status=0):
        done = shop.run("ovs-vsctl", "--timeout=5", *words, check=False)
        assert done.returncode == status, f"{words}: {done.returncode} {done.stderr}"
        return done.stdout
    net.cable(switch.ns, "vnet0", net.ns("guest"), "eth0")
    vsctl("--", "--may-exist", "add-br", "virbr0")
    ids = ['attached-mac="52:54:00:00:00:01"', 'iface-id="9f1d7c0e-2a52-4d9c-9c2b-000000000001"',
           'vm-id="9f1d7c0e-2a52-4d9c-9c2b-000000000002"', "iface-status=active"]
    words = ["--", "--if-exists", "del-port", "vnet0", "--", "add-port", "virbr0", "vnet0", "vlan_mode=native-untagged", "tag=42",
             "trunk=42,43"]
    for one in ids:
        words += ["--", "set", "Interface", "vnet0", f"external-ids:{one}"]
    vsctl(*words)
    assert vsctl("iface-to-br", "vnet0") == "virbr0\n"
    vsctl("iface-to-br", "vnet9", status=1)
    line = vsctl("--if-exists", "--format=list", "--data=json", "--no-headings", "--columns=statistics", "list", "Interface",
                 "vnet0")
    kind, pairs = json.loads(line)
    assert kind == "map" and "rx_bytes" in dict(pairs)
    assert vsctl("--if-exists", "--format=list", "--data=json", "--no-headings", "--columns=statistics", "list", "Interface",
                 "vnet9") == ""
    assert vsctl("--no-heading", "--columns=_uuid", "find", "queue", 'external-ids:vm-id="U"') == ""
    vsctl("set", "port", "vnet0", "qos=@qos1", 'external-ids:vm-id="U"', "--", "--id=@qos1", "create", "qos", "type=linux-htb",
          "other_config:min-rate=1000", "queues:0=@queue0", 'external-ids:vm-id="U"', "--", "--id=@queue0", "create", "queue",
          "other_config:min-rate=1000", 'external-ids:vm-id="U"')
    qos, queue = (vsctl("--no-heading", "--columns=_uuid", "find", table, 'external-ids:vm-id="U"').split()[-1]
                  for table in ("qos", "queue"))
    vsctl("set", "queue", queue, "other_config:max-rate=2000")
    vsctl("set", "Interface", "vnet0", "ingress_policing_rate=1000", "ingress_policing_burst=100")
    for one in ("qos", "ingress_policing_rate", "ingress_policing_burst"):
        assert one in switch("show"), "what has no effect is said"
    vsctl("remove", "port", "vnet0", "qos", qos)
    vsctl("destroy", "qos", qos)
    vsctl("destroy", "queue", queue)
    vsctl("--", "--if-exists", "clear", "Port", "vnet0", "tag", "--", "--if-exists", "clear", "Port", "vnet0", "trunk", "--",
          "--if-exists", "clear", "Port", "vnet0", "vlan_mode", "--", "--if-exists", "set", "Port", "vnet0", "tag=7")
    assert switch.get("Port", "vnet0", "tag") == "7"
    vsctl("set", "Interface", "vnet0", "external_ids:PortData=some-data")
    assert vsctl("--if-exists", "get", "Interface", "vnet0", "external_ids:PortData") == "some-data\n"
    vsctl("--", "--if-exists", "del-port", "vnet0")
    vsctl("--", "--if-exists", "del-port", "vnet0")


def test_waiting(shop, switch):
    """wait-until returns when it is so, whoever made it so, and ends by the alarm when it does not become so."""
    switch("add-br br0")
    waiter = switch.ns.popen(VSCTL, "--rundir", switch.rundir, "-t", "20", "wait-until", "Port", "p1", "tag=5", "--", "get", "Port",
                             "p1", "tag", stdout=subprocess.PIPE, text=True)
    switch("--no-wait add-port br0 p1")
    assert waiter.poll() is None
    switch("set port p1 tag=5")
    assert waiter.communicate(timeout=30)[0] == "5\n" and waiter.returncode == 0
    done = shop.run("ovs-vsctl", "--timeout=1", "--", "add-br", "br1", "--", "wait-until", "Port", "p2", check=False)
    assert done.returncode == -14 and switch("list-br") == "br0\n"


def test_what_has_no_effect_is_said(switch):
    """Stored for tools, never a failure, and named in the overview."""
    switch("add-br br0 -- set-controller br0 tcp:127.0.0.1:6653 -- set-fail-mode br0 secure -- set bridge br0 protocols=OpenFlow13 "
           "-- --id=@n create NetFlow targets=\"10.0.0.1:5566\" -- set bridge br0 netflow=@n")
    switch("set-ssl /k /c /ca")
    text = switch("show")
    for column in ("controller", "fail_mode", "protocols", "netflow", "ssl"):
        assert column in " ".join(line for line in text.splitlines() if "no_effect" in line), text
