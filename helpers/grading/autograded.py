"""The graded copy of a submission, in the place and form in which nbgrader looks for it.

It is the instructor's own notebook: the submission gives the sources of its answer cells and what they
printed, as plain text, and the grader gives the verdicts. Formgrader and `nbgrader generate_feedback` read it
as one that `nbgrader autograde` has made; the grader's facts are kept in its metadata, for the report.
"""

import copy
import json
import os
import re
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode, from_dict
from nbgrader.utils import compute_checksum, determine_grade, is_grade, is_solution, is_task
from pydantic import ValidationError

from helpers.checking.verdict import Verdict
from helpers.grading.results import Graded, Judged

METADATA = "rnn_by_hand"
"""The key in a graded notebook's metadata."""

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"
"""By what is in it `nbgrader release_feedback` gives feedback to nobody but who has handed in."""
PRINTED = 10_000
"""Characters of what a cell printed that are shown."""
SOURCE = 100_000
"""Characters of an answer that are shown: colouring more takes a browser's or nbconvert's breath away."""
PART = ".part"
"""The end of a half-written file's name."""

# What a terminal or a page could take for an order: control characters (ANSI's escape among them), marks that
# turn the direction of text, and halves of characters, which no file can hold.
_ORDERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    r"""Text in which nothing gives orders: an escape character reads `\x1b`."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _ORDERS.sub(lambda found: found.group().encode("unicode_escape", "replace").decode(), text)


def plain_verdict(verdict: Verdict) -> Verdict:
    """The same verdict in plain text throughout."""
    return replace(
        verdict,
        headline=plain(verdict.headline),
        facts=tuple((plain(label), plain(text)) for label, text in verdict.facts),
        code=plain(verdict.code),
        printed=_beginning(plain(verdict.printed), PRINTED),
    )


def is_marked(cell: NotebookNode) -> bool:
    """Whether nbgrader has anything to do with a cell."""
    return bool(cell.metadata.get("nbgrader"))


def check_of(exercise: str) -> str:
    """The `grade_id` of the cell that checks an exercise."""
    return f"check_{exercise}"


class GradedCopies:
    """Makes the graded copies of one lesson's submissions.

    Args:
        kept: the instructor's notebook as the gradebook keeps it.
    """

    def __init__(self, kept: NotebookNode):
        self._blank = copy.deepcopy(kept)
        for cell in self._blank.cells:
            if cell.cell_type == "code" and (is_grade(cell) or is_solution(cell)):
                cell.outputs, cell.execution_count = [], None

    def copy_of(self, graded: Graded) -> NotebookNode:
        """The notebook with this submission's answers and verdicts."""
        notebook = copy.copy(self._blank)
        notebook.metadata = copy.deepcopy(self._blank.metadata)
        # What explains is the same in all of them, and most of the notebook.
        notebook.cells = [copy.deepcopy(cell) if is_marked(cell) else cell for cell in self._blank.cells]
        judged = {each.exercise: each for each in graded.judged}
        checks = {check_of(name): each for name, each in judged.items()}
        for cell in notebook.cells:
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
            if is_solution(cell):
                _put_answer(cell, judged.get(name))
            elif is_grade(cell) and cell.cell_type == "code":
                _put_verdict(cell, checks[name].verdict if name in checks else _silence(name))
        notebook.metadata[METADATA] = _storable(graded)
        return notebook


def _put_answer(cell: NotebookNode, judged: Judged | None) -> None:
    cell.source = _beginning(plain(judged.source), SOURCE) if judged else ""
    if judged and judged.printed and cell.cell_type == "code":
        printed = _beginning(plain(judged.printed), PRINTED)
        cell.outputs = [from_dict({"output_type": "stream", "name": "stdout", "text": printed})]


def _put_verdict(cell: NotebookNode, verdict: Verdict) -> None:
    """What a check leaves: the card and, where the answer is not right, the error it raises.

    Output of type `execute_result` would be read by nbgrader as a partial score.
    """
    verdict = plain_verdict(verdict)
    # Else MathJax, in formgrader and in feedback, would typeset what a learner put between dollars.
    html = f'<div class="tex2jax_ignore mathjax_ignore">{verdict.html()}</div>'
    card = {"text/html": html, "text/plain": str(verdict)}
    outputs = [{"output_type": "display_data", "metadata": {}, "data": card}]
    if not verdict.passed:
        said = [f"{verdict.title} (the box above says more)"]
        error = {"ename": "CheckFailed", "evalue": str(verdict), "traceback": said}
        outputs.append({"output_type": "error", **error})
    cell.outputs = [from_dict(output) for output in outputs]


def _silence(check: str) -> Verdict:
    return Verdict(check.removeprefix("check_"), "not run", "The grader has said nothing on this exercise.")


