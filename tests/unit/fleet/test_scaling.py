from __future__ import annotations

import pytest
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import UsageError
from console.fleet.scaling import Change, Lack, Part, SizeFacts, Sizes, Sizing, When, checked_sizing, plan_scaling

G = 1 << 20
SIZES = Sizes(2, 4, 2 * G, 4 * G)
RUNNING = SizeFacts(VmKey("a", "1"), SIZES, SIZES)
OFF = SizeFacts(VmKey("a", "1"), None, SIZES)
TRANSIENT = SizeFacts(VmKey("a", "1"), SIZES, None)


def test_under_the_ceilings_a_running_vm_is_sized_now_and_for_the_next_start() -> None:
    made = plan_scaling(Sizing(vcpus=4, memory_kib=3 * G), RUNNING)
    both = (Change(Part.VCPUS, 2, 4), Change(Part.MEMORY, 2 * G, 3 * G))
    assert (made.live, made.stored, made.waits, made.refused) == (both, both, (), None)


def test_over_a_ceiling_the_next_start_brings_it_and_the_ceiling_rises() -> None:
    made = plan_scaling(Sizing(vcpus=8, memory_kib=8 * G), RUNNING)
    assert made.live == ()
    assert made.stored == (
        Change(Part.MAX_VCPUS, 4, 8),
        Change(Part.VCPUS, 2, 8),
        Change(Part.MAX_MEMORY, 4 * G, 8 * G),
        Change(Part.MEMORY, 2 * G, 8 * G),
    )
    assert made.waits == ((Part.VCPUS, Lack.VCPU_CEILING), (Part.MEMORY, Lack.MEMORY_CEILING))


def test_one_part_now_and_the_other_at_the_next_start() -> None:
    made = plan_scaling(Sizing(vcpus=8, memory_kib=1 * G), RUNNING)
    assert made.live == (Change(Part.MEMORY, 2 * G, 1 * G),)
    assert made.waits == ((Part.VCPUS, Lack.VCPU_CEILING),)


def test_without_a_balloon_memory_waits() -> None:
    bare = replace(RUNNING, live=replace(SIZES, balloon=False))
    assert plan_scaling(Sizing(memory_kib=G), bare).waits == ((Part.MEMORY, Lack.NO_BALLOON),)


def test_what_is_off_has_only_a_next_start() -> None:
    made = plan_scaling(Sizing(vcpus=3), OFF)
    assert (made.live, made.stored, made.waits) == ((), (Change(Part.VCPUS, 2, 3),), ())
    assert plan_scaling(Sizing(vcpus=3, when=When.LIVE), OFF).refused is Lack.OFF


def test_a_transient_vm_has_only_now() -> None:
    assert plan_scaling(Sizing(vcpus=4), TRANSIENT).live == (Change(Part.VCPUS, 2, 4),)
    assert plan_scaling(Sizing(vcpus=8), TRANSIENT).refused is Lack.VCPU_CEILING
    assert plan_scaling(Sizing(vcpus=4, when=When.NEXT), TRANSIENT).refused is Lack.TRANSIENT


def test_only_now_leaves_what_is_stored_and_does_not_promise_a_restart() -> None:
    made = plan_scaling(Sizing(vcpus=4, when=When.LIVE), RUNNING)
    assert (made.live, made.stored) == ((Change(Part.VCPUS, 2, 4),), ())
    assert plan_scaling(Sizing(vcpus=8, when=When.LIVE), RUNNING).refused is Lack.VCPU_CEILING


def test_only_the_next_start_says_that_it_waits() -> None:
    made = plan_scaling(Sizing(vcpus=4, when=When.NEXT), RUNNING)
    assert (made.live, made.stored) == ((), (Change(Part.VCPUS, 2, 4),))
    assert made.waits == ((Part.VCPUS, Lack.NEXT_ONLY),)


def test_another_ceiling_needs_a_start_and_takes_what_is_over_it_down() -> None:
    made = plan_scaling(Sizing(max_vcpus=1), RUNNING)
    assert made.stored == (Change(Part.MAX_VCPUS, 4, 1), Change(Part.VCPUS, 2, 1))
    assert made.waits == ((Part.MAX_VCPUS, Lack.OTHER_CEILING),)


def test_a_topology_holds_its_number_of_vcpus() -> None:
    fixed = replace(OFF, stored=replace(SIZES, topology=4))
    assert plan_scaling(Sizing(vcpus=8), fixed).refused is Lack.TOPOLOGY
    assert plan_scaling(Sizing(vcpus=3), fixed).stored == (Change(Part.VCPUS, 2, 3),)


def test_what_is_so_already_is_nothing() -> None:
    assert plan_scaling(Sizing(vcpus=2, memory_kib=2 * G), RUNNING).nothing
    assert not plan_scaling(Sizing(vcpus=3), RUNNING).nothing


@pytest.mark.parametrize(
    ("sizing", "detail"),
    [
        (Sizing(), "sizing"),
        (Sizing(vcpus=0), "vcpus"),
        (Sizing(memory_kib=3), "memory"),
        (Sizing(vcpus=4, max_vcpus=2), "over-max-vcpus"),
        (Sizing(memory_kib=4 * G, max_memory_kib=G), "over-max-memory"),
    ],
)
def test_what_cannot_be_meant_is_refused(sizing: Sizing, detail: str) -> None:
    with pytest.raises(UsageError) as caught:
        checked_sizing(sizing)
    assert caught.value.problem.detail == detail
