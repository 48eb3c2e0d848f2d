"""From one submission to its verdicts: cells run in the sandbox, answers are observed there, judged here."""

import re
from collections.abc import Sequence

from helpers.checking.check import VISIBLE_SEED, learns_elsewhere, verdict_on_answer
from helpers.checking.verdict import Verdict
from helpers.grading import skeleton
from helpers.grading.results import Judged
from helpers.grading.slices import names_in, needed
from helpers.grading.submission import Cell, Submission
from helpers.lessons import find_exercise
from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Outcome, Raised, Source
from helpers.sandbox.session import Ran, Room, Running, Stopped

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


class Sitting:
    """A process in the sandbox, and the cells that have run in it."""

    def __init__(self, running: Running):
        self.running = running
        self.ran: dict[Cell, Ran] = {}
        self.at: Cell | None = None

    def judge(self, exercise: skeleton.Exercise, cells: Sequence[Cell]) -> Judged:
        """Run those of an exercise's cells that have not run yet, and judge its answer.

        Raises:
            Stopped: the process is no more; `at` is the cell that it was in, None if it was in the answer.
        """
        began = self.running.seconds
        for self.at in cells:
            if self.at not in self.ran:
                self.ran[self.at] = self.running.run(self.at.name, self.at.source)
        self.at = None
        own = [self.ran[cell] for cell in cells if cell.answer == exercise.name]
        verdict = self._verdict(exercise, next((ran.error for ran in own if ran.error), None))
        return Judged(
            exercise=exercise.name,
            verdict=verdict,
            source="",
            printed="".join(ran.printed for ran in own),
            seconds=round(self.running.seconds - began, 4),
        )

    def _verdict(self, exercise: skeleton.Exercise, error: Raised | None) -> Verdict:
        source = self.running.source_of(exercise.name)
        if source is None:
            return _no_answer(exercise.name, error)
        answer = There(self.running, exercise.name, source)
        verdict = None
        for seed in exercise.seeds:
            shown = seed == VISIBLE_SEED
            verdict = verdict_on_answer(find_exercise(exercise.name), answer, seed, show_numbers=shown)
            if not verdict.passed:
                break
        return verdict


def judge(
    exercises: Sequence[skeleton.Exercise], submission: Submission, room: Room
) -> tuple[dict[str, Judged], list[str]]:
    """The verdicts on exercises of a submission, and what the instructor should know of it.

    One process does for all of them, as long as nothing in it can have come in an answer's way. What does not
    pass although something may have is judged once more, in a process of its own.
    """
    found = _judge_together(
        [one for one in exercises if not find_exercise(one.name).learns_from], submission, room
    )
    remarks: list[str] = []
    for exercise in exercises:
        if exercise.name not in found:
            found[exercise.name], said = _judge_alone(exercise, submission, room)
            remarks += said
    return {
        name: judged.model_copy(update={"source": submission.answers.get(name, "")})
        for name, judged in found.items()
    }, remarks


def _judge_together(
    exercises: Sequence[skeleton.Exercise], submission: Submission, room: Room
) -> dict[str, Judged]:
    """The verdicts that stand: an answer passed, or failed among cells that only make names."""
    found: dict[str, Judged] = {}
    if len(exercises) < 2:
        return found
    with room.exercise(data=True) as running:
        sitting = Sitting(running)
        for exercise in exercises:
            cells = needed(submission.cells, exercise.name, exercise.check)
            try:
                judged = sitting.judge(exercise, cells)
            except Stopped:
                return found
            if judged.verdict.passed or not _unsettling(submission, exercise):
                found[exercise.name] = judged
    return found


def _unsettling(submission: Submission, exercise: skeleton.Exercise) -> bool:
    """Whether a cell of the learner's before an exercise's check does more than make names."""
    return any(
        cell.own and cell.place[0] < exercise.check and names_in(cell.source).changed
        for cell in submission.cells
    )


def _judge_alone(
    exercise: skeleton.Exercise, submission: Submission, room: Room
) -> tuple[Judged, tuple[str, ...]]:
    """With the cells that its answer names; if it does not pass, once more with all of the learner's."""
    cells = needed(submission.cells, exercise.name, exercise.check)
    judged, remarks = _attempt(exercise, cells, room)
    if judged.verdict.status in ("failed", "error", "not run") and _unsettling(submission, exercise):
        all_cells = needed(submission.cells, exercise.name, exercise.check, changes=True)
        if all_cells != cells:
            another, said = _attempt(exercise, all_cells, room)
            if another.verdict.passed:
                judged, remarks = another, said
    definition = find_exercise(exercise.name)
    if definition.learns_from and (data := _data_missed(exercise.name, cells, judged.verdict)):
        verdict = Verdict(exercise.name, "failed", learns_elsewhere(definition, data))
        judged = judged.model_copy(update={"verdict": verdict})
    return judged, tuple(dict.fromkeys(remarks))


def _attempt(exercise: skeleton.Exercise, cells: Sequence[Cell], room: Room) -> tuple[Judged, list[str]]:
    """Run the cells in a process of their own, without one that ends it, and judge the answer."""
    remarks: list[str] = []
    while True:
        with room.exercise(data=not find_exercise(exercise.name).learns_from) as running:
            sitting = Sitting(running)
            try:
                return sitting.judge(exercise, cells), remarks
            except Stopped as stopped:
                at = sitting.at
                remarks.append(f"{at.name if at else exercise.name}: {stopped.why}")
                if at is None or at.answer == exercise.name:
                    verdict = _stopped(exercise.name, stopped, calling=at is None)
                    seconds = round(running.seconds, 4)
                    return Judged(
                        exercise=exercise.name, verdict=verdict, source="", seconds=seconds
                    ), remarks
                cells = [cell for cell in cells if cell != at]


def _data_missed(name: str, cells: Sequence[Cell], verdict: Verdict) -> list[str]:
    """The names of the course's data that an answer stopped at, as they are not there when it is graded."""
    missed = re.findall(r"name '(\w+)' is not defined", " ".join(text for _, text in verdict.facts))
    made = {one for cell in cells if _loads_data(cell) for one in names_in(cell.source).made}
    for cell in cells:
        if names_in(cell.source).used & made and not cell.answer:
            made |= names_in(cell.source).made
    return sorted(made.intersection(missed))


def _loads_data(cell: Cell) -> bool:
    return any(module.startswith(DATA) for module in names_in(cell.source).modules)


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
