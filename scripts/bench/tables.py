# SPDX-License-Identifier: LGPL-2.1-or-later
"""What each table shows, of one run or of two beside each other."""
from contest import (CLOSED, CONNECTIONS, CONTENDERS, FLOWS, LIVE, OPEN, PORTS, RANDOM, STATELESS, STEPS,
                     WORKS, is_bare, received, reference)
from layout import Table, number, spread, without_empty
from measurements import difference, figure, ratio
from targets import targets

GROWTH_WORKS = ("SYN to a closed port", "UDP to random closed ports") + OPEN
SET_UP = f"{PORTS} open ports of each protocol, {CONNECTIONS} connection, no flows."


def in_order(found):
    """Each once: what is known in its order, numbers by size, the rest as it was found."""
    known = CONTENDERS + WORKS + ("in", "out", "empty", "full")
    found = list(dict.fromkeys(found))
    rank = {word: n for n, word in enumerate(known)}
    return sorted(found, key=lambda word: word if isinstance(word, int) else
                  rank.get(word, len(known) + found.index(word)))


def keys(runs, name):
    return list(dict.fromkeys(key for run in runs for key in run.series[name]))


def column(runs, name, at):
    return in_order(key[at] for key in keys(runs, name))


def listing(runs, name, title, head, at, unit, beside, wanted=lambda key: True):
    """A row for each thing measured, labelled by the columns `at`: figure, spread, comparison."""
    places = [column(runs, name, n) for n in at]
    rows = []
    for key in sorted(filter(wanted, keys(runs, name)),
                      key=lambda key: [place.index(key[n]) for place, n in zip(places, at)]):
        figures = [figure(run.values(name, *key).values(), unit) for run in runs]
        rows.append([str(key[n]) for n in at]
                    + [figures, [spread(it) for it in figures], [beside(run, key) for run in runs]])
    return Table(title, head, rows, labels=len(at))


# ---- Receiving ---------------------------------------------------------------------------

def receive_table(runs, title, note, cell):
    return contest(runs, title, f"{note} {SET_UP}", contenders(runs), column(runs, "receive", 4), cell)


def contenders(runs):
    return [name for name in column(runs, "receive", 0) if name not in STEPS]


def contest(runs, title, note, names, works, cell):
    """A row for each work, a column for each contender."""
    rows = [[work] + [[cell(run, name, work) for run in runs] for name in names] for work in works]
    return without_empty(Table(title, ["received"] + list(names), rows, note))


def beside_bare(run, name, work):
    if not is_bare(name):
        return ratio(received(run, name, work), received(run, reference(name, work), work))


def steps(runs):
    return contest(runs, "Steps of the way", "Beside bare-drop. Each step does what those before it do, too.",
                   STEPS + ("netfwv6",), CLOSED + RANDOM, beside_bare)


def receive_ns(runs):
    return receive_table(runs, "Receive cost", "ns a packet.", lambda run, name, work: figure(
        received(run, name, work).values(), "ns"))


def receive_ratio(runs):
    table = receive_table(
        runs, "Receive cost beside a bare program",
        "Beside bare-drop for what is dropped, bare-pass for what passes.", beside_bare)
    if any(row[0] in LIVE for row in table.rows):
        table.header = [f"{name} †" if name in STATELESS else name for name in table.header]
        table.note += " \"†\": decides by port alone, so it drops live conversations."
    return table


def growth(title, what, works):
    """A row for each contender and work that was measured with more than one set-up."""
    def make(runs):
        at = {"ports": 1, "connections": 2, "flows": 3}[what]
        amounts = [n for n in column(runs, "receive", at) if n]
        rows = []
        for name, work in [(n, w) for n in contenders(runs) if not is_bare(n) for w in works]:
            series = [[received(run, name, work, **{what: n}) for run in runs] for n in amounts]
            row = [[figure(s.values(), "ns") for s in cell] for cell in series]
            if sum(any(cell) for cell in row) > 1:
                last = [ratio(b, a) for a, b in zip(series[0], series[-1])]
                rows.append([name, work] + row + [last])
        head = [f"{n:,}" if isinstance(n, int) else n for n in amounts]
        return without_empty(Table(title, ["", "received"] + head + ["last beside first"], rows,
                                   "ns a packet.", labels=2))
    return make


def comparison(runs):
    """Two loads of another build, and this one."""
    def cell(run, name, work):
        return ratio(received(run, name, work), received(run, "base-1", work))

    return contest(runs, "Beside the base", "Ratios to the base's first load.",
                   ("base-2", "netfwv6"), column(runs, "receive", 4), cell)


# ---- Rows of one kind ----------------------------------------------------------------------

