"""The network without recurrence: a sequence laid out as one row, and what that costs as T grows."""

from __future__ import annotations

from . import lettering
from .canvas import BODY, SMALL, Canvas, Point
from .grid import Grid
from .palette import INK, LETTERS, QUIET, RULE, mix
from .picture import Picture
from .sizes import check_sizes, nice_step

_MOST = 24
_CELL = 30.0
_ANN, _RNN = "#2166ac", "#b2182b"


def flattened(T: int = 4, D: int = 2) -> Picture:
    """One sample `(T, D)`, and the row of T·D numbers that `Flatten` makes of it, each with its t and d."""
    check_sizes(T=T, D=D)
    if T * D > _MOST:
        raise ValueError(f"The sample is drawn cell by cell: at most {_MOST} numbers, and not T·D = {T * D}.")

    def fill(t: int) -> str:
        return mix(LETTERS["T"], 0.08 + 0.3 * t / max(1, T - 1))

    def text(t: int, d: int) -> str:
        return f"{t},{d}"

    canvas = Canvas()
    table = Grid(0, 0, list(range(T)), list(range(D)), _CELL)
    table.draw(canvas, lambda t, d: fill(t), text, size=9.5)
    for t in range(T):
        canvas.words(-10, (t + 0.5) * _CELL, f"{{T:{t}}}", SMALL, anchor="end")
    for d in range(D):
        canvas.words((d + 0.5) * _CELL, -10, f"{{D:{d}}}", SMALL)
    canvas.words(-10, -10, "*t*, *d*", SMALL, QUIET, "end")
    beside = D * _CELL + 24
    middle = T * _CELL / 2
    canvas.words(beside, middle, lettering.shape("T D", (T, D)), BODY, anchor="start")
    top = T * _CELL + 54
    canvas.arrow([(_CELL / 2, T * _CELL + 8), (_CELL / 2, top - 8)])
    canvas.words(_CELL / 2 + 14, T * _CELL + 27, "Flatten: row after row", 12, anchor="start")
    row = Grid(0, top, [0], list(range(T * D)), _CELL)
    row.draw(canvas, lambda _, place: fill(place // D), lambda _, place: text(*divmod(place, D)), size=9.5)
    canvas.words(-10, top + _CELL + 24, "*t* =", SMALL, QUIET, "end")
    for t in range(T):
        left = t * D * _CELL
        canvas.bracket(left + 3, left + D * _CELL - 3, top + _CELL + 9, f"{{T:{t}}}", LETTERS["T"], size=12)
    canvas.words(
        0,
        top + _CELL + 52,
        f"({{T}}·{{D}},) = ({{T:{T}}}·{{D:{D}}},) = ({T * D},)",
        BODY,
        anchor="start",
    )
    canvas.title("One sample, laid out as one row", 22)
    return canvas.picture(
        f"One sample as a table (T, D) = ({T}, {D}), and under it the same numbers as a row of T·D = {T * D} "
        f"numbers: first the {D} of step 0, then those of the next step, and so on to step {T - 1}."
    )


def parameters_over_time(D: int = 3, M: int = 5, K: int = 2, longest: int = 12) -> Picture:
    """The parameters of both networks as the sequences get longer: one grows, the other doesn't."""
    check_sizes(D=D, M=M, K=K, longest=longest)
    if longest < 2:
        raise ValueError("longest is at least 2, so that there is a growth to see.")
    output = M * K + K
    rnn = D * M + M * M + M + output
    ann = {T: T * D * M + M + output for T in range(1, longest + 1)}
    top = max(rnn, ann[longest])
    canvas = Canvas()
    width, height = 520.0, 240.0

    def place(T: float, count: float) -> Point:
        return (T - 1) / (longest - 1) * width, height - count / top * height

    step = nice_step(top / 4)
    marks = range(0, top + 1, step)
    canvas.lines([[(0, place(1, mark)[1]), (width, place(1, mark)[1])] for mark in marks], RULE)
    for mark in marks:
        canvas.words(-10, place(1, mark)[1], f"{mark}", SMALL, QUIET, "end")
    crossing = next((T for T in ann if ann[T] > rnn), None)
    if crossing is not None:
        canvas.line([place(crossing, 0), place(crossing, ann[crossing])], INK, 1.2, dashed=True)
    canvas.line([place(1, rnn), place(longest, rnn)], _RNN, 2.2)
    canvas.line([place(1, ann[1]), place(longest, ann[longest])], _ANN, 2.2, dashed=(7.0, 2.5))
    if longest <= 30:
        canvas.dots([place(T, rnn) for T in ann], 3, _RNN)
        canvas.dots([place(T, count) for T, count in ann.items()], 3, _ANN)
    ends = sorted(
        [
            (place(longest, ann[longest])[1], f"Flatten, Dense: {ann[longest]}", _ANN),
            (place(longest, rnn)[1], f"SimpleRNN: {rnn}", _RNN),
        ]
    )
    upper = ends[0][0]
    spots = [upper, max(ends[1][0], upper + 18)]
    for spot, (_, label, colour) in zip(spots, ends, strict=True):
        canvas.words(width + 12, spot, label, 12, colour, "start")
    canvas.words(-10, -18, "parameters", 12, INK, "end")
    pace = nice_step(longest / 24)
    for T in range(pace, longest + 1, pace):
        canvas.words(place(T, 0)[0], height + 15, f"{{T:{T}}}", SMALL)
    canvas.words(width / 2, height + 37, "time steps {T}", 12)
    since = "has more at none of these" if crossing is None else f"has more from {{T}} = {{T:{crossing}}} on"
    canvas.words(width / 2, height + 59, f"the network without recurrence {since}", 12)
    canvas.title(f"Parameters as {{T}} grows, {lettering.shape('D M K', (D, M, K))}", 24)
    told = (
        f"up to T = {longest} the network without recurrence never has more"
        if crossing is None
        else f"from T = {crossing} on the network without recurrence has more"
    )
    return canvas.picture(
        f"The number of parameters for (D, M, K) = ({D}, {M}, {K}) as T grows from 1 to {longest}: the "
        f"recurrent network's stays {rnn}, that of Flatten and Dense goes from {ann[1]} to {ann[longest]}; "
        f"{told}."
    )
