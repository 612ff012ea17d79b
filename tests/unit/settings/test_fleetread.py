from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.fleet.hosts import HostSpec
from console.settings.fleetread import Fault, FileProblem, free_id, printable, read, slug, values_of

FULL = """\
[[host]]
id = "first"
name = "kvm-n11"
uri = "qemu+ssh://admin@kvm-n11/system"
zone = "north"
rack = "N1"
tags = ["prod", "büro"]
reach = "10.0.0.11"
read_only = true
autoconnect = false
keyfile = "~/.ssh/lab"
pkipath = "/etc/pki/lab"
verify = false
owner = "unknown keys are the user's own"
"""


def host(name: str, more: str = "") -> str:
    return f'[[host]]\nname = "{name}"\nuri = "qemu+ssh://{name}/system"\n{more}\n'


def only(text: str) -> FileProblem:
    (problem,) = read(text).problems
    return problem


def test_every_key_is_read_and_written() -> None:
    file = read(FULL)
    assert file.problems == ()
    (spec,) = file.specs
    assert spec == HostSpec(
        id="first",
        name="kvm-n11",
        uri="qemu+ssh://admin@kvm-n11/system",
        zone="north",
        rack="N1",
        tags=("prod", "büro"),
        reach="10.0.0.11",
        read_only=True,
        autoconnect=False,
        keyfile="~/.ssh/lab",
        pkipath="/etc/pki/lab",
        verify=False,
    )
    assert set(values_of(spec)) == set(HostSpec.__slots__) - {"demo"}
    assert {key for key, value in values_of(spec).items() if value is None} == set()
    plain = HostSpec("a", "a", "test:///default")
    assert {key for key, value in values_of(plain).items() if value is not None} == {"name", "uri"}


def test_an_empty_file_is_a_fleet_without_hosts() -> None:
    assert read("") == read("# nothing yet\n") == read("other = 1\n[table]\nx = 1\n")


def test_a_byte_order_mark_is_no_error() -> None:
    assert len(read("\ufeff" + FULL).specs) == 1


def test_a_host_without_a_name_is_called_by_its_address() -> None:
    (spec,) = read('[[host]]\nuri = "qemu+ssh://kvm-n11.example.net/system"').specs
    assert (spec.name, spec.id) == ("kvm-n11", "kvm-n11")
    (local,) = read('[[host]]\nuri = "qemu:///system"').specs
    assert local.name == "qemu:///system"


def test_malformed_costs_one_host_and_is_told_by_line_and_column() -> None:
    text = host("a") + '[[host]]\nname = "b"\nuri = "qemu+ssh://b/system\n\n' + host("c")
    file = read(text)
    assert [spec.name for spec in file.specs] == ["a", "c"]
    (problem,) = file.problems
    assert (problem.line, problem.column, problem.code, problem.host) == (7, 27, Fault.SYNTAX, "b")
    assert "line" not in str(problem.values["text"])


def test_an_unclosed_list_does_not_swallow_the_hosts_below() -> None:
    file = read(host("a", 'tags = ["x"') + host("b"))
    assert [spec.name for spec in file.specs] == ["b"]
    assert file.problems[0].code is Fault.SYNTAX
    assert 4 <= file.problems[0].line <= 5


def test_text_that_never_ends_is_told_at_its_end() -> None:
    problem = only(host("a") + '[[host]]\nname = "b"\nnote = """\nnever')
    assert (problem.line, problem.column) == (8, 6)


def test_two_malformed_hosts_are_two_problems() -> None:
    file = read("[[host]]\nname = \n" + host("a") + "[[host]]\nname == 3\n")
    assert [(p.line, p.code) for p in file.problems] == [(2, Fault.SYNTAX), (8, Fault.SYNTAX)]
    assert [spec.name for spec in file.specs] == ["a"]


def test_what_is_only_wrong_as_a_whole_is_told_too() -> None:
    file = read("[fleet]\n" + host("a") + "[fleet]\n")
    assert [spec.name for spec in file.specs] == ["a"]
    assert [(p.code, p.line) for p in file.problems] == [(Fault.SYNTAX, 6)]


@pytest.mark.parametrize(
    ("key", "value", "wanted"),
    [("zone", "3", "text"), ("tags", '"prod"', "texts"), ("tags", "[1]", "texts"), ("rack", "true", "text")],
)
def test_a_wrong_value_that_does_no_harm_leaves_the_host(key: str, value: str, wanted: str) -> None:
    file = read(host("a") + host("b", f"  {key} =  {value}"))
    assert [spec.name for spec in file.specs] == ["a", "b"]
    expected = FileProblem(8, len(key) + 7, Fault.WRONG_TYPE, {"key": key, "wanted": wanted}, "b", left_out=False)
    assert file.problems == (expected,)


@pytest.mark.parametrize(("key", "value"), [("read_only", '"yes"'), ("verify", "0"), ("keyfile", "1"), ("id", "7")])
def test_a_wrong_value_that_could_do_harm_leaves_the_host_out(key: str, value: str) -> None:
    file = read(host("a") + host("b", f"{key} = {value}"))
    assert [spec.name for spec in file.specs] == ["a"]
    assert (file.problems[0].code, file.problems[0].line, file.problems[0].left_out) == (Fault.WRONG_TYPE, 8, True)


