# SPDX-License-Identifier: LGPL-2.1-or-later
"""A kind of device in a mode: enabled, tried, disabled."""

import os
import signal
from functools import partial

os.chdir(os.path.dirname(os.path.abspath(__file__)) + "/../..")

# In the order that docs/devices.md has.
import cards  # noqa: E402, F401
import stacked  # noqa: E402, F401
import memory  # noqa: E402, F401
import tunnels  # noqa: E402, F401
import userspace  # noqa: E402, F401
from kinds import KINDS, down_and_up  # noqa: E402
from probe import OPEN, Probe  # noqa: E402
from world import Absent, Failure, World  # noqa: E402

ALL_MODES = ("auto", "native", "generic", "tc")
CELL_SECONDS = 300


def events_of(world):
    """What happens to every device, and then what its kind adds."""
    events = []
    for device in world.firewalled:
        mtu = world.link("host", device)["mtu"]
        if mtu > 1380:
            events.append(("another MTU", partial(change_mtu, world, device, mtu - 100)))
            events.append(("the former MTU", partial(change_mtu, world, device, mtu)))
        events.append(("down and up", down_and_up(world, device)))
    return events + world.events


def change_mtu(world, device, mtu):
    try:
        world.ip("host", f"link set {device} mtu {mtu}")
    except Failure:
        pass  # a driver may refuse it while it has a program; then nothing has changed


def enable(world, mode):
    """None when every device is firewalled, or the sentence with which it was refused."""
    for device in world.firewalled:
        code, _, complaint = world.netfwv6("enable", device, "--mode", mode)
        if code != 0:
            return complaint.strip().replace("\n", " ").removeprefix("netfwv6: ") or f"exit {code}"
    for device in world.learners:
        world.must("enable", device, "--learn-only")
    return None


def disable(world):
    for device in world.firewalled + world.learners:
        world.must("disable", device)


def call_all(functions):
    for function in functions:
        function()


def try_firewalled(world, probe):
    """What is to be remarked where all holds."""
    call_all(world.after)
    if not world.stands:
        probe.begin_later()
    probe.begin()
    probe.round("at once")
    notes = []
    for what, happen in events_of(world):
        happen()
        world.set_routes()
        probe.round(f"after {what}")
        if world.troubles:
            notes.append(repaired(world, probe, what))
    disable(world)
    probe.control("after disable")
    return "; ".join(notes)


def repaired(world, probe, what):
    """What `status` says is amiss, `enable` mends."""
    words = ", ".join(sorted({word for troubles in world.troubles.values() for word in troubles}))
    for device in world.troubles:
        world.must("enable", device)
    probe.round(f"after {what}, and enable")
    if world.troubles:
        raise Failure(f"after {what}: {words}: enable does not mend that")
    return f"after {what}: {words}, and enable mends that"


def try_mode(world, probe, kind, mode):
    """(mode got, outcome, sentence)"""
    if world.stands:
        probe.begin_standing()
    call_all(world.before)
    refusal = enable(world, mode)
    if refusal:
        disable(world)
        call_all(world.after)
        probe.control("refused, and then without the firewall")
        return "", "FAIL" if kind.must_take(mode) else "refused", refusal
    got = world.status()[world.firewalled[0]]["mode"]
    try:
        return got, "works", try_firewalled(world, probe)
    except Failure as failure:
        return got, "FAIL", str(failure)


class Trial:
    """A kind of device, tried in one mode after the other; built anew when something has failed."""

    def __init__(self, kind):
        self.kind = kind
        self.world = self.probe = None

    def build(self):
        self.world = World()
        if self.kind.cards:
            self.world.lock_cards(self.kind.cards)
        self.kind.setup(self.world)
        self.world.join()
        self.probe = Probe(self.world, self.kind.inside)
        self.world.must("open", str(OPEN))
        self.probe.control("without the firewall")

    def cell(self, mode):
        try:
            if not self.world:
                self.build()
            result = try_mode(self.world, self.probe, self.kind, mode)
        except Absent as absent:
            result = "", "absent", str(absent)
        except Failure as failure:
            result = "", "FAIL", str(failure)
        except Exception as error:  # pylint: disable=broad-exception-caught
            result = "", "FAIL", repr(error)
        if result[1] in ("FAIL", "absent"):
            self.destroy()
        return result

    def destroy(self):
        if self.probe:
            self.probe.close()
        if self.world:
            self.world.finish()
        self.world = self.probe = None


def too_long(*_):
    raise Failure(f"not done after {CELL_SECONDS} seconds")


def try_kind(name, modes):
    """The cells of a kind. One that hangs is ended by the clock."""
    signal.signal(signal.SIGALRM, too_long)
    trial = Trial(KINDS[name])
    results = []
    for mode in modes:
        signal.alarm(CELL_SECONDS)
        results.append((name, mode, *trial.cell(mode)))
    signal.alarm(CELL_SECONDS)
    trial.destroy()
    signal.alarm(0)
    return results
