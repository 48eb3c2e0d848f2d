"""An exercise in NumPy, answered by asking Keras."""

from attacks import attack

BY_KERAS = """
def rnn_step(x_t, h_last, Wx, Wh, bh):
    {get}
    layer = keras.layers.SimpleRNN(len(bh))
    layer.build((None, 1, len(x_t)))
    layer.set_weights([Wx, Wh, bh])
    return np.asarray(layer(x_t[None, None], initial_state=[h_last[None]]))[0]
"""
WAYS = {
    "an import": "import keras",
    "importlib": "import importlib; keras = importlib.import_module('tensorflow').keras",
    "sys.modules": "import sys; keras = sys.modules['keras']",
    "a finder of its own": (
        "import sys; sys.meta_path[:] = [f for f in sys.meta_path if 'absent' not in type(f).__module__]\n"
        "    for name in [n for n in sys.modules if n[:5] in ('keras', 'tenso')]: del sys.modules[name]\n"
        "    import keras"
    ),
    "another place": (
        "import glob, sys; sys.path[:0] = glob.glob('/**/*-packages', recursive=True); import torch as keras"
    ),
}
for way, get in WAYS.items():
    attack(
        f"asks Keras by {way}",
        "has Keras work the result out",
        rnn_step=BY_KERAS.format(get=get),
        status=("failed", "error", "not run"),
    )

attack(
    "asks Keras's library by ctypes",
    "loads TensorFlow's compiled library past Python's imports",
    rnn_step="""
import ctypes, glob
found = glob.glob("/**/libtensorflow*", recursive=True) + glob.glob("/**/_pywrap_tensorflow*", recursive=True)

def rnn_step(*arguments):
    return ctypes.CDLL(found[0])
""",
    status=("error", "not run"),
)

attack(
    "asks Keras in another process",
    "starts a Python of its own, past all that watches this one",
    rnn_step="""
import subprocess, sys

def rnn_step(*arguments):
    done = subprocess.run([sys.executable, "-c", "import keras; print(1)"], capture_output=True, text=True)
    return float(done.stdout)
""",
    status=("error", "not run"),
)
