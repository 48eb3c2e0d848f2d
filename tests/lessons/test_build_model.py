"""Lesson 02: honest models in many styles pass, the reference agrees with Keras, and verdicts help."""

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import Model, Sequential
from keras.layers import (
    LSTM,
    RNN,
    Activation,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    Input,
    Lambda,
    Layer,
    Masking,
    Rescaling,
    SimpleRNN,
    SimpleRNNCell,
    TimeDistributed,
)

from helpers.checking.check import verdict_on
from helpers.lessons import find_exercise
from helpers.reference import build_model as reference


def chain(shape, *layers, **options):
    i = x = Input(shape, **options)
    for layer in layers:
        x = layer(x)
    return Model(i, x)


def as_in_the_original(T, D, M, K):
    i = Input(shape=(T, D))
    x = SimpleRNN(M)(i)
    x = Dense(K)(x)
    return Model(i, x)


def named_and_printed(T, D, M, K):
    entrance = Input(shape=(T, D), name="entrance")
    print("building")
    h = SimpleRNN(M, name="memory")(entrance)
    return Model(inputs=entrance, outputs=Dense(K, name="answer")(h), name="mine")


def layer_by_layer(T, D, M, K):
    model = Sequential()
    model.add(Input((T, D)))
    model.add(SimpleRNN(units=M))
    model.add(Dense(units=K))
    return model


def shape_in_the_first_layer(T, D, M, K):
    return Sequential([SimpleRNN(M, input_shape=(T, D)), Dense(K)])  # Keras warns of it, and it works


def built_afterwards(T, D, M, K):
    model = Sequential([SimpleRNN(M), Dense(K)])
    model.build((None, T, D))
    return model


def seeded_and_compiled(T, D, M, K):
    keras.utils.set_random_seed(0)
    model = Sequential([Input((T, D)), SimpleRNN(M), Dense(K)])
    model.compile(optimizer="adam", loss="mse")
    return model


def from_a_config(T, D, M, K):
    return Model.from_config(as_in_the_original(T, D, M, K).get_config())


class Wrapped(Layer):
    """A learner's own layer around Keras's."""

    def __init__(self, M, **options):
        super().__init__(**options)
        self.rnn = SimpleRNN(M)

    def build(self, shape):
        self.rnn.build(shape)
        self.built = True

    def call(self, x):
        return self.rnn(x)


class Network(Model):
    """A functional model in a class of its own."""

    def __init__(self, T, D, M, K):
        i = Input((T, D))
        super().__init__(i, Dense(K)(SimpleRNN(M)(i)))


class Layers(Model):
    """A class that holds layers, and knows no shape; of its own the output layer comes first."""

    def __init__(self, M, K):
        super().__init__()
        self.output_layer = Dense(K)
        self.recurrent_layer = SimpleRNN(M)

    def call(self, x):
        return self.output_layer(self.recurrent_layer(x))


def called(model, *shape):
    """A model that has made its weights."""
    model(np.zeros(shape))
    return model


HONEST_MODELS = {
    "as_in_the_original": as_in_the_original,
    "named_and_printed": named_and_printed,
    "layer_by_layer": layer_by_layer,
    "shape_in_the_first_layer": shape_in_the_first_layer,
    "built_afterwards": built_afterwards,
    "seeded_and_compiled": seeded_and_compiled,
    "from_a_config": from_a_config,
    "class": Network,
    "lists_of_one": lambda T, D, M, K: Model([i := Input((T, D))], [Dense(K)(SimpleRNN(M)(i))]),
    "shape_as_a_list": lambda T, D, M, K: chain([T, D], SimpleRNN(M), Dense(K)),
    "batch_shape": lambda T, D, M, K: chain(None, SimpleRNN(M), Dense(K), batch_shape=(None, T, D)),
    "said_outright": lambda T, D, M, K: chain(
        (T, D), SimpleRNN(M, activation="tanh", return_sequences=False), Dense(K, activation="linear")
    ),
    "other_initialisers": lambda T, D, M, K: chain(
        (T, D),
        SimpleRNN(M, kernel_initializer="ones", bias_initializer="ones"),
        Dense(K, kernel_initializer="zeros"),
    ),
    "cell": lambda T, D, M, K: chain((T, D), RNN(SimpleRNNCell(M)), Dense(K)),
    "activation_of_its_own": lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(K), Activation("linear")),
    "class_of_layers": lambda T, D, M, K: called(Layers(M, K), 1, T, D),
    "needless_flatten": lambda T, D, M, K: chain((T, D), SimpleRNN(M), Flatten(), Dense(K)),
    "own_layer": lambda T, D, M, K: chain((T, D), Wrapped(M), Dense(K)),
    "last_of_all_outputs": lambda T, D, M, K: chain(
        (T, D),
        SimpleRNN(M, return_sequences=True),
        TimeDistributed(Dense(K)),
        Lambda(lambda y: y[:, -1], output_shape=(K,)),
    ),
    "models_in_a_model": lambda T, D, M, K: Sequential([Input((T, D)), Sequential([SimpleRNN(M)]), Dense(K)]),
    "unrolled": lambda T, D, M, K: chain((T, D), SimpleRNN(M, unroll=True), Dense(K)),
    "float64": lambda T, D, M, K: chain((T, D), SimpleRNN(M, dtype="float64"), Dense(K, dtype="float64")),
}


