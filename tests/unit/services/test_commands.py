"""The line offered under "Copy as command" names exactly the VMs that are meant."""

from __future__ import annotations

import shlex

from console.fleet.domains import Domain, VmKey
from console.fleet.hosts import HostSpec
from console.fleet.updates import DomainsRead
from console.inventory.inventory import Inventory
from console.services.commands import line, vm_line, vm_word
from console.services.resolve import find_vm


def fleet(*vms: tuple[str, str, str]) -> Inventory:
    inventory = Inventory()
    hosts = dict.fromkeys(host for host, _, _ in vms)
    inventory.set_hosts(HostSpec(host, host.upper(), f"test:///{host}") for host in hosts)
    for host in hosts:
        mine = tuple(Domain(VmKey(host, uuid), name) for h, uuid, name in vms if h == host)
        inventory.apply(DomainsRead(host, mine))
    return inventory


def test_the_shortest_word_that_is_certain() -> None:
    inventory = fleet(("a", "1", "web"), ("a", "2", "db"), ("b", "3", "db"))
    assert vm_word(inventory, VmKey("a", "1")) == "web"
    assert vm_word(inventory, VmKey("a", "2")) == "A/db"
    assert vm_word(inventory, VmKey("b", "gone")) == "B/gone"


def test_every_word_finds_its_vm_again() -> None:
    inventory = fleet(("a", "1", "web"), ("a", "2", "a b"), ("b", "3", "web"), ("b", "4", "ä💥 'x'"))
    for domain in inventory.domains():
        assert find_vm(inventory, vm_word(inventory, domain.key)) == domain.key


def test_a_name_like_an_option_is_none() -> None:
    inventory = fleet(("a", "1", "-f"), ("a", "2", "--yes"))
    assert vm_line(inventory, "start", [VmKey("a", "1"), VmKey("a", "2")]) == "splendid vm start A/-f A/--yes"
    assert find_vm(inventory, "A/--yes") == VmKey("a", "2")


def test_what_is_typed_like_an_option_stands_behind_two_dashes() -> None:
    inventory = fleet(("a", "1", "web"))
    assert vm_line(inventory, "rename", [VmKey("a", "1")], words=["-x"]) == "splendid vm rename -- web -x"
    assert line(["search"], ["x"], ["--save", "-p"]) == "splendid search x --save -p"
    assert line(["search"], ["-x"], ["--save", "p"]) == "splendid search --save p -- -x"
    assert line(["xml", "apply"], ["-", "web"], ["--yes"]) == "splendid xml apply - web --yes"


def test_a_host_that_is_called_like_an_option() -> None:
    inventory = fleet(("-a", "1", "web"), ("-a", "2", "db"), ("b", "3", "db"))
    keys = [VmKey("-a", "1"), VmKey("-a", "2")]
    assert vm_line(inventory, "start", keys, "--plan") == "splendid vm start --plan -- web -A/db"
    assert find_vm(inventory, "-A/db") == VmKey("-a", "2")
    assert vm_line(inventory, "start", keys[:1], "--plan") == "splendid vm start web --plan"


def test_the_line_survives_a_shell() -> None:
    inventory = fleet(
        ("a", "2", "a b; rm"),
    )
    said = vm_line(inventory, "delete", [VmKey("a", "2")], "--disk", "/p/a b")
    assert shlex.split(said) == ["splendid", "vm", "delete", "a b; rm", "--disk", "/p/a b"]


def test_thousands_are_named_with_one_look_at_the_fleet() -> None:
    inventory = fleet(*(("a", str(number), f"vm-{number}") for number in range(3000)))
    keys = [domain.key for domain in inventory.domains()]
    looks = 0
    domains = inventory.domains

    def counted() -> tuple[Domain, ...]:
        nonlocal looks
        looks += 1
        return domains()

    inventory.domains = counted  # type: ignore[method-assign]
    assert vm_line(inventory, "start", keys).count(" ") == 3002
    assert looks == 1
