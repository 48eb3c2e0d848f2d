"""Lesson 07: the same sequences through a network without recurrence, `Flatten`, `Dense`, `Dense`.

It teaches what `Flatten` does to a sample, that the first layer is paid for at every time step, and from
which T on a recurrent layer is the smaller one. It leaves out training either of them (lesson 08), and which
one forecasts better, which only the data can say.

The model is judged as in lesson 02, as a function of its weights.
"""

import functools
from bisect import bisect_right
from collections.abc import Callable, Iterable

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, Told, exercise
from helpers.lessons.fixtures import SIZES
from helpers.observing import models
from helpers.reference import flatten_baseline as reference

_LETTERS = ("N", "T", "D", "M", "K")


def _models(rng: np.random.Generator) -> Iterable[Case]:
    """Pairwise different sizes, fixed and drawn, and the edge T = 1, where there is little to flatten."""
    drawn = rng.permutation(np.arange(3, 14, 2))[:5].tolist()
    for numbers, note in (((11, 6, 4, 9, 2), ""), (drawn, ""), ((9, 1, 5, 3, 7), "one time step")):
        sizes = dict(zip(_LETTERS, numbers, strict=True))
        X = rng.normal(0, 1, (sizes["N"], sizes["T"], sizes["D"])).astype(np.float32)
        probe = {"seed": int(rng.integers(2**32)), "inputs": {"X": X}}
        yield Case(sizes, sizes, probe, note)


def _counted(rng: np.random.Generator) -> Iterable[Case]:
    """The lesson's model, T = D = M = K, each size 1 in turn, and sizes that set all terms apart."""
    low, middle, high, top = sorted(rng.choice(np.arange(6, 22), 4, replace=False).tolist())
    same = int(rng.integers(4, 9))
    for T, D, M, K, note in (
        (10, 3, 5, 2, "the sizes of this lesson"),
        (high, low, top, middle, ""),
        (low, top, middle, high, ""),
        (top, middle, low, high, ""),
        (same, same, same, same, "D = M = K"),
        (1, high, low, middle, "one time step"),
        (low, 1, high, middle, "one feature"),
        (middle, low, 1, high, "one hidden unit"),
        (high, middle, low, 1, "one output"),
    ):
        sizes = {"T": T, "D": D, "M": M, "K": K}
        yield Case(sizes, sizes, note=note)


def _flattened(rng: np.random.Generator) -> Iterable[Case]:
    """The usual sizes, and one where a table of the wrong way round fits `W1` as well."""
    square = ({"N": 6, "T": 3, "D": 2, "M": 8, "K": 4}, "as many samples as numbers in one")
    for index, (sizes, note) in enumerate((*SIZES, square)):
        N, T, D, M, K = sizes.values()
        inputs = {
            "X": rng.normal(0, 1, (N, T, D)),
            "W1": rng.normal(0, 1.5 / np.sqrt(T * D), (T * D, M)),
            "b1": rng.normal(0, 0.7, M),
            "W2": rng.normal(0, 1.0, (M, K)),
            "b2": rng.normal(0, 1.0, K),
        }
        dtype = np.float32 if index % 2 == 0 else np.float64
        yield Case(sizes, {name: array.astype(dtype) for name, array in inputs.items()}, note=note)


