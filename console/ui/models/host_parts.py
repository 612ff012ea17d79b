"""Networks, pools and volumes of one host as table rows."""

from __future__ import annotations

from dataclasses import dataclass

from console.fleet.hosts import Network, Pool, Volume
from console.ui.models.facts import forward
from console.ui.models.rows import Column
from console.words import N_, _, pgettext, units

NEARLY_FULL = 0.9


def _active(active: bool) -> tuple[str, str]:
    return ("dot", "good") if active else ("square", "text3")


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


NETWORKS: tuple[Column[Network], ...] = (
    Column(
        "name",
        N_("Name"),
        lambda r, n: r.name,
        lambda r: r.name.casefold(),
        width=170,
        glyph=lambda r: _active(r.active),
        name=True,
    ),
    Column(
        "state",
        N_("State"),
        lambda r, n: _("Active") if r.active else _("Inactive"),
        lambda r: r.active,
        width=84,
        tone=lambda r: "text2",
    ),
    Column("forward", N_("Forward"), lambda r, n: forward(r), lambda r: r.forward, width=90),
    Column("bridge", N_("Bridge"), lambda r, n: r.bridge or units.NONE, lambda r: r.bridge, width=100),
    Column(
        "addresses",
        N_("Addresses"),
        lambda r, n: ", ".join(r.addresses) or units.NONE,
        lambda r: r.addresses,
        width=190,
        tip=lambda r: "\n".join(r.addresses),
    ),
    Column(
        "dhcp",
        N_("DHCP"),
        lambda r, n: ", ".join(r.dhcp).replace("-", " – ") or pgettext("device", "none"),
        lambda r: r.dhcp,
        width=210,
        tip=lambda r: "\n".join(r.dhcp),
    ),
    Column(
        "leases",
        N_("Leases"),
        lambda r, n: units.count(r.leases) if r.dhcp else units.NONE,
        lambda r: r.leases,
        right=True,
        width=72,
    ),
    Column(
        "autostart",
        N_("Autostart"),
        lambda r, n: _yes(r.autostart) if r.persistent else _("not kept"),
        lambda r: r.autostart,
        width=90,
    ),
)


def filled(pool: Pool) -> float | None:
    """0..1 of a pool that is used; None where its size is not known."""
    return pool.allocation / pool.capacity if pool.capacity and pool.active else None


POOLS: tuple[Column[Pool], ...] = (
    Column(
        "name",
        N_("Pool"),
        lambda r, n: r.name,
        lambda r: r.name.casefold(),
        width=150,
        glyph=lambda r: _active(r.active),
        name=True,
    ),
    Column(
        "state",
        N_("State"),
        lambda r, n: _("Active") if r.active else _("Inactive"),
        lambda r: r.active,
        width=84,
        tone=lambda r: "text2",
    ),
    Column("kind", N_("Kind"), lambda r, n: r.kind, lambda r: r.kind, width=80),
    Column(
        "used",
        N_("Used"),
        lambda r, n: units.sizes_of(r.allocation, r.capacity) if r.capacity else units.NONE,
        lambda r: filled(r) or 0.0,
        right=True,
        width=184,
        used=filled,
        tone=lambda r: "warning" if (filled(r) or 0.0) >= NEARLY_FULL else "",
    ),
    Column(
        "free",
        N_("Free"),
        lambda r, n: units.size(r.available) if r.active else units.NONE,
        lambda r: r.available,
        right=True,
        width=92,
    ),
    Column(
        "volumes",
        N_("Volumes"),
        lambda r, n: units.count(len(r.volumes)) if r.active else units.NONE,
        lambda r: len(r.volumes),
        right=True,
        width=84,
    ),
    Column("autostart", N_("Autostart"), lambda r, n: _yes(r.autostart), lambda r: r.autostart, width=88),
    Column("path", N_("Path"), lambda r, n: r.path, lambda r: r.path, width=220, mono=True, tip=lambda r: r.path),
)


@dataclass(frozen=True, slots=True)
class VolumeRow:
    """A volume and the VMs of its host that use it, by name."""

    volume: Volume
    users: tuple[str, ...]


VOLUMES: tuple[Column[VolumeRow], ...] = (
    Column(
        "name",
        N_("Volume"),
        lambda r, n: r.volume.name,
        lambda r: r.volume.name.casefold(),
        width=230,
        name=True,
        tip=lambda r: r.volume.path,
    ),
    Column("format", N_("Format"), lambda r, n: r.volume.format or r.volume.kind, lambda r: r.volume.format, width=80),
    Column(
        "size",
        N_("On disk"),
        lambda r, n: units.size(r.volume.allocation),
        lambda r: r.volume.allocation,
        right=True,
        width=90,
    ),
    Column(
        "capacity",
        N_("Capacity"),
        lambda r, n: units.size(r.volume.capacity),
        lambda r: r.volume.capacity,
        right=True,
        width=92,
    ),
    Column(
        "users",
        N_("Used by"),
        lambda r, n: ", ".join(r.users) or _("nobody on this host"),
        lambda r: (len(r.users), r.users),
        width=220,
        tone=lambda r: "" if r.users else "text3",
        tip=lambda r: "\n".join(r.users),
    ),
    Column(
        "backing",
        N_("Based on"),
        lambda r, n: r.volume.backing.rsplit("/", 1)[-1],
        lambda r: r.volume.backing,
        width=180,
        tip=lambda r: r.volume.backing,
    ),
)
