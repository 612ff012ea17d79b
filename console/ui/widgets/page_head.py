"""The head of a host's or VM's page: glyph, name, state, buttons; below it the place, a line about it, its tags; tabs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from console.ui.theme import theme
from console.ui.widgets.chips import ChipRow
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.ui.widgets.link import Link
from console.ui.widgets.tabs import Tab, TabBar


class PageHead(QWidget):
    """Signals:
    tab_chosen(str): the id of the tab a person chose.
    place_opened(): the link to where it lies was followed.
    """

    tab_chosen = Signal(str)
    place_opened = Signal()

    def __init__(self, tabs: Sequence[Tab], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.px(12), 0, 0)
        column.setSpacing(0)
        first = QHBoxLayout()
        first.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        first.setSpacing(theme.px(8))
        self.glyph = GlyphLabel("square-dashed", "last-known", 20)
        self.name = ElidedLabel("", "title")
        self.state = ElidedLabel("", tone="text2")
        first.addWidget(self.glyph)
        first.addWidget(self.name)
        first.addSpacing(theme.px(2))
        first.addWidget(self.state, 1)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(theme.px(8))
        first.addLayout(self._buttons)
        column.addLayout(first)
        column.addSpacing(theme.px(4))
        column.addLayout(self._build_place())
        column.addSpacing(theme.px(10))
        self.tabs = TabBar(tabs)
        self.tabs.chosen.connect(self.tab_chosen)
        column.addWidget(self.tabs)

    def _build_place(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
        row.setSpacing(theme.px(6))
        self._where_glyph = GlyphLabel("server", "text2", 14, drawn=False)
        self._link = Link()
        self._link.clicked.connect(self.place_opened)
        self._where = label("", tone="text2")
        self._about = ElidedLabel("", tone="text2")
        self._about.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._dots = [label("·", tone="text3") for _ in range(2)]
        self._tags = ChipRow()
        self._tags.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        row.addWidget(self._where_glyph)
        row.addWidget(self._link)
        row.addWidget(self._where)
        row.addWidget(self._dots[0])
        row.addWidget(self._about)
        row.addWidget(self._dots[1])
        row.addWidget(self._tags)
        row.addStretch(1)
        return row

    def add_button(self, button: QWidget) -> None:
        """Puts a button at the right of the first row."""
        self._buttons.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_name(self, name: str, state: str, glyph: tuple[str, str], tone: str = "text2") -> None:
        """The name, what it does ("Running for 41 d"), and its glyph (shape, role)."""
        if self.name.whole_text() != name:
            self.name.set_text(name)
        if self.state.whole_text() != state:
            self.state.set_text(state)
        if self.state.property("tone") != tone:
            self.state.setProperty("tone", tone)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self.glyph.show_glyph(*glyph)
        self.glyph.setAccessibleName(state)

    def show_place(self, link: str, where: str, about: str, tags: Sequence[str]) -> None:
        """link: name of the host, "" for a host's own page; where: "in N1, north"; about: title or first line."""
        self._link.setText(link)
        self._link.updateGeometry()
        self._link.setVisible(bool(link))
        self._where.setText(where)
        self._where.setVisible(bool(where))
        self._where_glyph.setVisible(bool(link or where))
        if self._about.whole_text() != about:
            self._about.set_text(about)
        self._about.setVisible(bool(about))
        self._dots[0].setVisible(bool(about and (link or where)))
        self._tags.set_tags(tags)
        self._tags.setVisible(bool(tags))
        self._dots[1].setVisible(bool(tags and (about or where or link)))

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), theme.color("window"))
