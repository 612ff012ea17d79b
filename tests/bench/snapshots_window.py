"""The window on the snapshots of a VM while acts go on, with a probe in its loop. Tells one JSON object.

    python -m tests.bench.snapshots_window PLAN

PLAN is a JSON object: profile: path; uri, uuid: of the host and the VM that has snapshots; t0: time.monotonic() at which this
process was started. The acts are those of the window: planned, run as jobs, followed by the page.
"""

from __future__ import annotations

import json
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

from console import desktop
from console.app import App, Options
from console.fleet.clones.values import CloneKind, CloneOrder
from console.fleet.domains import VmKey
from console.fleet.hosts import Phase
from console.fleet.snapshots.plans import TakeOrder
from console.jobs.job import JobState
from console.jobs.runner import JobHandle
from console.settings.paths import Profile
from console.ui.places import Place
from tests.bench.gaps import TICK_MS, Gaps, peak_mb

CALM_S = 3.0  # after the VM's page is open
ACT_LIMIT = 60.0
CLONES = 5
HOST = "alpha"


class Probe(QObject):
    """Opens the VM's snapshots, has the acts done in a thread of its own, and watches the loop meanwhile."""

    def __init__(self, watched: desktop.Desktop, key: VmKey) -> None:
        super().__init__()
        self.desktop = watched
        self.key = key
        self.gaps = Gaps()
        self.opened = 0.0
        self.began = 0.0
        self.acts: dict[str, float] = {}
        self.worker: threading.Thread | None = None
        self.wrong = ""
        self.timer = QTimer(self)
        self.timer.setTimerType(Qt.TimerType.PreciseTimer)
        self.timer.timeout.connect(self.tick)
        self.timer.start(TICK_MS)

    def tick(self) -> None:
        now = self.gaps.tick()
        inventory = self.desktop.app.inventory
        if not self.opened:
            if inventory.status(HOST).phase is Phase.LIVE and inventory.domain(self.key) is not None:
                self.desktop.context.nav.open(Place.vm(self.key, "snapshots"))
                self.opened = now
        elif self.worker is None and now - self.opened > CALM_S:
            self.began = now
            self.worker = threading.Thread(target=self.work, daemon=True)
            self.worker.start()
        elif self.worker is not None and not self.worker.is_alive():
            self.end(now)

    def work(self) -> None:
        try:
            self.act()
        except BaseException:
            self.wrong = traceback.format_exc()

    def act(self) -> None:
        snapshots, clones = self.desktop.app.services.snapshots, self.desktop.app.services.clones
        for number in range(2):
            self.done(f"take {number}", snapshots.run(snapshots.plan_take(self.key, TakeOrder(f"new-{number}"))))
        self.done("revert", snapshots.run(snapshots.plan_revert(self.key, "new-0")))
        self.done("delete", snapshots.run(snapshots.plan_delete(self.key, "new-1")))
        order = TakeOrder("outside", kind="external")
        self.done("take external", snapshots.run(snapshots.plan_take(self.key, order)))
        self.done("delete external", snapshots.run(snapshots.plan_delete(self.key, "outside")))
        names = tuple(f"window-{number}" for number in range(CLONES))
        self.done("full clone", clones.run(clones.plan(CloneOrder(self.key, ("window-full",)))))
        self.done("linked clones", clones.run(clones.plan(CloneOrder(self.key, names, CloneKind.LINKED))))

    def done(self, name: str, handle: JobHandle) -> None:
        start = time.monotonic()
        view = handle.wait(ACT_LIMIT)
        if view.state is not JobState.SUCCEEDED:
            raise SystemExit(f"{name}: {view.state} {view.problem}")
        self.acts[name] = round(time.monotonic() - start, 3)

    def end(self, now: float) -> None:
        self.timer.stop()
        if self.wrong:
            sys.stderr.write(self.wrong)
            QApplication.exit(1)
            return
        gaps = self.gaps.between(self.began, now)
        told: dict[str, Any] = {
            "stall_p99_ms": round(gaps["p99_ms"], 2),
            "stall_max_ms": round(gaps["max_ms"], 2),
            "window_acts_s": self.acts,
            "window_longest": self.gaps.longest(self.began),
            "window_rss_mb": round(peak_mb(), 1),
        }
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        QApplication.quit()


def main() -> int:
    plan = json.loads(sys.argv[1])
    folder = Path(plan["profile"])
    (folder / "fleet.toml").write_text(f'[[host]]\nid = "{HOST}"\nname = "{HOST}"\nuri = "{plan["uri"]}"\n')
    kept: list[Probe] = []

    class Watched(desktop.Desktop):
        def __init__(self, app: App) -> None:
            super().__init__(app)
            kept.append(Probe(self, VmKey(HOST, plan["uuid"])))

    desktop.Desktop = Watched  # type: ignore[misc]
    return desktop.run(Options(profile=Profile.at(folder)))


if __name__ == "__main__":
    raise SystemExit(main())
