"""How often an exercise was tried in this session, with different code each time."""

import collections
import hashlib
from collections.abc import Callable
from types import CodeType

from helpers.checking.verdict import Verdict

_wrong: dict[str, set[str]] = collections.defaultdict(set)


def note(exercise: str, answer: Callable, found: Verdict) -> None:
    """Remember an answer that was tried in earnest, and did not pass."""
    if found.status == "failed" or (found.status == "error" and found.code):
        _wrong[exercise].add(digest(answer))


def different(exercise: str) -> int:
    """How many different wrong answers there were."""
    return len(_wrong[exercise])


def digest(answer: Callable) -> str:
    """The same for answers that differ in comments and layout alone."""
    code = getattr(answer, "__code__", None)
    said = repr(answer) if code is None else repr(_parts(code))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _parts(code: CodeType) -> tuple:
    constants = [_parts(value) if isinstance(value, CodeType) else value for value in code.co_consts]
    return code.co_code, code.co_names, code.co_varnames, constants
