"""`course grade --scheduler`: Dask's scheduler and workers, each a process, and what may befall them."""

import contextlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import psutil
import pytest
from postgres import programs, running_server
from rows import rows
from submissions.classes import hand_in_class

from helpers.grading import cluster, work
from helpers.grading.autograded import read_graded
from helpers.grading.cluster import ClusterError, on_cluster
from helpers.grading.run import Order, Watcher, grade_class
from helpers.grading.skeleton import find_lesson, read_skeleton
from helpers.sandbox import bubblewrap
from helpers.sandbox.session import Limits

ROOT = Path(__file__).parents[1]
LESSON, OTHER = find_lesson("5"), find_lesson("3")
CLASS = 8
COURSE = Path(sys.executable).with_name("course")
SECONDS = 120
pytestmark = [
    pytest.mark.slow(minutes=2),
    pytest.mark.skipif(
        not os.environ.get("CI") and (not shutil.which(bubblewrap.PROGRAM) or programs() is None),
        reason="there is no bubblewrap here to grade in, or no PostgreSQL server to write to",
    ),
]


class Cluster:
    """A scheduler and workers, each started from a shell as an administrator would."""

    def __init__(self, folder):
        self.folder = folder
        self.address = f"tcp://127.0.0.1:{free_port()}"
        self.scheduler = self.start("scheduler", "--host", self.address)
        self.workers = [self.start_worker() for _ in range(2)]

    def start(self, *words):
        return subprocess.Popen(
            [Path(sys.executable).with_name("dask"), *words, "--no-dashboard"],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "log").open("ab"),
        )

    def start_worker(self):
        own = ["--nthreads", "1", "--no-nanny", "--preload", "helpers.grading.cluster"]
        return self.start("worker", self.address, *own, "--local-directory", self.folder)

    def close(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


def free_port():
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    started = Cluster(tmp_path_factory.mktemp("dask"))
    yield started
    started.close()


@pytest.fixture(scope="module")
def server():
    with running_server() as server:
        yield server


@pytest.fixture(scope="module")
def local(dask, tmp_path_factory):
    """A course's folder with a class in it, graded on this machine; the workers start meanwhile."""
    root = tmp_path_factory.mktemp("local")
    hand_in_class(root, OTHER, CLASS)
    hand_in_class(root, LESSON, CLASS)
    assert f"{CLASS} submissions graded" in ended(start(root, LESSON), 0)
    return root


@pytest.fixture
def root(local, tmp_path):
    """The same course, with nothing graded yet."""
    graded = shutil.ignore_patterns("gradebook.db*", "autograded")
    shutil.copytree(local, tmp_path, dirs_exist_ok=True, ignore=graded)
    return tmp_path


def start(root, lesson, *options):
    return subprocess.Popen(
        [COURSE, "grade", lesson.folder, *options],
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(run, status):
    said = run.communicate(timeout=SECONDS)[0]
    assert run.returncode == status, said
    assert "Traceback" not in said
    return said


def verdicts(root):
    """What the graded notebooks say, without the time it took."""
    found = {}
    for path in root.glob("autograded/*/*/*.ipynb"):
        graded = read_graded(path)
        judged = tuple(one.model_copy(update={"seconds": 0.0}) for one in graded.judged)
        found[graded.learner, graded.lesson] = graded.model_copy(update={"judged": judged, "key": ""})
    return found


def wait_for_one(root):
    end = time.monotonic() + SECONDS
    while not list(root.glob("autograded/*/*/*.ipynb")):
        assert time.monotonic() < end, "nothing was graded"
        time.sleep(0.01)


def test_a_worker_that_is_killed_changes_nothing(dask, local, root):
    run = start(root, LESSON, "--scheduler", dask.address)
    wait_for_one(root)
    victim = dask.workers.pop()
    below = psutil.Process(victim.pid).children(recursive=True)
    victim.kill()
    victim.wait()
    assert f"{CLASS} submissions graded" in ended(run, 0)
    assert psutil.wait_procs(below, timeout=10)[1] == []
    assert verdicts(root) == verdicts(local)
    assert rows(f"sqlite:///{root}/gradebook.db") == rows(f"sqlite:///{local}/gradebook.db")


def test_graders_at_once_on_postgresql_while_connections_are_cut(dask, server, local, root):
    url = server.database("class")
    options = ["--scheduler", dask.address, "--db", url]
    runs = [start(root, lesson, *options) for lesson in (LESSON, LESSON, OTHER)]
    cut = 0
    while any(run.poll() is None for run in runs):
        time.sleep(random.uniform(0.5, 1.5))
        cut += server.hang_up("class")
    for run in runs:
        ended(run, 0)
    assert cut > 0
    found = rows(url)
    assert [row for row in found if OTHER.folder not in row] == rows(f"sqlite:///{local}/gradebook.db")
    grades = [row for row in found if OTHER.folder in row and row.startswith("grade ")]
    assert len(grades) == CLASS * len(OTHER.exercises)
    assert {who: one for who, one in verdicts(root).items() if who[1] == LESSON.folder} == verdicts(local)
    again = grade_class(Order(root, LESSON.folder, scheduler=dask.address, db_url=url), Watcher())
    assert (again.graded, again.kept) == (0, CLASS)


@pytest.fixture(scope="module")
def task(local):
    path = local / "submitted/learner0004" / LESSON.folder / f"{LESSON.name}.ipynb"
    skeleton = read_skeleton(local, LESSON.folder)
    return work.Task("somebody", skeleton, path.read_bytes(), None, "a test's", Limits(), walls=True)


def test_no_more_is_on_its_way_than_keeps_the_workers_busy(dask, task):
    drawn, back = 0, 0

    def tasks():
        nonlocal drawn
        for number in range(12):
            drawn += 1
            yield replace(task, learner=f"learner{number}")

    for one, graded in on_cluster(dask.address, tasks()):
        assert drawn - back <= cluster.AHEAD * len(dask.workers)
        back += 1
        assert graded.learner == one.learner
        assert all(judged.verdict.passed for judged in graded.judged)
    assert back == drawn == 12


def test_notebooks_on_their_way_are_bounded(dask, task, monkeypatch):
    monkeypatch.setattr(cluster, "BYTES_AHEAD", 1)
    drawn = iter([task, replace(task, learner="another")])
    results = on_cluster(dask.address, drawn)
    assert next(results)[0].learner == "somebody"
    assert [each.learner for each in drawn] == ["another"]
    results.close()


def test_a_worker_with_another_version_grades_nothing(dask, task, monkeypatch):
    monkeypatch.setattr(cluster, "versions", lambda: {**cluster_versions, "keras": "2.0"})
    with pytest.raises(ClusterError, match="has keras in another version than this machine"):
        list(on_cluster(dask.address, [task]))


cluster_versions = cluster.versions()


def test_a_worker_without_a_sandbox_grades_nothing(task, monkeypatch):
    def none():
        raise bubblewrap.NoSandbox("The sandbox needs bubblewrap.")

    monkeypatch.setattr("distributed.get_worker", lambda: SimpleNamespace(address="tcp://there:1"))
    monkeypatch.setattr(bubblewrap, "require", none)
    with pytest.raises(ClusterError, match="On the worker tcp://there:1: The sandbox needs bubblewrap"):
        cluster.grade_here(task, cluster.versions())


@contextlib.contextmanager
def small_cluster(workers):
    """Where no learner's code is to be run."""
    import dask
    from distributed import LocalCluster

    quiet = {"dashboard_address": ":0", "silence_logs": 50}
    with (
        mock.patch.dict(os.environ),  # into which Dask writes
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        LocalCluster(n_workers=workers, threads_per_worker=1, **quiet) as small,
    ):
        yield small.scheduler_address


def test_a_task_whose_workers_die_is_left_for_another_run(monkeypatch):
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])
    monkeypatch.setattr(cluster, "grade_here", end_the_process)
    task = SimpleNamespace(notebook=b"")
    with small_cluster(workers=1) as address:
        assert list(on_cluster(address, [task])) == [(task, None)]


def end_the_process(*_):
    os._exit(1)


def test_a_cluster_that_is_not_there_or_has_no_workers_is_one_sentence(monkeypatch):
    monkeypatch.setattr(cluster, "SECONDS_TO_ANSWER", 1)
    for address in (f"tcp://127.0.0.1:{free_port()}", "nonsense://", "tls://127.0.0.1:1"):
        with pytest.raises(ClusterError, match="No scheduler answers at") as told:
            list(on_cluster(address, []))
        assert "\n" not in str(told.value)
    with small_cluster(workers=0) as address, pytest.raises(ClusterError, match="has no workers: start some"):
        list(on_cluster(address, []))


def test_a_scheduler_that_is_killed_ends_the_run_in_one_sentence(dask, local, root):
    """The last one: it takes the cluster with it."""
    run = start(root, LESSON, "--scheduler", dask.address)
    wait_for_one(root)
    dask.scheduler.kill()
    said = ended(run, 1)
    assert said.count("\n") == 1
    assert "is gone: start it and its workers again" in said
    graded = verdicts(root)
    assert graded.items() <= verdicts(local).items()
