"""Disks and network cards of one VM as table rows."""

from __future__ import annotations

import msgspec

from console.fleet.domains import Address, Disk, Domain, Nic
from console.ui.models.rows import Column
from console.words import N_, _, states, units

_DEVICES = {"disk": N_("disk"), "cdrom": N_("CD"), "floppy": N_("floppy"), "lun": N_("SCSI LUN")}
_KINDS = {
    "network": N_("network"),
    "bridge": N_("bridge"),
    "direct": N_("macvtap"),
    "user": N_("user mode"),
    "hostdev": N_("host device"),
}


def _flags(disk: Disk) -> str:
    said = [_("read-only")] if disk.read_only else []
    said += [_("shared")] if disk.shared else []
    return ", ".join(said)


DISKS: tuple[Column[Disk], ...] = (
    Column("target", N_("Disk"), lambda r, n: r.target, lambda r: r.target, width=70, name=True),
    Column(
        "device",
        N_("Kind"),
        lambda r, n: _(_DEVICES[r.device]) if r.device in _DEVICES else r.device,
        lambda r: r.device,
        width=80,
    ),
    Column("bus", N_("Bus"), lambda r, n: r.bus or units.NONE, lambda r: r.bus, width=70),
    Column("format", N_("Format"), lambda r, n: r.format or units.NONE, lambda r: r.format, width=76),
    Column(
        "used",
        N_("On disk"),
        lambda r, n: units.sizes_of(r.allocation, r.capacity) if r.capacity else units.NONE,
        lambda r: r.allocation,
        right=True,
        width=176,
        used=lambda r: r.allocation / r.capacity if r.capacity else None,
    ),
    Column("flags", N_("Access"), lambda r, n: _flags(r), _flags, width=120, tone=lambda r: "text2"),
    Column(
        "source",
        N_("Source"),
        lambda r, n: r.source or (_("empty") if r.device in ("cdrom", "floppy") else units.NONE),
        lambda r: r.source,
        width=320,
        mono=True,
        tip=lambda r: "\n".join((r.source, *(_("based on {path}").format(path=path) for path in r.backing))),
    ),
)


class NicRow(msgspec.Struct, frozen=True):
    """A card and the addresses learned on it."""

    nic: Nic
    addresses: tuple[Address, ...]


def nic_rows(domain: Domain) -> list[NicRow]:
    """Each card with its addresses; an address without a MAC belongs to the only card there is."""
    only = len(domain.nics) == 1
    return [
        NicRow(nic, tuple(a for a in domain.addresses if a.mac.lower() == nic.mac.lower() or (only and not a.mac)))
        for nic in domain.nics
    ]


def _addresses(row: NicRow) -> str:
    return ", ".join(f"{address.ip} {states.address_source(address.source)}" for address in row.addresses)


NICS: tuple[Column[NicRow], ...] = (
    Column("mac", N_("MAC"), lambda r, n: r.nic.mac, lambda r: r.nic.mac, width=150, mono=True),
    Column(
        "kind",
        N_("Kind"),
        lambda r, n: _(_KINDS[r.nic.kind]) if r.nic.kind in _KINDS else r.nic.kind,
        lambda r: r.nic.kind,
        width=90,
    ),
    Column("source", N_("Connected to"), lambda r, n: r.nic.source or units.NONE, lambda r: r.nic.source, width=140),
    Column("model", N_("Model"), lambda r, n: r.nic.model or units.NONE, lambda r: r.nic.model, width=80),
    Column("target", N_("On the host"), lambda r, n: r.nic.target or units.NONE, lambda r: r.nic.target, width=96),
    Column(
        "addresses", N_("Addresses"), lambda r, n: _addresses(r) or units.NONE, _addresses, width=320, tip=_addresses
    ),
)
