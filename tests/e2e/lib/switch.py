# SPDX-License-Identifier: GPL-2.0-only
# switch.py - one vswitchd under test, and vsctl talking to it
import collections
import json
import os
import socket
import subprocess

from .sandbox import stop
from .wait import TIMEOUT, wait_until
from .wire import Wire

BUILD = os.environ.get("VSWITCH_BUILD", os.path.abspath(os.path.join(os.path.dirname(__file__), "../../../build")))
VSWITCHD, VSCTL = os.path.join(BUILD, "vswitchd"), os.path.join(BUILD, "vsctl")

def sanitized():
    """Whether the daemon was built with AddressSanitizer."""
    with open(VSWITCHD, "rb") as file:
        return b"__asan_init" in file.read()


Answer = collections.namedtuple("Answer", "out err status")
FdbRow = collections.namedtuple("FdbRow", "port vlan mac age static remote number")


def ovsdb(value):
    """An RFC 7047 <value> as a Python one: sets as lists, maps as dicts, UUIDs as text."""
    if isinstance(value, list) and len(value) == 2:
        kind, body = value
        if kind == "set":
            return [ovsdb(item) for item in body]
        if kind == "map":
            return {ovsdb(key): ovsdb(item) for key, item in body}
        if kind in ("uuid", "named-uuid"):
            return body
    return value


