"""Lesson 11: the GRU, one step and whole sequences, its reset in both places, and its weights in PyTorch.

Blocks of M columns in the order of Keras: the update gate z, the reset gate r, the candidate h. Where an axis
is called `gates` here, it is 3M long. With `reset_after` the bias has two rows, one for the input's product
and one for the state's; without it there is one bias.
"""

import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array

from helpers.reference.lstm import sigmoid


def gru_params(D: int, M: int, reset_after: bool) -> int:
    """Parameters of `GRU(M)` on D features: three SimpleRNNs, and a second bias with `reset_after`."""
    biases = 2 if reset_after else 1
    return 3 * (D * M + M * M + biases * M)


def gru_step(
    x_t: Float[Array, "*N D"],
    h_last: Float[Array, "*N M"],
    Wx: Float[Array, "D 3*M"],
    Wh: Float[Array, "M 3*M"],
    b: Float[Array, "2 3*M"] | Float[Array, "3*M"],
    reset_after: bool,
) -> Float[Array, "*N M"]:
    """The new state h, of one sample or of a batch, as `GRUCell` has it."""
    M = len(Wh)
    input_bias, recurrent_bias = b if reset_after else (b, np.zeros_like(b))
    xz, xr, xh = np.split(x_t @ Wx + input_bias, 3, axis=-1)
    hz, hr, hh = np.split(h_last @ Wh + recurrent_bias, 3, axis=-1)
    z = sigmoid(xz + hz)
    r = sigmoid(xr + hr)
    past = r * hh if reset_after else (r * h_last) @ Wh[:, 2 * M :]
    candidate = np.tanh(xh + past)
    return z * h_last + (1 - z) * candidate


def gru_forward(
    X: Float[Array, "N T D"],
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "2 gates"] | Float[Array, "gates"],
    reset_after: bool,
) -> tuple[Float[Array, "N T M"], Float[Array, "N M"]]:
    """Every state and the last state: `GRU(M, return_sequences=True, return_state=True)`."""
    N, T, _ = X.shape
    h = np.zeros((N, len(Wh)), X.dtype)
    H = []
    for t in range(T):
        h = gru_step(X[:, t], h, Wx, Wh, b, reset_after)
        H.append(h)
    return np.stack(H, axis=1), h


def gru_to_torch(
    Wx: Float[Array, "D gates"],
    Wh: Float[Array, "M gates"],
    b: Float[Array, "2 gates"],
) -> tuple[
    Float[Array, "3*M D"],
    Float[Array, "3*M M"],
    Float[Array, "3*M"],
    Float[Array, "3*M"],
]:
    """The same layer, one with `reset_after`, as `w_ih, w_hh, b_ih, b_hh` of `torch.nn.GRU`.

    PyTorch documents the order r, z, n: the first two blocks change places, and the candidate is called n.
    The kernels stand on their side, (out, in). The two biases are the two rows, and stay two: only that of
    the state goes through the reset gate.
    """

    def r_z_n(rows):
        z, r, n = np.split(rows, 3)
        return np.concatenate([r, z, n])

    return r_z_n(Wx.T), r_z_n(Wh.T), r_z_n(b[0]), r_z_n(b[1])
