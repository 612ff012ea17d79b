"""What is done to all of a host, a zone or the fleet: shutting down all guests, reading anew."""

from __future__ import annotations

from collections.abc import Sequence

from console.cli import bulk, output
from console.cli.base import option, with_session
from console.cli.bulk import Many, ordered
from console.cli.host_choice import meant, some_hosts
from console.cli.hosts import group, record
from console.cli.session import Session
from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.domains import State
from console.words import N_, _, ngettext

_UP = (State.RUNNING, State.PAUSED, State.SUSPENDED, State.SHUTTING_DOWN, State.MIGRATING)


@group.command("shutdown-guests", help=N_("Ask all guests of hosts to shut down, and wait until they are off."))
@some_hosts
@option(
    "--wait/--no-wait",
    default=True,
    help=N_("Wait until the guest has done it, or only until the host has taken the request."),
)
@ordered
@with_session
def shutdown_guests(
    session: Session, host: Sequence[str], zone: Sequence[str], everything: bool, wait: bool, many: Many
) -> int:
    specs = meant(session, host, zone, everything)
    session.reach(specs)
    inventory = session.services.inventory
    keys = [
        domain.key
        for spec in specs
        if spec.id not in session.unreached
        for domain in inventory.domains_of(spec.id)
        if domain.state in _UP
    ]
    return bulk.carry_out(session, Deed((Act.SHUTDOWN,)), keys, many, wait=wait)


@group.command("refresh", help=N_("Read hosts anew, all of them, so that what was last seen is as of now."))
@some_hosts
@with_session
def refresh(session: Session, host: Sequence[str], zone: Sequence[str], everything: bool) -> int:
    specs = meant(session, host, zone, everything)
    session.reach(specs)
    session.read_whole(specs)
    read = [spec for spec in specs if spec.id not in session.unreached]
    if session.json:
        output.document({"hosts": [record(session, spec) for spec in read], "unreached": session.unreached_records()})
    else:
        for spec in read:
            count = len(session.services.inventory.domains_of(spec.id))
            vms = ngettext("{count} VM", "{count} VMs", count).format(count=count)
            output.line(_("{name} was read: {vms}.").format(name=spec.name, vms=vms))
    return session.say_unreached()
