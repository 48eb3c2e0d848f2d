"""From starting a kernel to the first executed cell, as a learner waits for it: ordinary and warm kernels.

    python benchmarks/kernel_start.py

Ordinary and warm kernels take turns, in one run, after the warm process is ready. For each first cell it
prints the medians and how many times longer the ordinary kernel takes; then the same for a restart, and for
the execution of a whole lesson by nbclient, as `course build`, nbval and nbgrader do it.
"""

import statistics
import subprocess
import time
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from nbclient import NotebookClient

from helpers.kernel import PROVISIONER

REPEATS = 5
PREDICTION = """\
import helpers, numpy as np, keras
model = keras.Sequential([keras.Input((10, 3)), keras.layers.SimpleRNN(5), keras.layers.Dense(2)])
model.predict(np.zeros((1, 10, 3)), verbose=0)
"""
FIRST_CELLS = {
    "an empty cell": "pass",
    "from helpers import check, figures": "from helpers import check, figures",
    "a first picture": "from helpers import figures\nfigures.letters()",
    "import tensorflow": "import helpers, tensorflow",
    "a TensorFlow operation": "import helpers, tensorflow as tf\ntf.constant(1.0) + 1",
    "a model's first prediction": PREDICTION,
}
LESSON = Path(__file__).parents[1] / "solutions" / "05_forward_loop" / "forward_loop.ipynb"
KINDS = {"ordinary": "local-provisioner", "warm": PROVISIONER}


def main() -> None:
    start_and_run(KINDS["warm"], "pass")  # the warm process gets ready
    print(f"{'from start to the end of':<40}{'ordinary s':>12}{'warm s':>10}{'ratio':>8}")
    for label, code in FIRST_CELLS.items():
        report(label, lambda kind, code=code: start_and_run(kind, code))
    report("restart, a model's first prediction", restart_and_run)
    report("lesson 5, the whole notebook", execute_lesson)


def report(label: str, measure) -> None:
    times = {name: [] for name in KINDS}
    for _ in range(REPEATS):
        for name, kind in KINDS.items():
            times[name].append(measure(kind))
    ordinary, warm = (statistics.median(times[name]) for name in KINDS)
    print(f"{label:<40}{ordinary:>12.2f}{warm:>10.2f}{ordinary / warm:>8.1f}", flush=True)


def new_manager(kind: str) -> KernelManager:
    KernelProvisionerFactory.instance().default_provisioner_name = kind
    return KernelManager(
        kernel_name="python3", kernel_spec_manager=KernelSpecManager(), transport_encryption="auto"
    )


def start_and_run(kind: str, code: str, restart: bool = False) -> float:
    manager = new_manager(kind)
    start = time.perf_counter()
    manager.start_kernel(stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        if restart:
            run(client, code)
            start = time.perf_counter()
            manager.restart_kernel(now=True)
            client.wait_for_ready(timeout=120)
        run(client, code)
        return time.perf_counter() - start
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run(client, code: str) -> None:
    reply = client.execute_interactive(code, timeout=120, output_hook=lambda message: None)
    if reply["content"]["status"] != "ok":
        raise RuntimeError(f"the cell failed: {reply['content'].get('evalue')}")


def restart_and_run(kind: str) -> float:
    return start_and_run(kind, PREDICTION, restart=True)


def execute_lesson(kind: str) -> float:
    notebook = nbformat.read(LESSON, as_version=4)
    start = time.perf_counter()
    NotebookClient(
        notebook, km=new_manager(kind), resources={"metadata": {"path": str(LESSON.parent)}}
    ).execute(stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
