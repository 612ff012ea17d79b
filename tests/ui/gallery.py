"""A fleet like the one the design is drawn with: 18 hosts, 386 VMs, one host unreachable and one stale.

`feed` puts it into a real Inventory by the updates a gateway would send. Run as a program it writes pictures of the window:
QT_QPA_PLATFORM=offscreen [QT_SCALE_FACTOR=2] python -m tests.ui.gallery FOLDER
"""

from __future__ import annotations

import math
import random
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from console.app import App, Options
from console.fleet.domains import Address, AddressSource, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.errors import Conflict, Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, FactsRead, LoadsRead, StatusChanged
from console.inventory.inventory import Inventory
from console.jobs.job import Job
from console.settings.paths import Profile
from console.settings.preferences import Mode
from console.ui.bridge import Bridge
from console.ui.context import Context
from console.ui.pages.vms import VmsPage
from console.ui.places import Navigation, Place
from console.ui.theme import theme
from console.ui.window import MainWindow

GIB = 1024 * 1024  # KiB

HOSTS = {  # host: (zone, rack, VMs)
    "kvm-n11": ("north", "N1", 26),
    "kvm-n12": ("north", "N1", 24),
    "kvm-n13": ("north", "N1", 22),
    "kvm-n21": ("north", "N2", 25),
    "kvm-n22": ("north", "N2", 23),
    "kvm-n23": ("north", "N2", 27),
    "kvm-n31": ("north", "N3", 24),
    "kvm-n32": ("north", "N3", 21),
    "kvm-n33": ("north", "N3", 22),
    "kvm-s11": ("south", "S1", 20),
    "kvm-s12": ("south", "S1", 18),
    "kvm-s13": ("south", "S1", 22),
    "kvm-s21": ("south", "S2", 21),
    "kvm-s22": ("south", "S2", 19),
    "kvm-s23": ("south", "S2", 21),
    "kvm-l01": ("lab", "L1", 18),
    "kvm-l02": ("lab", "L1", 16),
    "kvm-l03": ("lab", "L1", 17),
}
LOST, STALE = "kvm-n13", "kvm-n22"

