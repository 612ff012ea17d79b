from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from console.fleet.acts import Act
from console.fleet.errors import Denied, Reason
from console.jobs.job import JobSpec, JobState
from console.ui.retry import act_of, can_retry, failed_vms, try_again
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


def test_of_a_group_only_the_failed_members(qapp: QApplication) -> Any:
    with room() as ctx:

        def body(name: Any) -> Any:
            def run(handle: Any) -> None:
                if name == "web-02":
                    raise Denied(Reason.PERMISSION, name)

            return run

        members = [JobSpec("vm.pause", n, body(n), vms=(key(n),)) for n in ("web-01", "web-02")]
        view = ctx.jobs.group("vm.pause", "2", members).wait(5)
        assert view.state is JobState.FAILED
        assert failed_vms(ctx.jobs, view) == (key("web-02"),)
        assert try_again(ctx.acting, ctx.jobs, view) == ""
        [(_name, act, keys)] = ctx.services.power.calls
        assert (act, tuple(keys)) == (Act.PAUSE, (key("web-02"),))


def test_what_wants_a_dialog_asks_for_it(qapp: QApplication, qtbot: QtBot) -> None:
    with room() as ctx:
        with qtbot.waitSignal(ctx.acting.asked) as told:
            try_again(ctx.acting, ctx.jobs, job(1, JobState.FAILED, kind="vm.delete", vms=(key("db-01"),)))
        assert told.args == [Act.DELETE, (key("db-01"),)]
