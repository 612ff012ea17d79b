from __future__ import annotations

import pytest

from console.fleet import query_terms
from console.fleet.domains import State
from console.fleet.query_tokens import Fault, QueryError
from console.fleet.search import parse
from console.fleet.subjects import Known
from tests.unit.fleet.query_fleet import DAY, FLEET, KNOWN, NOW, found, seen


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("tag:prod", ["shop-db-01"]),  # whole: not "non-prod"
        ("tag:PROD", ["shop-db-01"]),
        ("tag:*prod", ["shop-db-01", "shop-web-01", "ldap-01"]),
        ('tag:"env:prod"', ["ldap-01"]),
        ('tag:""', ["win2022-base", "crashed-02"]),
        ("tag!=prod shop", ["shop-web-01"]),
        ("host:kvm-n11", ["shop-db-01", "shop-web-01", "qa-4698-b"]),
        ("host:kvm-n1", []),
        ("host:kvm-n11.example.org db", ["shop-db-01"]),
        ("name:db", ["shop-db-01"]),
        ("name=db", []),
        ("name=Shop-DB-01", ["shop-db-01"]),
        ("name:shop-*-01", ["shop-db-01", "shop-web-01"]),
        ("name:re:^shop.*b-", ["shop-db-01", "shop-web-01"]),
        ("name:re:^db", []),
        ("re:^(qa|win)", ["qa-4698-b", "win2022-base"]),
        ('owner:"web team"', ["crashed-02"]),
        ("owner:keller", ["shop-db-01"]),
        ("ip:10.20", ["shop-db-01"]),
        ("ip:10.20.0.0/16", ["shop-db-01"]),
        ("ip:10.21.0.0/16", []),
        ("ip:fe80::/10", ["shop-db-01"]),
        ("mac:52-54-00-01-02-04", ["shop-web-01"]),
        ('os:"debian 12"', ["shop-db-01"]),
        ("os:debian", ["shop-db-01"]),
        ("note:primary", ["shop-db-01"]),
        ("note:orders", ["shop-db-01"]),
        ("net:lan", ["shop-db-01"]),
        ("network:default", ["shop-web-01"]),
        ("pool:images", ["shop-db-01"]),
        ("pool:fast", ["win2022-base"]),
        ("file:shop-db.qcow2", ["shop-db-01"]),
        ("uuid:uuid-ldap", ["ldap-01"]),
        ('group:"shop ha"', ["shop-db-01"]),
        ("state:off", ["qa-4698-b", "win2022-base"]),
        ("state:run", ["shop-db-01", "shop-web-01", "ldap-01"]),
        ("state:last-seen", ["ldap-01"]),
        ("state:last", ["ldap-01"]),
        ("state!=running", ["qa-4698-b", "win2022-base", "crashed-02"]),
        ("state:active north", ["shop-db-01", "shop-web-01"]),
        ("autostart:yes", ["shop-db-01"]),
        ("autostart!=no", ["shop-db-01"]),
        ("agent:on", ["shop-db-01"]),
    ],
)
def test_names_texts_and_states(text: str, names: list[str]) -> None:
    assert found(text) == names


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("cpu>80", ["shop-db-01"]),
        ("cpu>80%", ["shop-db-01"]),
        ("cpu>=72", ["shop-db-01", "ldap-01"]),
        ("cpu<72", ["shop-web-01"]),
        ("mem>4G", ["shop-db-01"]),
        ("mem>=4096M", ["shop-db-01", "shop-web-01", "ldap-01"]),
        ("mem>4", ["shop-db-01"]),
        ("mem>90%", ["shop-db-01"]),
        ("disk>100M/s", ["shop-db-01"]),
        ("disk>100", ["shop-db-01"]),
        ("disk>300M/s", []),
        ("read>50M", ["shop-db-01"]),
        ("net>50Mbit", ["shop-db-01"]),
        ("net>50", ["shop-db-01"]),
        ("net>11M/s", ["shop-db-01"]),
        ("iops>100", ["shop-db-01", "shop-web-01", "ldap-01"]),
        ("vcpus>2", ["shop-db-01"]),
        ("vcpus=2", ["qa-4698-b"]),
        ("ram>8G", []),
        ("ram>=8G zone:south", ["win2022-base", "ldap-01", "crashed-02"]),
        ("size>100G", ["shop-db-01"]),
        ("disks=1", ["shop-db-01", "win2022-base"]),
        ("nics:1", ["shop-db-01", "shop-web-01"]),
        ("snapshots>3", ["shop-db-01", "qa-4698-b"]),
        ("snapshots:>5", ["shop-db-01"]),
        ("snapshots!=0", ["shop-db-01", "qa-4698-b"]),
        ("off>7d", ["qa-4698-b", "win2022-base"]),
        ("off>10d", ["win2022-base"]),
        ("off<10d", ["qa-4698-b"]),
        ("idle>30d", ["shop-web-01", "win2022-base"]),
        ("idle>8d12h", ["shop-web-01", "qa-4698-b", "win2022-base"]),
        ("uptime<4d", ["shop-db-01"]),
        ("age>10min", ["ldap-01"]),
    ],
)
def test_figures(text: str, names: list[str]) -> None:
    assert found(text) == names


def test_what_is_not_known_is_neither_more_nor_less() -> None:
    idle = seen("idle")
    for text in ("cpu>0", "cpu<=100", "cpu!=3", "off>1s", "idle<1y", "uptime>1s", "age>1s"):
        assert not parse(text).matches(idle, Known(NOW)), text


def test_what_was_first_seen_is_at_least_as_old() -> None:
    off = seen("old", state=State.OFF, met=NOW - 40 * DAY)
    up = seen("up", met=NOW - 2 * DAY)
    assert parse("off>30d").matches(off, Known(NOW))
    assert not parse("off<60d").matches(off, Known(NOW))
    assert parse("idle>30d").matches(off, Known(NOW))
    assert parse("uptime>1d").matches(up, Known(NOW))
    assert not parse("uptime<9d").matches(up, Known(NOW))


def test_a_clock_that_went_back_makes_no_age() -> None:
    assert found("off<1s", Known(0.0)) == ["qa-4698-b", "win2022-base"]


def test_a_pattern_that_takes_too_long_gives_up(monkeypatch: pytest.MonkeyPatch) -> None:
    test = parse("name:re:a.*zz").matcher(KNOWN)
    assert not any(map(test, FLEET))
    monkeypatch.setattr(query_terms, "PATTERN_SECONDS", 0.0)
    with pytest.raises(QueryError) as caught:
        test(FLEET[0])
    assert caught.value.fault is Fault.SLOW_PATTERN


def test_near_names_are_offered() -> None:
    with pytest.raises(QueryError) as caught:
        parse("snapshot>3")
    assert caught.value.detail == "snapshots"
