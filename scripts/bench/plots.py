# SPDX-License-Identifier: LGPL-2.1-or-later
"""The two plots, drawn by gnuplot."""
import math
import os
import shutil
import subprocess
import sys

from contest import CONTENDERS, STATELESS, LIVE, is_bare, received, reference
from measurements import figure

# Dropped above, passed below.
PANELS = (("SYN to a closed port", "UDP to random closed ports",
           "SYN behind two extension headers to a closed port"),
          ("UDP to an open port", "ACK of a live conversation", "UDP over IPv4"))
LINES = ("SYN to a closed port", "UDP to an open port")
# Okabe and Ito's palette, for all kinds of colour vision.
COLOURS = {"bare-drop": "#999999", "bare-pass": "#999999", "bare-tc": "#999999",
           "bare-both": "#999999", "netfwv6": "#0072B2", "netfwv6-tc": "#000000",
           "xdp-filter": "#E69F00", "nft-netdev": "#009E73", "nft-raw": "#CC79A7",
           "nft-ct": "#D55E00", "ip6tables": "#56B4E9"}
TERMINALS = {"svg": "svg size {} font 'sans-serif,13' background rgb 'white'",
             "png": "pngcairo size {} font 'sans-serif,11' background rgb 'white'"}


def measured(run, work, **set_up):
    """By contender, and of the bare programs the one that decides the same."""
    found = {}
    for name in CONTENDERS:
        it = figure(received(run, name, work, **set_up).values(), "ns")
        if it and (not is_bare(name) or name == reference("netfwv6", work)):
            found[name] = it
    return found


# ---- Bars: who costs what ------------------------------------------------------------------

def bar(y, name, it, work, widest):
    star = " (drops it)" if work in LIVE and name in STATELESS else ""
    colour = int(COLOURS[name][1:], 16)
    return (f'{y} {it.middle} {it.low} {it.high} {colour} "{it.middle:,.0f}{star}" "{name}" '
            f'{it.high + 0.02 * widest}')


def step(widest):
    """Of 1, 2 or 5 and noughts, so that there are three or four ticks."""
    scale = 10 ** math.floor(math.log10(widest / 2.5 or 1))
    return scale * max(n for n in (1, 2, 5) if n * scale <= widest / 2.5)


def panel(work, found, widest, names):
    rows = [bar(names.index(name), name, it, work, widest) for name, it in found.items()]
    ticks = ", ".join(f'"{name}" {n}' for n, name in enumerate(names))
    return "\n".join([
        "$data << EOD", *rows, "EOD",
        f'set title "{work}"', f"set xrange [0:{1.35 * widest}]", f"set xtics {step(widest)}",
        f"set yrange [{len(names) - 0.5}:-0.5]", f"set ytics ({ticks})",
        "plot $data using 2:1:(0):2:($1-0.36):($1+0.36):5 with boxxyerror lc rgb variable, \\",
        "     '' using 2:1:3:4 with xerrorbars pt -1 lw 1.5 lc rgb 'black', \\",
        "     '' using 8:1:6 with labels left offset 0.3,0"])


def row_of_panels(run, works):
    """On one scale, so that bars can be compared across."""
    shown = {work: measured(run, work) for work in works}
    shown = {work: found for work, found in shown.items() if found}
    widest = max((it.high for found in shown.values() for it in found.values()), default=0)
    names = [name for name in CONTENDERS if any(name in found for found in shown.values())]
    return [panel(work, found, widest, names) for work, found in shown.items()]


def bars(run):
    rows = [row for row in (row_of_panels(run, works) for works in PANELS) if row]
    if not rows:
        return None
    across = max(len(row) for row in rows)
    # A row that is short of a panel is filled, as the layout goes on in the same row.
    drawn = [text for row in rows for text in row + ["set multiplot next"] * (across - len(row))]
    return (f"{430 * across},{310 * len(rows) + 40}", "\n".join([
        f"set multiplot layout {len(rows)},{across} title "
        "'Receive cost: median, and whiskers from the 10th to the 90th percentile of the rounds'"
        " font ',15'",
        "set style fill solid 0.85 noborder", "set grid xtics lt 1 lc rgb '#dddddd'", "unset key",
        "set border 3", "set tics nomirror", "set ytics scale 0", "set xlabel 'ns a packet'",
        *drawn, "unset multiplot"]))


# ---- Lines: what open ports cost -----------------------------------------------------------

def line_data(run, work, amounts):
    """Blocks of ports and cost, one for each contender; a bare one costs the same throughout."""
    found = [(n, measured(run, work, ports=n)) for n in amounts]
    for name in CONTENDERS:
        points = [(n, by_name[name]) for n, by_name in found if name in by_name]
        if len(points) > 1:
            yield name, [f"{n} {it.middle} {it.low} {it.high}" for n, it in points]


def line_panel(n, work, blocks):
    data = [line for name, rows in blocks for line in (f"${name.replace('-', '_')}{n} << EOD", *rows, "EOD")]
    styles = [f"${name.replace('-', '_')}{n} using 1:2:3:4 with yerrorlines lw 2 "
              f"pt {CONTENDERS.index(name) + 3} ps 0.9 dt {2 if is_bare(name) else 1} "
              f"lc rgb '{COLOURS[name]}' title '{name}'" for name, rows in blocks]
    return "\n".join(data + [f'set title "{work}"', "plot " + ", ".join(styles)])


def thousands(n):
    return f"{n // 1000}k" if n % 1000 == 0 else str(n)


def lines(run):
    amounts = sorted({key[1] for key in run.series["receive"] if key[1]})
    shown = [(work, list(line_data(run, work, amounts))) for work in LINES]
    shown = [(work, blocks) for work, blocks in shown if any(not is_bare(n) for n, _ in blocks)]
    if len(amounts) < 2 or not shown:
        return None
    costs = [float(row.split()[n]) for _, blocks in shown for _, rows in blocks for row in rows
             for n in (2, 3)]
    return (f"{620 * len(shown)},420", "\n".join([
        f"set multiplot layout 1,{len(shown)} title 'Receive cost by open ports' font ',15'",
        "set logscale xy", "set grid ytics lt 1 lc rgb '#dddddd'", "set format y '%.0f'",
        "set key outside right center vertical Left reverse samplen 2 spacing 1.3",
        "set border 3", "set tics nomirror", f"set xrange [{amounts[0] * 0.7}:{amounts[-1] * 1.5}]",
        f"set yrange [{min(costs) * 0.6}:{max(costs) * 1.6}]",
        "set xtics (" + ", ".join(f'"{thousands(n)}" {n}' for n in amounts) + ")",
        "set xlabel 'open ports of each protocol'", "set ylabel 'ns a packet'",
        *[line_panel(n, *it) for n, it in enumerate(shown)], "unset multiplot"]))


# ---- gnuplot ---------------------------------------------------------------------------------

def draw(run, folder, formats):
    if not shutil.which("gnuplot"):
        print("report: no plots, since there is no gnuplot", file=sys.stderr)
        return
    for name, plot in (("receive", bars(run)), ("ports", lines(run))):
        for kind in formats if plot else ():
            size, script = plot
            path = os.path.join(folder, f"{name}.{kind}")
            subprocess.run(["gnuplot"], check=True, text=True, encoding="utf-8", input="\n".join([
                f"set terminal {TERMINALS[kind].format(size)}", f"set output '{path}'", script, ""]))
