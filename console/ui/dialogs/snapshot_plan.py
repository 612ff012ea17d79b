"""Dialogs about one snapshot: a form, and below it the plan of what it would do, made anew with every change of the form."""

from __future__ import annotations

import time
from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QTimer, Slot
from PySide6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.ui.widgets.plan_view import PlanView
from console.ui.widgets.scrolled import scrolled
from console.words import _, errors, snapshots

SOON_MS = 250  # after the last letter, before it is planned


def field_label(text: str) -> QLabel:
    return label(text, "secondary", "text2")


class SnapshotPlanDialog(Dialog):
    """Subclasses fill `form`, say what to plan (`request`), and call `replan` when anything they hold has changed.

    facts: what the page has read, None = asked first; `with_facts` is called when they are there.
    """

    def __init__(
        self,
        ctx: Context,
        key: VmKey,
        title: str,
        act: str,
        facts: SnapshotFacts | None = None,
        parent: QWidget | None = None,
        *,
        width: int = 640,
    ) -> None:
        super().__init__(title, parent, width=width)
        self.ctx, self.key, self.facts = ctx, key, facts
        self.job: int | None = None
        self.plan: SnapshotPlan | None = None
        self._line = ""
        self._number = 0
        self.form = QVBoxLayout()
        self.form.setSpacing(theme.px(10))
        self.body.addLayout(self.form)
        self.view = PlanView(margin=0)
        self.body.addWidget(scrolled(self.view), 1)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._copy = self.add_command(lambda: self._line)
        self._copy.setEnabled(False)
        self.add_close()
        self.add_main(act, self._go)
        self.idle()

    # for subclasses

    def request(self, facts: SnapshotFacts) -> Callable[[], SnapshotPlan]:
        """What to ask, off Qt's thread."""
        raise NotImplementedError

    def with_facts(self, facts: SnapshotFacts) -> None:
        """What there is of the VM's snapshots is known now."""

    # the plan

    def begin(self) -> None:
        """Fills the form with what is known and plans; what there is now is asked all the same, and planned anew."""
        service, key = self.ctx.services.snapshots, self.key
        if self.facts is not None:
            self.with_facts(self.facts)
            self.replan(soon=False)
        else:
            self.view.show_only([("info", "", _("Asking the host…"))])

        def arrived(facts: SnapshotFacts) -> None:
            first, self.facts = self.facts is None, facts
            if first:
                self.with_facts(facts)
            self.replan(soon=False)

        def refused(error: FleetError) -> None:
            said = errors.sentence(error.problem, self._vm(), "snapshot.facts")
            self.view.show_only([("error", said.what, f"{said.why} {said.next}")])
            self.hold(_("There is no plan."))

        self.read(self.ctx.bridge, lambda: service.facts(key), arrived, refused)

    def replan(self, soon: bool = True) -> None:
        """Plans anew; until the answer is there nothing can be pressed."""
        self._number += 1
        self.plan = None
        self._copy.setEnabled(False)
        self.idle()
        if self.facts is None:
            return
        if soon:
            self._soon.start()
        else:
            self._ask()

    @Slot()
    def _ask(self) -> None:
        if self.facts is None:
            return
        number, work, service = self._number, self.request(self.facts), self.ctx.services.snapshots

        def ask() -> tuple[SnapshotPlan, str]:
            plan = work()
            return plan, service.command(plan)

        self.ctx.bridge.run(ask, lambda found: self._show(number, *found), lambda error: self._refused(number, error))

    def _show(self, number: int, plan: SnapshotPlan, line: str) -> None:
        if not shiboken6.isValid(self) or number != self._number or self.facts is None:
            return
        self.plan, self._line = plan, line
        self.view.show_plan(plan, self.facts, self.facts.state, time.time())
        self._copy.setEnabled(bool(line))
        self._copy.setText(_("Copy as command"))
        assert self.main is not None
        self.main.setText(snapshots.button(plan))
        self.hold(_("It cannot be done as it stands.") if plan.refused else "")

    def _refused(self, number: int, error: FleetError) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        said = errors.sentence(error.problem, self._vm(), "snapshot.plan")
        self.view.show_only([("error", said.what, f"{said.why} {said.next}")])
        self.hold(_("There is no plan."))

    def _vm(self) -> str:
        domain = self.ctx.inventory.domain(self.key)
        return domain.name if domain is not None else ""

    def _go(self) -> None:
        if self.plan is None or self.plan.refused:
            return
        try:
            self.job = self.ctx.services.snapshots.run(self.plan).id
        except FleetError as error:
            self.failed(error, f"snapshot.{self.plan.deed}")
            return
        self.accept()


class RenameSnapshotDialog(SnapshotPlanDialog):
    """Another name."""

    def __init__(self, ctx: Context, facts: SnapshotFacts, snapshot: Snapshot, parent: QWidget | None = None) -> None:
        title = _("Rename {name}").format(name=snapshot.name)
        super().__init__(ctx, facts.key, title, _("Rename"), facts, parent, width=640)
        self._snapshot = snapshot
        self.name = QLineEdit(snapshot.name)
        self.name.setAccessibleName(_("New name"))
        self.name.selectAll()
        self.name.textEdited.connect(lambda _text: self.replan())
        self.form.addWidget(field_label(_("New name")))
        self.form.addWidget(self.name)
        self.name.setFocus()

    def request(self, facts: SnapshotFacts) -> Callable[[], SnapshotPlan]:
        new, service, key, name = self.name.text().strip(), self.ctx.services.snapshots, self.key, self._snapshot.name
        return lambda: service.plan_rename(key, name, new, facts=facts)

    def _ask(self) -> None:
        if self.name.text().strip() == self._snapshot.name:
            self.view.show_only([])
            return
        super()._ask()


class DescribeSnapshotDialog(SnapshotPlanDialog):
    """Another description."""

    def __init__(self, ctx: Context, facts: SnapshotFacts, snapshot: Snapshot, parent: QWidget | None = None) -> None:
        title = _("Describe {name}").format(name=snapshot.name)
        super().__init__(ctx, facts.key, title, _("Describe"), facts, parent, width=640)
        self._snapshot = snapshot
        self.text = QPlainTextEdit(snapshot.description)
        self.text.setAccessibleName(_("Description"))
        self.text.setTabChangesFocus(True)
        self.text.setProperty("field", True)
        self.text.setFixedHeight(theme.px(90))
        self.text.textChanged.connect(self.replan)
        self.form.addWidget(field_label(_("What it is good for")))
        self.form.addWidget(self.text)
        self.text.setFocus()

    def request(self, facts: SnapshotFacts) -> Callable[[], SnapshotPlan]:
        text, service, key, name = self.text.toPlainText(), self.ctx.services.snapshots, self.key, self._snapshot.name
        return lambda: service.plan_describe(key, name, text.strip(), facts=facts)

    def _ask(self) -> None:
        if self.text.toPlainText().strip() == self._snapshot.description.strip():
            self.view.show_only([])
            return
        super()._ask()


def form_rows(*rows: tuple[str, QWidget]) -> QFormLayout:
    """Labels at the left, fields at the right."""
    form = QFormLayout()
    form.setHorizontalSpacing(theme.px(12))
    form.setVerticalSpacing(theme.px(8))
    form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    for text, widget in rows:
        form.addRow(field_label(text), widget)
    return form
