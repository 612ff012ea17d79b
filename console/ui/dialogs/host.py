"""Hosts: one is added or changed, taken out of the fleet, or several are taken over from other programs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from console.fleet.errors import FleetError
from console.fleet.hosts import HostSpec
from console.services import commands
from console.services.hosts import Imports
from console.settings.importing import Found
from console.ui.dialogs.base import Dialog, scrolled
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.host_form import HostForm, field
from console.ui.widgets.labels import Heading, label
from console.words import _, ngettext

if TYPE_CHECKING:
    from console.ui.context import Context


class HostDialog(Dialog):
    """Adds a host, or changes what the fleet file says of one; the form checks the address while one types."""

    def __init__(self, ctx: Context, spec: HostSpec | None = None, parent: QWidget | None = None) -> None:
        super().__init__(_("Edit {host}").format(host=spec.name) if spec else _("Add a host"), parent, width=640)
        self._ctx, self._given = ctx, spec
        self.form = HostForm(ctx.services.hosts, ctx.inventory, ctx.bridge, spec=spec, footer=False)
        self.body.addWidget(self.form, 1)
        given = spec or HostSpec("", "", "")
        self.name = QLineEdit(given.name)
        self.tags = QLineEdit(" ".join(given.tags))
        self.reach = QLineEdit(given.reach)
        self.reach.setPlaceholderText(_("as in the address"))
        self.keyfile, keyfile = self._path(given.keyfile, folder=False)
        self.pkipath, pkipath = self._path(given.pkipath, folder=True)
        self.autoconnect = QCheckBox(_("Connect when Splendid starts"))
        self.autoconnect.setChecked(given.autoconnect)
        self.verify = QCheckBox(_("Check TLS certificates"))
        self.verify.setChecked(given.verify)
        self._risk = label(
            _("Without the check anyone between here and the host can read and change everything."),
            "secondary",
            tone="warning",
            wrap=True,
        )
        grid = QGridLayout()
        grid.setHorizontalSpacing(theme.px(14))
        grid.setVerticalSpacing(theme.px(12))
        grid.addLayout(field(_("Name"), self.name), 0, 0)
        grid.addLayout(field(_("Tags"), self.tags, optional=True), 0, 1)
        grid.addLayout(field(_("How other hosts reach it"), self.reach, optional=True), 1, 0)
        grid.addLayout(self._named(_("Key file"), self.keyfile, keyfile), 1, 1)
        grid.addLayout(self._named(_("Folder of TLS certificates"), self.pkipath, pkipath), 2, 0)
        ticks = QVBoxLayout()
        ticks.setSpacing(theme.px(2))
        ticks.addStretch(1)
        ticks.addWidget(self.autoconnect)
        ticks.addWidget(self.verify)
        grid.addLayout(ticks, 2, 1)
        grid.addWidget(self._risk, 3, 0, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        self.body.addLayout(grid)
        self.add_left(_("Test"), self.form.check_now, "refresh")
        self.add_close()
        self.add_main(_("Save") if spec else _("Add"), self._go)
        for line in (self.name, self.tags, self.reach, self.keyfile, self.pkipath):
            line.textChanged.connect(self._amend)
        for box in (self.autoconnect, self.verify):
            box.toggled.connect(self._amend)
        self.form.changed.connect(self._judge)
        self.finished.connect(lambda _result: self.form.stop())
        self._amend()
        self.form.address.setFocus()

    def _path(self, text: str, *, folder: bool) -> tuple[QLineEdit, Button]:
        line = QLineEdit(text)
        line.setPlaceholderText(_("libvirt's own") if folder else _("as ssh finds it"))
        button = Button(_("Choose…"))
        button.clicked.connect(lambda: self._choose(line, folder))
        return line, button

    def _named(self, name: str, line: QLineEdit, button: Button) -> QVBoxLayout:
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.px(6))
        row.addWidget(line, 1)
        row.addWidget(button)
        line.setAccessibleName(name)
        button.setAccessibleName(f"{name}: {button.text()}")
        return field(name, both, optional=True)

    def _choose(self, line: QLineEdit, folder: bool) -> None:
        chooser = QFileDialog(self, _("Choose a folder") if folder else _("Choose a key file"))
        chooser.setFileMode(QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile)
        chooser.setDirectory(str(Path(line.text()).parent if line.text() else Path.home()))
        chooser.fileSelected.connect(line.setText)
        chooser.finished.connect(chooser.deleteLater)
        chooser.open()

    def _amend(self) -> None:
        values: dict[str, object] = {
            "tags": tuple(self.tags.text().replace(",", " ").split()),
            "reach": self.reach.text().strip(),
            "keyfile": self.keyfile.text().strip(),
            "pkipath": self.pkipath.text().strip(),
            "autoconnect": self.autoconnect.isChecked(),
            "verify": self.verify.isChecked(),
        }
        name = self.name.text().strip()
        if name or self._given is not None:
            values["name"] = name
        self._risk.setVisible(not self.verify.isChecked())
        self.form.amend(**values)

    def _judge(self) -> None:
        spec = self.form.spec
        if self._given is None and spec is not None and self.name.text().strip() == "":
            self.name.setPlaceholderText(spec.name)
        if self.main is not None and self._given is None:
            name = spec.name if spec else ""
            self.main.setText(_("Add {host}").format(host=name) if name else _("Add"))
            self.main.updateGeometry()
        untouched = spec is not None and spec == self._given
        if untouched or (spec is None and not self.form.address.text().strip()):
            self.idle()
        else:
            self.hold(self.form.why_not)

    def _go(self) -> None:
        spec = self.form.spec
        if spec is None or self.form.why_not:
            return
        hosts, given = self._ctx.services.hosts, self._given
        self.idle()
        if given is None:
            self.read(
                self._ctx.bridge,
                lambda: hosts.add(spec),
                lambda _spec: self.accept(),
                lambda e: self._refused(e, "host.add"),
            )
        else:
            self.read(
                self._ctx.bridge,
                lambda: hosts.edit(given.id, spec),
                lambda _none: self.accept(),
                lambda e: self._refused(e, "host.edit"),
            )

    def _refused(self, error: FleetError, tried: str) -> None:
        self.failed(error, tried)
        self.hold("")


class RemoveHostDialog(Dialog):
    """Says what is forgotten with a host, and that nothing happens to the host itself."""

    def __init__(self, ctx: Context, spec: HostSpec, parent: QWidget | None = None) -> None:
        super().__init__(_("Remove {host} from the fleet").format(host=spec.name), parent, width=520)
        self._ctx, self._spec = ctx, spec
        vms = len(ctx.inventory.domains_of(spec.id))
        self.body.addWidget(
            label(_("Nothing happens to the host and its VMs; they go on as they are."), "strong", wrap=True)
        )
        self.body.addWidget(label(_("Forgotten on this computer:"), tone="text2"))
        lines = [
            _("its entry in the fleet file: {uri}").format(uri=spec.uri),
            ngettext(
                "what was last seen of it, with {count} VM", "what was last seen of it, with {count} VMs", vms
            ).format(count=vms),
            _("its password or passphrase, where the keyring keeps one"),
        ]
        for line in lines:
            self.body.addWidget(label(f"•  {line}", wrap=True))
        self.body.addWidget(
            label(_("Its key in known_hosts and its tasks in the history stay."), "secondary", wrap=True)
        )
        self.body.addStretch(1)
        self.add_command(lambda: commands.line(["host", "remove"], [spec.name]))
        self.add_close()
        self.add_main(_("Remove {host}").format(host=spec.name), self._go, "danger")

    def _go(self) -> None:
        self.idle()
        hosts, host = self._ctx.services.hosts, self._spec.id
        self.read(self._ctx.bridge, lambda: hosts.remove(host), lambda _none: self.accept(), self._refused)

    def _refused(self, error: FleetError) -> None:
        self.failed(error, "host.remove")
        self.hold("")


class ImportDialog(Dialog):
    """Hosts that virt-manager and ssh know, with ticks; those the fleet has already are greyed.

    only: "virt-manager" or "ssh" shows one source, "" both.
    """

    def __init__(self, ctx: Context, only: str = "", parent: QWidget | None = None) -> None:
        super().__init__(_("Import hosts"), parent, width=600)
        self._ctx, self._only = ctx, only
        self._boxes: list[tuple[QCheckBox, HostSpec]] = []
        self._asking = label(_("Looking…"), tone="text2")
        self.body.addWidget(self._asking)
        inner = QWidget()
        inner.setProperty("ground", "base")
        self._list = QVBoxLayout(inner)
        self._list.setContentsMargins(0, 0, theme.px(8), 0)
        self._list.setSpacing(theme.px(4))
        self.body.addWidget(scrolled(inner), 1)
        self.zone = QLineEdit()
        self.zone.setMaximumWidth(theme.px(200))
        self.body.addLayout(field(_("Zone for all of them"), self.zone, optional=True))
        self.add_left(_("Tick all"), lambda: self._tick_all(True))
        self.add_left(_("Tick none"), lambda: self._tick_all(False))
        self.add_close()
        self.add_main(_("Import"), self._go)
        self.idle()
        self.read(ctx.bridge, ctx.services.hosts.found_imports, self._show, lambda e: self.failed(e, ""))

    def _show(self, found: Imports) -> None:
        self._asking.hide()
        if self._only in ("", "virt-manager"):
            self._add_source(_("virt-manager's connections"), found.virt_manager, found.known)
        if self._only in ("", "ssh"):
            self._add_source(_("Names in ~/.ssh/config"), found.ssh, found.known)
        self._list.addStretch(1)
        self._judge()

    def _add_source(self, title: str, found: Sequence[Found], known: frozenset[str]) -> None:
        if self._list.count():
            self._list.addSpacing(theme.px(12))
        self._list.addWidget(Heading(title, str(len(found)) if found else ""))
        if not found:
            self._list.addWidget(label(_("None found."), tone="text3"))
        for one in found:
            added = one.uri in known
            row = QHBoxLayout()
            row.setSpacing(theme.px(10))
            box = QCheckBox(one.name)
            box.setEnabled(not added)
            box.setChecked(not added and self._only != "" and len(found) <= 12)
            box.toggled.connect(self._judge)
            row.addWidget(box)
            row.addWidget(label(one.detail or one.uri, "secondary", tone="text3"), 1)
            if added:
                row.addWidget(label(_("in the fleet already"), "hint"))
            else:
                self._boxes.append((box, HostSpec("", one.name, one.uri)))
            self._list.addLayout(row)

    def _tick_all(self, on: bool) -> None:
        for box, _spec in self._boxes:
            box.setChecked(on)

    def ticked(self) -> list[HostSpec]:
        zone = self.zone.text().strip()
        return [HostSpec("", spec.name, spec.uri, zone=zone) for box, spec in self._boxes if box.isChecked()]

    def _judge(self) -> None:
        count = len(self.ticked())
        assert self.main is not None
        self.main.setText(ngettext("Import {count} host", "Import {count} hosts", count).format(count=count))
        self.main.updateGeometry()
        if count:
            self.hold("")
        else:
            self.idle()

    def _go(self) -> None:
        specs, hosts = self.ticked(), self._ctx.services.hosts
        self.idle()
        self.read(self._ctx.bridge, lambda: hosts.add_all(specs), lambda _specs: self.accept(), self._refused)

    def _refused(self, error: FleetError) -> None:
        self.failed(error, "host.add")
        self._judge()
