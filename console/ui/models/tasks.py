"""Jobs as rows: those under way first, then the newest; a group's rows are its members, failed first."""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Callable, Iterable
from enum import IntEnum, StrEnum
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from console.jobs.job import JobState, JobView
from console.words import _
from console.words import jobs as job_words
from console.words.units import NONE, clock, moment, percent, rate

VIEW_ROLE = Qt.ItemDataRole.UserRole + 1
"""The row's JobView."""

KEPT = 500  # ended jobs the pane keeps; older ones are in the history

Index = QModelIndex | QPersistentModelIndex
Key = tuple[float, float, int]
"""Place among its siblings: rank, age, and last the job's id."""

_CHILD_RANK = {
    JobState.FAILED: 0,
    JobState.RUNNING: 1,
    JobState.CANCELLING: 1,
    JobState.QUEUED: 2,
    JobState.CANCELLED: 3,
    JobState.SUCCEEDED: 4,
}


class Column(IntEnum):
    TASK = 0
    TARGET = 1
    STEP = 2
    PROGRESS = 3
    RATE = 4
    LEFT = 5
    STARTED = 6
    ACT = 7


RIGHT = frozenset({Column.RATE, Column.LEFT, Column.STARTED, Column.ACT})
SENTENCE = (Column.STEP, Column.PROGRESS, Column.RATE, Column.LEFT)
"""The columns across which an ended job's one sentence runs."""


class Filter(StrEnum):
    ALL = "all"
    RUNNING = "running"
    FAILED = "failed"
    MINE = "mine"


def heading(column: Column) -> str:
    return {
        Column.TASK: _("Task"),
        Column.TARGET: _("Target"),
        Column.STEP: _("Step"),
        Column.PROGRESS: _("Progress"),
        Column.RATE: _("Rate"),
        Column.LEFT: _("Left"),
        Column.STARTED: _("Started"),
        Column.ACT: "",
    }[column]


def act_label(view: JobView, retry: Callable[[JobView], bool]) -> str:
    """What the last column offers for a job: "Cancel", "Try again…" or nothing."""
    if over(view):
        return _("Try again…") if view.state not in (JobState.SUCCEEDED, JobState.CANCELLED) and retry(view) else ""
    if view.state in (JobState.QUEUED, JobState.RUNNING):
        return _("Cancel")
    return ""


def over(view: JobView) -> bool:
    """It has ended, or its console has."""
    return view.state.ended or view.interrupted


def midnight(now: float) -> float:
    """Epoch at which the day of `now` began here."""
    day = time.localtime(now)
    return time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1))


