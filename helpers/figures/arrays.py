"""Data as labelled boxes: arrays of one to three axes, windows of a series, transpose and reshape."""

from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Num
from numpy import ndarray as Array

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .grid import Grid, Shown, shown
from .palette import INK, LETTERS, PAPER, QUIET, TINTS, mix, text_on
from .picture import Picture
from .sizes import array, positive

Index = int | slice
_ROOM = 790.0
_CELL = 40.0


def tensor(
    X: Num[Array, "..."] | tuple[int, ...],
    axes: str = "N T D",
    name: str = "X",
    highlight: Index | tuple[Index, ...] | None = None,
) -> Picture:
    """An array of one to three axes, or just its sizes, as boxes with its axes in letters.

    `highlight` picks a part out, by an index or slice per axis, as in brackets: 0 shows `X[0]`,
    `(slice(None), 1)` or `np.s_[:, 1]` shows `X[:, 1]`; what it gives stands beside the array.
    """
    letters = axes.split()
    unknown = [letter for letter in letters if letter[-1:] not in LETTERS]
    if unknown or not 1 <= len(letters) <= 3:
        raise ValueError(
            f'axes names one to three axes by the five letters, such as "N T D", and not {axes!r}.'
        )
    values, sizes = _values(X, name)
    if len(sizes) != len(letters):
        raise ValueError(
            f"{name} has {len(sizes)} axes, but {lettering.plain(lettering.letters(axes))} names "
            f"{len(letters)}."
        )
    index = _index(highlight, letters, sizes)
    decimals = _decimals(values)
    kept = _kept(letters, sizes, index)
    picked = [letter for letter, where in zip(letters, index, strict=True) if where != slice(None)]
    lead = picked[0] if picked else letters[-1]

    def chosen(*place: int) -> bool:
        return all(_holds(where, i, size) for where, i, size in zip(index, place, sizes, strict=True))

    def fill(*place: int) -> str:
        return TINTS[lead[-1]] if highlight is None or chosen(*place) else PAPER

    def ink(*place: int) -> str:
        return INK if highlight is None or chosen(*place) else QUIET

    def text(*place: int) -> str:
        return lettering.number(float(values[place]), decimals)

    canvas = Canvas()
    _boxes(canvas, letters, sizes, fill, text if values is not None else None, ink)
    brackets = _brackets(index)
    if highlight is not None and kept:
        _result(canvas, f"*{name}*[{brackets}]", values, index, kept, lead, decimals)
    elif highlight is not None:
        _, top, right, bottom = canvas.extent()
        value = f" = {text(*index)}" if values is not None else " is one number"
        canvas.words(right + 30, (top + bottom) / 2, f"*{name}*[{brackets}]{value}", BODY + 1, anchor="start")
    canvas.title(f"*{name}* {lettering.shape(letters, sizes)}")
    told = f"{name} {lettering.plain(lettering.shape(letters, sizes))} as boxes: {_said(letters, sizes)}."
    if highlight is not None:
        gives = lettering.plain(lettering.shape(*zip(*kept, strict=True))) if kept else "one number"
        told += f" {name}[{brackets}] is picked out and gives {gives}."
    return canvas.picture(told)


