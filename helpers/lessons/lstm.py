"""Lesson 10: the LSTM, gate by gate, equal to Keras's to the last digits, and its weights carried to PyTorch.

It teaches where each gate's weights are, what a step does with them, how a memory differs from a state, and
how gates are programmed by hand. It leaves out gradients (a sentence on why the memory keeps them), dropout,
masks, peepholes, and stacks (lesson 12).
"""

import functools
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, Told, exercise
from helpers.lessons.gated_fixtures import gated_sequences, gated_steps, gated_weights
from helpers.observing.looks import weights_by_hand
from helpers.reference import lstm as reference
from helpers.reference.lstm import sigmoid

GATES = 4

_steps = functools.partial(gated_steps, gates=GATES)
_sequences = functools.partial(gated_sequences, gates=GATES)


def _sizes(rng: np.random.Generator) -> Iterable[Case]:
    """Sizes far enough apart that no wrong formula agrees by luck."""
    drawn = rng.permutation(np.arange(6, 40))[:6].reshape(3, 2).tolist()
    notes = {(4, 4): "D = M", (1, 7): "one feature", (5, 1): "one hidden unit"}
    for D, M in [(3, 5), *drawn, *notes]:
        yield Case({"D": D, "M": M}, {"D": D, "M": M}, note=notes.get((D, M), ""))


def _keras_params(D, M):
    import keras

    layer = keras.layers.LSTM(M)
    layer.build((None, None, D))
    return layer.count_params()


lstm_params = exercise(
    reference.lstm_params,
    stars=1,
    minutes=5,
    cases=_sizes,
    keras=_keras_params,
    hints=[
        "How many parameters does a SimpleRNN with M units have on D features? You wrote it in lesson 3.",
        "Each of the four gates has its own `(D, M)`, its own `(M, M)` and its own `(M,)`. The state h and "
        "the memory c are no parameters: they are computed, not learned.",
    ],
)


@lstm_params.misconception
def one_gate(D, M):
    """That is one gate alone, as many as a SimpleRNN has. An LSTM has four of them: the candidate counts as
    well."""
    return D * M + M * M + M


@lstm_params.misconception
def three_gates(D, M):
    """You counted three gates. The candidate, the one with tanh, has weights like the others: four blocks in
    all."""
    return 3 * (D * M + M * M + M)


@lstm_params.misconception
def bias_forgotten_in_the_count(D, M):
    """The biases are missing: each of the four gates has M of them."""
    return 4 * (D * M + M * M)


@lstm_params.misconception
def one_bias_for_all_gates(D, M):
    """You counted one bias of M numbers for all gates together: each gate has its own, so `b` is `(4M,)`."""
    return 4 * (D * M + M * M) + M


@lstm_params.misconception
def two_biases_as_in_torch(D, M):
    """You counted two biases for each gate, as PyTorch has them. Keras has one: `b` is `(4M,)`."""
    return 4 * (D * M + M * M + 2 * M)


@lstm_params.misconception
def recurrent_kernel_forgotten(D, M):
    """The recurrent kernel is missing: each gate hears the last state as well, through M times M numbers."""
    return 4 * (D * M + M)


@lstm_params.misconception
def a_SimpleRNN_of_4M(D, M):
    """You took an LSTM for a SimpleRNN with 4M units. Its kernels are 4M wide, but the state that comes back
    has M numbers: `Wh` is `(M, 4M)`, not `(4M, 4M)`."""
    return D * 4 * M + 4 * M * 4 * M + 4 * M


@lstm_params.misconception
def only_the_input_kernel_four_times(D, M):
    """Only `Wx` is four times as wide in your count: `Wh` and `b` are so too."""
    return 4 * D * M + M * M + M


@lstm_params.misconception
def state_counted_as_weights(D, M):
    """You counted M too many. The memory c holds M numbers, but they are computed at each step, and not
    learned; and the forget gate's bias of 1 is already among the 4M biases."""
    return 4 * (D * M + M * M + M) + M


@lstm_params.misconception
def peepholes(D, M):
    """You let the gates look at the memory as well: 3M more weights. Some LSTMs have such peepholes, that of
    Keras has none."""
    return 4 * (D * M + M * M + M) + 3 * M


@lstm_params.misconception
def one_recurrent_weight_per_unit(D, M):
    """In your count each unit hears only its own last state. It hears all M of them: M times M numbers for
    each gate."""
    return 4 * (D * M + M + M)


def _weights_to_cut(rng: np.random.Generator) -> Iterable[Case]:
    """`Wx`, `Wh` and `b` in turn; with D = 8 or D = M = 4, a cut along the wrong axis raises no error."""
    for index, (D, M) in enumerate([(3, 5), (8, 3), (4, 4), (2, 1)]):
        dtype = np.float32 if index % 2 == 0 else np.float64
        for name, W in gated_weights(rng, D, M, GATES).items():
            rows = {"Wx": ("D",), "Wh": ("M",), "b": ()}[name]
            sizes = {"D": D, "M": M} if name == "Wx" else {"M": M}
            yield Case(sizes, {"W": W.astype(dtype), "M": M}, note=f"W is {name}", axes={"rows": rows})


def _keras_blocks(W, M):
    """As `LSTMCell` cuts its kernels."""
    import keras

    return tuple(np.asarray(block) for block in keras.ops.split(W, GATES, axis=-1))


split_gates = exercise(
    reference.split_gates,
    stars=1,
    minutes=6,
    cases=_weights_to_cut,
    keras=_keras_blocks,
    returns=("Wi", "Wf", "Wc", "Wo"),
    hints=[
        "The columns 0 to M - 1 belong to the first gate, the next M to the second, and so on. `W[:, :M]` "
        "would do for a kernel, but a bias has only one axis.",
        "Three dots stand for all axes that you do not name: `W[..., :M]` is the first M of the last axis, "
        "whatever comes before it.",
        "Or let NumPy cut: `np.split(W, 4, axis=-1)` gives a list of four parts, cut along the last axis.",
    ],
)


@split_gates.misconception
def order_i_f_o_c(W, M):
    """You return the order i, f, o, c, in which some courses keep their gates. In Keras the candidate is
    third and the output gate last: i, f, c, o."""
    i, f, c, o = np.split(W, 4, axis=-1)
    return i, f, o, c


