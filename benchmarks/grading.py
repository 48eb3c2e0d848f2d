"""A class graded by `nbgrader autograde`, one after the other, and by `course grade`, in one run.

    python benchmarks/grading.py [--lesson 05_forward_loop] [--learners 60] [--nbgrader 60] [--many 1000]

Prints throughputs and their ratio; how long the class takes against the time that nothing but the learners'
cells and the observations of their answers take in processes forked from warm ones; and the memory of a
class and of a much larger one. `--nbgrader` says how many of the class nbgrader gets (it takes some seconds
for each), `--many 0` leaves the large class out.
"""

import argparse
import contextlib
import itertools
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from unittest import mock

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from submissions.classes import hand_in_class  # noqa: E402

from helpers.grading import oracle, work  # noqa: E402
from helpers.grading.skeleton import Skeleton, find_lesson, read_skeleton  # noqa: E402
from helpers.lessons import Lesson  # noqa: E402
from helpers.sandbox.session import Limits, Room, Running, Stopped, Warm  # noqa: E402

MEGABYTE = 1 << 20
REPEATS = 5
"""Of what takes seconds: medians are printed."""


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--lesson", default="05_forward_loop")
    asked.add_argument("--learners", type=int, default=60)
    asked.add_argument("--nbgrader", type=int, default=60)
    asked.add_argument("--many", type=int, default=1000)
    options = asked.parse_args()
    lesson = find_lesson(options.lesson)
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        hand_in_class(root, lesson, min(options.nbgrader, options.learners))
        nbgrader(root, "generate_assignment", lesson.folder)
        began = time.perf_counter()
        nbgrader(root, "autograde", lesson.folder)
        serial = (time.perf_counter() - began) / min(options.nbgrader, options.learners)
        assert len(list(root.glob("autograded/*/*/*.ipynb"))) == min(options.nbgrader, options.learners)
        shutil.rmtree(root / "autograded")
        hand_in_class(root, lesson, options.learners)

        first, _ = course_grade(root, lesson.folder, "learner0000")
        starts, times, alones, memory = [], [], [], []
        for _ in range(REPEATS):
            starts.append(course_grade(root, lesson.folder, "learner0000", "--again")[0])
            seconds, used = course_grade(root, lesson.folder, "--again")
            times.append(seconds)
            memory += used
            alones.append(cells_alone(root, lesson, cores))
        start, took, alone = map(statistics.median, (starts, times, alones))
        each = took / options.learners

        print(f"{options.learners} submissions of {lesson.folder}, {cores} cores\n")
        print("| | seconds each | submissions a minute | ratio |")
        print("| --- | ---: | ---: | ---: |")
        print(f"| nbgrader autograde, one after the other | {serial:.2f} | {60 / serial:.0f} | 1 |")
        print(f"| course grade, start included | {each:.3f} | {60 / each:.0f} | {serial / each:.0f} |\n")
        print(f"start: {start:.1f} s (the first of a lesson asks Keras, once: {first - start:.1f} s more);")
        print(f"the class beyond it: {took - start:.1f} s;")
        print(
            f"cells and observations alone, on all cores: {alone:.1f} s; ratio {(took - start) / alone:.2f}\n"
        )
        if options.many:
            hand_in_class(root, lesson, options.many)
            many, much = course_grade(root, lesson.folder)
            print("| submissions | seconds | memory, median | at most |")
            print("| ---: | ---: | ---: | ---: |")
            for submissions, seconds, used in ((options.learners, took, memory), (options.many, many, much)):
                typical, peak = statistics.median(used) / MEGABYTE, max(used) / MEGABYTE
                print(f"| {submissions} | {seconds:.1f} | {typical:.0f} MB | {peak:.0f} MB |")


def nbgrader(root: Path, *arguments: str) -> None:
    """A command of nbgrader's with kernels that start in the ordinary way."""
    subprocess.run(
        [Path(sys.executable).with_name("nbgrader"), *arguments],
        cwd=root,
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "local-provisioner"},
        check=False,  # it ends with an error where one submission does
        capture_output=True,
    )


def cells_alone(root: Path, lesson: Lesson, cores: int) -> float:
    """Seconds that the learners' cells and the observations of a class take alone, on all cores.

    What grading asks the sandbox for is noted, and then asked once more, of processes forked from warm ones,
    while nobody judges or writes.
    """
    skeleton = read_skeleton(root, lesson.folder)
    with work.warmed(skeleton, walls=True):
        oracle.prepare(skeleton, work.judges_digest())
        asked = [
            asked_for(skeleton, path) for path in sorted(root.glob(f"submitted/*/{lesson.folder}/*.ipynb"))
        ]
        fork = multiprocessing.get_context("fork")
        parts = [fork.Process(target=ask_again, args=(asked[core::cores],)) for core in range(cores)]
        began = time.perf_counter()
        for part in parts:
            part.start()
        for part in parts:
            part.join()
            assert part.exitcode == 0
        return time.perf_counter() - began


def asked_for(skeleton: Skeleton, path: Path) -> list:
    """What grading a submission asks the sandbox for: rooms, in each exercises, in each requests."""
    rooms = []

    def room(self, limits):
        rooms.append((self.keras, []))
        return entered(self, limits)

    def exercise(self, data):
        rooms[-1][1].append((data, []))
        return begun(self, data)

    def ask(self, *request):
        rooms[-1][1][-1][1].append(request)
        return answered(self, *request)

    entered, begun, answered = Warm.room, Room.exercise, Running._ask
    with (
        mock.patch.object(Warm, "room", room),
        mock.patch.object(Room, "exercise", exercise),
        mock.patch.object(Running, "_ask", ask),
    ):
        work.grade(work.Task(path.parts[-3], skeleton, path.read_bytes(), None, "", Limits(), walls=True))
    return rooms


def ask_again(asked: list) -> None:
    work.inherit()
    for keras, exercises in itertools.chain.from_iterable(asked):
        with work.warm(keras, True).room(Limits()) as room:
            for data, requests in exercises:
                with room.exercise(data=data) as running, contextlib.suppress(Stopped):
                    for request in requests:
                        running._ask(*request)


def course_grade(root: Path, *arguments: str) -> tuple[float, list[float]]:
    """Seconds, and the memory that its processes have together, in bytes, every now and then."""
    began = time.perf_counter()
    grading = subprocess.Popen(
        [Path(sys.executable).with_name("course"), "grade", *arguments],
        cwd=root,
        stdout=subprocess.DEVNULL,
    )
    used: list[float] = []
    watching = threading.Thread(target=watch, args=(grading.pid, used), daemon=True)
    watching.start()
    assert grading.wait() == 0
    took = time.perf_counter() - began
    watching.join()
    return took, used


def watch(pid: int, used: list[float]) -> None:
    """Note the memory of a process and all below it; what they share counts once."""
    while True:
        try:
            whole = psutil.Process(pid)
            together = 0
            for process in [whole, *whole.children(recursive=True)]:
                try:
                    together += process.memory_full_info().pss
                except psutil.Error:
                    continue
            used.append(together)
        except psutil.Error:
            return
        time.sleep(0.3)


if __name__ == "__main__":
    main()
