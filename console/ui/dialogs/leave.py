"""Leaving while jobs run: which would stop, which go on at their host, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import msgspec
from PySide6.QtWidgets import QWidget

from console.jobs.job import JobState, JobView
from console.ui.dialogs.base import Dialog
from console.ui.widgets.labels import label, rule
from console.words import _, ngettext
from console.words import jobs as job_words

AT_HOST = frozenset(
    {
        "vm.start",
        "vm.restore",
        "vm.resume",
        "vm.pause",
        "vm.shutdown",
        "vm.reboot",
        "vm.force-off",
        "vm.reset",
        "vm.save",
    }
)
"""Kinds that are one request: once the host has it, it carries it out with or without us."""


class Leaving(msgspec.Struct, frozen=True):
    """What leaving now means. goes_on: asked already, their hosts finish them. stops: would be cut off or never begun."""

    goes_on: tuple[JobView, ...]
    stops: tuple[JobView, ...]


def leaving(views: Sequence[JobView]) -> Leaving:
    """Sorts the jobs that are under way; of a group its open members count, each for itself."""
    open_jobs = [view for view in views if not view.state.ended and not view.children]
    goes_on = tuple(v for v in open_jobs if v.kind in AT_HOST and v.state is JobState.RUNNING and v.step)
    return Leaving(goes_on, tuple(view for view in open_jobs if view not in goes_on))


MOST = 8  # names of each sort that are listed


class LeaveDialog(Dialog):
    """Asks once. `wait` is called for "leave when they are done", `cancel` to end all, `leave` to go now."""

    def __init__(
        self,
        views: Sequence[JobView],
        wait: Callable[[], None],
        cancel: Callable[[], None],
        leave: Callable[[], None],
        parent: QWidget | None = None,
    ) -> None:
        found = leaving(views)
        count = len(found.goes_on) + len(found.stops)
        super().__init__(
            ngettext("{count} task runs", "{count} tasks run", count).format(count=count), parent, width=600
        )
        self.body.addWidget(label(_("What shall become of them?"), "section"))
        self._list(_("These go on at their hosts, with or without the console:"), found.goes_on)
        self._list(_("These stop where they are when the console closes:"), found.stops)
        if found.stops:
            hint = _("What they changed so far stays changed; unfinished ones are shown at the next start.")
            self.body.addWidget(label(hint, "secondary"))
        self.body.addStretch(1)
        self.add_left(_("Cancel all and leave"), lambda: self._then(cancel))
        self.add_close(_("Stay"))
        self.add_right(_("Leave now"), lambda: self._then(leave), "danger" if found.stops else "plain")
        self.add_main(_("Leave when done"), lambda: self._then(wait))

    def _list(self, heading: str, views: Sequence[JobView]) -> None:
        if not views:
            return
        self.body.addWidget(rule())
        self.body.addWidget(label(heading, "strong"))
        for view in views[:MOST]:
            step = job_words.step(view)
            text = _("{task}: {target}").format(task=job_words.title(view), target=view.target)
            self.body.addWidget(label(f"{text} – {step}" if step else text))
        rest = len(views) - MOST
        if rest > 0:
            self.body.addWidget(label(ngettext("{count} more", "{count} more", rest).format(count=rest), "hint"))

    def _then(self, act: Callable[[], None]) -> None:
        self.accept()
        act()
