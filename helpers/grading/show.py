"""What the instructor sees of a run: a bar while it goes, a line for whatever is odd, and what it came to."""

import logging
import sys
import time

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from helpers.grading.autograded import plain
from helpers.grading.cluster import ClusterError
from helpers.grading.course import CourseError
from helpers.grading.gradebook import GradebookError
from helpers.grading.results import Graded
from helpers.grading.run import Order, Summary, Watcher, grade_class
from helpers.grading.skeleton import NotGradable
from helpers.grading.work import SandboxLost
from helpers.sandbox.bubblewrap import NoSandbox
from helpers.templates import counted

SECONDS_BETWEEN_LINES = 10
"""Where there is no terminal to draw a bar in, a line tells how far it is, so often."""


def grade_and_show(**order: object) -> int:
    """Grade a class, and show how it goes; the exit status.

    0: all that was handed in is graded. 1: nothing could be. 3: some submissions have to be tried again.
    """
    console = Console(highlight=False)
    errors = Console(stderr=True, highlight=False, soft_wrap=True)
    # nbgrader tells of every transaction that was in another's way; it is tried again, and then said by us.
    logging.getLogger("tornado.application").setLevel(logging.CRITICAL)
    bar = _Bar(console)
    began = time.monotonic()
    try:
        with bar:
            summary = grade_class(Order(**order), bar)
    except (NotGradable, CourseError, GradebookError, NoSandbox, SandboxLost, ClusterError) as problem:
        errors.print(escape(str(problem)))
        return 1
    except KeyboardInterrupt:
        errors.print(
            f"Stopped. {bar.done} are graded, and stay so; the same command goes on with the others."
        )
        return 130
    _say(console, summary, time.monotonic() - began)
    return 3 if summary.left else 0


def _say(console: Console, summary: Summary, seconds: float) -> None:
    for learner in summary.left:
        console.print(
            f"[yellow]{escape(plain(learner))}[/]: could not be graded now; run the same command again."
        )
    said = f"{counted(summary.graded, 'submission')} graded in {seconds:.0f} s"
    said += f", {summary.all_right} of them all right" if summary.graded else ""
    said += f"; {summary.kept} had been graded before" if summary.kept else ""
    console.print(f"{said}.", soft_wrap=True)
    if summary.graded:
        console.print(
            "Look at them in Formgrader (`course lab`, Nbgrader menu), or make the report: `course report`.",
            soft_wrap=True,
        )


class _Bar(Watcher):
    """A bar in a terminal, lines elsewhere."""

    def __init__(self, console: Console):
        self.console = console
        self.done = 0
        self.failed = 0
        self.submissions = 0
        self.last_line = time.monotonic()
        self.progress = Progress(
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[odd]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self.task = self.progress.add_task("", total=None, odd="")

    def __enter__(self) -> "_Bar":
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def begins(self, submissions: int) -> None:
        """So many are to be looked at."""
        self.submissions = submissions
        self.progress.update(self.task, total=submissions)

    def ends_one(self, graded: Graded | None, learner: str) -> None:
        """One is graded; with None it had been before."""
        self.done += 1
        if graded is not None and graded.remarks:
            self.failed += 1
            for remark in graded.remarks:
                self.progress.console.print(
                    f"[yellow]{escape(plain(learner))}[/]: {escape(plain(remark))}", soft_wrap=True
                )
        odd = f"{self.failed} with remarks" if self.failed else ""
        self.progress.update(self.task, advance=1, odd=odd)
        if not self.console.is_terminal and time.monotonic() - self.last_line > SECONDS_BETWEEN_LINES:
            self.last_line = time.monotonic()
            print(f"{self.done} of {self.submissions} done", file=sys.stdout, flush=True)
