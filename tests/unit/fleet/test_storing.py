from __future__ import annotations

import pytest

from console.fleet.errors import UsageError
from console.fleet.hosts import Pool, Volume
from console.fleet.storage import PoolUse, UseKind, User, VolumeKey, VolumeUse
from console.fleet.storing import (
    NewPool,
    PoolAct,
    Weight,
    checked_pool,
    checked_volume_name,
    deletion_says,
    image_format,
    needs_base,
    overlays_first,
    parse_size,
    pool_says,
    rounded,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4096", 4096),
        ("20G", 20 << 30),
        ("512 MiB", 512 << 20),
        ("1.5t", 3 << 39),
        ("1,5k", 1536),
        ("10kb", 10240),
        (" 7 ", 7),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize(
    "text", ["", "G", "0", "-1G", "1Z", "10 20", "9e9", "99999999999999E", "٣G٣", "9" * 400, "1" * 39 + "E"]
)
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError):
        parse_size(text)


@pytest.mark.parametrize(
    "name", ["", " ", ".", "..", "a/b", "a\nb", "x" * 256, "ü" * 128, "a\x7f", "a\udcff", "\uffff"]
)
def test_names_no_volume_can_have(name: str) -> None:
    with pytest.raises(UsageError):
        checked_volume_name(name)
    assert checked_volume_name(" a b.qcow2 ") == "a b.qcow2"


@pytest.mark.parametrize(
    ("new", "detail"),
    [
        (NewPool(""), "pool-name"),
        (NewPool("a/b", path="/x"), "pool-name"),
        (NewPool("a\udcff", path="/x"), "pool-name"),
        (NewPool("a", path="/x\0"), "pool-path"),
        (NewPool("a", "fs", "/x", "/dev/\udcff"), "pool-source"),
        (NewPool("a", "zfs", "/x"), "pool-kind"),
        (NewPool("a", path="x"), "pool-path"),
        (NewPool("a", "fs", "/x"), "pool-source"),
        (NewPool("a", "netfs", "/x", "/export"), "pool-source"),
    ],
)
def test_pools_that_cannot_be(new: NewPool, detail: str) -> None:
    with pytest.raises(UsageError) as error:
        checked_pool(new)
    assert error.value.problem.detail == detail
    for good in (NewPool("a", path="/x"), NewPool("a", "logical"), NewPool("a", "netfs", "/x", "/e", "nas")):
        assert checked_pool(good) is good


def qcow2(backing: bytes = b"") -> bytes:
    head = (
        b"QFI\xfb"
        + (3).to_bytes(4, "big")
        + (72 if backing else 0).to_bytes(8, "big")
        + len(backing).to_bytes(4, "big")
    )
    return head.ljust(72, b"\0") + backing


def test_formats_by_their_first_bytes() -> None:
    iso = b"\0" * 0x8001 + b"CD001"
    assert [image_format(head) for head in (qcow2(), b"KDMV", iso, b"", b"\xeb\x63")] == [
        "qcow2",
        "vmdk",
        "iso",
        "raw",
        "raw",
    ]
    assert needs_base(qcow2(b"/etc/shadow")) == "/etc/shadow"
    assert needs_base(qcow2()) == needs_base(b"QFI") == needs_base(b"") == ""


def use(name: str, *users: User, backing: str = "") -> VolumeUse:
    return VolumeUse(VolumeKey("a", "p", name), Volume(name, f"/v/{name}", backing=backing), users)


def test_why_volumes_stay() -> None:
    top = VolumeKey("a", "p", "top")
    base = use("base", User(UseKind.VOLUME, "top", "a", volume=top))
    assert [say.code for say in deletion_says([base], False) if say.weight is Weight.STOP] == ["volume"]
    assert not [say for say in deletion_says([base, use("top", backing="/v/base")], False) if say.weight is Weight.STOP]
    far = use("x", User(UseKind.DISK, "web", "b", sure=True), User(UseKind.DISK, "db", "c", sure=False))
    assert [say.code for say in deletion_says([far], False) if say.weight is Weight.STOP] == ["far-disk", "far-doubt"]
    assert [say.code for say in deletion_says([far], True) if say.weight is Weight.STOP] == ["far-disk"]


def test_overlays_go_before_what_they_are_built_on() -> None:
    chain = [use("base"), use("mid", backing="/v/base"), use("top", backing="/v/mid")]
    assert [item.key.name for item in overlays_first(chain)] == ["top", "mid", "base"]
    ring = [use("x", backing="/v/y"), use("y", backing="/v/x")]
    assert len(overlays_first(ring)) == 2


def test_what_an_act_does_to_a_pool() -> None:
    disk = VolumeUse(VolumeKey("a", "p", "d"), Volume("d", "/v/d"), (User(UseKind.DISK, "web", "a", key=None),))
    mine = PoolUse("a", Pool("p", active=True), (disk,))
    assert [say.code for say in pool_says(PoolAct.START, mine) if say.weight is Weight.STOP] == ["pool-is-active"]
    assert [say.code for say in pool_says(PoolAct.DELETE, mine)] == ["pool-delete", "pool-stays"]
    off = PoolUse("a", Pool("p"))
    assert [say.code for say in pool_says(PoolAct.STOP, off) if say.weight is Weight.STOP] == ["pool-is-inactive"]
    assert [say.weight for say in pool_says(PoolAct.BUILD, off)] == [Weight.WARNING]


def test_whole_sectors() -> None:
    assert [rounded(size) for size in (0, 1, 512, 513)] == [0, 512, 512, 1024]
