"""The kept searches at the foot of the navigator: each a folder of the VMs it finds now."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from console.fleet.search import QueryError, parse
from console.fleet.updates import ChangeSet
from console.ui import dialogs
from console.ui.context import Context
from console.ui.models.saved import SavedModel
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS, LOW
from console.ui.widgets.buttons import IconButton
from console.ui.widgets.face_list import FaceList
from console.ui.widgets.labels import label
from console.words import _

COUNT_MS = 3000  # between two counts, while things change
MOST = 8  # lines that are seen at once

Index = QModelIndex | QPersistentModelIndex


class _View(FaceList):
    """Signals:
    opened(int): a line was clicked or Enter pressed on it.
    rename_wanted(int), remove_wanted(int), move_wanted(int, int): by key: F2, Del, Alt with an arrow.
    """

    opened = Signal(int)
    rename_wanted = Signal(int)
    remove_wanted = Signal(int)
    move_wanted = Signal(int, int)

    def __init__(self, model: SavedModel) -> None:
        super().__init__(model, model.face, _("Saved searches"), 26)
        self.clicked.connect(lambda index: self.opened.emit(index.row()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().row()
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if row < 0:
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(row)
        elif event.key() == Qt.Key.Key_F2:
            self.rename_wanted.emit(row)
        elif event.key() == Qt.Key.Key_Delete:
            self.remove_wanted.emit(row)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and event.key() in steps:
            self.move_wanted.emit(row, steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)


class SavedSearches(QWidget):
    """Head with a fold and a plus, lines below. Not there at all while nothing is kept.

    Signals:
        new_wanted(): a search is to be typed, to be kept.
    """

    new_wanted = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._folded = False
        self._by_hand = False
        self._dirty = True
        self._loaded = False  # some search asks for figures of load
        self._counting = False
        self.model = SavedModel(self)
        self.view = _View(self.model)
        self.fold_button = IconButton("chevron-down", _("Fold the saved searches"), side=20)
        self.fold_button.clicked.connect(self._on_fold)
        self.new_button = IconButton("plus", _("New search"), side=24)
        self.new_button.clicked.connect(self.new_wanted)
        head = QHBoxLayout()
        head.setContentsMargins(theme.px(11), theme.px(6), theme.px(6), theme.px(2))
        head.setSpacing(0)
        head.addWidget(label(_("Saved searches"), "secondary", tone="text2"))
        head.addStretch(1)
        head.addWidget(self.fold_button)
        head.addWidget(self.new_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, theme.px(4))
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.view)
        self.view.opened.connect(self._open)
        self.view.rename_wanted.connect(self._rename)
        self.view.remove_wanted.connect(self._remove)
        self.view.move_wanted.connect(self._move)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_menu)
        self._timer = QTimer(self, interval=COUNT_MS, singleShot=True)
        self._timer.timeout.connect(self._count)
        ctx.bridge.changed.connect(self._on_change)
        ctx.nav.opened.connect(self.mark)
        undo = ctx.preferences.subscribe(lambda _preferences: ctx.bridge.post(self._refresh))
        self.destroyed.connect(lambda: undo())
        self._refresh()

    # lines

    @Slot()
    def _refresh(self) -> None:
        self.model.set_searches(self._ctx.preferences.value.searches)
        self.setVisible(self.model.rowCount() > 0)
        self.mark(self._ctx.nav.place)
        self._fit()
        self._count()

    def mark(self, place: Place) -> None:
        """Shows where the window is, if that is one of these."""
        row = self.model.row_of(place.id) if place.kind == "search" else -1
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))
        else:
            self.view.clearSelection()
            self.view.setCurrentIndex(QModelIndex())

    def _on_change(self, change: ChangeSet) -> None:
        if not self._loaded and not (change.added or change.changed or change.removed or change.hosts or change.fleet):
            return  # only figures of load moved, and no search asks for them
        self._dirty = True
        if self.isVisible() and not self._folded and not self._timer.isActive():
            self._timer.start()

    def _count(self) -> None:
        """Counts on a worker: of ten thousand VMs that takes some milliseconds for each search."""
        searches = self._ctx.preferences.value.searches
        if not searches or self._folded or self._counting:
            return
        self._dirty, self._counting = False, True
        service = self._ctx.services.search

        def work() -> tuple[dict[str, int], bool]:
            counts, loaded = {}, False
            for each in searches:
                try:
                    query = parse(each.query)
                    counts[each.query] = len(service.find(query))
                    loaded = loaded or query.loaded
                except QueryError:  # written by hand, or by a newer console: it has no number
                    continue
            return counts, loaded

        self._ctx.bridge.run(work, self._counted)

    def _counted(self, told: tuple[dict[str, int], bool]) -> None:
        counts, self._loaded = told
        self._counting = False
        self.model.set_counts(counts)
        if self._dirty and self.isVisible() and not self._timer.isActive():
            self._timer.start()

    # acts

    def _open(self, row: int) -> None:
        self._ctx.nav.open(Place.search(self.model.search(row).name))

    def _rename(self, row: int) -> None:
        each = self.model.search(row)
        dialog = dialogs.KeepDialog(self._ctx, each.query, each.name, self.window())
        dialog.accepted.connect(lambda: self._follow(each.name, dialog.name()))
        dialog.show_at()

    def _follow(self, old: str, new: str) -> None:
        """The place that is looked at has another name now."""
        if self._ctx.nav.place.spot == Place.search(old).spot:
            self._ctx.nav.amend(replace(self._ctx.nav.place, id=new))

    def _remove(self, row: int) -> None:
        name = self.model.search(row).name
        self._ctx.services.search.remove(name)
        self._ctx.nav.forget(Place.search(name))

    def _move(self, row: int, by: int) -> None:
        name = self.model.search(row).name
        self._ctx.services.search.move(name, by)
        self.model.set_searches(self._ctx.preferences.value.searches)
        self.view.setCurrentIndex(self.model.index(self.model.row_of(name)))

    def menu_for(self, row: int) -> QMenu:
        """The context menu of a line; it deletes itself."""
        menu = QMenu(self)
        last = self.model.rowCount() - 1
        entries: tuple[tuple[str, str, Callable[[], object], bool], ...] = (
            (_("Open"), "", lambda: self._open(row), True),
            (_("Rename…"), "F2", lambda: self._rename(row), True),
            (_("Move up"), "Alt+Up", lambda: self._move(row, -1), row > 0),
            (_("Move down"), "Alt+Down", lambda: self._move(row, 1), row < last),
            (_("Delete this search"), "Del", lambda: self._remove(row), True),
        )
        for text, keys, do, able in entries:
            action = menu.addAction(text)
            action.setShortcut(keys)
            action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
            action.setEnabled(able)
            action.triggered.connect(lambda _checked=False, do=do: do())
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def _on_menu(self, at: QPoint) -> None:
        index = self.view.indexAt(at)
        if index.isValid():
            self.menu_for(index.row()).popup(self.view.viewport().mapToGlobal(at))

    # shape

    def _on_fold(self) -> None:
        self._by_hand = True
        self.set_folded(not self._folded)

    def set_folded(self, folded: bool) -> None:
        self._folded = folded
        self._fit()
        if not folded:
            self._count()

    def fit_to(self, height: int) -> None:
        """In a low window the lines are folded, unless a person said otherwise."""
        if not self._by_hand and self._folded != (height < theme.px(LOW)):
            self.set_folded(height < theme.px(LOW))

    def _fit(self) -> None:
        rows = min(self.model.rowCount(), MOST)
        self.view.setVisible(not self._folded and rows > 0)
        self.view.setFixedHeight(max(1, rows) * theme.px(HEIGHTS["tree"]))
        self.fold_button.set_icon("chevron-up" if self._folded else "chevron-down", "text2")
        name = _("Show the saved searches") if self._folded else _("Fold the saved searches")
        self.fold_button.setAccessibleName(name)
        self.fold_button.setToolTip(name)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._dirty:
            self._count()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.fillRect(0, 0, self.width(), 1, theme.color("border"))
