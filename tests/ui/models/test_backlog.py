import time
from collections.abc import Callable, Iterable

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.ui.models import backlog as backlog_module
from console.ui.models.backlog import SLICE_S, Backlog


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


class Taker:
    def __init__(self, pause: float = 0.0) -> None:
        self.taken: list[VmKey] = []
        self.slices: list[int] = []
        self.ends = 0
        self._pause = pause

    def take(self, keys: Iterable[VmKey]) -> None:
        for key in keys:
            self.taken.append(key)
            time.sleep(self._pause)

    def flush(self) -> None:
        self.slices.append(len(self.taken))

    def drained(self) -> None:
        self.ends += 1


def keys(count: int) -> list[VmKey]:
    return [VmKey("h", str(n)) for n in range(count)]


def test_takes_everything_once_in_order(owner: QObject, qtbot: QtBot) -> None:
    taker = Taker()
    backlog = Backlog(taker.take, taker.flush, taker.drained, owner)
    backlog.add(keys(100))
    backlog.add(keys(50))  # told twice, waits once
    assert not taker.taken  # nothing in the turn that told it
    qtbot.waitUntil(lambda: taker.ends == 1)
    assert taker.taken == keys(100)
    assert len(backlog) == 0


def test_gives_the_window_its_turn(owner: QObject, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "SHOW_S", 0.0)
    taker = Taker(pause=SLICE_S / 8)
    backlog = Backlog(taker.take, taker.flush, taker.drained, owner)
    backlog.add(keys(100))
    qtbot.waitUntil(lambda: taker.ends == 1)
    assert len(taker.slices) >= 3
    assert taker.taken == keys(100)


def test_shows_now_and_then_and_at_the_end(owner: QObject, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backlog_module, "SHOW_S", 1000.0)
    taker = Taker(pause=SLICE_S / 8)
    backlog = Backlog(taker.take, taker.flush, taker.drained, owner)
    backlog._shown = time.perf_counter()
    backlog.add(keys(100))
    qtbot.waitUntil(lambda: taker.ends == 1)
    assert taker.slices == [100]


def test_dropped_keys_are_not_taken(owner: QObject, qtbot: QtBot) -> None:
    taker = Taker()
    backlog = Backlog(taker.take, taker.flush, taker.drained, owner)
    backlog.add(keys(3))
    backlog.drop([VmKey("h", "1"), VmKey("h", "unknown")])
    qtbot.waitUntil(lambda: taker.ends == 1)
    assert [key.uuid for key in taker.taken] == ["0", "2"]


def test_what_is_added_while_working_is_taken_too(owner: QObject, qtbot: QtBot) -> None:
    taken: list[VmKey] = []
    ends: list[int] = []

    def take(some: Iterable[VmKey]) -> None:
        taken.extend(some)
        if len(taken) == 1:
            backlog.add([VmKey("h", "late")])

    nothing: Callable[[], None] = lambda: None  # noqa: E731
    backlog = Backlog(take, nothing, lambda: ends.append(1), owner)
    backlog.add(keys(1))
    qtbot.waitUntil(lambda: len(taken) == 2)
    assert taken[1].uuid == "late"
