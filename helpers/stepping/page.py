"""What is shown of each step: rows of numbers that add up column by column, and the words around them.

The static picture and the widget both draw this, so that they say the same. Words are in the markup of
`helpers.figures.lettering`; `f × c_last` is `f * c_last` in code, as in the lessons' pictures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy import ndarray as Array

from helpers.checking.compare import close
from helpers.figures import lettering
from helpers.figures.grid import Shown, shown
from helpers.figures.lettering import MINUS
from helpers.figures.palette import PAPER, diverging
from helpers.stepping.answer import TOLERANCE, Answer
from helpers.stepping.trace import Trace

MOST_SHOWN = 7
COUNTED = {"D": "feature", "M": "unit", "K": "output"}


@dataclass(frozen=True)
class Cell:
    """One number.

    Attributes:
        fill: its colour on the scale from blue over white to red; of a gate, white.
        share: how far a gate is open, from 0 to 1; None where it is no gate.
        under: what it was made from, in small.
        other: whether the learner's number is another than the true one.
    """

    text: str
    fill: str
    share: float | None = None
    under: str = ""
    other: bool = False


@dataclass(frozen=True)
class Row:
    """One array at one step.

    Attributes:
        sign: what stands before it in an addition.
        ruled: whether a line is drawn above it, as above a sum.
        strong: whether this is what the step has made.
        apart: whether some room is left above it.
        heading: a line of words above it.
        cells: its numbers; None where a gap stands for those that are not shown.
    """

    name: str
    shape: str
    cells: tuple[Cell | None, ...]
    sign: str = ""
    note: str = ""
    ruled: bool = False
    strong: bool = False
    apart: bool = False
    heading: str = ""


@dataclass(frozen=True)
class Block:
    """Rows that share an axis, and stand in the same columns."""

    letter: str
    indices: Shown
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Step:
    """All that is shown at one t."""

    equation: str
    blocks: tuple[Block, ...]
    words: str = ""


@dataclass(frozen=True)
class Page:
    """The stepper's content.

    Attributes:
        states: the units of the strip, and their states over time as colours, `states[m][t]`.
        marks: one sign for each step, where there is an answer: ✓ the same, ≠ another, ✗ stopped, · none.
        verdict: one sentence on the answer; empty without one.
    """

    title: str
    steps: tuple[Step, ...]
    units: Shown
    states: tuple[tuple[str, ...], ...]
    marks: tuple[str, ...] = ()
    parts_from: int | None = None
    verdict: str = ""
    right: bool = True
    note: str = ""
    alts: tuple[str, ...] = field(default=(), repr=False)


def compose(truth: Trace, answer: Answer | None = None) -> Page:
    """The content for every step of a trace, with the learner's numbers beside it if there is an answer."""
    steps = truth.steps
    scale = _Scale(truth)
    units = shown(truth.sizes["M"], MOST_SHOWN)
    letters = [letter for letter in "TDMK" if letter in truth.sizes]
    said = lettering.shape(letters, [truth.sizes[letter] for letter in letters])
    kind = {True: ", reset after", False: ", reset before"}[truth.reset_after] if truth.cell == "GRU" else ""
    pages = tuple(_step(truth, answer, t, scale) for t in range(len(steps)))
    return Page(
        title=f"{truth.cell}{kind}: one sample, {said}",
        steps=pages,
        units=units,
        states=tuple(tuple(scale.fill("h", step["h"][m]) for step in steps) for m in units if m is not None),
        marks=tuple(step.mark for step in answer.steps) if answer else (),
        parts_from=answer.parts_from if answer else None,
        verdict=answer.verdict if answer else "",
        right=answer is not None and answer.right,
        note=_left_out(truth.sizes),
        alts=tuple(_alt(truth, answer, t) for t in range(len(steps))),
    )


