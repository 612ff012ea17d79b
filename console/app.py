"""The composition root: builds every part once and hands each what it needs."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import Problem
from console.fleet.history import Mark, MarkKind
from console.fleet.hosts import Phase
from console.fleet.updates import ConfigChanged, Reverted, Update
from console.gateway.gateway import Gateway
from console.gateway.replay import TraceReplay
from console.inventory.cache import Cache
from console.inventory.history import Recorder
from console.inventory.inventory import Inventory
from console.inventory.thumbnails import Thumbnails
from console.inventory.versions import Versions
from console.jobs.journal import JobStore
from console.jobs.runner import JobRunner
from console.services.alerts import AlertService
from console.services.bulk import BulkService
from console.services.clone import CloneService
from console.services.clone_back import CloneBack
from console.services.credentials import CredentialDesk
from console.services.delete import DeleteService
from console.services.describe import DescribeService
from console.services.edit import EditService
from console.services.guard import Guard
from console.services.half_made import HalfMade
from console.services.hosts import HostService
from console.services.keeping import Keeping
from console.services.look import LookService
from console.services.overview import OverviewService
from console.services.pools import PoolService
from console.services.power import PowerService
from console.services.scale import ScaleService
from console.services.search import SearchService
from console.services.services import Services
from console.services.settling import Settler
from console.services.snapshot import SnapshotService
from console.services.stats import StatsService
from console.services.storage import StorageService
from console.services.throw_away import ThrowAway
from console.services.transfer import TransferService
from console.services.unfinished import UnfinishedService
from console.settings.demo import demo_folder
from console.settings.fleetfile import FleetStore
from console.settings.paths import Profile
from console.settings.preferences import PreferencesStore
from console.settings.secrets import Secrets
from console.words.search import TEXTS

CLOSE_LIMIT = 0.7  # seconds that closing may take, whatever hangs
PREFERENCES_LIMIT = 3.0  # beyond them, where what a person chose last is still being written: it is never lost
HOSTS_LIMIT = 0.45  # of these for hanging up; the rest is for what is written to disk
YOUNG = 10_000  # allocations between two collections of young objects
NEVER = 1_000_000


def calm_collector() -> None:
    """Has the collector look through young objects only, a few milliseconds' worth, for the whole process.

    Thousands of VMs are no garbage, and looking through all of them again and again takes a third of a large act's time.
    Reference counts still free nearly all that goes.
    """
    gc.set_threshold(YOUNG, NEVER, NEVER)


class Options(msgspec.Struct, frozen=True):
    """How the program was started. fleet: another fleet file than the profile's. demo: with the demo fleet beside it."""

    profile: Profile
    fleet: Path | None = None
    demo: bool = False


