"""What a search says: the texts of a VM that plain words are looked for in, and what is wrong with a query."""

from __future__ import annotations

import time
from collections.abc import Callable

from console.fleet.domains import Domain, Load, State
from console.fleet.hosts import HostSpec, HostStatus
from console.fleet.query_fields import FIELDS, Kind, field_of
from console.fleet.query_tokens import LONGEST, Fault, QueryError
from console.fleet.subjects import Texts, own_words
from console.words import states, units
from console.words.translation import N_, _, language

# texts of a VM


def hay(domain: Domain, spec: HostSpec, status: HostStatus, now: float | None = None) -> str:
    """All columns of a VM but the figures of load, a line each, case-folded."""
    words = [
        *own_words(domain, spec),
        states.state_words(domain, status, time.time() if now is None else now),
        units.memory(domain.memory_kib),
        f"{domain.max_vcpus} vcpu",
    ]
    if domain.autostart:
        words.append(_("autostart"))
    if domain.state is State.RUNNING:
        words.append(states.state(State.RUNNING))
    return "\n".join(word for word in words if word).casefold().replace(units.NBSP, " ")


def shows(word: str) -> Callable[[Domain, Load | None], bool]:
    """Tells of a VM and its load whether one of the figures of load that the table shows (CPU, memory, disk, network) holds
    `word`, case-folded.

    Ten thousand are asked with each key that is pressed, so nothing is written out: each figure's rounded value is looked up
    among those that were asked before.
    """
    found = _FOUND.get(word)
    if found is None or found.language != language():
        found = _found(word)
    percent, memory, mib_s, mbit_s = found.percent, found.memory, found.mib_s, found.mbit_s

    def test(domain: Domain, load: Load | None) -> bool:
        if load is None or domain.state not in ACTIVE:
            return False
        value = load.cpu
        if value is not None and percent[round(value * 100) if value < 0.995 or value >= 1 else 99]:
            return True
        value = load.memory_used_kib
        if value is not None:
            key = int(value / 104857.6 + 0.5) if value > 104333 else -value
            if memory[domain.memory_kib or domain.max_memory_kib][key]:
                return True
        value = load.disk_read
        if value is not None:
            value = (value + (load.disk_write or 0.0)) / 104857.6
            if mib_s[int(value + 0.5) if value < 99.5 else int(value / 10 + 0.5) * 10]:
                return True
        value = load.net_in
        if value is not None:
            value = (value + (load.net_out or 0.0)) / 12500
            if mbit_s[int(value + 0.5) if value < 99.5 else int(value / 10 + 0.5) * 10]:
                return True
        return False

    return test


ACTIVE = frozenset(state for state in State if state.active)


class _Once(dict[int, bool]):
    """Whether the text of a figure holds a word, by the figure's rounded value."""

    def __init__(self, word: str, say: Callable[[int], str]) -> None:
        super().__init__()
        self._word = word
        self._say = say

    def __missing__(self, key: int) -> bool:
        if len(self) > MOST_KEPT:
            self.clear()
        self[key] = holds = self._word in self._say(key).replace(units.NBSP, " ").casefold()
        return holds


class _ByTotal(dict[int, _Once]):
    """The same for memory, by KiB in all. Keys of what is used: tenths of a GiB, or KiB below 0 for less than one."""

    def __init__(self, word: str) -> None:
        super().__init__()
        self._word = word

    def __missing__(self, total: int) -> _Once:
        def said(key: int) -> str:
            return units.of(key * 104857.6 if key >= 0 else -key, total)

        self[total] = once = _Once(self._word, said)
        return once


class _Found:
    """Where a word was found, in one language. Keys: percents; tenths of MiB/s and Mbit/s."""

    def __init__(self, word: str) -> None:
        self.language = language()
        self.percent = _Once(word, lambda key: units.percent(key / 100))
        self.memory = _ByTotal(word)
        self.mib_s = _Once(word, lambda key: units.mib_s(key / 10 * 1048576))
        self.mbit_s = _Once(word, lambda key: units.mbit_s(key / 10 * 125000))


_FOUND: dict[str, _Found] = {}
MOST_WORDS = 32  # that are remembered
MOST_KEPT = 65536  # values of one figure


def _found(word: str) -> _Found:
    if len(_FOUND) >= MOST_WORDS:
        _FOUND.clear()
    _FOUND[word] = made = _Found(word)
    return made


TEXTS = Texts(hay, shows)
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
    Fault.NO_FIELD: N_("There is no field “{place}”. Text stands in quotes. Fields are {fields}."),
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
    if error.fault is Fault.NO_VALUE and not _can_be_none(error.detail, place):
        return _("What should {detail} be?").format(detail=error.detail)
    if error.fault is Fault.BAD_UNIT and place.isdigit():
        return _("{place} of what? There are {detail}.").format(place=place, detail=error.detail)
    if error.fault is Fault.BAD_UNIT and not error.detail:
        return _("This is a plain number, without “{place}”.").format(place=place)
    fields = ", ".join(FIELDS)
    return _(_SENTENCES[error.fault]).format(
        place=place, detail=error.detail, longest=units.count(LONGEST), fields=fields
    )


def _can_be_none(name: str, place: str) -> bool:
    """`name:""` finds what has none: of texts, not of figures, states and patterns."""
    field = field_of(name)
    compared = place.rstrip("=").endswith(":") and not place.endswith("re:")
    return compared and field is not None and field.texts is not None and field.kind is not Kind.STATE


def marked(error: QueryError, width: int = 72) -> tuple[str, str]:
    """The query and a line of marks under the place, for a terminal; of a long one only what stands around the place."""
    first = max(0, min(error.start - width // 2, len(error.text) - width))
    text = error.text[first : first + width].replace("\n", " ").replace("\t", " ")
    start, end = error.start - first, min(error.end - first, width)
    return text, " " * start + "^" * max(1, end - start)
