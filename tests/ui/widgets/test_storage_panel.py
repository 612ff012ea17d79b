from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.domains import Disk
from console.fleet.hosts import Pool, Volume
from console.fleet.updates import DomainRead, PoolsRead
from console.ui.storage_acts import VolumeAct
from console.ui.widgets.storage_panel import StoragePanel
from tests.ui.rooms import room, vm

VOLUMES = (Volume("used", "/v/used"), Volume("free", "/v/free"), Volume("top", "/v/top", backing="/v/used"))


@pytest.fixture
def panel(qtbot: QtBot) -> Any:
    with room() as ctx:
        ctx.inventory.apply(
            PoolsRead("n1", (Pool("vms", "1", active=True, capacity=100, available=40, volumes=VOLUMES),))
        )
        ctx.inventory.apply(DomainRead("n1", vm("web-01", disks=(Disk("vda", "/v/used"),))))
        made = StoragePanel(ctx, many=True)
        qtbot.addWidget(made)
        made.show()
        made.show_hosts(("n1", "n2"))
        qtbot.waitUntil(lambda: made.volumes.rowCount() == 3)
        yield made


def test_all_volumes_and_who_uses_them(panel: Any) -> None:
    assert panel._pool_count.text() == "1 pool, 60 of 100\u00a0B, 0.00× promised"
    panel.show_only("unused")
    assert [panel.volumes.row(n).key.name for n in range(panel.volumes.rowCount())] == ["free", "top"]
    panel.show_only("used")
    use = panel.volumes.row(0)
    assert sorted(user.name for user in use.users) == ["top", "web-01"]


def test_the_bar_follows_the_selection(panel: Any, qtbot: QtBot) -> None:
    delete = panel.acts.volume_actions[VolumeAct.DELETE]
    assert not delete.isEnabled()
    panel.volume_view.select(0)
    qtbot.waitUntil(delete.isEnabled)
    assert not panel._pool_more.isEnabled()
    panel.pool_view.select(0)
    qtbot.waitUntil(panel._pool_more.isEnabled)
    assert panel._volume_count.text() == "Volumes of vms"


def test_what_changes_is_shown_a_moment_later(panel: Any, qtbot: QtBot) -> None:
    more = (*VOLUMES, Volume("new", "/v/new"))
    panel._ctx.inventory.apply(PoolsRead("n1", (Pool("vms", "1", active=True, volumes=more),)))
    panel.show_hosts(("n1", "n2"))
    qtbot.waitUntil(lambda: panel.volumes.rowCount() == 4)
    panel._ctx.inventory.apply(PoolsRead("n1", (Pool("vms", "1", active=True, volumes=more[:1]),)))
    panel.show_hosts(("n1", "n2"))
    qtbot.waitUntil(lambda: panel.volumes.rowCount() == 1)


def test_no_pools_at_all(panel: Any, qtbot: QtBot) -> None:
    panel.show_hosts(("n2",))
    qtbot.waitUntil(lambda: panel._stack.currentIndex() == 1)
