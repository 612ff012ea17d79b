from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from console.fleet.domains import State
from console.fleet.errors import Problem, Reason, Unreachable
from console.fleet.hosts import HostStatus, Phase
from console.fleet.snapshots.lanes import NOW
from console.fleet.snapshots.plans import Deed
from console.fleet.updates import StatusChanged
from console.services.look import Screen
from console.ui.context import Context
from console.ui.pages.snapshot_planner import marks
from console.ui.pages.vm_snapshots import AGAIN, OLD, VmSnapshots
from tests.ui.rooms import Noting, room, vm
from tests.ui.snapshot_story import Story, facts, path, png, screen

VM = vm("web-01", snapshots=10)


class Room:
    """The page over the story, seen."""

    def __init__(self, ctx: Context, story: Story, qtbot: QtBot) -> None:
        self.ctx, self.story, self.qtbot = ctx, story, qtbot
        self.page = VmSnapshots(ctx)
        qtbot.addWidget(self.page)
        self.page.resize(1176, 700)

    def open(self, **more: Any) -> VmSnapshots:
        self.page.show_vm(replace(VM, **more), True)
        self.page.show()
        self.qtbot.waitUntil(lambda: self.page.laid is not None)
        return self.page

    def planned(self, name: str, deed: Deed) -> None:
        """Chooses, and waits for the plan."""
        self.page.choose(name, deed)
        self.qtbot.waitUntil(
            lambda: (plan := self.page.panel.plan) is not None and (plan.snapshot, plan.deed) == (name, deed)
        )


@pytest.fixture
def there(qtbot: QtBot) -> Iterator[Room]:
    story = Story(facts(VM.key, time.time(), "web-01"))
    look = Noting(screen=lambda _key: Screen(png(screen("alert")), "image/png", time.time()))
    with room(snapshots=story, look=look) as ctx:
        yield Room(ctx, story, qtbot)


def test_it_asks_when_seen_and_goes_to_where_now_comes_from(there: Room, qtbot: QtBot) -> None:
    there.page.show_vm(VM, True)
    assert there.story.asked == []
    page = there.open()
    assert page.chosen == "crash: index out of range"
    assert page.tree.list.current() == "crash: index out of range"
    qtbot.waitUntil(lambda: page.panel.plan is not None)
    assert page.panel.plan is not None
    assert page.panel.plan.deed is Deed.REVERT
    assert page.tree.doctor.text().replace("\u00a0", " ") == "1 overlay that no snapshot uses, 2.2 GiB"


def test_what_a_plan_takes_away_is_marked_in_the_tree(there: Room) -> None:
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    rows = page.tree.rows
    assert rows.face("before upgrade wizard").goes
    assert not rows.face(NOW).goes
    there.planned("before upgrade wizard", Deed.REVERT)
    assert not rows.face("before upgrade wizard").goes
    assert rows.face(NOW).goes
    there.planned("build 4698", Deed.DELETE_BELOW)
    assert rows.face("4698 crash").goes
    plan = page.panel.plan
    assert plan is not None
    assert set(marks(plan)) == {"build 4698", "4698 crash"}


