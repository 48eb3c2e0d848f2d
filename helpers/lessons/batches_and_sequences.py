"""Lesson 06: N samples at once, every step's state, a state carried from one call to the next, and padding.

It teaches that the batch is one more axis and not one more loop, what `return_sequences`, `return_state`,
`initial_state` and `stateful` give, and what a mask does. It solves the original notebook's bonus (N > 1). It
leaves out training on padded batches, and masks together with an initial state: there Keras puts out zeros
before the first real step, while the state itself is carried.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, exercise
from helpers.lessons.fixtures import padded, recurrent, weights
from helpers.reference import batches_and_sequences as reference


def _square(rng: np.random.Generator) -> Case:
    """A case with N = T = M, where samples, steps and units can be taken for each other without an error."""
    N, D, K = 5, 3, 7
    X, h0 = rng.normal(0, 1, (N, N, D)), np.tanh(rng.normal(0, 1, (N, N)))
    sizes = {"N": N, "T": N, "D": D, "M": N, "K": K}
    return Case(sizes, {"X": X, "h0": h0, **weights(rng, D, N, K)}, note="N = T = M")


def batches(rng: np.random.Generator) -> Iterable[Case]:
    """The cases of `recurrent`, and the square one."""
    yield from recurrent(rng)
    yield _square(rng)


def padded_batches(rng: np.random.Generator) -> Iterable[Case]:
    """The cases of `padded`, and the square one with padding of every kind."""
    yield from padded(rng)
    case = _square(rng)
    mask = np.array([[1, 1, 0, 0, 0], [0, 0, 1, 1, 1], [1, 0, 0, 1, 1], [0, 0, 0, 0, 0], [0, 1, 1, 1, 0]]) > 0
    yield replace(case, inputs={**case.inputs, "mask": mask})


def _keras_hidden_states(X, Wx, Wh, bh):
    return keras_models.call(keras_models.simple_rnn(Wx, Wh, bh, return_sequences=True), X)


def _keras_forward_batch(X, Wx, Wh, bh, Wo, bo):
    h = keras_models.call(keras_models.simple_rnn(Wx, Wh, bh), X)
    return keras_models.call(keras_models.dense(Wo, bo), h)


def _keras_many_to_many(X, Wx, Wh, bh, Wo, bo):
    return keras_models.call(keras_models.dense(Wo, bo), _keras_hidden_states(X, Wx, Wh, bh))


def _keras_forward_from(X, h0, Wx, Wh, bh):
    layer = keras_models.simple_rnn(Wx, Wh, bh, return_sequences=True, return_state=True)
    return keras_models.call(layer, X, initial_state=[h0.astype("float64")])


def _keras_masked_last(X, mask, Wx, Wh, bh):
    return keras_models.call(keras_models.simple_rnn(Wx, Wh, bh), X, mask=mask)


def _zeros(X, bh):
    return np.zeros((len(X), len(bh)), X.dtype)


def _states(X, Wx, Wh, bh, h=None):
    """The T states `(N, M)` as a list; most misconceptions below bend what goes in or what comes out."""
    h, states = _zeros(X, bh) if h is None else h, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        states.append(h)
    return states


def _last(X, Wx, Wh, bh, h=None):
    """The last state `(N, M)`; zeros where there is no step at all."""
    return [_zeros(X, bh), *_states(X, Wx, Wh, bh, h)][-1]


def _sample_after_sample(X, Wx, Wh, bh):
    """The states `(N, T, M)` of a loop over samples and steps that never sets `h` back to zeros."""
    N, T, D = X.shape
    return np.stack(_states(X.reshape(1, N * T, D), Wx, Wh, bh), axis=1).reshape(N, T, -1)


def _along_the_batch(X, Wx, Wh, bh):
    """The states `(N, T, M)` of a loop over samples that takes them for time steps."""
    return np.stack(_states(X.swapaxes(0, 1), Wx, Wh, bh))


def _sample_t_taken_for_step_t(X, Wx, Wh, bh, h):
    """The states, as a list, of a loop that takes `X[t]` for step t, with a state `(N, M)`."""
    states = []
    for t in range(X.shape[1]):
        h = np.tanh(X[t] @ Wx + h @ Wh + bh)
        states.append(h)
    return states


def _state_on_the_right(X, Wx, Wh, bh, h):
    """The states, as a list, of a loop with `Wh @ h` for `h @ Wh`."""
    states = []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + Wh @ h + bh)
        states.append(h)
    return states


def _written_into_sample_t(H, states):
    """`H` after a loop that writes `H[t] = h`."""
    for t, h in enumerate(states):
        H[t] = h
    return H


forward_batch = exercise(
    reference.forward_batch,
    stars=2,
    minutes=10,
    cases=batches,
    keras=_keras_forward_batch,
    hints=[
        "Take the loop for one sample, and ask at every array: does each sample have its own? The input "
        "and the state get a batch axis in front, the weights don't.",
        "The state begins as `np.zeros((N, M))`. Step t of all samples is `X[:, t]`, of shape `(N, D)`; "
        "`X[t]` would be sample t.",
        "Every part of the sum has the shape `(N, M)` but the bias, `(M,)`, which NumPy adds to every row. "
        "Once the shapes fit, the line for one step is the same as for one sample.",
    ],
)


@forward_batch.misconception
def one_state_for_all_samples(X, Wx, Wh, bh, Wo, bo):
    """All samples share one state: within a time step, it passes from sample to sample. Each sample needs a
    row of its own in `h`, of shape `(N, M)`."""
    h, rows = np.zeros_like(bh), _zeros(X, bh)
    for t in range(X.shape[1]):
        for n in range(len(X)):
            h = np.tanh(X[n, t] @ Wx + h @ Wh + bh)
            rows[n] = h
    return rows @ Wo + bo


@forward_batch.misconception
def carried_from_sample_to_sample(X, Wx, Wh, bh, Wo, bo):
    """Each sample starts with the state that the sample before it left: set `h` back to zeros at the start of
    every sample. Samples know nothing of each other."""
    return _sample_after_sample(X, Wx, Wh, bh)[:, -1] @ Wo + bo


@forward_batch.misconception
def first_sample_only(X, Wx, Wh, bh, Wo, bo):
    """You return the output of sample 0 alone, `(K,)`: every sample has one, `(N, K)`."""
    return (_last(X[:1], Wx, Wh, bh) @ Wo + bo)[0]


@forward_batch.misconception
def first_sample_as_batch(X, Wx, Wh, bh, Wo, bo):
    """You return the output of sample 0 alone, as `(1, K)`: every sample has one, `(N, K)`."""
    return _last(X[:1], Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def first_sample_repeated(X, Wx, Wh, bh, Wo, bo):
    """All N rows are the output of sample 0: row n has to come from `X[n]`."""
    return np.repeat(_last(X[:1], Wx, Wh, bh) @ Wo + bo, len(X), axis=0)


@forward_batch.misconception
def last_sample_only(X, Wx, Wh, bh, Wo, bo):
    """You return the output of the last sample alone, `(K,)`: keep the output of every sample, `(N, K)`."""
    return (_last(X[-1:], Wx, Wh, bh) @ Wo + bo)[0]


@forward_batch.misconception
def mean_over_the_batch(X, Wx, Wh, bh, Wo, bo):
    """This is the mean over all samples: each sample has an output of its own, so the batch axis stays."""
    return (_last(X, Wx, Wh, bh) @ Wo + bo).mean(axis=0)


@forward_batch.misconception
def time_and_batch_exchanged(X, Wx, Wh, bh, Wo, bo):
    """The loop goes over the samples, as if they were time steps: `X[n]` is one sample, `X[:, t]` is one time
    step of all samples."""
    return _along_the_batch(X, Wx, Wh, bh)[-1] @ Wo + bo


@forward_batch.misconception
def loop_for_one_sample_on_the_batch(X, Wx, Wh, bh, Wo, bo):
    """`X[t]` is sample t, with all its steps: in a batch, step t of all samples is `X[:, t]`, of shape
    `(N, D)`."""
    h = np.zeros_like(bh)
    for t in range(X.shape[1]):
        h = np.tanh(X[t] @ Wx + h @ Wh + bh)
    return h @ Wo + bo


@forward_batch.misconception
def sample_t_taken_for_step_t(X, Wx, Wh, bh, Wo, bo):
    """`X[t]` is sample t, with all its steps, `(T, D)`, and does not fit a state of N rows: step t of all
    samples is `X[:, t]`, of shape `(N, D)`."""
    return _sample_t_taken_for_step_t(X, Wx, Wh, bh, _zeros(X, bh))[-1] @ Wo + bo


@forward_batch.misconception
def samples_taken_for_steps(X, Wx, Wh, bh, Wo, bo):
    """`for x_t in X` goes over the samples: each is `(T, D)`, and does not fit a state of N rows. Loop over
    t; step t of all samples is `X[:, t]`."""
    h = _zeros(X, bh)
    for x in X:
        h = np.tanh(x @ Wx + h @ Wh + bh)
    return h @ Wo + bo


@forward_batch.misconception
def state_on_the_right(X, Wx, Wh, bh, Wo, bo):
    """The state stands on the left of `Wh`: `h_last @ Wh` is `(N, M)` times `(M, M)`, and keeps a row for
    every sample. `Wh @ h_last` would mix them."""
    return _state_on_the_right(X, Wx, Wh, bh, _zeros(X, bh))[-1] @ Wo + bo


@forward_batch.misconception
def batch_run_for_every_sample(X, Wx, Wh, bh, Wo, bo):
    """The whole batch runs N times over: there are two loops, but each step already takes all samples. One
    loop over T is enough."""
    return _last(np.concatenate([X] * len(X), axis=1), Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def reshaped_to_time_first(X, Wx, Wh, bh, Wo, bo):
    """`X` was reshaped to `(T, N, D)`, which mixes the samples: a reshape keeps the order of the numbers.
    `X[:, t]` gives step t of all samples, and so does a transpose."""
    N, T, D = X.shape
    return _last(X.reshape(T, N, D).swapaxes(0, 1), Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def state_not_carried(X, Wx, Wh, bh, Wo, bo):
    """Every step starts again from zeros: hand the new state on with `h_last = h`, inside the loop."""
    return np.tanh(X[:, -1] @ Wx + bh) @ Wo + bo


@forward_batch.misconception
def output_of_the_zeros(X, Wx, Wh, bh, Wo, bo):
    """The output comes from the zeros that the loop began with: `h_last` never takes the new state. Put
    `h_last = h` inside the loop."""
    return _zeros(X, bh) @ Wo + bo


@forward_batch.misconception
def starts_from_ones(X, Wx, Wh, bh, Wo, bo):
    """The state before the first step has to be zeros, `np.zeros((N, M))`; yours starts with ones."""
    return _last(X, Wx, Wh, bh, 1 + _zeros(X, bh)) @ Wo + bo


@forward_batch.misconception
def no_tanh_in_the_loop(X, Wx, Wh, bh, Wo, bo):
    """tanh is missing: every new state is `np.tanh` of the sum, and lies between -1 and 1."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = X[:, t] @ Wx + h @ Wh + bh
    return h @ Wo + bo


