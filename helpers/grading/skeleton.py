"""The instructor's own notebook of a lesson: its cells, its exercises, and what they are worth."""

import ast
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from helpers.checking.check import VISIBLE_SEED
from helpers.lessons import LESSON_OF, LESSONS, Lesson


class NotGradable(Exception):
    """A lesson that cannot be graded; says in one sentence what to do."""


@dataclass(frozen=True)
class Exercise:
    """An exercise as it stands in the notebook.

    Attributes:
        name: the exercise's, which is its answer cell's `grade_id`.
        answer: the answer cell's index among the notebook's cells.
        check: the check cell's index.
        seeds: of the cases that the check draws, hidden ones among them.
        points: what it is worth.
    """

    name: str
    answer: int
    check: int
    seeds: tuple[int, ...]
    points: float


@dataclass(frozen=True)
class Skeleton:
    """The notebook that answers are put into.

    Attributes:
        explaining: the sources of code cells that are neither answers nor checks, by their index.
        ids: the index of each cell, by Jupyter's id for it.
        exercises: in the notebook's order.
        digest: of the notebook's file.
    """

    lesson: Lesson
    path: Path
    explaining: Mapping[int, str]
    ids: Mapping[str, int]
    exercises: Sequence[Exercise]


def find_lesson(name: str) -> Lesson:
    """The lesson of a number or a name: `5`, `05_forward_loop`, `forward_loop`.

    Raises:
        NotGradable: there is none.
    """
    for lesson in LESSONS:
        if name in (str(lesson.number), f"{lesson.number:02d}", lesson.folder, lesson.name):
            return lesson
    raise NotGradable(
        f"There is no lesson {name!r}. Give a number or a name, as 5 or 05_forward_loop; there are "
        f"{LESSONS[0].folder} to {LESSONS[-1].folder}."
    )


@functools.cache
def read_skeleton(root: Path, folder: str) -> Skeleton:
    """The instructor's notebook of a lesson, `solutions/<lesson>/<name>.ipynb`.

    Raises:
        NotGradable: it is not there, or has a check that only nbgrader can run.
    """
    lesson = find_lesson(folder)
    path = root / "solutions" / lesson.folder / f"{lesson.name}.ipynb"
    try:
        notebook = nbformat.read(path, as_version=4)
    except OSError as problem:
        raise NotGradable(
            f"solutions/{lesson.folder}/{path.name} cannot be read ({problem.strerror}): "
            "`course build` makes it, or get the course's files again."
        ) from None
    explaining, answers, checks = {}, {}, {}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        told = cell.metadata.get("nbgrader", {})
        if told.get("solution"):
            answers[told["grade_id"]] = index
        elif told.get("grade"):
            name, seeds = _checked(cell.source, told["grade_id"])
            checks[name] = (index, seeds, float(told["points"]))
        else:
            explaining[index] = cell.source
    if answers.keys() != checks.keys():
        odd = ", ".join(sorted(answers.keys() ^ checks.keys()))
        raise NotGradable(f"{lesson.folder} has answers without checks, or checks without answers: {odd}.")
    exercises = [Exercise(name, index, *checks[name]) for name, index in answers.items()]
    ids = {cell.id: index for index, cell in enumerate(notebook.cells) if "id" in cell}
    return Skeleton(lesson, path, explaining, ids, tuple(exercises))


def _checked(source: str, grade_id: str) -> tuple[str, tuple[int, ...]]:
    """The exercise that a check cell checks, and the seeds: `check(forward)`, `check(forward, seed=2026)`."""
    found: dict[str, list[int]] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "check":
            name = getattr(node.args[0], "id", "") if node.args else ""
            seeds = [word.value.value for word in node.keywords if word.arg == "seed"]
            found.setdefault(name, []).extend(seeds or [VISIBLE_SEED])
        elif isinstance(node, (ast.Assert, ast.Raise)):
            found.setdefault("", [])
    if len(found) != 1 or not found.keys() <= LESSON_OF.keys():
        raise NotGradable(
            f"The check cell {grade_id} asks for more than `check(<exercise>)`: `nbgrader autograde` grades "
            "such a notebook, `course grade` cannot."
        )
    ((name, seeds),) = found.items()
    return name, tuple(seeds)
