"""What graphs say: their axes, spans, marks, gaps and top lists."""

from __future__ import annotations

import time
from collections.abc import Sequence

from console.fleet.history import Mark, MarkKind
from console.words import units
from console.words.translation import N_, _, ngettext, pgettext

_DAYS = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))

_MARKS = {
    MarkKind.START: N_("Started"),
    MarkKind.STOP: N_("Stopped"),
    MarkKind.CRASH: N_("Crashed"),
    MarkKind.PAUSE: N_("Paused"),
    MarkKind.RESUME: N_("Resumed"),
    MarkKind.REVERT: N_("Reverted"),
    MarkKind.MIGRATION: N_("Migrated"),
    MarkKind.CONFIG: N_("Changed"),
    MarkKind.ADDED: N_("Added"),
    MarkKind.REMOVED: N_("Removed"),
}
_MARKS_WITH = {
    MarkKind.REVERT: N_("Reverted to “{text}”"),
    MarkKind.MIGRATION: N_("Migrated, {text}"),
    MarkKind.CONFIG: N_("{text} changed"),
    MarkKind.ADDED: N_("Added, {text}"),
}


_SETTINGS = {
    "name": N_("name"),
    "vcpus": N_("vCPU"),
    "max_vcpus": N_("most vCPU"),
    "memory_kib": N_("memory"),
    "max_memory_kib": N_("most memory"),
    "disks": N_("disks"),
    "nics": N_("network cards"),
    "autostart": N_("autostart"),
    "title": N_("title"),
    "description": N_("description"),
    "tags": N_("tags"),
    "group": N_("group"),
    "owner": N_("owner"),
    "machine": N_("machine"),
    "cpu_mode": N_("CPU mode"),
    "firmware": N_("firmware"),
    "tpm": N_("TPM"),
    "graphics": N_("graphics"),
}


def number(value: float, digits: int) -> str:
    """A number beside an axis: "2,000", "0.5"."""
    return units.figure(value, digits) if digits else units.count(round(value))


def length(seconds: float) -> str:
    """How long a span is, as its button says it: "24 h", "7 d", "1 y"."""
    if seconds <= 86400:
        return units.unit(units.count(round(seconds / 3600)), pgettext("unit of time", "h"))
    if seconds < 360 * 86400:
        return units.unit(units.count(round(seconds / 86400)), pgettext("unit of time", "d"))
    return units.unit(units.count(round(seconds / (365 * 86400))), pgettext("unit of time", "y"))


def weekday(epoch: float) -> str:
    return _(_DAYS[time.localtime(epoch).tm_wday])


def tick(epoch: float, step: int) -> str:
    """What stands under a line of the time axis. step: seconds between two lines, 0 = days or more.

    Midnight is told by its day, the first of a year by the year.
    """
    then = time.localtime(epoch)
    if step and (then.tm_hour, then.tm_min, then.tm_sec) != (0, 0, 0):
        return units.clock(epoch, seconds=step < 60)
    if step:
        return f"{weekday(epoch)} {then.tm_mday}"
    if then.tm_mday == 1 and then.tm_mon == 1:
        return str(then.tm_year)
    return units.date(epoch, epoch + 400 * 86400).rsplit(" ", 1)[0]


def at(epoch: float, step: float, now: float) -> str:
    """A moment under the crosshair, as exact as its bin is: "14:08:33", "Thu 20 Nov, 14:08", "3 Feb 2025, 14:00"."""
    clock = units.clock(epoch, seconds=step < 60)
    then, today = time.localtime(epoch), time.localtime(now)
    if then[:3] == today[:3]:
        return clock
    return _("{date}, {time}").format(date=day(epoch, now), time=clock)


def day(epoch: float, now: float) -> str:
    """A day with its weekday, and the year when it is another: "Fri 20 Nov", "3 Feb 2025"."""
    if time.localtime(epoch).tm_year != time.localtime(now).tm_year:
        return units.date(epoch, now)
    plain = units.date(epoch, epoch + 400 * 86400).rsplit(" ", 1)[0]
    return f"{weekday(epoch)} {plain}"


def span(start: float, end: float, step: float, now: float) -> str:
    """What a plot shows: "Fri 20 Nov, 13:32 to 14:32, every 5 s". step 0: nothing is known of it yet."""
    seconds = end - start < 600
    first, last = units.clock(start, seconds=seconds), units.clock(end, seconds=seconds)
    if time.localtime(start)[:3] == time.localtime(end)[:3]:
        text = _("{day}, {start} to {end}").format(day=day(start, now), start=first, end=last)
    elif end - start < 4 * 86400:
        text = _("{first_day} {start} to {last_day} {end}").format(
            first_day=weekday(start), start=first, last_day=day(end, now), end=last
        )
    else:
        text = _("{first_day} to {last_day}").format(first_day=day(start, now), last_day=day(end, now))
    return _("{span}, every {step}").format(span=text, step=units.duration(step)) if step else text


def mark(event: Mark) -> str:
    """What happened, without when: "Started", "Reverted to “nightly”"."""
    form = _MARKS_WITH.get(event.kind) if event.text else None
    if form is None:
        return _(_MARKS[event.kind])
    text = settings(event.text) if event.kind is MarkKind.CONFIG else event.text
    return _(form).format(text=text)


def settings(names: str) -> str:
    """Fields of a VM with commas between them, as people call them: "Memory, vCPU"."""
    text = settings_in_sentence(names)
    return text[:1].upper() + text[1:] if not text.startswith("vCPU") else text


def settings_in_sentence(names: str) -> str:
    """The same within a sentence: "memory, vCPU"."""
    return ", ".join(_(_SETTINGS[name]) if name in _SETTINGS else name for name in names.split(",") if name)


def since(epoch: float, now: float) -> str:
    """From when on there is something: "Recording since 14:02"."""
    return _("Recording since {moment}").format(moment=units.moment(epoch, now))


def milliseconds(seconds: float | None) -> str:
    """A latency: "0.8 ms"."""
    if seconds is None:
        return units.NONE
    value = seconds * 1000
    return units.unit(units.figure(value, 2 if value < 0.1 else 1 if value < 10 else 0), pgettext("unit of time", "ms"))


def axis_number(value: float) -> str:
    """A value beside a curve, three figures at most: "0.42", "4.1", "76", "1,240"."""
    size = abs(value)
    if size >= 999.5:
        return units.count(round(value))
    return units.figure(value, 0 if size >= 9.95 or size < 0.005 else 1 if size >= 0.995 else 2)


def clock(epoch: float, now: float) -> str:
    """When a mark was set, short: "13:41", on another day "20 Nov"."""
    return units.moment(epoch, now).rsplit(", ", 1)[0]


def decimal(value: float) -> str:
    """With one decimal always, as amounts of memory: "20.1"."""
    return units.figure(value, 1 if abs(value) < 99.95 else 0)


def gib(value: float) -> str:
    """An amount of memory beside a graph in GiB; what is less than one in MiB: "20.1", "140 MiB"."""
    return decimal(value) if value >= 1 or not value else units.memory(value * 1024**2)


def more_events(events: Sequence[tuple[float, str]], now: float) -> str:
    """Events that find no room over a graph (epoch, text): how many, and each in a line of its own."""
    count = ngettext("{n} more event", "{n} more events", len(events)).format(n=units.count(len(events)))
    return "\n".join([count, *(f"{clock(at, now)} {text}" for at, text in events)])


def stamp(epoch: float) -> str:
    """A moment for a command line, local: "2026-11-20T13:32:00"."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.localtime(epoch))
