"""The network as a drawing: rolled, unrolled over time, and wired in four ways."""

from __future__ import annotations

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .grid import Shown, shown
from .palette import CARD, LETTERS, QUIET, TINTS, mix
from .picture import Picture
from .sizes import check_sizes, positive

_DOT = 4.3
_PITCH = 13.0
_PILL = 22.0
_MOST_DOTS = 6


def network(T: int = 10, D: int = 3, M: int = 5, K: int = 2) -> Picture:
    """The network rolled up: one recurrent layer with its loop, and a Dense layer behind it.

    Every kernel stands on its arrow, every bias in its box, and what flows is named at its dots.
    """
    check_sizes(T=T, D=D, M=M, K=K)
    canvas = Canvas()
    # Input, recurrent layer and output stand on one line, which is time-free: the loop is the time.
    y = 0.0
    x_width = _pill(canvas, 0, y, "D", D)
    canvas.words(x_width / 2, y + 27, f"*x*[*t*] {lettering.shape('D', (D,))}", 12)
    left = x_width + 92
    width = max(150.0, _vector_width(M) + 44)
    _through(canvas, x_width + 6, left - 6, y, "Wx", "D M")
    _layer(canvas, left, y, width, "M", M, "SimpleRNN", "+ *bh* {M}, then tanh", "h")
    loop = y - 106
    canvas.arrow(
        [(left + width - 26, y - 60), (left + width - 26, loop), (left + 26, loop), (left + 26, y - 62)],
        LETTERS["M"],
        1.8,
        bend=22,
    )
    canvas.words(left + width / 2, loop - 14, "*h* becomes *h_last*", 12)
    canvas.words(left + width / 2, loop + 14, "*Wh*", 12)
    canvas.words(left + width / 2, loop + 31, lettering.letters("M M"), 12)
    right = left + width + 92
    _through(canvas, left + width + 6, right - 6, y, "Wo", "M K")
    _layer(canvas, right, y, max(122.0, _vector_width(K) + 30), "K", K, "Dense", "+ *bo* {K}", "y")
    canvas.words(
        left + width / 2,
        y + 66,
        f"once for each *t* = 0 … {{T}} - 1, here {{T}} = {{T:{T}}}".replace(" - ", " − "),
        12,
    )
    canvas.title("The network, rolled up")
    return canvas.picture(
        f"The network with (T, D, M, K) = ({T}, {D}, {M}, {K}), rolled up: x[t] (D,) = ({D},) enters a "
        f"SimpleRNN through Wx (D, M) = ({D}, {M}); its state h (M,) = ({M},) becomes h_last and loops back "
        f"through Wh (M, M) = ({M}, {M}); the layer adds the bias bh (M,) = ({M},), then takes tanh, once "
        f"for each of the {T} time steps; then h goes through Wo (M, K) = ({M}, {K}) into a Dense layer with "
        f"bias bo (K,) = ({K},), which gives y (K,) = ({K},)."
    )


def _through(canvas: Canvas, start: float, end: float, y: float, kernel: str, axes: str) -> None:
    """An arrow from one layer to the next, with the kernel that stands on it."""
    canvas.arrow([(start, y), (end, y)])
    canvas.words((start + end) / 2, y - 32, f"*{kernel}*", 12)
    canvas.words((start + end) / 2, y - 15, lettering.letters(axes), 12)


def _layer(
    canvas: Canvas, x: float, y: float, width: float, letter: str, size: int, name: str, bias: str, out: str
) -> None:
    """A layer as a box, with the bias that it adds, and the dots of what comes out of it."""
    canvas.box(x, y - 60, width, 104, mix(TINTS[letter], 0.45), LETTERS[letter], 1.4)
    canvas.words(x + width / 2, y - 45, name, SMALL, QUIET)
    bias = bias.replace(f"{{{letter}}}", lettering.letters(letter))
    canvas.words(x + width / 2, y - 26, bias, 12)
    _pill(canvas, x + (width - _vector_width(size)) / 2, y, letter, size)
    canvas.words(x + width / 2, y + 27, f"*{out}* {lettering.shape(letter, (size,))}", 12)


