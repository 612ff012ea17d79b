"""What every command stands on: its help in the language in use, the option --json, and the session it runs in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import msgspec

from console.cli import borrowed
from console.words import N_, _

if TYPE_CHECKING:
    from console.cli.session import Session
    from console.services.services import Services


borrowed.lend()


class Exit(IntEnum):
    """How a command ends."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    UNREACHABLE = 3  # also when only some of the hosts asked were


class Options(msgspec.Struct, frozen=True):
    """What stands before the command. profile, fleet: None = the user's own. timeout: seconds a host has to answer."""

    profile: Path | None = None
    fleet: Path | None = None
    demo: bool = False
    timeout: float = 15.0


class Program(msgspec.Struct, frozen=True):
    """What the command line is given by who starts it.

    services: builds them, without connecting to any host, and ends them. window: opens the window, returns its exit code.
    """

    services: Callable[[Options], AbstractContextManager[Services]]
    window: Callable[[Options], int]


def _said(english: str | None) -> str:
    return _(english) if english else ""


class _Helpful:
    """For commands: `help` is looked up when it is shown."""

    help: str | None
    short_help: str | None

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        english = self.help
        self.help = _said(english)
        try:
            super().format_help_text(ctx, formatter)  # type: ignore[misc]
        finally:
            self.help = english

    def collect_usage_pieces(self, ctx: click.Context) -> list[str]:
        return borrowed.pieces(super().collect_usage_pieces(ctx))  # type: ignore[misc]

    def get_short_help_str(self, limit: int = 45) -> str:
        """The first sentence, whole: tables of commands are wide enough."""
        return _said(self.help).split(".\n")[0].split(". ")[0].rstrip(".")


class Option(click.Option):
    """An option whose help is looked up when it is shown. fill: what its placeholders stand for."""

    def __init__(self, *args: Any, fill: Mapping[str, str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fill = fill or {}

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        english = self.help
        self.help = _said(english).format_map(self.fill)
        try:
            return super().get_help_record(ctx)
        finally:
            self.help = english


class Command(_Helpful, click.Command):
    """A command; it takes --json after its name too."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params.append(json_option())


class Group(_Helpful, click.Group):
    """A group of commands in the order they were written."""

    command_class = Command

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


def option(*names: str, help: str, **more: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`click.option` with a help text that is translated; English texts are marked with N_."""
    return click.option(*names, cls=Option, help=help, **more)


def json_option() -> Option:
    return Option(
        ["--json"],
        is_flag=True,
        expose_value=False,
        callback=_want_json,
        help=N_("Print one JSON document instead of text."),
    )


def _want_json(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value:
        session_of(ctx).json = True


def session_of(ctx: click.Context) -> Session:
    """The session of a command that runs."""
    session: Session = ctx.find_root().obj
    return session


def with_session(function: Callable[..., Any]) -> Callable[..., Any]:
    """Hands the session to a command as its first argument."""

    @click.pass_context
    def call(ctx: click.Context, *args: Any, **kwargs: Any) -> Any:
        return function(session_of(ctx), *args, **kwargs)

    call.__name__, call.__doc__ = function.__name__, function.__doc__
    return call
