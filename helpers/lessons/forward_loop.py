"""Lesson 05: one sample, one loop over time, and the same numbers as `model.predict`.

It teaches the recurrence as code: what is computed at a step, what is handed on, what comes out. It leaves
out batches, carried state and masks (lesson 06), and other cells (lessons 10 and 11).
"""

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import exercise
from helpers.lessons.fixtures import recurrent
from helpers.reference import forward_loop as reference


def _keras_step(x_t, h_last, Wx, Wh, bh):
    layer = keras_models.simple_rnn(Wx, Wh, bh)
    return keras_models.call(layer, x_t[None, None], initial_state=[h_last[None].astype("float64")])[0]


def _keras_dense(h, Wo, bo):
    return keras_models.call(keras_models.dense(Wo, bo), h[None])[0]


def _keras_forward(x, Wx, Wh, bh, Wo, bo):
    return _keras_dense(keras_models.call(keras_models.simple_rnn(Wx, Wh, bh), x[None])[0], Wo, bo)


def _keras_forward_all(x, Wx, Wh, bh, Wo, bo):
    layer = keras_models.simple_rnn(Wx, Wh, bh, return_sequences=True)
    return keras_models.call(keras_models.dense(Wo, bo), keras_models.call(layer, x[None]))[0]


rnn_step = exercise(
    reference.rnn_step,
    stars=1,
    minutes=5,
    cases=recurrent,
    keras=_keras_step,
    hints=[
        "Three things are added before anything else happens: one from the input, one from the last state, "
        "and the bias. Each of them has the shape `(M,)`.",
        "A row vector times a matrix: `x_t @ Wx` is `(D,) @ (D, M)`, which gives `(M,)`.",
        "`np.tanh(a)` takes the tanh of every number of an array `a`. It comes last, around the whole sum.",
    ],
)


@rnn_step.misconception
def no_tanh(x_t, h_last, Wx, Wh, bh):
    """The sum is right, but it is not squashed: SimpleRNN puts tanh around it, so every state lies between -1
    and 1."""
    return x_t @ Wx + h_last @ Wh + bh


@rnn_step.misconception
def bias_forgotten(x_t, h_last, Wx, Wh, bh):
    """The bias `bh` is missing from the sum inside tanh."""
    return np.tanh(x_t @ Wx + h_last @ Wh)


@rnn_step.misconception
def bias_twice(x_t, h_last, Wx, Wh, bh):
    """The bias `bh` is added twice: once for the input and once for the state. SimpleRNN has only one."""
    return np.tanh((x_t @ Wx + bh) + (h_last @ Wh + bh))


@rnn_step.misconception
def bias_outside(x_t, h_last, Wx, Wh, bh):
    """The bias `bh` is added after tanh; it belongs inside, with the two products."""
    return np.tanh(x_t @ Wx + h_last @ Wh) + bh


@rnn_step.misconception
def sigmoid(x_t, h_last, Wx, Wh, bh):
    """You squash with the sigmoid, which gives 0 to 1. SimpleRNN squashes with tanh, which gives -1 to 1."""
    return 1 / (1 + np.exp(-(x_t @ Wx + h_last @ Wh + bh)))


@rnn_step.misconception
def relu(x_t, h_last, Wx, Wh, bh):
    """You use ReLU: every negative number became 0. SimpleRNN's activation, if not told, is tanh."""
    return np.maximum(x_t @ Wx + h_last @ Wh + bh, 0)


@rnn_step.misconception
def recurrent_part_forgotten(x_t, h_last, Wx, Wh, bh):
    """The last state is not used: `h_last @ Wh` is missing, and without it nothing is remembered."""
    return np.tanh(x_t @ Wx + bh)


@rnn_step.misconception
def input_forgotten(x_t, h_last, Wx, Wh, bh):
    """The input is not used: `x_t @ Wx` is missing from the sum."""
    return np.tanh(h_last @ Wh + bh)


@rnn_step.misconception
def tanh_too_early(x_t, h_last, Wx, Wh, bh):
    """tanh is taken before the recurrent part is added; it goes around the whole sum."""
    return np.tanh(x_t @ Wx + bh) + h_last @ Wh


@rnn_step.misconception
def bracket_closed_too_early(x_t, h_last, Wx, Wh, bh):
    """Only the first product is inside tanh: look where its bracket closes. It goes around the whole sum."""
    return np.tanh(x_t @ Wx) + h_last @ Wh + bh


@rnn_step.misconception
def Wh_transposed(x_t, h_last, Wx, Wh, bh):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return np.tanh(x_t @ Wx + Wh @ h_last + bh)


@rnn_step.misconception
def Wx_and_Wh_exchanged(x_t, h_last, Wx, Wh, bh):
    """`Wx` and `Wh` changed places: the input goes with `Wx (D, M)`, the last state with `Wh (M, M)`."""
    return np.tanh(x_t @ Wh + h_last @ Wx + bh)


