# SPDX-License-Identifier: GPL-2.0-only
# test_whole.py - the configuration and the database as a whole: export and apply, backup and restore, disks that fail
import json
import os
import threading

import pytest
from lib.switch import VSCTL
from lib.wire import build

pytestmark = pytest.mark.one_datapath

RICH = ["add-br", "br0", "--", "set", "bridge", "br0", "other_config:mac-aging-time=60", "external_ids:k=two words",
        "flood_vlans=5,6", "--", "add-br", "br1", "--", "add-port", "br0", "web", "tag=10", "--", "set", "interface", "web",
        "type=veth", "options:netns=@web", "external_ids:n=01:02", "--", "add-port", "br0", "tap0", "trunks=1,2", "--", "set",
        "interface", "tap0", "type=tap", "--", "add-port", "br0", "pa", "--", "set", "interface", "pa", "type=patch",
        "options:peer=pb", "--", "add-port", "br1", "pb", "--", "set", "interface", "pb", "type=patch", "options:peer=pa", "--",
        "--id=@q", "create", "qos", "type=linux-htb", "queues:0=@u", "--", "--id=@u", "create", "queue",
        "other_config:min-rate=1", "--", "set", "port", "web", "qos=@q", "--", "set-controller", "br1", "tcp:1.2.3.4", "--",
        "--id=@p", "get", "port", "web", "--", "--id=@m", "create", "mirror", "name=m", "select_src_port=@p", "--", "set",
        "bridge", "br0", "mirrors=@m", "--", "set", "Open_vSwitch", ".", "external_ids:system-id=me"]


def rich(switch):
    return [word.replace("@web", f"{switch.net.prefix}web") if word.startswith("options:netns") else word for word in RICH]


def document(switch):
    return json.loads(switch("export", "--format=json"))


@pytest.mark.parametrize("form", ["yaml", "json"])
def test_export_and_apply(net, switch, form):
    """What was exported makes an empty switch the same, and says nothing to one that is the same."""
    path = os.path.join(net.directory, "whole")
    switch(*rich(switch))
    before = document(switch)
    switch("export", path, f"--format={form}")
    assert switch("apply", path) == "nothing to change\n"
    uuids = {row["name"]: row["_uuid"] for row in switch.rows("Port")}
    with open(path + ".none", "w", encoding="ascii") as file:
        file.write("{}\n")
    plan = switch("--dry-run", "apply", path + ".none")
    assert "- bridges.br0" in plan and document(switch) == before
    assert {row["name"]: row["_uuid"] for row in switch.rows("Port")} == uuids
    switch("apply", path + ".none")
    assert document(switch) == {} and switch("list-br") == ""
    assert all(switch("list", table) == "" for table in ("Port", "Interface", "QoS", "Queue", "Mirror", "Controller"))
    plan = switch("apply", path, "--dry-run")
    assert "+ bridges.br0.ports.web" in plan.splitlines() and document(switch) == {}
    assert switch("apply", path) == plan
    assert document(switch) == before and switch("apply", path) == "nothing to change\n"
    assert [row["error"] for row in switch.rows("Interface") if row["error"]] == []


def test_apply_changes_what_differs(net, switch):
    switch(*rich(switch))
    whole = document(switch)
    web = next(row["_uuid"] for row in switch.rows("Port") if row["name"] == "web")
    whole["bridges"]["br0"]["ports"]["web"]["tag"] = 20
    del whole["bridges"]["br0"]["ports"]["tap0"]
    whole["bridges"]["br1"]["ports"]["new"] = {"interface": {"type": "tap"}}
    path = os.path.join(net.directory, "whole")
    with open(path, "w", encoding="ascii") as file:
        json.dump(whole, file)
    plan = switch("apply", path).splitlines()
    assert "~ bridges.br0.ports.web.tag: 10 -> 20" in plan and "- bridges.br0.ports.tap0" in plan
    assert not [line for line in plan if "web" in line and "tag" not in line]
    assert document(switch) == whole and switch.row("Port", "web")["_uuid"] == web
    assert "tap0" not in switch.ns.links() and "new" in switch.ns.links()


@pytest.mark.parametrize("text,said", [
    ("bridges: {br0: {ports: {p: {tag: 4095}}}}", "4095"),
    ("bridges: {br0: {ports: {p: {tag: ten}}}}", 'bridges.br0.ports.p.tag: "ten"'),
    ("bridges: {br0: {ports: {p: {tagg: 1}}}}", 'bridges.br0.ports.p: table Port has no column "tagg"'),
    ("bridges: {br0: {ports: {p: {interface: {error: x}}}}}", "bridges.br0.ports.p.interfaces.p: column \"error\""),
    ("bridges: {br0: {ports: [p]}}", "bridges.br0.ports: names with columns"),
    ("bridges: {br0: {ports: {p: 5}}}", "bridges.br0.ports.p: columns with values"),
    ("bridges: {br0: {mirrors: [{select_src_port: [no]}]}}", 'there is no Port "no"'),
    ("bridges: {br0: {other_config: [1]}}", "bridges.br0.other_config: keys with values"),
    ("bridges: {br0: {}, br0: {}}", "line 1, column 20: this key is there already"),
    ("bridges: &a {br0: {}}", "anchors"),
    ("bridges: {br0", "line 2, column 1"),
    ("", "there is nothing in it"),
    ("[" * 100, "nested too deep"),
    ("bridges: {br0: {ports: {p: {interface: {}, interfaces: {p: {}}}}}}", "one of them is enough"),
    ("bridges: {a/b: {}}", '"a/b"'),
    ("--- {}\n--- {}", "more than one document"),
])
def test_wrong_documents(net, switch, text, said):
    """Each is refused with its place and its value, and nothing changes."""
    switch("add-br br7")
    path = os.path.join(net.directory, "wrong")
    with open(path, "w", encoding="ascii") as file:
        file.write(text)
    done = switch.vsctl("apply", path, status=1)
    assert said in done.err and done.out == "" and switch("list-br") == "br7\n"


