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
    page.show_host(SPECS[0])
    assert page._stack.currentIndex() == 1
    ctx.inventory.apply(PoolsRead("n1", POOLS))
    page.show_host(SPECS[0])
    assert page.pool_view.selected()[0].name == "iso"
    assert page._head._aside.text() == "the pool is inactive"
    page.pool_view.select(1)
    assert [page.volumes.row(n).volume.name for n in range(2)] == ["a", "b"]
    assert page._head._text.text() == "Volumes of vms"
    assert page._head._aside.text() == "2 volumes"
    page.show_host(SPECS[0])
    assert page.pool_view.selected()[0].name == "vms"
    page.show_host(SPECS[1])
    assert page.volumes.rowCount() == 0
