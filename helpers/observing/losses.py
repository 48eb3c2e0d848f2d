"""Losses that cross a check: handed to an answer as a recipe, built into a function of an array."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class SmoothLoss:
    """The recipe of `loss(w) = sum(height * sin(pace * w + shift)) + cos(sum(tilt * w))`.

    It bends differently in every direction and at every place, and the last part ties all entries together.
    """

    height: np.ndarray
    pace: np.ndarray
    shift: np.ndarray
    tilt: np.ndarray

    def build(self) -> Callable[[np.ndarray], float]:
        """The loss as a function."""

        def loss(w: np.ndarray) -> float:
            w = _of_shape(w, self.height.shape)
            return float(
                (self.height * np.sin(self.pace * w + self.shift)).sum() + np.cos((self.tilt * w).sum())
            )

        return loss


@dataclass(frozen=True, eq=False)
class EchoLoss:
    """The recipe of the loss of a network with weights `w = [wx, wh, b]`: one feature, one unit, no Dense.

    Attributes:
        x: the input at each step.
        y: the output wanted at each step.
    """

    x: Sequence[float]
    y: Sequence[float]

    def build(self) -> Callable[[np.ndarray], float]:
        """The mean squared error over all steps, as a function of the three weights."""

        def loss(w: np.ndarray) -> float:
            wx, wh, b = (float(weight) for weight in _of_shape(w, (3,)))
            h, squares = 0.0, []
            for x_t, y_t in zip(self.x, self.y, strict=True):
                h = math.tanh(x_t * wx + h * wh + b)
                squares.append((h - y_t) ** 2)
            return sum(squares) / len(squares)

        return loss


def _of_shape(w: object, shape: tuple[int, ...]) -> np.ndarray:
    """`w` in float64. Broadcasting would hide that a loss was asked about something else than its weights."""
    w = np.asarray(w, float)
    if w.shape != shape:
        raise ValueError(f"loss takes an array of the shape of w, {shape}, and got one of shape {w.shape}")
    return w
