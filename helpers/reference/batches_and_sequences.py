"""Lesson 06: many samples in one loop, every step's state, a state carried on, and padded steps."""

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray as Array


def forward_batch(
    X: Float[Array, "N T D"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Float[Array, "N K"]:
    """Output after the last step of every sample, as `model.predict(X)`: one loop, over T only."""
    N, T, _ = X.shape
    h = np.zeros((N, len(bh)), X.dtype)
    for t in range(T):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
    return h @ Wo + bo


def hidden_states(
    X: Float[Array, "N T D"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
) -> Float[Array, "N T M"]:
    """The state after every step, as `SimpleRNN(M, return_sequences=True)`."""
    N, T, _ = X.shape
    h = np.zeros((N, len(bh)), X.dtype)
    H = []
    for t in range(T):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        H.append(h)
    return np.stack(H, axis=1)


def many_to_many(
    X: Float[Array, "N T D"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Float[Array, "N T K"]:
    """The output after every step: a Dense layer looks at the last axis, whatever stands before it."""
    return hidden_states(X, Wx, Wh, bh) @ Wo + bo


def forward_from(
    X: Float[Array, "N T D"],
    h0: Float[Array, "N M"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
) -> tuple[Float[Array, "N T M"], Float[Array, "N M"]]:
    """Every state, and the last, from `initial_state=h0` on: `return_sequences` and `return_state` in one."""
    h = h0
    H = []
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        H.append(h)
    return np.stack(H, axis=1), h


def masked_last(
    X: Float[Array, "N T D"],
    mask: Bool[Array, "N T"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
) -> Float[Array, "N M"]:
    """The last state, as `SimpleRNN(M)(X, mask=mask)`: where the mask is False, the state stays as it was."""
    N, T, _ = X.shape
    h = np.zeros((N, len(bh)), X.dtype)
    for t in range(T):
        h_new = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
        h = np.where(mask[:, t, None], h_new, h)
    return h
