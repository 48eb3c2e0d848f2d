"""The grader, the machine, or other submissions, brought to harm."""

from attacks import WRONG, attack

NOT_RUN = ("not run", "error", "failed", "not written")
NOT_ENDING = r"rnn_step: (it did not end within \d+ seconds?|the time for the whole submission was used up)"
ENDED = r"rnn_step: it (ended its process|was ended by the signal|closed its connection)"

attack(
    "os._exit",
    "ends the kernel, and the submission with it",
    rnn_step="import os\nos._exit(0)",
    status="not run",
    remark=ENDED,
    plain=True,
)
attack(
    "sys.exit",
    "ends Python in the midst of the answer",
    status="error",
    rnn_step="""
import sys
def rnn_step(*arguments):
    sys.exit(0)
""",
)
attack(
    "os.abort",
    "ends the kernel by a signal",
    rnn_step="""
import os
def rnn_step(*arguments):
    os.abort()
""",
    status="not run",
    remark=ENDED,
)
attack(
    "a nameless signal",
    "ends itself by a signal that Python has no name for",
    rnn_step="""
import os
def rnn_step(*arguments):
    os.kill(os.getpid(), 40)
""",
    status="not run",
    remark=ENDED,
)
attack(
    "a wild pointer",
    "has ctypes read where there is nothing",
    rnn_step="""
import ctypes
def rnn_step(*arguments):
    return ctypes.string_at(8)
""",
    status="not run",
    remark=ENDED,
)
attack(
    "an overflowing stack",
    "calls itself in C until the stack is full",
    rnn_step="""
import sys
sys.setrecursionlimit(10**9)
class Deep:
    def __getattr__(self, name): return getattr(self, name + "x")
    def __repr__(self): return repr(self)
def rnn_step(*arguments):
    return repr(Deep())
""",
    status="not run",
    remark=ENDED,
)
attack(
    "an endless loop",
    "never comes back",
    rnn_step="""
def rnn_step(*arguments):
    while True:
        pass
""",
    status="not run",
    remark=NOT_ENDING,
)
attack(
    "an uninterruptible loop",
    "never comes back, and does not hear of an interrupt",
    rnn_step="""
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
    status="not run",
    remark=NOT_ENDING,
    plain=True,
)
attack(
    "a process that stands still",
    "stops itself, so that it hears nothing",
    rnn_step="""
import os, signal
def rnn_step(*arguments):
    os.kill(os.getpid(), signal.SIGSTOP)
""",
    status="not run",
    remark=NOT_ENDING,
)
attack(
    "cells that each end the process",
    "has the grader begin anew, cell after cell",
    status="not run",
    rnn_step="import os; os._exit(1)",
    change=lambda notebook: notebook.cells.extend(_exits(300)),
    remark=ENDED,
)
attack(
    "a fork bomb",
    "starts processes that start processes",
    rnn_step="""
import os
started = 0
for _ in range(200):
    try:
        started += 1
        if os.fork() == 0:
            while True: os.fork()
    except OSError: started -= 1
print("STARTED", started)
"""
    + WRONG,
)
attack(
    "a detached child",
    "starts a process that outlives the kernel and writes itself points",
    rnn_step="""
import subprocess, sys
code = '''
import os, sqlite3, time
time.sleep(1)
if os.path.exists("COURSE/gradebook.db"):
    with sqlite3.connect("COURSE/gradebook.db") as book:
        for _ in range(20):
            book.execute("update grade set extra_credit = 77")
            book.commit()
            time.sleep(0.5)
'''
subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
"""
    + WRONG,
    plain=True,
)
attack(
    "threads without end",
    "starts threads until the machine has no more",
    rnn_step="""
import threading, time
threading.stack_size(32768)
for _ in range(2000):
    try: threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
    except RuntimeError: break
"""
    + WRONG,
)
attack(
    "threads left running",
    "leaves threads behind that never end",
    status="failed",
    rnn_step="""
import threading
for _ in range(3):
    threading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=False).start()
