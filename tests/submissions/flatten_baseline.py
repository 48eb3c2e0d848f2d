"""Answers to lesson 07 in a style of their own."""

import keras
import keras.layers as L


def stacked(layers):
    print("so many layers:", len(layers))
    return keras.Sequential(layers, name="mine")


def build_ann(T, D, M, K):
    return stacked([L.Input((T, D)), L.Reshape((T * D,)), L.Dense(M), L.ReLU(), L.Dense(units=K)])


def ann_params(T, D, M, K):
    return np.int64(sum(np.prod(shape) for shape in [(T * D + 1, M), (M + 1, K)]))


def forward_ann(X, W1, b1, W2, b2):
    hidden = [np.append(x.ravel(), 1.0) @ np.vstack([W1, b1]) for x in X]
    return np.array([np.where(a > 0, a, 0) @ W2 + b2 for a in hidden])


def crossover_T(D, M, K):
    return next(T for T in range(1, 10_000) if ann_params(T, D, M, K) > M * (D + M + 1) + K * (M + 1))
