"""Lesson 08: what training is, and a forecast of real data that is better than the naive one.

It teaches what a loss is, how one step of SGD, of momentum and of Adam moves a weight, why a series is split
by time, and that a forecast is worth what it adds to the naive one. It leaves out where gradients come from
(lesson 09), choosing sizes by a third part of the data, and every other optimiser.

A forecaster is judged by what it says of years that it was not trained on. The sunspots are split by the
check itself. A second series, of a made-up star, shows whether the answer learns from the X and Y that it is
given: a model of the sunspots is wrong about it. The later years stay with the judge; the windows before them
are handed over in no order, as in order each shows what follows the one before.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from helpers.data.sunspots import load_sunspots
from helpers.lessons.exercise import Case, Told, exercise
from helpers.observing import models
from helpers.reference import training as reference
from helpers.reference.notation import windows

BETTER = 0.7
"""What a forecaster's error may be, as a share of the naive forecast's. On the sunspots, over many splits and
seeds: the last value again 1, a straight line through the last two 0.8 to 0.95, the reference 0.33 to 0.51,
and a model without training, or that gives the mean, 1.5 and far more."""

SURELY = 0.55
"""The same for a forecast that was first stretched and shifted as it suits it best, which chance may do much
for: random weights come down to 0.6, trained ones to 0.3."""


def _losses(rng: np.random.Generator) -> Iterable[Case]:
    shapes = ((6, 3, ""), (2, 5, ""), (7, 1, "one output"), (1, 4, "one sample"))
    for index, (N, K, note) in enumerate(shapes):
        Y = rng.normal(0, 2, (N, K))
        Yhat = Y + rng.normal(0.5, 1.5, (N, K))
        dtype = np.float32 if index % 2 == 0 else np.float64
        yield Case({"N": N, "K": K}, {"Y": Y.astype(dtype), "Yhat": Yhat.astype(dtype)}, note=note)


_WEIGHTS = ((("D", "M"), (3, 5)), (("M", "M"), (4, 4)), (("M",), (6,)), (("M", "K"), (5, 2)))
"""The steps treat every weight alike, whatever its shape."""


def _weight_case(rng, index, axes, shape, numbers, note="", zeros=()) -> Case:
    """`w`, `g`, `velocity`, `m`, `v` of one shape, beside the `numbers`; those named in `zeros` are zero."""
    arrays = {
        "w": rng.normal(0, 1, shape),
        "g": rng.normal(0, 1.5, shape),
        "velocity": rng.normal(0, 0.5, shape),
        "m": rng.normal(0, 1, shape),
        "v": rng.uniform(0.2, 2, shape),
    }
    arrays |= {name: np.zeros(shape) for name in zeros}
    dtype = np.float32 if index % 2 == 0 else np.float64
    inputs = {name: array.astype(dtype) for name, array in arrays.items()}
    return Case(dict(zip(axes, shape, strict=True)), {**inputs, **numbers}, note=note, axes={"w": axes})


def _sgd_steps(rng: np.random.Generator) -> Iterable[Case]:
    momenta = (round(rng.uniform(0.6, 0.95), 3), 0.0, 0.9, round(rng.uniform(0.3, 0.6), 3))
    notes = ("", "no momentum", "the first step, from velocity 0", "")
    for index, ((axes, shape), momentum, note) in enumerate(zip(_WEIGHTS, momenta, notes, strict=True)):
        numbers = {"lr": round(rng.uniform(0.05, 0.5), 3), "momentum": momentum}
        yield _weight_case(rng, index, axes, shape, numbers, note, ["velocity"] if index == 2 else [])


def _adam_steps(rng: np.random.Generator) -> Iterable[Case]:
    drawn = [(round(rng.uniform(0.7, 0.95), 3), round(rng.uniform(0.9, 0.99), 3)) for _ in _WEIGHTS]
    drawn[2] = 0.9, 0.999
    steps = (int(rng.integers(3, 8)), 2, 1, int(rng.integers(20, 60)))
    epsilons = (1e-7, 0.05, 1e-7, 0.2)
    notes = ("", "a large epsilon", "the first step, from m = 0 and v = 0", "a large epsilon")
    for index, (axes, shape) in enumerate(_WEIGHTS):
        beta_1, beta_2 = drawn[index]
        numbers = {"t": steps[index], "lr": round(rng.uniform(0.05, 0.3), 3), "beta_1": beta_1}
        numbers |= {"beta_2": beta_2, "epsilon": epsilons[index]}
        yield _weight_case(rng, index, axes, shape, numbers, notes[index], ["m", "v"] if index == 2 else [])


def _windows(rng: np.random.Generator) -> Iterable[Case]:
    shapes = ((6, 4, ""), (3, 7, ""), (5, 5, "N = T"), (4, 1, "one time step"), (1, 6, "one sample"))
    for index, (N, T, note) in enumerate(shapes):
        dtype = np.float32 if index % 2 == 0 else np.float64
        X = rng.uniform(0, 150, (N, T, 1)).round(1).astype(dtype)
        yield Case({"N": N, "T": T}, {"X": X}, note=note)


def _keras_mse(Y, Yhat):
    import keras

    loss = keras.losses.MeanSquaredError(dtype="float64")  # a loss computes in float32 unless told otherwise
    return float(loss(Y.astype("float64"), Yhat.astype("float64")))


def _stepped(optimizer, w, g, **state: np.ndarray):
    """The weights after a step of a Keras optimiser with the gradient g, and its state by name.

    Args:
        state: what the optimiser remembers from the steps before: its attribute, and the array for it.
    """
    import keras

    weight = keras.Variable(w, dtype="float64")
    optimizer.build([weight])
    for name, array in state.items():
        getattr(optimizer, name)[0].assign(array)
    optimizer.apply([keras.ops.convert_to_tensor(g, dtype="float64")])
    return weight.numpy(), *(getattr(optimizer, name)[0].numpy() for name in state)


def _keras_sgd_step(w, g, lr, velocity, momentum):
    import keras

    optimizer = keras.optimizers.SGD(lr, momentum=momentum)
    if momentum:
        return _stepped(optimizer, w, g, momentums=velocity)
    (stepped,) = _stepped(optimizer, w, g)
    return stepped, stepped - w  # without momentum Keras keeps no velocity: it is how far the weights moved


def _keras_adam_step(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    import keras

    optimizer = keras.optimizers.Adam(lr, beta_1=beta_1, beta_2=beta_2, epsilon=epsilon)
    optimizer.iterations.assign(t - 1)
    return _stepped(optimizer, w, g, _momentums=m, _velocities=v)


def _keras_persistence(X):
    import keras

    cropped = keras.layers.Cropping1D((X.shape[1] - 1, 0), dtype="float64")(X)
    return keras.ops.convert_to_numpy(keras.layers.Flatten(dtype="float64")(cropped))


mse = exercise(
    reference.mse,
    stars=1,
    minutes=4,
    cases=_losses,
    keras=_keras_mse,
    hints=[
        "Read the name from its end: first the **error** of every number, then its **square**, and last the "
        "**mean** of all of them.",
        "`(Y - Yhat) ** 2` squares every entry, and `np.mean(…)` without `axis` takes the mean over all N·K "
        "of them.",
    ],
)


@mse.misconception
def summed(Y, Yhat):
    """This is the sum of the squared errors. The loss is their mean: divide by how many there are, N·K."""
    return float(np.sum((Y - Yhat) ** 2))


@mse.misconception
def summed_over_the_outputs(Y, Yhat):
    """You divide by N alone, so K outputs count K times. Keras takes the mean over the outputs too: divide by
    N·K."""
    return float(np.sum((Y - Yhat) ** 2) / len(Y))


@mse.misconception
def summed_over_the_samples(Y, Yhat):
    """You divide by K alone, so the loss grows with the number of samples. Divide by N·K."""
    return float(np.sum((Y - Yhat) ** 2) / Y.shape[1])


@mse.misconception
def root_taken(Y, Yhat):
    """There is a root too many. The root of the loss is good to read, being in the units of Y, but the loss
    itself is the mean of the squares."""
    return float(np.sqrt(np.mean((Y - Yhat) ** 2)))


@mse.misconception
def absolute_errors(Y, Yhat):
    """You take the mean of the absolute errors. That is another loss, `MeanAbsoluteError`: here each error is
    squared."""
    return float(np.mean(np.abs(Y - Yhat)))


@mse.misconception
def not_squared(Y, Yhat):
    """The errors are not squared, so those above and those below cancel. Square each of them before you take
    the mean."""
    return float(np.mean(Y - Yhat))


@mse.misconception
def doubled(Y, Yhat):
    """The errors are doubled, not squared: `* 2` doubles, `** 2` squares."""
    return float(np.mean((Y - Yhat) * 2))


@mse.misconception
def added_over_the_samples_alone(Y, Yhat):
    """You add up over the samples alone, and a number for each output is left. Python's `sum` adds up rows
    only; `np.sum` takes all N·K numbers."""
    return sum((Y - Yhat) ** 2) / Y.size


@mse.misconception
def squared_after_the_mean(Y, Yhat):
    """You take the mean first and square it then, so errors above and below cancel. First square, then take
    the mean."""
    return float(np.mean(Y - Yhat) ** 2)


@mse.misconception
def halved(Y, Yhat):
    """There is a 1/2 in front. Some books put it there to make the gradient shorter; Keras has none."""
    return float(np.mean((Y - Yhat) ** 2) / 2)


@mse.misconception
def outputs_squared(Y, Yhat):
    """You take the difference of the squares. Take the difference first, `Y - Yhat`, and square it then."""
    return float(np.mean(Y**2 - Yhat**2))


@mse.misconception
def first_output_only(Y, Yhat):
    """Only the first of the K outputs counts in yours. All N·K numbers do."""
    return float(np.mean((Y[:, 0] - Yhat[:, 0]) ** 2))


sgd_step = exercise(
    reference.sgd_step,
    stars=1,
    minutes=8,
    cases=_sgd_steps,
    keras=_keras_sgd_step,
    returns=("w", "velocity"),
    hints=[
        "Two lines, and their order matters: the velocity first, then the weights, which move by the *new* "
        "velocity.",
        "What is left of the old velocity is `momentum * velocity`; the push that comes from the gradient is "
        "`- lr * g`. Add them up, and you have the new velocity.",
        "Write `w = w + velocity`, and not `w += velocity`: the second writes into the array of whoever "
        "called you. Return both: `return w, velocity`.",
    ],
)


@sgd_step.misconception
def uphill(w, g, lr, velocity, momentum):
    """You go uphill: the gradient points to where the loss grows, so a step is taken against it, with
    `- lr * g`."""
    velocity = momentum * velocity + lr * g
    return w + velocity, velocity


@sgd_step.misconception
def momentum_left_out(w, g, lr, velocity, momentum):
    """The step is the gradient's alone. With momentum, `momentum * velocity` of the last step is added to
    it."""
    velocity = -lr * g
    return w + velocity, velocity


@sgd_step.misconception
def learning_rate_left_out(w, g, lr, velocity, momentum):
    """The learning rate is missing: the gradient goes into the velocity as `lr * g`."""
    velocity = momentum * velocity - g
    return w + velocity, velocity


@sgd_step.misconception
def moved_by_the_old_velocity(w, g, lr, velocity, momentum):
    """The weights move by the velocity of the step before. First make the new velocity, then move by that."""
    return w + velocity, momentum * velocity - lr * g


@sgd_step.misconception
def velocity_never_used(w, g, lr, velocity, momentum):
    """The velocity is never used: `w` moves by the new velocity, which is made of the old one and the
    gradient."""
    return w - lr * g, velocity.copy()


@sgd_step.misconception
def old_velocity_returned(w, g, lr, velocity, momentum):
    """The weights are right, but you return the velocity that came in. The next step needs the new one."""
    return w + momentum * velocity - lr * g, velocity.copy()


@sgd_step.misconception
def moved_by_the_gradient(w, g, lr, velocity, momentum):
    """The velocity is right, but the weights don't move by it: you subtract `lr * g` alone. `w = w +
    velocity` uses both."""
    return w - lr * g, momentum * velocity - lr * g


@sgd_step.misconception
def whole_velocity_kept(w, g, lr, velocity, momentum):
    """Nothing of the velocity is lost: the old one is added as it is, so the steps grow and grow. Multiply it
    by `momentum` first."""
    velocity = velocity - lr * g
    return w + velocity, velocity


@sgd_step.misconception
def velocity_of_pytorch(w, g, lr, velocity, momentum):
    """Your velocity is PyTorch's: gradients are summed up, and the learning rate is multiplied in when the
    weights move. Keras puts `- lr * g` into the velocity, and then adds it."""
    velocity = momentum * velocity + g
    return w - lr * velocity, velocity


@sgd_step.misconception
def averaged(w, g, lr, velocity, momentum):
    """You weigh the gradient with `1 - momentum`, as for a mean. Keras's SGD takes all of it: `momentum *
    velocity - lr * g`."""
    velocity = momentum * velocity - (1 - momentum) * lr * g
    return w + velocity, velocity


@sgd_step.misconception
def nesterov(w, g, lr, velocity, momentum):
    """That is Nesterov's momentum, which looks one step ahead. Keras does it with `nesterov=True`; here the
    weights move by the new velocity, once."""
    velocity = momentum * velocity - lr * g
    return w + momentum * velocity - lr * g, velocity


@sgd_step.misconception
def velocity_subtracted(w, g, lr, velocity, momentum):
    """The velocity is right, and the weights go the other way. It has its minus inside already, so it is
    added: `w + velocity`."""
    velocity = momentum * velocity - lr * g
    return w - velocity, velocity


@sgd_step.misconception
def minus_outside_the_velocity(w, g, lr, velocity, momentum):
    """Your velocity points uphill, and you subtract it. That is a common way to write it, but not Keras's: it
    keeps the minus in the velocity, `momentum * velocity - lr * g`, and then adds it."""
    velocity = momentum * velocity + lr * g
    return w - velocity, velocity


@sgd_step.misconception
def velocity_first(w, g, lr, velocity, momentum):
    """The two results changed places: return the weights first, then the velocity."""
    velocity = momentum * velocity - lr * g
    return velocity, w + velocity


adam_step = exercise(
    reference.adam_step,
    stars=2,
    minutes=10,
    cases=_adam_steps,
    keras=_keras_adam_step,
    returns=("w", "m", "v"),
    hints=[
        "Four lines: the new `m`, the new `v`, the length `alpha`, the new `w`. The first two have one "
        "pattern, `beta * old + (1 - beta) * new`; what is new for `m` is `g`, and for `v` it is `g**2`.",
        "`alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)` is a plain number. It corrects both means "
        "at once, so `m` and `v` themselves are left, and returned, uncorrected.",
        "The last line is `w - alpha * m / (np.sqrt(v) + epsilon)`, with the new `m` and the new `v`. The "
        "root is taken of `v` alone, and `epsilon` is added after the root.",
    ],
)


def _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The parts of a right step; the misconceptions below bend one of them."""
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    return m, v, lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)


@adam_step.misconception
def not_corrected(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """There is no correction: both means start at 0 and are too small at first. `alpha` makes up for it with
    its two powers of t."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - lr * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def epsilon_of_the_textbook(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """Your ε stands where most textbooks have it: they correct `v` first, and add ε to the root of that.
    Keras adds ε to the root of `v` as it is, and corrects with `alpha`."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@adam_step.misconception
def epsilon_inside_the_root(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """ε stands inside the root. It is added after the root: `np.sqrt(v) + epsilon`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / np.sqrt(v + epsilon), m, v


@adam_step.misconception
def brackets_forgotten(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """ε is added to the whole step, as a division comes before a sum. Put brackets around `np.sqrt(v) +
    epsilon`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / np.sqrt(v) + epsilon, m, v


@adam_step.misconception
def brackets_around_the_step_alone(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """ε is added to the quotient, as a division comes before a sum. Put brackets around `np.sqrt(v) +
    epsilon`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - (alpha * m / np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def epsilon_left_out(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """ε is missing: `np.sqrt(v) + epsilon` keeps the division safe where `v` is 0, and with a large ε it
    makes a difference everywhere."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / np.sqrt(v), m, v


@adam_step.misconception
def root_left_out(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You divide by `v` and not by its root: `v` is a mean of squares, and its root has the size of a
    gradient."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / (v + epsilon), m, v


@adam_step.misconception
def v_of_the_gradient(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """`v` takes in the gradient as it is. It has to take in its square, `g**2`: `v` says how large gradients
    are, whatever their sign."""
    m, _, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    v = beta_2 * v + (1 - beta_2) * g
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def sums_for_means(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """`m` and `v` take in all of the new gradient, and so grow to sums. In a mean the new part has the weight
    `1 - beta`."""
    _, _, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m, v = beta_1 * m + g, beta_2 * v + g**2
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def betas_exchanged(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The two betas changed places: `beta_1` belongs to `m`, the mean of gradients, `beta_2` to `v`, the mean
    of their squares."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_2, beta_1, epsilon)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def betas_exchanged_in_the_means(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In the means the two betas changed places, and in `alpha` they are right: `beta_1` belongs to `m`, the
    mean of gradients, `beta_2` to `v`, the mean of their squares."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_2, beta_1, epsilon)
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def betas_exchanged_in_alpha(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In `alpha` the two betas changed places: `beta_2`, which belongs to `v`, stands under the root, and
    `beta_1` below the line."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt(1 - beta_1**t) / (1 - beta_2**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def betas_of_its_own(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """Your betas are fixed numbers, 0.9 and 0.999: use the `beta_1` and `beta_2` that come in."""
    m, v, alpha = _adam(w, g, m, v, t, lr, 0.9, 0.999, epsilon)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def w_last(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The results stand in another order than asked for: return `w` first, then `m` and `v`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return m, v, w - alpha * m / (np.sqrt(v) + epsilon)


@adam_step.misconception
def m_and_v_in_each_others_place(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """`m` and `v` changed places in your results: the order asked for is `w, m, v`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / (np.sqrt(v) + epsilon), v, m


@adam_step.misconception
def beta_and_one_minus_beta(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """beta and 1 - beta changed places: the old mean keeps the large share, `beta`, and what is new gets the
    rest."""
    _, _, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m, v = (1 - beta_1) * m + beta_1 * g, (1 - beta_2) * v + beta_2 * g**2
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def moved_by_the_old_means(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The weights move by the means of the step before. Bring `m` and `v` up to date first, then move."""
    new_m, new_v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / (np.sqrt(v) + epsilon), new_m, new_v


@adam_step.misconception
def moved_by_the_gradient_alone(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The weights move by this step's gradient. It is `m`, the mean over the steps, that has to stand
    there."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * g / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def corrected_means_returned(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The means that you return are corrected already, and the next step would correct them again. Return `m`
    and `v` as they are before the correction."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w - alpha * m / (np.sqrt(v) + epsilon), m / (1 - beta_1**t), v / (1 - beta_2**t)


@adam_step.misconception
def corrected_means_used_and_returned(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You correct `m` and `v` themselves and return them so: the next step would correct them again. Return
    them uncorrected. As Keras does it, they go into the step uncorrected too, and `alpha` makes up for it."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m, v = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - lr * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def corrected_twice(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The means are corrected twice: once by themselves, and once more by `alpha`. With `alpha` the step
    takes `m` and `v` as they are."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - alpha * m_hat / (np.sqrt(v_hat) + epsilon), m, v


@adam_step.misconception
def corrected_twice_and_returned(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You correct `m` and `v` themselves, `alpha` corrects them a second time, and the next step would
    correct once more what you return. `alpha` is the whole correction: leave `m` and `v` as they are."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    m, v = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def steps_from_zero(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You count steps from 0. Here t is 1 at the first step: `1 - beta**0` is 0, and nothing can be divided
    by it."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    t = np.float64(t - 1)
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def steps_from_two(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You count one step too many: `t` is 1 at the first step already, so it goes into `beta**t` as it is."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt(1 - beta_2 ** (t + 1)) / (1 - beta_1 ** (t + 1))
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def times_t_for_power(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """`beta * t` multiplies: the correction takes the power, `beta**t`. Below the root yours turns negative,
    and NaN comes out."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt(1 - beta_2 * t) / (1 - beta_1 * t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def correction_without_t(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """The correction doesn't change with t: it is `beta**t`, the beta to the power of t, and yours stays the
    beta of the first step."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt(1 - beta_2) / (1 - beta_1)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def root_of_the_correction_left_out(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In `alpha` the root is missing: `v` goes into the step as its root, and so does its correction,
    `np.sqrt(1 - beta_2**t)`."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * (1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def root_over_the_whole_correction(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In `alpha` the root reaches too far: it belongs to `1 - beta_2**t` alone. `m` goes into the step
    without a root, and so does its correction, `1 - beta_1**t`."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt((1 - beta_2**t) / (1 - beta_1**t))
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def brackets_below_the_line_forgotten(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In `alpha` you divide by 1 and subtract `beta_1**t` then, as a division comes before a difference. Put
    brackets around what stands below the line: `/ (1 - beta_1**t)`."""
    m, v, _ = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    alpha = lr * np.sqrt(1 - beta_2**t) / 1 - beta_1**t
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def share_squared_too(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """In `v` the share `1 - beta_2` is squared along with the gradient. Square the gradient alone:
    `(1 - beta_2) * g**2`."""
    m, _, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    v = beta_2 * v + ((1 - beta_2) * g) ** 2
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


@adam_step.misconception
def uphill_with_adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    """You go uphill: the gradient points to where the loss grows, so the step is subtracted from `w`."""
    m, v, alpha = _adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
    return w + alpha * m / (np.sqrt(v) + epsilon), m, v


def _a_fixed_step(Yhat: np.ndarray, truth: np.ndarray, case: Case) -> Told | None:
    X = case.inputs["X"]
    for t in range(X.shape[1]):
        if np.array_equal(Yhat, X[:, t]):
            said = "You give the same step of each window, however long it is. The last one is -1."
            return said, [("Where", f"step {t}, counted from 0; the last one here is {X.shape[1] - 1}")]
    return None


persistence = exercise(
    reference.persistence,
    stars=1,
    minutes=4,
    cases=_windows,
    keras=_keras_persistence,
    told=_a_fixed_step,
    hints=[
        "Of each window only its last step matters. Which axis is time, and what is the last index of an "
        "axis called?",
        "`X[:, -1]` is the last step of all samples, and its shape is `(N, D)`. Here D is 1.",
    ],
)


@persistence.misconception
def first_value(X):
    """You give the first value of each window, the oldest one. The last one is `X[:, -1]`."""
    return X[:, 0]


@persistence.misconception
def mean_of_the_window(X):
    """You give the mean of each window. The naive forecast is its last value alone."""
    return X.mean(axis=1)


@persistence.misconception
def last_window(X):
    """`X[-1]` is the last sample, with all its time steps. The last time step of every sample is `X[:,
    -1]`."""
    return X[-1].copy()


@persistence.misconception
def without_an_axis(X):
    """You return `(N,)`. Forecasts are compared with `Y (N, 1)`, so their second axis has to be there: `X[:,
    -1]` keeps it, `X[:, -1, 0]` does not."""
    return X[:, -1, 0]


@persistence.misconception
def time_axis_kept(X):
    """You return `(N, 1, 1)`: a slice such as `-1:` keeps the time axis. The index `-1` alone takes it
    away."""
    return X[:, -1:]


@persistence.misconception
def last_but_one(X):
    """You give the last value but one. The last index of an axis is -1, or T - 1."""
    return X[:, -2]


@persistence.misconception
def straight_line(X):
    """You draw a straight line through the last two values. The naive forecast says that nothing changes: the
    last value again."""
    return 2 * X[:, -1] - X[:, -2]


@persistence.misconception
def largest_of_the_window(X):
    """You give the largest value of each window. The naive forecast is its last one."""
    return X.max(axis=1)


def _forecasts(rng: np.random.Generator) -> Iterable[Case]:
    years, numbers = load_sunspots()
    first = int(rng.integers(1915, 1936))
    T, N = 12, first - 12 - int(years[0])
    note = f"sunspots: trained on the years before {first}, tried on those from {first} on"
    yield _split(rng, numbers, T, N, np.float64, note, as_other_inputs=True)

    T, N = 10, int(rng.integers(200, 225))
    yield _split(rng, _star(rng), T, N, np.float32, "a made-up star, bright about every second year")


def _star(rng: np.random.Generator, L: int = 309) -> np.ndarray:
    """The yearly activity of a star that never was. What follows what is quite unlike in our sun's: the last
    value alone tells most of the next one, turned round, so that any cell learns it in a few epochs."""
    phase = rng.uniform(0, 2 * np.pi) + np.cumsum(2 * np.pi / rng.uniform(2.2, 2.4) + rng.normal(0, 0.08, L))
    return (70 + 40 * np.sin(phase) + rng.normal(0, 4, L)).round(1)


def _split(rng, series, T, N, dtype, note, as_other_inputs=False) -> Case:
    """The first N windows to train on, and the others, mixed, to be tried on."""
    X, Y = windows(series, T)
    later = N + rng.permutation(len(X) - N)
    tried = {"later": X[later]}
    if as_other_inputs:  # what a model sees that was trained on inputs scaled outside of it
        tried["by the largest"] = X[later] / Y[:N].max()
        tried["standardised"] = (X[later] - Y[:N].mean()) / Y[:N].std()
    return Case(
        {"N": N, "T": T},
        {"X": X[:N].astype(dtype), "Y": Y[:N].astype(dtype), "seed": int(rng.integers(1000))},
        {"inputs": {name: inputs.astype(dtype) for name, inputs in tried.items()}},
        note,
        kept={"X": X[later], "Y": Y[later], "mean": Y[:N].mean()},
    )


def _error(Y: np.ndarray, Yhat: np.ndarray) -> float:
    return float(np.mean((Y - Yhat.astype(float)) ** 2))


def _naive(case: Case) -> float:
    """The error of the better of two forecasts that need no training: the last value, and the mean of the
    past."""
    X, Y, mean = case.kept["X"], case.kept["Y"], case.kept["mean"]
    return min(_error(Y, X[:, -1]), _error(Y, np.full_like(Y, mean)))


FORECASTS = "forecasts well"
FORECASTS_TOO_LITTLE = "forecasts too little"
FOR_ONE_LENGTH = "is made for one length"
AS_THE_SUN = "forecasts the star as if it were the sun"


def _found(facts: Mapping[str, object] | str, case: Case) -> str:
    """What a forecaster does, in a few words; only `FORECASTS` is right."""
    if isinstance(facts, str):
        return facts
    Y, P = case.kept["Y"], facts["predictions"]["later"]
    if isinstance(P, str):
        return "can't be used"
    if P.shape != Y.shape:
        shapes = {3: "gives an output for every step", 2: "gives several numbers"}
        return shapes.get(P.ndim, "gives another shape")
    if not np.isfinite(P).all():
        return "has lost all its numbers"
    if not facts["recurrent"]:
        return "has no recurrent layer"
    if np.abs(P - facts["predictions"][models.WITHOUT_MEMORY]).max() < 1e-3 * Y.std():
        return "doesn't use its recurrent layer"
    if _error(Y, P) <= BETTER * _naive(case):
        return FORECASTS if _takes(facts, case) else FOR_ONE_LENGTH
    if _is_the_sun(facts):
        return _fault(facts, case, P)
    return AS_THE_SUN if _goes_with_the_last_value(case, P) else "does not forecast the star"


def _is_the_sun(facts: Mapping[str, object]) -> bool:
    """Whether these are the facts of the case with the sunspots, which alone has its inputs scaled, too."""
    return len(facts["predictions"]) > 2


def _takes(facts: Mapping[str, object], case: Case) -> bool:
    """Whether a model says that it takes windows as long as these; a Sequential takes others all the same."""
    return facts["input_shape"][1:2] in ((), (None,), (case.kept["X"].shape[1],))


def _goes_with_the_last_value(case: Case, P: np.ndarray) -> bool:
    """As a forecaster of sunspots does. The star is dark after a bright year: what has learned from it, even
    a little, goes the other way."""
    if P.std() < 0.7 * case.kept["Y"].std():
        return False
    return bool(np.corrcoef(P[:, 0], case.kept["X"][:, -1, 0])[0, 1] > 0.5)


def _fault(facts: Mapping[str, object], case: Case, P: np.ndarray) -> str:
    """What is wrong with forecasts that are not good enough."""
    last, Y, training = case.kept["X"][:, -1], case.kept["Y"], facts["training"]
    surely, spread = SURELY * _naive(case), P.std() / Y.std()
    if "crossentropy" in training["loss"]:
        return "takes amounts for classes"
    others = {name: facts["predictions"][name] for name in ("by the largest", "standardised")}
    if all(_scaled(facts)) and _learned_scaled_numbers(training, Y, others.values()):
        return "scales twice"
    if _error(last, P) < 0.05 * _error(last, Y):
        return "says the last value again"
    if _error_in_other_units(Y, P) <= surely:
        return "answers in other units" if spread < 0.1 else FORECASTS_TOO_LITTLE
    if any(_error_in_other_units(Y, other) <= surely for other in others.values()):
        return "scales twice" if _scaled(facts)[0] else "wants inputs in other units"
    if _error(Y, last + P) <= BETTER * _naive(case):
        return "says the change"
    if not training["steps"] and training["largest_weight"] < 2:
        return "was never trained"
    if spread < 0.002 and _has_its_scales_exchanged(facts, Y, P):
        return "has its scales exchanged"
    if training["epochs"] == 1:
        return "saw each year once"
    if spread < 0.4 and all(_scaled(facts)) and training["learning_rate"] > 0.1:
        return "took too large steps"
    small = others["by the largest"].std()
    if spread < 0.4 and small > 0.1 * P.std() and small > 0.0005 * Y.std():
        return "is blind to large inputs"
    if spread < 0.002:
        return "says the same always"
    centred = abs(P.mean() - case.kept["mean"]) < 0.3 * Y.std()
    if spread < 0.4 and centred and not 0 < training["steps"] < 100:
        return "says nearly the same always"
    return FORECASTS_TOO_LITTLE


def _learned_scaled_numbers(
    training: Mapping[str, object], Y: np.ndarray, others: Iterable[np.ndarray]
) -> bool:
    """Whether a model's loss is one that only scaled numbers give, and it makes of scaled inputs nothing as
    large as sunspots. (What was scaled twice is too small to learn much from: it need not forecast well.)"""
    loss = training["last_loss"]
    if loss is None or max(np.abs(other).max() for other in others) > 0.1 * Y.std():
        return False
    squared = loss if training["loss"] == "mean_squared_error" else loss**2
    return bool(squared < 0.005 * Y.var())


def _has_its_scales_exchanged(facts: Mapping[str, object], Y: np.ndarray, P: np.ndarray) -> bool:
    """Whether a model that scales at both ends drives its tanh flat, and makes what comes out small."""
    flat, small = P.std() < 0.05 * np.abs(P).mean(), np.abs(P).max() < 0.1 * Y.mean()
    return all(_scaled(facts)) and bool(flat and small)


def _scaled(facts: Mapping[str, object]) -> tuple[bool, bool]:
    """Whether a `Rescaling` layer stands before the recurrent layer, and whether one stands behind it."""
    layers = facts["layers"]
    at = next((i for i, name in enumerate(layers) if name in facts["recurrent"]), len(layers))
    return "Rescaling" in layers[:at], "Rescaling" in layers[at:]


def _error_in_other_units(Y: np.ndarray, P: np.ndarray) -> float:
    """The error that is left when a forecast is stretched and shifted as it suits it best, but not turned
    round."""
    centred = P - P.mean()
    stretch = max(0.0, float((centred * Y).sum() / ((centred**2).sum() + 1e-30)))
    return _error(Y, Y.mean() + stretch * centred)


def _told(facts: Mapping[str, object], truth: object, case: Case) -> Told:
    Y, P, training = case.kept["Y"], facts["predictions"]["later"], facts["training"]
    seen = [("Your model", ", ".join(facts["layers"]) or "no layers")]
    if isinstance(P, str):
        return f"Your model can't be used: {P}.", seen
    if P.shape != Y.shape:
        said = f"Your model gives {P.shape[1:]} for each sample; one number is due: the forecasts are (N, 1)."
        return said, seen
    found = _found(facts, case)
    if found == "has lost all its numbers":
        said = "Your model's forecasts are not numbers (NaN): its weights ran away."
        return f"{said} Take smaller steps, or use Adam.", seen
    if found == "has no recurrent layer":
        return "Your model has no recurrent layer: `SimpleRNN`, `LSTM` or `GRU`, say.", seen
    seen.append(("Training", _said_of(training)))
    last, naive = _error(Y, case.kept["X"][:, -1]), _naive(case)
    rival = "the naive forecast's" if naive == last else "that of the mean, which is the better rival here,"
    errors = f"yours {_error(Y, P):.0f}, {rival} {naive:.0f}; at most {BETTER * naive:.0f} is due"
    mine, right = (f"from {Z.min():.1f} to {Z.max():.1f}" for Z in (P, Y))
    seen.append(("Numbers", f"mean squared error: {errors}\nyour forecasts go {mine}, the truth {right}"))
    if found in _NAMED_BY_ONE_SERIES:
        names = {wrong.name: wrong.sentence for wrong in fit_forecaster.misconceptions}
        return names[_NAMED_BY_ONE_SERIES[found]], seen
    if found in _HEADLINES:
        return _HEADLINES[found], seen
    if not _is_the_sun(facts):
        seen.append(("Mind", "train for longer, or take larger steps; and is it trained on X and Y alone?"))
        return "Your model is good on the sunspots, but not yet on the other series, a made-up star.", seen
    if found in (FORECASTS_TOO_LITTLE, "saw each year once"):
        advice = "does the loss still fall in the last epochs? Then train for more, or take larger steps"
        seen.append(("Mind", advice))
    return "On years that it has not seen, your model is not well ahead of the naive forecast.", seen


_NAMED_BY_ONE_SERIES = {
    "answers in other units": "units_not_turned_back",
    "wants inputs in other units": "scaled_outside_the_model",
    "scales twice": "scaled_twice",
    "has its scales exchanged": "scales_exchanged",
    "says the change": "change_only",
    FOR_ONE_LENGTH: "made_for_one_length",
}
"""What the sunspots alone show beyond doubt, and the misconception whose sentence says it: for answers that
stop with an error on the other series, which therefore fit no misconception as a whole."""


_HEADLINES = {
    "took too large steps": "Whatever years go in, your model says nearly the same: the learning rate is so "
    "large that each step overshot. Adam's usual one is 0.001, and 0.01 is quicker here.",
    "takes amounts for classes": "A crossentropy is a loss for classes, and a number of sunspots is an "
    'amount: compile with the loss `"mse"`.',
}
"""What the sunspots alone show, too, and what no misconception of the bank is about."""


def _said_of(training: Mapping[str, object]) -> str:
    if not training["steps"]:
        return "the model was not trained by `fit`"
    epochs, steps = training["epochs"], training["steps"]
    return f"{epochs} epoch{'s' if epochs > 1 else ''}, {steps} steps" if epochs else f"{steps} steps"


def _the_years_that_came(X, Y, seed):
    return FORECASTS


fit_forecaster = exercise(
    reference.fit_forecaster,
    stars=3,
    minutes=20,
    cases=_forecasts,
    keras=_the_years_that_came,
    look=models.forecaster,
    compared=_found,
    told=_told,
    numpy_only=False,
    tolerance=1e-3,
    oracle="what came later",
    passed="Passed: well ahead of the naive forecast on both series, and the same for the same seed.",
    learns_from=("X", "Y"),
    hints=[
        "Four parts: set the seed, build the model, `compile` it with an optimiser and a loss, `fit` it; "
        "and return the model. The length of a window is in the data: `X.shape[1:]` is `(T, 1)`.",
        "The check gives your model sunspots and expects sunspots. So let the model itself change units: a "
        "`Rescaling` layer after `Input` that divides by the largest value of Y, and one after `Dense(1)` "
        "that multiplies.",
        "`SimpleRNN(8)`, `Adam(0.01)`, `batch_size=8` and 12 epochs are enough. The seed comes first of all: "
        "`keras.utils.set_random_seed(seed)`, before the first layer draws its weights.",
    ],
)


def _forecaster(T: int, *layers: tuple):
    """A `keras.Sequential` of layers given by name, positional arguments and options."""
    import keras

    made = [getattr(keras.layers, name)(*arguments, **options) for name, arguments, options in layers]
    return keras.Sequential([keras.Input((T, 1)), *made])


def _rescaling(factor: float, offset: float = 0.0) -> tuple[tuple, ...]:
    """The layer that scales, where there is something to scale."""
    return () if (factor, offset) == (1, 0) else (("Rescaling", (factor,), {"offset": offset}),)


def _learned(X, Y, seed, inputs=None, outputs=None, offset=0.0, flat=False, T=None):
    """A forecaster that knows X and Y, without seconds of training: the memory stays as it was drawn, and the
    weights after it are solved for. To say what a mistake looks like, that is as good.

    Args:
        inputs, outputs: what the model multiplies by, after its input and before its output; usually the
            largest value of Y, down and up again.
        offset: is added to the inputs.
        flat: `Flatten` in place of the recurrent layer.
        T: the length that the model says it is made for; that of the windows if not given.
    """
    rng = np.random.default_rng(seed)
    X, Y, M = X.astype(float), Y.astype(float), 16
    largest = Y.max()
    inputs, outputs = inputs or 1 / largest, outputs or largest
    Wx, Wh = rng.normal(0, 0.7, (1, M)), np.linalg.qr(rng.normal(0, 1, (M, M)))[0] * 0.7
    bh, H = rng.normal(0, 0.3, M), np.zeros((len(X), M))
    for t in range(X.shape[1]):
        H = np.tanh((X[:, t] * inputs + offset) @ Wx + H @ Wh + bh)
    H = X[:, :, 0] * inputs if flat else H
    columns = np.hstack([H, np.ones((len(X), 1))])
    penalty = 1e-3 * np.eye(columns.shape[1])
    solved = np.linalg.solve(columns.T @ columns + penalty, columns.T @ (Y / outputs))
    memory = ("Flatten", (), {}) if flat else ("SimpleRNN", (M,), {})
    first, last = _rescaling(float(inputs), offset), _rescaling(float(outputs))
    model = _forecaster(T or X.shape[1], *first, memory, ("Dense", (1,), {}), *last)
    model.set_weights([*([] if flat else [Wx, Wh, bh]), solved[:-1], solved[-1]])
    return model


@fit_forecaster.misconception
def never_trained(X, Y, seed):
    """Your model was built and never trained: its weights are the random ones that it began with. `compile`
    it, call `fit`, and return it then."""
    import keras

    keras.utils.set_random_seed(seed)
    largest = float(Y.max())
    layers = (("Rescaling", (1 / largest,), {}), ("SimpleRNN", (8,), {}), ("Dense", (1,), {}))
    return _forecaster(X.shape[1], *layers, ("Rescaling", (0.02 * largest,), {}))


@fit_forecaster.misconception
def units_not_turned_back(X, Y, seed):
    """Your model goes up and down with the sunspots, but in other units: it answers with numbers about 1
    where 100 is due. Turn them back inside the model, by a `Rescaling` layer at its end."""
    return _learned(X, Y / Y.max(), seed, inputs=1 / Y.max(), outputs=1.0)


@fit_forecaster.misconception
def scaled_outside_the_model(X, Y, seed):
    """Your model was trained on scaled numbers, but the scaling is no part of it. Whoever uses it hands it
    sunspots as they are: put a `Rescaling` layer after `Input`, a second one after `Dense(1)`, and give `fit`
    X and Y as they are."""
    mean, spread = Y.mean(), Y.std()
    return _learned((X - mean) / spread, (Y - mean) / spread, seed, inputs=1.0, outputs=1.0)


@fit_forecaster.misconception
def scaled_twice(X, Y, seed):
    """The numbers are scaled twice: by a `Rescaling` layer of your model, and before `fit` sees them. Give
    `fit` X and Y as they are; the model does the scaling."""
    import keras

    largest = Y.max()
    X, Y = X / largest, Y / largest
    model = _learned(X, Y, seed, inputs=1 / largest, outputs=largest)
    model.compile(keras.optimizers.SGD(0.0), "mse", run_eagerly=True)  # it has learned: this notes its loss
    model.fit(X, Y, epochs=2, batch_size=len(X), verbose=0)
    return model


@fit_forecaster.misconception
def scales_exchanged(X, Y, seed):
    """Your two `Rescaling` layers have changed places: the first makes sunspots larger still, the last makes
    the forecasts small. Divide by the largest value first, `1 / largest`, and multiply by it at the end."""
    layers = ("Rescaling", (Y.max(),), {}), ("SimpleRNN", (4,), {}), ("Dense", (1,), {})
    model = _forecaster(X.shape[1], *layers, ("Rescaling", (1 / Y.max(),), {}))
    model.set_weights([np.zeros((1, 4)), np.zeros((4, 4)), np.full(4, 9.0), np.ones((4, 1)), np.zeros(1)])
    return model


@fit_forecaster.misconception
def outputs_not_scaled(X, Y, seed):
    """Your forecasts are all nearly the same: the output has to climb to sunspots by small steps. End with a
    `Rescaling` layer that multiplies."""
    layers = ("Rescaling", (1 / Y.max(),), {}), ("SimpleRNN", (4,), {}), ("Dense", (1,), {})
    model = _forecaster(X.shape[1], *layers)
    halfway = np.full((4, 1), Y.mean() / 8)
    model.set_weights([np.zeros((1, 4)), np.zeros((4, 4)), np.full(4, 9.0), halfway, np.zeros(1)])
    return model


@fit_forecaster.misconception
def change_only(X, Y, seed):
    """Your model says by how much the number will change. Asked for is the number itself: the last value has
    to be added to the change, inside the model."""
    return _learned(X, Y - X[:, -1], seed, inputs=1 / Y.max(), outputs=Y.max())


@fit_forecaster.misconception
def last_value_again(X, Y, seed):
    """Your model says the last value again: that is the naive forecast itself. Were its targets the values
    *after* the windows, `Y`?"""
    model = _forecaster(X.shape[1], ("SimpleRNN", (1,), {"activation": None}), ("Dense", (1,), {}))
    model.set_weights([np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), np.ones((1, 1)), np.zeros(1)])
    return model


@fit_forecaster.misconception
def no_recurrent_layer(X, Y, seed):
    """Your model has no recurrent layer: it sees all T values at once. It may forecast well, but it is not
    what this exercise asks for: put a `SimpleRNN`, an `LSTM` or a `GRU` in it."""
    return _learned(X, Y, seed, flat=True)


@fit_forecaster.misconception
def recurrent_layer_for_show(X, Y, seed):
    """There is a recurrent layer, but the forecast doesn't depend on it: with all its weights at 0 your model
    says the same. Let the output be made of its last state."""
    import keras

    i = keras.Input(X.shape[1:])
    seen = _learned(X, Y, seed, flat=True)(i)
    silent = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros")(keras.layers.SimpleRNN(2)(i))
    return keras.Model(i, keras.layers.Add()([seen, silent]))


@fit_forecaster.misconception
def output_for_every_step(X, Y, seed):
    """Your model gives a forecast after every step, `(N, T, 1)`: `return_sequences=True` lets all states
    through. One forecast for each window is due, `(N, 1)`."""
    return _forecaster(X.shape[1], ("SimpleRNN", (4,), {"return_sequences": True}), ("Dense", (1,), {}))


@fit_forecaster.misconception
def no_dense_at_the_end(X, Y, seed):
    """Your model gives several numbers for each window, one for each hidden unit. `Dense(1)` makes one
    forecast of them."""
    return _forecaster(X.shape[1], ("SimpleRNN", (8,), {}))


@fit_forecaster.misconception
def targets_mixed(X, Y, seed):
    """Whatever years go in, your model says nearly the same. It could find no connection: does each target
    still belong to its window? If you shuffle, shuffle both alike; `fit` does it by itself."""
    return _learned(X, np.random.default_rng(seed).permutation(Y), seed)


@fit_forecaster.misconception
def years_of_the_notebook(X, Y, seed):
    """Your model knows the sunspots, but learned nothing of the X and Y that it was given here, a made-up
    star's. Train on the arguments of your function, not on arrays of the notebook."""
    return _learned(*windows(load_sunspots()[1], X.shape[1]), seed)


@fit_forecaster.misconception
def made_for_one_length(X, Y, seed):
    """Your model is made for windows of one length, and T is not always 12. The length is in the data: begin
    with `Input(X.shape[1:])`."""
    return _learned(X, Y, seed, T=12)


def _fitted(X, Y, seed, epochs, scaled):
    """Trained in earnest, but no longer than it takes to show a mistake: a step or two, without a graph."""
    import keras

    keras.utils.set_random_seed(seed)
    largest = float(Y.max()) if scaled else 1.0
    layers = (("SimpleRNN", (8,), {}), ("Dense", (1,), {}))
    model = _forecaster(X.shape[1], *_rescaling(1 / largest), *layers, *_rescaling(largest))
    model.compile(keras.optimizers.Adam(0.001), "mse", run_eagerly=True)
    model.fit(X, Y, epochs=epochs, batch_size=len(X), verbose=0)
    return model


@fit_forecaster.misconception
def one_epoch(X, Y, seed):
    """Your model saw each window once: `fit` runs a single epoch unless told otherwise. Say `epochs=…`, and
    watch the loss until it hardly falls any more."""
    return _fitted(X, Y, seed, epochs=1, scaled=True)


@fit_forecaster.misconception
def inputs_not_scaled(X, Y, seed):
    """Whatever years go in, your model says nearly the same. Numbers such as 50 or 100 drive every tanh to
    its flat end: begin with a `Rescaling` layer that makes them small, and end with one that turns back."""
    return _fitted(X, Y, seed, epochs=2, scaled=False)