@pytest.mark.parametrize("style", HONEST_MODELS)
def test_honest_models_pass(style):
    verdict = verdict_on(find_exercise("build_rnn"), HONEST_MODELS[style])
    assert verdict.passed, str(verdict)


HONEST_MODELS_OF_ANY_LENGTH = {
    "by_build_rnn": lambda D, M, K: as_in_the_original(None, D, M, K),
    "functional": lambda D, M, K: chain((None, D), SimpleRNN(M), Dense(K)),
    "sequential": lambda D, M, K: Sequential([Input((None, D)), SimpleRNN(M), Dense(K)]),
    "cell": lambda D, M, K: chain([None, D], RNN(SimpleRNNCell(M, activation=keras.ops.tanh)), Dense(K)),
    "batch_shape": lambda D, M, K: chain(None, SimpleRNN(M), Dense(K), batch_shape=(None, None, D)),
    "class_of_layers": lambda D, M, K: called(Layers(M, K), 1, 3, D),
    "last_of_all_states": lambda D, M, K: chain(
        (None, D),
        SimpleRNN(M, return_sequences=True),
        Lambda(lambda h: h[:, -1], output_shape=(M,)),
        Dense(K),
    ),
}


@pytest.mark.parametrize("style", HONEST_MODELS_OF_ANY_LENGTH)
def test_honest_models_of_any_length_pass(style):
    verdict = verdict_on(find_exercise("build_any_length"), HONEST_MODELS_OF_ANY_LENGTH[style])
    assert verdict.passed, str(verdict)


HONEST_BATCHES = {
    "None": lambda x: x[None],
    "newaxis": lambda x: x[np.newaxis, :, :],
    "expand_dims": lambda x: np.expand_dims(x, 0),
    "array": lambda x: np.array([x]),
    "stack": lambda x: np.stack([x]),
    "reshape": lambda x: x.reshape(1, *x.shape),
    "reshape_with_minus_one": lambda x: np.reshape(x, (-1, len(x), x.shape[1])),
    "broadcast": lambda x: np.broadcast_to(x, (1, *x.shape)),
    "array_with_ndmin": lambda x: np.array(x, ndmin=3),
    "list_of_lists": lambda x: np.array([[[float(number) for number in row] for row in x]]),
    "filled": lambda x: (batch := np.zeros((1, *x.shape)), batch.__setitem__(0, x))[0],
    "float32": lambda x: x[None].astype(np.float32),
    "moved": lambda x: np.moveaxis(x[..., None], -1, 0),
}


@pytest.mark.parametrize("style", HONEST_BATCHES)
def test_honest_batches_pass(style):
    verdict = verdict_on(find_exercise("as_batch"), HONEST_BATCHES[style])
    assert verdict.passed, str(verdict)


def in_words(N, T, D, M, K):
    samples, outputs = N, K
    print("time is gone")
    return samples, outputs


HONEST_SHAPES = {
    "tuple": lambda N, T, D, M, K: (N, K),
    "in_words": in_words,
    "of_a_list": lambda N, T, D, M, K: tuple(size for size in [N, K]),
    "layer_by_layer": lambda N, T, D, M, K: (lambda shape: (*shape[:1], K))((N, M)),
    "of_an_array": lambda N, T, D, M, K: np.zeros((N, K)).shape,
    "of_a_product": lambda N, T, D, M, K: (np.ones((N, M)) @ np.ones((M, K))).shape,
    "of_numpy": lambda N, T, D, M, K: (np.int64(N), np.int32(K)),
}


