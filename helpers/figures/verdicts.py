"""A class's answers: one bar for each exercise, in parts for how the answers came out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from .canvas import SMALL, Canvas
from .lettering import width
from .palette import INK, QUIET, RULE, mix, text_on
from .picture import Picture

BAR, GAP, LONG = 24.0, 12.0, 520.0
SWATCH = 13.0
COLOURS = ("#00735c", "#e0a100", "#8f2d56", "#c9a3b4", "#5b6ea8", "#b9c0c7", mix(INK, 0.85))
"""For up to seven outcomes, from right to not run: they differ in lightness where they may not in hue."""


def outcomes(counts: Mapping[str, Mapping[str, int]], names: Sequence[str]) -> Picture:
    """How often each exercise came out how.

    Args:
        counts: by exercise and by outcome, a number of answers.
        names: the outcomes in the order of the bars' parts; up to seven.
    """
    if not 1 <= len(names) <= len(COLOURS):
        raise ValueError(f"there can be 1 to {len(COLOURS)} outcomes, not {len(names)}.")
    most = max((sum(row.get(name, 0) for name in names) for row in counts.values()), default=0)
    if most == 0:
        raise ValueError("nothing was counted.")
    canvas = Canvas()
    for line, (exercise, row) in enumerate(counts.items()):
        y = line * (BAR + GAP)
        canvas.words(-12, y + BAR / 2, exercise, 12, INK, "end")
        x = 0.0
        for name, colour in zip(names, COLOURS, strict=False):
            wide = LONG * row.get(name, 0) / most
            if not wide:
                continue
            canvas.rectangles([(x, y, wide, BAR)], colour, "#ffffff", 1)
            if width(str(row[name]), SMALL) + 6 < wide:
                canvas.words(x + wide / 2, y + BAR / 2, str(row[name]), SMALL, text_on(colour))
            x += wide
    below = len(counts) * (BAR + GAP) + 4
    canvas.lines([[(0, -6), (0, below - GAP + 2)]], RULE, 1)
    x = 0.0
    for name, colour in zip(names, COLOURS, strict=False):
        if not any(row.get(name, 0) for row in counts.values()):
            continue
        wide = SWATCH + 6 + width(name, SMALL) + 18
        if x + wide > LONG + 60 and x:
            x, below = 0.0, below + 20
        canvas.rectangles([(x, below, SWATCH, SWATCH)], colour)
        canvas.words(x + SWATCH + 6, below + SWATCH / 2, name, SMALL, QUIET, "start")
        x += wide
    said = "; ".join(
        f"{exercise}: " + ", ".join(f"{row[name]} {name}" for name in names if row.get(name))
        for exercise, row in counts.items()
    )
    canvas.title("How the answers came out")
    return canvas.picture(f"How many answers to each exercise came out how. {said}.")
