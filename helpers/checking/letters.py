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
COUNTED = {"N": "samples", "T": "time steps"}

Shape = Sequence[int | None]

ONE_TOO_MANY = "There is an axis of size 1 too many."


def size(dim: str, sizes: Mapping[str, int]) -> int:
    """The number that a dimension of a type, `"M"`, `"4*M"` or `"1"`, stands for."""
    product = 1
    for factor in dim.split("*"):
        product *= sizes[factor] if factor in sizes else int(factor)
    return product


def say(dims: Sequence[str]) -> str:
    """`("N", "4*M", "T*D")` as `(N, 4M, T·D)`."""
    words = [_word(dim) for dim in dims]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def _word(dim: str) -> str:
    return dim.replace("*", "" if dim[0].isdigit() else "·")


def read(
    shape: Shape, sizes: Mapping[str, int], expected: Sequence[str] = (), strangers: Sequence[int] = ()
) -> tuple[str, ...]:
    """Name every axis of a shape by its size.

    Where one size has several names (D = M = K), the reading nearest to `expected` is taken. An axis that no
    letter, product of letters, or the letter expected there, one off, explains keeps its number; so does one
    of `strangers`, which are sizes from elsewhere, unless its letter is expected there. One off are only
    samples and time steps, which a slice or a loop may miss by one: a D, M or K one off is another number.
    """
    same_length = len(shape) == len(expected)
    options = []
    for axis, number in enumerate(shape):
        here = expected[axis] if same_length else ""
        if number in strangers and number != 1 and _due(here, sizes) != number:
            options.append([str(number)])
        else:
            options.append(_names(number, sizes, expected, here))
    if len(options) > 6:
        return tuple(names[0] for names in options)
    readings = itertools.islice(itertools.product(*options), 5_000)
    return min(readings, key=lambda reading: _distance(reading, expected))


def _due(dim: str, sizes: Mapping[str, int]) -> int | None:
    known = dim and all(factor in sizes or factor.isdigit() for factor in dim.split("*"))
    return size(dim, sizes) if known else None


def _names(
    number: int | None, sizes: Mapping[str, int], expected_axes: Sequence[str], expected: str
) -> list[str]:
    if number is None:
        return ["None"]
    letters = [letter for letter, value in sizes.items() if value == number]
    if number == 1:
        return ["1", *letters]
    if letters:
        return letters
    if "*" in expected and _due(expected, sizes) == number:
        return [expected]
    due = sizes.get(expected) if expected in COUNTED else None
    near = [f"{expected}{by:+d}" for by in (-1, 1) if due is not None and due + by == number]
    if not expected_axes:  # an array on its way to the answer may be anything: no guesses
        return [str(number)]
    both = itertools.combinations(expected_axes, 2)
    doubled = [f"{a}*{b}" for a, b in both if _product(a, b, sizes) == number]
    gates = [f"{many}*M" for many in (3, 4) if many * sizes.get("M", 0) == number]
    return [*gates, *doubled, *near] or [str(number)]


def _product(a: str, b: str, sizes: Mapping[str, int]) -> int | None:
    return sizes[a] * sizes[b] if a in sizes and b in sizes else None


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
        return ONE_TOO_MANY
    if len(left) == len(gone) == 1 and left[0][1:] in ("+1", "-1") and left[0][0] == gone[0]:
        return f"One of the {COUNTED[gone[0]]} is {'too many' if left[0][1:] == '+1' else 'missing'}."
    apart = [axis for axis, pair in enumerate(zip(returned, expected, strict=False)) if len(set(pair)) > 1]
    if len(returned) == len(expected) and len(apart) == 1:
        axis = apart[0]
        if expected[axis].lstrip("0123456789*") == returned[axis]:
            return f"Axis {axis} has {returned[axis]} entries, {_word(expected[axis])} are due."
    if gone == ["M"] and left in (["3*M"], ["4*M"]):
        return f"All {left[0][0]} blocks of M are still together: is one gate cut out of them?"
    if len(left) == 1 and sorted(left[0].split("*")) == sorted(gone):
        return f"{gone[0]} and {gone[1]} have become one axis." if gone[1:] else ""
    if any(name.isdigit() for name in left):
        if len(returned) == len(expected):
            odd = next(i for i, name in enumerate(returned) if name != expected[i] and name.isdigit())
            entries = "1 entry" if returned[odd] == "1" else f"{returned[odd]} entries"
            return f"Axis {odd} has {entries}, {_word(expected[odd])} are due."
        axes = "axis" if len(returned) == 1 else "axes"
        return f"That is {len(returned)} {axes}; {len(expected)} {'is' if len(expected) == 1 else 'are'} due."
    parts = [f"{AXIS[name]} still there" for name in left if name in AXIS]
    parts += [f"{AXIS[name]} gone" for name in gone if name in AXIS]
    sentence = " and ".join(parts)
    return sentence[:1].upper() + sentence[1:] + "." if sentence else ""
