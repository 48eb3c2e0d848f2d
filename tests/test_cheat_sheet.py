"""The cheat sheet: its formulas count what Keras counts, and its lines compute what Keras computes."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.building.build import ROOT
from helpers.building.page import read_page
from helpers.cheat_sheet import sheet
from helpers.cheat_sheet.equations import EQUATIONS, GIVEN
from helpers.cheat_sheet.layers import LAYERS, facts, make, shape_of
from helpers.cheat_sheet.letters import EXAMPLE, SIZES, factors, say, say_count
from helpers.cheat_sheet.running import arguments, run
from helpers.reference import weights as lesson_4
from helpers.reference.flatten_baseline import ann_params
from helpers.reference.gru import gru_params
from helpers.reference.lstm import lstm_params
from helpers.reference.stacked_and_bidirectional import stacked_params
from helpers.reference.summary_and_parameters import dense_params, rnn_params

SOURCE = ROOT / "solutions/99_cheat_sheet/cheat_sheet.py"
N, T, D, M, K, M1, M2 = SIZES.values()
POSITIVE = {"w": (D, M), "g": (D, M), "velocity": (D, M), "m": (D, M), "v": (D, M), "a": (N, M)}
SCALARS = {
    "lr": 0.03,
    "momentum": 0.8,
    "beta_1": 0.9,
    "beta_2": 0.99,
    "epsilon": 0.05,
    "t": 3,
    "max_norm": 2.0,
}
each_equation = pytest.mark.parametrize("equation", EQUATIONS.values(), ids=EQUATIONS)


@pytest.fixture
def float64():
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float64")
    yield
    keras.config.set_dtype_policy(before)


def drawn(seed=0):
    """Random arrays for all that lines start from, weights apart."""
    rng = np.random.default_rng(seed)
    arrays = {name: rng.normal(size=shape_of(axes)) for name, axes in GIVEN.items()}
    arrays |= {name: rng.uniform(0.1, 1, shape) for name, shape in POSITIVE.items()}
    return {**SIZES, **SCALARS, **arrays, "mask": arrays["mask"] > -0.3}


def weights_of(equation, seed=0):
    """The equation's weights by the names of its lines, and one by one in the order of `get_weights()`."""
    rng = np.random.default_rng(seed)
    cells = [cell for fact in facts(equation.layers) for cell in fact.cells]
    held = [tuple(rng.normal(0, 0.5, shape) for shape in cell.values()) for cell in cells]
    names = {"held": held}
    exec(f"{equation.weights} = held", names)
    return names, [array for cell in held for array in cell]


def results(equation, names):
    made = run(equation.lines, names)
    if equation.is_function:
        return [made[equation.result](**arguments(equation, names))]
    return [made[name] for name in equation.result.split(", ")]


def layers_with(equation, arrays, **options):
    """The equation's layers of Keras with these weights, one after the other, as a function."""
    layers = [make(expression) for expression in equation.layers]
    arrays = list(arrays)

    def call(x):
        for layer in layers:
            layer.build(x.shape)
            its_own = [arrays.pop(0) for _ in layer.weights]
            layer.set_weights(its_own)
            x = layer(x, **options)
        assert not arrays
        return x

    return call


def agree(mine, theirs):
    assert mine.shape == tuple(theirs.shape)
    np.testing.assert_allclose(mine, np.asarray(theirs), rtol=1e-9, atol=1e-11)


@given(st.integers(1, 4), st.lists(st.sampled_from(list(SIZES)), max_size=3))
def test_a_product_of_sizes_is_read_back_as_its_letters(blocks, letters):
    number = blocks * math.prod(SIZES[letter] for letter in letters)
    assert factors(number) == (blocks, tuple(sorted(letters, key=list(SIZES).index)))


def test_a_size_that_no_letter_has_is_not_guessed_at():
    for odd in (29, 8 * M, D + M):
        with pytest.raises(ValueError, match=f"no letters say {odd}"):
            say((N, odd))


