"""Lesson 04: the five arrays of a model, taken out, put back, programmed by hand, and handed to PyTorch.

It teaches which array is where and has which shape, how the arrays start, and what they can do: a network is
its weights. It leaves out the loop that computes with them (lesson 05), and how training finds them (08).
"""

import functools
from collections.abc import Iterable, Sequence

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, exercise
from helpers.lessons.fixtures import recurrent, weights
from helpers.observing.looks import weights_by_hand
from helpers.observing.models import RecurrentModel
from helpers.reference import weights as reference

FIVE = ("Wx", "Wh", "bh", "Wo", "bo")


def _sizes_only(rng: np.random.Generator) -> Iterable[Case]:
    """Sizes far enough apart that no wrong shape agrees by luck, and the ones where some do."""
    drawn = rng.permutation(np.arange(6, 40, 2))[:6].reshape(2, 3)
    notes = {(4, 4, 4): "D = M = K", (1, 5, 1): "one feature, one output", (3, 1, 2): "one hidden unit"}
    for D, M, K in [(4, 9, 2), (7, 3, 5), *drawn.tolist(), *notes]:
        sizes = {"D": D, "M": M, "K": K}
        yield Case(sizes, sizes, note=notes.get((D, M, K), ""))


def _keras_shapes(D, M, K):
    import keras

    recurrent, output = keras.layers.SimpleRNN(M, name="simple_rnn"), keras.layers.Dense(K, name="dense")
    recurrent.build((None, None, D))
    output.build((None, M))
    return {
        "Wx": tuple(recurrent.cell.kernel.shape),
        "Wh": tuple(recurrent.cell.recurrent_kernel.shape),
        "bh": tuple(recurrent.cell.bias.shape),
        "Wo": tuple(output.kernel.shape),
        "bo": tuple(output.bias.shape),
    }


weight_shapes = exercise(
    reference.weight_shapes,
    stars=1,
    minutes=5,
    cases=_sizes_only,
    keras=_keras_shapes,
    hints=[
        "A product with a row vector on the left: `(D,) @ (D, M)` gives `(M,)`. The first axis of a "
        "kernel is what goes in, the second is what comes out.",
        "Into `Wx` goes one step of the input, into `Wh` the last state, into `Wo` the new state. What "
        "comes out of each? A bias is added to what comes out, so it has the same shape.",
        "A shape with one axis is written with a comma, `(M,)`. Without the comma, `(M)` is just the "
        "number M.",
    ],
)


@weight_shapes.misconception
def all_transposed(D, M, K):
    """Your kernels lie on their side: PyTorch stores them so, as (out, in). Keras has what goes in first and
    what comes out second, so that `x_t @ Wx` works with the row vector on the left."""
    return {"Wx": (M, D), "Wh": (M, M), "bh": (M,), "Wo": (K, M), "bo": (K,)}


@weight_shapes.misconception
def Wx_on_its_side(D, M, K):
    """`Wx` lies on its side: D features go in and M units come out, so it is (D, M)."""
    return {"Wx": (M, D), "Wh": (M, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def Wo_on_its_side(D, M, K):
    """`Wo` lies on its side: M units go in and K outputs come out, so it is (M, K)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (M,), "Wo": (K, M), "bo": (K,)}


@weight_shapes.misconception
def kernels_exchanged(D, M, K):
    """`Wx` and `Wh` changed places: `Wx` takes the input, D numbers, and `Wh` takes the last state, M
    numbers."""
    return {"Wx": (M, M), "Wh": (D, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def Wh_like_Wx(D, M, K):
    """`Wh` is not shaped like `Wx`: what goes into it is the last state, which has M numbers, and not the
    input."""
    return {"Wx": (D, M), "Wh": (D, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def one_recurrent_weight_per_unit(D, M, K):
    """Your `Wh` lets each unit hear only itself. In a SimpleRNN every unit hears all M units of the last
    step: M times M numbers."""
    return {"Wx": (D, M), "Wh": (M,), "bh": (M,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def input_and_state_joined(D, M, K):
    """You joined input and state in one matrix of D + M rows, as some textbooks do. Keras keeps two kernels:
    `Wx` for the input alone, and `Wh` for the state."""
    return {"Wx": (D + M, M), "Wh": (M, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def bh_like_the_input(D, M, K):
    """`bh` has one number for each hidden unit, not one for each feature: it is added to what comes out,
    (M,)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (D,), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def biases_like_what_goes_in(D, M, K):
    """Both biases have the size of what goes in. A bias is added to what comes out of its layer: M numbers
    for `bh`, K for `bo`."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (D,), "Wo": (M, K), "bo": (M,)}


@weight_shapes.misconception
def bo_like_the_state(D, M, K):
    """`bo` has one number for each output, not one for each hidden unit: it is added to what comes out,
    (K,)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (M,), "Wo": (M, K), "bo": (M,)}


@weight_shapes.misconception
def biases_as_rows(D, M, K):
    """Your biases have an axis too many: Keras stores them with one axis, (M,) and (K,), not as rows (1, M)
    and (1, K)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (1, M), "Wo": (M, K), "bo": (1, K)}


@weight_shapes.misconception
def biases_as_columns(D, M, K):
    """Your biases have an axis too many: Keras stores them with one axis, (M,) and (K,), not as columns
    (M, 1) and (K, 1)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (M, 1), "Wo": (M, K), "bo": (K, 1)}


