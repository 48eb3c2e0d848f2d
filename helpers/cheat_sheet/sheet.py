"""The parts of the cheat sheet, as Markdown: its page has them by `[[ sheet.layers() ]]` and the like."""

import inspect
from collections.abc import Sequence

from helpers.cheat_sheet.equations import EQUATIONS
from helpers.cheat_sheet.layers import LAYERS, Facts, facts
from helpers.cheat_sheet.letters import EXAMPLE, say, say_count
from helpers.cheat_sheet.running import with_shapes

MEANING = {
    "N": "samples",
    "T": "time steps",
    "D": "input features",
    "M": "hidden units",
    "K": "output units",
}
WEIGHTS = ("kernel", "recurrent_kernel", "bias")
BLOCKS = {
    "GRU(M)": ("z, r, h", "nn.GRU", "r, z, n"),
    "LSTM(M)": ("i, f, c, o", "nn.LSTM", "i, f, g, o"),
}
"""The blocks in a cell's arrays, the same cell in PyTorch, and the blocks as PyTorch documents them."""

RECURRENT = ("SimpleRNN(M)", "GRU(M)", "LSTM(M)", "Bidirectional(SimpleRNN(M))")
OPTIONS = {
    "as it is": "",
    "`return_sequences=True`": ", return_sequences=True",
    "`return_state=True`": ", return_state=True",
    "both": ", return_sequences=True, return_state=True",
}
HYPERPARAMETERS = ("learning_rate", "momentum", "beta_1", "beta_2", "epsilon")
NEW_LINE = "<br>"


def letters() -> str:
    """The five letters, what they mean, and the sizes of the example."""
    return _table(
        ["", *(f"**{letter}**" for letter in MEANING)],
        [
            ["means", *MEANING.values()],
            ["in the example", *(str(EXAMPLE[letter]) for letter in MEANING)],
        ],
    )


def layers() -> str:
    """Every layer: what it gives, its weights, and how many numbers they are."""
    rows = []
    for expressions, reads in LAYERS.items():
        for below, fact in enumerate(facts(expressions, reads)):
            rows.append(
                [
                    f"{'then ' if below else ''}`{fact.expression}`",
                    _shape(fact.gives[0]),
                    *(_weight(name, fact) for name in WEIGHTS),
                    _count(fact),
                ]
            )
    head = ["layer", "gives", *(f"`{name}`" for name in WEIGHTS), "parameters = in the example"]
    return _table(head, rows)


def _weight(name: str, fact: Facts) -> str:
    """The shape of one weight, in each cell that has it."""
    return NEW_LINE.join(_shape(cell[name]) for cell in fact.cells if name in cell)


def _count(fact: Facts) -> str:
    """`D·M + M·M + M = 45`, on two lines where there is no room for one; nothing for no weights."""
    formula = say_count(shape for cell in fact.cells for shape in cell.values())
    return f"{_unbroken(formula)} {_unbroken(f'= {fact.example}')}" if fact.cells else ""


def outputs() -> str:
    """What the recurrent layers give with each of the options; those that give the same share a column."""
    columns: dict[tuple[str, ...], list[str]] = {}
    for expression in RECURRENT:
        with_options = (expression.replace("(M", f"(M{option}") for option in OPTIONS.values())
        given = tuple(", ".join(map(_shape, facts((each,))[0].gives)) for each in with_options)
        columns.setdefault(given, []).append(f"`{expression}`")
    rows = zip(OPTIONS, *columns, strict=True)
    return _table(["", *map(", ".join, columns.values())], [list(row) for row in rows])


def blocks() -> str:
    """The order of the blocks in the arrays of Keras and of PyTorch."""
    rows = [[f"`{keras}`", its, f"`{torch}`", others] for keras, (its, torch, others) in BLOCKS.items()]
    return _table(["Keras", "blocks of M columns", "PyTorch", "blocks of M rows"], rows)


def weight(expression: str, name: str) -> str:
    """The shape of a weight in the first cell of a layer."""
    return _shape(facts((expression,))[0].cells[0][name])


def gives(expression: str, reads: str) -> str:
    """The shape of what a layer gives."""
    return _shape(facts((expression,), reads)[0].gives[0])


def code(*names: str) -> str:
    """Equations as one block of code, with the shapes of what each line makes beside it.

    Raises:
        LookupError: there is no equation of such a name.
    """
    written = [(EQUATIONS[name].title, list(with_shapes(EQUATIONS[name]))) for name in names]
    width = max((len(line) for _, lines in written for line, shapes in lines if shapes), default=0)
    blocks = []
    for title, lines in written:
        shown = [f"{line:{width}}  # {shapes}" if shapes else line for line, shapes in lines]
        blocks.append("\n".join([f"# {title}", *shown]))
    return "```python\n" + "\n\n".join(blocks) + "\n```"


def optimiser(name: str) -> str:
    """An optimiser of Keras with what it starts with: `SGD(learning_rate=0.01, momentum=0)`."""
    import keras

    its_own = getattr(keras.optimizers, name)
    defaults = inspect.signature(its_own).parameters
    words = [f"{key}={defaults[key].default:g}" for key in HYPERPARAMETERS if key in defaults]
    return f"`{name}({', '.join(words)})`"


def _shape(shape: Sequence[int]) -> str:
    return _unbroken(say(shape))


def _unbroken(text: str) -> str:
    """On one line, however narrow the page."""
    return text.replace(" ", "\u00a0")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    marks = [":--"] * len(head)
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *rows))
