"""Lesson 02: the model of the original notebook, `Input`, `SimpleRNN`, `Dense`, and the shapes it takes and
gives.

It teaches which letter each layer is told and which it finds out by itself, why N stands in no layer and
`None` in every shape, and that only the last state leaves the recurrent layer. It leaves out the weights
(lessons 03 and 04), what the layers compute (lesson 05) and the output at every step (lesson 06).

A model is judged as a function of its weights: built in whatever style, it has to take and give the
shapes asked for, have weights of the same shapes, and put out the same numbers from them.
"""

from collections.abc import Callable, Iterable

import numpy as np

from helpers.lessons.exercise import Case, exercise
from helpers.observing import models
from helpers.reference import build_model as reference

_LETTERS = ("N", "T", "D", "M", "K")
_LENGTHS = (1, 4, 7)


def _sizes(rng: np.random.Generator) -> Iterable[tuple[dict[str, int], str]]:
    """Pairwise different sizes, none one off another, N no sum of two: fixed ones, drawn ones, and the edge
    T = 1."""
    yield dict(zip(_LETTERS, (14, 6, 4, 9, 2), strict=True)), ""
    drawn = rng.permutation(np.arange(3, 20, 2))[:5].tolist()
    yield dict(zip(_LETTERS, drawn, strict=True)), ""
    yield dict(zip(_LETTERS, (9, 1, 5, 3, 7), strict=True)), "one time step"


