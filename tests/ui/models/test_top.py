import pytest

from console.fleet.domains import VmKey
from console.fleet.history import By, Top
from console.ui.models.rows import USED_ROLE, RowTable
from console.ui.models.top import WHAT, TopLine, columns, id_of, line

KEY = VmKey("n1", "u1")
CPU, MEMORY, DISK, OPS, NET = WHAT


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def told(subject: VmKey | str = KEY, label: str = "web-01", mean: float = 2.4, total: float = 12240.0) -> Top:
    return Top(subject, label, mean, 3.9, total, 0.4, 3, 0.75)


@pytest.mark.parametrize(
    ("what", "mean", "total", "said", "in_all"),
    [
        (CPU, 2.4, 12240.0, "2.4 CPU", "3 h 24 min"),
        (MEMORY, 8 * 1024**2, 0.0, "8 GiB", "–"),
        (DISK, 52e6, 51 * 1024**3, "50 MiB/s", "51 GiB"),
        (OPS, 900.0, 3_240_000.0, "900 /s", "3,240,000"),
        (NET, 11e6, 8 * 1024**3, "88 Mbit/s", "8 GiB"),
    ],
)
def test_figures_have_the_units_of_what_is_asked_for(
    what: object, mean: float, total: float, said: str, in_all: str
) -> None:
    row = line(told(mean=mean, total=total), what, By.VM, "kvm-n1", None, False)  # type: ignore[arg-type]
    assert (plain(row.said), plain(row.total)) == (said, in_all)


def test_by_vm_the_host_is_told_and_by_others_how_many_vms() -> None:
    assert [column.id for column in columns(By.VM, CPU)] == ["name", "host", "mean", "most", "total", "share", "known"]
    assert [column.id for column in columns(By.TAG, MEMORY)] == ["name", "vms", "mean", "most", "share", "known"]


def test_rows_say_what_share_they_take_and_what_is_no_more() -> None:
    table: RowTable[TopLine] = RowTable(columns(By.VM, CPU), id_of)
    table.set_rows([line(told(), CPU, By.VM, "kvm-n1", ("play", "good"), True)])
    texts = [plain(str(table.index(0, number).data())) for number in range(table.columnCount())]
    assert texts[:2] == ["web-01", "kvm-n1"]
    assert texts[-2:] == ["40 %", "75 %"]
    assert table.index(0, 2).data(USED_ROLE) == 1.0
    assert table.columns[0].tip is not None
    assert table.columns[0].tip(table.row(0)) == "It is no more."


def test_vms_without_a_tag_are_called_so() -> None:
    assert line(told("", ""), CPU, By.TAG, "", None, False).label == "without a tag"


def test_bars_are_of_the_first_row_and_patchy_rows_stand_out() -> None:
    best = told(mean=4.8)
    half = line(told(), CPU, By.VM, "kvm-n1", None, False, best)
    assert (half.bar, half.patchy) == (0.5, False)
    young = line(Top(KEY, "web-09", 1.0, 1.0, 10.0, 0.1, 1, 0.2), CPU, By.VM, "kvm-n1", None, False, best)
    assert young.patchy
    assert line(told(mean=0.0), CPU, By.VM, "", None, False).bar == 0.0