def windows(series: Num[Array, "L"], T: int = 3) -> Picture:
    """Every window of T values of a series, each with the value that follows it as its target."""
    values = array("series", series, (1,))
    T = positive("T", T)
    N = len(values) - T
    if N < 1:
        raise ValueError(
            f"The series has {len(values)} values: too few for a window of T = {T} and the value after it."
        )
    canvas = Canvas()
    decimals = _decimals(values)
    cell = 32.0 if decimals == 0 else 38.0
    if len(values) <= 18:
        columns: Shown = list(range(len(values)))
        rows = shown(N, 7)
    else:
        # The first windows and the last one; a long window keeps its two ends.
        heads = 3 if T <= 6 else 2
        rows = [*range(min(heads, N - 1)), *([None] if heads < N - 1 else []), N - 1]
        columns = _ends_of_windows([n for n in rows if n is not None], T)
    cell = min(cell, 640 / len(columns))
    Grid(0, 0, [0], columns, cell).draw(
        canvas, PAPER, lambda _, j: lettering.number(values[j], decimals), size=min(SMALL, cell / 3.5)
    )
    canvas.words(-14, cell / 2, "series", 12, anchor="end")
    for j, i in enumerate(columns):
        if i is not None:
            canvas.words((j + 0.5) * cell, -10, str(i), 10, QUIET)
    right = len(columns) * cell + 26
    for r, n in enumerate(rows):
        y = cell + 24 + r * (cell + 10)
        if n is None:
            canvas.words(len(columns) * cell / 2, y + cell / 2, "⋮", BODY, QUIET)
            continue
        for letter, low, high in (("T", n, n + T), ("K", n + T, n + T + 1)):
            spots = [j for j, i in enumerate(columns) if i is not None and low <= i < high]
            part = [columns[j] for j in range(spots[0], spots[-1] + 1)] if spots else []
            Grid(spots[0] * cell if spots else 0, y, [0], part, cell).draw(
                canvas,
                TINTS[letter],
                lambda _, i: lettering.number(values[i], decimals),
                edge=mix(LETTERS[letter], 0.5),
                size=min(SMALL, cell / 3.5),
            )
            if spots:
                canvas.box(spots[0] * cell, y, len(part) * cell, cell, "none", LETTERS[letter], 1.6, 2)
        canvas.words(-14, y + cell / 2, f"*n* = {{N:{n}}}", 12, anchor="end")
        canvas.words(right, y + cell / 2, f"*X*[{{N:{n}}}] → *Y*[{{N:{n}}}]", 12, anchor="start")
    low = canvas.extent()[3] + 24
    canvas.box(0, low - 7, 14, 14, TINTS["T"], LETTERS["T"], 1.4, 2)
    at = (
        22
        + canvas.words(
            22, low, f"a window of {{T}} = {{T:{T}}} values: {{N}} = {{N:{N}}} of them", 12, anchor="start"
        )
        + 30
    )
    canvas.box(at, low - 7, 14, 14, TINTS["K"], LETTERS["K"], 1.4, 2)
    canvas.words(at + 22, low, "the value that follows: its target", 12, anchor="start")
    canvas.title(
        f"Windows: *X* ({{N}}, {{T}}, 1) = ({{N:{N}}}, {{T:{T}}}, 1), *Y* ({{N}}, 1) = ({{N:{N}}}, 1)"
    )
    return canvas.picture(
        f"A series of {len(values)} values cut into windows of T = {T}: X (N, T, 1) = ({N}, {T}, 1). Each "
        f"window moves one step on, and its target is the value right after it: Y (N, 1) = ({N}, 1)."
    )


