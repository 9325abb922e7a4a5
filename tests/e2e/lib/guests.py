# SPDX-License-Identifier: GPL-2.0-only
# guests.py - a virtual machine and a container as real users of the switch
import glob
import os
import shutil
import subprocess

import pytest

from .tools import need
from .wait import wait_until

BUSYBOX = "/bin/busybox"
MODULES = ["virtio_ring", "virtio", "virtio_pci_modern_dev", "virtio_pci_legacy_dev", "virtio_pci", "failover",
           "net_failover", "virtio_net"]


def need_busybox():
    if not os.path.exists(BUSYBOX):
        pytest.skip("busybox-static is not installed")


def newc(name, data=b"", mode=0o100644):
    """One member of a cpio archive in the form that the kernel unpacks."""
    path = name.encode() + b"\0"
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def initramfs(kernel, script):
    """busybox, the virtio modules of that kernel, and script as init."""
    with open(BUSYBOX, "rb") as file:
        busybox = file.read()
    archive = b"".join(newc(name, mode=0o040755) for name in ("bin", "proc", "sys", "dev", "modules"))
    archive += newc("bin/busybox", busybox, 0o100755)
    loads = []
    for module in MODULES:
        found = glob.glob(f"/lib/modules/{kernel}/kernel/**/{module}.ko", recursive=True)
        if found:
            with open(found[0], "rb") as file:
                archive += newc(f"modules/{module}.ko", file.read())
            loads.append(f"insmod /modules/{module}.ko")
    head = ["#!/bin/busybox sh", "/bin/busybox --install -s /bin", "export PATH=/bin", "mount -t proc proc /proc",
            "mount -t sysfs sys /sys", "mount -t devtmpfs dev /dev", "exec >/dev/ttyS0 2>&1 </dev/ttyS0"]
    text = "\n".join(head + loads + [script, "poweroff -f", ""])
    archive += newc("init", text.encode(), 0o100755)
    return archive + newc("TRAILER!!!")


class Guest:
    """A QEMU guest without KVM, its one network card on a TAP device that the switch made."""

    def __init__(self, net, ns, tap, mac, script):
        need("qemu-system-x86_64")
        need_busybox()
        kernels = sorted(glob.glob("/boot/vmlinuz-*-cloud-amd64"))
        if not kernels:
            pytest.skip("no cloud kernel in /boot for a guest")
        release = os.path.basename(kernels[-1])[len("vmlinuz-"):]
        self.console = os.path.join(net.directory, "console")
        archive = os.path.join(net.directory, "initramfs")
        with open(archive, "wb") as file:
            file.write(initramfs(release, script))
        self.process = net.daemon(
            ns, "qemu-system-x86_64", "-accel", "tcg", "-machine", "q35", "-m", "256", "-nodefaults", "-no-reboot",
            "-display", "none", "-kernel", kernels[-1], "-initrd", archive, "-append", "console=ttyS0 panic=-1 quiet",
            "-serial", f"file:{self.console}", "-netdev", f"tap,id=n0,ifname={tap},script=no,downscript=no,vhost=off",
            "-device", f"virtio-net-pci,netdev=n0,mac={mac},romfile=", stdin=subprocess.DEVNULL)

    def text(self):
        try:
            with open(self.console, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for(self, text):
        def look():
            if text in self.text():
                return True
            if self.process.poll() is not None:
                raise AssertionError(f"the guest ended before it said {text!r}:\n{self.text()}")
            return False
        wait_until(look, lambda: f"the guest to say {text!r}:\n{self.text()}", timeout=120)


class Container:
    """A podman (runc) container from a busybox root, without a network of its own making."""

    def __init__(self, net, name, command):
        need("podman", "runc")
        need_busybox()
        root = os.path.join(net.directory, "root-" + name)
        for directory in ("bin", "proc", "sys", "dev", "tmp", "etc", "run"):
            os.makedirs(os.path.join(root, directory))
        shutil.copy(BUSYBOX, os.path.join(root, "bin/busybox"))
        for applet in ("sh", "ip", "ping", "httpd", "wget", "sleep", "cat", "echo"):
            os.symlink("busybox", os.path.join(root, "bin", applet))
        self.name = net.prefix + name
        self.podman("--runtime", "runc", "--cgroup-manager", "cgroupfs", "run", "-d", "--ulimit", "nofile=1024:1024",
                    "--ulimit", "nproc=100:100", "--network", "none", "--cap-add", "NET_RAW", "--name", self.name, "--rootfs", root,
                    "/bin/sh", "-c", command)
        self.removed = False
        net.on_exit(self.remove)
        self.pid = int(self.podman("inspect", "-f", "{{.State.Pid}}", self.name))

    @staticmethod
    def podman(*words):
        done = subprocess.run(["podman", *words], capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise AssertionError(f"podman {' '.join(words)}: {done.stderr}")
        return done.stdout

    def remove(self):
        if self.removed:
            return
        self.removed = True
        self.podman("--runtime", "runc", "--cgroup-manager", "cgroupfs", "rm", "-f", "-t", "0", self.name)

    def run(self, *words):
        return self.podman("--runtime", "runc", "--cgroup-manager", "cgroupfs", "exec", self.name, *words)
