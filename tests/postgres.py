"""A PostgreSQL server of the tests' own, for as long as they need one: on loopback, in a folder that goes."""

import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

PROGRAM = "postgres"
ROLE = "grader"
SECONDS_TO_START = 30


def programs() -> Path | None:
    """The folder of the server's programs: Debian keeps them off the PATH, one folder for each version."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which(PROGRAM)
    found += [Path(on_path).resolve().parent] if on_path else []
    return next((folder for folder in reversed(found) if (folder / PROGRAM).exists()), None)


needs_postgres = pytest.mark.skipif(
    programs() is None and not os.environ.get("CI"), reason="there is no PostgreSQL server installed here"
)


class Server:
    """A server with a data folder of its own.

    PostgreSQL does not run as root: where we do, it runs as `nobody`.

    Args:
        safe: whether what is written is on the disk before it is called written.
    """

    def __init__(self, folder: Path, safe: bool = False):
        self.folder, self.safe = folder, safe
        self.port = _free_port()
        self.user: dict[str, object] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            os.chown(folder, nobody.pw_uid, nobody.pw_gid)
            self.user = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        self._run("initdb", "-D", folder / "data", "-U", ROLE, "--auth=trust", "--no-sync", "-E", "UTF8")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": self.port,
            "unix_socket_directories": "",
            "fsync": "on" if self.safe else "off",
            "max_connections": 50,
            "shared_buffers": "32MB",
        }
        self.process = subprocess.Popen(
            [
                *(programs() / PROGRAM, "-D", self.folder / "data"),
                *(word for name, value in settings.items() for word in ("-c", f"{name}={value}")),
            ],
            cwd=self.folder,
            stderr=(self.folder / "log").open("ab"),
            **self.user,
        )
        end = time.monotonic() + SECONDS_TO_START
        while True:
            try:
                return self.connect().close()
            except psycopg.OperationalError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError((self.folder / "log").read_text()) from None
                time.sleep(0.05)

    def stop(self, how: signal.Signals = signal.SIGQUIT) -> None:
        """Stop it at once, as if the machine had lost it."""
        self.process.send_signal(how)
        self.process.wait(SECONDS_TO_START)

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=ROLE, dbname=database, autocommit=True, connect_timeout=5
        )

    def database(self, name: str) -> str:
        """A new database; its address."""
        with contextlib.closing(self.connect()) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
        return f"postgresql://{ROLE}@127.0.0.1:{self.port}/{name}"

    def hang_up(self, database: str) -> int:
        """End all connections to a database; how many."""
        with contextlib.closing(self.connect()) as connection:
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database]
            )
            return len(ended.fetchall())

    def _run(self, program: str, *arguments: object) -> None:
        done = subprocess.run(
            [programs() / program, *map(str, arguments)],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self.user,
        )
        assert done.returncode == 0, done.stderr


@contextlib.contextmanager
def running_server(safe: bool = False) -> Iterator[Server]:
    """A server, in a folder that whoever it runs as can reach, unlike pytest's own."""
    assert programs() is not None, "CI is set, and there is no PostgreSQL server: .ci/run installs it"
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    server = None
    try:
        server = Server(folder, safe)
        yield server
    finally:
        if server and server.process.poll() is None:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return trial.getsockname()[1]
