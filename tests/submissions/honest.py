"""Honest work that is unusual: right answers to lesson 05, written as nobody foresaw."""

from collections.abc import Callable
from dataclasses import dataclass, field

from attacks import RIGHT, cell_of
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell


@dataclass(frozen=True)
class Honest:
    """A submission that deserves all points.

    Attributes:
        name: what is unusual; also its learner's folder.
        answers: the answers that are; the others are right in the usual way.
        change: what else is done to the notebook.
        plain: whether it is tried on plain nbgrader too.
        for_nbgrader: whether nbgrader gives all points as well.
    """

    name: str
    answers: dict[str, str] = field(default_factory=dict)
    change: Callable[[NotebookNode], object] = lambda notebook: None
    plain: bool = False
    for_nbgrader: bool = True

    @property
    def folder(self) -> str:
        """The learner's name."""
        return self.name.replace(" ", "_")


def before(name: str, source: str) -> Callable[[NotebookNode], None]:
    """Put a cell of one's own before the answer cell of an exercise."""

    def change(notebook: NotebookNode) -> None:
        notebook.cells.insert(_index(notebook, name), new_code_cell(source))

    return change


def _index(notebook: NotebookNode, name: str) -> int:
    return notebook.cells.index(cell_of(notebook, name))


def _import_more(notebook: NotebookNode) -> None:
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source += "\nimport functools\nfrom math import tanh as squash"


def _below(notebook: NotebookNode) -> None:
    """The answer in a new cell, while the stub stays in its own."""
    notebook.cells.insert(_index(notebook, "forward") + 1, new_code_cell(RIGHT["forward"]))


def _split(notebook: NotebookNode) -> None:
    """As JupyterLab does: both halves keep the cell's metadata."""
    cell = cell_of(notebook, "forward")
    cell.source = "def run(x, Wx, Wh, bh):" + RIGHT["forward"].split(":", 1)[1].replace("@ Wo + bo", "")
    again = new_code_cell(
        "def forward(x, Wx, Wh, bh, Wo, bo):\n    return run(x, Wx, Wh, bh) @ Wo + bo", metadata=cell.metadata
    )
    notebook.cells.insert(_index(notebook, "forward") + 1, again)


