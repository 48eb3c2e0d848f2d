"""Lesson 04: honest answers of other styles pass, the reference is Keras's own, wrong ones are read well."""

import operator
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import figures
from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise, keras_models
from helpers.lessons.fixtures import weights
from helpers.observing import observe
from helpers.observing.models import RecurrentModel
from helpers.reference import weights as reference

KINDS = ("functional", "sequential")


def shapes_of_zeros(D, M, K):
    h = np.zeros(D) @ np.zeros((D, M)) + np.zeros(M)
    return {
        "bo": (h @ np.zeros((M, K))).shape,
        "bh": h.shape,
        "Wo": np.zeros((M, K)).shape,
        "Wh": np.outer(h, h).shape,
        "Wx": np.zeros((D, M)).shape,
    }


def shapes_by_dict_and_tuple(D, M, K):
    print("D, M, K =", D, M, K)
    return {"Wx": tuple(int(n) for n in (D, M)), "Wh": (M,) * 2, "bh": (M,), "Wo": (M, K), "bo": (*[K],)}


def shapes_in_numpy_integers(D, M, K):
    d, m, k = np.array([D, M, K])
    return dict(zip(["Wx", "Wh", "bh", "Wo", "bo"], [(d, m), (m, m), (m,), (m, k), (k,)], strict=True))


def shapes_layer_by_layer(units_before, units, outputs):
    shapes = {}
    shapes["Wx"] = units_before, units
    shapes["Wh"] = units, units
    shapes["bh"] = (units,)
    shapes |= {"Wo": (units, outputs), "bo": (outputs,)}
    return shapes


def five_from_the_model(model):
    return model.get_weights()


def five_from_the_end(model):
    warnings.warn("looking from the end", stacklevel=1)
    return [*model.layers[-2].get_weights(), *model.layers[-1].get_weights()]


def five_from_variables(model):
    return tuple(weight.numpy() for weight in model.weights)


def five_as_arrays(model):
    return tuple(np.array(weight) for weight in model.trainable_variables)


def five_by_type(model):
    found = {type(layer).__name__: layer.get_weights() for layer in model.layers}
    return (*found["SimpleRNN"], *found["Dense"])


def five_by_isinstance(model):
    rnn = next(layer for layer in model.layers if isinstance(layer, keras.layers.SimpleRNN))
    dense = next(layer for layer in model.layers if isinstance(layer, keras.layers.Dense))
    Wx, Wh, bh = rnn.get_weights()
    Wo, bo = dense.get_weights()
    return Wx, Wh, bh, Wo, bo


def five_by_attribute(model):
    rnn, dense = model.layers[-2], model.layers[-1]
    arrays = rnn.cell.kernel, rnn.cell.recurrent_kernel, rnn.cell.bias, dense.kernel, dense.bias
    return tuple(keras.ops.convert_to_numpy(array) for array in arrays)


def five_of_the_layers_that_have_some(model):
    return [array for layer in model.layers if layer.weights for array in layer.get_weights()]


def five_by_concatenation(model):
    arrays = []
    for layer in model.layers:
        arrays += layer.get_weights()
    return arrays


def five_by_kind_of_model(model):
    first = 0 if isinstance(model, keras.Sequential) else 1
    rnn, dense = operator.itemgetter(first, first + 1)(model.layers)
    return tuple(rnn.get_weights() + dense.get_weights())


def five_in_double(model):
    return tuple(array.astype("float64") for array in model.get_weights())


def sum_in_identities(D):
    return [np.identity(D), np.identity(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)]


def sum_doubled_and_halved(D):
    return 2 * np.eye(D), np.eye(D), np.zeros(D), np.full((D, 1), 0.5), np.zeros(1)


def sum_far_from_one_in_float32(D):
    scale = np.float32(3e5)
    Wx, Wh = scale * np.eye(D, dtype="float32"), np.eye(D, dtype="float32")
    return Wx, Wh, np.zeros(D, "float32"), np.full((D, 1), 1 / scale, "float32"), np.zeros(1, "float32")


