"""Set the course up in `.venv`: `python3 helpers/install.py`, which `make lab` and `make test` run first.

It runs before anything is installed, and on whatever Python the machine calls `python3`: so it needs the
standard library only, keeps to the syntax of Python 3.6, and imports nothing else of the course.

Each thing that can go wrong on a learner's machine ends in one sentence that says what to do (`Stop`), and
never in a traceback. The installers' own output goes to `.venv/install.log`.
"""

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
BIN = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin")
PYTHON = os.path.join(BIN, "python.exe" if os.name == "nt" else "python")
LOCK = os.path.join(ROOT, "requirements.lock")
PROJECT = os.path.join(ROOT, "pyproject.toml")
STAMP = os.path.join(VENV, "course-installed.json")
LOG = os.path.join(VENV, "install.log")

VERSIONS = ((3, 13), (3, 12), (3, 11))
SPACE_NEEDED_GB = 3.5  # 2.3 GB stay in .venv; the rest is there while wheels are unpacked

# Asked of every Python that is tried, in one short run. `_base_executable` leads out of a virtualenv.
PROBE = """
import importlib.util, json, os, platform, sys, sysconfig
try:
    libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
except (AttributeError, ValueError, OSError):
    libc = ""
print(json.dumps({
    "executable": getattr(sys, "_base_executable", None) or sys.executable,
    "version": list(sys.version_info[:3]),
    "implementation": sys.implementation.name,
    "free_threaded": bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    "bits": 64 if sys.maxsize > 2 ** 32 else 32,
    "system": sys.platform,
    "machine": platform.machine().lower(),
    "libc": libc,
    "venv": all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")),
}))
"""


class Stop(Exception):
    """The set-up cannot go on; the message is the one sentence that the learner reads."""


def main() -> int:
    try:
        if not installed():
            install()
    except Stop as stop:
        return say_and_fail(str(stop))
    except KeyboardInterrupt:
        return say_and_fail(
            "Stopped before the end: run the same command again, and it goes on from here.", 130
        )
    except OSError as error:
        return say_and_fail(explain_os_error(error))
    return 0


def say_and_fail(sentence: str, status: int = 1) -> int:
    sys.stdout.flush()
    print("\n" + sentence, file=sys.stderr)
    return status


