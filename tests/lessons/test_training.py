"""Lesson 08: honest answers pass in any style, the reference is Keras's own, forecasters are judged truly."""

import functools
import math
import warnings

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from keras import layers

from helpers import figures
from helpers.checking.check import drawn, verdict_on
from helpers.checking.findings import find
from helpers.checking.judge import judge
from helpers.data.sunspots import load_sunspots
from helpers.lessons import find_exercise
from helpers.lessons import training as lesson
from helpers.observing import Outcome, models
from helpers.reference import training as reference


def mse_by_loops(Y, Yhat):
    total, count = 0.0, 0
    for row, said in zip(Y, Yhat, strict=True):
        for a, b in zip(row, said, strict=True):
            total += (float(a) - float(b)) ** 2
            count += 1
    return total / count


def mse_row_by_row(Y, Yhat):
    print("the shape of Y is", Y.shape)
    warnings.warn("slow", stacklevel=1)
    return sum(np.square(Y[n] - Yhat[n]).mean() for n in range(len(Y))) / len(Y)


def sgd_weight_by_weight(w, g, lr, velocity, momentum):
    new_w, new_velocity = np.empty_like(w), np.empty_like(w)
    for place in np.ndindex(*w.shape):
        new_velocity[place] = momentum * velocity[place] - lr * g[place]
        new_w[place] = w[place] + new_velocity[place]
    return new_w, new_velocity


def sgd_on_copies(weights, gradient, rate, speed, kept):
    weights, speed = weights.copy(), speed.copy()
    speed *= kept
    speed -= rate * gradient
    weights += speed
    return [weights, speed]


