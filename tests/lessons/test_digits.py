"""Lesson 13: honest answers of other styles pass, the reference is Keras's own, and a training is judged by
what became of it."""

import functools
import hashlib
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.checking.check import drawn, verdict_on
from helpers.data import digits as data
from helpers.lessons import digits as lesson
from helpers.lessons import find_exercise
from helpers.reference import digits as reference


def verdict(name, answer):
    return verdict_on(find_exercise(name), answer)


def prepare_row_by_row(images):
    rows = [[image[8 * t : 8 * t + 8] for t in range(8)] for image in images]
    return np.array(rows, dtype="float32") / np.float32(16)


def prepare_by_filling(images):
    X = np.empty((len(images), 8, 8), np.float32)
    for n, image in enumerate(images):
        X[n] = np.split(image * 0.0625, 8)
    return X


def prepare_converted_first(images):
    return images.astype(np.float32).reshape(-1, 8, 8) / 16


def softmax_by_logarithms(z):
    m = z.max(-1, keepdims=True)
    return np.exp(z - m - np.log(np.exp(z - m).sum(-1, keepdims=True)))


def softmax_along_the_axis(z):
    def of_one(row):
        e = np.exp(row.astype("float64") - max(row))
        return e / sum(e)

    return np.apply_along_axis(of_one, -1, z)


def softmax_number_by_number(z):
    if z.ndim > 1:
        return np.stack([softmax_number_by_number(part) for part in z])
    e = [math.exp(float(score) - float(max(z))) for score in z]
    return np.array([number / sum(e) for number in e])


def softmax_by_differences(z):
    with np.errstate(over="ignore"):
        return 1 / np.exp(z[..., None, :] - z[..., :, None]).sum(-1)


def softmax_in_place(z):
    e = z - np.max(z, axis=-1)[..., None]
    np.exp(e, out=e)
    e /= e.sum(axis=-1)[..., None]
    return e


def reader_of(cell, softmax="dense", length=8, **options):
    """A builder of a reader in some other style."""

    def build_reader(M):
        from keras import Sequential, layers

        recurrent = getattr(layers, cell)(M, **options)
        end = {
            "dense": [layers.Dense(10, activation="softmax")],
            "layer": [layers.Dense(10), layers.Softmax()],
            "activation": [layers.Dropout(0.3), layers.Dense(units=10), layers.Activation("softmax")],
        }[softmax]
        return Sequential([layers.Input((length, 8)), recurrent, *end])

    return build_reader


def reader_of_a_cell(M):
    import keras

    i = keras.Input((8, 8))
    h = keras.layers.RNN(keras.layers.LSTMCell(M))(i)
    return keras.Model(i, keras.ops.softmax(keras.layers.Dense(10)(h)))


def reader_that_cuts_the_last_state_out(M):
    import keras

    i = keras.Input((8, 8))
    H = keras.layers.SimpleRNN(M, return_sequences=True)(i)
    return keras.Model(i, keras.layers.Dense(10, "softmax")(H[:, -1]))


def predict_with_the_lessons_functions(X, weights):
    Wx, Wh, b, Wo, bo = weights
    gates = Wx.shape[1] // Wo.shape[0]
    if gates == 1:
        h = functools.reduce(
            lambda h, x: np.tanh(x @ Wx + h @ Wh + b), X.transpose(1, 0, 2), 0 * X[:, 0] @ Wx
        )
    elif gates == 3:
        h = reference.gru_forward(X, Wx, Wh, b, True)[1]
    else:
        h = reference.lstm_forward(X, Wx, Wh, b)[1]
    return softmax_by_logarithms(h @ Wo + bo)


def predict_digit_by_digit(X, weights):
    return np.concatenate([reference.predict_by_hand(x[None], weights) for x in X])


def predict_in_double(X, weights):
    return reference.predict_by_hand(X.astype("float64"), [array.astype("float64") for array in weights])


