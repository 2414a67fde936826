# SPDX-License-Identifier: LGPL-2.1-or-later
"""Devices that lie on others."""

import itertools
from functools import partial

from kinds import down_and_up, kind, on_cards, section, set_features

section("VLANs")


def without_vlan_offloads(world, device):
    for how in ("off", "on"):
        world.events.append((f"VLAN offloads of {device} {how}",
                             partial(set_features, world, device, ("rxvlan", "txvlan"), how)))


def vlan(world, card):
    world.wire("low0", card)
    world.both("link add link low0 name fw0 type vlan id 7")
    world.events.append(("lower device down and up", down_and_up(world, "low0")))
    without_vlan_offloads(world, "low0")


def below_vlan(world, card):
    """The lower device is firewalled, the VLAN has the address."""
    world.wire("fw0", card)
    world.both("link add link fw0 name up0 type vlan id 7\nlink set up0 up")
    world.talkers = {"host": "up0", "outside": "up0"}
    without_vlan_offloads(world, "fw0")


def qinq(world, card):
    world.wire("low0", card)
    world.both("link add link low0 name mid0 type vlan proto 802.1ad id 5\nlink set mid0 up\n"
               "link add link mid0 name fw0 type vlan id 7")


def below_qinq(world, card):
    world.wire("fw0", card)
    world.both("link add link fw0 name mid0 type vlan proto 802.1ad id 5\nlink set mid0 up\n"
               "link add link mid0 name up0 type vlan id 7\nlink set up0 up")
    world.talkers = {"host": "up0", "outside": "up0"}


LINKS = ("veth", "virtio", "vmxnet3", "e1000e")
on_cards("VLAN on", vlan, LINKS)
on_cards("below a VLAN:", below_vlan, LINKS)
on_cards("QinQ on", qinq, ("veth", "e1000e"))
on_cards("below QinQ:", below_qinq, ("veth", "e1000e"))


section("Bonds and teams")


def two_wires(world, card):
    for pair in (0, 1):
        world.wire(f"low{pair}", card, pair)
        world.both(f"link set low{pair} down")
        if card == "vmxnet3":  # QEMU's forgets the address that a bond has given it when it is reset
            world.ip("host", f"link set low{pair} promisc on")


# Both ends have to take the same of two wires, also where one that is cut is not noticed at its other end.
JOIN = "link set low0 master fw0\nlink set low1 master fw0"
PRIMARY = "link set fw0 type bond primary low0"


def bond(world, card):
    two_wires(world, card)
    world.both(f"link add fw0 type bond mode active-backup miimon 50\n{JOIN}\n{PRIMARY}")
    fail_over(world)


def bond_of_aggregators(world, card):
    two_wires(world, card)
    for space, device in itertools.product(("host", "outside"), ("low0", "low1")):
        world.try_ethtool("-s", device, "speed", "1000", "duplex", "full", space=space)  # LACP asks for that
    world.both(f"link add fw0 type bond mode 802.3ad lacp_rate fast miimon 50\n{JOIN}")
    fail_over(world)


def fail_over(world):
    """On both ends: cards of a virtual machine do not lose their carrier when the other end is down."""
    for device in ("low0", "low1"):
        world.events.append((f"fail-over from {device}", partial(world.both, f"link set {device} down")))
        world.events.append((f"{device} back", partial(world.both, f"link set {device} up")))


def bond_member_later(world, card):
    """A bond without members is firewalled; then they join it."""
    bond(world, card)
    world.before.append(partial(world.ip, "host", "link set low0 nomaster\nlink set low1 nomaster"))
    world.after.append(partial(world.ip, "host", JOIN))


def bond_members(world, card):
    """The members are firewalled, the bond has the address."""
    bond(world, card)
    world.both("link set fw0 down\nlink set fw0 name up0\nlink set up0 up")
    world.firewalled = ["low0", "low1"]
    world.talkers = {"host": "up0", "outside": "up0"}


on_cards("bond of", bond, ("veth", "virtio"), native=True)
on_cards("bond of", bond, ("vmxnet3", "e1000e"))
on_cards("bond 802.3ad of", bond_of_aggregators, ("veth", "virtio"))
on_cards("bond, members later, of", bond_member_later, ("veth", "virtio", "vmxnet3"))
on_cards("members of a bond:", bond_members, ("veth", "vmxnet3"))


