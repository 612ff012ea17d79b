"""The XML of a helper: a domain that never runs and only holds image files open, so that they can be merged while their VM is off.

It carries our mark in its metadata: whose files they are, and of which disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

import msgspec
from lxml import etree

from console.fleet.snapshots.values import ImageFile
from console.libvirtxml import tree
from console.libvirtxml.sources import chains

NAMESPACE = "urn:splendid:merge:1"
PREFIX = "splendid-merge-"
"""Of a helper's name; no VM of a person's is called so."""
DISK = "vda"  # the only one a helper has


class Mark(msgspec.Struct, frozen=True):
    """vm: the UUID of the VM whose files it holds. target: of the VM's disk. files: of its disk, top first."""

    vm: str
    target: str
    files: tuple[str, ...]


def helper_xml(vm_xml: str | bytes, name: str, target: str, files: Sequence[ImageFile]) -> str:
    """A helper with `files` (top first) as its only disk, of the kind of the VM: what runs the one can run the other.

    A last file that no pool holds may be built on others, which the host has to find out; of any other the chain ends there.
    """
    vm = tree.parse(vm_xml, "domain")
    root = etree.Element("domain", type=vm.get("type", "qemu"))
    etree.SubElement(root, "name").text = name
    mark = etree.SubElement(etree.SubElement(root, "metadata"), f"{{{NAMESPACE}}}merge", nsmap={"splendid": NAMESPACE})
    mark.set("vm", tree.text(vm.find("uuid")))
    mark.set("target", target)
    etree.SubElement(root, "memory", unit="MiB").text = "16"
    etree.SubElement(root, "vcpu").text = "1"
    machine = vm.find("os/type")
    if machine is not None:
        etree.SubElement(root, "os").append(deepcopy(machine))
    cpu = deepcopy(vm.find("cpu"))  # a host may have no other that starts
    if cpu is not None:
        for part in [one for one in cpu if one.tag in ("topology", "numa")]:
            cpu.remove(part)
        root.append(cpu)
    devices = etree.SubElement(root, "devices")
    emulator = vm.find("devices/emulator")
    if emulator is not None:
        devices.append(deepcopy(emulator))
    _disk(devices, files)
    etree.SubElement(devices, "controller", type="usb", model="none")
    etree.SubElement(devices, "memballoon", model="none")
    return etree.tostring(root, encoding="unicode")


def _disk(devices: etree._Element, files: Sequence[ImageFile]) -> None:
    kinds = ["block" if one.path.startswith("/dev/") else "file" for one in files]
    disk = etree.SubElement(devices, "disk", type=kinds[0], device="disk")
    etree.SubElement(disk, "driver", name="qemu", type=files[0].format or "raw")
    _source(disk, files[0].path)
    inner = disk
    for kind, one in zip(kinds[1:], files[1:], strict=True):
        inner = etree.SubElement(inner, "backingStore", type=kind)
        etree.SubElement(inner, "format", type=one.format or "raw")
        _source(inner, one.path)
    if files[-1].pool:
        etree.SubElement(inner, "backingStore")
    etree.SubElement(disk, "target", dev=DISK, bus="virtio")


def _source(parent: etree._Element, path: str) -> None:
    block = path.startswith("/dev/")
    etree.SubElement(parent, "source", {"dev" if block else "file": path})


def read_mark(xml: str | bytes) -> Mark | None:
    """What a helper is for; None for any other domain."""
    root = tree.parse(xml, "domain")
    mark = root.find(f"metadata/{{{NAMESPACE}}}merge")
    if mark is None or not tree.text(root.find("name")).startswith(PREFIX):
        return None
    return Mark(mark.get("vm", ""), mark.get("target", ""), chains(xml).get(DISK, ()))
