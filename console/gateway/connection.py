"""Opening a connection: look for the host, ask for what it wants, open, and never hang for ever unseen."""

from __future__ import annotations

import contextlib
import resource
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import libvirt

from console.fleet.credentials import Ask, Question, Wanted
from console.fleet.errors import Denied, FleetError, Problem, Reason
from console.fleet.hosts import HostSpec
from console.fleet.uris import address_of
from console.gateway import loop, ports, ssh, tls
from console.gateway.errors import calling, fleet_error, opening_problem
from console.gateway.uri import PORTS, Target, for_libvirt, take_apart
from console.gateway.wires import Wire

KNOCK_LIMIT = 4.0  # seconds a host has to accept a TCP connection
ASKS = 3  # how often a wrong password is asked for again

FILES_WANTED = 16384  # a connection needs two file descriptors


@dataclass(frozen=True)
class Link:
    """One open connection, as the acts use it. Its calls may block; every one raises FleetError.

    touched, touched_pools: have the session read a domain (None = all of them) or the pools anew.
    """

    spec: HostSpec
    conn: Any
    read_only: bool = False
    touched: Callable[[str | None], None] = lambda _uuid: None
    touched_pools: Callable[[], None] = lambda: None

    def writable(self) -> None:
        """Raises Denied on a connection that may only look."""
        if self.read_only:
            raise Denied(Reason.READ_ONLY, self.spec.name)

    def domain(self, uuid: str) -> Any:
        """The handle of a domain. Raises NotFound."""
        with calling(uuid):
            return self.conn.lookupByUUIDString(uuid)


class Asking:
    """Answers libvirt's questions for one attempt to open, and knows whether somebody is being asked right now."""

    def __init__(self, spec: HostSpec, ask: Ask) -> None:
        self._spec = spec
        self._ask = ask
        self._answered: set[Wanted] = set()
        self.again = False
        self.waiting = 0.0
        self.declined = False
        self._lock = threading.Lock()
        self.busy = False

    def question(self, wanted: Wanted, prompt: str = "", detail: str = "") -> str | None:
        """Puts one question and returns the answer."""
        self.busy = True
        try:
            address = address_of(self._spec.uri)
            asked = Question(self._spec.id, self._spec.name, wanted, prompt, detail, self.again, address)
            answer = self._ask(asked)
        finally:
            self.busy = False
        if answer is None:
            self.declined = True
        else:
            self._answered.add(wanted)
        return answer

    @property
    def answered(self) -> bool:
        """A secret was given, so a refusal means that it was wrong."""
        return bool(self._answered & {Wanted.PASSWORD, Wanted.PASSPHRASE})

    def for_libvirt(self, credentials: list[list[Any]], _opaque: object) -> int:
        """The callback of openAuth: fills in result (index 4) of each [type, prompt, challenge, default, result]."""
        for credential in credentials:
            kind, prompt, challenge, default = credential[:4]
            answer = self._one(int(kind), str(prompt or ""), str(challenge or ""), str(default or ""))
            if answer is None:
                return -1
            credential[4] = answer
        return 0

    def _one(self, kind: int, prompt: str, challenge: str, default: str) -> str | None:
        if kind in (libvirt.VIR_CRED_AUTHNAME, libvirt.VIR_CRED_USERNAME):
            user = take_apart(self._spec.uri).user or default
            return user or self.question(Wanted.USERNAME, prompt, default)
        if kind == libvirt.VIR_CRED_ECHOPROMPT:
            if "host key" in prompt.lower():
                found = prompt.partition("hash '")[2].partition("'")[0] or challenge
                answer = self.question(Wanted.HOST_KEY, prompt, found)
                return "y" if answer is not None and answer.lower() in ("y", "yes") else "n"
            return self.question(Wanted.USERNAME, prompt, default)
        if kind == libvirt.VIR_CRED_REALM:
            return default
        words = prompt.lower()
        wanted = Wanted.PASSPHRASE if "passphrase" in words and "key" in words else Wanted.PASSWORD
        return self.question(wanted, prompt, challenge)


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


def open_once(spec: HostSpec, asking: Asking) -> Opened:
    """Opens a connection; blocks as long as libvirt does. Raises FleetError with the reason told apart."""
    uri = for_libvirt(spec)
    flags = libvirt.VIR_CONNECT_RO if spec.read_only else 0
    try:
        with loop.wires() as wires:
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
            if reason is Reason.PASSWORD and asking.answered and not asking.declined:
                asking.again = True
                continue
            if reason is Reason.HOST_KEY_UNKNOWN and target.transport == "ssh" and not asking.declined:
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
    answer = asking.question(Wanted.HOST_KEY, error.problem.text, f"{key.kind} {key.fingerprint}")
    if answer is None or answer.lower() not in ("y", "yes"):
        raise fleet_error(replace(error.problem, detail=key.fingerprint), spec.name)
    for offered in known.offered:
        ssh.trust(offered.line, way)


def _refined(problem: Problem, spec: HostSpec, asking: Asking) -> Problem:
    """What libvirt's text alone doesn't tell."""
    target = take_apart(spec.uri)
    if problem.reason is Reason.PASSWORD and target.transport in ("libssh", "libssh2") and not asking.answered:
        if not asking.declined:
            return replace(problem, reason=Reason.KEY_REJECTED)
    elif problem.reason is Reason.LOST and target.transport in ("tcp", "tls", "unix") and "SASL" in problem.text:
        return replace(problem, reason=Reason.PASSWORD)
    if problem.reason is Reason.TLS_UNTRUSTED and target.transport == "tls":
        problem = replace(problem, reason=tls.doubt(target, spec))
    if not problem.detail:
        return replace(problem, detail=target.host or target.socket)
    return problem


def raise_file_limit() -> None:
    """Lets this process open as many files as many hosts need, as far as the system allows."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES_WANTED if hard == resource.RLIM_INFINITY else min(FILES_WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
