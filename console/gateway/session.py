"""One host's way through its states: connecting, live, stale, unreachable, refused, off."""

from __future__ import annotations

import ctypes
import logging
import random
import threading
import weakref
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from console.fleet.errors import FleetError, Problem, Reason
from console.fleet.hosts import HostSpec, HostStatus, Phase
from console.fleet.updates import StatusChanged
from console.gateway.asking import Asking
from console.gateway.connection import Link, Opened, open_connection
from console.gateway.errors import fleet_error
from console.gateway.kit import Kit
from console.gateway.lane import Lane
from console.gateway.live import Live
from console.gateway.timer import Due
from console.gateway.workers import Rank

log = logging.getLogger(__name__)

OPEN_LIMIT = 15.0  # seconds an attempt may take, not counting the time a person is asked something
BACK_OFF = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)  # seconds until the next attempt, ± a fifth
STUCK_OPENS = 2  # given-up attempts that still hang; no further one is begun before one of them ends

NO_RETRY = frozenset(
    {
        Reason.HOST_KEY_UNKNOWN,
        Reason.HOST_KEY_CHANGED,
        Reason.TLS_NAME,
        Reason.TLS_UNTRUSTED,
        Reason.TLS_SETUP,
        Reason.PASSWORD,
        Reason.PASSPHRASE,
        Reason.KEY_REJECTED,
        Reason.PERMISSION,
        Reason.BAD_URI,
        Reason.NO_FILE,
        Reason.BAD_FILE,
    }
)
"""What does not pass by waiting: somebody must do something first."""

_SAME_CONNECTION = ("uri", "read_only", "keyfile", "pkipath", "verify", "demo")


class _Attempt:
    """One try to open. It is given up by being replaced; the thread in it ends when libvirt lets go."""

    def __init__(self, asking: Asking) -> None:
        self.asking = asking
        self.abandoned = False