def flood(runs):
    def beside(run, key):
        if not is_bare(key[0]):
            bare = run.values("flood", reference(key[0], key[1]), *key[1:])
            return ratio(run.values("flood", *key), bare)

    return without_empty(listing(runs, "flood", "Packets a second under a flood", [
        "received", "CPUs", "", "packets", "spread", "beside bare"], (1, 2, 0), "pps", beside,
        lambda key: key[0] not in STEPS))


def throughput(runs):
    def beside(run, key):
        if key[0] != "none":
            return ratio(run.values("throughput", *key),
                         run.values("throughput", "none", *key[1:]))

    table = listing(runs, "throughput", "TCP throughput", [
        "segments sent", "direction", "", "Gbit/s", "spread", "beside none"], (2, 1, 0), "gbits",
        beside)
    return without_empty(table)


def requests(runs):
    def beside(run, key):
        if key[0] != "none":
            return ratio(run.values("requests", *key), run.values("requests", "none", key[1]))

    table = listing(runs, "requests", "HTTP requests a second", [
        "", "", "a second", "spread", "beside none"], (1, 0), "pps", beside)
    return without_empty(table)


def control(runs):
    table = listing(runs, "control", "Changes", ["operation", "through", "time", "spread", ""],
                    (1, 0), "time", lambda run, key: None)
    return without_empty(table)


def log(runs):
    def beside(run, key):
        first = next(k for k in run.series["log"] if k[0] == key[0])
        if key != first:
            return ratio(run.values("log", *key), run.values("log", *first))

    return without_empty(listing(runs, "log", "What the log costs a dropped packet", [
        "measured", "logging", "ns", "spread", "beside the first"], (0, 1), "ns", beside))


def programs(title, wanted):
    """Alone, less what calling a program costs; how long it is, and what it executes."""
    def beside(run, key):
        bare, found = reference(*key), run.series["program"]
        # It does the same whatever it is given, and may have been given one packet only.
        others = [rounds for other, rounds in found.items() if other[0] == bare]
        if others and not is_bare(key[0]):
            return difference(found.get(key, {}), found.get((bare, key[1]), others[0]), "ns")

    def make(runs):
        table = listing(runs, "program", title, [
            "program", "packet", "ns", "spread", "less bare", "JIT bytes", "instructions"],
            (0, 1), "ns", beside, lambda key: wanted(key[0]) and (
                not is_bare(key[0]) or key[0] == reference("", key[1])))
        for row in table.rows:
            sizes = [run.only("size", *row[:2]) or (None, None) for run in runs]
            row.extend([it[n] and number(it[n], "count") for it in sizes] for n in (0, 1))
        whole = [(name, runs[0].only("size", name, None)) for name in column(runs, "program", 0)]
        table.note = " ".join(f"All of {name}: {number(it[0], 'count')} bytes." for name, it in whole
                              if it and it[0] and wanted(name))
        return without_empty(table)
    return make


# ---- What is not measured in rounds ----------------------------------------------------------

def memory(runs):
    amounts = column(runs, "memory", 1)

    def cell(name, ports):
        return [None if n is None else number(n, "bytes")
                for n in (run.only("memory", name, ports) for run in runs)]

    rows = [[name] + [cell(name, n) for n in amounts] for name in column(runs, "memory", 0)]
    return Table("Memory by the number of open ports of each protocol",
                 [""] + [f"{n:,}" for n in amounts], rows, compared=False)


def facts(title, name, head):
    def make(runs):
        rows = []
        for key in keys(runs, name):
            said = [run.only(name, *key) for run in runs]
            rows.append([key[0], said[:1] if len(set(said)) == 1 else said])
        return Table(title, head, rows, labels=2, compared=False)
    return make


# By name: the file without which there is none, and what makes it.
TABLES = {
    "machine": ("machine", facts("The machine", "machine", ["what", "which"])),
    "skipped": ("skipped", facts("Left out", "skipped", ["contender", "why"])),
    "targets": ("receive", targets),
    "receive-ratio": ("receive", receive_ratio),
    "receive-ns": ("receive", receive_ns),
    "steps": ("receive", steps),
    "growth-ports": ("receive", growth("Receive cost by open ports of each protocol", "ports",
                                       GROWTH_WORKS)),
    "growth-connections": ("receive", growth("Receive cost by connections with settings",
                                             "connections", WORKS)),
    "growth-flows": ("receive", growth("Receive cost with empty and with full flow tables",
                                       "flows", WORKS)),
    "flood": ("flood", flood),
    "program": ("program", programs("The program alone", lambda name: "egress" not in name)),
    "egress": ("program", programs("The program at egress alone", lambda name: "egress" in name)),
    "throughput": ("throughput", throughput),
    "requests": ("requests", requests),
    "memory": ("memory", memory),
    "control": ("control", control),
    "log": ("log", log),
}
