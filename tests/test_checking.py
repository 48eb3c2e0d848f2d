"""What a check does with answers of every kind, whatever the exercise."""

import contextlib
import linecache
import math
import sys
import warnings

import numpy as np
import pytest

from helpers import check, hint, verdict
from helpers.checking import CheckFailed, letters
from helpers.checking.check import NotAnAnswer, verdict_on
from helpers.lessons import LESSONS, find_exercise
from helpers.reference import forward_loop as right


def judged(answer, name="rnn_step", **options):
    return verdict_on(find_exercise(name), answer, **options)


def test_an_answer_that_returns_nothing_is_asked_for_its_return():
    def answer(x_t, h_last, Wx, Wh, bh):
        np.tanh(x_t @ Wx + h_last @ Wh + bh)

    assert "`None`" in judged(answer).headline


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (lambda h: list(h), "a list"),
        (lambda h: tuple(h), "a tuple"),
        (lambda h: (number for number in h), "a generator"),
        (lambda h: float(h[0]), "a single number"),
        (lambda h: "tanh", "a str"),
        (lambda h: {"h": h}, "a dict"),
        (lambda h: True, "a bool"),
        (lambda h: object(), "something of type object"),
        (lambda h: h.astype("float16"), "dtype float16"),
        (lambda h: h.astype("longdouble"), f"dtype {np.dtype('longdouble')}"),
        (lambda h: h.astype("complex128"), "dtype complex128"),
        (lambda h: h.astype("int64"), "dtype int64"),
        (lambda h: h > 0, "dtype bool"),
        (lambda h: h.astype(object), "dtype object"),
    ],
)
def test_a_value_of_the_wrong_kind_is_called_by_its_kind(result, said):
    found = judged(lambda *arguments: result(right.rnn_step(*arguments)))
    assert not found.passed
    assert said in found.headline


@pytest.mark.parametrize(
    ("dtype", "says"),
    [
        ("float16", "rounded to something smaller"),
        ("longdouble", "leave the conversion away"),
        ("complex128", "Nothing here is complex"),
        ("str", "That is text"),
    ],
)
def test_a_dtype_is_told_what_is_the_matter_with_it(dtype, says):
    assert says in judged(lambda *arguments: right.rnn_step(*arguments).astype(dtype)).headline


def test_a_keras_tensor_is_not_an_array():
    import keras

    found = judged(lambda *arguments: keras.ops.convert_to_tensor(right.rnn_step(*arguments)))
    assert not found.passed


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_numbers_that_are_none_are_pointed_out(bad):
    def answer(*arguments):
        h = right.rnn_step(*arguments)
        h[1] = bad
        return h

    assert ("NaN" if np.isnan(bad) else "infinite") in judged(answer).headline


@pytest.mark.parametrize("shape", [(1, -1), (-1, 1)])
def test_nothing_is_squeezed_into_agreement(shape):
    found = judged(lambda *arguments: right.rnn_step(*arguments).reshape(shape))
    assert "axis of size 1 too many" in found.headline


def test_a_scalar_is_not_broadcast_into_agreement():
    found = judged(lambda *arguments: np.zeros(1, "float32"), "dense")
    assert not found.passed


def test_writing_into_an_input_fails_and_names_it():
    def answer(x_t, h_last, Wx, Wh, bh):
        h_last @ Wh
        bh += x_t @ Wx + h_last @ Wh
        return np.tanh(bh)

    found = judged(answer)
    assert "writes into its input `bh`" in found.headline


def test_inputs_are_copies_so_that_one_call_cannot_spoil_the_next():
    def spoil(x_t, h_last, Wx, Wh, bh):
        for array in (x_t, h_last, Wx, Wh, bh):
            array[...] = 0
        return np.zeros(len(bh))

    judged(spoil)
    assert judged(right.rnn_step).passed


def test_a_state_kept_in_a_default_argument_is_found():
    def answer(x, Wx, Wh, bh, Wo, bo, kept={}):  # noqa: B006
        h = kept.get("h", np.zeros(len(bh)))
        h = h if len(h) == len(bh) else np.zeros(len(bh))
        for row in x:
            h = np.tanh(row @ Wx + h @ Wh + bh)
        kept["h"] = h
        return h @ Wo + bo

    assert "kept from one call to the next" in judged(answer, "forward").headline