def _crossings(rng: np.random.Generator) -> Iterable[Case]:
    """M a multiple of D, where the counts meet exactly, one below and one above it; M < D; sizes of 1; a T
    above 100. M / D is never half a number more than a whole one, where roundings differ."""
    D, K = (int(size) for size in rng.choice(np.arange(5, 12), 2, replace=False))
    times = int(rng.integers(3, 8))
    for case in (
        (3, 5, 2, "the sizes of this lesson"),
        (D, D * times, K, "M is a multiple of D"),
        (D, D * times - 1, K, "M is one less than a multiple of D"),
        (D, D * times + 1, K, "M is one more than a multiple of D"),
        (D, D * times + D // 2 + 1, K, ""),
        (D, D * times + D - 2, K + 30, "many outputs"),
        (D + 13, D, K, "M is smaller than D"),
        (D, D, D, "D = M = K"),
        (1, D + K, K, "one feature"),
        (D, 1, K, "one hidden unit"),
        (K, 20 * K + 2, 1, "one output"),
        (1, 130 + D, K, "one feature, many hidden units"),
    ):
        sizes = dict(zip("DMK", case[:3], strict=True))
        yield Case(sizes, sizes, note=case[3])


def _chain(shape: tuple[int | None, ...], layers: Callable, **options: object):
    """The functional model with these layers one after the other; `layers` is handed `keras.layers`."""
    import keras

    i = x = keras.Input(shape, **options)
    for layer in layers(keras.layers):
        x = layer(x)
    return keras.Model(i, x)


def _keras_model(T, D, M, K):
    import keras

    layers = keras.layers
    return keras.Sequential(
        [keras.Input((T, D)), layers.Flatten(), layers.Dense(M, activation="relu"), layers.Dense(K)]
    )


@functools.cache
def _keras_count(T: int, D: int, M: int, K: int) -> int:
    return _keras_model(T, D, M, K).count_params()


@functools.cache
def _rnn_count(D: int, M: int, K: int) -> int:
    import keras

    layers = keras.layers
    return keras.Sequential(
        [keras.Input((None, D)), layers.SimpleRNN(M, recurrent_initializer="zeros"), layers.Dense(K)]
    ).count_params()


def _keras_crossover(D, M, K):
    lengths = range(1, M + 3)  # at T = M + 2 the ANN has more, whatever D is
    return bisect_right(lengths, _rnn_count(D, M, K), key=lambda T: _keras_count(T, D, M, K)) + 1


def _early_or_late(T: object, due: int, case: Case) -> Told:
    late, early = "late: the ANN has more already before it", "early: the ANN does not have more there yet"
    return f"Your T comes too {late if due < T else early}.", [("Numbers", f"yours {T}, expected {due}")]


def _keras_forward(X, W1, b1, W2, b2):
    import keras

    rows = keras_models.call(keras.layers.Flatten(dtype="float64"), X)
    hidden = keras_models.call(keras_models.dense(W1, b1), rows)
    hidden = keras_models.call(keras.layers.ReLU(dtype="float64"), hidden)
    return keras_models.call(keras_models.dense(W2, b2), hidden)


build_ann = exercise(
    reference.build_ann,
    stars=1,
    minutes=5,
    cases=_models,
    keras=_keras_model,
    look=models.facts,
    compared=models.as_function,
    numpy_only=False,
    hints=[
        "The model begins as in lesson 2, with `Input(shape=(T, D))`. Then come three layers, one after the "
        "other.",
        "`Flatten()` is told nothing: it finds T and D by itself. The hidden layer is a `Dense` with M "
        "units; what it needs besides is its activation.",
        '`x = Flatten()(i)`, then `x = Dense(M, activation="relu")(x)`, then the output layer with K units '
        "and no activation. Return `Model(i, x)`.",
    ],
)


@build_ann.misconception
def relu_left_out(T, D, M, K):
    """The hidden layer has no activation: a `Dense` has none unless you ask for it. Write `Dense(M,
    activation="relu")`; without it two layers are no more than one."""
    return _chain((T, D), lambda layers: [layers.Flatten(), layers.Dense(M), layers.Dense(K)])


@build_ann.misconception
def relu_on_both(T, D, M, K):
    """There is a ReLU on the output too, so it can never be negative. Only the hidden layer has one:
    `Dense(K)` without `activation`."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K, activation="relu"),
        ],
    )


@build_ann.misconception
def relu_on_the_wrong_layer(T, D, M, K):
    """The ReLU sits on the output. It belongs to the hidden layer, `Dense(M, activation="relu")`, and the
    output has none."""
    return _chain(
        (T, D), lambda layers: [layers.Flatten(), layers.Dense(M), layers.Dense(K, activation="relu")]
    )


@build_ann.misconception
def tanh_units(T, D, M, K):
    """The hidden units have tanh, as those of a SimpleRNN do. Here ReLU is asked for:
    `activation="relu"`."""
    return _chain(
        (T, D), lambda layers: [layers.Flatten(), layers.Dense(M, activation="tanh"), layers.Dense(K)]
    )


@build_ann.misconception
def sigmoid_units(T, D, M, K):
    """The hidden units have the sigmoid. Here ReLU is asked for: `activation="relu"`."""
    return _chain(
        (T, D), lambda layers: [layers.Flatten(), layers.Dense(M, activation="sigmoid"), layers.Dense(K)]
    )


@build_ann.misconception
def softmax_outputs(T, D, M, K):
    """There is a softmax on the output, which turns it into probabilities. Here the outputs are plain
    numbers: `Dense(K)` without `activation`."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K, activation="softmax"),
        ],
    )


