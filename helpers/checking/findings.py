"""What is wrong with the outcome of one case: its type, its shape, its numbers."""

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from helpers.checking import letters
from helpers.checking.compare import agree, close, is_number
from helpers.checking.errors import in_plain_words
from helpers.checking.finding import Finding, kind, say
from helpers.checking.models import no_model, wrong_model
from helpers.checking.spec import (
    ArrayOf,
    KerasModel,
    Named,
    Number,
    Several,
    ShapeTuple,
    Spec,
    declared_dims,
    here,
    returned,
)
from helpers.checking.verdict import joined
from helpers.lessons import LESSON_OF
from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Foreign, Outcome, Raised, Source

ENTRIES_SHOWN = 6
_UNREAD = Source()
NOT_CALLED = ("function", "method", "builtin_function_or_method")


def find(
    exercise: Exercise, case: Case, truth: object, outcome: Outcome, source: Source = _UNREAD
) -> Finding | None:
    """What is wrong with one outcome, if anything is; `source` is what the answer's code uses."""
    case = replace(case, strangers=source.sizes)
    if exercise.numpy_only and outcome.asked and source.models:
        said = joined([f"`{name}`" for name in source.models])
        instead = joined([f"`{name}`" for name in exercise.arguments])
        return Finding(
            f"Your answer asks {said}, a Keras model of the notebook. "
            f"Here the point is to work the result out yourself, from {instead} alone."
        )
    if exercise.numpy_only and outcome.asked:
        return Finding(
            f"Your answer asks {_library(outcome.asked)} for the result. "
            "Here the point is to work it out yourself, in plain Python and NumPy."
        )
    if outcome.error:
        return _error(exercise, case, outcome)
    spec = here(returned(exercise.reference), case.axes)
    value = outcome.value
    if value is None:
        return Finding(
            "Your function returned `None`: does it end with `return`, followed by the result?", case=True
        )
    wrong = _structure(spec, value, case, exercise.returns)
    if wrong:
        return wrong
    if outcome.changed:
        names = joined([f"`{name}`" for name in outcome.changed])
        return Finding(
            f"Your function writes into its input {names}: whoever calls it finds their data changed. "
            "Make a new one, or work on a copy."
        )
    if agree(compared(exercise, value, case), exercise.compared(truth, case), exercise.tolerance):
        return None
    return _numbers(exercise, spec, case, value, truth)


def compared(exercise: Exercise, value: object, case: Case) -> object:
    try:
        return exercise.compared(value, case)
    except Exception:  # a wrong answer may have any structure; it is then compared as it is
        return value


def _library(name: str) -> str:
    return {"keras": "Keras", "tensorflow": "TensorFlow", "tf_keras": "Keras", "torch": "PyTorch"}.get(
        name, name
    )


_USUAL = {"Wx": ("D", "M"), "Wh": ("M", "M"), "bh": ("M",), "b": ("M",), "Wo": ("M", "K"), "bo": ("K",)}
"""The axes of arrays that go by the course's names, where they are an answer's own."""

_GRADIENTS = {f"d{name}": dims for name, dims in _USUAL.items()} | {
    "dh": ("N", "M"),
    "da": ("N", "M"),
    "dY": ("N", "K"),
}


def _another_gradient(name: str, shape: Sequence[int], case: Case) -> str:
    """What is due, where an array that bears the name of a gradient has not the shape that goes with it."""
    dims = _GRADIENTS.get(name, ())
    if len(dims) != len(shape) or not {"N", "M", *dims} <= set(case.sizes):
        return ""
    due = tuple(case.sizes[letter] for letter in dims)
    if tuple(shape) == due:
        return ""
    read = letters.read(shape, case.sizes, (), case.strangers)
    by_chance = any(axis.isdigit() for axis in read)  # its other letters then say nothing
    given = str(tuple(shape)) if by_chance else say(shape, case)
    return f"{given}; a gradient has the shape of its array, and `{name[1:]}` is {say(due, case, dims)}"


