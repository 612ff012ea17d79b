"""What can go wrong, as a small tree. Lower layers raise these with codes and values; console.words makes sentences."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why a host or a call is as it is; what a person can do next depends on it alone."""

    NONE = "none"
    NAME_UNKNOWN = "name-unknown"  # the host name does not resolve
    CONN_REFUSED = "connection-refused"  # nothing listens there
    SILENT = "silent"  # no answer within the limit, while opening or after
    NO_ROUTE = "no-route"
    LOST = "lost"  # the connection broke: daemon killed, network gone
    NO_SOCKET = "no-socket"  # the local socket does not exist
    HOST_KEY_UNKNOWN = "host-key-unknown"
    HOST_KEY_CHANGED = "host-key-changed"
    TLS_NAME = "tls-name"  # the certificate is for another name
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_SETUP = "tls-setup"  # our own certificate or CA is missing or unreadable
    PASSWORD = "password"  # wrong, missing or not asked for
    PASSPHRASE = "passphrase"  # of an ssh key: wrong, missing or not asked for
    KEY_REJECTED = "key-rejected"  # ssh: no key of ours is accepted
    PERMISSION = "permission"  # signed in, but may not
    BAD_URI = "bad-uri"
    NO_FILE = "no-file"  # a test URI names a file that is not there
    BAD_FILE = "bad-file"  # or one that describes no host
    NO_DRIVER = "no-driver"  # the daemon has no such hypervisor driver
    NO_TOOL = "no-tool"  # ssh (or its helper) is missing here or there
    TOO_OLD = "too-old"  # this libvirt lacks the call
    READ_ONLY = "read-only"
    GONE = "gone"
    EXISTS = "exists"
    IN_USE = "in-use"
    WRONG_STATE = "wrong-state"
    CHANGED = "changed"  # somebody else changed it since it was read
    TIMEOUT = "timeout"  # the guest or a job did not do it in time
    NO_SPACE = "no-space"
    DAMAGED = "damaged"  # a file of ours was unreadable; it was set aside as `detail` and started anew
    AGENT = "agent"  # the guest agent does not answer
    OTHER = "other"


class Problem(msgspec.Struct, frozen=True):
    """A failure as a value: it can be kept, compared, cached and shown later.

    reason: what a person can act on. text: libvirt's or the system's own words, one line.
    code: libvirt's error code (VIR_ERR_…) or errno, 0 if none. detail: a value the sentence needs (a name, an address).
    """

    reason: Reason
    text: str = ""
    code: int = 0
    detail: str = ""


class FleetError(Exception):
    """Base of ours. `problem` says why, `what` names the thing it is about (a host, a VM, a file)."""

    def __init__(
        self, problem: Problem | Reason, what: str = "", text: str = "", code: int = 0, detail: str = ""
    ) -> None:
        if isinstance(problem, Reason):
            problem = Problem(problem, text, code, detail)
        super().__init__(problem, what)
        self.problem = problem
        self.what = what

    def __str__(self) -> str:
        return (
            f"{self.what}: {self.problem.text or self.problem.reason}"
            if self.what
            else (self.problem.text or str(self.problem.reason))
        )


class Unreachable(FleetError):
    """The host does not answer, or no longer."""


class AuthFailed(FleetError):
    """It answers and refuses us: host key, certificate, key or password."""


class Denied(FleetError):
    """We are in, and may not do this (permission, or a read-only connection)."""


class NotFound(FleetError):
    """What the call is about is not there (any more)."""


class Busy(FleetError):
    """It is there and occupied: another job, a lock, a time limit."""


class Conflict(FleetError):
    """It clashes with what is there: name taken, wrong state, file in use."""


class Unsupported(FleetError):
    """This host, driver or libvirt cannot do it."""


class Failed(FleetError):
    """Everything else; the text is all we know."""


class UsageError(FleetError):
    """What the person typed cannot be meant: unknown name, bad URI, bad value."""