@build_ann.misconception
def flatten_left_out(T, D, M, K):
    """`Flatten` is missing: `Dense` then treats every time step on its own, and gives an output for each,
    `(N, T, K)`. Make one row of all T·D numbers first."""
    return _chain((T, D), lambda layers: [layers.Dense(M, activation="relu"), layers.Dense(K)])


@build_ann.misconception
def flatten_after_the_hidden_layer(T, D, M, K):
    """`Flatten` comes too late: the hidden layer already treated every time step on its own. It stands right
    after `Input`, so that each hidden unit reads all T·D numbers."""
    return _chain(
        (T, D), lambda layers: [layers.Dense(M, activation="relu"), layers.Flatten(), layers.Dense(K)]
    )


@build_ann.misconception
def flatten_at_the_end(T, D, M, K):
    """`Flatten` stands at the end, where it lays T outputs side by side, T·K numbers. It comes first, right
    after `Input`."""
    return _chain(
        (T, D), lambda layers: [layers.Dense(M, activation="relu"), layers.Dense(K), layers.Flatten()]
    )


@build_ann.misconception
def mean_over_time(T, D, M, K):
    """`GlobalAveragePooling1D` takes the mean over time, D numbers. `Flatten` keeps all T·D of them."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.GlobalAveragePooling1D(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K),
        ],
    )


@build_ann.misconception
def maximum_over_time(T, D, M, K):
    """`GlobalMaxPooling1D` keeps the largest value of each feature, D numbers. `Flatten` keeps all T·D of
    them."""
    return _chain(
        (T, D),
        lambda layers: [layers.GlobalMaxPooling1D(), layers.Dense(M, activation="relu"), layers.Dense(K)],
    )


@build_ann.misconception
def last_step_alone(T, D, M, K):
    """Your model sees the last time step only, D numbers. `Flatten` hands all T steps on, T·D numbers."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Cropping1D((T - 1, 0)),
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K),
        ],
    )


@build_ann.misconception
def features_before_steps(T, D, M, K):
    """Time and features are exchanged before they are flattened. `Flatten` alone reads row by row: all
    features of step 0, then all of step 1, and so on."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Permute((2, 1)),
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K),
        ],
    )


@build_ann.misconception
def still_recurrent(T, D, M, K):
    """There is still a `SimpleRNN` in your model. Here nothing is handed on from step to step: `Flatten`,
    then `Dense(M, activation="relu")`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_ann.misconception
def M_and_K_exchanged(T, D, M, K):
    """M and K changed places: the hidden layer has M units, the output layer gives K numbers."""
    return _chain(
        (T, D), lambda layers: [layers.Flatten(), layers.Dense(K, activation="relu"), layers.Dense(M)]
    )


@build_ann.misconception
def no_hidden_layer(T, D, M, K):
    """The hidden layer is missing: between `Flatten` and the output stands `Dense(M, activation="relu")`."""
    return _chain((T, D), lambda layers: [layers.Flatten(), layers.Dense(K)])


@build_ann.misconception
def no_output_layer(T, D, M, K):
    """The output layer is missing: what comes out are the M hidden units. `Dense(K)` makes the K outputs of
    them."""
    return _chain((T, D), lambda layers: [layers.Flatten(), layers.Dense(M, activation="relu")])


