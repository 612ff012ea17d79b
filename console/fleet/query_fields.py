"""The fields of the search language: what `tag:`, `cpu>` and the others look at.

Names of things (tag, host, zone…) are compared whole, so that `tag:prod` never means "non-prod"; texts (name, note, ip…) by a
part of them. "*" stands for anything in both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum

import msgspec

from console.fleet.domains import Domain, State
from console.fleet.hosts import HostSpec, Phase
from console.fleet.query_values import Measure
from console.fleet.subjects import Known, Subject

Texts = Callable[[Subject, Known], Iterable[str]]
Figure = Callable[[Subject, Known], float | None]
HostTexts = Callable[[HostSpec], Iterable[str]]
LOADED = ("cpu", "mem", "disk", "net", "read", "write", "iops", "in", "out")
"""Fields that are figures of load."""


class Kind(StrEnum):
    """How a field's value is read."""

    NAME = "name"  # whole
    TEXT = "text"  # a part
    ADDRESS = "address"  # a part, or a network such as 10.4.0.0/16
    STATE = "state"
    FLAG = "flag"
    FIGURE = "figure"


class Field(msgspec.Struct, frozen=True):
    """One field. texts: what a NAME, TEXT or ADDRESS compares; figure: what is compared as a number, of `measure`; share:
    the same in percent of what there is; least: what it is at least, where more is not known; flag: of a FLAG. hosts: the
    texts of a host, None = hosts have no such thing. A field may have both texts and a figure (net).
    """

    name: str
    kind: Kind
    texts: Texts | None = None
    figure: Figure | None = None
    share: Figure | None = None
    least: Figure | None = None
    flag: Callable[[Subject], bool] | None = None
    measure: Measure = Measure.COUNT
    hosts: HostTexts | None = None


def _name(s: Subject, _k: Known) -> Iterable[str]:
    return (s.domain.name,)


def _host_names(spec: HostSpec) -> Iterable[str]:
    return (spec.name, spec.id, spec.name.partition(".")[0])


def _system(s: Subject, _k: Known) -> Iterable[str]:
    """Libosinfo's "http://debian.org/debian/12" is found as "debian 12" too."""
    os = s.domain.os
    return (os, " ".join(os.rsplit("/", 2)[-2:])) if "//" in os else (os,)


def _note(s: Subject, _k: Known) -> Iterable[str]:
    return (s.domain.title, s.domain.description)


def _nets(s: Subject, _k: Known) -> Iterable[str]:
    return tuple(nic.source for nic in s.domain.nics) or ("",)


def _files(s: Subject, _k: Known) -> Iterable[str]:
    return tuple(path for disk in s.domain.disks for path in (disk.source, *disk.backing))


def _pools(s: Subject, k: Known) -> Iterable[str]:
    """Pools that hold a disk: named by it, or it lies in their folder."""
    found: dict[str, None] = {}
    pools = k.pools(s.domain.key.host)
    for disk in s.domain.disks:
        source = disk.source
        if source and not source.startswith("/"):
            found[source.partition("/")[0]] = None
        for pool in pools:
            if pool.path and source.startswith(f"{pool.path.rstrip('/')}/"):
                found[pool.name] = None
    return found or ("",)


def _builds(s: Subject, _k: Known) -> Iterable[str]:
    return (s.domain.provenance.build if s.domain.provenance else "",)


def _sources(s: Subject, _k: Known) -> Iterable[str]:
    """What it was cloned from."""
    return (s.domain.provenance.cloned_from if s.domain.provenance else "",)


def _any(values: tuple[str, ...]) -> tuple[str, ...]:
    return values or ("",)  # so that tag:"" finds what has none


# figures


def _load(read: Callable[[Subject], float | None]) -> Figure:
    def figure(s: Subject, _k: Known) -> float | None:
        return read(s) if s.load is not None and s.domain.state.active else None

    return figure


