"""libvirt's errors become ours: by code where the code tells, else by the text, which libvirt leaves in English."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import libvirt

from console.fleet.errors import (
    AuthFailed,
    Busy,
    Conflict,
    Denied,
    Failed,
    FleetError,
    NotFound,
    Problem,
    Reason,
    Unreachable,
    Unsupported,
    UsageError,
)

KIND: dict[Reason, type[FleetError]] = {
    Reason.NAME_UNKNOWN: Unreachable,
    Reason.CONN_REFUSED: Unreachable,
    Reason.SILENT: Unreachable,
    Reason.NO_ROUTE: Unreachable,
    Reason.LOST: Unreachable,
    Reason.NO_SOCKET: Unreachable,
    Reason.NO_DRIVER: Unreachable,
    Reason.NO_TOOL: Unreachable,
    Reason.HOST_KEY_UNKNOWN: AuthFailed,
    Reason.HOST_KEY_CHANGED: AuthFailed,
    Reason.TLS_NAME: AuthFailed,
    Reason.TLS_UNTRUSTED: AuthFailed,
    Reason.TLS_SETUP: AuthFailed,
    Reason.PASSWORD: AuthFailed,
    Reason.PASSPHRASE: AuthFailed,
    Reason.KEY_REJECTED: AuthFailed,
    Reason.BAD_URI: UsageError,
    Reason.NO_FILE: UsageError,
    Reason.BAD_FILE: UsageError,
    Reason.PERMISSION: Denied,
    Reason.READ_ONLY: Denied,
    Reason.TOO_OLD: Unsupported,
    Reason.GONE: NotFound,
    Reason.EXISTS: Conflict,
    Reason.IN_USE: Busy,
    Reason.TIMEOUT: Busy,
    Reason.AGENT: Busy,
    Reason.WRONG_STATE: Conflict,
    Reason.CHANGED: Conflict,
    Reason.NO_SPACE: Failed,
}

_GONE = {
    libvirt.VIR_ERR_NO_DOMAIN,
    libvirt.VIR_ERR_NO_NETWORK,
    libvirt.VIR_ERR_NO_STORAGE_POOL,
    libvirt.VIR_ERR_NO_STORAGE_VOL,
    libvirt.VIR_ERR_NO_DOMAIN_SNAPSHOT,
    libvirt.VIR_ERR_NO_DOMAIN_METADATA,
    libvirt.VIR_ERR_NO_SECRET,
    libvirt.VIR_ERR_NO_NODE_DEVICE,
}

_BY_CODE = {
    libvirt.VIR_ERR_NO_SUPPORT: Reason.TOO_OLD,
    libvirt.VIR_ERR_OPERATION_DENIED: Reason.READ_ONLY,
    libvirt.VIR_ERR_ACCESS_DENIED: Reason.PERMISSION,
    libvirt.VIR_ERR_DOM_EXIST: Reason.EXISTS,
    libvirt.VIR_ERR_NETWORK_EXIST: Reason.EXISTS,
    libvirt.VIR_ERR_STORAGE_VOL_EXIST: Reason.EXISTS,
    libvirt.VIR_ERR_OPERATION_INVALID: Reason.WRONG_STATE,
    libvirt.VIR_ERR_OPERATION_TIMEOUT: Reason.TIMEOUT,
    libvirt.VIR_ERR_RESOURCE_BUSY: Reason.IN_USE,
    libvirt.VIR_ERR_BLOCK_COPY_ACTIVE: Reason.IN_USE,
    libvirt.VIR_ERR_AGENT_UNRESPONSIVE: Reason.AGENT,
    libvirt.VIR_ERR_AGENT_UNSYNCED: Reason.AGENT,
    getattr(libvirt, "VIR_ERR_AGENT_COMMAND_TIMEOUT", 111): Reason.AGENT,  # from 10.0 on
    getattr(libvirt, "VIR_ERR_AGENT_COMMAND_FAILED", 112): Reason.AGENT,
    libvirt.VIR_ERR_NO_CONNECT: Reason.NO_DRIVER,
    libvirt.VIR_ERR_INVALID_CONN: Reason.LOST,
    libvirt.VIR_ERR_AUTH_CANCELLED: Reason.PASSWORD,
}

_UNSUPPORTED = {
    libvirt.VIR_ERR_CONFIG_UNSUPPORTED,
    libvirt.VIR_ERR_OPERATION_UNSUPPORTED,
    libvirt.VIR_ERR_ARGUMENT_UNSUPPORTED,
    libvirt.VIR_ERR_DEVICE_MISSING,
}

# In order: the first that is found decides. What ssh says comes through libvirt in its own words.
_BY_TEXT: tuple[tuple[Reason, str], ...] = (
    (Reason.HOST_KEY_CHANGED, r"REMOTE HOST IDENTIFICATION HAS CHANGED|host key .*has changed|differs from stored"),
    (
        Reason.HOST_KEY_UNKNOWN,
        r"Host key verification failed|host key is (not )?known|HOST KEY VERIFICATION FAILED|verify.* ssh host key"
        r"|SSH host key .*(unknown|rejected|not accepted)|known_hosts",
    ),
    (Reason.TLS_NAME, r"owner does not match the hostname|does not match the hostname"),
    (
        Reason.TLS_SETUP,
        r"(Cannot|Unable to) (read|load|import).*(certificate|key|CRL)|Unable to .*x509|The (CA|client) certificate.* "
        r"(expired|not yet active)|our certificate.* (expired|not yet active)",
    ),
    (
        Reason.TLS_UNTRUSTED,
        r"certificate (failed validation|has expired|is not trusted|hasn't got|failed authentication)|known issuer"
        r"|Server verification .*failed|Failed to verify peer's certificate|verification failed: The certificate"
        r"|certificate.*(revoked|not trusted|insecure)|TLS handshake failed|rejected by the server",
    ),
    (
        Reason.KEY_REJECTED,
        r"Permission denied \([a-z,-]+\)|Too many authentication failures|no identities|failed to authenticate.*key"
        r"|None of the requested authentication methods|No more authentication methods",
    ),
    (Reason.PERMISSION, r"polkit|access denied by policy|Failed to connect socket.*Permission denied|nc: .*Permission denied"),
    (
        Reason.NAME_UNKNOWN,
        r"Unable to resolve|Could not resolve|Name or service not known|Temporary failure in name resolution"
        r"|No address associated|nodename nor servname|IP address lookup",
    ),
    (Reason.BAD_URI, r"Unable to parse URI|transport in URL not recognised|malformed|for 'ext' transport|invalid URI"
        r"|Missing (host|server)|no connection URI|unexpected .* URI path|invalid connection .*URI"),
    (Reason.NO_TOOL, r"cannot execute binary|Cannot find '?ssh|(nc|netcat|virt-ssh-helper|sh): .*not found|command not found"),
    (Reason.NO_SOCKET, r"(Failed to connect socket|unix connect failed|[Cc]annot connect to).*No such file"),
    (Reason.CONN_REFUSED, r"Connection refused"),
    (Reason.SILENT, r"timed out|timeout|Timed out"),
    (Reason.NO_ROUTE, r"No route to host|Network is unreachable|Host is unreachable"),
    (Reason.PASSWORD, r"[Aa]uthentication (failed|cancelled|unavailable)|SASL|password|credentials"),
    (
        Reason.LOST,
        r"client socket is closed|End of file while|Connection reset|Broken pipe|keepalive|hangup|connection closed"
        r"|Cannot (recv|write) data|connection is not open|Socket closed",
    ),
)  # fmt: skip

_CALL_TEXT: tuple[tuple[Reason, str], ...] = (
    (Reason.NO_SPACE, r"No space left|Disk quota exceeded"),
    (Reason.WRONG_STATE, r"not (running|active|paused)|already (running|active|paused)|isn't running"),
    (Reason.EXISTS, r"already (exists|in use|defined)"),
    (
        Reason.IN_USE,
        r"[Ff]ailed to get .*lock|is in use|Device or resource busy|another job|[Cc]annot acquire state change",
    ),
    (Reason.GONE, r"No such file|not found|no domain with matching"),
    (Reason.PERMISSION, r"Permission denied|not permitted"),
)

_OPENING = tuple((reason, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for reason, pattern in _BY_TEXT)
_CALLING = tuple((reason, re.compile(pattern)) for reason, pattern in _CALL_TEXT)
_LOST = _OPENING[-1][1]


def one_line(text: str, limit: int = 400) -> str:
    """`text` on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def fleet_error(problem: Problem, what: str = "") -> FleetError:
    """The error of the kind that fits the problem's reason."""
    return KIND.get(problem.reason, Failed)(problem, what)


