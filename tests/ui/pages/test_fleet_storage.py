from pytestqt.qtbot import QtBot

from console.fleet.hosts import Pool, Volume
from console.fleet.updates import ChangeSet, PoolsRead
from console.ui.context import Context
from console.ui.pages.fleet_storage import FleetStoragePage
from console.ui.places import Place


def test_all_pools_of_a_place(ctx: Context, qtbot: QtBot) -> None:
    for host in ("n1", "n2"):
        ctx.inventory.apply(
            PoolsRead(host, (Pool("vms", host, active=True, volumes=(Volume(f"{host}.raw", f"/v/{host}"),)),))
        )
    page = FleetStoragePage(ctx)
    qtbot.addWidget(page)
    page.show()
    page.show_place(Place.fleet("storage"))
    qtbot.waitUntil(lambda: page.panel.volumes.rowCount() == 2)
    assert not page.panel.acts.new_pool.isEnabled()
    page.show_place(Place.rack("north", "N2", "storage"))
    qtbot.waitUntil(lambda: page.panel.volumes.rowCount() == 1)
    assert page.panel.volumes.row(0).key.host == "n2"
    assert not page.concerns(ChangeSet(host_loads=frozenset({"n1"})))
