"""Keras models that cross a check: handed to an answer as a recipe, read out of one as facts."""

from collections.abc import Iterator, Mapping, Sequence
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
"""Stands for a model that has no weights yet, or of which Keras can't say an input shape."""


def facts(model: object, probe: Mapping[str, object]) -> object:
    """What can be said of a model in plain values; the model's own weights are as they were afterwards.

    Args:
        model: what an answer returned.
        probe: `seed`, which draws new weights by their shapes, and `inputs`, arrays by name to predict from.

    Returns:
        A dict with `input_shape`, `output_shape`, the class names of the `layers`, the shapes of the
        `weights`, and the `predictions` made with the drawn weights: two models that compute the same
        function of the same weights predict the same, however they were written. `steps` says for a reader
        what happens on the way: each layer's name, activation and output shape, beginning with the input.
        For anything that is no Keras model, its plain value; `UNBUILT` for one without an input shape.
    """
    import keras

    if not isinstance(model, keras.Model):
        return plain(model)
    if not model.built or not hasattr(model, "input_shape"):
        return UNBUILT
    own = model.get_weights()
    rng = np.random.default_rng(probe["seed"])
    try:
        for weight in model.weights:
            if "float" in str(weight.dtype):
                weight.assign(rng.normal(0, 0.7, weight.shape))
        predictions = {name: _prediction(model, X) for name, X in probe["inputs"].items()}
    finally:
        model.set_weights(own)
    return {
        "input_shape": tuple(model.input_shape),
        "output_shape": tuple(model.output_shape),
        "layers": tuple(type(layer).__name__ for layer in model.layers),
        "weights": tuple(tuple(weight.shape) for weight in model.weights),
        "predictions": predictions,
        "steps": (("Input", "", tuple(model.input_shape)), *_steps(model)),
    }


def as_function(value: Mapping[str, object], case: object = None) -> Mapping[str, object]:
    """The part of `facts` that two models share which are one function of their weights."""
    return {key: value[key] for key in ("input_shape", "output_shape", "weights", "predictions")}


def _prediction(model, X: np.ndarray) -> np.ndarray | str:
    import keras

    try:
        return keras.ops.convert_to_numpy(model(X, training=False))
    except Exception as problem:
        return f"{type(problem).__name__} for an input of shape {X.shape}"


def _steps(model) -> Iterator[tuple[str, str, tuple[int | None, ...]]]:
    for layer in model.layers:
        name = type(layer).__name__
        if name == "InputLayer":
            continue
        activation = getattr(getattr(layer, "cell", layer), "activation", None)
        said = getattr(activation, "__name__", type(activation).__name__) if activation is not None else ""
        try:
            shape = tuple(layer.output.shape)
        except Exception:  # a layer that is used twice, or that gives several tensors, has no single output
            shape = ()
        yield name, str(said), shape
