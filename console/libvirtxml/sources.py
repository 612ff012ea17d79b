"""The files behind a domain's disks, read from its XML and exchanged in it."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from console.fleet.snapshots.values import DiskNow, ImageFile
from console.libvirtxml import tree
from console.libvirtxml.domain import AGENT_CHANNEL, MAX_CHAIN, source_of


def disks_now(xml: str | bytes) -> tuple[DiskNow, ...]:
    """All disks and drives. path of one that names a volume: "pool/volume"; of a network disk "" (no file of the host's)."""
    found = []
    for disk in tree.parse(xml, "domain").iterfind("devices/disk"):
        parts = tree.children(disk)
        target, driver, kind = parts.get("target"), parts.get("driver"), disk.get("type", "file")
        found.append(
            DiskNow(
                target=target.get("dev", "") if target is not None else "",
                path=source_of(parts.get("source")) if kind in ("file", "block", "volume") else "",
                kind=kind,
                format=driver.get("type", "") if driver is not None else "",
                device=disk.get("device", "disk"),
                bus=target.get("bus", "") if target is not None else "",
                read_only="readonly" in parts,
                shareable="shareable" in parts,
            )
        )
    return tuple(found)


def chains(xml: str | bytes) -> dict[str, tuple[str, ...]]:
    """The paths behind each disk, by target, top first, as far as the XML tells them: of a domain that runs, all."""
    return {target: tuple(one.path for one in files) for target, files in layers(xml).items()}


def layers(xml: str | bytes) -> dict[str, tuple[ImageFile, ...]]:
    """The same with formats, each with the file it is built on. Sizes are not told."""
    found = {}
    for disk in tree.parse(xml, "domain").iterfind("devices/disk"):
        target, driver = disk.find("target"), disk.find("driver")
        pairs: list[tuple[str, str]] = []
        at: etree._Element | None = disk
        form = driver.get("type", "") if driver is not None else ""
        while at is not None and len(pairs) <= MAX_CHAIN and (path := source_of(at.find("source"))):
            pairs.append((path, form))
            at = at.find("backingStore")
            below = at.find("format") if at is not None else None
            form = below.get("type", "") if below is not None else ""
        if target is not None and pairs:
            under = [*pairs[1:], ("", "")]
            found[target.get("dev", "")] = tuple(
                ImageFile(path, format=form, backing=base, backing_format=base_form)
                for (path, form), (base, base_form) in zip(pairs, under, strict=True)
            )
    return found


def mirrored(xml: str | bytes, target: str) -> bool:
    """A merge of what the domain writes on that disk has caught up: each write goes to both files, and one can take over."""
    for disk in tree.parse(xml, "domain").iterfind("devices/disk"):
        named, mirror = disk.find("target"), disk.find("mirror")
        if named is not None and named.get("dev") == target and mirror is not None:
            return mirror.get("ready") == "yes"
    return False


def with_files(xml: str | bytes, files: Mapping[str, tuple[str, str]]) -> str:
    """A domain's XML with other files behind its disks: path and format by target. What a file is built on is left to be
    found out from the file itself; all else stays."""
    root = tree.parse(xml, "domain")
    for disk in root.iterfind("devices/disk"):
        target = disk.find("target")
        wanted = files.get(target.get("dev", "")) if target is not None else None
        if wanted is not None:
            _point(disk, *wanted)
    return etree.tostring(root, encoding="unicode")


def _point(disk: etree._Element, path: str, form: str) -> None:
    for name in ("backingStore", "mirror"):
        for old in disk.findall(name):
            disk.remove(old)
    block = path.startswith("/dev/")
    disk.set("type", "block" if block else "file")
    source = disk.find("source")
    if source is None:
        source = etree.Element("source")
        disk.insert(0, source)
    for name in ("file", "dev", "pool", "volume", "mode", "index"):
        source.attrib.pop(name, None)
    source.set("dev" if block else "file", path)
    driver = disk.find("driver")
    if driver is None:
        driver = etree.Element("driver", name="qemu")
        disk.insert(0, driver)
    driver.set("type", form)


def nvram(xml: str | bytes) -> tuple[str, str]:
    """Path and format of the file with the UEFI variables; "" where there is none."""
    store = tree.parse(xml, "domain").find("os/nvram")
    if store is None:
        return "", ""
    path = tree.text(store) or source_of(store.find("source"))
    return path, (store.get("format") or "raw") if path else ""


def agent(xml: str | bytes) -> tuple[bool, bool]:
    """The channel of the guest agent is configured, and somebody in the guest holds its other end."""
    for target in tree.parse(xml, "domain").iterfind("devices/channel/target"):
        if target.get("name") == AGENT_CHANNEL:
            return True, target.get("state") == "connected"
    return False, False


def memory(xml: str | bytes) -> int:
    """Bytes the guest may take."""
    return tree.size(tree.parse(xml, "domain").find("memory"), "KiB")
