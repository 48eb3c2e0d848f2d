"""Lesson 03: right answers in other styles pass, the reference agrees with Keras, verdicts help."""

import functools
import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise
from helpers.lessons.summary_and_parameters import _keras_largest_M
from helpers.reference import summary_and_parameters as reference
from helpers.reference.summary_and_parameters import dense_params, rnn_params, size_in_bytes

SIZES = st.integers(1, 40)
FEW_MODELS = settings(max_examples=15, deadline=None)


def total_params(D, M, K):
    """As a learner writes it: the reference's own is slowed down by the type checks of the tests."""
    return D * M + M * M + M + M * K + K


def with_shapes(D, M):
    shapes = {"Wx": (D, M), "Wh": (M, M), "bh": (M,)}
    return sum(math.prod(shape) for shape in shapes.values())


def with_arrays(D, M):
    return np.zeros((D, M)).size + np.zeros((M, M)).size + np.zeros(M).size


def as_one_dense_layer_on_both_inputs(D, M):
    return (D + M + 1) * M


def unit_by_unit(D, M):
    count = 0
    for _ in range(M):
        for _ in range(D):
            count += 1
        for _ in range(M):
            count += 1
        count += 1
    return count


def talkative(D, M):
    print("Wx", D * M)
    np.log(0)  # warns
    return D * M + M * M + M


def as_numpy_integer(D, M):
    return np.sum([D * M, M**2, M])


def float_made_whole(D, M):
    return int(M / 2 * 2 * (D + M + 1.0))


