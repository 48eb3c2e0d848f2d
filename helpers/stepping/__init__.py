"""The stepper: a loop over time, one step after the other, with every part of it in numbers.

`trace` computes the parts, `answer` runs the learner's own function beside them, `page` says what is shown at
a step, `picture` draws that, `widget` shows it with a slider; `stepper` puts them together.
"""

from helpers.stepping.stepper import Stepper, stepper

__all__ = ["Stepper", "stepper"]
