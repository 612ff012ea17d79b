"""What can be done to the chosen pool or volumes, and why not: for the bars, the menus and the dialogs that come first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from console.fleet.hosts import Phase
from console.fleet.storage import PoolUse, VolumeUse
from console.fleet.storing import PoolAct
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.planned import ActPlanDialog, DeleteVolumesDialog
from console.ui.dialogs.pools import NewPoolDialog
from console.ui.dialogs.transfers import DownloadDialog, UploadDialog
from console.ui.dialogs.volumes import CopyDialog, NewVolumeDialog, ResizeDialog
from console.ui.icons import icon
from console.words import N_, _, ngettext, storage

if TYPE_CHECKING:
    from console.ui.context import Context


class VolumeAct(StrEnum):
    """In menu order. The first two are about the pool."""

    CREATE = "create"
    UPLOAD = "upload"
    DOWNLOAD = "download"
    COPY = "copy"
    RESIZE = "resize"
    DELETE = "delete"


_VOLUME = {
    VolumeAct.CREATE: (N_("New volume…"), "plus", N_("Make a volume in the chosen pool")),
    VolumeAct.UPLOAD: (N_("Upload…"), "export", N_("Send a file of this computer to the chosen pool")),
    VolumeAct.DOWNLOAD: (N_("Download…"), "download", N_("Fetch the volume into a file of this computer")),
    VolumeAct.COPY: (N_("Copy…"), "copy", N_("Copy the volume on its host")),
    VolumeAct.RESIZE: (N_("Resize…"), "sliders", N_("Give the volume another size")),
    VolumeAct.DELETE: (N_("Delete…"), "trash", N_("Delete volumes that nobody needs; says first who does")),
}
_POOL_ICONS = {
    PoolAct.START: "play",
    PoolAct.STOP: "power",
    PoolAct.REFRESH: "refresh",
    PoolAct.BUILD: "folder",
    PoolAct.AUTOSTART_ON: "check",
    PoolAct.AUTOSTART_OFF: "minus",
    PoolAct.DELETE: "trash",
}
ASKED = frozenset({PoolAct.STOP, PoolAct.BUILD, PoolAct.DELETE})
"""A plan is shown first."""


class StorageActs(QObject):
    """The actions over one selection. `pools` and `volumes` are kept by who shows them, and set by `choose`.

    host: the host new pools are for, "" where several are shown.
    """

    def __init__(self, ctx: Context, window: QWidget) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self.host = ""
        self.pools: tuple[PoolUse, ...] = ()
        self.volumes: tuple[VolumeUse, ...] = ()
        self.new_pool = self._action(_("New pool…"), "plus", _("Define a pool on this host"), self.open_new_pool)
        self.pool_actions = {
            act: self._action(self._pool_text(act), name, "", partial(self.do_pool, act))
            for act, name in _POOL_ICONS.items()
        }
        self.volume_actions = {
            act: self._action(_(text), name, _(tip), partial(self.do_volume, act))
            for act, (text, name, tip) in _VOLUME.items()
        }
        self.volume_actions[VolumeAct.DELETE].setShortcut("Del")
        self.choose((), ())

    def _pool_text(self, act: PoolAct) -> str:
        text = storage.pool_act(act)
        return f"{text}…" if act in ASKED else text

    def _action(self, text: str, name: str, tip: str, do: Callable[[], object]) -> QAction:
        action = QAction(icon(name), text, self)
        action.setProperty("tip", tip or text)
        action.setToolTip(tip or text)
        action.triggered.connect(lambda: do())
        return action

    def choose(self, pools: Sequence[PoolUse], volumes: Sequence[VolumeUse]) -> None:
        """Another selection: what cannot be done is grey, with its reason."""
        self.pools, self.volumes = tuple(pools), tuple(volumes)
        self._set(self.new_pool, self._host_trouble(self.host) if self.host else _("Choose one host."))
        for pool_act, action in self.pool_actions.items():
            self._set(action, self.why_not_pool(pool_act))
        for act, action in self.volume_actions.items():
            self._set(action, self.why_not_volume(act))
        on = bool(self.pools) and self.pools[0].pool.autostart
        self.pool_actions[PoolAct.AUTOSTART_ON].setVisible(not on)
        self.pool_actions[PoolAct.AUTOSTART_OFF].setVisible(on)

    def _set(self, action: QAction, why_not: str) -> None:
        action.setEnabled(not why_not)
        action.setToolTip(why_not or str(action.property("tip")))

    def _host_trouble(self, host: str) -> str:
        spec = self._ctx.inventory.spec(host)
        if spec is None or self._ctx.inventory.status(host).phase is not Phase.LIVE:
            return _("Its host is not connected.")
        return _("Its host is set to only look, never change.") if spec.read_only else ""

    def why_not_pool(self, act: PoolAct) -> str:
        """One sentence, "" where it can be tried. Who uses it is for the plan to say."""
        if len(self.pools) != 1:
            return _("Choose one pool.")
        pool, trouble = self.pools[0].pool, self._host_trouble(self.pools[0].host)
        if trouble:
            return trouble
        if act in (PoolAct.START, PoolAct.BUILD) and pool.active:
            return _("It is active already.")
        if act in (PoolAct.STOP, PoolAct.REFRESH) and not pool.active:
            return _("It is inactive.")
        return ""

    def why_not_volume(self, act: VolumeAct) -> str:
        if act in (VolumeAct.CREATE, VolumeAct.UPLOAD):
            if len(self.pools) != 1:
                return _("Choose one pool.")
            if not self.pools[0].pool.active:
                return _("The pool is inactive.")
            return self._host_trouble(self.pools[0].host)
        if not self.volumes:
            return _("Choose a volume.")
        if act is not VolumeAct.DELETE and len(self.volumes) > 1:
            return _("Choose one volume.")
        if act is VolumeAct.DOWNLOAD:
            live = self._ctx.inventory.status(self.volumes[0].key.host).phase is Phase.LIVE
            return "" if live else _("Its host is not connected.")
        return next((why for use in self.volumes if (why := self._host_trouble(use.key.host))), "")

    # doing

    def _open(self, dialog: Dialog, height: int = 0) -> Dialog:
        dialog.show_at(height)
        return dialog

    def open_new_pool(self) -> Dialog:
        return self._open(NewPoolDialog(self._ctx, self.host, self._window), 520)

    def do_pool(self, act: PoolAct) -> Dialog | None:
        """Does it, or shows first what it would do."""
        use, service = self.pools[0], self._ctx.services.pools
        host, name = use.host, use.pool.name
        if act not in ASKED:
            service.run_pool(act, host, name)
            return None
        title = _("{act} {pool}").format(act=storage.pool_act(act), pool=name)
        return self._open(
            ActPlanDialog(
                self._ctx,
                title,
                title,
                lambda: service.plan_pool(act, host, name),
                lambda: service.run_pool(act, host, name),
                lambda: service.pool_line(act, host, name),
                self._window,
            ),
            360,
        )

    def do_volume(self, act: VolumeAct) -> Dialog | None:
        """Opens the dialog that comes first: all of these have one."""
        ctx, window = self._ctx, self._window
        match act:
            case VolumeAct.CREATE:
                return self._open(NewVolumeDialog(ctx, self.pools[0], window), 420)
            case VolumeAct.UPLOAD:
                return self._open(UploadDialog(ctx, self.pools[0], "", window), 400)
            case VolumeAct.DOWNLOAD:
                return self._open(DownloadDialog(ctx, self.volumes[0], _downloads(), window), 360)
            case VolumeAct.COPY:
                host = self.volumes[0].key.host
                names = tuple(pool.name for pool in ctx.inventory.view(host).pools if pool.active)
                return self._open(CopyDialog(ctx, self.volumes[0], names, window), 340)
            case VolumeAct.RESIZE:
                return self._open(ResizeDialog(ctx, self.volumes[0], window), 340)
        return self._delete()

    def _delete(self) -> Dialog:
        keys = [use.key for use in self.volumes]
        count = len(keys)
        on = keys[0].name if count == 1 else ngettext("{n} volume", "{n} volumes", count).format(n=count)
        title = _("Delete {name}").format(name=on)
        return self._open(DeleteVolumesDialog(self._ctx, title, keys, self._window), 240 + 26 * min(count, 12))

    def menu(self, parent: QWidget) -> QMenu:
        """Of the chosen volumes."""
        menu = QMenu(parent)
        menu.addActions([action for act, action in self.volume_actions.items() if act is not VolumeAct.CREATE])
        return menu

    def pool_menu(self, parent: QWidget) -> QMenu:
        menu = QMenu(parent)
        menu.addActions(self.seen_pool_actions())
        return menu

    def seen_pool_actions(self) -> list[QAction]:
        """Of the two about autostart, the one that makes sense."""
        return [action for action in self.pool_actions.values() if action.isVisible()]

    def pop_up(self, menu: QMenu, at: QPoint) -> None:
        """Shows a menu, which goes when it is closed."""
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(at)


def _downloads() -> Path:
    folder = Path.home() / "Downloads"
    return folder if folder.is_dir() else Path.home()