dense = exercise(
    reference.dense,
    stars=1,
    minutes=3,
    cases=recurrent,
    keras=_keras_dense,
    hints=[
        "It is the same pattern as the step before, but shorter: one product and one bias.",
        "`h @ Wo` is `(M,) @ (M, K)`, which gives `(K,)`. There is no tanh here.",
    ],
)


@dense.misconception
def tanh_on_the_output(h, Wo, bo):
    """There is a tanh too many: `Dense(K)` has no activation unless you ask for one, so an output may be
    any number."""
    return np.tanh(h @ Wo + bo)


@dense.misconception
def output_bias_forgotten(h, Wo, bo):
    """The bias `bo` is missing."""
    return h @ Wo


@dense.misconception
def output_bias_twice(h, Wo, bo):
    """The bias `bo` is added twice."""
    return h @ Wo + bo + bo


@dense.misconception
def Wo_transposed(h, Wo, bo):
    """`Wo` is used transposed: Keras computes `h @ Wo`, with the state on the left."""
    return Wo @ h + bo


@dense.misconception
def softmax_on_the_output(h, Wo, bo):
    """There is a softmax too many: `Dense(K)` has no activation unless you ask for one."""
    z = np.exp(h @ Wo + bo)
    return z / z.sum()


forward = exercise(
    reference.forward,
    stars=2,
    minutes=10,
    cases=recurrent,
    keras=_keras_forward,
    hints=[
        "Start with `h_last` as M zeros: `np.zeros(len(bh))`. Then go through `x` row by row: `x[t]`.",
        "At every turn of the loop: compute `h` by `rnn_step`, then hand it on with `h_last = h`.",
        "After the loop, and not inside it, one `dense` turns the last state `(M,)` into the output `(K,)`.",
    ],
)


def _states(x, Wx, Wh, bh, h=None):
    """The states after every step, as a list; the misconceptions below bend this."""
    h, states = np.zeros_like(bh) if h is None else h, []
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + bh)
        states.append(h)
    return states


@forward.misconception
def state_not_carried(x, Wx, Wh, bh, Wo, bo):
    """Every step starts again from zeros: is `h_last = h` missing, or do the zeros stand inside the loop?"""
    return np.tanh(x[-1] @ Wx + bh) @ Wo + bo


@forward.misconception
def starts_from_ones(x, Wx, Wh, bh, Wo, bo):
    """The state before the first step has to be zeros; yours starts with ones."""
    return _states(x, Wx, Wh, bh, np.ones_like(bh))[-1] @ Wo + bo


@forward.misconception
def starts_from_the_bias(x, Wx, Wh, bh, Wo, bo):
    """The state before the first step has to be zeros; yours starts with the bias `bh`."""
    return _states(x, Wx, Wh, bh, bh)[-1] @ Wo + bo


@forward.misconception
def no_tanh_in_the_loop(x, Wx, Wh, bh, Wo, bo):
    """tanh is missing: every new state is `np.tanh` of the sum, and lies between -1 and 1."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = x_t @ Wx + h @ Wh + bh
    return h @ Wo + bo


@forward.misconception
def tanh_on_the_output_too(x, Wx, Wh, bh, Wo, bo):
    """There is a tanh on the output too: only the states get one, `Dense(K)` has none."""
    return np.tanh(_states(x, Wx, Wh, bh)[-1] @ Wo + bo)


@forward.misconception
def sigmoid_in_the_loop(x, Wx, Wh, bh, Wo, bo):
    """The states are squashed with the sigmoid; SimpleRNN squashes them with tanh."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = 1 / (1 + np.exp(-(x_t @ Wx + h @ Wh + bh)))
    return h @ Wo + bo


@forward.misconception
def relu_in_the_loop(x, Wx, Wh, bh, Wo, bo):
    """The states go through ReLU; SimpleRNN's activation, unless told otherwise, is tanh."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = np.maximum(x_t @ Wx + h @ Wh + bh, 0)
    return h @ Wo + bo


@forward.misconception
def hidden_bias_forgotten(x, Wx, Wh, bh, Wo, bo):
    """The hidden bias `bh` is missing from the sum inside tanh."""
    return _states(x, Wx, Wh, np.zeros_like(bh))[-1] @ Wo + bo


@forward.misconception
def hidden_bias_twice(x, Wx, Wh, bh, Wo, bo):
    """The hidden bias `bh` is added twice at every step; SimpleRNN has one bias, not one for each product."""
    return _states(x, Wx, Wh, 2 * bh)[-1] @ Wo + bo


@forward.misconception
def bias_of_the_output_forgotten(x, Wx, Wh, bh, Wo, bo):
    """The output's bias `bo` is missing."""
    return _states(x, Wx, Wh, bh)[-1] @ Wo


