"""Lesson 08: a loss, the steps of two optimisers, the naive forecast, and a forecaster that beats it."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

if TYPE_CHECKING:
    import keras


def mse(Y: Float[Array, "N K"], Yhat: Float[Array, "N K"]) -> float:
    """The mean squared error over all N·K numbers, as `keras.losses.MeanSquaredError`."""
    return float(np.mean((Y - Yhat) ** 2))


def sgd_step(
    w: Float[Array, "*w"],
    g: Float[Array, "*w"],
    lr: float,
    velocity: Float[Array, "*w"],
    momentum: float,
) -> tuple[Float[Array, "*w"], Float[Array, "*w"]]:
    """The weights and the velocity after one step of `keras.optimizers.SGD(lr, momentum)`."""
    velocity = momentum * velocity - lr * g
    return w + velocity, velocity


def adam_step(
    w: Float[Array, "*w"],
    g: Float[Array, "*w"],
    m: Float[Array, "*w"],
    v: Float[Array, "*w"],
    t: int,
    lr: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[Float[Array, "*w"], Float[Array, "*w"], Float[Array, "*w"]]:
    """The weights and both means after step t = 1, 2, … of `keras.optimizers.Adam`.

    As in Kingma and Ba (2015), section 2, last lines: ε is added to the root of the uncorrected v.
    """
    m = beta_1 * m + (1 - beta_1) * g
    v = beta_2 * v + (1 - beta_2) * g**2
    alpha = lr * np.sqrt(1 - beta_2**t) / (1 - beta_1**t)
    return w - alpha * m / (np.sqrt(v) + epsilon), m, v


def persistence(X: Float[Array, "N T 1"]) -> Float[Array, "N 1"]:
    """The naive forecast: the next value will be the last one seen."""
    return X[:, -1]


def fit_forecaster(X: Float[Array, "N T 1"], Y: Float[Array, "N 1"], seed: int) -> "keras.Model":
    """A SimpleRNN trained to say what follows a window, in the units of Y."""
    import keras
    from keras.layers import Dense, Input, Rescaling, SimpleRNN

    keras.utils.set_random_seed(seed)
    largest = float(Y.max())
    i = Input(shape=X.shape[1:])
    x = Rescaling(1 / largest)(i)
    x = SimpleRNN(8)(x)
    x = Dense(1)(x)
    x = Rescaling(largest)(x)
    model = keras.Model(i, x)
    model.compile(keras.optimizers.Adam(0.01), "mse", jit_compile=False)
    model.fit(X, Y, epochs=12, batch_size=8, verbose=0)
    return model
