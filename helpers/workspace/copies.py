"""What a learner's copy of a released notebook is: the same cells, its own kernel, and where it came from."""

import hashlib
import json
import platform
from pathlib import Path

KERNELSPEC = {"display_name": "RNN by hand", "language": "python", "name": "rnn-by-hand"}
LANGUAGE_INFO = {
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": platform.python_version(),
}
"""What the kernel will say of itself: else JupyterLab writes it in, and to look at a notebook changes it."""
ORIGIN = "rnn_by_hand"
"""The notebook's metadata that says of which release it is a copy; it goes wherever the file goes."""


class Unreadable(Exception):
    """A file is no notebook: half-written, empty, or something else."""


def copy_of(release: bytes) -> bytes:
    """What a learner gets of a released notebook.

    Raises:
        Unreadable: it is no notebook.
    """
    return _copy(_notebook(release), LANGUAGE_INFO)


def origin(notebook: bytes) -> str | None:
    """The release that a notebook was copied from, or that it is; None for what is no notebook."""
    try:
        content = _notebook(notebook)
    except Unreadable:
        return None
    said = content["metadata"].get(ORIGIN)
    return said["release"] if isinstance(said, dict) and "release" in said else _digest(content)


def is_untouched(notebook: bytes) -> bool:
    """Whether a copy is, to the byte, as it was made: nothing of its learner's is in it.

    What a kernel said of itself is not its learner's.
    """
    try:
        content = _notebook(notebook)
    except Unreadable:
        return False
    if ORIGIN not in content["metadata"] or _has_run(content):
        return False
    return _copy(content, content["metadata"].get("language_info")) == notebook


def has_run(notebook: bytes) -> bool:
    """Whether somebody has worked in a notebook; a release has no outputs."""
    try:
        return _has_run(_notebook(notebook))
    except Unreadable:
        return False


def read(path: Path) -> bytes:
    """A file's bytes; none where it cannot be read, as there is nothing in it that we know."""
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _notebook(data: bytes) -> dict:
    try:
        content = json.loads(data)
        if isinstance(content["metadata"], dict) and all(isinstance(cell, dict) for cell in content["cells"]):
            return content
    except (ValueError, TypeError, KeyError, RecursionError):
        pass
    raise Unreadable


def _has_run(content: dict) -> bool:
    return any(cell.get("outputs") or cell.get("execution_count") for cell in content["cells"])


def _copy(content: dict, language_info: object) -> bytes:
    own = {"kernelspec": KERNELSPEC, "language_info": language_info, ORIGIN: {"release": _digest(content)}}
    copy = {**content, "metadata": {**content["metadata"], **own}}
    return f"{json.dumps(copy, ensure_ascii=False, indent=1, sort_keys=True)}\n".encode()


def _digest(content: dict) -> str:
    """The same for a release and for its copies."""
    not_compared = ("kernelspec", "language_info", ORIGIN)
    metadata = {name: value for name, value in content["metadata"].items() if name not in not_compared}
    text = json.dumps({**content, "metadata": metadata}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()
