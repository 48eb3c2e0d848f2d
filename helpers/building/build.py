"""`course build`: only what changed, several notebooks at once, or a check that nothing did."""

import contextlib
import difflib
import hashlib
import json
import multiprocessing
import os
import re
import signal
import tempfile
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

import nbformat
import rich.progress
from rich.console import Console
from rich.markup import escape

ROOT = Path(__file__).parents[2]
DIFFERENCE_LINES = 40
LINE_LENGTH = 200
INTERRUPTED = 130
SPAWN = multiprocessing.get_context("spawn")  # a fork would copy the progress bar's thread half-way through
COLUMNS = (
    rich.progress.SpinnerColumn(),
    rich.progress.TextColumn("{task.description}"),
    rich.progress.BarColumn(),
    rich.progress.MofNCompleteColumn(),
    rich.progress.TimeElapsedColumn(),
)

console = Console(highlight=False, soft_wrap=True)


@dataclass(frozen=True)
class Page:
    """One notebook's source and the two files made from it."""

    source: Path

    @property
    def root(self) -> Path:
        """The course's folder."""
        return self.source.parents[2]

    @property
    def folder(self) -> str:
        """The lesson's folder, which is also its name on the command line."""
        return self.source.parent.name

    @property
    def executed(self) -> Path:
        """The notebook with answers and outputs, beside its source."""
        return self.source.with_suffix(".ipynb")

    @property
    def released(self) -> Path:
        """The notebook that learners get."""
        return self.root / "notebooks" / self.folder / self.executed.name


def build(lessons: Sequence[str] = (), check: bool = False, jobs: int = 0, root: Path = ROOT) -> int:
    """Make the notebooks, or check that those that are there are what would be made.

    Args:
        lessons: folders, or the beginnings of their names ("05"); none means all.
        check: build everything named into a scratch folder, change nothing, and show any difference.
        jobs: how many notebooks at once; 0 means as many as there are processors and memory for.
        root: the course's folder.

    Returns:
        The exit status: 0 if all is well, 1 if a notebook failed or is out of step, 2 for an unknown lesson,
        130 if the build was interrupted.
    """
    pages = find_pages(root)
    unknown = [name for name in lessons if not any(page.folder.startswith(name) for page in pages)]
    if unknown:
        there_are = ", ".join(page.folder for page in pages)
        console.print(f"There is no lesson {unknown[0]!r}; there are {there_are}.", markup=False)
        return 2
    wanted = [page for page in pages if not lessons or any(page.folder.startswith(name) for name in lessons)]
    record = {} if check else _read_record(root)
    due = [page for page in wanted if record.get(page.folder) != _fingerprint(page, _made_from(page))]
    try:
        failed = _make_all(due, check, jobs or _room())
    except KeyboardInterrupt:
        console.print("Interrupted: what is finished is kept, and the next build makes the rest.")
        return INTERRUPTED
    if check and not lessons:
        failed += _report_strays(root, pages)
    if failed:
        return 1
    done = "agree with their sources" if check else "are up to date"
    console.print(f"{len(wanted)} notebooks {done} ({len(due)} built).")
    return 0


def find_pages(root: Path = ROOT) -> list[Page]:
    """Every lesson's source, in the order of the course."""
    return [Page(source) for source in sorted((root / "solutions").glob("*/*.py")) if _names_agree(source)]


def _names_agree(path: Path) -> bool:
    """Whether a file is a lesson's page, named as its folder is: `05_forward_loop/forward_loop.py`."""
    return path.parent.name.partition("_")[2] == path.stem


def _room() -> int:
    """How many kernels this machine can run at once; each holds TensorFlow, a good half of a gigabyte."""
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    try:
        gigabytes = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**30
    except (AttributeError, ValueError, OSError):  # Windows does not say
        return processors
    return max(1, min(processors, gigabytes))


def _make_all(due: Sequence[Page], check: bool, jobs: int) -> list[str]:
    """Make pages in parallel; returns the folders that failed, after saying why."""
    failed = []
    with (
        rich.progress.Progress(*COLUMNS, console=console, transient=True) as progress,
        ProcessPoolExecutor(max(1, min(jobs, len(due))), SPAWN, _leave_interrupts) as pool,
    ):
        task = progress.add_task("checking" if check else "building", total=len(due))
        made_from = {page: _made_from(page) for page in due}  # a file edited while a page runs is not in it
        with _interrupts_ignored():  # workers inherit it: none dies with a word of its own while it starts
            futures = {pool.submit(make, page): page for page in due}
        try:
            for future in as_completed(futures):
                page = futures[future]
                try:
                    executed, released = future.result()
                except Exception as problem:
                    failed.append(page.folder)
                    console.print(f"[red]✗[/red] {page.folder}: {escape(str(problem))}")
                else:
                    if _settle(page, executed, released, check):
                        console.print(f"[green]✓[/green] {page.folder}")
                        if not check:
                            _note(page, _fingerprint(page, made_from[page]))
                    else:
                        failed.append(page.folder)
                progress.advance(task)
        except KeyboardInterrupt:
            for worker in multiprocessing.active_children():
                worker.kill()  # nbclient takes a milder signal for its own; kernels end with their parent
            raise
    return failed


