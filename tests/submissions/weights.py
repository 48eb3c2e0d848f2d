"""Answers to lesson 04 in a style of their own."""

import warnings


def say(*words):
    print(*words)
    warnings.warn("look", stacklevel=2)


def weight_shapes(D, M, K):
    say(D, M, K)
    kernels = {"Wx": (D, M), "Wh": (M, M), "Wo": (M, K)}
    return {**kernels, "bo": (K,), "bh": (M,)}


def unpack(model):
    say(model.name)
    return [np.array(w.numpy(), "float64") for w in model.weights]


def running_sum_weights(D):
    order = np.roll(np.eye(D), 1, axis=1)
    return order, np.identity(D), np.zeros(D), np.full((D, 1), 1.0), np.zeros((1,))


def to_torch(Wx, Wh, bh):
    half = bh / 2
    return np.einsum("dm->md", Wx), np.moveaxis(Wh, 0, 1), half, half.copy()
