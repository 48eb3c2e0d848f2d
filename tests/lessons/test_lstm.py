"""Lesson 10: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import linecache
import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.lessons.gated_fixtures import gated_weights
from helpers.reference import lstm as reference


def logistic(a):
    return 0.5 * (1 + np.tanh(a / 2))


def params_as_a_sum(D, M):
    return sum(D * M + M * M + M for _ in range(4))


def params_by_width(D, M):
    return np.int64((D + M + 1) * 4 * M)


def params_of_arrays(D, M):
    return np.zeros((D, 4 * M)).size + np.zeros((M, 4 * M)).size + len(np.zeros(4 * M))


def split_by_numpy(W, M):
    return np.split(W, 4, axis=-1)


def split_by_positions(W, M):
    return np.array_split(W, [M, 2 * M, 3 * M], axis=W.ndim - 1)


def split_in_a_loop(W, M):
    return tuple(W[..., gate * M : (gate + 1) * M] for gate in range(4))


def split_by_reshape(W, M):
    parts = W.reshape(*W.shape[:-1], 4, M)
    return [parts[..., gate, :].copy() for gate in range(4)]


def split_by_take(W, M):
    return tuple(np.take(W, range(gate * M, gate * M + M), axis=-1) for gate in range(4))


def split_by_two_ways(W, M):
    if W.ndim == 1:
        return W[:M], W[M : 2 * M], W[2 * M : 3 * M], W[3 * M :]
    return W[:, :M], W[:, M : 2 * M], W[:, 2 * M : 3 * M], W[:, 3 * M :]


def step_gate_by_gate(x_t, h_last, c_last, Wx, Wh, b):
    Wxi, Wxf, Wxc, Wxo = np.split(Wx, 4, axis=1)
    Whi, Whf, Whc, Who = np.split(Wh, 4, axis=1)
    bi, bf, bc, bo = np.split(b, 4)
    i = logistic(x_t @ Wxi + h_last @ Whi + bi)
    f = logistic(x_t @ Wxf + h_last @ Whf + bf)
    g = np.tanh(x_t @ Wxc + h_last @ Whc + bc)
    o = logistic(x_t @ Wxo + h_last @ Who + bo)
    c = np.add(np.multiply(i, g), np.multiply(f, c_last))
    return [o * np.tanh(c), c]


def step_by_einsum(x_t, h_last, c_last, Wx, Wh, b):
    z = np.einsum("...d,dk->...k", x_t, Wx) + np.einsum("...m,mk->...k", h_last, Wh) + b
    i, f, o = (1 / (1 + np.exp(-part)) for part in (z[..., : len(Wh)], *np.split(z, 4, -1)[1::2]))
    c = f * c_last + i * np.tanh(np.split(z, 4, -1)[2])
    return o * np.tanh(c), c


def step_joined(x_t, h_last, c_last, Wx, Wh, b):
    both = np.concatenate([x_t, h_last], axis=-1) @ np.concatenate([Wx, Wh])
    z = (both + b).reshape(*x_t.shape[:-1], 4, -1)
    i, f, o = (logistic(z[..., gate, :]) for gate in (0, 1, 3))
    c = c_last * f + np.tanh(z[..., 2, :]) * i
    return np.tanh(c) * o, c


def step_unit_by_unit(x_t, h_last, c_last, Wx, Wh, b):
    if x_t.ndim == 2:
        h, c = zip(
            *(step_unit_by_unit(*row, Wx, Wh, b) for row in zip(x_t, h_last, c_last, strict=True)),
            strict=True,
        )
        return np.array(h), np.array(c)
    M, h, c = len(Wh), [], []
    for m in range(M):
        i, f, g, o = (
            sum(x_t * Wx[:, gate * M + m]) + sum(h_last * Wh[:, gate * M + m]) + b[gate * M + m]
            for gate in range(4)
        )
        c.append(c_last[m] / (1 + math.exp(-f)) + math.tanh(g) / (1 + math.exp(-i)))
        h.append(math.tanh(c[m]) / (1 + math.exp(-o)))
    return np.array(h), np.array(c)


def step_of_columns(x_t, h_last, c_last, Wx, Wh, b):
    z = (Wx.T @ x_t.T).T + (Wh.T @ h_last.T).T + b
    i, f, g, o = np.split(z, 4, axis=-1)
    c = logistic(f) * c_last + logistic(i) * np.tanh(g)
    return logistic(o) * np.tanh(c), c


def step_always_as_a_batch(x_t, h_last, c_last, Wx, Wh, b):
    i, f, g, o = np.hsplit(np.atleast_2d(x_t) @ Wx + np.atleast_2d(h_last) @ Wh + b, 4)
    c = logistic(f) * c_last + logistic(i) * np.tanh(g)
    return (logistic(o) * np.tanh(c)).reshape(h_last.shape), c.reshape(c_last.shape)


def step_in_single(*arguments):
    return tuple(part.astype("float32") for part in reference.lstm_step(*arguments))


def step_with_prints_and_warnings(*arguments):
    warnings.warn("overflow", stacklevel=1)
    print("x_t has the shape", arguments[0].shape)
    return reference.lstm_step(*arguments)


def forward_filled_in(X, Wx, Wh, b):
    N, T, _ = X.shape
    M = Wh.shape[0]
    H, h, c = np.empty((N, T, M)), np.zeros((N, M)), np.zeros((N, M))
    for t in range(T):
        h, c = step_joined(X[:, t, :], h, c, Wx, Wh, b)
        H[:, t] = h
    return H, H[:, -1], c


def forward_sample_by_sample(X, Wx, Wh, b):
    states, last, memories = [], [], []
    for x in X:
        h = c = np.zeros(len(Wh))
        row = []
        for x_t in x:
            h, c = step_gate_by_gate(x_t, h, c, Wx, Wh, b)
            row.append(h)
        states.append(row)
        last.append(h)
        memories.append(c)
    return [np.array(states), np.array(last), np.array(memories)]


def forward_time_first(X, Wx, Wh, b):
    h = c = np.zeros((X.shape[0], Wh.shape[0]), "float32")
    H = []
    for X_t in X.transpose(1, 0, 2):
        h, c = reference.lstm_step(X_t, h, c, Wx, Wh, b)
        H.append(h)
    return np.array(H).swapaxes(0, 1), h, c


def forward_with_the_inputs_first(X, Wx, Wh, b):
    Z, h, c, H = X @ Wx + b, 0 * X[:, 0, :1] @ Wh[:1, : len(Wh)], 0.0, []
    for t in range(X.shape[1]):
        i, f, g, o = np.split(Z[:, t] + h @ Wh, 4, axis=1)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
        H.append(h)
    return np.stack(H, 1), h, c


class Cell:
    """An answer may keep its state in an object, if it makes a new one at each call."""

    def __init__(self, N, *weights):
        self.weights = weights
        self.h = self.c = np.zeros((N, len(weights[1])))

    def read(self, X_t):
        self.h, self.c = reference.lstm_step(X_t, self.h, self.c, *self.weights)
        return self.h


def forward_by_an_object(X, *weights):
    cell = Cell(len(X), *weights)
    H = [cell.read(X[:, t]) for t in range(X.shape[1])]
    return np.stack(H, axis=1), cell.h, cell.c


def latch(value, signal, b, Wh=(0, 0, 0, 0)):
    return np.array([value, signal], dtype=float), np.array([Wh], dtype=float), np.array(b, dtype=float)


def latch_of_fives():
    return latch([0, 0, 5, 0], [10, -10, 0, 0], [-5, 6, 0, 0])


def latch_of_hundreds():
    return tuple(
        part.astype("float32") for part in latch([0, 0, 99, 7], [200, -200, 0, 9], [-100, 100, 0, 3])
    )


def latch_that_shows_only_at_the_signal():
    return latch([0, 0, 10, 0], [30, -30, 0, 30], [-15, 15, 0, -15])


def latch_whose_candidate_waits_for_the_signal():
    return latch([0, 0, 20, 0], [40, -40, 0, 0], [-20, 20, 0, 20])


def latch_as_lists_of_rows():
    Wx = np.zeros((2, 4))
    Wx[0, 2] = 8
    Wx[1, 0], Wx[1, 1] = 24, -24
    return [Wx, np.zeros((1, 4)), np.array([-12.0, 12.0, 0.0, 0.0])]


def torch_bias_in_the_second(Wx, Wh, b):
    return Wx.transpose(), np.swapaxes(Wh, 0, 1), np.zeros(len(b)), b


def torch_bias_in_halves(Wx, Wh, b):
    return [np.array(Wx.T), np.array(Wh.T), b / 2, b - b / 2]


def torch_gate_by_gate(Wx, Wh, b):
    w_ih = np.vstack([part.T for part in np.split(Wx, 4, axis=1)])
    w_hh = np.concatenate([part.T for part in np.split(Wh, 4, axis=1)], axis=0)
    return w_ih, w_hh, 3 * b, -2 * b


def torch_by_einsum(Wx, Wh, b):
    return np.einsum("dk->kd", Wx), np.einsum("mk->km", Wh), b.astype("float64"), np.zeros_like(b)


HONEST = {
    "params": "lstm_params",
    "split": "split_gates",
    "step": "lstm_step",
    "forward": "lstm_forward",
    "latch": "latch_weights",
    "torch": "lstm_to_torch",
}


@pytest.mark.parametrize(
    "answer",
    [
        value
        for name, value in list(globals().items())
        if name.partition("_")[0] in HONEST and name != "latch" and callable(value)
    ],
)
@pytest.mark.parametrize("seed", [0, 2026])
def test_an_honest_answer_in_another_style_passes(answer, seed):
    verdict = verdict_on(find_exercise(HONEST[answer.__name__.partition("_")[0]]), answer, seed)
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 5)


@settings(max_examples=12, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, seed=st.integers(0, 2**32 - 1))
def test_forward_is_what_keras_computes(N, T, D, M, seed):
    import keras

    rng = np.random.default_rng(seed)
    X, given_weights = rng.normal(size=(N, T, D)), gated_weights(rng, D, M, 4)
    layer = keras_models.lstm(**given_weights, return_sequences=True, return_state=True)
    mine = reference.lstm_forward(X, **given_weights)
    for ours, due in zip(mine, keras_models.call(layer, X), strict=True):
        np.testing.assert_allclose(ours, due, rtol=1e-9, atol=1e-9)
    assert isinstance(layer, keras.layers.LSTM)
    assert reference.lstm_params(D, M) == layer.count_params()


@settings(max_examples=12, deadline=None)
@given(N=sizes, D=sizes, M=sizes, seed=st.integers(0, 99))
def test_a_batch_is_its_samples_one_by_one(N, D, M, seed):
    rng = np.random.default_rng(seed)
    x, h, c = rng.normal(size=(N, D)), rng.normal(size=(N, M)), rng.normal(size=(N, M))
    given_weights = gated_weights(rng, D, M, 4)
    batch = reference.lstm_step(x, h, c, **given_weights)
    rows = [reference.lstm_step(*row, **given_weights) for row in zip(x, h, c, strict=True)]
    np.testing.assert_allclose(batch, np.swapaxes(rows, 0, 1), rtol=1e-12)


@pytest.mark.parametrize("gate", range(4))
def test_each_block_is_the_gate_that_it_is_called(gate):
    """Keras's own word on the order: a block pulled down to -100 shuts its gate, and no other."""
    b = np.array([0.0, 0.0, 1.0, 0.0])
    b[gate] = -100
    layer = keras_models.lstm(np.zeros((1, 4)), np.zeros((1, 4)), b, return_state=True)
    states = [np.zeros((1, 1)), np.ones((1, 1))]
    _, h, c = (part.item() for part in keras_models.call(layer, np.zeros((1, 1, 1)), initial_state=states))
    kept, written = 0.5, 0.5 * np.tanh(1)
    expected = [kept, written, kept - 0.5, kept + written][gate]
    assert c == pytest.approx(expected)
    assert h == pytest.approx(0 if gate == 3 else 0.5 * np.tanh(expected))
    assert reference.split_gates(b, 1)[gate] == -100


