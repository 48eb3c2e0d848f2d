"""The pictures: the same from run to run, small, well-formed, readable, and said in words as well."""

import hashlib
import html
import itertools
import logging
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from helpers import figures
from helpers.figures import canvas, lettering, palette

SVG = "{http://www.w3.org/2000/svg}"


def numbers(*shape):
    return np.random.default_rng(0).standard_normal(shape)


def keras_model(name):
    """A model to draw; Keras warns of much while it is loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from keras import Input, Model, Sequential, layers

        i = Input((10, 3))
        if name == "the course's":
            return Model(i, layers.Dense(2)(layers.SimpleRNN(5)(i)))
        if name == "one layer":
            return Sequential([Input((1,)), layers.Dense(1)])
        if name == "branches":
            reader, j = layers.LSTM(500, return_sequences=True, return_state=True), Input((None, 3))
            inner = Sequential([Input((None, 3)), layers.GRU(4), layers.Dense(4)], name="reader")
            x = layers.Concatenate()([reader(i)[1], inner(i), inner(j)])
            return Model([i, j], [layers.Dense(1000, activation="softmax")(x), x])
        if name == "both ways":
            both = [layers.Bidirectional(layers.LSTM(1000, return_sequences=True)) for _ in range(2)]
            return Sequential([Input((9,)), layers.Embedding(20_000, 300, mask_zero=True), *both])
        if name == "no letters":
            x = layers.LayerNormalization()(i + layers.MultiHeadAttention(3, 300)(i, i))
            return Model(i, [layers.Conv1D(4, 3)(x), x[:, -1]])
        many = {"six layers": 6, "twelve layers": 12, "fifty layers": 50}[name]
        stack = [layers.Bidirectional(layers.GRU(64, return_sequences=True)) for _ in range(many // 2)]
        stack += [layers.SimpleRNN(8, return_sequences=True) for _ in range(many // 2)]
        return Sequential(
            [Input((100, 8)), *stack, layers.Dense(10, name=f"an_answer_{many * 'o'}f_its_own")]
        )


LESSONS = [
    ("01_notation", "Read any shape in five letters", 25, 5),
    ("03_summary", "Account for <every> number & more", 20, 1),
    ("05_forward_loop", "The loop by hand", 35, 4),
]
OUTCOMES = ["passed", "failed", "not run"]
RNN = {"Wx": numbers(3, 5), "Wh": numbers(5, 5), "bh": numbers(5), "Wo": numbers(5, 2), "bo": numbers(2)}
LSTM = {"Wx": numbers(3, 16), "Wh": numbers(4, 16), "b": numbers(16)}
GRU = {"Wx": numbers(3, 12), "Wh": numbers(4, 12), "b": numbers(2, 12)}
INK = np.abs(numbers(12, 8, 8))
READ = {"H": np.tanh(numbers(8, 16)), "P": np.eye(10)[np.arange(8)] * 0.55 + 0.045}

# As the lessons draw them, and what their alternative text has to say.
USUAL = {
    "letters": (lambda: figures.letters(), "(N, T, D)"),
    "tensor": (lambda: figures.tensor(numbers(3, 4, 2).round(1)), "(N, T, D) = (3, 4, 2)"),
    "sample": (
        lambda: figures.tensor(numbers(3, 4, 2), highlight=0),
        "X[0] is picked out and gives (T, D) = (4, 2)",
    ),
    "time_step": (lambda: figures.tensor(numbers(3, 4, 2), highlight=np.s_[:, 1]), "X[:, 1] is picked out"),
    "feature": (lambda: figures.tensor(numbers(3, 4, 2), highlight=np.s_[:, :, 1]), "gives (N, T) = (3, 4)"),
    "windows": (lambda: figures.windows(np.arange(9), 3), "X (N, T, 1) = (6, 3, 1)"),
    "transpose": (lambda: figures.transpose_or_reshape(), "(T, N, D) = (4, 3, 2)"),
    "network": (lambda: figures.network(10, 3, 5, 2), "Wx (D, M) = (3, 5)"),
    "unrolled": (lambda: figures.unrolled(10, 3, 5, 2), "y (K,) = (2,)"),
    "unrolled_all": (lambda: figures.unrolled(4, 3, 5, 2, outputs="all"), "outputs (T, K) = (4, 2)"),
    "many_to_many": (lambda: figures.many_to_many(4), "(N, T, D) gives (N, T, K)"),
    "step": (lambda: figures.step(3, 5), "Wh (M, M) = (5, 5)"),
    "dense": (lambda: figures.dense(5, 2), "Wo (M, K) = (5, 2)"),
    "batch_loop": (lambda: figures.batch_loop(3, 4, 2, 5), "h (N, M) = (3, 5)"),
    "weights": (lambda: figures.weights(**RNN), "Wo (M, K) = (5, 2)"),
    "lstm_weights": (lambda: figures.weights(**LSTM), "Wh (M, 4M) = (4, 16)"),
    "gru_weights": (lambda: figures.weights(**GRU), "b (2, 3M) = (2, 12)"),
    "states": (lambda: figures.states(np.tanh(numbers(10, 5))), "(T, M) = (10, 5)"),
    "states_by_sample": (lambda: figures.states(np.tanh(numbers(3, 6, 5))), "(N, T, M) = (3, 6, 5)"),
    "parameters": (lambda: figures.parameters(3, 5, 2), "45 + 12 = 57"),
    "parameter_growth": (lambda: figures.parameter_growth(3, 2), "they are 1218"),
    "flattened": (lambda: figures.flattened(4, 2), "a row of T·D = 8 numbers"),
    "parameters_over_time": (
        lambda: figures.parameters_over_time(3, 5, 2),
        "from T = 3 on the network without recurrence has more",
    ),
    "tanh": (lambda: figures.tanh(), "tanh"),
    "carried_state": (lambda: figures.carried_state(4, 3), "T = 4 + 3 = 7"),
    "masking": (lambda: figures.masking(np.tri(4, 6, 1) > 0), "mask (N, T) = (4, 6)"),
    "lstm_cell": (lambda: figures.lstm_cell(3, 5), "+ h_last @ Wh + b of the shape (4M,) = (20,)"),
    "gru_cell": (lambda: figures.gru_cell(3, 5), "h_last (M,) = (5,) times Wh makes hz, hr, hh"),
    "gru_cell_before": (lambda: figures.gru_cell(3, 5, False), "the reset comes before the product"),
    "bias_rows": (lambda: figures.bias_rows(4), "b (2, 3M) = (2, 12)"),
    "gates": (
        lambda: figures.gates(
            {"value": [1, -1, 1, -1] * 3, "write": [0, 1, 0] * 4, "erase": [0] * 12, "read": [0, 1] * 6},
            {name: np.linspace(0, 1, 12) for name in "ifo"},
            {"c": np.tanh(numbers(12)), "h": np.tanh(numbers(12))},
        ),
        "from 0 (shut) to 1 (open), with value, write, erase, read going in",
    ),
    "echoes": (
        lambda: figures.echoes({f"LSTM, f = {f}": f ** np.arange(31) for f in (0.5, 0.7, 0.9, 0.99)}),
        "LSTM, f = 0.5: from 1.00 to 0.00",
    ),
    "backward": (lambda: figures.backward(3, 4, 2, 5, 1), "dh = da @ Wh.T to the step before it"),
    "fading": (
        lambda: figures.fading({f"radius {r}": r ** np.arange(29.0, -1, -1) for r in (0.5, 0.9)}),
        "radius 0.9, 0.047 times",
    ),
    "clipping": (
        lambda: figures.clipping([[2.4, 1.0], [-0.3, 0.4], [-1.8, -1.5], [0.2, -0.5], [0.6, 2.0]]),
        "3 of them reach out of the circle",
    ),
    "stack": (lambda: figures.stack(4, 3, [5, 4]), "Wx (M₁, M₂) = (5, 4)"),
    "both_ways": (lambda: figures.both_ways(4, 3, 5), "joined to (2M,) = (10,)"),
    "seen": (lambda: figures.seen(6), "at t = 0 the forward half has read one step"),
    "digits": (lambda: figures.digits(INK[:6], ["9, read as 5"] * 6), "6 handwritten digits of 8 by 8"),
    "reading": (lambda: figures.reading(INK[0], **READ, label=4), "(T, D) = (8, 8) pixels, read row by row"),
    "outcomes": (
        lambda: figures.outcomes({"dense": {"passed": 9, "failed": 3}, "forward": {"passed": 12}}, OUTCOMES),
        "dense: 9 passed, 3 failed; forward: 12 passed",
    ),
    "descent": (
        lambda: figures.descent([-1, 0.6, 1.6, 2.2], lambda w: (w - 3) ** 2, between=(-2, 8)),
        "3 steps lead: from w = -1.00",
    ),
    "loss_curves": (
        lambda: figures.loss_curves({"SGD": 0.9 ** np.arange(60), "Adam": 0.8 ** np.arange(60)}),
        "over 60 steps of training",
    ),
    "split_by_time": (
        lambda: figures.split_by_time(
            np.arange(1700, 2009), 90 * numbers(309) ** 2, 1930, upright="sunspots"
        ),
        "the 230 years before are to train on, the 79 from then on",
    ),
    "forecast": (
        lambda: figures.forecast(
            np.arange(1930, 2009), np.full(79, 50.0), naive=np.full(79, 30.0), network=np.full(79, 53.0)
        ),
        "naive is off by 20, network is off by 3",
    ),
    "course_map": (
        lambda: figures.course_map(LESSONS),
        "03 Account for <every> number & more, 20 minutes, 1 exercise;",
    ),
}

# The edges: everything of size one, and sizes that have to be abridged.
EDGES = {
    "tensor_of_one": lambda: figures.tensor(numbers(1, 1, 1)),
    "tensor_picked_to_one": lambda: figures.tensor(numbers(2, 3, 4), highlight=(1, -1, 0)),
    "tensor_sizes": lambda: figures.tensor((7, 20, 30), highlight=np.s_[:, 2]),
    "tensor_slice": lambda: figures.tensor(numbers(3, 4, 2), highlight=np.s_[:, 1:3]),
    "tensor_matrix": lambda: figures.tensor((100, 20), "N M", "H"),
    "tensor_wide": lambda: figures.tensor((4, 16), "M 4M", "Wh"),
    "tensor_row": lambda: figures.tensor(np.arange(30.0), "T", "x"),
    "windows_of_one": lambda: figures.windows([1.0, 2.0], 1),
    "windows_many": lambda: figures.windows(numbers(60), 4),
    "windows_long": lambda: figures.windows(np.arange(40), 25),
    "transpose_of_one": lambda: figures.transpose_or_reshape(numbers(1, 1, 1)),
    "transpose_large": lambda: figures.transpose_or_reshape(numbers(3, 5, 3)),
    "network_of_one": lambda: figures.network(1, 1, 2, 1),
    "network_large": lambda: figures.network(100, 20, 64, 10),
    "unrolled_one_step": lambda: figures.unrolled(1, 1, 2, 1),
    "unrolled_large": lambda: figures.unrolled(20, 8, 32, 10, outputs="all"),
    "many_to_many_of_one": lambda: figures.many_to_many(1),
    "many_to_many_long": lambda: figures.many_to_many(20),
    "step_small": lambda: figures.step(1, 2),
    "step_large": lambda: figures.step(8, 32),
    "dense_small": lambda: figures.dense(2, 1),
    "dense_large": lambda: figures.dense(64, 10),
    "batch_of_one": lambda: figures.batch_loop(1, 1, 1, 2),
    "batch_large": lambda: figures.batch_loop(50, 20, 8, 32),
    "weights_large": lambda: figures.weights(Wx=numbers(8, 32), Wh=numbers(32, 32), bh=numbers(32)),
    "weights_zero": lambda: figures.weights(bh=np.zeros(5)),
    "gradient": lambda: figures.weights(dWx=numbers(3, 5), other=numbers(2, 2)),
    "states_one_step": lambda: figures.states(np.tanh(numbers(1, 3))),
    "states_long": lambda: figures.states(np.tanh(numbers(100, 16))),
    "states_many": lambda: figures.states(np.tanh(numbers(8, 20, 8))),
    "states_zero": lambda: figures.states(np.zeros((3, 2))),
    "parameters_of_one": lambda: figures.parameters(1, 1, 1),
    "parameters_large": lambda: figures.parameters(8, 1000, 10),
    "growth_of_two": lambda: figures.parameter_growth(1, 1, [1, 2]),
    "flattened_of_one": lambda: figures.flattened(1, 1),
    "flattened_long": lambda: figures.flattened(12, 2),
    "flattened_wide": lambda: figures.flattened(2, 12),
    "over_time_of_one": lambda: figures.parameters_over_time(1, 1, 1, longest=2),
    "over_time_never_crossed": lambda: figures.parameters_over_time(2, 100, 10, longest=12),
    "over_time_crossed_at_the_end": lambda: figures.parameters_over_time(2, 36, 3, longest=20),
    "over_time_crossed_at_once": lambda: figures.parameters_over_time(100, 2, 3, longest=200),
    "carried_short": lambda: figures.carried_state(1, 1),
    "carried_long": lambda: figures.carried_state(20, 10),
    "mask_of_one": lambda: figures.masking(np.zeros((1, 1), dtype=bool)),
    "mask_large": lambda: figures.masking(numbers(20, 30) > 0),
    "lstm_cell_small": lambda: figures.lstm_cell(1, 1),
    "lstm_cell_large": lambda: figures.lstm_cell(300, 1000),
    "gru_cell_small": lambda: figures.gru_cell(1, 1, reset_after=False),
    "gru_cell_large": lambda: figures.gru_cell(300, 1000),
    "bias_of_one": lambda: figures.bias_rows(1),
    "bias_large": lambda: figures.bias_rows(1000),
    "gates_of_one_step": lambda: figures.gates({}, {"z": [0.5]}, {"h": [3.0]}),
    "gates_long": lambda: figures.gates(
        {"x": numbers(60)}, {name: np.linspace(0, 1, 60) for name in "ifo"}, {"c": numbers(60)}
    ),
    "echo_of_two_steps": lambda: figures.echoes({"h": [1, -0.5]}),
    "backward_of_one": lambda: figures.backward(1, 1, 1, 1, 1),
    "backward_large": lambda: figures.backward(50, 100, 20, 64, 10),
    "norms_of_two_steps": lambda: figures.fading({"h": np.array([0.5, 1.0])}),
    "norms_that_meet": lambda: figures.fading({f"M = {M}": np.ones(100) for M in range(2, 8)}),
    "clipping_of_zeros": lambda: figures.clipping([[0, 0], [0.3, 0.4]], max_norm=2.5),
    "stack_of_one": lambda: figures.stack(1, 1, [1]),
    "stack_large": lambda: figures.stack(20, 300, [1000, 300, 10]),
    "both_ways_of_one": lambda: figures.both_ways(1, 1, 1),
    "both_ways_large": lambda: figures.both_ways(30, 300, 1000),
    "seen_of_one": lambda: figures.seen(1),
    "seen_long": lambda: figures.seen(20),
    "digits_of_one": lambda: figures.digits(np.zeros((1, 8, 8))),
    "digits_many": lambda: figures.digits(INK, range(12)),
    "digits_long_captions": lambda: figures.digits(INK[:3, :2, :5], ["a caption that is long enough"] * 3),
    "reading_rows_only": lambda: figures.reading(INK[0]),
    "reading_of_one": lambda: figures.reading([[1.0]], [[0.0]], [[1.0]]),
    "reading_large": lambda: figures.reading(
        np.abs(numbers(10, 10)), np.tanh(numbers(10, 300)), np.full((10, 100), 0.01)
    ),
    "descent_of_no_length": lambda: figures.descent([1, 1], lambda w: w),
    "descent_up_and_down": lambda: figures.descent([2, -2.2, 2.5, -3], lambda w: 1e4 * w**4),
    "losses_of_one": lambda: figures.loss_curves({"SGD": [1, 1]}),
    "losses_far_apart": lambda: figures.loss_curves(
        {"SGD": [1e9, 1], "SGD with momentum": [1e-20, 1e-12, 1], "Adam": [5] * 300}
    ),
    "split_of_two": lambda: figures.split_by_time([1, 2], [0, 0], 2),
    "forecast_below_zero": lambda: figures.forecast(
        [1, 2, 3], [-1, -2, -3], upright="sunspots", last_value=[0, -1, -2]
    ),
    "draw": lambda: figures.draw(keras_model("the course's")),
    "draw_one_layer": lambda: figures.draw(keras_model("one layer")),
    "draw_branches": lambda: figures.draw(keras_model("branches")),
    "draw_both_ways": lambda: figures.draw(keras_model("both ways")),
    "draw_no_letters": lambda: figures.draw(keras_model("no letters")),
    "draw_six_layers": lambda: figures.draw(keras_model("six layers")),
    "draw_twelve_layers": lambda: figures.draw(keras_model("twelve layers")),
    "draw_fifty_layers": lambda: figures.draw(keras_model("fifty layers")),
    "outcomes_of_one": lambda: figures.outcomes({"dense": {"passed": 1}}, OUTCOMES),
    "outcomes_of_many": lambda: figures.outcomes(
        {
            name: {"passed": 100_000, "failed": 1, "not run": 7}
            for name in ("an_exercise_of_long_name", *"abcdef")
        },
        [*OUTCOMES, "of a long name indeed", "and another of them", "and so on", "the last"],
    ),
    "course_of_one": lambda: figures.course_map(LESSONS[:1]),
}
ALL = {name: draw for name, (draw, _) in USUAL.items()} | EDGES


@pytest.fixture(scope="module")
def pictures():
    """Every picture once, drawn with warnings as errors."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return {name: draw() for name, draw in ALL.items()}


