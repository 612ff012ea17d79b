"""`splendid fleet`: the fleet at a glance, as the Overview has it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.cli import completing, output, records, storage_show
from console.cli.base import Command, Exit, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, explained
from console.fleet.domains import VmKey
from console.fleet.hosts import HostSpec
from console.fleet.outliers import Outlier
from console.fleet.places import by_place
from console.fleet.storage import StorageSum
from console.fleet.sums import Sum
from console.fleet.today import Event, Today
from console.services.overview import FORGOTTEN, IDLE, Overview, Trouble, troubles
from console.words import N_, _, ngettext, overview, states, storage, units

EVENTS = 20  # of today, that are listed


@click.command("fleet", cls=Command, help=N_("The fleet at a glance: totals, promised against real, who stands out."))
@click.argument("host", nargs=-1, shell_complete=completing.hosts)
@option("--zone", "-z", multiple=True, shell_complete=completing.zones, help=N_("Only hosts of this zone."))
@with_session
def command(session: Session, host: Sequence[str], zone: Sequence[str]) -> int:
    specs = session.hosts(host, zone)
    session.reach(specs)
    session.read_whole(specs)
    inventory = session.services.inventory
    session.read_loads(specs, lambda: [domain for spec in specs for domain in inventory.domains_of(spec.id)])
    zones = [(one.name, [spec for rack in one.racks for spec in rack.hosts]) for one in by_place(specs)]
    service = session.services.overview
    known = service.look(specs, [part for _name, part in zones])
    today, bad = service.today(specs), troubles(inventory, specs)
    if session.json:
        output.document(_record(session, specs, zones, known, today, bad))
    else:
        _show(session, specs, zones, known, today, bad)
    return Exit.UNREACHABLE if session.unreached else session.say_unreached()


Zones = Sequence[tuple[str, Sequence[HostSpec]]]


def _show(
    session: Session, specs: Sequence[HostSpec], zones: Zones, known: Overview, today: Today, bad: Sequence[Trouble]
) -> None:
    rows = [(name or _("no zone"), known.parts[n], known.storages[n]) for n, (name, _hosts) in enumerate(zones)]
    if len(rows) != 1:
        rows.append((_("All"), known.total, known.storage))
    right = [_("Hosts"), _("VMs"), _("CPU"), _("vCPU promised"), _("Memory"), _("Memory promised"), _("Storage")]
    heads = [Head(_("Zone")), *(Head(text, right=True) for text in (*right, _("Storage promised")))]
    output.table(heads, [_row(*row) for row in rows])
    _section(_("Hosts in trouble"), [_trouble(session, one) for one in bad])
    _section(_("Far from the rest"), [f"{_name(session, one)}: {overview.outlier(one)}" for one in known.outliers])
    counts = ", ".join(overview.count(kind, count) for kind, count in today.counts)
    events = [_event(session, event) for event in today.events[:EVENTS]]
    _section(_("Changed today"), [counts, *events] if counts else [])
    off = ngettext("{n} VM off for more than {days}", "{n} VMs off for more than {days}", len(known.forgotten))
    said = (
        [off.format(n=len(known.forgotten), days=units.age(30 * 86400)) + _show_them(FORGOTTEN)]
        if known.forgotten
        else []
    )
    if known.idle:
        idle = ngettext("{n} VM runs idle for 30 d", "{n} VMs run idle for 30 d", known.idle)
        said.append(idle.format(n=known.idle) + _show_them(IDLE))
    if known.storage.orphans:
        said.append(
            storage.orphans(known.storage.orphans, known.storage.orphan_bytes) + ": splendid storage volumes --orphans"
        )
    _section(_("Forgotten"), said)


def _show_them(query: str) -> str:
    return f': splendid search "{query}"'


def _row(name: str, total: Sum, stored: StorageSum) -> list[Cell | str]:
    hosts = _("{live} of {all}").format(live=total.live, all=total.hosts)
    return [
        name,
        Cell(hosts, "red" if total.live < total.hosts else ""),
        _("{live} of {all}").format(live=total.running, all=total.vms),
        units.percent(total.cpu),
        storage.ratio(total.vcpu_ratio),
        units.percent(total.memory_share),
        Cell(storage.ratio(total.memory_ratio), "yellow" if (total.memory_ratio or 0) > 1 else ""),
        units.percent(stored.full),
        storage.ratio(stored.ratio),
    ]


def _section(title: str, lines: Sequence[str]) -> None:
    """A title over indented lines; nothing where there are none."""
    if lines:
        output.line("")
        output.line(title)
        for text in lines:
            output.line(f"  {text}")


def _trouble(session: Session, one: Trouble) -> str:
    problem = one.status.problem
    why = explained(problem, one.spec.name, "host.connect") if problem is not None else ""
    return why or f"{one.spec.name}: {states.phase_words(one.spec, one.status, one.status.since)}"


def _name(session: Session, one: Outlier) -> str:
    if not isinstance(one.subject, VmKey):
        return storage_show.host_name(session, one.subject)
    domain = session.services.inventory.domain(one.subject)
    return f"{storage_show.host_name(session, one.subject.host)}/{domain.name if domain else one.subject.uuid}"


def _event(session: Session, event: Event) -> str:
    where = f" ({storage_show.host_name(session, event.host)})" if event.host and event.kind != "host-lost" else ""
    return f"{units.clock(event.at, seconds=False)} {overview.event(event)}{where}"


# records


def _record(
    session: Session, specs: Sequence[HostSpec], zones: Zones, known: Overview, today: Today, bad: Sequence[Trouble]
) -> records.Record:
    return {
        "time": output.iso(known.at),
        "total": _sums(known.total, known.storage),
        "zones": [
            {"zone": name, "hosts": [spec.name for spec in hosts], **_sums(known.parts[n], known.storages[n])}
            for n, (name, hosts) in enumerate(zones)
        ],
        "troubles": [
            {
                "host": one.spec.name,
                "host_id": one.spec.id,
                "state": one.status.phase.value,
                "since": output.iso(one.status.since),
                "seen": output.iso(one.status.seen),
                "problem": records.problem(one.status.problem, one.spec.name),
            }
            for one in bad
        ],
        "outliers": [
            {
                "measure": one.measure,
                "host_id": one.subject.host if isinstance(one.subject, VmKey) else one.subject,
                "uuid": one.subject.uuid if isinstance(one.subject, VmKey) else None,
                "name": _name(session, one),
                "value": one.value,
                "usual": one.usual,
                "text": overview.outlier(one),
            }
            for one in known.outliers
        ],
        "today": {
            "since": output.iso(today.began),
            "counts": dict(today.counts),
            "events": [
                {
                    "time": output.iso(event.at),
                    "kind": event.kind,
                    "name": event.name,
                    "host_id": event.host,
                    "uuid": event.key.uuid if event.key else None,
                    "job": event.job or None,
                    "text": overview.event(event),
                }
                for event in today.events
            ],
        },
        "forgotten": [
            {"name": one.name, "uuid": one.key.uuid, "host_id": one.key.host, "since": output.iso(one.since)}
            for one in known.forgotten
        ],
        "idle": known.idle,
        "unreached": session.unreached_records(),
    }


def _sums(total: Sum, stored: StorageSum) -> records.Record:
    return {
        "hosts_live": total.live,
        "hosts_all": total.hosts,
        "vms": total.vms,
        "running": total.running,
        "cpus": total.cpus,
        "cpu": total.cpu,
        "vcpus_promised": total.vcpus_promised,
        "vcpu_ratio": total.vcpu_ratio,
        "memory_kib": total.memory,
        "memory_used_kib": total.memory_used,
        "memory_promised_kib": total.memory_promised,
        "memory_ratio": total.memory_ratio,
        "storage": storage_show.sum_record(stored),
    }
