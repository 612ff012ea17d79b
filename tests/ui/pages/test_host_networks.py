from pytestqt.qtbot import QtBot

from console.fleet.hosts import HostStatus, Network, Phase
from console.fleet.updates import NetworksRead, StatusChanged
from console.ui.context import Context
from console.ui.models.rows import PALE_ROLE
from console.ui.pages.host_networks import HostNetworks
from tests.ui.rooms import SPECS


def test_networks_come_go_and_grey(ctx: Context, qtbot: QtBot) -> None:
    page = HostNetworks(ctx)
    qtbot.addWidget(page)
    page.show()
    page.show_host(SPECS[0])
    assert page._stack.currentIndex() == 1
    ctx.inventory.apply(NetworksRead("n1", (Network("b", "2"), Network("a", "1", active=True))))
    page.show_host(SPECS[0])
    assert page._stack.currentIndex() == 0
    assert [page.table.row(n).name for n in range(2)] == ["a", "b"]
    assert page.table.index(0, 0).data(PALE_ROLE) is False
    ctx.inventory.apply(StatusChanged("n1", HostStatus(Phase.UNREACHABLE, 1, 1)))
    assert page.table.index(0, 0).data(PALE_ROLE) is True
    page.grab()
