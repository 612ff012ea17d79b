"""Every act on a VM against libvirt's test driver: what it does, what the console sees of it, what it refuses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import libvirt
import pytest

from console.fleet.domains import State
from console.fleet.errors import Conflict, Denied, FleetError, NotFound, Reason
from console.fleet.hosts import HostSpec, Phase
from console.gateway import domains, storage
from console.gateway.connection import Link
from console.gateway.deleting import HostFiles
from tests.contract.console_like import DOWN, RUNNING, UP, Console, console, node, uuid_of, wait_for


@pytest.mark.parametrize(
    ("act", "number", "state"),
    [
        (domains.start, DOWN, State.RUNNING),
        (domains.shutdown, UP, State.OFF),
        (domains.destroy, UP, State.OFF),
        (domains.suspend, UP, State.PAUSED),
        (domains.save, UP, State.SAVED),
    ],
)
def test_an_act_and_the_state_it_leads_to(
    at: Console, link: Link, act: Callable[[Link, str], None], number: int, state: State
) -> None:
    act(link, uuid_of(number))
    at.until(number, lambda vm: vm is not None and vm.state is state)


def test_pause_and_resume(at: Console, link: Link) -> None:
    domains.suspend(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.PAUSED)
    domains.resume(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.RUNNING)


def test_a_saved_vm_is_restored_or_its_image_thrown_away(at: Console, link: Link) -> None:
    domains.save(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.SAVED)
    domains.start(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.RUNNING)
    domains.save(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.SAVED)
    domains.discard_save(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.OFF)


def test_reboot_and_reset_leave_it_running(at: Console, link: Link) -> None:
    domains.reboot(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state in (State.OFF, State.RUNNING))
    with pytest.raises(FleetError):
        domains.reset(link, uuid_of(DOWN))


def test_autostart(at: Console, link: Link) -> None:
    for on in (True, False):
        domains.set_autostart(link, uuid_of(DOWN), on)
        at.until(DOWN, lambda vm, on=on: vm.autostart is on)


@pytest.mark.parametrize("name", ["web", "🦊 fox", "שרת", "a b"])
def test_rename(at: Console, link: Link, name: str) -> None:
    domains.rename(link, uuid_of(DOWN), name)
    at.until(DOWN, lambda vm: vm.name == name)


def test_renaming_to_a_name_that_is_taken(link: Link) -> None:
    with pytest.raises(Conflict) as caught:
        domains.rename(link, uuid_of(DOWN), "vm0")
    assert caught.value.problem.reason is Reason.EXISTS


def test_renaming_what_runs_is_a_conflict_of_state(link: Link) -> None:
    with pytest.raises(Conflict) as caught:
        domains.rename(link, uuid_of(UP), "other")
    assert caught.value.problem.reason is Reason.WRONG_STATE


@pytest.mark.parametrize("number", [UP, DOWN])
def test_title_and_description(at: Console, link: Link, number: int) -> None:
    domains.describe(link, uuid_of(number), "Shop", "two\nlines & <more>")
    at.until(number, lambda vm: (vm.title, vm.description) == ("Shop", "two\nlines & <more>"))
    domains.describe(link, uuid_of(number), None, "")
    at.until(number, lambda vm: (vm.title, vm.description) == ("Shop", ""))
    assert "<description>" not in domains.xml(link, uuid_of(number), inactive=True)


@pytest.mark.parametrize("number", [UP, DOWN])
def test_tags_in_what_runs_and_in_what_is_stored(at: Console, link: Link, number: int) -> None:
    domains.set_tags(link, uuid_of(number), ["web", "🦊"])
    at.until(number, lambda vm: vm.tags == ("web", "🦊"))
    domains.change_tags(link, uuid_of(number), add=["shop", "web"], remove=["🦊"])
    at.until(number, lambda vm: vm.tags == ("web", "shop"))
    for inactive in (False, True):
        text = domains.xml(link, uuid_of(number), inactive=inactive)
        assert text.count("tag>") == 4
        assert "urn:splendid:domain:1" in text


def test_tagging_keeps_what_others_wrote(link: Link) -> None:
    handle = link.domain(uuid_of(DOWN))
    ours = "<vm><owner>anna</owner><nat port='80'/></vm>"
    handle.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, ours, "splendid", "urn:splendid:domain:1", 0)
    handle.setMetadata(libvirt.VIR_DOMAIN_METADATA_ELEMENT, "<theirs/>", "x", "urn:x", 0)
    domains.change_tags(link, uuid_of(DOWN), ["a"], [])
    text = domains.xml(link, uuid_of(DOWN))
    assert "theirs" in text
    assert "anna" in text
    assert 'port="80"' in text
    assert domains.read(link, uuid_of(DOWN)).tags == ("a",)


def test_a_picture_of_the_screen(link: Link) -> None:
    data, mime = domains.screenshot(link, uuid_of(UP))
    assert mime == "image/png"
    assert data.startswith(b"\x89PNG")


def test_undefining_what_is_gone_is_done_already(link: Link) -> None:
    domains.undefine(link, uuid_of(DOWN))
    domains.undefine(link, uuid_of(DOWN))


def test_undefining_takes_the_saved_image_along(at: Console, link: Link) -> None:
    domains.save(link, uuid_of(UP))
    at.until(UP, lambda vm: vm.state is State.SAVED)
    assert HostFiles().facts(link, uuid_of(UP)).managed_save
    domains.undefine(link, uuid_of(UP))
    at.until(UP, lambda vm: vm is None)


def test_a_vm_that_vanishes_while_being_acted_on(at: Console, link: Link) -> None:
    link.domain(uuid_of(DOWN)).undefine()
    with pytest.raises(NotFound) as caught:
        domains.start(link, uuid_of(DOWN))
    assert caught.value.problem.reason is Reason.GONE
    at.until(DOWN, lambda vm: vm is None)


@pytest.mark.parametrize(
    ("act", "number"), [(domains.start, UP), (domains.suspend, DOWN), (domains.destroy, DOWN), (domains.resume, UP)]
)
def test_the_wrong_state_is_a_conflict(link: Link, act: Callable[[Link, str], None], number: int) -> None:
    with pytest.raises(Conflict) as caught:
        act(link, uuid_of(number))
    assert caught.value.problem.reason is Reason.WRONG_STATE
    assert caught.value.what == f"vm{number}"


def test_a_job_that_is_not_there_has_no_progress(link: Link) -> None:
    with pytest.raises(FleetError):
        domains.job_progress(link, uuid_of(UP))


def test_on_a_read_only_connection_nothing_is_changed(tmp_path: Path) -> None:
    spec = HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}", read_only=True)
    with console(spec) as at:
        assert at.settled() is Phase.LIVE
        link = at.gateway.link("h")
        acts: list[Callable[[], object]] = [
            lambda: domains.destroy(link, uuid_of(0)),
            lambda: domains.set_tags(link, uuid_of(0), ["a"]),
            lambda: domains.describe(link, uuid_of(0), "a", None),
            lambda: domains.undefine(link, uuid_of(0)),
            lambda: storage.delete_volume(link, "/images/base.img"),
        ]
        for act in acts:
            with pytest.raises(Denied) as caught:
                act()
            assert caught.value.problem.reason is Reason.READ_ONLY
        assert "<name>vm0</name>" in domains.xml(link, uuid_of(0))
        wait_for(lambda: at.inventory.view("h").facts)
        assert at.inventory.view("h").facts.read_only