def test_backup_and_restore(net, switch):
    switch(*rich(switch))
    before, rows = document(switch), switch.rows("Port")
    path = os.path.join(net.directory, "backup")
    switch("db", "backup", path)
    assert switch("db", "check", path).startswith("whole: 1 records")
    switch("del-br br0 -- add-br other -- del-br br1")
    switch("db", "restore", path, "--dry-run")
    assert switch("list-br") == "other\n"
    switch("db", "restore", path)
    assert document(switch) == before
    assert sorted(row["_uuid"] for row in rows) == sorted(row["_uuid"] for row in switch.rows("Port"))
    assert [row["error"] for row in switch.rows("Interface") if row["error"]] == []
    switch.restart()
    assert document(switch) == before
    with open(path, "rb") as file:
        data = file.read()
    for wrong, said in ((data[:-10], "in the middle of a record"), (data.replace(b"db 1", b"db 9", 1), "newer vswitchd"),
                        (data.replace(b'"tag":10', b'"tag":11', 1), "damaged"), (b"hello", "not a vswitch database"),
                        (b"vswitch-db 1\n", "empty")):
        with open(path, "wb") as file:
            file.write(wrong)
        done = switch.vsctl("db", "restore", path, status=1)
        assert said in done.err and document(switch) == before


def test_backup_is_never_half_a_file(net, switch):
    """It is written beside and renamed; what cannot be written is said."""
    switch("add-br br0")
    done = switch.vsctl("db", "backup", "/proc/nosuch", status=1)
    assert "cannot write" in done.err
    path = os.path.join(net.directory, "backup")
    switch("db", "backup", path)
    assert os.listdir(net.directory).count("backup") == 1 and not os.path.exists(path + ".new")


def test_compact_and_check(switch):
    for number in range(20):
        switch(f"add-br br{number}")
    size = os.path.getsize(switch.db)
    assert switch("db", "check").startswith("whole: 21 records")
    switch("db", "compact")
    assert switch("db", "check").startswith("whole: 1 records") and os.path.getsize(switch.db) < size
    switch.kill()
    switch.start()
    assert len(switch("list-br").split()) == 20


def test_newer_database_is_not_touched(switch):
    switch("add-br br0")
    switch.stop()
    with open(switch.db, "rb") as file:
        data = file.read()
    newer = data.replace(b"vswitch-db 1\n", b"vswitch-db 2\n", 1)
    with open(switch.db, "wb") as file:
        file.write(newer)
    before = os.stat(switch.db).st_mtime_ns
    with pytest.raises(AssertionError, match="newer vswitchd that wrote it; it is left as it is"):
        switch.start()
    with open(switch.db, "rb") as file:
        assert file.read() == newer and os.stat(switch.db).st_mtime_ns == before
    with open(switch.db, "wb") as file:
        file.write(data)
    switch.start()
    assert switch("list-br") == "br0\n"


def test_full_disk(net, new_switch, marker):
    """A change that cannot be written is refused with the reason, nothing of it shows, and frames go on."""
    disk = os.path.join(net.directory, "disk")
    os.makedirs(disk)
    net.root.run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk)
    net.on_exit(net.root.run, "umount", "-l", disk)
    switch = new_switch(args=["--db", os.path.join(disk, "db")])
    switch("add-br br0")
    one, two = switch.add_wires("br0", "p1", "p2")
    acknowledged, refused = {"p1", "p2"}, 0
    stop, lost = threading.Event(), []

    def traffic():
        while not stop.is_set():
            text = marker("on")
            one.send(build(payload=text))
            try:
                two.wait_for(text)
            except AssertionError:
                lost.append(text)
    thread = threading.Thread(target=traffic)
    thread.start()
    try:
        for number in range(400):
            name = f"port{number}"
            words = ["--no-wait", "add-port", "br0", name, "--", "set", "interface", name, f"external_ids:pad={'x' * 600}"]
            done = switch.vsctl(*words, status=None)
            if done.status == 0:
                acknowledged.add(name)
                continue
            assert "No space left on device" in done.err and "nothing was changed" in done.err
            refused += 1
            if refused == 5:
                break
        assert refused == 5
        assert set(switch("list-ports br0").split()) == acknowledged
        switch.kill()
        switch.start()
        assert set(switch("list-ports br0").split()) == acknowledged
        for name in sorted(acknowledged - {"p1", "p2"}):
            if refused and switch.vsctl("--no-wait", "del-port", name, status=None).status == 0:
                refused = 0  # there was room again
    finally:
        stop.set()
        thread.join()
    switch.net.root.run("mount", "-o", "remount,size=10m", disk)
    switch("--no-wait", "add-port", "br0", "after")
    assert "after" in switch("list-ports br0").split()
