"""The gradebook and the graded notebooks: as nbgrader would have them, and whole whatever happens."""

import itertools
import json
import os
import random
import re
import shutil
import signal
import sqlite3
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    DeduplicateIds,
    LimitOutput,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from nbgrader.utils import determine_grade, is_grade, is_solution
from sqlalchemy.exc import IntegrityError, OperationalError, ProgrammingError
from submissions.classes import course_folder

from helpers.checking.verdict import Verdict
from helpers.grading.autograded import METADATA, GradedCopies, read_graded
from helpers.grading.course import CourseError, kept_notebook, open_course
from helpers.grading.gradebook import AT_ONCE, Book, GradebookError
from helpers.grading.results import Graded, Judged
from helpers.lessons import LESSONS, find_exercise

ROOT = Path(__file__).parents[1]
LESSON = next(lesson for lesson in LESSONS if lesson.name == "forward_loop")
MONDAY = datetime(2030, 1, 7, 10, tzinfo=UTC)
ANSI_RED = "\x1b[31m"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return course_folder(tmp_path / "course", LESSON)


@pytest.fixture
def book(root: Path):
    with Book(root, patience=5) as book:
        yield book


def verdict(exercise: str, status: str) -> Verdict:
    said = {"passed": "Right on all cases.", "failed": "The state `h` is not carried over."}
    return Verdict(exercise, status, said.get(status, "It stopped."), misconception="")


def graded(
    learner: str, *statuses: str, key: str = "first", at: datetime | None = MONDAY, **changes
) -> Graded:
    """A submission's outcome; one status stands for all exercises."""
    statuses = statuses * len(LESSON.exercises) if len(statuses) == 1 else statuses
    return Graded(
        learner=learner,
        lesson=LESSON.folder,
        submitted_at=at,
        key=key,
        judged=tuple(
            Judged(exercise=name, verdict=verdict(name, status), source=f"def {name}(x):\n    return {key!r}")
            for name, status in zip(LESSON.exercises, statuses, strict=True)
        ),
        **changes,
    )


def points(*statuses: str) -> dict[str, float]:
    return {
        f"check_{name}": float(find_exercise(name).stars) if status == "passed" else 0.0
        for name, status in zip(LESSON.exercises, statuses, strict=True)
    }


def in_gradebook(root: Path) -> dict:
    """All that the gradebook says of submissions."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn_by_hand") as gradebook:
        return {
            (submission.student.id, assignment.name, notebook.name): {
                "at": submission.timestamp,
                "penalty": notebook.late_submission_penalty,
                "flagged": notebook.flagged,
                "score": notebook.score,
                "max": notebook.max_score,
                "failed tests": notebook.failed_tests,
                "grades": {
                    grade.name: (
                        grade.auto_score,
                        grade.manual_score,
                        grade.extra_credit,
                        grade.needs_manual_grade,
                        grade.max_score,
                    )
                    for grade in notebook.grades
                },
                "comments": {
                    comment.name: (comment.auto_comment, comment.manual_comment)
                    for comment in notebook.comments
                },
            }
            for assignment in gradebook.assignments
            for submission in assignment.submissions
            for notebook in submission.notebooks
        }


def auto_scores(root: Path, learner: str) -> dict[str, float]:
    grades = in_gradebook(root)[learner, LESSON.folder, LESSON.name]["grades"]
    return {name: auto for name, (auto, *_) in grades.items()}


def kept_cells(root: Path) -> dict:
    """All that the gradebook says of the lesson itself."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn_by_hand") as gradebook:
        (assignment,) = gradebook.assignments
        (notebook,) = assignment.notebooks
        cells = [
            *notebook.grade_cells,
            *notebook.solution_cells,
            *notebook.task_cells,
            *notebook.source_cells,
        ]
        facts = [{**cell.to_dict(), "kind": type(cell).__name__, "id": ""} for cell in cells]
        return {
            "assignment": (assignment.name, assignment.course_id, assignment.duedate),
            "notebook": (notebook.name, notebook.kernelspec),
            "cells": sorted(facts, key=lambda facts: (facts["kind"], facts["name"])),
        }


