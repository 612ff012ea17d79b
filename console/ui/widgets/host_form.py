"""The form a host is described by: address and way, place, rights; the checks it passes while one types."""

from __future__ import annotations

import os
from collections.abc import Iterable

from msgspec.structs import replace
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.errors import FleetError
from console.fleet.hosts import HostSpec
from console.fleet.uris import Flaw, Typed, Way, looks_like_uri, read, split
from console.inventory.inventory import Inventory
from console.services.hosts import HostService
from console.settings.fleetread import free_id, slug
from console.ui import icons
from console.ui.bridge import Bridge
from console.ui.theme import theme
from console.ui.widgets.buttons import Button
from console.ui.widgets.check_list import CheckList
from console.ui.widgets.host_check import HostCheck
from console.ui.widgets.labels import ElidedLabel, label
from console.ui.widgets.tabs import Segment, Segmented
from console.words import _, addresses, errors

_WAYS = {Way.SSH: "SSH", Way.TLS: "TLS", Way.TCP: "TCP", Way.URI: "URI"}


def field(name: str, widget: QWidget, *, optional: bool = False) -> QVBoxLayout:
    """A field under its name."""
    column = QVBoxLayout()
    column.setSpacing(theme.px(6))
    row = QHBoxLayout()
    row.setSpacing(0)
    title = label(name, "secondary")
    title.setBuddy(widget)
    row.addWidget(title)
    if optional:
        row.addWidget(label(_(", optional"), "hint"))
    row.addStretch(1)
    column.addLayout(row)
    column.addWidget(widget)
    widget.setAccessibleName(name)
    return column


def choice(values: Iterable[str], text: str = "") -> QComboBox:
    """A field that offers what is known and takes anything."""
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.addItems(sorted({value for value in values if value}, key=str.casefold))
    box.setEditText(text)
    return box


