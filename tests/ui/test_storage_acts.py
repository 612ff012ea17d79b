from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.hosts import HostStatus, Phase, Pool
from console.fleet.storage import PoolUse
from console.fleet.storing import Plan, PoolAct, Say
from console.fleet.updates import PoolsRead, StatusChanged
from console.ui.storage_acts import StorageActs, VolumeAct
from tests.ui.dialogs.test_volumes import BASE
from tests.ui.rooms import Noting, gone, room

UP, DOWN = PoolUse("n1", Pool("vms", active=True), (BASE,)), PoolUse("n1", Pool("old", autostart=True))
FINE = Plan("pool.stop", "n1", "vms", (Say("pool-start", {"name": "vms"}),))


def window(qtbot: QtBot) -> Any:
    from PySide6.QtWidgets import QWidget  # noqa: PLC0415

    made = QWidget()
    qtbot.addWidget(made)
    made.show()
    return made


def test_what_cannot_be_done_is_grey_with_its_reason(qtbot: QtBot) -> None:
    with room() as ctx:
        acts = StorageActs(ctx, window(qtbot))
        assert acts.volume_actions[VolumeAct.CREATE].toolTip() == "Choose one pool."
        assert acts.new_pool.toolTip() == "Choose one host."
        acts.host = "n1"
        acts.choose([UP], [])
        assert acts.new_pool.isEnabled()
        assert acts.volume_actions[VolumeAct.CREATE].isEnabled()
        assert acts.volume_actions[VolumeAct.DELETE].toolTip() == "Choose a volume."
        assert acts.pool_actions[PoolAct.START].toolTip() == "It is active already."
        acts.choose([DOWN], [BASE, BASE])
        assert acts.volume_actions[VolumeAct.UPLOAD].toolTip() == "The pool is inactive."
        assert acts.volume_actions[VolumeAct.RESIZE].toolTip() == "Choose one volume."
        assert acts.volume_actions[VolumeAct.DELETE].isEnabled()
        assert PoolAct.AUTOSTART_OFF in [act for act, action in acts.pool_actions.items() if action.isVisible()]
        assert len(acts.seen_pool_actions()) == len(acts.pool_actions) - 1
        ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.UNREACHABLE, 1.0)))
        acts.choose([UP], [BASE])
        assert acts.volume_actions[VolumeAct.DOWNLOAD].toolTip() == "Its host is not connected."
        assert acts.pool_actions[PoolAct.STOP].toolTip() == "Its host is not connected."


def test_harmless_acts_are_done_and_others_planned_first(qtbot: QtBot) -> None:
    pools, storage = Noting(plan_pool=FINE), Noting(plan_delete=FINE, plan_clone=FINE, plan_resize=FINE)
    with room(pools=pools, storage=storage, transfer=Noting(plan_download=FINE)) as ctx:
        acts = StorageActs(ctx, window(qtbot))
        acts.host = "n1"
        acts.choose([UP], [BASE])
        ctx.inventory.apply(PoolsRead("n1", (UP.pool,)))
        assert acts.do_pool(PoolAct.REFRESH) is None
        assert pools.calls == [("run_pool", PoolAct.REFRESH, "n1", "vms")]
        dialog: Any = acts.do_pool(PoolAct.STOP)
        qtbot.waitUntil(dialog.main.isEnabled)
        assert ("run_pool", PoolAct.STOP, "n1", "vms") not in pools.calls
        dialog.main.click()
        gone(qtbot, dialog)
        assert ("run_pool", PoolAct.STOP, "n1", "vms") in pools.calls
        for act in VolumeAct:
            opened: Any = acts.do_volume(act)
            assert opened.isVisible(), act
            opened.reject()
            gone(qtbot, opened)
        opened = acts.open_new_pool()
        opened.reject()
        gone(qtbot, opened)
        assert not any(call[0].startswith("run") for call in storage.calls)
