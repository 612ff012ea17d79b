"""The panel beside the tree: which act, what it would do, and the button that does it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.fleet.domains import State
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.snapshots.values import SnapshotFacts
from console.ui.theme import theme
from console.ui.widgets.buttons import Button, set_kind
from console.ui.widgets.labels import ElidedLabel, label
from console.ui.widgets.plan_steps import StepRow
from console.ui.widgets.plan_view import PlanView
from console.ui.widgets.scrolled import scrolled
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, snapshots

_ICONS = {Deed.DELETE: "trash", Deed.DELETE_BELOW: "trash", Deed.REVERT: "undo", Deed.TAKE: "camera"}


class BranchRow(QWidget):
    """With a revert: whether the state of now is kept first, and as what.

    Signals:
        changed(): other wishes.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        self.keep = QCheckBox(_("Keep the state of now first, as"))
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name of the snapshot that keeps the state of now"))
        self.name.setMinimumWidth(theme.px(190))
        self.name.setMaximumWidth(theme.px(240))
        self.name.setEnabled(False)
        self.start = QCheckBox(_("Start it afterwards"))
        row.addWidget(self.keep)
        row.addWidget(self.name, 9)
        row.addStretch(1)
        row.addWidget(self.start)
        self.keep.toggled.connect(self._on_keep)
        self.name.textEdited.connect(lambda _text: self.changed.emit())
        self.start.toggled.connect(lambda _on: self.changed.emit())

    def _on_keep(self, on: bool) -> None:
        self.name.setEnabled(on)
        if on:
            self.name.setFocus()
            self.name.selectAll()
        self.changed.emit()

    def offer(self, name: str, start: bool | None) -> None:
        """Wishes as they are at first. start: None = it is not asked, the snapshot has memory."""
        for box, on in ((self.keep, False), (self.start, bool(start))):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self.name.setEnabled(False)
        self.name.setText(name)
        self.start.setVisible(start is not None)

    def branch(self) -> str:
        """Name of the snapshot that is taken first, "" = none."""
        return self.name.text().strip() if self.keep.isChecked() else ""

    def wants_start(self) -> bool | None:
        return self.start.isChecked() if not self.start.isHidden() else None


class PlanPanel(QFrame):
    """Signals:
    deed_chosen(str): another act is to be planned.
    wishes_changed(): it is to be planned anew.
    confirmed(): the plan that is shown is to be carried out.
    cancelled(): nothing is to be done.
    """

    deed_chosen = Signal(str)
    wishes_changed = Signal()
    confirmed = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self.plan: SnapshotPlan | None = None
        self.command = ""
        self._host = ""
        self._why = ""
        self._title = label(_("What will happen"), "strong")
        self.deeds = Segmented([], _("What is planned"), small=True)
        self.deeds.chosen.connect(self.deed_chosen)
        self._age = ElidedLabel("", "secondary", "text2")
        self._age.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.branch = BranchRow()
        self.branch.changed.connect(self.wishes_changed)
        self.branch.hide()
        self.view = PlanView()
        self.area = scrolled(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(self.branch)
        column.addWidget(self.area, 1)
        column.addWidget(self._foot())

    def _head(self) -> QWidget:
        head = QFrame()
        head.setProperty("line", "bottom")
        row = QHBoxLayout(head)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(12))
        row.addWidget(self._title)
        row.addWidget(self.deeds)
        row.addWidget(self._age, 1)
        return head

    def _foot(self) -> QWidget:
        foot = QFrame()
        foot.setProperty("line", "top")
        row = QHBoxLayout(foot)
        row.setContentsMargins(theme.px(12), theme.px(8), theme.px(12), theme.px(8))
        row.setSpacing(theme.px(8))
        self.copy = Button(_("Copy as command"), kind="flat", icon="terminal", role="text2")
        self.copy.clicked.connect(self._on_copy)
        self._said = label("", "secondary", "text2", wrap=True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.cancel = Button(_("Cancel"))
        self.cancel.clicked.connect(self.cancelled)
        self.go = Button("")
        self.go.clicked.connect(self.confirmed)
        row.addWidget(self.copy)
        row.addWidget(self._said, 1)
        row.addWidget(self.cancel)
        row.addWidget(self.go)
        return foot

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.command)
        self.copy.setText(_("Copied"))

    # what is shown

    def offer(self, deeds: Sequence[Deed], current: Deed, below: int) -> None:
        """The acts there are for what is chosen. below: how many go on from it."""
        self.deeds.set_segments([Segment(deed.value, snapshots.deed(deed, below)) for deed in deeds])
        self.deeds.set_current(current.value)
        self.deeds.setVisible(len(deeds) > 1)
        self.branch.setVisible(current is Deed.REVERT)

    def show_asking(self, host: str) -> None:
        """The host is asked; what was planned before stays to be read, but cannot be done."""
        self._host = host
        self._age.set_text(_("Asking {host}…").format(host=host))
        self.go.setEnabled(False)
        self.copy.setEnabled(False)
        if self.plan is None:
            self.view.show_only([])

    def show_plan(
        self,
        plan: SnapshotPlan,
        facts: SnapshotFacts | None,
        state: State,
        command: str,
        now: float,
        why_not: str = "",
        rows: list[StepRow] | None = None,
    ) -> None:
        """why_not: what else keeps it from being done: a host that only looks, or does not answer. rows: as in PlanView."""
        self.plan, self.command, self._why = plan, command, why_not
        self.view.show_plan(plan, facts, state, now, rows)
        self.go.setText(snapshots.button(plan))
        self.go.set_icon(_ICONS.get(plan.deed, "check"), "on-button")
        loses = any(step.loses for step in plan.steps) or plan.deed in (Deed.DELETE, Deed.DELETE_BELOW)
        set_kind(self.go, "danger" if loses else "primary")
        self.copy.setEnabled(bool(command))
        self.copy.setText(_("Copy as command"))
        self._judge(_("It cannot be done as it stands.") if plan.refused else why_not)
        self.tick(now)

    def show_failed(self, tone: str, what: str, why: str) -> None:
        """There is no plan."""
        self.plan, self.command = None, ""
        self.view.show_only([(tone, what, why)])
        self.copy.setEnabled(False)
        self._age.set_text("")
        self._judge(_("There is no plan."))

    def show_host(self, host: str) -> None:
        self._host = host

    def forget(self) -> None:
        """Nothing is planned: what is shown is of something else now."""
        self.plan, self.command = None, ""
        self.view.show_only([])

    def _judge(self, why: str) -> None:
        self._said.setText(why)
        self.go.setEnabled(not why)
        self.go.setToolTip(why)
        self.go.setVisible(self.plan is not None)

    def tick(self, now: float) -> None:
        """How old the plan is; call once a second while seen."""
        if self.plan is not None:
            self._age.set_text(snapshots.age(self.plan, self._host, now))
