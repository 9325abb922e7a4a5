# SPDX-License-Identifier: GPL-2.0-only
# test_ovsdb.py - programs of Open vSwitch at our socket, unchanged: ovs-vsctl, ovsdb-client, Python's ovs.db.idl
import json
import os
import re
import shlex
import socket
import subprocess
import sys
import time

import pytest
from lib.ovsdb import Client, run
from lib.peers import OpenVSwitch
from lib.tools import need
from lib.switch import VSCTL, Switch
from lib.wait import wait_until
from lib.wire import build
from test_dialect import CORNERS, LINES, normal, said

pytestmark = pytest.mark.one_datapath
REQUESTS = os.path.join(os.path.dirname(__file__), "../fixtures/ovsdb.requests")


@pytest.fixture
def remote(switch):
    """Where clients of Open vSwitch find us."""
    return f"unix:{switch.socket}"


@pytest.fixture
def real(net):
    """The database server of Open vSwitch alone."""
    return OpenVSwitch(net, net.ns("real"), switching=False)


# --- side by side with the real server

@pytest.mark.parametrize("lines", [LINES, pytest.param(CORNERS, marks=pytest.mark.slow)], ids=["tools", "corners"])
def test_real_ovs_vsctl(real, remote, lines):
    """The same program, the same words: at our socket and at that of the real ovsdb-server."""
    def ask(where, words):
        done = run("ovs-vsctl", f"--db={where}", "--no-wait", "-t", "20", *words, check=False)
        order = sorted if {"list", "find"} & set(words) else list
        return done.returncode, order(normal(done.stdout).splitlines()), said(done.stderr)

    different = []
    for line in lines.strip().splitlines():
        words = shlex.split(line)
        theirs, ours = ask(real.remote, words), ask(remote, words)
        if theirs != ours:
            different.append(f"{line}\n    ovsdb-server: {theirs}\n    ours:         {ours}")
    assert not different, f"{len(different)} of {len(lines.strip().splitlines())} differ:\n" + "\n".join(different)


def in_order(value):
    """Rows of a "select" in one order: theirs is by chance."""
    if isinstance(value, list):
        return [in_order(item) for item in value]
    if isinstance(value, dict) and isinstance(value.get("rows"), list):
        return {**value, "rows": sorted(value["rows"], key=lambda row: json.dumps(row, sort_keys=True))}
    return value


def same(value):
    """An answer without what may differ: UUIDs, milliseconds, and words that say the same."""
    text = normal(json.dumps(in_order(value), sort_keys=True))
    text = re.sub(r"after \d+ ms", "after N ms", text)
    # Ours names one row that refers, theirs counts them; theirs goes on to name the two rows of an index.
    text = re.sub(r"because (of \d+ remaining reference\(s\)|\w+ row <uuid\d+> still refers to it)", "because of references", text)
    return re.sub(r"(for index on column \\\"\w+\\\"\.)  First row.*?by (this|the) transaction\.\"", r'\1"', text)


