"""Keras models that cross a check: handed to an answer as a recipe, read out of one as facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from helpers.observing.plain import Foreign, plain


@dataclass(frozen=True)
class RecurrentModel:
    """The recipe of the course's model: `Input((T, D))`, `SimpleRNN(M)`, `Dense(K)`, with given weights.

    Attributes:
        kind: "functional" or "sequential".
        T: None for any length.
        weights: `Wx (D, M), Wh (M, M), bh (M,), Wo (M, K), bo (K,)`.
        names: what the recurrent and the output layer are called; Keras counts its own names on from
            model to model.
    """

    kind: str
    T: int | None
    weights: Sequence[np.ndarray]
    names: tuple[str, str] = ("simple_rnn", "dense")

    def build(self):
        """The `keras.Model` of this recipe; one made before is used again, as a new one takes Keras 30 ms."""
        D, M = self.weights[0].shape
        sizes = (self.T, D, M, len(self.weights[4]))
        made = (self.kind, *sizes, self.names)
        model, layers = _models.get(made, (None, ()))
        if model is None or tuple(model.layers) != layers:  # an answer may take a model apart in earnest
            model = self._new(*sizes)
            _models[made] = model, tuple(model.layers)
        model.set_weights(self.weights)
        return model

    def _new(self, T: int | None, D: int, M: int, K: int):
        import keras

        recurrent, output = self.names
        inputs = keras.Input((T, D), name="input_layer")
        layers = [keras.layers.SimpleRNN(M, name=recurrent), keras.layers.Dense(K, name=output)]
        if self.kind == "sequential":
            return keras.Sequential([inputs, *layers], name="model")
        outputs = inputs
        for layer in layers:
            outputs = layer(outputs)
        return keras.Model(inputs, outputs, name="model")


_models: dict[tuple, tuple] = {}


UNBUILT = Foreign("a Keras model that doesn't know its input's shape")
"""Stands for a model of layers that has no weights yet, or of which Keras can't say an input shape."""

WITHOUT_WEIGHTS = Foreign("a model class of one's own without weights")
OUT_OF_SHAPE = Foreign("a model class of one's own that the input due can't be followed through")


def facts(model: object, probe: Mapping[str, object]) -> object:
    """What can be said of a model in plain values; the model's own weights are as they were afterwards.

    Args:
        model: what an answer returned.
        probe: `seed`, which draws new weights by their shapes, and `inputs`, arrays by name to predict from;
            `in_turn` says whether `predict` is to be tried on two of them, one after the other.

    Returns:
        A dict with `input_shape`, `output_shape`, the class names of the `layers`, the shapes of the
        `weights`, and the `predictions` made with the drawn weights: two models that compute the same
        function of the same weights predict the same, however they were written. `steps` says for a reader
        what happens on the way: each layer's name, activation and output shape, beginning with the input.
        `alike_in_training` is whether it computes the same while it is trained, as one with dropout does not.
        For anything that is no Keras model, its plain value; `UNBUILT` for one without an input shape.
    """
    import keras

    if not isinstance(model, keras.Model):
        return plain(model)
    layered = _in_layers(model, probe["inputs"].values())
    if isinstance(layered, Foreign):
        return layered
    own = model.get_weights()
    rng = np.random.default_rng(probe["seed"])
    try:
        for weight in layered.weights:
            if "float" in str(weight.dtype):
                weight.assign(rng.normal(0, 0.7, weight.shape))
        predictions = {name: _prediction(model, X) for name, X in probe["inputs"].items()}
        *_, (last, X) = probe["inputs"].items()
        alike = _alike(predictions[last], _prediction(model, X, training=True))
        if probe.get("in_turn"):
            predictions |= _one_after_another(model, probe["inputs"])
    finally:
        model.set_weights(own)
    return {**_described(layered, predictions), "alike_in_training": alike}


def _in_layers(model, inputs: Iterable[np.ndarray]):
    """The model itself, if it knows its shapes. One of a class of the learner's own doesn't: of such a one
    the functional model with the same layers and weights, for inputs like these; else what says why not."""
    import keras

    if model.built and hasattr(model, "input_shape"):
        return model
    if isinstance(model, keras.Sequential):
        return UNBUILT
    if not model.weights:
        return WITHOUT_WEIGHTS
    axes = zip(*(X.shape[1:] for X in inputs), strict=True)
    i = keras.Input([sizes[0] if len(set(sizes)) == 1 else None for sizes in axes])
    try:
        return keras.Model(i, model.call(i))
    except Exception:  # its own code may stop in any way
        return OUT_OF_SHAPE


def trained(model: object, probe: Mapping[str, object]) -> object:
    """What can be said of a model as it is, with the weights that it was given by training.

    Args:
        model: what an answer returned.
        probe: `inputs`, arrays by name to predict from.

    Returns:
        `facts`, but with the model's own predictions; and `training`, a dict of how it was trained: the
        `steps` of its optimiser and the `epochs` of its last `fit`, the name of its `loss`, the
        `learning_rate` that it began with, the `last_loss`, and its `largest_weight`. What it does not know
        is 0, an empty name or None.
    """
    import keras

    if not isinstance(model, keras.Model):
        return plain(model)
    layered = _in_layers(model, probe["inputs"].values())
    if isinstance(layered, Foreign):
        return layered
    predictions = {name: _prediction(model, X) for name, X in probe["inputs"].items()}
    return {**_described(layered, predictions), "training": _training(model)}


