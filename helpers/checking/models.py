"""What is wrong with a Keras model that an answer returned: it is none, or of other shapes, or computes
something else."""

from collections import Counter
from collections.abc import Mapping, Sequence

from helpers.checking import letters
from helpers.checking.compare import agree
from helpers.checking.finding import Finding, kind, say
from helpers.checking.verdict import joined
from helpers.lessons.exercise import Case
from helpers.observing import Foreign
from helpers.observing.models import OUT_OF_SHAPE, UNBUILT, WITHOUT_WEIGHTS

RECURRENT = ("SimpleRNN", "LSTM", "GRU")
WITH_WEIGHTS = (*RECURRENT, "Dense")


def no_model(value: object, called: str) -> Finding | None:
    """What a value is in place of the model that is due; None where it is one."""
    if isinstance(value, dict) and "predictions" in value:
        return None
    if isinstance(value, Foreign) and value == UNBUILT:
        return Finding(
            "Your model doesn't know the shape of its input, so it could not make its weights: "
            "begin it with `Input(shape=…)`."
        )
    if isinstance(value, Foreign) and value == WITHOUT_WEIGHTS:
        return Finding(
            "Your model has no weights yet: a class of your own doesn't tell the shape of its input. "
            "Use `Input(shape=…)` and `Model(i, x)`, or `Sequential`."
        )
    if isinstance(value, Foreign) and value == OUT_OF_SHAPE:
        return Finding(
            "Your model is of a class of your own, and its `call` stops with an error on the input that is "
            "due: use `Input(shape=…)` and `Model(i, x)`, or `Sequential`."
        )
    if isinstance(value, Foreign) and value.type_name == "type":
        return Finding(f"{called} returned a class that was not called: `Model(i, x)` makes a model.")
    advice = ""
    if isinstance(value, Foreign) and value.type_name.endswith("KerasTensor"):
        advice = " `Model(i, x)` makes one from the input `i` and the output `x`."
    if isinstance(value, Foreign) and value.type_name == "keras.History":
        advice = " `fit` trains the model where it is, and gives a record of it: return the model itself."
    if isinstance(value, (list, tuple)):
        advice = " `Model(i, x)` makes one from input and output, `Sequential([…])` from a list of layers."
        models = {"keras.Functional", "keras.Sequential"}
        if any(isinstance(part, Foreign) and part.type_name in models for part in value):
            advice = " There is one among them: return the model alone."
    return Finding(f"{called} returned {kind(value)}; a Keras model is due.{advice}")


def wrong_model(case: Case, mine: dict, right: dict, tolerance: float) -> Finding:
    """The first thing that is wrong with a model on its way from input to output, and its layers."""
    due = {(name, shape) for name, _, shape in right["steps"]}
    listed = [_layer(case, *step, (step[0], step[2]) in due) for step in mine["steps"]]
    facts = [("Your model", "\n".join(listed))]
    for label, key in (("Input", "input_shape"), ("Output", "output_shape")):
        if mine[key] != right[key]:
            facts.append((f"{label} due", say(right[key], case)))
    for takes, key in (("takes", "input_shape"), ("puts out", "output_shape")):
        if many := sum(isinstance(shape, (tuple, list, str)) for shape in mine[key]):
            return Finding(
                f"Your model {takes} {many} arrays, and one is due: `Model(i, x)` is given the one `i` that "
                "goes in, and the one `x` that comes out.",
                tuple(facts),
                general=False,
            )
    if mine["input_shape"] != right["input_shape"]:
        headline = _wrong_input(case, mine["input_shape"], right["input_shape"])
    elif mine["output_shape"] != right["output_shape"]:
        expected = letters.read(right["output_shape"], case.sizes)
        read = letters.read(mine["output_shape"], case.sizes, expected)
        difference = _layers(case, mine, right) or letters.difference(read, expected)
        headline = f"Your model puts out {letters.say(read)}, expected {letters.say(expected)}. {difference}"
    elif mine["weights"] != right["weights"]:
        headline = (
            "What goes in and what comes out have the right shapes, "
            "but your layers have other weights than asked for. " + _layers(case, mine, right)
        )
        facts.append(("Its weights", _weights(case, mine["weights"])))
        facts.append(("Weights due", _weights(case, right["weights"])))
    elif refused := [said for said in mine["predictions"].values() if isinstance(said, str)]:
        headline = f"All shapes are right, but your model can't be used: {refused[0]}."
    elif right.get("alike_in_training") and agree(mine["predictions"], right["predictions"], tolerance):
        headline = (
            "Your model computes what is due, but while it is trained it computes something else: "
            f"{_not_asked_for(mine, right) or 'dropout, or another option of a layer,'} "
            "is not what was asked for."
        )
    else:
        headline = (
            "All shapes are right, but from the same weights your model computes something else: "
            f"{_not_asked_for(mine, right) or 'an activation, or another option of a layer,'} "
            "is not what was asked for."
        )
    return Finding(headline.rstrip(), facts=tuple(facts), general=False)


