"""`course grade`: the verdicts of self-study, for a whole class, whatever is killed on the way."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from nbgrader.api import Gradebook
from submissions import mistaken, submit
from submissions.classes import course_folder, hand_in_class, right_answers

from helpers.checking.check import verdict_on
from helpers.checking.compare import agree
from helpers.grading import oracle, work
from helpers.grading.run import Order, Watcher, grade_class
from helpers.grading.skeleton import NotGradable, find_lesson, read_skeleton
from helpers.lessons import LESSONS, find_exercise
from helpers.sandbox import bubblewrap
from helpers.sandbox.session import Limits

ROOT = Path(__file__).parents[1]
LESSON = find_lesson("5")
CLASS = 12
pytestmark = [
    pytest.mark.slow(minutes=2),
    pytest.mark.skipif(
        not shutil.which(bubblewrap.PROGRAM) and not os.environ.get("CI"),
        reason="there is no bubblewrap here to grade in",
    ),
]


@pytest.fixture(scope="module", autouse=True)
def warm_processes():
    yield
    work.close()


def graded(lesson, notebook, seconds=120):
    """What grading comes to, by exercise."""
    task = work.Task(
        learner="somebody",
        skeleton=read_skeleton(ROOT, lesson.folder),
        notebook=nbformat.writes(notebook).encode(),
        submitted_at=None,
        key="a test's",
        limits=Limits(seconds=seconds),
        walls=True,
    )
    result = work.grade(task)
    assert result.remarks == ()
    return {one.exercise: one for one in result.judged}


def released(lesson):
    return ROOT / "notebooks" / lesson.folder / f"{lesson.name}.ipynb"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
def test_right_and_mistaken_answers_get_the_verdicts_of_self_study(lesson):
    for name, one in graded(lesson, submit(released(lesson), right_answers(lesson))).items():
        assert one.verdict.passed, one.verdict
        assert one.source == right_answers(lesson)[name]
    answers, chosen = mistaken(lesson)
    of_a_learner = {name: text for name, text in answers.items() if "helpers." not in text}
    found = graded(lesson, submit(released(lesson), of_a_learner))
    assert list(found) == list(lesson.exercises)
    for name in of_a_learner:
        alone = verdict_on(find_exercise(name), chosen[name].answer)
        assert found[name].verdict.misconception == alone.misconception == chosen[name].name
        assert found[name].verdict.status == alone.status
    for name in answers.keys() - of_a_learner.keys():
        assert found[name].verdict.status == "not written"


class Class:
    """A course's folder with a class in it."""

    def __init__(self, root):
        self.root = root
        self.learners = hand_in_class(root, LESSON, CLASS)

    def grade(self, *options):
        return subprocess.Popen(
            [Path(sys.executable).with_name("course"), "grade", LESSON.folder, *options],
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def scores(self):
        """Every automatic score in the gradebook: by learner and exercise."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "rnn_by_hand") as gradebook:
            return {
                (submission.student.id, grade.name): grade.auto_score
                for submission in gradebook.assignment_submissions(LESSON.folder)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """A class, graded; and what the instructor read."""
    whole = Class(tmp_path_factory.mktemp("undisturbed"))
    run = whole.grade()
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 0, said
    return whole, said


def test_a_class_is_graded_and_the_instructor_is_told_what_it_came_to(undisturbed):
    whole, said = undisturbed
    assert f"{CLASS} submissions graded" in said
    assert "6 of them all right" in said
    scores = whole.scores()
    assert len(scores) == CLASS * len(LESSON.exercises)
    assert {score for (learner, _), score in scores.items() if learner == "learner0000"} == {0.0}
    assert all(score > 0 for (learner, _), score in scores.items() if learner == "learner0001")


def test_what_was_graded_is_not_graded_again_until_it_is_handed_in_anew(undisturbed):
    whole, _ = undisturbed
    before = whole.scores()
    heard = []

    class Ears(Watcher):
        def ends_one(self, found, learner):
            heard.append((learner, found))

    handed_in = whole.root / "submitted/learner0000" / LESSON.folder / f"{LESSON.name}.ipynb"
    kept = handed_in.read_bytes()
    nbformat.write(submit(released(LESSON), right_answers(LESSON)), handed_in)
    summary = grade_class(Order(whole.root, LESSON.folder), Ears())
    assert (summary.graded, summary.kept, summary.all_right) == (1, CLASS - 1, 1)
    assert len(heard) == CLASS
    assert [learner for learner, found in heard if found] == ["learner0000"]
    assert sum(whole.scores().values()) > sum(before.values())
    handed_in.write_bytes(b"{ not a notebook")
    summary = grade_class(Order(whole.root, LESSON.folder, learners=["learner0000"]), Watcher())
    said = "not graded: it is no notebook: its text is damaged or was cut off"
    assert summary.remarks == [("learner0000", said)]
    assert whole.scores() == before  # nothing is left of the better one
    handed_in.write_bytes(kept)
    assert grade_class(Order(whole.root, LESSON.folder), Watcher()).graded == 1


def test_whatever_is_killed_the_next_run_grades_what_is_missing(undisturbed, tmp_path):
    whole, _ = undisturbed
    struck = Class(tmp_path)
    for victim in ("sandbox", "worker", "grader"):
        run = struck.grade("--jobs", "2")
        wait_for_one_more(struck)
        time.sleep(random.uniform(0, 0.5))
        for process in victims(run.pid, victim):
            process.kill()
        said = run.communicate(timeout=120)[0]
        if victim != "grader":
            assert run.returncode in (0, 3), said
            assert "Traceback" not in said
            (struck.root / "gradebook.db").unlink()  # there is something to do for the next one
    run = struck.grade()
    said = run.communicate(timeout=120)[0]
    assert run.returncode == 0, said
    assert struck.scores() == whole.scores()
    assert left_running(struck.root) == []


def wait_for_one_more(struck):
    """Until a run has graded a submission, and is at the others."""
    began = time.time()
    while time.time() < began + 60:
        written = [path.stat().st_mtime for path in struck.root.glob(f"autograded/*/{LESSON.folder}/*.ipynb")]
        if any(at > began for at in written):
            return
        time.sleep(0.02)
    raise AssertionError("nothing was graded")


def victims(pid, kind):
    """A run's own process, one of its workers, or its walls."""
    try:
        whole = psutil.Process(pid)
        below = whole.children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    if kind == "grader":
        return [whole]
    walls = [process for process in below if process.name() == bubblewrap.PROGRAM]
    workers = [process for process in whole.children() if process not in walls]
    there = walls if kind == "sandbox" else workers
    return there[:1]


def left_running(root):
    """Processes that a run in this folder has left behind, a moment later."""
    end = time.monotonic() + 10
    while True:
        left = [process for process in psutil.process_iter(["cwd"]) if is_of(process, root)]
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.1)


