"""Faults of real hosts: cut off, daemon killed or frozen, one UUID twice, a VM that vanishes, a full disk."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.fleet.acts import Act
from console.fleet.domains import State
from console.fleet.errors import Reason
from console.fleet.hosts import Phase
from console.jobs.job import JobState
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, done, spec_of, until


def stamps(console: Console, host: str) -> set[float]:
    return {load.stamp for d in console.inventory.domains_of(host) if (load := console.inventory.load(d.key))}


def test_a_host_that_is_cut_off_ages_and_the_other_stays_live(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    """The one that is cut off is there twice: by tcp and by ssh."""
    ways = ("tcp", "ssh")
    console.add(spec_of(lab, lab.hosts["alpha"]), *(spec_of(lab, beta, way, id=way, name=way) for way in ways))
    beta.cut()
    cut = time.time()
    for way in ways:
        status = console.awaits(way, Phase.STALE, Phase.UNREACHABLE, seconds=cut + 10 - time.time())
        assert cut - 4 <= status.seen <= cut + 1, "what is shown has the age of the last answer"
        (mail,) = console.inventory.domains_of(way)
        assert mail.state is State.RUNNING, "what was known stays known"
        assert not console.inventory.fresh(way)
    for way in ways:
        status = console.awaits(way, Phase.UNREACHABLE, seconds=20)
        assert status.problem is not None
        assert status.problem.reason in (Reason.SILENT, Reason.LOST)
    # The other host has been live all the time, and still is.
    assert console.inventory.status("alpha").phase is Phase.LIVE
    before = stamps(console, "alpha")
    until(lambda: stamps(console, "alpha") - before, "alpha's load is read on", 10)
    beta.heal()
    for way in ways:
        console.awaits(way, Phase.LIVE, seconds=30)
        assert [domain.state for domain in console.inventory.domains_of(way)] == [State.RUNNING]


def test_what_changed_while_a_host_was_cut_off_is_seen_when_it_is_back(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    stays, goes = spare("stays"), spare("goes")
    console.add(spec_of(lab, beta))
    console.sees(goes, State.OFF)
    beta.cut()
    console.awaits("beta", Phase.STALE, Phase.UNREACHABLE)
    stays.start()
    beta.virsh("suspend", stays.uuid)
    goes.remove()
    beta.heal()
    console.services.hosts.try_now("beta")
    console.awaits("beta", Phase.LIVE, seconds=30)
    console.sees(stays, State.PAUSED)
    console.loses(goes)


def test_a_killed_daemon_is_found_out_and_its_return_too(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    console.add(spec_of(lab, beta))
    count = guests["mail"].ready().count()
    beta.crash()
    status = console.awaits("beta", Phase.UNREACHABLE, seconds=10)
    assert status.problem is not None
    assert status.problem.reason in (Reason.CONN_REFUSED, Reason.LOST)
    beta.daemon()
    console.awaits("beta", Phase.LIVE, seconds=30)
    console.sees(guests["mail"], State.RUNNING)
    assert guests["mail"].count() > count, "the guest never noticed"


def test_a_daemon_that_stops_answering_goes_stale_and_comes_back(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    console.add(spec_of(lab, beta), spec_of(lab, lab.hosts["alpha"]))
    beta.freeze()
    console.awaits("beta", Phase.STALE, Phase.UNREACHABLE, seconds=10)
    assert console.inventory.status("alpha").phase is Phase.LIVE
    beta.thaw()
    console.awaits("beta", Phase.LIVE, seconds=40)


def test_a_slow_line_is_no_dead_host(lab: Lab, guests: dict[str, Guest], beta: Host, console: Console) -> None:
    beta.slow(256)
    console.add(spec_of(lab, beta))
    end = time.monotonic() + 5
    while time.monotonic() < end:
        assert console.inventory.status("beta").phase is Phase.LIVE
        time.sleep(0.2)


def test_two_hosts_with_one_uuid_are_two_hosts(
    lab: Lab, guests: dict[str, Guest], beta: Host, console: Console
) -> None:
    alpha = lab.hosts["alpha"]
    beta.configure(host_uuid=alpha.uuid)
    beta.restart()
    console.add(spec_of(lab, alpha), spec_of(lab, beta))
    until(
        lambda: console.inventory.view("beta").facts and console.inventory.view("alpha").facts,
        "both tell of themselves",
    )
    assert console.inventory.view("beta").facts.uuid == console.inventory.view("alpha").facts.uuid == alpha.uuid
    assert {d.name for d in console.inventory.domains_of("alpha")} == {"web", "db"}
    assert {d.name for d in console.inventory.domains_of("beta")} == {"mail"}


def test_a_vm_that_vanishes_while_it_is_acted_on_fails_the_job(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("vanishing")
    console.add(spec_of(lab, beta))
    console.sees(guest, State.OFF)
    guest.remove()
    view = console.services.power.act(Act.START, [console.key(guest)]).wait(20)
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert view.problem.reason is Reason.GONE
    console.loses(guest)


def test_a_vm_that_vanishes_while_it_shuts_down_has_been_shut_down(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    """The guest has no system yet that hears the power button, so the job waits; meanwhile somebody removes the VM."""
    guest = spare("leaving").start()
    console.add(spec_of(lab, beta))
    console.sees(guest, State.RUNNING)
    handle = console.services.power.act(Act.SHUTDOWN, [console.key(guest)])
    time.sleep(0.5)
    guest.remove()
    view = handle.wait(20)
    assert view.state in (JobState.SUCCEEDED, JobState.FAILED), view
    console.loses(guest)


def test_a_full_disk_fails_a_save_with_its_reason_and_the_vm_goes_on(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("big").start()
    console.add(spec_of(lab, beta))
    console.sees(guest, State.RUNNING)
    beta.exec("mount", "--bind", "/var/lib/libvirt/images", "/var/lib/libvirt/qemu/save")
    beta.fill()
    try:
        view = console.services.power.act(Act.SAVE, [console.key(guest)]).wait(40)
        assert view.state is JobState.FAILED
        assert view.problem is not None
        assert view.problem.reason is Reason.NO_SPACE, view.problem
        console.sees(guest, State.RUNNING)
    finally:
        beta.exec("umount", "/var/lib/libvirt/qemu/save")
    beta.unfill()
    done(console.services.power.act(Act.SAVE, [console.key(guest)]))
    console.sees(guest, State.SAVED)
