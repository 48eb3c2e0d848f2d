"""The learner's copy in `work/`: kept up to date, and nothing in it is ever lost, whatever happens when."""

import errno
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from helpers.workspace import NotReset, Workspace, copies, files, find_workspace

ROOT = Path(__file__).parents[1]
LESSON = "05_forward_loop"
DATE = r"\d{4}-\d\d-\d\d \d{4}"


def release(root: Path, text: str, lesson: str = LESSON) -> None:
    """Make or change a released notebook."""
    cells = [new_markdown_cell(text, id="text"), new_code_cell("# your answer", id="answer")]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook = new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})
    path = root / "notebooks" / lesson / f"{lesson[3:]}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def write_answer(path: Path, answer: str) -> None:
    """Save a notebook as JupyterLab does, with an answer in it."""
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source = answer
    nbformat.write(notebook, path)


def text_of(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[0].source


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def visible(folder: Path) -> str:
    """Everything that a learner finds in a folder."""
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in found)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A course of two pages, in its first release."""
    release(tmp_path, "first", "00_start")
    release(tmp_path, "first")
    return tmp_path


@pytest.fixture
def workspace(root: Path) -> Workspace:
    """The same after the first `course lab`."""
    place = Workspace(root)
    place.fill()
    return place


@pytest.fixture
def mine(workspace: Workspace) -> Path:
    """The learner's notebook of lesson 5, untouched."""
    return workspace.folder / LESSON / "forward_loop.ipynb"


def one_sentence(text: str) -> bool:
    return "\n" not in text and not re.search(r"[.!?]\s+[A-Z]", text) and text.endswith(".")


def test_the_first_start_copies_every_lesson_with_the_courses_own_kernel(root: Path) -> None:
    filled = Workspace(root).fill()
    assert filled.copied == ["00_start", LESSON]
    assert len(filled.sentences()) == 1
    assert one_sentence(filled.sentences()[0])
    copied = nbformat.read(root / "work" / LESSON / "forward_loop.ipynb", as_version=4)
    nbformat.validate(copied)
    released = nbformat.read(root / "notebooks" / LESSON / "forward_loop.ipynb", as_version=4)
    assert copied.cells == released.cells
    assert copied.metadata.kernelspec.name == "rnn-by-hand"
    assert released.metadata.kernelspec.name == "python3"


def test_a_notebook_that_is_only_opened_has_nothing_to_save() -> None:
    from ipykernel.ipkernel import IPythonKernel

    assert IPythonKernel.language_info == copies.LANGUAGE_INFO


def test_another_start_changes_nothing_and_says_nothing(workspace: Workspace, mine: Path) -> None:
    before = mine.stat()
    filled = workspace.fill()
    assert not filled.sentences()
    assert (filled.copied, filled.refreshed, filled.offered) == ([], [], [])
    assert mine.stat().st_mtime_ns == before.st_mtime_ns
    assert names(mine.parent) == ["forward_loop.ipynb"]


