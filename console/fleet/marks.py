"""What happened to a VM, from what was known of it before and after."""

from __future__ import annotations

from msgspec.structs import replace

from console.fleet.domains import Domain, State
from console.fleet.history import Mark, MarkKind

SETTINGS = (
    "name",
    "vcpus",
    "max_vcpus",
    "memory_kib",
    "max_memory_kib",
    "disks",
    "nics",
    "autostart",
    "title",
    "description",
    "tags",
    "group",
    "owner",
    "machine",
    "cpu_mode",
    "firmware",
    "tpm",
    "graphics",
)
"""Fields of a Domain that are its configuration; a mark's text names those that changed, with commas."""


def marks_between(before: Domain, after: Domain, at: float) -> tuple[Mark, ...]:
    """What happened to one VM at `at` (epoch); `before` and `after` are both as its host told them."""
    if before is after:
        return ()
    found = []
    kind = _state_mark(before, after)
    if kind is not None:
        found.append(Mark(at, kind, after.key))
    # a VM's running and its lasting configuration differ in much that nobody changed
    if before.state.active is after.state.active and before.boot == after.boot:
        changed = [name for name in SETTINGS if _setting(before, name) != _setting(after, name)]
        if changed:
            found.append(Mark(at, MarkKind.CONFIG, after.key, ",".join(changed)))
    return tuple(found)


def _state_mark(before: Domain, after: Domain) -> MarkKind | None:
    was, now = before.state, after.state
    if State.UNKNOWN in (was, now) or State.MIGRATING in (was, now):
        return None
    if not was.active and now.active:
        return MarkKind.START
    if now is State.CRASHED and was is not State.CRASHED:
        return MarkKind.CRASH
    if was.active and not now.active:
        return MarkKind.STOP
    halted = (State.PAUSED, State.SUSPENDED)
    if was.active and now in halted and was not in halted:
        return MarkKind.PAUSE
    if was in halted and now is State.RUNNING:
        return MarkKind.RESUME
    return None


def _setting(domain: Domain, name: str) -> object:
    """A setting without what only running tells: sizes in use, names of devices."""
    if name == "disks":
        return tuple(replace(disk, capacity=0, allocation=0, backing=()) for disk in domain.disks)
    if name == "nics":
        return tuple(replace(nic, target="") for nic in domain.nics)
    return getattr(domain, name)