@pytest.mark.parametrize("style", HONEST_SHAPES)
def test_honest_shapes_pass(style):
    verdict = verdict_on(find_exercise("output_shape"), HONEST_SHAPES[style])
    assert verdict.passed, str(verdict)


sizes = st.integers(1, 6)


@settings(max_examples=8, deadline=None)
@given(N=sizes, T=sizes, D=sizes, M=sizes, K=sizes)
def test_the_shape_is_that_of_what_the_model_puts_out(N, T, D, M, K):
    model = reference.build_rnn(T, D, M, K)
    X = np.stack([np.ones((T, D))] * N)
    assert reference.output_shape(N, T, D, M, K) == tuple(model(X).shape)
    assert tuple(model(reference.as_batch(X[0])).shape) == (1, K)


@settings(max_examples=8, deadline=None)
@given(T=sizes, D=sizes, M=sizes, K=sizes, seed=st.integers(0, 99))
def test_the_same_weights_serve_every_length(T, D, M, K, seed):
    fixed, free = reference.build_rnn(T, D, M, K), reference.build_any_length(D, M, K)
    free.set_weights(fixed.get_weights())
    X = np.random.default_rng(seed).standard_normal((2, T, D))
    np.testing.assert_allclose(free(X), fixed(X), atol=1e-6)


def test_a_model_of_the_learners_own_keeps_its_weights():
    model = as_in_the_original(4, 2, 5, 3)
    before = model.get_weights()
    verdict_on(find_exercise("build_rnn"), lambda T, D, M, K: model)
    for was, now in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(now, was)


def said(name, answer):
    verdict = verdict_on(find_exercise(name), answer)
    assert not verdict.passed
    return verdict


def test_a_model_without_input_is_told_so():
    verdict = said("build_rnn", lambda T, D, M, K: Sequential([SimpleRNN(M), Dense(K)]))
    assert "doesn't know the shape of its input" in verdict.headline


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (lambda T, D, M, K: Layers(M, K), "a class of your own doesn't tell the shape of its input"),
        (lambda T, D, M, K: called(Turned(M, K), 1, T, D), "its `call` stops with an error"),
        (lambda T, D, M, K: called(Layers(M, K), 1, T, D + 1), "other weights than asked for"),
    ],
)
def test_a_class_of_layers_is_told_what_is_the_matter_with_it(model, says):
    assert says in said("build_rnn", model).headline


class Turned(Layers):
    def call(self, x):
        return super().call(np.asarray(x))


@pytest.mark.parametrize(
    ("layers", "says"),
    [
        (lambda M, K: [Masking(), SimpleRNN(M), Dense(K)], "the `Masking` on the way"),
        (lambda M, K: [SimpleRNN(M), Dropout(0.3), Dense(K)], "the `Dropout` on the way"),
        (lambda M, K: [SimpleRNN(M), GaussianNoise(1.0), Dense(K)], "the `GaussianNoise` on the way"),
        (lambda M, K: [SimpleRNN(M, dropout=0.5), Dense(K)], "dropout, or another option of a layer,"),
        (lambda M, K: [Rescaling(2.0), SimpleRNN(M), Dense(K)], "the `Rescaling` on the way"),
    ],
)
def test_what_was_not_asked_for_is_seen_though_it_has_no_weights(layers, says):
    assert says in said("build_rnn", lambda T, D, M, K: chain((T, D), *layers(M, K))).headline


def test_what_square_brackets_pick_out_is_seen():
    def first_state(T, D, M, K):
        i = Input((T, D))
        return Model(i, Dense(K)(SimpleRNN(M, return_sequences=True)(i)[:, 0]))

    assert "what square brackets pick out" in said("build_rnn", first_state).headline


def test_two_outputs_are_counted():
    def answer(T, D, M, K):
        i = Input((T, D))
        x, h = SimpleRNN(M, return_state=True)(i)
        return Model(i, [Dense(K)(x), h])

    assert "puts out 2 arrays, and one is due" in said("build_rnn", answer).headline


