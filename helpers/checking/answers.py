"""Where an answer is called: in the learner's own notebook, or by a grader elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Outcome, Source, source_of


class Answer(Protocol):
    """An answer to an exercise, wherever it is."""

    source: Source

    def observe(self, exercise: Exercise, case: Case) -> Outcome:
        """Call it on a case, and note what came out."""

    def called(self, name: str) -> "Answer | None":
        """The function of the same notebook that it calls by this name."""


@dataclass(frozen=True)
class Here:
    """An answer that is a function of this process."""

    function: Callable

    @cached_property
    def source(self) -> Source:
        """What its code uses."""
        return source_of(self.function)

    def observe(self, exercise: Exercise, case: Case) -> Outcome:
        """Call it on a case, and note what came out."""
        return exercise.observe(self.function, case)

    def called(self, name: str) -> "Here":
        """The function of the same notebook that it calls by this name."""
        return Here(self.function.__globals__[name])