def test_shapes_and_counts_are_said_as_the_course_says_them():
    assert say((N, T, D)) == "(N, T, D)"
    assert say((4 * M,)) == "(4M,)"
    assert say((2, 3 * M)) == "(2, 3M)"
    assert say((N, T * D)) == "(N, T·D)"
    assert say_count([]) == "0"
    assert say_count([(D, M), (M, M), (M,)]) == "D·M + M·M + M"
    assert say_count([(D, 3 * M), (M, 3 * M), (2, 3 * M)]) == "3 × (D·M + M·M + 2·M)"


@pytest.mark.parametrize("layers", LAYERS)
def test_each_formula_counts_what_keras_counts(layers):
    for fact in facts(layers, LAYERS[layers]):
        formula = say_count(shape for cell in fact.cells for shape in cell.values())
        code = formula.replace("·", "*").replace("×", "*")
        assert eval(code, dict(SIZES)) == fact.count
        assert eval(code, dict(EXAMPLE)) == fact.example


@pytest.mark.parametrize(
    ("layers", "count"),
    [
        (("SimpleRNN(M)",), rnn_params(D, M)),
        (("LSTM(M)",), lstm_params(D, M)),
        (("GRU(M)",), gru_params(D, M, reset_after=True)),
        (("GRU(M, reset_after=False)",), gru_params(D, M, reset_after=False)),
        (("Bidirectional(SimpleRNN(M))",), 2 * rnn_params(D, M)),
        (("SimpleRNN(M1, return_sequences=True)", "SimpleRNN(M2)"), stacked_params(D, [M1, M2])),
        (("Dense(K)",), dense_params(M, K)),
        (('Dense(K, activation="softmax")',), dense_params(M, K)),
        (("Flatten()", 'Dense(M, activation="relu")'), ann_params(T, D, M, K) - dense_params(M, K)),
    ],
    ids=str,
)
def test_the_lessons_count_the_same(layers, count):
    assert sum(fact.count for fact in facts(layers, LAYERS[layers])) == count


def test_weights_have_the_names_shapes_and_order_of_lesson_4():
    found = [facts(("SimpleRNN(M)",))[0], facts(("Dense(K)",), "N M")[0]]
    shapes = [shape for fact in found for cell in fact.cells for shape in cell.values()]
    assert shapes == list(lesson_4.weight_shapes(D, M, K).values())
    for layers, reads in LAYERS.items():
        for fact in facts(layers, reads):
            for cell in fact.cells:
                assert tuple(cell) == tuple(name for name in sheet.WEIGHTS if name in cell)


def test_the_example_is_the_first_model_of_the_course():
    rnn, dense = facts(("SimpleRNN(M)",))[0], facts(("Dense(K)",), "N M")[0]
    assert rnn.example + dense.example == 57


@each_equation
def test_each_equation_says_what_the_reference_says(equation):
    names = {**drawn(), **weights_of(equation)[0]}
    for name in ("x_t", "h_last", "c_last", "h"):  # the reference of lesson 5 takes one sample
        names[name] = names[name][0]
    theirs = equation.reference(**arguments(equation, names))
    if isinstance(theirs, dict):
        theirs = list(theirs.values())
    elif not isinstance(theirs, tuple):
        theirs = [theirs]
    mine = results(equation, names)
    assert len(mine) == len(theirs)
    for ours, due in zip(mine, theirs, strict=True):
        agree(np.asarray(ours), np.asarray(due))


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU", "GRU, reset before"])
def test_each_step_is_that_of_keras(name, float64):
    equation = EQUATIONS[name]
    names, arrays = weights_of(equation)
    names |= drawn()
    (expression,) = equation.layers
    layer = make(expression.replace(")", ", return_state=True)"))
    layer.build((N, 1, D))
    layer.set_weights(arrays)
    states = [names["h_last"], names["c_last"]][: len(equation.result.split(", "))]
    _, *due = layer(names["x_t"][:, None], initial_state=states)
    for ours, theirs in zip(results(equation, names), due, strict=True):
        agree(ours, theirs)


