"""Lesson 09: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import verdict_on
from helpers.lessons import bptt as lesson
from helpers.lessons import find_exercise
from helpers.lessons.fixtures import weights
from helpers.observing.losses import EchoLoss, SmoothLoss
from helpers.reference import bptt as reference


def da_by_einsum(dh, h):
    return np.einsum("nm,nm->nm", dh, (1 - h) * (1 + h))


def da_from_a(dh, h):
    return dh / np.cosh(np.arctanh(h)) ** 2


def da_number_by_number(dh, h):
    return np.array(
        [[d * (1 - s * s) for d, s in zip(*rows, strict=True)] for rows in zip(dh, h, strict=True)]
    )


def da_in_a_copy(dh, h):
    da = dh.copy()
    da *= 1 - np.square(h)
    return da


def dense_by_einsum(dY, h, Wo):
    return np.einsum("nk,nm->mk", dY, h), np.einsum("nk->k", dY), np.einsum("nk,mk->nm", dY, Wo)


def dense_sample_by_sample(dY, h, Wo):
    dWo, dbo, dh = np.zeros_like(Wo), np.zeros(Wo.shape[1]), []
    for dy, state in zip(dY, h, strict=True):
        dWo = dWo + np.outer(state, dy)
        dbo += dy
        dh.append(Wo @ dy)
    return [dWo, dbo, np.stack(dh)]


def dense_turned_round(dY, h, Wo):
    return (dY.T @ h).T, np.ones(len(dY)) @ dY, (Wo @ dY.T).T


def dense_in_double_with_prints(dY, h, Wo):
    warnings.warn("slow", stacklevel=1)
    print(dY.shape)
    return reference.dense_backward(*(array.astype("float64") for array in (dY, h, Wo)))


def bptt_with_arrays_of_states(X, Y, Wx, Wh, bh, Wo, bo):
    """All states in one array, all `da` in another, and one product for each gradient."""
    N, T, _ = X.shape
    M = len(bh)
    H = np.zeros((T + 1, N, M))
    for t in range(1, T + 1):
        H[t] = np.tanh(X[:, t - 1] @ Wx + H[t - 1] @ Wh + bh)
    dY = (H[-1] @ Wo + bo - Y) * (2 / (Y.shape[0] * Y.shape[1]))
    dA, dh = np.zeros((T, N, M)), dY @ Wo.T
    for t in range(T - 1, -1, -1):
        dA[t] = dh * (1 - H[t + 1] ** 2)
        dh = dA[t] @ Wh.T
    return {
        "bo": dY.sum(0),
        "Wo": H[-1].T @ dY,
        "bh": dA.sum((0, 1)),
        "Wh": np.einsum("tnj,tnm->jm", H[:-1], dA),
        "Wx": np.einsum("ntd,tnm->dm", X, dA),
    }


def bptt_by_recursion(X, Y, Wx, Wh, bh, Wo, bo):
    """Each step calls the next, and adds to what comes back."""
    T = X.shape[1]

    def step(t, h_last):
        h = np.tanh(X[:, t] @ Wx + h_last @ Wh + bh)
        if t == T - 1:
            dY = 2 * (h @ Wo + bo - Y) / np.prod(Y.shape)
            dWo, dbo, dh = reference.dense_backward(dY, h, Wo)
            g = {"Wx": 0, "Wh": 0, "bh": 0, "Wo": dWo, "bo": dbo}
        else:
            g, dh = step(t + 1, h)
        da = reference.tanh_backward(dh, h)
        g["Wx"] = g["Wx"] + X[:, t].T @ da
        g["Wh"] = g["Wh"] + h_last.T @ da
        g["bh"] = g["bh"] + da.sum(axis=0)
        return g, da @ Wh.T

    return step(0, np.zeros((len(X), len(bh))))[0]


def bptt_sample_by_sample(X, Y, *arrays):
    parts = [reference.bptt(X[n : n + 1], Y[n : n + 1], *arrays) for n in range(len(X))]
    return {name: sum(part[name] for part in parts) / len(X) for name in parts[0]}


def bptt_of_input_and_state_joined(X, Y, Wx, Wh, bh, Wo, bo):
    """One matrix for input, state and bias, as in textbooks that join them."""
    N, T, D = X.shape
    W = np.vstack([Wx, Wh, bh])
    h, joined, states = np.zeros((N, len(bh))), [], []
    for t in range(T):
        joined.append(np.hstack([X[:, t], h, np.ones((N, 1))]))
        h = np.tanh(joined[-1] @ W)
        states.append(h)
    dY = 2 * (h @ Wo + bo - Y) / (N * len(bo))
    dW, dh = np.zeros(W.shape), dY @ Wo.T
    for before, h_t in zip(joined[::-1], states[::-1], strict=True):
        da = dh * (1 - h_t**2)
        dW += before.T @ da
        dh = (da @ W.T)[:, D:-1]
    return {"Wx": dW[:D], "Wh": dW[D:-1], "bh": dW[-1], "Wo": h.T @ dY, "bo": dY.sum(0)}


def bptt_forwards_in_time(X, Y, Wx, Wh, bh, Wo, bo):
    """Without a way back: the slopes of h with respect to each weight are carried along (real-time
    recurrence)."""
    N, T, D = X.shape
    M = len(bh)
    h = np.zeros((N, M))
    slopes = {"Wx": np.zeros((N, D, M, M)), "Wh": np.zeros((N, M, M, M)), "bh": np.zeros((N, M, M))}
    for t in range(T):
        new = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        direct = {
            "Wx": np.einsum("nd,mj->ndmj", X[:, t], np.eye(M)),
            "Wh": np.einsum("ni,mj->nimj", h, np.eye(M)),
            "bh": np.broadcast_to(np.eye(M), (N, M, M)),
        }
        bend = 1 - new**2
        slopes = {
            name: np.einsum("nj,n...j->n...j", bend, direct[name] + slopes[name] @ Wh) for name in slopes
        }
        h = new
    dY = 2 * (h @ Wo + bo - Y) / Y.size
    dh = dY @ Wo.T
    g = {name: np.einsum("n...j,nj->...", slope, dh) for name, slope in slopes.items()}
    return {**g, "Wo": h.T @ dY, "bo": dY.sum(axis=0)}


class Gradients(dict):
    """A dict of one's own making."""


