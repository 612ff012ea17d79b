"""A recorded history for tests of the command line: written by a real recorder, minutes ago."""

from __future__ import annotations

import time
from pathlib import Path

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.history import Mark
from console.fleet.hosts import HostLoad, HostSpec
from console.fleet.updates import DomainsRead, LoadsRead
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
from console.settings.paths import Profile


def record(folder: Path, cpu: dict[VmKey, float], names: dict[VmKey, str], marks: tuple[Mark, ...] = ()) -> float:
    """Two minutes of steady load, ten minutes ago, of these VMs and their hosts (a quarter of each host's CPU); returns when
    it begins (epoch)."""
    start = (time.time() - 600) // 60 * 60
    now = start

    def clock() -> float:
        return now

    inventory = Inventory(clock)
    hosts = sorted({key.host for key in cpu})
    inventory.set_hosts(tuple(HostSpec(host, host, "test:///default") for host in hosts))
    for host in hosts:
        mine = tuple(Domain(key, names[key], State.RUNNING) for key in cpu if key.host == host)
        inventory.apply(DomainsRead(host, mine))
    recorder = Recorder(Profile.at(folder).load_database, inventory, 5.0, clock, delay=0.0)
    recorder.start()
    for _ in range(24):
        for host in hosts:
            loads = {
                key.uuid: Load(now, value, 1 << 20, 2 << 20, 1e6, 2e6, net_in=250_000.0)
                for key, value in cpu.items()
                if key.host == host
            }
            inventory.apply(LoadsRead(host, HostLoad(now, 0.25, 4 << 20), loads))
        now += 5
    for mark in marks:
        recorder.mark(mark)
    assert recorder.close(10)
    return start