@contextlib.contextmanager
def _interrupts_ignored() -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only there can signals be set
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _leave_interrupts() -> None:
    """Ctrl-C reaches every process of the terminal's group; the one that answers it is the parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nbclient sets its own, so that this alone is not enough
    if hasattr(os, "setpgid"):
        os.setpgid(0, 0)


def make(page: Page) -> tuple[str, str]:
    """The texts of a page's executed and released notebooks; runs in a process of its own."""
    from helpers.building.execute import execute
    from helpers.building.page import read_page
    from helpers.building.release import release

    notebook = execute(read_page(page.source), page.source.parent)
    text = nbformat.writes(notebook).rstrip() + "\n"
    with tempfile.TemporaryDirectory() as scratch:
        executed = Path(scratch, page.executed.name)
        executed.write_text(text, encoding="utf-8")
        return text, release(executed, page.folder).rstrip() + "\n"


def _settle(page: Page, executed: str, released: str, check: bool) -> bool:
    """Write both notebooks, or compare them with those that are there."""
    agreed = True
    for path, text in ((page.executed, executed), (page.released, released)):
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        if current == text:
            continue
        if check:
            agreed = False
            where = path.relative_to(page.root)
            console.print(f"[red]✗[/red] {where} is out of step: run `course build {page.folder}`.")
            for line in _difference(current, text):
                console.print(f"    {line}", markup=False)
        else:
            _replace(path, text)
    return agreed


def _report_strays(root: Path, pages: Sequence[Page]) -> list[str]:
    """Notebooks that look like a lesson's, and that no source makes: left over from a name that changed."""
    made = {path for page in pages for path in (page.executed, page.released)}
    strays = [
        path
        for folder in ("solutions", "notebooks")
        for path in sorted((root / folder).glob("*/*.ipynb"))
        if _names_agree(path) and path not in made
    ]
    for path in strays:
        source = f"solutions/{path.parent.name}/{path.stem}.py"
        console.print(f"[red]✗[/red] {path.relative_to(root)} has no source: remove it, or write {source}.")
    return [path.parent.name for path in strays]


def _replace(path: Path, text: str) -> None:
    """Write a file in one move: whoever reads it sees the old text or the new one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _difference(current: str, due: str) -> list[str]:
    sides = _readable(current), _readable(due)
    lines = list(difflib.unified_diff(*sides, "committed", "built", n=1, lineterm=""))
    more = len(lines) - DIFFERENCE_LINES
    shown = [line[:LINE_LENGTH] for line in lines[:DIFFERENCE_LINES]]
    return [*shown, f"… and {more} more lines"] if more > 0 else shown


def _readable(text: str) -> list[str]:
    """A notebook's cells, outputs and pictures in short lines, so that a difference shows on one of them."""
    try:
        notebook = nbformat.reads(text, as_version=4)
    except (ValueError, nbformat.ValidationError, nbformat.reader.NotJSONError):
        return text.splitlines()
    lines = []
    for cell in notebook.cells:
        lines += [f"[{cell.cell_type} {cell.id}]", *_json_lines(cell.metadata), *cell.source.splitlines()]
        for output in cell.get("outputs", []):
            lines += ["[output]", *_json_lines(output)]
    return [*lines, "[notebook]", *_json_lines(notebook.metadata)]


def _json_lines(value: object) -> list[str]:
    text = json.dumps(value, indent=1, ensure_ascii=False) if value else ""
    text = re.sub(r"data:image/svg[^\"\\]+", lambda picture: unquote(picture[0]), text)
    return text.replace("><", ">\n<").splitlines()


def _made_from(page: Page) -> str:
    """A digest of everything that a page's notebooks are made from."""
    kinds = (".py", ".j2", ".csv", ".gz")
    machinery = (path for path in (ROOT / "helpers").rglob("*") if path.suffix in kinds)
    return _digest([page.source, ROOT / "requirements.lock", ROOT / "nbgrader_config.py", *sorted(machinery)])


def _fingerprint(page: Page, made_from: str) -> str:
    """What a page's notebooks were made from, and what they are now."""
    return f"{made_from} {_digest([page.executed, page.released])}"


def _digest(paths: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes() if path.exists() else b"")
        digest.update(b"\0")
    return digest.hexdigest()


def _record_file(root: Path) -> Path:
    return root / ".course" / "build.json"


def _read_record(root: Path) -> dict[str, str]:
    try:
        return dict(json.loads(_record_file(root).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _note(page: Page, fingerprint: str) -> None:
    """Record a page as built; at once, so that an interrupted build has not worked in vain."""
    record = _read_record(page.root) | {page.folder: fingerprint}
    _replace(_record_file(page.root), json.dumps(record, indent=1))