class Switch:
    """A daemon in a namespace, with its own run directory and database."""

    def __init__(self, net, label="sw", ns=None, datapath="user", args=(), wrapper=()):
        self.net, self.label, self.datapath, self.args = net, label, datapath, list(args)
        self.wrapper = list(wrapper)  # a command that becomes the daemon
        self.ns = ns or net.ns(label)
        self.rundir = os.path.join(net.directory, label)
        self.db = os.path.join(net.directory, label + ".db")
        self.log = os.path.join(net.directory, label + ".log")
        self.socket = os.path.join(self.rundir, "vswitchd.sock")
        self.process = None
        self.before = set(self.ns.links())
        self.known_links = set()
        net.on_exit(self.close)
        self.start()

    # --- life

    def spawn(self):
        """Start the daemon without waiting for it."""
        with open(self.log, "ab") as log:
            self.process = self.ns.popen(*self.wrapper, VSWITCHD, "--rundir", self.rundir, "--db", self.db,
                                         "--datapath", self.datapath, *self.args, stdout=log, stderr=log)

    def start(self):
        self.spawn()
        wait_until(self.ready, lambda: f"{self.label} to answer; its log:\n{self.log_text()}")

    def ready(self):
        if self.process.poll() is not None:
            raise AssertionError(f"{self.label} ended with {self.process.returncode}; its log:\n{self.log_text()}")
        with socket.socket(socket.AF_UNIX) as sock:
            sock.settimeout(TIMEOUT)
            try:
                sock.connect(self.socket)
                # That it listens is not enough: it answers when it has made the machine as its database says.
                sock.sendall(b'{"id":0,"method":"echo","params":[]}')
                return bool(sock.recv(100))
            except OSError:
                return False

    def stop(self, timeout=20):
        """End the daemon in the ordinary way; devices stay."""
        stop(self.process, timeout=timeout)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def restart(self):
        self.stop()
        self.start()

    def close(self):
        """Remove everything through the daemon, end it, and see that nothing is left."""
        if self.process.poll() is None:
            self.clean()
            log = self.log_text()
        else:
            log = self.log_text()
            raise AssertionError(f"{self.label} had ended with {self.process.returncode} before the test did; its log:\n{log}")
        status = self.process.returncode
        assert status == 0, f"{self.label} ended with {status}; its log:\n{log}"
        left = [name for name in os.listdir(self.rundir)] if os.path.isdir(self.rundir) else []
        assert not left, f"left in the run directory: {left}"
        ours = [line for line in self.ns.run("ip", "-d", "link", "show").stdout.splitlines() if "alias vswitch:" in line]
        assert not ours, f"left devices: {ours}\n{log}"
        assert "Sanitizer" not in log, log

    def clean(self):
        self.vsctl("exit", "--cleanup")
        self.process.wait(120)

    def log_text(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    # --- asking

    def vsctl(self, *words, status=0, program=VSCTL, seconds=30, **more):
        """Run one command line and hold its exit status against status (None: any)."""
        argv = [program, "-t", str(seconds), "--rundir", self.rundir] + [str(word) for word in words]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=seconds + 30, check=False, **more)
        answer = Answer(done.stdout, done.stderr, done.returncode)
        if status is not None and answer.status != status:
            raise AssertionError(f"vsctl {' '.join(map(str, words))}: exit {answer.status}, not {status}\n"
                                 f"{answer.out}{answer.err}\n--- its daemon's log:\n{self.log_text()[-4000:]}")
        return answer

    def __call__(self, *words, status=0):
        """Run one command line given as words or as one text, and return what it printed."""
        words = words[0].split() if len(words) == 1 else words
        return self.vsctl(*words, status=status).out

    def get(self, table, record, column):
        return self("get", table, record, column).strip().strip('"')

    def rows(self, table, record=None):
        """Rows of a table as dictionaries, by the machine form of `list`."""
        words = ["-f", "json", "list", table] + ([record] if record else [])
        answer = json.loads(self(*words))
        return [dict(zip(answer["headings"], map(ovsdb, row))) for row in answer["data"]]

    def row(self, table, record):
        return self.rows(table, record)[0]

    def statistics(self, interface):
        return collections.defaultdict(int, self.row("Interface", interface)["statistics"])

    def drops(self, interface, reason):
        return self.statistics(interface)[f"drop_{reason}"]

    def error(self, interface):
        return self.row("Interface", interface)["error"] or ""

    def warning(self, interface):
        value = self.row("Interface", interface)["warning"]
        return value if isinstance(value, list) else [value]

    def fdb(self, bridge):
        """`fdb show` taken apart."""
        return [self._fdb_row(line) for line in self("fdb", "show", bridge).splitlines()[1:]]

    @staticmethod
    def _fdb_row(line):
        number, vlan, mac, age, interface, *remote = line.split()
        return FdbRow(interface, int(vlan), mac, None if age == "static" else int(age), age == "static",
                      remote[0] if remote else None, number)

    def fdb_find(self, bridge, mac, vlan=None):
        return next((row for row in self.fdb(bridge) if row.mac == mac and vlan in (None, row.vlan)), None)

    # --- ports for tests

    def add_wires(self, bridge, *names, ns=None, mtu=None):
        """System ports on veth pairs; return a Wire on the far end of each, in a namespace that keeps silent."""
        far = ns or self.net.ns(f"{self.label}-far{len(self.known_links)}", ipv6=False)
        pairs = [(name, "r-" + name) for name in names]
        for name in names:
            assert len(name) <= 13
        self.net.cables(self.ns, far, pairs, mtu=mtu)
        self.known_links.update(names)
        for name in names:
            self.ns.sysctl(f"net.ipv6.conf.{name}.disable_ipv6", 1)
        words = []
        for name in names:
            words += ["--", "add-port", bridge, name]
        self(*words)
        wires = [Wire(self.net, far, other) for _, other in pairs]
        return wires if len(wires) > 1 else wires[0]

    def add_station(self, bridge, name, *cidrs, settings=(), interface=()):
        """A veth port with its peer eth0 in a namespace that the switch makes. Return: that namespace."""
        space = f"{self.net.prefix}{self.label}.{name}"
        words = ["add-port", bridge, name, *settings, "--", "set", "interface", name, "type=veth",
                 f"options:netns={space}", "options:peer=eth0"]
        if cidrs:
            words.append(f"options:ip=\"{','.join(cidrs)}\"")
        self(*words, *interface)
        return self.net.adopt(space)
