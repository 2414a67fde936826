# SPDX-License-Identifier: LGPL-2.1-or-later
"""IPv6 packets made by hand, for ways in that no socket offers."""

import socket
import struct

SOURCE_PORT = 40000


def checksum(data):
    if len(data) % 2:
        data += b"\0"
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff or 0xffff


def udp_packet(source, target, port, word):
    """An IPv6 packet with a datagram from SOURCE_PORT."""
    ends = socket.inet_pton(socket.AF_INET6, source) + socket.inet_pton(socket.AF_INET6, target)
    length = 8 + len(word)
    pseudo = ends + struct.pack("!IHBB", length, 0, 0, socket.IPPROTO_UDP)
    header = struct.pack("!HHH", SOURCE_PORT, port, length)
    summed = checksum(pseudo + header + b"\0\0" + word)
    return (struct.pack("!IHBB", 6 << 28, length, socket.IPPROTO_UDP, 64) + ends +
            header + struct.pack("!H", summed) + word)
