"""Files are made whole and moved without overwriting another, wherever it is interrupted.

What a learner has written is only ever moved under another name in its folder, by one rename: a crash, a full
disk or a second process at the same work leave it under its old name or under the new one.
"""

import contextlib
import itertools
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path

DRAFT = ".draft"
DRAFTS_ARE_OLD_AFTER = 3600.0  # seconds; a younger one may be another process's work


def create(path: Path, data: bytes) -> bool:
    """Make a file, whole or not at all; False where something has that name already."""
    with drafted(path, data) as place:
        return place()


@contextlib.contextmanager
def drafted(path: Path, data: bytes) -> Iterator[Callable[[], bool]]:
    """A file that lies ready on the disk; the function given puts it in its place, if that is free."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}{DRAFT}")
    try:
        _write(draft, data)
        yield lambda: _place(draft, path)
    finally:
        remove(draft)


def replace(path: Path, data: bytes) -> None:
    """Make a file in place of what is there: whoever reads it sees the old one or the new one."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}{DRAFT}")
    try:
        _write(draft, data)
        os.replace(draft, path)
        _settle(path.parent)
    finally:
        remove(draft)


def put_away(path: Path, names: Iterable[Path]) -> Path | None:
    """Move a file to the first of the names that is free; None where it is not there any more."""
    for kept in names:
        if _reserve(kept):
            try:
                os.replace(path, kept)
            except OSError as error:
                _give_up(kept)
                if isinstance(error, FileNotFoundError):
                    return None
                raise
            _settle(path.parent)
            return kept
    return None


def move_back(kept: Path, path: Path) -> bool:
    """Undo `put_away`; False where its old name is taken by now, and the file stays where it is."""
    if not _place(kept, path):
        return False
    remove(kept)
    return True


def remove(path: Path) -> None:
    """Remove a file, if it is there and that is allowed."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def kept_names(path: Path) -> Iterator[Path]:
    """`forward_loop (kept 2026-11-24 0131).ipynb`, and further ones of the same minute."""
    minute = datetime.now().strftime("%Y-%m-%d %H%M")
    return numbered(path, f"kept {minute}", ", ")


def new_names(path: Path) -> Iterator[Path]:
    """`forward_loop (new).ipynb`, `forward_loop (new 2).ipynb`, …"""
    return numbered(path, "new", " ")


def numbered(path: Path, word: str, comma: str) -> Iterator[Path]:
    """`path` with a word in brackets behind its stem, then with a number behind the word."""
    yield path.with_name(f"{path.stem} ({word}){path.suffix}")
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem} ({word}{comma}{number}){path.suffix}")


def remove_old_drafts(folder: Path) -> None:
    """Remove what a crash has left half-made; there is nothing of a learner's in it."""
    for draft in folder.glob(f".*{DRAFT}"):
        with contextlib.suppress(OSError):
            if time.time() - draft.stat().st_mtime > DRAFTS_ARE_OLD_AFTER:
                remove(draft)


def _write(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666)
    try:
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
    finally:
        os.close(file)


def _place(source: Path, path: Path) -> bool:
    """Give a file another name, if that is free; where there are no links the first name is gone then."""
    try:
        os.link(source, path)
    except FileExistsError:
        return False
    except OSError:  # a memory stick, say, knows no links; any other trouble shows again here
        if not _reserve(path):
            return False
        try:
            os.replace(source, path)
        except OSError:
            _give_up(path)
            raise
    _settle(path.parent)
    return True


def _reserve(path: Path) -> bool:
    """Make an empty file, which nobody else can have made; False where something has that name."""
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666))
    except FileExistsError:
        return False
    return True


def _give_up(reserved: Path) -> None:
    """Remove a reserved name; a move that failed by what the system says may yet have been made."""
    with contextlib.suppress(OSError):
        if os.stat(reserved).st_size == 0:
            os.unlink(reserved)


def _settle(folder: Path) -> None:
    """Have a folder's new names written to the disk, where the system can do that."""
    with contextlib.suppress(OSError):
        file = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(file)
        finally:
            os.close(file)
