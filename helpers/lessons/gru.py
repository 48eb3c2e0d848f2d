"""Lesson 11: the GRU, gate by gate, with its reset in both places, and its weights carried to PyTorch.

It teaches what the update gate and the reset gate each do, why the bias has two rows and where each is
added, and what a GRU costs beside an LSTM. It leaves out gradients, dropout, masks, and stacks (lesson 12).
"""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, exercise
from helpers.lessons.gated_fixtures import gated_sequences, gated_steps
from helpers.reference import gru as reference
from helpers.reference.lstm import sigmoid

GATES = 3

STEPS = (
    ({"D": 7, "M": 5}, "one sample"),
    ({"N": 6, "D": 3, "M": 5}, "a batch"),
    ({"D": 4, "M": 4}, "one sample, D = M"),
    ({"N": 8, "D": 6, "M": 3}, "a batch of eight"),
    ({"N": 3, "D": 4, "M": 4}, "a batch, D = M"),
    ({"N": 1, "D": 6, "M": 3}, "a batch of one"),
)
"""No size is 2, the number of a bias's rows; and M = 5 comes with two sizes of D, so that it shows alone."""


def _both(cases: Callable[..., Iterable[Case]]) -> Callable[[np.random.Generator], Iterable[Case]]:
    """The cases with `reset_after` and a bias of two rows, then those without it and with a single bias."""

    def draw(rng: np.random.Generator) -> Iterable[Case]:
        for reset_after, rows in ((True, 2), (False, None)):
            for case in cases(rng, gates=GATES, bias_rows=rows):
                yield replace(case, inputs={**case.inputs, "reset_after": reset_after})

    return draw


_steps = _both(functools.partial(gated_steps, steps=STEPS))
_sequences = _both(gated_sequences)


def _sizes(rng: np.random.Generator) -> Iterable[Case]:
    """Sizes far enough apart that no wrong formula agrees by luck."""
    drawn = rng.permutation(np.arange(6, 40))[:8].reshape(4, 2).tolist()
    notes = {(4, 4): "D = M", (1, 7): "one feature", (5, 1): "one hidden unit"}
    for index, (D, M) in enumerate([(3, 5), *drawn, *notes]):
        reset_after = index % 2 == 0
        yield Case({"D": D, "M": M}, {"D": D, "M": M, "reset_after": reset_after}, note=notes.get((D, M), ""))


def _keras_params(D, M, reset_after):
    import keras

    layer = keras.layers.GRU(M, reset_after=reset_after)
    layer.build((None, None, D))
    return layer.count_params()


gru_params = exercise(
    reference.gru_params,
    stars=1,
    minutes=5,
    cases=_sizes,
    keras=_keras_params,
    hints=[
        "A SimpleRNN with M units has `D * M + M * M + M`. How many such blocks stand side by side in a GRU? "
        "The candidate is one of them.",
        "Three blocks, each with a `(D, M)`, an `(M, M)` and its biases: `(M,)`, or two rows, `(2, M)`.",
        "`rows = 2 if reset_after else 1` gives the number of rows of biases.",
    ],
)


def _rows(reset_after):
    return 2 if reset_after else 1


@gru_params.misconception
def one_block(D, M, reset_after):
    """That is one block alone. A GRU has three of them: the update gate z, the reset gate r, and the
    candidate."""
    return D * M + M * M + _rows(reset_after) * M


@gru_params.misconception
def two_blocks(D, M, reset_after):
    """You counted two gates. The candidate is no gate, but it has weights like them: three blocks in all."""
    return 2 * (D * M + M * M + _rows(reset_after) * M)


@gru_params.misconception
def four_blocks_as_in_an_LSTM(D, M, reset_after):
    """You counted four blocks, as an LSTM has them. A GRU has three: z, r and the candidate."""
    return 4 * (D * M + M * M + _rows(reset_after) * M)


@gru_params.misconception
def biases_forgotten(D, M, reset_after):
    """The biases are missing: 3M of them, or two rows of 3M with `reset_after`."""
    return 3 * (D * M + M * M)


@gru_params.misconception
def always_one_row_of_biases(D, M, reset_after):
    """With `reset_after=True` the bias has two rows, `(2, 3M)`: you counted one row in every case."""
    return 3 * (D * M + M * M + M)


@gru_params.misconception
def always_two_rows_of_biases(D, M, reset_after):
    """With `reset_after=False` there is one bias, `(3M,)`: you counted two rows in every case."""
    return 3 * (D * M + M * M + 2 * M)


@gru_params.misconception
def rows_of_biases_exchanged(D, M, reset_after):
    """The two cases are exchanged: it is with `reset_after=True` that the bias has two rows."""
    return 3 * (D * M + M * M + _rows(not reset_after) * M)


@gru_params.misconception
def second_bias_for_the_candidate_alone(D, M, reset_after):
    """You counted a second bias for the candidate alone. That is where it matters, but Keras gives all three
    blocks a second row: `b` is `(2, 3M)`."""
    return 3 * (D * M + M * M + M) + (M if reset_after else 0)


@gru_params.misconception
def one_bias_for_all_blocks(D, M, reset_after):
    """You counted M biases for all blocks together: each block has its own, so that a row of `b` is 3M
    long."""
    return 3 * (D * M + M * M) + _rows(reset_after) * M


@gru_params.misconception
def recurrent_kernel_forgotten(D, M, reset_after):
    """The recurrent kernel is missing: each block hears the last state as well, through M times M numbers."""
    return 3 * (D * M + _rows(reset_after) * M)


@gru_params.misconception
def a_SimpleRNN_of_3M(D, M, reset_after):
    """You took a GRU for a SimpleRNN with 3M units. Its kernels are 3M wide, but the state that comes back
    has M numbers: `Wh` is `(M, 3M)`, not `(3M, 3M)`."""
    return D * 3 * M + 3 * M * 3 * M + _rows(reset_after) * 3 * M


@gru_params.misconception
def only_the_input_kernel_three_times(D, M, reset_after):
    """Only `Wx` is three times as wide in your count: `Wh` and `b` are so too."""
    return 3 * D * M + M * M + _rows(reset_after) * M


