"""`draw(model)`: every shape right against Keras, every parameter accounted for, and the model left alone."""

import re

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import Input, Sequential, layers

import helpers
from helpers import draw, figures
from helpers.figures import lettering
from helpers.figures.accounts import account
from helpers.figures.axes import number

SHAPE = re.compile(r"\(([^()=]*)\) = \(([^()=]*)\)")


def text(picture):
    """The words of a picture, line by line."""
    return [re.sub(r"<[^>]+>", "", line) for line in picture.svg.splitlines() if line.startswith("<text")]


def shapes(model):
    """What each call of a layer gives, in letters and numbers."""
    told = account(model)
    return [[lettering.plain(told.names.shape(*given)) for given in row.gives] for row in told.rows]


def arrays(model):
    """Every array by its name: its shape in letters and numbers, and its count."""
    told = account(model)
    return {
        array.name: (lettering.plain(told.names.shape(array.axes, array.shape)), array.count)
        for array in told.arrays
    }


def legend(told):
    return {lettering.plain(name): size.number for name, size in told.names}


def check_account(model):
    """Against what Keras says; letters are read as a learner would read them."""
    told = account(model)
    held = {id(weight): weight for weight in model.weights}.values()
    assert sum(array.count for array in told.arrays) == model.count_params()
    assert sorted(array.shape for array in told.arrays) == sorted(tuple(weight.shape) for weight in held)
    assert sum(array.bytes for array in told.arrays) == sum(weight.numpy().nbytes for weight in held)
    trained = {id(weight): weight for weight in model.trainable_weights}.values()
    assert sum(array.count for array in told.arrays if array.trainable) == sum(
        weight.numpy().size for weight in trained
    )
    sizes = legend(told)
    said = [(axes, shape) for row in told.rows for axes, shape in row.gives]
    said += [(array.axes, array.shape) for array in told.arrays]
    for axes, shape in said:
        words = lettering.plain(told.names.shape(axes, shape))
        if " = " in words:
            names, numbers = (side.strip("(,)").split(", ") for side in words.split(") = ("))
            assert numbers == [str(size) for size in shape]
            for name, size in zip(names, shape, strict=True):
                assert read(name, sizes) in (size, None), words
    return told


def read(name, sizes):
    """`T·2M₁` as a number: the letters' sizes multiplied and added."""
    if name in ("N", "?"):
        return None
    total = 0
    for term in name.split("+"):
        product = 1
        for factor in term.strip("()").split("·"):
            times, letter = re.fullmatch(r"(\d*)(\D.*)?", factor).groups()
            size = sizes[letter] if letter else 1
            if size is None:
                return None
            product *= int(times or 1) * size
        total += product
    return total


def given_by_keras(model):
    """The output shapes of a Sequential model's layers, from `Input` on."""
    return [tuple(model.inputs[0].shape), *(tuple(layer.output.shape) for layer in model.layers)]


CELLS = {
    "SimpleRNN": layers.SimpleRNN,
    "LSTM": layers.LSTM,
    "GRU": layers.GRU,
    "GRU before": lambda units, **told: layers.GRU(units, reset_after=False, **told),
    "RNN of cells": lambda units, **told: layers.RNN(
        [layers.GRUCell(units + 1), layers.LSTMCell(units)], **told
    ),
}
BETWEEN = {
    "dropout": lambda: layers.Dropout(0.25),
    "norm": lambda: layers.LayerNormalization(),
    "batch norm": lambda: layers.BatchNormalization(),
    "relu": lambda: layers.Activation("relu"),
    "dense": lambda: layers.Dense(6),
    "each step": lambda: layers.TimeDistributed(layers.Dense(4, use_bias=False)),
    "turned": lambda: layers.Permute((2, 1)),
    "conv": lambda: layers.Conv1D(3, 2, padding="same"),
    "attention": lambda: OnItself(),
}


@keras.saving.register_keras_serializable()
class OnItself(layers.Layer):
    """A layer that nobody has a rule for, with layers in it."""

    def __init__(self):
        super().__init__()
        self.attention = layers.MultiHeadAttention(2, 3)

    def call(self, x):
        return self.attention(x, x)


