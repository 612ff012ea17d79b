"""What a plan on snapshots warns of and refuses, each with its way round, and what the doctor found, in words."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from console.fleet.snapshots.plans import SnapshotPlan
from console.fleet.storing import Say, Weight
from console.words import snapshots, units
from console.words.translation import N_, _, ngettext

if TYPE_CHECKING:
    from console.fleet.snapshots.comparing import Grown
    from console.fleet.snapshots.doctor import Finding


class Said(msgspec.Struct, frozen=True):
    """A bold cause ("" = none) and a sentence or two. mark: what stands between them on one line."""

    cause: str
    sentence: str = ""
    mark: str = ""

    @property
    def line(self) -> str:
        if not self.sentence or not self.cause:
            return self.cause or self.sentence
        return f"{self.cause}{self.mark} {self.sentence}"


SAYS: dict[str, tuple[str, str]] = {
    # what is lost
    "lost": (N_("{when} is lost:"), N_("you can’t go back to that moment afterwards, neither its disk nor its memory.")),
    "lost-disk": (N_("{when} is lost:"), N_("you can’t go back to that moment afterwards.")),
    "lost-many": (N_("{n} moments are lost:"), N_("you can’t go back to any of them afterwards: {names}.")),
    "lost-now": (N_("Changes since {since} are lost:"), N_("the state of now goes, and no snapshot keeps it.")),
    "lost-now-all": (N_("The state of now is lost:"), N_("no snapshot keeps it.")),
    "off": (N_("The VM is off afterwards:"), N_("the snapshot keeps no memory to go on from.")),
    "forced-off": (N_("The VM is forced off:"), N_("its guest is not asked to shut down first.")),
    "not-frozen": (
        N_("The guest is not asked to flush:"),
        N_("its file systems are kept as after a power cut; the guest agent could freeze them."),
    ),
    "memory-not-kept": (N_("Memory is not kept:"), N_("going back means starting the guest anew.")),
    "stands-still": (N_("The VM stands still for about {seconds}"), N_("while its memory is written.")),
    "spoiled": (
        N_("{file} was written after {names} was taken."),
        N_("It does not hold that moment any more: going back would give a broken disk. Delete the snapshot."),
    ),
    "internal-left": (
        N_("{name} stays inside {file}:"),
        N_("others are built on that image, so nothing is taken out of it; only the record goes."),
    ),
    "transient-loses": (
        N_("The VM is transient:"),
        N_("when it stops, it and the records of its snapshots are gone; the files stay."),
    ),
    "disk-added": (
        N_("Disk {target} came later:"),
        N_("the VM does not have it then; {file} stays where it is."),
    ),
    "disk-stays": (N_("Disk {target} stays as it is now:"), N_("the snapshot does not keep it.")),
    "mixed": (
        N_("It mixes kinds:"),
        N_("internal snapshots in the image stay there, but one can go back to them only while the VM writes it."),
    ),
    "mixed-inside": (
        N_("It mixes kinds:"),
        N_("it is kept inside a file that goes when the external snapshot it stands on is deleted."),
    ),
    # what is good to know
    "own-delete": (
        "",
        N_("libvirt {libvirt} there can’t delete a snapshot with others below it, so the console does it in these steps and "
           "journals each one."),
    ),
    "own-revert": (
        "",
        N_("libvirt {libvirt} there can’t go back to an external snapshot, so the console does it in these steps and "
           "journals each one."),
    ),
    "own-way": ("", N_("The console does it in these steps and journals each one.")),
    "clone-reads": ("", N_("Linked clone {name} reads {file}, which is not touched.")),
    "base-stays": ("", N_("{file} stays: {names} is built on it.")),
    "not-ours": ("", N_("{file} stays: it was there before the snapshot, and may belong to somebody.")),
    "branch": ("", N_("The state of now is kept first, as snapshot {name}.")),
    "children-root": ("", N_("What goes on from it ({names}) stands at the beginning then.")),
    "children-move": ("", N_("What goes on from it ({names}) goes on from {parent} then.")),
    "skipped-block": (N_("Disk {target} is left out:"), N_("it is no file.")),
    "skipped-network": (N_("Disk {target} is left out:"), N_("it lies on the network.")),
    "skipped-shared": (N_("Disk {target} is left out:"), N_("other VMs write it too.")),
    "read-only-disk": ("", N_("Disk {target} is left out: the VM only reads it.")),
    "inside-image": ("", N_("It is kept inside the disk image: no file is made.")),
    "nvram-kept-out": ("", N_("Its UEFI variables are not part of the snapshot: they stay as they are when you go back.")),
    # what stands in the way, and the way round
    "read-only": (N_("Its host is set to only look."), N_("Allow changes in the host’s settings.")),
    "gone": (N_("There is no snapshot {name} any more."), N_("Somebody deleted or renamed it meanwhile.")),
    "name-empty": (N_("It has no name."), N_("Give it one.")),
    "name-bad": (N_("“{name}” cannot be a name."), N_("No slash, no dash at the beginning, nothing invisible, at most 255 bytes.")),
    "text-bad": (N_("The text has characters that cannot be kept."), N_("Leave out what is neither a letter nor a sign.")),
    "name-taken": (N_("There is a snapshot {name} already."), N_("Choose another name.")),
    "name-inside": (
        N_("{name} is kept inside a disk image."),
        N_("libvirt cannot rename it there: take another under the new name while the VM is in that state."),
    ),
    "no-disks": (N_("No disk of it can be kept."), N_("Choose disks that are files and written.")),
    "no-such-disk": (N_("It has no disk {target}."), N_("Choose among those it has.")),
    "raw-disk": (
        N_("Disk {target} is {format}."),
        N_("Nothing can be kept inside it: take an external snapshot, or convert it to qcow2."),
    ),
    "block-disk": (N_("Disk {target} is no file."), N_("Leave it out, or snapshot it where it is stored.")),
    "network-disk": (N_("Disk {target} lies on the network."), N_("Leave it out, or snapshot it where it is stored.")),
    "shared-disk": (N_("Disk {target} is shared between VMs."), N_("Leave it out.")),
    "nvram": (
        N_("Its UEFI variables are {format}."),
        N_("libvirt {libvirt} there keeps no internal snapshot of them: take an external one."),
    ),
    "mixed-revert": (
        N_("{name} is internal in parts and external in others."),
        N_("It cannot be gone back to as one: clone the VM from it instead."),
    ),
    "external-on-top": (
        N_("{names} is built on {file}."),
        N_("Going back or erasing inside that image would spoil it: delete what is built on it first."),
    ),
    "clone-needs": (N_("{names} needs {file}."), N_("It is a linked clone: flatten or delete it first.")),
    "block-job": (N_("A block job runs on disk {target}."), N_("Wait for it, or cancel it in Tasks.")),
    "busy": (N_("The VM is busy with {job}."), N_("Wait until that is done, or cancel it.")),
    "no-room": (N_("There is not enough room in {pool}:"), N_("it needs {needs}, and {free} are free.")),
    "room-doubt": (
        N_("There may not be enough room in {pool}:"),
        N_("the merge needs up to {needs}, and {free} are free. If that is not enough it ends, the VM goes on, and it can be "
           "taken up again."),
    ),
    "missing-file": (
        N_("{file} is missing."),
        N_("The chain of disk {target} is broken there: put the file back, or go back to a snapshot that does not need it."),
    ),
    "loop": (
        N_("{file} is built on itself."),
        N_("The chain of disk {target} cannot be read: correct its backing file with qemu-img rebase."),
    ),
    "deep": (
        N_("Disk {target} has {n} files built on each other already."),
        N_("QEMU reads no deeper chains: delete snapshots you don’t need first."),
    ),
    "no-pool": (
        N_("No pool holds {file}."),
        N_("libvirt can neither make nor delete a file there: define a pool for {folder}."),
    ),
    "agent": (N_("The guest agent does not answer."), N_("Take it without freezing, or start the agent in the guest.")),
    "no-agent": (N_("It has no guest agent."), N_("Take it without freezing.")),
    "memory-with-disks": (N_("Memory is kept with all disks only."), N_("Take all disks, or leave the memory out.")),
    "freeze-with-memory": (N_("Freezing and memory exclude each other."), N_("With memory the disks are whole anyway.")),
    "internal-memory": (
        N_("An internal snapshot of a VM that runs keeps its memory."),
        N_("Keep the memory, or take an external one."),
    ),
    "internal-all-disks": (
        N_("An internal snapshot keeps all disks."),
        N_("Take all of them, or an external one."),
    ),
    "missing-memory": (
        N_("Its memory, {file}, is missing."),
        N_("Put the file back; or clone the VM from the snapshot, which needs the disks only."),
    ),
    "migrating": (N_("The VM is moving to another host."), N_("Wait until it is there.")),
    "backing-up": (N_("The VM is being backed up."), N_("Wait until that is done.")),
    "transient": (N_("The VM is transient."), N_("Define it first: without a definition it is gone when it stops.")),
    "saved": (N_("Its memory is saved."), N_("Restore it, or discard the saved state first.")),
    "checkpoints": (N_("It has backup checkpoints ({names})."), N_("Delete them first: libvirt refuses both together.")),
    "template": (N_("It is a template."), N_("It must not change while clones may be made of it: make it a VM again first.")),
    "protected": (N_("{names} is built on its disks."), N_("They must not be written: flatten or delete that first.")),
    "test-external": (N_("This host keeps internal snapshots only."), N_("Take an internal one.")),
    "unknown-state": (N_("Nobody knows what the VM does now."), N_("Wait until its host tells.")),
    "nothing": (N_("There is nothing to do."), ""),
}  # fmt: skip
"""Cause and sentence by code."""

FINDINGS: dict[str, tuple[str, str]] = {
    "missing": (N_("{names} is missing"), N_("Disk {target} needs it: put the file back, or go back to a snapshot without it.")),
    "loop": (N_("{names} is built on itself"), N_("Disk {target} cannot be read: correct its backing file with qemu-img rebase.")),
    "broken": (N_("{snapshots} that one cannot go back to"), N_("{which}: a file it needs is missing, or its chain is broken.")),
    "memory-missing": (N_("{snapshots} without memory"), N_("{which}: {names} is gone. One can go back to the disks alone.")),
    "spoiled": (N_("{snapshots} that no longer holds its moment"), N_("{which}: the VM writes to {names}, which was to stay.")),
    "helper": (N_("A merge was left behind"), N_("{names} still holds disks of the VM, which cannot start until it ends.")),
    "orphan": (N_("{overlays} that no snapshot uses, {bytes}"), N_("Nothing is built on it and no VM names it: {names}.")),
    "orphan-memory": (N_("{memories} that no snapshot uses, {bytes}"), N_("No snapshot names it: {names}.")),
    "stray": (N_("{files} built on its disks, {bytes}"), N_("No VM known here names it, but somebody else’s may: {names}.")),
    "needless-base": (N_("{files} that could be one with the next, {bytes}"), N_("No snapshot needs it apart: {names}.")),
    "mixed": (N_("Kinds mixed in one image"), N_("{which} can be gone back to only while the VM writes {base}.")),
    "blocks-migration": (N_("{snapshots} in the way of a migration"), N_("libvirt moves no VM that has snapshots.")),
    "long-chain": (N_("A chain of {n} files"), N_("Disk {target} is read through all of them: delete snapshots you don’t need.")),
    "old": (N_("{snapshots} older than {days} days"), N_("{which}.")),
    "big": (N_("{snapshots} of {bytes}"), N_("{which}.")),
}  # fmt: skip
"""What was found and what it means, by code of `fleet.snapshots.doctor`."""

_QUIET = frozenset({"blocks-migration", "mixed"})
"""Found wherever there are snapshots: told where one asks."""
_SIZES = ("bytes", "free", "needs", "size", "memory", "frees")
_TIMES = ("when", "since")
_FILES = ("file", "base", "onto", "overlay")
_JOBS = {
    "backup": N_("a backup"),
    "migration": N_("a migration"),
    "commit": N_("a merge"),
    "copy": N_("a copy"),
    "pull": N_("a merge"),
    "save": N_("its memory is being saved"),
    "dump": N_("a memory dump"),
}


def say(what: Say, now: float) -> Said:
    """One thing a plan says."""
    cause, sentence = SAYS[what.code]
    values = _shown(what.values, now)
    return Said(_(cause).format_map(values), _(sentence).format_map(values))


def told(plan: SnapshotPlan) -> list[Say]:
    """What a person is told of a plan: warnings before facts; of one that is refused only why."""
    if plan.refused:
        return list(plan.refused)
    return [*plan.warnings, *(item for item in plan.says if item.weight is Weight.FACT)]


def lines(plan: SnapshotPlan, now: float) -> list[str]:
    """What a plan says, a line each."""
    return [say(item, now).line for item in told(plan)]


def finding(what: Finding) -> Said:
    """What the doctor found, and what it means."""
    cause, sentence = FINDINGS[what.code]
    count = len(what.files)
    shown = {
        "names": snapshots.some(posixpath.basename(path) for path in what.files),
        "which": snapshots.some(what.snapshots),
        "base": posixpath.basename(what.files[0]) if what.files else "",
        "files": counted_files(count),
        "overlays": ngettext("{n} overlay", "{n} overlays", count).format(n=units.count(count)),
        "memories": ngettext("{n} memory file", "{n} memory files", count).format(n=units.count(count)),
        "snapshots": counted(len(what.snapshots)),
        "bytes": units.size(what.bytes),
        **_shown(what.values, 0.0),
    }
    return Said(_(cause).format_map(shown), _(sentence).format_map(shown), ".")


def found(findings: Sequence[Finding]) -> str:
    """In one line under the list: the worst of them, and how many more there are; "" where all is well."""
    loud = [one for one in findings if one.code not in _QUIET]
    if not loud:
        return ""
    rest = len(loud) - 1
    return ", ".join([finding(loud[0]).cause, *([snapshots.more(rest)] if rest else [])])


def grown(disk: Grown, first: str, second: str) -> str:
    """What a disk took from one moment to another; first, second: what they are called."""
    values = {"first": first, "second": second}
    if disk.first is None or disk.second is None:
        return _("both lie inside one image, which does not tell what each takes")
    values |= {"less": units.size(disk.first), "more": units.size(disk.second)}
    if disk.first:
        return _("{less} are only in {first}, {more} only in {second}").format_map(values)
    return _("{more} more in {second} than in {first}").format_map(values)


def _shown(values: Mapping[str, str | int], now: float) -> dict[str, str]:
    shown: dict[str, str] = {}
    for key, value in values.items():
        if isinstance(value, str):
            known = _(_JOBS[value]) if key == "job" and value in _JOBS else value
            shown[key] = posixpath.basename(value) if key in _FILES else known
        elif key in _SIZES:
            shown[key] = units.size(value)
        elif key in _TIMES:
            shown[key] = snapshots.when_short(value, now)
        elif key == "seconds":
            shown[key] = units.duration(snapshots.rough(value))
        elif key in ("libvirt", "wanted"):
            shown[key] = units.version(value).rpartition(".")[0]
        else:
            shown[key] = units.count(value)
    return shown


def counted_files(count: int) -> str:
    return ngettext("{n} file", "{n} files", count).format(n=units.count(count))


def counted(count: int) -> str:
    return ngettext("{n} snapshot", "{n} snapshots", count).format(n=units.count(count))