def transpose_or_reshape(X: Num[Array, "N T D"] | None = None) -> Picture:
    """X, its transpose to (T, N, D), and a reshape to the same shape, rows coloured by sample."""
    values = np.arange(24.0).reshape(3, 4, 2) if X is None else array("X", X, (3,))
    N, T, D = values.shape
    if max(N, T, D) > 6 or values.size > 48:
        raise ValueError(
            f"X is drawn cell by cell: at most 6 per axis and 48 in all, and not (N, T, D) = {(N, T, D)}."
        )
    owner = np.broadcast_to(np.arange(N)[:, None, None], values.shape)
    moved, shuffled = values.transpose(1, 0, 2), values.reshape(T, N, D)
    panels = [
        (values, owner, "*X*", "N T D", ("one sheet per", "sample *n*")),
        (
            moved,
            owner.transpose(1, 0, 2),
            "*X*.transpose(1, 0, 2)",
            "T N D",
            ("sheet *t* holds step *t*", "of every sample"),
        ),
        (
            shuffled,
            owner.reshape(T, N, D),
            "*X*.reshape({T}, {N}, {D})",
            "T N D",
            ("same shape, but the", "samples are mixed up"),
        ),
    ]
    decimals = _decimals(values)
    gap = 20.0
    cell = min(28.0 if decimals == 0 else 36.0, (_ROOM - 190 - gap * max(N, T)) / (max(N, T) * D))
    canvas = Canvas()
    y = 0.0
    for array_, owners, name, axes, note in panels:
        sheet = axes[0]
        sheets, rows, _ = array_.shape
        canvas.words(0, y + rows * cell / 2 - 20, name, BODY, anchor="start")
        canvas.words(0, y + rows * cell / 2, lettering.shape(axes, array_.shape), 12, anchor="start")
        for line, words in enumerate(note):
            canvas.words(0, y + rows * cell / 2 + 20 + 15 * line, words, SMALL, QUIET, "start")
        for s in range(sheets):
            grid = Grid(190 + s * (D * cell + gap), y, list(range(rows)), list(range(D)), cell)

            def fill(i: int, j: int, s: int = s, owners: Array = owners) -> str:
                return _sample_colour(int(owners[s, i, j]), N)

            grid.draw(
                canvas,
                fill,
                lambda i, j, s=s, a=array_: lettering.number(a[s, i, j], decimals),
                lambda i, j, fill=fill: text_on(fill(i, j)),
                edge="#ffffff",
                size=min(SMALL, cell / (2.6 if decimals == 0 else 3.5)),
            )
            canvas.words(grid.middle[0], y - 13, f"*{sheet.lower()}* = {{{sheet}:{s}}}", SMALL)
        y += max(rows * cell, 70) + 52
    at = 190.0
    for n in range(N):
        canvas.rectangles([(at, y - 28, 14, 14)], _sample_colour(n, N))
        at += 20 + canvas.words(at + 20, y - 21, f"sample {{N:{n}}}", SMALL, anchor="start") + 20
    canvas.title("To put time first: transpose, not reshape", 34)
    return canvas.picture(
        f"X (N, T, D) = ({N}, {T}, {D}) with its rows coloured by sample, beside two arrays of shape (T, N, "
        f"D) = ({T}, {N}, {D}): in the transpose every sheet t holds row t of each sample, in the reshape "
        "the rows of different samples are shuffled among the sheets."
    )


def _ends_of_windows(starts: Sequence[int], T: int) -> Shown:
    """The places in the series that these windows and their targets need, with gaps between them."""
    places: set[int] = set()
    for n in starts:
        window = range(n, n + T + 1)
        places |= set(window) if T <= 6 else {*window[:3], *window[-3:]}
    columns: Shown = []
    for place in sorted(places):
        if columns and columns[-1] != place - 1:
            columns.append(None)
        columns.append(place)
    return columns


