"""The `course` command. What a command needs is imported inside it: `course --help` answers at once."""

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from helpers.doctor import Finding

START_PAGE = "00_start/start.ipynb"
FIRST_PORT, PORTS_TRIED = 8888, 50

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
    help="""
RNN by hand: read every shape of a recurrent network, take its weights out, compute `model.predict` yourself.

**You learn.** `course lab` opens the course in your browser, on notebooks of your own in the folder `work`,
which no update overwrites. Do a lesson from top to bottom: read, guess, run, write the function that an
exercise asks for, run the check below it. `course status` says how far you have come, `course reset LESSON`
sets a fresh copy of a lesson. If something does not work, `course doctor` says what is missing.

**You teach.** The notebooks are nbgrader assignments; the lesson's folder is the assignment's name. In this
folder: `nbgrader generate_assignment 05_forward_loop`, put what you collect in
`submitted/<learner>/05_forward_loop/`, then `course grade 5`, which takes the place of `nbgrader autograde`.
`course report 5` says what the class made of it, `nbgrader generate_feedback 05_forward_loop` what each
learner did. Formgrader is in the Nbgrader menu of `course lab`; docs/teaching.md goes the whole way.

**You write.** Edit `solutions/<lesson>/<name>.py`; `course build` runs it and makes both notebooks, with and
without answers; `course build --check` says whether any is out of step.
""",
)


def main() -> None:
    app()


@app.command()
def lab(
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Use this port; without it, the first free one from 8888 on."),
    ] = None,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open a browser, or only say the address.")
    ] = True,
    ip: Annotated[
        str,
        typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in, who still need the token."),
    ] = "localhost",
) -> None:
    """Open the course in JupyterLab, on the start page of your own copy in `work`. Ctrl-C closes it."""
    root = course_root()
    if not (root / "notebooks" / START_PAGE).is_file():
        stop(
            f"notebooks/{START_PAGE} is missing: `make build` makes the notebooks from their sources, "
            "or get the course's files again."
        )
    port = port_to_use(ip, port)
    for sentence in fill_workspace(root):
        print(sentence)
    print("Opening the course ...", flush=True)
    try:
        from jupyterlab.labapp import LabApp
    except ImportError as error:
        stop(f"JupyterLab cannot be loaded here ({error}): `make setup` installs what the course needs.")
    import secrets
    import signal

    from helpers.kernel import use_warm_kernels
    from helpers.kernel.client import prepare
    from helpers.workspace import FOLDER

    os.chdir(root)  # nbgrader reads nbgrader_config.py from the working folder
    # JupyterLab asks the network for news and updates; a file in here switches off the plugin that does.
    own_config = str(Path(__file__).parent / "jupyter")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        filter(None, [own_config, os.environ.get("JUPYTER_CONFIG_PATH")])
    )
    # A kernel inherits these: the debugger's remark on frozen modules would land in this terminal.
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    use_warm_kernels()
    prepare()  # it imports TensorFlow while the page is still loading
    # With a token of ours the server does not print its own, longer, announcement of one.
    token = os.environ.setdefault("JUPYTER_TOKEN", secrets.token_hex(16))
    options = {
        "ServerApp.ip": ip,
        "ServerApp.port": port,
        "ServerApp.port_retries": 0,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": browser,
        "ServerApp.log_level": "ERROR",
        "LabApp.log_level": "ERROR",
        "KernelManager.transport_encryption": "auto",  # else each kernel warns here that it has none
        "LabApp.default_url": f"/lab/tree/{FOLDER}/{START_PAGE}",
        "FileContentsManager.preferred_dir": FOLDER,  # nbgrader needs the course's folder as the root
        "MultiKernelManager.default_kernel_name": "rnn-by-hand",
        "LabApp.extension_manager": "readonly",
        "LabApp.workspaces_dir": root
        / ".jupyter"
        / "workspaces",  # tabs of other projects stay out of the course
        # Root has nobody to protect from itself in the containers where courses run as root.
        "ServerApp.allow_root": True,
    }
    server = LabApp.initialize_server([f"--{name}={value}" for name, value in options.items()])

    def close(signal_number: int, _frame: object) -> None:
        signal.signal(signal_number, signal.SIG_DFL)  # a second Ctrl-C does not wait for kernels to end
        print("\nClosing the course ...", flush=True)
        server.stop(from_signal=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, close)
    address = (
        server.connection_url.rstrip("/")
        + options["LabApp.default_url"]
        + (f"?token={token}" if token else "")
    )
    print(f"The course is open at\n\n    {address}\n\nTo close it, press Ctrl-C here.", flush=True)
    server.start()
    # A page that was being served keeps a thread of the server's waiting for more, and us waiting for it.
    end_at_once(0)


