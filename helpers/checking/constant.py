"""Sizes that are the same in every case although others are due: numbers where arguments belong."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from helpers.checking import letters
from helpers.checking.compare import is_number
from helpers.checking.spec import ArrayOf, KerasModel, Named, Several, ShapeTuple, Spec, here
from helpers.checking.verdict import joined
from helpers.lessons.exercise import Case
from helpers.observing import Outcome

Sizes = tuple[int | None, ...]


def fixed_sizes(
    spec: Spec,
    names: Sequence[str],
    cases: Sequence[Case],
    outcomes: Sequence[Outcome],
    expected: Sequence[object],
    tensors: Sequence[str] = (),
) -> str:
    """What a result has alike in all cases where it should differ, in one sentence; empty if nothing.

    Args:
        names: of the parts, where several arrays are due.
        tensors: the notebook's Keras tensors that the answer reads.
    """
    values = [outcome.value for outcome in outcomes]
    if len(cases) < 2 or any(outcome.error for outcome in outcomes):
        return ""
    if isinstance(spec, KerasModel):
        return _of_a_model(cases, values, expected, tensors)
    if isinstance(spec, (ShapeTuple, Named)):
        return _of_shapes(spec, values, expected)
    if isinstance(spec, (ArrayOf, Several)):
        return _of_arrays(spec, names, cases, values)
    return ""


def _of_arrays(spec: Spec, names: Sequence[str], cases: Sequence[Case], values: Sequence[object]) -> str:
    parts = spec.parts if isinstance(spec, Several) else (spec,)
    if isinstance(spec, Several) and not all(
        isinstance(value, (tuple, list)) and len(value) == len(parts) for value in values
    ):
        return ""
    for index, part in enumerate(parts):
        if not isinstance(part, ArrayOf):
            continue
        arrays = [value[index] for value in values] if isinstance(spec, Several) else values
        if not all(isinstance(array, np.ndarray) for array in arrays):
            return ""
        due = {tuple(letters.size(dim, case.sizes) for dim in here(part, case.axes).dims) for case in cases}
        given = {array.shape for array in arrays}
        # A single array of one number may well be a sum of all; a part of several is just too small.
        if len(given) == 1 and len(due) > 1 and (len(parts) > 1 or arrays[0].size > 1):
            what = f"`{names[index]}`" if len(parts) > 1 and names else "Your result"
            dims = here(part, cases[0].axes).dims
            advice = "take its sizes from the arguments."
            if arrays[0].ndim == len(dims):
                counted = [axis for axis, dim in enumerate(dims) if dim in letters.COUNTED]
                if any(arrays[0].shape[axis] == 1 for axis in counted):
                    advice = "does the loop end in its first turn, at a `return` inside it?"
            return (
                f"{what} has the shape {given.pop()} whatever comes in; {letters.say(dims)} is due: {advice}"
            )
    return ""


def _of_shapes(spec: Spec, values: Sequence[object], expected: Sequence[object]) -> str:
    """An answer that says shapes: one tuple, or several under their names."""
    keys = [None]
    if isinstance(spec, Named):
        keys = [key for key, part in spec.parts if isinstance(part, ShapeTuple)]
    said = []
    for key in keys:
        if key is not None and not all(isinstance(value, Mapping) and key in value for value in values):
            return ""
        given = [value if key is None else value[key] for value in values]
        due = [shape if key is None else shape[key] for shape in expected]
        if not all(isinstance(shape, tuple) and shape and _are_sizes(shape) for shape in given):
            continue
        if len(set(given)) == 1 and len(set(due)) > 1:
            said.append(f"You return {given[0]}" if key is None else f"`{key}` is {given[0]}")
        elif len({len(shape) for shape in (*given, *due)}) == 1:
            of = "" if key is None else f" of `{key}`"
            said += [f"Axis {axis}{of} is {given[0][axis]}" for axis in _fixed_axes(given, due)]
    if not said:
        return ""
    return f"{joined(said)}, whatever the arguments are: write letters in place of the numbers."


def _are_sizes(shape: tuple) -> bool:
    return all(size is None or is_number(size) for size in shape)


def _of_a_model(
    cases: Sequence[Case],
    values: Sequence[object],
    expected: Sequence[object],
    tensors: Sequence[str],
) -> str:
    if not all(isinstance(value, Mapping) and "steps" in value for value in (*values, *expected)):
        return ""
    mine = [value["input_shape"][1:] for value in values]
    due = [value["input_shape"][1:] for value in expected]
    has, wanted = [], []
    if written := _written(cases, mine, due):
        has.append(f"`Input(shape={written[0]})`")
        wanted.append(f"`Input(shape={written[1]})`")
        if tensors:
            return (
                f"Your model begins with the notebook's `{tensors[0]}`, made for samples of shape "
                f"{written[0]} whatever the arguments are: make your own {wanted[0]} inside the function."
            )
    for layer, given, right in _layers(values, expected):
        if written := _written(cases, given, right):
            has.append(f"`{layer}({written[0][1:-2]})`")
            wanted.append(f"`{layer}({written[1][1:-2]})`")
    if not has:
        return ""
    return f"Your model has {joined(has)} whatever the arguments are: write {joined(wanted)}."


def _layers(
    values: Sequence[Mapping], expected: Sequence[Mapping]
) -> Iterator[tuple[str, list[Sizes], list[Sizes]]]:
    """Each layer with its units in every case, given and due; none unless they are the layers due."""
    listed = {tuple(name for name, _, _ in value["steps"][1:]) for value in (*values, *expected)}
    if len(listed) != 1:
        return
    for index, layer in enumerate(listed.pop(), start=1):
        given, due = ([value["steps"][index][2][-1:] for value in many] for many in (values, expected))
        if all((*given, *due)):
            yield layer, given, due


def _written(cases: Sequence[Case], given: Sequence[Sizes], due: Sequence[Sizes]) -> tuple[str, str] | None:
    """A shape as it stands in the code and as it should, `("(4, D)", "(T, D)")`, where a number is fixed."""
    if len({len(shape) for shape in (*given, *due)}) != 1 or not (fixed := _fixed_axes(given, due)):
        return None
    names = [_letter(cases, [shape[axis] for shape in due]) for axis in range(len(due[0]))]
    if not all(names):
        return None
    has = []
    for axis, name in enumerate(names):
        agrees = all(shape[axis] == right[axis] for shape, right in zip(given, due, strict=True))
        if axis not in fixed and not agrees and len({shape[axis] for shape in given}) > 1:
            return None
        has.append(name if agrees else str(given[0][axis]))
    return letters.say(has), letters.say(names)


def _letter(cases: Sequence[Case], sizes: Sequence[int | None]) -> str:
    """The letter that a size is in every case: no guess."""
    if set(sizes) == {None}:
        return "None"
    return next(
        (
            letter
            for letter in cases[0].sizes
            if all(case.sizes.get(letter) == size for case, size in zip(cases, sizes, strict=True))
        ),
        "",
    )


def _fixed_axes(given: Sequence[Sizes], due: Sequence[Sizes]) -> list[int]:
    return [
        axis
        for axis in range(len(given[0]))
        if len({shape[axis] for shape in given}) == 1
        and given[0][axis] is not None
        and len({shape[axis] for shape in due}) > 1
    ]
