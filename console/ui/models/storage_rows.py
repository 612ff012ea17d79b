"""Pools and volumes of one host or of many as table rows."""

from __future__ import annotations

from collections.abc import Callable

from console.fleet.storage import PoolUse, VolumeUse
from console.ui.models.rows import Column, known
from console.words import N_, _, storage, units

NEARLY_FULL = 0.9
Name = Callable[[str], str]


def _used(use: PoolUse) -> str:
    pool = use.pool
    return units.sizes_of(pool.capacity - pool.available, pool.capacity) if use.full is not None else units.NONE


def pool_columns(name: Name, *, host: bool) -> tuple[Column[PoolUse], ...]:
    """name: of a host by its id. host: with the host each is on."""
    columns: list[Column[PoolUse]] = [
        Column(
            "name",
            N_("Pool"),
            lambda r, n: r.pool.name,
            lambda r: (r.pool.name.casefold(), name(r.host)),
            width=124,
            glyph=lambda r: ("dot", "good") if r.pool.active else ("square", "text3"),
            name=True,
        ),
        Column(
            "state",
            N_("State"),
            lambda r, n: _("Active") if r.pool.active else _("Inactive"),
            lambda r: r.pool.active,
            width=76,
            tone=lambda r: "text2",
        ),
        Column("kind", N_("Kind"), lambda r, n: r.pool.kind, lambda r: r.pool.kind, width=68, drop=3),
        Column(
            "used",
            N_("Used"),
            lambda r, n: _used(r),
            lambda r: known(r.full),
            right=True,
            width=184,
            used=lambda r: r.full,
            tone=lambda r: "warning" if (r.full or 0.0) >= NEARLY_FULL else "",
            tip=lambda r: _("{size} free").format(size=units.size(r.pool.available)) if r.pool.active else "",
        ),
        Column(
            "promised",
            N_("Promised"),
            lambda r, n: storage.promised(r),
            lambda r: known(r.ratio),
            right=True,
            width=86,
            tone=lambda r: "warning" if (r.ratio or 0.0) > 1 and (r.full or 0.0) >= NEARLY_FULL else "",
            tip=lambda r: (
                _("Its volumes may grow to {size}").format(size=units.size(r.promised)) if r.pool.active else ""
            ),
        ),
        Column(
            "volumes",
            N_("Volumes"),
            lambda r, n: units.count(len(r.volumes)) if r.pool.active else units.NONE,
            lambda r: len(r.volumes),
            right=True,
            width=78,
        ),
        Column(
            "unused",
            N_("Unused"),
            lambda r, n: units.count(len(r.orphans)) if r.orphans else units.NONE,
            lambda r: len(r.orphans),
            right=True,
            width=74,
            tip=lambda r: storage.orphans(len(r.orphans), sum(use.volume.allocation for use in r.orphans)),
            drop=2,
        ),
        Column(
            "autostart",
            N_("Autostart"),
            lambda r, n: _("yes") if r.pool.autostart else _("no"),
            lambda r: r.pool.autostart,
            width=84,
            drop=2,
        ),
        Column(
            "path",
            N_("Path"),
            lambda r, n: r.pool.path or r.pool.source,
            lambda r: r.pool.path,
            width=180,
            mono=True,
            tip=lambda r: "\n".join(part for part in (r.pool.path, r.pool.source) if part),
        ),
    ]
    if host:
        columns.insert(
            1, Column("host", N_("Host"), lambda r, n: name(r.host), lambda r: name(r.host).casefold(), width=96)
        )
    return tuple(columns)


def volume_columns(name: Name, *, host: bool) -> tuple[Column[VolumeUse], ...]:
    """As `pool_columns`; with host the pool is told too."""
    columns: list[Column[VolumeUse]] = [
        Column(
            "name",
            N_("Volume"),
            lambda r, n: r.key.name,
            lambda r: (r.key.name.casefold(), r.key),
            width=210,
            name=True,
            tip=lambda r: r.volume.path,
        ),
        Column(
            "format",
            N_("Format"),
            lambda r, n: r.volume.format or r.volume.kind,
            lambda r: r.volume.format,
            width=70,
            tone=lambda r: "text2",
        ),
        Column(
            "size",
            N_("On disk"),
            lambda r, n: units.size(r.volume.allocation),
            lambda r: r.volume.allocation,
            right=True,
            width=86,
        ),
        Column(
            "capacity",
            N_("Capacity"),
            lambda r, n: units.size(r.volume.capacity),
            lambda r: r.volume.capacity,
            right=True,
            width=86,
        ),
        Column(
            "users",
            N_("Used by"),
            lambda r, n: storage.users(r, name),
            lambda r: (len(r.users), [user.name for user in r.users]),
            width=230,
            glyph=lambda r: ("ring", "warning-glyph") if r.orphan else None,
            tone=lambda r: "text2" if r.orphan else "",
            tip=lambda r: "\n".join(storage.user(user, r.key.host, name) for user in r.users),
        ),
        Column(
            "backing",
            N_("Based on"),
            lambda r, n: r.volume.backing.rsplit("/", 1)[-1],
            lambda r: r.volume.backing,
            width=150,
            tip=lambda r: r.volume.backing,
            drop=2,
        ),
    ]
    if host:
        columns[1:1] = [
            Column("host", N_("Host"), lambda r, n: name(r.key.host), lambda r: name(r.key.host).casefold(), width=96),
            Column("pool", N_("Pool"), lambda r, n: r.key.pool, lambda r: r.key.pool.casefold(), width=84),
        ]
    return tuple(columns)
