"""Lesson 02: the model itself, in Keras's own layers, and the shape that it puts out."""

from typing import TYPE_CHECKING

from jaxtyping import Float
from numpy import ndarray as Array

if TYPE_CHECKING:
    import keras


def build_rnn(T: int, D: int, M: int, K: int) -> "keras.Model":
    """T time steps of D features, M hidden units with tanh, K outputs: `(N, T, D)` to `(N, K)`."""
    from keras.layers import Dense, Input, SimpleRNN
    from keras.models import Model

    i = Input(shape=(T, D))
    x = SimpleRNN(M)(i)
    x = Dense(K)(x)
    return Model(i, x)


def as_batch(x: Float[Array, "T D"]) -> Float[Array, "1 T D"]:
    """One sample as a batch of one, the only form in which `model.predict` takes it."""
    return x[None]


def output_shape(N: int, T: int, D: int, M: int, K: int) -> tuple[int, int]:
    """The shape of `build_rnn(T, D, M, K).predict(X)` for `X (N, T, D)`."""
    return (N, K)


def build_any_length(D: int, M: int, K: int) -> "keras.Model":
    """As `build_rnn`, for sequences of any length: no weight's shape has a T in it."""
    from keras.layers import Dense, Input, SimpleRNN
    from keras.models import Model

    i = Input(shape=(None, D))
    x = SimpleRNN(M)(i)
    x = Dense(K)(x)
    return Model(i, x)
