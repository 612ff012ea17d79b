"""`splendid template …`: VMs that are there to be cloned from, never started and never written."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.cli import clone_show, completing, output
from console.cli.base import Group, option, with_session
from console.cli.clone import carry_out
from console.cli.following import waiting
from console.cli.planned import plan_option, yes_option
from console.cli.session import Session, trying
from console.services import clone_lines
from console.words import N_, _

group = Group("template", help=N_("VMs to clone from: never started, their disks never written."))


@group.command("list", help=N_("List templates and how many linked clones are built on each."))
@click.argument("host", nargs=-1, shell_complete=completing.hosts)
@option("--zone", multiple=True, shell_complete=completing.zones, help=N_("Only of hosts in this zone."))
@with_session
def list_(session: Session, host: Sequence[str], zone: Sequence[str]) -> int:
    specs = session.hosts(host, zone)
    session.reach(specs)
    session.read_whole(specs)
    inventory, family = session.services.inventory, session.services.clones.family
    rows = [
        (domain, family(domain.key))
        for spec in specs
        for domain in sorted(inventory.domains_of(spec.id), key=lambda domain: domain.name)
        if domain.provenance is not None and domain.provenance.template
    ]
    if session.json:
        found = [clone_show.template_record(session, domain, kin) for domain, kin in rows]
        output.document({"templates": found, "unreached": session.unreached_records()})
    elif rows:
        clone_show.templates(session, rows)
    return session.say_unreached()


@group.command("make", help=N_("Make VMs that are off templates: bases that are only read."))
@click.argument("vm", nargs=-1, required=True, shell_complete=completing.vms)
@plan_option
@yes_option
@with_session
def make(session: Session, vm: Sequence[str], only_plan: bool, yes: bool) -> int:
    return _turn(session, vm, True, only_plan=only_plan, yes=yes)


@group.command("unmake", help=N_("Make templates VMs again. Refused while clones are built on them."))
@click.argument("vm", nargs=-1, required=True, shell_complete=completing.vms)
@plan_option
@yes_option
@with_session
def unmake(session: Session, vm: Sequence[str], only_plan: bool, yes: bool) -> int:
    return _turn(session, vm, False, only_plan=only_plan, yes=yes)


def _turn(session: Session, vm: Sequence[str], on: bool, *, only_plan: bool, yes: bool) -> int:
    """All of them or, where one is refused, none."""
    keys, service = session.vms(vm), session.services.clones
    with trying("clone.plan"), waiting(_("Asking what would happen")):
        plans = [service.plan_template(key, on) for key in keys]
    command = clone_lines.template(session.services.inventory, keys, on)
    runs = [lambda key=key: service.run_template(key, on) for key in keys]
    return carry_out(session, plans, runs, only_plan=only_plan, yes=yes, command=command)
