"""The course at a glance: its five letters, its lessons."""

from __future__ import annotations

import math
from collections.abc import Iterable

from . import lettering
from .canvas import BODY, SMALL, Canvas
from .palette import CARD, INK, LETTERS, MEANINGS, QUIET, RULE, TINTS, mix, text_on
from .picture import Picture

# Last lesson, name and disc of each group; not in the letters' colours, which mean something else.
_GROUPS = (
    (2, "read shapes", CARD),
    (4, "open the model", mix(INK, 0.18)),
    (math.inf, "compute by hand", INK),
)
_TILE = 146.0


def letters() -> Picture:
    """The five letters, each with a little picture of what it counts."""
    canvas = Canvas()
    for i, letter in enumerate("NTDMK"):
        x = i * (_TILE + 14)
        canvas.box(x, 0, _TILE, 178, mix(TINTS[letter], 0.35), mix(LETTERS[letter], 0.35), 1, 10)
        canvas.words(x + _TILE / 2, 32, letter, 30, LETTERS[letter], bold=True)
        _PICTOGRAMS[letter](canvas, x + _TILE / 2, 97)
        canvas.words(x + _TILE / 2, 156, MEANINGS[letter], BODY)
    y = 212.0
    middle = (5 * _TILE + 4 * 14) / 2
    parts = [
        ("input", lettering.letters("N T D")),
        ("state", lettering.letters("N M")),
        ("output", lettering.letters("N K")),
    ]
    for spot, (name, shape) in zip((-220, 0, 220), parts, strict=True):
        canvas.words(middle + spot, y, f"~{name}~ {shape}", BODY)
    for spot in (-110, 110):
        canvas.arrow([(middle + spot - 34, y), (middle + spot + 34, y)], QUIET)
    return canvas.picture(
        "The five letters: N counts samples, T time steps, D input features, M hidden units, K outputs. "
        "An input of shape (N, T, D) becomes a state (N, M) and an output (N, K)."
    )


def _this_course() -> list[tuple[str, str, int, int]]:
    from helpers.lessons import LESSONS

    return [(lesson.folder, lesson.title, lesson.minutes, len(lesson.exercises)) for lesson in LESSONS]


def course_map(lessons: Iterable[tuple[str, str, int, int]] | None = None) -> Picture:
    """The lessons (folder, title, minutes, number of exercises) as stations of a path, in three groups.

    Without an argument, the lessons of this course.
    """
    stations = []
    for lesson in _this_course() if lessons is None else lessons:
        try:
            folder, title, minutes, exercises = lesson
            number = int(str(folder).split("_")[0])
        except (TypeError, ValueError):
            raise ValueError(
                "A lesson is (folder, title, minutes, exercises) with a folder such as "
                f'"01_notation", and not {lesson!r}.'
            ) from None
        stations.append((number, str(title), int(minutes), int(exercises)))
    if not stations:
        raise ValueError("course_map needs at least one lesson.")
    canvas = Canvas()
    titles = 62 + max(lettering.width(title, BODY + 1) for _, title, _, _ in stations) + 40
    right = max(520.0, titles)
    y, spots, previous = 0.0, [], None
    for station in stations:
        group = next(group for group in _GROUPS if station[0] <= group[0])
        if group != previous:
            y += 16 if previous else 0
            canvas.words(62, y, group[1].upper(), SMALL, INK, "start", bold=True)
            canvas.lines([[(62 + lettering.width(group[1].upper(), SMALL, True) + 14, y), (right + 130, y)]])
            y += 34
            previous = group
        spots.append((y, station, group[2]))
        y += 38
    if len(spots) > 1:
        canvas.line([(20, spots[0][0]), (20, spots[-1][0])], RULE, 4)
    for y, (number, title, minutes, exercises), disc in spots:
        canvas.box(5.5, y - 14.5, 29, 29, disc, INK, 2, 15)
        canvas.words(20, y, f"{number:02d}", SMALL, text_on(disc), bold=True)
        canvas.words(62, y, title, BODY + 1, INK, "start")
        canvas.words(right + 52, y, f"{minutes} min", 12, QUIET, "end")
        canvas.words(right + 130, y, _counted(exercises), 12, QUIET, "end")
    total = sum(minutes for _, _, minutes, _ in stations)
    told = "; ".join(
        f"{number:02d} {title}, {minutes} minutes, {_counted(exercises)}"
        for number, title, minutes, exercises in stations
    )
    return canvas.picture(f"The course as a path of {len(stations)} lessons, {total} minutes in all: {told}.")


def _counted(exercises: int) -> str:
    return f"{exercises} exercise{'' if exercises == 1 else 's'}"


def _samples(canvas: Canvas, x: float, y: float) -> None:
    for i in (2, 1, 0):
        left, top = x - 30 + 12 * i, y - 14 - 9 * i
        canvas.rectangles([(left, top, 38, 38)], "#ffffff", LETTERS["N"], 1.3)
    rules = [[(x - 30, y - 14 + 38 / 4 * i), (x + 8, y - 14 + 38 / 4 * i)] for i in (1, 2, 3)]
    canvas.lines([*rules, [(x - 11, y - 14), (x - 11, y + 24)]], mix(LETTERS["N"], 0.5))


def _steps(canvas: Canvas, x: float, y: float) -> None:
    canvas.rectangles([(x - 45 + 18 * i, y - 16, 18, 18) for i in range(5)], "#ffffff", LETTERS["T"], 1.3)
    canvas.arrow([(x - 45, y + 18), (x + 46, y + 18)], LETTERS["T"], 1.6)


def _features(canvas: Canvas, x: float, y: float) -> None:
    canvas.rectangles([(x - 33 + 22 * i, y + 2, 22, 22) for i in range(3)], "#ffffff", LETTERS["D"], 1.3)
    # Three measurements of one moment.
    for i, tall in enumerate((18, 28, 10)):
        centre = x - 22 + 22 * i
        canvas.rectangles([(centre - 4, y - 4 - tall, 8, tall)], LETTERS["D"])


def _units(canvas: Canvas, x: float, y: float) -> None:
    canvas.dots([(x - 40 + 20 * i, y + 13) for i in range(5)], 7, LETTERS["M"])
    canvas.arrow(
        [(x + 40, y + 1), (x + 40, y - 24), (x - 40, y - 24), (x - 40, y + 2)], LETTERS["M"], 1.6, bend=16
    )


def _outputs(canvas: Canvas, x: float, y: float) -> None:
    for i in (-1, 1):
        canvas.lines(
            [[(x - 34 + 17 * j, y + 16), (x + 13 * i, y - 14)] for j in range(5)], mix(LETTERS["K"], 0.35)
        )
    canvas.dots([(x - 34 + 17 * j, y + 18) for j in range(5)], 4, mix(LETTERS["K"], 0.45))
    canvas.dots([(x - 13, y - 16), (x + 13, y - 16)], 8, LETTERS["K"])


_PICTOGRAMS = {"N": _samples, "T": _steps, "D": _features, "M": _units, "K": _outputs}