def bptt_in_single_as_a_dict_of_its_own(*arguments):
    return Gradients({name: g.astype("float32") for name, g in reference.bptt(*arguments).items()})


def slopes_in_place(loss, w, eps):
    """Nudges `w` itself and takes the nudge back."""
    g = np.zeros_like(w)
    for i in np.ndindex(*w.shape):
        w[i] += eps
        up = loss(w)
        w[i] -= 2 * eps
        down = loss(w)
        w[i] += eps
        g[i] = (up - down) / (2 * eps)
    return g


def slopes_with_the_old_value_put_back(loss, w, eps):
    g = np.empty(w.size)
    flat = w.reshape(-1)
    for j in range(w.size):
        old = flat[j]
        flat[j] = old + eps
        g[j] = loss(w)
        flat[j] = old - eps
        g[j] -= loss(w)
        flat[j] = old
    return (g / 2 / eps).reshape(w.shape)


def slopes_along_the_identity(loss, w, eps):
    nudges = eps * np.eye(w.size).reshape(w.size, *w.shape)
    return np.array([(loss(w + n) - loss(w - n)) / (2 * eps) for n in nudges]).reshape(w.shape)


def slopes_of_a_list(loss, w, eps):
    def at(place, by):
        numbers = list(w.ravel())
        numbers[place] += by
        return loss(np.array(numbers).reshape(w.shape))

    return np.reshape([0.5 * (at(j, eps) - at(j, -eps)) / eps for j in range(w.size)], w.shape)


def norms_with_a_list(X, Wx, Wh, bh):
    h, states = 0 * X[:, 0] @ Wx, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        states.append(h)
    dh, norms = np.ones(h.shape), []
    for h in states[::-1]:
        norms.insert(0, math.sqrt(np.sum(dh * dh)))
        dh = (dh * (1 - h * h)) @ Wh.T
    return np.array(norms)


def norms_by_jacobians(X, Wx, Wh, bh):
    """One product of matrices for each sample: d(last state) / d(state t)."""
    T = X.shape[1]
    squares = np.zeros(T)
    for x in X:
        h, jacobians = np.zeros(len(bh)), []
        for x_t in x:
            h = np.tanh(x_t @ Wx + h @ Wh + bh)
            jacobians.append(Wh * (1 - h**2))
        J = np.eye(len(bh))
        for t in reversed(range(T)):
            squares[t] += (J.sum(axis=1) ** 2).sum()
            J = jacobians[t] @ J
    return np.sqrt(squares)


