"""What this program is, and which keys it knows."""

from __future__ import annotations

import platform
from collections.abc import Sequence

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.fields import KeyHint, keys_text
from console.ui.widgets.labels import GlyphLabel, Heading, label
from console.words import _


class KeysDialog(Dialog):
    """The keyboard, by where one is. keys: titles, each with keys and what they do, translated."""

    def __init__(self, keys: Sequence[tuple[str, Sequence[tuple[str, str]]]], parent: QWidget | None = None) -> None:
        super().__init__(_("Keyboard"), parent, width=680)
        columns = QHBoxLayout()
        columns.setSpacing(theme.px(32))
        right = QVBoxLayout()
        for number, (title, entries) in enumerate(keys):
            part = self._part(title, entries)
            if number == 0:
                columns.addLayout(part, 1)
            else:
                right.addLayout(part)
        right.addStretch(1)
        columns.addLayout(right, 1)
        self.body.addLayout(columns)
        self.add_close(_("Close")).setDefault(True)

    def _part(self, title: str, entries: Sequence[tuple[str, str]]) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(theme.px(6))
        column.addWidget(Heading(title))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(6))
        grid.setColumnMinimumWidth(0, theme.px(84))
        grid.setColumnStretch(1, 1)
        for row, (key, text) in enumerate(entries):
            hint = KeyHint(keys_text(QKeySequence(key)))
            hint.setAccessibleName(key)
            grid.addWidget(hint, row, 0)
            grid.addWidget(label(text), row, 1)
        column.addLayout(grid)
        column.addStretch(1)
        return column


class AboutDialog(Dialog):
    """Name, version, licence, and the versions a report of a fault should name."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("About Splendid"), parent, width=480)
        head = QHBoxLayout()
        head.setSpacing(theme.px(14))
        head.addWidget(GlyphLabel("logo", "accent", 40, drawn=False))
        names = QVBoxLayout()
        names.setSpacing(theme.px(2))
        names.addWidget(label("Splendid", "title"))
        names.addWidget(label(_("A console for virtual machines on many libvirt hosts"), tone="text2", wrap=True))
        head.addLayout(names, 1)
        self.body.addLayout(head)
        self._facts = versions()
        grid = FactGrid(label_width=120)
        for name, value in self._facts:
            grid.set(name, name, value)
        grid.set("licence", _("Licence"), "Apache 2.0")
        self.body.addWidget(grid)
        self.body.addStretch(1)
        self.add_left(_("Copy"), self._copy, "copy")
        close = self.add_close(_("Close"))
        close.setDefault(True)
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText("\n".join(f"{name} {value}" for name, value in self._facts))


def versions() -> list[tuple[str, str]]:
    """(name, version) of the program and what it stands on."""
    found = [("Splendid", version("splendid")), ("Python", platform.python_version())]
    found += [("Qt", qVersion()), ("PySide", PySide6.__version__), ("libvirt-python", version("libvirt-python"))]
    return [*found, (_("System"), f"{platform.system()} {platform.release()}")]


def version(package: str) -> str:
    """The installed version of a package, "–" where it was not installed as one."""
    import importlib.metadata  # noqa: PLC0415 - slow to load, and the window's start does not need it

    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "–"