@app.command()
def reset(
    lesson: Annotated[str, typer.Argument(help="Its number or its name: 5, 05_forward_loop, forward_loop.")],
) -> None:
    """Set a fresh copy of a lesson in `work`; your notebook is kept beside it under a dated name."""
    from helpers.workspace import NotReset, Workspace

    try:
        print(Workspace(course_root()).reset(lesson))
    except NotReset as refused:
        stop(str(refused))


@app.command()
def status() -> None:
    """Say how far you have come: exercises, tries, mistakes met and overcome, and what to do next."""
    import sqlite3

    from helpers.logbook import terminal
    from helpers.logbook.tries import is_damage
    from helpers.workspace import Workspace

    workspace = Workspace(course_root())
    try:
        terminal.show(workspace)
    except sqlite3.Error as error:
        if is_damage(error):
            stop(
                "Your record of tries, work/.course/progress.db, is damaged: your next check sets it aside "
                "beside itself, and begins a new one."
            )
        stop(
            f"Your record of tries, work/.course/progress.db, cannot be read ({error}): close other programs "
            "that have it open and try again."
        )


@app.command()
def grade(
    lesson: Annotated[str, typer.Argument(help="Its number or its name: 5, 05_forward_loop, forward_loop.")],
    learners: Annotated[
        list[str] | None, typer.Argument(help="Only these, by their folders' names; without any, the class.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=0, help="Submissions at once; 0 is one for each core.")] = 0,
    again: Annotated[
        bool, typer.Option("--again", help="Grade also what was graded before and has not changed since.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=1, help="Stop a cell, or a call of an answer, that takes longer.")
    ] = 60,
    in_all: Annotated[
        float, typer.Option(min=1, help="Stop a submission that takes longer altogether.")
    ] = 600,
    memory: Annotated[
        float,
        typer.Option(min=0.1, help="Gigabytes that an answer may use, beyond Python and its libraries."),
    ] = 2,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox/--no-sandbox",
            help="Without it learners' code runs as you: it can read and change all that you can, see other "
            "submissions, and use the network. Verdicts are still given outside of it.",
        ),
    ] = True,
    scheduler: Annotated[
        str,
        typer.Option(
            help="Grade on a Dask cluster: tcp://host:8786. Needs `pip install 'rnn-by-hand[cluster]'`."
        ),
    ] = "",
    db: Annotated[
        str,
        typer.Option(help="Another gradebook than nbgrader's settings name: postgresql://user@host/name."),
    ] = "",
) -> None:
    """Grade a class: what lies in `submitted/<learner>/<lesson>/`, on all cores, in a sandbox.

    Grades go into nbgrader's gradebook and graded notebooks into `autograded/`, where Formgrader and
    `nbgrader generate_feedback` find them. What was graded stays so until it is handed in anew: a run that
    was stopped goes on where it was. Points and comments that you gave by hand stay.
    """
    from helpers.grading.show import grade_and_show
    from helpers.sandbox.session import Limits

    limits = Limits(seconds=seconds, seconds_in_all=max(seconds, in_all), memory=int(memory * 2**30))
    status = grade_and_show(
        root=course_root(),
        lesson=lesson,
        learners=learners or (),
        jobs=jobs,
        walls=sandbox,
        again=again,
        limits=limits,
        scheduler=scheduler,
        db_url=db,
    )
    end_at_once(status)  # Keras takes half a second to end, in which a Ctrl-C would look like a failure


@app.command()
def report(
    lesson: Annotated[str, typer.Argument(help="Its number or its name: 5, 05_forward_loop, forward_loop.")],
    names: Annotated[
        bool,
        typer.Option(
            "--names/--no-names",
            help="Without names learners are numbered in no order, comments are taken out of their answers, "
            "and no grades are written.",
        ),
    ] = True,
    to: Annotated[
        Path | None,
        typer.Option(help="The folder to write to; without it, reports/<lesson>.", show_default=False),
    ] = None,
    db: Annotated[
        str,
        typer.Option(help="Another gradebook than nbgrader's settings name: postgresql://user@host/name."),
    ] = "",
) -> None:
    """Say what a class made of a lesson: an HTML page with figures, the same as CSV, and the grades.

    How each exercise came out, which mistakes were made and by how many, and which wrong answers fit none
    that the course knows. Grades are written as nbgrader exports them, and in the columns that Canvas and
    Moodle import.
    """
    from helpers.reporting.show import report_and_show

    raise typer.Exit(report_and_show(course_root(), lesson, named=names, folder=to, db_url=db))


@app.command()
def doctor() -> None:
    """Say what the course needs, what is here, and what to do about the rest."""
    from rich.console import Console
    from rich.table import Table

    from helpers.doctor import examine

    console = Console()
    table = Table("", "What", "Found", "What to do", title="What the course needs", title_justify="left")
    findings: list[Finding] = []
    with console.status("Looking ..."):
        for finding in examine(course_root()):
            findings.append(finding)
            mark = "[green]ok[/]" if finding.ok else "[red]not[/]" if finding.necessary else "[yellow]–[/]"
            table.add_row(mark, finding.what, finding.found, "" if finding.ok else finding.remedy)
    console.print(table)
    missing = [finding for finding in findings if finding.necessary and not finding.ok]
    if missing:
        stop(f"{len(missing)} of these the course cannot do without: {', '.join(f.what for f in missing)}.")
    console.print("The course has all it needs.")


@app.command()
def build(
    lessons: Annotated[
        list[str] | None,
        typer.Argument(help="Folders in solutions/, 05_forward_loop for one; all of them if none is named."),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a notebook is out of step.")
    ] = False,
    jobs: Annotated[
        int, typer.Option(min=0, help="Notebooks to run at once; 0 is as many as this machine has room for.")
    ] = 0,
) -> None:
    """Make the notebooks, with and without answers, from `solutions/<lesson>/<name>.py`."""
    os.chdir(course_root())
    from helpers import building

    raise typer.Exit(building.build(lessons or [], check, jobs))


def fill_workspace(root: Path) -> list[str]:
    """Bring `work` up to date; what the learner should know of it, in sentences."""
    from helpers.workspace import Workspace

    workspace = Workspace(root)
    filled = workspace.fill()
    if not (workspace.folder / START_PAGE).exists():
        stop(filled.troubles[0] if filled.troubles else f"work/{START_PAGE} cannot be made.")
    return filled.sentences()


def stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise typer.Exit(1)


def end_at_once(status: int) -> NoReturn:
    """End this process, all of whose work is done, without Python's own tidying up."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def course_root() -> Path:
    """The folder of the course: the one that we are in, or where this package lies."""
    for folder in (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[1]):
        if (folder / "nbgrader_config.py").is_file() and any(
            (folder / name).is_dir() for name in ("notebooks", "solutions")
        ):
            return folder
    stop(
        "The course's folder is not here: change to the folder that holds its notebooks, and run this again."
    )


def port_to_use(ip: str, wanted: int | None) -> int:
    """The port asked for, if it is free; where none is asked for, the next free one."""
    if wanted is not None:
        trouble = trouble_with_port(ip, wanted)
        if trouble == errno.EADDRINUSE:
            stop(
                f"Port {wanted} is taken, perhaps by a JupyterLab that is still open: close that, or choose "
                "another with --port, or leave --port out and a free one is found."
            )
        if trouble == errno.EACCES:
            stop(f"Port {wanted} is kept for the system: choose one from 1024 on with --port.")
        return wanted
    for port in range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        if trouble_with_port(ip, port) is None:
            return port
    stop(
        f"All ports from {FIRST_PORT} to {FIRST_PORT + PORTS_TRIED - 1} are taken: choose another with "
        "--port."
    )


def trouble_with_port(ip: str, port: int) -> int | None:
    """Why no server can listen there (an errno), or None if one can."""
    import socket

    try:
        places = socket.getaddrinfo(ip, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror:
        stop(
            f"{ip!r} is no address of this machine: leave --ip out, or use 0.0.0.0 to let other machines in."
        )
    for family, kind, protocol, _, place in places:
        try:
            with socket.socket(family, kind, protocol) as trial:
                if os.name == "posix":  # as the server will: a port that was closed a moment ago is free
                    trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                if family == socket.AF_INET6:
                    trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                trial.bind(place)
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return error.errno
            if error.errno == errno.EADDRNOTAVAIL and len(places) == 1:
                stop(
                    f"{ip!r} is no address of this machine: leave --ip out, or use 0.0.0.0 to let other "
                    "machines in."
                )
    return None