@split_gates.misconception
def order_i_c_f_o(W, M):
    """You return the order i, c, f, o, as TensorFlow 1 had it. In Keras the forget gate is second and the
    candidate third: i, f, c, o."""
    i, f, c, o = np.split(W, 4, axis=-1)
    return i, c, f, o


@split_gates.misconception
def order_f_i_c_o(W, M):
    """You begin with the forget gate, as many texts do. In Keras the input gate comes first: i, f, c, o."""
    i, f, c, o = np.split(W, 4, axis=-1)
    return f, i, c, o


@split_gates.misconception
def cut_along_the_first_axis(W, M):
    """You cut along the first axis, which `np.split` does unless told otherwise. The gates lie side by side
    along the last one: `axis=-1`."""
    return tuple(np.split(W, 4))


@split_gates.misconception
def rows_for_columns(W, M):
    """You take M rows for each gate, `W[:M]`. The gates lie side by side in the columns, along the last axis:
    `W[..., :M]`."""
    return W[:M], W[M : 2 * M], W[2 * M : 3 * M], W[3 * M :]


@split_gates.misconception
def every_fourth_column(W, M):
    """You take every fourth column, as if the gates of one unit stood together. Keras has all M columns of
    one gate together, then all M of the next."""
    return W[..., 0::4], W[..., 1::4], W[..., 2::4], W[..., 3::4]


@split_gates.misconception
def reshaped_blocks(W, M):
    """You reshaped W into four parts. A reshape reads the numbers off row by row, so parts of one row end up
    in different gates: cut the last axis."""
    return tuple(W.reshape(4, *W.shape[:-1], M))


@split_gates.misconception
def kernels_alone(W, M):
    """Your cut works for the kernels, which have two axes, and not for the bias, which has one. `W[..., :M]`
    takes the last axis, however many there are."""
    return W[:, :M], W[:, M : 2 * M], W[:, 2 * M : 3 * M], W[:, 3 * M :]


@split_gates.misconception
def blocks_transposed(W, M):
    """Your parts lie on their side: cut W, but leave its axes as they are, what goes in first."""
    return tuple(part.T for part in np.split(W, 4, axis=-1))


@split_gates.misconception
def four_columns_for_each_gate(W, M):
    """You take 4 columns for each gate. There are 4 gates, and each of them has M columns."""
    return W[..., :4], W[..., 4:8], W[..., 8:12], W[..., 12:16]


@split_gates.misconception
def one_column_for_each_gate(W, M):
    """You take one column for each gate: each gate has M of them, one for each hidden unit."""
    return W[..., 0], W[..., 1], W[..., 2], W[..., 3]


@split_gates.misconception
def cut_into_M_parts(W, M):
    """You cut W into M parts. There are 4 gates, and each of them has M columns: 4 parts."""
    return tuple(np.split(W, M, axis=-1))


def _keras_step(x_t, h_last, c_last, Wx, Wh, b):
    x, h, c = (np.atleast_2d(array).astype("float64") for array in (x_t, h_last, c_last))
    layer = keras_models.lstm(Wx, Wh, b, return_state=True)
    _, h, c = keras_models.call(layer, x[:, None], initial_state=[h, c])
    return h.reshape(h_last.shape), c.reshape(c_last.shape)


lstm_step = exercise(
    reference.lstm_step,
    stars=3,
    minutes=15,
    cases=_steps,
    keras=_keras_step,
    returns=("h", "c"),
    hints=[
        "Begin as in a SimpleRNN, without its tanh: `z = x_t @ Wx + h_last @ Wh + b`. It is 4M wide, and you "
        "have a function that cuts what is 4M wide.",
        "i, f and o go through the sigmoid, the candidate through tanh. Then the memory: "
        "`c = f * c_last + i * candidate`, where `*` multiplies entry by entry.",
        "The state comes last, from the new memory: `h = o * np.tanh(c)`. Return `h, c`, in this order.",
    ],
)


def _cut(x_t, h_last, Wx, Wh, b, order="ifco"):
    """What goes into i, f, c and o, before they are squashed, if the blocks were in this order."""
    parts = dict(zip(order, np.split(x_t @ Wx + h_last @ Wh + b, 4, axis=-1), strict=True))
    return [parts[gate] for gate in "ifco"]


def _joined(i, f, c_last, candidate, o):
    """The end of a step, from gates that are squashed already."""
    c = f * c_last + i * candidate
    return o * np.tanh(c), c


def _finish(i, f, candidate, o, c_last):
    return _joined(sigmoid(i), sigmoid(f), c_last, np.tanh(candidate), sigmoid(o))


def _ordered(order: str) -> Callable:
    def step(x_t, h_last, c_last, Wx, Wh, b):
        return _finish(*_cut(x_t, h_last, Wx, Wh, b, order), c_last)

    return step


