"""Kernels that start at once: forked from a process that has imported TensorFlow already.

`provisioner` is what Jupyter asks for a kernel, `client` asks the warm process, `warm` is that process, and
`wire` what they say to each other. On anything but Linux, and whenever the warm process cannot be had, a
kernel starts in the ordinary way.
"""

import importlib.metadata
import os

PROVISIONER = "rnn-by-hand"


def use_warm_kernels() -> None:
    """Let every kernel that this process, or one that it starts, asks Jupyter for be a warm one."""
    name = "JUPYTER_DEFAULT_PROVISIONER_NAME"
    known = importlib.metadata.entry_points(group="jupyter_client.kernel_provisioners", name=PROVISIONER)
    if known:  # without them Jupyter would refuse to start any kernel: the course lies here uninstalled
        os.environ.setdefault(name, PROVISIONER)
