"""`splendid xml edit` and `apply`: another configuration for a VM, from an editor or a file. The plan is shown first."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from msgspec.structs import replace

from console.cli import asking, completing, output, records
from console.cli.base import Exit, option, with_session
from console.cli.following import follow, waiting
from console.cli.session import Session, trying
from console.cli.xml import group
from console.fleet.edits import Change, FlawedText, Severity
from console.fleet.errors import Conflict, Reason
from console.jobs.job import JobState
from console.words import N_, _, edits

if TYPE_CHECKING:
    from console.libvirtxml import merging
    from console.services.edit import Applied, Draft, EditPlan

EDITORS = ("VISUAL", "EDITOR")
FALLBACK = "vi"

next_option = option("--next-start", is_flag=True, help=N_("Leave what runs as it is; all holds from the next start."))
validate_option = option(
    "--validate/--no-validate", default=True, help=N_("Have the host check it against its schema first, or not.")
)
plan_option = option("--plan", "only_plan", is_flag=True, help=N_("Only print what would happen."))
yes_option = option("--yes", "-y", is_flag=True, help=N_("Don't ask."))


@group.command("edit", help=N_("Change the XML of a VM in your editor ($VISUAL or $EDITOR)."))
@click.argument("vm", shell_complete=completing.vms)
@next_option
@validate_option
@option("--secrets", is_flag=True, help=N_("Show passwords too. Without this they stay as they are."))
@plan_option
@yes_option
@with_session
def edit(session: Session, vm: str, next_start: bool, validate: bool, secrets: bool, only_plan: bool, yes: bool) -> int:
    key = session.vm(vm)
    with trying("vm.edit"):
        draft = session.services.edit.begin(key, secrets)
    folder = Path(tempfile.mkdtemp(prefix="splendid-"))
    path = folder / f"{draft.name.replace('/', '_')}.xml"
    path.write_text(draft.text, "utf-8")
    keep = True
    try:
        while True:
            text = _typed(path)
            if text.strip() == draft.text.strip():
                output.note(_("Nothing was changed."))
                keep = False
                return Exit.DONE
            if _flawed(session, draft, text):
                if session.interactive and asking.confirmed(_("Go on editing?")):
                    continue
                return Exit.FAILED
            with trying("vm.edit-plan"):
                plan = session.services.edit.plan(draft, text, live=not next_start, validate=validate)
            if not plan.theirs:
                break
            merge = session.services.edit.merge(plan)
            output.note(_("Somebody else changed {name} meanwhile.").format(name=draft.name))
            draft, text = session.services.edit.rebased(plan, merge.text())
            path.write_text(marked(merge), "utf-8")
            if merge.clashes and not session.interactive:
                output.note(_("Both changed the same lines; they are marked in {path}.").format(path=path))
                return Exit.FAILED
            if not merge.clashes:
                output.note(_("Both changes fit together."))
                with trying("vm.edit-plan"):
                    plan = session.services.edit.plan(draft, text, live=not next_start, validate=validate)
                break
        code = carry_out(session, plan, only_plan=only_plan, yes=yes)
        keep = code != Exit.DONE
        return code
    finally:
        if keep:
            output.note(_("What you wrote is in {path}.").format(path=path))
        else:
            path.unlink(missing_ok=True)
            folder.rmdir()


@group.command("apply", help=N_("Make the XML in a file the configuration of a VM. - reads standard input."))
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.argument("vm", required=False, shell_complete=completing.vms)
@next_option
@validate_option
@option(
    "--expect", metavar="DIGEST", help=N_("Only if the configuration is this one still: the digest of xml versions.")
)
@option("--base", type=click.Path(dir_okay=False, path_type=Path), help=N_("The XML that FILE was made from."))
@option("--secrets", is_flag=True, help=N_("FILE has all passwords; one that is missing there is taken away."))
@plan_option
@yes_option
@with_session
def apply(
    session: Session,
    file: Path,
    vm: str | None,
    next_start: bool,
    validate: bool,
    expect: str | None,
    base: Path | None,
    secrets: bool,
    only_plan: bool,
    yes: bool,
) -> int:
    text = read(file)
    key = session.vm(vm or _named_in(session, text))
    with trying("vm.edit"):
        draft = session.services.edit.begin(key, secrets)
        if expect is not None and draft.digest != expect:
            raise Conflict(Reason.CHANGED, draft.name)
    if base is not None:
        draft = replace(draft, text=read(base))
    if _flawed(session, draft, text):
        return Exit.FAILED
    with trying("vm.edit-plan"), waiting(_("Asking what would change")):
        plan = session.services.edit.plan(draft, text, live=not next_start, validate=validate)
    with trying("vm.edit"):
        if plan.theirs:
            for line in session.services.edit.patch(plan.base, plan.theirs, _("base"), _("now")):
                output.note(line)
            raise Conflict(Reason.CHANGED, draft.name)
    return carry_out(session, plan, only_plan=only_plan, yes=yes)


def carry_out(session: Session, plan: EditPlan, *, only_plan: bool = False, yes: bool = False) -> int:
    """Shows a plan and, once it is confirmed, carries it out; returns the exit code."""
    if only_plan or not plan.changes:
        if session.json:
            output.document({"plan": plan_record(session, plan)})
        else:
            for line in lines(session, plan):
                output.line(line)
        return Exit.DONE
    if not yes:
        if not session.interactive:
            raise click.UsageError(_("Nobody can be asked here. Look at it with --plan, then say --yes."))
        for line in lines(session, plan):
            output.note(line)
        if not asking.confirmed(_("Change the configuration of {name}?").format(name=plan.name)):
            raise click.Abort
    with trying("vm.edit"):
        handle = session.services.edit.run(plan)
        if not session.json:
            code = follow(session, handle)
        else:
            session.wait(lambda: handle.view.state.ended, None)
            view = handle.view
            done = view.state is JobState.SUCCEEDED
            told: dict[str, Any] = _applied_record(handle.result) if done else {}
            output.document({"jobs": [records.job(view)], **told})
            return Exit.DONE if done else Exit.FAILED
    if code == Exit.DONE:
        for line in outcome(handle.result):
            output.line(line)
    return code


def lines(session: Session, plan: EditPlan) -> list[str]:
    """The plan: each change by meaning and when it holds, then the lines that differ."""
    if not plan.changes:
        return [_("Nothing changes.")]
    said = []
    for change in plan.changes:
        why = edits.why_later(change) if plan.running else ""
        said.append(f"{edits.line(change, plan.running)}{f'. {why}' if why else ''}")
    return [*said, "", *session.services.edit.patch(plan.base, plan.text, _("now"), _("new"))]


def outcome(applied: Applied) -> list[str]:
    """What became of it, where that is more than "done"."""
    said = [_("{what}: done").format(what=edits.what(change)) for change in applied.done]
    for change in applied.left if applied.running else ():
        why = edits.why_later(change)
        said.append(_("{what}: at the next start").format(what=edits.what(change)) + (f". {why}" if why else ""))
    said += [_("The host did not take it: {what}").format(what=edits.what(change)) for change in applied.dropped]
    return said


def marked(merge: merging.Merge) -> str:
    """The merged text; where both changed the same lines, both stand there between marks."""
    found: list[str] = []
    for piece in merge.pieces:
        if piece.clash:
            found += ["<<<<<<< mine", *piece.mine, "=======", *piece.theirs, ">>>>>>> theirs"]
        else:
            found += piece.lines
    return "\n".join(found) + "\n"


def plan_record(session: Session, plan: EditPlan) -> records.Record:
    return {
        "vm": plan.name,
        "host_id": plan.key.host,
        "uuid": plan.key.uuid,
        "running": plan.running,
        "changes": [change_record(change) for change in plan.changes],
        "diff": session.services.edit.patch(plan.base, plan.text, "now", "new"),
    }


def change_record(change: Change) -> records.Record:
    return {
        "part": change.part,
        "name": change.name,
        "fate": change.fate.value,
        "before": change.before,
        "after": change.after,
        "details": [{"path": d.path, "before": d.before, "after": d.after} for d in change.details],
        "when": change.when.value,
        "why": change.hold.value,
        "said": change.said,
    }


def _applied_record(applied: Applied) -> dict[str, Any]:
    return {
        name: [change_record(change) for change in found]
        for name, found in (("done", applied.done), ("left", applied.left), ("dropped", applied.dropped))
    }


def _flawed(session: Session, draft: Draft, text: str) -> bool:
    """Says what is wrong with a text; whether that keeps it from being applied. What only the schema doubts is said."""
    found = session.services.edit.check(draft, text)
    wrong = [finding for finding in found if finding.severity is Severity.ERROR]
    if wrong and session.json:
        output.document({"findings": [_finding_record(finding) for finding in found]})
    for finding in found:
        output.note(edits.finding(finding))
    return bool(wrong)


def _finding_record(finding: Any) -> records.Record:
    return {
        "line": finding.line,
        "column": finding.column,
        "code": finding.flaw.value,
        "severity": finding.severity.value,
        "text": edits.flaw(finding),
    }


def _named_in(session: Session, text: str) -> str:
    """The VM that an XML is about, by its UUID or else its name. Errors: UsageError where it names none."""
    try:
        found = session.services.edit.vm_in(text)
    except FlawedText as error:
        raise click.UsageError(edits.finding(error.finding)) from None
    if not found:
        raise click.UsageError(_("The XML names no VM. Say which one you mean."))
    return found


def read(path: Path) -> str:
    """A file, or standard input for "-". Errors: OSError, BadParameter for what is not UTF-8."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text("utf-8")
    except UnicodeDecodeError as error:
        said = _("{path} is not UTF-8 (byte {byte}).").format(path=path, byte=error.start + 1)
        raise click.BadParameter(said, param_hint="FILE") from None


def _typed(path: Path) -> str:
    """What the person leaves in the file. Errors: ClickException where the editor cannot be run or failed."""
    command = next((value for name in EDITORS if (value := os.environ.get(name, "").strip())), FALLBACK)
    try:
        code = subprocess.run([*shlex.split(command), str(path)], check=False).returncode
    except (OSError, ValueError) as error:
        raise click.ClickException(
            _("The editor {command} cannot be run: {text}. Set EDITOR.").format(command=command, text=error)
        ) from None
    if code:
        raise click.ClickException(_("The editor {command} failed with {code}.").format(command=command, code=code))
    return read(path)
