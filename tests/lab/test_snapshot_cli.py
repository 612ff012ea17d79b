"""`splendid snapshot` and `splendid clone` as a person types them, on real hosts with a guest that tells which state it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import Lab
from tests.lab.support import Desk, Said, spec_of


@pytest.fixture
def typed(lab: Lab, alpha: Host, beta: Host, desk: Desk) -> Iterator[Callable[..., Said]]:
    """Runs a command; it must end with the code that is expected."""
    desk.fleet(spec_of(lab, alpha), spec_of(lab, beta))

    def run(*words: str, code: int = 0) -> Said:
        said = desk(*words, seconds=90)
        assert said.code == code, f"{words}: {said.code}\n{said.out}\n{said.err}"
        return said

    yield run
    for host in (alpha, beta):
        host.exec("sh", "-c", f"cd {IMAGES} && rm -f cli* qa-*")
        host.virsh("pool-refresh", "default")


def images(host: Host) -> set[str]:
    """The guest's files in the pool."""
    return {name for name in host.exec("ls", IMAGES).split() if name.startswith("cli")}


def test_take_write_go_back_and_delete_in_the_middle(
    typed: Callable[..., Said], spare: Callable[..., Guest], beta: Host
) -> None:
    guest = spare("cli").start().ready()
    guest.file("one")
    typed("snapshot", "take", "cli", "first", "--kind", "external", "--disk-only", "-d", "Fresh")
    guest.file("two")
    typed("snapshot", "take", "cli", "second", "--kind", "external")
    counted = guest.count()
    guest.file("three")
    tree = typed("snapshot", "list", "cli", "--json").json["vms"][0]["snapshots"]
    assert [(one["name"], one["parent"], one["current"]) for one in tree] == [
        *(("first", None, False), ("second", "first", True))
    ]
    plan = typed("snapshot", "delete", "cli", "first", "--plan", "--json").json["plan"]
    files = plan["vms"][0]["files"]
    assert (files["merged"], files["merged_into"], files["going"]) == (
        *([f"{IMAGES}/cli.first"], [f"{IMAGES}/cli.qcow2"], [f"{IMAGES}/cli.first"]),
    )
    assert [step["no_way_back"] for step in plan["vms"][0]["steps"]].count(True) == 1
    before = images(beta)
    typed("snapshot", "delete", "cli", "first", code=2)  # nobody can be asked here
    typed("snapshot", "delete", "cli", "nosuch", "--yes", code=1)
    assert images(beta) == before
    typed("snapshot", "delete", "cli", "first", "--yes")
    assert images(beta) == before - {"cli.first"}
    assert typed("snapshot", "revert", "cli", "second", "--yes").out == "cli: Reverted to second\n"
    guest.ready()
    assert guest.file() == "two", "the disk is back"
    assert counted - 5 <= guest.count() < counted + 60, "and the memory: it was neither rebooted nor did it go on"
    typed("snapshot", "delete", "cli", "second", "--yes")
    assert beta.virsh("snapshot-list", guest.uuid, "--name").split() == []


def test_linked_clones_protect_their_base(typed: Callable[..., Said], spare: Callable[..., Guest], beta: Host) -> None:
    base = spare("cli-base")
    plan = typed("clone", "cli-base", "qa", "--count", "2", "--linked", "--plan", "--json").json["plan"]
    assert plan["command"] == "splendid clone cli-base qa-1 qa-2 --linked"
    try:
        typed("clone", "cli-base", "qa", "--count", "2", "--linked", "--yes")
        kin = typed("clone", "family", "cli-base", "--json").json["family"]
        assert [one["name"] for one in kin["clones"]] == ["qa-1", "qa-2"]
        for words in (("vm", "start", "cli-base"), ("vm", "delete", "cli-base", "--all-disks", "--yes")):
            assert "qa-1" in typed(*words, code=1).err
        typed("clone", "flatten", "qa-1")
        typed("template", "make", "cli-base")
        assert base.state() == "shut off"
        listed = typed("template", "list", "--json").json["templates"]
        assert [(one["name"], len(one["clones"])) for one in listed] == [("cli-base", 1)]
        typed("template", "unmake", "cli-base", code=1)  # qa-2 needs it
    finally:
        for name in ("qa-1", "qa-2"):
            beta.virsh("undefine", name, check=False)


def test_several_taken_at_one_moment_run_on_when_they_are_back(
    typed: Callable[..., Said], spare: Callable[..., Guest], beta: Host
) -> None:
    """They stood still when their memory was kept; that is not how they were."""
    guests = [spare(f"cli-{number}").start() for number in range(2)]
    names = [guest.name for guest in guests]
    typed("snapshot", "take", *names, "stack", "--together", "--kind", "external")
    assert [guest.state() for guest in guests] == ["running"] * 2
    assert typed("snapshot", "revert", *names, "stack", "--yes").out.splitlines() == [
        f"{name}: Reverted to stack" for name in names
    ]
    assert [guest.state() for guest in guests] == ["running"] * 2
    left = [beta.virsh("snapshot-list", guest.uuid, "--name").split() for guest in guests]
    assert left == [["stack"]] * 2, "what kept the state before is gone again"
