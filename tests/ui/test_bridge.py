import threading
import time
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, FleetError, NotFound, Reason
from console.fleet.updates import ChangeSet
from console.ui.bridge import LOADS_EVERY, TICK_MS, Bridge

A, B = VmKey("h", "a"), VmKey("h", "b")


@pytest.fixture
def bridge(qapp: QApplication) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


class Heard:
    def __init__(self, bridge: Bridge) -> None:
        self.changes: list[ChangeSet] = []
        self.jobs: list[Any] = []
        self.threads: set[bool] = set()
        bridge.changed.connect(self._on_change)
        bridge.jobs_changed.connect(lambda views: self.jobs.append(views))

    def _on_change(self, change: ChangeSet) -> None:
        self.changes.append(change)
        self.threads.add(QThread.currentThread() is QApplication.instance().thread())  # type: ignore[union-attr]


def from_a_thread(*work: Any) -> None:
    thread = threading.Thread(target=lambda: [one() for one in work])
    thread.start()
    thread.join()


def test_many_changes_come_as_one_in_qts_thread(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    from_a_thread(
        lambda: bridge.on_change(ChangeSet(added=frozenset({A}))),
        lambda: bridge.on_change(ChangeSet(changed=frozenset({B}))),
        lambda: bridge.on_change(ChangeSet(hosts=frozenset({"h"}))),
    )
    assert heard.changes == []
    qtbot.waitUntil(lambda: bool(heard.changes))
    assert heard.changes == [ChangeSet(frozenset({A}), frozenset({B}), hosts=frozenset({"h"}))]
    assert heard.threads == {True}


def test_no_more_than_five_a_second(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    start = time.monotonic()
    for _step in range(30):
        bridge.on_change(ChangeSet(changed=frozenset({A})))
        qtbot.wait(20)
    assert 2 <= len(heard.changes) <= (time.monotonic() - start) * 1000 / TICK_MS + 2


def test_loads_come_once_a_second_and_are_not_lost(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    for uuid in "abcdef":
        bridge.on_change(ChangeSet(loads=frozenset({VmKey("h", uuid)})))
        qtbot.wait(TICK_MS // 2)
    qtbot.waitUntil(lambda: len({k for c in heard.changes for k in c.loads}) == 6, timeout=3 * TICK_MS * LOADS_EVERY)
    assert len(heard.changes) <= 3


def test_newest_view_of_each_job_comes_once(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    for number, step in ((1, "a"), (2, "b"), (1, "c")):
        bridge.on_job(SimpleNamespace(id=number, step=step))
    qtbot.waitUntil(lambda: bool(heard.jobs))
    assert [(view.id, view.step) for view in heard.jobs[0]] == [(1, "c"), (2, "b")]


def test_rests_when_nothing_happens(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    bridge.on_change(ChangeSet(fleet=True))
    qtbot.waitUntil(lambda: bool(heard.changes))
    qtbot.waitUntil(lambda: not bridge._timer.isActive(), timeout=2000)
    bridge.on_change(ChangeSet(fleet=True))
    qtbot.waitUntil(lambda: len(heard.changes) == 2)


def test_work_runs_elsewhere_and_is_told_here(bridge: Bridge, qtbot: QtBot) -> None:
    seen: list[tuple[str, bool]] = []
    main = threading.main_thread()
    bridge.run(
        lambda: str(threading.current_thread() is main),
        lambda told: seen.append((told, threading.current_thread() is main)),
    )
    qtbot.waitUntil(lambda: bool(seen))
    assert seen == [("False", True)]


def test_failure_of_work_is_told_as_ours(bridge: Bridge, qtbot: QtBot) -> None:
    failed: list[FleetError] = []

    def not_found() -> None:
        raise NotFound(Reason.GONE, "vm")

    def bug() -> None:
        raise KeyError("slip")

    bridge.run(not_found, None, lambda error: failed.append(error))
    qtbot.waitUntil(lambda: len(failed) == 1)
    bridge.run(bug, None, lambda error: failed.append(error))
    qtbot.waitUntil(lambda: len(failed) == 2)
    assert isinstance(failed[0], NotFound)
    assert isinstance(failed[1], Failed)
    assert "KeyError" in failed[1].problem.text


def test_nothing_is_told_after_close(bridge: Bridge, qtbot: QtBot) -> None:
    heard = Heard(bridge)
    told: list[int] = []
    gate = threading.Event()

    def work() -> int:
        gate.wait(5)
        return 1

    bridge.run(work, lambda value: told.append(value))
    bridge.on_change(ChangeSet(fleet=True))
    bridge.close()
    gate.set()
    qtbot.wait(2 * TICK_MS)
    assert (heard.changes, told) == ([], [])