@weight_shapes.misconception
def one_number_as_bias(D, M, K):
    """Your layers share one bias among all their units. Every unit has a bias of its own: `bh` is (M,), `bo`
    is (K,)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (1,), "Wo": (M, K), "bo": (1,)}


@weight_shapes.misconception
def two_hidden_biases(D, M, K):
    """You gave the recurrent layer two biases, one for each product. That is how PyTorch has it; a SimpleRNN
    has one, (M,)."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (2, M), "Wo": (M, K), "bo": (K,)}


@weight_shapes.misconception
def output_reads_the_input(D, M, K):
    """Your `Wo` takes the input. `Dense(K)` stands behind the recurrent layer, and gets its state: M
    numbers."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (M,), "Wo": (D, K), "bo": (K,)}


@weight_shapes.misconception
def sizes_of_one_model(D, M, K):
    """These are the shapes of one model, the one with D, M, K = 3, 5, 2. The check asks for others too: write
    the letters D, M and K in place of the numbers."""
    return {"Wx": (3, 5), "Wh": (5, 5), "bh": (5,), "Wo": (5, 2), "bo": (2,)}


def _models(rng: np.random.Generator) -> Iterable[Case]:
    """Functional and Sequential models by turns; the layers' names go on counting, as Keras's do."""
    counted = ("simple_rnn_1", "dense_1")
    for kind, T, D, M, K, names, note in [
        ("functional", 10, 3, 5, 2, ("simple_rnn", "dense"), "a functional model"),
        ("sequential", 10, 3, 5, 2, ("simple_rnn", "dense"), "a Sequential model"),
        ("functional", None, 2, 6, 4, counted, "a functional model, any length"),
        ("sequential", 7, 6, 3, 1, counted, "a Sequential model, one output"),
        ("functional", 1, 4, 4, 4, ("simple_rnn", "dense"), "a functional model, D = M = K"),
        ("sequential", None, 4, 4, 4, counted, "a Sequential model, D = M = K"),
    ]:
        arrays = [array.astype("float32") for array in weights(rng, D, M, K).values()]
        model = RecurrentModel(kind, T, arrays, names)
        yield Case({"D": D, "M": M, "K": K}, {"model": model}, note=note)


def _keras_weights(model):
    return tuple(model.get_weights())


unpack = exercise(
    reference.unpack,
    stars=2,
    minutes=8,
    cases=_models,
    keras=_keras_weights,
    numpy_only=False,
    returns=FIVE,
    hints=[
        "Each layer gives its own arrays: `layer.get_weights()` is a list, three long for the SimpleRNN, "
        "two long for the Dense layer.",
        "The place of a layer counted from the front depends on the kind of model. Counted from the back "
        "it does not: Python's `some_list[-1]` is the last entry.",
        "Or ask the whole model: what does `model.get_weights()` return, how many arrays, and in which "
        "order?",
    ],
)


@unpack.misconception
def layers_1_and_2(model):
    """You take `model.layers[1]` for the recurrent layer. That is right for a functional model only: a
    Sequential has no InputLayer in `.layers`, so there `layers[1]` is already the Dense layer. Count from the
    end, or ask for the type."""
    Wx, Wh, bh = model.layers[1].get_weights()
    Wo, bo = model.layers[2].get_weights()
    return Wx, Wh, bh, Wo, bo


@unpack.misconception
def a_layer_too_far(model):
    """`model.layers[2]` exists in a functional model only: a Sequential has no InputLayer in `.layers`, so it
    lists two layers, numbers 0 and 1. Count from the end, or ask for the type."""
    return (*model.layers[1].get_weights(), *model.layers[2].get_weights())


@unpack.misconception
def kernel_of_layer_1(model):
    """You look for the recurrent kernels in `model.layers[1]`. That is right for a functional model only: a
    Sequential has no InputLayer in `.layers`, so there `layers[1]` is the Dense layer. Count from the end, or
    ask for the type."""
    cell, output = model.layers[1].cell, model.layers[2]
    return tuple(
        w.numpy() for w in (cell.kernel, cell.recurrent_kernel, cell.bias, output.kernel, output.bias)
    )


@unpack.misconception
def layers_0_and_1(model):
    """You take `model.layers[0]` for the recurrent layer. That is right for a Sequential only: in a
    functional model `layers[0]` is the InputLayer, which has no weights at all. Count from the end, or ask
    for the type."""
    Wx, Wh, bh = model.layers[0].get_weights()
    Wo, bo = model.layers[1].get_weights()
    return Wx, Wh, bh, Wo, bo


@unpack.misconception
def arrays_of_layers_0_and_1(model):
    """You join the arrays of `model.layers[0]` and `model.layers[1]`. In a functional model `layers[0]` is
    the InputLayer, which has none, so the Dense layer's are left out. Count from the end, or ask for the
    type."""
    return (*model.layers[0].get_weights(), *model.layers[1].get_weights())


@unpack.misconception
def layer_by_name(model):
    """You ask for a layer by the name `simple_rnn`. Keras counts these names on from model to model
    (`simple_rnn_1`, `simple_rnn_2`, …), so the next model has no layer of that name. Ask for its place from
    the end, or for its type."""
    return (*model.get_layer("simple_rnn").get_weights(), *model.get_layer("dense").get_weights())


@unpack.misconception
def Wh_first(model):
    """`Wx` and `Wh` changed places: a recurrent layer lists its input kernel first, then the recurrent
    kernel, then the bias."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wh, Wx, bh, Wo, bo


