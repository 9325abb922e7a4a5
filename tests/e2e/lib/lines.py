# SPDX-License-Identifier: GPL-2.0-only
# lines.py - command lines for the differential test, made from what the schema and the grammar allow and do not allow
import itertools
import shlex

# Something of every table, so that there is something to list, find and change.
SETUP = r"""
add-br br0
add-br br1
add-br fake br0 77
add-port br0 p1 tag=5
add-port br0 p2 trunks=1,2,3 other_config:a=b
add-port br1 p3
--may-exist add-bond br0 bond0 e1 e2 bond_mode=balance-slb lacp=active
add-port fake fp1
set Bridge br0 flood_vlans=5,6,7 external_ids:k1=v1 external_ids:k2="two words" other_config:x=1
set Interface p1 external_ids:iface-id=one options:key=1 mtu_request=1400
set Interface p2 external_ids:iface-id=two
set-controller br0 tcp:127.0.0.1:6653 ptcp:6654
set-manager ptcp:6640
set-ssl /key /certificate /authority
--id=@q create qos type=linux-htb other_config:max-rate=5 queues:0=@u -- --id=@u create queue other_config:min-rate=1 -- set port p1 qos=@q
--id=@p get port p1 -- --id=@m create mirror name=m0 select_all=true output_port=@p -- set bridge br0 mirrors=@m
--id=@n create NetFlow targets="\"10.0.0.1:5566\"" -- set bridge br0 netflow=@n
--id=@s create sFlow targets="\"10.0.0.1:6343\"" agent=eth0 sampling=64 -- set bridge br0 sflow=@s
--id=@i create IPFIX targets="\"10.0.0.1:4739\"" obs_domain_id=1 -- set bridge br0 ipfix=@i
--id=@b get bridge br0 -- create Flow_Sample_Collector_Set id=1 bridge=@b
--id=@f create Flow_Table name=main flow_limit=10 -- set bridge br0 flow_tables:0=@f
add-aa-mapping br0 5 10
""".strip().splitlines()

TABLES = ("Bridge", "Port", "Interface", "Open_vSwitch", "Controller", "Manager", "SSL", "QoS", "Queue", "Mirror", "NetFlow",
          "sFlow", "IPFIX", "Flow_Sample_Collector_Set", "Flow_Table", "AutoAttach", "Datapath", "CT_Zone",
          "CT_Timeout_Policy")

# Columns that no daemon fills in, of each kind of type: text, optional number, sets, maps, boolean, enumeration.
COLUMNS = "name,tag,trunks,other_config,external_ids,vlan_mode,bond_mode,lacp,protected,bond_updelay"


def formats():
    """Every format with every way to write data, with and without headings."""
    for shape, data, heads in itertools.product(("list", "table", "csv", "json", "html"), ("string", "bare", "json"),
                                                ("", "--no-headings ")):
        yield f"{heads}-f {shape} -d {data} --columns={COLUMNS} list Port p2"
        yield f"{heads}-f {shape} -d {data} --columns=name,flood_vlans,external_ids,stp_enable list Bridge br0"
    for shape in ("list", "table", "csv", "json", "html"):
        yield f"-f {shape} --columns=name list Bridge br0 -- --columns=name,tag list Port p1"
        yield f"-f {shape} --columns=name find Port tag=4000"
        yield f"--oneline -f {shape} --columns=name list Bridge br0 -- get Port p1 tag"
    yield from ("--bare --columns=name,tag list Port p1", "--bare get Port p1 tag name", "--oneline get Port p1 tag name",
                f"--oneline --columns={COLUMNS} list Port p1", "--pretty -f json --columns=name,tag list Port p1",
                "-f list --no-headings --columns=trunks list Port p2", "-fcsv --columns=name list Port p1",
                "--max-column-width=3 -f table --columns=name,bond_mode list Port bond0", "--format=xml list Port")


def conditions():
    """Every operator on a column of every kind."""
    operators = ("=", "!=", "<", ">", "<=", ">=", "{=}", "{!=}", "{<}", "{>}", "{<=}", "{>=}", "{in}", "{not-in}")
    columns = (("Port", "tag", ("5", "[]", "5,77")), ("Port", "trunks", ("1,2,3", "[]", "2")),
               ("Port", "name", ("p1", '""')), ("Bridge", "external_ids", ("k1=v1", "{}", '{k1=v1,k2="two words"}')),
               ("Bridge", "stp_enable", ("false",)), ("Bridge", "external_ids:k1", ("v1", "zz")),
               ("Bridge", "external_ids:none", ("v1", "[]")), ("Port", "bond_mode", ("balance-slb", "[]")))
    for table, column, values in columns:
        for operator, value in itertools.product(operators, values):
            yield f"--columns=name find {table} '{column}{operator}{value}'"


