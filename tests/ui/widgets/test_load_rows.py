from pytestqt.qtbot import QtBot

from console.fleet.sums import Sum
from console.ui.widgets.load_rows import LoadRows, cpu_sentence, memory_sentence

HOST = Sum(1, 1, 3, 2, 32, 32, 16.0, 46, 128 << 20, 128 << 20, 64 << 20, 112 << 20)


def test_used_and_promised_stand_side_by_side(qtbot: QtBot) -> None:
    rows = LoadRows()
    qtbot.addWidget(rows)
    rows.show_sum(HOST)
    assert [text.replace("\u00a0", " ") for text in rows.texts()] == [
        "50 % 46 vCPUs on 32 threads, 1.4×",
        "50 % 112 GiB promised of 128 GiB, 0.88×",
    ]
    assert rows._rows[0][0]._promised == 46 / 32
    rows.show_sum(HOST, fresh=False)
    assert rows._rows[0][0]._promised is None
    assert rows._rows[0][0]._role == "last-known"


def test_nothing_is_claimed_without_a_base() -> None:
    assert cpu_sentence(Sum()) == memory_sentence(Sum()) == "not known yet"