_REFUSED = re.compile(r"expected shape=(\(None, (\d+), 1\)), found shape=\((None|\d+), (\d+)\)")


def _made_for_one_length(case: Case, error: Raised) -> tuple[Raised, str]:
    """The error of a model that was fed another length than it was made for, and what to say of it.

    Keras leaves a last axis of size 1 out of the shape that it found, as if that were missing.
    """
    refused = _REFUSED.search(error.message)
    if not refused or int(refused[4]) != case.sizes.get("T") or refused[2] == refused[4]:
        return error, ""
    made_for, made, N, T = refused.groups()
    shape = f"expected shape={made_for}, found shape=({N}, {T}, 1)"
    said = f"your model is made for T = {made}, and another T comes in: `X.shape[1:]` is the `(T, 1)` due"
    return replace(error, message=error.message.replace(refused[0], shape)), said


def _error(exercise: Exercise, case: Case, outcome: Outcome) -> Finding:
    error, made_for_one_length = _made_for_one_length(case, outcome.error)
    if error.not_written and error.function in LESSON_OF and error.function != exercise.name:
        return Finding(
            f"Your answer calls `{error.function}`, and that one is not written yet: do that exercise first.",
            status="error",
        )
    if error.not_written:
        return Finding(
            "This exercise waits for you: replace the line `raise NotImplementedError(…)` by your answer. "
            "(Already done? Then run its cell, with Shift + Enter, and check again.)",
            status="not written",
        )
    if error.line is None and error.kind == "TypeError" and "positional argument" in error.message:
        return Finding(
            f"The check calls your function with {len(exercise.arguments)} arguments, "
            f"`{', '.join(exercise.arguments)}`: keep its `def` line as the exercise gives it.",
            status="error",
        )
    facts = [("Error", in_plain_words(error, lambda shape: say(shape, case)))]
    for name, shape in error.shapes:
        said = shape
        if not isinstance(shape, str):
            declared = declared_dims(exercise.reference, name, len(shape)) or _USUAL.get(name, ())
            said = _another_gradient(name, shape, case) or say(shape, case, declared)
        facts.append((f"`{name}`", said))
    where, code = f"in line {error.line} of your cell" if error.line else "inside your answer", error.source
    if error.called_from:
        number, line = error.called_from
        inner = f"`{error.function}`" if error.function.isidentifier() else "a function"
        where = f"in {inner}, which line {number} of your cell calls"
        code = f"{line}\n→ {error.source}"
    if made_for_one_length and "X" in case.inputs:
        facts.append(("Mind", made_for_one_length))
    return Finding(
        f"Python stopped {where}.",
        facts=tuple(facts),
        code=code,
        status="error",
        general=False,
    )


def _structure(
    spec: Spec, value: object, case: Case, names: Sequence[str] = (), called: str = "Your function"
) -> Finding | None:
    """What is wrong with the type or the shape of a value."""
    if isinstance(value, Foreign) and value.type_name in NOT_CALLED:
        returned_ = "returned" if called == "Your function" else "is"
        return Finding(f"{called} {returned_} a function that was not called: its brackets `()` are missing.")
    if _in_a_needless_tuple(spec, value):
        return Finding(
            f"There is a comma after {'what you return' if called == 'Your function' else called}, "
            "and it makes a tuple of it: take the comma away."
        )
    if isinstance(spec, ArrayOf):
        return _array(spec, value, case, called)
    if isinstance(spec, Number):
        return _number(spec, value, called)
    if isinstance(spec, ShapeTuple):
        return _shape_tuple(value, called)
    if isinstance(spec, KerasModel):
        return no_model(value, called)
    if isinstance(spec, Named):
        return _named_parts(spec, value, case, called)
    assert isinstance(spec, Several)
    wanted = len(spec.parts)
    listed = ", ".join(f"`{name}`" for name in names)
    if not isinstance(value, (tuple, list)):
        advice = f" Return {wanted} arrays, not one." if isinstance(value, np.ndarray) else ""
        return Finding(f"{called} returned {kind(value)}; {wanted} results are due: {listed}.{advice}")
    if len(value) != wanted:
        return Finding(f"{called} returned {len(value)} results; {wanted} are due: {listed}.", general=False)
    if _in_another_order(spec, value, case):
        due = ", ".join(letters.say(part.dims) for part in spec.parts)
        given = ", ".join(
            letters.say(letters.read(item.shape, case.sizes, (), case.strangers)) for item in value
        )
        return Finding(
            f"Your results are in another order than asked for: {listed} are due, in this order.",
            facts=(("Your shapes", given), ("Expected", due)),
            general=False,
        )
    for index, (part, item) in enumerate(zip(spec.parts, value, strict=True)):
        name = f"`{names[index]}`" if names else f"Result {index}"
        wrong = _part(part, item, case, name)
        if wrong:
            return wrong
    return None


