"""`work/`: filled at every start of `course lab`, with newer releases beside what the learner has changed."""

import contextlib
import errno
import json
import os
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from helpers.workspace import copies, files

FOLDER = "work"
RELEASES = "notebooks"
OWN = ".course"
STATE = "workspace.json"
PROGRESS = "progress.db"
FULL = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))
SAVING_TAKES = 10.0
"""Seconds after which a half-written notebook is one whose saving was cut off."""


class _Stranded(Exception):
    """A notebook was moved aside and could not be moved back; the message is its name."""


class NotReset(Exception):
    """A lesson was not reset; the message is the one sentence that says why, and what to do."""


@dataclass
class Filled:
    """What filling the workspace has changed, as lessons' folders.

    Attributes:
        first: there was no workspace before.
        copied: a notebook that was not there is there now.
        refreshed: an untouched copy became one of the newer release.
        offered: a newer release lies beside what the learner has changed.
        rescued: a notebook whose saving was cut off is again as it was before.
        troubles: what could not be done, in sentences.
    """

    first: bool = False
    copied: list[str] = field(default_factory=list)
    refreshed: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    rescued: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """What a learner should know of it."""
        said = []
        if self.first:
            said.append(
                f"Your own copy of the notebooks is in the folder {FOLDER}, and stays yours: no update "
                "overwrites it."
            )
        if len(self.offered) == 1:
            stem = _stem(self.offered[0])
            said.append(
                f"{self.offered[0]} has a new release: your notebook stays as it is, and the new one lies "
                f"beside it as “{stem} (new).ipynb”."
            )
        elif self.offered:
            said.append(
                f"{_listed(self.offered)} have new releases: your notebooks stay as they are, and the new "
                "ones lie beside them with “(new)” in their names."
            )
        for lesson in self.rescued:
            said.append(
                f"The last saving of {lesson} was cut off: the notebook is again as it was before that, and "
                "what was written of the new one lies beside it with “(kept …)” in its name."
            )
        return said + self.troubles


class Workspace:
    """The learner's notebooks, and what the course remembers about them in `work/.course`."""

    def __init__(self, root: Path):
        """Take the course's folder; nothing is made before `fill`."""
        self.root = root
        self.folder = root / FOLDER
        self.own = self.folder / OWN

    def fill(self) -> Filled:
        """Copy what is not there, and offer what is newer; nothing of the learner's is changed.

        What cannot be done is said in `troubles`, and the rest is done.
        """
        filled = Filled(first=not self.folder.is_dir())
        try:
            self.own.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            filled.troubles.append(self._explain(error, self.own))
            return filled
        state = self._read_state()
        offered = dict(state or {})
        for release in self._releases():
            try:
                self._bring(release, offered, filled)
            except OSError as error:
                filled.troubles.append(self._explain(error, self._own_copy(release)))
                if error.errno in FULL:
                    break  # the others would say the same
            except (_Stranded, copies.Unreadable) as problem:
                filled.troubles.append(self._said(problem, release))
        if offered != state:
            try:
                text = json.dumps({"format": 1, "offered": offered}, indent=1, sort_keys=True)
                files.replace(self.own / STATE, text.encode())
            except OSError as error:
                filled.troubles += [] if filled.troubles else [self._explain(error, self.own / STATE)]
        filled.troubles = list(dict.fromkeys(filled.troubles))
        return filled

    def reset(self, lesson: str) -> str:
        """Set a fresh copy of a lesson's notebook, and keep the old one under a dated name.

        Args:
            lesson: its number, its folder, its name, or a path to one of these.

        Returns:
            What was done, in one sentence.

        Raises:
            NotReset: nothing was done, or nothing had to be.
        """
        release = self._release_of(lesson)
        path = self._own_copy(release)
        here = path.relative_to(self.root)
        try:
            fresh = copies.copy_of(release.read_bytes())
            self.own.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(exist_ok=True)
            if copies.is_untouched(copies.read(path)) and copies.read(path) == fresh:
                self._withdraw_offers(path)
                raise NotReset(f"{here} is as it was released: there is nothing to reset.")
            kept = _exchange(path, fresh, keep=True)
            self._withdraw_offers(path)
        except OSError as error:
            raise NotReset(self._explain(error, path)) from None
        except (_Stranded, copies.Unreadable) as problem:
            raise NotReset(self._said(problem, release)) from None
        if kept is None:
            return f"{here} is a fresh copy."
        return (
            f"{here} is a fresh copy, and the old one is kept beside it as “{kept.name}”; if it is open in "
            "JupyterLab, close its tab and open it again."
        )

    def _bring(self, release: Path, offered: dict[str, str], filled: Filled) -> None:
        path = self._own_copy(release)
        lesson = release.parent.name
        data = release.read_bytes()
        fresh = copies.copy_of(data)
        path.parent.mkdir(exist_ok=True)
        files.remove_old_drafts(path.parent)
        if not os.path.lexists(path):
            if files.create(path, fresh):
                filled.copied.append(lesson)
                self._withdraw_offers(path)
            return
        if _rescue(path):
            filled.rescued.append(lesson)
        there = copies.read(path)
        newest = copies.origin(fresh)
        if copies.origin(there) == newest or copies.has_run(data):  # that is somebody's work, no release
            return
        if copies.is_untouched(there) and not path.is_symlink():
            if _exchange(path, fresh, keep=False) is None:
                filled.refreshed.append(lesson)
            return
        if _offer(path, fresh, again=offered.get(lesson) != newest):
            filled.offered.append(lesson)
        offered[lesson] = newest

    def _withdraw_offers(self, path: Path) -> None:
        """Remove untouched newer releases beside a copy that is the newest itself."""
        for beside in files.new_names(path):
            if not os.path.lexists(beside):
                return
            if not beside.is_symlink() and copies.is_untouched(copies.read(beside)):
                kept = files.put_away(beside, files.kept_names(path))
                if kept and copies.is_untouched(copies.read(kept)):
                    files.remove(kept)
                elif kept:
                    files.move_back(kept, beside)

    def _releases(self) -> list[Path]:
        return [
            path
            for path in sorted((self.root / RELEASES).glob("[0-9]*/*.ipynb"))
            if path.stem == _stem(path.parent.name)
        ]

    def _own_copy(self, release: Path) -> Path:
        return self.folder / release.parent.name / release.name

    def _release_of(self, lesson: str) -> Path:
        releases = self._releases()
        for release in releases:
            number = release.parent.name.partition("_")[0]
            for name in (lesson, Path(lesson).name, Path(lesson).stem):
                alike = name.isdecimal() and int(name) == int(number)
                if alike or name in (release.parent.name, release.stem):
                    return release
        there_are = ", ".join(release.parent.name for release in releases)
        raise NotReset(f"There is no lesson called {lesson}: there are {there_are}.")

    def _read_state(self) -> dict[str, str] | None:
        """Which release was offered last for each lesson; without it a deleted offer comes once more."""
        try:
            offered = json.loads((self.own / STATE).read_bytes())["offered"]
            return {str(lesson): str(release) for lesson, release in offered.items()}
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return None

    def _said(self, problem: Exception, release: Path) -> str:
        path = self._own_copy(release).relative_to(self.root)
        if isinstance(problem, _Stranded):
            return f"{path} could not be written, and your notebook is now beside it as “{problem}”."
        return (
            f"{release.relative_to(self.root)} is no whole notebook, so that {path} was left as it is: if "
            "you have written in it, keep that elsewhere, and then get the course's files again."
        )

    def _explain(self, error: OSError, path: Path) -> str:
        """The sentence for what the system refused."""
        here = path.relative_to(self.root)
        if error.errno in FULL:
            return (
                f"The disk is full, so that {here} was not written: make room, and run the same command "
                "again."
            )
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            return (
                f"You may not write in {self.folder}: change who may, or move the course to a folder of your "
                "own."
            )
        for folder in (self.folder, self.own, path.parent):
            if os.path.lexists(folder) and not folder.is_dir():
                return (
                    f"{folder.relative_to(self.root)} is no folder, but notebooks belong there: give it "
                    "another name, and run the same command again."
                )
        return f"{here} was not written, as the system refused it: {error.strerror or error}."


