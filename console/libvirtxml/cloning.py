"""The XML of a clone, made from that of its source: whatever must not be there twice is made new; all else stays as it was."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from console.fleet.clones.naming import beside
from console.fleet.clones.values import DiskDeed, DiskPlan, OneClone
from console.libvirtxml import metadata, tree
from console.libvirtxml.metadata import VmMetadata

Element = etree._Element
_CHARACTER = ("serial", "parallel", "console", "channel")
_FIRST_PORT = "-1"
_SLOTS = {"sata": "sd", "scsi": "sd", "usb": "sd", "ide": "hd", "virtio": "vd"}


def notes(xml: str) -> tuple[str, ...]:
    """Codes of what a VM has that a clone shares or loses: "hostdev", "tpm-new", "qemu-args", "port-auto"."""
    root = tree.parse(xml, "domain")
    found = []
    if root.find("devices/hostdev") is not None:
        found.append("hostdev")
    if root.find("devices/tpm/backend[@type='emulator']") is not None:
        found.append("tpm-new")
    if any(isinstance(child.tag, str) and child.tag.endswith("}commandline") for child in root):
        found.append("qemu-args")
    if any(_fixed(port) for port in root.iterfind("devices/graphics")):
        found.append("port-auto")
    return tuple(found)


def domain_in(snapshot_xml: str) -> str:
    """The domain's XML within a snapshot's, as it would be stored; "" where it has none."""
    root = tree.parse(snapshot_xml, "domainsnapshot")
    found = root.find("inactiveDomain")
    if found is None:
        found = root.find("domain")
    if found is None:
        return ""
    found.tag = "domain"
    found.tail = None
    return etree.tostring(found, encoding="unicode")


def ours_in(xml: str) -> VmMetadata:
    """What is ours in a domain's metadata."""
    return metadata.read(tree.parse(xml, "domain").find("metadata"))


def cloned(xml: str, one: OneClone, ours: VmMetadata, locked: frozenset[str] = frozenset()) -> str:
    """The XML that defines the clone `one` of the domain `xml`.

    New: name, UUID (in SMBIOS too), generation id, disks, MACs, NVRAM, files of serial ports and logs, fixed ports of screens,
    names of host devices behind cards. locked: targets of disks that only a template's mark makes read-only.
    """
    root = tree.parse(xml, "domain")
    old = tree.text(root.find("name"))
    root.attrib.pop("id", None)
    _set(root, "name", one.name)
    _set(root, "uuid", one.uuid)
    _drop(root, "title")
    for entry in root.iterfind("sysinfo/system/entry[@name='uuid']"):
        entry.text = one.uuid
    for genid in root.iterfind("genid"):
        genid.text = None
    _nvram(root, one.nvram)
    about = root.find("metadata")
    if about is None:
        about = etree.Element("metadata")
        root.insert(_after(root, "name", "uuid", "genid", "title", "description"), about)
    metadata.put(about, ours)
    devices = root.find("devices")
    if devices is not None:
        for device in list(_elements(devices)):
            _bare(device)
            match device.tag:
                case "disk":
                    _disk(device, one, locked)
                case "interface":
                    _card(device, one)
                case "graphics":
                    _screen(device)
                case "vsock":
                    _vsock(device)
                case tag if tag in _CHARACTER:
                    _character(device, old, one.name)
        for disk in one.disks:
            if not disk.target and disk.path:
                _drive(devices, disk)
    for label in list(root.iterfind("seclabel")):
        if label.get("type") == "dynamic":
            for part in list(label):
                if part.tag in ("label", "imagelabel"):
                    label.remove(part)
    return etree.tostring(root, encoding="unicode")


def locked(xml: str, targets: frozenset[str], on: bool) -> str:
    """The XML with these disks read-only, or no longer."""
    root = tree.parse(xml, "domain")
    for disk in root.iterfind("devices/disk"):
        target = disk.find("target")
        if target is not None and target.get("dev") in targets:
            _drop(disk, "readonly")
            if on:
                etree.SubElement(disk, "readonly")
    return etree.tostring(root, encoding="unicode")