recurrent = st.tuples(
    st.sampled_from(sorted(CELLS)),
    st.integers(1, 7),
    st.sampled_from([None, "concat", "sum", "ave", "mul"]),
    st.booleans(),
)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.integers(2, 6),
    st.integers(2, 6),
    st.lists(st.one_of(recurrent, st.sampled_from(sorted(BETWEEN))), min_size=1, max_size=4),
    st.sampled_from(["last", "all", "flat", "none"]),
    st.booleans(),
    st.booleans(),
)
def test_every_shape_and_every_parameter_of_any_stack(T, D, parts, ending, frozen, words):
    model = Sequential([Input((T,), dtype="int32"), layers.Embedding(9, D)] if words else [Input((T, D))])
    for part in parts:
        if isinstance(part, str):
            model.add(BETWEEN[part]())
            continue
        name, units, mode, backwards = part
        plain = mode is None or name == "RNN of cells"
        layer = CELLS[name](units, return_sequences=True, go_backwards=backwards and plain)
        model.add(layer if plain else layers.Bidirectional(layer, merge_mode=mode))
    if ending == "last":
        model.add(layers.GRU(3))
    if ending == "flat":
        model.add(layers.Flatten())
    if ending != "none":
        model.add(layers.Dense(5, activation="softmax"))
    if frozen:
        model.layers[0].trainable = False
    told = check_account(model)
    assert [row.gives[0][1] for row in told.rows] == given_by_keras(model)
    assert told.chained
    drawn = draw(model)
    assert f"{model.count_params():,} parameters" in " ".join(text(drawn))
    assert f"{model.count_params():,} parameters" in drawn.alt
    assert len(drawn.alt) <= 900


def test_the_model_of_the_course():
    i = Input((10, 3))
    model = keras.Model(i, layers.Dense(2)(layers.SimpleRNN(5)(i)))
    assert legend(account(model)) == {"T": 10, "D": 3, "M": 5, "K": 2}
    assert shapes(model) == [["(N, T, D) = (None, 10, 3)"], ["(N, M) = (None, 5)"], ["(N, K) = (None, 2)"]]
    assert arrays(model) == {
        "Wx": ("(D, M) = (3, 5)", 15),
        "Wh": ("(M, M) = (5, 5)", 25),
        "bh": ("(M,) = (5,)", 5),
        "Wo": ("(M, K) = (5, 2)", 10),
        "bo": ("(K,) = (2,)", 2),
    }
    said = text(draw(model))
    assert "The model, layer by layer: (T, D, M, K) = (10, 3, 5, 2)" in said
    assert {"SimpleRNN(5)", "Dense(2)", "45", "12", "57 parameters"} <= set(said)
    assert "57 × 4 bytes of float32 = 228 bytes" in said
    assert draw(model).alt == (
        "A Keras model, layer by layer, with (T, D, M, K) = (10, 3, 5, 2). Input((10, 3)) gives (N, T, D) = "
        "(None, 10, 3). SimpleRNN(5) gives (N, M) = (None, 5) and holds Wx (D, M) = (3, 5), Wh (M, M) = "
        "(5, 5) and bh (M,) = (5,), 45 parameters. Dense(2) gives (N, K) = (None, 2) and holds Wo (M, K) = "
        "(5, 2) and bo (K,) = (2,), 12 parameters. In all 57 parameters, 228 bytes."
    )


def test_the_same_model_in_another_style_is_the_same_picture():
    i = Input((None, 3))
    model = keras.Model(i, layers.Dense(2)(layers.SimpleRNN(5)(i)))
    assert draw(Sequential([Input((None, 3)), layers.SimpleRNN(5), layers.Dense(2)])) == draw(model)
    assert shapes(model)[0] == ["(N, T, D) = (None, None, 3)"]


def test_gates_are_as_many_blocks():
    model = Sequential([Input((4, 2)), layers.LSTM(5), layers.RepeatVector(4), layers.GRU(3)])
    found = {
        (array.name, lettering.plain(told.names.shape(array.axes, array.shape)))
        for told in [account(model)]
        for array in told.arrays
    }
    assert ("Wx", "(D, 4M₁) = (2, 20)") in found
    assert ("b", "(2, 3M₂) = (2, 9)") in found
    assert shapes(model)[2] == ["(N, T, M₁) = (None, 4, 5)"]
    before = Sequential([Input((4, 2)), layers.GRU(3, reset_after=False)])
    assert arrays(before)["b"] == ("(3M,) = (9,)", 9)
    assert "blocks z, r, h, reset_after=False" in " ".join(text(draw(before)))


