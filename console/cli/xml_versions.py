"""`splendid xml versions`, `diff` and `restore`: how VMs were configured earlier."""

from __future__ import annotations

import time
from pathlib import Path

import click

from console.cli import completing, output, records
from console.cli.base import Exit, with_session
from console.cli.output import Head
from console.cli.session import Session, Tried, trying
from console.cli.xml import group
from console.cli.xml_edit import carry_out, change_record, next_option, plan_option, read, yes_option
from console.fleet.domains import VmKey
from console.fleet.edits import Version
from console.words import N_, _, edits, units

NOW, RUNNING = "now", "running"


@group.command("versions", help=N_("List how a VM was configured earlier, newest first."))
@click.argument("vm", shell_complete=completing.vms)
@with_session
def versions(session: Session, vm: str) -> int:
    key = _known(session, vm)
    with trying("vm.versions"):
        found = session.services.edit.versions(key)
    if session.json:
        output.document({"vm": vm, "versions": [_record(version) for version in found]})
        return Exit.DONE
    now = time.time()
    heads = [Head(_("Version"), right=True), Head(_("From")), Head(_("Why")), Head(_("Who")), Head(_("Digest"))]
    rows = [
        [
            str(version.id),
            units.moment(version.at, now),
            edits.reason(version),
            version.by or "–",
            version.digest,
        ]
        for version in found
    ]
    output.table(heads, rows)
    return Exit.DONE


@group.command("diff", help=N_("Compare two states of a VM's XML: versions by number, “now”, “running”, or files."))
@click.argument("vm", shell_complete=completing.vms)
@click.argument("old", required=False)
@click.argument("new", required=False, default=NOW)
@with_session
def diff(session: Session, vm: str, old: str | None, new: str) -> int:
    wants_host = {old, new} & {NOW, RUNNING}
    key = session.vm(vm) if wants_host else _known(session, vm)
    if old is None:
        with trying("vm.versions"):
            found = session.services.edit.versions(key)
        old = str(found[1].id) if len(found) > 1 else NOW
    before, after = _state(session, key, old), _state(session, key, new)
    edit = session.services.edit
    found_changes = (edit.waiting if (old, new) == (RUNNING, NOW) else edit.compare)(before, after)
    patch = session.services.edit.patch(before, after, old, new)
    if session.json:
        output.document({"vm": vm, "changes": [change_record(change) for change in found_changes], "diff": patch})
        return Exit.DONE
    for change in found_changes:
        output.line(edits.what(change))
    if not found_changes:
        output.line(_("Nothing differs."))
    for line in ["", *patch] if patch else []:
        output.line(line)
    return Exit.DONE


@group.command("restore", help=N_("Go back to an earlier version of a VM's configuration. Passwords stay as they are."))
@click.argument("vm", shell_complete=completing.vms)
@click.argument("version", type=int)
@next_option
@plan_option
@yes_option
@with_session
def restore(session: Session, vm: str, version: int, next_start: bool, only_plan: bool, yes: bool) -> int:
    key = session.vm(vm)
    _of(session, key, version)
    with trying("vm.edit-plan"):
        plan = session.services.edit.restore(key, version, live=not next_start)
    return carry_out(session, plan, only_plan=only_plan, yes=yes)


def _known(session: Session, vm: str) -> VmKey:
    """The VM, its host connected where that can be; earlier versions can be looked at without."""
    try:
        key = session.find([vm])[0]
    except Tried:
        return session.vm(vm)
    spec = session.services.inventory.spec(key.host)
    session.reach([spec] if spec is not None else [])
    return key


def _of(session: Session, key: VmKey, id: int) -> Version:
    """A version of this VM. Errors: BadParameter for none, or one of another VM."""
    with trying("vm.versions"):
        found = {version.id for version in session.services.edit.versions(key)}
        if id not in found:
            raise click.BadParameter(
                _("There is no version {id}; see splendid xml versions.").format(id=id), param_hint="VERSION"
            )
        return session.services.edit.version(id)


def _state(session: Session, key: VmKey, word: str) -> str:
    """The XML that a word means."""
    if word in (NOW, RUNNING):
        with trying("vm.xml"):
            return session.services.look.xml(key, inactive=word == NOW)
    if word.isdecimal():
        return _of(session, key, int(word)).xml
    path = Path(word)
    if not path.is_file():
        raise click.BadParameter(
            _("{word} is no version, no file, and neither “now” nor “running”.").format(word=word),
            param_hint="OLD, NEW",
        )
    return read(path)


def _record(version: Version) -> records.Record:
    return {
        "id": version.id,
        "at": output.iso(version.at),
        "reason": version.reason,
        "by": version.by,
        "host_id": version.host,
        "name": version.name,
        "digest": version.digest,
    }
