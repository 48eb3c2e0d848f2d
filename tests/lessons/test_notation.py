"""Lesson 01: honest answers of other styles pass, the reference is Keras's, wrong answers are read well."""

import subprocess
import sys
import warnings
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise
from helpers.reference import notation as reference


def data_filled_in_a_loop(N, T, D, seed):
    rng = np.random.default_rng(seed)
    X = np.empty((N, T, D))
    for n in range(N):
        for t in range(T):
            for d in range(D):
                X[n, t, d] = rng.standard_normal()
    return X


def data_sample_by_sample(N, T, D, seed):
    rng = np.random.default_rng(seed)
    return np.array([rng.standard_normal((T, D)) for _ in range(N)])


def data_from_normal(N, T, D, seed):
    return np.random.default_rng(seed).normal(0, 1, size=[N, T, D])


def data_reshaped(N, T, D, seed):
    return np.random.default_rng(seed).standard_normal(N * T * D).reshape(N, T, -1)


def data_from_the_generator_by_name(N, T, D, seed):
    return np.random.Generator(np.random.PCG64(seed)).standard_normal((N, T, D))


def data_cast_to_float32(*sizes_and_seed):
    *sizes, seed = sizes_and_seed
    return np.random.default_rng(seed=seed).standard_normal(sizes).astype("float32")


def sample_in_a_loop(sequences, which):
    print("taking", which)
    taken = None
    for number, sequence in enumerate(sequences):
        if number == which:
            taken = sequence.copy()
    return taken


def sample_with_a_mask(X, n):
    return X[np.arange(len(X)) == n][0]


def sample_by_lists(X, n):
    return np.array(X.tolist()[n])


def step_by_list(X, t):
    return np.array([x[t] for x in X])


def step_from_a_slice(X, t):
    return X[:, t : t + 1].reshape(len(X), -1)


def step_by_einsum(X, t):
    one_hot = np.eye(X.shape[1])[t]
    return np.einsum("ntd,t->nd", X, one_hot)


def step_after_a_transpose(X, t):
    warnings.warn("this one turns the axes first", stacklevel=1)
    return X.swapaxes(0, 1)[t]


def feature_in_two_loops(X, d):
    N, T, _ = X.shape
    F = np.zeros((N, T))
    for n in range(N):
        for t in range(T):
            F[n, t] = X[n, t, d]
    return F


def feature_of_the_transpose(X, d):
    return X.T[d].T


def feature_squeezed(X, d):
    return np.take(X, [d], axis=-1).squeeze(axis=-1)


class Feature:
    def __call__(self, X, d):
        return np.stack([self.of_one(x, d) for x in X])

    @staticmethod
    def of_one(x, d):
        return x.T[d]


def time_first_by_a_stack_of_steps(X):
    return np.stack([X[:, t] for t in range(X.shape[1])])


def time_first_by_a_stack_of_samples(X):
    return np.stack(list(X), axis=1)


def time_first_in_loops(X):
    N, T, D = X.shape
    out = np.zeros([T, N, D], dtype=X.dtype)
    for n in range(N):
        for t in range(T):
            out[t, n] = X[n, t]
    return out


def time_first_by_lists(X):
    return np.array([list(steps) for steps in zip(*X.tolist(), strict=True)])


def windows_appended(series, T):
    X, Y = [], []
    for start in range(len(series) - T):
        X.append(series[start : start + T])
        Y.append(series[start + T])
    return np.array(X).reshape(-1, T, 1), np.array(Y).reshape(-1, 1)


def windows_by_index(series, T):
    index = np.arange(len(series) - T)[:, np.newaxis] + np.arange(T)
    return series[index][..., np.newaxis], series[T:, np.newaxis]


def windows_as_views(values, length):
    return [np.lib.stride_tricks.sliding_window_view(values[:-1], length)[..., None], values[length:, None]]


def windows_by_time_step(series, T):
    N = len(series) - T
    return np.stack([series[t : t + N] for t in range(T)], axis=1)[:, :, None], series[-N:].reshape(N, 1)


def windows_by_a_queue(series, T):
    queue, X, Y = deque(maxlen=T), [], []
    for value in series:
        if len(queue) == T:
            X.append([[v] for v in queue])
            Y.append([value])
        queue.append(value)
    return np.array(X, dtype=np.float32), np.array(Y, dtype=np.float64)


def windows_filled_in(series, T):
    N = series.shape[0] - T
    X, Y = np.zeros((N, T, 1)), np.zeros((N, 1))
    for n in range(N):
        X[n, :, 0] = series[n : n + T]
        Y[n] = series[n + T]
    return X, Y


