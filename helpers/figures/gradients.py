"""Gradients: the way back through the unrolled network, how they fade with time, and how they are clipped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Num
from numpy import ndarray as Array

from . import lettering
from .canvas import BODY, SMALL, Canvas, Point
from .grid import shown
from .palette import CARD, INK, LETTERS, PAPER, QUIET, RULE, TINTS, mix
from .picture import Picture
from .sizes import array, check_sizes

BACK = "#a3241b"
"""Colour of everything that flows backwards."""


def backward(N: int = 3, T: int = 4, D: int = 2, M: int = 5, K: int = 1) -> Picture:
    """The unrolled network with the way back drawn on it: every gradient beside the array that it belongs
    to."""
    check_sizes(N=N, T=T, D=D, M=M, K=K)
    canvas = Canvas()
    steps = shown(T, 4)
    box, hop, start = 104.0, 200.0, 88.0
    canvas.box(-12, -15, 34, 30, CARD, LETTERS["M"], 1.2, 15, dashed=True)
    canvas.words(5, 0, "0", BODY, LETTERS["M"])
    before, rows = 24.0, lettering.letters("N M")
    back: list[Sequence[Point]] = []
    there: list[Sequence[Point]] = []
    inputs: list[Sequence[Point]] = []
    for i, t in enumerate(steps):
        x = start + i * hop
        middle = x + box / 2
        end = x if t is not None else middle - 18
        there.append([(before + 3, -11), (end - 3, -11)])
        if i:
            gap = (before + end) / 2
            canvas.words(gap, -26, f"*h* {rows}", SMALL)
            back.append([(end - 3, 11), (before + 3, 11)])
            canvas.words(gap, 26, f"*dh* {rows}", SMALL, BACK)
            canvas.words(gap, 43, "= *da* @ *Wh*.T", SMALL, BACK)
        if t is None:
            canvas.words(middle, 0, "⋯", 18, QUIET)
            canvas.words(middle, 97, "⋯", 18, QUIET)
            before = middle + 18
            continue
        canvas.box(x, -36, box, 72, mix(TINTS["M"], 0.45), LETTERS["M"], 1.4)
        canvas.words(middle, -18, "*h* = tanh(*a*)", 12)
        canvas.words(middle, 4, "*da* = *dh* ·", 12, BACK)
        canvas.words(middle, 22, "slope of tanh", 12, BACK)
        canvas.box(middle - 58, 84, 68, 26, TINTS["D"], LETTERS["D"], 1.2, 13)
        canvas.words(middle - 24, 97, f"*X*[:, {{T:{t}}}]", 12)
        inputs.append([(middle - 24, 82), (middle - 24, 40)])
        back.append([(middle + 32, 38), (middle + 32, 136)])
        before = x + box
    shares = "*dWx*, *dWh*, *dbh*: the shares of all steps, added up"
    wide = max(before - start, lettering.width(shares, 12) + 28)
    canvas.box(start, 138, wide, 52, PAPER, QUIET, 1.3)
    canvas.words(start + 14, 154, "*Wx*, *Wh*, *bh*: the same at every step", 12, anchor="start")
    canvas.words(start + 14, 174, shares, 12, BACK, "start")
    last = start + (len(steps) - 1) * hop + box / 2
    canvas.arrows(there, LETTERS["M"], 1.8)
    canvas.arrows(inputs, LETTERS["D"], 1.4)
    canvas.arrow([(last - 14, -38), (last - 14, -88)], LETTERS["M"], 1.8)
    back.append([(last + 14, -90), (last + 14, -40)])
    canvas.words(last - 22, -63, f"*h* {rows}", SMALL, anchor="end")
    canvas.words(last + 24, -71, f"*dh* {rows}", SMALL, BACK, "start")
    canvas.words(last + 24, -55, "= *dY* @ *Wo*.T", SMALL, BACK, "start")
    canvas.box(last - 52, -128, 104, 36, mix(TINTS["K"], 0.45), LETTERS["K"], 1.4)
    canvas.words(last, -110, "Dense: *Wo*, *bo*", 12)
    canvas.words(last - 60, -110, "*dWo*, *dbo*", SMALL, BACK, "end")
    canvas.arrow([(last - 14, -130), (last - 14, -166)], LETTERS["K"])
    back.append([(last + 14, -168), (last + 14, -132)])
    outputs = lettering.letters("N K")
    canvas.words(last - 22, -149, f"*Yhat* {outputs}", SMALL, anchor="end")
    canvas.words(last + 24, -149, f"*dY* {outputs}", SMALL, BACK, "start")
    canvas.box(last - 62, -206, 124, 36, PAPER, INK, 1.3)
    canvas.words(last, -188, "loss: one number", 12)
    canvas.arrows(back, BACK, 1.8)
    columns = {
        "forwards": [("*X*[:, *t*]", "N D"), ("*h*, *a*", "N M"), ("*Yhat*", "N K")],
        "backwards, the same shapes": [("*dh*, *da*", "N M"), ("*dY*", "N K")],
        "added up over all steps": [("*dWx*", "D M"), ("*dWh*", "M M"), ("*dbh*", "M")],
        "once, at the output": [("*dWo*", "M K"), ("*dbo*", "K")],
    }
    sizes = {"N": N, "D": D, "M": M, "K": K}
    for i, (head, shapes) in enumerate(columns.items()):
        x = -12 + i * 204
        canvas.words(x, 222, head, SMALL, BACK if i else INK, "start", bold=True)
        for j, (name, axes) in enumerate(shapes):
            canvas.words(x, 244 + 20 * j, name, 12, anchor="start")
            said = lettering.shape(axes, [sizes[letter] for letter in axes.split()])
            canvas.words(x + 58, 244 + 20 * j, said, 12, anchor="start")
    canvas.title("There and back: the loss asks every array how it would change it")
    return canvas.picture(
        f"The unrolled network with (N, T, D, M, K) = ({N}, {T}, {D}, {M}, {K}), and the way back on it, in "
        f"red: from the loss, one number, comes dY (N, K) = ({N}, {K}); the Dense layer gives dWo (M, K) = "
        f"({M}, {K}), dbo (K,) = ({K},) and dh (N, M) = ({N}, {M}) of the last state; every step, from t = "
        f"{T - 1} down to 0, makes da (N, M) of dh with the slope of tanh, adds its share to dWx (D, M), "
        "dWh (M, M) and dbh (M,), the gradients of the weights that all steps use, and hands "
        "dh = da @ Wh.T to the step before it."
    )


def fading(norms: Mapping[str, Num[Array, " T"]]) -> Picture:
    """How the norm of a gradient fades or explodes on its way back in time, one line for each of `norms`.

    Each array has one entry for each step, the last step's last; the names are what differs between them. A
    line shows the norm as a multiple of what it is at the last step, on a scale of powers of ten.
    """
    lines = {name: array(name, values, (1,)) for name, values in norms.items()}
    lengths = {len(values) for values in lines.values()}
    if len(lengths) != 1 or min(lengths, default=0) < 2:
        raise ValueError("fading needs lines of one length, of at least 2 time steps.")
    if any((values <= 0).any() for values in lines.values()):
        raise ValueError("fading draws powers of ten, so each norm has to be above 0.")
    (T,) = lengths
    powers = {name: np.log10(values / values[-1]) for name, values in lines.items()}
    low = min(-1, math.floor(min(power.min() for power in powers.values())))
    high = max(1, math.ceil(max(power.max() for power in powers.values())))
    canvas = Canvas()
    width, height = 560.0, 300.0

    def place(back: float, power: float) -> Point:
        return back / (T - 1) * width, (high - power) / (high - low) * height

    every = max(1, math.ceil((high - low) / 8))
    marks = [power for power in range(low, high + 1) if power % every == 0]
    canvas.rectangles([(0, place(0, 0)[1], width, height - place(0, 0)[1])], mix(PAPER, 0.7))
    canvas.lines([[place(0, mark), place(T - 1, mark)] for mark in marks])
    canvas.line([place(0, 0), place(T - 1, 0)], QUIET, 1.2)
    for mark in marks:
        _times_power(canvas, -10, place(0, mark)[1], mark)
    ends: list[tuple[float, str, str]] = []
    dashes = ((), (7.0, 2.5), (2.0, 2.0), (7.0, 2.5, 1.5, 2.5))
    for i, (name, power) in enumerate(powers.items()):
        colour = _shade(i, len(powers))
        points = [place(back, float(power[T - 1 - back])) for back in range(T)]
        canvas.line(points, colour, 2.2, dashes[i % 4] or False)
        ends.append((points[-1][1], name, colour))
    spots: list[float] = []
    for y, _, _ in sorted(ends):
        spots.append(max(y, spots[-1] + 17) if spots else y)
    over = max(0.0, spots[-1] - height)
    for spot, (y, name, colour) in zip(spots, sorted(ends), strict=True):
        spot -= over
        canvas.line([(width + 4, y), (width + 20, spot)], mix(colour, 0.6), 0.9)
        canvas.words(width + 25, spot, name, 12, colour, "start")
    pace = max(1, round(T / 10))
    for back in range(0, T, pace):
        canvas.words(place(back, 0)[0], height + 15, str(back), SMALL)
    canvas.words(width / 2, height + 36, "steps back in time, from the last step", 12)
    if place(0, 0)[1] >= 28:
        canvas.words(8, 12, "more than at the last step", SMALL, QUIET, "start")
    canvas.words(8, height - 12, "less than at the last step", SMALL, QUIET, "start")
    canvas.title(f"How much of the gradient arrives, {{T}} = {{T:{T}}}", 24)
    told = "; ".join(
        f"{lettering.plain(name)}, {_times(values[0] / values[-1])}" for name, values in lines.items()
    )
    return canvas.picture(
        f"The norm of the gradient over T = {T} time steps, back from the last step to the first, as a "
        f"multiple of what it is at the last: at the first step it is, with {told}."
    )


def clipping(gradients: Num[Array, "N 2"], max_norm: float = 1.0) -> Picture:
    """Gradients of two numbers as arrows, and what clipping by their norm leaves of them."""
    arrows = array("gradients", gradients, (2,))
    if arrows.shape[1] != 2 or max_norm <= 0:
        raise ValueError("clipping draws gradients of two numbers each, (N, 2), and a max_norm above 0.")
    norms = np.sqrt((arrows**2).sum(axis=1))
    reach = max(1.15 * max_norm, float(norms.max())) or 1.0
    scale = 150 / reach
    canvas = Canvas()
    left, right = 0.0, 400.0
    for middle, name in ((left, "before"), (right, "after")):
        circle = _circle(middle, 0, max_norm * scale)
        canvas.polygon(circle, mix(TINTS["M"], 0.35))
        canvas.lines([[(middle - 160, 0), (middle + 160, 0)], [(middle, -160), (middle, 160)]], RULE)
        canvas.line([*circle, circle[0]], LETTERS["M"], 1.4, dashed=True)
        canvas.words(middle, -182, name, BODY, bold=True)
    limit = lettering.number(max_norm, 1)
    canvas.words(right, 184, f"none is longer than *max_norm* = {limit}", 12)
    canvas.words(left, 184, f"the circle: a norm of {limit}", 12)
    for (x, y), norm in zip(arrows, norms, strict=True):
        factor = min(1.0, max_norm / norm) if norm else 1.0
        colour = BACK if factor < 1 else LETTERS["D"]
        if norm == 0:
            canvas.dots([(left, 0), (right, 0)], 4, INK)
            continue
        tip = (left + x * scale, -y * scale)
        canvas.arrow([(left, 0), tip], colour, 2)
        canvas.words(tip[0] + 17 * x / norm, tip[1] - 13 * y / norm, f"{norm:.1f}", SMALL, colour)
        if factor < 1:
            canvas.line([(right, 0), (right + x * scale, -y * scale)], mix(BACK, 0.45), 1.1, dashed=True)
        tip = (right + factor * x * scale, -factor * y * scale)
        canvas.arrow([(right, 0), tip], colour, 2)
    canvas.arrow([(left + 182, 0), (right - 182, 0)], QUIET, 1.6)
    y = 214.0
    at = canvas.words(left - 120, y, "too long: shortened, same direction", SMALL, BACK, "start", bold=True)
    canvas.words(
        left - 120 + at + 40, y, "short enough: left as it is", SMALL, LETTERS["D"], "start", bold=True
    )
    canvas.title("Clipping by the norm")
    long = int((norms > max_norm).sum())
    return canvas.picture(
        f"{len(arrows)} gradients of two numbers as arrows, before and after clipping to max_norm = "
        f"{max_norm:g}: {long} of them reach out of the circle of that radius, and are shortened to it, in "
        f"the same direction; {len(arrows) - long} lie inside, and stay as they are."
    )


def _circle(x: float, y: float, radius: float) -> list[Point]:
    turns = [2 * math.pi * i / 60 for i in range(60)]
    return [(x + radius * math.cos(turn), y + radius * math.sin(turn)) for turn in turns]


def _shade(index: int, count: int) -> str:
    """From blue over grey to red, in steps that also differ in lightness."""
    scale = ("#0f4c9c", "#3d6fa5", "#5c6670", "#b4552f", BACK)
    return scale[round(index / max(1, count - 1) * (len(scale) - 1))]


def _times_power(canvas: Canvas, x: float, y: float, mark: int) -> None:
    """×0.01, or ×10 with a raised number; it ends at x. Unicode's own raised digits are too small to read."""
    if -2 <= mark <= 2:
        canvas.words(x, y, f"×{10.0**mark:.{max(0, -mark)}f}", 12, QUIET, "end")
        return
    wide = canvas.words(x, y - 5, lettering.number(mark, 0), SMALL, QUIET, "end")
    canvas.words(x - wide - 1, y, "×10", 12, QUIET, "end")


def _times(ratio: float) -> str:
    return f"{ratio:.2g} times" if 0.001 <= ratio < 1000 else f"{ratio:.0e} times"
