"""The one writer of grades: nbgrader's gradebook and the graded notebooks, which always belong together.

A submission is written in three steps: its files beside those they replace, its grades in one transaction,
its files into their places. Whoever is killed between two of them leaves a notebook and grades that do not
agree, which `is_graded` sees, so that the next run grades this submission again. Nothing is added to
nbgrader's tables.
"""

import errno
import itertools
import json
import os
import re
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from nbformat import NotebookNode
from nbgrader.api import (
    Assignment,
    Base,
    BaseCell,
    Comment,
    Course,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.api import Notebook as KeptNotebook
from nbgrader.converters import Autograde
from nbgrader.dbutil import ALEMBIC_DIR
from nbgrader.plugins import ExportPlugin
from nbgrader.preprocessors import AssignLatePenalties, SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from sqlalchemy import (
    Connection,
    Engine,
    NullPool,
    Row,
    create_engine,
    event,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    IntegrityError,
    NoSuchModuleError,
    OperationalError,
    ProgrammingError,
)
from sqlalchemy.orm import Session, contains_eager

from helpers.grading.autograded import (
    PART,
    SECRET,
    TIMESTAMP,
    GradedCopies,
    Staged,
    comments,
    read_graded,
    read_timestamp,
    scores,
    texts_of,
    utc,
)
from helpers.grading.course import (
    CourseError,
    autograded_folder,
    exchange_secret,
    kept_notebook,
    named_lesson,
    names_in_gradebook,
    open_course,
)
from helpers.grading.results import Graded

PATIENCE = 60.0
"""Seconds for which a gradebook may be locked or out of reach before the run gives up."""
PAUSE = 0.2
"""Seconds before a transaction is tried again; doubled each time, up to five."""

AT_ONCE = 5
"""Times that a transaction is tried which another grader's has crossed."""

T = TypeVar("T")


class GradebookError(Exception):
    """Why grades could not be written, and what to do about it, in one sentence."""


class Book:
    """nbgrader's gradebook and the folder of graded notebooks, open for one run.

    Args:
        root: the course's folder, with nbgrader_config.py in it.
        db_url: the gradebook, where it is not the one that the settings name: `postgresql://…`.
        patience: seconds to wait for a gradebook that is locked or out of reach.

    Raises:
        CourseError: `root` is no course's folder.
        GradebookError: the gradebook cannot be opened.
    """

    def __init__(self, root: Path, db_url: str = "", *, patience: float = PATIENCE):
        self.course = open_course(root, db_url)
        self._patience = patience
        self._engine = _engine(self.course.db_url, patience)
        self._copies: dict[str, GradedCopies] = {}
        self._converter = Autograde(coursedir=self.course, config=self.course.config)
        self._penalties = AssignLatePenalties(config=self.course.config)
        self._penalties.init_plugin()
        self._transact(self._make_tables)

    def __enter__(self) -> "Book":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self._engine.dispose()

    def prepare(self, lesson: str) -> GradedCopies:
        """Make sure that the gradebook has the lesson, as `nbgrader generate_assignment` leaves it there.

        No file is changed, and nothing in the gradebook where the lesson is in it already.

        Raises:
            CourseError: there is no such lesson, or nbgrader refuses its notebook.
            GradebookError: the gradebook cannot be written.
        """
        if lesson not in self._copies:
            kept = kept_notebook(self.course, lesson)
            self._transact(lambda gradebook: self._keep(gradebook, lesson, kept))
            self._copies[lesson] = GradedCopies(kept)
        return self._copies[lesson]

    def is_graded(self, learner: str, lesson: str, key: str) -> bool:
        """Whether the graded notebook holds this very key, and the gradebook just the grades of that one.

        Raises:
            CourseError: there is no such lesson, or the learner's name can be no folder's.
            GradebookError: the gradebook cannot be read.
        """
        path = self._notebook(learner, lesson)
        graded = read_graded(path)
        if graded is None or (graded.learner, graded.lesson, graded.key) != (learner, lesson, key):
            return False
        if any(entry.name.endswith(PART) for entry in os.scandir(path.parent)):
            return False
        copy = self.prepare(lesson).copy_of(graded)
        if read_timestamp(path.parent) != texts_of(copy, path.stem, graded.submitted_at)[TIMESTAMP]:
            return False
        due = (utc(graded.submitted_at), scores(copy, graded), comments(copy))
        return self._transact(lambda gradebook: _recorded(gradebook, learner, lesson, path.stem) == due)

    def write(self, graded: Graded) -> Path:
        """Write a submission's grades, all of them or none, and its graded notebook.

        What a person has added in formgrader stays: points, extra credit, comments.

        Returns:
            the graded notebook.

        Raises:
            CourseError: there is no such lesson, or the learner's name can be no folder's.
            GradebookError: it could not be written: the grades are what they were before, or, where the
                disk failed at the last moment, `is_graded` says that this has to be done again.
        """
        path = self._notebook(graded.learner, graded.lesson)
        copy = self.prepare(graded.lesson).copy_of(graded)
        secret = exchange_secret(self.course, graded.learner, graded.lesson)
        texts = {SECRET: secret} | texts_of(copy, path.stem, graded.submitted_at)
        for attempt in itertools.count(1):
            try:
                self._write(graded, copy, path.parent, texts)
                break
            except OSError as problem:
                crossed = isinstance(problem, FileNotFoundError)  # by another grader of the same submission
                if not crossed or attempt == AT_ONCE:
                    raise GradebookError(_about_files(problem, path)) from problem
        return path

    def export(self, exporter: ExportPlugin) -> None:
        """Have one of nbgrader's exporters write the grades.

        Raises:
            GradebookError: the gradebook cannot be read.
            OSError: the exporter's file cannot be written.
        """
        self._transact(exporter.export)

    def _write(
        self, graded: Graded, copy: NotebookNode, folder: Path, texts: Mapping[str, str | None]
    ) -> None:
        staged = Staged(folder, texts, mode=int(str(self._converter.permissions), 8))
        try:
            self._transact(lambda gradebook: self._record(gradebook, graded, copy))
            staged.publish()
        finally:
            staged.discard()
        if self.course.groupshared:
            self._converter.set_permissions(graded.lesson, graded.learner)

    def _notebook(self, learner: str, lesson: str) -> Path:
        return autograded_folder(self.course, learner, lesson) / f"{named_lesson(lesson).name}.ipynb"

    def _transact(self, work: Callable[["_InOneTransaction"], T]) -> T:
        """Do `work` in one transaction, again where the database was in the way.

        It may be done twice, when a connection is lost just as the database says that it is done.
        """
        pause, until = PAUSE, time.monotonic() + self._patience
        crossed = 0
        while True:
            try:
                with (
                    self._engine.connect() as connection,
                    connection.begin(),
                    _InOneTransaction(connection, self.course.course_id) as gradebook,
                ):
                    return work(gradebook)
            except (DBAPIError, InvalidEntry) as problem:
                crossed += _is_crossed(problem)
                over = time.monotonic() + pause > until or crossed == AT_ONCE
                if over or not _may_pass(problem):
                    raise GradebookError(_about_database(problem, self.course.db_url)) from problem
            time.sleep(pause)
            pause = min(2 * pause, 5.0)

    def _make_tables(self, gradebook: "_InOneTransaction") -> None:
        """Tables as nbgrader makes them, with the version that `nbgrader db upgrade` goes by."""
        connection = gradebook.db.connection()
        there = inspect(connection).get_table_names()
        if "course" not in there:
            Base.metadata.create_all(connection)
        if "alembic_version" not in there and "grade" not in there:
            version = _schema_version()
            connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)"))
            connection.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})
        gradebook.check_course(gradebook.course_id)

    def _keep(self, gradebook: "_InOneTransaction", lesson: str, kept: NotebookNode) -> None:
        names = names_in_gradebook(self.course, lesson)
        if _holds(gradebook, names, kept):
            return
        _one_at_a_time(gradebook)
        gradebook.update_or_create_assignment(lesson)
        saving = _SaveCells(gradebook, config=self.course.config)
        try:
            saving.preprocess(kept, {"nbgrader": names})
        except RuntimeError as problem:
            raise CourseError(
                f"Cells were added to {lesson} or taken from it since submissions of it were graded, and "
                "nbgrader's gradebook does not allow that: give the changed lesson another gradebook."
            ) from problem

    def _record(self, gradebook: "_InOneTransaction", graded: Graded, copy: NotebookNode) -> None:
        """Replace what the gradebook says of a submission; a person's points and comments stay."""
        learner, lesson = graded.learner, graded.lesson
        session = gradebook.db
        notebook = _submitted(session, lesson, learner)
        if notebook is None:
            _one_at_a_time(gradebook)
            notebook = _submitted(session, lesson, learner) or _new_submission(session, lesson, learner)
        submission = notebook.assignment
        submission.timestamp = utc(graded.submitted_at)
        cells = {(cell.name, cell.type): cell.id for cell in _cells(session, notebook.notebook_id)}

        grades = {grade.cell_id: grade for grade in _of(session, notebook, Grade)}
        for name, score in scores(copy, graded).items():
            cell_id = cells.get((name, "GradeCell")) or cells[name, "TaskCell"]
            grade = grades.pop(cell_id, None) or Grade(cell_id=cell_id, notebook=notebook)
            grade.auto_score = score
            grade.needs_manual_grade = score is None or grade.manual_score is not None
        for grade in grades.values():  # of a cell that the notebook has no more
            grade.auto_score = 0.0

        said = {comment.cell_id: comment for comment in _of(session, notebook, Comment)}
        for name, comment in comments(copy).items():
            cell_id = cells.get((name, "SolutionCell")) or cells[name, "TaskCell"]
            kept = said.pop(cell_id, None) or Comment(cell_id=cell_id, notebook=notebook)
            kept.auto_comment = comment
        for kept in said.values():
            kept.auto_comment = None

        session.flush()
        self._penalise(session, submission, notebook)
        session.flush()

    def _penalise(
        self, session: Session, submission: SubmittedAssignment, notebook: SubmittedNotebook
    ) -> None:
        """What nbgrader's AssignLatePenalties does, by the plugin of the settings."""
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            session.refresh(notebook, ["score"])
            penalty = self._penalties.plugin_inst.late_submission_penalty(
                submission.student_id, notebook.score, submission.total_seconds_late
            )
            if penalty is not None:
                notebook.late_submission_penalty = self._penalties._check_late_penalty(notebook, penalty)


