"""Lesson 09: the gradients of a recurrent network by hand, and what becomes of them on the way back in time.

It teaches backpropagation through time as two local rules and one loop that runs backwards, how to test a
gradient without knowing the right one, why gradients fade or explode with T, and clipping. It leaves out
automatic differentiation as a program (graphs, tapes), truncated backpropagation, and the cure for fading,
which is another cell (lessons 10 and 11).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np

from helpers.lessons import keras_models
from helpers.lessons.exercise import Case, exercise
from helpers.lessons.fixtures import recurrent
from helpers.observing.losses import EchoLoss, SmoothLoss
from helpers.reference import bptt as reference

FIVE = ("Wx", "Wh", "bh", "Wo", "bo")


def differentiated(rng: np.random.Generator) -> Iterable[Case]:
    """The cases of `recurrent` with targets `Y (N, K)`, states `h (N, M)`, and gradients `dY (N, K)`, `dh (N,
    M)` that came from somewhere."""
    for case in recurrent(rng):
        N, M, K = (case.sizes[letter] for letter in "NMK")
        drawn = {
            "Y": rng.normal(0, 1, (N, K)),
            "h": np.tanh(rng.normal(0, 1, (N, M))),
            "dY": rng.normal(0, 1, (N, K)),
            "dh": rng.normal(0, 1, (N, M)),
        }
        dtype = case.inputs["X"].dtype
        yield replace(case, inputs=case.inputs | {name: array.astype(dtype) for name, array in drawn.items()})


def _differentiate(compute: Callable, sources: Sequence[object], towards: np.ndarray | None = None) -> list:
    """What `tf.GradientTape` says about `compute()` with respect to the sources, as NumPy arrays.

    Args:
        towards: the gradient of the loss with respect to what is computed; none where that is the loss.
    """
    import tensorflow as tf

    with tf.GradientTape() as tape:
        tape.watch(sources)
        outputs = compute()
    wanted = None if towards is None else tf.constant(towards, "float64")
    return [gradient.numpy() for gradient in tape.gradient(outputs, sources, output_gradients=wanted)]


def _tensor(array: np.ndarray):
    import tensorflow as tf

    return tf.constant(array, "float64")


def _keras_tanh_backward(dh, h):
    import keras

    squash = keras.layers.Activation("tanh", dtype="float64")
    a = _tensor(np.arctanh(h.astype("float64")))
    return _differentiate(lambda: squash(a), [a], dh)[0]


def _keras_dense_backward(dY, h, Wo):
    layer = keras_models.dense(Wo, np.zeros(dY.shape[1]))
    state = _tensor(h)
    return tuple(_differentiate(lambda: layer(state), [*(w.value for w in layer.weights), state], dY))


def _keras_bptt(X, Y, Wx, Wh, bh, Wo, bo):
    import keras

    layers = [keras_models.simple_rnn(Wx, Wh, bh), keras_models.dense(Wo, bo)]
    mse = keras.losses.MeanSquaredError(dtype="float64")  # a loss computes in float32 unless told otherwise
    weights = [weight.value for layer in layers for weight in layer.weights]
    gradients = _differentiate(lambda: mse(_tensor(Y), layers[1](layers[0](_tensor(X)))), weights)
    return dict(zip(FIVE, gradients, strict=True))


def _keras_gradient_norms(X, Wx, Wh, bh):
    """Cell by cell, as the layer's own loop keeps its states to itself."""
    import keras
    import tensorflow as tf

    cell = keras_models.simple_rnn(Wx, Wh, bh).cell
    h, states = _tensor(np.zeros((len(X), len(bh)))), []
    with tf.GradientTape() as tape:
        for t in range(X.shape[1]):
            h, _ = cell(_tensor(X[:, t]), [h])
            tape.watch(h)
            states.append(h)
        total = keras.ops.sum(h)
    return np.array([np.linalg.norm(gradient) for gradient in tape.gradient(total, states)])


def _keras_clip_by_norm(g, max_norm):
    """What is left of a gradient when an optimiser with `clipnorm` takes a step of length 1 from zeros."""
    import keras

    weight = keras.Variable(np.zeros_like(g), dtype="float64")
    keras.optimizers.SGD(learning_rate=1.0, clipnorm=max_norm).apply([_tensor(g)], [weight])
    return 0 - weight.numpy()


tanh_backward = exercise(
    reference.tanh_backward,
    stars=1,
    minutes=5,
    cases=differentiated,
    keras=_keras_tanh_backward,
    hints=[
        "Entry by entry, it is the chain rule of school: `da` is `dh` times the slope of tanh at that "
        "entry. No matrix product, and the shape stays `(N, M)`.",
        "The slope of tanh at `a` is `1 - tanh(a)**2`. You are not given `a`, and you don't need it: "
        "`tanh(a)` is `h`.",
    ],
)


@tanh_backward.misconception
def slope_left_out(dh, h):
    """You hand `dh` on as it is: tanh bends, so its slope, `1 - h**2`, has to be multiplied in."""
    return dh.copy()


@tanh_backward.misconception
def slope_alone(dh, h):
    """This is the slope of tanh alone: the chain rule multiplies it by what comes back, `dh`."""
    return 1 - h**2


@tanh_backward.misconception
def square_forgotten(dh, h):
    """You multiply by `1 - h`: the slope of tanh is 1 minus its square, `1 - h**2`."""
    return dh * (1 - h)


@tanh_backward.misconception
def doubled_for_squared(dh, h):
    """`h * 2` doubles, `h**2` squares: the slope of tanh is `1 - h**2`."""
    return dh * (1 - h * 2)


