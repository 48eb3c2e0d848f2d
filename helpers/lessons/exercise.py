"""What an exercise is: a right answer, the cases that test it, Keras's word on them, hints, misconceptions.

A lesson's module reads like its table of exercises. To add an exercise, copy a neighbour:

    forward = exercise(
        reference.forward,
        stars=2, minutes=10,
        cases=recurrent,                 # generator -> cases; only the reference's own arguments are used
        keras=predict_one_sample,        # the same arguments -> what Keras says
        hints=["…", "…"],
    )

    @forward.misconception
    def state_not_carried(x, Wx, Wh, bh, Wo, bo):
        \"\"\"The sentence that a learner reads who made this mistake.\"\"\"
        …the mistake, in as few lines as it takes…
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from helpers.observing import Outcome, looks, observe


@dataclass(frozen=True, eq=False)
class Case:
    """One set of arguments for an answer.

    Attributes:
        sizes: the letters that this case has, with their numbers: `{"T": 4, "D": 2}`.
        inputs: the arguments by name; more than the answer takes is allowed.
        probe: what a model that the answer builds is tried on (see `helpers.observing.models`).
        note: what is special about the case, where it is: "one sample only".
        axes: what the starred axes of the reference's types stand for here: `{"N": ("N",)}` where `*N` is a
            batch; nothing where it is a single sample.
        kept: what only the judge knows of the case, and no answer gets to see: the years that came later.
        strangers: sizes that an answer has from its notebook: an axis so long is read as a letter of this
            case only where that letter is due.
    """

    sizes: Mapping[str, int]
    inputs: Mapping[str, object]
    probe: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    axes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    kept: Mapping[str, object] = field(default_factory=dict)
    strangers: Sequence[int] = ()


Told = tuple[str, Sequence[tuple[str, str]]]
"""A headline, and facts as (label, text); what a hidden test has to leave out is labelled "Numbers"."""


@dataclass(frozen=True)
class Misconception:
    """A small wrong version of the reference; `sentence` is what a good teacher would say about it."""

    name: str
    answer: Callable
    sentence: str


@dataclass(eq=False)
class Exercise:
    """See `exercise`, which makes it."""

    name: str
    lesson: str
    reference: Callable
    stars: int
    minutes: int
    cases: Callable[[np.random.Generator], Iterable[Case]]
    keras: Callable
    hints: Sequence[str]
    look: looks.Look
    compared: Callable[[object, Case], object]
    numpy_only: bool
    returns: Sequence[str]
    tolerance: float
    oracle: str
    again: bool
    told: Callable[[object, object, Case], Told | None]
    shown: Callable[[object, Case], Sequence[tuple[str, str]]]
    learns_from: Sequence[str]
    passed: str
    misconceptions: list[Misconception] = field(default_factory=list)

    def misconception(self, answer: Callable) -> Callable:
        """Decorator that adds a wrong answer to the bank; its docstring is the feedback."""
        sentence = " ".join((answer.__doc__ or "").split())
        self.misconceptions.append(Misconception(answer.__name__, answer, sentence))
        return answer

    @property
    def arguments(self) -> list[str]:
        """The names of the reference's arguments, in order."""
        return list(self._signature.parameters)

    @property
    def letters(self) -> str:
        """The letters that the reference's signature knows: others would only mislead in a verdict."""
        return "".join(letter for letter in "NTDMK" if re.search(rf"\b\d*{letter}\b", str(self._signature)))

    @property
    def _signature(self) -> inspect.Signature:
        return inspect.signature(self.reference)

    def draw(self, seed: int) -> list[Case]:
        """The cases of this seed, with just the arguments that the answer takes, in its order."""
        return [
            replace(
                case,
                sizes={letter: case.sizes[letter] for letter in case.sizes if letter in self._letters(case)},
                inputs={name: case.inputs[name] for name in self.arguments},
                note=_told_in_letters(case.note, self._letters(case)),
            )
            for case in self.cases(np.random.default_rng(seed))
        ]

    def _letters(self, case: Case) -> str:
        return self.letters + "".join(letter for letters in case.axes.values() for letter in letters)

    def observe(self, answer: Callable, case: Case) -> Outcome:
        """Run an answer on copies of a case's inputs and note what came out."""
        return observe(
            answer, case.inputs, look=lambda value: self.look(value, case.probe), watched=self.numpy_only
        )

    def expected(self, case: Case) -> object:
        """What Keras says, in plain values.

        Raises:
            RuntimeError: where Keras itself fails on the case, which is the exercise's fault.
        """
        outcome = self.observe(self.keras, case)
        if outcome.error:
            raise RuntimeError(f"Keras fails on a case of {self.name}: {outcome.error.message}")
        return outcome.value


