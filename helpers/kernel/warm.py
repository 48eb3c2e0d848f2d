"""The warm process: it imports what lessons import, runs no operation, and forks a kernel whenever asked.

It lives as long as somebody is connected to it. Whoever wants kernels keeps one connection open, and has one
more for each kernel: closing that ends the kernel, and the kernel's exit status comes back on it.

TensorFlow starts its threads with the first operation; until then a fork is whole.
"""

import atexit
import contextlib
import gc
import importlib
import os
import selectors
import signal
import socket
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from helpers.kernel import wire

PRELOADED = (
    # what lessons import
    *("tensorflow", "keras", "tensorflow.keras.layers", "numpy", "pandas", "jaxtyping", "jinja2"),
    *(
        "anywidget",
        "ipywidgets",
        "matplotlib.pyplot",
        "matplotlib.backends.backend_agg",
        "matplotlib.backends.backend_svg",
    ),
    # what a kernel imports while it starts
    *("ipykernel.kernelapp", "ipykernel.debugger", "tornado.platform.asyncio", "sqlite3"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.extensions.storemagic"),
)
FIRST_CALLER_SECONDS = 60


@dataclass(frozen=True)
class Kernel:
    """What somebody asks for: how a kernel is to be started."""

    arguments: list[str]
    folder: str
    environment: dict[str, str]


def main(address: str) -> None:
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(f"\0{address}")
    except OSError:  # somebody else's was quicker
        return
    listener.listen(64)
    atexit.register(_leave)  # the first to be registered is the last to be called
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    before = dict(os.environ)
    for module in PRELOADED:
        with contextlib.suppress(ImportError):  # the lesson that needs it will say so
            importlib.import_module(module)
    gc.collect()
    gc.freeze()  # else each kernel's first collection would copy all of this
    set_by_imports = {name: value for name, value in os.environ.items() if before.get(name) != value}
    asked = Warm(listener).serve()
    if asked is not None:
        become(*asked, set_by_imports)


class Warm:
    """The loop that answers, with all it keeps open."""

    def __init__(self, listener: socket.socket):
        self.listener = listener
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, self._accept)
        self.connections: set[socket.socket] = set()

    def serve(self) -> tuple[Kernel, list[int], socket.socket] | None:
        """Answer until nobody is connected; in a forked child, return what it is to become."""
        if not self.selector.select(FIRST_CALLER_SECONDS):
            return None
        self._accept()
        while self.connections:
            for key, _ in self.selector.select():
                asked = key.data()
                if asked is not None:
                    return asked
        return None

    def _accept(self) -> None:
        connection, _ = self.listener.accept()
        if not wire.is_own(connection):
            connection.close()
            return
        self.connections.add(connection)
        self.selector.register(connection, selectors.EVENT_READ, lambda: self._hear(connection))

    def _hear(self, connection: socket.socket) -> tuple[Kernel, list[int], socket.socket] | None:
        try:
            message, files = wire.receive(connection)
            kernel = Kernel(**message)
        except (OSError, TypeError, ValueError):
            self._drop(connection)
            return None
        pid = os.fork()
        if not pid:
            self._let_go(connection)
            return kernel, files, connection
        for file in files:
            os.close(file)
        ended = os.pidfd_open(pid)
        self.selector.register(ended, selectors.EVENT_READ, lambda: self._bury(pid, ended, connection))
        with contextlib.suppress(OSError):  # the asker has gone; so will the kernel
            wire.send(connection, {"pid": pid}, (ended,))
        return None

    def _bury(self, pid: int, ended: int, connection: socket.socket) -> None:
        self.selector.unregister(ended)
        os.close(ended)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if connection in self.connections:
            with contextlib.suppress(OSError):
                wire.send(connection, {"status": status})
            self._drop(connection)

    def _drop(self, connection: socket.socket) -> None:
        self.connections.discard(connection)
        self.selector.unregister(connection)
        connection.close()

    def _let_go(self, kept: socket.socket) -> None:
        """In a child: close what is the warm process's."""
        for key in list(self.selector.get_map().values()):
            if key.fileobj is not kept:
                os.close(key.fileobj) if isinstance(key.fileobj, int) else key.fileobj.close()
        self.selector.close()


def _leave() -> None:
    """Spare a kernel the two seconds in which the interpreter would take TensorFlow apart, piece by piece."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


def become(
    kernel: Kernel, files: list[int], connection: socket.socket, set_by_imports: dict[str, str]
) -> None:
    """Turn this process, a fork of the warm one, into what `python -m ipykernel_launcher` would have been."""
    os.setsid()  # interrupts go to the kernel and its children, as a group
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(kernel.folder)
    os.environ.clear()
    os.environ.update(set_by_imports | kernel.environment)
    time.tzset()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # until a cell runs, when ipykernel takes it over
    threading.Thread(target=_end_with, args=(connection,), daemon=True).start()
    _forget_the_course()
    _draw_new_seeds()
    import ipykernel_launcher
    from ipykernel.kernelapp import IPKernelApp

    sys.argv = [ipykernel_launcher.__file__, *kernel.arguments]
    # 1 stands for init: no poller of parents is started, as `_end_with` does its work
    IPKernelApp.launch_instance([*kernel.arguments, "--IPKernelApp.parent_handle=1"])
    # It has been told to end. What it would remark on messages that came too late is for nobody.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _end_with(connection: socket.socket) -> None:
    """End this kernel when whoever asked for it is gone, as a kernel ends when its parent is."""
    with contextlib.suppress(OSError):
        while connection.recv(1):
            pass
    os._exit(1)


def _forget_the_course() -> None:
    """Its own code is read anew in each kernel: it may have been edited."""
    for name in [name for name in sys.modules if name.partition(".")[0] == Path(__file__).parents[1].name]:
        del sys.modules[name]
    importlib.invalidate_caches()


def _draw_new_seeds() -> None:
    """Python's `random` draws its own after a fork; NumPy's global generator does not."""
    import numpy as np

    np.random.seed()


if __name__ == "__main__":
    del sys.path[0]  # the folder in which it was started; a kernel's own comes with its shell
    main(sys.argv[1])
