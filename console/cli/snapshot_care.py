"""`splendid snapshot compare`, `doctor`, `repair` and `retention`: what differs, what is wrong, what may go."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

import click

from console.cli import completing, output, records, snapshot_show
from console.cli.acts import need_one_of
from console.cli.base import Exit, option, with_session
from console.cli.following import waiting
from console.cli.planned import Dry, go, nobody, plan_option, yes_option
from console.cli.session import Session, trying
from console.cli.snapshot import carry_out, chosen, facts_of, group, name_argument, vm_argument, vms_argument
from console.cli.storage_show import host_name
from console.cli.where import where_option
from console.cli.xml_edit import change_record
from console.fleet.domains import VmKey
from console.fleet.snapshots.values import SnapshotFacts
from console.fleet.storing import Weight
from console.jobs.runner import JobHandle
from console.services import snapshot_lines
from console.words import N_, _, edits, ngettext, snapshot_says, units

if TYPE_CHECKING:
    from console.fleet.snapshots.comparing import Grown
    from console.fleet.snapshots.doctor import Finding

NOW = "now"


@group.command(
    "compare", help=N_("Compare two snapshots of a VM, or one with now: its configuration, and what its disks took.")
)
@vm_argument
@name_argument
@click.argument("other", required=False, shell_complete=completing.snapshots)
@with_session
def compare(session: Session, vm: str, name: str, other: str | None) -> int:
    from console.services.snapshot_compare import compare as compared  # noqa: PLC0415 - brings lxml, and few commands need it

    key = session.vm(vm)
    facts = facts_of(session, key)
    second = "" if other in (None, NOW) and facts.snapshot(NOW) is None else other or ""
    services = session.services
    with trying("snapshot.find"), waiting(_("Comparing")):
        found = compared(
            services.snapshots, services.look, services.edit, facts, name, second, (name, second or _("now"))
        )
    if session.json:
        output.document(
            {
                "vm": vm,
                "first": found.first,
                "second": found.second or None,
                "changes": [change_record(change) for change in found.changes],
                "diff": list(found.patch),
                "disks": [
                    {"target": disk.target, "first_bytes": disk.first, "second_bytes": disk.second}
                    for disk in found.disks
                ],
            }
        )
        return Exit.DONE
    for change in found.changes:
        output.line(edits.what(change))
    if not found.changes:
        output.line(_("The configuration is the same."))
    for disk in found.disks:
        output.line(_grown(disk, found.first, found.second or _("now")))
    for line in ["", *found.patch] if found.patch else []:
        output.line(line)
    return Exit.DONE


def _grown(disk: Grown, first: str, second: str) -> str:
    values = {"target": disk.target, "first": first, "second": second}
    if disk.first is None or disk.second is None:
        return _("{target}: both lie inside one image, which does not tell what each takes.").format_map(values)
    values |= {"less": units.size(disk.first), "more": units.size(disk.second)}
    if disk.first:
        return _("{target}: {less} are only in {first}, {more} only in {second}.").format_map(values)
    return _("{target}: {more} more in {second} than in {first}.").format_map(values)


# the doctor


@group.command("doctor", help=N_("Look for what is wrong with the snapshots and disk images of VMs. Changes nothing."))
@vms_argument
@where_option
@with_session
def doctor(session: Session, vm: Sequence[str], where: str | None) -> int:
    keys = chosen(session, vm, where)
    known = [(facts, _findings(session, facts)) for facts in (facts_of(session, key) for key in keys)]
    if session.json:
        rows = [
            {
                "name": facts.name,
                "host": host_name(session, facts.key.host),
                "host_id": facts.key.host,
                "uuid": facts.key.uuid,
                "findings": [_record(session, finding) for finding in findings],
            }
            for facts, findings in known
        ]
        output.document({"vms": rows, "unreached": session.unreached_records()})
        return session.say_unreached()
    if not known:
        output.note(_("No VM matches."))
    for facts, findings in known:
        name = snapshot_show.vm_name(session, facts.key, facts.name)
        if not findings:
            output.line(_("{name}: nothing is wrong.").format(name=name))
            continue
        output.line(_("{name}:").format(name=name))
        for finding in findings:
            for text in _lines(finding):
                output.line(f"  {text}")
        if any(_meant(finding, (), ()) for finding in findings):
            line = snapshot_lines.repair(session.services.inventory, facts.key)
            output.line("  " + _("{line} mends what can be mended.").format(line=line))
    return session.say_unreached()


def _findings(session: Session, facts: SnapshotFacts) -> tuple[Finding, ...]:
    with trying("snapshot.plan"):
        return session.services.snapshots.findings(facts.key, facts)


def _lines(finding: Finding) -> list[str]:
    said = snapshot_says.finding(finding)
    return [f"{finding.code}: {said.line}", *(f"  {path}" for path in finding.files)]


def _record(session: Session, finding: Finding) -> records.Record:
    repair = finding.repair
    return {
        "code": finding.code,
        "weight": finding.weight.value,
        "files": list(finding.files),
        "snapshots": list(finding.snapshots),
        "bytes": finding.bytes,
        "values": dict(finding.values),
        "text": snapshot_says.finding(finding).line,
        "repair": snapshot_show.plan_record(session, repair) if repair is not None else None,
    }


@group.command(
    "repair", help=N_("Mend what the doctor found wrong. Prints each step and each file that goes, and asks.")
)
@vm_argument
@option(
    "--code",
    "codes",
    multiple=True,
    metavar="CODE",
    help=N_("Only findings of this code; see splendid snapshot doctor."),
)
@option("--file", "files", multiple=True, metavar="PATH", help=N_("Only findings about this file."))
@plan_option
@yes_option
@with_session
def repair(session: Session, vm: str, codes: Sequence[str], files: Sequence[str], only_plan: bool, yes: bool) -> int:
    key = session.vm(vm)
    facts = facts_of(session, key)
    every = _findings(session, facts)
    _must_be_found(every, codes, files)
    wanted = [found for found in every if _meant(found, codes, files)]
    if not wanted:
        return nobody(session, _("There is nothing to mend."))
    plans = [found.repair for found in wanted if found.repair is not None]
    refused = any(plan.refused for plan in plans)
    service = session.services.snapshots
    dry = Dry(
        [
            text
            for found, plan in zip(wanted, plans, strict=True)
            for text in (*_lines(found), *snapshot_show.plan(session, plan, facts))
        ],
        {
            "act": "repair",
            "command": None if refused else snapshot_lines.repair(session.services.inventory, key, codes, files),
            "refused": refused,
            "vms": [snapshot_show.plan_record(session, plan) for plan in plans],
        },
        "snapshot.repair",
        lambda: service.run(plans[0]),
        refused=refused,
        more=[_mender(session, key, found) for found in wanted[1:]],
    )
    return go(session, dry, only_plan=only_plan, yes=yes)


def _meant(found: Finding, codes: Collection[str], files: Collection[str]) -> bool:
    """It can be mended, and is one of those that were named; what is only worth a look is mended where it is named."""
    if found.repair is None or (found.weight is Weight.FACT and not codes and not files):
        return False
    return (not codes or found.code in codes) and (not files or bool(set(files) & set(found.files)))


def _must_be_found(every: Sequence[Finding], codes: Sequence[str], files: Sequence[str]) -> None:
    """Errors: BadParameter of click for a code or a path of which nothing was found."""
    for hint, given, known in (
        ("--code", codes, {found.code for found in every}),
        ("--file", files, {path for found in every for path in found.files}),
    ):
        for word in given:
            if word not in known:
                names = ", ".join(sorted(known)) or units.NONE
                said = _("Nothing was found about {word}; there is {names}.").format(word=word, names=names)
                raise click.BadParameter(said, param_hint=hint)


def _mender(session: Session, key: VmKey, wanted: Finding) -> Callable[[], JobHandle | None]:
    """Mends one finding, from what is there by then: an earlier repair may have changed or mended it."""
    service = session.services.snapshots

    def mend() -> JobHandle | None:
        for found in service.findings(key):
            same = (found.code, found.files, found.snapshots) == (wanted.code, wanted.files, wanted.snapshots)
            if same and found.repair is not None:
                return service.run(found.repair)
        return None

    return mend


# retention


@group.command("retention", help=N_("Delete old snapshots by a rule. Prints which go, with each file, and asks."))
@vms_argument
@where_option
@option("--keep", type=click.IntRange(1), default=None, metavar="N", help=N_("The last N of each VM stay."))
@option(
    "--days",
    type=click.FloatRange(0, min_open=True),
    default=None,
    metavar="D",
    help=N_("Those younger than D days stay."),
)
@plan_option
@yes_option
@with_session
def retention(
    session: Session,
    vm: Sequence[str],
    where: str | None,
    keep: int | None,
    days: float | None,
    only_plan: bool,
    yes: bool,
) -> int:
    need_one_of(keep is not None or days is not None, "--keep", "--days")
    if days is not None and math.isnan(days):
        raise click.BadParameter(_("That is not a number."), param_hint="--days")
    keys = chosen(session, vm, where)
    if not keys:
        return nobody(session, _("No VM matches."))
    with trying("snapshot.plan"), waiting(_("Asking what would go")):
        plan = session.services.snapshots.plan_retention(keys, keep or 0, days or 0.0)
    count = len({(one.key, name) for one in plan.plans for name in one.lost or (one.snapshot,)})
    if not count and not plan.refused:
        return nobody(session, _("Nothing goes: every snapshot is kept by the rule."))
    text = ngettext("Type {count} to delete this snapshot:", "Type {count} to delete these snapshots:", count)
    question = (text.format(count=count), str(count))
    return carry_out(session, plan, only_plan=only_plan, yes=yes, question=question)
