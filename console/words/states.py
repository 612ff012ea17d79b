"""What a VM and a host are said to be doing."""

from __future__ import annotations

import math

from console.fleet.domains import AddressSource, Domain, State
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.words import units
from console.words.translation import N_, _

_NOW = {
    State.RUNNING: N_("Running"),
    State.PAUSED: N_("Paused"),
    State.SHUTTING_DOWN: N_("Shutting down"),
    State.OFF: N_("Off"),
    State.SAVED: N_("Saved"),
    State.CRASHED: N_("Crashed"),
    State.SUSPENDED: N_("Asleep"),
    State.MIGRATING: N_("Migrating"),
    State.UNKNOWN: N_("Unknown"),
}
_FOR = {
    State.RUNNING: N_("Running for {time}"),
    State.PAUSED: N_("Paused for {time}"),
    State.SHUTTING_DOWN: N_("Shutting down for {time}"),
    State.OFF: N_("Off for {time}"),
    State.SAVED: N_("Saved for {time}"),
    State.SUSPENDED: N_("Asleep for {time}"),
}
_AT_LEAST = {
    State.RUNNING: N_("Running since before {time}"),
    State.PAUSED: N_("Paused since before {time}"),
    State.OFF: N_("Off since before {time}"),
    State.SAVED: N_("Saved since before {time}"),
    State.SUSPENDED: N_("Asleep since before {time}"),
}
_WAS = {
    State.RUNNING: N_("Was running"),
    State.PAUSED: N_("Was paused"),
    State.SHUTTING_DOWN: N_("Was shutting down"),
    State.OFF: N_("Was off"),
    State.SAVED: N_("Was saved"),
    State.CRASHED: N_("Had crashed"),
    State.SUSPENDED: N_("Was asleep"),
    State.MIGRATING: N_("Was migrating"),
    State.UNKNOWN: N_("Unknown"),
}
_IN_SENTENCE = {
    State.RUNNING: N_("running"),
    State.PAUSED: N_("paused"),
    State.SHUTTING_DOWN: N_("shutting down"),
    State.OFF: N_("off"),
    State.SAVED: N_("saved"),
    State.CRASHED: N_("crashed"),
    State.SUSPENDED: N_("asleep"),
    State.MIGRATING: N_("migrating"),
    State.UNKNOWN: N_("in an unknown state"),
}
_PHASES = {
    Phase.OFF: N_("Disconnected"),
    Phase.CONNECTING: N_("Connecting"),
    Phase.LIVE: N_("Live"),
    Phase.STALE: N_("Stale"),
    Phase.UNREACHABLE: N_("Unreachable"),
    Phase.REFUSED: N_("Refused"),
}
_SOURCES = {
    AddressSource.AGENT: N_("by agent"),
    AddressSource.LEASE: N_("by lease"),
    AddressSource.ARP: N_("by ARP"),
}


def state(value: State) -> str:
    """One word or two, for filters and groups: "Running"."""
    return _(_NOW[value])


def state_in_sentence(value: State) -> str:
    """As it stands in "…: it is running"."""
    return _(_IN_SENTENCE[value])


def known_now(status: HostStatus) -> bool:
    """What is shown of this host's VMs is said in the present; a stale host's still is, with its age beside it."""
    return status.phase in (Phase.LIVE, Phase.STALE)


def _template(domain: Domain) -> bool:
    """It is off for good, to be cloned."""
    return domain.provenance is not None and domain.provenance.template and not domain.state.active


def state_words(domain: Domain, status: HostStatus, now: float) -> str:
    """For a table cell: "Running", "Off for 9 d", "Crashed, 13:51", "Was running"."""
    if _template(domain):
        return _("Template")
    if not known_now(status):
        return _(_WAS[domain.state])
    if domain.since:
        if domain.state is State.CRASHED:
            return _("Crashed, {time}").format(time=units.moment(domain.since, now))
        if domain.state in (State.OFF, State.SAVED):
            return _(_FOR[domain.state]).format(time=units.age(now - domain.since))
    return _(_NOW[domain.state])


def state_for(domain: Domain, status: HostStatus, now: float) -> str:
    """For the head of a page, with how long: "Running for 41 d 6 h", or "Running since before 14:31"."""
    if _template(domain):
        return _("Template")
    since = domain.started if domain.state is State.RUNNING else domain.since
    if known_now(status):
        if since and domain.state in _FOR:
            return _(_FOR[domain.state]).format(time=units.duration(now - since))
        if not since and domain.met and domain.state in _AT_LEAST:
            return _(_AT_LEAST[domain.state]).format(time=units.moment(domain.met, now))
    return state_words(domain, status, now)


def uptime(domain: Domain, now: float) -> str:
    """For a table: "41 d 6 h"; "> 14 min" where it was running already when it was first seen; "" while it is off."""
    if not domain.state.active or not (domain.started or domain.met):
        return ""
    if domain.started:
        return units.duration(now - domain.started)
    return _("> {time}").format(time=units.duration(now - domain.met))


def phase(value: Phase) -> str:
    return _(_PHASES[value])


def phase_age(status: HostStatus, now: float) -> str:
    """How old what is shown of a host is: "14 min"; "" when it is as of now, or was never seen."""
    return units.age(now - status.seen) if status.phase is not Phase.LIVE and status.seen else ""


def phase_words(spec: HostSpec, status: HostStatus, now: float) -> str:
    """For a host's page and table: "Live", "Stale, 48 s", "Unreachable, seen 14:17:55, next try in 22 s"."""
    said = _("Live, only look") if status.phase is Phase.LIVE and spec.read_only else phase(status.phase)
    return ", ".join((said, *_more(status, now)))


def host_words(spec: HostSpec, status: HostStatus, now: float) -> str:
    """For the status bar, with the host's name: "kvm-n13 unreachable, seen 14:17:55, next try in 22 s"."""
    texts = {
        Phase.OFF: N_("{host} disconnected"),
        Phase.CONNECTING: N_("{host} connecting"),
        Phase.LIVE: N_("{host} live"),
        Phase.STALE: N_("{host} stale"),
        Phase.UNREACHABLE: N_("{host} unreachable"),
        Phase.REFUSED: N_("{host} refuses us"),
    }
    return ", ".join((_(texts[status.phase]).format(host=spec.name), *_more(status, now)))


def _more(status: HostStatus, now: float) -> list[str]:
    match status.phase:
        case Phase.STALE if status.seen:
            return [units.age(now - status.seen)]
        case Phase.UNREACHABLE:
            said = []
            if status.seen:
                said.append(_("seen {time}").format(time=_seen(status.seen, now)))
            if status.next_try:
                said.append(
                    _("next try in {time}").format(time=units.age(math.ceil(status.next_try - now)))
                    if status.next_try > now + 0.5
                    else _("trying now")
                )
            return said
        case Phase.OFF | Phase.REFUSED if status.seen:
            return [_("seen {time}").format(time=_seen(status.seen, now))]
        case _:
            return []


def _seen(epoch: float, now: float) -> str:
    return units.clock(epoch) if now - epoch < 12 * 3600 else units.moment(epoch, now)


def address_source(source: AddressSource, age: float | None = None) -> str:
    """Who told an address, and how many seconds ago: "by agent", "by agent, 2 s ago"."""
    said = _(_SOURCES[source])
    return said if age is None else _("{source}, {time} ago").format(source=said, time=units.age(age))
