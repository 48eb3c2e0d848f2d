"""The stepper: right numbers, the first wrong step found, errors in words, a picture where no widget is."""

import html
import json
import os
import re
import subprocess
import sys
import types
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_figures import text_boxes

from helpers import stepper
from helpers.building.execute import execute
from helpers.lessons import find_exercise, keras_models
from helpers.lessons.fixtures import weights
from helpers.lessons.gated_fixtures import gated_weights
from helpers.reference import forward_loop, gru, lstm
from helpers.stepping.answer import follow
from helpers.stepping.page import compose
from helpers.stepping.trace import CannotStep, trace
from helpers.stepping.widget import StepperWidget

CELLS = ("SimpleRNN", "LSTM", "GRU, reset after", "GRU, reset before")
each_cell = pytest.mark.parametrize("cell", CELLS)


def case(cell="SimpleRNN", T=6, D=3, M=5, K=2, seed=0):
    """Random x (T, D) and the weights of a layer, without those of an output layer."""
    rng = np.random.default_rng(seed)
    x = rng.normal(0, 1, (T, D))
    if cell == "SimpleRNN":
        return x, tuple(weights(rng, D, M, K).values())[:3]
    gates, rows = {"LSTM": (4, None), "GRU, reset after": (3, 2), "GRU, reset before": (3, None)}[cell]
    return x, tuple(gated_weights(rng, D, M, gates, rows).values())


def dense(M=5, K=2):
    rng = np.random.default_rng(9)
    return rng.normal(0, 1, (M, K)), rng.normal(0, 1, K)


X, W = case()
RNN = (X, *W, *dense())


def by_reference(cell, x, Wx, Wh, b):
    """The states (T, M) and, of an LSTM, the memories."""
    if cell == "SimpleRNN":
        h, states = np.zeros(len(b)), []
        for x_t in x:
            h = forward_loop.rnn_step(x_t, h, Wx, Wh, b)
            states.append(h)
        return np.stack(states)
    if cell == "LSTM":
        return lstm.lstm_forward(x[None], Wx, Wh, b)[0][0]
    return gru.gru_forward(x[None], Wx, Wh, b, b.ndim == 2)[0][0]


@each_cell
@settings(max_examples=25, deadline=None)
@given(sizes=st.tuples(*[st.integers(1, 6)] * 3), seed=st.integers(0, 2**20))
def test_every_step_is_the_references(cell, sizes, seed):
    T, D, M = sizes
    x, layer = case(cell, T, D, M, seed=seed)
    truth = trace(x, *layer)
    assert truth.sizes == {"T": T, "D": D, "M": M}
    np.testing.assert_allclose([step["h"] for step in truth.steps], by_reference(cell, x, *layer), atol=1e-12)
    for before, after in zip(truth.steps, truth.steps[1:], strict=False):
        assert all((after[f"{name}_last"] == before[name]).all() for name in truth.carried)
    first = truth.steps[0]
    assert not any(first[f"{name}_last"].any() for name in truth.carried)


@each_cell
def test_the_parts_add_up_and_every_gate_is_its_own_sigmoid(cell):
    x, layer = case(cell)
    for step in trace(x, *layer).steps:
        for gate in {"LSTM": "ifo", "GRU": "zr"}.get(cell[:4].rstrip(","), ""):
            np.testing.assert_allclose(step[gate], lstm.sigmoid(step[f"before_{gate}"]))
        if cell == "SimpleRNN":
            np.testing.assert_allclose(step["sum"], step["from_input"] + step["from_state"] + step["bh"])
            np.testing.assert_allclose(step["h"], np.tanh(step["sum"]))
            continue
        np.testing.assert_allclose(step["candidate"], np.tanh(step["before_candidate"]))
        if cell == "LSTM":
            np.testing.assert_allclose(step["c"], step["kept"] + step["written"])
            np.testing.assert_allclose(step["h"], step["o"] * np.tanh(step["c"]))
        else:
            np.testing.assert_allclose(step["before_candidate"], step["xh"] + step["past"])
            np.testing.assert_allclose(step["h"], step["kept"] + step["new"])


def test_the_last_output_is_what_keras_predicts():
    import keras

    for layer in (keras.layers.SimpleRNN, keras.layers.LSTM, keras.layers.GRU):
        model = keras.Sequential(
            [keras.Input((6, 3)), layer(5, bias_initializer="normal"), keras.layers.Dense(2)]
        )
        predicted = keras_models.call(model, X[None].astype("float32"))[0]
        truth = trace(X, *model.get_weights())
        np.testing.assert_allclose(truth.steps[-1]["y"], predicted, atol=1e-5)
        assert truth.cell == layer.__name__


