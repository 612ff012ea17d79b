"""Before a snapshot is taken: its name, what it keeps and how, and what that needs of memory and disk."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QPlainTextEdit, QWidget

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import SnapshotPlan, TakeOrder
from console.fleet.snapshots.values import SnapshotFacts
from console.ui.context import Context
from console.ui.dialogs.snapshot_plan import SnapshotPlanDialog, form_rows
from console.ui.theme import theme
from console.ui.widgets.flow_row import FlowRow
from console.ui.widgets.labels import label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, snapshot_names

HEIGHT = 620


class TakeSnapshotDialog(SnapshotPlanDialog):
    """facts: what the page knows already, None = the host is asked first."""

    def __init__(
        self, ctx: Context, key: VmKey, facts: SnapshotFacts | None = None, parent: QWidget | None = None
    ) -> None:
        domain = ctx.inventory.domain(key)
        title = _("Snapshot of {name}").format(name=domain.name if domain is not None else "")
        super().__init__(ctx, key, title, _("Take snapshot"), facts, parent, width=760)
        self._build_fields()
        self._build_choices()
        self._connect()
        self.name.setFocus()
        self.begin()

    def _build_fields(self) -> None:
        self.name = QLineEdit()
        self.name.setAccessibleName(_("Name"))
        self.about = QPlainTextEdit()
        self.about.setAccessibleName(_("Description"))
        self.about.setPlaceholderText(_("What one can go back to with it"))
        self.about.setTabChangesFocus(True)
        self.about.setProperty("field", True)
        self.about.setFixedHeight(theme.px(52))
        self.build = QLineEdit()
        self.build.setAccessibleName(_("Build"))
        self.build.setPlaceholderText(_("Which build is installed, if any"))
        rows = form_rows((_("Name"), self.name), (_("Description"), self.about), (_("Build"), self.build))
        self.form.addLayout(rows)

    def _build_choices(self) -> None:
        self.kind = Segmented(
            [
                Segment("auto", _("As it fits best")),
                Segment("external", _("External")),
                Segment("internal", _("Internal")),
            ],
            _("Kind"),
        )
        self.kind.setToolTip(_("External: new files beside the disks. Internal: inside the qcow2 images."))
        self.memory = QCheckBox(_("Memory too: going back goes on where it was"))
        self.freeze = QCheckBox(_("Have the guest flush its disks first (agent)"))
        row = QHBoxLayout()
        row.setSpacing(theme.px(16))
        row.addWidget(self.kind)
        row.addStretch(1)
        self.form.addLayout(row)
        boxes = QHBoxLayout()
        boxes.setSpacing(theme.px(20))
        boxes.addWidget(self.memory)
        boxes.addWidget(self.freeze)
        boxes.addStretch(1)
        self.form.addLayout(boxes)
        self.disks = FlowRow()
        self._targets: dict[str, QCheckBox] = {}
        self.form.addWidget(self.disks)
        self.disks.hide()

    def _connect(self) -> None:
        self.name.textEdited.connect(lambda _text: self.replan())
        self.build.textEdited.connect(lambda _text: self.replan())
        self.about.textChanged.connect(self.replan)
        self.kind.chosen.connect(lambda _kind: self.replan(soon=False))
        self.memory.toggled.connect(self._on_memory)
        self.freeze.toggled.connect(lambda _on: self.replan(soon=False))

    def with_facts(self, facts: SnapshotFacts) -> None:
        """What can be chosen of this VM, and what is best at first."""
        runs = facts.state.active
        for box, on in ((self.memory, runs), (self.freeze, False)):
            box.blockSignals(True)
            box.setChecked(on)
            box.blockSignals(False)
        self.memory.setEnabled(runs)
        self.memory.setToolTip("" if runs else _("The VM is off: there is no memory to keep."))
        if not self.name.text():
            self.name.setText(snapshot_names.new_name(facts, time.time()))
            self.name.selectAll()
        current = facts.current
        if not self.build.text() and current is not None and current.build:
            self.build.setText(current.build)
        self._offer_freeze()
        self._offer_disks(facts)

    def _offer_freeze(self) -> None:
        facts = self.facts
        if facts is None:
            return
        why = ""
        if not facts.state.active:
            why = _("The VM is off: its disks are at rest.")
        elif self.memory.isChecked():
            why = _("With memory the disks are whole anyway.")
        elif not facts.has_agent:
            why = _("It has no guest agent.")
        self.freeze.setEnabled(not why)
        self.freeze.setToolTip(why)

    def _offer_disks(self, facts: SnapshotFacts) -> None:
        """A box for each disk, where there are several to choose from."""
        found = [disk for disk in facts.disks if disk.path and not disk.read_only and disk.device == "disk"]
        if len(found) < 2 or self._targets:
            return
        self.disks.add_left(label(_("Disks"), "secondary", "text2"))
        for disk in found:
            box = self._targets[disk.target] = QCheckBox(disk.target)
            box.setChecked(not disk.shareable and disk.kind in ("file", "volume", "block"))
            box.setToolTip(disk.path)
            box.toggled.connect(lambda _on: self.replan(soon=False))
            self.disks.add_left(box)
        self.disks.show()

    def _on_memory(self, on: bool) -> None:
        if on:
            self.freeze.setChecked(False)
        self._offer_freeze()
        self.replan(soon=False)

    def order(self) -> TakeOrder:
        """What is wanted, as it stands in the form."""
        chosen = tuple(target for target, box in self._targets.items() if box.isChecked())
        return TakeOrder(
            self.name.text().strip(),
            self.about.toPlainText().strip(),
            self.memory.isChecked(),
            self.freeze.isChecked() and self.freeze.isEnabled(),
            self.kind.current(),
            () if len(chosen) == len(self._targets) else chosen,
            self.build.text().strip(),
        )

    def request(self, facts: SnapshotFacts) -> Callable[[], SnapshotPlan]:
        order, service, key = self.order(), self.ctx.services.snapshots, self.key
        return lambda: service.plan_take(key, order, facts)