def _described(model, predictions: Mapping[str, object]) -> dict[str, object]:
    return {
        "input_shape": tuple(model.input_shape),
        "output_shape": tuple(model.output_shape),
        "layers": tuple(type(layer).__name__ for layer in model.layers),
        "weights": tuple(tuple(weight.shape) for weight in model.weights),
        "predictions": predictions,
        "steps": (("Input", "", tuple(model.input_shape)), *_steps(model)),
    }


def forecaster(model: object, probe: Mapping[str, object]) -> object:
    """What can be said of a recurrent model as it is, of whatever make, a class of the learner's own too.

    Args:
        model: what an answer returned.
        probe: `inputs`, arrays by name to predict from.

    Returns:
        A dict with the `input_shape`, where the model knows it; the `predictions`; the class names of the
        `layers`, and of the `recurrent` ones among all that they are made of; and `training`, as `trained`
        has it. One prediction more is made from the first inputs with every weight of the recurrent layers
        at zero, and is called `WITHOUT_MEMORY`: where it is the same as with them, the recurrent layers are
        there for show.
    """
    import keras

    if not isinstance(model, keras.Model):
        said = plain(model)
        return Foreign("dict") if isinstance(said, dict) else said
    predictions = {name: _prediction(model, X) for name, X in probe["inputs"].items()}
    recurrent = [layer for layer in _parts(model) if _is_recurrent(layer)]
    weights = [weight for layer in recurrent for weight in layer.weights]
    own = [keras.ops.convert_to_numpy(weight) for weight in weights]
    try:
        for weight in weights:
            weight.assign(np.zeros(weight.shape, str(weight.dtype)))
        predictions[WITHOUT_MEMORY] = _prediction(model, next(iter(probe["inputs"].values())))
    finally:
        for weight, value in zip(weights, own, strict=True):
            weight.assign(value)
    return {
        "input_shape": tuple(getattr(model, "input_shape", None) or ()),
        "layers": tuple(type(layer).__name__ for layer in model.layers),
        "recurrent": tuple(type(layer).__name__ for layer in recurrent),
        "predictions": predictions,
        "training": _training(model),
    }


WITHOUT_MEMORY = "without memory"


def _parts(layer) -> Iterator:
    """A layer's parts and theirs: inside models, wrappers such as `Bidirectional`, layers of one's own."""
    for part in layer._layers:  # the one place where Keras notes layers of all these kinds
        yield part
        yield from _parts(part)


def _is_recurrent(layer) -> bool:
    import keras

    return isinstance(layer, keras.layers.RNN) or hasattr(layer, "state_size")  # a cell has no other mark


def _training(model) -> dict[str, object]:
    optimizer, history = getattr(model, "optimizer", None), getattr(model, "history", None)
    losses = getattr(history, "history", {}).get("loss", [])
    return {
        "steps": int(optimizer.iterations) if optimizer else 0,
        "epochs": len(losses),
        "loss": _name(getattr(model, "loss", "")),
        "learning_rate": _first_rate(optimizer) if optimizer else 0.0,
        "last_loss": float(losses[-1]) if losses else None,
        "largest_weight": max((float(np.abs(w).max()) for w in model.get_weights() if w.size), default=0.0),
    }


def _first_rate(optimizer) -> float:
    """A schedule may have brought the rate to zero by now; one of a class of the learner's own need not say
    how it began."""
    try:
        rate = optimizer.get_config()["learning_rate"]
    except Exception:  # its own code may stop in any way
        return 0.0
    return float(rate["config"].get("initial_learning_rate", 0) if isinstance(rate, dict) else rate)


def _name(loss: object) -> str:
    """`mean_squared_error`, whether a loss was given by its name, as a function or as an object."""
    said = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
    return {"mse": "mean_squared_error", "MSE": "mean_squared_error"}.get(said, str(said or ""))


def as_function(value: Mapping[str, object], case: object = None) -> Mapping[str, object]:
    """The part of `facts` that two models share which are one function of their weights."""
    return {
        key: value[key]
        for key in ("input_shape", "output_shape", "weights", "predictions", "alike_in_training")
    }


def _prediction(model, X: np.ndarray, training: bool = False) -> np.ndarray | str:
    import keras

    try:
        return keras.ops.convert_to_numpy(model(X, training=training))
    except Exception as problem:
        return f"{type(problem).__name__} for an input of shape {X.shape}"


def _alike(one: np.ndarray | str, other: np.ndarray | str) -> bool:
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str)
    return one.shape == other.shape and np.allclose(one, other, atol=1e-5, equal_nan=True)


def _one_after_another(model, inputs: Mapping[str, np.ndarray]) -> dict[str, np.ndarray | str]:
    """What `predict` says to a second length after a first. Called by itself a model sees each length; in
    `predict` it has to do with one that is open, and `unroll=True` can't."""
    first, second = list(inputs)[:2]
    try:
        model.predict_on_batch(inputs[first])
        said = model.predict_on_batch(inputs[second])
    except Exception as problem:
        said = f"{type(problem).__name__} in `predict`, for {second} after {first}"
    return {f"{second} after {first}": said}


def _steps(model) -> Iterator[tuple[str, str, tuple[int | None, ...]]]:
    for layer in getattr(model, "operations", model.layers):  # of those some are no layers: `x[:, 0]`, say
        name = type(layer).__name__
        if name == "InputLayer":
            continue
        activation = getattr(getattr(layer, "cell", layer), "activation", None)
        said = getattr(activation, "__name__", type(activation).__name__) if activation is not None else ""
        try:
            shape = tuple(layer.output.shape)
            if layer.output.dtype == "bool":  # that is how Keras notes where a mask comes from
                continue
        except Exception:  # a layer that is used twice, or that gives several tensors, has no single output
            shape = ()
        yield name, str(said), shape
