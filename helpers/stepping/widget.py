"""The page with a slider: everything is handed over once, so that a step needs no kernel.

`stepper.js` puts the page together, `stepper.css` says how it looks; both stand beside this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import anywidget
import traitlets

from helpers.figures import lettering, palette
from helpers.figures.lettering import Run
from helpers.stepping.page import COUNTED, Block, Cell, Page, Row, Step
from helpers.stepping.picture import GATE, OTHER

HERE = Path(__file__).parent
_LETTER_OF = {colour: letter for letter, colour in palette.LETTERS.items()}


class StepperWidget(anywidget.AnyWidget):
    """The stepper in a notebook.

    Attributes:
        page: the content, ready to be shown: words as [text, class] runs, numbers as text, colours.
        t: the step that is shown first.
    """

    _esm = HERE / "stepper.js"
    _css = HERE / "stepper.css"
    page = traitlets.Dict().tag(sync=True)
    t = traitlets.Int().tag(sync=True)

    @classmethod
    def of(cls, page: Page, t: int) -> StepperWidget:
        return cls(page=_plain(page), t=t)


def _plain(page: Page) -> dict:
    """The page in what JSON has."""
    colours = {**palette.LETTERS, "ink": palette.INK, "quiet": palette.QUIET, "rule": palette.RULE}
    return {
        "title": _runs(page.title),
        "steps": [_step(step) for step in page.steps],
        "units": list(page.units),
        "states": [list(row) for row in page.states],
        "marks": list(page.marks),
        "partsFrom": page.parts_from,
        "verdict": page.verdict,
        "right": page.right,
        "note": _runs(page.note),
        "colours": {**colours, "card": palette.CARD, "paper": palette.PAPER, "gate": GATE, "other": OTHER},
    }


def _step(step: Step) -> dict:
    blocks = [_block(block) for block in step.blocks]
    return {"equation": _runs(step.equation), "blocks": blocks, "words": step.words}


def _block(block: Block) -> dict:
    return {
        "letter": block.letter,
        "counted": COUNTED[block.letter],
        "indices": list(block.indices),
        "rows": [_row(row) for row in block.rows],
    }


def _row(row: Row) -> dict:
    words = {name: _runs(getattr(row, name)) for name in ("name", "shape", "note", "heading")}
    flags = {name: getattr(row, name) for name in ("sign", "ruled", "strong", "apart")}
    return {**words, **flags, "cells": [_cell(cell) for cell in row.cells]}


def _cell(cell: Cell | None) -> dict | None:
    if cell is None:
        return None
    return {name: value for name, value in asdict(cell).items() if value not in ("", None, False)}


def _runs(markup: str) -> list[list[str]]:
    return [[run.text, _class(run)] for run in _joined(lettering.runs(markup))]


def _joined(runs: Iterable[Run]) -> list[Run]:
    return [run for run in runs if run.text]


def _class(run: Run) -> str:
    if run.colour in _LETTER_OF:
        return _LETTER_OF[run.colour]
    return "quiet" if run.colour else "name" if run.italic else ""
