"""The pages of the clone wizard that ask. Each holds a part of the draft; here: what they have in common, and the first."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from console.fleet.clones import naming
from console.fleet.snapshots.values import Snapshot
from console.ui.models import clone_draft
from console.ui.models.clone_draft import Draft
from console.ui.theme import theme
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import Heading, label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, snapshots

if TYPE_CHECKING:
    pass

PROSE = 620  # px, the widest a page's matter gets


class Page(QWidget):
    """Signals:
    changed(): something else was chosen or typed.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QHBoxLayout(self)
        outer.setContentsMargins(*(theme.px(edge) for edge in (20, 16, 20, 16)))
        inner = QWidget()
        inner.setMaximumWidth(theme.px(PROSE))
        self.column = QVBoxLayout(inner)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(theme.px(12))
        outer.addWidget(inner, 1)
        outer.addStretch(0)

    def section(self, title: str, *, first: bool = False) -> None:
        if not first:
            self.column.addSpacing(theme.px(8))
        self.column.addWidget(Heading(title))

    def put(self, draft: Draft) -> Draft:
        """The draft with what this page holds."""
        raise NotImplementedError

    def why_not(self) -> str:
        """What is wrong here, "" for nothing."""
        return ""


def row(*parts: QWidget | QVBoxLayout, stretch: int = -1) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(theme.px(12))
    for number, part in enumerate(parts):
        if isinstance(part, QWidget):
            row.addWidget(part, 1 if number == stretch else 0)
        else:
            row.addLayout(part, 1 if number == stretch else 0)
    if stretch < 0:
        row.addStretch(1)
    return row


class WhatPage(Page):
    """From which moment, how many, and their names."""

    def __init__(self, draft: Draft, several: bool) -> None:
        super().__init__()
        self._several = several
        self._found: tuple[Snapshot, ...] = ()
        self._wanted = draft.snapshot
        self.moment = Segmented(
            [Segment("now", _("As it is now")), Segment("snapshot", _("As at a snapshot"))], _("From which moment")
        )
        self.snapshot = QComboBox()
        self.snapshot.setAccessibleName(_("Snapshot"))
        self.snapshot.setMinimumWidth(theme.px(240))
        self.about = label("", "secondary", wrap=True)
        self.pattern = QLineEdit(draft.pattern)
        self.count, self.first = _spin(1, naming.MOST, draft.count), _spin(0, 99_999, draft.first)
        self.section(_("Moment"), first=True)
        self.column.addLayout(row(self.moment, self.snapshot))
        self.column.addWidget(self.about)
        self.section(_("Names"))
        each = _("Clones of each") if several else _("How many")
        self.column.addLayout(
            row(
                field(_("Pattern"), self.pattern),
                field(each, self.count),
                field(_("First number"), self.first),
                stretch=0,
            )
        )
        hint = _("{n} stands for the number, {n03} for one of three digits, {source} for the VM’s name.")
        self.column.addWidget(
            label(hint.format(n="{n}", n03="{n:03}", source=clone_draft.SOURCE), "secondary", wrap=True)
        )
        self.wrong = label("", "secondary", "error", wrap=True)
        self.column.addWidget(self.wrong)
        self.column.addStretch(1)
        self.moment.set_current("snapshot" if draft.snapshot else "now")
        self.moment.chosen.connect(lambda _id: self._on_moment())
        self.snapshot.currentIndexChanged.connect(lambda _index: self._on_moment())
        self.pattern.textChanged.connect(lambda _text: self.changed.emit())
        self.count.valueChanged.connect(lambda _value: self.changed.emit())
        self.first.valueChanged.connect(lambda _value: self.changed.emit())
        self.show_snapshots(None)

    def show_snapshots(self, found: Sequence[Snapshot] | None, problem: str = "") -> None:
        """Those there are (of several VMs: those of a name that all have); None while the host is asked."""
        self._found = tuple(sorted(found or (), key=lambda one: -one.created))
        with QSignalBlocker(self.snapshot):
            self.snapshot.clear()
            for one in self._found:
                self.snapshot.addItem(one.name, one.name)
            at = self.snapshot.findData(self._wanted)
            self.snapshot.setCurrentIndex(max(0, at) if self._found else -1)
        self._problem = problem
        self._asking = found is None and not problem
        self._say()
        if found is not None:
            self.changed.emit()

    def _on_moment(self) -> None:
        if self.snapshot.currentData():
            self._wanted = self.snapshot.currentData()
        self._say()
        self.changed.emit()

    def _say(self) -> None:
        at_snapshot = self.moment.current() == "snapshot"
        self.snapshot.setVisible(at_snapshot)
        self.snapshot.setEnabled(bool(self._found))
        chosen = next((one for one in self._found if one.name == self.snapshot.currentData()), None)
        if not at_snapshot:
            text = _("A VM that runs stands still for a moment at most.")
        elif self._asking:
            text = _("Asking the host for its snapshots…")
        elif self._problem:
            text = self._problem
        elif chosen is None:
            text = _("They have no snapshot of the same name.") if self._several else _("It has no snapshots.")
        else:
            now = time.time()
            text = ", ".join(
                (snapshots.kind(chosen), _("taken {when}").format(when=snapshots.when(chosen.created, now)))
            )
            if chosen.description:
                text += f". {chosen.description.splitlines()[0]}"
        self.about.setText(text)

    def why_not(self) -> str:
        if self.moment.current() == "snapshot" and not self.snapshot.currentData():
            return _("Choose a snapshot, or clone it as it is now.")
        return ""

    def say_wrong(self, text: str) -> None:
        """Of the names."""
        self.wrong.setText(text)
        self.pattern.setProperty("wrong", bool(text))
        self.pattern.style().unpolish(self.pattern)
        self.pattern.style().polish(self.pattern)

    def put(self, draft: Draft) -> Draft:
        at = (self.snapshot.currentData() or self._wanted) if self.moment.current() == "snapshot" else ""
        return replace(
            draft, snapshot=at, pattern=self.pattern.text(), count=self.count.value(), first=self.first.value()
        )


def _spin(least: int, most: int, value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    spin.setValue(value)
    spin.setMinimumWidth(theme.px(92))
    spin.lineEdit().setTextMargins(theme.px(6), 0, 0, 0)
    return spin
