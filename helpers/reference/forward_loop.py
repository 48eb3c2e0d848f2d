"""Lesson 05: what `model.predict` computes for one sample, as a loop over time."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def rnn_step(
    x_t: Float[Array, "D"],
    h_last: Float[Array, "M"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
) -> Float[Array, "M"]:
    """One step of `keras.layers.SimpleRNN`: the new state from the input and the last state."""
    return np.tanh(x_t @ Wx + h_last @ Wh + bh)


def dense(
    h: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Float[Array, "K"]:
    """`keras.layers.Dense` without activation, for one sample."""
    return h @ Wo + bo


def forward(
    x: Float[Array, "T D"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Float[Array, "K"]:
    """Output after the last step of one sample, as `model.predict(x[None])[0]`."""
    h = np.zeros_like(bh)
    for x_t in x:
        h = rnn_step(x_t, h, Wx, Wh, bh)
    return dense(h, Wo, bo)


def forward_all(
    x: Float[Array, "T D"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Float[Array, "T K"]:
    """Output at every step of one sample; the last row is `forward`'s."""
    h = np.zeros_like(bh)
    Yhats = []
    for x_t in x:
        h = rnn_step(x_t, h, Wx, Wh, bh)
        Yhats.append(dense(h, Wo, bo))
    return np.stack(Yhats)
