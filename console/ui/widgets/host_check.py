"""Tries a host while its address is being typed: one check at a time, and only the newest one counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from shiboken6 import isValid

from console.fleet.errors import FleetError
from console.fleet.hosts import HostSpec
from console.gateway.probe import CheckLine
from console.ui.bridge import Bridge

PAUSE_MS = 500  # of typing, before the network is asked


class HostCheck(QObject):
    """Runs a check on a worker and tells each line as it comes. Qt's thread, but for the check itself.

    Signals:
        began(): the lines so far are of an older text, drop them.
        line_came(CheckLine): the next line of the newest check.
        ended(object): the check is over; a FleetError if it broke, else None.
    """

    began = Signal()
    line_came = Signal(object)
    ended = Signal(object)

    def __init__(
        self, check: Callable[[HostSpec, bool], Iterator[CheckLine]], bridge: Bridge, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._check = check
        self._bridge = bridge
        self._newest = 0
        self._busy = False
        self._spec: HostSpec | None = None
        self._asking = False
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """A check is under way, or about to be."""
        return self._busy

    def ask(self, spec: HostSpec | None, at_once: bool = False) -> None:
        """Checks this host once the typing pauses (at_once: now, and a person may be asked what the host wants to know); what
        runs for another is given up. None: nothing to check."""
        self._newest += 1
        self._pause.stop()
        self._spec, self._asking = spec, at_once
        self._busy = spec is not None
        self.began.emit()
        if spec is None:
            return
        if at_once:
            self._start()
        else:
            self._pause.start()

    def stop(self) -> None:
        """Gives up what runs, without a word."""
        self._newest += 1
        self._busy = False
        self._pause.stop()

    @Slot()
    def _start(self) -> None:
        spec, asking, number = self._spec, self._asking, self._newest
        if spec is None:
            return

        def work() -> None:
            for line in self._check(spec, asking):
                if number != self._newest:
                    return  # dropping the generator ends it
                self._bridge.post(lambda line=line: self._take(number, line))  # type: ignore[misc]

        self._bridge.run(work, lambda _: self._end(number, None), lambda error: self._end(number, error))

    def _take(self, number: int, line: CheckLine) -> None:
        if isValid(self) and number == self._newest:
            self.line_came.emit(line)

    def _end(self, number: int, error: FleetError | None) -> None:
        if isValid(self) and number == self._newest:
            self._busy = False
            self.ended.emit(error)
