"""The XML of snapshots, read to fleet values."""

from __future__ import annotations

from console.fleet.domains import State
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk
from console.libvirtxml import tree
from console.libvirtxml.domain import source_of

_STATES = {
    "running": State.RUNNING,
    "blocked": State.RUNNING,
    "paused": State.PAUSED,
    "shutdown": State.SHUTTING_DOWN,
    "shutoff": State.OFF,
    "crashed": State.CRASHED,
    "pmsuspended": State.SUSPENDED,
    "disk-snapshot": State.OFF,
}


def read_snapshot(xml: str | bytes, *, current: bool = False) -> Snapshot:
    """The snapshot that `xml` describes; what XML doesn't tell comes by keyword. Raises Failed for what is no XML."""
    root = tree.parse(xml, "snapshot")
    parts = tree.children(root)
    memory = parts.get("memory")
    how = How(memory.get("snapshot", "no").replace("no", "none")) if memory is not None else How.NONE
    then = {}
    domain = parts.get("domain")
    for disk in domain.iterfind("devices/disk") if domain is not None else ():
        target = disk.find("target")
        if target is not None:
            then[target.get("dev", "")] = source_of(disk.find("source"))
    disks = []
    for disk in root.iterfind("disks/disk"):
        kept, name = disk.get("snapshot", "no"), disk.get("name", "")
        if kept in ("internal", "external"):
            overlay = source_of(disk.find("source")) if kept == "external" else ""
            disks.append(SnapshotDisk(name, How(kept), then.get(name, ""), overlay))
    return Snapshot(
        name=tree.text(parts.get("name")),
        parent=tree.text(root.find("parent/name")),
        created=float(tree.number(tree.text(parts.get("creationTime")))),
        state=_STATES.get(tree.text(parts.get("state")), State.UNKNOWN),
        memory=how,
        memory_file=memory.get("file", "") if memory is not None else "",
        disks=tuple(disks),
        description=tree.text(parts.get("description")),
        current=current,
    )