def test_random_answers_are_found():
    rng = np.random.default_rng()
    found = judged(lambda x_t, h_last, Wx, Wh, bh: np.tanh(rng.normal(size=len(bh))))
    assert "two different results" in found.headline


def test_an_error_is_shown_at_the_learners_own_line_with_shapes_in_letters():
    def answer(x_t, h_last, Wx, Wh, bh):
        total = x_t @ Wx
        return np.tanh(Wh @ Wx + total)

    found = judged(answer)
    assert found.status == "error"
    assert found.code == "return np.tanh(Wh @ Wx + total)"
    assert dict(found.facts)["`Wx`"] == "(D, M) = (6, 10)"
    assert "Traceback" not in str(found)


def test_a_variable_of_the_notebook_in_place_of_an_argument_is_pointed_out():
    space = {"np": np, "M": 5, "T": 4, "bias": 3}
    exec(
        """
def forward(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros(M)
    for t in range(len(x)):
        h = np.tanh(x[t] @ Wx + h.T @ Wh + bh)
    return h @ Wo + bo
""",
        space,
    )
    assert "reads `M` of the notebook" in dict(judged(space["forward"], "forward").facts)["Mind"]


def test_an_error_inside_a_helper_of_the_learners_is_shown_there():
    def product(a, b):
        return a.dott(b)

    found = judged(lambda x_t, h_last, Wx, Wh, bh: product(x_t, Wx))
    assert found.code.endswith("→ return a.dott(b)")
    assert "Python stopped in `product`" in found.headline


@pytest.mark.parametrize("problem", [SystemExit(0), RecursionError(), ZeroDivisionError("by <b>zero</b>")])
def test_whatever_an_answer_raises_is_a_verdict(problem):
    def answer(*arguments):
        raise problem

    assert judged(answer).status == "error"


def test_arguments_in_another_order_are_pointed_out_before_all_else():
    found = judged(lambda h_last, x_t, Wx, Wh, bh: right.rnn_step(x_t, h_last, Wx, Wh, bh))
    assert "another order, `h_last, x_t, Wx, Wh, bh`" in found.headline
    assert not found.misconception


def test_several_results_where_one_is_due_are_told_so():
    def answer(*arguments):
        return right.rnn_step(*arguments), arguments[1]

    assert "One result is due" in judged(answer).headline


def on_one_line(x_t, h_last, Wx, Wh, bh):
    return sum(Wx[d] for d in range(99))


def on_several_lines(x_t, h_last, Wx, Wh, bh):
    return sum(
        Wx[d]  # here it stops
        for d in range(99)
    )


@pytest.mark.parametrize("answer", [on_one_line, on_several_lines])
def test_an_error_inside_a_comprehension_is_shown_once_as_the_answers_own(answer):
    found = judged(answer)
    assert "Python stopped in line" in found.headline
    assert "→" not in found.code


def test_a_changed_def_line_is_pointed_out():
    found = judged(lambda x_t, h_last: x_t)
    assert "5 arguments, `x_t, h_last, Wx, Wh, bh`" in found.headline


def test_an_answer_that_calls_an_unwritten_one_is_sent_there():
    def rnn_step(*arguments):
        raise NotImplementedError("Replace this line by your answer.")

    def answer(x, Wx, Wh, bh, Wo, bo):
        return rnn_step(x[0], np.zeros(len(bh)), Wx, Wh, bh) @ Wo + bo

    found = judged(answer, "forward")
    assert found.status == "error"
    assert "`rnn_step`, and that one is not written yet" in found.headline


def test_a_placeholder_deep_in_a_library_is_an_error_like_others():
    def answer(x_t, h_last, Wx, Wh, bh):
        return sum(iter(Unfinished()))

    assert judged(answer).status == "error"


class Unfinished:
    def __iter__(self):
        import asyncio

        asyncio.AbstractEventLoop().run_forever()


def test_an_interrupt_stops_the_check_and_says_where():
    def rnn_step(*arguments):
        raise KeyboardInterrupt

    with pytest.raises(CheckFailed, match="You stopped it in line") as caught:
        check(rnn_step)
    assert caught.value.verdict.code == "raise KeyboardInterrupt"


def test_a_cell_that_python_cannot_read_is_not_taken_for_the_answer_before_it():
    good = "def dense(h, Wo, bo):\n    return h @ Wo + bo"
    bad = "def dense(h, Wo, bo):\n    return (h @ Wo + bo"
    space = {"verdict": verdict, "In": ["", good]}
    exec(good, space)
    exec("found = verdict(dense)", space)
    assert space["found"].passed
    space["In"].append(bad)
    exec("found = verdict(dense)", space)
    assert space["found"].status == "error"
    assert "did not run" in space["found"].headline
    space["In"].append(good)
    exec("found = verdict(dense)", space)
    assert space["found"].passed