def options():
    """Options of the program, whole and cut short, in their places and out of them."""
    yield from ("--no-heading --column=name list Port p1", "--col=name list Port p1", "--form=csv --col=name list Port p1",
                "--no- list Port", "--d=bare list-br", "--da=bare --co=name list Port p1", "--timeo=5 list-br", "--time 5 list-br",
                "-t5 list-br", "-t 5 -fcsv --columns=name list Bridge br0", "--oneline --no-wait list-br", "--one list-br",
                "--dry-run add-br br7 -- list-br", "--dry del-br br0 -- list-br", "list-br", "--dry-run set Port p1 tag=9",
                "get Port p1 tag", "--db", "--timeout=x list-br", "-t -5 list-br", "--oneline=yes list-br", "-z list-br",
                "--if-exists", "--may-exist", "--id=@x", "-- --id=@x list-br", "-- --id list-br", "--may-exist list-br",
                "--if-exists list-br", "--columns list-br", "--all list-br", "-- --all list Port", "--real --fake list-br",
                "-- --may-exist=1 add-br q", "--", "-- --", "list-br -- --", "list-br -- list-br -- list-br", "-- -- list-br",
                "--may-exist --may-exist add-br br0", "-- --may-exist --may-exist add-br br0", "--data=yaml list Port",
                "--no-syslog list-br", "--log-file=/dev/null list-br", "--retry list-br")


def names():
    """Tables, columns and records by other than their whole names."""
    for word in ("bridge", "BRIDGE", "br", "b", "bri-dge", "in", "int", "inter", "p", "po", "q", "qo", "qu", "m", "mi", "ma", "s",
                 "ss", "sf", "n", "o", "open-vswitch", "open_", "c", "con", "d", "f", "flow_t", "flow-s", "ip", "a", "ct",
                 "ct_z", "x", "''"):
        yield f"--columns=_uuid list {word} nosuch"
    for word in ("tag", "TAG", "ta", "t", "tr", "trunk", "vlan-mode", "vlan", "v", "bond", "bond_m", "bond-updelay", "bond_f",
                 "o", "other-config", "ext", "external-ids", "e", "q", "qos", "name", "n", "_uuid", "_u", "_version", "zz", "''"):
        yield f"--columns={word} list Port p1"
        yield f"get Port p1 {word}"
    for record in ("p1", "P1", "p", "nosuch", "''", "0123", "zzzz", ".", "12345678", "@x"):
        yield f"get Port {record} name"
        yield f"--if-exists get Port {record} name"
        yield f"--columns=name list Port {record}"
    yield from ("get Open_vSwitch . external_ids", "get SSL . private_key", "get Controller br0 inactivity_probe",
                "get QoS p1 type", "get NetFlow br0 targets", "get sFlow br0 agent", "get IPFIX br0 obs_domain_id",
                "get Manager ptcp:6640 target", "get Mirror m0 select_all", "get Flow_Table main flow_limit",
                "get Flow_Sample_Collector_Set 1 id", "get AutoAttach br0 mappings", "get Queue . dscp", "get Bridge . name")