@unpack.misconception
def bo_before_Wo(model):
    """`Wo` and `bo` changed places: a Dense layer lists its kernel first, then its bias."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wx, Wh, bh, bo, Wo


@unpack.misconception
def biases_exchanged(model):
    """`bh` and `bo` changed places: `bh` belongs to the M hidden units, `bo` to the K outputs."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wx, Wh, bo, Wo, bh


@unpack.misconception
def kernels_before_biases(model):
    """You put the three kernels first and the biases last. Keras goes layer by layer, and so does this
    exercise: `Wx, Wh, bh`, then `Wo, bo`."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wx, Wh, Wo, bh, bo


@unpack.misconception
def output_layer_first(model):
    """The Dense layer's arrays come first in your answer: the recurrent layer stands before it, so its three
    are first."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wo, bo, Wx, Wh, bh


@unpack.misconception
def all_reversed(model):
    """The arrays are in reverse order: Keras goes from the input to the output, and so does this exercise:
    `Wx, Wh, bh, Wo, bo`."""
    return model.get_weights()[::-1]


@unpack.misconception
def kernels_transposed(model):
    """You transposed the kernels: take them as Keras has them, what goes in first and what comes out
    second."""
    Wx, Wh, bh, Wo, bo = model.get_weights()
    return Wx.T, Wh.T, bh, Wo.T, bo


@unpack.misconception
def recurrent_layer_only(model):
    """You return the recurrent layer's three arrays; `Wo` and `bo` of the Dense layer are due as well."""
    return tuple(model.layers[-2].get_weights())


@unpack.misconception
def output_layer_only(model):
    """You return the Dense layer's two arrays; `Wx`, `Wh` and `bh` of the recurrent layer come before
    them."""
    return tuple(model.layers[-1].get_weights())


@unpack.misconception
def kernels_only(model):
    """You return the three kernels; the biases are weights too, although they start at zero."""
    Wx, Wh, _, Wo, _ = model.get_weights()
    return Wx, Wh, Wo


@unpack.misconception
def a_list_for_each_layer(model):
    """You return one list of arrays for each layer; five arrays in one row are due: `Wx, Wh, bh, Wo, bo`."""
    return [layer.get_weights() for layer in model.layers]


