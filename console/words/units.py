"""Figures as people read them. A no-break space stands between a figure and its unit; None is "–"."""

from __future__ import annotations

import math
import time

from console.words.translation import N_, _, pgettext

NBSP = "\u00a0"
NONE = "–"

_SIZES = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_MONTHS = (
    N_("Jan"),
    N_("Feb"),
    N_("Mar"),
    N_("Apr"),
    N_("May"),
    N_("Jun"),
    N_("Jul"),
    N_("Aug"),
    N_("Sep"),
    N_("Oct"),
    N_("Nov"),
    N_("Dec"),
)


def figure(value: float, digits: int = 0) -> str:
    """A number with `digits` decimals, with the language's decimal sign and a real minus."""
    text = f"{value:.{digits}f}"
    if text.startswith("-"):
        text = text[1:] if not text.strip("-0.") else "−" + text[1:]
    return text.replace(".", pgettext("decimal sign", "."))


def count(value: int) -> str:
    """A whole number with its thousands apart: "12,400"."""
    return f"{value:,}".replace(",", pgettext("thousands sign", ","))


def unit(value: str, name: str) -> str:
    return f"{value}{NBSP}{name}"


def _short(value: float) -> str:
    """Three figures at most, and no ".0": 312, 51, 8.2, 0.06."""
    size = abs(value)
    digits = 0 if size >= 99.95 else 1 if size >= 0.0995 or not size else 2
    rounded = round(value, digits)
    return figure(rounded, 0 if rounded == int(rounded) else digits)


def gib(kib: float | None, *, fixed: bool = False) -> str:
    """KiB as GiB without the unit: "14.8", "16". fixed: always one decimal, so that a column stays even."""
    if kib is None:
        return NONE
    value = kib / 1024**2
    if fixed and (value >= 0.0995 or not value):
        return figure(value, 1)
    return _short(value)


def memory(kib: float | None) -> str:
    """KiB with its unit: "32 GiB", "512 MiB"."""
    return NONE if kib is None else size(kib * 1024)


def of(used_kib: float | None, total_kib: float | None) -> str:
    """Two amounts of memory in GiB: "14.8 of 16", "– of 8"."""
    return _("{used} of {total}").format(used=gib(used_kib, fixed=True), total=gib(total_kib))


def sizes_of(used: float | None, total: float | None) -> str:
    """Two sizes in bytes, in the unit of the larger: "51 of 80 GiB"."""
    if used is None or total is None:
        return _("{used} of {total}").format(used=NONE if used is None else size(used), total=size(total))
    step = _step(total)
    return _("{used} of {total}").format(
        used=_short(used / 1024**step), total=unit(_short(total / 1024**step), _SIZES[step])
    )


def size(value: float | None) -> str:
    """Bytes: "51 GiB", "8.2 GiB", "528 KiB"."""
    if value is None:
        return NONE
    step = _step(value)
    return unit(_short(value / 1024**step) if step else figure(value), _SIZES[step])


def _step(value: float) -> int:
    step = 0
    while step < len(_SIZES) - 1 and abs(value) / 1024**step >= 1023.5:
        step += 1
    return step


def _rate(value: float) -> str:
    """Two figures: 212, 88, 4.1, 0.8, 0."""
    return figure(value, 0 if value >= 9.95 or value < 0.05 else 1)


def mib_s(value: float | None) -> str:
    """Bytes/s as MiB/s without the unit: "212", "4.1"."""
    return NONE if value is None else _rate(value / 1024**2)


def mbit_s(value: float | None) -> str:
    """Bytes/s as Mbit/s without the unit: "912", "6.2"."""
    return NONE if value is None else _rate(value * 8 / 1e6)


def rate(value: float | None) -> str:
    """Bytes/s of a disk or a copy: "286 MiB/s", "12 KiB/s"."""
    if value is None:
        return NONE
    step = min(max(_step(value), 1), 2)
    return unit(_rate(value / 1024**step), f"{_SIZES[step]}/s")


def bitrate(value: float | None) -> str:
    """Bytes/s of a network: "88 Mbit/s", "12 kbit/s"."""
    if value is None:
        return NONE
    bits = value * 8
    return unit(_rate(bits / 1e6), "Mbit/s") if bits >= 1e6 or bits < 50 else unit(_rate(bits / 1e3), "kbit/s")


def percent(value: float | None) -> str:
    """A part of 1: "97 %". Less than all is never shown as 100 %."""
    if value is None or math.isnan(value):
        return NONE
    shown = round(value * 100)
    if shown == 100 and value < 1:
        shown = 99
    return unit(figure(shown), "%")


def _parts(seconds: float) -> list[tuple[int, str]]:
    left = max(0, round(seconds))
    days, left = divmod(left, 86400)
    hours, left = divmod(left, 3600)
    minutes, left = divmod(left, 60)
    return [
        (days, pgettext("unit of time", "d")),
        (hours, pgettext("unit of time", "h")),
        (minutes, pgettext("unit of time", "min")),
        (left, pgettext("unit of time", "s")),
    ]


def duration(seconds: float | None) -> str:
    """The two largest units that count: "41 d 6 h", "2 min 41 s", "14 s", and below one second "0.3 s"."""
    if seconds is None:
        return NONE
    if 0 < seconds < 0.95:
        return unit(figure(max(seconds, 0.1), 1), pgettext("unit of time", "s"))
    parts = _parts(seconds)
    first = next((index for index, (amount, _unit) in enumerate(parts) if amount), 3)
    return " ".join(unit(count(amount), name) for amount, name in parts[first : first + 2] if amount or first == 3)


def age(seconds: float | None) -> str:
    """One unit, rounded down: "48 s", "14 min", "5 h", "9 d"."""
    if seconds is None:
        return NONE
    parts = _parts(math.floor(max(0.0, seconds)))
    amount, name = next((part for part in parts if part[0]), parts[3])
    return unit(count(amount), name)


def clock(epoch: float, *, seconds: bool = True) -> str:
    """The time of day here: "14:31:02", or "14:31"."""
    if not epoch:
        return NONE
    return time.strftime("%H:%M:%S" if seconds else "%H:%M", time.localtime(epoch))


def date(epoch: float, now: float) -> str:
    """A day here: "today", "20 Nov", and with the year when it is another: "3 Feb 2025"."""
    if not epoch:
        return NONE
    then, today = time.localtime(epoch), time.localtime(now)
    if then[:3] == today[:3]:
        return _("today")
    values = {"day": then.tm_mday, "month": _(_MONTHS[then.tm_mon - 1]), "year": then.tm_year}
    return (_("{day} {month}") if then.tm_year == today.tm_year else _("{day} {month} {year}")).format(**values)


def moment(epoch: float, now: float) -> str:
    """When something happened, as short as it stays clear: "13:51", "20 Nov, 13:51", "3 Feb 2025"."""
    if not epoch:
        return NONE
    then, today = time.localtime(epoch), time.localtime(now)
    if then[:3] == today[:3]:
        return clock(epoch, seconds=False)
    if then.tm_year == today.tm_year:
        return _("{date}, {time}").format(date=date(epoch, now), time=clock(epoch, seconds=False))
    return date(epoch, now)


def version(number: int) -> str:
    """The integer of libvirt and QEMU: 9000000 is "9.0.0"."""
    return f"{number // 1_000_000}.{number // 1000 % 1000}.{number % 1000}" if number else NONE