class _InOneTransaction(Gradebook):
    """nbgrader's gradebook in somebody else's transaction: its many commits write, and that one counts."""

    def __init__(self, connection: Connection, course_id: str):
        self.engine = connection.engine
        self.db = Session(
            connection, join_transaction_mode="rollback_only", expire_on_commit=False, autoflush=False
        )
        self.course_id = course_id
        self.authenticator = None

    def close(self) -> None:
        self.db.close()


class _SaveCells(SaveCells):
    """nbgrader's own, into a gradebook that is open already."""

    def __init__(self, gradebook: Gradebook, **settings: object):
        super().__init__(**settings)
        self.gradebook = gradebook

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        self.notebook_id = resources["nbgrader"]["notebook"]
        self.assignment_id = resources["nbgrader"]["assignment"]
        self.new_grade_cells, self.new_solution_cells = {}, {}
        self.new_task_cells, self.new_source_cells = {}, {}
        for index, cell in enumerate(nb.cells):
            self.preprocess_cell(cell, resources, index)
        self._create_notebook(nb)
        return nb, resources


def _holds(gradebook: Gradebook, names: dict[str, str], kept: NotebookNode) -> bool:
    """Whether the gradebook has this notebook with just these cells."""
    try:
        notebook = gradebook.find_notebook(names["notebook"], names["assignment"])
    except MissingEntry:
        return False
    if notebook.kernelspec != json.dumps(kept.metadata.get("kernelspec", {})):
        return False
    marked = [(cell, cell.metadata.nbgrader) for cell in kept.cells if cell.metadata.get("nbgrader")]
    sources = {
        (of.grade_id, cell.cell_type, bool(is_locked(cell)), cell.source, of.get("checksum"))
        for cell, of in marked
        if is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)
    }
    points = {
        (of.grade_id, float(of.points), cell.cell_type)
        for cell, of in marked
        if is_grade(cell) or is_task(cell)
    }
    answers = {of.grade_id for cell, of in marked if is_solution(cell)}
    return (
        sources
        == {(of.name, of.cell_type, of.locked, of.source, of.checksum) for of in notebook.source_cells}
        and points
        == {(of.name, of.max_score, of.cell_type) for of in [*notebook.grade_cells, *notebook.task_cells]}
        and answers == {of.name for of in notebook.solution_cells}
    )