@gru_params.misconception
def state_counted_as_weights(D, M, reset_after):
    """You counted M too many. The state h holds M numbers, but they are computed at each step, and not
    learned."""
    return 3 * (D * M + M * M + _rows(reset_after) * M) + M


@gru_params.misconception
def everything_twice(D, M, reset_after):
    """With `reset_after=True` you doubled everything. Only the biases have a second row, the kernels are as
    they were."""
    return _rows(reset_after) * 3 * (D * M + M * M + M)


@gru_params.misconception
def a_second_recurrent_kernel(D, M, reset_after):
    """You counted a second recurrent kernel with `reset_after`. Nothing but the bias has a second row: where
    the reset gate multiplies is a matter of order, not of weights."""
    return 3 * (D * M + _rows(reset_after) * (M * M + M))


def _keras_step(x_t, h_last, Wx, Wh, b, reset_after):
    x, h = (np.atleast_2d(array).astype("float64") for array in (x_t, h_last))
    layer = keras_models.gru(Wx, Wh, b)
    return keras_models.call(layer, x[:, None], initial_state=[h]).reshape(h_last.shape)


gru_step = exercise(
    reference.gru_step,
    stars=3,
    minutes=20,
    cases=_steps,
    keras=_keras_step,
    hints=[
        "Begin with two products, each 3M wide and with its own bias: `x_t @ Wx + b[0]` and "
        "`h_last @ Wh + b[1]`; where there is one bias, `b` and none. Cut both into three: "
        "`np.split(…, 3, axis=-1)`.",
        "The parts belong together two by two: `z = sigmoid(xz + hz)` and `r = sigmoid(xr + hr)`. With "
        "`reset_after` the past's part of the candidate is `r * hh`; without it, `r * h_last` times the last "
        "M columns of `Wh`.",
        "`candidate = np.tanh(xh + past)`, and the new state is a mixture: "
        "`z * h_last + (1 - z) * candidate`. A z of 1 keeps the old state.",
    ],
)


def _inside(x_t, h_last, Wx, Wh, b, reset_after):
    """What goes into z and into r before they are squashed, and the candidate's two parts: the input's, and
    the past's as a function of the gate r."""
    input_bias, recurrent_bias = b if reset_after else (b, 0 * b)
    xz, xr, xh = np.split(x_t @ Wx + input_bias, 3, axis=-1)
    hz, hr, hh = np.split(h_last @ Wh + recurrent_bias, 3, axis=-1)

    def past(r):
        return r * hh if reset_after else (r * h_last) @ Wh[:, -len(Wh) :]

    return xz + hz, xr + hr, xh, past


def _mixed(z, h_last, candidate):
    return z * h_last + (1 - z) * candidate


def _blocks(order: str, W):
    """Cut in this order, and put in Keras's: z, r, h."""
    parts = dict(zip(order, np.split(W, 3, axis=-1), strict=True))
    return np.concatenate([parts[block] for block in "zrh"], axis=-1)


def _ordered(order: str) -> Callable:
    def step(x_t, h_last, Wx, Wh, b, reset_after):
        weights = (_blocks(order, W) for W in (Wx, Wh, b))
        return reference.gru_step(x_t, h_last, *weights, reset_after)

    return step


