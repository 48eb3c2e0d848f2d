"""The activation as a curve."""

from __future__ import annotations

import math

from .canvas import SMALL, Canvas
from .lettering import MINUS
from .palette import INK, LETTERS, PAPER, QUIET, RULE, TINTS, mix
from .picture import Picture

_LINEAR = 0.5
_SATURATED = 2.0


def tanh() -> Picture:
    """The tanh curve: nearly the identity around 0, nearly flat where it saturates."""
    canvas = Canvas()
    width, height, reach = 640.0, 260.0, 4.0

    def place(a: float, h: float) -> tuple[float, float]:
        return width * (a + reach) / (2 * reach), height * (1.25 - h) / 2.5

    for low, high, fill in (
        (-reach, -_SATURATED, PAPER),
        (_SATURATED, reach, PAPER),
        (-_LINEAR, _LINEAR, mix(TINTS["M"], 0.55)),
    ):
        x0, x1 = place(low, 0)[0], place(high, 0)[0]
        canvas.rectangles([(x0, 0, x1 - x0, height)], fill)
    canvas.lines([[place(-reach, h), place(reach, h)] for h in (-1, 0, 1)], RULE)
    canvas.lines([[(place(0, 0)[0], 0), (place(0, 0)[0], height)]], RULE)
    canvas.line([place(-1.25, -1.25), place(1.25, 1.25)], QUIET, 1.3, dashed=True)
    points = [i / 10 for i in range(-40, 41)]
    canvas.line([place(a, math.tanh(a)) for a in points], LETTERS["M"], 2.6)
    for h in (-1, 0, 1):
        canvas.words(-10, place(0, h)[1], str(h).replace("-", MINUS), SMALL, QUIET, "end")
    for a in range(-4, 5):
        canvas.words(place(a, 0)[0], height + 13, str(a).replace("-", MINUS), SMALL, QUIET)
    canvas.words(width / 2, height + 34, "*a* = *x_t* @ *Wx* + *h_last* @ *Wh* + *bh*", 12)
    canvas.words(place(1.25, 0)[0] + 4, 10, "*h* = *a*", 12, QUIET, "start")
    canvas.words(place(0, 0)[0], -14, "nearly linear", 12, INK)
    canvas.words(place(3, 0)[0], -14, "flat: almost 1", 12, QUIET)
    canvas.words(place(-3, 0)[0], -14, f"flat: almost {MINUS}1", 12, QUIET)
    canvas.words(place(1.0, 0)[0] + 44, place(0, 0.72)[1], "*h* = tanh(*a*)", 13, INK, "start")
    canvas.title("tanh keeps every hidden unit between \N{MINUS SIGN}1 and 1")
    return canvas.picture(
        "The curve h = tanh(a) for a from -4 to 4: close to the line h = a for a between -0.5 and 0.5, "
        "bending over, and saturated, almost flat at -1 and 1, beyond a = -2 and a = 2."
    )
