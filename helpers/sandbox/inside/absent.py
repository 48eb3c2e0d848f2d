"""What stands in for a library that is not in the sandbox: it may be imported, and named, and that is all.

Where an exercise is to be worked out in NumPy, Keras is not there to be asked. The notebook's cells still
import it, so a stand-in takes its place, which gives another for whatever is asked of it, and counts that.
Once the answer itself is being called, asking one is an error.
"""

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Sequence


class Asked(Exception):
    """The answer asks a library that this exercise does without."""


class Tally:
    """How often stand-ins were asked for something, and whether that is an error by now."""

    count = 0
    refusing = False
    library = ""

    @classmethod
    def note(cls, name: str) -> None:
        cls.count += 1
        cls.library = cls.library or name.partition(".")[0]
        if cls.refusing:
            raise Asked(f"{name} is not to be had here")


class StandIn:
    """Of something in an absent library."""

    def __init__(self, name: str, called: bool = False):
        self.__dict__.update(_name=name, _called=called)

    def __getattr__(self, name: str) -> "StandIn":
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)  # a protocol that it takes no part in
        if name == "get_weights" and not self._called:
            raise AttributeError(name)  # by that a model is told from what makes one
        return StandIn(f"{self._name}.{name}")

    def __setattr__(self, name: str, value: object) -> None:
        Tally.note(self._name)

    def __call__(self, *arguments: object, **options: object) -> "StandIn":
        Tally.note(self._name)
        return StandIn(self._name, called=True)

    def __getitem__(self, key: object) -> "StandIn":
        Tally.note(self._name)
        return StandIn(self._name)

    def __iter__(self) -> None:
        Tally.note(self._name)
        raise Asked(f"{self._name} is not to be had here")

    def __mro_entries__(self, bases: tuple[object, ...]) -> tuple[type, ...]:
        return (object,)  # a class of the learner's may be made of one

    def __repr__(self) -> str:
        return f"<{self._name} is not here>"


def _asked_by(operation: str) -> Callable:
    def ask(self: StandIn, *_: object) -> StandIn:
        Tally.note(self._name)
        if operation in NUMBERS:
            raise Asked(f"{self._name} is not to be had here")
        return StandIn(self._name)

    return ask


NUMBERS = ("__float__", "__int__", "__index__", "__len__", "__contains__", "__array__", "__format__")
OPERATIONS = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul")
COMPARISONS = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__neg__", "__abs__")
for _name in (*NUMBERS, *COMPARISONS, *(f"__{r}{name}__" for name in OPERATIONS for r in ("", "r"))):
    setattr(StandIn, _name, _asked_by(_name))
StandIn.__hash__ = object.__hash__


class StandInModule(types.ModuleType):
    """Gives a stand-in for every name."""

    def __getattr__(self, name: str) -> StandIn:
        if name.startswith("__"):
            raise AttributeError(name)
        return StandIn(f"{self.__name__}.{name}")


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the absent libraries, and all modules in them."""

    def __init__(self, libraries: Sequence[str]):
        self.libraries = frozenset(libraries)

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.partition(".")[0] in self.libraries:
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> StandInModule:
        return StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing in it."""


def stand_in_for(libraries: Sequence[str]) -> None:
    """From now on, imports of these libraries give stand-ins."""
    sys.meta_path.insert(0, Finder(libraries))
