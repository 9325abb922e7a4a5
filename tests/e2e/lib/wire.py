# SPDX-License-Identifier: GPL-2.0-only
# wire.py - frames in and out of a device, byte for byte, with the VLAN tag the kernel keeps apart put back in place
import collections
import errno
import os
import socket
import struct

from .wait import pause, wait_until

ETH_P_ALL = 3
SOL_PACKET, PACKET_AUXDATA, PACKET_IGNORE_OUTGOING = 263, 8, 23
SO_RCVBUFFORCE = 33
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 0x10, 0x40
AUXDATA = struct.Struct("=IIIHHHH")
TPIDS = (0x8100, 0x88A8, 0x9100)

TEST_TYPE = 0xABCD
BROADCAST = "ff:ff:ff:ff:ff:ff"

Frame = collections.namedtuple("Frame", "dst src tags type payload raw")
Tag = collections.namedtuple("Tag", "tpid vid pcp dei")


def mac_bytes(text):
    return bytes(int(part, 16) for part in text.split(":"))


def mac_text(data):
    return ":".join(f"{byte:02x}" for byte in data)


def tag(vid, pcp=0, dei=0, tpid=0x8100):
    return Tag(tpid, vid, pcp, dei)


def build(dst=BROADCAST, src="02:00:00:00:00:01", tags=(), kind=TEST_TYPE, payload=b""):
    """An Ethernet frame, padded to 60 bytes."""
    data = mac_bytes(dst) + mac_bytes(src)
    for one in tags:
        data += struct.pack("!HH", one.tpid, one.pcp << 13 | one.dei << 12 | one.vid)
    data += struct.pack("!H", kind) + payload
    return data + bytes(max(0, 60 - len(data)))


def parse(raw):
    """Take a frame apart. All tags that follow each other come off."""
    tags, at = [], 12
    while len(raw) >= at + 4 and struct.unpack_from("!H", raw, at)[0] in TPIDS:
        tpid, tci = struct.unpack_from("!HH", raw, at)
        tags.append(Tag(tpid, tci & 0xFFF, tci >> 13, tci >> 12 & 1))
        at += 4
    kind = struct.unpack_from("!H", raw, at)[0] if len(raw) >= at + 2 else 0
    return Frame(mac_text(raw[0:6]), mac_text(raw[6:12]), tags, kind, raw[at + 2:], raw)


class Wire:
    """One end of a cable: a packet socket on a device of a namespace. Everything that arrives is in .seen."""

    def __init__(self, net, ns, device):
        self.ns, self.device = ns, device
        with ns.inside():
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0)
            self.sock.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
            self.sock.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
            self.sock.bind((device, ETH_P_ALL))
        self.seen = []
        net.on_exit(self.sock.close)

    def __repr__(self):
        return f"Wire({self.ns}:{self.device})"

    def send(self, raw):
        """Put one frame on the wire, whole. A full queue is waited for."""
        while True:
            try:
                self.sock.send(raw)
                return
            except OSError as error:
                if error.errno not in (errno.ENOBUFS, errno.EAGAIN):
                    raise
                pause()

    def _receive(self):
        raw, ancillary, _, _ = self.sock.recvmsg(1 << 17, socket.CMSG_SPACE(AUXDATA.size))
        for level, kind, data in ancillary:
            if level == SOL_PACKET and kind == PACKET_AUXDATA:
                status, _, _, _, _, tci, tpid = AUXDATA.unpack(data[:AUXDATA.size])
                if status & TP_STATUS_VLAN_VALID:
                    tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                    raw = raw[:12] + struct.pack("!HH", tpid, tci) + raw[12:]
        return raw

    def poll(self):
        """Take in what has arrived. Return: all frames seen so far, as bytes."""
        while True:
            try:
                self.seen.append(self._receive())
            except BlockingIOError:
                return self.seen
            except OSError as error:
                if error.errno not in (errno.ENETDOWN, errno.ENXIO):  # the device went; what was queued stays
                    raise
                return self.seen

    def frames(self, kind=TEST_TYPE):
        """What has arrived of one Ethernet type, taken apart (None: of any)."""
        return [frame for frame in map(parse, self.poll()) if kind is None or frame.type == kind]

    def marked(self, marker, kind=TEST_TYPE):
        return [frame for frame in self.frames(kind) if frame.payload.startswith(marker)]

    def clear(self):
        self.poll()
        self.seen.clear()

    def wait_for(self, marker, count=1):
        """Wait until count frames with this marker have arrived and return them."""
        return wait_until(lambda: len(found := self.marked(marker)) >= count and found,
                          lambda: f"{marker!r} at {self}, where {len(self.seen)} frames arrived")

    def save(self, path):
        """Everything seen, as a pcap file."""
        self.poll()
        write_pcap(path, self.seen)


class Marker:
    """Payloads that differ from each other, so that a frame can be told from all others of the test."""

    def __init__(self):
        self.count = 0

    def __call__(self, label=""):
        self.count += 1
        return f"<{self.count}:{label}>".encode()


def barrier(source, wires, marker, tags=(), rounds=2):
    """
    Return when everything that was sent anywhere before has come out: a frame that floods from source to all wires is
    sent and awaited, twice. When the first has arrived the switch was at work after all earlier frames were queued, and
    it serves every waiting port before it comes round to the second.
    """
    for _ in range(rounds):
        text = marker("barrier")
        source.send(build(src="02:ba:00:00:00:01", tags=tags, payload=text))
        for wire in wires:
            wire.wait_for(text)


def write_pcap(path, frames):
    with open(path, "wb") as file:
        file.write(struct.pack("=IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 1 << 18, 1))
        for number, raw in enumerate(frames):
            file.write(struct.pack("=IIII", number, 0, len(raw), len(raw)) + raw)


def read_pcap(path):
    """Return: (link type, list of frames as captured)."""
    with open(path, "rb") as file:
        data = file.read()
    order = {0xA1B2C3D4: "<", 0xD4C3B2A1: ">", 0xA1B23C4D: "<", 0x4D3CB2A1: ">"}[struct.unpack("<I", data[:4])[0]]
    linktype = struct.unpack_from(order + "I", data, 20)[0] & 0xFFFF
    frames, at = [], 24
    while at + 16 <= len(data):
        length = struct.unpack_from(order + "I", data, at + 8)[0]
        frames.append(data[at + 16:at + 16 + length])
        at += 16 + length
    return linktype, frames


def read_pcap_dir(directory):
    for name in sorted(os.listdir(directory)):
        if name.endswith(".pcap"):
            yield name, *read_pcap(os.path.join(directory, name))
