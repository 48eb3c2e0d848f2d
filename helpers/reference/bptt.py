"""Lesson 09: the gradients of a recurrent network by hand, from the loss back to the first step.

A gradient is called by its array's name behind a d, `da`, `dh`, and has its array's shape: entry by entry, it
says how the loss changes as that entry grows.
"""

from collections.abc import Callable
from typing import TypedDict

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


class Gradients(TypedDict):
    """The gradient of the loss with respect to each of the five weight arrays."""

    Wx: Float[Array, "D M"]
    Wh: Float[Array, "M M"]
    bh: Float[Array, "M"]
    Wo: Float[Array, "M K"]
    bo: Float[Array, "K"]


def tanh_backward(dh: Float[Array, "N M"], h: Float[Array, "N M"]) -> Float[Array, "N M"]:
    """Back through `h = np.tanh(a)`, from `dh` to `da`: the slope of tanh is 1 - tanh², and tanh is `h`."""
    return dh * (1 - h**2)


def dense_backward(
    dY: Float[Array, "N K"], h: Float[Array, "N M"], Wo: Float[Array, "M K"]
) -> tuple[Float[Array, "M K"], Float[Array, "K"], Float[Array, "N M"]]:
    """Back through `Y = h @ Wo + bo`, from `dY` to `dWo`, `dbo` and `dh`."""
    return h.T @ dY, dY.sum(axis=0), dY @ Wo.T


def bptt(
    X: Float[Array, "N T D"],
    Y: Float[Array, "N K"],
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
    Wo: Float[Array, "M K"],
    bo: Float[Array, "K"],
) -> Gradients:
    """Backpropagation through time: what `tf.GradientTape` finds for the mean squared error of
    `model(X) (N, K)` against `Y`."""
    N, T, _ = X.shape
    H = [np.zeros((N, len(bh)), X.dtype)]  # H[t] is the state before step t, H[t + 1] the one after it
    for t in range(T):
        H.append(np.tanh(X[:, t] @ Wx + H[t] @ Wh + bh))
    Yhat = H[T] @ Wo + bo

    dY = 2 * (Yhat - Y) / Y.size
    dWo, dbo, dh = dense_backward(dY, H[T], Wo)
    dWx, dWh, dbh = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(bh)
    for t in reversed(range(T)):
        da = tanh_backward(dh, H[t + 1])
        dWx += X[:, t].T @ da
        dWh += H[t].T @ da
        dbh += da.sum(axis=0)
        dh = da @ Wh.T
    return {"Wx": dWx, "Wh": dWh, "bh": dbh, "Wo": dWo, "bo": dbo}


def numerical_gradient(
    loss: Callable[[Array], float], w: Float[Array, "*axes"], eps: float
) -> Float[Array, "*axes"]:
    """The central difference (loss(w + eps) - loss(w - eps)) / (2 eps), for each entry of `w` in turn."""
    g = np.zeros_like(w)
    for index in np.ndindex(w.shape):
        nudge = np.zeros_like(w)
        nudge[index] = eps
        g[index] = (loss(w + nudge) - loss(w - nudge)) / (2 * eps)
    return g


def gradient_norms(
    X: Float[Array, "N T D"], Wx: Float[Array, "D M"], Wh: Float[Array, "M M"], bh: Float[Array, "M"]
) -> Float[Array, "T"]:
    """Entry t: the norm, over all N·M numbers, of the gradient of `h_last.sum()` with respect to `h_t`."""
    N, T, _ = X.shape
    H = [np.zeros((N, len(bh)), X.dtype)]
    for t in range(T):
        H.append(np.tanh(X[:, t] @ Wx + H[t] @ Wh + bh))

    norms = np.zeros(T, X.dtype)
    dh = np.ones_like(H[T])
    for t in reversed(range(T)):
        norms[t] = np.linalg.norm(dh)
        dh = tanh_backward(dh, H[t + 1]) @ Wh.T
    return norms


def clip_by_norm(g: Float[Array, "*axes"], max_norm: float) -> Float[Array, "*axes"]:
    """`g` shortened to the length `max_norm` where it is longer, as Keras's `clipnorm` does it.

    The length is the root of the sum of all squares. A shorter gradient stays as it is, zeros stay zeros.
    """
    norm = np.sqrt((g**2).sum())
    return g * (max_norm / max(norm, max_norm))