def sum_in_thirds(D):
    return np.eye(D) / 3, np.eye(D), np.zeros(D), np.full((D, 1), 3.0), np.zeros(1)


def sum_of_turned_round_features(D):
    return np.eye(D)[::-1], np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


def sum_handed_from_unit_to_unit(D):
    return np.eye(D), np.roll(np.eye(D), 1, axis=1), np.zeros(D), np.ones((D, 1)), np.zeros(1)


def sum_in_the_first_unit(D):
    Wx, Wh, Wo = np.zeros((D, D)), np.zeros((D, D)), np.zeros((D, 1))
    Wx[:, 0] = 1
    Wh[0, 0] = 1
    Wo[0] = 1
    return Wx, Wh, np.zeros(D), Wo, np.zeros(1)


def sum_in_every_unit_and_their_mean(D):
    return np.ones((D, D)), np.eye(D), np.zeros(D), np.ones((D, 1)) / D, np.zeros(1)


def sum_mixed_by_the_mean(D):
    return np.eye(D), np.full((D, D), 1 / D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


def sum_with_weights_of_both_signs(D):
    sign = (-1.0) ** np.arange(D)
    return np.diag(sign), np.eye(D), np.zeros(D), sign[:, None], np.zeros(1)


def sum_written_out(D):
    Wx = np.array([[1.0 if m == d else 0.0 for m in range(D)] for d in range(D)])
    Wo = np.array([[1.0] for _ in range(D)])
    return Wx, Wx, np.array([0.0] * D), Wo, np.array([0.0])


def sum_in_whole_numbers(D):
    return np.eye(D, dtype=int), np.eye(D, dtype=int), np.zeros(D, int), np.array([[1]] * D), np.array([0])


def sum_by_a_random_basis(D):
    Q = np.linalg.qr(np.random.default_rng(0).normal(size=(D, D)))[0].astype("float32")
    return Q, np.eye(D), np.zeros(D), Q.sum(axis=0)[:, None], np.zeros(1)


def torch_bias_in_the_second(Wx, Wh, bh):
    return Wx.T, Wh.T, 0 * bh, bh


def torch_bias_in_halves(Wx, Wh, bh):
    return [Wx.transpose(), np.swapaxes(Wh, 0, 1), bh / 2, bh / 2]


def torch_bias_split_at_random(Wx, Wh, bh):
    part = np.random.default_rng(0).normal(size=bh.shape).astype(bh.dtype)
    return np.array(Wx.T), np.array(Wh.T), part, bh - part


def torch_bias_twice_less_once(Wx, Wh, bh):
    return Wx.T, Wh.T, 2 * bh, -bh


def torch_by_einsum(Wx, Wh, bh):
    return np.einsum("dm->md", Wx), np.einsum("ij->ji", Wh), bh.copy(), np.zeros(len(bh))


def torch_number_by_number(Wx, Wh, bh):
    D, M = Wx.shape
    w_ih, w_hh = np.empty((M, D)), np.empty((M, M))
    for m in range(M):
        for d in range(D):
            w_ih[m, d] = Wx[d, m]
        for j in range(M):
            w_hh[m, j] = Wh[j, m]
    return w_ih, w_hh, np.zeros(M), bh


def torch_by_zip(Wx, Wh, bh):
    return np.array([*zip(*Wx, strict=True)]), np.array([*zip(*Wh, strict=True)]), bh, bh - bh


def torch_all_in_float32(Wx, Wh, bh):
    return tuple(array.astype("float32") for array in reference.to_torch(Wx, Wh, bh))


HONEST = {"shapes": "weight_shapes", "five": "unpack", "sum": "running_sum_weights", "torch": "to_torch"}


@pytest.mark.parametrize(
    "answer",
    [
        value
        for name, value in list(globals().items())
        if name.partition("_")[0] in HONEST and callable(value)
    ],
)
@pytest.mark.parametrize("seed", [0, 2026])
def test_an_honest_answer_in_another_style_passes(answer, seed):
    verdict = verdict_on(find_exercise(HONEST[answer.__name__.partition("_")[0]]), answer, seed)
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 6)


