"""Copies of a running VM's disks as of one moment, made by its host. Every function calls the host, may block, and raises
FleetError."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Mapping
from typing import Any

import libvirt
import msgspec
from lxml import etree

from console.fleet.errors import Busy, Conflict, Failed, FleetError, Problem, Reason, Unsupported
from console.gateway import freezing
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.libvirtxml import tree
from console.libvirtxml.domain import read_domain

Watch = Callable[[int, int], object]
"""Is told bytes done and in all, some times a second; may raise: the work is ended then."""

LOOK = 0.25  # seconds between looks at a copy under way; the first come sooner
_COMPLETED = libvirt.VIR_DOMAIN_JOB_STATS_COMPLETED | libvirt.VIR_DOMAIN_JOB_STATS_KEEP_COMPLETED


class Into(msgspec.Struct, frozen=True):
    """Where a disk is copied to: a file that is there already, of at least its size and of that format. A qcow2 image takes what
    is in the disk, a raw file all of its size: QEMU writes its holes as zeros."""

    path: str
    format: str


def copy(link: Link, uuid: str, disks: Mapping[str, Into], watch: Watch, *, freeze: bool = False) -> None:
    """Copies these disks (by target), all as of one moment, while the VM goes on; returns when they are whole.

    freeze: by the guest agent, for the moment of the beginning; it is thawed whatever happens, by `freezing.thaw` where the
    console dies within it. The caller makes the files before, and removes them where this fails. Conflict (WRONG_STATE): it is
    off. Busy: another job. Unsupported (TOO_OLD): before libvirt 6.
    """
    link.writable()
    domain = link.domain(uuid)
    name = domain.name()
    with calling(name):
        if not domain.isActive():
            raise Conflict(Reason.WRONG_STATE, name, detail="off")
        targets = [disk.target for disk in read_domain(domain.XMLDesc(0)).disks]
        if _job(domain)["type"]:
            raise Busy(Problem(Reason.IN_USE, "another job is at work on it"), name)
    text = _xml(targets, disks)
    try:
        with freezing.frozen(link, uuid) if freeze else contextlib.nullcontext():
            _begin(domain, name, text)
        _stay(domain, name, watch)
    finally:
        link.touched(uuid)
        link.touched_pools()


def _begin(domain: Any, name: str, text: str) -> None:
    try:
        with calling(name):
            domain.backupBegin(text, None, libvirt.VIR_DOMAIN_BACKUP_BEGIN_REUSE_EXTERNAL)
    except Unsupported as error:
        raise Unsupported(Problem(Reason.TOO_OLD, error.problem.text, error.problem.code), name) from None


def _xml(targets: list[str], disks: Mapping[str, Into]) -> str:
    root = etree.Element("domainbackup", mode="push")
    listed = etree.SubElement(root, "disks")
    for target in targets:
        into = disks.get(target)
        disk = etree.SubElement(listed, "disk", name=target, backup="no" if into is None else "yes")
        if into is not None:
            block = into.path.startswith("/dev/")
            disk.set("type", "block" if block else "file")
            etree.SubElement(disk, "driver", type=into.format)
            etree.SubElement(disk, "target", {"dev" if block else "file": into.path})
    return etree.tostring(root, encoding="unicode")


def _job(domain: Any, flags: int = 0) -> dict[str, Any]:
    return dict(domain.jobStats(flags))


def _copying(job: Mapping[str, Any]) -> bool:
    return bool(job["type"]) and job.get("operation") == libvirt.VIR_DOMAIN_JOB_OPERATION_BACKUP


def _stay(domain: Any, name: str, watch: Watch) -> None:
    wait = LOOK / 8
    try:
        while True:
            with calling(name):
                job = _job(domain)
            if not _copying(job):
                break
            watch(job.get("disk_processed", 0), job.get("disk_total", 0))
            time.sleep(wait)
            wait = min(LOOK, wait * 2)
    except FleetError:
        raise
    except BaseException:
        with contextlib.suppress(libvirt.libvirtError):
            domain.abortJob()
        raise
    with calling(name):
        ended = _job(domain, _COMPLETED)
    if not ended.get("success", ended["type"] == libvirt.VIR_DOMAIN_JOB_COMPLETED):
        text = str(ended.get("errmsg", "")) or "the copy ended before it was done"
        reason = Reason.NO_SPACE if "No space left" in text else Reason.OTHER
        raise Failed(reason, name, text=text)
    watch(ended.get("disk_total", 0), ended.get("disk_total", 0))


def _targets(domain: Any) -> set[str]:
    """The files that a copy under way writes."""
    try:
        root = tree.parse(str(domain.backupGetXMLDesc(0)), "domainbackup")
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_BACKUP:
            return set()  # it has just ended
        raise
    return {str(path) for target in root.iter("target") for path in target.attrib.values()}


def progress(link: Link, uuid: str) -> tuple[int, int] | None:
    """Bytes done and in all of a copy under way (of a console that died, too); None: there is none."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        job = _job(domain)
    return (job.get("disk_processed", 0), job.get("disk_total", 0)) if _copying(job) else None


def abort(link: Link, uuid: str, into: Collection[str] | None = None) -> None:
    """Ends a copy under way, and has a guest go on that was frozen for it; its files are worth nothing. None there is done.

    into: only one that writes to any of these paths; another's goes on. None: whichever it is.
    """
    link.writable()
    domain = link.domain(uuid)
    with calling(domain.name()):
        if not domain.isActive():
            return
        if _copying(_job(domain)) and (into is None or not _targets(domain).isdisjoint(into)):
            domain.abortJob()
    freezing.thaw(link, uuid)
    link.touched(uuid)
