"""Writes the demo fleet, resources/demo/*.xml: a node file of libvirt's test driver for each host of packaging/demo.toml.

python packaging/demo.py           writes them
python packaging/demo.py --check   only says whether they are as this would write them
"""

from __future__ import annotations

import sys
import tomllib
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zlib import crc32

from lxml import etree

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "resources" / "demo"
NAMES = uuid.UUID(
    "6f1d3c52-5c1e-4b0e-9d9e-3a6c1f4b7a10"
)  # the demo's UUIDs are made from this and names: always the same
TEST = "http://libvirt.org/schemas/domain/test/1.0"
OURS = "urn:splendid:domain:1"
DEMO = "urn:splendid:demo:1"
OSINFO = "http://libosinfo.org/xmlns/libvirt/domain/1.0"
POOL = 100  # GiB
RUN_STATES = {"running": 1, "paused": 3, "off": 5, "saved": 5, "crashed": 6, "asleep": 7}
SYSTEMS = {
    "debian12": "http://debian.org/debian/12",
    "debian11": "http://debian.org/debian/11",
    "ubuntu24": "http://ubuntu.com/ubuntu/24.04",
    "alma9": "http://almalinux.org/almalinux/9",
    "centos7": "http://centos.org/centos/7.0",
    "win11": "http://microsoft.com/win/11",
    "win2022": "http://microsoft.com/win/2k22",
    "win2012": "http://microsoft.com/win/2k12r2",
}
Table = dict[str, Any]


def _add(parent: etree._Element, tag: str, text: object = None, **attributes: str) -> etree._Element:
    child = etree.SubElement(parent, tag, attributes)
    if text is not None:
        child.text = str(text)
    return child


@dataclass(frozen=True)
class Image:
    """A disk of the table. Sizes in GiB; capacity 0 is a CD. base: the path of the image under this one."""

    path: str
    pool: str
    capacity: int = 0
    allocation: int = 0
    base: str = ""
    shared: bool = False

    @property
    def format(self) -> str:
        return "qcow2" if self.capacity and not self.shared else "raw"


def _images(name: str, vm: Table) -> list[Image]:
    images = []
    for place, word in enumerate(vm["disks"]):
        shared, _, rest = word.rpartition("=")
        if shared == "iso":
            images.append(Image(f"/srv/iso/{rest}", "iso"))
            continue
        pool, _, rest = rest.rpartition(":")
        sizes, _, base = rest.partition("<")
        capacity, allocation = map(int, sizes.split("/"))
        pool = pool or "vms"
        file = f"{shared}.raw" if shared else f"{name}{f'-{place}' if place else ''}.qcow2"
        under = f"/srv/{pool}/{base}.qcow2" if base else ""
        images.append(Image(f"/srv/{pool}/{file}", pool, capacity, allocation, under, bool(shared)))
    return images


def _disk(devices: etree._Element, place: int, image: Image) -> None:
    disk = _add(devices, "disk", type="file", device="disk" if image.capacity else "cdrom")
    _add(disk, "driver", name="qemu", type=image.format)
    _add(disk, "source", file=image.path)
    if image.base:
        store = _add(disk, "backingStore", type="file")
        _add(store, "format", type="qcow2")
        _add(store, "source", file=image.base)
        _add(store, "backingStore")
    if image.capacity:
        _add(disk, "target", dev=f"vd{'abcd'[place]}", bus="virtio")
    else:
        _add(disk, "target", dev=f"sd{'abcd'[place]}", bus="sata")
        _add(disk, "readonly")
    if image.shared:
        _add(disk, "shareable")


def _identity(domain: etree._Element, host: str, name: str, vm: Table) -> None:
    _add(domain, "name", name)
    _add(domain, "uuid", uuid.uuid5(NAMES, f"{host}/{name}"))
    for key, tag in (("title", "title"), ("text", "description")):
        if key in vm:
            _add(domain, tag, vm[key])