def test_a_stack_and_both_directions():
    both = layers.Bidirectional
    model = Sequential(
        [Input((None, 3)), both(layers.SimpleRNN(5, return_sequences=True)), both(layers.SimpleRNN(4))]
    )
    assert shapes(model)[1:] == [["(N, T, 2M₁) = (None, None, 10)"], ["(N, 2M₂) = (None, 8)"]]
    assert arrays(model)["backward Wx"] == ("(2M₁, M₂) = (10, 4)", 40)
    apart = both(layers.GRU(4), merge_mode="sum")
    assert shapes(Sequential([Input((7, 3)), apart]))[1] == ["(N, M) = (None, 4)"]
    unlike = Sequential(
        [Input((7, 3)), both(layers.GRU(4), backward_layer=layers.LSTM(2, go_backwards=True))]
    )
    check_account(unlike)
    assert arrays(unlike)["backward Wh"] == ("(M₂, 4M₂) = (2, 8)", 16)


def test_a_network_without_recurrence():
    model = Sequential([Input((4, 2)), layers.Flatten(), layers.Dense(5), layers.Dense(3)])
    assert shapes(model)[1:3] == [["(N, T·D) = (None, 8)"], ["(N, M) = (None, 5)"]]
    assert list(arrays(model)) == ["W1", "b1", "W2", "b2"]
    rows = Sequential([Input((64,)), layers.Reshape((8, 8)), layers.LSTM(5)])
    assert shapes(rows)[0] == ["(N, T·D) = (None, 64)"]


def test_states_that_come_out_and_go_in():
    i, j = Input((6,)), Input((None, 2))
    x, h, c = layers.LSTM(5, return_sequences=True, return_state=True)(
        layers.Embedding(11, 4, mask_zero=True)(i)
    )
    y = layers.LSTM(5, return_sequences=True)(j, initial_state=[h, c])
    model = keras.Model([i, j], [layers.Dense(3)(y), x])
    told = check_account(model)
    assert shapes(model)[2] == ["(N, T₁, M₁) = (None, 6, 5)", "(N, M₁) = (None, 5)", "(N, M₁) = (None, 5)"]
    assert shapes(model)[-1] == ["(N, T₂, K) = (None, None, 3)"]
    assert [row.reads for row in told.rows] == [(), (0,), (1,), (), (2, 3), (4,)]
    assert [row.ends for row in told.rows] == [False, False, True, False, False, True]
    assert "with a mask" in " ".join(text(draw(model)))  # and what Keras makes it with is in no row
    assert "reads 3 and 4" in " ".join(text(draw(model)))


def test_sequences_of_sequences():
    each = layers.TimeDistributed(layers.GRU(4))
    model = Sequential([Input((7, 5, 3)), each, layers.LSTM(2)])
    assert shapes(model)[:2] == [["(N, T₁, T₂, D) = (None, 7, 5, 3)"], ["(N, T₁, M₁) = (None, 7, 4)"]]
    check_account(model)


def test_shared_layers_are_counted_once():
    a, b = Input((4, 3)), Input((7, 3))
    reader = layers.SimpleRNN(5)
    model = keras.Model([a, b], layers.Dense(2)(layers.Concatenate()([reader(a), reader(b)])))
    told = check_account(model)
    assert legend(told) == {"T₁": 4, "T₂": 7, "D": 3, "M": 5, "K": 2}
    assert shapes(model)[4] == ["(N, 2M) = (None, 10)"]
    assert "the same arrays as in 2" in text(draw(model))


@pytest.mark.parametrize("style", ["functional", "sequential"])
def test_models_inside_models(style):
    inner = Sequential([Input((None, 3)), layers.GRU(4)], name="reader")
    if style == "functional":
        i = Input((None, 3))
        inner = keras.Model(i, layers.Dropout(0.1)(layers.GRU(4)(i)), name="reader")
    a, b = Input((5, 3)), Input((6, 3))
    model = keras.Model([a, b], layers.Dense(1)(layers.Add()([inner(a), inner(b)])))
    told = check_account(model)
    assert [row.again for row in told.rows].count(1) == 1
    assert any('"reader"' in line for line in text(draw(model)))
    outer = Sequential([Input((5, 3)), inner, layers.Dense(2)])
    assert check_account(outer).chained


def test_what_nobody_trains_is_counted_apart():
    norm = layers.Normalization()
    norm.adapt(np.arange(12.0).reshape(1, 4, 3))
    model = Sequential([Input((4, 3)), norm, layers.SimpleRNN(5), layers.BatchNormalization()])
    check_account(model)
    said = text(draw(model))
    assert f"{model.count_params()} parameters" in said
    assert "55 trainable, 17 not" in said
    assert "(D,) = (3,) not trained" in said
    assert "17 of them not trained" in draw(model).alt


