"""What can be read off an answer's code, without running it."""

import dis
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

DATA = (int, float, np.number, np.ndarray, list, tuple)


@dataclass(frozen=True)
class Source:
    """What an answer's code uses.

    Attributes:
        reads: the notebook's numbers and arrays that it reads in place of its arguments.
        calls: the notebook's functions that it calls.
        unused: its own arguments that it never looks at.
        tensors: the notebook's Keras tensors that it reads: an `Input` made outside of it, say.
    """

    reads: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    tensors: tuple[str, ...] = ()


def source_of(answer: Callable) -> Source:
    """What an answer's code uses; nothing is known of an answer that is not a Python function."""
    code, space = getattr(answer, "__code__", None), getattr(answer, "__globals__", {})
    if code is None:
        return Source()
    reads, calls, tensors, used = {}, {}, {}, set(code.co_cellvars)
    for instruction in _instructions(code):
        if instruction.opname == "LOAD_GLOBAL":
            value = space.get(instruction.argval)
            if isinstance(value, DATA):
                reads[instruction.argval] = True
            elif isinstance(value, types.FunctionType):
                calls[instruction.argval] = True
            elif type(value).__name__ == "KerasTensor":
                tensors[instruction.argval] = True
        elif instruction.opname.startswith("LOAD_FAST"):  # Python 3.13 loads two at a time
            used.update([instruction.argval] if isinstance(instruction.argval, str) else instruction.argval)
    arguments = code.co_varnames[: code.co_argcount]
    unused = tuple(name for name in arguments if name not in used)
    return Source(tuple(reads), tuple(calls), unused, tuple(tensors))


def _instructions(code: types.CodeType) -> Iterator[dis.Instruction]:
    yield from dis.get_instructions(code)
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _instructions(constant)
