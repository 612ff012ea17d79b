from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet import bulk
from console.fleet.acts import Act
from console.fleet.bulk import BulkPlan, Deed, Order, Subject
from console.fleet.deletion import FileItem, FileKind, VmDeletion
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Failed, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.ui.context import Context
from console.ui.dialogs.bulk import BulkDialog, sections
from tests.ui.rooms import Noting, gone, room

HOSTS = [HostSpec(f"h{number}", f"kvm-{number}", "test:///default") for number in range(3)]


def subjects(count: int, state: State = State.OFF, **more: Any) -> list[Subject]:
    return [
        Subject(
            Domain(VmKey(HOSTS[n % 3].id, f"u{n}"), f"vm-{n:03d}", state, tags=("db",) if n % 2 else ()),
            HOSTS[n % 3],
            HostStatus(Phase.LIVE),
            **more,
        )
        for n in range(count)
    ]


def known(count: int, host: str, state: State) -> list[Subject]:
    """VMs in another state, all on one host."""
    return [
        replace(each, domain=replace(each.domain, state=state, key=VmKey(host, f"{state}{number}")))
        for number, each in enumerate(subjects(count))
    ]


START = [*subjects(20), *known(3, "h0", State.PAUSED), *known(5, "h1", State.RUNNING)]


class Service(Noting):
    """Plans for real, over these subjects; notes what is run."""

    def __init__(self, subjects: list[Subject]) -> None:
        super().__init__(command="splendid vm start --where …", run=SimpleNamespace(id=7), members=[])
        self.answers["plan"] = self._plan
        self.answers["again"] = lambda group: self._plan(Deed((Act.START,)), (), Order(("db",), stop=True))
        self.subjects = subjects

    def _plan(self, deed: Deed, _keys: Any, order: Order | None = None, where: str = "") -> BulkPlan:
        return bulk.plan(deed, self.subjects, order, where, time.time())


def opened(qtbot: QtBot, window: QWidget, ctx: Context, deed: Deed, **more: Any) -> BulkDialog:
    dialog = BulkDialog(ctx, deed, tuple(each.domain.key for each in START), window, **more)
    dialog.show_at(560)
    qtbot.waitUntil(lambda: dialog.plan is not None)
    return dialog


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room(bulk=Service(START)) as made:
        yield made


def texts(dialog: Any) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_what_will_happen_is_counted_grouped_and_named(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = opened(qtbot, window, ctx, Deed((Act.START,)))
    assert {"20 will be done", "5 are so already", "3 cannot"} <= set(texts(dialog))
    assert dialog.table.counts() == {"do": 20, "refused-0": 3, "nothing": 5}
    assert dialog.table.folded("nothing")
    assert dialog.main is not None
    assert (dialog.main.text(), dialog.main.isEnabled()) == ("Run: 20 VMs", True)
    assert dialog.windowTitle() == "Run: 20 VMs"


def test_nothing_can_be_pressed_before_the_plan_is_there(window: QWidget, ctx: Context) -> None:
    dialog = BulkDialog(ctx, Deed((Act.START,)), (), window)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    assert not dialog._command.isEnabled()


def test_by_host_and_in_the_order_that_is_typed(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = opened(qtbot, window, ctx, Deed((Act.START,)))
    dialog.by._choose(1)
    assert list(dialog.table.counts()) == ["kvm-0", "kvm-1", "kvm-2"]
    qtbot.keyClicks(dialog.order, "db")
    qtbot.waitUntil(lambda: dialog.plan is not None and len(dialog.plan.steps) == 2)
    dialog.by._choose(2)
    assert list(dialog.table.counts())[:2] == ["step0", "step1"]


def test_it_runs_as_it_was_shown(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = opened(qtbot, window, ctx, Deed((Act.START,)))
    dialog.limit.setValue(9)
    dialog.stop.setChecked(True)
    assert dialog.main is not None
    dialog.main.click()
    ((name, plan),) = [call for call in ctx.services.bulk.calls if call[0] == "run"]
    assert (name, plan.order, len(plan.going)) == ("run", Order((), 9, True), 20)
    gone(qtbot, dialog)


def test_where_there_is_nothing_to_do_it_says_so(qtbot: QtBot, window: QWidget) -> None:
    with room(bulk=Service(subjects(4, State.RUNNING))) as ctx:
        dialog = opened(qtbot, window, ctx, Deed((Act.START,)))
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        assert "There is nothing to do to any of them." in texts(dialog)
        dialog.close()


def test_what_loses_state_warns_and_has_a_red_button(qtbot: QtBot, window: QWidget) -> None:
    with room(bulk=Service(subjects(4, State.RUNNING))) as ctx:
        dialog = opened(qtbot, window, ctx, Deed((Act.FORCE_OFF,)))
        assert dialog._note is not None
        assert dialog._note.accessibleName().startswith("The power is cut:")
        assert dialog.main is not None
        assert dialog.main.property("kind") == "danger"
        dialog.close()


def test_a_deletion_says_which_files_go_once_they_are_chosen(qtbot: QtBot, window: QWidget) -> None:
    files = (FileItem("h0:/x", "/x", FileKind.DISK, "vda", allocation=1 << 30),)
    deletion = VmDeletion(VmKey("h0", "u0"), "vm-000", State.OFF, files)
    with room(bulk=Service([replace(subjects(1)[0], deletion=deletion)])) as ctx:
        dialog = opened(qtbot, window, ctx, Deed((Act.DELETE,)))
        assert "Their disks stay" in texts(dialog)
        dialog.files.setChecked(True)
        assert any(text.startswith("1 file goes") for text in texts(dialog))
        line = dialog.table.row(1)
        assert "/x" in getattr(line, "tip", "")
        dialog.close()


def test_repeating_takes_over_act_and_order(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = opened(qtbot, window, ctx, Deed((Act.START,)), again=4)
    assert (dialog.order.text(), dialog.stop.isChecked()) == ("db", True)
    assert ("again", 4) in ctx.services.bulk.calls


def test_a_plan_that_cannot_be_made_says_why(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    def broken(*_args: Any) -> BulkPlan:
        raise Failed(Reason.OTHER, text="no")

    ctx.services.bulk.answers["plan"] = broken
    dialog = BulkDialog(ctx, Deed((Act.START,)), (), window)
    dialog.show_at(400)
    qtbot.waitUntil(lambda: dialog._note is not None)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()


def test_ten_thousand_are_shown_within_a_moment(qtbot: QtBot, window: QWidget) -> None:
    many = subjects(10_000)
    with room(bulk=Service(many)) as ctx:
        dialog = opened(qtbot, window, ctx, Deed((Act.START,)))
        assert dialog.plan is not None
        began = time.perf_counter()
        dialog.table.show(sections(dialog.plan, "host"))
        assert time.perf_counter() - began < 1.0
        dialog.close()