@tanh_backward.misconception
def tanh_taken_twice(dh, h):
    """You take the tanh of `h`, but `h` is what came out of tanh already: the slope is `1 - h**2`."""
    return dh * (1 - np.tanh(h) ** 2)


@tanh_backward.misconception
def slope_of_the_sigmoid(dh, h):
    """`h * (1 - h)` is the slope of the sigmoid: that of tanh is `1 - h**2`."""
    return dh * h * (1 - h)


@tanh_backward.misconception
def tanh_of_the_gradient(dh, h):
    """You send the gradient through tanh: forwards a number is squashed, backwards it is multiplied by the
    slope."""
    return np.tanh(dh)


@tanh_backward.misconception
def times_the_state(dh, h):
    """You multiply by `h` itself: the slope of tanh at that place is `1 - h**2`."""
    return dh * h


@tanh_backward.misconception
def arguments_exchanged(dh, h):
    """`dh` and `h` changed places: the slope comes from the state, `1 - h**2`, and `dh` is multiplied by
    it."""
    return h * (1 - dh**2)


@tanh_backward.misconception
def one_forgotten(dh, h):
    """You multiply by `-h**2`: the 1 of `1 - h**2` is missing."""
    return -dh * h**2


@tanh_backward.misconception
def brackets_forgotten(dh, h):
    """`dh * 1 - h**2` multiplies by 1 and then takes the square away: put brackets around the slope,
    `(1 - h**2)`."""
    return dh * 1 - h**2


@tanh_backward.misconception
def plus_for_minus(dh, h):
    """You multiply by `1 + h**2`: the slope of tanh is `1 - h**2`, and never more than 1."""
    return dh * (1 + h**2)


@tanh_backward.misconception
def divided_by_the_slope(dh, h):
    """You divide by the slope: the chain rule multiplies, forwards and backwards alike."""
    return dh / (1 - h**2)


dense_backward = exercise(
    reference.dense_backward,
    stars=2,
    minutes=10,
    cases=differentiated,
    keras=_keras_dense_backward,
    returns=("dWo", "dbo", "dh"),
    hints=[
        "Write the shapes first: `dWo (M, K)`, `dbo (K,)`, `dh (N, M)`. You have `dY (N, K)`, `h (N, M)` and "
        "`Wo (M, K)`. Which product of two of them has the shape that you need?",
        "To get `(M, K)` from `(N, M)` and `(N, K)`, N has to be the inner letter: turn `h` round with "
        "`h.T`. To get `(N, M)` from `(N, K)` and `(M, K)`, turn `Wo` round.",
        "`dbo`: every sample used the same bias, so the N rows of `dY` are added up: `dY.sum(axis=0)`.",
    ],
)


@dense_backward.misconception
def bias_not_summed(dY, h, Wo):
    """`dbo` has a row for each sample, `(N, K)`: all samples share one bias, so their rows are added up,
    `(K,)`."""
    return h.T @ dY, dY.copy(), dY @ Wo.T


@dense_backward.misconception
def bias_of_sample_0(dY, h, Wo):
    """`dbo` is only the first sample's row of `dY`: all samples share one bias, so all N rows are added up,
    `axis=0`."""
    return h.T @ dY, dY[0].copy(), dY @ Wo.T


@dense_backward.misconception
def bias_averaged(dY, h, Wo):
    """`dbo` is the mean over the samples: it has to be their sum. Where a mean is wanted, the loss brought
    the 1/N along already."""
    return h.T @ dY, dY.mean(axis=0), dY @ Wo.T


@dense_backward.misconception
def weights_and_bias_averaged(dY, h, Wo):
    """`dWo` and `dbo` are divided by N: both are sums over the samples. Where a mean is wanted, the loss
    brought the 1/N along already."""
    return h.T @ dY / len(h), dY.mean(axis=0), dY @ Wo.T


@dense_backward.misconception
def weights_alone_averaged(dY, h, Wo):
    """`dWo` is divided by N: it is a sum over the samples. Where a mean is wanted, the loss brought the 1/N
    along already."""
    return h.T @ dY / len(h), dY.sum(axis=0), dY @ Wo.T


@dense_backward.misconception
def bias_summed_over_the_outputs(dY, h, Wo):
    """`dbo` is summed over the outputs, and has one number for each sample, `(N,)`: sum over the samples,
    `axis=0`, and one for each output is left, `(K,)`."""
    return h.T @ dY, dY.sum(axis=1), dY @ Wo.T


@dense_backward.misconception
def bias_as_a_row(dY, h, Wo):
    """`dbo` is `(1, K)`: a gradient has the shape of its array, and `bo` is `(K,)`. Leave `keepdims` out."""
    return h.T @ dY, dY.sum(axis=0, keepdims=True), dY @ Wo.T


@dense_backward.misconception
def bias_of_ones(dY, h, Wo):
    """`dbo` is all ones: that is the slope of `Y` with respect to `bo`, and the chain rule multiplies it by
    `dY`."""
    return h.T @ dY, np.ones_like(dY[0]), dY @ Wo.T


@dense_backward.misconception
def weights_on_their_side(dY, h, Wo):
    """`dWo` lies on its side, `(K, M)`: it has the shape of `Wo (M, K)`, so `h` is the one that is
    transposed, on the left."""
    return dY.T @ h, dY.sum(axis=0), dY @ Wo.T


@dense_backward.misconception
def one_gradient_for_each_sample(dY, h, Wo):
    """`dWo` is `(N, M, K)`, one for each sample: all samples share one `Wo`, so add them up over N."""
    return h[:, :, None] * dY[:, None, :], dY.sum(axis=0), dY @ Wo.T


