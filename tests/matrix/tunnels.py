# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tunnels: low0 on both ends carries what fw0 sends."""

import socket
import struct

from kinds import kind, section
from packet import udp_packet

section("Tunnels")

GENEVE = 6081
ESP = "auth hmac(sha256) 0x" + "11" * 32 + " enc cbc(aes) 0x" + "22" * 16


def tunnel(name, command, **options):
    """{me} and {other} are the numbers of the ends."""
    def setup(world):
        world.underlay()
        world.both("link add fw0 type " + command)
    kind(name, **options)(setup)


tunnel("vxlan", "vxlan id 7 dstport 4789 local fd00::{me} remote fd00::{other} dev low0")
tunnel("vxlan over IPv4", "vxlan id 7 dstport 4789 local 10.0.0.{me} remote 10.0.0.{other} dev low0")
tunnel("geneve", "geneve id 7 remote fd00::{other}")
tunnel("gre", "gre local 10.0.0.{me} remote 10.0.0.{other}")
tunnel("gretap", "gretap local 10.0.0.{me} remote 10.0.0.{other}")
tunnel("ip6gre", "ip6gre local fd00::{me} remote fd00::{other}")
tunnel("ip6gretap", "ip6gretap local fd00::{me} remote fd00::{other}")
tunnel("sit", "sit local 10.0.0.{me} remote 10.0.0.{other}")
tunnel("ip6tnl", "ip6tnl mode ip6ip6 local fd00::{me} remote fd00::{other}")


@kind("geneve, inner IP")
def geneve_inner_ip(world):
    world.underlay()
    world.both("link add fw0 type geneve id 7 remote fd00::{other} innerprotoinherit")

    def tagged(port, word):
        """GENEVE says that a VLAN tag follows, and an IPv6 header follows that."""
        inner = struct.pack("!HH", 0, 0x86dd) + udp_packet("fd01::2", "fd01::1", port, word)
        header = struct.pack("!BBHI", 0, 0, 0x8100, 7 << 8)
        with world.inside("outside"), socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as sock:
            sock.sendto(header + inner, ("fd00::1", GENEVE))
    world.sneaks.append(("a tag inside", tagged))


@kind("wireguard")
def wireguard(world):
    world.underlay()
    world.both("link add fw0 type wireguard")
    keys = {space: world.run_in(space, "wg", "genkey") for space in ("host", "outside")}
    for space, other, number in (("host", "outside", 2), ("outside", "host", 1)):
        public = world.run_in(other, "wg", "pubkey", given=keys[other]).strip()
        world.run_in(space, "wg", "set", "fw0", "listen-port", "51820", "private-key", "/dev/stdin",
                     "peer", public, "allowed-ips", "fd01::/64", "endpoint", f"[fd00::{number}]:51820",
                     given=keys[space])


def secure(world, selector):
    """ESP in tunnel mode between the ends, each way with a number of its own."""
    ways = [("fd00::1", "fd00::2", 101), ("fd00::2", "fd00::1", 102)]
    for space in ("host", "outside"):
        for source, target, spi in ways:
            world.ip(space, f"xfrm state add src {source} dst {target} proto esp spi {spi} reqid 7 "
                     f"mode tunnel {selector} {ESP}")
        out, back = ways if space == "host" else reversed(ways)
        for (source, target, _), direction in ((out, "out"), (back, "in"), (back, "fwd")):
            world.ip(space, f"xfrm policy add src ::/0 dst ::/0 dir {direction} {selector} "
                     f"tmpl src {source} dst {target} proto esp reqid 7 mode tunnel")


@kind("vti6")
def vti6(world):
    world.underlay()
    world.both("link add fw0 type vti6 local fd00::{me} remote fd00::{other} key 7")
    secure(world, "mark 7")


@kind("xfrm")
def xfrm(world):
    world.underlay()
    world.both("link add fw0 type xfrm dev low0 if_id 7")
    secure(world, "if_id 7")
