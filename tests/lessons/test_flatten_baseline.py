"""Lesson 07: right answers in other styles pass, the reference agrees with Keras, verdicts help."""

import itertools
import math

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import Model, Sequential
from keras.layers import Activation, Dense, Flatten, Input, ReLU, Reshape

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise
from helpers.reference import flatten_baseline as reference
from helpers.reference.forward_loop import forward
from helpers.reference.summary_and_parameters import total_params

sizes = st.integers(1, 6)


def chain(shape, *layers):
    i = x = Input(shape)
    for layer in layers:
        x = layer(x)
    return Model(i, x)


def as_in_the_lesson(T, D, M, K):
    i = Input(shape=(T, D))
    x = Flatten()(i)
    x = Dense(M, activation="relu")(x)
    x = Dense(K)(x)
    return Model(i, x)


def layer_by_layer(T, D, M, K):
    print("building")
    model = Sequential()
    model.add(Input((T, D)))
    model.add(Flatten(name="row"))
    model.add(Dense(units=M, activation=keras.activations.relu))
    model.add(Dense(units=K, activation="linear"))
    return model


HONEST_MODELS = {
    "as_in_the_lesson": as_in_the_lesson,
    "layer_by_layer": layer_by_layer,
    "relu_as_a_layer": lambda T, D, M, K: chain((T, D), Flatten(), Dense(M), ReLU(), Dense(K)),
    "activation_as_a_layer": lambda T, D, M, K: chain(
        (T, D), Flatten(), Dense(M), Activation("relu"), Dense(K)
    ),
    "reshape": lambda T, D, M, K: chain((T, D), Reshape((T * D,)), Dense(M, activation="relu"), Dense(K)),
    "needless_flatten": lambda T, D, M, K: chain(
        (T, D), Flatten(), Dense(M, "relu"), Flatten(), Dense(K), Flatten()
    ),
    "float64": lambda T, D, M, K: chain(
        (T, D), Flatten(), Dense(M, "relu", dtype="float64"), Dense(K, dtype="float64")
    ),
    "compiled": lambda T, D, M, K: (model := as_in_the_lesson(T, D, M, K), model.compile(loss="mse"))[0],
}


@pytest.mark.parametrize("style", HONEST_MODELS)
def test_honest_models_pass(style):
    verdict = verdict_on(find_exercise("build_ann"), HONEST_MODELS[style])
    assert verdict.passed, str(verdict)


HONEST_COUNTS = {
    "factored": lambda T, D, M, K: M * (T * D + 1) + K * (M + 1),
    "shapes": lambda T, D, M, K: sum(math.prod(shape) for shape in [(T * D, M), (M,), (M, K), (K,)]),
    "arrays": lambda T, D, M, K: np.zeros((T, D, M)).size + np.zeros((M, K)).size + M + K,
    "numpy": lambda T, D, M, K: np.dot([T * D, K, 1], [M, M, M]) + K,
    "unit_by_unit": lambda T, D, M, K: sum(T * D + 1 for _ in range(M)) + sum(M + 1 for _ in range(K)),
}


@pytest.mark.parametrize("style", HONEST_COUNTS)
def test_honest_counts_pass(style):
    verdict = verdict_on(find_exercise("ann_params"), HONEST_COUNTS[style])
    assert verdict.passed, str(verdict)


def in_words(X, W1, b1, W2, b2):
    N, T, D = X.shape
    rows = np.reshape(X, (N, D * T))
    print(rows.shape)
    hidden = rows @ W1 + b1
    hidden[hidden < 0] = 0
    return hidden @ W2 + b2


def step_by_step(X, W1, b1, W2, b2):
    N, T, D = X.shape
    a = np.zeros((N, len(b1))) + b1
    for t in range(T):
        a = a + X[:, t] @ W1[t * D : (t + 1) * D]
    return (a * (a > 0)) @ W2 + b2


def sample_by_sample(samples, kernel, bias, kernel_out, bias_out):
    return np.array([np.clip(x.flatten() @ kernel + bias, 0, None) @ kernel_out + bias_out for x in samples])


