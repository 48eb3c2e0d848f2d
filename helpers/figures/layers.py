"""More than one recurrent layer: on top of each other, and in both directions of time."""

from collections.abc import Sequence

from . import lettering
from .canvas import BODY, SMALL, Canvas, Point
from .grid import Shown, shown
from .palette import CARD, LETTERS, QUIET, RULE, TINTS
from .picture import Picture
from .sizes import check_sizes, positive

_MOST_LAYERS = 3
_CELL, _GAP, _TALL = 74.0, 66.0, 40.0


def stack(T: int = 4, D: int = 3, units: Sequence[int] = (5, 4)) -> Picture:
    """A stack of layers unrolled over time; `units` are their numbers of hidden units, from below."""
    check_sizes(T=T, D=D)
    units = [positive("Each of units", M) for M in units]
    if not 1 <= len(units) <= _MOST_LAYERS:
        raise ValueError(f"A stack has 1 to {_MOST_LAYERS} layers here, and not {len(units)}.")
    canvas = Canvas()
    times = shown(T, 4)
    left, floor, up = 232.0, 104.0, 116.0
    pitch = _CELL + _GAP
    middles = [left + j * pitch + _CELL / 2 for j in range(len(times))]
    for middle, t in zip(middles, times, strict=True):
        if t is not None:
            canvas.box(middle - 30, floor - 14, 60, 28, TINTS["D"], LETTERS["D"], 1.2, 14)
            canvas.words(middle, floor, f"*x*[{{T:{t}}}]", BODY)
            canvas.words(middle, floor + 27, lettering.letters("D"), 12)
        else:
            canvas.words(middle, floor, "⋯", BODY, QUIET)
    for index in range(len(units)):
        y = -index * up
        own, below = _units(index), _units(index - 1) if index else "{D}"
        top = index + 1 == len(units)
        canvas.words(0, y - 15, f"layer {index + 1}", BODY, anchor="start", bold=True)
        canvas.words(0, y + 4, f"SimpleRNN({own})", 12, anchor="start")
        canvas.words(
            0, y + 22, "return_sequences=" + ("False" if top else "True"), SMALL, QUIET, anchor="start"
        )
        canvas.box(left - 80, y - 13, 26, 26, CARD, LETTERS["M"], 1.1, 13, dashed=True)
        canvas.words(left - 67, y, "0", 12, LETTERS["M"])
        canvas.arrow([(left - 52, y), (left - 3, y)], LETTERS["M"], 1.6)
        ahead: list[list[Point]] = []
        for j, (middle, t) in enumerate(zip(middles, times, strict=True)):
            if t is None:
                canvas.words(middle, y, "⋯", BODY, QUIET)
                ahead.append([(middle + 14, y), (middle + pitch - _CELL / 2 - 3, y)])
                continue
            last = t == T - 1
            box = (middle - _CELL / 2, y - _TALL / 2, _CELL, _TALL)
            canvas.box(*box, TINTS["M"], LETTERS["M"], 2.6 if top and last else 1.2)
            canvas.words(middle, y - 8, "*h*", BODY)
            canvas.words(middle, y + 9, f"({own},)", SMALL)
            under = floor - 16 if index == 0 else y + up - _TALL / 2 - 2
            canvas.arrow([(middle, under), (middle, y + _TALL / 2 + 3)], LETTERS["M" if index else "D"], 1.4)
            canvas.words(middle + 8, (under + y + 20) / 2 - 8, "*Wx*", SMALL, anchor="start")
            canvas.words(middle + 8, (under + y + 20) / 2 + 8, f"({below}, {own})", SMALL, anchor="start")
            if not last:
                end = pitch - _CELL / 2 - 3 if times[j + 1] is not None else pitch - 14
                ahead.append([(middle + _CELL / 2 + 2, y), (middle + end, y)])
                if times[j + 1] is not None:
                    canvas.words(middle + pitch / 2, y - 12, "*Wh*", SMALL)
                    canvas.words(middle + pitch / 2, y + 14, f"({own}, {own})", SMALL)
        canvas.arrows(ahead, LETTERS["M"], 1.6)
    y = -(len(units) - 1) * up
    canvas.arrow([(middles[-1], y - _TALL / 2 - 2), (middles[-1], y - 56)], LETTERS["M"], 1.8)
    canvas.words(middles[-1], y - 68, f"what comes out, ({_units(len(units) - 1)},)", 12)
    low = floor + 62
    for index in range(len(units) - 1, -1, -1):
        own, below = _units(index), _units(index - 1) if index else "{D}"
        m, d = f"{{M:{units[index]}}}", f"{{M:{units[index - 1]}}}" if index else f"{{D:{D}}}"
        line = low + (len(units) - 1 - index) * 24
        canvas.words(0, line, f"layer {index + 1}", 12, anchor="start", bold=True)
        for x, said in (
            (72, f"*Wx* ({below}, {own}) = ({d}, {m})"),
            (272, f"*Wh* ({own}, {own}) = ({m}, {m})"),
            (472, f"*bh* ({own},) = ({m},)"),
        ):
            canvas.words(x, line, said, 12, anchor="start")
    many = f"{len(units)} layers" if len(units) > 1 else "one layer"
    canvas.title(f"A stack of {many}, unrolled over {{T}} = {{T:{T}}} {_steps(T)}")
    told = "; ".join(
        f"layer {index + 1} has M{_subscript(index + 1)} = {M} units, Wx ({_plain(index - 1)}, "
        f"{_plain(index)}) = ({units[index - 1] if index else D}, {M}) and Wh ({_plain(index)}, "
        f"{_plain(index)}) = ({M}, {M})"
        for index, M in enumerate(units)
    )
    return canvas.picture(
        f"A stack of {many}, unrolled over T = {T} {_steps(T)} of D = {D} features: {told}. Each layer "
        "begins with zeros and hands its state on to the right; at every step the state also goes up to the "
        "layer above, which reads it as its input. Out comes the last state of the top layer, "
        f"({_plain(len(units) - 1)},) = ({units[-1]},)."
    )