def by_a_person(root: Path, learner: str) -> None:
    """What an instructor adds in formgrader."""
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "rnn_by_hand") as gradebook:
        at = (LESSON.name, LESSON.folder, learner)
        grade = gradebook.find_grade("check_dense", *at)
        grade.manual_score, grade.needs_manual_grade = 0.5, False
        gradebook.find_grade("check_forward", *at).extra_credit = 1.5
        gradebook.find_comment("dense", *at).manual_comment = "See me about the shapes."
        gradebook.find_submission_notebook(*at).flagged = True
        gradebook.db.commit()


class Plain:
    """nbgrader on its own, on notebooks that were run already: no kernel is waited for."""

    def __init__(self, root: Path, late: str = "none"):
        self.root = root
        self.config = open_course(root).config
        self.config.LateSubmissionPlugin.penalty_method = late
        self.config.Autograde.sanitize_preprocessors = [
            DeduplicateIds,
            OverwriteKernelspec,
            OverwriteCells,
            CheckCellMetadata,
        ]
        self.config.Autograde.autograde_preprocessors = [
            LimitOutput,
            SaveAutoGrades,
            AssignLatePenalties,
            CheckCellMetadata,
        ]
        self._run(GenerateAssignment)

    def _run(self, converter, learner: str = "*", **settings):
        course = CourseDirectory(config=self.config)
        course.assignment_id, course.student_id = LESSON.folder, learner
        converter(coursedir=course, config=self.config, **settings).start()

    def autograde(self, result: Graded) -> None:
        copy = GradedCopies(kept_notebook(open_course(self.root), LESSON.folder)).copy_of(result)
        del copy.metadata[METADATA]
        folder = self.root / "submitted" / result.learner / LESSON.folder
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(copy, folder / f"{LESSON.name}.ipynb")
        (folder / "timestamp.txt").write_text(f"{result.submitted_at:%Y-%m-%d %H:%M:%S.%f} UTC")
        self._run(Autograde, result.learner, force=True)


def feedback(root: Path, learner: str) -> str:
    course = open_course(root)
    course.assignment_id, course.student_id = LESSON.folder, learner
    GenerateFeedback(coursedir=course, config=course.config, force=True).start()
    return (root / "feedback" / learner / LESSON.folder / f"{LESSON.name}.html").read_text(encoding="utf-8")


def formgrader_page(root: Path, learner: str) -> str:
    """What formgrader's handler makes of a graded notebook."""
    import nbgrader.server_extensions.formgrader as formgrader

    templates = str(Path(formgrader.__file__).with_name("templates"))
    exporter = HTMLExporter(template_name="formgrade", extra_template_basedirs=[templates])
    path = root / "autograded" / learner / LESSON.folder / f"{LESSON.name}.ipynb"
    resources = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url", "student"), "x")
    resources |= dict.fromkeys(("last_name", "first_name", "notebook_path"), "x") | {"index": 0, "total": 1}
    return exporter.from_filename(str(path), resources=resources)[0]


class Tags(HTMLParser):
    """The tags of a page with their attributes, and the text that is not inside of a script or a style."""

    def __init__(self, page: str):
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self._silent = False
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._silent = tag in ("script", "style")

    def handle_endtag(self, tag):
        self._silent = False

    def handle_data(self, data):
        self.text += "" if self._silent else data


def test_the_gradebook_gets_what_nbgrader_would_have_written(tmp_path, root, book):
    plain = Plain(course_folder(tmp_path / "plain", LESSON))
    book.prepare(LESSON.folder)
    assert kept_cells(root) == kept_cells(plain.root)

    first = graded("ada", "passed", "failed", "not written", "error")
    untouched = first.judged[2].model_copy(update={"source": released_source("forward")})
    first = first.model_copy(update={"judged": (*first.judged[:2], untouched, first.judged[3])})
    book.write(first)
    plain.autograde(first)
    assert in_gradebook(root) == in_gradebook(plain.root)
    assert in_gradebook(root)["ada", LESSON.folder, LESSON.name]["comments"]["forward"][0] == "No response."

    by_a_person(root, "ada")
    by_a_person(plain.root, "ada")
    second = graded("ada", "failed", "passed", "passed", "error", at=MONDAY + timedelta(days=1), key="second")
    book.write(second)
    plain.autograde(second)
    assert in_gradebook(root) == in_gradebook(plain.root)
    kept = in_gradebook(root)["ada", LESSON.folder, LESSON.name]
    assert kept["grades"]["check_dense"][1] == 0.5
    assert kept["grades"]["check_dense"][3], "a person's points are to be looked at again"
    assert kept["grades"]["check_forward"][2] == 1.5
    assert kept["comments"]["dense"][1] == "See me about the shapes."
    assert kept["flagged"]


