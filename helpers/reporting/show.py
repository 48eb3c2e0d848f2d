"""What the instructor sees while a report is made, and where it is."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import track

from helpers.grading.course import CourseError
from helpers.grading.gradebook import GradebookError
from helpers.grading.skeleton import NotGradable
from helpers.reporting.counts import Class, sentence
from helpers.reporting.report import PAGE, make_report
from helpers.templates import counted


def report_and_show(root: Path, lesson: str, **options: object) -> int:
    """Make a report, and say where it is; the exit status."""
    console = Console(highlight=False)

    def following(paths: Sequence[Path]) -> Iterator[Path]:
        shown = console.is_terminal
        yield from track(paths, "Counting", console=console, disable=not shown, transient=True)

    try:
        report = make_report(root, lesson, following=following, **options)
    except (NotGradable, CourseError, GradebookError) as problem:
        Console(stderr=True, highlight=False, soft_wrap=True).print(escape(str(problem)))
        return 1
    folder = Path(os.path.relpath(report.folder))
    folder = report.folder if folder.parts[:1] == ("..",) else folder
    for line in _said(report.found):
        console.print(escape(line), soft_wrap=True)
    grades = ", and the grades for nbgrader, Canvas and Moodle" if report.found.named else ""
    console.print(
        f"{escape(str(folder / PAGE))} shows it all; beside it are the tables as CSV{grades}.", soft_wrap=True
    )
    return 0


def _said(found: Class) -> Iterator[str]:
    graded = counted(len(found.learners), "submission")
    yield f"{graded} of {found.lesson.folder}, {found.all_right} of them all right."
    for exercise, name, group in found.ranked_mistakes()[:1]:
        yield f"The most frequent mistake, by {group.size}: {exercise}: {sentence(exercise, name)}"
    if unnamed := sum(group.size for _, groups in found.ranked_unknown() for group in groups):
        yield f"{counted(unnamed, 'wrong answer')} fit no mistake that the course knows by name."
    if found.waiting:
        yield (
            f"{counted(found.waiting, 'learner')} handed in and not graded yet: "
            f"`course grade {found.lesson.number}`."
        )
