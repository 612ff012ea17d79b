"""The columns of the VM table: what they show, how they sort, how wide they are and which give way first."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from console.fleet.domains import Domain, State
from console.ui.icons import Age, goes_glyph, phase_glyph, vm_glyph
from console.ui.models.cells import EMPTY, NOTHING, Cell, Spark, Trace
from console.ui.models.vm_rows import VmRow
from console.words import N_, _, origins, states, units

HOT = 0.9  # CPU from here on stands out


class Looking(msgspec.Struct, frozen=True):
    """What cells need beyond their row. trace: of a VM's CPU; groups: number of a group's colour."""

    now: float
    trace: Callable[[Any], Trace]
    groups: dict[str, int]


class Column(msgspec.Struct, frozen=True):
    """A column of the VM table.

    id: stable, kept in preferences. title: the head, not yet translated; unit: after it, paler. width: px at scale 1.
    shown: is it there until someone chooses otherwise. drops: in a narrow window those with 1 go first, then 2; 0 stays.
    key: to sort by; None sorts below everything. down: the first click on the head sorts downwards.
    """

    id: str
    title: str
    cell: Callable[[VmRow, Looking], Cell]
    key: Callable[[VmRow], Any]
    width: int
    unit: str = ""
    right: bool = False
    shown: bool = True
    drops: int = 0
    down: bool = False
    live: bool = False  # sorted by figures of load


def _role(row: VmRow, role: str = "text") -> str:
    return "text3" if row.age is Age.LOST else role


def _name(row: VmRow, at: Looking) -> Cell:
    lost = row.age is Age.LOST
    return Cell(
        row.domain.name,
        "text3" if lost else "text",
        "body" if lost else "name",
        glyph=vm_glyph(row.domain, row.age),
        mark=goes_glyph(row.domain),
        mark_text=origins.goes_at(row.domain.provenance, at.now) if row.domain.provenance else "",
        mark_yields=True,
    )


def _state(row: VmRow, at: Looking) -> Cell:
    role = {State.CRASHED: "error", State.MIGRATING: "accent"}.get(row.domain.state, "text2")
    return Cell(states.state_words(row.domain, row.status, at.now), _role(row, role))


def _host(row: VmRow, at: Looking) -> Cell:
    return Cell(
        row.spec.name,
        _role(row),
        mark=phase_glyph(row.status.phase),
        mark_text=states.phase_age(row.status, at.now),
    )


def _cpu(row: VmRow, at: Looking) -> Cell:
    cpu = row.cpu
    if cpu is None:
        return NOTHING
    fresh = row.age is Age.LIVE
    gone = 0.0 if fresh else max(1.0, at.now - (row.status.seen or at.now))
    spark = Spark(row.key, at.trace(row.key), gone, "series1" if fresh else "last-known")
    return Cell(units.percent(cpu), _role(row), "name" if cpu >= HOT and fresh else "body", spark=spark)


def _memory(row: VmRow, at: Looking) -> Cell:
    used, total = row.memory_used, row.memory_total
    text, of, rest = units.of(used, total).partition(" ")
    pale = f" {rest}" if of else ""
    if used is None:
        return Cell(text, "text3", pale=pale)
    bar = used / total if total else 0.0
    return Cell(text, _role(row), pale=pale, bar=bar, bar_role="series1" if row.age is Age.LIVE else "last-known")


def _disk_rate(row: VmRow) -> float | None:
    load = row.load
    if load is None or not row.domain.state.active or load.disk_read is None:
        return None
    return load.disk_read + (load.disk_write or 0.0)


def _net_rate(row: VmRow) -> float | None:
    load = row.load
    if load is None or not row.domain.state.active or load.net_in is None:
        return None
    return load.net_in + (load.net_out or 0.0)


def _disk(row: VmRow, at: Looking) -> Cell:
    rate = _disk_rate(row)
    return NOTHING if rate is None else Cell(units.mib_s(rate), _role(row))


def _net(row: VmRow, at: Looking) -> Cell:
    rate = _net_rate(row)
    return NOTHING if rate is None else Cell(units.mbit_s(rate), _role(row))


def _ip(row: VmRow, at: Looking) -> Cell:
    if not row.ip:
        return NOTHING
    others = len(row.domain.addresses) - 1
    return Cell(row.ip, _role(row), pale=f" +{others}" if others else "")


def _snaps(row: VmRow, at: Looking) -> Cell:
    count = row.domain.snapshots
    return Cell(units.count(count), _role(row) if count else "text3")


def _group(row: VmRow, at: Looking) -> Cell:
    name = row.domain.group
    if not name:
        return EMPTY
    return Cell(name, _role(row), band=-1 if row.age is Age.LOST else at.groups.get(name, 0))


def _tags(row: VmRow, at: Looking) -> Cell:
    return Cell(chips=row.domain.tags, pale_chips=row.age is Age.LOST) if row.domain.tags else EMPTY


def _from(row: VmRow, at: Looking) -> Cell:
    known = row.domain.provenance
    if known is None or not known.cloned_from:
        return EMPTY
    more = [_("“{snapshot}”").format(snapshot=known.snapshot)] if known.snapshot else []
    if known.linked:
        more.append(_("linked"))
    return Cell(known.cloned_from, _role(row), pale="".join(f", {part}" for part in more))


def _goes(row: VmRow, at: Looking) -> Cell:
    known = row.domain.provenance
    if known is None or not known.goes:
        return EMPTY
    return Cell(origins.thrown(known, at.now), _role(row))


def _text(read: Callable[[VmRow], str], role: str = "text") -> Callable[[VmRow, Looking], Cell]:
    def cell(row: VmRow, at: Looking) -> Cell:
        text = read(row)
        return Cell(text, _role(row, role)) if text else EMPTY

    return cell


def _vcpus(row: VmRow, at: Looking) -> Cell:
    return Cell(units.count(row.domain.vcpus or row.domain.max_vcpus), _role(row))


def _autostart(row: VmRow, at: Looking) -> Cell:
    return Cell(_("on"), _role(row)) if row.domain.autostart else Cell(_("off"), "text3")


def _uptime(row: VmRow, at: Looking) -> Cell:
    text = states.uptime(row.domain, at.now)
    return Cell(text, _role(row)) if text else NOTHING


def _begun(row: VmRow) -> float:
    """Epoch since when it runs at least; far away for a VM that does not."""
    domain = row.domain
    return (domain.started or domain.met or 9e12) if domain.state.active else 9e12


def _origin(row: VmRow, name: str) -> str:
    return getattr(row.domain.provenance, name) if row.domain.provenance else ""


def _when(domain: Domain) -> float:
    """Epoch at which it goes: those with a date first, then those that go when they are shut down, then all others."""
    known = domain.provenance
    return 9e12 if known is None or not known.goes else known.expires or 8e12


_STATE_ORDER = {
    State.CRASHED: 0,
    State.MIGRATING: 1,
    State.SHUTTING_DOWN: 2,
    State.RUNNING: 3,
    State.PAUSED: 4,
    State.SUSPENDED: 5,
    State.SAVED: 6,
    State.OFF: 7,
    State.UNKNOWN: 8,
}


def _number(value: float | None) -> float:
    """Not known sorts below everything."""
    return -1.0 if value is None else value


@lru_cache(maxsize=32768)
def _ip_key(text: str) -> tuple[int, int]:
    """Addresses by number, IPv4 before IPv6, none last."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return 9, 0
    return address.version, int(address)


