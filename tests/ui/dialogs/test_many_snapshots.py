from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, Problem, Reason
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step, TakeOrder
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.fleet.storing import Say, Weight
from console.ui.dialogs.many_snapshots import DeleteManyDialog, RevertManyDialog, TakeManyDialog
from tests.ui.rooms import Noting, gone, key, room

WEB, DB = key("web-01"), key("db-01")
BOTH = (WEB, DB)
NAMES = {WEB: "web-01", DB: "db-01"}


def facts(vm: VmKey) -> SnapshotFacts:
    there = {WEB: ("clean", "half"), DB: ("clean",)}[vm]
    found = tuple(Snapshot(name, created=1000.0 + n) for n, name in enumerate(there))
    return SnapshotFacts(vm, NAMES[vm], State.OFF, 0.0, snapshots=found)


def planned(deed: Deed, keys: Any, name: str, **wanted: Any) -> ManyPlan:
    steps = (Step(Op.REMOVE, file="/v/old"),) if deed is Deed.DELETE else ()
    says = (Say("name-taken", {"name": name}, Weight.STOP),) if name == "taken" else ()
    plans = tuple(SnapshotPlan(one, NAMES[one], deed, name, time.time(), steps=steps, says=says) for one in keys)
    return ManyPlan(deed, name, plans, time.time(), wanted.get("together", False))


class Service(Noting):
    def __init__(self, **more: Any) -> None:
        answers = {
            "plan_many": planned,
            "facts": facts,
            "command_many": "splendid snapshot …",
            "run_many": SimpleNamespace(id=7),
        }
        super().__init__(**answers | more)

    def asked(self, name: str) -> list[Any]:
        return [call for call in self.calls if call[0] == name]


def test_a_snapshot_of_each_at_one_moment(window: Any, qtbot: QtBot) -> None:
    service = Service()
    with room(snapshots=service) as ctx:
        dialog = TakeManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        assert dialog.windowTitle() == "Snapshot of 2 VMs"
        assert dialog.together.isChecked(), "web-01 runs"
        dialog.name.setText("before 2.4")
        dialog.replan()
        main = dialog.main
        assert main is not None
        assert not main.isEnabled(), "what is typed is not planned yet"
        qtbot.waitUntil(main.isEnabled)
        assert main.text() == "Take 2 snapshots"
        order = TakeOrder("before 2.4", memory=True)
        assert service.asked("plan_many")[-1] == (
            "plan_many",
            Deed.TAKE,
            BOTH,
            "before 2.4",
            ("order", order),
            ("together", True),
        )
        main.click()
        gone(qtbot, dialog)
    assert [call[1].snapshot for call in service.asked("run_many")] == ["before 2.4"]


def test_only_guests_that_run_on_can_be_frozen(window: Any, qtbot: QtBot) -> None:
    with room(snapshots=Service()) as ctx:
        dialog = TakeManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        dialog.memory.setChecked(False)
        assert not dialog.freeze.isEnabled(), "they stand still together"
        dialog.together.setChecked(False)
        assert dialog.freeze.isEnabled()
        dialog.freeze.setChecked(True)
        dialog.together.setChecked(True)
        assert (dialog.freeze.isEnabled(), dialog.order().freeze) == (False, False)
        dialog.reject()
        gone(qtbot, dialog)


def test_no_name_no_plan(window: Any, qtbot: QtBot) -> None:
    with room(snapshots=Service()) as ctx:
        dialog = TakeManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        dialog.name.setText(" ")
        dialog.replan()
        assert dialog.main is not None
        assert (dialog.main.isEnabled(), dialog._why.text()) == (False, "Give them a name.")
        dialog.reject()
        gone(qtbot, dialog)


def test_what_stands_in_the_way_of_one_stops_all(window: Any, qtbot: QtBot) -> None:
    with room(snapshots=Service()) as ctx:
        dialog = TakeManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        dialog.name.setText("taken")
        dialog.replan()
        qtbot.waitUntil(lambda: dialog.plan is not None and bool(dialog.plan.refused))
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        assert dialog.table.counts() == {"stop-name-taken": 2}, "the same of both: said once, over their names"
        dialog.reject()
        gone(qtbot, dialog)


def test_all_go_back_to_a_name_that_all_have(window: Any, qtbot: QtBot) -> None:
    service = Service()
    with room(snapshots=service) as ctx:
        dialog = RevertManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        main = dialog.main
        assert main is not None
        qtbot.waitUntil(main.isEnabled)
        assert [dialog.names.itemText(n) for n in range(2)] == ["clean", "half, on 1 of 2"]
        dialog.names.setCurrentIndex(1)
        assert not main.isEnabled()
        assert dialog._why.text() == "1 VM has no snapshot “half”: all or none."
        dialog.names.setCurrentIndex(0)
        dialog.keep.setChecked(True)
        dialog.branch.setText("spoiled")
        dialog.after._choose(2)
        qtbot.waitUntil(main.isEnabled)
        assert service.asked("plan_many")[-1] == (
            "plan_many",
            Deed.REVERT,
            BOTH,
            "clean",
            ("branch", "spoiled"),
            ("start", False),
        )
        main.click()
        gone(qtbot, dialog)
    assert len(service.asked("run_many")) == 1


def test_deleting_names_every_file(window: Any, qtbot: QtBot) -> None:
    service = Service()
    with room(snapshots=service) as ctx:
        dialog = DeleteManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        qtbot.waitUntil(lambda: dialog.plan is not None)
        assert dialog.table.counts() == {"do": 2, "file": 2}
        assert dialog.main is not None
        assert dialog.main.text() == "Delete from 2 VMs, 2 files"
        dialog.below.setChecked(True)
        qtbot.waitUntil(dialog.main.isEnabled)
        assert service.asked("plan_many")[-1][-1] == ("below", True)
        dialog.reject()
        gone(qtbot, dialog)


def test_a_host_that_refuses_is_told(window: Any, qtbot: QtBot) -> None:
    def refuse(_key: VmKey) -> SnapshotFacts:
        raise Conflict(Problem(Reason.LOST))

    with room(snapshots=Service(facts=refuse)) as ctx:
        dialog = DeleteManyDialog(ctx, BOTH, window)
        dialog.show_at(500)
        qtbot.waitUntil(lambda: dialog._why.text() == "There is no plan.")
        assert "The connection broke." in dialog._glance.text()
        dialog.reject()
        gone(qtbot, dialog)
