"""The logbook: every try is kept, none disturbs a check, and what they amount to is said."""

import contextlib
import io
import os
import re
import sqlite3
import statistics
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from helpers import check, progress, verdict
from helpers.checking import CheckFailed
from helpers.lessons import LESSON_OF, LESSONS, find_exercise
from helpers.logbook import Logbook, Try, digest, find_logbook, progress_of, record, terminal
from helpers.workspace import PROGRESS, Workspace

ROOT = Path(__file__).parents[1]
TOTAL = len(LESSON_OF)


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A workspace with two lessons' folders; we are in lesson 1's, as its kernel is."""
    for lesson in ("01_notation", "05_forward_loop"):
        folder = tmp_path / "notebooks" / lesson
        folder.mkdir(parents=True)
        released = ROOT / "notebooks" / lesson / f"{lesson[3:]}.ipynb"
        (folder / released.name).write_bytes(released.read_bytes())
    place = Workspace(tmp_path)
    place.fill()
    monkeypatch.chdir(place.folder / "01_notation")
    return place


@pytest.fixture
def logbook(workspace: Workspace) -> Logbook:
    return Logbook(workspace.own / PROGRESS)


def time_step(X, t):
    return X[:, t]


right = time_step


def named(name: str, source: str):
    """An answer as a notebook has it: its source can be had."""
    import linecache

    file = f"<cell {len(linecache.cache)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(True), file)
    space: dict = {}
    exec(compile(source, file, "exec"), space)
    return space[name]


WRONG = named("time_step", "def time_step(X, t):\n    return X[t]\n")
UNWRITTEN = named("time_step", "def time_step(X, t):\n    raise NotImplementedError('Replace this')\n")


def tried(answer) -> None:
    with contextlib.suppress(CheckFailed), contextlib.redirect_stdout(io.StringIO()):
        check(answer)


def a_try(exercise: str, verdict: str = "failed", misconception: str = "", answer: str = "") -> Try:
    return Try("", LESSON_OF[exercise].folder, exercise, verdict == "passed", verdict, misconception, answer)


def test_every_check_by_the_learner_is_recorded(logbook: Logbook) -> None:
    for answer in (UNWRITTEN, WRONG, right):
        tried(answer)
    found = logbook.tries()
    assert [made.verdict for made in found] == ["not written", "failed", "passed"]
    assert [made.passed for made in found] == [False, False, True]
    assert {(made.lesson, made.exercise) for made in found} == {("01_notation", "time_step")}
    assert [made.misconception for made in found][1]
    assert len({made.answer for made in found}) == 3
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", made.at) for made in found)


def test_hidden_tests_and_verdicts_are_no_tries(logbook: Logbook) -> None:
    verdict(WRONG)
    with pytest.raises(CheckFailed):
        check(WRONG, seed=4711)
    assert logbook.tries() == []


def test_nothing_is_recorded_outside_a_workspace(
    tmp_path: Path, logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    tried(WRONG)
    assert find_logbook() is None
    assert not logbook.path.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notebooks", "work"]


@pytest.mark.parametrize("execution", ["validate", "autograde"])
def test_nothing_is_recorded_while_nbgrader_runs_the_notebook(
    execution: str, logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBGRADER_EXECUTION", execution)
    tried(WRONG)
    assert not logbook.path.exists()


def locked(logbook: Logbook, _: pytest.MonkeyPatch) -> contextlib.AbstractContextManager:
    logbook.add(a_try("sample"))
    connection = sqlite3.connect(logbook.path, isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    return contextlib.closing(connection)


def full(logbook: Logbook, monkeypatch: pytest.MonkeyPatch) -> contextlib.AbstractContextManager:
    logbook.add(a_try("sample"))
    real = sqlite3.connect

    def small(*arguments, **options):
        connection = real(*arguments, **options)
        connection.execute("PRAGMA max_page_count = 1")
        return connection

    for _ in range(40):
        logbook.add(a_try("sample", answer="x" * 90))
    monkeypatch.setattr(sqlite3, "connect", small)
    return contextlib.nullcontext()


def of_a_newer_release(logbook: Logbook, _: pytest.MonkeyPatch) -> contextlib.AbstractContextManager:
    with contextlib.closing(sqlite3.connect(logbook.path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    return contextlib.nullcontext()


def a_folder(logbook: Logbook, _: pytest.MonkeyPatch) -> contextlib.AbstractContextManager:
    logbook.path.mkdir()
    return contextlib.nullcontext()


def nowhere(logbook: Logbook, monkeypatch: pytest.MonkeyPatch) -> contextlib.AbstractContextManager:
    monkeypatch.setattr(Path, "cwd", lambda: (_ for _ in ()).throw(FileNotFoundError()))
    return contextlib.nullcontext()


@pytest.mark.parametrize("trouble", [locked, full, of_a_newer_release, a_folder, nowhere])
def test_a_verdict_is_the_same_whether_or_not_it_can_be_recorded(
    trouble, logbook: Logbook, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("helpers.logbook.tries.PATIENCE", 0.05)
    with trouble(logbook, monkeypatch):
        check(right)
        with pytest.raises(CheckFailed, match="first axis"):
            check(WRONG)
    said = capfd.readouterr()
    assert said.err == ""
    assert said.out.startswith("✓ time_step: passed")


@pytest.mark.parametrize("damage", ["no database", "its middle is gone", "cut off"])
def test_a_damaged_record_is_set_aside_and_a_new_one_begun(
    damage: str, logbook: Logbook, capfd: pytest.CaptureFixture[str]
) -> None:
    for number in range(30):
        logbook.add(a_try("sample", answer=str(number) * 300))
    data = logbook.path.read_bytes()
    damaged = {
        "no database": b"something else " * 100,
        "its middle is gone": data[:4096] + b"\0" * (len(data) - 4096),
        "cut off": data[: len(data) // 2],
    }[damage]
    logbook.path.write_bytes(damaged)
    tried(WRONG)
    assert capfd.readouterr().err == ""
    assert [made.exercise for made in logbook.tries()] == ["time_step"]
    (aside,) = logbook.path.parent.glob("progress (damaged *).db")
    assert re.fullmatch(r"progress \(damaged \d{4}-\d\d-\d\d \d{4}\)\.db", aside.name)
    assert aside.read_bytes() == damaged
    said = f"it was set aside as “work/.course/{aside.name}”"
    for text in (str(progress()), progress()._repr_mimebundle_()["text/html"], status_of(logbook)):
        assert text.count(said) == 1
    assert progress().passed == 0
    aside.unlink()
    assert "set aside" not in str(progress())


def status_of(logbook: Logbook) -> str:
    """What `course status` says in a narrow terminal."""
    from rich.console import Console

    out = io.StringIO()
    terminal.show(Workspace(logbook.path.parents[2]), Console(file=out, width=60, highlight=False))
    return out.getvalue()


def test_a_file_that_was_only_begun_is_finished(logbook: Logbook) -> None:
    logbook.path.touch()
    assert logbook.tries() == []
    logbook.add(a_try("sample"))
    assert len(logbook.tries()) == 1


def test_kernels_that_write_at_once_lose_no_try(logbook: Logbook) -> None:
    program = """
        import sys
        from pathlib import Path
        from helpers.logbook import Logbook, Try, tries
        tries.PATIENCE = 60  # two that do nothing but write may keep each other waiting for long
        logbook = Logbook(Path(sys.argv[1]))
        for number in range(60):
            logbook.add(Try("", "01_notation", "sample", False, "failed", "", f"{sys.argv[2]}-{number}"))
    """
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(program), str(logbook.path), str(writer)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
        )
        for writer in range(2)
    ]
    for writer in writers:
        _, said = writer.communicate(timeout=120)
        assert writer.returncode == 0, said
    expected = sorted(f"{writer}-{number}" for writer in range(2) for number in range(60))
    assert sorted(made.answer for made in logbook.tries()) == expected


def test_to_record_a_try_takes_a_few_milliseconds(logbook: Logbook) -> None:
    found = verdict(WRONG)
    seconds = []
    for _ in range(20):
        start = time.perf_counter()
        record(found, WRONG)
        seconds.append(time.perf_counter() - start)
    assert len(logbook.tries()) == 20
    assert statistics.median(seconds) < 0.05  # 1 ms on an idle machine


def test_an_answer_is_the_same_whatever_its_comments() -> None:
    same = named("time_step", "def time_step(X, t):\n    # time is second\n    return   X[t]  # so?\n")
    assert digest(same) == digest(WRONG) != digest(right)
    assert digest(len) == ""


def test_tries_count_different_answers_that_were_written() -> None:
    tries = [a_try("sample", "not written", answer="a")]
    assert not progress_of(tries).begun
    tries += [a_try("sample", answer="b"), a_try("sample", answer="b"), a_try("sample", "passed", answer="c")]
    tries += [a_try("sample", "error"), a_try("sample", "error")]
    (begun,) = progress_of(tries).begun
    assert (begun.tries, begun.passed) == (4, ("sample",))
    assert not begun.done


def test_a_passed_exercise_stays_passed() -> None:
    found = progress_of([a_try("sample", "passed", answer="a"), a_try("sample", answer="b")])
    assert found.passed == 1


def test_a_mistake_is_overcome_once_its_exercise_is_passed_after_it() -> None:
    first, second = (each.name for each in find_exercise("time_step").misconceptions[:2])
    met = [a_try("time_step", misconception=first), a_try("time_step", misconception=second)]
    assert [mistake.overcome for mistake in progress_of(met).mistakes] == [False, False]
    passed = [*met, a_try("time_step", "passed")]
    found = progress_of(passed)
    assert [mistake.overcome for mistake in found.mistakes] == [True, True]
    assert found.mistakes[0].sentence == find_exercise("time_step").misconceptions[0].sentence
    again = progress_of([*passed, a_try("time_step", misconception=first)])
    assert [mistake.overcome for mistake in again.mistakes] == [True, False]


@pytest.mark.parametrize(
    ("passed", "last", "due"),
    [
        ([], "", "make_data"),
        (["make_data"], "make_data", "sample"),
        (["make_data", "forward"], "forward", "rnn_step"),
        (["rnn_step", "dense", "forward", "forward_all"], "forward_all", "forward_batch"),
        (list(LESSONS[-1].exercises), LESSONS[-1].exercises[-1], "make_data"),
        (list(LESSON_OF), "sample", ""),
    ],
)
def test_what_comes_next_is_in_the_lesson_that_the_learner_is_in(
    passed: list[str], last: str, due: str
) -> None:
    tries = [a_try(name, "passed") for name in passed if name != last]
    tries += [a_try(last, "passed")] if last else []
    found = progress_of(tries)
    assert found.next == due
    assert (f"`{due}`" if due else "nothing is left") in str(found)


def test_tries_of_exercises_and_mistakes_that_are_gone_do_no_harm() -> None:
    gone = Try("", "01_notation", "no_such_exercise", True, "passed", "", "")
    found = progress_of([gone, a_try("sample", misconception="no_such_mistake")])
    assert (found.passed, found.mistakes) == (0, ())


def test_progress_in_a_notebook_says_all_of_it(logbook: Logbook) -> None:
    tried(WRONG)
    tried(named("sample", "def sample(X, n):\n    return X[n]\n"))
    found = progress()
    bundle = found._repr_mimebundle_()
    for text in (bundle["text/plain"], re.sub(r"<[^>]+>", "", bundle["text/html"])):
        assert f"1 of {TOTAL} exercises passed" in text
        assert "Five letters" in text
        assert "time_step: You took sample" in text
        assert "make_data, in lesson 1" in text.replace("`", "")
        assert "nothing is sent anywhere" in text
    links = re.findall(r'href="([^"]+)"', bundle["text/html"])
    assert set(links) == {"../01_notation/notation.ipynb"}
    assert Path(links[0]).is_file()
    assert len(bundle["text/html"]) < 10_000


def test_progress_outside_a_workspace_is_the_same_at_every_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said = str(progress())
    assert said.splitlines() == [
        "░" * 24 + f" 0 of {TOTAL} exercises passed",
        "Next: `make_data`, in lesson 1, Five letters.",
        "Open the course with `make lab`, and your checks are counted here: on your computer only.",
    ]


def test_a_record_that_cannot_be_read_is_said_in_a_notebook(
    logbook: Logbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    logbook.add(a_try("sample"))
    monkeypatch.setattr("helpers.logbook.tries.PATIENCE", 0.0)
    with contextlib.closing(sqlite3.connect(logbook.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert "cannot be read at the moment" in str(progress())
    logbook.path.write_bytes(b"something else " * 100)
    assert "is damaged: your next check sets it aside" in str(progress())


def test_status_says_all_of_it_in_a_terminal(workspace: Workspace, logbook: Logbook) -> None:
    from rich.console import Console

    tried(WRONG)
    tried(right)
    first = find_exercise("rnn_step").misconceptions[0]
    logbook.add(a_try("rnn_step", misconception=first.name))
    out = io.StringIO()
    terminal.show(workspace, Console(file=out, width=200, highlight=False))
    said = out.getvalue()
    assert f"1 of {TOTAL} exercises passed" in said
    assert all(lesson.title in said for lesson in LESSONS)
    assert re.search(r"1  Five letters +█░░░░░ +1 of 6 +2 *\n", said)
    open_ones, overcome = said.partition("Mistakes met and overcome")[::2]
    assert first.sentence.replace("`", "") in open_ones
    assert "You took sample" in overcome
    assert "Next: rnn_step, in lesson 5" in said
    assert "work/05_forward_loop/forward_loop.ipynb" in said


def test_the_status_command_needs_no_workspace_and_tells_of_a_damaged_record(tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "helpers", tmp_path / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "notebooks").mkdir()  # by which a course's folder is known

    def status() -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from helpers.command_line import main; main()", "status"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )

    done = status()
    assert (done.returncode, done.stderr) == (0, "")
    assert f"0 of {TOTAL} exercises passed" in done.stdout
    assert not (tmp_path / "work").exists()
    (tmp_path / "work/.course").mkdir(parents=True)
    (tmp_path / "work/.course/progress.db").write_bytes(b"something else " * 100)
    done = status()
    assert done.returncode == 1
    assert "is damaged: your next check sets it aside" in done.stderr
    assert "Traceback" not in done.stderr
