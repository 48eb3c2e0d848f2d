"""Keras models with given weights: what the answers of the forward lessons are compared with.

The layers run in float64, so that a tolerance has only the learner's rounding to allow for.
"""

from collections.abc import Sequence

import numpy as np


def simple_rnn(Wx: np.ndarray, Wh: np.ndarray, bh: np.ndarray, **options: object):
    """A `keras.layers.SimpleRNN` that holds these weights; `options` are the layer's."""
    import keras

    return _with_weights(keras.layers.SimpleRNN(len(bh), dtype="float64", **options), Wx, Wh, bh)


def lstm(Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray, **options: object):
    """A `keras.layers.LSTM` that holds these weights, in blocks of M columns: i, f, c, o."""
    import keras

    return _with_weights(keras.layers.LSTM(len(Wh), dtype="float64", **options), Wx, Wh, b)


def gru(Wx: np.ndarray, Wh: np.ndarray, b: np.ndarray, **options: object):
    """A `keras.layers.GRU` that holds these weights, in blocks of M columns: z, r, h.

    `reset_after` is read off the bias, which has two rows with it and a single axis without it.
    """
    import keras

    layer = keras.layers.GRU(len(Wh), reset_after=b.ndim == 2, dtype="float64", **options)
    return _with_weights(layer, Wx, Wh, b)


def bidirectional(fwd: Sequence[np.ndarray], bwd: Sequence[np.ndarray], **options: object):
    """A `keras.layers.Bidirectional` of two SimpleRNNs that hold these weights, each `Wx, Wh, bh`."""
    import keras

    half = keras.layers.SimpleRNN(len(fwd[2]), dtype="float64", **options)
    return _with_weights(keras.layers.Bidirectional(half, dtype="float64"), *fwd, *bwd)


def _with_weights(layer, Wx: np.ndarray, *others: np.ndarray):
    layer.build((None, None, len(Wx)))
    layer.set_weights([Wx, *others])
    return layer


def dense(Wo: np.ndarray, bo: np.ndarray):
    """A `keras.layers.Dense` that holds these weights."""
    import keras

    layer = keras.layers.Dense(len(bo), dtype="float64")
    layer.build((None, len(Wo)))
    layer.set_weights([Wo, bo])
    return layer


def call(layer, X: np.ndarray, **options: object) -> np.ndarray | list[np.ndarray]:
    """What a layer puts out for `X`, in NumPy; a list where it puts out several arrays (`return_state`)."""
    import keras

    outputs = layer(np.asarray(X, "float64"), **options)
    return keras.tree.map_structure(keras.ops.convert_to_numpy, outputs)
