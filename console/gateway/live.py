"""One open connection at work: the first reading, events, polling, and whether the host still answers."""

from __future__ import annotations

import contextlib
import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import libvirt

from console.fleet.domains import State
from console.fleet.errors import FleetError, Problem, Reason, Unreachable
from console.fleet.hosts import HostSpec
from console.fleet.updates import ConfigChanged, Update
from console.gateway.connection import Opened
from console.gateway.errors import translated
from console.gateway.events import Depth, Event, Events, Kind
from console.gateway.kit import Kit
from console.gateway.lane import Lane
from console.gateway.picture import Picture
from console.gateway.pulse import LOOK, Pulse, Verdict

log = logging.getLogger(__name__)

JOIN = 0.04  # seconds that events wait for more of their kind
MOVED = 0.4  # seconds until a domain is read whose new state is told already

EVERY = {"flags": 30.0, "addresses": 10.0, "pools": 60.0}
"""Seconds between looks at what has no event: snapshots, autostart and saved images; leases; how full pools are."""


class Live:
    """Works with one connection from its opening to its end.

    on_update, on_ready (the first full reading is told), on_heard (`late` is another than before), on_lost (Problem) are
    the session's; they may be called from any worker. Lanes: `polls` reads, `slow` waits for guest agents.
    """

    def __init__(
        self,
        kit: Kit,
        spec: HostSpec,
        opened: Opened,
        on_update: Callable[[Update], object],
        on_ready: Callable[[], None],
        on_heard: Callable[[], None],
        on_lost: Callable[[Problem], None],
    ) -> None:
        self.spec = spec
        self.conn = conn = opened.conn
        self._opened = opened
        self.polls = Lane(kit.workers)
        self.slow = Lane(kit.workers)
        self.heard = kit.clock()
        self.over = threading.Event()  # the connection is closed
        self.handles: dict[str, Any] = {}  # of domains, by UUID, for the acts
        self._kit = kit
        self._on_ready = on_ready
        self._on_heard = on_heard
        self._on_lost = on_lost
        self._lock = threading.RLock()  # the collector may give a link back in a thread that has it
        self._closed = False
        self._users = 0  # calls on the connection under way, and links handed out
        self._hung_up = False
        self._waiting: deque[Event] = deque()
        self._touched: dict[str, Depth] = {}  # domains to be read; the polling lane's own
        self._moved: dict[str, Depth] = {}  # those whose state is told already
        self._draining = False
        self._events = Events(conn, self._event)
        self._on_update = on_update
        self._picture = Picture(kit, lambda: self.spec, conn, on_update, lambda: self._closed, self.handles)
        self._pending: set[str] = set()
        self._due: dict[str, float] = {}
        self._pulse = Pulse()

    @property
    def late(self) -> bool:
        """The host has not answered for a while; what is shown of it is getting old."""
        return self._pulse.late

    # beginning and end

    def begin(self) -> None:
        """Reads everything, then goes on by events and polls. Returns at once."""
        with contextlib.suppress(libvirt.libvirtError):
            self.conn.registerCloseCallback(self._closed_by_peer, None)
        self._due = {"pulse": time.monotonic() + LOOK}
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
        if self._pulse.late:
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
        self.handles.clear()
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
        self._submit("all", self._picture.read_all)
        self._submit("facts", self._picture.read_facts)
        self._submit("networks", self._picture.read_networks)
        self._submit("pools", self._picture.read_pools)

    def touch(self, uuid: str | None) -> None:
        """Has one domain read anew, or all of them."""
        if uuid is None:
            self._submit("all", self._picture.read_all)
        else:
            self._event(Event(Kind.DOMAIN, uuid))

    def described(self, uuid: str) -> None:
        """Has the XML of one domain read anew; the rest is as it was."""
        self._event(Event(Kind.DOMAIN, uuid, depth=Depth.XML))

    def touch_pools(self) -> None:
        """Has the pools and their volumes read anew, also those whose figures are as before."""
        self._picture.forget_pools()
        self._submit("pools", self._picture.read_pools)

    def look_for_addresses(self) -> None:
        """Looks for addresses now: somebody waits for them."""
        self._submit("addresses", self._read_addresses, urgent=True)

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
        self.heard = self._kit.clock()
        if self._pulse.heard() and not self._closed:
            self._on_heard()

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
            wait = min(self._due.values()) - now if self._due else LOOK
        for name in due:
            self._do(name)
        self._kit.timer.after(max(0.01, wait), self._wake)

    def _period(self, name: str) -> float:
        if name == "pulse":
            return self._pulse.wait()
        return self._kit.interval if name == "stats" else EVERY[name]

    def _do(self, name: str) -> None:
        match name:
            case "pulse":
                self._feel_pulse()
            case "stats":
                self._submit("stats", self._read_stats)
            case "flags":
                self._submit("flags", self._picture.read_flags)
            case "addresses":
                self._submit("addresses", self._read_addresses)
            case "pools":
                self._submit("pools", self._picture.read_pools)

    def _feel_pulse(self) -> None:
        """In the timer's thread: has the host asked for a sign of life where nothing was heard, and notices its silence."""
        lane = next((lane for lane in (self.slow, self.polls) if lane.free), None)
        match self._pulse.look(lane is not None):
            case Verdict.ASK:
                self._submit("beat", self._beat, lane)
            case Verdict.LATE if not self._pulse.late:
                self._pulse.late = True
                self._kit.workers.submit(self._on_heard)
            case Verdict.LOST:
                self._kit.workers.submit(lambda: self._on_lost(Problem(Reason.SILENT)))

    def _beat(self) -> None:
        with self._pulse.asking():
            self.conn.getLibVersion()

    # reading, in the polling lane

    def _first(self) -> None:
        try:
            self._events.register_first()
            self._picture.read_all()
        except FleetError as error:  # signed in, and may not even look
            self._on_lost(error.problem)
            return
        if self._closed:
            return
        self._on_ready()
        self._submit("events", self._events.register_rest)
        now = time.monotonic()
        spread = random.random()
        with self._lock:
            self._due |= {"stats": now, "addresses": now + 0.3 + spread}
            self._due |= {name: now + EVERY[name] * (0.5 + spread / 2) for name in ("flags", "pools")}
        self._submit("facts", self._picture.read_facts)
        self._submit("networks", self._picture.read_networks)
        self._submit("pools", self._picture.read_pools)
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

    def _read_stats(self) -> None:
        for uuid in self._picture.read_stats():
            self.touch(uuid)

    def _read_addresses(self) -> None:
        finder = self._picture.finder
        for uuid in self._picture.read_addresses():
            self._submit(f"agent {uuid}", lambda uuid=uuid: finder.ask_agent(uuid), self.slow)  # type: ignore[misc]
        self._submit("looked", self._picture.looked, self.slow)
        if finder.leases_changed:
            self._submit("networks", self._picture.read_networks)

    # events

    def _event(self, event: Event) -> None:
        """From any thread, also the event loop's: only enqueues."""
        with self._lock:
            if self._closed:
                return
            self._waiting.append(event)
            renamed = event.stored and event.depth is Depth.ALL
            if renamed or event.state is State.OFF:  # it may have another name, or be gone
                self.handles.pop(event.uuid, None)
            if self._draining:
                return
            self._draining = True
        self._kit.timer.after(JOIN, lambda: self.polls.submit(lambda: self._guarded(self._drain), urgent=True))

    def _read_touched(self) -> None:
        touched, self._touched = self._touched, {}
        self._picture.read_several(touched)

    def _read_moved(self) -> None:
        moved, self._moved = self._moved, {}
        self._picture.read_several(moved)

    def _drain(self) -> None:
        """Tells the new states at once; each domain that an event was about is read soon, once, together with others.

        What is left to know of one whose state was told can wait a moment: when many move, more come in it.
        """
        with self._lock:
            events = tuple(self._waiting)
            self._waiting.clear()
            self._draining = False
        kinds = {event.kind for event in events}
        told = {event.uuid for event in events if event.state is not None}
        idle = not self._moved
        for event in events:
            if event.kind is Kind.DOMAIN:
                if event.depth is not Depth.NOTHING:
                    unread = self._moved if event.uuid in told else self._touched
                    unread[event.uuid] = max(event.depth, unread.get(event.uuid, event.depth))
                self._picture.state_told(event)
                if event.reverted:
                    self._picture.reverted(event)
                if event.stored:
                    self._on_update(ConfigChanged(self.spec.id, event.uuid))
            elif event.kind is Kind.AGENT:
                self._picture.finder.agent_changed(event.uuid)
        if self._moved and idle:
            self._kit.timer.after(MOVED, lambda: self._submit("moved", self._read_moved))
        if self._touched:
            self._submit("touched", self._read_touched)
        if Kind.NETWORKS in kinds:
            self._submit("networks", self._picture.read_networks)
        if Kind.POOLS in kinds:
            self._submit("pools", self._picture.read_pools)
        if Kind.AGENT in kinds or any(event.state is State.RUNNING for event in events):
            self._picture.finder.look_soon()
            with self._lock:
                self._due["addresses"] = min(self._due.get("addresses", 0.0), time.monotonic() + 2.0)
