"""What an act on snapshots would do, step by step, before it is done. The same values are shown, journalled and carried out."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from console.fleet.domains import VmKey
from console.fleet.storing import Say, Weight


class Deed(StrEnum):
    """Acts on snapshots of one VM."""

    TAKE = "take"
    REVERT = "revert"
    DELETE = "delete"
    DELETE_BELOW = "delete-below"  # with all that go on from it
    RENAME = "rename"
    DESCRIBE = "describe"
    REPAIR = "repair"  # what the doctor found


class Op(StrEnum):
    """What one step does. Each can be done again where it was cut off: it looks first whether it is done already."""

    CHECK = "check"  # asks the host again; stops where something changed since the plan
    CREATE = "create"  # libvirt takes the snapshot: `names` the new one; see Step
    REVERT = "revert"  # libvirt goes back to an internal snapshot
    ERASE = "erase"  # libvirt takes an internal snapshot out of its images
    STOP = "stop"  # the VM is forced off
    OVERLAY = "overlay"  # `file` is made, empty, on `onto`
    SWITCH = "switch"  # the VM's XML names `file` for `target`, in place of `onto`; see Step
    RESTORE = "restore"  # the VM starts from the memory in `file`
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    COMMIT = "commit"  # `file` is merged into `onto`, which it is built on; what was built on `file` is on `onto` then
    PULL = "pull"  # `file` takes in what it reads of `onto`, and is built on that one's backing file then
    REDEFINE = "redefine"  # snapshots (`names`) are told to libvirt anew: `onto` in place of `file`; see Step
    CURRENT = "current"  # "now" goes on from `names`
    FORGET = "forget"  # libvirt's record of a snapshot goes; no file does
    REMOVE = "remove"  # `file` is deleted
    RELEASE = "release"  # helper domains (`names`) that were left behind are ended


class IfStops(StrEnum):
    """What is there when all ends in the middle of a step (a kill, a lost host, a full disk)."""

    NOTHING = "nothing"  # nothing has changed
    WHOLE = "whole"  # the VM is whole; the journal finishes it or takes it back
    RESUMES = "resumes"  # the VM is whole; the merge goes on where it stopped
    FINISH = "finish"  # the journal finishes it
    FILE_STAYS = "file-stays"  # a file nobody needs is left; the doctor lists it
    OFF = "off"  # the VM is off and whole; the journal starts it


class Stops(StrEnum):
    """What becomes of the VM meanwhile."""

    NO = "no"  # it stays as it is
    MOMENT = "moment"  # it stands still while its memory is written or its disks are frozen
    GOES_OFF = "goes-off"  # it is off at the end
    RESTARTS = "restarts"  # it is forced off and comes up in the state of the snapshot


class Fate(StrEnum):
    """How a file stands in the picture of before and after."""

    STAYS = "stays"
    NEW = "new"
    GOES = "goes"
    GROWS = "grows"  # another is merged into it
    WRITTEN = "written"  # the VM writes to it


class FileBox(msgspec.Struct, frozen=True):
    """A file in the picture. label: short (".wizard"). size: bytes on disk, then expected. goes_into: the path it is
    merged into."""

    path: str
    label: str
    size: int = 0
    fate: Fate = Fate.STAYS
    goes_into: str = ""


class Chain(msgspec.Struct, frozen=True):
    """The files of one disk, base first."""

    target: str
    boxes: tuple[FileBox, ...]


class Step(msgspec.Struct, frozen=True):
    """One thing that is done. target: the disk, "" for the whole VM. file, onto: paths (see Op). names: snapshots.

    before, after: bytes of `file` (of a merge: of `onto`), None = not known or nothing. gain: bytes of disk this step frees
    (below 0: takes). loses: the point behind which there is no way back; nothing before it is lost.

    format: of an overlay's backing file; of `onto` in COMMIT, REDEFINE and CREATE; of `file` in SWITCH.

    CREATE: one step for each file that is made, `file` on `onto` for `target` (target "": the memory; of an internal snapshot the
    image it grows); those that follow each other are one call. SWITCH steps that follow each other are one definition; with
    `names` the VM takes the <domain> of that snapshot, with these files, and of its writable disks only these. REDEFINE
    without `file`: the plan's `values` say what is new ("name", "description").
    FORGET: libvirt puts what goes on from the snapshot under its parent, and makes the parent the current one.
    """

    op: Op
    target: str = ""
    file: str = ""
    onto: str = ""
    names: tuple[str, ...] = ()
    before: int | None = None
    after: int | None = None
    gain: int = 0
    if_stops: IfStops = IfStops.WHOLE
    loses: bool = False
    format: str = ""


class TakeOrder(msgspec.Struct, frozen=True):
    """What is wanted of a new snapshot. targets: disks that are kept, () = all that can be. freeze: through the guest agent.

    kind: "auto" takes what is best (see taking), else "internal" or "external".
    """

    name: str
    description: str = ""
    memory: bool = True
    freeze: bool = False
    kind: str = "auto"
    targets: tuple[str, ...] = ()
    build: str = ""


class SnapshotPlan(msgspec.Struct, frozen=True):
    """A dry run of one deed on one VM. snapshot: its name ("" of a repair of no snapshot).

    frees, needs: bytes of disk; needs_memory: bytes of the host's. seconds: expected, None = not known.
    says: what else there is to say: facts, warnings, and what stands in the way (Weight.STOP), each with a way round where
    there is one. lost: names of snapshots one cannot go back to afterwards. order: of a new snapshot.
    branch: name of the snapshot that keeps the present state first ("" = none).
    basis: what it rests on (see checking); empty = nothing is compared before it is carried out.
    """

    key: VmKey
    vm: str
    deed: Deed
    snapshot: str
    made: float
    stops: Stops = Stops.NO
    frees: int = 0
    needs: int = 0
    needs_memory: int = 0
    pool: str = ""
    free: int = 0
    seconds: float | None = None
    before: tuple[Chain, ...] = ()
    after: tuple[Chain, ...] = ()
    steps: tuple[Step, ...] = ()
    says: tuple[Say, ...] = ()
    lost: tuple[str, ...] = ()
    order: TakeOrder | None = None
    branch: str = ""
    values: tuple[tuple[str, str], ...] = msgspec.field(default=())
    basis: frozenset[tuple[str, str, str]] = frozenset()

    @property
    def refused(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.STOP)

    @property
    def warnings(self) -> tuple[Say, ...]:
        return tuple(say for say in self.says if say.weight is Weight.WARNING)

    @property
    def files_going(self) -> tuple[str, ...]:
        """Paths of the files that are deleted, in order."""
        return tuple(step.file for step in self.steps if step.op is Op.REMOVE)
