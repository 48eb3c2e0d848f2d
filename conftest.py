"""One `pytest` runs everything: quick tests first, then those that run notebooks, each in one worker.

`pytest.mark.slow` is for what runs notebooks, nbgrader or a browser; with `minutes=1`, for what takes so long
that it is begun before the others.
"""

import os

import pytest

from helpers.kernel import client, use_warm_kernels

os.environ.setdefault("JUPYTER_PLATFORM_DIRS", "1")  # else jupyter_core warns of a default that will change
use_warm_kernels()

SHARING = ("test_figures.py", "test_stepper.py", "test_cluster.py", "test_grading.py")
"""Files whose tests share what takes long to make."""


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.slow)
    items.sort(key=_slowness)


def _slowness(item):
    """Quick ones first; of the slow ones the longest first, so that no worker has to end with one of them."""
    slow = [mark.kwargs.get("minutes", 0) for mark in item.iter_markers("slow")]
    return (1, -max(slow)) if slow else (0, 0)


def pytest_runtest_setup(item):
    if item.get_closest_marker("slow"):
        client.prepare()  # kept by this worker, so that no notebook has to wait for a new warm process


@pytest.hookimpl(optionalhook=True)  # without pytest-xdist nobody asks
def pytest_xdist_make_scheduler(config, log):
    from xdist.scheduler import LoadScopeScheduling

    class WholeNotebooks(LoadScopeScheduling):
        """Every test goes to the next free worker; nbval's, one for each cell, follow their notebook, and
        tests that share what took long to make, such as Keras's word on an exercise, stay together."""

        def _split_scope(self, nodeid):
            path, _, test = nodeid.partition("::")
            if path.endswith("test_bank.py") and "[" in test:  # [forward], [forward-float32-0]
                return f"{path}::{test.partition('[')[2].rstrip(']').partition('-')[0]}"
            alone = not path.endswith((".ipynb", *SHARING)) and "/lessons/" not in path
            return nodeid if alone else path

        def _reschedule(self, node):
            if node.shutting_down:
                return
            if not self.workqueue:
                node.shutdown()
            elif self._pending_of(self.assigned_work[node]) < 2:  # more would wait behind a slow test
                self._assign_work_unit(node)

    return WholeNotebooks(config, log)