def norms_in_double(*arguments):
    return np.array([np.linalg.norm([n]) for n in reference.gradient_norms(*map(np.float64, arguments))])


def clipped_as_keras_writes_it(g, max_norm):
    return g * max_norm / np.maximum(np.linalg.norm(g), max_norm)


def clipped_number_by_number(g, max_norm):
    norm = math.sqrt(sum(float(entry) ** 2 for entry in g.flat))
    factor = min(1.0, max_norm / norm) if norm else 1.0
    return np.array([factor * entry for entry in g.flat]).reshape(g.shape)


def clipped_by_where(g, max_norm):
    norm = np.sqrt(np.sum(np.square(g)))
    return np.where(norm > max_norm, max_norm * g / norm, g)


clipped_as_a_lambda = lambda g, c: g if (n := np.linalg.norm(g.ravel())) <= c else c / n * g  # noqa: E731


HONEST = {
    "tanh_backward": [da_by_einsum, da_from_a, da_number_by_number, da_in_a_copy],
    "dense_backward": [
        dense_by_einsum,
        dense_sample_by_sample,
        dense_turned_round,
        dense_in_double_with_prints,
    ],
    "bptt": [
        bptt_with_arrays_of_states,
        bptt_by_recursion,
        bptt_sample_by_sample,
        bptt_of_input_and_state_joined,
        bptt_forwards_in_time,
        bptt_in_single_as_a_dict_of_its_own,
    ],
    "numerical_gradient": [
        slopes_in_place,
        slopes_with_the_old_value_put_back,
        slopes_along_the_identity,
        slopes_of_a_list,
    ],
    "gradient_norms": [norms_with_a_list, norms_by_jacobians, norms_in_double],
    "clip_by_norm": [
        clipped_as_keras_writes_it,
        clipped_number_by_number,
        clipped_by_where,
        clipped_as_a_lambda,
    ],
}


@pytest.mark.parametrize("seed", [0, 2026])
@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in HONEST for answer in HONEST[name]])
def test_an_honest_answer_in_another_style_passes(name, answer, seed):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 5)


def network(N, T, D, M, K, seed):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(N, T, D)), rng.normal(size=(N, K)), *weights(rng, D, M, K).values()


@settings(max_examples=10, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, K=sizes, seed=st.integers(0, 2**32 - 1))
def test_gradients_are_those_of_gradient_tape(N, T, D, M, K, seed):
    arguments = network(N, T, D, M, K, seed)
    tape, ours = lesson._keras_bptt(*arguments), reference.bptt(*arguments)
    for name in tape:
        np.testing.assert_allclose(ours[name], tape[name], rtol=1e-9, atol=1e-11)


@settings(max_examples=10, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, K=sizes, seed=st.integers(0, 2**32 - 1))
def test_gradients_are_those_of_central_differences(N, T, D, M, K, seed):
    """The two ways of this lesson, which share no line, agree with each other."""
    X, Y, *arrays = network(N, T, D, M, K, seed)
    names = ["Wx", "Wh", "bh", "Wo", "bo"]

    def loss_of(place):
        def loss(w):
            Wx, Wh, bh, Wo, bo = [*arrays[:place], w, *arrays[place + 1 :]]
            h = np.zeros((N, M))
            for t in range(T):
                h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
            return float(np.mean((h @ Wo + bo - Y) ** 2))

        return loss

    exact = reference.bptt(X, Y, *arrays)
    for place, name in enumerate(names):
        measured = reference.numerical_gradient(loss_of(place), arrays[place], 1e-5)
        np.testing.assert_allclose(exact[name], measured, rtol=1e-6, atol=1e-8)


@settings(max_examples=10, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, seed=st.integers(0, 2**32 - 1))
def test_norms_are_those_of_gradient_tape(N, T, D, M, seed):
    X, _, Wx, Wh, bh, *_ = network(N, T, D, M, 1, seed)
    norms = reference.gradient_norms(X, Wx, Wh, bh)
    np.testing.assert_allclose(norms, lesson._keras_gradient_norms(X, Wx, Wh, bh), rtol=1e-9, atol=1e-12)
    assert norms[-1] == pytest.approx(math.sqrt(N * M))