@dense_backward.misconception
def weights_of_sample_0(dY, h, Wo):
    """`dWo` comes from sample 0 alone: every sample used `Wo`, so all N of them have a part in it."""
    return np.outer(h[0], dY[0]), dY.sum(axis=0), dY @ Wo.T


@dense_backward.misconception
def Wo_not_transposed(dY, h, Wo):
    """`dY @ Wo` is the forward product: on the way back `Wo` is transposed, `(N, K) @ (K, M)`."""
    return h.T @ dY, dY.sum(axis=0), dY @ Wo


@dense_backward.misconception
def dh_on_its_side(dY, h, Wo):
    """`dh` lies on its side, `(M, N)`: it has the shape of `h (N, M)`, so `dY` stands on the left."""
    return h.T @ dY, dY.sum(axis=0), Wo @ dY.T


@dense_backward.misconception
def dh_in_place_of_da(dY, h, Wo):
    """Your `dh` has gone through tanh already: this is the Dense layer alone, and tanh comes in its own
    turn."""
    return h.T @ dY, dY.sum(axis=0), dY @ Wo.T * (1 - h**2)


@dense_backward.misconception
def dh_first(dY, h, Wo):
    """`dh` comes first in your answer: the order asked for is `dWo, dbo, dh`."""
    return dY @ Wo.T, h.T @ dY, dY.sum(axis=0)


@dense_backward.misconception
def dbo_last(dY, h, Wo):
    """`dbo` and `dh` changed places: the order asked for is `dWo, dbo, dh`."""
    return h.T @ dY, dY @ Wo.T, dY.sum(axis=0)


bptt = exercise(
    reference.bptt,
    stars=3,
    minutes=25,
    cases=differentiated,
    keras=_keras_bptt,
    hints=[
        "Forwards first, and keep every state, zeros included: a list `H` with T + 1 arrays `(N, M)`, where "
        "`H[t]` is the state before step t and `H[t + 1]` the one after it. Then `Yhat`, then `dY = 2 * "
        "(Yhat - Y) / (N * K)`.",
        "`dense_backward(dY, H[T], Wo)` starts it off, and gives the first `dh`. Begin `dWx`, `dWh` and "
        "`dbh` as zeros in the shapes of `Wx`, `Wh` and `bh`, and go through time with `for t in "
        "reversed(range(T))`. The table has a line for each line of the loop. Ask yourself at each: which of "
        "the two states of step t stands here, `H[t]` or `H[t + 1]`? One went in through `Wh`, the other "
        "came out of tanh.",
        "In the loop: `da = tanh_backward(dh, H[t + 1])`; add this step's share to the three gradients, "
        "with `+=`: `X[:, t].T @ da`, `H[t].T @ da`, `da.sum(axis=0)`; and last `dh = da @ Wh.T`, for the "
        "step before.",
    ],
)


def _forwards(X, Wx, Wh, bh):
    """The T + 1 states, the zeros first."""
    H = [np.zeros((len(X), len(bh)), X.dtype)]
    for t in range(X.shape[1]):
        H.append(np.tanh(X[:, t] @ Wx + H[t] @ Wh + bh))
    return H


def _bent(
    X, Y, Wx, Wh, bh, Wo, bo, *, dY=lambda error: 2 * error / error.size, steps=reversed,
    slope=lambda h, before: 1 - h**2, carry=lambda dh, da, Wh: da @ Wh.T, again=0.0, added=True,
    seen=lambda X, t: X[:, t], before=lambda H, t: H[t],
):  # fmt: skip
    """The right gradients, unless one of the options bends a line of the derivation.

    Args:
        dY: from the error `Yhat - Y (N, K)`.
        steps: the order in which the steps are taken, from `range(T)`.
        slope: of tanh, from the states after and before the step.
        carry: gives the next `dh`.
        again: how much of the output's `dh` comes in again at every step.
        added: whether the steps are added up; else the last one computed stays.
        seen: the input of a step.
        before: the state that goes with `dWh`.
    """
    H, T = _forwards(X, Wx, Wh, bh), X.shape[1]
    dY = dY(H[T] @ Wo + bo - Y)
    g = {"Wx": np.zeros_like(Wx), "Wh": np.zeros_like(Wh), "bh": np.zeros_like(bh)}
    dh = from_output = dY @ Wo.T
    for t in steps(range(T)):
        da = dh * slope(H[t + 1], H[t])
        step = {"Wx": seen(X, t).T @ da, "Wh": before(H, t).T @ da, "bh": da.sum(axis=0)}
        g = {name: g[name] + step[name] if added else step[name] for name in g}
        dh = carry(dh, da, Wh) + again * from_output
    return {**g, "Wo": H[T].T @ dY, "bo": dY.sum(axis=0)}


@bptt.misconception
def overwritten_at_every_step(*arguments):
    """Each step overwrites the gradients of the steps before: only step 0's are left. The same weights work
    at every step, so the steps are added up: `+=`."""
    return _bent(*arguments, added=False)


@bptt.misconception
def last_step_only(*arguments):
    """Only the last step has a part in your gradients: the error goes on, through `Wh`, to every step before
    it. Is `return` indented into the loop?"""
    return _bent(*arguments, steps=lambda t: [t[-1]])


@bptt.misconception
def no_step_at_all(*arguments):
    """`dWx`, `dWh` and `dbh` are all zeros: does your backward loop turn at all? `range(T, 0)` is empty;
    `reversed(range(T))` counts down."""
    return _bent(*arguments, steps=lambda t: [])


@bptt.misconception
def last_step_left_out(*arguments):
    """The last step has no share in your gradients: the loop backwards starts at T - 1, with
    `reversed(range(T))`."""
    return _bent(*arguments, steps=lambda t: reversed(t[:-1]))