HONEST = [
    ("make_data", data_filled_in_a_loop),
    ("make_data", data_sample_by_sample),
    ("make_data", data_from_normal),
    ("make_data", data_reshaped),
    ("make_data", data_from_the_generator_by_name),
    ("make_data", data_cast_to_float32),
    ("sample", lambda X, n: X[n, :, :]),
    ("sample", sample_in_a_loop),
    ("sample", sample_with_a_mask),
    ("sample", sample_by_lists),
    ("time_step", lambda batch, now: batch[:, now, :]),
    ("time_step", step_by_list),
    ("time_step", step_from_a_slice),
    ("time_step", step_by_einsum),
    ("time_step", step_after_a_transpose),
    ("feature", lambda X, d: X[..., d]),
    ("feature", feature_in_two_loops),
    ("feature", feature_of_the_transpose),
    ("feature", feature_squeezed),
    ("feature", Feature()),
    ("time_major", lambda X: np.moveaxis(X, 1, 0)),
    ("time_major", lambda X: np.einsum("ntd->tnd", X)),
    ("time_major", lambda X: np.swapaxes(X, 0, 1).astype(np.float32)),
    ("time_major", time_first_by_a_stack_of_steps),
    ("time_major", time_first_by_a_stack_of_samples),
    ("time_major", time_first_in_loops),
    ("time_major", time_first_by_lists),
    ("windows", windows_appended),
    ("windows", windows_by_index),
    ("windows", windows_as_views),
    ("windows", windows_by_time_step),
    ("windows", windows_by_a_queue),
    ("windows", windows_filled_in),
]


@pytest.mark.parametrize("seed", [0, 2026])
@pytest.mark.parametrize(
    ("name", "answer"), HONEST, ids=lambda value: getattr(value, "__name__", None) or str(value)[:20]
)
def test_an_honest_answer_of_another_style_passes(name, answer, seed, recwarn):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert verdict.passed, str(verdict)
    assert not recwarn


def scale(lowest=1, highest=6):
    return st.integers(lowest, highest)


@given(scale(), scale(), scale(), st.integers(0, 2**32))
@settings(max_examples=50, deadline=None)
def test_the_same_seed_gives_the_same_data_and_another_seed_others(N, T, D, seed):
    X = reference.make_data(N, T, D, seed)
    assert np.array_equal(X, np.random.default_rng(seed).standard_normal((N, T, D)))
    assert not np.array_equal(X, reference.make_data(N, T, D, seed + 1))


@given(st.tuples(scale(), scale(), scale()), st.data())
@settings(max_examples=50, deadline=None)
def test_every_number_is_found_at_its_address_by_all_three_cuts(sizes, data):
    X = np.arange(np.prod(sizes), dtype=float).reshape(sizes)
    n, t, d = (data.draw(st.integers(0, size - 1)) for size in sizes)
    number = X[n, t, d]
    assert reference.sample(X, n)[t, d] == number
    assert reference.time_step(X, t)[n, d] == number
    assert reference.feature(X, d)[n, t] == number
    assert reference.time_major(X)[t, n, d] == number
    assert np.array_equal(reference.time_major(reference.time_major(X)), X)


@given(st.integers(1, 5), st.integers(1, 5), st.data())
@settings(max_examples=10, deadline=None)
def test_windows_are_those_that_keras_makes(N, T, data):
    import keras

    series = data.draw(arrays(np.float32, N + T, elements=st.floats(-100, 100, width=32), unique=True))
    X, Y = reference.windows(series, T)
    dataset = keras.utils.timeseries_dataset_from_array(series, series[T:], sequence_length=T, batch_size=N)
    ((windows, targets),) = [(x.numpy(), y.numpy()) for x, y in dataset]
    assert np.array_equal(X[:, :, 0], windows)
    assert np.array_equal(Y[:, 0], targets)


def test_time_major_is_what_keras_permutes():
    import keras

    X = np.random.default_rng(0).standard_normal((3, 4, 2))
    assert np.array_equal(reference.time_major(X), keras.ops.transpose(X, (1, 0, 2)))


