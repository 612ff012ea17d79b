from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.cli import vms
from console.cli.vms import COLUMNS, Row
from console.fleet.domains import Address, Disk, Domain, Load, State, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import HostView
from tests.unit.cli.conftest import Console, uuid

NOW = 1_700_000_000.0
SPEC = HostSpec("kvm-a", "kvm-a", "qemu:///system", zone="north")
VM = Domain(VmKey("kvm-a", "u"), "web-01", State.RUNNING, vcpus=2, memory_kib=2 * 1024**2)


def row(domain: Domain = VM, status: HostStatus | None = None, load: Load | None = None) -> Row:
    return Row(domain, SPEC, HostView("kvm-a", status or HostStatus(Phase.LIVE, seen=NOW)), load, NOW)


def names(console: Console, *arguments: str) -> list[str]:
    result = console("vm", "list", "--quick", *arguments)
    return [f"{line.split()[2]}/{line.split()[0]}" for line in result.lines[1:]]


def test_all_vms_sorted_as_people_count(console: Console) -> None:
    assert names(console) == ["kvm-b/db-01", "kvm-a/web-01", "kvm-a/web-02", "kvm-b/web-02", "kvm-a/web-10"]
    assert names(console, "--reverse")[0] == "kvm-a/web-10"
    assert names(console, "--sort", "host")[:2] == ["kvm-a/web-01", "kvm-a/web-02"]


def test_filters(console: Console) -> None:
    assert names(console, "WEB-0") == ["kvm-a/web-01", "kvm-a/web-02", "kvm-b/web-02"]
    assert names(console, "--host", "kvm-b") == ["kvm-b/db-01", "kvm-b/web-02"]
    assert names(console, "--zone", "north", "10") == ["kvm-a/web-10"]
    assert names(console, "10 title") == ["kvm-a/web-10"]
    assert names(console, uuid(2, 0)) == ["kvm-b/db-01"]
    assert names(console, "--state", "off") == []
    assert names(console, "web !10", "--where", "zone:north") == ["kvm-a/web-01", "kvm-a/web-02"]


