"""A host's questions, asked at the terminal."""

from __future__ import annotations

import contextlib
import sys
from getpass import getpass
from typing import TYPE_CHECKING

import click

from console.cli.output import clean, note
from console.fleet.credentials import Wanted
from console.words import _, questions

if TYPE_CHECKING:
    from console.services.credentials import Pending


def answer(pending: Pending, keyring: bool = False) -> None:
    """Asks, and gives the host what was typed. Nothing typed, or Ctrl-C, is no answer; Ctrl-C ends the program too.

    keyring: there is one, and the person may have the answer kept in it.
    """
    asked = questions.ask(pending.question)
    text: str | None = None
    keep = False
    try:
        if asked.wrong:
            note(asked.wrong)
        note(asked.text)
        if pending.question.wanted is Wanted.HOST_KEY:
            text = "yes" if confirmed(_("Trust it?")) else None
        elif asked.secret:
            text = getpass(f"{clean(asked.label)}: ") or None
            keep = bool(text) and keyring and asked.keepable and confirmed(_("Keep in the keyring?"))
        else:
            text = _read(f"{clean(asked.label)}: ") or None
    except EOFError:
        text = None
    finally:
        pending.answer(text, remember=keep)


def confirmed(question: str) -> bool:
    """Only the whole word counts: a slip of a finger trusts nobody."""
    yes, no = _("yes"), _("no")
    return _read(f"{clean(question)} ({yes}/{no}): ") in ("yes", yes)


def typed(question: str) -> str:
    """What a person types after a question; "" at the end of input."""
    with contextlib.suppress(EOFError):
        return _read(f"{clean(question)} ")
    return ""


def _read(prompt: str) -> str:
    click.echo(prompt, nl=False, err=True)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.strip()
