"""What can be read off an answer's code, without running it."""

import ast
import dis
import linecache
import math
import types
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

NUMBERS = (int, float, np.number, np.ndarray, list, tuple)

MANY = 100
"""An array of so many numbers is data; one of fewer may be a constant."""


@dataclass(frozen=True)
class Source:
    """What an answer's code uses.

    Attributes:
        reads: the notebook's numbers and arrays that it reads in place of its arguments; no named constants,
            such as `BYTES = 4`.
        sizes: the whole numbers that it reads there, and the lengths of the arrays' axes.
        calls: the notebook's functions that it calls.
        unused: its own arguments that it never looks at.
        tensors: the notebook's Keras tensors that it reads: an `Input` made outside of it, say.
        models: the notebook's Keras models that it uses.
        data: the notebook's arrays and tables of `MANY` numbers, and what loads the course's data; read by
            the answer itself, or by one of the notebook's functions that it calls.
        numbers: the whole numbers that are written in it.
        lengths: those of them that say how long an array or a loop is made; of one that picks an entry by its
            index, one more, as it may be the last.
        arguments: the names of its own arguments.
    """

    reads: tuple[str, ...] = ()
    sizes: tuple[int, ...] = ()
    calls: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()
    arguments: tuple[str, ...] = ()


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
        reads=tuple(name for name, value in reads.items() if not _is_a_constant(name, value)),
        sizes=tuple(sorted({size for value in reads.values() for size in _sizes(value)})),
        calls=tuple(calls),
        unused=unused,
        tensors=tuple(tensors),
        models=tuple(models),
        data=tuple(dict.fromkeys(_data(code, space, set()))),
        numbers=tuple(numbers),
        lengths=tuple(dict.fromkeys(_lengths(code))),
        arguments=arguments,
    )


def _instructions(code: types.CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _instructions(constant)


def _is_a_constant(name: str, value: object) -> bool:
    """A number with a name in capitals; one of the letters, as `M` is, is a size."""
    return name.isupper() and len(name) > 1 and isinstance(value, (int, float, np.number))


_MADE_SO_LONG = frozenset(
    (
        *("range", "zeros", "ones", "empty", "full", "eye", "arange", "reshape", "broadcast_to"),
        *("random", "normal", "standard_normal"),
        *("Input", "SimpleRNN", "LSTM", "GRU", "Dense"),
    )
)
"""Functions and methods whose arguments say how long something is made."""


def _lengths(code: types.CodeType) -> Iterator[int]:
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # a file may have changed since
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)) and node.lineno == code.co_firstlineno:
            yield from _lengths_in(node)


def _lengths_in(function: ast.AST) -> Iterator[int]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and _called(node.func) in _MADE_SO_LONG:
            yield from _written(node.args)
            sized = [word.value for word in node.keywords if word.arg in ("shape", "size", "units")]
            yield from _written(sized)
        elif isinstance(node, ast.Assign) and isinstance(node.value, (ast.Constant, ast.Tuple)):
            yield from _written([node.value])
        elif isinstance(node, ast.Subscript) and _called(node.value) != "shape":
            parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
            yield from _written([part.upper for part in parts if isinstance(part, ast.Slice)])
            yield from (number + 1 for number in _written(parts))


def _called(function: ast.AST) -> str:
    """`zeros` of `np.zeros`."""
    return getattr(function, "attr", getattr(function, "id", ""))


def _written(nodes: Iterable[ast.AST | None]) -> Iterator[int]:
    """The whole numbers above 1 among these, and in the tuples and lists among them: 0 and 1 say too much
    else."""
    for node in nodes:
        if isinstance(node, (ast.Tuple, ast.List)):
            yield from _written(node.elts)
        elif isinstance(node, ast.Constant) and type(node.value) is int and node.value > 1:
            yield node.value


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
