"""Grading one submission, in whatever process has the time: the same task gives the same result."""

import atexit
import functools
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from helpers.checking.verdict import Verdict
from helpers.grading.judging import judge
from helpers.grading.results import Graded, Judged
from helpers.grading.skeleton import Exercise, Skeleton
from helpers.grading.submission import Submission, Unreadable, digest, read_submission
from helpers.lessons import find_exercise
from helpers.sandbox import bubblewrap
from helpers.sandbox.session import Limits, Room, Stopped, Warm

TRIES = 2
"""How often an exercise is begun anew where the sandbox itself has died under it."""

MOST_REMARKS = 6

LOST = (
    "The sandbox ended by itself several times: is there memory left on this machine? "
    "What was graded so far is kept; run the same command again."
)

JUDGES = ("checking", "lessons", "observing", "reference", "sandbox", "grading")
"""The parts of the course that a verdict depends on."""


class SandboxLost(Exception):
    """The sandbox cannot be kept running on this machine."""


@dataclass(frozen=True)
class Task:
    """All it takes to grade one submission.

    Attributes:
        notebook: the submitted file; or why there is none to read.
        key: see `Graded`.
    """

    learner: str
    skeleton: Skeleton
    notebook: bytes | str
    submitted_at: datetime | None
    key: str
    limits: Limits
    walls: bool


def grade(task: Task) -> Graded:
    """Grade one submission.

    Raises:
        SandboxLost: the sandbox died again and again.
    """
    try:
        if isinstance(task.notebook, str):
            raise Unreadable(task.notebook)
        judged, remarks = _judge(task, read_submission(task.notebook, task.skeleton))
    except Unreadable as problem:
        judged, remarks = _not_graded(task, str(problem))
    except (SandboxLost, bubblewrap.NoSandbox):
        raise
    except Exception as problem:  # one submission must not end the run for the others
        judged, remarks = _not_graded(task, f"the grader stumbled over it ({type(problem).__name__})")
    return Graded(
        learner=task.learner,
        lesson=task.skeleton.lesson.folder,
        submitted_at=task.submitted_at,
        key=task.key,
        judged=tuple(judged),
        remarks=tuple(remarks),
    )


def _not_graded(task: Task, why: str) -> tuple[list[Judged], list[str]]:
    said = f"The notebook that was handed in could not be graded: {why}."
    judged = [
        Judged(exercise=one.name, verdict=Verdict(one.name, "not run", said), source="")
        for one in task.skeleton.exercises
    ]
    return judged, [f"not graded: {why}"]


def _judge(task: Task, submission: Submission) -> tuple[list[Judged], list[str]]:
    exercises = task.skeleton.exercises
    found: dict[str, Judged] = {}
    remarks = list(submission.remarks)
    left = task.limits.seconds_in_all
    for keras in (False, True):
        due = [one for one in exercises if needs_keras(one.name) is keras]
        later = 0 if keras else len(exercises) - len(due)
        kept = left * later / (2 * len(exercises))
        if due:
            judged, said, left = _judge_in_a_room(task, due, submission, keras, left - kept)
            found |= judged
            remarks += said
        left += kept
    remarks = list(dict.fromkeys(remarks))
    if len(remarks) > MOST_REMARKS:
        remarks[MOST_REMARKS - 1 :] = [f"and {len(remarks) - MOST_REMARKS + 1} more of the kind"]
    return [found[one.name] for one in exercises], remarks


def _judge_in_a_room(
    task: Task, exercises: Sequence[Exercise], submission: Submission, keras: bool, left: float
) -> tuple[dict[str, Judged], list[str], float]:
    """The verdicts, the remarks, and the seconds that are left to the submission.

    Raises:
        SandboxLost: it dies even where nothing of the learner's runs.
    """
    for _ in range(TRIES):
        with _room(task, keras) as room:
            room.left = left
            try:
                return *judge(exercises, submission, room), room.left
            except OSError:
                left = room.left
    if len(exercises) > 1:  # one of them is to blame
        found, remarks = {}, []
        for exercise in exercises:
            judged, said, left = _judge_in_a_room(task, [exercise], submission, keras, left)
            found |= judged
            remarks += said
        return found, remarks, left
    name = exercises[0].name
    with _room(task, keras) as room, room.exercise(data=True) as running:
        try:
            running.run("probe", "pass")
        except (OSError, Stopped):
            raise SandboxLost(LOST) from None
    said = "When it was run, the sandbox came to its end, several times: it cannot be graded."
    judged = Judged(
        exercise=name, verdict=Verdict(name, "not run", said), source=submission.answers.get(name, "")
    )
    return {name: judged}, [f"{name}: it brought the sandbox down"], left


@contextmanager
def _room(task: Task, keras: bool) -> Iterator[Room]:
    for _ in range(TRIES):
        try:
            room = warm(keras, task.walls).room(task.limits)
        except OSError:
            forget(keras)
            continue
        with room:
            yield room
        return
    raise SandboxLost(LOST)


def needs_keras(exercise: str) -> bool:
    """Whether an answer to it may ask Keras; where it may not, Keras is not there."""
    return not find_exercise(exercise).numpy_only


_warm: dict[bool, Warm] = {}


def warm(keras: bool, walls: bool) -> Warm:
    """The warm process that this one uses: an inherited one while it lives, else one of its own."""
    if keras not in _warm:
        _warm[keras] = Warm(keras, walls)
        if len(_warm) == 1:
            atexit.register(close)
    return _warm[keras]


def forget(keras: bool) -> None:
    """Let go of a warm process that does not answer."""
    lost = _warm.pop(keras, None)
    if lost:
        lost.connection.close()


def close() -> None:
    """End the warm processes that this one started."""
    for keras in list(_warm):
        _warm.pop(keras).close()


def inherit() -> None:
    """In a forked worker: use the parent's warm processes, and leave their end to it."""
    atexit.unregister(close)


@contextmanager
def warmed(skeleton: Skeleton, walls: bool) -> Iterator[None]:
    """Have the warm processes that a lesson needs, for as long as this lasts."""
    if walls:
        bubblewrap.require()
    try:
        for keras in {needs_keras(one.name) for one in skeleton.exercises}:
            warm(keras, walls)
        yield
    finally:
        close()


@functools.cache
def judges_digest() -> str:
    """A digest of all code that a verdict depends on: another one may judge otherwise."""
    package = Path(__file__).parents[1]
    files = sorted(path for part in JUDGES for path in (package / part).rglob("*.py"))
    return digest(*(f"{path.relative_to(package)}".encode() + b"\0" + path.read_bytes() for path in files))