_OF_ONE = {
    "one sample": "N",
    "one time step": "T",
    "one feature": "D",
    "one hidden unit": "M",
    "one output": "K",
}


def _told_in_letters(note: str, letters: str) -> str:
    """`D = M = K` said with the letters that the exercise has, and "one sample" only where it has N; any
    other note as it is."""
    if note in _OF_ONE:
        return note if _OF_ONE[note] in letters else ""
    names = note.split(" = ")
    if not all(name in tuple("NTDMK") for name in names):
        return note
    known = [name for name in names if name in letters]
    return " = ".join(known) if len(known) > 1 else ""


def exercise(
    reference: Callable,
    *,
    stars: int,
    minutes: int,
    cases: Callable[[np.random.Generator], Iterable[Case]],
    keras: Callable,
    hints: Sequence[str],
    look: looks.Look = looks.as_it_is,
    compared: Callable[[object, Case], object] = lambda value, case: value,
    numpy_only: bool = True,
    returns: Sequence[str] = (),
    tolerance: float = 2e-5,
    oracle: str = "Keras",
    again: bool = True,
    told: Callable[[object, object, Case], Told | None] = lambda value, truth, case: None,
    shown: Callable[[object, Case], Sequence[tuple[str, str]]] = lambda value, case: (),
    learns_from: Sequence[str] = (),
    passed: str = "",
) -> Exercise:
    """Define an exercise of the lesson whose module calls this.

    Args:
        reference: the right answer; its name is the exercise's, its return type (jaxtyping) the shape due.
        stars: difficulty, 1 to 3.
        minutes: what it takes a learner.
        cases: draws the cases from a random generator.
        keras: the oracle. Takes the reference's arguments, and gives what Keras says to them.
        hints: two or three, each more telling than the last (Markdown).
        look: reads plain values out of what an answer returns, where that is not plain values already: one of
            `helpers.observing.looks`; takes the case's `probe` too.
        compared: maps plain values to what is to be compared, where several answers are right.
        numpy_only: whether an answer that calls Keras or TensorFlow is refused.
        returns: names of the parts, where the answer returns several arrays.
        tolerance: absolute and relative. The default accepts float32 in any order of summation
            (about 1e-6 on the cases of this course) and refuses float16 (about 1e-3).
        oracle: who says what is right, for the verdict: "NumPy" where Keras has no word on it.
        again: whether the first case is run twice, to see that nothing is kept from call to
            call; False where an answer trains for seconds.
        told: what to say of a wrong result that no misconception fits, where shapes and numbers do not tell;
            takes its plain value, the right one and the case. None leaves it to the shapes and numbers.
        shown: facts that are worth saying of a right result, from its value in the last case.
        learns_from: the arguments that an answer has to train on. One that reads data of its notebook fails:
            they may hold what the check has kept back for its test.
        passed: what to say of a right answer, where "Right on all cases, as …" does not fit.
    """
    return Exercise(
        name=reference.__name__,
        lesson=reference.__module__.rpartition(".")[2],
        reference=reference,
        stars=stars,
        minutes=minutes,
        cases=cases,
        keras=keras,
        hints=tuple(hints),
        look=look,
        compared=compared,
        numpy_only=numpy_only,
        returns=tuple(returns),
        tolerance=tolerance,
        oracle=oracle,
        again=again,
        told=told,
        shown=shown,
        learns_from=tuple(learns_from),
        passed=passed,
    )
