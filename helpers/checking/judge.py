"""From what an answer did on the cases to one verdict that names the mistake."""

import functools
import inspect
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from helpers.checking.compare import agree, is_number
from helpers.checking.constant import fixed_sizes
from helpers.checking.errors import alike
from helpers.checking.finding import Finding
from helpers.checking.findings import compared, find
from helpers.checking.letters import say, size
from helpers.checking.spec import ArrayOf, KerasModel, Named, Several, Spec, argument_dims, here, returned
from helpers.checking.verdict import Verdict, joined
from helpers.lessons.exercise import Case, Exercise, Misconception
from helpers.observing import Outcome, Source, source_of


def judge(
    exercise: Exercise,
    cases: Sequence[Case],
    expected: Sequence[object],
    outcomes: Sequence[Outcome],
    again: Outcome | None = None,
    *,
    rerun: Callable[[Case], Outcome] | None = None,
    source: Source | None = None,
    show_numbers: bool = True,
) -> Verdict:
    """Judge what an answer did.

    Args:
        expected: what Keras says to each case.
        outcomes: what the answer did on each case.
        again: what it did on the first case once more.
        rerun: observes the answer on further cases, to find the first time step that goes wrong.
        source: what the answer's code uses.
        show_numbers: whether the verdict may show inputs and expected values.
    """
    source = source or Source()
    findings = [
        find(exercise, case, truth, outcome, source)
        for case, truth, outcome in zip(cases, expected, outcomes, strict=True)
    ]
    leaks = again is not None and _leaks(exercise, outcomes[0], again)
    failed = [index for index, finding in enumerate(findings) if finding]
    if not failed and not leaks:
        shown = tuple(exercise.shown(outcomes[-1].value, cases[-1]))
        if exercise.learns_from and "seed" in source.unused:
            shown += _said("Mind", _SEED_UNUSED)
        said = exercise.passed or _passed(len(cases), exercise.oracle)
        return Verdict(exercise.name, "passed", said, shown)
    if leaks and not outcomes[0].error and not any(findings[i].general for i in failed):
        return Verdict(exercise.name, "failed", _two_results(exercise))
    if swapped := _arguments_swapped(exercise, source):
        status = "error" if any(findings[i].status == "error" for i in failed) else "failed"
        return Verdict(exercise.name, status, swapped)
    index = min(failed, key=lambda i: _rank(findings[i]))
    case, finding, outcome = cases[index], findings[index], outcomes[index]
    facts = (("Case", say_case(case)), *finding.facts) if finding.case or not finding.general else ()
    if outcome.value is None and not outcome.error and any(other.value is not None for other in outcomes):
        finding = replace(
            finding,
            headline="Here your function gave `None`: it came to its end without a `return`, or nothing was "
            "put into what it returns. Is there an `if` that is not met, or a loop that never turns?",
        )
    named = None if finding.general else _named(exercise, cases, outcomes)
    headline = finding.headline
    if named:
        headline = named.sentence
        facts = _without_accidents(facts)
    elif not finding.general:
        spec = returned(exercise.reference)
        fixed = fixed_sizes(spec, exercise.returns, cases, outcomes, expected, source.tensors)
        if fixed and source.reads and isinstance(spec, (ArrayOf, Several)) and _always_the_same(outcomes):
            fixed = f"Your function returns the same numbers, whatever comes in as {_arguments(exercise)}."
        if fixed:
            headline, facts = fixed, facts[:1]
        needless = source_of(inspect.unwrap(exercise.reference)).unused
        facts += _said(
            "Mind",
            _from_notebook(source.reads)
            or _unused([name for name in source.unused if name not in needless])
            or (_written(exercise, source, case) if finding.status == "error" else ""),
        )
        facts += _said(
            "But",
            ""
            if source.reads or fixed or exercise.learns_from
            else _one_size_only(cases, failed, source) or _one_length(spec, cases, outcomes, failed),
        )
        facts += _said(
            "When", _first_wrong_length(exercise, case, finding, rerun) if rerun and show_numbers else ""
        )
    if not show_numbers:  # an error's message is the learner's to write, and could carry a hidden input out
        facts = tuple((label, text) for label, text in facts if label not in ("Case", "Numbers", "Error"))
        facts = (("Tried on", "inputs that the check keeps to itself"), *facts)
    return Verdict(
        exercise=exercise.name,
        status=finding.status,
        headline=headline,
        facts=facts,
        code=finding.code,
        printed=outcome.printed if show_numbers else "",
        misconception=named.name if named else "",
    )


def _passed(count: int, oracle: str) -> str:
    where = {1: "", 2: " on both cases"}.get(count, f" on all {count} cases")
    return f"Right{where}, as {oracle} says."


_SEED_UNUSED = (
    "your answer never uses its argument `seed`: with `keras.utils.set_random_seed(seed)` as its first line "
    "the same call gives the same model"
)


def _always_the_same(outcomes: Sequence[Outcome]) -> bool:
    first, *others = [outcome.value for outcome in outcomes]
    return all(agree(first, other, 0.0) for other in others)