def _cpu(s: Subject) -> float | None:
    cpu = s.load.cpu if s.load else None
    return None if cpu is None else cpu * 100


def _used(s: Subject) -> float | None:
    kib = s.load.memory_used_kib if s.load else None
    return None if kib is None else kib * 1024.0


def _used_share(s: Subject) -> float | None:
    used, total = _used(s), ram(s.domain)
    return None if used is None or not total else used / total * 100


def _both(one: float | None, other: float | None) -> float | None:
    return None if one is None and other is None else (one or 0.0) + (other or 0.0)


def ram(domain: Domain) -> float:
    """Bytes it was given."""
    return (domain.memory_kib or domain.max_memory_kib) * 1024.0


_OFF = (State.OFF, State.SAVED, State.CRASHED)


def _off(s: Subject, k: Known) -> float | None:
    since = s.domain.since if s.domain.state in _OFF else 0.0
    return max(0.0, k.now - since) if since else None


def _off_at_least(s: Subject, k: Known) -> float | None:
    domain = s.domain
    if domain.state not in _OFF:
        return None
    since = domain.since or _first(k.idle_since(domain.key), domain.met)
    return max(0.0, k.now - since) if since else None


def _idle(s: Subject, k: Known) -> float | None:
    domain = s.domain
    since = k.idle_since(domain.key)
    if not domain.state.active:
        since = _first(since, domain.since or domain.met)
    return max(0.0, k.now - since) if since else None


def _first(*times: float | None) -> float:
    return min((time for time in times if time), default=0.0)


def _uptime(s: Subject, k: Known) -> float | None:
    domain = s.domain
    return max(0.0, k.now - domain.started) if domain.started and domain.state.active else None


def _uptime_at_least(s: Subject, k: Known) -> float | None:
    domain = s.domain
    since = domain.started or domain.met
    return max(0.0, k.now - since) if since and domain.state.active else None


def _age(s: Subject, k: Known) -> float | None:
    """How old what is known is; nothing for a host that is live."""
    status = s.status
    return None if status.phase is Phase.LIVE or not status.seen else max(0.0, k.now - status.seen)


def _count(read: Callable[[Domain], int]) -> Figure:
    return lambda s, _k: read(s.domain)


def _figure(
    name: str, measure: Measure, figure: Figure, share: Figure | None = None, least: Figure | None = None
) -> Field:
    return Field(name, Kind.FIGURE, figure=figure, share=share, least=least, measure=measure)


def _flag(name: str, flag: Callable[[Subject], bool]) -> Field:
    return Field(name, Kind.FLAG, flag=flag)


