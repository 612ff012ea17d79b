"""Measures acts on many VMs: 1,500 of the test driver on 200 hosts, served by one libvirtd over its remote protocol.

    python -m tests.bench.load_bulk

Each act is planned, run as a group and waited for, as window and command line do it: the time is from the wish to the
last VM's result, each seen to arrive. `bulk_s` is the slowest. Beside it stands the floor: the same calls in eight threads with
no program around them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections import deque
from pathlib import Path
from typing import Any

import libvirt

from console.app import App, Options, calm_collector
from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.fleet.hosts import Phase
from console.fleet.scaling import Sizing
from console.jobs.job import JobState
from console.settings.paths import Profile
from tests.bench.daemon import private_libvirtd
from tests.bench.nodes import fleet_file, uris, write_nodes

HOSTS, VMS = 200, 1500
OPEN_LIMIT = 120.0
FLOOR_THREADS = 8

DEEDS = {
    "pause": Deed((Act.PAUSE,)),
    "resume": Deed((Act.START, Act.RESUME, Act.RESTORE)),
    "tag": Deed((Act.TAG,), add=("farm",)),
    "scale": Deed((Act.SCALE,), sizing=Sizing(memory_kib=1 << 19)),
    "shutdown": Deed((Act.SHUTDOWN,)),
    "start": Deed((Act.START,)),
}


def measure(hosts: int = HOSTS, vms: int = VMS) -> dict[str, Any]:
    """`bulk_s`: seconds of the slowest act; `bulk_acts`: of each, planned and done; `bulk_floor_s`: pause by bare calls."""
    with tempfile.TemporaryDirectory(prefix="splendid-bulk-") as name, private_libvirtd(Path(name)) as socket:
        folder = Path(name)
        addresses = uris(write_nodes(folder, hosts, vms), [socket] * hosts)
        fleet = folder / "fleet.toml"
        fleet.write_text(fleet_file(addresses))
        calm_collector()
        app = App(Options(Profile.at(folder / "profile"), fleet))
        try:
            app.start(watch=False)
            _all_live(app, hosts, vms)
            acts = {name: _timed(app, deed) for name, deed in DEEDS.items()}
        finally:
            app.close()
        floor = _floor(addresses)
    return {
        "bulk_s": max(took["all_s"] for took in acts.values()),
        "bulk_acts": acts,
        "bulk_floor_s": floor,
        "bulk_hosts": hosts,
        "bulk_vms": vms,
    }


def _all_live(app: App, hosts: int, vms: int) -> None:
    end = time.monotonic() + OPEN_LIMIT
    inventory = app.inventory
    while (
        len(inventory.domains()) < vms
        or sum(inventory.status(spec.id).phase is Phase.LIVE for spec in inventory.specs()) < hosts
    ):
        if time.monotonic() > end:
            raise SystemExit("the hosts are not live")
        time.sleep(0.05)
    time.sleep(4.0)  # first readings of networks, pools and load are over


def _timed(app: App, deed: Deed) -> dict[str, float]:
    keys = [domain.key for domain in app.inventory.domains()]
    bulk, cpu, start = app.services.bulk, time.process_time(), time.monotonic()
    plan = bulk.plan(deed, keys)
    planned = time.monotonic()
    handle = bulk.run(plan)
    begun = time.monotonic()
    view = handle.wait(300)
    ended = time.monotonic()
    if view.state is not JobState.SUCCEEDED or view.values["succeeded"] != len(keys):
        raise SystemExit(f"{deed.act}: {view.state} {dict(view.values)} {view.problem}")
    return {
        "plan_s": round(planned - start, 3),
        "begin_s": round(begun - planned, 3),
        "all_s": round(ended - start, 3),
        "cpu_s": round(time.process_time() - cpu, 3),
    }


def _floor(addresses: list[str]) -> float:
    """Seconds to pause every VM by the calls alone, connections open before."""
    conns = [libvirt.open(address) for address in addresses]
    waiting = deque(conns)

    def work() -> None:
        while True:
            try:
                conn = waiting.popleft()
            except IndexError:
                return
            for domain in conn.listAllDomains():
                domain.suspend()

    start = time.monotonic()
    threads = [threading.Thread(target=work) for _ in range(FLOOR_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - start
    for conn in conns:
        conn.close()
    return round(took, 3)


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(), indent=2) + "\n")