class _Scale:
    """Colours of numbers: one scale for all that is M wide, one for x, one for y, the same at every step."""

    def __init__(self, truth: Trace):
        self.limits: dict[str, float] = {}
        for step in truth.steps:
            for name, values in step.items():
                group = self.group(name)
                largest = float(np.abs(values).max())
                self.limits[group] = max(self.limits.get(group, 0.0), largest)
        self.limits["M"] = min(max(self.limits["M"], 1.0), 1.5)  # states, within ±1, shall not look pale

    @staticmethod
    def group(name: str) -> str:
        return {"x_t": "D", "y": "K"}.get(name, "M")

    def fill(self, name: str, value: float) -> str:
        limit = self.limits[self.group(name)]
        return diverging(float(value), limit) if math.isfinite(value) else PAPER


def _step(truth: Trace, answer: Answer | None, t: int, scale: _Scale) -> Step:
    parts, sizes, T = truth.steps[t], truth.sizes, truth.sizes["T"]
    columns = {letter: shown(sizes[letter], MOST_SHOWN) for letter in "DMK" if letter in sizes}

    def row(part: str, name: str, shape: str = "", under: str = "", gate: bool = False, **rest) -> Row:
        letter = scale.group(part)
        cells = [Cell(text, scale.fill(part, value)) for text, value in _numbered(parts[part])]
        if gate:
            cells = [replace(cell, share=float(g)) for cell, g in zip(cells, parts[part], strict=True)]
        if under:
            before = [f"{under}({_short(float(value))})" for value in parts[f"before_{part}"]]
            cells = [replace(cell, under=said) for cell, said in zip(cells, before, strict=True)]
        shape = shape or lettering.shape(letter, [sizes[letter]])
        return Row(name, shape, _picked(cells, columns[letter]), **rest)

    rows = {"D": [row("x_t", f"*x*[{{T:{t}}}]")], "M": _LAYOUTS[truth.cell](truth, t, row)}
    if "K" in sizes:
        note = "this is what *predict* gives" if t == T - 1 else "*predict* does not show this one"
        rows["K"] = [row("y", "*y* = *h* @ *Wo* + *bo*", _product("M", "M K", sizes, plus="K"), note=note)]
    for name in answer.shows if answer else ():
        rows[scale.group(name)].append(_answered(truth, answer, t, name, scale, columns))
    blocks = tuple(Block(letter, columns[letter], tuple(lines)) for letter, lines in rows.items())
    equation = _EQUATIONS[truth.cell].format(t=t)
    return Step(f"*t* = {{T:{t}}}:  {equation}", blocks, answer.steps[t].words if answer else "")


_EQUATIONS = {
    "SimpleRNN": "*h* = tanh(*x*[{{T:{t}}}] @ *Wx* + *h_last* @ *Wh* + *bh*)",
    "LSTM": "*c* = *f* × *c_last* + *i* × candidate,   *h* = *o* × tanh(*c*)",
    "GRU": f"*h* = *z* × *h_last* + (1 {MINUS} *z*) × candidate",
}


def _simple_rnn(truth: Trace, t: int, row: Callable[..., Row]) -> list[Row]:
    sizes = truth.sizes
    return [
        row("h_last", "*h_last*", note=_came(t, "h")),
        row("from_input", f"*x*[{{T:{t}}}] @ *Wx*", _product("D", "D M", sizes), apart=True),
        row("from_state", "*h_last* @ *Wh*", _product("M", "M M", sizes), sign="+"),
        row("bh", "*bh*", sign="+"),
        row("sum", "the sum", sign="=", ruled=True),
        row("h", "*h* = tanh(the sum)", strong=True, note=_goes(truth, t, "h")),
    ]


