"""One job told in full: what, where it stands, each step with its time, why it failed and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.jobs.job import JobState, JobView
from console.ui.dialogs.base import Dialog, mono, scrolled
from console.ui.retry import can_retry, try_again
from console.ui.tasks_delegate import job_glyph
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.facts import FactGrid
from console.ui.widgets.labels import GlyphLabel, label, rule
from console.words import _
from console.words import jobs as job_words
from console.words.units import clock, percent, rate

if TYPE_CHECKING:
    from console.ui.context import Context

MEMBERS = 200  # of a group that are listed


class JobLogDialog(Dialog):
    """Follows a job while it runs. `view` may be of an earlier run of the console: then its log is read from the history."""

    def __init__(self, ctx: Context, view: JobView, parent: QWidget | None = None) -> None:
        super().__init__(
            _("Task: {task}").format(task=f"{job_words.title(view)} {job_words.target(view)}"), parent, width=680
        )
        self._ctx = ctx
        self._view = view
        self._shown_lines: object = None
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        self._glyph = GlyphLabel(*job_glyph(view), 16)
        self._outcome = label("", "section", wrap=True)
        self._progress = Bar(120, role="accent")
        self._share = label("", tone="text2")
        head.addWidget(self._glyph)
        head.addWidget(self._outcome, 1)
        head.addWidget(self._progress)
        head.addWidget(self._share)
        self.body.addLayout(head)
        self._facts = FactGrid(label_width=92)
        self.body.addWidget(self._facts)
        self.body.addWidget(rule())
        inner = QWidget()
        inner.setProperty("ground", "base")
        self._lines = QGridLayout(inner)
        self._lines.setContentsMargins(0, 0, theme.px(8), 0)
        self._lines.setHorizontalSpacing(theme.px(12))
        self._lines.setVerticalSpacing(theme.px(4))
        self._lines.setColumnStretch(1, 1)
        holder = QVBoxLayout()
        holder.addWidget(scrolled(inner))
        self.body.addLayout(holder, 1)
        if view.command:
            self.add_command(lambda: view.command)
        self._cancel = self.add_right(_("Cancel the task"), lambda: ctx.jobs.cancel(view.id))
        self._again = self.add_right(_("Try again…"), self._try_again)
        self.add_close(_("Close"))
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        self._show()
        if ctx.jobs.view(view.id) is None:
            self.read(ctx.bridge, lambda: ctx.services.history.lines(view.id), self._show_old)

    @Slot(object)
    def _on_jobs(self, views: Sequence[JobView]) -> None:
        mine = {self._view.id, *self._view.children}
        if mine & {view.id for view in views}:
            self._view = self._ctx.jobs.view(self._view.id) or self._view
            self._show()

    def _show(self) -> None:
        view = self._view
        over = view.state.ended or view.interrupted
        self._glyph.show_glyph(*job_glyph(view))
        told = view.state is JobState.FAILED and not view.children  # the note says why
        said = job_words.state(view.state) if told else job_words.ended(view) if over else job_words.step(view)
        self._outcome.setText(said)
        self._progress.setVisible(not over and view.fraction is not None)
        self._share.setVisible(not over and view.fraction is not None)
        self._progress.set_value(view.fraction)
        self._share.setText(percent(view.fraction))
        self._show_problem()
        facts = self._facts
        facts.set("on", _("On"), self._targets())
        if view.started or view.created:
            facts.set("started", _("Started"), clock(view.started or view.created))
        if view.ended:
            facts.set("ended", _("Ended"), clock(view.ended))
        if view.rate is not None and not over:
            facts.set("rate", _("Rate"), rate(view.rate))
        if job_words.left(view):
            facts.set("left", _("Time left"), job_words.left(view))
        facts.set("by", _("By"), view.by)
        if view.command:
            facts.set("command", _("Command"), view.command, mono=True)
        self._cancel.setVisible(not over)
        self._cancel.setEnabled(view.state is not JobState.CANCELLING)
        self._again.setVisible(can_retry(view))
        self._fill()

    def _targets(self) -> str:
        hosts = [spec.name if (spec := self._ctx.inventory.spec(host)) else host for host in self._view.hosts]
        where = ", ".join(hosts)
        target = job_words.target(self._view)
        return _("{target} at {host}").format(target=target, host=where) if where else target

    def _show_problem(self) -> None:
        said = job_words.explained(self._view)
        if said is not None and not self._view.children:
            self.tell_why(said)

    def _fill(self) -> None:
        """Members of a group with how each ended, failed first; else the steps and the log, by time."""
        rows: list[tuple[str, str, str]] = []
        if self._view.children:
            members = [member for child in self._view.children if (member := self._ctx.jobs.view(child))]
            members.sort(key=lambda member: (member.state is not JobState.FAILED, member.id))
            for member in members[:MEMBERS]:
                tone = "error" if member.state is JobState.FAILED else "text2"
                rows.append((member.target, job_words.step(member), tone))
        else:
            steps = [
                (at, job_words.step(replace(self._view, state=JobState.RUNNING, step=code, values=values)), "")
                for at, code, values in self._ctx.jobs.steps(self._view.id)
            ]
            lines = [(at, text, "text2") for at, text in self._ctx.jobs.log(self._view.id)]
            if self._view.state.ended:
                tone = "error" if self._view.state is JobState.FAILED else ""
                steps.append((self._view.ended, job_words.ended(self._view), tone))
            rows = [(clock(at), text, tone) for at, text, tone in sorted((*steps, *lines), key=lambda row: row[0])]
        self._show_rows(rows)

    def _show_old(self, lines: Sequence[tuple[float, str]]) -> None:
        rows = [(clock(at), text, "text2") for at, text in lines]
        if self._view.state.ended:
            rows.append((clock(self._view.ended), job_words.ended(self._view), ""))
        self._show_rows(rows)

    def _show_rows(self, rows: Sequence[tuple[str, str, str]]) -> None:
        if rows == self._shown_lines:
            return
        self._shown_lines = rows
        while item := self._lines.takeAt(0):
            if (old := item.widget()) is not None:
                old.deleteLater()
        top = Qt.AlignmentFlag.AlignTop
        for number, (left, right, tone) in enumerate(rows):
            self._lines.addWidget(label(left, "secondary", tone="text3"), number, 0, top)
            said = mono(right) if "\n" in right else label(right, tone=tone, wrap=True)
            self._lines.addWidget(said, number, 1, top)
        self._lines.setRowStretch(len(rows), 1)

    def _try_again(self) -> None:
        why = try_again(self._ctx.acting, self._view)
        if why:
            self.tell("warning", _("Not now."), why)
        else:
            self.accept()
