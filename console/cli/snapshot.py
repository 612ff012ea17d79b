"""`splendid snapshot …`: the tree, and taking, reverting and deleting, on one VM or many. The plan is shown first."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from console.cli import completing, output, snapshot_show
from console.cli.base import Exit, Group, option, with_session
from console.cli.following import waiting
from console.cli.planned import Dry, go, nobody, plan_option, yes_option
from console.cli.session import Session, trying
from console.cli.vms import natural
from console.cli.where import keys_where, where_option
from console.fleet.domains import VmKey
from console.fleet.errors import NotFound, Reason
from console.fleet.snapshots.many import ManyPlan
from console.fleet.snapshots.plans import Deed, SnapshotPlan, TakeOrder
from console.fleet.snapshots.sizes import sizes
from console.fleet.snapshots.values import Snapshot, SnapshotFacts
from console.words import N_, _, ngettext, snapshots

group = Group("snapshot", help=N_("Snapshots of VMs: list, take, go back, delete, and mend what is wrong with them."))

vm_argument = click.argument("vm", shell_complete=completing.vms)
vms_argument = click.argument("vm", nargs=-1, shell_complete=completing.vms)
those_argument = click.argument("vm", nargs=-1, shell_complete=completing.vms_and_snapshot)
name_argument = click.argument("name", shell_complete=completing.snapshots)
_LOOKING = N_("Asking what would happen")


def chosen(session: Session, vm: Sequence[str], where: str | None) -> list[VmKey]:
    """The VMs that are meant. Errors: UsageError of click for both names and a query, or neither."""
    if bool(vm) == bool(where):
        raise click.UsageError(_("Name VMs, or say with --where which."))
    if not where:
        return session.vms(vm)
    keys, domain = keys_where(session, where), session.services.inventory.domain
    return sorted(keys, key=lambda key: (natural(known.name if (known := domain(key)) else ""), key))


def facts_of(session: Session, key: VmKey) -> SnapshotFacts:
    with trying("snapshot.facts"), waiting(_("Reading its snapshots")):
        facts = session.services.snapshots.facts(key)
    completing.remember(session.options, key.uuid, (one.name for one in facts.snapshots))
    return facts


def found(facts: SnapshotFacts, name: str) -> Snapshot:
    """Errors: NotFound."""
    snapshot = facts.snapshot(name)
    if snapshot is None:
        with trying("snapshot.find"):
            raise NotFound(Reason.GONE, name, detail=", ".join(one.name for one in facts.snapshots))
    return snapshot


# looking


@group.command("list", help=N_("Show the tree of snapshots of VMs: kinds, times, sizes, and where now goes on from."))
@vms_argument
@where_option
@with_session
def list_(session: Session, vm: Sequence[str], where: str | None) -> int:
    keys = chosen(session, vm, where)
    known = [facts_of(session, key) for key in keys]
    if session.json:
        rows = [snapshot_show.facts_record(session, facts) for facts in known]
        output.document({"vms": rows, "unreached": session.unreached_records()})
        return session.say_unreached()
    if not known:
        output.note(_("No VM matches."))
    for number, facts in enumerate(known):
        if len(known) > 1:
            output.line(("\n" if number else "") and "")
            output.line(snapshot_show.vm_name(session, facts.key, facts.name))
        snapshot_show.tree(facts)
    return session.say_unreached()


@group.command("show", help=N_("Show one snapshot: when and of what it was taken, and its files."))
@vm_argument
@name_argument
@option("--xml", is_flag=True, help=N_("Its XML, with the VM's as it was then, and nothing else."))
@with_session
def show(session: Session, vm: str, name: str, xml: bool) -> int:
    key = session.vm(vm)
    facts = facts_of(session, key)
    snapshot = found(facts, name)
    text = ""
    if xml:
        with trying("snapshot.facts"):
            text = session.services.snapshots.xml(key, name)
    if session.json:
        record = snapshot_show.snapshot_record(facts, snapshot, sizes(facts).each[name]) | (
            {"xml": text} if xml else {}
        )
        output.document({"snapshot": record})
    elif xml:
        click.echo(text)
    else:
        snapshot_show.one(session, facts, snapshot)
    return Exit.DONE


# acting


def carry_out(
    session: Session,
    plan: SnapshotPlan | ManyPlan,
    *,
    only_plan: bool,
    yes: bool,
    question: tuple[str, str] | None,
    facts: SnapshotFacts | None = None,
) -> int:
    """Shows it, asks (question: what is asked and what has to be typed; None = nobody is), does it. The exit code."""
    service = session.services.snapshots
    if isinstance(plan, ManyPlan):
        many, command = plan, service.command_many(plan)
        lines, one = snapshot_show.many(session, plan), None
    else:
        many, one = ManyPlan(plan.deed, plan.snapshot, (plan,), plan.made), plan
        lines, command = snapshot_show.plan(session, plan, facts), service.command(plan)
    dry = Dry(
        lines,
        snapshot_show.many_record(session, many, None if many.refused else command),
        f"snapshot.{many.deed}",
        (lambda: service.run(one)) if one is not None else (lambda: service.run_many(many)),
        refused=bool(many.refused),
        asks=question is not None,
        question=question[0] if question else "",
        wanted=question[1] if question else "",
        done=(lambda name: f"{name}: {snapshots.done(many.plans[0])}") if many.snapshot else None,
    )
    return go(session, dry, only_plan=only_plan, yes=yes)


def _facts_with(session: Session, keys: Sequence[VmKey], name: str) -> SnapshotFacts | None:
    """What there is of the VM, where it is one. Errors: NotFound with the names there are."""
    if len(keys) > 1:
        return None
    facts = facts_of(session, keys[0])
    found(facts, name)
    return facts


def typed_name(name: str, one: str, several: Callable[[int], str], count: int) -> tuple[str, str]:
    """What is typed before something goes: the snapshot's name, or of many VMs how many they are."""
    return (one, name) if count == 1 else (several(count).format(count=count), str(count))


