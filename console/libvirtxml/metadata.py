"""What is ours in a domain's <metadata>: tags, group and owner. One element, `<vm xmlns="urn:splendid:domain:1">`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from console.libvirtxml import tree

NAMESPACE = "urn:splendid:domain:1"
PREFIX = "splendid"

_VM = f"{{{NAMESPACE}}}vm"
_TAG = f"{{{NAMESPACE}}}tag"
_GROUP = f"{{{NAMESPACE}}}group"
_OWNER = f"{{{NAMESPACE}}}owner"


@dataclass(frozen=True, slots=True)
class VmMetadata:
    """tags in their order, without doubles; group and owner, "" = none."""

    tags: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""


def read(element: etree._Element | None) -> VmMetadata:
    """Ours from a domain's <metadata> element, or from our <vm> element itself."""
    if element is None:
        return VmMetadata()
    vm = element if element.tag == _VM else element.find(_VM)
    if vm is None:
        return VmMetadata()
    tags = dict.fromkeys(tag for child in vm.iterfind(_TAG) if (tag := tree.text(child)))
    return VmMetadata(tuple(tags), tree.text(vm.find(_GROUP)), tree.text(vm.find(_OWNER)))


def read_element(element_xml: str | None) -> VmMetadata:
    """Ours from the text of our element, as `virDomainGetMetadata` gives it; None for nothing."""
    return read(_ours(element_xml))


def with_tags(element_xml: str | None, tags: Iterable[str]) -> str:
    """Our element with exactly these tags; every other child of it is kept as it was.

    element_xml: what `virDomainGetMetadata` answered for our namespace, None for nothing yet.
    """
    vm = _ours(element_xml)
    for old in vm.findall(_TAG):
        vm.remove(old)
    for place, tag in enumerate(dict.fromkeys(tag.strip() for tag in tags if tag.strip())):
        child = etree.Element(_TAG)
        child.text = tag
        vm.insert(place, child)
    return etree.tostring(vm, encoding="unicode")


def _ours(element_xml: str | None) -> etree._Element:
    """The element to edit. libvirt hands back what it stored without our namespace: it is put back here."""
    if element_xml:
        found = tree.parse(element_xml, "metadata")
        if found.tag in (_VM, "vm"):
            vm = etree.Element(_VM, found.attrib, nsmap={None: NAMESPACE})
            vm.extend(found)
            for element in vm.iterdescendants():
                if isinstance(element.tag, str) and not element.tag.startswith("{"):
                    element.tag = f"{{{NAMESPACE}}}{element.tag}"
            return vm
    return etree.Element(_VM, nsmap={None: NAMESPACE})
