# SPDX-License-Identifier: GPL-2.0-only
# test_dialect_wide.py - a thousand lines through the real ovs-vsctl and ovsdb-server and through ours, and what is stored then
import json
import os
import re
import shlex
import subprocess

import pytest
from lib.lines import SETUP, TABLES, all_lines
from lib.peers import OpenVSwitch
from lib.switch import VSCTL

pytestmark = pytest.mark.one_datapath

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

# What daemons fill in, and what each of the two has for itself.
LIVE = {"_version", "admin_state", "bfd_status", "cfm_fault", "cfm_fault_status", "cfm_flap_count", "cfm_health", "cfm_mpid",
        "cur_cfg", "datapath_id", "datapath_types", "datapath_version", "db_version", "duplex", "error", "iface_types",
        "ifindex", "lacp_current", "link_resets", "link_speed", "link_state", "mac_in_use", "mtu", "next_cfg", "ofport",
        "ovs_version", "role", "static_macs", "statistics", "status", "system_type", "system_version", "warning"}

# Lines whose answers differ, and why. The part before the colon is what the line contains.
KNOWN = {
    "--pretty": "the same JSON, broken into lines in another way",
    "=4095": "IEEE 802.1Q reserves VLAN 4095: refused when it is set",
    "tag 4095": "the same",
    "flood_vlans 4095": "the same",
    "mtu_request=6": "no device can have an MTU below 68 or above 65535: refused when it is set",
    "mtu_request 6": "the same",
    " ofport": "what the switch says cannot be written: there only the schema's immutable columns cannot",
    "Port p1 statistics": "the same",
    "Port p1 'statistics": "the same",
    "probe=x": "what is no number is refused",
    "a/b": "a bridge has a network device of its name, and that can have no such name: refused when it is added",
    "'a b'": "the same",
}


def normal(text):
    """UUIDs by the order in which they appear."""
    seen = {}
    return UUID.sub(lambda match: seen.setdefault(match.group(0), f"<uuid{len(seen)}>"), text)


def said(text):
    """
    What stands on stderr. A refused transaction is one sentence here; there it is JSON with the sentence in it, in words of
    the server's that nobody parses. ovs-vsctl puts time and module before a warning.
    """
    lines = [re.sub(r"^\d{4}-\S+?\|\d+\|\w+\|WARN\|", "ovs-vsctl: ", line) for line in text.splitlines()]
    lines = [re.sub(r'(: syntax error at ").*', r"\1", line) for line in lines]  # it prints the character of the end, NUL
    return ["refused" if "transaction error" in line else line for line in lines]


class Pair:
    def __init__(self, net, switch):
        self.real = OpenVSwitch(net, net.ns("real"), switching=False)
        self.switch = switch
        self.program = os.path.join(net.directory, "ovs-vsctl")
        os.symlink(VSCTL, self.program)

    def theirs(self, *words):
        done = subprocess.run(["ovs-vsctl", f"--db={self.real.remote}", "--no-wait", *words], env=self.real.environment,
                              capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def ours(self, *words):
        done = subprocess.run([self.program, f"--rundir={self.switch.rundir}", "--no-wait", *words], capture_output=True,
                              text=True, check=False, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def compare(self, line):
        """Return: what differs, or nothing."""
        words = shlex.split(line)
        (status, out, err), (our_status, our_out, our_err) = self.theirs(*words), self.ours(*words)
        order = sorted if {"list", "find"} & set(words) else list  # in what order records come is nobody's promise
        want, got = ((code, order(normal(text).splitlines())) for code, text in ((status, out), (our_status, our_out)))
        err, our_err = said(err), said(our_err)
        if "refused" in err:  # our own sentence, but one
            err = our_err if len(our_err) == 1 else err
        if want == got and err == our_err:
            return None
        return f"{line}\n    ovs-vsctl: {want} {err}\n    ours:      {got} {our_err}"


def stored(ask):
    """All tables: for each row its columns, in which a UUID stands as the name of the row that has it."""
    tables, names = {}, {}
    for table in TABLES:
        status, out, err = ask("-f", "json", "list", table)
        assert status == 0, err
        answer = json.loads(out)
        tables[table] = [dict(zip(answer["headings"], row)) for row in answer["data"]]
        for row in tables[table]:
            names[row["_uuid"][1]] = f"{table}/{row.get('name') or row.get('target') or ''}"
    result = {}
    for table, rows in tables.items():
        plain = [{key: json.dumps(value) for key, value in row.items() if key not in LIVE and key != "_uuid"} for row in rows]
        text = [{key: UUID.sub(lambda match: names.get(match.group(0), "?"), value) for key, value in row.items()}
                for row in plain]
        result[table] = sorted(({key: sorted(re.findall(r"[^\[\],]+", value)) for key, value in row.items()} for row in text),
                               key=str)
    return result


def test_same_answers_and_same_database(net, switch):
    pair = Pair(net, switch)
    for line in SETUP:
        assert not (different := pair.compare(line)), different
    assert stored(pair.theirs) == stored(pair.ours)
    lines, different = list(all_lines()), []
    assert not [part for part in KNOWN if not any(part in line for line in lines)]
    for line in lines:
        if not any(part in line for part in KNOWN) and (one := pair.compare(line)):
            different.append(one)
    assert not different, f"{len(different)} of {len(lines)} differ:\n" + "\n".join(different)
    assert stored(pair.theirs) == stored(pair.ours)
