"""Acts on domains and looks into them. Every function calls the host, may block, and raises FleetError."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import libvirt

from console.fleet.domains import Domain
from console.fleet.errors import NotFound
from console.gateway import reader
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.gateway.events import Depth
from console.libvirtxml import metadata

PICTURE_LIMIT = 64 << 20  # bytes


@contextmanager
def _acting(link: Link, uuid: str, depth: Depth = Depth.ALL) -> Iterator[Any]:
    """The domain's handle, for a change. depth: what is read anew afterwards (nothing, where an event that every host sends
    tells it); all where the change failed."""
    link.writable()
    domain = link.domain(uuid)
    done = Depth.ALL
    try:
        with calling(domain.name()):
            yield domain
        done = depth
    finally:
        if done is Depth.ALL:
            link.touched(uuid)
        elif done is Depth.XML:
            link.described(uuid)


def start(link: Link, uuid: str) -> None:
    """Starts it; with a saved image, from there."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        domain.create()


def shutdown(link: Link, uuid: str) -> None:
    """Asks the guest to shut down; returns when it was asked."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        domain.shutdown()


def reboot(link: Link, uuid: str) -> None:
    """Asks the guest to reboot; returns when it was asked."""
    with _acting(link, uuid) as domain:
        domain.reboot(0)


def destroy(link: Link, uuid: str) -> None:
    """Forces it off."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        domain.destroy()


def reset(link: Link, uuid: str) -> None:
    """Resets it, as the button on a machine does."""
    with _acting(link, uuid) as domain:
        domain.reset(0)


def suspend(link: Link, uuid: str) -> None:
    """Pauses its CPUs."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        domain.suspend()


def resume(link: Link, uuid: str) -> None:
    """Lets it run on; a guest that sleeps (S3) is woken."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        if domain.state()[0] == libvirt.VIR_DOMAIN_PMSUSPENDED:
            domain.pMWakeup(0)
        else:
            domain.resume()


def save(link: Link, uuid: str) -> None:
    """Saves its memory to the host's disk and stops it; blocks until that is done."""
    with _acting(link, uuid, Depth.NOTHING) as domain:
        domain.managedSave(0)


def discard_save(link: Link, uuid: str) -> None:
    """Removes the saved image."""
    with _acting(link, uuid) as domain:
        domain.managedSaveRemove(0)


def abort_job(link: Link, uuid: str) -> None:
    """Has the host give up what it does with the domain (a save, a migration)."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        domain.abortJob()


def job_progress(link: Link, uuid: str) -> tuple[int, int] | None:
    """Bytes done and in all of the domain's job; None where there is none or it does not tell."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        told = domain.jobStats(0)
    total = told.get("data_total") or told.get("memory_total") or 0
    done = told.get("data_processed") or told.get("memory_processed") or 0
    return (min(done, total), total) if total else None


def set_autostart(link: Link, uuid: str, on: bool) -> None:
    """Whether it starts with its host."""
    with _acting(link, uuid) as domain:
        domain.setAutostart(int(on))


def rename(link: Link, uuid: str, name: str) -> None:
    """Gives an inactive domain another name."""
    with _acting(link, uuid) as domain:
        domain.rename(name, 0)
        link.handles.pop(uuid, None)


def _everywhere(domain: Any) -> tuple[int, ...]:
    """Where a description is to be changed: in what is stored, and in what runs."""
    stored = (libvirt.VIR_DOMAIN_AFFECT_CONFIG,) if domain.isPersistent() else ()
    return (*stored, libvirt.VIR_DOMAIN_AFFECT_LIVE) if domain.isActive() else stored


def describe(link: Link, uuid: str, title: str | None, description: str | None) -> None:
    """Sets title and description; None = leave, "" = take away."""
    wanted = (
        (libvirt.VIR_DOMAIN_METADATA_TITLE, title),
        (libvirt.VIR_DOMAIN_METADATA_DESCRIPTION, description),
    )
    with _acting(link, uuid) as domain:
        everywhere = sum(_everywhere(domain))
        for kind, text in wanted:
            if text is not None:
                domain.setMetadata(kind, text or None, None, None, everywhere)


