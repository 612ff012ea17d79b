"""Snapshots as libvirt keeps and takes them. Every function calls the host, may block, and raises FleetError.

Nothing here decides: what is safe is said by a plan (fleet.snapshots). What was cut off can be called again.
"""

from __future__ import annotations

from console.fleet.snapshots.values import Snapshot
from console.gateway.connection import Link

AGENT_LIMIT = 10  # seconds the guest agent has for each word to it


def listed(link: Link, uuid: str) -> tuple[Snapshot, ...]:
    """All of a domain, parents before children."""
    raise NotImplementedError


def xml(link: Link, uuid: str, name: str, *, secrets: bool = False) -> str:
    """The XML of one, with the domain's as it was then. secrets: with passwords, for redefining it. NotFound."""
    raise NotImplementedError


def exists(link: Link, uuid: str, name: str) -> bool:
    raise NotImplementedError


def take(link: Link, uuid: str, text: str, *, disk_only: bool, freeze: bool = False, live: bool = False) -> None:
    """Takes the snapshot that `text` describes. One call that lasts as long as memory is written.

    disk_only: external, of the disks alone, all at one moment or none. freeze: by the guest agent (with disk_only); the host
    itself freezes and thaws within this one call, so that a console that dies leaves nothing frozen; where the call fails
    the guest is thawed once more by us. live: external memory is written while the guest goes on. Conflict (EXISTS): the name
    is taken. Busy (AGENT): the agent does not answer, nothing was taken.
    """
    raise NotImplementedError


def thaw(link: Link, uuid: str) -> bool:
    """Has a guest that may have been left frozen go on: after a daemon that died within `take`. False: it could not be told.

    One that is not frozen, or off, is done already."""
    raise NotImplementedError


def revert(link: Link, uuid: str, name: str, *, start: bool | None = None, paused: bool = False) -> None:
    """Goes back to an internal snapshot. start: True, it runs then; False, it is off; None, as the snapshot has it.
    paused: it stands still where it would run. A running VM whose devices differ is started anew for it."""
    raise NotImplementedError


def erase(link: Link, uuid: str, name: str) -> None:
    """Takes an internal snapshot out of its images; those below it go on from its parent. One that is gone is done already."""
    raise NotImplementedError


def forget(link: Link, uuid: str, name: str) -> None:
    """Removes libvirt's record of a snapshot; no file changes. Those below it go on from its parent. Gone is done already."""
    raise NotImplementedError


def redefine(link: Link, uuid: str, text: str, *, current: bool = False) -> None:
    """Tells libvirt a snapshot anew, as `text` has it: one of that name is replaced (other files, parent, description).
    current: "now" goes on from it."""
    raise NotImplementedError


def set_current(link: Link, uuid: str, name: str) -> None:
    """Has "now" go on from that snapshot; nothing else changes."""
    raise NotImplementedError