@build_ann.misconception
def two_hidden_layers(T, D, M, K):
    """There is one hidden layer too many: `Dense(M, activation="relu")` stands there twice, and once is
    asked for."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(M, activation="relu"),
            layers.Dense(K),
        ],
    )


@build_ann.misconception
def flat_input(T, D, M, K):
    """Your model takes rows of T·D numbers that somebody else has flattened. `Input(shape=(T, D))` takes the
    sequences as they are, and `Flatten` lays them out."""
    return _chain((T * D,), lambda layers: [layers.Dense(M, activation="relu"), layers.Dense(K)])


@build_ann.misconception
def T_and_D_exchanged(T, D, M, K):
    """T and D changed places in `Input`: one sample is `(T, D)`, a row for each time step."""
    return _chain(
        (D, T), lambda layers: [layers.Flatten(), layers.Dense(M, activation="relu"), layers.Dense(K)]
    )


@build_ann.misconception
def T_left_open(T, D, M, K):
    """`Input(shape=(None, D))` leaves T open, and then nobody knows how long the flat row is: `W1` has a row
    for each of its T·D numbers. This model needs `Input(shape=(T, D))`."""
    return _chain(
        (None, D), lambda layers: [layers.Flatten(), layers.Dense(M, activation="relu"), layers.Dense(K)]
    )


@build_ann.misconception
def no_hidden_bias(T, D, M, K):
    """The hidden layer has no bias `b1 (M,)`: leave `use_bias=False` away."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Flatten(),
            layers.Dense(M, activation="relu", use_bias=False),
            layers.Dense(K),
        ],
    )


@build_ann.misconception
def no_output_bias(T, D, M, K):
    """The output layer has no bias `b2 (K,)`: leave `use_bias=False` away."""
    return _chain(
        (T, D),
        lambda layers: [
            layers.Flatten(),
            layers.Dense(M, activation="relu"),
            layers.Dense(K, use_bias=False),
        ],
    )


ann_params = exercise(
    reference.ann_params,
    stars=1,
    minutes=4,
    cases=_counted,
    keras=_keras_count,
    hints=[
        "Two layers have parameters, both are `Dense`, and lesson 3 counted one of those: inputs times "
        "units, and a bias for each unit.",
        "`Flatten` has no parameters. How many numbers does it hand to the hidden layer?",
        "The arrays are `W1 (T·D, M)`, `b1 (M,)`, `W2 (M, K)` and `b2 (K,)`: multiply within each, then add.",
    ],
)


@ann_params.misconception
def T_forgotten(T, D, M, K):
    """T is missing from `W1`: `Flatten` hands on T·D numbers, and each of them has its own weight to every
    hidden unit."""
    return D * M + M + M * K + K


@ann_params.misconception
def biases_forgotten(T, D, M, K):
    """The biases are not counted: the hidden layer has M of them, the output layer K."""
    return T * D * M + M * K


@ann_params.misconception
def b1_forgotten(T, D, M, K):
    """The hidden layer's bias `b1 (M,)` is not counted."""
    return T * D * M + M * K + K


@ann_params.misconception
def b2_forgotten(T, D, M, K):
    """The output layer's bias `b2 (K,)` is not counted."""
    return T * D * M + M + M * K


@ann_params.misconception
def b1_per_step(T, D, M, K):
    """You count `b1` once for each time step. After `Flatten` there are no steps any more: it has M
    numbers."""
    return T * D * M + T * M + M * K + K


@ann_params.misconception
def b1_per_input(T, D, M, K):
    """You count T·D numbers for `b1`: a bias belongs to the units of a layer, not to its inputs, so it has
    M."""
    return T * D * M + T * D + M * K + K


@ann_params.misconception
def T_in_the_output_layer(T, D, M, K):
    """T is counted into the output layer as well. What that layer reads are M hidden units, without any T:
    `W2 (M, K)`."""
    return T * D * M + M + T * M * K + K


@ann_params.misconception
def T_times_everything(T, D, M, K):
    """You multiply the whole count by T. Only `W1` grows with T: the biases and `W2` are there once."""
    return T * (D * M + M + M * K + K)


@ann_params.misconception
def T_plus_D(T, D, M, K):
    """`W1` is counted with T + D rows: `Flatten` gives T rows of D numbers each, which makes T·D."""
    return (T + D) * M + M + M * K + K


@ann_params.misconception
def D_forgotten(T, D, M, K):
    """D is missing from `W1`: every time step brings D numbers, so the flat row has T·D of them."""
    return T * M + M + M * K + K


@ann_params.misconception
def count_of_the_rnn(T, D, M, K):
    """This is the recurrent model's count. The network without recurrence has no `Wh (M, M)`, and its first
    kernel reads all T·D numbers."""
    return D * M + M * M + M + M * K + K


@ann_params.misconception
def Wh_counted_too(T, D, M, K):
    """You count M·M numbers for a `Wh`: nothing is handed on from step to step here, so there is none."""
    return T * D * M + M * M + M + M * K + K


