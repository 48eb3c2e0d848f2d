"""`check(answer)`: what the check cells of the notebooks call."""

import ast
import functools
import linecache
import os
import re
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence

from helpers.checking import tries
from helpers.checking.afterwards import say_it_on_stdout
from helpers.checking.answers import Answer, Here
from helpers.checking.judge import judge
from helpers.checking.verdict import Verdict, joined
from helpers.lessons import LESSON_OF, find_exercise
from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Interrupted

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
        return self.verdict.lines()


class NotAnAnswer(Exception):
    """What a check was given is no answer to an exercise; says so in one line, without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def check(answer: Callable, seed: int = VISIBLE_SEED) -> None:
    """Judge an answer to an exercise: show the verdict, and raise if the answer is not right yet.

    Args:
        answer: the function itself, under the exercise's name: `check(forward)`.
        seed: draws the cases. Any but the default is a hidden test: it says nothing when the answer
            is right, and shows no inputs or expected values when it is wrong.

    Raises:
        CheckFailed: the answer is wrong, or not written yet.
        NotAnAnswer: what was given is no function, or bears no exercise's name.
    """
    hidden = seed != VISIBLE_SEED
    found = judged(answer, sys._getframe(1).f_globals, seed, show_numbers=not hidden)
    shown = False if hidden and found.passed else _show(found)
    if not hidden:
        tries.note(answer, found)
    if not found.passed:
        raise CheckFailed(found, shown) from None
    say_it_on_stdout()


def verdict(answer: Callable) -> Verdict:
    """What a check would say to an answer, without stopping the notebook if it is wrong."""
    return judged(answer, sys._getframe(1).f_globals, VISIBLE_SEED, show_numbers=True)


def judged(answer: Callable, namespace: Mapping[str, object], seed: int, *, show_numbers: bool) -> Verdict:
    """The verdict on an answer in a notebook, where a cell may not have run, or be stopped."""
    exercise = named_exercise(answer, namespace)
    unread = _unread_line(exercise.name, namespace.get("In", ()))
    if unread:
        number, line = unread
        return Verdict(
            exercise.name,
            "error",
            f"The cell with your last `{exercise.name}` did not run: Python cannot read its line {number}. "
            "Mend that line, run the cell, then check again.",
            code=line,
        )
    if unreached := _unreached_cell(answer, exercise.name, namespace.get("In", ())):
        return Verdict(
            exercise.name,
            "error",
            f"The cell with your last `{exercise.name}` stopped with an error above its `def` line, so this "
            "definition was not made. Mend what stopped it, run the cell, then check again.",
            code=_line_that_stopped(unreached),
        )
    try:
        return verdict_on(exercise, answer, seed, show_numbers=show_numbers)
    except Interrupted as stopped:
        where = f" in line {stopped.raised.line} of your cell" if stopped.raised.line else ""
        return Verdict(
            exercise.name,
            "error",
            f"You stopped it{where}. If it would not end: does something in the loop change, so that it can?",
            code=stopped.raised.source,
        )


def _unread_line(name: str, cells: Sequence[str]) -> tuple[int, str] | None:
    """The line with a syntax error in the last cell that defines `name`, if that cell has one.

    Such a cell leaves the definition before it in force, and a check would judge that one.
    """
    defines = re.compile(rf"^\s*(def\s+{name}\b|{name}\s*=)", re.MULTILINE)
    for cell in reversed(cells):
        if defines.search(cell):
            try:
                ast.parse(cell)
            except SyntaxError as problem:
                lines = cell.splitlines()
                number = min(problem.lineno or 1, len(lines))
                return number, lines[number - 1].strip()
            return None
    return None


def _unreached_cell(answer: Callable, name: str, cells: Sequence[str]) -> str:
    """The last cell that defines `name`, if it stopped before its definition: one made before is in force.

    The cell that runs now, the last one, is no such cell. Nothing is claimed of an answer that did not come
    from the `def` line of an earlier cell, as a name that was bound again may stand for any function.
    """
    code = getattr(answer, "__code__", None)
    defining = [cell for cell in cells if re.search(rf"^def\s+{name}\b", cell, re.MULTILINE)]
    if code is None or code.co_name != name or len(defining) < 2 or defining[-1] is cells[-1]:
        return ""
    last = defining[-1]
    statements = ast.parse(last).body
    if not any(isinstance(made, ast.FunctionDef) and made.name == name for made in statements):
        return ""
    if any(re.search(rf"^\s*{name}\s*=", cell, re.MULTILINE) for cell in cells):
        return ""
    own = "".join(linecache.getlines(code.co_filename)).rstrip("\n")
    earlier = [cell.rstrip("\n") for cell in defining[:-1]]
    return last if own in earlier and own != last.rstrip("\n") else ""


def _line_that_stopped(cell: str) -> str:
    """The line of a cell at which Python's last error came, if that is the error of this cell."""
    frames = traceback.extract_tb(getattr(sys, "last_traceback", None))
    for frame in reversed(frames):
        if "".join(linecache.getlines(frame.filename)).rstrip("\n") == cell.rstrip("\n"):
            return frame.line or ""
    return ""