@lstm_step.misconception
def gates_as_i_f_o_c(x_t, h_last, c_last, Wx, Wh, b):
    """You read the blocks as i, f, o, c: the order of some courses. In Keras the third is the candidate, and
    the fourth the output gate: i, f, c, o."""
    return _ordered("ifoc")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_as_i_c_f_o(x_t, h_last, c_last, Wx, Wh, b):
    """You read the blocks as i, c, f, o: the order of TensorFlow 1. In Keras the second is the forget gate,
    and the third the candidate: i, f, c, o."""
    return _ordered("icfo")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_as_f_i_c_o(x_t, h_last, c_last, Wx, Wh, b):
    """The input gate and the forget gate changed places. In Keras i comes first, then f; and it is f that
    multiplies `c_last`, and i that multiplies the candidate."""
    return _ordered("fico")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_as_f_c_i_o(x_t, h_last, c_last, Wx, Wh, b):
    """You read the blocks as f, c, i, o: the order of some textbooks. In Keras it is i, f, c, o."""
    return _ordered("fcio")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_as_i_o_f_c(x_t, h_last, c_last, Wx, Wh, b):
    """You read the blocks as i, o, f, c: the order of the ONNX format. In Keras it is i, f, c, o."""
    return _ordered("iofc")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def i_and_o_exchanged(x_t, h_last, c_last, Wx, Wh, b):
    """The input gate and the output gate changed places: i comes first and decides what is written; o comes
    last and decides what is shown."""
    return _ordered("ofci")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def f_and_o_exchanged(x_t, h_last, c_last, Wx, Wh, b):
    """The forget gate and the output gate changed places: the blocks are i, f, c, o; f multiplies `c_last`,
    and o what is shown of the new memory."""
    return _ordered("iocf")(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_interleaved(x_t, h_last, c_last, Wx, Wh, b):
    """You take every fourth column for a gate. Keras has all M columns of the input gate together, then all M
    of the forget gate, and so on."""
    z = x_t @ Wx + h_last @ Wh + b
    return _finish(z[..., 0::4], z[..., 1::4], z[..., 2::4], z[..., 3::4], c_last)


@lstm_step.misconception
def h_and_c_exchanged(x_t, h_last, c_last, Wx, Wh, b):
    """You return c first. The state `h` comes first, as in Keras, then the memory `c`."""
    h, c = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return c, h


@lstm_step.misconception
def c_for_h(x_t, h_last, c_last, Wx, Wh, b):
    """You return the memory c twice. The state is what the output gate shows of it: `h = o * np.tanh(c)`."""
    _, c = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return c, c


@lstm_step.misconception
def h_for_c(x_t, h_last, c_last, Wx, Wh, b):
    """You return the state h twice. The second result is the memory c, as it is before tanh and the output
    gate."""
    h, _ = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return h, h


@lstm_step.misconception
def old_c_returned(x_t, h_last, c_last, Wx, Wh, b):
    """You return `c_last` as it came in: the second result is the new memory."""
    h, _ = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return h, c_last


@lstm_step.misconception
def tanh_of_c_forgotten(x_t, h_last, c_last, Wx, Wh, b):
    """The new memory is right, but it goes out without its tanh: `h = o * np.tanh(c)`."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * c, c


@lstm_step.misconception
def memory_squashed(x_t, h_last, c_last, Wx, Wh, b):
    """You return the memory after its tanh. The tanh is for the state alone, `h = o * np.tanh(c)`; the memory
    itself is handed on as it is, and may grow beyond 1."""
    h, c = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return h, np.tanh(c)


@lstm_step.misconception
def sigmoid_of_c(x_t, h_last, c_last, Wx, Wh, b):
    """The memory goes out through the sigmoid: it goes through tanh, `h = o * np.tanh(c)`."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * sigmoid(c), c


@lstm_step.misconception
def old_c_in_the_output(x_t, h_last, c_last, Wx, Wh, b):
    """The state is made from the old memory: compute the new `c` first, then `h = o * np.tanh(c)` from it."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(c_last), c


@lstm_step.misconception
def output_gate_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The output gate is missing: the state is what it lets out of the memory, `h = o * np.tanh(c)`."""
    _, c = reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)
    return np.tanh(c), c


@lstm_step.misconception
def forget_gate_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The forget gate is missing: the old memory is kept whole, `c_last`, where `f * c_last` is due."""
    i, _, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), 1, c_last, np.tanh(candidate), sigmoid(o))


@lstm_step.misconception
def old_memory_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The old memory is not used: the new one has two parts, what is kept, `f * c_last`, and what is written,
    `i * candidate`. Yours has only the second."""
    i, _, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), 0, c_last, np.tanh(candidate), sigmoid(o))


@lstm_step.misconception
def forget_gate_turned_round(x_t, h_last, c_last, Wx, Wh, b):
    """Your forget gate works the other way round, with `1 - f`. In spite of its name f says what is kept:
    with f = 1 the memory stays, with f = 0 it is gone."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), 1 - sigmoid(f), c_last, np.tanh(candidate), sigmoid(o))


@lstm_step.misconception
def forget_and_input_gate_coupled(x_t, h_last, c_last, Wx, Wh, b):
    """You keep `1 - i` of the old memory. In a GRU one gate does both; an LSTM has a gate of its own for what
    is kept: f."""
    i, _, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), 1 - sigmoid(i), c_last, np.tanh(candidate), sigmoid(o))


@lstm_step.misconception
def input_gate_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The input gate is missing: the candidate is written whole, where `i * candidate` is due."""
    _, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(1, sigmoid(f), c_last, np.tanh(candidate), sigmoid(o))


@lstm_step.misconception
def tanh_on_the_gates(x_t, h_last, c_last, Wx, Wh, b):
    """Your gates go through tanh. A gate is a share between 0 and 1, so i, f and o go through the sigmoid;
    tanh is for the candidate."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(np.tanh(i), np.tanh(f), c_last, np.tanh(candidate), np.tanh(o))


@lstm_step.misconception
def sigmoid_on_the_candidate(x_t, h_last, c_last, Wx, Wh, b):
    """Your candidate goes through the sigmoid like the gates. It is no gate but what may be written, and goes
    through tanh: between -1 and 1."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), sigmoid(f), c_last, sigmoid(candidate), sigmoid(o))


@lstm_step.misconception
def sigmoid_and_tanh_exchanged(x_t, h_last, c_last, Wx, Wh, b):
    """Sigmoid and tanh changed places: the gates i, f and o go through the sigmoid, the candidate goes
    through tanh."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(np.tanh(i), np.tanh(f), c_last, sigmoid(candidate), np.tanh(o))


@lstm_step.misconception
def candidate_not_squashed(x_t, h_last, c_last, Wx, Wh, b):
    """Your candidate is not squashed: it goes through tanh before the input gate takes its share of it."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), sigmoid(f), c_last, candidate, sigmoid(o))


@lstm_step.misconception
def gates_not_squashed(x_t, h_last, c_last, Wx, Wh, b):
    """Your gates are not squashed: i, f and o go through the sigmoid, so that each is a share between 0 and
    1."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(i, f, c_last, np.tanh(candidate), o)


@lstm_step.misconception
def hard_sigmoid_of_old_keras(x_t, h_last, c_last, Wx, Wh, b):
    """Your gates go through the hard sigmoid of old Keras versions, `0.2 * a + 0.5` cut off at 0 and 1.
    Today's LSTM has the true one: `1 / (1 + np.exp(-a))`."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    i, f, o = (np.clip(0.2 * a + 0.5, 0, 1) for a in (i, f, o))
    return _joined(i, f, c_last, np.tanh(candidate), o)


