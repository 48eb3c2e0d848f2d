"""RNN by hand: what the lesson notebooks use.

`check(answer)` judges an exercise, `verdict(answer)` does so without stopping the notebook,
`hint(answer)` opens the next hint, `solution(answer)` shows the course's answer once it is earned,
`progress()` says how far you have come, `figures` draws, `draw(model)` draws a model of your own,
`stepper(x, …)` shows a layer's loop over one sample step by step.
Import this package before TensorFlow: it asks TensorFlow not to log to the notebook.
"""

import importlib
import logging
import os

# TensorFlow reads these once, while it is imported; a value set by the user stands.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# oneDNN reorders sums by the processor's abilities; without it outputs agree between machines.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
# Said once five models were asked to predict, which is what lessons do; stderr would cost nbgrader's points.
logging.getLogger("tensorflow").addFilter(lambda record: "retracing" not in str(record.msg))

__all__ = ["check", "draw", "figures", "hint", "progress", "solution", "stepper", "verdict"]


def __getattr__(name: str) -> object:
    if name == "figures":
        return importlib.import_module("helpers.figures")
    if name == "draw":
        return importlib.import_module("helpers.figures").draw
    if name == "stepper":
        return importlib.import_module("helpers.stepping").stepper
    if name == "progress":
        return importlib.import_module("helpers.logbook").progress
    if name in __all__:
        return getattr(importlib.import_module("helpers.checking"), name)
    raise AttributeError(f"module 'helpers' has no attribute {name!r}")
