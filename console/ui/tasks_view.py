"""The list of jobs, as the tasks pane and the history show it: keys, links in cells, menu."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTreeView, QWidget

from console.jobs.job import JobView
from console.ui.icons import icon
from console.ui.models.tasks import Column, TasksModel, act_label
from console.ui.retry import can_retry
from console.ui.tasks_delegate import PAD, TaskDelegate
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.words import _

WIDTHS = {
    Column.TASK: 208,
    Column.TARGET: 196,
    Column.PROGRESS: 148,
    Column.RATE: 84,
    Column.LEFT: 96,
    Column.STARTED: 88,
    Column.ACT: 92,
}
LEAST_STEP = 160  # px; below it the columns drop that say the least
DROPPED = (Column.RATE, Column.LEFT)


class TasksView(QTreeView):
    """Rows of jobs; a group opens with the arrow right or a click on its chevron.

    Signals:
        log_wanted(JobView): a person wants to know more about this job.
        cancel_wanted(JobView), retry_wanted(JobView): the last cell, or the menu.
    """

    log_wanted = Signal(object)
    cancel_wanted = Signal(object)
    retry_wanted = Signal(object)

    def __init__(self, model: TasksModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tasks = model
        self.setModel(model)
        self.setItemDelegate(TaskDelegate(self))
        self.setAccessibleName(_("Tasks"))
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setUniformRowHeights(True)
        self.setAllColumnsShowFocus(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setExpandsOnDoubleClick(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._pop_up)
        self.doubleClicked.connect(self._on_double)
        head = self.header()
        head.setStretchLastSection(False)
        head.setSectionsMovable(False)
        head.setMinimumSectionSize(theme.px(40))
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setSectionResizeMode(Column.STEP, QHeaderView.ResizeMode.Stretch)
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        pad = theme.px(PAD)
        self.header().setFixedHeight(theme.px(HEIGHTS["row-compact"]))
        self.header().setStyleSheet(
            f"QHeaderView::section {{ padding: 0 {pad}px 0 0; }} QHeaderView::section:first {{ padding-left: {pad}px; }}"
        )
        for column, width in WIDTHS.items():
            self.setColumnWidth(column, theme.px(width))

    # where the hand is

    def _link_at(self, at: QPoint) -> str:
        """What a click would do: "act" over Cancel or Try again, "fold" over a group, "" elsewhere."""
        index = self.indexAt(at)
        view = self._tasks.view_at(index)
        if view is None:
            return ""
        if index.column() == Column.ACT:
            width = theme.metrics("body").horizontalAdvance(index.data())
            right = self.visualRect(index).right() - theme.px(PAD)
            return "act" if index.data() and right - width <= at.x() <= right else ""
        return "fold" if index.column() == Column.TASK and view.children else ""

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        over = self._link_at(event.position().toPoint())
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if over == "act" else Qt.CursorShape.ArrowCursor)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        at = event.position().toPoint()
        index, over = self.indexAt(at), self._link_at(at)
        if over == "act":
            self._act(self._tasks.view_at(index))
        elif over == "fold":
            self._fold(index.siblingAtColumn(0))

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.viewport().unsetCursor()

    def _fold(self, index: QModelIndex) -> None:
        self.setExpanded(index, not self.isExpanded(index))

    def _act(self, view: JobView | None) -> None:
        if view is None:
            return
        if can_retry(view):
            self.retry_wanted.emit(view)
        elif act_label(view, can_retry):
            self.cancel_wanted.emit(view)

    def _on_double(self, index: QModelIndex) -> None:
        view = self._tasks.view_at(index)
        if view is not None and not (view.children and index.column() == Column.TASK):
            self.log_wanted.emit(view)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        view = self._tasks.view_at(self.currentIndex())
        if view is not None and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.log_wanted.emit(view)
        elif view is not None and event.key() == Qt.Key.Key_Delete and not view.state.ended:
            self.cancel_wanted.emit(view)
        else:
            super().keyPressEvent(event)

    # the menu

    def menu_for(self, view: JobView) -> QMenu:
        """What can be done with one job."""
        menu = QMenu(self)
        self._entry(menu, _("Open the log"), "list", lambda: self.log_wanted.emit(view))
        label = act_label(view, can_retry)
        if label:
            name = "undo" if can_retry(view) else "cancel"
            self._entry(menu, label, name, lambda: self._act(view))
        copy = self._entry(
            menu, _("Copy as command"), "terminal", lambda: QGuiApplication.clipboard().setText(view.command)
        )
        copy.setEnabled(bool(view.command))
        return menu

    def _entry(self, menu: QMenu, text: str, name: str, act: object) -> QAction:
        action = menu.addAction(icon(name, "text"), text)
        action.triggered.connect(lambda: act())  # type: ignore[operator]
        return action

    def _pop_up(self, at: QPoint) -> None:
        view = self._tasks.view_at(self.indexAt(at))
        if view is not None:
            menu = self.menu_for(view)
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(self.viewport().mapToGlobal(at))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Drops rate and time left where the step would have no room."""
        room = event.size().width() - theme.px(sum(WIDTHS.values()))
        for column in DROPPED:
            self.setColumnHidden(column, room < theme.px(LEAST_STEP))
        super().resizeEvent(event)
