"""Acting on real guests: each act is checked at the guest or by virsh, not only in what the console shows."""

from __future__ import annotations

from collections.abc import Callable

from console.fleet.acts import Act
from console.fleet.domains import State
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Console, Desk, done, spec_of, until


def test_a_guest_is_started_paused_saved_restored_and_shut_down(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("actor")
    console.add(spec_of(lab, beta, "ssh"))
    console.sees(guest, State.OFF)
    key = console.key(guest)

    def act(what: Act, then: State, virsh: str) -> None:
        done(console.services.power.act(what, [key]), 60)
        console.sees(guest, then, 0.5)  # a job is done when the inventory shows it
        assert guest.state() == virsh

    act(Act.START, State.RUNNING, "running")
    guest.ready()
    act(Act.PAUSE, State.PAUSED, "paused")
    act(Act.RESUME, State.RUNNING, "running")
    before = guest.count()
    act(Act.SAVE, State.SAVED, "shut off")
    act(Act.RESTORE, State.RUNNING, "running")
    until(lambda: guest.count() > before, "the guest goes on where it was", 20)
    act(Act.SHUTDOWN, State.OFF, "shut off")


def test_a_reboot_and_a_reset_begin_the_guest_anew(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    """Both answer until then, and not afterwards, though the VM runs on. (An emulated guest boots slowly the second time.)"""
    guests = {Act.REBOOT: spare("reboots"), Act.RESET: spare("resets")}
    for guest in guests.values():
        guest.start()
    console.add(spec_of(lab, beta))
    for act, guest in guests.items():
        until(lambda guest=guest: guest.ready().count() > 5, "the guest counts", 20)
        done(console.services.power.act(act, [console.key(guest)]))
        guest.gone(15)
        assert guest.state() == "running"
        assert console.domain(guest).state is State.RUNNING


def test_several_are_acted_on_at_once(lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console) -> None:
    pair = [spare("first"), spare("second")]
    console.add(spec_of(lab, beta))
    keys = [console.key(guest) for guest in pair]
    for guest in pair:
        console.sees(guest, State.OFF)
    done(console.services.power.act(Act.AUTOSTART_ON, keys))
    assert [beta.virsh("dominfo", guest.uuid).count("enable") for guest in pair] == [1, 1]
    done(console.services.power.act(Act.START, keys))
    assert [guest.state() for guest in pair] == ["running", "running"]
    done(console.services.power.act(Act.FORCE_OFF, keys))
    assert [guest.state() for guest in pair] == ["shut off", "shut off"]


def test_a_vm_is_renamed_described_and_tagged(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("plain", tags=["old"])
    console.add(spec_of(lab, beta))
    console.sees(guest, State.OFF)
    key, describe = console.key(guest), console.services.describe
    name, text = "naïve-🐧-اسم", "line one\nline <two> & three"
    done(describe.rename(key, name))
    done(describe.describe([key], "A title", text))
    done(describe.tag([key], add=["new", "prod"], remove=["old"]))
    domain = console.domain(guest)
    assert (domain.name, domain.title, domain.description, set(domain.tags)) == (name, "A title", text, {"new", "prod"})
    assert beta.virsh("domname", guest.uuid) == name
    assert beta.virsh("desc", guest.uuid) == text


def test_deleting_takes_the_disks_that_were_chosen_and_no_others(
    lab: Lab, beta: Host, spare: Callable[..., Guest], console: Console
) -> None:
    keeps, goes = spare("keeps"), spare("goes")
    console.add(spec_of(lab, beta))
    delete = console.services.delete
    for guest, with_disk in ((keeps, False), (goes, True)):
        console.sees(guest, State.OFF)
        plan = delete.plan([console.key(guest)])
        items = [item for vm in plan.vms for item in vm.files]
        assert [item.path for item in items] == [guest.disk]
        done(delete.run(plan, [item.id for item in items] if with_disk else []))
        console.loses(guest, 0.5)
        assert guest.state() == ""
        there = beta.exec("ls", "/var/lib/libvirt/images").split()
        assert (f"{guest.name}.qcow2" in there) is not with_disk


def test_the_command_line_starts_and_deletes(lab: Lab, beta: Host, spare: Callable[..., Guest], desk: Desk) -> None:
    guest = spare("typed")
    desk.fleet(spec_of(lab, beta, "tls"))
    started = desk("vm", "start", "beta/typed")
    assert (started.code, guest.state()) == (0, "running"), started.err
    again = desk("vm", "start", "typed")
    assert (again.code, again.out) == (0, "beta/typed: Runs already\n")
    assert desk("vm", "force-off", "typed").code == 0
    assert guest.state() == "shut off"
    again = desk("vm", "force-off", "typed", "--yes")
    assert (again.code, again.out.splitlines()[0]) == (0, "beta/typed: Is off already")
    deleted = desk("vm", "delete", "--yes", "--all-disks", "typed")
    assert (deleted.code, guest.state()) == (0, ""), deleted.err
    assert desk("vm", "show", "typed").code == 1


def test_the_command_line_says_which_host_is_unreachable_and_lists_the_rest(
    lab: Lab, guests: dict[str, Guest], beta: Host, desk: Desk
) -> None:
    desk.fleet(spec_of(lab, lab.hosts["alpha"]), spec_of(lab, beta))
    beta.cut()
    said = desk("--timeout", "8", "vm", "list", "--json")
    assert said.code == 3
    assert {vm["name"] for vm in said.json["vms"] if vm["host"] == "alpha"} == {"web", "db"}
    assert "beta" in said.err + said.out
