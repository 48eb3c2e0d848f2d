"""Lesson 12: recurrent layers on top of each other, and one that reads a sequence from both ends.

It teaches that neither needs a new equation: what the layer above reads (every state of the one below), how
many parameters that makes, what a bidirectional layer has seen at each step, where its two halves end, and in
which order Keras joins them. It leaves out training, residual connections, masks, stacks of LSTMs and GRUs
(the shapes go the same way), and a bidirectional layer's `return_state` and initial states.
"""

from collections.abc import Iterable

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, exercise
from helpers.lessons.fixtures import weights
from helpers.reference import stacked_and_bidirectional as reference


def _unit_lists(rng: np.random.Generator) -> Iterable[Case]:
    """Stacks of one to four layers, of sizes far enough apart that no wrong formula agrees by luck."""
    drawn = rng.permutation(np.arange(6, 30)).tolist()
    stacks = [(3, [5, 4], ""), (8, [7], ", a single layer"), (4, [4, 4, 4], ", D = M everywhere")]
    stacks += [(drawn[0], drawn[1:4], ""), (drawn[4], drawn[5:7], ""), (drawn[7], drawn[8:12], "")]
    for D, units, note in stacks:
        yield Case({"D": D}, {"D": D, "units": units}, note=f"units = {units}{note}")


def _keras_params(D, units):
    import keras

    total, shape = 0, (None, None, D)
    for M in units:
        layer = keras.layers.SimpleRNN(M, return_sequences=True)
        layer.build(shape)
        total += layer.count_params()
        shape = layer.compute_output_shape(shape)
    return total


STACKS = (
    ({"N": 8, "T": 4, "D": 6}, (12, 10)),
    ({"N": 11, "T": 9, "D": 5}, (3, 13, 7)),
    ({"N": 2, "T": 6, "D": 4}, (4, 4)),
    ({"N": 7, "T": 1, "D": 3}, (9, 5)),
    ({"N": 1, "T": 10, "D": 8}, (3, 5)),
    ({"N": 6, "T": 3, "D": 4}, (8,)),
    ({"N": 5, "T": 5, "D": 3}, (5, 5)),
)
"""Sizes, and the units of each layer from below. With N = T = M everything can be taken for everything."""


def _stacks(rng: np.random.Generator) -> Iterable[Case]:
    for index, (sizes, units) in enumerate(STACKS):
        dtype = np.float32 if index % 2 == 0 else np.float64
        X = rng.normal(0, 1, (sizes["N"], sizes["T"], sizes["D"])).astype(dtype)
        layers = [_layer(rng, D, M, dtype) for D, M in zip((sizes["D"], *units), units, strict=False)]
        said = " and ".join(", ".join(str(M) for M in units).rsplit(", ", 1))
        note = f"layers of {said} units" if units[1:] else f"a single layer of {said} units"
        note = f"one time step; {note}" if sizes["T"] == 1 else note
        yield Case({**sizes, "M": units[-1]}, {"X": X, "layers": layers}, note=note)


BOTH_WAYS = (
    ({"N": 8, "T": 4, "D": 6, "M": 10}, ""),
    ({"N": 11, "T": 9, "D": 5, "M": 7}, ""),
    ({"N": 2, "T": 6, "D": 4, "M": 4}, "D = M"),
    ({"N": 7, "T": 1, "D": 3, "M": 5}, "one time step"),
    ({"N": 1, "T": 6, "D": 8, "M": 5}, "one sample"),
    ({"N": 5, "T": 5, "D": 3, "M": 5}, "N = T = M"),
)


def _both_ways(rng: np.random.Generator) -> Iterable[Case]:
    for index, (sizes, note) in enumerate(BOTH_WAYS):
        N, T, D, M = sizes.values()
        dtype = np.float32 if index % 2 == 0 else np.float64
        X = rng.normal(0, 1, (N, T, D)).astype(dtype)
        fwd, bwd = (_layer(rng, D, M, dtype) for _ in range(2))
        yield Case(sizes, {"X": X, "fwd": fwd, "bwd": bwd}, note=note)


def _layer(rng: np.random.Generator, D: int, M: int, dtype: type) -> tuple[np.ndarray, ...]:
    drawn = weights(rng, D, M, K=1)
    return tuple(drawn[name].astype(dtype) for name in ("Wx", "Wh", "bh"))


def _keras_stack(X, layers):
    for index, layer in enumerate(layers, start=1):
        X = keras_models.call(keras_models.simple_rnn(*layer, return_sequences=index < len(layers)), X)
    return X


