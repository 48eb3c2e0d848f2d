"""Talking to what runs in the sandbox: start it, run cells in it, observe answers in it, end it.

What comes back is data, of checked types and sizes; whatever else it is, it is not believed.
"""

import contextlib
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from helpers.lessons.exercise import Case, Exercise
from helpers.observing import Outcome, Raised, Source
from helpers.observing.call import LIBRARIES
from helpers.observing.crossing import Malformed, pack, receive, send, unpack
from helpers.sandbox import bubblewrap

SECONDS_TO_START = 120
SECONDS_TO_STOP = 2
SECONDS_TO_END = 20


@dataclass(frozen=True)
class Limits:
    """What one exercise of a submission may use.

    Attributes:
        seconds: for each cell, and for each call of its answer, of wall time.
        seconds_in_all: for all exercises of a submission.
        memory: bytes beyond what Python and its libraries take.
        disk: bytes in its scratch folder.
    """

    seconds: float = 60.0
    seconds_in_all: float = 600.0
    memory: int = 2 << 30
    disk: int = 64 << 20


USED_UP = "the time for the whole submission was used up"


class Stopped(Exception):
    """The process of an exercise is no more; `why` says it in words for learner and instructor alike.

    `by_itself` where nobody has ended it.
    """

    def __init__(self, why: str, raised: Raised | None = None, *, by_itself: bool = False):
        super().__init__(why)
        self.why = why
        self.raised = raised
        self.by_itself = by_itself


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Line = Field(max_length=2_000)
Count = Field(ge=0, le=10**9)


class _Raised(_Message):
    kind: str = Field(max_length=200)
    message: str = Line
    line: int | None = Count
    source: str = Line
    shapes: list[tuple[str, list[int] | str]] = Field(max_length=100)
    function: str = Line
    called_from: tuple[Annotated[int, Count], Annotated[str, Line]] | None
    not_written: bool

    def plain(self) -> Raised:
        shapes = tuple((n, s if isinstance(s, str) else tuple(s)) for n, s in self.shapes)
        return Raised(**{**self.model_dump(), "shapes": shapes, "called_from": self.called_from})


class _Ran(_Message):
    error: _Raised | None
    printed: str = Field(max_length=30_000)


class _Source(_Message):
    found: bool
    callable: bool
    reads: list[str] = Field(max_length=1_000)
    sizes: list[int] = Field(max_length=10_000)
    calls: list[str] = Field(max_length=1_000)
    unused: list[str] = Field(max_length=1_000)
    tensors: list[str] = Field(max_length=1_000)
    models: list[str] = Field(max_length=1_000)
    data: list[str] = Field(max_length=1_000)
    numbers: list[int] = Field(max_length=10_000)
    lengths: list[int] = Field(max_length=10_000)
    arguments: list[str] = Field(max_length=1_000)


class _Outcome(_Message):
    value: object
    error: _Raised | None
    changed: list[str] = Field(max_length=100)
    asked: Literal["", "helpers", *sorted(LIBRARIES)]
    printed: str = Field(max_length=5_000)


@dataclass(frozen=True)
class Ran:
    """What a cell did: the error it stopped with, if it did, and the beginning of what it printed."""

    error: Raised | None
    printed: str


class Warm:
    """A warm process, in the sandbox or without walls; rooms for submissions are forked from it."""

    def __init__(self, keras: bool, walls: bool = True):
        self.keras, self.walls = keras, walls
        self.connection, inside = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        words = [word for word, said in (("keras", keras), ("walls", walls)) if said]
        self.process = subprocess.Popen(
            [
                *(bubblewrap.command(keras) if walls else []),
                *(sys.executable, "-m", "helpers.sandbox.inside.serve", str(inside.fileno()), *words),
            ],
            cwd="/",
            env=bubblewrap.environment() if walls else bubblewrap.environment(tempfile.gettempdir()),
            pass_fds=[inside.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        inside.close()

    def room(self, limits: Limits) -> "Room":
        """A room for one submission.

        Raises:
            OSError: the warm process is gone.
        """
        mine, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            request = json.dumps({"memory": limits.memory, "disk": limits.disk}).encode()
            socket.send_fds(self.connection, [request], [theirs.fileno()])
        mine.settimeout(SECONDS_TO_START)  # the warm process may still be importing
        room = Room(mine, limits, self.keras)
        room.hear()
        mine.settimeout(None)
        return room

    def close(self) -> None:
        self.connection.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=SECONDS_TO_STOP)
        self.process.kill()
        self.process.wait()


class Room:
    """One submission's place in the sandbox."""

    def __init__(self, control: socket.socket, limits: Limits, keras: bool):
        self.control, self.limits, self.keras = control, limits, keras
        self.left = limits.seconds_in_all
        self.ending = False

    def __enter__(self) -> "Room":
        return self

    def __exit__(self, *_: object) -> None:
        self.control.close()

    @contextlib.contextmanager
    def exercise(self, data: bool):
        """A process for one exercise; `data` says whether the course's data are to be found in it.

        Raises:
            OSError: the room is gone.
        """
        self._see_the_last_one_off()
        mine, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self.control, [json.dumps({"data": data}).encode()], [theirs.fileno()])
        running = Running(self, mine)
        try:
            yield running
        finally:
            mine.close()
            running.end()

    def _see_the_last_one_off(self) -> None:
        """Wait until nothing is left of the exercise before."""
        if self.ending and self.ended(SECONDS_TO_END) is None:
            # What the room says later would be taken for a word on the next exercise.
            raise ConnectionResetError("The room does not end an exercise.")
        self.ending = False

    def signal(self, number: int) -> None:
        with contextlib.suppress(OSError):
            self.control.send(json.dumps({"signal": number}).encode())

    def ended(self, seconds: float) -> int | None:
        """The exit status of the exercise's process, or None while it runs.

        Raises:
            OSError: the room is gone.
        """
        poll = select.poll()
        poll.register(self.control, select.POLLIN)
        return self.hear() if poll.poll(1000 * seconds) else None

    def hear(self) -> int:
        """What the room says next: that it is ready, or how an exercise's process ended.

        Raises:
            OSError: the room is gone.
        """
        said = self.control.recv(1_000)
        if not said:
            raise ConnectionResetError("The room is gone.")
        return json.loads(said)["status"]