def test_every_function_is_pictured():
    source = re.findall(r"figures\.(\w+)\(", Path(__file__).read_text(encoding="utf-8"))
    assert set(figures.__all__) - {"Picture"} <= set(source)


@pytest.mark.parametrize("name", ALL)
def test_svg_is_well_formed_and_self_contained(pictures, name):
    root = ElementTree.fromstring(pictures[name].svg)
    assert root.tag == f"{SVG}svg"
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= {
        "svg", "style", "path", "rect", "text", "tspan",
    }  # fmt: skip
    assert "nan" not in pictures[name].svg
    assert not re.search(r"\d\.\d{3,}", pictures[name].svg)


@pytest.mark.parametrize("name", ALL)
def test_size(pictures, name):
    assert len(pictures[name].svg.encode()) <= (12_000 if name in USUAL else 16_000)
    width, height = (
        float(ElementTree.fromstring(pictures[name].svg).get(key)) for key in ("width", "height")
    )
    assert width <= 900
    assert height <= 760


@pytest.mark.parametrize("name", ALL)
def test_text_keeps_inside_the_card_and_apart(pictures, name):
    """No label leaves the card, and none lies on another."""
    boxes = text_boxes(pictures[name].svg)
    width, height = (
        float(ElementTree.fromstring(pictures[name].svg).get(key)) for key in ("width", "height")
    )
    for words, (left, top, right, bottom) in boxes:
        assert left >= 4, words
        assert right <= width - 4, words
        assert top >= 4, words
        assert bottom <= height - 4, words
    for (one, a), (other, b) in itertools.combinations(boxes, 2):
        apart = a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 1 or b[3] <= a[1] + 1
        assert apart, f"{one!r} lies on {other!r}"


