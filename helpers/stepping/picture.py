"""One step as a picture that needs nothing but an `<img>`: for GitHub, printed pages and stored outputs."""

from __future__ import annotations

import textwrap

from helpers.figures import lettering
from helpers.figures.canvas import BODY, SMALL, Canvas
from helpers.figures.palette import INK, LETTERS, PAPER, QUIET, RULE, mix, text_on
from helpers.figures.picture import Picture
from helpers.figures.sizes import nice_step
from helpers.stepping.page import COUNTED, Block, Cell, Page, Row

GATE = "#b9d3c4"
"""Fill of the open part of a gate."""

OTHER = "#d55e00"
"""What is not as it should be, as in the verdicts of the checks; it never says so by colour alone."""

_SIGN, _NAME, _CELLS = 4.0, 18.0, 262.0
_WIDE, _HIGH, _PITCH = 56.0, 28.0, 33.0
_STRIP = 470.0


def draw(page: Page, t: int) -> Picture:
    """The step t, under a strip of the states of all steps."""
    canvas = Canvas()
    step = page.steps[t]
    y = _strip(canvas, page, t)
    for block in step.blocks:
        y = _block(canvas, block, y)
    y += 14
    if page.verdict:
        wrong = page.parts_from is not None
        sign = page.marks[page.parts_from or 0]
        for line in _lines(page.verdict, step.words):
            canvas.words(_SIGN - 6, y, sign, BODY, OTHER if wrong else INK, "start", bold=True)
            canvas.words(_NAME, y, line, 12, anchor="start")
            sign, y = " ", y + 18
    if page.note:
        canvas.words(_NAME, y, page.note, SMALL, QUIET, "start")
    canvas.title(step.equation, 46)
    left, top, _, _ = canvas.extent()
    canvas.words(left, top + 30, page.title, SMALL, QUIET, "start")
    return canvas.picture(page.alts[t])


def _strip(canvas: Canvas, page: Page, t: int) -> float:
    """The states of all steps as colours, one column each; returns where the next line stands."""
    T = len(page.steps)
    wide = min(36.0, _STRIP / T)
    tall = max(8.0, 18.0 - 2 * len(page.units)) if len(page.units) > 1 else 16.0
    height = len(page.units) * tall
    fills: dict[str, list[tuple[float, float, float, float]]] = {}
    rows = [i for i, unit in enumerate(page.units) if unit is not None]
    for i, colours in zip(rows, page.states, strict=True):
        for at, colour in enumerate(colours):
            fills.setdefault(colour, []).append((_CELLS + at * wide, i * tall, wide, tall))
    for colour, boxes in fills.items():
        canvas.rectangles(boxes, colour, "#ffffff", 0.5)
    canvas.rectangles([(_CELLS, 0, T * wide, height)], "none", RULE)
    if t:
        _outline(canvas, t - 1, wide, height, LETTERS["M"], dashed=True)
        canvas.words(_CELLS + t * wide - 3, -12, "*h_last*", SMALL, anchor="end")
    _outline(canvas, t, wide, height, LETTERS["T"])
    canvas.words(_CELLS + t * wide + 5, -12, "*h*", SMALL, anchor="start")
    canvas.words(_NAME, height / 2 - 8, "*h* after each step", 12, anchor="start")
    said = f"{lettering.letters('T M')}, time to the right"
    canvas.words(_NAME, height / 2 + 9, said, SMALL, QUIET, "start")
    every = nice_step(max(1.0, 22 / wide))
    canvas.words(_CELLS - 10, height + 14, "*t* =", SMALL, LETTERS["T"], "end")
    for at in range(T):
        if at == t or (at % every == 0 and abs(at - t) >= every):
            bold = at == t
            canvas.words(_CELLS + (at + 0.5) * wide, height + 14, f"{{T:{at}}}", BODY if bold else SMALL)
    if not page.marks:
        return height + 44
    canvas.words(_NAME, height + 33, "your function", SMALL, QUIET, "start")
    for at, mark in enumerate(page.marks):
        if wide >= 9 or at == (page.parts_from or 0):
            colour = OTHER if mark in "≠✗" else INK
            canvas.words(_CELLS + (at + 0.5) * wide, height + 33, mark, 12, colour)
    return height + 64


