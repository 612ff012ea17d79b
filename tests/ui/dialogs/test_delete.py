import time
from typing import Any

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from console.fleet.deletion import DeletionFacts, DiskFact, plan_deletion
from console.fleet.domains import Disk, State
from console.fleet.errors import Conflict, Reason, Unreachable
from console.fleet.hosts import Volume
from console.ui.context import Context
from console.ui.dialogs.delete import DeleteDialog
from tests.ui.rooms import Noting, gone, key, room, vm

GIB = 2**30
WEB = DeletionFacts(
    key("web-01"),
    "web-01",
    State.RUNNING,
    (
        DiskFact("vda", "/i/web-01.qcow2", pool="default", volume="web-01.qcow2", allocation=8 * GIB),
        DiskFact("vdb", "/i/shared.qcow2", pool="default", volume="shared.qcow2", allocation=3 * GIB),
        DiskFact("sda", "/iso/debian.iso", device="cdrom", read_only=True, pool="iso", volume="debian.iso"),
    ),
    nvram="/nvram/web-01.fd",
    snapshots=("clean",),
)
DB = DeletionFacts(
    key("db-01"), "db-01", State.OFF, (DiskFact("vda", "/i/db-01.qcow2", pool="p", volume="db"),), managed_save=True
)
FLEET = (vm("other", disks=(Disk("vda", "/i/shared.qcow2"),)),)


def plan(*facts: Any) -> Any:
    return plan_deletion(facts, FLEET, time.time())


def shown(window: QWidget, ctx: Context, *keys: Any) -> Any:
    dialog = DeleteDialog(ctx, keys, window)
    dialog.show_at(500)
    return dialog


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    with room(delete=Noting(plan=plan(WEB, DB), command="splendid vm delete …")) as made:
        yield made


def texts(dialog: Any) -> Any:
    return [label.text() for label in dialog.findChildren(QLabel)]


def ready(qtbot: QtBot, dialog: Any) -> Any:
    qtbot.waitUntil(lambda: dialog._plan is not None)
    return dialog


def test_nothing_can_be_pressed_before_the_plan_is_there(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = shown(window, ctx, key("web-01"), key("db-01"))
    assert not dialog.main.isEnabled()
    ready(qtbot, dialog)
    assert dialog.main.isEnabled()
    assert ctx.services.delete.calls[0] == ("plan", (key("web-01"), key("db-01")))


def test_what_is_shared_is_not_ticked_and_says_who_uses_it(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = ready(qtbot, shown(window, ctx, key("web-01"), key("db-01")))
    [shared] = dialog._boxes["n1:/i/shared.qcow2"]
    [iso] = dialog._boxes["n1:/iso/debian.iso"]
    assert not shared.isChecked()
    assert not shared.isEnabled()
    assert not iso.isChecked()
    assert iso.isEnabled()
    assert "Stays: other uses it." in texts(dialog)
    assert dialog.chosen() == {"n1:/i/web-01.qcow2", "n1:/nvram/web-01.fd", "n1:/i/db-01.qcow2", "n1:db-01.save"}


def test_what_goes_is_told_vm_by_vm(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = ready(qtbot, shown(window, ctx, key("web-01"), key("db-01")))
    said = texts(dialog)
    assert "1 snapshot goes: clean." in said
    assert "Frees 8\u00a0GiB" in said
    assert dialog._note.accessibleName() == "web-01 is forced off first: what is not on disk is lost."
    assert dialog.main.text() == "Delete 2 VMs, 4 files"
    assert dialog._boxes["n1:/i/web-01.qcow2"][0].accessibleName() == "Disk vda, /i/web-01.qcow2, 8\u00a0GiB"


def test_ticks_change_the_button_and_are_what_is_run(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = ready(qtbot, shown(window, ctx, key("web-01"), key("db-01")))
    dialog._boxes["n1:/i/web-01.qcow2"][0].click()
    dialog._boxes["n1:/nvram/web-01.fd"][0].click()
    assert dialog.main.text() == "Delete 2 VMs, 2 files"
    dialog.main.click()
    gone(qtbot, dialog)
    name, run_plan, chosen = ctx.services.delete.calls[-1]
    assert name == "run"
    assert run_plan is ctx.services.delete.answers["plan"]
    assert chosen == {"n1:/i/db-01.qcow2", "n1:db-01.save"}


def test_a_base_cannot_go_without_what_stands_on_it(qtbot: QtBot, window: QWidget) -> None:
    volumes = (Volume("base", "/i/base"), Volume("over", "/i/over", backing="/i/base"))
    base = DeletionFacts(key("base"), "base", State.OFF, (DiskFact("vda", "/i/base", volume="base"),), volumes=volumes)
    over = DeletionFacts(key("over"), "over", State.OFF, (DiskFact("vda", "/i/over", volume="over"),), volumes=volumes)
    with room(delete=Noting(plan=plan_deletion((base, over), (), time.time()), command="")) as ctx:
        dialog = ready(qtbot, shown(window, ctx, key("base"), key("over")))
        assert dialog.main.isEnabled()
        dialog._boxes["n1:/i/over"][0].click()
        assert not dialog.main.isEnabled()
        assert dialog._why.text() == "/i/base carries /i/over: tick both or neither."


def test_a_disk_of_two_vms_that_both_go_has_one_answer(qtbot: QtBot, window: QWidget) -> None:
    disk = DiskFact("vda", "/i/both", volume="both")
    facts = [DeletionFacts(key(n), n, State.OFF, (disk,)) for n in ("a", "b")]
    with room(delete=Noting(plan=plan_deletion(facts, (), time.time()), command="")) as ctx:
        dialog = ready(qtbot, shown(window, ctx, key("a"), key("b")))
        first, second = dialog._boxes["n1:/i/both"]
        first.click()
        assert not second.isChecked()
        assert dialog.main.text() == "Delete 2 VMs, keep the files"


def test_a_host_that_does_not_answer_leaves_no_way_to_delete(qtbot: QtBot, window: QWidget) -> None:
    def refuse(keys: Any) -> None:
        raise Unreachable(Reason.SILENT, "kvm-n1")

    with room(delete=Noting(plan=refuse)) as ctx:
        dialog = shown(window, ctx, key("web-01"))
        qtbot.waitUntil(lambda: dialog._note is not None)
        assert "Could not find out" in dialog._note.accessibleName()
        assert not dialog.main.isEnabled()
        assert dialog._why.text()


def test_a_refusal_at_the_last_moment_is_said_in_the_dialog(qtbot: QtBot, window: QWidget) -> None:
    def run(made: Any, chosen: Any) -> None:
        raise Conflict(Reason.IN_USE, "/i/db-01.qcow2", detail="new-vm")

    with room(delete=Noting(plan=plan(DB), run=run, command="")) as ctx:
        dialog = ready(qtbot, shown(window, ctx, key("db-01")))
        assert dialog.main.text() == "Delete db-01, 2 files"
        dialog.main.click()
        assert "new-vm" in dialog._note.accessibleName()
        assert dialog.isVisible()