@group.command("take", help=N_("Take a snapshot of VMs: all of them or none. Prints what it needs with --plan."))
@vms_argument
@click.argument("name")
@where_option
@option("--description", "-d", default="", help=N_("What it is."))
@option("--disk-only", is_flag=True, help=N_("Without the memory: going back means starting the guest anew."))
@option("--freeze", is_flag=True, help=N_("Have the guest agent write out and hold the file systems for that moment."))
@option(
    "--kind",
    type=click.Choice(["auto", "internal", "external"]),
    default="auto",
    show_default=True,
    help=N_("Inside the disk images, or in files of its own."),
)
@option("--disk", multiple=True, metavar="TARGET", help=N_("Only this disk, such as vda; more than once for several."))
@option("--build", default="", help=N_("The build that is installed, to search by."))
@option("--together", is_flag=True, help=N_("All VMs stand still at one moment, so that what they hold fits together."))
@plan_option
@option("--yes", "-y", is_flag=True, hidden=True, expose_value=False, help=N_("Don't ask."))
@with_session
def take(
    session: Session,
    vm: Sequence[str],
    name: str,
    where: str | None,
    description: str,
    disk_only: bool,
    freeze: bool,
    kind: str,
    disk: Sequence[str],
    build: str,
    together: bool,
    only_plan: bool,
) -> int:
    keys = chosen(session, vm, where)
    if not keys:
        return nobody(session, _("No VM matches."))
    order = TakeOrder(name, description, not disk_only, freeze, kind, tuple(dict.fromkeys(disk)), build)
    service = session.services.snapshots
    plan: SnapshotPlan | ManyPlan
    with trying("snapshot.plan"), waiting(_(_LOOKING)):
        if len(keys) == 1 and not together:
            plan = service.plan_take(keys[0], order)
        else:
            plan = service.plan_many(Deed.TAKE, keys, name, order=order, together=together)
    if not only_plan and not plan.refused:  # nothing is lost: what there is to think of is said, and nobody asked
        for text in snapshot_show.warnings(plan):
            output.note(text)
    return carry_out(session, plan, only_plan=only_plan, yes=True, question=None)


