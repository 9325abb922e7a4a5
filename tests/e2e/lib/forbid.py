# SPDX-License-Identifier: GPL-2.0-only
# forbid.py - run a program that is refused some system call, as a kernel without it or a container would do
"""usage: forbid.py CALL ERRNO PROGRAM [ARGUMENT...]   (ERRNO by name, for example EPERM)"""
import ctypes
import errno
import os
import sys

SCMP_ACT_ERRNO, SCMP_ACT_ALLOW = 0x00050000, 0x7FFF0000

if __name__ == "__main__":
    call, error, program = sys.argv[1], getattr(errno, sys.argv[2]), sys.argv[3:]
    library = ctypes.CDLL("libseccomp.so.2")
    library.seccomp_init.restype = ctypes.c_void_p
    context = ctypes.c_void_p(library.seccomp_init(SCMP_ACT_ALLOW))
    number = library.seccomp_syscall_resolve_name(call.encode())
    assert library.seccomp_rule_add(context, SCMP_ACT_ERRNO | error, number, 0) == 0
    assert library.seccomp_load(context) == 0
    os.execv(program[0], program)