def _hardware(domain: etree._Element, name: str, vm: Table) -> None:
    _add(domain, "memory", vm["memory"], unit="GiB")
    _add(domain, "vcpu", vm["vcpus"])
    system = _add(domain, "os")
    _add(system, "type", "hvm", arch="x86_64", machine="pc-q35-7.2")
    if vm["system"].startswith("win"):
        _add(system, "loader", "/usr/share/OVMF/OVMF_CODE_4M.fd", readonly="yes", type="pflash")
        _add(system, "nvram", f"/var/lib/libvirt/qemu/nvram/{name}_VARS.fd")


def _metadata(domain: etree._Element, vm: Table, up: float) -> None:
    metadata = _add(domain, "metadata")
    ours = etree.SubElement(metadata, f"{{{OURS}}}vm", nsmap={"splendid": OURS})
    for tag in vm.get("tags", ()):
        _add(ours, f"{{{OURS}}}tag", tag)
    for key in ("group", "owner"):
        if key in vm:
            _add(ours, f"{{{OURS}}}{key}", vm[key])
    if not len(ours):
        metadata.remove(ours)
    info = etree.SubElement(metadata, f"{{{OSINFO}}}libosinfo", nsmap={"libosinfo": OSINFO})
    _add(info, f"{{{OSINFO}}}os", id=SYSTEMS[vm["system"]])
    etree.SubElement(metadata, f"{{{DEMO}}}age", {"days": str(vm.get("days", up))}, nsmap={"demo": DEMO})


def _devices(domain: etree._Element, name: str, vm: Table) -> None:
    windows = vm["system"].startswith("win")
    devices = _add(domain, "devices")
    for place, image in enumerate(_images(name, vm)):
        _disk(devices, place, image)
    nic = _add(devices, "interface", type="network")
    number = crc32(name.encode())
    _add(nic, "mac", address="52:54:00:" + ":".join(f"{number >> shift & 0xFF:02x}" for shift in (16, 8, 0)))
    _add(nic, "source", network="default")
    _add(nic, "model", type="e1000e" if windows else "virtio")
    if not windows:
        channel = _add(devices, "channel", type="unix")
        _add(channel, "target", type="virtio", name="org.qemu.guest_agent.0")
    _add(devices, "graphics", type="vnc")
    if vm["system"] == "win11":
        tpm = _add(devices, "tpm", model="tpm-crb")
        _add(tpm, "backend", type="emulator", version="2.0")


def _snapshots(domain: etree._Element, host: str, name: str, vm: Table, up: float) -> None:
    taken = vm.get("snapshots", [])
    current = vm.get("now", taken[-1][1] if taken else "")
    for place, (day, title, description, *more) in enumerate(taken):
        parent = more[0] if more else taken[place - 1][1] if place else ""
        snapshot = _add(domain, f"{{{TEST}}}domainsnapshot")
        _add(snapshot, "name", title)
        _add(snapshot, "description", description)
        if parent:
            _add(_add(snapshot, "parent"), "name", parent)
        _add(snapshot, "state", "running" if day.endswith("*") else "shutoff")
        moment = datetime.fromisoformat(day.rstrip("*")).replace(tzinfo=UTC)
        if "T" not in day:
            moment = moment.replace(hour=22, minute=place)
        created = int(moment.timestamp())
        _add(snapshot, "creationTime", created)
        _add(snapshot, "active", int(title == current))
        _add(snapshot, "memory", snapshot="internal" if day.endswith("*") else "no")
        disks = _add(snapshot, "disks")
        for number, image in enumerate(_images(name, vm)):
            if image.capacity and not image.shared:
                _add(disks, "disk", name=f"vd{'abcd'[number]}", snapshot="internal")
        then = _add(snapshot, "domain", type="test")
        _identity(then, host, name, vm)
        _metadata(then, vm, up)
        _sign(then, created, vm.get("owner", ""), more[1] if len(more) > 1 else "")
        _hardware(then, name, vm)
        _devices(then, name, vm)


def _sign(domain: etree._Element, created: int, by: str, build: str) -> None:
    """Who took a snapshot, and of which build."""
    ours = domain.find(f"metadata/{{{OURS}}}vm")
    if ours is not None and by:
        _add(ours, f"{{{OURS}}}taken", at=str(created), by=by, **({"build": build} if build else {}))