# Answers: what the learner's function does, beside the truth.


def no_bias(x_t, h_last, Wx, Wh, bh):
    return np.tanh(x_t @ Wx + h_last @ Wh)


def transposed(x_t, h_last, Wx, Wh, bh):
    return np.tanh(x_t @ Wx + Wh @ h_last + bh)


def goes_wrong_later(x_t, h_last, Wx, Wh, bh):
    h = np.tanh(x_t @ Wx + h_last @ Wh + bh)
    return h * np.nan if np.allclose(x_t, X[4]) else h


def not_carried(x, Wx, Wh, bh, Wo, bo):
    return np.tanh(x[-1] @ Wx + bh) @ Wo + bo


def backwards(x, Wx, Wh, bh, Wo, bo):
    return forward_loop.forward(x[::-1], Wx, Wh, bh, Wo, bo)


def one_short(x, Wx, Wh, bh, Wo, bo):
    return np.stack([*forward_loop.forward_all(x, Wx, Wh, bh, Wo, bo)[:-1], np.zeros(len(bo))])


def without_forget_gate(x_t, h_last, c_last, Wx, Wh, b):
    i, _, candidate, o = lstm.split_gates(x_t @ Wx + h_last @ Wh + b, len(Wh))
    c = c_last + lstm.sigmoid(i) * np.tanh(candidate)
    return lstm.sigmoid(o) * np.tanh(c), c


def exchanged(x_t, h_last, c_last, Wx, Wh, b):
    return lstm.lstm_step(x_t, h_last, c_last, Wx, Wh, b)[::-1]


def always_before(x_t, h_last, Wx, Wh, b, reset_after):
    return gru.gru_step(x_t, h_last, Wx, Wh, b[0] if reset_after else b, False)


