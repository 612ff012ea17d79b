"""What a person types names one thing, or they are told which things it could be."""

from __future__ import annotations

import pytest

from console.fleet.domains import Domain, VmKey
from console.fleet.errors import NotFound, UsageError
from console.fleet.hosts import HostSpec
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory
from console.services.resolve import find_host, find_vm, find_vms, find_zone


@pytest.fixture
def inventory() -> Inventory:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("a", "Alpha", "test:///a"), HostSpec("b", "Beta", "test:///b", zone="north")])
    inventory.apply(DomainsRead("a", (Domain(VmKey("a", "1"), "web"), Domain(VmKey("a", "2"), "db"))))
    inventory.apply(DomainsRead("b", (Domain(VmKey("b", "2"), "db-copy"), Domain(VmKey("b", "3"), "web"))))
    return inventory


def test_a_host_by_id_name_and_case(inventory: Inventory) -> None:
    assert [find_host(inventory, word).id for word in ("a", "Alpha", "alpha")] == ["a", "a", "a"]


def test_a_name_means_more_than_another_s_id() -> None:
    inventory = Inventory()
    inventory.set_hosts([HostSpec("kvm", "-kvm", "test:///a"), HostSpec("kvm-2", "kvm", "test:///b")])
    for host in ("kvm", "kvm-2"):
        inventory.apply(DomainsRead(host, (Domain(VmKey(host, "1"), "web"),)))
    assert [find_host(inventory, word).id for word in ("kvm", "-kvm", "kvm-2")] == ["kvm-2", "kvm", "kvm-2"]
    assert [find_vm(inventory, f"{word}/web").host for word in ("kvm", "-kvm")] == ["kvm-2", "kvm"]


def test_an_unknown_host_names_those_near(inventory: Inventory) -> None:
    with pytest.raises(NotFound) as caught:
        find_host(inventory, "alp")
    assert caught.value.problem.detail == "Alpha"


def test_a_vm_by_name_host_and_uuid(inventory: Inventory) -> None:
    assert find_vm(inventory, "db") == ("a", "2")
    assert find_vm(inventory, "Beta/web") == ("b", "3")
    assert find_vm(inventory, "3") == ("b", "3")
    assert find_vm(inventory, "b/2") == ("b", "2")


def test_two_vms_of_one_name_are_both_named(inventory: Inventory) -> None:
    with pytest.raises(UsageError) as caught:
        find_vm(inventory, "web")
    assert caught.value.problem.detail == "Alpha/web, Beta/web"


def test_one_uuid_on_two_hosts_is_not_guessed(inventory: Inventory) -> None:
    with pytest.raises(UsageError):
        find_vm(inventory, "2")


def test_nothing_found_says_what_is_near(inventory: Inventory) -> None:
    with pytest.raises(NotFound) as caught:
        find_vms(inventory, ["db", "db-"])
    assert (caught.value.what, caught.value.problem.detail) == ("db-", "db, db-copy")


def test_no_vm_twice(inventory: Inventory) -> None:
    assert find_vms(inventory, ["db", "Alpha/db"]) == [("a", "2")]


def test_an_empty_word_is_near_nothing(inventory: Inventory) -> None:
    with pytest.raises(NotFound) as caught:
        find_vm(inventory, " ")
    assert caught.value.problem.detail == ""


def test_a_zone(inventory: Inventory) -> None:
    assert find_zone(inventory, "north") == "north"
    for word, near in (("nor", "north"), ("", "")):
        with pytest.raises(NotFound) as caught:
            find_zone(inventory, word)
        assert caught.value.problem.detail == near
