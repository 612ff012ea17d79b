"""History as values: which measures VMs have, and that the tiers fit into each other."""

from __future__ import annotations

import itertools

from console.fleet.history import HOST_MEASURES, KEPT, STEPS, VM_MEASURES, Measure


def test_a_host_has_all_measures_and_a_vm_the_first_of_them() -> None:
    assert tuple(Measure) == HOST_MEASURES
    assert HOST_MEASURES[: len(VM_MEASURES)] == VM_MEASURES
    assert [measure for measure in Measure if measure.of_vms] == list(VM_MEASURES)
    assert Measure.NET_OUT.of_vms
    assert not Measure.PRESSURE_CPU.of_vms


def test_each_tier_is_a_whole_number_of_the_finer_ones_and_kept_longer() -> None:
    for finer, coarser in itertools.pairwise(STEPS):
        assert coarser % finer == 0
    assert sorted(KEPT) == list(KEPT)
    assert all(kept >= 24 * step for step, kept in zip(STEPS, KEPT, strict=True))