def _keras_both_ways(X, fwd, bwd):
    return keras_models.call(keras_models.bidirectional(fwd, bwd), X)


def _keras_states_both_ways(X, fwd, bwd):
    return keras_models.call(keras_models.bidirectional(fwd, bwd, return_sequences=True), X)


def _states(X, Wx, Wh, bh, h=None):
    """The states `(N, T, M)` of one layer; most misconceptions below bend what goes in or what comes out."""
    h = np.zeros((len(X), len(bh)), X.dtype) if h is None else h
    H = []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        H.append(h)
    return np.stack(H, axis=1)


def _late(H):
    """States `(N, T, M)` that come one step late, the zeros first."""
    return np.concatenate([0 * H[:, :1], H[:, :-1]], axis=1)


stacked_params = exercise(
    reference.stacked_params,
    stars=1,
    minutes=6,
    cases=_unit_lists,
    keras=_keras_params,
    hints=[
        "One layer with M units on D features has D·M + M·M + M parameters. What is D for the second layer?",
        "Go through `units` from below and add up. After each layer, the number of features for the next one "
        "is the number of units of this one.",
        "In the loop: add `D * M + M * M + M`, then `D = M`.",
    ],
)


@stacked_params.misconception
def every_layer_reads_X(D, units):
    """In your count every layer reads the D features of X. Only the lowest does: any other has as many
    features as the layer below it has units."""
    return sum(D * M + M * M + M for M in units)


@stacked_params.misconception
def only_the_top_layer(D, units):
    """You counted the top layer alone. All layers have weights: add them up."""
    return reference.stacked_params([D, *units][-2], units[-1:])


@stacked_params.misconception
def only_the_lowest_layer(D, units):
    """You counted the lowest layer alone: does `return` stand inside the loop? Add up all layers."""
    return reference.stacked_params(D, units[:1])


@stacked_params.misconception
def top_layer_not_counted(D, units):
    """The top layer is missing in your count: the loop goes over all of `units`."""
    return reference.stacked_params(D, units[:-1])


@stacked_params.misconception
def one_wide_layer(D, units):
    """You counted a single layer with as many units as all of them together. In a stack, the units of a layer
    hear only the states of their own layer at the step before, and those of the layer below."""
    return reference.stacked_params(D, [sum(units)])


@stacked_params.misconception
def kernels_between_layers_forgotten(D, units):
    """The kernels between the layers are missing: every layer has its own `Wx`, which for the upper ones is
    (M of the layer below, M)."""
    return D * units[0] + sum(M * M + M for M in units)


@stacked_params.misconception
def recurrent_kernels_forgotten(D, units):
    """The recurrent kernels are missing, M · M in each layer: without them it is a stack of Dense layers."""
    return sum(below * M + M for below, M in zip([D, *units], units, strict=False))


@stacked_params.misconception
def biases_not_counted(D, units):
    """The biases are missing: every layer has M of them."""
    return reference.stacked_params(D, units) - sum(units)


@stacked_params.misconception
def one_bias_for_the_stack(D, units):
    """You counted one bias, that of the top layer: every layer has its own."""
    return reference.stacked_params(D, units) - sum(units[:-1])


@stacked_params.misconception
def two_biases_as_in_torch(D, units):
    """You counted two biases for each layer, as PyTorch has them: a SimpleRNN of Keras has one."""
    return reference.stacked_params(D, units) + sum(units)


@stacked_params.misconception
def counted_from_the_top(D, units):
    """You began at the end of `units`: its first number is the lowest layer, the one that reads X."""
    return reference.stacked_params(D, units[::-1])


@stacked_params.misconception
def X_and_the_layer_below(D, units):
    """Your upper layers read X besides the layer below. In a plain stack they see nothing but the states of
    the layer below."""
    return reference.stacked_params(D, units) + D * sum(units[1:])


@stacked_params.misconception
def all_layers_below(D, units):
    """In your count a layer reads all layers below it and X too: D grows by M with each layer. It reads the
    one right below, so D becomes M."""
    total = 0
    for M in units:
        total += D * M + M * M + M
        D += M
    return total


@stacked_params.misconception
def D_left_out(D, units):
    """D is not used: the lowest layer reads D features, and its kernel is (D, M)."""
    return reference.stacked_params(units[0], units)


@stacked_params.misconception
def recurrent_kernel_from_below(D, units):
    """Your recurrent kernels have as many rows as the layer below has units. `Wh` takes a layer's own last
    state to its new one: it is (M, M)."""
    return sum(2 * below * M + M for below, M in zip([D, *units], units, strict=False))


