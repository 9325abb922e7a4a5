# SPDX-License-Identifier: GPL-2.0-only
# test_upgrade.py - nothing is lost while the daemon is killed, away, started again, and replaced by another build
import glob
import json
import re
import socket
import struct
import threading
import time

import pytest
from lib.builds import altered, same_meaning
from lib.wait import wait_until
from lib.wire import build, tag

from test_bpf import A, B, C, Stream, Tables, attached_by, bpftool, exchange, three, words  # noqa: F401

pytestmark = pytest.mark.bpf_only


class Load:
    """A ping flood and a TCP stream between two stations, which say in the end what they have sent and received."""

    def __init__(self, net, client, server, address):
        self.ping = client.popen("ping", "-n", "-q", "-i", "0.002", "-W", "5", address)
        net.on_exit(self.stop_ping)
        with server.inside():
            listener = socket.create_server((address, 7000))
        with client.inside():
            self.out = socket.create_connection((address, 7000), timeout=30)
        self.into, _ = listener.accept()
        listener.close()
        self.into.settimeout(30)
        self.sent, self.got, self.wrong = 0, 0, None
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.write), threading.Thread(target=self.read)]
        net.on_exit(self.stop_stream)
        for thread in self.threads:
            thread.start()

    def stop_ping(self):
        if self.ping.poll() is None:
            self.ping.kill()
            self.ping.wait()
        self.ping.stdout.close()

    def stop_stream(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()
        self.out.close()
        self.into.close()

    def write(self):
        """Numbers, so that what is missing, twice, or in another's place shows."""
        while not self.ending.is_set():
            self.out.sendall(b"".join(struct.pack("!Q", number) for number in range(self.sent, self.sent + 1000)))
            self.sent += 1000
        self.out.shutdown(socket.SHUT_WR)

    def read(self):
        data = b""
        while chunk := self.into.recv(1 << 16):
            data += chunk
            whole = len(data) // 8
            for number, in struct.iter_unpack("!Q", data[:whole * 8]):
                if number != self.got and not self.wrong:
                    self.wrong = f"{number} where {self.got} should be"
                self.got += 1
            data = data[whole * 8:]

    def progress(self):
        """Wait until both have gone on."""
        before = self.got
        wait_until(lambda: self.got > before + 1000, "the stream to go on")

    def check(self):
        self.ping.send_signal(2)
        text = self.ping.communicate(timeout=20)[0].decode()
        sent, received = map(int, re.search(r"(\d+) packets transmitted, (\d+) received", text).groups())
        assert sent == received > 100 and "duplicates" not in text, text
        self.stop_stream()
        assert not self.wrong and self.got == self.sent


def program_of(switch):
    """(tag, id) of the program on port one: the tag is a hash of its instructions."""
    if attached_by() == "clsact":
        shown = json.loads(switch.ns.run("tc", "-j", "filter", "show", "dev", "one", "ingress").stdout)
        number = next(entry["options"]["prog"]["id"] for entry in shown if "options" in entry)
    else:  # all ports have the same
        link = sorted(glob.glob(switch.rundir + "/bpf/link-port-*"))[0]
        number = bpftool("link", "show", "pinned", link)["prog_id"]
    return bpftool("prog", "show", "id", str(number))["tag"], number


class Ends:
    """Frames at a station and at its port: what one has sent the other has received, from now on."""

    def __init__(self, switch, stations):
        self.switch, self.stations = switch, stations
        self.before = wait_until(lambda: (looked := self.look_all()) == self.look_all() and looked,
                                 "no frame to be between the two counters")

    def look(self, name, ns):
        port = self.switch.statistics(name)
        device = json.loads(ns.run("ip", "-j", "-s", "link", "show", "eth0").stdout)[0]["stats64"]
        return device["tx"]["packets"] - port["rx_packets"], device["rx"]["packets"] - port["tx_packets"]

    def look_all(self):
        return {name: self.look(name, ns) for name, ns in self.stations.items()}

    def check(self):
        wait_until(lambda: self.look_all() == self.before,
                   lambda: f"as many frames at both ends as at first, {self.before}, not {self.look_all()}")
        for name in self.stations:
            drops = {key: value for key, value in self.switch.statistics(name).items() if "drop" in key and value}
            assert not drops, f"{name}: {drops}"


def test_nothing_is_lost_over_kill_restart_and_upgrade(net, switch, three, marker, monkeypatch, soak):
    """
    While a ping flood, a TCP stream, numbered frames, ARP of a host that comes new and a station that moves go on: kill -9,
    no daemon for a while, a start, and an upgrade to a build whose programs are others.
    """
    one, two, other = three
    here = switch.add_station("br0", "here", "10.0.0.1/24")
    there = switch.add_station("br0", "there", "10.0.0.2/24")
    late = switch.add_station("br0", "late", "10.0.0.3/24")
    switch("fdb add br0 other 0 02:00:00:00:00:51")
    exchange(one, two, marker)
    stream = Stream(one, two, [two, other])
    ends = Ends(switch, {"here": here.silent(), "there": there.silent()})
    load = Load(net, here, there, "10.0.0.2")
    load.progress()
    first = program_of(switch)
    before = switch.statistics("one")["rx_packets"]
    counted = stream.sent

    switch.kill()
    begin = time.monotonic()
    late.run("ping", "-n", "-q", "-c", "2", "-i", "0.2", "-W", "5", "10.0.0.1")  # heard of by ARP, and learned
    other.send(build(src=C, dst=A, payload=(text := marker())))
    one.wait_for(text)
    one.send(build(src=A, dst=C, payload=(learned := marker())))
    other.wait_for(learned)
    while time.monotonic() - begin < (10 if soak else 2):
        stream.send(20)
        load.progress()
    switch.spawn()
    while not switch.ready():
        stream.send(10)
    load.progress()
    assert program_of(switch)[0] == first[0]

    monkeypatch.setattr("lib.switch.VSWITCHD", altered(net.directory, "vs_port_in", same_meaning))
    switch.stop()
    stream.send(20)
    switch.spawn()
    while not switch.ready():
        stream.send(10)
    stream.send(200)
    load.progress()
    now = program_of(switch)
    assert now[0] != first[0] and now[1] > first[1], "the program is the old one"

    load.check()
    ends.check()
    stream.check()
    assert two.marked(learned) == []
    ports = {row.mac: row.port for row in switch.fdb("br0")}
    assert (ports[A], ports[B], ports[C], ports["02:00:00:00:00:51"]) == ("one", "two", "other", "other")
    assert [row.port for row in switch.fdb("br0") if row.static] == ["other"]
    assert sorted(ports.values()).count("late") == 1
    assert switch.statistics("one")["rx_packets"] == before + stream.sent - counted + 1


def test_upgrade_to_another_layout_is_right_afterwards(switch, three, marker, monkeypatch):
    """It says so, takes nothing over, and makes all of it anew: static entries, tags, counters from zero."""
    one, two, other = three
    switch("set port other tag=7 -- set bridge br0 other_config:mac-table-size=1000")
    switch("fdb add br0 one 0 02:00:00:00:00:61")
    switch("fdb add br0 other 7 02:00:00:00:00:62")
    exchange(one, two, marker)
    switch.kill()
    tables = Tables(switch)
    key, value = tables.rows("meta")[0]
    tables.write("meta", key, words(0x7E57) + value[4:])
    exchange(one, two, marker)
    switch.start()
    assert f"BPF maps of layout {0x7E57} are not ours" in switch.log_text()
    assert [(row.mac, row.port, row.vlan) for row in switch.fdb("br0")] == [
        ("02:00:00:00:00:61", "one", 0), ("02:00:00:00:00:62", "other", 7)]
    assert switch.statistics("one")["rx_packets"] == 0 and "/1000\n" in switch("fdb stats br0")
    exchange(one, two, marker)
    two.send(build(src=B, dst="02:00:00:00:00:61", payload=(text := marker())))
    one.wait_for(text)
    one.send(build(src=A, tags=[tag(7)], dst="02:00:00:00:00:62", payload=(text := marker())))
    other.wait_for(text)
    assert two.marked(text) == []
