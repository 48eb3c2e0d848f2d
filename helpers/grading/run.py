"""`course grade`: a whole class, on all cores, one writer; what was graded stays graded."""

import concurrent.futures
import gc
import itertools
import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from helpers.grading import oracle, work
from helpers.grading.course import CourseError, autograded_folder, open_course, submitted_folder
from helpers.grading.gradebook import Book
from helpers.grading.results import Graded
from helpers.grading.skeleton import Skeleton, find_lesson, read_skeleton
from helpers.grading.submission import Unreadable, digest, read_bytes
from helpers.sandbox.session import Limits

AHEAD = 2
"""Tasks that wait for each worker, so that none waits for one."""

BREAKS = 3
"""How often a submission may be at work when a worker dies, before it is left for another run."""


@dataclass
class Summary:
    """What a run came to.

    Attributes:
        graded: submissions that were graded now.
        kept: submissions that had been graded before, and have not changed since.
        all_right: of those graded now, how many passed every exercise.
        remarks: (learner, what the instructor should know).
        left: learners whose submission could not be graded now: another run will try again.
    """

    graded: int = 0
    kept: int = 0
    all_right: int = 0
    remarks: list[tuple[str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Order:
    """What is to be graded, and how.

    Attributes:
        learners: only these; all who handed in where it is empty.
        jobs: submissions at once; 0 is one for each core.
        walls: whether learners' cells run in the sandbox.
        again: whether to grade what has been graded before.
        scheduler: the address of a Dask cluster; without one, this machine alone.
        db_url: another gradebook than the settings name.
    """

    root: Path
    lesson: str
    learners: Sequence[str] = ()
    jobs: int = 0
    walls: bool = True
    again: bool = False
    limits: Limits = field(default_factory=Limits)
    scheduler: str = ""
    db_url: str = ""


class Watcher:
    """Hears how a run goes; the command line shows it."""

    def begins(self, submissions: int) -> None:
        """So many are to be looked at."""

    def ends_one(self, graded: Graded | None, learner: str) -> None:
        """One is graded; with None it had been before."""


def grade_class(order: Order, watcher: Watcher) -> Summary:
    """Grade what was handed in of a lesson.

    Raises:
        NotGradable, CourseError, GradebookError, NoSandbox, SandboxLost: in one sentence, what to do.
    """
    lesson = find_lesson(order.lesson)
    skeleton = read_skeleton(order.root.resolve(), lesson.folder)
    summary = Summary()
    with Book(order.root, order.db_url) as book:
        book.prepare(lesson.folder)
        learners = _handed_in(order, lesson.folder)
        watcher.begins(len(learners))
        due = _due(order, skeleton, learners, book, summary, watcher)
        first = next(due, None)
        if first is None:
            return summary
        for task, graded in _engine(order, skeleton)(itertools.chain([first], due)):
            if graded is None:
                summary.left.append(task.learner)
                continue
            book.write(graded)
            summary.graded += 1
            summary.all_right += all(one.verdict.passed for one in graded.judged)
            summary.remarks += [(graded.learner, remark) for remark in graded.remarks]
            watcher.ends_one(graded, graded.learner)
    return summary


def _handed_in(order: Order, lesson: str) -> list[str]:
    course = open_course(order.root, order.db_url)
    top = submitted_folder(course)
    there = sorted(folder.name for folder in _folders(top) if (folder / lesson).is_dir())
    if not there:
        raise CourseError(
            f"Nobody has handed in {lesson}: put each notebook into "
            f"{course.submitted_directory}/<learner>/{lesson}/, or collect what was handed in "
            f"(`nbgrader collect {lesson}`)."
        )
    unknown = sorted(set(order.learners) - set(there))
    if unknown:
        names, others = ", ".join(unknown), ", ".join(there[:20])
        raise CourseError(f"{names} handed in nothing of {lesson}; who did: {others}.")
    return [learner for learner in there if not order.learners or learner in order.learners]


def _folders(top: Path) -> Iterator[Path]:
    try:
        yield from (entry for entry in top.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    except OSError:
        return


def _due(
    order: Order,
    skeleton: Skeleton,
    learners: Sequence[str],
    book: Book,
    summary: Summary,
    watcher: Watcher,
) -> Iterator[work.Task]:
    """The tasks of a run, read one at a time: a thousand notebooks are never in memory together."""
    course = open_course(order.root, order.db_url)
    top = submitted_folder(course)
    source = skeleton.path.read_bytes()
    settings = repr((order.walls, order.limits)).encode()
    for learner in learners:
        try:
            autograded_folder(course, learner, skeleton.lesson.folder)
        except CourseError:
            summary.left.append(learner)
            summary.remarks.append((learner, "not graded: its folder's name has odd characters, rename it"))
            continue
        folder = top / learner / skeleton.lesson.folder
        try:
            notebook: bytes | str = read_bytes(folder / skeleton.path.name, top)
        except Unreadable as why:
            notebook = str(why)
        submitted_at = _submitted_at(folder, top)
        handed_in = notebook if isinstance(notebook, bytes) else notebook.encode()
        key = digest(handed_in, str(submitted_at).encode(), source, work.judges_digest().encode(), settings)
        if not order.again and book.is_graded(learner, skeleton.lesson.folder, key):
            summary.kept += 1
            watcher.ends_one(None, learner)
            continue
        yield work.Task(learner, skeleton, notebook, submitted_at, key, order.limits, order.walls)


def _submitted_at(folder: Path, top: Path) -> datetime | None:
    """What nbgrader's `timestamp.txt` says, if it says a time."""
    try:
        return parse_utc(read_bytes(folder / "timestamp.txt", top, most=1_000).decode().strip())
    except Exception:  # dateutil raises of all kinds, and without it there is no lateness
        return None


Results = Iterator[tuple[work.Task, Graded | None]]


def _engine(order: Order, skeleton: Skeleton) -> Callable[[Iterable[work.Task]], Results]:
    """What runs tasks: the processes of this machine, or those of a cluster."""
    if order.scheduler:
        from helpers.grading.cluster import on_cluster

        return lambda tasks: on_cluster(order.scheduler, tasks)
    return lambda tasks: _on_this_machine(order, skeleton, tasks)


def _on_this_machine(order: Order, skeleton: Skeleton, tasks: Iterable[work.Task]) -> Results:
    jobs = order.jobs or len(os.sched_getaffinity(0))
    with work.warmed(skeleton, order.walls):
        if any(work.needs_keras(one.name) for one in skeleton.exercises):
            import keras  # noqa: F401  once, before the workers are forked
        oracle.prepare(skeleton, work.judges_digest())
        gc.collect()
        gc.freeze()  # else each collection, here and in the workers, would go through all of this again
        breaks: dict[str, int] = {}
        waiting = deque[work.Task]()
        tasks = iter(tasks)
        while True:
            try:
                yield from _until_a_worker_dies(jobs, waiting, tasks)
                return
            except BrokenProcessPool:
                for task in list(waiting):
                    breaks[task.learner] = breaks.get(task.learner, 0) + 1
                    if breaks[task.learner] >= BREAKS:
                        waiting.remove(task)
                        yield task, None


def _until_a_worker_dies(jobs: int, waiting: deque[work.Task], tasks: Iterator[work.Task]) -> Results:
    """Grade, and keep in `waiting` what has been begun and is not done."""
    with _pool(jobs) as pool:
        running = {pool.submit(work.grade, task): task for task in waiting}
        while True:
            for task in itertools.islice(tasks, AHEAD * jobs - len(running)):
                waiting.append(task)
                running[pool.submit(work.grade, task)] = task
            if not running:
                return
            done, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in done:
                graded = future.result()
                task = running.pop(future)
                waiting.remove(task)
                yield task, graded


@contextmanager
def _pool(jobs: int) -> Iterator[concurrent.futures.ProcessPoolExecutor]:
    pool = concurrent.futures.ProcessPoolExecutor(
        jobs, mp_context=multiprocessing.get_context("fork"), initializer=_begin_work
    )
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin_work() -> None:
    """In a worker: end with the process that writes, whatever ends that."""
    import signal

    from helpers.sandbox.inside.confine import end_with_parent

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work.inherit()
    end_with_parent()
