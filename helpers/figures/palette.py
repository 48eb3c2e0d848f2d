"""The colours of the course, as hex strings: for the pictures, and for any HTML beside them.

Each of the five letters keeps its own colour everywhere. The five were searched for, under the limit
of a contrast of 4.5 : 1 on the card, so that the closest pair stays apart in normal vision and in
simulated protanopia, deuteranopia and tritanopia (Machado et al. 2009); they also differ in lightness.
"""

from __future__ import annotations

CARD = "#ffffff"
"""Background that every picture brings along, so that it reads on light and on dark pages."""

INK = "#22282e"
"""Text, outlines and arrows."""

QUIET = "#5c6670"
"""Secondary text."""

RULE = "#c3c9cf"
"""Hairlines: borders of cells, axes."""

PAPER = "#f4f5f7"
"""Fill of cells and boxes that are not the point of the picture."""

LETTERS = {"N": "#1450cc", "T": "#b05a00", "D": "#145c30", "M": "#cf1f7c", "K": "#6a2391"}
"""Colour of each letter: N samples, T time steps, D features, M hidden units, K outputs."""

MEANINGS = {"N": "samples", "T": "time steps", "D": "input features", "M": "hidden units", "K": "outputs"}

TINTS = {"N": "#dbe6fd", "T": "#fce6cd", "D": "#d2eedb", "M": "#fbdcec", "K": "#e8dbf6"}
"""Each letter's colour as a light fill that dark text stands on."""

# Blue to red over near-white: the light part of Paul Tol's colour-blind safe "BuRd" scheme, so that dark
# digits are easy to read on all of it.
_DIVERGING = ("#63a7ce", "#a4cee3", "#d7e8f1", "#f7f7f7", "#fcdfcd", "#f7b394", "#e7866b")
_LEVELS = 20


def mix(colour: str, share: float, ground: str = CARD) -> str:
    """`colour` laid over `ground`: share 1 is the colour, share 0 the ground."""
    return "#" + "".join(
        f"{round(share * c + (1 - share) * g):02x}" for c, g in zip(_rgb(colour), _rgb(ground), strict=True)
    )


def diverging(value: float, limit: float) -> str:
    """Colour of `value` on the scale from -limit (blue) over 0 (near-white) to +limit (red).

    The scale has 41 steps: cells of equal colour share one path in the picture, which keeps it small.
    """
    level = round(_LEVELS * max(-1.0, min(1.0, value / limit))) if limit > 0 else 0
    place = (level + _LEVELS) / (2 * _LEVELS) * (len(_DIVERGING) - 1)
    low = min(int(place), len(_DIVERGING) - 2)
    return mix(_DIVERGING[low + 1], place - low, _DIVERGING[low])


def text_on(fill: str) -> str:
    """Ink, or white, or where neither is easy enough to read on `fill`, black."""
    return next(colour for colour in (INK, "#ffffff", "#000000") if contrast(colour, fill) >= 4.5)


def contrast(colour: str, ground: str) -> float:
    """Contrast ratio of WCAG 2, from 1 (none) to 21 (black on white)."""
    light, dark = sorted((_luminance(colour), _luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        c / 255 / 12.92 if c / 255 <= 0.04045 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in _rgb(colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
