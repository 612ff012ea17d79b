"""Storing a configuration and changing what runs, on libvirt's test driver: what it does, keeps and refuses."""

from __future__ import annotations

import libvirt
import pytest

from console.fleet.edits import Step, Way
from console.fleet.errors import Conflict, Denied, FleetError, NotFound, Reason
from console.gateway import defining
from console.gateway.connection import Link
from console.libvirtxml import changes
from tests.contract.console_like import DOWN, UP, Console, uuid_of

SECRET = "port='-1' autoport='yes' passwd='geheim'"


def with_password(link: Link, number: int) -> str:
    """Gives a VM a screen with a password; its configuration as it is shown."""
    base = defining.stored(link, uuid_of(number))
    text = base.replace("</devices>", f"<graphics type='vnc' {SECRET}/></devices>")
    return defining.define(link, uuid_of(number), base, text)


def secure(link: Link, number: int) -> str:
    return str(link.domain(uuid_of(number)).XMLDesc(libvirt.VIR_DOMAIN_XML_SECURE | libvirt.VIR_DOMAIN_XML_INACTIVE))


@pytest.mark.parametrize("number", [UP, DOWN])
def test_what_is_stored_is_what_was_written(at: Console, link: Link, number: int) -> None:
    base = defining.read(link, uuid_of(number))
    assert bool(base.live) is (number == UP)
    text = base.stored.replace("<vcpu", "<title>Shop</title>\n  <vcpu")
    after = defining.define(link, uuid_of(number), base.stored, text)
    assert [(c.part, c.after) for c in changes.compare(base.stored, after)] == [("title", "Shop")]
    if number == DOWN:
        at.until(number, lambda vm: vm is not None and vm.title == "Shop")


def test_what_somebody_else_stored_is_never_overwritten(link: Link) -> None:
    base = defining.stored(link, uuid_of(DOWN))
    link.conn.defineXML(base.replace("<vcpu", "<title>Theirs</title><vcpu"))
    with pytest.raises(Conflict) as caught:
        defining.define(link, uuid_of(DOWN), base, base.replace("<vcpu", "<title>Mine</title><vcpu"))
    assert caught.value.problem.reason is Reason.CHANGED
    assert "Theirs" in defining.stored(link, uuid_of(DOWN))


def test_a_password_nobody_saw_survives(link: Link) -> None:
    shown = with_password(link, DOWN)
    assert "geheim" not in shown
    defining.define(link, uuid_of(DOWN), shown, shown.replace("<vcpu", "<title>New</title><vcpu"))
    assert "geheim" in secure(link, DOWN)
    assert "<title>New</title>" in secure(link, DOWN)


def test_a_password_that_was_seen_can_be_taken_away(link: Link) -> None:
    with_password(link, DOWN)
    seen = defining.stored(link, uuid_of(DOWN), secrets=True)
    assert "geheim" in seen
    defining.define(link, uuid_of(DOWN), seen, seen.replace(" passwd='geheim'", ""), secrets=True)
    assert "geheim" not in secure(link, DOWN)


def test_the_host_holds_it_against_its_schema_unless_told_not_to(link: Link) -> None:
    base = defining.stored(link, uuid_of(DOWN))
    odd = base.replace("<vcpu", "<quantum/><vcpu")
    with pytest.raises(FleetError) as caught:
        defining.define(link, uuid_of(DOWN), base, odd)
    assert "quantum" in caught.value.problem.text
    assert "quantum" not in defining.define(link, uuid_of(DOWN), base, odd, validate=False)


def test_a_declared_encoding_means_nothing(link: Link) -> None:
    base = defining.stored(link, uuid_of(DOWN))
    text = "<?xml version='1.0' encoding='latin-1'?>\n" + base.replace("<vcpu", "<title>Shöp 🦊</title><vcpu")
    assert "<title>Shöp 🦊</title>" in defining.define(link, uuid_of(DOWN), base, text)


