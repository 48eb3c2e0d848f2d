"""`course build`: what it makes, what it leaves alone, and what an author reads when something is wrong."""

import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest

from helpers.building.build import ROOT, Page, build, find_pages
from helpers.building.page import read_page
from helpers.lessons import LESSONS, find_exercise

building = sys.modules[build.__module__]  # the package's own `build` is the function
PAGES = find_pages()
RUN_HERE = ("00_start", "05_forward_loop", "99_cheat_sheet")
"""One page of each kind, run under a seed of its own; nbval runs all, under another seed every time."""
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.folder)


def graded(grade_id: str, grade: bool) -> str:
    """nbgrader's words on a solution cell, or on a check cell."""
    words = {"grade": grade, "grade_id": grade_id, "locked": grade, "solution": not grade, "task": False}
    return "nbgrader=" + json.dumps(words | {"schema_version": 3} | ({"points": 1} if grade else {}))


SMALL = f"""\
# %% [markdown]
# A picture of nothing.

# %%
print("one")

# %% {graded("answer", False)}
def answer():
    ### BEGIN SOLUTION
    return 42
    ### END SOLUTION

# %% {graded("check_answer", True)}
print(answer())
### BEGIN HIDDEN TESTS
assert answer() == 42
### END HIDDEN TESTS
"""


def write_lesson(root: Path, number: int, source: str) -> Page:
    """A lesson called `01_one`, `02_two`, … in a course of its own."""
    name = ("zero", "one", "two", "three", "four", "five", "six")[number]
    path = root / "solutions" / f"{number:02d}_{name}" / f"{name}.py"
    path.parent.mkdir(parents=True)
    path.write_text(source, encoding="utf-8")
    return Page(path)


