# SPDX-License-Identifier: GPL-2.0-only
# test_life.py - restart, kill and torn files: what was acknowledged is there, what was not wanted is gone
import os
import random
import signal
import subprocess

import pytest
from lib.switch import VSCTL, VSWITCHD
from lib.tools import reach
from lib.wait import wait_until
from lib.wire import barrier


def ours(ns, rundir):
    """Names of the devices that carry this daemon's tag."""
    lines = ns.run("ip", "-o", "link", "show").stdout.splitlines()
    return {line.split(": ")[1].split("@")[0] for line in lines if f"alias vswitch:{rundir}:" in line}


def test_restart_keeps_everything(switch, net, marker):
    switch("add-br br0")
    web = switch.add_station("br0", "web", "10.0.0.1/24", settings=["tag=10"])
    db = switch.add_station("br0", "db", "10.0.0.2/24", settings=["tag=10"])
    switch("add-port br0 vm1 tag=20 -- set interface vm1 type=tap -- set bridge br0 external_ids:note=kept")
    before = {name: switch.ns.run("cat", f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6").stdout for name in ("web", "db")}
    indexes = switch.ns.run("ip", "-o", "link").stdout
    reach(web, "10.0.0.2")
    switch.restart()
    assert switch("list-ports br0").split() == ["db", "vm1", "web"]
    assert switch.get("Bridge", "br0", "external_ids:note") == "kept"
    reach(web, "10.0.0.2")
    assert before
    # The devices are the same ones, not made anew: whoever holds them open notices nothing.
    index = {line.split(": ")[1].split("@")[0]: line.split(": ")[0] for line in indexes.splitlines()}
    after = switch.ns.run("ip", "-o", "link").stdout
    assert index == {line.split(": ")[1].split("@")[0]: line.split(": ")[0] for line in after.splitlines()}
    assert db.links() == ["eth0"]


def test_changes_made_while_the_daemon_was_dead(switch, net, marker):
    """What vanished is made again, what came is taken up."""
    switch("add-br br0")
    web = switch.add_station("br0", "web", "10.0.0.1/24")
    switch.vsctl("add-port", "br0", "late", status=65)
    wire = switch.add_wires("br0", "wire")
    switch.kill()
    switch.ns.run("ip", "link", "del", "web")
    far = net.ns("late", ipv6=False)
    net.cable(switch.ns, "late", far, "far")
    switch.start()
    wait_until(lambda: not switch.error("late") and web.links() == ["eth0"], "both to be taken up")
    reach_text = web.run("ip", "-o", "addr", "show", "eth0").stdout
    assert "10.0.0.1/24" in reach_text


def test_traffic_flows_again_after_kill(switch):
    switch("add-br br0")
    web = switch.add_station("br0", "web", "10.0.0.1/24")
    switch.add_station("br0", "db", "10.0.0.2/24")
    reach(web, "10.0.0.2")
    switch.kill()
    switch.start()
    reach(web, "10.0.0.2")


def test_exit_without_cleanup_leaves_devices(switch):
    switch("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=tap")
    switch("exit")
    switch.process.wait(20)
    assert ours(switch.ns, switch.rundir) >= {"vm1", "br0"}
    switch.start()


def test_sigterm_ends_the_daemon_well(switch):
    switch("add-br br0")
    switch.stop()
    assert switch.process.returncode == 0
    switch.start()


@pytest.mark.parametrize("closed", ["", "<&- >&- 2>&-", ">&- 2>&-", "2>&-"])
def test_detach(net, closed):
    """The command returns when commands are served, or fails as the start does; also where it has no terminal at all."""
    home, rundir, db = net.ns("home"), f"{net.directory}/run", f"{net.directory}/db"

    def start(*more):
        line = f'exec "$@" --rundir {rundir} --pidfile {net.directory}/pid --detach {closed}'
        return home.run("sh", "-c", line, "sh", VSWITCHD, *more, check=False)

    def vsctl(*words):
        return subprocess.run([VSCTL, "--rundir", rundir, *words], capture_output=True, text=True, check=False)
    failed = start("--db", "/dev/null")
    assert failed.returncode == 1 and ("/dev/null" in failed.stderr or closed), failed
    assert start("--db", db).returncode == 0
    assert vsctl("add-br", "br0").returncode == 0 and vsctl("list-br").stdout == "br0\n"
    with open(f"{net.directory}/pid", encoding="ascii") as file:
        pid = int(file.read())
    assert all(os.path.exists(f"/proc/{pid}/fd/{number}") for number in range(3))
    again = start("--db", db)
    assert again.returncode == 1 and ("another vswitchd" in again.stderr or closed), again
    assert start("--db", db).returncode == 1
    assert vsctl("exit", "--cleanup").returncode == 0
    assert not os.path.exists(f"{net.directory}/pid")
    assert start("--db", db).returncode == 0, "what it wrote can be read back"
    assert vsctl("list-br").stdout == "br0\n"
    assert vsctl("exit", "--cleanup").returncode == 0


def test_client_without_standard_output(switch):
    """An answer that nobody can read is an error; it does not go where it was not meant to."""
    line = f'exec "$@" --rundir {switch.rundir} list-br >&-'
    switch("add-br br0")
    done = subprocess.run(["sh", "-c", line, "sh", VSCTL], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1 and "cannot write the answer" in done.stderr


@pytest.mark.parametrize("missing", [1, 20, "half", "all but one"])
def test_torn_last_record_is_cut_off(switch, missing):
    """As after a power cut in the middle of a write: what was acknowledged before is whole, and it goes on from there."""
    switch("add-br br0")
    switch("add-br br1")
    before = os.path.getsize(switch.db)
    switch("add-br br2")
    switch.kill()
    record = os.path.getsize(switch.db) - before
    os.truncate(switch.db, os.path.getsize(switch.db) - {"half": record // 2, "all but one": record - 1}.get(missing, missing))
    switch.start()
    assert switch("list-br").split() == ["br0", "br1"]
    switch("add-br br3")
    switch.restart()
    assert switch("list-br").split() == ["br0", "br1", "br3"]


def test_two_daemons_share_nothing(new_switch):
    one, two = new_switch("one"), new_switch("two")
    for switch in (one, two):
        switch("add-br br0 -- add-port br0 vm1 -- set interface vm1 type=tap")
    one("del-br br0")
    assert two("list-ports br0").split() == ["vm1"] and "vm1" in two.ns.links()


def test_two_daemons_in_one_namespace(new_switch):
    """Their devices are told apart by the run directory: a restart of one does not remove the other's."""
    one = new_switch("one")
    two = new_switch("two", ns=one.ns)
    one("add-br br0 -- add-port br0 vm0 -- set interface vm0 type=tap")
    two("add-br br1 -- add-port br1 vm1 -- set interface vm1 type=tap")
    one.kill()
    one.start()
    two.kill()
    two.start()
    assert {"vm0", "vm1", "br0", "br1"} <= set(one.ns.links())
    one("del-br br0")
    assert {"vm1", "br1"} <= set(one.ns.links())


class Changes:
    """A stream of changes, and what must be there after each that was acknowledged."""

    def __init__(self, switch, seed):
        self.switch, self.random = switch, random.Random(seed)
        self.wanted = {}  # port -> (kind, tag)
        self.doubtful = {}  # port -> the two states that a change without an answer may have left

    def next(self):
        name = f"p{self.random.randrange(8)}"
        if name in self.wanted and self.random.random() < 0.5:
            return name, None, ["--if-exists", "del-port", name]
        state = (self.random.choice(["veth", "tap", "internal"]), self.random.randrange(1, 4095))
        words = ["--if-exists", "del-port", name, "--", "add-port", "br0", name, f"tag={state[1]}", "--", "set", "interface",
                 name, f"type={state[0]}"]
        if state[0] == "veth" and self.random.random() < 0.5:
            words += [f"options:netns={self.switch.net.prefix}{name}", f"options:ip=10.0.0.{state[1] % 250 + 1}/24"]
        elif state[0] == "veth":
            words += [f"options:peer=far-{name}"]
        return name, state, words

    def run_until_killed(self, moment):
        """Change after change; during one of them the daemon is killed."""
        for number in range(1000):
            name, state, words = self.next()
            argv = [VSCTL, "-t", "30", "--rundir", self.switch.rundir, *words]
            process = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            if number == moment[0]:
                for _ in range(moment[1]):
                    if process.poll() is not None:
                        break
                self.switch.process.send_signal(signal.SIGKILL)
                self.switch.process.wait()
            _, errors = process.communicate(timeout=60)
            if process.returncode in (0, 65):
                self.note(name, state)
                self.doubtful.pop(name, None)
            else:
                assert self.switch.process.poll() is not None, f"{words}: {errors}"
                self.doubtful[name] = (self.wanted.get(name), state)
            if self.switch.process.poll() is not None:
                return
        raise AssertionError("the daemon was never killed")

    def note(self, name, state):
        if state is None:
            self.wanted.pop(name, None)
        else:
            self.wanted[name] = state

    def check(self):
        """Database against what was acknowledged; kernel against database."""
        switch = self.switch
        kinds = {row["name"]: row["type"] for row in switch.rows("Interface")}
        there = {row["name"]: (kinds[row["name"]], row["tag"]) for row in switch.rows("Port") if row["name"] != "br0"}
        for name in set(there) | set(self.wanted) | set(self.doubtful):
            allowed = self.doubtful.get(name, (self.wanted.get(name),))
            assert there.get(name) in allowed, f"{name} is {there.get(name)}, acknowledged was {allowed}"
            self.note(name, there.get(name))
        self.doubtful.clear()
        devices = ours(switch.ns, switch.rundir)
        names = {name for name in devices if not name.startswith(("vs", "far-"))}
        inner = {name for name, (kind, _) in there.items() if kind == "internal"} | {"br0"}
        assert names == set(there) | {"br0"}
        assert {name[4:] for name in devices if name.startswith("far-")} <= {n for n, (k, _) in there.items() if k == "veth"}
        assert len([name for name in devices if name.startswith("vs")]) == len(inner)
        for name in there:
            assert not switch.error(name), switch.error(name)
        unknown = [line for line in switch.ns.run("ip", "-o", "link").stdout.splitlines()
                   if "alias" not in line and " lo:" not in line]
        assert not unknown, f"devices without a tag: {unknown}"


def test_kill_during_changes(switch, soak):
    """kill -9 at random moments of a stream of changes; each restart finds the database whole and the kernel as asked."""
    switch("add-br br0")
    changes = Changes(switch, seed=1)
    for kill in range(200 if soak else 15):
        changes.run_until_killed((changes.random.randrange(4), changes.random.randrange(0, 400)))
        switch.start()
        try:
            changes.check()
        except AssertionError as error:
            raise AssertionError(f"after kill {kill}: {error}\n{switch.log_text()[-3000:]}") from None


@pytest.mark.parametrize("moment", ["before", "after"])
def test_half_made_devices_are_removed(switch, moment):
    """A device in our group without its alias is one whose maker was killed half way."""
    switch("add-br br0 -- add-port br0 web -- set interface web type=veth")
    group = next(word for line in switch.ns.run("ip", "-o", "link", "show", "web").stdout.splitlines()
                 for word in [line.split(" group ")[1].split()[0]])
    switch.kill()
    switch.ns.run("ip", "link", "add", "half", "group", group, "type", "veth", "peer", "name", "half2")
    if moment == "after":
        switch.ns.run("ip", "link", "set", "half", "alias", f"vswitch:{switch.rundir}:gone")
    switch.start()
    assert "half" not in switch.ns.links() and "web" in switch.ns.links()
