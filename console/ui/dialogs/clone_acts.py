"""Flattening, templates, throw-away: what each would change, from a dry run, before it is done. For one VM or several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from console.fleet.clones.acts import CopyAct
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.storing import Plan, Say, Weight
from console.services import clone_lines
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.check_rows import CheckLine, CheckRows
from console.ui.widgets.goes_when import GoesWhen
from console.ui.widgets.labels import label
from console.words import _, clones, copies, errors, snapshot_many
from console.words.clone_checks import check

if TYPE_CHECKING:
    from console.ui.context import Context

SOON_MS = 250
KINDS = {
    CopyAct.FLATTEN: "vm.flatten",
    CopyAct.TEMPLATE: "vm.template",
    CopyAct.UNTEMPLATE: "vm.untemplate",
    CopyAct.KEEP: "vm.keep",
}
LEAST = 190  # px the checks have at least


class CloneActDialog(Dialog):
    """act: one of KINDS. Nothing can be pressed before the plans are there; those that are refused keep all from being done."""

    def __init__(self, ctx: Context, act: CopyAct, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        self._names = {key: domain.name for key in keys if (domain := ctx.inventory.domain(key))}
        on = snapshot_many.vms(len(self._names), next(iter(self._names.values()), ""))
        title = copies.title(act, on, len(self._names))
        super().__init__(title, parent, width=680)
        self._ctx, self._act = ctx, act
        self._number = 0
        self.plans: tuple[Plan, ...] | None = None
        self.goes: GoesWhen | None = None
        if act is CopyAct.KEEP:
            self._build_goes()
        self._asking = label("", tone="text2", wrap=True)
        self.rows = CheckRows(_("What will happen"))
        self.rows.setMinimumHeight(theme.px(LEAST))
        edge = theme.px(20)
        self.body.setContentsMargins(0, edge if self.goes is not None else 0, 0, 0)
        self._asking.setContentsMargins(edge, theme.px(12), edge, theme.px(12))
        self.body.addWidget(self._asking)
        self.body.addWidget(self.rows, 1)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self.add_command(self.command)
        self.add_close()
        self.add_main(_("Save") if act is CopyAct.KEEP else title, self._go)
        self._ask()

    def _build_goes(self) -> None:
        self.goes = goes = GoesWhen()
        edge = theme.px(16)
        goes.setContentsMargins(edge, 0, edge, theme.px(8))
        goes.say_many(len(self._names) > 1)
        domains = [domain for key in self._names if (domain := self._ctx.inventory.domain(key))]
        all_ = {(one.throw_away, one.expires) for one in (d.provenance or Provenance() for d in domains)}
        if len(all_) == 1:
            goes.put(*all_.pop())
        goes.changed.connect(self._replan)
        self.body.addWidget(goes)

    # the plan

    def _replan(self) -> None:
        self._number += 1
        self.plans = None
        why = self.goes.why_not() if self.goes is not None else ""
        self.hold(why)
        if why:
            self._soon.stop()
        else:
            self.idle()
            self._soon.start()

    def _planner(self) -> Callable[[VmKey], Plan]:
        service = self._ctx.services.clones
        if self.goes is not None:
            throw_away, expires = self.goes.throw_away.isChecked(), self.goes.expires()
            return lambda key: service.plan_keep(key, throw_away=throw_away, expires=expires)
        if self._act is CopyAct.FLATTEN:
            return service.plan_flatten
        return lambda key: service.plan_template(key, self._act is CopyAct.TEMPLATE)

    def _ask(self) -> None:
        self._soon.stop()
        self._number += 1
        number, keys, planner = self._number, tuple(self._names), self._planner()
        self._asking.setText(_("Asking the host what would happen…"))
        self._asking.show()
        self.idle()

        def took(plans: tuple[Plan, ...]) -> None:
            if shiboken6.isValid(self) and number == self._number:
                self._show(plans)

        def refused(error: FleetError) -> None:
            if shiboken6.isValid(self) and number == self._number:
                self._asking.setText(errors.explain(error, KINDS[self._act]).full)
                self.hold(_("Without a plan nothing is done."))

        self._ctx.bridge.run(lambda: tuple(planner(key) for key in keys), took, refused)

    def _show(self, plans: tuple[Plan, ...]) -> None:
        self.plans = plans
        self._asking.hide()
        self.rows.show_lines(lines(plans, self._host_name))
        self.hold(_("It cannot be done as it stands.") if any(plan.refused for plan in plans) else "")

    def _host_name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    def command(self) -> str:
        """The lines that do the same."""
        inventory, keys = self._ctx.inventory, tuple(self._names)
        if self.goes is not None:
            throw_away, expires = self.goes.throw_away.isChecked(), self.goes.expires()
            said = [clone_lines.keep(inventory, key, throw_away=throw_away, expires=expires) for key in keys]
        elif self._act is CopyAct.FLATTEN:
            said = [clone_lines.flatten(inventory, key) for key in keys]
        else:
            said = [clone_lines.template(inventory, keys, self._act is CopyAct.TEMPLATE)]
        return "\n".join(said)

    def _go(self) -> None:
        if self.plans is None or any(plan.refused for plan in self.plans):
            return
        service = self._ctx.services.clones
        try:
            for key in self._names:
                if self.goes is not None:
                    throw_away, expires = self.goes.throw_away.isChecked(), self.goes.expires()
                    service.run_keep(key, throw_away=throw_away, expires=expires)
                elif self._act is CopyAct.FLATTEN:
                    service.run_flatten(key)
                else:
                    service.run_template(key, self._act is CopyAct.TEMPLATE)
        except FleetError as error:
            self.failed(error, KINDS[self._act])
            return
        self.accept()


def lines(plans: Sequence[Plan], name: Callable[[str], str]) -> list[CheckLine]:
    """What the plans say, each thing once; of what is refused only why."""
    found: dict[tuple[object, ...], tuple[Say, list[str]]] = {}
    for plan in plans:
        for say in plan.refused or plan.says:
            found.setdefault((say.code, *sorted(say.values.items())), (say, []))[1].append(plan.target)
    order = list(Weight)[::-1]
    said = []
    for say, targets in sorted(found.values(), key=lambda each: order.index(each[0].weight)):
        told = check(say, name)
        on = f"({clones.names(targets)})" if len(targets) < len(plans) and len(plans) > 1 else ""
        said.append(CheckLine(say.weight, told.about, told.finding, told.meaning, on=on))
    return said
