"""Run the lines of an equation, and read off the shapes of what they make."""

import ast
import functools
import inspect
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from helpers.cheat_sheet.equations import EQUATIONS, GIVEN, Equation
from helpers.cheat_sheet.layers import facts, shape_of
from helpers.cheat_sheet.letters import SIZES, say


def run(lines: str, given: Mapping[str, object]) -> dict[str, object]:
    """Run lines with NumPy's names, the functions of the sheet, and what is given; returns all names."""
    names = {**_functions(), **given}
    exec(lines, names)
    return names


@functools.cache
def _functions() -> Mapping[str, object]:
    names = dict(vars(np))
    for equation in EQUATIONS.values():
        if equation.is_function:
            exec(equation.lines, names)
    return names


def arguments(equation: Equation, names: Mapping[str, object]) -> dict[str, object]:
    """What the reference takes, by name.

    Raises:
        KeyError: it takes something that is not among `names`.
    """
    parameters = inspect.signature(equation.reference).parameters.values()
    return {each.name: names[each.name] for each in parameters if each.default is each.empty}


def with_shapes(equation: Equation) -> Iterator[tuple[str, str]]:
    """Each line of an equation, and the shapes of the arrays that it makes; nothing where it makes none."""
    shapes = _shapes(equation)
    for number, line in enumerate(equation.lines.splitlines(), start=1):
        yield line, shapes.get(number, "")


def _shapes(equation: Equation) -> dict[int, str]:
    """By number of line; nothing where the lines start from something that may have any shape."""
    names = run("", {**SIZES, **{name: np.ones(shape_of(axes)) for name, axes in GIVEN.items()}})
    cells = [cell for fact in facts(equation.layers) for cell in fact.cells]
    names["held"] = [tuple(np.ones(shape) for shape in cell.values()) for cell in cells]
    exec(f"{equation.weights} = held", names)
    try:
        starts_from = arguments(equation, names)
    except KeyError:
        return {}
    found = {}
    for statement in ast.parse(equation.lines).body:
        exec(compile(ast.Module([statement], []), equation.title, "exec"), names)
        if isinstance(statement, ast.FunctionDef):
            found[statement.end_lineno] = _say_shapes([names[statement.name](**starts_from)])
            continue
        for node in ast.walk(statement):
            if isinstance(node, (ast.Assign, ast.AugAssign)):
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                values = [names[name.id] for name in ast.walk(target) if isinstance(name, ast.Name)]
                found[node.end_lineno] = _say_shapes(values)
    return found


def _say_shapes(values: Sequence[object]) -> str:
    """`(N, M)`, `(N, M) each` or `(D, M), (M,)`; nothing where there is something else than arrays."""
    if not all(isinstance(value, np.ndarray) and value.ndim for value in values):
        return ""
    words = [say(value.shape) for value in values]
    if len(words) > 1 and len(set(words)) == 1:
        return f"{words[0]} each"
    return ", ".join(words)
