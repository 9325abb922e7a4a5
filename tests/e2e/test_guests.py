# SPDX-License-Identifier: GPL-2.0-only
# test_guests.py - a virtual machine and a container, strangers to each other, across one switch
from lib.guests import Container, Guest, need_busybox
from lib.tools import need, ping, reach
from lib.wait import wait_until

GUEST = """
ip link set eth0 up
ip addr add 10.0.0.1/24 dev eth0
mkdir -p /www
dd if=/dev/zero of=/www/big bs=1024 count=2048 2>/dev/null
httpd -p 80 -h /www
echo GUEST-UP
until wget -q -O - http://10.0.0.2:80/hello; do usleep 100000; done
until wget -q -O /copy http://10.0.0.2:80/big; do usleep 100000; done
echo GUEST-GOT $(wc -c < /copy)
cat
"""


def test_guest_and_container_reach_each_other(net, switch):
    """Ping and TCP both ways between a QEMU guest on a TAP port and a container on a veth port."""
    need("podman", "runc", "qemu-system-x86_64")
    need_busybox()
    switch("add-br br0 -- add-port br0 vm1 tag=10 -- set interface vm1 type=tap")
    container = Container(net, "box", "mkdir -p /tmp/www; echo CONTAINER-SAYS-HELLO >/tmp/www/hello; "
                          "dd if=/dev/zero of=/tmp/www/big bs=1024 count=2048 2>/dev/null; "
                          "exec httpd -f -p 80 -h /tmp/www")
    switch("add-port", "br0", "box", "tag=10", "--", "set", "interface", "box", "type=veth",
           f"options:netns={container.pid}", "options:peer=eth0", "options:ip=10.0.0.2/24")
    guest = Guest(net, switch.ns, "vm1", "02:00:00:00:00:01", GUEST)
    guest.wait_for("GUEST-UP")
    guest.wait_for("CONTAINER-SAYS-HELLO")
    guest.wait_for("GUEST-GOT 2097152")
    container.run("ping", "-c", "1", "-W", "5", "10.0.0.1")
    size = container.run("sh", "-c", "wget -q -O /tmp/copy http://10.0.0.1/big && wc -c </tmp/copy")
    assert size.strip() == "2097152"
    assert switch.fdb_find("br0", "02:00:00:00:00:01", 10).port == "vm1"


def test_container_that_dies_parks_its_port(net, switch):
    """No error on the way, and the next container takes the port over."""
    need("podman", "runc")
    need_busybox()
    switch("add-br br0")
    host = switch.add_station("br0", "host", "10.0.0.1/24")
    first = Container(net, "one", "exec sleep 1000")
    switch("add-port", "br0", "box", "--", "set", "interface", "box", "type=veth", f"options:netns={first.pid}",
           "options:ip=10.0.0.2/24")
    reach(host, "10.0.0.2")
    first.remove()
    wait_until(lambda: switch.error("box"), "the port to park")
    second = Container(net, "two", "exec sleep 1000")
    switch("set", "interface", "box", f"options:netns={second.pid}")
    wait_until(lambda: not switch.error("box"), "the port to attach")
    reach(host, "10.0.0.2")
    assert ping(host, "10.0.0.2")