@kind("team")
def team(world):
    two_wires(world, "veth")
    world.both("link add fw0 type team")
    for space in ("host", "outside"):
        world.run_in(space, "teamnl", "fw0", "setoption", "mode", "activebackup")
        address = world.mac(space, "fw0")
        world.ip(space, f"link set low0 address {address}\nlink set low1 address {address}")
    world.both("link set low0 master fw0\nlink set low1 master fw0")

    def activate(device):
        for space in ("host", "outside"):
            world.run_in(space, "teamnl", "fw0", "setoption", "activeport", str(world.link(space, device)["ifindex"]))
    activate("low0")
    world.events.append(("fail-over to low1", partial(activate, "low1")))
    world.events.append(("fail-over to low0", partial(activate, "low0")))


section("Bridges, macvlan, ipvlan, VRF")

@kind("bridge")
def bridge(world):
    world.wire("low0")
    world.ip("host", "link add fw0 type bridge\nlink set low0 master fw0")
    world.talkers["outside"] = "low0"
    world.events.append(("port down and up", down_and_up(world, "low0")))


@kind("port of a bridge", native=True)
def bridge_port(world):
    world.wire("fw0")
    world.ip("host", "link add up0 type bridge\nlink set fw0 master up0\nlink set up0 up")
    world.talkers["host"] = "up0"


@kind("bridge that filters VLANs")
def bridge_vlan(world):
    world.wire("low0")
    world.ip("host", "link add br0 type bridge vlan_filtering 1\nlink set low0 master br0\n"
             "link set br0 up\nlink add link br0 name fw0 type vlan id 7")
    world.run_in("host", "bridge", "vlan", "add", "vid", "7", "dev", "low0")
    world.run_in("host", "bridge", "vlan", "add", "vid", "7", "dev", "br0", "self")
    world.ip("outside", "link add link low0 name fw0 type vlan id 7")


def macvlan(world, card):
    world.wire("low0", card)
    world.ip("host", "link add link low0 name fw0 type macvlan mode bridge")
    world.talkers["outside"] = "low0"
    world.events.append(("lower device down and up", down_and_up(world, "low0")))


def below_macvlan(world, card):
    world.wire("fw0", card)
    world.ip("host", "link add link fw0 name up0 type macvlan mode bridge\nlink set up0 up")
    world.talkers = {"host": "up0", "outside": "fw0"}


on_cards("macvlan on", macvlan, ("veth", "virtio", "vmxnet3"))
on_cards("below a macvlan:", below_macvlan, ("veth", "virtio"))


@kind("macvlan, from its sibling")
def macvlan_sibling(world):
    world.wire("low0")
    world.ip("host", "link add link low0 name fw0 type macvlan mode bridge")
    world.ip("host", f"link add link low0 name fw1 netns {world.space('outside')} type macvlan mode bridge")
    world.talkers["outside"] = "fw1"


def ipvlan(world, mode):
    """The device that it lies on is in a namespace of its own, as it is with containers."""
    world.add_space("lower")
    world.wire("low0", host="lower")
    world.ip("lower", f"link add link low0 name fw0 netns {world.space('host')} type ipvlan mode {mode}")
    world.talkers["outside"] = "low0"
    if mode != "l2":  # nobody answers for its neighbours: the lower namespace is a router
        world.ip("lower", "addr add fd02::1/64 dev low0 nodad")
        world.ip("outside", "addr add fd02::2/64 dev low0 nodad")
        world.prefix = 128
        world.routes += [("lower", "fd01::2 via fd02::2"), ("outside", "fd01::1 via fd02::1"),
                         ("host", "fd01::2 dev fw0")]


kind("ipvlan l2")(partial(ipvlan, mode="l2"))
kind("ipvlan l3")(partial(ipvlan, mode="l3"))
kind("ipvlan l3s", refused=True)(partial(ipvlan, mode="l3s"))


def vrf(world, port, master):
    world.wire(port)
    world.ip("host", f"link add {master} type vrf table 7\nlink set {master} up\n"
             f"link set {port} master {master}")
    world.talkers = {"host": port, "outside": port}
    world.bound_to = master
    world.stands = False


kind("VRF", refused=True)(partial(vrf, port="low0", master="fw0"))
kind("port of a VRF")(partial(vrf, port="fw0", master="up0"))
