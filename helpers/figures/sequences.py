"""The state handed on: from one part of a sequence to the next, and across padding."""

import numpy as np
from jaxtyping import Bool
from numpy import ndarray as Array

from . import lettering
from .canvas import BODY, SMALL, Canvas, Point
from .grid import shown
from .palette import CARD, LETTERS, QUIET, RULE, TINTS
from .picture import Picture
from .sizes import check_sizes


def carried_state(T1: int = 4, T2: int = 3) -> Picture:
    """A sequence cut in two: the second part starts from the state that the first part ends with."""
    check_sizes(T1=T1, T2=T2)
    canvas = Canvas()
    first, second = shown(T1, 6), shown(T2, 6)
    count = len(first) + len(second)
    pitch = min(66.0, 620 / count)
    cell = pitch - 18
    left, hand = 84.0, 78.0
    _whole(
        canvas,
        [*first, *[None if t is None else t + T1 for t in second]],
        left,
        hand,
        len(first),
        pitch,
        cell,
    )
    y = 132.0
    end = _run(canvas, first, left, y, pitch, cell)
    start = end + hand - 18
    canvas.arrow([(end + 2, y), (start - 2, y)], LETTERS["M"], 2.6)
    canvas.words((end + start) / 2, y - 17, "*h*", BODY)
    canvas.words((end + start) / 2, y + 19, lettering.letters("N M"), SMALL)
    _run(canvas, [None if t is None else t + T1 for t in second], start, y, pitch, cell)
    _zero(canvas, left, y)
    canvas.words(16, 0, "whole", 12, QUIET, "end")
    canvas.words(16, y, "in two parts", 12, QUIET, "end")
    for x0, x1, size in ((left, end, T1), (start, start + len(second) * pitch - 18, T2)):
        low = y + 58
        canvas.line([(x0, low - 4), (x0, low), (x1, low), (x1, low - 4)], LETTERS["T"], 1.5)
        canvas.words((x0 + x1) / 2, low + 15, f"{{T:{size}}} step{'s' if size > 1 else ''}", 12)
    note = "The second part has *initial_state* = the last *h* of the first: the states are the same."
    canvas.words(left, y + 104, note, 12, anchor="start")
    canvas.title(f"The state handed over: {{T}} = {{T:{T1}}} + {{T:{T2}}} = {{T:{T1 + T2}}}")
    return canvas.picture(
        f"A sequence of T = {T1} + {T2} = {T1 + T2} steps, once whole and once cut in two: the state h (N, "
        f"M) after the first {T1} steps is handed to the second part as its initial state, and all states "
        "are the same as in the whole."
    )