@forward.misconception
def output_before_the_step(x, Wx, Wh, bh, Wo, bo):
    """The last step is missing from the output: the loop stops one step early, or the output is made from
    the state before the new `h`."""
    return (np.zeros_like(bh) if len(x) == 1 else _states(x[:-1], Wx, Wh, bh)[-1]) @ Wo + bo


@forward.misconception
def first_step_skipped(x, Wx, Wh, bh, Wo, bo):
    """The loop misses the first step: it starts at `x[1]`. Time is counted from 0: `range(T)`."""
    return (np.zeros_like(bh) if len(x) == 1 else _states(x[1:], Wx, Wh, bh)[-1]) @ Wo + bo


@forward.misconception
def one_step_too_many(x, Wx, Wh, bh, Wo, bo):
    """There is one step too many: after the last input the state is moved on once more."""
    return _states([*x, x[-1]], Wx, Wh, bh)[-1] @ Wo + bo


@forward.misconception
def first_output(x, Wx, Wh, bh, Wo, bo):
    """This is the output after the first step: does `return` stand inside the loop? Go through all T steps,
    and use the last state."""
    return _states(x, Wx, Wh, bh)[0] @ Wo + bo


@forward.misconception
def mean_of_the_outputs(x, Wx, Wh, bh, Wo, bo):
    """This is the mean over all time steps: `model.predict` gives the output of the last one."""
    return np.mean(_states(x, Wx, Wh, bh), axis=0) @ Wo + bo


@forward.misconception
def sum_of_the_outputs(x, Wx, Wh, bh, Wo, bo):
    """This is the sum of the outputs of all time steps: `model.predict` gives the last one alone."""
    return (np.stack(_states(x, Wx, Wh, bh)) @ Wo + bo).sum(axis=0)


@forward.misconception
def time_reversed(x, Wx, Wh, bh, Wo, bo):
    """The sequence is read backwards: the first step uses `x[0]`, the last one `x[T-1]`."""
    return _states(x[::-1], Wx, Wh, bh)[-1] @ Wo + bo


@forward.misconception
def first_input_every_time(x, Wx, Wh, bh, Wo, bo):
    """Every step sees the first input `x[0]`: step t has to use `x[t]`."""
    return _states([x[0]] * len(x), Wx, Wh, bh)[-1] @ Wo + bo


@forward.misconception
def last_input_every_time(x, Wx, Wh, bh, Wo, bo):
    """Every step sees the last input: step t has to use `x[t]`."""
    return _states([x[-1]] * len(x), Wx, Wh, bh)[-1] @ Wo + bo


@forward.misconception
def recurrent_kernel_transposed(x, Wx, Wh, bh, Wo, bo):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return _states(x, Wx, Wh.T, bh)[-1] @ Wo + bo


@forward.misconception
def kernels_exchanged(x, Wx, Wh, bh, Wo, bo):
    """`Wx` and `Wh` changed places, or `x[t]` and `h_last` did: the input goes with `Wx (D, M)`, the last
    state with `Wh (M, M)`."""
    return _states(x, Wh, Wx, bh)[-1] @ Wo + bo


@forward.misconception
def tanh_before_the_recurrent_part(x, Wx, Wh, bh, Wo, bo):
    """tanh is taken before `h_last @ Wh` is added; it goes around the whole sum."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = np.tanh(x_t @ Wx + bh) + h @ Wh
    return h @ Wo + bo


@forward.misconception
def tanh_of_the_input_alone(x, Wx, Wh, bh, Wo, bo):
    """Only the first product is inside tanh: look where its bracket closes. It goes around the whole sum."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = np.tanh(x_t @ Wx) + h @ Wh + bh
    return h @ Wo + bo


@forward.misconception
def state_overwritten_unit_by_unit(x, Wx, Wh, bh, Wo, bo):
    """The state is overwritten unit by unit, so later units see new values of earlier ones: all M need the
    old     state. Fill a new array."""
    h = np.zeros_like(bh)
    for x_t in x:
        for m in range(len(h)):
            h[m] = np.tanh(x_t @ Wx[:, m] + h @ Wh[:, m] + bh[m])
    return h @ Wo + bo


