"""The tree of the navigator: whole rows painted in one go; the selected one a tint and an accent bar."""

from __future__ import annotations

import msgspec
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyledItemDelegate, QStyleOptionViewItem, QTreeView, QWidget

from console.ui import icons
from console.ui.delegates.text import Texts
from console.ui.models.lines import Face
from console.ui.models.tree import Tree
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS

INDENT = 15
CHEVRON = 12  # left edge of the first chevron's middle
ICON = 26  # left edge of the first icon
EDGE = 11  # right of the figures
ACCENT = 3
LINES_KEPT = 400  # pictures of lines


class _Height(QStyledItemDelegate):
    """Only the height of a row; `TreeView` paints."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(theme.px(100), theme.px(HEIGHTS["tree"]))


def paint_face(
    painter: QPainter,
    texts: Texts,
    face: Face,
    rect: QRect,
    left: int,
    *,
    edge: int = EDGE,
    ground: str = "",
    accent: bool = False,
) -> None:
    """Paints one line into `rect`: icon or glyph at `left`, label, figure or age at the right."""
    if ground:
        painter.fillRect(rect, theme.color(ground))
    if accent:
        painter.fillRect(rect.x(), rect.y(), theme.px(ACCENT), rect.height(), theme.color("accent"))
    ratio = painter.device().devicePixelRatioF()
    middle = rect.y() + rect.height() // 2
    right = rect.right() + 1 - theme.px(edge)
    if face.age and not (face.yields and _crowded(face, right - left)):
        role = face.mark[1] if face.mark else "text3"
        right -= texts.draw(painter, right, middle, face.age, "secondary", theme.color(role), rect.width(), right=True)
        right -= theme.px(4)
    elif face.figure:
        right -= texts.draw(
            painter, right, middle, face.figure, "secondary", theme.color("text3"), rect.width(), right=True
        )
        right -= theme.px(8)
    if face.mark:
        side = theme.px(13)
        right -= side
        painter.drawPixmap(right, middle - side // 2, icons.glyph(*face.mark, side, ratio))
        right -= theme.px(8)
    if face.glyph:
        side = theme.px(13)
        painter.drawPixmap(left + theme.px(1), middle - side // 2, icons.glyph(*face.glyph, side, ratio))
        left += theme.px(18)
    elif face.icon:
        side = theme.px(16)
        role = "last-known" if face.pale else "text2"
        painter.drawPixmap(left, middle - side // 2, icons.pixmap(face.icon, role, side, ratio))
        left += theme.px(21)
    ink = theme.color("text3" if face.pale else "text")
    texts.draw(painter, left, middle, face.label, "body", ink, right - left)


def _crowded(face: Face, room: int) -> bool:
    """The label needs the room of what stands at its right."""
    marked = theme.metrics("secondary").horizontalAdvance(face.age) + theme.px(18 + 4 + 13 + 8)
    return theme.metrics("body").horizontalAdvance(face.label) + marked > room


class _Line(msgspec.Struct, frozen=True):
    """All that a line's picture depends on. opened: None where there is nothing below it."""

    face: Face
    depth: int
    selected: bool
    opened: bool | None


class TreeView(QTreeView):
    """Signals:
    chosen(QModelIndex): a line was clicked or reached with the keys.
    opened(QModelIndex): a line was double-clicked or Enter pressed on it.
    menu_wanted(QModelIndex, QPoint): a context menu is wanted for this line at this global point.
    """

    chosen = Signal(QModelIndex)
    opened = Signal(QModelIndex)
    menu_wanted = Signal(QModelIndex, QPoint)

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._texts = Texts()
        self._drawn: dict[_Line, QPixmap] = {}
        self._layout: object = None
        self.setAccessibleName(name)
        self.setProperty("ground", "window")
        self.setHeaderHidden(True)
        self.setUniformRowHeights(True)
        self.setIndentation(theme.px(INDENT))
        self.setExpandsOnDoubleClick(False)
        self.setItemDelegate(_Height(self))
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAnimated(False)
        self.activated.connect(self.opened)

    def drawRow(
        self, painter: QPainter, options: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        model = self.model()
        if not isinstance(model, Tree):
            return
        box: QRect = options.rect
        node = model.node(index)
        opened = self.isExpanded(index) if model.hasChildren(index) else None
        line = _Line(model.face(node), node.depth, self.selectionModel().isSelected(index), opened)
        painter.drawPixmap(0, box.y(), self._picture(line, box.height()))
        if self.hasFocus() and self.currentIndex() == index:
            painter.setPen(theme.color("accent"))
            painter.drawRect(QRect(0, box.y(), self.viewport().width() - 1, box.height() - 1))

    def _picture(self, line: _Line, height: int) -> QPixmap:
        """A line as a picture, kept while it looks the same."""
        width, ratio = self.viewport().width(), self.viewport().devicePixelRatioF()
        layout = (width, self.width(), height, ratio, theme.generation)
        if layout != self._layout or len(self._drawn) > LINES_KEPT:
            self._layout = layout
            self._drawn.clear()
        drawn = self._drawn.get(line)
        if drawn is None:
            drawn = QPixmap(round(width * ratio), round(height * ratio))
            drawn.setDevicePixelRatio(ratio)
            painter = QPainter(drawn)
            self._paint(painter, line, QRect(0, 0, width, height))
            painter.end()
            self._drawn[line] = drawn
        return drawn

    def _paint(self, painter: QPainter, line: _Line, rect: QRect) -> None:
        shift = theme.px(INDENT) * line.depth
        bar = self.width() - self.viewport().width()  # the scroll bar stands in the margin
        paint_face(
            painter,
            self._texts,
            line.face,
            rect,
            theme.px(ICON) + shift,
            edge=max(2, EDGE - round(bar / theme.scale)),
            ground="selection" if line.selected else "window",
            accent=line.selected,
        )
        if line.opened is not None:
            side = theme.px(13)
            name = "chevron-down" if line.opened else "chevron-right"
            chevron = icons.pixmap(name, "text2", side, painter.device().devicePixelRatioF())
            painter.drawPixmap(theme.px(CHEVRON) - side // 2 + shift, rect.height() // 2 - side // 2, chevron)

    def _depth(self, index: QModelIndex | QPersistentModelIndex) -> int:
        model = self.model()
        return model.node(index).depth if isinstance(model, Tree) else 0

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        left = event.button() == Qt.MouseButton.LeftButton
        if left and index.isValid() and self.model().hasChildren(index):
            x = event.position().x() - theme.px(INDENT) * self._depth(index)
            if 0 <= x < theme.px(ICON) - 3:
                self.setExpanded(index, not self.isExpanded(index))
                return
        self.setCurrentIndex(index) if index.isValid() else None
        if left and index.isValid():
            self.chosen.emit(index)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging marks nothing."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """All is done when the button goes down."""

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and event.button() == Qt.MouseButton.LeftButton:
            x = event.position().x() - theme.px(INDENT) * self._depth(index)
            if x < theme.px(ICON) - 3 and self.model().hasChildren(index):
                self.setExpanded(index, not self.isExpanded(index))
            else:
                self.opened.emit(index)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            index = self.currentIndex()
            at = self.viewport().mapToGlobal(self.visualRect(index).bottomLeft())
        else:
            index, at = self.indexAt(event.pos()), event.globalPos()
        if index.isValid():
            self.menu_wanted.emit(index, at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex()
        super().keyPressEvent(event)
        if self.currentIndex() != before and self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex())