@bptt.misconception
def step_0_left_out(*arguments):
    """The loop backwards ends before step 0: `range(T - 1, 0, -1)` leaves its end out. `reversed(range(T))`
    takes all T steps."""
    return _bent(*arguments, steps=lambda t: t[:0:-1])


@bptt.misconception
def forwards_through_time(*arguments):
    """Your second loop runs forwards: the error is known at the last step, so it is carried from T - 1 down
    to 0."""
    return _bent(*arguments, steps=iter)


@bptt.misconception
def slope_forgotten(*arguments):
    """The slope of tanh is missing: at every step `da = dh * (1 - h**2)`."""
    return _bent(*arguments, slope=lambda h, before: 1)


@bptt.misconception
def slope_at_the_state_before(*arguments):
    """The slope of tanh is taken at the state before the step: step t put out `H[t + 1]`, where `H[0]` is the
    zeros, so its slope is `1 - H[t + 1]**2`."""
    return _bent(*arguments, slope=lambda h, before: 1 - before**2)


@bptt.misconception
def slope_of_tanh_of_the_state(*arguments):
    """You take the tanh of a state again for its slope: a state came out of tanh already, so the slope is `1
    - h**2`."""
    return _bent(*arguments, slope=lambda h, before: 1 - np.tanh(h) ** 2)


@bptt.misconception
def slope_without_square(*arguments):
    """The slope of tanh is `1 - h**2`: the square is missing."""
    return _bent(*arguments, slope=lambda h, before: 1 - h)


@bptt.misconception
def dh_not_carried(*arguments):
    """Every step gets the `dh` of the output: it belongs to the last state alone. What step t hands to the
    step before is `dh = da @ Wh.T`."""
    return _bent(*arguments, carry=lambda dh, da, Wh: dh)


@bptt.misconception
def carried_without_Wh(*arguments):
    """`da` is handed to the step before as it is: the state went into this step through `Wh`, so the gradient
    goes back through `Wh` too, `dh = da @ Wh.T`."""
    return _bent(*arguments, carry=lambda dh, da, Wh: da)


@bptt.misconception
def Wh_not_transposed(*arguments):
    """`da @ Wh` is the forward product. It is square, so no shape complains; on the way back it is `da @
    Wh.T`."""
    return _bent(*arguments, carry=lambda dh, da, Wh: da @ Wh)


@bptt.misconception
def tanh_bypassed_on_the_way_back(*arguments):
    """You carry `dh @ Wh.T` to the step before, past the tanh: what goes through `Wh` is `da`, the slope
    included."""
    return _bent(*arguments, carry=lambda dh, da, Wh: dh @ Wh.T)


@bptt.misconception
def dh_piled_up(*arguments):
    """`dh` is added to at every step: the gradients of weights are summed over time, `dh` is not. The step
    before has a `dh` of its own, `dh = da @ Wh.T`."""
    return _bent(*arguments, carry=lambda dh, da, Wh: dh + da @ Wh.T)


@bptt.misconception
def loss_at_every_step(*arguments):
    """The output's error comes in at every step: this network has one output, after the last step. Before it,
    `dh` is `da @ Wh.T` alone."""
    return _bent(*arguments, again=1.0)


@bptt.misconception
def factor_2_forgotten(*arguments):
    """Everything is half of what it should be: the slope of a square `e**2` is `2 * e`."""
    return _bent(*arguments, dY=lambda error: error / error.size)


@bptt.misconception
def mean_forgotten(*arguments):
    """The loss is a mean over N samples and K outputs, and your gradients are those of a sum: `dY` is divided
    by `N * K`."""
    return _bent(*arguments, dY=lambda error: 2 * error)


@bptt.misconception
def mean_and_factor_2_forgotten(*arguments):
    """`dY` is the bare error `Yhat - Y`: the slope of the square gives a factor 2, and the mean over N
    samples and K outputs divides by `N * K`."""
    return _bent(*arguments, dY=lambda error: error)


@bptt.misconception
def divided_by_N_alone(*arguments):
    """`dY` is divided by N alone: Keras's mean squared error is a mean over the samples and over the K
    outputs, so by `N * K`."""
    return _bent(*arguments, dY=lambda error: 2 * error / len(error))


@bptt.misconception
def divided_by_K_alone(*arguments):
    """`dY` is divided by K alone: Keras's mean squared error is a mean over the outputs and over the N
    samples, so by `N * K`."""
    return _bent(*arguments, dY=lambda error: 2 * error / error.shape[1])


@bptt.misconception
def half_of_N_alone(*arguments):
    """`dY` is `(Yhat - Y) / N`: that belongs to a loss with a half in front. Keras's is the mean of the
    squares, so `2 * (Yhat - Y) / (N * K)`."""
    return _bent(*arguments, dY=lambda error: error / len(error))


@bptt.misconception
def sign_turned(*arguments):
    """Every sign is turned: `dY` has `Yhat - Y` in it, the prediction first. The gradient points uphill; it
    is the step of training that goes against it."""
    return _bent(*arguments, dY=lambda error: -2 * error / error.size)


@bptt.misconception
def state_after_the_step(*arguments):
    """In `dWh`, step t meets the state after it: what went through `Wh` at step t is the state before it,
    `H[t]`, where `H[0]` is the zeros."""
    return _bent(*arguments, before=lambda H, t: H[t + 1])


@bptt.misconception
def last_state_before_step_0(*arguments):
    """Before step 0 your `dWh` sees the last state: index -1 counts from the end. The state before the first
    step is zeros."""
    return _bent(*arguments, before=lambda H, t: H[t] if t else H[-1])