def _layer(case: Case, name: str, activation: str, shape: Sequence[int | None], due: bool) -> str:
    """`SimpleRNN (tanh) → (None, M) = (None, 5)`; in letters only where it is the layer due."""
    called = f"{name} ({'no activation' if activation == 'linear' else activation})" if activation else name
    return f"{called} → {say(shape, case) if due else tuple(shape)}" if shape else called


def _not_asked_for(mine: Mapping, right: Mapping) -> str:
    """The first thing on the way through a model that is beside the layers due; empty where there is none, or
    where another layer stands in the place of one that is due."""
    names, wanted = (Counter(name for name, _, _ in many["steps"]) for many in (mine, right))
    extra = "" if wanted - names else next(iter(names - wanted), "")
    if extra == "GetItem":
        return "what square brackets pick out on the way, as in `x[…]`,"
    return f"the `{extra}` on the way" if extra else ""


def _layers(case: Case, mine: Mapping, right: Mapping) -> str:
    """What layer is missing, too many, or of another size; empty where the layers don't tell."""
    steps, due = mine["steps"][1:], right["steps"][1:]
    names, wanted = ([name for name, _, _ in many] for many in (steps, due))
    extra, missing = Counter(names) - Counter(wanted), Counter(wanted) - Counter(names)
    if missing and not extra:
        return f"There is no `{next(iter(missing))}` in your model."
    if extra and not missing:
        unasked = [name for name in extra.elements() if name in WITH_WEIGHTS]
        if len(unasked) > 1:
            return f"{len(unasked)} layers are too many: {joined([f'`{name}`' for name in unasked])}."
        again = "a second " if unasked and unasked[0] in wanted else ""
        return f"One layer is too many: {again}`{unasked[0]}`." if unasked else ""
    recurrent = [name for name in extra if name in RECURRENT]
    if recurrent and not set(wanted) & set(RECURRENT):
        return f"There is a recurrent layer, `{recurrent[0]}`: this model has none."
    if names != wanted:
        return ""
    for index, ((name, _, shape), (_, _, expected)) in enumerate(zip(steps, due, strict=True)):
        if len(shape) != len(expected) or shape[-1] in (None, expected[-1]) or expected[-1] is None:
            continue
        what = "output" if index == len(due) - 1 else "unit"
        letter = letters.read(expected[-1:], case.sizes)[0]
        units = f"{shape[-1]} {what}{'' if shape[-1] == 1 else 's'}"
        return f"`{name}` has {units}; {letter} = {expected[-1]} are due."
    return ""


def _weights(case: Case, shapes: Sequence[Sequence[int]]) -> str:
    return ", ".join(letters.say(letters.read(shape, case.sizes)) for shape in shapes) or "none"


def _wrong_input(case: Case, mine: Sequence[int | None], right: Sequence[int | None]) -> str:
    expected = letters.read(right, case.sizes)
    read = letters.read(mine, case.sizes, expected)
    asked = f"Your model takes {letters.say(read)}, expected {letters.say(expected)}."
    if len(mine) != len(right):
        return f"{asked} `Input` is told the shape of one sample; the first axis, N, it puts there by itself."
    axis = next(axis for axis in range(len(mine)) if mine[axis] != right[axis])
    if right[axis] is None and axis == 0:
        return f"{asked} The first axis is N, and N is left open: `None`."
    if right[axis] is None:
        return f"{asked} It is made for sequences of {mine[axis]} steps only; `None` leaves the length open."
    if mine[axis] is None and axis > 0:
        return f"{asked} `None` leaves a size open that is known here."
    return f"{asked} {letters.difference(read, expected)}"
