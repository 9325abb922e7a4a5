# SPDX-License-Identifier: GPL-2.0-only
# tools.py - programs of others that the tests run: bpftool, ping, iperf3, tshark, ethtool
import contextlib
import json
import os
import shutil
import socket
import subprocess
import threading

import pytest

from .sandbox import stop
from .wait import wait_until

IPERF_PORT = 5201


def need(*programs):
    """Skip the test when a program that it runs is not installed."""
    for program in programs:
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")


def bpftool(*words):
    """Run bpftool and return what it prints as JSON."""
    path = {**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"}
    done = subprocess.run(["bpftool", "-j", *words], capture_output=True, text=True, check=True, env=path)
    return json.loads(done.stdout or "null")


def ping(ns, address, count=1, size=None, source=None):
    """True when at least one answer came. Tries go on until then or until a generous end."""
    words = ["ping", "-n", "-q", "-c", count, "-W", "5", "-i", "0.2"]
    words += ["-s", size] if size else []
    words += ["-I", source] if source else []
    return ns.run(*words, address, check=False).returncode == 0


def reach(ns, address, **more):
    wait_until(lambda: ping(ns, address, **more), f"{address} to answer {ns}")


def listening(pid, port):
    """Whether a process's network namespace has a TCP socket listening on port."""
    wanted = f":{port:04X}"
    for name in ("tcp", "tcp6"):
        with open(f"/proc/{pid}/net/{name}", encoding="ascii") as file:
            for line in file.readlines()[1:]:
                fields = line.split()
                if fields[1].endswith(wanted) and fields[3] == "0A":
                    return True
    return False


def iperf(net, server, client, address, size="20M", *words):
    """
    TCP from client to server until all of size has been sent. Nothing is switched off at either end. Return: bits per
    second, which no test asserts. iperf3's two ends stop counting when the sender is done, whatever is still under way
    then: that every byte arrives is for transfer() to show.
    """
    need("iperf3")
    process = server.popen("iperf3", "-s", "-1", "-p", IPERF_PORT, "-J")
    net.on_exit(stop, process)
    wait_until(lambda: process.poll() is not None or listening(process.pid, IPERF_PORT), "iperf3 to listen")
    done = client.run("iperf3", "-c", address, "-p", IPERF_PORT, "-n", size, "-J", "--connect-timeout", 20000, *words,
                      check=False, timeout=120)
    answer = json.loads(done.stdout or "{}")
    assert done.returncode == 0 and "end" in answer, f"iperf3 to {address}: {answer.get('error', done.stderr)}"
    assert answer["end"]["sum_received"]["bytes"] > 0, f"iperf3 to {address}: nothing arrived"
    process.wait(20)
    return answer["end"]["sum_received"]["bits_per_second"]


def transfer(server, client, address, size=2_000_000):
    """One TCP connection with different bytes in both directions at once; every byte is looked at."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with server.inside():
        listener = socket.socket(family, socket.SOCK_STREAM)
    with client.inside():
        here = socket.socket(family, socket.SOCK_STREAM)
    with listener, here:
        listener.settimeout(60)
        here.settimeout(60)
        listener.bind((address, 0))
        listener.listen(1)
        here.connect(listener.getsockname()[:2])
        there, _ = listener.accept()
        with there:
            there.settimeout(60)
            pairs = [(here, there, os.urandom(size)), (there, here, os.urandom(size))]
            senders = [threading.Thread(target=_send_all, args=(source, data)) for source, _, data in pairs]
            results = {}
            readers = [threading.Thread(target=_read_all, args=(sink, size, results, number))
                       for number, (_, sink, _) in enumerate(pairs)]
            for thread in senders + readers:
                thread.start()
            for thread in senders + readers:
                thread.join()
    for number, (_, _, data) in enumerate(pairs):
        assert results[number] == data, f"{len(results[number])} of {size} bytes arrived, or not as they were sent"


def _send_all(sock, data):
    with contextlib.suppress(OSError):  # the reader will tell how far it came
        sock.sendall(data)


def _read_all(sock, size, results, number):
    data = bytearray()
    with contextlib.suppress(OSError):
        while len(data) < size and (chunk := sock.recv(1 << 20)):
            data += chunk
    results[number] = bytes(data)


def tcp_both_ways(net, one, other, address, size="20M"):
    """TCP in both directions between two namespaces; address is other's."""
    reach(one, address)
    transfer(other, one, address)
    return iperf(net, other, one, address, size), iperf(net, other, one, address, size, "-R")


def like_a_wire(ns, device):
    """
    Make a veth carry what a cable would: one packet a frame, checksums complete. A capture then shows what another
    machine would be given, and programs that cannot take offloaded frames can be the other end.
    """
    need("ethtool")
    ns.run("ethtool", "-K", device, "tx", "off", "tso", "off", "gso", "off", "tx-udp-segmentation", "off")


def tshark(pcap, *words, display=None):
    """Dissect a capture, every checksum looked at. Return: lines."""
    need("tshark")
    argv = ["tshark", "-n", "-r", pcap, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
            "-o", "tcp.check_checksum:TRUE", "-o", "tcp.analyze_sequence_numbers:FALSE"]
    argv += ["-Y", display] if display else []
    done = subprocess.run(argv + list(words), capture_output=True, text=True, check=True, timeout=120,
                          env={**os.environ, "HOME": "/run", "XDG_CONFIG_HOME": "/run"})
    return done.stdout.splitlines()


def tshark_complaints(pcap):
    """What the dissectors find wrong: malformed packets, bad checksums, warnings and errors."""
    # A D-SACK is a remark on the connection, not on the packets' form.
    wrong = "_ws.malformed || (_ws.expert.severity >= 6291456 && !tcp.options.sack.dsack) || ip.checksum.status == 0 || udp.checksum.status == 0 " \
            "|| tcp.checksum.status == 0"
    return tshark(pcap, "-T", "fields", "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.expert.message",
                  "-e", "_ws.col.Info", display=wrong)
