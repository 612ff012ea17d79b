"""`splendid vm list` and `splendid vm show`."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Iterable, Sequence

import click
import msgspec

from console.cli import completing, output, records
from console.cli.base import Exit, Group, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session
from console.cli.where import find, parsed, read_for, where_option
from console.fleet.domains import Domain, Load, State
from console.fleet.hosts import HostSpec
from console.fleet.updates import HostView
from console.words import N_, _, origins, states, units

group = Group("vm", help=N_("Virtual machines: list, show and act on them."))


class Row(msgspec.Struct, frozen=True):
    """A VM with what belongs to it, as one line of the list."""

    domain: Domain
    spec: HostSpec
    view: HostView
    load: Load | None
    now: float
    heard: float = 0.0  # epoch at which its addresses were last told

    @property
    def fresh(self) -> bool:
        return states.known_now(self.view.status)


_COLORS = {State.RUNNING: "green", State.PAUSED: "yellow", State.CRASHED: "red"}


class Column(msgspec.Struct, frozen=True):
    """head: English. text, sort: of a row. right: numbers. load: it needs figures of load."""

    head: str
    text: Callable[[Row], str | Cell]
    sort: Callable[[Row], object] | None = None
    right: bool = False
    load: bool = False


def natural(text: str) -> tuple[object, ...]:
    """A key that sorts web-2 before web-10."""
    return tuple(
        (1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", text.casefold())
    )


def _state(row: Row) -> Cell:
    text = states.state_words(row.domain, row.view.status, row.now)
    return Cell(text, _COLORS.get(row.domain.state, "") if row.fresh else "", dim=not row.fresh)


def _used(row: Row) -> float | None:
    return row.load.memory_used_kib if row.load else None


def _sum(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _disk(row: Row) -> float | None:
    return _sum(row.load.disk_read, row.load.disk_write) if row.load else None


def _net(row: Row) -> float | None:
    return _sum(row.load.net_in, row.load.net_out) if row.load else None


def _cpu(row: Row) -> float | None:
    return row.load.cpu if row.load else None


def _or_less(value: float | None) -> float:
    return -1.0 if value is None else value


def _age(row: Row) -> str:
    return states.phase_age(row.view.status, row.now)


COLUMNS: dict[str, Column] = {
    "name": Column(N_("Name"), lambda row: row.domain.name),
    "state": Column(N_("State"), _state),
    "host": Column(N_("Host"), lambda row: row.spec.name),
    "zone": Column(N_("Zone"), lambda row: row.spec.zone),
    "rack": Column(N_("Rack"), lambda row: row.spec.rack),
    "vcpus": Column(N_("vCPU"), lambda row: str(row.domain.vcpus), lambda row: row.domain.vcpus, right=True),
    "cpu": Column(
        N_("CPU"), lambda row: units.percent(_cpu(row)), lambda row: _or_less(_cpu(row)), right=True, load=True
    ),
    "memory": Column(
        N_("Memory GiB"), lambda row: units.gib(row.domain.memory_kib), lambda row: row.domain.memory_kib, right=True
    ),
    "used": Column(
        N_("Used GiB"), lambda row: units.gib(_used(row)), lambda row: _or_less(_used(row)), right=True, load=True
    ),
    "disk": Column(
        N_("Disk MiB/s"), lambda row: units.mib_s(_disk(row)), lambda row: _or_less(_disk(row)), right=True, load=True
    ),
    "net": Column(
        N_("Net Mbit/s"), lambda row: units.mbit_s(_net(row)), lambda row: _or_less(_net(row)), right=True, load=True
    ),
    "ip": Column(N_("IP"), lambda row: row.domain.addresses[0].ip if row.domain.addresses else units.NONE),
    "snaps": Column(N_("Snaps"), lambda row: str(row.domain.snapshots), lambda row: row.domain.snapshots, right=True),
    "autostart": Column(N_("Autostart"), lambda row: _("yes") if row.domain.autostart else _("no")),
    "uptime": Column(
        N_("Up"),
        lambda row: (states.uptime(row.domain, row.now) if row.fresh else "") or units.NONE,
        lambda row: row.now - (row.domain.started or row.domain.met) if row.domain.state.active else -1.0,
        right=True,
    ),
    "title": Column(N_("Title"), lambda row: row.domain.title),
    "tags": Column(N_("Tags"), lambda row: ", ".join(row.domain.tags)),
    "group": Column(N_("Group"), lambda row: row.domain.group),
    "owner": Column(N_("Owner"), lambda row: row.domain.owner),
    "os": Column(N_("System"), lambda row: row.domain.os),
    "age": Column(N_("Age"), _age, lambda row: row.now - row.view.status.seen, right=True),
    "uuid": Column(N_("UUID"), lambda row: row.domain.key.uuid),
}
USUAL = ("name", "state", "host", "vcpus", "memory", "ip", "tags")
WITH_LOAD = ("name", "state", "host", "cpu", "used", "memory", "disk", "net", "ip", "tags")


def chosen_columns(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[str, ...]:
    """Reads --columns."""
    names = tuple(name.strip() for name in (value or "").split(",") if name.strip())
    for name in names:
        if name not in COLUMNS:
            raise click.BadParameter(_("{name} is not one of {names}.").format(name=name, names=", ".join(COLUMNS)))
    return names


def rows_of(session: Session, hosts: Collection[str]) -> list[Row]:
    """The VMs of these hosts, as known now."""
    inventory, now = session.services.inventory, time.time()
    return [
        Row(domain, spec, inventory.view(spec.id), inventory.load(domain.key), now, inventory.heard(domain.key))
        for spec in inventory.specs()
        if spec.id in hosts
        for domain in inventory.domains_of(spec.id)
    ]


def matches(row: Row, wanted: Collection[str], tags: Iterable[str]) -> bool:
    """The row has one of the wanted states (all, if none) and all of the tags."""
    return (not wanted or row.domain.state.value in wanted) and all(tag in row.domain.tags for tag in tags)


def in_order(rows: Iterable[Row], column: str, *, reverse: bool) -> list[Row]:
    """Sorted by a column; equal ones by name and host."""
    by_name = sorted(rows, key=lambda row: (natural(row.domain.name), natural(row.spec.name)))
    key = COLUMNS[column].sort

    def text(row: Row) -> object:
        cell = COLUMNS[column].text(row)
        return natural(cell.text if isinstance(cell, Cell) else cell)

    return sorted(by_name, key=key or text, reverse=reverse)  # type: ignore[arg-type]


@group.command("list", help=N_("List VMs. FILTER: words of a row, or a query as of splendid search."))
@click.argument("filter_", metavar="[FILTER]", required=False, default="", shell_complete=completing.queries)
@where_option
@option("--host", "-H", multiple=True, shell_complete=completing.hosts, help=N_("Only VMs of this host."))
@option("--zone", "-z", multiple=True, shell_complete=completing.zones, help=N_("Only VMs of this zone."))
@option(
    "--state",
    "-s",
    multiple=True,
    type=click.Choice([state.value for state in State]),
    help=N_("Only VMs in this state."),
)
@option(
    "--tag", "-t", multiple=True, shell_complete=completing.tags, help=N_("Only VMs with this tag; several: with all.")
)
@option(
    "--columns",
    "-c",
    callback=chosen_columns,
    shell_complete=completing.parts_of(COLUMNS),
    help=N_("Columns, apart by commas: {columns}."),
    fill={"columns": ", ".join(COLUMNS)},
)
@option("--sort", type=click.Choice(list(COLUMNS)), default="name", help=N_("Column to sort by."))
@option("--reverse", "-r", is_flag=True, help=N_("Largest or last first."))
@option("--load", "-l", is_flag=True, help=N_("With figures of load; takes two rounds of statistics."))
@option("--cached", is_flag=True, help=N_("As last seen, without connecting to any host."))
@option("--quick", is_flag=True, help=N_("Don't wait for addresses."))
@with_session
def list_vms(
    session: Session,
    filter_: str,
    where: str | None,
    host: Sequence[str],
    zone: Sequence[str],
    state: Sequence[str],
    tag: Sequence[str],
    columns: Sequence[str],
    sort: str,
    reverse: bool,
    load: bool,
    cached: bool,
    quick: bool,
) -> int:
    columns = list(columns or (WITH_LOAD if load else USUAL))
    if cached and "age" not in columns:
        columns.append("age")
    asked = [parsed(session, text, hint) for text, hint in ((filter_, "FILTER"), (where or "", "--where")) if text]
    load = load or any(COLUMNS[name].load for name in (*columns, sort))
    specs = [spec for spec in session.hosts(host, zone) if all(query.may_be_on(spec) for query in asked)]
    ids = [spec.id for spec in specs]
    if not cached:
        session.reach(specs)
        if load:
            session.read_loads(specs, lambda: [row.domain for row in rows_of(session, ids)])
        for query in asked:
            read_for(session, query, specs, quick=quick)
        if not quick and (session.json or "ip" in columns):
            session.read_addresses(lambda: [row.domain for row in rows_of(session, ids)])
    found = [set(find(session, query)) for query in asked]
    rows = [
        row for row in rows_of(session, ids) if matches(row, state, tag) and all(row.domain.key in f for f in found)
    ]
    rows = in_order(rows, sort, reverse=reverse)
    show_rows(session, rows, columns, cached=cached)
    if not rows and not session.json and session.services.inventory.specs():
        output.note(_("No VM matches."))
    return session.say_unreached()


def show_rows(session: Session, rows: Sequence[Row], columns: Sequence[str], *, cached: bool) -> None:
    """Prints VMs as a table with these columns, or as JSON; nothing where there are none."""
    if session.json:
        vms = [records.vm(row.domain, row.spec, row.view, row.load if not cached else None, row.heard) for row in rows]
        output.document({"vms": vms, "unreached": session.unreached_records()})
    elif rows:
        heads = [Head(_(COLUMNS[name].head), COLUMNS[name].right) for name in columns]
        output.table(heads, [[COLUMNS[name].text(row) for name in columns] for row in rows])


@group.command("show", help=N_("Show all that is known of VMs."))
@click.argument("vm", nargs=-1, required=True, shell_complete=completing.vms)
@option("--load", "-l", is_flag=True, help=N_("With figures of load; takes two rounds of statistics."))
@option("--cached", is_flag=True, help=N_("As last seen, without connecting to any host."))
@with_session
def show(session: Session, vm: Sequence[str], load: bool, cached: bool) -> int:
    inventory = session.services.inventory
    keys = session.find(vm) if cached else session.vms(vm)

    def known() -> list[Domain]:
        return [domain for key in keys if (domain := inventory.domain(key)) is not None]

    if not cached:
        session.read_addresses(known)
        if load:
            hosts = {key.host for key in keys}
            session.read_loads([spec for spec in inventory.specs() if spec.id in hosts], known)
    domains = known()
    rows = {row.domain.key: row for row in rows_of(session, {domain.key.host for domain in domains})}
    chosen = [rows[domain.key] for domain in domains]
    if session.json:
        vms = [
            records.vm(row.domain, row.spec, row.view, row.load if not cached else None, row.heard) for row in chosen
        ]
        output.document({"vms": vms, "unreached": session.unreached_records()})
        return Exit.DONE
    for index, row in enumerate(chosen):
        if index:
            output.line("")
        output.facts(facts_of(row))
    return Exit.DONE


def facts_of(row: Row) -> list[tuple[str, str]]:
    """A VM's page, as labels and values."""
    domain = row.domain
    age = _age(row)
    ago = _("seen {age} ago").format(age=age) if age else ""
    most = _("at most {memory}").format(memory=units.memory(domain.max_memory_kib))
    most_cpus = _("at most {count}").format(count=domain.max_vcpus)
    used = _used(row)
    heard = row.now - row.heard if row.heard else None
    addresses = (f"{item.ip} {states.address_source(item.source, heard)}" for item in domain.addresses)
    return [
        (_("Name"), domain.name),
        (_("State"), states.state_for(domain, row.view.status, row.now)),
        (_("Host"), joined(row.spec.name, row.spec.rack, row.spec.zone, ago)),
        (_("Title"), domain.title),
        (_("Description"), domain.description),
        (_("Tags"), ", ".join(domain.tags)),
        (_("Group"), domain.group),
        (_("Owner"), domain.owner),
        (_("System"), domain.os),
        (_("Address"), "\n".join(addresses)),
        (_("vCPU"), joined(str(domain.vcpus), most_cpus if domain.max_vcpus > domain.vcpus else "")),
        (_("CPU"), units.percent(_cpu(row)) if _cpu(row) is not None else ""),
        (
            _("Memory"),
            joined(units.memory(domain.memory_kib), most if domain.max_memory_kib > domain.memory_kib else ""),
        ),
        (_("Used"), units.memory(used) if used is not None else ""),
        (_("Disk MiB/s"), units.mib_s(_disk(row)) if _disk(row) is not None else ""),
        (_("Net Mbit/s"), units.mbit_s(_net(row)) if _net(row) is not None else ""),
        (_("Machine"), " ".join(part for part in (domain.kind, domain.machine, domain.arch, domain.firmware) if part)),
        (_("Disks"), "\n".join(disk_lines(domain))),
        (_("NICs"), "\n".join(f"{nic.mac} {nic.kind} {nic.source} {nic.model}".rstrip() for nic in domain.nics)),
        (_("Snapshots"), str(domain.snapshots) if domain.snapshots else ""),
        (_("From"), "\n".join(origins.about(domain.provenance, row.now)) if domain.provenance else ""),
        (_("Autostart"), _("yes") if domain.autostart else _("no")),
        (_("UUID"), domain.key.uuid),
    ]


def joined(*parts: str) -> str:
    """The parts that say something, in one line."""
    return ", ".join(part for part in parts if part)


def disk_lines(domain: Domain) -> list[str]:
    """One line a disk: "vda disk /srv/a.qcow2, qcow2, 8.2 of 80 GiB, shared"."""
    lines = []
    for disk in domain.disks:
        size = units.sizes_of(disk.allocation, disk.capacity) if disk.capacity else ""
        lines.append(
            joined(
                f"{disk.target} {disk.device} {disk.source or units.NONE}",
                disk.format,
                size,
                _("read-only") if disk.read_only else "",
                _("shared") if disk.shared else "",
            )
        )
    return lines