def values():
    """Values of every type, right and wrong, by set, add, remove and clear."""
    tries = {
        "Port p1 tag": ("1", "[2]", "{3}", "[]", "", "4095", "4096", "-1", "1.5", "x", '"7"', "0x10", "1,2", "[1", "1]", "1 2",
                        "01", "+1", "99999999999999999999"),
        "Port p1 trunks": ("1", "1,2", "[3,4]", "1 2 3", "[]", "1,1", "4096", "a", "[1,", "1-5", "[[1]]", "1,,2", "1,", ",1",
                           "[ 1 , 2 ]"),
        "Port p1 vlan_mode": ("access", "trunk", "native-tagged", "native-untagged", "dot1q-tunnel", "ACCESS", "none", "[]", "1"),
        "Port p1 bond_fake_iface": ("true", "false", "True", "yes", "1", "[]", "[true]"),
        "Port p1 other_config": ("a=b", "a=b,c=d", "{a=b}", "{}", "a", "a=", "=b", '"a"="b"', "a=b=c", "a=b,a=c", "[a=b]",
                                 "a=[b", "a=b c=d", 'a="x,y"'),
        "Port p1 other_config:k": ("v", "", '""', '"a b"', "a,b", "[]", "a=b", '"', '"x', 'x"', "a b", "@x", "\\"),
        "Port p1 bond_updelay": ("0", "100", "-1", "[]", "x"),
        "Port p1 name": ("other",),
        "Port p1 qos": ("[]", "@none", "xyz", "00000000-0000-0000-0000-000000000000"),
        "Port p1 statistics": ("{}",),
        "Interface p1 mtu_request": ("68", "67", "65535", "65536", "[]"),
        "Interface p1 ofport_request": ("1", "0", "65279", "65280", "[]"),
        "Interface p1 type": ("internal", '""', "system", "[]"),
        "Interface p1 mac": ('"02:00:00:00:00:09"', "[]"),
        "Interface p1 ingress_policing_rate": ("0", "10", "-1", "[]"),
        "Interface p1 ofport": ("7",),
        "Interface p1 bfd:enable": ("true", "x"),
        "Bridge br0 stp_enable": ("true", "false", "2"),
        "Bridge br0 protocols": ("OpenFlow13", "OpenFlow10,OpenFlow13", "OpenFlow99", "[]"),
        "Bridge br0 fail_mode": ("secure", "standalone", "open", "[]"),
        "Bridge br0 flood_vlans": ("1,2", "4095", "4096", "[]"),
        "Bridge br0 datapath_type": ("netdev", "system", '""'),
        "Open_vSwitch . external_ids:system-id": ("x", '"x y"', "[]"),
        "Open_vSwitch . other_config:vlan-limit": ("0", "2"),
        "NetFlow br0 engine_id": ("0", "255", "256"),
        "NetFlow br0 targets": ("[]", '"1.2.3.4:5"', '"1.2.3.4:5","5.6.7.8:9"'),
        "IPFIX br0 cache_active_timeout": ("0", "4200", "4201"),
        "Mirror m0 snaplen": ("13", "14", "65535", "65536", "[]"),
        "AutoAttach br0 mappings": ("5=10", "16777216=1", "1=4096", "{}", "1"),
    }
    for what, texts in tries.items():
        table, record, column = what.split()
        plain = column.split(":")[0]
        for text in texts:
            yield f"set {table} {record} {shlex.quote(f'{column}={text}')}"
            yield f"get {table} {record} {plain}"
        if ":" not in column:
            for text in texts[:6]:
                yield f"add {table} {record} {column} {shlex.quote(text)}"
                yield f"remove {table} {record} {column} {shlex.quote(text)}"
        yield f"clear {table} {record} {plain}"
        yield f"get {table} {record} {plain}"


def bonds():
    yield from ("add-bond br0 b1 f1", "add-bond br0 b1 f1 a=b", "add-bond br0 b1 f1 f2", "add-bond br0 b1 f1 f2",
                "--may-exist add-bond br0 b1 f1 f2", "--may-exist add-bond br0 b1 f2 f1 lacp=active",
                "--may-exist add-bond br0 b1 f1 f3", "--may-exist add-bond br1 b1 f1 f2", "add-bond br0 b2 f1 f4",
                "add-bond br0 br0 f5 f6", "add-bond br0 b2 b1 f6", "add-bond br0 b3 f7 f8 bond_mode=active-backup lacp=passive",
                "add-bond br0 b4 f9 f10 nosuch=1", "add-bond br9 b4 f9 f10", "--fake-iface add-bond br0 b5 g1 g2",
                "get port b5 bond_fake_iface", "get port b3 bond_mode lacp", "list-ifaces br0", "list-ports br0",
                "add-bond-iface b1 x1", "add-bond-iface b1 x1", "--may-exist add-bond-iface b1 x1",
                "--may-exist add-bond-iface b3 x1", "add-bond-iface nosuch x2", "add-bond-iface br0 x2", "del-bond-iface x1",
                "del-bond-iface x1", "--if-exists del-bond-iface x1", "--if-exists del-bond-iface b1 x1",
                "del-bond-iface b1 f7", "del-bond-iface nosuch f7", "--if-exists del-bond-iface nosuch f7", "del-bond-iface f1",
                "del-bond-iface f2", "del-bond-iface br0", "del-bond-iface b1 b1", "iface-to-br f8", "iface-to-br b3",
                "--with-iface del-port f8", "--if-exists --with-iface del-port f8", "--may-exist add-port br0 bond0",
                "--may-exist add-port br0 b1", "add-bond fake b6 h1 h2", "get port b6 tag", "del-port b1", "del-port fake b6")


