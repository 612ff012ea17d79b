"""The row over a table of VMs: the query, what is wrong with it or how many it finds, and where it is kept."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from console.fleet.search import QueryError
from console.ui.models.vm_rows import VmRow
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import Button, IconButton
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.ui.widgets.query_field import QueryField
from console.words import _, ngettext, search, units

ROOMY = 860  # px of the row from which the button to keep a search has its words


class VmSearchRow(QWidget):
    """Field, button to keep the search, counts, button of the columns. kept: the queries that are kept already.

    Signals:
        keep_wanted(): the query is to be kept under a name.
    """

    keep_wanted = Signal()

    def __init__(
        self,
        values: Callable[[str], Iterable[str]],
        kept: Callable[[], Collection[str]] = tuple,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._kept = kept
        self.setFixedHeight(theme.px(HEIGHTS["search"]))
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        self.field = QueryField(_("Search in all columns, or tag:prod cpu>80"), keys="/", values=values)
        self.field.setMaximumWidth(theme.px(540))
        self.field.setMinimumWidth(theme.px(200))
        self.field.judged.connect(self._say_wrong)
        self.field.asked.connect(lambda _query: self.offer())
        self.keep_button = Button(_("Save search"), kind="flat", icon="star", role="text2")
        self.keep_button.clicked.connect(self.keep_wanted)
        self.shown_label = label("", "strong")
        self.of_label = label("", tone="text2")
        self.dot_label = label("·", tone="text3")
        self.lost_glyph = GlyphLabel("play-dashed", "last-known", 14)
        self.lost_label = label("", tone="text2")
        self.wrong_glyph = GlyphLabel("octagon-cross", "error", 14)
        self.wrong_label = ElidedLabel("", tone="error")
        self.columns_button = IconButton("columns", _("Columns"), kind="plain", role="text")
        self.columns_button.setFixedWidth(theme.px(32))
        self._counts = QWidget()
        counts = QHBoxLayout(self._counts)
        counts.setContentsMargins(0, 0, 0, 0)
        counts.setSpacing(theme.px(8))
        counts.addWidget(_pair(self.shown_label, self.of_label, 4))
        counts.addWidget(self.dot_label)
        counts.addWidget(_pair(self.lost_glyph, self.lost_label, 6))
        self._wrong = _pair(self.wrong_glyph, self.wrong_label, 6)
        row.addWidget(self.field, 5)
        row.addWidget(self.keep_button)
        row.addWidget(self._wrong, 4)
        row.addStretch(1)
        row.addWidget(self._counts)
        row.addSpacing(theme.px(2))
        row.addWidget(self.columns_button)
        QWidget.setTabOrder(self.field, self.keep_button)
        QWidget.setTabOrder(self.keep_button, self.columns_button)
        self._say_wrong(None)
        self.offer()

    def offer(self) -> None:
        """The button to keep the search is there for one that is understood and not kept yet."""
        text = self.field.text().strip()
        self.keep_button.setVisible(bool(text) and self.field.error is None and text not in self._kept())

    def _say_wrong(self, error: QueryError | None) -> None:
        self._wrong.setVisible(error is not None)
        self._counts.setVisible(error is None)
        self.wrong_label.set_text(search.sentence(error) if error else "")
        self.offer()

    def wrong_text(self) -> str:
        """What is said to be wrong now, "" for nothing."""
        return self.wrong_label.whole_text()

    def say_counts(self, shown: int, here: int) -> None:
        """So many of those of the place are shown."""
        self.shown_label.setText(units.count(shown) if shown != here else "")
        self.shown_label.setVisible(shown != here)
        of = ngettext("{count} VM", "{count} VMs", here).format(count=units.count(here))
        self.of_label.setText(_("of {vms}").format(vms=of) if shown != here else of)

    def say_lost(self, lost: Sequence[VmRow], now: float) -> None:
        """These of the shown ones are as last seen."""
        seen = [row.status.seen for row in lost if row.status.seen]
        text = ""
        if lost:
            text = ngettext("{count} last seen", "{count} last seen", len(lost)).format(count=units.count(len(lost)))
        if seen:
            oldest, newest = units.age(now - min(seen)), units.age(now - max(seen))
            form = _("{lost} {age} ago") if oldest == newest else _("{lost} up to {age} ago")
            text = form.format(lost=text, age=oldest)
        self.lost_label.setText(text)
        for part in (self.dot_label, self.lost_glyph, self.lost_label):
            part.setVisible(bool(text))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = self.width() >= theme.px(ROOMY)
        self.keep_button.setText(_("Save search") if roomy else "")
        self.keep_button.setToolTip("" if roomy else _("Save search"))
        self.keep_button.setAccessibleName(_("Save search"))


def _pair(one: QWidget, other: QLabel, gap: int) -> QWidget:
    pair = QWidget()
    layout = QHBoxLayout(pair)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(theme.px(gap))
    layout.addWidget(one)
    layout.addWidget(other, 1 if isinstance(other, ElidedLabel) else 0)
    return pair
