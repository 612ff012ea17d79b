"""Is there somebody? A look at a host's port or socket with a limit, since libvirt's own open has none."""

from __future__ import annotations

import errno
import os
import socket
import stat
import time

from console.fleet.errors import FleetError, Problem, Reason
from console.gateway.errors import fleet_error

_REASONS = {
    errno.ECONNREFUSED: Reason.CONN_REFUSED,
    errno.EHOSTUNREACH: Reason.NO_ROUTE,
    errno.ENETUNREACH: Reason.NO_ROUTE,
    errno.EHOSTDOWN: Reason.NO_ROUTE,
    errno.ETIMEDOUT: Reason.SILENT,
    errno.ENOENT: Reason.NO_SOCKET,
    errno.EACCES: Reason.PERMISSION,
    errno.EPERM: Reason.PERMISSION,
}


def of_os(error: OSError, detail: str = "") -> FleetError:
    """Our error for a socket's."""
    reason = Reason.SILENT if isinstance(error, TimeoutError) else _REASONS.get(error.errno or 0, Reason.OTHER)
    text = error.strerror or str(error)
    return fleet_error(Problem(reason, text, error.errno or 0, detail), detail)


def resolve(host: str, port: int) -> list[tuple[int, tuple[object, ...]]]:
    """Address family and socket address of a host, best first. Raises Unreachable(NAME_UNKNOWN). May block as DNS does."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        text = error.strerror if isinstance(error, socket.gaierror) else str(error)
        raise fleet_error(Problem(Reason.NAME_UNKNOWN, text or "", detail=host), host) from None
    return [(int(family), address) for family, _, _, _, address in found]


def knock(host: str, port: int, limit: float) -> str:
    """The address that accepted a connection on `port` within `limit` seconds in all. Raises FleetError."""
    end = time.monotonic() + limit
    problem: FleetError | None = None
    for family, address in resolve(host, port):
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            with socket.socket(family, socket.SOCK_STREAM) as knocking:
                knocking.settimeout(left)
                knocking.connect(address)
                return str(address[0])
        except OSError as error:
            problem = of_os(error, f"{host}:{port}")
    raise problem or fleet_error(Problem(Reason.SILENT, detail=f"{host}:{port}"), host)


def knock_socket(path: str, limit: float) -> None:
    """Connects to a unix socket and hangs up. Raises FleetError: missing, refused, not allowed, silent."""
    try:
        if not stat.S_ISSOCK(os.stat(path).st_mode):  # noqa: PTH116 - errno is what is wanted
            raise fleet_error(Problem(Reason.NO_SOCKET, "not a socket", detail=path), path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knocking:
            knocking.settimeout(limit)
            knocking.connect(path)
    except OSError as error:
        raise of_os(error, path) from None
