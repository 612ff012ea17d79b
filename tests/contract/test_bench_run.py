"""The benchmark from end to end on a small fleet: it measures, and what it measures is the window."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.bench import fleet
from tests.bench.daemon import private_libvirtd
from tests.bench.screen import virtual_screen

HOSTS, VMS, SILENT = 6, 20, 4


@pytest.fixture
def bench(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[fleet.Bench]:
    monkeypatch.delenv("QT_QPA_PLATFORM")
    with private_libvirtd(home) as socket, virtual_screen() as display:
        yield fleet.Bench(home, socket, display, HOSTS, VMS)


@pytest.mark.timeout(120)
def test_it_measures_the_window_cold_warm_and_with_silent_hosts(
    bench: fleet.Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(fleet, "STEADY_S", 2.0)
    monkeypatch.setattr(fleet, "CALM_S", 0.5)
    report: dict[str, Any] = {}
    fleet.measure(bench, SILENT, False, report)
    told = report["fleet"]
    assert (told["hosts"], told["vms"]) == (HOSTS, VMS)
    assert 0 < told["floor_open_s"] < told["open_s"] < 60
    assert 0 < told["first_window_s"] < 60
    assert told["stall_max_ms"] >= told["stall_p99_ms"] >= 5
    assert told["cpu_pct"] > 0
    assert 30 < told["rss_mb"] < 2000
    quiet = report["fleet_silent"]
    assert quiet["silent"] == SILENT
    assert quiet["live"] >= HOSTS - SILENT
    assert "wrote:" not in capsys.readouterr().out, "the window complained"
    assert json.dumps(report)
