"""Parameters counted: every number of the model as a unit square, and how the total grows."""

from __future__ import annotations

from collections.abc import Iterable

from . import lettering
from .canvas import BODY, SMALL, TITLE, Canvas, Point
from .palette import INK, LETTERS, PAPER, QUIET, RULE, TINTS, mix
from .picture import Picture
from .sizes import check_sizes, nice_step, positive

_ROOM = 780.0
_MOST_SQUARES = 700
TIMES = "·"


def parameters(D: int = 3, M: int = 5, K: int = 2) -> Picture:
    """Every number of the model accounted for: one unit square each, in five blocks."""
    check_sizes(D=D, M=M, K=K)
    blocks = [
        ("Wx", "D M", D, M, TINTS["D"], LETTERS["D"]),
        ("Wh", "M M", M, M, TINTS["M"], LETTERS["M"]),
        ("bh", "M", 1, M, PAPER, QUIET),
        ("Wo", "M K", M, K, TINTS["K"], LETTERS["K"]),
        ("bo", "K", 1, K, PAPER, QUIET),
    ]
    total = D * M + M * M + M + M * K + K
    squares = total <= _MOST_SQUARES
    least = [lettering.width(_count(axes, rows, columns), 12) for _, axes, rows, columns, _, _ in blocks]
    gap, break_ = 30.0, 56.0
    cell = 26.0
    while cell > 0.02 and (
        sum(max(columns * cell, low) for (_, _, _, columns, _, _), low in zip(blocks, least, strict=True))
        + 3 * gap + break_ > _ROOM
        or max(D, M) * cell > 340
    ):  # fmt: skip
        cell *= 0.96
    cell = max(cell, 0.02)
    canvas = Canvas()
    floor = max(D, M) * cell
    x = 0.0
    spans: list[tuple[float, float]] = []
    for (name, axes, rows, columns, fill, edge), low in zip(blocks, least, strict=True):
        wide, high = columns * cell, rows * cell
        slot = max(wide, low)
        left = x + (slot - wide) / 2
        if squares:
            _ruled(canvas, left, floor - high, rows, columns, cell, fill, edge)
        else:
            canvas.rectangles([(left, floor - high, max(wide, 1), max(high, 1))], fill, mix(edge, 0.55))
        centre = x + slot / 2
        canvas.words(centre, floor - high - 16, f"*{name}*", BODY + 1)
        canvas.words(centre, floor + 20, lettering.letters(axes), 12)
        canvas.words(centre, floor + 40, _count(axes, rows, columns), 12)
        spans.append((x, x + slot))
        x += slot + (break_ if name == "bh" else gap)
    rnn, dense = D * M + M * M + M, M * K + K
    line = floor + 62
    ends = [(spans[0][0], spans[2][1]), (spans[3][0], spans[4][1])]
    groups = [
        ("SimpleRNN", f"{D * M} + {M * M} + {M} = {rnn}", LETTERS["M"]),
        ("Dense", f"{M * K} + {K} = {dense}", LETTERS["K"]),
    ]
    for (low, high), (name, sum_, colour) in zip(ends, groups, strict=True):
        canvas.line([(low, line - 5), (low, line), (high, line), (high, line - 5)], colour, 1.6)
        middle = (low + high) / 2
        canvas.words(middle, line + 18, name, BODY, colour, bold=True)
        canvas.words(middle, line + 38, sum_, BODY)
    canvas.words(
        (spans[0][0] + spans[4][1]) / 2,
        line + 76,
        f"{rnn} + {dense} = {total} parameters",
        TITLE,
        bold=True,
    )
    if not squares:
        canvas.words((spans[0][0] + spans[4][1]) / 2, line + 98, "areas to scale", SMALL, QUIET)
    canvas.title(f"Every number accounted for: {lettering.shape('D M K', (D, M, K))}")
    return canvas.picture(
        f"The parameters of a model with (D, M, K) = ({D}, {M}, {K}) as blocks of unit squares: Wx D·M = "
        f"{D * M}, Wh M·M = {M * M}, bh M = {M}, together {rnn} in the SimpleRNN; Wo M·K = {M * K}, bo K = "
        f"{K}, together {dense} in the Dense layer; {rnn} + {dense} = {total}."
    )