def _arguments(exercise: Exercise) -> str:
    return joined([f"`{name}`" for name in exercise.arguments])


def _without_accidents(facts: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Where a mistake has its name, which units or outputs happened to come out right says nothing more."""
    kept = []
    for label, text in facts:
        if label == "Where":
            text = "; ".join(part for part in text.split("; ") if not re.search(r"\b[dmk] = \d", part))
        kept += [(label, text)] if text else []
    return tuple(kept)


def _written(exercise: Exercise, source: Source, case: Case) -> str:
    """A number in an answer that is no size of the case: the M of a model in the notebook, say."""
    sizes = {*case.sizes.values(), *(blocks * case.sizes.get("M", 0) for blocks in (2, 3, 4))}
    odd = [number for number in source.numbers if number > 10 and number not in sizes]
    if not odd or "M" not in exercise.letters:
        return ""
    return f"{odd[0]} stands in your answer as a number: if it is a size, take it from the arguments"


def _rank(finding: Finding) -> tuple[bool, bool]:
    """Which case to show: one with a general finding, then one where a shape or an error speaks."""
    return not finding.general, not finding.facts


def say_case(case: Case) -> str:
    """`N, T, D = 6, 4, 2; t = 1`, or `w (D, M) = (3, 5); t = 1`, and what is special about it."""
    shapes = {name: axes for name, axes in case.axes.items() if name in case.inputs and axes}
    listed = [letter for letter in case.sizes if not any(letter in axes for axes in shapes.values())]
    names, numbers = ", ".join(listed), ", ".join(str(case.sizes[letter]) for letter in listed)
    said = [f"{names} = {numbers}"] if listed else []
    for name, axes in shapes.items():
        said.append(f"{name} {say(axes)} = {tuple(size(letter, case.sizes) for letter in axes)}")
    said += [
        f"{name} = {value}"
        for name, value in case.inputs.items()
        if name not in case.sizes
        and (is_number(value) or isinstance(value, bool))
        and f"{name} =" not in case.note
    ]
    together = "; ".join(said)
    return f"{together} ({case.note})" if together and case.note else together or case.note


def _leaks(exercise: Exercise, first: Outcome, again: Outcome) -> bool:
    """Not to the last bit: where an array lies in memory may change how its numbers are added up."""
    return bool(first.error) != bool(again.error) or not agree(first.value, again.value, exercise.tolerance)


def _named(exercise: Exercise, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> Misconception | None:
    """The misconception that does what the answer did in every case, and gave a value in one at least."""
    for misconception in exercise.misconceptions:
        if fits(exercise, misconception.answer, cases, outcomes):
            return misconception
    return None


def fits(exercise: Exercise, answer: Callable, cases: Sequence[Case], outcomes: Sequence[Outcome]) -> bool:
    """Whether an answer does, in every case, what the outcomes say.

    Errors and empty arrays alone are no evidence.
    """
    builds_a_model = isinstance(returned(exercise.reference), KerasModel)
    values = 0
    for case, outcome in zip(cases, outcomes, strict=True):
        other = observed(exercise, answer, case)
        if _has_empty(outcome.value) or _has_empty(other.value):
            # One window too few of a single one leaves nothing: ways of writing it differ in the empty
            # array's shape, or in that they raise.
            if not all(o.error or _has_empty(o.value) for o in (outcome, other)):
                return False
            continue
        if outcome.error or other.error:
            if not (outcome.error and other.error and outcome.error.kind == other.error.kind):
                return False
            if builds_a_model:  # Keras refuses a model in so many words that they tell the mistake
                if not alike(outcome.error, other.error):
                    return False
                values += 1
            continue
        values += 1
        if not agree(
            compared(exercise, outcome.value, case), compared(exercise, other.value, case), exercise.tolerance
        ):
            return False
    return values > 0


def _has_empty(value: object) -> bool:
    if isinstance(value, np.ndarray):
        return value.size == 0
    return isinstance(value, (tuple, list)) and any(_has_empty(part) for part in value)


@functools.lru_cache(maxsize=10_000)
def observed(exercise: Exercise, misconception: Callable, case: Case) -> Outcome:
    """What a misconception does on a case: asked once, as a whole bank of models takes a second to build."""
    return exercise.observe(misconception, case)


def _said(label: str, text: str) -> tuple[tuple[str, str], ...]:
    return ((label, text),) if text else ()


def _two_results(exercise: Exercise) -> str:
    if "seed" in exercise.arguments:
        return (
            "The same call gave two different results: make all random numbers inside the function, "
            "from its argument `seed`."
        )
    return (
        "The same call gave two different results: something is kept from one call to the next "
        "(a global variable, a default argument that is written into, or random numbers)."
    )


def _arguments_swapped(exercise: Exercise, source: Source) -> str:
    mine, due = list(source.arguments), exercise.arguments
    if mine == due or sorted(mine) != sorted(due):
        return ""
    return (
        f"Your `def` line has the arguments in another order, `{', '.join(mine)}`: the check hands them over "
        f"as `{', '.join(due)}`, the first to the first. Keep the line as the exercise gives it."
    )


def _unused(names: Sequence[str]) -> str:
    if not names:
        return ""
    said = joined([f"`{name}`" for name in names])
    return f"your answer never uses its argument{'s' if names[1:] else ''} {said}"


def _from_notebook(names: Sequence[str]) -> str:
    if not names:
        return ""
    said = joined([f"`{name}`" for name in names])
    return f"your answer reads {said} of the notebook, the same whatever goes in: use its arguments alone"


def _one_size_only(cases: Sequence[Case], failed: Sequence[int], source: Source) -> str:
    """What is alike in all cases that pass, and in no other: a switch, or a letter whose size was written
    as a number. Unless the answer makes something so long, or picks its last entry, it is an accident."""
    passed = [case for index, case in enumerate(cases) if index not in failed]
    if not passed:
        return ""
    for name, value in passed[0].inputs.items():
        if isinstance(value, bool) and all(
            (case.inputs[name] is value) == (index not in failed) for index, case in enumerate(cases)
        ):
            return f"right wherever {name} is {value}, wrong wherever it is {not value}"
    fixed = [
        (letter, number)
        for letter, number in passed[0].sizes.items()
        if all(case.sizes.get(letter) == number for case in passed)
        and not any(cases[index].sizes.get(letter) == number for index in failed)
        and number in source.lengths
    ]
    if len(fixed) != 1 and all(case.note for case in passed):
        if all(" = " in case.note and len(case.note) < 10 for case in passed):
            return f"right only where {passed[0].note}: are two letters exchanged?"
        return f"right only in the case: {passed[0].note}" if len(passed) == 1 else ""
    if len(fixed) != 1:
        return ""
    return _fixed(*fixed[0])


def _one_length(spec: Spec, cases: Sequence[Case], outcomes: Sequence[Outcome], failed: Sequence[int]) -> str:
    """The one axis that is equally long wherever something comes out, and right in the cases that pass."""
    parts = spec.parts if isinstance(spec, Several) else (spec,)
    if len(failed) == len(cases) or not all(isinstance(part, ArrayOf) for part in parts):
        return ""
    lengths: dict[str, set[int]] = {}
    due: dict[str, set[int]] = {}
    for case, outcome in zip(cases, outcomes, strict=True):
        if outcome.error:
            continue
        values = outcome.value if isinstance(spec, Several) else (outcome.value,)
        dims = [here(part, case.axes).dims for part in parts]
        if [getattr(value, "ndim", -1) for value in values] != [len(axes) for axes in dims]:
            return ""
        for value, axes in zip(values, dims, strict=True):
            for letter, length in zip(axes, value.shape, strict=True):
                lengths.setdefault(letter, set()).add(length)
                due.setdefault(letter, set()).add(size(letter, case.sizes))
    wrong = [letter for letter in lengths if lengths[letter] != due[letter]]
    if len(wrong) != 1 or len(lengths[wrong[0]]) > 1:
        return ""
    return _fixed(wrong[0], lengths[wrong[0]].pop())


def _fixed(letter: str, number: int) -> str:
    return (
        f"right where {letter} = {number}: "
        f"is {letter} a fixed number somewhere, in place of the one that comes in?"
    )


def _first_wrong_length(
    exercise: Exercise, case: Case, shown: Finding, rerun: Callable[[Case], Outcome]
) -> str:
    """Cut the inputs to their first 1, 2, … time steps, and find the first length that goes wrong.

    Only for wrong numbers: an answer that stops with an error, or has another shape, says itself where. One
    that stops at a shorter length has T as a number in it, and nothing is known of its turns.
    """
    if shown.status == "error" or any(label == "Your shape" for label, _ in shown.facts):
        return ""
    spec = returned(exercise.reference)
    dims = argument_dims(exercise.reference)
    timed = {name: axes.index("T") for name, axes in dims.items() if "T" in axes}
    parts = [part for _, part in spec.parts] if isinstance(spec, Named) else [spec]
    if not all(isinstance(part, ArrayOf) and "T" not in part.dims for part in parts):
        return ""
    if not timed or case.sizes.get("T", 1) < 2:
        return ""
    if any("T*" in axis for axes in dims.values() for axis in axes):  # weights made for this T alone
        return ""
    if "M" not in exercise.letters:  # nothing recurrent in it, so no loop to look into
        return ""
    for length in range(1, case.sizes["T"] + 1):
        inputs = {
            name: value[(slice(None),) * timed[name] + (slice(length),)] if name in timed else value
            for name, value in case.inputs.items()
        }
        shorter = replace(case, sizes={**case.sizes, "T": length}, inputs=inputs)
        truth = exercise.observe(exercise.reference, shorter).value
        outcome = rerun(shorter)
        if outcome.error:
            return ""
        found = find(exercise, shorter, truth, outcome)
        if found and found.status == shown.status:
            if length == 1:
                return "already wrong when T = 1"
            return (
                f"right while T <= {length - 1}, wrong from T = {length} on: "
                "what differs in the next turn of the loop?"
            )
    return ""
