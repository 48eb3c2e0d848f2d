"""What can be read off an answer's code, without running it."""

import dis
import math
import types
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

NUMBERS = (int, float, np.number, np.ndarray, list, tuple)

MANY = 100
"""An array of so many numbers is data; one of fewer may be a constant."""


@dataclass(frozen=True)
class Source:
    """What an answer's code uses.

    Attributes:
        reads: the notebook's numbers and arrays that it reads in place of its arguments.
        sizes: the whole numbers among them, and the lengths of the arrays' axes.
        calls: the notebook's functions that it calls.
        unused: its own arguments that it never looks at.
        tensors: the notebook's Keras tensors that it reads: an `Input` made outside of it, say.
        models: the notebook's Keras models that it uses.
        data: the notebook's arrays and tables of `MANY` numbers, and what loads the course's data; read by
            the answer itself, or by one of the notebook's functions that it calls.
        numbers: the whole numbers that are written in it.
    """

    reads: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    calls: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()


def source_of(answer: Callable) -> Source:
    """What an answer's code uses; nothing is known of an answer that is not a Python function."""
    code, space = getattr(answer, "__code__", None), getattr(answer, "__globals__", {})
    if code is None:
        return Source()
    reads, calls, tensors, models, used, numbers = {}, {}, {}, {}, set(code.co_cellvars), {}
    for instruction in _instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            value = space.get(instruction.argval)
            if isinstance(value, NUMBERS):
                reads[instruction.argval] = value
            elif isinstance(value, types.FunctionType):
                calls[instruction.argval] = True
            elif type(value).__name__ == "KerasTensor":
                tensors[instruction.argval] = True
            elif _is_a_model(value):
                models[instruction.argval] = True
        elif instruction.opname.startswith("LOAD_FAST"):  # Python 3.13 loads two at a time
            used.update([instruction.argval] if isinstance(instruction.argval, str) else instruction.argval)
        elif instruction.opname in ("LOAD_CONST", "LOAD_SMALL_INT"):
            written = instruction.argval if isinstance(instruction.argval, tuple) else (instruction.argval,)
            numbers.update((number, True) for number in written if type(number) is int)
    arguments = code.co_varnames[: code.co_argcount]
    unused = tuple(name for name in arguments if name not in used)
    return Source(
        reads=tuple(reads),
        sizes=tuple(sorted({size for value in reads.values() for size in _sizes(value)})),
        calls=tuple(calls),
        unused=unused,
        tensors=tuple(tensors),
        models=tuple(models),
        data=tuple(dict.fromkeys(_data(code, space, set()))),
        numbers=tuple(numbers),
    )


def _instructions(code: types.CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _instructions(constant)


def _sizes(value: object) -> tuple[int, ...]:
    if isinstance(value, np.ndarray):
        return value.shape
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    return (int(value),) if whole else ()


def _is_a_model(value: object) -> bool:
    return not isinstance(value, type) and hasattr(value, "get_weights") and hasattr(value, "fit")


def _data(code: types.CodeType, space: Mapping[str, object], seen: set[types.CodeType]) -> Iterator[str]:
    """The names of the data that a function reads, and the functions of the same notebook that it calls."""
    seen.add(code)
    for instruction in _instructions(code):
        name = instruction.argval
        if instruction.opname == "LOAD_GLOBAL":
            value = space.get(name)
            if _holds_data(value) or _loads_data(value):
                yield name
            elif _is_of(value, space) and value.__code__ not in seen:
                yield from _data(value.__code__, space, seen)
        elif instruction.opname == "IMPORT_NAME" and name.startswith("helpers.data"):
            yield name


def _is_of(value: object, space: Mapping[str, object]) -> bool:
    return isinstance(value, types.FunctionType) and value.__globals__ is space


def _loads_data(value: object) -> bool:
    return callable(value) and (getattr(value, "__module__", None) or "").startswith("helpers.data")


def _holds_data(value: object) -> bool:
    if isinstance(value, (list, tuple, dict)):
        parts = value.values() if isinstance(value, dict) else value
        return len(value) >= MANY or any(_holds_data(part) for part in parts)
    if isinstance(value, type) or callable(value):
        return False
    if type(value).__name__.endswith("Dataset"):  # of TensorFlow or PyTorch
        return True
    try:  # an array, a table, a tensor
        return math.prod(int(size) for size in value.shape) >= MANY
    except (AttributeError, TypeError, ValueError):
        return False
