from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet import bulk
from console.fleet.acts import Act
from console.fleet.bulk import Deed, Subject
from console.fleet.clones.acts import CopyAct
from console.fleet.credentials import Question, Wanted
from console.fleet.deletion import DeletePlan
from console.fleet.errors import Denied, Reason
from console.fleet.hosts import HostStatus, Phase
from console.jobs.job import JobSpec
from console.jobs.journal import Entry, Unfinished
from console.services.credentials import Pending
from console.services.hosts import Imports
from console.services.unfinished import Leftover
from console.settings.fleetread import Fault, FileProblem
from console.settings.paths import Profile
from console.ui.dialogs.about import AboutDialog, KeysDialog
from console.ui.dialogs.base import Dialog
from console.ui.dialogs.bulk import BulkDialog
from console.ui.dialogs.bulk_result import BulkResultDialog
from console.ui.dialogs.clone import CloneDialog
from console.ui.dialogs.clone_acts import CloneActDialog
from console.ui.dialogs.compare import CompareDialog
from console.ui.dialogs.confirm import ConfirmDialog
from console.ui.dialogs.credentials import CredentialDialog
from console.ui.dialogs.delete import DeleteDialog
from console.ui.dialogs.describe import DescribeDialog, RenameDialog, TagDialog
from console.ui.dialogs.desk import Dialogs
from console.ui.dialogs.host import HostDialog, ImportDialog, RemoveHostDialog
from console.ui.dialogs.job_log import JobLogDialog
from console.ui.dialogs.leave import LeaveDialog
from console.ui.dialogs.many_snapshots import DeleteManyDialog, RevertManyDialog, TakeManyDialog
from console.ui.dialogs.preferences import PreferencesDialog
from console.ui.dialogs.scale import ScaleDialog
from console.ui.dialogs.take_snapshot import TakeSnapshotDialog
from console.ui.dialogs.trouble import FileProblemsDialog, UnfinishedDialog
from console.ui.host_actions import HostAct
from tests.ui.rooms import SPECS, Noting, key, room
from tests.ui.test_tasks_pane import job

FAULT = FileProblem(3, 1, Fault.NO_URI, {}, "kvm-n3")
LEFT = Unfinished(7, 1.0, Entry("vm.delete", "qa", (key("qa"),), {}))


def nothing(*_of: Any, **_more: Any) -> Any:
    raise Denied(Reason.PERMISSION, "web")


@pytest.fixture
def at(window: QWidget) -> Any:
    hosts = Noting(
        in_file=True,
        file_problems=(FAULT,),
        check=lambda spec, asking=True: iter(()),
        found_imports=Imports((), (), None, frozenset()),
    )
    delete = Noting(plan=DeletePlan((), 1.0))
    bulk_ = Noting(members=[], sizes={}, scale_line="splendid vm scale")
    with room(
        hosts=hosts,
        delete=delete,
        bulk=bulk_,
        snapshots=Noting(facts=nothing, plan_many=nothing),
        clones=Noting(plan_flatten=nothing, plan_template=nothing, plan_keep=nothing),
        unfinished=Noting(found=[LEFT], look=lambda one: Leftover(one)),
    ) as ctx:
        yield ctx, Dialogs(ctx, window, Profile.at("/p")), window


def open_dialogs(window: QWidget) -> Any:
    return [child for child in window.findChildren(Dialog) if child.isVisible()]


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        (Act.RENAME, RenameDialog),
        (Act.DESCRIBE, DescribeDialog),
        (Act.TAG, TagDialog),
        (Act.SCALE, ScaleDialog),
        (Act.DELETE, DeleteDialog),
        (Act.FORCE_OFF, ConfirmDialog),
        (Act.RESET, ConfirmDialog),
        (Act.DISCARD_SAVE, ConfirmDialog),
    ],
)
def test_an_act_that_asks_gets_its_dialog(at: Any, act: Any, kind: Any) -> None:
    ctx, _desk, window = at
    ctx.acting.asked.emit(act, (key("web-01"),))
    [dialog] = open_dialogs(window)
    assert type(dialog) is kind
    assert dialog.windowTitle()


@pytest.mark.parametrize(
    ("act", "names", "kind"),
    [
        (CopyAct.SNAPSHOT, ["web-01"], TakeSnapshotDialog),
        (CopyAct.SNAPSHOT, ["web-01", "db-01"], TakeManyDialog),
        (CopyAct.REVERT, ["web-01"], RevertManyDialog),
        (CopyAct.DELETE_SNAPSHOT, ["web-01", "db-01"], DeleteManyDialog),
        (CopyAct.CLONE, ["web-01", "db-01"], CloneDialog),
        (CopyAct.FLATTEN, ["web-01"], CloneActDialog),
        (CopyAct.TEMPLATE, ["db-01"], CloneActDialog),
        (CopyAct.UNTEMPLATE, ["db-01"], CloneActDialog),
        (CopyAct.KEEP, ["web-01"], CloneActDialog),
    ],
)
def test_copies_get_theirs(at: Any, act: Any, names: list[str], kind: Any) -> None:
    ctx, _desk, window = at
    ctx.acting.copying.emit(act, tuple(map(key, names)))
    [dialog] = open_dialogs(window)
    assert type(dialog) is kind
    assert dialog.windowTitle()


