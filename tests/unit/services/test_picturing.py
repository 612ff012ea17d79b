"""Screens become small PNGs, whatever the host sends."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest

from console.app import App
from console.fleet.errors import Failed, Reason
from console.gateway import domains
from console.inventory.thumbnails import Thumbnails
from console.services.picturing import WIDEST, Shot, small
from tests.unit.services.conftest import named


def ppm(width: int, height: int, left: bytes = b"\xff\x00\x00", right: bytes = b"\x00\x00\xff") -> bytes:
    line = left * (width // 2) + right * (width - width // 2)
    return b"P6\n%d %d\n255\n" % (width, height) + line * height


def read_png(data: bytes) -> tuple[int, int, bytes]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", data[16:24])
    at, body = 8, b""
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, part = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(kind + part)
        body += part if kind == b"IDAT" else b""
        at += 12 + length
    return width, height, zlib.decompress(body)


@pytest.mark.parametrize(("width", "height", "wide"), [(720, 400, 360), (640, 480, 320), (10, 4, 10), (1280, 3, 426)])
def test_a_large_screen_becomes_small(width: int, height: int, wide: int) -> None:
    columns, rows, pixels = read_png(small(ppm(width, height), "image/x-portable-pixmap"))
    assert columns == wide <= WIDEST
    assert rows == max(1, height // -(-width // WIDEST))
    assert pixels[1:4] == b"\xff\x00\x00"
    assert pixels[columns * 3 - 2 : columns * 3 + 1] == b"\x00\x00\xff"


@pytest.mark.parametrize(
    "data", [b"", b"P6", b"P6\n9 9\n255\nshort", b"P5\n1 1\n255\nx", b"P6\n1 1\n65535\nabcdef", b"GIF89a"]
)
def test_what_is_no_picture_is_none(data: bytes) -> None:
    assert small(data, "image/x-portable-pixmap") == b""


def test_a_shot_is_kept_for_its_snapshot(app: App, tmp_path: Path) -> None:
    store, web = Thumbnails(tmp_path / "t.sqlite"), named(app, "web")
    shot = Shot(app.gateway.link("alpha"), web.key.uuid)
    shot.wait()
    shot.keep(store, web.key, "clean", 5.0)
    assert (store.get(web.key.uuid, "clean", 5.0) or b"").startswith(b"\x89PNG")
    store.close()


def test_a_screen_that_cannot_be_read_stops_nothing(app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[bytes, str]:
        raise Failed(Reason.OTHER, "web")

    monkeypatch.setattr(domains, "screenshot", broken)
    store, web = Thumbnails(tmp_path / "t.sqlite"), named(app, "web")
    Shot(app.gateway.link("alpha"), web.key.uuid).keep(store, web.key, "clean", 5.0)
    assert store.get(web.key.uuid, "clean", 5.0) is None
    store.close()
