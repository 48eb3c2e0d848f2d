"""Lesson 12: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import drawn, verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.reference import stacked_and_bidirectional as reference


def params_as_a_sum(D, units):
    return sum(M * (below + M + 1) for below, M in zip([D] + units, units))  # noqa: B905, RUF005


def params_by_shapes(D, units):
    shapes = []
    for M in units:
        shapes += [(D, M), (M, M), (M,)]
        D = M
    return np.sum([np.prod(shape) for shape in shapes])


def params_by_recursion(D, units):
    if not units:
        return 0
    first, *rest = units
    return first * D + first**2 + first + params_by_recursion(first, rest)


def params_by_numpy(D, units):
    return int(np.dot([D, *units[:-1]], units) + np.square(units).sum() + np.sum(units))


def every_state(X, Wx, Wh, bh):
    N, T, _ = X.shape
    H = np.empty((N, T, len(bh)))
    h = np.zeros((N, len(bh)))
    for t in range(T):
        h = np.tanh(X[:, t, :] @ Wx + h @ Wh + bh)
        H[:, t] = h
    return H


def stack_layer_by_layer(X, layers):
    below = X
    for layer in layers:
        below = every_state(below, *layer)
    return below[:, -1, :]


def stack_step_by_step(X, layers):
    states = [np.zeros((len(X), len(bh)), dtype=np.float32) for _, _, bh in layers]
    for t in range(X.shape[1]):
        x = X[:, t]
        for i in range(len(layers)):
            Wx, Wh, bh = layers[i]
            states[i] = np.tanh(x @ Wx + states[i] @ Wh + bh)
            x = states[i]
    return states[-1]


def stack_sample_by_sample(X, layers):
    rows = []
    for sample in X:
        steps = list(sample)
        for Wx, Wh, bh in layers:
            h, new = np.zeros(Wh.shape[0]), []
            for x in steps:
                h = np.tanh(np.dot(x, Wx) + np.dot(h, Wh) + bh)
                new.append(h)
            steps = new
        rows.append(steps[-1])
    print("done", len(rows))
    return np.array(rows)


def stack_by_recursion(X, layers):
    H = every_state(X, *layers[0])
    return stack_by_recursion(H, layers[1:]) if layers[1:] else H[:, -1]


def stack_by_einsum_in_single(X, layers):
    X = X.astype("float32")
    for Wx, Wh, bh in layers:
        drive = np.einsum("ntd,dm->tnm", X, Wx) + bh
        steps = itertools.accumulate(drive, lambda h, a, Wh=Wh: np.tanh(a + h @ Wh), initial=0 * drive[0])
        X = np.stack(list(steps)[1:], axis=1)
    return X[:, -1].astype("float32")


class Stack:
    """An answer may be an object that can be called, and name its arguments as it likes."""

    def __call__(self, inputs, cells):
        for kernel, recurrent_kernel, bias in cells:
            inputs = every_state(inputs, kernel, recurrent_kernel, bias)
        return inputs[:, inputs.shape[1] - 1]


def ends_by_flip(X, fwd, bwd):
    return np.hstack([every_state(X, *fwd)[:, -1], every_state(np.flip(X, axis=1), *bwd)[:, -1]])


def ends_by_two_counters(X, fwd, bwd):
    T = X.shape[1]
    f = np.zeros((len(X), len(fwd[2])))
    b = np.zeros((len(X), len(bwd[2])))
    for t in range(T):
        f = np.tanh(X[:, t] @ fwd[0] + f @ fwd[1] + fwd[2])
        b = np.tanh(X[:, T - 1 - t] @ bwd[0] + b @ bwd[1] + bwd[2])
    return np.concatenate((f, b), 1)


def ends_of_the_states(X, fwd, bwd):
    H = states_filled_in(X, fwd, bwd)
    M = fwd[2].shape[0]
    return np.c_[H[:, -1, :M], H[:, 0, M:]]


def ends_in_single(X, fwd, bwd):
    M = len(fwd[2])
    out = np.zeros((len(X), 2 * M), "float32")
    out[:, :M] = stack_step_by_step(X, [fwd])
    out[:, M:] = stack_step_by_step(X[:, ::-1, :], [bwd])
    return out


def states_filled_in(X, fwd, bwd):
    N, T, _ = X.shape
    M = len(fwd[2])
    H = np.zeros((N, T, 2 * M))
    h = np.zeros((N, M))
    for t in range(T):
        h = np.tanh(X[:, t] @ fwd[0] + h @ fwd[1] + fwd[2])
        H[:, t, :M] = h
    h = np.zeros((N, M))
    for t in range(T - 1, -1, -1):
        h = np.tanh(X[:, t] @ bwd[0] + h @ bwd[1] + bwd[2])
        H[:, t, M:] = h
    return H


def states_turned_twice(X, fwd, bwd):
    return np.concatenate([every_state(X, *fwd), every_state(X[:, ::-1], *bwd)[:, ::-1]], axis=-1)


def states_as_one_block_diagonal_layer(X, fwd, bwd):
    """One layer of 2M units that reads x[t] beside x[T-1-t], and hears itself block by block."""
    M, none = len(fwd[2]), np.zeros
    D = X.shape[2]
    Wx = np.block([[fwd[0], none((D, M))], [none((D, M)), bwd[0]]])
    Wh = np.block([[fwd[1], none((M, M))], [none((M, M)), bwd[1]]])
    H = every_state(np.concatenate([X, X[:, ::-1]], axis=2), Wx, Wh, np.concatenate([fwd[2], bwd[2]]))
    return np.dstack([H[..., :M], H[:, ::-1, M:]])


def states_in_a_list_from_behind(X, fwd, bwd):
    back, h = [], np.zeros((len(X), len(bwd[2])), X.dtype)
    for t in reversed(range(X.shape[1])):
        h = np.tanh(X[:, t] @ bwd[0] + h @ bwd[1] + bwd[2])
        back.insert(0, h)
    return np.append(every_state(X, *fwd), np.stack(back, 1), axis=2)


HONEST = {
    "stacked_params": [params_as_a_sum, params_by_shapes, params_by_recursion, params_by_numpy],
    "stacked_forward": [
        stack_layer_by_layer,
        stack_step_by_step,
        stack_sample_by_sample,
        stack_by_recursion,
        stack_by_einsum_in_single,
        Stack(),
    ],
    "bidirectional_forward": [ends_by_flip, ends_by_two_counters, ends_of_the_states, ends_in_single],
    "bidirectional_states": [
        states_filled_in,
        states_turned_twice,
        states_as_one_block_diagonal_layer,
        states_in_a_list_from_behind,
    ],
}


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in HONEST for answer in HONEST[name]])
def test_an_honest_answer_in_another_style_passes(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert verdict.passed, str(verdict)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["stacked_forward", "bidirectional_forward", "bidirectional_states"])
def test_weights_in_tuples_pass_in_both_precisions(name, dtype):
    exercise = find_exercise(name)

    def cast(argument):
        if isinstance(argument, (list, tuple)):
            return type(argument)(cast(part) for part in argument)
        return argument.astype(dtype)

    def answer(*arguments):
        result = exercise.reference(*map(cast, arguments))
        assert result.dtype == dtype
        return result

    for seed in (0, 2026):
        assert verdict_on(exercise, answer, seed).passed


def layer_of(rng, D, M):
    return rng.normal(size=(D, M)), rng.normal(size=(M, M)), rng.normal(size=M)


sizes = st.integers(1, 5)


@settings(max_examples=6, deadline=None)
@given(
    N=sizes, T=sizes, D=sizes, units=st.lists(sizes, min_size=1, max_size=3), seed=st.integers(0, 2**32 - 1)
)
def test_a_stack_is_what_keras_computes_and_counts(N, T, D, units, seed):
    import keras

    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, T, D))
    layers = [layer_of(rng, below, M) for below, M in itertools.pairwise([D, *units])]
    kinds = [keras.layers.SimpleRNN(M, return_sequences=True, dtype="float64") for M in units[:-1]]
    kinds.append(keras.layers.SimpleRNN(units[-1], dtype="float64"))
    model = keras.Sequential([keras.Input((T, D), dtype="float64"), *kinds])
    model.set_weights([weight for layer in layers for weight in layer])
    np.testing.assert_allclose(
        reference.stacked_forward(X, layers), keras_models.call(model, X), rtol=1e-9, atol=1e-9
    )
    assert reference.stacked_params(D, units) == model.count_params()


@settings(max_examples=6, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, seed=st.integers(0, 2**32 - 1))
def test_both_directions_are_what_keras_computes(N, T, D, M, seed):
    rng = np.random.default_rng(seed)
    X, fwd, bwd = rng.normal(size=(N, T, D)), layer_of(rng, D, M), layer_of(rng, D, M)
    ends = reference.bidirectional_forward(X, fwd, bwd)
    states = reference.bidirectional_states(X, fwd, bwd)
    half = {"rtol": 1e-9, "atol": 1e-9}
    np.testing.assert_allclose(ends, keras_models.call(keras_models.bidirectional(fwd, bwd), X), **half)
    layer = keras_models.bidirectional(fwd, bwd, return_sequences=True)
    np.testing.assert_allclose(states, keras_models.call(layer, X), **half)
    np.testing.assert_allclose(ends[:, :M], states[:, -1, :M], **half)
    np.testing.assert_allclose(ends[:, M:], states[:, 0, M:], **half)


@settings(max_examples=50, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, seed=st.integers(0, 2**32 - 1))
def test_turning_time_round_and_exchanging_the_halves_turns_the_states_round(N, T, D, M, seed):
    rng = np.random.default_rng(seed)
    X, fwd, bwd = rng.normal(size=(N, T, D)), layer_of(rng, D, M), layer_of(rng, D, M)
    states = reference.bidirectional_states(X, fwd, bwd)
    mirrored = reference.bidirectional_states(X[:, ::-1], bwd, fwd)
    np.testing.assert_allclose(np.roll(mirrored[:, ::-1], M, axis=-1), states, atol=1e-12)


def test_the_oracle_is_the_layer_as_a_learner_makes_it():
    import keras

    for name, options in (
        ("bidirectional_forward", {}),
        ("bidirectional_states", {"return_sequences": True}),
    ):
        for case, truth in zip(*drawn(name, 0), strict=True):
            X, fwd, bwd = case.inputs.values()
            inputs = keras.Input(X.shape[1:])
            layer = keras.layers.Bidirectional(keras.layers.SimpleRNN(len(fwd[2]), **options))
            model = keras.Model(inputs, layer(inputs))
            assert [w.path.split("/")[1].split("_")[0] for w in model.weights] == (
                ["forward"] * 3 + ["backward"] * 3
            )
            model.set_weights([*fwd, *bwd])
            np.testing.assert_allclose(truth, model(X.astype("float32")).numpy(), atol=1e-5)


def test_the_states_at_the_last_step_are_not_what_comes_out_alone():
    for (_, ends), (case, states) in zip(
        zip(*drawn("bidirectional_forward", 0), strict=True),
        zip(*drawn("bidirectional_states", 0), strict=True),
        strict=True,
    ):
        if case.sizes["T"] > 1:
            assert not np.allclose(ends, states[:, -1], atol=1e-2)
            assert not np.allclose(ends, states[:, 0], atol=1e-2)


def said(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    return str(verdict)


def test_a_top_layer_that_forgets_is_right_at_one_time_step():
    def answer(X, layers):
        return stack_layer_by_layer(X, [*layers[:-1], (layers[-1][0], 0 * layers[-1][1], layers[-1][2])])

    assert "right only in the case: one time step" in said("stacked_forward", answer)


def test_an_upper_layer_that_misses_its_bias_is_shown_where_the_numbers_part():
    def answer(X, layers):
        return stack_layer_by_layer(X, [layers[0], *[(Wx, Wh, 0 * bh) for Wx, Wh, bh in layers[1:]]])

    words = said("stacked_forward", answer)
    assert "right only in the case: a single layer of 8 units" in words


def test_a_stack_for_three_layers_says_which_case_stops_it():
    def answer(X, layers):
        a, b, c = layers
        return stack_layer_by_layer(X, [a, b, c])

    words = said("stacked_forward", answer)
    assert "not enough values to unpack (expected 3, got 2)" in words
    assert "layers of 12 and 10 units" in words


def test_shapes_are_read_out_in_letters():
    def second_half_in_front(X, fwd, bwd):
        return states_filled_in(X, fwd, bwd)[:, :-1]

    assert "expected (N, T, 2M)" in said("bidirectional_states", second_half_in_front)
    assert "You returned (M, N), expected (N, M)" in said(
        "stacked_forward", lambda X, layers: stack_layer_by_layer(X, layers).T
    )


def test_time_lost_on_the_way_up_is_named_although_it_stops_with_an_error():
    def answer(X, layers):
        for layer in layers:
            X = every_state(X, *layer)[:, -1]
        return X

    words = said("stacked_forward", answer)
    assert "no time axis any more" in words
    assert "not enough values to unpack" in words


def test_a_float_is_no_count():
    assert "an int" in said("stacked_params", lambda D, units: float(params_as_a_sum(D, units)))


def test_keras_is_not_to_be_asked():
    def answer(X, fwd, bwd):
        return keras_models.call(keras_models.bidirectional(fwd, bwd), X)

    assert "asks Keras for the result" in said("bidirectional_forward", answer)


def test_the_weights_must_not_be_written_into():
    def answer(X, layers):
        result = stack_layer_by_layer(X, layers)
        layers.reverse()
        return result

    assert "writes into its input `layers`" in said("stacked_forward", answer)


def test_half_precision_is_refused():
    def answer(*arguments):
        return ends_by_flip(*arguments).astype("float16").astype("float32")

    assert not verdict_on(find_exercise("bidirectional_forward"), answer).passed


def test_a_half_that_is_wrong_is_called_a_half():
    def answer(X, fwd, bwd):
        both = reference.bidirectional_forward(X, fwd, bwd)
        M = both.shape[1] // 2
        return np.concatenate([both[:, :M], 0.5 * both[:, M:]], axis=1)

    said = str(verdict_on(find_exercise("bidirectional_forward"), answer))
    assert "the first M = 10 numbers are right, the last M = 10 are not" in said


def test_two_halves_returned_apart_are_told_how_to_be_joined():
    def answer(X, fwd, bwd):
        return tuple(np.split(reference.bidirectional_forward(X, fwd, bwd), 2, axis=1))

    said = str(verdict_on(find_exercise("bidirectional_forward"), answer))
    assert "`np.concatenate([…, …], axis=1)`" in said
