"""One act on many VMs: --where, --plan and the order; a result each; and the failed ones once more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import click
import msgspec

from console.cli import asking, completing, output, records
from console.cli.base import Exit, option, with_session
from console.cli.following import follow, outcome, waiting, watched
from console.cli.session import Session, explained, trying, unreachable
from console.cli.tasks import group as jobs_group
from console.cli.where import keys_where, where_option
from console.fleet.acts import RULES, Act
from console.fleet.bulk import BulkPlan, Deed, Fate, Item, Order, by_reason, in_order
from console.fleet.domains import VmKey
from console.jobs.job import JobState, JobView
from console.words import N_, _, acts, bulk, ngettext

DESTROYS = frozenset({act for act, rule in RULES.items() if rule.loses} | {Act.DELETE})
NAMED = 12  # VMs of one reason named where nothing was to be done; more are counted alone
MOST = 200  # VMs named where a person is asked; the rest is counted


class Many(msgspec.Struct, frozen=True):
    """What the options for many VMs say."""

    where: str = ""
    only_plan: bool = False
    order: Order = Order()
    yes: bool = False

    @property
    def plain(self) -> bool:
        """None of them was given: it is done at once to the VMs that were named."""
        return self == Many()


def _tags(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(tag.strip() for tag in (value or "").split(",") if tag.strip()))


_ORDER = (
    option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen.")),
    option(
        "--order",
        metavar="TAG,TAG…",
        callback=_tags,
        shell_complete=completing.tags,
        help=N_("VMs with the first tag before those with the next, the rest last; what stops VMs goes the other way."),
    ),
    option(
        "--limit",
        type=click.IntRange(1, 64),
        default=None,
        help=N_("How many at once on a host; as preferred without."),
    ),
    option("--stop", is_flag=True, help=N_("Begin nothing more after the first failure.")),
    option("--yes", "-y", is_flag=True, help=N_("Don't ask.")),
)


def gathered(function: Callable[..., int]) -> Callable[..., int]:
    """Makes one argument `many` of the options."""

    def call(
        *args: Any, only_plan: bool, order: tuple[str, ...], limit: int | None, stop: bool, yes: bool, **more: Any
    ) -> int:
        wanted = Order(order, limit or 0, stop)
        many = Many(more.pop("where", None) or "", only_plan, wanted, yes)
        return function(*args, many=many, **more)

    call.__name__ = function.__name__
    call.__click_params__ = getattr(function, "__click_params__", [])  # type: ignore[attr-defined]
    return call


def ordered(function: Callable[..., int]) -> Callable[..., int]:
    """Adds --plan, --order, --limit, --stop and --yes, as one argument `many`."""
    function = gathered(function)
    for add in reversed(_ORDER):
        function = add(function)
    return function


def many(function: Callable[..., int]) -> Callable[..., int]:
    """The same, and --where; the VMs' names need not be given then."""
    return click.argument("vm", nargs=-1, shell_complete=completing.vms)(where_option(ordered(function)))


def chosen(session: Session, vm: Sequence[str], many: Many) -> list[VmKey]:
    """The VMs that are meant. Errors: UsageError of click for both names and a query, or neither."""
    if bool(vm) == bool(many.where):
        raise click.UsageError(_("Name VMs, or say with --where which."))
    return keys_where(session, many.where) if many.where else session.vms(vm)


def carry_out(session: Session, deed: Deed, keys: Sequence[VmKey], many: Many, *, wait: bool = True) -> int:
    """Plans it, prints the plan or does it, and says what became of each VM. The exit code."""
    if not keys:
        return _nobody(session, _("No VM matches."))
    tried = f"vm.{deed.act}"
    with trying(tried), waiting(_("Finding out what would happen")):
        plan = session.services.bulk.plan(deed, keys, many.order, many.where)
    return done(session, plan, many, wait=wait)


