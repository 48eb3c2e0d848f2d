"""Arrays of numbers as colour: the weights of a model, its states over time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from numpy import ndarray as Array

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .grid import Grid, Shown, shown
from .palette import INK, LETTERS, QUIET, RULE, diverging, mix, text_on
from .picture import Picture
from .sizes import array

_ROOM = 800.0


def weights(
    Wx: Num[Array, "D qM"] | None = None,
    Wh: Num[Array, "M qM"] | None = None,
    bh: Num[Array, "*rows qM"] | None = None,
    Wo: Num[Array, "M K"] | None = None,
    bo: Num[Array, "K"] | None = None,
    **others: Num[Array, "..."],
) -> Picture:
    """The given weights side by side, in cells of one size and on one scale of colour.

    Other names are welcome, such as a gradient `dWx` or the bias `b` of an LSTM: the axes are those of the
    weight that the name ends in, or else said in numbers only. qM is M, and 4M in an LSTM, 3M in a GRU.
    """
    given = {"Wx": Wx, "Wh": Wh, "bh": bh, "Wo": Wo, "bo": bo, **others}
    arrays = {name: array(name, value, (1, 2)) for name, value in given.items() if value is not None}
    if not arrays:
        raise ValueError("weights needs at least one array, such as Wx=Wx.")
    gates = _gates(arrays)
    axes = {name: _axes(name, value, gates) for name, value in arrays.items()}
    _agree(axes, arrays)
    limit = _limit(*arrays.values())
    most = 16 if sum(min(value.size, 256) for value in arrays.values()) <= 500 else 11
    grids = {
        name: (shown(value.shape[0], most) if value.ndim == 2 else [0], shown(value.shape[-1], most))
        for name, value in arrays.items()
    }
    labels = {name: _labels(name, value, axes[name]) for name, value in arrays.items()}
    slots = {name: max(lettering.width(line, 12) for line in lines) for name, lines in labels.items()}
    gap = 26.0
    cell = 36.0
    while cell > 8 and _row(grids, slots, cell, gap) > _ROOM:
        cell -= 1
    if all(len(rows) <= 1 for rows, _ in grids.values()) and cell > 30:
        cell = 30.0
    canvas = Canvas()
    x = 0.0
    tallest = max(len(rows) for rows, _ in grids.values()) * cell
    for name, (rows, columns) in grids.items():
        values = np.atleast_2d(arrays[name])
        grid = Grid(x, 0, rows, columns, cell)
        _colour(canvas, grid, values, limit)
        if gates > 1 and None not in columns and (axes[name] or "").endswith(f"{gates}M"):
            blocks = [grid.x + gate * grid.width / gates for gate in range(1, gates)]
            canvas.lines([[(at, grid.y - 4), (at, grid.y + grid.height + 4)] for at in blocks], INK, 1.4)
        canvas.words(x, -42, labels[name][0], BODY + 1, anchor="start")
        canvas.words(x, -23, labels[name][1], 12, anchor="start")
        x += max(grid.width, slots[name]) + gap
    _scale(canvas, 0, tallest + 24, limit)
    told = "; ".join(lettering.plain(f"{name} {_shape(arrays[name], axes[name])}") for name in arrays)
    return canvas.picture(
        f"Heatmaps of {told}; colours from blue ({_rounded(-limit)}) over white (0) to red "
        f"({_rounded(limit)})."
    )


def states(H: Num[Array, "*N T M"], name: str = "h") -> Picture:
    """Hidden states over time: (T, M) as colours and as lines, (N, T, M) as one heatmap per sample."""
    values = array(name, H, (2, 3))
    return _samples(values, name) if values.ndim == 3 else _one_sample(values, name)


def _one_sample(H: Num[Array, "T M"], name: str) -> Picture:
    T, M = H.shape
    canvas = Canvas()
    units = shown(M, 8)
    times = shown(T, 48 if len(units) <= 5 else 24)
    cell = max(12.0, min(40.0, 620 / len(times)))
    grid = Grid(0, 0, units, times, cell)
    limit = _limit(H)
    _colour(canvas, grid, H.T, limit)
    _axis_of_units(canvas, grid)
    canvas.words(-10, -14, "unit", SMALL, LETTERS["M"], "end")
    # The same numbers as lines over the same steps.
    top, height = grid.height + 34, 150.0
    middle = top + height / 2
    span = max(1.0, limit)
    canvas.lines(
        [
            [(0, top), (grid.width, top)],
            [(0, middle), (grid.width, middle)],
            [(0, top + height), (grid.width, top + height)],
        ]
    )
    for value, y in ((span, top), (0.0, middle), (-span, top + height)):
        canvas.words(-10, y, _rounded(value), SMALL, QUIET, "end")
    places = [(j, t) for j, t in enumerate(times) if t is not None]
    # More lines than this are a tangle; the heatmap has them all.
    drawn = [m for m in units if m is not None][:6]
    ends: list[tuple[float, int, str]] = []
    for i, m in enumerate(drawn):
        colour = _shade(i, len(drawn))
        dash = ((), (6.0, 2.5), (2.0, 2.0), (7.0, 2.5, 1.5, 2.5))[i % 4]
        points = [((j + 0.5) * cell, middle - H[t, m] / span * height / 2) for j, t in places]
        # The line stops at a gap in time: what happens there is not drawn.
        whole = points if None not in times else points[:-1]
        if len(whole) > 1:
            canvas.line(whole, colour, 1.9, dash or False)
        if len(whole) < len(points) or len(whole) == 1:
            canvas.dots(points[-1:], 3, colour)
        ends.append((points[-1][1], m, colour))
    _end_labels(canvas, ends, grid.width - cell / 2 + 8)
    every = max(1, -(-len(places) * 22 // 620), -(-22 // int(cell)))
    for j, t in places:
        if t % every == 0 or (t == T - 1 and None in times):
            canvas.words((j + 0.5) * cell, top + height + 17, f"{{T:{t}}}", SMALL)
    canvas.words(-10, top + height + 17, "*t* =", SMALL, LETTERS["T"], "end")
    _scale(canvas, 0, top + height + 42, limit)
    canvas.title(f"*{name}* over time: {lettering.shape('T M', (T, M))}")
    return canvas.picture(
        f"{name} (T, M) = ({T}, {M}) over the time steps t = 0 to {T - 1}: a heatmap with one row per unit, "
        f"and the same numbers as one line per unit; they lie between {_rounded(H.min())} and "
        f"{_rounded(H.max())}.{_each_unit(H)}"
    )


def _each_unit(H: Num[Array, "T M"]) -> str:
    """The numbers themselves, where they are few enough to be listened to."""
    if H.size > 30:
        return ""
    units = (f"unit {m}: {', '.join(_rounded(value) for value in unit)}" for m, unit in enumerate(H.T))
    return f" Over time, {'; '.join(units)}."


def _samples(H: Num[Array, "N T M"], name: str) -> Picture:
    N, T, M = H.shape
    canvas = Canvas()
    samples, times, units = shown(N, 6), shown(T, 24), shown(M, 8)
    # All cells together stay few enough for a small picture.
    if len([n for n in samples if n is not None]) * len(times) * len(units) > 300:
        samples, times, units = shown(N, 4), shown(T, 14), shown(M, 6)
    across = min(len(samples), 3)
    cell = max(10.0, min(26.0, (_ROOM - 40 - 36 * across) / across / len(times)))
    limit = _limit(H)
    wide, high = len(times) * cell + 44, len(units) * cell + 46
    for i, n in enumerate(samples):
        x, y = i % across * wide, i // across * high
        grid = Grid(x, y, units, times, cell)
        if n is None:
            canvas.words(*grid.middle, "⋯", 18, QUIET)
            continue
        _colour(canvas, grid, H[n].T, limit, numbers=False)
        canvas.words(x, y - 15, f"*n* = {{N:{n}}}", 12, anchor="start")
        if i % across == 0:
            _axis_of_units(canvas, grid)
            canvas.words(x - 10, y - 15, "unit", SMALL, LETTERS["M"], "end")
            canvas.words(x - 10, y + grid.height + 12, "*t* =", SMALL, LETTERS["T"], "end")
        for j in _labelled(times, cell):
            canvas.words(x + (j + 0.5) * cell, y + grid.height + 12, f"{{T:{times[j]}}}", SMALL)
    _scale(canvas, 0, canvas.extent()[3] + 24, limit)
    canvas.title(f"*{name}* over time, by sample: {lettering.shape('N T M', (N, T, M))}")
    return canvas.picture(
        f"{name} (N, T, M) = ({N}, {T}, {M}): one heatmap per sample, units by time steps, all on one scale "
        f"from {_rounded(-limit)} (blue) to {_rounded(limit)} (red)."
    )


def _limit(*arrays: Array) -> float:
    """The end of the scale of colour: the largest absolute value, or 1 where all are zero."""
    return max(float(np.abs(values).max()) for values in arrays) or 1.0


def _colour(
    canvas: Canvas, grid: Grid, values: Num[Array, "R C"], limit: float, numbers: bool = True
) -> None:
    def fill(i: int, j: int) -> str:
        return diverging(float(values[i, j]), limit)

    def text(i: int, j: int) -> str:
        return lettering.number(float(values[i, j]), 2 if limit < 10 else 1 if limit < 100 else 0)

    few = numbers and grid.cell >= 29 and len(grid.rows) * len(grid.columns) <= 80
    grid.draw(
        canvas,
        fill,
        text if few else None,
        lambda i, j: text_on(fill(i, j)),
        edge="#ffffff" if limit else RULE,
        size=min(SMALL, grid.cell / 3.5),
    )
    canvas.rectangles([(grid.x, grid.y, grid.width, grid.height)], "none", RULE)


def _scale(canvas: Canvas, x: float, y: float, limit: float) -> None:
    """The colour bar, with its ends and zero."""
    steps, wide = 21, 8.0
    for i in range(steps):
        share = i / (steps - 1) * 2 - 1
        canvas.rectangles([(x + i * wide, y, wide + 0.4, 9)], diverging(share, 1.0))
    canvas.words(x, y + 20, _rounded(-limit), SMALL, QUIET, "start")
    canvas.words(x + steps * wide / 2, y + 20, "0", SMALL, QUIET)
    canvas.words(x + steps * wide, y + 20, _rounded(limit), SMALL, QUIET, "end")


def _axis_of_units(canvas: Canvas, grid: Grid) -> None:
    for i, m in enumerate(grid.rows):
        if m is not None and (grid.cell >= 12 or i in (0, len(grid.rows) - 1)):
            canvas.words(grid.x - 10, grid.y + (i + 0.5) * grid.cell, f"{{M:{m}}}", SMALL, anchor="end")


def _labelled(times: Shown, cell: float) -> list[int]:
    """The columns that get a number: as many as fit, and always the last where some are left out."""
    every = -(-int(lettering.width(str(times[-1]), SMALL) + 6) // int(cell))
    end = [len(times) - 1] if None in times else []
    room = len(times) - every if end else len(times)
    return [j for j, t in enumerate(times[:room]) if t is not None and t % every == 0] + end


def _end_labels(canvas: Canvas, ends: Sequence[tuple[float, int, str]], x: float) -> None:
    """Names at the ends of lines, pushed apart where lines meet."""
    ordered = sorted(ends)
    pitch = 14.0
    places: list[float] = []
    for y, _, _ in ordered:
        places.append(max(y, places[-1] + pitch) if places else y)
    shift = sum(p - e[0] for p, e in zip(places, ordered, strict=True)) / len(places)
    for place, (y, m, colour) in zip(places, ordered, strict=True):
        spot = place - shift
        canvas.line([(x - 6, y), (x + 6, spot)], mix(colour, 0.6), 0.8)
        canvas.words(x + 10, spot, f"unit {m}", SMALL, LETTERS["M"], "start")


def _shade(index: int, count: int) -> str:
    """Shades of M's colour: darker and lighter, never too pale to see."""
    share = index / max(1, count - 1)
    return mix(LETTERS["M"], 1 - 0.45 * share) if share else mix(LETTERS["M"], 0.72, "#000000")


