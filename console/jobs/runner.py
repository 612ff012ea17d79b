"""Runs jobs: each in a thread of its own or in a lane, groups with limits per host, and tells who listens."""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError, Problem, Reason
from console.jobs.entries import Entries, Entry, JobHandle, Keeper, StepLine
from console.jobs.groups import Group
from console.jobs.job import Body, Cancelled, Job, JobSpec, JobState, JobView, Later, Via
from console.jobs.telling import Listener, Teller

__all__ = ["LIMIT_PER_HOST", "JobHandle", "JobRunner", "Keeper"]

LIMIT_PER_HOST = 2
ABORTED = 78  # VIR_ERR_OPERATION_ABORTED: what libvirt says of a job that was told to end

_log = logging.getLogger(__name__)


class JobRunner:
    """All jobs of this console. Thread-safe; nothing but JobHandle.wait and close blocks.

    store: where the history is kept; None = nowhere. clock: epoch seconds.
    """

    def __init__(self, store: Keeper | None = None, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock
        self._entries = Entries(store, clock)
        self._lock = self._entries.lock
        self._teller = Teller()
        if store is not None:
            self._teller.subscribe(store.keep)
        self._closed = False

    # asking

    def submit(
        self,
        kind: str,
        target: str,
        body: Body,
        *,
        vms: Sequence[VmKey] = (),
        hosts: Sequence[str] = (),
        via: Via | None = None,
        parent: int | None = None,
        command: str = "",
    ) -> JobHandle:
        """Runs `body` in a daemon thread of its own, or wherever `via` takes it (a lane). After close: cancelled at once.

        parent: a job that this one is a part of; cancelling that one cancels this one.
        """
        spec = JobSpec(kind, target, body, tuple(vms), tuple(hosts), via, command)
        with self._lock:
            above = self._entries.get(parent)
            entry = self._new(spec, parent)
            if above is not None:
                self._change(above, {"children": (*above.view.children, entry.view.id)})
        if above is not None:
            self._teller.drain(above.view.id)
        self._teller.drain(entry.view.id)
        self._start(entry)
        return JobHandle(entry, self.cancel)

    def group(
        self,
        kind: str,
        target: str,
        members: Sequence[JobSpec],
        *,
        limit_per_host: int = LIMIT_PER_HOST,
        limit: int = 0,
        halts: bool = False,
        command: str = "",
        deed: str = "",
    ) -> JobHandle:
        """Runs many as one: at most `limit_per_host` members of this group at once on any host they name, `limit` in all (0 =
        any number), stage after stage. halts: after a failure no further member begins.

        It ends when all have: FAILED if any failed, else CANCELLED if any was cancelled, else SUCCEEDED.
        """
        with self._lock:
            vms = tuple(key for spec in members for key in spec.vms)
            hosts = tuple(dict.fromkeys(host for spec in members for host in spec.hosts))
            parent = self._new(JobSpec(kind, target, _no_body, vms, hosts, None, command), None)
            children = [self._new(spec, parent.view.id) for spec in members]
            parent.group = Group(
                [child.view for child in children],
                limit_per_host,
                most=limit,
                stages={child.view.id: child.spec.stage for child in children},
                aside=[child.view.id for child in children if child.spec.aside],
                halts=halts,
            )
            ids = tuple(child.view.id for child in children)
            self._change(parent, {"children": ids, "deed": deed, **parent.group.standing()})
        for entry in (parent, *children):
            self._teller.drain(entry.view.id)
        if self._closed:
            self.cancel(parent.view.id)
        self._advance(parent)
        return JobHandle(parent, self.cancel)

    def cancel(self, id: int) -> None:
        """Asks for the end: what has not begun ends at once, what runs is told. Ended or unknown jobs stay as they are."""
        with self._lock:
            entry = self._entries.get(id)
            if entry is None or entry.view.state.ended or entry.job.cancelled:
                return
            stops = entry.job.ask_end()
            waiting = entry.view.state is JobState.QUEUED and entry.group is None
            if not waiting:
                self._change(entry, {"state": JobState.CANCELLING})
            children = entry.view.children
        if waiting:
            self._finish(entry, JobState.CANCELLED)
        else:
            self._teller.drain(entry.view.id)
        if stops:
            threading.Thread(target=_stop, args=(entry.job, stops), name=f"job-{id}-cancel", daemon=True).start()
        for child in children:
            self.cancel(child)

    # looking

    def views(self) -> tuple[JobView, ...]:
        """All jobs of this run of the console that are still remembered, oldest first."""
        return self._entries.views()

    def view(self, id: int) -> JobView | None:
        entry = self._entries.get(id)
        return entry.view if entry else None

    def log(self, id: int) -> tuple[tuple[float, str], ...]:
        """(epoch, line) as far as remembered."""
        return self._entries.log(id)

    def steps(self, id: int) -> tuple[StepLine, ...]:
        """(epoch, code, values) of each step that began."""
        return self._entries.steps(id)

    def running(self) -> int:
        """How many jobs have not ended; a group counts as one."""
        return self._entries.running()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Calls `listener` with each job that moved, in a job's thread: it must only enqueue. Returns the undo.

        The views of one job come in order; each change of state comes, progress at most ten times a second.
        """
        return self._teller.subscribe(listener)

    def close(self, timeout: float = 0.5, cancel: bool = True) -> bool:
        """Takes no more jobs, asks all to end (unless told not to) and waits at most `timeout` seconds for that.

        True if all have ended. Those that have not go on in daemon threads until the process ends; the history then
        shows them as interrupted.
        """
        end = time.monotonic() + timeout
        with self._lock:
            self._closed = True
            entries = list(self._entries)
        if cancel:
            for entry in entries:
                self.cancel(entry.view.id)
        for entry in entries:
            entry.done.wait(max(0.0, end - time.monotonic()))
        self._teller.close(max(0.0, end - time.monotonic()))
        return all(entry.done.is_set() for entry in entries)

    # running

    def _new(self, spec: JobSpec, parent: int | None) -> Entry:
        """Under the lock."""
        entry = self._entries.new(spec, parent, self._report)
        self._teller.put(entry.view)
        return entry

    def _start(self, entry: Entry) -> None:
        if self._closed:
            self.cancel(entry.view.id)
            return

        def run() -> None:
            self._run(entry)

        try:
            if entry.spec.via is not None:
                entry.spec.via(run)
            else:
                threading.Thread(target=run, name=f"job-{entry.view.id}", daemon=True).start()
        except FleetError as error:
            self._finish(entry, JobState.FAILED, error.problem, error.what)
        except Exception as error:  # no more threads
            self._finish(entry, JobState.FAILED, Problem(Reason.OTHER, f"{type(error).__name__}: {error}"))

    def _run(self, entry: Entry) -> None:
        job = entry.job
        with self._lock:
            if entry.view.state is not JobState.QUEUED:
                return
            self._change(entry, {"state": JobState.RUNNING, "started": self._clock()})
        self._teller.drain(entry.view.id)
        self._parent_moved(entry)
        try:
            result = entry.spec.body(job)
        except Exception as error:
            self._outcome(entry, error)
            return
        if isinstance(result, Later):
            result.then(lambda error: self._outcome(entry, error))
        else:
            entry.result = result
            self._outcome(entry, None)

    def _outcome(self, entry: Entry, error: BaseException | None) -> None:
        """Ends a job by what its body raised, or did not."""
        job = entry.job
        match error:
            case None:
                self._finish(entry, JobState.SUCCEEDED)
            case Cancelled():
                self._finish(entry, JobState.CANCELLED)
            case FleetError() if job.cancelled and error.problem.code == ABORTED:
                self._finish(entry, JobState.CANCELLED)
            case FleetError():
                self._finish(entry, JobState.FAILED, error.problem, error.what)
            case _:
                _log.error("job %d (%s) broke", job.id, entry.view.kind, exc_info=error)
                job.log("".join(traceback.format_exception(error)).rstrip())
                self._finish(entry, JobState.FAILED, Problem(Reason.OTHER, f"{type(error).__name__}: {error}"))

    def _finish(self, entry: Entry, state: JobState, problem: Problem | None = None, what: str = "") -> None:
        changes: dict[str, Any] = {"state": state, "problem": problem, "what": what, "rate": None, "eta": None}
        if state is JobState.SUCCEEDED:
            changes["fraction"] = 1.0
        with self._lock:
            if entry.view.state.ended:
                return
            self._change(entry, {**changes, "ended": self._clock()})
        self._teller.drain(entry.view.id)
        entry.done.set()
        self._parent_moved(entry)

    def _parent_moved(self, child: Entry) -> None:
        """Takes what a member did into its group, starts those that waited for it, and ends the group with the last."""
        with self._lock:
            parent = self._entries.get(child.view.parent)
            if parent is None or parent.group is None:
                return
            if child.view.state.ended:
                parent.group.end(child.view)
            elif child.view.fraction is None and parent.view.state is not JobState.QUEUED:
                return  # nothing that the group tells of
            else:
                parent.group.progress(child.view)
            if parent.view.state.ended:
                return
            parent.view = replace(parent.view, **parent.group.standing())
            if child.view.state is JobState.RUNNING and parent.view.state is JobState.QUEUED:
                self._change(parent, {"state": JobState.RUNNING, "started": self._clock()})
            else:
                self._teller.progress(parent.view)
            halted = parent.group.halted if child.view.state is JobState.FAILED else ()
        self._teller.drain(parent.view.id)
        for job in halted:
            self.cancel(job)
        if child.view.state.ended:
            self._advance(parent)

    def _advance(self, parent: Entry) -> None:
        """Starts the members of a group that have room, and ends the group after its last one."""
        group = parent.group
        if group is None:
            return
        while True:
            with self._lock:
                if parent.starting:  # who starts members now takes these as well
                    return
                ready = [] if parent.job.cancelled else group.startable()
                members = [member for job in ready if (member := self._entries.get(job)) is not None]
                parent.starting = bool(members)
                verdict = group.verdict
            if not members:
                break
            for member in members:
                self._start(member)
            with self._lock:
                parent.starting = False
        if verdict is not None:
            self._finish(parent, verdict, group.problem, group.what)

    # changing

    def _change(self, entry: Entry, changes: Mapping[str, Any]) -> None:
        """Under the lock: the next view of a job, told in any case."""
        entry.view = replace(entry.view, **changes)
        self._teller.put(entry.view)

    def _report(self, entry: Entry, changes: Mapping[str, Any]) -> None:
        """The next view of a job that runs, told when it is time."""
        with self._lock:
            if entry.view.state.ended:
                return
            if changes.get("step"):
                entry.steps.append((self._clock(), changes["step"], changes["values"]))
            entry.view = replace(entry.view, **changes)
            self._teller.progress(entry.view)
        self._teller.drain(entry.view.id)
        self._parent_moved(entry)


def _no_body(job: Job) -> object:
    raise AssertionError(job.id)


def _stop(job: Job, stops: Iterable[Callable[[], None]]) -> None:
    for stop in stops:
        try:
            stop()
        except FleetError as error:
            job.log(str(error))
