"""libvirt's event loop: one thread for the whole process, for as long as any gateway is open.

libvirt's own loop wakes its thread twice for every call on every connection, and looks at all connections each time: with
200 hosts that takes more than all the calls themselves. This one lets epoll keep the list: a call costs two changes of it
and wakes nobody.
"""

from __future__ import annotations

import itertools
import logging
import os
import select
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import libvirt

from console.gateway.wires import Wire

log = logging.getLogger(__name__)

GRAIN = 0.05  # seconds; libvirt's timers are keepalives, they need not be more exact

_TO_EPOLL = (
    (libvirt.VIR_EVENT_HANDLE_READABLE, select.EPOLLIN),
    (libvirt.VIR_EVENT_HANDLE_WRITABLE, select.EPOLLOUT),
    (libvirt.VIR_EVENT_HANDLE_ERROR, select.EPOLLERR),
    (libvirt.VIR_EVENT_HANDLE_HANGUP, select.EPOLLHUP),
)
_EPOLL = tuple(sum(epoll_bit for bit, epoll_bit in _TO_EPOLL if events & bit) for events in range(16))
"""Epoll's mask for each set of libvirt's events; each call to a host changes it twice."""

Callback = Callable[..., None]


class _Handle:
    """A file descriptor that libvirt wants to hear of. events: libvirt's bits, 0 = nothing for now."""

    __slots__ = ("callback", "events", "fd", "opaque")

    def __init__(self, fd: int, events: int, callback: Callback, opaque: Any) -> None:
        self.fd = fd
        self.events = events
        self.callback = callback
        self.opaque = opaque


class _Timeout:
    """A call that libvirt wants every `period` seconds; below 0 = not now."""

    __slots__ = ("at", "callback", "opaque", "period")

    def __init__(self, period: float, callback: Callback, opaque: Any) -> None:
        self.period = period
        self.at = time.monotonic() + period
        self.callback = callback
        self.opaque = opaque


