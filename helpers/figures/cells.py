"""Cells with gates: how they are wired, how their gates move over time, and how long they remember."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .grid import Grid, shown
from .lettering import MINUS
from .palette import CARD, INK, LETTERS, PAPER, QUIET, RULE, TINTS, diverging, mix, text_on
from .picture import Picture
from .sizes import array, check_sizes

Traces = Mapping[str, Float[Array, "T"]]

_LEVELS = 20
_SIGN = 13.0


def lstm_cell(D: int = 3, M: int = 5) -> Picture:
    """One step of an LSTM: four blocks of z, squashed into gates, and the memory that runs past them."""
    check_sizes(D=D, M=M)
    canvas = Canvas()
    left, right = 150.0, 690.0
    memory, middle, squash, strip = 62.0, 142.0, 236.0, 286.0
    x = {"i": 225.0, "f": 355.0, "c": 485.0, "o": 615.0}
    canvas.box(left, 0, right - left, 436, mix(TINTS["M"], 0.3), LETTERS["M"], 1.4)

    # The memory's road.
    _arrival(canvas, memory, "c_last", "M", M)
    canvas.line([(120, memory), (x["f"] - _SIGN, memory)], LETTERS["M"], 3)
    canvas.line([(x["f"] + _SIGN, memory), (x["c"] - _SIGN, memory)], LETTERS["M"], 3)
    canvas.arrow([(x["c"] + _SIGN, memory), (right + 34, memory)], LETTERS["M"], 3)
    _departure(canvas, right + 42, memory, "c", M)
    # The gates' ways up; that of i passes behind that of f.
    canvas.arrow([(x["i"], squash), (x["i"], middle), (x["c"] - _SIGN - 2, middle)], INK, 1.4)
    canvas.line([(x["f"], middle - 8), (x["f"], middle + 8)], mix(TINTS["M"], 0.3), 7)
    canvas.arrow([(x["f"], squash), (x["f"], memory + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["c"], squash), (x["c"], middle + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["c"], middle - _SIGN), (x["c"], memory + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["o"], squash), (x["o"], middle + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["o"], memory), (x["o"], middle - _SIGN - 2)], LETTERS["M"], 1.8)
    canvas.arrow([(x["o"] + _SIGN, middle), (right + 34, middle)], LETTERS["M"], 1.8)
    _departure(canvas, right + 42, middle, "h", M)
    for at, sign in (
        ((x["f"], memory), "×"),
        ((x["c"], memory), "+"),
        ((x["c"], middle), "×"),
        ((x["o"], middle), "×"),
    ):
        _node(canvas, *at, sign)
    _pill(canvas, x["o"], (memory + middle) / 2 - 2, "tanh")
    canvas.words(x["f"], memory - 30, "what is kept", 12, QUIET)
    canvas.words(x["c"], memory - 30, "what is written", 12, QUIET)
    canvas.words(x["o"], memory - 30, "what is shown", 12, QUIET)

    # z, cut into four.
    for name, said in (("i", "σ"), ("f", "σ"), ("c", "tanh"), ("o", "σ")):
        canvas.arrow([(x[name], strip), (x[name], squash + 13)], INK, 1.4)
        _pill(canvas, x[name], squash, said)
    blocks = {"i": "input gate", "f": "forget gate", "c": "candidate", "o": "output gate"}
    for name, called in blocks.items():
        canvas.rectangles([(x[name] - 64, strip, 128, 46)], TINTS["M"], LETTERS["M"], 1.2)
        canvas.words(x[name], strip + 15, f"*{name}*  {called}", 12)
        canvas.words(x[name], strip + 33, lettering.shape("M", [M]), SMALL)
    base = strip + 88
    canvas.box(left + 92, base - 20, right - left - 184, 66, CARD, RULE, 1)
    canvas.words((left + right) / 2, base, "*z* = *x_t* @ *Wx* + *h_last* @ *Wh* + *b*", BODY)
    canvas.words(
        (left + right) / 2,
        base + 26,
        " ".join(
            [
                lettering.letters("4M"), "=", lettering.letters("D"), lettering.letters("D 4M"), "+",
                lettering.letters("M"), lettering.letters("M 4M"), "+", lettering.letters("4M"),
            ]
        ),
        12,
    )  # fmt: skip
    canvas.arrow([((left + right) / 2, base - 22), ((left + right) / 2, strip + 48)], INK, 1.4)
    for y, name, letter, size in ((base - 9, "h_last", "M", M), (base + 34, "x_t", "D", D)):
        _arrival(canvas, y, name, letter, size)
        canvas.arrow([(120, y), (left + 88, y)], LETTERS[letter], 1.6)
    canvas.title("One step of an LSTM: *c* = *f* × *c_last* + *i* × candidate,  *h* = *o* × tanh(*c*)")
    return canvas.picture(
        f"One step of an LSTM with (D, M) = ({D}, {M}): x_t (D,) = ({D},) and h_last (M,) = ({M},) make z = "
        f"x_t @ Wx + h_last @ Wh + b of the shape (4M,) = ({4 * M},), cut into four blocks of M: the input "
        "gate i, the forget gate f, the candidate c and the output gate o. The candidate goes through tanh, "
        "the gates through the sigmoid. The memory c_last runs straight through: times f, plus i times the "
        "candidate, it is the new memory c. The state h is o times tanh of c."
    )


def gru_cell(D: int = 3, M: int = 5, reset_after: bool = True) -> Picture:
    """One step of a GRU: two products, cut into three, two gates, and the mixture that is the new state."""
    check_sizes(D=D, M=M)
    canvas = Canvas()
    left, right = 150.0, 748.0
    road, share, squash, meet, boxes, state, entry = 62.0, 122.0, 216.0, 276.0, 322.0, 404.0, 462.0
    x = {"z": 352.0, "r": 512.0, "h": 672.0}
    past, new = x["h"] - 36, x["h"] + 36
    ground = mix(TINTS["M"], 0.3)
    canvas.box(left, 0, right - left, entry + 36, ground, LETTERS["M"], 1.4)

    # The state's road.
    _arrival(canvas, road, "h_last", "M", M)
    canvas.line([(120, road), (x["z"] - _SIGN, road)], LETTERS["M"], 3)
    canvas.line([(x["z"] + _SIGN, road), (x["h"] - _SIGN, road)], LETTERS["M"], 3)
    canvas.arrow([(x["h"] + _SIGN, road), (right + 34, road)], LETTERS["M"], 3)
    _departure(canvas, right + 42, road, "h", M)
    canvas.words(x["z"], road - 30, "what is kept", 12, QUIET)
    canvas.words(x["h"], road - 30, "what is new", 12, QUIET)

    # Two products, cut into blocks; the lines from below pass behind those that lie across.
    _arrival(canvas, entry, "x_t", "D", D)
    canvas.arrow([(120, entry), (196, entry)], LETTERS["D"], 1.6)
    canvas.arrow([*([(180, road)] if reset_after else []), (180, state), (196, state)], LETTERS["M"], 1.6)
    for name in x:
        canvas.arrow([(x[name] + 36, entry), (x[name] + 36, boxes + 42)], LETTERS["D"], 1.6)
    blocks = ["z", "r", "h"] if reset_after else ["z", "r"]
    across = [[(304, state), (x[blocks[-1]] - 36, state)]]
    if not reset_after:
        across.append([(180, road), (180, state + 29), (past, state + 29)])
    for points in across:
        for name in ("z", "r"):
            (x0, y), (x1, _) = points[-2:]
            if x0 < x[name] + 36 < x1:
                canvas.line([(x[name] + 36, y - 5), (x[name] + 36, y + 5)], ground, 7)
        canvas.line(points, LETTERS["M"], 1.6)
    canvas.line([(304, entry), (new, entry)], LETTERS["D"], 1.6)
    for y, letter, product, wide in (
        (state, "M", "@ *Wh* + *b*[1]" if reset_after else "@ *Wh*[:, :2M]", f"{len(blocks)}M"),
        (entry, "D", "@ *Wx* + *b*[0]" if reset_after else "@ *Wx* + *b*", "3M"),
    ):
        canvas.box(200, y - 19, 104, 38, CARD, LETTERS[letter], 1.2)
        canvas.words(252, y - 8, product, 12)
        canvas.words(252, y + 9, lettering.letters(wide), SMALL)
    for name in blocks:
        canvas.arrow([(x[name] - 36, state), (x[name] - 36, boxes + 42)], LETTERS["M"], 1.6)
        _part(canvas, x[name] - 36, boxes, f"h{name}", "M")
    for name in x:
        _part(canvas, x[name] + 36, boxes, f"x{name}", "D")

    # The two gates.
    for name in ("z", "r"):
        canvas.arrow([(x[name] - 36, boxes), (x[name] - 36, meet), (x[name] - _SIGN - 2, meet)], INK, 1.4)
        canvas.arrow([(x[name] + 36, boxes), (x[name] + 36, meet), (x[name] + _SIGN + 2, meet)], INK, 1.4)
        _node(canvas, x[name], meet, "+")
        canvas.arrow([(x[name], meet - _SIGN), (x[name], squash + 14)], INK, 1.4)
        _pill(canvas, x[name], squash, "σ")
    canvas.words(x["z"] - 32, squash, "update gate *z*", 12, INK, "end")
    canvas.words(x["r"] - 32, squash, "reset gate *r*", 12, INK, "end")
    canvas.arrow([(x["z"], squash - 12), (x["z"], road + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["z"], share), (x["h"] - _SIGN - 2, share)], INK, 1.4)
    canvas.box(x["r"] - 28, share - 12, 56, 24, CARD, INK, 1.2, 12)
    canvas.words(x["r"], share, f"1 {MINUS} *z*", 12)

    # The candidate hears as much of the past as the reset gate lets through.
    reset = meet if reset_after else 368.0
    turn = x["r"] + 79
    canvas.arrow([(x["r"] + 23, squash), (turn, squash), (turn, reset), (past - _SIGN - 2, reset)], INK, 2.4)
    canvas.arrow([(past, meet), (past, 222), (x["h"] - _SIGN - 2, 222)], INK, 1.4)
    if reset_after:
        canvas.arrow([(past, boxes), (past, meet + _SIGN + 2)], INK, 1.4)
    else:
        canvas.arrow([(past, state + 29), (past, reset + _SIGN + 2)], LETTERS["M"], 1.6)
        canvas.arrow([(past, reset), (past, meet + 59)], INK, 1.4)
        canvas.box(past - 30, meet + 1, 60, 56, CARD, LETTERS["M"], 1.2)
        canvas.words(past, meet + 13, "@ *Wh*", 12)
        canvas.words(past, meet + 28, "[:, 2M:]", 12)
        canvas.words(past, meet + 45, lettering.letters("M M"), SMALL)
    _node(canvas, past, reset, "×")
    canvas.arrow([(new, boxes), (new, 222), (x["h"] + _SIGN + 2, 222)], INK, 1.4)
    canvas.arrow([(x["h"], 222), (x["h"], 185)], INK, 1.4)
    _node(canvas, x["h"], 222, "+")
    _pill(canvas, x["h"], 172, "tanh")
    canvas.arrow([(x["h"], 160), (x["h"], share + _SIGN + 2)], INK, 1.4)
    canvas.arrow([(x["h"], share - _SIGN), (x["h"], road + _SIGN + 2)], INK, 1.4)
    for at, sign in (((x["z"], road), "×"), ((x["h"], road), "+"), ((x["h"], share), "×")):
        _node(canvas, *at, sign)
    made = ", ".join(f"h{name}" for name in blocks)
    where = "after" if reset_after else "before"
    canvas.title(
        f"One step of a GRU, reset {where} the product: *h* = *z* × *h_last* + (1 {MINUS} *z*) × candidate"
    )
    candidate = "tanh(xh + r times hh)" if reset_after else "tanh(xh + (r times h_last) @ Wh[:, 2M:])"
    columns = "Wh" if reset_after else "the first 2M columns of Wh"
    return canvas.picture(
        f"One step of a GRU with (D, M) = ({D}, {M}) and reset_after={reset_after}: x_t (D,) = ({D},) times "
        f"Wx makes three blocks of M, xz, xr and xh; h_last (M,) = ({M},) times {columns} makes {made}. "
        "The update gate z is the sigmoid of xz + hz, the reset gate r that of xr + hr. The candidate is "
        f"{candidate}: the reset comes {where} the product. The state runs straight through: "
        "h is z times h_last, plus 1 minus z times the candidate."
    )


def bias_rows(M: int = 4) -> Picture:
    """The bias (2, 3M) of a GRU with the reset after the product, and where each of its rows is added."""
    check_sizes(M=M)
    canvas = Canvas()
    columns = shown(M, 5)
    cell = min(30.0, 150 / len(columns))
    wide, gap, high = len(columns) * cell, 44.0, 30.0
    x = {name: k * (max(wide, 150) + gap) for k, name in enumerate("zrh")}
    called = {"z": "update gate *z*", "r": "reset gate *r*", "h": "candidate"}
    rows = (("*b*[0]", 0.0, "D", "with *x_t* @ *Wx*"), ("*b*[1]", 62.0, "M", "with *h_last* @ *Wh*"))
    for name, at in x.items():
        centre = at + max(wide, 150) / 2
        canvas.words(centre, -26, called[name], BODY)
        for _, y, letter, _ in rows:
            x0 = centre - wide / 2
            canvas.rectangles([(x0, y, wide, high)], TINTS[letter], LETTERS[letter], 1.2)
            canvas.lines(
                [[(x0 + j * cell, y), (x0 + j * cell, y + high)] for j in range(1, len(columns))],
                mix(LETTERS[letter], 0.45),
            )
            for j in [j for j, column in enumerate(columns) if column is None]:
                canvas.words(x0 + (j + 0.5) * cell, y + high / 2, "⋯", SMALL, QUIET)
        low = rows[1][1] + high
        if name != "h":
            canvas.words(centre, 46, "+", 17, QUIET)
            canvas.arrow([(centre, low + 4), (centre, low + 42)], INK, 1.4)
            _pill(canvas, centre, low + 58, "σ")
            canvas.words(centre, low + 90, "only the sum counts:", 12, QUIET)
            canvas.words(centre, low + 108, "one row would do", 12, QUIET)
        else:
            spot = centre - 56
            canvas.arrow([(centre, low + 2), (centre, low + 18)], INK, 1.4)
            _node(canvas, centre, low + 33, "×")
            canvas.words(spot - 8, low + 33, "*r*", BODY, INK, "end")
            canvas.arrow([(spot, low + 33), (centre - _SIGN - 2, low + 33)], INK, 2.4)
            side = centre + wide / 2 + 24
            canvas.arrow(
                [
                    (centre + wide / 2 + 2, high / 2),
                    (side, high / 2),
                    (side, low + 76),
                    (centre + _SIGN + 2, low + 76),
                ],
                INK,
                1.4,
            )
            canvas.arrow([(centre, low + 46), (centre, low + 61)], INK, 1.4)
            _node(canvas, centre, low + 76, "+")
            canvas.arrow([(centre, low + 89), (centre, low + 104)], INK, 1.4)
            _pill(canvas, centre, low + 118, "tanh")
            canvas.words(centre, low + 150, "only *b*[1] goes through", 12, QUIET)
            canvas.words(centre, low + 168, "the gate: two are needed", 12, QUIET)
    for name, y, letter, said in rows:
        canvas.words(-16, y + high / 2 - 9, name, BODY, anchor="end")
        canvas.words(-16, y + high / 2 + 9, said, SMALL, LETTERS[letter], "end")
    canvas.title(f"The bias of a GRU with reset_after: {lettering.shape('2 3M', (2, 3 * M))}")
    return canvas.picture(
        f"The bias b (2, 3M) = (2, {3 * M}) of a GRU with reset_after: row b[0] is added to x_t @ Wx, row "
        "b[1] to h_last @ Wh, each with one block of M for z, r and the candidate. For z and r the two are "
        "only added up. In the candidate b[1] is multiplied by the reset gate r, and b[0] is not, so there "
        "two rows say more than one."
    )


def gates(inputs: Traces, gates: Traces, states: Traces) -> Picture:
    """What goes in, how far each gate is open, and what is remembered, step by step, for one unit.

    Each is a dict of rows (T,) by their names; the gates' values are shares from 0 (shut) to 1 (open).
    """
    given = {
        part: {name: array(name, row, (1,)) for name, row in rows.items()}
        for part, rows in (("inputs", inputs), ("gates", gates), ("states", states))
    }
    lengths = {len(row) for rows in given.values() for row in rows.values()}
    if len(lengths) != 1:
        raise ValueError(f"the rows are of one length, T, and not of {sorted(lengths)}.")
    (T,) = lengths
    for name, row in given["gates"].items():
        if row.min() < 0 or row.max() > 1:
            raise ValueError(f"{name} is a gate, from 0 (shut) to 1 (open), and goes beyond.")
    canvas = Canvas()
    times = shown(T, 20)
    cell = min(36.0, 680 / len(times))
    limit = max([1.0, *(float(np.abs(row).max()) for row in given["states"].values())])
    said = {"inputs": "in", "gates": "gates", "states": "state"}
    y = 0.0
    for part, rows in given.items():
        if not rows:
            continue
        values = np.stack(list(rows.values()))
        grid = Grid(0, y, list(range(len(rows))), times, cell)
        _rows(canvas, grid, values, part, limit)
        for i, name in enumerate(rows):
            canvas.words(-12, y + (i + 0.5) * cell, f"*{name}*", 12, anchor="end")
        canvas.words(grid.width + 12, grid.middle[1], said[part], SMALL, QUIET, "start")
        y += grid.height + 12
    every = -(-24 // int(cell))
    for j, t in enumerate(times):
        if t is not None and (t % every == 0 or t == T - 1):
            canvas.words((j + 0.5) * cell, -14, f"{{T:{t}}}", SMALL)
    canvas.words(-12, -14, "*t* =", SMALL, LETTERS["T"], "end")
    at = 0.0
    for share, words in ((0.0, "shut: 0"), (0.5, "half open"), (1.0, "open: 1")):
        canvas.rectangles([(at, y + 8, 16, 16)], _open(share), RULE)
        at += 24 + canvas.words(at + 24, y + 16, words, SMALL, QUIET, "start") + 18
    canvas.title(f"Gates over time: {{T}} = {{T:{T}}}")
    told = "; ".join(f"{name} {_listed(row)}" for name, row in given["gates"].items())
    kept = "; ".join(f"{name} {_listed(row)}" for name, row in given["states"].items())
    return canvas.picture(
        f"Gates over T = {T} steps, from 0 (shut) to 1 (open), with {', '.join(given['inputs'])} going in: "
        f"{told}. What is kept: {kept}."
    )


def echoes(traces: Traces) -> Picture:
    """Lines over time, by their names: what is left of a knock at t = 0."""
    rows = {name: array(name, row, (1,)) for name, row in traces.items()}
    lengths = {len(row) for row in rows.values()}
    if len(lengths) != 1 or max(lengths) < 2:
        raise ValueError(f"the lines are of one length, T of at least 2, and not of {sorted(lengths)}.")
    (T,) = lengths
    canvas = Canvas()
    width, height = 560.0, 220.0
    top = max(1.0, *(float(row.max()) for row in rows.values()))
    low = min(0.0, *(float(row.min()) for row in rows.values()))

    def place(t: int, value: float) -> tuple[float, float]:
        return width * t / (T - 1), height * (top - value) / (top - low)

    for value in sorted({0.0, 0.5, 1.0} | ({low} if low < 0 else set())):
        canvas.line([place(0, value), place(T - 1, value)], RULE, 1)
        canvas.words(-10, place(0, value)[1], f"{value:.2g}".replace("-", MINUS), SMALL, QUIET, "end")
    every = max(1, -(-T // 11))
    for t in range(0, T, every):
        canvas.words(place(t, 0)[0], height + 16, f"{{T:{t}}}", SMALL)
    canvas.words(-10, height + 16, "*t* =", SMALL, LETTERS["T"], "end")
    ends = []
    for i, (name, row) in enumerate(rows.items()):
        colour = mix(INK, 1 - 0.15 * i) if not i else mix(LETTERS["M"], 1 - 0.12 * (i - 1))
        dash = ((5.0, 3.0), (), (8.0, 2.5), (2.0, 2.0), (8.0, 2.5, 2.0, 2.5))[i % 5]
        canvas.line([place(t, float(value)) for t, value in enumerate(row)], colour, 2, dash or False)
        ends.append((place(T - 1, float(row[-1]))[1], name, colour))
    ends.sort()
    places: list[float] = []
    for y, _, _ in ends:
        places.append(max(y, places[-1] + 18) if places else y)
    for spot, (y, name, colour) in zip(_lifted(places, height), ends, strict=True):
        canvas.line([(width + 3, y), (width + 16, spot)], mix(colour, 0.6), 0.8)
        canvas.words(width + 20, spot, name, 12, INK, "start")
    canvas.title(f"What is left of a knock at *t* = {{T:0}}: {{T}} = {{T:{T}}}")
    told = "; ".join(f"{name}: from {_rounded(row[0])} to {_rounded(row[-1])}" for name, row in rows.items())
    return canvas.picture(f"What is left of a knock at t = 0 over T = {T} steps, one line each. {told}.")


def _lifted(places: list[float], floor: float) -> list[float]:
    """Labels that were pushed below the floor, moved up again, and those above them with them."""
    lifted: list[float] = []
    for place in reversed(places):
        lifted.append(min(place, lifted[-1] - 18 if lifted else floor))
    return lifted[::-1]


def _arrival(canvas: Canvas, y: float, name: str, letter: str, size: int) -> None:
    canvas.words(112, y - 9, f"*{name}*", BODY, anchor="end")
    canvas.words(112, y + 9, lettering.shape(letter, [size]), SMALL, anchor="end")


def _departure(canvas: Canvas, x: float, y: float, name: str, size: int) -> None:
    canvas.words(x, y - 9, f"*{name}*", BODY, anchor="start")
    canvas.words(x, y + 9, lettering.shape("M", [size]), SMALL, anchor="start")


def _node(canvas: Canvas, x: float, y: float, sign: str) -> None:
    """Entry by entry: two arrays (M,) meet."""
    canvas.box(x - _SIGN, y - _SIGN, 2 * _SIGN, 2 * _SIGN, CARD, INK, 1.4, _SIGN)
    canvas.words(x, y, sign, 16)


def _part(canvas: Canvas, x: float, y: float, name: str, letter: str) -> None:
    """One block of a product, in the colour of what it was made of."""
    canvas.rectangles([(x - 33, y, 66, 40)], TINTS[letter], LETTERS[letter], 1.2)
    canvas.words(x, y + 13, f"*{name}*", 12)
    canvas.words(x, y + 29, lettering.letters("M"), SMALL)


def _pill(canvas: Canvas, x: float, y: float, words: str) -> None:
    canvas.box(x - 23, y - 12, 46, 24, CARD, INK, 1.2, 12)
    canvas.words(x, y, words, 12)


def _rows(canvas: Canvas, grid: Grid, values: Float[Array, "R T"], part: str, limit: float) -> None:
    def fill(i: int, t: int) -> str:
        value = float(values[i, t])
        if part == "inputs":
            return PAPER
        return _open(value) if part == "gates" else diverging(value, limit)

    def text(i: int, t: int) -> str:
        return lettering.number(round(float(values[i, t]), 1), 1)

    grid.draw(
        canvas,
        fill,
        text if grid.cell >= 24 else None,
        lambda i, t: text_on(fill(i, t)),
        edge="#ffffff" if part != "inputs" else RULE,
        size=SMALL,
    )
    canvas.rectangles([(grid.x, grid.y, grid.width, grid.height)], "none", RULE)


def _open(share: float) -> str:
    """White where a gate is shut, the darker the further it is open."""
    return mix("#2c5c3f", round(share * _LEVELS) / _LEVELS)


def _rounded(value: float) -> str:
    return lettering.number(round(float(value), 2))


def _listed(row: Float[Array, "T"]) -> str:
    numbers = [lettering.number(round(float(value), 1), 1) for value in row]
    return ", ".join(numbers if len(numbers) <= 12 else [*numbers[:10], "…", numbers[-1]])