def managers():
    yield from ("get-manager", "set-manager tcp:1.2.3.4:6640 ptcp:6640", "get-manager", "set-manager foo", "get-manager",
                "--inactivity-probe=500 set-manager tcp:1.1.1.1", "--columns=inactivity_probe,target list manager",
                "set-manager tcp:1.1.1.1 tcp:1.1.1.1", "set-manager", "del-manager", "get-manager", "get-manager x", "get-ssl",
                "set-ssl /k /c", "set-ssl /k /c /ca", "get-ssl", "--bootstrap set-ssl /k /c /ca", "get-ssl", "del-ssl", "get-ssl",
                "add-aa-mapping br0 6 11", "get-aa-mapping br0", "del-aa-mapping br0 6 12", "get-aa-mapping br0",
                "del-aa-mapping br0 6 11", "get-aa-mapping br0", "add-aa-mapping br0 x 1", "add-aa-mapping br0 1 y",
                "add-aa-mapping nosuch 1 1", "add-aa-mapping fake 1 1", "get-aa-mapping nosuch", "del-aa-mapping br1 1 1",
                "add-aa-mapping br0 99999999 1", "get-controller nosuch", "get-controller fake", "del-controller fake",
                "set-controller br0", "--inactivity-probe=x set-controller br0 tcp:1.1.1.1", "set-fail-mode fake secure",
                "get-fail-mode fake", "emer-reset x")


def waits():
    yield from ("wait-until bridge br0", "wait-until bridge br0 name=br0", "wait-until bridge br0 name=br0 nosuch=1",
                "wait-until bridge br0 name", "wait-until nosuch br0", "wait-until bridge", "--if-exists wait-until bridge br0",
                "wait-until port p2 trunks!=[] other_config:a=b", "wait-until bridge br0 -- get bridge br0 name",
                "-t 1 wait-until bridge nope", "-t 1 wait-until port p2 tag=3999", "--timeout=1 -- add-br br8 -- wait-until port zz",
                "list-br")


def life():
    """Records that come and go, with what refers to them."""
    yield from ("create Bridge name=x", "-- create Bridge name=x -- list-br",
                "-- --id=@b create Bridge name=lone -- add Open_vSwitch . bridges @b", "list-br", "del-br lone",
                "-- --id=@b create Bridge -- add Open_vSwitch . bridges @b",
                "-- --id=@b create Bridge name=br0 -- add Open_vSwitch . bridges @b", "destroy Bridge br1", "list-br",
                "destroy Bridge nosuch", "--if-exists destroy Bridge nosuch", "destroy Bridge br1 br0", "list-br",
                "-- --all destroy Bridge", "list-br", "-- --all --if-exists destroy Port", "destroy Mirror m0",
                "destroy Flow_Sample_Collector_Set 1", "list Flow_Sample_Collector_Set", "remove Bridge br0 mirrors m0",
                "--id=@p get Port p3 -- remove Bridge br1 ports @p", "list-ports br1", "get Port p3 name",
                "--id=@p get Port nosuch -- set Bridge br0 ports=@p", "--id=@p get Port p1 -- --id=@p get Port p2",
                "add-port br1 z1 -- set Interface z1 type=internal -- del-port z1", "add-port br1 z2 -- set Port z3 tag=1",
                "list-ports br1", "add-br ''", "add-br a/b -- list-br", "del-br a/b", "add-port br1 'a b'", "list-ports br1",
                "del-port 'a b'", "add-port br1 -x", "add-port br1 -- z", "del-br fake", "list-br", "add-br f2 br0 4094",
                "add-br f3 br0 -1", "add-br f5 f2 3", "del-br f5", "br-to-vlan f2", "br-to-parent f2", "br-exists f2",
                "--real list-br", "--fake list-br", "br-set-external-id f2 a b", "br-get-external-id f2 a", "br-get-external-id f2",
                "br-set-external-id f2 a", "br-get-external-id f2", "--may-exist add-br f2 br0 4094", "--may-exist add-br f2",
                "--may-exist add-br f2 br0 5", "list-ports f2", "add-port f2 k1 tag=9", "get Port k1 tag", "list-ports f2",
                "list-ports br0", "port-to-br k1", "del-br br0", "list-br", "--columns=name list Port", "--columns=name list QoS",
                "list Mirror", "list NetFlow", "emer-reset", "show x")


def all_lines():
    for part in (formats, conditions, options, names, values, bonds, managers, waits, life):
        yield from part()
