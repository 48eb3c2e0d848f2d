"""The warm process in the sandbox: it imports what cells import, and forks a room for each submission.

A room is a process in namespaces of its own, in which nothing of the learner's ever runs. For each exercise
it forks one that does, and when that ends, or is to end, nothing of it is left.
"""

import contextlib
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
from pathlib import Path

from helpers.observing import crossing
from helpers.observing.call import LIBRARIES
from helpers.sandbox.inside import absent, cells, confine

PRELOADED = ("numpy", "pandas", "jaxtyping", "helpers")
"""What most notebooks import. What few do is not here: each fork takes the longer for it."""
WITH_KERAS = ("matplotlib.pyplot", "tensorflow", "keras", "tensorflow.keras.layers")
SCRATCH = os.environ["HOME"]
REQUEST_BYTES = 10_000


def main(connection: socket.socket, keras: bool, walls: bool) -> None:
    """Fork a room for every connection that is handed over, until nobody can hand over any more."""
    if not keras:
        absent.stand_in_for(LIBRARIES)
    shell = _shell()
    for module in (*PRELOADED, *(WITH_KERAS if keras else ())):
        with contextlib.suppress(ImportError):  # the cell that needs it will say so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()  # else each child's first collection would copy all of this
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        request, files, _, _ = socket.recv_fds(connection, REQUEST_BYTES, 1)
        if not request:
            return
        if os.fork():
            for file in files:
                os.close(file)
            continue
        connection.close()
        _become_a_room(json.loads(request), socket.socket(fileno=files[0]), shell, walls)
        os._exit(0)


def _shell() -> object:
    """IPython, for what is not Python in a cell: `%%time` above a function."""
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    class Shell(InteractiveShell):
        """One without a window and without other programs: `%matplotlib inline` and `!pip install` stand in
        many a notebook, and an answer is none the worse for them."""

        def enable_gui(self, gui: str | None = None) -> None:
            """There is nothing to enable."""

        def system(self, cmd: str) -> None:
            """No other program runs here."""

        def getoutput(self, cmd: str, split: bool = True, depth: int = 0) -> list[str] | str:
            """No other program runs here."""
            return [] if split else ""

    return Shell.instance(config=Config({"HistoryManager": {"enabled": False}}))


def _become_a_room(limits: dict[str, int], control: socket.socket, shell: object, walls: bool) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if walls:
        limits["memory"] += confine.address_space()
        confine.end_with_parent()
        confine.be_first_to_go()
        confine.enter_own_namespaces()
        if room := os.fork():  # the first process in its namespace: when it ends, all others there do
            control.close()
            os.waitpid(room, 0)
            return
        confine.end_with_parent()
        confine.be_unreadable()
    Room(limits, control, shell, walls).serve()


class Room:
    """Where one submission's exercises run, one after the other."""

    def __init__(self, limits: dict[str, int], control: socket.socket, shell: object, walls: bool):
        self.limits, self.control, self.shell, self.walls = limits, control, shell, walls
        self.selector = selectors.DefaultSelector()
        self.pid = self.ended = None
        self.scratch, self.data = False, True

    def serve(self) -> None:
        """Do what the grader asks: start an exercise with the channel that comes along, signal it, end it."""
        self.selector.register(self.control, selectors.EVENT_READ)
        self._say(0)
        while True:
            for key, _ in self.selector.select():
                if key.fileobj == self.ended:
                    self._end()
                    continue
                request, files, _, _ = socket.recv_fds(self.control, REQUEST_BYTES, 1)
                if not request:
                    self._clear()
                    return
                message = json.loads(request)
                if files:
                    self._start(message, files[0])
                elif self.pid:
                    os.kill(self.pid, message["signal"])

    def _start(self, message: dict[str, bool], channel: int) -> None:
        if self.walls:
            if not self.scratch:
                confine.mount_tmpfs(SCRATCH, f"size={self.limits['disk']},nr_inodes=10000,mode=700")
                self.scratch = True
            self._show_data(message["data"])
        os.chdir(SCRATCH)
        self.pid = os.fork()
        if not self.pid:
            self._become_an_exercise(channel)
        os.close(channel)
        self.ended = os.pidfd_open(self.pid)
        self.selector.register(self.ended, selectors.EVENT_READ)

    def _become_an_exercise(self, channel: int) -> None:
        self.control.close()
        self.selector.close()
        try:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(nowhere, number)
            if self.walls:
                confine.limit(self.limits["memory"], self.limits["disk"])
                confine.be_unreadable()
                confine.give_up_privileges()
            cells.serve(socket.socket(fileno=channel), self.shell)
        finally:
            os._exit(0)

    def _end(self) -> None:
        """Say how the exercise's process ended, and clear away what is left of it."""
        status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self.selector.unregister(self.ended)
        os.close(self.ended)
        self.pid = self.ended = None
        self._clear()
        self._say(status)

    def _say(self, status: int) -> None:
        self.control.send(json.dumps({"status": status}).encode())

    def _clear(self) -> None:
        if not self.walls:
            if self.pid:
                os.kill(self.pid, signal.SIGKILL)
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)  # all in this namespace but its first process, which this is
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if self.scratch and os.listdir(SCRATCH):
            os.chdir("/")
            confine.unmount(SCRATCH)
            self.scratch = False

    def _show_data(self, shown: bool) -> None:
        if shown and not self.data:
            confine.unmount(str(_data()))
        elif self.data and not shown:
            confine.mount_tmpfs(str(_data()), "size=4k,mode=555")
        self.data = shown


def _data() -> Path:
    return Path(crossing.__file__).parents[1] / "data"


if __name__ == "__main__":
    sys.path[:] = [place for place in sys.path if place not in ("", SCRATCH)]
    main(socket.socket(fileno=int(sys.argv[1])), "keras" in sys.argv[2:], "walls" in sys.argv[2:])
