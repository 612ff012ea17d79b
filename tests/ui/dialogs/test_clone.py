from __future__ import annotations

import time
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import (
    CloneKind,
    CloneOrder,
    ClonePlan,
    DiskDeed,
    DiskPlan,
    Macs,
    OneClone,
)
from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, FleetError, Problem, Reason, Unreachable
from console.fleet.hosts import Pool
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.fleet.storing import Say, Weight
from console.fleet.updates import DomainsRead, PoolsRead
from console.ui.context import Context
from console.ui.dialogs.clone import CloneDialog
from tests.ui.rooms import Noting, gone, key, room, vm

WEB, DB = key("web-01"), key("db-01")
GIB = 1 << 30
FAST = Pool("fast", active=True, path="/srv/fast", capacity=100 * GIB, available=40 * GIB)


def made(order: CloneOrder, *says: Say) -> ClonePlan:
    deed = DiskDeed.LINK if order.kind is CloneKind.LINKED else DiskDeed.COPY
    clones = tuple(
        OneClone(name, name, (DiskPlan("vda", deed, "/v/a", "fast", f"{name}.qcow2", size=GIB),))
        for name in order.names
    )
    return ClonePlan(order, order.source.uuid, time.time(), clones, says, len(clones) * GIB, 40 * GIB, 10.0)


def planned(order: CloneOrder) -> ClonePlan:
    """Refused while its MACs are kept and it would start."""
    clash = order.macs is Macs.KEPT and order.start
    return made(order, Say("mac-runs", {"name": "web-01"}, Weight.STOP)) if clash else made(order)


def facts(vm: VmKey) -> SnapshotFacts:
    names = ("clean", "half") if vm == WEB else ("clean",)
    return SnapshotFacts(vm, "vm", State.OFF, 0.0, snapshots=tuple(Snapshot(name, created=1.0) for name in names))


class Clones(Noting):
    def __init__(self, **more: Any) -> None:
        super().__init__(**{"plan": planned, "line": lambda order: f"splendid clone {order.names[0]}"} | more)

    def ran(self) -> list[CloneOrder]:
        return [call[1].order for call in self.calls if call[0] == "run"]


@pytest.fixture
def clones() -> Clones:
    return Clones()


@pytest.fixture
def ctx(qtbot: QtBot, clones: Clones) -> Any:
    with room(clones=clones, snapshots=Noting(facts=facts)) as context:
        context.inventory.apply(PoolsRead("n1", (FAST,)))
        yield context


def opened(qtbot: QtBot, ctx: Context, window: Any, *keys: VmKey, **more: Any) -> CloneDialog:
    dialog = CloneDialog(ctx, keys, window, **more)
    dialog.show_at()
    qtbot.waitUntil(lambda: not dialog.what._asking)
    return dialog


def test_twenty_linked_clones(qtbot: QtBot, ctx: Context, clones: Clones, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB)
    assert dialog.windowTitle() == "Clone web-01"
    dialog.what.pattern.setText("qa-{n:02}")
    dialog.what.count.setValue(20)
    dialog.way.kinds.choose("linked")
    assert dialog.subject.count.text() == "20 clones"
    assert dialog.subject.table.index(19, 0).data() == "qa-20"
    main = dialog.main
    assert main is not None
    for step in ("where", "how", "check"):
        main.click()
        assert dialog.step == step
    assert not main.isEnabled(), "nothing is planned yet"
    qtbot.waitUntil(main.isEnabled)
    assert main.text() == "Make 20 linked clones"
    assert dialog.check.title.whole_text() == "20 linked clones on kvm-n1"
    assert dialog.subject.pool.whole_text() == "fast"
    main.click()
    gone(qtbot, dialog)
    (order,) = clones.ran()
    assert (order.kind, order.names[0], len(order.names), order.host) == (CloneKind.LINKED, "qa-01", 20, "")


def test_what_stops_it_has_a_remedy(qtbot: QtBot, ctx: Context, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB)
    dialog.how.macs._choose(1)
    dialog.how.start.setChecked(True)
    dialog.go_to("check")
    qtbot.waitUntil(lambda: dialog.plans is not None)
    assert dialog.main is not None
    assert (dialog.main.isEnabled(), dialog._why.text()) == (False, "1 error: mend it first")
    line = dialog.check.rows.lines()[0]
    assert [remedy.text for remedy in line.remedies] == ["New addresses", "Don’t start"]
    line.remedies[0].act()
    qtbot.waitUntil(dialog.main.isEnabled)
    assert (dialog.step, dialog.draft.macs, dialog.draft.start) == ("check", Macs.NEW, True)
    dialog.reject()
    gone(qtbot, dialog)


@pytest.mark.parametrize(
    ("remedy", "step"),
    [("what", "what"), ("where", "where"), ("linked", "check"), ("no-start", "check"), ("no-reset", "check")],
)
def test_remedies_lead_somewhere(qtbot: QtBot, ctx: Context, window: Any, remedy: str, step: str) -> None:
    dialog = opened(qtbot, ctx, window, WEB)
    dialog.how.start.setChecked(True)
    dialog.how.reset._choose(1)
    dialog.go_to("check")
    qtbot.waitUntil(lambda: dialog.plans is not None)
    dialog.mend(remedy)
    assert dialog.step == step
    assert (remedy == "linked") == (dialog.draft.kind is CloneKind.LINKED)
    assert (remedy == "no-start") == (not dialog.draft.start)
    assert (remedy == "no-reset") == (dialog.draft.reset == "none")
    dialog.reject()
    gone(qtbot, dialog)


