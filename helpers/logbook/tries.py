"""Every try at an exercise, in SQLite: written by the checks, by several kernels at once, never changed."""

import ast
import contextlib
import hashlib
import inspect
import linecache
import os
import sqlite3
import textwrap
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from helpers.lessons import LESSON_OF
from helpers.workspace import PROGRESS, find_workspace
from helpers.workspace.files import numbered, put_away

SCHEMA = 1
TABLE = """
CREATE TABLE IF NOT EXISTS tries (
    id INTEGER PRIMARY KEY,
    at TEXT NOT NULL,             -- UTC, ISO 8601
    lesson TEXT NOT NULL,         -- its folder
    exercise TEXT NOT NULL,
    passed INTEGER NOT NULL,
    verdict TEXT NOT NULL,        -- passed, failed, error, not written
    misconception TEXT NOT NULL,  -- the name of the one that fits, or nothing
    answer TEXT NOT NULL          -- a digest of the answer's code, or nothing
)"""
PATIENCE = 2.0
"""Seconds to wait for another kernel that is writing; the verdict is on the page already."""
DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
SET_ASIDE = "damaged"
"""What stands in the name of a damaged file, before the minute at which it was set aside."""


class Try(NamedTuple):
    """One check of one answer."""

    at: str
    lesson: str
    exercise: str
    passed: bool
    verdict: str
    misconception: str
    answer: str


class Found(Protocol):
    """What the logbook keeps of a verdict (`helpers.checking.Verdict`)."""

    exercise: str
    status: str
    misconception: str


class Logbook:
    """The file of tries in one workspace; a connection lives no longer than one transaction."""

    def __init__(self, path: Path):
        self.path = path

    def add(self, made: Try) -> None:
        """Write one try.

        Raises:
            sqlite3.Error: it is locked, of a newer release, or there is no room.
            OSError: the folder cannot be written.
        """
        try:
            self._insert(made)
        except sqlite3.DatabaseError as error:
            if not is_damage(error) or not self._set_aside():
                raise
            self._insert(made)

    def tries(self) -> list[Try]:
        """All tries, in the order they were made; none where there is no file yet.

        Raises:
            sqlite3.Error: the file cannot be read.
        """
        if not self.path.is_file():
            return []
        with self._connected("rw") as connection:
            if _version(connection) == 0:  # another kernel is just making it
                return []
            rows = connection.execute(f"SELECT {', '.join(Try._fields)} FROM tries ORDER BY id")
            return [Try(*row)._replace(passed=bool(row[3])) for row in rows]

    def set_aside(self) -> list[str]:
        """The damaged files that made way for new ones, as paths seen from the course's folder."""
        there = self.path.parent.glob(f"{self.path.stem} ({SET_ASIDE} *){self.path.suffix}")
        return sorted(path.relative_to(self.path.parents[2]).as_posix() for path in there)

    def _insert(self, made: Try) -> None:
        with self._connected("rwc") as connection:
            connection.execute("BEGIN IMMEDIATE")
            version = _version(connection)
            if version > SCHEMA:
                raise sqlite3.NotSupportedError("a newer release of the course has made this file")
            if version < SCHEMA:
                connection.execute(TABLE)
                connection.execute(f"PRAGMA user_version = {SCHEMA}")
            places = ", ".join("?" * len(made))
            connection.execute(f"INSERT INTO tries ({', '.join(Try._fields)}) VALUES ({places})", made)
            connection.execute("COMMIT")

    @contextlib.contextmanager
    def _connected(self, mode: str) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(
            f"{self.path.absolute().as_uri()}?mode={mode}", uri=True, timeout=PATIENCE, isolation_level=None
        )
        with contextlib.closing(connection):
            yield connection

    def _set_aside(self) -> bool:
        """Give a damaged file a dated name, and its journal, which would be taken for the next one's."""
        journal = self.path.with_name(f"{self.path.name}-journal")
        minute = datetime.now().strftime("%Y-%m-%d %H%M")
        damaged = os.stat(self.path)
        aside = put_away(self.path, numbered(self.path, f"{SET_ASIDE} {minute}", ", "))
        if aside is None:
            return True  # another kernel was quicker
        if not os.path.samestat(os.stat(aside), damaged):  # and has made a new one since
            with contextlib.suppress(OSError):
                os.link(aside, self.path)
                os.unlink(aside)
            return True
        put_away(journal, numbered(journal, f"{SET_ASIDE} {minute}", ", "))
        return True


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file itself is at fault, and not that it cannot have it at the moment."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGED


def record(found: Found, answer: Callable) -> None:
    """Write a try into the logbook of the workspace that we are in, if there is one.

    Whatever goes wrong, the learner has a verdict to read, and hears nothing of it.
    """
    try:
        logbook = find_logbook()
        if logbook is not None:
            logbook.add(
                Try(
                    at=datetime.now(UTC).isoformat(timespec="milliseconds"),
                    lesson=LESSON_OF[found.exercise].folder,
                    exercise=found.exercise,
                    passed=found.status == "passed",
                    verdict=found.status,
                    misconception=found.misconception,
                    answer=digest(answer),
                )
            )
    except Exception:
        return


def find_logbook() -> Logbook | None:
    """The logbook of the workspace that we are in; None where there is none, or a grader is at work."""
    if os.environ.get("NBGRADER_EXECUTION"):  # the Validate button runs a notebook where it lies
        return None
    try:
        workspace = find_workspace(Path.cwd())
    except OSError:  # the folder that we were in is gone
        return None
    return Logbook(workspace / PROGRESS) if workspace else None


def digest(answer: Callable) -> str:
    """The same for answers that differ in comments and layout alone; nothing where there is no source."""
    code = getattr(inspect.unwrap(answer), "__code__", None)
    lines = linecache.getlines(code.co_filename) if code else []  # `getsource` goes through all modules first
    source = textwrap.dedent("".join(inspect.getblock(lines[code.co_firstlineno - 1 :]))) if lines else ""
    with contextlib.suppress(SyntaxError, ValueError, RecursionError):  # a lambda, cut out of its line
        source = ast.dump(ast.parse(source)) if source else ""
    return hashlib.sha256(source.encode()).hexdigest()[:16] if source else ""


def _version(connection: sqlite3.Connection) -> int:
    return connection.execute("PRAGMA user_version").fetchone()[0]
