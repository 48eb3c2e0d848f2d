"""The sizes in a model's shapes, which get their letters when all of the model has been read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from .palette import LETTERS


@dataclass(eq=False)
class Size:
    """One size of a model: a letter's once it is known whose, and until then only a number.

    Attributes:
        number: None for a size that the model leaves open.
        letter: of N, T, D, M, K, or empty.
        made_of: the sizes that it is a product of, where a `Reshape` takes it apart.
    """

    number: int | None
    letter: str = ""
    made_of: Flat | None = None
    same: Size | None = field(default=None, repr=False)

    def root(self) -> Size:
        size = self
        while size.same:
            size = size.same
        return size

    def join(self, other: Size) -> None:
        """Both turn out to be one size."""
        one, two = self.root(), other.root()
        if one is two or (one.letter and two.letter and one.letter != two.letter):
            return
        two.same = one
        one.letter = one.letter or two.letter
        one.number = two.number if one.number is None else one.number


@dataclass(frozen=True)
class Blocks:
    """`4M`: as many blocks of one size."""

    count: int
    of: Axis


@dataclass(frozen=True)
class Flat:
    """`T·D`: axes that were laid out as one."""

    parts: tuple[Axis, ...]


@dataclass(frozen=True)
class Beside:
    """`M₁+M₂`: axes that were put side by side."""

    parts: tuple[Axis, ...]


Axis = Size | Blocks | Flat | Beside
Shape = tuple[int | None, ...]


def beside(parts: Sequence[Axis]) -> Axis:
    """`2M` where all are the same, and `M₁+M₂` where they are not."""
    first = parts[0]
    if all(_same(part, first) for part in parts[1:]):
        return first if len(parts) == 1 else Blocks(len(parts), first)
    return Beside(tuple(parts))


def _same(one: Axis, other: Axis) -> bool:
    if isinstance(one, Size) and isinstance(other, Size):
        return one.root() is other.root()
    return one == other


def number(axis: Axis) -> int | None:
    if isinstance(axis, Size):
        return axis.root().number
    if isinstance(axis, Blocks):
        of = number(axis.of)
        return None if of is None else axis.count * of
    numbers = [number(part) for part in axis.parts]
    if None in numbers:
        return None
    return math.prod(numbers) if isinstance(axis, Flat) else sum(numbers)


def fits(axes: Sequence[Axis], shape: Shape) -> bool:
    """Whether axes can be said of this shape: no number speaks against it."""
    return len(axes) == len(shape) and all(
        None in (said := number(axis), size) or said == size for axis, size in zip(axes, shape, strict=True)
    )


def sizes(axis: Axis) -> Iterator[Size]:
    """Those that an axis is made of."""
    if isinstance(axis, Size):
        yield axis.root()
    elif isinstance(axis, Blocks):
        yield from sizes(axis.of)
    else:
        for part in axis.parts:
            yield from sizes(part)


class Names:
    """What each size is called: `M` where there is one of its letter, `M₁`, `M₂` where there are more."""

    def __init__(self, seen: Iterable[Size]) -> None:
        self.by_letter: dict[str, list[Size]] = {letter: [] for letter in LETTERS}
        for size in map(Size.root, seen):
            if size.letter and size not in self.by_letter[size.letter]:
                self.by_letter[size.letter].append(size)

    def __iter__(self) -> Iterator[tuple[str, Size]]:
        """Every letter of the model but N with its size: T, D, M, K, and by number."""
        for letter, found in self.by_letter.items():
            for size in found:
                if letter != "N":
                    yield self.of(size) or "", size

    def of(self, axis: Axis) -> str | None:
        """In the markup of lettering; None for what has no letter."""
        if isinstance(axis, Size):
            size = axis.root()
            found = self.by_letter.get(size.letter, [])
            if size not in found:
                return self.of(size.made_of) if size.made_of else None
            return f"{{{size.letter}}}" + (_subscript(found.index(size) + 1) if len(found) > 1 else "")
        if isinstance(axis, Blocks):
            of = self.of(axis.of)
            return of and f"{axis.count}{of}"
        parts = [self.of(part) for part in axis.parts]
        if None in parts:
            return None
        if isinstance(axis, Beside):
            return "+".join(parts)
        return "·".join(f"({part})" if "+" in part else part for part in parts)

    def number(self, axis: Axis, value: int | None) -> str:
        """A size in numbers, in its letter's colour where it is that letter's or a multiple of it."""
        letters = {size.letter for size in sizes(axis)} if self.of(axis) else set()
        return f"{{{letters.pop()}:{value}}}" if len(letters) == 1 and letters != {""} else str(value)

    def letters(self, axes: Sequence[Axis], shape: Shape) -> str:
        """`(N, T, M)`, with the number for what has no letter, and `?` where that is open."""
        return in_brackets(
            self.of(axis) or ("?" if value is None else str(value))
            for axis, value in zip(axes, shape, strict=True)
        )

    def shape(self, axes: Sequence[Axis], shape: Shape) -> str:
        """`(N, T, M) = (None, 10, 5)`, and only the numbers where nothing has a letter."""
        numbers = in_brackets(self.number(axis, value) for axis, value in zip(axes, shape, strict=True))
        if not any(self.of(axis) for axis in axes):
            return numbers
        return f"{self.letters(axes, shape)} = {numbers}"


def in_brackets(parts: Iterable[str]) -> str:
    """As Python says tuples."""
    parts = list(parts)
    return f"({parts[0]},)" if len(parts) == 1 else f"({', '.join(parts)})"


def _subscript(count: int) -> str:
    return str(count).translate(str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"))