def parameter_growth(D: int = 3, K: int = 2, Ms: Iterable[int] = range(1, 33)) -> Picture:
    """How the number of parameters grows with M, its parts stacked: M·M takes over."""
    check_sizes(D=D, K=K)
    sizes = sorted({positive("M", M) for M in Ms})
    if len(sizes) < 2:
        raise ValueError("Ms needs at least two different values of M, so that there is a growth to see.")
    parts = [
        ("*bh*, *bo*: {M} + {K}", lambda M: M + K, mix(QUIET, 0.35)),
        ("*Wo*: {M}·{K}", lambda M: M * K, mix(LETTERS["K"], 0.45)),
        ("*Wx*: {D}·{M}", lambda M: D * M, mix(LETTERS["D"], 0.45)),
        ("*Wh*: {M}·{M}", lambda M: M * M, mix(LETTERS["M"], 0.45)),
    ]
    canvas = Canvas()
    width, height = 520.0, 270.0
    low, high = sizes[0], sizes[-1]
    top = sum(part(high) for _, part, _ in parts)

    def place(M: int, count: float) -> Point:
        return (M - low) / (high - low) * width, height - count / top * height

    step = nice_step(top / 4)
    marks = list(range(0, top + 1, step))
    canvas.lines([[(0, place(low, mark)[1]), (width, place(low, mark)[1])] for mark in marks])
    base = dict.fromkeys(sizes, 0)
    labels: list[tuple[float, float, str]] = []
    for name, part, fill in parts:
        summed = {M: base[M] + part(M) for M in sizes}
        outline = [place(M, base[M]) for M in sizes] + [place(M, summed[M]) for M in reversed(sizes)]
        canvas.polygon(outline, fill, "#ffffff", 0.8)
        middle = (place(high, base[high])[1] + place(high, summed[high])[1]) / 2
        labels.append((middle, middle, f"{name} = {part(high)}"))
        base = summed
    canvas.line([place(M, base[M]) for M in sizes], INK, 1.6)
    spots = [height - 2.0]
    for middle, _, _ in labels[1:]:
        spots.append(min(middle, spots[-1] - 20))
    for (middle, _, label), spot in zip(labels, spots, strict=True):
        canvas.line([(width + 4, middle), (width + 22, spot)], RULE, 1)
        canvas.words(width + 28, spot, label, 12, anchor="start")
    canvas.words(width + 6, -14, f"total {top}", 12, anchor="end", bold=True)
    for mark in marks:
        canvas.words(-10, place(low, mark)[1], f"{mark}", SMALL, QUIET, "end")
    pace = nice_step((high - low) / 8)
    ticks = [low, *(m for m in range(0, high, pace) if low + 0.6 * pace < m < high - 0.6 * pace), high]
    for M in ticks:
        canvas.words(place(M, 0)[0], height + 15, f"{{M:{M}}}", SMALL)
    canvas.words(width / 2, height + 37, "hidden units {M}", 12)
    canvas.title(f"Parameters as {{M}} grows, {lettering.shape('D K', (D, K))}", 24)
    share = round(100 * high * high / top)
    return canvas.picture(
        f"The number of parameters for (D, K) = ({D}, {K}) as M grows from {low} to {high}, stacked by part: "
        f"at M = {high} they are {top}, of which Wh holds M·M = {high * high} ({share} %), Wx D·M = "
        f"{D * high}, Wo M·K = {high * K}, the biases M + K = {high + K}."
    )


def _ruled(
    canvas: Canvas, x: float, y: float, rows: int, columns: int, cell: float, fill: str, edge: str
) -> None:
    """Unit squares, as one area with ruled lines."""
    right, bottom = x + columns * cell, y + rows * cell
    canvas.rectangles([(x, y, right - x, bottom - y)], fill, mix(edge, 0.55))
    rules = [[(x + j * cell, y), (x + j * cell, bottom)] for j in range(1, columns)]
    rules += [[(x, y + i * cell), (right, y + i * cell)] for i in range(1, rows)]
    canvas.lines(rules, mix(edge, 0.55), min(1.0, cell / 12))


def _count(axes: str, rows: int, columns: int) -> str:
    names = [f"{{{letter}}}" for letter in axes.split()]
    if len(names) == 1:
        return f"{names[0]} = {columns}"
    numbers = [f"{{{letter}:{size}}}" for letter, size in zip(axes.split(), (rows, columns), strict=True)]
    return f"{TIMES.join(names)} = {TIMES.join(numbers)} = {rows * columns}"