@pytest.mark.parametrize(
    "answer",
    [
        with_shapes,
        with_arrays,
        as_one_dense_layer_on_both_inputs,
        unit_by_unit,
        talkative,
        as_numpy_integer,
        float_made_whole,
        lambda D, M: M * (M + D) + M,
        lambda n_features, n_units: np.int32(n_units * (n_features + n_units + 1)),
    ],
)
def test_right_rnn_params_in_another_style_pass(answer):
    verdict = verdict_on(find_exercise("rnn_params"), answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(
    "answer",
    [
        lambda M, K: (M + 1) * K,
        lambda M, K: sum(M + 1 for _ in range(K)),
        lambda M, K: np.ones((M, K)).size + np.ones(K).size,
        lambda M, K: np.prod((M, K)) + K,
        lambda M, K: round(M * K + float(K)),
    ],
)
def test_right_dense_params_in_another_style_pass(answer):
    verdict = verdict_on(find_exercise("dense_params"), answer)
    assert verdict.passed, str(verdict)


class Model:
    """Counting as an object, called as a function."""

    def __init__(self, bytes_each=1):
        self.bytes_each = bytes_each

    def __call__(self, D, M, K):
        layers = [(D + M, M), (M, K)]
        return self.bytes_each * sum((inputs + 1) * outputs for inputs, outputs in layers)


@pytest.mark.parametrize(
    "answer",
    [
        Model(),
        lambda D, M, K: M * (D + M + K + 1) + K,
        lambda D, M, K: np.concatenate([np.ravel(np.zeros(s)) for s in ((D, M), (M, M), M, (M, K), K)]).size,
    ],
)
def test_right_total_params_in_another_style_pass(answer):
    verdict = verdict_on(find_exercise("total_params"), answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize(
    "answer",
    [
        Model(bytes_each=4),
        lambda D, M, K: 32 * total_params(D, M, K) // 8,
        lambda D, M, K: int(total_params(D, M, K) * 32 / 8),
        lambda D, M, K: sum(np.zeros(s, "float32").nbytes for s in ((D, M), (M, M), (M,), (M, K), (K,))),
        lambda D, M, K: np.dtype("float32").itemsize * total_params(D, M, K),
        lambda D, M, K: total_params(D, M, K) << 2,
    ],
)
def test_right_size_in_bytes_in_another_style_pass(answer):
    verdict = verdict_on(find_exercise("size_in_bytes"), answer)
    assert verdict.passed, str(verdict)


def from_below(D, K, budget):
    M = 1
    while total_params(D, M, K) <= budget:
        M += 1
    return M - 1


def with_break(D, K, budget):
    best = 0
    for M in range(1, 30_000):
        if total_params(D, M, K) > budget:
            break
        best = M
    return best


def without_a_break(D, K, budget):
    best = 0
    for M in range(1, 30_000):
        if total_params(D, M, K) <= budget:
            best = M
    return best


def every_M_up_to_the_budget(D, K, budget):
    return max((M for M in range(1, budget + 1) if total_params(D, M, K) <= budget), default=0)


def by_halving(D, K, budget):
    low, high = 0, max(budget, 0) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if total_params(D, middle, K) <= budget else (low, middle)
    return low


def by_formula(D, K, budget):
    if budget < total_params(D, 1, K):
        return 0
    b = D + 1 + K
    return int((-b + math.sqrt(b * b + 4 * (budget - K))) / 2)


def by_numpy(D, K, budget):
    M = np.arange(1, 20_000)
    return np.count_nonzero(total_params(D, M, K) <= budget)


def by_taking_while(D, K, budget):
    return len(list(itertools.takewhile(lambda M: total_params(D, M, K) <= budget, itertools.count(1))))


def downwards_from_the_square_root(D, K, budget):
    M = math.isqrt(max(budget, 0))
    while M > 0 and total_params(D, M, K) > budget:
        M -= 1
    return M


@pytest.mark.parametrize(
    "answer",
    [
        from_below,
        with_break,
        without_a_break,
        every_M_up_to_the_budget,
        by_halving,
        by_formula,
        by_numpy,
        by_taking_while,
        downwards_from_the_square_root,
        functools.partial(by_formula),
    ],
)
def test_right_largest_M_in_another_style_pass(answer):
    verdict = verdict_on(find_exercise("largest_M"), answer)
    assert verdict.passed, str(verdict)


def test_a_plain_loop_to_thirty_thousand_units_takes_no_time():
    started = time.perf_counter()
    assert from_below(3, 2, 900_000_000) == 29_997
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("T", [None, 1, 10, 1000])
def test_the_lesson_s_model_has_57_parameters_in_228_bytes_for_any_T(T):
    import keras

    model = keras.Sequential([keras.Input((T, 3)), keras.layers.SimpleRNN(5), keras.layers.Dense(2)])
    assert [layer.count_params() for layer in model.layers] == [45, 12]
    assert [rnn_params(3, 5), dense_params(5, 2)] == [45, 12]
    assert (model.count_params(), reference.total_params(3, 5, 2)) == (57, 57)
    assert (sum(array.nbytes for array in model.get_weights()), size_in_bytes(3, 5, 2)) == (228, 228)


@FEW_MODELS
@given(D=SIZES, M=SIZES, K=SIZES)
def test_the_counts_are_those_of_keras(D, M, K):
    import keras

    inputs = keras.Input((None, D))
    rnn, dense = keras.layers.SimpleRNN(M), keras.layers.Dense(K)
    model = keras.Model(inputs, dense(rnn(inputs)))
    assert (rnn.count_params(), dense.count_params()) == (rnn_params(D, M), dense_params(M, K))
    assert model.count_params() == reference.total_params(D, M, K)
    assert sum(array.nbytes for array in model.get_weights()) == size_in_bytes(D, M, K)


@given(D=SIZES, M=SIZES)
def test_a_recurrent_layer_costs_what_a_dense_one_on_D_and_M_inputs_does(D, M):
    assert rnn_params(D, M) == dense_params(D + M, M)


@given(D=SIZES, K=SIZES, budget=st.integers(-100, 1_000_000))
def test_the_largest_M_fits_and_the_next_does_not(D, K, budget):
    M = reference.largest_M(D, K, budget)
    assert M >= 0
    assert M == 0 or total_params(D, M, K) <= budget
    assert total_params(D, M + 1, K) > budget


@FEW_MODELS
@given(D=SIZES, K=SIZES, budget=st.integers(-10, 2_000))
def test_the_largest_M_is_that_of_counting_with_keras(D, K, budget):
    assert reference.largest_M(D, K, budget) == _keras_largest_M(D, K, budget)


def said(name, answer, **options):
    verdict = verdict_on(find_exercise(name), answer, **options)
    assert not verdict.passed
    return str(verdict)


def test_a_float_is_told_to_be_whole():
    assert "a float" in said("total_params", lambda D, M, K: float(total_params(D, M, K)))
    assert "an int" in said("size_in_bytes", lambda D, M, K: total_params(D, M, K) * 32 / 8)
    assert "an int" in said(
        "largest_M", lambda D, K, budget: np.floor(reference.largest_M(D, K, budget) + 0.5)
    )


def test_other_things_than_numbers_are_named():
    assert "`None`" in said("rnn_params", lambda D, M: None)
    assert "a bool" in said("rnn_params", lambda D, M: True)
    assert "an array of shape ()" in said("rnn_params", lambda D, M: np.array(rnn_params(D, M)))
    assert "a tuple" in said("rnn_params", lambda D, M: (D * M, M * M, M))
    assert "a str" in said("rnn_params", lambda D, M: f"{rnn_params(D, M)}")


def test_asking_keras_is_no_answer():
    def asks(D, M):
        import keras

        layer = keras.layers.SimpleRNN(M)
        layer.build((None, None, D))
        return layer.count_params()

    assert "asks Keras" in said("rnn_params", asks)


def test_a_number_that_no_misconception_explains_is_shown_with_its_case():
    text = said("total_params", lambda D, M, K: 7 * D + M)
    assert "D, M, K = 3, 5, 2 (the model of this lesson)" in text
    assert "yours 26, expected 57" in text


def test_no_expected_number_is_shown_for_hidden_cases():
    verdict = verdict_on(find_exercise("total_params"), lambda D, M, K: -1, seed=2026, show_numbers=False)
    assert "57" not in str(verdict)
    assert "expected" not in str(verdict)


def test_a_number_learned_by_heart_is_right_in_one_case_only():
    assert "yours 57, expected" in said("total_params", lambda D, M, K: 57)


@pytest.mark.parametrize(
    "endless", [10**30, -(10**30), 10**6_000], ids=["30 digits", "negative", "6,000 digits"]
)
def test_a_number_without_end_is_no_crash(endless):
    assert "digits" in said("total_params", lambda D, M, K: endless)


def test_an_error_for_a_negative_budget_is_shown_at_its_line():
    def root(D, K, budget):
        b = D + 1 + K
        return int((-b + math.sqrt(b * b + 4 * (budget - K))) / 2) if budget >= 0 else int(math.sqrt(budget))

    verdict = verdict_on(find_exercise("largest_M"), root)
    assert verdict.status == "error"
    assert "math.sqrt(budget)" in verdict.code


@pytest.mark.parametrize(
    "answer",
    [
        lambda D, K, budget: reference.largest_M(D, K, abs(budget)),
        lambda D, K, budget: max((M for M in range(1, 2_000) if total_params(D, M, K) <= budget), default=0),
        lambda D, K, budget: int((math.sqrt((D + K + 1) ** 2 + 4 * (budget - K)) - (D + K + 1)) / 2),
    ],
    ids=["the sign forgotten", "up to 2,000 units", "negative roots"],
)
def test_an_answer_for_some_budgets_only_fails_whatever_the_seed(answer):
    for seed in (0, 7, 2026, 987654):
        assert not verdict_on(find_exercise("largest_M"), answer, seed).passed


def test_counts_that_are_a_little_too_dear_are_not_taken_for_a_strict_comparison():
    def K_forgotten_beside_D(D, K, budget):
        b = D + 1
        return max(int((math.sqrt(max(b * b + 4 * (budget - K), 0)) - b) / 2), 0)

    def two_too_dear(D, K, budget):
        return reference.largest_M(D, K, budget - 2)

    for seed in (0, 7, 2026, 987654):
        for answer in (K_forgotten_beside_D, two_too_dear):
            assert not verdict_on(find_exercise("largest_M"), answer, seed).misconception


def test_a_recursion_deeper_than_python_allows_is_not_said_to_be_endless():
    def deep(D, K, budget, M=0):
        return M if total_params(D, M + 1, K) > budget else deep(D, K, budget, M + 1)

    text = said("largest_M", deep)
    assert "deeper than Python allows" in text
    assert "without end" not in text


def test_a_result_that_was_never_set_is_told_apart_from_a_missing_return():
    def answer(D, K, budget):
        return reference.largest_M(D, K, budget) or None

    assert "or nothing was put into what it returns" in said("largest_M", answer)


def test_a_named_constant_of_the_notebook_is_not_held_against_an_answer():
    space = {"BYTES": 4}
    exec("def size_in_bytes(D, M, K):\n    return BYTES * (D * M + M * M + M + M * K + K + 1)", space)
    assert "of the notebook" not in said("size_in_bytes", space["size_in_bytes"])


def test_a_loop_that_ends_too_early_is_shown_the_budget():
    def up_to_100(D, K, budget):
        return max((M for M in range(1, 100) if total_params(D, M, K) <= budget), default=0)

    text = said("largest_M", up_to_100)
    assert "a large one" in text
    assert "yours 99" in text
