"""Any Keras model of layers as a column of boxes: every shape in letters, every parameter accounted for."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass

from . import lettering
from .accounts import Account, Array, Row, account
from .axes import number
from .canvas import BODY, SMALL, TITLE, Canvas
from .palette import CARD, INK, LETTERS, PAPER, QUIET, RULE, TINTS
from .picture import Picture

_WIDEST, _HIGHEST, _LONGEST = 900, 760, 15_500
_WIDEST_BOX, _WIDEST_SUM = 250.0, 250.0
_LINE, _MOST_LINES = 22, 28
_FRAME = 20.0
_MOST_WORDS = 880


wide = functools.lru_cache(4096)(lettering.width)


@dataclass(frozen=True)
class _Style:
    """How much room a layer gets.

    Attributes:
        columns: how many arrays stand beside each other.
        gap: between two boxes, where the shape stands of what goes from one to the other.
    """

    columns: int
    line: float
    head: float
    body: float
    pad: float
    gap: float


_STYLES = (
    _Style(columns=1, line=19, head=BODY, body=12, pad=10, gap=38),
    _Style(columns=3, line=16, head=12, body=SMALL, pad=6, gap=26),
    _Style(columns=2, line=15, head=12, body=SMALL, pad=5, gap=23),
)


def draw(model: object) -> Picture:
    """A Keras model, layer by layer, with the shape that each gives and the arrays that each holds.

    It may be functional or Sequential, of any layers; those that this course has no letters for are drawn
    with their class, their shapes in numbers, and their count. The total is `model.count_params()`. The model
    is only looked at, and neither run nor changed.

    Raises:
        ValueError: no model whose layers can be told without running it.
    """
    told = account(model)
    for style in _STYLES:
        picture = _boxes(told, style)
        if picture:
            return picture
    for most in range(min(len(told.rows), _MOST_LINES), 0, -3):
        for detail in (2, 1, 0):
            picture = _lines(told, most, detail)
            if picture:
                return picture
    return _lines(told, 1, 0, enforced=True)


# Boxes below each other


def _boxes(told: Account, style: _Style) -> Picture | None:
    """One box for each call of a layer, its arrays beside it; None if this takes too much room."""
    least = sum(
        max(len(row.arrays) / style.columns, 1) * style.line + 2 * style.pad - 4 + style.gap
        for row in told.rows
    )
    if least > _HIGHEST:
        return None
    canvas = Canvas()
    marked = not told.chained
    boxes = [_words_of(told, row, index, style) for index, row in enumerate(told.rows)]
    heads = [wide(lines[0], style.head, True) for lines in boxes]
    across = max(150.0, *heads, *(wide(line, SMALL) for lines in boxes for line in lines[1:])) + 28
    table = _columns(told, style)
    beside = across + 30
    right = beside + sum(sum(column) for column in table) + 18 * (len(table) - 1)
    sums = right + 30 + max(wide(_count(row.count), BODY, True) for row in told.rows)
    y = 0.0
    frames: dict[int, tuple[int, float, float]] = {}
    for index, (row, lines) in enumerate(zip(told.rows, boxes, strict=True)):
        before = told.rows[index - 1].inside if index else ()
        opened = [frame for frame in row.inside if frame not in before]
        y += _FRAME * len(opened)
        rows = -(-len(row.arrays) // style.columns)
        high = max(len(lines), rows) * style.line + 2 * style.pad - 4
        edge, fill = _colours(row)
        canvas.box(0, y, across, high, fill, edge, 1.3, 13 if row.kind == "input" else 8)
        middle = y + high / 2
        for place, line in enumerate(lines):
            at = middle + (place - (len(lines) - 1) / 2) * (style.line - 2)
            if place == 0:
                canvas.words(across / 2, at, line, style.head, bold=True)
            else:
                canvas.words(across / 2, at, line, SMALL, QUIET)
        if marked:
            canvas.words(-12, middle, str(index + 1), SMALL, QUIET, "end")
        _table(canvas, told, row, table, beside, middle - (rows - 1) / 2 * style.line, style)
        if row.arrays:
            canvas.words(sums, middle, _count(row.count), BODY, anchor="end", bold=True)
            if rows > 1:
                reach = rows / 2 * style.line - 3
                canvas.line([(right + 10, middle - reach), (right + 10, middle + reach)], RULE, 1.2)
        elif row.again is not None:
            canvas.words(
                beside, middle, f"~the same arrays as in~ {row.again + 1}", style.body, anchor="start"
            )
        for depth, frame in enumerate(row.inside):
            if frame in opened:
                frames[frame] = (depth, y - _FRAME * (len(opened) - opened.index(frame)), y)
            frames[frame] = (*frames[frame][:2], y + high)
        y += high
        y = _passed_on(canvas, told, index, across, y, style)
    for frame, (depth, top, bottom) in frames.items():
        out = 12 - 3 * depth
        left = -out - (20 if marked else 0)
        canvas.box(left, top, across + out - left, bottom + out - 2 - top, "none", QUIET, 1, 8, dashed=True)
        canvas.words(left + 10, top + 11, told.nested[frame], SMALL, QUIET, "start")
    _total(canvas, told, sums, y + 8)
    return _titled(canvas, told)


def _words_of(told: Account, row: Row, index: int, style: _Style) -> list[str]:
    """What stands in a box: the layer as it is called, and below it what else it is told."""
    parts = [part if isinstance(part, str) else told.names.number(part, number(part)) for part in row.called]
    head = "".join(parts)
    rest = list(row.options)
    if links := _links(row, index):
        rest.append(links)
    lines: list[str] = []
    if wide(head, style.head, True) > _WIDEST_BOX and "(" in head:
        head, _, inside = head.partition("(")
        rest = [*inside.removesuffix(")").split(", "), *rest]
    lines.append(_clipped(head, style.head))
    line = ""
    for word in rest:
        joined = f"{line}, {word}" if line else word
        if line and wide(joined, SMALL) > _WIDEST_BOX - 40:
            lines.append(line)
            joined = word
        line = joined
    return lines + ([line] if line else [])


def _links(row: Row, index: int) -> str:
    """What a layer reads, where that's not what stands right above it."""
    if not row.reads or row.reads == (index - 1,):
        return ""
    return f"reads {_listed([str(place + 1) for place in row.reads])}"


