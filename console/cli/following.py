"""Following a task to its end: progress on a terminal, Ctrl-C to cancel, the outcome of every VM, the exit code."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from console.cli import output, records
from console.cli.base import Exit
from console.cli.session import Session, explained, unreachable
from console.jobs.job import JobState, JobView
from console.words import _, jobs, units

if TYPE_CHECKING:
    from console.jobs.runner import JobHandle

BAR = 20  # characters
ASKED = "waiting-for-guest"  # the step in which a host has taken the request, and only the guest is waited for


def follow(session: Session, handle: JobHandle | None, *, wait: bool = True, more: records.Record | None = None) -> int:
    """Waits for the end of a task, or with wait=False until the hosts have taken the requests; prints, returns the exit code.

    Ctrl-C asks the task to end and waits until it has; a second one leaves at once. handle: None = there was nothing to do.
    more: what stands beside the tasks in JSON.
    """
    views = watched(session, handle, wait=wait) if handle is not None else []
    _tell(session, views, more or {})
    return _code(views)


def watched(session: Session, handle: JobHandle, *, wait: bool = True) -> list[JobView]:
    """The same without a word at the end: how each VM's task stands then."""
    with _Line() as line:
        try:
            session.wait(lambda: _show(session, handle, line, wait), None)
        except KeyboardInterrupt:
            handle.cancel()
            session.wait(lambda: _show(session, handle, line, True), None)
    return _members(session, handle)


def _members(session: Session, handle: JobHandle) -> list[JobView]:
    """The members of a group as they are now, or the one job itself."""
    view = handle.view
    members = [session.services.jobs.view(child) for child in view.children]
    return [member for member in members if member is not None and member.vms] or [view]


def _show(session: Session, handle: JobHandle, line: _Line, wait: bool) -> bool:
    view = handle.view
    if view.state.ended:
        return True
    line.show(progress(view))
    return not wait and all(
        member.state.ended or (member.state is JobState.RUNNING and member.step == ASKED)
        for member in _members(session, handle)
    )


def progress(view: JobView) -> str:
    """One line: "Save web-01  ████······  41 %  286 MiB/s  2 min 41 s left"."""
    parts = [f"{jobs.title(view)} {jobs.target(view)}"]
    if view.fraction is not None:
        done = int(view.fraction * BAR)
        parts += [f"{'█' * done}{'·' * (BAR - done)}", units.percent(view.fraction)]
    parts.append(units.rate(view.rate) if view.rate is not None else jobs.step(view))
    if jobs.left(view):
        parts.append(_("{time} left").format(time=jobs.left(view)))
    return "  ".join(part for part in parts if part)


def _tell(session: Session, views: Sequence[JobView], more: records.Record) -> None:
    if session.json:
        output.document({"jobs": [records.job(view) for view in views], **more})
    for view in views:
        if view.state is JobState.FAILED and view.problem is not None:
            output.note(explained(view.problem, view.what or view.target, view.kind))
        elif not session.json:
            output.line(outcome(view))


def outcome(view: JobView) -> str:
    """One line about a task: "Shut down web-01: Done in 11 s"."""
    return _("{task} {target}: {outcome}").format(
        task=jobs.title(view), target=jobs.target(view), outcome=jobs.step(view)
    )


def _code(views: Sequence[JobView]) -> int:
    bad = [view for view in views if view.state in (JobState.FAILED, JobState.CANCELLED)]
    if not bad:
        return Exit.DONE
    return Exit.UNREACHABLE if all(unreachable(view.problem) for view in bad) else Exit.FAILED


class _Line:
    """A line on stderr that is written over; nothing where stderr is no terminal."""

    def __init__(self) -> None:
        self._live = output.is_terminal(sys.stderr)
        self._shown = ""

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_error: object) -> None:
        self.show("")

    def show(self, text: str) -> None:
        text = output.clean(text)
        if not self._live or text == self._shown:
            return
        click.echo(f"\r\x1b[K{text[: shutil.get_terminal_size().columns - 1]}", nl=False, err=True)
        self._shown = text


@contextmanager
def waiting(text: str) -> Iterator[None]:
    """Says on a terminal what is being waited for."""
    with _Line() as line:
        line.show(text)
        yield