def _probe(rng: np.random.Generator, N: int, T: Iterable[int], D: int) -> dict[str, object]:
    """What a model is tried on; in each a step is all zeros, which a mask would pass over."""
    inputs = {
        f"{length} step{'s' if length > 1 else ''}": rng.normal(0, 1, (N, length, D)).astype(np.float32)
        for length in T
    }
    for X in inputs.values():
        X[0, X.shape[1] // 2] = 0
    return {"seed": int(rng.integers(2**32)), "inputs": inputs}


def _fixed_length(rng: np.random.Generator) -> Iterable[Case]:
    for sizes, note in _sizes(rng):
        yield Case(sizes, sizes, _probe(rng, sizes["N"], [sizes["T"]], sizes["D"]), note)


def _any_length(rng: np.random.Generator) -> Iterable[Case]:
    for in_turn, (sizes, _) in enumerate(list(_sizes(rng))[:2]):
        probe = _probe(rng, sizes["N"], _LENGTHS, sizes["D"])
        yield Case(sizes, sizes, {**probe, "in_turn": bool(in_turn)})  # once will do: it takes a while


def _samples(rng: np.random.Generator) -> Iterable[Case]:
    shapes = ((4, 2, ""), (3, 5, ""), (4, 4, "T = D"), (1, 3, "one time step"), (5, 1, "one feature"))
    for index, (T, D, note) in enumerate(shapes):
        dtype = np.float32 if index % 2 == 0 else np.float64
        yield Case({"T": T, "D": D}, {"x": rng.normal(0, 1, (T, D)).astype(dtype)}, note=note)


def _counted(rng: np.random.Generator) -> Iterable[Case]:
    for sizes, note in (
        *_sizes(rng),
        *list(_sizes(rng))[1:2],
        ({"N": 2, "T": 7, "D": 4, "M": 4, "K": 4}, "D = M = K"),
        ({"N": 1, "T": 4, "D": 6, "M": 8, "K": 10}, "one sample"),
        ({"N": 32, "T": 50, "D": 8, "M": 64, "K": 10}, ""),
    ):
        yield Case(sizes, sizes, note=note)


def _chain(shape: tuple[int | None, ...], layers: Callable, **options: object):
    """The functional model with these layers one behind the other; `layers` is handed `keras.layers`."""
    import keras

    i = x = keras.Input(shape, **options)
    for layer in layers(keras.layers):
        x = layer(x)
    return keras.Model(i, x)


def _keras_model(T, D, M, K):
    import keras

    return keras.Sequential([keras.Input((T, D)), keras.layers.SimpleRNN(M), keras.layers.Dense(K)])


def _keras_any_length(D, M, K):
    return _keras_model(None, D, M, K)


def _numpy_batch(x):
    return np.expand_dims(x, axis=0)


def _keras_shape(N, T, D, M, K):
    import keras

    return keras.layers.Dense(K).compute_output_shape(
        keras.layers.SimpleRNN(M).compute_output_shape((N, T, D))
    )


build_rnn = exercise(
    reference.build_rnn,
    stars=1,
    minutes=6,
    cases=_fixed_length,
    keras=_keras_model,
    look=models.facts,
    compared=models.as_function,
    numpy_only=False,
    hints=[
        "Three layers, one behind the other, and each is told as little as it needs: `Input` the shape of "
        "one sample, `SimpleRNN` its number of hidden units, `Dense` its number of outputs. "
        "N is told to none of them.",
        "A layer is first made, then called on what the layer before gave: `x = SimpleRNN(…)(i)`. At the end "
        "`Model(i, x)` ties what goes in to what comes out.",
        "`i = Input(shape=(T, D))`, with brackets of its own around the shape. Then the recurrent layer has "
        "M units, the output layer K. Leave every other option as it is, and return the model.",
    ],
)


@build_rnn.misconception
def M_and_K_exchanged(T, D, M, K):
    """M and K changed places: the recurrent layer has the M hidden units, the Dense layer gives the K
    outputs."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(K), layers.Dense(M)])


@build_rnn.misconception
def T_as_units(T, D, M, K):
    """Your recurrent layer has T units, one for each time step. It needs M: the same M units are used again
    at every step, and Keras reads T from the input."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(T), layers.Dense(K)])


@build_rnn.misconception
def D_as_units(T, D, M, K):
    """Your recurrent layer has D units, as many as there are features. It needs M: Keras reads D from the
    input, and how many hidden units there are is yours to say."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(D), layers.Dense(K)])


@build_rnn.misconception
def M_outputs(T, D, M, K):
    """Your Dense layer gives M numbers. It has to give K: Keras reads M from what comes in, and K is what
    you want to come out."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(M)])


@build_rnn.misconception
def T_and_D_exchanged(T, D, M, K):
    """T and D changed places in `Input`: one sample is `(T, D)`, a row for each time step, and the features
    of that step along the row."""
    return _chain((D, T), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def N_as_None_in_the_shape(T, D, M, K):
    """`Input(shape=(None, T, D))` has an axis too many: `shape` is that of one sample, `(T, D)`. Keras puts
    the `None` for N in front by itself."""
    return _chain((None, T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def N_as_1_in_the_shape(T, D, M, K):
    """`Input(shape=(1, T, D))` has an axis too many: `shape` is that of one sample, `(T, D)`. The batch
    axis belongs to the data; Keras puts it in front of the shape by itself."""
    return _chain((1, T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def N_fixed_at_1(T, D, M, K):
    """Your model is made for batches of one sample only, by `batch_size` or `batch_shape`. Say just
    `Input(shape=(T, D))`: N stays open, and Keras writes it as `None`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)], batch_size=1)


@build_rnn.misconception
def shape_without_brackets(T, D, M, K):
    """`Input` takes `T` alone for the shape, in `Input(T, D)` as in `Input(shape=(T))`. A shape is a tuple,
    with a comma and brackets of its own: `Input(shape=(T, D))`."""
    return _chain(T, lambda layers: [layers.SimpleRNN(M), layers.Dense(K)], batch_size=D)


@build_rnn.misconception
def D_not_said(T, D, M, K):
    """`Input(shape=(T,))` says one number per time step and forgets that each step has D features: the
    shape of one sample is `(T, D)`."""
    return _chain((T,), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def T_left_open(T, D, M, K):
    """Your model takes sequences of any length: there is a `None` in `Input` where T is due. That is a good
    model, and the last exercise asks for it; this one asks for `Input(shape=(T, D))`."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def numbers_of_the_lesson(T, D, M, K):
    """Your model has the lesson's numbers built in, (T, D, M, K) = (10, 3, 5, 2), whatever it is asked for:
    use the arguments of your function."""
    return _chain((10, 3), lambda layers: [layers.SimpleRNN(5), layers.Dense(2)])


@build_rnn.misconception
def output_at_every_step(T, D, M, K):
    """There is an output for every time step, `(N, T, K)`: `return_sequences=True` lets all T states
    through. Leave it away, and only the last state goes on, which gives `(N, K)`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, return_sequences=True), layers.Dense(K)])


@build_rnn.misconception
def all_states_flattened(T, D, M, K):
    """`Flatten` lays all T states side by side, T·M numbers, and the Dense layer reads them all. Here it
    reads the last state only, M numbers: without `return_sequences=True` there is nothing to flatten."""
    return _chain(
        (T, D),
        lambda layers: [layers.SimpleRNN(M, return_sequences=True), layers.Flatten(), layers.Dense(K)],
    )


@build_rnn.misconception
def no_recurrence(T, D, M, K):
    """There is no recurrent layer: `Flatten` and `Dense(M)` look at all time steps at once, and hand
    nothing on from step to step. `SimpleRNN(M)` does."""
    return _chain(
        (T, D), lambda layers: [layers.Flatten(), layers.Dense(M, activation="tanh"), layers.Dense(K)]
    )


@build_rnn.misconception
def no_dense(T, D, M, K):
    """The Dense layer is missing: what comes out is the last state, M numbers. `Dense(K)` makes the K
    outputs of it."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M)])


@build_rnn.misconception
def K_units_and_no_dense(T, D, M, K):
    """There is one layer where two are due: `SimpleRNN(K)` has the right number of outputs, but then its
    memory has only K numbers too. Remember with `SimpleRNN(M)`, then answer with `Dense(K)`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(K)])


@build_rnn.misconception
def dense_before_the_recurrence(T, D, M, K):
    """The layers stand in the wrong order: first `SimpleRNN(M)` reads the sequence, then `Dense(K)` makes
    the output of its last state."""
    return _chain((T, D), lambda layers: [layers.Dense(K), layers.SimpleRNN(M)])


@build_rnn.misconception
def dense_in_front_too(T, D, M, K):
    """There is a Dense layer in front of the recurrent one: the sequence goes straight into
    `SimpleRNN(M)`."""
    return _chain((T, D), lambda layers: [layers.Dense(M), layers.SimpleRNN(M), layers.Dense(K)])


@build_rnn.misconception
def one_dense_too_many(T, D, M, K):
    """There is a Dense layer too many between the recurrent layer and the output: the last state goes
    straight into `Dense(K)`."""
    return _chain(
        (T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(M, activation="relu"), layers.Dense(K)]
    )


@build_rnn.misconception
def two_dense_layers_of_K(T, D, M, K):
    """There is one layer too many: `Dense(K)` stands there twice. Once is enough; what it gives is the
    output."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K), layers.Dense(K)])


@build_rnn.misconception
def dense_called_on_the_input(T, D, M, K):
    """There is no `SimpleRNN` in your model: `Dense` was called on `i`, straight on what comes in. A layer
    that is made is not yet in the model; it is called on what stands before it: `x = SimpleRNN(M)(i)`, and
    then `x = Dense(K)(x)`."""
    return _chain((T, D), lambda layers: [layers.Dense(K)])


@build_rnn.misconception
def two_recurrent_layers(T, D, M, K):
    """There are two recurrent layers; one is asked for. Lesson 12 stacks them."""
    return _chain(
        (T, D),
        lambda layers: [layers.SimpleRNN(M, return_sequences=True), layers.SimpleRNN(M), layers.Dense(K)],
    )


@build_rnn.misconception
def LSTM_for_SimpleRNN(T, D, M, K):
    """That is an LSTM, with four times the weights of a simple recurrent layer. `SimpleRNN(M)` is asked for
    here."""
    return _chain((T, D), lambda layers: [layers.LSTM(M), layers.Dense(K)])


@build_rnn.misconception
def GRU_for_SimpleRNN(T, D, M, K):
    """That is a GRU, with three times the weights of a simple recurrent layer. `SimpleRNN(M)` is asked for
    here."""
    return _chain((T, D), lambda layers: [layers.GRU(M), layers.Dense(K)])


@build_rnn.misconception
def linear_states(T, D, M, K):
    """The recurrent layer has no activation. Leave `activation` as it is: a `SimpleRNN` uses tanh unless
    told otherwise."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, activation=None), layers.Dense(K)])


@build_rnn.misconception
def relu_states(T, D, M, K):
    """The recurrent layer has ReLU as its activation. Leave `activation` as it is: a `SimpleRNN` uses
    tanh."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, activation="relu"), layers.Dense(K)])


@build_rnn.misconception
def sigmoid_states(T, D, M, K):
    """The recurrent layer has the sigmoid as its activation. Leave `activation` as it is: a `SimpleRNN`
    uses tanh."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, activation="sigmoid"), layers.Dense(K)])


@build_rnn.misconception
def tanh_behind_the_loop(T, D, M, K):
    """tanh comes once, after the last step, in a layer of its own. It belongs inside the recurrent layer,
    where it is taken at every step: `SimpleRNN(M)` does that by itself."""
    return _chain(
        (T, D),
        lambda layers: [layers.SimpleRNN(M, activation=None), layers.Activation("tanh"), layers.Dense(K)],
    )


@build_rnn.misconception
def relu_between(T, D, M, K):
    """There is a ReLU between the recurrent layer and the output: `Dense(K)` reads the last state as it is,
    its negative numbers too."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.ReLU(), layers.Dense(K)])


@build_rnn.misconception
def softmax_on_the_output(T, D, M, K):
    """There is a softmax on the output, which turns it into probabilities. Here the outputs are plain
    numbers: `Dense(K)` without `activation`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="softmax")])


@build_rnn.misconception
def sigmoid_on_the_output(T, D, M, K):
    """There is a sigmoid on the output, which squeezes it into 0 … 1. Here the outputs are plain numbers:
    `Dense(K)` without `activation`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="sigmoid")])


@build_rnn.misconception
def tanh_on_the_output(T, D, M, K):
    """There is a tanh on the output too, which squeezes it into -1 … 1. Only the recurrent layer has one:
    `Dense(K)` without `activation`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="tanh")])


@build_rnn.misconception
def relu_on_the_output(T, D, M, K):
    """There is a ReLU on the output, so it can never be negative. Here the outputs are plain numbers:
    `Dense(K)` without `activation`."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="relu")])


@build_rnn.misconception
def no_bias_in_the_recurrence(T, D, M, K):
    """The recurrent layer has no bias `bh (M,)`: leave `use_bias=False` away."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, use_bias=False), layers.Dense(K)])


@build_rnn.misconception
def no_bias_in_the_output(T, D, M, K):
    """The Dense layer has no bias `bo (K,)`: leave `use_bias=False` away."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, use_bias=False)])


@build_rnn.misconception
def no_bias_at_all(T, D, M, K):
    """Both layers are without their bias: leave `use_bias=False` away, and they have `bh (M,)` and `bo
    (K,)`."""
    return _chain(
        (T, D), lambda layers: [layers.SimpleRNN(M, use_bias=False), layers.Dense(K, use_bias=False)]
    )


@build_rnn.misconception
def time_reversed(T, D, M, K):
    """The recurrent layer reads each sequence from its end: leave `go_backwards=True` away."""
    return _chain((T, D), lambda layers: [layers.SimpleRNN(M, go_backwards=True), layers.Dense(K)])


as_batch = exercise(
    reference.as_batch,
    stars=1,
    minutes=3,
    cases=_samples,
    keras=_numpy_batch,
    oracle="NumPy",
    hints=[
        "No number changes and none is added: `x` only gets one more axis, of size 1, and it comes first.",
        "Lesson 1 took one sample out of a batch with `X[n]`, and an axis went. There is an index that puts "
        "one in: `None`. Where it stands between the square brackets, there the new axis is.",
        "`x[None]` is short for `x[None, :, :]`. `np.expand_dims(x, axis=0)` and `np.stack([x])` do "
        "the same.",
    ],
)


@as_batch.misconception
def batch_axis_at_the_end(x):
    """The new axis stands at the end, `(T, D, 1)`. The batch axis comes first: `(1, T, D)`."""
    return x[..., None]


@as_batch.misconception
def batch_axis_in_the_middle(x):
    """The new axis stands in the middle, `(T, 1, D)`: Keras would read that as T samples of one step each.
    The batch axis comes first: `(1, T, D)`."""
    return x[:, None, :]


@as_batch.misconception
def no_batch_axis(x):
    """You give `x` back as it came, `(T, D)`. A batch has one more axis, in front, even if it holds one
    sample: `(1, T, D)`."""
    return x.copy()


@as_batch.misconception
def two_new_axes(x):
    """There are two new axes, `(1, 1, T, D)`. One is enough: `(1, T, D)`."""
    return x[None, None]


@as_batch.misconception
def transposed(x):
    """Time and features changed places, `(1, D, T)`: only the new axis comes in front, the other two stay
    as they are."""
    return x.T[None]


@as_batch.misconception
def reshaped_to_D_T(x):
    """The numbers were poured into `(1, D, T)`, and no longer stand in the step and feature they belong to.
    The shape due is `(1, T, D)`."""
    T, D = x.shape
    return x.reshape(1, D, T)


@as_batch.misconception
def all_in_one_row(x):
    """You laid all steps side by side, `(1, T·D)`: time is gone. Keep both axes and put one in front, `(1,
    T, D)`."""
    return x.reshape(1, -1)


@as_batch.misconception
def one_step_only(x):
    """You cut out the first time step, `(1, D)`, where the whole sample is due with one more axis: `(1, T,
    D)`. `x[:1]` picks, `x[None]` adds an axis."""
    return x[:1].copy()


@as_batch.misconception
def one_step_as_a_batch(x):
    """Only the first time step is left, `(1, 1, D)`. The whole sample is one member of the batch: `(1, T,
    D)`."""
    return x[:1][None]


@as_batch.misconception
def sample_twice(x):
    """The sample is in there twice, `(2, T, D)`. A batch of one holds it once: `(1, T, D)`."""
    return np.stack([x, x])


@as_batch.misconception
def sample_T_times(x):
    """The sample is in there T times, `(T, T, D)`. A batch of one holds it once: `(1, T, D)`."""
    return np.stack([x] * len(x))


output_shape = exercise(
    reference.output_shape,
    stars=1,
    minutes=3,
    cases=_counted,
    keras=_keras_shape,
    hints=[
        "Follow the shape through the layers: `(N, T, D)` goes into the recurrent layer. Which of the three "
        "axes is left of it when only the last state comes out?",
        "After `SimpleRNN(M)` it is `(N, M)`. `Dense` changes the last axis, and no other.",
        "It is a tuple of two numbers, with brackets and a comma. Both are among the five arguments; "
        "three of the arguments are not needed at all.",
    ],
)


@output_shape.misconception
def an_output_at_every_step(N, T, D, M, K):
    """You say `(N, T, K)`, an output at every time step. Only the last state leaves `SimpleRNN(M)`, so T is
    gone."""
    return (N, T, K)


@output_shape.misconception
def last_state(N, T, D, M, K):
    """You say `(N, M)`: that comes out of the recurrent layer. `Dense` still follows, and turns M numbers
    into others."""
    return (N, M)


@output_shape.misconception
def all_states(N, T, D, M, K):
    """You say `(N, T, M)`, all states. Only the last one leaves the recurrent layer, and then `Dense` still
    follows."""
    return (N, T, M)


@output_shape.misconception
def shape_of_the_input(N, T, D, M, K):
    """You say `(N, T, D)`: that goes in. Follow it through `SimpleRNN(M)`, then through `Dense(K)`."""
    return (N, T, D)


@output_shape.misconception
def features_again(N, T, D, M, K):
    """You say `(N, D)`, as many outputs as features. How many outputs there are is for the last layer to
    say."""
    return (N, D)


@output_shape.misconception
def None_for_N(N, T, D, M, K):
    """`None` is what Keras says of the model, which doesn't know how many samples will come. Here there are
    N of them, and the shape of the output has the number."""
    return (None, K)


@output_shape.misconception
def one_sample_assumed(N, T, D, M, K):
    """You say `(1, K)`, which is right for one sample. Here there are N of them, and each gets its own
    row."""
    return (1, K)


@output_shape.misconception
def batch_forgotten(N, T, D, M, K):
    """You say `(K,)`, the output of one sample. `predict` gives one row per sample, even if there is only
    one."""
    return (K,)


@output_shape.misconception
def steps_for_samples(N, T, D, M, K):
    """You say `(T, K)`, a row for each time step. The rows are the samples; time is gone when the last
    state comes out."""
    return (T, K)


@output_shape.misconception
def outputs_first(N, T, D, M, K):
    """You say `(K, N)`: the right letters in the wrong order. N comes first in every shape of Keras."""
    return (K, N)


@output_shape.misconception
def a_third_axis(N, T, D, M, K):
    """You say `(N, 1, K)`, with one time step left. The time axis is gone altogether."""
    return (N, 1, K)


@output_shape.misconception
def weights_of_the_last_layer(N, T, D, M, K):
    """You say `(M, K)`: that is the shape of the Dense layer's weights. The output has a row for each
    sample."""
    return (M, K)


@output_shape.misconception
def all_steps_of_all_samples(N, T, D, M, K):
    """You say `(N·T, K)`, a row for every step of every sample. Each sample gets one row, from its last
    state."""
    return (N * T, K)


build_any_length = exercise(
    reference.build_any_length,
    stars=2,
    minutes=6,
    cases=_any_length,
    keras=_keras_any_length,
    look=models.facts,
    compared=models.as_function,
    numpy_only=False,
    hints=[
        "Only one of the three layers was ever told T. What do you tell it when T is not known?",
        "Keras has a word for a size that is left open. You saw it in `i.shape`, in the place of N, which is "
        "open in every model.",
        "`Input(shape=(…, D))`: one sample has any number of time steps, each of D features. What stands for "
        '"any number"? The other lines are those of `build_rnn`.',
    ],
)


@build_any_length.misconception
def T_fixed_at_10(D, M, K):
    """T is fixed at 10, the number of the lesson: your model is made for sequences of 10 steps only. `None`
    in `Input`, where T stands, leaves the length open."""
    return _chain((10, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_any_length.misconception
def T_fixed_at_1(D, M, K):
    """T is fixed at 1: your model is made for sequences of one step only. One is a number like any other;
    `None` leaves the length open."""
    return _chain((1, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_any_length.misconception
def M_and_K_changed_places(D, M, K):
    """M and K changed places: the recurrent layer has the M hidden units, the Dense layer gives the K
    outputs."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(K), layers.Dense(M)])


@build_any_length.misconception
def D_left_open(D, M, K):
    """`None` stands where D is due. The number of features can't stay open: `Wx` has the shape `(D, M)`,
    and without D it can't be made. The length can, as T is in no weight's shape: `Input(shape=(None,
    D))`."""
    return _chain((D, None), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_any_length.misconception
def N_in_the_shape_too(D, M, K):
    """`Input(shape=(None, None, D))` has an axis too many: `shape` is that of one sample, `(None, D)`.
    Keras puts the `None` for N in front by itself."""
    return _chain((None, None, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_any_length.misconception
def time_left_away(D, M, K):
    """T was left away altogether: `Input(shape=(D,))` has no time axis. The axis is still there, only its
    length is open: `Input(shape=(None, D))`."""
    return _chain((D,), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)])


@build_any_length.misconception
def N_said_to_be_1(D, M, K):
    """Your model is made for batches of one sample only, by `batch_size` or `batch_shape`. Say just
    `Input(shape=(None, D))`: N stays open by itself."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K)], batch_size=1)


@build_any_length.misconception
def every_step_answers(D, M, K):
    """There is an output for every time step. One per sample is asked for, as in `build_rnn`: leave
    `return_sequences=True` away, and only the last state goes on."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M, return_sequences=True), layers.Dense(K)])


@build_any_length.misconception
def flattened_without_a_length(D, M, K):
    """`Flatten` lays all states side by side: T·M numbers, and T is not known, so the weights of `Dense`
    can't be made. Without `return_sequences=True` only the last state comes out, M numbers for every T."""
    return _chain(
        (None, D),
        lambda layers: [layers.SimpleRNN(M, return_sequences=True), layers.Flatten(), layers.Dense(K)],
    )


@build_any_length.misconception
def mean_of_all_states(D, M, K):
    """Your output is made of the mean of all states. It is made of the last one, which has seen the whole
    sequence: `SimpleRNN(M)` hands it on by itself."""
    return _chain(
        (None, D),
        lambda layers: [
            layers.SimpleRNN(M, return_sequences=True),
            layers.GlobalAveragePooling1D(),
            layers.Dense(K),
        ],
    )


@build_any_length.misconception
def largest_of_all_states(D, M, K):
    """Your output is made of the largest value that each unit had at any step. It is made of the last
    state: `SimpleRNN(M)` hands it on by itself."""
    return _chain(
        (None, D),
        lambda layers: [
            layers.SimpleRNN(M, return_sequences=True),
            layers.GlobalMaxPooling1D(),
            layers.Dense(K),
        ],
    )


@build_any_length.misconception
def dense_left_out(D, M, K):
    """The Dense layer is missing: what comes out is the last state, M numbers. `Dense(K)` makes the K
    outputs of it."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M)])


@build_any_length.misconception
def dense_called_on_what_comes_in(D, M, K):
    """There is no `SimpleRNN` in your model: `Dense` was called on `i`, straight on what comes in. A layer
    that is made is not yet in the model; it is called on what stands before it: `x = SimpleRNN(M)(i)`, and
    then `x = Dense(K)(x)`."""
    return _chain((None, D), lambda layers: [layers.Dense(K)])


@build_any_length.misconception
def unrolled(D, M, K):
    """`unroll=True` lays out the steps one by one when the model is built, and for that T has to be known:
    `predict` refuses a second length. Leave it away."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M, unroll=True), layers.Dense(K)])


@build_any_length.misconception
def relu_at_every_step(D, M, K):
    """The recurrent layer has ReLU as its activation. Leave `activation` as it is: a `SimpleRNN` uses
    tanh."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M, activation="relu"), layers.Dense(K)])


@build_any_length.misconception
def softmax_at_the_end(D, M, K):
    """There is a softmax on the output. Here the outputs are plain numbers: `Dense(K)` without
    `activation`."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="softmax")])


@build_any_length.misconception
def relu_at_the_end(D, M, K):
    """There is a ReLU on the output, so it can never be negative. Here the outputs are plain numbers:
    `Dense(K)` without `activation`."""
    return _chain((None, D), lambda layers: [layers.SimpleRNN(M), layers.Dense(K, activation="relu")])


@build_any_length.misconception
def LSTM_of_any_length(D, M, K):
    """That is an LSTM, with four times the weights of a simple recurrent layer. `SimpleRNN(M)` is asked for
    here."""
    return _chain((None, D), lambda layers: [layers.LSTM(M), layers.Dense(K)])


@build_any_length.misconception
def GRU_of_any_length(D, M, K):
    """That is a GRU, with three times the weights of a simple recurrent layer. `SimpleRNN(M)` is asked for
    here."""
    return _chain((None, D), lambda layers: [layers.GRU(M), layers.Dense(K)])
