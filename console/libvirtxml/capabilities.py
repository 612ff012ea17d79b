"""What a host's capabilities say that a fleet wants to know."""

from __future__ import annotations

import re

import msgspec

from console.libvirtxml import tree

_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Capabilities(msgspec.Struct, frozen=True):
    """uuid: the host's own, "" where it tells none. cpus: logical CPUs of the topology. memory in KiB.

    features: lower-case words, for example "external-snapshot", "disksnapshot", "live-migration", "kvm".
    """

    uuid: str = ""
    arch: str = ""
    cpu_model: str = ""
    cpus: int = 0
    memory_kib: int = 0
    features: tuple[str, ...] = ()


def read_capabilities(xml: str | bytes) -> Capabilities:
    """Reads the XML of virConnectGetCapabilities. Raises Failed for what is no XML."""
    root = tree.parse(xml, "capabilities")
    words: set[str] = set()
    arch = tree.text(root.find("host/cpu/arch"))
    for guest in root.iterfind("guest"):
        own = guest.find("arch")
        if own is not None and own.get("name") != arch:
            continue
        features = guest.find("features")
        words.update(_word(child.tag) for child in (features if features is not None else ()) if _on(child))
        words.update(kind for domain in guest.iterfind("arch/domain") if (kind := domain.get("type")))
    if root.find("host/migration_features/live") is not None:
        words.add("live-migration")
    cells = root.findall("host/topology/cells/cell")
    return Capabilities(
        uuid=tree.text(root.find("host/uuid")),
        arch=arch,
        cpu_model=tree.text(root.find("host/cpu/model")),
        cpus=sum(tree.number(cpus.get("num")) for cell in cells for cpus in cell.iterfind("cpus")),
        memory_kib=sum(tree.kib(cell.find("memory")) for cell in cells),
        features=tuple(sorted(words)),
    )


def _word(tag: object) -> str:
    return _CAMEL.sub("-", str(tag)).lower()


def _on(element: object) -> bool:
    get = getattr(element, "get", None)
    return isinstance(getattr(element, "tag", None), str) and get is not None and get("default") != "off"
