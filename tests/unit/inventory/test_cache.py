"""What was last seen survives the console, and nothing that happens to its file stops the console."""

from __future__ import annotations

import gc
import os
import sqlite3
import subprocess
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from console.fleet.domains import Address, Disk, Domain, Nic, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostStatus, Network, Phase, Pool, Volume
from console.fleet.updates import HostView
from console.inventory.cache import Cache

VIEW = HostView(
    "alpha",
    HostStatus(Phase.UNREACHABLE, 5.0, 4.0, Problem(Reason.SILENT, "nothing"), 9.0, 3),
    HostFacts("alpha", "u", "QEMU", libvirt_version=9000000, features=("x",)),
    HostLoad(1.0, 0.5),
    (Network("default", forward="nat", addresses=("192.168.122.1/24",)),),
    (Pool("default", volumes=(Volume("a", "/a"),)),),
)
DOMAIN = Domain(
    VmKey("alpha", "1"),
    "wéb 💾\nשלום",
    State.RUNNING,
    disks=(Disk("vda", "/a", backing=("/b",)),),
    nics=(Nic("52:54:00:00:00:01"),),
    addresses=(Address("10.0.0.1", 24),),
    tags=("a", "b"),
)


def test_a_host_comes_back_as_it_was_but_for_its_load(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "seen.db", delay=0.0)
    cache.keep("alpha", VIEW, (DOMAIN,))
    cache.keep("beta", HostView("beta"), ())
    assert cache.close(5)
    again = Cache(tmp_path / "seen.db")
    seen = {view.id: (view, domains) for view, domains in again.load()}
    assert seen["alpha"][1] == (DOMAIN,)
    assert seen["alpha"][0].load is None
    assert (seen["alpha"][0].status, seen["alpha"][0].pools) == (VIEW.status, VIEW.pools)
    again.forget("alpha")
    again.close(5)
    assert [view.id for view, _ in Cache(tmp_path / "seen.db").load()] == ["beta"]


def test_many_changes_are_one_write(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "seen.db", delay=0.2)
    for number in range(50):
        cache.keep("alpha", VIEW, (DOMAIN,) * (number + 1))
    cache.close(5)
    assert [len(domains) for _, domains in Cache(tmp_path / "seen.db").load()] == [50]


def test_a_damaged_file_is_set_aside_and_said(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    path.write_bytes(b"not a database at all" * 100)
    cache = Cache(path, delay=0.0)
    said: list[Problem | None] = []
    cache.on_problem(said.append)
    assert cache.load() == []
    cache.keep("alpha", VIEW, (DOMAIN,))
    cache.close(5)
    assert [problem and problem.reason for problem in said] == [Reason.DAMAGED]
    assert len(Cache(path).load()) == 1
    assert list(tmp_path.glob("seen.db.damaged-*"))


def test_a_row_of_another_version_is_passed_over(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "seen.db", delay=0.0)
    cache.keep("alpha", VIEW, (DOMAIN,))
    cache.close(5)
    with sqlite3.connect(tmp_path / "seen.db") as db:
        db.execute("INSERT INTO seen VALUES ('old', 0, '{\"no\": 1}', '[1]')")
    db.close()
    assert [view.id for view, _ in Cache(tmp_path / "seen.db").load()] == ["alpha"]


def test_a_locked_file_blocks_nobody(tmp_path: Path) -> None:
    path = tmp_path / "seen.db"
    Cache(path).load()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    cache = Cache(path, delay=0.0)
    start = time.monotonic()
    cache.keep("alpha", VIEW, (DOMAIN,))
    assert time.monotonic() - start < 0.5
    assert not cache.close(0.3)
    other.rollback()
    other.close()


def test_a_full_disk_is_said_and_costs_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(tmp_path / "seen.db", delay=0.0)
    assert cache.load() == []
    cache._database.read(lambda db: db.execute("PRAGMA max_page_count = 3"))
    cache.keep("alpha", VIEW, (DOMAIN,) * 500)
    end = time.monotonic() + 5
    while cache.problem is None and time.monotonic() < end:
        time.sleep(0.01)
    assert cache.problem is not None
    assert cache.problem.reason is Reason.NO_SPACE
    cache.keep("beta", VIEW, ())
    cache.close(1)


def test_ten_thousand_vms_load_in_one_go(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "seen.db", delay=0.0)
    for host in range(100):
        domains = tuple(Domain(VmKey(str(host), str(n)), f"vm-{n}", disks=DOMAIN.disks) for n in range(100))
        cache.keep(str(host), HostView(str(host)), domains)
    cache.close(10)
    best = 9.9
    for _ in range(3):
        start = time.process_time()
        assert sum(len(domains) for _, domains in Cache(tmp_path / "seen.db").load()) == 10_000
        best = min(best, time.process_time() - start)
    assert best <= 0.6
    assert gc.isenabled()


def test_two_consoles_keep_side_by_side(tmp_path: Path) -> None:
    one, two = Cache(tmp_path / "seen.db", delay=0.0), Cache(tmp_path / "seen.db", delay=0.0)
    assert one.load() == two.load() == []
    for number in range(20):
        one.keep(f"a{number}", HostView(f"a{number}"), (DOMAIN,))
        two.keep(f"b{number}", HostView(f"b{number}"), (DOMAIN,))
    assert one.close(5)
    assert two.close(5)
    assert (one.problem, two.problem) == (None, None)
    assert len(Cache(tmp_path / "seen.db").load()) == 40


@pytest.mark.skipif(os.getuid() != 0, reason="mounting needs root")
def test_when_there_is_room_again_all_is_kept_and_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.inventory.cache.RETRY", 0.1)
    place = tmp_path / "small"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=200k", "tmpfs", str(place)], check=True)
    try:
        cache = Cache(place / "seen.db", delay=0.0)
        said: list[Problem | None] = []
        cache.on_problem(said.append)
        cache.keep("alpha", VIEW, tuple(replace(DOMAIN, description="x" * 100) for _ in range(1000)))
        end = time.monotonic() + 5
        while not said and time.monotonic() < end:
            time.sleep(0.01)
        assert said[0] is not None
        assert said[0].reason is Reason.NO_SPACE
        cache.keep("beta", HostView("beta"), ())
        subprocess.run(["mount", "-o", "remount,size=20m", str(place)], check=True)
        while cache.problem is not None and time.monotonic() < end:
            time.sleep(0.01)
        assert said[-1] is None
        assert cache.close(5)
        assert {view.id: len(domains) for view, domains in Cache(place / "seen.db").load()} == {
            "alpha": 1000,
            "beta": 0,
        }
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)