@ann_params.misconception
def flatten_counted(T, D, M, K):
    """T·D is counted once more for `Flatten`: it only lays the numbers out in a row, and has no
    parameters."""
    return T * D + T * D * M + M + M * K + K


@ann_params.misconception
def M_and_K_in_each_others_place(T, D, M, K):
    """M and K changed places: the hidden layer has M units, and the output layer K."""
    return T * D * K + K + K * M + M


@ann_params.misconception
def hidden_layer_alone(T, D, M, K):
    """Only the hidden layer is counted: the output layer has M·K + K numbers more."""
    return T * D * M + M


@ann_params.misconception
def output_layer_alone(T, D, M, K):
    """Only the output layer is counted: the hidden layer has T·D·M + M numbers more."""
    return M * K + K


@ann_params.misconception
def straight_to_the_output(T, D, M, K):
    """You count one layer from the T·D numbers straight to the K outputs: the M hidden units stand
    between."""
    return T * D * K + K


@ann_params.misconception
def in_bytes(T, D, M, K):
    """This is the size in bytes: each float32 takes four. Here the numbers themselves are counted."""
    return 4 * (T * D * M + M + M * K + K)


forward_ann = exercise(
    reference.forward_ann,
    stars=2,
    minutes=8,
    cases=_flattened,
    keras=_keras_forward,
    hints=[
        "There is no loop. Three lines do it: flatten, hidden layer, output layer.",
        "Flatten each sample, and keep the samples apart: `(N, T, D)` becomes `(N, T·D)`. A `reshape` reads "
        "row by row, and so does Keras.",
        "`rows = X.reshape(N, T * D)`, where `N, T, D = X.shape`. ReLU is `np.maximum(a, 0)`, around the "
        "whole sum `rows @ W1 + b1`. The output layer has none.",
    ],
)


def _rows(X):
    return X.reshape(len(X), -1)


def _two_layers(rows, W1, b1, W2, b2, activation=lambda a: np.maximum(a, 0)):
    """The network after `Flatten`; the misconceptions below bend this."""
    return activation(rows @ W1 + b1) @ W2 + b2


@forward_ann.misconception
def relu_forgotten(X, W1, b1, W2, b2):
    """ReLU is missing: a negative sum of a hidden unit becomes 0, `np.maximum(a, 0)`."""
    return _two_layers(_rows(X), W1, b1, W2, b2, lambda a: a)


@forward_ann.misconception
def relu_on_the_output_too(X, W1, b1, W2, b2):
    """There is a ReLU on the output too, so it is never negative: only the hidden layer has one."""
    return np.maximum(_two_layers(_rows(X), W1, b1, W2, b2), 0)


@forward_ann.misconception
def relu_on_the_output_alone(X, W1, b1, W2, b2):
    """ReLU is taken of the output. It belongs to the hidden layer, around `rows @ W1 + b1`."""
    return np.maximum(_two_layers(_rows(X), W1, b1, W2, b2, lambda a: a), 0)


@forward_ann.misconception
def relu_of_the_input(X, W1, b1, W2, b2):
    """ReLU is taken of the inputs: it comes after the hidden layer's sum, around `rows @ W1 + b1`."""
    return _two_layers(np.maximum(_rows(X), 0), W1, b1, W2, b2, lambda a: a)


@forward_ann.misconception
def tanh_for_relu(X, W1, b1, W2, b2):
    """You squash with tanh, as a SimpleRNN does. This model's hidden layer has ReLU: `np.maximum(a, 0)`."""
    return _two_layers(_rows(X), W1, b1, W2, b2, np.tanh)


@forward_ann.misconception
def sigmoid_for_relu(X, W1, b1, W2, b2):
    """You squash with the sigmoid. This model's hidden layer has ReLU: `np.maximum(a, 0)`."""
    return _two_layers(_rows(X), W1, b1, W2, b2, lambda a: 1 / (1 + np.exp(-a)))


@forward_ann.misconception
def absolute_value(X, W1, b1, W2, b2):
    """You take the absolute value, which turns negative numbers round. ReLU makes 0 of them."""
    return _two_layers(_rows(X), W1, b1, W2, b2, np.abs)


@forward_ann.misconception
def minimum_for_maximum(X, W1, b1, W2, b2):
    """You keep the negative numbers and throw the positive ones away: ReLU is `np.maximum(a, 0)`, not
    `np.minimum`."""
    return _two_layers(_rows(X), W1, b1, W2, b2, lambda a: np.minimum(a, 0))


