"""`hint(answer)`: one more hint at each call."""

import collections
import sys
from collections.abc import Callable

from helpers.checking.check import named_exercise
from helpers.checking.graded import is_graded

_opened: collections.Counter[str] = collections.Counter()


class Hint(str):
    """A hint's text; notebooks render it as Markdown."""

    def _repr_markdown_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return str(self)


def hint(answer: Callable) -> Hint:
    """The next hint for an exercise, from the most general to the most telling; then round again."""
    exercise = named_exercise(answer, sys._getframe(1).f_globals)
    if is_graded():
        return Hint("While a notebook is graded, no hints are given.")
    index = _opened[exercise.name] % len(exercise.hints)
    _opened[exercise.name] += 1
    last = " (That was the last one.)" if index + 1 == len(exercise.hints) else ""
    return Hint(f"**Hint {index + 1} of {len(exercise.hints)}.** {exercise.hints[index]}{last}")
