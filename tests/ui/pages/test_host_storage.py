from pytestqt.qtbot import QtBot

from console.fleet.hosts import Pool, Volume
from console.fleet.updates import PoolsRead
from console.ui.context import Context
from console.ui.pages.host_storage import HostStorage
from tests.ui.rooms import SPECS

POOLS = (
    Pool("vms", "1", active=True, capacity=100, allocation=95, volumes=(Volume("a", "/v/a"), Volume("b", "/v/b"))),
    Pool("iso", "2"),
)


def test_the_chosen_pool_stays_chosen_and_shows_its_volumes(ctx: Context, qtbot: QtBot) -> None:
    page = HostStorage(ctx)
    qtbot.addWidget(page)
    page.show()
    ctx.inventory.apply(PoolsRead("n1", POOLS))
    page.show_host(SPECS[0])
    panel = page.panel
    qtbot.waitUntil(lambda: panel.pools.rowCount() == 2)
    assert panel.pool_view.selected()[0].pool.name == "iso"
    assert panel._volume_count.text() == "The pool is inactive"
    panel.pool_view.select(1)
    assert [panel.volumes.row(n).volume.name for n in range(2)] == ["a", "b"]
    assert panel._volume_count.text() == "Volumes of vms"
    page.show_host(SPECS[0])
    assert panel.pool_view.selected()[0].pool.name == "vms"
    page.show_host(SPECS[1])
    qtbot.waitUntil(lambda: panel.volumes.rowCount() == 0)