class App:
    """Every part of the program but its faces. Built without I/O; `start` does that, in whatever thread calls it."""

    def __init__(self, options: Options) -> None:
        profile = options.profile
        self.options = options
        self.preferences = PreferencesStore(profile.preferences_file)
        self.inventory = Inventory()
        self.cache = Cache(profile.database)
        self.history = JobStore(profile.jobs_database)
        self.versions = Versions(profile.versions_database)
        self.thumbnails = Thumbnails(profile.thumbnails_database)
        self.recorder = Recorder(profile.load_database, self.inventory, self.preferences.value.interval)
        self.jobs = JobRunner(self.history)
        self.desk = CredentialDesk(Secrets())
        self.fleet = FleetStore(options.fleet or profile.fleet_file)
        self.gateway = Gateway(
            self._told,
            self.desk.ask,
            interval=self.preferences.value.interval,
            replay=TraceReplay(demo_folder() / "trace.json"),
        )
        self.keeping = keeping = Keeping(self.gateway, self.inventory, self.versions)
        hosts = HostService(self.gateway, self.inventory, self.fleet, self.desk, self.cache, profile.cache / "demo")
        delete = DeleteService(self.gateway, self.inventory, self.jobs, self.history, keeping)
        self.settler = settler = Settler(self.inventory)
        guard = Guard(self.gateway, self.inventory)
        power = PowerService(self.gateway, self.inventory, self.jobs, settler, guard)
        describe = DescribeService(self.gateway, self.inventory, self.jobs, settler, keeping)
        bulk = BulkService(
            self.gateway,
            self.inventory,
            self.jobs,
            self.history,
            power,
            describe,
            delete,
            ScaleService(self.gateway, self.inventory, settler, keeping),
            lambda: self.preferences.value.bulk_limit,
        )
        storage = StorageService(self.gateway, self.inventory, self.jobs)
        snapshots = SnapshotService(
            self.gateway, self.inventory, self.jobs, self.history, keeping, self.thumbnails, self._reverted
        )
        self.throw_away = ThrowAway(self.gateway, self.inventory, self.jobs, delete)
        clones_back = CloneBack(self.gateway, snapshots)
        half_made = HalfMade(self.gateway, self.inventory, self.jobs, self.history, clones_back)
        search = SearchService(self.inventory, self.preferences, TEXTS)
        stats = StatsService(self.inventory, self.recorder)
        search.idle_since = stats.idle_since
        self.services = Services(
            hosts,
            power,
            describe,
            delete,
            bulk,
            LookService(self.gateway),
            EditService(self.gateway, self.inventory, self.jobs, self.versions, keeping),
            UnfinishedService(self.gateway, self.inventory, self.jobs, self.history, delete, half_made, snapshots),
            storage,
            PoolService(self.gateway, self.inventory, self.jobs, storage),
            TransferService(self.gateway, self.inventory, self.jobs, self.history, storage, half_made),
            half_made,
            search,
            AlertService(self.inventory, self.preferences, search),
            stats,
            OverviewService(self.inventory, storage, search, stats, self.history, self.jobs),
            snapshots,
            CloneService(self.gateway, self.inventory, self.jobs, self.history, keeping, snapshots, half_made, guard),
            self.desk,
            self.jobs,
            self.inventory,
            self.history,
            self.troubles,
        )

    def start(self, connect: bool = True, watch: bool = True) -> None:
        """Reads the fleet file, fills in what was last seen, opens the hosts. Blocks on the disk, never on a host.

        connect=False: the hosts stay off until asked for, and no load is recorded. watch=False: changes of the fleet file are
        not followed.
        """
        hosts = self.services.hosts
        hosts.start()
        self.history.open()
        if self.options.demo:
            hosts.open_demo(local=True)
        for view, domains in self.cache.load():
            self.inventory.restore(view, domains)
        self.inventory.on_read = self._keep
        if connect:
            self.recorder.start()
            hosts.open_all()
            self.services.half_made.watch()
            self.services.snapshots.easing.watch()
            self.throw_away.watch()
        if watch:
            self.fleet.watch()
            self.services.alerts.start()

    def _told(self, update: Update) -> None:
        """What a host tells, in a worker's thread."""
        self.inventory.apply(update)
        if isinstance(update, ConfigChanged):
            self.keeping.noticed(update)
        elif isinstance(update, Reverted):
            self.recorder.mark(Mark(update.at, MarkKind.REVERT, VmKey(update.host, update.uuid)))

    def _reverted(self, key: VmKey) -> None:
        """A VM went back to a snapshot in our own way, of which its host tells nothing."""
        self.recorder.mark(Mark(time.time(), MarkKind.REVERT, key))

    def _keep(self, host: str) -> None:
        """Keeps a host; what is live was seen now."""
        view = self.inventory.view(host)
        if view.status.phase is Phase.LIVE:
            view = replace(view, status=replace(view.status, seen=time.time()))
        self.cache.keep(host, view, self.inventory.domains_of(host))

    def _keep_all(self) -> None:
        """Every host as it is at the end."""
        for spec in self.inventory.specs():
            view = self.inventory.view(spec.id)
            if view.status.seen and not view.cached:
                self._keep(spec.id)

    def troubles(self) -> dict[str, Problem]:
        """What does not work of the program's own files, now, by name."""
        found = {
            "cache": self.cache.problem,
            "history": self.history.problem,
            "preferences": self.preferences.problem,
            "versions": self.versions.problem,
            "load": self.recorder.problem,
        }
        return {name: problem for name, problem in found.items() if problem is not None}

    def on_trouble(self, listener: Callable[[], None]) -> None:
        """Calls `listener`, in the thread that met it, when `troubles` or the fleet file's problems may be different."""
        self.cache.on_problem(lambda _problem: listener())
        self.history.on_problem(lambda _problem: listener())
        self.versions.on_problem(lambda _problem: listener())
        self.recorder.on_problem(lambda _problem: listener())
        self.fleet.subscribe(listener)

    def problems(self) -> tuple[Problem, ...]:
        """What does not work of the program's own files, now."""
        return tuple(self.troubles().values())

    def close(self) -> None:
        """Ends everything within CLOSE_LIMIT, whatever host hangs; what was read is kept for the next start, what was chosen
        last in any case."""
        end = time.monotonic() + CLOSE_LIMIT

        def left() -> float:
            return max(0.05, end - time.monotonic())

        self.inventory.on_read = None
        self.preferences.hasten()
        self.services.half_made.close()
        self.services.snapshots.easing.close()
        self.throw_away.close()
        self._keep_all()
        self.desk.close()
        self.services.alerts.close(0.0)
        self.services.hosts.close()
        self.fleet.close()
        threads = [
            threading.Thread(target=close, args=(min(limit, left()),), name="closing", daemon=True)
            for close, limit in (
                (self.gateway.close, HOSTS_LIMIT),
                (self.jobs.close, CLOSE_LIMIT),
                (self.cache.close, CLOSE_LIMIT),
                (self.recorder.close, CLOSE_LIMIT),
            )
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(left())
        self.history.close(left())
        self.versions.close(left())
        self.thumbnails.close(min(0.1, left()))
        self.preferences.close(max(left(), PREFERENCES_LIMIT))
