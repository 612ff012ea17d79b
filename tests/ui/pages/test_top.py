import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from console.fleet.domains import VmKey
from console.fleet.errors import Failed, Reason
from console.fleet.history import By, Measure, Top
from console.ui.context import Context
from console.ui.pages.top import TopPage
from console.ui.places import Place
from tests.ui.fake_stats import FakeStats
from tests.ui.rooms import key


def row(subject: VmKey | str, label: str, mean: float, known: float = 1.0) -> Top:
    return Top(subject, label, mean, mean * 2, mean * 3600, mean / 10, 1, known)


@pytest.fixture
def stats(ctx: Context) -> FakeStats:
    found: FakeStats = ctx.services.stats  # type: ignore[assignment]
    found.rows = [
        row(key("web-01"), "web-01", 4.0),
        row(VmKey("n1", "gone"), "old-01", 2.0),
        row(key("web-02"), "web-02", 1.0),
    ]
    return found


@pytest.fixture
def page(ctx: Context, stats: FakeStats, qtbot: QtBot) -> TopPage:
    made = TopPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 700)
    made.show_place(Place.fleet("top"))
    return made


def shown(page: TopPage, qtbot: QtBot) -> list[str]:
    page.show()
    qtbot.waitUntil(lambda: page.table is not None and not page._asking)
    assert page.table is not None
    return [page.table.row(number).label for number in range(page.table.rowCount())]


def test_who_eats_the_cpu(page: TopPage, stats: FakeStats, qtbot: QtBot) -> None:
    assert shown(page, qtbot) == ["web-01", "old-01", "web-02"]
    _, measures, start, end, by, among = stats.asked[-1]
    assert (measures, by, among) == ((Measure.CPU,), By.VM, None)
    assert end - start == 3600
    assert page.table is not None
    assert page.table.row(1).gone
    assert not page.table.row(0).gone


def test_anything_by_anyone_over_any_span(page: TopPage, stats: FakeStats, qtbot: QtBot) -> None:
    shown(page, qtbot)
    page.what.set_current("disk")
    page.span.set_current("365d")
    stats.rows = [row("web", "web", 5e6), row("", "", 1e6)]
    page.by.set_current("tag")
    page.by.chosen.emit("tag")
    assert shown(page, qtbot) == ["web", "without a tag"]
    _, measures, start, end, by, _among = stats.asked[-1]
    assert measures == (Measure.DISK_READ, Measure.DISK_WRITE)
    assert (by, end - start) == (By.TAG, 365 * 86400)
    assert page.line() == "splendid top --measure disk --by tag --since 365d"
    page.command.click()
    assert QGuiApplication.clipboard().text() == page.line()


def test_a_row_opens_its_graphs(page: TopPage, ctx: Context, stats: FakeStats, qtbot: QtBot) -> None:
    shown(page, qtbot)
    assert page.view is not None
    page.view.select(1)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)  # it is no more
    assert ctx.nav.place.spot == Place.fleet()
    page.view.select(0)
    qtbot.keyClick(page.view, Qt.Key.Key_Return)
    assert ctx.nav.place == Place.vm(key("web-01"), "graphs")
    stats.rows = [row("n1", "kvm-n1", 9.0)]
    page.by.set_current("host")
    page.by.chosen.emit("host")
    assert shown(page, qtbot) == ["kvm-n1"]
    page.view.opened.emit(page.table.row(0))  # type: ignore[union-attr]
    assert ctx.nav.place == Place.host("n1", "graphs")
    stats.rows = [row("web", "web", 9.0)]
    page.by.set_current("tag")
    page.by.chosen.emit("tag")
    assert shown(page, qtbot) == ["web"]
    page.view.opened.emit(page.table.row(0))  # type: ignore[union-attr]
    assert ctx.nav.place.spot == Place("tag", "web")


def test_of_a_zone_or_rack_only_its_vms(page: TopPage, stats: FakeStats, qtbot: QtBot) -> None:
    page.show_place(Place.rack("north", "N2", "top"))
    shown(page, qtbot)
    assert stats.asked[-1][5] == {key("ldap-01", "n2")}
    assert page.line().endswith("""--where 'zone:"north" rack:"N2"'""")


def test_an_empty_history_and_a_damaged_one_say_so(page: TopPage, stats: FakeStats, qtbot: QtBot) -> None:
    stats.rows = []
    assert shown(page, qtbot) == []
    assert page._body.currentWidget() is page.none
    stats.error = Failed(Reason.OTHER, "history", text="database disk image is malformed")
    page._ask()
    qtbot.waitUntil(lambda: page.note.isVisible())
    stats.error = None
    stats.rows = [row(key("web-01"), "web-01", 4.0, 0.25)]
    page._ask()
    qtbot.waitUntil(lambda: not page.note.isVisible())
    assert page.said.whole_text().replace("\u00a0", " ").endswith("25 % of it was measured")


def test_a_late_answer_is_dropped(page: TopPage, stats: FakeStats, qtbot: QtBot) -> None:
    shown(page, qtbot)
    stats.hold()
    page.span.set_current("7d")
    page.span.chosen.emit("7d")
    stats.rows = [row(key("web-02"), "web-02", 1.0)]
    page.show_place(Place.fleet("top"))
    serial = page._serial
    stats.let_go()
    qtbot.waitUntil(lambda: not page._asking)
    assert page._serial == serial
    assert shown(page, qtbot) == ["web-02"]


def test_it_is_renewed_as_time_goes_by(
    page: TopPage, stats: FakeStats, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown(page, qtbot)
    count = len(stats.asked)
    page.tick()
    assert len(stats.asked) == count
    page._read_at -= 60
    page.tick()
    qtbot.waitUntil(lambda: len(stats.asked) == count + 1)
