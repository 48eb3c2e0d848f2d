"""From an empty folder to a graded class and back to the learner, by nbgrader's exchange."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from submissions import submit
from submissions.classes import course_folder, right_answers

from helpers.grading.skeleton import find_lesson
from helpers.sandbox import bubblewrap

LESSON = find_lesson("5")


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which(bubblewrap.PROGRAM) and not os.environ.get("CI"),
    reason="there is no bubblewrap here to grade in",
)
def test_a_lesson_goes_out_comes_in_is_graded_and_goes_back(tmp_path):
    course, learner, exchange = tmp_path / "course", tmp_path / "learner", tmp_path / "exchange"
    for folder in (learner, exchange):
        folder.mkdir()
    course_folder(course, LESSON)

    def run(where, program, *words):
        """A command of the docs', with the exchange that a server's own settings would name."""
        own = learner / "jupyter"
        own.mkdir(exist_ok=True)
        (own / "nbgrader_config.py").write_text(
            "c = get_config()\n"
            "c.CourseDirectory.course_id = 'rnn_by_hand'\n"
            f"c.Exchange.root = {str(exchange)!r}\n"
        )
        environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(own)}
        options = [f"--Exchange.root={exchange}"] if program == "nbgrader" and where == course else []
        done = subprocess.run(
            [Path(sys.executable).with_name(program), *words, *options],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    run(course, "nbgrader", "generate_assignment", LESSON.folder)
    run(course, "nbgrader", "release_assignment", LESSON.folder)
    run(learner, "nbgrader", "fetch_assignment", LESSON.folder)
    notebook = learner / LESSON.folder / f"{LESSON.name}.ipynb"
    assert "BEGIN SOLUTION" not in notebook.read_text()
    answers = right_answers(LESSON)
    answers["dense"] = "def dense(h, Wo, bo):\n    return h @ Wo"
    nbformat.write(submit(notebook, answers), notebook)
    run(learner, "nbgrader", "submit", LESSON.folder)
    run(course, "nbgrader", "collect", LESSON.folder)
    said = run(course, "course", "grade", "5")
    assert "1 submission graded" in said
    run(course, "nbgrader", "generate_feedback", LESSON.folder)
    run(course, "nbgrader", "release_feedback", LESSON.folder)
    run(learner, "nbgrader", "fetch_feedback", LESSON.folder)
    (page,) = learner.rglob(f"{LESSON.name}.html")
    words = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
    assert "dense: not yet" in words
    assert "rnn_step: passed" in words
    assert "reports" in run(course, "course", "report", "5")
