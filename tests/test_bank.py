"""The bank of misconceptions tests the checks: each is caught, named, and told apart from all others."""

import numpy as np
import pytest

from helpers.checking.check import drawn, verdict_on
from helpers.checking.findings import find
from helpers.checking.judge import fits, judge, observed
from helpers.checking.spec import KerasModel, returned
from helpers.lessons import LESSON_OF, find_exercise

SEEDS = (0, 1, 2026)
"""Of the cases that learners see, of hidden ones, and one of neither; a model, which takes Keras a while to
build, is tried on the first and the last of them."""
MANY = {
    **dict.fromkeys(("forward", "forward_batch"), 10),
    **dict.fromkeys(("bptt", "lstm_step", "gru_step", "predict_by_hand"), 8),
}
"""How many misconceptions an exercise has at the least, where that is more than four."""
TRAINED = ("fit_forecaster", "train_reader")
"""Exercises whose reference trains a model in each case, for seconds: here it does so once, on hidden cases
in float64; on the others, in float32, nbval does. Their misconceptions need no training, or hardly any, to
show the mistake; that mistakes are named after a training in earnest too, the lessons' own tests show."""


def seeds_of(exercise):
    builds_a_model = isinstance(returned(exercise.reference), KerasModel)
    return (SEEDS[0], SEEDS[-1]) if builds_a_model else SEEDS


RUNS = [
    (name, dtype, seed)
    for name in LESSON_OF
    for dtype in ("float32", "float64")
    for seed in seeds_of(find_exercise(name))
    if name not in TRAINED or (dtype, seed) == ("float64", SEEDS[-1])
]


@pytest.mark.parametrize("name", LESSON_OF)
def test_every_misconception_is_caught_named_and_told_apart(name, record_property):
    exercise = find_exercise(name)
    bank = exercise.misconceptions
    caught, named, apart = set(), set(), set()
    faults = []
    for seed in seeds_of(exercise):
        cases, expected = drawn(name, seed)
        outcomes = {wrong.name: [observed(exercise, wrong.answer, case) for case in cases] for wrong in bank}
        for wrong in bank:
            found = [
                find(exercise, *each) for each in zip(cases, expected, outcomes[wrong.name], strict=True)
            ]
            others = [
                other.name
                for other in bank
                if other is not wrong and fits(exercise, other.answer, cases, outcomes[wrong.name])
            ]
            verdict = judge(exercise, cases, expected, outcomes[wrong.name])
            caught |= {wrong.name} if any(found) else set()
            named |= {wrong.name} if verdict.misconception == wrong.name else set()
            apart |= set() if others else {wrong.name}
            if not any(found):
                faults.append(f"{wrong.name} passes with seed {seed}")
            elif verdict.misconception != wrong.name:
                faults.append(
                    f"{wrong.name} is called {verdict.misconception or verdict.headline!r} with seed {seed}"
                )
            if others:
                faults.append(f"{wrong.name} looks like {', '.join(others)} with seed {seed}")
    row = (exercise.lesson, name, len(bank), len(caught), len(named), len(apart))
    record_property("misconception", row)
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("name", LESSON_OF)
def test_an_exercise_has_a_bank_worth_the_name(name):
    least = MANY.get(name, 4)
    assert len(find_exercise(name).misconceptions) >= least


@pytest.mark.parametrize(("name", "dtype", "seed"), RUNS)
def test_the_reference_passes_in_both_precisions(name, dtype, seed):
    exercise = find_exercise(name)

    def answer(*arguments):
        return exercise.reference(*(_cast(argument, dtype) for argument in arguments))

    verdict = verdict_on(exercise, answer, seed)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize("name", LESSON_OF)
def test_an_unsolved_exercise_fails_and_says_that_it_waits(name):
    def answer(*arguments):
        raise NotImplementedError("Replace this line by your answer.")

    assert verdict_on(find_exercise(name), answer).status == "not written"


@pytest.mark.parametrize("name", LESSON_OF)
def test_hints_and_sentences_are_there_and_differ(name):
    exercise = find_exercise(name)
    sentences = [wrong.sentence for wrong in exercise.misconceptions]
    assert len(exercise.hints) in (2, 3)
    assert all(exercise.hints)
    assert not [sentence for sentence in sentences if not sentence.endswith((".", "?", "!", "`"))]
    assert not [sentence for sentence in sentences if len(sentence) >= 260]
    assert len(set(sentences)) == len(sentences)


@pytest.mark.parametrize("name", LESSON_OF)
def test_a_verdict_on_hidden_cases_shows_no_inputs_and_no_expected_values(name):
    exercise = find_exercise(name)
    cases, expected = drawn(name, 2026)
    for wrong in exercise.misconceptions:
        outcomes = [observed(exercise, wrong.answer, case) for case in cases]
        verdict = judge(exercise, cases, expected, outcomes, show_numbers=False)
        assert not {label for label, _ in verdict.facts} & {"Case", "Numbers", "Error"}
        assert not verdict.printed


def _cast(argument, dtype):
    if isinstance(argument, np.ndarray) and argument.dtype.kind == "f":
        return argument.astype(dtype)
    return argument