HONEST_FORWARDS = {
    "in_words": in_words,
    "step_by_step": step_by_step,
    "sample_by_sample": sample_by_sample,
    "einsum": lambda X, W1, b1, W2, b2: (
        np.maximum(np.einsum("ntd,tdm->nm", X, W1.reshape(*X.shape[1:], -1)) + b1, 0) @ W2 + b2
    ),
    "minus_one": lambda X, W1, b1, W2, b2: np.maximum(0, X.reshape(len(X), -1) @ W1 + b1) @ W2 + b2,
    "where": lambda X, W1, b1, W2, b2: (
        (lambda a: np.where(a > 0, a, 0))(X.reshape(X.shape[0], -1).dot(W1) + b1).dot(W2) + b2
    ),
    "tensordot": lambda X, W1, b1, W2, b2: (
        np.fmax(np.tensordot(X, W1.reshape(*X.shape[1:], -1), 2) + b1, 0) @ W2 + b2
    ),
    "columns": lambda X, W1, b1, W2, b2: (
        (W2.T @ np.maximum(W1.T @ X.reshape(len(X), -1).T + b1[:, None], 0) + b2[:, None]).T
    ),
    "half_of_the_sum": lambda X, W1, b1, W2, b2: (
        (lambda a: (a + abs(a)) / 2)(X.reshape(len(X), -1) @ W1 + b1) @ W2 + b2
    ),
    "float32": lambda X, W1, b1, W2, b2: in_words(X, W1, b1, W2, b2).astype("float32"),
}


@pytest.mark.parametrize("style", HONEST_FORWARDS)
def test_honest_forwards_pass(style):
    verdict = verdict_on(find_exercise("forward_ann"), HONEST_FORWARDS[style])
    assert verdict.passed, str(verdict)


def by_search(D, M, K):
    for T in itertools.count(1):
        if T * D * M > D * M + M * M:
            break
    return T


HONEST_CROSSINGS = {
    "formula": lambda D, M, K: M // D + 2,
    "other_formula": lambda D, M, K: (D + M) // D + 1,
    "floor": lambda D, M, K: math.floor(1 + M / D) + 1,
    "numpy": lambda D, M, K: np.int32(np.floor_divide(M, D) + 2),
    "by_search": by_search,
    "two_cases": lambda D, M, K: M // D + 2 if M % D == 0 else math.ceil(M / D) + 1,
    "argmax": lambda D, M, K: int(np.argmax(np.arange(M + 3) * D > D + M)),
}


@pytest.mark.parametrize("style", HONEST_CROSSINGS)
def test_honest_crossings_pass(style):
    verdict = verdict_on(find_exercise("crossover_T"), HONEST_CROSSINGS[style])
    assert verdict.passed, str(verdict)


@settings(max_examples=8, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, K=sizes, seed=st.integers(0, 99))
def test_forward_and_count_are_those_of_the_model(N, T, D, M, K, seed):
    rng = np.random.default_rng(seed)
    model = reference.build_ann(T, D, M, K)
    assert model.count_params() == reference.ann_params(T, D, M, K)
    weights = [rng.standard_normal(w.shape).astype("float32") for w in model.get_weights()]
    model.set_weights(weights)
    X = rng.standard_normal((N, T, D)).astype("float32")
    np.testing.assert_allclose(reference.forward_ann(X, *weights), model(X), atol=1e-4)


@given(D=st.integers(1, 300), M=st.integers(1, 300), K=st.integers(1, 300))
def test_the_crossing_is_the_first_T_with_more(D, M, K):
    T, recurrent = reference.crossover_T(D, M, K), total_params(D, M, K)
    assert reference.ann_params(T, D, M, K) > recurrent
    assert reference.ann_params(T - 1, D, M, K) <= recurrent
    assert (reference.ann_params(T - 1, D, M, K) == recurrent) == (M % D == 0)


@given(N=sizes, T=sizes, D=sizes, M=sizes, seed=st.integers(0, 99))
def test_steps_in_another_order_change_nothing_if_the_rows_of_W1_move_with_them(N, T, D, M, seed):
    rng = np.random.default_rng(seed)
    X, order = rng.standard_normal((N, T, D)), rng.permutation(T)
    W1, b1, W2, b2 = (rng.standard_normal(shape) for shape in ((T * D, M), (M,), (M, 2), (2,)))
    moved = W1.reshape(T, D, M)[order].reshape(T * D, M)
    np.testing.assert_allclose(
        reference.forward_ann(X[:, order], moved, b1, W2, b2), reference.forward_ann(X, W1, b1, W2, b2)
    )


def test_a_recurrent_network_knows_the_order_of_its_steps():
    rng = np.random.default_rng(0)
    x, Wx, Wh = rng.standard_normal((6, 2)), rng.standard_normal((2, 4)), rng.standard_normal((4, 4))
    bh, Wo, bo = rng.standard_normal(4), rng.standard_normal((4, 3)), rng.standard_normal(3)
    assert not np.allclose(forward(x, Wx, Wh, bh, Wo, bo), forward(x[::-1], Wx, Wh, bh, Wo, bo), atol=0.01)


