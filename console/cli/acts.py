"""`splendid vm start` to `splendid vm tag`: the acts that take nothing away."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click

from console.cli import bulk, completing
from console.cli.base import option, with_session
from console.cli.bulk import Many, many
from console.cli.following import follow
from console.cli.session import Session, trying
from console.cli.vms import group
from console.fleet.acts import Act
from console.fleet.bulk import Deed
from console.words import N_, _

HELP = {
    Act.START: N_("Start VMs."),
    Act.SHUTDOWN: N_("Ask guests to shut down, and wait until they are off."),
    Act.REBOOT: N_("Ask guests to reboot."),
    Act.FORCE_OFF: N_("Cut the power of VMs: what is not on disk is lost."),
    Act.RESET: N_("Press the reset button of VMs: what is not on disk is lost."),
    Act.PAUSE: N_("Stop the CPUs of VMs; their memory stays."),
    Act.RESUME: N_("Let paused VMs go on."),
    Act.SAVE: N_("Write the memory of VMs to disk and turn them off."),
    Act.RESTORE: N_("Let saved VMs go on from their memory."),
    Act.DISCARD_SAVE: N_("Throw the saved memory of VMs away."),
}

wait_option = option(
    "--wait/--no-wait",
    default=True,
    help=N_("Wait until the guest has done it, or only until the host has taken the request."),
)


def _power(act: Act) -> Callable[..., int]:
    @with_session
    def run(session: Session, vm: Sequence[str], wait: bool, many: Many) -> int:
        keys = bulk.chosen(session, vm, many)
        if many.plain:
            return bulk.at_once(session, act, keys, wait=wait)
        return bulk.carry_out(session, Deed((act,)), keys, many, wait=wait)

    run.__name__ = act.value
    return run


for _one, _help in HELP.items():
    group.command(_one.value, help=_help)(wait_option(many(_power(_one))))


@group.command("autostart", help=N_("Start VMs with their host, or no longer."))
@many
@option("--on/--off", "on", default=True, help=N_("Turn it on, which is what happens without this option, or off."))
@with_session
def autostart(session: Session, vm: Sequence[str], on: bool, many: Many) -> int:
    act = Act.AUTOSTART_ON if on else Act.AUTOSTART_OFF
    keys = bulk.chosen(session, vm, many)
    if many.plain:
        return bulk.at_once(session, act, keys)
    return bulk.carry_out(session, Deed((act,)), keys, many)


@group.command("rename", help=N_("Give a VM that is off another name."))
@click.argument("vm", shell_complete=completing.vms)
@click.argument("name")
@with_session
def rename(session: Session, vm: str, name: str) -> int:
    key = session.vm(vm)
    with trying("vm.rename"):
        return follow(session, session.services.describe.rename(key, name))


@group.command("describe", help=N_("Write the title and the description of VMs."))
@many
@option("--title", help=N_("The title, one line; an empty one takes it away."))
@option("--text", help=N_("The description; an empty one takes it away."))
@with_session
def describe(session: Session, vm: Sequence[str], title: str | None, text: str | None, many: Many) -> int:
    need_one_of(title is not None or text is not None, "--title", "--text")
    keys = bulk.chosen(session, vm, many)
    if not many.plain:
        return bulk.carry_out(session, Deed((Act.DESCRIBE,), title=title, text=text), keys, many)
    with trying("vm.describe"):
        return follow(session, session.services.describe.describe(keys, title, text))


@group.command("tag", help=N_("Add tags to VMs and take tags away."))
@many
@option(
    "--add", "-a", multiple=True, shell_complete=completing.tags, help=N_("A tag to add; more than once for several.")
)
@option("--remove", "-r", multiple=True, shell_complete=completing.tags, help=N_("A tag to take away."))
@with_session
def tag(session: Session, vm: Sequence[str], add: Sequence[str], remove: Sequence[str], many: Many) -> int:
    need_one_of(bool(add or remove), "--add", "--remove")
    keys = bulk.chosen(session, vm, many)
    if not many.plain:
        return bulk.carry_out(session, Deed((Act.TAG,), add=tuple(add), remove=tuple(remove)), keys, many)
    with trying("vm.tag"):
        return follow(session, session.services.describe.tag(keys, add, remove))


def need_one_of(given: bool, *options: str) -> None:
    """Errors: UsageError of click where none of the options was given."""
    if not given:
        raise click.UsageError(_("Say at least one of {options}.").format(options=", ".join(options)))
