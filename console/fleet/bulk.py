"""One act on many VMs, as a plan: what happens to each, in which order, and what does not happen and why. Asks nobody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum

import msgspec

from console.fleet.acts import Act, why_not
from console.fleet.deletion import VmDeletion
from console.fleet.domains import Domain, State, VmKey
from console.fleet.errors import Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.scaling import Scaling, Sizing

STOPPING = frozenset({Act.SHUTDOWN, Act.FORCE_OFF, Act.SAVE, Act.PAUSE})
"""Acts that take VMs away from others that need them: the order is turned round."""

STARTING = frozenset({Act.START, Act.RESTORE, Act.RESUME})
"""Acts after which the next step waits until the guests are up."""

Words = tuple[str, ...]
_DIGITS = re.compile(r"(\d+)")


class Fate(StrEnum):
    """What becomes of one VM, in the order in which people want to know."""

    DO = "do"
    RESTART = "restart"  # will be done; some of it holds only from the next start on
    NOTHING = "nothing"  # it is so already
    REFUSED = "refused"


GOES = frozenset({Fate.DO, Fate.RESTART})
"""Something is done to these."""


class Deed(msgspec.Struct, frozen=True):
    """What is wanted. acts: the first that fits a VM is done to it ("run" is start, resume or restore).

    add, remove: tags. title, text: None = as it is. sizing: of SCALE. files: of DELETE, the files go that nothing else needs.
    """

    acts: tuple[Act, ...]
    add: Words = ()
    remove: Words = ()
    title: str | None = None
    text: str | None = None
    sizing: Sizing | None = None
    files: bool = False

    @property
    def act(self) -> Act:
        """By which the whole is called."""
        return self.acts[0]


class Order(msgspec.Struct, frozen=True):
    """How it goes. tags: VMs with the first tag before those with the second, the rest last; what stops VMs goes the other
    way round. limit: acts at once on a host, 0 = as the preferences have it. stop: after the first failure nothing more is
    begun. patience: seconds that the guests of a step have to be up before the next one begins."""

    tags: Words = ()
    limit: int = 0
    stop: bool = False
    patience: float = 120.0


class Subject(msgspec.Struct, frozen=True):
    """One VM with all that is known for judging it. problem: why its host could not be asked for what a plan needs."""

    domain: Domain
    spec: HostSpec
    status: HostStatus
    scaling: Scaling | None = None
    deletion: VmDeletion | None = None
    problem: Problem | None = None


class Item(msgspec.Struct, frozen=True):
    """What becomes of one VM. host: its name. problem: of what is refused. step: its place in the order, from 0."""

    key: VmKey
    name: str
    host: str
    state: State
    act: Act
    fate: Fate
    problem: Problem | None = None
    step: int = 0
    scaling: Scaling | None = None
    deletion: VmDeletion | None = None

    @property
    def goes(self) -> bool:
        return self.fate in GOES


class BulkPlan(msgspec.Struct, frozen=True):
    """A dry run. steps: what each step is called, a tag or "" for all others. where: the query the VMs were found by."""

    deed: Deed
    items: tuple[Item, ...]
    order: Order = msgspec.field(default_factory=Order)
    steps: Words = ()
    where: str = ""
    made: float = 0.0

    def of(self, *fates: Fate) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.fate in fates)

    @property
    def going(self) -> tuple[Item, ...]:
        """What will be done, step by step."""
        return tuple(sorted((item for item in self.items if item.goes), key=lambda item: item.step))

    @property
    def hosts(self) -> Words:
        """Ids of the hosts on which something will be done."""
        return tuple(dict.fromkeys(item.key.host for item in self.items if item.goes))


_DONE: dict[Act, Callable[[Domain, Deed], bool]] = {
    Act.START: lambda vm, _deed: vm.state is State.RUNNING,
    Act.RESUME: lambda vm, _deed: vm.state is State.RUNNING,
    Act.PAUSE: lambda vm, _deed: vm.state is State.PAUSED,
    Act.SHUTDOWN: lambda vm, _deed: vm.state in (State.OFF, State.SAVED, State.CRASHED),
    Act.FORCE_OFF: lambda vm, _deed: vm.state in (State.OFF, State.SAVED),
    Act.SAVE: lambda vm, _deed: vm.state is State.SAVED,
    Act.DISCARD_SAVE: lambda vm, _deed: vm.state is State.OFF,
    Act.AUTOSTART_ON: lambda vm, _deed: vm.autostart,
    Act.AUTOSTART_OFF: lambda vm, _deed: not vm.autostart,
    Act.TAG: lambda vm, deed: {*deed.add} <= {*vm.tags} and not {*deed.remove} & {*vm.tags},
    Act.DESCRIBE: lambda vm, deed: (
        deed.title in (None, vm.title) and (deed.text is None or deed.text.strip() == vm.description.strip())
    ),
}
"""When there is nothing left to do."""


def plan(
    deed: Deed, subjects: Iterable[Subject], order: Order | None = None, where: str = "", made: float = 0.0
) -> BulkPlan:
    """The plan for doing `deed` to these VMs."""
    order = order or Order()
    places = {tag: number for number, tag in enumerate(order.tags)}
    judged = [(subject, *_verdict(deed, subject)) for subject in subjects]
    wanted = [
        min((places[tag] for tag in subject.domain.tags if tag in places), default=len(places)) if fate in GOES else -1
        for subject, _act, fate, _problem in judged
    ]
    used = sorted({place for place in wanted if place >= 0}, reverse=bool(STOPPING & set(deed.acts)))
    number = {place: step for step, place in enumerate(used)}
    names = (*order.tags, "")
    items = tuple(
        Item(
            subject.domain.key,
            subject.domain.name,
            subject.spec.name,
            subject.domain.state,
            act,
            fate,
            problem,
            number.get(place, 0),
            subject.scaling,
            subject.deletion,
        )
        for (subject, act, fate, problem), place in zip(judged, wanted, strict=True)
    )
    return BulkPlan(deed, items, order, tuple(names[place] for place in used), where, made)


def _verdict(deed: Deed, subject: Subject) -> tuple[Act, Fate, Problem | None]:
    domain, spec, status = subject.domain, subject.spec, subject.status
    if status.phase in (Phase.LIVE, Phase.STALE):  # what an unreachable host's VMs are like is not known
        for act in deed.acts:
            done = _DONE.get(act)
            if done is not None and done(domain, deed):
                return act, Fate.NOTHING, None
    first: Problem | None = None
    for act in deed.acts:
        problem = why_not(act, domain, spec, status) or subject.problem
        if problem is None:
            return (act, *_sized(subject.scaling)) if act is Act.SCALE else (act, Fate.DO, None)
        first = first or problem
    return deed.act, Fate.REFUSED, first


def _sized(scaling: Scaling | None) -> tuple[Fate, Problem | None]:
    if scaling is None:
        return Fate.DO, None
    if scaling.refused is not None:
        return Fate.REFUSED, Problem(Reason.WRONG_STATE, detail=f"scale-{scaling.refused}")
    if scaling.nothing:
        return Fate.NOTHING, None
    return (Fate.RESTART if scaling.waits else Fate.DO), None


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """As people look for them: by step, by name (web-2 before web-10), by host."""
    return tuple(sorted(items, key=lambda item: (item.step, natural(item.name), item.host)))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """To sort names by: web-2 before web-10."""
    return tuple(
        (1, int(part), "") if part.isdecimal() else (0, 0, part) for part in _DIGITS.split(text.casefold()) if part
    )


def by_reason(items: Sequence[Item]) -> list[tuple[Problem | None, list[Item]]]:
    """Refused items in bundles of one reason, the largest first."""
    found: dict[tuple[Reason, str, str], list[Item]] = {}
    for item in items:
        problem = item.problem or Problem(Reason.OTHER)
        detail = "" if problem.reason is Reason.READ_ONLY else problem.detail
        found.setdefault((problem.reason, detail, problem.text), []).append(item)
    return [(bundle[0].problem, bundle) for bundle in sorted(found.values(), key=len, reverse=True)]


def by_host(items: Sequence[Item]) -> dict[str, list[Item]]:
    """Items by the name of their host, hosts in order of name."""
    found: dict[str, list[Item]] = {}
    for item in items:
        found.setdefault(item.host, []).append(item)
    return dict(sorted(found.items()))
