from pytestqt.qtbot import QtBot

from console.fleet.updates import ChangeSet
from console.ui.context import Context
from console.ui.pages.live import LivePage
from console.ui.places import Place


class Page(LivePage):
    """Counts what it is told to do."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx)
        self.done: list[str] = []

    def concerns(self, change: ChangeSet) -> bool:
        return "n1" in change.hosts

    def placed(self) -> None:
        self.done.append(f"placed {self.place.id}")

    def refresh(self) -> None:
        self.done.append("refresh")

    def take(self, change: ChangeSet) -> None:
        self.done.append("take")

    def tick(self) -> None:
        self.done.append("tick")


def change(host: str) -> ChangeSet:
    return ChangeSet(hosts=frozenset({host}))


def test_a_page_that_is_not_seen_does_nothing_until_it_is(ctx: Context, qtbot: QtBot) -> None:
    page = Page(ctx)
    qtbot.addWidget(page)
    page.show_place(Place.host("n1"))
    ctx.bridge.changed.emit(change("n1"))
    assert page.done == ["placed n1"]
    page.show()
    assert page.done == ["placed n1", "refresh"]
    ctx.bridge.changed.emit(change("n2"))
    ctx.bridge.changed.emit(change("n1"))
    assert page.done[2:] == ["take"]
    page.hide()
    page.show()
    assert page.done[3:] == []  # nothing changed meanwhile
    page.hide()
    ctx.bridge.changed.emit(change("n1"))
    page.show()
    assert page.done[3:] == ["refresh"]


def test_ages_are_renewed_only_while_it_is_seen(ctx: Context, qtbot: QtBot) -> None:
    page = Page(ctx)
    qtbot.addWidget(page)
    page.show()
    qtbot.waitUntil(lambda: "tick" in page.done, timeout=3000)
    page.hide()
    count = len(page.done)
    qtbot.wait(1100)
    assert len(page.done) == count