@pytest.mark.parametrize("name", ["states", "stack", "Flatten", "Dense"])
def test_whole_sequences_are_those_of_keras(name, float64):
    equation = EQUATIONS[name]
    names, arrays = weights_of(equation)
    names |= drawn()
    if name == "Dense":
        names["h"] = run(EQUATIONS["states"].lines, {})["states"](names["X"], *arrays[:3])[:, -1]
    (ours,) = results(equation, names)
    agree(ours, layers_with(equation, arrays)(names["X"]))


def test_a_mask_is_that_of_keras_and_changes_no_shape(float64):
    equation = EQUATIONS["mask"]
    names, arrays = weights_of(equation)
    names |= drawn()
    assert not names["mask"].all()
    (ours,) = results(equation, names)
    agree(ours, layers_with(equation, arrays, mask=names["mask"])(names["X"]))


def test_both_results_of_a_bidirectional_layer_are_those_of_keras(float64):
    equation = EQUATIONS["Bidirectional"]
    names, arrays = weights_of(equation)
    names |= drawn()
    for ours, expression in zip(
        results(equation, names),
        ("Bidirectional(SimpleRNN(M, return_sequences=True))", "Bidirectional(SimpleRNN(M))"),
        strict=True,
    ):
        layer = make(expression)
        layer.build((N, T, D))
        layer.set_weights(arrays)
        agree(ours, layer(names["X"]))


def test_softmax_and_sigmoid_are_those_of_keras():
    import keras

    names = drawn()
    agree(results(EQUATIONS["softmax"], names)[0], keras.activations.softmax(names["z"]))
    agree(results(EQUATIONS["sigmoid"], names)[0], keras.activations.sigmoid(names["a"]))


def test_the_steps_of_sgd_and_adam_are_those_of_keras(float64):
    import keras

    names = drawn()
    start = names["w"]
    for name, optimiser in {
        "SGD": keras.optimizers.SGD(SCALARS["lr"], momentum=SCALARS["momentum"]),
        "Adam": keras.optimizers.Adam(SCALARS["lr"], 0.9, 0.99, SCALARS["epsilon"]),
    }.items():
        theirs = keras.Variable(start)
        mine = {**names, "w": start, "velocity": 0 * start, "m": 0 * start, "v": 0 * start}
        for t in range(1, 4):
            g = np.random.default_rng(t).normal(size=start.shape)
            optimiser.apply([keras.ops.convert_to_tensor(g)], [theirs])
            mine = run(EQUATIONS[name].lines, {**mine, "g": g, "t": t})
        np.testing.assert_allclose(mine["w"], np.asarray(theirs), rtol=1e-6)  # Keras keeps lr in float32


@pytest.mark.parametrize("length", [0.1, 1.0])
def test_clipping_is_that_of_keras(length, float64):
    import keras

    names = drawn()
    g = names["g"] * length
    assert (np.linalg.norm(g) > SCALARS["max_norm"]) == (length == 1)
    theirs = keras.Variable(np.zeros_like(g))
    keras.optimizers.SGD(1.0, clipnorm=SCALARS["max_norm"]).apply([keras.ops.convert_to_tensor(g)], [theirs])
    agree(results(EQUATIONS["clip"], {**names, "g": g})[0], -np.asarray(theirs))


def test_the_loss_and_its_gradients_are_those_of_keras(float64):
    import keras
    import tensorflow as tf

    equation = EQUATIONS["BPTT"]
    names, arrays = weights_of(equation)
    names |= drawn()
    rnn, dense = (make(expression) for expression in equation.layers)
    rnn.build((N, T, D))
    dense.build((N, M))
    rnn.set_weights(arrays[:3])
    dense.set_weights(arrays[3:])
    with tf.GradientTape() as tape:
        Yhat = dense(rnn(names["X"]))
        loss = keras.losses.MeanSquaredError(dtype="float64")(names["Y"], Yhat)
    variables = [*rnn.trainable_variables, *dense.trainable_variables]
    for ours, theirs in zip(results(equation, names), tape.gradient(loss, variables), strict=True):
        agree(ours, theirs)
    (mine,) = results(EQUATIONS["mse"], {**names, "Yhat": Yhat.numpy()})
    assert mine == pytest.approx(float(loss))


