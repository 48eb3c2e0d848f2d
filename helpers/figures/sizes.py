"""Sizes: what a picture's arguments have to be, said in one sentence when they are not, and marks of axes."""

from __future__ import annotations

import operator

import numpy as np
from numpy import ndarray as Array


def check_sizes(**sizes: int) -> dict[str, int]:
    """The sizes as ints of at least 1, by their letters."""
    return {name: positive(name, size) for name, size in sizes.items()}


def positive(name: str, size: int) -> int:
    try:
        value = operator.index(size)
    except TypeError:
        value = 0
    if value < 1 or isinstance(size, bool):
        raise ValueError(f"{name} is a size, a whole number of at least 1, and not {size!r}.")
    return value


def array(name: str, value: object, dimensions: tuple[int, ...]) -> Array:
    """`value` as a float array with one of these numbers of axes, none of them empty, all values finite."""
    try:
        values = np.asarray(value, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is an array of numbers, and not {type(value).__name__}.") from None
    if values.ndim not in dimensions or values.size == 0:
        axes = " or ".join(str(n) for n in dimensions)
        raise ValueError(f"{name} has {axes} axes and at least one number, and not the shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} has values that are not finite; a picture cannot show them.")
    return values


def nice_step(step: float) -> int:
    """The next of 1, 2, 5, 10, 20, 50, … at or above `step`, for the marks of an axis."""
    scale = 1
    while True:
        for factor in (1, 2, 5):
            if factor * scale >= step:
                return factor * scale
        scale *= 10