def _lstm(truth: Trace, t: int, row: Callable[..., Row]) -> list[Row]:
    M = truth.sizes["M"]
    z = f"*z* = *x*[{{T:{t}}}] @ *Wx* + *h_last* @ *Wh* + *b*"
    four = f"{lettering.letters('4M')} = ({{M:{4 * M}}},)"
    of = f"of its block in *z*, {lettering.letters('M')}"
    return [
        row("h_last", "*h_last*", note=_came(t, "h")),
        row("c_last", "*c_last*", note=_came(t, "c")),
        row("i", "*i*, input gate", f"σ {of}", "σ", gate=True, apart=True,
            heading=f"{z} is {four}, four blocks of {{M}}:"),
        row("f", "*f*, forget gate", f"σ {of}", "σ", gate=True),
        row("candidate", "candidate", f"tanh {of}", "tanh"),
        row("o", "*o*, output gate", f"σ {of}", "σ", gate=True),
        row("kept", "*f* × *c_last*", apart=True, note="what is kept"),
        row("written", "*i* × candidate", sign="+", note="what is written"),
        row("c", "*c*, the new memory", sign="=", ruled=True, strong=True, note=_goes(truth, t, "c")),
        row("h", "*h* = *o* × tanh(*c*)", strong=True, note=_goes(truth, t, "h")),
    ]  # fmt: skip


def _gru(truth: Trace, t: int, row: Callable[..., Row]) -> list[Row]:
    M = truth.sizes["M"]
    three = f"{lettering.letters('3M')} = ({{M:{3 * M}}},)"
    if truth.reset_after:
        blocks = f"+ *b*[0] is {three}: *xz*, *xr*, *xh*.  *h_last* @ *Wh* + *b*[1]: *hz*, *hr*, *hh*."
        past, shape = "*r* × *hh*", ""
    else:
        blocks = f"+ *b* is {three}: *xz*, *xr*, *xh*.  *h_last* @ *Wh*[:, :2M]: *hz*, *hr*."
        past, shape = "(*r* × *h_last*) @ *Wh*[:, 2M:]", _product("M", "M M", truth.sizes)
    return [
        row("h_last", "*h_last*", note=_came(t, "h")),
        row("z", "*z*, update gate", f"σ(*xz* + *hz*), {lettering.letters('M')}", "σ", gate=True, apart=True,
            heading=f"*x*[{{T:{t}}}] @ *Wx* {blocks}"),
        row("r", "*r*, reset gate", f"σ(*xr* + *hr*), {lettering.letters('M')}", "σ", gate=True),
        row("xh", "*xh*", apart=True),
        row("past", past, shape, sign="+"),
        row("candidate", "candidate", f"tanh of the sum, {lettering.letters('M')}", "tanh", ruled=True),
        row("kept", "*z* × *h_last*", apart=True, note="what is kept"),
        row("new", f"(1 {MINUS} *z*) × candidate", sign="+", note="what is new"),
        row("h", "*h*", sign="=", ruled=True, strong=True, note=_goes(truth, t, "h")),
    ]  # fmt: skip


_LAYOUTS = {"SimpleRNN": _simple_rnn, "LSTM": _lstm, "GRU": _gru}


def _came(t: int, name: str) -> str:
    return f"the *{name}* of *t* = {{T:{t - 1}}}" if t else "zeros: nothing was before"


def _goes(truth: Trace, t: int, name: str) -> str:
    T = truth.sizes["T"]
    return f"*{name}_last* at *t* = {{T:{t + 1}}}" if t < T - 1 else "the last one"


def _product(left: str, right: str, sizes: Mapping[str, int], plus: str = "") -> str:
    """`(D,) (D, M) = (3,) (3, 5)`, with a bias added where there is one."""
    factors = left, right, *([plus] if plus else [])
    letters = [lettering.letters(axes) for axes in factors]
    values = [lettering.numbers(axes, [sizes[letter] for letter in axes.split()]) for axes in factors]
    return " = ".join(" + ".join([" ".join(said[:2]), *said[2:]]) for said in (letters, values))


