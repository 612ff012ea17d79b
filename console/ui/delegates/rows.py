"""Paints the cells of a `RowTable`: glyph, bar, text; last-known rows grey; hairlines, selection, focus lines."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from console.ui.delegates.sparks import HEIGHT, WIDTH, Sparks
from console.ui.icons import paint_glyph
from console.ui.models.rows import (
    COLUMN_ROLE,
    GLYPH_ROLE,
    PALE_ROLE,
    PROMISED_ROLE,
    SPARK_ROLE,
    TONE_ROLE,
    USED_ROLE,
    Column,
)
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.chips import paint_bar
from console.words import _

BAR = 44
PAD, FIRST_PAD = 8, 12  # px; left of the first column, as in the VM table


class RowDelegate(QStyledItemDelegate):
    """Cells 28 high."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sparks = Sparks()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(theme.px(60), theme.px(HEIGHTS["row"]))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        view = option.widget
        column: Column[object] = index.model().headerData(index.column(), Qt.Orientation.Horizontal, COLUMN_ROLE)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(rect, theme.color("selection" if selected else "base"))
        focused = isinstance(view, QAbstractItemView) and view.hasFocus() and view.currentIndex().row() == index.row()
        _paint_lines(painter, rect, selected, focused)
        pale = bool(index.data(PALE_ROLE))
        first = index.column() == 0
        box = rect.adjusted(theme.px(FIRST_PAD if first else PAD), 0, -theme.px(PAD), 0)
        glyph = index.data(GLYPH_ROLE)
        if glyph is not None:
            side = theme.px(14)
            paint_glyph(painter, QRect(box.x(), box.y(), side, box.height()), *glyph)
            box = box.adjusted(side + theme.px(7), 0, 0, 0)
        spark = index.data(SPARK_ROLE)
        used, promised = (None, None) if spark else (index.data(USED_ROLE), index.data(PROMISED_ROLE))
        if spark is not None and spark.trace:
            drawn = self._sparks.pixmap(spark, painter.device().devicePixelRatioF())
            painter.drawPixmap(box.x(), box.y() + (box.height() - theme.px(HEIGHT)) // 2, drawn)
            box = box.adjusted(theme.px(WIDTH + 6), 0, 0, 0)
        if used is not None or promised is not None:
            bar = QRectF(box.x(), box.y() + (box.height() - theme.px(6)) / 2, theme.px(BAR), theme.px(6))
            fill = theme.color("last-known" if pale else "series1")
            paint_bar(painter, bar, used or 0.0, fill, None if pale else promised)
            box = box.adjusted(theme.px(BAR + 6), 0, 0, 0)
        tone = index.data(TONE_ROLE) or ("text3" if pale else "text")
        painter.setPen(theme.color(tone))
        font = theme.font("mono" if column.mono else "name" if column.name and not pale else "body")
        painter.setFont(font)
        text = index.data()
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        painter.drawText(box, index.data(Qt.ItemDataRole.TextAlignmentRole), shown)
        painter.restore()


def _paint_lines(painter: QPainter, rect: QRect, selected: bool, focused: bool) -> None:
    painter.setPen(theme.color("selection-line" if selected else "line"))
    painter.drawLine(rect.bottomLeft(), rect.bottomRight())
    if focused:
        painter.setPen(theme.color("accent"))
        painter.drawLine(rect.topLeft(), rect.topRight())
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())


class RowHeader(QHeaderView):
    """A head whose units are paler than its titles; the sorted column has a small triangle."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setFixedHeight(theme.px(HEIGHTS["head"]))
        self.setAccessibleName(_("Columns"))

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        column: Column[object] | None = self.model().headerData(section, Qt.Orientation.Horizontal, COLUMN_ROLE)
        if column is None:
            return
        painter.save()
        painter.fillRect(rect, theme.color("sunken"))
        painter.setPen(theme.color("border"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        title, unit = _(column.title), _(column.unit)
        box = rect.adjusted(theme.px(PAD if section else FIRST_PAD), 0, -theme.px(PAD), 0)
        head, light = theme.metrics("head"), theme.metrics("secondary")
        gap = light.horizontalAdvance(" ") if unit else 0
        width = head.horizontalAdvance(title) + gap + light.horizontalAdvance(unit)
        x = box.right() + 1 - width if column.right else box.left()
        sorted_here = self.sortIndicatorSection() == section and self.isSortIndicatorShown()
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setClipRect(rect)
        for text, role, tone in ((title, "head", "text" if sorted_here else "text2"), (unit, "secondary", "text3")):
            painter.setFont(QFont(theme.font(role)))
            painter.setPen(theme.color(tone))
            advance = painter.fontMetrics().horizontalAdvance(text)
            painter.drawText(QRect(x, box.y(), advance + 2, box.height()), middle, text)
            x += advance + gap
        if sorted_here:
            left = box.right() + 1 - width - theme.px(12) if column.right else x + theme.px(2)
            self._paint_triangle(painter, left, rect)
        painter.restore()

    def _paint_triangle(self, painter: QPainter, left: int, rect: QRect) -> None:
        down = self.sortIndicatorOrder() == Qt.SortOrder.DescendingOrder
        reach, middle = theme.px(4), rect.center().y() + 1
        tip, base = (middle + reach // 2, middle - reach // 2) if down else (middle - reach // 2, middle + reach // 2)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawPolygon([QPoint(left, base), QPoint(left + 2 * reach, base), QPoint(left + reach, tip)])
