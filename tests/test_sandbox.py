"""What learners may try, and what comes of it: by `course grade`, and by nbgrader alone to show why."""

import contextlib
import json
import os
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import numpy as np
import pytest
from attacks import ATTACKS, RIGHT
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbgrader.api import Gradebook
from platformdirs import user_cache_path
from submissions import submit
from submissions.classes import course_folder
from submissions.honest import HONEST

from helpers.checking.check import VISIBLE_SEED, verdict_on
from helpers.grading import work
from helpers.grading.autograded import read_graded
from helpers.grading.gradebook import Book
from helpers.grading.skeleton import find_lesson, read_skeleton
from helpers.grading.slices import names_in, needed
from helpers.grading.submission import Unreadable, read_submission
from helpers.lessons import find_exercise
from helpers.observing import crossing, plain
from helpers.observing.crossing import Malformed, pack, unpack
from helpers.observing.plain import same_bytes
from helpers.sandbox import bubblewrap
from helpers.sandbox.session import Limits, Room, Running, Stopped

ROOT = Path(__file__).parents[1]
LESSON = find_lesson("5")
RELEASED = ROOT / "notebooks" / LESSON.folder / f"{LESSON.name}.ipynb"
HIDDEN_SEED = 2026
ALL = {name: float(find_exercise(name).stars) for name in LESSON.exercises}
CANARIES = {
    "environment": "canary-of-the-environment",
    "home": "canary-of-the-home-folder",
    "course": "canary-of-the-course-folder",
    "other": "canary-of-another-submission",
}
ODD_FOLDERS = ("[a-z]*", "x {y} %s $(id)", "ünï — 名", "-rf", "a+b@c.org", "two\nlines")
IMPOSSIBLE_FOLDERS = ("back\\slash", os.fsdecode(b"\xff\xfe"))
has_sandbox = pytest.mark.skipif(
    not shutil.which(bubblewrap.PROGRAM) and not os.environ.get("CI"),
    reason="there is no bubblewrap here to grade in",
)

RUN = """
import ctypes, json, os, sys, time, traceback
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # whoever is left behind becomes a child of this process

def grade():
    from pathlib import Path
    from helpers.grading.run import Order, Watcher, grade_class
    from helpers.sandbox.session import Limits
    order = Order(root=Path(sys.argv[1]), lesson="5", **json.loads(sys.argv[2]))
    order = order.__class__(**{**order.__dict__, "limits": Limits(**order.limits)})
    summary = grade_class(order, Watcher())
    print(json.dumps([summary.graded, summary.all_right, summary.remarks, summary.left]), flush=True)

def children():
    with open("/proc/self/task/%d/children" % os.getpid()) as file:
        return file.read().split()

pid = os.fork()
if not pid:
    try: grade()
    except BaseException: traceback.print_exc()
    finally: os._exit(0)
os.waitpid(pid, 0)
until = time.monotonic() + 5
while children() and time.monotonic() < until:
    try: os.waitpid(-1, os.WNOHANG)
    except ChildProcessError: pass
    time.sleep(0.05)
print(json.dumps([open(f"/proc/{pid}/cmdline").read() for pid in children()]))
"""


