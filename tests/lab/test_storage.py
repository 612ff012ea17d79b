"""Volumes on real hosts: sent and fetched whole, cut in the middle without a trace, refused where somebody needs them."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from console.fleet.domains import State
from console.fleet.errors import FleetError, Reason
from console.fleet.hosts import Phase
from console.fleet.storage import VolumeKey
from console.fleet.storing import NewPool, NewVolume, PoolAct
from console.jobs.job import JobState
from console.jobs.runner import JobHandle
from tests.lab.harness.guests import Guest
from tests.lab.harness.host import IMAGES, Host
from tests.lab.harness.lab import ROOT, Lab
from tests.lab.support import Console, Desk, done, spec_of, until

MIB = 1 << 20


@pytest.fixture
def pool(beta: Host) -> Iterator[str]:
    """A pool of beta's own, emptied afterwards."""
    yield "default"
    beta.unfill()
    beta.fast()
    beta.heal()
    beta.exec("sh", "-c", f"rm -f {IMAGES}/t-*")
    beta.virsh("pool-refresh", "default")


def image(path: Path, mib: int, holes: bool = True, seed: int = 7) -> Path:
    """A file of random bytes; with holes every other MiB is one."""
    luck = random.Random(seed)
    with path.open("wb") as file:
        for number in range(mib):
            if holes and number % 2:
                file.seek(MIB, os.SEEK_CUR)
            else:
                file.write(luck.randbytes(MIB))
        file.truncate(mib * MIB)
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def names(host: Host) -> set[str]:
    host.virsh("pool-refresh", "default")
    return {line.split()[0] for line in host.virsh("vol-list", "default").splitlines() if line.strip()}


def taken(host: Host, name: str) -> int:
    """Bytes a file of the pool really takes."""
    return int(host.exec("stat", "-c", "%b", f"{IMAGES}/{name}")) * 512


def ended(handle: JobHandle, state: JobState, seconds: float = 60.0) -> None:
    view = handle.wait(seconds)
    assert view.state is state, f"{view.kind} {view.target}: {view.state} {view.problem}"


def under_way(handle: JobHandle, fraction: float = 0.05) -> None:
    """Waits until a job has done a part of its work."""

    def moved() -> bool:
        view = handle.view
        assert not view.state.ended, f"{view.state} {view.problem}"
        return view.step in ("sending", "fetching") and (view.fraction or 0.0) > fraction

    until(moved, "the transfer is under way", 20)


@pytest.mark.parametrize("way", ["tcp", "ssh"])
def test_what_is_uploaded_comes_back_the_same_and_holes_stay_holes(
    way: str, lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path
) -> None:
    console.add(spec_of(lab, beta, way))
    transfer = console.services.transfer
    source = image(tmp_path / "source.raw", 32)
    handle = transfer.run_upload(source, "beta", pool, "t-image")
    done(handle, 60)
    key = VolumeKey("beta", pool, "t-image")
    until(lambda: console.services.storage.survey().volume(key), "the volume is seen")
    assert beta.exec("sha256sum", f"{IMAGES}/t-image").split()[0] == digest(source)
    assert taken(beta, "t-image") <= 17 * MIB, "holes stayed holes on the host"
    back = tmp_path / "back.raw"
    done(transfer.run_download(key, back), 60)
    assert digest(back) == digest(source)
    assert back.stat().st_blocks * 512 <= 17 * MIB, "and here"
    assert [path.name for path in tmp_path.iterdir() if path.name.endswith(".part")] == []
    assert console.app.history.unfinished() == []


def test_an_uploaded_qcow2_is_known_as_one(lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path) -> None:
    console.add(spec_of(lab, beta))
    source = tmp_path / "disk.qcow2"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", source, "3G"], check=True)
    done(console.services.transfer.run_upload(source, "beta", pool, "t-disk.qcow2"), 60)
    key = VolumeKey("beta", pool, "t-disk.qcow2")
    use = until(lambda: console.services.storage.survey().volume(key), "the volume is seen")
    assert (use.volume.format, use.volume.capacity, use.orphan) == ("qcow2", 3 << 30, True)


def test_a_cancelled_upload_leaves_nothing(lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path) -> None:
    console.add(spec_of(lab, beta))
    handle = console.services.transfer.run_upload(big(tmp_path), "beta", pool, "t-cut")
    slowly(beta)
    under_way(handle, 0.0)
    plan = console.services.storage.plan_delete([VolumeKey("beta", pool, "t-cut")])
    assert [say.code for say in plan.refused] == ["arrives"], "half of it is there, and nobody may touch it"
    handle.cancel()
    ended(handle, JobState.CANCELLED)
    assert "t-cut" not in names(beta)
    assert console.app.history.unfinished() == []


def big(folder: Path, mib: int = 64) -> Path:
    return image(folder / "big.raw", mib, holes=False)