def _outline(canvas: Canvas, at: int, wide: float, height: float, colour: str, dashed: bool = False) -> None:
    canvas.box(_CELLS + at * wide - 1, -3, wide + 2, height + 6, "none", colour, 2, 3, dashed=dashed)


def _block(canvas: Canvas, block: Block, y: float) -> float:
    canvas.words(_CELLS - 10, y, COUNTED[block.letter], SMALL, LETTERS[block.letter], "end")
    for j, index in enumerate(block.indices):
        if index is not None:
            centre = _CELLS + (j + 0.5) * _WIDE
            canvas.words(centre, y, f"{{{block.letter}:{index}}}", SMALL)
    y += 14
    for row in block.rows:
        y += 8 if row.apart else 5 if row.ruled else 0
        if row.heading:
            canvas.words(_NAME, y + 8, row.heading, SMALL, anchor="start")
            y += 22
        _row(canvas, block, row, y)
        y += _PITCH
    return y + 12


def _row(canvas: Canvas, block: Block, row: Row, y: float) -> None:
    middle = y + _HIGH / 2
    right = _CELLS + len(row.cells) * _WIDE
    if row.ruled:
        canvas.lines([[(_CELLS, y - 5), (right, y - 5)]], INK, 1.6)
    if row.sign:
        canvas.words(_SIGN, middle, row.sign, 15)
    canvas.words(_NAME, middle - 7, row.name, BODY, anchor="start", bold=False)
    canvas.words(_NAME, middle + 9, row.shape, 10, QUIET, "start")
    edge = LETTERS[block.letter] if row.strong else RULE
    fills: dict[str, list[tuple[float, float, float, float]]] = {}
    bars, marked = [], []
    for j, cell in enumerate(row.cells):
        x = _CELLS + j * _WIDE
        if cell is None:
            canvas.words(x + _WIDE / 2, middle, "⋯", SMALL, QUIET)
            continue
        ground = "#ffffff" if cell.share is not None else cell.fill if cell.text else PAPER
        fills.setdefault(ground, []).append((x, y, _WIDE, _HIGH))
        if cell.share:
            bars.append((x, y, _WIDE * cell.share, _HIGH))
        if cell.other:
            marked.append((x + 1, y + 1, _WIDE - 2, _HIGH - 2))
    for fill, boxes in fills.items():
        canvas.rectangles(boxes, fill, mix(edge, 0.6) if row.strong else edge, 1)
    canvas.rectangles(bars, GATE)
    canvas.rectangles(marked, "none", OTHER, 2)
    for j, cell in enumerate(row.cells):
        if cell is not None and cell.text:
            _number(canvas, cell, _CELLS + (j + 0.5) * _WIDE, middle)
    if row.strong:
        canvas.rectangles([(_CELLS, y, right - _CELLS, _HIGH)], "none", edge, 2)
    if row.note:
        canvas.words(right + 12, middle, row.note, SMALL, QUIET, "start")


def _number(canvas: Canvas, cell: Cell, x: float, y: float) -> None:
    ink = INK if cell.share is not None else text_on(cell.fill)
    if cell.under:
        canvas.words(x, y - 5, cell.text, SMALL, ink)
        canvas.words(x, y + 8, cell.under, 8.5, INK)
    else:
        canvas.words(x, y, cell.text, SMALL, ink)


def _lines(*sentences: str) -> list[str]:
    """Sentences in lines that fit on the card; what a learner wrote is no markup of ours."""
    plain = str.maketrans({"*": "∗", "~": "∼", "{": "(", "}": ")", "\n": " "})
    return [line for said in sentences if said for line in textwrap.wrap(said.translate(plain), 104)[:4]]
