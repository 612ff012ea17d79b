"""How many vCPUs and how much memory a domain's XML gives it, with what limits changing them."""

from __future__ import annotations

from lxml import etree

from console.fleet.scaling import Sizes
from console.libvirtxml import tree


def read_sizes(xml: str | bytes) -> Sizes:
    """Raises Failed where `xml` is no domain's at all."""
    root = tree.parse(xml, "domain")
    parts = tree.children(root)
    vcpu = parts.get("vcpu")
    most = tree.number(tree.text(vcpu), 1)
    memory = tree.kib(parts.get("memory"))
    balloon = root.find("devices/memballoon")
    return Sizes(
        vcpus=tree.number(vcpu.get("current"), most) if vcpu is not None else most,
        max_vcpus=most,
        memory_kib=tree.kib(parts.get("currentMemory")) or memory,
        max_memory_kib=memory,
        balloon=balloon is None or balloon.get("model") != "none",
        topology=_topology(root.find("cpu/topology")),
    )


def _topology(element: etree._Element | None) -> int:
    """The vCPUs of sockets × dies × clusters × cores × threads; 0 where none is written down."""
    if element is None:
        return 0
    product = 1
    for name in ("sockets", "dies", "clusters", "cores", "threads"):
        product *= max(1, tree.number(element.get(name), 1))
    return product
