"""What learners hand in: notebooks made from the released ones, for the tests of grading."""

import ast
import dis
import inspect
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import CodeType

import nbformat
from nbformat import NotebookNode

from helpers.lessons import Lesson, find_exercise
from helpers.lessons.exercise import Misconception


def submit(
    released: Path, answers: Mapping[str, str], extra: str = "", *, at_top: str = "", title: str = ""
) -> NotebookNode:
    """A released notebook with answers written into it.

    Args:
        answers: sources of answer cells by the exercise's name; the others stay as they are.
        extra: the source of a cell put before the first answer.
        at_top: the source of a cell put before all others.
        title: what the learner made of the first line.
    """
    notebook = nbformat.read(released, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    if extra:
        first = next(i for i, cell in enumerate(notebook.cells) if cell.metadata.get("nbgrader"))
        notebook.cells.insert(first, nbformat.v4.new_code_cell(extra))
    if at_top:
        notebook.cells.insert(0, nbformat.v4.new_code_cell(at_top))
    if title:
        notebook.cells[0].source = title
    return notebook


def in_another_style(lesson: Lesson) -> tuple[dict[str, str], str]:
    """Right answers of a learner with habits of their own, and the cell of helpers that they added."""
    source = (Path(__file__).parent / f"{lesson.name}.py").read_text(encoding="utf-8")
    answers, extra = {}, []
    for node in ast.parse(source).body:
        text = ast.get_source_segment(source, node)
        if isinstance(node, ast.FunctionDef) and node.name in lesson.exercises:
            answers[node.name] = text
        else:
            extra.append(text)
    return answers, "\n\n\n".join(extra[1:])  # without the file's docstring


def mistaken(lesson: Lesson, which: int = 0) -> tuple[dict[str, str], dict[str, Misconception]]:
    """For every exercise one misconception of its bank, as a learner would have written it; and its entry."""
    chosen = {}
    for name in lesson.exercises:
        bank = find_exercise(name).misconceptions
        chosen[name] = bank[which % len(bank)]
    return {name: as_answer(name, wrong.answer) for name, wrong in chosen.items()}, chosen


def as_answer(name: str, function: Callable) -> str:
    """The source of a function of the bank with all it uses, under the name that the exercise asks for."""
    used = _uses(function).items()
    parts = [_source(part, called) if inspect.isfunction(part) else part for called, part in used]
    return "\n\n".join([*parts, _source(function, name)])


def _source(function: Callable, name: str = "") -> str:
    """A function as learners write them: no decorator, no annotations, no docstring that says it all."""
    definition = ast.parse(inspect.getsource(function)).body[0]
    definition.name = name or definition.name
    definition.decorator_list, definition.returns = [], None
    if ast.get_docstring(definition):
        del definition.body[0]
    for node in ast.walk(definition):
        if isinstance(node, ast.arg):
            node.annotation = None
    own = {given.__name__ for given in _given(function)}
    given = definition.args.defaults
    given[:] = [ast.Name(f"_{of.attr}") if getattr(of, "attr", "") in own else of for of in given]
    return ast.unparse(definition)


def _uses(function: Callable, found: dict | None = None) -> dict[str, object]:
    """What a function needs from its module, in the order in which it has to be defined."""
    found = {} if found is None else found
    for given in _given(function):
        _uses(given, found)
        found[f"_{given.__name__}"] = given
    for name in _names(function.__code__):
        value = function.__globals__.get(name)
        if name in found or value is None:
            continue
        if inspect.ismodule(value):
            found[name] = f"import {value.__name__} as {name}"
        elif inspect.isfunction(value) and value.__module__.startswith("helpers."):
            _uses(value, found)
            found[name] = value
        elif hasattr(value, "__module__") and value.__module__ in sys.modules:
            found[name] = f"from {value.__module__} import {name}"
        else:
            found[name] = f"{name} = {value!r}"
    return found


def _given(function: Callable) -> list[Callable]:
    """The functions of the reference that are defaults of its arguments: `step=reference.lstm_step`."""
    given = [inspect.unwrap(value) for value in function.__defaults__ or () if inspect.isfunction(value)]
    return [value for value in given if value.__module__.startswith("helpers.reference.")]


def _names(code: CodeType) -> list[str]:
    """The global names that a piece of code loads; its `co_names` hold attributes too."""
    own = [step.argval for step in dis.get_instructions(code) if step.opname == "LOAD_GLOBAL"]
    return own + [name for const in code.co_consts if inspect.iscode(const) for name in _names(const)]
