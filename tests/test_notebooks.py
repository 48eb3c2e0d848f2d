"""What learners get: unsolved, every notebook runs to its end, and only its checks wait for an answer."""

import io
import re

import nbformat
import pytest
from nbgrader.validator import Validator
from traitlets.config import Config

from helpers.building.build import find_pages
from helpers.lessons import LESSONS, find_exercise

PAGES = {page.folder: page for page in find_pages()}
STUB = "raise NotImplementedError"
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.folder)
each_page = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


def graded_cells(notebook):
    """nbgrader's cells by their grade_id."""
    cells = {}
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id:
            assert grade_id not in cells, f"there are two cells called {grade_id}"
            cells[grade_id] = cell
    return cells


def read(path):
    return nbformat.read(path, as_version=4)


class Watching(Validator):
    """nbgrader's validator, which lets one see the notebook that it has run."""

    def _preprocess(self, notebook):
        self.ran = super()._preprocess(notebook)
        return self.ran


@pytest.mark.slow
@each_page
def test_an_unsolved_notebook_runs_to_its_end_and_each_check_says_that_it_waits(page):
    config = Config({"Execute": {"timeout": 300}, "KernelManager": {"transport_encryption": "auto"}})
    validator = Watching(config=config)
    validator.stream = io.StringIO()
    validator.validate_and_print(str(page.released))
    report = validator.stream.getvalue()

    lesson = next((lesson for lesson in LESSONS if lesson.folder == page.folder), None)
    exercises = lesson.exercises if lesson else ()
    failed = {}
    for cell in validator.ran.cells:
        for output in cell.get("outputs", []):
            assert output.get("name") != "stderr", f"{cell.source}\n{output.get('text')}"
            if output.output_type == "error":
                failed[cell.metadata.get("nbgrader", {}).get("grade_id") or cell.source] = output
    assert set(failed) == {f"check_{name}" for name in exercises}
    for name in exercises:
        said = f"✗ {name}: not written"
        assert failed[f"check_{name}"].traceback[0] == said
        assert said in report
        assert f"check({name})" in report
    assert ("passes all the tests" in report) == (not exercises)
    assert "Traceback" not in report
    for error in report.split("The error was:\n")[1:]:
        assert "..." not in error.partition("\n==")[0], "nbgrader cuts off long lines"


@each_lesson
def test_every_exercise_has_one_answer_cell_and_one_check_cell_worth_its_stars(lesson):
    for path in (PAGES[lesson.folder].executed, PAGES[lesson.folder].released):
        cells = graded_cells(read(path))
        order = [name for exercise in lesson.exercises for name in (exercise, f"check_{exercise}")]
        assert list(cells) == order
        for name in lesson.exercises:
            answer, check = cells[name], cells[f"check_{name}"]
            assert re.search(rf"^def {name}\(", answer.source, flags=re.MULTILINE)
            assert {
                key: answer.metadata.nbgrader[key] for key in ("solution", "grade", "locked", "task")
            } == {
                "solution": True,
                "grade": False,
                "locked": False,
                "task": False,
            }
            assert check.source.startswith(f"check({name})\n") or check.source == f"check({name})"
            assert {key: check.metadata.nbgrader[key] for key in ("solution", "grade", "locked", "task")} == {
                "solution": False,
                "grade": True,
                "locked": True,
                "task": False,
            }
            assert check.metadata.nbgrader.points == find_exercise(name).stars


@each_lesson
def test_every_check_cell_has_a_hidden_test_of_other_cases(lesson):
    cells = graded_cells(read(PAGES[lesson.folder].executed))
    for name in lesson.exercises:
        hidden = re.search(
            r"^### BEGIN HIDDEN TESTS$(.*)^### END HIDDEN TESTS$",
            cells[f"check_{name}"].source,
            flags=re.MULTILINE | re.DOTALL,
        )
        assert hidden, name
        assert re.search(rf"^check\({name}, seed=[1-9]\d*\)$", hidden[1], flags=re.MULTILINE)


@each_page
def test_a_released_notebook_holds_no_answers_no_hidden_tests_and_no_outputs(page):
    notebook = read(page.released)
    text = "\n".join(cell.source for cell in notebook.cells)
    for secret in ("BEGIN SOLUTION", "END SOLUTION", "HIDDEN", "seed=2026"):
        assert secret not in text
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        if cell.metadata.get("nbgrader", {}).get("solution"):
            assert STUB in cell.source
            source = cell.source.partition(STUB)[0]
            assert re.fullmatch(r'(#.*\n)*def .*\n( {4}""".*?"""\n)? {4}', source, flags=re.DOTALL), source


@each_page
def test_a_notebook_names_no_machine(page):
    for path in (page.executed, page.released):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"/(?:home|Users|root|tmp)/|ipykernel_\d|[A-Z]:\\\\|WARNING|0x[0-9a-f]{6}", text)
