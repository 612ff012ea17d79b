"""The XML of pools and volumes read to fleet values, and made from them."""

from __future__ import annotations

from copy import deepcopy

from lxml import etree

from console.fleet.hosts import Pool, Volume
from console.fleet.snapshots.values import ImageFile
from console.fleet.storing import NewPool, NewVolume
from console.libvirtxml import tree


def read_pool(
    xml: str | bytes, *, active: bool = False, autostart: bool = False, volumes: tuple[Volume, ...] = ()
) -> Pool:
    """The Pool that `xml` describes; what XML doesn't tell comes by keyword. Raises Failed for what is no XML."""
    root = tree.parse(xml, "pool")
    return Pool(
        name=root.findtext("name") or "",
        uuid=tree.text(root.find("uuid")),
        kind=root.get("type", ""),
        active=active,
        autostart=autostart,
        path=tree.text(root.find("target/path")),
        capacity=tree.size(root.find("capacity")),
        allocation=tree.size(root.find("allocation")),
        available=tree.size(root.find("available")),
        volumes=volumes,
        source=_source(root.find("source")),
    )


def _source(source: etree._Element | None) -> str:
    """What stands behind a pool, as one word that is the same from every host that names it."""
    if source is None:
        return ""
    host, folder, name, device = (source.find(tag) for tag in ("host", "dir", "name", "device"))
    where = host.get("name", "") if host is not None else ""
    if host is not None and host.get("port"):
        where += f":{host.get('port')}"
    what = folder.get("path", "") if folder is not None else ""
    what = what or tree.text(name) or (device.get("path", "") if device is not None else "")
    return f"{where}:{what}" if where else what


def read_volume(xml: str | bytes) -> Volume:
    """The Volume that `xml` describes. Raises Failed for what is no XML."""
    root = tree.parse(xml, "volume")
    target_format = root.find("target/format")
    return Volume(
        name=root.findtext("name") or "",
        path=tree.text(root.find("target/path")),
        kind=root.get("type", "file"),
        format=target_format.get("type", "") if target_format is not None else "",
        capacity=tree.size(root.find("capacity")),
        allocation=tree.size(root.find("allocation")),
        backing=tree.text(root.find("backingStore/path")),
    )


def read_image(xml: str | bytes, pool: str) -> ImageFile:
    """A volume of that pool as an image that may be built on another. Raises Failed for what is no XML."""
    root = tree.parse(xml, "volume")
    form, below = root.find("target/format"), root.find("backingStore/format")
    return ImageFile(
        path=tree.text(root.find("target/path")),
        pool=pool,
        volume=root.findtext("name") or "",
        format=form.get("type", "") if form is not None else "",
        capacity=tree.size(root.find("capacity")),
        allocation=tree.size(root.find("allocation")),
        backing=tree.text(root.find("backingStore/path")),
        backing_format=below.get("type", "") if below is not None else "",
    )


def born(xml: str | bytes) -> str:
    """When a volume's file was made, as its host says it; "" where it doesn't: libvirt on Linux writes 0, whatever it is."""
    found = tree.text(tree.parse(xml, "volume").find("target/timestamps/btime"))
    return "" if found.strip("0.") == "" else found


def volume_xml(new: NewVolume, like: str | bytes = "") -> str:
    """The XML of a volume that is to be made. like: the XML of one whose owner and mode it gets: a host that leaves owners as
    they are could not open another's."""
    root = etree.Element("volume")
    etree.SubElement(root, "name").text = new.name
    etree.SubElement(root, "capacity", unit="bytes").text = str(new.capacity)
    etree.SubElement(root, "allocation", unit="bytes").text = str(new.allocation)
    target = etree.SubElement(root, "target")
    if new.format:
        etree.SubElement(target, "format", type=new.format)
    owned = tree.parse(like, "volume").find("target/permissions") if like else None
    if owned is not None:
        same = etree.SubElement(target, "permissions")
        same.extend(deepcopy(part) for part in owned if part.tag in ("mode", "owner", "group"))
    if new.backing:
        backing = etree.SubElement(root, "backingStore")
        etree.SubElement(backing, "path").text = new.backing
        if new.backing_format:
            etree.SubElement(backing, "format", type=new.backing_format)
    return etree.tostring(root, encoding="unicode")


def pool_xml(new: NewPool) -> str:
    """The XML of a pool that is to be defined."""
    root = etree.Element("pool", type=new.kind)
    etree.SubElement(root, "name").text = new.name
    source = etree.SubElement(root, "source")
    if new.kind == "netfs":
        etree.SubElement(source, "host", name=new.server)
        etree.SubElement(source, "dir", path=new.source)
        etree.SubElement(source, "format", type="auto")
    elif new.kind == "fs":
        etree.SubElement(source, "device", path=new.source)
    elif new.kind == "logical":
        if new.source:
            etree.SubElement(source, "device", path=new.source)
        etree.SubElement(source, "name").text = new.group or new.name
    target = etree.SubElement(root, "target")
    etree.SubElement(target, "path").text = new.path
    return etree.tostring(root, encoding="unicode")


def names_in(xml: str | bytes) -> frozenset[str]:
    """Every path and "pool/volume" that a domain's or snapshot's XML names anywhere: disks, drives, NVRAM, kernels, backing."""
    root = tree.parse(xml, "domain")
    found: set[str] = set()
    for element in root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.text and element.text.strip().startswith("/"):
            found.add(element.text.strip())
        found.update(str(value) for value in element.attrib.values() if str(value).startswith("/"))
        if element.get("pool") and element.get("volume"):
            found.add(f"{element.get('pool')}/{element.get('volume')}")
    return frozenset(found)