def test_a_clone_of_a_snapshot_begins_there(at: Any) -> None:
    _ctx, desk, _window = at
    assert desk.copy(CopyAct.CLONE, (key("web-01"),), "clean").draft.snapshot == "clean"


def test_many_get_a_plan_and_then_a_result_each(at: Any, qtbot: QtBot) -> None:
    """The plan is pressed; the group it began is followed; those that failed get a plan of their own."""
    ctx, desk, window = at
    keys = (key("web-01"), key("web-02"))
    subjects = [Subject(ctx.inventory.domain(one), SPECS[0], HostStatus(Phase.LIVE)) for one in keys]

    def fails(job: Any) -> None:
        raise Denied(Reason.PERMISSION, "web")

    def run(plan: Any) -> Any:
        members = [JobSpec("vm.pause", item.name, fails, vms=(item.key,), hosts=("n1",)) for item in plan.going]
        return ctx.jobs.group("vm.pause", "2", members)

    def planned(deed: Deed, *_rest: Any) -> Any:
        return bulk.plan(deed, subjects, None, "", 1.0)

    ctx.services.bulk.answers |= {"plan": planned, "again": lambda _group: planned(Deed((Act.PAUSE,))), "run": run}
    ctx.acting.planned.emit(Deed((Act.PAUSE,)), keys)
    [plan] = open_dialogs(window)
    assert type(plan) is BulkDialog
    qtbot.waitUntil(lambda: plan.main.isEnabled())
    plan.main.click()
    qtbot.waitUntil(lambda: [type(dialog) for dialog in open_dialogs(window)] == [BulkResultDialog])
    [result] = open_dialogs(window)
    qtbot.waitUntil(lambda: result._again.isVisible())
    result._again.click()
    qtbot.waitUntil(lambda: [type(dialog) for dialog in open_dialogs(window)] == [BulkDialog])
    desk.shut_down_guests(("n1",))
    calls = ctx.services.bulk.calls
    qtbot.waitUntil(lambda: any(call[:2] == ("plan", Deed((Act.SHUTDOWN,))) for call in calls))
    asked = next(call for call in calls if call[:2] == ("plan", Deed((Act.SHUTDOWN,))))
    assert set(asked[2]) == set(keys)  # of n1 those that are up


def test_hosts_get_theirs(at: Any) -> None:
    ctx, _desk, window = at
    ctx.host_acting.do(HostAct.EDIT, ["n1"])
    ctx.host_acting.do(HostAct.REMOVE, ["n1"])
    assert [type(dialog) for dialog in open_dialogs(window)] == [HostDialog, RemoveHostDialog]


def test_a_question_is_put_unless_it_was_given_up(at: Any) -> None:
    ctx, desk, window = at
    pending = Pending(Question("n1", "kvm-n1", Wanted.PASSWORD))
    ctx.bridge.question_asked.emit(pending)
    assert [type(dialog) for dialog in open_dialogs(window)] == [CredentialDialog]
    open_dialogs(window)[0].reject()
    assert desk.question(pending) is None


def test_menus_open_theirs(at: Any) -> None:
    _ctx, desk, window = at
    opened = (
        (desk.add_host, HostDialog),
        (desk.import_hosts, ImportDialog),
        (desk.preferences, PreferencesDialog),
        (desk.about, AboutDialog),
        (desk.keys, KeysDialog),
        (desk.file_problems, FileProblemsDialog),
        (lambda: desk.log(job(1)), JobLogDialog),
        (lambda: desk.leave(lambda: None, lambda: None, lambda: None), LeaveDialog),
    )
    for call, kind in opened:
        assert type(call()) is kind
    assert len(open_dialogs(window)) == len(opened)


def test_a_sound_file_has_no_dialog(at: Any) -> None:
    ctx, desk, _window = at
    ctx.services.hosts.answers["file_problems"] = ()
    assert desk.file_problems() is None


def test_what_a_killed_console_left_is_told_when_it_is_found(at: Any, qtbot: QtBot) -> None:
    ctx, desk, window = at
    desk.look_for_unfinished()
    qtbot.waitUntil(lambda: [type(dialog) for dialog in open_dialogs(window)] == [UnfinishedDialog])
    open_dialogs(window)[0].close()
    ctx.services.unfinished.answers["found"] = []
    desk.look_for_unfinished()
    qtbot.wait(100)
    assert open_dialogs(window) == []


def test_vms_are_compared_beside_the_window(at: Any, qtbot: QtBot) -> None:
    ctx, _desk, window = at
    ctx.acting.comparing.emit((key("web-01"), key("web-02")))
    [dialog] = open_dialogs(window)
    assert isinstance(dialog, CompareDialog)
    assert not dialog.isModal()
    assert [vm.name for vm in dialog.vms] == ["web-01", "web-02"]
    dialog.close()
