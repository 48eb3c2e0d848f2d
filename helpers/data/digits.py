"""Handwritten digits: the test set of UCI's Optical Recognition of Handwritten Digits (CC BY 4.0)."""

import functools
from pathlib import Path

import numpy as np
from jaxtyping import Float32, Int
from numpy import ndarray as Array


def load_digits() -> tuple[Int[Array, "1797 64"], Int[Array, "1797"]]:
    """The images, one row of 64 pixels from 0 (paper) to 16 (ink) for each digit, and the digits, 0 to 9.

    In the order of the file, which seems to go from writer to writer.
    """
    images, y = _read()
    return images.copy(), y.copy()


def prepared_digits() -> tuple[Float32[Array, "1797 8 8"], Int[Array, "1797"]]:
    """The same, ready to be read row by row: (N, T, D) = (1797, 8, 8), from 0 (paper) to 1 (ink)."""
    images, y = load_digits()
    return (images.reshape(-1, 8, 8) / 16).astype("float32"), y


@functools.cache
def _read() -> tuple[Int[Array, "1797 64"], Int[Array, "1797"]]:
    table = np.loadtxt(Path(__file__).with_name("digits.csv.gz"), delimiter=",", dtype=np.int64)
    return table[:, :64], table[:, 64]