def _beginning(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[:length]}\n… ({len(text) - length} more characters)"


def _storable(graded: Graded) -> dict:
    """The facts, without the halves of characters that no file can hold."""
    facts = json.dumps(graded.model_dump(mode="json"), ensure_ascii=False)
    return json.loads(facts.encode("utf-8", "replace"))


def scores(notebook: NotebookNode, graded: Graded) -> dict[str, float | None]:
    """The automatic score of every cell with points: all of them where the verdict is passed, else none.

    What only a person can grade is None, or 0 where nothing was handed in, as nbgrader has it.
    """
    passed = {check_of(each.exercise) for each in graded.judged if each.verdict.passed}
    found: dict[str, float | None] = {}
    for cell in notebook.cells:
        if is_grade(cell) and cell.cell_type == "code" and not is_solution(cell):
            name = cell.metadata.nbgrader.grade_id
            found[name] = float(cell.metadata.nbgrader.points) if name in passed else 0.0
        elif is_grade(cell):
            found[cell.metadata.nbgrader.grade_id] = determine_grade(cell)[0]
        elif is_task(cell):
            found[cell.metadata.nbgrader.grade_id] = None
    return found


def comments(notebook: NotebookNode) -> dict[str, str | None]:
    """nbgrader's own comment on every answer: that there is none, where the cell is as it was released."""
    return {
        cell.metadata.nbgrader.grade_id: (
            "No response."
            if not is_task(cell) and cell.metadata.nbgrader.get("checksum") == compute_checksum(cell)
            else None
        )
        for cell in notebook.cells
        if is_solution(cell) or is_task(cell)
    }


def read_graded(path: Path) -> Graded | None:
    """What the grader kept in a graded notebook; None if it is not there, or not of the grader's making."""
    try:
        notebook = json.loads(path.read_bytes())
        return Graded.model_validate(notebook["metadata"][METADATA], strict=False)
    except (OSError, ValueError, KeyError, TypeError, ValidationError):
        return None


def read_timestamp(folder: Path) -> str | None:
    """The text of the file with the time of submission; None without one."""
    try:
        return (folder / TIMESTAMP).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def utc(moment: datetime | None) -> datetime | None:
    """A moment as nbgrader's database holds it: in UTC, and not saying so."""
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(UTC).replace(tzinfo=None)


class Staged:
    """Files written in full beside the ones that they replace, in one folder.

    Raises:
        OSError: they could not be written; nothing has changed then.
    """

    def __init__(self, folder: Path, texts: Mapping[str, str | None], mode: int):
        self._folder = folder
        self._parts: dict[str, Path] = {}
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for name, text in texts.items():
                if text is not None:
                    self._write(name, text, mode)
        except BaseException:
            self.discard()
            raise

    def _write(self, name: str, text: str, mode: int) -> None:
        part = self._parts[name] = self._folder / f".{name}.{secrets.token_hex(6)}{PART}"
        with open(part, "x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(mode)

    def publish(self) -> None:
        """Clear what else is in the folder, and put the files in their places, the last one last.

        What else there is: half-written files of a run that was killed, and copies that `nbgrader autograde`
        has made of a learner's files, which formgrader would serve.

        Raises:
            FileNotFoundError: another grader of this submission has just done the same.
            OSError: the files could not be put in their places.
        """
        staying = {*self._parts, *(part.name for part in self._parts.values())}
        for path in self._folder.iterdir():
            if path.name in staying:
                continue
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        for name, part in self._parts.items():
            os.replace(part, self._folder / name)
        with suppress(OSError):  # not every system lets a folder be opened
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)

    def discard(self) -> None:
        """Remove what was written, as it is not wanted."""
        for part in self._parts.values():
            with suppress(OSError):
                part.unlink(missing_ok=True)


def texts_of(notebook: NotebookNode, name: str, submitted_at: datetime | None) -> dict[str, str | None]:
    """The files of a graded submission by name: the notebook last, as it vouches for the others."""
    moment = utc(submitted_at)
    return {
        # The form that nbgrader's exchange writes.
        TIMESTAMP: None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC\n",
        f"{name}.ipynb": _text_of(notebook),
    }


def _text_of(notebook: NotebookNode) -> str:
    """A notebook's file, with a cell to a line: nbformat's writer, which breaks every text into lines, and
    Python's for indented JSON take ten times as long."""
    cells = ",\n".join(_as_json(cell) for cell in notebook.cells)
    others = _as_json({key: part for key, part in notebook.items() if key != "cells"})
    return f'{{"cells": [\n{cells}\n],\n{others[1:]}\n'


def _as_json(part: Mapping[str, object]) -> str:
    return json.dumps(part, ensure_ascii=False, sort_keys=True)
