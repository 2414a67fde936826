# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices that are nothing but memory."""

import contextlib
import os
import socket
from functools import partial

from kinds import kind, section
from netlink import add_netkit
from packet import udp_packet
from world import Absent

section("Devices in memory")

NFT_FORWARD = """table netdev around {
	chain forward {
		type filter hook ingress device side0 priority 0
		fwd to fw0
	}
}"""


def forward_by_nft(world):
    world.run_in("outside", "nft", "-f", "-", given=NFT_FORWARD)


def forward_by_tc(world):
    world.run_in("outside", "tc", "qdisc", "add", "dev", "side1", "clsact")
    world.run_in("outside", "tc", "filter", "add", "dev", "side1", "ingress", "matchall",
                 "action", "mirred", "egress", "redirect", "dev", "fw0")


def add_redirects(world):
    """The other end may be somebody's container, who redirects frames into the pair: they come in with
    a mark that makes the kernel leave hooks out."""
    target, source = (bytes.fromhex(world.mac(space, "fw0").replace(":", "")) for space in ("host", "outside"))

    def send(device, port, word):
        packet = udp_packet("fd01::2", "fd01::1", port, word)
        with world.inside("outside"), socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as sock:
            sock.bind((device, 0))
            sock.send(target + source + b"\x86\xdd" + packet)
    for number, (how, forward) in enumerate((("nft", forward_by_nft), ("tc", forward_by_tc))):
        world.ip("outside", f"link add in{number} type veth peer name side{number}\n"
                 f"link set in{number} up\nlink set side{number} up")
        with contextlib.suppress(Absent):
            forward(world)
            world.sneaks.append((f"redirected by {how}", partial(send, f"in{number}")))


@kind("veth", native=True)
def veth(world):
    world.wire("fw0")
    add_redirects(world)


@kind("veth, MTU 9000", native=True)
def veth_jumbo(world):
    world.wire("fw0")
    world.both("link set fw0 mtu 9000")


@kind("netkit l3")
def netkit_ip(world):
    world.ip("host", "link add fw0 type netkit")
    world.ip("host", f"link set nk0 netns {world.space('outside')} name fw0")


@kind("netkit l2")
def netkit(world):
    """This ip may not know of the mode."""
    with world.inside("host"):
        error = add_netkit("fw0")
    if error:
        raise Absent(f"netkit: {os.strerror(error)}")
    world.ip("host", f"link set nk0 netns {world.space('outside')} name fw0")
    add_redirects(world)


@kind("ifb")
def ifb(world):
    """What comes in by low0 goes through ifb's own ingress. It cannot send: answers leave by low0,
    where it must be learned which they are. Neighbours cannot be found through it, either."""
    world.wire("low0")
    world.ip("host", "link add fw0 type ifb\nlink set fw0 up")
    redirect(world, "ingress")
    world.talkers = {"host": "low0", "outside": "low0"}
    world.learners = ["low0"]
    for space, other, number in (("host", "outside", 2), ("outside", "host", 1)):
        world.neighbours.append((space, f"fd01::{number} dev low0 lladdr {world.mac(other, 'low0')}"))


@kind("shaped by an ifb")
def shaped(world):
    """The usual use: what comes in by fw0 goes through the queue of an ifb, and back."""
    world.wire("fw0")
    world.ip("host", "link add ifb0 type ifb\nlink set ifb0 up")
    redirect(world, "egress", "fw0", "ifb0")


def redirect(world, direction, source="low0", target="fw0"):
    world.run_in("host", "tc", "qdisc", "add", "dev", source, "clsact")
    world.run_in("host", "tc", "filter", "add", "dev", source, "ingress", "prio", "100", "matchall",
                 "action", "mirred", direction, "redirect", "dev", target)


@kind("macsec")
def macsec(world):
    world.underlay()
    addresses = {space: world.mac(space, "low0") for space in ("host", "outside")}
    for space, other, mine, theirs in (("host", "outside", "01", "02"), ("outside", "host", "02", "01")):
        world.ip(space, "link add link low0 name fw0 type macsec port 1 encrypt on")
        for command in (f"tx sa 0 pn 1 on key {mine} {mine * 16}",
                        f"rx port 1 address {addresses[other]}",
                        f"rx port 1 address {addresses[other]} sa 0 pn 1 on key {theirs} {theirs * 16}"):
            world.run_in(space, "ip", "macsec", "add", "fw0", *command.split())