def test_numbers_of_other_sizes():
    model = Sequential([Input((4, 3)), layers.LSTM(5, dtype="float64"), layers.Dense(2, dtype="float16")])
    check_account(model)
    assert "180 × 8 bytes of float64 + 12 × 2 bytes of float16 = 1,464 bytes" in text(draw(model))


def test_weights_that_no_layer_holds():
    class Scaled(keras.Model):
        """Functional, and with a number of its own."""

        def __init__(self):
            i = Input((4, 3))
            super().__init__(i, layers.SimpleRNN(2)(i))
            self.scale = self.add_weight(shape=(6,), name="scale")

    told = check_account(Scaled())
    assert [array.name for array in told.rows[-1].arrays] == ["scale"]
    assert f"{Scaled().count_params()} parameters" in text(draw(Scaled()))


def test_letters_are_never_guessed():
    """Where nothing says what an axis is, it has its number."""
    i = Input((6, 3))
    x = layers.Lambda(lambda x: keras.ops.transpose(x, (0, 2, 1)), output_shape=(3, 6))(i)
    assert shapes(keras.Model(i, x))[1] == ["(N, 3, 6) = (None, 3, 6)"]
    x = layers.Conv1D(8, 3)(i)
    model = keras.Model(i, layers.SimpleRNN(4)(x))
    assert shapes(model)[1] == ["(N, T₂, 8) = (None, 4, 8)"]
    assert arrays(model)["Wx"] == ("(8, M) = (8, 4)", 32)

    H = layers.LSTM(4, return_sequences=True)(i)
    model = keras.Model(i, [H[:, -1], layers.Dense(2)(H[:, 0])])
    assert sorted(shapes(model)[2:]) == [
        ["(N, 4) = (None, 4)"],
        ["(N, 4) = (None, 4)"],
        ["(N, K) = (None, 2)"],
    ]

    class Turned(layers.Dense):
        def call(self, x):
            return keras.ops.transpose(super().call(x), (0, 2, 1))

        def compute_output_shape(self, shape):
            return (shape[0], self.units, shape[1])

    assert shapes(keras.Model(i, Turned(5)(i)))[1] == ["(N, 5, 6) = (None, 5, 6)"]


def test_the_model_is_neither_run_nor_changed(monkeypatch):
    inner = Sequential([Input((5, 3)), layers.Bidirectional(layers.LSTM(4)), layers.Dropout(0.5)])
    i = Input((5, 3))
    model = keras.Model(i, layers.Dense(2)(inner(i)))
    model.compile("adam", "mse")
    before = [weight.copy() for weight in model.get_weights()]
    config, nodes = model.get_config(), [len(layer._inbound_nodes) for layer in model.layers]

    def called(*_, **__):
        raise AssertionError("the model was run")

    monkeypatch.setattr(layers.Layer, "__call__", called)
    monkeypatch.setattr(layers.Layer, "build", called)
    first = draw(model)
    assert draw(model) == first
    assert all(np.array_equal(*pair) for pair in zip(before, model.get_weights(), strict=True))
    assert model.get_config() == config
    assert [len(layer._inbound_nodes) for layer in model.layers] == nodes
    assert model.predict_function is None


def test_names_that_look_like_marks_and_are_long():
    model = Sequential(
        [Input((4, 3)), layers.SimpleRNN(2, name="*a* {T} ~b~" + 60 * "x"), layers.Dense(1, name="lower")]
    )
    picture = draw(model)
    assert not re.search(r"[{}*~]", picture.alt)
    assert '"lower"' in text(picture)


class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.read = layers.SimpleRNN(2)

    def call(self, x):
        return self.read(x)


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (lambda: [1], "takes a Keras model, and not list."),
        (lambda: draw, "takes a Keras model, and not draw."),
        (lambda: layers.GRU(3), "GRU is a layer: put it into a model first"),
        (lambda: Sequential(), "no layers yet"),
        (lambda: Sequential([Input((4, 3))]), "no layers yet"),
        (lambda: Sequential([layers.SimpleRNN(3)]), "begin it with Input((T, D))"),
        (lambda: Own(), "a class of its own"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(model, says):
    with pytest.raises(ValueError, match=re.escape(says)) as raised:
        draw(model())
    assert "\n" not in str(raised.value)


def test_it_is_there_from_the_first_import():
    assert helpers.draw is figures.draw
    assert number(account(Sequential([Input((4, 3)), layers.Flatten()])).rows[1].gives[0][0][1]) == 12