@pytest.mark.parametrize("late", ["none", "zero"])
def test_late_penalties_are_those_of_nbgraders_plugin(tmp_path, root, late):
    with open(root / "nbgrader_config.py", "a") as settings:
        settings.write(f'\nc.LateSubmissionPlugin.penalty_method = "{late}"\n')
    plain = Plain(course_folder(tmp_path / "plain", LESSON), late)
    with Book(root) as book:
        book.prepare(LESSON.folder)
        for place in (root, plain.root):
            with Gradebook(f"sqlite:///{place / 'gradebook.db'}", "rnn_by_hand") as gradebook:
                gradebook.update_or_create_assignment(LESSON.folder, duedate="2030-01-01 00:00:00 UTC")
        for result in (graded("ada", "passed"), graded("ada", "failed", key="second")):
            book.write(result)
            plain.autograde(result)
            assert in_gradebook(root) == in_gradebook(plain.root)


def released_source(name: str) -> str:
    released = nbformat.read(ROOT / "notebooks" / LESSON.folder / f"{LESSON.name}.ipynb", 4)
    return next(
        cell.source for cell in released.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == name
    )


def test_what_is_graded_is_not_graded_again_and_anything_else_is(root, book):
    assert not book.is_graded("ada", LESSON.folder, "first")
    path = book.write(graded("ada", "passed"))
    assert book.is_graded("ada", LESSON.folder, "first")
    assert not book.is_graded("ada", LESSON.folder, "second")
    assert not book.is_graded("bob", LESSON.folder, "first")
    by_a_person(root, "ada")
    assert book.is_graded("ada", LESSON.folder, "first"), "a person's points are no reason"

    kept = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(kept[: len(kept) // 2])
    assert not book.is_graded("ada", LESSON.folder, "first")
    book.write(graded("ada", "passed"))
    assert book.is_graded("ada", LESSON.folder, "first")

    with sqlite3.connect(root / "gradebook.db") as connection:
        connection.execute("UPDATE grade SET auto_score = 0 WHERE auto_score = 2")
    assert not book.is_graded("ada", LESSON.folder, "first"), "the gradebook says something else"
    book.write(graded("ada", "passed"))
    (root / "gradebook.db").unlink()
    with Book(root) as anew:
        assert not anew.is_graded("ada", LESSON.folder, "first"), "the gradebook was lost"
        anew.write(graded("ada", "passed"))
        assert anew.is_graded("ada", LESSON.folder, "first")


def test_a_gradebook_put_back_from_a_backup_is_brought_up_to_date(root, book):
    book.write(graded("ada", "failed", key="first"))
    backup = (root / "gradebook.db").read_bytes()
    book.write(graded("ada", "passed", key="second"))
    (root / "gradebook.db").write_bytes(backup)
    assert not book.is_graded("ada", LESSON.folder, "second")
    book.write(graded("ada", "passed", key="second"))
    assert auto_scores(root, "ada") == points(*["passed"] * 4)


def test_a_submission_never_keeps_a_score_that_an_older_one_earned(root, book):
    book.write(graded("ada", "passed"))
    book.write(graded("ada", "not run", key="unreadable", at=None, remarks=("The notebook cannot be read.",)))
    assert auto_scores(root, "ada") == points(*["failed"] * 4)
    assert in_gradebook(root)["ada", LESSON.folder, LESSON.name]["at"] is None
    assert not (root / "autograded/ada" / LESSON.folder / "timestamp.txt").exists()

    book.write(graded("ada", "passed", key="third"))
    silent = graded("ada", "passed", key="fourth")
    book.write(silent.model_copy(update={"judged": silent.judged[:1]}))
    assert auto_scores(root, "ada") == points("passed", *["failed"] * 3), "silence is no pass"
    assert "has said nothing" in formgrader_page(root, "ada")


def test_nbgrader_scores_the_graded_copy_as_the_grader_did(root, book):
    statuses = ("passed", "failed", "error", "not written")
    path = book.write(graded("ada", *statuses))
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    scores = {
        cell.metadata.nbgrader.grade_id: determine_grade(cell)[0] for cell in notebook.cells if is_grade(cell)
    }
    assert scores == points(*statuses)
    assert read_graded(path) == graded("ada", *statuses)


def test_formgrader_takes_the_submission_for_autograded(root, book):
    folder = root / "submitted/ada" / LESSON.folder
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "notebooks" / LESSON.folder / f"{LESSON.name}.ipynb", folder)
    (folder / "timestamp.txt").write_text("2030-01-07 10:00:00 UTC")
    course = open_course(root)
    assert not NbGraderAPI(course).get_submission(LESSON.folder, "ada")["autograded"]
    book.write(graded("ada", "passed", "passed", "failed", "passed", at=MONDAY))
    seen = NbGraderAPI(course).get_submission(LESSON.folder, "ada")
    assert (seen["autograded"], seen["score"], seen["max_score"]) == (True, 4, 6)
    (listed,) = NbGraderAPI(course).get_notebook_submissions(LESSON.folder, LESSON.name)
    assert listed["failed_tests"]


def test_explanations_keep_their_outputs_and_answers_show_what_they_printed(root, book):
    one = graded("ada", "passed")
    printing = one.judged[0].model_copy(update={"printed": "h has 5 numbers\n"})
    path = book.write(one.model_copy(update={"judged": (printing, *one.judged[1:])}))
    copy = nbformat.read(path, as_version=4)
    source = nbformat.read(root / "solutions" / LESSON.folder / path.name, as_version=4)
    assert len(copy.cells) == len(source.cells)
    for cell, original in zip(copy.cells, source.cells, strict=True):
        if "nbgrader" not in cell.metadata:
            assert cell == original
    answer = next(cell for cell in copy.cells if is_solution(cell))
    assert (answer.source, answer.outputs[0].text) == (printing.source, "h has 5 numbers\n")
    assert "### BEGIN SOLUTION" not in path.read_text()


def test_files_that_plain_autograding_copied_are_cleared_away(root, book):
    folder = root / "autograded/ada" / LESSON.folder
    (folder / "sub").mkdir(parents=True)
    (folder / "evil.html").write_text("<script>")
    (folder / "sub/more.py").write_text("")
    outside = root / "outside.txt"
    outside.write_text("stays")
    (folder / "link").symlink_to(outside)
    (folder / "up").symlink_to(root)
    book.write(graded("ada", "passed"))
    assert sorted(path.name for path in folder.iterdir()) == [f"{LESSON.name}.ipynb", "timestamp.txt"]
    assert outside.read_text() == "stays"


HOSTILE = (
    "<script>HOSTILE()</script><img src=x onerror='HOSTILE()'><b>bold</b> </pre></div>"
    "<svg onload=HOSTILE()> $\\def\\x{HOSTILE}\\href{javascript:HOSTILE()}{x}$ "
    "`<i>code</i>` {{ 7*7 }} {% raw %}"
    f"{ANSI_RED}red\x1b[0m \x1b]8;;http://hostile.example\x07link\x1b]8;;\x07 "
    "\u202eesrever\u202c \x9b31m \ud83d \x00 "
    "&#x3c;script&#x3e; javascript:HOSTILE() \r overwritten"
)


def hostile(learner: str) -> Graded:
    said = Verdict(
        "rnn_step",
        "failed",
        HOSTILE,
        facts=((HOSTILE, HOSTILE), ("Numbers", HOSTILE)),
        code=HOSTILE,
        printed=HOSTILE,
    )
    one = graded(learner, "failed", remarks=(HOSTILE,))
    first = Judged(
        exercise="rnn_step", verdict=said, source=f"%%html\n{HOSTILE}\n%%javascript", printed=HOSTILE
    )
    return one.model_copy(update={"judged": (first, *one.judged[1:])})


@pytest.mark.parametrize("page_of", [feedback, formgrader_page])
def test_nothing_of_a_learners_gives_orders_to_a_browser(root, book, page_of):
    book.write(graded("calm", "failed"))
    book.write(hostile("ada"))
    nbformat.validate(nbformat.read(root / "autograded/ada" / LESSON.folder / f"{LESSON.name}.ipynb", 4))
    assert book.is_graded("ada", LESSON.folder, "first")
    calm, page = Tags(page_of(root, "calm")), Tags(page_of(root, "ada"))
    assert "HOSTILE" in page.text
    active = {"script", "img", "svg", "iframe", "b", "i", "a", "object", "link", "style"}
    for tag in active:
        ours = sum(name == tag for name, _ in page.tags)
        assert ours == sum(name == tag for name, _ in calm.tags), tag
    attributes = {name for _, attributes in page.tags for name in attributes if name.startswith("on")}
    assert attributes == {name for _, attributes in calm.tags for name in attributes if name.startswith("on")}
    assert not any("HOSTILE" in str(value) for _, attributes in page.tags for value in attributes.values())
    assert not re.search("[\x00\x1b\x9b\u202e]", page.text)
    assert "ansi-red" not in str(page.tags), "colours are the first thing that a terminal's orders can do"


def test_what_mathjax_would_typeset_lies_where_it_does_not_look(root, book):
    book.write(hostile("ada"))

    class Where(Tags):
        path: list[str]

        def handle_starttag(self, tag, attrs):
            self.path = [*getattr(self, "path", []), f"{tag}.{dict(attrs).get('class', '')}"]

        def handle_endtag(self, tag):
            while self.path and not self.path.pop().startswith(f"{tag}."):
                pass

        def handle_data(self, data):
            if "\\href{javascript" in data:
                quiet = [each for each in self.path if each.startswith("pre.") or "tex2jax_ignore" in each]
                assert quiet, self.path

    for page_of in (feedback, formgrader_page):
        Where(page_of(root, "ada"))


def test_feedback_says_each_verdict_and_keeps_what_is_hidden(root, book):
    from helpers.checking.check import verdict_on

    exercise = find_exercise("dense")

    def dense(h, Wo, bo):
        return Wo.T @ h

    found = verdict_on(exercise, dense, 2026, show_numbers=False)
    assert found.misconception
    one = graded("ada", "passed", "failed", "error", "not written")
    told = one.judged[1].model_copy(update={"verdict": found})
    book.write(one.model_copy(update={"judged": (one.judged[0], told, *one.judged[2:])}))
    page = feedback(root, "ada")
    text = " ".join(Tags(page).text.split())
    assert " ".join(found.headline.replace("`", "").split()) in text
    for said in ("rnn_step: passed", "dense: not yet", "forward: stopped with an error", "not written"):
        assert said in text
    assert "Score: 1.0 / 6.0" in text
    assert "HIDDEN" not in page
    assert not re.search(r"seed\s*=\s*2026", text)
    numbers = {
        repr(abs(value))[:9]
        for case in exercise.draw(2026)
        for array in case.inputs.values()
        for value in array.ravel().tolist()
        if len(repr(value)) > 9
    }
    assert not [number for number in numbers if number in page]


def test_preparing_a_lesson_twice_changes_nothing(root, book):
    book.prepare(LESSON.folder)
    with sqlite3.connect(root / "gradebook.db") as connection:
        before = sorted(connection.execute("SELECT id, name FROM base_cell"))
    files = sorted(root.rglob("*"))
    with Book(root) as again:
        again.prepare(LESSON.folder)
    with sqlite3.connect(root / "gradebook.db") as connection:
        assert sorted(connection.execute("SELECT id, name FROM base_cell")) == before
    assert sorted(root.rglob("*")) == files
    Plain(root)  # and nbgrader itself goes on from there
    assert kept_cells(root)["cells"]


def test_a_changed_check_reaches_the_gradebook(root, book):
    book.write(graded("ada", "passed"))
    path = root / "solutions" / LESSON.folder / f"{LESSON.name}.ipynb"
    source = nbformat.read(path, as_version=4)
    for cell in source.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "check_dense":
            cell.metadata.nbgrader.points = 5
    nbformat.write(source, path)
    with Book(root) as anew:
        assert not anew.is_graded("ada", LESSON.folder, "first")
        anew.write(graded("ada", "passed"))
    assert auto_scores(root, "ada")["check_dense"] == 5


def test_cells_that_come_or_go_after_grading_are_refused_as_nbgrader_does(root, book):
    book.write(graded("ada", "passed"))
    path = root / "solutions" / LESSON.folder / f"{LESSON.name}.ipynb"
    source = nbformat.read(path, as_version=4)
    source.cells = [cell for cell in source.cells if cell.id != "check_dense"]
    nbformat.write(source, path)
    before = in_gradebook(root)
    with Book(root) as anew, pytest.raises(CourseError, match="give the changed lesson another gradebook"):
        anew.write(graded("ada", "failed"))
    assert in_gradebook(root) == before


@pytest.mark.parametrize("learner", ["", ".", "..", "../bob", "a/b", "nul\0", "\udce9"])
def test_a_name_that_leads_elsewhere_is_refused(root, book, learner):
    with pytest.raises(CourseError, match="cannot be the name"):
        book.write(graded(learner, "passed"))
    assert not (root / "autograded").exists()


@pytest.mark.parametrize(
    "learner", ["=cmd|' calc'!A0", "Ada Lovelace", "ada{0}", "a*b[c]", "élève", "%s'; DROP"]
)
def test_a_name_that_is_only_odd_is_graded(root, book, learner):
    book.write(graded(learner, "passed"))
    assert book.is_graded(learner, LESSON.folder, "first")
    assert auto_scores(root, learner) == points(*["passed"] * 4)


def test_a_folder_without_settings_and_an_unknown_lesson_are_said(tmp_path, root, book):
    with pytest.raises(CourseError, match=r"nbgrader_config\.py"):
        Book(tmp_path)
    with pytest.raises(CourseError, match="05_forward"):
        book.prepare("05_forward")


def test_a_locked_gradebook_is_waited_for(root, book):
    book.prepare(LESSON.folder)
    other = sqlite3.connect(root / "gradebook.db", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.5, lambda: other.execute("COMMIT")).start()
    book.write(graded("ada", "passed"))
    assert book.is_graded("ada", LESSON.folder, "first")
    other.close()


def test_a_gradebook_that_stays_locked_is_one_sentence_and_nothing_is_written(root, book):
    path = book.write(graded("ada", "failed"))
    before = path.read_bytes()
    other = sqlite3.connect(root / "gradebook.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Book.__new__(Book) as impatient:
        impatient.__dict__ |= book.__dict__ | {"_patience": 0.3}
        from helpers.grading import gradebook

        impatient._engine = gradebook._engine(book.course.db_url, 0.3)
        with pytest.raises(GradebookError, match="in use by another program"):
            impatient.write(graded("ada", "passed", key="second"))
    other.close()
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, "timestamp.txt"]
    assert auto_scores(root, "ada") == points(*["failed"] * 4)


def test_graders_that_cross_and_connections_that_are_cut_are_told_apart(root, book, monkeypatch):
    """Of the first a few are borne, of the others as many as time allows; neither counts as the other."""
    in_the_way = sqlite3.OperationalError("database is locked")
    crossing = [
        IntegrityError("INSERT", {}, Exception("duplicate key")),
        ProgrammingError("CREATE TABLE", {}, Exception('relation "student" already exists')),
    ]
    cut = [OperationalError("UPDATE", {}, in_the_way)] * 2 * AT_ONCE
    problems = [*cut, *crossing]
    record = Book._record

    def recording(*arguments):
        if problems:
            raise problems.pop(0)
        record(*arguments)

    monkeypatch.setattr(Book, "_record", recording)
    monkeypatch.setattr("helpers.grading.gradebook.PAUSE", 0.001)
    book.write(graded("ada", "passed"))
    assert sum(auto_scores(root, "ada").values()) == sum(find_exercise(n).stars for n in LESSON.exercises)
    problems += crossing[:1] * AT_ONCE
    with pytest.raises(GradebookError):
        book.write(graded("bob", "passed"))


def test_what_is_wrong_with_a_gradebook_is_one_sentence(root):
    (root / "gradebook.db").write_text("This is a text, and quite a long one.\n" * 100)
    with pytest.raises(GradebookError, match="is damaged, or is none"):
        Book(root)
    with pytest.raises(GradebookError, match="no address"):
        Book(root, "nonsense")
    with pytest.raises(GradebookError, match="cannot be written"):
        Book(root, f"sqlite:///{root}/no/such/folder/gradebook.db")


def test_a_disk_that_is_full_changes_nothing(root, book, monkeypatch):
    path = book.write(graded("ada", "failed"))
    before = path.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(GradebookError, match="no room left"):
        book.write(graded("ada", "passed", key="second"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert sorted(each.name for each in path.parent.iterdir()) == [path.name, "timestamp.txt"]
    assert auto_scores(root, "ada") == points(*["failed"] * 4)


def test_a_gradebook_that_is_full_rolls_back(root, book):
    book.write(graded("ada", "failed"))
    from sqlalchemy import event

    pages = sqlite3.connect(root / "gradebook.db").execute("PRAGMA page_count").fetchone()[0]
    event.listen(
        book._engine, "connect", lambda connection, _: connection.execute(f"PRAGMA max_page_count = {pages}")
    )

    def write_many():
        for number in range(200):
            book.write(graded(f"learner {number}", "passed"))

    with pytest.raises(GradebookError, match="no room left"):
        write_many()
    submissions = in_gradebook(root)
    assert auto_scores(root, "ada") == points(*["failed"] * 4)
    for (learner, _, _), facts in submissions.items():
        assert facts["score"] == (0 if learner == "ada" else 6), "never half a submission"


def test_two_graders_and_formgrader_at_once_lose_nothing(root):
    learners = [f"learner {number}" for number in range(6)]
    failures = []

    def write(own):
        try:
            with Book(root) as book:
                for learner in own:
                    book.write(graded(learner, "passed"))
        except Exception as problem:
            failures.append(problem)

    with Book(root) as book:
        for learner in learners:
            book.write(graded(learner, "failed", key="old"))
    threads = [threading.Thread(target=write, args=(own,)) for own in (learners, learners[::-1])]
    for thread in threads:
        thread.start()
    for learner in learners:
        by_a_person(root, learner)
    for thread in threads:
        thread.join()
    assert not failures
    for (learner, _, _), facts in in_gradebook(root).items():
        assert facts["grades"]["check_dense"][:2] == (1, 0.5), learner
        assert facts["comments"]["dense"][1] == "See me about the shapes."
        assert facts["score"] == 0.5 + 6 - 1 + 1.5
    with Book(root) as book:
        assert all(book.is_graded(learner, LESSON.folder, "first") for learner in learners)


KILLS = 25


@pytest.mark.skipif(sys.platform == "win32", reason="no fork")
def test_a_grader_killed_at_any_moment_leaves_nothing_lost_doubled_or_stale(root):
    chance = random.Random(5)
    learners = [f"learner {number}" for number in range(5)]
    wrong = ("failed", "passed", "failed", "error")
    with Book(root) as book:
        for learner in learners:
            book.write(graded(learner, "passed", key="0"))
        by_a_person(root, learners[0])
    for round_ in range(1, KILLS + 1):
        statuses = ("passed",) * 4 if round_ % 2 else wrong
        child = os.fork()
        if child == 0:
            try:
                with Book(root) as book:
                    for learner in itertools.cycle(learners):
                        # Whole runs, with and without what is there already.
                        book.write(graded(learner, *statuses, key=str(round_)))
            finally:
                os._exit(1)
        time.sleep(chance.uniform(0.02, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)

        with Book(root) as book:
            missing = [who for who in learners if not book.is_graded(who, LESSON.folder, str(round_))]
            for learner in missing:
                book.write(graded(learner, *statuses, key=str(round_)))
            assert all(book.is_graded(learner, LESSON.folder, str(round_)) for learner in learners)
        found = in_gradebook(root)
        assert {learner for learner, _, _ in found} == set(learners)
        for learner in learners:
            assert auto_scores(root, learner) == points(*statuses)
            folder = root / "autograded" / learner / LESSON.folder
            assert sorted(path.name for path in folder.iterdir()) == [f"{LESSON.name}.ipynb", "timestamp.txt"]
            notebook = json.loads((folder / f"{LESSON.name}.ipynb").read_bytes())
            assert notebook["metadata"][METADATA]["key"] == str(round_)
        kept = found[learners[0], LESSON.folder, LESSON.name]
        assert kept["grades"]["check_dense"][1] == 0.5
        assert kept["comments"]["dense"][1] == "See me about the shapes."
    with sqlite3.connect(root / "gradebook.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for table, due in (("student", 5), ("submitted_notebook", 5), ("grade", 20), ("comment", 20)):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (due,)
