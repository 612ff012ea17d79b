"""Takes back what clones left that did not come to their end: the definitions, then the files, then what was done to the source."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from console.fleet.deletion import FileItem, FileKind
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Busy, Conflict, Failed, FleetError, NotFound, Reason
from console.fleet.storage import VolumeKey
from console.gateway import backup, cloning, domains, images, volumes
from console.gateway.gateway import Gateway
from console.jobs.job import Job
from console.jobs.journal import Entry, Step, Unfinished
from console.services.snapshot import SnapshotService

TRIES, BETWEEN = 20, 0.25  # a host lets go of a file a moment after it was told to
PATIENCE, LOOK = 7200.0, 2.0  # seconds that a host may copy on by itself after its console was killed
_RAN = ("shutdown", "destroyed", "crashed", "saved", "migrated")  # why a VM is off that was up

_log = logging.getLogger(__name__)


class CloneBack:
    """Every thing that was made is in the journal by a step of its own, written before it was made (clone_making).

    A UUID is ours for certain. A file is, where its step was over; of the last one it is taken to be, where it is what was to
    be made. What a VM needs by now stays, and so does a clone that somebody has used.
    """

    def __init__(self, gateway: Gateway, snapshots: SnapshotService) -> None:
        self._gateway = gateway
        self._snapshots = snapshots

    def hosts(self, item: Unfinished) -> tuple[str, ...]:
        """All that must be there."""
        steps = (str(step.values.get("host", "")) for step in item.entry.steps)
        return tuple(dict.fromkeys(host for host in (item.entry.on, *steps) if host))

    def look(self, item: Unfinished) -> tuple[FileItem, ...]:
        """The files that may be left, as the journal knows them."""
        return tuple(
            FileItem(
                f"{step.values['host']}:{step.values['path']}",
                str(step.values["path"]),
                FileKind.NVRAM if step.undo == "file" else FileKind.DISK,
                pool=str(step.values.get("pool", "")),
                volume=str(step.values.get("name", "")),
            )
            for step in _ours(item.entry.steps)
            if step.undo in ("volume", "file")
        )

    def undo(self, entry: Entry, job: Job | None = None) -> None:
        """job: of a later console, which waits for what its host still copies. Errors: Conflict where something must stay (all
        else is gone by then), FleetError where a host cannot be asked."""
        steps = _ours(entry.steps)
        kept: list[FleetError] = []
        for step in reversed(steps):
            match step.undo:
                case "domain":
                    try:
                        self._domain(step, steps, job)
                    except Conflict as error:
                        kept.append(error)
                case "backup" if not step.done:
                    mine = {str(one.values["path"]) for one in steps if one.undo == "volume"}
                    backup.abort(self._gateway.link(_host(step)), str(step.values["uuid"]), mine)
        if kept:  # what one of them that stays may be built on stays as it is, too
            steps = [step for step in steps if step.undo not in ("snapshot", "autostart")]
        for step, problem in self._needed([step for step in steps if step.undo == "volume"]):
            _log.info("%s stays: %s", step.values["path"], problem)
            kept.append(problem)
            steps.remove(step)
        for step in reversed(steps):
            try:
                self._take(step, entry, job)
            except (Conflict, NotFound) as error:
                kept.append(error)
        if kept:
            first = kept[0]
            raise first if isinstance(first, Conflict) else Conflict(first.problem, first.what)

    def _take(self, step: Step, entry: Entry, job: Job | None) -> None:
        host, link = _host(step), self._gateway.link(_host(step))
        match step.undo:
            case "volume":
                self._volume(step, job)
            case "file":
                path = str(step.values["path"])
                for user in volumes.needed_by(link, frozenset({path})).values():
                    raise Conflict(Reason.IN_USE, path, detail=user)
                cloning.remove_file(link, path, f"{cloning.PASSING}back")
            case "pool":
                cloning.end_passing(link, str(step.values["name"]))
            case "autostart":
                domains.set_autostart(link, str(step.values["uuid"]), True)
            case "snapshot":
                self._snapshot(VmKey(host, str(step.values["uuid"])), str(step.values["name"]))

    def _domain(self, step: Step, steps: list[Step], job: Job | None) -> None:
        link, uuid = self._gateway.link(_host(step)), str(step.values["uuid"])
        if not cloning.defined(link, uuid):
            return
        now = domains.read(link, uuid)
        if now.state.active:  # somebody else started it: it is theirs
            raise Conflict(Reason.IN_USE, now.name, detail=now.name)
        if self._was_used(now, steps, job):
            raise Conflict(Reason.WRONG_STATE, now.name, detail="clone-used")
        domains.undefine(link, uuid)

    def _was_used(self, now: Domain, steps: list[Step], job: Job | None) -> bool:
        """Somebody had it running since it was made, or keeps a state of it. Its host forgets why it is off; a disk that is
        built on another tells still, by what was written to it."""
        link, uuid = self._gateway.link(now.key.host), now.key.uuid
        if now.state is not State.OFF or cloning.why_off(link, uuid) in _RAN:
            return True
        if now.snapshots and not any(step.undo == "records" and step.values["uuid"] == uuid for step in steps):
            return True
        if job is None or any(step.code == "resetting" for step in steps):
            return False
        mine = {disk.source for disk in now.disks}
        for step in steps:
            if step.undo == "volume" and step.values["backing"] and step.values["path"] in mine:
                key = VolumeKey(_host(step), str(step.values["pool"]), str(step.values["name"]))
                there = volumes.find(link, key).volume if volumes.exists(link, key) else None
                if there is not None and there.allocation > images.EMPTY + there.capacity // images.TABLE:
                    return True
        return False

    def _needed(self, steps: list[Step]) -> Iterable[tuple[Step, Conflict]]:
        """Those whose files a VM needs by now, in spite of all."""
        for host in dict.fromkeys(_host(step) for step in steps):
            mine = [step for step in steps if _host(step) == host]
            names = {name: step for step in mine for name in _names(step)}
            found = volumes.needed_by(self._gateway.link(host), frozenset(names))
            for step in mine:
                user = next((found[name] for name in _names(step) if name in found), "")
                if user:
                    yield step, Conflict(Reason.IN_USE, str(step.values["name"]), detail=user)

    def _volume(self, step: Step, job: Job | None) -> None:
        values = step.values
        key = VolumeKey(_host(step), str(values["pool"]), str(values["name"]))
        link = self._gateway.link(key.host)
        if not volumes.exists(link, key):
            return
        there = volumes.find(link, key).volume
        ours = there.path == values["path"]
        if not step.done and job is not None:  # killed between the journal and the host's answer
            same = there.capacity == values["capacity"] or not there.capacity
            ours = ours and same and there.backing == values["backing"]
        if not ours:
            raise Conflict(Reason.EXISTS, key.name, detail=there.path or key.name)
        self._delete(key, job)

    def _delete(self, key: VolumeKey, job: Job | None) -> None:
        """A volume that its host still writes is waited for."""
        pause, waited, tries = threading.Event(), 0.0, 0
        while True:
            try:
                volumes.delete(self._gateway.link(key.host), key)
                return
            except FleetError as error:
                still = error.problem.reason in (Reason.IN_USE, Reason.WRONG_STATE)
                tries += 1
                if not still:
                    raise
                if waited > PATIENCE or (job is None and tries >= TRIES):
                    raise Busy(error.problem, key.name) from None  # no conflict: it goes later
            if job is None or tries < TRIES:
                pause.wait(BETWEEN)
            else:
                job.pause(LOOK)
                waited += LOOK

    def _snapshot(self, key: VmKey, name: str) -> None:
        """The one a running source got, so that its disks could be a base, is merged again."""
        facts = self._snapshots.facts(key)
        if facts.snapshot(name) is None:
            return
        plan = self._snapshots.plan_delete(key, name, facts=facts)
        if plan.refused:
            raise Conflict(Reason.IN_USE, name, detail=plan.refused[0].code)
        view = self._snapshots.run(plan).wait()
        if view.problem is not None:
            raise Failed(view.problem, view.what or name)


def _ours(steps: Iterable[Step]) -> list[Step]:
    """The steps that began something of ours: one that is followed by "taken" met another's."""
    found: list[Step] = []
    for step in steps:
        if step.code == "taken":
            if found:
                found.pop()
        else:
            found.append(step)
    return found


def _host(step: Step) -> str:
    return str(step.values["host"])


def _names(step: Step) -> tuple[str, ...]:
    return str(step.values["path"]), f"{step.values['pool']}/{step.values['name']}"
