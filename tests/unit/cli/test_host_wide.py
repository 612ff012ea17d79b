from __future__ import annotations

from tests.unit.cli.conftest import Console


def test_all_guests_of_a_host_are_shut_down(console: Console) -> None:
    told = console("host", "shutdown-guests", "kvm-a", "--json")
    assert told.code == 0
    assert sorted((one["name"], one["result"]) for one in told.json["results"]) == [
        ("web-01", "succeeded"),
        ("web-02", "succeeded"),
        ("web-10", "succeeded"),
    ]


def test_of_a_zone_and_of_the_fleet_and_only_as_a_plan(console: Console) -> None:
    zone = console("host", "shutdown-guests", "--zone", "south", "--plan", "--json").json["plan"]
    assert sorted(vm["name"] for vm in zone["vms"]) == ["db-01", "web-02"]
    fleet = console("host", "shutdown-guests", "--all", "--plan")
    assert (fleet.code, fleet.lines[-1]) == (0, "5 will be done.")


def test_a_host_without_guests_that_run_is_well(console: Console, empty: Console) -> None:
    empty.host("idle")
    told = console("host", "shutdown-guests", "idle")
    assert (told.code, told.err) == (0, "No VM matches.\n")


def test_an_unreachable_host_is_said_and_the_others_are_shut_down(console: Console) -> None:
    console.line("far", "test+unix:///default?socket=/nowhere/sock", 'zone = "north"')
    told = console("host", "shutdown-guests", "--zone", "north")
    assert told.code == 3
    assert told.lines[-1] == "3 done"
    assert "No connection to far." in told.err


def test_hosts_are_read_anew(console: Console) -> None:
    told = console("host", "refresh", "--all")
    assert told.code == 0
    assert told.lines == ["kvm-a was read: 3 VMs.", "kvm-b was read: 2 VMs."]
    one = console("host", "refresh", "kvm-b", "--json").json
    assert [host["name"] for host in one["hosts"]] == ["kvm-b"]
