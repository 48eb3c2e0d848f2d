"""A class of twelve who do not exist, graded: what `make grade` shows.

They are made from the course's own right answers and misconceptions: somebody did nothing, six have it right,
some in a style of their own, and each of the others makes a mistake or two. The last three show what the
instructor reads where a submission is out of the ordinary: one makes a mistake that no bank foresaw, one
ends its process, one was cut off.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

import nbformat  # noqa: E402
from submissions import submit  # noqa: E402
from submissions.classes import hand_in_class, right_answers  # noqa: E402

from helpers.grading.skeleton import find_lesson  # noqa: E402
from helpers.lessons import Lesson  # noqa: E402

CLASS = 12
FOLDER = ROOT / "example_class"
UNHEARD_OF = """def forward(x, Wx, Wh, bh, Wo, bo):
    h_last = np.zeros(len(bh))
    for x_t in x:
        h = np.tanh(x_t @ Wx + h_last @ Wh + bh)
        h_last = np.round(h, 1)  # easier to read
    return h @ Wo + bo"""
"""A mistake that no bank foresaw."""
COURSE = Path(sys.executable).with_name("course")


def main() -> int:
    asked = argparse.ArgumentParser(description="Grade an example class of twelve.")
    asked.add_argument("--lesson", default="5", help="its number or its name")
    asked.add_argument("--folder", type=Path, default=FOLDER, help="where to put the class")
    asked.add_argument("--no-sandbox", action="store_true", help="where there is no bubblewrap")
    options = asked.parse_args()
    lesson = find_lesson(options.lesson)
    folder = options.folder.resolve()
    make(folder, lesson)
    print(f"Twelve who do not exist have handed in {lesson.folder}: {shown(folder)}/submitted")
    grading = [COURSE, "grade", lesson.folder, *(["--no-sandbox"] if options.no_sandbox else [])]
    print(f"$ cd {shown(folder)} && course grade {' '.join(map(str, grading[2:]))}", flush=True)
    graded = subprocess.run(grading, cwd=folder, check=False).returncode
    if graded == 0:
        print(f"$ course report {lesson.number}", flush=True)
        graded = subprocess.run([COURSE, "report", lesson.folder], cwd=folder, check=False).returncode
    return graded


def make(folder: Path, lesson: Lesson) -> None:
    """A course's folder in which twelve have handed in a lesson, and nothing is graded.

    Raises:
        SystemExit: there is something else.
    """
    if (folder / "submitted/example-01").exists():
        shutil.rmtree(folder)
    elif folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} holds something else than an example class: name another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for released in ("00_start", lesson.folder):  # so that `course lab` opens there
        shutil.copytree(ROOT / "notebooks" / released, folder / "notebooks" / released)
    hand_in_class(folder, lesson, CLASS, lambda number: f"example-{number + 1:02d}")

    def handed_in(number: int) -> Path:
        return folder / "submitted" / f"example-{number:02d}" / lesson.folder / f"{lesson.name}.ipynb"

    released = folder / "notebooks" / lesson.folder / f"{lesson.name}.ipynb"
    first, *_ = lesson.exercises
    leaves = {first: f"import os\n\n\ndef {first}(*given):\n    os._exit(0)"}
    nbformat.write(submit(released, right_answers(lesson) | leaves), handed_in(CLASS - 1))
    if lesson.name == "forward_loop":
        unheard_of = right_answers(lesson) | {"forward": UNHEARD_OF}
        nbformat.write(submit(released, unheard_of), handed_in(CLASS - 2))
    whole = handed_in(CLASS).read_bytes()
    handed_in(CLASS).write_bytes(whole[: len(whole) // 2])


def shown(folder: Path) -> Path:
    """A folder as one would type it."""
    return folder.relative_to(ROOT) if folder.is_relative_to(ROOT) else folder


if __name__ == "__main__":
    raise SystemExit(main())
