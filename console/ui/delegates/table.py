"""A table that paints whole rows: one call of Python for a paint, not one for every cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol, cast

from PySide6.QtCore import QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from console.ui.delegates.cells import CellPainter
from console.ui.delegates.text import Texts
from console.ui.icons import pixmap
from console.ui.models.cells import Cell
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS

PADDING = 8
FIRST_PADDING = 12  # left of the first column
ROWS_KEPT = 120  # pictures of rows

Boxes = list[tuple[int, int, int, bool]]


class HeadText(Protocol):
    """What a head needs of a column."""

    @property
    def title(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def right(self) -> bool: ...


class Cells(Protocol):
    """What a table needs of its model besides QAbstractItemModel."""

    def cells(self, number: int) -> Sequence[Cell]: ...


class Head(QHeaderView):
    """Column heads: title, paler unit, an arrow at the one sorted by. text: translates a title or unit."""

    def __init__(self, columns: Sequence[HeadText], parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._columns = columns
        self._texts = Texts()
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setFirstSectionMovable(False)
        self.setHighlightSections(False)
        self.setStretchLastSection(True)
        self.setMinimumSectionSize(theme.px(32))
        self.setFixedHeight(theme.px(HEIGHTS["head"]))

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), theme.px(HEIGHTS["head"]))

    def title(self, column: int) -> tuple[str, str]:
        """(title, unit) as shown."""
        model = self.model()
        said = str(model.headerData(column, Qt.Orientation.Horizontal)) if model else ""
        if self._columns[column].unit:
            title, _blank, unit = said.rpartition(" ")
            return title, unit
        return said, ""

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.fillRect(rect, theme.color("sunken"))
        painter.fillRect(rect.x(), rect.bottom(), rect.width(), 1, theme.color("border"))
        column = self._columns[logicalIndex]
        title, unit = self.title(logicalIndex)
        first = self.visualIndex(logicalIndex) == self._first_shown()
        left = rect.x() + theme.px(FIRST_PADDING if first else PADDING)
        right = rect.x() + rect.width() - theme.px(PADDING)
        middle = rect.y() + rect.height() // 2
        sorted_by = self.isSortIndicatorShown() and self.sortIndicatorSection() == logicalIndex
        ink, pale = theme.color("text2"), theme.color("text3")
        chart = column.right and getattr(column, "id", "") == "cpu"  # its line stands at the left
        if column.right and not chart:
            if unit:
                right -= self._texts.draw(painter, right, middle, unit, "secondary", pale, right - left, right=True)
                right -= theme.px(4)
            width = self._texts.draw(painter, right, middle, title, "head", ink, right - left, right=True)
            if sorted_by:
                self._paint_arrow(painter, right - width - theme.px(12), middle)
        else:
            room = right - left - (theme.px(12) if sorted_by else 0)
            width = self._texts.draw(painter, left, middle, title, "head", ink, room)
            if unit:
                self._texts.draw(painter, left + width + theme.px(4), middle, unit, "secondary", pale, room - width)
            if sorted_by:
                x = right - theme.px(10) if chart else min(left + width + theme.px(4), right - theme.px(10))
                self._paint_arrow(painter, x, middle)

    def _first_shown(self) -> int:
        return next((v for v in range(self.count()) if not self.isSectionHidden(self.logicalIndex(v))), 0)

    def _paint_arrow(self, painter: QPainter, x: int, middle: int) -> None:
        down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        side = theme.px(10)
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(x, middle - side // 2, pixmap("sort-down" if down else "sort-up", "accent", side, ratio))


class Table(QTableView):
    """Rows of one height over hairlines; one or many selected, the current one between two lines of the accent.

    Signals:
        opened(int): a row was double-clicked or Enter pressed on it.
        menu_wanted(object): a context menu is wanted at this global QPoint; the rows it is for are selected.
        pressed_changed(bool): a mouse button went down or up.
    """

    opened = Signal(int)
    menu_wanted = Signal(object)
    pressed_changed = Signal(bool)

    def __init__(self, columns: Sequence[HeadText], name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._columns = columns
        self._painter = CellPainter()
        self._drawn: dict[tuple[int, bool], tuple[Sequence[Cell], QPixmap]] = {}
        self._layout: object = None
        self.setAccessibleName(name)
        self.setHorizontalHeader(Head(columns, self))
        self.horizontalHeader().setSortIndicatorShown(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setMouseTracking(False)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.set_row_height(HEIGHTS["row"])
        self.activated.connect(self._on_activated)

    def set_row_height(self, pixels: int) -> None:
        """Height at scale 1."""
        self.verticalHeader().setDefaultSectionSize(theme.px(pixels))

    def _on_activated(self, index: QModelIndex) -> None:
        self.opened.emit(index.row())

    # painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        area = event.rect()
        painter.fillRect(area, theme.color("base"))
        model = self.model()
        if model is None or not model.rowCount():
            return
        height = self.verticalHeader().defaultSectionSize()
        first = max(0, (area.top() + self.verticalOffset()) // height)
        last = min(model.rowCount() - 1, (area.bottom() + self.verticalOffset()) // height)
        selection = self.selectionModel()
        current = self.currentIndex().row() if self.hasFocus() else -1
        boxes = self._boxes()
        width, ratio = self.viewport().width(), self.viewport().devicePixelRatioF()
        cells = cast(Cells, model).cells
        layout = (tuple(boxes), width, height, theme.generation, ratio)
        if layout != self._layout:
            self._layout = layout
            self._drawn.clear()
        seen: dict[tuple[int, bool], tuple[Sequence[Cell], QPixmap]] = {}
        for number in range(first, last + 1):
            row = cells(number)
            seal = (id(row[0]), selection.isSelected(model.index(number, 0)))
            found = self._drawn.get(seal)
            if found is None:
                found = (row, self._draw_row(row, seal[1], boxes, width, height, ratio))
            elif found[0] is not row:
                self._redraw(found[1], found[0], row, seal[1], boxes, height)
                found = (row, found[1])
            self._drawn[seal] = seen[seal] = found
            painter.drawPixmap(0, number * height - self.verticalOffset(), found[1])
        if len(self._drawn) > ROWS_KEPT:
            self._drawn = seen
        accent = theme.color("accent")
        if first <= current <= last:
            top = current * height - self.verticalOffset()
            painter.fillRect(0, max(top - 1, 0), width, 1, accent)
            painter.fillRect(0, top + height - 1, width, 1, accent)

    def _draw_row(
        self, row: Sequence[Cell], selected: bool, boxes: Boxes, width: int, height: int, ratio: float
    ) -> QPixmap:
        """One row as a picture, kept until a cell of it changes."""
        drawn = QPixmap(round(width * ratio), round(height * ratio))
        drawn.setDevicePixelRatio(ratio)
        drawn.fill(theme.color("selection" if selected else "base"))
        painter = QPainter(drawn)
        for column, left, right, to_right in boxes:
            self._painter.paint(painter, left, right, height // 2, row[column], to_right)
        painter.fillRect(0, height - 1, width, 1, theme.color("selection-line" if selected else "line"))
        painter.end()
        return drawn

    def _redraw(
        self, drawn: QPixmap, old: Sequence[Cell], row: Sequence[Cell], selected: bool, boxes: Boxes, height: int
    ) -> None:
        """Brings the picture of a row up to date: only the cells that are others than before."""
        painter = QPainter(drawn)
        ground = theme.color("selection" if selected else "base")
        padding = theme.px(PADDING)
        for column, left, right, to_right in boxes:
            if row[column] is not old[column] and row[column] != old[column]:
                painter.fillRect(left - padding, 0, right - left + 2 * padding, height - 1, ground)
                self._painter.paint(painter, left, right, height // 2, row[column], to_right)
        painter.end()

    def _boxes(self) -> Boxes:
        """(column, left, right, numbers at the right) of the columns that are seen, without padding."""
        head = self.horizontalHeader()
        room = self.viewport().width()
        found = []
        first = True
        for visual in range(head.count()):
            column = head.logicalIndex(visual)
            if head.isSectionHidden(column):
                continue
            x, width = head.sectionViewportPosition(column), head.sectionSize(column)
            if x < room and x + width > 0:
                left = x + theme.px(FIRST_PADDING if first else PADDING)
                found.append((column, left, x + width - theme.px(PADDING), self._columns[column].right))
            first = False
        return found

    # mouse and keys

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed_changed.emit(True)
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.pressed_changed.emit(False)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        at = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            box = self.visualRect(self.currentIndex())
            at = self.viewport().mapToGlobal(box.bottomLeft())
        if self.selectionModel().hasSelection():
            self.menu_wanted.emit(at)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.opened.emit(self.currentIndex().row())
        elif event.key() == Qt.Key.Key_Escape and self.selectionModel().hasSelection():
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def selected_rows(self) -> list[int]:
        """Numbers of the selected rows, in order."""
        selection = self.selectionModel().selection()
        parts = [selection.at(number) for number in range(selection.count())]
        return sorted({row for part in parts for row in range(part.top(), part.bottom() + 1)})
