"""The command that starts a process inside walls: bubblewrap, with what is to be seen in there.

Source: the manual page bwrap(1).
"""

import functools
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import helpers
from helpers.observing.call import LIBRARIES
from helpers.sandbox.inside import confine

PROGRAM = "bwrap"
USER = "1000"
HOME = "/sandbox"
"""Where answers may write, and where `/tmp` leads: no folder of a machine, which could hold the course."""
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts"),
)
PARTS = ("bin", "lib", "lib64", "share", "ssl", "etc/fonts", "pyvenv.cfg")
SEEN = ("__init__.py", "observing", "data", "sandbox/__init__.py", "sandbox/inside")
"""What of the course is in the sandbox: no exercise, no reference solution, nothing that judges."""


class NoSandbox(Exception):
    """This machine cannot isolate what learners hand in; says what to do, in one sentence."""


def command(keras: bool) -> list[str]:
    """bubblewrap's part of a command line; the program inside and its arguments come behind it.

    Args:
        keras: whether Keras, TensorFlow and their like are to be found in there.
    """
    return [
        PROGRAM,
        *("--unshare-user", "--uid", USER, "--gid", USER),
        *("--unshare-pid", "--unshare-ipc", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        *("--hostname", "sandbox", "--new-session", "--die-with-parent", "--clearenv"),
        *(part for item in environment().items() for part in ("--setenv", *item)),
        *_places(keras),
        *("--remount-ro", "/dev", "--remount-ro", "/", "--chdir", HOME),
    ]


def environment(home: str = HOME) -> dict[str, str]:
    """The variables of the process inside: nothing of the instructor's."""
    return {
        "PATH": os.defpath,
        "HOME": home,
        "TMPDIR": home,
        "IPYTHONDIR": f"{home}/ipython",
        "MPLCONFIGDIR": f"{home}/matplotlib",
        "MPLBACKEND": "agg",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_package().parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        # Submissions run side by side, and each has one core.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        **dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), "1"),
    }


def _places(keras: bool) -> Iterator[str]:
    yield from ("--proc", "/proc", "--dev", "/dev", "--tmpfs", HOME)
    if not any(place.is_relative_to("/tmp") for place in (_package(), *map(Path, _interpreter()))):
        yield from ("--symlink", HOME, "/tmp")
    for place in SYSTEM:
        yield from _seen(place)
    package = _package()
    if not package.parent.name.endswith("-packages") and package.is_relative_to("/usr"):
        yield from ("--tmpfs", str(package.parent))  # the course's folder, with all that was handed in
    for place in _interpreter():
        yield from _seen(place)
    if not keras:
        for place in _libraries():
            yield from ("--tmpfs", place)
    if any(package.is_relative_to(place) for place in ("/usr", *_interpreter())):
        yield from ("--tmpfs", str(package))
    for part in SEEN:
        yield from ("--ro-bind", str(package / part), str(package / part))


def _seen(place: str) -> Iterator[str]:
    if Path(place).is_symlink():
        yield from ("--symlink", str(Path(place).readlink()), place)
    elif Path(place).exists():
        yield from ("--ro-bind", place, place)


def _interpreter() -> list[str]:
    """What this Python and its packages are made of; no more of the folder that they are in, which may be
    the course's."""
    return sorted(
        str(place / part)
        for place in _prefixes()
        for part in PARTS
        if place not in (Path("/usr"), Path("/usr/local"), Path("/"))
    )


def _prefixes() -> set[Path]:
    named = {Path(sys.base_prefix), Path(sys.prefix), Path(sys.executable).resolve().parents[1]}
    return named | {place.resolve() for place in named}


def _libraries() -> list[str]:
    """Wherever one of `LIBRARIES` is, for this Python or another one."""
    return sorted(
        str(place)
        for prefix in {*_prefixes(), Path("/usr"), Path("/usr/local")}
        for library in LIBRARIES
        for place in prefix.glob(f"lib*/python3*/*-packages/{library}")
        if place.is_dir() and not place.parents[2].is_symlink()
    )


def _package() -> Path:
    return Path(helpers.__file__).resolve().parent


@functools.cache
def require() -> None:
    """Make sure that this machine can isolate a process.

    Raises:
        NoSandbox: it cannot; the sentence says why, and what to do.
    """
    if sys.platform != "linux":
        raise NoSandbox("The sandbox needs Linux: grade in a Linux machine, a container or WSL.")
    if not confine.can_filter():
        raise NoSandbox(
            "The sandbox knows the system calls of x86-64 and 64-bit ARM alone: grade on one of those."
        )
    if not shutil.which(PROGRAM):
        raise NoSandbox(
            "The sandbox needs bubblewrap, which is not installed: `apt install bubblewrap`, "
            "`dnf install bubblewrap` or `pacman -S bubblewrap`, then run this again."
        )
    probe = [sys.executable, "-c", "from helpers.sandbox.inside.confine import *; enter_own_namespaces()"]
    tried = subprocess.run([*command(keras=False), *probe], capture_output=True, text=True, check=False)
    if tried.returncode:
        said = (tried.stderr.strip().splitlines() or ["no word why"])[-1]
        raise NoSandbox(
            f"bubblewrap cannot isolate a process here ({said}). It needs user namespaces: "
            "`sysctl -w user.max_user_namespaces=10000`; on Ubuntu also "
            "`sysctl -w kernel.apparmor_restrict_unprivileged_userns=0`; in a container, run it with "
            "`--security-opt seccomp=unconfined`."
        )
