from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.fleet.clones.provenance import Provenance
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Denied, NotFound
from console.fleet.hosts import HostSpec, Phase
from console.gateway import cloning, defining, domains
from console.libvirtxml.changes import renamed
from tests.contract.console_like import OFF, RUNNING, Console, console, node, uuid_of, wait_for

NEW = "99999999-0000-4000-8000-000000000001"
ORIGIN = Provenance("vm0", "h/0", "clean", 1_700_000_000.0, "m", "4711", "note", linked=True, throw_away=True)


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Console]:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, RUNNING, OFF)}")) as mine:
        assert mine.settled() is Phase.LIVE
        yield mine


def test_a_domain_is_defined_once(at: Console) -> None:
    link = at.gateway.link("h")
    text = renamed(defining.stored(link, uuid_of(1)), "new", NEW)
    cloning.define(link, NEW, "new", text)
    assert cloning.defined(link, NEW)
    assert not cloning.defined(link, uuid_of(7))
    assert cloning.names(link) == {"vm0", "vm1", "new"}
    assert cloning.networks(link) == {"default"}
    wait_for(lambda: at.inventory.domain(VmKey("h", NEW)))
    for uuid, name in ((NEW, "other"), (uuid_of(9), "vm0")):
        with pytest.raises(Conflict):
            cloning.define(link, uuid, name, text)


@pytest.mark.parametrize("number", [0, 1])
def test_where_it_comes_from_is_kept_beside_its_tags(at: Console, number: int) -> None:
    link = at.gateway.link("h")
    domains.set_tags(link, uuid_of(number), ["a"])
    assert cloning.provenance(link, uuid_of(number)) == Provenance()
    cloning.set_provenance(link, uuid_of(number), ORIGIN)
    assert cloning.provenance(link, uuid_of(number)) == ORIGIN
    at.until(number, lambda now: now is not None and now.provenance == ORIGIN and now.tags == ("a",))
    cloning.set_provenance(link, uuid_of(number), Provenance())
    at.until(number, lambda now: now is not None and now.provenance is None and now.tags == ("a",))


def test_its_configuration_is_changed_as_it_is(at: Console) -> None:
    link = at.gateway.link("h")
    cloning.redefine(link, uuid_of(1), "vm1", lambda xml: xml.replace("<vcpu placement='static'>2<", "<vcpu>5<"))
    at.until(1, lambda now: now is not None and now.max_vcpus == 5)


def test_why_it_is_off(at: Console) -> None:
    link = at.gateway.link("h")
    assert cloning.why_off(link, uuid_of(0)) == ""
    domains.destroy(link, uuid_of(0))
    assert cloning.why_off(link, uuid_of(0)) == "destroyed"
    domains.start(link, uuid_of(0))
    domains.shutdown(link, uuid_of(0))
    assert cloning.why_off(link, uuid_of(0)) == "shutdown"
    with pytest.raises(NotFound):
        cloning.why_off(link, uuid_of(7))


def test_a_file_no_pool_holds_gets_one_for_a_moment(at: Console) -> None:
    link = at.gateway.link("h")
    with cloning.held(link, "/images/base.img", "splendid-passing-1") as key:
        assert key == ("h", "images", "base.img"), "a pool that is there"
    with cloning.held(link, "/elsewhere/vars.fd", "splendid-passing-1") as key:
        assert key == ("h", "splendid-passing-1", "vars.fd")
    assert [pool.name() for pool in link.conn.listAllStoragePools(0)] == ["images"]
    with pytest.raises(NotFound):
        cloning.copy_file(link, "/elsewhere/vars.fd", "/elsewhere/new.fd", "splendid-passing-1")
    cloning.remove_file(link, "/elsewhere/new.fd", "splendid-passing-1")


def test_pools_that_were_left_go(at: Console) -> None:
    link = at.gateway.link("h")
    left = cloning.held(link, "/left/x", "splendid-passing-2")  # never let go: its console was killed
    left.__enter__()
    assert "splendid-passing-2" in [pool.name() for pool in link.conn.listAllStoragePools(0)]
    for name in ("splendid-passing-2", "splendid-passing-2", "images"):
        cloning.end_passing(link, name)
    assert [pool.name() for pool in link.conn.listAllStoragePools(0)] == ["images"]


def test_who_may_only_look_changes_nothing(tmp_path: Path) -> None:
    with console(HostSpec("h", "h", f"test://{node(tmp_path, OFF)}", read_only=True)) as mine:
        assert mine.settled() is Phase.LIVE
        link = mine.gateway.link("h")
        for act in (
            lambda: cloning.define(link, NEW, "new", "<domain/>"),
            lambda: cloning.set_provenance(link, uuid_of(0), ORIGIN),
            lambda: cloning.redefine(link, uuid_of(0), "vm0", lambda xml: xml),
        ):
            with pytest.raises(Denied):
                act()
