"""`splendid stats --live`: figures as hosts tell them now, a line each round, without a window."""

from __future__ import annotations

import csv
import sys
import time
from collections.abc import Sequence
from typing import Any

from console.cli import output
from console.cli.base import Exit
from console.cli.session import LOAD_LIMIT, Session
from console.fleet.domains import Load, VmKey
from console.fleet.history import HOST_LOAD_FIELDS, LOAD_FIELDS, Measure, Subject
from console.fleet.hosts import HostLoad
from console.words import _, stats, units

ROUNDS = 3  # of statistics in which a VM that runs has told its rates

_SHORT = (Measure.CPU, Measure.MEMORY, Measure.DISK_READ, Measure.DISK_WRITE, Measure.NET_IN, Measure.NET_OUT)


def show(
    session: Session, keys: Sequence[Subject], measures: Sequence[Measure], count: int | None, *, as_csv: bool
) -> int:
    """Prints a line for each subject and round of statistics, `count` rounds or until Ctrl-C. JSON: one document a line.

    With `count`, who tells nothing for the time of several rounds is not waited for any longer, and said if that was all.
    """
    inventory = session.services.inventory
    hosts = {key if isinstance(key, str) else key.host for key in keys}
    session.reach([spec for spec in inventory.specs() if spec.id in hosts])
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if as_csv:
        writer.writerow(["time", "host", "vm", "measure", "unit", "value"])
    seen: dict[Subject, float] = {}
    rounds = dict.fromkeys(keys, 0)
    heard = dict.fromkeys(keys, time.monotonic())
    patience = max(LOAD_LIMIT, ROUNDS * session.services.stats.interval)

    def goes_on(key: Subject) -> bool:
        return count is None or (rounds[key] < count and time.monotonic() - heard[key] < patience)

    try:
        while any(goes_on(key) for key in keys) and any(session.live(host) for host in hosts):
            for key in keys:
                load = inventory.view(key).load if isinstance(key, str) else inventory.load(key)
                if load is None or load.stamp == seen.get(key) or load.cpu is None:
                    continue  # told already, or the first round, which has no rates
                seen[key] = load.stamp
                rounds[key] += 1
                heard[key] = time.monotonic()
                if count is None or rounds[key] <= count:
                    _line(session, writer if as_csv else None, key, load, measures)
            time.sleep(0.1)
    except KeyboardInterrupt:
        return Exit.DONE
    code = session.say_unreached()
    silent = [key for key in keys if not rounds[key] and session.live(key if isinstance(key, str) else key.host)]
    for key in silent:
        output.note(
            _("{name} tells no load: it does not run, or its host cannot tell.").format(name=_label(session, key))
        )
    return code or (Exit.FAILED if silent else Exit.DONE)


def _label(session: Session, key: Subject) -> str:
    name = session.services.stats.name
    return f"{name(key.host)}/{name(key)}" if isinstance(key, VmKey) else name(key)


def _line(session: Session, writer: Any, key: Subject, load: Load | HostLoad, measures: Sequence[Measure]) -> None:
    fields = LOAD_FIELDS if isinstance(key, VmKey) else HOST_LOAD_FIELDS
    wanted = [measure for measure in measures or _SHORT if measure in fields]
    values: dict[Measure, float | None] = {measure: getattr(load, fields[measure]) for measure in wanted}
    name = session.services.stats.name
    host, vm = (name(key.host), name(key)) if isinstance(key, VmKey) else (name(key), "")
    if writer is not None:
        for measure, value in values.items():
            if value is not None:
                unit = stats.plain_unit(measure)
                writer.writerow([output.iso(load.stamp), host, vm, measure.value, unit, f"{value:.6g}"])
    elif session.json:
        told = {measure.value: value for measure, value in values.items()}
        output.line_document({"time": output.iso(load.stamp), "host": host, "vm": vm, **told})
    else:
        parts = [f"{stats.name(measure)} {stats.value(measure, value)}" for measure, value in values.items()]
        output.line(f"{units.clock(load.stamp)}  {f'{host}/{vm}' if vm else host}  {', '.join(parts)}")
    sys.stdout.flush()
