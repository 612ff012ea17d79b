from typing import Any

import pytest
from msgspec.structs import replace
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.acts import Act
from console.jobs.job import JobState
from console.ui.retry import act_of, can_retry, try_again
from tests.ui.rooms import key, room
from tests.ui.test_tasks_pane import job


@pytest.mark.parametrize("act", list(Act))
def test_every_act_can_be_tried_again(act: Any) -> None:
    view = job(1, JobState.FAILED, kind=f"vm.{act}", vms=(key("a"),))
    assert act_of(view) is act
    assert can_retry(view)


def test_only_what_failed_or_was_cut_off_can() -> None:
    vms = (key("a"),)
    assert not can_retry(job(1, JobState.SUCCEEDED, vms=vms))
    assert not can_retry(job(1, JobState.FAILED))
    assert not can_retry(job(1, JobState.FAILED, kind="host.check", vms=vms))
    assert can_retry(replace(job(1, vms=vms), interrupted=True))


def test_one_vm_is_acted_on_at_once(qapp: QApplication) -> Any:
    with room() as ctx:
        failed = job(1, JobState.FAILED, kind="vm.pause", vms=(key("web-02"),))
        assert try_again(ctx.acting, failed) == ""
        [(_name, act, keys)] = ctx.services.power.calls
        assert (act, tuple(keys)) == (Act.PAUSE, (key("web-02"),))


def test_of_a_group_the_plan_is_asked_for(qapp: QApplication, qtbot: QtBot) -> Any:
    with room() as ctx:
        group = replace(job(7, JobState.FAILED, kind="vm.pause", vms=(key("web-01"), key("web-02"))), children=(8, 9))
        with qtbot.waitSignal(ctx.acting.repeated) as told:
            assert try_again(ctx.acting, group) == ""
        assert told.args == [7]
        assert not ctx.services.power.calls


def test_what_wants_a_dialog_asks_for_it(qapp: QApplication, qtbot: QtBot) -> None:
    with room() as ctx:
        with qtbot.waitSignal(ctx.acting.asked) as told:
            try_again(ctx.acting, job(1, JobState.FAILED, kind="vm.delete", vms=(key("db-01"),)))
        assert told.args == [Act.DELETE, (key("db-01"),)]
