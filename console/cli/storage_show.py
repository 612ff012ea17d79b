"""What `splendid storage` prints: tables for people, records for --json. Sizes in bytes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from console.cli import output, records
from console.cli.output import Cell, Head
from console.cli.session import Session
from console.fleet.hosts import HostSpec
from console.fleet.storage import PoolUse, StorageSum, Survey, User, VolumeUse
from console.fleet.storing import Plan, Weight
from console.words import _, storage, units

NEARLY_FULL = 0.9

ALLOWED = {"shrinks": "--shrink", "overwrites": "--overwrite"}
"""What is not refused with that option, by the code of what a plan says."""


def host_name(session: Session, host: str) -> str:
    spec = session.services.inventory.spec(host)
    return spec.name if spec else host


def sums(survey: Survey, specs: Sequence[HostSpec]) -> None:
    """A line for each host and one for all."""
    heads = [
        Head(_("Host")),
        *(
            Head(text, right=True)
            for text in (_("Pools"), _("Used"), _("Size"), _("Full"), _("Promised"), _("Times"), _("Unused volumes"))
        ),
    ]
    rows = [_sum_row(spec.name, survey.total(frozenset({spec.id}))) for spec in specs]
    if len(specs) > 1:
        rows.append(_sum_row(_("All"), survey.total(frozenset(spec.id for spec in specs))))
    output.table(heads, rows)


def _sum_row(name: str, total: StorageSum) -> list[Cell | str]:
    return [
        name,
        units.count(total.pools),
        units.size(total.used),
        units.size(total.capacity),
        _full(total.full),
        units.size(total.promised),
        storage.ratio(total.ratio),
        units.count(total.orphans) if total.orphans else units.NONE,
    ]


def _full(share: float | None) -> Cell:
    return Cell(units.percent(share), "yellow" if share is not None and share >= NEARLY_FULL else "")


def pools(session: Session, uses: Iterable[PoolUse]) -> None:
    heads = [
        Head(_("Host")),
        Head(_("Pool")),
        Head(_("State")),
        Head(_("Kind")),
        *(Head(text, right=True) for text in (_("Used"), _("Size"), _("Full"), _("Promised"), _("Volumes"))),
        Head(_("Path")),
    ]
    output.table(
        heads,
        [
            [
                host_name(session, use.host),
                use.pool.name,
                Cell(_("Active"), "green") if use.pool.active else _("Inactive"),
                use.pool.kind,
                units.size(use.pool.capacity - use.pool.available) if use.pool.capacity else units.NONE,
                units.size(use.pool.capacity) if use.pool.capacity else units.NONE,
                _full(use.full),
                storage.promised(use),
                units.count(len(use.volumes)),
                use.pool.path or use.pool.source,
            ]
            for use in uses
        ],
    )


def volumes(session: Session, uses: Iterable[VolumeUse]) -> None:
    def named(host: str) -> str:
        return host_name(session, host)

    heads = [
        Head(_("Host")),
        Head(_("Pool")),
        Head(_("Volume")),
        Head(_("Format")),
        Head(_("On disk"), right=True),
        Head(_("Capacity"), right=True),
        Head(_("Used by")),
    ]
    output.table(
        heads,
        [
            [
                named(use.key.host),
                use.key.pool,
                use.key.name,
                use.volume.format or use.volume.kind,
                units.size(use.volume.allocation),
                units.size(use.volume.capacity),
                Cell(storage.users(use, named), dim=use.orphan),
            ]
            for use in uses
        ],
    )


def who(session: Session, use: VolumeUse) -> None:
    """One volume, and each who needs it on a line of its own."""

    def named(host: str) -> str:
        return host_name(session, host)

    users = "\n".join(storage.user(user, use.key.host, named) for user in use.users)
    output.facts(
        [
            (_("Volume"), "/".join((named(use.key.host), use.key.pool, use.key.name))),
            (_("Path"), use.volume.path),
            (_("Format"), use.volume.format or use.volume.kind),
            (_("Capacity"), units.size(use.volume.capacity)),
            (_("On disk"), units.size(use.volume.allocation)),
            (_("Based on"), use.volume.backing),
            (_("Used by"), users or _("nobody")),
        ]
    )


def plan(session: Session, value: Plan) -> list[str]:
    """The sentences of a plan, and the option that allows what it is refused for, where nothing else stands in the way."""
    said = storage.lines(value, lambda host: host_name(session, host))
    codes = [say.code for say in value.refused]
    if len(codes) == 1 and codes[0] in ALLOWED:
        said.append(_("If that is meant, say {option}.").format(option=ALLOWED[codes[0]]))
    return said


# records


def sum_record(value: StorageSum) -> records.Record:
    return {
        "pools": value.pools,
        "capacity": value.capacity,
        "used": value.used,
        "promised": value.promised,
        "ratio": value.ratio,
        "orphans": value.orphans,
        "orphan_bytes": value.orphan_bytes,
    }


def pool_record(session: Session, use: PoolUse) -> records.Record:
    return {
        "host": host_name(session, use.host),
        "host_id": use.host,
        **records.pool(use.pool, volumes=False),
        "source": use.pool.source,
        "promised": use.promised,
        "ratio": use.ratio,
        "volumes": len(use.volumes),
        "orphans": len(use.orphans),
        "users": [_user(session, user) for user in use.users],
    }


def volume_record(session: Session, use: VolumeUse) -> records.Record:
    return {
        "host": host_name(session, use.key.host),
        "host_id": use.key.host,
        "pool": use.key.pool,
        **records.volume(use.volume),
        "orphan": use.orphan,
        "users": [_user(session, user) for user in use.users],
    }


def _user(session: Session, user: User) -> records.Record:
    return {
        "kind": user.kind.value,
        "name": user.name,
        "host": host_name(session, user.host),
        "host_id": user.host,
        "uuid": user.key.uuid if user.key else None,
        "sure": user.sure,
    }


def plan_record(session: Session, value: Plan) -> records.Record:
    def named(host: str) -> str:
        return host_name(session, host)

    return {
        "kind": value.kind,
        "host_id": value.host,
        "target": value.target,
        "refused": bool(value.refused),
        "frees": value.frees,
        "takes": value.takes,
        "made": output.iso(value.made),
        "says": [
            {
                "code": say.code,
                "weight": Weight(say.weight).value,
                "values": dict(say.values),
                "text": storage.say(say, named),
            }
            for say in value.says
        ],
    }