def both_ways(T: int = 4, D: int = 3, M: int = 5) -> Picture:
    """A bidirectional layer unrolled over time: two layers that read the same inputs and never meet."""
    check_sizes(T=T, D=D, M=M)
    canvas = Canvas()
    times = shown(T, 4)
    pitch, half, tall = 138.0, 28.0, 34.0
    left, joined, forward, backward, floor = 244.0, -92.0, 0.0, 78.0, 178.0
    middles = [left + j * pitch for j in range(len(times))]
    state = f"*h* {lettering.shape('M', [M])}"
    for y, name, notes in (
        (joined, "joined", [lettering.shape("2M", [2 * M])]),
        (forward, "forward half", [state, "its own *Wx*, *Wh*, *bh*"]),
        (backward, "backward half", [state, "its own *Wx*, *Wh*, *bh*"]),
        (floor, "input", [lettering.shape("D", [D])]),
    ):
        canvas.words(0, y - 9, name, 12, anchor="start", bold=True)
        for line, note in enumerate(notes):
            canvas.words(0, y + 9 + 17 * line, note, SMALL, anchor="start")
    # Each half has its own column, so that what rises from one passes beside the other.
    rising: dict[str, list[list[Point]]] = {"D": [], "M": []}
    across: list[list[Point]] = []
    for j, (x, t) in enumerate(zip(middles, times, strict=True)):
        ahead = pitch - 2 * half - 5
        if j + 1 < len(times):
            across.append([(x - 3, forward), (x + 2 + ahead - 4, forward)])
            across.append([(x + pitch + 3, backward), (x + pitch - ahead + 2, backward)])
        if t is None:
            for y, at in ((forward, x - 30), (backward, x + 30), (joined, x), (floor, x)):
                canvas.words(at, y, "⋯", BODY, QUIET)
            continue
        canvas.box(x - 56, joined - 15, 112, 30, TINTS["M"], LETTERS["M"], 1.2, 15)
        canvas.line([(x, joined - 15), (x, joined + 15)], LETTERS["M"], 1.2)
        canvas.words(x - 28, joined, "*h* →", 12)
        canvas.words(x + 28, joined, "← *h*", 12)
        canvas.words(x, joined - 29, f"*t* = {{T:{t}}}", SMALL)
        for y, at, said, ends in (
            (forward, x - 30, "*h* →", t == T - 1),
            (backward, x + 30, "← *h*", t == 0),
        ):
            canvas.box(
                at - half + 1, y - tall / 2, 2 * half - 2, tall, TINTS["M"], LETTERS["M"], 3 if ends else 1.2
            )
            canvas.words(at, y, said, BODY)
            rising["D"].append([(at, floor - 16), (at, y + tall / 2 + 3)])
            rising["M"].append([(at, y - tall / 2 - 2), (at, joined + 18)])
        canvas.box(x - 56, floor - 14, 112, 28, TINTS["D"], LETTERS["D"], 1.2, 14)
        canvas.words(x, floor, f"*x*[{{T:{t}}}]", BODY)
    for letter, arrows in rising.items():
        canvas.arrows(arrows, LETTERS[letter], 1.3)
    canvas.arrows(across, LETTERS["M"], 1.8)
    right = middles[-1] + 30 + half
    for x, y, end in (
        (middles[0] - 106, forward, middles[0] - 60),
        (right + 48, backward, right + 2),
    ):
        canvas.box(x - 13, y - 13, 26, 26, CARD, LETTERS["M"], 1.1, 13, dashed=True)
        canvas.words(x, y, "0", 12, LETTERS["M"])
        canvas.arrow([(x + (14 if end > x else -14), y), (end, y)], LETTERS["M"], 1.4)
    low = floor + 48
    canvas.box(0, low - 9, 26, 18, TINTS["M"], LETTERS["M"], 3, 5)
    canvas.words(36, low, "where each half ends: the forward half at the last step,", 12, anchor="start")
    only = "with *return_sequences=False*, only these two come out."
    canvas.words(36, low + 19, f"the backward half at *t* = {{T:0}}: {only}", 12, anchor="start")
    canvas.title(f"A bidirectional layer, unrolled over {{T}} = {{T:{T}}} {_steps(T)}")
    return canvas.picture(
        f"A bidirectional layer with (T, D, M) = ({T}, {D}, {M}), unrolled over time. Both halves read the "
        f"inputs x[0] to x[{T - 1}], each (D,) = ({D},). The forward half begins with zeros on the left and "
        f"hands its state h (M,) = ({M},) to the right, the backward half begins with zeros on the right and "
        f"hands its own to the left. At each step the two states are joined to (2M,) = ({2 * M},). The "
        f"forward half ends at t = {T - 1}, the backward half at t = 0."
    )


