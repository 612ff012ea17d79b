"""The sockets under libvirt's connections, so that one to a silent host can be cut.

libvirt's own keepalive is not used: where a host falls silent while two threads wait for it, libvirt before 10.2 frees one of
them and leaves a pointer to that one's stack behind; the other hangs, and the process crashes when the host answers again.
A socket that is shut down makes every call on it fail at once, the way libvirt handles well.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable, Iterator

IDLE, BETWEEN, PROBES = 4, 2, 2  # seconds, seconds, times: TCP's own look whether the peer is there
UNANSWERED = 8000  # milliseconds that sent data may stay unacknowledged


class Wire:
    """One socket of a connection, for as long as libvirt's event loop watches it.

    duplicate: gives a file descriptor of the socket, to be closed by the caller; None once libvirt has let go of it.
    """

    def __init__(self, duplicate: Callable[[], int | None]) -> None:
        self._duplicate = duplicate

    def cut(self) -> None:
        """Shuts the socket down: calls that wait on it fail. Nothing happens where it is closed already."""
        with self._socket() as mine, contextlib.suppress(OSError):
            if mine is not None:
                mine.shutdown(socket.SHUT_RDWR)

    def watch(self) -> None:
        """Has the kernel notice within some 8 s that a peer by TCP is gone."""
        with self._socket() as mine, contextlib.suppress(OSError):
            if mine is not None and mine.family in (socket.AF_INET, socket.AF_INET6):
                mine.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, BETWEEN)
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
                mine.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNANSWERED)

    @contextlib.contextmanager
    def _socket(self) -> Iterator[socket.socket | None]:
        try:
            number = self._duplicate()
        except OSError:  # none left
            number = None
        if number is None:
            yield None
            return
        try:
            mine = socket.socket(fileno=number)
        except OSError:  # no socket
            os.close(number)
            yield None
            return
        with mine:
            yield mine
