"""Opening a connection: look for the host, ask for what it wants, open, and never hang for ever unseen."""

from __future__ import annotations

import contextlib
import resource
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import libvirt
from msgspec.structs import replace

from console.fleet.credentials import Question, Wanted
from console.fleet.errors import Denied, FleetError, Problem, Reason
from console.fleet.hosts import HostSpec
from console.gateway import loop, ports, prompts, ssh, tls
from console.gateway.asking import ASKS, Asking, place_of
from console.gateway.errors import calling, fleet_error, opening_problem
from console.gateway.uri import PORTS, Target, asks_by_helper, for_libvirt, take_apart
from console.gateway.wires import Wire

KNOCK_LIMIT = 4.0  # seconds a host has to accept a TCP connection
FILES_WANTED = 16384  # a connection needs two file descriptors


@dataclass(frozen=True)
class Link:
    """One open connection, as the acts use it. Its calls may block; every one raises FleetError.

    touched, touched_pools: have the session read a domain (None = all of them) or the pools anew. handles: of domains that were
    looked up before, by UUID; what is gone is noticed by the call that is made with one. described: of a domain, only its XML
    is another.
    """

    spec: HostSpec
    conn: Any
    read_only: bool = False
    touched: Callable[[str | None], None] = lambda _uuid: None
    touched_pools: Callable[[], None] = lambda: None
    handles: dict[str, Any] = field(default_factory=dict, compare=False)
    described: Callable[[str], None] = lambda _uuid: None

    def writable(self) -> None:
        """Raises Denied on a connection that may only look."""
        if self.read_only:
            raise Denied(Reason.READ_ONLY, detail=self.spec.name)

    def domain(self, uuid: str) -> Any:
        """The handle of a domain. Raises NotFound."""
        handle = self.handles.get(uuid)
        if handle is None:
            with calling(uuid):
                handle = self.handles[uuid] = self.conn.lookupByUUIDString(uuid)
        return handle


_CREDENTIALS = [
    libvirt.VIR_CRED_AUTHNAME,
    libvirt.VIR_CRED_USERNAME,
    libvirt.VIR_CRED_ECHOPROMPT,
    libvirt.VIR_CRED_REALM,
    libvirt.VIR_CRED_PASSPHRASE,
    libvirt.VIR_CRED_NOECHOPROMPT,
]


def look_for(target: Target, spec: HostSpec, limit: float = KNOCK_LIMIT) -> str:
    """Finds out whether somebody listens where `target` points; returns the address. Raises FleetError.

    A host that ssh reaches through another is not looked for: only ssh knows the way.
    """
    if target.transport == "unix" and target.socket:
        ports.knock_socket(target.socket, limit)
        return target.socket
    if not target.host or target.transport not in PORTS:
        return ""
    host, port = target.host, target.port or PORTS[target.transport]
    if target.transport == "ssh":
        way = ssh.way_to(target)
        if way.jumps:
            return ""
        host, port = way.host, way.port
    return ports.knock(host, port, limit)


@dataclass(frozen=True)
class Opened:
    """An open connection of libvirt's, and the sockets under it."""

    conn: Any
    wires: tuple[Wire, ...] = ()

    def cut(self) -> None:
        """Makes every call on it fail now."""
        for wire in self.wires:
            wire.cut()


@contextlib.contextmanager
def _ssh_that_asks(spec: HostSpec, asking: Asking) -> Iterator[str]:
    """The program that libvirt is to run as ssh; "" = none of ours: ssh asks nothing, or isn't needed."""
    if asks_by_helper(take_apart(spec.uri)):
        with prompts.program(asking.for_ssh) as command:
            yield command
    else:
        yield ""


def open_once(spec: HostSpec, asking: Asking) -> Opened:
    """Opens a connection; blocks as long as libvirt does. Raises FleetError with the reason told apart."""
    flags = libvirt.VIR_CONNECT_RO if spec.read_only else 0
    try:
        with _ssh_that_asks(spec, asking) as command, loop.wires() as wires:
            uri = for_libvirt(spec, command)
            conn = libvirt.openAuth(uri, [_CREDENTIALS, asking.for_libvirt, None], flags)
        return Opened(conn, tuple(wires))
    except libvirt.libvirtError as error:
        problem = opening_problem(error)
    raise fleet_error(_refined(problem, spec, asking), spec.name) from None


