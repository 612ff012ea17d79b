"""What is ours in a domain's <metadata>: tags, group, owner and where it comes from. One element, `<vm>` in the namespace
`urn:splendid:domain:1`.

In a domain's XML the elements stand in our namespace. libvirt's calls for metadata strip it off what they hand out, and put
it back on what they are given: there the same elements are bare.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from lxml import etree

from console.fleet.clones.provenance import Provenance
from console.libvirtxml import tree

NAMESPACE = "urn:splendid:domain:1"
PREFIX = "splendid"

_VM = f"{{{NAMESPACE}}}vm"


class VmMetadata(msgspec.Struct, frozen=True):
    """tags in their order, without doubles; group and owner, "" = none; provenance, None = not written down."""

    tags: tuple[str, ...] = ()
    group: str = ""
    owner: str = ""
    provenance: Provenance | None = None


def read(element: etree._Element | None) -> VmMetadata:
    """Ours from a domain's <metadata> element."""
    vm = element.find(_VM) if element is not None else None
    return _read(vm) if vm is not None else VmMetadata()


def read_element(element_xml: str | None) -> VmMetadata:
    """Ours from the text of our element, as `virDomainGetMetadata` gives it; None for nothing."""
    return _read(_ours(element_xml))


def _read(vm: etree._Element) -> VmMetadata:
    tags = dict.fromkeys(tag for child in _named(vm, "tag") if (tag := tree.text(child)))
    origin = next(_named(vm, "origin"), None)
    return VmMetadata(
        tuple(tags),
        tree.text(next(_named(vm, "group"), None)),
        tree.text(next(_named(vm, "owner"), None)),
        _provenance(origin) if origin is not None else None,
    )


_WORDS = {"from": "cloned_from", "source": "source", "snapshot": "snapshot", "by": "by", "build": "build"}
_TIMES = {"when": "when", "expires": "expires"}
_MARKS = {"linked": "linked", "template": "template", "throw-away": "throw_away"}
_FAR = 1e11  # epoch seconds that no date goes beyond


def _provenance(origin: etree._Element) -> Provenance:
    """From <origin from= source= snapshot= when= by= build= linked= template= locked= throw-away= expires=>note</origin>."""
    values: dict[str, str | float | bool | tuple[str, ...]] = {"note": tree.text(origin)}
    values |= {field: origin.get(name, "") for name, field in _WORDS.items()}
    values |= {field: _moment(origin.get(name)) for name, field in _TIMES.items()}
    values |= {field: origin.get(name) == "yes" for name, field in _MARKS.items()}
    values["locked"] = tuple(origin.get("locked", "").split())
    return Provenance(**values)  # type: ignore[arg-type]


def _moment(text: str | None) -> float:
    try:
        found = float(text or 0)
    except ValueError:
        return 0.0
    return found if 0.0 < found < _FAR else 0.0


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


def with_provenance(element_xml: str | None, provenance: Provenance | None) -> str:
    """Our element with this provenance (None = none); every other child of it is kept as it was. As `with_tags`."""
    vm = _ours(element_xml)
    for old in tuple(_named(vm, "origin")):
        vm.remove(old)
    if provenance is not None and provenance != Provenance():
        vm.append(_origin(provenance, str(vm.tag)[:-2] + "origin"))
    etree.cleanup_namespaces(vm)
    return etree.tostring(vm, encoding="unicode")


def _origin(provenance: Provenance, name: str) -> etree._Element:
    origin = etree.Element(name)
    for attribute, field in _WORDS.items():
        if value := getattr(provenance, field):
            origin.set(attribute, value)
    for attribute, field in _TIMES.items():
        if value := getattr(provenance, field):
            origin.set(attribute, str(int(value)))
    for attribute, field in _MARKS.items():
        if getattr(provenance, field):
            origin.set(attribute, "yes")
    if provenance.locked:
        origin.set("locked", " ".join(provenance.locked))
    origin.text = provenance.note or None
    return origin


def put(element: etree._Element, ours: VmMetadata) -> None:
    """Makes what is ours in a domain's <metadata> `element` exactly this; what others wrote stays."""
    for old in element.findall(_VM):
        element.remove(old)
    if ours == VmMetadata():
        return
    _fill(etree.SubElement(element, _VM, nsmap={PREFIX: NAMESPACE}), ours, f"{{{NAMESPACE}}}")


def element_of(ours: VmMetadata) -> str | None:
    """Our element for `virDomainSetMetadata`, exactly this; None: nothing is ours."""
    if ours == VmMetadata():
        return None
    vm = etree.Element("vm")
    _fill(vm, ours)
    return etree.tostring(vm, encoding="unicode")


def _fill(vm: etree._Element, ours: VmMetadata, space: str = "") -> None:
    for name, value in [("tag", tag) for tag in ours.tags] + [("group", ours.group), ("owner", ours.owner)]:
        if value:
            etree.SubElement(vm, f"{space}{name}").text = value
    if ours.provenance is not None:
        vm.append(_origin(ours.provenance, f"{space}origin"))


def _ours(element_xml: str | None) -> etree._Element:
    """The element to read or edit; a new one where there is none, or another."""
    if element_xml:
        found = tree.parse(element_xml, "metadata")
        if found.tag in ("vm", _VM):
            return found
    return etree.Element("vm")
