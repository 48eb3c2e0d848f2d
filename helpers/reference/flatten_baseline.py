"""Lesson 07: a network without recurrence that reads the same sequences, and what it costs."""

from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from helpers.reference.summary_and_parameters import dense_params

if TYPE_CHECKING:
    import keras


def build_ann(T: int, D: int, M: int, K: int) -> "keras.Model":
    """T·D numbers of a sample as one row, M hidden units with ReLU, K outputs: `(N, T, D)` to `(N, K)`."""
    from keras.layers import Dense, Flatten, Input
    from keras.models import Model

    i = Input(shape=(T, D))
    x = Flatten()(i)
    x = Dense(M, activation="relu")(x)
    x = Dense(K)(x)
    return Model(i, x)


def ann_params(T: int, D: int, M: int, K: int) -> int:
    """What `build_ann(T, D, M, K).count_params()` says: W1 (T·D, M), b1 (M,), W2 (M, K), b2 (K,)."""
    return dense_params(T * D, M) + dense_params(M, K)


def forward_ann(
    X: Float[Array, "N T D"],
    W1: Float[Array, "T*D M"],
    b1: Float[Array, "M"],
    W2: Float[Array, "M K"],
    b2: Float[Array, "K"],
) -> Float[Array, "N K"]:
    """As `model.predict(X)`, where `W1, b1, W2, b2` are the model's weights."""
    N, T, D = X.shape
    rows = X.reshape(N, T * D)
    hidden = np.maximum(rows @ W1 + b1, 0)
    return hidden @ W2 + b2


def crossover_T(D: int, M: int, K: int) -> int:
    """The first T with `ann_params(T, D, M, K) > total_params(D, M, K)`, the recurrent model's count.

    Biases and output layer are the same on both sides: T·D·M > D·M + M·M is left, which is T > 1 + M / D.
    """
    return M // D + 2
