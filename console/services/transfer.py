"""Volumes sent to a host and fetched from it, so that nothing half-made is left: not by a cancel, a full disk, a lost host, nor
by the end of this program in the middle. What is begun is journalled first; what cannot be taken back at once (the host is
away, the program killed) is taken back as soon as the host is there again (services.half_made)."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from console.fleet.errors import FleetError, NotFound, Reason, UsageError
from console.fleet.storage import PoolUse, UseKind, VolumeKey
from console.fleet.storing import (
    FILE_KINDS,
    NewVolume,
    Plan,
    Say,
    Weight,
    checked_volume_name,
    image_format,
    needs_base,
    rounded,
    running_users,
    sayable,
)
from console.gateway import streams, volumes
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.jobs.job import Cancelled, Job, Value, who
from console.jobs.journal import Entry, JobStore, Journal
from console.jobs.runner import JobHandle, JobRunner
from console.services.asides import aside
from console.services.find_storage import storage_line, volume_word
from console.services.half_made import HalfMade
from console.services.seeing import seen, volume_of
from console.services.storage import StorageService, refuse

HEAD = 40 << 10  # bytes of a file that tell its format
Begun = dict[str, Value | list[str]]


class TransferService:
    """Plans (blocking) and runs (never blocking) uploads and downloads."""

    def __init__(
        self,
        gateway: Gateway,
        inventory: Inventory,
        jobs: JobRunner,
        store: JobStore,
        storage: StorageService,
        half_made: HalfMade,
    ) -> None:
        self._gateway = gateway
        self._inventory = inventory
        self._jobs = jobs
        self._store = store
        self._storage = storage
        self._half_made = half_made

    # to a host

    def plan_upload(self, file: Path, host: str, pool: str, name: str) -> Plan:
        """What an upload takes. Errors: UsageError (no file, a name that cannot be), NotFound, FleetError."""
        name = checked_volume_name(name)
        with _opened(file) as handle:
            status = os.fstat(handle)
            head = os.pread(handle, HEAD, 0)
        use = self._pool(host, pool)
        size, takes = status.st_size, min(status.st_size, status.st_blocks * 512)
        if use.pool.kind not in FILE_KINDS:
            takes = size
        values: dict[str, str | int] = {"file": str(file), "name": name, "pool": pool, "bytes": size}
        says = [Say("upload", values | {"format": image_format(head)})]
        if not use.pool.active:
            says.append(Say("pool-is-inactive", {"name": pool}, Weight.STOP))
        if any(item.key.name == name for item in use.volumes):
            says.append(Say("name-taken", {"name": name}, Weight.STOP))
        if use.pool.active and takes > use.pool.available:
            says.append(Say("no-room", {"bytes": takes, "free": use.pool.available}, Weight.STOP))
        if not size:
            says.append(Say("empty-file", values, Weight.STOP))
        base = needs_base(head)
        if base:
            says.append(Say("needs-base", {"file": file.name, "path": base}, Weight.WARNING))
        return self._storage.allowed(Plan("volume.upload", host, name, tuple(says), takes=takes, made=time.time()))

    def run_upload(self, file: Path, host: str, pool: str, name: str) -> JobHandle:
        """The volume appears under its name at once and is whole when the job has succeeded; else it is gone again."""
        name = checked_volume_name(name)
        return self._jobs.submit(
            "volume.upload",
            name,
            lambda job: self._upload(job, file, VolumeKey(host, pool, name)),
            hosts=(host,),
            command=self.upload_line(file, host, pool, name),
        )

    def upload_line(self, file: Path, host: str, pool: str, name: str) -> str:
        """The line that does the same."""
        word = volume_word(self._inventory, VolumeKey(host, pool, name))
        return storage_line("upload", str(file), word, options=("--yes",))

    def _upload(self, job: Job, file: Path, key: VolumeKey) -> None:
        plan = self.plan_upload(file, key.host, key.pool, key.name)
        refuse(plan)
        sparse = self._pool(key.host, key.pool).pool.kind in FILE_KINDS
        link = self._gateway.link(key.host)
        with _opened(file) as handle:
            length = os.fstat(handle).st_size
            size = rounded(length)
            new = NewVolume(key.name, size, 0 if sparse else size, "raw" if sparse else "")
            begun: Begun = {"pool": key.pool, "capacity": size, "takes": plan.takes}
            entry = Entry("volume.upload", key.name, (), begun, by=who(), host=key.host)
            with (
                self._storage.arrives(key),
                self._store.journal(job.id, entry) as journal,
                self._undone(job, journal, key),
            ):
                journal.step("creating", undo="remove")
                job.step("creating")
                made = volumes.create(link, key.pool, new)
                journal.step("sending", undo="remove", born=made.born, path=made.volume.path)
                job.step("sending", name=key.name)
                with aside(self._gateway, self._inventory, job, key.host) as other:
                    sent = streams.upload(
                        other.link,
                        key,
                        handle,
                        length,
                        sparse=sparse,
                        progress=lambda at: _tell(job, at, length),
                    )
                volumes.refresh(link, key.pool)
                whole = volumes.find(link, key).volume
                seen(self._inventory, key.host, lambda pools: volume_of(pools, key) == whole)
                job.log(f"{length} bytes, {sent} of them sent; the rest are holes")

    @contextlib.contextmanager
    def _undone(self, job: Job, journal: Journal, key: VolumeKey) -> Iterator[None]:
        """Takes back what was begun when it is not brought to its end; what cannot be reached now is left to later."""
        try:
            yield
        except BaseException as error:
            if isinstance(error, FleetError) and error.problem.reason is Reason.EXISTS:
                self._store.settle(job.id)  # somebody was quicker: that volume is not ours
            else:
                self._half_made.undo(job.id, journal.entry)
            if job.cancelled and isinstance(error, FleetError):
                raise Cancelled from error
            raise

    # from a host

    def plan_download(self, key: VolumeKey, file: Path, *, overwrite: bool = False) -> Plan:
        """What a download takes of this computer's disk. Errors: UsageError (no such folder), NotFound, FleetError."""
        if not sayable(str(file)):
            raise UsageError(Reason.OTHER, repr(str(file)), detail="volume-name")
        if not file.parent.is_dir():
            raise UsageError(Reason.OTHER, key.name, detail="folder")
        use = self._storage.fresh(key.host).volume(key)
        if use is None:
            raise NotFound(Reason.GONE, key.name)
        found = volumes.find(self._gateway.link(key.host), key)
        values: dict[str, str | int] = {"name": key.name, "file": str(file), "bytes": found.length}
        says = [Say("download", values)]
        if file.is_dir():
            says.append(Say("is-folder", values, Weight.STOP))
        elif file.exists():
            says.append(Say("overwrites", values, Weight.WARNING if overwrite else Weight.STOP))
        space = os.statvfs(file.parent)
        free, need = space.f_bavail * space.f_frsize, min(found.length, use.volume.allocation or found.length)
        if need > free:
            says.append(Say("no-room-here", {"bytes": need, "free": free, "path": str(file.parent)}, Weight.STOP))
        running = frozenset(domain.key for domain in self._inventory.domains() if domain.state.active)
        writers = [user for user in running_users(use, running) if user.kind is UseKind.DISK]
        says += [Say("download-running", {"user": user.name}, Weight.WARNING) for user in writers]
        if use.volume.backing:
            says.append(Say("download-overlay", {"path": use.volume.backing}, Weight.WARNING))
        return Plan("volume.download", key.host, key.name, tuple(says), takes=need, made=time.time())

    def run_download(self, key: VolumeKey, file: Path, *, overwrite: bool = False) -> JobHandle:
        """The file appears under its name when it is whole."""
        return self._jobs.submit(
            "volume.download",
            key.name,
            lambda job: self._download(job, key, file, overwrite=overwrite),
            hosts=(key.host,),
            command=self.download_line(key, file, overwrite),
        )

    def download_line(self, key: VolumeKey, file: Path, overwrite: bool = False) -> str:
        more = ["--overwrite"] * overwrite
        return storage_line("download", volume_word(self._inventory, key), str(file), options=("--yes", *more))

    def _download(self, job: Job, key: VolumeKey, file: Path, *, overwrite: bool) -> None:
        refuse(self.plan_download(key, file, overwrite=overwrite))
        part = file.with_name(f".{file.name}.{job.id}.part")
        link = self._gateway.link(key.host)
        length = volumes.find(link, key).length
        entry = Entry("volume.download", key.name, (), {"part": str(part)}, by=who())
        try:
            with self._store.journal(job.id, entry) as journal, self._undone(job, journal, key):
                journal.step("fetching", undo="unlink", path=str(part))
                job.step("fetching", name=key.name)
                handle = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
                try:
                    with aside(self._gateway, self._inventory, job, key.host) as other:
                        came = streams.download(
                            other.link,
                            key,
                            handle,
                            length,
                            sparse=True,
                            progress=lambda at: _tell(job, at, length),
                        )
                    os.fsync(handle)
                finally:
                    os.close(handle)
                _take_name(part, file, overwrite=overwrite)
                job.log(f"{length} bytes, {came} of them fetched; the rest are holes")
        except OSError as error:
            raise streams.local(error, str(file)) from error

    # both

    def _pool(self, host: str, name: str) -> PoolUse:
        use = self._storage.fresh(host).pool(host, name)
        if use is None:
            raise NotFound(Reason.GONE, name)
        return use


def _tell(job: Job, at: int, length: int) -> None:
    job.check()
    job.progress(at, length)


@contextlib.contextmanager
def _opened(file: Path) -> Iterator[int]:
    """A file of this computer, to be read. Errors: UsageError where it is none, FleetError."""
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise streams.local(error, str(file)) from error
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise UsageError(Reason.OTHER, str(file), detail="file")
        yield handle
    finally:
        os.close(handle)


def _take_name(part: Path, file: Path, *, overwrite: bool) -> None:
    """Gives a whole file its name. Errors: FileExistsError where that is taken by now."""
    if overwrite:
        part.replace(file)
        return
    try:
        os.link(part, file)
    except PermissionError:  # a file system without links
        if file.exists():
            raise FileExistsError(17, "File exists", str(file)) from None
        part.rename(file)
        return
    part.unlink()
