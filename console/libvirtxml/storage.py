"""The XML of pools and volumes read to fleet values."""

from __future__ import annotations

from console.fleet.hosts import Pool, Volume
from console.libvirtxml import tree


def read_pool(
    xml: str | bytes, *, active: bool = False, autostart: bool = False, volumes: tuple[Volume, ...] = ()
) -> Pool:
    """The Pool that `xml` describes; what XML doesn't tell comes by keyword. Raises Failed for what is no XML."""
    root = tree.parse(xml, "pool")
    return Pool(
        name=root.findtext("name") or "",
        uuid=tree.text(root.find("uuid")),
        kind=root.get("type", ""),
        active=active,
        autostart=autostart,
        path=tree.text(root.find("target/path")),
        capacity=tree.size(root.find("capacity")),
        allocation=tree.size(root.find("allocation")),
        available=tree.size(root.find("available")),
        volumes=volumes,
    )


def read_volume(xml: str | bytes) -> Volume:
    """The Volume that `xml` describes. Raises Failed for what is no XML."""
    root = tree.parse(xml, "volume")
    target_format = root.find("target/format")
    return Volume(
        name=root.findtext("name") or "",
        path=tree.text(root.find("target/path")),
        kind=root.get("type", "file"),
        format=target_format.get("type", "") if target_format is not None else "",
        capacity=tree.size(root.find("capacity")),
        allocation=tree.size(root.find("allocation")),
        backing=tree.text(root.find("backingStore/path")),
    )
