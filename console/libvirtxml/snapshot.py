"""The XML of snapshots, read to fleet values; who took one, written into it; the domain in it without disks it must not have.

libvirt keeps no word of ours beside a snapshot, but the domain in it has metadata: `<taken at= by= build=>` there is ours.
`at` is the time libvirt gave the snapshot, so that a domain which went back to it carries it on in vain.
"""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from console.fleet.domains import State
from console.fleet.snapshots.values import How, Snapshot, SnapshotDisk
from console.libvirtxml import tree
from console.libvirtxml.domain import source_of
from console.libvirtxml.metadata import NAMESPACE, PREFIX

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
_VM = f"{{{NAMESPACE}}}vm"
_TAKEN = f"{{{NAMESPACE}}}taken"
_LOCAL = ("file", "block", "volume")  # kinds of disks that snapshots keep


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
        else:
            disks.append(SnapshotDisk(name, How.NONE))
    taken = _taken(root, domain)
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
        by=taken.get("by", "") if taken is not None else "",
        build=taken.get("build", "") if taken is not None else "",
    )


def _taken(root: etree._Element, domain: etree._Element | None) -> etree._Element | None:
    """Our word on this very snapshot."""
    found = domain.find(f"metadata/{_VM}/{_TAKEN}") if domain is not None else None
    return found if found is not None and found.get("at") == tree.text(root.find("creationTime")) else None


def signed(text: str, by: str, build: str) -> str:
    """A snapshot's XML with who took it, and of which build; "" = not said. As it was where there is no domain in it."""
    root = tree.parse(text, "snapshot")
    for domain in root:
        if domain.tag not in ("domain", "inactiveDomain"):
            continue
        metadata = domain.find("metadata")
        if metadata is None:
            metadata = etree.Element("metadata")
            place = [
                at for at, child in enumerate(domain) if child.tag in ("name", "uuid", "genid", "title", "description")
            ]
            domain.insert(max(place, default=-1) + 1, metadata)
        vm = metadata.find(_VM)
        if vm is None:
            vm = etree.SubElement(metadata, _VM, nsmap={PREFIX: NAMESPACE})
        for old in vm.findall(_TAKEN):
            vm.remove(old)
        taken = etree.SubElement(vm, _TAKEN, at=tree.text(root.find("creationTime")))
        for name, value in (("by", by), ("build", build)):
            if value:
                taken.set(name, value)
    return etree.tostring(root, encoding="unicode")


def with_only(text: str, targets: Collection[str]) -> str:
    """A domain's XML, of whose disks in files that can be written only these are left: others may be kept in a snapshot by now.
    Drives, disks that are only read and those on a network stay."""
    root = tree.parse(text, "domain")
    devices = root.find("devices")
    for disk in devices.findall("disk") if devices is not None else ():
        target, source = disk.find("target"), disk.find("source")
        local = disk.get("type", "file") in _LOCAL and source is not None and source_of(source)
        written = disk.get("device", "disk") in ("disk", "lun") and disk.find("readonly") is None
        named = target is not None and target.get("dev") in targets
        if devices is not None and local and written and not named:
            devices.remove(disk)
    return etree.tostring(root, encoding="unicode")
