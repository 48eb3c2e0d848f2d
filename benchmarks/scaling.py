"""What a submission costs: time, memory, writes and bytes, for docs/scaling.md.

    python benchmarks/scaling.py [--learners 24] [--lessons 5 2 13] [--writes 400]

Needs bubblewrap and a PostgreSQL server's programs, and nothing else at work on the machine.
"""

import argparse
import contextlib
import multiprocessing
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

from grading import MEGABYTE, course_grade, nbgrader  # noqa: E402
from postgres import running_server  # noqa: E402
from submissions.classes import hand_in_class  # noqa: E402

from helpers.grading import work  # noqa: E402
from helpers.grading.autograded import read_graded  # noqa: E402
from helpers.grading.gradebook import Book  # noqa: E402
from helpers.grading.results import Graded  # noqa: E402
from helpers.grading.skeleton import find_lesson  # noqa: E402
from helpers.lessons import Lesson  # noqa: E402
from helpers.sandbox.session import Limits  # noqa: E402

WRITERS = 4


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--learners", type=int, default=24)
    asked.add_argument("--lessons", nargs="+", default=["5", "2", "13"])
    asked.add_argument("--writes", type=int, default=400)
    options = asked.parse_args()
    lessons = [find_lesson(name) for name in options.lessons]
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        print("| lesson | seconds each, on one core | memory with one core | with all | ratio to the first |")
        print("| --- | ---: | ---: | ---: | ---: |")
        first = 0.0
        for lesson in lessons:
            seconds, one, every = grading(root, lesson, options.learners)
            first = first or seconds
            used = f"{one:.0f} MB | {every:.0f} MB"
            print(f"| {lesson.folder} | {seconds:.2f} | {used} | {seconds / first:.1f} |", flush=True)
        print(flush=True)
        warm_memory()
        worker_memory(root, find_lesson("2"))
        paths = root.glob(f"autograded/*/{lessons[0].folder}/{lessons[0].name}.ipynb")
        results = [read_graded(path) for path in paths]
        writing(root, [of_another(results, number) for number in range(options.writes)])
        sizes(root, lessons)
        feedback(root, lessons[0], options.learners)


def grading(root: Path, lesson: Lesson, learners: int) -> tuple[float, float, float]:
    """Seconds for each submission on one core, start left out; memory with one core and with all, in MB."""
    hand_in_class(root, lesson, learners)
    course_grade(root, lesson.folder, "learner0000")  # what Keras says is kept from here on
    start, _ = course_grade(root, lesson.folder, "learner0000", "--again", "--jobs", "1")
    whole, one = course_grade(root, lesson.folder, "--again", "--jobs", "1")
    _, every = course_grade(root, lesson.folder, "--again")
    return (whole - start) / (learners - 1), max(one) / MEGABYTE, max(every) / MEGABYTE


def warm_memory() -> None:
    """Of the processes that stay, and of one exercise's, which is forked from them."""
    for keras in (False, True):
        warm = work.warm(keras, True)
        with warm.room(Limits()) as room:
            idle = memory(warm.process.pid)
            with room.exercise(data=True) as running:
                running.run("a cell", "import numpy as np\nx = np.ones((100, 100)) @ np.ones((100, 100))")
                busy = memory(warm.process.pid)
        what = "with Keras" if keras else "NumPy alone"
        print(f"warm process, {what}: {idle:.0f} MB; an exercise in it: {busy - idle:.0f} MB more")
    both = sum(memory(work.warm(keras, True).process.pid) for keras in (False, True))
    print(f"both, and what they share counted once: {both:.0f} MB")
    work.close()