def test_what_the_lesson_says_of_a_new_layer():
    import keras

    layer = keras.layers.LSTM(4)
    layer.build((None, None, 3))
    _, Wh, b = layer.get_weights()
    np.testing.assert_array_equal(b, [0] * 4 + [1] * 4 + [0] * 8)
    np.testing.assert_allclose(Wh @ Wh.T, np.eye(4), atol=1e-6)
    assert layer.cell.activation is keras.activations.tanh
    assert layer.cell.recurrent_activation is keras.activations.sigmoid


def test_the_hard_sigmoid_of_the_bank_is_that_of_keras():
    from helpers.lessons import lstm

    case = find_exercise("lstm_step").draw(0)[1]
    x, h, c, *given_weights = case.inputs.values()
    layer = keras_models.lstm(*given_weights, return_state=True, recurrent_activation="hard_sigmoid")
    due = keras_models.call(layer, x[:, None], initial_state=[h, c])[1:]
    np.testing.assert_allclose(lstm.hard_sigmoid_of_new_keras(**case.inputs), due, atol=1e-6)


@settings(max_examples=8, deadline=None)
@given(D=sizes, M=sizes, T=sizes, seed=st.integers(0, 99))
def test_pytorchs_formula_walks_with_keras_through_time(D, M, T, seed):
    rng = np.random.default_rng(seed)
    x, given_weights = rng.normal(size=(T, D)), gated_weights(rng, D, M, 4)
    w_ih, w_hh, b_ih, b_hh = reference.lstm_to_torch(**given_weights)
    h, c = np.zeros(M), np.zeros(M)
    for x_t in x:
        i, f, g, o = np.split(w_ih @ x_t + b_ih + w_hh @ h + b_hh, 4)
        c = logistic(f) * c + logistic(i) * np.tanh(g)
        h = logistic(o) * np.tanh(c)
    np.testing.assert_allclose(
        h, keras_models.call(keras_models.lstm(**given_weights), x[None])[0], atol=1e-12
    )


