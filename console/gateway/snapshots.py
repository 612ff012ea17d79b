"""Snapshots as libvirt keeps and takes them. Every function calls the host, may block, and raises FleetError.

Nothing here decides: what is safe is said by a plan (fleet.snapshots). What was cut off can be called again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import libvirt

from console.fleet.errors import Conflict, Failed, NotFound, Problem, Reason
from console.fleet.snapshots.values import Snapshot
from console.gateway import freezing, images, together
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml import tree
from console.libvirtxml.snapshot import read_snapshot
from console.libvirtxml.snapshot_writing import told_anew
from console.libvirtxml.sources import chains

thaw = freezing.thaw
_REDEFINE = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_REDEFINE
_CURRENT = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_CURRENT


@contextmanager
def _acting(link: Link, uuid: str) -> Iterator[Any]:
    """The domain's handle, for a change; domain and pools are read anew afterwards, however it went."""
    link.writable()
    domain = link.domain(uuid)
    try:
        with calling(domain.name()):
            yield domain
    finally:
        link.touched(uuid)
        link.touched_pools()


def _handle(domain: Any, name: str) -> Any:
    with calling(name):
        return domain.snapshotLookupByName(name, 0)


# looking


def listed(link: Link, uuid: str) -> tuple[Snapshot, ...]:
    """All of a domain, parents before children."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        handles = domain.listAllSnapshots(0)
        current = domain.snapshotCurrent(0).getName() if handles and domain.hasCurrentSnapshot(0) else ""
    texts = together.asked([partial(handle.getXMLDesc, 0) for handle in handles])
    found = [
        read_snapshot(text, current=handle.getName() == current)
        for handle, text in zip(handles, texts, strict=True)
        if text is not None
    ]
    return in_order(found)


def in_order(snapshots: Iterable[Snapshot]) -> tuple[Snapshot, ...]:
    """Parents before children, else by time; one whose parent is not there stands as a root does."""
    left = sorted(snapshots, key=lambda one: one.created)
    names = {one.name for one in left}
    below: dict[str, list[Snapshot]] = {}
    for one in left:
        below.setdefault(one.parent if one.parent in names else "", []).append(one)
    ordered, waiting = [], below.get("", [])[::-1]
    while waiting:
        ordered.append(one := waiting.pop())
        waiting += below.get(one.name, [])[::-1]
    return tuple(ordered)


def xml(link: Link, uuid: str, name: str, *, secrets: bool = False) -> str:
    """The XML of one, with the domain's as it was then. secrets: with passwords, for redefining it. NotFound."""
    handle = _handle(link.domain(uuid), name)
    with calling(name):
        return str(handle.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE if secrets else 0))


def exists(link: Link, uuid: str, name: str) -> bool:
    try:
        _handle(link.domain(uuid), name)
    except NotFound:
        return False
    return True


# taking


def take(link: Link, uuid: str, text: str, *, disk_only: bool, freeze: bool = False, live: bool = False) -> None:
    """Takes the snapshot that `text` describes. One call that lasts as long as memory is written.

    disk_only: external, of the disks alone, all at one moment or none. freeze: by the guest agent (with disk_only); the host
    itself freezes and thaws within this one call, so that a console that dies leaves nothing frozen; where the call fails
    the guest is thawed once more by us. live: external memory is written while the guest goes on. Conflict (EXISTS): the name
    is taken. Busy (AGENT): the agent does not answer, nothing was taken; with detail "thaw" see freezing.safely.
    """
    name = tree.text(tree.parse(text, "snapshot").find("name"))
    flags = libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_LIVE if live else 0
    if disk_only:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_DISK_ONLY
    if disk_only or live:
        flags |= libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_ATOMIC
    with _acting(link, uuid) as domain:
        if exists(link, uuid, name):
            raise Conflict(Reason.EXISTS, domain.name(), detail=name)
        if not freeze:
            with _full_said(link, domain):
                domain.snapshotCreateXML(text, flags)
            return
        with freezing.safely(link, uuid):
            domain.snapshotCreateXML(text, flags | libvirt.VIR_DOMAIN_SNAPSHOT_CREATE_QUIESCE)


