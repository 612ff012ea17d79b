"""What a search says: the texts of a VM that plain words are looked for in, and what is wrong with a query."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from console.fleet.domains import Domain, Load, State
from console.fleet.hosts import HostSpec, HostStatus
from console.fleet.query_tokens import LONGEST, Fault, QueryError
from console.fleet.subjects import Texts
from console.words import states, units
from console.words.translation import N_, _, language

# texts of a VM


def hay(domain: Domain, spec: HostSpec, status: HostStatus, now: float | None = None) -> str:
    """All columns of a VM but the figures of load, a line each, case-folded."""
    words = [
        domain.name,
        states.state_words(domain, status, time.time() if now is None else now),
        spec.name,
        spec.zone,
        spec.rack,
        domain.title,
        domain.description,
        domain.group,
        domain.owner,
        domain.os,
        domain.key.uuid,
        units.memory(domain.memory_kib),
        f"{domain.max_vcpus} vcpu",
        *domain.tags,
        *(address.ip for address in domain.addresses),
        *(nic.mac for nic in domain.nics),
    ]
    if domain.autostart:
        words.append(_("autostart"))
    if domain.state is State.RUNNING:
        words.append(states.state(State.RUNNING))
    return "\n".join(word for word in words if word).casefold().replace(units.NBSP, " ")


def figures(domain: Domain, load: Load | None) -> str:
    """The figures of load that the table shows of a VM: CPU, memory, disk, network, a line each."""
    if load is None or not domain.state.active:
        return ""
    said = _SAID.get(language()) or _SAID.setdefault(language(), _Said())
    cpu, used, disk, net = load.cpu, load.memory_used_kib, load.disk_read, load.net_in
    text = ""
    if cpu is not None:
        percent = round(cpu * 100)
        text = said.percent[99 if percent == 100 and cpu < 1 else percent]
    if used is not None:
        gib = used / 1048576
        key = int(gib * 10 + 0.5) / 10 if gib >= 0.0995 else round(gib, 2)
        text += said.memory[key, domain.memory_kib or domain.max_memory_kib]
    if disk is not None:
        mib = (disk + (load.disk_write or 0.0)) / 1048576
        text += said.mib_s[int(mib * 10 + 0.5) if mib < 9.95 else int(mib + 0.5) * 10]
    if net is not None:
        mbit = (net + (load.net_out or 0.0)) / 125000
        text += said.mbit_s[int(mbit * 10 + 0.5) if mbit < 9.95 else int(mbit + 0.5) * 10]
    return text


class _Once(dict[Any, str]):
    """Texts of figures: those that are shown alike are said once. Each ends its line."""

    def __init__(self, say: Callable[[Any], str]) -> None:
        super().__init__()
        self._say = say

    def __missing__(self, key: Any) -> str:
        if len(self) > MOST_SAID:
            self.clear()
        self[key] = text = self._say(key).replace(units.NBSP, " ").casefold() + "\n"
        return text


class _Said:
    """The figures in one language. Keys: whole percents; (GiB used, KiB in all); tenths of MiB/s and Mbit/s."""

    def __init__(self) -> None:
        self.percent = _Once(lambda key: units.percent(key / 100))
        self.memory = _Once(lambda key: units.of(key[0] * 1048576, key[1]))
        self.mib_s = _Once(lambda key: units.mib_s(key / 10 * 1048576))
        self.mbit_s = _Once(lambda key: units.mbit_s(key / 10 * 125000))


_SAID: dict[str, _Said] = {}
MOST_SAID = 65536  # texts of one kind that are kept

TEXTS = Texts(hay, figures)
"""How a VM is said in the language in use."""

# what is wrong

_SENTENCES: dict[Fault, str] = {
    Fault.TOO_LONG: N_("A query has at most {longest} characters."),
    Fault.TOO_DEEP: N_("Too many brackets stand within each other."),
    Fault.OPEN_QUOTE: N_("The quote that begins here does not end."),
    Fault.OPEN_BRACKET: N_("The bracket that opens here is not closed."),
    Fault.CLOSE_BRACKET: N_("No bracket is open here. A bracket to look for stands in quotes."),
    Fault.EMPTY_BRACKETS: N_("Nothing stands in these brackets."),
    Fault.NO_TERM: N_("Something to look for is missing beside “{detail}”."),
    Fault.NO_FIELD: N_("There is no field “{place}”. What is to be found as it stands is put in quotes."),
    Fault.NO_VALUE: N_('What should {detail} be? To find what has none: {place}"".'),
    Fault.NO_ORDER: N_("{detail} is not a figure, nothing of it is larger or smaller: use {detail}:"),
    Fault.NO_PATTERN: N_("{detail} is a figure and has no pattern: use > or <."),
    Fault.BAD_NUMBER: N_("A number is wanted for {detail}, not “{place}”."),
    Fault.BAD_UNIT: N_("Not a unit here: “{place}”. There are {detail}."),
    Fault.BAD_STATE: N_("There is no state “{place}”. There are {detail}."),
    Fault.BAD_FLAG: N_("{detail} is yes or no."),
    Fault.BAD_NETWORK: N_("“{place}” is no network; one looks like 10.4.0.0/16."),
    Fault.BAD_PATTERN: N_("This pattern cannot be read: {detail}."),
    Fault.SLOW_PATTERN: N_("This pattern could search for ever: it repeats what is repeated already. Make it simpler."),
}


def sentence(error: QueryError) -> str:
    """What is wrong with a query, and what to do, in one or two sentences."""
    place = error.text[error.start : error.end]
    if error.fault is Fault.NO_FIELD and error.detail:
        return _("There is no field “{place}”. Did you mean {detail}?").format(
            place=place, detail=_(" or ").join(error.detail.split(", "))
        )
    if error.fault is Fault.BAD_UNIT and place.isdigit():
        return _("{place} of what? There are {detail}.").format(place=place, detail=error.detail)
    if error.fault is Fault.BAD_UNIT and not error.detail:
        return _("This is a plain number, without “{place}”.").format(place=place)
    return _(_SENTENCES[error.fault]).format(place=place, detail=error.detail, longest=units.count(LONGEST))


def marked(error: QueryError, width: int = 72) -> tuple[str, str]:
    """The query and a line of marks under the place, for a terminal; of a long one only what stands around the place."""
    first = max(0, min(error.start - width // 2, len(error.text) - width))
    text = error.text[first : first + width].replace("\n", " ").replace("\t", " ")
    start, end = error.start - first, min(error.end - first, width)
    return text, " " * start + "^" * max(1, end - start)