def installed() -> bool:
    """Whether `.venv` holds what the lock asks for, finished, and for this very folder."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            return json.load(file) == wanted() and os.path.exists(PYTHON)
    except (OSError, ValueError):
        return False


def wanted() -> "dict[str, str]":
    """What the stamp says when all is done. The folder is in it because scripts in `.venv` name it."""
    facts = {"folder": VENV}
    for path in (LOCK, PROJECT):
        try:
            with open(path, "rb") as file:
                facts[os.path.basename(path)] = hashlib.sha256(file.read()).hexdigest()
        except FileNotFoundError:
            raise Stop(
                "{} is missing, so this copy of the course is not whole: get it again, with `git checkout .` "
                "or a new download.".format(os.path.basename(path))
            ) from None
    return facts


def install() -> None:
    started = time.time()
    wanted_stamp = wanted()
    # An earlier set-up that came to its end can be brought up to date. Anything else may be half there.
    update = usable_venv()
    python = None if update else choose_python(candidates())
    check_folder()
    if not update:
        check_space()
    if os.path.exists(STAMP):
        os.remove(STAMP)
    if not update:
        say(1, "Making .venv with Python {}.{}.{}".format(*python["version"]))
        make_venv(python)
    count = len(locked())
    if update:
        say(2, "Bringing the {} packages up to date".format(count))
    else:
        say(2, "Installing {} packages, TensorFlow among them (about 500 MB, a minute or two)".format(count))
    install_packages()
    say(3, "Installing the course itself")
    run_uv(["--no-deps", "--no-build-isolation", "--editable", ROOT])
    # Kept until now so that a set-up that was cut off downloads only what it had not yet got.
    shutil.rmtree(download_cache(), ignore_errors=True)
    with open(STAMP, "w", encoding="utf-8") as file:
        json.dump(wanted_stamp, file, indent=1)
    print("The course is set up ({:.0f} s).".format(time.time() - started), flush=True)


def say(step: int, what: str) -> None:
    print("{}/3 {} ...".format(step, what), flush=True)


def usable_venv() -> bool:
    """Whether `.venv` was finished once, for this folder, and its Python still runs."""
    try:
        with open(STAMP, encoding="utf-8") as file:
            if json.load(file).get("folder") != VENV:
                return False
    except (OSError, ValueError, AttributeError):
        return False
    facts = probe(PYTHON)
    return facts is not None and fault_of(facts) is None


def candidates() -> "list[str]":
    """The Python that runs this, then every python3.13, python3.12 and python3.11 on PATH, each once."""
    found = [getattr(sys, "_base_executable", None) or sys.executable]
    for version in VERSIONS:
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            path = shutil.which("python{}.{}".format(*version), path=folder) if folder else None
            # A shell with .venv active must not build .venv out of itself.
            if path and path not in found and os.path.dirname(os.path.abspath(path)) != BIN:
                found.append(path)
    return found


def probe(python: str) -> "dict | None":
    """What `python` says of itself, or None where it does not run: a stand-in of pyenv's, say."""
    try:
        done = subprocess.run(
            [python, "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            env=clean_env(),
        )
        return json.loads(done.stdout.decode("utf-8")) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def choose_python(paths: "list[str]") -> dict:
    """Facts of the first Python in `paths` that can run the course."""
    faults = []
    for path in paths:
        facts = probe(path)
        if facts is None:
            continue
        fault = fault_of(facts)
        if fault is None:
            return facts
        faults.append(fault)
    # A Python of the right version with another fault is nearer to the mark than one of a wrong version.
    faults.sort(key=lambda fault: fault[0])
    raise Stop(faults[0][1] if faults else no_python("none was found"))


def fault_of(facts: dict) -> "tuple[int, str] | None":
    """Why this Python cannot run the course: how far it is from being right, and the sentence to say."""
    version = tuple(facts["version"][:2])
    said = ".".join(map(str, facts["version"]))
    system, machine = facts["system"], facts["machine"]
    if facts["implementation"] != "cpython":
        return 4, no_python("the one found is {}, not CPython".format(facts["implementation"]))
    if version not in VERSIONS:
        return 3, no_python("the one found is {}".format(said))
    if facts["free_threaded"]:
        return 2, no_python("the one found is the free-threaded build of {}".format(said))
    if facts["bits"] != 64:
        return 2, (
            "TensorFlow has no build for a 32-bit Python: install the 64-bit Python 3.13 if this machine is "
            "64-bit, or open the course on Binder (README.md says how)."
        )
    if system == "darwin" and machine != "arm64":
        return 2, (
            "TensorFlow has no build for Macs with an Intel processor, nor for an Intel Python on a newer "
            "Mac: on a newer Mac install Python 3.13 for Apple silicon, on an Intel Mac open the course on "
            "Binder (README.md says how)."
        )
    if system.startswith("linux") and not facts["libc"]:
        return 2, (
            "TensorFlow has no build for this Linux, which is made with musl (Alpine, for one): use a Linux "
            "with glibc, such as Debian, Ubuntu or Fedora, or their container images."
        )
    if system.startswith("linux") and numbers(facts["libc"]) < (2, 28):
        return (
            2,
            "TensorFlow needs glibc 2.28 or newer and this Linux has {}: use a newer release of it.".format(
                facts["libc"].split()[-1]
            ),
        )
    if machine not in ("x86_64", "amd64", "arm64", "aarch64") or (system == "win32" and machine == "arm64"):
        return 2, (
            "TensorFlow has no build for this machine's processor ({}): open the course on Binder "
            "(README.md says how).".format(machine)
        )
    if not facts["venv"]:
        return 1, (
            "Python {} is here, but without its venv module: install it (on Debian and Ubuntu "
            "`sudo apt install python{}.{}-venv`) and run the same command again.".format(said, *version)
        )
    return None


def numbers(text: str) -> "tuple[int, ...]":
    return tuple(int(digits) for digits in re.findall(r"\d+", text))


def no_python(found: str) -> str:
    if sys.platform == "darwin":
        how = "`brew install python@3.13`, or the installer from python.org"
    elif os.name == "nt":
        how = "the installer from python.org"
    else:
        how = (
            "`sudo apt install python3.13 python3.13-venv` or your system's like, or `uv python install 3.13`"
        )
    return (
        "This course needs Python 3.11, 3.12 or 3.13, the versions that TensorFlow is built for, and {}: "
        "install one ({}) and run the same command again.".format(found, how)
    )


def check_folder() -> None:
    folder = VENV if os.path.isdir(VENV) else ROOT
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Stop(not_writable(folder))


def not_writable(path: str) -> str:
    return (
        "You may not write to {}: copy the course to a folder of your own, or ask its owner for leave, and "
        "run the same command again.".format(path)
    )


def check_space() -> None:
    free = shutil.disk_usage(ROOT).free / 1e9
    held = size_of(VENV) / 1e9
    if free + held < SPACE_NEEDED_GB:
        raise Stop(disk_full("has {:.1f} GB free".format(free)))


def disk_full(state: str) -> str:
    return (
        "The disk of {} {}, and the course needs {} GB: make room, or move the course to another disk, and "
        "run the same command again.".format(ROOT, state, SPACE_NEEDED_GB)
    )


def size_of(folder: str) -> int:
    total = 0
    for here, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(here, name)).st_size
            except OSError:
                continue
    return total


