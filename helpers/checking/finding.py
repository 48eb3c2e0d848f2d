"""One thing that is wrong with an outcome, and the words for kinds of values and for shapes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from helpers.checking import letters
from helpers.checking.compare import is_number
from helpers.lessons.exercise import Case
from helpers.observing import Foreign


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with an outcome.

    `general` findings say all there is to say; the others may be explained better by a misconception. The
    headline shows no number of an answer or of the expected value: those stand in the fact "Numbers", which
    a hidden test leaves out. `case` asks for the case beside a general finding.
    """

    headline: str
    facts: tuple[tuple[str, str], ...] = ()
    code: str = ""
    status: str = "failed"
    general: bool = True
    case: bool = False


def kind(value: object) -> str:
    """What kind of value this is, with its article: "a list", "a single number"."""
    if isinstance(value, Foreign):
        if value.type_name == "generator":
            return "a generator, which has computed nothing yet"
        return f"something of type {value.type_name}"
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}"
    if isinstance(value, bool):
        return "a bool"
    if is_number(value):
        return "a single number"
    article = "an" if type(value).__name__[0] in "aeiou" else "a"
    return f"{article} {type(value).__name__}"


def say(shape: Sequence[int | None], case: Case, expected: Sequence[str] = ()) -> str:
    """A shape in letters and in numbers: `(N, M) = (4, 5)`."""
    said = letters.say(letters.read(shape, case.sizes, expected, case.strangers))
    return said if said == str(tuple(shape)) else f"{said} = {tuple(shape)}"