@lstm_step.misconception
def hard_sigmoid_of_new_keras(x_t, h_last, c_last, Wx, Wh, b):
    """Your gates go through the hard sigmoid, `a / 6 + 0.5` cut off at 0 and 1. An LSTM has the true one,
    unless it is told otherwise: `1 / (1 + np.exp(-a))`."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    i, f, o = (np.clip(a / 6 + 0.5, 0, 1) for a in (i, f, o))
    return _joined(i, f, c_last, np.tanh(candidate), o)


@lstm_step.misconception
def sign_in_the_sigmoid(x_t, h_last, c_last, Wx, Wh, b):
    """Your sigmoid lost its minus: it is `1 / (1 + np.exp(-a))`. Yours is 1 minus it, so that every gate is
    open where it should be shut."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _finish(-i, -f, candidate, -o, c_last)


@lstm_step.misconception
def bias_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The bias `b` is missing: it is added to the two products before they are cut into gates."""
    return reference.lstm_step(x_t, h_last, c_last, Wx, Wh, 0 * b)


@lstm_step.misconception
def bias_added_twice(x_t, h_last, c_last, Wx, Wh, b):
    """The bias `b` is added twice, once to each product. Keras has one bias; it is PyTorch that has two."""
    return reference.lstm_step(x_t, h_last, c_last, Wx, Wh, 2 * b)


@lstm_step.misconception
def forget_bias_once_more(x_t, h_last, c_last, Wx, Wh, b):
    """You add 1 to the forget gate. That 1 is where its bias starts before training: it is in `b` already,
    and `get_weights` gives it to you."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _finish(i, f + 1, candidate, o, c_last)


@lstm_step.misconception
def input_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The input is not used: `x_t @ Wx` is missing from what goes into the gates."""
    return reference.lstm_step(0 * x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def last_state_missing(x_t, h_last, c_last, Wx, Wh, b):
    """The last state is not used: `h_last @ Wh` is missing from what goes into the gates."""
    return reference.lstm_step(x_t, 0 * h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def gates_hear_the_memory(x_t, h_last, c_last, Wx, Wh, b):
    """Your gates hear the memory, `c_last @ Wh`. In Keras they hear the last state, `h_last @ Wh`; the memory
    goes past them."""
    return reference.lstm_step(x_t, c_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def h_kept_for_c(x_t, h_last, c_last, Wx, Wh, b):
    """You keep a share of the last state, `f * h_last`. What is kept is the last memory: `f * c_last`."""
    return reference.lstm_step(x_t, h_last, h_last, Wx, Wh, b)


@lstm_step.misconception
def candidate_without_the_state(x_t, h_last, c_last, Wx, Wh, b):
    """Your candidate hears the input alone. It hears the last state as well, with its own block of `Wh`, as
    the three gates do."""
    Wh = Wh.copy()
    Wh[:, 2 * len(Wh) : 3 * len(Wh)] = 0
    return reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def Wh_transposed_gate_by_gate(x_t, h_last, c_last, Wx, Wh, b):
    """The blocks of `Wh` are used transposed. Each is square, so no shape complains; Keras computes `h_last @
    Wh`, with the state on the left."""
    Wh = np.concatenate([block.T for block in np.split(Wh, 4, axis=1)], axis=1)
    return reference.lstm_step(x_t, h_last, c_last, Wx, Wh, b)


@lstm_step.misconception
def tanh_twice_on_the_candidate(x_t, h_last, c_last, Wx, Wh, b):
    """Your candidate goes through tanh twice, once before it is named and once more in the sum. Once is
    enough."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    return _joined(sigmoid(i), sigmoid(f), c_last, np.tanh(np.tanh(candidate)), sigmoid(o))


@lstm_step.misconception
def matrix_product_with_the_memory(x_t, h_last, c_last, Wx, Wh, b):
    """`f @ c_last` makes a single number of two arrays `(M,)`. A gate works unit by unit: `f * c_last`."""
    i, f, candidate, o = _cut(x_t, h_last, Wx, Wh, b)
    c = sigmoid(f) @ c_last + sigmoid(i) * np.tanh(candidate)
    return sigmoid(o) * np.tanh(c), c


@lstm_step.misconception
def one_sample_alone(x_t, h_last, c_last, Wx, Wh, b):
    """Your step is right for one sample, `x_t (D,)`, and stops at a batch, `x_t (N, D)`. What cuts or joins
    arrays has to do it along the last axis: `z[..., :M]`, `axis=-1`."""
    z, M = x_t @ Wx + h_last @ Wh + b, len(Wh)
    if z.ndim > 1:
        raise ValueError("operands could not be broadcast together")
    return _finish(z[:M], z[M : 2 * M], z[2 * M : 3 * M], z[3 * M :], c_last)


@lstm_step.misconception
def batches_alone(x_t, h_last, c_last, Wx, Wh, b):
    """Your step is right for a batch, `x_t (N, D)`, and stops at one sample, `x_t (D,)`, which has no second
    axis. Count axes from the end: `z[..., :M]`, `axis=-1`."""
    z, M = x_t @ Wx + h_last @ Wh + b, len(Wh)
    return _finish(z[:, :M], z[:, M : 2 * M], z[:, 2 * M : 3 * M], z[:, 3 * M :], c_last)


def _keras_forward(X, Wx, Wh, b):
    return tuple(keras_models.call(keras_models.lstm(Wx, Wh, b, return_sequences=True, return_state=True), X))


lstm_forward = exercise(
    reference.lstm_forward,
    stars=2,
    minutes=10,
    cases=_sequences,
    keras=_keras_forward,
    returns=("H", "h", "c"),
    hints=[
        "It is the loop of lesson 6, with two arrays handed on in place of one. Both start as "
        "`np.zeros((N, M))`, and `len(Wh)` is M.",
        "At each turn: `h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)`. Keep every `h`; of the memories, only "
        "the last is wanted.",
        "`np.stack(states, axis=1)` makes `(N, T, M)` of T states `(N, M)`.",
    ],
)


def _run(X, Wx, Wh, b, step=reference.lstm_step, start=0.0, memory=0.0, keep=(1.0, 1.0)):
    """States and memories `(T, N, M)`; `keep` says what of h and of c is handed to the next step."""
    h, c = (np.full((len(X), len(Wh)), number, X.dtype) for number in (start, memory))
    H, C = [], []
    for t in range(X.shape[1]):
        h, c = step(X[:, t], keep[0] * h, keep[1] * c, Wx, Wh, b)
        H.append(h)
        C.append(c)
    return np.stack(H), np.stack(C)


def _by_sample(H, C):
    """`H (N, T, M), h (N, M), c (N, M)` of states and memories `(T, N, M)`."""
    return H.swapaxes(0, 1), H[-1], C[-1]


