import threading
import time
from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, FleetError, Reason
from console.fleet.hosts import HostSpec
from console.gateway.probe import CheckLine, Step
from console.ui.bridge import Bridge
from console.ui.widgets.host_check import PAUSE_MS, HostCheck

A, B = HostSpec("a", "a", "qemu+ssh://a/system"), HostSpec("b", "b", "qemu+ssh://b/system")


class Checks:
    """A check whose second line waits to be let through."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.asking: list[bool] = []
        self.closed: list[str] = []
        self.gate = threading.Event()
        self.error: FleetError | None = None

    def __call__(self, spec: HostSpec, asking: bool) -> Iterator[CheckLine]:
        self.asked.append(spec.name)
        self.asking.append(asking)
        try:
            yield CheckLine(Step.NAME, True, {"host": spec.name})
            assert self.gate.wait(5)
            if self.error is not None:
                raise self.error
            yield CheckLine(Step.PORT, True, {"host": spec.name})
        finally:
            self.closed.append(spec.name)


@pytest.fixture
def checks() -> Checks:
    return Checks()


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[[Checks], HostCheck]]:
    bridge = Bridge()
    made: list[HostCheck] = []

    def build(checks: Checks) -> HostCheck:
        made.append(HostCheck(checks, bridge))
        return made[-1]

    yield build
    for check in made:
        check.stop()
    bridge.close()


def told(check: HostCheck) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    check.began.connect(lines.clear)
    check.line_came.connect(lambda line: lines.append((line.step.value, str(line.values["host"]))))
    return lines


def test_lines_come_one_by_one_while_the_check_runs(
    qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]
) -> None:
    check = make(checks)
    lines = told(check)
    check.ask(A, at_once=True)
    qtbot.waitUntil(lambda: lines == [("name", "a")])
    assert check.busy
    with qtbot.waitSignal(check.ended) as over:
        checks.gate.set()
    assert over.args == [None]
    assert lines == [("name", "a"), ("port", "a")]
    assert not check.busy


def test_nothing_is_asked_while_one_types(qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]) -> None:
    check = make(checks)
    checks.gate.set()
    begun = time.monotonic()
    for _ in range(5):
        check.ask(A)
        check.ask(B)
    with qtbot.waitSignal(check.ended):
        pass
    assert time.monotonic() - begun >= PAUSE_MS / 1000 * 0.9
    assert checks.asked == ["b"]


def test_a_newer_text_silences_the_older_check_and_ends_it(
    qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]
) -> None:
    check = make(checks)
    lines = told(check)
    check.ask(A, at_once=True)
    qtbot.waitUntil(lambda: bool(lines))
    check.ask(B, at_once=True)
    assert lines == []
    checks.gate.set()
    qtbot.waitUntil(lambda: sorted(checks.closed) == ["a", "b"])
    qtbot.waitUntil(lambda: lines == [("name", "b"), ("port", "b")])


def test_an_empty_field_checks_nothing(qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]) -> None:
    check = make(checks)
    check.ask(A)
    check.ask(None)
    qtbot.wait(PAUSE_MS + 100)
    assert checks.asked == []
    assert not check.busy


def test_a_check_that_breaks_says_so(qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]) -> None:
    check = make(checks)
    checks.error = Failed(Reason.OTHER, text="broken")
    checks.gate.set()
    with qtbot.waitSignal(check.ended) as over:
        check.ask(A, at_once=True)
    assert over.args is not None
    assert over.args[0] is checks.error


def test_nobody_is_asked_while_typing(qtbot: QtBot, checks: Checks, make: Callable[[Checks], HostCheck]) -> None:
    checks.gate.set()
    check = make(checks)
    for at_once in (False, True):
        with qtbot.waitSignal(check.ended):
            check.ask(A, at_once=at_once)
    assert checks.asking == [False, True]
