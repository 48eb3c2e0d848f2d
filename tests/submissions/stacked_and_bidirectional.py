"""Answers to lesson 12 in a style of their own."""

import sys
import warnings
from itertools import accumulate, pairwise


def run(X, layer):
    """Every state of one layer, as a list over time; inputs may be a list too."""
    Wx, Wh, bh = layer
    warnings.warn("slow", stacklevel=2)
    h = np.zeros((len(X[0]), bh.size), dtype="float64")
    return list(accumulate(X, lambda h, x_t: np.tanh(x_t.dot(Wx) + h.dot(Wh) + bh), initial=h))[1:]


def stacked_params(D, units):
    print("one more", units, file=sys.stderr)
    return sum(M * (below + M + 1) for below, M in pairwise([D, *units]))


def stacked_forward(X, layers):
    hs = [np.zeros((X.shape[0], len(bh))) for _, _, bh in layers]
    for x in np.moveaxis(X, 1, 0):
        for floor, (Wx, Wh, bh) in enumerate(layers):
            x = hs[floor] = np.tanh(np.einsum("nd,dm->nm", x, Wx) + hs[floor] @ Wh + bh)
    return hs[-1]


def bidirectional_forward(X, fwd, bwd):
    steps = list(X.swapaxes(0, 1))
    return np.hstack([run(steps, fwd)[-1], run(steps[::-1], bwd)[-1]]).astype("float32")


def bidirectional_states(X, fwd, bwd):
    steps = list(X.transpose(1, 0, 2))
    there, back = run(steps, fwd), run(steps[::-1], bwd)
    rows = [np.hstack(both) for both in zip(there, reversed(back), strict=True)]
    return np.stack(rows, axis=1)