@lstm_forward.misconception
def memory_not_carried(X, Wx, Wh, b):
    """The memory starts from zeros at every step: hand c on as well as h, `h, c = lstm_step(…, h, c, …)`."""
    return _by_sample(*_run(X, Wx, Wh, b, keep=(1, 0)))


@lstm_forward.misconception
def state_not_carried(X, Wx, Wh, b):
    """The state starts from zeros at every step: hand h on as well as c, `h, c = lstm_step(…, h, c, …)`."""
    return _by_sample(*_run(X, Wx, Wh, b, keep=(0, 1)))


@lstm_forward.misconception
def nothing_carried(X, Wx, Wh, b):
    """Every step starts again from zeros: neither h nor c is handed on to the next one."""
    return _by_sample(*_run(X, Wx, Wh, b, keep=(0, 0)))


@lstm_forward.misconception
def nothing_carried_nor_returned(X, Wx, Wh, b):
    """Every step starts again from zeros, and these zeros are what you return as h and c: hand both on,
    `h, c = lstm_step(X[:, t], h, c, …)`."""
    H, h, c = _by_sample(*_run(X, Wx, Wh, b, keep=(0, 0)))
    return H, 0 * h, 0 * c


@lstm_forward.misconception
def memory_starts_from_ones(X, Wx, Wh, b):
    """Before the first step the memory c has to be zeros, as the state h; yours is ones."""
    return _by_sample(*_run(X, Wx, Wh, b, memory=1))


@lstm_forward.misconception
def starts_from_ones(X, Wx, Wh, b):
    """Before the first step both h and c have to be zeros; yours are ones."""
    return _by_sample(*_run(X, Wx, Wh, b, start=1, memory=1))


@lstm_forward.misconception
def handed_on_in_exchange(X, Wx, Wh, b):
    """State and memory change places from step to step: `lstm_step` takes `h_last` before `c_last`, and
    returns h before c."""

    def step(x_t, h, c, *weights):
        return reference.lstm_step(x_t, c, h, *weights)

    return _by_sample(*_run(X, Wx, Wh, b, step))


@lstm_forward.misconception
def last_two_exchanged(X, Wx, Wh, b):
    """The last state and the last memory changed places: the order is H, h, c."""
    H, h, c = reference.lstm_forward(X, Wx, Wh, b)
    return H, c, h


@lstm_forward.misconception
def memories_for_states(X, Wx, Wh, b):
    """Your H holds the memories: it is the states h that an LSTM shows at every step."""
    H, C = _run(X, Wx, Wh, b)
    return C.swapaxes(0, 1), H[-1], C[-1]


@lstm_forward.misconception
def state_for_memory(X, Wx, Wh, b):
    """Your third result is the last state again: it has to be the last memory, c."""
    H, h, _ = reference.lstm_forward(X, Wx, Wh, b)
    return H, h, h


@lstm_forward.misconception
def every_memory(X, Wx, Wh, b):
    """You return the memories of all steps, `(N, T, M)`: only the last is due, `(N, M)`."""
    H, C = _run(X, Wx, Wh, b)
    return H.swapaxes(0, 1), H[-1], C.swapaxes(0, 1)


@lstm_forward.misconception
def time_before_batch(X, Wx, Wh, b):
    """Time comes first in your H, `(T, N, M)`: the batch comes first. `np.stack(states, axis=1)` puts the new
    axis second."""
    H, C = _run(X, Wx, Wh, b)
    return H, H[-1], C[-1]


@lstm_forward.misconception
def reshape_for_transpose(X, Wx, Wh, b):
    """You reshaped `(T, N, M)` to `(N, T, M)`. That mixes the samples: stack the states with `axis=1`, or
    transpose."""
    H, C = _run(X, Wx, Wh, b)
    return H.reshape(len(X), len(H), -1), H[-1], C[-1]


@lstm_forward.misconception
def states_before_the_step(X, Wx, Wh, b):
    """Your H is one step late: it begins with the zeros. Append the state after the step."""
    H, C = _run(X, Wx, Wh, b)
    return np.concatenate([0 * H[:1], H[:-1]]).swapaxes(0, 1), H[-1], C[-1]


@lstm_forward.misconception
def last_sample_for_last_step(X, Wx, Wh, b):
    """Your h is `H[-1]`: all steps of the last sample. The last step of every sample is `H[:, -1]`."""
    H, _, c = reference.lstm_forward(X, Wx, Wh, b)
    return H, H[-1], c


@lstm_forward.misconception
def first_state_for_last(X, Wx, Wh, b):
    """Your h is the state after the first step: the last one is due."""
    H, _, c = reference.lstm_forward(X, Wx, Wh, b)
    return H, H[:, 0], c


@lstm_forward.misconception
def time_reversed(X, Wx, Wh, b):
    """The sequences are read backwards: the first step uses `X[:, 0]`."""
    return reference.lstm_forward(X[:, ::-1], Wx, Wh, b)


@lstm_forward.misconception
def first_input_every_time(X, Wx, Wh, b):
    """Every step sees the first input: step t has to use `X[:, t]`."""
    return reference.lstm_forward(np.repeat(X[:, :1], X.shape[1], axis=1), Wx, Wh, b)


@lstm_forward.misconception
def samples_for_steps(X, Wx, Wh, b):
    """The loop goes over the samples, as if they were time steps: `X[n]` is one sample, `X[:, t]` is one step
    of all samples."""
    H, C = _run(X.swapaxes(0, 1), Wx, Wh, b)
    return H, H[-1], C[-1]


@lstm_forward.misconception
def carried_from_sample_to_sample(X, Wx, Wh, b):
    """Each sample starts with the state and the memory that the sample before it left: set both back to
    zeros, or take all samples at once."""
    N, T, D = X.shape
    H, C = (part.reshape(N, T, -1) for part in _run(X.reshape(1, N * T, D), Wx, Wh, b))
    return H, H[:, -1], C[:, -1]


@lstm_forward.misconception
def forward_with_i_f_o_c(X, Wx, Wh, b):
    """The gates are read as i, f, o, c: the order of Keras is i, f, c, o."""
    return _by_sample(*_run(X, Wx, Wh, b, _ordered("ifoc")))


@lstm_forward.misconception
def forward_without_tanh_of_c(X, Wx, Wh, b):
    """The state is made without tanh: `h = o * np.tanh(c)` at every step."""
    return _by_sample(*_run(X, Wx, Wh, b, tanh_of_c_forgotten))


