"""What happens in a check cell after its check has passed."""

import sys


def say_it_on_stdout() -> None:
    """Until the cell ends, send what is written to stderr to stdout.

    A check cell may go on to show what the answer gives. A right answer may warn there, or log, and nbgrader
    scores anything on stderr as zero.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or sys.stderr is sys.stdout:
        return
    stderr, sys.stderr = sys.stderr, sys.stdout

    def restore(*_: object) -> None:
        shell.events.unregister("post_run_cell", restore)
        sys.stderr = stderr

    shell.events.register("post_run_cell", restore)
