from __future__ import annotations

import shlex
from typing import Any

import pytest

from console.cli.base import Options
from console.services.commands import vm_line
from tests.conftest import eventually
from tests.unit.cli.conftest import Console, services, uuid


def vm(console: Console, name: str) -> Any:
    (found,) = console("vm", "show", name, "--json").json["vms"]
    return found


def test_acts_report_what_came_of_them(console: Console) -> None:
    result = console("vm", "pause", "web-01")
    assert (result.code, result.out, result.err) == (0, "Pause web-01: Done\n", "")


@pytest.mark.parametrize("act", ["shutdown", "force-off", "reboot", "reset", "pause", "save"])
def test_every_act_on_a_running_vm(console: Console, act: str) -> None:
    result = console("vm", act, "db-01", "--json")
    (job,) = result.json["jobs"]
    assert (job["kind"], job["target"], job["vms"]) == (
        f"vm.{act}",
        "db-01",
        [{"host_id": "kvm-b", "uuid": uuid(2, 0)}],
    )
    if act == "reset" and result.code:
        assert job["problem"]["reason"] == "too-old"  # the test driver of this libvirt has no reset
    else:
        assert (result.code, job["state"], job["problem"]) == (0, "succeeded", None)


def test_several_at_once_on_several_hosts(console: Console) -> None:
    result = console("vm", "pause", "web-01", uuid(2, 0), "kvm-b/web-02")
    assert result.code == 0
    assert sorted(result.lines) == ["Pause db-01: Done", "Pause web-01: Done", "Pause web-02: Done"]


def test_an_act_that_fails_says_what_why_and_what_next(console: Console) -> None:
    result = console("vm", "rename", "db-01", "db-02")
    assert result.code == 1
    assert result.out == ""
    assert result.err == "Could not rename db-01. It is running. Shut it down first.\n"
    job = console("vm", "restore", "db-01", "--json")
    assert job.code == 1
    assert job.json["jobs"][0]["problem"]["reason"] == "wrong-state"


def test_one_of_several_fails(console: Console) -> None:
    result = console("vm", "restore", "web-01", "db-01")
    assert result.code == 1
    assert sorted(result.err.splitlines()) == [
        "Could not restore db-01. It is running.",
        "Could not restore web-01. It is running.",
    ]


@pytest.mark.parametrize(
    ("state", "act", "said"),
    [
        (1, ("start",), "Runs already"),
        (1, ("resume",), "Runs already"),
        (3, ("pause",), "Is paused already"),
        (5, ("shutdown",), "Is off already"),
        (5, ("force-off",), "Is off already"),
        (5, ("autostart", "--off"), "Autostart is off already"),
    ],
)
def test_nothing_to_do_is_said_alike_and_no_failure(
    empty: Console, state: int, act: tuple[str, ...], said: str
) -> None:
    empty.host("kvm-c", ("old-01",))
    node = empty.folder / "kvm-c.xml"
    given = f'<domain type="test" xmlns:t="http://libvirt.org/schemas/domain/test/1.0"><t:runstate>{state}</t:runstate>'
    node.write_text(node.read_text().replace('<domain type="test">', given))
    plain = empty("vm", *act, "old-01")
    assert (plain.code, plain.out, plain.err) == (0, f"kvm-c/old-01: {said}\n", "")
    sure = empty("vm", *act, "old-01", "--yes")
    assert (sure.code, sure.lines[0]) == (0, f"kvm-c/old-01: {said}")
    told = empty("vm", *act, "old-01", "--json")
    assert (told.code, told.json["jobs"]) == (0, [])
    assert [(vm["name"], vm["fate"], vm["says"]) for vm in told.json["nothing"]] == [("old-01", "nothing", said)]