def slowly(host: Host) -> None:
    """Answers leave the host slowly, so that a transfer lasts."""
    host.slow(512)


def test_a_cancelled_download_leaves_nothing(lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path) -> None:
    console.add(spec_of(lab, beta))
    done(console.services.transfer.run_upload(big(tmp_path, 8), "beta", pool, "t-big"), 60)
    slowly(beta)
    there = tmp_path / "there"
    there.mkdir()
    handle = console.services.transfer.run_download(VolumeKey("beta", pool, "t-big"), there / "file")
    under_way(handle, 0.0)
    assert len(list(there.iterdir())) == 1
    handle.cancel()
    ended(handle, JobState.CANCELLED)
    assert list(there.iterdir()) == []
    beta.fast()


def test_a_full_disk_in_the_middle_leaves_nothing(
    lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path
) -> None:
    console.add(spec_of(lab, beta))
    source = big(tmp_path)
    free = console.services.storage.fresh("beta").pool("beta", pool).pool.available
    assert free > 64 * MIB
    beta.fill(16 * 1024)
    plan = console.services.transfer.plan_upload(source, "beta", pool, "t-full")
    assert [say.code for say in plan.refused] == [], "the host's figure of its free space is as old as its last look"
    handle = console.services.transfer.run_upload(source, "beta", pool, "t-full")
    ended(handle, JobState.FAILED)
    assert handle.view.problem is not None
    assert handle.view.problem.reason is Reason.NO_SPACE, handle.view.problem
    beta.unfill()
    assert "t-full" not in names(beta)
    assert console.app.history.unfinished() == []


def test_a_host_lost_in_the_middle_is_cleaned_when_it_is_back(
    lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path
) -> None:
    console.add(spec_of(lab, beta))
    console.services.half_made.watch()
    source = big(tmp_path)
    slowly(beta)
    handle = console.services.transfer.run_upload(source, "beta", pool, "t-lost")
    until(lambda: handle.view.step == "sending", "it sends", 20)
    beta.cut()
    ended(handle, JobState.FAILED, 40)
    beta.fast()
    beta.heal()
    console.services.hosts.try_now("beta")
    console.awaits("beta", Phase.LIVE, seconds=40)
    until(lambda: "t-lost" not in names(beta), "the half-made volume goes", 30)
    until(lambda: console.app.history.unfinished() == [], "and the journal with it")


