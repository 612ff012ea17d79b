from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from console.fleet.clones.acts import CopyAct
from console.fleet.clones.provenance import Provenance
from console.fleet.domains import VmKey
from console.fleet.errors import Problem, Reason, Unreachable
from console.fleet.storing import Plan, Say, Weight
from console.fleet.updates import DomainsRead
from console.ui.dialogs.clone_acts import KINDS, CloneActDialog, lines
from tests.ui.rooms import Noting, gone, key, room, vm

WEB, DB = key("web-01"), key("db-01")


def planned(vm_key: VmKey, *_more: Any, **_wanted: Any) -> Plan:
    return Plan("vm.template", "n1", vm_key.uuid, (Say("tpm-new", {}, Weight.WARNING),))


def refused(vm_key: VmKey, *_more: Any, **_wanted: Any) -> Plan:
    return Plan("vm.template", "n1", vm_key.uuid, (Say("migrates", {"name": "web-01"}, Weight.STOP),))


class Clones(Noting):
    def __init__(self, plan: Any = planned) -> None:
        super().__init__(plan_flatten=plan, plan_template=plan, plan_keep=plan)

    def ran(self) -> list[Any]:
        return [call for call in self.calls if call[0].startswith("run")]


@pytest.mark.parametrize(
    ("act", "title", "ran", "line"),
    [
        (CopyAct.FLATTEN, "Flatten web-01", ("run_flatten", WEB), "splendid clone flatten web-01"),
        (CopyAct.TEMPLATE, "Make web-01 a template", ("run_template", WEB, True), "splendid template make web-01"),
        (
            CopyAct.UNTEMPLATE,
            "Make web-01 a VM again",
            ("run_template", WEB, False),
            "splendid template unmake web-01",
        ),
    ],
)
def test_what_it_changes_is_shown_before_it_is_done(
    window: Any, qtbot: QtBot, act: CopyAct, title: str, ran: Any, line: str
) -> None:
    service = Clones()
    with room(clones=service) as ctx:
        dialog = CloneActDialog(ctx, act, [WEB], window)
        dialog.show_at(400)
        assert dialog.windowTitle() == title
        assert dialog.main is not None
        assert not dialog.main.isEnabled()
        qtbot.waitUntil(dialog.main.isEnabled)
        assert [each.finding for each in dialog.rows.lines()] == ["The clones get an empty TPM."]
        QGuiApplication.clipboard().setText(dialog.command())
        assert QGuiApplication.clipboard().text() == line
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.ran() == [ran]


def test_what_is_refused_cannot_be_pressed(window: Any, qtbot: QtBot) -> None:
    with room(clones=Clones(refused)) as ctx:
        dialog = CloneActDialog(ctx, CopyAct.TEMPLATE, [WEB, DB], window)
        dialog.show_at(400)
        qtbot.waitUntil(lambda: dialog.plans is not None)
        assert dialog.main is not None
        assert (dialog.main.isEnabled(), dialog._why.text()) == (False, "It cannot be done as it stands.")
        dialog.reject()
        gone(qtbot, dialog)


def test_a_throw_away_vm_is_kept(window: Any, qtbot: QtBot) -> None:
    service = Clones()
    with room(clones=service) as ctx:
        ctx.inventory.apply(DomainsRead("n1", (vm("web-01", provenance=Provenance("a", throw_away=True)),)))
        dialog = CloneActDialog(ctx, CopyAct.KEEP, [WEB], window)
        dialog.show_at(400)
        assert dialog.goes is not None
        assert dialog.goes.throw_away.isChecked()
        dialog.goes.throw_away.setChecked(False)
        assert dialog.main is not None
        assert not dialog.main.isEnabled(), "this is not planned yet"
        qtbot.waitUntil(dialog.main.isEnabled)
        assert dialog.command() == "splendid clone keep web-01"
        dialog.main.click()
        gone(qtbot, dialog)
    assert service.ran() == [("run_keep", WEB, ("throw_away", False), ("expires", 0.0))]


def test_a_date_that_is_none_is_not_asked_for(window: Any, qtbot: QtBot) -> None:
    with room(clones=Clones()) as ctx:
        dialog = CloneActDialog(ctx, CopyAct.KEEP, [WEB], window)
        dialog.show_at(400)
        assert dialog.goes is not None
        dialog.goes.dated.setChecked(True)
        dialog.goes.until.setEditText("yesterday")
        assert dialog._why.text() == dialog.goes.why_not()
        assert not dialog._soon.isActive()
        dialog.reject()
        gone(qtbot, dialog)


def test_a_host_that_does_not_answer_is_told(window: Any, qtbot: QtBot) -> None:
    def silent(_key: VmKey) -> Plan:
        raise Unreachable(Problem(Reason.SILENT))

    with room(clones=Clones(silent)) as ctx:
        dialog = CloneActDialog(ctx, CopyAct.FLATTEN, [WEB], window)
        dialog.show_at(400)
        qtbot.waitUntil(lambda: dialog._why.text() == "Without a plan nothing is done.")
        assert "did not answer in time" in dialog._asking.text()
        dialog.reject()
        gone(qtbot, dialog)


def test_what_concerns_some_names_them() -> None:
    both = [Plan("vm.flatten", "n1", "a", (Say("tpm-new", {}),)), Plan("vm.flatten", "n1", "b")]
    assert [(line.about, line.on) for line in lines(both, str)] == [("TPM", "(a)")]


def test_every_act_has_a_job() -> None:
    assert set(KINDS) == set(CopyAct) - {CopyAct.SNAPSHOT, CopyAct.CLONE, CopyAct.REVERT, CopyAct.DELETE_SNAPSHOT}
