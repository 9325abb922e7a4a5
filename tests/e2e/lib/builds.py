# SPDX-License-Identifier: GPL-2.0-only
# builds.py - the daemon of another build: a copy of ours whose BPF programs are not the same
import os
import shutil
import struct

from .switch import VSWITCHD

EM_BPF = 247
INSTRUCTION = 8
MOV64_K, MOV32_K, LOAD64 = 0xB7, 0xB4, 0x79


def bpf_object(image):
    """Where the object with the programs begins in the daemon's file."""
    place = image.find(b"\x7fELF", 1)
    while place >= 0 and struct.unpack_from("<H", image, place + 18)[0] != EM_BPF:
        place = image.find(b"\x7fELF", place + 1)
    assert place >= 0, "no BPF object in the daemon"
    return place


def program(image, name):
    """Where a program's instructions are in the daemon's file. Return: (offset, bytes)."""
    elf = bpf_object(image)
    table, = struct.unpack_from("<Q", image, elf + 0x28)
    entry, count = struct.unpack_from("<HH", image, elf + 0x3A)
    sections = [struct.unpack_from("<IIQQQQIIQQ", image, elf + table + number * entry) for number in range(count)]
    _, _, _, _, symbols, size, strings, *_ = next(section for section in sections if section[1] == 2)
    for offset in range(elf + symbols, elf + symbols + size, 24):
        text, _, _, section, value, length = struct.unpack_from("<IBBHQQ", image, offset)
        begin = elf + sections[strings][4] + text
        if image[begin:image.index(b"\0", begin)] == name.encode():
            return elf + sections[section][4] + value, length
    raise AssertionError(f"no program {name} in the daemon")


def altered(directory, name, change):
    """A copy of the daemon in directory, with change(code) applied to the instructions of one program. Return: its path."""
    path = os.path.join(directory, f"vswitchd-{change.__name__}")
    shutil.copy(VSWITCHD, path)
    with open(path, "r+b") as file:
        image = file.read()
        offset, length = program(image, name)
        code = bytearray(image[offset:offset + length])
        change(code)
        assert len(code) == length
        file.seek(offset)
        file.write(code)
    return path


def same_meaning(code):
    """Another program that does the same: a constant set by 32 bits instead of 64."""
    for place in range(0, len(code), INSTRUCTION):
        if code[place] == MOV64_K and struct.unpack_from("<i", code, place + 4)[0] >= 0:
            code[place] = MOV32_K
            return
    raise AssertionError("no constant in the program")


def refused(code):
    """A program that no verifier lets pass: it begins by reading where r7 points, which is nowhere."""
    code[:INSTRUCTION] = struct.pack("<BBhi", LOAD64, 0x70, 0, 0)
