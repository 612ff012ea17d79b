from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.errors import Conflict, NotFound
from console.fleet.hosts import HostSpec, Phase
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewPool, NewVolume
from console.gateway import storage, volumes
from tests.contract.console_like import OFF, RUNNING, Console, console, node, wait_for

BASE = VolumeKey("h", "images", "base.img")


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        wait_for(lambda: mine.inventory.view("h").pools)
        yield mine


def test_a_volume_as_its_host_tells_it(at: Console) -> None:
    link = at.gateway.link("h")
    found = volumes.find(link, BASE)
    assert (found.volume.path, found.volume.capacity, found.born) == ("/images/base.img", 1000000, "")
    assert volumes.exists(link, BASE)
    for key in (BASE._replace(name="none"), BASE._replace(pool="none")):
        assert not volumes.exists(link, key)
        with pytest.raises(NotFound):
            volumes.find(link, key)
    (read,) = volumes.pools(link)
    assert (read.name, [volume.name for volume in read.volumes]) == ("images", ["base.img"])
    known = replace(read, volumes=(replace(read.volumes[0], format="said before"),))
    assert volumes.pools(link, [known]) == (known,), "the same figures: nothing is asked for again"
    assert volumes.pools(link, [replace(known, allocation=1)]) == (read,)


def test_made_copied_and_deleted_and_the_console_sees_it(at: Console) -> None:
    link = at.gateway.link("h")
    assert volumes.create(link, "images", NewVolume("new", 4096, format="raw")).volume.capacity == 4096
    volumes.clone(link, BASE, "images", NewVolume("copy", 1000000))
    wait_for(lambda: {volume.name for volume in at.inventory.view("h").pools[0].volumes} == {"base.img", "new", "copy"})
    for again in (
        lambda: volumes.create(link, "images", NewVolume("new", 4096)),
        lambda: volumes.clone(link, BASE, "images", NewVolume("new", 1)),
    ):
        with pytest.raises(Conflict):
            again()
    assert volumes.progress(link, BASE, 10) is not None
    assert volumes.progress(link, BASE._replace(name="none"), 10) is None
    for _twice in range(2):
        volumes.delete(link, BASE._replace(name="new"))
    volumes.refresh(link, "images")
    volumes.refresh(link, "none")


def test_who_names_a_file_in_any_xml(at: Console) -> None:
    link = at.gateway.link("h")
    wanted = frozenset({"/images/vm0.img", "/images/base.img", "/nvram/vm1.fd"})
    assert volumes.needed_by(link, wanted) == {"/images/vm0.img": "vm0"}
    domain = link.conn.lookupByName("vm1")
    xml = domain.XMLDesc(0)
    link.conn.defineXML(xml.replace("</os>", "<loader type='pflash'>/l.fd</loader><nvram>/nvram/vm1.fd</nvram></os>"))
    assert volumes.needed_by(link, wanted) == {"/images/vm0.img": "vm0", "/nvram/vm1.fd": "vm1"}


def test_pools_are_defined_and_forgotten(at: Console) -> None:
    link = at.gateway.link("h")
    storage.define_pool(link, NewPool("iso", path="/iso"))
    with pytest.raises(Conflict):
        storage.define_pool(link, NewPool("iso", path="/iso"))
    storage.build_pool(link, "iso")
    storage.start_pool(link, "iso")
    storage.set_pool_autostart(link, "iso", True)
    wait_for(lambda: any(p.name == "iso" and p.active and p.autostart for p in at.inventory.view("h").pools))
    storage.undefine_pool(link, "iso")
    wait_for(lambda: [pool.name for pool in at.inventory.view("h").pools] == ["images"])
