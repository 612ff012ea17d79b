"""The XML of snapshots as libvirt is given it: of a new one, and of one that is told anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lxml import etree

from console.libvirtxml import tree

_BEFORE_PARENT = ("name", "description", "state", "creationTime")


def new_snapshot(
    name: str,
    description: str = "",
    *,
    memory: str = "no",
    memory_file: str = "",
    overlays: Mapping[str, str] | None = None,
    inside: Iterable[str] = (),
    out: Iterable[str] = (),
) -> str:
    """memory: "no", "internal" or "external" (in `memory_file`). overlays: new files (qcow2) by target of the disks that are kept
    so; inside: targets kept in their images; out: targets that are not kept."""
    root = etree.Element("domainsnapshot")
    etree.SubElement(root, "name").text = name
    if description:
        etree.SubElement(root, "description").text = description
    kept = etree.SubElement(root, "memory", snapshot=memory)
    if memory_file:
        kept.set("file", memory_file)
    disks = etree.SubElement(root, "disks")
    for target, path in (overlays or {}).items():
        disk = etree.SubElement(disks, "disk", name=target, snapshot="external", type="file")
        etree.SubElement(disk, "driver", type="qcow2")
        etree.SubElement(disk, "source", file=path)
    for target in inside:
        etree.SubElement(disks, "disk", name=target, snapshot="internal")
    for target in out:
        etree.SubElement(disks, "disk", name=target, snapshot="no")
    return etree.tostring(root, encoding="unicode")


def recorded(
    name: str,
    description: str,
    domain: str,
    *,
    created: int,
    parent: str = "",
    memory_file: str = "",
    overlays: Mapping[str, str] | None = None,
    out: Iterable[str] = (),
) -> str:
    """An external snapshot that was taken, for libvirt, which has no record of it. domain: the XML of the VM as it was then."""
    memory = "external" if memory_file else "no"
    text = new_snapshot(name, description, memory=memory, memory_file=memory_file, overlays=overlays, out=out)
    root = tree.parse(text, "domainsnapshot")
    for place, (tag, value) in enumerate(
        (("state", "running" if memory_file else "disk-snapshot"), ("creationTime", str(created))),
        2 if description else 1,
    ):
        told = etree.Element(tag)
        told.text = value
        root.insert(place, told)
    root.append(tree.parse(domain, "domain"))
    return told_anew(etree.tostring(root, encoding="unicode"), parent=parent)


def told_anew(
    text: str,
    *,
    files: Mapping[str, str] | None = None,
    name: str = "",
    parent: str | None = None,
    description: str | None = None,
    state: str = "",
    form: str = "",
) -> str:
    """A snapshot's XML with other files (old path to new, of the format `form`) behind the disks it keeps, another name, parent,
    description or state; None and "" = as it is, but parent="" = none. Where a disk was built on one of the files, what it is
    built on is left to be found out from the file itself."""
    root = tree.parse(text, "domainsnapshot")
    if name:
        _put(root, "name", name)
    if description is not None:
        _put(root, "description", description)
    if state:
        _put(root, "state", state)
    if parent is not None:
        for old in root.findall("parent"):
            root.remove(old)
        if parent:
            above = etree.Element("parent")
            etree.SubElement(above, "name").text = parent
            places = [place for place, child in enumerate(root) if child.tag in _BEFORE_PARENT]
            root.insert(max(places, default=-1) + 1, above)
    if files:
        for domain in root:
            if domain.tag in ("domain", "inactiveDomain"):
                for disk in domain.iterfind("devices/disk"):
                    _put_files(disk, files, form)
    return etree.tostring(root, encoding="unicode")


def _put_files(disk: etree._Element, files: Mapping[str, str], form: str) -> None:
    named = [source for source in disk.iter("source") if (source.get("file") or source.get("dev")) in files]
    if not named:
        return
    for below in disk.findall("backingStore"):
        disk.remove(below)
    source, driver = disk.find("source"), disk.find("driver")
    if source is None or source not in named:
        return
    path = files[source.get("file") or source.get("dev") or ""]
    block = path.startswith("/dev/")
    disk.set("type", "block" if block else "file")
    for key in ("file", "dev"):
        source.attrib.pop(key, None)
    source.set("dev" if block else "file", path)
    if form and driver is not None:
        driver.set("type", form)


def _put(root: etree._Element, tag: str, text: str) -> None:
    found = root.find(tag)
    if found is None:
        found = etree.Element(tag)
        root.insert(0 if tag == "name" else 1, found)
    found.text = text


def as_now(then: str, now: str) -> str:
    """A domain's XML as it was `then`, with what it is known by `now`: name, UUID, and all metadata (tags, where it comes from)."""
    root, present = tree.parse(then, "domain"), tree.parse(now, "domain")
    root.attrib.pop("id", None)
    for tag in ("metadata", "uuid", "name"):
        found, wanted = root.find(tag), present.find(tag)
        if wanted is None:
            if found is not None:
                root.remove(found)
        elif found is not None:
            root.replace(found, wanted)
        else:
            root.insert(min(len(root), 2) if tag == "metadata" else 0, wanted)
    return etree.tostring(root, encoding="unicode")
