"""Deleting VMs: every file by name, who else needs it, what is ticked; the button says act and count."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.deletion import DeletePlan, FileItem, FileKind, Hold, VmDeletion
from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.icons import state_glyph
from console.ui.theme import theme
from console.ui.widgets.labels import ElidedLabel, GlyphLabel, label, rule
from console.words import _, deletion, ngettext, units

if TYPE_CHECKING:
    from console.ui.context import Context


class DeleteDialog(Dialog):
    """Plans first, off Qt's thread; nothing can be pressed before the plan is there."""

    def __init__(self, ctx: Context, keys: Sequence[VmKey], parent: QWidget | None = None) -> None:
        names = [domain.name for key in keys if (domain := ctx.inventory.domain(key))]
        title = (
            _("Delete {name}").format(name=names[0])
            if len(names) == 1
            else ngettext("Delete {count} VM", "Delete {count} VMs", len(keys)).format(count=len(keys))
        )
        super().__init__(title, parent, width=820)
        self._ctx = ctx
        self._keys = tuple(keys)
        self._plan: DeletePlan | None = None
        self._boxes: dict[str, list[QCheckBox]] = {}
        self._asking = label(_("Asking the hosts what would go…"), tone="text2")
        self._summary = self._build_summary()
        self._list = QVBoxLayout()
        inner = QWidget()
        inner.setProperty("ground", "base")
        inner.setLayout(self._list)
        self._list.setContentsMargins(0, 0, theme.px(8), 0)
        self._list.setSpacing(theme.px(16))
        self.body.addWidget(self._asking)
        self.body.addWidget(self._summary)
        self.body.addWidget(scrolled(inner), 1)
        self._command = self.add_command(lambda: ctx.services.delete.command(self._planned(), self.chosen()))
        self._command.setEnabled(False)
        self.add_close()
        self.add_main(title, self._go, "danger")
        self.idle()
        self.read(ctx.bridge, lambda: ctx.services.delete.plan(self._keys), self._show, self._refused)

    def _build_summary(self) -> QWidget:
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(8))
        row.addWidget(GlyphLabel("disk", "text2", 16, drawn=False))
        self._frees = label("", "strong")
        self._goes = label("", tone="text2")
        self._made = label("", "hint")
        row.addWidget(self._frees)
        row.addWidget(self._goes)
        row.addStretch(1)
        row.addWidget(self._made)
        line.hide()
        return line

    # the plan

    def _planned(self) -> DeletePlan:
        assert self._plan is not None
        return self._plan

    def _refused(self, error: FleetError) -> None:
        self._asking.hide()
        self.failed(error, "vm.plan")
        self.hold(_("Without a plan nothing is deleted."))

    def _show(self, plan: DeletePlan) -> None:
        self._plan = plan
        self._asking.hide()
        self._summary.show()
        self._made.setText(_("Planned at {time}").format(time=units.clock(plan.made)))
        for vm in plan.vms:
            self._list.addWidget(self._section(vm))
        self._list.addStretch(1)
        stops = [vm.name for vm in plan.vms if vm.stops]
        if stops:
            self.tell(
                "warning",
                ngettext("{names} is forced off first:", "{names} are forced off first:", len(stops)).format(
                    names=", ".join(stops[:5]) + ("…" if len(stops) > 5 else "")
                ),
                _("what is not on disk is lost."),
            )
        self._command.setEnabled(True)
        self._on_tick()

    def _section(self, vm: VmDeletion) -> QWidget:
        """One VM: what happens to it, then its files, each with a tick, its size, and why it stays."""
        part = QFrame()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.px(6))
        head = QHBoxLayout()
        head.setSpacing(theme.px(8))
        spec = self._ctx.inventory.spec(vm.key.host)
        head.addWidget(GlyphLabel(*state_glyph(vm.state)))
        head.addWidget(label(vm.name, "strong"))
        head.addWidget(label(spec.name if spec else vm.key.host, tone="text2"))
        head.addStretch(1)
        column.addLayout(head)
        column.addWidget(rule())
        for sentence in deletion.consequences(vm)[1 if vm.stops else 0 :]:
            column.addWidget(label(sentence, tone="text2", wrap=True))
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(12))
        grid.setVerticalSpacing(theme.px(2))
        grid.setColumnMinimumWidth(0, theme.px(132))
        grid.setColumnMinimumWidth(2, theme.px(64))
        grid.setColumnStretch(1, 1)
        for number, item in enumerate(vm.files):
            self._add_file(grid, 2 * number, item)
        column.addLayout(grid)
        if not vm.files:
            column.addWidget(label(_("It has no files."), tone="text3"))
        return part

    def _add_file(self, grid: QGridLayout, row: int, item: FileItem) -> None:
        box = QCheckBox(f"{deletion.kind(item.kind)} {item.target}".strip())
        box.setChecked(item.ticked)
        box.setAccessibleName(deletion.file_line(item))
        fixed = item.hold.final or item.kind is FileKind.SAVED
        box.setEnabled(not fixed)
        box.toggled.connect(lambda on, id_=item.id: self._on_tick(id_, on))
        self._boxes.setdefault(item.id, []).append(box)
        path = ElidedLabel(item.path, tone="text3" if item.hold.final else "")
        path.setFont(theme.font("mono"))
        size = label(units.size(item.allocation) if item.allocation else "", tone="text2")
        size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(box, row, 0)
        grid.addWidget(path, row, 1)
        grid.addWidget(size, row, 2)
        why = deletion.why_held(item)
        if why:
            tone = "text3" if item.hold in (Hold.READ_ONLY, Hold.MISSING) else "warning"
            grid.addWidget(label(why, "secondary", tone=tone, wrap=True), row + 1, 1, 1, 2)

    # what is ticked

    def chosen(self) -> frozenset[str]:
        """Ids of the files that are ticked."""
        return frozenset(id_ for id_, boxes in self._boxes.items() if boxes[0].isChecked())

    def _on_tick(self, id_: str = "", on: bool = False) -> None:
        for box in self._boxes.get(id_, ()):  # one file of two VMs has two ticks
            if box.isChecked() is not on:
                box.setChecked(on)
        plan, chosen = self._planned(), self.chosen()
        freed = deletion.freed(plan, chosen)
        self._frees.setText(_("Frees {size}").format(size=units.size(freed)) if freed else _("Frees nothing"))
        stay = len(plan.files()) - len(chosen)
        self._goes.setText(
            ngettext("{count} file stays", "{count} files stay", stay).format(count=stay) if stay else ""
        )
        assert self.main is not None
        self.main.setText(deletion.button(plan, chosen))
        self.main.updateGeometry()
        objections = plan.objections(chosen)
        if plan.held:
            self.hold(deletion.held(plan))
        elif objections:
            first = objections[0]
            names = {item.id: item for item in plan.files()}
            above = [names[id_].path for id_ in first.under if id_ not in chosen and id_ in names]
            self.hold(
                _("{path} carries {others}: tick both or neither.").format(
                    path=first.path, others=", ".join(above) or ", ".join(first.used_by)
                )
            )
        else:
            self.hold("")

    def _go(self) -> None:
        try:
            self._ctx.services.delete.run(self._planned(), self.chosen())
        except FleetError as error:
            self.failed(error, "vm.delete")
            return
        self.accept()