@forward_batch.misconception
def sigmoid_in_the_loop(X, Wx, Wh, bh, Wo, bo):
    """The states are squashed with the sigmoid; SimpleRNN squashes them with tanh."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = 1 / (1 + np.exp(-(X[:, t] @ Wx + h @ Wh + bh)))
    return h @ Wo + bo


@forward_batch.misconception
def softmax_on_the_output(X, Wx, Wh, bh, Wo, bo):
    """There is a softmax on the output: `Dense(K)` has no activation unless you ask for one."""
    z = np.exp(_last(X, Wx, Wh, bh) @ Wo + bo)
    return z / z.sum(axis=1, keepdims=True)


@forward_batch.misconception
def tanh_on_the_output_too(X, Wx, Wh, bh, Wo, bo):
    """There is a tanh on the output too: only the states get one, `Dense(K)` has none."""
    return np.tanh(_last(X, Wx, Wh, bh) @ Wo + bo)


@forward_batch.misconception
def Wh_transposed(X, Wx, Wh, bh, Wo, bo):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return _last(X, Wx, Wh.T, bh) @ Wo + bo


@forward_batch.misconception
def hidden_bias_forgotten(X, Wx, Wh, bh, Wo, bo):
    """The hidden bias `bh` is missing from the sum inside tanh."""
    return _last(X, Wx, Wh, 0 * bh) @ Wo + bo


@forward_batch.misconception
def hidden_bias_twice(X, Wx, Wh, bh, Wo, bo):
    """The hidden bias `bh` is added twice at every step; SimpleRNN has one bias, not one for each product."""
    return _last(X, Wx, Wh, 2 * bh) @ Wo + bo


@forward_batch.misconception
def output_bias_forgotten(X, Wx, Wh, bh, Wo, bo):
    """The output's bias `bo` is missing."""
    return _last(X, Wx, Wh, bh) @ Wo


