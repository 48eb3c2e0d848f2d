"""What `course doctor` looks at: each thing the course needs, what is here, and what to do if it is not."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from helpers import install

SET_UP_AGAIN = "Run `make setup`; if that changes nothing, delete the folder .venv and run it again."
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


class Finding(NamedTuple):
    what: str
    ok: bool
    found: str
    remedy: str
    necessary: bool = True


def examine(root: Path) -> Iterator[Finding]:
    yield python_version()
    yield packages(root)
    yield tensorflow()
    yield notebooks(root)
    yield workspace(root)
    yield jupyterlab()
    yield kernel()
    yield nbgrader_extensions()
    yield disk(root)
    yield sandbox()
    yield chromium()


def python_version() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding(
        "Python 3.11–3.13",
        sys.version_info[:2] in install.VERSIONS,
        found,
        "Install Python 3.13, delete the folder .venv and run `make setup`.",
    )


def packages(root: Path) -> Finding:
    """The packages that the lock asks for on this machine, against those installed."""
    wanted = locked_versions(root / "requirements.lock")
    wrong = []
    for name, version in wanted.items():
        try:
            here = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            here = "missing"
        if here != version:
            wrong.append(f"{name} {here}, not {version}")
    found = f"all {len(wanted)} as locked"
    if wrong:
        found = "; ".join(wrong[:3]) + (f"; and {len(wrong) - 3} more" if len(wrong) > 3 else "")
    return Finding("Packages of the lock", not wrong, found, SET_UP_AGAIN)


def locked_versions(lock: Path) -> dict[str, str]:
    from packaging.requirements import Requirement

    found = {}
    for block in install.locked(str(lock)):
        requirement = Requirement(block.split("\\", 1)[0].strip())
        if requirement.marker is None or requirement.marker.evaluate():
            (pin,) = requirement.specifier
            found[requirement.name] = pin.version
    return found


def tensorflow() -> Finding:
    """In a process of its own, because a broken TensorFlow can end the process that imports it."""
    program = "import time; t = time.time(); import tensorflow as tf; print(tf.__version__, time.time() - t)"
    env = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, timeout=180, env=env
        )
        version, seconds = done.stdout.split()[-2:]
        return Finding("TensorFlow", True, f"{version}, imported in {float(seconds):.1f} s", SET_UP_AGAIN)
    except subprocess.TimeoutExpired:
        return Finding("TensorFlow", False, "no answer in 3 minutes", "Close other programs and try again.")
    except (ValueError, IndexError):
        words = done.stderr.strip().splitlines() or [f"ended with status {done.returncode}"]
        return Finding("TensorFlow", False, words[-1][:200], SET_UP_AGAIN)


def notebooks(root: Path) -> Finding:
    """Every lesson that has a solution has its notebook, and there is a page to start on."""
    lessons = {folder.name for folder in (root / "solutions").glob("[0-9]*") if folder.is_dir()} | {
        "00_start"
    }
    there = {path.parent.name for path in (root / "notebooks").glob("*/*.ipynb")}
    missing = sorted(lessons - there)
    found = f"no notebook in {', '.join(missing)}" if missing else f"{len(there)} notebooks"
    remedy = "Get the course's files again, or, as an author, run `make build`."
    return Finding("Notebooks", not missing, found, remedy)


def workspace(root: Path) -> Finding:
    """The learner's copy can be written to, and what the course keeps in it can be read."""
    import sqlite3

    from helpers.logbook import Logbook
    from helpers.workspace import PROGRESS, Workspace

    what = "Your notebooks, in work"
    place = Workspace(root)
    if not os.path.lexists(place.folder):
        return Finding(what, True, "made by the first `make lab`", "")
    if not place.folder.is_dir():
        return Finding(what, False, "a file", "Give the file work another name, and run `make lab`.")
    if not os.access(place.folder, os.W_OK):
        return Finding(what, False, "not writable", "Change who may write in the folder work.")
    try:
        tries = len(Logbook(place.own / PROGRESS).tries())
    except sqlite3.Error as error:
        remedy = (
            "Close other programs that have work/.course/progress.db open; your next check sets a damaged "
            "one aside."
        )
        return Finding(what, False, f"the record of tries: {error}", remedy, necessary=False)
    copies = len(list(place.folder.glob("[0-9]*/*.ipynb")))
    return Finding(what, True, f"{copies} notebooks, {tries} checks on record", "")


def jupyterlab() -> Finding:
    try:
        return Finding("JupyterLab", True, importlib.metadata.version("jupyterlab"), SET_UP_AGAIN)
    except importlib.metadata.PackageNotFoundError:
        return Finding("JupyterLab", False, "not installed", SET_UP_AGAIN)


def kernel() -> Finding:
    """The kernel that the notebooks in `work` ask for, and what starts it."""
    from importlib.metadata import entry_points

    what = "The kernel “RNN by hand”"
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError as error:
        return Finding(what, False, str(error), SET_UP_AGAIN)
    try:
        spec = KernelSpecManager().get_kernel_spec("rnn-by-hand")
    except NoSuchKernel:
        return Finding(what, False, "not installed", SET_UP_AGAIN)
    starter = spec.metadata["kernel_provisioner"]["provisioner_name"]
    if not entry_points(group="jupyter_client.kernel_provisioners", name=starter):
        return Finding(what, False, "nothing is there to start it", SET_UP_AGAIN)
    return Finding(what, True, "installed", SET_UP_AGAIN)


def nbgrader_extensions() -> Finding:
    """The Validate button and Formgrader need both halves: in the server, and in the page."""
    what = "nbgrader in JupyterLab"
    try:
        from jupyter_core.paths import jupyter_config_path, jupyter_path
        from jupyter_server.config_manager import BaseJSONConfigManager, recursive_update
    except ImportError as error:
        return Finding(what, False, str(error), SET_UP_AGAIN)
    config: dict = {}
    for folder in reversed(jupyter_config_path()):
        recursive_update(config, BaseJSONConfigManager(config_dir=folder).get("jupyter_server_config"))
    enabled = config.get("ServerApp", {}).get("jpserver_extensions", {})
    off = [
        name
        for name in ("formgrader", "validate_assignment")
        if not enabled.get(f"nbgrader.server_extensions.{name}")
    ]
    if not any((Path(folder) / "labextensions/@jupyter/nbgrader").is_dir() for folder in jupyter_path()):
        off.append("the page's half")
    return Finding(what, not off, f"off: {', '.join(off)}" if off else "on", SET_UP_AGAIN)


def disk(root: Path) -> Finding:
    free = shutil.disk_usage(root).free / 1e9
    return Finding(
        "1 GB of free disk", free >= 1, f"{free:.1f} GB", "Make room: notebooks may fail to be saved."
    )


def sandbox() -> Finding:
    """What this machine offers to keep learners' code apart while a class is graded."""
    what = "A sandbox, to grade a class in"
    try:
        from helpers.sandbox import bubblewrap

        bubblewrap.require()
    except ImportError as error:
        return Finding(what, False, str(error), SET_UP_AGAIN, necessary=False)
    except bubblewrap.NoSandbox as reason:
        remedy = f"Only instructors need it. {reason}"
        return Finding(what, False, "none", remedy, necessary=False)
    return Finding(what, True, "bubblewrap, with namespaces and a filter of system calls", "")


def chromium() -> Finding:
    path = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return Finding(
        "Chromium, for the browser test",
        path is not None,
        path or "not found",
        "Only authors need it: install your system's chromium package.",
        necessary=False,
    )