def test_an_untouched_copy_becomes_one_of_the_newer_release(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    release(root, "second")
    filled = workspace.fill()
    assert filled.refreshed == [LESSON]
    assert not filled.sentences()
    assert text_of(mine) == "second"
    assert names(mine.parent) == ["forward_loop.ipynb"]


def test_a_changed_notebook_stays_and_the_newer_release_lies_beside_it(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    before = mine.read_bytes()
    release(root, "second")
    (sentence,) = workspace.fill().sentences()
    assert one_sentence(sentence)
    assert "forward_loop (new).ipynb" in sentence
    assert mine.read_bytes() == before
    assert text_of(mine.with_name("forward_loop (new).ipynb")) == "second"
    assert not workspace.fill().sentences()

    release(root, "third")
    assert workspace.fill().offered == [LESSON]
    assert text_of(mine.with_name("forward_loop (new).ipynb")) == "third"
    assert names(mine.parent) == ["forward_loop (new).ipynb", "forward_loop.ipynb"]


def test_a_notebook_whose_cells_were_run_counts_as_changed(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    notebook = nbformat.read(mine, as_version=4)
    notebook.cells[1].execution_count = 1
    nbformat.write(notebook, mine)
    release(root, "second")
    assert workspace.fill().offered == [LESSON]


def test_an_offer_that_the_learner_works_in_stays_and_the_next_gets_a_number(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    release(root, "second")
    workspace.fill()
    write_answer(mine.with_name("forward_loop (new).ipynb"), "my second answer")
    assert not workspace.fill().offered
    release(root, "third")
    workspace.fill()
    assert text_of(mine.with_name("forward_loop (new 2).ipynb")) == "third"
    assert "my answer" in visible(mine.parent)
    assert "my second answer" in visible(mine.parent)


def test_an_offer_that_was_deleted_does_not_come_back_before_the_next_release(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    release(root, "second")
    workspace.fill()
    offer = mine.with_name("forward_loop (new).ipynb")
    offer.unlink()
    assert not workspace.fill().sentences()
    assert not offer.exists()
    release(root, "third")
    assert workspace.fill().offered == [LESSON]
    assert text_of(offer) == "third"


def test_many_offers_are_told_in_one_sentence(root: Path, workspace: Workspace, mine: Path) -> None:
    for lesson in ("00_start", LESSON):
        write_answer(workspace.folder / lesson / f"{lesson[3:]}.ipynb", "my answer")
        release(root, "second", lesson)
    (sentence,) = workspace.fill().sentences()
    assert one_sentence(sentence)
    assert f"00_start and {LESSON}" in sentence


def test_answers_written_into_the_released_notebooks_are_taken_over_and_never_replaced(root: Path) -> None:
    released = root / "notebooks" / LESSON / "forward_loop.ipynb"
    notebook = nbformat.read(released, as_version=4)
    notebook.cells[1].source, notebook.cells[1].execution_count = "my answer", 3
    nbformat.write(notebook, released)
    workspace = Workspace(root)
    workspace.fill()
    mine = workspace.folder / LESSON / "forward_loop.ipynb"
    assert "my answer" in mine.read_text()
    notebook.cells[1].source = "my better answer"
    nbformat.write(notebook, released)
    assert not workspace.fill().offered  # that is the learner's work, and no release
    release(root, "second")
    assert workspace.fill().offered == [LESSON]
    assert "my answer" in mine.read_text()


def test_a_learners_own_files_are_left_alone(root: Path, workspace: Workspace, mine: Path) -> None:
    own = {
        mine.with_name("scratch.ipynb"): "not even a notebook",
        mine.with_name("forward_loop (copy).ipynb"): mine.read_text(),
        workspace.folder / "notes.md": "notes",
        workspace.folder / "mine/mine.ipynb": "{}",
    }
    for path, text in own.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    release(root, "second")
    workspace.fill()
    write_answer(mine, "my answer")
    workspace.reset("5")
    assert {path: path.read_text() for path in own} == own


def test_a_deleted_lesson_is_copied_again_and_its_untouched_offer_goes(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    release(root, "second")
    workspace.fill()
    mine.unlink()
    assert workspace.fill().copied == [LESSON]
    assert names(mine.parent) == ["forward_loop.ipynb"]
    assert text_of(mine) == "second"


@pytest.mark.parametrize(
    "lesson",
    ["5", "05", LESSON, "forward_loop", "forward_loop.ipynb", f"work/{LESSON}", f"notebooks/{LESSON}/"],
)
def test_reset_keeps_the_old_notebook_under_a_dated_name(
    lesson: str, workspace: Workspace, mine: Path
) -> None:
    fresh = mine.read_bytes()
    write_answer(mine, "my answer")
    answered = mine.read_bytes()
    sentence = workspace.reset(lesson)
    assert one_sentence(sentence)
    (kept,) = mine.parent.glob("*kept*")
    assert re.fullmatch(rf"forward_loop \(kept {DATE}\)\.ipynb", kept.name)
    assert kept.name in sentence
    assert kept.read_bytes() == answered
    assert mine.read_bytes() == fresh


def test_resets_within_one_second_never_collide(workspace: Workspace, mine: Path) -> None:
    for number in range(4):
        write_answer(mine, f"answer {number}")
        workspace.reset("5")
    assert len(list(mine.parent.glob("*kept*"))) == 4
    assert all(f"answer {number}" in visible(mine.parent) for number in range(4))


def test_a_reset_takes_the_newest_release_and_clears_its_offer(
    root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    release(root, "second")
    workspace.fill()
    workspace.reset("5")
    assert text_of(mine) == "second"
    assert not list(mine.parent.glob("*new*"))
    assert "my answer" in visible(mine.parent)
    assert not workspace.fill().sentences()


@pytest.mark.parametrize(
    ("lesson", "words"),
    [
        ("5", "there is nothing to reset"),
        ("7", "There is no lesson called 7: there are 00_start, 05_forward_loop"),
        ("backward", "There is no lesson called backward"),
    ],
)
def test_a_reset_that_cannot_be_says_so_in_one_sentence(
    lesson: str, words: str, workspace: Workspace, mine: Path
) -> None:
    before = mine.read_bytes()
    with pytest.raises(NotReset, match=re.escape(words)) as refused:
        workspace.reset(lesson)
    assert one_sentence(str(refused.value))
    assert mine.read_bytes() == before
    assert names(mine.parent) == ["forward_loop.ipynb"]


def test_a_reset_before_the_first_start_makes_the_copy(root: Path) -> None:
    assert "is a fresh copy" in Workspace(root).reset("5")
    assert text_of(root / "work" / LESSON / "forward_loop.ipynb") == "first"


@pytest.mark.parametrize(
    "state", ["", "{", "[1]", '{"offered": [1]}', "\0" * 100, '{"format": 9, "offered": null}']
)
def test_a_damaged_record_is_made_anew_and_nothing_is_lost(
    state: str, root: Path, workspace: Workspace, mine: Path
) -> None:
    write_answer(mine, "my answer")
    release(root, "second", "00_start")
    (workspace.own / "workspace.json").write_text(state)
    filled = workspace.fill()
    assert filled.refreshed == ["00_start"]
    assert not filled.offered
    assert "my answer" in mine.read_text()
    release(root, "second")
    workspace.fill()
    assert json.loads((workspace.own / "workspace.json").read_text())["offered"].keys() == {LESSON}


def test_the_whole_record_may_be_deleted(root: Path, workspace: Workspace, mine: Path) -> None:
    write_answer(mine, "my answer")
    shutil.rmtree(workspace.own)
    release(root, "second", "00_start")
    assert workspace.fill().refreshed == ["00_start"]
    assert "my answer" in mine.read_text()
    assert find_workspace(mine.parent) == workspace.own


def test_a_notebook_whose_saving_was_cut_off_is_restored(workspace: Workspace, mine: Path) -> None:
    write_answer(mine, "my answer")
    whole = mine.read_bytes()
    mine.with_name(".~forward_loop.ipynb").write_bytes(whole)
    mine.write_bytes(whole[: len(whole) // 2])
    assert not workspace.fill().rescued  # it may just be saving
    os.utime(mine, (time.time() - 60, time.time() - 60))
    (sentence,) = workspace.fill().sentences()
    assert "cut off" in sentence
    assert mine.read_bytes() == whole
    (kept,) = mine.parent.glob("*kept*")
    assert kept.read_bytes() == whole[: len(whole) // 2]


def test_a_notebook_that_nobody_can_read_stays_with_a_fresh_one_beside_it(
    workspace: Workspace, mine: Path
) -> None:
    mine.write_text('{"cells": [ my half')
    assert workspace.fill().offered == [LESSON]
    assert mine.read_text() == '{"cells": [ my half'
    assert text_of(mine.with_name("forward_loop (new).ipynb")) == "first"


def test_a_broken_release_is_told_and_the_rest_goes_on(root: Path) -> None:
    (root / "notebooks" / LESSON / "forward_loop.ipynb").write_text("<<<<<<< HEAD")
    filled = Workspace(root).fill()
    assert filled.copied == ["00_start"]
    (sentence,) = filled.troubles
    assert one_sentence(sentence)
    assert "no whole notebook" in sentence


@pytest.mark.parametrize("name", ["work", "work/.course", f"work/{LESSON}"])
@pytest.mark.parametrize("thing", ["a file", "a link to nowhere"])
def test_what_stands_where_a_folder_belongs_is_told(name: str, thing: str, root: Path) -> None:
    path = root / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("mine") if thing == "a file" else path.symlink_to(root / "nowhere")
    workspace = Workspace(root)
    sentence = workspace.fill().troubles[0]
    assert one_sentence(sentence)
    assert f"{name} is no folder" in sentence
    with pytest.raises(NotReset, match="is no folder"):
        workspace.reset("5")
    assert path.is_symlink() or path.read_text() == "mine"


def test_a_workspace_may_lie_elsewhere(root: Path, tmp_path: Path) -> None:
    (tmp_path / "cloud").mkdir()
    (root / "work").symlink_to(tmp_path / "cloud")
    assert Workspace(root).fill().copied == ["00_start", LESSON]
    assert text_of(tmp_path / "cloud" / LESSON / "forward_loop.ipynb") == "first"


@pytest.mark.parametrize("target", ["whole", "nowhere", "folder"])
def test_a_link_or_a_folder_in_a_notebooks_place_is_the_learners(
    target: str, root: Path, workspace: Workspace, mine: Path
) -> None:
    elsewhere = root / "elsewhere.ipynb"
    elsewhere.write_bytes(mine.read_bytes())
    mine.unlink()
    if target == "folder":
        mine.mkdir()
    else:
        mine.symlink_to(elsewhere if target == "whole" else root / "no-such-file")
    before = elsewhere.read_bytes()
    release(root, "second")
    workspace.fill()
    assert mine.is_symlink() or mine.is_dir()
    assert elsewhere.read_bytes() == before
    if target == "folder":
        with pytest.raises(NotReset):
            workspace.reset("5")
        assert mine.is_dir()
    else:
        workspace.reset("5")
        assert text_of(mine) == "second"
        assert [path.is_symlink() for path in mine.parent.glob("*kept*")] == [True]
        assert elsewhere.read_bytes() == before


CALLS = ("open", "write", "fsync", "close", "link", "replace", "unlink", "stat")


class Crash(BaseException):
    """The process is gone: nothing that it still tries has an effect."""


class Faulty:
    """The `os` module with a fault in its nth call that touches the disk."""

    def __init__(self, at: int, how: str):
        self.at, self.how, self.count = at, how, 0

    def __getattr__(self, name: str) -> object:
        real = getattr(os, name)
        return self._watched(real) if name in CALLS else real

    def _watched(self, real):
        def call(*arguments, **options):
            self.count += 1
            if self.how == "crash" and self.count >= self.at:
                raise Crash
            if self.count != self.at:
                return real(*arguments, **options)
            if self.how == "afterwards":  # as a network's disk may say of what it has done
                real(*arguments, **options)
            number = errno.EIO if self.how == "afterwards" else self.how
            raise OSError(number, os.strerror(number))

        return call


def first_start(root: Path) -> None:
    shutil.rmtree(root / "work")


def newer_release(root: Path) -> None:
    release(root, "second")


def changed(root: Path) -> None:
    write_answer(root / "work" / LESSON / "forward_loop.ipynb", "my answer")


def offered(root: Path) -> None:
    changed(root)
    release(root, "second")
    Workspace(root).fill()
    release(root, "third")


def cut_off(root: Path) -> None:
    changed(root)
    mine = root / "work" / LESSON / "forward_loop.ipynb"
    shutil.copy(mine, mine.with_name(".~forward_loop.ipynb"))
    mine.write_text(mine.read_text()[:-40])
    os.utime(mine, (0, 0))


def fill(root: Path) -> None:
    Workspace(root).fill()


def reset(root: Path) -> None:
    Workspace(root).reset("5")


SITUATIONS = [
    (first_start, fill, "first"),
    (newer_release, fill, "second"),
    (offered, fill, "first"),
    (cut_off, fill, "first"),
    (changed, reset, "first"),
    (offered, reset, "third"),
]


@pytest.mark.parametrize("how", ["crash", errno.ENOSPC, errno.EIO, errno.EACCES, "afterwards"])
@pytest.mark.parametrize(
    ("prepare", "act", "text"), SITUATIONS, ids=lambda value: getattr(value, "__name__", value)
)
def test_a_fault_at_any_step_loses_nothing_and_the_next_start_goes_on(
    prepare, act, text: str, how: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in range(1, 1000):
        root = tmp_path / str(step)
        release(root, "first")
        fill(root)
        prepare(root)
        had_answer = "my answer" in visible(root)
        faulty = Faulty(step, how)
        monkeypatch.setattr(files, "os", faulty)
        said = ""
        try:
            act(root)
        except (Crash, NotReset) as stopped:
            said = str(stopped)
        monkeypatch.setattr(files, "os", os)
        assert not said or one_sentence(said), said
        if had_answer:
            assert "my answer" in visible(root), step
        fill(root)
        folder = root / "work" / LESSON
        if had_answer:
            assert "my answer" in visible(root), step
        assert (folder / "forward_loop.ipynb").stat().st_size, step
        newest = text_of(root / "notebooks" / LESSON / "forward_loop.ipynb")
        assert newest in [
            text_of(path) for path in folder.glob("*.ipynb") if copies.read(path) and is_whole(path)
        ], step
        if faulty.count < step:
            break
    else:
        pytest.fail("it never came to an end")
    assert text_of(folder / "forward_loop.ipynb") == text
    assert not list(folder.glob(".*.draft"))


def is_whole(path: Path) -> bool:
    return copies.origin(copies.read(path)) is not None


def test_without_room_nothing_is_changed_and_one_sentence_says_so(
    root: Path, workspace: Workspace, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_answer(mine, "my answer")
    before = mine.read_bytes()

    class Full:
        def __getattr__(self, name: str) -> object:
            return self._full if name == "write" else getattr(os, name)

        def _full(self, *_: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "os", Full())
    with pytest.raises(NotReset, match="The disk is full") as refused:
        workspace.reset("5")
    for lesson in ("00_start", LESSON):
        release(root, "second", lesson)
    (sentence,) = workspace.fill().troubles
    assert "The disk is full" in sentence
    assert one_sentence(str(refused.value))
    assert names(mine.parent) == ["forward_loop.ipynb"]
    assert mine.read_bytes() == before


@pytest.mark.parametrize("act", [fill, reset])
def test_a_disk_that_knows_no_links_will_do(
    act, root: Path, workspace: Workspace, mine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(files.os, "link", no_links)
    write_answer(mine, "my answer")
    release(root, "second")
    act(root)
    assert "my answer" in visible(root)
    expected = "forward_loop (new).ipynb" if act is fill else "forward_loop.ipynb"
    assert text_of(mine.with_name(expected)) == "second"
    assert len(names(mine.parent)) == 2


def test_drafts_of_a_crash_are_cleared_once_nobody_can_be_at_work_on_them(
    workspace: Workspace, mine: Path
) -> None:
    old, young = (mine.with_name(f".forward_loop.ipynb.{n}.draft") for n in ("old", "young"))
    for draft in (old, young):
        draft.write_text("half")
    os.utime(old, (0, 0))
    workspace.fill()
    assert not old.exists()
    assert young.exists()


def test_several_at_once_lose_no_answer(root: Path, workspace: Workspace, mine: Path) -> None:
    """Starts and resets in three processes, releases and a learner who saves in a fourth."""
    program = """
        import sys, time
        from pathlib import Path
        from helpers.workspace import NotReset, Workspace
        workspace = Workspace(Path(sys.argv[1]))
        end = time.monotonic() + 4
        while time.monotonic() < end:
            troubles = workspace.fill().troubles
            assert not troubles, troubles
            try:
                workspace.reset("5")
            except NotReset as refused:
                assert "nothing to reset" in str(refused), refused
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(root)]
    processes = [subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    written = 0
    released = 0
    while any(process.poll() is None for process in processes):
        try:
            text = mine.read_text()
            if "# your answer" in text:  # a learner does not save over an own answer here
                mine.write_text(text.replace("# your answer", f"# answer number {written}."))
                written += 1
        except FileNotFoundError:
            pass
        if written // 20 > released:
            released = written // 20
            draft = root / "draft"
            release(draft, f"release {released}")
            os.replace(draft / "notebooks" / LESSON / mine.name, root / "notebooks" / LESSON / mine.name)
    for process in processes:
        _, said = process.communicate()
        assert process.returncode == 0, said
    assert written > 20
    found = visible(workspace.folder)
    assert [number for number in range(written) if f"# answer number {number}." not in found] == []
    workspace.fill()
    assert not list(mine.parent.glob(".*.draft"))


def course(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `course` in a copy of its package, so that it takes `root` for the course's folder."""
    program = "from helpers.command_line import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def installed(root: Path) -> Path:
    """A course's folder with its package."""
    shutil.copytree(ROOT / "helpers", root / "helpers", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("nbgrader_config.py", "requirements.lock"):
        shutil.copy(ROOT / name, root)
    return root


def test_the_command_resets_and_refuses_in_one_sentence(installed: Path) -> None:
    Workspace(installed).fill()
    mine = installed / "work" / LESSON / "forward_loop.ipynb"
    write_answer(mine, "my answer")
    done = course(installed, "reset", "5")
    assert (done.returncode, done.stderr) == (0, "")
    assert one_sentence(done.stdout.strip())
    again = course(installed, "reset", "5")
    assert again.returncode == 1
    assert one_sentence(again.stderr.strip())
    assert "my answer" in visible(installed / "work")


def test_lab_stops_where_there_can_be_no_workspace(installed: Path) -> None:
    (installed / "work").write_text("a file of the learner's")
    done = course(installed, "lab", "--no-browser")
    assert done.returncode == 1
    assert one_sentence(done.stderr.strip())
    assert "work is no folder" in done.stderr


def test_the_doctor_looks_at_the_workspace_and_its_kernel(root: Path) -> None:
    from helpers import doctor

    assert doctor.kernel().ok
    assert doctor.workspace(root).ok
    Workspace(root).fill()
    assert doctor.workspace(root).found.startswith("2 notebooks")
    shutil.rmtree(root / "work")
    (root / "work").write_text("")
    assert not doctor.workspace(root).ok


def test_the_kernel_is_installed_as_it_stands_in_the_package() -> None:
    from jupyter_client.kernelspec import KernelSpecManager

    there = Path(KernelSpecManager().get_kernel_spec("rnn-by-hand").resource_dir)
    ours = ROOT / "helpers/jupyter/kernels/rnn-by-hand"
    assert (there / "kernel.json").read_text() == (ours / "kernel.json").read_text()
    assert (
        json.loads((ours / "kernel.json").read_text())["display_name"] == (copies.KERNELSPEC["display_name"])
    )