@pytest.fixture
def built(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Page:
    """A course of one small lesson, as built."""
    page = write_lesson(tmp_path, 1, SMALL)
    assert build(root=tmp_path) == 0
    capsys.readouterr()
    return page


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


@pytest.mark.slow
@each_page
def test_committed_notebooks_are_what_a_build_makes_under_any_hash_seed(page, monkeypatch, capsys):
    monkeypatch.setenv("PYTHONHASHSEED", "4711")  # the kernel's
    if page.folder not in RUN_HERE:
        monkeypatch.setattr("helpers.building.execute.execute", with_committed_outputs(page))
    assert building._settle(page, *building.make(page), check=True), capsys.readouterr().out


def with_committed_outputs(page):
    """In place of running a page: its cells with the outputs that nbval has seen a run give."""

    def execute(notebook, folder):
        committed = nbformat.read(page.executed, as_version=4)
        for cell, ran in zip(notebook.cells, committed.cells, strict=True):
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = ran.outputs, ran.execution_count
        return notebook

    return execute


@pytest.mark.slow
def test_a_build_of_the_committed_notebooks_has_nothing_to_say_but_that():
    done = subprocess.run(
        [Path(sys.executable).with_name("course"), "build", "--check", "01_notation"],
        env={**os.environ, "PYTHONHASHSEED": "4711"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 notebooks agree with their sources" in done.stdout
    assert done.stderr == ""


def test_no_notebook_is_left_over_from_a_lesson_that_is_gone(capsys):
    assert building._report_strays(ROOT, PAGES) == [], capsys.readouterr().out


def test_every_lesson_of_the_table_of_contents_has_a_page():
    lessons = [lesson.folder for lesson in LESSONS]
    assert [page.folder for page in PAGES] == ["00_start", *lessons, "99_cheat_sheet"]


@each_page
def test_cell_ids_are_valid_unlike_each_other_and_the_same_at_every_reading(page):
    first, second = read_page(page.source), read_page(page.source)
    ids = [cell.id for cell in first.cells]
    assert len(set(ids)) == len(ids)
    assert ids == [cell.id for cell in second.cells]
    nbformat.validate(first)


@each_page
def test_headings_and_hints_are_filled_in_and_hints_open_one_at_a_time(page):
    text = "\n".join(cell.source for cell in read_page(page.source).cells if cell.cell_type == "markdown")
    assert not re.search(r"\[\[ | \]\]", text)
    lesson = next((lesson for lesson in LESSONS if lesson.folder == page.folder), None)
    if page.folder == "00_start":
        assert all(lesson.title in text and f"/{lesson.name}.ipynb)" in text for lesson in LESSONS)
    if lesson is None:
        return
    assert text.startswith(f"# {lesson.number} · {lesson.title}\n")
    for name in lesson.exercises:
        exercise = find_exercise(name)
        assert text.count(f"### Exercise: `{name}` {'★' * exercise.stars}") == 1
        places = [text.index(hint) for hint in exercise.hints]
        assert places == sorted(places)
        between = text[places[0] : places[-1]]
        assert between.count("<details>") == len(exercise.hints) - 1  # each inside the one before
        assert "</details>" not in between


@pytest.mark.slow
def test_a_build_makes_both_notebooks_and_only_what_changed(built, tmp_path, capsys):
    assert "return 42" in built.executed.read_text()
    released = nbformat.read(built.released, as_version=4)
    sources = "\n".join(cell.source for cell in released.cells)
    assert "raise NotImplementedError" in sources
    assert "42" not in sources
    other = write_lesson(tmp_path, 2, '# %%\nprint("two")\n')

    assert build(root=tmp_path) == 0
    assert "2 notebooks are up to date (1 built)" in capsys.readouterr().out
    before = built.executed.stat().st_mtime_ns
    assert build(root=tmp_path) == 0
    assert "(0 built)" in capsys.readouterr().out

    replace_in(other.source, "two", "three")
    other.released.unlink()
    assert build(root=tmp_path) == 0
    assert "(1 built)" in capsys.readouterr().out
    assert "three" in other.released.read_text()
    assert built.executed.stat().st_mtime_ns == before


@pytest.mark.slow
def test_a_check_shows_everything_that_is_out_of_step_and_changes_nothing(tmp_path, capsys):
    pages = [write_lesson(tmp_path, number, SMALL) for number in range(1, 7)]
    assert build(root=tmp_path) == 0
    source, executed, released, metadata, conflict, _agrees = pages
    replace_in(source.source, '"one"', '"eleven"')
    replace_in(executed.executed, "one\\n", "ten\\n")
    replace_in(released.released, "picture", "photo")
    replace_in(metadata.released, '"points": 1', '"points": 100')
    conflict.executed.write_text("<<<<<<< ours\n{}\n=======\n")
    stray = tmp_path / "notebooks/07_seven/seven.ipynb"
    stray.parent.mkdir()
    stray.write_text("{}")
    (stray.parent / "of_a_learner.ipynb").write_text("{}")
    texts = {path: path.read_text() for path in tmp_path.rglob("*.*") if path.is_file()}
    capsys.readouterr()

    assert build(check=True, root=tmp_path) == 1
    shown = capsys.readouterr().out
    reports = {part.split(" ")[0]: part for part in shown.split("✗ ")[1:]}
    for path, lines in {
        "solutions/01_one/one.ipynb": [
            '-print("one")',
            '+print("eleven")',
            '- "text": "one',
            '+ "text": "eleven',
        ],
        "notebooks/01_one/one.ipynb": ['-print("one")', '+print("eleven")'],
        "solutions/02_two/two.ipynb": ['- "text": "ten', '+ "text": "one'],
        "notebooks/03_three/three.ipynb": ["-A photo of nothing.", "+A picture of nothing."],
        "notebooks/04_four/four.ipynb": ['-  "points": 100', '+  "points": 1'],
        "solutions/05_five/five.ipynb": ["-<<<<<<< ours", "+A picture of nothing."],
        "notebooks/07_seven/seven.ipynb": ["has no source", "solutions/07_seven/seven.py"],
    }.items():
        report = reports.pop(path)
        assert all(f"    {line}" in report or line in report.split("\n")[0] for line in lines), report
        assert (
            "has no source" in report or f"is out of step: run `course build {path.split('/')[1]}`" in report
        )
    assert not reports
    assert "✓ 06_six" in shown
    assert texts == {path: path.read_text() for path in tmp_path.rglob("*.*") if path.is_file()}


def test_a_picture_that_changed_shows_by_the_line_of_its_drawing():
    def notebook(width):
        html = f'<img alt="a" src="data:image/svg+xml,{"%3Crect/%3E" * 90}%3Crect width=\'{width}\'/%3E">'
        output = nbformat.v4.new_output("display_data", {"text/html": html})
        return nbformat.writes(
            nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("draw()", id="a", outputs=[output])])
        )

    lines = building._difference(notebook(1), notebook(2))
    assert next(line for line in lines if line.startswith("-<")).startswith("-<rect width='1'/>")
    assert len("\n".join(lines)) < 400


@pytest.mark.slow
def test_a_cell_that_fails_or_writes_to_stderr_stops_its_build_and_is_named(tmp_path, capsys):
    sources = [
        f"# %% [markdown]\n# Text.\n\n# %% {graded('answer', False)}\n{{}}['[/key]']\n\n"
        "# %%\nopen('went_on', 'w')\n",
        "# %%\nimport sys\nprint('look out', file=sys.stderr)\n",
        "# %%\nimport os\nos._exit(1)\n",
        '# %% [markdown]\n# [[ hints("no_such_exercise") ]]\n',
    ]
    pages = [write_lesson(tmp_path, number, source) for number, source in enumerate(sources, start=1)]
    assert build(root=tmp_path) == 1
    shown = capsys.readouterr().out
    assert "01_one: cell 1 (answer) failed: KeyError: '[/key]'" in shown
    assert "02_two: cell 0 (cell-00) wrote to stderr: look out" in shown
    assert "03_three: Kernel died" in shown
    assert "04_four: four.py, cell 0: " in shown
    assert "no_such_exercise" in shown
    assert not (pages[0].source.parent / "went_on").exists()
    assert not any(path.exists() for page in pages for path in (page.executed, page.released))


def test_an_unknown_lesson_is_one_sentence(capsys):
    assert build(["99_none"]) == 2
    shown = capsys.readouterr().out
    assert shown.startswith("There is no lesson '99_none'; there are 00_start, 01_notation,")
    assert shown.count("\n") == 1


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a terminal's Ctrl-C cannot be sent here")
def test_an_interrupted_build_keeps_what_is_finished_and_leaves_whole_files(tmp_path):
    quick = write_lesson(tmp_path, 1, '# %%\nprint("quick")\n')
    slow = write_lesson(
        tmp_path, 2, "# %%\nimport os, time\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)\n"
    )
    program = textwrap.dedent(f"""
        import sys
        from pathlib import Path
        from helpers.building import build
        if __name__ == "__main__":
            sys.exit(build(jobs=2, root=Path({str(tmp_path)!r})))
    """)
    running = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    pid = slow.source.parent / "pid"
    try:
        wait_for(lambda: quick.released.exists() and pid.exists() and pid.read_text())
        time.sleep(0.3)
        os.killpg(running.pid, signal.SIGINT)
        out, err = running.communicate(timeout=20)
    finally:
        running.kill()
    assert running.returncode == 130
    assert err == ""
    assert "Interrupted" in out
    kernel = int(pid.read_text())
    wait_for(lambda: not Path(f"/proc/{kernel}").exists() if Path("/proc").exists() else True)
    nbformat.read(quick.released, as_version=4)
    files = {path.name for path in tmp_path.rglob("*") if path.is_file()}
    assert files == {"one.py", "one.ipynb", "two.py", "pid", "build.json"}
    replace_in(slow.source, "time.sleep(600)", "")
    assert build(root=tmp_path) == 0


def wait_for(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def test_a_write_that_breaks_off_leaves_the_old_text(tmp_path, monkeypatch):
    path = tmp_path / "page.ipynb"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        building._replace(path, "new")
    assert [file.name for file in tmp_path.iterdir()] == ["page.ipynb"]
    assert path.read_text() == "old"


@pytest.mark.parametrize(("wanted", "used"), [(0, 3), (1, 1), (5, 5)])
def test_jobs_are_as_asked_and_zero_leaves_the_choice(wanted, used, tmp_path, monkeypatch):
    jobs = []
    monkeypatch.setattr(building, "_room", lambda: 3)
    monkeypatch.setattr(building, "_make_all", lambda due, check, number: jobs.append(number) or [])
    assert build(jobs=wanted, root=tmp_path) == 0
    assert jobs == [used]


def test_a_machine_with_little_memory_runs_fewer_kernels_than_it_has_processors(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)), raising=False)
    monkeypatch.setattr(os, "sysconf", {"SC_PHYS_PAGES": 4 * 2**18, "SC_PAGE_SIZE": 4096}.get, raising=False)
    assert building._room() == 4
