"""A room in which alerts fire when a test says so."""

from __future__ import annotations

from console.fleet.alerts import AlertRule
from console.services.alerts import AlertService
from console.ui.context import Context


class Looking:
    """Steps the service of a room, whose thread does not run, over a clock of its own."""

    def __init__(self, ctx: Context) -> None:
        self.service: AlertService = ctx.services.alerts
        self.time = 1000.0
        self.service._clock = lambda: 1_800_000_000.0 + self.time
        self.service._steady = lambda: self.time
        self.service._pace.begin(0.0)
        self.go(4)

    def go(self, looks: int = 1) -> None:
        """So many looks, five seconds apart."""
        for _look in range(looks):
            self.time += 5.0
            self.service.look()

    def fire(self, name: str = "Off", query: str = "state:off") -> None:
        """Adds a rule and lets it fire."""
        self.service.add(AlertRule(name, query))
        self.go()