def memory(pid: int) -> float:
    """Of a process and all below it, in MB; what they share counts once."""
    whole = psutil.Process(pid)
    together = 0
    for process in [whole, *whole.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            together += process.memory_full_info().pss
    return together / MEGABYTE


def worker_memory(root: Path, lesson: Lesson) -> None:
    with one_worker(root) as (address, worker):
        hand_in_class(root, lesson, 4)
        course_grade(root, lesson.folder, "--again", "--scheduler", address)
        print(f"a Dask worker with its warm processes, after {lesson.folder}: {memory(worker):.0f} MB")


@contextlib.contextmanager
def one_worker(folder: Path) -> Iterator[tuple[str, int]]:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{trial.getsockname()[1]}"
    dask = Path(sys.executable).with_name("dask")
    own = ["--nthreads", "1", "--no-nanny", "--local-directory", folder]
    commands = (["scheduler", "--host", address], ["worker", address, *own])
    started = [
        subprocess.Popen([dask, *words, "--no-dashboard"], stderr=subprocess.DEVNULL) for words in commands
    ]
    try:
        yield address, started[1].pid
    finally:
        for process in reversed(started):
            process.kill()
            process.wait()


def of_another(results: Sequence[Graded], number: int) -> Graded:
    return results[number % len(results)].model_copy(update={"learner": f"writer{number:06d}"})


def writing(root: Path, results: Sequence[Graded]) -> None:
    """Submissions written in a second, their graded notebooks with them, all of it safe on the disk."""
    lesson = results[0].lesson
    with Book(root) as book:
        book.prepare(lesson)
        before = (root / "gradebook.db").stat().st_size
    took = written(root, "", results)
    grown = ((root / "gradebook.db").stat().st_size - before) / len(results)
    print("\n| gradebook | writers | submissions a second | bytes each |\n| --- | ---: | ---: | ---: |")
    print(f"| SQLite | 1 | {len(results) / took:.0f} | {grown:.0f} |", flush=True)
    with Book(root) as book:
        began = time.perf_counter()
        assert all(book.is_graded(one.learner, one.lesson, one.key) for one in results)
        again = len(results) / (time.perf_counter() - began)
    with running_server(safe=True) as server:
        for writers in (1, WRITERS):
            url = server.database(f"of_{writers}")
            with Book(root, url) as book:
                book.prepare(lesson)
            before = size(server, url)
            began = time.perf_counter()
            parts = [results[part::writers] for part in range(writers)]
            fork = multiprocessing.get_context("fork")
            all_of_them = [fork.Process(target=written, args=(root, url, part)) for part in parts]
            for process in all_of_them:
                process.start()
            for process in all_of_them:
                process.join()
                assert process.exitcode == 0
            took = time.perf_counter() - began
            grown = (size(server, url) - before) / len(results)
            print(f"| PostgreSQL | {writers} | {len(results) / took:.0f} | {grown:.0f} |", flush=True)
    print(f"\nfound graded already: {again:.0f} a second")


def written(root: Path, url: str, results: Sequence[Graded]) -> float:
    with Book(root, url) as book:
        began = time.perf_counter()
        for graded in results:
            book.write(graded)
        return time.perf_counter() - began


def size(server: object, url: str) -> int:
    with contextlib.closing(server.connect(url.rpartition("/")[2])) as connection:
        connection.execute("CHECKPOINT")
        return connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]


def sizes(root: Path, lessons: Sequence[Lesson]) -> None:
    print("\n| lesson | handed in, KB | graded, KB |\n| --- | ---: | ---: |")
    for lesson in lessons:
        kilobytes = []
        for step in ("submitted", "autograded"):
            files = list(root.glob(f"{step}/learner*/{lesson.folder}/*.ipynb"))
            kilobytes.append(sum(path.stat().st_size for path in files) / len(files) / 1024)
        print(f"| {lesson.folder} | {kilobytes[0]:.0f} | {kilobytes[1]:.0f} |")


def feedback(root: Path, lesson: Lesson, learners: int) -> None:
    """nbgrader's part: pages for learners, one after the other."""
    began = time.perf_counter()
    nbgrader(root, "generate_feedback", lesson.folder, "--student", "learner*")
    each = (time.perf_counter() - began) / learners
    pages = list(root.glob(f"feedback/learner*/{lesson.folder}/*.html"))
    assert len(pages) == learners
    kilobytes = sum(page.stat().st_size for page in pages) / len(pages) / 1024
    print(f"\nfeedback of {lesson.folder}: {each:.2f} s and {kilobytes:.0f} KB each")
    print(f"{len(os.sched_getaffinity(0))} cores")


if __name__ == "__main__":
    main()
