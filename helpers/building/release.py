"""What learners get, made by nbgrader from an executed notebook."""

import logging
import shutil
import tempfile
from pathlib import Path

from nbgrader.converters import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveCells
from traitlets.config import Config, PyFileConfigLoader

ROOT = Path(__file__).parents[2]


def release(executed: Path, folder: str) -> str:
    """The released form of an executed notebook, as the text of its file.

    nbgrader works in a scratch course of its own, so a build touches no instructor's gradebook.

    Args:
        executed: the `.ipynb` with outputs.
        folder: the assignment's id.

    Raises:
        NbGraderException: nbgrader refuses the notebook.
    """
    with tempfile.TemporaryDirectory() as scratch:
        config = _project_config()
        config.CourseDirectory.root = scratch
        config.GenerateAssignment.no_database = True
        config.CourseDirectory.assignment_id = folder
        course = CourseDirectory(config=config)
        source = Path(scratch, course.source_directory, folder)
        source.mkdir(parents=True)
        shutil.copy(executed, source)
        converter = GenerateAssignment(coursedir=course, config=config)
        converter.log = logging.getLogger("nbgrader")
        converter.log.setLevel(logging.ERROR)
        if SaveCells in converter.preprocessors:
            converter.preprocessors.remove(SaveCells)  # it writes to the gradebook
        converter.start()
        return Path(scratch, course.release_directory, folder, executed.name).read_text(encoding="utf-8")


def _project_config() -> Config:
    return PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