def text_boxes(svg):
    root = ElementTree.fromstring(svg)
    styles = dict(re.findall(r"\.(\w+)\{([^}]*)\}", root.find(f"{SVG}style").text or ""))
    boxes = []
    for element in root.iter(f"{SVG}text"):
        style = styles.get(element.get("class"), "") + ";" + element.get("style", "")
        shorthand = re.search(r"(?:font-size:|font:[^;]*?)([\d.]+)px", style)
        size = float(shorthand.group(1))
        words = "".join(element.itertext())
        wide = lettering.width(words, size, bold="bold" in style)
        x, y = float(element.get("x")), float(element.get("y"))
        left = x - (wide / 2 if "middle" in style else wide if "anchor:end" in style else 0)
        boxes.append((words, (left, y - 0.73 * size, left + wide, y)))
    return boxes


@pytest.mark.parametrize("name", USUAL)
def test_alternative_text_says_the_shapes(pictures, name):
    assert USUAL[name][1] in pictures[name].alt


@pytest.mark.parametrize("name", ALL)
def test_alternative_text_is_sentences_in_plain_words(pictures, name):
    alt = pictures[name].alt
    assert alt.endswith(".")
    assert 40 <= len(alt) <= 900
    assert not re.search(r"[{}*~\n]", alt)


