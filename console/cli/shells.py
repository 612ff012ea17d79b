"""`splendid completion`: the lines that teach a shell to complete commands, hosts and VMs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from console.cli.base import Command, Exit
from console.words import N_

NAME = "splendid"
VARIABLE = "_SPLENDID_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


def script(program: click.Command, shell: str) -> str:
    """What the shell has to read."""
    kind = get_completion_class(shell)
    assert kind is not None
    completion = kind(program, {}, NAME, VARIABLE)
    return completion.source_template % completion.source_vars()


@click.command(
    "completion", cls=Command, help=N_('Print the completion for a shell. In bash: eval "$(splendid completion bash)".')
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    click.echo(script(ctx.find_root().command, shell))
    return Exit.DONE
