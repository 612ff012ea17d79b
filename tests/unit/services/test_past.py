import time
from pathlib import Path

import pytest

from console.fleet.domains import Domain, Load, State, VmKey
from console.fleet.hosts import HostLoad, HostSpec
from console.fleet.updates import DomainsRead, LoadsRead
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
from console.services.past import recall
from console.services.stats import StatsService

KEY, OTHER = VmKey("n1", "u1"), VmKey("n1", "u2")
NOW = float(int(time.time()) // 60 * 60)


def inventory_of(*keys: VmKey) -> Inventory:
    made = Inventory()
    made.set_hosts([HostSpec("n1", "kvm-n1", "test:///default")])
    made.apply(DomainsRead("n1", tuple(Domain(key, key.uuid, State.RUNNING) for key in keys)))
    return made


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    """A history of five minutes of two VMs, closed."""
    path = tmp_path / "load.sqlite"
    first = inventory_of(KEY, OTHER)
    recorder = Recorder(path, first, 5.0, clock=lambda: NOW)
    recorder.start()
    for ago in range(300, 0, -5):
        stamp = NOW - ago
        loads = {"u1": Load(stamp, 0.5), "u2": Load(stamp, 0.25)}
        first.apply(LoadsRead("n1", HostLoad(stamp, 0.1), loads))
    assert recorder.close(5.0)
    return path


def test_sparklines_begin_where_the_last_run_ended(recorded: Path) -> None:
    inventory = inventory_of(KEY)
    recorder = Recorder(recorded, inventory, 5.0, clock=lambda: NOW)
    stats = StatsService(inventory, recorder, clock=lambda: NOW)
    assert recall(stats, inventory, NOW) == 1
    trace = inventory.trace(KEY)
    assert 28 <= len(trace) <= 31
    assert all(abs(value - 0.5) < 0.01 for _at, value in trace)
    assert NOW - 310 < trace[0][0] < trace[-1][0] < NOW
    assert inventory.trace(OTHER) == ()
    inventory.apply(LoadsRead("n1", HostLoad(NOW + 20, 0.1), {"u1": Load(NOW + 20, 0.9)}))
    assert inventory.trace(KEY)[-1] == (NOW + 20, 0.9)
    recorder.close(1.0)


def test_nothing_recorded_is_nothing_recalled(tmp_path: Path) -> None:
    inventory = inventory_of(KEY)
    recorder = Recorder(tmp_path / "none.sqlite", inventory, 5.0)
    assert recall(StatsService(inventory, recorder), inventory, NOW) == 0
    assert inventory.trace(KEY) == ()
    recorder.close(1.0)