def said(name, answer, seed=0):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert not verdict.passed
    return str(verdict)


def named(name, answer):
    return verdict_on(find_exercise(name), answer).misconception


def test_a_shape_is_said_in_the_letters_of_the_case():
    text = said("split_gates", lambda W, M: (W, W, W, W))
    assert "You returned `Wi` as (D, 4M), expected (D, M). All 4 blocks of M are still together" in text
    text = said("lstm_step", lambda x, h, c, *weights: (x, c))
    assert "You returned `h` as (D,), expected (M,)" in text


def test_a_wrong_shape_of_a_batch_alone_is_said_with_its_batch():
    def answer(x_t, *rest):
        h, c = reference.lstm_step(x_t, *rest)
        return (h, c) if x_t.ndim == 1 else (h[0], c[0])

    text = said("lstm_step", answer)
    assert "You returned `h` as (M,), expected (N, M). The batch (N) is gone." in text
    assert "a batch" in text


def test_a_batch_axis_that_one_sample_has_not_is_seen():
    def answer(x_t, *rest):
        return tuple(np.atleast_2d(part) for part in reference.lstm_step(x_t, *rest))

    text = said("lstm_step", answer)
    assert "You returned `h` as (1, M), expected (M,)" in text


def test_the_part_that_is_wrong_is_named():
    def answer(*arguments):
        h, c = reference.lstm_step(*arguments)
        return h, c + 0.1

    assert "`c` alone" in said("lstm_step", answer)


