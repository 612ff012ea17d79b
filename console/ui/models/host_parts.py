"""Networks of one host as table rows."""

from __future__ import annotations

from console.fleet.hosts import Network
from console.ui.models.facts import forward
from console.ui.models.rows import Column
from console.words import N_, _, pgettext, units


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
