from __future__ import annotations

import pytest
from lxml import etree

from console.libvirtxml import hotplug


@pytest.mark.parametrize(
    ("xml", "name"),
    [
        ("<disk><target dev='vda'/></disk>", "vda"),
        ("<disk/>", ""),
        ("<interface><mac address='52:54:00:AA:00:01'/></interface>", "52:54:00:aa:00:01"),
        ("<controller type='scsi' index='1'/>", "scsi 1"),
        (
            "<hostdev type='pci'><source><address domain='0x0000' bus='0x03' slot='0x00'/></source></hostdev>",
            "pci 0000:03:00",
        ),
        ("<channel><target type='virtio' name='org.qemu.guest_agent.0'/></channel>", "org.qemu.guest_agent.0"),
        ("<serial><target port='0'/></serial>", "0"),
        ("<input type='tablet' bus='usb'/>", "tablet usb"),
        ("<graphics type='vnc'/>", "vnc"),
        ("<emulator>/usr/bin/qemu</emulator>", ""),
    ],
)
def test_what_tells_a_device_from_its_like(xml: str, name: str) -> None:
    assert hotplug.identity(etree.fromstring(xml)) == name


@pytest.mark.parametrize(
    ("xml", "can"),
    [
        ("<disk device='disk'><target dev='vda' bus='virtio'/></disk>", True),
        ("<disk device='disk'><target dev='hda' bus='ide'/></disk>", False),
        ("<disk device='cdrom'><target dev='sda' bus='scsi'/></disk>", False),
        ("<interface/>", True),
        ("<input bus='usb'/>", True),
        ("<input bus='ps2'/>", False),
        ("<channel><target type='virtio'/></channel>", True),
        ("<serial/>", False),
        ("<controller type='scsi'/>", True),
        ("<controller type='pci'/>", False),
        ("<filesystem><driver type='virtiofs'/></filesystem>", True),
        ("<filesystem/>", False),
        ("<video/>", False),
    ],
)
def test_what_can_be_plugged(xml: str, can: bool) -> None:
    assert hotplug.pluggable(etree.fromstring(xml)) is can


def test_what_can_change() -> None:
    card, cdrom = etree.fromstring("<interface/>"), etree.fromstring("<disk device='cdrom'/>")
    assert hotplug.changeable(card, ["link@state", "bandwidth/inbound@average"])
    assert not hotplug.changeable(card, ["link@state", "model@type"])
    assert not hotplug.changeable(card, ["sources@network"])
    assert hotplug.changeable(cdrom, ["source@file", "source/host[2]@name", "@type"])
    assert not hotplug.changeable(etree.fromstring("<disk device='disk'/>"), ["source@file"])
    assert not hotplug.changeable(etree.fromstring("<video/>"), ["model@type"])