def test_keeping_now_first_is_planned_as_a_branch(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    there.planned("build 4698", Deed.REVERT)
    page.revert_with_branch()
    qtbot.waitUntil(lambda: page.panel.plan is not None and bool(page.panel.plan.branch), timeout=3000)
    assert page.panel.go.text().startswith("Keep now, then revert")
    assert not page.tree.rows.face(NOW).goes
    page.panel.branch.name.setText("clean install")
    page.panel.branch.name.textEdited.emit("clean install")
    qtbot.waitUntil(lambda: page.panel.plan is not None and bool(page.panel.plan.refused), timeout=3000)
    assert not page.panel.go.isEnabled()


def test_the_plan_that_is_seen_is_carried_out(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    plan = page.panel.plan
    page.panel.go.click()
    assert there.story.ran == [plan]
    assert page.panel.plan is None
    assert page.panel.view.notes[0].accessibleName().startswith("Under way:")
    assert page.chosen == "build 4711 installed"
    assert "delete build" not in " ".join(there.story.asked)


def test_when_its_task_has_ended_the_host_is_asked_anew(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    there.planned("upgrade half done", Deed.DELETE)
    page.panel.go.click()
    there.story.known = replace(
        there.story.known,
        snapshots=tuple(one for one in there.story.known.snapshots if one.name != "upgrade half done"),
    )
    page.planner.job = there.ctx.jobs.submit("snapshot.delete", "web-01", lambda _job: None, vms=(VM.key,)).id
    qtbot.waitUntil(lambda: not page.tree.rows.index_of("upgrade half done").isValid(), timeout=4000)
    qtbot.waitUntil(lambda: page.panel.plan is not None)
    assert page.chosen == "before upgrade wizard"


def test_cancel_goes_back_to_now(there: Room) -> None:
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    page.panel.cancel.click()
    assert page.chosen == NOW
    assert page.panel.isHidden()
    assert page.detail.name.whole_text() == "Now"
    assert not page.tree.rows.face("before upgrade wizard").goes


def test_pictures_come_for_what_is_seen_and_for_now(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    qtbot.waitUntil(lambda: NOW in page.tree.rows.thumbs, timeout=3000)
    assert isinstance(page.tree.rows.thumbs["clean install"], QImage)
    assert not page.tree.rows.thumbs[NOW].isNull()


def test_without_any_the_first_is_offered(there: Room, qtbot: QtBot) -> None:
    there.story.known = replace(
        there.story.known,
        snapshots=(),
        files={path("crash"): replace(there.story.known.files[path("crash")], backing="")},
    )
    page = there.open(snapshots=0)
    qtbot.waitUntil(lambda: page._first.isVisible())
    assert page.none._title.text() == "No snapshots yet"
    assert page._first.isEnabled()


def test_a_host_that_only_looks_is_shown_but_nothing_can_be_done(there: Room, qtbot: QtBot) -> None:
    specs = [replace(spec, read_only=True) if spec.id == "n1" else spec for spec in there.ctx.inventory.specs()]
    there.ctx.inventory.set_hosts(specs)
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    assert not page.panel.go.isEnabled()
    assert "only look" in page.panel.go.toolTip()
    assert not page.tree.take.isEnabled()
    assert "only look" in page.tree.take.toolTip()
    assert not page.detail.clone.isEnabled()
    assert page.detail.compare.isEnabled()


def test_what_was_read_stays_where_the_host_is_lost(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    lost = HostStatus(Phase.UNREACHABLE, 1.0, 1.0, Problem(Reason.NO_ROUTE))
    there.ctx.inventory.apply(StatusChanged("n1", lost))
    page.show_vm(VM, False)
    assert page.tree.rows.rowCount() == 11
    there.planned("before upgrade wizard", Deed.REVERT)
    assert not page.panel.go.isEnabled()
    assert page.panel._said.text() == "Its host is unreachable."


def test_of_a_host_that_was_never_live_only_the_count_is_known(there: Room) -> None:
    there.page.show()
    there.page.show_vm(VM, False)
    assert there.page.none._title.text() == "The snapshots cannot be read now"
    assert "10 snapshots were there" in there.page.none._text.text()


def test_a_host_that_refuses_is_told_and_asked_again_after_a_change(there: Room, qtbot: QtBot) -> None:
    there.story.trouble = Unreachable(Reason.SILENT, "kvm-n1")
    there.page.show_vm(VM, True)
    there.page.show()
    qtbot.waitUntil(lambda: "Could not read the snapshots" in there.page.none._title.text())
    there.story.trouble = None
    there.page.show_vm(replace(VM, state=State.PAUSED), True)
    qtbot.waitUntil(lambda: there.page.laid is not None, timeout=3000)


def test_a_host_that_gave_no_answer_is_asked_again_after_a_while(there: Room, qtbot: QtBot) -> None:
    there.story.trouble = Unreachable(Reason.SILENT, "kvm-n1")
    there.page.show_vm(VM, True)
    there.page.show()
    qtbot.waitUntil(lambda: bool(there.page._failed))
    there.story.trouble = None
    there.page.tick(time.time() + 1)
    assert there.page._failed
    there.page.tick(time.time() + AGAIN + 1)
    qtbot.waitUntil(lambda: there.page.laid is not None)


def test_an_old_plan_is_made_anew_while_it_is_seen(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    qtbot.waitUntil(lambda: page.panel.plan is not None)
    asked = there.story.asked.count("facts")
    page.tick(time.time() + 10)
    assert there.story.asked.count("facts") == asked
    there.story.trouble = Unreachable(Reason.SILENT, "kvm-n1")
    page.tick(time.time() + OLD + 5)
    qtbot.waitUntil(lambda: there.story.asked.count("facts") == asked + 1)
    page.tick(time.time() + OLD - 5)
    qtbot.wait(50)
    assert there.story.asked.count("facts") == asked + 1, "a host that does not answer is not asked each second"


def test_another_vm_starts_afresh(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    there.planned("before upgrade wizard", Deed.DELETE)
    page.show_vm(vm("web-02", snapshots=10), True)
    assert page.laid is None
    assert page.tree.rows.rowCount() == 0
    qtbot.waitUntil(lambda: page.laid is not None)
    assert page.chosen == "crash: index out of range"


def test_a_vm_that_changes_all_the_time_is_read_all_the_same(there: Room, qtbot: QtBot) -> None:
    page = there.open()
    asked = there.story.asked.count("facts")
    turns = iter(range(10_000))

    def again() -> bool:
        page.show_vm(replace(VM, state=State.PAUSED if next(turns) % 2 else State.RUNNING), True)
        return there.story.asked.count("facts") > asked

    qtbot.waitUntil(again, timeout=5000)
