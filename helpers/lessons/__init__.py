"""The table of contents: every lesson in order, and every exercise by name.

A lesson's module is imported when one of its exercises is asked for.
"""

import functools
import importlib
from dataclasses import dataclass

from helpers.lessons.exercise import Exercise


@dataclass(frozen=True)
class Lesson:
    """One lesson: a folder, a notebook, a module of exercises and a test file, all of one name."""

    number: int
    name: str
    title: str
    promise: str
    minutes: int
    exercises: tuple[str, ...]

    @property
    def folder(self) -> str:
        """The folder's name, which is nbgrader's assignment id: `05_forward_loop`."""
        return f"{self.number:02d}_{self.name}"


LESSONS = (
    Lesson(
        number=1,
        name="notation",
        title="Five letters",
        promise="Read the shape of any recurrent network's data.",
        minutes=40,
        exercises=("make_data", "sample", "time_step", "feature", "time_major", "windows"),
    ),
    Lesson(
        number=2,
        name="build_model",
        title="Input, SimpleRNN, Dense",
        promise="Build the model, and know the shape it puts out before it runs.",
        minutes=35,
        exercises=("build_rnn", "as_batch", "output_shape", "build_any_length"),
    ),
    Lesson(
        number=3,
        name="summary_and_parameters",
        title="Every number accounted for",
        promise="Say how many parameters a model has before Keras does.",
        minutes=35,
        exercises=("rnn_params", "dense_params", "total_params", "size_in_bytes", "largest_M"),
    ),
    Lesson(
        number=4,
        name="weights",
        title="Take the model apart",
        promise="Take the five weight arrays out, and program a network by hand.",
        minutes=45,
        exercises=("weight_shapes", "unpack", "running_sum_weights", "to_torch"),
    ),
    Lesson(
        number=5,
        name="forward_loop",
        title="The loop by hand",
        promise="Compute `model.predict` with a loop of your own.",
        minutes=45,
        exercises=("rnn_step", "dense", "forward", "forward_all"),
    ),
    Lesson(
        number=6,
        name="batches_and_sequences",
        title="Many samples, every step",
        promise="Read whole batches, give every state, carry it over, and pass over padding.",
        minutes=60,
        exercises=("forward_batch", "hidden_states", "many_to_many", "forward_from", "masked_last"),
    ),
    Lesson(
        number=7,
        name="flatten_baseline",
        title="What recurrence buys",
        promise="Read a sequence without recurrence, and say what that costs.",
        minutes=40,
        exercises=("build_ann", "ann_params", "forward_ann", "crossover_T"),
    ),
    Lesson(
        number=8,
        name="training",
        title="Training",
        promise="Take the steps of SGD and Adam by hand, and forecast sunspots better than the naive way.",
        minutes=60,
        exercises=("mse", "sgd_step", "adam_step", "persistence", "fit_forecaster"),
    ),
    Lesson(
        number=9,
        name="bptt",
        title="Backwards through time",
        promise="Work out by hand every gradient that training uses.",
        minutes=90,
        exercises=(
            "tanh_backward",
            "dense_backward",
            "bptt",
            "numerical_gradient",
            "gradient_norms",
            "clip_by_norm",
        ),
    ),
    Lesson(
        number=10,
        name="lstm",
        title="A memory with gates",
        promise="Take an LSTM apart gate by gate, and compute what it computes.",
        minutes=75,
        exercises=(
            "lstm_params",
            "split_gates",
            "lstm_step",
            "lstm_forward",
            "latch_weights",
            "lstm_to_torch",
        ),
    ),
    Lesson(
        number=11,
        name="gru",
        title="Fewer gates",
        promise="Compute a GRU by hand, in both of its kinds, and carry its weights to PyTorch.",
        minutes=65,
        exercises=("gru_params", "gru_step", "gru_forward", "gru_to_torch"),
    ),
    Lesson(
        number=12,
        name="stacked_and_bidirectional",
        title="Upwards and backwards",
        promise="Put layers on top of each other, read from both ends, and compute both by hand.",
        minutes=60,
        exercises=(
            "stacked_params",
            "stacked_forward",
            "bidirectional_forward",
            "bidirectional_states",
        ),
    ),
    Lesson(
        number=13,
        name="digits",
        title="The whole road",
        promise="Train a reader of handwritten digits, and compute by hand what it says.",
        minutes=90,
        exercises=("prepare", "softmax", "build_reader", "train_reader", "predict_by_hand"),
    ),
)

LESSON_OF = {name: lesson for lesson in LESSONS for name in lesson.exercises}
"""The lesson of every exercise, by the exercise's name, in the order of the course."""


@functools.cache
def find_exercise(name: str) -> Exercise:
    """The exercise of this name.

    Raises:
        LookupError: there is none.
    """
    if name not in LESSON_OF:
        raise LookupError(f"there is no exercise called {name}")
    module = importlib.import_module(f"helpers.lessons.{LESSON_OF[name].name}")
    return getattr(module, name)