def said(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    return verdict


def test_a_layer_of_another_size_is_said():
    verdict = said("build_ann", lambda T, D, M, K: chain((T, D), Flatten(), Dense(M + 3, "relu"), Dense(K)))
    assert "`Dense` has 12 units; M = 9 are due" in verdict.headline


def test_a_number_for_an_argument_is_said():
    verdict = said("build_ann", lambda T, D, M, K: chain((T, D), Flatten(), Dense(5, "relu"), Dense(K)))
    assert "has `Dense(5)` whatever the arguments are" in str(verdict)


def test_an_activation_that_nobody_asked_for_is_shown():
    verdict = said("build_ann", lambda T, D, M, K: chain((T, D), Flatten(), Dense(M, "elu"), Dense(K)))
    assert "an activation" in verdict.headline
    assert "Dense (elu) → (None, M) = (None, 9)" in str(verdict)


def test_a_float_in_place_of_a_count_is_told_so():
    assert "a count is a whole number" in said("crossover_T", lambda D, M, K: M / D + 2).headline


def test_the_model_asked_in_place_of_counting_is_refused():
    answer = lambda T, D, M, K: reference.build_ann(T, D, M, K).count_params()  # noqa: E731
    assert "asks Keras" in said("ann_params", answer).headline


def test_a_time_axis_that_is_still_there_is_said_in_letters():
    def answer(X, W1, b1, W2, b2):
        blocks = W1.reshape(X.shape[1], X.shape[2], -1)
        return np.maximum(np.einsum("ntd,tdm->ntm", X, blocks) + b1, 0) @ W2 + b2

    assert "You returned (N, T, K), expected (N, K)" in said("forward_ann", answer).headline


@pytest.mark.parametrize("start", [0, -1])
def test_sequences_are_not_shortened_under_weights_that_are_made_for_their_length(start):
    def answer(X, W1, b1, W2, b2):  # some of the steps alone, and no error at any other T
        x = X[:, start:].reshape(len(X), -1)
        return np.maximum(x @ W1[-x.shape[1] :], 0) @ W2

    verdict = said("forward_ann", answer)
    assert "the numbers are not" in verdict.headline
    assert "When" not in dict(verdict.facts)


def test_the_shape_of_W1_is_said_where_a_product_fails():
    verdict = said("forward_ann", lambda X, W1, b1, W2, b2: X[:, :, None] @ W1 @ W2 + b2)
    assert dict(verdict.facts)["`W1`"] == "(T·D, M) = (24, 10)"


def test_a_T_on_the_wrong_side_of_the_crossing_is_told_so():
    assert "comes too late" in said("crossover_T", lambda D, M, K: M // D + 4).headline
    assert "comes too early" in said("crossover_T", lambda D, M, K: 1).headline
    assert said("crossover_T", lambda D, M, K: round(2 + M / D)).misconception == "rounded_to_the_nearest"


def test_a_loop_that_gives_up_at_T_100_is_caught():
    def crossover_T(D, M, K):
        for T in range(1, 100):
            if T * D * M > D * M + M * M:
                return T
        return None

    assert not verdict_on(find_exercise("crossover_T"), crossover_T).passed


def test_a_function_that_calls_itself_without_end_is_told_so():
    def crossover_T(D, M, K):
        return crossover_T(D, M, K)

    assert "calls itself" in dict(said("crossover_T", crossover_T).facts)["Error"]


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda i, M: Flatten(i), "x = Flatten()(i)"),
        (lambda i, M: Dense(i), "x = Dense(M)(i)"),
        (lambda i, M: Dense(M, i), "with brackets of its own"),
    ],
)
def test_a_layer_that_was_given_its_input_while_it_was_made_is_told_to_be_called(build, words):
    verdict = said("build_ann", lambda T, D, M, K: build(keras.Input((T, D)), M))
    assert words in dict(verdict.facts)["Error"]


def test_a_recurrent_layer_of_another_kind_is_found_too():
    rnn = keras.layers.SimpleRNN
    verdict = said("build_ann", lambda T, D, M, K: chain((T, D), rnn(M, "relu"), Dense(K)))
    assert "There is a recurrent layer, `SimpleRNN`: this model has none." in verdict.headline


def test_pythons_max_is_not_relu():
    verdict = said("forward_ann", lambda X, W1, b1, W2, b2: max(X.reshape(len(X), -1) @ W1 + b1, 0) @ W2 + b2)
    assert "entry by entry it is np.maximum(a, 0)" in dict(verdict.facts)["Error"]


def test_K_is_no_argument_to_miss_in_the_crossing():
    verdict = said("crossover_T", lambda D, M, K: M // D + 4)
    assert "K" not in dict(verdict.facts).get("Mind", "")
