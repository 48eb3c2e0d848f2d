"""Lesson 12: recurrent layers on top of each other, and one that reads from both ends.

A layer is `(Wx, Wh, bh)`. In a stack, the layer above has as many features as the one below has units.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from helpers.reference.batches_and_sequences import hidden_states

Layer = tuple[Float[Array, "D M"], Float[Array, "M M"], Float[Array, "M"]]
"""`Wx, Wh, bh`."""
AnyLayer = tuple[Float[Array, "_D _M"], Float[Array, "_M _M"], Float[Array, " _M"]]
"""The same with sizes of its own, which differ from layer to layer."""


def stacked_params(D: int, units: Sequence[int]) -> int:
    """Parameters of SimpleRNNs with these units, from below, on D features."""
    total = 0
    for M in units:
        total += D * M + M * M + M
        D = M
    return total


def stacked_forward(X: Float[Array, "N T D"], layers: Sequence[AnyLayer]) -> Float[Array, "N M"]:
    """The last state of the top layer; M is its own number of units.

    All layers but the top one have `return_sequences=True`.
    """
    for Wx, Wh, bh in layers:
        X = hidden_states(X, Wx, Wh, bh)
    return X[:, -1]


def bidirectional_forward(X: Float[Array, "N T D"], fwd: Layer, bwd: Layer) -> Float[Array, "N 2*M"]:
    """As `Bidirectional(SimpleRNN(M))`: each half's own last state, when it has read all of X."""
    forwards = hidden_states(X, *fwd)
    backwards = hidden_states(X[:, ::-1], *bwd)
    return np.concatenate([forwards[:, -1], backwards[:, -1]], axis=-1)


def bidirectional_states(X: Float[Array, "N T D"], fwd: Layer, bwd: Layer) -> Float[Array, "N T 2*M"]:
    """As `Bidirectional(SimpleRNN(M, return_sequences=True))`: at each t, both states that have read x[t]."""
    forwards = hidden_states(X, *fwd)
    backwards = hidden_states(X[:, ::-1], *bwd)[:, ::-1]
    return np.concatenate([forwards, backwards], axis=-1)