class Notebook:
    """Runs cells as IPython does, as far as a check can see: their text in `In` and in the line cache."""

    def __init__(self):
        self.space = {"np": np, "verdict": verdict, "In": [""]}

    def run(self, cell):
        filename = f"<cell {abs(hash(cell))}>"
        linecache.cache[filename] = (len(cell), None, [line + "\n" for line in cell.splitlines()], filename)
        self.space["In"].append(cell)
        with contextlib.suppress(ZeroDivisionError, NameError):
            exec(compile(cell, filename, "exec"), self.space)

    def verdict(self, name):
        self.run(f"found = verdict({name})")
        return self.space["found"]


RIGHT = "def dense(h, Wo, bo):\n    return h @ Wo + bo"
WRONG = "def dense(h, Wo, bo):\n    return h @ Wo"


@pytest.mark.parametrize("old", [RIGHT, WRONG])
def test_a_cell_that_stopped_above_its_def_is_not_taken_for_the_answer_before_it(old):
    notebook = Notebook()
    notebook.run(old)
    notebook.run("1 / 0\n\n" + RIGHT)
    found = notebook.verdict("dense")
    assert found.status == "error"
    assert "stopped with an error above its `def` line" in found.headline
    notebook.run(RIGHT)
    assert notebook.verdict("dense").passed


@pytest.mark.parametrize(
    "cells",
    [
        [RIGHT + "\n\n1 / 0"],  # it stopped below the definition
        ["1 / 0"],  # another cell stopped
        ["def affine(h, Wo, bo):\n    1 / 0"],
        ["def other(h):\n    def dense(h, Wo, bo):\n        return h\n    return dense"],
        ['note = """\ndef dense(h, Wo, bo):\n    return h\n"""'],
        ["kept = dense", "def dense(h, Wo, bo):\n    return h", "dense = kept"],
        ["def affine(h, Wo, bo):\n    return h @ Wo + bo", "dense = affine"],
        [RIGHT + "  # again", RIGHT],
    ],
)
def test_other_cells_raise_no_false_alarm(cells):
    notebook = Notebook()
    for cell in [RIGHT, *cells]:
        notebook.run(cell)
    found = notebook.verdict("dense")
    assert found.passed, str(found)


def test_a_wrong_earlier_answer_that_is_called_gets_the_blame():
    space = {"np": np, "right": right}
    exec(
        """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    return np.tanh(x_t @ Wx + h_last @ Wh)

def forward(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros(len(bh))
    for x_t in x:
        h = rnn_step(x_t, h, Wx, Wh, bh)
    return h @ Wo + bo
""",
        space,
    )
    assert "calls your `rnn_step`" in judged(space["forward"], "forward").headline


def test_an_argument_that_is_never_used_is_pointed_out():
    space = {"np": np}
    exec("def time_step(X, t):\n    return X[:, 1] + 0 * X[:, 1]", space)
    exec("def time_step(X, t):\n    return X[:, 0] * 2", space)
    assert "never uses its argument `t`" in dict(judged(space["time_step"], "time_step").facts)["Mind"]


def test_sizes_written_as_numbers_are_pointed_out():
    found = judged(lambda N, T, D, seed: np.zeros((3, 4, 2)), "make_data")
    assert "(3, 4, 2) whatever comes in" in found.headline


def test_a_return_that_is_not_reached_in_some_cases_is_pointed_out():
    def answer(x, Wx, Wh, bh, Wo, bo):
        for _ in x[1:]:
            return right.forward(x, Wx, Wh, bh, Wo, bo)
        return None

    found = judged(answer, "forward")
    assert "without a `return`" in found.headline
    assert "T, D, M, K = 1" in dict(found.facts)["Case"]


def test_an_error_whose_text_cannot_be_made_is_still_a_verdict():
    class Odd(Exception):
        def __str__(self):
            raise ValueError

    def answer(*arguments):
        raise Odd

    assert judged(answer).status == "error"


