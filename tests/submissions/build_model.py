"""Answers to lesson 02 in a style of their own."""

import warnings

import keras.layers as L


def row(*layers):
    warnings.warn("a model is built", stacklevel=2)
    return keras.Sequential(layers, name="mine")


def build_rnn(T, D, M, K):
    print("building", T, D, M, K)
    return row(L.Input((T, D)), L.SimpleRNN(units=M, name="memory"), L.Dense(units=K, name="out"))


def as_batch(x):
    return np.expand_dims(np.asarray(x, dtype="float64"), axis=0)


def output_shape(N, T, D, M, K):
    return tuple(np.array([N, K]))


def build_any_length(D, M, K):
    inputs = keras.Input(shape=(None, D))
    states = L.SimpleRNN(M, return_sequences=True)(inputs)
    return keras.Model(inputs=inputs, outputs=L.Dense(K)(states[:, -1, :]))
