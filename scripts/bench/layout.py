# SPDX-License-Identifier: LGPL-2.1-or-later
"""Tables as text for a terminal and for Markdown, and what is said beneath them."""
from dataclasses import dataclass

from measurements import Figure, is_noisy, shows_nothing

SCALES = {
    "time": (("ns", 1), ("us", 1e3), ("ms", 1e6), ("s", 1e9)),
    "bytes": (("B", 1), ("KiB", 2**10), ("MiB", 2**20), ("GiB", 2**30)),
    "pps": (("/s", 1), ("k/s", 1e3), ("M/s", 1e6)),
}
MARKS = {
    "~": "\"~\": no difference is shown, since the rounds do not agree on which was more: "
         "the spread includes 1, or for a difference 0.",
    "noisy": "\"noisy\": the spread is wider than a third of the median.",
}
DIFFER = 0.10


@dataclass
class Table:
    """A cell is a text, or a list of what each run has there: a Figure, a text or None."""
    title: str
    header: list
    rows: list
    note: str = ""
    labels: int = 1  # so many columns say what the row is
    compared: bool = True


# ---- Cells -----------------------------------------------------------------------------

def three_digits(value):
    return f"{value:,.{2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0}f}"


def number(value, unit):
    if unit.startswith("+"):
        return f"{'+' if value >= 0 else '-'}{number(abs(value), unit[1:])}"
    if unit in SCALES:
        word, scale = [s for s in SCALES[unit] if s[1] == 1 or abs(value) >= 0.9995 * s[1]][-1]
        return f"{three_digits(value / scale)} {word}"
    if unit == "ns":
        return f"{value:,.{1 if abs(value) < 99.95 else 0}f}"
    if unit == "count":
        return f"{value:,.0f}"
    return three_digits(value)


def mark(it):
    return "~" if shows_nothing(it) else "noisy" if is_noisy(it) else ""


def item(it):
    if it is None:
        return "–"
    if isinstance(it, str):
        return it
    return f"{number(it.middle, it.unit)} {mark(it)}".rstrip()


def spread(it):
    """The cell beside a figure's."""
    return it and f"{number(it.low, it.unit)} .. {number(it.high, it.unit)}"


def text_of(cell):
    if isinstance(cell, str):
        return cell
    return "–" if not any(cell) else " / ".join(item(it) for it in cell)


def has_content(cells):
    return any(isinstance(cell, str) or any(cell) for cell in cells)


def without_empty(table):
    """The table without the columns, then the rows, in which nothing was measured."""
    keep = [n for n in range(len(table.header))
            if n < table.labels or has_content(row[n] for row in table.rows)]
    table.header = [table.header[n] for n in keep]
    table.rows = [[row[n] for n in keep] for row in table.rows]
    table.rows = [row for row in table.rows if has_content(row[table.labels:])]
    return table


# ---- What is said beneath ----------------------------------------------------------------

def figures_of(table):
    return [it for row in table.rows for cell in row if not isinstance(cell, str)
            for it in cell if isinstance(it, Figure)]


def rounds_of(figures):
    rounds = sorted({it.rounds for it in figures})
    if not rounds or rounds == [1]:
        return ""
    few, many = rounds[0], rounds[-1]
    return f"Medians of {few} rounds." if few == many else f"Medians of {few} to {many} rounds."


def notes(table):
    figures = figures_of(table)
    used = {mark(it) for it in figures}
    said = [table.note, rounds_of(figures)] + [text for word, text in MARKS.items() if word in used]
    return " ".join(part for part in said if part)


def differs(cell):
    """How far the second run is from the first, if that is worth a word."""
    if isinstance(cell, str) or not all(isinstance(it, Figure) for it in cell[:2]):
        return None
    first, second = cell[0], cell[1]
    if first.unit.startswith("+") or not first.middle:
        return None  # a difference near 0 differs from itself by any percentage
    change = second.middle / first.middle - 1
    return change if abs(change) > DIFFER else None


def differences(table):
    """Row by row, where two runs disagree."""
    lines = []
    for row in table.rows:
        found = [f"{head} {item(cell[0])} and {item(cell[1])} ({100 * differs(cell):+.0f} %)"
                 for head, cell in zip(table.header, row) if differs(cell)]
        if found:
            lines.append(f"- {', '.join(row[:table.labels])}: {'; '.join(found)}")
    if not lines:
        return "No figure of this table differs by more than 10 % between the runs."
    return "\n".join(["These differ by more than 10 % between the runs:", ""] + lines)


# ---- Whole tables --------------------------------------------------------------------------

def cells_of(table):
    return [table.header] + [[text_of(cell) for cell in row] for row in table.rows]


def terminal(table):
    rows = cells_of(table)
    widths = [max(len(row[n]) for row in rows) for n in range(len(table.header))]
    lines = ["  " + "  ".join(text.ljust(width) if n < table.labels else text.rjust(width)
                              for n, (text, width) in enumerate(zip(row, widths))).rstrip()
             for row in rows]
    lines.insert(1, "  " + "  ".join("-" * width for width in widths))
    return "\n".join([table.title + ":"] + lines + [f"  {notes(table)}"] * bool(notes(table)))


def markdown(table):
    rows = [[text.replace("|", "\\|") for text in row] for row in cells_of(table)]
    rows.insert(1, ["---" if n < table.labels else "---:" for n in range(len(table.header))])
    parts = ["\n".join(f"| {' | '.join(row)} |" for row in rows)]
    if notes(table):
        parts.append(notes(table))
    if table.compared:
        parts.append(differences(table))
    return "\n\n".join(parts)
