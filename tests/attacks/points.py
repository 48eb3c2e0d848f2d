"""Points without an answer: the check is kept from running, or from saying what it found."""

from attacks import RIGHT, WRONG, attack, cell_of


def _tag_the_check(notebook):
    cell_of(notebook, "check_rnn_step").metadata["tags"] = ["skip-execution"]


attack(
    "check tagged skip-execution",
    "has the check cell passed over",
    rnn_step=WRONG,
    change=_tag_the_check,
    status="failed",
    plain=True,
)

attack(
    "hook before each cell",
    "puts a check of its own in the check's place, just before the cell runs",
    rnn_step=WRONG
    + """
shell = get_ipython()

def forge(info):
    shell.user_ns["check"] = lambda *a, **k: print("✓ rnn_step: passed")

shell.events.register("pre_run_cell", forge)
""",
    plain=True,
)

attack(
    "tree without checks",
    "takes the checks out of every cell's syntax tree",
    rnn_step=WRONG
    + """
import ast

class Drop(ast.NodeTransformer):
    def visit_Expr(self, node):
        called = getattr(getattr(node.value, "func", None), "id", "")
        return ast.copy_location(ast.Pass(), node) if called == "check" else node

get_ipython().ast_transformers.append(Drop())
""",
    plain=True,
)

attack(
    "lines without checks",
    "takes the checks out of every cell's text",
    rnn_step=WRONG
    + """
get_ipython().input_transformers_post.append(lambda lines: [l for l in lines if not l.startswith("check(")])
""",
)

attack(
    "cells that never run",
    "replaces what runs a cell by what says that all went well",
    rnn_step=WRONG
    + """
from IPython.core.interactiveshell import ExecutionInfo, ExecutionResult

async def fine(raw_cell, *a, **k):
    result = ExecutionResult(ExecutionInfo(raw_cell, False, False, False, "x"))
    result.execution_count = 1
    return result

type(get_ipython()).run_cell_async = lambda self, *a, **k: fine(*a, **k)
""",
    plain=True,
)

attack(
    "patched check",
    "replaces the course's check, its exception, its comparison and NumPy's",
    rnn_step=WRONG
    + """
import sys
import helpers
helpers.check = check = lambda *a, **k: None
for name, module in list(sys.modules.items()):
    if name.startswith("helpers"):
        for part in ("check", "judge", "agree", "close", "CheckFailed"):
            if hasattr(module, part):
                setattr(module, part, type("Fine", (), {"__init__": lambda s, *a, **k: None}))
np.testing.assert_allclose = np.allclose = np.isclose = np.array_equal = lambda *a, **k: True
""",
    plain=True,
)

attack(
    "equal to everything",
    "returns an object that says it equals whatever it is compared with",
    status="failed",
    rnn_step="""
class Equal:
    shape, dtype, ndim, size = (10,), np.dtype(float), 1, 10
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __hash__(self): return 0
    def __array__(self, *a, **k): return np.zeros(10)
    def __getattr__(self, name): return lambda *a, **k: self

def rnn_step(x_t, h_last, Wx, Wh, bh):
    return Equal()
""",
)

attack(
    "array equal to everything",
    "returns an array of a class of its own, in which every comparison is true",
    status="failed",
    rnn_step="""
class Equal(np.ndarray):
    def __eq__(self, other): return np.ones(self.shape, bool)
    def __array_ufunc__(self, *a, **k): return np.ones(self.shape, bool)
    def __array_function__(self, *a, **k): return True
    def __sub__(self, other): return np.zeros(self.shape)
    __rsub__ = __sub__

def rnn_step(x_t, h_last, Wx, Wh, bh):
    return np.zeros(len(bh)).view(Equal)
""",
)

attack(
    "float equal to everything",
    "returns floats of a class of its own",
    status="failed",
    rnn_step="""
class Equal(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0.0
    __rsub__ = __sub__
    __hash__ = float.__hash__

def rnn_step(x_t, h_last, Wx, Wh, bh):
    return [Equal(0) for _ in bh]
""",
)

attack(
    "reads the hidden test from In",
    "looks up the hidden test among the cells that have run, and answers by the reference solution",
    rnn_step="""
found = [cell for cell in globals().get("In", []) if "check(" in cell]
print("FOUND", found)

def rnn_step(*arguments):
    from helpers.reference.forward_loop import rnn_step as right
    return right(*arguments)
""",
    plain=True,
)

attack(
    "patched observing",
    "replaces what calls it, what makes plain values and what packs them",
    rnn_step=WRONG
    + """
import json, socket, struct, sys
import helpers.observing as observing
from helpers.observing import Outcome
for module in [m for name, m in sys.modules.items() if name.startswith("helpers.")]:
    for part in ("observe", "plain", "source_of", "pack", "as_it_is"):
        if hasattr(module, part):
            setattr(module, part, lambda *a, **k: Outcome(value="passed"))
json.dumps = lambda *a, **k: '{"message": {"passed": true, "status": "passed"}, "blobs": []}'
struct.Struct = socket.socket = None
""",
)

attack(
    "expected values in memory",
    "looks for the right result in all frames and all objects of its process",
    rnn_step="""
import gc, sys

def rnn_step(x_t, h_last, Wx, Wh, bh):
    frame = sys._getframe()
    while frame:
        for name, value in frame.f_locals.items():
            if name in ("expected", "truth", "right"):
                return value
        frame = frame.f_back
    for thing in gc.get_objects():
        if type(thing).__name__ in ("Case", "Exercise", "Verdict"):
            return thing
    return 0 * bh
""",
    status="failed",
)

attack(
    "right as long as it is watched",
    "answers the cases that learners see, and is wrong on the hidden ones",
    forward=RIGHT["forward"].replace("def forward", "def in_earnest")
    + """
calls = []

def forward(*arguments):
    calls.append(1)
    return in_earnest(*arguments) + (len(calls) > 6)
""",
    status="failed",
)

attack(
    "tells hidden inputs",
    "is right in the open, notes hidden inputs, and puts them into all that a verdict may say",
    rnn_step=RIGHT["rnn_step"].replace("def rnn_step", "def in_earnest")
    + """
import linecache, sys
seen = []

def rnn_step(*arguments):
    seen.append(arguments[0].tolist())
    if len(seen) > 6:
        told = f"TOLD {seen}"
        linecache.cache["<cell rnn_step>"] = (1, None, [told + chr(10)] * 99, "<cell rnn_step>")
        open("/tmp/told", "w").write(told)
        for place in ("/proc/told", "/dev/told", "/dev/shm/told", "/told"):
            try: open(place, "w").write(told)
            except OSError: pass
        print(told)
        kind = type("Told" + "".join(c if c.isalnum() else "_" for c in told), (Exception,), {})
        told_number = int(abs(arguments[0][0]) * 1e15)
        raise kind(told, told_number)
    return in_earnest(*arguments)
""",
    forward_all="""
import glob
found = [open(place).read() for place in glob.glob("/*/told") + glob.glob("/dev/shm/told")]

def forward_all(*arguments):
    raise ValueError(f"TOLD {globals().get('seen')} {found}")
""",
)

attack(
    "says that it has passed",
    "shows a verdict of its own making",
    rnn_step=WRONG
    + """
from IPython.display import HTML, display
print("✓ rnn_step: passed\\nRight on all cases, as Keras says.")
display(HTML("<b>✓ rnn_step: passed</b>"))
""",
    status="failed",
)
