from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.settings.preferences import Leaving
from console.ui.context import Context
from console.ui.leaving import LeavingJobs
from tests.ui.rooms import room


class Leave:
    """One job that runs until told otherwise, a window, and what was asked, cancelled and left."""

    def __init__(self, ctx: Context, window: QWidget) -> None:
        self.ctx = ctx
        self.window = window
        self.running = 1
        self.asked: list[Any] = []
        self.cancelled: list[int] = []
        self.left = 0
        jobs = SimpleNamespace(
            running=lambda: self.running,
            views=lambda: (SimpleNamespace(id=7, state=SimpleNamespace(ended=False)),),
            cancel=self.cancelled.append,
        )
        object.__setattr__(ctx, "jobs", jobs)
        self.leaving = LeavingJobs(ctx, window, lambda *ways: self.asked.append(ways), self.leave)

    def leave(self) -> None:
        self.left += 1

    def settle(self, how: Leaving) -> None:
        self.ctx.preferences.set(leaving=how)
        self.leaving.settle()

    def done(self) -> None:
        self.running = 0
        self.ctx.bridge.jobs_changed.emit(())


@pytest.fixture
def leave(qtbot: QtBot) -> Iterator[Leave]:
    with room() as ctx:
        window = QWidget()
        qtbot.addWidget(window)
        window.show()
        yield Leave(ctx, window)


def test_it_asks_and_does_as_told(leave: Leave) -> None:
    leave.settle(Leaving.ASK)
    assert leave.window.isVisible()
    ((when_done, cancel, now),) = leave.asked
    now()
    assert leave.left == 1
    cancel()
    assert leave.cancelled == [7]
    when_done()
    assert leave.left == 1


def test_when_done_waits_out_of_sight(leave: Leave) -> None:
    leave.settle(Leaving.WAIT)
    assert (leave.left, leave.window.isVisible(), leave.cancelled) == (0, False, [])
    leave.done()
    assert leave.left == 1


def test_all_can_be_cancelled(leave: Leave) -> None:
    leave.settle(Leaving.CANCEL)
    assert (leave.left, leave.cancelled) == (0, [7])
    leave.done()
    assert leave.left == 1
