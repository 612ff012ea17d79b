from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load
from console.fleet.hosts import HostLoad
from console.fleet.updates import DomainsRead, LoadsRead
from console.ui.context import Context
from console.ui.dialogs.compare import CompareDialog
from tests.ui.rooms import key, room, vm


@pytest.fixture
def ctx() -> Iterator[Context]:
    with room() as context:
        yield context


@pytest.fixture
def dialog(ctx: Context, qtbot: QtBot) -> CompareDialog:
    loads = {"uuid-web-01": Load(1.0, 0.2), "uuid-web-02": Load(1.0, 0.9)}
    ctx.inventory.apply(LoadsRead("n1", HostLoad(1.0), loads))
    made = CompareDialog(ctx, (key("web-01"), key("web-02"), key("gone")))
    qtbot.addWidget(made)
    return made


def test_the_busiest_comes_first_and_all_share_the_plots(dialog: CompareDialog, qtbot: QtBot) -> None:
    assert not dialog.open_beside().isModal()
    assert [domain.name for domain in dialog.vms] == ["web-02", "web-01"]
    qtbot.waitUntil(
        lambda: dialog.graphs.board is not None and bool(dialog.graphs.board.plot.sheet.graphs), timeout=10_000
    )
    board = dialog.graphs.board
    assert board is not None
    for graph in board.plot.sheet.graphs:
        assert [curve.name for curve in graph.curves] == ["web-02", "web-01"]
    assert board.exporter.line().startswith("splendid stats web-02 web-01 --since ")


def test_another_is_added_by_name(dialog: CompareDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(dialog.add, "ldap-01")
    qtbot.keyClick(dialog.add, Qt.Key.Key_Return)
    assert [domain.name for domain in dialog.vms] == ["web-02", "web-01", "ldap-01"]
    assert dialog.add.text() == ""
    qtbot.keyClicks(dialog.add, "ldap-01")
    qtbot.keyClick(dialog.add, Qt.Key.Key_Return)
    assert len(dialog.vms) == 3
    qtbot.keyClicks(dialog.add, "nobody")
    qtbot.keyClick(dialog.add, Qt.Key.Key_Return)
    assert dialog.said.text() == "There is no VM “nobody”."
    assert len(dialog.vms) == 3


@pytest.mark.parametrize(("count", "said"), [(6, ""), (9, "3 are grey, past six."), (60, "The 50 busiest of 60")])
def test_more_than_can_be_told_apart_is_said(ctx: Context, qtbot: QtBot, count: int, said: str) -> None:
    vms = tuple(vm(f"vm-{number:02}") for number in range(count))
    ctx.inventory.apply(DomainsRead("n1", vms))
    made = CompareDialog(ctx, [domain.key for domain in vms])
    qtbot.addWidget(made)
    assert made.said.text().startswith(said)
    assert bool(made.said.text()) == bool(said)
