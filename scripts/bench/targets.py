# SPDX-License-Identifier: LGPL-2.1-or-later
"""What is aimed at, and whether it is reached."""
from contest import CLOSED, IN_USE, OPEN, RANDOM, WORKS, received, reference
from layout import Table
from measurements import difference, figure, ratio

LIBRARY, COMMAND = "netfwv6 library", "netfwv6 command"
ONE = ("open one port", "close one port")
ALL = ("open all 131070 ports", "close all 131070 ports")


def beside_bare(work):
    return lambda run: ratio(received(run, "netfwv6", work),
                             received(run, reference("netfwv6", work), work))


def farthest(works, **ends):
    """Of these works, the one whose cost changed most from one end to the other."""
    (what, (first, last)), = ends.items()

    def measure(run):
        found = [ratio(received(run, "netfwv6", work, **{what: last}),
                       received(run, "netfwv6", work, **{what: first})) for work in works]
        return max(filter(None, found), key=lambda it: abs(it.middle - 1), default=None)
    return measure


def takes(tool, operation):
    return lambda run: figure(run.values("control", tool, operation).values(), "time")


def beside_true(operation):
    return lambda run: difference(run.values("control", COMMAND, operation),
                                  run.values("control", "/bin/true", "start and end"), "time")


def beside_unlogged(run):
    way = "from link to drop"
    return ratio(run.values("log", way, "logged at 1000 a second and CPU"),
                 run.values("log", way, "nothing is logged"))


def beside_nft(run):
    work = "SYN to a closed port"
    return ratio(received(run, "netfwv6-tc", work), received(run, "nft-netdev", work))


def moves_beside(segments, other):
    return lambda run: ratio(run.values("throughput", "netfwv6-tc", "in", segments),
                             run.values("throughput", other, "in", segments))


def at_least(limit):
    return lambda value: value >= limit


def at_most(limit):
    return lambda value: value <= limit


def equal(value):
    return abs(value - 1) <= 0.05


# What, the aim in words, how it is measured in a run, and whether a median reaches it.
TARGETS = (
    [(work, "at most 1.10 of bare-drop", beside_bare(work), at_most(1.10)) for work in CLOSED]
    + [(work, "at most 1.25 of bare-drop", beside_bare(work), at_most(1.25)) for work in RANDOM]
    + [(work, "at most 2.0 of bare-drop", beside_bare(work), at_most(2.0)) for work in IN_USE]
    + [(work, "at most 1.06 of bare-both", beside_bare(work), at_most(1.06)) for work in OPEN]
    + [("ACK of a live conversation", "at most 1.15 of bare-both",
        beside_bare("ACK of a live conversation"), at_most(1.15)),
       ("UDP of a live conversation", "at most 1.20 of bare-both",
        beside_bare("UDP of a live conversation"), at_most(1.20)),
       ("SYN to a closed port, tc mode", "less than nft-netdev", beside_nft, at_most(1))]
    + [(f"TCP in, {segments}, tc mode", f"at least 0.97 of {other}", moves_beside(segments, other),
        at_least(0.97)) for segments, other in (("large", "none"), ("mtu", "bare-tc"))]
    + [("SYN to a closed port, with sending it, while drops are logged",
        "at most 1.25 of the same while nothing is", beside_unlogged, at_most(1.25))]
    + [("65,000 open ports beside 1, the work that changes most", "within 5 %",
        farthest(CLOSED + RANDOM + OPEN, ports=(1, 65000)), equal),
       ("31 connections beside 1, the work that changes most", "within 5 %",
        farthest(WORKS, connections=(1, 31)), equal)]
    + [(f"library: {operation}", "at most 10 ns", takes(LIBRARY, operation), at_most(10))
       for operation in ONE]
    + [(f"library: {operation}", "at most 1 ms", takes(LIBRARY, operation), at_most(1e6))
       for operation in ALL]
    + [(f"command: {operation}", "at most 2 ms more than /bin/true", beside_true(operation),
        at_most(2e6)) for operation in ONE]
    + [("library: enable", "at most 100 ms", takes(LIBRARY, "enable"), at_most(100e6))]
)


def verdict(figures, reaches):
    reached = {reaches(it.middle) for it in figures if it}
    if not reached:
        return "not measured"
    return "in one run" if len(reached) == 2 else "yes" if reached.pop() else "no"


def targets(runs):
    rows = []
    for what, aim, measure, reaches in TARGETS:
        figures = [measure(run) for run in runs]
        rows.append([what, aim, figures, verdict(figures, reaches)])
    return Table("Targets", ["", "target", "measured", "met"], rows, labels=2, compared=False,
                 note="Ratios are of receive cost. The medians decide.")
