"""Sizes of VMs on libvirt's own test driver."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.fleet.errors import Denied, FleetError
from console.fleet.hosts import HostSpec, Phase
from console.fleet.scaling import Scaling, Sizing, When, plan_scaling
from console.gateway import scaling
from tests.contract.console_like import OFF, RUNNING, console, node, uuid_of

G = 1 << 20


def made(folder: Path, *states: int) -> HostSpec:
    return HostSpec("h", "h", f"test://{node(folder, *states)}")


def test_a_running_vm_is_sized_now_and_for_its_next_start(tmp_path: Path) -> None:
    with console(made(tmp_path, RUNNING)) as mine:
        assert mine.settled() is Phase.LIVE
        link, uuid = mine.gateway.link("h"), uuid_of(0)
        before = scaling.facts(link, uuid)
        assert before.live is not None
        assert (before.live.vcpus, before.live.max_vcpus, before.live.memory_kib) == (2, 2, 2 * G)
        plan = plan_scaling(Sizing(vcpus=4, memory_kib=G), before)
        scaling.apply(link, uuid, plan)
        after = scaling.facts(link, uuid)
        assert after.live is not None
        assert after.stored is not None
        assert (after.live.vcpus, after.live.memory_kib) == (2, G)
        assert (after.stored.vcpus, after.stored.max_vcpus, after.stored.memory_kib) == (4, 4, G)
        mine.until(0, lambda vm: vm and vm.memory_kib == G)


def test_a_vm_that_is_off_gets_higher_and_lower_ceilings(tmp_path: Path) -> None:
    with console(made(tmp_path, OFF)) as mine:
        assert mine.settled() is Phase.LIVE
        link, uuid = mine.gateway.link("h"), uuid_of(0)
        for sizing, wanted in (
            (Sizing(vcpus=6, memory_kib=8 * G), (6, 6, 8 * G, 8 * G)),
            (Sizing(max_vcpus=1, max_memory_kib=G), (1, 1, G, G)),
            (Sizing(vcpus=3, max_vcpus=4, when=When.NEXT), (3, 4, G, G)),
        ):
            scaling.apply(link, uuid, plan_scaling(sizing, scaling.facts(link, uuid)))
            found = scaling.facts(link, uuid)
            assert found.live is None
            assert found.stored is not None
            stored = found.stored
            assert (stored.vcpus, stored.max_vcpus, stored.memory_kib, stored.max_memory_kib) == wanted
        mine.until(0, lambda vm: vm and (vm.vcpus, vm.max_vcpus) == (3, 4))


def test_who_only_looks_changes_no_size(tmp_path: Path) -> None:
    spec = HostSpec("h", "h", f"test://{node(tmp_path, RUNNING)}", read_only=True)
    with console(spec) as mine:
        assert mine.settled() is Phase.LIVE
        with pytest.raises(Denied):
            scaling.apply(mine.gateway.link("h"), uuid_of(0), Scaling())


def test_a_vm_that_is_gone_is_an_error_of_ours(tmp_path: Path) -> None:
    with console(made(tmp_path, RUNNING)) as mine:
        assert mine.settled() is Phase.LIVE
        with pytest.raises(FleetError):
            scaling.facts(mine.gateway.link("h"), uuid_of(9))
