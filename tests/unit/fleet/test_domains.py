from __future__ import annotations

import pytest

from console.fleet.domains import Address, AddressSource, Disk, Domain, Load, Nic, State, VmKey


def test_states_with_a_process_behind_them() -> None:
    assert {state for state in State if state.active} == {
        State.RUNNING,
        State.PAUSED,
        State.SHUTTING_DOWN,
        State.SUSPENDED,
        State.MIGRATING,
    }


def test_one_uuid_on_two_hosts_is_two_vms() -> None:
    assert len({VmKey("a", "1"), VmKey("b", "1"), VmKey("a", "1")}) == 2


def test_sources_of_addresses_stand_best_first() -> None:
    assert list(AddressSource) == [AddressSource.AGENT, AddressSource.LEASE, AddressSource.ARP]


def test_a_load_that_is_not_known_is_none() -> None:
    load = Load(1.0)
    assert [getattr(load, name) for name in Load.__slots__ if name != "stamp"] == [None] * 11


@pytest.mark.parametrize(
    "value",
    [Domain(VmKey("a", "1"), "web"), Disk("vda"), Nic("52:54:00:00:00:01"), Address("10.0.0.1"), Load(1.0)],
    ids=lambda value: type(value).__name__,
)
def test_values_can_be_shared_between_threads(value: object) -> None:
    field = type(value).__struct_fields__[0]  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        setattr(value, field, "other")
    assert hash(value) == hash(value)


def test_loads_say_the_same_whenever_they_were_taken() -> None:
    assert Load(1.0, 0.5, disk_read=3.0).says_as(Load(2.0, 0.5, disk_read=3.0))
    assert not Load(1.0, 0.5).says_as(Load(1.0, 0.6))
    assert not Load(1.0, 0.5, disk_latency=0.1).says_as(Load(1.0, 0.5))


def test_vms_are_alike_whenever_they_were_met() -> None:
    one, same, other = (
        Domain(VmKey("a", "1"), name, met=met) for name, met in (("web", 1.0), ("web", 2.0), ("db", 1.0))
    )
    assert one == same
    assert not one != same  # noqa: SIM202 - both are asked for
    assert one != other
    assert hash(one) == hash(same)
    assert one != "web"
