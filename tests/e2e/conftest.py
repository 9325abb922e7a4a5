# SPDX-License-Identifier: GPL-2.0-only
# conftest.py - fixtures of the end-to-end tests: a private corner of the machine, and switches in it
import itertools
import os
import subprocess
import sys

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from lib import sandbox  # noqa: E402  (the path must be there first)
from lib.switch import VSCTL, VSWITCHD, Switch  # noqa: E402
from lib.wire import Marker  # noqa: E402

_numbers = itertools.count(1)


def pytest_addoption(parser):
    parser.addoption("--datapath", action="append", default=None, help="user or bpf; may be given more than once")
    parser.addoption("--soak", action="store_true", help="also run what takes minutes, at full length")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: takes long; runs with --soak only")
    config.addinivalue_line("markers", "bpf_only: about what only the kernel's datapath does")
    config.addinivalue_line("markers", "one_datapath: nothing in it depends on what carries the frames")
    if os.geteuid() == 0:
        sandbox.enter()


def pytest_collection_modifyitems(config, items):
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="namespaces need root"))
    for program in (VSWITCHD, VSCTL):
        if not os.path.exists(program):
            raise pytest.UsageError(f"{program} is not there: run make first")
    if not config.getoption("--soak"):
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="takes long: run `make soak`"))


def pytest_generate_tests(metafunc):
    if "datapath" in metafunc.fixturenames:
        datapaths = metafunc.config.getoption("--datapath") or ["user", "bpf"]
        if metafunc.definition.get_closest_marker("one_datapath"):
            datapaths = datapaths[:1]
        if metafunc.definition.get_closest_marker("bpf_only"):
            datapaths = [name for name in datapaths if name == "bpf"]
        metafunc.parametrize("datapath", datapaths, indirect=True, scope="session")


def start_bpf():
    """Start and end a daemon on the bpf datapath. Return: why that is not possible here, or nothing."""
    rundir = "/run/probe-bpf"
    options = ["--rundir", rundir, "--db", f"{rundir}/db"]
    done = subprocess.run([VSWITCHD, "--detach", "--datapath", "bpf", *options], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return done.stderr.strip() or "vswitchd --datapath bpf does not start"
    subprocess.run([VSCTL, "--rundir", rundir, "exit", "--cleanup"], check=True)
    return ""


@pytest.fixture(scope="session")
def datapath(request):
    if request.param == "bpf" and (why := start_bpf()):
        pytest.skip(why)
    return request.param


def _net():
    number = next(_numbers)
    made = sandbox.Net(f"t{number}-", f"/run/t{number}")
    yield made
    made.close()


@pytest.fixture
def net():
    """A place for the test's namespaces and processes; afterwards nothing of them is left, or the test fails."""
    yield from _net()


@pytest.fixture(scope="module")
def module_net():
    """The same for all tests of a module that look at one lab from many sides."""
    yield from _net()


@pytest.fixture
def new_switch(net, datapath):
    """Call it for each daemon that the test wants."""
    def make(label="sw", **more):
        return Switch(net, label, datapath=datapath, **more)
    return make


@pytest.fixture
def switch(new_switch):
    """One daemon in a namespace of its own."""
    return new_switch()


@pytest.fixture
def marker():
    return Marker()


@pytest.fixture
def soak(request):
    return request.config.getoption("--soak")
