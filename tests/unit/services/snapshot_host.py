"""A host made of the model of images, in place of the gateway's functions: it can die at any call, before or behind its effect."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from xml.sax.saxutils import quoteattr

import pytest
from msgspec.structs import replace

from console.fleet.domains import State, VmKey
from console.fleet.errors import Conflict, Denied, Failed, FleetError, NotFound, Reason
from console.fleet.snapshots.plans import Op, Step, TakeOrder
from console.fleet.snapshots.values import How, Snapshot, SnapshotFacts
from console.gateway import images
from console.gateway.gateway import Gateway
from console.inventory.inventory import Inventory
from console.inventory.thumbnails import Thumbnails
from console.jobs.journal import JobStore
from console.jobs.runner import JobRunner
from console.libvirtxml.snapshot import read_snapshot
from console.libvirtxml.sources import disks_now
from console.services import snapshot_acts, snapshot_steps, snapshot_taking
from console.services.keeping import Keeping
from console.services.snapshot import SnapshotService
from tests.unit.fleet.snapshots.world import Image, World

KEY = VmKey("h", "u")


class Dead(Exception):
    """The console is no more: nothing it would still do has an effect."""


class FakeHost(World):
    """calls: what was asked of it that changes something. dies: number of the call at which the console dies, and whether its
    effect is still there.

    unseen: files that QEMU writes, and libvirt knows nothing of it. fails: an error that a call meets, by number."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.calls: list[str] = []
        self.dies: tuple[int, bool] | None = None
        self.fails: dict[int, FleetError] = {}
        self.dead = False
        self.paused = False
        self.writable = True
        self.thawed = 0
        self.hears = True
        self.reverted: list[VmKey] = []
        self.unseen: set[str] = set()

    def alive(self) -> None:
        self.dead, self.dies = False, None

    @contextmanager
    def changing(self, what: str) -> Iterator[None]:
        if self.dead:
            raise Dead
        number = len(self.calls)
        self.calls.append(what)
        if number in self.fails:
            raise self.fails[number]
        if self.dies == (number, False):
            self.dead = True
            raise Dead
        yield
        if self.dies == (number, True):
            self.dead = True
            raise Dead

    # the gateway's functions

    def read_facts(self, link: object, key: VmKey, known: object = ()) -> SnapshotFacts:
        if self.dead:
            raise Dead
        facts = self.facts(key=key)
        return replace(facts, state=State.PAUSED) if self.paused and self.up else facts

    def state_now(self) -> State:
        if self.dead:
            raise Dead
        return State.OFF if not self.up else State.PAUSED if self.paused else State.RUNNING

    def take(
        self, link: object, uuid: str, text: str, *, disk_only: bool, freeze: bool = False, live: bool = False
    ) -> None:
        one = read_snapshot(text)
        with self.changing(f"take {one.name}"):
            if one.name in self.snapshots:
                raise Conflict(Reason.EXISTS, "qa", detail=one.name)
            external = one.external
            targets = tuple(disk.target for disk in one.disks)
            order = TakeOrder(
                one.name,
                one.description,
                one.memory is not How.NONE,
                kind="external" if external else "internal",
                targets=targets,
            )
            steps = [
                Step(Op.CREATE, disk.target, disk.overlay, self.tops[disk.target], (one.name,))
                for disk in one.disks
                if external
            ]
            if one.memory_file:
                steps.append(Step(Op.CREATE, "", one.memory_file, names=(one.name,)))
            steps = steps or [Step(Op.CREATE, names=(one.name,))]
            self._create(cast(Any, SimpleNamespace(order=order)), steps)
            made = self.snapshots[one.name]
            if self.paused and made.state is State.RUNNING:
                self.snapshots[one.name] = replace(made, state=State.PAUSED)

    def xml(self, link: object, uuid: str, name: str, *, secrets: bool = False) -> str:
        if name not in self.snapshots:
            raise NotFound(Reason.GONE, name)
        one = self.snapshots[name]
        disks, devices = "", ""
        for disk in one.disks:
            source = f"<source file={quoteattr(disk.overlay)}/>" if disk.overlay else ""
            how = disk.how.replace("none", "no")
            disks += f"<disk name='{disk.target}' snapshot='{how}'>{source}</disk>"
            path = disk.frozen or self.tops.get(disk.target, "/p/other")
            form = self.files[path].format if path in self.files else "raw"
            devices += disk_xml(disk.target, path, form)
        parent = f"<parent><name>{one.parent}</name></parent>" if one.parent else ""
        memory = one.memory.replace("none", "no")
        file = f" file={quoteattr(one.memory_file)}" if one.memory_file else ""
        return (
            f"<domainsnapshot><name>{one.name}</name><description>{one.description}</description>"
            f"<state>{'shutoff' if one.state is State.OFF else one.state}</state>{parent}"
            f"<creationTime>{one.created:.0f}</creationTime><memory snapshot='{memory}'{file}/><disks>{disks}</disks>"
            f"<domain type='kvm'><name>qa</name><uuid>u</uuid><devices>{devices}</devices></domain></domainsnapshot>"
        )

    def redefine(self, link: object, uuid: str, text: str, *, current: bool = False) -> None:
        one = read_snapshot(text)
        with self.changing(f"redefine {one.name}"):
            old = self.snapshots.get(one.name)
            frozen = {disk.target: disk.frozen for disk in old.disks} if old is not None else {}
            disks = tuple(
                next((new for new in one.disks if new.target == target), disk)
                for target, disk in ((d.target, d) for d in (old.disks if old is not None else one.disks))
            )
            assert old is None or frozen.keys() == {disk.target for disk in disks}
            was = old is not None and old.current
            self.snapshots[one.name] = replace(one, disks=disks, current=False)
            if was or current:
                self._point(one.name)

    def forget(self, link: object, uuid: str, name: str) -> None:
        with self.changing(f"forget {name}"):
            if name in self.snapshots:
                self._forget(name)

    def erase(self, link: object, uuid: str, name: str) -> None:
        with self.changing(f"erase {name}"):
            if name in self.snapshots:
                for disk in self.snapshots[name].disks:
                    del self.files[disk.frozen].inside[name]
                self._forget(name)

    def revert(self, link: object, uuid: str, name: str, *, start: bool | None = None, paused: bool = False) -> None:
        with self.changing(f"revert {name}"):
            self._revert(name)
            self.up = self.up if start is None else start
            self.paused = self.up and paused

    def set_current(self, link: object, uuid: str, name: str) -> None:
        with self.changing(f"current {name}"):
            self._point(name)

    def thaw(self, link: object, uuid: str, *, sure: bool = False) -> bool:
        self.thawed += self.hears
        return self.hears

    def make_overlay(self, link: object, path: str, onto: str, onto_format: str = "") -> None:
        with self.changing(f"overlay {path}"):
            there = self.files.get(path)
            if there is not None and (there.backing != onto or there.layer):
                raise Conflict(Reason.EXISTS, path, detail=path)
            assert onto_format == self.files[onto].format
            self.files[path] = Image(onto)

    def remove(self, link: object, path: str) -> None:
        with self.changing(f"remove {path}"):
            assert all(image.backing != path for image in self.files.values()), f"{path} is a base"
            assert path not in self.tops.values(), f"{path} is written"
            self.files.pop(path, None)
            self.memories.pop(path, None)

    def commit(
        self,
        link: object,
        uuid: str,
        target: str,
        file: str,
        onto: str,
        watch: object,
        *,
        above: Sequence[str] = (),
        again: bool = False,
    ) -> None:
        with self.changing(f"commit {file}"):
            if file in self.files and self.files[file].backing == onto:
                self._merge(Step(Op.COMMIT, target, file, onto))

    def pull(
        self, link: object, uuid: str, target: str, file: str, onto: str, watch: object, *, again: bool = False
    ) -> None:
        with self.changing(f"pull {file}"):
            if self.files[file].backing == onto:
                self._merge(Step(Op.PULL, target, file, onto))

    def restore(
        self, link: object, uuid: str, file: str, disks: Mapping[str, str], *, paused: bool | None = None
    ) -> None:
        with self.changing(f"restore {file}"):
            assert not self.up
            assert dict(disks).items() <= self.tops.items()
            self.up, self.memory, self.paused = True, self.memories[file], bool(paused)

    def stored(self, link: object, uuid: str, secrets: bool = False) -> str:
        devices = "".join(disk_xml(target, path, self.files[path].format) for target, path in self.tops.items())
        return f"<domain type='kvm'><name>qa</name><uuid>u</uuid><devices>{devices}</devices></domain>"

    def define(self, link: object, uuid: str, base: str, text: str, **_more: bool) -> str:
        with self.changing("define"):
            assert not self.up, "it would be changed under a running VM"
            assert base == self.stored(link, uuid)
            self.tops = {disk.target: disk.path for disk in disks_now(text)}
            assert all(disk.format == self.files[disk.path].format for disk in disks_now(text))
            return self.stored(link, uuid)

    def start(self, link: object, uuid: str) -> None:
        with self.changing("start"):
            assert not self.up
            self.up, self.memory, self.paused = True, 0, False

    def destroy(self, link: object, uuid: str) -> None:
        with self.changing("stop"):
            assert self.up
            self.up, self.memory, self.paused = False, 0, False

    def suspend(self, link: object, uuid: str) -> None:
        with self.changing("pause"):
            assert self.up
            self.paused = True

    def resume(self, link: object, uuid: str) -> None:
        with self.changing("resume"):
            assert self.up
            self.paused = False

    def read_state(self, link: object, uuid: str) -> Any:
        return SimpleNamespace(state=self.state_now())

    def written(self, link: object, uuid: str) -> frozenset[str]:
        return frozenset({*self.tops.values(), *self.unseen})

    def exists(self, link: object, uuid: str, name: str) -> bool:
        return name in self.snapshots

    def listed(self, link: object, uuid: str) -> tuple[Snapshot, ...]:
        return tuple(self.snapshots.values())

    def link(self, host: str) -> Any:
        def writable() -> None:
            if not self.writable:
                raise Denied(Reason.READ_ONLY, host)

        if self.dead:
            raise Dead
        return SimpleNamespace(writable=writable, touched=lambda _uuid: None, spec=SimpleNamespace(id=host, name=host))