def test_a_name_that_is_taken_holds_the_first_step(qtbot: QtBot, ctx: Context, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB)
    dialog.what.pattern.setText("db-01")
    assert dialog.main is not None
    assert (dialog.main.isEnabled(), dialog._why.text()) == (False, "db-01 exists already.")
    dialog.go_to("check")
    assert dialog.step == "what"
    dialog.what.pattern.setText("a/b")
    assert dialog._why.text().startswith("Not a name")
    dialog.what.pattern.setText("db-02")
    assert dialog.main.isEnabled()
    dialog.reject()
    gone(qtbot, dialog)


def test_several_are_cloned_each(qtbot: QtBot, ctx: Context, clones: Clones, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB, DB)
    assert dialog.windowTitle() == "Clone 2 VMs"
    dialog.what.moment._choose(1)
    assert [dialog.what.snapshot.itemText(n) for n in range(dialog.what.snapshot.count())] == ["clean"]
    dialog.go_to("check")
    main = dialog.main
    assert main is not None
    qtbot.waitUntil(main.isEnabled)
    assert main.text() == "Make 2 clones"
    main.click()
    gone(qtbot, dialog)
    assert [(order.source, order.names, order.snapshot) for order in clones.ran()] == [
        (WEB, ("web-01-clone",), "clean"),
        (DB, ("db-01-clone",), "clean"),
    ]


def test_from_a_snapshot_of_the_page(qtbot: QtBot, ctx: Context, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB, snapshot="half")
    assert dialog.draft.snapshot == "half"
    assert dialog.what.snapshot.currentText() == "half"
    assert dialog.bar._buttons[0].step.said == "web-01 at “half”"
    dialog.reject()
    gone(qtbot, dialog)


def test_a_template_is_linked_to_unless_told_otherwise(qtbot: QtBot, ctx: Context, window: Any) -> None:
    ctx.inventory.apply(DomainsRead("n1", (vm("base", State.OFF, provenance=Provenance(template=True)),)))
    dialog = opened(qtbot, ctx, window, key("base"))
    assert (dialog.draft.kind, dialog.way.kinds.current()) == (CloneKind.LINKED, "linked")
    dialog.way.kinds.choose("full")
    assert dialog.draft.kind is CloneKind.FULL
    dialog.reject()
    gone(qtbot, dialog)


def test_the_line_that_does_the_same(qtbot: QtBot, ctx: Context, window: Any) -> None:
    dialog = opened(qtbot, ctx, window, WEB, DB)
    dialog._copy.click()
    assert QGuiApplication.clipboard().text() == "splendid clone web-01-clone\nsplendid clone db-01-clone"
    dialog.what.pattern.setText("")
    assert not dialog._copy.isEnabled()
    dialog.reject()
    gone(qtbot, dialog)


def test_a_host_that_does_not_answer_is_told(qtbot: QtBot, ctx: Context, clones: Clones, window: Any) -> None:
    def silent(_order: CloneOrder) -> ClonePlan:
        raise Unreachable(Problem(Reason.SILENT))

    clones.answers["plan"] = silent
    dialog = opened(qtbot, ctx, window, WEB)
    dialog.go_to("check")
    qtbot.waitUntil(lambda: dialog._why.text() == "Without a plan nothing is done.")
    assert "did not answer in time" in dialog.check.waiting.text()
    clones.answers["plan"] = planned
    dialog.check.again_button.click()
    assert dialog.main is not None
    qtbot.waitUntil(dialog.main.isEnabled)
    dialog.reject()
    gone(qtbot, dialog)


def test_what_is_refused_at_the_last_moment_stays_open(qtbot: QtBot, ctx: Context, clones: Clones, window: Any) -> None:
    def refuse(_plan: ClonePlan) -> FleetError:
        raise Conflict(Problem(Reason.EXISTS, detail="web-01-clone"))

    clones.answers["run"] = refuse
    dialog = opened(qtbot, ctx, window, WEB)
    dialog.go_to("check")
    assert dialog.main is not None
    qtbot.waitUntil(dialog.main.isEnabled)
    dialog.main.click()
    assert dialog.isVisible()
    assert dialog._note is not None
    dialog.reject()
    gone(qtbot, dialog)


def test_snapshots_that_cannot_be_read_leave_now(qtbot: QtBot, clones: Clones, window: Any) -> None:
    def silent(_key: VmKey) -> SnapshotFacts:
        raise Unreachable(Problem(Reason.SILENT))

    with room(clones=clones, snapshots=Noting(facts=silent)) as ctx:
        dialog = opened(qtbot, ctx, window, WEB)
        assert dialog.main is not None
        assert dialog.main.isEnabled()
        dialog.what.moment._choose(1)
        assert dialog.what.about.text() == "It did not answer in time."
        assert not dialog.main.isEnabled()
        dialog.reject()
        gone(qtbot, dialog)
