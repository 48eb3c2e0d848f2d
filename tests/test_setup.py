"""The set-up: what a learner reads when it cannot work, and how quick it is when there is nothing to do."""

import ast
import errno
import json
import os
import re
import shutil
import socket
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from helpers import install

ROOT = Path(install.ROOT)
GOOD = {
    "executable": "python3.13",
    "version": [3, 13, 1],
    "implementation": "cpython",
    "free_threaded": False,
    "bits": 64,
    "system": "linux",
    "machine": "x86_64",
    "libc": "glibc 2.36",
    "venv": True,
}


def one_sentence(text: str) -> bool:
    """Whether a learner has a single sentence to read, and no traceback."""
    text = text.strip()
    ends = re.findall(r"[.!?](?:\s+[A-Z]|$)", text)
    return "Traceback" not in text and "\n" not in text and len(ends) == 1


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the set-up reads, and `install` at work in it."""
    for name in ("requirements.lock", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "helpers").mkdir()
    shutil.copy(ROOT / "helpers/install.py", tmp_path / "helpers")
    venv = tmp_path / ".venv"
    moved = {
        "ROOT": tmp_path,
        "VENV": venv,
        "BIN": venv / "bin",
        "PYTHON": venv / "bin/python",
        "LOCK": tmp_path / "requirements.lock",
        "PROJECT": tmp_path / "pyproject.toml",
        "STAMP": venv / "course-installed.json",
        "LOG": venv / "install.log",
    }
    for name, path in moved.items():
        monkeypatch.setattr(install, name, str(path))
    return tmp_path


@pytest.fixture
def set_up(course: Path) -> Path:
    """The same after a set-up that came to its end, but without a package in it."""
    (course / ".venv/bin").mkdir(parents=True)
    (course / ".venv/bin/python").symlink_to(sys.executable)
    (course / ".venv/course-installed.json").write_text(json.dumps(install.wanted()))
    return course


def fake_python(folder: Path, version: str, facts: dict | None) -> Path:
    """A program called python<version> that says `facts` of itself, or fails as a pyenv shim does."""
    folder.mkdir(exist_ok=True)
    path = folder / f"python{version}"
    path.write_text("#!/bin/sh\n" + (f"echo '{json.dumps(facts)}'\n" if facts else "exit 127\n"))
    path.chmod(0o755)
    return path


def said(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"version": [3, 8, 18]}, ["3.11, 3.12 or 3.13", "the one found is 3.8.18", "install"]),
        ({"version": [3, 14, 0]}, ["3.11, 3.12 or 3.13", "the one found is 3.14.0", "install"]),
        ({"implementation": "pypy"}, ["CPython"]),
        ({"free_threaded": True}, ["free-threaded"]),
        ({"bits": 32}, ["32-bit", "Binder"]),
        ({"system": "darwin", "machine": "x86_64"}, ["Intel", "Binder"]),
        ({"libc": ""}, ["musl", "Debian"]),
        ({"libc": "glibc 2.17"}, ["glibc 2.28", "2.17"]),
        ({"machine": "riscv64"}, ["riscv64", "Binder"]),
        ({"venv": False}, ["sudo apt install python3.13-venv"]),
    ],
    ids=lambda value: "-".join(map(str, value)) if isinstance(value, dict) else None,
)
def test_a_python_that_cannot_run_the_course_is_told_in_one_sentence(
    facts: dict,
    words: list[str],
    course: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = fake_python(course / "fakes", "3.13", {**GOOD, **facts})
    monkeypatch.setattr(install, "candidates", lambda: [str(path)])
    assert install.main() == 1
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert all(word in sentence for word in words), sentence
    assert not (course / ".venv").exists()


@pytest.mark.parametrize(
    "facts",
    [
        {},
        {"version": [3, 11, 7]},
        {"system": "darwin", "machine": "arm64", "libc": ""},
        {"machine": "aarch64"},
        {"system": "win32", "machine": "amd64", "libc": ""},
    ],
    ids=str,
)
def test_a_python_that_tensorflow_is_built_for_is_taken(facts: dict) -> None:
    assert install.fault_of({**GOOD, **facts}) is None


def test_a_command_that_does_not_run_is_passed_over_for_one_that_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_python(tmp_path / "shims", "3.13", None)
    fake_python(tmp_path / "shims", "3.12", {**GOOD, "version": [3, 9, 9]})
    fake_python(tmp_path / "later", "3.12", {**GOOD, "version": [3, 12, 4]})
    monkeypatch.setenv("PATH", os.pathsep.join([str(tmp_path / "shims"), str(tmp_path / "later"), "/bin"]))
    found = [path for path in install.candidates() if str(tmp_path) in path]
    assert [Path(path).relative_to(tmp_path).parts for path in found] == [
        ("shims", "python3.13"),
        ("shims", "python3.12"),
        ("later", "python3.12"),
    ]
    assert install.choose_python(found)["version"] == [3, 12, 4]


def test_the_running_python_is_tried_first() -> None:
    assert os.path.samefile(install.candidates()[0], sys._base_executable)


def test_of_several_faults_the_one_nearest_to_working_is_told(tmp_path: Path) -> None:
    paths = [
        fake_python(tmp_path, "3.8", {**GOOD, "version": [3, 8, 0]}),
        fake_python(tmp_path, "3.12", {**GOOD, "version": [3, 12, 0], "venv": False}),
    ]
    with pytest.raises(install.Stop, match=r"python3\.12-venv"):
        install.choose_python([str(path) for path in paths])


def test_the_set_up_can_be_read_by_pythons_too_old_for_the_course() -> None:
    source = (ROOT / "helpers/install.py").read_text()
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    assert imported <= sys.stdlib_module_names
    newer = (ast.ImportFrom, ast.NamedExpr, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]


def test_too_little_disk_is_told_before_anything_is_made(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**11, 10**11 - 10**9, 10**9)
    )
    assert install.main() == 1
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert "1.0 GB free" in sentence
    assert "make room" in sentence
    assert not (course / ".venv").exists()


def test_a_disk_that_fills_up_on_the_way_is_told(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(_: dict) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(course))

    monkeypatch.setattr(install, "make_venv", full)
    assert install.main() == 1
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert "is full" in sentence


def test_a_folder_of_someone_else_is_told(
    course: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)  # the tests may run as root, who may write anywhere
    assert install.main() == 1
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert "may not write" in sentence


LOGS = {
    "check the network": [
        "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError(...)': "
        "/simple/uv/",
        "error: Request failed after 3 retries\n  cause: error sending request for url\n  cause: dns error",
        "ProxyError('Cannot connect to proxy.', TimeoutError('timed out'))",
    ],
    "is full": [
        "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device",
        "error: Failed to extract archive\n  cause: I/O operation failed\n  cause: os error 28",
    ],
    "SSL_CERT_FILE": [
        "SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]')",
        "invalid peer certificate",
    ],
    "not the one that requirements.lock names": [
        "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE FILE."
    ],
    "may not write": ["error: failed to create directory\n  cause: Permission denied (os error 13)"],
    "python3-venv": ["The virtual environment was not created because ensurepip is not available."],
    "no build for this machine": ["tensorflow==2.21.0 has no wheels with a matching platform tag"],
    "nobody foresaw": ["all went well at first\nthen came what nobody foresaw"],
}


@pytest.mark.parametrize(("words", "log"), [(words, log) for words, logs in LOGS.items() for log in logs])
def test_what_an_installer_says_becomes_one_sentence(words: str, log: str) -> None:
    sentence = install.explain(log)
    assert one_sentence(sentence), sentence
    assert words in sentence


def test_without_network_the_real_installer_ends_in_that_sentence(course: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and not listened on: every connection is refused
        nowhere = f"http://127.0.0.1:{closed.getsockname()[1]}/simple"
        env = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
        env |= {"PIP_INDEX_URL": nowhere, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
        done = subprocess.run(
            [sys.executable, "helpers/install.py"],
            cwd=course,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert done.returncode == 1
    assert one_sentence(done.stderr), done.stderr
    assert "check the network" in done.stderr
    assert str(course / ".venv/install.log") in done.stderr
    assert "1/3" in done.stdout
    assert not (course / ".venv/course-installed.json").exists()


def test_a_second_set_up_returns_at_once_and_runs_nothing(set_up: Path) -> None:
    env = {**os.environ, "PATH": ""}  # whatever it ran would not be found
    times = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "helpers/install.py"], cwd=set_up, env=env, capture_output=True, text=True
        )
        times.append(time.perf_counter() - start)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert min(times) < 0.3
    assert not (set_up / ".venv/install.log").exists()


def test_a_changed_lock_is_installed_over_what_is_there(
    set_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (set_up / ".venv/mine.txt").write_text("a package that the learner added")
    with (set_up / "requirements.lock").open("a") as lock:
        lock.write("six==1.17.0\n")
    assert not install.installed()
    ran = []
    monkeypatch.setattr(install, "run", lambda command, env=None: ran.append(" ".join(command)))
    assert install.main() == 0
    assert any("requirements.lock" in command for command in ran)
    assert not any("-m venv" in command for command in ran)
    assert (set_up / ".venv/mine.txt").exists()
    assert install.installed()


@pytest.mark.parametrize("damage", ["no stamp", "moved", "its Python is gone"])
def test_a_set_up_that_is_not_whole_is_made_anew_but_keeps_its_downloads(
    damage: str, set_up: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = set_up / ".venv/course-installed.json"
    if damage == "no stamp":
        stamp.unlink()
    elif damage == "moved":
        stamp.write_text(stamp.read_text().replace(str(set_up), "/elsewhere"))
    else:
        (set_up / ".venv/bin/python").unlink()
    (set_up / ".venv/half.txt").touch()
    (set_up / ".venv/downloads").mkdir()
    (set_up / ".venv/downloads/wheel").touch()
    assert not install.installed()

    def run(command: list[str], env: dict | None = None) -> None:
        if "venv" in command:
            assert not (set_up / ".venv/half.txt").exists()
            assert (set_up / ".venv/downloads/wheel").exists()
            raise KeyboardInterrupt

    monkeypatch.setattr(install, "run", run)
    assert install.main() == 130
    assert not stamp.exists()


def test_a_lock_that_is_missing_is_told(course: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (course / "requirements.lock").unlink()
    assert install.main() == 1
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert "requirements.lock is missing" in sentence


def test_every_declared_dependency_is_in_the_lock_at_a_version_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    declared = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    declared += project["project"]["optional-dependencies"]["cluster"]
    locked = {}
    for block in install.locked(str(ROOT / "requirements.lock")):
        name, version = re.match(r"([A-Za-z0-9._-]+)==([^\s;\\]+)", block).groups()
        locked[name] = version
        assert "--hash=sha256:" in block, name
    for line in declared:
        requirement = Requirement(line)
        assert requirement.name in locked, line
        assert locked[requirement.name] in requirement.specifier, line


def test_the_lock_names_packages_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert "://" not in lock
    assert not re.search(r"^\s*(-i|--index|--extra-index|--find-links|--trusted)", lock, flags=re.MULTILINE)


def test_conda_and_binder_install_the_same_lock() -> None:
    import yaml

    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    assert pip == ["--requirement requirements.lock"]
    (python,) = (entry for entry in environment["dependencies"] if str(entry).startswith("python="))
    assert tuple(map(int, python.partition("=")[2].split("."))) in install.VERSIONS


@pytest.mark.parametrize("script", ["postBuild", ".ci/run"])
def test_scripts_can_be_run(script: str) -> None:
    path = ROOT / script
    assert path.stat().st_mode & stat.S_IXUSR
    subprocess.run(["bash", "-n", path], check=True)


def test_make_alone_says_every_target() -> None:
    done = subprocess.run(["make", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    for target in ("lab", "grade", "test", "build", "check-build", "lock", "lint", "clean"):
        assert re.search(rf"^  {target}\s", done.stdout, flags=re.MULTILINE), target


def test_make_without_python_says_what_to_do() -> None:
    done = subprocess.run(
        ["make", "-s", "setup", "PYTHON=no-such-python"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "install Python 3.11, 3.12 or 3.13" in done.stderr


def course_command(*arguments: str, **options: object) -> subprocess.CompletedProcess[str]:
    program = "from helpers.command_line import main; main()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        **options,
    )


def test_help_answers_at_once_and_speaks_to_all_three_users() -> None:
    times = []
    for _ in range(3):
        before = os.times()
        done = course_command("--help")
        after = os.times()  # the processor's time: other tests run beside this one
        times.append(
            after.children_user + after.children_system - before.children_user - before.children_system
        )
    assert min(times) < 0.7  # 0.35 s on an idle machine
    for words in ("You learn.", "You teach.", "You write.", "lab", "doctor", "build"):
        assert words in done.stdout, words


def test_a_taken_port_is_told_and_not_replaced_when_it_was_asked_for(tmp_path: Path) -> None:
    from helpers import command_line

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert command_line.trouble_with_port("localhost", port) == errno.EADDRINUSE
        if (ROOT / "notebooks" / command_line.START_PAGE).is_file():
            done = course_command("lab", "--no-browser", "--port", str(port))
            assert done.returncode == 1
            assert one_sentence(done.stderr), done.stderr
            assert f"Port {port} is taken" in done.stderr
            assert "--port" in done.stderr


def test_without_a_wish_the_next_free_port_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from helpers import command_line

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        monkeypatch.setattr(command_line, "FIRST_PORT", taken.getsockname()[1])
        assert command_line.port_to_use("localhost", None) > taken.getsockname()[1]


def test_a_course_without_notebooks_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from helpers import command_line

    monkeypatch.setattr(command_line, "course_root", lambda: tmp_path)
    with pytest.raises(typer.Exit):
        command_line.lab()
    sentence = said(capsys)
    assert one_sentence(sentence), sentence
    assert "make build" in sentence


def test_jupyterlab_is_kept_from_asking_the_network_for_news() -> None:
    settings = json.loads((ROOT / "helpers/jupyter/labconfig/page_config.json").read_text())
    assert settings["disabledExtensions"]["@jupyterlab/apputils-extension:announcements"] is True


def test_the_doctor_finds_this_environment_as_locked() -> None:
    from helpers import doctor

    for finding in (
        doctor.python_version(),
        doctor.packages(ROOT),
        doctor.jupyterlab(),
        doctor.nbgrader_extensions(),
    ):
        assert finding.ok, finding


def test_the_doctor_names_a_package_that_is_not_as_locked(tmp_path: Path) -> None:
    from helpers import doctor

    (tmp_path / "requirements.lock").write_text("numpy==0.1 \\\n    --hash=sha256:0\nno-such-package==1\n")
    finding = doctor.packages(tmp_path)
    assert not finding.ok
    assert re.search(r"numpy \S+, not 0\.1; no-such-package missing, not 1", finding.found)
    assert "make setup" in finding.remedy


def test_the_doctor_fails_when_something_necessary_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import typer

    from helpers import command_line, doctor

    findings = [doctor.Finding("A browser", False, "none", "Get one.", necessary=False)]
    monkeypatch.setattr(doctor, "examine", lambda root: findings)
    command_line.doctor()
    assert "Get one." in capsys.readouterr().out
    findings.append(doctor.Finding("Notebooks", False, "none", "Get them."))
    with pytest.raises(typer.Exit) as ended:
        command_line.doctor()
    assert ended.value.exit_code == 1
    assert "Get them." in capsys.readouterr().out


def load_nbgrader_config(folder: Path) -> dict:
    """As Formgrader loads it: by a loader of its own, with no application behind it."""
    from traitlets.config import PyFileConfigLoader

    return PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()


def test_sources_never_reach_a_release_and_formgrader_reads_the_same_settings(tmp_path: Path) -> None:
    from nbgrader.coursedir import CourseDirectory

    shutil.copy(ROOT / "nbgrader_config.py", tmp_path)
    (tmp_path / "solutions/05_forward_loop").mkdir(parents=True)
    (tmp_path / "solutions/05_forward_loop/forward_loop.py").touch()
    directory = CourseDirectory(config=load_nbgrader_config(tmp_path))
    assert (directory.course_id, directory.source_directory, directory.release_directory) == (
        "rnn_by_hand",
        "solutions",
        "notebooks",
    )
    assert {"forward_loop.py", ".ipynb_checkpoints"} <= set(directory.ignore)
    assert "helper_of_a_learner.py" not in directory.ignore
    assert (tmp_path / "exchange").is_dir()


def test_feedback_shows_neither_the_source_nor_the_traces_of_hidden_tests() -> None:
    from nbformat.v4 import new_code_cell, new_output

    from helpers.hidden_tests import HideHiddenTests

    source = "check(forward)\n### BEGIN HIDDEN TESTS\ncheck(forward, seed=4711)\n### END HIDDEN TESTS"
    arrow, plain = (
        "\x1b[32m----> 3\x1b[39m check(forward, seed=\x1b[32m4711\x1b[39m)",
        "      1 check(forward)",
    )
    traceback = f"KeyError  Traceback\nCell In[3], line 3\n{plain}\n      2 ### BEGIN HIDDEN TESTS\n{arrow}\n"
    cell = new_code_cell(
        source,
        metadata={"nbgrader": {"grade": True, "solution": False, "schema_version": 3}},
        outputs=[new_output("error", ename="KeyError", evalue="7", traceback=[traceback, "KeyError: 7"])],
    )
    cell, _ = HideHiddenTests().preprocess_cell(cell, {}, 0)
    shown = json.dumps(cell)
    assert "4711" not in shown
    assert "HIDDEN" not in shown
    assert "a hidden test" in shown
    assert cell.source == "check(forward)"
    assert "KeyError: 7" in shown
    assert plain in cell.outputs[0].traceback[0]
