"""All use cases in one hand, as the window and the command line are given them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import msgspec

from console.fleet.errors import Problem
from console.inventory.inventory import Inventory
from console.jobs.journal import JobStore
from console.jobs.runner import JobRunner
from console.services.alerts import AlertService
from console.services.bulk import BulkService
from console.services.clone import CloneService
from console.services.credentials import CredentialDesk
from console.services.delete import DeleteService
from console.services.describe import DescribeService
from console.services.edit import EditService
from console.services.half_made import HalfMade
from console.services.hosts import HostService
from console.services.look import LookService
from console.services.overview import OverviewService
from console.services.pools import PoolService
from console.services.power import PowerService
from console.services.search import SearchService
from console.services.snapshot import SnapshotService
from console.services.stats import StatsService
from console.services.storage import StorageService
from console.services.transfer import TransferService
from console.services.unfinished import UnfinishedService


class Services(msgspec.Struct, frozen=True):
    """One of each, built by `console.app`.

    history: jobs of earlier runs. troubles: what does not work now of the program's own files, by "cache", "history" and
    "preferences".
    """

    hosts: HostService
    power: PowerService
    describe: DescribeService
    delete: DeleteService
    bulk: BulkService
    look: LookService
    edit: EditService
    unfinished: UnfinishedService
    storage: StorageService
    pools: PoolService
    transfer: TransferService
    half_made: HalfMade
    search: SearchService
    alerts: AlertService
    stats: StatsService
    overview: OverviewService
    snapshots: SnapshotService
    clones: CloneService
    credentials: CredentialDesk
    jobs: JobRunner
    inventory: Inventory
    history: JobStore
    troubles: Callable[[], Mapping[str, Problem]] = dict