@lstm_forward.misconception
def forward_with_forget_bias_once_more(X, Wx, Wh, b):
    """1 is added to the forget gate at every step. It is where the bias starts before training, and is in `b`
    already."""
    return _by_sample(*_run(X, Wx, Wh, b, forget_bias_once_more))


SIGNALS = {
    "written once, then silence": ([-1, 1, -1, -1, 1, -1], [0, 1, 0, 0, 0, 0]),
    "written over": ([1, -1, 1, -1, 1, 1, -1, 1], [1, 0, 0, 1, 0, 0, 0, 1]),
    "written twice with the same": ([1, -1, 1, -1, -1, 1], [1, 0, 1, 0, 0, 0]),
    "two signals in a row": ([1, 1, -1, 1], [1, 1, 0, 0]),
    "never written": ([1, 1, -1, 1], [0, 0, 0, 0]),
    "kept for long": ([-1] + 9 * [1], [1] + 9 * [0]),
}
"""Values and signals of the sequences that a latch is tried on."""


def _latch_case(rng: np.random.Generator) -> Iterable[Case]:
    yield Case({}, {}, note="D = 2, M = 1")


def _kept():
    """By definition: at every step the last value that came with a signal, and 0 before the first."""
    kept = {}
    for name, (values, signals) in SIGNALS.items():
        memory, memories = 0, []
        for value, signal in zip(values, signals, strict=True):
            memory = value if signal else memory
            memories.append(memory)
        kept[_told(name)] = np.array(memories, float)
    return kept


def _told(name: str) -> str:
    values, signals = (", ".join(str(number) for number in row[:8]) for row in SIGNALS[name])
    more = ", …" if len(SIGNALS[name][0]) > 8 else ""
    return f"{name}: values {values}{more} and signals {signals}{more}, the memory c after each step:"


def _memories(value: Sequence[np.ndarray], case: Case) -> dict[str, np.ndarray]:
    """What Keras's cell remembers with these weights; what is due stays as it is."""
    if isinstance(value, dict):
        return value
    return _keras_memories(*((array.dtype.str, array.shape, array.tobytes()) for array in value))


@functools.lru_cache(maxsize=200)
def _keras_memories(*parts: tuple[str, tuple[int, ...], bytes]) -> dict[str, np.ndarray]:
    """Cached, as the bank is tried on the same weights again and again."""
    layer = _latch()
    layer.set_weights([np.frombuffer(data, dtype).reshape(shape) for dtype, shape, data in parts])
    T = max(len(values) for values, _ in SIGNALS.values())
    X = np.zeros((len(SIGNALS), T, 2))
    for x, rows in zip(X, SIGNALS.values(), strict=True):
        x[: len(rows[0])] = np.transpose(rows)
    states = [np.zeros((len(X), 1)), np.zeros((len(X), 1))]
    memories = []
    for t in range(T):
        _, states = layer.cell(X[:, t], states)
        memories.append(np.asarray(states[1])[:, 0])
    return {
        _told(name): memory[: len(SIGNALS[name][0])]
        for name, memory in zip(SIGNALS, np.transpose(memories), strict=True)
    }


def _told_of_latch(value: Sequence[np.ndarray], truth: dict[str, np.ndarray], case: Case) -> Told | None:
    """Gates that are neither quite open nor quite shut leak; the same plan with larger numbers would do.

    So would one without a `Wh`, where the state that it lets in moves gates which stood right.
    """
    Wx, Wh, b = value
    if Wh.any() and not _wrong(_memories([Wx, 0 * Wh, b], case), truth):
        return (
            "`Wx` and `b` are right, but through `Wh` the gates and the candidate hear the last state, too. "
            "A latch goes by the value and the signal alone: `Wh` is zeros.",
            [],
        )
    if _wrong(_memories([4 * part for part in value], case), truth):
        return None
    i, f, _, _ = sigmoid(value[2])
    mine = _memories(value, case)
    name = _wrong(mine, truth)[0]
    rows = (
        f"{said:<8} [{'  '.join(f'{c:5.2f}' for c in row)}]"
        for said, row in (("yours", mine[name]), ("expected", truth[name]))
    )
    return (
        "Your plan is right, but your gates leak: at every step a little is lost or let in. "
        "Larger numbers shut and open a gate for good: -10 and 10 will do.",
        [
            ("In silence", f"i is {i:.3f}, where 0 is meant; f is {f:.3f}, where 1 is meant"),
            ("Numbers", "\n".join([name, *rows])),
        ],
    )


def _wrong(memories: dict[str, np.ndarray], truth: dict[str, np.ndarray]) -> list[str]:
    """The sequences that are not remembered as they should be."""
    return [
        name for name, due in truth.items() if np.abs(memories[name] - due).max() > latch_weights.tolerance
    ]


@functools.cache
def _latch():
    return keras_models.lstm(np.zeros((2, 4)), np.zeros((1, 4)), np.zeros(4))


latch_weights = exercise(
    reference.latch_weights,
    stars=3,
    minutes=15,
    cases=_latch_case,
    keras=_kept,
    look=weights_by_hand,
    compared=_memories,
    told=_told_of_latch,
    oracle="a Keras LSTM with your weights",
    returns=("Wx", "Wh", "b"),
    tolerance=0.05,
    hints=[
        "Take the four columns one by one, and say in words what each gate has to be when the signal is 1, "
        "and when it is 0. A column of `Wx` has two numbers, one for the value and one for the signal.",
        "Without a signal a gate is `sigmoid(bias)`, with it `sigmoid(bias + weight)`. Shut means far below "
        "zero, open far above: -10 and 10 will do. A bias of -10 and a weight of 20 is a gate that the "
        "signal opens.",
        "Write: i opens with the signal. Make room: f shuts with the signal, and is open without it. The "
        "candidate is `np.tanh(10 * value)`, so it hears the value alone.",
    ],
)


def _latch_with(i=(0, 20, -10), f=(0, -20, 10), c=(10, 0, 0), o=(0, 0, 10)):
    """Weights of a latch by gate: what it hears of the value, of the signal, and its bias."""
    value, signal, bias = np.array([i, f, c, o], float).T
    return np.stack([value, signal]), np.zeros((1, 4)), bias


