"""`splendid xml show`: a VM's XML as its host gives it, whole or in parts. The group that changes it hangs here too."""

from __future__ import annotations

from collections.abc import Sequence

import click

from console.cli import completing, output
from console.cli.base import Exit, Group, option, with_session
from console.cli.output import Cell, Head
from console.cli.session import Session, trying
from console.libvirtxml.sections import Section, sections
from console.words import N_, _


@click.group("xml", cls=Group, help=N_("Show and change the XML of VMs, and go back to earlier versions."))
def group() -> None:
    pass


@group.command("show", help=N_("Print the XML of a VM, or parts of it."))
@click.argument("vm", shell_complete=completing.vms)
@option("--inactive", is_flag=True, help=N_("As of its next start, not as it runs."))
@option(
    "--section", "-s", "parts", multiple=True, metavar="NAME", help=N_("Only elements of this name, for example disk.")
)
@option("--sections", "overview", is_flag=True, help=N_("List the parts, with their lines."))
@option("--secrets", is_flag=True, help=N_("With passwords, as of its next start."))
@with_session
def show(session: Session, vm: str, inactive: bool, parts: Sequence[str], overview: bool, secrets: bool) -> int:
    key = session.vm(vm)
    with trying("vm.xml"):
        edit, look = session.services.edit, session.services.look
        text = edit.begin(key, secrets=True).text if secrets else look.xml(key, inactive=inactive)
        found = sections(text) if parts or overview or session.json else []
    lines = text.splitlines()
    chosen = [section for section in found if section.title in parts] if parts else found
    missing = [part for part in parts if part not in {section.title for section in chosen} and not _single(lines, part)]
    if missing:
        names = ", ".join(sorted({section.title for section in found}))
        raise click.BadParameter(
            _("There is no {name} in it; there are {names}.").format(name=missing[0], names=names),
            param_hint="--section",
        )
    if session.json:
        output.document({"vm": vm, "xml": text, "sections": [_record(section) for section in chosen]})
    elif overview:
        heads = [Head(_("Part")), Head(_("Lines"), right=True), Head(_("What"))]
        output.table(heads, [_row(section) for section in chosen])
    elif parts:
        for part in parts:
            for line in _single(lines, part):
                click.echo(line)
        for section in chosen:
            for line in lines[section.first_line - 1 : section.last_line]:
                click.echo(line)
    else:
        click.echo(text, nl=not text.endswith("\n"))
    return Exit.DONE


def _single(lines: Sequence[str], name: str) -> list[str]:
    """Elements of that name that stand on one line: those are no sections."""
    starts = (f"<{name} ", f"<{name}>", f"<{name}/>")
    ends = ("/>", f"</{name}>")
    return [line for line in lines if line.strip().startswith(starts) and line.rstrip().endswith(ends)]


def _row(section: Section) -> list[Cell | str]:
    indent = "  " * (section.depth - 1)
    return [f"{indent}{section.title}", f"{section.first_line}–{section.last_line}", section.summary]


def _record(section: Section) -> dict[str, str | int]:
    return {
        "title": section.title,
        "summary": section.summary,
        "first_line": section.first_line,
        "last_line": section.last_line,
    }
