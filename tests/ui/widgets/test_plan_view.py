from __future__ import annotations

import time

from pytestqt.qtbot import QtBot

from console.fleet.domains import State, VmKey
from console.fleet.snapshots.deleting import plan_delete
from console.fleet.snapshots.plans import Deed, SnapshotPlan
from console.fleet.snapshots.reverting import plan_revert
from console.fleet.storing import Say, Weight
from console.ui.widgets.plan_view import PlanView, step_rows
from tests.ui.snapshot_story import facts, path

KEY = VmKey("h", "u")


def shown(qtbot: QtBot, plan: SnapshotPlan, state: State = State.RUNNING) -> PlanView:
    view = PlanView()
    qtbot.addWidget(view)
    view.resize(700, 500)
    now = time.time()
    view.show_plan(plan, facts(KEY, now), state, now)
    return view


def glance(view: PlanView) -> list[str]:
    parts = (view.glance._stops, view.glance._frees, view.glance._time, view.glance._needs, view.glance._memory)
    return [part.text.text() for part in parts if not part.isHidden()]


def test_a_deletion_is_told_at_a_glance_with_its_files_and_steps(qtbot: QtBot) -> None:
    now = time.time()
    known = facts(KEY, now)
    view = shown(qtbot, plan_delete(known, "before upgrade wizard"))
    said = [text.replace("\u00a0", " ") for text in glance(view)]
    assert said[0] == "VM keeps running"
    assert "frees <b>3.9 GiB</b>" in said
    assert any("of 214 GiB free in" in text for text in said)
    rows = view.steps.rows()
    assert rows[0].step == "Check chain, write journal"
    assert rows[1].lost.startswith("No way back to ")
    assert [row.lost for row in rows[2:]] == [""] * (len(rows) - 2)
    removed = [row for row in rows if row.frees]
    assert [row.tip for row in removed] == [path("wizard"), path("upgrade.mem")]
    assert len(view.notes) == 2
    assert "is lost:" in view.notes[0].accessibleName()


def test_a_refused_plan_says_only_why(qtbot: QtBot) -> None:
    stop = Say("block-job", {"target": "vda"}, Weight.STOP)
    view = shown(qtbot, SnapshotPlan(KEY, "qa", Deed.DELETE, "a", time.time(), says=(stop, Say("own-way"))))
    assert view.glance.isHidden()
    assert view.steps.isHidden()
    assert [note.accessibleName() for note in view.notes] == [
        "A block job runs on disk vda. Wait for it, or cancel it in Tasks."
    ]


def test_many_warnings_are_counted(qtbot: QtBot) -> None:
    says = tuple(Say("disk-stays", {"target": f"vd{n}"}, Weight.WARNING) for n in range(9))
    view = shown(qtbot, SnapshotPlan(KEY, "qa", Deed.REVERT, "a", time.time(), says=says))
    assert len(view.notes) == 6
    assert view.notes[-1].accessibleName() == "4 more of the kind"
    view.show_only([("info", "", "Asking…")])
    assert len(view.notes) == 1
    assert view.glance.isHidden()


def test_a_revert_names_what_the_vm_does(qtbot: QtBot) -> None:
    now = time.time()
    known = facts(KEY, now)
    plan = plan_revert(known, "before upgrade wizard")
    view = shown(qtbot, plan)
    assert glance(view)[0] == "VM is forced off, and comes up as it was then"
    rows = step_rows(plan, known, State.RUNNING, now)
    assert any(row.lost == "No way back to the state of now from here on" for row in rows)
