"""What an answer has to look like before its numbers matter, read off the reference's return type."""

import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from jaxtyping import AbstractArray


@dataclass(frozen=True)
class ArrayOf:
    """A float array; `dims` are its axes in letters: `("N", "4*M")`; `"*N"` are any number of axes."""

    dims: tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A Python or NumPy scalar: a count (`whole`) or any number."""

    whole: bool


@dataclass(frozen=True)
class ShapeTuple:
    """A tuple of whole numbers, as Keras says shapes."""


@dataclass(frozen=True)
class Several:
    """Several values: a tuple, or a list."""

    parts: tuple["Spec", ...]


@dataclass(frozen=True)
class Named:
    """A dict with just these keys."""

    parts: tuple[tuple[str, "Spec"], ...]


@dataclass(frozen=True)
class KerasModel:
    """A model, seen through `helpers.observing.models.facts`."""


Spec = ArrayOf | Number | ShapeTuple | Several | Named | KerasModel


def returned(reference: Callable) -> Spec:
    """The spec of a function's annotated return type."""
    return _spec(reference.__annotations__["return"])


def here(spec: Spec, axes: Mapping[str, Sequence[str]]) -> Spec:
    """The spec in one case, which says what each starred axis stands for: none, where it says nothing."""
    if isinstance(spec, ArrayOf):
        dims = [axes.get(dim[1:], ()) if dim.startswith("*") else (dim,) for dim in spec.dims]
        return ArrayOf(tuple(letter for letters in dims for letter in letters))
    if isinstance(spec, Several):
        return Several(tuple(here(part, axes) for part in spec.parts))
    if isinstance(spec, Named):
        return Named(tuple((key, here(part, axes)) for key, part in spec.parts))
    return spec


def argument_dims(reference: Callable) -> Mapping[str, tuple[str, ...]]:
    """The axes, in letters, of each argument that is an array."""
    hints = reference.__annotations__
    return {name: _dims(hint) for name, hint in hints.items() if name != "return" and _is_array(hint)}


def declared_dims(reference: Callable, name: str, axes: int) -> tuple[str, ...]:
    """The axes, in letters, of an argument; none, where it is no array or no argument.

    Of several shapes that it may have (`Float[Array, "2 M"] | Float[Array, "M"]`) the one with so many axes.
    """
    hint = reference.__annotations__.get(name)
    kinds = [kind for kind in typing.get_args(hint) or (hint,) if _is_array(kind)]
    fitting = [_dims(kind) for kind in kinds if len(kinds) == 1 or len(_dims(kind)) == axes]
    return fitting[0] if fitting else ()


def _is_array(annotation: object) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, AbstractArray)


def _dims(annotation: type[AbstractArray]) -> tuple[str, ...]:
    # jaxtyping puts a size that is an argument, and no axis of one, in braces.
    return tuple(annotation.dim_str.replace("{", "").replace("}", "").split())


def _spec(annotation: object) -> Spec:
    if _is_array(annotation):
        return ArrayOf(_dims(annotation))
    if annotation in (int, float):
        return Number(whole=annotation is int)
    if typing.is_typeddict(annotation):
        return Named(tuple((key, _spec(part)) for key, part in typing.get_type_hints(annotation).items()))
    if typing.get_origin(annotation) is tuple:
        parts = typing.get_args(annotation)
        if set(parts) <= {int, ...}:
            return ShapeTuple()
        return Several(tuple(_spec(part) for part in parts))
    if annotation == "keras.Model":  # a name in quotes: nobody imports Keras to read a type
        return KerasModel()
    raise TypeError(f"an answer of type {annotation} has no rule yet: add one here and in judge.py")