def lockable(xml: str) -> tuple[str, ...]:
    """Targets of the disks that can be made read-only: those of buses that know it, and that are not so already."""
    found = []
    for disk in tree.parse(xml, "domain").iterfind("devices/disk"):
        target = disk.find("target")
        plain = (
            disk.get("device", "disk") == "disk" and disk.find("readonly") is None and disk.find("source") is not None
        )
        if plain and target is not None and target.get("bus") in ("virtio", "scsi", "usb"):
            found.append(target.get("dev", ""))
    return tuple(found)


def marked(xml: str, ours: VmMetadata) -> str:
    """The XML with other metadata of ours."""
    root = tree.parse(xml, "domain")
    about = root.find("metadata")
    if about is None:
        about = etree.Element("metadata")
        root.insert(_after(root, "name", "uuid", "genid", "title", "description"), about)
    metadata.put(about, ours)
    return etree.tostring(root, encoding="unicode")


def inner_snapshot(name: str, created: float, targets: tuple[str, ...], domain_xml: str) -> str:
    """A snapshot that images have inside, told to a clone: of its disks alone, so that going back to it starts nothing."""
    root = etree.Element("domainsnapshot")
    etree.SubElement(root, "name").text = name
    etree.SubElement(root, "state").text = "shutoff"
    etree.SubElement(root, "creationTime").text = f"{created:.0f}"
    etree.SubElement(root, "memory", snapshot="no")
    disks = etree.SubElement(root, "disks")
    domain = tree.parse(domain_xml, "domain")
    for target in domain.iterfind("devices/disk/target"):
        dev = target.get("dev", "")
        etree.SubElement(disks, "disk", name=dev, snapshot="internal" if dev in targets else "no")
    root.append(domain)
    return etree.tostring(root, encoding="unicode")


# parts


def _elements(parent: Element) -> Iterator[Element]:
    return (child for child in parent if isinstance(child.tag, str))


def _set(root: Element, tag: str, value: str) -> None:
    element = root.find(tag)
    if element is None:
        element = etree.Element(tag)
        root.insert(0 if tag == "name" else _after(root, "name"), element)
    element.text = value


def _drop(parent: Element, *tags: str) -> None:
    for tag in tags:
        for child in parent.findall(tag):
            parent.remove(child)


def _after(root: Element, *tags: str) -> int:
    return max((place + 1 for place, child in enumerate(root) if child.tag in tags), default=0)


def _bare(device: Element) -> None:
    """Without what only running wrote."""
    for alias in device.findall("alias"):
        if not alias.get("name", "").startswith("ua-"):
            device.remove(alias)
    if device.tag != "hostdev":
        for source in device.findall("source"):
            for name in ("index", "portid"):
                source.attrib.pop(name, None)


def _nvram(root: Element, path: str) -> None:
    store = root.find("os/nvram")
    if store is None:
        return
    if not path:
        store.text = None
        return
    inner = store.find("source")
    if inner is not None and inner.get("file"):
        inner.set("file", path)
    else:
        store.text = path


def _disk(device: Element, one: OneClone, locked: frozenset[str]) -> None:
    target = device.find("target")
    name = target.get("dev", "") if target is not None else ""
    plan = next((disk for disk in one.disks if disk.target == name), None)
    _drop(device, "backingStore", "mirror")
    if plan is None or plan.deed is DiskDeed.SHARE:
        return
    if name in locked:
        _drop(device, "readonly")
    old = device.find("source")
    if plan.deed is DiskDeed.EMPTY:
        _drop(device, "source")
        if device.get("type") not in ("file", "block"):
            device.set("type", "file")
        return
    block = plan.path.startswith("/dev/")
    device.set("type", "block" if block else "file")
    new = etree.Element("source", {"dev" if block else "file": plan.path})
    for kept in ("encryption", "reservations"):
        if old is not None and (part := old.find(kept)) is not None:
            new.append(part)
    place = device.index(old) if old is not None else len(device)
    _drop(device, "source")
    device.insert(place, new)
    driver = device.find("driver")
    if driver is None:
        driver = etree.Element("driver", name="qemu")
        device.insert(0, driver)
    driver.set("type", plan.format or "raw")