@group.command("revert", help=N_("Take VMs back to a snapshot: all of them or none. Prints what is lost, and asks."))
@those_argument
@name_argument
@where_option
@option("--branch", default="", metavar="NAME", help=N_("Keep the present state first, as a snapshot of this name."))
@option("--start/--no-start", default=None, help=N_("Start the VM then, or leave it off; else as it was then."))
@plan_option
@yes_option
@with_session
def revert(
    session: Session,
    vm: Sequence[str],
    name: str,
    where: str | None,
    branch: str,
    start: bool | None,
    only_plan: bool,
    yes: bool,
) -> int:
    keys = chosen(session, vm, where)
    if not keys:
        return nobody(session, _("No VM matches."))
    service = session.services.snapshots
    facts = _facts_with(session, keys, name)
    plan: SnapshotPlan | ManyPlan
    with trying("snapshot.plan"), waiting(_(_LOOKING)):
        if facts is not None:
            plan = service.plan_revert(facts.key, name, branch=branch, start=start, facts=facts)
        else:
            plan = service.plan_many(Deed.REVERT, keys, name, branch=branch, start=start)
    question = typed_name(
        name,
        _("Type the snapshot's name to go back to it:"),
        lambda count: ngettext("Type {count} to take this VM back:", "Type {count} to take these VMs back:", count),
        len(keys),
    )
    return carry_out(session, plan, only_plan=only_plan, yes=yes, question=question, facts=facts)


@group.command("delete", help=N_("Delete a snapshot of VMs. Prints each file that is merged or goes, and asks."))
@those_argument
@name_argument
@where_option
@option("--below", is_flag=True, help=N_("With all that go on from it."))
@plan_option
@yes_option
@with_session
def delete(
    session: Session, vm: Sequence[str], name: str, where: str | None, below: bool, only_plan: bool, yes: bool
) -> int:
    keys = chosen(session, vm, where)
    if not keys:
        return nobody(session, _("No VM matches."))
    service = session.services.snapshots
    facts = _facts_with(session, keys, name)
    plan: SnapshotPlan | ManyPlan
    with trying("snapshot.plan"), waiting(_(_LOOKING)):
        if facts is not None:
            plan = service.plan_delete(facts.key, name, below=below, facts=facts)
        else:
            deed = Deed.DELETE_BELOW if below else Deed.DELETE
            plan = service.plan_many(deed, keys, name, below=below)
    question = typed_name(
        name,
        _("Type the snapshot's name to delete it:"),
        lambda count: ngettext(
            "Type {count} to delete it of this VM:", "Type {count} to delete it of these VMs:", count
        ),
        len(keys),
    )
    return carry_out(session, plan, only_plan=only_plan, yes=yes, question=question, facts=facts)


@group.command("rename", help=N_("Give a snapshot another name."))
@vm_argument
@name_argument
@click.argument("new")
@plan_option
@with_session
def rename(session: Session, vm: str, name: str, new: str, only_plan: bool) -> int:
    facts = facts_of(session, session.vm(vm))
    found(facts, name)
    with trying("snapshot.plan"):
        plan = session.services.snapshots.plan_rename(facts.key, name, new, facts=facts)
    return carry_out(session, plan, only_plan=only_plan, yes=True, question=None)


@group.command("describe", help=N_("Write the description of a snapshot."))
@vm_argument
@name_argument
@option("--text", required=True, help=N_("The description; an empty one takes it away."))
@plan_option
@with_session
def describe(session: Session, vm: str, name: str, text: str, only_plan: bool) -> int:
    facts = facts_of(session, session.vm(vm))
    found(facts, name)
    with trying("snapshot.plan"):
        plan = session.services.snapshots.plan_describe(facts.key, name, text, facts=facts)
    return carry_out(session, plan, only_plan=only_plan, yes=True, question=None)