def test_only_the_hosts_asked_are_connected(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml")
    assert console("vm", "list", "--host", "kvm-a").code == 0
    assert console("vm", "list", "--zone", "south").code == 0
    result = console("vm", "list", "--quick")
    assert result.code == 3
    assert len(result.lines) == 6
    assert result.err.startswith("No connection to broken.")


def test_json_has_every_vm_and_who_was_not_reached(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml")
    result = console("vm", "list", "--json", "web-01")
    assert result.code == 3
    (vm,) = result.json["vms"]
    assert (vm["name"], vm["host"], vm["uuid"], vm["state"], vm["live"]) == (
        "web-01",
        "kvm-a",
        uuid(1, 0),
        "running",
        True,
    )
    assert vm["memory_kib"] == 2 * 1024**2
    assert vm["addresses"][0]["ip"].startswith("192.168.122.")
    assert [entry["what"] for entry in result.json["unreached"]] == ["broken"]
    assert console("--json", "vm", "list", "web-01", "-H", "kvm-a").json["vms"][0]["uuid"] == uuid(1, 0)


def test_the_last_seen_list_needs_no_host(console: Console) -> None:
    assert console("vm", "list", "--cached").lines == []
    console("vm", "list", "--quick")
    for host in ("kvm-a", "kvm-b"):
        (console.folder / f"{host}.xml").unlink()
    result = console("vm", "list", "--cached", "web-1")
    assert result.code == 0
    assert "Was running" in result.lines[1]
    assert result.lines[0].endswith("Age")
    vm = console("vm", "list", "--cached", "--json", "web-1").json["vms"][0]
    assert vm["live"] is False
    assert vm["seen"]


def test_columns(console: Console) -> None:
    result = console("vm", "list", "db", "--columns", "uuid,name", "--quick")
    assert result.lines == [f"UUID{' ' * 34}Name", f"{uuid(2, 0)}  db-01"]
    wrong = console("vm", "list", "--columns", "nam")
    assert wrong.code == 2
    assert "nam is not one of name, state" in wrong.err


def test_show(console: Console) -> None:
    result = console("vm", "show", "kvm-b/web-02", "db-01")
    assert result.code == 0
    assert "Host       kvm-b, south" in result.lines
    assert "Disks      vda disk /srv/images/db-01.img" in result.lines
    assert console("vm", "show", "db-01", "--json").json["vms"][0]["title"] == "db-01 title"
    assert "State      Was running" in console("vm", "show", "db-01", "--cached").lines


def test_every_column_has_text_and_order_whatever_is_known() -> None:
    full = replace(
        VM, since=NOW - 5, started=NOW - 60, addresses=(Address("10.0.0.1"),), tags=("a", "b"), disks=(Disk("vda"),)
    )
    load = Load(NOW, cpu=0.5, memory_used_kib=1024**2, disk_read=1e6, net_in=1e6, net_out=1e6)
    rows = [row(), row(full, load=load), row(replace(VM, name="b"), HostStatus(Phase.UNREACHABLE))]
    for name in COLUMNS:
        assert len(vms.in_order(rows, name, reverse=False)) == 3
    assert vms.in_order(rows, "cpu", reverse=True)[0].load is load
    cells = {name: column.text(rows[1]) for name, column in COLUMNS.items()}
    assert cells["cpu"] == "50\u00a0%"
    assert cells["net"] == "16"
    assert cells["tags"] == "a, b"
    assert cells["uptime"] == "1\u00a0min"
    assert COLUMNS["uptime"].text(row(replace(VM, state=State.RUNNING, met=NOW - 3600))) == "> 1\u00a0h"
    assert COLUMNS["uptime"].text(row(replace(VM, state=State.OFF, met=NOW - 3600))) == "–"


def test_a_page_says_how_old_addresses_are_and_since_when_it_runs_at_least() -> None:
    known = replace(VM, state=State.RUNNING, met=NOW - 60, addresses=(Address("10.0.0.1"),))
    page = dict(vms.facts_of(replace(row(known), heard=NOW - 2)))
    assert page["Address"] == "10.0.0.1 by lease, 2\u00a0s ago"
    assert page["State"].startswith("Running since before ")


def test_natural_order() -> None:
    assert sorted(["web-10", "web-2", "Web-1", "10", "2", "a"], key=vms.natural) == [
        "2",
        "10",
        "a",
        "Web-1",
        "web-2",
        "web-10",
    ]


@pytest.mark.parametrize(
    ("states", "tags", "hit"),
    [((), (), True), (("off",), (), False), (("running",), (), True), (("running",), ("a",), False)],
)
def test_matches(states: tuple[str, ...], tags: tuple[str, ...], hit: bool) -> None:
    assert vms.matches(row(), states, tags) is hit


def test_disk_lines() -> None:
    disk = Disk("vda", "/a", format="qcow2", capacity=80 * 1024**3, allocation=8 * 1024**3, shared=True, read_only=True)
    (line,) = vms.disk_lines(replace(VM, disks=(disk,)))
    assert line.replace("\u00a0", " ") == "vda disk /a, qcow2, 8 of 80 GiB, read-only, shared"


def test_names_that_would_disturb_a_terminal(empty: Console) -> None:
    empty.host("kvm-a", ("fox 🦊", "שלום", "évil"))
    result = empty("vm", "list", "--quick", "--columns", "name,state")
    assert result.code == 0
    assert [line.split("  ")[0] for line in result.lines[1:]] == ["fox 🦊", "évil", "שלום"]
    assert empty("vm", "pause", "fox 🦊").code == 0


def test_nothing_that_matches_is_said(console: Console) -> None:
    result = console("vm", "list", "--quick", "nosuch")
    assert (result.code, result.out, result.err) == (0, "", "No VM matches.\n")
