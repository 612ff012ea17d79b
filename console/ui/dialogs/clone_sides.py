"""Left of the clone wizard what is cloned and what it will be called; right the kind of clone and the options."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from console.fleet.clones.values import CloneKind
from console.ui.models.rows import Column, RowTable
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.choice_card import Choice, ChoiceCards
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.ui.widgets.link import Link
from console.ui.widgets.row_view import RowView
from console.words import N_, _, clones, ngettext, units

MOST = 3  # sources that are shown; the rest is counted
HEAD = 40


class Source(msgspec.Struct, frozen=True):
    """A VM that is cloned, as it is shown."""

    name: str
    said: str
    glyph: tuple[str, str]


class NewName(msgspec.Struct, frozen=True):
    """A clone that will be. wrong: why it cannot be called so."""

    number: int
    name: str
    wrong: str = ""


def head(text: str) -> QLabel:
    """The head of a side."""
    made = label(text, "strong")
    made.setFixedHeight(theme.px(HEAD))
    made.setContentsMargins(theme.px(16), 0, theme.px(16), 0)
    return made


def _ruled(widget: QWidget) -> QFrame:
    frame = QFrame()
    frame.setProperty("line", "bottom")
    column = QVBoxLayout(frame)
    column.setContentsMargins(0, 0, 0, 0)
    column.addWidget(widget)
    return frame


NAMES: tuple[Column[NewName], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda r, n: r.name,
        lambda r: r.number,
        width=200,
        glyph=lambda r: ("octagon-cross", "error") if r.wrong else ("square", "text3"),
        tone=lambda r: "error" if r.wrong else "",
        tip=lambda r: r.wrong or r.name,
    ),
)


class SubjectSide(QWidget):
    """Signals:
    chosen(str): the name of the clone that is looked at.
    """

    chosen = Signal(str)

    def __init__(self, sources: Sequence[Source], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_ruled(head(_("What is cloned"))))
        for source in sources[:MOST]:
            column.addWidget(_ruled(_source(source)))
        if len(sources) > MOST:
            rest = len(sources) - MOST
            more = label(ngettext("{count} more", "{count} more", rest).format(count=rest), tone="text2")
            more.setContentsMargins(theme.px(37), theme.px(6), 0, theme.px(6))
            column.addWidget(_ruled(more))
        self.count = label("", "strong")
        self.count.setContentsMargins(theme.px(16), theme.px(10), theme.px(16), theme.px(4))
        column.addWidget(self.count)
        self.table: RowTable[NewName] = RowTable(NAMES, lambda row: row.number, self)
        self.view: RowView[NewName] = RowView(self.table, _("Names of the clones"))
        self.view.setProperty("ground", "sunken")
        self.view.horizontalHeader().hide()
        self.view.setSelectionMode(RowView.SelectionMode.SingleSelection)
        self.view.chosen.connect(self._on_chosen)
        column.addWidget(self.view, 1)
        column.addWidget(self._build_room())

    def _build_room(self) -> QWidget:
        self.room = QFrame()
        self.room.setProperty("line", "top")
        column = QVBoxLayout(self.room)
        column.setContentsMargins(*(theme.px(edge) for edge in (16, 10, 16, 12)))
        column.setSpacing(theme.px(4))
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.pool = ElidedLabel("", tone="text2")
        self.bar = Bar(64)
        self.full = label("")
        row.addWidget(self.pool)
        row.addWidget(self.bar)
        row.addStretch(1)
        row.addWidget(self.full)
        column.addLayout(row)
        self.needs = label("", "secondary", wrap=True)
        column.addWidget(self.needs)
        self.room.hide()
        return self.room

    def _on_chosen(self) -> None:
        for row in self.view.selected()[:1]:
            self.chosen.emit(row.name)

    def show_names(self, names: Sequence[NewName]) -> None:
        count = len(names)
        self.count.setText(ngettext("{count} clone", "{count} clones", count).format(count=units.count(count)))
        self.table.set_rows(names)

    def shown_name(self) -> str:
        """Of the clone that is looked at: the chosen one, else the first; "" for none."""
        chosen = self.view.selected()
        if chosen:
            return chosen[0].name
        return self.table.row(0).name if self.table.rowCount() else ""

    def show_room(self, pool: str, before: float | None, after: float | None, said: str, full: str) -> None:
        """pool: its name, "" where several or none are known; before, after: 0..1 of it."""
        self.pool.set_text(pool)
        self.full.setText(full)
        for widget in (self.pool, self.bar, self.full):
            widget.setVisible(bool(pool) and before is not None)
        too_full = after is not None and after > 1
        self.bar.set_value(before, after, "error" if too_full else "series1")
        self.needs.setText(said)
        self.room.setVisible(bool(said))


def _source(source: Source) -> QWidget:
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(*(theme.px(edge) for edge in (16, 8, 12, 9)))
    row.setSpacing(theme.px(8))
    mark = QVBoxLayout()
    mark.setContentsMargins(0, theme.px(2), 0, 0)
    mark.addWidget(GlyphLabel(*source.glyph, 13))
    mark.addStretch(1)
    row.addLayout(mark)
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addWidget(ElidedLabel(source.name, "strong"))
    column.addWidget(label(source.said, "secondary", wrap=True))
    row.addLayout(column, 1)
    return made


class WaySide(QWidget):
    """Signals:
    chosen(str): another CloneKind.
    change_wanted(): to the page of options.
    """

    chosen = Signal(str)
    change_wanted = Signal()

    def __init__(self, kind: CloneKind, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(_ruled(head(_("Kind"))))
        self.kinds = ChoiceCards([], _("Kind of clone"))
        self.kinds.chosen.connect(self.chosen)
        column.addWidget(self.kinds)
        row = QHBoxLayout()
        row.setContentsMargins(*(theme.px(edge) for edge in (16, 10, 16, 4)))
        row.addWidget(label(_("Options"), "strong"))
        row.addStretch(1)
        self.change = Link(_("Change…"))
        self.change.clicked.connect(self.change_wanted)
        row.addWidget(self.change)
        column.addLayout(row)
        self.options = QVBoxLayout()
        self.options.setContentsMargins(theme.px(16), 0, theme.px(16), theme.px(12))
        self.options.setSpacing(theme.px(5))
        column.addLayout(self.options)
        column.addStretch(1)
        self.said: list[str] = []
        self.show_kinds("", "")
        self.kinds.set_current(kind)

    def show_kinds(self, full: str, linked: str, no_link: str = "") -> None:
        """full, linked: what each takes, "" = not known. no_link: why there can be no linked ones."""
        self.kinds.show_choices(
            [
                Choice(one, clones.kind(one), clones.about_kind(one), aside, why)
                for one, aside, why in ((CloneKind.FULL, full, ""), (CloneKind.LINKED, linked, no_link))
            ]
        )

    def show_options(self, said: Sequence[str], can_change: bool) -> None:
        self.change.setVisible(can_change)
        if list(said) == self.said:
            return
        self.said = list(said)
        while self.options.count():
            item = self.options.takeAt(0)
            old = item.widget() if item is not None else None
            if old is not None:
                old.hide()
                old.deleteLater()
        for text in said:
            self.options.addWidget(label(text, tone="text2", wrap=True))