@stacked_params.misconception
def both_directions(D, units):
    """You counted each layer twice, as for two directions: these layers read forwards only."""
    return 2 * reference.stacked_params(D, units)


@stacked_params.misconception
def as_an_lstm(D, units):
    """You counted four gates, as for a stack of LSTMs: a SimpleRNN has one set of weights."""
    return 4 * reference.stacked_params(D, units)


stacked_forward = exercise(
    reference.stacked_forward,
    stars=2,
    minutes=12,
    cases=_stacks,
    keras=_keras_stack,
    hints=[
        "Write a function for one layer first: from `X (N, T, D)` to every state `(N, T, M)`. You did so in "
        "lesson 6, as `hidden_states`, and may copy it.",
        "Then go through the layers from below. What the first one gives, `(N, T, M)`, has the form of an "
        "`X`: the next one reads it.",
        "In the loop over the layers, call `hidden_states` and give its result the name `X` again. After the "
        "loop, keep the last step of the top layer, `[:, -1]`.",
    ],
)


@stacked_forward.misconception
def last_state_handed_up(X, layers):
    """The layers above see the last state of the layer below alone, a sequence of one step. They read all its
    states, `(N, T, M)`: that is what `return_sequences=True` is for."""
    for Wx, Wh, bh in layers:
        X = _states(X, Wx, Wh, bh)[:, -1:]
    return X[:, 0]


@stacked_forward.misconception
def last_state_as_the_next_X(X, layers):
    """Each layer hands its last state to the layer above, `(N, M)`, and time is gone. Keep the state of every
    step, and hand up all of them, `(N, T, M)`."""
    for Wx, Wh, bh in layers:
        h = np.zeros((len(X), len(bh)), X.dtype)
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        X = h
    return X


@stacked_forward.misconception
def time_lost_on_the_way_up(X, layers):
    """It works for a single layer. What goes up to the next one has no time axis any more: is it the last
    state, `(N, M)`? Keep the state of every step, and hand up `(N, T, M)`."""
    for layer in layers:
        N, T, _ = X.shape
        X = _states(X, *layer).reshape(N, T, -1)[:, -1]
    return X


@stacked_forward.misconception
def last_state_repeated(X, layers):
    """The layers above see the same at every step, the last state of the layer below. At step t they read its
    state after step t."""
    for Wx, Wh, bh in layers:
        H = _states(X, Wx, Wh, bh)
        X = np.repeat(H[:, -1:], H.shape[1], axis=1)
    return X[:, -1]


@stacked_forward.misconception
def only_the_first_layer(X, layers):
    """This is the last state of the lowest layer: does `return` stand inside the loop over the layers? Its
    states have to go through all the others."""
    return _states(X, *layers[0])[:, -1]


@stacked_forward.misconception
def every_layer_on_X(X, layers):
    """Each layer reads X: only the lowest does. The next one reads the states of the layer below, so hand
    them on: `X = H`, inside the loop over the layers."""
    for layer in layers:
        H = _states(X, *layer)
    return H[:, -1]


@stacked_forward.misconception
def top_layer_left_out(X, layers):
    """The top layer is missing: go through all of `layers`."""
    for layer in layers[:-1]:
        X = _states(X, *layer)
    return X[:, -1]


@stacked_forward.misconception
def first_layer_left_out(X, layers):
    """The lowest layer is missing: the loop starts at `layers[0]`."""
    for layer in layers[1:]:
        X = _states(X, *layer)
    return X[:, -1]


@stacked_forward.misconception
def two_layers_only(X, layers):
    """Your answer works for exactly two layers. There may be one, or three: loop over `layers`."""
    return _states(_states(X, *layers[0]), *layers[1])[:, -1]


@stacked_forward.misconception
def from_the_top_down(X, layers):
    """The layers are used in reverse order: `layers[0]` is the lowest, the one that reads X."""
    for layer in layers[::-1]:
        X = _states(X, *layer)
    return X[:, -1]


@stacked_forward.misconception
def same_weights_for_all(X, layers):
    """Every layer uses the weights of the lowest one: each has `Wx`, `Wh` and `bh` of its own."""
    for _ in layers:
        X = _states(X, *layers[0])
    return X[:, -1]


@stacked_forward.misconception
def state_carried_up(X, layers):
    """A layer starts from the last state of the layer below: set the state back to zeros for each layer, with
    as many units as the layer has."""
    h = None
    for Wx, Wh, bh in layers:
        X = _states(X, Wx, Wh, bh, h)
        h = X[:, -1]
    return h