def _domain(node: etree._Element, host: str, name: str, vm: Table, up: float) -> None:
    state = vm.get("state", "running")
    domain = etree.SubElement(node, "domain", {"type": "test"}, nsmap={"test": TEST})
    _identity(domain, host, name, vm)
    _metadata(domain, vm, up)
    _hardware(domain, name, vm)
    _add(domain, "cpu", mode="host-model")
    _devices(domain, name, vm)
    _snapshots(domain, host, name, vm, up)
    _add(domain, f"{{{TEST}}}runstate", RUN_STATES[state])
    if state == "saved":
        _add(domain, f"{{{TEST}}}hasmanagedsave")


def _pool(node: etree._Element, host: str, name: str, images: list[Image]) -> None:
    if sum(image.allocation for image in images) > POOL:
        raise SystemExit(f"{host}: pool {name} holds more than {POOL} GiB")
    pool = _add(node, "pool", type="dir")
    _add(pool, "name", name)
    _add(pool, "uuid", uuid.uuid5(NAMES, f"{host}/pool/{name}"))
    _add(_add(pool, "target"), "path", f"/srv/{name}")
    for image in images:
        volume = _add(pool, "volume", type="file")
        _add(volume, "name", Path(image.path).name)
        _add(volume, "capacity", image.capacity or 1, unit="GiB")
        _add(volume, "allocation", image.allocation, unit="GiB")
        target = _add(volume, "target")
        _add(target, "path", image.path)
        _add(target, "format", type=image.format if image.capacity else "iso")
        if image.base:
            store = _add(volume, "backingStore")
            _add(store, "path", image.base)
            _add(store, "format", type="qcow2")


def _network(node: etree._Element, host: str, net: str) -> None:
    network = _add(node, "network")
    _add(network, "name", "default")
    _add(network, "uuid", uuid.uuid5(NAMES, f"{host}/network/default"))
    _add(network, "forward", mode="nat")
    _add(network, "bridge", name="virbr0")
    address = _add(network, "ip", address=f"{net}.1", netmask="255.255.255.0")
    _add(_add(address, "dhcp"), "range", start=f"{net}.20", end=f"{net}.250")


def node_file(name: str, host: Table) -> bytes:
    """The node file of one host of the table."""
    vms: dict[str, Table] = host["vm"]
    promised = sum(vm["memory"] for vm in vms.values() if vm.get("state") not in ("off", "saved"))
    if promised > host["memory"]:
        raise SystemExit(f"{name}: its running VMs have {promised} GiB, it has {host['memory']}")
    if any(vm.get("days", 0) > host["up"] and "state" not in vm for vm in vms.values()):
        raise SystemExit(f"{name}: a VM runs for longer than it")
    node = etree.Element("node")
    cpu = _add(node, "cpu")
    numbers = {"mhz": host["mhz"], "model": "x86_64", "active": host["sockets"] * host["cores"] * 2}
    numbers |= {"nodes": host["sockets"], "sockets": 1, "cores": host["cores"], "threads": 2}
    for key, value in numbers.items():
        _add(cpu, key, value)
    _add(node, "memory", host["memory"] << 20)
    _network(node, name, host["net"])
    images = {image.path: image for vm_name, vm in vms.items() for image in _images(vm_name, vm)}
    for pool in dict.fromkeys(image.pool for image in images.values()):
        _pool(node, name, pool, [image for image in images.values() if image.pool == pool])
    for vm_name, vm in vms.items():
        _domain(node, name, vm_name, vm, host["up"])
    etree.indent(node)
    return etree.tostring(node, encoding="utf-8", pretty_print=True)


def main(arguments: list[str]) -> int:
    """Returns the exit code; with --check, 1 for files that are not as the table says."""
    table = tomllib.loads((ROOT / "packaging" / "demo.toml").read_text("utf-8"))
    differ = []
    for name, host in table.items():
        path = TARGET / f"{name}.xml"
        made = node_file(name, host)
        if arguments != ["--check"]:
            path.write_bytes(made)
        elif not path.is_file() or path.read_bytes() != made:
            differ.append(path.name)
    if differ:
        sys.stderr.write(f"not as packaging/demo.py writes them: {', '.join(differ)}\n")
    return bool(differ)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