def predict_gate_by_gate(X, weights):
    Wx, Wh, b, Wo, bo = weights
    M = Wh.shape[0]
    cuts = [slice(k * M, (k + 1) * M) for k in range(Wh.shape[1] // M)]
    kind = {1: "rnn", 3: "gru", 4: "lstm"}[len(cuts)]
    h, c = np.zeros((len(X), M)), np.zeros((len(X), M))
    for t in range(8):
        if kind == "gru":
            a = [X[:, t] @ Wx[:, cut] + b[0, cut] for cut in cuts]
            s = [h @ Wh[:, cut] + b[1, cut] for cut in cuts]
            z, r = (1 / (1 + np.exp(-(a[k] + s[k]))) for k in (0, 1))
            h = h + (1 - z) * (np.tanh(a[2] + r * s[2]) - h)
        else:
            a = [X[:, t] @ Wx[:, cut] + h @ Wh[:, cut] + b[cut] for cut in cuts]
            if kind == "lstm":
                i, f, o = (0.5 + 0.5 * np.tanh(a[k] / 2) for k in (0, 1, 3))
                c = f * c + i * np.tanh(a[2])
                h = o * np.tanh(c)
            else:
                h = np.tanh(a[0])
    return reference.softmax(np.einsum("nm,mk->nk", h, Wo) + bo)


def train_nothing_but_the_output(X, y, seed):
    """No optimiser: 64 units pass the rows on like a bucket brigade, 500 look at them all at random, and
    the Dense layer is fitted by least squares."""
    import keras

    rng = np.random.default_rng(seed)
    M = 64 + 500
    Wx, Wh = rng.normal(0, 0.6, (8, M)), rng.normal(0, 1.2, (M, M))
    Wx[:, :64], Wh[:, :64], Wh[64:] = 0.5 * np.eye(8, 64), np.eye(M, 64, 8), 0
    model = reader_of("SimpleRNN")(M)
    model.layers[0].set_weights([Wx, Wh, rng.normal(0, 0.5, M)])
    H = keras.ops.convert_to_numpy(model.layers[0](X))
    W = np.linalg.solve(H.T @ H + 0.3 * np.eye(M), H.T @ (10 * np.eye(10)[y]))
    model.layers[1].set_weights([W, np.zeros(10)])
    return model


HONEST = {
    "prepare": [prepare_row_by_row, prepare_by_filling, prepare_converted_first],
    "softmax": [
        softmax_by_logarithms,
        softmax_along_the_axis,
        softmax_number_by_number,
        softmax_by_differences,
        softmax_in_place,
    ],
    "build_reader": [
        reader_of("SimpleRNN"),
        reader_of("LSTM", "layer"),
        reader_of("GRU", "activation"),
        reader_of("GRU", reset_after=False),
        reader_of("LSTM", length=None, unroll=False, recurrent_dropout=0.1),
        reader_of_a_cell,
        reader_that_cuts_the_last_state_out,
    ],
    "train_reader": [train_nothing_but_the_output],
    "predict_by_hand": [
        predict_with_the_lessons_functions,
        predict_digit_by_digit,
        predict_in_double,
        predict_gate_by_gate,
    ],
}


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for name in HONEST for answer in HONEST[name]])
def test_an_honest_answer_in_another_style_passes(name, answer):
    found = verdict(name, answer)
    assert found.passed, str(found)


@settings(max_examples=12, deadline=None)
@given(
    cell=st.sampled_from(["SimpleRNN", "GRU", "LSTM"]),
    sizes=st.tuples(*[st.integers(1, 6)] * 3),
    seed=st.integers(0, 2**32 - 1),
)
def test_by_hand_is_what_keras_predicts(cell, sizes, seed):
    import keras

    rng = np.random.default_rng(seed)
    N, T, M = sizes
    model = reader_of(cell, length=T)(M)
    model.set_weights([rng.normal(0, 1, weight.shape) for weight in model.weights])
    X = rng.uniform(0, 1, (N, T, 8)).astype("float32")
    predicted = keras.ops.convert_to_numpy(model(X))
    np.testing.assert_allclose(reference.predict_by_hand(X, model.get_weights()), predicted, atol=2e-5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-1e4, 1e4), min_size=1, max_size=8), st.floats(-1e4, 1e4))
def test_softmax_gives_probabilities_that_only_differences_of_scores_make(scores, shift):
    p = reference.softmax(np.array(scores))
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1)
    np.testing.assert_allclose(reference.softmax(np.array(scores) + shift), p, atol=1e-9)