def _last_if_empty(text: str) -> tuple[bool, str]:
    return not text, text.casefold()


COLUMNS: tuple[Column, ...] = (
    Column("name", N_("Name"), _name, lambda r: r.name_key, 154),
    Column("state", N_("State"), _state, lambda r: (_STATE_ORDER[r.domain.state], -r.domain.since), 112),
    Column("host", N_("Host"), _host, lambda r: r.spec.name.casefold(), 128),
    Column("cpu", N_("CPU, 10 min"), _cpu, lambda r: _number(r.cpu), 112, right=True, down=True, live=True),
    Column(
        "memory",
        N_("Memory"),
        _memory,
        lambda r: (_number(r.memory_used), r.memory_total),
        136,
        N_("GiB"),
        right=True,
        down=True,
        live=True,
    ),
    Column(
        "disk",
        N_("Disk"),
        _disk,
        lambda r: _number(_disk_rate(r)),
        92,
        N_("MiB/s"),
        right=True,
        drops=1,
        down=True,
        live=True,
    ),
    Column(
        "net",
        N_("Net"),
        _net,
        lambda r: _number(_net_rate(r)),
        84,
        N_("Mbit/s"),
        right=True,
        drops=1,
        down=True,
        live=True,
    ),
    Column("ip", N_("IP"), _ip, lambda r: _ip_key(r.ip), 96),
    Column("snaps", N_("Snaps"), _snaps, lambda r: r.domain.snapshots, 52, right=True, drops=2, down=True),
    Column("group", N_("Group"), _group, lambda r: _last_if_empty(r.domain.group), 114, drops=4),
    Column("tags", N_("Tags"), _tags, lambda r: _last_if_empty(" ".join(r.domain.tags)), 102, drops=3),
    Column("vcpus", N_("vCPU"), _vcpus, lambda r: r.domain.vcpus, 56, right=True, shown=False, down=True),
    Column("autostart", N_("Autostart"), _autostart, lambda r: not r.domain.autostart, 80, shown=False),
    Column("uptime", N_("Uptime"), _uptime, lambda r: -_begun(r), 96, right=True, shown=False),
    Column(
        "description",
        N_("Description"),
        _text(lambda r: r.domain.title or r.domain.description.partition("\n")[0], "text2"),
        lambda r: _last_if_empty(r.domain.title or r.domain.description),
        200,
        shown=False,
    ),
    Column("zone", N_("Zone"), _text(lambda r: r.spec.zone), lambda r: _last_if_empty(r.spec.zone), 80, shown=False),
    Column("rack", N_("Rack"), _text(lambda r: r.spec.rack), lambda r: _last_if_empty(r.spec.rack), 64, shown=False),
    Column("os", N_("System"), _text(lambda r: r.domain.os), lambda r: _last_if_empty(r.domain.os), 110, shown=False),
    Column(
        "owner", N_("Owner"), _text(lambda r: r.domain.owner), lambda r: _last_if_empty(r.domain.owner), 90, shown=False
    ),
    Column("from", N_("From"), _from, lambda r: _last_if_empty(_origin(r, "cloned_from")), 150, shown=False),
    Column(
        "build",
        N_("Build"),
        _text(lambda r: _origin(r, "build")),
        lambda r: _last_if_empty(_origin(r, "build")),
        90,
        shown=False,
    ),
    Column(
        "template",
        N_("Template"),
        _text(lambda r: _("Template") if r.domain.provenance and r.domain.provenance.template else ""),
        lambda r: not (r.domain.provenance and r.domain.provenance.template),
        84,
        shown=False,
    ),
    Column("goes", N_("Goes"), _goes, lambda r: _when(r.domain), 104, shown=False),
    Column("uuid", N_("UUID"), _text(lambda r: r.key.uuid, "text2"), lambda r: r.key.uuid, 260, shown=False),
)
IDS = tuple(column.id for column in COLUMNS)