# name, host, state, CPU %, memory used and given in GiB, disk MiB/s, net Mbit/s, IP, snapshots, group, tags, shape
TOLD: tuple[tuple[Any, ...], ...] = (
    (
        "build-runner-07",
        "kvm-n21",
        "running",
        97,
        14.8,
        16,
        212,
        88,
        "10.20.4.87",
        1,
        "build farm",
        "build linux",
        "step",
    ),
    (
        "build-runner-03",
        "kvm-n11",
        "migrating",
        94,
        13.1,
        16,
        4.1,
        912,
        "10.20.4.83",
        1,
        "build farm",
        "build linux",
        "rise",
    ),
    ("es-data-02", "kvm-n12", "running", 91, 58.9, 64, 388, 141, "10.20.2.42", 0, "es data", "search", "busy"),
    ("shop-db-01", "kvm-n11", "running", 88, 27.4, 32, 164, 96, "10.20.1.31", 6, "shop-db ha", "shop prod", "rise"),
    (
        "build-runner-08",
        "kvm-n21",
        "running",
        86,
        12.2,
        16,
        198,
        64,
        "10.20.4.88",
        1,
        "build farm",
        "build linux",
        "step",
    ),
    (
        "build-runner-09",
        "kvm-n23",
        "running",
        83,
        11.7,
        16,
        176,
        58,
        "10.20.4.89",
        1,
        "build farm",
        "build linux",
        "jobs",
    ),
    (
        "build-runner-11",
        "kvm-n23",
        "running",
        81,
        12.9,
        16,
        169,
        61,
        "10.20.4.91",
        1,
        "build farm",
        "build linux",
        "saw",
    ),
    ("kafka-02", "kvm-n23", "running", 78, 22.6, 24, 96, 402, "10.20.2.62", 0, "kafka spread", "bus prod", "busy"),
    ("pay-api-01", "kvm-n12", "running", 74, 6.1, 8, 0.8, 118, "10.20.1.71", 2, "pay close", "pay prod", "spike"),
    ("ldap-01", "kvm-n13", "running", 72, 3.1, 4, 2.2, 14, "10.20.0.21", 0, "ldap ha", "infra", "busy"),
    ("pay-api-02", "kvm-n12", "running", 69, 5.8, 8, 0.6, 104, "10.20.1.72", 2, "pay close", "pay prod", "spike"),
    ("shop-web-03", "kvm-n13", "running", 66, 5.2, 8, 1.1, 73, "10.20.1.23", 1, "", "shop prod", "busy"),
    ("erp-db-01", "kvm-n31", "running", 64, 88.3, 96, 141, 22, "10.20.3.41", 2, "", "erp prod", "saw"),
    ("grafana-01", "kvm-n22", "running", 63, 3.4, 4, 1.9, 6.2, "10.20.0.52", 0, "", "infra", "spike"),
    ("erp-app-01", "kvm-n11", "running", 22, 13.6, 24, 3.7, 9.1, "10.20.3.44", 3, "", "erp prod", "spike"),
    ("git-mirror-02", "kvm-n32", "crashed", None, None, 8, None, None, "10.20.0.92", 4, "", "infra", ""),
    ("qa-4698-b", "kvm-n11", "off", None, None, 8, None, None, "", 5, "", "qa b4698", ""),
    ("win2022-base", "kvm-n33", "off", None, None, 12, None, None, "", 3, "", "template", ""),
    ("kafka-01", "kvm-n11", "running", 19, 20.2, 24, 61, 240, "10.20.2.61", 0, "kafka spread", "bus prod", "busy"),
    ("vpn-gw-01", "kvm-n31", "paused", 0, 1.1, 2, 0, 0, "10.20.0.9", 0, "", "infra", ""),
)
STEMS = (
    "web",
    "api",
    "worker",
    "cache",
    "queue",
    "mail",
    "wiki",
    "proxy",
    "dns",
    "mon",
    "backup",
    "crm",
    "vdi-win",
    "ci",
)


def uuid(number: int) -> str:
    return f"5b1d0c00-0000-4000-8000-{number:012d}"


def specs() -> list[HostSpec]:
    return [
        HostSpec(name, name, f"qemu+ssh://admin@{name}.example.net/system", zone=zone, rack=rack)
        for name, (zone, rack, _count) in HOSTS.items()
    ]


def _curve(shape: str, cpu: float, at: float, luck: random.Random) -> float:
    """CPU 0..1 at 0..1 of the last ten minutes, ending at `cpu`."""
    noise = luck.uniform(-0.03, 0.03)
    value = {
        "step": 0.2 if at < 0.45 else cpu,
        "rise": cpu * (0.35 + 0.65 * math.sqrt(at)),
        "busy": cpu - 0.3 * (math.sin(at * 23) > 0.55) - luck.uniform(0, 0.12),
        "jobs": cpu if 0.2 < at < 0.4 or 0.6 < at < 0.8 or at > 0.97 else 0.2,
        "saw": cpu * (0.55 + 0.45 * (at * 3.999 % 1)),
        "spike": cpu if at * 10 % 4 > 3.6 else cpu * 0.45,
    }.get(shape, cpu)
    return min(1.0, max(0.0, value + noise))