@contextmanager
def _full_said(link: Link, domain: Any) -> Iterator[None]:
    """Where memory cannot be written into an image, QEMU says no more than that; a full pool shows."""
    try:
        with calling(domain.name()):
            yield
    except Failed as error:
        if error.problem.reason is Reason.OTHER:
            for files in chains(domain.XMLDesc(0)).values():
                if pool := images.full_pool(link, images.real(link, files[0])):
                    raise Failed(Reason.NO_SPACE, error.what, error.problem.text, detail=pool) from error
        raise


# going back


def revert(link: Link, uuid: str, name: str, *, start: bool | None = None, paused: bool = False) -> None:
    """Goes back to an internal snapshot. start: True, it runs then; False, it is off; None, as the snapshot has it.
    paused: it stands still where it would run. A running VM whose devices differ is started anew for it."""
    with _acting(link, uuid) as domain:
        snapshot = _internal(domain, name)
        ran = read_snapshot(snapshot.getXMLDesc(0)).state.active
        runs = ran if start is None else start
        flags = 0
        if (runs and paused) or (ran and not runs):
            flags = libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED
        elif runs and not ran:
            flags = libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_RUNNING
        if domain.hasManagedSaveImage(0):
            domain.managedSaveRemove(0)  # its memory would meet disks of another time
        _revert(domain, snapshot, flags)
        if not runs and domain.isActive():
            domain.destroy()
        elif runs and not domain.isActive():
            domain.create()  # the test driver leaves it off
            if paused:
                domain.suspend()


def _revert(domain: Any, snapshot: Any, flags: int) -> None:
    try:
        domain.revertToSnapshot(snapshot, flags)
    except libvirt.libvirtError as error:
        if error.get_error_code() != libvirt.VIR_ERR_SNAPSHOT_REVERT_RISKY:
            raise
        domain.revertToSnapshot(snapshot, flags | libvirt.VIR_DOMAIN_SNAPSHOT_REVERT_FORCE)


def _internal(domain: Any, name: str) -> Any:
    """The handle of a snapshot that libvirt itself may work on: of an external one it would touch files that others need."""
    handle = _handle(domain, name)
    if read_snapshot(handle.getXMLDesc(0)).external:
        raise Conflict(Problem(Reason.WRONG_STATE, detail="external"), name)
    return handle


# records


def erase(link: Link, uuid: str, name: str) -> None:
    """Takes an internal snapshot out of its images; those below it go on from its parent. One that is gone is done already."""
    with contextlib.suppress(NotFound), _acting(link, uuid) as domain:
        _internal(domain, name).delete(0)


def forget(link: Link, uuid: str, name: str) -> None:
    """Removes libvirt's record of a snapshot; no file changes. Those below it go on from its parent. Gone is done already.

    Those below are told of their new parent first: libvirt 9 takes it that the files of what goes were merged, and would have
    them name others.
    """
    with contextlib.suppress(NotFound), _acting(link, uuid) as domain:
        handle = _handle(domain, name)
        below = handle.listAllChildren(0)
        parent = read_snapshot(handle.getXMLDesc(0)).parent if below else ""
        now = domain.snapshotCurrent(0).getName() if below and domain.hasCurrentSnapshot(0) else ""
        for child in below:
            text = told_anew(str(child.getXMLDesc(libvirt.VIR_DOMAIN_SNAPSHOT_XML_SECURE)), parent=parent)
            domain.snapshotCreateXML(text, _REDEFINE | (_CURRENT if child.getName() == now else 0))
        records = str(domain.connect().getType()).upper() == "TEST"  # it keeps nothing else, and knows no such flag
        handle.delete(0 if records else libvirt.VIR_DOMAIN_SNAPSHOT_DELETE_METADATA_ONLY)


def redefine(link: Link, uuid: str, text: str, *, current: bool = False) -> None:
    """Tells libvirt a snapshot anew, as `text` has it: one of that name is replaced (other files, parent, description).
    current: "now" goes on from it. Of a snapshot that is current it stays so."""
    with _acting(link, uuid) as domain:
        name = tree.text(tree.parse(text, "snapshot").find("name"))
        was = domain.hasCurrentSnapshot(0) and domain.snapshotCurrent(0).getName() == name
        domain.snapshotCreateXML(text, _REDEFINE | (_CURRENT if current or was else 0))


def set_current(link: Link, uuid: str, name: str) -> None:
    """Has "now" go on from that snapshot; nothing else changes."""
    redefine(link, uuid, xml(link, uuid, name, secrets=True), current=True)
