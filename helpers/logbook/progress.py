"""How far the tries of a logbook have brought its learner, as a card in a notebook or as plain text."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from helpers.lessons import LESSON_OF, LESSONS, Lesson, find_exercise
from helpers.logbook.tries import Logbook, Try, find_logbook, is_damage
from helpers.templates import counted, template

_CARD = Path(__file__).with_name("progress.html.j2")

BAR = 24
"""Characters of a whole bar in plain text."""
PRIVATE = "Counted by your checks, on this computer only: nothing is sent anywhere."
NO_WORKSPACE = "Open the course with `make lab`, and your checks are counted here: on your computer only."
UNREADABLE = "The record of your tries cannot be read at the moment; it is in work/.course."
DAMAGED = "The record of your tries is damaged: your next check sets it aside, and begins a new one."


@dataclass(frozen=True)
class LessonProgress:
    """One lesson: which of its exercises were passed, and how many different answers were tried."""

    lesson: Lesson
    passed: tuple[str, ...] = ()
    tries: int = 0

    @property
    def total(self) -> int:
        """How many exercises the lesson has."""
        return len(self.lesson.exercises)

    @property
    def begun(self) -> bool:
        """Whether anything was tried in it."""
        return bool(self.tries)

    @property
    def done(self) -> bool:
        """Whether all of it was passed."""
        return len(self.passed) == self.total


@dataclass(frozen=True)
class Mistake:
    """A misconception that was met; overcome once its exercise was passed after it."""

    exercise: str
    sentence: str
    overcome: bool


@dataclass(frozen=True)
class Progress:
    """How far a learner has come.

    Attributes:
        lessons: all of them, in the order of the course.
        mistakes: the misconceptions met, in the order they were.
        next: the exercise to do next; nothing where all are passed.
        note: a sentence on where this is kept.
        lost: a sentence on a damaged record, whose tries are not counted; nothing where there is none.
        folder: where the lessons' folders are, seen from the notebook.
    """

    lessons: tuple[LessonProgress, ...]
    mistakes: tuple[Mistake, ...] = ()
    next: str = ""
    note: str = PRIVATE
    lost: str = ""
    folder: str = ".."

    @property
    def passed(self) -> int:
        """How many exercises were passed."""
        return sum(len(lesson.passed) for lesson in self.lessons)

    @property
    def total(self) -> int:
        """How many exercises the course has."""
        return sum(lesson.total for lesson in self.lessons)

    @property
    def begun(self) -> list[LessonProgress]:
        """The lessons in which something was tried."""
        return [lesson for lesson in self.lessons if lesson.begun]

    @property
    def headline(self) -> str:
        """`7 of 61 exercises passed`."""
        return f"{self.passed} of {self.total} exercises passed"

    @property
    def next_lesson(self) -> Lesson | None:
        """The lesson of the exercise to do next."""
        return LESSON_OF.get(self.next)

    def link(self, lesson: Lesson) -> str:
        """Where a lesson's notebook is, seen from this one."""
        return f"{self.folder}/{lesson.folder}/{lesson.name}.ipynb"

    def what_next(self) -> str:
        """One sentence."""
        lesson = self.next_lesson
        if lesson is None:
            return "Next: nothing is left. You have passed every exercise of the course."
        return f"Next: `{self.next}`, in lesson {lesson.number}, {lesson.title}."

    def __str__(self) -> str:
        lines = [f"{bar(self.passed, self.total)} {self.headline}"]
        width = max((len(lesson.lesson.title) for lesson in self.begun), default=0)
        for each in self.begun:
            lines.append(
                f"  {each.lesson.number:>2}  {each.lesson.title:<{width}}  "
                f"{len(each.passed)} of {each.total}, {counted(each.tries, 'try', 'tries')}"
            )
        for said, overcome in (("Still to overcome:", False), ("Met and overcome:", True)):
            mistakes = [mistake for mistake in self.mistakes if mistake.overcome is overcome]
            lines += [said] if mistakes else []
            lines += [f"  {mistake.exercise}: {mistake.sentence}" for mistake in mistakes]
        lines += [self.what_next(), self.lost, self.note]
        return "\n".join(filter(None, lines))

    def __repr__(self) -> str:
        return str(self)

    def html(self) -> str:
        """The same as a card that reads on light and dark themes."""
        return template(_CARD).render(progress=self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": self.html(), "text/plain": str(self)}


@dataclass
class _Count:
    passed: bool = False
    answers: set[str] = field(default_factory=set)
    nameless: int = 0
    met: dict[str, bool] = field(default_factory=dict)

    @property
    def tries(self) -> int:
        return len(self.answers) + self.nameless


def progress() -> Progress:
    """How far you have come: exercises passed, mistakes met and overcome, and what to do next."""
    logbook = find_logbook()
    if logbook is None:
        return replace(progress_of([]), note=NO_WORKSPACE)
    folder = os.path.relpath(logbook.path.parents[1], Path.cwd()).replace(os.sep, "/")
    try:
        return replace(progress_in(logbook), folder=folder)
    except sqlite3.Error as error:
        return replace(progress_of([]), folder=folder, note=DAMAGED if is_damage(error) else UNREADABLE)


def progress_in(logbook: Logbook) -> Progress:
    """What the tries in a logbook amount to, and whether earlier ones were lost.

    Raises:
        sqlite3.Error: it cannot be read.
    """
    found = progress_of(logbook.tries())
    aside = [f"“{name}”" for name in logbook.set_aside()]
    if not aside:
        return found
    return replace(
        found,
        lost=f"An earlier record of your tries was damaged and is not counted: it was set aside as "
        f"{' and '.join(aside)}, which you may delete.",
    )


def progress_of(tries: Sequence[Try]) -> Progress:
    """What tries amount to.

    The same answer checked twice is one try, and one that is not written yet is none.
    """
    counts: dict[str, _Count] = {}
    for made in tries:
        if made.exercise not in LESSON_OF or made.verdict == "not written":
            continue
        count = counts.setdefault(made.exercise, _Count())
        if made.answer:
            count.answers.add(made.answer)
        else:
            count.nameless += 1
        if made.misconception:
            count.met.pop(made.misconception, None)
            count.met[made.misconception] = False
        if made.passed:
            count.passed = True
            count.met = dict.fromkeys(count.met, True)
    lessons = tuple(
        LessonProgress(
            lesson,
            tuple(name for name in lesson.exercises if name in counts and counts[name].passed),
            sum(counts[name].tries for name in lesson.exercises if name in counts),
        )
        for lesson in LESSONS
    )
    mistakes = tuple(
        Mistake(name, sentence, overcome)
        for name, count in counts.items()
        for misconception, overcome in count.met.items()
        if (sentence := _sentence(name, misconception))
    )
    last = next((made.exercise for made in reversed(tries) if made.exercise in counts), "")
    return Progress(lessons, mistakes, _next(lessons, last))


def _next(lessons: Sequence[LessonProgress], last: str) -> str:
    """The first exercise not passed: in the lesson of the last try, after it, or else before it."""
    start = LESSONS.index(LESSON_OF[last]) if last else 0
    for each in [*lessons[start:], *lessons[:start]]:
        for name in each.lesson.exercises:
            if name not in each.passed:
                return name
    return ""


def _sentence(exercise: str, misconception: str) -> str:
    """What the check said to a misconception; nothing where a release has dropped it since."""
    known = find_exercise(exercise).misconceptions
    return next((each.sentence for each in known if each.name == misconception), "")


def bar(passed: int, total: int) -> str:
    """A bar of characters: full only when all is passed, and not empty once something is."""
    full = passed * BAR // total
    full = max(full, 1) if passed else 0
    return "█" * full + "░" * (BAR - full)
