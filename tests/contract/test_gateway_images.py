from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Conflict, NotFound, Reason
from console.fleet.hosts import HostSpec, Phase
from console.fleet.snapshots.values import ImageFile
from console.fleet.storing import NewVolume
from console.gateway import images, volumes
from console.gateway.connection import Link
from tests.contract.console_like import OFF, console, node


@pytest.fixture
def link(tmp_path: Path) -> Iterator[Link]:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        yield mine.gateway.link("h")


def test_a_file_by_its_path(link: Link) -> None:
    found = images.image(link, "/images/base.img")
    assert found == ImageFile("/images/base.img", "images", "base.img", found.format if found else "", 1000000, 1000000)
    assert images.image(link, "/images/none") is None
    with pytest.raises(Conflict) as caught:
        images.image(link, "/elsewhere/x")
    assert caught.value.problem.detail == "no-pool"


def test_made_on_one_another_and_deleted(link: Link) -> None:
    volumes.create(link, "images", NewVolume("a", 8192, format="qcow2"))
    for _twice in range(2):
        images.make_overlay(link, "/images/b", "/images/a", "qcow2")
    made = images.image(link, "/images/b")
    assert made is not None
    assert (made.backing, made.format, made.capacity) == ("/images/a", "qcow2", 8192)
    images.make_overlay(link, "/images/c", "/images/b")
    assert [one.volume for one in images.chain(link, "/images/c")] == ["c", "b", "a"]
    with pytest.raises(Conflict) as caught:
        images.make_overlay(link, "/images/c", "/images/a")
    assert caught.value.problem.reason is Reason.EXISTS
    with pytest.raises(NotFound):
        images.make_overlay(link, "/images/d", "/images/none")
    with pytest.raises(Conflict):
        images.make_overlay(link, "/elsewhere/d", "/images/a")
    for _twice in range(2):
        images.remove(link, "/images/b")
    with pytest.raises(NotFound):
        images.chain(link, "/images/c")


def test_chains_that_loop_and_chains_that_leave_the_pools(link: Link) -> None:
    volumes.create(link, "images", NewVolume("x", 8192, format="qcow2", backing="/images/y", backing_format="qcow2"))
    volumes.create(link, "images", NewVolume("y", 8192, format="qcow2", backing="/images/x", backing_format="qcow2"))
    with pytest.raises(Conflict) as caught:
        images.chain(link, "/images/x")
    assert caught.value.problem.detail == "loop"
    volumes.create(link, "images", NewVolume("z", 8192, format="qcow2", backing="/elsewhere/z", backing_format="raw"))
    assert images.chain(link, "/images/z")[1:] == (ImageFile("/elsewhere/z", format="raw"),)


def test_a_volume_by_name_is_a_path(link: Link) -> None:
    assert images.real(link, "images/base.img") == "/images/base.img"
    for other in ("images/none", "none/x", "/images/base.img", "", "rbd://h/x"):
        assert images.real(link, other) == other
