"""The tasks of a run on a Dask cluster: each worker has warm processes and a sandbox of its own.

A task carries the submission and the instructor's notebook, so that workers share no folder with anybody.
"""

import contextlib
import functools
import importlib.metadata
import platform
import queue
import threading
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import CancelledError
from typing import TYPE_CHECKING

from helpers.grading import oracle, work
from helpers.grading.results import Graded
from helpers.grading.skeleton import Exercise, Skeleton
from helpers.sandbox import bubblewrap

if TYPE_CHECKING:
    from distributed import Client, Future

AHEAD = 2
"""Tasks on their way for each worker, so that none waits for one."""

BYTES_AHEAD = 256 << 20
"""Of notebooks on their way, all together: the scheduler holds them in memory."""

SECONDS_TO_ANSWER = 10
SECONDS_WITHOUT_WORKERS = 60

KEPT = "What was graded so far is kept; the same command goes on from there."


class ClusterError(Exception):
    """Why a cluster does not grade, and what to do about it, in one sentence."""


def on_cluster(address: str, tasks: Iterable[work.Task]) -> Iterator[tuple[work.Task, Graded | None]]:
    """Each task with what it came to, as they come; with None where its workers died again and again.

    Args:
        address: the scheduler's, `tcp://host:8786`.

    Raises:
        ClusterError: the cluster cannot be reached, or cannot grade.
    """
    tasks = iter(tasks)
    done = queue.SimpleQueue()
    running: dict[Future, work.Task] = {}
    with _connected(address) as client:
        while True:
            room = AHEAD * max(1, _workers(client, address))
            while len(running) < room and _bytes(running.values()) < BYTES_AHEAD:
                task = next(tasks, None)
                if task is None:
                    break
                future = client.submit(grade_here, task, versions(), pure=False)
                running[future] = task
                future.add_done_callback(done.put)
            if not running:
                return
            future = _next(done, client, address)
            task = running.pop(future)
            yield task, _result(future, address)


def grade_here(task: work.Task, theirs: dict[str, str]) -> Graded:
    """Grade one submission, in a worker.

    Args:
        theirs: what the grader that asks for it judges with.

    Raises:
        ClusterError: this worker would not grade as the others do.
    """
    from distributed import get_worker

    where = get_worker().address
    for what, version in versions().items():
        if theirs.get(what) != version:
            raise ClusterError(
                f"The worker {where} has {what} in another version than this machine: install the same on "
                f"both, and start the worker again. {KEPT}"
            )
    with _ONE_AT_A_TIME:
        try:
            if task.walls:
                bubblewrap.require()
            _know_what_keras_says(task.skeleton)
            return work.grade(task)
        except (bubblewrap.NoSandbox, work.SandboxLost) as problem:
            raise ClusterError(f"On the worker {where}: {problem}") from None


_ONE_AT_A_TIME = threading.Lock()
"""Checks note things for the process as a whole, which may be one of `--nthreads 4`."""

_known: set[tuple[Exercise, ...]] = set()


def _know_what_keras_says(skeleton: Skeleton) -> None:
    if skeleton.exercises not in _known:
        if not oracle.recall(skeleton, work.judges_digest()):
            oracle.keep(skeleton, work.judges_digest())
        _known.add(skeleton.exercises)


@functools.cache
def versions() -> dict[str, str]:
    """All that a verdict and its wording depend on."""
    found = {"the course": work.judges_digest(), "Python": ".".join(platform.python_version_tuple()[:2])}
    for package in oracle.LIBRARIES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[package.removesuffix("-cpu")] = importlib.metadata.version(package)
    return found


@contextlib.contextmanager
def _connected(address: str) -> Iterator["Client"]:
    """
    Raises:
        ClusterError: there is no scheduler.
    """
    try:
        import dask

        quiet = ("distributed", "distributed.client", "tornado.application")
        settings = {
            "logging": dict.fromkeys(quiet, "critical"),  # we say it ourselves
            "distributed.admin.large-graph-warning-threshold": "1 GiB",  # a notebook may have 50 MB
            "distributed.comm.timeouts.connect": SECONDS_TO_ANSWER,
        }
        dask.config.set(settings)
        from distributed import Client
        from distributed.exceptions import WorkerStartTimeoutError
    except ModuleNotFoundError as problem:
        raise ClusterError(
            f"Grading on a cluster needs the package {problem.name}: pip install 'rnn-by-hand[cluster]'."
        ) from None
    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER, set_as_default=False)
    except Exception as problem:  # of all kinds: no such host, protocol or certificate
        raise ClusterError(
            f"No scheduler answers at {address} ({_words(problem)}): start one with `dask scheduler`, or "
            "give the address that it prints."
        ) from None
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        yield client
    except WorkerStartTimeoutError:
        raise ClusterError(
            f"The cluster at {address} has no workers: start some with `dask worker {address} --nthreads 1`."
        ) from None
    finally:
        client.close(timeout=SECONDS_TO_ANSWER)


def _workers(client: "Client", address: str) -> int:
    """How many there are.

    Raises:
        ClusterError: nobody can say.
    """
    try:
        return len(client.nthreads())
    except (OSError, TypeError, CancelledError):  # TypeError: the client has just let go of its connection
        raise _lost(address) from None


def _next(done: queue.SimpleQueue, client: "Client", address: str) -> "Future":
    """What is done next.

    Raises:
        ClusterError: nothing will be, as the scheduler or the workers are gone.
    """
    seen = time.monotonic()
    while True:
        with contextlib.suppress(queue.Empty):
            return done.get(timeout=1)
        if client.status != "running":
            raise _lost(address)
        if _workers(client, address):
            seen = time.monotonic()
        elif time.monotonic() - seen > SECONDS_WITHOUT_WORKERS:
            raise ClusterError(f"The cluster at {address} has lost all its workers: start them again. {KEPT}")


def _result(future: "Future", address: str) -> Graded | None:
    """
    Raises:
        ClusterError: nothing of the kind will be graded by this cluster.
    """
    from distributed.scheduler import KilledWorker

    try:
        return future.result()
    except KilledWorker:
        return None
    except ClusterError:
        raise
    except (OSError, CancelledError):
        raise _lost(address) from None
    except Exception as problem:  # what a submission can do is taken care of in `work.grade`
        raise ClusterError(
            f"The cluster at {address} cannot grade ({_words(problem)}): is the course installed where its "
            f"workers run? {KEPT}"
        ) from None


def _lost(address: str) -> ClusterError:
    return ClusterError(f"The scheduler at {address} is gone: start it and its workers again. {KEPT}")


def _words(problem: BaseException) -> str:
    return " ".join(f"{type(problem).__name__}: {problem}".split())[:300]


def _bytes(tasks: Iterable[work.Task]) -> int:
    return sum(len(task.notebook) for task in tasks)
