"""What is wrong with the fleet file, and what an earlier console left half-way."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.fleet.storing import TRANSFERS
from console.jobs.job import JobState, JobView
from console.jobs.journal import Unfinished
from console.services.unfinished import Leftover
from console.settings.fleetread import FileProblem
from console.ui.dialogs.base import Dialog, mono, scrolled
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import GlyphLabel, label, rule
from console.words import _, deletion, errors, files, leftovers, ngettext, units
from console.words import jobs as job_words
from console.words.tried import tried_sentence

if TYPE_CHECKING:
    from console.ui.context import Context


class FileProblemsDialog(Dialog):
    """Line, column and why, one by one; the rest of the file is in use. Saving the file is enough: it is read again."""

    def __init__(self, path: Path, problems: Sequence[FileProblem], parent: QWidget | None = None) -> None:
        count = len(problems)
        title = ngettext("{count} problem in the fleet file", "{count} problems in the fleet file", count)
        super().__init__(title.format(count=count), parent, width=680)
        self.body.addWidget(mono(str(path)))
        inner = QWidget()
        inner.setProperty("ground", "base")
        grid = QGridLayout(inner)
        grid.setContentsMargins(0, 0, theme.px(8), 0)
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(8))
        grid.setColumnStretch(2, 1)
        top = Qt.AlignmentFlag.AlignTop
        for row, problem in enumerate(problems):
            glyph = ("octagon-cross", "error") if problem.left_out else ("triangle-bang", "warning-glyph")
            grid.addWidget(GlyphLabel(*glyph), row, 0, top)
            grid.addWidget(label(files.where(problem) or "–", "name"), row, 1, top)
            said = files.what(problem)
            if problem.left_out and problem.host:
                said = " ".join((said, _("The host is left out.")))
            grid.addWidget(label(said, wrap=True), row, 2, top)
        grid.setRowStretch(count, 1)
        self.body.addWidget(scrolled(inner), 1)
        hint = _("Everything else in the file is in use. It is read again as soon as it is saved.")
        self.body.addWidget(label(hint, "secondary", wrap=True))
        self.add_left(_("Open the file"), lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))), "file")
        self.add_close(_("Close")).setDefault(True)


class UnfinishedDialog(Dialog):
    """Jobs whose console ended under them: how far each was, what is left where, and three ways on."""

    def __init__(self, ctx: Context, found: Sequence[Unfinished], parent: QWidget | None = None) -> None:
        count = len(found)
        title = ngettext("{count} task was left unfinished", "{count} tasks were left unfinished", count)
        super().__init__(title.format(count=count), parent, width=720)
        self._ctx = ctx
        said = _("Splendid ended while these were under way. Nothing more happened since.")
        self.body.addWidget(label(said, wrap=True))
        inner = QWidget()
        inner.setProperty("ground", "base")
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.setSpacing(theme.px(16))
        self.parts = [LeftoverPart(ctx, one, self) for one in found]
        for part in self.parts:
            column.addWidget(part)
        column.addStretch(1)
        self.body.addWidget(scrolled(inner), 1)
        self.add_close(_("Later")).setDefault(True)


class LeftoverPart(QFrame):
    """One of them. It asks its host what is left, when it is made and on "Look again"."""

    def __init__(self, ctx: Context, unfinished: Unfinished, dialog: Dialog) -> None:
        super().__init__()
        self._ctx, self._unfinished, self._dialog = ctx, unfinished, dialog
        self._leftover: Leftover | None = None
        entry = unfinished.entry
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        self._glyph = GlyphLabel("triangle-bang", "warning-glyph")
        head.addWidget(self._glyph)
        head.addWidget(label(tried_sentence(entry.kind, entry.target), "strong"))
        head.addStretch(1)
        head.addWidget(label(units.moment(unfinished.begun, unfinished.begun), "hint"))
        column.addLayout(head)
        column.addWidget(rule())
        done = [step.code for step in entry.steps if step.done]
        now = [step for step in entry.steps if not step.done]
        steps = ngettext("{count} step was done", "{count} steps were done", len(done)).format(count=len(done))
        if now:
            last = JobView(
                0, entry.kind, entry.target, state=JobState.RUNNING, step=now[-1].code, values=now[-1].values
            )
            steps = _("{done}, then it was cut off in “{step}”").format(done=steps, step=job_words.step(last))
        column.addWidget(label(steps, tone="text2", wrap=True))
        self._said = label(_("Asking the host what is left…"), wrap=True)
        column.addWidget(self._said)
        self._files = QVBoxLayout()
        column.addLayout(self._files)
        row = QHBoxLayout()
        row.setSpacing(theme.px(8))
        self.take_up = Button(_("Finish it"), kind="primary", small=True)
        self.take_up.clicked.connect(self._take_up)
        self.back = Button(_("Take it back"), small=True)
        self.back.clicked.connect(self._take_back)
        self.back.hide()
        self.again = Button(_("Look again"), small=True)
        self.again.clicked.connect(self._look)
        self.leave = Button(_("Leave it as it is"), small=True)
        self.leave.clicked.connect(self._dismiss)
        for button in (self.take_up, self.back, self.again, self.leave):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self._look()

    def _look(self) -> None:
        self.take_up.setEnabled(False)
        service = self._ctx.services.unfinished
        self._dialog.read(self._ctx.bridge, lambda: service.look(self._unfinished), self._show)

    def _show(self, leftover: Leftover) -> None:
        self._leftover = leftover
        while item := self._files.takeAt(0):
            if (old := item.widget()) is not None:
                old.deleteLater()
        if leftover.problem is not None:
            self._said.setText(errors.sentence(leftover.problem, self._unfinished.entry.target, "").full)
            return
        if leftover.nothing_left:
            self._said.setText(_("Nothing is left of it: it had come to its end."))
        elif leftover.unfinished.entry.kind in TRANSFERS:
            self._said.setText(deletion.left_of_transfer(leftover.unfinished.entry.target))
        elif leftover.steps:
            self._said.setText("\n".join(leftovers.left_of(leftover.steps, leftover.back)))
        elif leftover.there:
            self._said.setText(_("The VM is still there. These files were to go with it:"))
        else:
            self._said.setText(_("The VM is gone. These files were to go and are still there:"))
        for file in leftover.files:
            self._files.addWidget(mono(deletion.file_line(file)))
        self.take_up.setEnabled(not leftover.nothing_left)
        self.back.setVisible(leftover.back)
        self.back.setEnabled(leftover.back)

    def _take_back(self) -> None:
        leftover, service = self._leftover, self._ctx.services.unfinished
        if leftover is not None:
            self.take_up.setEnabled(False)
            self.back.setEnabled(False)
            self._dialog.read(
                self._ctx.bridge, lambda: service.take_back(leftover), lambda _handle: self._over(), self._refused
            )

    def _take_up(self) -> None:
        leftover, service = self._leftover, self._ctx.services.unfinished
        if leftover is not None:
            self.take_up.setEnabled(False)
            self._dialog.read(
                self._ctx.bridge, lambda: service.take_up(leftover), lambda _handle: self._over(), self._refused
            )

    def _dismiss(self) -> None:
        service = self._ctx.services.unfinished
        self._dialog.read(
            self._ctx.bridge, lambda: service.dismiss(self._unfinished), lambda _none: self._over(), self._refused
        )

    def _refused(self, error: FleetError) -> None:
        self._dialog.failed(error, self._unfinished.entry.kind)
        self.take_up.setEnabled(True)
        self.back.setEnabled(True)

    def _over(self) -> None:
        """It is seen to; the last one closes the dialog."""
        self.hide()
        parts = getattr(self._dialog, "parts", [])
        if all(part.isHidden() for part in parts):
            self._dialog.accept()
