"""Say shapes and counts in letters, where every letter's size is a prime number."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

SIZES = {"N": 5, "T": 7, "D": 11, "M": 13, "K": 17, "M1": 19, "M2": 23}
"""What everything on the sheet is built with. A number has one way only to be a product of these primes; what
is left over, made of 2s and 3s, counts blocks. M1 and M2 are the units of the two layers of a stack."""

EXAMPLE = {"N": 1, "T": 10, "D": 3, "M": 5, "K": 2, "M1": 5, "M2": 4}
"""The sizes that parameters are counted for as numbers: those of the course's first model."""


def factors(number: int) -> tuple[int, tuple[str, ...]]:
    """A number as a count of blocks and letters: 52 is 4 and M.

    Raises:
        ValueError: no letters make this number.
    """
    letters, blocks = [], number
    for letter, prime in SIZES.items():
        while blocks % prime == 0:
            blocks //= prime
            letters.append(letter)
    if blocks not in (1, 2, 3, 4, 6):
        raise ValueError(f"no letters say {number}")
    return blocks, tuple(letters)


def say(shape: Sequence[int]) -> str:
    """A shape in letters: `(5, 52)` as `(N, 4M)`."""
    words = [_product(*factors(size), times="") for size in shape]
    return f"({words[0]},)" if len(words) == 1 else f"({', '.join(words)})"


def say_count(shapes: Iterable[Sequence[int]]) -> str:
    """How many numbers arrays of these shapes hold together, as a formula: `4 × (D·M + M·M + M)`."""
    terms: Counter[tuple[str, ...]] = Counter()
    for shape in shapes:
        blocks, letters = factors(math.prod(shape))
        terms[letters] += blocks
    common = math.gcd(*terms.values())
    text = " + ".join(_product(blocks // common, letters, times="·") for letters, blocks in terms.items())
    return f"{common} × ({text})" if common > 1 else text or "0"


def _product(blocks: int, letters: Sequence[str], times: str) -> str:
    """`4M` or `4·M`, `T·D`, and `2` where there are no letters."""
    if not letters:
        return str(blocks)
    return ("" if blocks == 1 else f"{blocks}{times}") + "·".join(letters)
