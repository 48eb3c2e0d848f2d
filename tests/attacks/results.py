"""Results that are none, and cost dearly to look at."""

from attacks import attack

SMALL = ("failed", "error", "not run")


def returns(name: str, tries: str, value: str, before: str = "") -> None:
    attack(name, tries, rnn_step=f"{before}\ndef rnn_step(*arguments):\n    return {value}\n", status=SMALL)


returns("a generator", "returns numbers that never end", "iter(int, 1)")
returns(
    "a lazy object",
    "returns what is worked out when it is looked at",
    "Lazy()",
    """
class Lazy(list):
    def __iter__(self):
        while True: yield self
    def __len__(self): return 10**9
    def __getattribute__(self, name):
        if name == "__class__": return np.ndarray
        while True: pass
""",
)
returns("half a gigabyte", "returns more than can be sent", "np.zeros(60_000_000)")
returns("thirty megabytes", "returns about as much as can be sent", "np.zeros((1000, 3800))")
returns("a long list", "returns a list of a million numbers", "[0.5] * 1_000_000")
returns(
    "a deep list",
    "returns lists in lists in lists",
    "deep",
    """
deep = []
for _ in range(100_000): deep = [deep]
""",
)
returns("a list in itself", "returns a list that holds itself", "ring", "ring = []\nring.append(ring)")
returns("half a character", "returns text that no file can hold", "'\\ud800\\x00\\x1b[2J\\u202e<script>'")
returns("odd names", "returns a dict with names of all kinds", "{'\\ud800\\x1b[2J': 1, '\\x00': 2, 3: 4}")
returns("a large number", "returns a whole number with thousands of digits", "10**4500")
returns("a larger number", "returns a whole number with a million digits", "1 << 3_000_000")
returns(
    "times and texts",
    "returns arrays of times, texts and complex numbers",
    "(np.array(['2030-01-01'], 'M8'), np.array(['x']), np.array([1j]))",
)
returns("many axes", "returns an array with as many axes as there can be", "np.zeros((1,) * 32)")
returns("no entries", "returns an array with no entries and a very long axis", "np.zeros((0, 10**15))")
returns("not a number", "returns an array of nothing but NaN", "np.full(len(arguments[-1]), np.nan)")
returns(
    "records",
    "returns an array of records and one of objects",
    "np.array([(1, 'x')], [('a', 'i4'), ('b', 'O')])",
)
