"""The pane at the bottom: what the console does for us now, and how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from console.jobs.job import JobView, who
from console.ui.icons import icon, paint_glyph
from console.ui.models.tasks import Filter, TasksModel
from console.ui.retry import can_retry, try_again
from console.ui.tasks_delegate import GLYPH, job_glyph
from console.ui.tasks_view import TasksView
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.buttons import IconButton
from console.ui.widgets.chips import paint_bar
from console.ui.widgets.labels import GlyphLabel, label, rule
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, ngettext
from console.words import jobs as job_words
from console.words.units import percent

if TYPE_CHECKING:
    from console.ui.context import Context

BAR = 96  # width of a bar in the folded pane
LINE = 5  # rows that are shown when it is first opened


def brief(view: JobView) -> tuple[str, str]:
    """(before the bar, after it) for one job on one line: "Start 4 VMs", "71 %, 14 s left"."""
    before = f"{job_words.title(view)} {job_words.target(view)}".strip()
    parts = [percent(view.fraction) if view.fraction is not None else job_words.step(view)]
    left = job_words.left(view)
    if left:
        parts.append(_("{time} left").format(time=left))
    return before, ", ".join(part for part in parts if part)


class Strip(QWidget):
    """The jobs under way on one line, as many as fit, painted. A click is the pane's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._views: tuple[JobView, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def show_jobs(self, views: Sequence[JobView]) -> None:
        self._views = tuple(views)
        told = [", ".join(part for part in brief(view) if part) for view in self._views]
        self.setAccessibleName("; ".join(told))
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(theme.px(40), theme.px(20))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(theme.font("secondary"))
        metrics = theme.metrics("secondary")
        x, middle = 0, self.height() // 2
        gap = theme.px(8)
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft | Qt.TextFlag.TextSingleLine
        for number, view in enumerate(self._views):
            before, after = brief(view)
            bar = theme.px(BAR) + gap if view.fraction is not None else 0
            glyph = 0 if number else theme.px(GLYPH) + gap
            dot = metrics.horizontalAdvance("·") + 2 * gap if number else 0
            width = glyph + dot + metrics.horizontalAdvance(before) + gap + bar + metrics.horizontalAdvance(after)
            rest = len(self._views) - number
            more = ngettext("and {count} more", "and {count} more", rest).format(count=rest)
            last = rest == 1
            if number and x + width + (0 if last else metrics.horizontalAdvance(more) + gap) > self.width():
                painter.setPen(theme.color("text2"))
                painter.drawText(QRect(x + gap, 0, self.width() - x, self.height()), align, more)
                return
            painter.setPen(theme.color("text2"))
            if glyph:
                paint_glyph(painter, QRect(x, 0, theme.px(GLYPH), self.height()), *job_glyph(view))
            if dot:
                painter.drawText(QRect(x + gap, 0, dot, self.height()), align, "·")
            x += glyph + dot
            painter.drawText(QRect(x, 0, self.width() - x, self.height()), align, before)
            x += metrics.horizontalAdvance(before) + gap
            if view.fraction is not None:
                thick = theme.px(6)
                paint_bar(
                    painter, QRectF(x, middle - thick / 2, theme.px(BAR), thick), view.fraction, theme.color("accent")
                )
                x += bar
            painter.setPen(theme.color("text2"))
            painter.drawText(QRect(x, 0, max(0, self.width() - x), self.height()), align, after)
            x += metrics.horizontalAdvance(after)


