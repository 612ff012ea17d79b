"""A task on many VMs while it runs and after: what became of each, failed ones first by reason, and those once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from console.fleet.bulk import natural
from console.fleet.errors import Problem
from console.jobs.job import JobState, JobView
from console.ui.dialogs.base import Dialog
from console.ui.icons import state_glyph
from console.ui.models.sections import Line, Section, SectionTable
from console.ui.tasks_delegate import job_glyph
from console.ui.theme import theme
from console.ui.widgets.chips import Bar
from console.ui.widgets.labels import GlyphLabel, label
from console.ui.widgets.section_view import SectionView
from console.words import _, bulk, errors
from console.words import jobs as job_words
from console.words.units import clock, percent

if TYPE_CHECKING:
    from console.ui.context import Context

SHOW_MS = 250  # between two looks at what moved
LEAST = 720  # px wide
NOT_DONE = (JobState.FAILED, JobState.CANCELLED)


class BulkResultDialog(Dialog):
    """Follows a group. `view` may be of an earlier run of the console: then its members are read from the history.

    again: opens the plan for those that were not done.
    """

    def __init__(
        self, ctx: Context, view: JobView, again: Callable[[int], object], parent: QWidget | None = None
    ) -> None:
        super().__init__(
            _("{act}: {target}").format(act=job_words.title(view), target=job_words.target(view)), parent, width=860
        )
        self.setMinimumWidth(theme.px(LEAST))
        self._ctx, self._view = ctx, view
        self._members: tuple[JobView, ...] = ()
        self._places: dict[int, tuple[object, ...]] = {}  # of members, by which they are sorted
        self._first = True
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        self._glyph = GlyphLabel(*job_glyph(view), 16)
        self._outcome = label("", "section")
        self._counts = label("", tone="text2")
        self._gauge = Bar(120, role="accent")
        self._share = label("", tone="text2")
        self._when = label("", "hint")
        parts: tuple[QWidget, ...] = (self._glyph, self._outcome, self._counts, self._gauge, self._share, self._when)
        for number, part in enumerate(parts):
            if number == 3:
                head.addStretch(1)
            head.addWidget(part)
        self.body.addLayout(head)
        self.table = SectionTable(self)
        self.view = SectionView(self.table, _("What became of each VM"))
        self.view.setFrameShape(SectionView.Shape.NoFrame)
        self.body.addWidget(self.view, 1)
        if view.command:
            self.add_command(lambda: view.command)
        self._cancel = self.add_right(_("Cancel the task"), lambda: ctx.jobs.cancel(view.id))
        self._again = self.add_right("", lambda: self._repeat(again))
        self.add_close(_("Close")).setDefault(True)
        self._timer = QTimer(self, interval=SHOW_MS, singleShot=True)
        self._timer.timeout.connect(self._look)
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        if ctx.jobs.view(view.id) is None:
            self.read(ctx.bridge, lambda: ctx.services.bulk.members(view.id), self._show)
            self._show(())
        else:
            self._look()

    @Slot(object)
    def _on_jobs(self, views: Sequence[JobView]) -> None:
        if not self._timer.isActive() and any(
            view.id == self._view.id or view.parent == self._view.id for view in views
        ):
            self._timer.start()

    def _look(self) -> None:
        jobs = self._ctx.jobs
        self._view = jobs.view(self._view.id) or self._view
        found = (jobs.view(child) for child in self._view.children)
        self._show([member for member in found if member is not None and member.vms])

    def members(self) -> tuple[JobView, ...]:
        return self._members

    def _show(self, members: Sequence[JobView]) -> None:
        members = sorted(members, key=self._place)
        view, self._members = self._view, tuple(members)
        over = view.state.ended or view.interrupted
        self._glyph.show_glyph(*job_glyph(view))
        self._outcome.setText(_("Interrupted") if view.interrupted else job_words.state(view.state))
        ends = [member.state for member in members]
        self._counts.setText(
            bulk.outcome(
                ends.count(JobState.SUCCEEDED), ends.count(JobState.FAILED), ends.count(JobState.CANCELLED), 0, 0
            )
        )
        self._gauge.setVisible(not over and view.fraction is not None)
        self._share.setVisible(not over and view.fraction is not None)
        self._gauge.set_value(view.fraction)
        self._share.setText(percent(view.fraction))
        self._when.setText(clock(view.ended or view.started or view.created) if over else "")
        left = sum(state in NOT_DONE or member.interrupted for state, member in zip(ends, members, strict=True))
        self._cancel.setVisible(not over)
        self._cancel.setEnabled(view.state is not JobState.CANCELLING)
        self._again.setVisible(over and bool(left))
        self._again.setText(_("Repeat: {vms}…").format(vms=bulk.vms(left)))
        self._again.updateGeometry()
        if self._first and members:
            self._first = False
            self.table.fold(JobState.SUCCEEDED.value, len(members) > 200)
        self.table.show(self.sections(members))

    def _place(self, member: JobView) -> tuple[object, ...]:
        """By name and host, as the plan before it."""
        if member.id not in self._places:
            self._places[member.id] = (natural(member.target), member.vms[0].host, member.id)
        return self._places[member.id]

    def sections(self, members: Sequence[JobView]) -> list[Section]:
        """Failed ones by reason, the largest bundle first; then what goes on; then the rest."""
        by_reason: dict[tuple[str, str], list[JobView]] = {}
        by_state: dict[JobState | str, list[JobView]] = {}
        for member in members:
            if member.state is JobState.FAILED:
                by_reason.setdefault(_reason(member.problem), []).append(member)
            else:
                by_state.setdefault("interrupted" if member.interrupted else member.state, []).append(member)
        made = [
            Section(
                f"failed-{why}",
                job_words.state(JobState.FAILED),
                ("octagon-cross", "error"),
                self._lines(some),
                " ".join(part for part in (why, remedy) if part),
            )
            for (why, remedy), some in sorted(by_reason.items(), key=lambda item: -len(item[1]))
        ]
        titles: dict[JobState | str, tuple[str, tuple[str, str]]] = {
            "interrupted": (_("Cut off"), ("triangle-bang", "warning-glyph")),
            JobState.RUNNING: (job_words.state(JobState.RUNNING), ("disc-arrow", "accent")),
            JobState.CANCELLING: (job_words.state(JobState.CANCELLING), ("disc-minus", "accent")),
            JobState.QUEUED: (job_words.state(JobState.QUEUED), ("ring", "text3")),
            JobState.CANCELLED: (job_words.state(JobState.CANCELLED), ("disc-minus", "text3")),
            JobState.SUCCEEDED: (job_words.state(JobState.SUCCEEDED), ("disc-check", "good")),
        }
        for state, (title, glyph) in titles.items():
            id = state.value if isinstance(state, JobState) else state
            made.append(Section(id, title, glyph, self._lines(by_state.get(state, ()))))
        return made

    def _lines(self, members: Sequence[JobView]) -> tuple[Line, ...]:
        inventory = self._ctx.inventory
        hosts: dict[str, str] = {}
        lines = []
        for member in members:
            key = member.vms[0]
            if key.host not in hosts:
                spec = inventory.spec(key.host)
                hosts[key.host] = spec.name if spec else key.host
            domain = inventory.domain(key)
            glyph = state_glyph(domain.state) if domain else ("square-dashed", "last-known")
            failed = member.state is JobState.FAILED
            said = job_words.step(member) if not member.interrupted else job_words.ended(member)
            tip = explained.full if failed and (explained := job_words.explained(member)) else said
            words = member.problem.text if failed and member.problem and member.problem.text else said
            lines.append(
                Line(member.id, member.target, hosts[key.host], words, glyph, None, "error" if failed else "text2", tip)
            )
        return tuple(lines)

    def _repeat(self, again: Callable[[int], object]) -> None:
        self.accept()
        again(self._view.id)


def _reason(problem: Problem | None) -> tuple[str, str]:
    """Why, and what to do, each a sentence."""
    return (errors.why(problem), errors.next_step(problem)) if problem is not None else ("", "")