def test_asking_keras_is_no_answer():
    def answer(x, Wx, Wh, bh, Wo, bo):
        import keras

        layer = keras.layers.SimpleRNN(len(bh))
        layer.build((None, *x.shape))
        layer.set_weights([Wx, Wh, bh])
        return layer(x[None].astype("float32")).numpy()[0] @ Wo + bo

    assert "asks Keras" in judged(answer, "forward").headline


def test_asking_keras_under_another_name_is_no_answer():
    import keras

    squash = keras.activations.tanh

    def answer(x_t, h_last, Wx, Wh, bh):
        return np.array(squash(x_t @ Wx + h_last @ Wh + bh))

    assert "asks Keras" in judged(answer).headline


def test_an_answer_may_print_and_warn_and_the_check_is_silent(capsys):
    def rnn_step(*arguments):
        print("to stdout")
        print("to stderr", file=sys.stderr)
        warnings.warn("mind", stacklevel=2)
        np.log(np.zeros(1))
        return right.rnn_step(*arguments)

    check(rnn_step)
    said = capsys.readouterr()
    assert said.err == ""
    assert "to stdout" not in said.out
    assert "passed" in said.out


def test_what_a_wrong_answer_printed_is_shown_but_not_without_end():
    def answer(x_t, h_last, Wx, Wh, bh):
        print("the shape is", x_t.shape)
        print("spam " * 1_000_000)
        return h_last

    found = judged(answer)
    assert "the shape is (6,)" in found.printed
    assert len(str(found)) < 4_000


def test_a_failed_check_raises_and_its_text_is_the_verdict():
    def rnn_step(x_t, h_last, Wx, Wh, bh):
        return x_t @ Wx + h_last @ Wh + bh

    with pytest.raises(CheckFailed, match="not squashed") as caught:
        check(rnn_step)
    shown = "\n".join(caught.value._render_traceback_())
    assert "not squashed" in shown
    assert "Traceback" not in shown


def test_a_hidden_test_is_silent_when_right_and_shows_no_numbers_when_wrong(capsys):
    def rnn_step(*arguments):
        return right.rnn_step(*arguments)

    check(rnn_step, seed=7)
    assert capsys.readouterr().out == ""

    def rnn_step(*arguments):
        print(arguments)
        if len(arguments[0]) == 5:
            raise ValueError(repr(arguments))
        return right.rnn_step(*arguments) + 0.25

    with pytest.raises(CheckFailed) as caught:
        check(rnn_step, seed=7)
    hidden = find_exercise("rnn_step").draw(7)
    numbers = [f"{float(x):.4f}" for case in hidden for array in case.inputs.values() for x in array.flat]
    assert not [number for number in numbers if number.lstrip("-") in str(caught.value)]


def test_the_exercise_is_known_by_the_name_the_answer_is_bound_to():
    def elsewhere(*arguments):
        return right.dense(*arguments)

    space = {"dense": elsewhere, "check": check}
    exec("check(dense)", space)
    space = {"dense": lambda *arguments: right.dense(*arguments), "check": check}
    exec("check(dense)", space)


def test_a_function_of_no_exercises_name_and_a_result_are_sent_back_in_a_sentence():
    def nothing_of_ours():
        pass

    with pytest.raises(NotAnAnswer, match="keep the name"):
        check(nothing_of_ours)
    with pytest.raises(NotAnAnswer, match="no brackets"):
        check(np.zeros(3))


def test_verdict_says_the_same_and_does_not_raise():
    def rnn_step(x_t, h_last, Wx, Wh, bh):
        return np.tanh(x_t @ Wx + h_last @ Wh)

    assert verdict(rnn_step).misconception == "bias_forgotten"


def test_a_verdict_escapes_what_the_learner_wrote():
    def answer(*arguments):
        print("<script>alert(1)</script>")
        raise ValueError("<script>alert(2)</script>")

    html = judged(answer).html()
    assert "<script" not in html
    assert "&lt;script&gt;alert(2)" in html


def test_hints_come_one_by_one():
    def dense(h, Wo, bo):
        raise NotImplementedError

    seen = [hint(dense) for _ in range(3)]
    assert seen[0].startswith("**Hint 1 of 2.**")
    assert seen[1] != seen[0] == seen[2]


def in_a_notebook(name, code, **variables):
    """An answer as a learner's notebook makes it, with these variables in it."""
    space, filename = {"np": np, **variables}, f"<cell of {name}>"
    linecache.cache[filename] = (len(code), None, [line + "\n" for line in code.splitlines()], filename)
    exec(compile(code, filename, "exec"), space)
    return space[name]


