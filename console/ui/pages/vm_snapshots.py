"""The snapshots of a VM: the tree down to "now", the one that is chosen, and what an act on it would do before it is done."""

from __future__ import annotations

import time
from collections.abc import Iterable

from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.acts import Act, why_not
from console.fleet.domains import Domain
from console.fleet.errors import FleetError
from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.storing import Weight
from console.jobs.job import JobView
from console.ui.context import Context
from console.ui.models.snapshots import Laid, lay
from console.ui.pages.snapshot_acts import SnapshotActs
from console.ui.pages.snapshot_planner import SnapshotPlanner
from console.ui.theme import theme
from console.ui.theme.tokens import LOW
from console.ui.widgets.notes import EmptyState
from console.ui.widgets.plan_panel import PlanPanel
from console.ui.widgets.snapshot_detail import SnapshotDetail
from console.ui.widgets.snapshot_tree import SnapshotTree
from console.words import _, acts, errors, snapshot_names, snapshot_says

SOON_MS = 400  # after the last change of the VM, before it is asked anew
OLD = 60.0  # seconds; older plans are made anew while they are seen
AGAIN = 10.0  # seconds after an answer that did not come
LEAST, MOST = 330, 520  # px: width of the tree


class VmSnapshots(QWidget):
    """Asks the host on a worker while it is seen, and anew when the VM or a task of it has changed."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ctx = ctx
        self._domain: Domain | None = None
        self._fresh = False
        self._wanted = True
        self._laid: Laid | None = None
        self._chosen: str | None = None
        self._expected = ""
        self._failed = False  # the host gave no answer
        self._asked = 0.0  # when it was asked last
        self._number = 0  # of the last question: answers to earlier ones come too late
        self._build()
        self.planner = SnapshotPlanner(ctx, self.panel, self.tree.rows, self.why_not, self)
        self._acts = SnapshotActs(ctx, self)
        self._acts.repair_chosen.connect(self._show_repair)
        self._connect()
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self.read)
        ctx.bridge.jobs_changed.connect(self._on_jobs)

    def _build(self) -> None:
        self.tree = SnapshotTree()
        self.detail = SnapshotDetail()
        self.panel = PlanPanel()
        side = QFrame()
        side.setProperty("line", "left")
        side.setProperty("ground", "sunken")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(side)
        column.setContentsMargins(theme.px(14), theme.px(12), theme.px(12), theme.px(14))
        column.setSpacing(theme.px(12))
        column.addWidget(self.detail)
        column.addWidget(self.panel, 1)
        self._rest = EmptyState(
            "camera",
            _("Nothing keeps the state of now"),
            _("Take a snapshot of it, or choose one to go back to or delete."),
        )
        self._rest.add_button(_("Take…"), self.tree.take.click)
        column.addWidget(self._rest, 1)
        self._rest.hide()
        body = QWidget()
        row = QHBoxLayout(body)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.tree)
        row.addWidget(side, 1)
        self.none = EmptyState("camera", "")
        self._first = self.none.add_button(_("Take the first…"), lambda: self._acts.take(), kind="primary")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(body)
        self._stack.addWidget(self.none)
        self._stack.setCurrentWidget(self.none)

    def _connect(self) -> None:
        tree, panel, detail, act = self.tree, self.panel, self.detail, self._acts
        tree.list.picked.connect(self.choose)
        tree.list.opened.connect(lambda name: self.choose(name, Deed.REVERT))
        tree.list.menu_wanted.connect(act.pop_up)
        tree.list.delete_pressed.connect(lambda: self.choose(self._chosen, Deed.DELETE))
        tree.list.rename_pressed.connect(act.rename)
        tree.list.thumbs_wanted.connect(self._read_thumbs)
        tree.take.clicked.connect(act.take)
        tree.retention.clicked.connect(act.retention)
        tree.doctor.shown.connect(act.doctor)
        detail.compare.clicked.connect(act.compare)
        detail.clone.clicked.connect(act.clone)
        detail.more.clicked.connect(lambda: act.pop_up_at(detail.more))
        panel.deed_chosen.connect(lambda deed: self.choose(self._chosen, Deed(deed)))
        panel.cancelled.connect(self._cancel)
        self.planner.begun.connect(self._on_begun)

    # what is shown

    @property
    def laid(self) -> Laid | None:
        return self._laid

    @property
    def chosen(self) -> str | None:
        return self._chosen

    @property
    def domain(self) -> Domain | None:
        return self._domain

    def show_vm(self, domain: Domain, fresh: bool) -> None:
        """Follows this VM; its host is asked while the page is seen and the host is live."""
        before, self._domain = self._domain, domain
        became_fresh = fresh and not self._fresh
        self._fresh = fresh
        if before is None or before.key != domain.key:
            self._forget()
        elif became_fresh or _differs(before, domain):
            self._wanted = True
        self._judge()
        if self._wanted and self.isVisible():
            if self._laid is None:
                self.read()
            else:
                self._read_soon()

    def _forget(self) -> None:
        """Another VM: nothing of the one before is kept."""
        self._laid, self._chosen, self._expected = None, None, ""
        self._wanted = True
        self.tree.rows.clear()
        self.tree.doctor.say("")
        self.planner.forget()
        self._say_none(_("Asking the host…"), "")

    def why_not(self) -> str:
        """Why nothing can be done to its snapshots now; "" where it can."""
        domain = self._domain
        spec = self._ctx.inventory.spec(domain.key.host) if domain is not None else None
        if domain is None or spec is None:
            return _("It is not there any more.")
        problem = why_not(Act.DESCRIBE, domain, spec, self._ctx.inventory.status(spec.id))
        return acts.why_not(Act.DESCRIBE, problem) if problem is not None else ""

    def _judge(self) -> None:
        why = self.why_not()
        for button, tip in (
            (self.tree.take, _("Keep the state of now")),
            (self.tree.retention, _("Delete those that a rule lets go")),
            (self._first, ""),
        ):
            button.setEnabled(not why)
            button.setToolTip(why or tip)
        self._acts.judge(why)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._domain is not None and self._wanted:
            self.read()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._wanted = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.tree.setFixedWidth(min(max(round(self.width() * 0.381), theme.px(LEAST)), theme.px(MOST)))
        self.detail.set_low(self.window().height() < theme.px(LOW))

    def tick(self, now: float) -> None:
        """Once a second while seen: ages; what is too old is asked anew."""
        if self._laid is None:
            if self._fresh and self._failed and now - self._asked > AGAIN:
                self.read()
            return
        self.tree.rows.tick(now)
        self.panel.tick(now)
        if (
            self._fresh
            and self.planner.job is None
            and now - max(self._laid.facts.asked, self._asked) > OLD
            and not self._soon.isActive()
        ):
            self.read()

    # reading

    def _read_soon(self) -> None:
        """After a moment, however often the VM changes until then."""
        if not self._soon.isActive():
            self._soon.start()

    @Slot()
    def read(self) -> None:
        """Asks the host for all of it, anew."""
        domain = self._domain
        if domain is None:
            return
        if not self._fresh:
            if self._laid is None:
                self._say_none(_("The snapshots cannot be read now"), snapshot_names.known(domain.snapshots))
            return
        self._wanted, self._failed, self._asked = False, False, time.time()
        self._number += 1
        number, key, service = self._number, domain.key, self._ctx.services.snapshots

        def work() -> tuple[Laid, tuple[Finding, ...]]:
            facts = service.facts(key)
            return lay(facts), service.findings(key, facts)

        def done(found: tuple[Laid, tuple[Finding, ...]]) -> None:
            if isValid(self) and number == self._number:
                self._show(*found)

        def failed(error: FleetError) -> None:
            if isValid(self) and number == self._number:
                said = errors.sentence(error.problem, domain.name, "snapshot.facts")
                self._failed = True
                if self._laid is None:
                    self._say_none(said.what, f"{said.why} {said.next}")
                else:
                    self.planner.show_trouble(said.what, f"{said.why} {said.next}")

        self._ctx.bridge.run(work, done, failed)

    def _show(self, laid: Laid, findings: tuple[Finding, ...]) -> None:
        now = time.time()
        self._laid = laid
        self._acts.know(findings)
        self.tree.show_laid(laid, now)
        bad = any(finding.weight is Weight.STOP for finding in findings)
        self.tree.doctor.say(snapshot_says.found(findings), bad)
        if not laid.facts.snapshots and not findings:
            self._say_none(_("No snapshots yet"), snapshot_names.why_take(laid.facts), offer=True)
            return
        self._stack.setCurrentIndex(0)
        wanted = self._chosen
        if self._expected in laid.by_name:
            wanted, self._expected = self._expected, ""
        if wanted is None or not self.tree.rows.index_of(wanted).isValid():
            current = laid.facts.current
            wanted = current.name if current is not None else NOW
        if self.planner.repairing:
            return
        self.tree.list.go_to(wanted)
        self.choose(wanted)

    def _say_none(self, title: str, text: str, *, offer: bool = False) -> None:
        self.none.say(title, text)
        self._first.setVisible(offer)
        self._stack.setCurrentWidget(self.none)

    def _read_thumbs(self, names: Iterable[str]) -> None:
        """Pictures of the rows that are seen."""
        laid, service = self._laid, self._ctx.services.snapshots
        if laid is None:
            return
        key, wanted = laid.facts.key, [laid.by_name[name] for name in names if name in laid.by_name]
        look = self._ctx.services.look if NOW in names and self._fresh and laid.facts.state.active else None

        def work() -> dict[str, QImage]:
            found = {one.name: QImage.fromData(service.thumbnail(key, one) or b"") for one in wanted}
            if look is not None:
                try:
                    found[NOW] = QImage.fromData(look.screen(key).data)
                except FleetError:  # no screen, or none now
                    found[NOW] = QImage()
            return found

        def done(found: dict[str, QImage]) -> None:
            if isValid(self) and self._laid is not None and self._laid.facts.key == key:
                self.tree.rows.set_thumbs(found)
                if self._chosen in found:
                    self._show_detail()

        self._ctx.bridge.run(work, done)

    # choosing and planning

    def choose(self, name: str | None, deed: Deed | None = None) -> None:
        """Shows this snapshot (NOW: the state of now), and plans an act on it."""
        if self._laid is None or name is None:
            return
        self._chosen = name
        if self.tree.list.current() != name:
            self.tree.list.go_to(name)
        self._show_detail()
        self._acts.refresh()
        self.panel.setVisible(name != NOW)
        self._rest.setVisible(name == NOW)
        if name == NOW:
            self.planner.turn_away()
        else:
            self.planner.plan(self._laid, name, deed)

    def revert_with_branch(self) -> None:
        """Back to what is chosen, and the state of now is kept first."""
        if self._chosen:
            self.choose(self._chosen, Deed.REVERT)
            self.panel.branch.keep.setChecked(True)

    def expect(self, name: str) -> None:
        """It is called so, as soon as a task is done: then it is chosen."""
        self._expected = name

    def _show_detail(self) -> None:
        if self._laid is not None and self._chosen is not None:
            image = self.tree.rows.thumbs.get(self._chosen)
            self.detail.show_snapshot(self._laid, self._chosen, image, time.time())

    def _show_repair(self, plan: SnapshotPlan, command: str) -> None:
        """What the doctor proposes, before it is done."""
        if self._laid is not None:
            self._stack.setCurrentIndex(0)
            self.panel.show()
            self._rest.hide()
            self.planner.show_repair(self._laid, plan, command)

    @Slot(object)
    def _on_begun(self, plan: SnapshotPlan) -> None:
        """What goes is not chosen any more; what it went on from is."""
        if plan.deed in (Deed.DELETE, Deed.DELETE_BELOW) and self._laid is not None:
            one = self._laid.by_name.get(plan.snapshot)
            self._chosen = one.parent or None if one is not None else None

    @Slot()
    def _cancel(self) -> None:
        """Nothing is to be done: back to "now"."""
        self.tree.list.go_to(NOW)
        self.choose(NOW)

    @Slot(object)
    def _on_jobs(self, views: tuple[JobView, ...]) -> None:
        """What a task of this VM did is seen when it has ended."""
        key = self._domain.key if self._domain is not None else None
        job = self.planner.job
        ended = [view for view in views if view.state.ended and (view.id == job or key in view.vms)]
        if not ended:
            return
        if any(view.id == job for view in ended):
            self.planner.job = None
        self._wanted = True
        if self.isVisible():
            self._read_soon()


def _differs(before: Domain, domain: Domain) -> bool:
    """In what its snapshots and their plans depend on."""
    return (before.state, before.snapshots, before.disks, before.name, before.boot) != (
        domain.state,
        domain.snapshots,
        domain.disks,
        domain.name,
        domain.boot,
    )
