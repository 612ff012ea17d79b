from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.errors import Problem, Reason
from console.fleet.scaling import SizeFacts, Sizes, Sizing, When
from console.ui.context import Context
from console.ui.dialogs.scale import ScaleDialog
from tests.ui.rooms import Noting, gone, key, room

G = 1 << 20
WEB = key("web-01")
SIZES = Sizes(2, 4, 2 * G, 4 * G)


@pytest.fixture
def ctx(qtbot: QtBot) -> Any:
    facts = {WEB: SizeFacts(WEB, SIZES, SIZES)}
    with room(bulk=Noting(sizes=facts, scale_line="splendid vm scale …", plan="plan", run="handle")) as made:
        yield made


def shown(window: QWidget, ctx: Context, *keys: Any) -> ScaleDialog:
    dialog = ScaleDialog(ctx, keys, window)
    dialog.show_at()
    return dialog


def test_for_one_vm_it_says_what_happens_as_one_types(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = shown(window, ctx, WEB)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
    qtbot.waitUntil(lambda: dialog._facts is not None)
    dialog.memory.setValue(2.0)
    dialog.vcpus.setValue(4)
    assert dialog.said.text() == "vCPU 2 → 4."
    dialog.vcpus.setValue(8)
    assert "from its next start on" in dialog.said.text()
    assert "One part needs a restart." in dialog.said.text()
    dialog.when._choose(1)
    assert "room for fewer vCPUs" in dialog._why.text()
    assert not dialog.main.isEnabled()
    dialog.vcpus.setValue(2)
    assert dialog.said.text() == "It has these sizes already."


def test_it_is_done_over_the_same_service(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = shown(window, ctx, WEB)
    qtbot.waitUntil(lambda: dialog._facts is not None)
    dialog.ticks["memory_kib"].setChecked(False)
    dialog.vcpus.setValue(3)
    assert dialog.main is not None
    dialog.main.click()
    gone(qtbot, dialog)
    deed = Deed((Act.SCALE,), sizing=Sizing(vcpus=3))
    assert ("plan", deed, (WEB,)) in ctx.services.bulk.calls
    assert ("run", "plan") in ctx.services.bulk.calls


def test_many_are_planned_first(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    keys = (WEB, key("web-02"), key("db-01"))
    dialog = shown(window, ctx, *keys)
    dialog.ticks["vcpus"].setChecked(False)
    dialog.ticks["memory_kib"].setChecked(True)
    dialog.memory.setValue(4.0)
    dialog.when._choose(2)
    assert dialog.main is not None
    with qtbot.waitSignal(ctx.acting.planned) as told:
        dialog.main.click()
    assert told.args == [Deed((Act.SCALE,), sizing=Sizing(memory_kib=4 * G, when=When.NEXT)), keys]


def test_what_cannot_be_meant_stands_beside_the_button(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    dialog = shown(window, ctx, WEB, key("web-02"))
    for tick in dialog.ticks.values():
        tick.setChecked(False)
    assert dialog._why.text() == "No size was given."
    dialog.ticks["vcpus"].setChecked(True)
    dialog.ticks["max_vcpus"].setChecked(True)
    dialog.vcpus.setValue(8)
    dialog.max_vcpus.setValue(4)
    assert dialog._why.text() == "More vCPUs than the ceiling given with them."


def test_a_host_that_says_nothing_is_named(qtbot: QtBot, window: QWidget, ctx: Context) -> None:
    ctx.services.bulk.answers["sizes"] = {WEB: Problem(Reason.SILENT)}
    dialog = shown(window, ctx, WEB)
    qtbot.waitUntil(lambda: dialog._note is not None)
    assert dialog.main is not None
    assert not dialog.main.isEnabled()
