"""Two moments of a VM beside each other: how it was configured at each, and what its disks took since."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from console.fleet.edits import Change
from console.fleet.errors import NotFound, Reason
from console.fleet.snapshots.comparing import Grown, grown
from console.fleet.snapshots.values import SnapshotFacts
from console.libvirtxml import tree
from console.services.edit import EditService
from console.services.look import LookService
from console.services.snapshot import SnapshotService


@dataclass(frozen=True, slots=True)
class Compared:
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
    running = []
    texts = []
    for name in (first, second):
        snapshot = facts.snapshot(name) if name else None
        if name and snapshot is None:
            raise NotFound(Reason.GONE, name, detail=", ".join(one.name for one in facts.snapshots))
        running.append((snapshot.state if snapshot is not None else facts.state).active)
        if snapshot is not None:
            texts.append(_plain(domain_of(service.xml(facts.key, name), name)))
        else:
            texts.append(_plain(look.xml(facts.key, inactive=not facts.state.active)))
    before, after = texts
    # one that runs tells more than one that does not: then only what a person set is told
    changes = (edit.compare if running[0] == running[1] else edit.waiting)(before, after)
    patch = tuple(edit.patch(before, after, *called))
    return Compared(first, second, changes, patch, grown(facts, first, second), (before, after))


def domain_of(xml: str, name: str) -> str:
    """The XML of the VM within that of a snapshot; without one (libvirt before 0.9.5) an empty domain."""
    inner = tree.parse(xml, name).find("domain")
    return etree.tostring(inner, encoding="unicode", with_tail=False) if inner is not None else "<domain/>"


def _plain(xml: str) -> str:
    """The same, written in one manner, so that only what is meant differs; without libvirt's number of this run."""
    root = tree.parse(xml)
    root.attrib.pop("id", None)
    etree.indent(root)
    return etree.tostring(root, encoding="unicode")
