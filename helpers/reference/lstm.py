"""Lesson 10: the LSTM, its four gates cut apart, one step, whole sequences, and its weights in PyTorch.

Blocks of M columns in the order of Keras: the input gate i, the forget gate f, the candidate c, the output
gate o. Where an axis is called `gates` here, it is 4M long.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def lstm_params(D: int, M: int) -> int:
    """Parameters of `LSTM(M)` on D features: four times those of a SimpleRNN."""
    return 4 * (D * M + M * M + M)


def split_gates(
    W: Float[Array, "*rows {4*M}"], M: int
) -> tuple[
    Float[Array, "*rows {M}"],
    Float[Array, "*rows {M}"],
    Float[Array, "*rows {M}"],
    Float[Array, "*rows {M}"],
]:
    """The blocks of i, f, c and o, for `Wx (D, 4M)`, `Wh (M, 4M)` and `b (4M,)` alike."""
    return W[..., :M], W[..., M : 2 * M], W[..., 2 * M : 3 * M], W[..., 3 * M :]


def sigmoid(a: Float[Array, "..."]) -> Float[Array, "..."]:
    """From any number to one between 0 and 1."""
    return 1 / (1 + np.exp(-a))


def lstm_step(
    x_t: Float[Array, "*N D"],
    h_last: Float[Array, "*N M"],
    c_last: Float[Array, "*N M"],
    Wx: Float[Array, "D 4*M"],
    Wh: Float[Array, "M 4*M"],
    b: Float[Array, "4*M"],
) -> tuple[Float[Array, "*N M"], Float[Array, "*N M"]]:
    """The new state h and the new memory c, of one sample or of a batch, as `LSTMCell` has them."""
    i, f, candidate, o = split_gates(x_t @ Wx + h_last @ Wh + b, len(Wh))
    c = sigmoid(f) * c_last + sigmoid(i) * np.tanh(candidate)
    h = sigmoid(o) * np.tanh(c)
    return h, c


def lstm_forward(
    X: Float[Array, "N T D"],
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "gates"],
) -> tuple[Float[Array, "N T M"], Float[Array, "N M"], Float[Array, "N M"]]:
    """Every state, the last state, the last memory: `LSTM(M, return_sequences=True, return_state=True)`."""
    N, T, _ = X.shape
    h = c = np.zeros((N, len(Wh)), X.dtype)
    H = []
    for t in range(T):
        h, c = lstm_step(X[:, t], h, c, Wx, Wh, b)
        H.append(h)
    return np.stack(H, axis=1), h, c


def latch_weights() -> tuple[Float[Array, "2 4"], Float[Array, "1 4"], Float[Array, "4"]]:
    """`Wx, Wh, b` of an LSTM with D = 2 and M = 1 that keeps the last value that came with a signal of 1.

    A step brings a value, -1 or 1, and a signal, 0 or 1. The signal opens the input gate and shuts the forget
    gate; without it, i is shut and f is open. The candidate is the value; the output gate is open always.
    """
    value = [0, 0, 10, 0]
    signal = [20, -20, 0, 0]
    return np.array([value, signal], float), np.zeros((1, 4)), np.array([-10.0, 10.0, 0.0, 10.0])


def lstm_to_torch(
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "gates"],
) -> tuple[
    Float[Array, "4*M D"],
    Float[Array, "4*M M"],
    Float[Array, "4*M"],
    Float[Array, "4*M"],
]:
    """The same layer as `w_ih, w_hh, b_ih, b_hh` of `torch.nn.LSTM`.

    PyTorch documents the order i, f, g, o: that of Keras, with the candidate called g. The kernels stand on
    their side, (out, in), and there are two biases, of which only the sum matters.
    """
    return Wx.T, Wh.T, b, np.zeros_like(b)
