"""Which devices a running domain takes, gives up or changes. What is said here is what libvirt's QEMU driver can in general;
the host decides in the end. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

Element = etree._Element

PASSWORD = re.compile(r"""(\bpasswd\s*=\s*(["']))[^"'<>]*(\2)""")

_WHERE = {  # path to the attribute that tells a device from its like
    "disk": ("target", "dev"),
    "interface": ("mac", "address"),
    "filesystem": ("target", "dir"),
    "graphics": ("", "type"),
    "video": ("model", "type"),
    "sound": ("", "model"),
    "memballoon": ("", "model"),
    "watchdog": ("", "model"),
    "tpm": ("", "model"),
    "vsock": ("", "model"),
    "iommu": ("", "model"),
    "shmem": ("", "name"),
    "panic": ("", "model"),
}
_PLUGGABLE = frozenset({"interface", "hostdev", "rng", "shmem", "memory", "watchdog", "vsock", "lease", "redirdev"})
_BUSES = {"disk": ("virtio", "scsi", "usb"), "input": ("virtio", "usb")}
_CHANGEABLE = {
    "interface": ("link", "bandwidth", "filterref", "source", "vlan", "coalesce", "@trustGuestRxFilters", "@type"),
    "graphics": ("@passwd", "@passwdValidTo", "@connected"),
    "memory": ("target/requested",),
}
_MEDIUM = ("source", "@type", "driver@type", "readonly", "backingStore", "@startupPolicy")


def identity(device: Element) -> str:
    """What tells a device from others of its kind, in configuration and running domain alike; "" = only its place."""
    tag = str(device.tag)
    if tag == "controller":
        return f"{device.get('type', '')} {device.get('index', '')}".strip()
    if tag == "hostdev":
        return " ".join(filter(None, (device.get("type", ""), _place(device))))
    if tag in ("channel", "serial", "parallel", "console"):
        target = device.find("target")
        return (target.get("name") or target.get("port") or "") if target is not None else ""
    if tag == "input":
        return f"{device.get('type', '')} {device.get('bus', '')}".strip()
    path, attribute = _WHERE.get(tag, ("", ""))
    found = device.find(path) if path else device
    name = found.get(attribute, "") if found is not None and attribute else ""
    return name.lower() if tag == "interface" else name


def _place(device: Element) -> str:
    """Of a device of the host: where it sits there."""
    for path in ("source/address", "source/vendor", "source/adapter", "source"):
        found = device.find(path)
        if found is not None and found.attrib:
            values = [str(value) for name, value in found.attrib.items() if name != "type"]
            return ":".join(value.removeprefix("0x") for value in values)
    return ""


def pluggable(device: Element) -> bool:
    """Can be attached to, and detached from, a domain that runs."""
    tag = str(device.tag)
    if tag == "disk":
        target = device.find("target")
        bus = target.get("bus", "") if target is not None else ""
        return device.get("device", "disk") in ("disk", "lun") and bus in _BUSES[tag]
    if tag == "input":
        return device.get("bus") in _BUSES[tag]
    if tag == "channel":
        target = device.find("target")
        return target is not None and target.get("type") == "virtio"
    if tag == "controller":
        return device.get("type") in ("scsi", "virtio-serial")
    if tag == "filesystem":
        driver = device.find("driver")
        return driver is not None and driver.get("type") == "virtiofs"
    return tag in _PLUGGABLE


def changeable(device: Element, paths: Iterable[str]) -> bool:
    """All these values (paths within the device) can change while the domain runs."""
    tag = str(device.tag)
    allowed: tuple[str, ...] = _CHANGEABLE.get(tag, ())
    if tag == "disk" and device.get("device") in ("cdrom", "floppy"):
        allowed = _MEDIUM
    return all(any(re.match(rf"{re.escape(start)}(?=[@/\[]|$)", path) for start in allowed) for path in paths)
