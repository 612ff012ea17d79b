"""libvirt's events of one connection. Callbacks come in the event loop's thread and do nothing but hand on."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from enum import IntEnum, StrEnum
from typing import Any

import libvirt
import msgspec

from console.fleet.domains import State


class Kind(StrEnum):
    DOMAIN = "domain"
    AGENT = "agent"
    NETWORKS = "networks"
    POOLS = "pools"


class Depth(IntEnum):
    """What of a domain is to be read anew after an event."""

    NOTHING = 0  # the event said it all
    XML = 1  # one call
    ALL = 2  # also what its XML does not say: half a dozen calls


class Event(msgspec.Struct, frozen=True):
    """Something changed. uuid: of the domain, "" for networks and pools; state: what the event itself says it is in now.

    stored: another configuration may be stored of the domain. reverted: it went back to a snapshot.
    """

    kind: Kind
    uuid: str = ""
    state: State | None = None
    at: float = 0.0
    stored: bool = False
    reverted: bool = False
    depth: Depth = Depth.ALL


Sink = Callable[[Event], None]

_STATES = {
    libvirt.VIR_DOMAIN_EVENT_STARTED: State.RUNNING,
    libvirt.VIR_DOMAIN_EVENT_SUSPENDED: State.PAUSED,
    libvirt.VIR_DOMAIN_EVENT_RESUMED: State.RUNNING,
    libvirt.VIR_DOMAIN_EVENT_STOPPED: State.OFF,
    libvirt.VIR_DOMAIN_EVENT_SHUTDOWN: State.SHUTTING_DOWN,
    libvirt.VIR_DOMAIN_EVENT_PMSUSPENDED: State.SUSPENDED,
    libvirt.VIR_DOMAIN_EVENT_CRASHED: State.CRASHED,
}
_STOPPED = {
    libvirt.VIR_DOMAIN_EVENT_STOPPED_CRASHED: State.CRASHED,
    libvirt.VIR_DOMAIN_EVENT_STOPPED_SAVED: State.SAVED,
}

_REVERTS = {
    (libvirt.VIR_DOMAIN_EVENT_STARTED, libvirt.VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT),
    (libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_FROM_SNAPSHOT),
    (libvirt.VIR_DOMAIN_EVENT_RESUMED, libvirt.VIR_DOMAIN_EVENT_RESUMED_FROM_SNAPSHOT),
    (libvirt.VIR_DOMAIN_EVENT_STOPPED, libvirt.VIR_DOMAIN_EVENT_STOPPED_FROM_SNAPSHOT),
    (libvirt.VIR_DOMAIN_EVENT_DEFINED, libvirt.VIR_DOMAIN_EVENT_DEFINED_FROM_SNAPSHOT),
}

_PLAIN = {
    (libvirt.VIR_DOMAIN_EVENT_SUSPENDED, libvirt.VIR_DOMAIN_EVENT_SUSPENDED_PAUSED),
    (libvirt.VIR_DOMAIN_EVENT_RESUMED, libvirt.VIR_DOMAIN_EVENT_RESUMED_UNPAUSED),
}
"""After these nothing but the state is another."""

# Everything after which a domain's description may be another. Names, since an older binding lacks the later ones.
_CHANGES = (
    "VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE",
    "VIR_DOMAIN_EVENT_ID_DEVICE_ADDED",
    "VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED",
    "VIR_DOMAIN_EVENT_ID_TRAY_CHANGE",
    "VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2",
)


def state_after(event: int, detail: int) -> State | None:
    """The state a lifecycle event leaves its domain in; None where it says nothing of that (defined, undefined)."""
    if event == libvirt.VIR_DOMAIN_EVENT_STOPPED:
        return _STOPPED.get(detail, State.OFF)
    if event == libvirt.VIR_DOMAIN_EVENT_SUSPENDED and detail == libvirt.VIR_DOMAIN_EVENT_SUSPENDED_MIGRATED:
        return None
    return _STATES.get(event)


class Events:
    """All registrations of one connection; `sink` gets every event, in the event loop's thread.

    An event the host's libvirt does not know is left out: polling finds what it would have told.
    """

    def __init__(self, conn: Any, sink: Sink) -> None:
        self._conn = conn
        self._sink = sink
        self._domain_ids: list[int] = []
        self._network_ids: list[int] = []
        self._pool_ids: list[int] = []

    def register_first(self) -> None:
        """What must not be missed between the first reading and later: which domains there are, and their states. Blocks."""
        number = libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE
        self._try(self._domain_ids, "domainEventRegisterAny", number, self._lifecycle)

    def register_rest(self) -> None:
        """All other kinds. Blocks: one call to the host for each."""
        domain = self._domain_ids
        agent = getattr(libvirt, "VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE", None)
        if agent is not None:
            self._try(domain, "domainEventRegisterAny", agent, self._agent)
        metadata = getattr(libvirt, "VIR_DOMAIN_EVENT_ID_METADATA_CHANGE", None)
        if metadata is not None:
            self._try(domain, "domainEventRegisterAny", metadata, self._described)
        for name in _CHANGES:
            if (number := getattr(libvirt, name, None)) is not None:
                self._try(domain, "domainEventRegisterAny", number, self._changed)
        self._try(self._network_ids, "networkEventRegisterAny", libvirt.VIR_NETWORK_EVENT_ID_LIFECYCLE, self._network)
        for number in (libvirt.VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE, libvirt.VIR_STORAGE_POOL_EVENT_ID_REFRESH):
            self._try(self._pool_ids, "storagePoolEventRegisterAny", number, self._pool)

    def deregister(self) -> None:
        """Takes every registration back, as far as the host still answers. Blocks."""
        for ids, call in (
            (self._domain_ids, "domainEventDeregisterAny"),
            (self._network_ids, "networkEventDeregisterAny"),
            (self._pool_ids, "storagePoolEventDeregisterAny"),
        ):
            while ids:
                with contextlib.suppress(libvirt.libvirtError):
                    getattr(self._conn, call)(ids.pop())

    def _try(self, ids: list[int], call: str, number: int, callback: Callable[..., None]) -> None:
        with contextlib.suppress(libvirt.libvirtError, AttributeError):
            ids.append(getattr(self._conn, call)(None, number, callback, None))

    # in the event loop's thread

    def _lifecycle(self, _conn: Any, domain: Any, event: int, detail: int, _opaque: Any) -> None:
        stored, reverted = event == libvirt.VIR_DOMAIN_EVENT_DEFINED, (event, detail) in _REVERTS
        state, depth = state_after(event, detail), Depth.ALL
        if (event, detail) in _PLAIN:
            depth = Depth.NOTHING
        elif state is not None and not reverted:
            depth = Depth.XML
        self._sink(Event(Kind.DOMAIN, domain.UUIDString(), state, time.time(), stored, reverted, depth))

    def _changed(self, _conn: Any, domain: Any, *_more: Any) -> None:
        self._sink(Event(Kind.DOMAIN, domain.UUIDString(), at=time.time(), depth=Depth.XML))

    def _described(self, _conn: Any, domain: Any, *_more: Any) -> None:
        self._sink(Event(Kind.DOMAIN, domain.UUIDString(), at=time.time(), stored=True, depth=Depth.XML))

    def _agent(self, _conn: Any, domain: Any, *_more: Any) -> None:
        self._sink(Event(Kind.AGENT, domain.UUIDString(), at=time.time()))

    def _network(self, _conn: Any, _network: Any, *_more: Any) -> None:
        self._sink(Event(Kind.NETWORKS, at=time.time()))

    def _pool(self, _conn: Any, _pool: Any, *_more: Any) -> None:
        self._sink(Event(Kind.POOLS, at=time.time()))
