"""Tells of alerts: by a toast while the window is looked at, else by the desktop; and counts what fires."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from console.fleet.alerts import Alert, Told
from console.ui.notify import Notifier
from console.ui.places import Place
from console.ui.top_bar import Alarm
from console.words import _, alerts

if TYPE_CHECKING:
    from console.ui.context import Context

SHARE_MS = 5000  # between two looks at what other consoles keep
PAGE = Place.fleet("alerts")


class AlertNotes(QObject):
    """One for the window. Alerts are told in the thread that looks, and handed over to Qt's.

    Signals:
        changed(): what fires may be different.
    """

    changed = Signal()

    def __init__(self, ctx: Context, notifier: Notifier) -> None:
        super().__init__(notifier)
        self._ctx = ctx
        self._notifier = notifier
        self._undo = ctx.services.alerts.subscribe(lambda told: ctx.bridge.post(partial(self._on_told, told)))
        stop = ctx.preferences.subscribe(lambda _preferences: ctx.bridge.post(self.changed.emit))
        self.destroyed.connect(lambda: stop())
        self._timer = QTimer(self, interval=SHARE_MS)  # rules and searches that the command line kept meanwhile
        self._timer.timeout.connect(lambda: ctx.bridge.run(ctx.preferences.peek, ctx.preferences.adopt))
        self._timer.start()

    def close(self) -> None:
        self._timer.stop()
        self._undo()

    def loud(self) -> tuple[Alert, ...]:
        """What fires and is not silent, the newest first."""
        now = self._ctx.services.alerts.now()
        loud = {rule.name for rule in self._ctx.services.alerts.rules() if not rule.silent(now)}
        return tuple(alert for alert in self._ctx.services.alerts.alerts() if alert.rule in loud)

    def alarms(self) -> list[Alarm]:
        """For the bell."""
        inventory, go = self._ctx.inventory, partial(self._ctx.nav.open, PAGE)
        return [
            Alarm(
                _("{alert}: {subjects}").format(alert=alert.rule, subjects=alerts.subject(inventory, alert.subject)),
                ("triangle-bang", "warning-glyph"),
                go,
            )
            for alert in self.loud()
        ]

    @Slot(object)
    def _on_told(self, told: tuple[Told, ...]) -> None:
        inventory = self._ctx.inventory
        for each in told:
            if each.began:
                self._notifier.tell(
                    "warning", each.rule.name, alerts.subjects(inventory, each.began), PAGE, urgent=True
                )
            if each.ended:
                name = _("{alert} is over").format(alert=each.rule.name)
                self._notifier.tell("good", name, alerts.subjects(inventory, each.ended), PAGE)
        self.changed.emit()