def _in_another_order(spec: Several, value: Sequence[object], case: Case) -> bool:
    """Whether the shapes are the ones due, and only stand in another order."""
    if not all(isinstance(part, ArrayOf) for part in spec.parts):
        return False
    if not all(isinstance(item, np.ndarray) for item in value):
        return False
    due = [tuple(letters.size(dim, case.sizes) for dim in part.dims) for part in spec.parts]
    given = [item.shape for item in value]
    return given != due and sorted(given) == sorted(due)


def _in_a_needless_tuple(spec: Spec, value: object) -> bool:
    """Whether `value` is `(what is due,)`, which a comma at the end of a line makes."""
    if not isinstance(value, tuple) or len(value) != 1:
        return False
    inner = value[0]
    if isinstance(spec, ArrayOf):
        return isinstance(inner, np.ndarray)
    if isinstance(spec, Number):
        return is_number(inner)
    if isinstance(spec, KerasModel):
        return isinstance(inner, Foreign) and inner.type_name.startswith("keras.")
    if isinstance(spec, Several):
        return isinstance(inner, (tuple, list)) and len(inner) == len(spec.parts)
    return isinstance(spec, Named) and isinstance(inner, dict)


def _part(spec: Spec, value: object, case: Case, name: str) -> Finding | None:
    if value is None:
        due = f"; an array of shape {letters.say(spec.dims)} is due" if isinstance(spec, ArrayOf) else ""
        zeros = ", of zeros if it is to add nothing" if due and len(spec.dims) == 1 else ""
        return Finding(f"{name} is `None`{due}{zeros}.")
    return _structure(spec, value, case, called=name)


def _named_parts(spec: Named, value: object, case: Case, called: str) -> Finding | None:
    keys = [key for key, _ in spec.parts]
    listed = ", ".join(f"`{key!r}`" for key in keys)
    if not isinstance(value, dict):
        return Finding(f"{called} returned {kind(value)}; a dict with the keys {listed} is due.")
    missing = [key for key in keys if key not in value]
    extra = [key for key in value if key not in keys]
    if missing or extra:
        said = [f"lacks {', '.join(f'`{key!r}`' for key in missing)}"] if missing else []
        said += [f"has {', '.join(f'`{key!r}`' for key in extra[:5])} too many"] if extra else []
        if missing and sorted(extra) == sorted(f"d{key}" for key in missing):
            return Finding(f"Leave out the `d` in front: the keys are {listed}.")
        return Finding(f"The dict {' and '.join(said)}. The keys are {listed}.")
    for key, part in spec.parts:
        wrong = _part(part, value[key], case, f"`{key}`")
        if wrong:
            return wrong
    return None


