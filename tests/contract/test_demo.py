"""The demo fleet as libvirt's test driver reads it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import libvirt
import pytest

from console.fleet.domains import State
from console.gateway.replay import TraceReplay
from console.libvirtxml.domain import read_domain
from console.settings.demo import demo_hosts

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "resources" / "demo"
HOSTS = [host["name"] for host in tomllib.loads((DEMO / "fleet.toml").read_text())["host"]]


def opened(name: str) -> libvirt.virConnect:
    return libvirt.open(f"test://{DEMO}/{name}.xml")


def test_node_files_are_those_of_the_table() -> None:
    subprocess.run([sys.executable, ROOT / "packaging" / "demo.py", "--check"], check=True)


def test_a_changed_table_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "packaging", tmp_path / "packaging")
    shutil.copytree(DEMO, tmp_path / "resources" / "demo")
    table = tmp_path / "packaging" / "demo.toml"
    table.write_text(table.read_text().replace("vcpus = 16", "vcpus = 15", 1))
    told = subprocess.run(
        [sys.executable, tmp_path / "packaging" / "demo.py", "--check"], capture_output=True, text=True, check=False
    )
    assert told.returncode == 1
    assert "kvm-n21.xml" in told.stderr


def test_every_host_of_the_fleet_file_has_its_node_and_no_node_is_left_over() -> None:
    assert sorted(f"{name}.xml" for name in HOSTS) == sorted(path.name for path in DEMO.glob("*.xml"))


def test_it_tells_its_story() -> None:
    states: Counter[int] = Counter()
    snapshots = saved = 0
    addresses = set()
    for name in HOSTS:
        connection = opened(name)
        for domain in connection.listAllDomains():
            states[domain.state()[0]] += 1
            snapshots += domain.snapshotNum()
            saved += domain.hasManagedSaveImage()
            if domain.isActive():
                found = domain.interfaceAddresses(libvirt.VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE)
                addresses |= {address["addr"] for nic in found.values() for address in nic["addrs"]}
        connection.close()
    assert sum(states.values()) == 41
    assert states[libvirt.VIR_DOMAIN_RUNNING] == 31
    assert states[libvirt.VIR_DOMAIN_PAUSED] == 2
    assert states[libvirt.VIR_DOMAIN_CRASHED] == 1
    assert states[libvirt.VIR_DOMAIN_PMSUSPENDED] == 1
    assert states[libvirt.VIR_DOMAIN_SHUTOFF] == 6
    assert saved == 1
    assert snapshots == 33
    assert len(addresses) == 35


@pytest.mark.parametrize("name", HOSTS)
def test_every_disk_is_a_volume_of_a_pool(name: str) -> None:
    connection = opened(name)
    for domain in connection.listAllDomains():
        for path in _sources(domain.XMLDesc()):
            capacity, allocation = connection.storageVolLookupByPath(path).info()[1:]
            assert allocation <= capacity
    for pool in connection.listAllStoragePools():
        _, capacity, allocation, available = pool.info()
        assert allocation + available == capacity
    connection.close()


def _sources(xml: str) -> list[str]:
    return [line.split("file='")[1].split("'")[0] for line in xml.splitlines() if "<source file='" in line]


def test_a_snapshot_can_be_gone_back_to() -> None:
    connection = opened("kvm-n11")
    domain = connection.lookupByName("qa-4698-b")
    domain.revertToSnapshot(domain.snapshotLookupByName("bug seen"))
    assert domain.isActive()
    connection.close()


def test_the_recorded_load_is_read_and_makes_the_build_farm_the_busiest(tmp_path: Path) -> None:
    replay = TraceReplay(DEMO / "trace.json")
    busy: dict[str, float] = {}
    for spec in demo_hosts(tmp_path):
        connection = opened(spec.name)
        domains = [
            read_domain(domain.XMLDesc(), spec.id, state=State.RUNNING)
            for domain in connection.listAllDomains(libvirt.VIR_CONNECT_LIST_DOMAINS_RUNNING)
        ]
        connection.close()
        for moment in range(0, 600, 30):
            host, loads = replay.loads(float(moment), spec, domains)
            assert host.cpu is not None
            assert 0 < host.cpu < 1
            for domain in domains:
                busy[domain.name] = busy.get(domain.name, 0) + (loads[domain.key.uuid].cpu or 0)
    assert replay.problem is None
    assert len(busy) == 31
    assert all(name.startswith(("build-", "git-mirror", "nexus")) for name in sorted(busy, key=busy.__getitem__)[-4:])
    assert busy["test-tom"] < busy["shop-web-01"] < busy["build-runner-07"]
