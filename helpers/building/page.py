"""From a percent script to a notebook without outputs."""

from pathlib import Path

import jinja2
import jupytext
from nbformat import NotebookNode

from helpers.cheat_sheet import sheet
from helpers.lessons import LESSONS, Lesson, find_exercise

KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def read_page(source: Path) -> NotebookNode:
    """The notebook of a percent script: its `[[ … ]]` filled in, its cell ids the same at every reading.

    In Markdown cells `[[ title ]]` gives a lesson's heading, `[[ exercise("forward") ]]` an exercise's,
    `[[ hints("forward") ]]` its hints as fold-outs, `[[ contents() ]]` the table of all lessons, and
    `[[ sheet.layers() ]]` and the like a part of the cheat sheet.

    Raises:
        ValueError: a cell asks for something that is not there.
    """
    notebook = jupytext.read(source)
    notebook.metadata = NotebookNode(kernelspec=KERNELSPEC, language_info={"name": "python"})
    lesson = next((lesson for lesson in LESSONS if lesson.folder == source.parent.name), None)
    for number, cell in enumerate(notebook.cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number:02d}")
        if cell.cell_type == "markdown":
            try:
                cell.source = _fill_in(cell.source, lesson)
            except (jinja2.TemplateError, LookupError) as problem:
                raise ValueError(f"{source.name}, cell {number}: {problem}") from None
    return notebook


def _fill_in(text: str, lesson: Lesson | None) -> str:
    if "[[ " not in text:  # without the space it is a list of lists
        return text
    environment = jinja2.Environment(
        variable_start_string="[[ ",
        variable_end_string=" ]]",
        undefined=jinja2.StrictUndefined,
        autoescape=False,
    )
    template = environment.from_string(text)
    return template.render(
        title=_title(lesson) if lesson else "",
        exercise=_heading,
        hints=_hints,
        contents=_contents,
        sheet=sheet,
    )


def _title(lesson: Lesson) -> str:
    return f"# {lesson.number} · {lesson.title}\n\n**{lesson.promise}** About {lesson.minutes} minutes."


def _heading(name: str) -> str:
    exercise = find_exercise(name)
    stars = "★" * exercise.stars + "☆" * (3 - exercise.stars)
    return f"### Exercise: `{name}` {stars} · {exercise.minutes} minutes"


def _hints(name: str) -> str:
    """Fold-outs, each inside the one before, so that they open one at a time."""
    hints = find_exercise(name).hints
    folded = ""
    for number in range(len(hints), 0, -1):
        label = "Stuck? A hint" if number == 1 else "Another hint"
        inner = f"\n\n{folded}" if folded else ""
        summary = f"<summary>{label} ({number} of {len(hints)})</summary>"
        folded = f"<details>\n{summary}\n\n{hints[number - 1]}{inner}\n\n</details>"
    return folded


def _contents() -> str:
    rows = ["| | Lesson | After it you can |", "| --: | :-- | :-- |"]
    for lesson in LESSONS:
        link = f"[{lesson.title}](../{lesson.folder}/{lesson.name}.ipynb)"
        rows.append(f"| {lesson.number} | {link} | {lesson.promise} |")
    return "\n".join(rows)
