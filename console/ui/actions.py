"""What can be done to the chosen VMs: one table of actions for menus, action bar, keys and palette."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from types import ModuleType
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from console.fleet import edits
from console.fleet.acts import Act, why_not
from console.fleet.bulk import Deed
from console.fleet.clones.acts import CopyAct, marks
from console.fleet.clones.acts import why_not as why_no_copy
from console.fleet.domains import VmKey
from console.fleet.errors import Problem, Reason
from console.inventory.inventory import Inventory
from console.ui.bases import Bases
from console.ui.icons import icon
from console.words import _, acts, copies, errors, ngettext

if TYPE_CHECKING:
    from console.services.power import PowerService

RUN = (Act.START, Act.RESUME, Act.RESTORE)
"""One entry, "Run": whichever of them brings a VM to run."""

STARTS = frozenset({Act.START, Act.RESTORE})
"""They write what others may be built on."""

_WIDGET = Qt.ShortcutContext.WidgetWithChildrenShortcut

POWER = frozenset(Act) - {Act.SCALE, Act.RENAME, Act.DESCRIBE, Act.TAG, Act.DELETE}


TOLD = frozenset({Act.RENAME, Act.DESCRIBE, Act.TAG, Act.SCALE})
"""Acts whose own dialog comes first in any case: it asks for what is wanted."""

PREVIEW_FROM = 5

Kinds = list[list[VmKey]]  # VMs in bundles that can take the same acts
AnyAct = Act | CopyAct


def words_of(act: AnyAct) -> ModuleType:
    """Where an act's label, tooltip and reasons are."""
    return copies if isinstance(act, CopyAct) else acts


class Verdict(msgspec.Struct, frozen=True):
    """What an entry would do now. able: VMs by the act that fits each; reason: why it cannot, or what it leaves out."""

    able: tuple[tuple[AnyAct, tuple[VmKey, ...]], ...]
    reason: str = ""

    @property
    def count(self) -> int:
        return sum(len(keys) for _act, keys in self.able)


