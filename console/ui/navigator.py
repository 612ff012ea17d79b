"""The left side of the window: what is looked at."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QMenu,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from console.fleet.domains import VmKey
from console.fleet.hosts import HostSpec
from console.fleet.search import Query, QueryError
from console.fleet.updates import ChangeSet
from console.ui.actions import VmActions
from console.ui.context import Context
from console.ui.delegates.tree import TreeView
from console.ui.host_actions import HostAct, HostActions
from console.ui.models.branches import MODES, branch_label
from console.ui.models.found import find_places
from console.ui.models.lines import Face
from console.ui.models.tree import Tree
from console.ui.places import Place
from console.ui.saved_searches import SavedSearches
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.face_list import FaceList
from console.ui.widgets.labels import label
from console.ui.widgets.query_field import QueryField
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, ngettext, units
from console.words.search import sentence

FOUND = 200  # lines of a search
KEYS_MS = 150  # the keys rest on a line this long before its page opens
TICK_MS = 1000
FEW_HOSTS = 40  # up to here racks stand open at the start

Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class Found(QAbstractListModel):
    """Hosts and VMs that a search found. Its rows are all new with every key stroke."""

    def __init__(self, ctx: Context, tree: Tree, parent: QWidget) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._tree = tree
        self.places: list[Place] = []
        self.count = 0

    def search(self, query: Query) -> None:
        """Errors: QueryError; what was found before stays then."""
        places, count = find_places(self._ctx.inventory, self._ctx.services.search, query, FOUND)
        self.beginResetModel()
        self.places, self.count = places, count
        self.endResetModel()

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.places)

    def face(self, row: int) -> Face:
        return self._tree.face_at(self.places[row])

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if index.isValid() and role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self.face(index.row()).label
        return None


class _FoundView(FaceList):
    """Signals:
    opened(QModelIndex): a line was clicked or Enter pressed on it.
    left_upwards(): the arrow up in the first line.
    """

    opened = Signal(QModelIndex)
    left_upwards = Signal()

    def __init__(self, model: Found) -> None:
        super().__init__(model, model.face, _("Found hosts and VMs"), 12)
        self.clicked.connect(self.opened)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Escape or (event.key() == Qt.Key.Key_Up and self.currentIndex().row() <= 0):
            self.left_upwards.emit()
        else:
            super().keyPressEvent(event)


TOGETHER = (HostAct.CONNECT, HostAct.REFRESH, HostAct.DISCONNECT, HostAct.SHUT_DOWN_GUESTS)
"""What can be done to all hosts of a zone, a rack or the fleet at once."""


def _at(place: Place, spec: HostSpec) -> bool:
    match place.kind:
        case "fleet":
            return True
        case "zone":
            return spec.zone == place.id
        case "rack":
            return spec.zone == place.id and spec.rack == place.inner
        case _:
            return False


class Navigator(QWidget):
    """Search, arrangement and tree.

    Signals:
        mode_changed(str): another arrangement was chosen.
    """

    mode_changed = Signal(str)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.tree = Tree(ctx.inventory, self)
        self._vm_actions = VmActions(ctx.acting, self)
        self._host_actions = HostActions(ctx.host_acting, self)
        self._spread = False
        self._build()
        self._keys_timer = QTimer(self, interval=KEYS_MS, singleShot=True)
        self._keys_timer.timeout.connect(self._open_current)
        self._tick_timer = QTimer(self, interval=TICK_MS)
        self._tick_timer.timeout.connect(self._tick)
        self._tick_timer.start()
        ctx.bridge.changed.connect(self._on_change)
        ctx.nav.opened.connect(self.show_place)
        self.tree.grown.connect(self._on_grown)
        self.tree.recounted.connect(self.view.viewport().update)
        self._on_grown()

    def _build(self) -> None:
        self.search = QueryField(_("Find host or VM"), keys="Ctrl+F", values=self._ctx.services.search.values)
        self.search.changed.connect(self._on_search)
        self.search.judged.connect(lambda _error: self._say_hint())
        self.search.entered.connect(lambda: self._ctx.bridge.run(self._ctx.services.search.warm))
        self.search.down_pressed.connect(self._into_list)
        self.search.returnPressed.connect(self._open_first)
        titles = {"place": _("Place"), "group": _("Group"), "tag": _("Tag"), "state": _("State")}
        self.modes = Segmented([Segment(m, titles[m]) for m in MODES], _("Arrange by"), small=True, equal=True)
        self.modes.chosen.connect(self.set_mode)
        self.view = TreeView(_("Fleet"))
        self.view.setModel(self.tree)
        self.search.left.connect(self.view.setFocus)
        self.view.chosen.connect(self._on_chosen)
        self.view.opened.connect(self._on_opened)
        self.view.menu_wanted.connect(self._on_menu)
        self.found = Found(self._ctx, self.tree, self)
        self.list = _FoundView(self.found)
        self.list.opened.connect(self._open_found)
        self.list.left_upwards.connect(lambda: self.search.setFocus())
        lists = QWidget()
        self._stack = QStackedLayout(lists)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self.list)
        self.hint = label("", "hint", parent=lists, wrap=True)
        self.hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        head = QVBoxLayout()
        head.setContentsMargins(theme.px(8), theme.px(8), theme.px(8), theme.px(8))
        head.setSpacing(theme.px(7))
        head.addWidget(self.search)
        head.addWidget(self.modes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 1, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(lists, 1)
        self.saved = SavedSearches(self._ctx)
        column.addWidget(self.saved)

    # what is shown

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color("window"))
        painter.fillRect(self.width() - 1, 0, 1, self.height(), theme.color("border"))

    def show_place(self, place: Place) -> None:
        """Marks where the window is; opens the branches above it."""
        index = self.tree.index_of(place)
        if place.kind == "search":
            self.view.setCurrentIndex(QModelIndex())
        if not index.isValid() or index == self.view.currentIndex():
            return
        above = index.parent()
        while above.isValid():
            self.view.setExpanded(above, True)
            above = above.parent()
        self.view.setCurrentIndex(index)
        self.view.scrollTo(index)

    def set_mode(self, mode: str) -> None:
        self.modes.set_current(mode)
        self.tree.set_mode(mode)
        self._spread = False
        self._on_grown()
        self.mode_changed.emit(mode)

    def label_of(self, place: Place) -> str:
        """What a group, tag or state is called."""
        return branch_label(place)

    def focus_search(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_grown(self) -> None:
        self.view.setExpanded(self.tree.fleet_index, True)
        specs = self._ctx.inventory.specs()
        if not self._spread and (self.tree.rowCount(self.tree.fleet_index) or not specs):
            self._spread = bool(specs)
            self._spread_out(self.tree.fleet_index, 2 if len(specs) <= FEW_HOSTS else 1)
        self.show_place(self._ctx.nav.place)
        self._say_hint()

    def _spread_out(self, index: QModelIndex, depth: int) -> None:
        for row in range(self.tree.rowCount(index)):
            child = self.tree.index(row, 0, index)
            if depth and self.tree.node(child).kind in ("zone", "rack"):
                self.view.setExpanded(child, True)
                self._spread_out(child, depth - 1)

    def _say_hint(self) -> None:
        """A sentence under the last line: the tree is empty, nothing is found, or more is found than is listed."""
        text, lines = "", 0
        if self._stack.currentIndex() == 1:
            lines = len(self.found.places)
            over = self.found.count - lines
            if self.search.error is not None:
                text = sentence(self.search.error)
            elif not lines:
                part = self._ctx.services.search.excluding(self.search.query)
                text = _("No host or VM matches “{text}”").format(text=part or self.search.text().strip())
            elif over:
                text = ngettext("{count} more…", "{count} more…", over).format(count=units.count(over))
        elif not self._ctx.inventory.specs():
            text, lines = _("Hosts appear here, by zone and rack."), 1
        self.hint.setText(text)
        self.hint.setVisible(bool(text))
        left = theme.px(40)
        self.hint.setGeometry(
            left, theme.px(HEIGHTS["tree"]) * lines + theme.px(4), self.width() - left - theme.px(16), theme.px(72)
        )
        self.hint.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.saved.fit_to(self.window().height())
        self._say_hint()

    def _on_change(self, change: ChangeSet) -> None:
        self.tree.apply(change)
        if change.fleet:
            self._on_grown()
        if self.search.text() and (change.hosts or change.changed):
            self.list.viewport().update()

    def _tick(self) -> None:
        if self.isVisible():
            self.tree.tick()

    # search

    def _on_search(self, text: str) -> None:
        searching = bool(text.strip())
        if searching:
            try:
                self.found.search(self.search.query)
            except QueryError as error:
                self.search.refuse(error)
        self._stack.setCurrentIndex(1 if searching else 0)
        self._say_hint()

    def _into_list(self) -> None:
        if self._stack.currentIndex() == 1:
            self.list.setFocus()
            self.list.setCurrentIndex(self.found.index(0, 0))
        else:
            self.view.setFocus()

    def _open_first(self) -> None:
        if self.found.places and self._stack.currentIndex() == 1:
            self._open_found(self.found.index(0, 0))

    def _open_found(self, index: QModelIndex) -> None:
        if index.isValid():
            self._ctx.nav.open(self.found.places[index.row()])

    # tree

    def _on_chosen(self, _index: QModelIndex) -> None:
        self._keys_timer.start()

    def _on_opened(self, index: QModelIndex) -> None:
        self._keys_timer.stop()
        self._ctx.nav.open(self._place_at(index))

    def _open_current(self) -> None:
        if self.view.currentIndex().isValid():
            self._ctx.nav.open(self._place_at(self.view.currentIndex()))

    def _place_at(self, index: QModelIndex) -> Place:
        """Where a line leads: one that counts more VMs, to the table of them."""
        node = self.tree.node(index)
        if node.kind == "more" and node.parent is not None:
            return node.parent.place.at("vms")
        return node.place

    def _on_menu(self, index: QModelIndex, at: QPoint) -> None:
        self.menu_for(self._place_at(index)).popup(at)

    def menu_for(self, place: Place) -> QMenu:
        """The context menu of a line; it deletes itself."""
        menu = QMenu(self)
        if place.kind == "vm":
            self._vm_actions.set_vms((VmKey(place.id, place.inner),))
            menu.deleteLater()
            menu = self._vm_actions.context_menu(self)
        elif place.kind == "host":
            self._host_actions.set_hosts((place.id,))
            menu.deleteLater()
            menu = self._host_actions.menu(self)
        else:
            hosts = [spec.id for spec in self._ctx.inventory.specs() if _at(place, spec)]
            if hosts:
                self._host_actions.set_hosts(hosts)
                menu.deleteLater()
                menu = self._host_actions.menu(self, TOGETHER)
                menu.addSeparator()
            menu.addAction(_("Open")).triggered.connect(lambda: self._ctx.nav.open(place))
        menu.aboutToHide.connect(menu.deleteLater)
        return menu
