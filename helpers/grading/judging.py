"""From one submission to its verdicts: cells run in the sandbox, answers are observed there, judged here."""

import contextlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

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
MOST_SAID = 2_000
MOST_FACTS = 20
MOST_LEFT_OUT = 3
"""Cells that end their process, of which an answer's other cells are tried without."""


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
        """Judge an answer on the cases that learners see, and then on the hidden ones.

        Raises:
            Stopped: the process is no more; `at` is the cell that it was in, None if it was in the answer.
        """
        judged = self.judge_in_the_open(exercise, cells)
        return self.judge_hidden(exercise, cells, judged) if judged.verdict.passed else judged

    def judge_in_the_open(self, exercise: skeleton.Exercise, cells: Sequence[Cell]) -> Judged:
        """Run those of an exercise's cells that have not run yet, and judge its answer on the cases that
        learners see: the verdict may show all that the answer says.

        Raises:
            Stopped: the process is no more; `at` is the cell that it was in, None if it was in the answer.
        """
        began = self.running.seconds
        for self.at in cells:
            if self.at not in self.ran:
                self.ran[self.at] = self._run(self.at)
        self.at = None
        own = [self.ran[cell] for cell in cells if cell.answer == exercise.name]
        verdict = self._verdict(exercise, VISIBLE_SEED)
        return Judged(
            exercise=exercise.name,
            verdict=verdict or _no_answer(exercise.name, next((ran.error for ran in own if ran.error), None)),
            source="",
            printed="".join(ran.printed for ran in own),
            seconds=round(self.running.seconds - began, 4),
        )

    def judge_hidden(self, exercise: skeleton.Exercise, cells: Sequence[Cell], judged: Judged) -> Judged:
        """Judge an answer that is right on the cases that learners see on those that they do not see.

        Raises:
            Stopped: the process is no more.
        """
        began, verdict = self.running.seconds, judged.verdict
        for seed in exercise.seeds:
            if verdict.passed and seed != VISIBLE_SEED:
                hidden = self._verdict(exercise, seed) or _no_answer(exercise.name, None)
                verdict = verdict if hidden.passed else _untold(hidden, cells)
        seconds = round(judged.seconds + self.running.seconds - began, 4)
        return judged.model_copy(update={"verdict": verdict, "seconds": seconds})

    def _run(self, cell: Cell) -> Ran:
        try:
            return self.running.run(cell.name, cell.source)
        except Stopped as stopped:
            if stopped.by_itself and not cell.own and not any(before.own for before in self.ran):
                raise ConnectionResetError("The sandbox cannot run the course's own cells.") from stopped
            raise

    def _verdict(self, exercise: skeleton.Exercise, seed: int) -> Verdict | None:
        source = self.running.source_of(exercise.name)
        if source is None:
            return None
        definition, answer = find_exercise(exercise.name), There(self.running, exercise.name, source)
        try:
            return _bounded(verdict_on_answer(definition, answer, seed, show_numbers=seed == VISIBLE_SEED))
        except (Stopped, OSError):
            raise
        except Exception as problem:  # whatever it is that came back, it is not the right answer
            said = f"What your function returned cannot be compared with the right result ({_kind(problem)})."
            return Verdict(exercise.name, "failed", said)


def _kind(problem: Exception) -> str:
    return type(problem).__name__


def _bounded(verdict: Verdict) -> Verdict:
    """The same, cut to what can be read: an answer may say very much."""
    return replace(
        verdict,
        headline=verdict.headline[:MOST_SAID],
        facts=tuple((label[:MOST_SAID], text[:MOST_SAID]) for label, text in verdict.facts[:MOST_FACTS]),
        code=verdict.code[:MOST_SAID],
        printed=verdict.printed[:MOST_SAID],
    )


