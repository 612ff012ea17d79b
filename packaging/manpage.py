#!/usr/bin/env python3
"""Writes the manual page and the completions from the tree of commands: `update` writes, `check` compares."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from console.cli import main, records, shells
from console.cli.base import Option, Program
from console.fleet.deletion import DeletePlan, FileItem, FileKind, VmDeletion
from console.fleet.domains import Address, Disk, Domain, Load, Nic, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostFacts, HostLoad, HostSpec, Network, Pool, Volume
from console.fleet.updates import HostView
from console.jobs.job import JobView
from console.words import install

ROOT = Path(__file__).resolve().parent
COMPLETIONS = {"bash": "splendid.bash", "zsh": "_splendid", "fish": "splendid.fish"}

FILES = (
    ("~/.config/splendid/fleet.toml", "The fleet: one [[host]] table a host, made to be edited by hand and shared."),
    ("~/.config/splendid/preferences.toml", "Preferences."),
    ("~/.local/state/splendid/jobs.sqlite", "History of tasks, and the journal of those under way."),
    ("~/.cache/splendid/inventory.sqlite", "What was last seen of every host."),
)
EXIT = (
    ("0", "Done."),
    ("1", "Failed, or cancelled."),
    ("2", "Wrong usage: an unknown option, a word that names several VMs, a value that cannot be."),
    ("3", "A host was unreachable or refused us; what the others told is printed."),
)
EXAMPLES = (
    ("splendid host add root@kvm-n11 --zone north --rack N1 --test", "Add a host, if it works."),
    (
        "splendid vm list --host kvm-n11 --state running web",
        "The running VMs of one host that have web in one of their columns.",
    ),
    ("splendid vm shutdown web-01 kvm-n12/web-02", "Shut two VMs down and wait until they are off."),
    ("splendid vm delete qa-4698-b --all-disks --plan", "See what deleting a VM would take with it."),
    ("splendid vm list --json | jq -r '.vms[] | select(.autostart | not) | .name'", "VMs without autostart."),
)


def tree() -> click.Group:
    """The commands, on a program that does nothing."""
    install("en")
    return main.build(Program(services=lambda _options: nullcontext(_nothing()), window=lambda _options: 0))


def _nothing() -> Any:
    raise AssertionError("describing the commands runs none")


def escaped(text: str) -> str:
    """Text for roff: backslashes and hyphens as they are, no line that begins with a control character."""
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.splitlines())


def page(program: click.Group) -> str:
    """The manual page, in roff."""
    out = [
        '.\\" Made by packaging/manpage.py from the tree of commands.',
        '.TH SPLENDID 1 "" "Splendid" "User Commands"',
        ".SH NAME",
        "splendid \\- virtual machines on many libvirt hosts",
        ".SH SYNOPSIS",
        ".B splendid",
        "[\\fIOPTIONS\\fR] [\\fICOMMAND\\fR ...]",
        ".SH DESCRIPTION",
    ]
    for number, part in enumerate((program.help or "").split("\n\n")):
        out += [".PP"] * bool(number) + [escaped(part)]
    out += [".PP", "Every command takes \\fB\\-\\-json\\fR and then prints one JSON document. "]
    out += [
        escaped(
            "Its keys are stable; memory is in KiB (…_kib), sizes are in bytes, rates in bytes per second, CPU is 0 to 1,"
        )
    ]
    out += ["times are ISO 8601 in UTC, and null means not known."]
    out += [".SH OPTIONS", *_options(program, click.Context(program, info_name="splendid"))]
    out += [".SH COMMANDS"]
    for names, command in commands(program):
        out += _command(names, command)
    out += [".SH JSON", *_documents()]
    out += [".SH EXIT STATUS", *_pairs(EXIT)]
    out += [
        ".SH ENVIRONMENT",
        *_pairs((("SPLENDID_PROFILE", "As \\-\\-profile."), ("SPLENDID_FLEET", "As \\-\\-fleet.")), raw=True),
    ]
    out += [".SH FILES", *_pairs(FILES), ".SH EXAMPLES"]
    for line, meaning in EXAMPLES:
        out += [".TP", f"\\fB{escaped(line)}\\fR", escaped(meaning)]
    return "\n".join(line.rstrip() for line in out) + "\n"


def commands(group: click.Group, before: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that can be run, with the words that lead to it."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name), command


def _command(names: tuple[str, ...], command: click.Command) -> list[str]:
    ctx = click.Context(command, info_name=" ".join(names))
    usage = " ".join(piece for piece in command.collect_usage_pieces(ctx) if piece != "[OPTIONS]")
    out = [".SS " + escaped(f"splendid {' '.join(names)} {usage}".rstrip()), escaped(command.help or "")]
    return out + _options(command, ctx)


def _options(command: click.Command, ctx: click.Context) -> list[str]:
    out = []
    for param in command.params:
        record = param.get_help_record(ctx) if isinstance(param, Option) and param.name != "json" else None
        if record is not None or (param.name == "json" and ctx.parent is None and isinstance(command, click.Group)):
            names, help_text = record or param.get_help_record(ctx) or ("", "")
            out += [".TP", f"\\fB{escaped(names)}\\fR", escaped(help_text)]
    return out


def _documents() -> list[str]:
    """What the documents of --json hold: the keys of each record, as records.py makes them."""
    key = VmKey("", "")
    spec, view = HostSpec("", "", ""), HostView("", facts=HostFacts(), load=HostLoad(0.0))
    vm = records.vm(
        Domain(key, "", disks=(Disk(""),), nics=(Nic(""),), addresses=(Address(""),)), spec, view, Load(0.0)
    )
    host = records.host(spec, view, 0, 0)
    file = FileItem("", "", FileKind.DISK)
    plan = records.plan(DeletePlan((VmDeletion(key, "", State.OFF, (file,)),), 0.0), frozenset())
    found = (
        ("vm list, vm show", "vms, unreached"),
        ("host list, host connect", "hosts, unreached"),
        ("host show", "host, with networks and pools"),
        ("vm start and every other act", "jobs, one for each VM"),
        ("vm delete --plan", "plan"),
        ("job list; job show", "jobs; job, with log"),
        ("host test", "uri, checks: step, ok (null: a warning), values, problem"),
        ("xml show", "vm, xml, sections: title, summary, first_line, last_line"),
        ("xml apply, xml edit, xml restore", "jobs, done, left, dropped: changes; with --plan: plan"),
        ("xml versions; xml diff", "vm, versions; vm, changes, diff"),
        ("an error", "error, a problem"),
        ("a VM", _keys(vm)),
        ("its load", _keys(vm["load"])),
        ("an address", _keys(vm["addresses"][0])),
        ("a disk", _keys(vm["disks"][0])),
        ("a NIC", _keys(vm["nics"][0])),
        ("a host", _keys(host)),
        ("its facts", _keys(host["facts"])),
        ("its load", _keys(host["load"])),
        ("a network", _keys(records.network(Network("")))),
        ("a pool", _keys(records.pool(Pool("", volumes=(Volume("", ""),)), volumes=True))),
        ("a task", _keys(records.job(JobView(0, "", "")))),
        ("a problem", _keys(records.problem(Problem(Reason.NONE)) or {})),
        ("a plan", f"{_keys(plan)}; each VM: {_keys(plan['vms'][0])}; each file: {_keys(plan['vms'][0]['files'][0])}"),
    )
    return [line for name, keys in found for line in (".TP", escaped(name), escaped(keys))]


def _keys(record: Mapping[str, object]) -> str:
    return ", ".join(record)


def _pairs(pairs: tuple[tuple[str, str], ...], *, raw: bool = False) -> list[str]:
    return [
        line for name, text in pairs for line in (".TP", f"\\fB{escaped(name)}\\fR", text if raw else escaped(text))
    ]


def wanted() -> dict[Path, str]:
    """Every file with what it should hold."""
    program = tree()
    files = {ROOT / "man" / "splendid.1": page(program)}
    return files | {ROOT / "completion" / name: shells.script(program, shell) for shell, name in COMPLETIONS.items()}


def check() -> list[str]:
    """The files that are out of date."""
    return [
        f"{path.name} is out of date: run packaging/manpage.py update"
        for path, text in wanted().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]


def run(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("what", choices=("update", "check"))
    if parser.parse_args(arguments).what == "update":
        for path, text in wanted().items():
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
        return 0
    problems = check()
    sys.stderr.writelines(f"{line}\n" for line in problems)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(run())