@gru_step.misconception
def blocks_as_r_z_h(x_t, h_last, Wx, Wh, b, reset_after):
    """You read the blocks as r, z, h: the order of PyTorch. In Keras the update gate comes first: z, r, h."""
    return _ordered("rzh")(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def blocks_as_z_h_r(x_t, h_last, Wx, Wh, b, reset_after):
    """You take the second block for the candidate and the third for the reset gate. In Keras the candidate is
    last: z, r, h."""
    return _ordered("zhr")(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def blocks_as_h_z_r(x_t, h_last, Wx, Wh, b, reset_after):
    """You take the first block for the candidate. In Keras it is the last one, behind both gates: z, r, h."""
    return _ordered("hzr")(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def blocks_as_h_r_z(x_t, h_last, Wx, Wh, b, reset_after):
    """The update gate and the candidate changed places: z is the first block, and the candidate the third."""
    return _ordered("hrz")(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def blocks_as_r_h_z(x_t, h_last, Wx, Wh, b, reset_after):
    """You read the blocks as r, h, z. In Keras the update gate is first and the candidate last: z, r, h."""
    return _ordered("rhz")(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def blocks_interleaved(x_t, h_last, Wx, Wh, b, reset_after):
    """You take every third column for a block. Keras has all M columns of z together, then all M of r, then
    all M of the candidate."""
    weights = (np.concatenate([W[..., k::3] for k in range(3)], axis=-1) for W in (Wx, Wh, b))
    return reference.gru_step(x_t, h_last, *weights, reset_after)


@gru_step.misconception
def z_and_1_minus_z_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """`z` and `1 - z` changed places, as some texts have it. In Keras z is the share that is kept:
    `z * h_last + (1 - z) * candidate`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(1 - sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def r_first_and_z_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """Two things: you read the blocks as r, z, h, where Keras has z first; and `z` and `1 - z` changed
    places: it is `z * h_last + (1 - z) * candidate`."""
    Wx, Wh, b = (_blocks("rzh", W) for W in (Wx, Wh, b))
    return z_and_1_minus_z_exchanged(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def a_SimpleRNN(x_t, h_last, Wx, Wh, b, reset_after):
    """That is a SimpleRNN with everything three times: cut the two products into their blocks first, z, r and
    the candidate. With `reset_after=True` each of them has a row of `b` of its own."""
    return np.tanh(x_t @ Wx + h_last @ Wh + b)


@gru_step.misconception
def reset_always_before(x_t, h_last, Wx, Wh, b, reset_after):
    """You reset before the product in both cases, `(r * h_last) @ W`. With `reset_after=True` the product and
    its bias come first, then the gate: `r * (h_last @ W + bias)`."""
    z, r, xh, _ = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    M = len(Wh)
    recurrent_bias = b[1, 2 * M :] if reset_after else 0
    past = (sigmoid(r) * h_last) @ Wh[:, 2 * M :] + recurrent_bias
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past))


@gru_step.misconception
def reset_always_before_and_bias_lost(x_t, h_last, Wx, Wh, b, reset_after):
    """You reset before the product in both cases, and lose the candidate's recurrent bias on the way. With
    `reset_after=True` it is `r * (h_last @ W + bias)`."""
    z, r, xh, _ = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    past = (sigmoid(r) * h_last) @ Wh[:, 2 * len(Wh) :]
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past))


@gru_step.misconception
def reset_always_after(x_t, h_last, Wx, Wh, b, reset_after):
    """You reset after the product in both cases, `r * (h_last @ W)`. With `reset_after=False` the gate comes
    first: `(r * h_last) @ W`."""
    two_rows = b if reset_after else np.stack([b, 0 * b])
    return reference.gru_step(x_t, h_last, Wx, Wh, two_rows, True)


@gru_step.misconception
def before_and_after_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """The two cases are exchanged: `reset_after=True` resets after the product, `r * (h_last @ W + bias)`,
    and `reset_after=False` before it, `(r * h_last) @ W`."""
    always = reset_always_before if reset_after else reset_always_after
    return always(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def reset_bias_outside(x_t, h_last, Wx, Wh, b, reset_after):
    """You add the two rows of `b` up, or the second one outside the reset gate. For z and r that is the same,
    but in the candidate the second row goes through the gate: `r * (h_last @ W + bias)`."""
    if not reset_after:
        return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)
    return reference.gru_step(x_t, h_last, Wx, Wh, np.stack([b.sum(axis=0), 0 * b[0]]), True)


@gru_step.misconception
def recurrent_bias_dropped(x_t, h_last, Wx, Wh, b, reset_after):
    """The second row of `b` is not used. With `reset_after=True` it is the bias of the state's product:
    `h_last @ Wh + b[1]`."""
    b = b * [[1], [0]] if reset_after else b
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def recurrent_bias_dropped_in_the_candidate(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates have both biases, but the candidate lost its second: with `reset_after=True` the reset gate
    multiplies `h_last @ W + bias`, with the last M numbers of `b[1]`."""
    if reset_after:
        b = b.copy()
        b[1, 2 * len(Wh) :] = 0
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def recurrent_bias_only_in_the_candidate(x_t, h_last, Wx, Wh, b, reset_after):
    """Your candidate has both biases, but the gates lost their second: with `reset_after=True`, `b[1]` has M
    numbers for z and M for r as well."""
    if reset_after:
        b = b.copy()
        b[1, : 2 * len(Wh)] = 0
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def input_bias_dropped(x_t, h_last, Wx, Wh, b, reset_after):
    """The first row of `b` is not used. With `reset_after=True` it is the bias of the input's product:
    `x_t @ Wx + b[0]`."""
    b = b * [[0], [1]] if reset_after else b
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def bias_rows_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """The rows of `b` changed places: `b[0]` belongs to the input's product, `b[1]` to the state's. In the
    candidate it makes a difference, as only one of them goes through the reset gate."""
    return reference.gru_step(x_t, h_last, Wx, Wh, b[::-1] if reset_after else b, reset_after)


@gru_step.misconception
def first_row_twice(x_t, h_last, Wx, Wh, b, reset_after):
    """You use the first row of `b` for both products: the state's product has the second, `b[1]`."""
    return reference.gru_step(x_t, h_last, Wx, Wh, b[[0, 0]] if reset_after else b, reset_after)


@gru_step.misconception
def single_bias_twice(x_t, h_last, Wx, Wh, b, reset_after):
    """With `reset_after=False` there is one bias, and you add it to both products: once is enough."""
    if reset_after:
        return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    bz, br, bh = np.split(b, 3)
    return _mixed(sigmoid(z + bz), h_last, np.tanh(xh + past(sigmoid(r + br)) + bh))


@gru_step.misconception
def single_bias_twice_in_the_gates(x_t, h_last, Wx, Wh, b, reset_after):
    """With `reset_after=False` there is one bias, and your gates get it twice, with the input's product and
    with the state's: once is enough."""
    if reset_after:
        return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    bz, br, _ = np.split(b, 3)
    return _mixed(sigmoid(z + bz), h_last, np.tanh(xh + past(sigmoid(r + br))))


@gru_step.misconception
def kinds_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """The two kinds changed places: two rows of `b` mean `reset_after=True`, one row means False."""
    input_bias, recurrent_bias = (b, 0) if reset_after else (b[0], b[1])
    xz, xr, xh = np.split(x_t @ Wx + input_bias, 3, axis=-1)
    hz, hr, hh = np.split(h_last @ Wh + recurrent_bias, 3, axis=-1)
    z, r = sigmoid(xz + hz), sigmoid(xr + hr)
    past = (r * h_last) @ Wh[:, 2 * len(Wh) :] if reset_after else r * hh
    return _mixed(z, h_last, np.tanh(xh + past))


@gru_step.misconception
def numbers_for_rows(x_t, h_last, Wx, Wh, b, reset_after):
    """You take `b[0]` and `b[1]` in both cases. With `reset_after=False` the bias has one axis, `(3M,)`, so
    that these are two single numbers: there the whole of `b` goes to the input's product."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    if not reset_after:
        bz, br, bh = np.split(b, 3)
        z, r, xh = z - bz + b[0] + b[1], r - br + b[0] + b[1], xh - bh + b[0]
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def reset_after_not_looked_at(x_t, h_last, Wx, Wh, b, reset_after):
    """Your answer never asks for `reset_after`. Without it there is one bias, `(3M,)`, so that `b[0]` is a
    single number; and the reset gate comes before the product: `(r * h_last) @ W`."""
    xz, xr, xh = np.split(x_t @ Wx + b[0], 3, axis=-1)
    hz, hr, hh = np.split(h_last @ Wh + b[1], 3, axis=-1)
    return _mixed(sigmoid(xz + hz), h_last, np.tanh(xh + sigmoid(xr + hr) * hh))


@gru_step.misconception
def both_rows_to_one_product(x_t, h_last, Wx, Wh, b, reset_after):
    """You add the whole of `b` to one product. With `reset_after=True` it has two rows, `(2, 3M)`, and NumPy
    adds each of them: pick the row, `b[0]` for the input, `b[1]` for the state."""
    z, r, h = np.split(x_t @ Wx + b, 3, axis=-1)
    hz, hr, hh = np.split(h_last @ Wh, 3, axis=-1)
    z, r = sigmoid(z + hz), sigmoid(r + hr)
    past = r * hh if reset_after else (r * h_last) @ Wh[:, 2 * len(Wh) :]
    return _mixed(z, h_last, np.tanh(h + past))


@gru_step.misconception
def all_biases_dropped(x_t, h_last, Wx, Wh, b, reset_after):
    """The bias `b` is missing: `b[0]` and `b[1]` with `reset_after=True`, the whole of `b` without it."""
    return reference.gru_step(x_t, h_last, Wx, Wh, 0 * b, reset_after)


@gru_step.misconception
def reset_gate_forgotten(x_t, h_last, Wx, Wh, b, reset_after):
    """The reset gate is not used: in the candidate, r says how much of the past is heard."""
    z, _, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(1.0)))


@gru_step.misconception
def reset_gate_turned_round(x_t, h_last, Wx, Wh, b, reset_after):
    """Your reset gate works the other way round, with `1 - r`. In spite of its name, r says what is heard:
    with r = 1 the candidate hears the past, with r = 0 it does not."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(1 - sigmoid(r))))


@gru_step.misconception
def reset_gate_forgotten_after(x_t, h_last, Wx, Wh, b, reset_after):
    """With `reset_after=True` the reset gate is not used: what the candidate hears of the past is
    `r * hh`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(1.0 if reset_after else sigmoid(r))))


@gru_step.misconception
def reset_gate_forgotten_before(x_t, h_last, Wx, Wh, b, reset_after):
    """With `reset_after=False` the reset gate is not used: what the candidate hears of the past is
    `(r * h_last) @ Wh[:, 2 * M:]`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r) if reset_after else 1.0)))


def _crossed(x_t, h_last, Wx, Wh, b, reset_after):
    """xz + hr and xr + hz: each gate with the other one's part of the past; and the rest as `_inside` has
    it."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    other = b[1] if reset_after else 0 * b
    hz, hr, _ = np.split(h_last @ Wh + other, 3, axis=-1)
    return z - hz + hr, r - hr + hz, xh, past


@gru_step.misconception
def reset_gate_with_the_wrong_partner(x_t, h_last, Wx, Wh, b, reset_after):
    """Your reset gate is made of `xr` and `hz`. Each block of the input has its partner among those of the
    state: `xr + hr`."""
    z, _, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    _, r, _, _ = _crossed(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def update_gate_with_the_wrong_partner(x_t, h_last, Wx, Wh, b, reset_after):
    """Your update gate is made of `xz` and `hr`. Each block of the input has its partner among those of the
    state: `xz + hz`."""
    _, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    z, _, _, _ = _crossed(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def both_gates_with_the_wrong_partner(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates have each other's part of the past, `xz + hr` and `xr + hz`. Each block of the input has its
    partner among those of the state: `xz + hz` and `xr + hr`."""
    z, r, xh, past = _crossed(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def matrix_product_with_the_state(x_t, h_last, Wx, Wh, b, reset_after):
    """`z @ h_last` makes a single number of two arrays `(M,)`. A gate works unit by unit: `z * h_last`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    z, candidate = sigmoid(z), np.tanh(xh + past(sigmoid(r)))
    return z @ h_last + (1 - z) * candidate


@gru_step.misconception
def input_reset_too(x_t, h_last, Wx, Wh, b, reset_after):
    """Your reset gate multiplies the input's part of the candidate as well: it is for the past's part
    alone."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(sigmoid(r) * xh + past(sigmoid(r))))


@gru_step.misconception
def candidate_reset(x_t, h_last, Wx, Wh, b, reset_after):
    """Your reset gate multiplies the finished candidate. It belongs inside tanh, on what comes from the last
    state."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, sigmoid(r) * np.tanh(xh + past(1.0)))


@gru_step.misconception
def kept_state_reset(x_t, h_last, Wx, Wh, b, reset_after):
    """You reset the state that is kept: in the mixture it stands whole, `z * h_last`. The reset gate is for
    the candidate."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), sigmoid(r) * h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def update_gate_forgotten(x_t, h_last, Wx, Wh, b, reset_after):
    """You return the candidate. The new state is a mixture of it and the last one:
    `z * h_last + (1 - z) * candidate`."""
    _, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return np.tanh(xh + past(sigmoid(r)))


@gru_step.misconception
def h_last_for_candidate(x_t, h_last, Wx, Wh, b, reset_after):
    """You give back the last state: both parts of your mixture hold `h_last`. The second one is for the
    candidate, `(1 - z) * candidate`."""
    return h_last.copy()


@gru_step.misconception
def old_state_not_kept(x_t, h_last, Wx, Wh, b, reset_after):
    """The kept share is missing: `z * h_last` is the first part of the new state, yours has only the
    second."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return (1 - sigmoid(z)) * np.tanh(xh + past(sigmoid(r)))


@gru_step.misconception
def old_state_kept_whole(x_t, h_last, Wx, Wh, b, reset_after):
    """You add to the whole last state: only the share z of it is kept, `z * h_last`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return h_last + (1 - sigmoid(z)) * np.tanh(xh + past(sigmoid(r)))


@gru_step.misconception
def candidate_added_whole(x_t, h_last, Wx, Wh, b, reset_after):
    """You add the whole candidate: as much as is kept, z, is not renewed, so its share is
    `(1 - z) * candidate`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return sigmoid(z) * h_last + np.tanh(xh + past(sigmoid(r)))


@gru_step.misconception
def z_for_both_shares(x_t, h_last, Wx, Wh, b, reset_after):
    """You take the share z of both. The two shares add up to 1: z of the last state, `1 - z` of the
    candidate."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return sigmoid(z) * (h_last + np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def r_in_the_mixture(x_t, h_last, Wx, Wh, b, reset_after):
    """You mix by the reset gate: r has done its work inside the candidate, the mixture is the update gate's,
    `z * h_last + (1 - z) * candidate`."""
    _, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(r), h_last, np.tanh(xh + past(sigmoid(r))))


@gru_step.misconception
def z_in_the_candidate(x_t, h_last, Wx, Wh, b, reset_after):
    """You use the update gate twice: what is heard of the past in the candidate is the reset gate's to say,
    `r`."""
    z, _, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh + past(sigmoid(z))))


