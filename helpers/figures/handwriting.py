"""Handwritten digits: as they are, and read row by row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Num
from numpy import ndarray as Array

from . import lettering
from .canvas import SMALL, Canvas
from .grid import shown
from .palette import INK, LETTERS, QUIET, RULE, diverging, mix
from .picture import Picture
from .sizes import array

_LEVELS = 8
_MOST = 12
_PIXELS = 800
_SIDE = 10


def digits(images: Num[Array, "N T D"], captions: Sequence[object] | None = None) -> Picture:
    """Some digits side by side, each with its caption: at most twelve, in one row or two."""
    X = array("images", images, (3,))
    N, T, D = X.shape
    if N > _MOST:
        raise ValueError(f"digits shows at most {_MOST} at once, and not {N}: pick some, as in images[:10].")
    if X.size > _PIXELS:
        raise ValueError(f"digits shows at most {_PIXELS} pixels at once, and not {X.size}.")
    said = [""] * N if captions is None else [str(caption) for caption in captions]
    if len(said) != N:
        raise ValueError(f"{N} digits have {N} captions, and not {len(said)}.")
    across = N if N <= 6 else -(-N // 2)
    widest = max(lettering.width(caption, 12) for caption in said)
    cell = min(100.0 / max(T, D), 18.0)
    wide, high = max(D * cell, widest) + 26, T * cell + (44 if any(said) else 22)
    canvas = Canvas()
    places = [(n % across * wide, n // across * high) for n in range(N)]
    _ink(canvas, X, places, cell)
    for n, (x, y) in enumerate(places):
        if said[n]:
            canvas.words(x + D * cell / 2, y + T * cell + 14, said[n], 12)
    listed = f": {'; '.join(said)}" if any(said) else ""
    return canvas.picture(
        f"{N} handwritten digit{'s' * (N > 1)} of {T} by {D} pixels, dark on light{listed}."
    )


def reading(
    image: Num[Array, "T D"],
    H: Num[Array, "T M"] | None = None,
    P: Num[Array, "T K"] | None = None,
    label: int | None = None,
) -> Picture:
    """One digit read row by row: its rows, the state after each, and the probabilities of the classes so
    far."""
    x = array("image", image, (2,))
    T, D = x.shape
    if max(T, D) > _SIDE:
        raise ValueError(f"reading shows at most {_SIDE} rows of {_SIDE} pixels, and not {T} of {D}.")
    others = {"H": H, "P": P}
    given = {name: array(name, value, (2,)) for name, value in others.items() if value is not None}
    for name, value in given.items():
        if len(value) != T:
            raise ValueError(
                f"{name} has a row for each of the T = {T} rows of the image, and not {len(value)}."
            )
    canvas = Canvas()
    high, gap = min(32.0, 256 / D), 42.0
    edge, told = max(D * high, 90.0), ""
    _ink(canvas, x[None], [((edge - D * high) / 2, 0.0)], high)
    for t in range(T):
        canvas.words(-12, (t + 0.5) * high, f"{{T:{t}}}", SMALL, anchor="end")
    canvas.words(-12, -15, "*t*", SMALL, LETTERS["T"], "end")
    canvas.words(edge / 2, -15, f"row *x*[*t*]: {lettering.letters('D')}", 12)
    if "H" in given:
        left = edge + gap
        _arrows(canvas, T, edge, left, high, LETTERS["D"])
        edge = _state_rows(canvas, given["H"], left, high)
        told += f"; after each row the state h (M,) = ({given['H'].shape[1]},) as a row of colours"
    if "P" in given:
        left = edge + gap
        _arrows(canvas, T, edge, left, high, LETTERS["M"])
        _probability_rows(canvas, given["P"], left, high)
        best = given["P"].argmax(axis=1)
        steps = ", ".join(f"{k} ({given['P'][t, k]:.2f})" for t, k in enumerate(best))
        told += (
            f"; and the probabilities of the K = {given['P'].shape[1]} classes as bars, the likeliest {steps}"
        )
    called = "A digit" if label is None else f"The digit {label}"
    canvas.title(f"{called}, read row by row: {lettering.shape('T D', (T, D))}", 34)
    return canvas.picture(f"{called} of (T, D) = ({T}, {D}) pixels, read row by row from the top{told}.")


def _ink(canvas: Canvas, X: Num[Array, "N T D"], places: Sequence[tuple[float, float]], cell: float) -> None:
    """The pixels in shades of ink; those of one shade are one path, over all digits, which keeps it small."""
    _, T, D = X.shape
    most = X.max() or 1.0
    canvas.rectangles([(x, y, D * cell, T * cell) for x, y in places], mix(INK, 0.05))
    shades = np.round(np.clip(X / most, 0, 1) * _LEVELS).astype(int)
    for shade in range(1, _LEVELS + 1):
        boxes = [
            (places[n][0] + d * cell, places[n][1] + t * cell, cell, cell)
            for n, t, d in np.argwhere(shades == shade).tolist()
        ]
        canvas.rectangles(boxes, mix(INK, 0.05 + 0.95 * shade / _LEVELS))
    canvas.rectangles([(x, y, D * cell, T * cell) for x, y in places], "none", RULE)


def _arrows(canvas: Canvas, T: int, start: float, end: float, high: float, colour: str) -> None:
    canvas.arrows(
        [[(start + 8, (t + 0.5) * high), (end - 8, (t + 0.5) * high)] for t in range(T)], colour, 1.2
    )


def _state_rows(canvas: Canvas, H: Num[Array, "T M"], left: float, high: float) -> float:
    """A row of colours for each state, and the state handed down between them; returns the right edge."""
    T, M = H.shape
    units = shown(M, 16)
    cell = max(13.0, min(20.0, 220 / len(units)))
    thick = max(high - 12, 0.4 * high)
    width = len(units) * cell
    right = left + max(width, 120.0)
    left += (right - left - width) / 2
    fills: dict[str, list[tuple[float, float, float, float]]] = {}
    limit = float(np.abs(H).max()) or 1.0
    for t in range(T):
        for j, m in enumerate(units):
            if m is not None:
                box = (left + j * cell, (t + 0.5) * high - thick / 2, cell, thick)
                fills.setdefault(diverging(round(float(H[t, m]) / limit, 1), 1.0), []).append(box)
    for fill, boxes in fills.items():
        canvas.rectangles(boxes, fill)
    canvas.rectangles([(left, (t + 0.5) * high - thick / 2, width, thick) for t in range(T)], "none", RULE)
    for j in [j for j, m in enumerate(units) if m is None]:
        canvas.words(left + (j + 0.5) * cell, high / 2, "⋯", SMALL, QUIET)
        canvas.words(left + (j + 0.5) * cell, (T - 0.5) * high, "⋯", SMALL, QUIET)
    middle = left + width / 2
    ends = [((t + 0.5) * high + thick / 2, (t + 1.5) * high - thick / 2) for t in range(T - 1)]
    down = [[(middle, start), (middle, end)] for start, end in ends]
    canvas.arrows(down, LETTERS["M"], 1.6)
    canvas.words(left + width / 2, -15, f"state *h*: {lettering.shape('M', (M,))}", 12)
    return right


def _probability_rows(canvas: Canvas, P: Num[Array, "T K"], left: float, high: float) -> None:
    """Bars growing upwards from each row's line; the likeliest class is darker, and named at the end."""
    T, K = P.shape
    classes = shown(K, 10)
    pitch = max(20.0, min(22.0, 240 / len(classes)))
    width, tall = max(len(classes) * pitch, 200.0), high - 7
    best = P.argmax(axis=1)
    rest, top = [], []
    for t in range(T):
        for j, k in enumerate(classes):
            if k is not None and P[t, k] >= 0.01:
                share = float(np.clip(P[t, k], 0, 1)) * tall
                box = (left + j * pitch + 3, (t + 1) * high - 2 - share, pitch - 6, share)
                (top if k == best[t] else rest).append(box)
    canvas.rectangles(rest, mix(LETTERS["K"], 0.38))
    canvas.rectangles(top, LETTERS["K"])
    canvas.lines([[(left, (t + 1) * high - 2), (left + width, (t + 1) * high - 2)] for t in range(T)], RULE)
    for j, k in enumerate(classes):
        canvas.words(left + (j + 0.5) * pitch, T * high + 13, "⋯" if k is None else f"{{K:{k}}}", SMALL)
    canvas.words(left + width / 2, -15, f"softmax(*h* @ *Wo* + *bo*): {lettering.shape('K', (K,))}", 12)
    for t in range(T):
        said = f"{best[t]}: {lettering.number(float(P[t, best[t]]))}"
        canvas.words(left + width + 10, (t + 0.62) * high, said, SMALL, LETTERS["K"], "start", t == T - 1)