@forward.misconception
def state_summed(x, Wx, Wh, bh, Wo, bo):
    """The new state is added to the old one: it has to take the old one's place, `h_last = h`."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = h + np.tanh(x_t @ Wx + h @ Wh + bh)
    return h @ Wo + bo


@forward.misconception
def every_output(x, Wx, Wh, bh, Wo, bo):
    """You return the outputs of all T steps, `(T, K)`: here only the last one is due, `(K,)`."""
    return np.stack(_states(x, Wx, Wh, bh)) @ Wo + bo


@forward.misconception
def state_in_place_of_output(x, Wx, Wh, bh, Wo, bo):
    """You return the last state `(M,)`: the output `(K,)` is one `dense` further, `h @ Wo + bo`."""
    return _states(x, Wx, Wh, bh)[-1]


@forward.misconception
def batch_axis_left(x, Wx, Wh, bh, Wo, bo):
    """You return `(1, K)`: this is one sample without a batch axis, so the output is `(K,)`."""
    return (_states(x, Wx, Wh, bh)[-1] @ Wo + bo)[None]


forward_all = exercise(
    reference.forward_all,
    stars=2,
    minutes=8,
    cases=recurrent,
    keras=_keras_forward_all,
    hints=[
        "The loop is the one of `forward`. What is new: every turn of it leaves an output behind.",
        "Begin with an empty list, append the output of every step, and make one array of it after the loop.",
        "`np.stack(Yhats)` turns T arrays `(K,)` into one `(T, K)`.",
    ],
)


@forward_all.misconception
def last_output_only(x, Wx, Wh, bh, Wo, bo):
    """You return the last output alone, `(K,)`: here all T of them are due, `(T, K)`."""
    return _states(x, Wx, Wh, bh)[-1] @ Wo + bo


@forward_all.misconception
def last_output_repeated(x, Wx, Wh, bh, Wo, bo):
    """All T rows are the last output: make the output inside the loop, from the state of that step, and a new
    array for each."""
    return np.stack([_states(x, Wx, Wh, bh)[-1]] * len(x)) @ Wo + bo


@forward_all.misconception
def returned_in_the_loop(x, Wx, Wh, bh, Wo, bo):
    """Only the first row came out: does `return` stand inside the loop? It comes after it."""
    return _states(x, Wx, Wh, bh)[:1] @ Wo + bo


@forward_all.misconception
def list_made_anew(x, Wx, Wh, bh, Wo, bo):
    """Only the last row came out: make the empty list before the loop, and append to it inside the loop, in
    every turn."""
    return _states(x, Wx, Wh, bh)[-1:] @ Wo + bo


@forward_all.misconception
def zeros_kept_too(x, Wx, Wh, bh, Wo, bo):
    """There are T + 1 rows: the zeros before the first step are no step, and have no output."""
    return np.stack([np.zeros_like(bh), *_states(x, Wx, Wh, bh)]) @ Wo + bo


@forward_all.misconception
def outputs_before_the_step(x, Wx, Wh, bh, Wo, bo):
    """The outputs come one step late: each is computed from the state before its step. First the new `h`,
    then     the output."""
    return np.stack([np.zeros_like(bh), *_states(x, Wx, Wh, bh)[:-1]]) @ Wo + bo


@forward_all.misconception
def outputs_with_tanh(x, Wx, Wh, bh, Wo, bo):
    """There is a tanh on the outputs too: only the states get one, `Dense(K)` has none."""
    return np.tanh(np.stack(_states(x, Wx, Wh, bh)) @ Wo + bo)


@forward_all.misconception
def states_not_carried(x, Wx, Wh, bh, Wo, bo):
    """Every step starts again from zeros: is `h_last = h` missing, or do the zeros stand inside the loop?"""
    return np.tanh(x @ Wx + bh) @ Wo + bo


@forward_all.misconception
def outputs_in_reverse(x, Wx, Wh, bh, Wo, bo):
    """The outputs stand in reverse order: row 0 belongs to the first step."""
    return np.stack(_states(x, Wx, Wh, bh)[::-1]) @ Wo + bo


@forward_all.misconception
def outputs_summed_up(x, Wx, Wh, bh, Wo, bo):
    """Each row is the sum of all outputs so far: append the output of the step itself."""
    return np.cumsum(np.stack(_states(x, Wx, Wh, bh)) @ Wo + bo, axis=0)


@forward_all.misconception
def states_in_place_of_outputs(x, Wx, Wh, bh, Wo, bo):
    """You return the states `(T, M)`: each of them has to go through `dense` to become an output `(K,)`."""
    return np.stack(_states(x, Wx, Wh, bh))


@forward_all.misconception
def outputs_side_by_side(x, Wx, Wh, bh, Wo, bo):
    """The outputs lie along the second axis, `(K, T)`: time comes first, `(T, K)`: `np.stack(Yhats)`."""
    return np.stack([h @ Wo + bo for h in _states(x, Wx, Wh, bh)], axis=1)


@forward_all.misconception
def every_bias_forgotten(x, Wx, Wh, bh, Wo, bo):
    """Both biases are missing: `bh` inside tanh, and `bo` in the output."""
    return np.stack(_states(x, Wx, Wh, np.zeros_like(bh))) @ Wo


@forward_all.misconception
def Wh_transposed_in_the_loop(x, Wx, Wh, bh, Wo, bo):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return np.stack(_states(x, Wx, Wh.T, bh)) @ Wo + bo
