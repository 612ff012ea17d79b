"""Tells when one of the program's own files does not work: the fleet file's mistakes, a cache on a full disk."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from console.fleet.errors import Problem
from console.ui.context import Context
from console.ui.dialogs.desk import Dialogs
from console.ui.widgets.notes import Toasts
from console.words import _, files, ngettext


class OwnFiles(QObject):
    """Says each trouble once, as a note that stays. `look` is called in Qt's thread whenever something may be different."""

    def __init__(self, ctx: Context, toasts: Toasts, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._toasts = toasts
        self._dialogs = dialogs
        self._said: dict[str, Problem] = {}
        self._mistakes = 0

    @Slot()
    def look(self) -> None:
        troubles = dict(self._ctx.services.troubles())
        for name, problem in troubles.items():
            if self._said.get(name) != problem:
                self._toasts.show("error", files.trouble(name, problem))
        self._said = troubles
        mistakes = len(self._ctx.services.hosts.file_problems())
        if mistakes and mistakes != self._mistakes:
            text = ngettext("{count} mistake in the fleet file", "{count} mistakes in the fleet file", mistakes)
            self._toasts.show("error", text.format(count=mistakes), _("Show"), self._dialogs.file_problems)
        self._mistakes = mistakes