def unrolled(T: int = 10, D: int = 3, M: int = 5, K: int = 2, outputs: str = "last") -> Picture:
    """The network unrolled over time: the same weights at every step, the state handed on.

    `outputs="last"` puts the Dense layer after the last step, `"all"` after every step.
    """
    check_sizes(T=T, D=D, M=M, K=K)
    if outputs not in ("last", "all"):
        raise ValueError(f'outputs is "last" or "all", and not {outputs!r}.')
    canvas = Canvas()
    steps = shown(T, 5)
    box = max(90.0, _vector_width(M) + 12)
    hop = box + 62
    if (count := len(steps)) > 3:
        hop = max(box + 52, min(hop, (800 - 92) / count))
    start = 92.0
    zero = _vector_width(M) if M <= 2 else 30.0
    canvas.box(-zero / 2 + 4, -15, zero + 4, 30, CARD, LETTERS["M"], 1.2, 15, dashed=True)
    canvas.words(6, 0, "0", BODY, LETTERS["M"])
    canvas.words(6, -28, f"*h* {lettering.letters('M')}", 12)
    canvas.words(6, 30, "before", SMALL, QUIET)
    canvas.words(6, 44, "the first step", SMALL, QUIET)
    before = zero / 2 + 10
    for i, t in enumerate(steps):
        x = start + i * hop
        middle = x + box / 2
        end = middle - 22 if t is None else x - 3
        canvas.arrow([(before + 3, 0), (end, 0)], LETTERS["M"], 1.8)
        canvas.words((before + end + 3) / 2, -14, "*Wh*", 12)
        canvas.words((before + end + 3) / 2, 15, lettering.letters("M M"), SMALL)
        if t is None:
            canvas.words(middle, 0, "⋯", 18, QUIET)
            canvas.words(middle, 122, "⋯", 18, QUIET)
            before = middle + 18
            continue
        canvas.box(x, -46, box, 88, mix(TINTS["M"], 0.45), LETTERS["M"], 1.4)
        canvas.words(middle, -30, "+ *bh*, tanh", SMALL)
        _pill(canvas, x + (box - _vector_width(M)) / 2, 0, "M", M)
        canvas.words(middle, 26, f"*h* {lettering.letters('M')}", 12)
        _pill(canvas, x + (box - _vector_width(D)) / 2, 122, "D", D)
        canvas.arrow([(middle, 108), (middle, 46)], LETTERS["D"], 1.4)
        canvas.words(middle + 9, 69, "*Wx*", 12, anchor="start")
        canvas.words(middle + 9, 86, lettering.letters("D M"), SMALL, anchor="start")
        canvas.words(middle, 148, f"*x*[{{T:{t}}}] {lettering.letters('D')}", 12)
        if outputs == "all" or t == T - 1:
            canvas.arrow([(middle, -48), (middle, -98)], LETTERS["M"], 1.8)
            canvas.words(middle + 10, -82, "*Wo*", 12, anchor="start")
            canvas.words(middle + 10, -66, lettering.letters("M K"), SMALL, anchor="start")
            wide = max(92.0, _vector_width(K) + 12)
            canvas.box(middle - wide / 2, -190, wide, 90, mix(TINTS["K"], 0.45), LETTERS["K"], 1.4)
            canvas.words(middle, -174, "Dense, + *bo*", SMALL)
            _pill(canvas, middle - _vector_width(K) / 2, -146, "K", K)
            label = f"*y*[{{T:{t}}}]" if outputs == "all" else "*y*"
            canvas.words(middle, -119, f"{label} {lettering.letters('K')}", 12)
        before = x + box
    right = start + (len(steps) - 1) * hop + box
    # What the arrows carry, said once and lined up under the drawing.
    low = 190.0
    facts = [
        ("*x*[*t*]", "D", (D,)), ("*Wx*", "D M", (D, M)), ("*Wh*", "M M", (M, M)), ("*bh*", "M", (M,)),
        ("*h*", "M", (M,)), ("*Wo*", "M K", (M, K)), ("*bo*", "K", (K,)), ("*y*", "K", (K,)),
    ]  # fmt: skip
    canvas.words(
        -12,
        low,
        "The same *Wx*, *Wh* and *bh* at every step: *h* = tanh(*x*[*t*] @ *Wx* + *h_last* @ *Wh* + *bh*)",
        12,
        anchor="start",
    )
    columns = 4 if right > 600 else 2
    pitch = 196.0 if columns == 4 else 200.0
    for i, (name, axes, sizes) in enumerate(facts):
        x, y = -12 + i // (len(facts) // columns) * pitch, low + 26 + i % (len(facts) // columns) * 22
        canvas.words(x, y, name, 12, anchor="start")
        canvas.words(x + 34, y, lettering.shape(axes, sizes), 12, anchor="start")
    ending = "after the last step" if outputs == "last" else "after every step"
    canvas.title(f"One sample through {{T}} = {{T:{T}}} steps: the network unrolled, with an output {ending}")
    each = "the last step" if outputs == "last" else "every step"
    result = f"y (K,) = ({K},)" if outputs == "last" else f"outputs (T, K) = ({T}, {K})"
    return canvas.picture(
        f"The network with (T, D, M, K) = ({T}, {D}, {M}, {K}), unrolled over time, for one sample: x[0] to "
        f"x[{T - 1}], each (D,) = ({D},), enter from below through the same Wx (D, M) = ({D}, {M}); the "
        f"state h (M,) = ({M},) starts at zeros and is handed from step to step through the same "
        f"Wh (M, M) = ({M}, {M}); after "
        f"{each} it goes through Wo (M, K) = ({M}, {K}) into a Dense layer, which gives {result}."
    )


