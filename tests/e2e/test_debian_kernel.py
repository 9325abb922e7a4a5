# SPDX-License-Identifier: GPL-2.0-only
# test_debian_kernel.py - the bpf datapath on the kernel that Debian 12 comes with, which has no tcx
"""
The machine that runs the tests may have any kernel. The one that Debian 12 comes with, 6.1, is booted in QEMU on top of
this system's own files.
"""
import os

import pytest
from lib.guests import Twin
from lib.switch import BUILD

pytestmark = pytest.mark.one_datapath
HERE = os.path.abspath(os.path.dirname(__file__))

# Two switches, a tunnel and a patch cable between them; the kernel forwards while no daemon runs.
LAB = """
set -e
trap 'echo TWIN-FAILED at line $LINENO; cat /run/*/log' ERR
left() { %(build)s/vsctl --rundir /run/left "$@"; }
right() { nsenter --net=/run/netns/right %(build)s/vsctl --rundir /run/right "$@"; }
station() { nsenter --net=/run/netns/$1 "${@:2}"; }
daemon() { %(build)s/vswitchd --rundir /run/$1 --db /run/$1/db --log-file /run/$1/log --pidfile /run/$1/pid --detach; }
ip link set lo up
ip netns add right
ip link add ul0 type veth peer name ul0 netns right
ip addr add 192.0.2.1/24 dev ul0
ip link set ul0 up
ip -n right addr add 192.0.2.2/24 dev ul0
ip -n right link set ul0 up
mkdir /run/left /run/right
daemon left
nsenter --net=/run/netns/right %(build)s/vswitchd --rundir /run/right --db /run/right/db --detach
left add-br br0 -- add-br br1
left add-port br0 a tag=10 -- set interface a type=veth options:netns=a options:peer=eth0 options:ip=10.0.0.1/24
left add-port br0 p0 -- set interface p0 type=patch options:peer=p1
left add-port br1 p1 -- set interface p1 type=patch options:peer=p0
left add-port br1 b tag=10 -- set interface b type=veth options:netns=b options:peer=eth0 options:ip=10.0.0.2/24
left add-port br0 vx tag=10 -- set interface vx type=vxlan options:remote_ip=192.0.2.2 options:key=7
right add-br br0 -- add-port br0 vx -- set interface vx type=vxlan options:remote_ip=192.0.2.1 options:key=7
right add-port br0 c -- set interface c type=veth options:netns=c options:peer=eth0 options:ip=10.0.0.3/24
reach() { for to in 10.0.0.2 10.0.0.3; do station a ping -q -c 2 -i 0.2 -w 20 $to | grep ' received'; done; }
reach
left show | grep 'datapath: bpf'
left get interface a status:hook status:hook_reason
kill -9 $(cat /run/left/pid)
reach
station a ip neigh flush dev eth0
reach
daemon left
reach
left list interface a | grep statistics
left fdb show br0
left exit --cleanup
right exit --cleanup
until ! pgrep vswitchd; do sleep 0.1; done
test -z "$(ls /run/left/bpf /run/right/bpf 2>/dev/null)"
! tc qdisc show | grep clsact
echo TWIN-DONE
"""

# Every end-to-end test that the datapath matters to; without colours, so that the console can be read.
TESTS = """
cd %(here)s
export VSWITCH_BUILD=%(build)s PYTHONDONTWRITEBYTECODE=1 VSWITCH_E2E_TIMEOUT=120
/usr/bin/python3 -m pytest -p no:cacheprovider --datapath bpf --color=no -q %(tests)s && echo TWIN-DONE
"""


def test_switch_on_the_kernel_of_debian(net):
    twin = Twin(net, net.root, LAB % {"build": BUILD})
    twin.wait_for("TWIN-DONE")
    text = twin.text()
    assert "datapath: bpf (auto" in text
    assert "clsact" in text and "this kernel has no tcx" in text
    assert text.count(", 0% packet loss") == 8, text


@pytest.mark.slow
@pytest.mark.parametrize("tests", ["test_bpf.py", "test_clsact.py", "test_switching.py test_vlan.py", "test_vxlan.py"])
def test_end_to_end_tests_on_the_kernel_of_debian(net, tests):
    twin = Twin(net, net.root, TESTS % {"here": HERE, "build": BUILD, "tests": tests})
    twin.wait_for("TWIN-DONE", timeout=3600)