@settings(max_examples=10, deadline=None)
@given(sizes, sizes, sizes, st.sampled_from(KINDS), st.sampled_from([None, 4]))
def test_shapes_and_arrays_are_those_of_a_keras_model(D, M, K, kind, T):
    given_weights = list(weights(np.random.default_rng(0), D, M, K).values())
    model = RecurrentModel(kind, T, given_weights)._new(T, D, M, K)
    assert [tuple(weight.shape) for weight in model.weights] == list(
        reference.weight_shapes(D, M, K).values()
    )
    assert (
        sum(int(np.prod(shape)) for shape in reference.weight_shapes(D, M, K).values())
        == model.count_params()
    )
    for mine, keras_says in zip(reference.unpack(model), model.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, keras_says)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 5), st.integers(1, 4), st.integers(1, 9), st.integers(0, 99))
def test_the_running_sum_runs_in_a_keras_model(D, N, T, seed):
    X = np.random.default_rng(seed).normal(size=(N, T, D))
    Wx, Wh, bh, Wo, bo = reference.running_sum_weights(D)
    h = keras_models.call(keras_models.simple_rnn(Wx, Wh, bh, activation=None), X)
    np.testing.assert_allclose(
        keras_models.call(keras_models.dense(Wo, bo), h)[:, 0], X.sum(axis=(1, 2)), atol=1e-12
    )