@stacked_forward.misconception
def one_state_for_all_layers(X, layers):
    """All layers share one state, which passes from layer to layer: each of them needs a state of its own,
    and finds there what it had one step before."""
    h = np.zeros((len(X), len(layers[0][2])), X.dtype)
    for t in range(X.shape[1]):
        x = X[:, t]
        for Wx, Wh, bh in layers:
            h = np.tanh(x @ Wx + h @ Wh + bh)
            x = h
    return h


@stacked_forward.misconception
def one_step_late_on_the_way_up(X, layers):
    """The layers above read the states one step late: at step t, the new state of the layer below has to be
    there before the layer above takes its step."""
    for layer in layers:
        H = _states(X, *layer)
        X = _late(H)
    return H[:, -1]


@stacked_forward.misconception
def time_first_between_layers(X, layers):
    """What goes up has time in front, `(T, N, M)`, and the next layer takes samples for steps: hand up `(N,
    T, M)`, which `np.stack(…, axis=1)` gives."""
    for layer in layers:
        H = _states(X, *layer)
        X = H.swapaxes(0, 1)
    return H[:, -1]


@stacked_forward.misconception
def reshaped_between_layers(X, layers):
    """`(T, N, M)` was reshaped to `(N, T, M)` on the way up, which mixes the samples: exchange the axes with
    `np.stack(…, axis=1)` or a transpose."""
    for layer in layers:
        H = _states(X, *layer)
        X = H.swapaxes(0, 1).reshape(H.shape)
    return H[:, -1]


@stacked_forward.misconception
def read_backwards(X, layers):
    """The sequences are read backwards: the first step uses `X[:, 0]`."""
    return reference.stacked_forward(X[:, ::-1], layers)


@stacked_forward.misconception
def every_state(X, layers):
    """You return every state of the top layer, `(N, T, M)`: here the last one of each sample is due, `(N,
    M)`."""
    for layer in layers:
        X = _states(X, *layer)
    return X


@stacked_forward.misconception
def last_sample_for_last_step(X, layers):
    """Your last line takes `[-1]`, which is the last sample with all its steps: the last step of every sample
    is `[:, -1]`."""
    for layer in layers:
        X = _states(X, *layer)
    return X[-1]


@stacked_forward.misconception
def first_step_for_last(X, layers):
    """You return the top layer's state after the first step: the last one is due, `[:, -1]`."""
    for layer in layers:
        X = _states(X, *layer)
    return X[:, 0]


@stacked_forward.misconception
def mean_over_time(X, layers):
    """You return the mean of the top layer's states over all steps: its last state alone is due."""
    for layer in layers:
        X = _states(X, *layer)
    return X.mean(axis=1)


@stacked_forward.misconception
def last_states_joined(X, layers):
    """You joined the last states of all layers: the output of a stack is that of its top layer, `(N, M)`."""
    last = []
    for layer in layers:
        X = _states(X, *layer)
        last.append(X[:, -1])
    return np.concatenate(last, axis=-1)


@stacked_forward.misconception
def X_added_on_the_way(X, layers):
    """You added what a layer reads to what it gives: a plain stack hands up the states alone."""
    for layer in layers:
        X = X + _states(X, *layer)
    return X[:, -1]


@stacked_forward.misconception
def state_not_carried(X, layers):
    """Every step starts again from zeros: within a layer, the new state has to be handed on to the next
    step."""
    for Wx, _, bh in layers:
        X = np.tanh(X @ Wx + bh)
    return X[:, -1]


@stacked_forward.misconception
def biases_forgotten(X, layers):
    """The biases `bh` are missing from the sums inside tanh."""
    return reference.stacked_forward(X, [(Wx, Wh, 0 * bh) for Wx, Wh, bh in layers])


@stacked_forward.misconception
def Wh_transposed(X, layers):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return reference.stacked_forward(X, [(Wx, Wh.T, bh) for Wx, Wh, bh in layers])


@stacked_forward.misconception
def tanh_forgotten(X, layers):
    """tanh is missing: every new state, in every layer, is `np.tanh` of the sum."""
    for Wx, Wh, bh in layers:
        h, H = np.zeros((len(X), len(bh)), X.dtype), []
        for t in range(X.shape[1]):
            h = X[:, t] @ Wx + h @ Wh + bh
            H.append(h)
        X = np.stack(H, axis=1)
    return X[:, -1]


