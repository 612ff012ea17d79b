"""A volume sent from one host to another through this computer, piece by piece: memory stays bounded however big it is."""

from __future__ import annotations

from functools import partial
from typing import Any

import libvirt

from console.fleet.errors import Failed, Reason
from console.fleet.storage import VolumeKey
from console.gateway import streams, volumes
from console.gateway.connection import Link
from console.gateway.errors import calling
from console.gateway.streams import HOLE, PIECE, SPAN, Progress


def relay(
    source: Link, key: VolumeKey, target: Link, to: VolumeKey, length: int, *, sparse: bool, progress: Progress
) -> int:
    """Writes the first `length` bytes of one volume into another; returns how many went over the wire. Holes stay holes.

    Both links are for streams alone (streams.aside). progress: is told how far it is, and may raise to end it.
    """
    target.writable()
    taken, given = volumes.handle(source, key), volumes.handle(target, to)
    up = libvirt.VIR_STORAGE_VOL_UPLOAD_SPARSE_STREAM if sparse else 0
    down = libvirt.VIR_STORAGE_VOL_DOWNLOAD_SPARSE_STREAM if sparse else 0
    stop = libvirt.VIR_STREAM_RECV_STOP_AT_HOLE if sparse else 0
    sent = 0
    out = streams.begin(target, lambda stream: given.upload(stream, 0, length, up), to.name)
    with streams.ended(out, to.name):
        for start in range(0, length, SPAN):
            size = min(SPAN, length - start)
            into = streams.begin(source, partial(_take, taken, start, size, down), key.name)
            with streams.ended(into, key.name):
                at, end = start, start + size
                while True:
                    with calling(key.name):
                        block = into.recvFlags(PIECE, stop)
                        hole = into.recvHole(0) if block == HOLE else 0
                    if hole:
                        with calling(to.name):
                            out.sendHole(hole, 0)
                        at += hole
                    elif not block:
                        break
                    else:
                        streams.send(out, block, to.name)
                        at += len(block)
                        sent += len(block)
                    progress(min(at, length))
                if at < end:
                    raise Failed(Reason.OTHER, key.name, text=f"the volume ended at {at} of {length} bytes")
    return sent


def _take(volume: Any, start: int, size: int, flags: int, stream: Any) -> None:
    volume.download(stream, start, size, flags)