def test_sizes_of_the_notebook_are_no_letters_of_the_case():
    code = """
def forward_batch(X, Wx, Wh, bh, Wo, bo):
    h = np.zeros((N, len(bh)))
    for t in range(X.shape[1]):
        h = np.tanh(X[:, t] @ Wx + h @ Wh + bh)
    return h @ Wo + bo
"""
    found = judged(in_a_notebook("forward_batch", code, N=6), "forward_batch")
    facts = dict(found.facts)
    assert facts["`h`"] == "(6, M) = (6, 10)"
    assert facts["`Wx`"] == "(D, M) = (6, 10)"
    assert "reads `N` of the notebook" in facts["Mind"]


def test_a_stranger_is_read_as_the_letter_that_is_due():
    assert letters.read((6, 4), SIZES, ("T", "M"), strangers=(6,)) == ("T", "M")
    assert letters.read((6, 4), SIZES, ("N", "M"), strangers=(6,)) == ("6", "M")
    assert letters.read((6, 4), SIZES, (), strangers=(6,)) == ("6", "M")


def test_results_in_another_order_are_told_so():
    def lstm_forward(*arguments):
        H, h, c = find_exercise("lstm_forward").reference(*arguments)
        return h, c, H

    found = judged(lstm_forward, "lstm_forward")
    assert "in another order" in found.headline
    assert "`H`, `h`, `c` are due, in this order" in found.headline


def test_one_array_where_several_are_due_is_told_so():
    found = judged(lambda W, M: np.array(np.split(W, 4, axis=-1)), "split_gates")
    assert "Return 4 arrays, not one." in found.headline


@pytest.mark.parametrize("by", [1e-4, 4e-5])
def test_numbers_are_shown_with_as_many_digits_as_tell_them_apart(by):
    def nearly(*arguments):
        return right.rnn_step(*arguments) + by

    numbers = dict(judged(nearly).facts)["Numbers"]
    yours, _, due = numbers.partition(", expected ")
    assert yours.rpartition("yours is ")[2] != due


def test_a_row_of_numbers_is_shown_with_as_many_digits_as_tell_them_apart():
    def nearly(*arguments):
        return right.dense(*arguments) + 4e-5 * np.arange(1, 1 + len(arguments[2]))

    numbers = dict(judged(nearly, "dense").facts)["Numbers"].splitlines()
    assert numbers[0].split()[1:] != numbers[1].split()[1:]


def test_code_in_the_left_column_of_a_box_is_code():
    def answer(x_t, h_last, Wx, Wh, bh):
        return np.tanh(Wh @ Wx + x_t)

    html = judged(answer).html()
    assert "<code>Wx</code></td>" in html
    assert "`" not in html


def test_where_a_mistake_has_a_name_units_that_came_out_right_by_accident_are_not_mentioned():
    def gru_step(*arguments):
        return bank["reset_always_after"](*arguments)

    bank = {wrong.name: wrong.answer for wrong in find_exercise("gru_step").misconceptions}
    for seed in range(4):
        found = judged(gru_step, "gru_step", seed=seed)
        assert found.misconception == "reset_always_after"
        assert " m = " not in dict(found.facts).get("Where", "")


def test_a_length_that_stays_the_same_is_pointed_out_though_other_sizes_change_with_it():
    code = """
def gru_forward(X, Wx, Wh, b, reset_after):
    h, H = np.zeros((len(X), len(Wh))), []
    for t in range(8):
        h = gru_step(X[:, t], h, Wx, Wh, b, reset_after)
        H.append(h)
    return np.stack(H, axis=1), h
"""
    step = find_exercise("gru_step").reference
    found = judged(in_a_notebook("gru_forward", code, gru_step=step), "gru_forward")
    assert "right where T = 8: is T a fixed number" in dict(found.facts)["But"]


def test_a_number_that_is_no_size_of_any_case_is_pointed_out_where_python_stops():
    code = """
def forward(x, Wx, Wh, bh, Wo, bo):
    h = np.zeros(16)
    for x_t in x:
        h = np.tanh(x_t @ Wx + h @ Wh + bh)
    return h @ Wo + bo
"""
    found = judged(in_a_notebook("forward", code), "forward")
    assert "16 stands in your answer as a number" in dict(found.facts)["Mind"]


