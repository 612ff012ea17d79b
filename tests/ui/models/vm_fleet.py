"""A small fleet for tests of models: hosts with VMs, told to a real inventory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from console.fleet.domains import Address, Domain, Load, State, VmKey
from console.fleet.hosts import HostLoad, HostSpec, HostStatus, Phase
from console.fleet.updates import ChangeSet, DomainsRead, LoadsRead, StatusChanged
from console.inventory.inventory import Inventory

NOW = 1_800_000_000.0


class Fleet:
    """An inventory whose changes are collected until `told` hands them on, as the bridge does."""

    def __init__(self) -> None:
        self.now = NOW
        self.inventory = Inventory(clock=lambda: self.now)
        self._pending = ChangeSet()
        self.inventory.subscribe(self._note)

    def _note(self, change: ChangeSet) -> None:
        self._pending = self._pending.merged(change)

    def told(self) -> ChangeSet:
        """What became different since the last call."""
        change, self._pending = self._pending, ChangeSet()
        return change

    def clock(self) -> float:
        return self.now

    def host(self, id: str, *, zone: str = "", rack: str = "", phase: Phase = Phase.LIVE, **more: Any) -> None:
        """Adds a host, or makes it another."""
        spec = HostSpec(id, more.pop("name", id), f"test:///{id}", zone=zone, rack=rack, **more)
        specs = [known for known in self.inventory.specs() if known.id != id]
        self.inventory.set_hosts([*specs, spec])
        self.phase(id, phase)

    def phase(self, host: str, phase: Phase, seen: float | None = None) -> None:
        self.inventory.apply(StatusChanged(host, HostStatus(phase, self.now, self.now if seen is None else seen)))

    def vms(self, host: str, domains: Iterable[Domain]) -> None:
        self.inventory.apply(DomainsRead(host, tuple(domains)))

    def loads(self, host: str, **cpu: float) -> None:
        """CPU by UUID."""
        loads = {uuid: Load(self.now, value, 1 << 20, 2 << 20, 1e6, 1e6, 1.0, 1e5, 1e5) for uuid, value in cpu.items()}
        self.inventory.apply(LoadsRead(host, HostLoad(self.now, 0.5), loads))


def vm(host: str, uuid: str, name: str = "", state: State = State.RUNNING, **more: Any) -> Domain:
    """A VM; ip gives it an address."""
    ip = more.pop("ip", "")
    if ip:
        more["addresses"] = (Address(ip, 24),)
    more.setdefault("memory_kib", 4 << 20)
    return Domain(VmKey(host, uuid), name or uuid, state, **more)
