"""What can be done about a VM's snapshots besides what the panel plans: menus, and the dialogs that come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from console.fleet.snapshots.doctor import Finding
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.ui import dialogs
from console.ui.context import Context
from console.ui.dialogs.base import Dialog
from console.ui.icons import icon
from console.words import _

if TYPE_CHECKING:
    from console.ui.pages.vm_snapshots import VmSnapshots

_CHANGE = ("revert", "branch", "delete", "delete-below", "rename", "describe", "take", "retention", "clone")
"""Actions that need a host that may be changed."""


class SnapshotActs(QObject):
    """One for the page. Signals:
    repair_chosen(SnapshotPlan, str): a repair is to be shown in the panel, with the line that does the same.
    """

    repair_chosen = Signal(object, str)

    def __init__(self, ctx: Context, page: VmSnapshots) -> None:
        super().__init__(page)
        self._ctx, self._page = ctx, page
        self._why = ""
        self._findings: Sequence[Finding] = ()
        self._actions: dict[str, QAction] = {}
        choose = page.choose
        self._add("revert", _("Revert…"), "undo", lambda: choose(page.chosen, Deed.REVERT))
        self._add("branch", _("Keep now, then revert…"), "", page.revert_with_branch)
        self._add("clone", _("Clone from here…"), "copy", self.clone)
        self._add("compare", _("Compare…"), "columns", self.compare)
        self._add("rename", _("Rename…"), "", self.rename, "F2")
        self._add("describe", _("Describe…"), "edit", self.describe)
        self._add("delete", _("Delete…"), "trash", lambda: choose(page.chosen, Deed.DELETE), "Del")
        self._add("delete-below", _("Delete with all below…"), "", lambda: choose(page.chosen, Deed.DELETE_BELOW))
        self._add("take", _("Take…"), "camera", self.take)
        self._add("retention", _("Retention…"), "clock", self.retention)
        self._add("doctor", _("Doctor…"), "", lambda: self.doctor())

    def _add(self, name: str, text: str, icon_name: str, act: Callable[[], object], key: str = "") -> None:
        action = QAction(text, self)
        action.setObjectName(name)
        if icon_name:
            action.setIcon(icon(icon_name, "error" if name == "delete" else "text2"))
        if key:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: act())
        self._actions[name] = action

    def action(self, name: str) -> QAction:
        return self._actions[name]

    # what can be done

    def judge(self, why: str) -> None:
        """why: nothing can be changed now, and why; "" = it can."""
        self._why = why
        self.refresh()

    def know(self, findings: Sequence[Finding]) -> None:
        self._findings = findings

    def refresh(self) -> None:
        """Another one is chosen, or the VM changed."""
        laid, name = self._page.laid, self._page.chosen
        one = laid is not None and bool(name) and name in laid.by_name
        below = bool(one and laid is not None and laid.facts.children(name or ""))
        for key, action in self._actions.items():
            reason = self._why if key in _CHANGE else ""
            if not reason and key not in ("take", "retention", "doctor") and not one:
                reason = "" if key == "clone" and name == NOW else _("Choose a snapshot.")
            if not reason and key == "delete-below" and not below:
                reason = _("None goes on from it.")
            if not reason and key == "retention" and laid is not None and not laid.facts.snapshots:
                reason = _("There are none.")
            action.setEnabled(not reason and laid is not None)
            action.setToolTip(reason)
        for button, key in (
            (self._page.detail.compare, "compare"),
            (self._page.detail.clone, "clone"),
            (self._page.tree.retention, "retention"),
        ):
            button.setEnabled(self._actions[key].isEnabled())
            button.setToolTip(self._actions[key].toolTip())

    # menus

    def menu(self, parent: QWidget) -> QMenu:
        """Of the one that is chosen; of "now" only what it can take."""
        menu = QMenu(parent)
        menu.setToolTipsVisible(True)
        if self._page.chosen == NOW:
            names: tuple[str, ...] = ("take", "clone", "", "retention", "doctor")
        else:
            names = (
                *("revert", "branch", "", "clone", "compare", "", "rename", "describe", ""),
                *("delete", "delete-below", "", "take", "retention", "doctor"),
            )
        for name in names:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    def pop_up(self, name: str, at: QPoint) -> QMenu:
        """The menu of a row, at a global point."""
        if name != self._page.chosen:
            self._page.choose(name)
        menu = self.menu(self._page)
        menu.popup(at)
        return menu

    def pop_up_at(self, button: QWidget) -> QMenu:
        menu = self.menu(self._page)
        at = button.mapToGlobal(button.rect().bottomRight())
        menu.popup(QPoint(at.x() - menu.sizeHint().width(), at.y() + 2))
        return menu

    # dialogs

    def take(self) -> dialogs.TakeSnapshotDialog | None:
        domain = self._page.domain
        if domain is None or self._why:
            return None
        laid = self._page.laid
        facts = laid.facts if laid is not None and laid.facts.key == domain.key else None
        dialog = dialogs.TakeSnapshotDialog(self._ctx, domain.key, facts, self._page.window())
        dialog.accepted.connect(lambda: self._page.expect(dialog.name.text().strip()))
        dialog.show_at(620)
        return dialog

    def rename(self) -> dialogs.RenameSnapshotDialog | None:
        laid, name = self._page.laid, self._page.chosen
        if laid is None or not name or self._why:
            return None
        dialog = dialogs.RenameSnapshotDialog(self._ctx, laid.facts, laid.by_name[name], self._page.window())
        dialog.accepted.connect(lambda: self._page.expect(dialog.name.text().strip()))
        dialog.show_at(360)
        return dialog

    def describe(self) -> dialogs.DescribeSnapshotDialog | None:
        laid, name = self._page.laid, self._page.chosen
        if laid is None or not name or self._why:
            return None
        dialog = dialogs.DescribeSnapshotDialog(self._ctx, laid.facts, laid.by_name[name], self._page.window())
        dialog.show_at(420)
        return dialog

    def compare(self) -> dialogs.CompareSnapshotsDialog | None:
        laid, name = self._page.laid, self._page.chosen
        if laid is None or not name:
            return None
        dialog = dialogs.CompareSnapshotsDialog(self._ctx, laid.facts, name, self._page.window())
        dialog.show_at()
        return dialog

    def clone(self) -> Dialog | None:
        """A clone of the VM as it was then."""
        domain, name = self._page.domain, self._page.chosen
        if domain is None or name is None or self._why:
            return None
        dialog = dialogs.CloneDialog(self._ctx, [domain.key], self._page.window(), snapshot=name)
        dialog.show_at()
        return dialog

    def retention(self) -> dialogs.RetentionDialog | None:
        domain = self._page.domain
        if domain is None or self._why:
            return None
        dialog = dialogs.RetentionDialog(self._ctx, [domain.key], self._page.window())
        dialog.show_at(520)
        return dialog

    def doctor(self) -> dialogs.DoctorDialog | None:
        laid = self._page.laid
        if laid is None:
            return None
        facts = laid.facts
        dialog = dialogs.DoctorDialog(
            self._ctx, facts.key, facts.name, self._findings, self._repair, self._why, self._page.window()
        )
        dialog.show_at(min(520, 180 + 80 * len(self._findings)))
        return dialog

    def _repair(self, plan: SnapshotPlan) -> None:
        self.repair_chosen.emit(plan, self._ctx.services.snapshots.command(plan))