class TasksModel(QAbstractItemModel):
    """Rows are jobs without a parent; their children are the members of a group.

    retry: whether a failed job can be tried again. mine: the name under which jobs of this console are noted.

    Signals:
        counts_changed(): how many run or failed today may be different now.
    """

    counts_changed = Signal()

    def __init__(
        self,
        parent: QObject | None = None,
        *,
        mine: str = "",
        retry: Callable[[JobView], bool] = lambda view: False,
        clock: Callable[[], float] = time.time,
        kept: int = KEPT,
    ) -> None:
        super().__init__(parent)
        self._mine = mine
        self._retry = retry
        self._clock = clock
        self._kept = kept
        self._filter = Filter.ALL
        self._text = ""
        self._views: dict[int, JobView] = {}
        self._rows: dict[int, list[Key]] = {0: []}  # by parent id, 0 = the top
        self._keys: dict[int, Key] = {}  # of the jobs that are shown
        self._parents: dict[int, int] = {}

    # what comes in

    def update(self, views: Iterable[JobView]) -> None:
        """Takes in jobs that moved, newest view of each; a group before its members."""
        for view in sorted(views, key=lambda view: (view.parent or 0, view.id)):
            self._views[view.id] = view
            self._place(view)
        self._drop_old()
        self.counts_changed.emit()

    def set_filter(self, which: Filter, text: str = "") -> None:
        """Shows the jobs of this kind in which `text` stands (task, target or outcome)."""
        self._filter, self._text = which, text.lower()
        for view in sorted(self._views.values(), key=lambda view: (view.parent or 0, view.id)):
            self._place(view)

    # what it knows

    def current(self) -> list[JobView]:
        """Top jobs that are not over, longest at work first."""
        return sorted(
            (view for view in self._views.values() if not view.parent and not over(view)),
            key=lambda view: view.created,
        )

    def failed_today(self) -> int:
        """Top jobs that failed since midnight."""
        since = midnight(self._clock())
        return sum(
            view.state is JobState.FAILED and view.ended >= since and not view.parent for view in self._views.values()
        )

    def is_empty(self) -> bool:
        """Nothing was ever done."""
        return not self._views

    def view_at(self, index: Index) -> JobView | None:
        view = index.data(VIEW_ROLE) if index.isValid() else None
        return view if isinstance(view, JobView) else None

    def index_of(self, job: int, column: int = 0) -> QModelIndex:
        key = self._keys.get(job)
        if key is None:
            return QModelIndex()
        parent = self._parents[job]
        return self.createIndex(bisect_left(self._rows[parent], key), column, parent)

    # Qt's questions

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        if parent.isValid() and parent.column():
            return 0
        return len(self._rows.get(self._id(parent) if parent.isValid() else 0, ()))

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return len(Column)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        owner = self._id(parent) if parent.isValid() else 0
        rows = self._rows.get(owner, [])
        if not (0 <= row < len(rows) and 0 <= column < len(Column)):
            return QModelIndex()
        return self.createIndex(row, column, owner)

    def parent(self, index: Index = QModelIndex()) -> QModelIndex:  # type: ignore[override]  # noqa: B008
        owner = index.internalId() if index.isValid() else 0
        return self.index_of(owner) if owner else QModelIndex()

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return heading(Column(section))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if section in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        view = self._views[self._id(index)]
        if role == VIEW_ROLE:
            return view
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(view, Column(index.column()))
        if role == Qt.ItemDataRole.ToolTipRole and index.column() in SENTENCE:
            return job_words.ended(view) if over(view) else job_words.step(view)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if index.column() in RIGHT else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def text(self, view: JobView, column: Column) -> str:
        """What stands in a cell, as read out and copied."""
        ended = over(view)
        match column:
            case Column.TASK:
                return job_words.title(view)
            case Column.TARGET:
                return job_words.target(view)
            case Column.STEP:
                return job_words.ended(view) if ended else job_words.step(view)
            case Column.PROGRESS:
                return "" if ended or view.fraction is None else percent(view.fraction)
            case Column.RATE:
                return "" if ended or view.rate is None else rate(view.rate)
            case Column.LEFT:
                return job_words.left(view)
            case Column.STARTED:
                return self._started(view)
            case Column.ACT:
                return act_label(view, self._retry)

    def _started(self, view: JobView) -> str:
        begun = view.started or view.created
        now = self._clock()
        if not begun:
            return NONE
        return clock(begun) if begun >= midnight(now) else moment(begun, now)

    # rows

    def _id(self, index: Index) -> int:
        return self._rows[index.internalId()][index.row()][-1]

    def _shown(self, view: JobView) -> bool:
        if view.parent:
            return view.parent in self._keys
        match self._filter:
            case Filter.RUNNING if over(view):
                return False
            case Filter.FAILED if view.state is not JobState.FAILED and not view.interrupted:
                return False
            case Filter.MINE if view.by != self._mine:
                return False
        if not self._text:
            return True
        told = f"{job_words.title(view)}\n{job_words.target(view)}\n{job_words.ended(view)}".lower()
        return self._text in told

    def _key(self, view: JobView) -> Key:
        if view.parent:
            return (_CHILD_RANK[view.state], 0.0, view.id)
        return (float(over(view)), -view.created, view.id)

    def _place(self, view: JobView) -> None:
        """Puts a job's row where it belongs: in, out, elsewhere, or only repainted."""
        owner = view.parent or 0
        wanted = self._key(view) if self._shown(view) else None
        present = self._keys.get(view.id)
        rows = self._rows.setdefault(owner, [])
        above = self.index_of(owner) if owner else QModelIndex()
        if present is not None and wanted == present:
            row = bisect_left(rows, present)
            self.dataChanged.emit(self.createIndex(row, 0, owner), self.createIndex(row, len(Column) - 1, owner))
        elif present is None and wanted is not None:
            row = bisect_left(rows, wanted)
            self.beginInsertRows(above, row, row)
            rows.insert(row, wanted)
            self._keys[view.id], self._parents[view.id] = wanted, owner
            self.endInsertRows()
            self._show_members(view)
        elif present is not None and wanted is None:
            self._take_out(view.id)
        elif present is not None and wanted is not None:
            old, new = bisect_left(rows, present), bisect_left(rows, wanted)
            moves = new not in (old, old + 1)
            if moves:
                self.beginMoveRows(above, old, old, above, new)
            rows.pop(old)
            row = bisect_left(rows, wanted)
            rows.insert(row, wanted)
            self._keys[view.id] = wanted
            if moves:
                self.endMoveRows()
            self.dataChanged.emit(self.createIndex(row, 0, owner), self.createIndex(row, len(Column) - 1, owner))

    def _show_members(self, view: JobView) -> None:
        for child in view.children:
            member = self._views.get(child)
            if member is not None and child not in self._keys:
                self._place(member)

    def _take_out(self, job: int) -> None:
        """Removes a row, and with it the rows of its members."""
        owner, key = self._parents[job], self._keys[job]
        rows = self._rows[owner]
        row = bisect_left(rows, key)
        self.beginRemoveRows(self.index_of(owner) if owner else QModelIndex(), row, row)
        rows.pop(row)
        for _rank, _age, child in self._rows.pop(job, []):
            del self._keys[child], self._parents[child]
        del self._keys[job], self._parents[job]
        self.endRemoveRows()

    def _drop_old(self) -> None:
        ended = [view for view in self._views.values() if over(view) and not view.parent]
        for view in sorted(ended, key=lambda view: view.created)[: max(0, len(ended) - self._kept)]:
            if view.id in self._keys:
                self._take_out(view.id)
            for job in (view.id, *view.children):
                self._views.pop(job, None)
