"""Pools: what an act would do to one and its volumes, and doing it as a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from console.fleet.errors import FleetError
from console.fleet.storing import NewPool, Plan, PoolAct, Say, Weight, checked_pool, pool_says
from console.gateway import storage, volumes
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Job
from console.jobs.runner import JobHandle, JobRunner
from console.services.find_storage import pool_word, storage_line
from console.services.seeing import Pools, seen
from console.services.storage import StorageService, refuse

_POOL_CALLS: dict[PoolAct, Callable[[Link, str], None]] = {
    PoolAct.START: storage.start_pool,
    PoolAct.STOP: storage.stop_pool,
    PoolAct.REFRESH: storage.refresh_pool,
    PoolAct.BUILD: storage.build_pool,
    PoolAct.AUTOSTART_ON: lambda link, name: storage.set_pool_autostart(link, name, True),
    PoolAct.AUTOSTART_OFF: lambda link, name: storage.set_pool_autostart(link, name, False),
    PoolAct.DELETE: storage.undefine_pool,
}


def _flags(pools: Pools, name: str) -> tuple[bool, bool] | None:
    return (pools[name].active, pools[name].autostart) if name in pools else None


_AFTER: dict[PoolAct, Callable[[Pools, str], bool]] = {
    PoolAct.START: lambda pools, name: (_flags(pools, name) or (False, False))[0],
    PoolAct.STOP: lambda pools, name: not (_flags(pools, name) or (False, False))[0],
    PoolAct.REFRESH: lambda pools, name: True,
    PoolAct.BUILD: lambda pools, name: True,
    PoolAct.AUTOSTART_ON: lambda pools, name: (_flags(pools, name) or (False, False))[1],
    PoolAct.AUTOSTART_OFF: lambda pools, name: not (_flags(pools, name) or (False, False))[1],
    PoolAct.DELETE: lambda pools, name: name not in pools,
}
"""What the inventory shows once the act is done."""

_VERBS: dict[PoolAct, tuple[str, Sequence[str]]] = {
    PoolAct.AUTOSTART_ON: ("autostart", ()),
    PoolAct.AUTOSTART_OFF: ("autostart", ("--off",)),
    PoolAct.STOP: ("stop", ("--yes",)),
    PoolAct.DELETE: ("delete", ("--yes",)),
    PoolAct.BUILD: ("build", ("--yes",)),
}
"""As the command line has them."""


class PoolService:
    """Plans (blocking) and runs (never blocking) what is done to pools. One that VMs use is neither stopped nor removed."""

    def __init__(
        self, gateway: Gateway, inventory: Inventory, jobs: JobRunner, storage_service: StorageService
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._storage = storage_service

    def plan_pool(self, act: PoolAct, host: str, name: str) -> Plan:
        """What an act does to a pool. Errors: NotFound, FleetError."""
        use = self._storage.pool(self._storage.fresh(host), host, name)
        return self._storage.allowed(Plan(f"pool.{act}", host, name, pool_says(act, use), made=time.time()))

    def run_pool(self, act: PoolAct, host: str, name: str) -> JobHandle:
        def body(job: Job) -> None:
            job.step("checking")
            refuse(self.plan_pool(act, host, name))
            job.step("asking", host=pool_word(self._inventory, host, "").rstrip("/"))
            _POOL_CALLS[act](self._gateway.link(host), name)
            seen(self._inventory, host, lambda pools: _AFTER[act](pools, name))

        return self._jobs.submit(f"pool.{act}", name, body, hosts=(host,), command=self.pool_line(act, host, name))

    def pool_line(self, act: PoolAct, host: str, name: str) -> str:
        """The line that does the same."""
        verb, more = _VERBS.get(act, (str(act), ()))
        return storage_line(f"pool {verb}", pool_word(self._inventory, host, name), options=more)

    def plan_define(self, host: str, new: NewPool, *, build: bool, start: bool, autostart: bool) -> Plan:
        """What defining a pool does. Errors: UsageError for what cannot be, FleetError."""
        checked_pool(new)
        pools = volumes.pools(self._gateway.link(host))
        values: dict[str, str | int] = {"name": new.name, "path": new.path or new.source, "kind": new.kind}
        says = [Say("define", values)]
        if any(pool.name == new.name for pool in pools):
            says.append(Say("name-taken", {"name": new.name}, Weight.STOP))
        same = next((pool for pool in pools if new.path and pool.path == new.path), None)
        if same is not None:
            says.append(Say("path-taken", {"name": same.name, "path": new.path}, Weight.STOP))
        if build:
            says.append(Say(f"pool-build-{new.kind}", values))
        says += [Say("pool-start", values)] * start + [Say("pool-autostart-on", values)] * autostart
        return self._storage.allowed(Plan("pool.define", host, new.name, tuple(says), made=time.time()))

    def run_define(self, host: str, new: NewPool, *, build: bool, start: bool, autostart: bool) -> JobHandle:
        """Defines a pool; where a later step fails the definition goes again, so that nothing half-made is left."""
        checked_pool(new)

        def body(job: Job) -> None:
            refuse(self.plan_define(host, new, build=build, start=start, autostart=autostart))
            link = self._gateway.link(host)
            job.step("defining")
            storage.define_pool(link, new)
            try:
                if build:
                    job.step("building", path=new.path or new.source)
                    storage.build_pool(link, new.name)
                if start:
                    job.step("starting-pool")
                    storage.start_pool(link, new.name)
                if autostart:
                    storage.set_pool_autostart(link, new.name, True)
            except FleetError:
                storage.undefine_pool(link, new.name)
                raise
            wanted = (start, autostart)
            seen(self._inventory, host, lambda pools: _flags(pools, new.name) == wanted)

        return self._jobs.submit(
            "pool.define", new.name, body, hosts=(host,), command=self.define_line(host, new, build, start, autostart)
        )

    def define_line(self, host: str, new: NewPool, build: bool, start: bool, autostart: bool) -> str:
        named = {"path": new.path, "source": new.source, "server": new.server, "group": new.group}
        more = [word for key, value in named.items() if value for word in (f"--{key}", value)]
        flags = {"--build": build, "--no-start": not start, "--no-autostart": not autostart}
        more += [flag for flag, wanted in flags.items() if wanted]
        word = pool_word(self._inventory, host, new.name)
        return storage_line("pool define", word, options=("--kind", new.kind, *more))