def _vector_width(size: int) -> float:
    return len(shown(size, _MOST_DOTS)) * _PITCH + 8


def _pill(canvas: Canvas, x: float, y: float, letter: str, size: int) -> float:
    """A vector as a row of dots in a pill, from x, centred on y; returns its width."""
    indices = shown(size, _MOST_DOTS)
    width = _vector_width(size)
    canvas.box(x, y - _PILL / 2, width, _PILL, TINTS[letter], LETTERS[letter], 1.2, _PILL / 2)
    centres = [(x + 4 + (i + 0.5) * _PITCH, y) for i, index in enumerate(indices) if index is not None]
    canvas.dots(centres, _DOT, LETTERS[letter])
    for i, index in enumerate(indices):
        if index is None:
            canvas.words(x + 4 + (i + 0.5) * _PITCH, y, "⋯", SMALL, LETTERS[letter])
    return width


def many_to_many(T: int = 4) -> Picture:
    """Four wirings side by side, by how many steps go in and how many outputs come out."""
    T = positive("T", T)
    canvas = Canvas()
    steps = shown(T, 4)
    # Name, notes, shapes; the steps drawn, those with an input of their own, those with an output.
    wirings: list[tuple[str, list[str], str, Shown, Shown, Shown]] = [
        ("one to one", ["{T} = 1"], "({N}, 1, {D}) → ({N}, {K})", [0], [0], [0]),
        ("many to one", ["the last output"], "({N}, {T}, {D}) → ({N}, {K})", steps, steps, steps[-1:]),
        ("one to many", ["RepeatVector({T}),", "return_sequences=True"], "({N}, {D}) → ({N}, {T}, {K})",
         steps, [0], steps),
        ("many to many", ["return_sequences=True"], "({N}, {T}, {D}) → ({N}, {T}, {K})", steps, steps, steps),
    ]  # fmt: skip
    side, pitch = 26.0, 42.0
    x = 0.0
    for name, notes, shapes, cells, inputs, outputs in wirings:
        width = (len(cells) - 1) * pitch + side
        slot = max(width, 152.0)
        left = x + (slot - width) / 2
        for i, t in enumerate(cells):
            centre = left + i * pitch + side / 2
            if i:
                canvas.arrow([(centre - pitch + side / 2 + 1, 0), (centre - side / 2 - 1, 0)], LETTERS["M"])
            if t is None:
                canvas.words(centre, 0, "⋯", BODY, QUIET)
                continue
            canvas.box(centre - side / 2, -side / 2, side, side, TINTS["M"], LETTERS["M"], 1.3, 6)
            if t in inputs:
                canvas.box(centre - side / 2, 50, side, side, TINTS["D"], LETTERS["D"], 1.3, 13)
                canvas.arrow([(centre, 48), (centre, 16)], LETTERS["D"])
            else:
                # The one input is repeated: a thin line brings it to every step.
                path = [(left + side + 1, 63), (centre, 63), (centre, 16)]
                canvas.arrow(path, mix(LETTERS["D"], 0.55), 1.1, bend=6)
            if t in outputs:
                canvas.arrow([(centre, -15), (centre, -46)], LETTERS["K"])
                canvas.box(centre - side / 2, -50 - side, side, side, TINTS["K"], LETTERS["K"], 1.3, 13)
        middle = x + slot / 2
        canvas.words(middle, -112, name, BODY, bold=True)
        for i, note in enumerate(notes):
            canvas.words(middle, 104 + i * 16, note, SMALL, QUIET)
        canvas.words(middle, 144, shapes, 12)
        x += slot + 44
    y = 184.0
    at = 0.0
    for letter, word in (("D", "input"), ("M", "state"), ("K", "output, through Dense")):
        canvas.box(at, y - 7, 14, 14, TINTS[letter], LETTERS[letter], 1.2, 4 if letter == "M" else 7)
        at += 22 + canvas.words(at + 22, y, word, SMALL, QUIET, "start") + 26
    canvas.title(f"Four wirings of one recurrent layer, {{T}} = {{T:{T}}}")
    return canvas.picture(
        f"Four wirings with T = {T}. One to one, T = 1: (N, 1, D) gives (N, K). Many to one: only the last "
        "of T outputs is kept, (N, T, D) gives (N, K). One to many: RepeatVector(T) feeds one input to "
        "every step, (N, D) gives (N, T, K). Many to many: return_sequences=True keeps the output at every "
        "step, (N, T, D) gives (N, T, K)."
    )