def is_of(process, root):
    return process.info["cwd"] == str(root)


def test_ctrl_c_stops_the_run_and_says_that_it_can_go_on(tmp_path):
    struck = Class(tmp_path)
    run = struck.grade("--jobs", "1")
    wait_for_one_more(struck)
    run.send_signal(signal.SIGINT)
    said = run.communicate(timeout=60)[0]
    assert run.returncode in (0, 130)
    if run.returncode == 130:
        assert "the same command goes on with the others" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("lesson", "says"),
    [
        ("14", "There is no lesson '14'"),
        ("4", "Nobody has handed in 04_weights"),
    ],
)
def test_what_cannot_be_graded_is_said_in_one_sentence(undisturbed, lesson, says):
    whole, _ = undisturbed
    course_folder(whole.root, find_lesson("4"))
    run = subprocess.run(
        [Path(sys.executable).with_name("course"), "grade", lesson],
        cwd=whole.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert run.stderr.startswith(says)
    assert run.stderr.count("\n") == 1


def test_a_check_that_only_nbgrader_can_run_is_not_passed_over(tmp_path):
    course_folder(tmp_path, LESSON)
    path = tmp_path / "solutions" / LESSON.folder / f"{LESSON.name}.ipynb"
    path.write_text(path.read_text().replace("check(dense, seed=2026)", "assert dense is not None"))
    with pytest.raises(NotGradable, match="check_dense asks for more"):
        read_skeleton(tmp_path, LESSON.folder)


def test_what_keras_says_is_asked_once_and_a_damaged_record_of_it_is_not_believed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(oracle, "remembered", remembered := {})
    skeleton = read_skeleton(ROOT, LESSON.folder)
    assert not oracle.recall(skeleton, "these judges")
    oracle.keep(skeleton, "these judges")
    asked = dict(remembered)
    remembered.clear()
    assert oracle.recall(skeleton, "these judges")
    assert remembered.keys() == asked.keys()
    for of, values in asked.items():
        assert all(agree(kept, value, 0) for kept, value in zip(remembered[of], values, strict=True))
    assert not oracle.recall(skeleton, "other judges")
    next(tmp_path.rglob("forward-*.json")).write_text('{"value": ')
    assert not oracle.recall(skeleton, "these judges")
