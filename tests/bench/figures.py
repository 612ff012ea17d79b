"""The figures the window must reach, and what to say of those it did."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LARGE = 1000  # hosts from which the second set of limits holds
PEER_FACTOR = 15  # the window opens at least that many times faster than virt-manager


@dataclass(frozen=True)
class Limit:
    """At most `most` `unit` of what is under `key` in the figures."""

    key: str
    most: float
    unit: str
    meaning: str


def limits(figures: Mapping[str, Any]) -> list[Limit]:
    """What holds for a run on that many hosts, with or without the peer and silent hosts."""
    large = figures["hosts"] >= LARGE
    found = [
        Limit("open_s", 15 if large else 3, "s", "process start to all rows, cold cache"),
        Limit("stall_p99_ms", 16, "ms", "gap of the window's loop, p99"),
        Limit("stall_max_ms", 50, "ms", "gap of the window's loop, longest"),
        Limit("rss_mb", 600 if large else 250, "MiB", "most memory"),
    ]
    if not large:
        found.insert(1, Limit("first_window_s", 1, "s", "process start to a filled window, warm cache"))
        found.insert(2, Limit("cpu_pct", 10, "%", "of a core, statistics every 3 s"))
    if "peer_open_s" in figures:
        found.append(Limit("open_s", figures["peer_open_s"] / PEER_FACTOR, "s", f"1/{PEER_FACTOR} of virt-manager's"))
    return found


def silent_limits(interval: float) -> list[Limit]:
    """What holds while some hosts are silent."""
    return [
        Limit("longest_wait_s", 1.5 * interval, "s", "longest wait of another host for its statistics"),
        Limit("stall_p99_ms", 16, "ms", "gap of the window's loop, p99"),
        Limit("stall_max_ms", 50, "ms", "gap of the window's loop, longest"),
    ]


def load_limits() -> list[Limit]:
    """What holds for load over time, search and acts on many."""
    return [
        Limit("history_cpu_pct", 3, "%", "of a core, 1,500 VMs every 5 s into the history"),
        Limit("year_gb", 2, "GB", "a year of 1,500 VMs"),
        Limit("plot_ms", 100, "ms", "any plot of any range, from the disk"),
        Limit("frame_p99_ms", 16, "ms", "a frame of 12 live plots, p99"),
        Limit("search_ms", 30, "ms", "a search over 10,000 VMs"),
        Limit("bulk_s", 5, "s", "an act on 1,500 VMs of 200 hosts"),
    ]


def snapshot_limits() -> list[Limit]:
    """What holds for snapshots and clones."""
    return [
        Limit("take_ratio", 1.2, "×", "taking a snapshot, against virsh"),
        Limit("revert_ratio", 1.2, "×", "going back, against virsh"),
        Limit("delete_ratio", 1.2, "×", "deleting, against virsh"),
        Limit("clones20_s", 5, "s", "20 linked clones made"),
        Limit("clones20_start_s", 15, "s", "and started"),
        Limit("plan1000_ms", 100, "ms", "any plan over 1,000 snapshots"),
        Limit("full_clone_ratio", 1 / 0.9, "×", "time of a full clone, against cp --sparse"),
        Limit("stall_p99_ms", 16, "ms", "gap of the window's loop meanwhile, p99"),
        Limit("stall_max_ms", 50, "ms", "gap of the window's loop meanwhile, longest"),
    ]


def judged(figures: Mapping[str, Any], wanted: list[Limit]) -> tuple[str, list[str]]:
    """A table to print, and the keys whose limit was missed."""
    lines, missed = [], []
    for limit in wanted:
        value = figures[limit.key]
        met = value <= limit.most
        if not met:
            missed.append(limit.key)
        verdict = "met" if met else "MISSED"
        lines.append(
            f"  {limit.key:<16} {value:>9.2f} {limit.unit:<4} limit {limit.most:>7.2f}  {verdict:<7} {limit.meaning}"
        )
    return "\n".join(lines), missed


def write(path: Path, **parts: Any) -> None:
    """Puts these parts into a JSON file and leaves what else is in it."""
    try:
        kept = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**kept, **parts}, indent=2) + "\n")
