"""What the journal keeps of acts on snapshots: the plans, how it was before, and how far each VM is."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from console.fleet.domains import VmKey
from console.fleet.snapshots.plans import Deed, Op, SnapshotPlan, Step
from console.jobs.job import who
from console.jobs.journal import Entry, Journal

KINDS = frozenset({*(f"snapshot.{deed}" for deed in Deed), "snapshot.many"})
"""Kinds of jobs whose journal is kept in this way."""
OVER, BACK = -1, -2  # in place of the number of a step: that VM is done; it is being taken back


class Before(msgspec.Struct, frozen=True):
    """How a VM was, as far as it can be put back. xml: its stored configuration, without passwords. frozen: its guest may be
    frozen by the agent for a moment."""

    xml: str = ""
    current: str = ""
    active: bool = False
    paused: bool = False
    frozen: bool = False


class Kept(msgspec.Struct, frozen=True):
    """Of the whole act. together: the VMs stand still at one moment. safety, keeps: as in ManyPlan."""

    plans: tuple[SnapshotPlan, ...]
    before: tuple[Before, ...]
    deed: Deed
    many: bool = False
    together: bool = False
    safety: str = ""
    keeps: bool = False


_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Kept).decode


def entry_of(kept: Kept, target: str) -> Entry:
    """For the journal. The basis of a plan is left out: it is of no use once the first step was taken."""
    plans = tuple(replace(plan, basis=frozenset()) for plan in kept.plans)
    kind = "snapshot.many" if kept.many else f"snapshot.{kept.deed}"
    keys = tuple(dict.fromkeys(plan.key for plan in plans))
    values = {"kept": _encode(msgspec.structs.replace(kept, plans=plans)).decode()}
    return Entry(kind, target, keys, dict(values), by=who())


def kept_in(entry: Entry) -> Kept:
    """Errors: msgspec.MsgspecError where another version wrote it."""
    return _decode(str(entry.values["kept"]))


class Record:
    """A journal and the VMs it is about; used by one thread for each VM.

    Attributes:
        done: number of the last step that was done in this process, by VM.
        left_over: something could be neither brought to its end nor taken back.
        frozen: of whose guests it is not known whether they go on.
    """

    def __init__(self, journal: Journal, kept: Kept) -> None:
        self._journal = journal
        self._lock = threading.Lock()
        self.kept = kept
        self.done: dict[int, int] = {}
        self.left_over = False
        self.frozen: set[int] = set()

    def begin(self, vm: int, at: int, step: Step | None = None) -> None:
        """That step of that VM is about to be done. Blocks until it is on the disk."""
        with self._lock:
            if step is None:
                self._journal.step("snapshot.over" if at == OVER else "snapshot.back", vm=vm, at=at)
            else:
                self._journal.step(f"snapshot.{step.op}", vm=vm, at=at, **_told(step))

    @property
    def entry(self) -> Entry:
        return self._journal.entry

    def standing(self, vm: int) -> Standing:
        with self._lock:
            return standing(self._journal.entry, vm)


class Standing(msgspec.Struct, frozen=True):
    """How far one VM is. at: the step that was begun last, None = none. over: it is done, or taken back. back: it was being taken
    back."""

    at: int | None = None
    over: bool = False
    back: bool = False


def standing(entry: Entry, vm: int) -> Standing:
    now = Standing()
    for step in entry.steps:
        if int(str(step.values.get("vm", 0))) != vm:
            continue
        at = int(str(step.values.get("at", OVER)))
        if at == OVER:
            now = replace(now, over=True)
        elif at == BACK:
            now = replace(now, back=True, over=False)
        elif not now.back:
            now = Standing(at)
    return now


def steps_begun(plan: SnapshotPlan, now: Standing) -> Sequence[Step]:
    return plan.steps[: now.at + 1] if now.at is not None else ()


def steps_left(plan: SnapshotPlan, now: Standing) -> Sequence[Step]:
    """With the one that was cut off."""
    return () if now.over else plan.steps[now.at or 0 :]


def _told(step: Step) -> dict[str, str]:
    """What of a step a person is told where it was cut off."""
    told = {"target": step.target, "file": step.file, "onto": step.onto, "name": ", ".join(step.names)}
    return {name: value for name, value in told.items() if value}


def weighty(step: Step) -> bool:
    """It is journalled: a check changes nothing."""
    return step.op is not Op.CHECK


def target_of(keys: Sequence[VmKey], plans: Sequence[SnapshotPlan]) -> str:
    """The name shown: a VM's, or how many there are."""
    return plans[0].vm if len(keys) == 1 else str(len(keys))
