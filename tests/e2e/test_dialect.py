# SPDX-License-Identifier: GPL-2.0-only
# test_dialect.py - the same words to the real ovs-vsctl and to ours: the same answers, exit statuses and messages
import os
import re
import shlex

import pytest
from lib.peers import OpenVSwitch
from lib.switch import VSCTL

pytestmark = pytest.mark.one_datapath

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

# Further corners, on databases of their own: who may be deleted from where, operators, formats, --id, refused values.
CORNERS = r"""
add-br br0
add-br br1
add-port br0 p1 tag=10
add-port br0 p2 tag=5000
add-port br0 p2 tag=abc
add-port br0 p2 foo=abc
add-port br0 p2 foo
add-port br0 br0
add-br p1
set interfac p1 type=system
set int p1 ty=system
set p p1 trunk=1,2,3
set b br0 other
set b br0 other-config
set b br0 other-config:x
set b br0 other-config:x=1 other-config:y=2
get b br0 other-config
get b br0 other-config:x
get b br0 other-config:z
--if-exists get b br0 other-config:z
--if-exists get b br9 other-config:z
-f table --columns=name,tag list port p1
--columns=name,tag,foo list port
del-port p7
del-port br0 p7
del-port br1 p1
del-port br9 p1
del-br br9
--
add-port
add-port br0 p x y
add-br a b
add-br a b c d
--if-exists add-br a
-t abc add-br q
-- --may add-br br0
-- --may-exist=1 add-br br0
-- --columns list port
br-exists
add-br vb br0 10
add-br vb br0 10
--may-exist add-br vb
--may-exist add-br br0 br1 10
--may-exist add-br vb br1 10
--may-exist add-br vb br0 11
add-br vb2 vb 11
add-br vb2 br0 5000
add-br vb2 br9 10
add-port vb vp1
add-port vb vp2 tag=12
list-ports vb
list-ports br0
list-ifaces vb
list-br
br-set-external-id vb k v -- br-get-external-id vb
get port vb external_ids
--may-exist add-port br0 vp1
del-port vb p1
del-port br0 vp1
del-port vb vp2
del-port br0
del-port vb
--if-exists del-port br0
--if-exists del-port br99 vp1
--if-exists del-port br1 vp1
--if-exists del-port br99 p1xx
--with-iface del-port p1 x
--with-iface --if-exists del-port p77
del-br br0 x
list-ports br0
del-br vb
list-br
list-ports br0
add-port br0 p1 tag=10
set-controller br0 foo
--inactivity-probe=5000 set-controller br0 tcp:1.2.3.4 tcp:1.2.3.5
get-controller br0
get controller br0 target
emer-reset
get bridge br0 controller other_config
add br br0 flood_vlans 5 6
add br br0 flood_vlans 6
add br br0 flood_vlans []
get br br0 flood_vlans
remove br br0 flood_vlans []
remove br br0 flood_vlans 5
remove br br0 name br0
clear br br0 name
remove br br0 other_config a=3
set br br0 name=foo
set port p1 tag:a=5
set port p1 vlan_mode=foo
get port p1 tag:5
get port p1 tag trunks name
set br br0 other_config:a=b,c
get br br0 other_config
set br br0 'other_config:"x y"=5'
get br br0 'other_config:"x y"'
get br br0 'other_config:x y'
get br br0 'other_config:'
set br br0 ':x=5'
set br br0 'other_config:x>5'
set br br0 'other_config:x:y=5'
set br br0 'other_config=x=5 y=6'
set br br0 'other_config=x=5,y=6'
set br br0 'other_config=x=5,x=6'
set br br0 flood_vlans=1,1
set br br0 flood_vlans=[1,2
set br br0 flood_vlans=1-5
get br br0 flood_vlans
set br br0 stp_enable=foo
set br br0 stp_enable=true stp=false
set br br0 p=1
get br br0 po
get br br0 foo
list br br9
set o . other_config:x=1
get o . other_config
get o 0d other_config
get s . other_config
list SSL
list c
--no-wait=3 list br
-x list br
-t
-f xx list br
-d xx list br
--format
--oneline set port br0 tag=5 -- get port br0 tag name
--columns=name list br br0 br1 -- --columns=name list port br0
-f table --columns=name list br br0 -- --columns=name list port br0
-f csv --columns=name,other_config,flood_vlans list br br0 -- --columns=name list port br0
-f json --columns=name list br br0 -- --columns=name list port br0
-f html --columns=name,other_config list br br0 -- --columns=name list port br0
--no-headings -f table --columns=name,other_config,flood_vlans list br br0 br1
--no-headings --columns=name,other_config,flood_vlans list br br0 br1
--bare --columns=name,other_config,flood_vlans,stp_enable,ports list br br1
-d bare --columns=name,other_config,flood_vlans,stp_enable,ports list br br1
-d json --columns=name,other_config,flood_vlans,stp_enable,ports list br br1
-f csv  --columns=name,other_config,flood_vlans,stp_enable,ports list br br1
--columns=name find br name=br0
--columns=name find br name!=br0
--columns=name find br 'name>br0'
--columns=name find br 'other_config:x=5'
--columns=name find br 'other_config:x!=5'
--columns=name find br 'other_config:x{!=}5'
--columns=name find br 'other_config{>=}x=5'
--columns=name find br 'other_config{in}x=5,y=6,z=7'
--columns=name find br 'other_config=x=5,y=6'
--columns=name find br 'flood_vlans{>=}1'
--columns=name find br 'flood_vlans{in}1,2,3,4,5,6'
--columns=name find br 'flood_vlans{not-in}1'
--columns=name find br 'flood_vlans{<}1,2,3,4,5,6'
--columns=name find br 'flood_vlans{<}1,2,3,4,5'
--columns=name find br 'flood_vlans{<=}1,2,3,4,5'
--columns=name find br 'flood_vlans{>}1,2,3,4,5'
--columns=name find br 'flood_vlans{=}1,2,3,4,5'
--columns=name find br 'flood_vlans{foo}1,2,3,4,5,6'
--columns=name find br 'flood_vlans>1'
--columns=name find br 'flood_vlans<1'
--columns=name find br 'flood_vlans'
--columns=name find br 'flood_vlans:1=4'
--columns=name find br 'foo=4'
--columns= find br
--columns=name,,tag list port br0
-- --id=@x create qos type=foo -- set port p1 qos=@x
get port p1 qos
get qos p1 type
-- set port p1 qos=@y
-- --id=y create qos type=foo
-- --id=@x --id=@x create qos type=foo
create qos
-- --id=@x create qos type=foo -- --id=@x create qos type=foo
-- --id=@p get port p1 -- --id=@m create mirror name=m select_src_port=@p -- set br br0 mirrors=@m
get mirror m name select_src_port
-- create mirror name=m select_src_port=@p -- --id=@p get port p1
create mirror name=m select_src_port=@p
set port p1 qos=@qos1 external-ids:vm-id="U" -- --id=@qos1 create qos type=linux-htb other_config:min-rate=5 queues:0=@queue0 external-ids:vm-id="U" -- --id=@queue0 create queue other_config:min-rate=5 external-ids:vm-id="U"
--no-heading --columns=_uuid find queue external-ids:vm-id="U"
--no-heading --columns=_uuid find qos external-ids:vm-id="U" external-ids:ifname="IF"
--no-heading --columns=_uuid --if-exists list port p1 qos
-- clear port p1 qos -- --all destroy qos -- --all destroy queue
list qos -- list queue
destroy qos p1
--if-exists destroy qos 77
destroy qos 77
-- --all destroy qos x
destroy qos
-- --if-exists --id=@x get br br0
get br br0
get br br1 -- get br br99
set port p1 tag=[]
set port p1 tag=1,2
set port p1 trunks=
set port p1 trunks=a
set port p1 trunks=1,2,5000
set int p1 mtu_request=0
set int p1 'options={}'
set int p1 'options='
set int p1 'options:x='
set int p1 'options:x=""'
get int p1 options
set int p1 'options:x="abc'
set int p1 'type="'
set int p1 'type=a b'
set int p1 type=
get int p1 type
get int p1 name
set port p1 tag=1,5000
set port p1 tag=99999999999999999999
set port p1 tag=-1
set port p1 tag=1.5
set port p1 qos=abc
set int p1 mtu_request=abc
get int p1 statistics:foo
get int p1 statistics foo
get port p1 =
get port p1 ''
list port ''
list ''
add-port br0 p3 tag=10 trunk=1 -- set int p3 type=vxlan options:remote_ip=1.2.3.4 options:key=5
add-port br0 p4 tag=10 -- set int p4 type=internal -- set int p4 external-ids:a=b
add-port br0 ""
add-br ""
-- --foo=
--timeout=5 -- --may-exist add-port br0 vnet0 tag=7 trunk=7,8 vlan_mode=native-tagged -- set Interface vnet0 external-ids:attached-mac="52:54:00:00:00:01" -- set Interface vnet0 external-ids:iface-id="d5a3f8e0-0000-0000-0000-000000000001" -- set Interface vnet0 external-ids:vm-id="x" -- set Interface vnet0 external-ids:iface-status=active
get Interface vnet0 external_ids
get port vnet0 tag trunks vlan_mode
--timeout=5 --if-exists get Interface vnet0 external_ids:PortData
--timeout=5 set Interface vnet0 external_ids:PortData=VALUE
--timeout=5 --if-exists --format=list --data=json --no-headings --columns=external_ids list Interface vnet0
set Interface vnet0 ingress_policing_rate=1000 ingress_policing_burst=100
get Interface vnet0 ingress_policing_rate ingress_policing_burst
add-port br0 p5 -- add-port br0 p5
add-port br0 p5 -- del-port p5 -- add-port br0 p5
add-br br5 -- add-port br5 p6 -- list-ports br5 -- del-br br5 -- list-br
-f table list queue
-f json list queue
-f csv list queue
-f table --columns=name list bridge br0 -- --columns=name list queue x
list-br -- -- list-br --
-- -- list-br
--may-exist -- add-br br0
--dry-run add-br br77 -- list-br
list-br x
list-br -x
-- --may-exist --may-exist add-br br0
--version foo
--timeout= list-br
-t -1 list-br
-t5 list-br
-t 5 -fjson --columns=name list bridge br0
init
init x
find
--columns=name list port br
find port tag=abc
find port tag=1,2
find int type=
--if-exists clear port nope trunk
--if-exists remove port nope trunk 1
--if-exists set port nope trunk=1
--if-exists add port nope trunk 1
set-fail-mode br0 foo
set bridge br0 mcast_snooping_enable=true other_config:mcast-snooping-disable-flood-unregistered=true
-- set Bridge br0 rstp_enable=true -- set bridge br0 datapath_type=netdev
--columns=name,datapath_type list bridge br0
set interface p1 lldp:enable=true bfd:enable=true cfm_mpid=5
--id=@s create sflow agent=eth1 targets="\"10.0.0.1:6343\"" header=128 sampling=64 polling=10 -- set bridge br0 sflow=@s
get sflow br0 targets header
-- clear bridge br0 sflow
-- set bridge br0 netflow=@nf -- --id=@nf create NetFlow targets=\"192.168.0.34:5566\" active-timeout=30
get netflow br0 active_timeout targets
--columns=targets list netflow
set bridge br0 fail_mode=secure
--bare -- get bridge br0 fail_mode
clear bridge br0 netflow fail_mode
"""


def normal(text):
    """UUIDs by the order in which they appear; the socket's path is nobody's business."""
    seen = {}
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
                  lambda match: seen.setdefault(match.group(0), f"<uuid{len(seen)}>"), text)


def said(text):
    """What stands on stderr: ovs-vsctl puts time and module before a warning."""
    return re.sub(r"^\d{4}-\S+?\|\d+\|\w+\|WARN\|", "ovs-vsctl: ", text, flags=re.MULTILINE)


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
        return ((theirs.returncode, order(normal(theirs.stdout).splitlines()), said(theirs.stderr)),
                (ours.status, order(normal(ours.out).splitlines()), ours.err))
    return both


@pytest.mark.parametrize("lines", [LINES, CORNERS], ids=["tools", "corners"])
def test_same_answers(pair, lines):
    different = []
    for line in lines.strip().splitlines():
        theirs, ours = pair(shlex.split(line))
        if theirs != ours:
            different.append(f"{line}\n    ovs-vsctl: {theirs}\n    ours:      {ours}")
    assert not different, f"{len(different)} of {len(lines.strip().splitlines())} differ:\n" + "\n".join(different)