def verdict_on(
    exercise: Exercise, answer: Callable, seed: int = VISIBLE_SEED, *, show_numbers: bool = True
) -> Verdict:
    """Observe a function on the cases of a seed, and judge it."""
    return verdict_on_answer(exercise, Here(answer), seed, show_numbers=show_numbers)


def verdict_on_answer(exercise: Exercise, answer: Answer, seed: int, *, show_numbers: bool) -> Verdict:
    """Observe an answer, wherever it is, on the cases of a seed, and judge it."""
    source = answer.source
    if exercise.learns_from and source.data:
        return Verdict(exercise.name, "failed", learns_elsewhere(exercise, source.data))
    if exercise.learns_from and source.models:
        return Verdict(
            exercise.name,
            "failed",
            f"Your answer uses `{source.models[0]}`, a model of the notebook, which may have seen what it is "
            "tested on: build a new one inside the function, and train that.",
        )
    cases, expected = drawn(exercise.name, seed)
    first, *others = cases
    outcomes = [answer.observe(exercise, first)]
    again = answer.observe(exercise, first) if exercise.again else None
    outcomes += [answer.observe(exercise, case) for case in others]
    found = judge(
        exercise,
        cases,
        expected,
        outcomes,
        again,
        rerun=functools.partial(answer.observe, exercise),
        source=source,
        show_numbers=show_numbers,
    )
    return found if found.passed else _blame(exercise, answer, source.calls) or found


def learns_elsewhere(exercise: Exercise, data: Sequence[str]) -> str:
    """What to say of an answer that trains on data of the notebook."""
    said, due = (joined([f"`{name}`" for name in names]) for names in (data, exercise.learns_from))
    return (
        f"Your answer takes {said} from the notebook, where some of what it is tested on may be among the "
        f"data: use its arguments {due} alone."
    )


def _blame(exercise: Exercise, answer: Answer, calls: Sequence[str]) -> Verdict | None:
    """The verdict where the fault may lie with an earlier exercise of the lesson, which the answer calls.

    In another lesson's notebook a function of that name may be anything.
    """
    exercises = LESSON_OF[exercise.name].exercises
    earlier = exercises[: exercises.index(exercise.name)]
    for name in calls:
        if name not in earlier:
            continue
        function = answer.called(name)
        if function is None:
            continue
        called = verdict_on_answer(find_exercise(name), function, VISIBLE_SEED, show_numbers=True)
        if not called.passed and called.status != "not written":
            return Verdict(
                exercise.name,
                "failed",
                f"Your answer calls your `{name}`, and that one does not pass its check yet: mend it first.",
                blames=name,
            )
    return None


remembered: dict[tuple[str, int], list[object]] = {}
"""Keras's word on the cases of an exercise and a seed, where somebody has asked before."""


@functools.cache
def drawn(name: str, seed: int) -> tuple[list[Case], list[object]]:
    """The cases of a seed and Keras's word on them; asked once, as Keras is the slowest part of a check."""
    exercise = find_exercise(name)
    cases = exercise.draw(seed)
    return cases, remembered.get((name, seed)) or [exercise.expected(case) for case in cases]


def named_exercise(answer: object, namespace: Mapping[str, object]) -> Exercise:
    """The exercise that an answer is for, by the name it is bound to where the check was called.

    Raises:
        NotAnAnswer: it is no function, or no exercise has this name.
    """
    bound = [name for name in LESSON_OF if namespace.get(name) is answer]
    own = getattr(answer, "__name__", "")
    if own in LESSON_OF and (own in bound or not bound):
        bound = [own]
    if not callable(answer):
        raise NotAnAnswer(
            "A check takes the function itself, with no brackets behind its name and no quotes: "
            "check(make_data)."
        )
    if not bound:
        raise NotAnAnswer(
            f"{own or 'This'} is not the name of an exercise: keep the name that the exercise gives."
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