def test_one_mistake_is_named_in_more_than_one_style():
    def by_hsplit(x_t, h_last, c_last, Wx, Wh, b):
        i, f, g, o = np.hsplit(x_t @ Wx + h_last @ Wh + b, 4)
        c = logistic(f) * c_last + logistic(i) * np.tanh(g)
        return logistic(o) * c, c

    def by_join(x_t, h_last, c_last, Wx, Wh, b):
        z = np.concatenate((x_t, h_last)) @ np.concatenate((Wx, Wh)) + b
        i, f, g, o = np.split(z, 4, axis=-1)
        c = logistic(f) * c_last + logistic(i) * np.tanh(g)
        return logistic(o) * np.tanh(c), c

    assert named("lstm_step", by_hsplit) == "tanh_of_c_forgotten"
    assert named("lstm_step", by_join) == "one_sample_alone"


def test_a_loop_that_goes_wrong_is_placed_in_time():
    def answer(X, *weights):
        H, h, c = reference.lstm_forward(X, *weights)
        H = H.copy()
        H[:, 2:] *= 0.9
        return H, h, c

    assert "right up to t = 1, wrong from t = 2 on" in said("lstm_forward", answer)


def test_states_side_by_side_are_read_as_all_steps_and_not_as_all_gates():
    def answer(X, Wx, Wh, b):
        H, h, c = reference.lstm_forward(X, Wx, Wh, b)
        return np.concatenate(list(np.moveaxis(H, 1, 0)), axis=1), h, c

    assert "You returned `H` as (N, T·M), expected (N, T, M)" in said("lstm_forward", answer)


def test_a_latch_that_hears_its_own_state_is_pointed_to_Wh():
    text = said("latch_weights", lambda: latch([0, 0, 10, 0], [20, -20, 0, 0], [-10, 10, 0, 10], [10] * 4))
    assert "`Wh` is zeros" in text
    assert "leak" not in text


def test_a_latch_is_told_on_a_sequence_that_one_can_follow():
    text = said("latch_weights", lambda: latch([0, 0, 10, 0], [20, -20, 0, 0], [-10, 3, 0, 0]))
    assert "values -1, 1, -1" in text
    assert "the memory c after each step" in text