def test_a_shape_of_one_number_is_told_what_it_lacks():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T), SimpleRNN(M), Dense(K)))
    assert "in `Input(T, D)` as in `Input(shape=(T))`" in verdict.headline


def test_the_tensor_in_place_of_the_model_is_told_so():
    verdict = said("build_rnn", lambda T, D, M, K: Dense(K)(SimpleRNN(M)(Input((T, D)))))
    assert "`Model(i, x)`" in verdict.headline


def test_layers_are_shown_one_by_one_in_letters():
    verdict = said(
        "build_rnn", lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(K + 5, activation="relu"))
    )
    assert "puts out (None, 7), expected (None, K)" in verdict.headline
    assert "`Dense` has 7 outputs; K = 2 are due" in verdict.headline
    assert "Input → (None, T, D) = (None, 6, 4)" in str(verdict)
    assert "SimpleRNN (tanh) → (None, M) = (None, 9)" in str(verdict)
    assert "Dense (relu) → (None, 7)" in str(verdict)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (
            lambda T, D, M, K: chain((4, 2), SimpleRNN(3), Dense(1)),
            "has `Input(shape=(4, 2))`, `SimpleRNN(3)` and `Dense(1)` whatever the arguments are: "
            "write `Input(shape=(T, D))`, `SimpleRNN(M)` and `Dense(K)`",
        ),
        (lambda T, D, M, K: chain((T, 2), SimpleRNN(M), Dense(K)), "has `Input(shape=(T, 2))` whatever"),
        (lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(1)), "has `Dense(1)` whatever"),
        (
            lambda T, D, M, K: Sequential([Input((T, D)), SimpleRNN(3), Dense(K)]),
            "has `SimpleRNN(3)` whatever the arguments are: write `SimpleRNN(M)`",
        ),
    ],
)
def test_a_number_for_an_argument_is_said_in_numbers(answer, says):
    for seed in (0, 1, 2026):
        assert says in verdict_on(find_exercise("build_rnn"), answer, seed).headline


def test_a_number_of_features_fixed_in_a_model_of_any_length_is_said():
    verdict = said("build_any_length", lambda D, M, K: chain((None, 3), SimpleRNN(M), Dense(K)))
    assert "`Input(shape=(None, 3))` whatever the arguments are: write `Input(shape=(None, D))`" in str(
        verdict
    )


i = Input((4, 2))


def test_the_notebooks_input_is_named():
    verdict = said("build_rnn", lambda T, D, M, K: Model(i, Dense(K)(SimpleRNN(M)(i))))
    assert "the notebook's `i`" in verdict.headline
    assert "make your own `Input(shape=(T, D))` inside" in verdict.headline


def test_a_layer_too_many_is_said():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(M), Dense(K)))
    assert "One layer is too many: a second `Dense`" in verdict.headline


def test_two_layers_too_many_are_counted():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(M), Dense(M), Dense(K)))
    assert "2 layers are too many: `Dense` and `Dense`" in verdict.headline


def test_a_layer_of_another_size_is_said():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T, D), SimpleRNN(M + 2), Dense(K)))
    assert "`SimpleRNN` has 11 units; M = 9 are due" in verdict.headline


def test_a_comma_behind_the_result_is_pointed_at():
    def answer(T, D, M, K):
        return (as_in_the_original(T, D, M, K),)

    assert "There is a comma after what you return" in said("build_rnn", answer).headline


def test_a_class_in_place_of_a_model_is_told_so():
    assert "`Model(i, x)` makes a model" in said("build_rnn", lambda T, D, M, K: Model).headline


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (lambda D, M, K: Input(shape=("None", D)), "write None without quotes"),
        (lambda D, M, K: Input(shape=(-1, D)), "-1 belongs to NumPy's reshape"),
        (lambda D, M, K: Input(shape=(2.0, D)), "2.0, of type float, stands in yours"),
        (lambda D, M, K: Dense(K)(SimpleRNN(M)), "the layer SimpleRNN was made but never called"),
        (lambda D, M, K: Model(Input((None, D)), Dense(K)), "the layer Dense itself, which was never called"),
        (lambda D, M, K: SimpleRNN(Input((None, D))), "there belongs its number of units"),
        (lambda D, M, K: Model([Input((None, D)), Input((None, D))]), "Model takes two things"),
    ],
)
def test_keras_errors_are_said_in_plain_words(answer, says):
    assert says in dict(said("build_any_length", answer).facts)["Error"]


