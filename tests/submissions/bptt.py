"""Answers to lesson 09 in a style of their own."""

import warnings


def states(X, Wx, Wh, bh):
    print("forwards", X.shape)
    H = np.zeros((X.shape[1] + 1, len(X), len(bh)))
    for t, X_t in enumerate(X.transpose(1, 0, 2)):
        H[t + 1] = np.tanh(np.einsum("nd,dm->nm", X_t, Wx) + H[t].dot(Wh) + bh)
    return H


def tanh_backward(dh, h):
    warnings.warn("slow", stacklevel=1)
    return np.multiply(dh, (1 + h) * (1 - h))


def dense_backward(dY, h, Wo):
    return [np.einsum("nm,nk->mk", h, dY), np.ones(len(dY)) @ dY, (Wo @ dY.T).T]


def bptt(X, Y, Wx, Wh, bh, Wo, bo):
    H = states(X, Wx, Wh, bh)
    error = H[-1].dot(Wo) + bo - Y
    dWo, dbo, dh = dense_backward(error * 2 / len(Y) / len(bo), H[-1], Wo)
    da = np.zeros_like(H[1:])
    for t in range(len(da) - 1, -1, -1):
        da[t] = tanh_backward(dh, H[t + 1])
        dh = np.dot(da[t], Wh.T)
    dWx = sum(X[:, t].T @ da[t] for t in range(len(da)))
    return dict(Wo=dWo, bo=dbo, Wx=dWx, Wh=np.einsum("tnj,tnm->jm", H[:-1], da), bh=da.sum(axis=(0, 1)))  # noqa: C408


def numerical_gradient(loss, w, eps):
    g = []
    for j in range(w.size):
        nudge = np.eye(w.size)[j].reshape(w.shape) * eps
        g.append(0.5 * (loss(w + nudge) - loss(w - nudge)) / eps)
    return np.array(g).reshape(w.shape)


def gradient_norms(X, Wx, Wh, bh):
    H, norms = states(X, Wx, Wh, bh), []
    dh = 0 * H[-1] + 1
    for h in H[:0:-1]:
        norms.append(np.linalg.norm(dh))
        dh = tanh_backward(dh, h).dot(Wh.T)
    return np.array(norms[::-1], "float32")


def clip_by_norm(g, max_norm):
    warnings.warn(f"limit {max_norm}", RuntimeWarning, stacklevel=1)
    return g * min(1, max_norm / (np.linalg.norm(g) + 1e-300))
