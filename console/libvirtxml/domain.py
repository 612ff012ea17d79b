"""A domain's XML read to a fleet Domain. Called for every VM of every host at start, so: one walk, no XPath."""

from __future__ import annotations

from sys import intern

from lxml import etree

from console.fleet.domains import Disk, Domain, Nic, State, VmKey
from console.libvirtxml import metadata, tree
from console.libvirtxml.metadata import VmMetadata

AGENT_CHANNEL = "org.qemu.guest_agent.0"
MAX_CHAIN = 64  # a backing chain deeper than this is a loop or an attack


def read_domain(
    xml: str | bytes,
    host: str = "",
    *,
    state: State = State.UNKNOWN,
    snapshots: int = 0,
    autostart: bool = False,
    persistent: bool = True,
) -> Domain:
    """The Domain that `xml` describes, on host id `host`; what XML doesn't tell comes by keyword.

    Unknown elements are passed over, unreadable numbers are 0. Raises Failed where it is no domain's XML at all.
    """
    root = tree.parse(xml, "domain")
    parts = tree.children(root)
    max_vcpus = tree.number(tree.text(parts.get("vcpu")), 1)
    now_vcpus = parts["vcpu"].get("current") if "vcpu" in parts else None
    max_memory = tree.kib(parts.get("memory"))
    ours = metadata.read(parts.get("metadata")) if "metadata" in parts else VmMetadata()
    machine, arch, firmware, nvram = _os(parts.get("os"))
    devices = _Devices(parts.get("devices"))
    cpu = parts.get("cpu")
    return Domain(
        key=VmKey(host, tree.text(parts.get("uuid"))),
        name=parts["name"].text or "" if "name" in parts else "",
        state=state,
        boot=tree.number(root.get("id"), 0),
        vcpus=tree.number(now_vcpus, max_vcpus),
        max_vcpus=max_vcpus,
        memory_kib=tree.kib(parts.get("currentMemory")) or max_memory,
        max_memory_kib=max_memory,
        disks=tuple(devices.disks),
        nics=tuple(devices.nics),
        snapshots=snapshots,
        autostart=autostart,
        persistent=persistent,
        title=tree.text(parts.get("title")),
        description=tree.text(parts.get("description")),
        tags=ours.tags,
        group=ours.group,
        owner=ours.owner,
        os=_guest_os(parts.get("metadata")),
        machine=machine,
        arch=arch,
        cpu_mode=intern(cpu.get("mode", "custom")) if cpu is not None else "",
        firmware=firmware,
        nvram=nvram,
        tpm=devices.tpm,
        has_agent=devices.agent,
        kind=intern(root.get("type", "")),
        graphics=devices.graphics,
        provenance=ours.provenance,
    )


def _os(element: etree._Element | None) -> tuple[str, str, str, str]:
    """Machine type, architecture, firmware ("bios", "uefi", "" for containers) and the path of the NVRAM file."""
    if element is None:
        return "", "", "", ""
    parts = tree.children(element)
    kind = parts.get("type")
    machine = intern(kind.get("machine", "")) if kind is not None else ""
    arch = intern(kind.get("arch", "")) if kind is not None else ""
    loader = parts.get("loader")
    pflash = loader is not None and loader.get("type") == "pflash"
    firmware = "bios" if tree.text(kind) == "hvm" else ""
    if element.get("firmware") == "efi" or pflash:
        firmware = "uefi"
    store = parts.get("nvram")
    nvram = tree.text(store)
    if store is not None and not nvram:
        nvram = source_of(store.find("source"))
    return machine, arch, firmware, nvram


def _guest_os(element: etree._Element | None) -> str:
    """The libosinfo id in <metadata>, whatever version of its namespace wrote it."""
    if element is not None:
        for about in element:
            if isinstance(about.tag, str) and "libosinfo" in about.tag:
                found = next((child for child in about if str(child.tag).endswith("}os")), None)
                return intern(found.get("id", "")) if found is not None else ""
    return ""


class _Devices:
    """The devices a Domain tells of, gathered in one walk over <devices>."""

    def __init__(self, element: etree._Element | None) -> None:
        self.disks: list[Disk] = []
        self.nics: list[Nic] = []
        self.graphics = ""
        self.tpm = False
        self.agent = False
        for device in element if element is not None else ():
            match device.tag:
                case "disk":
                    self.disks.append(_disk(device))
                case "interface":
                    self.nics.append(_nic(device))
                case "graphics" if not self.graphics:
                    self.graphics = intern(device.get("type", ""))
                case "tpm":
                    self.tpm = True
                case "channel":
                    target = device.find("target")
                    self.agent |= target is not None and target.get("name") == AGENT_CHANNEL


def _disk(element: etree._Element) -> Disk:
    parts = tree.children(element)
    target, driver = parts.get("target"), parts.get("driver")
    chain: list[str] = []
    store = parts.get("backingStore")
    while store is not None and len(store) and len(chain) < MAX_CHAIN:
        inner = tree.children(store)
        if path := source_of(inner.get("source")):
            chain.append(path)
        store = inner.get("backingStore")
    return Disk(
        target=intern(target.get("dev", "")) if target is not None else "",
        source=source_of(parts.get("source")),
        device=intern(element.get("device", "disk")),
        bus=intern(target.get("bus", "")) if target is not None else "",
        format=intern(driver.get("type", "")) if driver is not None else "",
        read_only="readonly" in parts,
        shared="shareable" in parts,
        backing=tuple(chain),
    )


def source_of(element: etree._Element | None) -> str:
    """What a <source> names: a path, "pool/volume", or a URL for disks over a network; "" for an empty drive."""
    if element is None:
        return ""
    if path := element.get("file") or element.get("dev") or element.get("dir"):
        return path
    if volume := element.get("volume"):
        return f"{element.get('pool', '')}/{volume}"
    if protocol := element.get("protocol"):
        host = element.find("host")
        where = ""
        if host is not None:
            where = host.get("name") or host.get("socket") or ""
            where += f":{host.get('port')}" if host.get("port") else ""
        return f"{protocol}://{where}/{element.get('name', '')}"
    if element.get("type") or element.find("address") is not None:
        return element.get("type", "")
    return ""


def _nic(element: etree._Element) -> Nic:
    parts = tree.children(element)
    mac, source, model, target = parts.get("mac"), parts.get("source"), parts.get("model"), parts.get("target")
    name = ""
    if source is not None:
        name = source.get("network") or source.get("bridge") or source.get("dev") or source.get("name") or ""
        name = name or source.get("path") or ""
    return Nic(
        mac=mac.get("address", "").lower() if mac is not None else "",
        kind=intern(element.get("type", "")),
        source=intern(name),
        model=intern(model.get("type", "")) if model is not None else "",
        target=intern(target.get("dev", "")) if target is not None else "",
    )
