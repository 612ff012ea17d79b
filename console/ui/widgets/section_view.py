"""A list of VMs in bundles under headings that fold."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent, QKeyEvent, QKeySequence, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from console.ui.icons import paint_glyph, pixmap
from console.ui.models.sections import ROW_ROLE, Column, Line, Section, SectionTable
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.words import units

PAD = 12
GLYPH = 14
CHEVRON = 12
NAME, HOST = 220, 150

Index = QModelIndex | QPersistentModelIndex


class _Delegate(QStyledItemDelegate):
    """Rows 26 high. A heading runs across all columns."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(60), theme.px(HEIGHTS["task"]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = option.widget
        assert isinstance(view, SectionView)
        rect: QRect = option.rect
        row = index.data(ROW_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setClipRect(rect)
        ground = "selection" if selected else "sunken" if isinstance(row, Section) else "base"
        painter.fillRect(rect, theme.color(ground))
        painter.setPen(theme.color("selection-line" if selected else "line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if view.hasFocus() and view.currentIndex().row() == index.row():
            painter.setPen(theme.color("accent"))
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if isinstance(row, Section):
            self._paint_heading(painter, rect.translated(-rect.x(), 0), view, row)
        else:
            self._paint_line(painter, rect, Column(index.column()), row)
        painter.restore()

    def _paint_heading(self, painter: QPainter, rect: QRect, view: SectionView, row: Section) -> None:
        """As if it were one cell; each cell's clip shows its part."""
        painter.translate(0, 0)
        box = QRect(theme.px(PAD), rect.y(), view.viewport().width() - 2 * theme.px(PAD), rect.height())
        size = theme.px(CHEVRON)
        name = "chevron-right" if view.table.folded(row.id) else "chevron-down"
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(box.x(), box.center().y() - size // 2 + 1, pixmap(name, "text2", size, ratio))
        box = box.adjusted(size + theme.px(6), 0, 0, 0)
        if row.glyph is not None:
            paint_glyph(painter, QRect(box.x(), box.y(), theme.px(GLYPH), box.height()), *row.glyph)
            box = box.adjusted(theme.px(GLYPH + 7), 0, 0, 0)
        for text, font, tone in (
            (row.title, "name", "text"),
            (units.count(len(row.lines)), "body", "text2"),
            (row.note, "secondary", "text3"),
        ):
            used = _line(painter, box, text, font, tone)
            box = box.adjusted(used + theme.px(8), 0, 0, 0)

    def _paint_line(self, painter: QPainter, rect: QRect, column: Column, row: Line) -> None:
        side = theme.px(GLYPH)
        if column is Column.NAME:
            box = rect.adjusted(theme.px(PAD + CHEVRON + 6), 0, -theme.px(8), 0)
            paint_glyph(painter, QRect(box.x(), box.y(), side, box.height()), *row.glyph)
            _line(painter, box.adjusted(side + theme.px(7), 0, 0, 0), row.name, "body", "text")
        elif column is Column.HOST:
            _line(painter, rect.adjusted(0, 0, -theme.px(8), 0), row.host, "body", "text2")
        else:
            box = rect.adjusted(0, 0, -theme.px(PAD), 0)
            if row.mark is not None:
                paint_glyph(painter, QRect(box.x(), box.y(), side, box.height()), *row.mark)
                box = box.adjusted(side + theme.px(7), 0, 0, 0)
            _line(painter, box, row.said, "body", row.tone)


def _line(painter: QPainter, box: QRect, text: str, font: str, tone: str) -> int:
    """Draws one line, elided; returns its width."""
    painter.setFont(theme.font(font))
    painter.setPen(theme.color(tone))
    metrics = theme.metrics(font)
    shown = metrics.elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, max(0, box.width()))
    flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
    painter.drawText(box, flags, shown)
    return metrics.horizontalAdvance(shown)


class SectionView(QTableView):
    """Shows a `SectionTable`: name, host, and what is said of each VM. A heading is clicked (or Left, Right) to fold; Ctrl+C
    copies the selected lines."""

    def __init__(
        self,
        table: SectionTable,
        name: str,
        parent: QWidget | None = None,
        *,
        widths: tuple[int, int] = (NAME, HOST),
    ) -> None:
        """widths: px the names and the hosts take at most."""
        super().__init__(parent)
        self.table = table
        self._widths = widths
        self.setAccessibleName(name)
        self.setModel(table)
        self.setItemDelegate(_Delegate(self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.px(HEIGHTS["task"]))
        self.verticalHeader().setMinimumSectionSize(theme.px(HEIGHTS["row-compact"]))
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().setStretchLastSection(True)
        self.clicked.connect(self._on_clicked)
        self.viewport().installEventFilter(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        room = self.viewport().width()
        self.setColumnWidth(Column.NAME, min(theme.px(self._widths[0]), room * 34 // 100))
        self.setColumnWidth(Column.HOST, min(theme.px(self._widths[1]), room * 22 // 100))

    def _on_clicked(self, index: QModelIndex) -> None:
        row = index.data(ROW_ROLE)
        if isinstance(row, Section):
            self.table.fold(row.id, not self.table.folded(row.id))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentIndex().data(ROW_ROLE)
        if event.matches(QKeySequence.StandardKey.Copy):
            rows = sorted({index.row() for index in self.selectionModel().selectedRows()})
            lines = [line for number in rows if isinstance(line := self.table.row(number), Line)]
            QGuiApplication.clipboard().setText("\n".join(f"{one.host}/{one.name}\t{one.said}" for one in lines))
        elif isinstance(row, Section) and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.table.fold(row.id, event.key() == Qt.Key.Key_Left)
        elif isinstance(row, Section) and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.table.fold(row.id, not self.table.folded(row.id))
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """What doesn't fit its cell is told as a tip."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            row = index.data(ROW_ROLE)
            if isinstance(row, Line) and not row.tip and index.column() != Column.SAID:
                QToolTip.hideText()
                return True
        return super().eventFilter(watched, event)
