"""Says when Qt's thread is at work and when it waits, so that worker threads can give way to it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractEventDispatcher, QEvent, QObject, Slot
from PySide6.QtWidgets import QWidget


class Turn(QObject):
    """Calls `take` before a window handles an event (input, painting) and `leave` when the loop has nothing left to do.

    window: a shown top-level window; both calls must be quick, they are made for every turn of the loop.
    """

    def __init__(self, window: QWidget, take: Callable[[], None], leave: Callable[[], None]) -> None:
        super().__init__(window)
        self._take = take
        self._leave = leave
        handle = window.windowHandle()
        if handle is not None:
            handle.installEventFilter(self)
        dispatcher = QAbstractEventDispatcher.instance()
        if dispatcher is not None:
            dispatcher.aboutToBlock.connect(self._about_to_block)

    def eventFilter(self, _watched: QObject, _event: QEvent) -> bool:
        self._take()
        return False

    @Slot()
    def _about_to_block(self) -> None:
        self._leave()
