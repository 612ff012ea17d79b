"""All that was done: the history of jobs, of earlier runs and other consoles too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from console.jobs.job import JobView, who
from console.ui.models.tasks import Filter, TasksModel
from console.ui.places import Place
from console.ui.retry import can_retry, try_again
from console.ui.tasks_view import TasksView
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import IconButton
from console.ui.widgets.fields import SearchField
from console.ui.widgets.labels import label
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, ngettext

if TYPE_CHECKING:
    from console.ui.context import Context

LIMIT = 2000  # jobs read from the history


class TasksPage(QWidget):
    """The history with a filter; jobs under way move in it as in the pane.

    Signals:
        log_wanted(JobView): the log of this job is to be shown.
    """

    log_wanted = Signal(object)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self.setProperty("ground", "base")
        self.setAccessibleName(_("Tasks"))
        self.model = TasksModel(self, mine=who(), retry=can_retry, kept=LIMIT)
        self.view = TasksView(self.model)
        self.search = SearchField(_("Find a task, a target or an outcome"))
        self.search.setFixedWidth(theme.px(320))
        self.search.changed.connect(lambda _text: self._filter())
        self.search.down_pressed.connect(self.view.setFocus)
        self.filters = Segmented(
            [
                Segment(Filter.ALL, _("All")),
                Segment(Filter.RUNNING, _("Running")),
                Segment(Filter.FAILED, _("Failed")),
                Segment(Filter.MINE, _("Mine")),
            ],
            _("Which tasks"),
        )
        self.filters.chosen.connect(lambda _which: self._filter())
        self._count = label("", tone="text2")
        refresh = IconButton("refresh", _("Read the history anew"))
        refresh.clicked.connect(self._load)
        bar = QWidget()
        bar.setFixedHeight(theme.px(HEIGHTS["search"]))
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(12), 0, theme.px(12), 0)
        row.setSpacing(theme.px(12))
        row.addWidget(self.search)
        row.addWidget(self.filters)
        row.addStretch(1)
        row.addWidget(self._count)
        row.addWidget(refresh)
        self._empty = EmptyState(
            "list", _("Nothing was done yet"), _("What you start is listed here, and how it ended.")
        )
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(self.view)
        self._stack.addWidget(self._empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(body, 1)
        self.view.log_wanted.connect(self.log_wanted)
        self.view.cancel_wanted.connect(lambda view: ctx.jobs.cancel(view.id))
        self.view.retry_wanted.connect(self._on_retry)
        self.model.counts_changed.connect(self._tell)
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        self.model.update(ctx.jobs.views())

    def show_place(self, place: Place) -> None:
        """Reads the history; what this run did is there at once."""
        self._load()

    def _load(self) -> None:
        history = self._ctx.services.history
        self._ctx.bridge.run(lambda: history.history(LIMIT), self._take_in)

    def _take_in(self, views: list[JobView]) -> None:
        """What this run of the console knows itself is newer than what it has written down."""
        mine = {view.id for view in self._ctx.jobs.views()}
        self.model.update([view for view in views if view.id not in mine])

    @Slot(object)
    def _on_jobs(self, views: tuple[JobView, ...]) -> None:
        self.model.update(views)

    def _filter(self) -> None:
        self.model.set_filter(Filter(self.filters.current()), self.search.text().strip())
        self._tell()

    @Slot()
    def _tell(self) -> None:
        count = self.model.rowCount()
        self._count.setText(ngettext("{count} task", "{count} tasks", count).format(count=count))
        text = self.search.text().strip()
        if self.model.is_empty():
            self._empty.say(_("Nothing was done yet"), _("What you start is listed here, and how it ended."))
        elif text:
            self._empty.say(
                _("No task with “{text}”").format(text=text), _("It is in no task's name, target or outcome.")
            )
        else:
            self._empty.say(_("No such task"), _("The filter leaves none."))
        self._stack.setCurrentWidget(self.view if count else self._empty)

    def _on_retry(self, view: JobView) -> None:
        if try_again(self._ctx.acting, view):
            self.log_wanted.emit(view)