def _array(spec: ArrayOf, value: object, case: Case, called: str) -> Finding | None:
    returned_ = "returned" if called == "Your function" else "is"
    if not isinstance(value, np.ndarray):
        what = kind(value)
        advice = (
            "Make it one array, with `np.array(…)` or `np.stack(…)`."
            if isinstance(value, (list, tuple))
            else ""
        )
        if "2*M" in spec.dims and isinstance(value, tuple) and len(value) == 2:
            axis = spec.dims.index("2*M")
            advice = f"Join the two side by side, with `np.concatenate([…, …], axis={axis})`."
        due = tuple(letters.size(dim, case.sizes) for dim in spec.dims)
        parts = value if isinstance(value, tuple) else ()
        if any(isinstance(part, np.ndarray) and part.shape == due for part in parts):
            advice = "One result is due, and you return several: leave the others away."
        if isinstance(value, tuple) and all(is_number(item) for item in value) and value == due:
            return Finding(
                f"{called} {returned_} a shape, {letters.say(spec.dims)}; the array itself is due."
            )
        if isinstance(value, Foreign) and value.type_name.startswith(("keras.", "tensorflow.")):
            advice = "Its `.numpy()` gives one."
        return Finding(f"{called} {returned_} {what}; a NumPy array is due. {advice}".rstrip())
    shape = tuple(letters.size(dim, case.sizes) for dim in spec.dims)
    if value.shape != shape:
        read = letters.read(value.shape, case.sizes, spec.dims, case.strangers)
        difference = letters.difference(read, spec.dims)
        subject = "returned" if called == "Your function" else f"returned {called} as"
        return Finding(
            f"You {subject} {letters.say(read)}, expected {letters.say(spec.dims)}. {difference}".rstrip(),
            facts=(
                ("Your shape", say(value.shape, case, spec.dims)),
                ("Expected", say(shape, case, spec.dims)),
            ),
            general=False,
        )
    if value.dtype.kind == "f" and value.dtype.itemsize in (4, 8):
        return None
    if value.dtype == object:
        return Finding(
            f"{called} {returned_} an array of Python objects (dtype object); float32 or float64 is due."
        )
    if value.dtype.kind in "iub":
        advice = "Write 1.0 in place of 1 or `dtype=float` where the array is made; leave out `astype(int)`."
    elif value.dtype.kind == "f" and value.dtype.itemsize == 2:
        advice = "Numbers that are rounded to something smaller lose what the network computed."
    elif value.dtype.kind == "f":
        advice = "Nothing here is computed with more digits than float64 has: leave the conversion away."
    elif value.dtype.kind == "c":
        advice = "Nothing here is complex: what made it so?"
    elif value.dtype.kind in "US":
        advice = "That is text: were numbers put into it with `str` or in quotes?"
    else:
        advice = ""
    return Finding(
        f"{called} {returned_} an array of dtype {value.dtype}; float32 or float64 is due. {advice}".rstrip()
    )


def _number(spec: Number, value: object, called: str) -> Finding | None:
    due = "a whole number (an int)" if spec.whole else "a number (a float)"
    if isinstance(value, np.ndarray):
        wrap = f" Wrap it: `{'int' if spec.whole else 'float'}(…)`." if value.ndim == 0 else ""
        said = f"{called} returned an array of shape {value.shape}; {due} is due.{wrap}"
        return Finding(said, general=value.ndim == 0)
    if not is_number(value):
        return Finding(f"{called} returned {kind(value)}; {due} is due.")
    if spec.whole and isinstance(value, (float, np.floating)):
        return Finding(
            f"{called} returned a float; a count is a whole number: an int. "
            "(`//` divides to an int, and `int(…)` makes one of a float.)",
            facts=(("Numbers", f"yours {value}"),),
            case=True,
        )
    if (
        isinstance(value, int) and value.bit_length() > 64
    ):  # Python refuses to print one of some thousand digits
        digits = value.bit_length() * 3 // 10
        return Finding(
            f"{called} returned a number of about {digits} digits; nothing that is counted here is so large."
        )
    return None


