"""The door to all hosts: which are to be open, how each is, and a link to those that are."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager

from msgspec.structs import replace

from console.fleet.credentials import Ask
from console.fleet.errors import NotFound, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import DomainsRead, StatusChanged, Update
from console.gateway import local, loop, prompts, remote, streams
from console.gateway.connection import Link, raise_file_limit
from console.gateway.courtesy import Courtesy
from console.gateway.kit import Kit, Replay
from console.gateway.remote import Ran
from console.gateway.session import Session, leak
from console.gateway.streams import Aside
from console.gateway.timer import Timer
from console.gateway.workers import Workers

__all__ = ["Gateway", "Replay"]

HURRIED = 12  # workers that a command line gets
HANG_UP = 0.4  # of the time that closing may take: what closing a connection properly is worth
SETTLED = frozenset({Phase.LIVE, Phase.STALE, Phase.UNREACHABLE, Phase.REFUSED, Phase.OFF})


class Gateway:
    """Holds a session for each host. Any thread; nothing here waits for a host but `wait_settled`.

    on_update gets every update, from worker threads, each host's in order; it must be quick and must not call back.
    ask answers what hosts want to know; it is called on workers and may block. interval: seconds between statistics.
    """

    def __init__(
        self,
        on_update: Callable[[Update], object],
        ask: Ask,
        *,
        interval: float = 3.0,
        replay: Replay | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        raise_file_limit()
        loop.acquire()
        self.courtesy = Courtesy()
        self._workers = Workers(courtesy=self.courtesy)
        self._timer = Timer()
        self._on_update = on_update
        self._kit = Kit(self._publish, ask, self._workers, self._timer, interval, replay, clock, self.courtesy)
        self._lock = threading.Lock()
        self._settled = threading.Condition()
        self._sessions: dict[str, Session] = {}
        self._closed = False

    def hurry(self) -> None:
        """There is no window that wants its turn: more hosts are opened and read at once."""
        self._workers.widen(HURRIED)

    # which hosts

    def set_hosts(self, specs: Iterable[HostSpec]) -> None:
        """Makes the hosts exactly these: opens new ones that connect by themselves, drops those that go, reopens edited ones."""
        new = {spec.id: spec for spec in specs}
        with self._lock:
            if self._closed:
                return
            gone = [self._sessions.pop(host) for host in tuple(self._sessions) if host not in new]
            known = dict(self._sessions)
            for host, spec in new.items():
                if host not in known:
                    self._sessions[host] = Session(self._kit, spec, self._status_changed)
            sessions = dict(self._sessions)
        for session in gone:
            session.leave()
        for host, spec in new.items():
            if host in known:
                if known[host].spec != spec:
                    known[host].edit(spec)
            elif spec.autoconnect:
                sessions[host].connect()
        self._status_changed()

    def connect(self, host: str) -> None:
        """Opens a host. NotFound for one that is not in the fleet, as all below."""
        self._session(host).connect()

    def disconnect(self, host: str) -> None:
        """Closes a host and leaves it closed."""
        self._session(host).disconnect()

    def try_now(self, host: str, trusted: str = "") -> None:
        """Tries a host that is not open now, whenever its next try would have been. trusted: fingerprint of a host key."""
        self._session(host).try_now(trusted)

    def refresh(self, host: str) -> None:
        """Reads a host anew, all of it."""
        self._session(host).refresh()

    def look_for_addresses(self, host: str) -> None:
        """Looks for addresses of a host's VMs at once; AddressesLooked tells when that is done."""
        self._session(host).look_for_addresses()

    # using one

    def run_in_lane(self, host: str) -> Callable[[Callable[[], None]], None]:
        """A function that queues work behind the other commands of this host; what people ask for goes before polling."""
        lane = self._session(host).commands
        return lambda task: lane.submit(task, urgent=True)

    def link(self, host: str) -> Link:
        """The open connection of a host. Raises the host's present problem where there is none."""
        return self._session(host).link()

    def aside(self, host: str) -> AbstractContextManager[Aside]:
        """Another connection to an open host, for streams. Opening it blocks; raises FleetError."""
        return streams.aside(self.link(host), self._kit.ask)

    def run(self, host: str, words: Sequence[str], *, limit: float, ended: Callable[[], bool] = lambda: False) -> Ran:
        """Runs a program on a host, beside libvirt. Blocks; see `remote.run`."""
        return remote.run(self._session(host).spec, self._kit.ask, words, limit=limit, ended=ended)

    def status(self, host: str) -> HostStatus:
        """How a host is now."""
        return self._session(host).status

    def wait_settled(self, host: str, timeout: float) -> HostStatus:
        """Waits at most `timeout` seconds until a host is live or stale (and read), unreachable, refused or off. Blocks."""
        session = self._session(host)
        end = time.monotonic() + timeout
        with self._settled:
            while session.status.phase not in SETTLED and not self._closed:
                left = end - time.monotonic()
                if left <= 0:
                    break
                self._settled.wait(left)
        return session.status

    def close(self, timeout: float = 0.5) -> None:
        """Ends everything within `timeout` seconds; connections that take longer are left to the end of the program."""
        end = time.monotonic() + timeout
        with self._lock:
            if self._closed:
                return
            self._closed = True
            sessions = tuple(self._sessions.values())
            self._sessions = {}
        self._status_changed()
        self._timer.close(0.05)
        lives = [live for session in sessions if (live := session.close()) is not None]
        hung_up = time.monotonic() + timeout * HANG_UP
        for live in lives:
            leak(live)
            live.over.wait(max(0.0, hung_up - time.monotonic()))
        self._workers.close(max(0.0, end - 0.05 - time.monotonic()))
        loop.release(max(0.01, end - time.monotonic()))
        if not loop.in_use():
            prompts.abandon()

    # inside

    def _session(self, host: str) -> Session:
        with self._lock:
            session = self._sessions.get(host)
        if session is None:
            raise NotFound(Reason.GONE, host)
        return session

    def _publish(self, update: Update) -> None:
        if isinstance(update, DomainsRead):
            update = self._with_times(update)
        if not self._closed or isinstance(update, StatusChanged):
            self._on_update(update)

    def _with_times(self, update: DomainsRead) -> DomainsRead:
        """With the times libvirt has no call for: from this computer's processes, or for demo hosts from the demo."""
        session, replay = self._sessions.get(update.host), self._kit.replay
        if session is not None and session.spec.demo and replay is not None:
            return replace(update, domains=replay.aged(self._kit.clock(), session.spec, update.domains))
        if session is not None and local.is_local(session.spec.uri):
            return replace(update, domains=local.with_starts(update.domains))
        return update

    def _status_changed(self) -> None:
        with self._settled:
            self._settled.notify_all()
