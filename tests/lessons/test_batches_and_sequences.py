"""Lesson 06: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import functools
import itertools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.reference import batches_and_sequences as reference


def batch_from_one_row_of_zeros(X, Wx, Wh, bh, Wo, bo):
    h = np.zeros(Wh.shape[0])  # broadcast to (N, M) by the first step
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t, :] @ Wx + h @ Wh + bh)
    return h @ Wo + bo


def batch_with_two_loops(X, Wx, Wh, bh, Wo, bo):
    Yhat = []
    for x in X:
        h_last = np.zeros(len(bh))
        for x_t in x:
            h_last = np.tanh(x_t @ Wx + h_last @ Wh + bh)
        Yhat.append(h_last @ Wo + bo)
    return np.array(Yhat)


def batch_filled_row_by_row(X, Wx, Wh, bh, Wo, bo):
    N, T, _ = X.shape
    K = Wo.shape[1]
    Yhat = np.empty((N, K))
    for n, t in itertools.product(range(N), range(T)):
        h = np.tanh(np.dot(X[n, t], Wx) + (0 if t == 0 else np.dot(h, Wh)) + bh)  # noqa: F821
        Yhat[n] = np.dot(h, Wo) + bo
    return Yhat


def batch_with_einsum(X, Wx, Wh, bh, Wo, bo):
    driven = np.einsum("ntd,dm->tnm", X, Wx) + bh
    h = np.zeros(driven.shape[1:])
    for a in driven:
        h = np.tanh(a + np.einsum("nm,mk->nk", h, Wh))
    return np.einsum("nm,mk->nk", h, Wo) + bo


def batch_by_reduce(X, Wx, Wh, bh, Wo, bo):
    step = lambda h, x_t: np.tanh(x_t @ Wx + h @ Wh + bh)  # noqa: E731
    return functools.reduce(step, X.transpose(1, 0, 2), np.zeros((len(X), len(bh)))) @ Wo + bo


def batch_in_columns(X, Wx, Wh, bh, Wo, bo):
    h = np.zeros((len(bh), len(X)))
    for t in range(X.shape[1]):
        h = np.tanh(Wx.T @ X[:, t].T + Wh.T @ h + bh[:, None])
    return (Wo.T @ h + bo[:, None]).T


def batch_with_weights_joined(X, Wx, Wh, bh, Wo, bo):
    W = np.vstack([Wx, Wh, bh])
    h = np.zeros((len(X), len(bh)))
    ones = np.ones((len(X), 1))
    for t in range(X.shape[1]):
        h = np.tanh(np.hstack([X[:, t], h, ones]) @ W)
    return np.hstack([h, ones]) @ np.vstack([Wo, bo])


def batch_in_float32(X, Wx, Wh, bh, Wo, bo):
    X, Wx, Wh, bh, Wo, bo = (a.astype(np.float32) for a in (X, Wx, Wh, bh, Wo, bo))
    h = np.zeros((len(X), len(bh)), dtype=np.float32)
    for t in range(X.shape[1]):
        h = np.tanh(bh + h @ Wh + X[:, t] @ Wx)
    return bo + h @ Wo


def batch_with_prints_and_warnings(X, Wx, Wh, bh, Wo, bo):
    print("X", X.shape)
    warnings.warn("I am not sure of this", stacklevel=1)
    return batch_by_reduce(X, Wx, Wh, bh, Wo, bo)


def batch_that_forgets_the_names(a, b, c, d, e, f):
    g = np.zeros(shape=(a.shape[0], d.size))
    for i in range(a.shape[1]):
        g = np.tanh(np.matmul(a[:, i], b) + np.matmul(g, c) + d)
    return np.add(np.matmul(g, e), f)


def batch_with_tanh_by_exp(X, Wx, Wh, bh, Wo, bo):
    h = np.zeros((len(X), len(bh)))
    for t in range(X.shape[1]):
        a = X[:, t] @ Wx + h @ Wh + bh
        h = (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))
    return h @ Wo + bo


class Network:
    """An answer may be any callable."""

    def __call__(self, X, Wx, Wh, bh, Wo, bo):
        self.h = np.zeros((len(X), len(bh)))
        for x_t in np.moveaxis(X, 1, 0):
            self.h = np.tanh(x_t @ Wx + self.h @ Wh + bh)
        return self.h @ Wo + bo


def states_filled_in(X, Wx, Wh, bh):
    N, T, _ = X.shape
    H = np.zeros((N, T + 1, len(bh)))
    for t in range(T):
        H[:, t + 1] = np.tanh(X[:, t] @ Wx + H[:, t] @ Wh + bh)
    return H[:, 1:]


def states_reading_zeros_from_the_end(X, Wx, Wh, bh):
    H = np.zeros((len(X), X.shape[1], len(bh)))
    for t in range(X.shape[1]):  # H[:, -1] is still zeros when the first step reads it
        H[:, t, :] = np.tanh(X[:, t] @ Wx + H[:, t - 1] @ Wh + bh)
    return H


def states_transposed(X, Wx, Wh, bh):
    h, H = 0 * bh, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        H += [h]
    return np.array(H).transpose(1, 0, 2)


def states_sample_by_sample(X, Wx, Wh, bh):
    def one(x):
        return list(itertools.accumulate(x, lambda h, x_t: np.tanh(x_t @ Wx + h @ Wh + bh), initial=0 * bh))[
            1:
        ]

    return np.array([one(x) for x in X])


def states_concatenated(X, Wx, Wh, bh):
    h, parts = np.zeros((len(X), len(bh))), []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        parts.append(h[:, np.newaxis, :])
    return np.concatenate(parts, axis=1)


def states_in_place_with_copies(X, Wx, Wh, bh):
    h, parts = np.zeros((len(X), len(bh))), []
    for t in range(X.shape[1]):
        h[:] = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        parts.append(h.copy())
    return np.stack(parts, axis=-2)


def outputs_with_einsum(X, Wx, Wh, bh, Wo, bo):
    return np.einsum("ntm,mk->ntk", states_filled_in(X, Wx, Wh, bh), Wo) + bo


def outputs_in_the_loop(X, Wx, Wh, bh, Wo, bo):
    h, Y = np.zeros((len(X), len(bh))), []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        Y.append(h @ Wo + bo)
    return np.swapaxes(Y, 0, 1)


def outputs_of_flat_rows(X, Wx, Wh, bh, Wo, bo):
    H = states_transposed(X, Wx, Wh, bh)
    N, T, M = H.shape
    return (H.reshape(N * T, M) @ Wo + bo).reshape(N, T, -1)


def outputs_of_longer_and_longer_beginnings(X, Wx, Wh, bh, Wo, bo):
    T = X.shape[1]
    return np.stack([batch_by_reduce(X[:, : t + 1], Wx, Wh, bh, Wo, bo) for t in range(T)], axis=1)


def from_h0_as_a_list(X, h0, Wx, Wh, bh):
    H = np.empty((*X.shape[:2], len(bh)))
    h = h0.copy()
    for t in range(X.shape[1]):
        h = H[:, t] = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
    return [H, h]


def from_h0_with_a_view(X, h0, Wx, Wh, bh):
    H = [h0]
    for t in range(X.shape[1]):
        H.append(np.tanh(X[:, t] @ Wx + H[-1] @ Wh + bh))
    H = np.stack(H[1:], axis=1)
    return H, H[:, -1]


def from_h0_sample_by_sample(X, h0, Wx, Wh, bh):
    H = np.zeros((len(X), X.shape[1], len(bh)))
    h_last = np.array(h0)
    for n in range(len(X)):
        for t in range(X.shape[1]):
            h_last[n] = np.tanh(X[n, t] @ Wx + h_last[n] @ Wh + bh)
            H[n, t] = h_last[n]
    return H, h_last


def from_h0_in_place_on_a_copy(X, h0, Wx, Wh, bh):
    h, H = h0.astype(float), np.zeros((len(X), X.shape[1], len(bh)))
    for t in range(X.shape[1]):
        h[...] = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        H[:, t] = h
    return H, h


def masked_by_arithmetic(X, mask, Wx, Wh, bh):
    h = np.zeros((len(X), len(bh)))
    for t in range(X.shape[1]):
        m = mask[:, t].astype(float).reshape(-1, 1)
        h = m * np.tanh(X[:, t] @ Wx + h @ Wh + bh) + (1 - m) * h
    return h


def masked_by_index(X, mask, Wx, Wh, bh):
    h = np.zeros((len(X), len(bh)))
    for t in range(X.shape[1]):
        go = mask[:, t]
        h[go] = np.tanh(X[go, t] @ Wx + h[go] @ Wh + bh)
    return h


def masked_by_leaving_steps_out(X, mask, Wx, Wh, bh):
    last = []
    for x, real in zip(X, mask, strict=True):
        h = np.zeros(len(bh))
        for x_t in x[real]:
            h = np.tanh(x_t @ Wx + h @ Wh + bh)
        last.append(h)
    return np.stack(last)


def masked_with_if_and_continue(X, mask, Wx, Wh, bh):
    H = np.zeros((len(X), len(bh)))
    for n in range(len(X)):
        for t in range(X.shape[1]):
            if not mask[n, t]:
                continue
            H[n] = np.tanh(X[n, t] @ Wx + H[n] @ Wh + bh)
    return H


def masked_by_moving_padding_to_the_front(X, mask, Wx, Wh, bh):
    order = np.argsort(mask, axis=1, kind="stable")
    X, mask = np.take_along_axis(X, order[:, :, None], axis=1), np.take_along_axis(mask, order, axis=1)
    h = np.zeros((len(X), len(bh)))
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh) * mask[:, [t]]
    return h


def masked_in_float32(X, mask, Wx, Wh, bh):
    arrays = (a.astype("float32") for a in (Wx, Wh, bh))
    return masked_by_leaving_steps_out(X.astype("float32"), mask, *arrays).astype("float32")


HONEST = {
    "forward_batch": [
        batch_from_one_row_of_zeros,
        batch_with_two_loops,
        batch_filled_row_by_row,
        batch_with_einsum,
        batch_by_reduce,
        batch_in_columns,
        batch_with_weights_joined,
        batch_in_float32,
        batch_with_prints_and_warnings,
        batch_that_forgets_the_names,
        batch_with_tanh_by_exp,
        Network(),
    ],
    "hidden_states": [
        states_filled_in,
        states_reading_zeros_from_the_end,
        states_transposed,
        states_sample_by_sample,
        states_concatenated,
        states_in_place_with_copies,
    ],
    "many_to_many": [
        outputs_with_einsum,
        outputs_in_the_loop,
        outputs_of_flat_rows,
        outputs_of_longer_and_longer_beginnings,
    ],
    "forward_from": [
        from_h0_as_a_list,
        from_h0_with_a_view,
        from_h0_sample_by_sample,
        from_h0_in_place_on_a_copy,
    ],
    "masked_last": [
        masked_by_arithmetic,
        masked_by_index,
        masked_by_leaving_steps_out,
        masked_with_if_and_continue,
        masked_by_moving_padding_to_the_front,
        masked_in_float32,
    ],
}


@pytest.mark.parametrize(
    ("name", "answer"),
    [(name, answer) for name, answers in HONEST.items() for answer in answers],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "__name__", "Network"),
)
def test_an_honest_answer_in_another_style_passes(name, answer):
    for seed in (0, 2026):
        verdict = verdict_on(find_exercise(name), answer, seed)
        assert verdict.passed, str(verdict)


@st.composite
def networks(draw):
    """`X, h0, mask` and the five weights, of any small sizes."""
    N, T, D, M, K = (draw(st.integers(1, 4)) for _ in range(5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    mask = rng.random((N, T)) < draw(st.sampled_from([0.0, 0.3, 0.7, 1.0]))
    shapes = {"Wx": (D, M), "Wh": (M, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}
    weights = {name: rng.normal(size=shape) for name, shape in shapes.items()}
    return rng.normal(size=(N, T, D)), np.tanh(rng.normal(size=(N, M))), mask, weights


def hidden(weights):
    return {name: weights[name] for name in ("Wx", "Wh", "bh")}


@settings(max_examples=15, deadline=None)
@given(networks())
def test_states_and_outputs_are_those_of_keras(network):
    X, h0, mask, weights = network
    layer = keras_models.simple_rnn(**hidden(weights), return_sequences=True, return_state=True)
    H, h = keras_models.call(layer, X, initial_state=[h0])
    mine, last = reference.forward_from(X, h0, **hidden(weights))
    np.testing.assert_allclose(mine, H, atol=1e-10)
    np.testing.assert_allclose(last, h, atol=1e-10)
    _, waited = keras_models.call(layer, X, mask=mask)
    np.testing.assert_allclose(reference.masked_last(X, mask, **hidden(weights)), waited, atol=1e-10)


@given(networks(), st.data())
def test_a_sequence_cut_in_two_and_carried_on_is_the_whole(network, data):
    X, h0, _, weights = network
    if X.shape[1] == 1:
        return
    cut = data.draw(st.integers(1, X.shape[1] - 1))
    H, h = reference.forward_from(X, h0, **hidden(weights))
    first, between = reference.forward_from(X[:, :cut], h0, **hidden(weights))
    second, end = reference.forward_from(X[:, cut:], between, **hidden(weights))
    np.testing.assert_allclose(np.concatenate([first, second], axis=1), H, atol=1e-12)
    np.testing.assert_allclose(end, h, atol=1e-12)


@given(networks())
def test_every_step_and_the_last_one_say_the_same(network):
    X, h0, _, weights = network
    H = reference.hidden_states(X, **hidden(weights))
    Yhats = reference.many_to_many(X, **weights)
    np.testing.assert_allclose(Yhats, H @ weights["Wo"] + weights["bo"], atol=1e-12)
    np.testing.assert_allclose(reference.forward_batch(X, **weights), Yhats[:, -1], atol=1e-12)
    np.testing.assert_allclose(reference.forward_from(X, 0 * h0, **hidden(weights))[0], H, atol=1e-12)


@given(networks())
def test_a_mask_is_as_if_the_padded_steps_were_not_there(network):
    X, _, mask, weights = network
    last = reference.masked_last(X, mask, **hidden(weights))
    for n, real in enumerate(mask):
        if real.any():
            alone = reference.hidden_states(X[n : n + 1, real], **hidden(weights))[0, -1]
        else:
            alone = np.zeros(len(weights["bh"]))
        np.testing.assert_allclose(last[n], alone, atol=1e-12)


def said(name, answer, seed=0):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert not verdict.passed
    return str(verdict)


def test_a_batch_axis_too_many_is_read_in_letters():
    def forward_batch(X, Wx, Wh, bh, Wo, bo):
        return reference.forward_batch(X, Wx, Wh, bh, Wo, bo)[None]

    assert "(1, N, K)" in said("forward_batch", forward_batch)


def misconception(name, answer):
    return verdict_on(find_exercise(name), answer).misconception


def test_a_wrong_product_shows_the_learners_line_and_its_shapes():
    def forward_batch(X, Wx, Wh, bh, Wo, bo):
        h = np.zeros((len(X), len(bh)))
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t] @ Wx + Wh @ h + bh)
        return h @ Wo + bo

    text = said("forward_batch", forward_batch)
    assert misconception("forward_batch", forward_batch) == "state_on_the_right"
    assert "Wh @ h + bh" in text
    assert "(N, M)" in text
    assert "(M, M)" in text


def test_fixed_sizes_are_recognised():
    def forward_batch(X, Wx, Wh, bh, Wo, bo):
        return reference.forward_batch(X, Wx, Wh, bh, Wo, bo)[:, :3]

    assert "(N, K)" in said("forward_batch", forward_batch)


def test_keras_is_not_an_answer():
    def hidden_states(X, Wx, Wh, bh):
        return keras_models.call(keras_models.simple_rnn(Wx, Wh, bh, return_sequences=True), X)

    assert "asks Keras" in said("hidden_states", hidden_states)


def test_a_list_of_states_is_not_an_array():
    def hidden_states(X, Wx, Wh, bh):
        return list(reference.hidden_states(X, Wx, Wh, bh))

    assert "a list" in said("hidden_states", hidden_states)


def test_h0_must_not_be_written_into():
    def forward_from(X, h0, Wx, Wh, bh):
        H = []
        for t in range(X.shape[1]):
            h0[:] = np.tanh(X[:, t] @ Wx + h0 @ Wh + bh)
            H.append(h0.copy())
        return np.stack(H, axis=1), h0

    text = said("forward_from", forward_from)
    assert "writes into its input `h0`" in text


def test_one_result_where_two_are_due():
    def forward_from(X, h0, Wx, Wh, bh):
        return reference.forward_from(X, h0, Wx, Wh, bh)[0]

    text = said("forward_from", forward_from)
    assert "`H`, `h_last`" in text


def test_a_state_kept_from_call_to_call_is_noticed():
    kept = {}

    def forward_from(X, h0, Wx, Wh, bh):
        h0 = kept.get(h0.shape, h0)
        H, kept[h0.shape] = reference.forward_from(X, h0, Wx, Wh, bh)
        return H, kept[h0.shape]

    assert "two different results" in said("forward_from", forward_from)


def test_the_padding_of_the_case_is_told():
    def masked_last(X, mask, Wx, Wh, bh):
        h = reference.masked_last(X, mask, Wx, Wh, bh)
        return np.where(mask[:, :1], h, 2 * h)

    text = said("masked_last", masked_last)
    assert "end, start, middle" in text
    assert "wrong at n =" in text


def test_a_mask_of_the_wrong_shape_in_where_is_shown():
    def masked_last(X, mask, Wx, Wh, bh):
        h = np.zeros((len(X), len(bh)))
        for t in range(X.shape[1]):
            h_new = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            h = np.where(mask[:, t], h_new, h)
        return h

    text = said("masked_last", masked_last)
    assert misconception("masked_last", masked_last) == "condition_without_its_axis"
    assert "np.where(mask[:, t], h_new, h)" in text
    assert "`h_new`" in text


def test_the_slice_of_one_sample_is_named_though_its_shape_stops_the_loop():
    def forward_batch(X, Wx, Wh, bh, Wo, bo):
        N, T, _ = X.shape
        h_last = np.zeros((N, len(bh)))
        for t in range(T):
            h_last = np.tanh(X[t] @ Wx + h_last @ Wh + bh)
        return h_last @ Wo + bo

    def samples(X, Wx, Wh, bh, Wo, bo):
        h_last = np.zeros((X.shape[0], Wh.shape[0]))
        for x_t in X:
            h_last = np.tanh(x_t @ Wx + h_last @ Wh + bh)
        return h_last @ Wo + bo

    assert misconception("forward_batch", forward_batch) == "sample_t_taken_for_step_t"
    assert misconception("forward_batch", samples) == "samples_taken_for_steps"


def test_states_written_into_samples_are_named():
    def hidden_states(X, Wx, Wh, bh):
        N, T, _ = X.shape
        H, h = np.zeros((N, T, len(bh))), np.zeros((N, len(bh)))
        for t in range(T):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            H[t] = h
        return H

    assert misconception("hidden_states", hidden_states) == "step_written_as_sample"


def test_one_array_appended_again_and_again_is_named():
    def forward_from(X, h0, Wx, Wh, bh):
        h, H = h0.copy(), []
        for t in range(X.shape[1]):
            h[:] = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            H.append(h)
        return np.stack(H, axis=1), h

    assert misconception("forward_from", forward_from) == "one_array_overwritten"


def test_steps_laid_side_by_side_are_read_as_such():
    def answer(*arguments):
        return np.hstack(list(reference.many_to_many(*arguments).transpose(1, 0, 2)))

    said = verdict_on(find_exercise("many_to_many"), answer).headline
    assert "You returned (N, T·K), expected (N, T, K). T and K have become one axis." in said


def no_masking(X, mask, Wx, Wh, bh):
    return reference.hidden_states(X, Wx, Wh, bh)


def picked_by_argmax(X, mask, Wx, Wh, bh):
    last = X.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return no_masking(X, mask, Wx, Wh, bh)[np.arange(len(X)), last]


def picked_by_nonzero(X, mask, Wx, Wh, bh):
    H = no_masking(X, mask, Wx, Wh, bh)
    return np.array([H[n, np.where(mask[n])[0][-1]] for n in range(len(X))])


def picked_in_a_loop(X, mask, Wx, Wh, bh):
    H, picked = no_masking(X, mask, Wx, Wh, bh), []
    for n in range(len(X)):
        last = 0
        for t in range(X.shape[1]):
            if mask[n, t]:
                last = t
        picked.append(H[n, last])
    return np.array(picked)


def picked_where_there_is_one(X, mask, Wx, Wh, bh):
    H, picked = no_masking(X, mask, Wx, Wh, bh), np.zeros((len(X), len(bh)))
    for n, t in zip(*np.nonzero(mask), strict=True):
        picked[n] = H[n, t]
    return picked


def asked_with_is(X, mask, Wx, Wh, bh):
    H = np.zeros((len(X), len(bh)))
    for n in range(len(X)):
        for t in range(X.shape[1]):
            if mask[n, t] is True:
                H[n] = np.tanh(X[n, t] @ Wx + H[n] @ Wh + bh)
    return H


def the_new_one_returned(X, mask, Wx, Wh, bh):
    h_last = np.zeros((len(X), len(bh)))
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        h_last = np.where(mask[:, t, None], h, h_last)
    return h


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (picked_by_argmax, "last_real_step_or_the_last"),
        (picked_by_nonzero, "last_real_step_or_an_error"),
        (picked_in_a_loop, "last_real_step_or_the_first"),
        (picked_where_there_is_one, "state_at_the_last_real_step"),
        (asked_with_is, "never_true"),
        (the_new_one_returned, "new_state_returned"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_what_masks_are_mistaken_for_is_named(answer, name):
    assert misconception("masked_last", answer) == name
