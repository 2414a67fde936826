# SPDX-License-Identifier: LGPL-2.1-or-later
"""Raw measurements: read from the CSV files of a run, and made into figures."""
import csv
import math
import os
import statistics
from collections import namedtuple

# In each file: what was measured, in which round, and the value. Some have no rounds.
COLUMNS = {
    "machine": ("key", "value"),
    "skipped": ("contender", "reason"),
    "receive": ("contender", "ports", "connections", "flows", "work", "round", "ns"),
    "flood": ("contender", "work", "cpus", "round", "pps"),
    "program": ("program", "work", "round", "ns"),
    "size": ("program", "work", "jited_bytes", "instructions"),
    "throughput": ("contender", "direction", "segments", "round", "gbits"),
    "requests": ("contender", "kind", "round", "rate"),
    "memory": ("contender", "ports", "bytes"),
    "control": ("tool", "operation", "round", "ns"),
    "log": ("way", "logging", "round", "ns"),
}
COUNTS = {"ports", "connections", "cpus", "round"}
VALUES = {"ns", "pps", "gbits", "rate", "bytes", "jited_bytes", "instructions"}
MAY_BE_EMPTY = {("size", "work"), ("size", "jited_bytes"), ("size", "instructions"),
                ("machine", "value")}
MAY_HAVE_NO_ROWS = {"skipped"}

# A median, the 10th and the 90th percentile, how many rounds these are of, and the unit.
Figure = namedtuple("Figure", "middle low high rounds unit")


class Malformed(Exception):
    """A sentence about a file, with the file's name and the line."""


# ---- Files -----------------------------------------------------------------------------

def value_of(name, column, text):
    """The text as what the column holds; a ValueError says what is wrong with it."""
    if text == "":
        if (name, column) in MAY_BE_EMPTY:
            return None
        raise ValueError(f"{column} is empty")
    if column in COUNTS:
        if not (text.isascii() and text.isdigit()):
            raise ValueError(f"{column} is '{text}', which is not a whole number")
        return int(text)
    if column not in VALUES:
        return text
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or value < 0:
        raise ValueError(f"{column} is '{text}', which cannot have been measured")
    return value


def parse_row(name, fields):
    columns = COLUMNS[name]
    if len(fields) != len(columns):
        raise ValueError(f"{len(fields)} fields instead of {len(columns)}")
    return [value_of(name, column, text) for column, text in zip(columns, fields)]


def check_header(name, fields):
    if fields is None:
        raise ValueError("the file is empty")
    if tuple(fields) != COLUMNS[name]:
        raise ValueError(f"the header is '{','.join(fields)}' instead of "
                         f"'{','.join(COLUMNS[name])}'")


def read_rows(name, path):
    """Each row with its line. Malformed says where a file is not what it should be."""
    with open(path, encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            check_header(name, next(reader, None))
            rows = [(reader.line_num, parse_row(name, fields)) for fields in reader]
            if not rows and name not in MAY_HAVE_NO_ROWS:
                raise ValueError("nothing follows the header")
        except (ValueError, csv.Error) as error:
            raise Malformed(f"{path}:{max(reader.line_num, 1)}: {error}") from error
    return rows


def group(name, path, rows):
    """The values by what was measured: those of its rounds, or the only one."""
    grouped = {}
    has_rounds = "round" in COLUMNS[name]
    keys = 2 if name == "size" else len(COLUMNS[name]) - (2 if has_rounds else 1)
    for line, row in rows:
        key, value = tuple(row[:keys]), row[-1]
        series = grouped.setdefault(key, {})
        number = row[-2] if has_rounds else 0
        if number in series:
            what = ", ".join(str(part) for part in key)
            raise Malformed(f"{path}:{line}: {what}: measured twice"
                            + (f" in round {number}" if has_rounds else ""))
        series[number] = tuple(row[keys:]) if name == "size" else value
    return grouped


class Run:
    """What one run has measured. A file that is missing is like one without rows."""

    def __init__(self, folder):
        self.folder = folder
        self.missing = []
        self.series = {}
        for name in COLUMNS:
            path = os.path.join(folder, name + ".csv")
            if os.path.exists(path):
                self.series[name] = group(name, path, read_rows(name, path))
            else:
                self.series[name] = {}
                self.missing.append(name)
        if len(self.missing) == len(COLUMNS):
            raise Malformed(f"{folder}: no measurements are there")

    def values(self, name, *key):
        return self.series[name].get(key, {})

    def only(self, name, *key):
        """The value of what is not measured in rounds, or None."""
        return self.values(name, *key).get(0)


# ---- Figures ---------------------------------------------------------------------------

def figure(values, unit):
    """With fewer than ten rounds all of them are the spread."""
    ordered = sorted(values)
    if not ordered:
        return None
    tenth = len(ordered) // 10
    return Figure(statistics.median(ordered), ordered[tenth], ordered[-1 - tenth],
                  len(ordered), unit)


def ratio(series, reference):
    """Within each round, so that what the machine did to both of them is not in it."""
    return figure([series[n] / reference[n] for n in series if reference.get(n)], "ratio")


def difference(series, reference, unit):
    return figure([series[n] - reference[n] for n in series if n in reference], "+" + unit)


def shows_nothing(it):
    """Whether the rounds do not agree on which of the two was more."""
    if it.unit == "ratio":
        return it.low <= 1 <= it.high
    return it.unit.startswith("+") and it.low <= 0 <= it.high


def is_noisy(it):
    return it.high - it.low > abs(it.middle) / 3