def seen(T: int = 6) -> Picture:
    """What the halves of a bidirectional layer have read when their states at step t are joined."""
    T = positive("T", T)
    canvas = Canvas()
    times = shown(T, 8)
    side = 30.0
    panels = (0.0, max(len(times) * side + 56, 130.0))  # room for their names
    for x, name in zip(panels, ("forward half", "backward half"), strict=True):
        wide = len(times) * side
        centre = x + wide / 2
        canvas.words(centre, -42, name, BODY, bold=True)
        for j, t in enumerate(times):
            said = "⋯" if t is None else f"*x*[{{T:{t}}}]"
            canvas.words(x + (j + 0.5) * side, -14, said, 10 if t is not None else SMALL)
        for i, row in enumerate(times):
            if row is None:
                canvas.words(centre, (i + 0.5) * side, "⋮", BODY, QUIET)
                continue
            _read(canvas, x, i * side, side, times, forwards=x == 0, row=row)
        _read(canvas, x, (len(times) + 0.7) * side, side, times, forwards=x == 0, row=None)
    for i, row in enumerate(times):
        if row is not None:
            canvas.words(-14, (i + 0.5) * side, f"*t* = {{T:{row}}}", 12, anchor="end")
    low = (len(times) + 1.2) * side
    canvas.words(-14, low - 8, "return_sequences", 12, anchor="end")
    canvas.words(-14, low + 8, "= False", 12, anchor="end")
    low += 44
    at = 0.0
    for fill, edge, said in (
        (LETTERS["D"], LETTERS["D"], "*x*[*t*] itself"),
        (TINTS["D"], LETTERS["D"], "read before it"),
        (CARD, RULE, "not read yet"),
    ):
        canvas.rectangles([(at, low - 8, 16, 16)], fill, edge)
        at += 24 + canvas.words(at + 24, low, said, 12, anchor="start") + 26
    canvas.title("What the state at step *t* has read")
    return canvas.picture(
        f"What the states of a bidirectional layer have read, for T = {T}. At step t the forward half has "
        f"read x[0] to x[t], the backward half x[{T - 1}] down to x[t]: at t = 0 the forward half has read "
        f"one step and the backward half all {T}, at t = {T - 1} it is the other way round. When only one "
        "state comes out, each half gives the one that has read everything."
    )


def _read(
    canvas: Canvas, x: float, y: float, side: float, times: Shown, *, forwards: bool, row: int | None
) -> None:
    """One row of inputs, those filled that a half has read; all of them where `row` is None."""
    last = len(times) - 1
    own = times.index(row) if row is not None else last if forwards else 0
    boxes: dict[str, list[tuple[float, float, float, float]]] = {"own": [], "before": [], "not": []}
    for j in range(len(times)):
        read = j < own if forwards else j > own
        kind = "own" if j == own else "before" if read else "not"
        boxes[kind].append((x + j * side + 2, y + 2, side - 4, side - 4))
    for kind, fill, edge in (
        ("not", CARD, RULE),
        ("before", TINTS["D"], LETTERS["D"]),
        ("own", LETTERS["D"], LETTERS["D"]),
    ):
        if boxes[kind]:
            canvas.rectangles(boxes[kind], fill, edge)


def _steps(T: int) -> str:
    return "step" if T == 1 else "steps"


def _units(index: int) -> str:
    """The letter of a layer's own units, M₁ for the lowest."""
    return f"{{M}}{_subscript(index + 1)}"


def _plain(index: int) -> str:
    return f"M{_subscript(index + 1)}" if index >= 0 else "D"


def _subscript(number: int) -> str:
    return str(number).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
