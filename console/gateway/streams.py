"""Volumes sent and fetched through libvirt's streams, piece by piece: memory stays bounded however big they are.

A stream has a connection of its own (`aside`): the host's other calls, and its heartbeat, never wait behind gigabytes, and a
stream that hangs is cut without harm to anything else. What is fetched comes in spans, each a stream of its own, since libvirt
keeps in memory whatever the host has sent and nobody has read yet.
"""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import libvirt

from console.fleet.errors import Failed, FleetError, Reason
from console.fleet.storage import VolumeKey
from console.gateway import volumes
from console.gateway.asking import Asking
from console.gateway.connection import Link, open_connection
from console.gateway.errors import calling, translated

PIECE = 1 << 20  # bytes handed to libvirt at once
SPAN = 32 << 20  # bytes of one stream while fetching
HOLE = -3  # what libvirt returns where a hole begins
NO_SPACE = {errno.ENOSPC, errno.EDQUOT}

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Aside:
    """A link over a connection of its own, and the way to cut it: every call on it fails then, at once."""

    link: Link
    cut: Callable[[], None]


@contextlib.contextmanager
def aside(link: Link, ask: Callable[..., str | None]) -> Iterator[Aside]:
    """Opens the host of `link` once more. Of the test driver, which lives in this process, it is the same connection."""
    if link.spec.uri.startswith("test:"):
        yield Aside(link, lambda: None)
        return
    opened = open_connection(link.spec, Asking(link.spec, ask))
    try:
        yield Aside(replace(link, conn=opened.conn), opened.cut)
    finally:
        with contextlib.suppress(libvirt.libvirtError):
            opened.conn.close()


def upload(link: Link, key: VolumeKey, file: int, length: int, *, sparse: bool, progress: Progress) -> int:
    """Writes `length` bytes of the open `file` into a volume from its start; returns how many really went over the wire.

    sparse: holes of the file stay holes. progress: is told how far it is, and may raise to end it.
    """
    link.writable()
    volume = handle_of(link, key)
    flags = libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if sparse else 0
    stream = begin(link, lambda stream: volume.upload(stream, 0, length, flags), key.name)
    sent = 0
    with ended(stream, key.name):
        at = 0
        while at < length:
            data, hole = _next_part(file, at, length, sparse)
            if hole:
                with calling(key.name):
                    stream.sendHole(hole, 0)
                at += hole
            else:
                block = os.pread(file, min(PIECE, data), at)
                if not block:
                    raise Failed(Reason.OTHER, key.name, text=f"the file ended at {at} of {length} bytes")
                send(stream, block, key.name)
                at += len(block)
                sent += len(block)
            progress(at)
    return sent


def handle_of(link: Link, key: VolumeKey) -> Any:
    return volumes.handle(link, key)


def send(stream: Any, block: bytes, what: str) -> None:
    view = memoryview(block)
    while view:
        with calling(what):
            taken = stream.send(bytes(view))
        view = view[taken:]


def _next_part(file: int, at: int, length: int, sparse: bool) -> tuple[int, int]:
    """Bytes of data from `at` on, or bytes of a hole: one of them is 0."""
    if not sparse:
        return length - at, 0
    try:
        data = os.lseek(file, at, os.SEEK_DATA)
    except OSError as error:
        if error.errno == errno.ENXIO:  # nothing but a hole up to the end
            return 0, length - at
        return length - at, 0
    if data > at:
        return 0, min(data, length) - at
    return min(os.lseek(file, at, os.SEEK_HOLE), length) - at, 0


def download(link: Link, key: VolumeKey, file: int, length: int, *, sparse: bool, progress: Progress) -> int:
    """Writes `length` bytes of a volume into the open `file`; returns how many really came over the wire. Holes stay holes."""
    volume = handle_of(link, key)
    flags = libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM if sparse else 0
    came = 0
    for start in range(0, length, SPAN):
        span = min(SPAN, length - start)
        stream = begin(link, lambda stream, at=start, size=span: volume.download(stream, at, size, flags), key.name)  # type: ignore[misc]
        with ended(stream, key.name):
            at, end = start, start + span
            while True:
                with calling(key.name):
                    block = stream.recvFlags(PIECE, libvirt.VIR_STREAM_RECV_STOP_AT_HOLE if sparse else 0)
                    hole = stream.recvHole(0) if block == HOLE else 0
                if hole:
                    at += hole
                elif not block:
                    break
                else:
                    _write(file, block, at)
                    at += len(block)
                    came += len(block)
                progress(min(at, length))
            if at < end:
                raise Failed(Reason.OTHER, key.name, text=f"the volume ended at {at} of {length} bytes")
    os.ftruncate(file, length)
    return came


def _write(file: int, block: bytes, at: int) -> None:
    view = memoryview(block)
    while view:
        taken = os.pwrite(file, view, at)
        view = view[taken:]
        at += taken


def begin(link: Link, start: Callable[[Any], object], what: str) -> Any:
    with calling(what):
        stream = link.conn.newStream(0)
        start(stream)
    return stream


@contextlib.contextmanager
def ended(stream: Any, what: str) -> Iterator[None]:
    """Finishes the stream, which waits until the host has it all; aborts it where anything goes wrong before."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(libvirt.libvirtError):
            stream.abort()
        raise
    try:
        stream.finish()
    except libvirt.libvirtError as error:
        raise translated(error, what) from None


def local(error: OSError, path: str) -> FleetError:
    """What went wrong with a file of this computer."""
    reason = Reason.NO_SPACE if error.errno in NO_SPACE else Reason.OTHER
    if error.errno in (errno.EACCES, errno.EPERM):
        reason = Reason.PERMISSION
    elif error.errno == errno.ENOENT:
        reason = Reason.GONE
    elif error.errno == errno.EEXIST:
        reason = Reason.EXISTS
    text = os.strerror(error.errno) if error.errno else str(error)
    return Failed(reason, path, text=text, code=error.errno or 0)