bidirectional_forward = exercise(
    reference.bidirectional_forward,
    stars=2,
    minutes=10,
    cases=_both_ways,
    keras=_keras_both_ways,
    hints=[
        "Two layers read the same X and never meet: one begins at step 0, the other at step T - 1. Each of "
        "them ends with one state `(N, M)`.",
        "`X[:, ::-1]` is X with time turned round: the last step comes first. The batch and the features "
        "stay as they are.",
        "Take the last state of the loop over X with `fwd`, and the last state of the loop over `X[:, ::-1]` "
        "with `bwd`. `np.concatenate([…, …], axis=1)` puts them side by side, forwards first.",
    ],
)


def _joined(forwards, backwards):
    return np.concatenate([forwards, backwards], axis=-1)


def _last(X, layer):
    return _states(X, *layer)[:, -1]


def _minus_t(X):
    """X in the order of `X[:, -t]`: 0, T-1, T-2, …, 1."""
    return np.roll(X[:, ::-1], 1, axis=1)


@bidirectional_forward.misconception
def last_step_of_the_states(X, fwd, bwd):
    """The backward half is its state at step T - 1, where it has read one step only: `[:, -1]` after it was
    turned round. Take its own last state, the one that has read everything."""
    return reference.bidirectional_states(X, fwd, bwd)[:, -1]


@bidirectional_forward.misconception
def both_forwards(X, fwd, bwd):
    """Both halves read forwards: the second one has to begin at the last step, with `X[:, ::-1]`."""
    return _joined(_last(X, fwd), _last(X, bwd))


@bidirectional_forward.misconception
def both_backwards(X, fwd, bwd):
    """Both halves read backwards: the first one reads X as it is. Was X itself turned round before both?"""
    return _joined(_last(X[:, ::-1], fwd), _last(X[:, ::-1], bwd))


@bidirectional_forward.misconception
def directions_exchanged(X, fwd, bwd):
    """`fwd` reads backwards and `bwd` forwards: `X[:, ::-1]` belongs to `bwd`."""
    return _joined(_last(X[:, ::-1], fwd), _last(X, bwd))


@bidirectional_forward.misconception
def backward_half_first(X, fwd, bwd):
    """The halves stand in the wrong order: the M numbers of the forward half come first."""
    return _joined(_last(X[:, ::-1], bwd), _last(X, fwd))


@bidirectional_forward.misconception
def weights_exchanged(X, fwd, bwd):
    """The weights changed places: `fwd` is for the half that reads X as it is, `bwd` for the other."""
    return _joined(_last(X, bwd), _last(X[:, ::-1], fwd))


@bidirectional_forward.misconception
def fwd_for_both(X, fwd, bwd):
    """Both halves use the weights `fwd`: the two layers share nothing, and the backward half has its own."""
    return _joined(_last(X, fwd), _last(X[:, ::-1], fwd))


@bidirectional_forward.misconception
def bwd_for_both(X, fwd, bwd):
    """Both halves use the weights `bwd`: the forward half has its own, `fwd`."""
    return _joined(_last(X, bwd), _last(X[:, ::-1], bwd))


@bidirectional_forward.misconception
def samples_turned_round(X, fwd, bwd):
    """`X[::-1]` turns the batch round, so that the last sample comes first. Time is the second axis: `X[:,
    ::-1]`."""
    return _joined(_last(X, fwd), _last(X[::-1], bwd))


@bidirectional_forward.misconception
def features_turned_round(X, fwd, bwd):
    """You turned the features round, the last axis. Time is the second one: `X[:, ::-1]`."""
    return _joined(_last(X, fwd), _last(X[..., ::-1], bwd))


@bidirectional_forward.misconception
def all_axes_turned_round(X, fwd, bwd):
    """`np.flip` without an axis turns samples and features round as well: `np.flip(X, axis=1)`, or `X[:,
    ::-1]`."""
    return _joined(_last(X, fwd), _last(np.flip(X), bwd))


@bidirectional_forward.misconception
def minus_t(X, fwd, bwd):
    """Your backward half begins with step 0: `X[:, -t]` is `X[:, 0]` when t is 0. Counted from the end, step
    t is `X[:, -1 - t]`."""
    return _joined(_last(X, fwd), _last(_minus_t(X), bwd))


@bidirectional_forward.misconception
def step_0_missed(X, fwd, bwd):
    """The backward half does not reach step 0: `range(T - 1, 0, -1)` ends before 0. Write `range(T - 1, -1,
    -1)`."""
    if X.shape[1] == 1:
        return _joined(_last(X, fwd), 0 * _last(X, bwd))
    return _joined(_last(X, fwd), _last(X[:, :0:-1], bwd))


