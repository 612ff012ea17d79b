"""What this computer's own processes tell of the VMs of its libvirt, which libvirt itself has no call for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from msgspec.structs import replace

from console.fleet.domains import Domain
from console.fleet.errors import UsageError
from console.gateway.uri import take_apart

PROC = Path("/proc")


def is_local(uri: str) -> bool:
    """The QEMU processes of this host run on this computer."""
    try:
        target = take_apart(uri)
    except UsageError:
        return False
    return target.driver == "qemu" and target.transport == "unix" and not target.host


def with_starts(domains: tuple[Domain, ...], proc: Path = PROC) -> tuple[Domain, ...]:
    """`domains`, those that run for an unknown time with the start of their QEMU process. Reads /proc; never fails."""
    if not any(domain.state.active and not domain.started for domain in domains):
        return domains
    known = starts(proc)
    return tuple(
        replace(domain, started=known[domain.key.uuid])
        if domain.state.active and not domain.started and domain.key.uuid in known
        else domain
        for domain in domains
    )


def starts(proc: Path = PROC) -> dict[str, float]:
    """Epoch at which each QEMU process that names a UUID was started, by that UUID; only those we may look at."""
    try:
        booted = _booted((proc / "stat").read_text().splitlines())
        folders = [path for path in proc.iterdir() if path.name.isdecimal()]
    except OSError:
        return {}
    ticks = os.sysconf("SC_CLK_TCK")
    found = {}
    for folder in folders:
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if b"-uuid" not in words[:-2] or b"qemu" not in words[0]:
                continue
            uuid = words[words.index(b"-uuid") + 1].decode("ascii")
            after = (folder / "stat").read_text(errors="replace").rpartition(")")[2].split()
            found[uuid] = booted + int(after[19]) / ticks  # field 22 of proc(5), counted from the third
        except (OSError, ValueError, IndexError):
            continue  # it ended meanwhile, or is none of ours
    return found if booted else {}


def _booted(lines: Iterable[str]) -> float:
    """Epoch of this computer's start, 0 where it does not tell."""
    return next((float(line.split()[1]) for line in lines if line.startswith("btime ")), 0.0)
