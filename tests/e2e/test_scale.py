# SPDX-License-Identifier: GPL-2.0-only
# test_scale.py - many ports and many addresses; the numbers are printed, the shape is asserted (run by `make soak`)
import time

import pytest
from lib.memory import resident
from lib.wait import wait_until
from lib.wire import build


@pytest.mark.slow
def test_thousand_ports_by_thousand_commands(switch, capsys):
    """The last ten commands take about as long as the first ten; a restart adopts all of it."""
    switch("add-br br0")
    took = []
    for number in range(1000):
        begin = time.monotonic()
        switch("add-port", "br0", f"p{number}", "--", "set", "interface", f"p{number}", "type=tap")
        took.append(time.monotonic() - begin)
    first, last = sum(took[:10]), sum(took[-10:])
    begin = time.monotonic()
    switch.stop(timeout=120)
    stop = time.monotonic() - begin
    begin = time.monotonic()
    switch.start()
    wait_until(lambda: len(switch("list-ports br0").split()) == 1000, "a thousand ports")
    restart = time.monotonic() - begin
    with capsys.disabled():
        print(f"\n1000 ports: {sum(took):.2f} s; first ten {first * 1000:.0f} ms, last ten {last * 1000:.0f} ms; "
              f"stop {stop:.2f} s, start {restart:.2f} s; RSS {resident(switch.process.pid):.1f} MiB")
    assert last < first * 5


@pytest.mark.slow
def test_hundred_thousand_addresses(switch, capsys):
    switch("add-br br0")
    switch("set bridge br0 other_config:mac-table-size=200000")
    one, _ = switch.add_wires("br0", "one", "two")
    before = resident(switch.process.pid)

    def learned():
        current = next(line for line in switch("fdb", "stats", "br0").splitlines() if "current/maximum" in line.lower())
        return int(current.split()[-1].split("/")[0])

    for number in range(100000):
        one.send(build(src="02:66:" + ":".join(f"{byte:02x}" for byte in number.to_bytes(4, "big"))))
        if number % 500 == 499:  # no faster than they are taken
            wait_until(lambda wanted=number + 1: learned() >= wanted, "the switch to keep up")
    with capsys.disabled():
        print(f"\n100000 addresses: RSS {before:.1f} -> {resident(switch.process.pid):.1f} MiB")
    assert learned() >= 100000