def change_tags(link: Link, uuid: str, add: Sequence[str], remove: Sequence[str]) -> None:
    """Adds and takes away tags, keeping all else in our metadata."""

    def changed(now: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(tag for tag in dict.fromkeys((*now, *add)) if tag not in remove)

    _retag(link, uuid, changed)


def set_tags(link: Link, uuid: str, tags: Sequence[str]) -> None:
    """Makes its tags exactly these."""
    _retag(link, uuid, lambda _now: tuple(tags))


def _retag(link: Link, uuid: str, changed: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
    with _acting(link, uuid, Depth.XML) as domain:
        alike: dict[str | None, int] = {}  # where our metadata is the same, it is written at once
        for where in (libvirt.VIR_DOMAIN_AFFECT_CONFIG, libvirt.VIR_DOMAIN_AFFECT_LIVE):
            try:
                element = _our_metadata(domain, where)
            except libvirt.libvirtError as error:
                if error.get_error_code() != libvirt.VIR_ERR_OPERATION_INVALID:
                    raise
                continue  # it is off, or nothing of it is stored
            alike[element] = alike.get(element, 0) | where
        for element, everywhere in alike.items():
            now = metadata.read_element(element).tags
            after = changed(now)
            if after != now:
                domain.setMetadata(
                    libvirt.VIR_DOMAIN_METADATA_ELEMENT,
                    metadata.with_tags(element, after),
                    metadata.PREFIX,
                    metadata.NAMESPACE,
                    everywhere,
                )


def _our_metadata(domain: Any, where: int) -> str | None:
    try:
        return str(domain.metadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, metadata.NAMESPACE, where))
    except libvirt.libvirtError as error:
        if error.get_error_code() == libvirt.VIR_ERR_NO_DOMAIN_METADATA:
            return None
        raise


def xml(link: Link, uuid: str, inactive: bool = False) -> str:
    """Its XML as it is now; inactive: as of its next start. Without passwords."""
    domain = link.domain(uuid)
    with calling(domain.name()):
        return str(domain.XMLDesc(libvirt.VIR_DOMAIN_XML_INACTIVE if inactive else 0))


def read(link: Link, uuid: str) -> Domain:
    """The domain as it is now."""
    return reader.read_one(link.conn, link.spec.id, uuid)


def screenshot(link: Link, uuid: str) -> tuple[bytes, str]:
    """A picture of its first screen, and its MIME type (image/png, image/x-portable-pixmap)."""
    domain = link.domain(uuid)
    chunks: list[bytes] = []

    def take(_stream: Any, data: bytes, _opaque: Any) -> int:
        chunks.append(data)
        return -1 if sum(map(len, chunks)) > PICTURE_LIMIT else 0

    with calling(domain.name()):
        stream = link.conn.newStream(0)
        try:
            mime = domain.screenshot(stream, 0, 0)
            stream.recvAll(take, None)
            stream.finish()
        except libvirt.libvirtError:
            with contextlib.suppress(libvirt.libvirtError):
                stream.abort()
            raise
    return b"".join(chunks), str(mime)


# going away


_UNDEFINE = libvirt.VIR_DOMAIN_UNDEFINE_MANAGED_SAVE | libvirt.VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
_CHECKPOINTS = getattr(libvirt, "VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA", 0)


def undefine(link: Link, uuid: str, keep_nvram: bool = False) -> None:
    """Removes its definition, saved image, snapshots' descriptions and (unless kept) NVRAM. Its disks stay.

    A domain that is not there any more, or is transient and off, is done already.
    """
    nvram = libvirt.VIR_DOMAIN_UNDEFINE_KEEP_NVRAM if keep_nvram else libvirt.VIR_DOMAIN_UNDEFINE_NVRAM
    link.writable()
    try:
        with _acting(link, uuid) as domain:
            if not domain.isPersistent():
                return
            _undefine(domain, (_UNDEFINE | _CHECKPOINTS | nvram, _UNDEFINE | nvram, _UNDEFINE, 0))
    except NotFound:
        return


def _undefine(domain: Any, tries: Sequence[int]) -> None:
    """Undefines with the first set of flags that the driver knows."""
    for flags in tries:
        try:
            domain.undefineFlags(flags)
            return
        except libvirt.libvirtError as error:
            unknown = error.get_error_code() in (libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_NO_SUPPORT)
            if not unknown or flags == tries[-1]:
                raise
