# SPDX-License-Identifier: LGPL-2.1-or-later
"""The other end of a virtual machine's network card: sends numbered packets from before the
machine is switched on, and counts what comes back.

    generator.py OWN PEER REPORT    its own socket, that of the card, and where the counts go

Each datagram's payload is its number. UDP goes to the machine's addresses and to all nodes, so
that it can arrive as soon as the card is up; attempts to connect go to its addresses. A signal to
end makes it write the report, a line of JSON, and end.
"""

import errno
import json
import os
import select
import signal
import socket
import struct
import sys
import time

MACHINE_MAC = bytes.fromhex("026e36b00702")
OWN_MAC = bytes.fromhex("026e36b00701")
CLOSED, OPEN = 7002, 7001
TICK = 0.01  # seconds

UDP, TCP, ICMPV6 = 17, 6, 58
SYN, RST, ACK = 0x02, 0x04, 0x10


def address(text):
    return socket.inet_pton(socket.AF_INET6, text)


OWN = {False: address("fd66::1"), True: address("fe80::1")}
MACHINE = address("fd66::2")
MACHINE_LOCAL = address("fe80::6e:36ff:feb0:702")
ALL_NODES = address("ff02::1")


def is_local(whose):
    return whose[0] in (0xFE, 0xFF)


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def ipv6(source, destination, protocol, payload, at):
    """A packet with the checksum of its payload, which has its place at that offset."""
    pseudo = source + destination + struct.pack("!IHBB", len(payload), 0, 0, protocol)
    filled = checksum(pseudo + payload) or 0xFFFF
    payload = payload[:at] + struct.pack("!H", filled) + payload[at + 2 :]
    return struct.pack("!IHBB", 6 << 28, len(payload), protocol, 255) + source + destination + payload


def frame(packet, mac=MACHINE_MAC):
    if packet[24] == 0xFF:
        mac = b"\x33\x33" + packet[36:40]
    return mac + OWN_MAC + b"\x86\xdd" + packet


def datagram(destination, port, number):
    payload = struct.pack("!HHHHQ", 40000, port, 16, 0, number)
    return frame(ipv6(OWN[is_local(destination)], destination, UDP, payload, 6))


def segment(destination, own_port, port, sequence, acknowledged, flags):
    payload = struct.pack("!HHIIBBHHH", own_port, port, sequence, acknowledged, 5 << 4, flags, 8192, 0, 0)
    return frame(ipv6(OWN[is_local(destination)], destination, TCP, payload, 16))


def advertisement(solicitation):
    """The answer to one who asks where an address of ours is."""
    asked, asker = solicitation[48:64], solicitation[8:24]
    body = struct.pack("!BBHI", 136, 0, 0, 0x60000000) + asked + b"\x02\x01" + OWN_MAC
    return frame(ipv6(asked, asker, ICMPV6, body, 2))


class Wire:
    def __init__(self, own, peer):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(own)
        self.socket.setblocking(False)
        self.peer = peer
        self.counts = dict.fromkeys(
            ["sent_closed", "sent_open", "answers_closed", "answers_open", "number"], 0
        )

    def send(self, data):
        """Tells whether it went: before the machine is switched on, and while it takes nothing, not."""
        try:
            self.socket.sendto(data, self.peer)
            return True
        except OSError as error:
            if error.errno in (errno.ENOENT, errno.ECONNREFUSED, errno.EAGAIN, errno.ENOBUFS):
                return False
            raise

    def attempt(self, kind, data):
        self.counts["number"] += 1
        self.counts["sent_" + kind] += self.send(data)

    def send_all(self, tick):
        for kind, port, every in (("closed", CLOSED, 1), ("open", OPEN, 4)):
            if tick % every:
                continue
            turn = tick // every
            number = self.counts["number"]
            self.attempt(kind, datagram((MACHINE, MACHINE_LOCAL, ALL_NODES)[turn % 3], port, number))
            own_port = 10000 + turn % 30000
            self.attempt(kind, segment((MACHINE, MACHINE_LOCAL)[turn % 2], own_port, port, number, 0, SYN))

    def receive_until(self, end):
        while select.select([self.socket], [], [], max(0.0, end - time.monotonic()))[0]:
            self.receive(self.socket.recv(65536))

    def receive(self, data):
        packet = data[14:]
        if data[12:14] != b"\x86\xdd" or len(packet) < 48:
            return
        if packet[6] == TCP:
            self.receive_segment(packet)
        elif packet[6] == ICMPV6 and packet[40] == 135 and packet[48:64] in OWN.values():
            if packet[8:24] != bytes(16):
                self.send(advertisement(packet))
        elif packet[6] == ICMPV6 and packet[40] == 1 and len(packet) >= 92:
            self.answer(struct.unpack("!H", packet[90:92])[0])

    def receive_segment(self, packet):
        port, own_port, _, acknowledged = struct.unpack("!HHII", packet[40:52])
        self.answer(port)
        if packet[53] & SYN:
            self.send(segment(packet[8:24], own_port, port, acknowledged, 0, RST))

    def answer(self, port):
        if port in (CLOSED, OPEN):
            self.counts["answers_closed" if port == CLOSED else "answers_open"] += 1


def main(own, peer, report):
    wire = Wire(own, peer)
    ended = []
    signal.signal(signal.SIGTERM, lambda *_: ended.append(True))
    start, tick = time.monotonic(), 0
    while not ended:
        wire.send_all(tick)
        # What a busy machine has kept it from sending is sent later, but not all at once.
        tick = max(tick + 1, int((time.monotonic() - start) / TICK) - 5)
        wire.receive_until(start + tick * TICK)
    with open(report + ".new", "w", encoding="ascii") as file:
        json.dump(wire.counts, file)
    os.rename(report + ".new", report)


if __name__ == "__main__":
    main(*sys.argv[1:])
