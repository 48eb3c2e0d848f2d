"""`course report`: the page, the tables and the grades of a lesson, written into a folder."""

import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.plugins import CsvExportPlugin

from helpers.grading.autograded import PART
from helpers.grading.course import CourseError, open_course
from helpers.grading.gradebook import Book
from helpers.grading.skeleton import find_lesson
from helpers.reporting.counts import Class, count
from helpers.reporting.exports import CanvasExporter, MoodleExporter
from helpers.reporting.page import page
from helpers.reporting.tables import tables

FOLDER = "reports"
PAGE = "report.html"
EXPORTS = {"grades.csv": CsvExportPlugin, "canvas.csv": CanvasExporter, "moodle.csv": MoodleExporter}


@dataclass(frozen=True)
class Report:
    """What was written where."""

    folder: Path
    found: Class


def make_report(
    root: Path,
    lesson: str,
    *,
    named: bool = True,
    folder: Path | None = None,
    db_url: str = "",
    following: Callable[[Sequence[Path]], Iterator[Path]] = iter,
) -> Report:
    """Write the report of a lesson.

    Args:
        named: whether learners' names are in it, and their grades with them.
        folder: where to; `reports/<lesson>` without it.
        db_url: another gradebook than the settings name.
        following: hands on the notebooks one by one, and may show how far it is.

    Raises:
        NotGradable, CourseError, GradebookError: in one sentence, what to do.
    """
    course = open_course(root, db_url)
    which = find_lesson(lesson)
    found = count(course, which, named, following)
    if not found.learners:
        raise CourseError(
            f"Nothing of {which.folder} is graded yet: `course grade {which.number}` grades what lies in "
            f"{course.submitted_directory}/<learner>/{which.folder}/, and then there is something to report."
        )
    folder = (folder or Path(course.root) / FOLDER / which.folder).resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in ({PAGE: page(found)} | tables(found)).items():
            with _replacing(folder / name) as part:
                part.write_text(text, encoding="utf-8", newline="")
        if named:
            with Book(root, db_url) as book:
                for name, kind in EXPORTS.items():
                    with _replacing(folder / name) as part:
                        book.export(kind(to=str(part), assignment=[which.folder]))
        else:  # those of an earlier report tell names
            for name in EXPORTS:
                (folder / name).unlink(missing_ok=True)
    except OSError as problem:
        raise CourseError(
            f"{folder} cannot be written ({problem.strerror}): name another with --to."
        ) from None
    return Report(folder, found)


@contextmanager
def _replacing(path: Path) -> Iterator[Path]:
    """A file to write in, which takes the place of `path` once it is whole."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}{PART}")
    try:
        yield part
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
