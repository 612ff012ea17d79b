"""What is ours in a domain's <metadata>: tags, group and owner. One element, `<vm>` in the namespace `urn:splendid:domain:1`.

In a domain's XML the elements stand in our namespace. libvirt's calls for metadata strip it off what they hand out, and put
it back on what they are given: there the same elements are bare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from console.libvirtxml import tree

NAMESPACE = "urn:splendid:domain:1"
PREFIX = "splendid"

_VM = f"{{{NAMESPACE}}}vm"


@dataclass(frozen=True, slots=True)
class VmMetadata:
    """tags in their order, without doubles; group and owner, "" = none."""

    tags: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""


def read(element: etree._Element | None) -> VmMetadata:
    """Ours from a domain's <metadata> element."""
    vm = element.find(_VM) if element is not None else None
    return _read(vm) if vm is not None else VmMetadata()


def read_element(element_xml: str | None) -> VmMetadata:
    """Ours from the text of our element, as `virDomainGetMetadata` gives it; None for nothing."""
    return _read(_ours(element_xml))


def _read(vm: etree._Element) -> VmMetadata:
    tags = dict.fromkeys(tag for child in _named(vm, "tag") if (tag := tree.text(child)))
    return VmMetadata(
        tuple(tags), tree.text(next(_named(vm, "group"), None)), tree.text(next(_named(vm, "owner"), None))
    )


def _named(vm: etree._Element, name: str) -> Iterator[etree._Element]:
    """Our children of this name, bare or in our namespace."""
    names = (name, f"{{{NAMESPACE}}}{name}")
    return (child for child in vm if child.tag in names)


def with_tags(element_xml: str | None, tags: Iterable[str]) -> str:
    """Our element with exactly these tags; every other child of it is kept as it was.

    element_xml: what `virDomainGetMetadata` answered for our namespace, None for nothing yet. The result is for
    `virDomainSetMetadata`.
    """
    vm = _ours(element_xml)
    for old in tuple(_named(vm, "tag")):
        vm.remove(old)
    name = str(vm.tag)[:-2] + "tag"  # bare where the element is bare
    for place, tag in enumerate(dict.fromkeys(tag.strip() for tag in tags if tag.strip())):
        child = etree.Element(name)
        child.text = tag
        vm.insert(place, child)
    etree.cleanup_namespaces(vm)  # libvirt leaves a declaration of our prefix behind, and would not take it twice
    return etree.tostring(vm, encoding="unicode")


def _ours(element_xml: str | None) -> etree._Element:
    """The element to read or edit; a new one where there is none, or another."""
    if element_xml:
        found = tree.parse(element_xml, "metadata")
        if found.tag in ("vm", _VM):
            return found
    return etree.Element("vm")