@pytest.mark.parametrize(
    ("cell", "answer", "t"),
    [
        ("SimpleRNN", forward_loop.rnn_step, None),
        ("SimpleRNN", forward_loop.forward, None),
        ("SimpleRNN", forward_loop.forward_all, None),
        ("SimpleRNN", no_bias, 0),
        ("SimpleRNN", transposed, 1),
        ("SimpleRNN", goes_wrong_later, 4),
        ("SimpleRNN", not_carried, 1),
        ("SimpleRNN", backwards, 1),
        ("SimpleRNN", one_short, 5),
        ("LSTM", lstm.lstm_step, None),
        ("LSTM", without_forget_gate, 1),
        ("LSTM", exchanged, 0),
        ("GRU, reset after", gru.gru_step, None),
        ("GRU, reset before", gru.gru_step, None),
        ("GRU, reset after", always_before, 0),
        ("GRU, reset before", always_before, None),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_first_step_that_parts_is_found(cell, answer, t, dtype):
    x, layer = case(cell)
    arrays = [array.astype(dtype) for array in (x, *layer, *dense())]
    before = [array.copy() for array in arrays]
    shown = stepper(*arrays, answer=answer)
    assert shown.parts_from == t
    assert shown.t == (t or 0)
    assert all((one == other).all() for one, other in zip(arrays, before, strict=True))
    alt = shown.picture().alt
    assert f"Your {answer.__name__} " in alt
    assert ("at every step" in alt) == (t is None)
    assert (f"from t = {t} on" in alt) == (t is not None)


@pytest.mark.parametrize("name", ["rnn_step", "forward", "forward_all", "lstm_step", "gru_step"])
def test_every_misconception_of_the_bank_parts_somewhere(name):
    exercise = find_exercise(name)
    cells = {"lstm_step": CELLS[1:2], "gru_step": CELLS[2:]}.get(name, CELLS[:1])
    found = {}
    for cell in cells:
        x, layer = case(cell, T=3, D=5)  # D = M: an exchange raises no error
        arrays = (x, *layer, *dense())
        assert stepper(*arrays, answer=exercise.reference).parts_from is None
        for wrong in exercise.misconceptions:
            shown = stepper(*arrays, answer=called(name, wrong.answer))
            found[wrong.name] = found.get(wrong.name, False) or shown.parts_from is not None
    missed = {wrong for wrong, seen in found.items() if not seen}
    assert missed <= BATCHES_ONLY, missed


def called(name, answer):
    """The same function under the exercise's name, as a learner's is."""
    return types.FunctionType(
        answer.__code__, answer.__globals__, name, answer.__defaults__, answer.__closure__
    )


BATCHES_ONLY = {"one_sample_alone"}
"""Mistakes that a single sample does not show."""


def stub(x_t, h_last, Wx, Wh, bh):
    raise NotImplementedError("Replace this line by your answer.")


def of_one_sample_too_many(x_t, h_last, Wx, Wh, bh):
    return forward_loop.rnn_step(x_t, h_last, Wx, Wh, bh)[None]


def product_turned_round(x_t, h_last, Wx, Wh, bh):
    return np.tanh(Wx @ x_t + h_last @ Wh + bh)


def leaves_with(problem):
    def answer(x_t, h_last, Wx, Wh, bh):
        if np.allclose(x_t, X[2]):
            raise problem
        return forward_loop.rnn_step(x_t, h_last, Wx, Wh, bh)

    return answer


def writes(x_t, h_last, Wx, Wh, bh):
    h_last[:] = np.tanh(x_t @ Wx + h_last @ Wh + bh)
    return h_last


@pytest.mark.parametrize(
    ("answer", "t", "says"),
    [
        (stub, None, "Your stub is not written yet"),
        (lambda *_: None, 0, "It gives None: is its return missing?"),
        (lambda *_: 0.5, 0, "It gives a single number, where h (M,) = (5,) is due."),
        (lambda *_: [0.5] * 5, 0, "It gives a list of 5, where h (M,) = (5,) is due."),
        (lambda *_: np.array(["a"] * 5), 0, "of the shape (5,) of <U1"),
        (lambda *_: case, 0, "a value of the type function"),
        (of_one_sample_too_many, 0, "an array of the shape (1, 5), where h (M,) = (5,) is due."),
        (product_turned_round, 0, "The inner sizes of a product differ: 5 on the left of @, 3 on the right."),
        (product_turned_round, 0, "of its cell: return np.tanh(Wx @ x_t + h_last @ Wh + bh)"),
        (leaves_with(ValueError("no *such* {M} ~thing~")), 2, "ValueError: no *such* {M} ~thing~."),
        (leaves_with(SystemExit("bye")), 2, "SystemExit: bye."),
        (leaves_with(KeyboardInterrupt()), 2, "You stopped it."),
        (
            lambda x_t, h_last: h_last,
            0,
            "called as rnn_step(x_t, h_last, Wx, Wh, bh), and does not take that.",
        ),
        (writes, None, "It writes into h_last, which belongs to its caller."),
    ],
)
def test_whatever_an_answer_does_is_said_in_words_at_that_step(answer, t, says):
    truth = trace(*RNN)
    followed = follow(answer, truth)
    assert followed.parts_from == t
    assert says in f"{followed.verdict} {' '.join(step.words for step in followed.steps)}"
    if t is not None:
        assert [step.status for step in followed.steps][: t + 1] == ["same"] * t + ["stopped"]
        assert {step.status for step in followed.steps[t + 1 :]} == {"not reached"}
        assert f"Your {answer.__name__} stops at t = {t}." in followed.verdict
    shown = stepper(*RNN, answer=answer)
    assert ("Traceback" in str(shown._repr_mimebundle_())) is False
    for step in range(6):
        ElementTree.fromstring(shown.picture(step).svg)


def test_a_pair_is_due_from_an_lstm():
    x, layer = case("LSTM")
    followed = follow(lambda x_t, h_last, c_last, Wx, Wh, b: h_last, trace(x, *layer))
    assert (
        "It gives an array of the shape (5,), where h and c are due, in this order."
        in followed.steps[0].words
    )


def test_nan_and_infinity_are_shown_and_part():
    shown = stepper(
        *RNN, answer=lambda x_t, h_last, Wx, Wh, bh: np.array([np.nan, np.inf, -np.inf, 1e9, 0.5])
    )
    assert shown.parts_from == 0
    assert all(f">{text}<" in shown.picture().svg for text in ("nan", "∞", "−∞", "1.0e9"))


def test_numbers_are_said_as_the_lessons_print_them():
    page = compose(
        trace([[0, 1, -20]], np.array([[1.25, 12.5], [0, 100.25], [0, 0]]), np.eye(2), np.zeros(2))
    )
    inputs, units = page.steps[0].blocks
    assert [cell.text for cell in inputs.rows[0].cells] == ["0", "1", "−20"]
    texts = {row.name: [cell.text for cell in row.cells] for row in units.rows}
    assert texts["*h_last*"] == ["0", "0"]
    assert texts["the sum"] == ["0.0000", "100.2"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (lambda: stepper(X[None], *W), "one sample x (T, D), and not a batch (N, T, D): X[0]"),
        (lambda: stepper(X[0], *W), "x has 2 axes"),
        (
            lambda: stepper(X, W[0].T, *W[1:]),
            "Wx has to be (D, M) = (3, 5), as x says D = 3 and Wh says M = 5",
        ),
        (lambda: stepper(X, W[1], W[1], W[2]), "Wx has to be (D, M) = (3, 5)"),
        (lambda: stepper(X, W[0], W[1][:, :4], W[2]), "and not (5, 4)"),
        (lambda: stepper(X, W[0], np.zeros((5, 10)), W[2]), "(M, 4M) in an LSTM"),
        (lambda: stepper(X, *W[:2], W[2][:4]), "bh has to be (M,) = (5,)"),
        (lambda: stepper(X, *W[:2], np.zeros((2, 5))), "bh has to be (M,) = (5,)"),
        (lambda: stepper(X, *case("LSTM")[1][:2], np.zeros((2, 20))), "b has to be (4M,) = (20,)"),
        (lambda: stepper(X, *case(CELLS[2])[1][:2], np.zeros((3, 15))), "b has to be (2, 3M) = (2, 15)"),
        (lambda: stepper(X, *W, dense()[0].T, dense()[1]), "Wo has to be (M, K)"),
        (lambda: stepper(X, *W, dense()[0], np.zeros(5)), "bo has to be (K,) = (2,)"),
        (lambda: stepper(X, *W, dense()[0]), "Wo and bo, the weights of the output layer, come together"),
        (lambda: stepper(X * np.nan, *W), "x has values that are not finite"),
        (lambda: stepper("x", *W), "x is an array of numbers"),
        (lambda: stepper(np.zeros((101, 3)), *W), "at most 100 steps, x has 101: try x[:100]"),
        (lambda: stepper(*RNN, answer=np.ones(5)), "with no brackets behind its name: answer=rnn_step"),
        (lambda: stepper(*RNN, t=6), "t is a step from 0 to T - 1 = 5, and not 6"),
        (lambda: stepper(*RNN, t=1.0), "and not 1.0"),
        (lambda: stepper(*RNN).picture(-7), "and not -7"),
    ],
)
def test_what_does_not_fit_is_one_sentence_without_a_traceback(given, says):
    with pytest.raises(CannotStep, match=re.escape(says)) as raised:
        given()
    assert raised.value._render_traceback_() == [str(raised.value)]
    assert "\n" not in str(raised.value)


# The picture, for where no widget is.


def drawn(cell="SimpleRNN", K=None, answer=None, t=1, **sizes):
    x, layer = case(cell, **sizes)
    M = layer[1].shape[0]
    output = dense(M, K) if K else ()
    return stepper(x, *layer, *output, answer=answer, t=t).picture()


PICTURES = {
    "rnn": lambda: drawn(K=2, T=10),
    "rnn_parts": lambda: drawn(K=2, T=10, answer=transposed),
    "rnn_stops": lambda: drawn(K=2, T=10, answer=product_turned_round, t=0),
    "rnn_loop": lambda: drawn(K=2, T=10, answer=not_carried),
    "rnn_unwritten": lambda: drawn(K=2, answer=stub, t=0),
    "lstm": lambda: drawn("LSTM", T=12, D=4, M=1),
    "lstm_units": lambda: drawn("LSTM"),
    "lstm_answer": lambda: drawn("LSTM", K=2, answer=without_forget_gate, t=5),
    "gru": lambda: drawn("GRU, reset after", T=14, D=2, M=1),
    "gru_before": lambda: drawn("GRU, reset before", answer=always_before),
    "one": lambda: drawn(T=1, D=1, M=1, K=1, t=0),
}
LARGE = {
    "rnn_large": lambda: drawn(T=100, D=20, M=64, K=10, answer=transposed, t=99),
    "lstm_large": lambda: drawn("LSTM", T=40, D=20, M=64, K=10, answer=lstm.lstm_step, t=-1),
}


@pytest.fixture(scope="module")
def pictures():
    return {name: draw() for name, draw in (PICTURES | LARGE).items()}


@pytest.mark.parametrize("name", PICTURES | LARGE)
def test_the_picture_is_small_whole_and_legible(pictures, name):
    svg = pictures[name].svg
    root = ElementTree.fromstring(svg)
    assert len(svg.encode()) <= (19_000 if name in PICTURES else 34_000)
    width, height = float(root.get("width")), float(root.get("height"))
    assert width <= 900
    assert height <= 900
    boxes = text_boxes(svg)
    for words, (left, top, right, bottom) in boxes:
        assert 4 <= left <= right <= width - 4, words
        assert 4 <= top <= bottom <= height - 4, words
    for index, (one, a) in enumerate(boxes):
        for other, b in boxes[index + 1 :]:
            apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
            assert apart, f"{one!r} lies on {other!r}"


@pytest.mark.parametrize("name", PICTURES | LARGE)
def test_the_alternative_text_says_the_step_in_numbers(pictures, name):
    alt = pictures[name].alt
    assert 40 <= len(alt) <= 900
    assert alt.endswith(".")
    assert not re.search(r"[{}*~\n]", alt)
    assert re.match(r"Step t = \d+ of an? \w+ with \(T, D, M(, K)?\) = \(", alt)


def test_the_bundle_holds_the_picture_and_the_widget():
    shown = stepper(*RNN, t=-1)
    bundle, _ = shown._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert bundle["text/plain"] == shown.picture().alt == shown.picture(5).alt
    assert html.escape(shown.picture().alt) in bundle["text/html"]


PROGRAM = """
import sys
{before}
import numpy as np
from helpers import stepper
x, Wx, Wh, bh = np.ones((3, 2)), np.ones((2, 4)), np.eye(4), np.ones(4)
bundle, _ = stepper(x, Wx, Wh, bh, answer=lambda x_t, h_last, Wx, Wh, bh: h_last)._repr_mimebundle_()
print(len(bundle), bundle["text/html"])
"""


def test_it_is_the_same_in_another_process_and_without_anywidget_the_picture_alone():
    shown = []
    for before, kinds in (("", "3"), ("sys.modules['anywidget'] = None", "2")):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM.format(before=before)],
            capture_output=True,
            text=True,
            env={**os.environ, "PYTHONHASHSEED": kinds},
            check=True,
        )
        count, _, picture = done.stdout.partition(" ")
        assert (count, done.stderr) == (kinds, "")
        shown.append(picture)
    assert shown[0] == shown[1]
    assert "Your &lt;lambda&gt; parts from the right h from t = 0 on." in shown[0]


