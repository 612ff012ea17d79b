"""The clone wizard: from which moment and by which names, where to, how, what the plan says, and go."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from console.fleet.clones.values import CloneKind, CloneOrder, ClonePlan, Macs, Reset
from console.fleet.domains import Domain, VmKey
from console.fleet.errors import FleetError, UsageError
from console.fleet.snapshots.values import Snapshot
from console.ui.dialogs.clone_check import CheckPage, lines, title
from console.ui.dialogs.clone_how import HowPage
from console.ui.dialogs.clone_pages import WhatPage
from console.ui.dialogs.clone_sides import NewName, Source, SubjectSide, WaySide
from console.ui.dialogs.clone_where import WherePage, free_after
from console.ui.dialogs.wizard import Wizard
from console.ui.icons import age_of, vm_glyph
from console.ui.models import clone_draft
from console.ui.models.clone_draft import Draft
from console.words import N_, _, clones, errors, ngettext, states, units

if TYPE_CHECKING:
    from console.ui.context import Context

STEPS = (("what", N_("What")), ("where", N_("Where")), ("how", N_("How")), ("check", N_("Check")), ("go", N_("Go")))
SOON_MS = 300  # between a change on the last page and the question
MOST_ASKED = 20  # VMs whose snapshots are asked for


class CloneDialog(Wizard):
    """Clones one VM, or each of several. snapshot: the moment to begin with, "" = now."""

    def __init__(
        self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None, *, snapshot: str = ""
    ) -> None:
        domains = [domain for key in keys if (domain := ctx.inventory.domain(key))]
        names = [domain.name for domain in domains]
        super().__init__(clones.title(names), [(id, _(title)) for id, title in STEPS], parent)
        self._ctx = ctx
        self._domains = domains
        self._names = {domain.key: domain.name for domain in domains}
        taken = {name for host in {domain.key.host for domain in domains} for name in self._taken(host)}
        bases = bool(domains) and all(domain.provenance and domain.provenance.template for domain in domains)
        draft = clone_draft.begun(list(self._names.items()), taken, snapshot)
        self.draft = replace(draft, kind=CloneKind.LINKED) if bases else draft  # that is what templates are for
        self.orders: tuple[CloneOrder, ...] = ()
        self._why_no_names = ""
        self.plans: tuple[ClonePlan, ...] | None = None
        self._trouble = ""
        self._asked = 0
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._build()
        self.finish()
        self._read_snapshots()
        self._on_change()

    def _build(self) -> None:
        ctx, draft = self._ctx, self.draft
        self.what = WhatPage(draft, several=len(self._domains) > 1)
        self.where = WherePage(ctx, draft)
        self.how = HowPage(draft)
        self.check = CheckPage()
        for page in (self.what, self.where, self.how):
            page.changed.connect(self._on_change)
            self.add_page(page)
        self.add_page(self.check, scrolls=False)
        self.check.again.connect(self._ask)
        self.subject = SubjectSide([self._source(domain) for domain in self._domains])
        self.subject.chosen.connect(lambda _name: self._show_clone())
        self.left.addWidget(self.subject)
        self.way = WaySide(draft.kind)
        self.way.chosen.connect(lambda _id: self._on_change())
        self.way.change_wanted.connect(lambda: self.go_to("how"))
        self.right.addWidget(self.way)
        self._copy = self.add_command(self.command)

    def _source(self, domain: Domain) -> Source:
        spec, status = self._ctx.inventory.spec(domain.key.host), self._ctx.inventory.status(domain.key.host)
        size = sum(disk.allocation for disk in domain.disks if disk.device == "disk")
        said = [_("on {host}").format(host=spec.name if spec else domain.key.host)]
        said.append(states.state_in_sentence(domain.state))
        if size:
            said.append(units.size(size))
        return Source(domain.name, ", ".join(said), vm_glyph(domain, age_of(status)))

    # the draft

    def _taken(self, host: str) -> frozenset[str]:
        return frozenset(domain.name for domain in self._ctx.inventory.domains_of(host))

    def _read_snapshots(self) -> None:
        """Off Qt's thread: the moments there are, of several VMs those of a name that all have."""
        service, keys = self._ctx.services.snapshots, [domain.key for domain in self._domains][:MOST_ASKED]

        def common() -> tuple[Snapshot, ...]:
            each = [{one.name: one for one in service.facts(key).snapshots} for key in keys]
            both = set(each[0]).intersection(*each[1:]) if each else set()
            return tuple(one for name, one in each[0].items() if name in both) if each else ()

        self.read(
            self._ctx.bridge,
            common,
            lambda found: self.what.show_snapshots(found),
            lambda error: self.what.show_snapshots((), errors.why(error.problem)),
        )

    def _on_change(self) -> None:
        """Something was chosen or typed."""
        before = self.draft
        draft = self.how.put(self.where.put(self.what.put(self.draft)))
        kind = self.way.kinds.current()
        self.draft = draft = replace(draft, kind=CloneKind(kind) if kind else draft.kind)
        self._make_orders(draft)
        self._show_sides(draft)
        if draft != before:
            self.plans, self._trouble = None, ""
            self.subject.show_room("", None, None, "", "")
            if self.at_last:
                self._soon.start()
        self.judge()

    def _make_orders(self, draft: Draft) -> None:
        hosts = {draft.host} if draft.host else {key.host for key in draft.sources}
        taken = {host: self._taken(host) for host in hosts}
        try:
            self.orders = clone_draft.orders(draft, self._names, taken)
        except UsageError as error:
            self.orders, self._why_no_names = (), clone_draft.why_no_names(error)
        else:
            wrong = [
                name for order in self.orders for name in order.names if name in taken[order.host or order.source.host]
            ]
            self._why_no_names = _("{name} exists already.").format(name=wrong[0]) if wrong else ""
            self.subject.show_names(
                [
                    NewName(number, name, _("{name} exists already.").format(name=name) if name in wrong else "")
                    for number, name in enumerate(name for order in self.orders for name in order.names)
                ]
            )
        self.what.say_wrong(self._why_no_names)

    def _show_sides(self, draft: Draft) -> None:
        first = self.orders[0].names[0] if self.orders else "qa-01"
        self.where.say_example(draft, first)
        self.how.say_many(draft.count * len(draft.sources) > 1)
        size = sum(disk.allocation for domain in self._domains for disk in domain.disks if disk.device == "disk")
        full = _("about {size}").format(size=units.size(size * draft.count)) if size else ""
        self.way.show_kinds(full, _("at once"))
        self.way.show_options(clone_draft.options(draft, time.time()), self.step != "how")
        self._copy.setEnabled(bool(self.orders))

    # steps

    def said(self, step: str) -> str:
        if step == "what":
            return clone_draft.said_what(self.draft, next(iter(self._names.values()), ""))
        if step == "where":
            return clone_draft.said_where(self.draft, self.where.host_name())
        return clone_draft.said_how(self.draft) if step == "how" else ""

    def why_not(self, step: str) -> str:
        match step:
            case "what":
                return self.what.why_not() or self._why_no_names
            case "where":
                return self.where.why_not()
            case "how":
                return self.how.why_not()
        if self._trouble:
            return self._trouble
        stops = sum(len(plan.refused) for plan in self.plans or ())
        if stops:
            said = ngettext("{count} error: mend it first", "{count} errors: mend them first", stops)
            return said.format(count=units.count(stops))
        return ""

    def act(self) -> str:
        if self.plans:
            return clones.button(*self.plans)
        return _("Make {clones}").format(
            clones=clones.total(sum(len(order.names) for order in self.orders), self.draft.kind)
        )

    def entered(self, step: str) -> None:
        self.check.tick(step == "check")
        if step == "what":
            self.what.pattern.setFocus()
        self.way.show_options(clone_draft.options(self.draft, time.time()), step != "how")
        if step == "check" and self.plans is None:
            self._ask()

    def judge(self) -> None:
        super().judge()
        if self.at_last and self.plans is None and not self._trouble:
            self.wait(_("Asking the host what it would take…"))

    def mend(self, what: str) -> None:
        """What a remedy stands for: a step to go to, or another choice."""
        match what:
            case "full" | "linked":
                self.way.kinds.choose(what)
            case "new-macs":
                self.how.show_draft(replace(self.draft, macs=Macs.NEW))
            case "no-start":
                self.how.show_draft(replace(self.draft, start=False))
            case "no-reset":
                self.how.show_draft(replace(self.draft, reset=Reset.NONE))
            case _:
                self.go_to(what)

    # the plan

    def _ask(self) -> None:
        self._soon.stop()
        self._asked += 1
        asked, orders, service = self._asked, self.orders, self._ctx.services.clones
        self.plans, self._trouble = None, ""
        self.check.wait(_("Asking the host what it would take…"))
        self.judge()

        def took(plans: tuple[ClonePlan, ...]) -> None:
            if asked == self._asked:
                self._take(plans)

        def refused(error: FleetError) -> None:
            if asked == self._asked:
                self._trouble = _("Without a plan nothing is done.")
                self.check.wait(errors.explain(error, "clone.plan").full)
                self.judge()

        self.read(self._ctx.bridge, lambda: tuple(service.plan(order) for order in orders), took, refused)

    def _take(self, plans: tuple[ClonePlan, ...]) -> None:
        self.plans = plans
        host = self._host_name(plans[0].order.host or plans[0].order.source.host) if plans else ""
        found = lines(plans, self._host_name, self.mend)
        self.check.show_lines(title(plans, host), found, min(plan.made for plan in plans), fold=self.narrow)
        self._show_clone()
        self._show_room(plans)
        self.judge()

    def _show_clone(self) -> None:
        name = self.subject.shown_name()
        made = [one for plan in self.plans or () for one in plan.clones]
        self.check.show_clone(next((one for one in made if one.name == name), made[0] if made else None))

    def _show_room(self, plans: Sequence[ClonePlan]) -> None:
        pools = {
            (plan.order.host or plan.order.source.host, disk.pool)
            for plan in plans
            for one in plan.clones
            for disk in one.disks
            if disk.pool
        }
        needs = sum(plan.needs for plan in plans)
        known = [plan.seconds for plan in plans]
        seconds = sum(one for one in known if one is not None) if None not in known else None
        said = clones.needs(replace(plans[0], needs=needs, free=max(plan.free for plan in plans), seconds=seconds))
        where = next(iter(pools)) if len(pools) == 1 else ("", "")
        pool = next((one for one in self._ctx.inventory.view(where[0]).pools if one.name == where[1]), None)
        if pool is None or not pool.capacity:
            self.subject.show_room("", None, None, said, "")
            return
        before = 1 - pool.available / pool.capacity
        self.subject.show_room(pool.name, before, before + needs / pool.capacity, said, free_after(pool, needs))

    def _host_name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    def command(self) -> str:
        return "\n".join(self._ctx.services.clones.line(order) for order in self.orders)

    def go(self) -> None:
        if self.plans is None or self.why_not("check"):
            return
        try:
            for plan in self.plans:
                self._ctx.services.clones.run(plan)
        except FleetError as error:
            self.failed(error, "vm.clone")
            return
        self.accept()
