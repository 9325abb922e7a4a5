# SPDX-License-Identifier: GPL-2.0-only
# test_server.py - the socket: who may use it, and clients that are slow, dead or hostile
import json
import os
import signal
import socket
import stat

import pytest
from lib.switch import VSCTL
from lib.wait import wait_until
from lib.wire import barrier

pytestmark = pytest.mark.one_datapath


def connect(switch):
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(20)
    sock.connect(switch.socket)
    return sock


def request(words, number=1):
    return json.dumps({"id": number, "method": "vsctl", "params": [words, {"program": "vsctl", "color": False}]}).encode()


def answer(sock):
    """One JSON value from the socket."""
    text, decoder = "", json.JSONDecoder()
    while True:
        chunk = sock.recv(65536)
        assert chunk, f"the connection ended after {text!r}"
        text += chunk.decode()
        try:
            return decoder.raw_decode(text.lstrip())[0]
        except json.JSONDecodeError:
            continue


def test_permissions(switch):
    assert stat.S_IMODE(os.stat(switch.socket).st_mode) == 0o660


def test_group(new_switch):
    switch = new_switch(args=["--group", "nogroup"])
    assert os.stat(switch.socket).st_gid == 65534


def test_speaks_json_rpc(switch):
    with connect(switch) as sock:
        sock.sendall(json.dumps({"id": "x", "method": "echo", "params": [1, "two"]}).encode())
        assert answer(sock) == {"id": "x", "result": [1, "two"], "error": None}
        sock.sendall(request(["add-br", "br0"]))
        assert answer(sock)["result"] == {"stdout": "", "stderr": "", "status": 0}
        sock.sendall(request(["list-br"], 7))
        assert answer(sock) == {"id": 7, "result": {"stdout": "br0\n", "stderr": "", "status": 0}, "error": None}


