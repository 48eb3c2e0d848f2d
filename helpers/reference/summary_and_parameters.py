"""Lesson 03: how many numbers a recurrent model has, and how much room they take."""

BYTES_PER_FLOAT32 = 4


def rnn_params(D: int, M: int) -> int:
    """The numbers in `keras.layers.SimpleRNN(M)` on D features: Wx (D, M), Wh (M, M), bh (M,)."""
    return D * M + M * M + M


def dense_params(M: int, K: int) -> int:
    """The numbers in `keras.layers.Dense(K)` on M inputs: Wo (M, K), bo (K,)."""
    return M * K + K


def total_params(D: int, M: int, K: int) -> int:
    """What `model.count_params()` says of Input, SimpleRNN, Dense; it depends neither on N nor on T."""
    return rnn_params(D, M) + dense_params(M, K)


def size_in_bytes(D: int, M: int, K: int) -> int:
    """The room that the model's numbers take as float32, which `model.summary()` shows beside their count."""
    return BYTES_PER_FLOAT32 * total_params(D, M, K)


def largest_M(D: int, K: int, budget: int) -> int:
    """The largest M with `total_params(D, M, K) <= budget`; 0 where not even M = 1 is."""
    M = 0
    while total_params(D, M + 1, K) <= budget:
        M += 1
    return M
