"""Shares, quotas and limits: what of <cputune>, <memtune> and a disk's <iotune> a running domain takes at once, and as which
parameters of libvirt's calls. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from lxml import etree

from console.fleet.edits import Detail, Step, Value, Way
from console.libvirtxml import tree

Element = etree._Element

ELEMENTS = frozenset({"cputune", "memtune"})
"""Elements of a domain that are nothing but such values."""

UNLIMITED_KIB = 9007199254740991  # VIR_DOMAIN_MEMORY_PARAM_UNLIMITED
_CPU = {
    "shares": "cpu_shares",
    "period": "vcpu_period",
    "quota": "vcpu_quota",
    "global_period": "global_period",
    "global_quota": "global_quota",
    "emulator_period": "emulator_period",
    "emulator_quota": "emulator_quota",
    "iothread_period": "iothread_period",
    "iothread_quota": "iothread_quota",
}
_MEMORY = frozenset({"hard_limit", "soft_limit", "swap_hard_limit"})
_RATES = tuple(f"{way}_{what}_sec" for what in ("bytes", "iops") for way in ("total", "read", "write"))
_IO = frozenset({"size_iops_sec"} | {f"{rate}{end}" for rate in _RATES for end in ("", "_max", "_max_length")})
_GROUP = "group_name"

Taken = tuple[Step | None, tuple[Detail, ...], tuple[Detail, ...]]
"""The call, what of the details it does, and what is left."""


def cpu(details: Iterable[Detail]) -> Taken:
    """A quota that goes is none; shares and periods that go are the host's own from the next start."""
    values: list[tuple[str, Value]] = []
    taken: list[Detail] = []
    left: list[Detail] = []
    for detail in details:
        after = -1 if detail.after is None and detail.path.endswith("quota") else _number(detail.after)
        if detail.path in _CPU and after is not None:
            values.append((_CPU[detail.path], after))
            taken.append(detail)
        else:
            left.append(detail)
    return _step(Way.CPU_TUNE, values), tuple(taken), tuple(left)


def limits(old: Element | None, new: Element | None) -> tuple[Detail, ...]:
    """What differs between two <memtune>, in KiB whatever the units."""
    before, after = _kib(old), _kib(new)
    names = dict.fromkeys((*before, *after))
    return tuple(
        Detail(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    )


def _kib(element: Element | None) -> dict[str, str]:
    children = [child for child in element if isinstance(child.tag, str)] if element is not None else []
    return {str(child.tag): str(tree.kib(child)) for child in children}


def memory(details: Iterable[Detail]) -> Taken:
    """Details as of `limits`. A limit that goes is none."""
    values: list[tuple[str, Value]] = []
    taken: list[Detail] = []
    left: list[Detail] = []
    for detail in details:
        limit = UNLIMITED_KIB if detail.after is None else _number(detail.after)
        if detail.path in _MEMORY and limit:
            values.append((detail.path, min(limit, UNLIMITED_KIB)))
            taken.append(detail)
        else:
            left.append(detail)
    return _step(Way.MEMORY_TUNE, values), tuple(taken), tuple(left)


def io(details: Iterable[Detail], target: str, new: Element | None, live: Element | None) -> Taken:
    """Of a disk's details those of <iotune>. new, live: that element as it is to be, and as the running domain has it. All
    values go into one call, since libvirt sets those of a kind together; one that goes is 0, none."""
    wanted = (
        {str(child.tag): tree.text(child) for child in new if isinstance(child.tag, str)} if new is not None else {}
    )
    there = {str(child.tag) for child in live if isinstance(child.tag, str)} if live is not None else set()
    taken: list[Detail] = []
    left: list[Detail] = []
    for detail in details:
        folder, _slash, name = detail.path.partition("/")
        known = (name in _IO and _number(detail.after or "0") is not None) or (name == _GROUP and detail.after)
        (taken if folder == "iotune" and known else left).append(detail)
    if not taken:
        return None, (), tuple(left)
    values: dict[str, Value] = dict.fromkeys(sorted(there & _IO), 0)
    values |= {name: number for name, text in wanted.items() if name in _IO and (number := _number(text)) is not None}
    if wanted.get(_GROUP):
        values[_GROUP] = wanted[_GROUP]
    return _step(Way.IO_TUNE, values.items(), target), tuple(taken), tuple(left)


def _step(way: Way, values: Iterable[tuple[str, Value]], key: str = "") -> Step | None:
    values = tuple(values)
    return Step(way, key=key, values=values) if values else None


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.removeprefix("-").isdecimal() and len(text) < 20 else None
