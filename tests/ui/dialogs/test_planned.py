from __future__ import annotations

from typing import Any

from pytestqt.qtbot import QtBot

from console.fleet.errors import NotFound, Reason
from console.fleet.storage import VolumeKey
from console.fleet.storing import Plan, Say, Weight
from console.ui.dialogs.planned import MOST, ActPlanDialog, DeleteVolumesDialog
from tests.ui.rooms import Noting, gone, room

GOES = Say("goes", {"name": "a", "path": "/v/a", "bytes": 1 << 30})
HELD = Say("disk", {"name": "a", "user": "web", "host": "n1"}, Weight.STOP)


def dialog(ctx: Any, window: Any, plan: Any, ran: list[int]) -> Any:
    made = ActPlanDialog(
        ctx, "Delete a", "Delete a", plan, lambda: ran.append(1), lambda: "splendid storage delete a", window
    )
    made.show_at(300)
    return made


def test_nothing_can_be_pressed_before_the_plan_is_there(window: Any, qtbot: QtBot) -> None:
    ran: list[int] = []
    with room() as ctx:
        made = dialog(ctx, window, lambda: Plan("volume.delete", "n1", "a", (GOES,)), ran)
        assert made.main is not None
        assert not made.main.isEnabled()
        qtbot.waitUntil(lambda: made.main.isEnabled())
        assert made.lines.texts == ["a is deleted: /v/a, 1\u00a0GiB on disk. There is no way back."]
        made.main.click()
        gone(qtbot, made)
    assert ran == [1]


def test_a_refused_plan_says_why_and_is_not_run(window: Any, qtbot: QtBot) -> None:
    ran: list[int] = []
    with room() as ctx:
        made = dialog(ctx, window, lambda: Plan("volume.delete", "n1", "a", (GOES, HELD)), ran)
        qtbot.waitUntil(lambda: made.planned is not None)
        assert made.lines.texts == ["a stays: web uses it as a disk."]
        assert not made.main.isEnabled()
        made._go()
        made.reject()
        gone(qtbot, made)
    assert ran == []


def test_a_host_that_cannot_be_asked_is_said(window: Any, qtbot: QtBot) -> None:
    def plan() -> Plan:
        raise NotFound(Reason.GONE, "a")

    with room() as ctx:
        made = dialog(ctx, window, plan, [])
        qtbot.waitUntil(lambda: made.lines.texts == ["It is not there, or no longer."])
        assert not made.main.isEnabled()
        made.reject()
        gone(qtbot, made)


def test_many_sentences_are_counted(window: Any, qtbot: QtBot) -> None:
    with room() as ctx:
        made = dialog(ctx, window, lambda: Plan("volume.delete", "n1", "a", (GOES,) * (MOST + 5)), [])
        qtbot.waitUntil(lambda: len(made.lines.texts) == MOST + 1)
        assert made.lines.texts[-1] == "5 more of the kind"
        made.reject()
        gone(qtbot, made)


def test_a_doubt_wants_a_tick(window: Any, qtbot: QtBot) -> None:
    def plan(keys: Any, *, not_shared: bool) -> Plan:
        doubt = Say(
            "far-doubt", {"name": "a", "user": "web", "host": "n2"}, Weight.WARNING if not_shared else Weight.STOP
        )
        return Plan("volume.delete", "n1", "a", (GOES, doubt))

    keys = [VolumeKey("n1", "p", "a")]
    service = Noting(plan_delete=plan, delete_line="line")
    with room(storage=service) as ctx:
        made: Any = DeleteVolumesDialog(ctx, "Delete a", keys, window)
        made.show_at(300)
        qtbot.waitUntil(lambda: made.planned is not None)
        assert made.apart.isVisible()
        assert not made.main.isEnabled()
        made.apart.setChecked(True)
        qtbot.waitUntil(made.main.isEnabled)
        assert made.command() == "line"
        made.main.click()
        gone(qtbot, made)
    assert service.calls[-1] == ("run_delete", tuple(keys), ("not_shared", True))


def test_without_a_doubt_there_is_no_tick(window: Any, qtbot: QtBot) -> None:
    with room(storage=Noting(plan_delete=Plan("volume.delete", "n1", "a", (GOES,)))) as ctx:
        made: Any = DeleteVolumesDialog(ctx, "Delete a", [VolumeKey("n1", "p", "a")], window)
        made.show_at(300)
        qtbot.waitUntil(made.main.isEnabled)
        assert not made.apart.isVisible()
        made.reject()
        gone(qtbot, made)