def adam_with_corrected_means(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    m = m + (g - m) * (1 - beta_1)
    v = v + (np.square(g) - v) * (1 - beta_2)
    root = math.sqrt(1 - beta_2**t)
    m_hat, v_hat = m / (1 - beta_1**t), v / root**2
    return w - lr * m_hat / (np.sqrt(v_hat) + epsilon / root), m, v


def adam_in_double(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    w, g, m, v = (array.astype("float64") for array in (w, g, m, v))
    return reference.adam_step(w, g, m, v, t, lr, beta_1, beta_2, epsilon)


def adam_weight_by_weight(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
    new_w, new_m, new_v = (np.zeros(w.shape) for _ in range(3))
    for place in np.ndindex(*w.shape):
        new_m[place] = beta_1 * m[place] + (1 - beta_1) * g[place]
        new_v[place] = beta_2 * v[place] + (1 - beta_2) * g[place] ** 2
        alpha = lr * (1 - beta_2**t) ** 0.5 / (1 - beta_1**t)
        new_w[place] = w[place] - alpha * new_m[place] / (math.sqrt(new_v[place]) + epsilon)
    return new_w, new_m, new_v


HONEST = [
    ("mse", mse_by_loops),
    ("mse", mse_row_by_row),
    ("mse", lambda Y, Yhat: float(((Yhat - Y) ** 2).sum() / Y.size)),
    ("mse", lambda Y, Yhat: np.linalg.norm(Y - Yhat) ** 2 / Y.size),
    ("mse", lambda Y, Yhat: ((Y - Yhat) ** 2).mean(axis=1).mean()),
    ("mse", lambda Y, Yhat: np.einsum("nk,nk->", Y - Yhat, Y - Yhat) / np.prod(Y.shape)),
    ("sgd_step", sgd_weight_by_weight),
    ("sgd_step", sgd_on_copies),
    ("sgd_step", lambda w, g, lr, velocity, mu: (w + mu * velocity - lr * g, mu * velocity - lr * g)),
    ("adam_step", adam_with_corrected_means),
    ("adam_step", adam_in_double),
    ("adam_step", adam_weight_by_weight),
    ("persistence", lambda X: X[:, -1, :]),
    ("persistence", lambda X: X[:, X.shape[1] - 1].copy()),
    ("persistence", lambda X: np.array([[window[-1][0]] for window in X])),
    ("persistence", lambda X: X.take(-1, axis=1).astype("float32")),
    ("persistence", lambda X: X[:, -1, 0].reshape(-1, 1)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), HONEST)
@pytest.mark.parametrize("seed", [0, 2026])
def test_honest_answers_pass(name, answer, seed):
    found = verdict_on(find_exercise(name), answer, seed)
    assert found.passed, str(found)


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.875])  # Keras rounds it to float32, which has these exactly
def test_sgd_is_kerass_own_over_many_steps(momentum):
    rng = np.random.default_rng(3)
    w, velocity = rng.normal(size=(3, 4)), np.zeros((3, 4))
    weight = keras.Variable(w, dtype="float64")
    optimizer = keras.optimizers.SGD(0.125, momentum=momentum)
    for _ in range(12):
        g = rng.normal(size=(3, 4)) * w
        optimizer.apply([keras.ops.convert_to_tensor(g)], [weight])
        w, velocity = reference.sgd_step(w, g, 0.125, velocity, momentum)
        np.testing.assert_allclose(w, weight.numpy(), rtol=1e-7, atol=1e-9)
        if momentum:
            np.testing.assert_allclose(velocity, optimizer.momentums[0].numpy(), rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("epsilon", [1e-7, 0.05])
def test_adam_is_kerass_own_over_many_steps(epsilon):
    rng = np.random.default_rng(4)
    w = rng.normal(size=5)
    m, v = np.zeros(5), np.zeros(5)
    weight = keras.Variable(w, dtype="float64")
    optimizer = keras.optimizers.Adam(0.125, beta_1=0.875, beta_2=0.96875, epsilon=epsilon)
    for t in range(1, 13):
        g = rng.normal(size=5) * w
        optimizer.apply([keras.ops.convert_to_tensor(g)], [weight])
        w, m, v = reference.adam_step(w, g, m, v, t, 0.125, 0.875, 0.96875, epsilon)
        np.testing.assert_allclose(w, weight.numpy(), rtol=1e-7, atol=1e-9)


@settings(max_examples=15, deadline=None)
@given(N=st.integers(1, 5), K=st.integers(1, 4), seed=st.integers(0, 999))
def test_mse_is_kerass_own(N, K, seed):
    rng = np.random.default_rng(seed)
    Y, Yhat = rng.normal(size=(N, K)), rng.normal(size=(N, K))
    assert math.isclose(reference.mse(Y, Yhat), lesson._keras_mse(Y, Yhat), rel_tol=1e-9)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), scale=st.floats(0.01, 100))
def test_adams_first_step_is_as_long_as_the_learning_rate_whatever_the_gradient(seed, scale):
    g = np.random.default_rng(seed).choice([-1.0, 1.0], 4) * scale
    zeros = np.zeros(4)
    w, _, _ = reference.adam_step(zeros, g, zeros, zeros, 1, 0.1, 0.9, 0.999, 1e-12)
    np.testing.assert_allclose(w, -0.1 * np.sign(g), rtol=1e-6)


def test_the_sunspots_are_the_309_years_from_1700():
    years, numbers = load_sunspots()
    assert (years == np.arange(1700, 2009)).all()
    assert numbers.shape == (309,)
    assert (numbers[0], numbers[-1], numbers.max()) == (5.0, 2.9, 190.2)
    assert round(numbers.sum(), 1) == 15373.4


def said(name, answer, seed=0):
    verdict = verdict_on(find_exercise(name), answer, seed)
    assert not verdict.passed
    return verdict


def test_writing_into_the_weights_fails_and_names_them():
    def answer(w, g, lr, velocity, momentum):
        velocity *= momentum
        velocity -= lr * g
        w += velocity
        return w, velocity

    assert "writes into its input `w` and `velocity`" in said("sgd_step", answer).headline


def test_the_weights_alone_are_not_both_results():
    found = said("sgd_step", lambda w, g, lr, velocity, momentum: w + momentum * velocity - lr * g)
    assert "2 results are due: `w`, `velocity`" in found.headline


