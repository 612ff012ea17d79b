"""Whether a VM goes by itself, and when: two boxes, and a field for the date."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from console.ui.models import clone_draft
from console.ui.theme import theme
from console.ui.widgets.host_form import choice
from console.ui.widgets.labels import label
from console.words import N_, _, snapshots

UNTIL = (N_("8 h"), N_("1 d"), N_("3 d"), N_("1 w"), N_("4 w"))
"""Times from now that are offered."""


class GoesWhen(QWidget):
    """Signals:
    changed(): something else was chosen or typed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time) -> None:
        super().__init__(parent)
        self._clock = clock
        self.throw_away, self.dated = QCheckBox(), QCheckBox()
        self.until = choice((), "")
        self.until.setAccessibleName(_("Date at which it goes"))
        self.until.addItems([_(text) for text in UNTIL])
        self.until.setEditText(_(UNTIL[3]))
        self.until.setMinimumWidth(theme.px(160))
        self._about = label("", "secondary")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(8))
        column.addWidget(self.throw_away)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.dated)
        row.addWidget(self.until)
        row.addWidget(self._about)
        row.addStretch(1)
        column.addLayout(row)
        self.say_many(False)
        self._say()
        for box in (self.throw_away, self.dated):
            box.toggled.connect(lambda _on: self._on_change())
        self.until.editTextChanged.connect(lambda _text: self._on_change())

    def say_many(self, many: bool) -> None:
        """It is about several VMs, or one."""
        if many:
            self.throw_away.setText(_("Throw-away: gone with their disks when they are shut down"))
            self.dated.setText(_("Gone with their disks on a date"))
        else:
            self.throw_away.setText(_("Throw-away: gone with its disks when it is shut down"))
            self.dated.setText(_("Gone with its disks on a date"))

    def put(self, throw_away: bool, expires: float) -> None:
        """expires: epoch, 0 = never."""
        self.throw_away.setChecked(throw_away)
        self.dated.setChecked(bool(expires))
        if expires:
            self.until.setEditText(time.strftime("%Y-%m-%d %H:%M", time.localtime(expires)))

    def expires(self) -> float:
        """Epoch, 0 = never; to the minute, so that it does not move on with every second."""
        return (self._until() or 0.0) if self.dated.isChecked() else 0.0

    def _until(self) -> float | None:
        try:
            return -(-clone_draft.until(self.until.currentText(), self._clock()) // 60) * 60
        except ValueError:
            return None

    def why_not(self) -> str:
        """Why the date is none, "" where it is one or none is wanted."""
        if self.dated.isChecked() and self._until() is None:
            return _("Not a time to come: 8 h, 3 d, 2026-12-01 or 2026-12-01 18:00.")
        return ""

    def _on_change(self) -> None:
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        self.until.setEnabled(self.dated.isChecked())
        at, wrong = self._until(), self.why_not()
        said = _("on {moment}").format(moment=snapshots.when(at, self._clock())) if at is not None else ""
        self._about.setText((wrong or said) if self.dated.isChecked() else "")
        self._about.setProperty("tone", "error" if wrong else "")
        self._about.style().unpolish(self._about)
        self._about.style().polish(self._about)
