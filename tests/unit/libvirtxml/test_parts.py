from __future__ import annotations

from lxml import etree

from console.libvirtxml import parts

XML = "<domain><devices><!-- x --><disk><target dev='vda'/></disk><rng/><rng/></devices></domain>"


def test_devices_by_what_tells_one_from_its_like() -> None:
    devices = etree.fromstring(XML).find("devices")
    assert list(parts.devices(devices)) == [("disk", "vda"), ("rng", ""), ("rng", "2")]
    assert parts.devices(None) == {}
    assert parts.has_device(XML, "disk", "vda")
    assert not parts.has_device(XML, "disk", "vdb")


def test_elements_are_no_comments() -> None:
    devices = etree.fromstring(XML).find("devices")
    assert devices is not None
    assert [child.tag for child in parts.elements(devices)] == ["disk", "rng", "rng"]
    assert len(parts.named(devices, "rng")) == 2
    assert [parts.local("{urn:x}vm"), parts.local("vm")] == ["vm", "vm"]