class Class:
    """A course's folder with attackers in it, secrets all around, and somebody honest."""

    def __init__(self, root: Path):
        root.mkdir(exist_ok=True)
        self.root, self.home = course_folder(root / "course", LESSON), root / "home"
        self.home.mkdir()
        (self.home / ".password").write_text(CANARIES["home"])
        (self.root / "secret.txt").write_text(CANARIES["course"])
        self.add("honest", submit(RELEASED, RIGHT, f"# {CANARIES['other']}"))

    def add(self, learner: str, notebook: nbformat.NotebookNode, hand_in=None) -> None:
        folder = self.root / "submitted" / learner / LESSON.folder
        folder.mkdir(parents=True, exist_ok=True)
        places = {"COURSE": self.root, "HOME": self.home, "REPOSITORY": ROOT}
        for cell in notebook.cells:
            if cell.cell_type == "code" and isinstance(cell.source, str):
                for word, place in places.items():
                    cell.source = re.sub(rf"\b{word}\b", str(place), cell.source)
        if hand_in:
            hand_in(folder, notebook)
        else:
            nbformat.write(notebook, folder / f"{LESSON.name}.ipynb")

    def attacked_by(self, attack, learner: str = "") -> None:
        notebook = submit(RELEASED, RIGHT | attack.answers)
        if attack.change:
            attack.change(notebook)
        self.add(learner or attack.folder, notebook, attack.hand_in)

    def joined_by(self, honest, learner: str = "") -> None:
        notebook = submit(RELEASED, RIGHT | honest.answers)
        honest.change(notebook)
        self.add(learner or honest.folder, notebook)

    @property
    def environment(self) -> dict[str, str]:
        secrets = {"CANARY_PASSWORD": CANARIES["environment"], "HOME": str(self.home)}
        cache = str(user_cache_path())  # what Keras says is kept there, and need not be asked again
        own = {"JUPYTER_CONFIG_DIR": str(self.root / "jupyter"), "XDG_CACHE_HOME": cache}
        return {**os.environ, **secrets, **own}

    def grade(self, **order):
        """What `grade_class` says, and what processes are left when it is over."""
        limits = {"seconds": 3, "seconds_in_all": 20, "memory": 600 << 20, "disk": 8 << 20}
        order = {"limits": limits, "jobs": 6, **order}  # most of them wait for what does not end
        done = subprocess.run(
            [sys.executable, "-c", RUN, str(self.root), json.dumps(order)],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        *_, said, left = ["null", "null", *done.stdout.splitlines()]
        assert json.loads(said) is not None, done.stderr[-3000:]
        return json.loads(said), json.loads(left), done.stderr

    def nbgrader(self, *arguments: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name("nbgrader"), *arguments],
            cwd=self.root,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.stdout + done.stderr

    def graded(self, learner: str):
        return read_graded(self.autograded(learner))

    def autograded(self, learner: str) -> Path:
        return self.root / "autograded" / learner / LESSON.folder / f"{LESSON.name}.ipynb"

    def scores(self) -> dict[str, dict[str, float]]:
        """The automatic scores in the gradebook, by learner and exercise."""
        with Gradebook(f"sqlite:///{self.root}/gradebook.db", "rnn_by_hand") as gradebook:
            return {
                submission.student.id: {
                    grade.name.removeprefix("check_"): grade.auto_score
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                for submission in gradebook.assignment_submissions(LESSON.folder)
            }


@has_sandbox
@pytest.mark.slow(minutes=1)
def test_no_attack_earns_a_point_learns_a_secret_or_harms_anybody(tmp_path, record_property):
    course = Class(tmp_path)
    for attack in ATTACKS:
        course.attacked_by(attack)
    for honest in HONEST:
        course.joined_by(honest)
    for folder in (*ODD_FOLDERS, *IMPOSSIBLE_FOLDERS):
        course.add(folder, submit(RELEASED, RIGHT))
    before, devices = files(tmp_path), permissions()
    in_time = sorted({*(one.folder for one in HONEST), *ODD_FOLDERS})
    patient = {"limits": {"memory": 600 << 20, "disk": 8 << 20}, "learners": in_time}
    (_, _, remarks, _), processes, stderr = course.grade(**patient)
    (_, _, more, left), others, more_said = course.grade(
        learners=["honest", *IMPOSSIBLE_FOLDERS, *(attack.folder for attack in ATTACKS)]
    )
    remarks, processes, stderr = remarks + more, processes + others, stderr + more_said

    faults = []

    def expect(truth, *said):
        if not truth:
            faults.append(said)

    expect(left == sorted(IMPOSSIBLE_FOLDERS) or set(left) == set(IMPOSSIBLE_FOLDERS), "left", left)
    expect(not processes, "processes left behind", processes)
    expect("Traceback" not in stderr, "stderr", stderr[-2000:])
    expect(permissions() == devices, "devices changed")
    expect(not Path("/tmp/ran").exists(), "a pickle was run")
    made = {
        name
        for name in files(tmp_path) - before
        if not name.startswith(("course/autograded/", "home/.keras"))
    }
    expect(made <= {"course/gradebook.db"}, "files left behind", made)
    by_learner: dict[str, list[str]] = {}
    for learner, remark in remarks:
        by_learner.setdefault(learner, []).append(remark)
    scores = course.scores()
    for attack in ATTACKS:
        said = by_learner.get(attack.folder, [])
        graded = course.graded(attack.folder)
        expect(graded is not None, attack.name, "is not graded")
        if graded is None:
            continue
        verdicts = {one.exercise: one.verdict for one in graded.judged}
        for name, verdict in verdicts.items():
            attacked = attack.whole or name in attack.answers
            expect(verdict.passed is not attacked, attack.name, name, str(verdict))
            due = 0 if attacked else ALL[name]
            expect(scores[attack.folder][name] == due, attack.name, name, scores[attack.folder][name])
            if attacked and attack.status:
                expect(verdict.status in attack.status, attack.name, verdict.status, str(verdict))
        if attack.remark:
            expect(any(re.search(attack.remark, one) for one in said), attack.name, "remarks", said)
        expect(len(said) <= 2, attack.name, "many remarks", said)
        expect(all(len(one) < 120 and one.isprintable() for one in said), attack.name, "remark", said)
        worst = said[0] if said else next((v.status for v in verdicts.values() if not v.passed), "passed")
        lost = sum(not v.passed for n, v in verdicts.items() if n not in attack.answers)
        points = sum(scores[attack.folder][name] for name in attack.answers)
        comes = "POINTS" if points else f"0 points; {worst}"
        record_property(
            "attack", (attack.name, attack.tries, "course", comes if attack.whole or not lost else "HARM")
        )
    for learner in ("honest", *(one.folder for one in HONEST), *ODD_FOLDERS):
        graded = course.graded(learner)
        said = [str(one.verdict) for one in graded.judged if not one.verdict.passed] if graded else "none"
        expect(not said, learner, said)
        expect(scores.get(learner) == ALL, learner, scores.get(learner))
        expect(
            "several cells" in str(by_learner.get(learner, "several cells")), learner, by_learner.get(learner)
        )
    for one in HONEST:
        record_property("honest", (one.name, "course", scores[one.folder] == ALL))
    expect_no_secrets(course, expect)
    assert not faults, "\n".join(map(str, faults))


def expect_no_secrets(course, expect):
    """Nothing that an attacker was after is in a graded notebook, nor any script or order to a terminal."""
    hidden = written_out(HIDDEN_SEED) - written_out(VISIBLE_SEED)
    for path in (course.root / "autograded").rglob("*"):
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        learner = path.parts[-3]
        outputs = [
            json.dumps(cell.get("outputs", []))
            for cell in (json.loads(text)["cells"] if path.suffix == ".ipynb" else [])
            if cell["metadata"].get("nbgrader")
        ]
        shown = "\n".join(outputs)
        facts = "" if path.suffix != ".ipynb" else json.dumps(json.loads(text)["metadata"])
        for kind, canary in CANARIES.items():
            told = [canary in shown, canary in facts and learner != "honest"]
            expect(not any(told), learner, "tells", kind)
        expect(not [n for n in hidden if n in shown or n in facts], learner, "tells hidden numbers")
        expect("REACHED" not in shown, learner, re.findall(r".{0,80}REACHED.{0,80}", shown)[:1])
        page = "".join(
            "".join(output["data"].get("text/html", []))
            for cell in (json.loads(text)["cells"] if path.suffix == ".ipynb" else [])
            for output in cell.get("outputs", [])
            if "data" in output and cell["metadata"].get("nbgrader")
        )
        expect(not re.search(r"<(script|img|svg)\b", page.replace("<svg class", "")), learner, "shows script")
        expect(not re.search("[\x00-\x08\x1b\u202e\ud800-\udfff]", page + shown), learner, "gives orders")
        expect(path.stat().st_size < 2_000_000, learner, "is large", path.stat().st_size)


def files(top: Path) -> set[str]:
    found = {str(path.relative_to(top)) for path in top.rglob("*") if path.is_file()}
    return found | {name for name in os.listdir("/tmp") if name.startswith(("full", "small", "told", "ran"))}


def permissions() -> list[tuple[str, int]]:
    return [(name, os.stat(f"/dev/{name}").st_mode) for name in ("null", "zero", "full", "random", "urandom")]


def written_out(seed: int) -> set[str]:
    """The numbers of an exercise's cases, inputs and right results, with more digits than chance gives."""
    numbers = set()
    for name in LESSON.exercises:
        exercise = find_exercise(name)
        for case in exercise.draw(seed):
            values = [*case.inputs.values(), exercise.observe(exercise.reference, case).value]
            for number in [number for value in values for number in value.ravel().tolist()]:
                numbers |= {repr(abs(number))[:9]} if len(repr(number)) > 9 else set()
    return numbers


@pytest.mark.slow(minutes=2)
def test_plain_nbgrader_shows_why(tmp_path, record_property):
    """The attacks that need no sandbox to be harmless: what nbgrader alone makes of them."""
    course = Class(tmp_path)
    losing = [attack for attack in ATTACKS if attack.name in ("a check twice", "a schema of the future")]
    hanging = next(attack for attack in ATTACKS if attack.name == "an uninterruptible loop")
    tried = [attack for attack in ATTACKS if attack.plain and attack not in (*losing, hanging)]
    unusual = [one for one in HONEST if one.plain]
    for attack in tried:
        course.attacked_by(attack)
    for honest in unusual:
        course.joined_by(honest)
    course.add("resubmits", submit(RELEASED, RIGHT))
    with Book(course.root) as book:
        book.prepare(LESSON.folder)
    course.nbgrader("autograde", LESSON.folder, "--Execute.timeout=4")
    comes = {attack.name: on_nbgrader(course, attack) for attack in tried}
    scores = course.scores()

    crash = next(attack for attack in ATTACKS if attack.name == "os._exit")
    course.attacked_by(crash, "resubmits")
    (course.root / "submitted" / "resubmits" / LESSON.folder / "timestamp.txt").write_text(
        "2030-01-02 10:00 UTC"
    )
    course.nbgrader("autograde", LESSON.folder, "--student=resubmits")
    kept = course.scores()["resubmits"]["rnn_step"]
    comes[RESUBMITS[0]] = "the old score stays" if kept else "0 points"
    for attack in losing:
        small = Class(tmp_path / attack.folder)
        small.attacked_by(attack, "before_the_honest")
        with Book(small.root) as book:
            book.prepare(LESSON.folder)
        small.nbgrader("autograde", LESSON.folder)
        comes[attack.name] = "0 points" if "honest" in small.scores() else "the batch aborted"
    course.attacked_by(hanging)
    comes[hanging.name] = on_nbgrader_for(course, hanging, seconds=12)

    for name, what in comes.items():
        tries = next((attack.tries for attack in ATTACKS if attack.name == name), RESUBMITS[1])
        record_property("attack", (name, tries, "nbgrader", what))
    for one in unusual:
        record_property("honest", (one.name, "nbgrader", scores.get(one.folder) == ALL))
        assert (scores.get(one.folder) == ALL) is one.for_nbgrader, (one.name, scores.get(one.folder))
    assert comes["check tagged skip-execution"] == comes["hook before each cell"] == "full marks"
    assert comes["a check twice"] == comes["a schema of the future"] == "the batch aborted"
    assert comes["a crash after a good one"] == "the old score stays"


def on_nbgrader_for(course, attack, seconds):
    """The same, of an attack that its limit of time, 4 s, may not stop."""
    command = [Path(sys.executable).with_name("nbgrader"), "autograde", LESSON.folder]
    grading = subprocess.Popen(
        [*command, f"--student={attack.folder}", "--Execute.timeout=4"],
        cwd=course.root,
        env=course.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        grading.wait(seconds)
    except subprocess.TimeoutExpired:
        grading.kill()
        grading.wait()
        return "the batch never ends"
    return on_nbgrader(course, attack)


RESUBMITS = ("a crash after a good one", "keeps the score of an older version by a new one that crashes")


def on_nbgrader(course, attack):
    """What nbgrader has made of an attack, in a few words."""
    path = course.autograded(attack.folder)
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    score = course.scores().get(attack.folder, {}).get("rnn_step")
    with sqlite3.connect(course.root / "gradebook.db") as book:
        rewritten = book.execute("select count(*) from grade where extra_credit = 77").fetchone()[0]
    if score is None or not text:
        return "the submission is lost"
    if "link" in attack.name:
        return "followed: full marks" if score else "0 points"
    if len(text) > 10_000_000:
        return f"a notebook of {len(text) // 1_000_000} MB"
    if "child" in attack.name:
        return "the gradebook is rewritten" if rewritten else "0 points"
    if any(CANARIES[kind] in text for kind in ("course", "other", "home")):
        return "secrets told"
    if "script" in attack.name and re.search(r"<script>alert", text):
        return "script in what is shown"
    return "full marks" if score else "0 points"


@has_sandbox
@pytest.mark.slow
def test_a_crash_after_a_good_one_leaves_no_old_score(tmp_path, record_property):
    course = Class(tmp_path)
    course.grade()
    assert course.scores()["honest"] == ALL
    course.attacked_by(next(attack for attack in ATTACKS if attack.name == "os._exit"), "honest")
    (graded, right, ((learner, remark),), left), _, _ = course.grade()
    assert (graded, right, learner, left) == (1, 0, "honest", [])
    assert remark.startswith("rnn_step: it ended its process")
    assert course.scores()["honest"] == ALL | {"rnn_step": 0}
    record_property("attack", (*RESUBMITS, "course", f"0 points; {remark}"))


READING = {
    "reads the environment": ("environment",),
    "reads the grader's home": ("home",),
    "reads the course's folder": ("course", "other"),
}


@has_sandbox
@pytest.mark.slow
def test_without_walls_the_same_attacks_do_read_so_that_these_tests_can_fail(tmp_path):
    course = Class(tmp_path)
    reading = [attack for attack in ATTACKS if attack.name in READING]
    for attack in reading:
        course.attacked_by(attack)
    course.grade(walls=False, limits={"seconds": 20})
    for attack in reading:
        graded = course.graded(attack.folder)
        told = json.dumps(graded.model_dump(mode="json"))
        assert [kind for kind in READING[attack.name] if CANARIES[kind] not in told] == [], attack.name
        assert [one.verdict.passed for one in graded.judged] == [False, True, True, True]


@pytest.mark.parametrize("honest", HONEST, ids=lambda honest: honest.folder)
def test_honest_work_passes_in_self_study_too(honest, record_property):
    notebook = submit(RELEASED, RIGHT | honest.answers)
    honest.change(notebook)
    skeleton = read_skeleton(ROOT, LESSON.folder)
    submission = read_submission(nbformat.writes(notebook).encode(), skeleton)
    shell = InteractiveShell(user_ns={})
    shell.enable_gui = lambda gui=None: None
    ran = set()
    for exercise in skeleton.exercises:
        with capture_output():
            for cell in needed(submission.cells, exercise.name, exercise.check, changes=True):
                if cell not in ran:
                    shell.run_cell(cell.source)
                    ran.add(cell)
        for seed in (VISIBLE_SEED, HIDDEN_SEED):
            found = verdict_on(find_exercise(exercise.name), shell.user_ns[exercise.name], seed)
            assert found.passed, found
    record_property("honest", (honest.name, "self-study", True))


def test_where_there_is_no_sandbox_nothing_runs(tmp_path, monkeypatch):
    def said(**variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        bubblewrap.require.cache_clear()
        with pytest.raises(bubblewrap.NoSandbox) as problem:
            bubblewrap.require()
        return str(problem.value)

    assert "apt install bubblewrap" in said(PATH=str(tmp_path))
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho bwrap: No permissions to create new namespace >&2\nexit 1\n")
    fake.chmod(0o755)
    text = said(PATH=str(tmp_path))
    assert "No permissions to create new namespace" in text
    assert "max_user_namespaces" in text
    skeleton = read_skeleton(ROOT, LESSON.folder)
    with pytest.raises(bubblewrap.NoSandbox), work.warmed(skeleton, walls=True):
        pass
    assert not work._warm
    monkeypatch.setattr(bubblewrap.confine, "can_filter", lambda: False)
    assert "x86-64" in said(PATH=os.defpath)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "needs Linux" in said(PATH=os.defpath)
    bubblewrap.require.cache_clear()


def test_a_course_below_tmp_is_seen_in_the_sandbox_too(monkeypatch):
    to_scratch = ("--symlink", bubblewrap.HOME, "/tmp")

    def linked(place):
        monkeypatch.setattr(bubblewrap, "_interpreter", lambda: [f"{place}/.venv/lib"])
        monkeypatch.setattr(bubblewrap, "_package", lambda: Path(place, "helpers"))
        words = bubblewrap.command(keras=True)
        return any(tuple(words[at : at + 3]) == to_scratch for at in range(len(words)))

    assert linked("/home/ada/course")
    assert not linked("/tmp/course")


PROBE = """
import errno, os, resource, socket, sys, threading, time
sys.path.insert(0, "/probe")
import confine

def child_does_the_rest():
    if pid := os.fork():
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

def refused(act, *numbers):
    try: done = act()
    except OSError as problem: assert problem.errno in numbers, problem
    else: raise AssertionError(f"allowed: {done}")

confine.be_first_to_go()
confine.enter_own_namespaces()
child_does_the_rest()
confine.be_unreadable()
confine.mount_tmpfs("/sandbox", "size=1m,mode=700")
child_does_the_rest()
confine.limit(400 << 20, 8 << 20)
confine.give_up_privileges()

assert os.getpid() == 2
assert not [name for name in os.listdir("/proc") if name.isdigit()]
refused(os.fork, errno.EPERM)
refused(socket.socket, errno.EPERM)
refused(lambda: os.execv("/bin/true", ["true"]), errno.EPERM)
refused(lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)), errno.EPERM)
refused(lambda: os.setpriority(os.PRIO_PROCESS, 1, 5), errno.EPERM)
refused(lambda: os.utime("/dev/null"), errno.EROFS)
refused(lambda: open("/proc/mine", "w"), errno.EROFS)
large = open("/sandbox/large", "wb", buffering=0)
refused(lambda: large.write(bytes(4 << 20)) == 4 << 20 or os.write(99, b""), errno.ENOSPC, errno.EBADF)
os.kill(1, 9)
try:
    bytearray(500 << 20)
    raise AssertionError("no limit of memory")
except MemoryError: pass
if sys.argv[1] != "0" and confine._counts_threads_by_namespace():
    threading.stack_size(65536)
    try:
        for _ in range(confine.MOST_THREADS + 10):
            threading.Thread(target=time.sleep, args=(9,), daemon=True).start()
        raise AssertionError("no limit of threads")
    except RuntimeError: pass
os._exit(7)
"""
NOBODY = 65534


@has_sandbox
@pytest.mark.parametrize("user", [os.getuid(), NOBODY], ids=["as who grades", "as nobody"])
def test_the_walls_stand_with_root_and_without(user, monkeypatch):
    python = "/usr/bin/python3"
    if not Path(python).exists():
        pytest.skip(f"needs {python}, as nobody may not read this test's own interpreter")
    if user != os.getuid() and (os.getuid() != 0 or not shutil.which("setpriv")):
        pytest.skip("only root can become nobody")
    for name, nothing in {"_interpreter": list, "_libraries": list}.items():
        monkeypatch.setattr(bubblewrap, name, nothing)
    monkeypatch.setattr(bubblewrap, "SEEN", ())
    become = (
        ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user != os.getuid() else []
    )
    with tempfile.TemporaryDirectory() as folder:  # pytest's own are root's alone
        os.chmod(folder, 0o755)
        shutil.copy(bubblewrap.confine.__file__, folder)
        *command, chdir, home = bubblewrap.command(keras=False)
        at = command.index("--remount-ro")
        command[at:at] = ["--ro-bind", folder, "/probe"]
        done = subprocess.run(
            [*become, *command, chdir, home, python, "-c", PROBE, str(user)],
            env=bubblewrap.environment(),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 7, done.stderr


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.complex_numbers()
    | st.text()
    | arrays(
        st.sampled_from(["f4", "f8", "i8", "u1", "?", "c16", "U3", "M8[s]"]),
        array_shapes(min_dims=0, min_side=0),
    ),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=10,
)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["code", "cells"]),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
    max_leaves=20,
)
TAGS = sorted(crossing._UNPACKED)


@given(values)
@settings(max_examples=80, deadline=None)
def test_plain_values_cross_and_come_back_as_they_were(value):
    blobs = []
    tree = json.loads(json.dumps(pack(value, blobs)))
    assert same_bytes(unpack(tree, blobs), plain(value, depth=-99))


@given(
    st.recursive(
        anything | st.builds(lambda tag, content: {tag: content}, st.sampled_from(TAGS), anything),
        lambda inner: st.builds(lambda tag, content: {tag: [content]}, st.sampled_from(TAGS), inner),
        max_leaves=5,
    ),
    st.lists(st.binary(max_size=200) | st.binary(max_size=60).map(lambda end: NPY + end), max_size=3),
)
@settings(max_examples=300, deadline=None)
def test_whatever_arrives_is_a_value_or_malformed(tree, blobs):
    with contextlib.suppress(Malformed):
        unpack(tree, blobs)


NPY = b"\x93NUMPY\x01\x00"


@given(st.binary(max_size=300) | st.binary(max_size=60).map(lambda end: b"\0\0\0\x14" + end))
@settings(max_examples=200, deadline=None)
def test_whatever_is_sent_is_a_frame_or_malformed(sent):
    mine, theirs = socket.socketpair()
    with mine, contextlib.suppress(Malformed, ConnectionError):
        with theirs:
            theirs.sendall(sent)
        crossing.receive(mine, time.monotonic() + 1)


def test_what_crosses_takes_no_more_room_than_it_says():
    ten = {"list": [{"array": 0}] * 10}
    blobs = []
    pack(np.zeros(1000), blobs)
    with pytest.raises(Malformed):
        unpack(ten, blobs)
    many = unpack({"list": [{"objects": [1000, 1000]}] * 1000}, [])
    assert sum(array.base is not None for array in many) == 1000  # views of one entry
    empty = (
        NPY + b"v\0" + b"{'descr': '<U0', 'fortran_order': False, 'shape': (9999999999,)}".ljust(117) + b"\n"
    )
    assert unpack({"array": 0}, [empty]).size == 0


def test_a_trickle_ends_in_time():
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(crossing.LENGTH.pack(1_000_000))
        stop = threading.Event()

        def trickle():
            while not stop.wait(0.001):
                theirs.send(b" ")

        thread = threading.Thread(target=trickle)
        thread.start()
        began = time.monotonic()
        with pytest.raises(TimeoutError):
            crossing.receive(mine, began + 0.2)
        took = time.monotonic() - began
        stop.set()
        thread.join()
    assert took < 1


CELL = st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"]) | anything},
    optional={
        "source": st.text() | st.lists(st.text(max_size=9), max_size=3) | anything,
        "input": anything,
        "id": st.text(max_size=3) | anything,
        "metadata": anything
        | st.fixed_dictionaries(
            {"nbgrader": anything | st.fixed_dictionaries({"grade_id": st.sampled_from(LESSON.exercises)})}
        ),
    },
)


@given(
    st.binary(max_size=100)
    | anything.map(_json := lambda value: json.dumps(value).encode())
    | st.lists(CELL | anything, max_size=6).map(lambda cells: _json({"cells": cells}))
    | st.lists(anything | st.fixed_dictionaries({"cells": anything}), max_size=3).map(
        lambda sheets: _json({"worksheets": sheets})
    )
)
@settings(max_examples=300, deadline=None)
def test_whatever_is_handed_in_is_a_submission_or_unreadable(text):
    with contextlib.suppress(Unreadable):
        submission = read_submission(text, read_skeleton(ROOT, LESSON.folder))
        for name in LESSON.exercises:
            assert set(needed(submission.cells, name, 10**6, changes=True)) <= set(submission.cells)


@given(
    st.text()
    | st.lists(st.sampled_from(PIECES := [*"%!?()[]{}:;=\\'\"\n\t \0", "def f", "x", "=", "%time"])).map(
        "".join
    )
)
@settings(max_examples=300, deadline=None)
def test_names_are_read_off_anything(source):
    names_in(source)


OWN = """
def answer(x):
    h, states = x[0], []
    out = np.zeros(3)
    out[0] = 1
    for x_t in x:
        states.append(x_t)
    def note():
        states.append(h)
    print(states)
    return states
"""
SHARED = {
    "an argument": "def answer(x, cache=[]):\n    cache.append(x)",
    "a global list": "states = []\ndef answer(x):\n    states.append(x)",
    "said to be global": "def answer(x):\n    global states\n    states = []\n    states.append(x)",
    "another name for it": "def answer(x):\n    states = KEPT\n    states.append(x)",
    "one or the other": "def answer(x):\n    states = []\n    states = KEPT\n    states.append(x)",
    "what a call gave": "def answer(x):\n    states = np.asarray(KEPT)\n    states[0] = 1",
    "what a loop gave": "def answer(x):\n    s = []\n    for s in KEPT:\n        s.append(x)",
    "what a list holds": "def answer(x):\n    states = [KEPT]\n    states[0].append(x)",
    "an entry of what a list holds": "def answer(x):\n    states = [KEPT]\n    states[0][1] = x",
    "of the same name as an inner one": "def answer(x):\n    def inner():\n        s = []\n    s.append(x)",
    "a name that a pattern binds": "def answer(x):\n    s = []\n    match KEPT:\n        case s: s.append(x)",
    "a module": "np.tanh = None",
}


def test_what_a_function_makes_for_itself_comes_in_nobodys_way():
    assert not names_in(OWN).changed


@pytest.mark.parametrize("source", SHARED.values(), ids=SHARED)
def test_what_others_can_see_may_come_in_their_way(source):
    assert names_in(source).changed


def test_a_reply_that_comes_too_late_is_too_late_and_no_broken_one():
    mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    channel, process = socket.socketpair()
    with mine, theirs, channel, process:
        running = Running(Room(mine, Limits(seconds=0.05), keras=False), channel)
        reply = {"error": None, "printed": ""}
        late = threading.Timer(0.2, crossing.send, (process, reply, []))
        late.start()
        with pytest.raises(Stopped, match="did not end within 0 seconds"):
            running.run("a cell", "pass")
        late.join()


@pytest.mark.parametrize(
    "source",
    [
        "!a\n" * 600,
        "x = " + "-" * 100_000 + "1",
        "(" * 50_000,
        "a" + ".b" * 50_000,
        "%%time\n" * 300,
        "'\\d'",
    ],
    ids=["commands", "minuses", "brackets", "attributes", "magics", "an odd escape"],
)
def test_names_are_read_off_hostile_cells_in_no_time(source, recwarn):
    began = time.process_time()
    names_in(source)
    assert time.process_time() - began < 2
    assert not recwarn
