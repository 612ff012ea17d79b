"""What `splendid clone` and `splendid template` print: plans, families, templates; records for --json. Sizes in bytes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence

from console.cli import output, records
from console.cli.output import Head
from console.cli.session import Session
from console.cli.storage_show import host_name
from console.cli.vms import natural
from console.fleet.clones.values import ClonePlan, DiskPlan, Family, Kin, OneClone
from console.fleet.domains import Domain, VmKey
from console.fleet.storing import Plan, Say
from console.words import _, clones, units


def namer(session: Session) -> Callable[[str], str]:
    """The name of a host by its id."""
    return lambda host: host_name(session, host)


def lines(session: Session, plan: ClonePlan) -> list[str]:
    return clones.lines(plan, namer(session))


def plan_lines(session: Session, plan: Plan) -> list[str]:
    """Of flattening, templates and throwing away: why not, or what it means."""
    return [clones.say(say, namer(session)) for say in (plan.refused or plan.says)]


def family(session: Session, value: Family) -> None:
    """A base, and each that needs it on a line of its own."""
    name = _vm_name(session, value.base, value.name) if value.base is not None else value.name
    kin = "\n".join(
        _("{name}: {files}").format(name=_vm_name(session, one.key, one.name), files=", ".join(one.files))
        for one in sorted(value.clones, key=lambda one: natural(one.name))
    )
    output.facts(
        [
            (_("Base"), name),
            (_("Template"), _("yes") if value.template else ""),
            (_("Linked clones"), kin or _("none")),
        ]
    )


def _vm_name(session: Session, key: VmKey, name: str) -> str:
    return f"{host_name(session, key.host)}/{name}"


def templates(session: Session, rows: Iterable[tuple[Domain, Family | None]]) -> None:
    now = time.time()
    heads = [
        Head(_("Template")),
        Head(_("Host")),
        Head(_("Linked clones"), right=True),
        Head(_("Build")),
        Head(_("From")),
    ]
    output.table(
        heads,
        [
            [
                domain.name,
                host_name(session, domain.key.host),
                units.count(len(kin.clones)) if kin is not None else units.count(0),
                domain.provenance.build if domain.provenance else "",
                clones.provenance(domain.provenance, now) if domain.provenance else "",
            ]
            for domain, kin in rows
        ],
    )


# records


def record(session: Session, plan: ClonePlan, command: str | None) -> records.Record:
    order = plan.order
    return {
        "act": "clone",
        "source": _vm(session, order.source, plan.source),
        "kind": order.kind.value,
        "snapshot": order.snapshot or None,
        "host": host_name(session, order.host or order.source.host),
        "host_id": order.host or order.source.host,
        "made": output.iso(plan.made),
        "command": command,
        "refused": bool(plan.refused),
        "overlay": plan.overlay or None,
        "needs": plan.needs,
        "pool_free": plan.free,
        "seconds": plan.seconds,
        "macs": order.macs.value,
        "reset": order.reset.value,
        "reset_done": list(plan.reset_done),
        "reset_left": list(plan.reset_left),
        "throw_away": order.throw_away,
        "expires": output.iso(order.expires),
        "build": order.build,
        "note": order.note,
        "start": order.start,
        "clones": [_clone(one) for one in plan.clones],
        "says": [_say(session, say) for say in plan.says],
    }


def _clone(one: OneClone) -> records.Record:
    return {
        "name": one.name,
        "uuid": one.uuid,
        "macs": dict(one.macs),
        "nvram": one.nvram or None,
        "disks": [_disk(disk) for disk in one.disks],
    }


def _disk(disk: DiskPlan) -> records.Record:
    return {
        "target": disk.target,
        "deed": disk.deed.value,
        "source": disk.source or None,
        "pool": disk.pool or None,
        "volume": disk.volume or None,
        "path": disk.path or None,
        "format": disk.format,
        "capacity": disk.capacity,
        "bytes": disk.size,
    }


def plan_record(session: Session, plans: Sequence[Plan], command: str | None) -> records.Record:
    """Of flattening, templates and throwing away; of one VM too the same shape."""
    return {
        "act": plans[0].kind.removeprefix("vm."),
        "made": output.iso(plans[0].made),
        "command": command,
        "refused": any(plan.refused for plan in plans),
        "needs": sum(plan.takes for plan in plans),
        "vms": [
            {
                "name": plan.target,
                "host": host_name(session, plan.host),
                "host_id": plan.host,
                "refused": bool(plan.refused),
                "frees": plan.frees,
                "needs": plan.takes,
                "says": [_say(session, say) for say in plan.says],
            }
            for plan in plans
        ],
    }


def _say(session: Session, say: Say) -> records.Record:
    text = clones.say(say, namer(session))
    return {"code": say.code, "weight": say.weight.value, "values": dict(say.values), "text": text}


def family_record(session: Session, value: Family | None) -> records.Record | None:
    if value is None:
        return None
    return {
        "base": _vm(session, value.base, value.name) if value.base is not None else None,
        "name": value.name,
        "template": value.template,
        "clones": [_kin(session, one) for one in value.clones],
    }


def _kin(session: Session, one: Kin) -> records.Record:
    return {**_vm(session, one.key, one.name), "files": list(one.files)}


def _vm(session: Session, key: VmKey, name: str) -> records.Record:
    return {"name": name, "host": host_name(session, key.host), "host_id": key.host, "uuid": key.uuid}


def template_record(session: Session, domain: Domain, kin: Family | None) -> records.Record:
    return {
        **_vm(session, domain.key, domain.name),
        "clones": [_kin(session, one) for one in kin.clones] if kin is not None else [],
        "provenance": records.provenance(domain.provenance),
    }
