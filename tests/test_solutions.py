"""`solution(answer)`: what it shows works as shown, and only those who earned it see it."""

import collections
import itertools
import linecache

import numpy as np
import pytest

from helpers import check, hint, solution
from helpers.checking import tries
from helpers.checking.check import CheckFailed, verdict_on
from helpers.checking.solution import HONEST_TRIES, reference_source
from helpers.lessons import LESSON_OF, find_exercise
from helpers.logbook import Logbook

TRAINED = ("fit_forecaster", "train_reader")
"""Their references take a training, for seconds; test_bank.py has them pass."""

numbers = itertools.count()


@pytest.fixture(autouse=True)
def new_session(monkeypatch):
    monkeypatch.setattr(tries, "_wrong", collections.defaultdict(set))
    monkeypatch.setattr(tries, "_passed", set())


@pytest.mark.parametrize("name", LESSON_OF)
def test_a_solution_runs_as_it_is_shown_and_passes_the_check(name):
    exercise = find_exercise(name)
    notebook = {"np": np} | {other: find_exercise(other).reference for other in LESSON_OF if other != name}
    exec(reference_source(exercise), notebook)
    if name not in TRAINED:
        assert verdict_on(exercise, notebook[name]).passed


def written(body):
    """A learner's `dense`, which only differs in its body."""
    source, cell = f"def dense(h, Wo, bo):\n    {body}\n", f"cell {next(numbers)}"
    linecache.cache[cell] = (len(source), None, source.splitlines(keepends=True), cell)
    space = {"np": np}
    exec(compile(source, cell, "exec"), space)
    return space["dense"]


def try_it(dense):
    with pytest.raises(CheckFailed):
        check(dense)


def test_a_solution_is_closed_until_the_answer_passes():
    dense = written("return h @ Wo")
    said = solution(dense)
    assert not said.course
    assert "@ Wo + bo" not in str(said)
    assert f"{HONEST_TRIES} to go" in str(said)
    assert "hint(dense)" in str(said)
    dense = written("return bo + np.dot(h, Wo)")
    said = solution(dense)
    assert "is right" in said.sentence
    assert "return h @ Wo + bo" in said.course
    assert "def dense(h, Wo, bo):" in said.course
    assert "<pre" in said._repr_mimebundle_()["text/html"]


def test_it_opens_after_enough_different_tries_and_repeating_one_does_not_count():
    wrong = [f"return h @ Wo + {number} * bo" for number in range(2, 2 + HONEST_TRIES)]
    for body in [wrong[0], *wrong[:-1], wrong[0] + "  # the same again"]:
        try_it(written(body))
    assert "1 to go" in str(solution(written(wrong[0])))
    try_it(written(wrong[-1]))
    said = solution(written(wrong[-1]))
    assert "honest work" in said.sentence
    assert said.course


def test_what_was_tried_and_passed_in_earlier_sessions_counts(tmp_path, monkeypatch):
    logbook = Logbook(tmp_path / "progress.db")
    monkeypatch.setattr("helpers.logbook.tries.find_logbook", lambda: logbook)
    monkeypatch.setattr(tries, "find_logbook", lambda: logbook)
    for number in range(2, 1 + HONEST_TRIES):
        try_it(written(f"return h @ Wo + {number} * bo"))
    tries._wrong.clear()
    wrong = written("return h @ Wo")
    assert "1 to go" in str(solution(wrong))
    check(written("return h @ Wo + bo"))
    tries._passed.clear()
    assert solution(wrong).course


def test_an_unwritten_answer_is_no_try():
    for number in range(HONEST_TRIES + 1):
        try_it(written(f"'{number}'\n    raise NotImplementedError"))
    assert not solution(written("raise NotImplementedError")).course


def test_a_learners_own_code_is_escaped():
    said = solution(written("return h @ Wo + bo"))
    html = type(said)(said.exercise, said.sentence, "<script>alert(1)</script>", said.course)
    assert "<script>" not in html._repr_mimebundle_()["text/html"]


def test_while_a_notebook_is_graded_neither_hints_nor_solutions_are_given(monkeypatch):
    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")
    dense = written("return h @ Wo + bo")
    assert not solution(dense).course
    assert not any(text in str(hint(dense)) for text in find_exercise("dense").hints)