@bptt.misconception
def Wh_gradient_on_its_side(*arguments):
    """`dWh` is transposed. It is square, so no shape complains; what went in, `H[t]`, is transposed and
    stands on the left: `H[t].T @ da`."""
    g = _bent(*arguments)
    return {**g, "Wh": g["Wh"].T}


@bptt.misconception
def input_of_the_step_before(*arguments):
    """In `dWx`, step t meets the input of the step before it: its own is `X[:, t]`."""
    return _bent(*arguments, seen=lambda X, t: X[:, t - 1])


@bptt.misconception
def last_input_every_time(*arguments):
    """In `dWx`, every step meets the last input: use that of the step, `X[:, t]`."""
    return _bent(*arguments, seen=lambda X, t: X[:, -1])


@bptt.misconception
def steps_averaged(*arguments):
    """The gradients of `Wx`, `Wh` and `bh` are divided by T: they are the sum over all steps, and not the
    mean."""
    g, T = _bent(*arguments), arguments[0].shape[1]
    return {name: gradient / T if name in FIVE[:3] else gradient for name, gradient in g.items()}


@bptt.misconception
def biases_averaged_over_the_samples(*arguments):
    """The gradients of both biases are means over the samples: they are sums, as the 1/N is in `dY`
    already."""
    g, N = _bent(*arguments), len(arguments[0])
    return {name: gradient / N if gradient.ndim == 1 else gradient for name, gradient in g.items()}


@bptt.misconception
def divided_by_N_again(*arguments):
    """All gradients are divided by N once more: the 1/N of the mean is in `dY` already."""
    return {name: gradient / len(arguments[0]) for name, gradient in _bent(*arguments).items()}


@bptt.misconception
def hidden_bias_of_step_0_only(*arguments):
    """`dbh` holds one step alone, the first: the bias is used at every step, so add them up, as with `dWx`
    and `dWh`."""
    return {**_bent(*arguments), "bh": _bent(*arguments, added=False)["bh"]}


@bptt.misconception
def biases_of_every_sample(*arguments):
    """The gradients of your biases have a row for each sample: all samples share one bias, so add up over N,
    `axis=0`."""
    X, Y, *weights = arguments
    each = [_bent(X[n : n + 1], Y[n : n + 1], *weights) for n in range(len(X))]
    return {
        **_bent(*arguments),
        **{name: np.stack([g[name] for g in each]) / len(X) for name in ("bh", "bo")},
    }


@bptt.misconception
def hidden_bias_summed_over_the_units(*arguments):
    """In `dbh` you sum over the M hidden units too, and all its entries are the same: sum over the samples
    alone, `da.sum(axis=0)`."""
    g = _bent(*arguments)
    return {**g, "bh": np.full_like(g["bh"], g["bh"].sum())}


@bptt.misconception
def output_layer_of_every_step(*arguments):
    """`dWo` adds up all T states: the Dense layer saw one of them, the last, so `H[T].T @ dY` is all."""
    X, Y, Wx, Wh, bh, Wo, bo = arguments
    H = _forwards(X, Wx, Wh, bh)
    dY = 2 * (H[-1] @ Wo + bo - Y) / Y.size
    return {**_bent(*arguments), "Wo": sum(H).T @ dY}


@bptt.misconception
def biases_left_out_forwards(*arguments):
    """The biases are missing on the way forwards: the states and `Yhat` have to be those of the network, `bh`
    and `bo` included."""
    X, Y, Wx, Wh, bh, Wo, bo = arguments
    return _bent(X, Y, Wx, Wh, 0 * bh, Wo, 0 * bo)


def _losses(rng: np.random.Generator) -> Iterable[Case]:
    """Losses of arrays of one and two axes.

    The numbers of `w` and each `eps` are such that `w[i] + eps - eps` is `w[i]` to the last bit: who nudges
    an entry of `w` itself and takes the nudge back has changed nothing.
    """
    for letters, eps in [("M", 1 / 8), ("DM", 1 / 4), ("MM", 1 / 8), ("K", 1 / 16), ("MK", 1 / 8)]:
        sizes = {letter: {"D": 2, "M": 4, "K": 1}[letter] for letter in letters}
        shape = tuple(sizes[letter] for letter in letters)
        pace = rng.choice([-1, 1], shape) * rng.uniform(1.0, 1.5, shape)
        draw = (rng.uniform(0.7, 1.3, shape), pace, rng.uniform(-1, 1, shape), rng.uniform(0.3, 0.8, shape))
        w = rng.integers(-96, 97, shape) / 64
        inputs = {"loss": SmoothLoss(*draw), "w": w, "eps": eps}
        yield Case(sizes, inputs, axes={"axes": tuple(letters)})
    loss = EchoLoss(rng.normal(0, 1, 5), rng.uniform(-1, 1, 5))
    w = rng.choice([-1, 1], 3) * rng.integers(24, 97, 3) / 64
    said = "the loss of a network of one unit, w = [wx, wh, b]"
    yield Case({}, {"loss": loss, "w": w, "eps": 1 / 8}, note=said, axes={"axes": ("3",)})


numerical_gradient = exercise(
    reference.numerical_gradient,
    stars=2,
    minutes=12,
    cases=_losses,
    keras=reference.numerical_gradient,
    oracle="the central difference",
    hints=[
        "One entry at a time: nudge it up, ask `loss`, nudge it down, ask `loss`; all other entries stay "
        "where they are. So begin each time from a fresh copy, `w.copy()`.",
        "`np.ndindex(w.shape)` goes through all indices of an array, however many axes it has: `for i in "
        "np.ndindex(w.shape)`, and then `up[i] += eps`.",
        "`g = np.zeros(w.shape)` takes the results: `g[i] = (loss(up) - loss(down)) / (2 * eps)`. Mind the "
        "brackets around `2 * eps`.",
    ],
)