"""
    + WRONG,
)
attack(
    "an array too large",
    "fills the memory with one array",
    rnn_step="""
def rnn_step(*arguments):
    return np.ones(2**36)
""",
    status="error",
)
attack(
    "a list too large",
    "fills the memory piece by piece",
    rnn_step="""
def rnn_step(*arguments):
    kept = []
    while True:
        kept.append(bytearray(50_000_000))
""",
    status=("error", "not run"),
)
attack(
    "memory that is mapped",
    "fills the memory past Python's own",
    rnn_step="""
import mmap
def rnn_step(*arguments):
    kept = []
    while True:
        kept.append(mmap.mmap(-1, 100_000_000))
        kept[-1].write(bytes(100_000_000))
""",
    status=("error", "not run"),
)
attack(
    "a full disk",
    "writes until there is no room left",
    rnn_step="""
import os
for place in ("/tmp", ".", "/", "/dev/shm", "/proc", "/srv", "/var/tmp", "COURSE", "HOME"):
    try:
        for number in range(100):
            with open(f"{place}/full{number}", "wb") as file:
                for _ in range(50): file.write(bytes(1_000_000))
    except OSError as problem:
        print(place, type(problem).__name__)
"""
    + WRONG,
    status="failed",
)
attack(
    "many small files",
    "makes files until there is no name left",
    rnn_step="""
try:
    for number in range(100_000):
        open(f"/tmp/small{number}", "w").close()
except OSError as problem:
    print("STOPPED", number)
"""
    + WRONG,
    status=("failed", "not run"),
)
attack(
    "30 MB printed twice",
    "makes a notebook that nobody can open",
    status="failed",
    plain=True,
    rnn_step="""
print("x" * 30_000_000)
print("x" * 30_000_000)
"""
    + WRONG,
)
attack(
    "signals to all",
    "ends its parent, the first process, and whatever it may",
    rnn_step="""
import os, signal
for pid in (1, os.getppid(), -1, 0):
    for number in (1, 2, 3, 15, 10, 12, 19, 9):
        if pid == 0: continue
        try: os.kill(pid, number)
        except OSError: pass
"""
    + WRONG,
)
attack(
    "starves its watcher",
    "takes files, memory, time and cores from the process that watches it",
    rnn_step="""
import os, resource
done = []
for act in (
    lambda: resource.prlimit(1, resource.RLIMIT_NOFILE, (0, 0)),
    lambda: resource.prlimit(1, resource.RLIMIT_AS, (0, 0)),
    lambda: resource.prlimit(1, resource.RLIMIT_CPU, (0, 0)),
    lambda: os.setpriority(os.PRIO_PROCESS, 1, 19),
    lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0)),
    lambda: os.sched_setaffinity(1, {0}),
):
    try: done.append(("REACHED", act()))
    except Exception as problem: done.append(type(problem).__name__)
print(done)
"""
    + WRONG,
    status="failed",
)
attack(
    "changes the machine's devices",
    "takes /dev/null from all others, where root grades",
    rnn_step="""
import os
done = []
for device in ("null", "zero", "urandom", "tty", "pts/ptmx"):
    for act in (lambda: os.utime("/dev/" + device, (1, 1)), lambda: os.chmod("/dev/" + device, 0o666)):
        try: act(); done.append(("REACHED", device))
        except OSError as problem: done.append(type(problem).__name__)
print(done)
"""
    + WRONG,
    status="failed",
)
attack(
    "spoils the others",
    "breaks NumPy for the exercises that come after it",
    rnn_step="""
def rnn_step(*arguments):
    _ = [setattr(np, name, None) for name in ("tanh", "zeros", "array", "stack")]
    return None
""",
)


def _exits(count):
    from nbformat.v4 import new_code_cell

    return [new_code_cell(f"import os\nh{number} = os._exit(0)") for number in range(count)]