def make_venv(python: dict) -> None:
    """A fresh `.venv`; what a set-up that was cut off had downloaded is kept."""
    os.makedirs(VENV, exist_ok=True)
    for name in os.listdir(VENV):
        path = os.path.join(VENV, name)
        if path == download_cache():
            continue
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.remove(path)
    run([python["executable"], "-m", "venv", VENV])


def download_cache() -> str:
    """uv's downloads: beside the packages, so that they are linked, not copied, and no home folder grows."""
    return os.path.join(VENV, "downloads")


def locked(lock: str = LOCK) -> "list[str]":
    """The lock's blocks, each a pinned package with its hashes."""
    with open(lock, encoding="utf-8") as file:
        return re.findall(r"^[A-Za-z0-9][^\n]*(?:\n[ \t]+[^\n]*)*", file.read(), flags=re.MULTILINE)


def install_packages() -> None:
    """uv, pinned in the lock like all else, installs in half a minute what takes pip three."""
    (uv,) = [block for block in locked() if block.startswith("uv==")]
    requirement = os.path.join(VENV, "uv.txt")
    with open(requirement, "w", encoding="utf-8") as file:
        file.write(uv + "\n")
    pip = [
        PYTHON,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--retries",
        "2",
        "--require-hashes",
    ]
    run([*pip, "--requirement", requirement])
    try:
        # Compiled now, whatever the shell says of byte-code: else every kernel would parse TensorFlow anew.
        run_uv(["--require-hashes", "--compile-bytecode", "--requirement", LOCK])
    except Stop:
        # uv does not read pip's settings: where those name a mirror or a proxy, only pip gets through.
        if not re.search(NO_NETWORK + "|" + BAD_CERTIFICATE, read_log(), flags=re.IGNORECASE):
            raise
        print(
            "    uv has no way to the network here, pip had: going on with pip, which takes longer ...",
            flush=True,
        )
        run([*pip, "--requirement", LOCK])


def run_uv(arguments: "list[str]") -> None:
    uv = os.path.join(BIN, "uv.exe" if os.name == "nt" else "uv")
    env = clean_env()
    env.setdefault("UV_CACHE_DIR", download_cache())
    run([uv, "pip", "install", "--python", PYTHON, *arguments], env)


