"""What is taken from a submitted notebook: the sources of its code cells, and where they stand; no more."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from helpers.grading.skeleton import Skeleton

MOST_BYTES = 50_000_000
MOST_CELL_BYTES = 200_000
MOST_CELLS = 2_000
MOST_CODE_BYTES = 1_000_000
MOST_PARTS = 3_000_000
"""Commas and brackets in a notebook's text: each becomes an object in memory."""


class Unreadable(Exception):
    """A submission that is no notebook; says why in a few words."""


@dataclass(frozen=True)
class Cell:
    """A code cell that may run.

    Attributes:
        name: what errors call it: the exercise's name, or `cell 12`.
        source: as it was written.
        place: where it stands, in the order of the instructor's notebook; own cells come behind the cell of
            the instructor's that they follow.
        answer: the exercise that it is the answer cell of, if it is one.
        own: whether the learner wrote it.
    """

    name: str
    source: str
    place: tuple[int, int]
    answer: str = ""
    own: bool = True


@dataclass(frozen=True)
class Submission:
    """One learner's notebook.

    Attributes:
        cells: all that may run, in order: the instructor's explaining cells, the learner's answers and own.
        answers: what stands in each answer cell; an exercise whose cell is gone has none.
        remarks: what is odd about the notebook.
    """

    cells: tuple[Cell, ...]
    answers: Mapping[str, str]
    remarks: tuple[str, ...] = field(default=())


def read_bytes(path: Path, top: Path, most: int = MOST_BYTES) -> bytes:
    """A submitted file: a plain one below `top`, as a link could lead to any file of this machine.

    Raises:
        Unreadable: it is not there, is something else than a file, or too large.
    """
    try:
        if Path(os.path.realpath(path)) != Path(os.path.realpath(top)) / path.relative_to(top):
            raise Unreadable("it is a link to another place, and was not followed")
        file = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        facts = os.fstat(file)
        if not stat.S_ISREG(facts.st_mode):
            os.close(file)
            raise Unreadable("it is no file")
    except FileNotFoundError:
        raise Unreadable(f"there is no {path.name} in it") from None
    except OSError as problem:
        raise Unreadable(f"it cannot be read ({problem.strerror})") from None
    with os.fdopen(file, "rb") as opened:
        if facts.st_size > most:
            raise Unreadable(f"it is larger than {most / 1_000_000:g} MB: outputs, perhaps")
        return opened.read(most)


def read_submission(text: bytes, skeleton: Skeleton) -> Submission:
    """The cells of a submitted notebook, put into the instructor's own.

    Answer cells are found by their `grade_id`. Tags, points, outputs and versions of the format say nothing.

    Raises:
        Unreadable: it is no notebook.
    """
    places = {exercise.name: exercise.answer for exercise in skeleton.exercises}
    checks = {exercise.check for exercise in skeleton.exercises}
    check_ids = {f"check_{exercise.name}" for exercise in skeleton.exercises}
    known = {source.strip(): index for index, source in skeleton.explaining.items()}
    cells = [
        Cell(f"cell {index}", source, (index, -1), own=False) for index, source in skeleton.explaining.items()
    ]
    answers: dict[str, str] = {}
    remarks, here, left = [], -1, MOST_CODE_BYTES
    for number, (told, identity, source) in enumerate(_code_cells(text)):
        size = len(source.encode(errors="replace"))
        left -= size
        if size > MOST_CELL_BYTES:
            remarks.append(f"a cell of more than {MOST_CELL_BYTES // 1000} kB was left out")
            continue
        if left < 0:
            remarks.append(f"what comes after {MOST_CODE_BYTES // 1000} kB of code was left out")
            break
        at = skeleton.ids.get(identity)
        if told in places:
            here = places[told]
            if told in answers:
                remarks.append(f"{told}: there are several cells of it; they count as one")
            answers[told] = f"{answers[told]}\n\n\n{source}" if told in answers else source
            cells.append(Cell(told, source, (here, number), answer=told))
        elif told in check_ids or at in checks:
            here = max(here, at or here)
        elif source.strip() in known:
            here = known[source.strip()]
        elif source.strip():
            here = at if at in skeleton.explaining else here
            cells.append(Cell(f"own cell {number}", source, (here, number)))
    cells.sort(key=lambda cell: cell.place)
    return Submission(tuple(cells), answers, tuple(dict.fromkeys(remarks)))


def _code_cells(text: bytes) -> Iterator[tuple[str, str, str]]:
    """The `grade_id`, the id and the source of each code cell, of whatever version of the format."""
    if sum(text.count(sign) for sign in (b",", b"[", b"{")) > MOST_PARTS:
        raise Unreadable("it is no notebook: it has millions of parts")
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError, MemoryError):
        raise Unreadable("it is no notebook: its text is damaged or was cut off") from None
    sheets = notebook.get("worksheets") if isinstance(notebook, dict) else None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if cells is None and isinstance(sheets, list):  # the format before 2015
        many = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        cells = [cell for cells in many if isinstance(cells, list) for cell in cells]
    if not isinstance(cells, list):
        raise Unreadable("it is no notebook: it has no cells")
    if len(cells) > MOST_CELLS:
        raise Unreadable(f"it has more than {MOST_CELLS} cells")
    for cell in cells:
        if not isinstance(cell, dict) or cell.get("cell_type") != "code":
            continue
        source = cell.get("source", cell.get("input", ""))
        if isinstance(source, list):
            source = "".join(part for part in source if isinstance(part, str))
        metadata = cell.get("metadata")
        told = metadata.get("nbgrader") if isinstance(metadata, dict) else None
        grade_id = told.get("grade_id") if isinstance(told, dict) else ""
        yield (
            grade_id if isinstance(grade_id, str) else "",
            cell["id"] if isinstance(cell.get("id"), str) else "",
            source if isinstance(source, str) else "",
        )


def digest(*parts: bytes) -> str:
    """One digest of several texts."""
    whole = hashlib.sha256()
    for part in parts:
        whole.update(hashlib.sha256(part).digest())
    return whole.hexdigest()
