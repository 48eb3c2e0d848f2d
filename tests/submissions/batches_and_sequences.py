"""Answers to lesson 06 in a style of their own."""

import sys
import warnings
from itertools import accumulate


def states(X, h, Wx, Wh, bh):
    """Time first, one product for all inputs, and the loop as an accumulation."""
    warnings.warn("this is slow", stacklevel=2)
    drive = np.einsum("ntd,dm->tnm", X, Wx) + bh
    return list(accumulate(drive, lambda h, a: np.tanh(a + h.dot(Wh)), initial=h))[1:]


def forward_batch(X, Wx, Wh, bh, Wo, bo):
    print("a line on stderr", file=sys.stderr)
    h = np.zeros((X.shape[0], bh.size), dtype="float64")
    return states(X, h, Wx, Wh, bh)[-1].dot(Wo) + bo


def hidden_states(X, Wx, Wh, bh):
    H = np.empty(X.shape[:2] + bh.shape)
    for n in range(len(X)):
        h = np.zeros(len(bh))
        for t in range(X.shape[1]):
            h = H[n, t] = np.tanh(X[n, t] @ Wx + h @ Wh + bh)
    return H


def many_to_many(X, Wx, Wh, bh, Wo, bo):
    return np.tensordot(hidden_states(X, Wx, Wh, bh), Wo, axes=1) + bo


def forward_from(X, h0, Wx, Wh, bh):
    H = np.transpose(states(X, h0, Wx, Wh, bh), (1, 0, 2))
    return [H, H[:, -1]]


def masked_last(X, mask, Wx, Wh, bh):
    rows = []
    for sample, kept in zip(X, mask, strict=True):
        h = np.zeros(len(bh))
        for x in sample[kept]:
            h = np.tanh(x @ Wx + h @ Wh + bh)
        rows.append(h)
    return np.vstack(rows).astype("float32")