def clean_env() -> "dict[str, str]":
    """The environment without what would send an installation elsewhere than into `.venv`."""
    elsewhere = {
        "PYTHONHOME",
        "PYTHONPATH",
        "PIP_USER",
        "PIP_TARGET",
        "PIP_PREFIX",
        "PIP_ROOT",
        "PIP_REQUIRE_VIRTUALENV",
    }
    return {name: value for name, value in os.environ.items() if name not in elsewhere}


def run(command: "list[str]", env: "dict[str, str] | None" = None) -> None:
    """Run one step with its output in the log, and stop with the sentence for what went wrong in it."""
    with open(LOG, "ab") as log:
        log.write(("\n$ " + " ".join(command) + "\n").encode("utf-8"))
        log.flush()
        start = log.tell()
        status = subprocess.call(
            command,
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=env or clean_env(),
            cwd=ROOT,
        )
    if status != 0:
        raise Stop(explain(read_log(start)))


def read_log(start: int = 0) -> str:
    with open(LOG, "rb") as file:
        file.seek(start)
        return file.read().decode("utf-8", "replace")


FULL = r"No space left on device|not enough space on the disk|os error 28|os error 122|Disk quota exceeded"
BAD_CERTIFICATE = (
    r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate|UnknownIssuer|certificate verify failed"
)
WRONG_HASH = r"DO NOT MATCH THE HASHES|Hash mismatch"
NO_NETWORK = (
    r"NewConnectionError|ConnectTimeout|ReadTimeout|Failed to establish a new connection|name resolution|"
    r"ProxyError|Cannot connect to proxy|error sending request|dns error|client error \(Connect\)|"
    r"tcp connect error|Connection refused|Connection reset|Network is unreachable|Failed to fetch|timed out|"
    r"No matching distribution found for uv"
)
NOT_WRITABLE = r"Read-only file system|Permission denied|os error 13|os error 30"
NO_BUILD = r"no wheels with a matching|is not a supported wheel|No matching distribution found|has no wheels"
NO_ENSUREPIP = r"ensurepip is not available|No module named '?(ensurepip|venv)"


def explain(log: str) -> str:
    """The sentence for a step that failed, from what it wrote."""

    def said(pattern: str) -> bool:
        return re.search(pattern, log, flags=re.IGNORECASE) is not None

    if said(FULL):
        return disk_full("is full")
    if said(BAD_CERTIFICATE):
        return (
            "The network here shows a certificate of its own that this machine's Python does not trust: ask "
            "who runs the network for its certificate file, name it in PIP_CERT and SSL_CERT_FILE, and run "
            "the same command again."
        )
    if said(WRONG_HASH):
        return (
            "A downloaded package is not the one that requirements.lock names, so nothing of it was "
            "installed: try another network, and if it happens again tell the course's authors; the log is "
            "{}.".format(LOG)
        )
    if said(NO_NETWORK):
        return (
            "The packages could not be downloaded: check the network connection (and HTTPS_PROXY, if you "
            "need a proxy), then run the same command again, and it goes on from here; the log is "
            "{}.".format(LOG)
        )
    if said(NO_ENSUREPIP):
        return (
            "This Python cannot make virtual environments: install its venv module (on Debian and Ubuntu "
            "`sudo apt install python3-venv`) and run the same command again."
        )
    if said(NOT_WRITABLE):
        return not_writable(VENV)
    if said(NO_BUILD):
        return (
            "A package of the course has no build for this machine: open the course on Binder (README.md has "
            "the link); the log is {}.".format(LOG)
        )
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    return "The set-up failed with {!r}: the log, {}, has the rest.".format(
        lines[-1] if lines else "no word", LOG
    )


def explain_os_error(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return disk_full("is full")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return not_writable(error.filename or ROOT)
    return "The set-up failed on {}: {}.".format(error.filename or ROOT, error.strerror or error)


if __name__ == "__main__":
    sys.exit(main())