_FIELDS = (
    Field("name", Kind.TEXT, _name, hosts=lambda spec: (spec.name,)),
    Field("host", Kind.NAME, lambda s, _k: _host_names(s.spec), hosts=_host_names),
    Field("zone", Kind.NAME, lambda s, _k: (s.spec.zone,), hosts=lambda spec: (spec.zone,)),
    Field("rack", Kind.NAME, lambda s, _k: (s.spec.rack,), hosts=lambda spec: (spec.rack,)),
    Field("state", Kind.STATE),
    Field("tag", Kind.NAME, lambda s, _k: _any(s.domain.tags), hosts=lambda spec: _any(spec.tags)),
    Field("group", Kind.NAME, lambda s, _k: (s.domain.group,)),
    Field("owner", Kind.TEXT, lambda s, _k: (s.domain.owner,)),
    Field("ip", Kind.ADDRESS, lambda s, _k: _any(tuple(a.ip for a in s.domain.addresses))),
    Field("mac", Kind.TEXT, lambda s, _k: _any(tuple(nic.mac for nic in s.domain.nics))),
    Field("os", Kind.TEXT, _system),
    Field("build", Kind.NAME, _builds),
    Field("from", Kind.NAME, _sources),
    Field("note", Kind.TEXT, _note),
    Field(
        "net",
        Kind.NAME,
        _nets,
        _load(lambda s: _both(s.load.net_in, s.load.net_out) if s.load else None),
        measure=Measure.NET_RATE,
    ),
    Field("pool", Kind.NAME, _pools),
    Field("file", Kind.TEXT, _files),
    Field("uuid", Kind.TEXT, lambda s, _k: (s.domain.key.uuid,)),
    _figure("cpu", Measure.PERCENT, _load(_cpu)),
    _figure("mem", Measure.MEMORY, _load(_used), _load(_used_share)),
    _figure(
        "disk",
        Measure.DISK_RATE,
        _load(lambda s: _both(s.load.disk_read, s.load.disk_write) if s.load else None),
    ),
    _figure("read", Measure.DISK_RATE, _load(lambda s: s.load.disk_read if s.load else None)),
    _figure("write", Measure.DISK_RATE, _load(lambda s: s.load.disk_write if s.load else None)),
    _figure("iops", Measure.COUNT, _load(lambda s: s.load.disk_ops if s.load else None)),
    _figure("in", Measure.NET_RATE, _load(lambda s: s.load.net_in if s.load else None)),
    _figure("out", Measure.NET_RATE, _load(lambda s: s.load.net_out if s.load else None)),
    _figure("vcpus", Measure.COUNT, _count(lambda d: d.vcpus or d.max_vcpus)),
    _figure("ram", Measure.MEMORY, lambda s, _k: ram(s.domain)),
    _figure("size", Measure.SIZE, lambda s, _k: float(sum(disk.capacity for disk in s.domain.disks))),
    _figure("disks", Measure.COUNT, _count(lambda d: sum(disk.device in ("disk", "lun") for disk in d.disks))),
    _figure("nics", Measure.COUNT, _count(lambda d: len(d.nics))),
    _figure("snapshots", Measure.COUNT, _count(lambda d: d.snapshots)),
    _figure("idle", Measure.TIME, _idle),
    _figure("off", Measure.TIME, _off, least=_off_at_least),
    _figure("uptime", Measure.TIME, _uptime, least=_uptime_at_least),
    _figure("age", Measure.TIME, _age),
    _flag("autostart", lambda s: s.domain.autostart),
    _flag("agent", lambda s: s.domain.has_agent),
    _flag("persistent", lambda s: s.domain.persistent),
    _flag("tpm", lambda s: s.domain.tpm),
    _flag("template", lambda s: bool(s.domain.provenance and s.domain.provenance.template)),
    _flag("linked", lambda s: bool(s.domain.provenance and s.domain.provenance.linked)),
    _flag("goes", lambda s: bool(s.domain.provenance and s.domain.provenance.goes)),
)

FIELDS = {field.name: field for field in _FIELDS}
"""All fields by name, in the order in which they are offered."""

ALIASES = {
    "memory": "mem",
    "snaps": "snapshots",
    "cpus": "vcpus",
    "vcpu": "vcpus",
    "tags": "tag",
    "network": "net",
    "description": "note",
    "system": "os",
    "id": "uuid",
    "up": "uptime",
    "status": "state",
}


def field_of(name: str) -> Field | None:
    return FIELDS.get(ALIASES.get(name, name))


# states

LAST_SEEN = "last-seen"
ACTIVE = "active"


def _state_is(state: State) -> Callable[[Subject], bool]:
    return lambda s: s.domain.state is state


STATES: dict[str, Callable[[Subject], bool]] = {
    **{state.value: _state_is(state) for state in State},
    ACTIVE: lambda s: s.domain.state.active,
    LAST_SEEN: lambda s: s.status.phase not in (Phase.LIVE, Phase.STALE),
    "stale": lambda s: s.status.phase is Phase.STALE,
}
"""What `state:` takes; the beginning of a word is enough."""

FLAGS = {"yes": True, "on": True, "true": True, "1": True, "no": False, "off": False, "false": False, "0": False}