def test_a_check_of_this_lesson_does_not_wait_for_tensorflow():
    program = (
        "import sys, numpy as np; from helpers import check\n"
        "def sample(X, n): return X[n]\n"
        "check(sample); print('tensorflow' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "False"
    assert "cases, as NumPy says." in ran.stdout


def test_data_that_no_seed_decides_are_said_to_differ_from_call_to_call():
    verdict = verdict_on(
        find_exercise("make_data"), lambda N, T, D, seed: np.random.standard_normal((N, T, D))
    )
    assert "two different results" in verdict.headline
    assert "random numbers" in verdict.headline


def test_sizes_without_brackets_of_their_own_are_told_so():
    def make_data(N, T, D, seed):
        return np.random.default_rng(seed).standard_normal(N, T, D)

    verdict = verdict_on(find_exercise("make_data"), make_data)
    assert verdict.status == "error"
    assert verdict.code == "return np.random.default_rng(seed).standard_normal(N, T, D)"
    assert "brackets of its own" in dict(verdict.facts)["Error"]


@pytest.mark.parametrize(
    ("name", "answer", "headline"),
    [
        (
            "make_data",
            lambda N, T, D, seed: np.zeros((N, T)),
            "(N, T), expected (N, T, D). The feature axis (D)",
        ),
        (
            "make_data",
            lambda N, T, D, seed: np.zeros((N, T * D)),
            "You returned (N, T·D), expected (N, T, D).",
        ),
        ("make_data", lambda N, T, D, seed: np.zeros((N, T, D), int), "an array of dtype int64"),
        ("make_data", lambda N, T, D, seed: np.zeros((N, T, D)).tolist(), "a list; a NumPy array is due"),
        ("sample", lambda X, n: X[n][None, :, None], "(1, T, 1, D), expected (T, D)."),
        ("sample", lambda X, n: X[n].mean(axis=0), "You returned (D,), expected (T, D). Time (T) is gone."),
        (
            "time_step",
            lambda X, t: X[:, t, 0],
            "You returned (N,), expected (N, D). The feature axis (D) is gone.",
        ),
        ("feature", lambda X, d: X[0, 0, d], "a NumPy array is due"),
        (
            "time_major",
            lambda X: X.transpose(1, 0, 2)[:-1],
            "(T-1, N, D), expected (T, N, D). One of the time steps",
        ),
        ("time_major", lambda X: X.resize((X.shape[1], len(X), X.shape[2])), "None"),
        ("windows", lambda series, T: np.stack([series[:T]]), "2 results are due: `X`, `Y`"),
        ("windows", lambda series, T: (series, series[T:, None]), "You returned `X` as"),
    ],
)
def test_a_wrong_answer_outside_the_bank_is_read_back_in_letters(name, answer, headline):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    assert not verdict.misconception
    assert headline in verdict.headline


@pytest.mark.parametrize("empty", [np.array, np.stack, lambda rows: np.array(rows).reshape(len(rows), -1)])
def test_one_window_too_few_is_named_however_nothing_is_written(empty):
    def windows(series, T):
        N = len(series) - T - 1
        return empty([series[n : n + T] for n in range(N)])[..., None], series[T:-1, None]

    assert verdict_on(find_exercise("windows"), windows).misconception == "last_window_missing"


def test_a_mistake_that_one_time_step_hides_is_said_to_be_right_only_there():
    verdict = verdict_on(find_exercise("time_step"), lambda X, t: X.max(axis=1))
    assert dict(verdict.facts)["But"] == "right only in the case: one time step"
    assert "When" not in dict(verdict.facts)


def test_a_size_written_as_a_number_is_asked_about():
    def feature(X, d):
        return np.array([[X[n, t, d] for t in range(X.shape[1])] for n in range(9)])

    assert "right where N = 9" in dict(verdict_on(find_exercise("feature"), feature).facts)["But"]


@pytest.mark.parametrize(
    ("name", "answer", "but"),
    [
        ("feature", lambda X, d: X.mean(axis=2), "right only in the case: one feature"),
        ("time_major", lambda X: X.transpose(1, 0, 2)[::-1], "right only in the case: one time step"),
    ],
)
def test_an_axis_or_a_step_is_not_taken_for_a_size(name, answer, but):
    assert dict(verdict_on(find_exercise(name), answer).facts)["But"] == but


def test_a_loop_that_ends_in_its_first_turn_is_asked_about():
    def windows(series, T):
        for n in range(len(series) - T):
            return np.array([series[n : n + T]])[..., None], np.array([[series[n + T]]])
        raise AssertionError

    said = verdict_on(find_exercise("windows"), windows).headline
    assert "does the loop end in its first turn, at a `return` inside it?" in said


def test_an_answer_that_turns_its_input_in_place_is_told_so():
    def time_major(X):
        turned = X.transpose(1, 0, 2).copy()
        X[:] = 0
        return turned

    assert "writes into its input `X`" in verdict_on(find_exercise("time_major"), time_major).headline
