"""Between the page of a VM's snapshots and the panel that shows a plan: asks for it, keeps it young, carries it out."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from shiboken6 import isValid

from console.fleet.errors import FleetError
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.snapshots.values import How
from console.ui.context import Context
from console.ui.models.snapshots import Laid, SnapshotRows
from console.ui.widgets.plan_panel import PlanPanel
from console.ui.widgets.plan_steps import StepRow
from console.ui.widgets.plan_view import step_rows
from console.words import _, errors, snapshot_names

WISH_MS = 250  # after the last letter of a wish


class SnapshotPlanner(QObject):
    """why_not: why nothing can be done to the VM now, "" where it can.

    Signals:
        planned(): another plan, or the reason there is none, is shown.
        begun(SnapshotPlan): it is being carried out.

    Attributes:
        job: the task that carries a plan out now.
    """

    planned = Signal()
    begun = Signal(object)

    def __init__(
        self, ctx: Context, panel: PlanPanel, rows: SnapshotRows, why_not: Callable[[], str], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._ctx, self._panel, self._rows, self._why_not = ctx, panel, rows, why_not
        self._laid: Laid | None = None
        self._name = NOW
        self._deed = Deed.REVERT
        self._offered = NOW  # the one whose wishes stand in the panel
        self._number = 0  # of the last question: answers to earlier ones come too late
        self.job: int | None = None
        self._wish = QTimer(self, interval=WISH_MS, singleShot=True)
        self._wish.timeout.connect(self._ask)
        panel.wishes_changed.connect(self._on_wish)
        panel.confirmed.connect(self.carry_out)

    @property
    def repairing(self) -> bool:
        """What the doctor proposed is shown: it stays until a person turns away from it."""
        return self._panel.plan is not None and self._panel.plan.deed is Deed.REPAIR

    def forget(self) -> None:
        """Another VM."""
        self._number += 1
        self._laid, self._name, self._deed, self.job = None, NOW, Deed.REVERT, None
        self._offered = NOW
        self._panel.forget()

    def turn_away(self) -> None:
        """Nothing is to be planned."""
        self._number += 1
        self._name, self._deed, self._offered = NOW, Deed.REVERT, NOW
        self._panel.forget()
        self._rows.set_goes(())
        self.planned.emit()

    def plan(self, laid: Laid, name: str, deed: Deed | None = None) -> None:
        """Plans an act on this snapshot; None = the one that was planned last, where it fits."""
        self._laid, self._name = laid, name
        below = len(laid.facts.below(name))
        deeds = [Deed.REVERT, Deed.DELETE, *([Deed.DELETE_BELOW] if below else [])]
        self._deed = deed if deed in deeds else self._deed if self._deed in deeds else Deed.REVERT
        shown = self._panel.plan
        if shown is None or (shown.snapshot, shown.deed) != (name, self._deed):
            self._panel.forget()
        if name != self._offered:  # what was wished stays while the same one is planned anew
            self._offered = name
            start = laid.facts.state.active if laid.by_name[name].memory is How.NONE else None
            self._panel.branch.offer(snapshot_names.branch_name(laid.facts, time.time()), start)
        self._panel.offer(deeds, self._deed, below)
        self._ask()

    def show_repair(self, laid: Laid, plan: SnapshotPlan, command: str) -> None:
        """A plan that was made before: the doctor's."""
        self._number += 1
        self._laid, self._name = laid, NOW
        self._panel.offer([Deed.REPAIR], Deed.REPAIR, 0)
        self._show(self._number, plan, command)

    @Slot()
    def _on_wish(self) -> None:
        self._number += 1
        self._panel.show_asking(self._host())
        self._wish.start()

    @Slot()
    def _ask(self) -> None:
        """On a worker."""
        laid, name, deed = self._laid, self._name, self._deed
        if laid is None or name == NOW:
            return
        self._number += 1
        if self.job is not None:
            self._say_under_way()
            return
        number, service, key, facts = self._number, self._ctx.services.snapshots, laid.facts.key, laid.facts
        branch, start = self._panel.branch.branch(), self._panel.branch.wants_start()
        self._panel.show_asking(self._host())

        def work() -> tuple[SnapshotPlan, str, list[StepRow]]:
            if deed is Deed.REVERT:
                plan = service.plan_revert(key, name, branch=branch, start=start, facts=facts)
            else:
                plan = service.plan_delete(key, name, below=deed is Deed.DELETE_BELOW, facts=facts)
            return plan, service.command(plan), step_rows(plan, facts, facts.state, time.time())

        self._ctx.bridge.run(work, lambda found: self._show(number, *found), lambda error: self._failed(number, error))

    def _show(self, number: int, plan: SnapshotPlan, command: str, rows: list[StepRow] | None = None) -> None:
        if not isValid(self) or number != self._number or self._laid is None:
            return
        facts = self._laid.facts
        self._panel.show_host(self._host())
        self._panel.show_plan(plan, facts, facts.state, command, time.time(), self._why_not(), rows)
        self._rows.set_goes(() if plan.refused else marks(plan))
        self.planned.emit()

    def _failed(self, number: int, error: FleetError) -> None:
        if isValid(self) and number == self._number:
            said = errors.sentence(error.problem, self._name, "snapshot.plan")
            self.show_trouble(said.what, f"{said.why} {said.next}")

    def show_trouble(self, what: str, why: str) -> None:
        """There is no plan now; what was asked is not shown any more."""
        self._number += 1
        self._panel.show_failed("error", what, why)
        self._rows.set_goes(())
        self.planned.emit()

    def _host(self) -> str:
        spec = self._ctx.inventory.spec(self._laid.facts.key.host) if self._laid is not None else None
        return spec.name if spec is not None else ""

    # doing

    @Slot()
    def carry_out(self) -> None:
        """What is shown."""
        plan = self._panel.plan
        if plan is None or plan.refused or self._why_not():
            return
        try:
            self.job = self._ctx.services.snapshots.run(plan).id
        except FleetError as error:
            said = errors.explain(error, f"snapshot.{plan.deed}")
            self.show_trouble(said.what, f"{said.why} {said.next}")
            return
        self._number += 1
        self._deed = Deed.REVERT
        self._say_under_way()
        self.begun.emit(plan)

    def _say_under_way(self) -> None:
        self._panel.show_failed("info", _("Under way:"), _("it stands among the tasks, where it can be cancelled."))


def marks(plan: SnapshotPlan) -> tuple[str, ...]:
    """What the plan takes away: snapshots, and of a revert that keeps nothing first the state of now."""
    if plan.deed is Deed.REVERT:
        return (*plan.lost, *(() if plan.branch else (NOW,)))
    return plan.lost
