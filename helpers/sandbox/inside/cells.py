"""One exercise's cells, run; and its answer, observed on what is sent. All of it in a process of its own."""

import ast
import contextlib
import io
import linecache
import random
import signal
import socket
import sys
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from helpers.observing import Interrupted, Outcome, Raised, observe, raised, source_of
from helpers.observing.call import Head
from helpers.observing.crossing import MOST_ARRAY_BYTES, Malformed, pack, receive, send, size_of, unpack
from helpers.observing.looks import LOOKS
from helpers.observing.plain import Foreign
from helpers.sandbox.inside.absent import Asked, StandIn, Tally

MOST_PRINTED = 20_000
COURSE_TOOLS = ("check", "draw", "figures", "hint", "progress", "solution", "stepper", "verdict")


class Notebook:
    """The namespace in which cells run, and the answers that they leave there."""

    def __init__(self, channel: socket.socket, shell: object):
        self.channel = channel
        self.shell = shell
        self.space = shell.user_ns

    def serve(self) -> None:
        """Do what is asked until the other side closes the channel."""
        self._quiet_the_course()
        random.seed()
        np.random.seed()
        while True:
            message, blobs = receive(self.channel)
            (what, content), *_ = message.items()
            answer, arrays = getattr(self, f"_{what}")(content, blobs)
            send(self.channel, answer, arrays)

    def _quiet_the_course(self) -> None:
        """A cell may still call its check, or draw: here that does nothing."""
        import helpers

        for name in COURSE_TOOLS:
            setattr(helpers, name, StandIn(f"helpers.{name}"))

    def _run(self, cell: Mapping[str, object], _blobs: object) -> tuple[object, list[bytes]]:
        """Run a cell statement by statement. Of one that failed as it asked an absent library the rest is
        run all the same: with the library it would have come to that."""
        printed = Head(MOST_PRINTED)
        error = None
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            try:
                statements, name = self._statements(cell["source"], cell["name"])
            except SyntaxError as problem:
                kind, text = type(problem).__name__, (problem.text or "").strip()
                return {"error": asdict(Raised(kind, problem.msg, problem.lineno, text)), "printed": ""}, []
            try:
                for statement in statements:
                    asked = Tally.count
                    try:
                        exec(compile(statement, name, "exec", dont_inherit=True), self.space)
                    except BaseException:
                        if Tally.count == asked:
                            raise
            except BaseException as problem:  # SystemExit included
                error = raised(problem)
        return {"error": asdict(error) if error else None, "printed": printed.getvalue()}, []

    def _statements(self, source: str, name: str) -> tuple[list[ast.Module], str]:
        text = self.shell.transform_cell(source)
        name = f"<cell {name}>"
        linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
        return [ast.Module([statement], []) for statement in ast.parse(text, name).body], name

    def _source_of(self, name: str, _blobs: object) -> tuple[object, list[bytes]]:
        answer = self.space.get(name)
        return {"found": name in self.space, "callable": callable(answer), **asdict(source_of(answer))}, []

    def _observe(self, case: Mapping[str, object], blobs: list[bytes]) -> tuple[object, list[bytes]]:
        inputs, probe = (unpack(case[part], blobs, recipes=True) for part in ("inputs", "probe"))
        look = LOOKS[case["look"]]
        Tally.refusing, Tally.library = True, ""
        try:
            outcome = observe(
                self.space[case["name"]],
                inputs,
                look=lambda value: look(value, probe),
                watched=case["watched"],
            )
        except Interrupted as stopped:
            outcome = Outcome(error=stopped.raised)
        finally:
            Tally.refusing = False
        return _packed(outcome, Tally.library)


def _packed(outcome: Outcome, library: str) -> tuple[object, list[bytes]]:
    """An outcome as it crosses: only what is not too large."""
    value, blobs = outcome.value, []
    if size_of(value) > MOST_ARRAY_BYTES // 2:
        value = Foreign("something larger than any right answer")
    tree = pack(value, blobs)
    error = asdict(outcome.error) if outcome.error else None
    asked = outcome.asked or (library if error and error["kind"] == Asked.__name__ else "")
    return {
        "value": tree,
        "error": error,
        "changed": list(outcome.changed),
        "asked": asked,
        "printed": outcome.printed,
    }, blobs


def serve(channel: socket.socket, shell: object) -> None:
    """Serve one exercise, then end."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.modules["__main__"] = shell.user_module
    with contextlib.suppress(ConnectionError, Malformed, KeyboardInterrupt):
        Notebook(channel, shell).serve()
