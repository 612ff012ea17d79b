"""One open connection at work: the first reading, events, polling, and whether the host still answers."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import libvirt

from console.fleet.domains import Domain, Load, State
from console.fleet.errors import FleetError, NotFound, Problem, Reason, Unreachable
from console.fleet.hosts import HostLoad, HostSpec, Pool
from console.fleet.updates import (
    AddressesRead,
    DomainGone,
    DomainRead,
    DomainsRead,
    FactsRead,
    LoadsRead,
    NetworksRead,
    PoolsRead,
    StateRead,
    Update,
)
from console.gateway import reader
from console.gateway.addresses import Finder
from console.gateway.connection import Opened
from console.gateway.errors import translated
from console.gateway.events import Event, Events, Kind
from console.gateway.kit import Kit
from console.gateway.lane import Lane
from console.gateway.stats import Meter

log = logging.getLogger(__name__)

BEAT = 3.2  # seconds without any answer after which the host is asked for a sign of life
PULSE = 0.5  # seconds between looks at that, once it is late
LATE = 2.5  # seconds such a question may wait before what is shown counts as old
LOST = 5.5  # and before the connection is given up
JOIN = 0.04  # seconds that events wait for more of their kind

EVERY = {"flags": 30.0, "addresses": 10.0, "pools": 60.0}
"""Seconds between looks at what has no event: snapshots, autostart and saved images; leases; how full pools are."""


class Live:
    """Works with one connection from its opening to its end.

    on_update, on_ready (the first full reading is told), on_heard (bool: the host answers in time), on_lost (Problem) are
    the session's; they may be called from any worker. Lanes: `polls` reads, `slow` waits for guest agents.
    """

    def __init__(
        self,
        kit: Kit,
        spec: HostSpec,
        opened: Opened,
        on_update: Callable[[Update], object],
        on_ready: Callable[[], None],
        on_heard: Callable[[bool], None],
        on_lost: Callable[[Problem], None],
    ) -> None:
        self.spec = spec
        self.conn = conn = opened.conn
        self._opened = opened
        self.polls = Lane(kit.workers)
        self.slow = Lane(kit.workers)
        self.heard = kit.clock()
        self.over = threading.Event()  # the connection is closed
        self._kit = kit
        self._tell = on_update
        self._on_ready = on_ready
        self._on_heard = on_heard
        self._on_lost = on_lost
        self._lock = threading.Lock()
        self._closed = False
        self._users = 0  # calls on the connection under way, and links handed out
        self._hung_up = False
        self._known: dict[str, Domain] = {}
        self._pools: dict[str, Pool] = {}
        self._waiting: deque[Event] = deque()
        self._draining = False
        self._events = Events(conn, self._event)
        self._meter = Meter(conn, kit.interval, kit.clock)
        self._finder = Finder(conn, self._addresses)
        self._quiet = False  # the last round brought no figures, and that is told
        self._pending: set[str] = set()
        self._due: dict[str, float] = {}
        self._answered = time.monotonic()
        self._beat_sent = 0.0
        self._late = False

    # beginning and end

    def begin(self) -> None:
        """Reads everything, then goes on by events and polls. Returns at once."""
        with contextlib.suppress(libvirt.libvirtError):
            self.conn.registerCloseCallback(self._closed_by_peer, None)
        now = time.monotonic()
        self._due = {"beat": now + PULSE}
        self._submit("first", self._first, urgent=True)
        self._wake()

    def end(self) -> None:
        """Stops at once. Hangs up once nobody uses the connection (libvirt crashes where it is closed under a call); calls
        that wait for a host which has fallen silent are cut off."""
        with self._lock:
            self._closed = True
            self._due.clear()
        self.polls.close()
        self.slow.close()
        if self._late:
            self._opened.cut()
        self._hang_up_if_free()

    def hold(self) -> None:
        """Somebody uses the connection until the matching `release`."""
        with self._lock:
            self._users += 1

    def release(self) -> None:
        with self._lock:
            self._users -= 1
        self._hang_up_if_free()

    def _hang_up_if_free(self) -> None:
        with self._lock:
            if not self._closed or self._users or self._hung_up:
                return
            self._hung_up = True
        self._kit.workers.submit(self._hang_up)

    def _hang_up(self) -> None:
        """Closes the connection; blocks as long as the host makes it."""
        self._events.deregister()
        with contextlib.suppress(libvirt.libvirtError):
            self.conn.unregisterCloseCallback()
        with contextlib.suppress(libvirt.libvirtError):
            self.conn.close()
        self.over.set()

    def _closed_by_peer(self, _conn: Any, _reason: int, _opaque: Any) -> None:
        # In the event loop's thread.
        problem = Problem(Reason.LOST)
        self._kit.workers.submit(lambda: self._on_lost(problem))

    # asking for more

    def resync(self) -> None:
        """Reads everything anew."""
        self._submit("all", self._read_all)
        self._submit("facts", self._read_facts)
        self._submit("networks", self._read_networks)
        self._submit("pools", self._read_pools)

    def touch(self, uuid: str | None) -> None:
        """Has one domain read anew, or all of them."""
        if uuid is None:
            self._submit("all", self._read_all)
        else:
            self._event(Event(Kind.DOMAIN, uuid))

    def touch_pools(self) -> None:
        """Has the pools and their volumes read anew."""
        self._submit("pools", self._read_pools)

    # lanes

    def _submit(self, name: str, work: Callable[[], None], lane: Lane | None = None, urgent: bool = False) -> None:
        """Queues `work`, unless work of this name waits already."""
        with self._lock:
            if self._closed or name in self._pending:
                return
            self._pending.add(name)

        def run() -> None:
            with self._lock:
                self._pending.discard(name)
            self._guarded(work)

        (lane or self.polls).submit(run, urgent)

    def _guarded(self, work: Callable[[], None]) -> None:
        """Runs `work`; a broken connection ends all, another failure only this piece."""
        with self._lock:
            if self._closed:
                return
            self._users += 1
        try:
            try:
                work()
            except libvirt.libvirtError as error:
                raise translated(error, self.spec.name) from None
            finally:
                self.release()
        except Unreachable as error:
            if not self._closed:
                self._on_lost(error.problem)
            return
        except FleetError as error:
            log.debug("%s: %s", self.spec.name, error)
        self._hear()

    def _hear(self) -> None:
        self._answered = time.monotonic()
        self.heard = self._kit.clock()
        if self._late and not self._closed:
            self._late = False
            self._on_heard(True)

    # the clock

    def _wake(self) -> None:
        """In the timer's thread: queues what is due and comes again for what is next."""
        with self._lock:
            if self._closed:
                return
            now = time.monotonic()
            due = [name for name, at in self._due.items() if at <= now]
            for name in due:
                self._due[name] = now + self._period(name)
            wait = min(self._due.values()) - now if self._due else PULSE
        for name in due:
            self._do(name)
        self._kit.timer.after(max(0.01, wait), self._wake)

    def _period(self, name: str) -> float:
        if name == "beat":
            watched = self._beat_sent or self._late
            return PULSE if watched else max(PULSE, BEAT - (time.monotonic() - self._answered))
        return self._kit.interval if name == "stats" else EVERY[name]

    def _do(self, name: str) -> None:
        match name:
            case "beat":
                self._check_pulse()
            case "stats":
                self._submit("stats", self._read_stats)
            case "flags":
                self._submit("flags", self._read_flags)
            case "addresses":
                self._submit("addresses", self._read_addresses)
            case "pools":
                self._submit("pools", self._read_pools)

    def _check_pulse(self) -> None:
        """In the timer's thread: sends a heartbeat where nothing was heard, and notices one that is not answered."""
        now = time.monotonic()
        silent = now - self._answered
        if self._beat_sent:
            waited = now - self._beat_sent
            if waited > LOST:
                problem = Problem(Reason.SILENT)
                self._kit.workers.submit(lambda: self._on_lost(problem))
            elif waited > LATE:
                self._be_late()
        elif silent > BEAT:
            lane = next((lane for lane in (self.slow, self.polls) if lane.free), None)
            if lane is not None:
                self._submit("beat", self._beat, lane)
            elif silent > BEAT + LATE:
                self._be_late()

    def _be_late(self) -> None:
        if not self._late:
            self._late = True
            self._kit.workers.submit(lambda: self._on_heard(False))

    def _beat(self) -> None:
        self._beat_sent = time.monotonic()
        try:
            self.conn.getLibVersion()
        finally:
            self._beat_sent = 0.0

    # reading, in the polling lane

    def _first(self) -> None:
        self._events.register_first()
        self._read_all()
        if self._closed:
            return
        self._on_ready()
        self._submit("events", self._events.register_rest)
        now = time.monotonic()
        spread = random.random()
        with self._lock:
            self._due |= {"stats": now, "addresses": now + 0.3 + spread}
            self._due |= {name: now + EVERY[name] * (0.5 + spread / 2) for name in ("flags", "pools")}
        self._submit("facts", self._read_facts)
        self._submit("networks", self._read_networks)
        self._submit("pools", self._read_pools)
        self._wake_soon()

    def _wake_soon(self) -> None:
        self._kit.timer.after(0.0, self._once)

    def _once(self) -> None:
        """What is due now, without becoming a second clock."""
        now = time.monotonic()
        with self._lock:
            due = [name for name, at in self._due.items() if at <= now]
            for name in due:
                self._due[name] = now + self._period(name)
        for name in due:
            self._do(name)

    def _read_all(self) -> None:
        host = self.spec.id

        def several(some: tuple[Domain, ...]) -> None:
            for domain in some:
                self._tell(DomainRead(host, domain))

        domains = reader.read_all(self.conn, host, several, lambda: self._closed)
        self._known = {domain.key.uuid: domain for domain in domains}
        self._tell(DomainsRead(host, domains))

    def _read_facts(self) -> None:
        self._tell(FactsRead(self.spec.id, reader.read_facts(self.conn, self.spec.read_only)))

    def _read_networks(self) -> None:
        self._tell(NetworksRead(self.spec.id, reader.read_networks(self.conn, self._finder.leases)))

    def _read_pools(self) -> None:
        pools = reader.read_pools(self.conn, self._pools)
        self._pools = {pool.uuid: pool for pool in pools}
        self._tell(PoolsRead(self.spec.id, pools))

    def _read_one(self, uuid: str) -> None:
        host = self.spec.id
        try:
            domain = reader.read_one(self.conn, host, uuid)
        except NotFound:
            self._known.pop(uuid, None)
            self._finder.forget(uuid)
            self._tell(DomainGone(host, uuid))
            return
        self._known[uuid] = domain = self._aged(domain)
        if not domain.state.active:
            self._finder.forget(uuid)
        self._tell(DomainRead(host, domain))

    def _aged(self, domain: Domain) -> Domain:
        """`domain` with the times its states began, as far as we saw that: a reading may be ahead of its event."""
        known = self._known.get(domain.key.uuid)
        if known is None:
            return domain
        now = self._kit.clock()
        since = known.since if known.state is domain.state else now
        started = known.started if known.state.active else now
        return replace(domain, since=since, started=started if domain.state.active else 0.0)

    def _read_flags(self) -> None:
        """Finds what no event told: snapshots, autostart, saved images, and anything an event was lost of."""
        sweep = reader.Sweep(self.conn)
        for uuid in [uuid for uuid in self._known if uuid not in sweep.domains]:
            self._read_one(uuid)
        for uuid in sweep.domains:
            known = self._known.get(uuid)
            if known is None or (known.state, known.autostart, known.persistent, known.snapshots) != (
                sweep.state(uuid),
                sweep.autostart(uuid),
                sweep.persistent(uuid),
                sweep.snapshots(uuid),
            ):
                self._read_one(uuid)

    def _read_addresses(self) -> None:
        self._finder.look(self._known)
        for uuid in self._finder.agents_due(self._known):
            self._submit(f"agent {uuid}", lambda uuid=uuid: self._finder.ask_agent(uuid), self.slow)  # type: ignore[misc]
        if self._finder.leases_changed:
            self._submit("networks", self._read_networks)

    def _addresses(self, uuid: str, addresses: tuple[Any, ...]) -> None:
        self._tell(AddressesRead(self.spec.id, uuid, addresses))

    # statistics

    def _read_stats(self) -> None:
        if self.spec.demo and self._kit.replay is not None:
            running = tuple(domain for domain in self._known.values() if domain.state is State.RUNNING)
            load, loads = self._kit.replay.loads(self._kit.clock(), self.spec, running)
            self._tell_loads(load, loads)
            return
        load, loads = self._meter.round({uuid: domain.vcpus for uuid, domain in self._known.items()})
        self._tell_loads(load, loads)
        for uuid, (state, why) in self._meter.states.items():
            known = self._known.get(uuid)
            if known is None or known.state is not reader.state_of(state, why):
                self.touch(uuid)
        for uuid, domain in self._known.items():
            if domain.state is State.RUNNING and uuid not in self._meter.states:
                self.touch(uuid)

    def _tell_loads(self, load: HostLoad, loads: dict[str, Load]) -> None:
        """Tells the figures; that there are none is told once."""
        nothing = not loads and load.cpu is None and load.memory_used_kib is None
        if not (nothing and self._quiet):
            self._tell(LoadsRead(self.spec.id, load, loads))
        self._quiet = nothing

    # events

    def _event(self, event: Event) -> None:
        """From any thread, also the event loop's: only enqueues."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(event)
            if self._draining:
                return
            self._draining = True
        self._kit.timer.after(JOIN, lambda: self.polls.submit(lambda: self._guarded(self._drain)))

    def _drain(self) -> None:
        """Tells the new states at once, then reads each domain that an event was about, once."""
        with self._lock:
            events = tuple(self._waiting)
            self._waiting.clear()
            self._draining = False
        kinds = {event.kind for event in events}
        touched: dict[str, None] = {}
        for event in events:
            if event.kind is Kind.DOMAIN:
                touched[event.uuid] = None
                self._at_once(event)
            elif event.kind is Kind.AGENT:
                self._finder.agent_changed(event.uuid)
        for uuid in touched:
            self._read_one(uuid)
        if Kind.NETWORKS in kinds:
            self._submit("networks", self._read_networks)
        if Kind.POOLS in kinds:
            self._submit("pools", self._read_pools)
        if Kind.AGENT in kinds or any(event.state is State.RUNNING for event in events):
            self._finder.look_soon()
            with self._lock:
                self._due["addresses"] = min(self._due.get("addresses", 0.0), time.monotonic() + 2.0)

    def _at_once(self, event: Event) -> None:
        known = self._known.get(event.uuid)
        if known is None:
            return
        if event.state is not None and event.state is not known.state:
            started = known.started if known.state.active else event.at
            started = started if event.state.active else 0.0
            self._known[event.uuid] = replace(known, state=event.state, since=event.at, started=started)
            self._tell(StateRead(self.spec.id, event.uuid, event.state, event.at))