@latch_weights.misconception
def old_value_not_erased():
    """Your forget gate stays open when a new value is written, so the new one is added to the old. To write
    over it, the signal has to shut f."""
    return _latch_with(f=(0, 0, 10))


@latch_weights.misconception
def written_at_every_step():
    """Your input gate is always open: at every step the value is added, signal or not. It needs a bias far
    below zero, and a large weight from the signal."""
    return _latch_with(i=(0, 0, 10))


@latch_weights.misconception
def only_the_last_value():
    """Your cell keeps the value of the step itself and nothing else: i (first column) is always open and f
    (second) always shut, whatever the signal says."""
    return _latch_with(i=(0, 0, 10), f=(0, 0, -10))


@latch_weights.misconception
def forgets_at_once():
    """Your cell writes at the signal, and forgets at the next step: f is shut without a signal. There it has
    to be open, with a bias far above zero."""
    return _latch_with(f=(0, 0, -10))


@latch_weights.misconception
def signal_the_wrong_way_round():
    """Your signal shuts the input gate and opens the forget gate. It has to open i and shut f; the first
    column is i's, the second f's."""
    return _latch_with(i=(0, -20, 10), f=(0, 20, -10))


@latch_weights.misconception
def forget_gate_opened_by_the_signal():
    """Your forget gate opens with the signal and is shut without it. By its name you would think so; but f
    open means to keep: it has to shut when a new value comes."""
    return _latch_with(f=(0, 20, -10))


@latch_weights.misconception
def nothing_written():
    """Your memory stays at zero: the input gate never opens, or the candidate does not hear the value."""
    return _latch_with(c=(0, 0, 0))


@latch_weights.misconception
def candidate_deaf_to_the_value():
    """Your cell keeps a 1 whatever the value was, as the candidate does not hear the value: that is row 0 of
    `Wx`, in the third column (i, f, c, o)."""
    return _latch_with(c=(0, 10, 0))


@latch_weights.misconception
def candidate_hears_the_signal_too():
    """The signal goes into your candidate, too: with the value -1 the two cancel, and 0 is written. The
    candidate, the third column, hears the value alone."""
    return _latch_with(c=(10, 10, 0))


@latch_weights.misconception
def rows_exchanged():
    """The rows of `Wx` changed places: row 0 is for the value, row 1 for the signal. Yours let the value open
    and shut the gates, and keep the signal."""
    Wx, Wh, b = _latch_with()
    return Wx[::-1], Wh, b


@latch_weights.misconception
def input_gate_half_open():
    """Your input gate is half open without a signal, as its bias is 0 and `sigmoid(0)` is 0.5. To be shut it
    needs a bias far below zero."""
    return _latch_with(i=(0, 20, 0))


@latch_weights.misconception
def forget_gate_half_open():
    """Your forget gate is half open without a signal, as its bias is 0 and `sigmoid(0)` is 0.5: half of the
    memory is lost at each step. To be open it needs a bias far above zero."""
    return _latch_with(f=(0, -20, 0))


@latch_weights.misconception
def both_gates_half_open():
    """Without a signal both i and f are half open, as their biases are 0 and `sigmoid(0)` is 0.5. To shut i
    its bias has to be far below zero, to open f far above."""
    return _latch_with(i=(0, 20, 0), f=(0, -20, 0))


@latch_weights.misconception
def forget_bias_of_one():
    """With a bias of 1 your forget gate keeps only `sigmoid(1)`, which is 0.73, at each step. That is where
    training starts; to keep a value for long it has to be far above zero."""
    return _latch_with(f=(0, -20, 1))


@latch_weights.misconception
def candidate_too_small():
    """Your cell keeps `np.tanh(1)`, which is 0.76, in place of 1. Let the candidate hear the value with a
    large weight: `np.tanh(10)` is 1 to all digits that count."""
    return _latch_with(c=(1, 0, 0))


@latch_weights.misconception
def ones_for_weights():
    """Your weights of 1 and -1 only move the gates a little: `sigmoid(1)` is 0.73 and `sigmoid(-1)` is 0.27.
    A gate that is truly open or shut takes numbers like 10 and -10."""
    return _latch_with(i=(0, 2, -1), f=(0, -2, 1), c=(1, 0, 0), o=(0, 0, 1))