# The widget.


@each_cell
def test_the_widget_gets_everything_at_once_in_what_json_has(cell):
    x, layer = case(cell)
    shown = stepper(x, *layer, t=2)
    page = json.loads(json.dumps(shown.widget.page, allow_nan=False))
    assert isinstance(shown.widget, StepperWidget)
    assert shown.widget.t == 2
    assert len(page["steps"]) == 6
    step = page["steps"][2]
    said = "".join(text for text, _ in step["equation"])
    assert said.startswith("t = 2:")
    picture = shown.picture().svg
    for block in step["blocks"]:
        for row in block["rows"]:
            assert len(row["cells"]) == len(block["indices"])
            assert all(f">{cell['text']}<" in picture for cell in row["cells"])


def test_the_widget_needs_no_internet():
    for name in ("_esm", "_css"):
        source = str(getattr(StepperWidget, name))
        assert not re.search(r"https?:|\bimport\b|@import|url\(|eval|innerHTML", source)


SMALL = """\
from helpers import stepper
import numpy as np
stepper(np.ones((3, 2)), np.ones((2, 4)), np.eye(4), np.ones(4))
"""
ROOT = Path(__file__).parents[1]


@pytest.mark.slow
def test_a_build_stores_the_picture_and_no_trace_of_the_widget(tmp_path):
    texts = []
    for _ in range(2):
        cell = nbformat.v4.new_code_cell(SMALL, id="a")
        texts.append(nbformat.writes(execute(nbformat.v4.new_notebook(cells=[cell]), tmp_path)))
    assert texts[0] == texts[1]
    assert "widget" not in texts[0]
    assert "Step t = 0 of a SimpleRNN" in texts[0]


@pytest.mark.slow
def test_feedback_shows_the_picture_and_asks_the_internet_for_no_widget(tmp_path):
    from nbconvert import HTMLExporter
    from nbgrader.preprocessors import Execute
    from traitlets.config import PyFileConfigLoader

    cell = nbformat.v4.new_code_cell(SMALL)
    config = PyFileConfigLoader("nbgrader_config.py", path=str(ROOT)).load_config()
    graded, _ = Execute(config=config).preprocess(
        nbformat.v4.new_notebook(cells=[cell]), {"metadata": {"path": str(tmp_path)}}
    )
    page, _ = HTMLExporter().from_notebook_node(graded)
    assert '<img alt="Step t = 0 of a SimpleRNN' in page
    assert "vnd.jupyter.widget-view" not in page
