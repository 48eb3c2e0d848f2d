"""`check(answer)`: what the check cells of the notebooks call."""

import functools
import os
import sys
from collections.abc import Callable, Mapping

from helpers.checking.judge import judge
from helpers.checking.verdict import Verdict
from helpers.lessons import LESSON_OF, find_exercise
from helpers.lessons.exercise import Case, Exercise
from helpers.observing import read_from_notebook

VISIBLE_SEED = 0
"""The seed of the cases that a learner's own check draws."""


class CheckFailed(AssertionError):
    """An answer is not right yet; carries the verdict, and shows it without a traceback."""

    def __init__(self, verdict: Verdict, shown: bool = False):
        super().__init__(str(verdict))
        self.verdict = verdict
        self._shown = shown

    def _render_traceback_(self) -> list[str]:
        """IPython shows this in place of a traceback."""
        if self._shown:
            return [f"{self.verdict.title} (the box above says more)"]
        return str(self.verdict).split("\n")


def check(answer: Callable, seed: int = VISIBLE_SEED) -> None:
    """Judge an answer to an exercise: show the verdict, and raise if the answer is not right yet.

    Args:
        answer: the function itself, under the exercise's name: `check(forward)`.
        seed: draws the cases. Any but the default is a hidden test: it says nothing when the answer
            is right, and shows no inputs or expected values when it is wrong.

    Raises:
        CheckFailed: the answer is wrong, or not written yet.
        TypeError, LookupError: this is not an answer to an exercise.
    """
    exercise = named_exercise(answer, sys._getframe(1).f_globals)
    hidden = seed != VISIBLE_SEED
    found = verdict_on(exercise, answer, seed, show_numbers=not hidden)
    shown = False if hidden and found.passed else _show(found)
    if not found.passed:
        raise CheckFailed(found, shown) from None


def verdict(answer: Callable) -> Verdict:
    """What a check would say to an answer, without stopping the notebook if it is wrong."""
    return verdict_on(named_exercise(answer, sys._getframe(1).f_globals), answer)


def verdict_on(
    exercise: Exercise, answer: Callable, seed: int = VISIBLE_SEED, *, show_numbers: bool = True
) -> Verdict:
    """Observe an answer on the cases of a seed, and judge it."""
    cases, expected = drawn(exercise.name, seed)
    outcomes = [exercise.observe(answer, case) for case in cases]
    again = exercise.observe(answer, cases[0])
    return judge(
        exercise,
        cases,
        expected,
        outcomes,
        again,
        rerun=functools.partial(exercise.observe, answer),
        reads=read_from_notebook(answer),
        show_numbers=show_numbers,
    )


@functools.cache
def drawn(name: str, seed: int) -> tuple[list[Case], list[object]]:
    """The cases of a seed and Keras's word on them; asked once, as Keras is the slowest part of a check."""
    exercise = find_exercise(name)
    cases = exercise.draw(seed)
    return cases, [exercise.expected(case) for case in cases]


def named_exercise(answer: object, namespace: Mapping[str, object]) -> Exercise:
    """The exercise that an answer is for, by the name it is bound to where the check was called.

    Raises:
        TypeError: `answer` is not a function.
        LookupError: no exercise has this name.
    """
    bound = [name for name in LESSON_OF if namespace.get(name) is answer]
    own = getattr(answer, "__name__", "")
    if own in LESSON_OF and (own in bound or not bound):
        bound = [own]
    if not callable(answer):
        raise TypeError(
            "check(…) takes the function itself, with no brackets behind its name: check(forward)"
        )
    if not bound:
        raise LookupError(
            f"{own or 'this'} is not the name of an exercise: keep the name that the exercise gives"
        )
    return find_exercise(bound[0])


def _show(verdict: Verdict) -> bool:
    """Show a verdict as a card in a notebook, or print it; False where only the exception will speak.

    `nbgrader validate` reads nothing but the exception.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "validate":
        return False
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None and getattr(shell, "kernel", None) is not None:
        ipython.display.display(verdict)
        return True
    if verdict.passed:
        print(verdict)
    return False