def disk_xml(target: str, path: str, form: str) -> str:
    return (
        f"<disk type='file' device='disk'><driver name='qemu' type='{form}'/><source file={quoteattr(path)}/>"
        f"<target dev='{target}' bus='virtio'/></disk>"
    )


SNAPSHOTS = ("take", "xml", "redefine", "forget", "erase", "revert", "set_current", "thaw", "exists", "listed")
POWER = ("start", "destroy", "suspend", "resume")


class Parts:
    """A service on such hosts, with a journal of its own. host: the only one, "h"."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.hosts: dict[str, FakeHost] = {}
        self.use(FakeHost())
        self.store = JobStore(folder / "jobs.sqlite")
        self.store._database._durable = False  # no power fails here
        self.jobs = JobRunner(self.store)
        self.thumbnails = Thumbnails(folder / "thumbnails.sqlite")
        self.service = SnapshotService(
            cast(Gateway, SimpleNamespace(link=lambda name: self.hosts[name].link(name))),
            Inventory(),
            self.jobs,
            self.store,
            cast(Keeping, SimpleNamespace(around=around)),
            self.thumbnails,
            lambda key: self.hosts[key.host].reverted.append(key),
        )
        for module in (snapshot_steps, snapshot_acts):
            patch.setattr(module, "snapshots", self._stand_in(*SNAPSHOTS))
            patch.setattr(module, "domains", self._stand_in(*POWER, read="read_state"))
            patch.setattr(module, "defining", self._stand_in("stored", "define"))
            patch.setattr(module, "read_facts", self._asks("read_facts"))
        patch.setattr(snapshot_taking, "snapshots", self._stand_in(*SNAPSHOTS))
        patch.setattr(snapshot_taking, "defining", self._stand_in("stored", "define"))
        patch.setattr(snapshot_taking, "images", made := self._stand_in("remove"))
        made.holds = images.holds
        patch.setattr(snapshot_taking, "monitor", self._stand_in("written"))
        made = self._stand_in("make_overlay", "remove")
        made.holds = images.holds
        patch.setattr(snapshot_steps, "images", made)
        patch.setattr(snapshot_steps, "cloning", SimpleNamespace(set_ours=lambda *_args: None))
        patch.setattr(snapshot_steps, "blockjobs", self._stand_in("commit", "pull"))
        patch.setattr(snapshot_steps, "restoring", self._stand_in("restore"))

    def _asks(self, name: str) -> Callable[..., Any]:
        return lambda link, *args, **more: getattr(self.hosts[link.spec.id], name)(link, *args, **more)

    def _stand_in(self, *names: str, **others: str) -> SimpleNamespace:
        return SimpleNamespace(
            **{name: self._asks(name) for name in names}, **{name: self._asks(other) for name, other in others.items()}
        )

    @property
    def host(self) -> FakeHost:
        return self.hosts["h"]

    def use(self, *hosts: FakeHost) -> None:
        """From now on these are the hosts ("h", or "h0", "h1"…); nothing is left of what was begun before."""
        self.hosts = {"h": hosts[0]} if len(hosts) == 1 else {f"h{number}": host for number, host in enumerate(hosts)}
        if hasattr(self, "store"):
            for item in self.store.unfinished():
                self.store.settle(item.job)

    def close(self) -> None:
        assert self.jobs.close(5)
        self.store.close(5)
        self.thumbnails.close()


@contextmanager
def around(_key: VmKey, _kind: str) -> Iterator[None]:
    yield


def no_room() -> FleetError:
    return Failed(Reason.NO_SPACE, "qa")