def _untold(verdict: Verdict, cells: Sequence[Cell]) -> Verdict:
    """A verdict on hidden cases in which nothing is of the answer's making: types, names, messages and
    shapes could carry the inputs out. A sentence of the course's and a line of the learner's stay."""
    headline = verdict.headline
    if not verdict.misconception and not verdict.blames:
        stopped = "Python stopped in your answer" if verdict.status == "error" else "it is not"
        headline = (
            f"Right on the cases that you see; on others, which the check keeps to itself, {stopped}: "
            "what in it holds for the first ones alone?"
        )
    return replace(
        verdict,
        headline=headline,
        facts=(("Tried on", "inputs that the check keeps to itself"),),
        code=_known(verdict.code, cells),
        printed="",
    )


def _known(code: str, cells: Sequence[Cell]) -> str:
    """Lines of code, if they are among the cells' indeed."""
    lines = {line.strip()[:200] for cell in cells for line in cell.source.splitlines()}
    return code if all(line.removeprefix("→ ") in lines for line in code.splitlines()) else ""


def judge(
    exercises: Sequence[skeleton.Exercise], submission: Submission, room: Room
) -> tuple[dict[str, Judged], list[str]]:
    """The verdicts on exercises of a submission, and what the instructor should know of it.

    One process does for all of them, as long as nothing in it can have come in an answer's way. What does not
    pass although something may have is judged once more, in a process of its own.
    """
    found: dict[str, Judged] = {}
    remarks: list[str] = []
    share = room.left / (2 * len(exercises))
    together = [one for one in exercises if not find_exercise(one.name).learns_from]
    with _kept(room, share * len(exercises)):
        found |= _judge_together(together, submission, room)
    alone = [one for one in exercises if one.name not in found]
    for later, exercise in zip(reversed(range(len(alone))), alone, strict=True):
        with _kept(room, share * later):
            found[exercise.name], said = _judge_alone(exercise, submission, room)
        remarks += said
    return {
        name: judged.model_copy(update={"source": submission.answers.get(name, "")})
        for name, judged in found.items()
    }, remarks


@contextlib.contextmanager
def _kept(room: Room, seconds: float) -> Iterator[None]:
    """Keep time for the exercises that come later: one that takes for ever must not take theirs."""
    room.left -= seconds
    try:
        yield
    finally:
        room.left += seconds


def _judge_together(
    exercises: Sequence[skeleton.Exercise], submission: Submission, room: Room
) -> dict[str, Judged]:
    """The verdicts that stand: an answer passed, or failed among cells that only make names.

    Hidden cases come last: no answer can then tell in the open what another one was given.
    """
    found: dict[str, Judged] = {}
    if len(exercises) < 2:
        return found
    with room.exercise(data=True) as running, contextlib.suppress(Stopped):
        sitting = Sitting(running)
        passed: list[tuple[skeleton.Exercise, Sequence[Cell], Judged]] = []
        for exercise in exercises:
            cells = needed(submission.cells, exercise.name, exercise.check)
            judged = sitting.judge_in_the_open(exercise, cells)
            if judged.verdict.passed:
                passed.append((exercise, cells, judged))
            elif not _unsettling(submission, exercise):
                found[exercise.name] = judged
        for exercise, cells, judged in passed:
            hidden = sitting.judge_hidden(exercise, cells, judged)
            if hidden.verdict.passed:
                found[exercise.name] = hidden
    return found


def _unsettling(submission: Submission, exercise: skeleton.Exercise) -> bool:
    """Whether a cell of the learner's before an exercise's check does more than make names."""
    names = [names_in(c.source) for c in submission.cells if c.own and c.place[0] < exercise.check]
    return any(one.changed or one.reaching for one in names)


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
                if at is None or at.answer == exercise.name or len(remarks) > MOST_LEFT_OUT:
                    verdict = _stopped(exercise.name, stopped, cells, calling=at is None)
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


def _stopped(name: str, stopped: Stopped, cells: Sequence[Cell], *, calling: bool) -> Verdict:
    what = "Your function was called, and" if calling else f"The cell of `{name}` was run, and"
    code = _known(stopped.raised.source, cells) if stopped.raised else ""
    said = f" When it was stopped it was in line {stopped.raised.line}." if code else ""
    return Verdict(name, "not run", f"{what} {stopped.why}.{said}", code=code)
