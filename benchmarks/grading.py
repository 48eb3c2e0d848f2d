"""A class graded by `nbgrader autograde`, one after the other, and by `course grade`, in one run.

    python benchmarks/grading.py [--lesson 05_forward_loop] [--learners 60] [--nbgrader 60] [--many 1000]

Prints throughputs and their ratio; how long the class takes against the time that nothing but the learners'
cells and the observations of their answers take in processes that are warm already; and the memory of a
class and of a much larger one. `--nbgrader` says how many of the class nbgrader gets (it takes some seconds
for each), `--many 0` leaves the large class out.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from submissions.classes import hand_in_class  # noqa: E402

from helpers.grading.autograded import read_graded  # noqa: E402
from helpers.grading.skeleton import find_lesson  # noqa: E402

MEGABYTE = 1 << 20


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
        start, _ = course_grade(root, lesson.folder, "learner0000", "--again")
        took, peak = course_grade(root, lesson.folder, "--again")
        each = took / options.learners
        graded = [read_graded(path) for path in root.glob(f"autograded/*/{lesson.folder}/*.ipynb")]
        cells = sum(one.seconds for each_one in graded for one in each_one.judged) / cores

        print(f"{options.learners} submissions of {lesson.folder}, {cores} cores\n")
        print("| | seconds each | submissions a minute | ratio |")
        print("| --- | ---: | ---: | ---: |")
        print(f"| nbgrader autograde, one after the other | {serial:.2f} | {60 / serial:.0f} | 1 |")
        print(f"| course grade, start included | {each:.3f} | {60 / each:.0f} | {serial / each:.0f} |\n")
        print(f"start: {start:.1f} s (the first of a lesson asks Keras, once: {first - start:.1f} s more);")
        print(f"the class beyond it: {took - start:.1f} s;")
        print(
            f"cells and observations alone, on all cores: {cells:.1f} s; ratio {(took - start) / cells:.2f}\n"
        )
        if options.many:
            hand_in_class(root, lesson, options.many)
            many, much = course_grade(root, lesson.folder)
            print("| submissions | seconds | memory at most |")
            print("| ---: | ---: | ---: |")
            print(f"| {options.learners} | {took:.1f} | {peak / MEGABYTE:.0f} MB |")
            print(f"| {options.many} | {many:.1f} | {much / MEGABYTE:.0f} MB |")


def nbgrader(root: Path, *arguments: str) -> None:
    """A command of nbgrader's with kernels that start in the ordinary way."""
    subprocess.run(
        [Path(sys.executable).with_name("nbgrader"), *arguments],
        cwd=root,
        env={**os.environ, "JUPYTER_DEFAULT_PROVISIONER_NAME": "local-provisioner"},
        check=False,  # it ends with an error where one submission does
        capture_output=True,
    )


def course_grade(root: Path, *arguments: str) -> tuple[float, float]:
    """Seconds, and the most memory that its processes had together, in bytes."""
    began = time.perf_counter()
    grading = subprocess.Popen(
        [Path(sys.executable).with_name("course"), "grade", *arguments],
        cwd=root,
        stdout=subprocess.DEVNULL,
    )
    most = [0.0]
    watching = threading.Thread(target=watch, args=(grading.pid, most), daemon=True)
    watching.start()
    assert grading.wait() == 0
    took = time.perf_counter() - began
    watching.join()
    return took, most[0]


def watch(pid: int, most: list[float]) -> None:
    """Note the most memory of a process and all below it; what they share counts once."""
    while True:
        try:
            whole = psutil.Process(pid)
            together = 0
            for process in [whole, *whole.children(recursive=True)]:
                try:
                    together += process.memory_full_info().pss
                except psutil.Error:
                    continue
            most[0] = max(most[0], together)
        except psutil.Error:
            return
        time.sleep(0.5)


if __name__ == "__main__":
    main()
