"""Lesson 05: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import functools
import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.reference import forward_loop as reference


def step_with_np_dot(x_t, h_last, Wx, Wh, bh):
    return np.tanh(np.dot(x_t, Wx) + np.dot(h_last, Wh) + bh)


def step_with_columns(x_t, h_last, Wx, Wh, bh):
    return np.tanh(bh + Wx.T @ x_t + Wh.T @ h_last)


def step_unit_by_unit(x_t, h_last, Wx, Wh, bh):
    h = []
    for m in range(len(bh)):
        total = bh[m]
        for d in range(len(x_t)):
            total += x_t[d] * Wx[d, m]
        for j in range(len(h_last)):
            total += h_last[j] * Wh[j, m]
        h.append(math.tanh(total))
    return np.array(h)


def step_of_both_at_once(x_t, h_last, Wx, Wh, bh):
    return np.tanh(np.concatenate([h_last, x_t]) @ np.vstack([Wh, Wx]) + bh)


def step_by_exponentials(x_t, h_last, Wx, Wh, bh):
    a = x_t @ Wx + h_last @ Wh + bh
    return (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


def step_in_double(*arguments):
    return reference.rnn_step(*(argument.astype("float64") for argument in arguments))


def step_with_a_copy_written_into(x_t, h_last, Wx, Wh, bh):
    a = bh.copy()
    a += x_t @ Wx
    a += h_last @ Wh
    np.tanh(a, out=a)
    return a


def dense_by_einsum(h, Wo, bo):
    return np.einsum("m,mk->k", h, Wo) + bo


def dense_as_a_sum(h, Wo, bo):
    return sum(h[m] * Wo[m] for m in range(len(h))) + bo


dense_as_a_lambda = lambda h, Wo, bo: np.add(bo, np.matmul(h, Wo))  # noqa: E731


def forward_by_index(x, Wx, Wh, bh, Wo, bo):
    h_last = np.zeros(Wh.shape[0])
    for t in range(x.shape[0]):
        h_last = np.tanh(x[t].dot(Wx) + h_last.dot(Wh) + bh)
    return h_last.dot(Wo) + bo


def forward_as_in_the_original_notebook(x, Wx, Wh, bh, Wo, bo):
    h_last = np.zeros(len(bh))
    Yhats = []
    for t in range(len(x)):
        h = np.tanh(x[t].dot(Wx) + h_last.dot(Wh) + bh)
        Yhats.append(h.dot(Wo) + bo)
        h_last = h
    return Yhats[-1]


def forward_by_recursion(x, Wx, Wh, bh, Wo, bo):
    def state(t):
        return np.zeros(len(bh)) if t < 0 else np.tanh(x[t] @ Wx + state(t - 1) @ Wh + bh)

    return state(len(x) - 1) @ Wo + bo


def forward_by_reduce(x, Wx, Wh, bh, Wo, bo):
    h = functools.reduce(lambda h, row: np.tanh(row @ Wx + h @ Wh + bh), x, 0 * bh)
    return h @ Wo + bo


def forward_with_a_batch_of_one(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros((1, len(bh)), "float32")
    for t in range(len(x)):
        h = np.tanh(x[t : t + 1] @ Wx + h @ Wh + bh)
    return (h @ Wo + bo)[0]


def forward_with_the_inputs_first(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros_like(bh)
    for row in np.einsum("td,dm->tm", x, Wx) + bh:
        h = np.tanh(row + h @ Wh)
    return np.einsum("m,mk->k", h, Wo) + bo


def forward_with_prints_and_warnings(x, Wx, Wh, bh, Wo, bo):
    warnings.warn("this is slow", stacklevel=1)
    print("the shape of x is", x.shape)
    np.log(np.zeros(1))
    return forward_by_index(x, Wx, Wh, bh, Wo, bo)


def forward_with_an_accumulated_state(inputs, kernel, recurrent_kernel, bias, output_kernel, output_bias):
    def step(h, row):
        return np.tanh(row @ kernel + h @ recurrent_kernel + bias)

    *_, last = itertools.accumulate(inputs, step, initial=np.zeros(len(bias)))
    return last @ output_kernel + output_bias


class Network:
    """An answer may be an object that can be called."""

    def __call__(self, x, *weights):
        return forward_by_index(x, *weights)


def all_filled_in(x, Wx, Wh, bh, Wo, bo):
    Yhats = np.empty((len(x), len(bo)))
    h = np.zeros(len(bh))
    for t, row in enumerate(x):
        h = np.tanh(row @ Wx + h @ Wh + bh)
        Yhats[t] = h @ Wo + bo
    return Yhats


def all_from_a_list_of_lists(*arguments):
    return np.array([list(row) for row in all_filled_in(*arguments)])


def all_states_then_one_product(x, Wx, Wh, bh, Wo, bo):
    H = [np.zeros(len(bh), "float32")]
    for row in x:
        H.append(np.tanh(row @ Wx + H[-1] @ Wh + bh))
    return np.vstack(H[1:]) @ Wo + bo


def all_by_forward_on_every_beginning(x, *weights):
    return np.stack([forward_by_recursion(x[: t + 1], *weights) for t in range(len(x))])


def all_in_single(*arguments):
    return all_filled_in(*arguments).astype("float32")


HONEST = {
    "rnn_step": [
        step_with_np_dot,
        step_with_columns,
        step_unit_by_unit,
        step_of_both_at_once,
        step_by_exponentials,
        step_in_double,
        step_with_a_copy_written_into,
    ],
    "dense": [dense_by_einsum, dense_as_a_sum, dense_as_a_lambda],
    "forward": [
        forward_by_index,
        forward_as_in_the_original_notebook,
        forward_by_recursion,
        forward_by_reduce,
        forward_with_a_batch_of_one,
        forward_with_the_inputs_first,
        forward_with_prints_and_warnings,
        forward_with_an_accumulated_state,
        Network(),
    ],
    "forward_all": [
        all_filled_in,
        all_from_a_list_of_lists,
        all_states_then_one_product,
        all_by_forward_on_every_beginning,
        all_in_single,
    ],
}


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in HONEST for answer in HONEST[name]])
def test_an_honest_answer_in_another_style_passes(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 6)


@settings(max_examples=25, deadline=None)
@given(T=sizes, D=sizes, M=sizes, K=sizes, seed=st.integers(0, 2**32 - 1))
def test_forward_is_what_keras_predicts(T, D, M, K, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(T, D))
    Wx, Wh, bh = rng.normal(size=(D, M)), rng.normal(size=(M, M)), rng.normal(size=M)
    Wo, bo = rng.normal(size=(M, K)), rng.normal(size=K)
    layer = keras_models.simple_rnn(Wx, Wh, bh, return_sequences=True)
    outputs = keras_models.call(keras_models.dense(Wo, bo), keras_models.call(layer, x[None]))[0]
    np.testing.assert_allclose(reference.forward_all(x, Wx, Wh, bh, Wo, bo), outputs, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(reference.forward(x, Wx, Wh, bh, Wo, bo), outputs[-1], rtol=1e-9, atol=1e-9)


def test_the_oracle_is_model_predict():
    import keras

    case = find_exercise("forward").draw(0)[0]
    x, *weights = (array.astype("float32") for array in case.inputs.values())
    inputs = keras.Input(x.shape)
    outputs = keras.layers.Dense(len(weights[4]))(keras.layers.SimpleRNN(len(weights[2]))(inputs))
    model = keras.Model(inputs, outputs)
    model.set_weights(weights)
    predicted = model.predict(x[None], verbose=0)[0]
    np.testing.assert_allclose(find_exercise("forward").expected(case), predicted, atol=1e-5)


def verdict(name, answer):
    return verdict_on(find_exercise(name), answer)


def test_a_slip_that_no_misconception_fits_is_placed_in_time():
    def answer(x, Wx, Wh, bh, Wo, bo):
        h = np.zeros(len(bh))
        for row in x:
            h = np.tanh(row @ Wx + 0.9 * (h @ Wh) + bh)
        return h @ Wo + bo

    said = str(verdict("forward", answer))
    assert "right while T <= 1, wrong from T = 2 on" in said


def test_a_wrong_first_row_is_placed_in_time():
    def answer(*arguments):
        Yhats = reference.forward_all(*arguments).copy()
        Yhats[2:] += 0.1
        return Yhats

    assert "right up to t = 1, wrong from t = 2 on" in str(verdict("forward_all", answer))


def test_a_size_written_as_a_number_is_pointed_out():
    def answer(x, Wx, Wh, bh, Wo, bo):
        h = np.zeros(5)
        for row in x:
            h = np.tanh(row @ Wx + h @ Wh + bh)
        return h @ Wo + bo

    found = verdict("forward", answer)
    assert found.status == "error"
    assert "right where M = 5" in str(found)
    assert "h @ Wh" in found.code


def test_a_case_is_not_called_by_a_letter_that_the_exercise_lacks():
    def answer(x, Wx, Wh, bh, Wo, bo):
        h = np.full(len(bh), 0.1)
        for x_t in x:
            h = np.tanh(x_t @ Wx + h @ Wh + bh)
        return h @ Wo + bo

    assert "one sample" not in str(verdict("forward", answer))


def test_every_second_step_is_said_to_be_right_only_for_one():
    def answer(x, *weights):
        return reference.forward(x[::2], *weights)

    assert "right only in the case: one time step" in str(verdict("forward", answer))


def test_rows_appended_behind_the_loop_are_told_where_to_append():
    def answer(x, Wx, Wh, bh, Wo, bo):
        return reference.forward_all(x, Wx, Wh, bh, Wo, bo)[-1:]

    assert "append to it inside the loop, in every turn" in verdict("forward_all", answer).headline


def test_half_precision_is_refused():
    def answer(*arguments):
        return reference.forward(*arguments).astype("float16").astype("float32")

    assert not verdict("forward", answer).passed