def _slopes(loss, w, rule):
    """`rule` of each entry: of the loss as a function of that entry's nudge, the others as they are."""

    def nudged(index, by):
        moved = w.copy()
        moved[index] += by
        return loss(moved)

    g = np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        g[index] = rule(lambda by, index=index: nudged(index, by))
    return g


@numerical_gradient.misconception
def one_sided(loss, w, eps):
    """This is a one-sided difference, from `w` to `w + eps`: take a step to either side, `loss(w + eps) -
    loss(w - eps)`, and divide by `2 * eps`. It is far more exact."""
    return _slopes(loss, w, lambda f: (f(eps) - f(0)) / eps)


@numerical_gradient.misconception
def one_sided_downwards(loss, w, eps):
    """This is a one-sided difference, from `w - eps` to `w`: take a step to either side, `loss(w + eps) -
    loss(w - eps)`, and divide by `2 * eps`. It is far more exact."""
    return _slopes(loss, w, lambda f: (f(0) - f(-eps)) / eps)


@numerical_gradient.misconception
def divided_by_eps(loss, w, eps):
    """All is twice what it should be: from `w - eps` to `w + eps` it is `2 * eps`, so divide by that."""
    return _slopes(loss, w, lambda f: (f(eps) - f(-eps)) / eps)


@numerical_gradient.misconception
def not_divided(loss, w, eps):
    """This is how much the loss changes: a slope is the change per step, so divide by `2 * eps`."""
    return _slopes(loss, w, lambda f: f(eps) - f(-eps))


@numerical_gradient.misconception
def brackets_around_2_eps_forgotten(loss, w, eps):
    """`(…) / 2 * eps` divides by 2 and then multiplies by `eps`: put brackets around it, `(…) / (2 *
    eps)`."""
    return _slopes(loss, w, lambda f: (f(eps) - f(-eps)) / 2 * eps)


@numerical_gradient.misconception
def brackets_around_the_difference_forgotten(loss, w, eps):
    """Only the second loss is divided by `2 * eps`: put brackets around the difference, `(up - down) / (2 *
    eps)`."""
    return _slopes(loss, w, lambda f: f(eps) - f(-eps) / (2 * eps))


@numerical_gradient.misconception
def up_and_down_exchanged(loss, w, eps):
    """Every sign is turned: it is the loss at `w + eps` minus the loss at `w - eps`."""
    return _slopes(loss, w, lambda f: (f(-eps) - f(eps)) / (2 * eps))


@numerical_gradient.misconception
def half_a_nudge(loss, w, eps):
    """You nudge by half of `eps` to either side: the exercise asks for a whole `eps` up and a whole one
    down."""
    return _slopes(loss, w, lambda f: (f(eps / 2) - f(-eps / 2)) / eps)


@numerical_gradient.misconception
def an_eps_of_its_own(loss, w, eps):
    """Your nudge has a fixed size: use the `eps` that comes in."""
    return _slopes(loss, w, lambda f: (f(1e-5) - f(-1e-5)) / 2e-5)


@numerical_gradient.misconception
def all_entries_at_once(loss, w, eps):
    """All entries are nudged at once: `w + eps` moves every one. Each has a slope of its own, so nudge one at
    a time."""
    return np.full(w.shape, (loss(w + eps) - loss(w - eps)) / (2 * eps))


@numerical_gradient.misconception
def a_row_at_a_time(loss, w, eps):
    """You nudge `w[i]`, which is a whole row where `w` has two axes: nudge one number at a time.
    `np.ndindex(w.shape)` goes through all indices."""
    g = np.zeros(w.shape)
    for i in range(len(w)):
        up, down = w.copy(), w.copy()
        up[i] += eps
        down[i] -= eps
        g[i] = (loss(up) - loss(down)) / (2 * eps)
    return g


@numerical_gradient.misconception
def one_array_for_both(loss, w, eps):
    """All zeros: both losses are asked of one and the same array, nudged up and down again. `up = w` makes no
    second array; `up = w.copy()` does, and `down` needs its own."""
    return np.zeros(w.shape)


@numerical_gradient.misconception
def nudges_that_pile_up(loss, w, eps):
    """An entry stays nudged when its turn is over, and the next slopes are taken at another place: begin each
    turn with `w` as it came in."""
    up, down, g = w.copy(), w.copy(), np.zeros(w.shape)
    for index in np.ndindex(w.shape):
        up[index] += eps
        down[index] -= eps
        g[index] = (loss(up) - loss(down)) / (2 * eps)
    return g


@numerical_gradient.misconception
def down_from_where_up_was(loss, w, eps):
    """You go up by `eps` and down again by `eps`: that is back where you began. From the upper place it is `2
    * eps` down to the lower."""
    return _slopes(loss, w, lambda f: (f(eps) - f(0)) / (2 * eps))


@numerical_gradient.misconception
def in_one_row(loss, w, eps):
    """The slopes are right, but lie in one row: the gradient has the shape of `w`."""
    return _slopes(loss, w, lambda f: (f(eps) - f(-eps)) / (2 * eps)).ravel()


gradient_norms = exercise(
    reference.gradient_norms,
    stars=2,
    minutes=12,
    cases=differentiated,
    keras=_keras_gradient_norms,
    hints=[
        "It is the loop of `bptt` with nothing to add up. The states come first, from a loop forwards; then "
        "`dh` goes from the last step to the first, and what is kept of it is its norm.",
        "The slope of `h_last.sum()` with respect to each number of `h_last` is 1: begin with `dh = "
        "np.ones((N, M))`. Its norm belongs to the last entry, so take the norm before you carry `dh` on.",
        "`norms[t] = np.sqrt((dh**2).sum())`, then `dh = tanh_backward(dh, H[t + 1]) @ Wh.T`, where `H[t + "
        "1]` is the state after step t.",
    ],
)


