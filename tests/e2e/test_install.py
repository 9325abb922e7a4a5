# SPDX-License-Identifier: GPL-2.0-only
# test_install.py - what people expect around a program: installation, unit, pages, completion, labs
import os
import shutil
import subprocess
import sys

import pytest
from lib.switch import BUILD, sanitized
from lib.tools import need, reach

pytestmark = pytest.mark.one_datapath

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), "../.."))


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """make install into a directory of its own."""
    need("make")
    root = tmp_path_factory.mktemp("root")
    subprocess.run(["make", "-C", TOP, f"BUILD={BUILD}", f"DESTDIR={root}", "PREFIX=/usr", "install"], check=True,
                   capture_output=True, timeout=300)
    yield root
    shutil.rmtree(root)


def files(root):
    return sorted(os.path.relpath(os.path.join(base, name), root) for base, _, names in os.walk(root) for name in names)


def test_everything_is_installed(installed):
    there = files(installed)
    for name in ("usr/sbin/vswitchd", "usr/bin/vsctl", "lib/systemd/system/vswitchd.service",
                 "usr/share/man/man8/vswitchd.8", "usr/share/man/man8/vsctl.8", "usr/share/man/man5/vswitch.conf.5", "usr/share/man/man5/vswitch-lab.5",
                 "usr/share/bash-completion/completions/vsctl"):
        assert name in there


def test_uninstall_takes_out_what_install_put_in(installed, tmp_path):
    copy = tmp_path / "copy"
    shutil.copytree(installed, copy)
    subprocess.run(["make", "-C", TOP, f"BUILD={BUILD}", f"DESTDIR={copy}", "PREFIX=/usr", "uninstall"], check=True,
                   capture_output=True, timeout=60)
    assert files(copy) == []


@pytest.mark.parametrize("page", ["man8/vswitchd.8", "man8/vsctl.8", "man5/vswitch.conf.5", "man5/vswitch-lab.5"])
def test_pages_are_well_formed(installed, page):
    need("mandoc")
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", installed / "usr/share/man" / page],
                          capture_output=True, text=True, check=False)
    # Pages of other packages may not be installed here.
    wrong = [line for line in done.stdout.splitlines() if "referenced manual not found" not in line]
    assert wrong == []


def test_pages_say_what_the_programs_say(installed):
    """Every command of --help is in vsctl(8), every option of --help in vswitchd(8)."""
    need("mandoc")

    def page(name):
        text = subprocess.run(["mandoc", "-T", "ascii", installed / "usr/share/man" / name], capture_output=True,
                              text=True, check=True).stdout
        return "".join(char for at, char in enumerate(text) if char != "\b" and text[at + 1:at + 2] != "\b")
    vsctl, vswitchd = page("man8/vsctl.8"), page("man8/vswitchd.8")
    for word in ("add-br", "add-port", "fdb show", "fdb stats", "br-exists", "--no-wait", "--timeout"):
        assert word in vsctl
    help_text = subprocess.run([installed / "usr/sbin/vswitchd", "--help"], capture_output=True, text=True,
                               check=True).stdout
    options = {word.split("=")[0].strip("[],:.;") for word in help_text.split() if word.startswith("--")}
    assert len(options) > 5
    for option in options:
        assert option in vswitchd, option


def test_unit_file(installed):
    need("systemd-analyze")
    unit = installed / "lib/systemd/system/vswitchd.service"
    text = unit.read_text()
    assert "Type=notify" in text and "ExecStart=/usr/sbin/vswitchd\n" in text and "@SBINDIR@" not in text
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    wrong = [line for line in done.stderr.splitlines() if "vswitchd.service" in line and "not executable" not in line]
    assert wrong == []


def test_unit_leaves_the_daemon_what_it_needs(installed, new_switch):
    """Every kind of port comes up, and frames pass, with the unit's capabilities and system calls alone."""
    need("systemd-analyze")
    if sanitized():
        pytest.skip("the sanitizers make system calls that the unit does not allow")
    confine = os.path.join(os.path.dirname(__file__), "lib/confine.py")
    switch = new_switch(wrapper=[sys.executable, confine, installed / "lib/systemd/system/vswitchd.service"])
    switch("add-br", "br0", "--", "add-port", "br0", "tap0", "--", "set", "interface", "tap0", "type=tap",
           "options:owner=nobody", "options:group=nogroup", "options:queues=2", "--", "add-port", "br0", "vx", "--",
           "set", "interface", "vx", "type=vxlan", "options:remote_ip=127.0.0.2", "options:key=1")
    one, other = switch.add_station("br0", "one", "10.0.0.1/24"), switch.add_station("br0", "other", "10.0.0.2/24")
    reach(one, "10.0.0.2")
    reach(other, "10.0.0.1", size=20000)
    switch.ns.run("ip", "addr", "add", "10.0.0.3/24", "dev", "br0")
    switch.ns.run("ip", "link", "set", "br0", "up")
    reach(one, "10.0.0.3")
    process = switch.net.daemon(switch.net.ns("theirs"), "setpriv", "--reuid=65534", "--clear-groups", "sleep", "1000")
    switch("add-port", "br0", "pid", "--", "set", "interface", "pid", "type=veth", f"options:netns={process.pid}")
    switch("del-port", "one")
    assert "the host's own network stack" not in switch.log_text(), switch.log_text()
    assert [row["error"] for row in switch.rows("Interface") if row["error"]] == []


def test_demo():
    """The labs of the demo, in a corner of its own."""
    done = subprocess.run([os.path.join(TOP, "topologies/demo.sh")], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "BUILD": BUILD}, check=False)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr}"
    for lab in ("two-tenants", "three-sites"):
        assert f"{lab}: down" in done.stdout
        assert os.path.getsize(os.path.join(BUILD, f"demo/{lab}.svg")) > 0
