# SPDX-License-Identifier: GPL-2.0-only
# test_bpf_refused.py - the kernel says no: who asks for bpf hears why and what to do, auto goes on with user and says so
import os
import sys

import pytest
from lib.builds import altered, refused
from lib.switch import VSWITCHD
from lib.wire import build

from test_bpf import A, B, Tables, exchange, three  # noqa: F401

pytestmark = pytest.mark.bpf_only
FORBID = os.path.join(os.path.dirname(__file__), "lib/forbid.py")


def without(*capabilities):
    drop = ",".join("-" + name for name in capabilities)
    return ("setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}")


def forbid(call, error):
    return (sys.executable, FORBID, call, error)


# what the daemon is started by, and what the message must say
REFUSALS = {
    "no capabilities": (without("sys_admin", "bpf"), ["mounting a bpffs needs CAP_SYS_ADMIN", "start vswitchd as root"]),
    "no CAP_NET_ADMIN": (without("net_admin"), ["attaching programs to devices needs CAP_NET_ADMIN", "start vswitchd as root"]),
    "bpf() forbidden": (forbid("bpf", "EPERM"), ["bpf() is not permitted", "no capability is missing", "seccomp"]),
    "no bpf()": (forbid("bpf", "ENOSYS"), ["there is no bpf()", "CONFIG_BPF_SYSCALL"]),
    "no bpffs": (forbid("mount", "ENODEV"), ["cannot mount a bpffs", "CONFIG_BPF_SYSCALL"]),
    "mount() forbidden": (forbid("mount", "EPERM"), ["mounting a bpffs is not permitted", "seccomp"]),
    "no memory": (forbid("bpf", "ENOMEM"), ["not enough memory", "control group"]),
    "no descriptors": (("prlimit", "--nofile=18:18", *without("sys_resource")), ["file descriptors", "ulimit -n"]),
}


@pytest.fixture
def stopped(switch):
    """A switch that is not running; it runs again when the test ends, for nothing must have been spoilt."""
    switch.stop()
    yield switch
    switch.start()


def run(switch, wrapper, *options, program=VSWITCHD):
    return switch.ns.run(*wrapper, program, "--rundir", switch.rundir, "--db", switch.db, *options, check=False, timeout=20)


@pytest.mark.parametrize("name", REFUSALS)
def test_who_asks_for_bpf_hears_why(stopped, name):
    wrapper, texts = REFUSALS[name]
    done = run(stopped, wrapper, "--datapath", "bpf")
    lines = [line for line in done.stderr.splitlines() if "--datapath bpf: " in line]
    assert done.returncode == 1 and len(lines) == 1, done.stderr
    for text in texts:
        assert text in lines[0]
    assert os.listdir(stopped.rundir) == []


def take_over(switch, three, marker, *texts):
    """A daemon under auto that cannot have bpf goes on where the one before has left off."""
    one, two, _ = three
    exchange(one, two, marker)
    switch.kill()
    switch.datapath = "auto"
    switch.start()
    shown = next(line for line in switch("show").splitlines() if "datapath: " in line)
    for text in ("datapath: user (auto: ", *texts):
        assert text in shown
    assert switch.get("interface", "one", "status:hook") == "user"
    exchange(one, two, marker)
    one.send(build(src=A, dst=B, payload=(text := marker())))
    one.send(build(src=A, dst=B, payload=(end := marker())))
    two.wait_for(end)
    assert len(two.marked(text)) == 1, "the kernel forwards, too"
    assert not Tables(switch).exist()
    switch.stop()
    switch.wrapper = ()  # what is mounted needs rights to go
    switch.start()


def test_auto_goes_on_with_user_and_says_why(switch, three, marker):
    switch.wrapper = without("sys_admin", "bpf")
    take_over(switch, three, marker, "bpf() needs CAP_BPF")


def test_refusal_by_the_verifier_names_the_program(switch, three, marker, monkeypatch):
    """As a build would hear it on a kernel whose verifier is stricter; what was forwarding goes on doing so under bpf."""
    one, two, _ = three
    exchange(one, two, marker)
    bad = altered(switch.net.directory, "vs_patch_in", refused)
    switch.kill()
    done = run(switch, (), "--datapath", "bpf", program=bad)
    wanted = ["the verifier of the kernel", f"({os.uname().release})", "refuses program vs_patch_in: R7 !read_ok"]
    assert done.returncode == 1 and all(text in done.stderr for text in wanted), done.stderr
    exchange(one, two, marker)  # no daemon at all
    switch.start()
    monkeypatch.setattr("lib.switch.VSWITCHD", bad)
    take_over(switch, three, marker, *wanted)


def test_refusal_leaves_nothing(stopped):
    bad = altered(stopped.net.directory, "vs_port_in", refused)
    done = run(stopped, (), "--datapath", "bpf", program=bad)
    assert done.returncode == 1 and "refuses program vs_port_in" in done.stderr
    assert os.listdir(stopped.rundir) == []


def test_bpffs_that_is_there_needs_no_right_to_mount(stopped):
    """Then loading fails, and says for want of what."""
    directory = stopped.rundir + "/bpf"
    os.mkdir(directory)
    stopped.net.root.run("mount", "-t", "bpf", "bpf", directory)
    try:
        done = run(stopped, without("sys_admin", "bpf"), "--datapath", "bpf")
        assert done.returncode == 1 and "bpf() needs CAP_BPF" in done.stderr
    finally:
        stopped.net.root.run("umount", directory)
        os.rmdir(directory)


def test_a_file_in_the_way(stopped):
    path = stopped.rundir + "/bpf"
    with open(path, "w", encoding="ascii"):
        pass
    done = run(stopped, (), "--datapath", "bpf")
    assert done.returncode == 1 and f'cannot mount a bpffs on "{path}": Not a directory' in done.stderr
    os.unlink(path)