def _card(device: Element, one: OneClone) -> None:
    mac = device.find("mac")
    if mac is not None:
        address = mac.get("address", "").lower()
        mac.set("address", one.macs.get(address, address))
        if one.macs.get(address, address) != address:
            mac.attrib.pop("type", None)
    target = device.find("target")
    if target is not None:
        target.attrib.pop("dev", None)
        if not target.attrib:
            device.remove(target)
    for parameters in device.iterfind("virtualport/parameters"):
        parameters.attrib.pop("interfaceid", None)


def _fixed(screen: Element) -> bool:
    return screen.get("autoport") != "yes" and tree.number(screen.get("port"), 0) > 0


def _screen(device: Element) -> None:
    if _fixed(device):
        device.set("autoport", "yes")
    if device.get("autoport") == "yes":
        for name in ("port", "tlsPort", "websocket"):
            if name in device.attrib:
                device.set(name, _FIRST_PORT)
    device.attrib.pop("socket", None)
    for listen in device.iterfind("listen[@type='socket']"):
        listen.attrib.pop("socket", None)


def _vsock(device: Element) -> None:
    for cid in device.iterfind("cid"):
        cid.set("auto", "yes")
        cid.attrib.pop("address", None)


def _character(device: Element, old: str, name: str) -> None:
    """Files and sockets of a clone's own; those that libvirt chose it chooses anew."""
    device.attrib.pop("tty", None)
    for log in device.iterfind("log"):
        if log.get("file"):
            log.set("file", beside(log.get("file", ""), old, name))
    source = device.find("source")
    if source is not None and source.get("path"):
        path = source.get("path", "")
        if device.get("type") == "file" or (device.get("type") in ("unix", "pipe") and not _chosen(path)):
            source.set("path", beside(path, old, name))
        elif device.get("type") in ("pty", "unix"):
            source.attrib.pop("path")
            if not source.attrib and not len(source):
                device.remove(source)
    target = device.find("target")
    if target is not None:
        target.attrib.pop("state", None)


def _chosen(path: str) -> bool:
    """A socket whose place libvirt chose."""
    return "/channel/target/" in path or "/lib/libvirt/qemu/" in path or "/run/libvirt/" in path


def _drive(devices: Element, plan: DiskPlan) -> None:
    """A drive for an image, at the bus that the VM's other drives have."""
    machine = devices.getparent()
    kind = machine.find("os/type") if machine is not None else None
    model = kind.get("machine", "") if kind is not None else ""
    arch = kind.get("arch", "") if kind is not None else ""
    buses = [target.get("bus", "") for target in devices.iterfind("disk[@device='cdrom']/target")]
    default = "scsi" if arch not in ("x86_64", "i686", "") else "sata" if "q35" in model else "ide"
    bus = next((bus for bus in buses if bus in _SLOTS), default)
    taken = {target.get("dev") for target in devices.iterfind("disk/target")}
    prefix = _SLOTS[bus]
    dev = next(name for letter in "abcdefghijklmnopqrstuvwxyz" if (name := f"{prefix}{letter}") not in taken)
    disk = etree.Element("disk", type="file", device="cdrom")
    etree.SubElement(disk, "driver", name="qemu", type="raw")
    etree.SubElement(disk, "source", file=plan.path)
    etree.SubElement(disk, "target", dev=dev, bus=bus)
    etree.SubElement(disk, "readonly")
    disks = devices.findall("disk")
    devices.insert(devices.index(disks[-1]) + 1 if disks else 0, disk)
