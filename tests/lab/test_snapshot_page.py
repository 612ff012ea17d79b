"""The Snapshots tab on a real guest: what is pressed in the window is what happens at the host."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed
from console.jobs.job import JobState
from console.settings.paths import Profile
from console.ui import icons
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.dialogs.take_snapshot import TakeSnapshotDialog
from console.ui.pages.vm_snapshots import VmSnapshots
from console.ui.places import Navigation
from console.ui.theme import theme
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, spec_of

LONG = 60_000  # ms


class Hand:
    """What a person does on the page."""

    def __init__(self, page: VmSnapshots, ctx: Context, qtbot: QtBot, console: Console, guest: Guest) -> None:
        self.page, self.ctx, self.qtbot, self.console, self.guest = page, ctx, qtbot, console, guest

    def look(self) -> None:
        """As the VM's page does with each change."""
        domain = self.ctx.inventory.domain(self.console.key(self.guest))
        assert domain is not None
        self.page.show_vm(domain, True)

    def until(self, there: Callable[[], object]) -> None:
        def seen() -> bool:
            self.look()
            return bool(there())

        self.qtbot.waitUntil(seen, timeout=LONG)

    def take(self, name: str, *, memory: bool, kind: str = "external") -> None:
        self.until(lambda: self.ctx.inventory.domain(self.console.key(self.guest)))
        dialog = self.page._acts.take()
        assert isinstance(dialog, TakeSnapshotDialog)
        self.qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG)
        dialog.kind._choose(("auto", "external", "internal").index(kind))
        dialog.memory.setChecked(memory)
        dialog.name.setText(name)
        dialog.replan(soon=False)
        self.qtbot.waitUntil(lambda: dialog.plan is not None, timeout=LONG)
        assert dialog.plan is not None
        assert dialog.plan.refused == (), dialog.plan.refused
        assert dialog.main is not None
        before = {view.id for view in self.ctx.jobs.views()}
        dialog.main.click()
        (job,) = (view.id for view in self.ctx.jobs.views() if view.id not in before)
        self._over(job)
        self.until(lambda: self.page.tree.rows.index_of(name).isValid() and self.page.laid is not None)

    def plan(self, name: str, deed: Deed) -> None:
        self.page.choose(name, deed)

        def there() -> bool:
            plan = self.page.panel.plan
            return plan is not None and (plan.snapshot, plan.deed) == (name, deed) and self.page.panel.go.isEnabled()

        self.qtbot.waitUntil(there, timeout=LONG)

    def press(self) -> None:
        """The button that acts, and waits for the task and for the page to know."""
        read = self.page.laid
        self.page.panel.go.click()
        job = self.page.planner.job
        assert job is not None

        self._over(job)
        self.until(lambda: self.page.planner.job is None and self.page.laid is not read)

    def _over(self, job: int) -> None:
        """The task has ended, and well."""

        def ended() -> bool:
            view = self.ctx.jobs.view(job)
            return view is not None and view.state.ended

        self.qtbot.waitUntil(ended, timeout=LONG)
        view = self.ctx.jobs.view(job)
        assert view is not None
        assert view.state is JobState.SUCCEEDED, view.problem


@pytest.fixture
def hand(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console, qtbot: QtBot, tmp_path: Path, qapp: Any
) -> Iterator[Hand]:
    icons.install()
    theme.apply(qapp, "light")
    console.add(spec_of(lab, beta))
    guest = spare("s-page").start().ready()
    app, bridge = console.app, Bridge()
    undo = (app.inventory.subscribe(bridge.on_change), app.jobs.subscribe(bridge.on_job))
    ctx = Context(
        app.inventory, app.services, app.jobs, bridge, app.preferences, Navigation(), theme, Profile.at(tmp_path)
    )
    page = VmSnapshots(ctx)
    qtbot.addWidget(page)
    page.resize(1176, 700)
    page.show()
    made = Hand(page, ctx, qtbot, console, guest)
    made.until(lambda: made.page.none.isVisible() or made.page.laid is not None)
    yield made
    page.hide()
    for each in undo:
        each()
    bridge.close()
    beta.whole()
    beta.exec("sh", "-c", f"rm -f {IMAGES}/s-page*")
    beta.virsh("pool-refresh", "default")


def test_taken_written_gone_back_and_deleted_in_the_middle(hand: Hand) -> None:
    guest, page = hand.guest, hand.page
    guest.file("one")
    hand.take("clean", memory=True)
    before = guest.count()
    guest.file("two")
    hand.take("upgraded", memory=False)
    guest.file("three")
    rows = page.tree.rows
    assert rows.face("clean").memory
    assert rows.face("clean").about == "external, with memory"
    hand.qtbot.waitUntil(lambda: "clean" in rows.thumbs and not rows.thumbs["clean"].isNull(), timeout=LONG)
    hand.plan("clean", Deed.REVERT)
    plan = page.panel.plan
    assert plan is not None
    assert rows.face(NOW).goes
    assert plan.files_going, "the state of now goes by name"
    began = time.monotonic()
    hand.press()
    guest.ready()
    assert guest.file() == "one"
    assert guest.count() < before + 10 + time.monotonic() - began, "its memory is of then"
    hand.until(lambda: page.laid and page.laid.facts.current and page.laid.facts.current.name == "clean")
    guest.file("four")
    hand.take("again", memory=False)
    assert page.tree.rows.lanes == 2
    hand.plan("clean", Deed.DELETE)
    going = page.panel.plan.files_going if page.panel.plan is not None else ()
    hand.press()
    hand.until(lambda: not page.tree.rows.index_of("clean").isValid())
    there = guest.host.exec("ls", IMAGES).split()
    assert not [path for path in going if path.rpartition("/")[2] in there]
    assert guest.file() == "four"