def test_a_name_that_is_no_text_is_no_name() -> None:
    problem = only('[[host]]\nname = 3\nuri = "test:///default"')
    assert (problem.code, problem.line, problem.column, problem.host) == (Fault.WRONG_TYPE, 2, 8, "")


def test_a_host_without_uri_is_told_at_its_header() -> None:
    problem = only(host("a") + '# the new one\n[[host]]\nname = "b"\n')
    assert (problem.code, problem.line, problem.host) == (Fault.NO_URI, 6, "b")


def test_an_unknown_scheme_comes_with_a_proposal() -> None:
    problem = only('[[host]]\nname = "b"\nuri = "qemu+shh://b/system"')
    assert (problem.line, problem.column, problem.code) == (3, 7, Fault.BAD_URI)
    assert problem.values == {
        "uri": "qemu+shh://b/system",
        "flaw": "transport",
        "suggestion": "qemu+ssh://b/system",
    }


@pytest.mark.parametrize("scheme", ["qemu+ssh", "qmeu+ssh", "qemu+shh"])
def test_a_password_is_refused_and_never_repeated(scheme: str) -> None:
    file = read(f'[[host]]\nname = "b"\nuri = "{scheme}://root:hunter2@b/system"')
    assert file.specs == ()
    assert file.problems[0].code is Fault.PASSWORD
    assert file.problems[0].values == {"suggestion": "qemu+ssh://root@b/system"}
    assert "hunter2" not in repr(file)


def test_a_name_that_is_taken_tells_by_whom() -> None:
    file = read(host("a") + host("b") + host("a", 'zone = "x"'))
    assert [spec.name for spec in file.specs] == ["a", "b"]
    assert (file.problems[0].code, file.problems[0].line, file.problems[0].values) == (
        Fault.NAME_TAKEN,
        10,
        {"line": 1},
    )


@pytest.mark.parametrize("name", ["", "   ", "a\\nb", "a\\u2028b", "\\u0000"])
def test_names_that_cannot_stand_in_a_line_are_refused(name: str) -> None:
    assert only(f'[[host]]\nname = "{name}"\nuri = "test:///default"').code is Fault.BAD_NAME


@pytest.mark.parametrize("name", ["büro 3", "🦊", "👩‍💻", "خادم", "a/b"])
def test_names_in_any_script_are_fine(name: str) -> None:
    (spec,) = read(f'[[host]]\nname = "{name}"\nuri = "test:///default"').specs
    assert spec.name == name
    assert spec.id.isascii()
    assert printable(name)


@pytest.mark.parametrize(("text", "line"), [("x = 1\nhost = 3", 2), ('[host]\nname = "a"', 1), ("host = [1]", 1)])
def test_hosts_that_are_no_tables_are_told(text: str, line: int) -> None:
    assert (only(text).code, only(text).line) == (Fault.NOT_HOSTS, line)


def test_hosts_in_one_line_are_read_without_places() -> None:
    file = read('host = [{name = "a", uri = "test:///default"}, {name = "b", uri = "x"}]')
    assert [spec.name for spec in file.specs] == ["a"]
    assert (file.problems[0].code, file.problems[0].line) == (Fault.BAD_URI, 0)


def test_ids_are_one_each() -> None:
    text = host("web") + host("Web!") + host("x", 'id = "web"') + host("y", 'id = "web"') + host("z", 'id = "q"')
    file = read(text)
    assert [spec.id for spec in file.specs] == ["web-2", "web-3", "web", "y", "q"]
    assert [(p.code, p.host, p.left_out) for p in file.problems] == [(Fault.ID_TAKEN, "y", False)]


def test_slugs() -> None:
    assert slug("KVM n11.example.net") == "kvm-n11.example.net"
    assert slug("Größe/3") == "groe-3"
    assert slug("🦊") == slug("🦊") != slug("🐻")
    assert free_id("a", {"a", "a-2"}) == "a-3"


def test_a_thousand_hosts_are_read_in_a_fifth_of_a_second() -> None:
    text = "".join(host(f"kvm-{n:04}", 'zone = "north"\nrack = "N1"\ntags = ["prod", "web"]\n') for n in range(1000))
    best = 9.9
    for _ in range(3):
        start = time.process_time()
        assert len(read(text).specs) == 1000
        best = min(best, time.process_time() - start)
    assert best <= 0.2


@given(st.text(alphabet="[host]\"=#\n\\ aburinme1{}.'", max_size=120))
def test_nothing_that_can_be_typed_breaks_the_reader(text: str) -> None:
    file = read(text)
    assert all(problem.line >= 0 and problem.column >= 0 for problem in file.problems)


@pytest.mark.parametrize("value", ["[" * 3000 + "]" * 3000, "{a=" * 3000 + "1" + "}" * 3000])
def test_what_is_nested_without_end_costs_only_its_own_host(value: str) -> None:
    file = read(host("a") + host("b", f"x = {value}") + host("c"))
    assert [spec.name for spec in file.specs] == ["a", "c"]
    assert [problem.code for problem in file.problems] == [Fault.SYNTAX]
