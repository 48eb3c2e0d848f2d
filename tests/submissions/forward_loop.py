"""Answers to lesson 05 in a style of their own."""

import functools
import warnings


def pre(a, b, W, U):
    return np.einsum("d,dm->m", a, W) + np.einsum("j,jm->m", b, U)


def rnn_step(x_t, h_last, Wx, Wh, bh):
    warnings.warn("slow", stacklevel=1)
    return np.tanh(pre(x_t, h_last, Wx, Wh) + bh)


def dense(h, Wo, bo):
    y = [float(b) for b in bo]
    for k in range(len(y)):
        for m in range(len(h)):
            y[k] += float(h[m]) * float(Wo[m][k])
    return np.array(y)


def forward(x, Wx, Wh, bh, Wo, bo):
    print("x", x.shape)
    x = x.astype("float64")
    h = functools.reduce(lambda h, row: rnn_step(row, h, Wx, Wh, bh), x, 0.0 * bh)
    return dense(h, Wo, bo)


def forward_all(x, Wx, Wh, bh, Wo, bo):
    warnings.warn("T outputs", stacklevel=1)
    warnings.warn(f"{len(x)} rows", RuntimeWarning, stacklevel=1)
    Yhats = np.zeros((x.shape[0], bo.shape[0]))
    h = np.zeros(Wh.shape[0])
    for t, row in enumerate(x):
        h = np.tanh(row.dot(Wx) + h.dot(Wh) + bh)
        Yhats[t, :] = bo + h.dot(Wo)
    return Yhats
