"""A new pool: what it stands on, where its volumes appear."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from console.fleet.storing import NewPool, Plan, checked_pool
from console.ui.dialogs.planned import PlannedDialog
from console.ui.dialogs.volumes import beside
from console.ui.theme import theme
from console.ui.widgets.host_form import field
from console.ui.widgets.labels import label
from console.words import N_, _

if TYPE_CHECKING:
    from console.ui.context import Context

_KINDS = {
    "dir": N_("A folder of the host"),
    "fs": N_("A disk or partition with a file system"),
    "netfs": N_("A folder of a file server (NFS)"),
    "logical": N_("A volume group (LVM)"),
}
_SOURCES = {"fs": N_("Device"), "netfs": N_("Exported folder"), "logical": N_("Device for a new group")}


class NewPoolDialog(PlannedDialog):
    """Fields that a kind doesn't need are hidden."""

    def __init__(self, ctx: Context, host: str, parent: QWidget | None = None) -> None:
        spec = ctx.inventory.spec(host)
        title = _("New pool on {host}").format(host=spec.name if spec else host)
        super().__init__(ctx, title, _("Define"), parent, width=600)
        self._host = host
        self.name = QLineEdit()
        self.kind = QComboBox()
        for kind, text in _KINDS.items():
            self.kind.addItem(_(text), kind)
        self.path, self.source, self.server = QLineEdit("/var/lib/libvirt/images"), QLineEdit(), QLineEdit()
        self.form.addLayout(beside(field(_("Name"), self.name), field(_("It stands on"), self.kind)))
        self._rows: dict[str, QWidget] = {}
        self._source_name = label("", "secondary")
        for id_, head, edit in (
            ("server", label(_("Server"), "secondary"), self.server),
            ("source", self._source_name, self.source),
            ("path", label(_("Its volumes appear in"), "secondary"), self.path),
        ):
            row = QWidget()
            column = QVBoxLayout(row)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(theme.px(6))
            column.addWidget(head)
            column.addWidget(edit)
            edit.setAccessibleName(head.text())
            self._rows[id_] = row
            self.form.addWidget(row)
        self.build = QCheckBox(_("Make what it stands on, where that is missing"))
        self.start, self.autostart = QCheckBox(_("Start it now")), QCheckBox(_("Start it with its host"))
        for box in (self.start, self.autostart):
            box.setChecked(True)
        for box in (self.build, self.start, self.autostart):
            self.form.addWidget(box)
            box.toggled.connect(lambda _on: self.replan())
        for edit in (self.name, self.path, self.source, self.server):
            edit.textChanged.connect(lambda _text: self.replan())
        self.kind.currentIndexChanged.connect(self._on_kind)
        self._on_kind()
        self._soon.stop()

    def _on_kind(self) -> None:
        kind = self.kind.currentData()
        self._rows["server"].setVisible(kind == "netfs")
        self._rows["source"].setVisible(kind in _SOURCES)
        name = _(_SOURCES.get(kind, ""))
        self._source_name.setText(name)
        self.source.setAccessibleName(name)
        self._rows["path"].setVisible(kind != "logical")
        self.replan()

    def wanted(self) -> NewPool:
        """What the form says. Errors: FleetError."""
        kind, name = self.kind.currentData(), self.name.text().strip()
        path = f"/dev/{name}" if kind == "logical" else self.path.text().strip()
        source = self.source.text().strip() if kind in _SOURCES else ""
        server = self.server.text().strip() if kind == "netfs" else ""
        return checked_pool(NewPool(name, kind, path, source, server))

    def _how(self) -> dict[str, bool]:
        return {
            "build": self.build.isChecked(),
            "start": self.start.isChecked(),
            "autostart": self.autostart.isChecked(),
        }

    def request(self) -> Callable[[], Plan]:
        new, how, service = self.wanted(), self._how(), self._ctx.services.pools
        return lambda: service.plan_define(self._host, new, **how)

    def run(self) -> object:
        return self._ctx.services.pools.run_define(self._host, self.wanted(), **self._how())

    def command(self) -> str:
        how = self._how()
        return self._ctx.services.pools.define_line(
            self._host, self.wanted(), how["build"], how["start"], how["autostart"]
        )
