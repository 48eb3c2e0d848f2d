"""Lesson 04: the five arrays inside the model, and what they can be made to do."""

from typing import TYPE_CHECKING, TypedDict

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

if TYPE_CHECKING:
    import keras


class WeightShapes(TypedDict):
    """The shape of each of the model's five arrays."""

    Wx: tuple[int, int]
    Wh: tuple[int, int]
    bh: tuple[int]
    Wo: tuple[int, int]
    bo: tuple[int]


def weight_shapes(D: int, M: int, K: int) -> WeightShapes:
    """The shapes that `model.get_weights()` has, in its order: `SimpleRNN(M)` on D features, `Dense(K)`."""
    return {"Wx": (D, M), "Wh": (M, M), "bh": (M,), "Wo": (M, K), "bo": (K,)}


def unpack(
    model: "keras.Model",
) -> tuple[
    Float[Array, "D M"],
    Float[Array, "M M"],
    Float[Array, "M"],
    Float[Array, "M K"],
    Float[Array, "K"],
]:
    """`Wx, Wh, bh, Wo, bo` of a model whose last two layers are `SimpleRNN(M)` and `Dense(K)`.

    Counted from the end, as only a functional model lists its `InputLayer` in `model.layers`.
    """
    recurrent, output = model.layers[-2:]
    Wx, Wh, bh = recurrent.get_weights()
    Wo, bo = output.get_weights()
    return Wx, Wh, bh, Wo, bo


def running_sum_weights(
    D: int,
) -> tuple[
    Float[Array, "D M"],
    Float[Array, "M M"],
    Float[Array, "M"],
    Float[Array, "M K"],
    Float[Array, "K"],
]:
    """A linear network (`activation=None`) with M = D and K = 1 that puts out the sum of all it has seen.

    Unit d keeps the sum of feature d: it keeps what it has and adds `x[t, d]`. The output adds the units up.
    """
    return np.eye(D), np.eye(D), np.zeros(D), np.ones((D, 1)), np.zeros(1)


def to_torch(
    Wx: Float[Array, "D M"],
    Wh: Float[Array, "M M"],
    bh: Float[Array, "M"],
) -> tuple[
    Float[Array, "M D"],
    Float[Array, "M M"],
    Float[Array, "M"],
    Float[Array, "M"],
]:
    """The same layer as `w_ih, w_hh, b_ih, b_hh` of `torch.nn.RNN`.

    PyTorch documents `h = tanh(w_ih @ x + b_ih + w_hh @ h_last + b_hh)`, with x and h as columns. Only the
    sum of the two biases matters; here all of it is in the first.
    """
    return Wx.T, Wh.T, bh, np.zeros_like(bh)