def test_a_model_of_the_notebook_in_place_of_its_weights_is_pointed_out():
    import keras

    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    code = "def dense(h, Wo, bo):\n    Wo, bo = model.get_weights()\n    return h @ Wo + bo"
    found = judged(in_a_notebook("dense", code, model=model), "dense")
    assert "asks `model`, a Keras model of the notebook" in found.headline
    assert "from `h`, `Wo` and `bo` alone" in found.headline


def test_the_arrays_of_a_concatenation_stand_in_brackets():
    found = judged(lambda h, Wo, bo: np.concatenate(h, bo, bo), "dense")
    assert "square brackets, np.concatenate([…, …])" in dict(found.facts)["Error"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda h, Wo, bo: math.exp(h), "math.exp takes one number, np.exp a whole array"),
        (lambda h, Wo, bo: np.split(Wo, 13), "Without axis=… it cuts the first axis"),
    ],
)
def test_common_errors_are_said_in_plain_words(answer, said):
    assert said in dict(judged(answer, "dense").facts)["Error"]


@pytest.mark.parametrize("many", [2, 3, 4])
def test_the_layers_of_a_sequential_model_stand_in_brackets(many):
    import keras

    def build_rnn(T, D, M, K):
        layers = [
            keras.Input((T, D)),
            keras.layers.SimpleRNN(M),
            keras.layers.Dense(K),
            keras.layers.Dense(K),
        ]
        return keras.Sequential(*layers[:many])

    assert "square brackets, Sequential([…, …])" in dict(judged(build_rnn, "build_rnn").facts)["Error"]


SIZES = {"N": 9, "T": 6, "D": 2, "M": 4, "K": 12}


@pytest.mark.parametrize(
    ("shape", "expected", "said"),
    [
        ((6, 4), "N M", "Time (T) is still there and the batch (N) is gone."),
        ((4, 9), "N M", "The right axes, in another order."),
        ((9, 6, 4), "N M", "Time (T) is still there."),
        ((4,), "N M", "The batch (N) is gone."),
        ((1, 9, 4), "N M", "There is an axis of size 1 too many."),
        ((9, 5, 4), "N T M", "One of the time steps is missing."),
        ((9, 7, 4), "N T M", "One of the time steps is too many."),
        ((10, 4), "N M", "One of the samples is too many."),
        ((5, 4), "N M", "Axis 0 has 5 entries, N are due."),
        ((9, 3), "N M", "Axis 1 has 3 entries, M are due."),
        ((5, 3, 4), "N M", "That is 3 axes; 2 are due."),
        ((5, 4), "M", "That is 2 axes; 1 is due."),
        ((9, 4), "N M", ""),
        ((9, 4), "N 2*M", "Axis 1 has M entries, 2M are due."),
        ((4, 4), "M 4*M", "Axis 1 has M entries, 4M are due."),
    ],
)
def test_a_shape_is_read_back_in_letters(shape, expected, said):
    read = letters.read(shape, SIZES, expected.split())
    assert letters.difference(read, expected.split()) == said


def test_several_letters_of_one_size_are_read_in_favour_of_the_answer():
    assert letters.read((4, 4, 4), {"N": 2, "T": 4, "D": 4, "M": 4}, ("N", "T", "M"))[1:] == ("T", "M")


def test_a_bare_number_stays_a_number():
    assert letters.say(letters.read((97,), SIZES)) == "(97,)"


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_the_table_of_contents_lists_just_the_exercises_of_a_lessons_module(lesson):
    import importlib

    from helpers.lessons.exercise import Exercise

    module = importlib.import_module(f"helpers.lessons.{lesson.name}")
    defined = [value.name for value in vars(module).values() if isinstance(value, Exercise)]
    assert tuple(defined) == lesson.exercises
    assert all(find_exercise(name).lesson == lesson.name for name in defined)


def test_importing_the_helpers_is_quick_and_leaves_tensorflow_alone():
    import subprocess

    code = "import helpers, sys; print('tensorflow' in sys.modules, 'numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_tensorflow_is_silent_once_the_helpers_are_imported():
    import subprocess

    code = "import helpers, tensorflow as tf; tf.constant(1) + 1"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["np", "keras", "Dense"])
def test_after_a_restart_one_is_told_to_run_the_imports_first(name):
    space = {}
    exec(f"def dense(h, Wo, bo):\n    return {name}.dot(h, Wo) + bo\n", space)
    said = str(verdict_on(find_exercise("dense"), space["dense"]))
    assert f"`{name}` is not known here: run the cells at the top of the notebook first" in said
