"""Volumes: who uses what, what an act would do, and doing it as a job."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, NotFound, Reason, UsageError
from console.fleet.hosts import Pool
from console.fleet.storage import PoolUse, Survey, UseKind, VolumeKey, VolumeUse, survey
from console.fleet.storing import (
    FILE_KINDS,
    NewVolume,
    Plan,
    Prealloc,
    Say,
    Weight,
    checked_volume_name,
    deletion_says,
    overlays_first,
    rounded,
    running_users,
)
from console.gateway import volumes
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job
from console.jobs.runner import JobHandle, JobRunner
from console.services.find_storage import storage_line, volume_word
from console.services.running import watching
from console.services.seeing import Pools, seen, volume_of


class StorageService:
    """`survey` computes from what is known; every plan asks the host and blocks; every run is a job and never blocks.

    A run plans anew right before it acts, and refuses what the plan refuses: Conflict, with the name of who needs it.
    """

    def __init__(self, gateway: Gateway, inventory: Inventory, jobs: JobRunner) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._arriving: set[VolumeKey] = set()

    @contextmanager
    def arrives(self, key: VolumeKey) -> Iterator[None]:
        """While the block lasts, this volume is being uploaded."""
        self._arriving = self._arriving | {key}
        try:
            yield
        finally:
            self._arriving = self._arriving - {key}

    def survey(self, hosts: Iterable[str] | None = None) -> Survey:
        """All pools of these hosts (None = of all) and who uses their volumes, by what is known now of the whole fleet."""
        found = self._survey()
        if hosts is None:
            return found
        wanted = frozenset(hosts)
        return Survey(tuple(use for use in found.pools if use.host in wanted))

    def _survey(self, host: str = "", pools: tuple[Pool, ...] = ()) -> Survey:
        """host: this one's pools are as given."""
        views = [(spec.id, self._inventory.view(spec.id).pools) for spec in self._inventory.specs()]
        all_pools = [(id_, pools if id_ == host else known) for id_, known in views]
        return survey(all_pools, self._inventory.domains(), frozenset(self._arriving))

    def fresh(self, host: str, *, whole: bool = False) -> Survey:
        """The same, with one host asked anew; whole: every volume, else only where a pool looks different. Blocks."""
        known = () if whole else self._inventory.view(host).pools
        return self._survey(host, volumes.pools(self._gateway.link(host), known))

    def _running(self) -> frozenset[VmKey]:
        return frozenset(domain.key for domain in self._inventory.domains() if domain.state.active)

    # volumes

    def new_volume(
        self, host: str, pool: str, name: str, size: int, format_: str, how: Prealloc, backing: str | None
    ) -> NewVolume:
        """What these words mean in that pool: files are qcow2 unless said otherwise, a base says its own format."""
        known = self.survey()
        use = known.pool(host, pool)
        files = use is None or use.pool.kind in FILE_KINDS
        made = format_ or ("qcow2" if files else "")
        if backing and made != "qcow2":
            raise UsageError(Reason.OTHER, made, detail="backing")
        base = next(
            (item.volume for item in known.volumes() if item.key.host == host and item.volume.path == backing), None
        )
        if backing and base is None:
            raise NotFound(Reason.GONE, backing)
        full = size if how is Prealloc.FULL or not files else 0  # a logical volume of less would be a thin snapshot
        metadata = how is Prealloc.METADATA and made == "qcow2"
        return NewVolume(name, size, full, made, backing or "", base.format if base else "", metadata)

    def plan_create(self, host: str, pool: str, new: NewVolume) -> Plan:
        """What making a volume takes. Errors: UsageError for a name that cannot be, NotFound, FleetError."""
        checked_volume_name(new.name)
        use = self.pool(self.fresh(host), host, pool)
        takes = new.allocation
        values: dict[str, str | int] = {"name": new.name, "pool": pool, "bytes": new.capacity, "format": new.format}
        says = [Say("create", values), *self._room(use, new, takes)]
        if new.backing:
            says.append(Say("builds-on", {"name": new.name, "path": new.backing}))
            base = next((item for item in use.volumes if item.volume.path == new.backing), None)
            if base is not None and new.capacity < base.volume.capacity:
                says.append(Say("smaller-than-base", {"bytes": base.volume.capacity}, Weight.STOP))
            if base is not None and (writers := running_users(base, self._running())):
                says += [Say("base-runs", {"user": user.name}, Weight.STOP) for user in writers]
        return self.allowed(Plan("volume.create", host, new.name, tuple(says), takes=takes, made=time.time()))

    def run_create(self, host: str, pool: str, new: NewVolume) -> JobHandle:
        def body(job: Job) -> None:
            refuse(self.plan_create(host, pool, new))
            job.step("creating")
            volumes.create(self._gateway.link(host), pool, new)
            seen(self._inventory, host, lambda pools: volume_of(pools, VolumeKey(host, pool, new.name)) is not None)

        return self._submit("volume.create", new.name, host, body, self.create_line(host, pool, new))

    def create_line(self, host: str, pool: str, new: NewVolume) -> str:
        word = volume_word(self._inventory, VolumeKey(host, pool, new.name))
        prealloc = Prealloc.FULL if new.allocation else Prealloc.METADATA if new.metadata else Prealloc.OFF
        more = ["--format", new.format] if new.format else []
        more += ["--prealloc", str(prealloc)] if prealloc is not Prealloc.OFF else []
        more += ["--backing", new.backing] if new.backing else []
        return storage_line("create", word, options=("--size", str(new.capacity), *more))

    def plan_delete(self, keys: Sequence[VolumeKey], *, not_shared: bool = False, whole: bool = False) -> Plan:
        """What would go, and who needs any of it: by what every host is known to have, and by what the volumes' own hosts say
        now. not_shared: somebody says that other hosts don't see these files. Errors: NotFound, FleetError."""
        hosts = {key.host: self.fresh(key.host, whole=whole) for key in keys}
        uses = [self._volume(hosts[key.host], key) for key in keys]
        says = list(deletion_says(uses, not_shared))
        for host in hosts:
            mine = [use for use in uses if use.key.host == host]
            names = {name: use for use in mine for name in (use.volume.path, f"{use.key.pool}/{use.key.name}")}
            for name, vm in volumes.needed_by(self._gateway.link(host), frozenset(names)).items():
                use = names[name]
                if not any(user.key is not None and user.host == host for user in use.users):
                    values = {"name": use.key.name, "user": vm, "host": host}
                    says.append(Say("disk", values, Weight.STOP))
        frees = sum(use.volume.allocation for use in uses)
        if len(uses) > 1:
            says.append(Say("frees", {"bytes": frees}))
        plan = Plan(
            "volume.delete", keys[0].host, _named(keys), tuple(says), tuple(uses), frees=frees, made=time.time()
        )
        return self.allowed(plan, *hosts)

    def run_delete(self, keys: Sequence[VolumeKey], *, not_shared: bool = False) -> JobHandle:
        def body(job: Job) -> None:
            job.step("checking")
            plan = self.plan_delete(keys, not_shared=not_shared, whole=True)
            refuse(plan)
            for number, use in enumerate(overlays_first(plan.volumes)):
                job.check()
                job.step("removing", path=use.volume.path or use.key.name)
                volumes.delete(self._gateway.link(use.key.host), use.key)
                job.log(use.volume.path or use.key.name)
                job.progress(number + 1, len(keys), in_bytes=False)
            for key in keys:
                seen(self._inventory, key.host, lambda pools, key=key: volume_of(pools, key) is None)  # type: ignore[misc]

        return self._submit("volume.delete", _named(keys), keys[0].host, body, self.delete_line(keys, not_shared))

    def delete_line(self, keys: Sequence[VolumeKey], not_shared: bool = False) -> str:
        words = [volume_word(self._inventory, key) for key in keys]
        return storage_line("delete", *words, options=("--yes", *["--not-shared"] * not_shared))

    def plan_resize(self, key: VolumeKey, capacity: int, *, shrink: bool = False) -> Plan:
        """What another capacity means. A volume that shrinks loses what lies beyond: only when told to, and used by nobody
        that runs. Errors: NotFound, FleetError."""
        known = self.fresh(key.host)
        use, pool = self._volume(known, key), self.pool(known, key.host, key.pool)
        now = use.volume.capacity
        values: dict[str, str | int] = {"name": key.name, "old": now, "new": rounded(capacity)}
        says = [Say("resize", values)]
        runs = running_users(use, self._running())
        if rounded(capacity) == now:
            says.append(Say("same-size", values, Weight.STOP))
        elif capacity < now:
            says.append(Say("shrinks", values, Weight.WARNING if shrink else Weight.STOP))
            if capacity < use.volume.allocation:
                says.append(Say("below-allocation", {"bytes": use.volume.allocation}, Weight.STOP))
            says += [Say("shrinks-running", {"user": user.name}, Weight.STOP) for user in runs]
        else:
            for user in runs:
                live = user.kind is UseKind.DISK and user.host == key.host and len(runs) == 1
                says.append(
                    Say("grows-live", {"user": user.name})
                    if live
                    else Say("grows-running", {"user": user.name}, Weight.STOP)
                )
            if use.volume.format == "raw" and pool.pool.kind not in FILE_KINDS and capacity - now > pool.pool.available:
                says.append(Say("no-room", {"bytes": capacity - now, "free": pool.pool.available}, Weight.STOP))
        says += [Say("is-base", {"user": u.name}, Weight.STOP) for u in use.users if u.kind is UseKind.VOLUME]
        return self.allowed(Plan("volume.resize", key.host, key.name, tuple(says), made=time.time()))

    def run_resize(self, key: VolumeKey, capacity: int, *, shrink: bool = False) -> JobHandle:
        """Through the VM where one runs on it, so that its guest sees the new size at once."""

        def body(job: Job) -> None:
            refuse(self.plan_resize(key, capacity, shrink=shrink))
            link = self._gateway.link(key.host)
            use = self._volume(self.fresh(key.host), key)
            job.step("resizing")
            for user in running_users(use, self._running()):
                domain = self._inventory.domain(user.key) if user.key else None
                named = {use.volume.path, f"{key.pool}/{key.name}"}
                disk = next((disk for disk in domain.disks if disk.source in named), None) if domain else None
                if domain is not None and disk is not None:
                    volumes.resize_running(link, domain.key.uuid, disk.target, rounded(capacity))
                    volumes.refresh(link, key.pool)
                    break
            else:
                volumes.resize(link, key, rounded(capacity), shrink=shrink)
            seen(self._inventory, key.host, lambda pools: _capacity(pools, key) == rounded(capacity))

        return self._submit("volume.resize", key.name, key.host, body, self.resize_line(key, capacity, shrink))

    def resize_line(self, key: VolumeKey, capacity: int, shrink: bool = False) -> str:
        words = volume_word(self._inventory, key), str(rounded(capacity))
        return storage_line("resize", *words, options=["--shrink"] * shrink)

    def plan_clone(self, key: VolumeKey, pool: str, name: str) -> Plan:
        """What a copy takes. Errors: UsageError for a name that cannot be, NotFound, FleetError."""
        name = checked_volume_name(name)
        known = self.fresh(key.host)
        use, there = self._volume(known, key), self.pool(known, key.host, pool)
        new = NewVolume(name, use.volume.capacity, format=use.volume.format)
        values: dict[str, str | int] = {"name": key.name, "new": name, "pool": pool, "bytes": use.volume.allocation}
        says = [Say("clone", values), *self._room(there, new, use.volume.allocation)]
        if there.pool.kind not in FILE_KINDS and use.volume.format not in ("", "raw"):
            says.append(Say("clone-format", {"format": use.volume.format, "pool": pool}, Weight.STOP))
        says += [Say("clone-running", {"user": user.name}, Weight.STOP) for user in running_users(use, self._running())]
        takes = use.volume.allocation
        return self.allowed(Plan("volume.clone", key.host, key.name, tuple(says), takes=takes, made=time.time()))

    def run_clone(self, key: VolumeKey, pool: str, name: str) -> JobHandle:
        """The host copies by itself, and cannot be told to end: a copy that was cancelled is deleted when it is there."""
        name = checked_volume_name(name)
        copy = VolumeKey(key.host, pool, name)

        def body(job: Job) -> None:
            refuse(self.plan_clone(key, pool, name))
            link = self._gateway.link(key.host)
            source = volumes.find(link, key).volume
            job.step("copying", name=name)
            files = self.pool(self.survey(), key.host, pool).pool.kind in FILE_KINDS
            new = NewVolume(name, source.capacity, 0 if files else source.capacity, source.format if files else "")
            with watching(job, lambda: volumes.progress(link, copy, source.allocation)):
                volumes.clone(link, key, pool, new)
            if job.cancelled:
                volumes.delete(link, copy)
                raise Cancelled
            seen(self._inventory, key.host, lambda pools: volume_of(pools, copy) is not None)

        return self._submit("volume.clone", key.name, key.host, body, self.clone_line(key, pool, name))

    def clone_line(self, key: VolumeKey, pool: str, name: str) -> str:
        options = ["--pool", pool] * (pool != key.pool)
        return storage_line("clone", volume_word(self._inventory, key), name, options=options)

    # inside

    def allowed(self, plan: Plan, *hosts: str) -> Plan:
        """The plan, refused where one of these hosts (else its own) is set to only look."""
        specs = [self._inventory.spec(host) for host in hosts or (plan.host,)]
        looked = [Say("only-look", {"host": spec.id}, Weight.STOP) for spec in specs if spec and spec.read_only]
        return replace(plan, says=(*looked, *plan.says)) if looked else plan

    def _room(self, use: PoolUse, new: NewVolume, takes: int) -> list[Say]:
        """Whether a pool can take a new volume."""
        pool, says = use.pool, []
        if not pool.active:
            says.append(Say("pool-is-inactive", {"name": pool.name}, Weight.STOP))
        if any(item.key.name == new.name for item in use.volumes):
            says.append(Say("name-taken", {"name": new.name}, Weight.STOP))
        need = takes if pool.kind in FILE_KINDS else max(takes, new.capacity)
        if pool.active and need > pool.available:
            says.append(Say("no-room", {"bytes": need, "free": pool.available}, Weight.STOP))
        elif pool.active and use.promised + new.capacity > pool.capacity:
            values: dict[str, str | int] = {
                "bytes": use.promised + new.capacity,
                "real": pool.capacity,
                "name": pool.name,
            }
            says.append(Say("overpromised", values, Weight.WARNING))
        return says

    def pool(self, known: Survey, host: str, name: str) -> PoolUse:
        found = known.pool(host, name)
        if found is None:
            raise NotFound(Reason.GONE, name)
        return found

    def _volume(self, known: Survey, key: VolumeKey) -> VolumeUse:
        found = known.volume(key)
        if found is None:
            raise NotFound(Reason.GONE, key.name)
        return found

    def _submit(self, kind: str, target: str, host: str, body: Callable[[Job], None], line: str) -> JobHandle:
        return self._jobs.submit(kind, target, body, hosts=(host,), command=line)


def refuse(plan: Plan) -> None:
    """Raises Conflict for what a plan refuses, with the name of who or what is in the way."""
    for say in plan.refused:
        detail = str(say.values.get("user", say.values.get("name", "")))
        reason = REFUSALS.get(say.code, Reason.IN_USE if "user" in say.values else Reason.WRONG_STATE)
        raise Conflict(reason, plan.target, detail=detail)


def _named(keys: Sequence[VolumeKey], most: int = 3) -> str:
    """Their names, the first few: "a, b, c…"."""
    return ", ".join(key.name for key in keys[:most]) + ("…" if len(keys) > most else "")


def _capacity(pools: Pools, key: VolumeKey) -> int:
    volume = volume_of(pools, key)
    return volume.capacity if volume is not None else 0


REFUSALS = {
    "only-look": Reason.READ_ONLY,
    "name-taken": Reason.EXISTS,
    "path-taken": Reason.EXISTS,
    "overwrites": Reason.EXISTS,
    "no-room": Reason.NO_SPACE,
    "no-room-here": Reason.NO_SPACE,
}
