"""Cases for the cells with gates, whose kernels and biases hold one block of M columns for each gate.

As in `fixtures`: sizes pairwise different, D = M once, biases never zero, M >= 3. The weights are large
enough that gates stand anywhere between shut and open, and memories go beyond [-1, 1], where tanh shows.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from helpers.lessons.exercise import Case
from helpers.lessons.fixtures import SIZES

SEQUENCES = (({**SIZES[0][0], "T": 8}, ""), *SIZES[1:])
"""With T = 4, an axis of T·M would be read as the 4M of four gates."""

STEPS = (
    ({"D": 2, "M": 5}, "one sample"),
    ({"N": 6, "D": 3, "M": 4}, "a batch"),
    ({"D": 4, "M": 4}, "one sample, D = M"),
    ({"N": 4, "D": 5, "M": 3}, "a batch of four"),
    ({"N": 3, "D": 4, "M": 4}, "a batch, D = M"),
    ({"N": 1, "D": 6, "M": 3}, "a batch of one"),
)


def gated_weights(
    rng: np.random.Generator, D: int, M: int, gates: int, bias_rows: int | None = None
) -> dict[str, np.ndarray]:
    """Random `Wx (D, gates*M), Wh (M, gates*M)` and `b (gates*M,)`, or `b (bias_rows, gates*M)`."""
    return {
        "Wx": rng.normal(0, 0.8, (D, gates * M)),
        "Wh": rng.normal(0, 1.2 / np.sqrt(M), (M, gates * M)),
        "b": rng.normal(0, 0.5, (bias_rows, gates * M) if bias_rows else gates * M),
    }


def gated_steps(
    rng: np.random.Generator,
    gates: int,
    bias_rows: int | None = None,
    steps: Sequence[tuple[dict[str, int], str]] = STEPS,
) -> Iterable[Case]:
    """One step: `x_t (D,), h_last (M,), c_last (M,)` and the weights, by turns with a batch axis in front.

    An LSTM has 4 gates, counting the candidate; a GRU has 3, and no use for `c_last`.
    """
    for index, (sizes, note) in enumerate(steps):
        N, D, M = sizes.get("N"), sizes["D"], sizes["M"]
        batch = (N,) if N else ()
        inputs = {
            "x_t": rng.normal(0, 1, (*batch, D)),
            "h_last": np.tanh(rng.normal(0, 1, (*batch, M))),
            "c_last": rng.normal(0, 1.2, (*batch, M)),
            **gated_weights(rng, D, M, gates, bias_rows),
        }
        yield _case(index, sizes, inputs, note, {"N": ("N",)} if N else {})


def gated_sequences(rng: np.random.Generator, gates: int, bias_rows: int | None = None) -> Iterable[Case]:
    """Whole sequences `X (N, T, D)` and the weights, in sizes like those of `fixtures.recurrent`."""
    for index, (sizes, note) in enumerate(SEQUENCES):
        N, T, D, M, _ = sizes.values()
        inputs = {"X": rng.normal(0, 1, (N, T, D)), **gated_weights(rng, D, M, gates, bias_rows)}
        yield _case(index, sizes, inputs, note)


def _case(index: int, sizes: dict, inputs: dict, note: str, axes: dict | None = None) -> Case:
    """In float32 and float64 by turns, two and two: one sample and a batch both meet both."""
    dtype = np.float32 if index % 4 in (0, 3) else np.float64
    return Case(
        sizes, {name: array.astype(dtype) for name, array in inputs.items()}, note=note, axes=axes or {}
    )
