"""Values as bytes and back, across a boundary that one side does not trust: JSON and `.npy`, no pickles.

A frame is a JSON header behind its length, with the arrays' bytes behind it. Whoever reads one says how much
they are ready to take.
"""

import functools
import io
import json
import math
import socket
import struct
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

from helpers.observing.losses import EchoLoss, SmoothLoss
from helpers.observing.models import RecurrentModel
from helpers.observing.plain import DEEPEST, Foreign

RECIPES = {recipe.__name__: recipe for recipe in (EchoLoss, RecurrentModel, SmoothLoss)}
"""What is sent as a recipe, and built where it arrives; only the trusted side may send one."""

LENGTH = struct.Struct("!I")
MOST_HEADER_BYTES = 4_000_000
MOST_ARRAY_BYTES = 64_000_000
MOST_ARRAYS = 10_000
KINDS = "biufcUSmM"
"""The dtypes that cross: no objects, no records."""

_MOST_DIGITS = 3_000
_NOTHING = np.empty((), object)


class Malformed(ValueError):
    """What arrived is no frame, too large, or no value of those that may cross."""


def pack(value: object, blobs: list[bytes], depth: int = 0) -> object:
    """A plain value, or a recipe, as a JSON tree; its arrays are added to `blobs`."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if type(value) is int:
        return value if abs(value) < 2**53 else {"int": hex(value)}
    if type(value) is float:
        return value if math.isfinite(value) else {"float": repr(value)}
    if type(value) is complex:
        return {"complex": [repr(value.real), repr(value.imag)]}
    if isinstance(value, (np.ndarray, np.generic)):
        return _pack_array(value, blobs)
    if isinstance(value, Foreign):
        return {"foreign": value.type_name}
    if depth > DEEPEST + 3:
        return {"foreign": "something nested too deeply"}
    if isinstance(value, Mapping):
        return {"dict": [[str(key), pack(item, blobs, depth + 1)] for key, item in value.items()]}
    if is_dataclass(value) and type(value).__name__ in RECIPES:
        parts = [[part.name, pack(getattr(value, part.name), blobs, depth + 1)] for part in fields(value)]
        return {"recipe": [type(value).__name__, parts]}
    if isinstance(value, (tuple, list)):
        return {type(value).__name__: [pack(item, blobs, depth + 1) for item in value]}
    raise TypeError(f"{type(value).__name__} is no plain value")


def _pack_array(value: np.ndarray | np.generic, blobs: list[bytes]) -> object:
    array = np.asarray(value)
    if array.dtype.kind not in KINDS:
        return {"objects": list(array.shape)}
    file = io.BytesIO()
    np.lib.format.write_array(file, array, allow_pickle=False)
    blobs.append(file.getvalue())
    return {"scalar" if isinstance(value, np.generic) else "array": len(blobs) - 1}


def unpack(tree: object, blobs: Sequence[bytes], *, recipes: bool = False) -> object:
    """The plain value of a JSON tree.

    Args:
        recipes: whether recipes may be among it.

    Raises:
        Malformed: it is no tree that `pack` would have made.
    """
    return _unpack(tree, _Once(blobs), recipes, 0)


class _Once:
    """The arrays of a frame, each to be taken once: many names for one would be copies of it without end."""

    def __init__(self, blobs: Sequence[bytes]):
        self.left = dict(enumerate(blobs))

    def take(self, number: object) -> np.ndarray:
        if type(number) is not int or number not in self.left:
            raise Malformed("This is no array's number.")
        return _array(self.left.pop(number))


def _unpack(tree: object, blobs: _Once, recipes: bool, depth: int) -> object:
    if tree is None or isinstance(tree, (bool, int, float, str)):
        return tree
    if depth > DEEPEST + 3 or not isinstance(tree, dict) or len(tree) != 1:
        raise Malformed("This is no value that may cross.")
    (tag, content), *_ = tree.items()
    try:
        return _UNPACKED[tag](content, blobs, recipes, depth + 1)
    except Malformed:
        raise
    except (
        KeyError,
        IndexError,
        TypeError,
        ValueError,
        OverflowError,
        MemoryError,
        AttributeError,
    ) as problem:
        raise Malformed(f"This is no {tag!s:.20} that may cross.") from problem


def _parts(content: object, blobs: _Once, recipes: bool, depth: int) -> Iterator[object]:
    return (_unpack(item, blobs, recipes, depth) for item in _list(content))


def _entries(content: object, blobs: _Once, recipes: bool, depth: int) -> dict[str, object]:
    pairs = [_list(pair) for pair in _list(content)]
    return {_text(key): _unpack(item, blobs, recipes, depth) for key, item in pairs}


def _recipe(content: object, blobs: _Once, recipes: bool, depth: int) -> object:
    name, parts = _list(content)
    if not recipes:
        raise Malformed("No recipe may come from this side.")
    return RECIPES[name](**_entries(parts, blobs, recipes, depth))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Malformed("This is no list of values.")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Malformed("This is no name.")
    return value


def _int(text: str) -> int:
    if len(text) > _MOST_DIGITS:
        raise Malformed("This number is too long.")
    return int(text, 16)


def _array(blob: bytes) -> np.ndarray:
    """An array of its `.npy` bytes, which have to be as long as its header says: nothing is set aside on the
    header's word."""
    try:
        width = {1: 2, 2: 4}[blob[6]]  # of the header's length, by the format's version
        begin = 8 + width + int.from_bytes(blob[8 : 8 + width], "little")
        shape, fortran, dtype = _header(blob[:begin])
        entries = math.prod(shape)
    except Exception as problem:  # what Python's and NumPy's readers say to a made-up header is of all kinds
        raise Malformed("This is no array's header.") from problem
    left = blob[begin:]
    if dtype.kind not in KINDS or entries * dtype.itemsize != len(left):
        raise Malformed("This is no array that may cross.")
    if not left:
        # Texts without a letter take no bytes, but NumPy would set some aside for each of them.
        return np.empty(shape if entries == 0 else 0, dtype)
    return np.frombuffer(left, dtype).reshape(shape, order="F" if fortran else "C").copy()


