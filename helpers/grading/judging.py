"""From one submission to its verdicts: cells run in the sandbox, answers are observed there, judged here."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from helpers.checking.check import VISIBLE_SEED, learns_elsewhere, verdict_on_answer
from helpers.checking.verdict import Verdict
from helpers.grading import skeleton
from helpers.grading.results import Judged
from helpers.grading.slices import names_in, needed
from helpers.grading.submission import Cell, Submission
from helpers.lessons import find_exercise
from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Outcome, Raised, Source
from helpers.sandbox.session import Room, Running, Stopped

DATA = "helpers.data"


class There:
    """An answer in the sandbox."""

    def __init__(self, running: Running, name: str, source: Source):
        self.running, self.name, self.source = running, name, source

    def observe(self, exercise: Exercise, case: Case) -> Outcome:
        """Call it on a case, and note what came out.

        Raises:
            Stopped: its process is no more.
        """
        return self.running.observe(exercise, case, self.name)

    def called(self, name: str) -> "There | None":
        """The function of the same notebook that it calls by this name."""
        source = self.running.source_of(name)
        return There(self.running, name, source) if source else None


@dataclass
class Attempt:
    """An exercise's cells, run once in a process of its own, and the verdict on its answer."""

    exercise: skeleton.Exercise
    cells: Sequence[Cell]
    room: Room

    def __post_init__(self) -> None:
        self.printed, self.seconds, self.remarks = "", 0.0, []
        self.verdict = self._judge()

    @cached_property
    def _definition(self) -> Exercise:
        return find_exercise(self.exercise.name)

    def _judge(self) -> Verdict:
        """Run the cells, without one that ends the process, and judge the answer."""
        left_out: set[Cell] = set()
        while True:
            with self.room.exercise(data=not self._definition.learns_from) as running:
                at = None
                try:
                    own_error = None
                    for at in self.cells:
                        if at in left_out:
                            continue
                        ran = running.run(at.name, at.source)
                        if at.answer == self.exercise.name:
                            self.printed, own_error = self.printed + ran.printed, ran.error or own_error
                    at = None
                    return self._verdict(running, own_error)
                except Stopped as stopped:
                    named = at.name if at else self.exercise.name
                    self.remarks.append(f"{named}: {stopped.why}")
                    if at is None or at.answer == self.exercise.name:
                        return _stopped(self.exercise.name, stopped, calling=at is None)
                    left_out.add(at)
                finally:
                    self.seconds += running.seconds

    def _verdict(self, running: Running, own_error: Raised | None) -> Verdict:
        name = self.exercise.name
        source = running.source_of(name)
        if source is None:
            return _no_answer(name, own_error)
        verdict = None
        for seed in self.exercise.seeds:
            verdict = verdict_on_answer(
                self._definition, There(running, name, source), seed, show_numbers=seed == VISIBLE_SEED
            )
            if not verdict.passed:
                return verdict
        return verdict


def judge_exercise(
    exercise: skeleton.Exercise, submission: Submission, room: Room
) -> tuple[Judged, tuple[str, ...]]:
    """The verdict on one exercise of a submission, and what the instructor should know of it.

    First with the cells that its answer names; if it does not pass, once more with all of the learner's.
    """
    cells = needed(submission.cells, exercise.name, exercise.check)
    attempt = Attempt(exercise, cells, room)
    if attempt.verdict.status in ("failed", "error", "not run"):
        all_cells = needed(submission.cells, exercise.name, exercise.check, changes=True)
        if all_cells != cells:
            another = Attempt(exercise, all_cells, room)
            if another.verdict.passed:
                attempt = another
    verdict = attempt.verdict
    definition = find_exercise(exercise.name)
    if not verdict.passed and definition.learns_from and (data := _data_used(exercise.name, cells)):
        verdict = Verdict(exercise.name, "failed", learns_elsewhere(definition, data))
    return (
        Judged(
            exercise=exercise.name,
            verdict=verdict,
            source=submission.answers.get(exercise.name, ""),
            printed=attempt.printed,
            seconds=round(attempt.seconds, 3),
        ),
        tuple(dict.fromkeys(attempt.remarks)),
    )


def _data_used(name: str, cells: Sequence[Cell]) -> list[str]:
    """The names by which an answer cell uses the course's data, which are not there when it is graded."""
    loaders = [cell for cell in cells if any(m.startswith(DATA) for m in names_in(cell.source).modules)]
    made = {made for cell in loaders for made in names_in(cell.source).made}
    for cell in cells:
        if names_in(cell.source).used & made and not cell.answer:
            made |= names_in(cell.source).made
    used = {name for cell in cells if cell.answer == name for name in names_in(cell.source).used}
    return sorted(used & made)


def _no_answer(name: str, error: Raised | None) -> Verdict:
    if error is None:
        return Verdict(
            name,
            "not written",
            f"There is no function `{name}` in this notebook: its cell is empty, or gone.",
        )
    where = f" in line {error.line}" if error.line else ""
    if error.kind in ("SyntaxError", "IndentationError", "TabError"):
        return Verdict(
            name,
            "error",
            f"The cell of `{name}` did not run: Python cannot read it{where}.",
            (("Error", error.message),),
            code=error.source,
        )
    return Verdict(
        name,
        "error",
        f"The cell of `{name}` stopped with an error{where}, before the function was made.",
        (("Error", f"{error.kind}: {error.message}"),),
        code=error.source,
    )


def _stopped(name: str, stopped: Stopped, *, calling: bool) -> Verdict:
    what = "Your function was called, and" if calling else f"The cell of `{name}` was run, and"
    where = stopped.raised.line if stopped.raised else None
    said = f" When it was stopped it was in line {where}." if where else ""
    return Verdict(
        name,
        "not run",
        f"{what} {stopped.why}.{said}",
        code=stopped.raised.source if stopped.raised else "",
    )
