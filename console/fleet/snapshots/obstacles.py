"""What stands in the way of acts on snapshots, each with a code that says the way round. Also: all codes that plans may say."""

from __future__ import annotations

from console.fleet.domains import State
from console.fleet.errors import UsageError
from console.fleet.snapshots.plans import Deed
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.snapshots.work import Work
from console.fleet.storing import checked_volume_name, sayable

NVRAM_FROM = 10_010_000  # libvirt 10.10.0 keeps UEFI variables in internal snapshots, where they are qcow2
EXTERNAL_FROM = 9_009_000  # libvirt 9.9.0 reverts and deletes some external snapshots itself

SAYS: dict[str, tuple[str, ...]] = {
    # lost
    "lost": ("when", "name"),
    "lost-disk": ("when", "name"),
    "lost-many": ("n", "names"),
    "lost-now": ("since", "name"),
    "lost-now-all": (),
    "off": (),
    "forced-off": (),
    "not-frozen": (),
    "memory-not-kept": (),
    "stands-still": ("seconds",),
    "spoiled": ("file", "names"),
    "internal-left": ("name", "file"),
    "transient-loses": (),
    "disk-added": ("target", "file"),
    "disk-stays": ("target",),
    "mixed": (),
    "mixed-inside": (),
    # good to know
    "own-delete": ("libvirt",),
    "own-revert": ("libvirt",),
    "own-way": (),
    "clone-reads": ("name", "file"),
    "base-stays": ("file", "names"),
    "not-ours": ("file",),
    "branch": ("name",),
    "children-move": ("names", "parent"),
    "children-root": ("names",),
    "skipped-block": ("target",),
    "skipped-network": ("target",),
    "skipped-shared": ("target",),
    "read-only-disk": ("target",),
    "inside-image": (),
    "nvram-kept-out": (),
    # in the way
    "read-only": (),
    "gone": ("name",),
    "name-empty": (),
    "name-bad": ("name",),
    "text-bad": (),
    "name-taken": ("name",),
    "name-inside": ("name",),
    "no-disks": (),
    "no-such-disk": ("target",),
    "raw-disk": ("target", "format"),
    "block-disk": ("target",),
    "network-disk": ("target",),
    "shared-disk": ("target",),
    "nvram": ("format", "libvirt"),
    "mixed-revert": ("name",),
    "external-on-top": ("file", "names"),
    "clone-needs": ("names", "file"),
    "block-job": ("target",),
    "busy": ("job",),
    "no-room": ("pool", "needs", "free"),
    "room-doubt": ("pool", "needs", "free"),
    "missing-file": ("file", "target"),
    "loop": ("file", "target"),
    "deep": ("target", "n"),
    "no-pool": ("file", "folder"),
    "agent": (),
    "no-agent": (),
    "memory-with-disks": (),
    "freeze-with-memory": (),
    "internal-memory": (),
    "internal-all-disks": (),
    "missing-memory": ("file",),
    "migrating": (),
    "backing-up": (),
    "transient": (),
    "saved": (),
    "checkpoints": ("names",),
    "template": (),
    "protected": ("names",),
    "test-external": (),
    "unknown-state": (),
    "nothing": (),
}
"""Codes of plans, and the values each brings."""


def by_libvirt(facts: SnapshotFacts) -> bool:
    """Not QEMU (libvirt's test driver, others): only what libvirt's own calls do there, inside of images we know nothing of."""
    return facts.hypervisor != "QEMU"


def look(work: Work, deed: Deed) -> None:
    """What bars every act on the snapshots of this VM."""
    facts = work.facts
    if facts.read_only:
        work.refuse("read-only")
    if deed in (Deed.RENAME, Deed.DESCRIBE):
        return
    if facts.state is State.MIGRATING or facts.job == "migration":
        work.refuse("migrating")
    elif facts.job == "backup":
        work.refuse("backing-up")
    elif facts.busy_disks:
        for target in facts.busy_disks:
            work.refuse("block-job", target=target)
    elif facts.job:
        work.refuse("busy", job=facts.job)
    if facts.checkpoints:
        work.refuse("checkpoints", names=", ".join(facts.checkpoints))
    if deed not in (Deed.TAKE, Deed.REVERT):
        return
    if facts.state is State.UNKNOWN:
        work.refuse("unknown-state")
    if facts.template:
        work.refuse("template")
    if facts.managed_save:
        work.refuse("saved")


def look_at_chain(work: Work, target: str, path: str) -> bool:
    """The file and all it is built on are there, and no loop."""
    if by_libvirt(work.facts):
        return True
    code, file = work.forest.flaw(path)
    if code:
        work.refuse(code, target=target, file=file)
    return not code


def look_at_text(work: Work, text: str) -> None:
    """A description, or a build: any text that XML can hold, of several lines too."""
    if not sayable("".join(char for char in text if char not in "\n\r\t")):
        work.refuse("text-bad")


def look_at_name(work: Work, name: str, itself: str = "") -> None:
    """A name that a new snapshot can have."""
    if not name.strip():
        work.refuse("name-empty")
        return
    try:
        fine = checked_volume_name(name) == name and not name.startswith("-")
    except UsageError:
        fine = False
    if not fine:
        work.refuse("name-bad", name=name)
    elif name in work.forest.snapshots and name != itself:
        work.refuse("name-taken", name=name)


def look_at_image(work: Work, path: str, itself: str = "") -> None:
    """An image that libvirt writes inside of: nobody is built on it, and no external snapshot is kept in it."""
    forest = work.forest
    if forest.pinned(path):
        work.refuse("clone-needs", names=", ".join(forest.users(path)), file=path)
        return
    held = forest.keepers.get(path, set()) - forest.inside.get(path, set()) - {itself}
    names = sorted(held) or sorted(forest.above.get(path, ()))
    if names:
        work.refuse("external-on-top", file=path, names=", ".join(names))
