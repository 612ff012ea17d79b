"""Which graphs a VM, a host or several VMs have, and what is read for them. Nothing here needs numpy itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import msgspec
from msgspec.structs import replace

from console.fleet.domains import Domain, VmKey
from console.fleet.history import Mark, Measure, Series, Subject
from console.words import _, ngettext

COLORS = 6  # curves with a colour of their own
MOST = 50  # VMs in one plot; the rest is left out, and said


class Stats(Protocol):
    """What of `services.stats` graphs are drawn from. All of it may block on the disk."""

    def several(
        self, keys: Sequence[Subject], measures: Iterable[Measure], start: float, end: float, points: int
    ) -> Mapping[Subject, Mapping[Measure, Series]]: ...

    def stacked(self, host: str, measure: Measure, start: float, end: float, points: int) -> Mapping[VmKey, Series]: ...

    def vcpus(self, key: Subject) -> float: ...

    def marks(self, keys: Iterable[VmKey] | None, start: float, end: float) -> Sequence[Mark]: ...


class Line(msgspec.Struct, frozen=True):
    """One curve: the sum of `measures` of a subject."""

    subject: Subject
    measures: tuple[Measure, ...]
    name: str
    number: int = 0
    filled: bool = False
    dashed: bool = False
    drawn: bool = True


class Draft(msgspec.Struct, frozen=True):
    """One graph before there are values. scale: of `graph_sheets.SCALES`. by_vm: that host's VMs stacked, not lines."""

    id: str
    title: str
    scale: str
    lines: tuple[Line, ...] = ()
    top: float | None = None
    least: float = 0.0
    by_vm: tuple[str, tuple[Measure, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All graphs of one stack. name: what they are of. marked: whose events are shown; names: of VMs, for stacked graphs and
    events of several.

    beside: the host whose figures tell whether anything was recorded in a gap of its VM. command: what of a command line says
    the same; VMs stand in it as keys.
    """

    drafts: tuple[Draft, ...]
    name: str = ""
    marked: tuple[VmKey, ...] = ()
    names: Mapping[VmKey, str] = field(default_factory=dict, hash=False)
    beside: str = ""
    command: tuple[str | VmKey, ...] = ()

    def wanted(self) -> dict[Subject, tuple[Measure, ...]]:
        """All measures of each subject, each once."""
        found: dict[Subject, dict[Measure, None]] = {}
        for draft in self.drafts:
            for line in draft.lines:
                found.setdefault(line.subject, {}).update(dict.fromkeys(line.measures))
        return {subject: tuple(measures) for subject, measures in found.items()}


class Told(msgspec.Struct, frozen=True, eq=False):
    """What was read for a plan: series by subject and measure, stacks by draft, events."""

    start: float
    end: float
    series: Mapping[tuple[Subject, Measure], Series]
    stacks: Mapping[str, Mapping[VmKey, Series]]
    marks: tuple[Mark, ...] = ()


# plans


def vm_plan(domain: Domain, *, long: bool = False) -> Plan:
    """A VM's four graphs; long: operations and latency too."""
    key = domain.key
    vcpus = ngettext("of {n} vCPU", "of {n} vCPU", domain.vcpus).format(n=domain.vcpus) if domain.vcpus else _("used")
    latency = () if long else (Line(key, (Measure.DISK_LATENCY,), _("latency"), drawn=False),)
    drafts = [
        Draft("cpu", _("CPU"), "share", (Line(key, (Measure.CPU,), vcpus, filled=True),), top=100.0),
        Draft(
            "memory",
            _("Memory"),
            "memory",
            (
                Line(key, (Measure.MEMORY,), _("guest uses"), filled=True),
                Line(key, (Measure.MEMORY_ALLOCATED,), _("allocated"), 1, dashed=True),
            ),
        ),
        Draft(
            "disk",
            _("Disk"),
            "bytes",
            (
                Line(key, (Measure.DISK_READ,), _("read")),
                Line(key, (Measure.DISK_WRITE,), _("written"), 1),
                *latency,
            ),
            least=1.0,
        ),
    ]
    if long:
        drafts += [_operations(key), _latency(key)]
    drafts.append(_network(key))
    return Plan(tuple(drafts), domain.name, (key,), beside=key.host, command=("stats", key))


def _operations(subject: Subject) -> Draft:
    lines = (
        Line(subject, (Measure.DISK_READ_OPS,), _("reads")),
        Line(subject, (Measure.DISK_WRITE_OPS,), _("writes"), 1),
    )
    return Draft("operations", _("Operations"), "ops", lines, least=10.0)


def _latency(subject: Subject) -> Draft:
    return Draft(
        "latency", _("Latency"), "latency", (Line(subject, (Measure.DISK_LATENCY,), _("an operation")),), least=1.0
    )


def _network(subject: Subject) -> Draft:
    lines = (Line(subject, (Measure.NET_IN,), _("in")), Line(subject, (Measure.NET_OUT,), _("out"), 1))
    return Draft("net", _("Network"), "bits", lines, least=1.0)


def host_plan(host: str, name: str, vms: Sequence[Domain] = ()) -> Plan:
    """A host's own load, and what waited for it."""
    drafts = (
        Draft(
            "cpu",
            _("CPU"),
            "share",
            (
                Line(host, (Measure.CPU,), _("of all threads"), filled=True),
                Line(host, (Measure.CPU_IOWAIT,), _("waits for disk"), 1),
                Line(host, (Measure.CPU_USER,), _("programs"), drawn=False),
                Line(host, (Measure.CPU_SYSTEM,), _("system"), drawn=False),
            ),
            top=100.0,
        ),
        Draft(
            "memory",
            _("Memory"),
            "memory",
            (
                Line(host, (Measure.MEMORY,), _("used"), filled=True),
                Line(host, (Measure.MEMORY_ALLOCATED,), _("given to VMs"), 1, dashed=True),
            ),
        ),
        Draft(
            "disk",
            _("Disk"),
            "bytes",
            (
                Line(host, (Measure.DISK_READ,), _("VMs read")),
                Line(host, (Measure.DISK_WRITE,), _("VMs write"), 1),
                Line(host, (Measure.DISK_LATENCY,), _("latency"), drawn=False),
            ),
            least=1.0,
        ),
        _network(host),
        Draft(
            "pressure",
            _("Pressure"),
            "share",
            (
                Line(host, (Measure.PRESSURE_CPU,), _("CPU")),
                Line(host, (Measure.PRESSURE_MEMORY,), _("memory"), 1),
                Line(host, (Measure.PRESSURE_IO,), _("disk"), 2),
            ),
            least=1.0,
        ),
    )
    return Plan(drafts, name, *_of_vms(vms), command=("stats", "--host", name))


def stacked_plan(host: str, name: str, vms: Sequence[Domain]) -> Plan:
    """What the VMs of a host take, one on the other."""

    def draft(id: str, title: str, scale: str, *measures: Measure) -> Draft:
        return Draft(id, title, scale, by_vm=(host, measures))

    drafts = (
        draft("cpu", _("CPU"), "cpus", Measure.CPU),
        draft("memory", _("Memory"), "memory", Measure.MEMORY),
        draft("disk", _("Disk"), "bytes", Measure.DISK_READ, Measure.DISK_WRITE),
        draft("net", _("Network"), "bits", Measure.NET_IN, Measure.NET_OUT),
    )
    return Plan(drafts, name, *_of_vms(vms), command=("stats", "--host", name, "--by-vm"))


def _of_vms(vms: Iterable[Domain]) -> tuple[tuple[VmKey, ...], dict[VmKey, str]]:
    names = {domain.key: domain.name for domain in vms}
    return tuple(names), names


def compare_plan(vms: Sequence[Domain]) -> Plan:
    """Several VMs in one plot each. Past the sixth they are grey."""

    def draft(id: str, title: str, scale: str, *measures: Measure, top: float | None = None) -> Draft:
        lines = tuple(Line(vm.key, measures, vm.name, min(number, COLORS)) for number, vm in enumerate(vms[:MOST]))
        return Draft(id, title, scale, lines, top)

    drafts = (
        draft("cpu", _("CPU"), "share", Measure.CPU, top=100.0),
        draft("memory", _("Memory"), "memory", Measure.MEMORY),
        draft("disk", _("Disk"), "bytes", Measure.DISK_READ, Measure.DISK_WRITE),
        draft("net", _("Network"), "bits", Measure.NET_IN, Measure.NET_OUT),
    )
    name = ngettext("{n} VM", "{n} VMs", len(vms)).format(n=len(vms))
    return Plan(drafts, name, *_of_vms(vms[:MOST]), command=("stats", *(vm.key for vm in vms[:MOST])))


def longer(draft: Draft) -> Draft:
    """What stands for a graph in small: its first line, or the host's own where it is a stack."""
    if draft.by_vm is None:
        return Draft(draft.id, draft.title, draft.scale, draft.lines[:1], draft.top, draft.least)
    host, measures = draft.by_vm
    scale, top = ("share", 100.0) if measures == (Measure.CPU,) else (draft.scale, None)
    return Draft(draft.id, draft.title, scale, (Line(host, measures, draft.title),), top)


# reading: in a worker's thread


def read(
    stats: Stats, plan: Plan, start: float, end: float, points: int, *, marks: bool = True, like: Told | None = None
) -> Told:
    """All that a plan wants of a span. like: of stacks only the VMs that are in this: who they are needs no disk then.
    Errors: FleetError.
    """
    alike: dict[tuple[Measure, ...], list[Subject]] = {}
    for subject, measures in plan.wanted().items():
        alike.setdefault(measures, []).append(subject)
    series = {
        (subject, measure): found
        for measures, subjects in alike.items()
        for subject, parts in stats.several(subjects, measures, start, end, points).items()
        for measure, found in parts.items()
    }
    if plan.beside:
        beside = stats.several((plan.beside,), (Measure.CPU,), start, end, points)
        series[plan.beside, Measure.CPU] = beside[plan.beside][Measure.CPU]
    stacks: dict[str, Mapping[VmKey, Series]] = {}
    for draft in plan.drafts:
        if draft.by_vm is not None:
            host, measures = draft.by_vm
            if like is not None and draft.id in like.stacks:
                stacks[draft.id] = _same_vms(stats, tuple(like.stacks[draft.id]), measures, start, end, points)
                continue
            parts = [stats.stacked(host, measure, start, end, points) for measure in measures]
            keys = dict.fromkeys(key for part in parts for key in part)
            stacks[draft.id] = {key: added([part[key] for part in parts if key in part]) for key in keys}
    found_marks = tuple(stats.marks(plan.marked, start, end)) if marks and plan.marked else ()
    return Told(start, end, series, stacks, found_marks)


def _same_vms(
    stats: Stats, keys: tuple[VmKey, ...], measures: tuple[Measure, ...], start: float, end: float, points: int
) -> dict[VmKey, Series]:
    """As `Stats.stacked`, of VMs that are known."""
    found = {}
    for key, parts in stats.several(keys, measures, start, end, points).items():
        one = added([parts[measure] for measure in measures])
        if measures == (Measure.CPU,):
            by = stats.vcpus(key)
            one = replace(one, low=one.low * by, mean=one.mean * by, high=one.high * by)
        if isinstance(key, VmKey):
            found[key] = one
    return found


def added(parts: Sequence[Series]) -> Series:
    """Series of the same bins as one; a gap in any is a gap. Least and most are at least and at most that."""
    first, *rest = parts
    low, mean, high = first.low, first.mean, first.high
    for part in rest:
        if len(part.mean) == len(mean):
            low, mean, high = low + part.low, mean + part.mean, high + part.high
    return Series(first.measure, first.step, first.times, low, mean, high, first.replayed)
