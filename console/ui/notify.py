"""Tells of what ended or broke: by a toast while the window is looked at, else by the desktop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtWidgets import QWidget

from console.fleet.hosts import Phase
from console.fleet.updates import ChangeSet
from console.jobs.job import JobState, JobView
from console.ui.desktop_notes import DesktopNote, DesktopNotes
from console.ui.places import Place
from console.ui.widgets.notes import Toast, Toasts
from console.words import _, ngettext
from console.words import jobs as job_words

if TYPE_CHECKING:
    from console.ui.context import Context

GATHER = 1500  # ms in which hosts that come and go are told of together
NAMED = 3  # hosts that are named; more are counted
LOST = (Phase.UNREACHABLE, Phase.REFUSED)


def summary(view: JobView) -> str:
    """Which task: "Start web-01"."""
    return f"{job_words.title(view)} {job_words.target(view)}"


def outcome(view: JobView) -> str:
    return job_words.ended(view)


def names_of(names: Sequence[str]) -> str:
    """As many as can be read: "a, b, c and 4 more"."""
    shown = ", ".join(names[:NAMED])
    rest = len(names) - NAMED
    if rest <= 0:
        return shown
    return ngettext("{names} and {count} more", "{names} and {count} more", rest).format(names=shown, count=rest)


class Notifier(QObject):
    """One for the window.

    open_log: shows a job's log. desktop: where notes to the desktop go; None makes one over the session's bus.
    """

    _clicked = Signal(object)
    _lost_note = Signal(object)

    def __init__(
        self,
        ctx: Context,
        window: QWidget,
        toasts: Toasts,
        open_log: Callable[[JobView], object],
        desktop: DesktopNotes | None = None,
    ) -> None:
        super().__init__(window)
        self._ctx = ctx
        self._window = window
        self._toasts = toasts
        self._open_log = open_log
        self._desktop = desktop or DesktopNotes(self._clicked.emit, self._lost_note.emit, _("Show"))
        self._clicked.connect(self._on_click)
        self._lost_note.connect(self._on_lost_note)
        self._told: set[int] = set()
        self._places: dict[int, Place] = {}  # by the tags of notes that are about no job: below 0
        self._phases = {spec.id: ctx.inventory.status(spec.id).phase for spec in ctx.inventory.specs()}
        self._gone: set[str] = set()  # hosts told, or about to be told, as lost
        self._lost: list[str] = []
        self._back: list[str] = []
        self._complaints: list[tuple[set[str], Toast]] = []  # hosts that do not answer, and the toast that says so
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GATHER)
        self._timer.timeout.connect(self._tell_hosts)
        ctx.bridge.jobs_changed.connect(self._on_jobs)
        ctx.bridge.changed.connect(self._on_change)

    def tell(self, tone: str, summary: str, body: str, place: Place, *, urgent: bool = False) -> None:
        """Tells of something that a click leads to."""
        if self._looked_at() or not self._ctx.preferences.value.notifications:
            self._toasts.show(tone, f"{summary}: {body}", _("Show"), lambda: self._ctx.nav.open(place))
            return
        self._places[-1 - len(self._places)] = place
        self._desktop.send(DesktopNote(summary, body, -len(self._places), urgent))

    def close(self) -> None:
        self._timer.stop()
        self._desktop.close()

    # jobs

    @Slot(object)
    def _on_jobs(self, views: tuple[JobView, ...]) -> None:
        ended = [view for view in views if view.state.ended and not view.parent and view.id not in self._told]
        self._told.update(view.id for view in ended)
        failed = [view for view in ended if view.state is JobState.FAILED]
        long = [view for view in ended if view.state is JobState.SUCCEEDED and self._is_long(view)]
        if self._looked_at():
            self._toast_failed(failed)
            for view in long:
                self._toasts.show("good", f"{summary(view)}: {outcome(view)}", _("Show"), self._shows(view))
        elif self._ctx.preferences.value.notifications:
            for view in (*failed, *long):
                urgent = view.state is JobState.FAILED
                self._desktop.send(DesktopNote(summary(view), outcome(view), view.id, urgent))
        else:
            self._toast_failed(failed)

    def _is_long(self, view: JobView) -> bool:
        return bool(view.started) and view.ended - view.started >= self._ctx.preferences.value.notify_after

    def _looked_at(self) -> bool:
        return self._window.isActiveWindow() or any(
            child.isActiveWindow() for child in self._window.findChildren(QWidget) if child.isWindow()
        )

    def _toast_failed(self, failed: Sequence[JobView]) -> None:
        if len(failed) == 1:
            view = failed[0]
            self._toasts.show("error", f"{summary(view)}: {outcome(view)}", _("Show"), self._shows(view))
        elif failed:
            text = ngettext("{count} task failed", "{count} tasks failed", len(failed)).format(count=len(failed))
            self._toasts.show("error", text, _("Show"), lambda: self._ctx.nav.open(Place("tasks")))

    def _shows(self, view: JobView) -> Callable[[], object]:
        return lambda: self._open_log(self._ctx.jobs.view(view.id) or view)

    @Slot(object)
    def _on_click(self, job: int) -> None:
        """A note of the desktop was clicked: up with the window, and what the note was about."""
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        if job in self._places:
            self._ctx.nav.open(self._places[job])
            return
        view = self._ctx.jobs.view(job)
        if view is not None:
            self._open_log(view)

    @Slot(object)
    def _on_lost_note(self, note: DesktopNote) -> None:
        """The desktop takes no notes: the window says it, for when it is looked at again."""
        tone = "error" if note.urgent else "good"
        place = self._places.get(note.tag)
        if place is not None:
            text = f"{note.summary}: {note.body}"
            self._toasts.show("warning" if note.urgent else tone, text, _("Show"), lambda: self._ctx.nav.open(place))
            return
        view = self._ctx.jobs.view(note.tag)
        self._toasts.show(tone, f"{note.summary}: {note.body}", _("Show"), self._shows(view) if view else None)

    # hosts

    @Slot(object)
    def _on_change(self, change: ChangeSet) -> None:
        for host in change.hosts:
            phase = self._ctx.inventory.status(host).phase
            before, self._phases[host] = self._phases.get(host), phase
            if phase in LOST and before in (Phase.LIVE, Phase.STALE) and host not in self._gone:
                self._gone.add(host)
                self._lost.append(host)
            elif phase is Phase.LIVE and host in self._gone:
                self._gone.discard(host)
                if host in self._lost:
                    self._lost.remove(host)  # back before anybody was told
                else:
                    self._back.append(host)
            elif phase is Phase.OFF:
                self._gone.discard(host)
        if (self._lost or self._back) and not self._timer.isActive():
            self._timer.start()

    def _names(self, hosts: Sequence[str]) -> list[str]:
        return [spec.name for host in hosts if (spec := self._ctx.inventory.spec(host))]

    @Slot()
    def _tell_hosts(self) -> None:
        lost, back = self._names(self._lost), self._names(self._back)
        hosts = (*self._lost, *self._back)
        self._take_back(self._back)
        away = set(self._lost)
        self._lost, self._back = [], []
        place = Place.host(hosts[0]) if len(hosts) == 1 else Place.fleet("hosts")
        if lost:
            text = ngettext("{names} does not answer any more", "{names} do not answer any more", len(lost))
            self._complaints.append((away, self._say_hosts("error", text.format(names=names_of(lost)), place)))
        if back:
            text = ngettext("{names} is back", "{names} are back", len(back))
            self._say_hosts("good", text.format(names=names_of(back)), place)

    def _take_back(self, hosts: Sequence[str]) -> None:
        """Drops what was said of hosts that do not answer once all of them are back: it is no longer so."""
        for away, toast in tuple(self._complaints):
            away.difference_update(hosts)
            if not away:
                self._complaints.remove((away, toast))
                self._toasts.drop(toast)

    def _say_hosts(self, tone: str, text: str, place: Place) -> Toast:
        return self._toasts.show(tone, text, _("Show"), lambda: self._ctx.nav.open(place))