def test_a_loss_for_each_sample_is_no_number():
    assert "an array of shape (6,)" in said("mse", lambda Y, Yhat: ((Y - Yhat) ** 2).mean(axis=1)).headline


def test_a_number_in_an_array_is_to_be_wrapped():
    found = said("mse", lambda Y, Yhat: np.asarray(((Y - Yhat) ** 2).mean()))
    assert "Wrap it: `float(…)`" in found.headline


def test_numbers_are_shown_with_few_digits():
    found = said("mse", lambda Y, Yhat: float(np.mean((Y - Yhat) ** 3)))
    assert max(len(word) for word in dict(found.facts)["Numbers"].split()) <= 9


def test_pythons_sum_over_a_table_is_named():
    assert said("mse", lambda Y, Yhat: sum((Y - Yhat) ** 2) / Y.size).misconception == (
        "added_over_the_samples_alone"
    )


@pytest.mark.parametrize("t", [1, 2, 3])
def test_a_fixed_step_is_told_to_be_one(t):
    found = said("persistence", lambda X: X[:, t])
    assert "the same step of each window" in found.headline
    assert f"step {t}, counted from 0" in dict(found.facts)["Where"]


def test_no_size_is_blamed_for_what_the_first_step_hides():
    def adam_step(w, g, m, v, t, lr, beta_1, beta_2, epsilon):
        m, v, _ = lesson._adam(w, g, m, v, t, lr, beta_1, beta_2, epsilon)
        alpha = lr * np.sqrt(1 - beta_2) / (1 - beta_1**t)
        return w - alpha * m / (np.sqrt(v) + epsilon), m, v

    but = dict(said("adam_step", adam_step).facts)["But"]
    assert but == "right only in the case: the first step, from m = 0 and v = 0"


def test_the_shape_of_the_weights_stands_beside_the_case():
    found = said("adam_step", lambda w, g, m, v, t, lr, beta_1, beta_2, epsilon: (w, m, v))
    assert dict(found.facts)["Case"].startswith("w (D, M) = (3, 5); ")


def test_several_wrong_results_are_told_from_the_right_ones():
    def adam_step(*arguments):
        w, m, v = reference.adam_step(*arguments)
        return w + 1, m + 1, v

    assert said("adam_step", adam_step).headline.startswith(
        "`w` and `m` are wrong, the others are right. `w` first: The shape (D, M) is right"
    )


def test_asking_keras_for_the_step_is_no_answer():
    assert "asks Keras" in said("mse", lesson._keras_mse).headline


# From here on forecasters, each trained once and judged on the sunspots alone: tests/test_bank.py has whole
# checks, with all their three trainings.


@functools.cache
def sun():
    cases, expected = drawn("fit_forecaster", 0)
    return cases[0], expected[0]


def verdict_on_the_sun(answer):
    exercise = find_exercise("fit_forecaster")
    case, truth = sun()
    return judge(exercise, [case], [truth], [exercise.observe(answer, case)])


def network(X, Y, *memory, scale=True, out=True):
    """`Rescaling`, the layers given, `Dense(1)`, `Rescaling`."""
    largest = float(Y.max())
    first = [layers.Rescaling(1 / largest)] if scale else []
    last = [layers.Rescaling(largest)] if out else []
    return keras.Sequential([keras.Input(X.shape[1:]), *first, *memory, layers.Dense(1), *last])


def trained(model, X, Y, epochs=5, rate=0.02):
    model.compile(keras.optimizers.Adam(rate), "mse", jit_compile=False)
    model.fit(X, Y, epochs=epochs, batch_size=8, verbose=0)
    return model


class Own(keras.Model):
    """A class of the learner's own, without an `input_shape`, with a cell in a loop of its own."""

    def __init__(self, largest):
        super().__init__()
        self.largest, self.cell, self.last = largest, layers.SimpleRNNCell(8), layers.Dense(1)

    def call(self, x):
        h = keras.ops.zeros((keras.ops.shape(x)[0], 8))
        for t in range(x.shape[1]):
            h, _ = self.cell(x[:, t] / self.largest, [h])
        return self.last(h) * self.largest