def _told(now: float) -> list[tuple[Domain, Load | None, str]]:
    found = []
    for number, (name, host, state, cpu, used, given, disk, net, ip, snaps, group, tags, shape) in enumerate(TOLD):
        key = VmKey(host, uuid(number))
        since = {"off": now - 9 * 86400, "crashed": now - 2400}.get(state, 0.0)
        if name == "win2022-base":
            since = now - 31 * 86400
        domain = Domain(
            key,
            name,
            State(state),
            since=since,
            started=now - 41 * 86400 - 6 * 3600 if cpu is not None else 0.0,
            vcpus=4 if given < 32 else 8,
            max_vcpus=8,
            memory_kib=int(given * GIB),
            max_memory_kib=int(given * GIB),
            disks=(Disk("vda", f"/var/lib/libvirt/images/{name}.qcow2", capacity=80 << 30, allocation=51 << 30),),
            nics=(Nic(f"52:54:00:8a:1f:{number:02x}", source="br-shop"),),
            addresses=(Address(ip, 24, source=AddressSource.AGENT),) if ip else (),
            snapshots=snaps,
            autostart=cpu is not None,
            tags=tuple(tags.split()),
            group=group,
            owner="m.keller",
            os="Debian 12",
            has_agent=True,
        )
        load = None
        if cpu is not None:
            load = Load(
                now,
                cpu / 100,
                int(used * GIB),
                int(given * GIB),
                disk * 2**20 * 0.6,
                disk * 2**20 * 0.4,
                120.0,
                net * 1e6 / 8 * 0.5,
                net * 1e6 / 8 * 0.5,
            )
        found.append((domain, load, shape))
    return found


def _rest(now: float, luck: random.Random) -> list[tuple[Domain, Load | None, str]]:
    """As many more as each host has."""
    told = [host for _name, host, *_more in TOLD]
    found: list[tuple[Domain, Load | None, str]] = []
    number = len(TOLD)
    for host, (_zone, _rack, count) in HOSTS.items():
        for _index in range(count - told.count(host)):
            stem = luck.choice(STEMS)
            off = luck.random() < 0.18
            given = luck.choice((2, 4, 4, 8, 8, 16))
            domain = Domain(
                VmKey(host, uuid(number)),
                f"{stem}-{number:03d}",
                State.OFF if off else State.RUNNING,
                since=now - luck.uniform(1, 60) * 86400 if off else 0.0,
                vcpus=2,
                max_vcpus=4,
                memory_kib=given * GIB,
                max_memory_kib=given * GIB,
                addresses=() if off else (Address(f"10.21.{number // 200}.{number % 200 + 1}", 24),),
                snapshots=luck.choice((0, 0, 0, 1, 2)),
                tags=(luck.choice(("infra", "prod", "qa", "lab")),),
            )
            load = None
            if not off:
                used = int(given * GIB * luck.uniform(0.2, 0.8))
                load = Load(now, luck.uniform(0.005, 0.18), used, given * GIB, 2e5, 1e5, 9.0, 4e4, 2e4)
            found.append((domain, load, "busy"))
            number += 1
    return found


def feed(inventory: Inventory, now: float) -> None:
    """Tells the inventory of the whole fleet, as of `now`."""
    luck = random.Random(11)
    inventory.set_hosts(specs())
    every = [*_told(now), *_rest(now, luck)]
    for host in HOSTS:
        mine = [(domain, load, shape) for domain, load, shape in every if domain.key.host == host]
        inventory.apply(
            FactsRead(
                host,
                HostFacts(
                    host, uuid(hash(host) % 999), "QEMU", 7002009, 9000000, 32, 2600, "EPYC", "x86_64", 256 * GIB
                ),
            )
        )
        inventory.apply(DomainsRead(host, tuple(domain for domain, _load, _shape in mine)))
        end = now - {LOST: 14 * 60 + 4, STALE: 48.5}.get(host, 2)
        inventory.apply(StatusChanged(host, HostStatus(Phase.LIVE, now - 9000, end)))
        for step in range(61):
            at = end - (60 - step) * 10
            loads = {}
            for domain, load, shape in mine:
                if load is not None and load.cpu is not None:
                    cpu = load.cpu if step == 60 else _curve(shape, load.cpu, step / 60, luck)
                    loads[domain.key.uuid] = Load(at, cpu, *_after_cpu(load))
            inventory.apply(LoadsRead(host, HostLoad(at, luck.uniform(0.3, 0.8), 150 * GIB), loads))
    lost = Problem(Reason.NO_ROUTE, "No route to host")
    inventory.apply(StatusChanged(LOST, HostStatus(Phase.UNREACHABLE, now - 840, now - 844, lost, now + 22.5, 6)))
    inventory.apply(StatusChanged(STALE, HostStatus(Phase.STALE, now - 46, now - 48.5, Problem(Reason.SILENT))))