class Session:
    """Holds one host in a said state. Methods may be called from any thread; none blocks."""

    def __init__(self, kit: Kit, spec: HostSpec, on_status: Callable[[], None]) -> None:
        self._kit = kit
        self._spec = spec
        self._on_status = on_status
        self._lock = threading.RLock()
        self._status = HostStatus()
        self._attempt: _Attempt | None = None
        self._live: Live | None = None
        self._retry: Due | None = None
        self._stuck = 0
        self._failures = 0
        self._trusted = ""
        self.commands = Lane(kit.workers)

    @property
    def spec(self) -> HostSpec:
        return self._spec

    @property
    def status(self) -> HostStatus:
        return self._status

    # what a person wants

    def connect(self) -> None:
        """Begins to open the host, unless it is open or being opened."""
        with self._lock:
            if self._live is None and self._attempt is None:
                self._failures = 0
                self._set(Phase.CONNECTING)
                self._begin()

    def try_now(self, trusted: str = "") -> None:
        """Does not wait for the next try. A host that is open is left alone. trusted: this try may meet a host key of that
        fingerprint that was not known yet."""
        with self._lock:
            if self._live is None:
                self._attempt = None
                self._trusted = trusted
                self.connect()

    def disconnect(self) -> None:
        """Closes the host and leaves it closed."""
        with self._lock:
            self._stop()
            self._set(Phase.OFF)

    def refresh(self) -> None:
        """Reads all anew where the host is open, tries it where it is not."""
        with self._lock:
            live = self._live
            if live is not None:
                live.resync()
            elif self._status.phase is not Phase.OFF:
                self.try_now()

    def look_for_addresses(self) -> None:
        """Looks for VMs' addresses at once, where the host is open."""
        live = self._live
        if live is not None:
            live.look_for_addresses()

    def edit(self, spec: HostSpec) -> None:
        """Takes another spec of this host; opens it anew where that changes the connection."""
        with self._lock:
            same = all(getattr(spec, name) == getattr(self._spec, name) for name in _SAME_CONNECTION)
            self._spec = spec
            if same:
                if self._live is not None:
                    self._live.spec = spec
                if spec.autoconnect and self._status.phase is Phase.OFF:
                    self.connect()
                return
            was_on = self._status.phase is not Phase.OFF
            self._stop()
            if was_on or spec.autoconnect:
                self.connect()

    def link(self) -> Link:
        """The open connection. Raises the present problem where there is none."""
        with self._lock:
            live = self._live
            if live is None or self._status.phase not in (Phase.LIVE, Phase.STALE):
                raise fleet_error(self._status.problem or Problem(Reason.LOST), self._spec.name)
            spec = self._spec
            link = Link(spec, live.conn, spec.read_only, live.touch, live.touch_pools, live.handles, live.described)
            live.hold()
        weakref.finalize(link, live.release).atexit = False
        return link

    def leave(self) -> None:
        """Stops for good. What waits in the lane of commands is not held up any more, and finds that the host is gone."""
        with self._lock:
            self._stop()
            self.commands.skip()

    def close(self) -> Live | None:
        """Stops for good; returns what is being hung up, if anything."""
        with self._lock:
            self.commands.close()
            return self._stop()

    # inside

    def _set(self, phase: Phase, problem: Problem | None = None, wait: float = 0.0) -> None:
        """With the lock held, so that states are told in their order."""
        now = self._kit.clock()
        old = self._status
        since = old.since if phase is old.phase else now
        seen = self._live.heard if self._live is not None else old.seen
        next_try = now + wait if wait else 0.0
        self._status = HostStatus(phase, since, seen, problem, next_try, self._failures)
        self._kit.publish(StatusChanged(self._spec.id, self._status))
        self._on_status()

    def _stop(self) -> Live | None:
        self._attempt = None
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        live, self._live = self._live, None
        if live is not None:
            if self._status.phase in (Phase.LIVE, Phase.STALE):  # what it is from now on goes by when it last spoke
                self._status = replace(self._status, seen=live.heard)
            live.end()
            if self.commands.busy_for() > 1.0:
                self.commands.skip()
        return live

    def _begin(self) -> None:
        if self._stuck >= STUCK_OPENS:
            self._failed(Problem(Reason.SILENT))
            return
        self._retry = None
        spec = self._spec
        attempt = self._attempt = _Attempt(Asking(spec, self._kit.ask, self._trusted))
        self._trusted = ""
        self._kit.workers.submit(lambda: self._open(attempt, spec), Rank.OPENING)

    def _open(self, attempt: _Attempt, spec: HostSpec) -> None:
        """On a worker; blocks as long as libvirt does."""
        with self._lock:
            if attempt is not self._attempt:
                return
        limit = self._kit.timer.after(OPEN_LIMIT, lambda: self._give_up(attempt))
        try:
            opened = open_connection(spec, attempt.asking)
        except FleetError as error:
            limit.cancel()
            self._ended(attempt, error.problem)
        except Exception as error:
            limit.cancel()
            log.exception("%s: opening failed", spec.name)
            self._ended(attempt, Problem(Reason.OTHER, f"{type(error).__name__}: {error}"))
        else:
            limit.cancel()
            self._opened(attempt, spec, opened)

    def _give_up(self, attempt: _Attempt) -> None:
        with self._lock:
            if attempt is not self._attempt:
                return
            if attempt.asking.busy:
                self._kit.timer.after(OPEN_LIMIT, lambda: self._give_up(attempt))
                return
            self._stuck += 1
            attempt.abandoned = True
            self._failed(Problem(Reason.SILENT))

    def _ended(self, attempt: _Attempt, problem: Problem) -> None:
        with self._lock:
            self._stuck -= attempt.abandoned
            if attempt is self._attempt:
                self._failed(problem)

    def _opened(self, attempt: _Attempt, spec: HostSpec, opened: Opened) -> None:
        def of(call: Callable[..., object]) -> Callable[..., None]:
            def guarded(*arguments: Any) -> None:
                with self._lock:
                    if self._live is live:
                        call(*arguments)

            return guarded

        live = Live(self._kit, spec, opened, of(self._kit.publish), of(self._ready), of(self._heard), of(self._lost))
        with self._lock:
            self._stuck -= attempt.abandoned
            wanted = attempt is self._attempt
            if wanted:
                self._attempt = None
                self._live = live
        if wanted:
            live.begin()
        else:
            live.end()

    def _failed(self, problem: Problem) -> None:
        """With the lock held: says why, and plans the next try where waiting can help."""
        self._stop()
        self._failures += 1
        if problem.reason in NO_RETRY:
            self._set(Phase.REFUSED, problem)
            return
        wait = BACK_OFF[min(self._failures, len(BACK_OFF)) - 1] * random.uniform(0.8, 1.2)
        self._set(Phase.UNREACHABLE, problem, wait)
        self._retry = self._kit.timer.after(wait, self._again)

    def _again(self) -> None:
        with self._lock:
            if self._live is None and self._attempt is None and self._status.phase is Phase.UNREACHABLE:
                self._set(Phase.UNREACHABLE, self._status.problem)  # next_try 0: it is being tried
                self._begin()

    # from the live connection, with the lock held

    def _ready(self) -> None:
        self._failures = 0
        self._set(Phase.LIVE)

    def _heard(self) -> None:
        # These reports may overtake each other, so what counts is how it is now.
        phase = Phase.STALE if self._live is not None and self._live.late else Phase.LIVE
        if self._status.phase in (Phase.LIVE, Phase.STALE) and self._status.phase is not phase:
            self._set(phase)

    def _lost(self, problem: Problem) -> None:
        self._failed(problem)


def leak(live: Live) -> None:
    """Keeps a connection that hangs from being freed at the program's end, where freeing it would hang too."""
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(live.conn))