def _lose_metadata(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        cell.metadata.clear()
        cell.pop("id", None)


def _edit_explanations(notebook: NotebookNode) -> None:
    marked = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    texts = [cell for cell in notebook.cells if cell.cell_type == "markdown" and cell not in marked]
    texts[1].source = "I deleted this."
    notebook.cells.remove(texts[2])
    code = [cell for cell in notebook.cells if cell.cell_type == "code" and cell not in marked]
    code[2].source = "# " + code[2].source.replace("\n", "\n# ")
    notebook.cells.remove(code[3])


def _extra_cells(notebook: NotebookNode) -> None:
    for index in range(len(notebook.cells), 0, -2):
        notebook.cells.insert(index, new_markdown_cell("a note"))
        notebook.cells.insert(index, new_code_cell("print(1 + 1)"))


HONEST = [
    Honest("float32", {"forward": RIGHT["forward"].replace("(len(bh))", "(len(bh), 'float32')")}),
    Honest("float64", {"forward": RIGHT["forward"].replace("in x:", "in x.astype(float):")}),
    Honest(
        "another order of summation",
        {
            "dense": """
def dense(h, Wo, bo):
    return np.array([sum(h[m] * Wo[m, k] for m in reversed(range(len(h)))) + bo[k] for k in range(len(bo))])
""",
            "rnn_step": """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    return np.tanh(bh + np.einsum("jm,j->m", Wh, h_last) + np.einsum("dm,d->m", Wx, x_t))
""",
        },
    ),
    Honest("extra cells", change=_extra_cells),
    Honest(
        "a helper before",
        {"forward": RIGHT["forward"].replace("np.tanh(x_t @ Wx + h @ Wh + bh)", "step(x_t, h, Wx, Wh, bh)")},
        before("rnn_step", "def step(a, b, W, U, c):\n    return np.tanh(a @ W + b @ U + c)"),
        plain=True,
    ),
    Honest(
        "a helper between",
        {"forward_all": RIGHT["forward_all"].replace("@ Wo + bo", "@ Wo + offset(bo)")},
        before("forward_all", "def offset(b):\n    return b"),
    ),
    Honest(
        "a helper in another answer's cell",
        {
            "rnn_step": RIGHT["rnn_step"] + "\ndef first_state(b):\n    return np.zeros(len(b))",
            "forward": RIGHT["forward"].replace("np.zeros(len(bh))", "first_state(bh)"),
        },
    ),
    Honest(
        "a class in a cell of its own",
        {
            "forward": """
def forward(x, Wx, Wh, bh, Wo, bo):
    return Network(Wx, Wh, bh).run(x) @ Wo + bo
"""
        },
        before(
            "forward",
            """
from dataclasses import dataclass

@dataclass
class Network:
    Wx: np.ndarray
    Wh: np.ndarray
    bh: np.ndarray

    def run(self, x: np.ndarray) -> np.ndarray:
        h = 0 * self.bh
        for x_t in x:
            h = np.tanh(x_t @ self.Wx + h @ self.Wh + self.bh)
        return h
""",
        ),
    ),
    Honest(
        "imports where the others are",
        {
            "rnn_step": """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    total = functools.reduce(np.add, [x_t @ Wx, h_last @ Wh, bh])
    return np.array([squash(a) for a in total])
"""
        },
        _import_more,
    ),
    Honest("other names", {"dense": "\ndef dense(state, kernel, bias):\n    return state @ kernel + bias\n"}),
    Honest(
        "print and warnings",
        {
            "dense": """
import sys, warnings
warnings.warn("at the top")
print("at the top")

def dense(h, Wo, bo):
    print("h", h)
    print("odd", file=sys.stderr)
    warnings.warn("inside")
    return h @ Wo + bo
"""
        },
        plain=True,
    ),
    Honest(
        "slow but finite",
        {
            "dense": """
import time

def dense(h, Wo, bo):
    time.sleep(0.05)
    return h @ Wo + bo
"""
        },
    ),
    Honest("timed by a magic", {"dense": "%%time\n" + RIGHT["dense"].strip()}),
    Honest("magics among the lines", {"dense": "%matplotlib inline\n%time 1 + 1\n" + RIGHT["dense"]}),
    Honest("a lambda", {"dense": "dense = lambda h, Wo, bo: h @ Wo + bo"}),
    Honest(
        "a partial",
        {
            "dense": """
from functools import partial

def affine(scale, h, Wo, bo):
    return scale * h @ Wo + bo

dense = partial(affine, 1.0)
"""
        },
    ),
    Honest(
        "a callable object",
        {
            "dense": """
class Dense:
    def __call__(self, h, Wo, bo):
        return h @ Wo + bo

dense = Dense()
"""
        },
    ),
    Honest(
        "recursion",
        {
            "forward": """
def state(x, Wx, Wh, bh):
    if len(x) == 0:
        return np.zeros(len(bh))
    return np.tanh(x[-1] @ Wx + state(x[:-1], Wx, Wh, bh) @ Wh + bh)

def forward(x, Wx, Wh, bh, Wo, bo):
    return state(x, Wx, Wh, bh) @ Wo + bo
"""
        },
    ),
    Honest(
        "a decorator",
        {
            "dense": """
import functools

def logged(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)
    return wrapper

@logged
def dense(h, Wo, bo):
    return h @ Wo + bo
"""
        },
    ),
    Honest(
        "types said",
        {
            "dense": """
from jaxtyping import Float

def dense(h: Float[np.ndarray, "M"], Wo: Float[np.ndarray, "M K"], bo: "K") -> np.ndarray:
    total: np.ndarray = h @ Wo + bo
    return total
"""
        },
    ),
    Honest(
        "a constant of the notebook",
        {
            "dense": """
SCALE = 1.0

def dense(h, Wo, bo):
    return SCALE * (h @ Wo) + bo
"""
        },
    ),
    Honest(
        "a registry filled by calls",
        {
            "dense": """
def dense(h, Wo, bo):
    return STEPS["affine"](h, Wo, bo)
"""
        },
        before(
            "dense",
            """
STEPS = {}

def register(name, function):
    STEPS[name] = function

register("affine", lambda h, Wo, bo: h @ Wo + bo)
""",
        ),
    ),
    Honest("a cell split in two", change=_split),
    Honest("the answer in a new cell", {"forward": ""}, _below),
    Honest("metadata lost", change=_lose_metadata, plain=True, for_nbgrader=False),
    Honest("explanations edited and deleted", change=_edit_explanations),
    Honest("a cell that fails", change=before("forward", "1 / 0")),
    Honest(
        "a picture in the answer's cell",
        {
            "dense": RIGHT["dense"]
            + """
import matplotlib.pyplot as plt
figure, axes = plt.subplots()
axes.plot(dense(np.ones(2), np.ones((2, 3)), np.zeros(3)))
plt.show()
"""
        },
    ),
    Honest(
        "Keras tried beside the answer",
        {
            "dense": """
import keras
layer = keras.layers.Dense(3)
tried = layer(np.ones((1, 2), "float32"))
print(tried.numpy(), [weight.shape for weight in layer.get_weights()])
assert tried.shape == (1, 3)

"""
            + RIGHT["dense"].strip()
        },
        plain=True,
    ),
]
