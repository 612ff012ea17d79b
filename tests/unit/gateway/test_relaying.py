"""A volume between two hosts, on connections that keep volumes in memory as libvirt's streams hand them out."""

from __future__ import annotations

from typing import Any

import pytest

from console.fleet.errors import Failed
from console.fleet.hosts import HostSpec
from console.fleet.storage import VolumeKey
from console.gateway import relaying, streams
from console.gateway.connection import Link

MIB = 1 << 20
KEY = VolumeKey("h", "p", "v")


class Stream:
    """Both ways. Blocks of zeros of a MiB are holes where holes are asked for."""

    def __init__(self) -> None:
        self.volume: Volume | None = None
        self.data = b""
        self.at = 0
        self.end = ""

    def recvFlags(self, size: int, flags: int) -> Any:
        block = self.data[self.at : self.at + size]
        if flags and block and not block.strip(b"\0"):
            return streams.HOLE
        self.at += len(block)
        return block

    def recvHole(self, _flags: int) -> int:
        hole = len(self.data[self.at : self.at + MIB])
        self.at += hole
        return hole

    def send(self, block: bytes) -> int:
        assert self.volume is not None
        part = block[: 300 * 1024]  # libvirt takes what it can
        self.volume.data += part
        return len(part)

    def sendHole(self, size: int, _flags: int) -> None:
        assert self.volume is not None
        self.volume.data += bytes(size)
        self.volume.holes += size

    def finish(self) -> None:
        self.end = "finished"

    def abort(self) -> None:
        self.end = "aborted"


class Volume:
    def __init__(self, data: bytes = b"") -> None:
        self.data = data
        self.holes = 0

    def download(self, stream: Stream, start: int, size: int, _flags: int) -> None:
        stream.data = self.data[start : start + size]

    def upload(self, stream: Stream, _start: int, _size: int, _flags: int) -> None:
        stream.volume = self


class Conn:
    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        self.opened: list[Stream] = []

    def storagePoolLookupByName(self, _name: str) -> Conn:
        return self

    def storageVolLookupByName(self, _name: str) -> Volume:
        return self.volume

    def newStream(self, _flags: int) -> Stream:
        self.opened.append(Stream())
        return self.opened[-1]


def ends(data: bytes) -> tuple[Link, Link, Conn, Conn]:
    one, other = Conn(Volume(data)), Conn(Volume())
    return Link(HostSpec("a", "a", "x:"), one), Link(HostSpec("b", "b", "x:"), other), one, other


@pytest.mark.parametrize("sparse", [True, False])
def test_it_arrives_as_it_is(sparse: bool) -> None:
    data = (b"x" * MIB + bytes(MIB) + b"y" * MIB) * 12 + b"end"
    source, target, one, other = ends(data)
    told: list[int] = []
    sent = relaying.relay(source, KEY, target, KEY, len(data), sparse=sparse, progress=told.append)
    assert other.volume.data == data
    assert other.volume.holes == (12 * MIB if sparse else 0)
    assert sent == len(data) - other.volume.holes
    assert told == sorted(told)
    assert told[-1] == len(data)
    assert len(one.opened) == 2, "in spans"
    assert {stream.end for stream in (*one.opened, *other.opened)} == {"finished"}


def test_who_watches_can_end_it() -> None:
    source, target, one, other = ends(b"x" * (4 * MIB))

    def stop(at: int) -> None:
        if at > MIB:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        relaying.relay(source, KEY, target, KEY, 4 * MIB, sparse=True, progress=stop)
    assert {stream.end for stream in (*one.opened, *other.opened)} == {"aborted"}


def test_a_volume_that_is_shorter_than_it_was_is_no_copy() -> None:
    source, target, _one, _other = ends(b"x" * MIB)
    with pytest.raises(Failed):
        relaying.relay(source, KEY, target, KEY, 2 * MIB, sparse=True, progress=lambda _at: None)
