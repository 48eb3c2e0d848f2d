"""A class counted: how each exercise came out, which mistakes were made, and which answers fit none."""

import ast
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from helpers.grading.autograded import plain, read_graded
from helpers.grading.course import graded_notebooks, submitted_folder
from helpers.grading.results import Graded, Judged
from helpers.lessons import Lesson, find_exercise

OUTCOMES = {
    "passed": "passed",
    "known": "a known mistake",
    "other": "another mistake",
    "blames": "calls a wrong answer",
    "error": "stopped with an error",
    "not written": "not written",
    "not run": "could not be run",
}
"""How an answer can come out, and how it is said."""

MOST_NAMES = 1_000
"""Learners that are named at one mistake."""

MOST_SOURCE = 4_000
"""Characters of an answer that are kept."""


@dataclass
class Group:
    """Learners whose answers have something in common."""

    size: int = 0
    learners: list[str] = field(default_factory=list)

    def add(self, learner: str) -> None:
        """Count one more."""
        self.size += 1
        if len(self.learners) < MOST_NAMES:
            self.learners.append(learner)


@dataclass
class Unknown(Group):
    """Learners with the same wrong answer, but for spaces and comments.

    Attributes:
        headline: what the check says to it.
        source: the answer as one of them wrote it.
    """

    headline: str = ""
    source: str = ""


@dataclass
class Class:
    """What a class made of a lesson.

    Attributes:
        learners: each with the outcome of each exercise, by its name.
        outcomes: by exercise, how often each of `OUTCOMES`.
        mistakes: by exercise and misconception.
        unknown: by exercise, wrong answers that fit no misconception, by what makes them the same.
        errors: by exercise and what Python said.
        remarks: (learner, what the grader said of the submission).
        without_verdicts: how many graded notebooks hold none, as those of `nbgrader autograde`.
        waiting: how many have handed in and are not graded yet.
        named: whether learners are called by their names.
    """

    lesson: Lesson
    named: bool = True
    learners: dict[str, dict[str, str]] = field(default_factory=dict)
    outcomes: dict[str, Counter[str]] = field(default_factory=dict)
    mistakes: dict[tuple[str, str], Group] = field(default_factory=lambda: defaultdict(Group))
    unknown: dict[str, dict[str, Unknown]] = field(default_factory=dict)
    errors: dict[tuple[str, str], Group] = field(default_factory=lambda: defaultdict(Group))
    remarks: list[tuple[str, str]] = field(default_factory=list)
    without_verdicts: int = 0
    waiting: int = 0

    @property
    def all_right(self) -> int:
        """How many passed every exercise."""
        return sum(set(outcomes.values()) == {"passed"} for outcomes in self.learners.values())

    def ranked_mistakes(self) -> list[tuple[str, str, Group]]:
        """(exercise, misconception, learners), the most frequent first."""
        return sorted(
            ((*key, group) for key, group in self.mistakes.items()), key=lambda row: (-row[2].size, row[:2])
        )

    def ranked_errors(self) -> list[tuple[str, str, Group]]:
        """(exercise, what Python said, learners), the most frequent first."""
        return sorted(
            ((*key, group) for key, group in self.errors.items()), key=lambda row: (-row[2].size, row[:2])
        )

    def ranked_unknown(self) -> Iterator[tuple[str, list[Unknown]]]:
        """(exercise, its wrong answers that fit no misconception, the most frequent first)."""
        for exercise, groups in self.unknown.items():
            if groups:
                yield exercise, sorted(groups.values(), key=lambda one: -one.size)


def count(
    course: CourseDirectory,
    lesson: Lesson,
    named: bool = True,
    following: Callable[[Sequence[Path]], Iterator[Path]] = iter,
) -> Class:
    """Count what was graded of a lesson; one notebook at a time, as a class can be large.

    Args:
        named: whether learners keep their names; else they are numbered, in no order.
        following: hands on the notebooks one by one, and may show how far it is.
    """
    found = Class(lesson, named)
    found.outcomes = {name: Counter() for name in lesson.exercises}
    found.unknown = {name: {} for name in lesson.exercises}
    paths = graded_notebooks(course, lesson.folder)
    numbers = random.SystemRandom().sample(range(1, len(paths) + 1), len(paths))
    for path, number in zip(following(paths), numbers, strict=True):
        graded = read_graded(path)
        if graded is None:
            found.without_verdicts += 1
        else:
            _add(found, graded, plain(graded.learner) if named else f"learner {number}")
    found.waiting = _waiting(course, lesson, {path.parts[-3] for path in paths})
    return found


def _add(found: Class, graded: Graded, learner: str) -> None:
    judged = {one.exercise: one for one in graded.judged if one.exercise in found.outcomes}
    found.learners[learner] = {}
    for name in found.lesson.exercises:
        one = judged.get(name)
        outcome = outcome_of(one)
        found.outcomes[name][outcome] += 1
        found.learners[learner][name] = outcome
        if outcome == "known":
            found.mistakes[name, one.verdict.misconception].add(learner)
        elif outcome == "error":
            found.errors[name, _error(one)].add(learner)
        if one and outcome in ("other", "error"):
            source = one.source if found.named else without_comments(one.source)
            same = found.unknown[name].setdefault(
                _essence(one.source) + one.verdict.status,
                Unknown(headline=plain(one.verdict.headline), source=plain(source)[:MOST_SOURCE]),
            )
            same.add(learner)
    found.remarks += [(learner, plain(remark)) for remark in graded.remarks]


def outcome_of(judged: Judged | None) -> str:
    """Which of `OUTCOMES` a verdict is."""
    if judged is None:
        return "not written"
    verdict = judged.verdict
    if verdict.misconception:
        return "known"
    if verdict.blames:
        return "blames"
    return "other" if verdict.status == "failed" else verdict.status


def sentence(exercise: str, misconception: str) -> str:
    """What the check says to it; its name where the bank has it no more."""
    bank = {one.name: one.sentence for one in find_exercise(exercise).misconceptions}
    return bank.get(misconception, misconception.replace("_", " "))


def _error(judged: Judged) -> str:
    said = dict(judged.verdict.facts).get("Error", "") or judged.verdict.headline
    return plain(said)[:300]


def _essence(source: str) -> str:
    """What is the same where only spaces and comments differ."""
    try:
        return ast.dump(ast.parse(source))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return source.strip()


def without_comments(source: str) -> str:
    """The same answer without comments and texts of its own, in which a name may stand.

    Empty where Python cannot read it: nobody can say then what a comment is.
    """
    try:
        tree = ast.parse(source)
        for node in ast.walk(tree):
            body = getattr(node, "body", None)
            if isinstance(body, list):
                kept = [step for step in body if not _is_text(step)]
                node.body = kept or ([ast.Pass()] if body else body)
        return ast.unparse(tree)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""


def _is_text(step: ast.AST) -> bool:
    return (
        isinstance(step, ast.Expr)
        and isinstance(step.value, ast.Constant)
        and isinstance(step.value.value, str)
    )


def _waiting(course: CourseDirectory, lesson: Lesson, graded: set[str]) -> int:
    handed_in = submitted_folder(course).glob(f"*/{lesson.folder}")
    return sum(path.parent.name not in graded for path in handed_in)