def _clipped(text: str, size: float) -> str:
    """Names are as long as their authors like, and stand without marks where they are too long."""
    if wide(text, size, True) > _WIDEST_BOX:
        text = lettering.plain(text)
    while wide(text, size, True) > _WIDEST_BOX:
        text = text.rstrip("…")[:-1] + "…"
    return text


def _colours(row: Row) -> tuple[str, str]:
    """Edge and fill: those of the letter that the layer makes."""
    if row.again is not None:
        return QUIET, CARD
    letter = {"input": "D", "recurrent": "M"}.get(row.kind, "")
    if row.kind == "dense" and row.size:
        letter = row.size.root().letter
    return (LETTERS[letter], TINTS[letter]) if letter else (QUIET, PAPER)


def _cells(told: Account, array: Array) -> tuple[str, str, str]:
    fixed = "" if array.trainable else " ~not trained~"
    return f"*{array.name}*", told.names.shape(array.axes, array.shape) + fixed, _count(array.count)


def _columns(told: Account, style: _Style) -> list[tuple[float, float, float]]:
    """How wide names, shapes and counts are, for each array that stands beside the others."""
    found = [[0.0, 0.0, 0.0] for _ in range(style.columns)]
    for row in told.rows:
        for place, array in enumerate(row.arrays):
            column = found[place % style.columns]
            for part, words in enumerate(_cells(told, array)):
                column[part] = max(column[part], wide(words, style.body) + (14, 18, 0)[part])
    return [tuple(column) for column in found]


def _table(canvas, told: Account, row: Row, table, left: float, top: float, style: _Style) -> None:
    for place, array in enumerate(row.arrays):
        down, along = divmod(place, style.columns)
        x = left + sum(sum(column) + 18 for column in table[:along])
        y = top + down * style.line
        name, shape, count = _cells(told, array)
        names, shapes, counts = table[along]
        canvas.words(x, y, name, style.body, anchor="start")
        canvas.words(x + names, y, shape, style.body, anchor="start")
        canvas.words(x + names + shapes + counts, y, count, style.body, anchor="end")


def _passed_on(canvas, told: Account, index: int, across: float, y: float, style: _Style) -> float:
    """The arrow out of a box with the shapes that go along it; returns where the next box begins."""
    row = told.rows[index]
    if not row.gives:
        return y + style.gap
    said = [told.names.shape(*shape) for shape in row.gives]
    lines = [" ~and~ ".join(said)]
    if wide(lines[0], style.body) > 480:
        lines = said
    if not told.chained and row.ends:
        lines[-1] += " ~output~"
    below = told.rows[index + 1] if index + 1 < len(told.rows) else None
    deep = style.gap + (len(lines) - 1) * style.line
    if below is None or index in below.reads:
        canvas.arrow([(across / 2, y + 2), (across / 2, y + deep - 3)])
    else:
        canvas.line([(across / 2, y + 2), (across / 2, y + deep - 12)], QUIET, 1.4, dashed=True)
    for place, line in enumerate(lines):
        middle = y + deep / 2 - 1 + (place - (len(lines) - 1) / 2) * style.line
        canvas.words(across / 2 + 12, middle, line, style.body, anchor="start")
    return y + deep


