"""The window as `splendid` opens it, with a probe in its loop. Tells JSON objects on its output, a line each.

    python -m tests.bench.probe PLAN

PLAN is a JSON object: profile, fleet: paths; vms, hosts: how many must be there and live; t0: time.monotonic() at which this
process was started; steady: seconds to measure, calm: seconds to wait before that, once all is there; warm: stop as soon as
the window shows the VMs of the cache.

The test driver has no statistics. Every call for them is made; then figures of the probe's own are put in place of the none
that came, different each time, so that the window has as much to show as with real guests.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from console import desktop
from console.app import App, Options
from console.fleet.domains import Load
from console.fleet.hosts import HostLoad, Phase
from console.fleet.updates import ChangeSet, LoadsRead, Update
from console.gateway.stats import Meter
from console.inventory.inventory import Inventory
from console.settings.paths import Profile
from console.ui.pages.vms import VmsPage
from console.ui.places import Place
from tests.bench.gaps import TICK_MS, Gaps, cpu_s, peak_mb

LOOK_S = 0.02  # between two looks at how many rows there are
LIMIT_S = 180.0


def tell(**values: Any) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


class Rounds:
    """When each host's statistics came in."""

    def __init__(self) -> None:
        self.at: dict[str, list[float]] = {}

    def note(self, update: Update) -> None:
        if isinstance(update, LoadsRead):
            self.at.setdefault(update.host, []).append(time.monotonic())

    def longest_wait(self, start: float, end: float, hosts: set[str]) -> float:
        """The longest time a host of these went without statistics, in seconds."""
        worst = 0.0
        for host in hosts:
            moments = [start, *(at for at in self.at.get(host, []) if start <= at <= end), end]
            worst = max(worst, *(later - earlier for earlier, later in itertools.pairwise(moments)))
        return worst


def with_figures(ask: Callable[[Meter, Mapping[str, int]], tuple[HostLoad, dict[str, Load]]]) -> Any:
    """A round of statistics that is asked for and has figures."""
    lots = random.Random(7)

    def figures(self: Meter, vcpus: Mapping[str, int]) -> tuple[HostLoad, dict[str, Load]]:
        host, loads = ask(self, vcpus)
        rates = [lots.random() for _ in range(7)]
        for uuid in vcpus:
            cpu = lots.random()
            mib = [int(cpu * rate * (100 << 20)) for rate in rates]
            loads[uuid] = Load(host.stamp, cpu, int(cpu * (1 << 20)), 1 << 20, mib[0], mib[1], mib[2], mib[3], mib[4])
        return HostLoad(host.stamp, rates[5], int(rates[6] * (256 << 20))), loads

    return figures


class Probe(QObject):
    """Watches a Desktop from inside its loop."""

    def __init__(self, plan: dict[str, Any], rounds: Rounds) -> None:
        super().__init__()
        self.plan = plan
        self.rounds = rounds
        self.gaps = Gaps()
        self.marks: dict[str, float] = {}
        self.page: VmsPage | None = None
        self.looked = 0.0
        self.steady: tuple[float, float] | None = None
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)

    def attach(self, watched: desktop.Desktop) -> None:
        self.desktop = watched
        watched.context.nav.open(Place.fleet("vms"))
        watched.window.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and "window" not in self.marks:
            self.marks["window"] = 0.0
            QTimer.singleShot(0, self.shown)
        return False

    def shown(self) -> None:
        """The window has been painted for the first time."""
        self.marks["window"] = time.monotonic()
        self.timer.start(TICK_MS)

    def tick(self) -> None:
        now = self.gaps.tick()
        if self.steady is not None and now >= self.steady[0] + self.plan["steady"]:
            self.end(now)
        elif now - self.looked >= LOOK_S and self.steady is None:
            self.looked = now
            self.look(now)

    def look(self, now: float) -> None:
        if "rows" not in self.marks and self.rows() >= self.plan["vms"]:
            self.marks["rows"] = now
            if self.plan.get("warm"):
                self.end(now)
                return
        if "rows" in self.marks and "live" not in self.marks and len(self.live()) >= self.plan["hosts"]:
            self.marks["live"] = now
            tell(event="live")
        if "live" in self.marks and now >= self.marks["live"] + self.plan["calm"]:
            self.steady = (now, cpu_s())
        if now - self.plan["t0"] > LIMIT_S:
            tell(event="late", rows=self.rows(), live=len(self.live()), marks=self.marks, others=self.others())
            QApplication.exit(1)

    def live(self) -> set[str]:
        inventory = self.desktop.app.inventory
        return {spec.id for spec in inventory.specs() if inventory.status(spec.id).phase is Phase.LIVE}

    def others(self) -> dict[str, Any]:
        """How many hosts are in each phase, and some that answered once and are not live, for a run that failed."""
        inventory, live = self.desktop.app.inventory, self.live()
        status = {spec.id: inventory.status(spec.id) for spec in inventory.specs()}
        fallen = [f"{host}: {now}" for host, now in status.items() if host not in live and now.seen]
        return {"phases": Counter(now.phase.value for now in status.values()), "fallen": fallen[:5]}

    def rows(self) -> int:
        """How many rows the table of VMs has; the page is looked for once, so that looking is no load of its own."""
        if self.page is None:
            pages = self.desktop.window.findChildren(VmsPage)
            self.page = pages[0] if pages else None
        return self.page.model.rowCount() if self.page is not None else 0

    def end(self, now: float) -> None:
        self.timer.stop()
        t0, marks = self.plan["t0"], self.marks
        told: dict[str, Any] = {f"{name}_s": at - t0 for name, at in marks.items()}
        loading_ends = self.steady[0] if self.steady else now
        told |= {"loading": self.gaps.between(marks["window"], loading_ends), "rss_mb": peak_mb()}
        if self.steady is not None:
            start, used = self.steady
            told["steady"] = self.gaps.between(start, now)
            told["cpu_pct"] = (cpu_s() - used) / (now - start) * 100
            told["longest_wait_s"] = self.rounds.longest_wait(start, now, self.live())
            told["live"] = len(self.live())
        told["longest"] = self.gaps.longest(t0)
        tell(event="end", **told)
        QApplication.quit()


def main() -> int:
    plan = json.loads(sys.argv[1])
    rounds = Rounds()
    probe: list[Probe] = []
    apply = Inventory.apply

    def noted(self: Inventory, update: Update) -> ChangeSet:
        rounds.note(update)
        return apply(self, update)

    class Watched(desktop.Desktop):
        def __init__(self, app: App) -> None:
            super().__init__(app)
            probe.append(Probe(plan, rounds))
            probe[0].attach(self)

    Inventory.apply = noted  # type: ignore[method-assign]
    Meter.round = with_figures(Meter.round)  # type: ignore[method-assign]
    desktop.Desktop = Watched  # type: ignore[misc]
    return desktop.run(Options(profile=Profile.at(Path(plan["profile"])), fleet=Path(plan["fleet"])))


if __name__ == "__main__":
    raise SystemExit(main())