def find_workspace(folder: Path) -> Path | None:
    """The `work/.course` of the workspace that a folder lies in; None outside of one."""
    for above in (folder, *folder.parents):
        if (above / OWN / STATE).is_file():
            return above / OWN
    return None


def _exchange(path: Path, fresh: bytes, keep: bool) -> Path | None:
    """Put a fresh copy in the place of what is there.

    Args:
        keep: what is there is moved to a dated name, unless it is untouched. Else it is thought to be
            untouched; if it proves otherwise, as its learner saves it just now, it stays.

    Returns:
        Where the old one is kept; None where there was nothing of its learner's.
    """
    with files.drafted(path, fresh) as place:
        kept = files.put_away(path, files.kept_names(path))
        if kept is None:
            place()
            return None
        untouched = not kept.is_symlink() and copies.is_untouched(copies.read(kept))
        try:
            if untouched or keep:
                place()
        except OSError:
            _move_back(kept, path)
            raise
        if untouched:
            files.remove(kept)
            return None
        if not keep:
            _move_back(kept, path)
        return kept


def _move_back(kept: Path, path: Path) -> None:
    try:
        files.move_back(kept, path)
    except OSError:
        raise _Stranded(kept.name) from None


def _offer(path: Path, fresh: bytes, again: bool) -> bool:
    """Put a newer release beside a learner's notebook; False where it is there already.

    Args:
        again: also where nothing lies beside it; else the learner has removed it.
    """
    for beside in files.new_names(path):
        if not os.path.lexists(beside):
            return again and files.create(beside, fresh)
        there = copies.read(beside)
        if copies.origin(there) == copies.origin(fresh):
            return False
        if copies.is_untouched(there) and not beside.is_symlink():
            return _exchange(beside, fresh, keep=False) is None
    return False


def _rescue(path: Path) -> bool:
    """Undo a saving that was cut off: meanwhile JupyterLab keeps the notebook as `.~forward_loop.ipynb`."""
    backup = path.with_name(f".~{path.name}")
    with contextlib.suppress(FileNotFoundError):
        if copies.origin(copies.read(path)) is None and copies.origin(copies.read(backup)) is not None:
            if time.time() - path.stat().st_mtime < SAVING_TAKES:
                return False
            kept = files.put_away(path, files.kept_names(path))
            return kept is not None and files.move_back(backup, path)
    return False


def _stem(folder: str) -> str:
    return re.sub(r"^\d+_", "", folder)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:-1]) + " and " + names[-1]
