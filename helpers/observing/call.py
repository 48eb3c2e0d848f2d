"""Call an answer once: on copies, with its output caught, and with what it did beside answering noted."""

import contextlib
import copy
import gc
import io
import linecache
import re
import sys
import sysconfig
import traceback
import types
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from helpers.observing.plain import plain, same_bytes

LIBRARIES = frozenset({"keras", "tensorflow", "tf_keras", "torch", "jax", "flax"})
"""Libraries that know what a recurrent network is; an exercise in NumPy is not answered by asking them."""

MOST_PRINTED = 2_000
MOST_CAUGHT = 100_000


@dataclass(frozen=True)
class Raised:
    """An exception that left the answer.

    Attributes:
        kind: the exception's class name.
        message: its text.
        line: the number of the learner's own line that it came through, in its cell or file; None if unknown.
        source: that line.
        shapes: the arrays that the line names, and their shapes; of a number or None, what it is.
        function: the learner's function that the line stands in.
        called_from: the line of the answer itself that led there, (number, line), if in another function.
        not_written: whether it is the placeholder that a stub contains.
    """

    kind: str
    message: str
    line: int | None = None
    source: str = ""
    shapes: tuple[tuple[str, tuple[int, ...] | str], ...] = ()
    function: str = ""
    called_from: tuple[int, str] | None = None
    not_written: bool = False


@dataclass(frozen=True)
class Outcome:
    """What one call gave.

    Attributes:
        value: the answer's result in plain values; None if it raised.
        error: the exception, if it raised.
        changed: names of the arguments that the answer wrote into.
        asked: the first of `LIBRARIES` that the answer called, if any.
        printed: the beginning of what it printed.
    """

    value: object = None
    error: Raised | None = None
    changed: tuple[str, ...] = ()
    asked: str = ""
    printed: str = ""


class Interrupted(KeyboardInterrupt):
    """The learner stopped the answer; `raised` says where it was."""

    def __init__(self, raised: Raised):
        super().__init__("the answer was stopped")
        self.raised = raised


def observe(
    answer: Callable,
    inputs: Mapping[str, object],
    look: Callable[[object], object] = plain,
    watched: bool = True,
) -> Outcome:
    """Call `answer(*inputs.values())` on copies and note what came out.

    Args:
        inputs: the arguments, in order. One with a `build` method is built first: a model, say.
        look: reads plain values out of the result.
        watched: whether to note if it asks one of `LIBRARIES`, which slows one down that may.
    """
    arguments = {name: _hand_over(value) for name, value in inputs.items()}
    before = {name: _noted(value) for name, value in arguments.items()}
    printed = Head(MOST_CAUGHT)
    value, error = None, None
    asked: list[str] = []
    with _caught_output(printed):
        try:
            with _watched(asked) if watched else contextlib.nullcontext():
                result = answer(*arguments.values())
            value = look(result)
        except KeyboardInterrupt as problem:
            raise Interrupted(raised(problem)) from None
        except BaseException as problem:  # SystemExit included: an answer must not end the notebook
            error = raised(problem)
    changed = tuple(name for name in arguments if not same_bytes(_noted(arguments[name]), before[name]))
    seen = _on_a_screen(printed.getvalue())[:MOST_PRINTED]
    return Outcome(value, error, changed, asked[0] if asked else "", seen)


def _hand_over(value: object) -> object:
    build = getattr(value, "build", None)
    return build() if build else copy.deepcopy(value)


def _noted(value: object) -> object:
    """A copy of what an argument holds; of a Keras model, its weights."""
    get_weights = getattr(value, "get_weights", None)
    return plain(get_weights() if get_weights else value)


