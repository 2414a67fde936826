# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices whose other end is a process: tun, tap, macvtap. A thread carries packets between two of
them, so that sockets on both ends can talk."""

import fcntl
import os
import select
import struct
import threading

from kinds import kind, section
from packet import udp_packet

section("Devices of a process")

TUNSETIFF = 0x400454ca
IFF_TUN, IFF_TAP, IFF_NO_PI, IFF_VNET_HDR = 1, 2, 0x1000, 0x4000
FRAME = 70000


def open_tun(world, space, name, flags, path="/dev/net/tun"):
    with world.inside(space):
        device = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(device, TUNSETIFF, struct.pack("16sH22x", name.encode(), flags))
    return device


def carry(world, one, other):
    """Carries packets both ways until the world ends."""
    poll = select.poll()
    stop, stopped = os.pipe()
    ways = {one: other, other: one}
    for device in (one, other, stop):
        poll.register(device, select.POLLIN)

    def forward():
        while True:
            for device, _ in poll.poll():
                if device == stop:
                    return
                try:
                    os.write(ways[device], os.read(device, FRAME))
                except OSError:  # one of them is down just now
                    continue
    thread = threading.Thread(target=forward, daemon=True)
    thread.start()

    def end():
        os.write(stopped, b"x")
        thread.join()
        for device in (one, other, stop, stopped):
            os.close(device)
    world.endings.append(end)


def joined(world, flags):
    """fw0 on both ends, of the same kind."""
    ends = [open_tun(world, space, "fw0", flags) for space in ("host", "outside")]
    carry(world, *ends)
    return ends[0]


@kind("tun")
def tun(world):
    joined(world, IFF_TUN | IFF_NO_PI)


@kind("tun with packet information")
def tun_with_information(world):
    device = joined(world, IFF_TUN)

    def tagged(port, word):
        """The information in front says that a VLAN tag follows."""
        packet = udp_packet("fd01::2", "fd01::1", port, word)
        os.write(device, struct.pack("!HHHH", 0, 0x8100, 0, 0x86dd) + packet)
    world.sneaks.append(("a tag inside", tagged))


@kind("tap", native=True)
def tap(world):
    joined(world, IFF_TAP | IFF_NO_PI)


@kind("tap with offload headers")
def tap_with_headers(world):
    joined(world, IFF_TAP | IFF_NO_PI | IFF_VNET_HDR)


@kind("macvtap", inside="guest")
def macvtap(world):
    """The guest of a virtual machine: what it sends and gets goes through fw0 of the host."""
    index = 20000 + os.getpid() % 10000  # names the character device, of which there is one folder
    world.add_space("guest")
    world.wire("low0")
    world.ip("host", f"link add link low0 name fw0 index {index} type macvtap mode bridge\n"
             "link set fw0 up allmulticast on")  # the host does not know what the guest listens to
    end = open_tun(world, "host", "fw0", IFF_TAP | IFF_NO_PI, f"/dev/tap{index}")
    guest = open_tun(world, "guest", "eth0", IFF_TAP | IFF_NO_PI)
    carry(world, end, guest)
    world.ip("guest", f"link set eth0 address {world.mac('host', 'fw0')}\nlink set eth0 up")
    world.talkers = {"guest": "eth0", "outside": "low0"}
    world.stands = False
