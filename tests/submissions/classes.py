"""A class that has handed in a lesson: right answers, in two styles, named mistakes, and nothing done."""

import functools
import shutil
from collections.abc import Callable
from pathlib import Path

import nbformat

from helpers.lessons import Lesson
from submissions import in_another_style, mistaken, submit

ROOT = Path(__file__).parents[2]


def course_folder(root: Path, *lessons: Lesson) -> Path:
    """A course's folder as an instructor has it: nbgrader's settings, and the notebooks of these lessons."""
    root.mkdir(exist_ok=True)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for lesson in lessons:
        shutil.copytree(
            ROOT / "solutions" / lesson.folder,
            root / "solutions" / lesson.folder,
            ignore=shutil.ignore_patterns("*.py"),
            dirs_exist_ok=True,
        )
    return root


def hand_in_class(
    root: Path, lesson: Lesson, learners: int, naming: Callable[[int], str] = "learner{:04d}".format
) -> list[str]:
    """Put submissions of a lesson into a course's folder, which is made where there is none.

    Args:
        naming: the name of learner 0, 1, …

    Returns:
        the learners' names.
    """
    course_folder(root, lesson)
    names = [naming(number) for number in range(learners)]
    for number, name in enumerate(names):
        folder = root / "submitted" / name / lesson.folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{lesson.name}.ipynb").write_text(_notebook(lesson.name, number % 12), encoding="utf-8")
        (folder / "timestamp.txt").write_text("2030-01-01 10:00:00 UTC")
    return names


def right_answers(lesson: Lesson) -> dict[str, str]:
    """The course's own answers, as they stand in the instructor's notebook."""
    notebook = nbformat.read(ROOT / "solutions" / lesson.folder / f"{lesson.name}.ipynb", as_version=4)
    marked = [(cell, cell.metadata.get("nbgrader", {})) for cell in notebook.cells]
    return {told["grade_id"]: cell.source for cell, told in marked if told.get("solution")}


@functools.cache
def _notebook(name: str, kind: int) -> str:
    """What learner 0, 1, … of a dozen hands in: half of the class has it right."""
    from helpers.lessons import LESSONS

    lesson = next(lesson for lesson in LESSONS if lesson.name == name)
    released = ROOT / "notebooks" / lesson.folder / f"{lesson.name}.ipynb"
    in_style = (Path(__file__).parent / f"{lesson.name}.py").exists()
    if kind == 0:
        notebook = submit(released, {})
    elif kind < 4 and in_style:
        notebook = submit(released, *in_another_style(lesson))
    elif kind < 7:
        notebook = submit(released, right_answers(lesson))
    else:
        wrong, _ = mistaken(lesson, kind // 3)  # some make the same mistakes
        some = list(wrong)[: 1 + kind % len(wrong)]
        notebook = submit(released, right_answers(lesson) | {one: wrong[one] for one in some})
    return nbformat.writes(notebook)
