"""A list beside the tree, whose lines are painted as those of the tree."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from console.ui.delegates.text import Texts
from console.ui.delegates.tree import paint_face
from console.ui.models.lines import Face
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS

Index = QModelIndex | QPersistentModelIndex
FaceOf = Callable[[int], Face]


class _Delegate(QStyledItemDelegate):
    def __init__(self, parent: FaceList, face: FaceOf, left: int) -> None:
        super().__init__(parent)
        self._texts = Texts()
        self._face = face
        self._left = left

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(theme.px(100), theme.px(HEIGHTS["tree"]))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        rect: QRect = option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        ground = "selection" if selected else "window"
        paint_face(
            painter, self._texts, self._face(index.row()), rect, theme.px(self._left), ground=ground, accent=selected
        )


class FaceList(QListView):
    """face: of a row. name: for who hears the screen. left: where icons begin, unscaled."""

    def __init__(self, model: QAbstractListModel, face: FaceOf, name: str, left: int) -> None:
        super().__init__()
        self.setModel(model)
        self.setAccessibleName(name)
        self.setProperty("ground", "window")
        self.setItemDelegate(_Delegate(self, face, left))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