@forward_ann.misconception
def relu_at_every_step(X, W1, b1, W2, b2):
    """ReLU is taken at every time step, and then the steps are added. It comes once, around the sum over all
    T·D numbers."""
    blocks = W1.reshape(X.shape[1], X.shape[2], -1)
    return np.maximum(np.einsum("ntd,tdm->ntm", X, blocks) + b1, 0).sum(axis=1) @ W2 + b2


@forward_ann.misconception
def b1_at_every_step(X, W1, b1, W2, b2):
    """The bias `b1` is added T times, once for each step. It is added once, to the sum over all T·D
    numbers."""
    return _two_layers(_rows(X), W1, X.shape[1] * b1, W2, b2)


@forward_ann.misconception
def hidden_bias_forgotten(X, W1, b1, W2, b2):
    """The hidden layer's bias `b1` is missing from the sum inside ReLU."""
    return _two_layers(_rows(X), W1, 0 * b1, W2, b2)


@forward_ann.misconception
def hidden_bias_outside(X, W1, b1, W2, b2):
    """The bias `b1` is added after ReLU: it belongs inside, to `rows @ W1`."""
    return (np.maximum(_rows(X) @ W1, 0) + b1) @ W2 + b2


@forward_ann.misconception
def output_bias_forgotten(X, W1, b1, W2, b2):
    """The output layer's bias `b2` is missing."""
    return _two_layers(_rows(X), W1, b1, W2, 0 * b2)


@forward_ann.misconception
def features_first(X, W1, b1, W2, b2):
    """The numbers of a sample come in the wrong order, all steps of feature 0 first. `Flatten` goes step by
    step: all features of step 0, then all of step 1."""
    return _two_layers(_rows(X.transpose(0, 2, 1)), W1, b1, W2, b2)


@forward_ann.misconception
def time_backwards(X, W1, b1, W2, b2):
    """The steps are laid out from the last to the first: the flat row begins with step 0."""
    return _two_layers(_rows(X[:, ::-1]), W1, b1, W2, b2)


@forward_ann.misconception
def samples_mixed(X, W1, b1, W2, b2):
    """You reshape to (T·D, N) and transpose: then a row holds numbers of many samples. Keep N in front:
    `X.reshape(N, T * D)`."""
    return _two_layers(X.reshape(-1, len(X)).T, W1, b1, W2, b2)


@forward_ann.misconception
def time_in_front(X, W1, b1, W2, b2):
    """Time was put in front of the samples before the reshape, and so the rows hold numbers of many samples.
    Reshape `X` as it is: `X.reshape(N, T * D)`."""
    return _two_layers(X.transpose(1, 0, 2).reshape(len(X), -1), W1, b1, W2, b2)


@forward_ann.misconception
def rows_and_columns_exchanged(X, W1, b1, W2, b2):
    """You reshape to (T·D, N), which fits `W1` by luck alone, and mixes the samples: each sample is one row,
    `X.reshape(N, T * D)`."""
    return _two_layers(X.reshape(-1, len(X)), W1, b1, W2, b2)


@forward_ann.misconception
def batch_flattened_too(X, W1, b1, W2, b2):
    """The samples are flattened too, `(N·T·D,)`. Each sample stays a row of its own: `(N, T·D)`."""
    return _two_layers(X.reshape(-1), W1, b1, W2, b2)


@forward_ann.misconception
def all_samples_in_one_row(X, W1, b1, W2, b2):
    """All samples were laid into one single row: that fits where N = 1, and nowhere else. Each sample has a
    row of its own: `(N, T·D)`."""
    return _two_layers(X.reshape(1, -1), W1, b1, W2, b2)


@forward_ann.misconception
def not_flattened(X, W1, b1, W2, b2):
    """The sequences are not flattened: `W1` has T·D rows, and `X @ W1` meets rows of D numbers. Reshape to
    `(N, T·D)` first."""
    return _two_layers(X, W1, b1, W2, b2)


@forward_ann.misconception
def largest_of_each_column(X, W1, b1, W2, b2):
    """The batch (N) is gone: `np.max(a, 0)` is the largest number of each column. ReLU goes entry by entry,
    `np.maximum(a, 0)`."""
    return np.max(_rows(X) @ W1 + b1, 0) @ W2 + b2