def _submitted(session: Session, lesson: str, learner: str) -> SubmittedNotebook | None:
    """The notebook of a submission, which is in nobody else's hands until the transaction ends."""
    return session.scalars(
        select(SubmittedNotebook)
        .join(SubmittedNotebook.assignment)
        .join(SubmittedAssignment.assignment)
        .join(SubmittedNotebook.notebook)
        .where(
            Assignment.name == lesson,
            KeptNotebook.name == named_lesson(lesson).name,
            SubmittedAssignment.student_id == learner,
        )
        .options(contains_eager(SubmittedNotebook.assignment))
        .with_for_update(of=SubmittedAssignment)
    ).one_or_none()


def _new_submission(session: Session, lesson: str, learner: str) -> SubmittedNotebook:
    """What nbgrader's `add_submission` makes, in a quarter of its time: with a blank grade or comment, or
    both, for each cell that can have one. The next flush adds it."""
    assignment = session.scalars(select(Assignment).where(Assignment.name == lesson)).one()
    if session.get(Student, learner) is None:
        session.add(Student(id=learner))
    submission = SubmittedAssignment(assignment=assignment, student_id=learner)
    session.add(submission)
    kept = select(KeptNotebook.name, KeptNotebook.id).where(KeptNotebook.assignment_id == assignment.id)
    notebooks = {}
    for name, notebook_id in session.execute(kept).all():
        notebook = notebooks[name] = SubmittedNotebook(notebook_id=notebook_id, assignment=submission)
        for cell in _cells(session, notebook_id):
            if cell.type != "SolutionCell":
                session.add(Grade(cell_id=cell.id, notebook=notebook))
            if cell.type != "GradeCell":
                session.add(Comment(cell_id=cell.id, notebook=notebook))
    return notebooks[named_lesson(lesson).name]


