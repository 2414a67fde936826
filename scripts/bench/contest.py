# SPDX-License-Identifier: LGPL-2.1-or-later
"""Who is compared with whom, doing what."""

CONTENDERS = ("none", "bare-drop", "bare-pass", "bare-tc", "bare-both", "bare-generic", "netfwv6",
              "netfwv6-tc", "netfwv6-generic", "xdp-filter",
              "nft-netdev", "nft-raw", "nft-ct", "ip6tables")
# The first steps of netfwv6's way: what they cost is the least that anything like it can.
STEPS = ("step-parse", "step-table", "step-count")
# They decide by port alone, so they drop what belongs to a conversation of this host.
STATELESS = ("xdp-filter", "nft-netdev", "nft-raw")

# What passes goes by these programs: beside others, that do nothing at the same hooks.
HOOKS = {"netfwv6": "bare-both", "netfwv6-tc": "bare-tc", "netfwv6-generic": "bare-generic"}

CLOSED = ("SYN to a closed port", "ACK to a closed port", "UDP to a closed port")
RANDOM = ("SYN to random closed ports", "UDP to random closed ports")
IN_USE = ("SYN to a port in use", "ACK to a port in use", "UDP to a port in use",
          "SYN to random ports in use", "UDP to random ports in use",
          "SYN to random ports after long uptime", "UDP to random ports after long uptime")
HEADERS = ("SYN behind two extension headers to a closed port",)
LIVE = ("ACK of a live conversation", "SYN+ACK of a live conversation",
        "UDP of a live conversation")
OPEN = ("SYN to an open port", "UDP to an open port")
OTHER = ("UDP over IPv4",)
WORKS = CLOSED + RANDOM + IN_USE + HEADERS + LIVE + OPEN + OTHER

# How contenders are set up where nothing else is said.
PORTS, CONNECTIONS, FLOWS = 100, 1, "empty"


def is_bare(name):
    return name.startswith("bare-")


def reference(name, work):
    """The program that does nothing but decide as this one does."""
    if name.endswith("-egress"):
        return "bare-egress"
    passes = work in LIVE + OPEN + OTHER and not (work in LIVE and name in STATELESS)
    return HOOKS.get(name, "bare-pass") if passes else "bare-drop"


def received(run, contender, work, ports=PORTS, connections=CONNECTIONS, flows=FLOWS):
    """The rounds of it; a bare program has no set-up."""
    if not is_bare(contender) and contender not in STEPS:
        return run.values("receive", contender, ports, connections, flows, work)
    for key, rounds in run.series["receive"].items():
        if key[0] == contender and key[-1] == work:
            return rounds
    return {}