@pytest.mark.parametrize("data", [
    b"\0" * 100, b"{", b"[" * 100000, b"{}", b"[]", b"null", b'{"id":1}', b'{"id":1,"method":5,"params":[]}',
    b'{"id":1,"method":"nosuch","params":[]}', b'{"id":1,"method":"vsctl","params":[]}',
    b'{"id":1,"method":"vsctl","params":[[1,2],{}]}', b'{"id":1,"method":"vsctl","params":["show",{}]}',
    b'{"id":1,"method":"vsctl","params":[["show"],5]}', b'{"id":1,"method":"vsctl","params":[["sh\\u0000ow"],{}]}',
    b'\xff\xfe{"id":1}', b'{"id":1,"method":"vsctl","params":[[' + b'"x",' * 100000 + b'"x"],{}]}',
    b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"], ids=lambda data: data[:40].decode(errors="replace"))
def test_nonsense_is_survived(switch, data):
    switch("add-br br0")
    with connect(switch) as sock:
        sock.sendall(data)
        sock.shutdown(socket.SHUT_WR)
        try:
            while sock.recv(65536):
                pass
        except ConnectionResetError:
            pass
    assert switch("list-br").split() == ["br0"]


def test_request_without_end_is_cut_off(switch):
    """A client may not fill the daemon's memory."""
    switch("add-br br0")
    with connect(switch) as sock:
        sent = 0
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            sock.sendall(b'{"id":1,"method":"echo","params":["')
            while sent < 1 << 28:
                sock.sendall(b"x" * 65536)
                sent += 65536
    assert sent < 1 << 27 and rss_mib(switch) < 200
    assert switch("list-br").split() == ["br0"]


def rss_mib(switch):
    with open(f"/proc/{switch.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) // 1024 for line in file if line.startswith("VmRSS"))


def test_client_that_does_not_read_its_answers(switch, marker):
    """Its answers are not kept without end, and neither frames nor others wait for it."""
    switch("add-br br0")
    one, two = switch.add_wires("br0", "one", "two")
    with connect(switch) as sock:
        sock.setblocking(False)
        try:
            for number in range(200000):
                sock.send(request(["list", "Interface"], number))
        except (BlockingIOError, BrokenPipeError, ConnectionResetError):
            pass
        assert switch("list-br").split() == ["br0"]
        barrier(one, [two], marker)
        assert rss_mib(switch) < 200


def test_client_that_stops_half_way(switch):
    switch("add-br br0")
    with connect(switch) as sock:
        sock.sendall(request(["add-br", "br1"])[:-5])
        assert switch("list-br").split() == ["br0"]
    assert switch("list-br").split() == ["br0"]


def test_client_that_dies_before_its_answer(switch):
    """The change it asked for is made, or not; the daemon goes on."""
    for number in range(50):
        with connect(switch) as sock:
            sock.sendall(request(["add-br", f"br{number}"]))
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    wait_until(lambda: len(switch("list-br").split()) in range(51), "the daemon to answer")


def test_more_clients_than_there_is_room_for(switch):
    """The daemon stays reachable for those that come when others have gone, and never falls over."""
    socks = []
    try:
        for _ in range(600):
            sock = socket.socket(socket.AF_UNIX)
            sock.setblocking(False)
            try:
                sock.connect(switch.socket)
            except (BlockingIOError, ConnectionRefusedError):
                sock.close()
                continue
            socks.append(sock)
        assert switch.process.poll() is None
    finally:
        for sock in socks:
            sock.close()
    wait_until(lambda: switch.vsctl("list-br", status=None).status == 0, "the daemon to be reachable")


def test_stopped_daemon_makes_vsctl_end_in_time(switch):
    """vsctl never hangs."""
    switch.process.send_signal(signal.SIGSTOP)
    try:
        done = switch.vsctl("show", status=None, seconds=1)
        assert done.status != 0
    finally:
        switch.process.send_signal(signal.SIGCONT)
    switch("show")


def test_idle_daemon_sleeps(switch):
    """With a hundred quiet ports it is woken by nothing but its own housekeeping."""
    switch("add-br br0")
    words = []
    for number in range(100):
        words += ["--", "add-port", "br0", f"q{number}", "--", "set", "interface", f"q{number}", "type=tap"]
    switch(*words)

    def wakeups():
        with open(f"/proc/{switch.process.pid}/status", encoding="ascii") as file:
            return sum(int(line.split()[1]) for line in file if "ctxt_switches" in line)

    def quiet():
        # Link events of the ports just made may still be under way: quiet is what it must become and stay.
        before = wakeups()
        switch.ns.run("timeout", "3", "tail", "-f", "/dev/null", check=False)
        return wakeups() - before <= 6
    wait_until(quiet, "at most two wakeups a second", timeout=60)


def as_nobody(switch, *words):
    """vsctl by somebody without rights and in no group of ours."""
    return switch.ns.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", VSCTL, "--rundir", switch.rundir, *words,
                         check=False)


def test_readers(switch):
    """Everybody may look, and nobody change anything, by the socket for that."""
    readers = os.path.join(switch.rundir, "vswitchd.ro.sock")
    assert stat.S_IMODE(os.stat(readers).st_mode) == 0o666
    switch("add-br br0")
    for words in (["list-br"], ["show"], ["list", "Bridge"], ["fdb", "show", "br0"], ["log"], ["export"], ["db", "check"]):
        done = as_nobody(switch, *words)
        assert done.returncode == 0 and done.stdout, done.stderr
    assert "Permission denied" in as_nobody(switch, "add-br", "br1").stderr
    for words in (["add-br", "br1"], ["list-br", "--", "add-br", "br1"], ["exit"], ["fdb", "flush"], ["vlog", "set", "dbg"],
                  ["db", "compact"], ["create", "Bridge", "name=x"], ["emer-reset"]):
        done = as_nobody(switch, f"--db={readers}", *words)
        assert done.returncode == 1 and "for looking only" in done.stderr
    assert switch("list-br") == "br0\n"


def test_readers_of_one_group(new_switch):
    switch = new_switch(args=["--readers", "nogroup"])
    readers = os.stat(os.path.join(switch.rundir, "vswitchd.ro.sock"))
    assert stat.S_IMODE(readers.st_mode) == 0o660 and readers.st_gid == 65534


def test_log_of_changes(switch):
    """Who changed what when: kept over a restart and a rewriting, and bounded. What changed nothing is not there."""
    switch("add-br br0")
    switch("list-br")
    switch.vsctl("add-br", "br0", status=1)
    switch("--dry-run", "add-br", "br7")
    os.chmod(switch.socket, 0o666)
    assert as_nobody(switch, "add-br", "br1").returncode == 0

    def notes():
        answer = json.loads(switch("-f", "json", "log"))
        return [dict(zip(answer["headings"], row)) for row in answer["data"]]
    first = notes()
    assert [note["what"].split()[-2:] for note in first[-2:]] == [["add-br", "br0"], ["add-br", "br1"]]
    assert "user root (0), process" in first[-2]["who"] and "user nobody (65534)" in first[-1]["who"]
    assert len(first) == 3 and all(note["time"].endswith("Z") for note in first)
    assert "user nobody (65534)" in switch.log_text()
    switch("db", "compact")
    assert notes() == first
    switch.restart()
    assert notes() == first
    for number in range(6):
        switch(*["--", "comment", "x" * 2000, "--", "set", "bridge", "br0", f"external_ids:n={number}"])
    assert len(notes()) == 9 and all(len(note["what"]) <= 1000 for note in notes())
    assert switch("log", "2").count("\n") == 2