@unpack.misconception
def a_list_for_each_layer_with_weights(model):
    """You return two lists, one for each layer; five arrays in one row are due: `Wx, Wh, bh, Wo, bo`."""
    return [layer.get_weights() for layer in model.layers[-2:]]


def _one_feature_per_unit(rng: np.random.Generator) -> Iterable[Case]:
    for D in (3, 2, 1, int(rng.integers(4, 7)), int(rng.integers(7, 11))):
        yield Case({"D": D, "M": D, "K": 1}, {"D": D}, note="one feature" if D == 1 else "")


NOT_ZERO = "Wx, Wo other than zero:"
"""As they are in every right answer. Which of the two is zero in a wrong one can't be seen in its outputs."""


@functools.cache
def _sequences(D: int) -> np.ndarray:
    """Sequences `(N, T, D) = (6, 12, D)` to try a network on; sample 0 begins with numbers easy to add up."""
    X = np.random.default_rng(D).normal(0, 2, (6, 12, D))
    X[0, :3] = np.arange(1, 3 * D + 1).reshape(3, D)
    return X


def _at_every_step(D: int, outputs: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs `(N, T)` for `_sequences(D)` in parts: first those that one can follow by hand."""
    rows = ", ".join(str([int(number) for number in row]) for row in _sequences(D)[0, :3])
    return {
        f"x = [{rows}], the output after each step:": outputs[0, :3],
        "random numbers, the outputs of N = 5 samples after one step:": outputs[1:, 0],
        "random numbers, the outputs of N = 5 samples at T = 12 steps:": outputs[1:],
    }


def _sums(D):
    """NumPy's own definition: at every step the sum over all features of all steps so far."""
    sums = _at_every_step(D, _sequences(D).sum(axis=2).cumsum(axis=1))
    return sums | {NOT_ZERO: np.array([1, 1])}


def _put_out(value: Sequence[np.ndarray], case: Case) -> dict[str, np.ndarray]:
    """What a linear network with these weights puts out, by Keras; the sums due stay as they are."""
    if isinstance(value, dict):
        return value
    return _keras_put_out(*((array.dtype.str, array.shape, array.tobytes()) for array in value))


@functools.lru_cache(maxsize=500)
def _keras_put_out(*parts: tuple[str, tuple[int, ...], bytes]) -> dict[str, np.ndarray]:
    """Cached, as the same weights are tried again and again while a mistake is looked for in the bank."""
    Wx, Wh, bh, Wo, bo = (np.frombuffer(data, dtype).reshape(shape) for dtype, shape, data in parts)
    D = len(Wx)
    recurrent, output = _linear_network(D)
    recurrent.set_weights([Wx, Wh, bh])
    output.set_weights([Wo, bo])
    outputs = keras_models.call(output, keras_models.call(recurrent, _sequences(D)))
    return _at_every_step(D, outputs[..., 0]) | {NOT_ZERO: np.array([Wx.any(), Wo.any()], int)}


@functools.cache
def _linear_network(D: int) -> tuple:
    M = D
    rnn_weights = np.zeros((D, M)), np.zeros((M, M)), np.zeros(M)
    recurrent = keras_models.simple_rnn(*rnn_weights, activation=None, return_sequences=True)
    return recurrent, keras_models.dense(np.zeros((M, 1)), np.zeros(1))


running_sum_weights = exercise(
    reference.running_sum_weights,
    stars=2,
    minutes=10,
    cases=_one_feature_per_unit,
    keras=_sums,
    look=weights_by_hand,
    compared=_put_out,
    oracle="NumPy's own sum",
    returns=FIVE,
    hints=[
        "Give each of the D units one feature to look after: unit d shall hold the sum of `x[t, d]` so far.",
        "A unit that keeps what it has and adds what comes in: with one feature that is `h = x_t * 1 + "
        "h_last * 1 + 0`. With D features, no unit may hear its neighbours: which matrix leaves a vector "
        "as it is?",
        "`np.eye(D)` is that matrix, with ones on the diagonal. And the output has to add up all units: "
        "which `Wo` of shape `(M, 1)` makes `h @ Wo` the sum of h?",
    ],
)


@running_sum_weights.misconception
def nothing_kept(D):
    """Your `Wh` is zero, so nothing of the last state is kept: the network puts out the sum of the last step
    alone. To keep a state as it is takes the identity, `np.eye`."""
    return np.eye(D), np.zeros((D, D)), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def Wh_full_of_ones(D):
    """At every step the state grows D times too large again. A `Wh` full of ones does that: each unit takes
    in all D units. A unit shall keep only what it has itself: ones on the diagonal."""
    return np.eye(D), np.ones((D, D)), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def Wx_full_of_ones(D):
    """Your sum is D times too much. That is so when `Wx` is full of ones: each of the D units sums up all
    features already, and the output adds the D units up. Let each feature be counted once."""
    return np.ones((D, D)), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def all_kernels_full_of_ones(D):
    """Each number is counted many times over. That is so when all kernels are full of ones, and every unit
    hears every feature and every unit. A unit shall hear one feature, and keep what it has itself: ones on
    the diagonal."""
    return np.ones((D, D)), np.ones((D, D)), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def everything_is_one(D):
    """All your numbers are ones, the biases too: every unit hears everything, and a bias of one adds to the
    sum at every step. Ones on the diagonal, and biases of zero."""
    return np.ones((D, D)), np.ones((D, D)), np.ones(D), np.ones((D, 1)), np.ones(1)


@running_sum_weights.misconception
def input_not_heard(D):
    """Your `Wx` is zero, so the network hears nothing of its input, and puts out the same whatever it
    sees."""
    return np.zeros((D, D)), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def state_not_put_out(D):
    """Your `Wo` is zero: the units may keep what they like, nothing of it reaches the output. The output has
    to add the units up."""
    return np.eye(D), np.eye(D), np.zeros(D), np.zeros((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def everything_is_zero(D):
    """`Wx` and `Wo` are both zero: the network hears nothing, and puts nothing out. The shapes are right; now
    put ones where something has to come through."""
    return np.zeros((D, D)), np.zeros((D, D)), np.zeros(D), np.zeros((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def half_forgotten(D):
    """Your network keeps only half of its state at each step, so what came early fades away. To keep all of
    it, the diagonal of `Wh` is 1."""
    return np.eye(D), np.eye(D) / 2, np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def state_doubled(D):
    """Your network doubles its state at each step, so what came early counts more and more. To keep it as it
    is, the diagonal of `Wh` is 1."""
    return np.eye(D), 2 * np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def sign_turned(D):
    """Your network turns the sign of its state at every step, so what came before is taken off and added by
    turns. To keep it as it is, the diagonal of `Wh` is 1, without a minus."""
    return np.eye(D), -np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def hidden_bias_of_one(D):
    """Your `bh` is not zero: it is added at every step, so the network counts the steps as well. Biases of
    zero add nothing."""
    return np.eye(D), np.eye(D), np.ones(D), np.ones((D, 1)), np.zeros(1)


@running_sum_weights.misconception
def output_bias_of_one(D):
    """Your `bo` is not zero: every output is off by the same number. Biases of zero add nothing."""
    return np.eye(D), np.eye(D), np.zeros(D), np.ones((D, 1)), np.ones(1)


@running_sum_weights.misconception
def both_biases_of_one(D):
    """Your biases are ones: `bh` is added at every step, and `bo` once more at the end. Biases of zero add
    nothing."""
    return np.eye(D), np.eye(D), np.ones(D), np.ones((D, 1)), np.ones(1)


@running_sum_weights.misconception
def biases_against_each_other(D):
    """Your biases don't cancel: `bh` is added in every unit and at every step, `bo` once, at the output.
    Biases of zero add nothing."""
    return np.eye(D), np.eye(D), np.ones(D), np.ones((D, 1)), -np.ones(1)


@running_sum_weights.misconception
def mean_of_the_features(D):
    """Your output is D times too small: it is the mean of the features. For their sum every feature has to
    come through in full, and every entry of `Wo` is 1."""
    return np.eye(D), np.eye(D), np.zeros(D), np.full((D, 1), 1 / D), np.zeros(1)


@running_sum_weights.misconception
def first_feature_only(D):
    """Your output is the sum of the first feature alone: the others are lost on the way. Each feature needs a
    unit that hears it, and `Wo` an entry other than zero for each of the units."""
    return np.eye(D), np.eye(D), np.zeros(D), np.eye(D, 1), np.zeros(1)


@running_sum_weights.misconception
def one_sum_for_each_feature(D):
    """Your `Wo` is square: the network puts out D sums, one for each feature. Here K = 1: one output that
    adds them up, with `Wo` of shape (M, 1)."""
    return np.eye(D), np.eye(D), np.zeros(D), np.eye(D), np.zeros(D)


@running_sum_weights.misconception
def one_sum_for_each_feature_and_one_bias(D):
    """Your `Wo` is square: with it the network would put out D sums, one for each feature. Here K = 1, as
    your `bo` has it already: one output that adds them up, with `Wo` of shape (M, 1)."""
    return np.eye(D), np.eye(D), np.zeros(D), np.eye(D), np.zeros(1)


@running_sum_weights.misconception
def output_bias_for_each_unit(D):
    """Your `bo` has D numbers, one for each unit. It belongs to the output, and of that there is K = 1:
    `np.zeros(1)`."""
    return np.eye(D), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(D)


@running_sum_weights.misconception
def Wo_without_its_second_axis(D):
    """Your `Wo` has one axis, (M,). A kernel has two, even when K = 1: (M, 1). `np.ones((D, 1))` makes
    one."""
    return np.eye(D), np.eye(D), np.zeros(D), np.ones(D), np.zeros(1)


@running_sum_weights.misconception
def Wo_as_a_row(D):
    """Your `Wo` lies on its side, (1, M): what goes in comes first, so it is (M, K), which is (M, 1) here."""
    return np.eye(D), np.eye(D), np.zeros(D), np.ones((1, D)), np.zeros(1)


@running_sum_weights.misconception
def two_features_always(D):
    """Your arrays are made for D = 2, as in the example. The check asks for other D too: `np.eye(D)` and
    `np.ones((D, 1))` grow with it."""
    return np.eye(2), np.eye(2), np.zeros(2), np.ones((2, 1)), np.zeros(1)


@running_sum_weights.misconception
def a_single_unit(D):
    """You use one hidden unit. For a sum that is enough, and well seen; but here M = D is asked for, so `Wx`
    and `Wh` are (D, D)."""
    return np.ones((D, 1)), np.ones((1, 1)), np.zeros(1), np.ones((1, 1)), np.zeros(1)


def _states(D: int, M: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs `(N, D)` and last states `(N, M)` that tell the parts of a step from each other."""
    rng = np.random.default_rng([D, M])
    x, h_last = rng.normal(0, 1, (4, D)), np.tanh(rng.normal(0, 1, (4, M)))
    return {
        "the biases: h for x = 0 and h_last = 0:": (0 * x[:1], 0 * h_last[:1]),
        "w_ih and the biases: h for a random x, and h_last = 0:": (x, 0 * h_last),
        "w_hh and the biases: h for x = 0, and a random h_last:": (0 * x, h_last),
        "all together: h for a random x and a random h_last:": (x, h_last),
    }


def _keras_steps(Wx, Wh, bh):
    layer = keras_models.simple_rnn(Wx, Wh, bh)
    tried = _states(*Wx.shape)
    x, h_last = (np.concatenate(arrays) for arrays in zip(*tried.values(), strict=True))
    h = keras_models.call(layer, x[:, None], initial_state=[h_last])
    ends = np.cumsum([len(part) for part, _ in tried.values()])[:-1]
    return {said: part.squeeze() for said, part in zip(tried, np.split(h, ends), strict=True)}


def _torch_steps(value: Sequence[np.ndarray], case: Case) -> dict[str, np.ndarray]:
    """What PyTorch's published formula gives with these weights; Keras's word stays as it is.

    Wrong shapes fit no formula: they are compared as they are, but still by the sum of the biases.
    """
    if isinstance(value, dict):
        return value
    w_ih, w_hh, b_ih, b_hh = value
    D, M = case.sizes["D"], case.sizes["M"]
    if [part.shape for part in value] != [(M, D), (M, M), (M,), (M,)]:
        return {"w_ih": w_ih, "w_hh": w_hh, "b_ih + b_hh": b_ih + b_hh}
    return {
        said: np.tanh(x @ w_ih.T + b_ih + h_last @ w_hh.T + b_hh).squeeze()
        for said, (x, h_last) in _states(D, M).items()
    }


to_torch = exercise(
    reference.to_torch,
    stars=2,
    minutes=8,
    cases=recurrent,
    keras=_keras_steps,
    compared=_torch_steps,
    oracle="the comparison of PyTorch's formula with Keras's layer",
    returns=("w_ih", "w_hh", "b_ih", "b_hh"),
    hints=[
        "Say the shapes of both sides in letters first: which axes of `Wx` and of `w_ih` have to change "
        "places? `Wh` is square, so its shape cannot remind you: does the formula?",
        "Turn the whole step on its side: with x as a row, `(1, D)`, the transpose of `x @ Wx` is "
        "`Wx.T @ x.T`.",
        "PyTorch adds `b_ih + b_hh`, and Keras adds `bh`. Choose any two arrays `(M,)` whose sum is `bh`.",
    ],
)


@to_torch.misconception
def nothing_transposed(Wx, Wh, bh):
    """The kernels are still in Keras's layout, (in, out). PyTorch keeps them as (out, in): both have to be
    transposed."""
    return Wx, Wh, bh, np.zeros_like(bh)


@to_torch.misconception
def Wh_not_transposed(Wx, Wh, bh):
    """`w_hh` has to be transposed too. It is square, so no shape complains, but PyTorch computes `w_hh @ h`,
    with the state on the right."""
    return Wx.T, Wh, bh, np.zeros_like(bh)


@to_torch.misconception
def Wx_not_transposed(Wx, Wh, bh):
    """`w_ih` has to be transposed as well: PyTorch keeps it as (M, D), what comes out first."""
    return Wx, Wh.T, bh, np.zeros_like(bh)


@to_torch.misconception
def reshape_for_transpose(Wx, Wh, bh):
    """You reshaped `Wx` to (M, D). The shape is right, but reshape only reads the numbers off in another row
    length; the transpose `Wx.T` moves each number from (d, m) to (m, d)."""
    return Wx.reshape(Wx.shape[::-1]), Wh.T, bh, np.zeros_like(bh)


@to_torch.misconception
def reshape_for_both_transposes(Wx, Wh, bh):
    """You reshaped the kernels where a transpose is due. A reshape to (M, D) only reads the numbers off in
    another row length, and on the square `Wh` it does nothing at all. `Wx.T` and `Wh.T` change the axes."""
    return Wx.reshape(Wx.shape[::-1]), Wh.reshape(Wh.shape[::-1]), bh, np.zeros_like(bh)


@to_torch.misconception
def kernels_exchanged_for_torch(Wx, Wh, bh):
    """`w_ih` and `w_hh` changed places: `ih` is from the input to the hidden units, which is `Wx`; `hh` is
    from hidden to hidden, which is `Wh`."""
    return Wh.T, Wx.T, bh, np.zeros_like(bh)


@to_torch.misconception
def bias_in_both(Wx, Wh, bh):
    """The bias is there twice: PyTorch adds `b_ih` and `b_hh`, so only their sum has to be `bh`. Put all of
    it in one and zeros in the other, or half in each."""
    return Wx.T, Wh.T, bh, bh


@to_torch.misconception
def bias_lost(Wx, Wh, bh):
    """The bias got lost: `b_ih + b_hh` has to be `bh`, and yours comes to zero."""
    return Wx.T, Wh.T, np.zeros_like(bh), np.zeros_like(bh)


@to_torch.misconception
def half_the_bias_lost(Wx, Wh, bh):
    """Half of the bias got lost: `b_ih + b_hh` has to be `bh`. If one of them is half of it, so is the
    other."""
    return Wx.T, Wh.T, bh / 2, np.zeros_like(bh)


@to_torch.misconception
def bias_cut_in_two(Wx, Wh, bh):
    """You cut `bh` into a first and a second part. The two biases of PyTorch are both (M,), and are added to
    each other: their sum is `bh`."""
    return Wx.T, Wh.T, bh[: len(bh) // 2], bh[len(bh) // 2 :]


@to_torch.misconception
def one_bias_only(Wx, Wh, bh):
    """You return one bias. PyTorch has two, `b_ih` and `b_hh`, and adds them: the second one may be zeros,
    but it is due."""
    return Wx.T, Wh.T, bh


@to_torch.misconception
def nothing_transposed_and_bias_in_both(Wx, Wh, bh):
    """Two things: the kernels are still in Keras's layout, (in, out), so both have to be transposed; and the
    bias is there twice, as PyTorch adds `b_ih` and `b_hh`."""
    return Wx, Wh, bh, bh


@to_torch.misconception
def Wh_not_transposed_and_bias_in_both(Wx, Wh, bh):
    """Two things: the square `w_hh` has to be transposed as well, although no shape complains; and the bias
    is there twice, as PyTorch adds `b_ih` and `b_hh`."""
    return Wx.T, Wh, bh, bh