def test_a_latch_by_size_is_told_its_shape():
    text = said("latch_weights", lambda: (np.zeros((4, 2)), np.zeros((1, 4)), np.zeros(4)))
    assert "You returned `Wx` as (4, 2), expected (2, 4)" in text


def test_torch_weights_that_lie_wrong_are_said_in_letters():
    text = said("lstm_to_torch", lambda Wx, Wh, b: (Wx.T, Wh.T, b[None], 0 * b))
    assert "You returned `b_ih` as (1, 4M), expected (4M,)" in text
    assert "w_hh and the biases" in said("lstm_to_torch", lambda Wx, Wh, b: (Wx.T, -Wh.T, b, 0 * b))


@pytest.mark.parametrize("gate", [4, 5])
def test_gates_that_leak_are_told_so(gate):
    text = said(
        "latch_weights", lambda: latch([0, 0, gate, 0], [2 * gate, -2 * gate, 0, 0], [-gate, gate, 0, 0])
    )
    assert "your gates leak" in text
    assert "where 1 is meant" in text


def test_a_latch_of_whole_numbers_passes():
    def answer():
        return np.array([[0, 0, 10, 0], [20, -20, 0, 0]]), np.zeros((1, 4), int), np.array([-10, 10, 0, 10])

    assert verdict_on(find_exercise("latch_weights"), answer).passed


@pytest.mark.parametrize("size", [8, 10, 20])
def test_mistakes_of_a_latch_are_named_in_other_sizes_too(size):
    def rows_exchanged():
        return latch([2 * size, -2 * size, 0, 0], [0, 0, size, 0], [-size, size, 0, size])

    def candidate():
        return latch([0, 0, size, 0], [2 * size, -2 * size, size, 0], [-size, size, 0, size])

    assert named("latch_weights", rows_exchanged) == "rows_exchanged"
    assert named("latch_weights", candidate) == "candidate_hears_the_signal_too"


def test_results_in_another_order_are_not_read_as_wrong_shapes():
    def last_first(*arguments):
        H, h, c = reference.lstm_forward(*arguments)
        return h, c, H

    def bias_second():
        Wx, Wh, b = reference.latch_weights()
        return Wx, b, Wh

    assert "`H`, `h`, `c` are due, in this order" in said("lstm_forward", last_first)
    assert "`Wx`, `Wh`, `b` are due, in this order" in said("latch_weights", bias_second)


def test_states_that_are_not_handed_on_are_named_however_they_are_returned():
    def kept_zeros(X, Wx, Wh, b):
        h = c = np.zeros((len(X), len(Wh)))
        H = [step_joined(X[:, t], h, c, Wx, Wh, b)[0] for t in range(X.shape[1])]
        return np.stack(H, axis=1), h, c

    def from_ones(X, Wx, Wh, b):
        h, c, H = np.zeros((len(X), len(Wh))), np.ones((len(X), len(Wh))), []
        for t in range(X.shape[1]):
            h, c = step_joined(X[:, t], h, c, Wx, Wh, b)
            H.append(h)
        return np.stack(H, axis=1), h, c

    assert named("lstm_forward", kept_zeros) == "nothing_carried_nor_returned"
    assert named("lstm_forward", from_ones) == "memory_starts_from_ones"


def test_a_matrix_product_where_units_are_multiplied_is_named():
    def answer(x_t, h_last, c_last, Wx, Wh, b):
        i, f, g, o = np.split(x_t @ Wx + h_last @ Wh + b, 4, axis=-1)
        c = logistic(f) @ c_last + logistic(i) * np.tanh(g)
        return logistic(o) * np.tanh(c), c

    assert named("lstm_step", answer) == "matrix_product_with_the_memory"


def test_the_notebooks_sizes_are_no_letters_of_the_case():
    code = """
def lstm_step(x_t, h_last, c_last, Wx, Wh, b):
    z = x_t @ Wx + h_last @ Wh + b
    i, f, candidate, o = np.split(z, 4, axis=-1)
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(c), c

def lstm_forward(X, Wx, Wh, b):
    h = c = np.zeros((N, len(Wh)))
    for t in range(X.shape[1]):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
    return h, h, c
"""
    filename = "<a cell of lesson 10>"
    linecache.cache[filename] = (len(code), None, [line + "\n" for line in code.splitlines()], filename)
    space = {"np": np, "sigmoid": logistic, "N": 6}  # the notebook's N is the case's D
    exec(compile(code, filename, "exec"), space)
    text = said("lstm_forward", space["lstm_forward"])
    assert "`h_last`  (6, M) = (6, 10)" in text
    assert "reads `N` of the notebook" in text
