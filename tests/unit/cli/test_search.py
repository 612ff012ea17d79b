from __future__ import annotations

import pytest

from tests.unit.cli.conftest import Console


def found(console: Console, *arguments: str) -> list[str]:
    result = console("search", "--quick", *arguments)
    assert result.code == 0, result.err
    return [f"{line.split()[2]}/{line.split()[0]}" for line in result.lines[1:]]


def test_vms_by_a_query(console: Console) -> None:
    assert found(console, "zone:north", "!(web-01", "or", "web-10)") == ["kvm-a/web-02"]
    assert found(console, "web-02") == ["kvm-a/web-02", "kvm-b/web-02"]
    assert found(console, "host:kvm-b net:default state:run") == ["kvm-b/db-01", "kvm-b/web-02"]
    assert found(console, "pool:images", "db") == ["kvm-b/db-01"]
    assert found(console, "vcpus=2 ram>=2G name:re:^db") == ["kvm-b/db-01"]


def test_addresses_are_waited_for(console: Console) -> None:
    result = console("search", "ip:192.168.122.0/24", "--json")
    assert result.code == 0
    assert len(result.json["vms"]) == 5
    assert result.json["unreached"] == []


def test_only_the_hosts_that_can_have_it_are_connected(console: Console) -> None:
    console.line("broken", "test:///does/not/exist.xml", 'zone = "south"')
    assert found(console, "zone:north web-01") == ["kvm-a/web-01"]
    result = console("search", "--quick", "zone:south")
    assert (result.code, len(result.lines)) == (3, 3)


def test_as_last_seen_with_its_age(console: Console) -> None:
    console("vm", "list", "--quick")
    for host in ("kvm-a", "kvm-b"):
        (console.folder / f"{host}.xml").unlink()
    result = console("search", "--cached", "state:last-seen web-1")
    assert result.code == 0
    assert len(result.lines) == 2
    assert result.lines[0].endswith("Age")
    assert "Was running" in result.lines[1]


@pytest.mark.parametrize(
    ("query", "said", "marks"),
    [
        ("web cpu>much", "A number is wanted for cpu, not “much”.", "          ^^^^"),
        ("stat:off", "There is no field “stat”. Did you mean state?", "  ^^^^"),
        (
            "foo:bar",
            "There is no field “foo”. Text stands in quotes. Fields are name, host,",
            "  ^^^",
        ),
        ("(web", "The bracket that opens here is not closed.", "  ^"),
    ],
)
def test_a_wrong_query_is_shown_with_the_place(console: Console, query: str, said: str, marks: str) -> None:
    result = console("search", query)
    assert result.code == 2
    assert said in result.err
    assert f"  {query}\n" in result.err
    assert result.err.rstrip("\n").endswith(f"\n{marks}" if query != "web cpu>much" else "^^^^")
    assert console("vm", "list", "--where", query).code == 2
    assert console("search", query, "--json").json["error"]["reason"] == "usage"


def test_nothing_found_names_what_excludes_all(console: Console) -> None:
    result = console("search", "--quick", "web tag:nowhere")
    assert (result.code, result.out, result.err) == (0, "", "No VM matches tag:nowhere\n")
    result = console("search", "--quick", "db-01 web-10")
    assert result.err == "Each part is found, but no VM has all of them.\n"


def test_searches_are_kept(console: Console) -> None:
    assert console("search", "--saved").err.startswith("No search is kept yet.")
    told = console("search", "zone:north web-01", "--save", "North one")
    assert (told.code, told.out) == (0, "North one is kept: zone:north web-01\n")
    assert console("search", "name:db-0", "--save", "Databases").code == 0
    assert console("search", "name:db", "--save", "Databases").out == "Databases is changed: name:db\n"
    assert found(console, "@north one") == ["kvm-a/web-01"]
    assert console("search", "--move", "Databases", "-1").out == "Databases is moved.\n"
    assert console("search", "--rename", "North one", "N1").out == "North one is called N1 now.\n"
    listed = console("search", "--saved", "--json").json["searches"]
    assert listed == [{"name": "Databases", "query": "name:db"}, {"name": "N1", "query": "zone:north web-01"}]
    assert console("search", "--saved").lines[1].split("  ")[0] == "Databases"
    assert console("search", "--remove", "databases").out == "databases is no longer kept.\n"
    assert len(console("search", "--saved", "--json").json["searches"]) == 1
    assert console("vm", "list", "--quick", "--where", "@N1").lines[1].startswith("web-01")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 2, "Say what to look for"),
        (("--save", "x"), 2, "Say which query to keep as x."),
        (("cpu>", "--save", "x"), 2, "What should cpu be?"),
        (("web", "--save", " "), 2, "A search wants a name."),
        (("web", "--remove", "x"), 2, "A query goes with --save alone."),
        (("--remove", "x"), 1, "x"),
        (("--move", "x", "one"), 2, "not a number"),
        (("--saved", "--remove", "x"), 2, "Say one of"),
        (("@nothing",), 2, "No search is kept as nothing."),
    ],
)
def test_what_cannot_be_meant(console: Console, arguments: tuple[str, ...], code: int, said: str) -> None:
    result = console("search", *arguments)
    assert result.code == code
    assert said in result.err