class Running:
    """The process of one exercise."""

    def __init__(self, room: Room, channel: socket.socket):
        self.room, self.channel = room, channel
        self.seconds = 0.0
        self.over = False

    def run(self, name: str, source: str) -> Ran:
        """Run a cell.

        Raises:
            Stopped: the process is no more.
        """
        said = self._ask(_Ran, "run", {"name": name, "source": source})[0]
        return Ran(said.error.plain() if said.error else None, said.printed)

    def source_of(self, name: str) -> Source | None:
        """What the code of an answer uses; None where there is no function of this name.

        Raises:
            Stopped: the process is no more.
        """
        said = self._ask(_Source, "source_of", name)[0]
        if not said.callable:
            return None
        facts = said.model_dump(exclude={"found", "callable"})
        return Source(**{name: tuple(values) for name, values in facts.items()})

    def observe(self, exercise: Exercise, case: Case, name: str = "") -> Outcome:
        """Call an answer on a case, and note what came out.

        Raises:
            Stopped: the process is no more.
        """
        packed, blobs = _packed(case)
        asked = {
            "name": name or exercise.name,
            **packed,
            "look": exercise.look.__name__,
            "watched": exercise.numpy_only and self.room.keras,
        }
        said, arrays = self._ask(_Outcome, "observe", asked, blobs)
        try:
            value = unpack(said.value, arrays)
        except Malformed as problem:
            raise self._broken() from problem
        if not set(said.changed) <= case.inputs.keys():
            raise self._broken()
        error = said.error.plain() if said.error else None
        return Outcome(value, error, tuple(said.changed), said.asked, said.printed)

    def end(self) -> None:
        """End the process, whatever it is at, and all that it started; the room waits until it is gone."""
        if not self.over:
            self.over = self.room.ending = True
            self.room.signal(signal.SIGKILL)

    def _ask(
        self, kind: type[_Message], what: str, content: object, blobs: list[bytes] = ()
    ) -> tuple[BaseModel, list[bytes]]:
        if self.over:
            raise Stopped("it had been stopped before")
        if self.room.left <= 0:
            self.end()
            raise Stopped(USED_UP)
        began, given = time.monotonic(), min(self.room.limits.seconds, self.room.left)
        until = began + given
        try:
            self.channel.settimeout(given)
            send(self.channel, {what: content}, blobs)
            try:
                message, arrays = receive(self.channel, until)
            except TimeoutError:
                message, arrays = self._interrupt(given)
            return kind.model_validate(message), arrays
        except TimeoutError:
            self.end()
            raise Stopped(self._too_slow(given)) from None
        except (Malformed, ValidationError) as problem:
            raise self._broken() from problem
        except (ConnectionError, BrokenPipeError) as problem:
            raise self._gone() from problem
        finally:
            took = time.monotonic() - began
            self.seconds += took
            self.room.left -= took

    def _interrupt(self, given: float) -> tuple[object, list[bytes]]:
        """Ask it to stop, as Ctrl-C does: it can then say where it was."""
        self.room.signal(signal.SIGINT)
        message, _ = receive(self.channel, time.monotonic() + SECONDS_TO_STOP)
        # It may just have come to its end, without one.
        error = message.get("error") if isinstance(message, Mapping) else None
        self.end()
        raise Stopped(self._too_slow(given), _Raised.model_validate(error).plain() if error else None)

    def _too_slow(self, given: float) -> str:
        if given < self.room.limits.seconds:
            return USED_UP
        return f"it did not end within {given:.0f} second{'' if round(given) == 1 else 's'}"

    def _broken(self) -> Stopped:
        self.end()
        return Stopped("it sent what no answer sends")

    def _gone(self) -> Stopped:
        try:
            status = self.room.ended(SECONDS_TO_STOP)
        except OSError:
            raise ConnectionResetError("The sandbox is gone.") from None
        if status is None:
            self.end()
            return Stopped("it closed its connection to the grader", by_itself=True)
        self.over = True
        if status < 0:
            return Stopped(f"it was ended by the signal {_signal(-status)}", by_itself=True)
        return Stopped(f"it ended its process (with status {status})", by_itself=True)


@functools.lru_cache(maxsize=100)
def _packed(case: Case) -> tuple[dict[str, object], list[bytes]]:
    """A case's inputs as they cross: the same for every submission."""
    blobs: list[bytes] = []
    return {name: pack(dict(getattr(case, name)), blobs) for name in ("inputs", "probe")}, blobs


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:  # most of the real-time signals have no name
        return str(number)


def supported() -> bool:
    """Whether this system has what a warm process needs, with walls or without."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")