def _shape_tuple(value: object, called: str) -> Finding | None:
    if not isinstance(value, tuple):
        returned_ = "returned" if called == "Your function" else "is"
        return Finding(
            f"{called} {returned_} {kind(value)}; a shape is a tuple of whole numbers, as `(3, 4)` or `(5,)`."
        )
    odd = [item for item in value if not (is_number(item) and not isinstance(item, (float, np.floating)))]
    if odd:
        a_float = isinstance(odd[0], (float, np.floating))
        stands = "`None`" if odd[0] is None else "a float" if a_float else kind(odd[0])
        return Finding(f"A shape is a tuple of whole numbers; {stands} stands in yours.", general=False)
    return None


def _numbers(exercise: Exercise, spec: Spec, case: Case, value: object, truth: object) -> Finding:
    """The right structure, the wrong numbers."""
    if told := exercise.told(value, truth, case):
        headline, facts = told
        return Finding(headline, tuple(facts), general=False)
    if isinstance(spec, KerasModel):
        return wrong_model(case, value, truth, exercise.tolerance)
    seen = compared(exercise, value, case)
    if seen is not value:
        return _compared_numbers(seen, exercise.compared(truth, case), exercise.tolerance)
    if isinstance(spec, Several):
        names = exercise.returns or [str(index) for index in range(len(spec.parts))]
        parts = zip(names, spec.parts, value, truth, strict=True)
    elif isinstance(spec, Named):
        parts = [(key, part, value[key], truth[key]) for key, part in spec.parts]
    else:
        parts = [("", spec, value, truth)]
    wrong = [part for part in parts if not agree(part[2], part[3], exercise.tolerance)]
    name, part_spec, mine, right = wrong[0]
    if isinstance(part_spec, ArrayOf):
        finding = _array_numbers(part_spec, mine, right, exercise.tolerance)
    elif isinstance(part_spec, ShapeTuple):
        finding = _shape_numbers(case, mine, right)
    else:
        finding = Finding(
            "That is not the right number.",
            facts=(("Numbers", _side_by_side(mine, right)),),
            general=False,
        )
    if name:
        finding = replace(finding, headline=f"{_which(wrong, len(spec.parts))}: {finding.headline}")
    return finding


def _which(wrong: Sequence[tuple], count: int) -> str:
    """Which of `count` parts are wrong, where what follows is said of the first of them."""
    names = [f"`{part[0]}`" for part in wrong]
    if len(names) == 1:
        return f"{names[0]} alone" if count > 1 else names[0]
    others = ", the others are right" if len(names) < count else ""
    return f"{joined(names)} are wrong{others}. {names[0]} first"


def _compared_numbers(mine: object, right: object, tolerance: float) -> Finding:
    """What was compared in place of the answer itself; where it is a dict, its keys say what each part is."""
    headline = "The shapes are right, but the result is not what it should be."
    if isinstance(mine, dict) and isinstance(right, dict):
        for label, number in right.items():
            yours = mine.get(label)
            if not agree(yours, number, tolerance):
                numbers = f"{label}\n{_beside(yours, number, tolerance)}"
                return Finding(headline, (("Numbers", numbers),), general=False)
    return Finding(headline, general=False)


def _beside(mine: object, right: object, tolerance: float) -> str:
    if isinstance(mine, np.ndarray) and isinstance(right, np.ndarray) and mine.shape == right.shape:
        return _show(mine, right, close(mine, right, tolerance))
    return f"yours    {mine}\nexpected {right}"


def _shape_numbers(case: Case, mine: tuple, right: tuple) -> Finding:
    expected = letters.read(right, case.sizes)
    read = letters.read(mine, case.sizes, expected)
    said = letters.say(read)
    difference = letters.difference(read, expected)  # most of these would give the answer away
    too_many = f" {difference}" if difference == letters.ONE_TOO_MANY else ""
    return Finding(
        f"You returned {said}, expected another shape.{too_many}",
        facts=(
            ("Yours", said if said == str(mine) else f"{said} = {mine}"),
            ("Numbers", f"expected {right}"),
        ),
        general=False,
    )


