import time

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.ui.context import Context
from console.ui.host_actions import HostAct
from console.ui.pages.host import HostPage, place_words
from console.ui.places import Place
from tests.ui.pages.conftest import Desk

NOW = time.time()


@pytest.fixture
def page(ctx: Context, qtbot: QtBot) -> HostPage:
    made = HostPage(ctx)
    qtbot.addWidget(made)
    made.resize(1176, 800)
    made.show_place(Place.host("n1"))
    made.show()
    return made


def lose(ctx: Context, page: HostPage, qtbot: QtBot, status: HostStatus) -> str:
    ctx.inventory.apply(StatusChanged("n1", status))
    phase = status.phase
    qtbot.waitUntil(lambda: ctx.inventory.status("n1").phase is phase and not page._stale, timeout=3000)
    qtbot.wait(250)
    return page.note._note.accessibleName().replace("\u00a0", " ") if page.note.isVisible() else ""


def test_the_head_says_what_and_where(page: HostPage) -> None:
    assert page.title == "kvm-n1"
    assert page.head.state.whole_text() == "Live"
    assert page.head._where.text() == "in N1, north"
    assert not page.note.isVisible()


@pytest.mark.parametrize(
    ("status", "said", "buttons"),
    [
        (
            HostStatus(Phase.UNREACHABLE, NOW, NOW - 840, Problem(Reason.SILENT), NOW + 60),
            "Unreachable. It did not answer in time.",
            {HostAct.TRY_NOW},
        ),
        (
            HostStatus(Phase.REFUSED, NOW, NOW - 60, Problem(Reason.HOST_KEY_CHANGED)),
            "It does not let us in. It shows another host key than before.",
            {HostAct.TRY_NOW, HostAct.EDIT},
        ),
        (HostStatus(Phase.STALE, NOW, NOW - 48, Problem(Reason.SILENT)), "No answer for ", {HostAct.TRY_NOW}),
        (HostStatus(Phase.OFF, NOW, NOW - 60), "Disconnected. What is shown was last seen", {HostAct.CONNECT}),
    ],
)
def test_trouble_is_a_note_with_cause_next_step_and_buttons(
    page: HostPage, ctx: Context, qtbot: QtBot, status: HostStatus, said: str, buttons: set[HostAct]
) -> None:
    text = lose(ctx, page, qtbot, status)
    assert text.startswith(said)
    assert {act for act, button in page.note._buttons.items() if button.isVisible()} == buttons


def test_an_unknown_key_is_shown_and_trusted_where_it_is_told(
    page: HostPage, ctx: Context, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted: list[tuple[str, str]] = []
    monkeypatch.setattr(ctx.services.hosts, "trust_shown", lambda *said: trusted.append(said), raising=False)
    problem = Problem(Reason.HOST_KEY_UNKNOWN, detail="SHA256:abc")
    assert "SHA256:abc" in lose(ctx, page, qtbot, HostStatus(Phase.REFUSED, NOW, 0.0, problem))
    assert page.note.trust.isVisible()
    page.note.trust.click()
    assert trusted == [("n1", "SHA256:abc")]
    lose(ctx, page, qtbot, HostStatus(Phase.REFUSED, NOW, 0.0, Problem(Reason.HOST_KEY_UNKNOWN)))
    assert not page.note.trust.isVisible(), "without a fingerprint there is nothing to compare"
    lose(ctx, page, qtbot, HostStatus(Phase.REFUSED, NOW, 0.0, Problem(Reason.HOST_KEY_CHANGED, detail="SHA256:abd")))
    assert not page.note.trust.isVisible()


def test_it_is_live_again_without_a_note(page: HostPage, ctx: Context, qtbot: QtBot) -> None:
    assert lose(ctx, page, qtbot, HostStatus(Phase.STALE, NOW, NOW - 5))
    assert lose(ctx, page, qtbot, HostStatus(Phase.LIVE, NOW, NOW)) == ""


def test_tabs_are_places_and_each_shows_its_host(page: HostPage, ctx: Context) -> None:
    for number, tab in enumerate(("summary", "graphs", "vms", "networks", "storage")):
        page.show_place(Place.host("n1", tab))
        assert page._body.currentIndex() == number
        assert page.head.tabs.current() == tab
    page.head.tab_chosen.emit("vms")
    assert ctx.nav.place == Place.host("n1", "vms")
    page.show_place(Place.host("n2", "nonsense"))
    assert page._body.currentIndex() == 0
    assert page.title == "kvm-n2"


def test_a_host_that_left_the_fleet_is_said_to_be_gone(page: HostPage, ctx: Context, qtbot: QtBot) -> None:
    ctx.inventory.set_hosts([])
    qtbot.waitUntil(lambda: page._body.currentWidget() is page._none, timeout=3000)
    assert not page.head.isVisible()


def test_where_a_host_stands() -> None:
    assert place_words(HostSpec("a", "a", "u", zone="north", rack="N1")) == "in N1, north"
    assert place_words(HostSpec("a", "a", "u", rack="N1")) == "in N1"
    assert place_words(HostSpec("a", "a", "u")) == ""


def test_a_real_host_on_all_tabs(desk: Desk, qtbot: QtBot) -> None:
    page = HostPage(desk.ctx)
    qtbot.addWidget(page)
    page.show_place(Place.host("kvm-a", "summary"))
    page.show()
    assert page.summary.system.texts()["libvirt"].count(".") == 2
    assert page.summary.counts.texts()["Networks"] == "1 of 1 active"
    page.show_place(Place.host("kvm-a", "networks"))
    assert page.networks.table.row(0).addresses == ("10.20.1.1/24",)
    page.show_place(Place.host("kvm-a", "storage"))
    panel = page.storage.panel
    desk.qtbot.waitUntil(lambda: panel.volumes.rowCount() == 2)
    rows = {row.key.name: tuple(user.name for user in row.users) for row in map(panel.volumes.row, range(2))}
    assert rows == {"db.qcow2": ("shop-db-01",), "spare.qcow2": ()}
    page.show_place(Place.host("kvm-a", "vms"))
    desk.until(lambda: page.vms.model.rowCount() == 2)
