"""Trying a host step by step, from a terminal."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from console.cli import output, records
from console.cli.base import Exit
from console.cli.session import Session, unreachable
from console.fleet.hosts import HostSpec
from console.words import checks

if TYPE_CHECKING:
    from console.gateway.probe import CheckLine

_MARKS = {True: ("✓", "green"), None: ("!", "yellow"), False: ("✕", "red")}


def findings(session: Session, spec: HostSpec) -> Iterator[CheckLine]:
    """The lines of the check, as they come. The check has a thread of its own, so that its questions can be answered here."""
    lines: list[CheckLine] = []
    over = threading.Event()

    def work() -> None:
        try:
            for line in session.services.hosts.check(spec):
                lines.append(line)  # noqa: PERF402 - each is shown when it comes
        finally:
            over.set()

    threading.Thread(target=work, name="check", daemon=True).start()
    shown = 0
    while not (over.is_set() and shown == len(lines)):
        session.wait(partial(_more, lines, shown, over), None)
        new = lines[shown:]
        shown += len(new)
        yield from new


def _more(lines: Sequence[CheckLine], shown: int, over: threading.Event) -> bool:
    return len(lines) > shown or over.is_set()


def test(session: Session, spec: HostSpec) -> int:
    """Tries a host and prints what is found; the exit code."""
    found: list[CheckLine] = []
    for line in findings(session, spec):
        found.append(line)
        if not session.json:
            show(line)
    if session.json:
        output.document({"uri": spec.uri, "checks": [record(line) for line in found]})
    return code(found)


def show(line: CheckLine) -> None:
    """Prints one finding: a mark, what was found, and what to do about it."""
    said = checks.finding(line)
    mark, color = _MARKS[line.ok]
    click.echo(f"{click.style(mark, fg=color)} {output.clean(said.title)}  {output.clean(said.note)}".rstrip())
    if said.remedy:
        output.line(f"  {said.remedy}")


def record(line: CheckLine) -> records.Record:
    return {
        "step": str(line.step),
        "ok": line.ok,
        "values": dict(line.values),
        "problem": records.problem(line.problem),
    }


def code(found: list[CheckLine]) -> int:
    """DONE where nothing failed, UNREACHABLE where the host could not be got at."""
    failed = [line for line in found if line.ok is False]
    if not failed:
        return Exit.DONE
    return Exit.UNREACHABLE if all(unreachable(line.problem) for line in failed) else Exit.FAILED