def _array_numbers(spec: ArrayOf, mine: np.ndarray, right: np.ndarray, tolerance: float) -> Finding:
    good = close(mine, right, tolerance)
    facts = []
    if np.isnan(mine).any() and not np.isnan(right).any():
        count = int(np.isnan(mine).sum())
        headline = f"The shape is right, but {count} of {mine.size} entries are NaN (not a number)."
    elif np.isinf(mine).any() and not np.isinf(right).any():
        headline = f"The shape is right, but {int(np.isinf(mine).sum())} of {mine.size} entries are infinite."
    else:
        headline = f"The shape {letters.say(spec.dims)} is right, the numbers are not."
    where = _where(spec.dims, good)
    if where:
        facts.append(("Where", where))
    facts.append(("Numbers", _show(mine, right, good)))
    return Finding(headline, facts=tuple(facts), general=False)


def _where(dims: Sequence[str], good: np.ndarray) -> str:
    """The pattern of the wrong entries along the axes: "right up to t = 1, wrong from t = 2 on"."""
    said, scattered = [], 0
    for axis, dim in enumerate(dims):
        length = good.shape[axis]
        others = tuple(i for i in range(good.ndim) if i != axis)
        right = good.all(axis=others)
        index = dim.lower() if dim in ("N", "T", "D", "M", "K") else f"index along {dim.replace('*', '')}"
        if length < 2 or right.all() or not right.any():
            continue
        if dim == "2*M" and (half := _one_half(right)):
            said.append(half)
            continue
        first = int(np.argmin(right))
        if not right[first:].any():
            before = f"right up to {index} = {first - 1}, " if first > 1 else f"right at {index} = 0, "
            said.append(f"{before}wrong from {index} = {first} on")
        elif right[int(np.argmax(right)) :].all():
            said.append(f"right only from {index} = {int(np.argmax(right))} on")
        else:
            indices = [str(i) for i in np.flatnonzero(~right)]
            wrong = ", ".join(indices[:5]) + (", …" if len(indices) > 5 else "")
            said.append(f"wrong at {index} = {wrong}")
            scattered += len(indices) > 1
    if scattered > 1:  # no pattern: two lists of places would hide that
        return f"{np.count_nonzero(~good)} of {good.size} entries are off"
    if not said and not good.any():
        return "every entry is off"
    return "; ".join(said)


def _one_half(right: np.ndarray) -> str:
    """Where an axis of 2M, two halves side by side, is right in just one of them: which."""
    M = len(right) // 2
    for good, bad, first, second in (
        (right[:M], right[M:], "first", "last"),
        (right[M:], right[:M], "last", "first"),
    ):
        if good.all() and not bad.any():
            return f"the {first} M = {M} numbers are right, the {second} M = {M} are not"
    return ""


def _show(mine: np.ndarray, right: np.ndarray, good: np.ndarray) -> str:
    first = tuple(int(i) for i in np.argwhere(~good)[0])
    if mine.ndim == 1 and mine.size <= ENTRIES_SHOWN:
        places = next((n for n in range(4, 9) if _rounded(mine[first], n) != _rounded(right[first], n)), 9)
        return f"yours    {_row(mine, places)}\nexpected {_row(right, places)}"
    entry = ", ".join(str(i) for i in first)
    return f"at [{entry}] {_side_by_side(float(mine[first]), float(right[first]), 'yours is')}"


def _side_by_side(mine: float, right: float, yours: str = "yours") -> str:
    """Two numbers, with as many digits as tell them apart; whole ones in full."""
    if isinstance(right, (int, np.integer)):
        return f"{yours} {mine}, expected {right}"
    digits = next((n for n in range(4, 17) if f"{mine:.{n}g}" != f"{right:.{n}g}"), 17)
    return f"{yours} {mine:.{digits}g}, expected {right:.{digits}g}"


def _row(array: np.ndarray, places: int) -> str:
    width = places + 4
    return "[" + "  ".join(f"{_rounded(number, places):>{width}}" for number in array) + "]"


def _rounded(number: float, places: int) -> str:
    return f"{round(float(number), places) + 0.0:.{places}f}"