@forward_batch.misconception
def both_biases_forgotten(X, Wx, Wh, bh, Wo, bo):
    """Both biases are missing: `bh` inside tanh, and `bo` in the output."""
    return _last(X, Wx, Wh, 0 * bh) @ Wo


@forward_batch.misconception
def output_before_the_step(X, Wx, Wh, bh, Wo, bo):
    """The last step is missing in the output: either the loop ends at T - 2, or the output is computed from
    `h_last` before the new state is in it."""
    return _last(X[:, :-1], Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def first_step_skipped(X, Wx, Wh, bh, Wo, bo):
    """The loop misses the first step: time is counted from 0, so it goes over `range(T)`."""
    return _last(X[:, 1:], Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def one_step_too_many(X, Wx, Wh, bh, Wo, bo):
    """There is one step too many: after the last input the state is moved on once more."""
    return _last(np.concatenate([X, X[:, -1:]], axis=1), Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def first_output(X, Wx, Wh, bh, Wo, bo):
    """This is the output after the first step: go through all T steps, and use the last state."""
    return _states(X, Wx, Wh, bh)[0] @ Wo + bo


@forward_batch.misconception
def mean_over_time(X, Wx, Wh, bh, Wo, bo):
    """This is the mean of the outputs of all time steps: `model.predict` gives the output of the last one."""
    return np.mean(_states(X, Wx, Wh, bh), axis=0) @ Wo + bo


@forward_batch.misconception
def time_reversed(X, Wx, Wh, bh, Wo, bo):
    """The sequences are read backwards: the first step uses `X[:, 0]`, the last one `X[:, T-1]`."""
    return _last(X[:, ::-1], Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def first_input_every_time(X, Wx, Wh, bh, Wo, bo):
    """Every step sees the first input, `X[:, 0]`: step t has to use `X[:, t]`."""
    return _last(np.repeat(X[:, :1], X.shape[1], axis=1), Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def last_input_every_time(X, Wx, Wh, bh, Wo, bo):
    """Every step sees the last input, `X[:, T-1]`: step t has to use `X[:, t]`."""
    return _last(np.repeat(X[:, -1:], X.shape[1], axis=1), Wx, Wh, bh) @ Wo + bo


@forward_batch.misconception
def every_output(X, Wx, Wh, bh, Wo, bo):
    """You return the outputs of all T steps, `(N, T, K)`: here only the last one of each sample is due,
    `(N, K)`."""
    return np.stack(_states(X, Wx, Wh, bh), axis=1) @ Wo + bo


@forward_batch.misconception
def every_output_time_first(X, Wx, Wh, bh, Wo, bo):
    """You return the outputs of all T steps, `(T, N, K)`: here only the last one of each sample is due,
    `(N, K)`."""
    return np.stack(_states(X, Wx, Wh, bh)) @ Wo + bo


@forward_batch.misconception
def state_in_place_of_output(X, Wx, Wh, bh, Wo, bo):
    """You return the last states, `(N, M)`: the outputs `(N, K)` are one product further, `h @ Wo + bo`."""
    return _last(X, Wx, Wh, bh)


@forward_batch.misconception
def samples_in_columns(X, Wx, Wh, bh, Wo, bo):
    """The samples stand in the columns, `(K, N)`: the batch comes first, `(N, K)`."""
    return (_last(X, Wx, Wh, bh) @ Wo + bo).T


@forward_batch.misconception
def batch_axis_for_every_sample(X, Wx, Wh, bh, Wo, bo):
    """You return `(N, 1, K)`: each sample was run as a batch of one, and its axis of 1 is still there."""
    return (_last(X, Wx, Wh, bh) @ Wo + bo)[:, None]


hidden_states = exercise(
    reference.hidden_states,
    stars=1,
    minutes=6,
    cases=batches,
    keras=_keras_hidden_states,
    hints=[
        "The loop is the one of `forward_batch`, without the Dense layer. Each turn of it leaves a state "
        "`(N, M)` behind: keep it.",
        "Either append each state to a list, or fill `H = np.zeros((N, T, M))` with `H[:, t] = h`.",
        "`np.stack(states)` puts the new axis in front, `(T, N, M)`; `np.stack(states, axis=1)` puts it "
        "second.",
    ],
)


@hidden_states.misconception
def time_first(X, Wx, Wh, bh):
    """Time stands first, `(T, N, M)`, and the batch second: Keras wants `(N, T, M)`, which
    `np.stack(…, axis=1)` gives."""
    return np.stack(_states(X, Wx, Wh, bh))


@hidden_states.misconception
def reshaped_to_batch_first(X, Wx, Wh, bh):
    """The shape came right by a reshape of `(T, N, M)`, but the samples are mixed: exchange the axes with
    `np.stack(…, axis=1)` or a transpose."""
    H = np.stack(_states(X, Wx, Wh, bh))
    return H.reshape(H.shape[1], H.shape[0], -1)


@hidden_states.misconception
def side_by_side(X, Wx, Wh, bh):
    """Time stands last, `(N, M, T)`: it comes second, `(N, T, M)`, as it does in X."""
    return np.stack(_states(X, Wx, Wh, bh), axis=2)


@hidden_states.misconception
def joined_into_rows(X, Wx, Wh, bh):
    """The states of a sample are joined into one long row, `(N, TM)`: time is an axis of its own,
    `(N, T, M)`. `np.stack` makes a new axis, `np.concatenate` and `np.hstack` don't."""
    return np.concatenate(_states(X, Wx, Wh, bh), axis=1)


@hidden_states.misconception
def joined_below_each_other(X, Wx, Wh, bh):
    """The states stand below each other, `(NT, M)`: time is an axis of its own, `(N, T, M)`. `np.stack` makes
    a new axis, `np.concatenate` and `np.vstack` don't."""
    return np.concatenate(_states(X, Wx, Wh, bh))


@hidden_states.misconception
def last_state_only(X, Wx, Wh, bh):
    """You return the last state alone, `(N, M)`: keep the state of every step, `(N, T, M)`."""
    return _last(X, Wx, Wh, bh)


@hidden_states.misconception
def last_state_repeated(X, Wx, Wh, bh):
    """All T states are the last one: the list holds the same array T times, overwritten at each step. Append
    a new array every time."""
    return np.stack([_last(X, Wx, Wh, bh)] * X.shape[1], axis=1)


@hidden_states.misconception
def states_before_the_step(X, Wx, Wh, bh):
    """The states come one step late: at index 0 stand the zeros from before the first step. Compute the new
    state first, then keep it."""
    return np.stack([_zeros(X, bh), *_states(X, Wx, Wh, bh)[:-1]], axis=1)


@hidden_states.misconception
def first_step_left_out(X, Wx, Wh, bh):
    """The loop misses step 0, and `H[:, 0]` is still zeros: time is counted from 0, so it goes over
    `range(T)`."""
    return np.stack([_zeros(X, bh), *_states(X[:, 1:], Wx, Wh, bh)], axis=1)


@hidden_states.misconception
def zeros_included(X, Wx, Wh, bh):
    """There are T + 1 states: the zeros before the first step are among them, and Keras leaves them out."""
    return np.stack([_zeros(X, bh), *_states(X, Wx, Wh, bh)], axis=1)


@hidden_states.misconception
def not_carried(X, Wx, Wh, bh):
    """Every step starts again from zeros: hand the new state on with `h_last = h`, inside the loop."""
    return np.tanh(X @ Wx + bh)


@hidden_states.misconception
def from_sample_to_sample(X, Wx, Wh, bh):
    """Each sample starts with the state that the sample before it left: set `h` back to zeros at the start of
    every sample."""
    return _sample_after_sample(X, Wx, Wh, bh)


@hidden_states.misconception
def loop_over_the_batch(X, Wx, Wh, bh):
    """The loop goes over the samples, as if they were time steps: the shape comes out right, but the state
    runs from sample to sample and not along time. Loop over t, with `X[:, t]`."""
    return _along_the_batch(X, Wx, Wh, bh)


@hidden_states.misconception
def states_of_one_sample(X, Wx, Wh, bh):
    """You return the states of sample 0 alone, `(T, M)`: every sample has its own, `(N, T, M)`."""
    return np.stack(_states(X[:1], Wx, Wh, bh), axis=1)[0]


@hidden_states.misconception
def states_reversed(X, Wx, Wh, bh):
    """The states stand in reverse order: `H[:, 0]` belongs to the first step."""
    return np.stack(_states(X, Wx, Wh, bh)[::-1], axis=1)


@hidden_states.misconception
def tanh_forgotten(X, Wx, Wh, bh):
    """tanh is missing: every new state is `np.tanh` of the sum, and lies between -1 and 1."""
    h, states = _zeros(X, bh), []
    for t in range(X.shape[1]):
        h = X[:, t] @ Wx + h @ Wh + bh
        states.append(h)
    return np.stack(states, axis=1)


@hidden_states.misconception
def bias_forgotten(X, Wx, Wh, bh):
    """The bias `bh` is missing from the sum inside tanh."""
    return np.stack(_states(X, Wx, Wh, 0 * bh), axis=1)


@hidden_states.misconception
def recurrent_kernel_transposed(X, Wx, Wh, bh):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return np.stack(_states(X, Wx, Wh.T, bh), axis=1)


@hidden_states.misconception
def step_written_as_sample(X, Wx, Wh, bh):
    """`H[t]` is sample t: in `H (N, T, M)` time is the second axis, so the states of step t are `H[:, t]`."""
    return _written_into_sample_t(np.zeros((*X.shape[:2], len(bh))), _states(X, Wx, Wh, bh))


@hidden_states.misconception
def step_read_as_sample(X, Wx, Wh, bh):
    """`X[t]` is sample t, with all its steps, `(T, D)`, and does not fit a state of N rows: step t of all
    samples is `X[:, t]`, of shape `(N, D)`."""
    return np.stack(_sample_t_taken_for_step_t(X, Wx, Wh, bh, _zeros(X, bh)), axis=1)


@hidden_states.misconception
def Wh_on_the_left(X, Wx, Wh, bh):
    """The state stands on the left of `Wh`: `h_last @ Wh` is `(N, M)` times `(M, M)`, and keeps a row for
    every sample. `Wh @ h_last` would mix them."""
    return np.stack(_state_on_the_right(X, Wx, Wh, bh, _zeros(X, bh)), axis=1)


many_to_many = exercise(
    reference.many_to_many,
    stars=1,
    minutes=5,
    cases=batches,
    keras=_keras_many_to_many,
    hints=[
        "You have a function that gives every state, `(N, T, M)`. What turns a state into an output?",
        "`H @ Wo` with `H (N, T, M)` and `Wo (M, K)` multiplies along the last axis of H alone, so the "
        "shape is `(N, T, K)`. No further loop is needed.",
    ],
)


@many_to_many.misconception
def last_output_only(X, Wx, Wh, bh, Wo, bo):
    """You return the last output alone, `(N, K)`: here every step has one, `(N, T, K)`."""
    return _last(X, Wx, Wh, bh) @ Wo + bo


@many_to_many.misconception
def last_output_repeated(X, Wx, Wh, bh, Wo, bo):
    """All T outputs of a sample are its last one: compute each from the state of its own step."""
    return np.stack([_last(X, Wx, Wh, bh)] * X.shape[1], axis=1) @ Wo + bo


@many_to_many.misconception
def states_in_place_of_outputs(X, Wx, Wh, bh, Wo, bo):
    """You return the states, `(N, T, M)`: each has to go through the Dense layer to become an output,
    `(N, T, K)`."""
    return np.stack(_states(X, Wx, Wh, bh), axis=1)


@many_to_many.misconception
def outputs_time_first(X, Wx, Wh, bh, Wo, bo):
    """Time stands first, `(T, N, K)`, and the batch second: Keras wants `(N, T, K)`, which
    `np.stack(…, axis=1)` gives."""
    return np.stack(_states(X, Wx, Wh, bh)) @ Wo + bo


@many_to_many.misconception
def outputs_reshaped(X, Wx, Wh, bh, Wo, bo):
    """The shape came right by a reshape of `(T, N, K)`, but the samples are mixed: exchange the axes with
    `np.stack(…, axis=1)` or a transpose."""
    Y = np.stack(_states(X, Wx, Wh, bh)) @ Wo + bo
    return Y.reshape(Y.shape[1], Y.shape[0], -1)


@many_to_many.misconception
def outputs_with_tanh(X, Wx, Wh, bh, Wo, bo):
    """There is a tanh on the outputs too: only the states get one, `Dense(K)` has none."""
    return np.tanh(np.stack(_states(X, Wx, Wh, bh), axis=1) @ Wo + bo)


@many_to_many.misconception
def bias_of_the_output_forgotten(X, Wx, Wh, bh, Wo, bo):
    """The output's bias `bo` is missing."""
    return np.stack(_states(X, Wx, Wh, bh), axis=1) @ Wo


@many_to_many.misconception
def bias_of_the_state_forgotten(X, Wx, Wh, bh, Wo, bo):
    """The hidden bias `bh` is missing from the sum inside tanh."""
    return np.stack(_states(X, Wx, Wh, 0 * bh), axis=1) @ Wo + bo


@many_to_many.misconception
def outputs_before_the_step(X, Wx, Wh, bh, Wo, bo):
    """The outputs come one step late: each is computed from the state before its step. First the new `h`,
    then the output."""
    return np.stack([_zeros(X, bh), *_states(X, Wx, Wh, bh)[:-1]], axis=1) @ Wo + bo


@many_to_many.misconception
def nothing_carried(X, Wx, Wh, bh, Wo, bo):
    """Every step starts again from zeros: hand the new state on with `h_last = h`, inside the loop."""
    return np.tanh(X @ Wx + bh) @ Wo + bo


@many_to_many.misconception
def outputs_along_the_batch(X, Wx, Wh, bh, Wo, bo):
    """The loop goes over the samples, as if they were time steps: the shape comes out right, but the state
    runs from sample to sample and not along time. Loop over t, with `X[:, t]`."""
    return _along_the_batch(X, Wx, Wh, bh) @ Wo + bo


@many_to_many.misconception
def outputs_from_sample_to_sample(X, Wx, Wh, bh, Wo, bo):
    """Each sample starts with the state that the sample before it left: set `h` back to zeros at the start of
    every sample."""
    return _sample_after_sample(X, Wx, Wh, bh) @ Wo + bo


@many_to_many.misconception
def outputs_of_one_sample(X, Wx, Wh, bh, Wo, bo):
    """You return the outputs of sample 0 alone, `(T, K)`: every sample has its own, `(N, T, K)`."""
    return (np.stack(_states(X[:1], Wx, Wh, bh), axis=1) @ Wo + bo)[0]


@many_to_many.misconception
def outputs_summed_up(X, Wx, Wh, bh, Wo, bo):
    """Each output is the sum of all outputs so far: keep the output of the step itself."""
    return np.cumsum(np.stack(_states(X, Wx, Wh, bh), axis=1) @ Wo + bo, axis=1)


@many_to_many.misconception
def outputs_with_Wh_transposed(X, Wx, Wh, bh, Wo, bo):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return np.stack(_states(X, Wx, Wh.T, bh), axis=1) @ Wo + bo


forward_from = exercise(
    reference.forward_from,
    stars=2,
    minutes=8,
    cases=batches,
    keras=_keras_forward_from,
    returns=("H", "h_last"),
    hints=[
        "Compare with `hidden_states`: which single line of it makes the state start at zeros?",
        "The loop starts with `h_last = h0`. Make a new array at every step, `h = np.tanh(…)`: writing "
        "with `h_last[:] = …` would write into `h0` itself.",
        "What is left in `h_last` after the loop is the last state, `(N, M)`; it equals `H[:, -1]`. Return "
        "both, with a comma: `return H, h_last`.",
    ],
)


def _pair(states):
    """`(H, h_last)` of a list of states."""
    return np.stack(states, axis=1), states[-1]


@forward_from.misconception
def starts_from_zeros(X, h0, Wx, Wh, bh):
    """`h0` is not used: the first step has to start from it, and not from zeros."""
    return _pair(_states(X, Wx, Wh, bh))


@forward_from.misconception
def state_of_sample_0_for_all(X, h0, Wx, Wh, bh):
    """Every sample starts from the initial state of sample 0: row n of `h0` belongs to sample n."""
    return _pair(_states(X, Wx, Wh, bh, np.repeat(h0[:1], len(X), axis=0)))


@forward_from.misconception
def only_sample_0_starts_from_h0(X, h0, Wx, Wh, bh):
    """Only sample 0 starts from `h0`, the others from zeros: row n of `h0` belongs to sample n."""
    return _pair(_states(X, Wx, Wh, bh, np.concatenate([h0[:1], 0 * h0[1:]])))


@forward_from.misconception
def h0_at_every_step(X, h0, Wx, Wh, bh):
    """Every step starts from `h0` again: hand the new state on with `h_last = h`, inside the loop."""
    return _pair([np.tanh(X[:, t] @ Wx + h0 @ Wh + bh) for t in range(X.shape[1])])


@forward_from.misconception
def h0_added_at_every_step(X, h0, Wx, Wh, bh):
    """`h0` comes in at every step, beside the last state: it is only what the first step has as its last
    state."""
    h, states = h0, []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + (h + h0 if t else h) @ Wh + bh)
        states.append(h)
    return _pair(states)


@forward_from.misconception
def h0_added_to_the_states(X, h0, Wx, Wh, bh):
    """`h0` is added to states that started from zeros: it has to go into the first step, through `Wh` and
    tanh."""
    return _pair([h + h0 for h in _states(X, Wx, Wh, bh)])


@forward_from.misconception
def h0_among_the_states(X, h0, Wx, Wh, bh):
    """`H` has T + 1 states: `h0` is among them. Keras leaves it out, `H[:, 0]` is the state after the first
    step."""
    return _pair([h0, *_states(X, Wx, Wh, bh, h0)])


@forward_from.misconception
def states_one_step_late(X, h0, Wx, Wh, bh):
    """`H` begins with `h0`, and everything comes one step late: `H[:, 0]` is the state after the first
    step."""
    states = _states(X, Wx, Wh, bh, h0)
    return np.stack([h0, *states[:-1]], axis=1), states[-1]


@forward_from.misconception
def h0_squashed(X, h0, Wx, Wh, bh):
    """`h0` went through tanh before the first step: it is a state already, so use it as it is."""
    return _pair(_states(X, Wx, Wh, bh, np.tanh(h0)))


@forward_from.misconception
def pair_exchanged(X, h0, Wx, Wh, bh):
    """The two results are exchanged: first all states `H (N, T, M)`, then the last one `h_last (N, M)`."""
    return _pair(_states(X, Wx, Wh, bh, h0))[::-1]


@forward_from.misconception
def h_last_is_h0(X, h0, Wx, Wh, bh):
    """`h_last` is still `h0`: return the state after the last step, which equals `H[:, -1]`."""
    return np.stack(_states(X, Wx, Wh, bh, h0), axis=1), h0.copy()


@forward_from.misconception
def h_last_is_the_first(X, h0, Wx, Wh, bh):
    """`h_last` is the state after the first step: return the one after the last step, `H[:, -1]`."""
    states = _states(X, Wx, Wh, bh, h0)
    return np.stack(states, axis=1), states[0]


@forward_from.misconception
def h_last_one_step_early(X, h0, Wx, Wh, bh):
    """`h_last` is the state before the last step: hand `h` on after the step, and return the newest."""
    states = [h0.copy(), *_states(X, Wx, Wh, bh, h0)]
    return np.stack(states[1:], axis=1), states[-2]


@forward_from.misconception
def last_sample_in_place_of_last_step(X, h0, Wx, Wh, bh):
    """`h_last` is `H[-1]`, `(T, M)`, which is the last sample: the last step of every sample is `H[:, -1]`,
    `(N, M)`."""
    H, _ = _pair(_states(X, Wx, Wh, bh, h0))
    return H, H[-1]


@forward_from.misconception
def h_last_of_one_sample(X, h0, Wx, Wh, bh):
    """`h_last` has the state of one sample alone, `(1, M)`: every sample has a last state, `(N, M)`."""
    H, h_last = _pair(_states(X, Wx, Wh, bh, h0))
    return H, h_last[-1:]


@forward_from.misconception
def h_last_with_a_time_axis(X, h0, Wx, Wh, bh):
    """`h_last` is `(N, 1, M)`: `H[:, -1:]` keeps the time axis, `H[:, -1]` takes it away."""
    H, _ = _pair(_states(X, Wx, Wh, bh, h0))
    return H, H[:, -1:]


@forward_from.misconception
def H_time_first(X, h0, Wx, Wh, bh):
    """In `H` time stands first, `(T, N, M)`: Keras wants `(N, T, M)`, which `np.stack(…, axis=1)` gives."""
    states = _states(X, Wx, Wh, bh, h0)
    return np.stack(states), states[-1]


@forward_from.misconception
def H_reshaped(X, h0, Wx, Wh, bh):
    """The shape of `H` came right by a reshape of `(T, N, M)`, but the samples are mixed: exchange the axes
    with `np.stack(…, axis=1)` or a transpose."""
    states = _states(X, Wx, Wh, bh, h0)
    return np.stack(states).reshape(len(X), X.shape[1], -1), states[-1]


@forward_from.misconception
def no_bias(X, h0, Wx, Wh, bh):
    """The bias `bh` is missing from the sum inside tanh."""
    return _pair(_states(X, Wx, Wh, 0 * bh, h0))


@forward_from.misconception
def no_tanh(X, h0, Wx, Wh, bh):
    """tanh is missing: every new state is `np.tanh` of the sum, and lies between -1 and 1."""
    h, states = h0, []
    for t in range(X.shape[1]):
        h = X[:, t] @ Wx + h @ Wh + bh
        states.append(h)
    return _pair(states)


@forward_from.misconception
def transposed_Wh(X, h0, Wx, Wh, bh):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return _pair(_states(X, Wx, Wh.T, bh, h0))


@forward_from.misconception
def one_array_overwritten(X, h0, Wx, Wh, bh):
    """All T states in `H` are the last one: the list holds the same array T times, overwritten at each step.
    Make a new array at every step, `h = np.tanh(…)`."""
    h = _states(X, Wx, Wh, bh, h0)[-1]
    return np.stack([h] * X.shape[1], axis=1), h


@forward_from.misconception
def H_written_by_sample(X, h0, Wx, Wh, bh):
    """`H[t]` is sample t: in `H (N, T, M)` time is the second axis, so the states of step t are `H[:, t]`."""
    states = _states(X, Wx, Wh, bh, h0)
    return _written_into_sample_t(np.zeros((*X.shape[:2], len(bh))), states), states[-1]


@forward_from.misconception
def X_read_by_sample(X, h0, Wx, Wh, bh):
    """`X[t]` is sample t, with all its steps, `(T, D)`, and does not fit a state of N rows: step t of all
    samples is `X[:, t]`, of shape `(N, D)`."""
    return _pair(_sample_t_taken_for_step_t(X, Wx, Wh, bh, h0))


@forward_from.misconception
def Wh_before_the_state(X, h0, Wx, Wh, bh):
    """The state stands on the left of `Wh`: `h_last @ Wh` is `(N, M)` times `(M, M)`, and keeps a row for
    every sample. `Wh @ h_last` would mix them."""
    return _pair(_state_on_the_right(X, Wx, Wh, bh, h0))


masked_last = exercise(
    reference.masked_last,
    stars=3,
    minutes=12,
    cases=padded_batches,
    keras=_keras_masked_last,
    hints=[
        "At step t, some samples move on and others wait. Compute the new state for all of them; then "
        "choose, row by row, between the new state and the old one.",
        "`mask[:, t]` says who moves on, of shape `(N,)`. To choose between rows of `(N, M)` it needs a "
        "second axis: `mask[:, t, None]` is `(N, 1)`, and NumPy stretches it over the M units.",
        "`h_last = np.where(…, …, …)` makes the choice: first the condition, `(N, 1)`; then what is taken "
        "where it is True; then what is taken where it is False.",
    ],
)


def _choose(X, mask, Wx, Wh, bh, otherwise=lambda h: h):
    """The states `(N, T, M)` where a masked step gives `otherwise` of the last state."""
    h, states = _zeros(X, bh), []
    for t in range(X.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(X[:, t] @ Wx + h @ Wh + bh), otherwise(h))
        states.append(h)
    return np.stack(states, axis=1)


@masked_last.misconception
def mask_ignored(X, mask, Wx, Wh, bh):
    """The mask has no effect: every sample moves on at every step, through its padding too. And if
    you ask `is False`: that is never so, as NumPy has a False of its own."""
    return _last(X, Wx, Wh, bh)


@masked_last.misconception
def mask_inverted(X, mask, Wx, Wh, bh):
    """The mask is used the wrong way round: True means that the step is real, False that it is padding."""
    return _choose(X, ~mask, Wx, Wh, bh)[:, -1]


@masked_last.misconception
def input_zeroed(X, mask, Wx, Wh, bh):
    """The padded inputs are set to zero, but the step is still taken, and `h_last @ Wh + bh` moves the state
    on: at a padded step, keep the old state as it is."""
    return _last(X * mask[:, :, None], Wx, Wh, bh)


@masked_last.misconception
def state_reset_at_padding(X, mask, Wx, Wh, bh):
    """A padded step sets the state back to zeros: it has to leave the state as it was."""
    return _choose(X, mask, Wx, Wh, bh, otherwise=np.zeros_like)[:, -1]


@masked_last.misconception
def indexed_by_length(X, mask, Wx, Wh, bh):
    """You count the real steps and take the state at that length: right where the padding is at the end, but
    it may stand anywhere. Decide at every step whether the state moves on."""
    states = np.stack([_zeros(X, bh), *_states(X, Wx, Wh, bh)], axis=1)
    return states[np.arange(len(X)), mask.sum(axis=1)]


@masked_last.misconception
def indexed_by_length_minus_1(X, mask, Wx, Wh, bh):
    """You count the real steps and take the state at that length, less 1: right where the padding is at the
    end, but it may stand anywhere, or be all there is. Decide at every step whether the state moves on."""
    return np.stack(_states(X, Wx, Wh, bh), axis=1)[np.arange(len(X)), mask.sum(axis=1) - 1]


@masked_last.misconception
def stopped_at_the_first_padding(X, mask, Wx, Wh, bh):
    """A sample ends at its first padded step: real steps may follow it, and the state goes on from where it
    was."""
    return _choose(X, np.logical_and.accumulate(mask, axis=1), Wx, Wh, bh)[:, -1]


def _at_the_last_real_step(X, mask, Wx, Wh, bh, none):
    """The states `(N, M)` at the last real steps of a loop without a mask; at `none` where no step is
    real."""
    last = np.where(mask.any(axis=1), mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1), none)
    return np.stack(_states(X, Wx, Wh, bh), axis=1)[np.arange(len(X)), last]


@masked_last.misconception
def state_at_the_last_real_step(X, mask, Wx, Wh, bh):
    """You pick the state of the last real step, but it has already gone through the padding before it. That
    is right only where no padding comes before a real step: skip padding inside the loop."""
    return _at_the_last_real_step(X, mask, Wx, Wh, bh, none=0) * mask.any(axis=1, keepdims=True)


@masked_last.misconception
def last_real_step_or_the_last(X, mask, Wx, Wh, bh):
    """You pick the state of the last real step, but it has already gone through the padding before it; and
    where no step is real, you pick the last. Skip padding inside the loop: then both come right."""
    return _at_the_last_real_step(X, mask, Wx, Wh, bh, none=-1)


@masked_last.misconception
def last_real_step_or_the_first(X, mask, Wx, Wh, bh):
    """You pick the state of the last real step, but it has already gone through the padding before it; and
    where no step is real, you pick step 0. Skip padding inside the loop: then both come right."""
    return _at_the_last_real_step(X, mask, Wx, Wh, bh, none=0)


@masked_last.misconception
def last_real_step_or_an_error(X, mask, Wx, Wh, bh):
    """You pick the state of the last real step, but it has already gone through the padding before it; and a
    sample that is all padding has no such step. Skip padding inside the loop: then both come right."""
    last = [np.flatnonzero(real)[-1] for real in mask]
    return np.stack(_states(X, Wx, Wh, bh), axis=1)[np.arange(len(X)), last]


@masked_last.misconception
def new_state_returned(X, mask, Wx, Wh, bh):
    """You return the new state, also for samples that wait at the last step: return the chosen one,
    `h_last`."""
    before = [_zeros(X, bh), *_choose(X, mask, Wx, Wh, bh).swapaxes(0, 1)][-2]
    return np.tanh(X[:, -1] @ Wx + before @ Wh + bh)


@masked_last.misconception
def never_true(X, mask, Wx, Wh, bh):
    """The state stays zero, as if no step were real. Did you write `is True`? That is never so, as NumPy has
    a True of its own: `if mask[n, t]:` is enough. Or is the new state not handed on?"""
    return _zeros(X, bh)


@masked_last.misconception
def condition_without_its_axis(X, mask, Wx, Wh, bh):
    """The condition `mask[:, t]` is `(N,)`, and would choose between units: to choose between rows it needs
    the shape `(N, 1)`, as `mask[:, t, None]` has."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = np.where(mask[:, t], np.tanh(X[:, t] @ Wx + h @ Wh + bh), h)
    return h


@masked_last.misconception
def time_taken_for_the_batch(X, mask, Wx, Wh, bh):
    """`X[t]` is sample t, with all its steps, `(T, D)`, and does not fit a state of N rows: step t of all
    samples is `X[:, t]`, of shape `(N, D)`."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(X[t] @ Wx + h @ Wh + bh), h)
    return h


@masked_last.misconception
def Wh_times_the_state(X, mask, Wx, Wh, bh):
    """The state stands on the left of `Wh`: `h_last @ Wh` is `(N, M)` times `(M, M)`, and keeps a row for
    every sample. `Wh @ h_last` would mix them."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = np.where(mask[:, t, None], np.tanh(X[:, t] @ Wx + Wh @ h + bh), h)
    return h


@masked_last.misconception
def padding_at_the_start_not_skipped(X, mask, Wx, Wh, bh):
    """Padding after the first real step is skipped, but padding before it is not: the zeros at the start have
    to wait as well."""
    started = np.logical_or.accumulate(mask, axis=1)
    return np.where(mask.any(axis=1, keepdims=True), _choose(X, mask | ~started, Wx, Wh, bh)[:, -1], 0 * bh)


@masked_last.misconception
def zeros_where_the_end_is_padded(X, mask, Wx, Wh, bh):
    """Samples whose last step is padded give zeros: what they have learnt before it has to be kept."""
    return _choose(X, mask, Wx, Wh, bh)[:, -1] * mask[:, -1:]


@masked_last.misconception
def last_column_of_the_mask(X, mask, Wx, Wh, bh):
    """The mask is applied once, after the loop: it has a column for every step, so use `mask[:, t]`
    inside."""
    return _last(X, Wx, Wh, bh) * mask[:, -1:]


@masked_last.misconception
def all_padding_not_skipped(X, mask, Wx, Wh, bh):
    """Right but for samples that are all padding: they never move, so their last state is the zeros that they
    started with."""
    return _choose(X, mask | ~mask.any(axis=1, keepdims=True), Wx, Wh, bh)[:, -1]


@masked_last.misconception
def waits_for_all_samples(X, mask, Wx, Wh, bh):
    """A step is taken only if it is real for all samples: each sample decides for itself, with its own row of
    the mask."""
    return _choose(X, np.broadcast_to(mask.all(axis=0), mask.shape), Wx, Wh, bh)[:, -1]


@masked_last.misconception
def moves_with_any_sample(X, mask, Wx, Wh, bh):
    """All samples move on if the step is real for any of them: each sample decides for itself, with its own
    row of the mask."""
    return _choose(X, np.broadcast_to(mask.any(axis=0), mask.shape), Wx, Wh, bh)[:, -1]


@masked_last.misconception
def mask_of_sample_0(X, mask, Wx, Wh, bh):
    """Every sample follows the mask of sample 0: row n of the mask belongs to sample n."""
    return _choose(X, np.broadcast_to(mask[0], mask.shape), Wx, Wh, bh)[:, -1]


@masked_last.misconception
def from_one_sample_to_the_next(X, mask, Wx, Wh, bh):
    """Each sample starts with the state that the sample before it left: set `h` back to zeros at the start of
    every sample."""
    N, T, D = X.shape
    H = _choose(X.reshape(1, N * T, D), mask.reshape(1, N * T), Wx, Wh, bh)
    return H.reshape(N, T, -1)[:, -1]


@masked_last.misconception
def padding_before_the_step(X, mask, Wx, Wh, bh):
    """The mask is one step off: whether step t counts stands in `mask[:, t]`."""
    late = np.concatenate([np.ones_like(mask[:, :1]), mask[:, :-1]], axis=1)
    return _choose(X, late, Wx, Wh, bh)[:, -1]


@masked_last.misconception
def mean_of_the_real_steps(X, mask, Wx, Wh, bh):
    """This is the mean of the states at the real steps: the state after the last of them is due."""
    H = _choose(X, mask, Wx, Wh, bh)
    return (H * mask[:, :, None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1)


@masked_last.misconception
def added_to_the_old_state(X, mask, Wx, Wh, bh):
    """The new state is added to the old one at real steps: it has to take the old one's place."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = h + mask[:, t, None] * np.tanh(X[:, t] @ Wx + h @ Wh + bh)
    return h


@masked_last.misconception
def every_state(X, mask, Wx, Wh, bh):
    """You return the states of all T steps, `(N, T, M)`: here the last one of each sample is due,
    `(N, M)`."""
    return _choose(X, mask, Wx, Wh, bh)


@masked_last.misconception
def only_real_samples(X, mask, Wx, Wh, bh):
    """Samples that are all padding are left out: every sample has a row in the result, theirs is zeros."""
    return _choose(X, mask, Wx, Wh, bh)[:, -1][mask.any(axis=1)]


@masked_last.misconception
def without_bias(X, mask, Wx, Wh, bh):
    """The bias `bh` is missing from the sum inside tanh."""
    return _choose(X, mask, Wx, Wh, 0 * bh)[:, -1]


@masked_last.misconception
def with_Wh_transposed(X, mask, Wx, Wh, bh):
    """`Wh` is used transposed. It is square, so no shape complains; Keras computes `h_last @ Wh`, with the
    state on the left."""
    return _choose(X, mask, Wx, Wh.T, bh)[:, -1]


@masked_last.misconception
def without_tanh(X, mask, Wx, Wh, bh):
    """tanh is missing: every new state is `np.tanh` of the sum, and lies between -1 and 1."""
    h = _zeros(X, bh)
    for t in range(X.shape[1]):
        h = np.where(mask[:, t, None], X[:, t] @ Wx + h @ Wh + bh, h)
    return h