def _cells(session: Session, notebook_id: str) -> Sequence[Row]:
    """The cells of a notebook that can have a grade or a comment: id, name and type of each."""
    return session.execute(
        select(BaseCell.id, BaseCell.name, BaseCell.type).where(BaseCell.notebook_id == notebook_id)
    ).all()


def _one_at_a_time(gradebook: Gradebook) -> None:
    """Wait until no other grader is adding a lesson or a submission, in a database that many write to."""
    gradebook.db.execute(select(Course.id).where(Course.id == gradebook.course_id).with_for_update())


def _of(session: Session, notebook: SubmittedNotebook, kind: type[T]) -> list[T]:
    """The grades or comments of a submission, in nobody else's hands until the transaction ends."""
    if notebook in session.new:
        return notebook.grades if kind is Grade else notebook.comments
    return list(session.scalars(select(kind).where(kind.notebook_id == notebook.id).with_for_update(of=kind)))


def _recorded(gradebook: Gradebook, learner: str, lesson: str, notebook: str) -> tuple | None:
    """What the gradebook says of a submission: its timestamp, automatic scores and comments."""
    found = gradebook.db.execute(
        select(SubmittedAssignment.timestamp, SubmittedNotebook.id)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(KeptNotebook, KeptNotebook.id == SubmittedNotebook.notebook_id)
        .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
        .where(
            SubmittedAssignment.student_id == learner,
            Assignment.name == lesson,
            KeptNotebook.name == notebook,
        )
    ).first()
    if found is None:
        return None
    timestamp, submitted = found
    written = [
        dict(
            gradebook.db.execute(
                select(BaseCell.name, value)
                .join(kind, kind.cell_id == BaseCell.id)
                .where(kind.notebook_id == submitted)
            ).all()
        )
        for kind, value in ((Grade, Grade.auto_score), (Comment, Comment.auto_comment))
    ]
    return timestamp, *written


