"""From starting a kernel to the first executed cell, as a learner waits for it.

    python benchmarks/kernel_start.py

Starts an ordinary kernel several times for each first cell, and prints medians and ratios to an empty cell.
"""

import statistics
import time

from jupyter_client.manager import start_new_kernel

REPEATS = 5
FIRST_CELLS = {
    "an empty cell": "pass",
    "from helpers import check, figures": "from helpers import check, figures",
    "a first picture": "from helpers import figures\nfigures.letters()",
    "import tensorflow": "import helpers, tensorflow",
    "a model's first prediction": (
        "import helpers, numpy as np, keras\n"
        "model = keras.Sequential([keras.Input((10, 3)), keras.layers.SimpleRNN(5), keras.layers.Dense(2)])\n"
        "model.predict(np.zeros((1, 10, 3)), verbose=0)"
    ),
}


def main() -> None:
    empty = None
    print(f"{'first cell':<40}{'median s':>10}{'min':>8}{'max':>8}{'ratio':>8}")
    for label, code in FIRST_CELLS.items():
        times = [_start_and_run(code) for _ in range(REPEATS)]
        median = statistics.median(times)
        empty = empty or median
        print(f"{label:<40}{median:>10.2f}{min(times):>8.2f}{max(times):>8.2f}{median / empty:>8.1f}")


def _start_and_run(code: str) -> float:
    start = time.perf_counter()
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        reply = client.execute_interactive(code, timeout=120, output_hook=lambda message: None)
        if reply["content"]["status"] != "ok":
            raise RuntimeError(f"the cell failed: {reply['content'].get('evalue')}")
        return time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
