"""virt-manager with a probe in its main loop; run by Debian's own Python, which has virt-manager's libraries.

Tells one JSON object in the file PEER_OUT after PEER_SECONDS of steady running, or PEER_LIMIT seconds after its start.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from gi.repository import GLib
from virtManager import virtmanager

from tests.bench.gaps import TICK_MS, Gaps, cpu_s, peak_mb

T0 = float(os.environ["PEER_T0"])
ROWS = int(os.environ["PEER_ROWS"])
STEADY_S = float(os.environ["PEER_SECONDS"])
LIMIT_S = float(os.environ["PEER_LIMIT"])
CALM_S = 4.0

gaps = Gaps()
marks: dict[str, float] = {}


def count() -> int:
    """Rows of its list: hosts and VMs."""
    from virtManager.manager import vmmManager  # noqa: PLC0415 - it is there once virt-manager has set itself up

    manager = vmmManager._instance
    found = 0

    def one(*_: object) -> None:
        nonlocal found
        found += 1

    if manager is not None:
        manager.model.foreach(one)
    return found


def tick() -> bool:
    now = gaps.tick()
    marks.setdefault("start", now)
    if "cpu" in marks and now >= marks["steady"] + STEADY_S:
        end(now)
    elif "rows" in marks and "cpu" not in marks and now >= marks["rows"] + CALM_S:
        marks.update(steady=now, cpu=cpu_s())
    elif now - T0 > LIMIT_S:
        end(now)
    return True


def look() -> bool:
    if count() >= ROWS:
        marks["rows"] = gaps.tick()
    return "rows" not in marks


def end(now: float) -> None:
    told: dict[str, object] = {"rows": count(), "rss_mb": peak_mb()}
    told["loading"] = gaps.between(marks["start"], marks.get("steady", now))
    if "rows" in marks:
        told["open_s"] = marks["rows"] - T0
    if "cpu" in marks:
        told["cpu_pct"] = (cpu_s() - marks["cpu"]) / (now - marks["steady"]) * 100
        told["steady"] = gaps.between(marks["steady"], now)
    Path(os.environ["PEER_OUT"]).write_text(json.dumps(told))
    os._exit(0)


GLib.timeout_add(TICK_MS, tick, priority=GLib.PRIORITY_HIGH)
GLib.timeout_add(250, look)
sys.argv = ["virt-manager", "--no-fork"]
virtmanager.runcli()
