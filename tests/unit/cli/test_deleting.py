from __future__ import annotations

from typing import Any

import click
import pytest

from console.cli import asking, deleting
from console.cli.session import Session
from console.fleet.deletion import DeletePlan, FileItem, FileKind, Hold, VmDeletion
from console.fleet.domains import State, VmKey
from tests.unit.cli.conftest import Console

OWN = FileItem("h:/v.fd", "/v.fd", FileKind.NVRAM)
FREE = FileItem("h:/a", "/a", FileKind.DISK, "vda", allocation=1024**3)
READ = FileItem("h:/iso", "/iso", FileKind.CDROM, "sda", hold=Hold.READ_ONLY, ticked=False)
USED = FileItem("h:/b", "/b", FileKind.DISK, "vdb", hold=Hold.USED, used_by=("web-02",), ticked=False)
BASE = FileItem("h:/base", "/base", FileKind.DISK, "vdc", under=("h:/a",))
PLAN = DeletePlan(
    (VmDeletion(VmKey("h", "u"), "web-01", State.RUNNING, (OWN, FREE, READ, USED), ("s1",), stops=True),), 0.0
)


def test_files_go_only_when_chosen() -> None:
    assert deleting.choose(PLAN, (), all_disks=False) == {OWN.id}
    assert deleting.choose(PLAN, (), all_disks=True) == {OWN.id, FREE.id}
    assert deleting.choose(PLAN, ("/a", "/iso"), all_disks=False) == {OWN.id, FREE.id, READ.id}


def test_what_others_need_stays() -> None:
    with pytest.raises(click.BadParameter, match=r"/b: Stays: web-02 uses it\."):
        deleting.choose(PLAN, ("/b",), all_disks=False)
    below = DeletePlan((VmDeletion(VmKey("h", "u"), "web-01", State.OFF, (FREE, BASE)),), 0.0)
    with pytest.raises(click.BadParameter, match=r"/base: Stays: other files"):
        deleting.choose(below, ("/base",), all_disks=False)
    with pytest.raises(click.BadParameter, match=r"/x is no disk of these VMs; they have /a, /iso, /b\."):
        deleting.choose(PLAN, ("/x",), all_disks=False)


def test_the_plan_names_everything() -> None:
    assert [line.replace("\u00a0", " ") for line in deleting.lines(PLAN, frozenset({OWN.id, FREE.id}))] == [
        "web-01 is up and is forced off: what is not on disk is lost.",
        "web-01 is removed from its host.",
        "1 snapshot goes: s1.",
        "  goes: UEFI variables, /v.fd",
        "  goes: Disk vda, /a, 1 GiB",
        "  stays: CD image sda, /iso. The VM only reads it: others may need it.",
        "  stays: Disk vdb, /b. Stays: web-02 uses it.",
    ]


@pytest.fixture
def volumes(console: Console) -> Console:
    """kvm-a's pool holds the disk of web-01."""
    node = console.folder / "kvm-a.xml"
    volume = """<volume><name>web-01.img</name><capacity>1073741824</capacity><allocation>1048576</allocation>
      <target><path>/srv/images/web-01.img</path></target></volume></pool>"""
    node.write_text(node.read_text("utf-8").replace("</pool>", volume), "utf-8")
    return console


def test_a_dry_run_changes_nothing(volumes: Console) -> None:
    result = volumes("vm", "delete", "web-01", "--all-disks", "--plan")
    assert result.code == 0
    assert result.lines[0].startswith("web-01 is up and is forced off")
    assert result.lines[-1].startswith("  goes: Disk vda, /srv/images/web-01.img")
    plan = volumes("vm", "delete", "web-01", "--plan", "--json").json["plan"]
    assert [(file["path"], file["goes"]) for file in plan["vms"][0]["files"]] == [("/srv/images/web-01.img", False)]
    assert volumes("job", "list").lines == []


def test_on_a_host_that_is_only_looked_at_there_is_no_plan(empty: Console) -> None:
    empty.host("kvm-a", ("web-01", "web-02"), "read_only = true")
    for more in ("--plan", "--yes"):
        result = empty("vm", "delete", "web-02", more)
        assert (result.code, result.out) == (1, "")
        assert "web-02" in result.err.partition(".")[0]
        assert "kvm-a is set to only look, never change." in result.err


def test_without_a_terminal_a_yes_is_needed(volumes: Console) -> None:
    result = volumes("vm", "delete", "web-01")
    assert result.code == 2
    assert "--plan" in result.err
    done = volumes("vm", "delete", "web-01", "--yes", "--disk", "/srv/images/web-01.img")
    assert (done.code, done.out) == (0, "Delete web-01: Done\n")


def test_a_path_that_is_not_of_the_vm(volumes: Console) -> None:
    result = volumes("vm", "delete", "web-01", "--yes", "--disk", "/etc/passwd")
    assert result.code == 2
    assert "/etc/passwd is no disk of these VMs; they have /srv/images/web-01.img." in result.err


@pytest.mark.parametrize(("typed", "code"), [("web-01", 0), ("web-02", 1), ("", 1), ("yes", 1)])
def test_on_a_terminal_the_name_is_typed(
    volumes: Console, monkeypatch: pytest.MonkeyPatch, typed: str, code: int
) -> None:
    asked: list[str] = []

    def answer(question: str) -> str:
        asked.append(question)
        return typed

    monkeypatch.setattr(Session, "interactive", property(lambda _self: True))
    monkeypatch.setattr(asking, "typed", answer)
    result = volumes("vm", "delete", "web-01")
    assert result.code == code
    assert asked == ["Type the VM's name to delete it:"]
    assert "web-01 is removed from its host." in result.err
    jobs: list[Any] = volumes("job", "list", "--json").json["jobs"]
    assert bool(jobs) is (code == 0)
