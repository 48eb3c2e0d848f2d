"""Cases for exercises on a recurrent model, drawn so that no mistake can hide.

Pairwise different sizes, none one off another, let every axis be named by its size; N is no sum and no
product of two others, so that axes joined by mistake are not taken for it. With D = M = K a wrong transpose
raises no error, so it has to be seen in the numbers. Biases and initial states are never zero, weights are
large enough that tanh bends, and M >= 3 (smaller orthogonal kernels are often symmetric).
"""

import itertools
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from helpers.lessons.exercise import Case

SIZES = (
    ({"N": 13, "T": 4, "D": 6, "M": 10, "K": 2}, ""),
    ({"N": 11, "T": 9, "D": 5, "M": 7, "K": 3}, ""),
    ({"N": 2, "T": 6, "D": 4, "M": 4, "K": 4}, "D = M = K"),
    ({"N": 7, "T": 1, "D": 3, "M": 5, "K": 9}, "one time step"),
    ({"N": 1, "T": 10, "D": 8, "M": 5, "K": 3}, "one sample"),
)


def weights(rng: np.random.Generator, D: int, M: int, K: int) -> dict[str, np.ndarray]:
    """Random `Wx (D, M), Wh (M, M), bh (M,), Wo (M, K), bo (K,)`; the biases are not zero."""
    return {
        "Wx": rng.normal(0, 0.8, (D, M)),
        "Wh": rng.normal(0, 1.2 / np.sqrt(M), (M, M)),
        "bh": rng.normal(0, 0.5, M),
        "Wo": rng.normal(0, 1.0, (M, K)),
        "bo": rng.normal(0, 1.0, K),
    }


def recurrent(rng: np.random.Generator) -> Iterable[Case]:
    """Every argument that lessons 05 and 06 use, in float32 and float64 by turns.

    `X (N, T, D)`, its first sample `x (T, D)` and that one's first step `x_t (D,)`; states `h0 (N, M)`,
    `h_last (M,)` and `h (M,)`; and the weights.
    """
    for index, (sizes, note) in enumerate(SIZES):
        N, T, D, M, K = sizes.values()
        X = rng.normal(0, 1, (N, T, D))
        inputs = {
            "X": X,
            "x": X[0],
            "x_t": X[0, 0],
            "h0": np.tanh(rng.normal(0, 1, (N, M))),
            "h_last": np.tanh(rng.normal(0, 1, M)),
            "h": np.tanh(rng.normal(0, 1, M)),
            **weights(rng, D, M, K),
        }
        dtype = np.float32 if index % 2 == 0 else np.float64
        yield Case(sizes, {name: array.astype(dtype) for name, array in inputs.items()}, note=note)


PADDED = (
    ("at the end", "at the start", "in the middle", "everywhere", "nowhere", "at both ends"),
    ("in the middle", "everywhere", "at the end", "nowhere", "at the start"),
    ("at the start", "in the middle"),
    ("everywhere", "nowhere", "nowhere", "everywhere"),
    ("in the middle",),
)
"""Where the samples of each of `SIZES` have their padding, over and over where there are more of them."""


def padded(rng: np.random.Generator) -> Iterable[Case]:
    """The cases of `recurrent` with a `mask (N, T)`, True where a step is real.

    What `X` holds in the padded steps is as random as the rest: an answer must not look at it.
    """
    for case, places in zip(recurrent(rng), PADDED, strict=True):
        places = list(itertools.islice(itertools.cycle(places), case.sizes["N"]))
        mask = np.stack([_mask(rng, case.sizes["T"], place) for place in places])
        said = "padding by sample: " + ", ".join(place.split()[-1] for place in places)
        note = f"{case.note}; {said}" if case.note else said
        yield replace(case, inputs={**case.inputs, "mask": mask}, note=note)


def _mask(rng: np.random.Generator, T: int, place: str) -> np.ndarray:
    t = np.arange(T)
    if place in ("everywhere", "nowhere"):
        return np.full(T, place == "nowhere")
    if place in ("at the end", "at the start"):
        real = t < rng.integers(1, T)
        return real if place == "at the end" else ~real
    first = rng.integers(1, T - 1)
    inside = (first <= t) & (t < rng.integers(first + 1, T))
    return ~inside if place == "in the middle" else inside