@settings(max_examples=10, deadline=None)
@given(sizes, sizes, st.integers(1, 5), st.integers(0, 99))
def test_pytorchs_formula_walks_with_keras_through_time(D, M, T, seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(T, D))
    Wx, Wh, bh = list(weights(rng, D, M, 1).values())[:3]
    w_ih, w_hh, b_ih, b_hh = reference.to_torch(Wx, Wh, bh)
    h = np.zeros(M)
    for x_t in x:
        h = np.tanh(w_ih @ x_t + b_ih + w_hh @ h + b_hh)
    np.testing.assert_allclose(
        h, keras_models.call(keras_models.simple_rnn(Wx, Wh, bh), x[None])[0], atol=1e-12
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_recipe_gives_its_own_weights_whatever_was_done_to_the_model_before(kind):
    rng = np.random.default_rng(0)
    recipes = [RecurrentModel(kind, 4, list(weights(rng, 2, 3, 1).values())) for _ in range(2)]
    for recipe in recipes:
        model = recipe.build()
        assert model.layers[-2].name == "simple_rnn"
        for mine, due in zip(model.get_weights(), recipe.weights, strict=True):
            np.testing.assert_allclose(mine, due, rtol=1e-6)
        model.set_weights([0 * weight for weight in recipe.weights])
        if kind == "sequential":
            model.pop()
    keras.utils.clear_session()
    assert observe(five_from_the_model, {"model": recipes[0]}).error is None


def test_a_model_that_was_written_into_is_noticed():
    def answer(model):
        arrays = model.get_weights()
        model.set_weights([np.zeros_like(array) for array in arrays])
        return arrays

    assert "writes into its input `model`" in said("unpack", answer)


def test_checks_go_on_after_the_session_is_cleared():
    for _ in range(2):
        for name in HONEST.values():
            assert verdict_on(find_exercise(name), find_exercise(name).reference).passed
        keras.utils.clear_session()


def said(name, answer, seed=0):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert not verdict.passed
    return str(verdict)


def named(name, answer):
    return verdict_on(find_exercise(name), answer).misconception


def test_a_bias_without_its_comma_is_read_as_a_number():
    answer = lambda D, M, K: {"Wx": (D, M), "Wh": (M, M), "bh": (M), "Wo": (M, K), "bo": (K)}  # noqa: E731
    text = said("weight_shapes", answer)
    assert "`bh` is a single number; a shape is a tuple" in text
    assert "`(5,)`" in text


def test_a_wrong_shape_is_said_in_letters():
    answer = lambda D, M, K: {"Wx": (D, M), "Wh": (M, K), "bh": (M,), "Wo": (M, K), "bo": (K,)}  # noqa: E731
    text = said("weight_shapes", answer)
    assert "`Wh` alone: You returned (M, K)" in text
    assert "expected (9, 9)" in text


def test_a_single_bias_with_an_axis_too_many_is_told_so():
    text = said("weight_shapes", lambda D, M, K: {**reference.weight_shapes(D, M, K), "bh": (M, 1)})
    assert (
        "`bh` alone: You returned (M, 1), expected another shape. There is an axis of size 1 too many" in text
    )


def test_a_fixed_number_is_no_letter_less_one():
    bank = {wrong.name: wrong.answer for wrong in find_exercise("weight_shapes").misconceptions}
    text = said("weight_shapes", bank["sizes_of_one_model"])
    assert "(3, 5)" in text
    assert "D-1" not in text
    assert "-1" not in said(
        "running_sum_weights", lambda D: (np.eye(2), np.eye(2), np.zeros(2), np.ones((2, 1)), np.zeros(1))
    )


def test_the_arrays_of_the_notebook_are_no_answer():
    space = {
        "Wx": np.ones((3, 5)),
        "Wh": np.eye(5),
        "bh": np.zeros(5),
        "Wo": np.ones((5, 2)),
        "bo": np.zeros(2),
    }
    exec("def unpack(model):\n    return Wx, Wh, bh, Wo, bo", space)
    text = said("unpack", space["unpack"])
    assert "returns the same numbers, whatever comes in as `model`" in text
    assert "take its sizes" not in text
    assert "`Wx`, `Wh`, `bh`, `Wo` and `bo` of the notebook" in text


def test_the_pictures_say_what_each_unit_does():
    H = np.array([[1.0, 1.0], [0.0, -1.0], [0.0, 1.0]])
    assert "unit 0: 1, 0, 0; unit 1: 1, −1, 1." in figures.states(H).alt
    assert "unit 0:" not in figures.states(np.zeros((10, 5))).alt
    assert "becomes h_last" in figures.network().alt
    assert "then takes tanh" in figures.network().alt


def test_keras_is_not_asked_for_shapes():
    def answer(D, M, K):
        model = keras.Sequential([keras.Input((None, D)), keras.layers.SimpleRNN(M), keras.layers.Dense(K)])
        return dict(zip(["Wx", "Wh", "bh", "Wo", "bo"], [w.shape for w in model.get_weights()], strict=True))

    assert "asks Keras" in said("weight_shapes", answer)


def test_variables_are_told_from_arrays():
    assert "`.numpy()` gives one" in said("unpack", lambda model: model.weights)


def test_fixed_places_are_named_in_more_than_one_style():
    def by_index(model):
        Wx, Wh, bh = model.layers[1].get_weights()
        Wo, bo = model.layers[-1].get_weights()
        return Wx, Wh, bh, Wo, bo

    def by_slice(model):
        return [array for layer in model.layers[0:2] for array in layer.get_weights()]

    def by_attribute(model):
        return (*(w.numpy() for w in model.layers[1].cell.weights), *model.layers[-1].get_weights())

    assert named("unpack", by_index) == "layers_1_and_2"
    assert "layers[2]" not in verdict_on(find_exercise("unpack"), by_index).headline
    assert "Sequential has no InputLayer in `.layers`" in said("unpack", by_index)
    assert named("unpack", by_slice) == "arrays_of_layers_0_and_1"
    assert named("unpack", by_attribute) == "kernel_of_layer_1"


def test_a_sum_that_fades_is_shown_on_numbers_that_one_can_follow():
    def answer(D):
        return np.eye(D), 0.9 * np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)

    text = said("running_sum_weights", answer)
    assert "x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]" in text
    assert "6.0000   20.4000" in text
    assert "6.0000   21.0000" in text


def test_bools_as_weights_are_told_what_to_do():
    def answer(D):
        return np.eye(D, dtype=bool), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)

    assert "dtype=float" in said("running_sum_weights", answer)


