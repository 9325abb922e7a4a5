# SPDX-License-Identifier: GPL-2.0-only
# underlay.py - VXLAN as the other end sees it: a host that speaks it by hand, and sites joined by a plain network
import collections
import socket
import struct

from .peers import KernelBridge
from .wire import Wire, parse

VXLAN_PORT = 4789
Outer = collections.namedtuple("Outer", "src dst tos ttl df sport dport udp_csum flags vni inner")


def header(vni, flags=0x08):
    return struct.pack("!B3xI", flags, vni << 8)


def dissect(raw, port=VXLAN_PORT):
    """Take a VXLAN packet off the wire apart by hand, so that nothing of ours checks itself. Return: Outer or None."""
    frame = parse(raw)
    if frame.type == 0x0800 and frame.payload[9] == 17:
        ip = frame.payload
        length, tos, ttl = (ip[0] & 15) * 4, ip[1], ip[8]
        df = bool(ip[6] & 0x40)
        src, dst = socket.inet_ntop(socket.AF_INET, ip[12:16]), socket.inet_ntop(socket.AF_INET, ip[16:20])
    elif frame.type == 0x86DD and frame.payload[6] == 17:
        ip = frame.payload
        length, tos, ttl, df = 40, (ip[0] << 4 | ip[1] >> 4) & 255, ip[7], None
        src, dst = socket.inet_ntop(socket.AF_INET6, ip[8:24]), socket.inet_ntop(socket.AF_INET6, ip[24:40])
    else:
        return None
    sport, dport, size, csum = struct.unpack_from("!HHHH", ip, length)
    if dport != port:
        return None
    body = ip[length + 8:length + size]
    return Outer(src, dst, tos, ttl, df, sport, dport, csum, body[0], struct.unpack_from("!I", body, 4)[0] >> 8, body[8:])


class Peer:
    """A host on the underlay that takes VXLAN packets apart and makes its own, well or badly."""

    def __init__(self, net, switch, label="peer", cidrs=("192.0.2.2/24", "2001:db8:1::2/64"),
                 ours=("192.0.2.1/24", "2001:db8:1::1/64"), device="ul0", mtu=None, port=VXLAN_PORT):
        self.net, self.port = net, port
        self.ns = net.ns(label)
        net.cable(switch.ns, device, self.ns, "eth0", mtu=mtu)
        net.address(switch.ns, device, *ours)
        net.address(self.ns, "eth0", *cidrs)
        self.wire = Wire(net, self.ns, "eth0")

    def packets(self, marker=None):
        """VXLAN packets that have arrived."""
        found = (dissect(raw, self.port) for raw in self.wire.poll())
        return [one for one in found if one and (marker is None or marker in one.inner)]

    def send(self, to, inner, vni, source="", flags=0x08, tos=0, sport=50000, head=None):
        """Send one frame in a VXLAN packet, from any of our addresses."""
        family = socket.AF_INET6 if ":" in to else socket.AF_INET
        with self.ns.inside():
            sock = socket.socket(family, socket.SOCK_DGRAM)
        with sock:
            if family == socket.AF_INET:
                sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
            else:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)
            sock.bind((source, sport))
            sock.sendto((header(vni, flags) if head is None else head) + inner, (to, self.port))


class Core:
    """A plain network between sites: a kernel bridge in a namespace with a cable to each site."""

    def __init__(self, net, mtu=None):
        self.net, self.mtu = net, mtu
        self.ns = net.ns("core").silent()
        self.bridge = KernelBridge(net, self.ns, "core")
        self.count = 0

    def join(self, ns, *cidrs, device="ul0"):
        self.count += 1
        name = f"c{self.count}"
        self.net.cable(ns, device, self.ns, name, mtu=self.mtu)
        self.bridge.add(name)
        self.net.address(ns, device, *cidrs)
        return Wire(self.net, self.ns, name)
