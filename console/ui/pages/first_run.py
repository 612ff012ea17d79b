"""The empty fleet: one question, its answer being tried while one types, and the other ways in beside it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from console.fleet.errors import Failed, FleetError, Reason
from console.fleet.hosts import HostSpec
from console.services.hosts import Imports
from console.settings.demo import demo_size
from console.ui import icons
from console.ui.context import Context
from console.ui.pages.live import LivePage
from console.ui.places import Place
from console.ui.theme import theme
from console.ui.theme.tokens import RADII
from console.ui.widgets.buttons import Button
from console.ui.widgets.host_form import HostForm
from console.ui.widgets.labels import GlyphLabel, label, rule
from console.ui.widgets.notes import Note
from console.ui.widgets.scrolled import scrolled
from console.words import _, errors, ngettext, units

WIDE = 1064  # px of form and cards together
FORM_SHARE, CARD_SHARE = 592, 452
BELOW = 980  # px of the page, under which the cards stand below the form


class Offers(msgspec.Struct, frozen=True):
    """What the other ways in hold, read from this computer's disk and its own libvirt."""

    imports: Imports
    demo: tuple[int, int]  # hosts and VMs
    local: dict[str, str | int | float] | None  # values of the check's last lines; None = it does not answer


class _Tile(QWidget):
    """An icon on a grey square."""

    def __init__(self, icon: str) -> None:
        super().__init__()
        self._icon = icon
        self.setFixedSize(theme.px(34), theme.px(34))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("neutral-tint"))
        painter.drawRoundedRect(QRectF(self.rect()), theme.px(RADII["control"]), theme.px(RADII["control"]))
        side = theme.px(16)
        pixmap = icons.pixmap(self._icon, "text2", side, self.devicePixelRatioF())
        painter.drawPixmap((self.width() - side) // 2, (self.height() - side) // 2, pixmap)


class WayIn(QWidget):
    """One other way: icon, title, what was found, a button."""

    def __init__(self, icon: str, title: str, button: str, act: Callable[[], object]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.px(16), theme.px(14), theme.px(16), theme.px(14))
        row.setSpacing(theme.px(12))
        row.addWidget(_Tile(icon))
        column = QVBoxLayout()
        column.setSpacing(theme.px(1))
        column.addWidget(label(title, "name"))
        self._found = label("", "secondary", wrap=True)
        column.addWidget(self._found)
        row.addLayout(column, 1)
        self.button = Button(button)
        self.button.setAccessibleName(f"{title}: {button}")
        self.button.clicked.connect(lambda: act())
        row.addWidget(self.button)

    def say(self, found: str, can: bool = True) -> None:
        """What was found; without it the button is greyed, with that as its reason."""
        self._found.setText(found)
        self.button.setEnabled(can)
        self.button.setToolTip("" if can else found)

    @property
    def text(self) -> str:
        return self._found.text()


def _card(*rows: QWidget, quiet: bool = False) -> QFrame:
    card = QFrame()
    card.setProperty("card", True)
    column = QVBoxLayout(card)
    column.setContentsMargins(1, 1, 1, 1)
    column.setSpacing(0)
    for number, row in enumerate(rows):
        if number:
            column.addWidget(rule())
        column.addWidget(row)
    if quiet:
        card.setProperty("quiet", True)
    return card


class FirstRunPage(LivePage):
    """Shown while the fleet has no host.

    Signals:
        import_wanted(str): the person wants to choose among "virt-manager" or "ssh" names.
    """

    import_wanted = Signal(str)

    def __init__(self, ctx: Context, parent: QWidget | None = None) -> None:
        super().__init__(ctx, parent)
        self.setProperty("ground", "base")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        hosts = ctx.services.hosts
        self.form = HostForm(hosts, ctx.inventory, ctx.bridge, title=_("Connect to a host"))
        self.form.submitted.connect(self._add)
        self.virt_manager = WayIn(
            "folder", _("virt-manager’s connections"), _("Choose…"), lambda: self.import_wanted.emit("virt-manager")
        )
        self.ssh = WayIn("key", _("Names in ~/.ssh/config"), _("Choose…"), lambda: self.import_wanted.emit("ssh"))
        self.local = WayIn("monitor", _("This computer"), _("Add"), self._add_local)
        self.file = WayIn("file", _("A fleet file from a colleague"), _("Open…"), self._choose_file)
        self.demo = WayIn("eye", _("Just look around"), _("Open demo"), self._open_demo)
        self._note = Note("error")
        self._note.hide()
        self._local: HostSpec | None = None
        self._reading = self._below = False
        self._build()
        for way in (self.virt_manager, self.ssh, self.local):
            way.say(_("Looking…"), can=False)
        self.file.say(_("TOML, with zones and racks, no secrets"))
        self.demo.say(_("A demo fleet on libvirt’s test driver, with replayed load"))

    def _build(self) -> None:
        inner = QWidget()
        inner.setProperty("ground", "base")
        self._grid = QGridLayout(inner)
        grid = self._grid
        grid.setHorizontalSpacing(theme.px(20))
        grid.setVerticalSpacing(0)
        title = label(_("Which hosts do you look after?"), "title")
        grid.addWidget(title, 1, 1, 1, 2)
        grid.addWidget(
            label(
                _("Splendid talks to libvirt as it is, over ssh or TLS. Nothing is installed on a host."),
                tone="text2",
                wrap=True,
            ),
            2,
            1,
            1,
            2,
        )
        title.setContentsMargins(0, 0, 0, theme.px(8))
        grid.setRowMinimumHeight(3, theme.px(20))
        grid.addWidget(self._note, 4, 1, 1, 2)
        grid.addWidget(self.form, 5, 1, Qt.AlignmentFlag.AlignTop)
        beside = self._beside = QVBoxLayout()
        beside.setSpacing(theme.px(14))
        beside.addWidget(_card(self.virt_manager, self.ssh, self.local, self.file))
        beside.addWidget(_card(self.demo, quiet=True))
        beside.addStretch(1)
        grid.addLayout(beside, 5, 2)
        foot = QHBoxLayout()
        foot.setContentsMargins(0, theme.px(20), 0, 0)
        foot.setSpacing(theme.px(8))
        self._lock = GlyphLabel("lock", "text2", 14, drawn=False)
        self._lock.hide()  # until there is something to say beside it
        foot.addWidget(self._lock)
        self._keyring = label("", "secondary", wrap=True)
        foot.addWidget(self._keyring, 1)
        grid.addLayout(foot, 7, 1, 1, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, FORM_SHARE)
        grid.setColumnStretch(2, CARD_SHARE)
        grid.setColumnStretch(3, 1)
        grid.setRowStretch(0, 2)
        grid.setRowStretch(8, 3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scrolled(inner))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(theme.px(20), (self.width() - theme.px(WIDE)) // 2)
        self._grid.setContentsMargins(side, theme.px(16), side, theme.px(16))
        below = self.width() < theme.px(BELOW)
        if below == self._below:
            return
        self._below = below
        self._grid.removeWidget(self.form)
        self._grid.removeItem(self._beside)
        self._beside.setContentsMargins(0, theme.px(14) if below else 0, 0, 0)
        self._grid.addWidget(self.form, 5, 1, 1, 2 if below else 1, Qt.AlignmentFlag.AlignTop)
        self._grid.addLayout(self._beside, *((6, 1, 1, 2) if below else (5, 2, 1, 1)))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.form.address.setFocus()

    # what the other ways hold

    def refresh(self) -> None:
        """Looks again for what can be imported, off Qt's thread."""
        self.ctx.bridge.run(self.ctx.services.credentials.secrets.check, self._show_keyring)
        if not self._reading:
            self._reading = True
            self.ctx.bridge.run(self._read_offers, self._show_offers, self._no_offers)

    def _show_keyring(self, why: str | None) -> None:
        if isValid(self):
            self._lock.show()
            self._keyring.setText(
                _("No keyring answers, so passwords are kept until Splendid is closed, nowhere else")
                if why
                else _("Passwords go to the desktop’s keyring, nowhere else")
            )

    def _read_offers(self) -> Offers:
        hosts = self.ctx.services.hosts
        imports = hosts.found_imports()
        if imports.local is None:
            return Offers(imports, demo_size(), None)
        values: dict[str, str | int | float] = {}
        for line in hosts.check(imports.local, asking=False):
            if line.ok is False:
                return Offers(imports, demo_size(), None)
            values |= line.values
        return Offers(imports, demo_size(), values)

    def _show_offers(self, offers: Offers) -> None:
        self._reading = False
        if not isValid(self):
            return
        imports = offers.imports
        self.virt_manager.say(*_found(imports.virt_manager, imports.known))
        self.ssh.say(*_found(imports.ssh, imports.known))
        self._local = imports.local
        values = offers.local
        demo_hosts, demo_vms = offers.demo
        text = _("{hosts} demo hosts, {vms} VMs, replayed load")
        self.demo.say(text.format(hosts=demo_hosts, vms=demo_vms), can=demo_hosts > 0)
        if imports.local is None:
            self.local.say(_("No libvirt answers here"), can=False)
        elif imports.local.uri in imports.known:
            self.local.say(_("Added already"), can=False)
        elif values is None:
            self.local.say(_("libvirt is here, but does not let us in"), can=False)
        else:
            version, vms = units.version(int(values.get("libvirt", 0))), int(values.get("vms", 0))
            text = ngettext("libvirt {version} answers, {n} VM", "libvirt {version} answers, {n} VMs", vms)
            self.local.say(text.format(version=version, n=vms))

    def _no_offers(self, error: FleetError) -> None:
        self._reading = False
        if isValid(self):
            for way in (self.virt_manager, self.ssh, self.local):
                way.say(errors.why(error.problem), can=False)

    # adding

    def _add(self, spec: HostSpec) -> None:
        self._do(lambda: (self.ctx.services.hosts.add(spec),), self._added, spec.name, "host.add")

    def _add_local(self) -> None:
        if self._local is not None:
            self._add(self._local)

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, _("Open a fleet file"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setNameFilters([_("Fleet files (*.toml)"), _("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.open_file(Path(path)))
        dialog.open()

    def open_file(self, path: Path) -> None:
        """Adds the hosts of a fleet file that are not in the fleet yet."""
        hosts = self.ctx.services.hosts

        def read() -> tuple[HostSpec, ...]:
            try:
                return hosts.add_all(hosts.read_file(path))
            except (OSError, UnicodeDecodeError) as error:
                raise Failed(Reason.OTHER, path.name, text=str(getattr(error, "strerror", "") or error)) from error

        self._do(read, self._added, path.name, "file.read")

    def _open_demo(self) -> None:
        self.demo.button.setEnabled(False)

        def opened(_none: object) -> None:
            self.demo.button.setEnabled(True)
            self.ctx.nav.open(Place.fleet("overview"))

        self._do(lambda: self.ctx.services.hosts.open_demo(), opened, _("The demo"), "")

    def _added(self, specs: tuple[HostSpec, ...]) -> None:
        if len(specs) == 1:
            self.ctx.nav.open(Place.host(specs[0].id))
        elif specs:
            self.ctx.nav.open(Place.fleet("hosts"))
        else:
            self._say_wrong(_("Nothing was added."), _("The file names no host that is not in the fleet yet."))

    def _do(self, work: Callable[[], object], done: Callable[..., object], what: str, tried: str) -> None:
        """`work` off Qt's thread; what goes wrong is said in a note above the form."""
        self._note.hide()

        def failed(error: FleetError) -> None:
            if isValid(self):
                self.demo.button.setEnabled(True)
                said = errors.sentence(error.problem, error.what or what, tried)
                self._say_wrong(said.what, f"{said.why} {said.next}")

        def finished(result: object) -> None:
            if isValid(self):
                done(result)

        self.ctx.bridge.run(work, finished, failed)

    def _say_wrong(self, cause: str, sentence: str) -> None:
        self._note.say(cause, sentence)
        self._note.show()


def _found(names: tuple[object, ...], known: frozenset[str]) -> tuple[str, bool]:
    """As "4 found, 3 not added yet", and whether any is left."""
    count = len(names)
    new = sum(getattr(name, "uri", "") not in known for name in names)
    if not count:
        return _("None found"), False
    text = ngettext("{n} found", "{n} found", count).format(n=count)
    if new != count:
        text = f"{text}, " + _("{n} not added yet").format(n=new)
    return text, new > 0
