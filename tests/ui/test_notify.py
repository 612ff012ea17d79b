import time
from typing import Any, cast

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from console.fleet.errors import Failed, Reason
from console.fleet.hosts import HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.jobs.job import JobState
from console.settings.preferences import Preferences
from console.ui.context import Context
from console.ui.desktop_notes import DesktopNote
from console.ui.notify import Notifier, names_of
from console.ui.places import Place
from tests.ui.rooms import Noting, room
from tests.ui.test_tasks_pane import job


class Setting:
    """A notifier whose toasts and desktop are noted; `active` says whether the window is looked at."""

    def __init__(self, qtbot: QtBot, ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
        self.window = QWidget()
        qtbot.addWidget(self.window)
        self.active = True
        self.opened: list[Any] = []
        self.toasts, self.desktop = Noting(), Noting()
        self.notifier = Notifier(ctx, self.window, cast(Any, self.toasts), self.opened.append, cast(Any, self.desktop))
        monkeypatch.setattr(self.notifier, "_looked_at", lambda: self.active)
        self.ctx = ctx

    @property
    def said(self) -> Any:
        return [(call[1], call[2]) for call in self.toasts.calls]

    @property
    def sent(self) -> Any:
        return [call[1] for call in self.desktop.calls if call[0] == "send"]

    def end(self, *views: Any) -> None:
        self.ctx.bridge.jobs_changed.emit(views)

    def phase(self, host: Any, phase: Any, qtbot: QtBot) -> None:
        with qtbot.waitSignal(self.ctx.bridge.changed):
            self.ctx.inventory.apply(StatusChanged(host, HostStatus(phase, time.time())))


@pytest.fixture
def at(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Any:
    with room(preferences=Preferences(notify_after=10.0)) as ctx:
        setting = Setting(qtbot, ctx, monkeypatch)
        yield setting
        setting.notifier.close()


def long(number: Any, state: Any = JobState.SUCCEEDED, seconds: Any = 20, **fields: Any) -> Any:
    now = time.time()
    return job(number, state, target="web-01", started=now - seconds, ended=now, **fields)


def test_a_short_success_is_not_worth_a_word(at: Any) -> None:
    at.end(long(1, seconds=3), long(2, JobState.CANCELLED))
    assert at.said == at.sent == []


def test_a_long_one_is_told_by_a_toast_while_the_window_is_looked_at(at: Any) -> None:
    at.end(long(1))
    assert at.said == [("good", "Run web-01: Done in 20\u00a0s")]
    at.toasts.calls[0][4]()
    assert [view.id for view in at.opened] == [1]
    at.end(long(1))
    assert len(at.said) == 1


def test_elsewhere_the_desktop_tells(at: Any) -> None:
    at.active = False
    at.end(long(1), long(2, JobState.FAILED, seconds=1))
    assert at.said == []
    assert [(note.summary, note.urgent, note.tag) for note in at.sent] == [
        ("Run web-01", True, 2),
        ("Run web-01", False, 1),
    ]


def test_without_notifications_only_failures_are_kept_for_later(at: Any) -> None:
    at.ctx.preferences.set(notifications=False)
    at.active = False
    at.end(long(1), long(2, JobState.FAILED))
    assert at.sent == []
    assert [tone for tone, _text in at.said] == ["error"]


def test_failures_of_one_breath_are_one_toast(at: Any) -> None:
    at.end(*(long(n, JobState.FAILED) for n in range(1, 5)))
    assert at.said == [("error", "4 tasks failed")]
    at.toasts.calls[0][4]()
    assert at.ctx.nav.place.kind == "tasks"


def test_members_of_a_group_are_the_groups_affair(at: Any) -> None:
    at.end(long(2, JobState.FAILED, parent=1))
    assert at.said == []


def test_a_note_the_desktop_does_not_take_becomes_a_toast(at: Any) -> None:
    at.notifier._on_lost_note(DesktopNote("Run web-01", "No space", 99, urgent=True))
    assert at.said == [("error", "Run web-01: No space")]


@pytest.mark.qt_log_ignore(r"This plugin does not support raise\(\)", extend=True)
def test_a_click_on_a_note_brings_the_window_up_with_the_log(at: Any, qtbot: QtBot) -> None:
    def body(handle: Any) -> None:
        raise Failed(Reason.NO_SPACE, "web-01")

    handle = at.ctx.jobs.submit("vm.start", "web-01", body)
    handle.wait(5)
    at.notifier._clicked.emit(handle.id)
    assert at.window.isVisible()
    assert [view.id for view in at.opened] == [handle.id]


def test_hosts_that_go_together_are_told_together(at: Any, qtbot: QtBot) -> None:
    at.phase("n1", Phase.STALE, qtbot)
    assert not at.notifier._timer.isActive()
    at.phase("n1", Phase.UNREACHABLE, qtbot)
    at.phase("n2", Phase.UNREACHABLE, qtbot)
    at.notifier._tell_hosts()
    assert at.said == [("error", "kvm-n1, kvm-n2 do not answer any more")]
    at.phase("n1", Phase.CONNECTING, qtbot)
    at.phase("n1", Phase.UNREACHABLE, qtbot)
    at.notifier._tell_hosts()
    assert len(at.said) == 1
    at.phase("n1", Phase.LIVE, qtbot)
    at.notifier._tell_hosts()
    assert at.said[1] == ("good", "kvm-n1 is back")
    at.toasts.calls[1][4]()
    assert at.ctx.nav.place == Place.host("n1", at.ctx.nav.place.tab)


def test_a_complaint_goes_when_all_it_names_are_back(at: Any, qtbot: QtBot) -> None:
    at.toasts.answers["show"] = lambda tone, *_rest: f"toast {tone}"
    for host in ("n1", "n2"):
        at.phase(host, Phase.LIVE, qtbot)
        at.phase(host, Phase.UNREACHABLE, qtbot)
    at.notifier._tell_hosts()
    dropped = lambda: [call[1] for call in at.toasts.calls if call[0] == "drop"]  # noqa: E731
    at.phase("n1", Phase.LIVE, qtbot)
    at.notifier._tell_hosts()
    assert dropped() == []
    at.phase("n2", Phase.LIVE, qtbot)
    at.notifier._tell_hosts()
    assert dropped() == ["toast error"]


def test_a_host_that_is_back_before_it_was_told_is_no_news(at: Any, qtbot: QtBot) -> None:
    at.phase("n1", Phase.UNREACHABLE, qtbot)
    at.phase("n1", Phase.LIVE, qtbot)
    at.notifier._tell_hosts()
    assert at.said == []


def test_a_host_disconnected_by_hand_is_no_news(at: Any, qtbot: QtBot) -> None:
    at.phase("n1", Phase.OFF, qtbot)
    assert not at.notifier._timer.isActive()


def test_many_names_are_counted() -> None:
    assert names_of(["a"]) == "a"
    assert names_of(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"