def _norm(dh):
    return np.sqrt((dh**2).sum())


def _faded(
    X, Wx, Wh, bh, *, start=np.ones_like, slope=lambda h, before: 1 - h**2, back=lambda da, Wh: da @ Wh.T,
    keep=None,
):  # fmt: skip
    """The right norms, unless one of the options bends a line; `keep` says what is noted in place of the norm
    of `dh`."""
    H = _forwards(X, Wx, Wh, bh)
    dh, norms = start(H[-1]), []
    for t in reversed(range(X.shape[1])):
        da = dh * slope(H[t + 1], H[t])
        carried = back(da, Wh)
        norms.append(keep(dh, da, carried) if keep else _norm(dh))
        dh = carried
    return np.array(norms[::-1])


@gradient_norms.misconception
def slope_missing(*arguments):
    """The slope of tanh is missing: on its way through a step the gradient is multiplied by `1 - h**2`."""
    return _faded(*arguments, slope=lambda h, before: 1)


@gradient_norms.misconception
def slope_one_step_early(*arguments):
    """The slope of tanh is one step off: from `h_t` back to the state before it, it is `1 - h_t**2`, of the
    state that the step put out."""
    return _faded(*arguments, slope=lambda h, before: 1 - before**2)


@gradient_norms.misconception
def forward_product(*arguments):
    """`@ Wh` is the forward product. It is square, so no shape complains; on the way back it is `@ Wh.T`."""
    return _faded(*arguments, back=lambda da, Wh: da @ Wh)


@gradient_norms.misconception
def back_to_front(*arguments):
    """Your entries stand in the order in which they were computed, the last step first: entry t belongs to
    step t, so turn them round."""
    return _faded(*arguments)[::-1]


@gradient_norms.misconception
def norm_of_da(*arguments):
    """These are the norms of `da`, inside the tanh: those of `dh` are due, before the slope is multiplied
    in."""
    return _faded(*arguments, keep=lambda dh, da, carried: _norm(da))


@gradient_norms.misconception
def one_step_too_far_back(*arguments):
    """Each norm is taken after `dh` was carried on, and belongs to the step before: take it first. The last
    entry is the norm of ones."""
    return _faded(*arguments, keep=lambda dh, da, carried: _norm(carried))


@gradient_norms.misconception
def root_forgotten(*arguments):
    """These are the norms squared: the root of the sum of squares is missing."""
    return _faded(*arguments) ** 2


@gradient_norms.misconception
def mean_in_place_of_sum(*arguments):
    """This is the root of the mean of the squares: the norm is the root of their sum, so the last entry is
    `sqrt(N * M)`."""
    N, M = len(arguments[0]), len(arguments[3])
    return _faded(*arguments) / np.sqrt(N * M)


@gradient_norms.misconception
def sum_of_sizes(*arguments):
    """You add up the absolute values: the norm is the root of the sum of squares,
    `np.sqrt((dh**2).sum())`."""
    return _faded(*arguments, keep=lambda dh, da, carried: np.abs(dh).sum())


@gradient_norms.misconception
def largest_stretch(*arguments):
    """`np.linalg.norm(dh, 2)` is something else for a matrix, its largest stretch: leave the 2 out, or take
    the root of the sum of squares."""
    return _faded(*arguments, keep=lambda dh, da, carried: np.linalg.norm(dh, 2))


@gradient_norms.misconception
def norm_for_each_sample(*arguments):
    """You return one norm for each sample and step: the norm goes over all numbers of `dh (N, M)`, so one for
    each step is left, `(T,)`."""
    X, *weights = arguments
    return np.stack([_faded(X[n : n + 1], *weights) for n in range(len(X))])


@gradient_norms.misconception
def mean_of_the_samples_norms(*arguments):
    """You average the norms of the samples: take one norm over all numbers of `dh (N, M)` together."""
    X, *weights = arguments
    return np.mean([_faded(X[n : n + 1], *weights) for n in range(len(X))], axis=0)


@gradient_norms.misconception
def begun_with_the_state(*arguments):
    """You begin with `dh = h_last`: the slope of a sum with respect to each of its parts is 1, so `dh` begins
    as ones, `(N, M)`."""
    return _faded(*arguments, start=np.copy)


@gradient_norms.misconception
def begun_with_a_mean(*arguments):
    """You begin with `1 / (N * M)`, the slope of a mean: here it is the sum of `h_last`, so `dh` begins as
    ones, `(N, M)`."""
    return _faded(*arguments, start=lambda h: np.ones_like(h) / h.size)


@gradient_norms.misconception
def norms_of_the_states(*arguments):
    """These are the norms of the states: the norms of the gradient are due, which starts from ones at the
    last step and goes back."""
    return np.array([_norm(h) for h in _forwards(*arguments)[1:]])


@gradient_norms.misconception
def Wh_left_out(*arguments):
    """The gradient never goes through `Wh`: from step to step it is `da @ Wh.T`."""
    return _faded(*arguments, back=lambda da, Wh: da)


