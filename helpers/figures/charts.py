"""Charts: a loss over its weight or over the steps of training, and a series over its years."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from .canvas import SMALL, Canvas, Point
from .lettering import MINUS
from .palette import INK, PAPER, QUIET, RULE, mix
from .picture import Picture

WIDTH, HEIGHT = 640.0, 250.0
# The two ends of the diverging scale and a grey between them: three lines that every reader can tell apart.
_STYLES = ((QUIET, 1.8, (2.0, 2.0)), ("#2166ac", 2.0, (7.0, 2.5)), ("#b2182b", 2.2, False))


def descent(
    steps: Sequence[float], loss: Callable[[float], float], between: tuple[float, float] | None = None
) -> Picture:
    """A loss as the curve of one weight, and the places that training stepped through, from first to last.

    Args:
        between: the ends of the curve; without it, a little beyond the steps.
    """
    places = _finite("steps", steps, 2)
    low, high = min(places), max(places)
    span = (high - low) or 1.0
    low, high = between or (low - 0.2 * span, high + 0.2 * span)
    if not low <= min(places) <= max(places) <= high or low == high:
        raise ValueError("the steps have to lie between the ends of the curve.")
    bends = [low + (high - low) * i / 60 for i in range(61)]
    heights = _finite("loss", [loss(w) for w in bends], 2)
    canvas = Canvas()
    bottom, top = min(heights), max(heights)

    def place(w: float, height: float) -> Point:
        return (
            WIDTH * (w - low) / (high - low),
            HEIGHT * (1 - 0.92 * (height - bottom) / ((top - bottom) or 1)) - 8,
        )

    canvas.line([place(w, h) for w, h in zip(bends, heights, strict=True)], QUIET, 2)
    dots = [place(w, loss(w)) for w in places]
    canvas.lines(list(itertools.pairwise(dots)), _STYLES[2][0], 1.2, dashed=True)
    canvas.dots(dots, 5, _STYLES[2][0])
    canvas.words(dots[0][0] + 12, dots[0][1] - 4, "start", 12, INK, "start")
    canvas.lines([[(0, HEIGHT), (WIDTH, HEIGHT)]], RULE)
    for mark in _marks(low, high, 8):
        canvas.words(place(mark, 0)[0], HEIGHT + 14, _said(mark), SMALL, QUIET)
    canvas.words(WIDTH / 2, HEIGHT + 36, "the weight *w*", 12)
    for mark in _marks(bottom, top, 5):
        canvas.words(-10, place(low, mark)[1], _said(mark), SMALL, QUIET, "end")
    canvas.words(-10, -16, "loss", 12, INK, "end")
    canvas.title("Training walks downhill: the steeper the slope, the longer the step", 24)
    first, last = (f"w = {w:.2f} with loss {loss(w):.2f}" for w in (places[0], places[-1]))
    return canvas.picture(
        f"The loss as a curve over one weight w, with {len(places)} dots on it, where {len(places) - 1} steps"
        " "
        f"lead: from {first} to {last}."
    )


def loss_curves(curves: Mapping[str, Sequence[float]]) -> Picture:
    """Up to three losses over the steps of training, on a scale of powers of ten."""
    drawn = _lines(curves)
    if min(min(line) for line in drawn.values()) <= 0:
        raise ValueError("a loss has to be above 0 to stand on a scale of powers of ten.")
    logs = {name: [math.log10(loss) for loss in line] for name, line in drawn.items()}
    low = min(min(line) for line in logs.values())
    high = max(max(line) for line in logs.values())
    low, high = low - 0.05 * (high - low) - 0.01, high + 0.05 * (high - low) + 0.01
    count = max(len(line) for line in logs.values())
    canvas = Canvas()

    def place(step: float, log: float) -> Point:
        return WIDTH * step / max(1, count - 1), HEIGHT * (high - log) / (high - low)

    for factor, power in _powers(low, high):
        y = place(0, power + math.log10(factor))[1]
        canvas.lines([[(0, y), (WIDTH, y)]], RULE)
        canvas.words(-10, y, _power_said(factor, power), SMALL, QUIET, "end")
    for (_, line), style in zip(logs.items(), _STYLES, strict=False):
        canvas.line([place(step, log) for step, log in enumerate(line)], style[0], style[1], style[2])
    for mark in _marks(0, count - 1, 8):
        if mark == int(mark):
            canvas.words(place(mark, 0)[0], HEIGHT + 14, f"{mark:g}", SMALL, QUIET)
    canvas.words(WIDTH / 2, HEIGHT + 36, "steps of training", 12)
    _legend(canvas, list(logs))
    canvas.title("The loss while the weights are trained")
    passed = "; ".join(f"{name} {_passes(line)}" for name, line in drawn.items())
    said = [f"{passed}.", *(_crossings(*pair) for pair in itertools.combinations(drawn.items(), 2))]
    return canvas.picture(
        f"The loss over {count} steps of training, on a scale of powers of ten, as {_counted(drawn)}: "
        f"{' '.join(filter(None, said))}"
    )


def _passes(line: list[float]) -> str:
    """Where a loss begins and ends, and what it is at the thirds between."""
    last = len(line) - 1
    thirds = sorted({last // 3, 2 * last // 3} - {0, last})
    between = "".join(f"{line[step]:.3g} at step {step}, " for step in thirds)
    return f"{line[0]:.3g} at first, {between}{line[-1]:.3g} at last"


def _crossings(one: tuple[str, list[float]], other: tuple[str, list[float]]) -> str:
    """Where two losses change places; equal ones, at the start for one, have none to change."""
    above: bool | None = None
    steps = []
    for step, (mine, its) in enumerate(zip(one[1], other[1], strict=False)):
        if mine != its:
            if above is not None and above != (mine > its):
                steps.append(step)
            above = mine > its
    if not steps:
        return ""
    lower = one[0] if above is False else other[0]
    listed = f"at step{'s' if steps[1:] else ''} {' and '.join(map(str, steps))}"
    where = listed if len(steps) < 4 else f"{len(steps)} times, the last time at step {steps[-1]}"
    return f"{one[0]} and {other[0]} cross {where}; from there on {lower} is the lower one."


def split_by_time(
    years: Sequence[float], series: Sequence[float], first_later: float, *, upright: str = ""
) -> Picture:
    """A series cut in two at a year: what comes before is for training, what comes after for the test.

    Args:
        upright: what the upright axis counts.
    """
    values = _finite("series", series, 2)
    years = _finite("years", years, 2)
    if len(years) != len(values):
        raise ValueError(f"{len(years)} years don't go with {len(values)} values.")
    if not years[0] < first_later <= years[-1]:
        raise ValueError(f"the cut, {first_later:g}, has to leave years on both sides.")
    canvas = Canvas()
    cut = WIDTH * (first_later - 0.5 - years[0]) / (years[-1] - years[0])
    canvas.rectangles([(cut, 0, WIDTH - cut, HEIGHT)], PAPER)
    place = _frame(canvas, years, [values], upright)
    canvas.line([place(x, y) for x, y in zip(years, values, strict=True)], INK, 1.2)
    canvas.lines([[(cut, -4), (cut, HEIGHT)]], INK, 1.2, dashed=True)
    canvas.words(cut - 10, -12, "to train on", 12, INK, "end")
    canvas.words(cut + 10, -12, "to be tried on", 12, INK, "start")
    canvas.title("Split by time: the past teaches, the future tests", 24)
    before = sum(year < first_later for year in years)
    return canvas.picture(
        f"A series of {len(values)} years from {years[0]:g} to {years[-1]:g}, between {min(values):g} and "
        f"{max(values):g}, cut at {first_later:g}: the {before} years before are to train on, the "
        f"{len(years) - before} from then on to be tried on."
    )


def forecast(
    years: Sequence[float], truth: Sequence[float], *, upright: str = "", **forecasts: Sequence[float]
) -> Picture:
    """What came, as a broad line, and up to three forecasts of it, a thin line each.

    Args:
        upright: what the upright axis counts.
    """
    years = _finite("years", years, 2)
    lines = {"truth": truth, **forecasts}
    drawn = {name.replace("_", " "): _finite(name, line, 2) for name, line in lines.items()}
    if len(forecasts) > len(_STYLES) or not forecasts:
        raise ValueError(f"forecast draws 1 to {len(_STYLES)} forecasts beside the truth.")
    for name, line in drawn.items():
        if len(line) != len(years):
            raise ValueError(f"{len(years)} years don't go with {len(line)} values of {name}.")
    canvas = Canvas()
    place = _frame(canvas, years, list(drawn.values()), upright)
    styles = [(mix(INK, 0.2), 7.0, False), *_STYLES[-len(forecasts) :]]
    for line, style in zip(drawn.values(), styles, strict=True):
        canvas.line([place(x, y) for x, y in zip(years, line, strict=True)], *style)
    _legend(canvas, list(drawn), styles)
    canvas.title("Forecast against truth")
    right = drawn["truth"]
    forecasts_drawn = {name: line for name, line in drawn.items() if name != "truth"}
    errors = ", ".join(f"{name} is off by {_off(line, right):.0f}" for name, line in forecasts_drawn.items())
    worst = " ".join(_worst(years, right, name, line) for name, line in forecasts_drawn.items())
    return canvas.picture(
        f"The true numbers of the {len(years)} years from {years[0]:g} to {years[-1]:g} as a broad line, and "
        f"{len(forecasts)} forecast{'s' if len(forecasts) > 1 else ''} beside it. By the root of the mean "
        f"squared error {errors}. {worst}"
    )


def _off(line: Sequence[float], right: Sequence[float]) -> float:
    return math.dist(line, right) / math.sqrt(len(right))


def _worst(years: list[float], right: list[float], name: str, line: list[float]) -> str:
    """Where a forecast is worst: the one year, and whether it is where the true numbers are high or low."""
    at = max(range(len(years)), key=lambda i: abs(line[i] - right[i]))
    mine, came = _said(round(line[at])), _said(round(right[at]))
    said = f"{name} is furthest off in {years[at]:g}: {mine}, where {came} came"
    middle = (min(right) + max(right)) / 2
    pairs = list(zip(line, right, strict=True))
    high, low = ([pair for pair in pairs if (pair[1] > middle) is upper] for upper in (True, False))
    if not high or not low:
        return f"{said}."
    offs = [_off(*zip(*part, strict=True)) for part in (high, low)]
    return f"{said}; off by {offs[0]:.0f} where the truth is above {middle:.0f}, by {offs[1]:.0f} elsewhere."


def _frame(
    canvas: Canvas, years: list[float], lines: list[list[float]], upright: str
) -> Callable[[float, float], Point]:
    """Rules and marks of a chart over years from 0 up; returns where a value of a year stands."""
    low = min(0.0, *(min(line) for line in lines))
    high = max(max(line) for line in lines)
    high += 0.05 * (high - low) or 1.0

    def place(year: float, value: float) -> Point:
        across = (year - years[0]) / ((years[-1] - years[0]) or 1)
        return WIDTH * across, HEIGHT * (high - value) / (high - low)

    if upright:
        canvas.words(-10, -4, upright, 12, INK, "end")
    for mark in _marks(low, high, 5):
        y = place(years[0], mark)[1]
        canvas.lines([[(0, y), (WIDTH, y)]], RULE)
        canvas.words(-10, y, _said(mark), SMALL, QUIET, "end")
    for mark in _marks(years[0], years[-1], 8):
        if mark == int(mark):
            canvas.words(place(mark, 0)[0], HEIGHT + 14, f"{mark:g}", SMALL, QUIET)
    return place


def _legend(canvas: Canvas, names: list[str], styles: Sequence[tuple] = _STYLES) -> None:
    x, y = 0.0, -16.0
    for name, (colour, line, dashed) in zip(names, styles, strict=False):
        canvas.line([(x, y), (x + 30, y)], colour, line, dashed)
        x += 38 + canvas.words(x + 38, y, name, 12, INK, "start") + 26


def _lines(curves: Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    if not 1 <= len(curves) <= len(_STYLES):
        raise ValueError(f"loss_curves draws 1 to {len(_STYLES)} curves.")
    return {name: _finite(name, line, 2) for name, line in curves.items()}


def _finite(name: str, numbers: Sequence[float], least: int) -> list[float]:
    listed = [float(number) for number in numbers]
    if len(listed) < least:
        raise ValueError(f"{name} needs at least {least} numbers, so that there is a line to draw.")
    if not all(math.isfinite(number) for number in listed):
        raise ValueError(f"{name} holds numbers that are not finite.")
    return listed


def _marks(low: float, high: float, about: int) -> list[float]:
    """Round numbers from low to high, `about` as many as asked for."""
    rough = (high - low) / about or 1.0
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * scale for factor in (1, 2, 2.5, 5, 10) if factor * scale >= 0.999 * rough)
    first = math.ceil(low / step - 1e-9)
    return [round(i * step, 10) for i in range(first, math.floor(high / step + 1e-9) + 1)]


def _powers(low: float, high: float) -> list[tuple[int, int]]:
    """1, 2 and 5 times powers of ten between two logarithms, as (factor, power); fewer if those were many."""
    factors = (1, 2, 5) if high - low < 3 else (1,)
    every = max(1, math.ceil((high - low) / 8))
    powers = range(math.floor(low), math.ceil(high) + 1, every)
    return [(f, power) for power in powers for f in factors if low <= power + math.log10(f) <= high]


def _power_said(factor: int, power: int) -> str:
    """`0.05` and `200` in figures, what is smaller or larger as `2·10⁻³`."""
    if -2 <= power <= 3:
        return f"{factor * 10.0**power:g}"
    raised = "10" + str(power).translate(_RAISED)
    return raised if factor == 1 else f"{factor}·{raised}"


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def _said(value: float) -> str:
    return f"{value:g}".replace("-", MINUS)


def _counted(drawn: Mapping[str, object]) -> str:
    return "one line" if len(drawn) == 1 else f"{len(drawn)} lines"
