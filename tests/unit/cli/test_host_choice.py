from __future__ import annotations

from tests.unit.cli.conftest import Console


def test_hosts_are_named_or_of_a_zone_or_all(console: Console) -> None:
    assert console("host", "disconnect", "--zone", "north").lines == ["kvm-a stays disconnected."]
    assert console("host", "disconnect", "--all").lines == ["kvm-b stays disconnected."]
    back = console("host", "connect", "--all", "--json").json
    assert sorted(host["name"] for host in back["hosts"]) == ["kvm-a", "kvm-b"]
    both = console("host", "refresh", "kvm-b", "--zone", "south", "--json").json
    assert [host["name"] for host in both["hosts"]] == ["kvm-b"]


def test_none_at_all_is_wrong_usage(console: Console) -> None:
    for verb in ("connect", "disconnect", "refresh", "shutdown-guests"):
        told = console("host", verb)
        assert told.code == 2
        assert "--zone" in told.err