@forward_ann.misconception
def first_sample_alone(X, W1, b1, W2, b2):
    """Only the first sample came through: all N of them have an output, `(N, K)`."""
    return _two_layers(_rows(X[:1]), W1, b1, W2, b2)


@forward_ann.misconception
def hidden_units_returned(X, W1, b1, W2, b2):
    """You return the hidden units, `(N, M)`: the output layer is still to come, `hidden @ W2 + b2`."""
    return np.maximum(_rows(X) @ W1 + b1, 0)


crossover_T = exercise(
    reference.crossover_T,
    stars=2,
    minutes=8,
    cases=_crossings,
    keras=_keras_crossover,
    told=_early_or_late,
    hints=[
        "Write both counts down, one under the other. What stands on both sides can go: it decides nothing.",
        "Two ways lead there. A loop: begin with T = 1 and go on while the ANN does not have more. Or a "
        "formula: divide what is left of `T·D·M + M > D·M + M·M + M` by M, then by D. (If the check of a "
        "loop never ends, press ■, Stop: does T change in your loop?)",
        "T > 1 + M/D is left, and T is whole: `M // D` cuts off what stands after the point. Where D divides "
        "M, both counts are equal at T = 1 + M/D, and equal is not more.",
    ],
)


@crossover_T.misconception
def equal_is_enough(D, M, K):
    """Where D divides M, both counts are equal at your T. The ANN has to have more: compare with `>`, not
    with `>=` (or is a bias missing from the RNN's count?)."""
    return -(-M // D) + 1


@crossover_T.misconception
def one_too_early(D, M, K):
    """You are one step too early: at your T the ANN does not have more yet. Is this the last T that is still
    fine, or is `Wx (D, M)` missing from the RNN's count?"""
    return M // D + 1


@crossover_T.misconception
def one_too_late(D, M, K):
    """You are one step too late: the ANN has more parameters already at the T before. Does a loop count on
    once more after it has found it?"""
    return M // D + 3


@crossover_T.misconception
def rounded_up_without_Wx(D, M, K):
    """M / D rounded up is where T·D reaches M. But the RNN also pays D·M for `Wx`, which is one step more,
    and where D divides M the counts are then only equal."""
    return -(-M // D)


@crossover_T.misconception
def rounded_down_alone(D, M, K):
    """M // D is where the rest of the calculation starts: the RNN's own `Wx` makes it one step more, and the
    first whole T beyond one more again."""
    return M // D


@crossover_T.misconception
def rounded_to_the_nearest(D, M, K):
    """You round to the nearest whole number: where that rounds up, your T comes one too late. Cut off with
    `//`, then go on to the next."""
    return round(M / D + 2)


@crossover_T.misconception
def Wh_forgotten(D, M, K):
    """`Wh (M, M)` is missing from the RNN's count: without it the ANN would have more from T = 2 on,
    always."""
    return 2


@crossover_T.misconception
def bias_of_the_rnn_alone(D, M, K):
    """The bias is counted for the RNN alone: the ANN's hidden layer has one too, `b1 (M,)`, and the two
    cancel."""
    return (M + 1) // D + 2


@crossover_T.misconception
def output_layer_of_the_rnn_alone(D, M, K):
    """The output layer is counted for the RNN alone. Both models have one, with M·K + K numbers, and it
    decides nothing."""
    return (D * M + M * M + M * K + K) // (D * M) + 1


@crossover_T.misconception
def output_layer_of_the_ann_alone(D, M, K):
    """The output layer is counted for the ANN alone. Both models have one, with M·K + K numbers, and it
    decides nothing."""
    return max((D * M + M * M - M * K - K) // (D * M) + 1, 1)


@crossover_T.misconception
def D_missing_in_the_ann(D, M, K):
    """The ANN's `W1` is counted with T rows: every step brings D numbers, so it has T·D rows."""
    return D + M + 1


@crossover_T.misconception
def D_and_M_exchanged(D, M, K):
    """D and M changed places: the RNN's large array is `Wh (M, M)`, so it is M divided by D that counts."""
    return D // M + 2


@crossover_T.misconception
def the_count_itself(D, M, K):
    """This is how many parameters the ANN has there: asked for is the T."""
    return reference.ann_params(M // D + 2, D, M, K)