def at_once(session: Session, act: Act, keys: Sequence[VmKey], *, wait: bool = True) -> int:
    """Does a power act to the VMs that were named, without a plan; where there is nothing to do that is said. The exit code."""
    plan = session.services.bulk.plan(act, keys)
    nothing = in_order(plan.of(Fate.NOTHING))
    done = {item.key for item in nothing}
    rest = [key for key in keys if key not in done]
    if not session.json:
        for item in nothing:
            output.line(f"{_named(item)}: {bulk.item(item, plan.deed)}")
    handle = session.services.power.act(act, rest) if rest else None
    return follow(session, handle, wait=wait, more={"nothing": [_item(item, plan) for item in nothing]})


def _nobody(session: Session, why: str) -> int:
    if session.json:
        output.document({"results": [], "unreached": session.unreached_records()})
    else:
        output.note(why)
    return session.say_unreached()


def done(session: Session, plan: BulkPlan, many: Many, *, wait: bool = True) -> int:
    """The same from a plan on."""
    if many.only_plan:
        _show(session, plan)
        return session.say_unreached()
    views: dict[VmKey, JobView] = {}
    job: int | None = None
    if plan.going:
        if plan.deed.act in DESTROYS and not many.yes:
            _ask(session, plan)
        with trying(f"vm.{plan.deed.act}"):
            handle = session.services.bulk.run(plan)
        views = {key: view for view in watched(session, handle, wait=wait) for key in view.vms}
        job = handle.id
    code = _told(session, plan, views, job)
    return code if code == Exit.FAILED else session.say_unreached() or code


def _show(session: Session, plan: BulkPlan) -> None:
    if session.json:
        output.document({"plan": record(session, plan), "unreached": session.unreached_records()})
    else:
        for text in lines(plan):
            output.line(text)


def record(session: Session, plan: BulkPlan) -> records.Record:
    return {
        "act": plan.deed.act.value,
        "where": plan.where or None,
        "made": output.iso(plan.made),
        "steps": [tag or None for tag in plan.steps],
        "command": session.services.bulk.command(plan) if plan.going else None,
        "counts": {fate.value: len(plan.of(fate)) for fate in Fate},
        "vms": [_item(item, plan) for item in plan.items],
    }


def _item(item: Item, plan: BulkPlan) -> records.Record:
    return {
        "name": item.name,
        "host": item.host,
        "host_id": item.key.host,
        "uuid": item.key.uuid,
        "state": item.state.value,
        "fate": item.fate.value,
        "act": item.act.value,
        "step": item.step if item.goes else None,
        "says": bulk.item(item, plan.deed),
        "files": [file.path for file in item.deletion.files if plan.deed.files and file.ticked]
        if item.deletion
        else [],
        "problem": records.problem(item.problem, item.name),
    }


def lines(plan: BulkPlan) -> list[str]:
    """The plan by name: in steps what will be done, then what not and why."""
    head = bulk.title(plan.deed, len(plan.items))
    more = bulk.deed(plan.deed)
    said = [f"{head} ({more})" if more else head]
    for number, tag in enumerate(plan.steps):
        mine = in_order(item for item in plan.going if item.step == number)
        if len(plan.steps) > 1:
            said.append(_("Step {number}, {what}:").format(number=number + 1, what=bulk.step(tag)))
        for item in mine:
            said.append(f"  {_named(item)}: {bulk.item(item, plan.deed)}")
            said += [f"    {text}" for text in bulk.consequences(item, plan.deed)]
    for fate in (Fate.NOTHING, Fate.REFUSED):
        for problem, items in by_reason(plan.of(fate)):
            why = acts.why_not(items[0].act, problem) if problem else bulk.item(items[0], plan.deed)
            said.append(f"{bulk.fate(fate)}: {why}")
            said += [f"  {_named(item)}" for item in in_order(items)]
    return [*said, ", ".join(bulk.counts(plan)) + "."]


def _named(item: Item) -> str:
    return f"{item.host}/{item.name}"


