"""Paints jobs as rows: a glyph and what is done, a bar while it lasts, one sentence across when it is over."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTreeView

from console.jobs.job import JobState, JobView
from console.ui.icons import paint_glyph, pixmap
from console.ui.models.tasks import RIGHT, SENTENCE, VIEW_ROLE, Column
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.chips import paint_bar

PAD = 12
GLYPH = 14
BAR = 88  # width of a progress bar in a row
CHILD = 20  # how far members stand in
CHEVRON = 12

Index = QModelIndex | QPersistentModelIndex

_GLYPHS = {
    JobState.QUEUED: ("ring", "text3"),
    JobState.RUNNING: ("disc-arrow", "accent"),
    JobState.CANCELLING: ("disc-minus", "accent"),
    JobState.SUCCEEDED: ("disc-check", "good"),
    JobState.FAILED: ("octagon-cross", "error"),
    JobState.CANCELLED: ("disc-minus", "text3"),
}
_TONES = {Column.STARTED: "text2", Column.ACT: "accent", Column.STEP: "text2"}


def job_glyph(view: JobView) -> tuple[str, str]:
    """(shape, colour role) for where a job stands."""
    if view.interrupted:
        return "triangle-bang", "warning-glyph"
    return _GLYPHS[view.state]


class TaskDelegate(QStyledItemDelegate):
    """Rows 26 high, for a tree without indentation or branches: it draws the group's chevron itself."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(60), theme.px(HEIGHTS["task"]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view: JobView = index.data(VIEW_ROLE)
        tree = option.widget
        state: QStyle.StateFlag = option.state
        selected = bool(state & QStyle.StateFlag.State_Selected)
        rect: QRect = option.rect
        column = Column(index.column())
        painter.save()
        painter.setClipRect(rect)
        painter.fillRect(rect, theme.color("selection" if selected else "base"))
        painter.setPen(theme.color("selection-line" if selected else "line"))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        if (
            isinstance(tree, QTreeView)
            and tree.hasFocus()
            and tree.currentIndex().siblingAtColumn(0) == index.sibling(index.row(), 0)
        ):
            painter.setPen(theme.color("accent"))
            painter.drawLine(rect.topLeft(), rect.topRight())
            painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        self._paint_cell(painter, rect, view, column, index, tree)
        painter.restore()

    def _paint_cell(
        self, painter: QPainter, rect: QRect, view: JobView, column: Column, index: Index, tree: object
    ) -> None:
        pad = theme.px(PAD)
        box = rect.adjusted(pad if column is Column.TASK else 0, 0, -pad, 0)
        ended = view.state.ended or view.interrupted
        if column is Column.TASK:
            self._paint_task(painter, box, view, index, tree)
        elif column in SENTENCE and ended and isinstance(tree, QTreeView):
            role = "error" if view.state is JobState.FAILED else "text2"
            text = index.sibling(index.row(), Column.STEP).data()
            self._line(painter, _sentence_box(tree, rect), text, role)
        elif column is Column.PROGRESS:
            self._paint_progress(painter, box, view, index.data())
        else:
            self._line(painter, box, index.data(), _TONES.get(column, "text"), right=column in RIGHT)

    def _paint_task(self, painter: QPainter, box: QRect, view: JobView, index: Index, tree: object) -> None:
        side = theme.px(GLYPH)
        if view.parent:
            box = box.adjusted(theme.px(CHILD), 0, 0, 0)
        paint_glyph(painter, QRect(box.x(), box.y(), side, box.height()), *job_glyph(view))
        box = box.adjusted(side + theme.px(7), 0, 0, 0)
        used = self._line(painter, box, index.data(), "text")
        if view.children and isinstance(tree, QTreeView):
            name = "chevron-down" if tree.isExpanded(index.sibling(index.row(), 0)) else "chevron-right"
            size = theme.px(CHEVRON)
            ratio = painter.device().devicePixelRatioF()
            painter.drawPixmap(
                box.x() + used + theme.px(6), box.center().y() - size // 2 + 1, pixmap(name, "text2", size, ratio)
            )

    def _paint_progress(self, painter: QPainter, box: QRect, view: JobView, text: str) -> None:
        if view.fraction is None:
            return
        height = theme.px(6)
        bar = QRectF(box.x(), box.y() + (box.height() - height) / 2, theme.px(BAR), height)
        paint_bar(painter, bar, view.fraction, theme.color("accent"))
        self._line(painter, box.adjusted(theme.px(BAR + 8), 0, 0, 0), text, "text")

    def _line(self, painter: QPainter, box: QRect, text: str, role: str, *, right: bool = False) -> int:
        """Draws one line; returns its width."""
        painter.setFont(theme.font("body"))
        painter.setPen(theme.color(role))
        shown = theme.metrics("body").elidedText(text.replace("\n", " "), Qt.TextElideMode.ElideRight, box.width())
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine, shown)
        return theme.metrics("body").horizontalAdvance(shown)


def _sentence_box(tree: QTreeView, rect: QRect) -> QRect:
    """The columns a sentence runs across, at the height of `rect`; each cell paints its part of it."""
    left = tree.columnViewportPosition(SENTENCE[0])
    last = SENTENCE[-1]
    right = tree.columnViewportPosition(last) + tree.columnWidth(last)
    return QRect(left, rect.y(), right - left - theme.px(PAD), rect.height())