@functools.lru_cache(maxsize=100)
def _header(text: bytes) -> tuple[tuple[int, ...], bool, np.dtype]:
    """Shape, whether the order is Fortran's, and dtype: NumPy takes a while to read them, and they recur."""
    file = io.BytesIO(text)
    version = np.lib.format.read_magic(file)
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}[version]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return read(file)


_UNPACKED: Mapping[str, Callable] = {
    "array": lambda content, blobs, recipes, depth: blobs.take(content),
    "scalar": lambda content, blobs, recipes, depth: blobs.take(content)[()],
    # However large it says it is, it takes no room: nobody looks into it.
    "objects": lambda content, blobs, recipes, depth: np.broadcast_to(_NOTHING, _shape(content)),
    "foreign": lambda content, blobs, recipes, depth: Foreign(_text(content)[:200]),
    "int": lambda content, blobs, recipes, depth: _int(content),
    "float": lambda content, blobs, recipes, depth: float(_text(content)),
    "complex": lambda content, blobs, recipes, depth: complex(*map(float, _list(content))),
    "tuple": lambda content, blobs, recipes, depth: tuple(_parts(content, blobs, recipes, depth)),
    "list": lambda content, blobs, recipes, depth: list(_parts(content, blobs, recipes, depth)),
    "dict": _entries,
    "recipe": _recipe,
}


def _index(number: object) -> int:
    if type(number) is not int or number < 0:
        raise Malformed("This is no array's number.")
    return number


def _shape(sizes: object) -> tuple[int, ...]:
    shape = tuple(_index(size) for size in _list(sizes))
    if math.prod(shape) > 1_000_000:
        raise Malformed("This array is too large.")
    return shape


def send(connection: socket.socket, message: object, blobs: Sequence[bytes] = ()) -> None:
    """Send a frame: a message of JSON values, and bytes beside it."""
    header = json.dumps({"message": message, "blobs": [len(blob) for blob in blobs]}).encode()
    connection.sendall(b"".join([LENGTH.pack(len(header)), header, *blobs]))


def receive(connection: socket.socket, until: float = math.inf) -> tuple[object, list[bytes]]:
    """The next frame.

    Args:
        until: when it has to be there, in seconds of `time.monotonic`.

    Raises:
        ConnectionError: the other side has closed the connection.
        TimeoutError: it was not there in time.
        Malformed: what came is no frame, or larger than any honest one.
    """
    size = LENGTH.unpack(_exactly(connection, LENGTH.size, until))[0]
    if size > MOST_HEADER_BYTES:
        raise Malformed("This frame's header is too long.")
    try:
        header = json.loads(_exactly(connection, size, until))
        message, sizes = header["message"], [_index(number) for number in header["blobs"]]
    except (KeyError, TypeError, ValueError, RecursionError) as problem:
        raise Malformed("This is no frame.") from problem
    if len(sizes) > MOST_ARRAYS or sum(sizes) > MOST_ARRAY_BYTES:
        raise Malformed("This frame is too large.")
    return message, [_exactly(connection, size, until) for size in sizes]


def _exactly(connection: socket.socket, size: int, until: float) -> bytes:
    arrived, here = bytearray(size), 0
    while here < size:
        if until != math.inf:
            left = until - time.monotonic()
            if left <= 0:  # else one byte now and then would keep it waiting for ever
                raise TimeoutError("It was not there in time.")
            connection.settimeout(left)
        count = connection.recv_into(memoryview(arrived)[here:])
        if not count:
            raise ConnectionResetError("The connection was closed.")
        here += count
    return bytes(arrived)


def size_of(value: object) -> int:
    """About how many bytes a plain value takes, so that one too large is not even packed."""
    if isinstance(value, (np.ndarray, np.generic)):
        return value.nbytes
    if isinstance(value, Mapping):
        return sum(size_of(item) for item in value.values())
    if isinstance(value, (tuple, list)):
        return sum(size_of(item) for item in value) + 16 * len(value)
    return sys.getsizeof(value)
