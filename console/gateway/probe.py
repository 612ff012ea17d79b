"""Trying a host step by step, for the first run and `host test`: what is found is told line by line."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import libvirt
import msgspec

from console.fleet.credentials import Ask
from console.fleet.errors import FleetError, Problem, Reason
from console.fleet.hosts import HostSpec
from console.gateway import loop, ports, reader, ssh
from console.gateway.asking import Asking
from console.gateway.connection import KNOCK_LIMIT, Opened, open_connection
from console.gateway.errors import calling, fleet_error
from console.gateway.uri import PORTS, Target, take_apart

OPEN_LIMIT = 15.0  # seconds, not counting the time a person is asked something
OLDEST = 6000000  # libvirt 6.0.0; older ones are tried and warned of


class Step(StrEnum):
    """In the order they are tried. PORT is the socket for hosts by unix socket; HOST_KEY is there for ssh alone."""

    NAME = "name"
    PORT = "port"
    HOST_KEY = "host-key"
    SIGN_IN = "sign-in"
    VERSION = "version"
    INVENTORY = "inventory"


class CheckLine(msgspec.Struct, frozen=True):
    """One finding. ok: True, False (the check ends here), or None: it works, with a warning.

    values by step: NAME host, address; PORT address, port or socket; HOST_KEY state, kind, fingerprint, line (as known_hosts
    holds it), file (where another key stands); SIGN_IN user, read_only, or asks; VERSION hostname, hypervisor, version, libvirt
    (libvirt's integers); INVENTORY vms, running, networks, pools, cpus, memory_kib.
    """

    step: Step
    ok: bool | None
    values: dict[str, str | int | float] = msgspec.field(default_factory=dict)
    problem: Problem | None = None


def check(spec: HostSpec, ask: Ask) -> Iterator[CheckLine]:
    """Tries `spec`; each line comes when its step is done. Blocks in between, at most some 20 s in all. Raises nothing."""
    loop.acquire()
    try:
        yield from _steps(spec, ask)
    finally:
        loop.release()


def _steps(spec: HostSpec, ask: Ask) -> Iterator[CheckLine]:
    try:
        target = take_apart(spec.uri)
    except FleetError as error:
        yield CheckLine(Step.NAME, False, {"host": error.what}, error.problem)
        return
    step = Step.NAME
    conn: Any = None
    try:
        for line in _before(spec, target):
            step = line.step
            yield line
            if line.ok is False:
                return
        step = Step.SIGN_IN
        conn = _open_within(spec, Asking(spec, ask)).conn
        yield CheckLine(Step.SIGN_IN, True, {"user": target.user, "read_only": int(spec.read_only)})
        step = Step.VERSION
        yield _version(conn, spec)
        step = Step.INVENTORY
        yield _inventory(conn)
    except FleetError as error:
        yield CheckLine(step, False, {"host": target.host or target.socket}, error.problem)
    finally:
        if conn is not None:
            with contextlib.suppress(libvirt.libvirtError):
                conn.close()


def _before(spec: HostSpec, target: Target) -> Iterator[CheckLine]:
    """What can be told before anybody signs in."""
    if target.transport == "unix" and target.socket:
        yield _try(Step.PORT, {"socket": target.socket}, lambda: ports.knock_socket(target.socket, KNOCK_LIMIT))
    if not target.host or target.transport not in PORTS:
        return
    host, port, way = target.host, target.port or PORTS[target.transport], None
    if target.by_ssh:
        way = ssh.way_to(target)
        if target.transport == "ssh":
            host, port = way.host, way.port
        if way.jumps and target.transport == "ssh":
            yield CheckLine(Step.NAME, True, {"host": target.host, "address": host})
            return  # only ssh knows how to get there
    found: list[str] = []
    values: dict[str, str | int | float] = {"host": host}
    try:
        values["address"] = str(ports.resolve(host, port)[0][1][0])
    except FleetError as error:
        yield CheckLine(Step.NAME, False, values, error.problem)
        return
    yield CheckLine(Step.NAME, True, values)
    line = _try(Step.PORT, {"address": host, "port": port}, lambda: found.append(ports.knock(host, port, KNOCK_LIMIT)))
    yield line
    if line.ok and way is not None:
        yield _host_key(way)


def _try(step: Step, values: dict[str, str | int | float], work: Any) -> CheckLine:
    begun = time.monotonic()
    try:
        work()
    except FleetError as error:
        return CheckLine(step, False, values, error.problem)
    return CheckLine(step, True, {**values, "seconds": round(time.monotonic() - begun, 3)})


def _host_key(way: ssh.Way) -> CheckLine:
    known = ssh.state(way)
    values: dict[str, str | int | float] = {"host": way.name, "state": known.state.value}
    if known.offered:
        key = known.offered[0]
        values |= {"kind": key.kind, "fingerprint": key.fingerprint, "line": key.line}
    if known.state is ssh.KeyState.KNOWN:
        return CheckLine(Step.HOST_KEY, True, values)
    detail = str(values.get("fingerprint", ""))
    if known.state is ssh.KeyState.CHANGED:
        values["file"] = known.files[0] if known.files else ""
        return CheckLine(Step.HOST_KEY, False, values, Problem(Reason.HOST_KEY_CHANGED, detail=detail))
    return CheckLine(Step.HOST_KEY, False, values, Problem(Reason.HOST_KEY_UNKNOWN, detail=detail))


def trust_for(spec: HostSpec, line: str) -> None:
    """Adds a key, in known_hosts form, to the file where ssh, or libvirt's libssh, looks for this host's. Errors: Failed."""
    ssh.trust(line, ssh.way_to(take_apart(spec.uri)))


def _open_within(spec: HostSpec, asking: Asking) -> Opened:
    """An open connection; after OPEN_LIMIT seconds the attempt is left to its thread. Raises FleetError."""
    lock = threading.Lock()
    done = threading.Event()
    result: list[Opened | FleetError] = []
    given_up = False

    def work() -> None:
        try:
            found: Opened | FleetError = open_connection(spec, asking)
        except FleetError as error:
            found = error
        except Exception as error:
            found = fleet_error(Problem(Reason.OTHER, f"{type(error).__name__}: {error}"), spec.name)
        with lock:
            result.append(found)
            late = given_up
        done.set()
        if late and not isinstance(found, FleetError):
            with contextlib.suppress(libvirt.libvirtError):
                found.conn.close()

    threading.Thread(target=work, name="worker-check", daemon=True).start()
    while not done.wait(OPEN_LIMIT):
        if not asking.busy:
            with lock:
                given_up = not result
            if given_up:
                raise fleet_error(Problem(Reason.SILENT, detail=take_apart(spec.uri).host), spec.name)
    if isinstance(result[0], FleetError):
        raise result[0]
    return result[0]


def _version(conn: Any, spec: HostSpec) -> CheckLine:
    with calling(spec.name):
        values: dict[str, str | int | float] = {
            "hostname": str(conn.getHostname()),
            "hypervisor": str(conn.getType()),
            "version": int(conn.getVersion()),
            "libvirt": int(conn.getLibVersion()),
        }
    if int(values["libvirt"]) < OLDEST:
        return CheckLine(Step.VERSION, None, values, Problem(Reason.TOO_OLD, detail=str(values["libvirt"])))
    return CheckLine(Step.VERSION, True, values)


def _inventory(conn: Any) -> CheckLine:
    sweep = reader.Sweep(conn)
    active = sum(sweep.state(uuid).active for uuid in sweep.domains)
    with calling():
        info = conn.getInfo()
        values: dict[str, str | int | float] = {
            "vms": len(sweep.domains),
            "running": active,
            "networks": conn.numOfNetworks() + conn.numOfDefinedNetworks(),
            "pools": conn.numOfStoragePools() + conn.numOfDefinedStoragePools(),
            "cpus": int(info[2]),
            "memory_kib": int(info[1]) << 10,
        }
    return CheckLine(Step.INVENTORY, True, values)