@gru_step.misconception
def tanh_on_the_gates(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates go through tanh. A gate is a share between 0 and 1, so z and r go through the sigmoid; tanh
    is for the candidate."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(np.tanh(z), h_last, np.tanh(xh + past(np.tanh(r))))


@gru_step.misconception
def sigmoid_on_the_candidate(x_t, h_last, Wx, Wh, b, reset_after):
    """Your candidate goes through the sigmoid like the gates. It is no gate but a possible new state, and
    goes through tanh: between -1 and 1."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, sigmoid(xh + past(sigmoid(r))))


@gru_step.misconception
def sigmoid_and_tanh_exchanged(x_t, h_last, Wx, Wh, b, reset_after):
    """Sigmoid and tanh changed places: the gates z and r go through the sigmoid, the candidate goes through
    tanh."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(np.tanh(z), h_last, sigmoid(xh + past(np.tanh(r))))


@gru_step.misconception
def candidate_not_squashed(x_t, h_last, Wx, Wh, b, reset_after):
    """Your candidate is not squashed: it goes through tanh before it is mixed in."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, xh + past(sigmoid(r)))


@gru_step.misconception
def gates_not_squashed(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates are not squashed: z and r go through the sigmoid, so that each is a share between 0 and
    1."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(z, h_last, np.tanh(xh + past(r)))


@gru_step.misconception
def tanh_once_more(x_t, h_last, Wx, Wh, b, reset_after):
    """There is a tanh around the mixture: in an LSTM the memory goes out through one, a GRU has none there.
    Only the candidate goes through tanh."""
    return np.tanh(reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after))


@gru_step.misconception
def tanh_before_the_past_is_added(x_t, h_last, Wx, Wh, b, reset_after):
    """tanh is taken before the past's part is added: it goes around both parts of the candidate."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh) + past(sigmoid(r)))


@gru_step.misconception
def sign_in_the_sigmoid(x_t, h_last, Wx, Wh, b, reset_after):
    """Your sigmoid lost its minus: it is `1 / (1 + np.exp(-a))`. Yours is 1 minus it, so that both gates are
    open where they should be shut."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(-z), h_last, np.tanh(xh + past(sigmoid(-r))))


@gru_step.misconception
def hard_sigmoid_of_old_keras(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates go through the hard sigmoid of old Keras versions, `0.2 * a + 0.5` cut off at 0 and 1.
    Today's GRU has the true one: `1 / (1 + np.exp(-a))`."""
    z, r, xh, past = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    z, r = (np.clip(0.2 * a + 0.5, 0, 1) for a in (z, r))
    return _mixed(z, h_last, np.tanh(xh + past(r)))


@gru_step.misconception
def input_missing(x_t, h_last, Wx, Wh, b, reset_after):
    """The input is not used: `x_t @ Wx` is missing, in the gates and in the candidate."""
    return reference.gru_step(0 * x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def gates_deaf_to_the_state(x_t, h_last, Wx, Wh, b, reset_after):
    """Your gates hear the input alone. They hear the last state as well, each with its own block of `Wh`."""
    Wh = Wh.copy()
    Wh[:, : 2 * len(Wh)] = 0
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def candidate_deaf_to_the_state(x_t, h_last, Wx, Wh, b, reset_after):
    """Your candidate hears the input alone. It hears the last state as well, as much of it as the reset gate
    lets through."""
    z, _, xh, _ = _inside(x_t, h_last, Wx, Wh, b, reset_after)
    return _mixed(sigmoid(z), h_last, np.tanh(xh))


@gru_step.misconception
def state_missing(x_t, h_last, Wx, Wh, b, reset_after):
    """`h_last @ Wh` is missing, in the gates and in the candidate: you use the last state in the mixture
    alone."""
    return reference.gru_step(x_t, h_last, Wx, 0 * Wh, b, reset_after)


@gru_step.misconception
def Wh_transposed_block_by_block(x_t, h_last, Wx, Wh, b, reset_after):
    """The blocks of `Wh` are used transposed. Each is square, so no shape complains; Keras computes `h_last @
    Wh`, with the state on the left."""
    Wh = np.concatenate([block.T for block in np.split(Wh, 3, axis=1)], axis=1)
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def one_sample_alone(x_t, h_last, Wx, Wh, b, reset_after):
    """Your step is right for one sample, `x_t (D,)`, and stops at a batch, `x_t (N, D)`. What cuts or joins
    arrays has to do it along the last axis: `a[..., :M]`, `axis=-1`."""
    if x_t.ndim > 1:
        raise ValueError("operands could not be broadcast together")
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


@gru_step.misconception
def batches_alone(x_t, h_last, Wx, Wh, b, reset_after):
    """Your step is right for a batch, `x_t (N, D)`, and stops at one sample, `x_t (D,)`, which has no second
    axis. Count axes from the end: `a[..., :M]`, `axis=-1`."""
    (x_t @ Wx)[:, : len(Wh)]
    return reference.gru_step(x_t, h_last, Wx, Wh, b, reset_after)


def _keras_forward(X, Wx, Wh, b, reset_after):
    return tuple(keras_models.call(keras_models.gru(Wx, Wh, b, return_sequences=True, return_state=True), X))


gru_forward = exercise(
    reference.gru_forward,
    stars=2,
    minutes=8,
    cases=_sequences,
    keras=_keras_forward,
    returns=("H", "h"),
    hints=[
        "It is the loop of `hidden_states` in lesson 6, with another step inside. The first state is "
        "`np.zeros((N, M))`, and `len(Wh)` is M.",
        "At each turn: `h = gru_step(X[:, t], h, Wx, Wh, b, reset_after)`. Keep every `h` in a list.",
        "`np.stack(states, axis=1)` makes `(N, T, M)` of T states `(N, M)`. Return it, and the last `h`.",
    ],
)


def _run(X, Wx, Wh, b, reset_after, step=reference.gru_step, start=0.0, keep=1.0):
    """States `(T, N, M)`; `keep` says how much of a state is handed to the next step."""
    h, H = np.full((len(X), len(Wh)), start, X.dtype), []
    for t in range(X.shape[1]):
        h = step(X[:, t], keep * h, Wx, Wh, b, reset_after)
        H.append(h)
    return np.stack(H)


def _by_sample(H):
    """`H (N, T, M), h (N, M)` of states `(T, N, M)`."""
    return H.swapaxes(0, 1), H[-1]


@gru_forward.misconception
def state_not_carried(X, Wx, Wh, b, reset_after):
    """Every step starts again from zeros: hand the state on, `h = gru_step(X[:, t], h, …)`."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, keep=0.0))


@gru_forward.misconception
def starts_from_ones(X, Wx, Wh, b, reset_after):
    """Before the first step the state has to be zeros; yours is ones."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, start=1.0))


@gru_forward.misconception
def results_exchanged(X, Wx, Wh, b, reset_after):
    """The two results changed places: all states H first, then the last state h."""
    return reference.gru_forward(X, Wx, Wh, b, reset_after)[::-1]


@gru_forward.misconception
def every_state_twice(X, Wx, Wh, b, reset_after):
    """You return all states twice. The second result is the last state alone, `(N, M)`: `H[:, -1]`."""
    H, _ = reference.gru_forward(X, Wx, Wh, b, reset_after)
    return H, H


@gru_forward.misconception
def last_state_with_a_time_axis(X, Wx, Wh, b, reset_after):
    """Your h still has a time axis, of length 1: `H[:, -1:]` keeps it, `H[:, -1]` takes it off."""
    H, _ = reference.gru_forward(X, Wx, Wh, b, reset_after)
    return H, H[:, -1:]


@gru_forward.misconception
def time_before_batch(X, Wx, Wh, b, reset_after):
    """Time comes first in your H, `(T, N, M)`: the batch comes first. `np.stack(states, axis=1)` puts the new
    axis second."""
    H = _run(X, Wx, Wh, b, reset_after)
    return H, H[-1]


@gru_forward.misconception
def reshape_for_transpose(X, Wx, Wh, b, reset_after):
    """You reshaped `(T, N, M)` to `(N, T, M)`. That mixes the samples: stack the states with `axis=1`, or
    transpose."""
    H = _run(X, Wx, Wh, b, reset_after)
    return H.reshape(len(X), len(H), -1), H[-1]


@gru_forward.misconception
def states_before_the_step(X, Wx, Wh, b, reset_after):
    """Your H is one step late: it begins with the zeros. Append the state after the step."""
    H = _run(X, Wx, Wh, b, reset_after)
    return np.concatenate([0 * H[:1], H[:-1]]).swapaxes(0, 1), H[-1]


@gru_forward.misconception
def last_sample_for_last_step(X, Wx, Wh, b, reset_after):
    """Your h is `H[-1]`: all steps of the last sample. The last step of every sample is `H[:, -1]`."""
    H, _ = reference.gru_forward(X, Wx, Wh, b, reset_after)
    return H, H[-1]


@gru_forward.misconception
def first_state_for_last(X, Wx, Wh, b, reset_after):
    """Your h is the state after the first step: the last one is due."""
    H, _ = reference.gru_forward(X, Wx, Wh, b, reset_after)
    return H, H[:, 0]


@gru_forward.misconception
def time_reversed(X, Wx, Wh, b, reset_after):
    """The sequences are read backwards: the first step uses `X[:, 0]`."""
    return reference.gru_forward(X[:, ::-1], Wx, Wh, b, reset_after)


@gru_forward.misconception
def first_input_every_time(X, Wx, Wh, b, reset_after):
    """Every step sees the first input: step t has to use `X[:, t]`."""
    return reference.gru_forward(np.repeat(X[:, :1], X.shape[1], axis=1), Wx, Wh, b, reset_after)


@gru_forward.misconception
def samples_for_steps(X, Wx, Wh, b, reset_after):
    """The loop goes over the samples, as if they were time steps: `X[n]` is one sample, `X[:, t]` is one step
    of all samples."""
    H = _run(X.swapaxes(0, 1), Wx, Wh, b, reset_after)
    return H, H[-1]


@gru_forward.misconception
def carried_from_sample_to_sample(X, Wx, Wh, b, reset_after):
    """Each sample starts with the state that the sample before it left: set it back to zeros, or take all
    samples at once."""
    N, T, D = X.shape
    H = _run(X.reshape(1, N * T, D), Wx, Wh, b, reset_after).reshape(N, T, -1)
    return H, H[:, -1]


@gru_forward.misconception
def states_summed_up(X, Wx, Wh, b, reset_after):
    """The new state is added to the old one: it has to take the old one's place, `h = gru_step(…)`."""

    def step(x_t, h_last, *rest):
        return h_last + reference.gru_step(x_t, h_last, *rest)

    return _by_sample(_run(X, Wx, Wh, b, reset_after, step))


@gru_forward.misconception
def forward_with_r_z_h(X, Wx, Wh, b, reset_after):
    """The blocks are read as r, z, h: the order of Keras is z, r, h."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, _ordered("rzh")))


@gru_forward.misconception
def forward_with_1_minus_z(X, Wx, Wh, b, reset_after):
    """`z` and `1 - z` changed places: in Keras z is the share of the last state that is kept."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, z_and_1_minus_z_exchanged))


@gru_forward.misconception
def forward_always_after(X, Wx, Wh, b, reset_after):
    """The reset comes after the product in both cases: with `reset_after=False` it comes before,
    `(r * h_last) @ W`."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, reset_always_after))


@gru_forward.misconception
def forward_always_before(X, Wx, Wh, b, reset_after):
    """The reset comes before the product in both cases: with `reset_after=True` it comes after,
    `r * (h_last @ W + bias)`."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, reset_always_before))


@gru_forward.misconception
def forward_without_recurrent_bias(X, Wx, Wh, b, reset_after):
    """The second row of `b` is not used: with `reset_after=True` it is added to `h_last @ Wh`."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, recurrent_bias_dropped))


@gru_forward.misconception
def forward_with_both_rows_added_up(X, Wx, Wh, b, reset_after):
    """The two rows of `b` are added up: in the candidate the second one has to go through the reset gate."""
    return _by_sample(_run(X, Wx, Wh, b, reset_after, reset_bias_outside))


def _to_carry_over(rng: np.random.Generator) -> Iterable[Case]:
    yield from gated_sequences(rng, gates=GATES, bias_rows=2)


def _steps_to_try(D: int, M: int) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Inputs `(N, D)` and states `(N, M)` that tell the parts of a step from each other."""
    rng = np.random.default_rng([D, M])
    x, h = rng.normal(0, 1, (4, D)), np.tanh(rng.normal(0, 1, (4, M)))
    return {
        "the biases: h for x = 0, h_last = 0:": (0 * x[:1], 0 * h[:1]),
        "w_ih and the biases: h for a random x, h_last = 0:": (x, 0 * h),
        "w_hh and the biases: h for x = 0, a random h_last:": (0 * x, h),
        "all together: h for a random x, a random h_last:": (x, h),
    }


def _keras_steps(Wx, Wh, b):
    layer = keras_models.gru(Wx, Wh, b)
    tried = _steps_to_try(len(Wx), len(Wh))
    x, h = (np.concatenate(arrays) for arrays in zip(*tried.values(), strict=True))
    ends = np.cumsum([len(part) for part, _ in tried.values()])[:-1]
    states = keras_models.call(layer, x[:, None], initial_state=[h])
    return dict(zip(tried, np.split(states, ends), strict=True))


def _torch_steps(value: Sequence[np.ndarray], case: Case) -> dict[str, np.ndarray]:
    """What PyTorch's published formula gives with these weights; Keras's word stays as it is.

    Wrong shapes fit no formula: they are compared as they are.
    """
    if isinstance(value, dict):
        return value
    w_ih, w_hh, b_ih, b_hh = value
    D, M = case.sizes["D"], case.sizes["M"]
    if [part.shape for part in value] != [(3 * M, D), (3 * M, M), (3 * M,), (3 * M,)]:
        return {"w_ih": w_ih, "w_hh": w_hh, "b_ih": b_ih, "b_hh": b_hh}
    steps = {}
    for said, (x, h_last) in _steps_to_try(D, M).items():
        xr, xz, xn = np.split(x @ w_ih.T + b_ih, 3, axis=1)
        hr, hz, hn = np.split(h_last @ w_hh.T + b_hh, 3, axis=1)
        z = sigmoid(xz + hz)
        steps[said] = (1 - z) * np.tanh(xn + sigmoid(xr + hr) * hn) + z * h_last
    return steps


gru_to_torch = exercise(
    reference.gru_to_torch,
    stars=2,
    minutes=10,
    cases=_to_carry_over,
    keras=_keras_steps,
    compared=_torch_steps,
    returns=("w_ih", "w_hh", "b_ih", "b_hh"),
    hints=[
        "Two things happen to each kernel: it is turned on its side, and its first two blocks change places. "
        "The biases have no sides; their blocks change places all the same.",
        "In `Wx.T` the blocks stand on top of each other, and `z, r, h = np.split(Wx.T, 3)` cuts them apart. "
        "`np.concatenate([r, z, h])` puts them together again, in PyTorch's order.",
        "All four arrays need the same new order, so write a small function for it, and use it on `Wx.T`, "
        "`Wh.T`, `b[0]` and `b[1]`.",
    ],
)


def _sorted(W, order="rzh"):
    """Rows in this order of blocks, from Keras's."""
    parts = dict(zip("zrh", np.split(W, 3), strict=True))
    return np.concatenate([parts[block] for block in order])


def _carried(Wx, Wh, b, order="rzh"):
    return [_sorted(Wx.T, order), _sorted(Wh.T, order), _sorted(b[0], order), _sorted(b[1], order)]


@gru_to_torch.misconception
def order_left_as_it_is(Wx, Wh, b):
    """The blocks are still in Keras's order, z, r, h. PyTorch has r first: r, z, n."""
    return Wx.T, Wh.T, b[0], b[1]


@gru_to_torch.misconception
def nothing_transposed(Wx, Wh, b):
    """The order of the blocks is right, but the kernels are still in Keras's layout, (in, out). PyTorch keeps
    them as (out, in): both have to be transposed."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih.T, w_hh.T, b_ih, b_hh


@gru_to_torch.misconception
def nothing_done(Wx, Wh, b):
    """You hand the arrays over as they are. Two things have to be done: transpose both kernels, and put the
    blocks into PyTorch's order, r, z, n."""
    return Wx, Wh, b[0], b[1]


@gru_to_torch.misconception
def Wh_not_transposed(Wx, Wh, b):
    """`w_hh` has to be transposed too: PyTorch keeps it as (3M, M), what comes out first."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh.T, b_ih, b_hh


@gru_to_torch.misconception
def Wx_not_transposed(Wx, Wh, b):
    """`w_ih` has to be transposed too: PyTorch keeps it as (3M, D), what comes out first."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih.T, w_hh, b_ih, b_hh


@gru_to_torch.misconception
def kernels_reshaped(Wx, Wh, b):
    """You reshaped the kernels where a transpose is due. The shapes are right, but a reshape only reads the
    numbers off in another row length: `.T` changes the axes."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih.T.reshape(w_ih.shape), w_hh.T.reshape(w_hh.shape), b_ih, b_hh


@gru_to_torch.misconception
def kernels_reshaped_then_sorted(Wx, Wh, b):
    """You reshaped the kernels before you sorted their blocks. A reshape only reads the numbers off in
    another row length: `Wx.T` and `Wh.T` change the axes."""
    _, _, b_ih, b_hh = _carried(Wx, Wh, b)
    return _sorted(Wx.reshape(Wx.shape[::-1])), _sorted(Wh.reshape(Wh.shape[::-1])), b_ih, b_hh


@gru_to_torch.misconception
def blocks_stacked_untransposed(Wx, Wh, b):
    """You put the blocks on top of each other in the right order, but each of them is still in Keras's
    layout: transpose each block, or the whole kernel before you cut it."""
    _, _, b_ih, b_hh = _carried(Wx, Wh, b)
    w_ih, w_hh = (_sorted(np.concatenate(np.split(W, 3, axis=1))) for W in (Wx, Wh))
    return w_ih, w_hh, b_ih, b_hh


@gru_to_torch.misconception
def blocks_of_Wh_untransposed(Wx, Wh, b):
    """The blocks of `w_hh` stand in the right order, but each of them is still in Keras's layout. They are
    square, so no shape complains: `Wh.T` turns them as well."""
    w_ih, _, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, _sorted(np.concatenate(np.split(Wh, 3, axis=1))), b_ih, b_hh


@gru_to_torch.misconception
def biases_not_sorted(Wx, Wh, b):
    """The kernels are in PyTorch's order, the biases still in Keras's: their blocks have to change places
    too."""
    w_ih, w_hh, _, _ = _carried(Wx, Wh, b)
    return w_ih, w_hh, b[0], b[1]


@gru_to_torch.misconception
def kernels_not_sorted(Wx, Wh, b):
    """The biases are in PyTorch's order, the kernels still in Keras's: their blocks have to change places
    too."""
    _, _, b_ih, b_hh = _carried(Wx, Wh, b)
    return Wx.T, Wh.T, b_ih, b_hh


@gru_to_torch.misconception
def only_w_ih_sorted(Wx, Wh, b):
    """Only `w_ih` is in PyTorch's order: `w_hh` and both biases have the same three blocks."""
    return _sorted(Wx.T), Wh.T, b[0], b[1]


@gru_to_torch.misconception
def w_hh_not_sorted(Wx, Wh, b):
    """`w_hh` is still in Keras's order: its blocks have to change places as those of the others."""
    w_ih, _, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, Wh.T, b_ih, b_hh


@gru_to_torch.misconception
def w_ih_not_sorted(Wx, Wh, b):
    """`w_ih` is still in Keras's order: its blocks have to change places as those of the others."""
    _, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return Wx.T, w_hh, b_ih, b_hh


@gru_to_torch.misconception
def candidate_first(Wx, Wh, b):
    """Your order is h, z, r. In PyTorch, as in Keras, the candidate is last; only its name is another: r, z,
    n."""
    return _carried(Wx, Wh, b, "hzr")


@gru_to_torch.misconception
def order_turned_round(Wx, Wh, b):
    """You turned the order round, to h, r, z. Only the first two blocks change places: r, z, n."""
    return _carried(Wx, Wh, b, "hrz")


@gru_to_torch.misconception
def last_two_exchanged(Wx, Wh, b):
    """You exchanged the last two blocks: z, h, r. It is the first two that change places: r, z, n."""
    return _carried(Wx, Wh, b, "zhr")


@gru_to_torch.misconception
def gates_moved_behind(Wx, Wh, b):
    """Your order is r, h, z. In PyTorch the candidate is last, as it is in Keras: r, z, n."""
    return _carried(Wx, Wh, b, "rhz")


@gru_to_torch.misconception
def update_gate_turned_round(Wx, Wh, b):
    """You changed the sign of the update gate, as if PyTorch kept `1 - z`. Its z is the share that is kept,
    as in Keras: no sign changes."""
    M = len(Wh)
    parts = _carried(Wx, Wh, b)
    for part in parts:
        part[M : 2 * M] *= -1
    return parts


@gru_to_torch.misconception
def biases_added_up(Wx, Wh, b):
    """You put the sum of both biases into one, as is right for an LSTM. Here the two do not do the same: only
    `b_hh` goes through the reset gate, so they have to stay two."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, b_ih + b_hh, 0 * b_hh


@gru_to_torch.misconception
def as_for_an_LSTM(Wx, Wh, b):
    """That is the way for an LSTM. For a GRU two things differ: the blocks have to be put into the order r,
    z, n; and the biases must not be added up, as only `b_hh` goes through the reset gate."""
    return Wx.T, Wh.T, b.sum(axis=0), 0 * b[0]


@gru_to_torch.misconception
def biases_added_up_in_b_hh(Wx, Wh, b):
    """You put the sum of both biases into `b_hh`. The candidate's bias of the input must not go through the
    reset gate: `b_ih` is the first row, `b_hh` the second."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, 0 * b_ih, b_ih + b_hh


@gru_to_torch.misconception
def biases_halved(Wx, Wh, b):
    """You gave each bias half of the sum. That keeps the sum, but in the candidate only `b_hh` goes through
    the reset gate: the rows have to stay as they are."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, (b_ih + b_hh) / 2, (b_ih + b_hh) / 2


@gru_to_torch.misconception
def biases_exchanged(Wx, Wh, b):
    """The biases changed places: `b_ih` is the first row of `b`, that of the input, and `b_hh` the second."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, b_hh, b_ih


@gru_to_torch.misconception
def recurrent_bias_lost(Wx, Wh, b):
    """The second row of `b` got lost: it is PyTorch's `b_hh`."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, b_ih, 0 * b_hh


@gru_to_torch.misconception
def kernels_exchanged(Wx, Wh, b):
    """`w_ih` and `w_hh` changed places: `ih` is from the input to the hidden units, which is `Wx`; `hh` is
    from hidden to hidden, which is `Wh`."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_hh, w_ih, b_ih, b_hh


@gru_to_torch.misconception
def rows_left_together(Wx, Wh, b):
    """You return three arrays: the two rows of `b` are two arrays in PyTorch, `b_ih` and `b_hh`."""
    w_ih, w_hh, b_ih, b_hh = _carried(Wx, Wh, b)
    return w_ih, w_hh, np.stack([b_ih, b_hh])