def open_connection(spec: HostSpec, asking: Asking) -> Opened:
    """Looks for the host, opens it, asks again for a wrong password, asks about an unknown ssh host key. Blocks.

    Raises FleetError.
    """
    target = take_apart(spec.uri)
    look_for(target, spec)
    for _ in range(ASKS):
        try:
            opened = open_once(spec, asking)
        except FleetError as error:
            reason = error.problem.reason
            if asking.declined is not None or (target.transport == "ssh" and asking.answered):
                raise  # ssh has asked again itself
            if reason is Reason.PASSWORD and asking.answered:
                asking.again = True
                continue
            if reason is Reason.HOST_KEY_UNKNOWN and target.transport == "ssh":
                _ask_for_key(spec, target, asking, error)
                continue
            raise
        for wire in opened.wires:
            wire.watch()
        return opened
    raise fleet_error(Problem(Reason.PASSWORD), spec.name)


def _ask_for_key(spec: HostSpec, target: Target, asking: Asking, error: FleetError) -> None:
    """Shows the person the key an unknown ssh host offers; raises `error` unless the answer is yes."""
    way = ssh.way_to(target)
    known = ssh.state(way)
    if not known.offered:
        raise error
    key = known.offered[0]
    if not asking.host_key(key.fingerprint, error.problem.text, key.kind):
        raise fleet_error(replace(error.problem, detail=key.fingerprint), spec.name)
    for offered in known.offered:
        ssh.trust(offered.line, way)


def _refined(problem: Problem, spec: HostSpec, asking: Asking) -> Problem:
    """What libvirt's text alone doesn't tell."""
    target = take_apart(spec.uri)
    if asking.declined is not None:
        return _unanswered(problem, asking.declined, asking)
    if target.by_ssh and problem.reason in (Reason.PASSWORD, Reason.KEY_REJECTED):
        for wanted, reason in ((Wanted.PASSWORD, Reason.PASSWORD), (Wanted.PASSPHRASE, Reason.PASSPHRASE)):
            if (given_for := asking.gave(wanted)) is not None:
                return replace(problem, reason=reason, detail=given_for)
        return replace(problem, reason=Reason.KEY_REJECTED, detail=problem.detail or target.host)
    if problem.reason is Reason.LOST and target.transport in ("tcp", "tls", "unix") and "SASL" in problem.text:
        return replace(problem, reason=Reason.PASSWORD)
    if problem.reason is Reason.BAD_URI and target.driver == "test" and not target.transport and len(target.path) > 1:
        missing = not Path(target.path).exists()
        return replace(problem, reason=Reason.NO_FILE if missing else Reason.BAD_FILE, detail=target.path)
    if problem.reason is Reason.TLS_UNTRUSTED and target.transport == "tls":
        problem = replace(problem, reason=tls.doubt(target, spec))
    if not problem.detail:
        return replace(problem, detail=target.host or target.socket)
    return problem


def _unanswered(problem: Problem, question: Question, asking: Asking) -> Problem:
    """Why it is not open: a question had no answer, or three wrong ones. What libvirt says is only what came of that."""
    if problem.reason in (Reason.HOST_KEY_CHANGED, Reason.TLS_NAME, Reason.TLS_UNTRUSTED, Reason.TLS_SETUP):
        return problem
    match question.wanted:
        case Wanted.HOST_KEY:
            return replace(problem, reason=Reason.HOST_KEY_UNKNOWN, detail=asking.shown)
        case Wanted.PASSPHRASE:
            return replace(problem, reason=Reason.PASSPHRASE, detail=question.detail)
        case _:
            return replace(problem, reason=Reason.PASSWORD, detail=problem.detail or place_of(question.address))


def raise_file_limit() -> None:
    """Lets this process open as many files as many hosts need, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
