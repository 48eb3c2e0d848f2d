"""The instructor's folder as nbgrader knows it, and a lesson's notebook as nbgrader keeps it for grading."""

import glob
import os
import re
from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearOutput, SaveCells
from traitlets.config import Config, PyFileConfigLoader

from helpers.grading.autograded import SECRET
from helpers.grading.submission import Unreadable, read_bytes
from helpers.lessons import LESSONS, Lesson

SETTINGS = "nbgrader_config.py"


class CourseError(Exception):
    """What is wrong with the instructor's folder, and what to do about it, in one sentence."""


def open_course(root: Path, db_url: str = "") -> CourseDirectory:
    """nbgrader's word on where things are below `root`, by the settings there.

    Args:
        db_url: another gradebook than the settings name, `postgresql://…`.

    Raises:
        CourseError: `root` has no settings of nbgrader.
    """
    root = Path(root).resolve()
    if not (root / SETTINGS).is_file():
        raise CourseError(f"There is no {SETTINGS} in {root}: give the course's folder.")
    config = PyFileConfigLoader(SETTINGS, path=str(root)).load_config()
    config.CourseDirectory.root = str(root)
    if db_url:
        config.CourseDirectory.db_url = db_url
    return CourseDirectory(config=config)


def named_lesson(assignment: str) -> Lesson:
    """The lesson of this assignment id.

    Raises:
        CourseError: there is none.
    """
    for lesson in LESSONS:
        if lesson.folder == assignment:
            return lesson
    raise CourseError(f"There is no lesson {assignment}: the first is {LESSONS[0].folder}.")


def source_notebook(course: CourseDirectory, assignment: str) -> Path:
    """The instructor's notebook of a lesson."""
    name = f"{named_lesson(assignment).name}.ipynb"
    return Path(course.format_path(course.source_directory, ".", assignment), name)


def autograded_folder(course: CourseDirectory, learner: str, assignment: str) -> Path:
    """Where nbgrader looks for a graded submission.

    Raises:
        CourseError: the learner's name would lead out of the folder.
    """
    if learner in {"", ".", ".."} or re.search(r"[/\\\x00\ud800-\udfff]", learner):
        raise CourseError(f"{learner!a} cannot be the name of a learner's folder.")
    return Path(course.format_path(course.autograded_directory, learner, assignment))


def submitted_folder(course: CourseDirectory) -> Path:
    """Where what was handed in lies, in a folder for each learner."""
    return Path(course.format_path(course.submitted_directory, ".", ".")).resolve()


def exchange_secret(course: CourseDirectory, learner: str, assignment: str) -> str | None:
    """What nbgrader's exchange has put beside a submission; None without it."""
    top = submitted_folder(course)
    try:
        secret = read_bytes(top / learner / assignment / SECRET, top, most=1_000).decode()
    except (Unreadable, UnicodeDecodeError):
        return None
    return secret if re.fullmatch(r"[0-9a-f]+", secret) else None


def graded_notebooks(course: CourseDirectory, assignment: str) -> list[Path]:
    """The graded notebooks of a lesson, one for each learner, in the order of their names."""
    below = course.directory_structure.format(
        nbgrader_step=course.autograded_directory, student_id="*", assignment_id=assignment
    )
    name = f"{named_lesson(assignment).name}.ipynb"
    return sorted(map(Path, glob.iglob(os.path.join(glob.escape(course.root), below, name))))


def kept_notebook(course: CourseDirectory, assignment: str) -> NotebookNode:
    """The instructor's notebook as `nbgrader generate_assignment` keeps it in the gradebook.

    Solutions are cleared and checksums computed; hidden tests are in it. Outputs are as they were.

    Raises:
        CourseError: it cannot be read, or nbgrader refuses it.
    """
    path = source_notebook(course, assignment)
    steps = list(GenerateAssignment(coursedir=course, config=course.config).preprocessors)
    steps = [step for step in steps[: steps.index(SaveCells)] if step is not ClearOutput]
    exporter = NotebookExporter(config=_plain(course.config))
    for step in steps:
        exporter.register_preprocessor(step, enabled=True)
    resources = {"unique_key": path.stem, "nbgrader": names_in_gradebook(course, assignment)}
    try:
        text, _ = exporter.from_notebook_node(_read(path), resources=resources)
    except (RuntimeError, ValueError, KeyError) as problem:
        raise CourseError(f"nbgrader refuses {path}: {problem}") from problem
    return nbformat.reads(text, as_version=4)


def names_in_gradebook(course: CourseDirectory, assignment: str) -> dict[str, str]:
    """What nbgrader's preprocessors ask for, to find a notebook in the gradebook."""
    return {
        "assignment": assignment,
        "notebook": named_lesson(assignment).name,
        "student": ".",
        "db_url": course.db_url,
    }


def _read(path: Path) -> NotebookNode:
    try:
        return nbformat.read(path, as_version=4)
    except (OSError, ValueError) as problem:
        raise CourseError(f"{path} cannot be read as a notebook: {problem}") from problem


def _plain(config: Config) -> Config:
    plain = config.copy()
    plain.Exporter.default_preprocessors = []
    return plain
