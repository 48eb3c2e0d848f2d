"""Lesson 11: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import drawn, verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.reference import gru as reference


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def params_block_by_block(D, M, reset_after):
    total = 0
    for _block in ("z", "r", "h"):
        total += D * M + M * M + M
        if reset_after:
            total += M
    return total


def params_by_shapes(D, M, reset_after):
    shapes = [(D, 3 * M), (M, 3 * M), (2, 3 * M) if reset_after else (3 * M,)]
    return sum(np.prod(shape) for shape in shapes)


params_as_a_lambda = lambda D, M, reset_after: 3 * M * (D + M + 1 + reset_after)  # noqa: E731


def step_by_slices(x_t, h_last, Wx, Wh, b, reset_after):
    M = len(Wh)
    bx, bh = (b[0], b[1]) if reset_after else (b, np.zeros(3 * M))
    z = sigmoid(x_t @ Wx[:, :M] + bx[:M] + h_last @ Wh[:, :M] + bh[:M])
    r = sigmoid(x_t @ Wx[:, M : 2 * M] + bx[M : 2 * M] + h_last @ Wh[:, M : 2 * M] + bh[M : 2 * M])
    own = Wh[:, 2 * M :]
    past = r * (h_last @ own + bh[2 * M :]) if reset_after else (r * h_last) @ own
    candidate = np.tanh(x_t @ Wx[:, 2 * M :] + bx[2 * M :] + past)
    return z * h_last + (1 - z) * candidate


def step_as_in_keras(x_t, h_last, Wx, Wh, b, reset_after):
    units = Wh.shape[0]
    matrix_x = x_t @ Wx + (b[0] if b.ndim == 2 else b)
    x_z, x_r, x_h = np.array_split(matrix_x, 3, axis=-1)
    inner = h_last @ Wh + b[1] if b.ndim == 2 else h_last @ Wh[:, : 2 * units]
    z = sigmoid(x_z + inner[..., :units])
    r = sigmoid(x_r + inner[..., units : 2 * units])
    h = r * inner[..., 2 * units :] if reset_after else (r * h_last) @ Wh[:, 2 * units :]
    return (1 - z) * np.tanh(x_h + h) + z * h_last


def step_as_a_correction(x_t, h_last, Wx, Wh, b, reset_after):
    M = Wh.shape[1] // 3
    kernels = np.moveaxis(Wx.reshape(len(Wx), 3, M), 1, 0)
    recurrent = np.moveaxis(Wh.reshape(M, 3, M), 1, 0)
    rows = np.atleast_2d(b).reshape(-1, 3, M)
    xz, xr, xh = (x_t @ kernel + bias for kernel, bias in zip(kernels, rows[0], strict=True))
    hz, hr, hh = (h_last @ kernel for kernel in recurrent)
    if reset_after:
        hz, hr, hh = hz + rows[1, 0], hr + rows[1, 1], hh + rows[1, 2]
    update = 1 - sigmoid(xz + hz)
    r = sigmoid(xr + hr)
    past = r * hh if reset_after else r * h_last @ recurrent[2]
    return h_last + update * (np.tanh(xh + past) - h_last)


def step_of_joined_arrays(x_t, h_last, Wx, Wh, b, reset_after):
    M = len(Wh)
    both = np.concatenate([x_t, h_last], axis=-1)
    bias = b.sum(axis=0) if reset_after else b
    z, r = np.split(sigmoid(both @ np.vstack([Wx, Wh])[:, : 2 * M] + bias[: 2 * M]), 2, axis=-1)
    past = r * (h_last @ Wh[:, -M:] + b[1][-M:]) if reset_after else (r * h_last) @ Wh[:, -M:]
    own = b[0][-M:] if reset_after else b[-M:]
    return z * h_last + (1 - z) * np.tanh(x_t @ Wx[:, -M:] + own + past)


def step_by_einsum_in_single(x_t, h_last, Wx, Wh, b, reset_after):
    x_t, h_last, Wx, Wh, b = (array.astype("float32") for array in (x_t, h_last, Wx, Wh, b))
    M = len(Wh)
    x = np.einsum("...d,dg->...g", x_t, Wx) + (b[0] if reset_after else b)
    h = np.einsum("...m,mg->...g", h_last, Wh) + (b[1] if reset_after else 0)
    z, r = (0.5 * (1 + np.tanh((x + h)[..., k * M : (k + 1) * M] / 2)) for k in range(2))
    past = r * h[..., 2 * M :] if reset_after else np.einsum("...m,mk->...k", r * h_last, Wh[:, 2 * M :])
    return z * h_last + (1 - z) * np.tanh(x[..., 2 * M :] + past)


def step_always_on_a_batch(x_t, h_last, Wx, Wh, b, reset_after):
    h = step_by_slices(np.atleast_2d(x_t), np.atleast_2d(h_last), Wx, Wh, b, reset_after)
    print("one step done")
    return h.reshape(h_last.shape)


class Step:
    """An answer may be an object that can be called, and name its arguments as it likes."""

    def __call__(self, inputs, state, kernel, recurrent_kernel, bias, after):
        return step_as_in_keras(inputs, state, kernel, recurrent_kernel, bias, after)


def forward_filled_in(X, Wx, Wh, b, reset_after):
    N, T, _ = X.shape
    H = np.zeros((N, T, len(Wh)))
    h = np.zeros((N, len(Wh)))
    for t in range(T):
        h = step_as_in_keras(X[:, t, :], h, Wx, Wh, b, reset_after)
        H[:, t] = h
    return H, h


def forward_sample_by_sample(X, Wx, Wh, b, reset_after):
    H = []
    for x in X:
        states = [np.zeros(len(Wh), X.dtype)]
        for x_t in x:
            states.append(step_by_slices(x_t, states[-1], Wx, Wh, b, reset_after))
        H.append(states[1:])
    H = np.array(H)
    return [H, H[:, -1]]


def forward_by_recursion(X, *rest):
    if X.shape[1] == 0:
        return np.zeros((len(X), 0, len(rest[1]))), np.zeros((len(X), len(rest[1])))
    before, h = forward_by_recursion(X[:, :-1], *rest)
    h = step_as_a_correction(X[:, -1], h, *rest)
    return np.concatenate([before, h[:, None]], axis=1), h


def torch_by_slices(Wx, Wh, b):
    M = len(Wh)

    def order(W):
        return np.hstack([W[..., M : 2 * M], W[..., :M], W[..., 2 * M :]])

    return order(Wx).T, order(Wh).T, order(b[0]), order(b[1])


def torch_by_indices(Wx, Wh, b):
    M = Wh.shape[0]
    at = np.r_[M : 2 * M, 0:M, 2 * M : 3 * M]
    return [Wx[:, at].T.copy(), Wh[:, at].T.copy(), *b[:, at]]


def torch_with_the_gates_in_one_bias(Wx, Wh, b):
    """For z and r only the sum counts, so they may all stand on one side."""
    w_ih, w_hh, b_ih, b_hh = torch_by_slices(Wx, Wh, b)
    M = len(Wh)
    b_ih[: 2 * M] += b_hh[: 2 * M]
    b_hh[: 2 * M] = 0
    return w_ih, w_hh, b_ih, b_hh


HONEST = {
    "gru_params": [params_block_by_block, params_by_shapes, params_as_a_lambda],
    "gru_step": [
        step_by_slices,
        step_as_in_keras,
        step_as_a_correction,
        step_of_joined_arrays,
        step_by_einsum_in_single,
        step_always_on_a_batch,
        Step(),
    ],
    "gru_forward": [forward_filled_in, forward_sample_by_sample, forward_by_recursion],
    "gru_to_torch": [torch_by_slices, torch_by_indices, torch_with_the_gates_in_one_bias],
}


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in HONEST for answer in HONEST[name]])
def test_an_honest_answer_in_another_style_passes(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 5)


@settings(max_examples=10, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, reset_after=st.booleans(), seed=st.integers(0, 2**32 - 1))
def test_forward_is_what_keras_computes(N, T, D, M, reset_after, seed):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, T, D))
    Wx, Wh = rng.normal(size=(D, 3 * M)), rng.normal(size=(M, 3 * M))
    b = rng.normal(size=(2, 3 * M) if reset_after else 3 * M)
    layer = keras_models.gru(Wx, Wh, b, return_sequences=True, return_state=True)
    H, h = keras_models.call(layer, X)
    mine = reference.gru_forward(X, Wx, Wh, b, reset_after)
    np.testing.assert_allclose(mine[0], H, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(mine[1], h, rtol=1e-9, atol=1e-9)


@settings(max_examples=50, deadline=None)
@given(D=sizes, M=sizes, seed=st.integers(0, 2**32 - 1))
def test_the_step_is_a_mixture_and_its_biases_are_two_only_in_the_candidate(D, M, seed):
    rng = np.random.default_rng(seed)
    x_t, h_last = rng.normal(size=D), rng.uniform(-1, 1, M)
    Wx, Wh, b = rng.normal(size=(D, 3 * M)), rng.normal(size=(M, 3 * M)), rng.normal(size=(2, 3 * M))
    h = reference.gru_step(x_t, h_last, Wx, Wh, b, True)
    assert (np.abs(h) <= 1).all()
    moved = b.copy()
    moved[0, : 2 * M] += moved[1, : 2 * M]
    moved[1, : 2 * M] = 0
    np.testing.assert_allclose(reference.gru_step(x_t, h_last, Wx, Wh, moved, True), h, atol=1e-12)
    alone = np.diag(rng.normal(size=M))  # no unit hears another: before and after are the same
    Wh[:, 2 * M :] = alone
    b[1] = 0
    np.testing.assert_allclose(
        reference.gru_step(x_t, h_last, Wx, Wh, b, True),
        reference.gru_step(x_t, h_last, Wx, Wh, b[0], False),
        atol=1e-12,
    )


def test_the_oracle_is_the_layer_as_a_learner_makes_it():
    import keras

    cases, expected = drawn("gru_forward", 0)
    for case, (H, h) in zip(cases, expected, strict=True):
        X, *weights = (array.astype("float32") for array in list(case.inputs.values())[:4])
        inputs = keras.Input(X.shape[1:])
        options = {} if case.inputs["reset_after"] else {"reset_after": False}
        layer = keras.layers.GRU(len(weights[1]), return_sequences=True, **options)
        model = keras.Model(inputs, layer(inputs))
        model.set_weights(weights)
        predicted = model(X).numpy()
        np.testing.assert_allclose(H, predicted, atol=1e-5)
        np.testing.assert_allclose(h, predicted[:, -1], atol=1e-5)


def said(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    return str(verdict)


def test_an_answer_for_one_kind_alone_is_told_which():
    def always_after(x_t, h_last, Wx, Wh, b, reset_after):
        if not reset_after:
            return 0.9 * h_last
        return reference.gru_step(x_t, h_last, Wx, Wh, b, True)

    words = said("gru_step", always_after)
    assert "right wherever reset_after is True, wrong wherever it is False" in words
    assert "reset_after = False" in words


def test_the_uncut_product_is_read_out_in_letters():
    def uncut(x_t, h_last, Wx, Wh, b, reset_after):
        return np.tanh(x_t @ Wx + h_last @ Wh + (b.sum(axis=0) if reset_after else b))

    words = said("gru_step", uncut)
    assert "(3M,)" in words
    assert "All 3 blocks of M are still together" in words


def test_two_rows_where_one_is_due_are_read_out():
    def both_rows(x_t, h_last, Wx, Wh, b, reset_after):
        return sigmoid(x_t @ Wx + b)[..., : len(Wh)] * h_last

    assert "expected (M,)" in said("gru_step", both_rows)


def test_torch_shapes_are_read_out():
    def swapped(Wx, Wh, b):
        w_ih, w_hh, b_ih, b_hh = reference.gru_to_torch(Wx, Wh, b)
        return w_ih[: len(Wh)], w_hh, b_ih, b_hh

    assert "`w_ih`" in said("gru_to_torch", swapped)


def test_half_precision_is_refused():
    def answer(*arguments):
        return reference.gru_step(*arguments).astype("float16").astype("float32")

    assert not verdict_on(find_exercise("gru_step"), answer).passed


def test_two_results_where_one_is_due_are_refused():
    def twice(*arguments):
        h = reference.gru_step(*arguments)
        return h, h

    assert "returned a tuple; a NumPy array is due" in said("gru_step", twice)


def test_a_bias_of_either_shape_is_read_out_in_letters():
    def unpacked(x_t, h_last, Wx, Wh, b, reset_after):
        input_bias, _ = b
        return reference.gru_step(x_t, h_last, Wx, Wh, b, len(input_bias) == len(b[1]))

    words = said("gru_step", unpacked)
    assert "`b`    (3M,) = (15,)" in words
    assert "right wherever reset_after is True" in words


def gru_step_in_which(gate=None, reset=None, b_twice=False, exchanged=False):
    """A step with one slip in it, written as a learner would."""

    def step(x_t, h_last, Wx, Wh, b, reset_after):
        M = len(Wh)
        after = reset_after != exchanged
        if after:
            xz, xr, xh = np.split(x_t @ Wx + b[0], 3, axis=-1)
            hz, hr, hh = np.split(h_last @ Wh + b[1], 3, axis=-1)
        else:
            xz, xr, xh = np.split(x_t @ Wx + b, 3, axis=-1)
            hz, hr = np.split(h_last @ Wh[:, : 2 * M] + (b[: 2 * M] if b_twice else 0), 2, axis=-1)
        z = sigmoid(xz + (hr if gate == "z" else hz))
        r = sigmoid(xr + (hz if gate == "r" else hr))
        past = (
            (hh if reset == "after" else r * hh)
            if after
            else ((r if reset != "before" else 1) * h_last) @ Wh[:, 2 * M :]
        )
        return z * h_last + (1 - z) * np.tanh(xh + past)

    return step


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        (gru_step_in_which(exchanged=True), "kinds_exchanged"),
        (gru_step_in_which(reset="after"), "reset_gate_forgotten_after"),
        (gru_step_in_which(reset="before"), "reset_gate_forgotten_before"),
        (gru_step_in_which(gate="r"), "reset_gate_with_the_wrong_partner"),
        (gru_step_in_which(gate="z"), "update_gate_with_the_wrong_partner"),
        (gru_step_in_which(b_twice=True), "single_bias_twice_in_the_gates"),
    ],
)
@pytest.mark.parametrize("seed", [0, 2026])
def test_one_slip_in_a_step_is_named(answer, named, seed):
    assert verdict_on(find_exercise("gru_step"), answer, seed).misconception == named


def test_a_matrix_product_where_units_are_multiplied_is_named():
    def answer(x_t, h_last, Wx, Wh, b, reset_after):
        z = sigmoid(x_t @ Wx + h_last @ Wh + (b.sum(axis=0) if reset_after else b))[..., : len(Wh)]
        right = reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)
        return z @ h_last + (right - z * h_last)

    assert verdict_on(find_exercise("gru_step"), answer).misconception == "matrix_product_with_the_state"


def test_a_kernel_cut_before_it_is_turned_is_told_which_axis_is_cut():
    def answer(Wx, Wh, b):
        kernels = []
        for W in (Wx, Wh):
            z, r, n = np.split(W, 3)
            kernels.append(np.concatenate([r, z, n]).T)
        return *kernels, b[0], b[1]

    assert "Without axis=… it cuts the first axis" in said("gru_to_torch", answer)


def test_blocks_that_are_no_list_are_told_their_brackets():
    def answer(Wx, Wh, b):
        z, r, n = np.split(Wx.T, 3)
        return np.concatenate(r, z, n), Wh.T, b[0], b[1]

    assert "np.concatenate([…, …])" in said("gru_to_torch", answer)
