"""`splendid completion`: the lines that teach a shell to complete commands, hosts and VMs."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from console.cli import output
from console.cli.base import Command, Exit, session_of
from console.words import N_

NAME = "splendid"
VARIABLE = "_SPLENDID_COMPLETE"
SHELLS = ("bash", "zsh", "fish")


# click's own would let the shell act on what stands in a VM's name: $(…), *, a backslash, a space
BASH = """\
%(complete_func)s() {
    local type value
    while IFS=',' read -r type value; do
        case $type in
            dir) COMPREPLY=(); compopt -o dirnames ;;
            file) COMPREPLY=(); compopt -o default ;;
            plain)
                if [[ $value == *[^[:alnum:]_.:/@%%+=,-]* ]]; then
                    printf -v value '%%q' "$value"
                fi
                COMPREPLY+=("$value")
                ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD %(complete_var)s=bash_complete $1)
    return 0
}

complete -o nosort -F %(complete_func)s %(prog_name)s
"""


def script(program: click.Command, shell: str) -> str:
    """What the shell has to read."""
    kind = get_completion_class(shell)
    assert kind is not None
    completion = kind(program, {}, NAME, VARIABLE)
    if shell == "bash":
        return BASH % completion.source_vars()
    whole = completion.source_template.replace(
        'string split ","', 'string split --max 1 ","'
    )  # fish: names with commas
    return whole % completion.source_vars()


@click.command(
    "completion", cls=Command, help=N_('Print the completion for a shell. In bash: eval "$(splendid completion bash)".')
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> int:
    text = script(ctx.find_root().command, shell)
    if session_of(ctx).json:
        output.document({"shell": shell, "script": text})
    else:
        click.echo(text)
    return Exit.DONE
