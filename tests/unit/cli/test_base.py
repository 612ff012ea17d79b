from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from console.cli import main
from console.cli.base import Command, Group, Options, Program
from tests.unit.cli.conftest import Console, services


def commands(group: click.Group) -> Iterator[click.Command]:
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands(command)
        yield command


@pytest.fixture
def root() -> click.Group:
    return main.build(Program(services=services, window=lambda _options: 0))


def test_every_command_is_explained_and_takes_json(root: click.Group) -> None:
    for command in commands(root):
        assert command.help, command.name
        for param in command.params:
            if isinstance(param, click.Option) and param.name != "help":
                assert param.help, f"{command.name} {param.name}"
        if isinstance(command, Command):
            assert any("--json" in param.opts for param in command.params), command.name
        else:
            assert isinstance(command, Group)


def test_json_before_and_after_the_command(empty: Console) -> None:
    assert (
        empty("--json", "host", "list").json == empty("host", "list", "--json").json == {"hosts": [], "unreached": []}
    )


def test_help_names_what_stands_for_itself(empty: Console) -> None:
    text = " ".join(empty("vm", "list", "--help").out.split())
    assert "Columns, apart by commas: name, state, host" in text
    assert "{columns}" not in text


def test_usual_options() -> None:
    assert Options() == Options(None, None, False, 15.0)