def _on_a_screen(text: str) -> str:
    """What is left to see of it, without the progress bars of a training, which write each line many times
    over, in colours."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]|\x08", "", text)
    lines = [line.rstrip("\r").rpartition("\r")[2].rstrip() for line in text.split("\n")]
    return "\n".join(line for line in lines if not re.match(r"Epoch \d+/\d+$|\s*\d+/\d+ .*━", line))


class Head(io.StringIO):
    """Keeps the first characters that are written, and forgets the rest."""

    def __init__(self, most: int):
        super().__init__()
        self.left = most

    def write(self, text: str) -> int:
        super().write(text[: self.left])
        self.left -= min(self.left, len(text))
        return len(text)


@contextlib.contextmanager
def _caught_output(printed: io.StringIO) -> Iterator[None]:
    """Catch print and warnings: nbgrader scores anything on stderr as zero."""
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def _watched(asked: list[str]) -> Iterator[None]:
    """Note which functions of `LIBRARIES` are called, whatever name they were imported under."""

    def profile(frame: types.FrameType, event: str, _argument: object) -> None:
        if event == "call" and not asked:
            library = (frame.f_globals.get("__name__") or "").partition(".")[0]
            if library in LIBRARIES and frame.f_code.co_name != "__del__":
                asked.append(library)

    previous, collects = sys.getprofile(), gc.isenabled()
    gc.disable()  # a collection would run the libraries' own clean-up code in the learner's name
    sys.setprofile(profile)
    try:
        yield
    finally:
        sys.setprofile(previous)
        if collects:
            gc.enable()


def raised(problem: BaseException) -> Raised:
    """What is to be known of an exception, read off its traceback."""
    line, source, shapes, function, theirs = None, "", (), "", False
    first, called_from = None, None
    for frame, number in traceback.walk_tb(problem.__traceback__):
        filename = frame.f_code.co_filename
        theirs = _is_the_learners(filename)
        if theirs:
            line, source = number, linecache.getline(filename, number).strip()
            shapes, function = _shapes_named_in(frame, number), frame.f_code.co_name
            first = first or (frame.f_code, (line, source[:200]))
            inside = frame.f_code is first[0] or number == first[1][0] or function in _COMPREHENSIONS
            called_from = None if inside else first[1]
    try:
        message = str(problem)
    except Exception:
        message = ""
    return Raised(
        kind=type(problem).__name__,
        message=message[:500],
        line=line,
        source=source[:200],
        shapes=shapes,
        function=function,
        called_from=called_from,
        not_written=theirs and isinstance(problem, NotImplementedError),
    )


_COMPREHENSIONS = ("<listcomp>", "<setcomp>", "<dictcomp>", "<genexpr>")
"""What Python calls the insides of a comprehension, which to a learner is no function of its own."""

_NOT_THE_LEARNERS = (
    __file__.rpartition("observing")[0],
    sysconfig.get_path("stdlib"),
    sysconfig.get_path("purelib"),
    sysconfig.get_path("platlib"),
    "<frozen",
    "<__array",
)


def _is_the_learners(filename: str) -> bool:
    # Compiled modules give the names of their sources, such as "numpy/random/_generator.pyx".
    return not filename.startswith(_NOT_THE_LEARNERS) and not filename.endswith((".pyx", ".pxd", ".pxi"))


def _shapes_named_in(frame: types.FrameType, number: int) -> tuple[tuple[str, tuple[int, ...] | str], ...]:
    """The arrays and numbers among the names that a line uses, in the order of the function's variables."""
    source = linecache.getline(frame.f_code.co_filename, number)
    words = set("".join(c if c.isalnum() or c == "_" else " " for c in source).split())
    said = []
    for name, value in frame.f_locals.items():
        if name in words and isinstance(value, np.ndarray):
            said.append((name, value.shape))
        elif name in words and isinstance(value, (float, np.generic)):
            said.append((name, "a single number"))
        elif name in words and isinstance(value, int) and not isinstance(value, bool):
            said.append((name, str(value)[:20]))
        elif name in words and value is None:
            said.append((name, "None"))
    return tuple(said)
