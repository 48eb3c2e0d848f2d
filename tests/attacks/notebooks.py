"""Notebooks that are none, and files that are something else."""

import json
import os
import uuid

import nbformat

from attacks import WRONG, attack, cell_of

NAME = "forward_loop.ipynb"
UNREADABLE = "not graded: it "


def file(name, tries, text, remark=UNREADABLE):
    def hand_in(folder, notebook):
        (folder / NAME).write_bytes(text(notebook) if callable(text) else text)

    attack(name, tries, hand_in=hand_in, whole=True, remark=remark)


def _without(notebook, part):
    """The notebook as JSON, with a part of another kind."""
    facts = json.loads(nbformat.writes(notebook))
    return json.dumps({**facts, **part}).encode()


file("no JSON", "is no notebook at all", b"\x89PNG\r\n\x1a\n" + bytes(1000))
file("an empty file", "has nothing in it", b"")
file("cells in a dict", "has cells of another kind", lambda nb: _without(nb, {"cells": {"a": 1}}))
file(
    "an old format gone wrong",
    "has worksheets of another kind",
    b'{"worksheets": [{"cells": 5}, 7]}',
    remark="",
)
file(
    "a hundred thousand cells",
    "has more cells than anybody reads",
    lambda nb: _without(nb, {"cells": [{"cell_type": "code", "source": "1"}] * 100_000}),
)
file("nested without end", "is made of brackets", b"[" * 1_000_000)
file("millions of parts", "takes gigabytes when it is read", b"[" + b"{}," * 15_000_000 + b"{}]")
file("larger than any notebook", "is of sixty megabytes", b" " * 60_000_000)


def _write_raw(folder, notebook):
    facts = json.loads(nbformat.writes(notebook))
    for cell in facts["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "rnn_step":
            cell["source"] = 7
    (folder / NAME).write_text(json.dumps(facts))


attack("a source that is a number", "has a source of another kind", rnn_step=WRONG, hand_in=_write_raw)


def _link_to_the_solutions(folder, notebook):
    (folder / NAME).symlink_to(folder.parents[2] / "solutions" / "05_forward_loop" / NAME)


def _link_to_another(folder, notebook):
    folder.rmdir()
    folder.symlink_to(folder.parents[1] / "honest" / "05_forward_loop")


attack(
    "a link to the solutions",
    "hands in the instructor's own notebook",
    hand_in=_link_to_the_solutions,
    whole=True,
    remark="not graded: it is a link",
    plain=True,
)
attack(
    "a link to another's work",
    "hands in what somebody else has done",
    hand_in=_link_to_another,
    whole=True,
    remark="not graded: it is a link",
)
attack(
    "a pipe",
    "has the grader wait for a writer",
    whole=True,
    remark="not graded: it is no file",
    hand_in=lambda folder, notebook: os.mkfifo(folder / NAME),
)
attack(
    "a folder for a notebook",
    "hands in a folder",
    whole=True,
    remark="not graded: it ",
    hand_in=lambda folder, notebook: (folder / NAME).mkdir(),
)


def _with_a_time(write):
    def hand_in(folder, notebook):
        nbformat.write(notebook, folder / NAME)
        write(folder / "timestamp.txt")

    return hand_in


attack(
    "a time that is a link",
    "has another file read as its time",
    rnn_step=WRONG,
    hand_in=_with_a_time(lambda path: path.symlink_to(path.parents[3] / "secret.txt")),
)
attack(
    "a time that is a pipe", "has the grader wait for a time", rnn_step=WRONG, hand_in=_with_a_time(os.mkfifo)
)
attack(
    "an odd time",
    "hands in at a time that is none",
    rnn_step=WRONG,
    hand_in=_with_a_time(lambda path: path.write_text("0001-01-01 00:00 +2359 [[(" * 20)),
)


def _twice(grade_id):
    def change(notebook):
        cell = cell_of(notebook, grade_id)
        again = nbformat.from_dict({**cell, "id": uuid.uuid4().hex[:8]})
        notebook.cells.insert(notebook.cells.index(cell) + 1, again)

    return change


attack(
    "a check twice",
    "has a check cell two times, by which nbgrader loses the batch",
    rnn_step=WRONG,
    change=_twice("check_rnn_step"),
    status="failed",
    plain=True,
)
attack(
    "an answer twice",
    "has an answer cell two times",
    rnn_step=WRONG,
    change=_twice("rnn_step"),
    status="failed",
    remark="rnn_step: there are several cells of it",
)


def _future_schema(notebook):
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader["schema_version"] = 99


def _more_points(notebook):
    metadata = cell_of(notebook, "check_rnn_step").metadata.nbgrader
    metadata.update(points=1000, grade=True, locked=False)


attack(
    "a schema of the future",
    "has metadata that nbgrader does not know, by which it loses the batch",
    rnn_step=WRONG,
    change=_future_schema,
    status="failed",
    plain=True,
)
attack(
    "a thousand points", "gives its checks more points", rnn_step=WRONG, change=_more_points, status="failed"
)


def _future_format(folder, notebook):
    facts = json.loads(nbformat.writes(notebook))
    (folder / NAME).write_text(json.dumps({**facts, "nbformat": 99, "nbformat_minor": "x", "metadata": 3}))


attack(
    "a format of the future",
    "is of a version that does not exist yet",
    rnn_step=WRONG,
    hand_in=_future_format,
    status="failed",
)
