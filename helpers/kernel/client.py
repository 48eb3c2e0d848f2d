"""Asking the warm process for a kernel, and starting that process where there is none."""

import contextlib
import hashlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
import time
from collections.abc import Mapping
from pathlib import Path

from helpers.kernel import wire

PATIENCE = 60.0
"""Seconds to wait for a process that is importing TensorFlow, as an ordinary kernel would have to."""

IMPORTED_UNDER = ("HOME", "LANG", "LANGUAGE", "TZ")
IMPORTED_UNDER_PREFIXES = (
    *("CUDA_", "KERAS_", "LC_", "LD_", "MALLOC_", "MKL_", "MPL", "NPY_", "OMP_", "OPENBLAS_"),
    *("PYTHON", "TF_", "XLA_"),
)
"""Variables that are read while modules are imported: kernels that differ in them have different parents."""

_held: dict[str, socket.socket] = {}
_given_up: set[str] = set()


class ForkedKernel:
    """A kernel forked by the warm process: as much of `subprocess.Popen` as Jupyter asks for."""

    stdin = stdout = stderr = None

    def __init__(self, pid: int, ended: int, connection: socket.socket):
        self.pid = pid
        self.returncode: int | None = None
        self._ended = ended
        self._connection = connection

    def poll(self) -> int | None:
        """The exit status, or None while it runs."""
        if self.returncode is None and _readable(self._ended, 0):
            self._close()
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit status, once there is one.

        Raises:
            subprocess.TimeoutExpired: it still runs after `timeout` seconds.
        """
        if self.returncode is None:
            if not _readable(self._ended, timeout):
                raise subprocess.TimeoutExpired("a warm kernel", timeout)
            self._close()
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._ended, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _close(self) -> None:
        self.returncode = 1  # unless the warm process knows better
        with contextlib.suppress(OSError, ValueError):
            self._connection.settimeout(1)
            self.returncode = wire.receive(self._connection)[0]["status"]
        self._connection.close()
        os.close(self._ended)


def prepare() -> None:
    """Start the warm process, if there is none, and keep it for as long as this process lives.

    Returns at once; a kernel that is asked for before it is ready waits for it.
    """
    if possible():
        with contextlib.suppress(OSError):
            _hold(os.environ)


def fork_kernel(
    arguments: list[str], folder: str, environment: Mapping[str, str], files: tuple[int, int, int]
) -> ForkedKernel | None:
    """A kernel forked from the warm process, or None where there is none to be had.

    Args:
        arguments: what `python -m ipykernel_launcher` would be given.
        folder: where the kernel starts.
        environment: all its variables.
        files: its standard input, output and error.
    """
    address = _address(environment)
    if address in _given_up:
        return None
    kernel = {"arguments": arguments, "folder": folder, "environment": dict(environment)}
    for _ in range(2):  # the warm process may be about to end, or have died, just when it is asked
        connection = None
        try:
            _hold(environment)
            connection = _connect(address)
            wire.send(connection, kernel, files)
            connection.settimeout(PATIENCE)
            reply, (ended,) = wire.receive(connection)
            connection.settimeout(None)
            return ForkedKernel(reply["pid"], ended, connection)
        except (OSError, ValueError):
            if connection is not None:
                connection.close()
            with contextlib.suppress(KeyError):
                _held.pop(address).close()
    _given_up.add(address)
    return None


def possible() -> bool:
    """Whether kernels can be forked here: other systems' libraries do not bear it."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open")


def _address(environment: Mapping[str, str]) -> str:
    """The name of the socket of the warm process for kernels with this environment.

    It is in Linux's abstract namespace: it leaves no file, and only one process can have it.
    """
    packages = Path(sysconfig.get_paths()["purelib"])
    under = {
        name: value
        for name, value in environment.items()
        if name in IMPORTED_UNDER or name.startswith(IMPORTED_UNDER_PREFIXES)
    }
    facts = [sys.prefix, sys.version, packages.stat().st_mtime_ns, sorted(under.items())]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()
    return f"rnn-by-hand/{os.getuid()}/{digest[:32]}"


def _hold(environment: Mapping[str, str]) -> None:
    """Keep a connection to the warm process, started here if there is none."""
    address = _address(environment)
    if address in _held and not _readable(_held[address].fileno(), 0):
        return  # it has not closed
    try:
        _held[address] = _connect(address)
    except ConnectionRefusedError:
        warm = subprocess.Popen(
            [sys.executable, "-m", "helpers.kernel.warm", address],
            cwd="/",
            env={name: value for name, value in environment.items() if name != "JPY_PARENT_PID"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        end = time.monotonic() + PATIENCE
        while warm.poll() is None and time.monotonic() < end:
            with contextlib.suppress(ConnectionRefusedError):
                _held[address] = _connect(address)
                return
            time.sleep(0.01)
        _held[address] = _connect(address)  # another's was quicker, or it is an error


def _connect(address: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.connect(f"\0{address}")
        if not wire.is_own(connection):
            raise PermissionError("The warm process is another user's.")
    except OSError:
        connection.close()
        raise
    return connection


def _readable(file: int, seconds: float | None) -> bool:
    poll = select.poll()  # `select.select` knows no files beyond number 1,023
    poll.register(file, select.POLLIN)
    return bool(poll.poll(None if seconds is None else 1000 * seconds))
