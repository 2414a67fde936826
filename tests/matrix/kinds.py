# SPDX-License-Identifier: LGPL-2.1-or-later
"""How the table of devices is written, over cards.py, stacked.py, memory.py, tunnels.py and userspace.py.

Each function makes, from a World, the device fw0 of the host and what is needed outside; cell.py gives both
ends of fw0 their addresses and tries the device.

  @kind("name")                      `auto` and `tc` must work
  @kind("name", refused=True)        `auto` and `tc` must be refused: no hook sees its packets
  @kind("name", native=True)         `native` must work, too
  @kind("name", inside="space")      who talks through the device is in a namespace of that name
"""

from functools import partial

KINDS = {}
SECTIONS = []


def section(name):
    """Where the kinds that follow stand in docs/devices.md."""
    SECTIONS.append(name)


class Kind:
    def __init__(self, name, setup, refused=False, native=False, inside="host", cards=None):
        self.name = name
        self.section = SECTIONS[-1]
        self.setup = setup
        self.refused = refused
        self.native = native
        self.inside = inside
        self.cards = cards  # the family of network cards that it needs

    def must_take(self, mode):
        return self.native if mode == "native" else mode in ("auto", "tc") and not self.refused


def kind(name, **options):
    def register(setup):
        KINDS[name] = Kind(name, setup, **options)
        return setup
    return register


def on_cards(name, setup, families, **options):
    """The same kind on several families of cards; "veth" is had everywhere."""
    for family in families:
        KINDS[f"{name} {family}".strip()] = Kind(
            f"{name} {family}".strip(), partial(setup, card=family),
            cards=None if family == "veth" else family, **options)


def down_and_up(world, device, space="host"):
    return lambda: world.ip(space, f"link set {device} down\nlink set {device} up")


def set_features(world, device, features, how):
    for feature in features:
        world.try_ethtool("-K", device, feature, how)
