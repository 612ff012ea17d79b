"""A new volume, another size, a copy: each with its plan below while one types."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.fleet.storage import PoolUse, VolumeKey, VolumeUse
from console.fleet.storing import FILE_KINDS, NewVolume, Plan, Prealloc, parse_size, rounded
from console.ui.dialogs.planned import PlannedDialog
from console.ui.theme import theme
from console.ui.widgets.host_form import field
from console.words import N_, _, units

if TYPE_CHECKING:
    from console.ui.context import Context

_PREALLOC = {
    Prealloc.OFF: N_("Nothing: it grows as it is written"),
    Prealloc.METADATA: N_("Its tables (qcow2)"),
    Prealloc.FULL: N_("All of it"),
}


def beside(*columns: QVBoxLayout) -> QHBoxLayout:
    """Fields in one row, equally wide."""
    row = QHBoxLayout()
    row.setSpacing(theme.px(12))
    for column in columns:
        row.addLayout(column, 1)
    return row


class NewVolumeDialog(PlannedDialog):
    """Name, size, format, what is taken at once, what it is built on."""

    def __init__(self, ctx: Context, use: PoolUse, parent: QWidget | None = None) -> None:
        super().__init__(ctx, _("New volume in {pool}").format(pool=use.pool.name), _("Create"), parent, width=600)
        self._use = use
        files = use.pool.kind in FILE_KINDS
        self.name = QLineEdit()
        self.name.setPlaceholderText("web-01.qcow2" if files else "web-01")
        self.capacity = QLineEdit("20G")
        self.format = QComboBox()
        for name in ("qcow2", "raw") if files else ("",):
            self.format.addItem(name or _("as the pool has it"), name)
        self.prealloc = QComboBox()
        for how, text in _PREALLOC.items():
            self.prealloc.addItem(_(text), how)
        self.backing = QComboBox()
        self.backing.addItem(_("nothing"), "")
        bases = (
            [item for item in use.volumes if item.volume.format in ("qcow2", "raw") and item.volume.path]
            if files
            else []
        )
        for item in bases:
            text = _("{name}, {size}").format(name=item.key.name, size=units.size(item.volume.capacity))
            self.backing.addItem(text, item.volume.path)
        self.form.addLayout(field(_("Name"), self.name))
        self.form.addLayout(beside(field(_("Size"), self.capacity), field(_("Format"), self.format)))
        self.form.addLayout(beside(field(_("Taken at once"), self.prealloc), field(_("Built on"), self.backing)))
        for edit in (self.name, self.capacity):
            edit.textChanged.connect(lambda _text: self.replan())
        for box in (self.format, self.prealloc, self.backing):
            box.currentIndexChanged.connect(lambda _index: self.replan())
        self.name.setFocus()

    def wanted(self) -> NewVolume:
        """What the form says. Errors: FleetError."""
        return self._ctx.services.storage.new_volume(
            self._use.host,
            self._use.pool.name,
            self.name.text().strip(),
            rounded(parse_size(self.capacity.text())),
            self.format.currentData(),
            Prealloc(self.prealloc.currentData()),
            self.backing.currentData() or None,
        )

    def request(self) -> Callable[[], Plan]:
        new, service = self.wanted(), self._ctx.services.storage
        return lambda: service.plan_create(self._use.host, self._use.pool.name, new)

    def run(self) -> object:
        return self._ctx.services.storage.run_create(self._use.host, self._use.pool.name, self.wanted())

    def command(self) -> str:
        return self._ctx.services.storage.create_line(self._use.host, self._use.pool.name, self.wanted())


class ResizeDialog(PlannedDialog):
    """Another capacity; a smaller one only with a tick."""

    def __init__(self, ctx: Context, use: VolumeUse, parent: QWidget | None = None) -> None:
        super().__init__(ctx, _("Resize {name}").format(name=use.key.name), _("Resize"), parent)
        self._use = use
        self.capacity = QLineEdit(units.size(use.volume.capacity).replace(units.NBSP, " "))
        self.capacity.selectAll()
        self.shrink = QCheckBox(_("Allow it to shrink: what lies beyond the new end is lost"))
        self.form.addLayout(field(_("New size"), self.capacity))
        self.form.addWidget(self.shrink)
        self.capacity.textChanged.connect(lambda _text: self.replan())
        self.shrink.toggled.connect(lambda _on: self.replan())

    def request(self) -> Callable[[], Plan]:
        capacity, shrink, service = (
            parse_size(self.capacity.text()),
            self.shrink.isChecked(),
            self._ctx.services.storage,
        )
        return lambda: service.plan_resize(self._use.key, capacity, shrink=shrink)

    def run(self) -> object:
        return self._ctx.services.storage.run_resize(
            self._use.key, parse_size(self.capacity.text()), shrink=self.shrink.isChecked()
        )

    def command(self) -> str:
        return self._ctx.services.storage.resize_line(
            self._use.key, parse_size(self.capacity.text()), self.shrink.isChecked()
        )


class CopyDialog(PlannedDialog):
    """A whole copy, on the same host."""

    def __init__(self, ctx: Context, use: VolumeUse, pools: tuple[str, ...], parent: QWidget | None = None) -> None:
        super().__init__(ctx, _("Copy {name}").format(name=use.key.name), _("Copy"), parent)
        self._use = use
        stem, dot, end = use.key.name.rpartition(".")
        self.name = QLineEdit(f"{stem}-copy{dot}{end}" if stem else f"{use.key.name}-copy")
        self.pool = QComboBox()
        self.pool.addItems(pools)
        self.pool.setCurrentText(use.key.pool)
        self.form.addLayout(beside(field(_("Name"), self.name), field(_("Into pool"), self.pool)))
        self.name.textChanged.connect(lambda _text: self.replan())
        self.pool.currentIndexChanged.connect(lambda _index: self.replan())
        self.replan(soon=False)

    def _wanted(self) -> tuple[VolumeKey, str, str]:
        return self._use.key, self.pool.currentText(), self.name.text().strip()

    def request(self) -> Callable[[], Plan]:
        wanted, service = self._wanted(), self._ctx.services.storage
        return lambda: service.plan_clone(*wanted)

    def run(self) -> object:
        return self._ctx.services.storage.run_clone(*self._wanted())

    def command(self) -> str:
        return self._ctx.services.storage.clone_line(*self._wanted())