def read_requests():
    why = None
    with open(REQUESTS, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#!"):
                why = line[2:].strip()
            elif line.strip() and not line.startswith("#"):
                yield line.strip(), why
                why = None


def test_same_results(real, switch):
    """Good and bad transactions: the same results, errors and effects."""
    wrong = []
    with Client(real.remote.removeprefix("unix:")) as theirs, Client(switch.socket) as ours:
        for line, why in read_requests():
            answers = [client.ask("transact", *json.loads(line)) for client in (theirs, ours)]
            if (same(answers[0]) == same(answers[1])) == bool(why):
                wrong.append(f"{line}\n    expected to differ: {why}\n    ovsdb-server: {answers[0]}\n    ours:         {answers[1]}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong)


def test_same_methods(real, switch):
    """What is not a transaction: monitors, locks, and nonsense."""
    row = {"Open_vSwitch": {"columns": ["next_cfg", "external_ids"]}}
    conditions = [[], [False], [True], [["next_cfg", "==", 0]], [["next_cfg", ">", 5]], [["nosuch", "==", 5]],
                  [["external_ids", "includes", ["map", []]]], [5], [["next_cfg", "<", "x"]]]
    calls = [("list_dbs",), ("get_schema", "nosuch"), ("get_schema", 5), ("get_schema",), ("nosuch",), ("echo", 1, [2]),
             ("set_db_change_aware", True), ("set_db_change_aware",), ("lock", "a"), ("lock", "a"), ("steal", "a"),
             ("unlock", "a"), ("unlock", "a"), ("lock", "9a"), ("lock",), ("steal", "b"), ("unlock", "b"),
             ("monitor", "Open_vSwitch", "m", row), ("monitor", "Open_vSwitch", "m", row), ("monitor_cancel", "m"),
             ("monitor_cancel", "m"), ("monitor", "nosuch", None, {}), ("monitor", "Open_vSwitch", None, 5),
             ("monitor", "Open_vSwitch", None, {"nosuch": {}}),
             ("monitor", "Open_vSwitch", None, {"Open_vSwitch": {"columns": ["nosuch"]}}),
             ("monitor", "Open_vSwitch", None, {"Open_vSwitch": {"columns": ["next_cfg", "next_cfg"]}}),
             ("monitor", "Open_vSwitch", None, {"Open_vSwitch": {"where": []}}),
             ("monitor", "Open_vSwitch", None, {"Open_vSwitch": {"select": {"initial": 1}}}),
             ("monitor", "Open_vSwitch", None, {"Open_vSwitch": {"select": {"foo": 1}}}),
             ("monitor", "Open_vSwitch", 1, {"Open_vSwitch": [{"columns": ["next_cfg"], "select": {"initial": False}},
                                                             {"columns": ["external_ids"]}]}),
             *(("monitor_cond", "Open_vSwitch", f"c{number}", {"Open_vSwitch": [{"columns": ["next_cfg"], "where": where}]})
               for number, where in enumerate(conditions)),
             ("monitor_cond_change", "c0", "d0", {"Open_vSwitch": [{"where": [False]}]}),
             ("monitor_cond_change", "d0", "d0", {"Open_vSwitch": [{"where": [True]}]}),
             ("monitor_cond_change", "nosuch", "d0", {}), ("monitor_cond_change", "d0"),
             ("monitor_cond_since", "Open_vSwitch", "s", row, "00000000-0000-0000-0000-000000000000"),
             ("monitor_cond_since", "Open_vSwitch", "t", row, "x")]
    with Client(real.remote.removeprefix("unix:")) as theirs, Client(switch.socket) as ours:
        for call in calls:
            answers = [client.ask(*call) for client in (theirs, ours)]
            assert same(answers[0]) == same(answers[1]), f"{call}: {answers}"
        assert same(theirs.news) == same(ours.news) and theirs.news


MONITORED = {"Bridge": [{"columns": ["name", "ports", "other_config", "fail_mode", "flood_vlans"]}],
             "Queue": [{"columns": ["dscp", "external_ids"]}]}
CHANGES = [
    [{"op": "insert", "table": "Queue", "row": {"dscp": 5}, "uuid": "5aaaaaaa-0000-4000-8000-000000000001"},
     {"op": "insert", "table": "Queue", "row": {"external_ids": ["map", [["a", "b"]]]},
      "uuid": "5aaaaaaa-0000-4000-8000-000000000002"}],
    [{"op": "update", "table": "Queue", "where": [["dscp", "==", 5]], "row": {"dscp": 6}}],
    [{"op": "mutate", "table": "Queue", "where": [], "mutations": [["external_ids", "insert", ["map", [["a", "c"], ["x", "y"]]]]]}],
    [{"op": "mutate", "table": "Queue", "where": [["dscp", "==", 6]],
      "mutations": [["external_ids", "delete", "a"], ["external_ids", "insert", ["map", [["x", "z"], ["n", "n"]]]]]}],
    [{"op": "update", "table": "Queue", "where": [], "row": {"dscp": ["set", []]}}],
    [{"op": "update", "table": "Queue", "where": [], "row": {"dscp": 6}}, {"op": "update", "table": "Queue", "where": [],
                                                                         "row": {"dscp": ["set", []]}}],
    [{"op": "update", "table": "Open_vSwitch", "where": [], "row": {"external_ids": ["map", [["not", "monitored"]]]}}],
    [{"op": "insert", "table": "Bridge", "row": {"name": "b"}},
     {"op": "insert", "table": "Bridge", "row": {"name": "c", "flood_vlans": ["set", [1, 2]]}, "uuid-name": "c"},
     {"op": "mutate", "table": "Open_vSwitch", "where": [], "mutations": [["bridges", "insert", ["named-uuid", "c"]]]}],
    [{"op": "mutate", "table": "Bridge", "where": [], "mutations": [["flood_vlans", "+=", 1]]}],
    [{"op": "delete", "table": "Queue", "where": [["dscp", "==", ["set", []]]]}],
    [{"op": "update", "table": "Open_vSwitch", "where": [], "row": {"bridges": ["set", []]}}],
]


@pytest.mark.parametrize("method", ["monitor", "monitor_cond", "monitor_cond_since"])
def test_same_news(real, switch, method):
    """A monitor hears the same of the same changes, before the client that made them has its answer."""
    last = ["00000000-0000-0000-0000-000000000000"] if method == "monitor_cond_since" else []
    wanted = dict(MONITORED)
    if method != "monitor":
        wanted["Queue"] = [{**MONITORED["Queue"][0], "where": [["dscp", "==", 6], ["external_ids", "includes", ["map", [["x", "z"]]]]]}]
    heard = []
    for path in (real.remote.removeprefix("unix:"), switch.socket):
        with Client(path) as client:
            client.ask(method, "Open_vSwitch", "m", wanted, *last)
            for change in CHANGES:
                client.transact(*change)
            client.transact({"op": "comment", "comment": "no news"})
            heard.append(client.news)
    assert same(heard[0]) == same(heard[1])
    assert len(heard[0]) >= 6


# --- clients of Open vSwitch

def test_ovsdb_client(net, real, switch, remote):
    """Each of its commands that a standalone database answers."""
    need("ovsdb-client")
    switch("add-br br0 -- add-port br0 p1 tag=5 -- set interface p1 type=internal")

    def client(command, *words, where=remote, **more):
        return run("ovsdb-client", command, where, *words, **more)
    assert client("list-dbs").split() == ["Open_vSwitch", "_Server"]
    for command in ("list-tables", "list-columns"):
        theirs = set(client(command, "Open_vSwitch", where=real.remote).split())
        assert theirs <= set(client(command, "Open_vSwitch").split())
    assert json.loads(client("get-schema", "Open_vSwitch"))["tables"]["Bridge"]["columns"]["name"] == \
        {"type": "string", "mutable": False}
    assert client("get-schema-version", "Open_vSwitch") == client("get-schema-version", "Open_vSwitch", where=real.remote)
    query = ["Open_vSwitch", {"op": "select", "table": "Port", "where": [["name", "==", "p1"]], "columns": ["tag"]}]
    assert json.loads(client("query", json.dumps(query))) == [{"rows": [{"tag": 5}]}]
    change = ["Open_vSwitch", {"op": "update", "table": "Port", "where": [["name", "==", "p1"]], "row": {"tag": 6}}]
    assert json.loads(client("transact", json.dumps(change))) == [{"count": 1}]
    assert switch.get("port", "p1", "tag") == "6"
    client("wait", "Open_vSwitch", "connected")
    dump = client("dump", "Open_vSwitch", "Port", "name", "tag")
    assert re.search(r"^p1 +6", dump, re.MULTILINE)
    path = os.path.join(net.directory, "backup")
    with open(path, "w", encoding="utf-8") as file:
        file.write(client("backup", "Open_vSwitch"))
    switch("del-br br0")
    with open(path, encoding="utf-8") as file:  # it wants to seek
        client("restore", "Open_vSwitch", stdin=file)
    assert switch("list-br").split() == ["br0"] and switch.get("port", "p1", "tag") == "6"


def test_ovsdb_client_monitor(net, switch, remote):
    need("ovsdb-client")
    path = os.path.join(net.directory, "monitor")
    with open(path, "wb") as out:
        net.daemon(net.root, "ovsdb-client", "-f", "csv", "monitor", remote, "Open_vSwitch", "Bridge", "name", stdout=out)

    def told(text):
        with open(path, encoding="utf-8") as file:
            return text in file.read()
    switch("add-br br0")
    wait_until(lambda: told("br0"), "ovsdb-client to hear of the bridge")
    switch("del-br br0")
    wait_until(lambda: told("delete"), "ovsdb-client to hear of its end")


def test_waits_for_the_switch(switch, remote):
    """ovs-vsctl without --no-wait comes back when the port is in force, and says what is wrong with one that is not."""
    run("ovs-vsctl", f"--db={remote}", "-t", "20", "add-br", "br0", "--", "add-port", "br0", "v", "--", "set", "interface", "v",
        "type=internal")
    assert switch.get("interface", "v", "ofport") == "1"
    done = run("ovs-vsctl", f"--db={remote}", "-t", "20", "add-port", "br0", "nosuch", check=False)
    assert "could not open network device nosuch" in done.stderr
    assert switch.get("open_vswitch", ".", "cur_cfg") == switch.get("open_vswitch", ".", "next_cfg") == "2"


def test_remote(new_switch, net):
    """A further socket, in a directory that is made, with the same rights."""
    path = os.path.join(net.directory, "run/openvswitch/db.sock")
    switch = new_switch(args=["--remote", f"punix:{path}"])
    assert os.stat(path).st_mode & 0o7777 == 0o660
    run("ovs-vsctl", f"--db=unix:{path}", "-t", "20", "add-br", "br0")
    assert switch("list-br").split() == ["br0"]
    switch.stop()
    assert not os.path.exists(path)
    switch.start()


IDL = os.path.join(os.path.dirname(__file__), "lib/idl.py")


@pytest.fixture
def idl(net, remote):
    """A program on ovs.db.idl: each line to it is a bridge to be made or removed; it says how that went."""
    need("ovsdb-client")
    if subprocess.run([sys.executable, "-c", "import ovs.db.idl"], check=False, capture_output=True).returncode:
        pytest.skip("python3-openvswitch is not installed")
    return net.daemon(net.root, sys.executable, IDL, remote, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def tell(process, *words):
    """One line to it. Return: its answer, once it has one."""
    process.stdin.write(" ".join(words) + "\n")
    process.stdin.flush()
    return process.stdout.readline().split()


def idl_rounds(switch, idl, rounds):
    for number in range(rounds):
        name = f"py{number}"
        assert tell(idl, "add", name) == ["success"]
        assert tell(idl, "list") == [name]
        assert switch("list-br").split() == [name]
        if number % 2:
            switch.restart()
        else:
            switch.kill()
            switch.start()
        assert tell(idl, "list") == [name]
        assert tell(idl, "del", name) == ["success"]
        assert switch("list-br").split() == []


def test_python_idl(switch, idl):
    """Through the end of the daemon and another one."""
    idl_rounds(switch, idl, 2)


@pytest.mark.slow
def test_python_idl_long(switch, idl):
    idl_rounds(switch, idl, 100)


# --- what is live

def test_live_columns(net, switch):
    """Monitors see the switch do its work: port numbers, errors, link states, counters."""
    switch("add-br br0")
    columns = ["name", "ofport", "error", "link_state"]
    with Client(switch.socket) as client:
        client.ask("monitor", "Open_vSwitch", None, {"Interface": {"columns": columns}})

        def hear(wanted):
            """Until a row is told as it should be."""
            while True:
                _, (_, tables) = client.next_news()
                for row in tables["Interface"].values():
                    if wanted.items() <= row.get("new", {}).items():
                        return row
        switch.vsctl("add-port", "br0", "later", status=None)
        assert "No such device" in hear({"name": "later", "ofport": -1})["new"]["error"]
        net.cable(switch.ns, "later", net.ns("far"), "far")
        switch.known_links.add("later")
        hear({"name": "later", "ofport": 1, "error": ["set", []], "link_state": "up"})
        switch.ns.run("ip", "link", "set", "later", "down")
        hear({"name": "later", "link_state": "down"})
        switch("del-port later")
        switch.ns.run("ip", "link", "del", "later")


def test_counters_for_who_looks(net, switch, marker):
    """They are read at intervals for a monitor, and at once for who asks once."""
    switch("add-br br0")
    wire = switch.add_wires("br0", "one")
    with Client(switch.socket) as client:
        shown = client.ask("monitor", "Open_vSwitch", None, {"Interface": {"columns": ["name", "statistics"]}})["Interface"]
        before = {row["new"]["name"]: dict(row["new"]["statistics"][1]) for row in shown.values()}
        wire.send(build(src="02:00:00:00:00:01"))

        def seen():
            _, (_, tables) = client.next_news()
            return any(row["new"]["name"] == "one" and
                       dict(row["new"]["statistics"][1])["rx_packets"] > before["one"]["rx_packets"]
                       for row in tables["Interface"].values())
        wait_until(seen, "the counter to be told")
    rows = Client(switch.socket)
    with rows:
        answer = rows.transact({"op": "select", "table": "Interface", "where": [["name", "==", "one"]], "columns": ["statistics"]})
        assert dict(answer[0]["rows"][0]["statistics"][1])["rx_packets"] > 0


def test_wait_and_cancel(switch):
    """A transaction that waits is run when its time has come, is given up when asked, or when its client goes."""
    until = {"op": "wait", "table": "Bridge", "where": [["name", "==", "br0"]], "columns": ["name"], "until": "==",
             "rows": [{"name": "br0"}]}
    note = {"op": "update", "table": "Open_vSwitch", "where": [], "row": {"external_ids": ["map", [["seen", "br0"]]]}}
    with Client(switch.socket) as client, Client(switch.socket) as other:
        other.send("transact", "Open_vSwitch", until, {**note, "row": {"external_ids": ["map", [["seen", "gone"]]]}})
        assert other.ask("echo") == []
        other.close()
        first = client.send("transact", "Open_vSwitch", until, note)
        second = client.send("transact", "Open_vSwitch", until, note)
        third = client.send("transact", "Open_vSwitch", {**until, "timeout": 50})
        assert client.reply(third)["result"][0]["error"] == "timed out"
        client.notify("cancel", second)
        assert client.reply(second)["error"] == "canceled"
        switch("add-br br0")
        assert client.reply(first)["result"] == [{}, {"count": 1}]
    assert switch.get("open_vswitch", ".", "external_ids:seen") == "br0"


def test_locks_between_clients(switch):
    with Client(switch.socket) as one, Client(switch.socket) as two, Client(switch.socket) as three:
        assert one.ask("lock", "L") == {"locked": True}
        assert two.ask("lock", "L") == {"locked": False}
        assert two.transact({"op": "assert", "lock": "L"})[0]["error"] == "not owner"
        assert three.ask("steal", "L") == {"locked": True}
        assert one.next_news() == ("stolen", ["L"])
        three.close()
        assert one.next_news() == ("locked", ["L"])
        assert one.transact({"op": "assert", "lock": "L"}) == [{}]
        assert one.ask("unlock", "L") == {}
        assert two.next_news() == ("locked", ["L"])


# --- many, and bad ones

def stalled(path):
    """A client that asks for everything there is, and reads nothing."""
    client = Client(path)
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
    client.send("monitor", "Open_vSwitch", None, {table: {} for table in ("Open_vSwitch", "Bridge", "Port", "Interface")})
    return client


def hostile(path, number):
    """One of several kinds of nuisance."""
    client = Client(path)
    kinds = [lambda: client.sock.sendall(b'{"id":1,"method":"transact","params":["Open_vSwitch",' * 10),
             lambda: client.sock.sendall(b'{"id":1,"method":"transact","params":["Open_vSwitch"' +
                                         b',{"op":"insert","table":"Queue","row":{}}' * 100 + b',{"op":"abort"}]}'),
             lambda: [client.send("lock", f"l{number}") for number in range(100)],
             lambda: [client.send("transact", "Open_vSwitch", {"op": "wait", "table": "Bridge", "where": [["name", "==", "x"]],
                                                               "columns": ["name"], "until": "==", "rows": [{"name": "x"}]})
                      for _ in range(100)],
             lambda: [client.send("get_schema", "Open_vSwitch") for _ in range(20)]]
    try:
        kinds[number % len(kinds)]()
    except (BrokenPipeError, ConnectionResetError, socket.timeout):
        pass
    return client


def crowd(switch, clients):
    """A hundred good clients that monitor bridges, fifty stalled ones, fifty hostile ones. Return: the good ones."""
    good = [Client(switch.socket) for _ in range(100)]
    clients += good
    for client in good:
        client.ask("monitor", "Open_vSwitch", None, {"Bridge": {"columns": ["name"]}})
    clients += [stalled(switch.socket) for _ in range(50)]
    clients += [hostile(switch.socket, number) for number in range(50)]
    return good


def test_two_hundred_clients(switch):
    """All at once, while the switch changes and vsctl is answered."""
    clients = []
    try:
        good = crowd(switch, clients)
        for number in range(10):
            switch(f"add-br br{number}")
        assert len(switch("list-br").split()) == 10
        for client in good:
            heard = [client.next_news()[1][1]["Bridge"] for _ in range(10)]
            names = [row["new"]["name"] for rows in heard for row in rows.values()]
            assert names == [f"br{number}" for number in range(10)]
    finally:
        for client in clients:
            client.close()
    assert len(switch("list-br").split()) == 10


@pytest.mark.slow
def test_time_among_two_hundred_clients(switch, capsys):
    """Prints how long a command takes meanwhile; how long it may take is not for a test to say."""
    clients = []
    switch("add-br br0")
    try:
        good, times = crowd(switch, clients), []
        for number in range(300):
            for client in good[number % 10::10]:
                client.send("transact", "Open_vSwitch", {"op": "select", "table": "Port", "where": []})
            begin = time.monotonic()
            switch("set", "bridge", "br0", f"external_ids:n={number}")
            times.append((time.monotonic() - begin) * 1000)
            for client in good[number % 10::10]:
                client.reply(client.number)
    finally:
        for client in clients:
            client.close()
    times.sort()
    with capsys.disabled():
        print(f"\nvsctl among 200 clients: median {times[150]:.1f} ms, 99th percentile {times[297]:.1f} ms, most {times[-1]:.1f} ms")


def test_stalled_monitor_is_dropped(switch):
    """Its news are not kept without end; the log says so; others go on."""
    client = stalled(switch.socket)
    text = "x" * 20000
    with client:
        def dropped():
            for _ in range(50):
                switch("set", "open_vswitch", ".", f"external_ids:big={text}{time.monotonic()}")
            return "does not read its news" in switch.log_text()
        wait_until(dropped, "the daemon to give it up", timeout=60)
    switch("remove open_vswitch . external_ids big")


# --- vsctl monitor

class Lines:
    """`vsctl monitor` running, and its lines."""

    def __init__(self, net, switch, *words):
        self.process = net.daemon(net.root, VSCTL, "--rundir", switch.rundir, *words, stdout=subprocess.PIPE, text=True)

    def next(self):
        return json.loads(self.process.stdout.readline())

    def until(self, **wanted):
        while True:
            line = self.next()
            if wanted.items() <= line.items():
                return line


def test_vsctl_monitor(net, switch):
    switch("add-br br0")
    lines = Lines(net, switch, "--initial", "monitor", "Bridge", "Interface", "error", "ofport", "Port", "tag")
    assert lines.until(table="Bridge", op="initial")["name"] == "br0"
    lines.until(op="begin")
    switch("add-port br0 p tag=5 -- set interface p type=internal")
    assert lines.until(table="Port", op="insert")["new"] == {"name": "p", "tag": 5}
    assert lines.until(table="Interface", op="modify", name="p") | {"time": 0, "uuid": 0} == {
        "time": 0, "uuid": 0, "table": "Interface", "op": "modify", "name": "p", "new": {"ofport": 1}, "old": {"ofport": None}}
    switch("clear port p tag")
    assert lines.until(table="Port", op="modify")["new"] == {"tag": None}
    switch("del-port p")
    assert lines.until(table="Port", op="delete")["old"] == {"name": "p", "tag": None}
    for wrong in ("monitor nosuch", "monitor Port nosuch", "-f table monitor", "monitor -- list-br"):
        assert switch.vsctl(*wrong.split(), status=1).err


def test_vsctl_monitor_time_limit(switch):
    assert switch.vsctl("monitor", "Port", seconds=1, status=None).status == -14


@pytest.fixture(params=["user", "bpf"])
def each_switch(request, net):
    """On both datapaths, whatever the others run on."""
    from conftest import start_bpf
    if request.param == "bpf" and (why := start_bpf()):
        pytest.skip(why)
    return Switch(net, datapath=request.param)


def test_vsctl_monitor_stations(net, each_switch):
    switch = each_switch
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    lines = Lines(net, switch, "monitor", "FDB")
    lines.until(op="begin")
    one.send(build(src="02:00:00:00:00:07"))
    told = {"table": "FDB", "bridge": "br0", "vlan": 0, "mac": "02:00:00:00:00:07", "static": False}
    assert told.items() <= lines.until(op="learn", mac=told["mac"], port="one").items()
    two.send(build(src="02:00:00:00:00:07"))
    assert lines.until(op="move", mac=told["mac"])["old_port"] == "one"
    switch("fdb flush br0")
    assert lines.until(op="forget", mac=told["mac"])["port"] == "two"
