"""`solution(answer)`: the course's answer beside one's own, once that is earned."""

import ast
import inspect
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

from helpers.checking import tries
from helpers.checking.check import VISIBLE_SEED, judged, named_exercise
from helpers.checking.graded import is_graded
from helpers.lessons import LESSON_OF
from helpers.lessons.exercise import Exercise
from helpers.templates import template

_PAGE = Path(__file__).with_name("solution.html.j2")

HONEST_TRIES = 5
"""After so many different wrong answers a solution opens."""


@dataclass(frozen=True)
class Solution:
    """Two answers to one exercise, in HTML side by side.

    Attributes:
        exercise: its name.
        sentence: why it is shown, or what has to come first.
        own: the learner's code, as far as it can be had.
        course: the course's code; empty while it is not earned.
    """

    exercise: str
    sentence: str
    own: str = ""
    course: str = ""

    def __str__(self) -> str:
        if not self.course:
            return self.sentence
        return f"{self.sentence}\n\nYours:\n\n{self.own}\n\nThe course's:\n\n{self.course}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        return {"text/html": template(_PAGE).render(solution=self), "text/plain": str(self)}


def solution(answer: Callable) -> Solution:
    """The course's answer beside one's own: after the check is passed, or after `HONEST_TRIES` tries.

    Args:
        answer: the function itself, under the exercise's name: `solution(forward)`.

    Raises:
        NotAnAnswer: what was given is no function, or bears no exercise's name.
    """
    namespace = sys._getframe(1).f_globals
    exercise = named_exercise(answer, namespace)
    name = exercise.name
    if is_graded():
        return Solution(name, "While a notebook is graded, no solution is shown.")
    found = judged(answer, namespace, VISIBLE_SEED, show_numbers=True)
    made = tries.different(name)
    if found.passed:
        sentence = f"Your {name} is right. There is more than one way to write it; this is the course's."
    elif tries.has_passed(name):
        sentence = f"An answer of yours has passed before. Compare, and see what this {name} does otherwise."
    elif made >= HONEST_TRIES:
        sentence = f"{made} tries are honest work. Compare, then write it once more without looking."
    else:
        to_go = HONEST_TRIES - made
        return Solution(
            name,
            f"The solution of {name} opens once your answer passes its check, or after {HONEST_TRIES} "
            f"different tries that did not: {to_go} to go. Before that, hint({name}) helps.",
        )
    return Solution(name, sentence, _own(answer), reference_source(exercise))


def _own(answer: Callable) -> str:
    try:
        return inspect.cleandoc("\n" + inspect.getsource(answer)).rstrip()
    except (OSError, TypeError):
        return "(Its source is not to be had.)"


def reference_source(exercise: Exercise) -> str:
    """The reference as a learner would have written it, with all it uses that is no exercise itself."""
    return "\n\n\n".join([*_used_by(exercise.reference, {}).values(), _plain(exercise.reference)])


def _used_by(function: Callable, found: dict[str, str]) -> dict[str, str]:
    """The sources of the reference's functions and constants that `function` uses, the innermost first."""
    function = inspect.unwrap(function)
    module = sys.modules[function.__module__]
    constants = {
        target.id: ast.unparse(node)
        for node in ast.parse(inspect.getsource(module)).body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if name in found or name in LESSON_OF or value is function:
            continue
        if inspect.isfunction(value) and value.__module__.startswith("helpers.reference"):
            _used_by(value, found)
            found[name] = _plain(value)
        elif name in constants:
            found[name] = constants[name]
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _plain(function: Callable) -> str:
    """A function's source without the shapes in its signature, which lessons say in words."""
    source = inspect.getsource(inspect.unwrap(function))
    node = ast.parse(source).body[0]
    arguments = node.args
    for argument in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]:
        argument.annotation = None
    first = f"def {node.name}({ast.unparse(arguments)}):"
    return "\n".join([first, *source.rstrip().splitlines()[node.body[0].lineno - 1 :]])
