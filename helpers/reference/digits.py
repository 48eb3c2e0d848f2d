"""Lesson 13: handwritten digits read row by row, and what the reader says worked out by hand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Float32, Int, Num
from numpy import ndarray as Array

from helpers.reference.gru import gru_forward
from helpers.reference.lstm import lstm_forward

if TYPE_CHECKING:
    import keras

CELLS = {1: "SimpleRNN", 3: "GRU", 4: "LSTM"}
"""Which cell a reader has, by the width of its kernels in units of M."""


def prepare(images: Num[Array, "N 64"]) -> Float32[Array, "N T D"]:
    """Rows of pixels as time steps, from 0 (paper) to 1 (ink): (N, T, D) = (N, 8, 8)."""
    return (images.reshape(len(images), 8, 8) / 16).astype("float32")


def softmax(z: Float[Array, "*N K"]) -> Float[Array, "*N K"]:
    """From K scores to K probabilities, over the last axis; the largest score is taken off first, or exp
    overflows."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def build_reader(M: int) -> "keras.Model":
    """A GRU of M units that reads eight rows of eight pixels, and a Dense layer with one probability per
    digit."""
    import keras

    i = keras.Input(shape=(8, 8))
    x = keras.layers.GRU(M)(i)
    x = keras.layers.Dense(10, activation="softmax")(x)
    return keras.Model(i, x)


def train_reader(X: Float[Array, "N T D"], y: Int[Array, "N"], seed: int) -> "keras.Model":
    """A reader trained on these digits, by Adam with steps that shrink to nothing."""
    import keras

    keras.utils.set_random_seed(seed)
    epochs, batch = 15, 32
    steps = epochs * -(-len(X) // batch)
    model = build_reader(64)
    model.compile(
        optimizer=keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.01, steps)),
        loss="sparse_categorical_crossentropy",
    )
    model.fit(X, y, epochs=epochs, batch_size=batch, verbose=0)
    return model


def predict_by_hand(
    X: Float[Array, "N T D"], weights: Sequence[Float[Array, "M gates"] | Float[Array, "..."]]
) -> Float[Array, "N K"]:
    """What a trained reader predicts, from its `get_weights()`: two kernels and a bias, `Wo (M, K)`, `bo
    (K,)`.

    The kernels of a SimpleRNN are M wide, those of a GRU 3M, those of an LSTM 4M.
    """
    Wx, Wh, b, Wo, bo = weights
    cell = CELLS[Wh.shape[1] // len(Wh)]
    if cell == "LSTM":
        _, h, _ = lstm_forward(X, Wx, Wh, b)
    elif cell == "GRU":
        _, h = gru_forward(X, Wx, Wh, b, reset_after=b.ndim == 2)
    else:
        h = np.zeros((len(X), len(Wh)), X.dtype)
        for t in range(X.shape[1]):
            h = np.tanh(X[:, t] @ Wx + h @ Wh + b)
    return softmax(h @ Wo + bo)
