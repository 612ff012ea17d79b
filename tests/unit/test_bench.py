"""The parts of the benchmark that would let it measure something else than it says."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import libvirt
import pytest

from console.settings import fleetfile
from tests.bench import figures, load
from tests.bench.gaps import Gaps, cpu_s, peak_mb
from tests.bench.nodes import fleet_file, shares, uris, write_nodes
from tests.bench.silent import Mute, Relay


def test_nodes_hold_all_vms_and_libvirt_reads_them(tmp_path: Path) -> None:
    nodes = write_nodes(tmp_path, 3, 10)
    seen = set()
    for node, wanted in zip(nodes, (4, 3, 3), strict=True):
        connection = libvirt.open(f"test://{node}")
        domains = connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_RUNNING)
        assert len(domains) == wanted
        seen |= {(domain.name(), domain.UUIDString()) for domain in domains}
        connection.close()
    assert len(seen) == 10
    assert sum(shares(200, 1500)) == 1500


def test_fleet_file_names_every_host(tmp_path: Path) -> None:
    addresses = uris([tmp_path / f"node{n}.xml" for n in range(60)], [tmp_path / "sock"] * 60)
    read = fleetfile.read(fleet_file(addresses))
    assert not read.problems
    assert [spec.uri for spec in read.specs] == addresses
    assert {spec.zone for spec in read.specs} == {"zone-1", "zone-2"}


def test_gaps_are_of_their_span(monkeypatch: pytest.MonkeyPatch) -> None:
    gaps = Gaps()
    moments = iter([1.0, 1.005, 1.105, 2.0, 2.01])
    with monkeypatch.context() as patch:
        patch.setattr("time.monotonic", lambda: next(moments))
        for _ in range(5):
            gaps.tick()
    assert gaps.between(1.0, 1.5)["max_ms"] == pytest.approx(100)
    assert gaps.between(1.0, 3.0)["max_ms"] == pytest.approx(895)
    assert gaps.between(2.005, 3.0) == {"p99_ms": pytest.approx(10), "max_ms": pytest.approx(10), "turns": 1}
    assert gaps.longest(1.0, 1) == [(1.0, 895.0)]


def test_what_a_process_uses_is_measured() -> None:
    before = cpu_s()
    sum(n * n for n in range(300_000))
    assert cpu_s() > before
    assert 5 < peak_mb() < 10_000


FIGURES: dict[str, Any] = {
    "hosts": 200,
    "open_s": 2.0,
    "first_window_s": 0.5,
    "cpu_pct": 12.0,
    "stall_p99_ms": 8.0,
    "stall_max_ms": 40.0,
    "rss_mb": 200.0,
}


def test_limits_are_those_of_the_size() -> None:
    table, missed = figures.judged(FIGURES, figures.limits(FIGURES))
    assert missed == ["cpu_pct"]
    assert table.count("met ") == 5
    large = {"hosts": 1000, "open_s": 14.0, "stall_p99_ms": 20.0, "stall_max_ms": 40.0, "rss_mb": 500.0}
    assert figures.judged(large, figures.limits(large))[1] == ["stall_p99_ms"]


def test_the_peer_sets_a_limit_of_its_own() -> None:
    with_peer = FIGURES | {"cpu_pct": 5.0, "peer_open_s": 20.0}
    assert figures.judged(with_peer, figures.limits(with_peer))[1] == ["open_s"]


def test_limits_of_load_are_held_against_what_was_measured() -> None:
    told = {
        "history_cpu_pct": 3.5,
        "year_gb": 1.0,
        "plot_ms": 90.0,
        "frame_p99_ms": 17.0,
        "search_ms": 1.0,
        "bulk_s": 5.0,
    }
    assert figures.judged(told, figures.load_limits())[1] == ["history_cpu_pct", "frame_p99_ms"]
    assert {limit.key for limit in figures.load_limits()} == told.keys()


def test_parts_of_the_load_benchmark_run_apart_and_tell_their_figures() -> None:
    told = load.part("history", vms=20, hosts=4, weeks=2, rounds=4)
    assert {"history_cpu_pct", "year_gb", "plot_ms"} <= told.keys()
    assert 0 < told["year_gb"] < 1
    with pytest.raises(SystemExit, match="no_such_part"):
        load.part("no_such_part")


def test_a_report_keeps_what_others_wrote(tmp_path: Path) -> None:
    report = tmp_path / "build" / "bench.json"
    figures.write(report, other={"a": 1})
    figures.write(report, fleet={"hosts": 1})
    figures.write(report, fleet={"hosts": 2})
    assert json.loads(report.read_text()) == {"other": {"a": 1}, "fleet": {"hosts": 2}}


def test_a_relay_passes_everything_on_until_it_is_silent(home: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(home / "server"))
        server.listen()
        relay = Relay(home / "relay", home / "server")
        client.settimeout(0.3)
        client.connect(str(relay.path))
        served, _ = server.accept()
        with served:
            served.settimeout(0.3)
            client.sendall(b"one")
            assert served.recv(10) == b"one"
            served.sendall(b"two")
            assert client.recv(10) == b"two"
            relay.silence()
            client.sendall(b"three")
            with pytest.raises(TimeoutError):
                served.recv(10)
        relay.close()


def test_a_mute_accepts_and_says_nothing(home: Path) -> None:
    mute = Mute(home / "mute")
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(0.2)
        client.connect(str(mute.path))
        client.sendall(b"hello")
        with pytest.raises(TimeoutError):
            client.recv(1)
    mute.close()
