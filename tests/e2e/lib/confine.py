# SPDX-License-Identifier: GPL-2.0-only
# confine.py - run a program with the rights that a systemd unit leaves it, where no systemd runs
"""
usage: confine.py UNIT PROGRAM [ARGUMENT...]

What a unit forbids shows only when somebody starts it. This does what systemd does with CapabilityBoundingSet=,
NoNewPrivileges= and SystemCallFilter= (its groups expanded by systemd-analyze, its filter made by the same library),
and then becomes the program. A system call that the unit leaves out kills the program, as it does there.
"""
import ctypes
import os
import subprocess
import sys

PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 24, 38
SCMP_ACT_KILL_PROCESS, SCMP_ACT_ALLOW = 0x80000000, 0x7FFF0000
CAPABILITIES = """chown dac_override dac_read_search fowner fsetid kill setgid setuid setpcap linux_immutable
net_bind_service net_broadcast net_admin net_raw ipc_lock ipc_owner sys_module sys_rawio sys_chroot sys_ptrace sys_pacct
sys_admin sys_boot sys_nice sys_resource sys_time sys_tty_config mknod lease audit_write audit_control setfcap
mac_override mac_admin syslog wake_alarm block_suspend audit_read perfmon bpf checkpoint_restore""".split()


def setting(unit, key):
    """Words of a setting, or None."""
    with open(unit, encoding="utf-8") as file:
        for line in file:
            if line.startswith(key + "="):
                return line.split("=", 1)[1].split()
    return None


def expand(word):
    """A name, or all the names of a @group."""
    if not word.startswith("@"):
        return {word}
    lines = subprocess.run(["systemd-analyze", "syscall-filter", word], capture_output=True, text=True,
                           check=True).stdout.splitlines()[1:]
    return set().union(*(expand(line.strip()) for line in lines if line.strip() and not line.strip().startswith("#")))


def drop_capabilities(kept):
    libc = ctypes.CDLL(None, use_errno=True)
    for number, name in enumerate(CAPABILITIES):
        if f"CAP_{name.upper()}" not in kept:
            libc.prctl(PR_CAPBSET_DROP, number, 0, 0, 0)
    libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def filter_calls(allowed):
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(SCMP_ACT_KILL_PROCESS))
    for name in allowed:
        number = library.seccomp_syscall_resolve_name(name.encode())
        if number >= 0:  # others are not of this machine
            assert library.seccomp_rule_add(context, SCMP_ACT_ALLOW, number, 0) == 0, name
    assert library.seccomp_load(context) == 0


if __name__ == "__main__":
    unit_file, program = sys.argv[1], sys.argv[2:]
    calls = set().union(*(expand(word) for word in setting(unit_file, "SystemCallFilter") + ["@default"]))
    drop_capabilities(setting(unit_file, "CapabilityBoundingSet"))
    filter_calls(calls)
    os.execv(program[0], program)