def _engine(url: str, patience: float) -> Engine:
    try:
        if make_url(url).get_backend_name() != "sqlite":
            return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
        # A file that was moved or put back meanwhile is noticed, as each transaction opens it anew.
        engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": patience})
    except (ArgumentError, NoSuchModuleError) as problem:
        raise GradebookError(f"This is no address of a gradebook: {problem}") from problem
    except ModuleNotFoundError as problem:
        raise GradebookError(
            f"This kind of gradebook needs the package {problem.name}: pip install 'rnn-by-hand[cluster]'."
        ) from problem

    # Without these, Python's driver would start a transaction at the first change, after the reading that
    # the change rests on, and another writer could come in between.
    @event.listens_for(engine, "connect")
    def _leave_transactions_to_us(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _schema_version() -> str:
    from alembic.config import Config as AlembicConfig  # only a new gradebook asks, and it takes 0.2 s
    from alembic.script import ScriptDirectory

    settings = AlembicConfig()
    settings.set_main_option("script_location", ALEMBIC_DIR.replace("%", "%%"))
    return ScriptDirectory.from_config(settings).get_current_head() or ""


def _is_crossed(problem: DBAPIError | InvalidEntry) -> bool:
    """Whether another grader has just added the same learner, or made the same table."""
    if isinstance(problem, InvalidEntry | IntegrityError):
        return True
    return isinstance(problem, ProgrammingError | OperationalError) and "already exists" in str(problem.orig)


def _may_pass(problem: DBAPIError | InvalidEntry) -> bool:
    """Whether the same transaction can succeed a moment later."""
    if _is_crossed(problem):
        return True
    if problem.connection_invalidated:
        return True
    said = str(problem.orig).lower()
    if isinstance(problem.orig, sqlite3.Error):
        return "locked" in said or "busy" in said
    lasting = re.search(r"password|authentication|does not exist|permission", said)
    return isinstance(problem, OperationalError) and not lasting


def _about_database(problem: Exception, url: str) -> str:
    where = make_url(url)
    said = " ".join(str(getattr(problem, "orig", problem)).split())
    if where.get_backend_name() != "sqlite":
        return (
            f"The gradebook at {where.render_as_string(hide_password=True)} cannot be used: {said}. "
            "What was written so far is kept; the same command goes on from there."
        )
    name = f"The gradebook {where.database}"
    if "locked" in said or "busy" in said:
        return (
            f"{name} is in use by another program, and stayed so: close what else writes to it, and give the "
            "same command again. What was written so far is kept."
        )
    if "readonly" in said or "unable to open" in said:
        return f"{name} cannot be written: who may write this file and its folder?"
    if "full" in said:
        return f"There is no room left on the disk of {name[4:]}: make some, and give the same command again."
    if "no such column" in said:
        return f"{name} is of an older nbgrader: run `nbgrader db upgrade`, and give the same command again."
    if "not a database" in said or "malformed" in said:
        return f"{name} is damaged, or is none: put its last backup in its place."
    return f"{name} cannot be used: {said}."


def _about_files(problem: OSError, path: Path) -> str:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"There is no room left on the disk for {path}: make some, and give the same command again."
    return f"{path} cannot be written: {problem.strerror or problem}."