def test_other_weights_are_read_in_letters():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T, D), LSTM(T), Dense(K)))
    assert "weights" in verdict.headline
    assert "(D, M), (M, M), (M,), (M, K), (K,)" in str(verdict)


def test_another_activation_is_pointed_at():
    verdict = said("build_rnn", lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(K, activation="elu")))
    assert "an activation" in verdict.headline
    assert "Dense (elu)" in str(verdict)


def test_another_fixed_length_is_told_what_fails():
    verdict = said("build_any_length", lambda D, M, K: chain((12, D), SimpleRNN(M), Dense(K)))
    assert "sequences of 12 steps only" in verdict.headline


def test_keras_refusing_a_shape_is_said_in_plain_words():
    verdict = said("build_rnn", lambda T, D, M, K: chain((2, T, D), SimpleRNN(M), Dense(K)))
    assert verdict.status == "error"
    error = dict(verdict.facts)["Error"]
    assert "takes an input with 3 axes, and got one with 4: (None, K, T, D) = (None, 2, 6, 4). (The" in error


def test_a_shape_that_is_the_same_for_all_arguments_is_told_so():
    verdict = said("output_shape", lambda N, T, D, M, K: (1, 2))
    assert verdict.headline.startswith("You return (1, 2), whatever the arguments are")
    assert "Axis 1 is 2, whatever" in said("output_shape", lambda N, T, D, M, K: (N, 2)).headline


def test_arguments_that_nobody_needs_are_not_missed():
    assert "never uses" not in str(said("output_shape", lambda N, T, D, M, K: (N, K + 7)))


def test_the_ends_of_a_model_exchanged_are_told_so():
    def exchanged(T, D, M, K):
        i = Input(shape=(T, D))
        x = Dense(K)(SimpleRNN(M)(i))
        return Model(x, i)

    assert "what goes in first" in str(said("build_rnn", exchanged))


def test_a_layer_not_called_is_told_so():
    assert "has to be called" in str(said("build_rnn", lambda T, D, M, K: Model(Input((T, D)), Dense(K))))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        (
            "N_as_None_in_the_shape",
            lambda T, D, M, K: Sequential([Input((None, T, D)), SimpleRNN(M), Dense(K)]),
        ),
        ("D_not_said", lambda T, D, M, K: Sequential([Input((T,)), SimpleRNN(M), Dense(K)])),
        ("shape_without_brackets", lambda T, D, M, K: Sequential([Input(T, D), SimpleRNN(M), Dense(K)])),
        ("N_fixed_at_1", lambda T, D, M, K: chain(None, SimpleRNN(M), Dense(K), batch_shape=(1, T, D))),
        ("LSTM_for_SimpleRNN", lambda T, D, M, K: Sequential([Input((T, D)), LSTM(M), Dense(K)])),
        (
            "softmax_on_the_output",
            lambda T, D, M, K: chain((T, D), SimpleRNN(M), Dense(K), Activation("softmax")),
        ),
    ],
)
def test_a_mistake_is_named_in_whatever_style_it_is_made(name, answer):
    assert said("build_rnn", answer).misconception == name


def test_a_list_is_no_shape():
    assert (
        "returned a list; a shape is a tuple" in said("output_shape", lambda N, T, D, M, K: [N, K]).headline
    )


def test_letters_in_quotes_are_no_shape():
    assert "a str stands in yours" in said("output_shape", lambda N, T, D, M, K: ("N", "K")).headline
    assert "a float stands in yours" in said("output_shape", lambda N, T, D, M, K: (N / 1, K)).headline


def test_a_sum_of_two_sizes_is_read_as_no_letter():
    assert "You returned (N, 11)" in said("output_shape", lambda N, T, D, M, K: (N, M + K)).headline


def test_asking_keras_for_the_shape_is_no_answer():
    def asks(N, T, D, M, K):
        return Dense(K).compute_output_shape((N, M))

    assert "asks Keras" in said("output_shape", asks).headline


def test_a_list_is_no_batch():
    assert "returned a list; a NumPy array is due" in said("as_batch", lambda x: [x]).headline


def test_a_shape_of_as_batch_is_read_in_letters():
    verdict = said("as_batch", lambda x: x.T)
    assert "You returned (D, T), expected (1, T, D)" in verdict.headline
