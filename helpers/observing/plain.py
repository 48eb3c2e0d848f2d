"""Plain values: arrays, numbers, text, None, and tuples, lists and dicts of them."""

from dataclasses import dataclass

import numpy as np

DEEPEST = 6


@dataclass(frozen=True)
class Foreign:
    """Stands for a value that is not plain; keeps only the name of its type."""

    type_name: str


def plain(value: object, depth: int = 0) -> object:
    """A copy of `value` in which nothing but plain values is left.

    Arrays become base `numpy.ndarray`s of their own; what is not plain becomes a `Foreign`.
    """
    kind = type(value)
    if value is None or kind in (bool, int, float, complex, str):
        return value
    if isinstance(value, np.ndarray):
        return np.array(value, copy=True, subok=False)
    if isinstance(value, np.generic):
        return value
    if depth < DEEPEST:
        if isinstance(value, dict):
            return {str(key): plain(item, depth + 1) for key, item in value.items()}
        if isinstance(value, tuple):
            return tuple(plain(item, depth + 1) for item in value)
        if isinstance(value, list):
            return [plain(item, depth + 1) for item in value]
    return Foreign(f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}".removeprefix("builtins."))


def plain_floats(value: object) -> object:
    """`plain`, with arrays of whole numbers among several as floats: weights that are written by hand may be
    whole, and Keras's `set_weights` takes them so."""
    value = plain(value)
    if not isinstance(value, (tuple, list)):
        return value
    return [
        part.astype(float) if isinstance(part, np.ndarray) and part.dtype.kind in "iu" else part
        for part in value
    ]


def same_bytes(a: object, b: object) -> bool:
    """Whether two plain values are the same to the last bit (NaN equals NaN)."""
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return (
            isinstance(a, np.ndarray)
            and isinstance(b, np.ndarray)
            and a.shape == b.shape
            and a.dtype == b.dtype
            and a.tobytes() == b.tobytes()
        )
    if isinstance(a, (tuple, list)) and type(a) is type(b):
        return len(a) == len(b) and all(same_bytes(x, y) for x, y in zip(a, b, strict=True))
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(same_bytes(a[key], b[key]) for key in a)
    return type(a) is type(b) and (a == b or (a != a and b != b))