def test_the_oracle_is_model_predict():
    for case in find_exercise("predict_by_hand").draw(1)[:3]:
        X, weights = case.inputs["X"], case.inputs["weights"]
        model = reader_of({1: "SimpleRNN", 3: "GRU", 4: "LSTM"}[weights[1].shape[1] // len(weights[1])])(
            len(weights[1])
        )
        model.set_weights(weights)
        predicted = model.predict(X, verbose=0)
        np.testing.assert_allclose(find_exercise("predict_by_hand").expected(case), predicted, atol=1e-5)


def test_the_data_are_the_test_set_as_uci_describes_it():
    images, y = data.load_digits()
    assert images.shape == (1797, 64)
    assert (images.min(), images.max()) == (0, 16)
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    folder = Path(data.__file__).parent
    digest = hashlib.sha256((folder / "digits.csv.gz").read_bytes()).hexdigest()
    assert digest in (folder / "README.md").read_text(encoding="utf-8")


def test_data_that_are_written_into_are_read_anew():
    images, y = data.load_digits()
    images[:], y[:] = -1, -1
    assert data.load_digits()[0].min() == 0
    X, _ = data.prepared_digits()
    np.testing.assert_array_equal(X, reference.prepare(data.load_digits()[0]))


def test_the_digits_held_out_are_handed_to_no_answer():
    (case,), _ = drawn("train_reader", 0)
    everything, y = data.prepared_digits()
    X, X_held_out = case.inputs["X"], case.probe["inputs"]["held out"]
    assert (len(X), len(X_held_out)) == (1348, 449)
    together = np.concatenate([X, X_held_out])
    assert sorted(map(bytes, together)) == sorted(map(bytes, everything))
    labels = {bytes(image): label for image, label in zip(everything, y, strict=True)}
    assert [labels[bytes(image)] for image in X] == case.inputs["y"].tolist()


def test_another_seed_holds_other_digits_out():
    (one,), _ = drawn("train_reader", 0)
    (other,), _ = drawn("train_reader", 1)
    assert not np.array_equal(one.probe["inputs"]["held out"], other.probe["inputs"]["held out"])


def trained(rounds, labels=lambda y: y):
    def train_reader(X, y, seed):
        import keras

        keras.utils.set_random_seed(seed)
        model = reader_of("SimpleRNN")(24)
        model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy")
        model.fit(X, labels(y), epochs=rounds, batch_size=64, verbose=0)
        return model

    return train_reader


def test_a_training_that_is_too_short_is_told_its_score_and_what_to_change():
    found = verdict("train_reader", trained(3))
    assert not found.passed
    assert not found.misconception
    facts = dict(found.facts)
    assert "of 449 digits right" in facts["Held out"]
    assert facts["Training"].startswith("3 epochs")
    assert "the loss can still fall" in facts["Mind"]


def test_labels_that_lost_their_digits_are_noticed_after_a_long_training_too():
    found = verdict("train_reader", trained(6, labels=lambda y: y[::-1]))
    assert found.misconception == "labels_in_another_order"


def test_a_right_training_runs_once_and_is_told_its_score():
    calls = []

    def train_reader(X, y, seed):
        calls.append(seed)
        return train_nothing_but_the_output(X, y, seed)

    found = verdict("train_reader", train_reader)
    assert found.passed
    assert len(calls) == 1
    assert "of 449 digits right" in dict(found.facts)["Held out"]


def test_a_history_is_no_model():
    def train_reader(X, y, seed):
        model = reader_of("SimpleRNN")(3)
        model.compile(loss="sparse_categorical_crossentropy")
        return model.fit(X[:32], y[:32], verbose=0)

    assert "return the model" in str(verdict("train_reader", train_reader))


def test_a_reader_without_biases_is_told_its_weights():
    found = verdict("build_reader", reader_of("LSTM", use_bias=False))
    assert "five arrays" in found.headline


def test_another_activation_inside_is_found_in_any_cell():
    other_gates = verdict("build_reader", reader_of("LSTM", recurrent_activation="relu"))
    assert "computes something else" in other_gates.headline
    for cell in ("SimpleRNN", "LSTM", "GRU"):
        assert verdict("build_reader", reader_of(cell, activation="relu")).misconception == "relu_states"


def test_a_slip_in_one_cell_is_named_by_its_case():
    def answer(X, weights):
        Wx, Wh, b, Wo, bo = weights
        if Wh.shape[1] == 4 * len(Wh):
            b = b + np.repeat([0, 1, 0, 0], len(Wh))  # the forget bias of 1 is in the weights already
        return reference.predict_by_hand(X, [Wx, Wh, b, Wo, bo])

    found = verdict("predict_by_hand", answer)
    assert not found.misconception
    assert "LSTM" in dict(found.facts)["Case"]


def test_a_reader_that_asks_keras_is_refused():
    def answer(X, weights):
        return lesson._keras_predict(X, weights)

    assert "asks Keras" in verdict("predict_by_hand", answer).headline


def test_probabilities_of_the_wrong_axis_are_read_back_in_letters():
    found = verdict("predict_by_hand", lambda X, weights: reference.predict_by_hand(X, weights).T)
    assert "You returned (K, N), expected (N, K)" in found.headline
