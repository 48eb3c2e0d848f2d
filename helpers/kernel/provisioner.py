"""The kernel provisioner that Jupyter finds by its entry point: a warm kernel, or else an ordinary one."""

import asyncio
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from helpers.kernel import client

LAUNCHER = ["-m", "ipykernel_launcher"]


class WarmProvisioner(LocalProvisioner):
    """Forks this interpreter's Python kernels from the warm process; starts all others as ever.

    Either kind is spoken to on Unix sockets in a folder that only this user may open. Of TCP ports, which are
    Jupyter's default, another program can take one in the moment between its choice and the kernel's start.
    """

    _sockets: str | None = None

    async def pre_launch(self, **kwargs: object) -> dict[str, object]:
        """Choose where the kernel listens, and prepare its start (see `LocalProvisioner.pre_launch`)."""
        manager = self.parent
        if os.name == "posix" and _chooses_ports(manager):
            self._sockets = tempfile.mkdtemp(prefix="rnn-")
            manager.transport = "ipc"
            manager.ip = f"{self._sockets}/kernel"
        if self._sockets:
            kwargs["transport_encryption"] = "disabled"  # nobody else can listen
        return await super().pre_launch(**kwargs)

    async def cleanup(self, restart: bool = False) -> None:
        """Leave nothing behind (see `LocalProvisioner.cleanup`); a restarted kernel listens where it did."""
        await super().cleanup(restart)
        if self._sockets and not restart:
            shutil.rmtree(self._sockets, ignore_errors=True)

    async def launch_kernel(self, cmd: list[str], **kwargs: object) -> KernelConnectionInfo:
        """Start a kernel with a command (see `LocalProvisioner.launch_kernel`)."""
        options = {name: value for name, value in self._scrub_kwargs(kwargs).items() if value is not None}
        if not _can_be_forked(cmd, options):
            return await super().launch_kernel(cmd, **kwargs)
        folder = os.path.abspath(options.get("cwd", Path.cwd()))  # the warm process is elsewhere
        kernel = await asyncio.to_thread(_fork, cmd[3:], folder, options)
        if kernel is None:
            self.log.debug("There is no warm process; the kernel starts in the ordinary way.")
            return await super().launch_kernel(cmd, **kwargs)
        self.process, self.pid, self.pgid, self.cwd = kernel, kernel.pid, kernel.pid, folder
        return self.connection_info

    async def wait(self) -> int | None:
        """Wait for the kernel's end, and look ten times as often as for an ordinary one: a restart waits."""
        while await self.poll() is None:
            await asyncio.sleep(0.01)
        return await super().wait()


def _chooses_ports(manager: object) -> bool:
    """Whether nobody has said where the kernel is to listen."""
    return (
        manager is not None
        and manager.transport == "tcp"
        and manager.ip == "127.0.0.1"
        and not any(manager.ports)
        and not os.path.exists(manager.connection_file)
    )


def _can_be_forked(cmd: list[str], options: dict[str, object]) -> bool:
    python = Path(cmd[0])
    return (
        client.possible()
        and cmd[1:3] == LAUNCHER
        and python.parent == Path(sys.executable).parent  # a link to another environment's is another Python
        and python.name.startswith("python")
        and options.keys() <= {"cwd", "env", "stdin", "stdout", "stderr", "independent"}
        and not options.get("independent")
        and not {subprocess.PIPE, subprocess.STDOUT} & {options.get("stdout"), options.get("stderr")}
    )


def _fork(arguments: list[str], folder: str, options: dict[str, object]) -> client.ForkedKernel | None:
    nowhere = os.open(os.devnull, os.O_RDWR)
    try:
        files = (
            nowhere,
            _file(options.get("stdout"), 1, nowhere),
            _file(options.get("stderr"), 2, nowhere),
        )
        return client.fork_kernel(arguments, folder, options.get("env", os.environ), files)
    finally:
        os.close(nowhere)


def _file(given: object, inherited: int, nowhere: int) -> int:
    """The file that `subprocess.Popen` would have understood."""
    if given is None:
        return inherited
    if given == subprocess.DEVNULL:
        return nowhere
    return given if isinstance(given, int) else given.fileno()
