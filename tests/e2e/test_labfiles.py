# SPDX-License-Identifier: GPL-2.0-only
# test_labfiles.py - vsctl lab graph, generate and import, from the command line
import glob
import json
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree

import pytest
from lib.switch import VSCTL
from lib.wait import wait_until

pytestmark = pytest.mark.one_datapath

CONTAINERLAB = os.path.join(os.path.dirname(__file__), "../fixtures/containerlab")
SHAPES = ["single", "linear", "tree", "ring", "torus", "leaf-spine", "fat-tree", "mesh"]
TWO = """lab: two
switches: {s: {}}
nodes: {a: {}, b: {}}
links:
  - {ends: [a, 's:pa'], tag: 10, ip: 10.0.0.1/24}
  - {ends: [b, 's:pb'], tag: 10, ip: 10.0.0.2/24}
"""


def lab(*words, **more):
    """`vsctl lab WORDS...': (status, what it printed, its complaints)."""
    done = subprocess.run([VSCTL, "lab", *map(str, words)], capture_output=True, text=True, timeout=60, **more)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("shape", SHAPES)
def test_generate_check_and_draw(tmp_path, shape):
    file, picture = tmp_path / "lab.yaml", tmp_path / "lab.svg"
    assert lab("generate", shape, "-o", file) == (0, "", "")
    assert lab("generate", shape)[1] == file.read_text()
    assert lab("check", file) == (0, "", "")
    assert lab("graph", file, "-o", picture) == (0, "", "")
    texts = ["".join(element.itertext()) for element in xml.etree.ElementTree.parse(picture).iter()
             if element.tag.endswith("text")]
    nodes = re.findall(r"^ +(h\d+):", file.read_text(), re.MULTILINE)
    assert nodes and set(nodes) <= set(texts)


@pytest.mark.skipif(not shutil.which("dot"), reason="Graphviz is not installed")
def test_graphviz_reads_dot(tmp_path):
    lab("generate", "fat-tree", "-o", tmp_path / "lab.yaml")
    status, dot, _ = lab("graph", tmp_path / "lab.yaml", "--format=dot")
    assert status == 0
    assert "<svg" in subprocess.run(["dot", "-Tsvg"], input=dot, capture_output=True, text=True, check=True).stdout


# words, and what the complaint names
REFUSED = [
    ("generate rng", "'ring'"),
    ("generate ring --switches=2", "'2'"),
    ("generate ring --switches=many", "'many'"),
    ("generate ring --spines=2", "--switches"),
    ("generate fat-tree --pods=5", "'5'"),
    ("generate tree --depth=8 --fanout=16", "4096"),
    ("generate single --name=a/b", "'a/b'"),
    ("graph {file} --format=jpg", "'jpg'"),
    ("graph {file} -o {dir}/lab.jpg", "lab.jpg"),
    ("graph {file} -o {dir}/no/lab.svg", "no/lab.svg"),
    ("graph nosuchlab", "nosuchlab"),
    ("import {file}", "topology"),
    ("import {dir}/nosuch", "nosuch"),
]


@pytest.mark.parametrize("words,named", REFUSED)
def test_refused(tmp_path, words, named):
    (tmp_path / "two.yaml").write_text(TWO)
    before = sorted(os.listdir(tmp_path))
    status, out, err = lab(*words.format(file=tmp_path / "two.yaml", dir=tmp_path).split())
    assert (status, out) == (1, "") and named in err
    assert sorted(os.listdir(tmp_path)) == before


