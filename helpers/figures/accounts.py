"""What a Keras model says of itself, read without running it: its layers, its shapes, all that it holds."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from .axes import Axis, Blocks, Flat, Names, Shape, Size, beside, fits, sizes

if TYPE_CHECKING:
    import keras

GATES = {"LSTMCell": 4, "GRUCell": 3, "SimpleRNNCell": 1}

BLOCKS = {"LSTMCell": "i, f, c, o", "GRUCell": "z, r, h"}
"""What stands side by side in the arrays of a cell."""

KEEP_THE_SHAPE = {
    "Masking", "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Activation", "Softmax", "ReLU", "LeakyReLU", "PReLU", "ELU", "Identity",
    "Rescaling", "Normalization", "BatchNormalization", "LayerNormalization", "RMSNormalization",
    "UnitNormalization",
}  # fmt: skip
MERGE = {"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum"}

IN_BRACKETS = {
    "Dropout": ["rate"], "SpatialDropout1D": ["rate"], "GaussianDropout": ["rate"],
    "GaussianNoise": ["stddev"], "Activation": ["activation"], "Rescaling": ["scale", "offset"],
    "Reshape": ["target_shape"], "RepeatVector": ["n"], "Permute": ["dims"], "Masking": ["mask_value"],
    "Embedding": ["input_dim", "output_dim"], "Conv1D": ["filters", "kernel_size"],
    "Conv2D": ["filters", "kernel_size"], "MaxPooling1D": ["pool_size"],
    "AveragePooling1D": ["pool_size"],
}  # fmt: skip
"""What a layer is told without its name, in the order of its class."""

OPTIONS = {
    "activation": "linear", "recurrent_activation": "sigmoid", "use_bias": True, "return_sequences": False,
    "return_state": False, "go_backwards": False, "stateful": False, "reset_after": True,
    "merge_mode": "concat", "mask_zero": False, "dropout": 0.0, "recurrent_dropout": 0.0, "trainable": True,
}  # fmt: skip
"""What a layer may be told by name, and what it is when it's told nothing."""