def by_the_change(X, Y, seed):
    """The forecast is the last value and a change that the network adds."""
    keras.utils.set_random_seed(seed)
    i = keras.Input(X.shape[1:])
    x = layers.Rescaling(0.01)(i)
    change = layers.Rescaling(100)(layers.Dense(1)(layers.Bidirectional(layers.RNN(layers.GRUCell(3)))(x)))
    model = keras.Model(i, layers.Add()([layers.Lambda(lambda x: x[:, -1], output_shape=(1,))(i), change]))
    return trained(model, X, Y)


def of_ones_own_class(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(Own(float(Y.max())), X, Y)


@pytest.mark.parametrize("answer", [by_the_change, of_ones_own_class])
def test_honest_forecasters_pass(answer):
    found = verdict_on_the_sun(answer)
    assert found.passed, str(found)


def scaled_by_hand(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8), scale=False, out=False), X / 100, Y / 100)


def scaled_twice(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8)), X / 100, Y / 100)


def scales_exchanged(X, Y, seed):
    keras.utils.set_random_seed(seed)
    first, last = layers.Rescaling(100), layers.Rescaling(1 / 100)
    memory = layers.SimpleRNN(8)
    return trained(
        keras.Sequential([keras.Input(X.shape[1:]), first, memory, layers.Dense(1), last]), X, Y, epochs=2
    )


def only_the_targets_scaled_by_hand(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8), out=False), X, Y / 100)


def nothing_scaled(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8), scale=False, out=False), X, Y, rate=0.001)


def only_the_inputs_scaled(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8), out=False), X, Y)


def compiled_and_never_fitted(X, Y, seed):
    model = network(X, Y, layers.SimpleRNN(8))
    model.compile("adam", "mse")
    return model


def with_far_too_large_steps(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.SimpleRNN(8)), X, Y, epochs=2, rate=1.0)


def with_a_loss_for_classes(X, Y, seed):
    model = network(X, Y, layers.SimpleRNN(8))
    model.compile("adam", "binary_crossentropy", run_eagerly=True)
    model.fit(X, Y, batch_size=len(X), epochs=2, verbose=0)
    return model


def dense_only(X, Y, seed):
    keras.utils.set_random_seed(seed)
    return trained(network(X, Y, layers.Flatten()), X, Y, epochs=1)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (scaled_by_hand, "wants inputs in other units"),
        (scaled_twice, "scales twice"),
        (scales_exchanged, "has its scales exchanged"),
        (only_the_targets_scaled_by_hand, "answers in other units"),
        (nothing_scaled, "is blind to large inputs"),
        (only_the_inputs_scaled, "says the same always"),
        (compiled_and_never_fitted, "was never trained"),
        (dense_only, "has no recurrent layer"),
        (with_far_too_large_steps, "took too large steps"),
        (with_a_loss_for_classes, "takes amounts for classes"),
    ],
)
def test_mistakes_are_known_after_a_training_in_earnest(answer, found):
    case, _ = sun()
    facts = find_exercise("fit_forecaster").observe(answer, case).value
    assert lesson._found(facts, case) == found


@functools.cache
def star(seed=0):
    cases, expected = drawn("fit_forecaster", seed)
    return cases[1], expected[1]


@pytest.mark.parametrize("cell", [layers.LSTM, layers.GRU])
def test_the_star_is_learned_in_a_few_epochs_by_a_cell_with_gates(cell):
    def answer(X, Y, seed):
        keras.utils.set_random_seed(seed)
        return trained(network(X, Y, cell(8)), X, Y)

    case, _ = star(2026)
    assert (
        lesson._found(find_exercise("fit_forecaster").observe(answer, case).value, case) == lesson.FORECASTS
    )


def on_the_star(P):
    """What the check sees of forecasts of the star, P."""
    return {
        "input_shape": (None, 10, 1),
        "layers": ("GRU", "Dense"),
        "recurrent": ("GRU",),
        "training": {"steps": 100, "epochs": 5},
        "predictions": {"later": P, models.WITHOUT_MEMORY: 0 * P},
    }