def _gradients(rng: np.random.Generator) -> Iterable[Case]:
    """Gradients whose norm is above and below the limit, and where each entry alone would be below it."""
    for index, (letters, norm, max_norm, note) in enumerate(
        [
            ("DM", 12.0, 2.0, "a norm above the limit"),
            ("M", 1.5, 2.0, "a norm below the limit"),
            ("MM", 1.6, 1.0, "a norm above the limit"),
            ("MK", 0.0, 1.0, "all zeros"),
            ("K", 7.0, 0.5, "a norm above the limit"),
            ("DM", 0.4, 0.5, "a norm below the limit"),
        ]
    ):
        sizes = {letter: {"D": 3, "M": 5, "K": 2}[letter] for letter in letters}
        drawn = rng.choice([-1, 1], [sizes[letter] for letter in letters])
        drawn = drawn * rng.uniform(0.5, 1.0, drawn.shape)
        g = (norm * drawn / np.linalg.norm(drawn)).astype(np.float32 if index % 2 == 0 else np.float64)
        yield Case(sizes, {"g": g, "max_norm": max_norm}, note=note, axes={"axes": tuple(letters)})


clip_by_norm = exercise(
    reference.clip_by_norm,
    stars=1,
    minutes=6,
    cases=_gradients,
    keras=_keras_clip_by_norm,
    hints=[
        "First the norm: the root of the sum of the squares of all entries, whatever the shape of `g`.",
        "If the norm is larger than `max_norm`, multiply all of `g` by one number, `max_norm / norm`. If "
        "not, return `g` as it is: zeros stay zeros, and nothing is ever divided by 0.",
    ],
)


@clip_by_norm.misconception
def clipped_entry_by_entry(g, max_norm):
    """You clip every entry by itself, which bends the gradient into another direction (Keras calls that
    `clipvalue`): multiply all of it by one number."""
    return np.clip(g, -max_norm, max_norm)


@clip_by_norm.misconception
def always_scaled(g, max_norm):
    """A gradient below the limit is stretched up to it, and zeros become 0 / 0: only a norm above `max_norm`
    is changed."""
    return g * (max_norm / _norm(g))


@clip_by_norm.misconception
def always_scaled_but_zeros(g, max_norm):
    """A gradient below the limit is stretched up to it: only a norm above `max_norm` is changed."""
    return g * (max_norm / _norm(g)) if g.any() else g.copy()


@clip_by_norm.misconception
def condition_turned_round(g, max_norm):
    """Your condition is the wrong way round: a gradient is shortened where its norm is above `max_norm`, and
    stays as it is below."""
    return g * (max_norm / _norm(g)) if _norm(g) < max_norm else g.copy()


@clip_by_norm.misconception
def never_clipped(g, max_norm):
    """The gradient comes back as it was: where its norm is above `max_norm`, it has to be shortened to it."""
    return g.copy()


@clip_by_norm.misconception
def scaled_to_length_1(g, max_norm):
    """A gradient above the limit gets the length 1: it has to get the length `max_norm`."""
    return g / _norm(g) if _norm(g) > max_norm else g.copy()


@clip_by_norm.misconception
def divided_by_the_limit(g, max_norm):
    """You divide by `max_norm`, and forget the gradient's own norm: the factor is `max_norm / norm`."""
    return g / max_norm if _norm(g) > max_norm else g.copy()


@clip_by_norm.misconception
def times_the_limit(g, max_norm):
    """You multiply by `max_norm`, and forget the gradient's own norm: the factor is `max_norm / norm`."""
    return g * max_norm if _norm(g) > max_norm else g.copy()


@clip_by_norm.misconception
def factor_upside_down(g, max_norm):
    """The factor is upside down: `max_norm / norm` makes a long gradient shorter."""
    return g * (_norm(g) / max_norm) if _norm(g) > max_norm else g.copy()


@clip_by_norm.misconception
def root_of_the_norm_forgotten(g, max_norm):
    """Your norm is the sum of the squares: its root is missing."""
    norm = (g**2).sum()
    return g * (max_norm / norm) if norm > max_norm else g.copy()


@clip_by_norm.misconception
def absolute_values_added(g, max_norm):
    """Your norm is the sum of the absolute values: the norm is the root of the sum of squares."""
    norm = np.abs(g).sum()
    return g * (max_norm / norm) if norm > max_norm else g.copy()


@clip_by_norm.misconception
def largest_entry_as_norm(g, max_norm):
    """Your norm is the largest entry: the norm is the root of the sum of squares, over all entries."""
    norm = np.abs(g).max()
    return g * (max_norm / norm) if norm > max_norm else g.copy()


@clip_by_norm.misconception
def mean_square_as_norm(g, max_norm):
    """Your norm takes the mean of the squares: it is the root of their sum."""
    norm = np.sqrt((g**2).mean())
    return g * (max_norm / norm) if norm > max_norm else g.copy()


@clip_by_norm.misconception
def row_by_row(g, max_norm):
    """You clip along one axis, row by row: one norm goes over all entries, and one factor over all of `g`."""
    return g * (max_norm / np.maximum(np.sqrt((g**2).sum(axis=-1, keepdims=True)), max_norm))


@clip_by_norm.misconception
def column_by_column(g, max_norm):
    """You clip along the first axis, column by column: one norm goes over all entries, and one factor over
    all of `g`."""
    return g * (max_norm / np.maximum(np.sqrt((g**2).sum(axis=0, keepdims=True)), max_norm))


@clip_by_norm.misconception
def matrix_norm_of_numpy(g, max_norm):
    """`np.linalg.norm(g, 2)` is something else for a matrix, its largest stretch: leave the 2 out, or take
    the root of the sum of squares."""
    norm = np.linalg.norm(g, 2)
    return g * (max_norm / norm) if norm > max_norm else g.copy()


@clip_by_norm.misconception
def thrown_away(g, max_norm):
    """A gradient above the limit becomes zero: it keeps its direction, and is only shortened."""
    return np.zeros_like(g) if _norm(g) > max_norm else g.copy()
