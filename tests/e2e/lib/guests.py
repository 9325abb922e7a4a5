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
VIRTIOFSD = "/usr/lib/qemu/virtiofsd"


def need_busybox():
    if not os.path.exists(BUSYBOX):
        pytest.skip("busybox-static is not installed")


def newc(name, data=b"", mode=0o100644):
    """One member of a cpio archive in the form that the kernel unpacks."""
    path = name.encode() + b"\0"
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(path), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + path
    return head + bytes(-len(head) % 4) + data + bytes(-len(data) % 4)


def with_needed(kernel, names):
    """Paths of the modules of these names and of what each needs, in the order to load them in; built-in ones are none."""
    paths = []
    with open(f"/lib/modules/{kernel}/modules.dep", encoding="ascii") as file:
        needs = {os.path.basename(line.split(":")[0]): line.replace(":", "").split() for line in file}
    for name in names:
        path, *needed = needs.get(name + ".ko", [None])
        paths += [one for one in [*reversed(needed), path] if one and one not in paths]
    return paths


def initramfs(kernel, modules, script):
    """busybox, modules of that kernel, and script as init."""
    with open(BUSYBOX, "rb") as file:
        busybox = file.read()
    archive = b"".join(newc(name, mode=0o040755) for name in ("bin", "proc", "sys", "dev", "modules"))
    archive += newc("bin/busybox", busybox, 0o100755)
    loads = []
    for path in with_needed(kernel, modules):
        name = "modules/" + os.path.basename(path)
        with open(f"/lib/modules/{kernel}/{path}", "rb") as file:
            archive += newc(name, file.read())
        loads.append(f"insmod /{name}")
    head = ["#!/bin/busybox sh", "/bin/busybox --install -s /bin", "export PATH=/bin", "mount -t proc proc /proc",
            "mount -t sysfs sys /sys", "mount -t devtmpfs dev /dev", "exec >/dev/ttyS0 2>&1 </dev/ttyS0"]
    text = "\n".join(head + loads + [script, "poweroff -f", ""])
    archive += newc("init", text.encode(), 0o100755)
    return archive + newc("TRAILER!!!")


class Machine:
    """QEMU without KVM: Debian's own kernel, an initramfs with script as its init, and a console that is written down."""

    def __init__(self, net, ns, modules, script, *options, memory="256M"):
        need("qemu-system-x86_64")
        need_busybox()
        kernels = sorted(glob.glob("/boot/vmlinuz-*-cloud-amd64"))
        if not kernels:
            pytest.skip("no cloud kernel in /boot for a guest")
        self.release = os.path.basename(kernels[-1])[len("vmlinuz-"):]
        self.console = os.path.join(net.directory, "console")
        archive = os.path.join(net.directory, "initramfs")
        with open(archive, "wb") as file:
            file.write(initramfs(self.release, modules, script))
        self.process = net.daemon(
            ns, "qemu-system-x86_64", "-accel", "tcg", "-machine", "q35,memory-backend=mem", "-object",
            f"memory-backend-memfd,id=mem,size={memory},share=on", "-m", memory, "-nodefaults", "-no-reboot",
            "-display", "none", "-kernel", kernels[-1], "-initrd", archive, "-append", "console=ttyS0 panic=-1 quiet",
            "-serial", f"file:{self.console}", *options, stdin=subprocess.DEVNULL)

    def text(self):
        try:
            with open(self.console, encoding="utf-8", errors="replace") as file:
                return file.read()
        except FileNotFoundError:
            return ""

    def wait_for(self, text, timeout=120):
        def look():
            if text in self.text():
                return True
            if self.process.poll() is not None:
                raise AssertionError(f"the guest ended before it said {text!r}:\n{self.text()}")
            return False
        wait_until(look, lambda: f"the guest to say {text!r}:\n{self.text()}", timeout=timeout)


class Guest(Machine):
    """Its one network card is on a TAP device that the switch made."""

    def __init__(self, net, ns, tap, mac, script):
        super().__init__(net, ns, ["virtio_pci", "virtio_net"], script,
                         "-netdev", f"tap,id=n0,ifname={tap},script=no,downscript=no,vhost=off",
                         "-device", f"virtio-net-pci,netdev=n0,mac={mac},romfile=")


# What the guest sees is what we see, with a layer above for whatever it writes.
TWIN_ROOT = """
mkdir /lower /upper /twin
mount -t virtiofs host /lower -o ro
mount -t tmpfs upper /upper
mkdir /upper/files /upper/work
mount -t overlay twin /twin -o lowerdir=/lower,upperdir=/upper/files,workdir=/upper/work
mount -t devtmpfs dev /twin/dev
cat >/twin/twin.sh <<'END-OF-TWIN'
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t tmpfs run /run
ln -s /proc/self/fd /dev/fd
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec >/dev/ttyS0 2>&1 </dev/ttyS0
modprobe tun
%s
echo o >/proc/sysrq-trigger
sleep 60
END-OF-TWIN
exec switch_root /twin /bin/bash /twin.sh
"""


class Twin(Machine):
    """This very system, every program of it, with Debian's own kernel below: script is run by bash there."""

    def __init__(self, net, ns, script):
        if not os.path.exists(VIRTIOFSD):
            pytest.skip("virtiofsd of Debian's QEMU is not installed")
        path = os.path.join(net.directory, "virtiofs")
        net.daemon(ns, VIRTIOFSD, f"--socket-path={path}", "-o", "source=/", "-o", "cache=always", "-o", "sandbox=chroot",
                   stdout=subprocess.DEVNULL)
        wait_until(lambda: os.path.exists(path), "virtiofsd to listen")
        super().__init__(net, ns, ["virtio_pci", "virtiofs", "overlay"], TWIN_ROOT % script, "-cpu", "max",
                         "-chardev", f"socket,id=fs,path={path}", "-device", "vhost-user-fs-pci,chardev=fs,tag=host",
                         memory="1536M")


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
