"""What a VM is made of: machine, disks, network cards."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from console.fleet.domains import Disk, Domain
from console.ui.context import Context
from console.ui.models import facts
from console.ui.models.facts import Fact
from console.ui.models.rows import RowTable
from console.ui.models.vm_parts import DISKS, NICS, NicRow, nic_rows
from console.ui.theme import theme
from console.ui.theme.tokens import HEIGHTS
from console.ui.widgets.fact_rows import FactRows
from console.ui.widgets.labels import Heading
from console.ui.widgets.row_view import RowView
from console.ui.widgets.scrolled import scrolled
from console.words import _, ngettext, pgettext, units

_YES = "✓"


def machine_facts(domain: Domain) -> tuple[list[Fact], list[Fact]]:
    """Two columns of facts about the machine itself."""
    vcpus = ngettext("{n} vCPU", "{n} vCPUs", domain.vcpus).format(n=domain.vcpus)
    if domain.max_vcpus > domain.vcpus:
        vcpus = _("{vcpus}, room for {max}").format(vcpus=vcpus, max=domain.max_vcpus)
    left = [
        Fact(_("CPU"), ", ".join(part for part in (vcpus, domain.cpu_mode) if part)),
        Fact(_("Memory"), facts.memory(domain, None)),
        Fact(_("Machine"), ", ".join(part for part in (domain.machine, domain.arch) if part) or units.NONE),
        Fact(_("Run by"), domain.kind or units.NONE),
    ]
    right = [
        Fact(_("Firmware"), {"uefi": "UEFI", "bios": "BIOS"}.get(domain.firmware, domain.firmware) or units.NONE),
        Fact(_("NVRAM"), domain.nvram or pgettext("device", "none"), mono=bool(domain.nvram)),
        Fact(_("TPM"), _("yes") if domain.tpm else pgettext("device", "none")),
        Fact(_("Screen"), domain.graphics.upper() or pgettext("device", "none")),
        Fact(_("UUID"), domain.key.uuid, mono=True),
    ]
    return left, right


class VmHardware(QWidget):
    """Facts above, tables below."""

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.left, self.right = FactRows(label_width=84), FactRows(label_width=84)
        self.disks: RowTable[Disk] = RowTable(DISKS, lambda row: row.target, self)
        self.nics: RowTable[NicRow] = RowTable(NICS, lambda row: row.nic.mac, self)
        self.disk_view: RowView[Disk] = RowView(self.disks, _("Disks"))
        self.nic_view: RowView[NicRow] = RowView(self.nics, _("Network cards"))
        self._disk_head, self._nic_head = Heading("", line=False), Heading("", line=False)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(*(theme.px(edge) for edge in (16, 12, 16, 16)))
        column.setSpacing(theme.px(8))
        column.addWidget(Heading(_("Machine")))
        row = QHBoxLayout()
        row.setSpacing(theme.px(32))
        row.addWidget(self.left, 1, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.right, 1, Qt.AlignmentFlag.AlignTop)
        column.addLayout(row)
        for head, view in ((self._disk_head, self.disk_view), (self._nic_head, self.nic_view)):
            column.addSpacing(theme.px(10))
            column.addWidget(head)
            column.addWidget(view)
        column.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def show_vm(self, domain: Domain) -> None:
        left, right = machine_facts(domain)
        self.left.show_facts(left)
        self.right.show_facts(right)
        self.disks.set_rows(domain.disks)
        self.nics.set_rows(nic_rows(domain))
        self._disk_head.set_text(_("Disks"), units.count(len(domain.disks)))
        self._nic_head.set_text(_("Network cards"), units.count(len(domain.nics)))
        for view, rows in ((self.disk_view, len(domain.disks)), (self.nic_view, len(domain.nics))):
            view.setFixedHeight(theme.px(HEIGHTS["head"] + HEIGHTS["row"] * max(1, rows)) + theme.px(10))