@settings(max_examples=30, deadline=None)
@given(
    shape=st.sampled_from([(1,), (4,), (3, 2), (2, 3, 2)]),
    scale=st.sampled_from([0.0, 1e-8, 0.3, 5.0, 1e6]),
    max_norm=st.sampled_from([0.1, 1.0, 7.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_clipping_is_that_of_tensorflow_and_of_keras(shape, scale, max_norm, seed):
    import tensorflow as tf

    g = scale * np.random.default_rng(seed).normal(size=shape)
    clipped = reference.clip_by_norm(g, max_norm)
    np.testing.assert_allclose(clipped, tf.clip_by_norm(tf.constant(g), max_norm), rtol=1e-12)
    np.testing.assert_allclose(clipped, lesson._keras_clip_by_norm(g, max_norm), rtol=1e-12)


def test_keras_starts_a_recurrent_kernel_as_the_lesson_says():
    import keras

    layer = keras.layers.SimpleRNN(7)
    layer.build((None, None, 3))
    Wh = layer.get_weights()[1]
    np.testing.assert_allclose(np.linalg.svd(Wh)[1], 1, atol=1e-5)
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(Wh)), 1, atol=1e-5)


@pytest.mark.parametrize("seed", range(5))
def test_a_loss_shows_which_difference_was_taken(seed):
    """At the check's nudges, the exact slope and the one-sided difference are both far from the central
    one."""
    for case in find_exercise("numerical_gradient").draw(seed):
        loss, w, eps = case.inputs["loss"].build(), case.inputs["w"], case.inputs["eps"]
        central = reference.numerical_gradient(loss, w, eps)
        exact = reference.numerical_gradient(loss, w, 1e-5)
        assert np.abs(central - exact).max() > 1e-4
        assert not np.allclose(w + eps - w, 2 * eps)
        assert np.array_equal((w + eps) - eps, w)
        assert np.array_equal((w - 2 * eps) + 2 * eps, w)


def test_a_loss_takes_nothing_but_its_own_shape():
    ones = np.ones((2, 3))
    for loss, wrong in [(SmoothLoss(ones, ones, ones, ones), 1.0), (EchoLoss([1.0], [0.5]), np.ones(2))]:
        with pytest.raises(ValueError, match="takes an array of the shape of w"):
            loss.build()(wrong)


def said(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    return str(verdict)


def named(name, answer):
    return verdict_on(find_exercise(name), answer).misconception


def test_a_gradient_that_parts_at_some_step_is_placed_in_time():
    def answer(*arguments):
        return lesson._bent(*arguments, carry=lambda dh, da, Wh: 0.9 * da @ Wh.T)

    text = said("bptt", answer)
    assert "`Wx`, `Wh` and `bh` are wrong, the others are right. `Wx` first: The shape (D, M)" in text
    assert "right while T <= 1, wrong from T = 2 on" in text


def test_one_wrong_gradient_among_five_is_pointed_at():
    def answer(*arguments):
        return {**reference.bptt(*arguments), "Wo": 0.5 * reference.bptt(*arguments)["Wo"]}

    assert "`Wo` alone" in said("bptt", answer)


def test_keys_with_a_d_are_told_what_they_are_called():
    def answer(*arguments):
        return {f"d{name}": g for name, g in reference.bptt(*arguments).items()}

    assert "Leave out the `d` in front: the keys are `'Wx'`" in said("bptt", answer)


def loop(X, Y, Wx, Wh, bh, Wo, bo, zeros=np.zeros_like, order=(0, 1, 2)):
    H = lesson._forwards(X, Wx, Wh, bh)
    dY = 2 * (H[-1] @ Wo + bo - Y) / Y.size
    results = reference.dense_backward(dY, H[-1], Wo)
    dWo, dbo, dh = (results[index] for index in order)
    dWx, dWh, dbh = zeros(Wx), zeros(Wh), zeros(bh)
    for t in reversed(range(X.shape[1])):
        da = dh * (1 - H[t + 1] ** 2)
        dWx += X[:, t].T @ da
        dWh += H[t].T @ da
        dbh += da.sum(axis=0)
        dh = da @ Wh.T
    return {"Wx": dWx, "Wh": dWh, "bh": dbh, "Wo": dWo, "bo": dbo}


def test_gradients_added_up_in_float32_pass():
    answer = lambda *arguments: loop(*arguments, zeros=lambda w: np.zeros(w.shape, "float32"))  # noqa: E731
    assert verdict_on(find_exercise("bptt"), answer).passed


def test_results_taken_in_another_order_show_whose_shape_they_have():
    def answer(X, Y, Wx, Wh, bh, Wo, bo):
        return loop(X, Y, Wx, Wh, bh, Wo, bo, order=(1, 2, 0))  # dh, dWo, dbo = dense_backward(…)

    text = said("bptt", answer)
    assert "(M, K) = (10, 2); a gradient has the shape of its array, and `h` is (N, M) = (13, 10)" in text


def test_zeros_in_the_sizes_of_the_notebook_are_no_letters_by_chance():
    def answer(*arguments):
        return loop(*arguments, zeros=lambda w: np.zeros((2, 5)) if w is arguments[2] else np.zeros_like(w))

    text = said("bptt", answer)
    assert "(2, 5); a gradient has the shape of its array, and `Wx` is (D, M) = (6, 10)" in text


def test_a_return_inside_the_loop_is_asked_about():
    def answer(X, Y, Wx, Wh, bh, Wo, bo):
        return lesson._bent(X, Y, Wx, Wh, bh, Wo, bo, steps=lambda t: [t[-1]])

    assert "Is `return` indented into the loop?" in said("bptt", answer)


def test_a_gradient_on_its_side_is_read_in_letters():
    def answer(*arguments):
        g = reference.bptt(*arguments)
        return {**g, "Wx": g["Wx"].T}

    assert "You returned `Wx` as (M, D), expected (D, M)" in said("bptt", answer)


def test_a_tuple_of_gradients_is_not_a_dict():
    assert "a dict with the keys" in said("bptt", lambda *a: tuple(reference.bptt(*a).values()))


def test_asking_the_tape_is_no_answer():
    assert "asks" in said("bptt", lesson._keras_bptt)
    assert "asks" in said("clip_by_norm", lesson._keras_clip_by_norm)


def test_h_that_is_squared_in_place_is_told():
    def answer(dh, h):
        h **= 2
        return dh * (1 - h)

    assert "writes into its input `h`" in said("tanh_backward", answer)


def test_a_matrix_product_for_the_slope_shows_its_shapes():
    text = said("tanh_backward", lambda dh, h: dh @ (1 - h**2))
    assert "(N, M)" in text


def test_a_nudge_that_stays_is_told():
    def answer(loss, w, eps):
        g = np.zeros(w.shape)
        for i in np.ndindex(w.shape):
            w[i] += eps
            up = loss(w)
            w[i] -= 2 * eps
            g[i] = (up - loss(w)) / (2 * eps)
        return g

    assert "writes into its input `w`" in said("numerical_gradient", answer)


def test_a_copy_that_is_none_is_told():
    def answer(loss, w, eps):
        g = np.zeros(w.shape)
        for i in np.ndindex(w.shape):
            up = down = w.copy()
            up[i] += eps
            down[i] -= eps
            g[i] = (loss(up) - loss(down)) / (2 * eps)
        return g

    assert named("numerical_gradient", answer) == "one_array_for_both"


def test_a_name_that_is_no_copy_is_told():
    def answer(loss, w, eps):
        g = np.zeros(w.shape)
        for i in np.ndindex(w.shape):
            up = w
            up[i] += eps
            down = w
            down[i] -= eps
            g[i] = (loss(up) - loss(down)) / (2 * eps)
        return g

    assert named("numerical_gradient", answer) == "one_array_for_both"


def test_one_number_given_to_a_loss_of_many_is_told_the_shape():
    text = said("numerical_gradient", lambda loss, w, eps: (loss(w[0] + eps) - loss(w[0] - eps)) / (2 * eps))
    assert "loss takes an array of the shape of w" in text


def test_norms_of_another_length_are_read_in_letters():
    assert "One of the time steps is missing" in said(
        "gradient_norms", lambda *a: reference.gradient_norms(*a)[1:]
    )


def test_norms_that_are_right_at_the_last_step_alone_are_placed_in_time():
    def answer(*arguments):
        norms = reference.gradient_norms(*arguments)
        norms[:-1] *= 1.1
        return norms

    assert "right only from t = 3 on" in said("gradient_norms", answer)


def test_the_case_of_a_wrong_clip_is_told():
    assert named("clip_by_norm", lambda g, c: g / np.linalg.norm(g) * c) == "always_scaled"
    text = said("clip_by_norm", lambda g, c: reference.clip_by_norm(g, c) if g.any() else g + 1)
    assert "all zeros" in text