@bidirectional_forward.misconception
def carried_into_the_backward_half(X, fwd, bwd):
    """The backward half starts from the state that the forward half ended with: it starts from zeros."""
    forwards = _last(X, fwd)
    return _joined(forwards, _states(X[:, ::-1], *bwd, forwards)[:, -1])


@bidirectional_forward.misconception
def backward_half_on_the_states(X, fwd, bwd):
    """The backward half reads the states of the forward half: they are no stack, both read X."""
    H = _states(X, *fwd)
    return _joined(H[:, -1], _last(H[:, ::-1], bwd))


@bidirectional_forward.misconception
def first_states(X, fwd, bwd):
    """You joined the halves at step 0, where the forward half has read one step only: `[:, 0]` is right for
    the backward half alone."""
    return reference.bidirectional_states(X, fwd, bwd)[:, 0]


@bidirectional_forward.misconception
def halves_added(X, fwd, bwd):
    """You added the halves, `(N, M)`, as `merge_mode="sum"` does. Keras, if not told otherwise, puts them
    side by side, `(N, 2M)`."""
    return _last(X, fwd) + _last(X[:, ::-1], bwd)


@bidirectional_forward.misconception
def halves_averaged(X, fwd, bwd):
    """You averaged the halves, `(N, M)`, as `merge_mode="ave"` does. Keras, if not told otherwise, puts them
    side by side, `(N, 2M)`."""
    return (_last(X, fwd) + _last(X[:, ::-1], bwd)) / 2


@bidirectional_forward.misconception
def joined_below_each_other(X, fwd, bwd):
    """The halves stand below each other, `(2N, M)`: join them along the last axis, with `axis=1`."""
    return np.concatenate([_last(X, fwd), _last(X[:, ::-1], bwd)])


@bidirectional_forward.misconception
def stacked_on_a_new_axis(X, fwd, bwd):
    """`np.stack` made a new axis for the halves, `(2, N, M)`: `np.concatenate` with `axis=1` puts them side
    by side, `(N, 2M)`."""
    return np.stack([_last(X, fwd), _last(X[:, ::-1], bwd)])


@bidirectional_forward.misconception
def stacked_in_the_middle(X, fwd, bwd):
    """`np.stack` made a new axis for the halves, `(N, 2, M)`: `np.concatenate` with `axis=1` puts them side
    by side, `(N, 2M)`."""
    return np.stack([_last(X, fwd), _last(X[:, ::-1], bwd)], axis=1)


@bidirectional_forward.misconception
def units_in_turn(X, fwd, bwd):
    """The units of the two halves stand in turn: first come all M of the forward half, then all M of the
    other."""
    return np.stack([_last(X, fwd), _last(X[:, ::-1], bwd)], axis=-1).reshape(len(X), -1)


@bidirectional_forward.misconception
def units_turned_round(X, fwd, bwd):
    """You turned the backward half's state round at the end, unit by unit: it has no time axis any more, so
    leave it as it is."""
    return _joined(_last(X, fwd), _last(X[:, ::-1], bwd)[:, ::-1])


@bidirectional_forward.misconception
def forward_half_alone(X, fwd, bwd):
    """You return the forward half alone, `(N, M)`: the M numbers of the backward half go beside it."""
    return _last(X, fwd)


@bidirectional_forward.misconception
def backward_half_alone(X, fwd, bwd):
    """You return the backward half alone, `(N, M)`: the M numbers of the forward half come before it."""
    return _last(X[:, ::-1], bwd)


@bidirectional_forward.misconception
def all_states(X, fwd, bwd):
    """You return the states of all steps, `(N, T, 2M)`: here only the last one of each half is due, `(N,
    2M)`."""
    return reference.bidirectional_states(X, fwd, bwd)


@bidirectional_forward.misconception
def both_biases_forgotten(X, fwd, bwd):
    """The biases `bh` are missing from the sums inside tanh."""
    return _joined(_last(X, (*fwd[:2], 0 * fwd[2])), _last(X[:, ::-1], (*bwd[:2], 0 * bwd[2])))


@bidirectional_forward.misconception
def states_not_carried(X, fwd, bwd):
    """Every step starts again from zeros: hand the new state on to the next step, in both loops."""
    return _joined(np.tanh(X[:, -1] @ fwd[0] + fwd[2]), np.tanh(X[:, 0] @ bwd[0] + bwd[2]))


