"""What layers of Keras hold and give, read off layers that are built for it."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from helpers.cheat_sheet.letters import EXAMPLE, SIZES

if TYPE_CHECKING:
    import keras

Shape = tuple[int, ...]

LAYERS = {
    ("SimpleRNN(M)",): "N T D",
    ("LSTM(M)",): "N T D",
    ("GRU(M)",): "N T D",
    ("GRU(M, reset_after=False)",): "N T D",
    ("Bidirectional(SimpleRNN(M))",): "N T D",
    ("SimpleRNN(M1, return_sequences=True)", "SimpleRNN(M2)"): "N T D",
    ("Dense(K)",): "N M",
    ('Dense(K, activation="softmax")',): "N M",
    ("Flatten()", 'Dense(M, activation="relu")'): "N T D",
}
"""Every layer of the course in the order of the sheet, and the shape that it reads.

Layers are said as expressions of Keras, which are printed and which are evaluated. Where there are several,
each reads what the one before gives.
"""


@dataclass(frozen=True)
class Facts:
    """What Keras says of one layer.

    Attributes:
        gives: the shapes of its outputs; more than one with `return_state`.
        cells: by name, the shapes of its weights in the order of `get_weights()`; a mapping for each cell, of
            which a bidirectional layer has two, and none where there are no weights.
        count: `count_params()`.
        example: the same in the sizes of the example.
    """

    expression: str
    gives: tuple[Shape, ...]
    cells: tuple[Mapping[str, Shape], ...]
    count: int
    example: int


@functools.cache
def facts(layers: tuple[str, ...], reads: str = "N T D") -> tuple[Facts, ...]:
    """What Keras says of each of these layers, in the sizes that can be read as letters.

    Args:
        reads: the shape of the first one's input, in letters.
    """
    import keras

    found = []
    x, example = (keras.Input(batch_shape=shape_of(reads, sizes)) for sizes in (SIZES, EXAMPLE))
    for expression in layers:
        layer, its_example = make(expression), make(expression, EXAMPLE)
        outputs, example = keras.tree.flatten(layer(x)), its_example(example)
        found.append(
            Facts(
                expression,
                gives=tuple(tuple(output.shape) for output in outputs),
                cells=_cells(layer),
                count=layer.count_params(),
                example=its_example.count_params(),
            )
        )
        x = outputs[0]
    return tuple(found)


def make(expression: str, sizes: Mapping[str, int] = SIZES) -> "keras.Layer":
    """The layer that an expression says, not built yet."""
    import keras

    return eval(expression, {**vars(keras.layers), **sizes})


def shape_of(axes: str, sizes: Mapping[str, int] = SIZES) -> Shape:
    """`"N T D"` in numbers."""
    return tuple(sizes[axis] for axis in axes.split())


def _cells(layer: "keras.Layer") -> tuple[Mapping[str, Shape], ...]:
    """Keras's path of a weight is that of the cell that holds it, and a name: `lstm/lstm_cell/kernel`."""
    cells: dict[str, dict[str, Shape]] = {}
    for weight in layer.weights:
        cell, _, name = weight.path.rpartition("/")
        cells.setdefault(cell, {})[name] = tuple(weight.shape)
    return tuple(cells.values())
