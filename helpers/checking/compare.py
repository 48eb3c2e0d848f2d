"""Whether two plain values agree within a tolerance, and where they part."""

import numpy as np


def close(value: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    """Entry by entry, for arrays of one shape: |value - expected| <= tolerance * (1 + |expected|).

    NaN agrees with NaN.
    """
    with np.errstate(all="ignore"):
        return np.isclose(value, expected, rtol=tolerance, atol=tolerance, equal_nan=True)


def agree(value: object, expected: object, tolerance: float) -> bool:
    """Whether two plain values have the same structure and, within the tolerance, the same numbers."""
    if isinstance(value, np.ndarray) and isinstance(expected, np.ndarray):
        return (
            value.shape == expected.shape
            and _numbers(value)
            and bool(close(value, expected, tolerance).all())
        )
    if isinstance(value, dict) and isinstance(expected, dict):
        return value.keys() == expected.keys() and all(agree(value[k], expected[k], tolerance) for k in value)
    if isinstance(value, (tuple, list)) and isinstance(expected, (tuple, list)):
        return len(value) == len(expected) and all(
            agree(a, b, tolerance) for a, b in zip(value, expected, strict=True)
        )
    if is_number(value) and is_number(expected):
        if not _is_float(value) and not _is_float(expected):
            return int(value) == int(expected)
        return bool(close(_as_float(value), _as_float(expected), tolerance if _is_float(expected) else 0.0))
    return type(value) is type(expected) and not isinstance(value, np.ndarray) and value == expected


def is_number(value: object) -> bool:
    """A Python or NumPy scalar of real numbers; not a bool, not an array."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def _is_float(value: object) -> bool:
    return isinstance(value, (float, np.floating))


def _as_float(number: object) -> np.float64:
    try:
        return np.float64(number)
    except OverflowError:  # a Python int has no limit
        return np.float64("inf")


def _numbers(array: np.ndarray) -> bool:
    return array.dtype.kind in "fiu"
