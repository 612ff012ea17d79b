"""Who uses what: chains of backing files, drives, other hosts; and how much is promised."""

from __future__ import annotations

import time

from console.fleet.domains import Disk, Domain, VmKey
from console.fleet.hosts import Pool, Volume
from console.fleet.storage import Survey, UseKind, VolumeKey, stored, survey


def vm(name: str, *sources: str, host: str = "a", **more: object) -> Domain:
    disks = tuple(Disk(f"vd{number}", source, **more) for number, source in enumerate(sources))  # type: ignore[arg-type]
    return Domain(VmKey(host, name), name, disks=disks)


def pool(*volumes: Volume, name: str = "p", **more: object) -> Pool:
    values = {"active": True, "path": "/v", "capacity": 1000, "available": 400} | more
    return Pool(name, name, volumes=volumes, **values)  # type: ignore[arg-type]


def volume(name: str, backing: str = "", capacity: int = 100, allocation: int = 10) -> Volume:
    return Volume(name, f"/v/{name}", capacity=capacity, allocation=allocation, backing=backing)


def users(found: Survey, name: str, host: str = "a", pool_name: str = "p") -> list[tuple[str, str, bool]]:
    use = found.volume(VolumeKey(host, pool_name, name))
    assert use is not None
    return [(str(user.kind), user.name, user.sure) for user in use.users]


def test_disks_drives_and_names_of_volumes() -> None:
    found = survey(
        [("a", [pool(volume("d"), volume("iso"), volume("named"), volume("free"))])],
        [vm("web", "/v/d"), vm("cd", "/v/iso", device="cdrom"), vm("vol", "p/named")],
    )
    assert users(found, "d") == [("disk", "web", True)]
    assert users(found, "iso") == [("medium", "cd", True)]
    assert users(found, "named") == [("disk", "vol", True)]
    use = found.volume(VolumeKey("a", "p", "free"))
    assert use is not None
    assert use.orphan


def test_what_a_disk_is_built_on_is_used_too_all_the_way_down() -> None:
    chain = [volume("top", "/v/mid"), volume("mid", "/v/base"), volume("base")]
    found = survey([("a", [pool(*chain)])], [vm("web", "/v/top")])
    assert users(found, "mid") == [("base", "web", True), ("volume", "top", True)]
    assert users(found, "base") == [("base", "web", True), ("volume", "mid", True)]
    assert [user.kind for use in found.volumes() for user in use.vms].count(UseKind.BASE) == 2


def test_what_is_being_uploaded_is_no_orphan() -> None:
    key = VolumeKey("a", "p", "new")
    found = survey([("a", [pool(volume("new"), volume("old"))])], [], {key})
    assert users(found, "new") == [("arrives", "new", True)]
    assert [use.key.name for use in found.volumes() if use.orphan] == ["old"]
    (use,) = found.pools
    assert use.users == (), "no VM needs the pool for that"


def test_a_ring_of_backing_files_ends() -> None:
    found = survey([("a", [pool(volume("x", "/v/y"), volume("y", "/v/x"))])], [vm("web", "/v/x")])
    assert ("disk", "web", True) in users(found, "x")


def test_the_running_chain_of_a_vm_counts_where_no_pool_knows_it() -> None:
    found = survey([("a", [pool(volume("base"))])], [vm("web", "/elsewhere/top", backing=("/v/base",))])
    assert users(found, "base") == [("base", "web", True)]


def test_one_network_source_is_one_file_whatever_its_path() -> None:
    share = {"kind": "netfs", "source": "nas:/vms"}
    here = pool(volume("d"), **share)
    there = Pool(
        "q", "q", path="/mnt", active=True, capacity=1000, available=1, volumes=(Volume("d", "/mnt/d"),), **share
    )  # type: ignore[arg-type]
    found = survey([("a", [here]), ("b", [there])], [vm("far", "/mnt/d", host="b"), vm("new", "/mnt/e", host="b")])
    assert users(found, "d") == [("disk", "far", True)]
    assert users(found, "d", "b", "q") == [("disk", "far", True)]


def test_a_folder_of_the_same_path_elsewhere() -> None:
    mine = pool(volume("d"))
    far = [vm("far", "/v/d", host="b")]
    assert users(survey([("a", [mine]), ("b", [pool(available=7)])], far), "d") == [("disk", "far", False)]
    assert users(survey([("a", [mine]), ("b", [pool()])], far), "d") == [("disk", "far", True)], "the same file system"
    assert users(survey([("a", [mine]), ("b", [pool(capacity=999)])], far), "d") == [], "another one for certain"
    assert users(survey([("a", [mine]), ("b", [])], far), "d") == [("disk", "far", False)], "nobody knows"


def test_sums_count_shared_storage_once() -> None:
    share = {"kind": "netfs", "source": "nas:/vms"}
    two = [("a", [pool(volume("d"), **share)]), ("b", [pool(volume("d"), **share)])]
    total = survey(two, [vm("web", "/v/d")]).total()
    assert (total.pools, total.capacity, total.used, total.promised, total.orphans) == (2, 1000, 600, 100, 0)
    one = survey([("a", [pool(volume("d")), pool(volume("e"), name="q")])], [])
    total = one.total(frozenset({"a"}))
    assert (total.capacity, total.promised, total.orphans, total.orphan_bytes) == (1000, 200, 2, 20)
    assert one.total(frozenset()).ratio is None


def test_a_pool_in_figures() -> None:
    (use,) = survey(
        [("a", [pool(volume("d", capacity=1500), volume("raw", capacity=0, allocation=20))])], [vm("w", "/v/d")]
    ).pools
    assert (use.promised, use.ratio, use.full) == (1520, 1.52, 0.6)
    assert [user.name for user in use.users] == ["w"]
    assert [item.key.name for item in use.orphans] == ["raw"]
    (off,) = survey([("a", [pool(active=False)])], []).pools
    assert (off.ratio, off.full) == (None, None)


def test_ten_thousand_vms_are_surveyed_in_less_than_a_second() -> None:
    hosts = [
        (str(number), [pool(*(volume(f"{number}-{item}") for item in range(60)), available=number)])
        for number in range(200)
    ]
    domains = [vm(f"vm-{n}-{i}", f"/v/{n}-{i}", host=str(n)) for n in range(200) for i in range(50)]
    start = time.process_time()
    found = survey(hosts, domains)
    assert time.process_time() - start < 1.0
    assert sum(use.orphan for use in found.volumes()) == 2000


def test_one_hosts_pools_together() -> None:
    two = [pool(volume("d"), capacity=1000), pool(volume("e"), name="q"), pool(volume("x"), name="off", active=False)]
    total = stored("a", two)
    assert (total.pools, total.capacity, total.used, total.promised) == (2, 1000, 600, 200)
    assert stored("a", ()).full is None
