# SPDX-License-Identifier: GPL-2.0-only
# test_errors.py - what is refused: exit 1, the value named, nothing changed in the database or in the kernel
import os
import shutil
import subprocess

import pytest
from lib.switch import VSCTL, VSWITCHD
from lib.tools import need
from lib.wait import wait_until

pytestmark = pytest.mark.one_datapath

# words, what the message must name
REFUSED = [
    ("add-port nobridge p1", "nobridge"),
    ("add-br br0", "br0"),
    ("add-br a/b", "a/b"),
    ("add-br sixteencharacter", "sixteencharacter"),
    ("add-port br0 p1 tag=4096", "4096"),
    ("add-port br0 p1 tag=4095", "4095"),
    ("add-port br0 p1 tag=5000", "5000"),
    ("add-port br0 p1 tag=ten", "ten"),
    ("add-port br0 p1 tag=-1", "-1"),
    ("add-port br0 p1 trunks=10,9999", "9999"),
    ("add-port br0 p1 vlan_mode=access-ish", "access-ish"),
    ("add-port br0 p1 nocolumn=1", "nocolumn"),
    ("add-port br0 p1 -- set interface p1 type=teleport", "teleport"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=10.0.0.256", "10.0.0.256"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=10.0.0.2 options:key=16777216", "16777216"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=10.0.0.2 options:dst_port=65536", "65536"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=10.0.0.2 options:ttl=256", "256"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=10.0.0.2 options:tos=loud", "loud"),
    ("add-port br0 p1 -- set interface p1 type=vxlan options:remote_ip=239.1.1.1", "dev"),
    ("add-port br0 p1 -- set interface p1 type=patch options:peer=p1", "p1"),
    ("add-port br0 p1 -- set interface p1 type=veth options:ip=10.0.0.1/33", "10.0.0.1/33"),
    ("add-port br0 p1 -- set interface p1 type=veth options:mac=02:00:00:00:00", "02:00:00:00:00"),
    ("add-port br0 p1 -- set interface p1 type=veth options:peer=sixteencharacter", "sixteencharacter"),
    ("add-port br0 sixteencharacter -- set interface sixteencharacter type=tap", "sixteencharacter"),
    ("add-port br0 p1 -- set interface p1 mtu_request=0", "0"),
    ("set bridge br0 other_config:mac-table-size=many", "many"),
    ("set bridge br0 other_config:mac-aging-time=-5", "-5"),
    ("set bridge br0 flood_vlans=4096", "4096"),
    ("set bridge nosuch fail_mode=secure", "nosuch"),
    ("set interface nosuch type=tap", "nosuch"),
    ("del-br nosuch", "nosuch"),
    ("del-port nosuch", "nosuch"),
    ("del-port br0", "br0"),
    ("port-to-br nosuch", "nosuch"),
    ("list nosuch", "nosuch"),
    ("get interface br0 nosuch", "nosuch"),
    ("frobnicate", "frobnicate"),
    ("add-br", "add-br"),
    ("fdb add br0 nosuch 0 02:00:00:00:00:01", "nosuch"),
    ("fdb add br0 good 4095 02:00:00:00:00:01", "4095"),
    ("fdb add br0 good 0 02:00:00:00:00", "02:00:00:00:00"),
    ("fdb add br0 good 0 01:00:5e:00:00:01", "01:00:5e:00:00:01"),
    ("fdb del br0 0 02:00:00:00:00:99", "02:00:00:00:00:99"),
    ("fdb show nosuch", "nosuch"),
    ("add-port br0 p1 -- add-port br0 p2 tag=4095", "4095"),
    ("add-br br1 -- add-port br1 p1 -- set interface p1 type=teleport", "teleport"),
    ("set port good tag=10 -- del-port nosuch", "nosuch"),
]

# What may become right by itself or by the next command is stored, as Open vSwitch does: the port waits, and says for what.
WAITING = [
    ("add-port br0 p1 -- set interface p1 type=vxlan", "remote_ip"),
    ("add-port br0 p1 -- set interface p1 type=patch", "peer"),
    ("add-port br0 p1 -- set interface p1 type=tap options:owner=nobody-of-that-name", "nobody-of-that-name"),
]


@pytest.fixture
def small(switch):
    switch("add-br br0 -- add-port br0 good tag=7 -- set interface good type=veth")
    return switch


def picture(switch):
    """All that a refused command might have changed."""
    rows = [switch.rows(table) for table in ("Bridge", "Port", "Interface")]
    for row in rows[2]:
        for volatile in ("statistics", "status", "link_resets"):
            row.pop(volatile, None)
    wanted = [sorted(map(str, (sorted(row.items(), key=str) for row in table))) for table in rows]
    with open(switch.db, "rb") as file:
        return wanted, switch.ns.links(), file.read()


def test_refused(small):
    """One daemon for all of them: a refusal that left something behind would be seen by the next."""
    before = picture(small)
    wrong = []
    for words, named in REFUSED:
        answer = small.vsctl(*words.split(), status=None)
        if answer.status != 1 or named not in answer.err or answer.out or picture(small) != before:
            wrong.append(f"{words}: exit {answer.status}, {answer.err.strip() or answer.out.strip()!r}"
                         + ("" if picture(small) == before else ", and something changed"))
            before = picture(small)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("words,named", REFUSED, ids=[words for words, _ in REFUSED])
def test_message_is_one_line_with_the_program_name(small, words, named):
    answer = small.vsctl(*words.split(), status=1)
    assert answer.err.startswith("vsctl: ") and answer.err.endswith("\n")
    assert named in answer.err


@pytest.mark.parametrize("words,named", WAITING, ids=[words for words, _ in WAITING])
def test_incomplete_port_waits(small, words, named):
    answer = small.vsctl(*words.split(), status=65)
    assert answer.err.startswith("vsctl: Error detected while setting up 'p1': ") and named in answer.err
    assert named in small.error("p1") and named in small("show")
    small("set interface p1 type=tap -- clear interface p1 options")
    assert not small.error("p1")


def test_idempotent_forms(small):
    small("--may-exist add-br br0")
    small("--may-exist add-port br0 good")
    small("--if-exists del-port nosuch")
    small("--if-exists del-br nosuch")
    assert small.get("Port", "good", "tag") == "7"


def test_br_exists(small):
    assert small.vsctl("br-exists", "br0").status == 0
    assert small.vsctl("br-exists", "nosuch", status=2).out == ""


def test_daemon_that_is_down_is_an_error_at_once(net):
    done = net.root.run(VSCTL, "--rundir", net.directory + "/nowhere", "show", check=False, timeout=5)
    assert done.returncode == 1 and net.directory + "/nowhere" in done.stderr


def test_help_and_version():
    for program in (VSCTL, VSWITCHD):
        for option in ("--help", "--version", "-h", "-V"):
            done = subprocess.run([program, option], capture_output=True, text=True, timeout=10, check=False)
            assert done.returncode == 0 and done.stdout and not done.stderr, f"{program} {option}: {done}"
        done = subprocess.run([program, "--no-such-option"], capture_output=True, text=True, timeout=10, check=False)
        assert done.returncode != 0 and "no-such-option" in done.stderr


def test_second_daemon_on_the_same_run_directory_is_refused(small):
    done = small.ns.run(VSWITCHD, "--rundir", small.rundir, "--db", small.db + "2", check=False, timeout=10)
    assert done.returncode != 0 and small.rundir in done.stderr
    assert small("list-br").split() == ["br0"]


def test_broken_database_is_refused_and_left_alone(net, switch):
    """The daemon says so and ends, rather than begin anew over what somebody wanted."""
    switch("add-br br0")
    switch.stop()
    shutil.copy(switch.db, switch.db + ".good")
    with open(switch.db, "r+b") as file:
        file.seek(0)
        file.write(b"this is not what was written here")
    with open(switch.db, "rb") as file:
        broken = file.read()
    done = switch.ns.run(VSWITCHD, "--rundir", switch.rundir, "--db", switch.db, check=False, timeout=20)
    assert done.returncode != 0 and switch.db in done.stderr
    with open(switch.db, "rb") as file:
        assert file.read() == broken
    shutil.copy(switch.db + ".good", switch.db)
    switch.start()
    assert switch("list-br").split() == ["br0"]


def test_plain_text_in_a_pipe(small):
    assert "\x1b" not in small("show")


def test_daemon_without_rights_says_so(net):
    """It starts, for somebody who wants to look at a database; but it says that no port will come up, and why."""
    need("setpriv")
    home = net.ns("home")
    os.makedirs(f"{net.directory}/nobody")
    os.chown(f"{net.directory}/nobody", 65534, 65534)
    with open(f"{net.directory}/said", "wb") as said:
        process = net.daemon(home, "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", VSWITCHD, "--rundir",
                             f"{net.directory}/nobody/run", "--db", f"{net.directory}/nobody/db", stdout=said,
                             stderr=said)

    def text():
        with open(f"{net.directory}/said", encoding="utf-8") as file:
            return file.read()
    wait_until(lambda: " ready" in text() or process.poll() is not None, "the daemon to be ready")
    assert "Operation not permitted" in text() and "start vswitchd as root" in text(), text()
