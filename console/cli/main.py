"""The command `splendid`: its tree, and the one place where its errors become messages and exit codes."""

from __future__ import annotations

import contextlib
import logging
import math
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from console.cli import (
    acts,
    alert,
    bulk,
    clone,
    deleting,
    finding,
    fleet,
    host_wide,
    hosts,
    output,
    records,
    scaling,
    search,
    shells,
    snapshot,
    snapshot_care,
    stats,
    storage,
    tasks,
    template,
    top,
    vms,
    xml,
    xml_edit,
    xml_versions,
)
from console.cli.base import Exit, Group, Option, Options, Program, json_option
from console.cli.session import Session, Tried, exit_code, explained, must_have_fleet
from console.fleet.errors import Failed, FleetError, Reason
from console.words import N_, _

TRACE = "SPLENDID_TRACE"  # a variable of the environment: faults of our own are shown whole
VERSION_TEXT = "splendid %(version)s"

# imported for the commands they add to the groups of vms, hosts, snapshots and xml
_ADDED_TO_GROUPS = (acts, bulk, deleting, finding, host_wide, scaling, snapshot_care, xml_edit, xml_versions)

HELP = N_(
    "Virtual machines on many libvirt hosts. Without a command: opens the window.\n\n"
    "A VM is named by its name, host/name or UUID. "
    "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 a host was unreachable."
)


class _PathType(click.Path):
    """A path that is not empty: "" would be the folder one stands in, which an unset variable never means."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if value == "":
            self.fail(_("It is empty."), param, ctx)
        return super().convert(value, param, ctx)


def build(program: Program) -> click.Group:
    """The whole tree of commands, on a program that can make services and open the window."""

    def splendid(ctx: click.Context, profile: Path | None, fleet: Path | None, demo: bool, timeout: float) -> int:
        if math.isnan(timeout):
            raise click.BadParameter(_("That is not a number."), param_hint="--timeout")
        ctx.obj.options = Options(profile, fleet, demo, timeout)
        if ctx.invoked_subcommand is None:
            must_have_fleet(ctx.obj.options)
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
                type=_PathType(path_type=Path, dir_okay=False),
                envvar="SPLENDID_FLEET",
                help=N_("Another fleet file than the profile's."),
            ),
            Option(
                ["--profile"],
                metavar="FOLDER",
                type=_PathType(path_type=Path, file_okay=False),
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
    for command in (
        hosts.group,
        vms.group,
        snapshot.group,
        clone.group,
        template.group,
        search.command,
        stats.command,
        top.command,
        alert.group,
        storage.group,
        fleet.command,
        tasks.group,
        xml.group,
        shells.command,
    ):
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
    log = _OneLine(logging.WARNING)
    logging.getLogger("console").addHandler(log)
    try:
        with contextlib.closing(session):
            code = _run(root, session, arguments)
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        with contextlib.suppress(OSError):
            sys.stdout.close()
        return Exit.DONE
    except KeyboardInterrupt:  # while closing
        return Exit.FAILED
    except OSError as error:
        if session.json and error.filename:
            output.document(records.error(Failed(Reason.OTHER, str(error.filename), error.strerror or str(error))))
        said = _("{path}: {text}.") if error.filename else _("The output could not be written: {text}.")
        output.note(said.format(path=error.filename, text=error.strerror or str(error)))
        return Exit.FAILED
    except Exception as error:
        if os.environ.get(TRACE):
            raise
        last = traceback.extract_tb(error.__traceback__)[-1]
        said = _("Splendid has a fault of its own: {error} (in {place}). With {variable}=1 it shows all that is known.")
        name, place = type(error).__name__, f"{Path(last.filename).name}:{last.lineno}"
        output.note(said.format(error=f"{name}: {error}", place=place, variable=TRACE))
        return Exit.FAILED
    finally:
        logging.getLogger("console").removeHandler(log)
    return code


class _OneLine(logging.Handler):
    """What goes wrong beside the command, as one line instead of a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        if os.environ.get(TRACE):
            text = self.format(record)
        else:
            error = record.exc_info[1] if record.exc_info else None
            text = f"{record.getMessage()}: {type(error).__name__}: {error}" if error else record.getMessage()
        click.echo(text, err=True)


def _run(root: click.Group, session: Session, arguments: Sequence[str]) -> int:
    try:
        result = root.main(
            list(arguments),
            prog_name=shells.NAME,
            complete_var=shells.VARIABLE,
            standalone_mode=False,
            obj=session,
            color=False if os.environ.get("NO_COLOR") else None,
        )
    except Tried as error:
        return _failed(session, error.error, error.tried, error.code)
    except FleetError as error:
        return _failed(session, error, "", exit_code(error))
    except click.ClickException as error:
        if session.json or "--json" in arguments:
            output.document(records.usage(error.format_message()))
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        output.note(_("Cancelled"))
        return Exit.FAILED
    except SystemExit:  # click's way out of a broken pipe: whoever read has enough
        return Exit.DONE
    return int(result or Exit.DONE)


def _failed(session: Session, error: FleetError, tried: str, code: int) -> int:
    if session.json:
        output.document(records.error(error))
    output.note(explained(error.problem, error.what, tried))
    if tried == "vm.find":
        session.say_unreached()  # the VM may be on one of those
    return code