def test_the_notebook_is_named_only_where_the_star_is_forecast_as_the_sun():
    case, truth = star()
    last, mean = case.kept["X"][:, -1], case.kept["mean"]
    assert lesson._found(on_the_star(1.5 * last), case) == lesson.AS_THE_SUN
    little = on_the_star(mean - 0.05 * (last - mean))
    assert lesson._found(little, case) != lesson.AS_THE_SUN
    headline, seen = lesson._told(little, truth, case)
    assert "good on the sunspots, but not yet on the other series" in headline
    assert "train for longer" in dict(seen)["Mind"]


def test_a_schedule_of_ones_own_is_no_error():
    class Falling(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step):
            return 0.01 / (1 + step)

    assert models._first_rate(keras.optimizers.Adam(Falling())) == 0
    assert models._first_rate(keras.optimizers.Adam(0.5)) == 0.5


def made_for_twelve_years(**options):
    """A functional model: a Sequential takes windows of any length, whatever its `Input` says."""
    keras.utils.set_random_seed(8)
    model = network(np.zeros((1, 12, 1)), np.full(1, 150.0), layers.SimpleRNN(8), **options)
    return keras.Model(model.inputs, model.outputs)


def test_a_mistake_is_named_where_the_model_takes_no_windows_of_another_length():
    """The network of the lesson is made for T = 12; the star's windows are 10 long, and stop it."""
    exercise, (case, truth), (stars, stars_truth) = find_exercise("fit_forecaster"), sun(), star()

    def answer(X, Y, seed):
        return trained(made_for_twelve_years(scale=False, out=False), X / 100, Y / 100)

    outcomes = [exercise.observe(answer, each) for each in (case, stars)]
    assert outcomes[1].error
    found = judge(exercise, [case, stars], [truth, stars_truth], outcomes)
    sentences = {wrong.name: wrong.sentence for wrong in exercise.misconceptions}
    assert found.headline == sentences["scaled_outside_the_model"]


def test_windows_of_another_length_are_told_with_all_their_axes():
    exercise, (case, truth) = find_exercise("fit_forecaster"), star()

    def answer(X, Y, seed):
        return trained(made_for_twelve_years(), X, Y)

    facts = dict(find(exercise, case, truth, exercise.observe(answer, case)).facts)
    assert facts["Error"] == (
        "the model takes an input of shape (None, 12, 1), and got one of shape (None, T, 1) = (None, 10, 1)"
    )
    assert "made for T = 12" in facts["Mind"]


def test_the_pictures_say_which_loss_ends_lowest_and_where_a_forecast_is_worst():
    SGD, Adam = [1.0, 0.1, 0.0195, 0.0195], [1.0, 0.5, 0.02, 0.0157]
    alt = figures.loss_curves({"SGD": SGD, "Adam": Adam}).alt
    assert "SGD 1 at first, 0.1 at step 1, 0.0195 at step 2, 0.0195 at last; Adam 1 at first, 0.5" in alt
    assert "SGD and Adam cross at step 3; from there on Adam is the lower one." in alt
    assert "cross" not in figures.loss_curves({"SGD": [2, 1], "Adam": [1, 1]}).alt

    alt = figures.forecast([1, 2, 3, 4], [0, 10, 100, 90], naive=[3, 6, 60, 90]).alt
    assert (
        "naive is furthest off in 3: 60, where 100 came; off by 28 where the truth is above 50, by 4" in alt
    )
    assert figures.forecast([1, 2], [5, 5], naive=[5, 6]).alt.endswith("furthest off in 2: 6, where 5 came.")


def test_the_judge_is_not_taken_in():
    """The naive forecast, the mean, and a straight line don't come near what is asked for."""
    case, _ = sun()
    X, Y = case.kept["X"], case.kept["Y"]
    for P in (X[:, -1], np.full_like(Y, case.kept["mean"]), 2 * X[:, -1] - X[:, -2]):
        assert lesson._error(Y, P) > 1.1 * lesson.BETTER * lesson._naive(case)


