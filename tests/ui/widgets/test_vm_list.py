import time
from collections.abc import Iterator

import pytest
from msgspec.structs import replace
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from console.fleet.domains import Load, State
from console.ui.context import Context
from console.ui.models.rows import SPARK_ROLE
from console.ui.widgets.vm_list import VmList
from tests.ui.rooms import VMS, room


@pytest.fixture
def ctx(qtbot: QtBot) -> Iterator[Context]:
    with room() as context:
        yield context


def cells(made: VmList, row: int) -> list[str]:
    table = made.table
    return [str(table.index(row, n).data()).replace("\u00a0", " ") for n in range(table.columnCount())]


def test_what_they_use_highest_first(ctx: Context, qtbot: QtBot) -> None:
    made = VmList(ctx, host=True)
    qtbot.addWidget(made)
    first = Load(1.0, 0.3, 1 << 20, 2 << 20, 1024**2, 0.0, None, 1e6 / 8, 1e6 / 8)
    made.show_vms([(replace(VMS[0], memory_kib=2 << 20), first), (VMS[1], Load(1.0, 0.8))], "none")
    assert cells(made, 0)[:3] == ["web-02", "kvm-n1", "80 %"]
    assert cells(made, 1) == ["web-01", "kvm-n1", "30 %", "1.0 of 2", "1.0", "2.0"]
    made.show_vms([], "Nobody is busy.")
    assert made._stack.currentIndex() == 1
    assert made._none.text() == "Nobody is busy."


def test_idle_ones_say_since_when_and_whose(ctx: Context, qtbot: QtBot) -> None:
    now = time.time()
    made = VmList(ctx, idle=True)
    qtbot.addWidget(made)
    off = replace(VMS[2], state=State.OFF, since=now - 40 * 86400, owner="a.lind")
    made.show_vms([(off, None)], "", now)
    assert cells(made, 0) == ["db-01", "Off for 40 d", "a.lind"]
    made.view.select(0)
    made.view.setFocus()
    with qtbot.waitSignal(made.opened) as opened:
        qtbot.keyClick(made.view, Qt.Key.Key_Return)
    assert opened.args == [off.key]


def test_ten_minutes_of_cpu_stand_as_a_line_where_they_are_known(ctx: Context, qtbot: QtBot) -> None:
    made = VmList(ctx)
    qtbot.addWidget(made)
    made.resize(600, 120)
    made.show_vms([(VMS[0], Load(1.0, 0.5))], "")
    made.show()
    bar = made.grab().toImage()
    ctx.inventory.recall({VMS[0].key: tuple((10.0 * number, 0.1 * (number % 9)) for number in range(60))})
    spark = made.table.index(0, 1).data(SPARK_ROLE)
    assert len(spark.trace) == 60
    assert made.grab().toImage() != bar
