"""Answers to lesson 03 in a style of their own."""

import logging
import warnings
from math import isqrt


class Layer:
    """A layer has a kernel for everything that enters it, and one bias for each unit."""

    def __init__(self, enters, units):
        self.enters, self.units = enters, units

    @property
    def params(self):
        return (sum(self.enters) + 1) * self.units


def rnn_params(D, M):
    warnings.warn("counting", stacklevel=1)
    return Layer((D, M), M).params


def dense_params(M, K):
    return np.int64(Layer((M,), K).params)


def total_params(D, M, K):
    logging.getLogger("learner").warning("counting all")
    warnings.warn("counting all", stacklevel=1)
    return sum(layer.params for layer in (Layer((D, M), M), Layer((M,), K)))


def size_in_bytes(D, M, K):
    shapes = [(D, M), (M, M), (M,), (M, K), (K,)]
    return sum(np.zeros(shape, "float32").nbytes for shape in shapes)


def largest_M(D, K, budget):
    p, q = D + K + 1, K - budget
    return max(0, (isqrt(p * p - 4 * q) - p) // 2) if q <= 0 else 0
