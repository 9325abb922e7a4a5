# SPDX-License-Identifier: GPL-2.0-only
# test_dialect.py - the same words to the real ovs-vsctl and to ours: the same answers, exit statuses and messages
import os
import re
import shlex

import pytest
from lib.peers import OpenVSwitch
from lib.switch import VSCTL

# Each line is one invocation; both databases go through all of them. What real tools run, and the corners of the grammar.
LINES = r"""
list-br
add-br br0
add-br br0
--may-exist add-br br0
-- --may-exist add-br br1 -- set bridge br1 other_config:hwaddr=02:00:00:00:00:01 external_ids:a=b
list-br
br-exists br0
br-exists nosuch
add-port br0 p1
add-port br0 p1
--may-exist add-port br0 p1
--may-exist add-port br1 p1
add-port br0 p2 tag=10 -- set Interface p2 type=internal external-ids:iface-id=x
add-port br0 p3 trunks=10,20 vlan_mode=native-tagged tag=5
list-ports br0
list-ifaces br0
port-to-br p1
port-to-br br0
iface-to-br p2
iface-to-br nosuch
port-to-br nosuch
get port p2 tag
get port p3 trunks tag vlan_mode
get port p1 tag
get port p1 tags
get int p2 external_ids
get Interface p2 external_ids:iface-id
get Interface p2 external_ids:nosuch
--if-exists get Interface p2 external_ids:nosuch
--if-exists get Interface nosuch name
get Interface nosuch name
set port p1 tag=4096
set port p1 tag=abc
set port p1 tag=
set port p1 vlan_mode=sideways
set port p1 nosuchcolumn=1
set nosuchtable p1 tag=1
set port p1 tag=1 trunk=1,2,3
get port p1 tag trunks
set port p1 trunks=[7,5,6,5]
get port p1 trunks
set port p1 trunks=7 5
add port p1 trunks 9 11
get port p1 trunks
remove port p1 trunks 9
get port p1 trunks
remove port p1 trunks 99
clear port p1 tag trunks
get port p1 tag trunks
clear port p1 name
set port p1 other_config:a=1 other_config:b="two words" other_config:c=[
get port p1 other_config
get port p1 other_config:b
remove port p1 other_config a
remove port p1 other_config b=other
remove port p1 other_config b="two words"
get port p1 other_config
set port p1 other_config={x=1,y=2}
get port p1 other_config
set port p1 'other_config:"k e y"="v,al=ue"'
get port p1 other_config
add port p1 external_ids k1=v1 k2=v2
add port p1 external_ids k1=v9
get port p1 external_ids
set interface p2 mtu_request=0
set interface p2 mtu_request=1400
get interface p2 mtu_request
--columns=name,tag,trunks list port p1
--columns=name,tag,other_config -f table list port p1 p3
--columns=name,tag -f csv list port p1 p3
--columns=name,tag,trunks -f json list port p1 p3
--columns=name,tag,trunks --data=json -f list list port p1
--columns=name,tag,trunks --bare list port p3
--columns=name --no-headings -f table list bridge
--no-heading --columns=name,vlan_mode find port tag=10
--columns=name find port tag!=10
--columns=name find port tag=[]
--columns=name find port trunks{>=}10
--columns=name find interface external_ids:iface-id=x
--columns=name find interface external_ids:iface-id!=x
--columns=name find interface type=internal name=p2
--columns=name --data=bare --no-heading find interface external_ids:container_id=C external_ids:container_iface=IF
find port nosuch=1
list port nosuch
--if-exists --columns=name list port nosuch
--columns=nosuch list port p1
add-br fake br0 77
br-to-vlan fake
br-to-parent fake
br-to-vlan br0
br-to-parent br0
list-br
--real list-br
--fake list-br
add-port fake fp1
get port fp1 tag
list-ports fake
list-ports br0
port-to-br fp1
br-set-external-id br0 key value
br-get-external-id br0
br-get-external-id br0 key
br-set-external-id br0 key
br-get-external-id br0 key
set-fail-mode br0 secure
get-fail-mode br0
set-fail-mode br0 perhaps
del-fail-mode br0
get-fail-mode br0
set-controller br0 tcp:127.0.0.1:6653
get-controller br0
del-controller br0
get-controller br0
set bridge br0 protocols=OpenFlow13,OpenFlow10
get bridge br0 protocols
-f json get bridge br0 protocols
add-port br0 gone -- del-port gone
list-ports br0
add-port br0 half -- add-port br0 p1
list-ports br0
set port p1 tag=9 -- get port p1 tag -- set port p1 tag=8 -- get port p1 tag
--id=@i get interface p2 -- list-br
-- --id=@q create qos type=linux-htb other_config:max-rate=5 -- set port p1 qos=@q -- get qos @q type other_config
clear port p1 qos
-- --all destroy qos
list qos
create nosuch a=b
destroy port p1
--timeout=5 -- --if-exists del-port p3 -- add-port br0 p3 tag=3 -- set Interface p3 external-ids:attached-mac="02:00:00:00:00:02"
--timeout=5 --if-exists --format=list --data=json --no-headings --columns=external_ids list Interface p3
--timeout=5 -- --if-exists clear Port p3 tag -- --if-exists clear Port p3 trunk -- --if-exists clear Port p3 vlan_mode
--oneline list-ports br0 -- list-br
--dry-run add-br br9
list-br
comment hello -- list-br
del-port br1 p1
del-port br0 p1
del-port p1
--if-exists del-port p1
--if-exists del-port br0 p1
del-port br0 br0
del-br fake
del-br br0
del-br br0
--if-exists del-br br0
list-br
list-ports br0
nosuch
add-br
add-br a b c d
get port
set port x
--nosuch list-br
-- --nosuch add-br x
add-br x -- --nosuch
show extra
get Open_vSwitch . external_ids
set Open_vSwitch . external_ids:system-id="x y"
get open . external-ids:system-id
get o . ext:system-id
remove o . ext system-id
get Open_vSwitch . external_ids
"""


def normal(text):
    """UUIDs by the order in which they appear; the socket's path is nobody's business."""
    seen = {}
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                  lambda match: seen.setdefault(match.group(0), f"<uuid{len(seen)}>"), text)


@pytest.fixture
def pair(net, switch):
    """The real thing, and ours by its name."""
    real = OpenVSwitch(net, net.ns("real"), switching=False)
    program = os.path.join(net.directory, "ovs-vsctl")
    os.symlink(VSCTL, program)

    def both(words):
        theirs = real.run("--no-wait", *words)
        ours = switch.vsctl("--no-wait", *words, program=program, status=None)
        # In what order records are listed is nobody's promise.
        order = sorted if {"list", "find"} & set(words) else list
        return ((theirs.returncode, order(normal(theirs.stdout).splitlines()), theirs.stderr),
                (ours.status, order(normal(ours.out).splitlines()), ours.err))
    return both


def test_same_answers(pair):
    different = []
    for line in LINES.strip().splitlines():
        theirs, ours = pair(shlex.split(line))
        if theirs != ours:
            different.append(f"{line}\n    ovs-vsctl: {theirs}\n    ours:      {ours}")
    assert not different, f"{len(different)} of {len(LINES.strip().splitlines())} differ:\n" + "\n".join(different)
