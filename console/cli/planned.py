"""A dry run on its way: shown with --plan, refused with its reasons, asked for, done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
import msgspec

from console.cli import asking, output, records
from console.cli.base import Exit, option
from console.cli.following import outcome, watched
from console.cli.session import Session, explained, trying, unreachable
from console.jobs.job import JobState, JobView
from console.jobs.runner import JobHandle
from console.words import N_, _, ngettext

MOST = 200  # lines shown where a person is asked; the rest is counted

plan_option = option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
yes_option = option("--yes", "-y", is_flag=True, help=N_("Don't ask."))


class Dry(msgspec.Struct, frozen=True):
    """A plan with what is printed of it.

    lines: for people. record: for --json. kind: what is tried (a key of words.tried.TRIED). question, wanted: what is typed
    before it is done; wanted "" = "yes". asks: it is asked for at all (nobody is asked for what takes nothing away).
    more: what is done after `run`, one after the other, until one fails; None of one = it needs nothing any more. done: what is
    said of a VM by its name once it is done, None = the task's name and outcome.
    """

    lines: Sequence[str]
    record: records.Record
    kind: str
    run: Callable[[], JobHandle]
    refused: bool = False
    asks: bool = True
    question: str = ""
    wanted: str = ""
    more: Sequence[Callable[[], JobHandle | None]] = ()
    done: Callable[[str], str] | None = None


def go(session: Session, dry: Dry, *, only_plan: bool, yes: bool) -> int:
    """Prints a plan, asks unless told not to, and follows the task. A plan that is refused is not tried. The exit code: hosts of a
    query that could not be reached count."""
    if only_plan or dry.refused:
        _print(session, dry, only_plan=only_plan)
        code = Exit.FAILED if dry.refused else Exit.DONE
        return session.say_unreached() or code
    if dry.asks and not yes:
        _ask(session, dry)
    done = _carry_out(session, dry)
    return done if done == Exit.FAILED else session.say_unreached() or done


def _carry_out(session: Session, dry: Dry) -> int:
    """One after the other until one fails; then what became of each VM, whatever steps it took, and of all."""
    code, every = int(Exit.DONE), []
    for run in (dry.run, *dry.more):
        with trying(dry.kind):
            handle = run()
        if handle is None:
            continue
        views = watched(session, handle)
        every += views
        code = _told(session, dry, handle.view, views)
        if code != Exit.DONE:
            break
    if session.json:
        output.document({"jobs": [records.job(view) for view in every]})
    return code


def _told(session: Session, dry: Dry, whole: JobView, views: Sequence[JobView]) -> int:
    """Of one task that has ended, and its members."""
    if whole.state is JobState.SUCCEEDED:
        if not session.json:
            for view in {view.vms or view.id: view for view in views}.values():
                output.line(dry.done(view.target) if dry.done is not None else outcome(view))
        return Exit.DONE
    failed = [view for view in views if view.state is JobState.FAILED]
    for view in failed or ([whole] if whole.state is JobState.FAILED else []):
        if view.problem is not None:
            output.note(explained(view.problem, view.what or view.target, view.kind))
    if whole.state is JobState.CANCELLED and not session.json:
        output.line(outcome(whole))
    if session.services.history.left(whole.id):
        output.note(_("Something is left half-way: see splendid job unfinished."))
    elif whole.children and all(view.kind in (dry.kind, "snapshot.undo") for view in failed):
        output.note(_("All or none: the others are as they were."))
    return Exit.UNREACHABLE if failed and all(unreachable(view.problem) for view in failed) else Exit.FAILED


def _print(session: Session, dry: Dry, *, only_plan: bool) -> None:
    if session.json:
        output.document({"plan": dry.record, "unreached": session.unreached_records()})
    if not session.json or not only_plan:
        for text in dry.lines:
            (output.line if only_plan else output.note)(text)


def _ask(session: Session, dry: Dry) -> None:
    """Shows the plan and has the word typed. Errors: UsageError without a terminal, Abort without the word."""
    if not session.interactive:
        raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
    for text in dry.lines[:MOST]:
        output.note(text)
    if len(dry.lines) > MOST:
        more = len(dry.lines) - MOST
        output.note(ngettext("{count} more line", "{count} more lines", more).format(count=more))
    if not dry.wanted:
        if not asking.confirmed(dry.question or _("Go on?")):
            raise click.Abort
    elif asking.typed(dry.question) != output.clean(dry.wanted):
        raise click.Abort


def nobody(session: Session, why: str) -> int:
    """A query found nothing."""
    if session.json:
        output.document({"plan": None, "unreached": session.unreached_records()})
    else:
        output.note(why)
    return session.say_unreached()