def test_a_simple_rnn_goes_to_pytorch_as_the_lstm_does():
    _, (Wx, Wh, bh) = weights_of(EQUATIONS["SimpleRNN"])
    mine = results(EQUATIONS["LSTM to PyTorch"], {**SIZES, "Wx": Wx, "Wh": Wh, "b": bh})
    for ours, due in zip(mine, lesson_4.to_torch(Wx, Wh, bh), strict=True):
        agree(ours, due)


@pytest.mark.parametrize("expression", sheet.BLOCKS)
def test_the_blocks_are_as_many_as_keras_has_and_in_the_order_of_the_lines(expression):
    blocks = sheet.BLOCKS[expression][0].split(", ")
    (cell,) = facts((expression,))[0].cells
    assert cell["recurrent_kernel"] == (M, len(blocks) * M)
    equation = next(each for each in EQUATIONS.values() if each.layers == (expression,))
    cut = equation.lines.partition(" = ")[0].split(", ")
    assert [name.removeprefix("x")[0] for name in cut] == blocks


def test_what_the_text_says_of_keras_is_so():
    import keras

    X = np.ones((N, T, D), "float32")
    X[0, 1], X[1, 2, 0] = 0, 0
    mask = np.asarray(keras.layers.Masking().compute_mask(X))
    assert mask.shape == (N, T)
    assert np.argwhere(~mask).tolist() == [[0, 1]]
    for expression in ("SimpleRNN(M)", "LSTM(M)", "GRU(M)", "GRU(M, reset_after=False)"):
        layer = make(expression)
        layer.build(X.shape)
        bias = layer.get_weights()[2]
        if expression == "LSTM(M)":
            assert (bias[M : 2 * M] == 1).all()
            bias[M : 2 * M] = 0
        assert not bias.any()
    layer = make("Bidirectional(SimpleRNN(M))")
    layer.build(X.shape)
    assert [weight.path.split("/")[1].split("_")[0] for weight in layer.weights] == ["forward"] * 3 + [
        "backward"
    ] * 3


def test_all_equations_are_on_the_page_once_and_fit_on_it():
    asked = re.findall(r"sheet\.code\((.*?)\)", SOURCE.read_text(encoding="utf-8"))
    assert sorted(re.findall(r'"(.*?)"', " ".join(asked))) == sorted(EQUATIONS)
    text = "\n".join(cell.source for cell in read_page(SOURCE).cells if cell.cell_type == "markdown")
    for layers in LAYERS:
        assert all(f"`{expression}` |" in text for expression in layers)
    code = "\n".join(re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL))
    assert max(map(len, code.splitlines())) <= 88
    for equation in EQUATIONS.values():
        assert all(line in code for line in equation.lines.splitlines())


def test_shapes_stand_beside_the_lines_that_make_them():
    code = sheet.code("LSTM", "BPTT")
    assert re.search(r"^i, f, candidate, o = .*  # \(N, M\) each$", code, flags=re.MULTILINE)
    assert re.search(r"^dWo, dbo, dh = .*  # \(M, K\), \(K,\), \(N, M\)$", code, flags=re.MULTILINE)
    assert re.search(r"^    dWx \+= .*  # \(D, M\)$", code, flags=re.MULTILINE)


def test_an_optimiser_is_said_with_the_defaults_of_keras():
    assert sheet.optimiser("SGD") == "`SGD(learning_rate=0.01, momentum=0)`"
    assert sheet.optimiser("Adam") == "`Adam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-07)`"
