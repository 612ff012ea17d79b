"""Leaving while jobs run: as the preferences have it, or as a person says in a dialog."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from console.settings.preferences import Leaving
from console.ui.context import Context

Way = Callable[[], None]


class LeavingJobs(QObject):
    """What becomes of the jobs of a window that is closed.

    ask: asks a person, handed the ways to leave when all is done, to cancel and leave, to leave now. leave: leaves now.
    """

    def __init__(self, ctx: Context, window: QWidget, ask: Callable[[Way, Way, Way], object], leave: Way) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self._ask = ask
        self._leave = leave

    def settle(self) -> None:
        """Jobs run, and the window is to close: leaves at once or later, or asks."""
        match self._ctx.preferences.value.leaving:
            case Leaving.WAIT:
                self._when_done()
            case Leaving.CANCEL:
                self._cancel()
            case _:
                self._ask(self._when_done, self._cancel, self._leave)

    def _when_done(self) -> None:
        self._window.hide()
        self._ctx.bridge.jobs_changed.connect(self._leave_if_done)
        self._leave_if_done()

    def _cancel(self) -> None:
        for view in self._ctx.jobs.views():
            if not view.state.ended:
                self._ctx.jobs.cancel(view.id)
        self._when_done()

    @Slot()
    def _leave_if_done(self) -> None:
        if not self._ctx.jobs.running():
            self._leave()
