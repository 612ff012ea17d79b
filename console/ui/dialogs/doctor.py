"""What is wrong with a VM's snapshots and images: each finding with its files, what it means, and the repair where there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.storing import Weight
from console.services import snapshot_lines
from console.ui.context import Context
from console.ui.dialogs.base import Dialog, mono
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.labels import GlyphLabel, label
from console.ui.widgets.scrolled import scrolled
from console.words import _, ngettext, snapshot_says, units

FILES = 12  # named of one finding
_GLYPHS = {
    Weight.STOP: ("octagon-cross", "error"),
    Weight.WARNING: ("triangle-bang", "warning-glyph"),
    Weight.FACT: ("disc-info", "accent"),
}


class DoctorDialog(Dialog):
    """`repair` is called with the plan of a finding's repair, which is then shown before it is done."""

    def __init__(
        self,
        ctx: Context,
        key: VmKey,
        name: str,
        findings: Sequence[Finding],
        repair: Callable[[SnapshotPlan], object],
        why_not: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(_("Doctor: {name}").format(name=name), parent, width=680)
        self._repair = repair
        self.buttons: list[Button] = []
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, theme.px(8), 0)
        column.setSpacing(theme.px(10))
        for number, finding in enumerate(findings):
            if number:
                line = QFrame()
                line.setProperty("rule", True)
                line.setFixedHeight(1)
                column.addWidget(line)
            column.addWidget(self._row(finding, why_not))
        column.addStretch(1)
        if not findings:
            column.insertWidget(0, label(_("Nothing is wrong: every file is there and needed."), tone="text2"))
        self.body.addWidget(scrolled(inner), 1)
        self.add_command(lambda: snapshot_lines.doctor(ctx.inventory, [key]))
        self.add_close(_("Close"))

    def _row(self, finding: Finding, why_not: str) -> QWidget:
        said = snapshot_says.finding(finding)
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(theme.px(10))
        top = Qt.AlignmentFlag.AlignTop
        holder = QVBoxLayout()
        holder.setContentsMargins(0, theme.px(2), 0, 0)
        holder.addWidget(GlyphLabel(*_GLYPHS[finding.weight], 14))
        holder.addStretch(1)
        line.addLayout(holder)
        words = QVBoxLayout()
        words.setSpacing(theme.px(3))
        words.addWidget(label(said.cause, "strong", wrap=True))
        words.addWidget(label(said.sentence, tone="text2", wrap=True))
        if finding.files:
            rest = len(finding.files) - FILES
            shown = [*finding.files[:FILES]]
            if rest > 0:
                shown.append(ngettext("{n} more", "{n} more", rest).format(n=units.count(rest)))
            words.addWidget(mono("\n".join(shown)))
        line.addLayout(words, 1)
        if finding.repair is not None:
            plan = finding.repair
            button = Button(_("Repair…"), small=True)
            button.setEnabled(not why_not)
            button.setToolTip(why_not or _("What it would do is shown first"))
            button.clicked.connect(lambda: self._choose(plan))
            self.buttons.append(button)
            line.addWidget(button, 0, top)
        return row

    def _choose(self, plan: SnapshotPlan) -> None:
        self.accept()
        self._repair(plan)
