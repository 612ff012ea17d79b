"""libvirt's event loop: one thread for the whole process, for as long as any gateway is open."""

from __future__ import annotations

import logging
import threading
import time

import libvirt

log = logging.getLogger(__name__)

_lock = threading.Lock()
_registered = False
_users = 0
_current: _Loop | None = None


class _Loop:
    def __init__(self) -> None:
        self._stopping = False
        self.thread = threading.Thread(target=self._run, name="libvirt-events", daemon=True)
        self.thread.start()

    def _run(self) -> None:
        while not self._stopping:
            try:
                libvirt.virEventRunDefaultImpl()
            except libvirt.libvirtError as error:
                log.warning("event loop: %s", error)
                time.sleep(0.1)

    def stop(self, timeout: float) -> None:
        self._stopping = True
        timer: list[int] = []

        def woken(_timer: int, _opaque: object) -> None:
            if timer:
                libvirt.virEventRemoveTimeout(timer.pop())

        timer.append(libvirt.virEventAddTimeout(0, woken, None))
        self.thread.join(timeout)


def acquire() -> None:
    """Has the loop run until the matching `release`. Must come before the first connection is opened."""
    global _registered, _users, _current
    with _lock:
        if not _registered:
            libvirt.virEventRegisterDefaultImpl()
            libvirt.registerErrorHandler(lambda _context, _error: None, None)  # else libvirt prints to stderr
            _registered = True
        _users += 1
        if _current is None:
            _current = _Loop()


def release(timeout: float = 0.2) -> None:
    """Ends the loop with its last user; waits at most `timeout` seconds for it."""
    global _users, _current
    with _lock:
        _users -= 1
        if _users == 0 and _current is not None:
            _current.stop(timeout)
            _current = None