def _boxes(
    canvas: Canvas,
    letters: Sequence[str],
    sizes: Sequence[int],
    fill: Callable[..., str],
    text: Callable[..., str] | None,
    ink: Callable[..., str],
) -> None:
    """The array itself; its first axis of three becomes sheets, set back one behind the other."""
    rank = len(sizes)
    columns = shown(sizes[-1], 12 if rank < 3 else 6)
    rows: Shown = shown(sizes[-2], 10 if rank == 2 else 7) if rank > 1 else [0]
    sheets: Shown = shown(sizes[0], 5) if rank == 3 else [0]
    gap = 24.0
    wide = len(columns)
    cell = (
        min(_CELL, (_ROOM * 0.62 - gap * len(sheets)) / (len(sheets) * wide))
        if rank == 3
        else min(_CELL, 480 / wide, 340 / len(rows))
    )
    cell = min(cell, _CELL if text else 30.0)
    # Too many sheets to lie side by side overlap instead, the first in front.
    overlap = rank == 3 and cell < 24
    cell = max(cell, 26.0) if overlap else cell
    step = (20.0, -16.0) if overlap else (wide * cell + gap, 0.0)
    for order in range(len(sheets) - 1, -1, -1):
        n = sheets[order]
        lead: tuple[int, ...] = () if rank < 3 else (n if n is not None else -1,)
        x, y = order * step[0], order * step[1]
        grid = Grid(x, y, rows, columns, cell)
        if n is None:
            if not overlap:
                canvas.words(*grid.middle, "⋯", 18, QUIET)
            continue

        if overlap:
            # Hides what lies behind, also where the sheet itself has a gap.
            canvas.rectangles([(x, y, grid.width, grid.height)], "#ffffff", mix(QUIET, 0.4))

        def place(i: int, j: int, lead: tuple[int, ...] = lead) -> tuple[int, ...]:
            return (*lead, i, j)[-rank:] if rank > 1 else (j,)

        visible = text is not None and (not overlap or order == 0) and cell >= 22
        grid.draw(
            canvas,
            lambda i, j, place=place: fill(*place(i, j)),
            (lambda i, j, place=place: text(*place(i, j))) if visible and text else None,
            lambda i, j, place=place: ink(*place(i, j)),
            edge=mix(QUIET, 0.4),
            size=min(12.0, cell / 3.5),
            gaps=not overlap or order == 0,
        )
        if rank == 3 and not overlap:
            canvas.words(x + grid.width / 2, y - 15, f"*{letters[0].lower()}* = {_number(letters[0], n)}", 12)
    height = len(rows) * cell
    if rank > 1:
        for i, row in enumerate(rows):
            if row is not None:
                canvas.words(-10, (i + 0.5) * cell, _number(letters[-2], row), SMALL, anchor="end")
        canvas.bracket(
            0,
            height,
            -28,
            f"{_letter(letters[-2])} = {_number(letters[-2], sizes[-2])}",
            _colour(letters[-2]),
            upright=True,
        )
    for j, column in enumerate(columns):
        if column is not None:
            canvas.words((j + 0.5) * cell, height + 11, _number(letters[-1], column), SMALL)
    label = f"{_letter(letters[-1])} = {_number(letters[-1], sizes[-1])}"
    canvas.bracket(0, wide * cell, height + 27, label, _colour(letters[-1]))
    if rank == 3:
        label = f"{_letter(letters[0])} = {_number(letters[0], sizes[0])}"
        if overlap:
            end = (len(sheets) - 1) * step[0]
            x = wide * cell + 10
            canvas.arrow([(x, height), (x + end, height + (len(sheets) - 1) * step[1])], _colour(letters[0]))
            canvas.words(x + end / 2 + 12, height - end / 2 * 0.8 + 14, label, BODY, anchor="start")
        else:
            right = (len(sheets) - 1) * step[0] + wide * cell
            canvas.bracket(0, right, -32, label, _colour(letters[0]), below=False)


def _result(
    canvas: Canvas,
    label: str,
    values: Array | None,
    index: Sequence[Index],
    kept: Sequence[tuple[str, int]],
    lead: str,
    decimals: int,
) -> None:
    """What the brackets give, to the right of the array if there is room, or else below."""
    part = values[tuple(index)] if values is not None else None
    letters, sizes = [letter for letter, _ in kept], [size for _, size in kept]
    left, top, right, bottom = canvas.extent()
    caption = lettering.shape(letters, sizes)
    if len(kept) == 3:
        canvas.words(right + 30, (top + bottom) / 2 - 11, label, BODY + 1, anchor="start")
        canvas.words(right + 30, (top + bottom) / 2 + 11, caption, 12, anchor="start")
        return
    rows = shown(sizes[0], 7) if len(kept) == 2 else [0]
    columns = shown(sizes[-1], 8)
    cell = min(36.0, 250 / len(columns), 220 / len(rows))
    width = max(len(columns) * cell + 26, lettering.width(caption, 12))
    below = right + 100 + width > _ROOM + 30
    start = (right + 22, 0.0) if not below else (left + 60, bottom + 60)
    grid = Grid(
        start[0] + 84 if not below else start[0],
        max(20.0, start[1]) if not below else start[1],
        rows,
        columns,
        cell,
    )
    if not below:
        canvas.arrow([(right + 16, grid.middle[1]), (right + 54, grid.middle[1])], _colour(lead), 1.6)

    def text(i: int, j: int) -> str:
        return lettering.number(float(part[i, j] if len(kept) == 2 else part[j]), decimals)

    grid.draw(
        canvas,
        TINTS[lead[-1]],
        text if part is not None and cell >= 20 else None,
        edge=mix(QUIET, 0.4),
        size=min(12.0, cell / 3.5),
    )
    tail = grid.y + grid.height
    canvas.words(grid.x, grid.y - 18, label, BODY + 1, anchor="start")
    canvas.line(
        [
            (grid.x, tail + 5),
            (grid.x, tail + 9),
            (grid.x + grid.width, tail + 9),
            (grid.x + grid.width, tail + 5),
        ],
        _colour(letters[-1]),
        1.5,
    )
    canvas.words(grid.middle[0], tail + 21, _letter(letters[-1]), 12)
    if len(kept) == 2:
        side = grid.x - 9
        canvas.line(
            [(side + 4, grid.y), (side, grid.y), (side, tail), (side + 4, tail)], _colour(letters[0]), 1.5
        )
        canvas.words(side - 5, grid.middle[1], _letter(letters[0]), 12, anchor="end")
    canvas.words(grid.x, tail + 43, caption, 12, anchor="start")