def test_metadata_of_others_survives(link: Link) -> None:
    base = defining.stored(link, uuid_of(DOWN))
    own = "<metadata><x:a xmlns:x='urn:x'><x:b c='1'>text</x:b></x:a></metadata><vcpu"
    after = defining.define(link, uuid_of(DOWN), base, base.replace("<vcpu", own))
    assert changes.same(after, base.replace("<vcpu", own))


def test_what_runs_is_changed(at: Console, link: Link) -> None:
    before = defining.running(link, uuid_of(UP))
    for step in (
        Step(Way.VCPUS, number=1),
        Step(Way.MEMORY, number=512 << 10),
        Step(Way.TITLE, "Now"),
        Step(Way.DESCRIPTION, "two\nlines"),
        Step(Way.METADATA, "<a><b/></a>", key="urn:x", prefix="x"),
    ):
        defining.carry_out(link, uuid_of(UP), step)
    live = defining.running(link, uuid_of(UP))
    found = {(c.part, c.after) for c in changes.compare(before, live)}
    assert {("title", "Now"), ("description", "two\nlines"), ("metadata", "")} <= found
    assert any(part.startswith("vcpu") for part, _after in found)
    assert any(part.startswith("memory") for part, _after in found)
    at.until(UP, lambda vm: vm is not None and vm.title == "Now" and vm.vcpus == 1)
    defining.carry_out(link, uuid_of(UP), Step(Way.METADATA, key="urn:x"))
    defining.carry_out(link, uuid_of(UP), Step(Way.TITLE))
    live = defining.running(link, uuid_of(UP))
    assert "urn:x" not in live
    assert "<title>" not in live


def test_limits_of_what_runs_are_changed(link: Link) -> None:
    defining.carry_out(
        link, uuid_of(UP), Step(Way.MEMORY_TUNE, values=(("hard_limit", 3 << 20), ("soft_limit", 1 << 20)))
    )
    rates = (
        ("read_bytes_sec", 1000),
        ("read_bytes_sec_max", 2000),
        ("write_iops_sec", 20),
        ("write_iops_sec_max", 40),
    )
    defining.carry_out(link, uuid_of(UP), Step(Way.IO_TUNE, key="vda", values=rates))
    domain = link.domain(uuid_of(UP))
    limits = domain.memoryParameters(0)
    assert (limits["hard_limit"], limits["soft_limit"]) == (3 << 20, 1 << 20)
    tuned = domain.blockIoTune("vda", 0)
    assert (tuned["read_bytes_sec"], tuned["write_iops_sec"], tuned["total_bytes_sec"]) == (1000, 20, 0)
    with pytest.raises(FleetError):
        defining.carry_out(link, uuid_of(UP), Step(Way.IO_TUNE, key="vdz", values=rates))


@pytest.mark.parametrize("way", [Way.ATTACH, Way.DETACH, Way.UPDATE])
def test_a_driver_that_cannot_plug_says_so(link: Link, way: Way) -> None:
    disk = "<disk type='file' device='disk'><source file='/a'/><target dev='vdz' bus='virtio'/></disk>"
    with pytest.raises(FleetError) as caught:
        defining.carry_out(link, uuid_of(UP), Step(way, disk))
    assert caught.value.problem.reason is Reason.TOO_OLD


def test_a_vm_that_vanished_and_a_connection_that_may_only_look(link: Link) -> None:
    base = defining.stored(link, uuid_of(DOWN))
    looking = Link(link.spec, link.conn, read_only=True)
    with pytest.raises(Denied):
        defining.define(looking, uuid_of(DOWN), base, base)
    with pytest.raises(Denied):
        defining.carry_out(looking, uuid_of(UP), Step(Way.TITLE, "x"))
    link.domain(uuid_of(DOWN)).undefine()
    with pytest.raises(NotFound):
        defining.define(link, uuid_of(DOWN), base, base)