# One line for each layer, where there are many


def _lines(told: Account, most: int, detail: int, enforced: bool = False) -> Picture | None:
    """A table with one line for each call of a layer; those in the middle are summed up beyond `most`.

    Args:
        detail: 0 for layers, shapes and counts, 1 for the arrays' counts too, 2 for what layers are told.
    """
    shown: list[int | None] = list(range(len(told.rows)))
    if most < len(shown):
        first = -(-most // 2)
        shown = [*shown[:first], None, *shown[len(shown) - (most - first) :]]
    canvas = Canvas()
    kept = {index: told.rows[index] for index in shown if index is not None}
    heads = {index: _words_of(told, row, index, _STYLES[1])[0] for index, row in kept.items()}
    options = {}
    for index, row in kept.items():
        words = [_links(row, index), *(f"in {told.nested[row.inside[-1]]}" for _ in row.inside[:1])]
        words += [option for option in row.options if detail == 2 and not option.startswith("blocks ")]
        options[index] = _clipped(", ".join(filter(None, words)), SMALL)
    given = {index: _given(told, row) for index, row in kept.items()}
    arrays = {index: _sum_of(row) if detail or row.again is not None else "" for index, row in kept.items()}
    across = max(wide(heads[index], 12, True) + 10 + wide(options[index], SMALL) for index in kept) + 20
    gives = across + 22
    holds = gives + max(wide(said, SMALL) for said in given.values()) + 22
    held = max(wide(said, SMALL) for said in arrays.values())
    sums = holds + held + 24 + max(wide(_count(row.count), 12, True) for row in told.rows)
    if sums > _WIDEST - 70 and not enforced:
        return None
    y = 0.0
    for index in shown:
        if index is None:
            hidden = [row for place, row in enumerate(told.rows) if place not in shown]
            canvas.words(14, y, f"⋯ ~{len(hidden)} layers more~", 12, anchor="start")
            canvas.words(sums, y, _count(sum(row.count for row in hidden)), 12, anchor="end", bold=True)
        else:
            row = told.rows[index]
            edge, fill = _colours(row)
            canvas.box(0, y - 9.5, across, 19, fill, edge, 1.1, 9.5 if row.kind == "input" else 5)
            told_by = canvas.words(10, y, heads[index], 12, anchor="start", bold=True)
            if options[index]:
                canvas.words(20 + told_by, y, options[index], SMALL, QUIET, "start")
            if not told.chained:
                canvas.words(-10, y, str(index + 1), SMALL, QUIET, "end")
            canvas.words(gives, y, given[index], SMALL, anchor="start")
            if arrays[index]:
                canvas.words(holds, y, arrays[index], SMALL, anchor="start")
            if row.arrays:
                canvas.words(sums, y, _count(row.count), 12, anchor="end", bold=True)
        y += _LINE
    _total(canvas, told, sums, y + 4)
    return _titled(canvas, told, enforced)


def _given(told: Account, row: Row) -> str:
    if not row.gives:
        return ""
    more = f" ~and {len(row.gives) - 1} more~" if len(row.gives) > 1 else ""
    return told.names.shape(*row.gives[0]) + more + (" ~output~" if row.ends and not told.chained else "")


def _sum_of(row: Row) -> str:
    """`Wx 15 + Wh 25 + bh 5`, or `forward 45 + backward 45`, as far as there is room."""
    if row.again is not None:
        return f"~as in~ {row.again + 1}"
    parts = [f"*{array.name}* {_count(array.count)}" for array in row.arrays]
    if wide(" + ".join(parts), SMALL) > _WIDEST_SUM:
        halves: Counter[str] = Counter()
        for array in row.arrays:
            halves[array.name.rpartition(" ")[0] or array.name] += array.count
        parts = [f"*{name}* {_count(count)}" for name, count in halves.items()]
    while parts and wide(" + ".join(parts), SMALL) > _WIDEST_SUM:
        parts = [*parts[: -2 if parts[-1] == "…" else -1], "…"]
    return " + ".join(parts)


# What all pictures of models have


def _total(canvas: Canvas, told: Account, right: float, y: float) -> None:
    arrays = told.arrays
    total = sum(array.count for array in arrays)
    canvas.line([(right - 130, y), (right, y)], INK, 1.2)
    canvas.words(right, y + 18, _parameters(total), TITLE, anchor="end", bold=True)
    canvas.words(right, y + 39, _bytes(arrays), SMALL, QUIET, "end")
    fixed = sum(array.count for array in arrays if not array.trainable)
    if fixed:
        said = f"{_count(total - fixed)} trainable, {_count(fixed)} not"
        canvas.words(right, y + 57, said, SMALL, QUIET, "end")


def _titled(canvas: Canvas, told: Account, enforced: bool = False) -> Picture | None:
    """The picture, if it is small enough."""
    left, top, right, bottom = canvas.extent()
    legend = _legend(told)
    title = "The model, layer by layer" + (f": {legend}" if legend else "")
    if wide(title, TITLE) > max(right - left, 600):
        title = "The model, layer by layer"
    canvas.title(title, 28)
    left, top, right, bottom = canvas.extent()
    if (right - left > _WIDEST - 46 or bottom - top > _HIGHEST - 46) and not enforced:
        return None
    picture = canvas.picture(_in_words(told))
    return picture if enforced or len(picture.svg.encode()) <= _LONGEST else None


def _legend(told: Account) -> str:
    """`(T, D, M, K) = (10, 3, 5, 2)`."""
    known = [(name, told.names.number(size, size.number)) for name, size in told.names]
    if not known:
        return ""
    if len(known) == 1:
        return " = ".join(known[0])
    names, sizes = (", ".join(parts) for parts in zip(*known, strict=True))
    return f"({names}) = ({sizes})"


def _bytes(arrays: list[Array]) -> str:
    """`57 × 4 bytes of float32 = 228 bytes`."""
    kinds = Counter()
    for array in arrays:
        kinds[array.dtype, array.bytes // max(1, array.count)] += array.count
    total = sum(array.bytes for array in arrays)
    if not kinds:
        return "nothing to train, nothing to store"
    parts = [f"{_count(count)} × {each} bytes of {dtype}" for (dtype, each), count in kinds.items()]
    return f"{' + '.join(parts)} = {_count(total)} bytes"


def _in_words(told: Account) -> str:
    """The alternative text: as much as 900 characters hold, and the totals always."""
    arrays = told.arrays
    total = f"In all {_parameters(sum(array.count for array in arrays))}"
    total += f", {_count(sum(array.bytes for array in arrays))} bytes"
    fixed = sum(array.count for array in arrays if not array.trainable)
    total += f", {_count(fixed)} of them not trained." if fixed else "."
    legend = _legend(told)
    begin = f"A Keras model, layer by layer{', with ' + legend if legend else ''}."
    for detail in (3, 2, 1, 0):
        said = [_row_in_words(told, index, detail) for index in range(len(told.rows))]
        text = lettering.plain(" ".join([begin, *said, total]))
        if len(text) <= _MOST_WORDS:
            return text
    classes = [row.called[0].partition("(")[0] if isinstance(row.called[0], str) else "" for row in told.rows]
    said = [f"{count} {kind}" for kind, count in Counter(classes).items()]
    while True:
        text = lettering.plain(f"A Keras model of {len(told.rows)} layers: {', '.join(said)}. {total}")
        if len(text) <= _MOST_WORDS:
            return text
        said = [*said[:-2], "and others"]


def _row_in_words(told: Account, index: int, detail: int) -> str:
    row = told.rows[index]
    head = "".join(part if isinstance(part, str) else str(number(part)) for part in row.called)
    asides = [*(row.options if detail == 3 else []), *filter(None, [_links(row, index)])]
    text = f"{head} ({', '.join(asides)})" if asides else head
    if row.gives:
        text += f" gives {_listed([told.names.shape(*shape) for shape in row.gives])}"
    if row.again is not None:
        text += f", with the same weights as {row.again + 1}"
    elif row.arrays and detail >= 2:
        held = [f"{array.name} {told.names.shape(array.axes, array.shape)}" for array in row.arrays]
        text += f" and holds {_listed(held)}, {_parameters(row.count)}"
    elif row.arrays and detail == 1:
        text += f" and holds {_parameters(row.count)}"
    return text + "."


def _parameters(count: int) -> str:
    return f"{_count(count)} parameter{'' if count == 1 else 's'}"


def _count(value: int) -> str:
    return f"{value:,}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
