"""How long a check takes beyond the learner's own code, for every exercise.

    python benchmarks/check_latency.py

Prints, for each exercise: the first check in a fresh session (which asks Keras), a warm check, the
learner's own code in it (the reference called as often as the check calls it), and a warm check of a wrong
answer, which goes through the bank of misconceptions. Times are medians in milliseconds; the last column is
the warm check as a multiple of an empty loop of the same machine in the same run, to compare runs with.
"""

import statistics
import time

from helpers.checking.check import verdict_on
from helpers.lessons import LESSON_OF, find_exercise

REPEATS = 9


def main() -> None:
    import keras

    keras.ops.zeros(1)  # importing Keras is measured in kernel_start.py
    unit = _median(lambda: sum(range(100_000)))
    print(f"{'exercise':<22}{'first':>9}{'warm':>9}{'own code':>10}{'wrong':>9}{'warm / loop':>13}")
    slowest = 0.0
    for name in LESSON_OF:
        exercise = find_exercise(name)
        first = _seconds(lambda exercise=exercise: verdict_on(exercise, exercise.reference))
        warm = _median(lambda exercise=exercise: verdict_on(exercise, exercise.reference))
        own = _median(lambda exercise=exercise: _own_code(exercise))
        mistake = exercise.misconceptions[-1].answer
        wrong = _median(lambda exercise=exercise, mistake=mistake: verdict_on(exercise, mistake))
        slowest = max(slowest, warm - own)
        cells = (f"{1000 * seconds:.1f}" for seconds in (first, warm, own, wrong))
        print("{:<22}{:>9}{:>9}{:>10}{:>9}{:>13}".format(name, *cells, f"{warm / unit:.1f}"))
    print(
        f"slowest warm check beyond the learner's own code: {1000 * slowest:.0f} ms (asked for: under 300 ms)"
    )


def _own_code(exercise) -> None:
    cases = exercise.draw(0)
    for case in [*cases, cases[0]]:
        arguments = (value.build() if hasattr(value, "build") else value for value in case.inputs.values())
        exercise.reference(*arguments)


def _median(work) -> float:
    return statistics.median(_seconds(work) for _ in range(REPEATS))


def _seconds(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