@pytest.mark.parametrize("name", ALL)
def test_bundle_is_an_image_with_its_alternative_text(pictures, name):
    bundle = pictures[name]._repr_mimebundle_()
    assert bundle["text/plain"] == pictures[name].alt
    image = bundle["text/html"]
    alt, source = re.fullmatch(r'<img alt="([^"]*)" style="[^"]*" src="([^"]*)">', image).groups()
    assert html.unescape(alt) == pictures[name].alt
    assert source.startswith("data:image/svg+xml,")
    # What a browser makes of it: line breaks go, escapes are read.
    loaded = unquote(html.unescape(source).removeprefix("data:image/svg+xml,").replace("\n", ""))
    assert loaded == pictures[name].svg.replace("\n", "")
    ElementTree.fromstring(loaded)
    assert "%20" not in source
    assert "\n" in source


def test_drawn_twice_is_the_same(pictures):
    for name in ("weights", "unrolled", "masking", "states"):
        assert ALL[name]() == pictures[name]


def test_drawn_in_another_process_is_the_same(pictures):
    program = (
        "import sys, hashlib; sys.path.insert(0, 'tests'); import test_figures as t\n"
        "print(hashlib.sha256(''.join(draw().html() for draw, _ in t.USUAL.values()).encode()).hexdigest())"
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    run = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, cwd=root, env={**os.environ, "PYTHONHASHSEED": "7"}, check=True,
    )  # fmt: skip
    here = hashlib.sha256("".join(pictures[name].html() for name in USUAL).encode()).hexdigest()
    assert run.stdout.strip() == here