class EventLoop:
    """libvirt's handles and timeouts. Its methods are called by libvirt from any thread, often with libvirt's own locks
    held: they never call libvirt. Callbacks, and the freeing of what was removed, happen in the loop's thread alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._epoll = select.epoll()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._epoll.register(self._wake, select.EPOLLIN)
        self._numbers = itertools.count(1)
        self._handles: dict[int, _Handle] = {}
        self._watches: dict[int, list[int]] = {}  # by file descriptor
        self._masks: dict[int, int] = {}  # as epoll has them
        self._timeouts: dict[int, _Timeout] = {}
        self._ticking: dict[int, _Timeout] = {}  # those that are on: every connection has one that is mostly off
        self._next = 0.0  # when to look at the timeouts again; 0 = never
        self._removed: deque[Any] = deque()
        self._opening = threading.local()  # .found: the wires of the connection that this thread opens

    def register(self) -> None:
        """Makes this the event loop of libvirt in this process, for good."""
        libvirt.virEventRegisterImpl(
            self.add_handle,
            self.update_handle,
            self.remove_handle,
            self.add_timeout,
            self.update_timeout,
            self.remove_timeout,
        )

    # for libvirt

    def add_handle(self, fd: int, events: int, callback: Callback, opaque: Any) -> int:
        with self._lock:
            watch = next(self._numbers)
            self._handles[watch] = _Handle(fd, events, callback, opaque)
            self._watches.setdefault(fd, []).append(watch)
            self._arm(fd)
        found = getattr(self._opening, "found", None)
        if found is not None:
            found.append(Wire(lambda: self._duplicate(watch)))
        return watch

    def update_handle(self, watch: int, events: int) -> None:
        handle = self._handles.get(watch)
        if handle is None or handle.events == events:
            return
        handle.events = events
        watches = self._watches.get(handle.fd, ())
        if len(watches) == 1:  # libvirt calls for one socket at a time, and hundreds of them must not queue here
            self._arm(handle.fd)
            return
        with self._lock:
            self._arm(handle.fd)

    def remove_handle(self, watch: int) -> int:
        with self._lock:
            handle = self._handles.pop(watch, None)
            if handle is None:
                return -1
            watches = self._watches[handle.fd]
            watches.remove(watch)
            if not watches:
                del self._watches[handle.fd]
            self._arm(handle.fd)
            self._removed.append(handle.opaque)
        self.wake()
        return 0

    def add_timeout(self, milliseconds: int, callback: Callback, opaque: Any) -> int:
        with self._lock:
            number = next(self._numbers)
            self._timeouts[number] = _Timeout(milliseconds / 1000, callback, opaque)
        self.update_timeout(number, milliseconds)
        return number

    def update_timeout(self, number: int, milliseconds: int) -> None:
        with self._lock:
            timeout = self._timeouts.get(number)
            if timeout is None:
                return
            timeout.period = milliseconds / 1000
            if milliseconds >= 0:
                self._ticking[number] = timeout
            else:
                self._ticking.pop(number, None)
            timeout.at = time.monotonic() + timeout.period
            sooner = milliseconds >= 0 and not 0 < self._next <= timeout.at
            if sooner:
                self._next = timeout.at
        if sooner:
            self.wake()

    def remove_timeout(self, number: int) -> int:
        with self._lock:
            timeout = self._timeouts.pop(number, None)
            self._ticking.pop(number, None)
            if timeout is None:
                return -1
            self._removed.append(timeout.opaque)
        self.wake()
        return 0

    def _arm(self, fd: int) -> None:
        """Has epoll watch for what the handles of `fd` want together. With the lock held, unless there is only one."""
        events = 0
        for watch in self._watches.get(fd, ()):
            events |= self._handles[watch].events
        wanted = _EPOLL[events]
        had = self._masks.get(fd, 0)
        if wanted == had:
            return
        try:
            if not wanted:
                del self._masks[fd]
                self._epoll.unregister(fd)
            elif had:
                self._masks[fd] = wanted
                self._epoll.modify(fd, wanted)
            else:
                self._masks[fd] = wanted
                self._epoll.register(fd, wanted)
        except OSError as error:  # closed before it was removed: epoll has forgotten it already
            log.debug("file descriptor %d: %s", fd, error)

    # for the gateway

    @contextmanager
    def wires(self) -> Iterator[list[Wire]]:
        """The sockets that libvirt begins to watch in this thread meanwhile."""
        found: list[Wire] = []
        self._opening.found = found
        try:
            yield found
        finally:
            del self._opening.found

    def _duplicate(self, watch: int) -> int | None:
        """Another file descriptor for what is watched. libvirt stops watching before it closes, so it is the right one."""
        with self._lock:
            handle = self._handles.get(watch)
            return os.dup(handle.fd) if handle is not None else None

    # the thread

    def wake(self) -> None:
        """Has the loop look at what changed."""
        os.eventfd_write(self._wake, 1)

    def run(self, stopping: threading.Event) -> None:
        """Works until `stopping` is set (and `wake` called)."""
        while not stopping.is_set():
            for fd, mask in self._epoll.poll(self._wait()):
                if fd == self._wake:
                    os.eventfd_read(self._wake)
                else:
                    self._dispatch(fd, mask)
            if 0 < self._next <= time.monotonic():
                self._run_timeouts()
            while self._removed:
                libvirt.virEventInvokeFreeCallback(self._removed.popleft())

    def _wait(self) -> float | None:
        """Seconds until timeouts are due, None = no timeout."""
        with self._lock:
            return max(0.0, self._next - time.monotonic()) if self._next else None

    def _dispatch(self, fd: int, mask: int) -> None:
        events = sum(bit for bit, epoll_bit in _TO_EPOLL if mask & epoll_bit)
        with self._lock:
            told = [(watch, self._handles[watch]) for watch in self._watches.get(fd, ())]
        ends = libvirt.VIR_EVENT_HANDLE_ERROR | libvirt.VIR_EVENT_HANDLE_HANGUP
        for watch, handle in told:
            if mine := events & (handle.events | ends if handle.events else 0):
                self._call(handle.callback, watch, fd, mine, handle.opaque)

    def _run_timeouts(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = [(number, timeout) for number, timeout in self._ticking.items() if timeout.at <= now]
            for _, timeout in due:
                timeout.at = now + timeout.period
            left = [timeout.at for timeout in self._ticking.values()]
            self._next = max(min(left), now + GRAIN) if left else 0.0
        for number, timeout in due:
            if number in self._timeouts and timeout.period >= 0:
                self._call(timeout.callback, number, timeout.opaque)

    def _call(self, callback: Callback, *arguments: Any) -> None:
        try:
            callback(*arguments)
        except Exception:
            log.exception("a callback of libvirt failed")


_lock = threading.Lock()
_loop: EventLoop | None = None
_thread: threading.Thread | None = None
_stopping = threading.Event()
_users = 0


def acquire() -> None:
    """Has the loop run until the matching `release`. Must come before the first connection is opened."""
    global _loop, _thread, _stopping, _users
    with _lock:
        if _loop is None:
            _loop = EventLoop()
            _loop.register()
            libvirt.registerErrorHandler(lambda _context, _error: None, None)  # else libvirt prints to stderr
        _users += 1
        if _thread is None:
            _stopping = threading.Event()
            _thread = threading.Thread(target=_loop.run, args=(_stopping,), name="libvirt-events", daemon=True)
            _thread.start()


def release(timeout: float = 0.2) -> None:
    """Ends the loop with its last user; waits at most `timeout` seconds for it."""
    global _thread, _users
    with _lock:
        _users -= 1
        if _users == 0 and _loop is not None and _thread is not None:
            _stopping.set()
            _loop.wake()
            _thread.join(timeout)
            _thread = None


def in_use() -> bool:
    """A gateway, or a check of a host, is at work."""
    return _users > 0


def wires() -> AbstractContextManager[list[Wire]]:
    """The sockets of the connections that this thread opens inside. Only between `acquire` and `release`."""
    if _loop is None:
        raise RuntimeError("libvirt's event loop is not running")
    return _loop.wires()