@dataclass
class Array:
    """One array of weights: its name, its axes, and what Keras says of it."""

    name: str
    axes: tuple[Axis, ...]
    shape: Shape
    trainable: bool
    dtype: str

    @property
    def count(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        bits = re.search(r"\d+", self.dtype)
        return self.count * (int(bits.group()) // 8 if bits else 1)


@dataclass
class Row:
    """One call of a layer.

    Attributes:
        called: the class and what stands in its brackets, words and axes.
        options: what it is told by name.
        gives: the axes and the shape of each output.
        kind: "input", "recurrent", "dense", or empty.
        size: the one that the layer makes, such as the units of a recurrent layer.
        reads: the rows whose outputs come in, by index.
        again: the row where the same layer, or model, stands already.
        inside: the nested models around it, by index, the outermost first.
        ends: whether what it gives is an output of the model.
    """

    called: list[str | Axis]
    options: list[str]
    gives: list[tuple[tuple[Axis, ...], Shape]]
    arrays: list[Array] = field(default_factory=list)
    kind: str = ""
    size: Size | None = None
    reads: tuple[int, ...] = ()
    again: int | None = None
    inside: tuple[int, ...] = ()
    ends: bool = False

    @property
    def count(self) -> int:
        return sum(array.count for array in self.arrays)


@dataclass
class Account:
    """All of a model; `nested` says what each model inside it is called."""

    rows: list[Row]
    nested: list[str]
    names: Names

    @property
    def arrays(self) -> list[Array]:
        return [array for row in self.rows for array in row.arrays]

    @property
    def chained(self) -> bool:
        """Whether each layer reads what the one before it gives, and nothing else."""
        last = len(self.rows) - 1
        return all(
            row.reads == ((index - 1,) if index else ()) and row.ends == (index == last)
            for index, row in enumerate(self.rows)
        )


def account(model: object) -> Account:
    """
    Raises:
        ValueError: no model whose layers can be told in order, said in one sentence.
    """
    graph = graph_of(model)
    reader = _Reader({id(weight) for weight in model.weights})
    values = [reader.given(tensor) for tensor in graph.inputs]
    ends = reader.walk(graph, dict(zip(map(id, graph.inputs), values, strict=True)))
    reader.take_the_rest(model)
    return reader.finish(ends)


def graph_of(model: object) -> keras.Function:
    keras = sys.modules.get("keras")  # without it there are no models yet
    if keras is None or not isinstance(model, keras.Model):
        if keras is not None and isinstance(model, keras.Layer):
            raise ValueError(
                f"draw takes a whole model, and {type(model).__name__} is a layer: put it into a model "
                "first, behind an Input."
            )
        what = getattr(model, "__name__", None) or type(model).__name__
        raise ValueError(f"draw takes a Keras model, and not {what}.")
    if isinstance(model, keras.Sequential):
        if not model.layers:
            raise ValueError("This model has no layers yet, so there is nothing to draw.")
        if not model.built:
            raise ValueError(
                "This model has no weights yet, as nothing tells it the shape of its input: begin it with "
                "Input((T, D))."
            )
        model = model._functional  # the graph that Keras keeps of a Sequential
    if not isinstance(model, keras.Function):
        raise ValueError(
            "This model is a class of its own, and only a run would show what its `call` does: draw reads "
            "functional and Sequential models."
        )
    return model


@dataclass(frozen=True)
class _Value:
    """What is known of a tensor.

    Attributes:
        makers: the layers' sizes that it was last made from, none for what still is the model's input.
    """

    axes: tuple[Axis, ...]
    shape: Shape
    rows: tuple[int, ...]
    makers: frozenset[Size]


@dataclass
class _Call:
    """What one kind of layer makes of what it reads."""

    axes: Sequence[Sequence[Axis] | None]
    called: list[str | Axis]
    options: list[str]
    arrays: dict[int, tuple[str, Sequence[Axis]]] = field(default_factory=dict)
    kind: str = ""
    size: Size | None = None
    opaque: bool = False


class _Reader:
    """Goes through a model's graph, from its inputs to its outputs."""

    def __init__(self, weights: set[int]) -> None:
        self.weights = weights
        self.rows: list[Row] = []
        self.nested: list[str] = []
        self.N = Size(None, "N")
        self.seen: list[Size] = []
        self.first: dict[int, int] = {}
        self.units: dict[int, Size] = {}
        self.features: dict[int, Axis] = {}
        self.inputs: list[Size] = []
        self.inside: tuple[int, ...] = ()
        self.silent = False

    def size(self, value: int | None, letter: str = "") -> Size:
        size = Size(value, letter)
        self.seen.append(size)
        return size

    def unit(self, owner: object, value: int, letter: str = "M") -> Size:
        """The size that a layer makes: one, however often it is called."""
        if id(owner) not in self.units:
            self.units[id(owner)] = self.size(value, letter)
        return self.units[id(owner)]

    # The graph

    def given(self, tensor) -> _Value:
        """An input of the model."""
        shape = _shape(tensor)
        axes: list[Axis] = [self.size(value) for value in shape]
        if axes:
            self.N.number = shape[0] if self.N.number is None else self.N.number
            axes[0] = self.N if shape[0] in (None, self.N.number) else axes[0]
        if len(axes) == 3:
            axes[1].letter, axes[2].letter = "T", "D"
        elif len(axes) == 2:
            self.inputs.append(axes[1])
        return _Value(tuple(axes), shape, (), frozenset())

    def walk(self, graph, values: dict[int, _Value]) -> list[_Value]:
        """Read every call of a graph whose inputs are known; returns what is known of its outputs."""
        for node in _in_order(graph):
            tensors = [tensor for tensor in _read_by(node) if id(tensor) in values]
            reads = [values[id(tensor)] for tensor in tensors]
            if node.is_input:
                if id(node.outputs[0]) not in values:  # a tensor in the middle of a larger graph
                    values[id(node.outputs[0])] = self.given(node.outputs[0])
                if not self.inside and not self.silent:
                    value = values[id(node.outputs[0])]
                    self._input(node.operation, value)
                    values[id(node.outputs[0])] = replace(value, rows=(len(self.rows) - 1,))
                continue
            for tensor, value in zip(node.outputs, self._call(node, reads), strict=True):
                values[id(tensor)] = value
        return [values[id(tensor)] for tensor in graph.outputs]

    def _input(self, layer, value: _Value) -> None:
        parts: list[str | Axis] = []
        fixed = value.shape[:1] != (None,)
        for axis in value.axes[0 if fixed else 1 :]:
            parts += [", ", axis]
        many = ["("] + parts[1:] + ([",)"] if len(parts) == 2 else [")"])
        options = [*filter(None, [_own_name(layer)])]
        if layer.dtype not in (None, "float32"):
            options.append(f'dtype="{layer.dtype}"')
        self.rows.append(
            Row(
                ["Input(", *(["batch_shape="] if fixed else []), *many, ")"],
                options,
                [(value.axes, value.shape)],
                kind="input",
            )
        )

    def _call(self, node, reads: list[_Value]) -> list[_Value]:
        import keras

        layer = node.operation
        shapes = [_shape(tensor) for tensor in node.outputs]
        again = self.first.get(id(layer))
        graph = layer._functional if isinstance(layer, keras.Sequential) else layer
        if isinstance(graph, keras.Function) and len(graph.inputs) == len(reads):
            values = self._nested(layer, graph, reads, again)
        else:
            call = self._read(layer, reads, shapes)
            values = self._row(node, layer, call, reads, shapes, again)
        for place, (value, shape) in enumerate(zip(values, shapes, strict=True)):
            axes = value.axes if fits(value.axes, shape) else self._numbers(shape)
            values[place] = replace(value, axes=axes, shape=shape)
        return values

    def _nested(self, model, graph, reads: list[_Value], again: int | None) -> list[_Value]:
        """A model inside the model: its own layers the first time, one row when it is called again."""
        fed = [
            value if len(value.axes) == len(tensor.shape) else self.given(tensor)
            for value, tensor in zip(reads, graph.inputs, strict=True)
        ]
        values = dict(zip(map(id, graph.inputs), fed, strict=True))
        inside, silent = self.inside, self.silent
        if again is None and not silent:
            self.first[id(model)] = len(self.rows)
            self.nested.append(f"{type(model).__name__} {_own_name(model)}".strip())
            self.inside = (*inside, len(self.nested) - 1)
            ends = self.walk(graph, values)
            self.inside = inside
            return ends
        self.silent = True
        ends = self.walk(graph, values)
        self.silent = silent
        if not silent:
            gives = [(value.axes, value.shape) for value in ends]
            called: list[str | Axis] = [f"{type(model).__name__} {_own_name(model)}".strip()]
            self.rows.append(Row(called, [], gives, reads=_rows(reads), again=again, inside=self.inside))
            ends = [replace(value, rows=(len(self.rows) - 1,)) for value in ends]
        return ends

    def _row(self, node, layer, call: _Call, reads, shapes, again) -> list[_Value]:
        axes = [
            tuple(said) if said is not None and fits(said, shape) else self._numbers(shape)
            for said, shape in zip([*call.axes, *[None] * len(shapes)], shapes, strict=False)
        ]
        rows = _rows(reads)
        if not self.silent:
            row = Row(
                call.called,
                [
                    *filter(None, [_own_name(layer)]),
                    *call.options,
                    *(["with a mask"] if _has_mask(node) else []),
                ],
                list(zip(axes, shapes, strict=True)),
                [] if again is not None else self._arrays(layer, call.arrays),
                call.kind,
                call.size,
                rows,
                again,
                self.inside,
            )
            if again is None:
                self.first[id(layer)] = len(self.rows)
            self.rows.append(row)
            rows = (len(self.rows) - 1,)
        makers = frozenset().union(*(value.makers for value in reads))
        if call.size or call.opaque:
            makers = frozenset([call.size or Size(None)])
        return [_Value(said, shape, rows, makers) for said, shape in zip(axes, shapes, strict=True)]

    def _numbers(self, shape: Shape) -> tuple[Axis, ...]:
        """Axes that nothing is known of but their numbers."""
        return tuple(self.size(value) for value in shape)

    def _arrays(self, layer, known: dict[int, tuple[str, Sequence[Axis]]]) -> list[Array]:
        """What a layer holds and no layer before it has shown."""
        arrays = []
        trainable = {id(weight) for weight in getattr(layer, "trainable_weights", [])}
        for weight in getattr(layer, "weights", []):
            if id(weight) not in self.weights:
                continue
            self.weights.remove(id(weight))
            shape = tuple(int(size) for size in weight.shape)
            own = _plain(weight.path.rpartition(f"{layer.name}/")[2].replace("/", " "))
            name, axes = known.get(id(weight), (own, ()))
            if not fits(axes, shape):
                name, axes = own, self._numbers(shape)
            arrays.append(
                Array(name, tuple(axes), shape, id(weight) in trainable, str(weight.dtype).split(".")[-1])
            )
        return arrays

    def take_the_rest(self, model) -> None:
        """What no layer of the graph holds, so that nothing is left out of the total."""
        if self.weights:
            arrays = self._arrays(model, {})
            self.rows.append(Row([f"{type(model).__name__} itself"], [], [], arrays))

    def finish(self, ends: list[_Value]) -> Account:
        """Every size gets its letter, now that all of them are known."""
        answers = set().union(*(value.makers for value in ends))
        dense = [row for row in self.rows if row.kind == "dense" and row.again is None]
        # A network without recurrence has its layers numbered, as in the lesson on it.
        numbered = len(dense) > 1 and not any(row.kind == "recurrent" for row in self.rows)
        for place, row in enumerate(dense, 1):
            if row.size in answers:
                row.size.letter = "K"
            mark = str(place) if numbered else "o" if row.size in answers else ""
            for array in row.arrays:
                array.name = {"kernel of Dense": f"W{mark}", "bias of Dense": f"b{mark}"}.get(
                    array.name, array.name
                )
        for value in ends:
            for row in value.rows:
                self.rows[row].ends = True
            if value.axes and isinstance(value.axes[0], Size) and value.shape[0] is None:
                self.N.join(value.axes[0])  # what a model gives has its samples there
        lengths: dict[int, Size] = {}
        for size in map(Size.root, self.seen):
            if size.letter == "T" and size.number is not None:
                lengths.setdefault(size.number, size).join(size)
        for size in map(Size.root, self.inputs):
            if not Names(self.seen).of(size):
                size.letter = "D"
        axes = [
            axis
            for row in self.rows
            for shape in [row.called, *(array.axes for array in row.arrays), *(axes for axes, _ in row.gives)]
            for axis in shape
            if not isinstance(axis, str)
        ]
        return Account(self.rows, self.nested, Names(size for axis in axes for size in sizes(axis)))

    # The layers

    def _read(self, layer, reads: list[_Value], shapes: list[Shape]) -> _Call:
        """By the first class of Keras's own that a rule is known for."""
        for made in type(layer).__mro__:
            rule = RULES.get(made.__name__) if made.__module__.startswith("keras.") else None
            if rule and reads:
                return rule(self, layer, reads, shapes)
        axes: list[Sequence[Axis] | None] = []
        for shape in shapes:
            said = list(self._numbers(shape))
            of_keras = (
                type(layer).__module__.startswith("keras.src.layers") and type(layer).__name__ != "Lambda"
            )
            if of_keras and said and reads and shape[0] in (None, self.N.number):
                said[0] = self.N
            axes.append(said)
        return _Call(axes, *_called(layer), opaque=bool(getattr(layer, "weights", [])))

    def _sequence(self, value: _Value) -> tuple[Axis, ...]:
        """The axes of what is read as a sequence, which says what they are: N, T, and D where it comes in."""
        for axis, letter in zip(value.axes, "NTD" if len(value.axes) == 3 else "NT", strict=False):
            if isinstance(axis, Size) and not axis.root().letter and (letter != "D" or not value.makers):
                if letter == "N":
                    self.N.join(axis)
                else:
                    axis.root().letter = letter
        return value.axes

    def _one(self, owner: object, features: Axis) -> Axis:
        """What a layer reads has one size, wherever it is called."""
        first = self.features.setdefault(id(owner), features)
        if isinstance(first, Size) and isinstance(features, Size):
            first.join(features)
        return first

    def recurrent_layer(self, layer, reads, shapes) -> _Call:
        N, T, features = self._sequence(reads[0])[:3]
        cells = getattr(layer.cell, "cells", [layer.cell])
        arrays: dict[int, tuple[str, Sequence[Axis]]] = {}
        states: list[Axis] = []
        called: list[str | Axis] = []
        for index, cell in enumerate(cells):
            prefix = f"cell {index + 1} " if len(cells) > 1 else ""
            said, units = self._cell(cell, features, prefix)
            arrays |= said
            states += units
            features = units[0]
            called += [", ", f"{type(cell).__name__}(", units[0], ")"]
        out = features
        if len(cells) > 1:
            inside = [type(layer).__name__, "([", *called[1:], "])"]
        elif type(layer).__name__ == "RNN":
            inside = ["RNN(", *called[1:], ")"]
        else:
            inside = [type(layer).__name__, "(", out, ")"]
        options = _options(layer)
        if len(cells) == 1 and (blocks := BLOCKS.get(type(cells[0]).__name__)):
            options.insert(0, f"blocks {blocks}")
        axes: list[Sequence[Axis]] = [(N, T, out) if layer.return_sequences else (N, out)]
        axes += [(N, units) for units in states if layer.return_state]
        return _Call(axes, inside, options, arrays, "recurrent", out)

    def _cell(
        self, cell, features: Axis, prefix: str
    ) -> tuple[dict[int, tuple[str, Sequence[Axis]]], list[Axis]]:
        """The arrays of a cell by their ids, and the sizes of its states."""
        states = cell.state_size if isinstance(cell.state_size, (list, tuple)) else [cell.state_size]
        units = self.unit(cell, states[0])
        features = self._one(cell, features)
        count = next((GATES[made.__name__] for made in type(cell).__mro__ if made.__name__ in GATES), 0)
        arrays: dict[int, tuple[str, Sequence[Axis]]] = {}
        if count:
            wide = units if count == 1 else Blocks(count, units)
            bias = getattr(cell, "bias", None)
            rows = [self.size(2)] if count == 3 and bias is not None and len(bias.shape) == 2 else []
            arrays[id(cell.kernel)] = (f"{prefix}Wx", (features, wide))
            arrays[id(cell.recurrent_kernel)] = (f"{prefix}Wh", (units, wide))
            arrays[id(bias)] = (f"{prefix}{'bh' if count == 1 else 'b'}", (*rows, wide))
        others = [units if size == states[0] else self.size(size) for size in states[1:]]
        return arrays, [units, *others]

    def bidirectional(self, layer, reads, shapes) -> _Call:
        halves = {"forward": layer.forward_layer, "backward": layer.backward_layer}
        if not all(hasattr(half, "cell") for half in halves.values()):
            return self._anything(layer, shapes)
        sequence = reads[:1]
        calls = {name: self.recurrent_layer(half, sequence, shapes) for name, half in halves.items()}
        one, two = calls.values()
        if isinstance(one.size, Size) and one.size.number == two.size.number:
            one.size.join(two.size)
        first, second = one.axes[0], two.axes[0]
        merged = {"concat": [[*first[:-1], beside([first[-1], second[-1]])]], None: [first, second]}
        axes = [*merged.get(layer.merge_mode, [first]), *one.axes[1:], *two.axes[1:]]
        arrays = {
            weight: (f"{name} {said}", axes)
            for name, call in calls.items()
            for weight, (said, axes) in call.arrays.items()
        }
        called: list[str | Axis] = [f"{type(layer).__name__}(", *one.called, ")"]
        if (
            type(layer.backward_layer) is not type(layer.forward_layer)
            or one.size.root() is not two.size.root()
        ):
            called[-1:] = [", ", *two.called, ")"]
        options = one.options + [said for said in _options(layer) if said not in one.options]
        return _Call(axes, called, options, arrays, "recurrent", one.size)

    def dense_layer(self, layer, reads, shapes) -> _Call:
        units = self.unit(layer, layer.units)
        arrays = {
            id(getattr(layer, "_kernel", None)): (
                "kernel of Dense",
                (self._one(layer, reads[0].axes[-1]), units),
            ),
            id(getattr(layer, "bias", None)): ("bias of Dense", (units,)),
        }
        axes = [(*reads[0].axes[:-1], units)]
        return _Call(axes, [type(layer).__name__, "(", units, ")"], _options(layer), arrays, "dense", units)

    def time_distributed(self, layer, reads, shapes) -> _Call:
        sequence = reads[0]
        self._sequence(sequence)
        N, T, *rest = sequence.axes
        inner = _Value((N, *rest), (sequence.shape[0], *sequence.shape[2:]), sequence.rows, sequence.makers)
        if type(layer.layer).__name__ not in RULES:
            return self._anything(layer, shapes)
        call = self._read(layer.layer, [inner], [(shape[0], *shape[2:]) for shape in shapes])
        call.called = [f"{type(layer).__name__}(", *call.called, ")"]
        call.axes = [None if axes is None else (axes[0], T, *axes[1:]) for axes in call.axes]
        return call

    def embedding(self, layer, reads, shapes) -> _Call:
        axes = reads[0].axes
        if len(axes) == 2 and isinstance(axes[1], Size) and not axes[1].root().letter:
            axes[1].root().letter = "T"
        features = self.unit(layer, layer.output_dim, "D")
        known = {
            id(getattr(layer, "_embeddings", None)): ("embeddings", (self.size(layer.input_dim), features))
        }
        called: list[str | Axis] = [f"{type(layer).__name__}({layer.input_dim}, ", features, ")"]
        return _Call([(*axes, features)], called, _options(layer), known, "input")

    def flatten(self, layer, reads, shapes) -> _Call:
        N, *rest = reads[0].axes
        return _Call(
            [(N, rest[0] if len(rest) == 1 else Flat(tuple(rest)))] if rest else [None], *_called(layer)
        )

    def reshape(self, layer, reads, shapes) -> _Call:
        N, *rest = reads[0].axes
        made = self._numbers(shapes[0][1:])
        if len(made) == 1 and rest:
            made = (rest[0] if len(rest) == 1 else Flat(tuple(rest)),)
        elif len(rest) == 1 and isinstance(rest[0], Size) and not reads[0].makers:
            rest[0].root().made_of = Flat(made)
        return _Call([(N, *made)], *_called(layer))

    def permute(self, layer, reads, shapes) -> _Call:
        axes = reads[0].axes
        return _Call([(axes[0], *(axes[place] for place in layer.dims))], *_called(layer))

    def repeat(self, layer, reads, shapes) -> _Call:
        N, *rest = reads[0].axes
        return _Call([(N, self.size(layer.n, "T"), *rest)], *_called(layer))

    def pooled(self, layer, reads, shapes) -> _Call:
        axes = reads[0].axes
        return _Call([(axes[0], axes[-1])] if not layer.keepdims else [None], *_called(layer))

    def kept(self, layer, reads, shapes) -> _Call:
        axes = reads[0].axes
        known = {
            id(weight): (weight.name, (axes[-1],))
            for weight in getattr(layer, "weights", [])
            if axes and len(weight.shape) == 1
        }
        return _Call([axes], *_called(layer), known)

    def merged(self, layer, reads, shapes) -> _Call:
        first = reads[0].axes
        for value in reads[1:]:
            self._join(first, value.axes, reads[0].shape, value.shape)
        return _Call([first if reads[0].shape == shapes[0] else None], *_called(layer))

    def concatenated(self, layer, reads, shapes) -> _Call:
        first = reads[0].axes
        place = layer.axis % len(first)
        for value in reads[1:]:
            hidden = [None if axis == place else size for axis, size in enumerate(value.shape)]
            known = [0 if axis == place else size for axis, size in enumerate(reads[0].shape)]
            self._join(first, value.axes, known, hidden)
        axes = list(first)
        axes[place] = beside([value.axes[place] for value in reads])
        return _Call([axes], *_called(layer))

    @staticmethod
    def _join(axes: Sequence[Axis], others: Sequence[Axis], shape: Sequence, other: Sequence) -> None:
        """Lengths that meet in one tensor are one length."""
        if len(axes) != len(others):
            return
        for axis, its_twin, size, its_size in zip(axes, others, shape, other, strict=True):
            if isinstance(axis, Size) and isinstance(its_twin, Size) and size == its_size:
                letters = {axis.root().letter, its_twin.root().letter}
                if letters <= {"T", ""} or letters == {"N"}:
                    axis.join(its_twin)

    def _anything(self, layer, shapes) -> _Call:
        return _Call([[self.N, *self._numbers(shape[1:])] for shape in shapes], *_called(layer), opaque=True)


RULES: dict[str, Callable[..., _Call]] = {
    **dict.fromkeys(["SimpleRNN", "LSTM", "GRU", "RNN"], _Reader.recurrent_layer),
    "Bidirectional": _Reader.bidirectional,
    "TimeDistributed": _Reader.time_distributed,
    "Dense": _Reader.dense_layer,
    "Embedding": _Reader.embedding,
    "Flatten": _Reader.flatten,
    "Reshape": _Reader.reshape,
    "Permute": _Reader.permute,
    "RepeatVector": _Reader.repeat,
    "Concatenate": _Reader.concatenated,
    **dict.fromkeys(["GlobalAveragePooling1D", "GlobalMaxPooling1D"], _Reader.pooled),
    **dict.fromkeys(KEEP_THE_SHAPE, _Reader.kept),
    **dict.fromkeys(MERGE, _Reader.merged),
}


def _in_order(graph) -> Iterator:
    """The calls of a graph, each after those that it reads, and wherever possible right after one of them.

    What only makes masks, which Keras puts into the graph by itself, is left out.
    """
    nodes = [
        node for depth in sorted(graph._nodes_by_depth, reverse=True) for node in graph._nodes_by_depth[depth]
    ]
    maker = {id(tensor): node for node in nodes for tensor in node.outputs}
    needed: set[int] = set()
    waiting = [maker[id(tensor)] for tensor in graph.outputs] + [
        node for node in nodes if node.is_input or getattr(node.operation, "weights", [])
    ]
    while waiting:
        node = waiting.pop()
        if id(node) not in needed:
            needed.add(id(node))
            waiting += [maker[id(tensor)] for tensor in _read_by(node) if id(tensor) in maker]
    left = [node for node in nodes if id(node) in needed]
    places = {id(tensor): place for place, tensor in enumerate(graph.inputs)}
    left.sort(key=lambda node: places.get(id(node.outputs[0]), len(places)))
    done: set[int] = set()
    last: set[int] = set()
    while left:
        ready = [node for node in left if all(id(x) in done or id(x) not in maker for x in _read_by(node))]
        node = next(
            (node for node in ready if last & set(map(id, _read_by(node)))),
            next((node for node in ready if not node.is_input), ready[0]),
        )
        left.remove(node)
        last = set(map(id, node.outputs))
        done |= last
        yield node


def _read_by(node) -> list:
    """The tensors that a call is given, but for masks."""
    import keras

    given = [
        node.arguments.args,
        {key: value for key, value in node.arguments.kwargs.items() if key != "mask"},
    ]
    return [tensor for tensor in keras.tree.flatten(given) if isinstance(tensor, keras.KerasTensor)]


def _has_mask(node) -> bool:
    return node.arguments.kwargs.get("mask") is not None


def _rows(reads: Iterable[_Value]) -> tuple[int, ...]:
    return tuple(sorted({row for value in reads for row in value.rows}))


def _shape(tensor) -> Shape:
    return tuple(tensor.shape)


def _called(layer) -> tuple[list[str | Axis], list[str]]:
    """`Dropout(0.2)`, and the options of a layer that there is no rule for."""
    kind = type(layer).__name__
    told = [_said(getattr(layer, name)) for name in IN_BRACKETS.get(kind, []) if hasattr(layer, name)]
    if kind == "Rescaling" and told[1:] == ["0.0"]:
        told.pop()
    options = [said for said in _options(layer) if kind != "Activation" or not said.startswith("activation")]
    return [f"{kind}({', '.join(told)})"], options


def _options(layer) -> list[str]:
    """What a layer is told by name and is not so anyway, as it is written in Keras."""
    found = []
    for name, default in OPTIONS.items():
        if name == "activation" and hasattr(layer, "recurrent_dropout"):
            default = "tanh"
        value = getattr(layer, name, default)
        if callable(value):
            value = getattr(value, "__name__", type(value).__name__)
        if value != default and not (value is None and name != "merge_mode"):
            found.append(f"{name}={_said(value)}")
    return found


def _said(value: object) -> str:
    if callable(value):
        value = getattr(value, "__name__", type(value).__name__)
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else tuple(value)
    text = _plain(f'"{value}"' if isinstance(value, str) else str(value))
    return text if len(text) <= 40 else text[:39] + "…"


def _own_name(layer) -> str:
    """A name that its author gave, and none that Keras made up."""
    made_up = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", type(layer).__name__)
    made_up = re.sub(r"([a-z])([A-Z])", r"\1_\2", made_up).lower()
    return "" if re.fullmatch(rf"{made_up}(_\d+)?", layer.name) else _said(layer.name)


def _plain(text: str) -> str:
    """Without what the pictures' lettering reads as its marks."""
    return re.sub(r"[*~{}\s]+", " ", text)