class TasksPane(QFrame):
    """Folded it is one line; open it lists the jobs of this run. The window gives it its height.

    Signals:
        folded_changed(bool): a person folded or opened it.
        log_wanted(JobView): the log of this job is to be shown.
        history_wanted(): all jobs are to be shown, on their page.
    """

    folded_changed = Signal(bool)
    log_wanted = Signal(object)
    history_wanted = Signal()

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._folded = False
        self.setProperty("ground", "window")
        self.setProperty("line", "top")
        self.setAccessibleName(_("Tasks"))
        self.model = TasksModel(self, mine=who(), retry=can_retry)
        self.view = TasksView(self.model)
        self._chevron = IconButton("chevron-down", _("Fold the tasks"), side=24)
        self._chevron.clicked.connect(self.toggle)
        self._running = label("", "secondary")
        self._failed = label("", "secondary", tone="error")
        self._dot = label("·", "hint")
        self._cross = GlyphLabel("octagon-cross", "error", 13)
        self._strip = Strip()
        self._filters = Segmented(
            [
                Segment(Filter.ALL, _("All")),
                Segment(Filter.RUNNING, _("Running")),
                Segment(Filter.FAILED, _("Failed")),
                Segment(Filter.MINE, _("Mine")),
            ],
            _("Which tasks"),
            small=True,
        )
        self._filters.set_current(Filter.ALL)
        self._filters.chosen.connect(lambda which: self.model.set_filter(Filter(which)))
        self._history = IconButton("list", _("All tasks, of earlier days too"), side=24)
        self._history.clicked.connect(self.history_wanted)
        self._head = self._build_head()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 1, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head)
        self._rule = rule()
        column.addWidget(self._rule)
        column.addWidget(self.view, 1)
        self.view.log_wanted.connect(self.log_wanted)
        self.view.cancel_wanted.connect(lambda view: ctx.jobs.cancel(view.id))
        self.view.retry_wanted.connect(self._on_retry)
        self.model.counts_changed.connect(self._on_counts)
        self.model.update(ctx.jobs.views())
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        self.set_folded(False)

    def _build_head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(8), 0, theme.px(12), 0)
        row.setSpacing(theme.px(8))
        row.addWidget(self._chevron)
        row.addWidget(label(_("Tasks"), "strong"))
        row.addWidget(self._running)
        row.addWidget(self._dot)
        row.addWidget(self._strip, 1)
        row.addWidget(self._cross)
        row.addWidget(self._failed)
        self._gap = QWidget()
        self._gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row.addWidget(self._gap)
        row.addWidget(self._filters)
        row.addWidget(self._history)
        head.setFixedHeight(theme.px(HEIGHTS["tasks-folded"]))
        return head

    # folded or open

    @property
    def folded(self) -> bool:
        return self._folded

    def set_folded(self, folded: bool) -> None:
        """Without telling anybody."""
        self._folded = folded
        self._chevron.setIcon(icon("chevron-right" if folded else "chevron-down"))
        name = _("Open the tasks") if folded else _("Fold the tasks")
        self._chevron.setAccessibleName(name)
        self._chevron.setToolTip(name)
        self.view.setVisible(not folded)
        self._rule.setVisible(not folded)
        self._filters.setVisible(not folded)
        self._history.setVisible(not folded)
        height = self._head.height() + 1
        self.setMinimumHeight(height if folded else height + theme.px(HEIGHTS["row-compact"] + 2 * HEIGHTS["task"]))
        self.setMaximumHeight(height if folded else (1 << 24) - 1)
        self._on_counts()
        self.updateGeometry()

    def toggle(self) -> None:
        self.set_folded(not self._folded)
        self.folded_changed.emit(self._folded)

    def sizeHint(self) -> QSize:
        height = self._head.height() + 1
        if not self._folded:
            height += theme.px(HEIGHTS["row-compact"] + LINE * HEIGHTS["task"])
        return QSize(super().sizeHint().width(), height)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._head.geometry().contains(event.position().toPoint()):
            self.toggle()

    # what is told

    @Slot(object)
    def _on_jobs(self, views: tuple[JobView, ...]) -> None:
        self.model.update(views)

    @Slot()
    def _on_counts(self) -> None:
        current = self.model.current()
        failed = self.model.failed_today()
        running = ngettext("{count} running", "{count} running", len(current)).format(count=len(current))
        empty = self.model.is_empty()
        self._running.setText(running if current else _("none yet") if empty else _("none running"))
        self._failed.setText(
            ngettext("{count} failed today", "{count} failed today", failed).format(count=failed) if failed else ""
        )
        strip = self._folded and bool(current)
        self._strip.show_jobs(current)
        self._strip.setVisible(strip)
        self._running.setVisible(not strip)
        self._failed.setVisible(bool(failed))
        self._cross.setVisible(bool(failed) and self._folded)
        self._dot.setVisible(bool(failed) and not self._folded)
        self._gap.setVisible(not strip)
        self._place_failed()

    def _place_failed(self) -> None:
        """The count of failed ones stands at the right end where the pane is folded, else beside the other count."""
        row = self._head.layout()
        assert isinstance(row, QHBoxLayout)
        row.removeWidget(self._gap)
        after = row.indexOf(self._dot) if self._folded else row.indexOf(self._failed)
        row.insertWidget(after + 1, self._gap)

    def _on_retry(self, view: JobView) -> None:
        if try_again(self._ctx.acting, view):
            self.log_wanted.emit(view)  # it says what stands in the way