def test_of_several_only_those_are_asked_to_which_there_is_something_to_do(console: Console) -> None:
    both = console("vm", "autostart", "--off", "db-01", "web-01")
    assert (both.code, both.lines) == (
        0,
        ["kvm-b/db-01: Autostart is off already", "kvm-a/web-01: Autostart is off already"],
    )
    told = console("vm", "pause", "db-01", "--json").json
    assert ([job["kind"] for job in told["jobs"]], told["nothing"]) == (["vm.pause"], [])


def test_words_that_name_no_vm_or_several(console: Console) -> None:
    none = console("vm", "start", "web")
    assert none.code == 1
    assert none.err.startswith("No VM is called web. Similar: web-01, web-02")
    many = console("vm", "start", "web-02")
    assert many.code == 2
    assert "kvm-a/web-02" in many.err
    assert "kvm-b/web-02" in many.err
    assert console("vm", "start", "x", "--json").json["error"]["reason"] == "gone"


def test_a_vm_that_may_be_on_an_unreachable_host(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml")
    result = console("vm", "start", "lost-01")
    assert result.code == 3
    assert result.err.splitlines()[0].startswith("No VM is called lost-01.")
    assert result.err.splitlines()[1].startswith("No connection to broken.")


def test_only_the_host_that_is_known_to_have_it_is_connected(console: Console) -> None:
    console("vm", "list", "--quick")
    console.line("broken", "test:///does/not/exist.xml")
    assert console("vm", "pause", "db-01").code == 0
    (console.folder / "kvm-b.xml").unlink()
    gone = console("vm", "pause", "db-01")
    assert gone.code == 3
    assert gone.err.startswith("No connection to kvm-b.")


def test_autostart(console: Console) -> None:
    assert console("vm", "autostart", "db-01").code == 0
    assert console("vm", "autostart", "db-01", "--off").code == 0


def test_describe_and_tag(console: Console) -> None:
    assert console("vm", "describe", "db-01", "web-10", "--title", "Shop", "--text", "Primary").code == 0
    assert console("vm", "tag", "db-01", "--add", "prod", "-a", "shop").code == 0
    assert console("vm", "describe", "db-01").code == 2
    assert console("vm", "tag", "db-01").code == 2
    wrong = console("vm", "tag", "db-01", "--add", "two words")
    assert (wrong.code, wrong.err) == (2, "“two words” cannot be a tag. A tag is one word without spaces or commas.\n")
    for more in ((), ("--yes",)):
        for option in ("--add", "--remove"):
            wrong = console("vm", "tag", "db-01", option, "", *more)
            assert (wrong.code, wrong.out) == (2, "")
            assert wrong.err == "An empty text cannot be a tag. A tag is one word without spaces or commas.\n"


def test_a_name_that_cannot_be(console: Console) -> None:
    result = console("vm", "rename", "db-01", "a/b")
    assert result.code == 2
    assert "without a slash" in result.err


def test_read_only_hosts_are_left_alone(empty: Console) -> None:
    empty.host("kvm-a", ("web-01",), "read_only = true")
    result = empty("vm", "pause", "web-01")
    assert result.code == 1
    assert "kvm-a is set to only look, never change." in result.err
    result = empty("vm", "pause", "web-01", "--yes")
    assert (result.code, result.err) == (1, "kvm-a/web-01: Its host is set to only look, never change.\n")


def test_the_copied_line_finds_a_host_that_is_called_like_an_option(empty: Console) -> None:
    empty.host("-kvm", ("web-01",))
    empty.host("kvm", ("web-01",))
    lines: list[str] = []
    with services(Options(empty.folder)) as opened:
        inventory = opened.inventory
        opened.hosts.open_only({spec.id for spec in inventory.specs()})
        assert not eventually(lambda: len(inventory.domains()) < 2)
        lines += [vm_line(inventory, "pause", [domain.key], "--limit", "1") for domain in inventory.domains()]
    assert "splendid vm pause --limit 1 -- -kvm/web-01" in lines
    for line in lines:
        result = empty(*shlex.split(line)[1:])
        assert result.code == 0, result.err
