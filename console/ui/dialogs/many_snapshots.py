"""One act on snapshots of several VMs: take one of each at one moment, revert all to those of one name, or delete these."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import shiboken6
from PySide6.QtCore import QSignalBlocker, QTimer
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, TakeOrder
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.services.parallel import in_parallel
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.snapshot_plan import form_rows
from console.ui.models.many_snapshots import sections
from console.ui.models.sections import SectionTable
from console.ui.theme import theme
from console.ui.widgets.labels import label
from console.ui.widgets.section_view import SectionView
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, errors, snapshot_many, snapshots

if TYPE_CHECKING:
    from console.ui.context import Context

SOON_MS = 250  # after the last letter, before it is planned
HEIGHT = 560


class ManySnapshotsDialog(Dialog):
    """Plans off Qt's thread, anew with every change; nothing can be pressed before the plan is there."""

    DEED = Deed.TAKE

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        self._domains = [domain for key in keys if (domain := ctx.inventory.domain(key))]
        name = self._domains[0].name if len(self._domains) == 1 else ""
        title = snapshot_many.title(self.DEED, len(self._domains), name)
        super().__init__(title, parent, width=900)
        self.setMinimumWidth(theme.px(640))
        self._ctx = ctx
        self._keys = tuple(domain.key for domain in self._domains)
        self._states = {domain.key: domain.state for domain in self._domains}
        self.plan: ManyPlan | None = None
        self.job: int | None = None
        self._line = ""
        self._number = 0
        self.form = QVBoxLayout()
        self.form.setSpacing(theme.px(10))
        self._glance = label("", wrap=True)
        self._safety = label("", "secondary", wrap=True)
        self.table = SectionTable(self)
        self.view = SectionView(self.table, _("What will happen"), widths=(190, 96))
        self.view.setFrameShape(SectionView.Shape.NoFrame)
        self.body.addLayout(self.form)
        self.body.addWidget(self._glance)
        self.body.addWidget(self._safety)
        self.body.addWidget(self.view, 1)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._copy = self.add_command(lambda: self._line)
        self._copy.setEnabled(False)
        self.add_close()
        self.add_main(title, self._go, "primary" if self.DEED is Deed.TAKE else "danger")
        self._safety.hide()
        self.idle()
        self.fill()

    # for subclasses

    def fill(self) -> None:
        """Builds the form and asks for the first plan."""
        raise NotImplementedError

    def why_not(self) -> str:
        """Why there is nothing to plan yet, "" where there is."""
        return ""

    def request(self) -> Callable[[], ManyPlan]:
        """What to ask, off Qt's thread."""
        raise NotImplementedError

    # the plan

    def replan(self, soon: bool = True) -> None:
        """Plans anew; until the answer is there nothing can be pressed."""
        self._number += 1
        self.plan = None
        self._copy.setEnabled(False)
        why = self.why_not()
        if why:
            self._soon.stop()
            self._say(why)
            self.hold(why)
        elif soon:
            self.idle()
            self._soon.start()
        else:
            self._ask()

    def _say(self, text: str) -> None:
        """In place of a plan."""
        self._glance.setText(text)
        self._safety.hide()
        self.table.show([])

    def _ask(self) -> None:
        self._soon.stop()
        number, work, service = self._number, self.request(), self._ctx.services.snapshots
        self.idle()
        self._glance.setText(_("Asking the hosts what would happen…"))

        def ask() -> tuple[ManyPlan, str]:
            plan = work()
            return plan, service.command_many(plan)

        self._ctx.bridge.run(ask, lambda found: self._show(number, *found), lambda error: self._refused(number, error))

    def _show(self, number: int, plan: ManyPlan, line: str) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        self.plan, self._line = plan, line
        self._copy.setEnabled(bool(line))
        self._copy.setText(_("Copy as command"))
        going = bool(plan.plans)
        glance = snapshot_many.glance(plan) if going else _("There is nothing to do.")
        self._glance.setText(glance[:1].upper() + glance[1:])
        self._safety.setText(snapshot_many.safety(plan))
        self._safety.setVisible(bool(self._safety.text()) and not plan.refused)
        self.table.show(sections(plan, self._states, self._host_name, time.time()))
        assert self.main is not None
        self.main.setText(snapshot_many.button(plan))
        self.main.updateGeometry()
        self.hold(_("It cannot be done as it stands: all or none.") if plan.refused else "")
        if not going:
            self.idle()

    def _refused(self, number: int, error: FleetError) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        said = errors.sentence(error.problem, snapshot_many.vms(len(self._keys)), "snapshot.plan")
        self._say(f"{said.why} {said.next}")
        self.hold(_("There is no plan."))

    def _host_name(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        return spec.name if spec else host

    def _go(self) -> None:
        if self.plan is None or self.plan.refused:
            return
        try:
            self.job = self._ctx.services.snapshots.run_many(self.plan).id
        except FleetError as error:
            self.failed(error, f"snapshot.{self.plan.deed}")
            return
        self.accept()


class TakeManyDialog(ManySnapshotsDialog):
    """A snapshot of each, by one name."""

    def fill(self) -> None:
        self.name = QLineEdit(time.strftime("%Y-%m-%d %H.%M"))
        self.name.setAccessibleName(_("Name"))
        self.about = QLineEdit()
        self.about.setAccessibleName(_("Description"))
        self.about.setPlaceholderText(_("What one can go back to with it"))
        self.build = QLineEdit()
        self.build.setAccessibleName(_("Build"))
        self.build.setPlaceholderText(_("Which build is installed, if any"))
        self.form.addLayout(form_rows((_("Name"), self.name), (_("Description"), self.about), (_("Build"), self.build)))
        runs = any(state.active for state in self._states.values())
        self.together = QCheckBox(_("All at one moment: they are paused together"))
        self.memory = QCheckBox(_("Memory too, of those that run"))
        self.freeze = QCheckBox(_("Have the guests flush their disks first (agent)"))
        self.together.setChecked(runs and len(self._keys) > 1)
        self.memory.setChecked(runs)
        for box in (self.together, self.memory, self.freeze):
            box.setEnabled(runs)
            box.setToolTip("" if runs else _("None of them runs."))
        self.freeze.setEnabled(runs and not self._stand_still())
        boxes = QVBoxLayout()
        boxes.setSpacing(theme.px(4))
        for box in (self.together, self.memory, self.freeze):
            boxes.addWidget(box)
            box.toggled.connect(self._on_box)
        self.form.addLayout(boxes)
        for edit in (self.name, self.about, self.build):
            edit.textEdited.connect(lambda _text: self.replan())
        self.name.selectAll()
        self.name.setFocus()
        self.replan(soon=False)

    def _on_box(self, _on: bool) -> None:
        if self._stand_still() and self.freeze.isChecked():
            with QSignalBlocker(self.freeze):
                self.freeze.setChecked(False)
        self.freeze.setEnabled(self.memory.isEnabled() and not self._stand_still())
        self.replan(soon=False)

    def _stand_still(self) -> bool:
        """While it is taken: an agent would hear nothing."""
        return self.memory.isChecked() or self.together.isChecked()

    def why_not(self) -> str:
        return "" if self.name.text().strip() else _("Give them a name.")

    def order(self) -> TakeOrder:
        return TakeOrder(
            self.name.text().strip(),
            self.about.text().strip(),
            self.memory.isChecked(),
            self.freeze.isChecked(),
            build=self.build.text().strip(),
        )

    def request(self) -> Callable[[], ManyPlan]:
        order, keys, together = self.order(), self._keys, self.together.isChecked()
        service = self._ctx.services.snapshots
        return lambda: service.plan_many(Deed.TAKE, keys, order.name, order=order, together=together)


class _NamedDialog(ManySnapshotsDialog):
    """About snapshots of one name: which names there are is asked first."""

    def _fill_names(self) -> None:
        self.names = QComboBox()
        self.names.setAccessibleName(_("Snapshot"))
        self.names.setMinimumWidth(theme.px(280))
        self.names.setEnabled(False)
        self.about = label("", "secondary", wrap=True)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(label(_("Snapshot"), "secondary", "text2"))
        row.addWidget(self.names)
        row.addWidget(self.about, 1)
        self.form.addLayout(row)

    def _read_names(self) -> None:
        service, keys = self._ctx.services.snapshots, self._keys
        self._say(_("Asking the hosts for their snapshots…"))

        def refused(error: FleetError) -> None:
            self._refused(self._number, error)

        self.read(self._ctx.bridge, lambda: in_parallel(keys, service.facts), self._offer, refused)

    def _offer(self, facts: Sequence[SnapshotFacts]) -> None:
        """Names that most of the VMs have first, among them the newest."""
        having: dict[str, list[Snapshot]] = {}
        for one in facts:
            for snapshot in one.snapshots:
                having.setdefault(snapshot.name, []).append(snapshot)
        self._having = having
        ordered = sorted(having, key=lambda name: (-len(having[name]), -max(one.created for one in having[name])))
        with QSignalBlocker(self.names):
            for name in ordered:
                self.names.addItem(snapshot_many.offered(name, len(having[name]), len(self._keys)), name)
        self.names.setEnabled(bool(ordered))
        self.names.currentIndexChanged.connect(lambda _index: self._on_name())
        self.names.setFocus()
        self._on_name()

    _having: dict[str, list[Snapshot]] = {}

    def _on_name(self) -> None:
        there, now = self._having.get(self.name(), []), time.time()
        said = ""
        if there:
            times = {snapshots.when(one.created, now) for one in there}
            kinds = {snapshots.kind(one) for one in there}
            said = ", ".join([*(kinds if len(kinds) == 1 else ()), *(times if len(times) == 1 else ())])
        self.about.setText(said)
        self.replan(soon=False)

    def name(self) -> str:
        """The chosen one, "" for none."""
        return self.names.currentData() or ""

    def why_not(self) -> str:
        if not self._having:
            return _("There is no snapshot to choose from.")
        missing = len(self._keys) - len(self._having.get(self.name(), []))
        return snapshot_many.only_on(self.name(), missing) if missing else ""


class RevertManyDialog(_NamedDialog):
    """All back to those of one name."""

    DEED = Deed.REVERT

    def fill(self) -> None:
        self._fill_names()
        self.keep = QCheckBox(_("Keep the present state first, as a branch"))
        self.branch = QLineEdit(_("before revert {when}").format(when=time.strftime("%m-%d %H.%M")))
        self.branch.setAccessibleName(_("Name of the branch"))
        self.branch.setEnabled(False)
        self.after = Segmented(
            [
                Segment("", _("As it was then")),
                Segment("start", _("Started")),
                Segment("off", _("Left off")),
            ],
            _("Afterwards"),
        )
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(self.keep)
        row.addWidget(self.branch, 1)
        self.form.addLayout(row)
        row = QHBoxLayout()
        row.setSpacing(theme.px(12))
        row.addWidget(label(_("Afterwards"), "secondary", "text2"))
        row.addWidget(self.after)
        row.addStretch(1)
        self.form.addLayout(row)
        self.keep.toggled.connect(self._on_keep)
        self.branch.textEdited.connect(lambda _text: self.replan())
        self.after.chosen.connect(lambda _id: self.replan(soon=False))
        self._read_names()

    def _on_keep(self, on: bool) -> None:
        self.branch.setEnabled(on)
        self.replan(soon=False)

    def why_not(self) -> str:
        if self.keep.isChecked() and not self.branch.text().strip():
            return _("Give the branch a name.")
        return super().why_not()

    def request(self) -> Callable[[], ManyPlan]:
        service, keys, name = self._ctx.services.snapshots, self._keys, self.name()
        branch = self.branch.text().strip() if self.keep.isChecked() else ""
        start = {"": None, "start": True, "off": False}[self.after.current()]
        return lambda: service.plan_many(Deed.REVERT, keys, name, branch=branch, start=start)


class DeleteManyDialog(_NamedDialog):
    """Those of one name go."""

    DEED = Deed.DELETE

    def fill(self) -> None:
        self._fill_names()
        self.below = QCheckBox(_("With all that go on from it"))
        self.below.toggled.connect(lambda _on: self.replan(soon=False))
        self.form.addWidget(self.below)
        self._read_names()

    def request(self) -> Callable[[], ManyPlan]:
        service, keys, name = self._ctx.services.snapshots, self._keys, self.name()
        below = self.below.isChecked()
        return lambda: service.plan_many(Deed.DELETE, keys, name, below=below)
