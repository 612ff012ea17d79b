"""`splendid job …`: what was done, by any console of this profile, and what was left unfinished."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import click

from console.cli import asking, output, records
from console.cli.base import Exit, Group, option, with_session
from console.cli.following import follow, waiting
from console.cli.output import Cell, Head
from console.cli.session import Session, Tried, exit_code, explained, trying
from console.fleet.errors import Conflict, FleetError, Reason
from console.fleet.storing import TRANSFERS
from console.jobs.job import JobState, JobView
from console.words import N_, _, deletion, jobs, ngettext, units

if TYPE_CHECKING:
    from console.jobs.journal import Unfinished
    from console.services.unfinished import Leftover

group = Group("job", help=N_("Tasks: what was done and what came of it."))

_COLORS = {JobState.FAILED: "red", JobState.SUCCEEDED: "green"}


ALL = 1_000_000


def one(session: Session, number: int) -> JobView:
    """Errors: click's BadParameter where there is no such task."""
    store = session.services.history
    view = store.job(number) if store is not None else None
    if view is None:
        raise click.BadParameter(
            _("There is no task {number}; see splendid job list.").format(number=number), param_hint="ID"
        )
    return view


@group.command("list", help=N_("List tasks, the newest first."))
@option("--limit", "-n", default=50, type=click.IntRange(1), help=N_("How many at most."))
@option("--failed", is_flag=True, help=N_("Only tasks that failed."))
@option("--running", is_flag=True, help=N_("Only tasks that have not ended."))
@option("--members", is_flag=True, help=N_("With every VM of a task on several."))
@with_session
def list_jobs(session: Session, limit: int, failed: bool, running: bool, members: bool) -> int:
    store = session.services.history
    views = [
        view
        for view in (store.history(ALL if failed or running else limit, members) if store is not None else ())
        if (not failed or view.state is JobState.FAILED) and (not running or not (view.state.ended or view.interrupted))
    ][:limit]
    if session.json:
        output.document({"jobs": [records.job(view) for view in views]})
    elif views:
        heads = [Head(_("ID"), right=True), Head(_("Task")), Head(_("Target")), Head(_("Started")), Head(_("Outcome"))]
        output.table(heads, [_row(view) for view in views])
    return Exit.DONE


@group.command("unfinished", help=N_("List tasks that were left half-way, with what they had begun."))
@with_session
def unfinished(session: Session) -> int:
    store = session.services.history
    found = store.unfinished() if store is not None else []
    if session.json:
        output.document({"unfinished": [_left(item) for item in found]})
    elif found:
        heads = [Head(_("ID"), right=True), Head(_("Task")), Head(_("Target")), Head(_("Started")), Head(_("Was at"))]
        output.table(heads, [_left_row(item) for item in found])
        output.note(_("splendid job finish ID brings a task to its end, splendid job dismiss ID forgets it."))
    return Exit.DONE


def _unfinished(session: Session, number: int) -> Unfinished:
    """Errors: click's BadParameter where no task of that number was left half-way."""
    found = {item.job: item for item in session.services.unfinished.found()}
    if number not in found:
        raise click.BadParameter(
            _("Task {number} was not left half-way; see splendid job unfinished.").format(number=number),
            param_hint="ID",
        )
    return found[number]


@group.command("finish", help=N_("Bring a task that was left half-way to its end. Prints what that means, and asks."))
@click.argument("number", metavar="ID", type=int)
@option("--back", is_flag=True, help=N_("Take it back instead, where nothing is lost yet (snapshots)."))
@option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
@option("--yes", "-y", is_flag=True, help=N_("Don't ask."))
@with_session
def finish(session: Session, number: int, back: bool, only_plan: bool, yes: bool) -> int:
    item = _unfinished(session, number)
    for host in dict.fromkeys([item.entry.on, *(key.host for key in item.entry.vms)]):
        if host:
            session.must_reach(session.host(host))
    with waiting(_("Asking what is left")):
        left = session.services.unfinished.look(item)
    if left.problem is not None:
        error = FleetError(left.problem, item.entry.target)
        raise Tried(error, "job.finish", exit_code(error))
    if back and not left.back:
        error = Conflict(Reason.WRONG_STATE, item.entry.target, detail="snapshot-no-way-back")
        raise Tried(error, "job.finish", exit_code(error))
    if only_plan:
        _show_plan(session, left)
        return Exit.DONE
    if not left.nothing_left:
        if not yes:
            _ask(session, left)
        with trying(item.entry.kind):
            service = session.services.unfinished
            return follow(session, service.take_back(left) if back else service.take_up(left))
    _dismiss(session, item)
    if not session.json:
        output.line(deletion.left_of(item.entry.target, there=False, files=()))
    return Exit.DONE


def _show_plan(session: Session, left: Leftover) -> None:
    if session.json:
        files = [records.file(entry, not entry.hold.final) for entry in left.files]
        plan = {"id": left.unfinished.job, "target": left.unfinished.entry.target, "vm_there": left.there}
        if left.steps:
            plan |= {"steps": _steps_left(left), "can_be_taken_back": left.back}
        output.document({"plan": plan | {"files": files}})
    else:
        for text in _plan(left):
            output.line(text)


