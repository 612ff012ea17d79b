"""Two moments of a VM beside each other: how it was configured at each, and what its disks took since."""

from __future__ import annotations

import msgspec
from lxml import etree

from console.fleet.edits import Change
from console.fleet.errors import NotFound, Reason
from console.fleet.snapshots.comparing import Grown, grown
from console.fleet.snapshots.values import SnapshotFacts
from console.libvirtxml import tree
from console.libvirtxml.metadata import NAMESPACE
from console.services.edit import EditService
from console.services.look import LookService
from console.services.snapshot import SnapshotService


class Compared(msgspec.Struct, frozen=True):
    """changes: of the configuration, by meaning, from the first moment to the second. patch: lines of a unified diff. disks: see
    `grown`. second: "" = now. texts: the XML of the VM at both, as it is."""

    first: str
    second: str
    changes: tuple[Change, ...]
    patch: tuple[str, ...]
    disks: tuple[Grown, ...]
    texts: tuple[str, str] = ("", "")


def compare(
    service: SnapshotService,
    look: LookService,
    edit: EditService,
    facts: SnapshotFacts,
    first: str,
    second: str,
    called: tuple[str, str],
) -> Compared:
    """Two snapshots of one VM by name, or one and now (second ""). called: what the diff calls the two. Blocks.

    Errors: NotFound for a snapshot that is not there, FleetError.
    """
    texts = []
    for name in (first, second):
        snapshot = facts.snapshot(name) if name else None
        if name and snapshot is None:
            raise NotFound(Reason.GONE, name, detail=", ".join(one.name for one in facts.snapshots))
        if snapshot is not None:
            texts.append(_plain(domain_of(service.xml(facts.key, name), name)))
        else:
            texts.append(_plain(look.xml(facts.key, inactive=True)))
    before, after = texts
    changes = edit.compare(before, after)
    patch = tuple(edit.patch(before, after, *called))
    return Compared(first, second, changes, patch, grown(facts, first, second), (before, after))


def domain_of(xml: str, name: str) -> str:
    """The XML of the VM within that of a snapshot; without one (libvirt before 0.9.5) an empty domain."""
    inner = tree.parse(xml, name).find("domain")
    return etree.tostring(inner, encoding="unicode", with_tail=False) if inner is not None else "<domain/>"


def _plain(xml: str) -> str:
    """The same, written in one manner, so that only what is meant differs; without what libvirt and we note beside it."""
    root = tree.parse(xml)
    root.attrib.pop("id", None)
    for noted in [
        *root.iterfind("devices/disk/backingStore"),
        *root.iterfind(f"metadata/{{{NAMESPACE}}}vm/{{*}}taken"),
    ]:
        while (parent := noted.getparent()) is not None:
            parent.remove(noted)
            if len(parent) or parent.tag == "disk":
                break
            noted = parent  # our element, and <metadata>, where nothing else is in them
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