def opening_problem(error: libvirt.libvirtError) -> Problem:
    """Why a connection could not be opened."""
    code = error.get_error_code() or 0
    text = error.get_error_message() or str(error)
    return Problem(_opening_reason(code, text), one_line(text), code)


def _opening_reason(code: int, text: str) -> Reason:
    if code == libvirt.VIR_ERR_NO_CONNECT:
        return Reason.NO_DRIVER
    for reason, pattern in _OPENING:
        if pattern.search(text):
            return reason
    if code in (libvirt.VIR_ERR_AUTH_FAILED, libvirt.VIR_ERR_AUTH_CANCELLED):
        return Reason.PASSWORD
    if code in (libvirt.VIR_ERR_INVALID_ARG, libvirt.VIR_ERR_XML_ERROR, libvirt.VIR_ERR_XML_DETAIL):
        return Reason.BAD_URI
    return _BY_CODE.get(code, Reason.OTHER)


def call_problem(error: libvirt.libvirtError) -> Problem:
    """Why a call on an open connection failed."""
    code = error.get_error_code() or 0
    text = error.get_error_message() or str(error)
    return Problem(_call_reason(error, code, text), one_line(text), code)


def _call_reason(error: libvirt.libvirtError, code: int, text: str) -> Reason:
    if code in _GONE:
        return Reason.GONE
    if code == libvirt.VIR_ERR_OPERATION_DENIED and "read only" not in text:
        return Reason.PERMISSION
    if code in _BY_CODE:
        reason = _BY_CODE[code]
        return Reason.EXISTS if reason is Reason.WRONG_STATE and "already exists" in text else reason
    if code == libvirt.VIR_ERR_RPC and "unknown procedure" in text:
        return Reason.TOO_OLD
    from_rpc = error.get_error_domain() in (libvirt.VIR_FROM_RPC, libvirt.VIR_FROM_REMOTE)
    if from_rpc and _LOST.search(text):
        return Reason.SILENT if "timed out" in text or "timeout" in text else Reason.LOST
    for reason, pattern in _CALLING:
        if pattern.search(text):
            return reason
    return Reason.OTHER


def translated(error: libvirt.libvirtError, what: str = "") -> FleetError:
    """Our error for libvirt's, raised by a call on an open connection. `what` names what the call was about."""
    problem = call_problem(error)
    if problem.reason is Reason.OTHER and problem.code in _UNSUPPORTED:
        return Unsupported(problem, what)
    return fleet_error(problem, what)


@contextmanager
def calling(what: str = "") -> Iterator[None]:
    """What libvirt raises inside comes out as ours."""
    try:
        yield
    except libvirt.libvirtError as error:
        raise translated(error, what) from None
