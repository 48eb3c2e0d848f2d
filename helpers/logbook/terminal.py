"""`course status`: the logbook in a terminal."""

import re

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from helpers.logbook.progress import Mistake, Progress, bar, progress_in
from helpers.logbook.tries import Logbook
from helpers.workspace import PROGRESS, Workspace


def show(workspace: Workspace, console: Console | None = None) -> None:
    """Print how far the learner of a workspace has come.

    Raises:
        sqlite3.Error: the logbook cannot be read.
    """
    console = console or Console(highlight=False)
    progress = progress_in(Logbook(workspace.own / PROGRESS))
    console.print(f"{bar(progress.passed, progress.total)}  [bold]{progress.headline}[/]")
    console.print()
    console.print(_table(progress))
    _list(console, "Mistakes still to overcome", [each for each in progress.mistakes if not each.overcome])
    _list(console, "Mistakes met and overcome", [each for each in progress.mistakes if each.overcome])
    console.print("\n" + _code(progress.what_next()))
    lesson = progress.next_lesson
    notebook = workspace.folder / lesson.folder / f"{lesson.name}.ipynb" if lesson else None
    if notebook and notebook.is_file():
        console.print(
            f"It is in {escape(str(notebook.relative_to(workspace.root)))}: `make lab` opens the course."
        )
    elif notebook:
        console.print("`make lab` opens the course.")
    if progress.lost:
        console.print(escape(progress.lost), soft_wrap=True)  # a file's name is not to be broken
    console.print(f"[dim]{progress.note}[/]")


def _table(progress: Progress) -> Table:
    table = Table(
        "", "Lesson", "Exercises passed", "", "Tries", box=None, padding=(0, 2, 0, 0), header_style="dim"
    )
    table.columns[0].justify = table.columns[4].justify = "right"
    for each in progress.lessons:
        done = len(each.passed)
        cells = "█" * done + "░" * (each.total - done)
        table.add_row(
            str(each.lesson.number),
            each.lesson.title,
            f"[green]{cells}[/]" if each.done else cells,
            f"{done} of {each.total}",
            str(each.tries) if each.begun else "",
        )
    return table


def _list(console: Console, title: str, mistakes: list[Mistake]) -> None:
    if not mistakes:
        return
    console.print(f"\n[bold]{title}[/]")
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for mistake in mistakes:
        table.add_row(f"  {mistake.exercise}", _code(mistake.sentence))
    console.print(table)


def _code(text: str) -> str:
    """Text for rich: in bold what stands in backticks."""
    return re.sub(r"`([^`\n]+)`", r"[bold]\1[/]", escape(text))
