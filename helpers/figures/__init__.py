"""Pictures of tensors and recurrent networks: each function returns a `Picture` that a notebook shows.

The drawing code, NumPy and matplotlib are loaded by the first picture that needs them.
"""

from importlib import import_module

_HOME = {
    "Picture": "picture",
    "letters": "overview",
    "course_map": "overview",
    "tensor": "arrays",
    "windows": "arrays",
    "transpose_or_reshape": "arrays",
    "network": "networks",
    "unrolled": "networks",
    "many_to_many": "networks",
    "step": "products",
    "dense": "products",
    "batch_loop": "products",
    "weights": "heatmaps",
    "states": "heatmaps",
    "draw": "models",
    "parameters": "counts",
    "parameter_growth": "counts",
    "flattened": "flattening",
    "parameters_over_time": "flattening",
    "tanh": "curves",
    "carried_state": "sequences",
    "masking": "sequences",
    "descent": "charts",
    "loss_curves": "charts",
    "split_by_time": "charts",
    "forecast": "charts",
    "backward": "gradients",
    "fading": "gradients",
    "clipping": "gradients",
    "lstm_cell": "cells",
    "gru_cell": "cells",
    "bias_rows": "cells",
    "gates": "cells",
    "echoes": "cells",
    "stack": "layers",
    "both_ways": "layers",
    "seen": "layers",
    "digits": "handwriting",
    "reading": "handwriting",
    "outcomes": "verdicts",
}

__all__ = sorted(_HOME)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)


def __dir__() -> list[str]:
    return __all__
