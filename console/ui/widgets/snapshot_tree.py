"""The tree of snapshots: acts and a sum above, the lane graph down to "now", and below what the doctor found."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QItemSelection, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHBoxLayout, QListView, QVBoxLayout, QWidget

from console.ui.delegates.snapshots import SnapshotDelegate
from console.ui.models.snapshots import NAME_ROLE, Laid, SnapshotRows
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label
from console.words import _, snapshots

_OURS = (Qt.Key.Key_Delete, Qt.Key.Key_F2)
LOOK_MS = 60  # after painting, before pictures that were missed are asked for


class SnapshotList(QListView):
    """Signals:
    picked(str): this snapshot is the current one now; "" for "now".
    opened(str): it was double-clicked, or Enter pressed on it.
    menu_wanted(str, QPoint): a context menu is wanted for it, at a global point.
    delete_pressed(), rename_pressed(): those keys, for the current one.
    thumbs_wanted(tuple): names of rows that are seen without their picture.
    """

    picked = Signal(str)
    opened = Signal(str)
    menu_wanted = Signal(str, QPoint)
    delete_pressed = Signal()
    rename_pressed = Signal()
    thumbs_wanted = Signal(object)

    def __init__(self, rows: SnapshotRows, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self._quiet = False
        self._delegate = SnapshotDelegate(self)
        self.setAccessibleName(_("Snapshots"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setModel(rows)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.activated.connect(lambda index: self.opened.emit(index.data(NAME_ROLE)))
        self._look = QTimer(self, interval=LOOK_MS, singleShot=True)
        self._look.timeout.connect(self._ask)

    def current(self) -> str | None:
        """The name of the current one, "" for "now"; None where there is none."""
        index = self.currentIndex()
        return self.rows.name(index.row()) if index.isValid() else None

    def take(self, laid: Laid, now: float) -> None:
        """Other facts. Where the chosen row goes Qt chooses another; that is nobody's choice, and is not told."""
        self._quiet = True
        self.rows.show(laid, now)
        self._quiet = False

    def go_to(self, name: str) -> bool:
        """Makes it the current one, without telling; False where it is not there."""
        index = self.rows.index_of(name)
        if not index.isValid():
            return False
        self._quiet = True
        self.setCurrentIndex(index)
        self._quiet = False
        self.scrollTo(index)
        return True

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        name = self.current()
        if not self._quiet and name is not None and selected.count():
            self.picked.emit(name)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if index.isValid():
            at = self.visualRect(index).center() if by_key else event.pos()
            self.menu_wanted.emit(index.data(NAME_ROLE), self.viewport().mapToGlobal(at))

    def event(self, event: QEvent) -> bool:
        """Keys that mean a snapshot here mean the whole VM elsewhere on the page: they must not get there."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and event.key() in _OURS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Delete:
            self.delete_pressed.emit()
        elif event.key() == Qt.Key.Key_F2:
            self.rename_pressed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._delegate.wanted and not self._look.isActive():
            self._look.start()

    @Slot()
    def _ask(self) -> None:
        names = tuple(name for name in self._delegate.wanted if self.rows.index_of(name).isValid())
        self._delegate.wanted.clear()
        if names:
            self.thumbs_wanted.emit(names)


class SnapshotTree(QWidget):
    """The list with its head and the doctor's note.

    Attributes:
        take, retention, show_doctor: the buttons.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = SnapshotRows(self)
        self.list = SnapshotList(self.rows)
        self.take = Button(_("Take…"), icon="camera")
        self.retention = Button(_("Retention…"), icon="clock")
        self._sum = ElidedLabel("", "secondary", "text2")
        self._sum.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        head = QFrame()
        head.setProperty("line", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        row.addWidget(self.take)
        row.addWidget(self.retention)
        row.addWidget(self._sum, 1)
        self.doctor = DoctorBar()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addWidget(self.list, 1)
        column.addWidget(self.doctor)

    def show_laid(self, laid: Laid, now: float) -> None:
        self.list.take(laid, now)
        self._sum.set_text(snapshots.on_disk(len(laid.facts.snapshots), laid.sizes.total))


class DoctorBar(QFrame):
    """What the doctor found, one line over the whole width, and a button that shows all of it.

    Signals:
        shown(): the button was pressed.
    """

    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tint = "warning-tint"
        self.setFixedHeight(theme.px(41))
        self._glyph = GlyphLabel("triangle-bang", "warning-glyph", 14)
        self._text = ElidedLabel()
        self.button = Button(_("Show"), small=True)
        self.button.clicked.connect(self.shown)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(1), theme.px(8), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._glyph)
        row.addWidget(label(_("Doctor:"), "strong"))
        row.addWidget(self._text, 1)
        row.addWidget(self.button)
        self.hide()

    def say(self, text: str, bad: bool = False) -> None:
        """Text "" hides it. bad: something is broken now."""
        self._tint = "error-tint" if bad else "warning-tint"
        self._glyph.show_glyph(*(("octagon-cross", "error") if bad else ("triangle-bang", "warning-glyph")))
        self._text.set_text(text)
        self.setAccessibleName(" ".join((_("Doctor:"), text)) if text else "")
        self.setVisible(bool(text))
        self.update()

    def text(self) -> str:
        return self._text.whole_text()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.color(self._tint))
        painter.fillRect(0, 0, self.width(), 1, theme.color("border"))