def masking(mask: Bool[Array, "N T"]) -> Picture:
    """A padded batch: at padded steps (hatched) the state passes through unchanged."""
    given = np.asarray(mask)
    if given.ndim != 2 or given.size == 0 or not np.isin(given, (0, 1)).all():
        raise ValueError(
            "mask is a (N, T) array of True (a real step) and False (padding), and not of shape "
            f"{given.shape}."
        )
    given = given.astype(bool)
    N, T = given.shape
    canvas = Canvas()
    samples, times = shown(N, 6), shown(T, 10)
    pitch = min(64.0, 620 / len(times))
    cell = pitch - 18 if pitch > 50 else pitch - 14
    row = cell + 22
    pads: list[tuple[float, float, float, float]] = []
    hops: list[list[Point]] = []
    for i, n in enumerate(samples):
        y = i * row
        if n is None:
            canvas.words(cell / 2, y, "⋮", BODY, QUIET)
            continue
        canvas.words(-82, y, f"*n* = {{N:{n}}}", 12, anchor="end")
        _zero(canvas, 0, y, reach=18)
        for j, t in enumerate(times):
            x = j * pitch
            if t is None:
                canvas.words(x + cell / 2, y, "⋯", BODY, QUIET)
                hops.append([(x + cell / 2 + 12, y), (x + pitch - 2, y)])
                continue
            real = bool(given[n, t])
            box = (x, y - cell / 2, cell, cell)
            if real:
                canvas.box(*box, TINTS["M"], LETTERS["M"], 1.3, 6)
            else:
                canvas.box(*box, CARD, RULE, 1, 6)
                pads.append((x + 3, y - cell / 2 + 3, cell - 6, cell - 6))
            if real:
                canvas.words(x + cell / 2, y, f"*h*{_subscript(t)}", BODY)
            if j + 1 < len(times):
                end = x + pitch - 2 if times[j + 1] is not None else x + pitch + cell / 2 - 12
                hops.append([(x + cell + 2, y), (end, y)])
        real_steps = np.flatnonzero(given[n])
        last = f"*h*{_subscript(int(real_steps[-1]))}" if real_steps.size else "0"
        x = (len(times) - 1) * pitch + cell
        hops.append([(x + 2, y), (x + 22, y)])
        canvas.words(x + 32, y, last, BODY, anchor="start")
    canvas.hatch(pads, "#d3d8dd", 10)
    # What comes in passes straight through a padded step.
    canvas.lines(
        [[(x - 3, y + h / 2), (x + w + 3, y + h / 2)] for x, y, w, h in pads], LETTERS["M"], 1.4, True
    )
    canvas.arrows(hops, LETTERS["M"])
    for j, t in enumerate(times):
        if t is not None:
            canvas.words(j * pitch + cell / 2, -cell / 2 - 14, f"{{T:{t}}}", SMALL)
    canvas.words(-82, -cell / 2 - 14, "*t* =", SMALL, LETTERS["T"], "end")
    canvas.words((len(times) - 1) * pitch + cell + 32, -cell / 2 - 14, "last *h*", SMALL, QUIET, "start")
    low = len(samples) * row - row / 2 + 20
    canvas.box(0, low - 9, 18, 18, TINTS["M"], LETTERS["M"], 1.2, 4)
    at = 28 + canvas.words(28, low, "a real step: *h* is computed anew", 12, anchor="start") + 28
    canvas.box(at, low - 9, 18, 18, CARD, RULE, 1, 4)
    canvas.hatch([(at + 2, low - 7, 14, 14)], "#d3d8dd", 5)
    canvas.line([(at, low), (at + 18, low)], LETTERS["M"], 1.4, dashed=True)
    canvas.words(at + 28, low, "padding: *h* goes through unchanged", 12, anchor="start")
    canvas.title(f"Padding carries the state unchanged: mask {lettering.shape('N T', (N, T))}")
    lengths = ", ".join(str(int(n)) for n in given.sum(axis=1)[:8]) + (", …" if N > 8 else "")
    return canvas.picture(
        f"A padded batch with mask (N, T) = ({N}, {T}): the samples have {lengths} real steps. At a real "
        "step t the state h_t is computed anew; at a padded one, hatched, h goes through unchanged; a sample "
        "that is all padding keeps zeros."
    )


def _whole(
    canvas: Canvas, times: list[int | None], left: float, hand: float, cut: int, pitch: float, cell: float
) -> None:
    """The uncut run, with its cells above those of the two parts."""
    end = _run(canvas, times[:cut], left, 0, pitch, cell)
    start = end + hand - 18
    canvas.arrow([(end + 2, 0), (start - 2, 0)], LETTERS["M"], 1.6)
    _run(canvas, times[cut:], start, 0, pitch, cell)
    _zero(canvas, left, 0)
    middle = (end + start) / 2
    canvas.line([(middle, -24), (middle, 46)], QUIET, 1.2, dashed=True)
    canvas.words(middle, -34, "cut", SMALL, QUIET)


def _run(canvas: Canvas, times: list[int | None], x: float, y: float, pitch: float, cell: float) -> float:
    """States from left to right, each over its input; returns where the last one ends."""
    states: list[list[Point]] = []
    inputs: list[list[Point]] = []
    for j, t in enumerate(times):
        at = x + j * pitch
        if t is None:
            canvas.words(at + cell / 2, y, "⋯", BODY, QUIET)
        else:
            canvas.box(at, y - 14, cell, 28, TINTS["M"], LETTERS["M"], 1.3, 6)
            canvas.words(at + cell / 2, y + 38, f"*x*[{{T:{t}}}]", SMALL)
            inputs.append([(at + cell / 2, y + 30), (at + cell / 2, y + 16)])
        if j + 1 < len(times):
            states.append([(at + cell + 1, y), (at + pitch - 1, y)])
    canvas.arrows(states, LETTERS["M"], 1.6)
    canvas.arrows(inputs, LETTERS["D"], 1.2)
    return x + (len(times) - 1) * pitch + cell


def _zero(canvas: Canvas, x: float, y: float, reach: float = 26) -> None:
    """The state before the first step, left of x."""
    canvas.box(x - reach - 28, y - 13, 26, 26, CARD, LETTERS["M"], 1.1, 13, dashed=True)
    canvas.words(x - reach - 15, y, "0", 12, LETTERS["M"])
    canvas.arrow([(x - reach, y), (x - 2, y)], LETTERS["M"], 1.4)


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
