"""Where a VM comes from and when it goes, in words. Loaded with the window: it needs no plans."""

from __future__ import annotations

from console.fleet.clones.provenance import Provenance
from console.words import units
from console.words.translation import _


def provenance(value: Provenance, now: float) -> str:
    """One sentence: "Cloned from win11-blank at “clean”, today, by m.keller"; "" for a VM that is no clone."""
    if not value.cloned_from:
        return ""
    form = _("Linked to {name}") if value.linked else _("Cloned from {name}")
    said = form.format(name=value.cloned_from)
    if value.snapshot:
        said = _("{cloned} at “{snapshot}”").format(cloned=said, snapshot=value.snapshot)
    return ", ".join((said, *_when_and_who(value, now)))


def _when_and_who(value: Provenance, now: float) -> list[str]:
    return [
        *([units.moment(value.when, now)] if value.when else []),
        *([_("by {name}").format(name=value.by)] if value.by else []),
    ]


def moment(value: Provenance, now: float) -> str:
    """Beside the source's name: "at “clean”, 2 Nov, 09:12, by m.keller"."""
    at = [_("at “{snapshot}”").format(snapshot=value.snapshot)] if value.snapshot else []
    return ", ".join([*at, *_when_and_who(value, now)])


def short(value: Provenance, now: float) -> str:
    """In the head of a VM's page: "cloned from win11-blank, goes 27 Nov"; "" where there is nothing to say."""
    said = []
    if value.cloned_from:
        form = _("linked to {name}") if value.linked else _("cloned from {name}")
        said.append(form.format(name=value.cloned_from))
    if value.goes:
        said.append(_("goes {when}").format(when=goes_at(value, now)) if value.expires else _("throw-away"))
    return ", ".join(said)


def throw_away(value: Provenance, now: float) -> str:
    """When it goes: "goes with its disks when it is shut down"; "" for one that stays."""
    if not value.goes:
        return ""
    if value.expires and value.expires <= now:
        return _("was to go with its disks {time} ago").format(time=units.age(now - value.expires))
    return _("goes with its disks {when}").format(when=when_it_goes(value, now))


def when_it_goes(value: Provenance, now: float) -> str:
    """Of one that goes: "when it is shut down", "on 27 Nov, 14:00", "10 min ago"."""
    if not value.expires:
        return _("when it is shut down")
    if value.expires <= now:
        return _("{time} ago, as soon as its host is asked").format(time=units.age(now - value.expires))
    moment = units.moment(value.expires, now)
    if value.throw_away:
        return _("when it is shut down, on {moment} at the latest").format(moment=moment)
    return _("on {moment}").format(moment=moment)


def thrown(value: Provenance, now: float) -> str:
    """The same in a word or two, for a table: "Throw-away", "Goes 27 Nov"; "" for one that stays."""
    if value.expires:
        return _("Goes {date}").format(date=units.date(value.expires, now))
    return _("Throw-away") if value.throw_away else ""


def about(value: Provenance, now: float) -> list[str]:
    """All that is known of where it comes from and when it goes, a sentence each."""
    goes = throw_away(value, now)
    said = [
        provenance(value, now),
        _("Build {build}").format(build=value.build) if value.build else "",
        value.note,
        about_template() if value.template else "",
        goes[:1].upper() + goes[1:],
    ]
    return [text for text in said if text]


def goes_at(value: Provenance, now: float) -> str:
    """Beside its glyph: "27 Nov", "18:00" today; "" for one without a date."""
    if not value.expires:
        return ""
    today = units.date(value.expires, now) == units.date(now, now)
    return units.clock(value.expires, seconds=False) if today else units.date(value.expires, now)


def kept_for_clones() -> str:
    """Of a base whose disks others are built on as they are now."""
    return _("It can’t be started, reverted or deleted while they need its disks.")


def about_template() -> str:
    """What being a template means."""
    return _("A base to clone from: it is never started and its disks are never written.")
