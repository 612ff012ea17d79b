"""What can be done to the chosen hosts: connect, disconnect, try now, refresh, edit, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from console.fleet.hosts import Phase
from console.ui.icons import icon
from console.words import N_, _

if TYPE_CHECKING:
    from console.inventory.inventory import Inventory
    from console.services.hosts import HostService


class HostAct(StrEnum):
    """In menu order."""

    CONNECT = "connect"
    TRY_NOW = "try-now"
    REFRESH = "refresh"
    DISCONNECT = "disconnect"
    SHUT_DOWN_GUESTS = "shut-down-guests"
    EDIT = "edit"
    REMOVE = "remove"


_LABELS = {
    HostAct.CONNECT: N_("Connect"),
    HostAct.TRY_NOW: N_("Try now"),
    HostAct.REFRESH: N_("Refresh"),
    HostAct.DISCONNECT: N_("Disconnect"),
    HostAct.SHUT_DOWN_GUESTS: N_("Shut down all guests…"),
    HostAct.EDIT: N_("Edit…"),
    HostAct.REMOVE: N_("Remove…"),
}
_TIPS = {
    HostAct.CONNECT: N_("Open a connection to the host"),
    HostAct.TRY_NOW: N_("Don't wait for the next try"),
    HostAct.REFRESH: N_("Read everything of the host anew"),
    HostAct.DISCONNECT: N_("Close the connection; the host and its VMs go on"),
    HostAct.SHUT_DOWN_GUESTS: N_("Ask every guest there to shut down; what will happen is shown first"),
    HostAct.EDIT: N_("Change how the host is reached, and its place"),
    HostAct.REMOVE: N_("Take the host out of the fleet; nothing happens to the host itself"),
}
_ICONS = {
    HostAct.CONNECT: "link",
    HostAct.TRY_NOW: "refresh",
    HostAct.REFRESH: "refresh",
    HostAct.DISCONNECT: "unlink",
    HostAct.SHUT_DOWN_GUESTS: "power",
    HostAct.EDIT: "edit",
    HostAct.REMOVE: "trash",
}
KEYS = {HostAct.REMOVE: "Del"}


class HostActing(QObject):
    """Does acts to hosts, or asks for the dialog that comes first. One for the window.

    Signals:
        asked(HostAct, str): this act (EDIT, REMOVE) wants a dialog for this host.
        guests_asked(tuple[str, ...]): what shutting down all guests of these hosts does is to be shown.
        opening(str): this host is to be shown.
    """

    asked = Signal(object, str)
    guests_asked = Signal(object)
    opening = Signal(str)

    def __init__(self, inventory: Inventory, hosts: HostService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._hosts = hosts

    def why_not(self, act: HostAct, host: str) -> str:
        """Why the act makes no sense for this host now, one sentence; "" where it does."""
        spec = self._inventory.spec(host)
        if spec is None:
            return _("The host is no longer in the fleet.")
        phase = self._inventory.status(host).phase
        match act:
            case HostAct.CONNECT if phase is not Phase.OFF:
                return _("It is connected, or being connected, already.")
            case HostAct.TRY_NOW if phase not in (Phase.UNREACHABLE, Phase.REFUSED, Phase.STALE):
                return _("It is not waiting for a next try.")
            case HostAct.REFRESH if phase is not Phase.LIVE:
                return _("It is not connected.")
            case HostAct.DISCONNECT if phase is Phase.OFF:
                return _("It is disconnected.")
            case HostAct.SHUT_DOWN_GUESTS if phase not in (Phase.LIVE, Phase.STALE):
                return _("It is not connected.")
            case HostAct.SHUT_DOWN_GUESTS if not any(vm.state.active for vm in self._inventory.domains_of(host)):
                return _("No guest of it is up.")
            case HostAct.EDIT | HostAct.REMOVE if not self._hosts.in_file(host):
                if spec.demo:
                    return _("It belongs to the demo, not to your fleet file.")
                return _("It is not in your fleet file.")
        return ""

    def do(self, act: HostAct, hosts: Iterable[str]) -> None:
        """Does it to those for which it makes sense."""
        if act is HostAct.SHUT_DOWN_GUESTS:
            self.guests_asked.emit(tuple(host for host in hosts if not self.why_not(act, host)))
            return
        for host in hosts:
            if self.why_not(act, host):
                continue
            match act:
                case HostAct.CONNECT:
                    self._hosts.connect(host)
                case HostAct.TRY_NOW:
                    self._hosts.try_now(host)
                case HostAct.REFRESH:
                    self._hosts.refresh(host)
                case HostAct.DISCONNECT:
                    self._hosts.disconnect(host)
                case _:
                    self.asked.emit(act, host)

    def trust(self, host: str, fingerprint: str) -> None:
        """Tries a host that was refused for its unknown key, and trusts a key of that fingerprint."""
        if self._inventory.spec(host) is not None:
            self._hosts.trust_shown(host, fingerprint)


class HostActions(QObject):
    """The actions for one choice of hosts. `set_hosts` says which; `refresh` when one of them has changed."""

    def __init__(self, acting: HostActing, parent: QWidget) -> None:
        super().__init__(parent)
        self._acting = acting
        self._hosts: tuple[str, ...] = ()
        self._actions: dict[HostAct, QAction] = {}
        for act in HostAct:
            action = QAction(icon(_ICONS[act], "error" if act is HostAct.REMOVE else "text"), _(_LABELS[act]), self)
            action.setObjectName(act.value)
            action.triggered.connect(self._triggered(act))
            self._actions[act] = action
        self.refresh()

    def add_shortcuts(self, widget: QWidget) -> None:
        """Makes Del work while `widget` has the focus."""
        for act, keys in KEYS.items():
            self._actions[act].setShortcut(QKeySequence(keys))
            self._actions[act].setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            widget.addAction(self._actions[act])

    @property
    def hosts(self) -> tuple[str, ...]:
        return self._hosts

    def action(self, act: HostAct) -> QAction:
        return self._actions[act]

    def trust(self, fingerprint: str) -> None:
        """Agrees to the unknown key that the chosen host has shown."""
        for host in self._hosts[:1]:
            self._acting.trust(host, fingerprint)

    def set_hosts(self, hosts: Iterable[str]) -> None:
        self._hosts = tuple(hosts)
        self.refresh()

    def refresh(self) -> None:
        """Asks anew what makes sense."""
        for act, action in self._actions.items():
            why = self._reason(act)
            action.setEnabled(not why)
            action.setToolTip(why or _(_TIPS[act]))

    def _reason(self, act: HostAct) -> str:
        if not self._hosts:
            return _("Choose a host first.")
        if act in (HostAct.EDIT, HostAct.REMOVE) and len(self._hosts) > 1:
            return _("Choose one host.")
        reasons = [self._acting.why_not(act, host) for host in self._hosts]
        return "" if "" in reasons else reasons[0]

    def _triggered(self, act: HostAct) -> Callable[[], None]:
        return lambda: self._acting.do(act, self._hosts)

    def menu(self, parent: QWidget, acts: Iterable[HostAct] = tuple(HostAct)) -> QMenu:
        """A menu of these acts; graceful and taking away apart."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        for act in acts:
            if act in (HostAct.SHUT_DOWN_GUESTS, HostAct.EDIT) and not menu.isEmpty():
                menu.addSeparator()
            menu.addAction(self._actions[act])
        return menu

    def pop_up(self, at: QPoint, parent: QWidget) -> QMenu:
        """Opens the context menu at a global point; it deletes itself."""
        menu = self.menu(parent)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
        return menu