def test_letters_keep_their_colours(pictures):
    """Each letter standing alone in any picture is in its own colour, and has it from the palette."""
    for picture in pictures.values():
        root = ElementTree.fromstring(picture.svg)
        sheet = dict(re.findall(r"\.(\w+)\{([^}]*)\}", root.find(f"{SVG}style").text or ""))
        for span in root.iter(f"{SVG}tspan"):
            if span.text in palette.LETTERS:
                assert span.get("class") == span.text
                assert f"fill:{palette.LETTERS[span.text]}" in sheet[span.text]


def test_text_is_readable_on_the_card():
    for colour in (*palette.LETTERS.values(), palette.INK, palette.QUIET):
        assert palette.contrast(colour, palette.CARD) >= 4.5
    for letter, tint in palette.TINTS.items():
        assert palette.contrast(palette.INK, tint) >= 7, letter


def test_text_is_readable_on_every_colour_of_a_heatmap():
    for value in np.linspace(-1, 1, 41):
        fill = palette.diverging(value, 1.0)
        assert palette.text_on(fill) == palette.INK
        assert palette.contrast(palette.INK, fill) >= 5.5


def test_heatmap_colours_are_centred_at_zero():
    middle = palette.diverging(0, 3.0)
    assert len({middle[1:3], middle[3:5], middle[5:7]}) == 1
    low, high = palette.diverging(-3, 3.0), palette.diverging(3, 3.0)
    assert int(low[5:7], 16) > int(low[1:3], 16)
    assert int(high[1:3], 16) > int(high[5:7], 16)
    assert palette.diverging(9, 3.0) == high


