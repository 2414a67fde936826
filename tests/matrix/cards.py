# SPDX-License-Identifier: LGPL-2.1-or-later
"""Network cards of a virtual machine, as they are; what lies on them is in stacked.py."""

from functools import partial

from kinds import on_cards, section, set_features

section("Network cards")

FAMILIES = ("virtio", "virtio-taps", "virtio-fixed", "vmxnet3", "e1000e")
FEATURES = (("rx", "tx"), ("gro", "rx-gro-hw"), ("sg", "tso"))


def network_card(world, card, mtu=1500, lro="off"):
    world.wire("fw0", card)
    world.try_ethtool("-K", "fw0", "lro", lro)
    world.both(f"link set fw0 mtu {mtu}")
    for channels in ("4", "1"):
        world.events.append((f"ethtool -L {channels}",
                             partial(world.try_ethtool, "-L", "fw0", "combined", channels)))
    for ring in ("512", "256"):
        world.events.append((f"ethtool -G {ring}", partial(world.try_ethtool, "-G", "fw0", "rx", ring)))
    for features in FEATURES + ((("lro",),) if lro == "on" else ()):
        for how in ("off", "on"):
            world.events.append((f"ethtool -K {' '.join(features)} {how}",
                                 partial(set_features, world, "fw0", features, how)))


on_cards("", network_card, FAMILIES[:2], native=True)
on_cards("", network_card, FAMILIES[2:])
on_cards("LRO on:", partial(network_card, lro="on"), ("vmxnet3",))
on_cards("MTU 9000:", partial(network_card, mtu=9000), ("virtio-taps", "vmxnet3", "e1000e"))
