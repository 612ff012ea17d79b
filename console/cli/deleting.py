"""`splendid vm delete`: the plan by name first; nothing goes without a yes, and no file without being chosen."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.cli import asking, bulk, completing, output, records
from console.cli.base import Exit, option, with_session
from console.cli.following import follow, waiting
from console.cli.session import Session, trying
from console.cli.vms import group
from console.cli.where import where_option
from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.deletion import DeletePlan, FileKind
from console.words import N_, _, deletion, ngettext

_OWN = (FileKind.NVRAM, FileKind.SAVED)  # no use without the VM: they go with it


@group.command("delete", help=N_("Delete VMs, and the files you choose. Prints what will happen, and asks."))
@click.argument("vm", nargs=-1, shell_complete=completing.vms)
@where_option
@option("--disk", "-d", multiple=True, metavar="PATH", help=N_("Delete this file too; more than once for several."))
@option("--all-disks", is_flag=True, help=N_("Delete all files that nothing else is known to need."))
@option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
@option("--yes", "-y", is_flag=True, help=N_("Don't ask."))
@with_session
def delete(
    session: Session,
    vm: Sequence[str],
    where: str | None,
    disk: Sequence[str],
    all_disks: bool,
    only_plan: bool,
    yes: bool,
) -> int:
    many = bulk.Many(where or "", only_plan, yes=yes)
    keys = bulk.chosen(session, vm, many)
    if where:
        if disk:
            raise click.UsageError(_("With --where say --all-disks, or leave the disks."))
        return bulk.carry_out(session, Deed((Act.DELETE,), files=all_disks), keys, many)
    with trying("vm.plan"), waiting(_("Asking what would go")):
        plan = session.services.delete.plan(keys)
    chosen = choose(plan, disk, all_disks=all_disks)
    if only_plan:
        if session.json:
            output.document({"plan": records.plan(plan, chosen)})
        else:
            for text in lines(plan, chosen):
                output.line(text)
        return Exit.DONE
    if not yes:
        _ask(session, plan, chosen)
    with trying("vm.delete"):
        return follow(session, session.services.delete.run(plan, chosen))


def choose(plan: DeletePlan, disks: Sequence[str], *, all_disks: bool) -> frozenset[str]:
    """Ids of the files that go. Errors: UsageError for a path that is not of these VMs, or that must stay."""
    files = plan.files()
    chosen = {item.id for item in files if item.kind in _OWN}
    if all_disks:
        chosen |= plan.ticked()
    for path in disks:
        hits = [item for item in files if item.path == path]
        if not hits:
            paths = ", ".join(item.path for item in files if item.kind not in _OWN) or "–"
            raise click.BadParameter(
                _("{path} is no disk of these VMs; they have {paths}.").format(path=path, paths=paths),
                param_hint="--disk",
            )
        chosen |= {item.id for item in hits}
    for item in plan.objections(chosen):
        why = deletion.why_held(item) or _("Stays: other files are built on it that stay.")
        raise click.BadParameter(f"{item.path}: {why}", param_hint="--disk")
    return frozenset(chosen)


def lines(plan: DeletePlan, chosen: frozenset[str]) -> list[str]:
    """The plan by name: what happens to each VM, which files go and which stay."""
    said = [deletion.held(plan)] if plan.held else []
    for vm in plan.vms:
        said += deletion.consequences(vm)
        for item in vm.files:
            fate = _("goes") if item.id in chosen else _("stays")
            held = deletion.why_held(item)
            said.append(f"  {fate}: {deletion.file_line(item)}{f'. {held}' if held else ''}")
    return said


def _ask(session: Session, plan: DeletePlan, chosen: frozenset[str]) -> None:
    """Shows the plan and has the VM's name, or the number of VMs, typed. Errors: UsageError without a terminal."""
    if not session.interactive:
        raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
    for text in lines(plan, chosen):
        output.note(text)
    if len(plan.vms) == 1:
        wanted = plan.vms[0].name
        question = _("Type the VM's name to delete it:")
    else:
        wanted = str(len(plan.vms))
        question = ngettext(
            "Type {count} to delete this VM:", "Type {count} to delete these VMs:", len(plan.vms)
        ).format(count=wanted)
    if asking.typed(question) != output.clean(wanted):
        raise click.Abort