def test_which_kernel_is_zero_is_told_apart():
    def answer(Wx, Wo):
        return lambda D: (Wx * np.eye(D), np.eye(D), np.zeros(D), Wo * np.ones((D, 1)), np.zeros(1))

    assert named("running_sum_weights", answer(0, 1)) == "input_not_heard"
    assert named("running_sum_weights", answer(1, 0)) == "state_not_put_out"
    assert named("running_sum_weights", answer(0, 0)) == "everything_is_zero"


def test_shapes_that_are_the_same_for_all_arguments_are_told_so():
    ones = {"Wx": (1, 1), "Wh": (1, 1), "bh": (1,), "Wo": (1, 1), "bo": (1,)}
    assert "`Wx` is (1, 1), `Wh` is (1, 1)" in said("weight_shapes", lambda D, M, K: ones)
    assert "Axis 0 of `Wx` is 3, whatever the arguments are" in said(
        "weight_shapes", lambda D, M, K: {**reference.weight_shapes(D, M, K), "Wx": (3, M)}
    )
    small = [np.array([[2.0]]), np.array([[3.0]]), np.array([4.0]), np.array([0.0])]
    assert "`w_ih` has the shape (1, 1) whatever comes in; (M, D) is due" in said(
        "to_torch", lambda Wx, Wh, bh: small
    )
    assert "`Wx` has the shape (1, 1) whatever comes in; (D, M) is due" in said(
        "running_sum_weights", lambda D: (np.eye(1), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1))
    )


def test_a_method_that_is_not_called_is_told_so():
    assert "its brackets `()` are missing" in said("unpack", lambda model: model.get_weights)
    assert "`w_ih` is a function that was not called" in said(
        "to_torch", lambda Wx, Wh, bh: (Wx.transpose, Wh.T, bh, 0 * bh)
    )


def test_a_shape_in_place_of_an_array_is_told_so():
    text = said("unpack", lambda model: [array.shape for array in model.get_weights()])
    assert "`Wx` is a shape, (D, M); the array itself is due" in text


def test_a_comma_behind_the_arrays_is_pointed_at():
    assert "a comma after what you return" in said("unpack", lambda model: (model.get_weights(),))


def test_a_bias_of_None_is_told_what_is_due():
    text = said("to_torch", lambda Wx, Wh, bh: (Wx.T, Wh.T, bh, None))
    assert "`b_hh` is `None`; an array of shape (M,) is due, of zeros if it is to add nothing" in text


def test_a_bias_as_a_row_is_read_in_letters():
    def answer(D):
        return np.eye(D), np.eye(D), np.zeros((1, D)), np.ones((D, 1)), np.zeros(1)

    assert "You returned `bh` as (1, M), expected (M,)" in said("running_sum_weights", answer)


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_no_number_is_no_sum(number):
    assert "result is not" in said(
        "running_sum_weights",
        lambda D: (np.eye(D), number * np.ones((D, D)), np.zeros(D), np.ones((D, 1)), np.zeros(1)),
    )


def test_the_part_of_a_step_that_differs_is_said():
    assert "w_ih and the biases" in said("to_torch", lambda Wx, Wh, bh: (-Wx.T, Wh.T, bh, 0 * bh))
    assert "w_hh and the biases" in said("to_torch", lambda Wx, Wh, bh: (Wx.T, -Wh.T, bh, 0 * bh))
    assert "the biases: h for x = 0" in said("to_torch", lambda Wx, Wh, bh: (Wx.T, Wh.T, bh / 3, bh / 3))


def test_a_missing_transpose_is_named_however_the_bias_is_split():
    assert named("to_torch", lambda Wx, Wh, bh: (Wx, Wh, bh / 2, bh / 2)) == "nothing_transposed"
    assert named("to_torch", lambda Wx, Wh, bh: (Wx.T, Wh, 0 * bh, bh)) == "Wh_not_transposed"
    assert named("to_torch", lambda Wx, Wh, bh: (Wx, Wh.T, bh / 4, 3 * bh / 4)) == "Wx_not_transposed"
