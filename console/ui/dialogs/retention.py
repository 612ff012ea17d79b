"""Before a rule lets snapshots go: which, what of them is lost, and what becomes free."""

from __future__ import annotations

import time
from collections.abc import Sequence

import shiboken6
from PySide6.QtCore import Qt, QTimer, Slot
from PySide6.QtWidgets import QCheckBox, QGridLayout, QHBoxLayout, QSpinBox, QWidget

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.fleet.snapshots.many import ManyPlan
from console.fleet.storing import Weight
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.theme import theme
from console.ui.widgets.labels import ElidedLabel, label
from console.ui.widgets.plan_view import PlanView
from console.ui.widgets.scrolled import scrolled
from console.words import _, errors, snapshots, units

SOON_MS = 250
MOST = 100  # that are named; those after them are counted


class GoingList(QWidget):
    """Those that go, and what each frees."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(_("Snapshots that go"))
        self.rows: list[tuple[str, str]] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, theme.px(8), 0)
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(5))
        self._grid.setColumnStretch(0, 1)
        self._grid.setRowStretch(MOST + 1, 1)

    def show_rows(self, rows: list[tuple[str, str]]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        self.rows = rows
        rest = len(rows) - MOST
        shown = [*rows[:MOST], *([(snapshots.more(rest), "")] if rest > 0 else [])]
        for number, (name, size) in enumerate(shown):
            self._grid.addWidget(ElidedLabel(name), number, 0)
            self._grid.addWidget(label(size, tone="text2"), number, 1, Qt.AlignmentFlag.AlignRight)


class RetentionDialog(Dialog):
    """Two rules: so many of each VM stay whatever their age; older ones than so many days go. Either can be left out."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        super().__init__(_("Snapshots to keep"), parent, width=620)
        self._ctx, self._keys = ctx, tuple(keys)
        self._number = 0
        self.many: ManyPlan | None = None
        self._line_text = ""
        self.by_count, self.count = QCheckBox(_("Keep the last")), self._spin(1, 999, 5, _("Keep the last"))
        self.by_days, self.days = QCheckBox(_("Delete those older than")), self._spin(1, 3650, 30, _("Days"))
        self.by_count.setChecked(True)
        for box, spin, unit in ((self.by_count, self.count, _("of each VM")), (self.by_days, self.days, _("days"))):
            row = QHBoxLayout()
            row.setSpacing(theme.px(8))
            row.addWidget(box)
            row.addWidget(spin)
            row.addWidget(label(unit, tone="text2"))
            row.addStretch(1)
            self.body.addLayout(row)
            box.toggled.connect(spin.setEnabled)
            box.toggled.connect(lambda _on: self._again())
            spin.valueChanged.connect(lambda _value: self._again())
        self.days.setEnabled(False)
        self.heading = label("", "strong")
        self.list = GoingList()
        self.view = PlanView(margin=0)
        self.body.addWidget(self.heading)
        self.body.addWidget(scrolled(self.list), 1)
        self.body.addWidget(self.view)
        self._soon = QTimer(self, interval=SOON_MS, singleShot=True)
        self._soon.timeout.connect(self._ask)
        self._copy = self.add_command(lambda: self._line_text)
        self.add_close()
        self.add_main(_("Delete"), self._go, "danger")
        self._ask()

    def _spin(self, least: int, most: int, value: int, name: str) -> QSpinBox:
        spin = QSpinBox()
        spin.setRange(least, most)
        spin.setValue(value)
        spin.setAccessibleName(name)
        spin.setFixedWidth(theme.px(84))
        return spin

    def rules(self) -> tuple[int, float]:
        """How many stay at least, and after how many days the others go; 0 = no such rule."""
        return (
            self.count.value() if self.by_count.isChecked() else 0,
            float(self.days.value()) if self.by_days.isChecked() else 0.0,
        )

    def _again(self) -> None:
        self._number += 1
        self.many = None
        self._copy.setEnabled(False)
        self.idle()
        self._soon.start()

    @Slot()
    def _ask(self) -> None:
        self._number += 1
        self._copy.setEnabled(False)
        number, keys, service = self._number, self._keys, self._ctx.services.snapshots
        keep, days = self.rules()
        if not keep and not days:
            self._clear(_("No rule, so all of them stay."))
            return
        self.idle()
        self.heading.setText(_("Asking the host…"))

        def work() -> tuple[ManyPlan, str]:
            many = service.plan_retention(keys, keep, days)
            return many, service.command_many(many)

        self._ctx.bridge.run(work, lambda found: self._show(number, *found), lambda error: self._refused(number, error))

    def _clear(self, said: str) -> None:
        self.many = None
        self.heading.setText(said)
        self.list.show_rows([])
        self.view.show_only([])
        self.idle()

    def _show(self, number: int, many: ManyPlan, line: str) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        gone = [(plan, name) for plan in many.plans for name in plan.lost or (plan.snapshot,)]
        if not gone and not many.refused:
            self._clear(_("Nothing goes: the rules keep all of them."))
            return
        self.many, self._line_text = many, line
        self.heading.setText(snapshots.goes(len(gone), many.frees))
        several = len(many.keys) > 1
        self.list.show_rows(
            [
                (
                    f"{plan.vm}: {name}" if several else name,
                    units.size(plan.frees) if plan.frees > 0 and plan.lost in ((name,), ()) else "",
                )
                for plan, name in gone
            ]
        )
        says = [say for plan in many.plans for say in plan.says if say.weight is not Weight.FACT]
        self.view.show_only([])
        self.view.show_says([say for say in says if not say.code.startswith("lost")], time.time())
        assert self.main is not None
        self.main.setText(snapshots.button_many(len(gone), len(many.files_going)))
        self._copy.setEnabled(bool(line))
        self.hold(_("It cannot be done as it stands.") if many.refused else "")

    def _refused(self, number: int, error: FleetError) -> None:
        if not shiboken6.isValid(self) or number != self._number:
            return
        said = errors.sentence(error.problem, "", "snapshot.plan")
        self._clear("")
        self.view.show_only([("error", said.what, f"{said.why} {said.next}")])
        self.hold(_("There is no plan."))

    def _go(self) -> None:
        if self.many is None or self.many.refused:
            return
        try:
            self._ctx.services.snapshots.run_many(self.many)
        except FleetError as error:
            self.failed(error, "snapshot.many")
            return
        self.accept()