def _steps_to_try(D: int, M: int) -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Inputs `(N, D)`, states and memories `(N, M)` that tell the parts of a step from each other."""
    rng = np.random.default_rng([D, M])
    x, h, c = rng.normal(0, 1, (4, D)), np.tanh(rng.normal(0, 1, (4, M))), rng.normal(0, 1.2, (4, M))
    return {
        "the biases: h and c for x = 0, h_last = 0, c_last = 1:": (0 * x[:1], 0 * h[:1], 0 * c[:1] + 1),
        "w_ih and the biases: h and c for a random x, h_last = 0, c_last = 1:": (x, 0 * h, 0 * c + 1),
        "w_hh and the biases: h and c for x = 0, a random h_last, c_last = 1:": (0 * x, h, 0 * c + 1),
        "all together: h and c for random x, h_last and c_last:": (x, h, c),
    }


def _keras_steps(Wx, Wh, b):
    layer = keras_models.lstm(Wx, Wh, b, return_state=True)
    tried = _steps_to_try(len(Wx), len(Wh))
    x, h, c = (np.concatenate(arrays) for arrays in zip(*tried.values(), strict=True))
    both = np.stack(keras_models.call(layer, x[:, None], initial_state=[h, c])[1:], axis=1)
    ends = np.cumsum([len(part) for part, _, _ in tried.values()])[:-1]
    return dict(zip(tried, np.split(both, ends), strict=True))


def _torch_steps(value: Sequence[np.ndarray], case: Case) -> dict[str, np.ndarray]:
    """What PyTorch's published formula gives with these weights; Keras's word stays as it is.

    Wrong shapes fit no formula: they are compared as they are, but still by the sum of the biases.
    """
    if isinstance(value, dict):
        return value
    w_ih, w_hh, b_ih, b_hh = value
    D, M = case.sizes["D"], case.sizes["M"]
    if [part.shape for part in value] != [(4 * M, D), (4 * M, M), (4 * M,), (4 * M,)]:
        return {"w_ih": w_ih, "w_hh": w_hh, "b_ih + b_hh": b_ih + b_hh}
    steps = {}
    for said, (x, h_last, c_last) in _steps_to_try(D, M).items():
        i, f, g, o = np.split(x @ w_ih.T + b_ih + h_last @ w_hh.T + b_hh, 4, axis=1)
        c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(g)
        steps[said] = np.stack([sigmoid(o) * np.tanh(c), c], axis=1)
    return steps


lstm_to_torch = exercise(
    reference.lstm_to_torch,
    stars=2,
    minutes=8,
    cases=_sequences,
    keras=_keras_steps,
    compared=_torch_steps,
    returns=("w_ih", "w_hh", "b_ih", "b_hh"),
    hints=[
        "Compare the two orders first: is there anything to sort? Then compare the shapes.",
        "PyTorch stacks the blocks on top of each other, (4M, D), where Keras has them side by side, "
        "(D, 4M). What turns columns into rows?",
        "PyTorch adds `b_ih + b_hh`, and Keras adds `b`. Choose any two arrays `(4M,)` whose sum is `b`.",
    ],
)


@lstm_to_torch.misconception
def nothing_transposed(Wx, Wh, b):
    """The kernels are still in Keras's layout, (in, out). PyTorch keeps them as (out, in): both have to be
    transposed."""
    return Wx, Wh, b, np.zeros_like(b)


@lstm_to_torch.misconception
def Wh_not_transposed(Wx, Wh, b):
    """`w_hh` has to be transposed too: PyTorch keeps it as (4M, M), what comes out first."""
    return Wx.T, Wh, b, np.zeros_like(b)


@lstm_to_torch.misconception
def Wx_not_transposed(Wx, Wh, b):
    """`w_ih` has to be transposed too: PyTorch keeps it as (4M, D), what comes out first."""
    return Wx, Wh.T, b, np.zeros_like(b)


@lstm_to_torch.misconception
def kernels_reshaped(Wx, Wh, b):
    """You reshaped the kernels where a transpose is due. The shapes are right, but a reshape only reads the
    numbers off in another row length: `Wx.T` and `Wh.T` change the axes."""
    return Wx.reshape(Wx.shape[::-1]), Wh.reshape(Wh.shape[::-1]), b, np.zeros_like(b)


@lstm_to_torch.misconception
def blocks_stacked_untransposed(Wx, Wh, b):
    """You put the blocks on top of each other, but each of them is still in Keras's layout: transpose each
    block, or simply the whole kernel."""
    w_ih, w_hh = (np.concatenate(np.split(W, 4, axis=1)) for W in (Wx, Wh))
    return w_ih, w_hh, b, np.zeros_like(b)


@lstm_to_torch.misconception
def blocks_of_Wh_untransposed(Wx, Wh, b):
    """The blocks of `w_hh` stand on top of each other, but each of them is still in Keras's layout. They are
    square, so no shape complains: `Wh.T` turns them as well."""
    return Wx.T, np.concatenate(np.split(Wh, 4, axis=1)), b, np.zeros_like(b)


def _sorted(W, order):
    return np.concatenate([dict(zip("ifco", np.split(W, 4), strict=True))[gate] for gate in order])


@lstm_to_torch.misconception
def sorted_to_i_f_o_c(Wx, Wh, b):
    """You moved the candidate to the end. PyTorch has it third, as Keras does, and only calls it g: i, f, g,
    o. The gates stay where they are."""
    return _sorted(Wx.T, "ifoc"), _sorted(Wh.T, "ifoc"), _sorted(b, "ifoc"), np.zeros_like(b)


@lstm_to_torch.misconception
def sorted_to_i_c_f_o(Wx, Wh, b):
    """You exchanged the candidate and the forget gate: that is for weights of TensorFlow 1. Keras and PyTorch
    have one order, i, f, c, o and i, f, g, o: the gates stay where they are."""
    return _sorted(Wx.T, "icfo"), _sorted(Wh.T, "icfo"), _sorted(b, "icfo"), np.zeros_like(b)


@lstm_to_torch.misconception
def kernels_exchanged(Wx, Wh, b):
    """`w_ih` and `w_hh` changed places: `ih` is from the input to the hidden units, which is `Wx`; `hh` is
    from hidden to hidden, which is `Wh`."""
    return Wh.T, Wx.T, b, np.zeros_like(b)


@lstm_to_torch.misconception
def bias_in_both(Wx, Wh, b):
    """The bias is there twice: PyTorch adds `b_ih` and `b_hh`, so only their sum has to be `b`. Put all of it
    in one and zeros in the other, or half in each."""
    return Wx.T, Wh.T, b, b


@lstm_to_torch.misconception
def bias_lost(Wx, Wh, b):
    """The bias got lost: `b_ih + b_hh` has to be `b`, and yours comes to zero."""
    return Wx.T, Wh.T, np.zeros_like(b), np.zeros_like(b)


@lstm_to_torch.misconception
def half_the_bias_lost(Wx, Wh, b):
    """Half of the bias got lost: `b_ih + b_hh` has to be `b`. If one of them is half of it, so is the
    other."""
    return Wx.T, Wh.T, b / 2, np.zeros_like(b)


def _on_the_forget_gate(b, number):
    M = len(b) // 4
    return np.concatenate([b[:M], b[M : 2 * M] + number, b[2 * M :]])


@lstm_to_torch.misconception
def forget_bias_taken_out(Wx, Wh, b):
    """You took 1 off the forget gate's bias. Keras starts it at 1 and PyTorch does not, but weights that are
    carried over stay what they are: all of `b` goes along."""
    return Wx.T, Wh.T, _on_the_forget_gate(b, -1), np.zeros_like(b)


@lstm_to_torch.misconception
def forget_bias_put_in(Wx, Wh, b):
    """You added 1 to the forget gate's bias. What Keras started it with is in `b` already."""
    return Wx.T, Wh.T, _on_the_forget_gate(b, 1), np.zeros_like(b)


@lstm_to_torch.misconception
def one_bias_only(Wx, Wh, b):
    """You return one bias. PyTorch has two, `b_ih` and `b_hh`, and adds them: the second one may be zeros,
    but it is due."""
    return Wx.T, Wh.T, b


@lstm_to_torch.misconception
def nothing_transposed_and_bias_in_both(Wx, Wh, b):
    """Two things: the kernels are still in Keras's layout, (in, out), so both have to be transposed; and the
    bias is there twice, as PyTorch adds `b_ih` and `b_hh`."""
    return Wx, Wh, b, b