bidirectional_states = exercise(
    reference.bidirectional_states,
    stars=2,
    minutes=10,
    cases=_both_ways,
    keras=_keras_states_both_ways,
    hints=[
        "Each half gives T states, `(N, T, M)`, in the order in which it read. In which order did the "
        "backward half read?",
        "Its first state belongs to step T - 1, its last to step 0. Before you join the halves, turn its "
        "states round in time: `[:, ::-1]` once more.",
        "Backward half: read `X[:, ::-1]`, keep every state, and turn the result round. Then "
        "`np.concatenate([…, …], axis=2)`, forwards first.",
    ],
)


def _turned(X, layer):
    """The backward half's states, in the order of time."""
    return _states(X[:, ::-1], *layer)[:, ::-1]


@bidirectional_states.misconception
def backward_half_left_reversed(X, fwd, bwd):
    """The backward half is left in the order in which it read, last step first. Turn its states round in
    time, `[:, ::-1]`, before you join: both halves of row t belong to step t."""
    return _joined(_states(X, *fwd), _states(X[:, ::-1], *bwd))


@bidirectional_states.misconception
def both_halves_forwards(X, fwd, bwd):
    """Both halves read forwards: the second one has to begin at the last step, with `X[:, ::-1]`. If you
    wrote `X[::-1]`: that turns the batch round, and leaves time as it is."""
    return _joined(_states(X, *fwd), _states(X, *bwd))


@bidirectional_states.misconception
def turned_round_after_reading_forwards(X, fwd, bwd):
    """The backward half read forwards, and its states were turned round afterwards. It has to read X turned
    round, and then its states are turned back."""
    return _joined(_states(X, *fwd), _states(X, *bwd)[:, ::-1])


@bidirectional_states.misconception
def both_halves_turned_round(X, fwd, bwd):
    """You turned round both halves, after they were joined: only the states of the backward half have to be
    turned."""
    return _joined(_states(X, *fwd), _states(X[:, ::-1], *bwd))[:, ::-1]


@bidirectional_states.misconception
def forward_half_turned_round(X, fwd, bwd):
    """You turned round the forward half in place of the backward one."""
    return _joined(_states(X, *fwd)[:, ::-1], _states(X[:, ::-1], *bwd))


@bidirectional_states.misconception
def states_of_other_samples(X, fwd, bwd):
    """`[::-1]` turned the batch round: the backward half now belongs to other samples. Time is the second
    axis: `[:, ::-1]`."""
    return _joined(_states(X, *fwd), _states(X[:, ::-1], *bwd)[::-1])


@bidirectional_states.misconception
def units_of_the_half_turned_round(X, fwd, bwd):
    """You turned the units of the backward half round, its last axis. Time is the second one: `[:, ::-1]`."""
    return _joined(_states(X, *fwd), _states(X[:, ::-1], *bwd)[..., ::-1])


@bidirectional_states.misconception
def backward_states_first(X, fwd, bwd):
    """The halves stand in the wrong order: the M numbers of the forward half come first."""
    return _joined(_turned(X, bwd), _states(X, *fwd))


@bidirectional_states.misconception
def weights_changed_places(X, fwd, bwd):
    """The weights changed places: `fwd` is for the half that reads X as it is, `bwd` for the other."""
    return _joined(_states(X, *bwd), _turned(X, fwd))


@bidirectional_states.misconception
def weights_of_one_half(X, fwd, bwd):
    """Both halves use the weights `fwd`: the two layers share nothing, and the backward half has its own."""
    return _joined(_states(X, *fwd), _turned(X, fwd))


@bidirectional_states.misconception
def minus_t_at_every_step(X, fwd, bwd):
    """Your backward half begins with step 0: `X[:, -t]` is `X[:, 0]` when t is 0. Counted from the end, step
    t is `X[:, -1 - t]`."""
    return _joined(_states(X, *fwd), _states(_minus_t(X), *bwd)[:, ::-1])


@bidirectional_states.misconception
def states_written_at_minus_t(X, fwd, bwd):
    """The backward states stand one place off: `H[:, -t]` is `H[:, 0]` when t is 0. Counted from the end,
    step t is `H[:, -1 - t]`."""
    return _joined(_states(X, *fwd), _minus_t(_states(X[:, ::-1], *bwd)))


@bidirectional_states.misconception
def minus_t_twice(X, fwd, bwd):
    """Your backward half reads `X[:, -t]` and writes `H[:, -t]`, and so begins with step 0: -0 is 0. Counted
    from the end, step t is `[:, -1 - t]`."""
    return _joined(_states(X, *fwd), _minus_t(_states(_minus_t(X), *bwd)))


