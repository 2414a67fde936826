# SPDX-License-Identifier: LGPL-2.1-or-later
"""What ip cannot do, or does too slowly on an emulated processor."""

import socket
import struct

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_EXCL, NLM_F_CREATE, NLM_F_DUMP = 1, 4, 0x200, 0x400, 0x300
RTM_NEWLINK, RTM_DELNEIGH, RTM_GETNEIGH = 16, 29, 30
NUD_NOARP, NUD_PERMANENT = 0x40, 0x80
NDMSG = "BxxxiHBB"  # family, device, state, flags, type
NDMSG_SIZE = struct.calcsize(NDMSG)
IFLA_IFNAME, IFLA_LINKINFO, IFLA_INFO_KIND, IFLA_INFO_DATA = 3, 18, 1, 2
IFLA_NETKIT_MODE = 3
NETKIT_L2 = 0


def message(kind, flags, body):
    return struct.pack("IHHII", 16 + len(body), kind, flags | NLM_F_REQUEST, 1, 0) + body


def attribute(kind, value):
    padding = b"\0" * (-len(value) % 4)
    return struct.pack("HH", 4 + len(value), kind) + value + padding


def split(data):
    """(type, body) of each message."""
    while len(data) >= 16:
        length, kind = struct.unpack_from("IH", data)
        yield kind, data[16:length]
        data = data[(length + 3) & ~3:]


def neighbours(netlink):
    netlink.send(message(RTM_GETNEIGH, NLM_F_DUMP, bytes(NDMSG_SIZE)))
    while True:
        for kind, body in split(netlink.recv(65536)):
            if kind in (NLMSG_DONE, NLMSG_ERROR):
                return
            yield body


def forget_neighbours():
    """Of the present namespace, but for those that were entered by hand."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        for body in list(neighbours(netlink)):
            if struct.unpack_from(NDMSG, body)[2] & (NUD_NOARP | NUD_PERMANENT) == 0:
                netlink.send(message(RTM_DELNEIGH, NLM_F_ACK, body))
                netlink.recv(65536)


def add_netkit(name):
    """A pair of netkit devices with Ethernet headers; the error number."""
    data = attribute(IFLA_NETKIT_MODE, struct.pack("I", NETKIT_L2))
    info = attribute(IFLA_INFO_KIND, b"netkit") + attribute(IFLA_INFO_DATA, data)
    body = bytes(16) + attribute(IFLA_IFNAME, name.encode() + b"\0") + attribute(IFLA_LINKINFO, info)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(message(RTM_NEWLINK, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, body))
        for kind, answer in split(netlink.recv(65536)):
            if kind == NLMSG_ERROR:
                return -struct.unpack_from("i", answer)[0]
    return 0
