"""From what an answer did on the cases to one verdict that names the mistake."""

import functools
from collections.abc import Callable, Sequence

import numpy as np

from helpers.checking.compare import agree
from helpers.checking.errors import alike
from helpers.checking.findings import Finding, compared, find
from helpers.checking.spec import ArrayOf, KerasModel, argument_dims, returned
from helpers.checking.verdict import Verdict
from helpers.lessons.exercise import Case, Exercise, Misconception
from helpers.observing import Outcome


def judge(
    exercise: Exercise,
    cases: Sequence[Case],
    expected: Sequence[object],
    outcomes: Sequence[Outcome],
    again: Outcome | None = None,
    *,
    rerun: Callable[[Case], Outcome] | None = None,
    reads: Sequence[str] = (),
    show_numbers: bool = True,
) -> Verdict:
    """Judge what an answer did.

    Args:
        expected: what Keras says to each case.
        outcomes: what the answer did on each case.
        again: what it did on the first case once more, after all others.
        rerun: observes the answer on further cases, to find the first time step that goes wrong.
        reads: the notebook's variables that the answer reads.
        show_numbers: whether the verdict may show inputs and expected values.
    """
    findings = [
        find(exercise, case, truth, outcome)
        for case, truth, outcome in zip(cases, expected, outcomes, strict=True)
    ]
    leaks = again is not None and _leaks(exercise, outcomes[0], again)
    failed = [index for index, finding in enumerate(findings) if finding]
    if not failed and not leaks:
        return Verdict(exercise.name, "passed", _passed(len(cases), exercise.oracle))
    if leaks and not outcomes[0].error and not any(findings[i].general for i in failed):
        return Verdict(
            exercise.name,
            "failed",
            "The same call gave two different results: something is kept from one call to the next "
            "(a global variable, a default argument that is written into, or random numbers).",
        )
    index = min(failed, key=lambda i: _rank(findings[i]))
    case, finding, outcome = cases[index], findings[index], outcomes[index]
    facts = (("Case", say_case(case)), *finding.facts) if finding.facts or not finding.general else ()
    named = None if finding.general else _named(exercise, cases, outcomes)
    headline = finding.headline
    if named:
        headline = named.sentence
    elif not finding.general:
        facts += _said("Mind", _from_notebook(reads))
        facts += _said("But", "" if reads else _one_size_only(cases, failed))
        facts += _said(
            "When", _first_wrong_length(exercise, case, finding, rerun) if rerun and show_numbers else ""
        )
    if not show_numbers:  # an error's message is the learner's to write, and could carry a hidden input out
        facts = tuple((label, text) for label, text in facts if label not in ("Case", "Numbers", "Error"))
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
    return f"Right on all {count} cases, as {oracle} says." if count > 1 else f"Right, as {oracle} says."


def _rank(finding: Finding) -> tuple[bool, bool]:
    """Which case to show: one with a general finding, then one where a shape or an error speaks."""
    return not finding.general, not finding.facts


def say_case(case: Case) -> str:
    """`(N, T, D) = (6, 4, 2)`, and what is special about it."""
    names, numbers = ", ".join(case.sizes), ", ".join(str(number) for number in case.sizes.values())
    said = f"{names} = {numbers}" if case.sizes else ""
    return f"{said} ({case.note})" if said and case.note else said or case.note


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


def _from_notebook(names: Sequence[str]) -> str:
    if not names:
        return ""
    listed = " and ".join(f"`{name}`" for name in names)
    return f"your answer reads {listed} of the notebook, the same whatever goes in: use its arguments alone"


def _one_size_only(cases: Sequence[Case], failed: Sequence[int]) -> str:
    """A size written as a number: the letter that is alike in all cases that pass, and in no other."""
    passed = [case for index, case in enumerate(cases) if index not in failed]
    if not passed:
        return ""
    if all(case.note for case in passed):
        return f"right only here: {', '.join(case.note for case in passed)}" if len(passed) < 3 else ""
    fixed = [
        (letter, number)
        for letter, number in passed[0].sizes.items()
        if all(case.sizes.get(letter) == number for case in passed)
        and not any(cases[index].sizes.get(letter) == number for index in failed)
    ]
    if len(fixed) != 1:
        return ""
    letter, number = fixed[0]
    return (
        f"right where {letter} = {number}: "
        f"is {letter} a fixed number somewhere, in place of the one that comes in?"
    )


def _first_wrong_length(
    exercise: Exercise, case: Case, shown: Finding, rerun: Callable[[Case], Outcome]
) -> str:
    """Cut the inputs to their first 1, 2, … time steps, and find the first length that goes wrong.

    Only for wrong numbers: an answer that stops with an error, or has another shape, says itself where.
    """
    if shown.status == "error" or any(label == "Your shape" for label, _ in shown.facts):
        return ""
    spec = returned(exercise.reference)
    dims = argument_dims(exercise.reference)
    timed = {name: axes.index("T") for name, axes in dims.items() if "T" in axes}
    if not timed or case.sizes.get("T", 1) < 2 or not isinstance(spec, ArrayOf) or "T" in spec.dims:
        return ""
    if "M" not in exercise.letters:  # nothing recurrent in it, so no loop to look into
        return ""
    for length in range(1, case.sizes["T"] + 1):
        inputs = {
            name: value[(slice(None),) * timed[name] + (slice(length),)] if name in timed else value
            for name, value in case.inputs.items()
        }
        shorter = Case({**case.sizes, "T": length}, inputs, case.probe)
        truth = exercise.observe(exercise.reference, shorter).value
        found = find(exercise, shorter, truth, rerun(shorter))
        if found and found.status == shown.status:
            if length == 1:
                return "wrong with a single time step already: look at one step, before the loop"
            return (
                f"right while T <= {length - 1}, wrong from T = {length} on: "
                "what differs in the next turn of the loop?"
            )
    return ""
