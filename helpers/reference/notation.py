"""Lesson 01: data of three axes, and what is where in it."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def make_data(N: int, T: int, D: int, seed: int) -> Float[Array, "N T D"]:
    """N sequences of T steps of D features: standard normal numbers, the same for the same seed."""
    return np.random.default_rng(seed).standard_normal((N, T, D))


def sample(X: Float[Array, "N T D"], n: int) -> Float[Array, "T D"]:
    """Sequence n, with all its steps and features."""
    return X[n]


def time_step(X: Float[Array, "N T D"], t: int) -> Float[Array, "N D"]:
    """What every sequence says at step t."""
    return X[:, t]


def feature(X: Float[Array, "N T D"], d: int) -> Float[Array, "N T"]:
    """One quantity d, in every sequence and at every step."""
    return X[:, :, d]


def time_major(X: Float[Array, "N T D"]) -> Float[Array, "T N D"]:
    """The same numbers with time first: entry [t, n, d] is X[n, t, d]."""
    return X.transpose(1, 0, 2)


def windows(series: Float[Array, "L"], T: int) -> tuple[Float[Array, "N T 1"], Float[Array, "N 1"]]:
    """Every window of T values of a series, and the value that follows it.

    N = L - T: the last window ends one value before the series does. The same as
    `keras.utils.timeseries_dataset_from_array(series, targets=series[T:], sequence_length=T)`.
    """
    N = len(series) - T
    X = np.stack([series[n : n + T] for n in range(N)])
    Y = series[T:]
    return X[:, :, None], Y[:, None]
