"""Say a shape in the course's five letters, and say how two shapes differ."""

import itertools
from collections.abc import Mapping, Sequence

AXIS = {
    "N": "the batch (N) is",
    "T": "time (T) is",
    "D": "the feature axis (D) is",
    "M": "the hidden axis (M) is",
    "K": "the output axis (K) is",
}
COUNTED = {"N": "samples", "T": "time steps", "D": "features", "M": "hidden units", "K": "outputs"}

Shape = Sequence[int | None]


def size(dim: str, sizes: Mapping[str, int]) -> int:
    """The number that a dimension of a type, `"M"`, `"4*M"` or `"1"`, stands for."""
    product = 1
    for factor in dim.split("*"):
        product *= sizes[factor] if factor in sizes else int(factor)
    return product


def say(dims: Sequence[str]) -> str:
    """`("N", "4*M")` as `(N, 4M)`."""
    words = [dim.replace("*", "") for dim in dims]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def read(shape: Shape, sizes: Mapping[str, int], expected: Sequence[str] = ()) -> tuple[str, ...]:
    """Name every axis of a shape by its size.

    Where one size has several names (D = M = K), the reading nearest to `expected` is taken. An axis that no
    letter, product of letters, or expected letter one off explains keeps its number.
    """
    options = [_names(number, sizes, expected) for number in shape]
    if len(options) > 6:
        return tuple(names[0] for names in options)
    readings = itertools.islice(itertools.product(*options), 5_000)
    return min(readings, key=lambda reading: _distance(reading, expected))


def _names(number: int | None, sizes: Mapping[str, int], expected: Sequence[str]) -> list[str]:
    if number is None:
        return ["None"]
    letters = [letter for letter, value in sizes.items() if value == number]
    if number == 1:
        return ["1", *letters]
    if letters:
        return letters
    near = [
        f"{letter}{by:+d}"
        for letter in sizes
        if letter in expected
        for by in (-1, 1)
        if sizes[letter] + by == number
    ]
    doubled = [f"{a}*{b}" for a, b in itertools.combinations(sizes, 2) if sizes[a] * sizes[b] == number]
    gates = [f"{many}*M" for many in (2, 3, 4) if many * sizes.get("M", 0) == number]
    return [*gates, *doubled, *near] or [str(number)]


def _distance(reading: Sequence[str], expected: Sequence[str]) -> tuple[int, int]:
    wrong_place = sum(a != b for a, b in itertools.zip_longest(reading, expected))
    unexpected = sum(name not in expected for name in reading) + len(reading) - len(set(reading))
    return unexpected, wrong_place


def difference(returned: Sequence[str], expected: Sequence[str]) -> str:
    """How a shape differs from the expected one, in one sentence; empty where letters cannot say it."""
    if sorted(returned) == sorted(expected):
        return "" if list(returned) == list(expected) else "The right axes, in another order."
    gone = [name for name in expected if name not in returned]
    left = [name for name in returned if name not in expected]
    if left and not gone and set(left) == {"1"}:
        return "There is an axis of size 1 too many."
    if len(left) == len(gone) == 1 and left[0][1:] in ("+1", "-1") and left[0][0] == gone[0]:
        return f"One of the {COUNTED[gone[0]]} is {'too many' if left[0][1:] == '+1' else 'missing'}."
    parts = [f"{AXIS[name]} still there" for name in left if name in AXIS]
    parts += [f"{AXIS[name]} gone" for name in gone if name in AXIS]
    sentence = " and ".join(parts)
    return sentence[:1].upper() + sentence[1:] + "." if sentence else ""
