"""Which cells an answer needs, read off the names that cells make and use.

An exercise is graded in a process of its own, with these cells alone. What another cell of the submission is
up to then neither helps it nor harms it, and the lesson's pictures need not be drawn again for each learner.
"""

import ast
import functools
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from helpers.grading.submission import Cell

MOST_MAGICS = 50
"""Lines with IPython's own words in a cell: each makes IPython read all of the cell anew."""

PLAIN_MODULES = frozenset(
    {"numpy", "math", "functools", "itertools", "operator", "collections", "dataclasses", "typing", "random"}
    | {"keras", "tensorflow", "pandas", "matplotlib", "jaxtyping", "warnings", "time", "copy", "helpers"}
)
REACHING = frozenset(
    {"setattr", "delattr", "getattr", "vars", "globals", "locals", "exec", "eval", "compile", "open", "dir"}
    | {"get_ipython", "type", "super"}
)

_LINE_THAT_BINDS = re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*=", re.MULTILINE)


_MAGIC = re.compile(r"^\s*[%!?]|[!?]\s*$|=\s*[%!]", re.MULTILINE)


@dataclass(frozen=True)
class Names:
    """What a cell does with names.

    Attributes:
        made: bound by it: assigned, imported, defined.
        changed: it may change what they stand for: `cache.clear()`, `Wx[0] = 1`.
        used: read by it, functions' bodies included.
        modules: imported by it, in full: `helpers.data`.
        reaching: whether it can get at what is not its own: a module's insides, other functions' names.
    """

    made: frozenset[str] = frozenset()
    changed: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    reaching: bool = False


def needed(cells: Sequence[Cell], name: str, before: int, *, changes: bool = False) -> list[Cell]:
    """The cells that the answer `name` needs, in their order.

    Args:
        before: the place of the exercise's check: cells behind it have not run when it does.
        changes: whether cells that only change what a needed name stands for count as well, and all of the
            learner's own.
    """
    there = [cell for cell in cells if cell.place[0] < before]
    chosen = {cell for cell in there if cell.answer == name or (changes and cell.own)}
    wanted = {name}
    while True:
        for cell in chosen:
            wanted |= names_in(cell.source).used
        more = {cell for cell in there if cell not in chosen and _offers(cell, wanted, changes)}
        if not more:
            return [cell for cell in there if cell in chosen]
        chosen |= more


def _offers(cell: Cell, wanted: set[str], changes: bool) -> bool:
    names = names_in(cell.source)
    return bool(names.made & wanted) or (changes and bool(names.changed & wanted))


@functools.lru_cache(maxsize=512)
def names_in(source: str) -> Names:
    """What a cell does with names; of one that Python cannot read, what its lines look like."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # else what Python thinks of a "\d" is said to the instructor
            nodes = list(ast.walk(ast.parse(plain_python(source))))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = _LINE_THAT_BINDS.findall(source)
        return Names(made=frozenset(name for pair in found for name in pair if name))
    made, changed, used, modules, hidden = set(), set(), set(), set(), False
    for node in nodes:
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            modules |= set(_modules(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed.add(_root(node.value.func))
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            changed.add(_root(node))
        hidden = hidden or (isinstance(node, ast.Attribute) and node.attr.startswith("_"))
    foreign = {module.partition(".")[0] for module in modules} - PLAIN_MODULES
    return Names(
        frozenset(made),
        frozenset(changed - {""}),
        frozenset(used),
        frozenset(modules),
        reaching=hidden or bool(foreign) or bool(used & REACHING),
    )


def _modules(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    else:
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _root(node: ast.AST) -> str:
    """`Wx` of `Wx[0].T`."""
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def plain_python(source: str) -> str:
    """A cell with IPython's own words, `%time` and the like, in Python's; with too many of them as it is."""
    from IPython.core.inputtransformer2 import TransformerManager

    if len(_MAGIC.findall(source)) > MOST_MAGICS:
        return source
    try:
        return TransformerManager().transform_cell(source)
    except Exception:  # of whatever kind: it is for reading Python, and this is none
        return source
