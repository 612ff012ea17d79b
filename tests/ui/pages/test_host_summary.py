import time

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load
from console.fleet.hosts import HostFacts, HostLoad, HostStatus, Phase
from console.fleet.updates import FactsRead, LoadsRead, StatusChanged
from console.ui.context import Context
from console.ui.pages.host_summary import HostSummary
from tests.ui.rooms import SPECS, key


def test_figures_bars_and_the_busiest(ctx: Context, qtbot: QtBot) -> None:
    now = time.time()
    ctx.inventory.apply(FactsRead("n1", HostFacts("n1", cpus=16, memory_kib=64 << 20)))
    ctx.inventory.apply(LoadsRead("n1", HostLoad(now, 0.5, 16 << 20, True), {"uuid-web-02": Load(now, 0.7)}))
    page = HostSummary(ctx)
    qtbot.addWidget(page)
    page.show()
    page.show_host(SPECS[0])
    assert page.running.text == "2 of 3"
    assert page.cpu.text.replace("\u00a0", " ") == "50 % of all threads"
    assert page.memory.text.replace("\u00a0", " ") == "16 GiB used of 64 GiB"
    assert "replayed" in page._load_head._aside.text()
    assert page.vms.table.row(0).domain.name == "web-02"
    page.vms.view.select(0)
    page.vms.view.setFocus()
    with qtbot.waitSignal(page.vm_opened) as opened:
        qtbot.keyClick(page.vms.view, Qt.Key.Key_Return)
    assert opened.args == [key("web-02")]


def test_a_host_that_never_answered_claims_nothing(ctx: Context, qtbot: QtBot) -> None:
    ctx.inventory.apply(StatusChanged("n2", HostStatus(Phase.CONNECTING, 1.0)))
    page = HostSummary(ctx)
    qtbot.addWidget(page)
    page.show_host(SPECS[1])
    assert "not known yet" in page.system.texts()["System"]
    assert page._load_head._text.text() == "Last known"
    assert page.cpu.text.startswith("–")
    assert page.vms._none.text() == "Load is known of live hosts only."


def test_it_is_whole_on_a_narrow_page(ctx: Context, qtbot: QtBot) -> None:
    page = HostSummary(ctx)
    qtbot.addWidget(page)
    page.resize(760, 500)
    page.show()
    page.show_host(SPECS[0])
    area = page.findChild(QScrollArea)
    assert area is not None
    qtbot.waitUntil(lambda: area.widget().width() <= area.viewport().width())