@pytest.mark.parametrize("seed", [0, 1, 2026])
def test_no_answer_gets_to_see_what_came_later(seed):
    for case in find_exercise("fit_forecaster").draw(seed):
        assert set(case.inputs) == {"X", "Y", "seed"}
        assert set(case.probe) == {"inputs"}
        later, asked = case.probe["inputs"]["later"][:, :, 0], case.kept["Y"][:, 0]
        # In order, each window would end with what the one before it asks for.
        assert np.mean(np.isclose(later[1:, -1], asked[:-1])) < 0.2


def test_one_epoch_is_told_to_train_for_more_and_no_case_is_pointed_at():
    """Where it is good enough for the star, no name fits."""
    exercise, (case, truth), (stars, stars_truth) = find_exercise("fit_forecaster"), sun(), star()
    outcome = exercise.observe(lambda X, Y, seed: lesson._fitted(X, Y, seed, epochs=1, scaled=True), case)
    good = exercise.observe(lesson._learned, stars)
    facts = dict(judge(exercise, [case, stars], [truth, stars_truth], [outcome, good]).facts)
    assert "train for more" in facts["Mind"]
    assert "But" not in facts


def test_a_right_forecaster_is_told_what_it_did():
    exercise, (case, truth) = find_exercise("fit_forecaster"), sun()
    found = judge(exercise, [case], [truth], [exercise.observe(lesson._learned, case)])
    assert found.passed
    assert "well ahead of the naive forecast" in found.headline


def test_an_unseeded_training_is_found():
    exercise = find_exercise("fit_forecaster")
    case, truth = sun()
    drawn = iter((3, 14))

    def answer(X, Y, seed):
        return lesson._fitted(X, Y, next(drawn), epochs=1, scaled=True)

    outcomes = [exercise.observe(answer, case) for _ in range(2)]
    found = judge(exercise, [case], [truth], outcomes[:1], outcomes[1])
    assert "two different results" in found.headline


@pytest.mark.parametrize(
    ("wrong", "due"),
    [
        (lambda X, Y, seed: network(X, Y, layers.SimpleRNN(2)).get_weights(), "a Keras model is due"),
        (lambda X, Y, seed: {"predictions": {"later": Y}}, "something of type dict"),
        (lambda X, Y, seed: None, "`None`"),
        (lambda X, Y, seed: lesson._fitted(X[:20], Y[:20], seed, 1, True).history, "return the model"),
        (lambda X, Y, seed: (network(X, Y, layers.SimpleRNN(2)), 3), "the model alone"),
    ],
)
def test_what_is_no_model_is_called_so(wrong, due):
    assert due in verdict_on_the_sun(wrong).headline


def test_weights_that_ran_away_are_told():
    def answer(X, Y, seed):
        model = network(X, Y, layers.SimpleRNN(2))
        model.set_weights([np.full_like(weight, np.nan) for weight in model.get_weights()])
        return model

    exercise, (case, truth) = find_exercise("fit_forecaster"), sun()
    assert "NaN" in find(exercise, case, truth, exercise.observe(answer, case)).headline


def test_a_forecaster_that_is_nearly_good_enough_reads_its_errors():
    case, truth = sun()
    X, Y = case.kept["X"], case.kept["Y"]
    facts = {
        "layers": ("SimpleRNN", "Dense"),
        "recurrent": ("SimpleRNN",),
        "training": {"steps": 100, "epochs": 5, "largest_weight": 1.0, "loss": "mse"},
        "predictions": dict.fromkeys(case.probe["inputs"], 2 * X[:, -1] - X[:, -2])
        | {models.WITHOUT_MEMORY: 0 * Y},
    }
    headline, seen = lesson._told(facts, truth, case)
    assert "not well ahead" in headline
    assert dict(seen)["Training"] == "5 epochs, 100 steps"
    assert "does the loss still fall" in dict(seen)["Mind"]
    assert "mean squared error: yours" in dict(seen)["Numbers"]
    assert find(find_exercise("fit_forecaster"), case, truth, Outcome(facts)).headline == headline
