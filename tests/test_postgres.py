"""nbgrader's gradebook on a real PostgreSQL: the same rows, many writers, and a server that goes away."""

import csv
import random
import shutil
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from postgres import needs_postgres, running_server
from rows import rows
from submissions.classes import course_folder

from helpers.checking.verdict import Verdict
from helpers.grading.gradebook import Book, GradebookError
from helpers.grading.results import Graded, Judged
from helpers.lessons import LESSONS

ROOT = Path(__file__).parents[1]
LESSON, OTHER = LESSONS[4], LESSONS[3]
COURSE = "rnn_by_hand"
pytestmark = [pytest.mark.slow, needs_postgres]


@pytest.fixture(scope="module")
def server():
    with running_server() as server:
        yield server


@pytest.fixture
def url(server, request):
    """An empty database of the test's own."""
    return server.database(request.node.name[:50])


@pytest.fixture
def root(tmp_path):
    return course_folder(tmp_path, LESSON, OTHER)


def graded(number, lesson=LESSON, key="first"):
    """What a learner's submission came to: each learner has other exercises right."""
    return Graded(
        learner=f"learner{number:03d}",
        lesson=lesson.folder,
        submitted_at=datetime(2030, 1, 7, 10, number % 60, tzinfo=UTC),
        key=key,
        judged=tuple(
            Judged(
                exercise=name,
                verdict=Verdict(name, "passed" if (number + place) % 3 else "failed", "As it is."),
                source=f"def {name}(x):\n    return {number}",
            )
            for place, name in enumerate(lesson.exercises)
        ),
    )


def write(root, url, results):
    with Book(root, url, patience=60) as book:
        for result in results:
            book.write(result)


@pytest.fixture
def on_sqlite(root, tmp_path_factory):
    """What a class's rows are in the gradebook that nbgrader has by default."""

    def written(results):
        copy = tmp_path_factory.mktemp("sqlite")
        shutil.copytree(root, copy, dirs_exist_ok=True)
        write(copy, "", results)
        return rows(f"sqlite:///{copy}/gradebook.db")

    return written


def test_the_rows_are_those_of_sqlite_and_nbgraders_own_tools_read_them(root, url, on_sqlite):
    results = [graded(number) for number in range(6)]
    write(root, url, results)
    assert rows(url) == on_sqlite(results)
    assert not (root / "gradebook.db").exists()
    points = {}
    with Gradebook(url, COURSE) as gradebook:
        for submission in gradebook.assignment_submissions(LESSON.folder):
            points[submission.student.id] = submission.score
            assert submission.max_score == sum(grade.max_score for grade in submission.notebooks[0].grades)
    assert len(points) == 6
    assert len(set(points.values())) > 1
    nbgrader = Path(sys.executable).with_name("nbgrader")
    subprocess.run([nbgrader, "export", "--to", "grades.csv", "--db", url], cwd=root, check=True)
    with (root / "grades.csv").open() as file:
        assert {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)} == points


def test_graders_at_once_lose_nothing_and_double_nothing(root, url, on_sqlite):
    """Two at the same class, who meet in the middle of it, and one at another lesson."""
    results = [graded(number) for number in range(12)]
    others = [graded(number, OTHER) for number in range(12)]
    work = [results, results[::-1], others]
    problems = together(*(lambda mine=mine: write(root, url, mine) for mine in work))
    assert problems == []
    assert rows(url) == on_sqlite(results + others)
    with Book(root, url) as book:
        assert all(book.is_graded(each.learner, each.lesson, each.key) for each in results + others)


def together(*doing):
    """Do it all at the same time; what was raised."""
    problems = []

    def tell(one):
        try:
            one()
        except Exception as problem:
            problems.append(problem)

    threads = [threading.Thread(target=tell, args=(one,)) for one in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return problems


@pytest.mark.parametrize("how", ["connections are cut", "the server is killed"])
def test_a_lost_connection_is_taken_up_again(server, root, url, on_sqlite, how):
    results = [graded(number, key=key) for key in ("first", "second") for number in range(15)]
    over = threading.Event()
    disturbed = []

    def disturb():
        # Later and later: a busy machine takes its time to start a server, and some of it is to write in.
        while not over.wait(random.uniform(0.05, 0.4) * (1 + len(disturbed))):
            if how == "connections are cut":
                disturbed.append(server.hang_up(url.rpartition("/")[2]))
            else:
                server.stop()
                server.start()
                disturbed.append(1)

    def grade():
        try:
            write(root, url, results)
        finally:
            over.set()

    assert together(grade, disturb) == []
    assert sum(disturbed) > 0
    assert rows(url) == on_sqlite(results[15:])


def test_a_server_that_stays_away_is_one_sentence_and_the_next_run_makes_it_whole(
    server, root, url, on_sqlite
):
    results = [graded(number) for number in range(4)]
    with Book(root, url, patience=1) as book:
        book.write(results[0])
        server.stop()
        with pytest.raises(GradebookError) as told:
            book.write(results[1])
        server.start()
    assert "\n" not in str(told.value)
    assert str(told.value).startswith("The gradebook at postgresql://")
    assert "the same command goes on" in str(told.value)
    with Book(root, url) as book:
        missing = [each for each in results if not book.is_graded(each.learner, each.lesson, each.key)]
        assert missing == results[1:]
        for each in missing:
            book.write(each)
    assert rows(url) == on_sqlite(results)


def test_a_database_that_is_not_there_is_said_at_once(server, root):
    began = time.monotonic()
    with pytest.raises(GradebookError, match="does not exist"):
        Book(root, server.database("there").replace("there", "elsewhere"))
    assert time.monotonic() - began < 10
