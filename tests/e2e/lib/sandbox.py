# SPDX-License-Identifier: GPL-2.0-only
# sandbox.py - the private corner in which the tests live: namespaces, cables, processes, and their undoing
"""
The whole pytest process moves into a network and a mount namespace of its own, with an empty /run. So `ip netns add`,
the daemon's own namespaces, Open vSwitch's and podman's state are all invisible outside, and vanish with the process
whatever happens to it. Within that, every test has a Net, which undoes what the test made and then checks that nothing
is left: no network namespace, no device, no process.
"""
import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess

from .wait import wait_until

CLONE_NEWNS, CLONE_NEWNET = 0x00020000, 0x40000000
MS_REC, MS_PRIVATE = 0x4000, 0x40000
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
NETNS_DIR = "/run/netns"

_libc = ctypes.CDLL(None, use_errno=True)


def _check(result):
    if result != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error))


def enter():
    """Move this process into namespaces of its own. Processes that lose their parent become our children."""
    _check(_libc.unshare(CLONE_NEWNS | CLONE_NEWNET))
    _check(_libc.mount(b"none", b"/", None, MS_REC | MS_PRIVATE, None))
    for path in ("/run", "/var/lib/containers"):
        if os.path.isdir(path):
            _check(_libc.mount(b"tmpfs", os.path.realpath(path).encode(), b"tmpfs", 0, b"mode=755"))
    # What a lab writes into /etc/netns stays in here, too.
    for path in ("/run/.etc", "/run/.etc-work"):
        os.makedirs(path)
    _check(_libc.mount(b"overlay", b"/etc", b"overlay", 0, b"lowerdir=/etc,upperdir=/run/.etc,workdir=/run/.etc-work"))
    os.makedirs(NETNS_DIR)
    _check(_libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def _die_with_parent():
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def children():
    """Process ids of all children that are not zombies waiting for us."""
    with open(f"/proc/self/task/{os.getpid()}/children", encoding="ascii") as file:
        return [int(word) for word in file.read().split()]


def reap_orphans(known=()):
    """Collect children that ended and that no Popen object will collect."""
    for pid in children():
        if pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def describe(pid):
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return f"{pid} {file.read().replace(bytes(1), b' ').decode(errors='replace')}".strip()
    except OSError:
        return str(pid)


class Namespace:
    """A network namespace by name, or the one of the test process itself (name None)."""

    def __init__(self, name=None):
        self.name = name
        self.path = f"{NETNS_DIR}/{name}" if name else "/proc/self/ns/net"

    def __str__(self):
        return self.name or "-"

    def argv(self, words):
        words = [str(word) for word in words]
        return ["nsenter", f"--net={self.path}", "--"] + words if self.name else words

    def run(self, *words, check=True, timeout=60, **more):
        """Run a command inside to its end. Return: subprocess.CompletedProcess with text output."""
        done = subprocess.run(self.argv(words), capture_output=True, text=True, timeout=timeout,
                              preexec_fn=_die_with_parent, check=False, **more)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(map(str, words))} in {self}: exit {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def popen(self, *words, **more):
        more.setdefault("stdout", subprocess.PIPE)
        more.setdefault("stderr", subprocess.STDOUT)
        return subprocess.Popen(self.argv(words), preexec_fn=_die_with_parent, **more)

    @contextlib.contextmanager
    def inside(self):
        """Sockets opened in this block belong to the namespace."""
        if not self.name:
            yield
            return
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        there = os.open(self.path, os.O_RDONLY)
        try:
            _check(_libc.setns(there, CLONE_NEWNET))
            yield
        finally:
            _check(_libc.setns(home, CLONE_NEWNET))
            os.close(there)
            os.close(home)

    def links(self):
        """Names of all network devices but lo."""
        lines = self.run("ip", "-o", "link", "show").stdout.splitlines()
        names = [line.split(": ")[1].split("@")[0] for line in lines]
        return sorted(name for name in names if name != "lo")

    def wait_up(self, *devices):
        """
        Wait until devices, and their other ends if they are here, carry frames. A device that has just got its carrier
        drops what it is given until the kernel has come round to it.
        """
        def are_up():
            links = {link["ifname"]: link for link in json.loads(self.run("ip", "-j", "link", "show").stdout)}
            ends = set(devices) | {links[name].get("link") for name in devices} & set(links)
            return all(links[name]["operstate"] == "UP" for name in ends)
        wait_until(are_up, f"{', '.join(devices)} to be up in {self}")

    def sysctl(self, name, value):
        self.run("sysctl", "-qw", f"{name}={value}")

    def silent(self):
        """No word from the kernel by itself: no IPv6 neighbour or router talk."""
        self.sysctl("net.ipv6.conf.all.disable_ipv6", 1)
        self.sysctl("net.ipv6.conf.default.disable_ipv6", 1)
        return self


class Net:
    """What one test makes."""

    def __init__(self, prefix, directory):
        self.prefix = prefix
        self.directory = directory  # short: socket paths must fit in 108 bytes
        self.root = Namespace()
        self._undo = []
        self._before = set(children()), set(os.listdir(NETNS_DIR)), set(self.root.links())
        os.makedirs(directory)

    def on_exit(self, function, *arguments):
        """Register an undo at the moment the thing is made; they run in reverse order."""
        self._undo.append((function, arguments))

    def ns(self, label, ipv6=True):
        """A new network namespace with lo up."""
        name = self.prefix + label
        self.root.run("ip", "netns", "add", name)
        self.on_exit(self.root.run, "ip", "netns", "del", name)
        made = Namespace(name)
        made.run("ip", "link", "set", "lo", "up")
        return made if ipv6 else made.silent()

    def adopt(self, name):
        """A namespace that the switch made, or is to make."""
        return Namespace(name)

    def cable(self, ns_a, name_a, ns_b, name_b, mtu=None):
        """A veth pair between two namespaces, both ends up."""
        words = ["ip", "link", "add", name_a, "netns", ns_a.name]
        words += ["mtu", str(mtu)] if mtu else []
        words += ["type", "veth", "peer", "name", name_b, "netns", ns_b.name]
        words += ["mtu", str(mtu)] if mtu else []
        self.root.run(*words)
        ns_a.run("ip", "link", "set", name_a, "up")
        ns_b.run("ip", "link", "set", name_b, "up")
        ns_a.wait_up(name_a)
        ns_b.wait_up(name_b)

    def cables(self, ns_a, ns_b, names, mtu=None):
        """Many veth pairs at once: names is a list of (name in ns_a, name in ns_b)."""
        extra = f" mtu {mtu}" if mtu else ""
        batch = "".join(f"link add {a}{extra} netns {ns_a} type veth peer name {b}{extra} netns {ns_b}\n" for a, b in names)
        self.root.run("ip", "-batch", "-", input=batch)
        ns_a.run("ip", "-batch", "-", input="".join(f"link set {a} up\n" for a, _ in names))
        ns_b.run("ip", "-batch", "-", input="".join(f"link set {b} up\n" for _, b in names))
        ns_a.wait_up(*[a for a, _ in names])
        ns_b.wait_up(*[b for _, b in names])

    def address(self, ns, device, *cidrs):
        for cidr in cidrs:
            ns.run("ip", "addr", "add", cidr, "dev", device, *(["nodad"] if ":" in cidr else []))

    def daemon(self, ns, *words, **more):
        """A process that is ended, and waited for, with the test."""
        process = ns.popen(*words, **more)
        self.on_exit(stop, process)
        return process

    def close(self):
        """Undo everything, and say what was left that nobody undid."""
        trouble = []
        while self._undo:
            function, arguments = self._undo.pop()
            try:
                function(*arguments)
            except Exception as error:  # one failure must not keep the others from being undone
                trouble.append(f"{getattr(function, '__qualname__', function)}: {error}")
        pids, namespaces, links = self._before
        with contextlib.suppress(AssertionError):
            wait_until(lambda: reap_orphans(pids) or not set(children()) - pids, "children to end", timeout=5)
        for pid in set(children()) - pids:
            trouble.append(f"left a process: {describe(pid)}")
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        for name in set(os.listdir(NETNS_DIR)) - namespaces:
            trouble.append(f"left a network namespace: {name}")
            self.root.run("ip", "netns", "del", name, check=False)
        for name in set(self.root.links()) - links:
            trouble.append(f"left a device: {name}")
            self.root.run("ip", "link", "del", name, check=False)
        shutil.rmtree(self.directory, ignore_errors=True)
        assert not trouble, "\n".join(trouble)


def stop(process, sig=signal.SIGTERM, timeout=10):
    """End a process that a Popen object stands for, and wait for it."""
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise AssertionError(f"{' '.join(process.args)} did not end by signal {sig}") from None
    for stream in (process.stdout, process.stdin, process.stderr):
        if stream:
            stream.close()