def test_a_console_killed_in_the_middle_is_cleaned_up_after_by_the_next(
    lab: Lab, beta: Host, pool: str, desk: Desk, tmp_path: Path
) -> None:
    desk.fleet(spec_of(lab, beta))
    source = big(tmp_path, 128)
    argv = [sys.executable, "-m", "console", "--profile", str(desk.profile), "storage"]
    beta.exec(
        *["tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", "rate", "100kbit", "burst", "4kb", "latency", "400ms"]
    )
    running = subprocess.Popen(
        lab.argv(*argv, "upload", str(source), "beta/default/t-killed", "--yes"),
        cwd=ROOT,
        env=lab.environment() | {"PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", "TZ": "UTC"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until(lambda: running.poll() is not None or "t-killed" in names(beta), "it began", 40)
        assert running.poll() is None, "it was done before it could be killed"
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait(10)
    beta.fast()
    assert "t-killed" in names(beta), "half of it is there"
    said = desk("storage", "volumes", "--json")
    assert said.code == 0, said.err
    until(lambda: "t-killed" not in names(beta), "the next run takes it back", 20)
    assert desk("job", "unfinished", "--json").json == {"unfinished": []}


def test_memory_stays_bounded(lab: Lab, beta: Host, pool: str, console: Console, tmp_path: Path) -> None:
    """Both ways through 96 MiB add less than 80 MiB to the peak of this process."""
    console.add(spec_of(lab, beta))
    source = image(tmp_path / "source.raw", 96, holes=False)
    done(console.services.transfer.run_upload(image(tmp_path / "warm.raw", 2), "beta", pool, "t-warm"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done(console.services.transfer.run_upload(source, "beta", pool, "t-96"), 60)
    done(console.services.transfer.run_download(VolumeKey("beta", pool, "t-96"), tmp_path / "back"), 60)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 80 * 1024


def test_what_somebody_needs_is_never_deleted(
    lab: Lab, beta: Host, pool: str, spare: Callable[..., Guest], console: Console
) -> None:
    guest = spare("owner")
    console.add(spec_of(lab, beta))
    console.sees(guest, State.OFF)
    storage, pools = console.services.storage, console.services.pools
    done(pools.run_pool(PoolAct.REFRESH, "beta", pool))
    key = VolumeKey("beta", pool, Path(guest.disk).name)
    plan = storage.plan_delete([key])
    assert next((say.code, say.values["user"]) for say in plan.refused) == ("disk", "owner")
    ended(storage.run_delete([key]), JobState.FAILED)
    assert key.name in names(beta)
    used = pools.plan_pool(PoolAct.STOP, "beta", pool)
    assert "owner" in {say.values["user"] for say in used.refused}
    ended(pools.run_pool(PoolAct.STOP, "beta", pool), JobState.FAILED)
    # a base stays as long as its overlay is there, and both go together
    done(storage.run_create("beta", pool, NewVolume("t-base.qcow2", 64 * MIB, format="qcow2")))
    path = f"{IMAGES}/t-base.qcow2"
    done(storage.run_create("beta", pool, NewVolume("t-top.qcow2", 64 * MIB, 0, "qcow2", path, "qcow2")))
    base, top = VolumeKey("beta", pool, "t-base.qcow2"), VolumeKey("beta", pool, "t-top.qcow2")
    assert [say.code for say in storage.plan_delete([base]).refused] == ["volume"]
    done(storage.run_delete([base, top]))
    assert not {"t-base.qcow2", "t-top.qcow2"} & names(beta)


def test_volumes_are_made_grown_copied_and_shrink_only_when_told(
    lab: Lab, beta: Host, pool: str, spare: Callable[..., Guest], console: Console
) -> None:
    console.add(spec_of(lab, beta))
    storage, pools = console.services.storage, console.services.pools
    done(storage.run_create("beta", pool, NewVolume("t-full.raw", 8 * MIB, 8 * MIB, "raw")))
    assert taken(beta, "t-full.raw") == 8 * MIB
    done(storage.run_create("beta", pool, NewVolume("t-meta.qcow2", 64 * MIB, 0, "qcow2", metadata=True)))
    key = VolumeKey("beta", pool, "t-full.raw")
    done(storage.run_resize(key, 16 * MIB))
    assert storage.fresh("beta").volume(key).volume.capacity == 16 * MIB
    assert [say.code for say in storage.plan_resize(key, 4 * MIB).refused] == ["shrinks", "below-allocation"]
    ended(storage.run_resize(key, 4 * MIB), JobState.FAILED)
    refused = storage.plan_resize(key, 4 * MIB, shrink=True).refused
    assert [say.code for say in refused] == ["below-allocation"], "libvirt would refuse it too"
    done(storage.run_resize(key, 12 * MIB, shrink=True))
    assert storage.fresh("beta").volume(key).volume.capacity == 12 * MIB
    done(storage.run_clone(key, pool, "t-copy.raw"))
    assert storage.fresh("beta").volume(VolumeKey("beta", pool, "t-copy.raw")).volume.capacity == 12 * MIB
    ended(storage.run_clone(key, pool, "t-copy.raw"), JobState.FAILED)
    guest = spare("grower").start()
    console.sees(guest, State.RUNNING)
    done(pools.run_pool(PoolAct.REFRESH, "beta", pool))
    disk = VolumeKey("beta", pool, Path(guest.disk).name)
    now = storage.fresh("beta").volume(disk).volume.capacity
    done(storage.run_resize(disk, now + 64 * MIB))
    said = beta.virsh("domblkinfo", guest.uuid, "vda")
    assert str(now + 64 * MIB) in said, said


def test_pools_come_and_go(lab: Lab, beta: Host, console: Console) -> None:
    console.add(spec_of(lab, beta))
    storage, pools = console.services.storage, console.services.pools
    new = NewPool("t-pool", path=f"{IMAGES}/t-pool")
    try:
        done(pools.run_define("beta", new, build=True, start=True, autostart=True))
        use = until(lambda: storage.survey().pool("beta", "t-pool"), "the pool is seen")
        assert (use.pool.active, use.pool.autostart) == (True, True)
        with pytest.raises(FleetError):
            pools.plan_pool(PoolAct.START, "beta", "t-none")
        done(storage.run_create("beta", "t-pool", NewVolume("t-a", MIB, format="raw")))
        plan = pools.plan_pool(PoolAct.DELETE, "beta", "t-pool")
        assert "t-a" in {say.values.get("name") for say in plan.says}
        done(pools.run_pool(PoolAct.DELETE, "beta", "t-pool"))
        assert "t-a" in beta.exec("ls", f"{IMAGES}/t-pool"), "what was in it stays"
        assert "t-pool" not in beta.virsh("pool-list", "--all")
        # a pool that cannot start leaves no definition behind
        ended(
            pools.run_define(
                "beta", NewPool("t-none", path="/nowhere/at/all"), build=False, start=True, autostart=False
            ),
            JobState.FAILED,
        )
        assert "t-none" not in beta.virsh("pool-list", "--all")
    finally:
        beta.exec("rm", "-rf", f"{IMAGES}/t-pool")


def test_the_command_line_does_it_all(lab: Lab, beta: Host, pool: str, desk: Desk, tmp_path: Path) -> None:
    desk.fleet(spec_of(lab, beta))
    source = image(tmp_path / "a.raw", 4)
    said = desk("storage", "upload", str(source), "beta/default/t-cli", "--yes", "--json")
    assert said.code == 0, said.err
    assert said.json["jobs"][0]["state"] == "succeeded"
    said = desk("storage", "who", "beta/default/t-cli", "--json")
    assert said.json["volumes"][0]["users"] == []
    said = desk("storage", "download", "beta/default/t-cli", str(tmp_path / "b.raw"), "--yes")
    assert said.code == 0, said.err
    assert digest(tmp_path / "b.raw") == digest(source)
    said = desk("storage", "resize", "beta/default/t-cli", "2M", "--plan")
    assert said.code == 1
    assert desk("storage", "delete", "beta/default/t-cli", "--yes").code == 0
    assert "t-cli" not in names(beta)
    assert json.loads(desk("storage", "pools", "--json").out)["pools"][0]["name"] == "default"


def test_the_same_path_on_another_host_is_a_doubt_that_a_person_settles(
    lab: Lab, beta: Host, pool: str, guests: dict[str, Guest], console: Console
) -> None:
    """web runs on alpha from a path that beta's pool has a volume of; the two file systems are equally large."""
    console.add(spec_of(lab, lab.hosts["alpha"]), spec_of(lab, beta))
    lab.hosts["alpha"].virsh("pool-refresh", "default")
    console.sees(guests["web"], State.RUNNING)
    storage = console.services.storage
    name = Path(guests["web"].disk).name
    until(lambda: console.inventory.view("alpha").pools, "alpha's pools are read")
    done(storage.run_create("beta", pool, NewVolume(name, MIB, format="raw")))
    key = VolumeKey("beta", pool, name)
    plan = storage.plan_delete([key])
    assert [(say.code, say.values["user"], say.values["host"]) for say in plan.refused] == [
        ("far-doubt", "web", "alpha")
    ]
    ended(storage.run_delete([key]), JobState.FAILED)
    assert name in names(beta)
    done(storage.run_delete([key], not_shared=True))
    assert name not in names(beta)


def test_an_export_is_known_by_its_source_and_a_start_that_fails_is_said(
    lab: Lab, beta: Host, guests: dict[str, Guest], console: Console
) -> None:
    console.add(spec_of(lab, beta))
    beta.virsh(
        "pool-define-as", "t-nfs", "netfs", "--source-host", "nas", "--source-path", "/vms", "--target", "/mnt/t-nfs"
    )
    try:
        console.services.hosts.refresh("beta")
        use = until(lambda: console.services.storage.survey().pool("beta", "t-nfs"), "the pool is seen")
        assert (use.pool.kind, use.pool.source, use.pool.active) == ("netfs", "nas:/vms", False)
        ended(console.services.pools.run_pool(PoolAct.START, "beta", "t-nfs"), JobState.FAILED)
    finally:
        beta.virsh("pool-undefine", "t-nfs")


def test_the_fleet_at_a_glance(lab: Lab, beta: Host, guests: dict[str, Guest], desk: Desk) -> None:
    desk.fleet(spec_of(lab, lab.hosts["alpha"]), spec_of(lab, beta))
    said = desk("fleet", "--json")
    assert said.code == 0, said.err
    total = said.json["total"]
    assert (total["hosts_live"], total["running"]) == (2, 3)
    mine = [host.virsh("pool-info", "--bytes", "default") for host in lab.hosts.values()]
    real = sum(int(line.split()[1]) for info in mine for line in info.splitlines() if line.startswith("Capacity"))
    assert total["storage"]["capacity"] == real
    beta.crash()
    try:
        said = desk("--timeout", "5", "fleet")
        assert said.code == 3
        assert "Hosts in trouble" in said.out
    finally:
        beta.daemon()


def test_quitting_in_the_middle_is_quick_and_the_next_start_takes_it_back(
    lab: Lab, beta: Host, pool: str, on_workstation: None, home: Path, tmp_path: Path
) -> None:
    source = big(tmp_path)
    first = Console(home / "console")
    try:
        first.add(spec_of(lab, beta))
        slowly(beta)
        handle = first.services.transfer.run_upload(source, "beta", pool, "t-quit")
        until(lambda: handle.view.step == "sending", "it sends", 20)
    finally:
        assert first.close() <= 3.0
    beta.fast()
    second = Console(home / "console")
    try:
        second.awaits("beta", Phase.LIVE)
        until(lambda: "t-quit" not in names(beta), "the half-made volume goes", 30)
        until(lambda: second.app.history.unfinished() == [], "and the journal with it")
    finally:
        assert second.close() <= 3.0
