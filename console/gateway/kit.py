"""What every session of a gateway shares."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from console.fleet.credentials import Ask
from console.fleet.domains import Domain, Load
from console.fleet.hosts import HostLoad, HostSpec
from console.fleet.updates import Update
from console.gateway.courtesy import Courtesy
from console.gateway.timer import Timer
from console.gateway.workers import Workers


class Replay(Protocol):
    """Where the load of demo hosts comes from."""

    def loads(self, stamp: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[HostLoad, dict[str, Load]]:
        """The figures at epoch `stamp` of the host and, by UUID, of its VMs that run."""
        ...

    def aged(self, now: float, spec: HostSpec, domains: Sequence[Domain]) -> tuple[Domain, ...]:
        """`domains`, with the times since when they are as they are, where those are not known."""
        ...


@dataclass(frozen=True)
class Kit:
    """interval: seconds between rounds of statistics. clock: epoch seconds."""

    publish: Callable[[Update], object]
    ask: Ask
    workers: Workers
    timer: Timer
    interval: float
    replay: Replay | None
    clock: Callable[[], float]
    courtesy: Courtesy = field(default_factory=Courtesy)
