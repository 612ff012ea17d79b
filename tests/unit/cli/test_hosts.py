from __future__ import annotations

from pathlib import Path

import click
import pytest

from console.cli import hosts
from console.fleet.hosts import HostSpec
from tests.unit.cli.conftest import Console


def test_list(console: Console) -> None:
    console.line("broken", "qemu+tcp://127.0.0.1:1/system", 'zone = "south"')
    console.line("sleeping", "test:///default", "autoconnect = false")
    result = console("host", "list")
    assert result.code == 3
    assert [line.split()[:2] for line in result.lines[1:]] == [
        ["kvm-a", "Live"],
        ["kvm-b", "Live"],
        ["broken", "Unreachable,"],
        ["sleeping", "Disconnected"],
    ]
    assert console("host", "list", "kvm-a").code == 0
    found = console("host", "list", "--zone", "north", "--json")
    assert (found.code, [host["name"] for host in found.json["hosts"]]) == (0, ["kvm-a"])
    assert found.json["hosts"][0]["facts"]["cpus"] == 8


def test_list_from_the_cache(console: Console) -> None:
    console("host", "list")
    (console.folder / "kvm-a.xml").unlink()
    result = console("host", "list", "--cached")
    assert result.code == 0
    assert result.lines[1].startswith("kvm-a  Disconnected, seen ")


def test_show_networks_pools(console: Console) -> None:
    shown = console("host", "show", "kvm-a")
    assert shown.code == 0
    assert "VMs         3 running, 0 off" in shown.lines
    whole = console("host", "show", "kvm-a", "--json").json["host"]
    assert ([net["name"] for net in whole["networks"]], [pool["path"] for pool in whole["pools"]]) == (
        ["default"],
        ["/srv/images"],
    )
    networks = console("host", "networks", "kvm-a")
    assert networks.lines[1].split() == ["default", "active", "nat", "virbr0", "192.168.122.1/24"]
    assert console("host", "networks", "kvm-a", "--cached", "--json").json["networks"][0]["forward"] == "nat"
    assert console("host", "pools", "kvm-a", "--volumes").lines[1].startswith("images  active")
    assert console("host", "pools", "kvm-a", "--json", "--volumes").json["pools"][0]["volumes"] == []


def test_an_unreachable_host_is_explained(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml")
    for command in ("show", "networks", "pools"):
        result = console("host", command, "broken")
        assert result.code == 3
        assert result.err.startswith("No connection to broken.")
    assert console("host", "show", "nobody").err.startswith("No host is called nobody.")


def test_add_edit_remove(empty: Console, tmp_path: Path) -> None:
    added = empty("host", "add", "root@kvm-n11.lan:2222", "--zone", "north", "--tag", "a", "--tag", "b", "--read-only")
    assert (added.code, added.out) == (0, "kvm-n11 is in the fleet: qemu+ssh://root@kvm-n11.lan:2222/system\n")
    assert 'uri = "qemu+ssh://root@kvm-n11.lan:2222/system"' in empty.fleet.read_text("utf-8")
    again = empty("host", "add", "kvm-n11")
    assert (again.code, again.err) == (1, "kvm-n11 was not added. That name is taken. Choose another name.\n")
    edited = empty(
        "host", "edit", "kvm-n11", "--name", "kvm-1", "--read-write", "--keyfile", str(tmp_path / "key"), "--json"
    )
    assert edited.code == 0
    host = empty("host", "list", "--cached", "--json").json["hosts"][0]
    assert (host["name"], host["id"], host["read_only"], host["tags"]) == ("kvm-1", "kvm-n11", False, ["a", "b"])
    assert empty("host", "edit", "kvm-1").code == 2
    removed = empty("host", "remove", "kvm-1")
    assert (removed.code, removed.out) == (0, "kvm-1 is no longer in the fleet.\n")
    assert empty("host", "list", "--cached", "--json").json["hosts"] == []


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("root:secret@kvm", "Leave the password out"),
        ("kvm:0", "A port is a number"),
        ("xen+ssh://kvm/", "The URI's driver is not one of qemu, test."),
        ("", "An address is missing."),
    ],
)
def test_what_cannot_be_an_address(empty: Console, address: str, said: str) -> None:
    result = empty("host", "add", address, "--name", "x")
    assert result.code == 2
    assert said in " ".join(result.err.split())
    assert "secret" not in result.err


def test_a_host_that_has_no_name_of_its_own(empty: Console) -> None:
    assert "--name" in empty("host", "add", "qemu:///system").err
    assert empty("host", "add", "qemu:///system", "--name", "here", "--no-autoconnect").code == 0


def test_add_only_if_it_works(console: Console) -> None:
    refused = console("host", "add", "root@127.0.0.1:1", "--name", "closed", "--test")
    assert refused.code == 3
    assert "✕ Port 1 does not answer" in refused.out
    assert "closed" not in console.fleet.read_text("utf-8")
    assert console("host", "add", "test:///default", "--name", "other", "--test").code == 0
    assert "other" in console.fleet.read_text("utf-8")


def test_connect_and_disconnect_are_remembered(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml")
    off = console("host", "disconnect", "kvm-a", "broken")
    assert (off.code, off.lines) == (0, ["kvm-a stays disconnected.", "broken stays disconnected."])
    assert console("vm", "list", "--quick", "web-01").lines == []
    on = console("host", "connect", "kvm-a", "broken")
    assert (on.code, on.lines) == (3, ["kvm-a live"])
    assert console.fleet.read_text("utf-8").count("autoconnect = false") == 0
    assert console("host", "connect", "kvm-a", "--json").json["hosts"][0]["state"] == "live"
    assert console("host", "disconnect", "kvm-a", "--json").json["hosts"][0]["autoconnect"] is False


def test_edited_keeps_what_was_not_given() -> None:
    spec = HostSpec("a", "a", "qemu:///system", zone="north", tags=("x",))
    assert hosts.edited(spec, {"zone": None, "tags": (), "rack": "N1"}) == HostSpec(
        "a", "a", "qemu:///system", zone="north", rack="N1", tags=("x",)
    )
    assert hosts.edited(spec, {"zone": ""}).zone == ""
    assert Path(hosts.edited(spec, {"keyfile": "key"}).keyfile).is_absolute()


def test_spec_of() -> None:
    assert hosts.spec_of("kvm", "tls").uri == "qemu+tls://kvm/system"
    assert hosts.spec_of("test:///a/node.xml", "ssh").name == "node"
    with pytest.raises(click.BadParameter):
        hosts.spec_of("a b", "ssh")


def test_a_host_that_is_named_twice_is_removed_once(console: Console) -> None:
    result = console("host", "remove", "kvm-a", "kvm-a", "kvm-b")
    assert (result.code, len(result.lines)) == (0, 2)


def test_an_unknown_zone_is_no_empty_list(console: Console) -> None:
    for command in ("host", "vm"):
        result = console(command, "list", "--zone", "nort")
        assert (result.code, result.out) == (1, "")
        assert result.err == "No zone is called nort. Similar: north. See splendid host list.\n"


def test_the_parameter_that_is_wrong_is_named(console: Console) -> None:
    assert "Invalid value for --uri" in console("host", "edit", "kvm-a", "--uri", "root:x@h").err
    assert "Invalid value for HOST" in console("host", "test", "root:x@h").err
    assert "Say with --name" in console("host", "add", "h", "--name", "").err