def _gates(arrays: dict[str, Array]) -> int:
    """How many times M the recurrent kernel is wide: 1, or 4 for an LSTM and 3 for a GRU."""
    for name, value in arrays.items():
        if name.endswith("Wh") and value.ndim == 2 and value.shape[1] in (3 * len(value), 4 * len(value)):
            return value.shape[1] // len(value)
    return 1


def _axes(name: str, value: Array, gates: int) -> str | None:
    wide = f"{gates}M" if gates > 1 else "M"
    known = {"Wx": f"D {wide}", "Wh": f"M {wide}", "bh": wide, "Wo": "M K", "bo": "K"}
    if name in ("b", "db", "bh", "dbh"):
        # A GRU with reset_after has two rows of biases.
        return wide if value.ndim == 1 else f"{len(value)} {wide}" if gates > 1 else None
    return next(
        (axes for end, axes in known.items() if name.endswith(end) and len(axes.split()) == value.ndim), None
    )


def _agree(axes: dict[str, str | None], arrays: dict[str, Array]) -> None:
    sizes: dict[str, tuple[str, int]] = {}
    for name, letters in axes.items():
        for letter, size in zip((letters or "").split(), arrays[name].shape, strict=False):
            first, expected = sizes.setdefault(letter, (name, size))
            if size != expected:
                raise ValueError(
                    f"{name} says {letter} = {size}, but {first} says {letter} = {expected}: "
                    "these weights are not of one model."
                )


def _shape(value: Array, axes: str | None) -> str:
    return lettering.shape(axes, value.shape) if axes else str(value.shape)


def _labels(name: str, value: Array, axes: str | None) -> list[str]:
    return [f"*{name}*", _shape(value, axes)]


def _row(grids: dict, slots: dict[str, float], cell: float, gap: float) -> float:
    return sum(max(len(columns) * cell, slots[name]) + gap for name, (_, columns) in grids.items()) - gap


def _rounded(value: float) -> str:
    return f"{value:.{2 if abs(value) < 1 else 3}g}".replace("-", lettering.MINUS)