# Machado, Oliveira and Fernandes (2009), severity 1.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritanopia": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_letters_stay_apart_for_colour_blind_readers(deficiency):
    seen = {letter: lab(colour, DEFICIENCIES[deficiency]) for letter, colour in palette.LETTERS.items()}
    for (one, a), (other, b) in itertools.combinations(seen.items(), 2):
        assert np.linalg.norm(a - b) >= 15, (one, other)


def lab(colour, matrix):
    encoded = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    xyz = XYZ @ np.clip(matrix @ linear, 0, 1)
    ratio = xyz / [0.9505, 1.0, 1.089]
    f = np.where(ratio > 0.008856, np.cbrt(ratio), 7.787 * ratio + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_no_state_of_matplotlib_is_used_or_left_behind(pictures):
    import matplotlib

    before = dict(matplotlib.rcParams)
    figures.dense(5, 2)
    assert dict(matplotlib.rcParams) == before
    disturbing = {
        "savefig.bbox": "tight",
        "savefig.facecolor": "red",
        "path.sketch": (3, 10, 2),
        "font.size": 30,
        "text.usetex": True,
        "figure.dpi": 200,
        "lines.scale_dashes": False,
        "svg.fonttype": "path",
    }
    with matplotlib.rc_context(disturbing):
        assert figures.dense(5, 2) == pictures["dense"]
        assert figures.carried_state(4, 3) == pictures["carried_state"]


def test_nothing_is_logged(caplog):
    with caplog.at_level(logging.WARNING):
        figures.tanh()
    assert not caplog.records


def test_import_is_light_and_pyplot_is_never_loaded():
    program = (
        "import sys; import helpers.figures as f; from helpers.figures import palette\n"
        "assert not {'matplotlib', 'numpy', 'jaxtyping'} & set(sys.modules)\n"
        "f.dense(2, 1); assert 'matplotlib.pyplot' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda: figures.tensor(numbers(3, 4), "N T D"), "X has 2 axes, but (N, T, D) names 3"),
        (lambda: figures.tensor(numbers(3, 4), "N Q"), "five letters"),
        (lambda: figures.tensor(numbers(3, 4), "N T", highlight=3), "no index 3 along N = 3"),
        (lambda: figures.tensor(numbers(3, 4), "N T", highlight=(0, 0, 0)), "3 indices for 2 axes"),
        (lambda: figures.tensor(numbers(3, 4), "N T", highlight="all"), "whole number or a slice"),
        (lambda: figures.tensor(numbers(3, 4), "N T", highlight=slice(5, 9)), "picks nothing out"),
        (lambda: figures.tensor(np.array(["a"]), "N"), "X is an array of numbers"),
        (lambda: figures.tensor((3, 0), "N T"), "whole number of at least 1"),
        (lambda: figures.windows(np.arange(3), 3), "too few for a window of T = 3"),
        (lambda: figures.transpose_or_reshape(numbers(9, 9, 9)), "at most 6"),
        (lambda: figures.network(T=0), "T is a size"),
        (lambda: figures.unrolled(T=2.5), "T is a size"),
        (lambda: figures.unrolled(outputs="some"), '"last" or "all"'),
        (lambda: figures.step(D=True), "D is a size"),
        (lambda: figures.weights(), "at least one array"),
        (lambda: figures.weights(Wx=numbers(3, 5), Wh=numbers(4, 4)), "Wh says M = 4, but Wx says M = 5"),
        (lambda: figures.weights(bh=[np.nan]), "not finite"),
        (lambda: figures.states(numbers(5)), "2 or 3 axes"),
        (lambda: figures.parameter_growth(Ms=[4]), "at least two"),
        (lambda: figures.flattened(10, 3), "at most 24 numbers"),
        (lambda: figures.parameters_over_time(longest=1), "longest is at least 2"),
        (lambda: figures.masking(numbers(2, 3)), "True (a real step)"),
        (lambda: figures.gates({"x": [1, 2]}, {"i": [1.0]}, {}), "of one length"),
        (lambda: figures.gates({}, {"i": [1.5]}, {}), "from 0 (shut) to 1 (open)"),
        (lambda: figures.echoes({"h": [1.0]}), "T of at least 2"),
        (lambda: figures.fading({"h": np.ones(1)}), "at least 2 time steps"),
        (lambda: figures.fading({"h": np.zeros(3)}), "above 0"),
        (lambda: figures.clipping(numbers(3, 3)), "two numbers each"),
        (lambda: figures.stack(units=[5, 4, 3, 2]), "1 to 3 layers"),
        (lambda: figures.stack(units=[5, 0]), "Each of units is a size"),
        (lambda: figures.digits(numbers(13, 8, 8)), "at most 12"),
        (lambda: figures.digits(numbers(2, 28, 28)), "at most 800 pixels"),
        (lambda: figures.digits(numbers(2, 8, 8), [1, 2, 3]), "2 digits have 2 captions"),
        (lambda: figures.reading(numbers(8, 8), numbers(7, 5)), "T = 8 rows"),
        (lambda: figures.reading(numbers(28, 28)), "10 rows of 10 pixels"),
        (lambda: figures.descent([1], abs), "at least 2 numbers"),
        (lambda: figures.descent([1, 2], abs, between=(0, 1)), "between the ends"),
        (lambda: figures.loss_curves({}), "1 to 3 curves"),
        (lambda: figures.loss_curves({"SGD": [1, 0]}), "above 0"),
        (lambda: figures.loss_curves({"SGD": [1, np.inf]}), "not finite"),
        (lambda: figures.split_by_time([1, 2], [1, 2, 3], 2), "2 years don't go with 3 values"),
        (lambda: figures.split_by_time([1, 2], [1, 2], 3), "leave years on both sides"),
        (lambda: figures.forecast([1, 2], [1, 2]), "1 to 3 forecasts"),
        (lambda: figures.forecast([1, 2], [1, 2], naive=[1]), "at least 2 numbers"),
        (lambda: figures.forecast([1, 2], [1, 2], naive=[1, 2, 3]), "3 values of naive"),
        (lambda: figures.draw([5, 4]), "a Keras model, and not list"),
        (lambda: figures.outcomes({"dense": {}}, OUTCOMES), "nothing was counted"),
        (lambda: figures.outcomes({"dense": {"a": 1}}, list("abcdefgh")), "1 to 7 outcomes"),
        (lambda: figures.course_map([]), "at least one lesson"),
        (lambda: figures.course_map([("notation", "No number", 1, 1)]), "01_notation"),
    ],
)
def test_bad_input_gets_one_sentence(draw, says):
    with pytest.raises(ValueError, match=re.escape(says)) as raised:
        draw()
    assert "\n" not in str(raised.value)


def test_the_card_fits_what_is_drawn():
    sheet = canvas.Canvas()
    sheet.rectangles([(100, 50, 30, 20)])
    root = ElementTree.fromstring(sheet.picture("A box.").svg)
    assert float(root.get("width")) == 30 + 2 * canvas.MARGIN
    assert float(root.get("height")) == 20 + 2 * canvas.MARGIN
