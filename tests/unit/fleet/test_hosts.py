from __future__ import annotations

import pytest

from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Network, Phase, Pool, Volume


def test_a_host_needs_no_more_than_id_name_and_uri() -> None:
    spec = HostSpec("a", "a", "qemu:///system")
    assert spec.autoconnect
    assert spec.verify
    assert not spec.read_only
    assert not spec.demo


def test_a_host_nothing_is_known_of_is_off_and_was_never_seen() -> None:
    assert HostStatus() == HostStatus(Phase.OFF, since=0.0, seen=0.0, problem=None, next_try=0.0, attempt=0)


def test_what_is_not_known_of_the_load_is_said_to_be_so() -> None:
    assert HostLoad(1.0).cpu is None
    assert HostLoad(1.0).memory_used_kib is None


@pytest.mark.parametrize(
    "value",
    [HostSpec("a", "a", "u"), HostStatus(), HostFacts(), HostLoad(1.0), Network("n"), Pool("p"), Volume("v", "/v")],
    ids=lambda value: type(value).__name__,
)
def test_values_can_be_shared_between_threads(value: object) -> None:
    field = type(value).__struct_fields__[0]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        setattr(value, field, "other")
    assert hash(value) == hash(value)