def _steps_left(left: Leftover) -> list[str]:
    from console.words import leftovers  # noqa: PLC0415 - only for snapshots, with all that belongs to them

    return leftovers.left_of(left.steps, left.back)


def _plan(left: Leftover) -> list[str]:
    """What would happen, by name."""
    entry = left.unfinished.entry
    if entry.kind in TRANSFERS:
        said = [deletion.left_of_transfer(entry.target)]
    elif left.steps:
        said = _steps_left(left)
    else:
        said = [deletion.left_of(entry.target, there=left.there, files=left.files)]
    for item in left.files:
        fate = _("stays") if item.hold.final else _("goes")
        held = deletion.why_held(item)
        said.append(f"  {fate}: {deletion.file_line(item)}{f'. {held}' if held else ''}")
    return said


def _ask(session: Session, left: Leftover) -> None:
    """Shows the plan and asks. Errors: UsageError without a terminal, Abort without a yes."""
    if not session.interactive:
        raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
    for text in _plan(left):
        output.note(text)
    if not asking.confirmed(_("Go on?")):
        raise click.Abort


@group.command("dismiss", help=N_("Forget that a task was left half-way; what it left stays where it is."))
@click.argument("number", metavar="ID", type=int)
@with_session
def dismiss(session: Session, number: int) -> int:
    _dismiss(session, _unfinished(session, number))
    if not session.json:
        output.line(_("Task {number} is no longer kept as unfinished.").format(number=number))
    return Exit.DONE


def _dismiss(session: Session, item: Unfinished) -> None:
    with trying("job.dismiss"):
        session.services.unfinished.dismiss(item)
    if session.json:
        output.document({"dismissed": _left(item)})


def _left(item: Unfinished) -> records.Record:
    return {
        "id": item.job,
        "kind": item.entry.kind,
        "target": item.entry.target,
        "begun": output.iso(item.begun),
        "vms": [{"host_id": key.host, "uuid": key.uuid} for key in item.entry.vms],
        "values": dict(item.entry.values),
        "steps": [
            {"step": step.code, "values": dict(step.values), "done": step.done, "undo": step.undo}
            for step in item.entry.steps
        ],
        "by": item.entry.by,
    }


def _left_row(item: Unfinished) -> list[Cell | str]:
    entry = item.entry
    last = jobs.step_words(entry.steps[-1].code, entry.steps[-1].values) if entry.steps else units.NONE
    name, count = jobs.title(JobView(item.job, entry.kind, entry.target)), len(entry.vms)
    target = ngettext("{count} VM", "{count} VMs", count).format(count=count) if count > 1 else entry.target
    return [str(item.job), name, target, units.moment(item.begun, time.time()), last]


def _row(view: JobView) -> list[Cell | str]:
    color = _COLORS.get(view.state, "")
    started = units.moment(view.started or view.created, time.time())
    return [
        str(view.id),
        jobs.title(view),
        jobs.target(view),
        started,
        Cell(jobs.ended(view) or jobs.step(view), color),
    ]


@group.command("show", help=N_("Show a task and its log."))
@click.argument("number", metavar="ID", type=int)
@with_session
def show(session: Session, number: int) -> int:
    view = one(session, number)
    store = session.services.history
    log = store.lines(number) if store is not None else ()
    if session.json:
        record = records.job(view)
        record["log"] = [{"time": output.iso(stamp), "text": text} for stamp, text in log]
        output.document({"job": record})
        return Exit.DONE
    now = time.time()
    output.facts(
        [
            (_("Task"), jobs.title(view)),
            (_("Target"), jobs.target(view)),
            (_("State"), _("Interrupted") if view.interrupted else jobs.state(view.state)),
            (_("Outcome"), jobs.ended(view)),
            (_("Started"), units.moment(view.started, now)),
            (_("Ended"), units.moment(view.ended, now) if view.ended else ""),
            (_("By"), view.by),
            (_("Command"), view.command),
            (_("Failure"), explained(view.problem, view.what or view.target, view.kind) if view.problem else ""),
            (_("Log"), "\n".join(f"{units.clock(stamp)} {text}" for stamp, text in log)),
        ]
    )
    return Exit.DONE


@group.command("cancel", help=N_("Cancel a task."))
@click.argument("number", metavar="ID", type=int)
@with_session
def cancel(session: Session, number: int) -> int:
    view = one(session, number)
    if session.json:
        output.document({"job": records.job(view)})
    if view.state.ended or view.interrupted:
        output.note(_("Task {number} is not under way: {outcome}.").format(number=number, outcome=jobs.ended(view)))
    else:
        output.note(
            _("Task {number} belongs to another console, of {who}: cancel it there, or with Ctrl-C.").format(
                number=number, who=view.by
            )
        )
    return Exit.FAILED
