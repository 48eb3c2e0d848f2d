"""From an empty folder to a graded class and back to the learner, by nbgrader's exchange."""

import json
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
COMMANDS = """
import json, os, sys
from nbgrader.apps.nbgraderapp import NbGraderApp

for folder, *words in json.loads(sys.argv[1]):
    os.chdir(folder)
    NbGraderApp.launch_instance(words)
    NbGraderApp.clear_instance()
"""


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
    # As on a server: all of its users read where the exchange is.
    (tmp_path / "nbgrader_config.py").write_text(
        "c = get_config()\n"
        "c.CourseDirectory.course_id = 'rnn_by_hand'\n"
        f"c.Exchange.root = {str(exchange)!r}\n"
    )
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path)}

    def run(where, *command):
        done = subprocess.run(
            command, cwd=where, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def nbgrader(*commands):
        """Commands of the docs', each where it is given, in one process that has imported nbgrader."""
        here = f"--Exchange.root={exchange}"
        words = [
            [str(where), name, LESSON.folder, *([here] if where == course else [])]
            for where, name in commands
        ]
        run(tmp_path, sys.executable, "-c", COMMANDS, json.dumps(words))

    nbgrader((course, "generate_assignment"), (course, "release_assignment"), (learner, "fetch_assignment"))
    notebook = learner / LESSON.folder / f"{LESSON.name}.ipynb"
    assert "BEGIN SOLUTION" not in notebook.read_text()
    answers = right_answers(LESSON)
    answers["dense"] = "def dense(h, Wo, bo):\n    return h @ Wo"
    nbformat.write(submit(notebook, answers), notebook)
    nbgrader((learner, "submit"), (course, "collect"))
    own = Path(sys.executable).with_name("course")
    assert "1 submission graded" in run(course, own, "grade", "5")
    nbgrader((course, "generate_feedback"), (course, "release_feedback"), (learner, "fetch_feedback"))
    (page,) = learner.rglob(f"{LESSON.name}.html")
    words = re.sub(r"<[^>]*>", "", page.read_text(encoding="utf-8"))
    assert "dense: not yet" in words
    assert "rnn_step: passed" in words
    assert "reports" in run(course, own, "report", "5")
