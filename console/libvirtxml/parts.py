"""Elements of a domain: those within another, and its devices by what tells one from its like. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from lxml import etree

from console.libvirtxml import hotplug, tree

Element = etree._Element


def devices(element: Element | None) -> dict[tuple[str, str], Element]:
    """Devices by kind and by what tells one from its like: disks by target, cards by MAC, others by number."""
    found: dict[tuple[str, str], Element] = {}
    counts: Counter[tuple[str, str]] = Counter()
    for device in elements(element) if element is not None else ():
        kind = (str(device.tag), hotplug.identity(device))
        counts[kind] += 1
        name = kind[1] if counts[kind] == 1 else f"{kind[1]} {counts[kind]}".strip()
        found[kind[0], name] = device
    return found


def has_device(xml: str, part: str, name: str) -> bool:
    """A domain's XML has the device that a change is about."""
    return (part, name) in devices(tree.parse(xml, "domain").find("devices"))


def elements(parent: Element) -> Iterator[Element]:
    """Child elements, without comments and the like."""
    return (child for child in parent if isinstance(child.tag, str))


def named(parent: Element, tag: str) -> list[Element]:
    return [child for child in elements(parent) if child.tag == tag]


def local(tag: str) -> str:
    return tag.rpartition("}")[2]
