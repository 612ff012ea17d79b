"""One order for clones carried out: all of them are made or none. A step is journalled before each thing that is made."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from console.fleet.clones.disks import inside, on_the_way
from console.fleet.clones.provenance import Provenance
from console.fleet.clones.values import CloneKind, ClonePlan, DiskDeed, DiskPlan, OneClone, Reset
from console.fleet.domains import VmKey
from console.fleet.errors import Conflict, Failed, NotFound, Reason
from console.fleet.snapshots.plans import TakeOrder
from console.fleet.snapshots.values import ImageFile
from console.fleet.storage import VolumeKey
from console.fleet.storing import FILE_KINDS, NewVolume, rounded
from console.gateway import backup, cloning, defining, domains, relaying, snapshots, volumes
from console.gateway.backup import Into
from console.gateway.connection import Link
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job, JobState
from console.jobs.journal import Journal
from console.libvirtxml import cloning as xml
from console.libvirtxml.metadata import VmMetadata
from console.services import reset
from console.services.asides import aside, until_done
from console.services.clone_looking import Looked, Looker
from console.services.running import watching
from console.services.snapshot import SnapshotService


class Progress(msgspec.Struct):
    """How far all copies together are, in bytes."""

    job: Job
    total: int
    done: int = 0

    def tell(self, at: int, _of: int = 0) -> None:
        """`at` bytes of what is under way now."""
        self.job.check()
        self.job.progress(min(self.done + at, self.total), self.total)

    def over(self, size: int) -> None:
        self.done += size


class Making:
    """What one job does. by: who asks for it, as it is written down with the clones."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        looker: Looker,
        snapshots: SnapshotService,
        job: Job,
        journal: Journal,
        looked: Looked,
        by: str,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._looker = looker
        self._snapshots = snapshots
        self._job = job
        self._journal = journal
        self._looked = looked
        self._plan = looked.plan
        self._order = looked.plan.order
        self._vm = looked.facts.vm
        self._source = self._order.source
        self._host = looked.facts.place.host
        self._by = by
        copies = sum(disk.size for one in self._plan.clones for disk in one.disks if disk.deed in _COPIED)
        self._progress = Progress(job, copies)

    @property
    def _from(self) -> Link:
        return self._gateway.link(self._source.host)

    @property
    def _to(self) -> Link:
        return self._gateway.link(self._host)

    def make(self) -> None:
        """All disks and definitions. Errors: FleetError, Cancelled; what was made until then is in the journal."""
        if self._plan.overlay:
            self._overlay()
        first, *others = self._plan.clones
        self._disks(first)
        self._still_unwritten()
        text = self._text()
        if self._inner:
            self._define(first, text)
            self._go_back(first)
        for one in others:
            self._job.check()
            self._disks(one)
            self._still_unwritten()
        if self._inner and others and domains.read(self._to, first.uuid).state.active:
            raise Conflict(Reason.CHANGED, first.name, detail="started")
        for one in (
            others if self._inner else self._plan.clones
        ):  # what is copied from can be started once all copies are there
            self._define(one, text)
        self._still_a_base()
        if self._order.reset is Reset.SYSPREP:
            spec = self._inventory.spec(self._host)
            for one in self._plan.clones:
                self._job.check()
                self._journal.step("resetting", host=self._host, uuid=one.uuid)
                self._job.step("resetting", name=one.name)
                if spec is not None:
                    key = VmKey(self._host, one.uuid)
                    hostname = self._order.hostname
                    reset.sysprep(self._gateway, spec, self._job, key, one.name, hostname=hostname)

    # the source

    @property
    def _inner(self) -> bool:
        """From a snapshot within the image."""
        snapshot = self._vm.snapshot(self._order.snapshot) if self._order.snapshot else None
        return snapshot is not None and inside(snapshot)

    def _overlay(self) -> None:
        """The running source goes on in new files, and what it wrote until now is a base."""
        name = self._plan.overlay
        self._journal.step("snapshot", undo="snapshot", name=name, uuid=self._source.uuid, host=self._source.host)
        self._job.step("snapshot", name=name)
        order = TakeOrder(name, memory=False, freeze=self._vm.freezes, kind="external", build=self._order.build)
        plan = self._snapshots.plan_take(self._source, order)
        handle = self._snapshots.run(plan)
        undo = self._job.on_cancel(handle.cancel)
        view = handle.wait()
        undo()
        self._job.check()
        if view.problem is not None:
            raise Failed(view.problem, view.what or self._vm.name)
        if view.state is not JobState.SUCCEEDED:  # somebody cancelled it alone
            raise Cancelled

    def _still_unwritten(self) -> None:
        """What is copied as it lies was not written meanwhile: the source was off, and is."""
        if self._vm.state.active:
            return
        written = {disk.path for disk in self._vm.disks}
        copied = any(disk.source in written and disk.deed in _COPIED for one in self._plan.clones for disk in one.disks)
        if copied and domains.read(self._from, self._source.uuid).state.active:
            raise Conflict(Reason.CHANGED, self._vm.name, detail="started")

    def _still_a_base(self) -> None:
        """Nobody wrote what the clones are built on, from the plan until they were there to be seen."""
        if self._order.kind is not CloneKind.LINKED or self._plan.overlay or self._order.snapshot:
            return
        if domains.read(self._from, self._source.uuid).state.active:
            raise Conflict(Reason.CHANGED, self._vm.name, detail="started")
        if self._looked.facts.autostart and not self._looked.facts.template:
            self._journal.step("autostart", undo="autostart", uuid=self._source.uuid, host=self._source.host)
            domains.set_autostart(self._from, self._source.uuid, False)

    # disks

    def _disks(self, one: OneClone) -> None:
        by_deed: dict[DiskDeed, list[DiskPlan]] = {}
        for disk in one.disks:
            if disk.target:
                by_deed.setdefault(disk.deed, []).append(disk)
        for disk in by_deed.get(DiskDeed.LINK, ()):
            self._link(disk)
        if backups := by_deed.get(DiskDeed.BACKUP, []):
            self._back_up({disk.target: self._made(self._host, disk) for disk in backups}, backups)
        for disk in by_deed.get(DiskDeed.COPY, ()):
            self._copy(disk)
        if streams := by_deed.get(DiskDeed.STREAM, []):
            self._stream(one, streams)
        for disk in one.disks:
            if not disk.target:
                self._begin(self._host, disk, rounded(disk.capacity))
                self._job.step("seeding", name=one.name)
                reset.seed(self._gateway, one, self._host, hostname=self._order.hostname)
        if one.nvram:
            self._variables(one)

    def _begin(self, host: str, disk: DiskPlan, capacity: int, backing: str = "") -> None:
        """Writes down that a volume is about to be made."""
        self._journal.step(
            "creating",
            undo="volume",
            host=host,
            pool=disk.pool,
            name=disk.volume,
            path=disk.path,
            capacity=capacity,
            backing=backing,
        )

    def _link(self, disk: DiskPlan) -> None:
        self._job.step("creating", name=disk.volume)
        self._begin(self._host, disk, disk.capacity, disk.source)
        base = self._image(disk.source)
        new = NewVolume(disk.volume, disk.capacity, 0, "qcow2", disk.source, base.format or "raw")
        volumes.create(self._to, disk.pool, new)

    def _image(self, path: str) -> ImageFile:
        return self._vm.files.get(path) or ImageFile(path)

    def _made(self, host: str, disk: DiskPlan) -> Into:
        """An empty volume, for others to write."""
        self._begin(host, disk, disk.capacity)
        volumes.create(self._gateway.link(host), disk.pool, NewVolume(disk.volume, disk.capacity, 0, disk.format))
        return Into(disk.path, disk.format)

    def _back_up(self, into: dict[str, Into], disks: list[DiskPlan]) -> None:
        """Disks of the running source, all as of one moment."""
        self._journal.step("backing-up", undo="backup", uuid=self._source.uuid, host=self._source.host)
        self._job.step("copying", name=self._vm.name)
        backup.copy(self._from, self._source.uuid, into, self._progress.tell, freeze=self._vm.freezes)
        self._progress.over(sum(disk.size for disk in disks))

    def _copy(self, disk: DiskPlan, host: str = "") -> None:
        """A whole copy at the host, by the host itself."""
        host = host or self._host
        files = self._pool_kind(host, disk.pool) in FILE_KINDS
        self._job.step("copying", name=disk.volume)
        key = VolumeKey(host, disk.pool, disk.volume)
        link = self._gateway.link(host)
        new = NewVolume(disk.volume, disk.capacity, 0 if files else disk.capacity, disk.format if files else "")

        def far() -> tuple[int, int] | None:
            now = volumes.progress(link, key, disk.size)
            return (self._progress.done + now[0], self._progress.total) if now else None

        with (
            self._source_volume(host, disk.source) as source,
            aside(self._gateway, self._inventory, self._job, host, cancels=False) as other,
            watching(self._job, far),
        ):
            self._begin(host, disk, disk.capacity)  # after whatever lets it be read: one that is taken is the last step
            until_done(self._job, other, lambda: volumes.clone(other.link, source, disk.pool, new))
        link.touched_pools()
        self._progress.over(disk.size)
        self._job.check()

    @contextlib.contextmanager
    def _source_volume(self, host: str, path: str) -> Iterator[VolumeKey]:
        """A file as a volume: of a clone that was made just now, of a pool, or of none."""
        for one in self._plan.clones:
            for disk in one.disks:
                if disk.path == path and disk.volume and host == self._host:
                    yield VolumeKey(host, disk.pool, disk.volume)
                    return
        image = self._image(path)
        if image.pool:
            yield VolumeKey(host, image.pool, image.volume)
            return
        with self._passing(host) as name, cloning.held(self._gateway.link(host), path, name) as key:
            yield key

    @contextlib.contextmanager
    def _passing(self, host: str) -> Iterator[str]:
        """The name of a pool that is there for a moment."""
        name = f"{cloning.PASSING}{self._job.id}"
        self._journal.step("pool", undo="pool", host=host, name=name)
        yield name

    def _pool_kind(self, host: str, name: str) -> str:
        if host == self._host:
            pool = self._looked.facts.place.pool(name)
            return pool.kind if pool is not None else "dir"
        return "dir"

    # to another host

    def _stream(self, one: OneClone, disks: list[DiskPlan]) -> None:
        """Through this computer. What is written, or built on others, is made one file at its own host first."""
        snapshot = self._vm.snapshot(self._order.snapshot) if self._order.snapshot else None
        middles: dict[str, DiskPlan] = {}
        for disk in disks:
            image = self._image(disk.source)
            if on_the_way(self._vm, image, snapshot):
                pool = image.pool or next((room.name for room in self._vm.pools), "default")
                name = f"{one.name}-{disk.target}-on-the-way"
                folder = next((room.path for room in self._vm.pools if room.name == pool), "")
                middles[disk.target] = replace(disk, pool=pool, volume=name, path=f"{folder}/{name}", size=0)
        written = [disk for disk in middles.values() if self._written(disk.source)]
        if written:
            self._back_up({disk.target: self._made(self._source.host, disk) for disk in written}, written)
        for disk in middles.values():
            if disk not in written:
                self._copy(disk, self._source.host)
        for disk in disks:
            middle = middles.get(disk.target)
            if middle is not None:
                key = VolumeKey(self._source.host, middle.pool, middle.volume)
                self._send(key, disk)
                volumes.delete(self._from, key)
            else:
                with self._source_volume(self._source.host, disk.source) as key:
                    self._send(key, disk)

    def _written(self, path: str) -> bool:
        return self._vm.state.active and any(disk.path == path for disk in self._vm.disks)

    def _send(self, key: VolumeKey, disk: DiskPlan) -> None:
        """The bytes of a volume, as they are, into a new one."""
        length = volumes.find(self._from, key).length
        size = rounded(length)
        to = VolumeKey(self._host, disk.pool, disk.volume)
        self._begin(self._host, disk, size)
        volumes.create(self._to, disk.pool, NewVolume(disk.volume, size, 0, "raw"))
        # it is ours now, whatever its first bytes make its host think it is
        self._journal.step("sending", host=self._host)
        self._job.step("sending", name=disk.volume)
        with (
            aside(self._gateway, self._inventory, self._job, key.host) as one,
            aside(self._gateway, self._inventory, self._job, self._host) as other,
        ):
            relaying.relay(
                one.link, key, other.link, to, length, sparse=True, progress=lambda at: self._progress.tell(at)
            )
        volumes.refresh(self._to, disk.pool)
        self._progress.over(disk.size)

    def _variables(self, one: OneClone) -> None:
        """UEFI's variables; a VM that was never started has none yet, and its clone gets new ones."""
        self._job.step("variables", name=one.name)
        with self._passing(self._host) as name, contextlib.suppress(NotFound):
            self._journal.step("variables", undo="file", host=self._host, path=one.nvram)
            if self._host == self._source.host:
                cloning.copy_file(self._from, self._vm.nvram, one.nvram, name)
            else:
                cloning.send_file(self._gateway.aside, self._source.host, self._vm.nvram, self._host, one.nvram, name)

    # definitions

    def _text(self) -> str:
        """The XML that is cloned, with its passwords."""
        stored = defining.stored(self._from, self._source.uuid, secrets=True)
        return self._looker.text(self._order, stored, secrets=True)

    def _define(self, one: OneClone, text: str) -> None:
        self._journal.step("defining", undo="domain", host=self._host, uuid=one.uuid, name=one.name)
        self._job.step("defining", name=one.name)
        old = xml.ours_in(text)
        tags = tuple(dict.fromkeys((*old.tags, *self._order.tags)))
        ours = VmMetadata(tags, old.group, old.owner, self._origin())
        cloning.define(self._to, one.uuid, one.name, xml.cloned(text, one, ours, self._looked.facts.locked))

    def _origin(self) -> Provenance:
        order = self._order
        spec = self._inventory.spec(self._source.host)
        return Provenance(
            self._vm.name,
            f"{spec.name if spec is not None else self._source.host}/{self._source.uuid}",
            order.snapshot or self._plan.overlay,
            self._plan.made,
            self._by,
            order.build or self._looked.origin.build,
            order.note,
            linked=order.kind is CloneKind.LINKED,
            throw_away=order.throw_away,
            expires=order.expires,
        )

    def _go_back(self, one: OneClone) -> None:
        """The copy of an image that has the snapshot inside goes back to it, and forgets all that it has inside."""
        self._journal.step("going-back", undo="records", host=self._host, uuid=one.uuid)
        self._job.step("going-back", name=self._order.snapshot)
        text = defining.stored(self._to, one.uuid, secrets=True)
        kept = [snapshot for snapshot in self._vm.snapshots if inside(snapshot)]
        for snapshot in kept:
            targets = tuple(disk.target for disk in snapshot.disks if disk.how.value == "internal")
            snapshots.redefine(self._to, one.uuid, xml.inner_snapshot(snapshot.name, snapshot.created, targets, text))
        snapshots.revert(self._to, one.uuid, self._order.snapshot, start=False)
        for snapshot in kept:
            snapshots.erase(self._to, one.uuid, snapshot.name)
        volumes.refresh(self._to, one.disks[0].pool)


_COPIED = (DiskDeed.COPY, DiskDeed.BACKUP, DiskDeed.STREAM)


def same_work(shown: ClonePlan, now: ClonePlan) -> bool:
    """What would be done now is what was shown."""

    def work(plan: ClonePlan) -> object:
        made = [(one.name, [(d.target, d.deed, d.source, d.path) for d in one.disks]) for one in plan.clones]
        return made, plan.overlay, plan.order

    return work(shown) == work(now)