def _ask(session: Session, plan: BulkPlan) -> None:
    """Shows the plan and has the number of VMs typed. Errors: UsageError without a terminal."""
    if not session.interactive:
        raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
    said = lines(plan)
    for text in said[:MOST]:
        output.note(text)
    if len(said) > MOST:
        more = len(said) - MOST
        output.note(ngettext("{count} more line", "{count} more lines", more).format(count=more))
    count = str(len(plan.going))
    question = ngettext("Type {count} to do this to the VM:", "Type {count} to do this to the VMs:", len(plan.going))
    if asking.typed(question.format(count=count)) != count:
        raise click.Abort


# what became of it


def _told(session: Session, plan: BulkPlan, views: dict[VmKey, JobView], job: int | None) -> int:
    """Prints a result for each VM, and the counts. FAILED where one failed, was cancelled or refused; UNREACHABLE where only
    hosts were to blame."""
    bad = [view.problem for view in views.values() if view.state in (JobState.FAILED, JobState.CANCELLED)] + [
        item.problem for item in plan.of(Fate.REFUSED)
    ]
    if session.json:
        output.document(
            {
                "job": job,
                "results": [_result(item, plan, views.get(item.key)) for item in plan.items],
                "unreached": session.unreached_records(),
            }
        )
    else:
        _say(plan, views, job)
    for view in views.values():
        if view.state is JobState.FAILED and view.problem is not None:
            output.note(explained(view.problem, view.what or view.target, view.kind))
    for problem, items in by_reason(plan.of(Fate.REFUSED)):
        if problem is not None:
            names = ", ".join(_named(item) for item in items)
            output.note(f"{names}: {acts.why_not(items[0].act, problem)}")
    if not bad:
        return Exit.DONE
    return Exit.UNREACHABLE if all(unreachable(problem) for problem in bad) else Exit.FAILED


def _say(plan: BulkPlan, views: dict[VmKey, JobView], job: int | None) -> None:
    for view in views.values():
        if view.state is not JobState.FAILED:
            output.line(outcome(view))
    for _problem, items in by_reason(plan.of(Fate.NOTHING)):
        if len(items) <= NAMED:
            output.line(f"{', '.join(_named(item) for item in in_order(items))}: {bulk.item(items[0], plan.deed)}")
    ends = [view.state for view in views.values()]
    failed = ends.count(JobState.FAILED)
    output.line(
        bulk.outcome(
            ends.count(JobState.SUCCEEDED),
            failed,
            ends.count(JobState.CANCELLED),
            len(plan.of(Fate.REFUSED)),
            len(plan.of(Fate.NOTHING)),
        )
    )
    if failed and job is not None and len(views) > 1:
        output.note(_("splendid job again {number} does it to those that failed.").format(number=job))


def _result(item: Item, plan: BulkPlan, view: JobView | None) -> records.Record:
    """What became of one VM: succeeded, failed, cancelled, running (not waited for), nothing or refused."""
    state = view.state.value if view is not None else item.fate.value
    problem, what = (view.problem, view.what or item.name) if view is not None else (item.problem, item.name)
    return {
        "name": item.name,
        "host": item.host,
        "host_id": item.key.host,
        "uuid": item.key.uuid,
        "result": state,
        "restart": item.fate is Fate.RESTART,
        "says": bulk.item(item, plan.deed),
        "job": view.id if view is not None else None,
        "problem": records.problem(problem, what),
    }


@jobs_group.command("again", help=N_("Do a task on several VMs again, to those for which it did not come about."))
@click.argument("number", metavar="ID", type=int)
@option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
@option("--yes", "-y", is_flag=True, help=N_("Don't ask."))
@with_session
def again(session: Session, number: int, only_plan: bool, yes: bool) -> int:
    with trying("job.again"):
        view = session.services.history.job(number)
        hosts = {key.host for member in session.services.bulk.members(number) for key in member.vms}
        hosts |= {key.host for key in view.vms} if view is not None else set()
    specs = [spec for spec in session.services.inventory.specs() if spec.id in hosts]
    session.reach(specs)
    with trying("job.again"):
        plan = session.services.bulk.again(number)
    nothing = _("Task {number} was done to all of its VMs.").format(number=number)
    return done(session, plan, Many(only_plan=only_plan, yes=yes)) if plan.items else _nobody(session, nothing)
