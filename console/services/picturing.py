"""The screen of a VM at the moment of a snapshot: taken beside it, made small, kept under the profile."""

from __future__ import annotations

import contextlib
import struct
import threading
import zlib

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError
from console.gateway import domains
from console.gateway.connection import Link
from console.inventory.thumbnails import Thumbnails

WIDEST = 480  # pixels
HEAD_START = 0.02  # seconds that a snapshot waits for the picture
PATIENCE = 1.0  # seconds that is waited for it afterwards
_PPM_HEAD = 3  # words of a P6 head after its mark: width, height, depth


class Shot:
    """A picture that is being taken, and made small meanwhile. Nothing of it ever stops the snapshot."""

    def __init__(self, link: Link, uuid: str) -> None:
        self._image = b""
        self._taken = threading.Event()
        self._thread = threading.Thread(target=self._take, args=(link, uuid), name="thumbnail", daemon=True)
        self._thread.start()

    def _take(self, link: Link, uuid: str) -> None:
        try:
            with contextlib.suppress(FleetError):
                data, mime = domains.screenshot(link, uuid)
                self._taken.set()
                self._image = small(data, mime)
        finally:
            self._taken.set()

    def wait(self) -> None:
        """Until it is taken, so that it shows the moment before the snapshot; but not for long."""
        self._taken.wait(HEAD_START)

    def keep(self, store: Thumbnails, key: VmKey, name: str, created: float) -> None:
        """Keeps what was taken. Blocks on the disk."""
        self._thread.join(PATIENCE)
        if self._image:
            with contextlib.suppress(FleetError):
                store.keep(key.uuid, name, created, self._image)


def small(data: bytes, mime: str) -> bytes:
    """A PNG at most WIDEST pixels wide of a P6 image; a PNG stays as it is. b"" where it is neither."""
    if mime == "image/png":
        return data
    head = data[:64].split(maxsplit=_PPM_HEAD + 1)
    if len(head) <= _PPM_HEAD or head[0] != b"P6" or not all(word.isdigit() for word in head[1 : _PPM_HEAD + 1]):
        return b""
    width, height, depth = (int(word) for word in head[1 : _PPM_HEAD + 1])
    start = len(data) - width * height * 3
    if depth != 255 or start < 0 or not width or not height:
        return b""
    import numpy as np  # noqa: PLC0415 - the command line's start does without

    step = -(-width // WIDEST)
    pixels = np.frombuffer(data, np.uint8, offset=start).reshape(height, width, 3)
    pixels = pixels[: height // step * step or height, : width // step * step]
    if step > 1 and height >= step:
        rows, columns = pixels.shape[0] // step, pixels.shape[1] // step
        blocks = pixels.reshape(rows, step, columns, step, 3)
        pixels = blocks.mean(axis=(1, 3)).astype(np.uint8)
    rows, columns = pixels.shape[:2]
    lines = np.zeros((rows, columns * 3 + 1), np.uint8)
    lines[:, 1:] = pixels.reshape(rows, columns * 3)
    head_of = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head_of), (b"IDAT", zlib.compress(lines.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
