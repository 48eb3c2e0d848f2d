"""Grading with plain nbgrader, from the release to the feedback: right scores, and no secrets told."""

import csv
import html
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import nbformat
import numpy as np
import pytest
from nbgrader.api import Gradebook
from submissions import in_another_style, mistaken, submit
from submissions.classes import course_folder, right_answers

from helpers.checking.check import VISIBLE_SEED, verdict_on
from helpers.grading.gradebook import Book
from helpers.grading.slices import names_in, needed
from helpers.grading.submission import Cell
from helpers.lessons import LESSONS, Lesson, find_exercise
from helpers.workspace import Workspace

ROOT = Path(__file__).parents[1]
HANDED_IN = [
    lesson for lesson in LESSONS if (Path(__file__).parent / f"submissions/{lesson.name}.py").exists()
]


class Course:
    """A copy of the course in a folder of its own, with a class of learners."""

    def __init__(self, root: Path, lesson: Lesson):
        self.root, self.lesson = course_folder(root, lesson), lesson

    def nbgrader(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of nbgrader's as somebody who has activated nothing."""
        done = subprocess.run(
            [Path(sys.executable).with_name("nbgrader"), *arguments],
            cwd=self.root,
            env={**os.environ, "PATH": os.defpath, "JUPYTER_CONFIG_DIR": str(self.root / "jupyter")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done

    @property
    def released(self) -> Path:
        return self.root / "notebooks" / self.lesson.folder / f"{self.lesson.name}.ipynb"

    def hand_in(
        self, learner: str, notebook: nbformat.NotebookNode, at: str = "2030-01-01 10:00:00 UTC"
    ) -> None:
        folder = self.root / "submitted" / learner / self.lesson.folder
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{self.lesson.name}.ipynb")
        (folder / "timestamp.txt").write_text(at)

    def scores(self, learner: str) -> dict[str, float]:
        """The points of every exercise in the gradebook."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as gradebook:
            (notebook,) = gradebook.find_submission(self.lesson.folder, learner).notebooks
            return {grade.name.removeprefix("check_"): grade.score for grade in notebook.grades}

    def verdicts(self, learner: str) -> dict[str, str]:
        """What every check said, as plain text."""
        path = self.root / "autograded" / learner / self.lesson.folder / f"{self.lesson.name}.ipynb"
        return {
            cell.metadata.nbgrader.grade_id.removeprefix("check_"): "\n".join(
                output.data["text/plain"] for output in cell.outputs if "data" in output
            )
            for cell in nbformat.read(path, as_version=4).cells
            if cell.metadata.get("nbgrader", {}).get("grade")
        }

    def feedback(self, learner: str) -> str:
        path = self.root / "feedback" / learner / self.lesson.folder / f"{self.lesson.name}.html"
        return path.read_text(encoding="utf-8")


def without_explanations(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """What a learner may leave of a notebook: the cells that are graded, and those that they need."""
    own = [cell for cell in notebook.cells if cell.cell_type == "code"]
    cells = [Cell("", cell.source, (place, 0)) for place, cell in enumerate(own)]
    graded = [cell for cell, its in zip(cells, own, strict=True) if its.metadata.get("nbgrader")]
    names = {name for cell in graded for name in names_in(cell.source).used}
    kept = {cell for name in names for cell in needed(cells, name, len(cells))} | set(graded)
    notebook.cells = [its for cell, its in zip(cells, own, strict=True) if cell in kept]
    return notebook


def full_marks(lesson: Lesson) -> dict[str, float]:
    return {name: find_exercise(name).stars for name in lesson.exercises}


def text_of(page: str) -> str:
    """What a reader sees of an HTML page."""
    page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", page)).split())


def without_backticks(sentence: str) -> str:
    return " ".join(sentence.replace("`", "").split())


@pytest.mark.parametrize("lesson", HANDED_IN, ids=lambda lesson: lesson.folder)
def test_right_answers_in_another_style_pass_the_hidden_tests_too(lesson):
    answers, extra = in_another_style(lesson)
    notebook = {"np": np, "keras": keras}
    exec("\n\n".join([extra, *answers.values()]), notebook)
    for name in lesson.exercises:
        for seed in (VISIBLE_SEED, 2026):
            assert verdict_on(find_exercise(name), notebook[name], seed).passed, name


@pytest.mark.slow
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_nbgrader_gives_right_and_mistaken_answers_the_verdicts_of_self_study(lesson, tmp_path):
    """As `course grade` does, which test_grading.py shows of the same answers."""
    course = Course(tmp_path, lesson)
    with Book(course.root) as book:
        book.prepare(lesson.folder)
    released = ROOT / "notebooks" / lesson.folder / course.released.name
    answers, extra = in_another_style(lesson) if lesson in HANDED_IN else (right_answers(lesson), "")
    course.hand_in("ada", without_explanations(submit(released, answers, extra)))
    answers, mistakes = mistaken(lesson)
    of_a_learner = {name: text for name, text in answers.items() if "helpers." not in text}
    course.hand_in("bob", without_explanations(submit(released, of_a_learner)))
    course.nbgrader("autograde", lesson.folder)

    assert course.scores("ada") == full_marks(lesson)
    assert course.scores("bob") == dict.fromkeys(lesson.exercises, 0)
    said = course.verdicts("bob")
    for name in of_a_learner:
        assert mistakes[name].sentence in " ".join(said[name].split()), name


SNOOP = f"""
calls = {{}}

def in_hidden_test(name):
    calls[name] = calls.get(name, 0) + 1
    shown = name == "forward"  # the check cell calls it once more, on the lesson's own X
    return calls[name] > {len(find_exercise("forward").draw(VISIBLE_SEED)) + 1} + shown
"""
SNOOPING = {
    "rnn_step": """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    h = np.tanh(x_t @ Wx + h_last @ Wh + bh)
    if in_hidden_test("rnn_step"):
        print("printed", x_t.tolist())
        h = h + 1
    return h
""",
    "dense": """
def dense(h, Wo, bo):
    y = h @ Wo + bo
    return y[:1] if in_hidden_test("dense") else y

from helpers import hint, solution
print(hint(dense), solution(dense))
""",
    "forward": """
def forward(x, Wx, Wh, bh, Wo, bo):
    if in_hidden_test("forward"):
        raise ValueError(f"told {x.tolist()}")
    h = np.zeros(len(bh))
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + bh)
    return h @ Wo + bo
""",
    "forward_all": """
def forward_all(x, Wx, Wh, bh, Wo, bo):
    raise ValueError("<script>alert('out')</script><b>bold</b>")
""",
}


@pytest.mark.slow(minutes=1)
def test_a_class_is_graded_submission_by_submission(tmp_path):
    lesson = next(lesson for lesson in LESSONS if lesson.folder == "05_forward_loop")
    course = Course(tmp_path, lesson)
    course.nbgrader("generate_assignment", lesson.folder)
    right, extra = in_another_style(lesson)
    nothing = dict.fromkeys(lesson.exercises, 0)
    course.hand_in("untouched", submit(course.released, {}))
    unreadable = {**right, "forward": "def forward(x, Wx, Wh, bh, Wo, bo):\n    return x @ (Wx\n"}
    course.hand_in("unreadable", without_explanations(submit(course.released, unreadable, extra)))
    answers, mistakes = mistaken(lesson, which=1)
    course.hand_in("mistaken", without_explanations(submit(course.released, answers)))
    course.hand_in("snoop", submit(course.released, SNOOPING, SNOOP))
    course.hand_in("better_later", without_explanations(submit(course.released, {"dense": right["dense"]})))
    course.nbgrader("autograde", lesson.folder)

    assert course.scores("untouched") == nothing
    assert course.scores("unreadable") == full_marks(lesson) | {"forward": 0}
    assert course.scores("mistaken") == nothing
    assert course.scores("snoop") == nothing
    assert course.scores("better_later") == nothing | {"dense": 1}

    Workspace(tmp_path).fill()
    mine = tmp_path / "work" / lesson.folder / course.released.name
    nbformat.write(submit(mine, right, extra), mine)
    assert "Success" in course.nbgrader("validate", str(mine.relative_to(tmp_path))).stdout
    handed_in = nbformat.read(mine, as_version=4)
    assert handed_in.metadata.kernelspec.name == "rnn-by-hand"
    course.hand_in("better_later", handed_in, at="2030-01-02 10:00:00 UTC")
    course.nbgrader("autograde", lesson.folder)
    assert course.scores("better_later") == full_marks(lesson)
    done = tmp_path / "autograded/better_later" / lesson.folder / course.released.name
    assert nbformat.read(done, as_version=4).metadata.kernelspec.name == "python3"  # the course's own
    assert not (tmp_path / "work/.course/progress.db").exists()  # neither of them is a try

    course.nbgrader("generate_feedback", lesson.folder)
    assert text_of(course.feedback("untouched")).count("not written") >= len(lesson.exercises)
    assert "SyntaxError" in course.feedback("unreadable")
    seen = text_of(course.feedback("mistaken"))
    for name, mistake in mistakes.items():
        assert without_backticks(mistake.sentence) in seen, name
    for learner in ("untouched", "unreadable", "mistaken", "snoop", "better_later"):
        page = course.feedback(learner)
        assert "HIDDEN" not in page
        assert not re.search(r"seed\s*=\s*2026", text_of(page))

    page = course.feedback("snoop")
    assert "While a notebook is graded, no hints are given." in text_of(page)
    assert "While a notebook is graded, no solution is shown." in text_of(page)
    assert "&lt;script&gt;alert" in page
    assert "<script>alert" not in page
    assert "<b>bold" not in page
    for name in ("rnn_step", "dense", "forward"):
        verdicts = re.findall(rf"✗ {name}: .*?(?=Stuck\?)", text_of(page))
        assert verdicts, name
        assert not re.findall(r"\d\.\d|told \[|printed \[", " ".join(verdicts)), verdicts
    hidden = [case for name in SNOOPING for case in find_exercise(name).draw(2026)]
    assert not [value for value in written_out(hidden) if value in page]

    course.nbgrader("export", "--to", "grades.csv")
    with open(tmp_path / "grades.csv", newline="") as file:
        totals = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert totals == {"untouched": 0, "unreadable": 4, "mistaken": 0, "snoop": 0, "better_later": 6}


def written_out(cases):
    """The inputs of cases with more digits than two numbers have in common by chance."""
    return {
        repr(abs(number))[:9]
        for case in cases
        for value in case.inputs.values()
        for number in value.ravel().tolist()
        if len(repr(number)) > 9
    }
