"""Opens the dialogs, over the one window: for acts that want one, for hosts' questions, for the menus."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.clones.acts import CopyAct
from console.fleet.credentials import Wanted
from console.fleet.domains import VmKey
from console.jobs.job import JobView
from console.jobs.journal import Unfinished
from console.services.credentials import Pending
from console.settings.paths import Profile
from console.ui import dialogs
from console.ui.dialogs.base import Dialog
from console.ui.host_actions import HostAct
from console.ui.keys import gathered
from console.ui.retry import act_of

if TYPE_CHECKING:
    from console.ui.context import Context


class Dialogs(QObject):
    """One for the window. Each method opens a dialog and returns it; none waits for it.

    Attributes:
        fleet_file: shown where the file's problems are told; the profile's unless another was named.
    """

    def __init__(self, ctx: Context, window: QWidget, profile: Profile) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self._profile = profile
        self.fleet_file = profile.fleet_file
        ctx.acting.asked.connect(self.act)
        ctx.acting.copying.connect(self.copy)
        ctx.acting.planned.connect(self.plan)
        ctx.acting.repeated.connect(self.repeat)
        ctx.acting.comparing.connect(self.compare)
        ctx.host_acting.asked.connect(self.host_act)
        ctx.host_acting.guests_asked.connect(self.shut_down_guests)
        ctx.bridge.question_asked.connect(self.question)

    def _open(self, dialog: Dialog, height: int = 0) -> Dialog:
        dialog.show_at(height)
        return dialog

    # what others ask for

    @Slot(object)
    def compare(self, keys: tuple[VmKey, ...]) -> Dialog:
        """The load of several VMs in the same plots; the window can be used beside it."""
        return dialogs.CompareDialog(self._ctx, keys, self._window).open_beside()

    @Slot(object, object)
    def act(self, act: Act, keys: tuple[VmKey, ...]) -> Dialog:
        """The dialog that comes before an act."""
        ctx, window = self._ctx, self._window
        match act:
            case Act.RENAME:
                return self._open(dialogs.RenameDialog(ctx, keys[0], window))
            case Act.DESCRIBE:
                return self._open(dialogs.DescribeDialog(ctx, keys, window), 380)
            case Act.TAG:
                return self._open(dialogs.TagDialog(ctx, keys, window), 420)
            case Act.SCALE:
                return self._open(dialogs.ScaleDialog(ctx, keys, window))
            case Act.DELETE:
                return self._open(dialogs.DeleteDialog(ctx, keys, window), 520)
            case _:
                return self._open(
                    dialogs.ConfirmDialog(ctx, act, keys, time.time(), window), 200 + 26 * min(len(keys), 10)
                )

    @Slot(object, object)
    def copy(self, act: CopyAct, keys: tuple[VmKey, ...], snapshot: str = "") -> Dialog:
        """Of snapshots, clones and templates. snapshot: the one a clone begins with."""
        ctx, window = self._ctx, self._window
        match act:
            case CopyAct.CLONE:
                return self._open(dialogs.CloneDialog(ctx, keys, window, snapshot=snapshot))
            case CopyAct.SNAPSHOT if len(keys) == 1:
                return self._open(dialogs.TakeSnapshotDialog(ctx, keys[0], None, window), 620)
            case CopyAct.SNAPSHOT:
                return self._open(dialogs.TakeManyDialog(ctx, keys, window), 560)
            case CopyAct.REVERT:
                return self._open(dialogs.RevertManyDialog(ctx, keys, window), 520)
            case CopyAct.DELETE_SNAPSHOT:
                return self._open(dialogs.DeleteManyDialog(ctx, keys, window), 520)
            case _:
                return self._open(dialogs.CloneActDialog(ctx, act, keys, window))

    @Slot(object, object)
    def plan(self, deed: Deed, keys: tuple[VmKey, ...]) -> Dialog:
        """What will become of each of many VMs."""
        return self._planned(dialogs.BulkDialog(self._ctx, deed, keys, self._window))

    @Slot(int)
    def repeat(self, group: int) -> Dialog:
        """The same for those of a group that were not done."""
        view = self._ctx.jobs.view(group)
        act = act_of(view) if view is not None else None
        return self._planned(dialogs.BulkDialog(self._ctx, Deed((act or Act.START,)), (), self._window, again=group))

    def _planned(self, dialog: dialogs.BulkDialog) -> Dialog:
        def go_on() -> None:
            view = self._ctx.jobs.view(dialog.job) if dialog.job is not None else None
            if view is not None and view.children:
                self.log(view)

        dialog.accepted.connect(go_on)
        return self._open(dialog, 560)

    @Slot(object)
    def shut_down_guests(self, hosts: tuple[str, ...]) -> Dialog:
        """All guests of these hosts that are up."""
        inventory = self._ctx.inventory
        keys = [vm.key for host in hosts for vm in inventory.domains_of(host) if vm.state.active]
        return self.plan(Deed((Act.SHUTDOWN,)), tuple(keys))

    @Slot(object, str)
    def host_act(self, act: HostAct, host: str) -> Dialog | None:
        spec = self._ctx.inventory.spec(host)
        if spec is None:
            return None
        if act is HostAct.REMOVE:
            return self._open(dialogs.RemoveHostDialog(self._ctx, spec, self._window))
        return self._open(dialogs.HostDialog(self._ctx, spec, self._window), 640)

    @Slot(object)
    def question(self, pending: Pending) -> Dialog | None:
        """A host's question; one that was given up meanwhile is not asked."""
        if pending.answered:
            return None
        height = 240 if pending.question.wanted is Wanted.HOST_KEY else 0
        return self._open(dialogs.CredentialDialog(self._ctx, pending, self._window), height)

    @Slot(object)
    def log(self, view: JobView) -> Dialog:
        if view.children and view.vms:
            return self._open(dialogs.BulkResultDialog(self._ctx, view, self.repeat, self._window), 560)
        return self._open(dialogs.JobLogDialog(self._ctx, view, self._window), 420)

    # menus

    def add_host(self) -> Dialog:
        return self._open(dialogs.HostDialog(self._ctx, None, self._window), 640)

    def import_hosts(self, only: str = "") -> Dialog:
        """only: "virt-manager", "ssh" or "" for both."""
        return self._open(dialogs.ImportDialog(self._ctx, only, self._window), 460)

    def preferences(self) -> Dialog:
        return self._open(dialogs.PreferencesDialog(self._ctx, self._profile, self._window))

    def about(self) -> Dialog:
        return self._open(dialogs.AboutDialog(self._window))

    def keys(self) -> Dialog:
        return self._open(dialogs.KeysDialog(gathered(self._window), self._window))

    # trouble

    def file_problems(self) -> Dialog | None:
        """None where the fleet file is in order."""
        problems = self._ctx.services.hosts.file_problems()
        if not problems:
            return None
        return self._open(
            dialogs.FileProblemsDialog(self.fleet_file, problems, self._window), 190 + 32 * min(len(problems), 12)
        )

    def look_for_unfinished(self) -> None:
        """Looks off Qt's thread whether an earlier console left something, and tells of it if so."""

        def told(found: list[Unfinished]) -> None:
            if found:
                self._open(dialogs.UnfinishedDialog(self._ctx, found, self._window), 420)

        self._ctx.bridge.run(self._ctx.services.unfinished.found, told)

    def leave(self, wait: Callable[[], None], cancel: Callable[[], None], leave: Callable[[], None]) -> Dialog:
        """Jobs run and the window is to close: what now?"""
        return self._open(dialogs.LeaveDialog(self._ctx.jobs.views(), wait, cancel, leave, self._window))
