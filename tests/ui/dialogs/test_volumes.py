from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.hosts import Pool, Volume
from console.fleet.storage import PoolUse, VolumeKey, VolumeUse
from console.fleet.storing import NewVolume, Plan, Prealloc, Say, Weight
from console.ui.dialogs.volumes import CopyDialog, NewVolumeDialog, ResizeDialog
from tests.ui.rooms import Noting, gone, room

GIB = 1 << 30
BASE = VolumeUse(
    VolumeKey("n1", "vms", "base.qcow2"), Volume("base.qcow2", "/v/base.qcow2", format="qcow2", capacity=GIB)
)
POOL = PoolUse("n1", Pool("vms", active=True), (BASE,))
FINE = Plan("volume.create", "n1", "a", (Say("create", {"name": "a", "pool": "vms", "bytes": GIB, "format": "qcow2"}),))


def test_a_new_volume_is_planned_while_one_types(window: Any, qtbot: QtBot) -> None:
    new = NewVolume("a", GIB)
    service = Noting(new_volume=new, plan_create=FINE, create_line="splendid storage create n1/vms/a")
    with room(storage=service) as ctx:
        dialog = NewVolumeDialog(ctx, POOL, window)
        dialog.show_at(400)
        assert [dialog.backing.itemData(n) for n in range(2)] == ["", "/v/base.qcow2"]
        dialog.name.setText("a")
        dialog.capacity.setText("1G")
        dialog.prealloc.setCurrentIndex(2)
        dialog.backing.setCurrentIndex(1)
        assert dialog.main is not None
        assert not dialog.main.isEnabled(), "what is typed is not planned yet"
        qtbot.waitUntil(dialog.main.isEnabled)
        assert ("new_volume", "n1", "vms", "a", GIB, "qcow2", Prealloc.FULL, "/v/base.qcow2") in service.calls
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.calls[-1] == ("run_create", "n1", "vms", new)


def test_a_size_that_is_none_is_said_at_once(window: Any, qtbot: QtBot) -> None:
    with room(storage=Noting(plan_create=FINE)) as ctx:
        dialog = NewVolumeDialog(ctx, POOL, window)
        dialog.show_at(400)
        dialog.capacity.setText("viel")
        qtbot.waitUntil(lambda: dialog.lines.texts == ["A size is a number with a unit, as 20G or 512M."])
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        dialog.reject()
        gone(qtbot, dialog)


def test_shrinking_wants_a_tick(window: Any, qtbot: QtBot) -> None:
    def plan(key: VolumeKey, capacity: int, *, shrink: bool) -> Plan:
        values = {"new": capacity}
        return Plan("volume.resize", "n1", "a", (Say("shrinks", values, Weight.WARNING if shrink else Weight.STOP),))

    service = Noting(plan_resize=plan, resize_line="splendid storage resize")
    with room(storage=service) as ctx:
        dialog = ResizeDialog(ctx, BASE, window)
        dialog.show_at(300)
        assert dialog.capacity.text() == "1 GiB"
        dialog.capacity.setText("512M")
        qtbot.waitUntil(lambda: dialog.planned is not None)
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        dialog.shrink.setChecked(True)
        qtbot.waitUntil(dialog.main.isEnabled)
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.calls[-1] == ("run_resize", BASE.key, GIB // 2, ("shrink", True))


def test_a_copy_has_a_name_of_its_own(window: Any, qtbot: QtBot) -> None:
    service = Noting(plan_clone=FINE, clone_line="line")
    with room(storage=service) as ctx:
        dialog = CopyDialog(ctx, BASE, ("iso", "vms"), window)
        dialog.show_at(300)
        assert (dialog.name.text(), dialog.pool.currentText()) == ("base-copy.qcow2", "vms")
        assert dialog.main is not None
        qtbot.waitUntil(dialog.main.isEnabled)
        assert dialog.command() == "line"
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.calls[-1] == ("run_clone", BASE.key, "vms", "base-copy.qcow2")
