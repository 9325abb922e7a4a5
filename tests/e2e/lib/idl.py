#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
# idl.py - a small program on ovs.db.idl, as neutron and others are big ones: does what each line of its input says
"""usage: idl.py REMOTE   add NAME | del NAME | list"""
import signal
import sys

import ovs.db.idl
import ovs.poller

SCHEMA = "/usr/share/openvswitch/vswitch.ovsschema"
COLUMNS = {"Open_vSwitch": ["bridges", "external_ids"], "Bridge": ["name", "ports"], "Port": ["name", "interfaces"],
           "Interface": ["name", "type"]}


def connect(remote):
    helper = ovs.db.idl.SchemaHelper(SCHEMA)
    for table, columns in COLUMNS.items():
        helper.register_columns(table, columns)
    return ovs.db.idl.Idl(remote, helper)


def rows(idl, table):
    return list(idl.tables[table].rows.values())


def turn(idl):
    """Let it talk to the server, which may be gone for a while."""
    poller = ovs.poller.Poller()
    if not idl.run():
        idl.wait(poller)
        poller.timer_wait(100)
        poller.block()


def root(idl):
    while not rows(idl, "Open_vSwitch"):
        turn(idl)
    return rows(idl, "Open_vSwitch")[0]


def add(idl, txn, name):
    bridge, port, interface = (txn.insert(idl.tables[table]) for table in ("Bridge", "Port", "Interface"))
    bridge.name = port.name = interface.name = name
    interface.type = "internal"
    port.interfaces, bridge.ports = [interface], [port]
    root(idl).addvalue("bridges", bridge)


def remove(idl, _txn, name):
    for bridge in rows(idl, "Bridge"):
        if bridge.name == name:
            root(idl).delvalue("bridges", bridge)


def ask(idl, _txn, _name):
    """A change, so that a server answers; what it has told before is then here."""
    asked = int(root(idl).external_ids.get("asked", "0"))
    root(idl).setkey("external_ids", "asked", str(asked + 1))


def change(idl, what, name=None):
    """One transaction, again until it is done or wrong."""
    while True:
        root(idl)
        txn = ovs.db.idl.Transaction(idl)
        what(idl, txn, name)
        status = txn.commit_block()
        if status != ovs.db.idl.Transaction.TRY_AGAIN:
            return status
        turn(idl)


def main(remote):
    idl = connect(remote)
    for line in sys.stdin:
        signal.alarm(60)  # nothing takes that long
        command, *names = line.split()
        if command == "list":
            change(idl, ask)
            print(*(bridge.name for bridge in rows(idl, "Bridge")), flush=True)
        else:
            print(change(idl, {"add": add, "del": remove}[command], names[0]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
