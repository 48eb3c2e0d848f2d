"""The answers to an exercise that were tried: in this session, and in the workspace's logbook."""

import collections
import contextlib
import sqlite3
from collections.abc import Callable

from helpers.checking.verdict import Verdict
from helpers.logbook import digest, find_logbook, record

_passed: set[str] = set()
_wrong: dict[str, set[str]] = collections.defaultdict(set)
IN_EARNEST = ("failed", "error")
"""Verdicts on answers that were tried and are wrong; one that is not written is no try."""


def note(answer: Callable, found: Verdict) -> None:
    """Keep a try for this session, and in the logbook where there is one."""
    if found.passed:
        _passed.add(found.exercise)
    elif found.status in IN_EARNEST:
        _wrong[found.exercise].add(digest(answer))
    record(found, answer)


def has_passed(exercise: str) -> bool:
    """Whether an answer to it ever passed."""
    return exercise in _passed or any(tried.passed for tried in _recorded(exercise))


def different(exercise: str) -> int:
    """How many different wrong answers there were."""
    recorded = {tried.answer for tried in _recorded(exercise) if tried.verdict in IN_EARNEST}
    return len(recorded | _wrong[exercise])


def _recorded(exercise: str) -> list:
    logbook = find_logbook()
    with contextlib.suppress(sqlite3.Error, OSError):  # one that cannot be read says nothing
        return [tried for tried in logbook.tries() if tried.exercise == exercise] if logbook else []
    return []