class Acting(QObject):
    """Does acts to VMs, or asks for the dialog that comes first. One for the window.

    Signals:
        asked(Act, tuple[VmKey, ...]): this act wants a dialog before anything happens.
        copying(CopyAct, tuple[VmKey, ...]): a dialog about snapshots or clones of these is to be opened.
        planned(Deed, tuple[VmKey, ...]): what will happen to these many VMs is to be shown before it does.
        repeated(int): the plan for those of a group that were not done is to be shown.
        opening(VmKey): this VM is to be shown.
        comparing(tuple[VmKey, ...]): the load of these is to be shown in the same plots.
        editing(VmKey): the XML of this VM is to be edited.

    Attributes:
        forced_confirmed: forced acts ask first; a preference.
        preview_from: from so many VMs on a plan is shown first; a preference.
        where: gives the query that means just these VMs, "" where they were chosen otherwise; the table's.
    """

    asked = Signal(object, object)
    copying = Signal(object, object)
    planned = Signal(object, object)
    repeated = Signal(int)
    opening = Signal(object)
    comparing = Signal(object)
    editing = Signal(object)

    def __init__(self, inventory: Inventory, power: PowerService, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._inventory = inventory
        self._power = power
        self._bases = Bases(inventory)
        self.forced_confirmed = True
        self.preview_from = PREVIEW_FROM
        self.where: Callable[[Sequence[VmKey]], str] = lambda _keys: ""

    def kinds(self, keys: Iterable[VmKey]) -> Kinds:
        """`keys` in bundles that can take the same acts; VMs that are gone are left out."""
        found: dict[object, list[VmKey]] = {}
        hosts: dict[str, tuple[object, ...]] = {}
        inventory = self._inventory
        for key in keys:
            domain = inventory.domain(key)
            if domain is None:
                continue
            host = hosts.get(key.host)
            if host is None:
                spec = inventory.spec(key.host)
                host = hosts[key.host] = (inventory.status(key.host).phase, spec and spec.read_only)
            base = () if domain.state.active else self._bases.needing(key)
            kind = (host, domain.state, domain.persistent, domain.autostart, marks(domain), base)
            found.setdefault(kind, []).append(key)
        return list(found.values())

    def verdict(self, choices: Sequence[AnyAct], kinds: Kinds) -> Verdict:
        """Which of the VMs can take one of `choices` (the first that fits)."""
        able: dict[AnyAct, list[VmKey]] = {}
        first: Problem | None = None
        unable = 0
        for keys in kinds:
            found = self._fitting(choices, keys[0])
            if isinstance(found, Act | CopyAct):
                able.setdefault(found, []).extend(keys)
            elif found is not None:
                first = first or found
                unable += len(keys)
        reason = ""
        if first is not None and able:
            reason = ngettext("{count} of them can't.", "{count} of them can't.", unable).format(count=unable)
        elif first is not None:
            reason = words_of(choices[0]).why_none(choices[0], first, unable - 1)
        elif not able:
            reason = _("Choose a VM first.")
        return Verdict(tuple((act, tuple(some)) for act, some in able.items()), reason)

    def why_no_edit(self, key: VmKey) -> str:
        """Why its XML cannot be edited now; "" where it can."""
        domain, spec = self._inventory.domain(key), self._inventory.spec(key.host)
        if domain is None or spec is None:
            return _("It is not there any more.")
        problem = edits.why_not(domain, spec, self._inventory.status(key.host))
        return errors.why(problem) if problem is not None else ""

    def _fitting(self, choices: Sequence[AnyAct], key: VmKey) -> AnyAct | Problem | None:
        domain, spec = self._inventory.domain(key), self._inventory.spec(key.host)
        if domain is None or spec is None:
            return None
        status = self._inventory.status(key.host)
        first: Problem | None = None
        for act in choices:
            asked = (domain, spec, status)
            problem = why_no_copy(act, *asked) if isinstance(act, CopyAct) else why_not(act, *asked)
            if problem is None and act in STARTS and (kin := self._bases.needing(key)):
                first = Problem(Reason.IN_USE, detail=", ".join(kin))  # whatever else, that is why
            elif problem is None:
                return act
            first = first or problem
        return first

    def do(self, choices: Sequence[AnyAct], keys: Sequence[VmKey]) -> None:
        """Does it to those that can take it, as a job; or asks for its dialog, or the plan where they are many."""
        powers = tuple(act for act in choices if isinstance(act, Act))
        if powers and len(keys) >= self.preview_from and not set(powers) & TOLD:
            self.planned.emit(Deed(powers), tuple(keys))
            return
        for act, able in self.verdict(choices, self.kinds(keys)).able:
            if isinstance(act, CopyAct):
                self.copying.emit(act, able)
            elif act not in POWER or acts.asks(act, forced_are_confirmed=self.forced_confirmed):
                self.asked.emit(act, able)
            else:
                self._power.act(act, able)


class Entry(msgspec.Struct, frozen=True):
    """One action. acts: what it may do; icon and role as in `icons`; keys: its shortcut; alone: for one VM only."""

    name: str
    acts: tuple[AnyAct, ...]
    icon: str = ""
    role: str = "text"
    keys: str = ""
    alone: bool = False


ENTRIES: tuple[Entry, ...] = (
    Entry("run", RUN, "play", "good"),
    Entry("pause", (Act.PAUSE,), "pause", "warning-glyph"),
    Entry("shutdown", (Act.SHUTDOWN,), "power"),
    Entry("reboot", (Act.REBOOT,), "refresh"),
    Entry("force-off", (Act.FORCE_OFF,), "cancel", "error"),
    Entry("reset", (Act.RESET,), "reset", "error"),
    Entry("save", (Act.SAVE,), "save"),
    Entry("discard-save", (Act.DISCARD_SAVE,), "trash"),
    Entry("autostart-on", (Act.AUTOSTART_ON,)),
    Entry("autostart-off", (Act.AUTOSTART_OFF,)),
    Entry("snapshot", (CopyAct.SNAPSHOT,), "camera", keys="Ctrl+Shift+S"),
    Entry("clone", (CopyAct.CLONE,), "copy", keys="Ctrl+D"),
    Entry("revert", (CopyAct.REVERT,), "undo"),
    Entry("delete-snapshot", (CopyAct.DELETE_SNAPSHOT,), "trash"),
    Entry("flatten", (CopyAct.FLATTEN,), "unlink"),
    Entry("template", (CopyAct.TEMPLATE,), "lock"),
    Entry("untemplate", (CopyAct.UNTEMPLATE,), "vm"),
    Entry("keep", (CopyAct.KEEP,), "clock"),
    Entry("tag", (Act.TAG,), "tag"),
    Entry("describe", (Act.DESCRIBE,), "edit"),
    Entry("scale", (Act.SCALE,), "cpu"),
    Entry("rename", (Act.RENAME,), keys="F2", alone=True),
    Entry("delete", (Act.DELETE,), "trash", "error", keys="Del"),
)

COPYING = ("revert", "delete-snapshot", "", "flatten", "template", "untemplate", "keep")
"""The submenu "Snapshots and clones": what is done more rarely."""

STOPPING = ("shutdown", "reboot", "", "force-off", "reset", "", "save", "discard-save")
"""The submenu "Shut down": graceful and forced apart."""


class VmActions(QObject):
    """The actions for one choice of VMs: a selection of a table, a VM's page. `set_vms` says which."""

    def __init__(self, acting: Acting, parent: QWidget) -> None:
        super().__init__(parent)
        self._acting = acting
        self._keys: tuple[VmKey, ...] = ()
        self._kinds: Kinds = []
        self._actions: dict[str, QAction] = {}
        for entry in ENTRIES:
            action = QAction(self)
            action.setObjectName(entry.name)
            if entry.icon:
                action.setIcon(icon(entry.icon, entry.role))
            action.triggered.connect(self._triggered(entry))
            self._actions[entry.name] = action
        self._open = QAction(_("Open"), self)
        self._open.setObjectName("open")
        self._open.triggered.connect(self._on_open)
        self._compare = QAction(icon("graph", "text2"), _("Compare load…"), self)
        self._compare.setObjectName("compare")
        self._compare.triggered.connect(lambda: acting.comparing.emit(self._keys))
        self._edit = QAction(icon("file", "text2"), _("Edit XML"), self)
        self._edit.setObjectName("edit-xml")
        self._edit.triggered.connect(self._on_edit)
        self.refresh()

    def add_shortcuts(self, widget: QWidget) -> None:
        """Makes Del and F2 work while `widget` has the focus."""
        for entry in ENTRIES:
            if entry.keys:
                action = self._actions[entry.name]
                action.setShortcut(QKeySequence(entry.keys))
                action.setShortcutContext(_WIDGET)
                widget.addAction(action)

    @property
    def keys(self) -> tuple[VmKey, ...]:
        return self._keys

    def action(self, name: str) -> QAction:
        """By the name of its entry, or "open", "compare" or "edit-xml"."""
        found = {"open": self._open, "compare": self._compare, "edit-xml": self._edit}.get(name)
        return found if found is not None else self._actions[name]

    def set_vms(self, keys: Iterable[VmKey]) -> None:
        self._keys = tuple(keys)
        self.refresh()

    def refresh(self) -> None:
        """Asks anew what can be done; call when a chosen VM has changed."""
        self._kinds = self._acting.kinds(self._keys)
        for entry in ENTRIES:
            self._judge(entry)
        self._open.setEnabled(len(self._keys) == 1)
        self._open.setToolTip("" if len(self._keys) == 1 else _("Choose one VM."))
        one = self._keys[0] if len(self._keys) == 1 else None
        reason = self._acting.why_no_edit(one) if one is not None else _("Choose one VM.")
        self._show(self._edit, _("Edit XML"), not reason, reason or _("Change what it starts with next."))
        self._compare.setEnabled(bool(self._keys))
        self._compare.setToolTip(_("Shows it in the same plots") if self._keys else _("Choose a VM first."))

    def _judge(self, entry: Entry) -> None:
        action = self._actions[entry.name]
        if entry.alone and len(self._keys) > 1:
            self._show(action, words_of(entry.acts[0]).ellipsis(entry.acts[0]), False, _("Choose one VM."))
            return
        verdict = self._acting.verdict(entry.acts, self._kinds)
        fitting = [act for act, _some in verdict.able]
        act = fitting[0] if len(fitting) == 1 else entry.acts[0]
        words = words_of(act)
        text = words.ellipsis(act, forced_are_confirmed=self._acting.forced_confirmed)
        reason = verdict.reason
        if verdict.able:
            reason = " ".join(part for part in (words.tooltip(act) + ("." if reason else ""), reason) if part)
        self._show(action, text, bool(verdict.able), reason)

    def _show(self, action: QAction, text: str, enabled: bool, tooltip: str) -> None:
        if action.text() != text:
            action.setText(text)
        if action.isEnabled() != enabled:
            action.setEnabled(enabled)
        if action.toolTip() != tooltip:
            action.setToolTip(tooltip)

    def _triggered(self, entry: Entry) -> Callable[[], None]:
        return lambda: self._acting.do(entry.acts, self._keys)

    def _on_open(self) -> None:
        if len(self._keys) == 1:
            self._acting.opening.emit(self._keys[0])

    def _on_edit(self) -> None:
        for key in self._keys[:1]:
            self._acting.editing.emit(key)

    # menus

    def stop_menu(self, parent: QWidget) -> QMenu:
        """Shut down, reboot, force off, force reset, save."""
        menu = QMenu(acts.label(Act.SHUTDOWN), parent)
        menu.setIcon(icon("power", "text"))
        self._fill(menu, STOPPING)
        return menu

    def copy_menu(self, parent: QWidget) -> QMenu:
        """Revert, delete a snapshot, flatten, templates, throw-away."""
        menu = QMenu(_("Snapshots and clones"), parent)
        self._fill(menu, COPYING)
        return menu

    def more_menu(self, parent: QWidget) -> QMenu:
        """What an action bar has no room for."""
        menu = QMenu(parent)
        menu.addMenu(self.copy_menu(menu))
        menu.addSeparator()
        self._fill(
            menu,
            (
                "describe",
                "scale",
                "edit-xml",
                "rename",
                "autostart-on",
                "autostart-off",
                "",
                "delete",
                "",
                "compare",
                "open",
            ),
        )
        return menu

    def context_menu(self, parent: QWidget) -> QMenu:
        """Everything, in the order people know."""
        menu = QMenu(parent)
        self._fill(menu, ("run", "pause"))
        menu.addMenu(self.stop_menu(menu))
        menu.addSeparator()
        self._fill(menu, ("snapshot", "clone"))
        menu.addMenu(self.copy_menu(menu))
        menu.addSeparator()
        on = self._actions["autostart-on"].isEnabled() or not self._actions["autostart-off"].isEnabled()
        self._fill(
            menu,
            (
                "tag",
                "describe",
                "scale",
                "edit-xml",
                "autostart-on" if on else "autostart-off",
                "",
                "rename",
                "delete",
                "",
                "compare",
                "open",
            ),
        )
        return menu

    def _fill(self, menu: QMenu, names: Iterable[str]) -> None:
        menu.setToolTipsVisible(True)
        for name in names:
            if name:
                menu.addAction(self.action(name))
            else:
                menu.addSeparator()

    def pop_up(self, at: QPoint, parent: QWidget) -> QMenu:
        """Opens the context menu at a global point; it deletes itself."""
        menu = self.context_menu(parent)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)
        return menu