def _values(X: Array | tuple[int, ...], name: str) -> tuple[Array | None, tuple[int, ...]]:
    if isinstance(X, tuple):
        return None, tuple(positive(f"Each size of {name}", size) for size in X)
    values = array(name, X, (1, 2, 3))
    return values, values.shape


def _index(
    highlight: Index | tuple[Index, ...] | None, letters: Sequence[str], sizes: Sequence[int]
) -> list[Index]:
    given = () if highlight is None else highlight if isinstance(highlight, tuple) else (highlight,)
    if len(given) > len(sizes):
        raise ValueError(f"highlight has {len(given)} indices for {len(sizes)} axes.")
    index: list[Index] = []
    for where, letter, size in zip(given, letters, sizes, strict=False):
        if isinstance(where, slice):
            if not len(range(*where.indices(size))):
                raise ValueError(f"The slice along {letter} = {size} picks nothing out.")
            index.append(where)
            continue
        if isinstance(where, bool) or not hasattr(where, "__index__"):
            raise ValueError(f"An index along {letter} is a whole number or a slice, and not {where!r}.")
        if not -size <= int(where) < size:
            raise ValueError(
                f"There is no index {where} along {letter} = {size}: it runs from 0 to {size - 1}."
            )
        index.append(int(where))
    return index + [slice(None)] * (len(sizes) - len(index))


def _holds(where: Index, i: int, size: int) -> bool:
    return i in range(*where.indices(size)) if isinstance(where, slice) else i == where % size


def _kept(letters: Sequence[str], sizes: Sequence[int], index: Sequence[Index]) -> list[tuple[str, int]]:
    return [
        (letter, len(range(*where.indices(size))))
        for letter, size, where in zip(letters, sizes, index, strict=True)
        if isinstance(where, slice)
    ]


def _brackets(index: Sequence[Index]) -> str:
    needed = [i for i, where in enumerate(index) if where != slice(None)]
    parts = index[: needed[-1] + 1] if needed else [slice(None)]
    return ", ".join(_slice(where) if isinstance(where, slice) else str(where) for where in parts)


def _slice(where: slice) -> str:
    low, high = ("" if end is None else str(end) for end in (where.start, where.stop))
    return f"{low}:{high}" + ("" if where.step is None else f":{where.step}")


def _said(letters: Sequence[str], sizes: Sequence[int]) -> str:
    parts = [f"{letter} = {size}" for letter, size in zip(letters, sizes, strict=True)]
    if len(parts) == 1:
        return f"a row of {parts[0]}"
    grid = f"{parts[-2]} rows of {parts[-1]}"
    return grid if len(parts) == 2 else f"{parts[0]} sheets of {grid}"


def _decimals(values: Array | None) -> int:
    """As few as say the values exactly, and no more than a cell has room for."""
    most = 0 if values is None else 2 if np.abs(values).max() < 10 else 1
    return next((n for n in range(most) if np.allclose(values, np.round(values, n), atol=1e-9)), most)


def _number(letter: str, value: int) -> str:
    return f"{{{letter[-1]}:{value}}}"


def _letter(letter: str) -> str:
    return f"{letter[:-1]}{{{letter[-1]}}}"


def _colour(letter: str) -> str:
    return LETTERS[letter[-1]]


def _sample_colour(n: int, N: int) -> str:
    """Shades of N's colour, far enough apart to be told from each other by lightness alone."""
    return mix(LETTERS["N"], 1 - 0.85 * n / max(1, N - 1)) if N > 1 else mix(LETTERS["N"], 0.6)
