"""Promised and used, over hosts that know and hosts that don't. More over a real inventory: services/test_overview.py."""

from __future__ import annotations

from console.fleet.domains import Domain, State, VmKey
from console.fleet.hosts import HostFacts, HostLoad, HostStatus, Phase
from console.fleet.sums import Sum, host_sum, loaded, total
from console.fleet.updates import HostView

VIEW = HostView("a", HostStatus(Phase.LIVE), HostFacts(cpus=8, memory_kib=1000))


def vm(name: str, state: State) -> Domain:
    return Domain(VmKey("a", name), name, state, vcpus=4, memory_kib=300)


def test_one_host() -> None:
    one = host_sum(VIEW, [vm("run", State.RUNNING), vm("pause", State.PAUSED), vm("off", State.OFF)])
    assert (one.vms, one.running, one.vcpus_promised, one.memory_promised) == (3, 1, 8, 600)
    assert (one.vcpu_ratio, one.memory_ratio, one.cpu) == (1.0, 0.6, None)
    now = loaded(one, HostLoad(0.0, 0.25, 500, replayed=True))
    assert (now.cpu, now.memory_share, now.replayed) == (0.25, 0.5, True)


def test_together_only_what_is_known_counts() -> None:
    known = loaded(host_sum(VIEW, ()), HostLoad(0.0, 0.5, 100))
    every = total([known, host_sum(VIEW, ())])
    assert (every.hosts, every.live, every.cpus, every.cpu, every.memory_share) == (2, 2, 16, 0.5, 0.1)
    assert every.fresh
    assert total([]) == Sum()
    assert Sum().vcpu_ratio is None
