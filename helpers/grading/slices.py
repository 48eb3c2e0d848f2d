"""Which cells an answer needs, read off the names that cells make and use.

An exercise is graded in a process of its own, with these cells alone. What another cell of the submission is
up to then neither helps it nor harms it, and the lesson's pictures need not be drawn again for each learner.
"""

import ast
import functools
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
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

MAKING = frozenset(
    {"zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "array"}
    | {"arange", "eye", "stack", "concatenate", "copy", "list", "dict", "set"}
)
"""Functions and methods whose result nobody else holds."""
SHOWING = frozenset({"print", "display"})
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)

_LINE_THAT_BINDS = re.compile(r"^\s*(?:(?:async\s+)?def|class)\s+(\w+)|^(\w+)\s*=", re.MULTILINE)


_MAGIC = re.compile(r"^\s*[%!?]|[!?]\s*$|=\s*[%!]", re.MULTILINE)


@dataclass(frozen=True)
class Names:
    """What a cell does with names.

    Attributes:
        made: bound by it: assigned, imported, defined.
        changed: it may change what they stand for: `cache.clear()`, `Wx[0] = 1`; what a function has made
            for itself is left out: `states = []`, `states.append(h)`.
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
    private = _private(nodes)
    for node in nodes:
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            made.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
            modules |= set(_modules(node))
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            changed |= {_root(node.value.func)} - _own(node.value.func, private) - SHOWING
        elif isinstance(node, (ast.Attribute, ast.Subscript)) and not isinstance(node.ctx, ast.Load):
            changed |= {_root(node)} - _own(node, private)
        hidden = hidden or (isinstance(node, ast.Attribute) and node.attr.startswith("_"))
    foreign = {module.partition(".")[0] for module in modules} - PLAIN_MODULES
    return Names(
        frozenset(made),
        frozenset(changed - {""}),
        frozenset(used),
        frozenset(modules),
        reaching=hidden or bool(foreign) or bool(used & REACHING),
    )


def _private(nodes: Sequence[ast.AST]) -> dict[ast.AST, set[str]]:
    """For each part of a function, the names that stand for what the function itself has made."""
    private: dict[ast.AST, set[str]] = {}
    for function in nodes:
        if not isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        inside = list(ast.walk(function))
        inner = [node for node in inside[1:] if isinstance(node, SCOPES)]
        elsewhere = {node for scope in inner for node in ast.walk(scope)}  # there a name is another one
        given = [pair for node in inside if isinstance(node, ast.Assign) for pair in _assigned(node)]
        places = [place for place, value in given if isinstance(place, ast.Name) and _is_new(value)]
        places = [place for place in places if place not in elsewhere]
        added = [node.target for node in inside if isinstance(node, ast.AugAssign)]
        own = {*places, *added}
        bound = {node for node in inside if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load)}
        others = {node.id for node in bound - own}
        others |= {node.arg for node in inside if isinstance(node, ast.arg)}
        others |= {getattr(node, kind, None) for node in inside for kind in ("name", "asname", "rest")}
        others |= {n for node in inside if isinstance(node, (ast.Global, ast.Nonlocal)) for n in node.names}
        names = {place.id for place in places} - others
        for node in inside:
            private[node] = private.get(node, set()) | names
    return private


def _own(node: ast.expr, private: Mapping[ast.AST, set[str]]) -> set[str]:
    """The private names at a change, if it is of what they stand for: what a list holds may be anybody's."""
    return private.get(node, set()) if isinstance(getattr(node, "value", None), ast.Name) else set()


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    """What is assigned to what: `h, states = h_0, []` is two assignments."""
    for target in node.targets:
        parts = getattr(target, "elts", ()), getattr(node.value, "elts", ())
        one_by_one = isinstance(target, ast.Tuple) and len(parts[0]) == len(parts[1])
        yield from zip(*parts, strict=True) if one_by_one else [(target, node.value)]


def _is_new(value: ast.expr) -> bool:
    """Whether the value of an expression is one that nobody else holds."""
    if isinstance(value, ast.Call):
        function = value.func
        return getattr(function, "attr", getattr(function, "id", "")) in MAKING
    displays = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
    return isinstance(value, (*displays, ast.BinOp))


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
