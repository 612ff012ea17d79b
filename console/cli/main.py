"""The command `splendid`: its tree, and the one place where its errors become messages and exit codes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from console.cli import acts, deleting, finding, hosts, output, records, shells, tasks, vms, xml
from console.cli.base import Exit, Group, Option, Options, Program, json_option
from console.cli.session import Session, Tried, exit_code, explained
from console.fleet.errors import FleetError
from console.words import N_, _

VERSION_TEXT = "splendid %(version)s"

_ADDED_TO_GROUPS = (acts, deleting, finding)  # imported for the commands they add to the groups of vms and hosts

HELP = N_(
    "Virtual machines on many libvirt hosts. Without a command: opens the window.\n\n"
    "A VM is named by its name, host/name or UUID. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a host was unreachable."
)


def build(program: Program) -> click.Group:
    """The whole tree of commands, on a program that can make services and open the window."""

    def splendid(ctx: click.Context, profile: Path | None, fleet: Path | None, demo: bool, timeout: float) -> int:
        ctx.obj.options = Options(profile, fleet, demo, timeout)
        if ctx.invoked_subcommand is None:
            return program.window(ctx.obj.options)
        return Exit.DONE

    root = Group(
        shells.NAME,
        callback=click.pass_context(splendid),
        invoke_without_command=True,
        help=HELP,
        params=[
            Option(
                ["--fleet"],
                metavar="FILE",
                type=click.Path(path_type=Path, dir_okay=False),
                envvar="SPLENDID_FLEET",
                help=N_("Another fleet file than the profile's."),
            ),
            Option(
                ["--profile"],
                metavar="FOLDER",
                type=click.Path(path_type=Path, file_okay=False),
                envvar="SPLENDID_PROFILE",
                help=N_("Keep settings, caches and history in this folder."),
            ),
            Option(["--demo"], is_flag=True, help=N_("Show the demo fleet beside one's own.")),
            Option(
                ["--timeout"],
                type=click.FloatRange(0.1, 3600),
                default=15.0,
                show_default=True,
                metavar="SECONDS",
                help=N_("How long a host has to answer."),
            ),
            json_option(),
        ],
    )
    for command in (hosts.group, vms.group, tasks.group, xml.command, shells.command):
        root.add_command(command)
    click.version_option(package_name="splendid", prog_name=shells.NAME, message=VERSION_TEXT)(root)
    return root


def run(arguments: Sequence[str], program: Program) -> int:
    """Runs the command line and returns the exit code. Prints one message for whatever went wrong."""
    root = build(program)
    session = Session(program, Options())
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    try:
        result = root.main(
            list(arguments), prog_name=shells.NAME, complete_var=shells.VARIABLE, standalone_mode=False, obj=session
        )
    except Tried as error:
        return _failed(session, error.error, error.tried, error.code)
    except FleetError as error:
        return _failed(session, error, "", exit_code(error))
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.note(_("Cancelled"))
        return Exit.FAILED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read has enough; there is nobody to tell
        return Exit.DONE
    finally:
        session.close()
    return int(result or Exit.DONE)


def _failed(session: Session, error: FleetError, tried: str, code: int) -> int:
    if session.json:
        output.document(records.error(error))
    output.note(explained(error.problem, error.what, tried))
    if tried == "vm.find":
        session.say_unreached()  # the VM may be on one of those
    return code
