"""A guest's file systems put to rest on real hosts, and never left so."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from console.fleet.errors import Busy, Conflict, FleetError, Reason
from console.gateway import freezing, snapshots
from console.gateway.connection import Link
from console.gateway.errors import calling
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.hosting import external, linked, shell
from tests.lab.support import until


@pytest.fixture
def link(lab: Lab, beta: Host) -> Iterator[Link]:
    with linked(lab, beta) as mine:
        yield mine
    shell(beta, "rm -f f.*")
    beta.virsh("pool-refresh", "default")


@pytest.fixture
def guest(spare: Callable[..., Guest], link: Link) -> Guest:
    """With a file system to freeze, and an agent that answers."""
    made = spare("f", agent=True).start().ready()
    made.file("first")
    until(lambda: freezing.answers(link.domain(made.uuid)), "the agent answers", 20)
    return made


def goes_on(guest: Guest) -> bool:
    """Its file system takes what is written."""
    word = f"w{time.monotonic_ns()}"
    return guest.file(word) == word


def test_frozen_within_and_thawed_whatever_happens(link: Link, guest: Guest) -> None:
    domain = link.domain(guest.uuid)
    with freezing.frozen(link, guest.uuid):
        assert not freezing.answers(domain), "it takes no other word"
        with pytest.raises(Busy) as caught, freezing.frozen(link, guest.uuid):
            pytest.fail("somebody else froze it")
        assert caught.value.problem.detail == "frozen"
        assert not freezing.answers(domain), "and is not thawed by one who did not freeze it"
    assert goes_on(guest)
    with pytest.raises(ZeroDivisionError), freezing.frozen(link, guest.uuid):
        raise ZeroDivisionError
    assert goes_on(guest)
    with pytest.raises(FleetError), freezing.safely(link, guest.uuid):
        domain.fsFreeze(None, 0)
        domain.snapshotCreateXML("<domainsnapshot/", 0)
    assert goes_on(guest)
    assert freezing.thaw(link, guest.uuid), "as often as one likes"


def test_a_snapshot_with_a_freeze(link: Link, guest: Guest) -> None:
    snapshots.take(link, guest.uuid, external(guest, "a"), disk_only=True, freeze=True)
    assert goes_on(guest)
    broken = external(guest, "b").replace("f.b", "none/f.b")
    with pytest.raises(FleetError):
        snapshots.take(link, guest.uuid, broken, disk_only=True, freeze=True)
    assert goes_on(guest), "what failed on the disk leaves nothing frozen"
    assert not snapshots.exists(link, guest.uuid, "b")


def test_a_silent_agent_is_not_asked_to_freeze(link: Link, guest: Guest) -> None:
    guest.to_agent("STOP")
    begun = time.monotonic()
    with pytest.raises(Busy) as caught:
        snapshots.take(link, guest.uuid, external(guest, "a"), disk_only=True, freeze=True)
    assert caught.value.problem.reason is Reason.AGENT
    assert time.monotonic() - begun < 8
    guest.to_agent("CONT")
    time.sleep(1.0)
    assert goes_on(guest), "no word to freeze waited for it"
    assert not snapshots.exists(link, guest.uuid, "a")


def test_one_that_falls_silent_right_then_is_thawed_when_it_wakes(link: Link, guest: Guest) -> None:
    domain = link.domain(guest.uuid)
    waker = threading.Timer(4.0, lambda: None)
    with pytest.raises(FleetError) as caught, freezing.safely(link, guest.uuid):
        guest.to_agent("STOP")
        domain.agentSetResponseTimeout(1, 0)
        waker = threading.Timer(4.0, _wake, (guest,))
        waker.start()
        domain.fsFreeze(None, 0)
    waker.join()
    assert caught.value.problem.reason is Reason.AGENT
    assert caught.value.problem.detail != "thaw", "it was reached in the end"
    assert goes_on(guest)


def _wake(guest: Guest) -> None:
    guest.to_agent("CONT")


def test_what_could_not_be_thawed_is_said(link: Link, guest: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freezing, "THAW", 3.0)
    domain = link.domain(guest.uuid)
    with pytest.raises(Busy) as caught, freezing.safely(link, guest.uuid):
        guest.to_agent("STOP")
        domain.agentSetResponseTimeout(1, 0)
        domain.fsFreeze(None, 0)
    assert caught.value.problem.detail == "thaw"
    guest.to_agent("CONT")
    time.sleep(1.0)
    assert not freezing.answers(domain), "the word was read when it woke: this is what would last for ever"
    assert freezing.thaw(link, guest.uuid)
    assert goes_on(guest)


def test_a_daemon_that_dies_and_a_guest_that_is_off(lab: Lab, link: Link, guest: Guest, beta: Host) -> None:
    with pytest.raises(FleetError), freezing.frozen(link, guest.uuid):
        beta.crash()
        with calling():
            link.conn.getLibVersion()
    beta.daemon()
    with linked(lab, beta) as anew:
        assert freezing.thaw(anew, guest.uuid), "the next who comes by thaws it"
        assert goes_on(guest)
        beta.virsh("destroy", guest.uuid)
        assert freezing.thaw(anew, guest.uuid)
        with pytest.raises(Conflict) as off:
            snapshots.take(anew, guest.uuid, external(guest, "a"), disk_only=True, freeze=True)
        assert off.value.problem.reason is Reason.WRONG_STATE
