"""Hosts that fall silent: sockets that accept and never answer, and relays to a libvirtd that stop passing anything on."""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from pathlib import Path


class Mute:
    """A socket that accepts everyone and says nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)

    def close(self) -> None:
        self._listener.close()


class Relay:
    """Passes bytes between its socket and another one until it is told to be silent."""

    def __init__(self, path: Path, target: Path) -> None:
        self.path = path
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        self._listener.listen(64)
        self._wake, self._woken = socket.socketpair()
        self._silent = False
        self._thread = threading.Thread(target=self._run, name="relay", daemon=True)
        self._thread.start()

    def silence(self) -> None:
        """From now on nothing gets through; connections stay open, new ones are accepted."""
        self._silent = True

    def close(self) -> None:
        self._wake.close()
        self._thread.join()
        self._listener.close()

    def _run(self) -> None:
        others: dict[socket.socket, socket.socket] = {}
        with selectors.DefaultSelector() as watched:
            watched.register(self._listener, selectors.EVENT_READ)
            watched.register(self._woken, selectors.EVENT_READ)
            while True:
                for key, _ in watched.select():
                    source = key.fileobj
                    assert isinstance(source, socket.socket)
                    if source is self._woken:
                        for end in (*others, self._woken):
                            end.close()
                        return
                    if source is self._listener:
                        client, _ = self._listener.accept()
                        server = socket.socket(socket.AF_UNIX)
                        server.connect(str(self._target))
                        others |= {client: server, server: client}
                        for end in (client, server):
                            watched.register(end, selectors.EVENT_READ)
                    elif self._silent:
                        watched.unregister(source)  # what it sends stays unread
                    else:
                        self._pass_on(source, others[source], watched)

    def _pass_on(self, source: socket.socket, sink: socket.socket, watched: selectors.BaseSelector) -> None:
        data = b""
        with contextlib.suppress(OSError):
            data = source.recv(1 << 16)
            sink.sendall(data)
        if not data:
            watched.unregister(source)
            with contextlib.suppress(OSError):
                sink.shutdown(socket.SHUT_WR)