class HostForm(QFrame):
    """A card: fields, live checks, the URI and the button that adds the host.

    spec: the host to be changed, None for a new one. footer=False leaves URI and button to the dialog around it, which
    listens to `changed` and reads `spec` and `why_not`.

    Signals:
        changed(): `spec` or `why_not` may be different now.
        submitted(HostSpec): the person wants this host.
    """

    changed = Signal()
    submitted = Signal(object)

    def __init__(
        self,
        hosts: HostService,
        inventory: Inventory,
        bridge: Bridge,
        parent: QWidget | None = None,
        *,
        spec: HostSpec | None = None,
        footer: bool = True,
        title: str = "",
    ) -> None:
        super().__init__(parent)
        self.setProperty("card", True)
        self._hosts = hosts
        self._inventory = inventory
        self._bridge = bridge
        self._given = spec
        self._extra: dict[str, object] = {}
        self._check = HostCheck(hosts.check, bridge, self)
        self._typed = Typed(flaw=Flaw.EMPTY)
        self._asked: HostSpec | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(self._build_fields(title))
        column.addWidget(self._build_checks(), 1)
        self._uri = ElidedLabel("", tone="text2")
        self._uri.setFont(theme.font("mono"))
        self._why = label("", "hint", wrap=True)
        self._why.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._submit = Button("", kind="primary")
        self._submit.setMinimumHeight(theme.px(32))
        self._submit.clicked.connect(self._on_submit)
        if footer:
            column.addWidget(self._build_footer())
        self._wire()
        self._read()

    # building

    def _build_fields(self, title: str) -> QVBoxLayout:
        fields = QVBoxLayout()
        fields.setContentsMargins(theme.px(20), theme.px(18), theme.px(20), theme.px(16))
        fields.setSpacing(theme.px(14))
        if title:
            fields.addWidget(label(title, "section"))
        spec = self._given or HostSpec("", "", "")
        text, way = split(spec.uri) if spec.uri else ("", Way.SSH)
        self.address = QLineEdit(text)
        self.address.setPlaceholderText(_("user@host"))
        self.address.setClearButtonEnabled(False)
        glyph = QAction(icons.icon("server", "text2"), "", self.address)
        self.address.addAction(glyph, QLineEdit.ActionPosition.LeadingPosition)
        self.address.setMinimumSize(QSize(theme.px(220), theme.px(30)))
        self.ways = Segmented([Segment(way.value, name) for way, name in _WAYS.items()], _("Way to reach it"))
        self.ways.set_current(way.value)
        first = QHBoxLayout()
        first.setSpacing(theme.px(8))
        first.addLayout(field(_("Address"), self.address), 1)
        first.addWidget(self.ways, 0, Qt.AlignmentFlag.AlignBottom)
        fields.addLayout(first)
        specs = self._inventory.specs()
        self.zone = choice((one.zone for one in specs), spec.zone)
        self.rack = choice((one.rack for one in specs), spec.rack)
        self.read_only = QCheckBox(_("Only look, never change"))
        self.read_only.setChecked(spec.read_only)
        second = QHBoxLayout()
        second.setSpacing(theme.px(14))
        self.zone.setFixedWidth(theme.px(170))
        self.rack.setFixedWidth(theme.px(120))
        second.addLayout(field(_("Zone"), self.zone, optional=True))
        second.addLayout(field(_("Rack"), self.rack, optional=True))
        self.read_only.setMinimumHeight(theme.px(28))
        second.addWidget(self.read_only, 1, Qt.AlignmentFlag.AlignBottom)
        fields.addLayout(second)
        return fields

    def _build_checks(self) -> QWidget:
        ground = QFrame()
        ground.setProperty("ground", "sunken")
        ground.setProperty("line", "top")
        inner = QVBoxLayout(ground)
        inner.setContentsMargins(theme.px(20), theme.px(14), theme.px(20), theme.px(12))
        self.checks = CheckList()
        inner.addWidget(self.checks)
        return ground

    def _build_footer(self) -> QWidget:
        bar = QFrame()
        bar.setProperty("line", "top")
        row = QHBoxLayout(bar)
        row.setContentsMargins(theme.px(20), theme.px(12), theme.px(20), theme.px(12))
        row.setSpacing(theme.px(12))
        row.addWidget(self._uri, 2)
        row.addWidget(self._why, 2)
        row.addStretch(1)
        row.addWidget(self._submit)
        return bar

    def _wire(self) -> None:
        self.address.textEdited.connect(self._on_address)
        self.address.returnPressed.connect(self._on_submit)
        self.ways.chosen.connect(lambda _way: self._read())
        self.zone.editTextChanged.connect(lambda _text: self._tell())
        self.rack.editTextChanged.connect(lambda _text: self._tell())
        self.read_only.toggled.connect(lambda _on: self._read())
        self._check.began.connect(self.checks.clear)
        self._check.line_came.connect(self.checks.add)
        self._check.ended.connect(self._on_checked)
        self.checks.trust_wanted.connect(self._trust)

    # what is typed

    @property
    def spec(self) -> HostSpec | None:
        """The host as described now, None while the address cannot be meant."""
        if self._typed.flaw is not None:
            return None
        base = self._given or HostSpec("", self._free_name(), "")
        made = replace(
            base,
            uri=self._typed.uri,
            zone=self.zone.currentText().strip(),
            rack=self.rack.currentText().strip(),
            read_only=self.read_only.isChecked(),
        )
        made = replace(made, **self._extra)
        if self._given is not None:
            return made
        # the id it will have, so that a password given to the check is known when the host is added
        return replace(made, id=free_id(slug(made.name), {other.id for other in self._inventory.specs()}))

    def amend(self, **values: object) -> None:
        """Fields of HostSpec that the dialog around asks for itself (name, tags, keyfile…)."""
        self._extra.update(values)
        self._read()

    @property
    def why_not(self) -> str:
        """Why the host cannot be added as it is, "" where it can."""
        if self._typed.flaw is not None:
            return addresses.flaw(self._typed.flaw)
        spec = self.spec
        assert spec is not None
        if not spec.name.strip():
            return _("A name is missing.")
        for other in self._inventory.specs():
            if other.id == spec.id:
                continue
            if other.uri == spec.uri:
                return _("{host} is this host already.").format(host=other.name)
            if other.name == spec.name:
                return _("The name {name} is taken.").format(name=spec.name)
        return ""

    def _free_name(self) -> str:
        """The short name, or a longer one where another host has it."""
        name = self._typed.name or os.uname().nodename
        taken = {other.name for other in self._inventory.specs()}
        number = 2
        free = name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        return free

    def _on_address(self, text: str) -> None:
        if looks_like_uri(text) and self.ways.current() != Way.URI:
            self.ways.set_current(Way.URI.value)
        self._read()

    def _read(self) -> None:
        """Takes in what was typed and checks it, once the typing pauses."""
        self._typed = read(self.address.text(), Way(self.ways.current()))
        spec = self.spec
        if spec != self._asked:
            self._asked = spec
            self._check.ask(spec)
        self._tell()

    def _tell(self) -> None:
        typed, why = self._typed, self.why_not
        empty = typed.flaw is Flaw.EMPTY
        if typed.flaw is not None:
            self.checks.say(_("What the host answers is shown here while you type.") if empty else why)
        elif self._check.busy:
            self.checks.say(_("Asking…"))
        self._uri.set_text(typed.uri)
        self._uri.setVisible(bool(typed.uri))
        self._why.setText("" if empty or typed.flaw is not None else why)
        self._why.setVisible(bool(self._why.text()))
        name = self.spec.name if self.spec else ""
        self._submit.setText(_("Add {host}").format(host=name) if name else _("Add"))
        self._submit.setEnabled(not why)
        self._submit.setToolTip(why)
        self.changed.emit()

    # the check

    def check_now(self) -> None:
        """Checks at once, though nothing was typed (the button Test)."""
        self._asked = self.spec
        self._check.ask(self._asked, at_once=True)
        self._tell()

    def stop(self) -> None:
        """Gives up a running check; for a page that is left."""
        self._check.stop()
        self._asked = None

    def _on_checked(self, error: FleetError | None) -> None:
        self.checks.say("")
        if error is not None:
            self.checks.add_problem(error.problem, error.what or (self.spec.name if self.spec else ""))

    def _trust(self, key: str) -> None:
        spec = self.spec
        if spec is None:
            return

        def trusted(_none: object) -> None:
            if isValid(self):
                self.check_now()

        def failed(error: FleetError) -> None:
            if isValid(self):
                self.checks.say(errors.explain(error, "host.trust").full)

        self._bridge.run(lambda: self._hosts.trust_host_key(spec, key), trusted, failed)

    # the end

    def say(self, text: str) -> None:
        """What went wrong when the host was to be added."""
        self._why.setText(text)
        self._why.setVisible(bool(text))

    def _on_submit(self) -> None:
        if not self.why_not:
            self.submitted.emit(self.spec)
