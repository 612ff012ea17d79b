from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.errors import Conflict, FleetError, NotFound
from console.fleet.hosts import HostSpec, Phase, Pool
from console.gateway import storage
from tests.contract.console_like import RUNNING, Console, console, node, wait_for


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}")) as mine:
        assert mine.settled() is Phase.LIVE
        wait_for(lambda: mine.inventory.view("h").pools)
        yield mine


def pool(at: Console) -> Pool:
    return at.inventory.view("h").pools[0]


@pytest.mark.parametrize("path", ["/images/base.img", "images/base.img"])
def test_a_volume_is_deleted_and_the_console_sees_it(at: Console, path: str) -> None:
    assert [volume.name for volume in pool(at).volumes] == ["base.img"]
    storage.delete_volume(at.gateway.link("h"), path)
    wait_for(lambda: pool(at).volumes == ())
    assert not storage.volume_exists(at.gateway.link("h"), "/images/base.img")


def test_a_volume_that_is_not_there(at: Console) -> None:
    for path in ("/images/none.img", "images/none.img", "nowhere/none.img"):
        with pytest.raises(NotFound):
            storage.delete_volume(at.gateway.link("h"), path)


def test_a_pool_is_stopped_started_and_refreshed(at: Console) -> None:
    link = at.gateway.link("h")
    storage.refresh_pool(link, "images")
    storage.stop_pool(link, "images")
    wait_for(lambda: not pool(at).active)
    with pytest.raises(FleetError):
        storage.refresh_pool(link, "images")
    storage.start_pool(link, "images")
    wait_for(lambda: pool(at).active)
    with pytest.raises(Conflict):
        storage.start_pool(link, "images")
    with pytest.raises(NotFound):
        storage.stop_pool(link, "none")
