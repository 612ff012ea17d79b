"""What the console shows of real hosts is what virsh says of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.fleet.domains import AddressSource, State, VmKey
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import STATES, Console, Desk, spec_of, until, virsh_list


def test_the_inventory_agrees_with_virsh_on_both_hosts(
    lab: Lab, guests: dict[str, Guest], spare: Callable[..., Guest], console: Console
) -> None:
    spare("cold")
    console.add(*(spec_of(lab, host) for host in lab.hosts.values()))
    for host in lab.hosts.values():
        shown = {d.key.uuid: (d.name, d.state) for d in console.inventory.domains_of(host.name)}
        assert shown == {uuid: (name, STATES[state]) for uuid, (name, state) in virsh_list(host).items()}
        facts = until(lambda host=host: console.inventory.view(host.name).facts, "facts")
        assert (facts.hostname, facts.uuid) == (host.name, host.uuid)


def test_every_transport_reaches_a_host(lab: Lab, guests: dict[str, Guest], console: Console) -> None:
    for transport in ("tls", "ssh", "unix"):
        console.add(spec_of(lab, lab.hosts["alpha"], transport, id=transport, name=transport))
        assert len(console.inventory.domains_of(transport)) == 2


def test_what_is_done_elsewhere_shows_by_itself(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    console.add(spec_of(lab, beta))
    guest = spare("elsewhere")
    console.sees(guest, State.OFF)
    guest.start()
    console.sees(guest, State.RUNNING)
    beta.virsh("suspend", guest.uuid)
    console.sees(guest, State.PAUSED)
    beta.virsh("managedsave", guest.uuid)
    console.sees(guest, State.SAVED)
    guest.remove()
    console.loses(guest)


def test_addresses_come_from_the_agent_or_from_the_lease(lab: Lab, guests: dict[str, Guest], console: Console) -> None:
    web, db = guests["web"].ready(), guests["db"].ready()
    until(lambda: web.address("agent"), "the agent answers", 30)
    console.add(spec_of(lab, lab.hosts["alpha"]))
    for guest, source in ((web, AddressSource.AGENT), (db, AddressSource.LEASE)):

        def told(guest: Guest = guest, source: AddressSource = source) -> bool:
            return (guest.address(), source) in {(a.ip, a.source) for a in console.domain(guest).addresses}

        until(told, f"{guest.name} has {guest.address()} by {source}: {console.domain(guest).addresses}", 20)


def test_a_guest_that_ran_before_has_an_uptime_here_and_a_bound_elsewhere(
    lab: Lab, guests: dict[str, Guest], console: Console
) -> None:
    alpha = lab.hosts["alpha"]
    web = guests["web"].ready()
    process = alpha.exec("stat", "-c", "%Y", f"/proc/{alpha.exec('cat', '/run/libvirt/qemu/web.pid')}")
    opened = time.time()
    console.add(spec_of(lab, alpha, "unix", id="here", name="here"), spec_of(lab, alpha, "ssh", id="away", name="away"))
    here = console.inventory.domain(VmKey("here", web.uuid))
    away = console.inventory.domain(VmKey("away", web.uuid))
    assert here is not None
    assert away is not None
    assert abs(here.started - float(process)) < 3
    assert (away.started, here.met) == (0.0, 0.0)
    assert opened - 1 <= away.met <= time.time()


def test_an_address_is_told_again_and_again(lab: Lab, guests: dict[str, Guest], console: Console) -> None:
    db = guests["db"].ready()
    console.add(spec_of(lab, lab.hosts["alpha"]))
    first = until(lambda: console.inventory.heard(console.key(db)), "an address of db", 30)
    assert time.time() - first < 10
    until(lambda: console.inventory.heard(console.key(db)) > first, "it is told again", 45)


def test_a_busy_guest_shows_its_load(lab: Lab, guests: dict[str, Guest], console: Console) -> None:
    db = guests["db"].ready()
    console.add(spec_of(lab, lab.hosts["alpha"]))

    def cpu() -> float:
        load = console.inventory.load(console.key(db))
        return load.cpu if load is not None and load.cpu is not None else -1.0

    until(lambda: 0 <= cpu() < 0.3, "an idle guest is idle", 30)
    idle = cpu()
    try:
        db.do(cpu=90, write=1024, mem=16)
        # Two cores may be shared with others: what counts is that it rises, and by much.
        until(lambda: cpu() > idle + 0.25, "a busy guest is busy", 30)
        until(lambda: (console.inventory.load(console.key(db)).disk_write or 0) > 300_000, "it writes", 15)
    finally:
        db.do(cpu=0, write=0, mem=0)
    until(lambda: 0 <= cpu() < 0.3, "it is idle again", 30)


def test_the_command_line_agrees_with_virsh(lab: Lab, guests: dict[str, Guest], desk: Desk) -> None:
    desk.fleet(spec_of(lab, lab.hosts["alpha"], "ssh"), spec_of(lab, lab.hosts["beta"], "tls"))
    said = desk("vm", "list", "--json")
    assert said.code == 0, said.err
    shown = {vm["uuid"]: (vm["name"], vm["state"]) for vm in said.json["vms"]}
    told = {uuid: row for host in lab.hosts.values() for uuid, row in virsh_list(host).items()}
    assert shown == {uuid: (name, str(STATES[state])) for uuid, (name, state) in told.items()}
