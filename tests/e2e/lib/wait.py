# SPDX-License-Identifier: GPL-2.0-only
# wait.py - waiting for a condition, never for a time
import os
import select
import time

TIMEOUT = float(os.environ.get("VSWITCH_E2E_TIMEOUT", "20"))  # only how long a failure takes: no test passes or fails by it


def pause():
    """Let others run for a moment between two looks."""
    select.select([], [], [], 0.005)


def wait_until(condition, what="the condition", timeout=TIMEOUT):
    """Call condition() until it returns something true and return that; fail, saying what was awaited, when it does not."""
    end = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {timeout:g} s for {what if isinstance(what, str) else what()}")
        pause()
