"""Consoles that are killed in the middle of an act on snapshots, or of making clones.

This process has everything loaded and no thread; each console is forked off it, so that one costs little. It is told on stdin, a
line of JSON each, what to do and where to die, and answers with the signal that ended it (0 = it came to its end).
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import traceback
from dataclasses import dataclass
from typing import Any

from console.app import App, Options
from console.fleet.clones.values import CloneOrder
from console.fleet.domains import VmKey
from console.fleet.hosts import Phase
from console.fleet.snapshots.plans import Step, TakeOrder
from console.jobs.journal import Journal
from console.services.snapshot_record import weighty
from console.services.snapshot_steps import Steps
from console.settings.paths import Profile
from tests.lab.harness.lab import ROOT, Lab


@dataclass
class Dying:
    """The process, seen from a test. To be ended."""

    process: subprocess.Popen[str]

    @classmethod
    def start(cls, lab: Lab) -> Dying:
        return cls(
            subprocess.Popen(
                lab.argv(sys.executable, "-m", "tests.lab.dying"),
                cwd=ROOT,
                env=lab.environment() | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "TZ": "UTC"},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        )

    def __call__(self, **order: Any) -> int:
        """A console that does `deed` (a plan_… of the service, with `more`) to `key`, and dies at step `at`, counted without
        checks. when: "before" it has an effect, "after" it had, "within" a merge. Returns the signal."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait(10)
        self.process.stdout.close()


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if not child:
            try:
                _act(**json.loads(line))
                os._exit(0)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
        _child, status = os.waitpid(child, 0)
        print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else -os.WEXITSTATUS(status), flush=True)


def _act(profile: str, key: tuple[str, str], deed: str, more: dict[str, Any], at: int, when: str) -> None:
    app = App(Options(Profile.at(profile)))
    app.start(watch=False)
    assert app.gateway.wait_settled(key[0], 20).phase is Phase.LIVE
    if "order" in more:
        more["order"] = TakeOrder(**more["order"])
    if deed == "clone":
        _clone(app, VmKey(*key), more, at, when)
        return
    service = app.services.snapshots
    plan = getattr(service, f"plan_{deed}")(VmKey(*key), **more)
    _lay(at, when)
    view = service.run(plan).wait(60)
    print(view, file=sys.stderr)


def _clone(app: App, key: VmKey, more: dict[str, Any], at: int, when: str) -> None:
    """at: of the steps that are journalled. when: "before" what it says is done, "after" it was."""
    plan = app.services.clones.plan(CloneOrder(key, **{name: _value(value) for name, value in more.items()}))
    count = -1
    step = Journal.step

    def stepping(self: Journal, code: str, /, undo: str = "", **values: Any) -> None:
        nonlocal count
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        step(self, code, undo, **values)
        count += 1
        if count == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)

    Journal.step = stepping  # type: ignore[method-assign]
    view = app.services.clones.run(plan).wait(60)
    print(view, file=sys.stderr)


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _lay(at: int, when: str) -> None:
    """The trap."""
    count = -1
    do = Steps.do

    def doing(self: Steps, step: Step) -> None:
        nonlocal count
        count += weighty(step)
        if count == at and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        if count == at and when == "within":
            Steps._watch = lambda *_: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[method-assign]
        do(self, step)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)

    Steps.do = doing  # type: ignore[method-assign]


if __name__ == "__main__":
    main()
