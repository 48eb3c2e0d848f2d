"""Warm kernels: quick, like ordinary ones in all else, gone when nobody needs them, and replaceable."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
from jupyter_client.manager import AsyncKernelManager, KernelManager
from jupyter_client.provisioning import KernelProvisionerFactory
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager

from helpers import kernel
from helpers.kernel import client, wire

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not client.possible(), reason="kernels are forked on Linux alone"),
]
KINDS = ("warm", "ordinary")
each_kind = pytest.mark.parametrize("kind", KINDS)


def choose(kind, monkeypatch):
    """Let kernels be of a kind from here on."""
    monkeypatch.setattr(KernelProvisionerFactory.instance(), "default_provisioner_name", kernel.PROVISIONER)
    if kind == "ordinary":
        monkeypatch.setattr(client, "possible", lambda: False)


@pytest.fixture
def start(monkeypatch):
    """Start kernels of a kind, each as a manager and a client; all are shut down at the end."""
    started = []

    def start_kernel(kind="warm", **options):
        choose(kind, monkeypatch)
        manager = KernelManager(kernel_name="python3", transport_encryption="auto")
        manager.start_kernel(**{"stderr": subprocess.DEVNULL, **options})
        talk = manager.client()
        talk.start_channels()
        started.append((manager, talk))
        talk.wait_for_ready(timeout=60)
        return manager, talk

    yield start_kernel
    for manager, talk in started:
        talk.stop_channels()
        manager.shutdown_kernel(now=True)


def run(talk, code):
    """What a cell prints, or the name of the exception that it ends with."""
    said = []

    def hear(message):
        content = message["content"]
        said.append(content.get("text") or content.get("ename") or "")

    talk.execute_interactive(textwrap.dedent(code), timeout=60, output_hook=hear)
    return "".join(said).strip()


def is_forked(manager):
    return isinstance(manager.provisioner.process, client.ForkedKernel)


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def is_running(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.05)


def test_a_warm_kernel_has_tensorflow_from_the_start_and_computes_with_it(start):
    manager, talk = start()
    assert is_forked(manager)
    assert run(talk, "import sys; print('tensorflow' in sys.modules)") == "True"
    model = """
        import helpers, keras, numpy as np
        layer = keras.layers.SimpleRNN(5)
        print(layer(np.ones((3, 4, 2), "float32")).shape, np.ones((300, 300)) @ np.ones(300) == 300)
    """
    assert run(talk, model).startswith("(3, 5) [ True")


FACTS = """
    import json, os, signal, sys, threading
    course = [name for name in sys.modules if name.startswith("helpers")]
    import helpers, keras, matplotlib, tensorflow  # which set variables themselves
    stat = open("/proc/self/stat").read().rpartition(")")[2].split()
    print(json.dumps({
        "argv": sys.argv[:2], "path": sys.path, "name": __name__, "folder": os.getcwd(),
        "main": sorted(name for name in vars(sys.modules["__main__"]) if name.startswith("__")),
        "environment": {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"},
        "input": os.readlink("/proc/self/fd/0"), "output": os.readlink("/proc/self/fd/1"),
        "leads its session": stat[2] == stat[3] == str(os.getpid()),
        "interrupt": str(signal.getsignal(signal.SIGINT)), "flags": str(sys.flags),
        "umask": os.umask(0o22), "backend": matplotlib.get_backend(), "executable": sys.executable,
        "course": course,
    }))
"""


def test_a_warm_kernel_is_like_an_ordinary_one(start, tmp_path):
    facts = {}
    for kind in KINDS:
        with open(tmp_path / "output", "w") as output:
            environment = {**os.environ, "COURSE_TEST": "é"}
            _, talk = start(kind, cwd=tmp_path, env=environment, stdout=output, stderr=output)
        facts[kind] = json.loads(run(talk, FACTS))
    for found in facts.values():
        found.pop("input")  # a closed pipe, or nowhere: neither gives anything
    for name in facts["ordinary"]:
        assert facts["warm"][name] == facts["ordinary"][name], name
    assert facts["warm"]["environment"]["COURSE_TEST"] == "é"
    assert facts["warm"]["output"] == str(tmp_path / "output")


@each_kind
def test_a_kernel_listens_where_only_its_user_may_and_leaves_nothing_there(start, kind):
    manager, talk = start(kind)
    folder = Path(manager.ip).parent
    assert manager.transport == "ipc"
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(list(folder.iterdir())) == 5
    manager.restart_kernel(now=True)
    talk.wait_for_ready(timeout=60)
    assert run(talk, "print(1 + 1)") == "2"
    manager.shutdown_kernel(now=True)
    assert not folder.exists()


def test_two_kernels_draw_different_random_numbers(start):
    draw = """
        import random, helpers, keras, numpy as np, tensorflow as tf
        print(random.random(), np.random.rand(), np.random.default_rng().random(),
              float(tf.random.uniform([])), float(keras.random.uniform([])),
              keras.initializers.GlorotUniform()((1, 1)).numpy().item())
    """
    first, second = (run(start()[1], draw).split() for _ in range(2))
    assert len(first) == 6
    assert not set(first) & set(second)


@each_kind
def test_an_interrupt_stops_the_cell_and_leaves_the_kernel(start, kind):
    manager, talk = start(kind)
    talk.execute("import time\nkept = 7\nprint('begun')\ntime.sleep(60)")
    while talk.get_iopub_msg(timeout=20)["content"].get("text") != "begun\n":
        pass
    manager.interrupt_kernel()
    assert talk.get_shell_msg(timeout=10)["content"]["ename"] == "KeyboardInterrupt"
    wait_until(
        lambda: run(talk, "print(kept)") == "7"
    )  # for a moment it still drops what waited behind the cell


@each_kind
def test_jupyterlabs_debugger_attaches(start, kind):
    _, talk = start(kind)
    ask = {"type": "request", "seq": 1, "command": "initialize", "arguments": {"adapterID": "python"}}
    talk.control_channel.send(talk.session.msg("debug_request", ask))
    assert talk.get_control_msg(timeout=20)["content"]["success"]


@each_kind
def test_a_restart_is_a_new_process_that_remembers_nothing(start, kind):
    manager, talk = start(kind)
    run(talk, "kept = 7")
    before = manager.provisioner.pid
    manager.restart_kernel(now=True)
    talk.wait_for_ready(timeout=60)
    assert manager.provisioner.pid != before
    assert not is_running(before)
    assert run(talk, "print(kept)") == "NameError"


@each_kind
def test_a_kernel_may_be_asked_for_in_a_folder_seen_from_here(start, kind, tmp_path, monkeypatch):
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path)
    _, talk = start(kind, cwd="work")
    assert run(talk, "import os; print(os.getcwd())") == str(tmp_path / "work")


@each_kind
def test_a_shutdown_lets_the_kernel_finish_and_leaves_no_process(start, kind, tmp_path):
    manager, talk = start(kind, cwd=tmp_path)
    run(talk, "import atexit; _ = atexit.register(lambda: open('left', 'w').write('in order'))")
    pid = manager.provisioner.pid
    manager.shutdown_kernel()
    assert not is_running(pid)
    assert (tmp_path / "left").read_text() == "in order"


@each_kind
def test_a_kernel_that_crashes_is_seen_to_be_dead_with_its_status(start, kind):
    manager, talk = start(kind)
    process = manager.provisioner.process
    talk.execute("import os; os._exit(3)")
    wait_until(lambda: not manager.is_alive())
    assert process.poll() == 3
    manager.restart_kernel(now=True)
    talk.wait_for_ready(timeout=60)
    assert run(talk, "print(1 + 1)") == "2"


@each_kind
def test_a_kernel_that_idles_is_cleaned_up_and_one_that_works_is_not(kind, monkeypatch, tmp_path):
    choose(kind, monkeypatch)

    async def leave_two_alone():
        server = AsyncMappingKernelManager(
            cull_idle_timeout=2, cull_interval=1, connection_dir=str(tmp_path), default_kernel_name="python3"
        )
        idle, works = [await server.start_kernel() for _ in range(2)]
        pid = server.get_kernel(idle).provisioner.pid
        talk = server.get_kernel(works).client()
        talk.start_channels()
        await talk.wait_for_ready(timeout=60)
        talk.execute("import time; time.sleep(60)")
        end = time.monotonic() + 30
        while idle in server and time.monotonic() < end:
            await asyncio.sleep(0.1)
        left = works in server, idle in server, is_running(pid)
        talk.stop_channels()
        await server.shutdown_kernel(works, now=True)
        return left

    assert asyncio.run(leave_two_alone()) == (True, False, False)


def test_code_of_the_course_that_was_edited_is_read_anew(start, tmp_path):
    package = tmp_path / "helpers"
    (package / "kernel").mkdir(parents=True)
    (package / "__init__.py").write_text("WORD = 'old'")
    for name in ("__init__.py", "warm.py", "wire.py"):
        (package / "kernel" / name).write_bytes((Path(kernel.__file__).parent / name).read_bytes())
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    assert run(start(env=environment)[1], "import helpers; print(helpers.WORD)") == "old"
    (package / "__init__.py").write_text("WORD = 'newer'")
    manager, talk = start(env=environment)
    assert is_forked(manager)
    assert run(talk, "import helpers; print(helpers.WORD)") == "newer"


def test_kernels_outlive_a_warm_process_that_dies_and_the_next_gets_another(start):
    manager, talk = start()
    warm = parent_of(manager.provisioner.pid)
    os.kill(warm, signal.SIGKILL)
    wait_until(lambda: not is_running(warm))
    assert run(talk, "print(1 + 1)") == "2"
    assert manager.is_alive()
    other, other_talk = start()
    assert is_forked(other)
    assert run(other_talk, "print(1 + 1)") == "2"
    manager.shutdown_kernel()
    assert not is_running(manager.provisioner.pid if manager.provisioner else 0)


def no_warm_process(monkeypatch):
    """As where it breaks on its way: what is started in its place ends at once."""
    real = subprocess.Popen

    def broken(command, **options):
        return real([sys.executable, "-c", ""] if "helpers.kernel.warm" in command else command, **options)

    monkeypatch.setattr(client.subprocess, "Popen", broken)
    monkeypatch.setattr(client, "_given_up", set())


def test_without_a_warm_process_kernels_start_in_the_ordinary_way(start, monkeypatch):
    no_warm_process(monkeypatch)
    monkeypatch.setenv("TF_COURSE_TEST", "another warm process than the one that runs")
    manager, talk = start()
    assert not is_forked(manager)
    assert run(talk, "print(1 + 1)") == "2"


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "x"], {}),
        ([sys.executable, "-m", "another_kernel", "-f", "x"], {}),
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"stdout": subprocess.PIPE}),
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"stderr": subprocess.STDOUT}),
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"independent": True}),
        ([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"preexec_fn": print}),
    ],
)
def test_what_a_fork_cannot_give_is_started_in_the_ordinary_way(command, options):
    from helpers.kernel.provisioner import _can_be_forked

    assert _can_be_forked([sys.executable, "-m", "ipykernel_launcher", "-f", "x"], {"stderr": 2})
    assert not _can_be_forked(command, options)


@pytest.mark.parametrize(("name", "matters"), [("TF_X", True), ("PYTHONHASHSEED", True), ("PATH", False)])
def test_kernels_share_a_parent_unless_it_imported_under_other_settings(name, matters):
    here = client._address(os.environ)
    assert client._address(dict(os.environ)) == here
    assert (client._address({**os.environ, name: "another"}) != here) == matters


def test_another_users_process_is_not_listened_to(monkeypatch):
    one, other = wire.socket.socketpair()
    assert wire.is_own(one)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert not wire.is_own(one)
    one.close()
    other.close()


def test_several_kernels_start_at_once():
    async def start_and_ask(number):
        manager = AsyncKernelManager(kernel_name="python3", transport_encryption="auto")
        await manager.start_kernel(stderr=subprocess.DEVNULL)
        assert is_forked(manager)
        talk = manager.client()
        talk.start_channels()
        await talk.wait_for_ready(timeout=60)
        reply = await talk.execute(f"assert {number} == {number}", reply=True, timeout=60)
        talk.stop_channels()
        pid = manager.provisioner.pid
        await manager.shutdown_kernel()
        return reply["content"]["status"], pid

    async def start_all():
        return await asyncio.gather(*map(start_and_ask, range(4)))

    results = asyncio.run(start_all())
    assert [status for status, _ in results] == ["ok"] * 4
    assert len({pid for _, pid in results}) == 4


def test_nothing_is_left_running_when_whoever_asked_is_gone():
    program = """
        import subprocess, sys, time
        from helpers.kernel import use_warm_kernels
        use_warm_kernels()
        from jupyter_client.manager import KernelManager
        manager = KernelManager(kernel_name="python3")
        manager.start_kernel(stderr=subprocess.DEVNULL)
        print(manager.provisioner.pid, flush=True)
        time.sleep(600)
    """
    environment = {**os.environ, "TF_COURSE_TEST": "a warm process of its own"}
    asker = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program)], env=environment, stdout=subprocess.PIPE, text=True
    )
    pid = int(asker.stdout.readline())
    warm = parent_of(pid)
    assert warm != asker.pid
    asker.kill()
    asker.wait()
    asker.stdout.close()
    wait_until(lambda: not is_running(pid))
    wait_until(lambda: not is_running(warm))