def _after_cpu(load: Load) -> tuple[Any, ...]:
    return (
        load.memory_used_kib,
        load.memory_kib,
        load.disk_read,
        load.disk_write,
        load.disk_ops,
        load.net_in,
        load.net_out,
    )


class Studio:
    """A window over the fleet above. Close it when done. Nothing is connected and nothing is written but below `folder`."""

    def __init__(self, folder: Path, mode: str = "light", fed: bool = True) -> None:
        self.app = App(Options(Profile.at(folder)))
        self.app.preferences.set(theme=Mode(mode))
        self.bridge = Bridge()
        self.nav = Navigation()
        self._done = threading.Event()
        if fed:
            feed(self.app.inventory, time.time())
        app = self.app
        self.context = Context(
            app.inventory, app.services, app.jobs, self.bridge, app.preferences, self.nav, theme, app.options.profile
        )
        self._undo = (app.inventory.subscribe(self.bridge.on_change), app.jobs.subscribe(self.bridge.on_job))
        self.window = MainWindow(self.context)

    def start_jobs(self) -> None:
        """Two that go on until the end, and two that have ended."""

        def goes_on(share: float) -> Any:
            def body(job: Job) -> None:
                job.step("asking", host="kvm-n21")
                job.progress(share * 1e9, 1e9)
                self._done.wait(30)

            return body

        self.app.jobs.submit("vm.save", "build-runner-03", goes_on(0.71))
        self.app.jobs.submit("vm.shutdown", "erp-app-01", goes_on(0.38))
        self.app.jobs.submit("vm.start", "qa-4698-b", lambda job: None).wait(5)
        self.app.jobs.submit("vm.start", "win2022-base", _fails).wait(5)

    def close(self) -> None:
        self._done.set()
        for undo in self._undo:
            undo()
        self.bridge.close()
        self.window._leaving = True
        self.window.close()
        self.app.close()


def _fails(job: Job) -> None:
    raise Conflict(Reason.NO_SPACE, "win2022-base", "there is not enough memory")


def settle(seconds: float = 0.4) -> None:
    """Lets the window work off what waits."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)


CHOSEN = ("build-runner-07", "build-runner-08", "build-runner-09", "build-runner-11")


def pictures(folder: Path) -> None:
    """Writes the window's pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    for mode in ("light", "dark"):
        with tempfile.TemporaryDirectory() as profile:
            studio = Studio(Path(profile), mode)
            window = studio.window
            window.resize(1440, 900)
            window.show()
            studio.start_jobs()
            settle()
            page = window.page()
            assert isinstance(page, VmsPage)
            while page.model.busy:
                settle(0.1)
            page.columns.sort_by("cpu", Qt.SortOrder.DescendingOrder)
            window.navigator.view.setExpanded(window.navigator.tree.index_of(Place.host("kvm-n11")), True)
            settle()
            window.grab().save(str(folder / f"vms-{mode}.png"))
            page.select([row.key for row in page.model.rows() if row.domain.name in CHOSEN])
            page.table.setFocus()
            settle()
            window.grab().save(str(folder / f"vms-chosen-{mode}.png"))
            window.resize(1280, 720)
            settle()
            window.grab().save(str(folder / f"vms-small-{mode}.png"))
            window.resize(1440, 900)
            page.table.clearSelection()
            for name, place in (
                ("overview", Place.fleet("overview")),
                ("hosts", Place.fleet("hosts")),
                ("host", Place.host("kvm-n11", "summary")),
                ("vm", Place.vm(page.model.rows()[3].key)),
            ):
                studio.nav.open(place)
                settle()
                window.grab().save(str(folder / f"{name}-{mode}.png"))
            studio.close()


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    pictures(Path(sys.argv[1]))