@bidirectional_states.misconception
def zeros_at_step_0(X, fwd, bwd):
    """The backward half never gets to step 0, and its states there are zeros: `range(T - 1, 0, -1)` ends
    before 0. Write `range(T - 1, -1, -1)`."""
    backwards = _turned(X, bwd)
    return _joined(_states(X, *fwd), np.concatenate([0 * backwards[:, :1], backwards[:, 1:]], axis=1))


@bidirectional_states.misconception
def backward_states_before_the_step(X, fwd, bwd):
    """Your backward half has not read step t in row t: its states come one step late. Keep the state after
    the step."""
    return _joined(_states(X, *fwd), _late(_states(X[:, ::-1], *bwd))[:, ::-1])


@bidirectional_states.misconception
def carried_from_half_to_half(X, fwd, bwd):
    """The backward half starts from the state that the forward half ended with: it starts from zeros."""
    H = _states(X, *fwd)
    return _joined(H, _states(X[:, ::-1], *bwd, H[:, -1])[:, ::-1])


@bidirectional_states.misconception
def second_half_on_the_states(X, fwd, bwd):
    """The backward half reads the states of the forward half: they are no stack, both read X."""
    H = _states(X, *fwd)
    return _joined(H, _turned(H, bwd))


@bidirectional_states.misconception
def last_states_only(X, fwd, bwd):
    """You return the last state of each half, `(N, 2M)`: here every step has one, `(N, T, 2M)`."""
    return reference.bidirectional_forward(X, fwd, bwd)


@bidirectional_states.misconception
def last_states_repeated(X, fwd, bwd):
    """All T rows are the same, the last state of each half: row t holds the two states at step t."""
    return np.repeat(reference.bidirectional_forward(X, fwd, bwd)[:, None], X.shape[1], axis=1)


@bidirectional_states.misconception
def halves_one_after_the_other(X, fwd, bwd):
    """The halves follow each other in time, `(N, 2T, M)`: join them along the last axis, with `axis=2`."""
    return np.concatenate([_states(X, *fwd), _turned(X, bwd)], axis=1)


@bidirectional_states.misconception
def halves_as_further_samples(X, fwd, bwd):
    """The backward half looks like N more samples, `(2N, T, M)`: join the halves along the last axis, with
    `axis=2`."""
    return np.concatenate([_states(X, *fwd), _turned(X, bwd)])


@bidirectional_states.misconception
def halves_on_a_new_axis(X, fwd, bwd):
    """`np.stack` made a new axis for the halves: `np.concatenate` with `axis=2` puts them side by side, `(N,
    T, 2M)`."""
    return np.stack([_states(X, *fwd), _turned(X, bwd)])


@bidirectional_states.misconception
def states_added(X, fwd, bwd):
    """You added the halves, `(N, T, M)`, as `merge_mode="sum"` does. Keras, if not told otherwise, puts them
    side by side, `(N, T, 2M)`."""
    return _states(X, *fwd) + _turned(X, bwd)


@bidirectional_states.misconception
def time_in_front(X, fwd, bwd):
    """Time stands first, `(T, N, 2M)`, and the batch second: Keras wants `(N, T, 2M)`, which `np.stack(…,
    axis=1)` gives."""
    return _joined(_states(X, *fwd), _turned(X, bwd)).swapaxes(0, 1)


@bidirectional_states.misconception
def time_in_front_and_samples_turned(X, fwd, bwd):
    """Your list of backward states has time in front when you turn it round, and the forward half too. That
    part is right, but `(T, N, 2M)` still has to become `(N, T, 2M)`, and not by a reshape."""
    H = _joined(_states(X, *fwd), _turned(X, bwd))
    return H.swapaxes(0, 1).reshape(H.shape)


@bidirectional_states.misconception
def forward_states_alone(X, fwd, bwd):
    """You return the forward half alone, `(N, T, M)`: the M numbers of the backward half go beside it."""
    return _states(X, *fwd)


@bidirectional_states.misconception
def biases_left_out(X, fwd, bwd):
    """The biases `bh` are missing from the sums inside tanh."""
    return _joined(_states(X, *fwd[:2], 0 * fwd[2]), _turned(X, (*bwd[:2], 0 * bwd[2])))


@bidirectional_states.misconception
def nothing_carried(X, fwd, bwd):
    """Every step starts again from zeros: hand the new state on to the next step, in both loops."""
    return _joined(np.tanh(X @ fwd[0] + fwd[2]), np.tanh(X @ bwd[0] + bwd[2]))