def column_number(id: str) -> int:
    """Where a column stands in the model. Raises ValueError for an id that is none."""
    return IDS.index(id)


def _kin_tip(domain: Domain, now: float) -> str:
    """Where it comes from, its build and note, and when it goes."""
    return "\n".join(origins.about(domain.provenance, now)) if domain.provenance else ""


def tooltip(row: VmRow, id: str, now: float, heard: float = 0.0) -> str:
    """More about one cell, "" where the cell says it all. heard: epoch at which its addresses were last told."""
    domain = row.domain
    match id:
        case "name":
            more = "\n".join(part for part in (domain.title, domain.description) if part)
            kin = _kin_tip(domain, now)
            return "\n".join(part for part in (domain.name, more, kin) if part)
        case "state":
            return states.state_for(domain, row.status, now)
        case "host":
            return f"{row.spec.name}: {states.phase_words(row.spec, row.status, now)}"
        case "ip":
            age = now - heard if heard else None
            return "\n".join(f"{a.ip} {states.address_source(a.source, age)}" for a in domain.addresses)
        case "tags":
            return ", ".join(domain.tags)
        case "from" | "build" | "goes" | "template":
            return _kin_tip(domain, now)
        case "group" | "owner" | "os" | "description" | "uuid":
            return {
                "group": domain.group,
                "owner": domain.owner,
                "os": domain.os,
                "description": domain.description,
                "uuid": domain.key.uuid,
            }[id]
        case _:
            return ""
