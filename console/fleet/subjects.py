"""What a search looks at: a VM with its host and load, the texts that stand for it, and what only the past knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import msgspec

from console.fleet.domains import Domain, Load, VmKey
from console.fleet.hosts import HostSpec, HostStatus, Pool


class Subject(Protocol):
    """A VM as a search sees it.

    hay: all its columns but the figures of load, case-folded, a line each.
    """

    @property
    def domain(self) -> Domain: ...
    @property
    def spec(self) -> HostSpec: ...
    @property
    def status(self) -> HostStatus: ...
    @property
    def load(self) -> Load | None: ...
    @property
    def hay(self) -> str: ...


Shows = Callable[[str], Callable[[Domain, Load | None], bool]]
"""Of a word, case-folded: a function that tells whether a shown figure of load holds it."""


class Texts(msgspec.Struct, frozen=True):
    """How a VM's columns are said. hay(domain, spec, status): as in Subject."""

    hay: Callable[[Domain, HostSpec, HostStatus], str]
    shows: Shows


def own_words(domain: Domain, spec: HostSpec) -> tuple[str, ...]:
    """The texts of a VM and of where it is that are the same in every language; some may be empty."""
    return (
        domain.name,
        spec.name,
        spec.zone,
        spec.rack,
        domain.title,
        domain.description,
        domain.group,
        domain.owner,
        domain.os,
        domain.key.uuid,
        *domain.tags,
        *((domain.provenance.build, domain.provenance.cloned_from) if domain.provenance else ()),
        *(address.ip for address in domain.addresses),
        *(nic.mac for nic in domain.nics),
    )


def bare_hay(domain: Domain, spec: HostSpec, status: HostStatus) -> str:
    """The texts of a VM as they are, in nobody's language."""
    words = (*own_words(domain, spec), domain.state.value)
    return "\n".join(word for word in words if word).casefold()


def no_figures(_word: str) -> Callable[[Domain, Load | None], bool]:
    """Where figures of load are not shown."""
    return lambda _domain, _load: False


BARE = Texts(bare_hay, no_figures)


class Seen:
    """A subject that makes its text once for each state of its VM and host."""

    __slots__ = ("_hay", "_texts", "domain", "load", "spec", "status")

    def __init__(
        self, domain: Domain, spec: HostSpec, status: HostStatus, load: Load | None = None, texts: Texts = BARE
    ) -> None:
        self.domain = domain
        self.spec = spec
        self.status = status
        self.load = load
        self._texts = texts
        self._hay: str | None = None

    @property
    def hay(self) -> str:
        if self._hay is None:
            self._hay = self._texts.hay(self.domain, self.spec, self.status)
        return self._hay

    def holds(self, domain: Domain, spec: HostSpec, status: HostStatus) -> bool:
        """It still says what these would; a later answer of a host in the same phase changes no text."""
        return self.domain is domain and self.spec is spec and self.status.phase is status.phase


def _unknown(_key: VmKey) -> float | None:
    return None


def _no_pools(_host: str) -> tuple[Pool, ...]:
    return ()


class Known(msgspec.Struct, frozen=True):
    """What a search knows beside its subjects. now: epoch.

    idle_since: epoch since which a VM has done next to nothing, None = it is busy or nobody knows. pools: of a host. shows:
    how plain words find figures of load.
    """

    now: float
    idle_since: Callable[[VmKey], float | None] = _unknown
    pools: Callable[[str], tuple[Pool, ...]] = _no_pools
    shows: Shows = no_figures