# file, what the lab must have in it, and of what must be said, with its line, that it is left out or changed
IMPORTED = [
    ("frr.clab.yml",
     ["kind: container", "image: quay.io/frrouting/frr:8.4.1", "run: [ip addr add 192.168.11.2/24 dev eth1".replace("[", '["') + '"',
      'echo $$HOME', "group: pcs", "LEVEL: debug", "TZ: UTC", "daemons:/etc/frr/daemons, --volume, router1/frr.conf",
      "{ends: [router1:eth1, router2:eth1], mtu: 1600}", 'command: "sleep infinity"', "net.ipv4.ip_forward"],
     ["3:1: 'prefix'", "4:1: 'mgmt'", "22:7: 'ports'", "25:7: 'mgmt-ipv4'"]),
    ("bridges.clab.yml",
     ["  br0: {}", "  ovs0: {}", "{ends: [web:eth1, br0]}", "{ends: [br0, ovs0]}", "srl:ethernet-1-1",
      '{end: db:eth1, mac: "02:00:00:00:00:42", ip: [10.1.0.2/24, "fd00::2/64"]}'],
     ["10:7: 'startup-config'", "11:7: 'made-up-key'", "15:7: 'type'", "12:5: 'srl'", "16:5: 'phys'", "26:7: 'phys'",
      "27:7: 'gone'", "25:19: 'ethernet-1/1'"]),
    ("tunnels.clab.yml",
     ["host-a-host: {bridge: a-host}", "vni: 100, remotes: [192.0.2.7], dst_port: 4789",
      "{ends: [br1, vxlan], vni: 200, remotes: [192.0.2.8], dst_port: 14789}", "    kind: netns"],
     ["9:7: 'a-host'", "13:7: 'b'", "22:7: 'macvlan'", "25:7: 'mgmt-net'", "29:7: 'dummy'", "31:18: 'endpoints'"]),
]


@pytest.mark.parametrize("name,has,said", IMPORTED)
def test_import(tmp_path, name, has, said):
    status, out, err = lab("import", os.path.join(CONTAINERLAB, name), "-o", tmp_path / "lab.yaml")
    text = (tmp_path / "lab.yaml").read_text()
    assert (status, out) == (0, "")
    assert [line for line in has if line not in text] == []
    assert [line for line in said if f"{name}:{line}:" not in err] == []
    assert len(err.splitlines()) == len(said) + (name == "tunnels.clab.yml") * 2  # one more host link and macvlan
    assert lab("check", tmp_path / "lab.yaml") == (0, "", "")


def test_states_of_a_running_lab(tmp_path, switch, monkeypatch):
    """Wires are drawn up or down as the daemon of the lab's record says; without a record nothing is said of them."""
    (tmp_path / "two.yaml").write_text(TWO)
    monkeypatch.setenv("VSWITCH_LABDIR", str(tmp_path / "labs"))
    assert "(up)" not in lab("graph", tmp_path / "two.yaml", "--format=ascii")[1]
    os.makedirs(tmp_path / "labs/two/nodes")
    (tmp_path / "labs/two/lab.json").write_text(json.dumps(
        {"lab": "two", "file": str(tmp_path / "two.yaml"), "places": [{"name": "", "rundir": switch.rundir}]}))
    switch("add-br s -- add-port s pa -- set interface pa type=veth options:netns=" + switch.ns.name + "a options:peer=eth0")
    wait_until(lambda: "a:eth0 (up)" in lab("graph", "two", "--format=ascii")[1], "pa is shown up")
    assert "b:eth0 (down)" in lab("graph", "two", "--format=ascii")[1]
    svg = lab("graph", "two", "--format=svg")[1]
    assert "port up" in svg and "port down" in svg
    switch("del-br s")


def test_the_schema_takes_what_check_takes():
    """Editors see the language as `lab check` does: every lab of topologies/ is valid, and a misspelt key is not."""
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    schema = json.loads(subprocess.run([VSCTL, "lab", "schema"], capture_output=True, text=True, check=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    labs = sorted(glob.glob(os.path.join(os.path.dirname(__file__), "../../topologies/*.yaml")))
    assert len(labs) >= 8
    for path in labs:
        with open(path, encoding="utf-8") as file:
            whole = yaml.load(file, Loader=yaml.BaseLoader)
        assert [error.message for error in validator.iter_errors(whole)] == []
        assert not validator.is_valid({**whole, "swithces": {}})
        assert not validator.is_valid({**whole, "expect": [{"raech": ["a", "b"]}]})