def _answered(
    truth: Trace, answer: Answer, t: int, name: str, scale: _Scale, columns: Mapping[str, Shown]
) -> Row:
    """What the learner's function gave, to stand below what is right."""
    letter, step = scale.group(name), answer.steps[t]
    given, right = step.values.get(name), truth.steps[t][name]
    if given is None:
        said = {"not written": "not written yet", "stopped": "it stops here"}
        cells, note = [Cell("", PAPER)] * len(right), said.get(step.status, "it stopped before")
    else:
        others = ~close(given, right, TOLERANCE)
        cells = [
            Cell(text, scale.fill(name, value), other=bool(other))
            for (text, value), other in zip(_numbered(given), others, strict=True)
        ]
        note = f"≠ the right *{name}*" if others.any() else "✓ the same"
    shape = lettering.shape(letter, [len(right)])
    return Row(
        f"your *{name}*", shape, _picked(cells, columns[letter]), note=note, apart=name == answer.shows[0]
    )


def _picked(cells: Sequence[Cell], columns: Shown) -> tuple[Cell | None, ...]:
    return tuple(None if column is None else cells[column] for column in columns)


def _numbered(values: Array) -> list[tuple[str, float]]:
    """The numbers of one row, and how they are said: with four decimals, as the lessons print them; or bare,
    if all of them are whole."""
    whole = all(float(value).is_integer() and abs(value) < 1e5 for value in values)
    return [(_number(float(value), whole), float(value)) for value in values]


def _number(value: float, whole: bool) -> str:
    if math.isnan(value):
        return "nan"
    if math.isinf(value):
        return ("" if value > 0 else MINUS) + "∞"
    size = abs(value)
    if size >= 99_999.5:
        text = f"{value:.1e}".replace("e+0", "e").replace("e+", "e")
    else:
        text = f"{value:.{0 if whole else 4 if size < 9.99995 else 3 if size < 99.9995 else 1}f}"
    return _signed(text)


def _signed(text: str) -> str:
    """With a true minus sign, and none before a zero."""
    return text.replace("-", MINUS if float(text) else "")


def _short(value: float) -> str:
    """A number in little room."""
    return _signed(f"{value:.{2 if abs(value) < 9.995 else 0}f}")


def _left_out(sizes: Mapping[str, int]) -> str:
    """A note where an axis is too long to be shown whole."""
    long = [letter for letter in "DMK" if sizes.get(letter, 0) > MOST_SHOWN]
    if not long:
        return ""
    said = ", ".join(f"{{{letter}}} = {{{letter}:{sizes[letter]}}}" for letter in long)
    return f"At ⋯ numbers are left out: {said}. They are computed all the same."


def _alt(truth: Trace, answer: Answer | None, t: int) -> str:
    parts, sizes = truth.steps[t], truth.sizes
    letters = ", ".join(letter for letter in "TDMK" if letter in sizes)
    values = ", ".join(str(sizes[letter]) for letter in "TDMK" if letter in sizes)

    def listed(name: str, said: str = "") -> str:
        row = [lettering.number(round(float(value), 2)) for value in parts[name]]
        row = row if len(row) <= 6 else [*row[:5], "…", row[-1]]
        return f"{said or name} = {', '.join(row)}"

    names = {
        "SimpleRNN": (("from_input", f"x[{t}] @ Wx"), ("from_state", "h_last @ Wh"), ("bh", ""),
                      ("sum", "their sum"), ("h", "h, its tanh,")),
        "LSTM": (("c_last", ""), ("i", ""), ("f", ""), ("candidate", ""), ("o", ""), ("c", ""), ("h", "")),
        "GRU": (("z", ""), ("r", ""), ("candidate", ""), ("h", "")),
    }[truth.cell]  # fmt: skip
    told = "; ".join(
        [
            listed("x_t", f"x[{t}]"),
            listed("h_last"),
            *(listed(name, said) for name, said in names),
            *([listed("y")] if "y" in parts else []),
        ]
    )
    article = "an" if truth.cell == "LSTM" else "a"
    said = f"Step t = {t} of {article} {truth.cell} with ({letters}) = ({values}), in numbers: {told}."
    return f"{said} {answer.verdict}" if answer else said
