"""`make grade`: the example class is graded, what is odd is said, and nobody's folder is cleared for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from helpers.grading.skeleton import find_lesson
from helpers.sandbox import bubblewrap

SCRIPT = Path(__file__).parent / "example_class.py"
LESSON = find_lesson("5")


def example_class(*arguments):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)], capture_output=True, text=True, check=False
    )


@pytest.mark.slow
@pytest.mark.skipif(
    not shutil.which(bubblewrap.PROGRAM) and not os.environ.get("CI"),
    reason="there is no bubblewrap here to grade in",
)
def test_the_example_class_is_graded_and_can_be_graded_again(tmp_path):
    folder = tmp_path / "class"
    done = example_class("--folder", folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "12 submissions graded" in done.stdout
    assert "6 of them all right" in done.stdout
    assert "example-11: forward: it ended its process" in done.stdout
    assert "example-12: not graded: it is no notebook" in done.stdout
    with Gradebook(f"sqlite:///{folder}/gradebook.db", "rnn_by_hand") as gradebook:
        points = {
            submission.student.id: submission.score
            for submission in gradebook.assignment_submissions(LESSON.folder)
        }
    assert sorted(points) == [f"example-{number:02d}" for number in range(1, 13)]
    assert points["example-01"] == points["example-12"] == 0
    assert 0 < points["example-11"] < max(points.values())


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("ten years")
    done = example_class("--folder", tmp_path)
    assert done.returncode == 1
    assert "holds something else than an example class" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]
