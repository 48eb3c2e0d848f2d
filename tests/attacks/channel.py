"""The connection to the grader: found, and used for frames that no honest answer sends."""

from attacks import attack

FIND = """
import json, os, socket, stat, struct, time

def channel():
    for number in range(3, 256):
        try:
            if stat.S_ISSOCK(os.fstat(number).st_mode):
                return socket.socket(fileno=os.dup(number))
        except OSError:
            pass

def say(message, blobs=(), sizes=None):
    header = json.dumps({"message": message, "blobs": sizes or [len(b) for b in blobs]}).encode()
    channel().sendall(struct.pack("!I", len(header)) + header + b"".join(blobs))

def outcome(value, **more):
    return {"value": value, "error": None, "changed": [], "asked": "", "printed": "", **more}

def npy(shape, descr="<f8"):
    head = str({"descr": descr, "fortran_order": False, "shape": shape}).encode()
    head += b" " * (64 - (10 + len(head) + 1) % 64) + bytes([10])
    return bytes([147]) + b"NUMPY" + bytes([1, 0]) + struct.pack("<H", len(head)) + head
"""
SENT = ("not run", "failed", "error")
ODD = r"rnn_step: it (sent what no answer sends|did not end|closed its connection|ended its process)|^$"


def sends(name: str, tries: str, what: str, status: tuple[str, ...] = SENT) -> None:
    lines = what.strip().replace("\n", "\n    ")
    attack(name, tries, rnn_step=f"{FIND}\ndef rnn_step(*arguments):\n    {lines}\n", status=status)


sends(
    "a forged verdict",
    "sends a verdict in place of a result",
    'say({"passed": True, "status": "passed", "points": 1})',
)
sends(
    "forged results ahead",
    "sends results before they are asked for",
    'for _ in range(50): say(outcome({"list": []}))',
)
sends("a frame without end", "says that four gigabytes follow", 'channel().sendall(b"\\xff" * 100_000)')
sends(
    "an endless trickle",
    "sends a byte now and then, so that it is waited for",
    """
found = channel()
found.sendall(struct.pack("!I", 3_000_000))
while True:
    found.send(b" ")
    time.sleep(0.01)
""",
)
sends(
    "arrays that are not there",
    "says how large arrays are that never come",
    'say(outcome({"array": 0}), sizes=[60_000_000]); time.sleep(0.3)',
)
sends(
    "one array many times",
    "names one array again and again",
    """
say(outcome({"list": [{"array": 0}] * 100_000}), [npy((1_000_000,)) + bytes(8_000_000)]); time.sleep(0.3)
""",
)
sends(
    "arrays of nothing",
    "names arrays of a million objects, thousands of them",
    """
say(outcome({"list": [{"objects": [1000, 1000]}] * 50_000})); time.sleep(0.3)
""",
)
sends(
    "texts of no length",
    "sends an array of no bytes for which room is set aside",
    """
say(outcome({"array": 0}), [npy((2_000_000_000,), "<U0")]); time.sleep(0.3)
""",
)
sends(
    "a pickle",
    "sends an array of objects, which loading would run",
    """
say(outcome({"array": 0}), [npy((1,), "|O") + b"cos\\nsystem\\n(S'touch /tmp/ran'\\ntR."]); time.sleep(0.3)
""",
)
sends(
    "a recipe",
    "sends what only the grader may send",
    """
say(outcome({"recipe": ["EchoLoss", [["x", {"list": []}], ["y", {"list": []}]]]})); time.sleep(0.3)
""",
)
sends(
    "values nested deeply",
    "sends lists in lists in lists",
    """
header = b'{"message": ' + b"[" * 1_000_000
channel().sendall(struct.pack("!I", len(header)) + header); time.sleep(0.3)
""",
)
sends(
    "a number without end",
    "sends whole numbers that take hours to write down",
    """
say(outcome({"list": [{"int": "0x" + "f" * 3000}] * 1000})); time.sleep(0.3)
""",
)
sends(
    "a forged error",
    "puts text of its own into all parts of an error",
    """
raised = {"kind": "K" * 200, "message": "\\x1b[2J" * 100, "line": 10**9, "source": "<script>" * 100, "shapes":
          [["<b>" * 1000, "1" * 100_000]] * 100, "function": "f" * 2000, "called_from": [10**9, "x" * 2000],
          "not_written": False}
say(outcome(None, error=raised)); time.sleep(0.3)
""",
)
sends("closed files", "closes all that is open, the connection too", "os.closerange(0, 256); time.sleep(0.3)")
attack(
    "a descriptor sent along",
    "sends the grader open files and takes its own",
    rnn_step=FIND
    + """
def rnn_step(*arguments):
    found = channel()
    for _ in range(100):
        socket.send_fds(found, [b" "], [0] * 50)
    time.sleep(0.3)
""",
    status=SENT,
)
