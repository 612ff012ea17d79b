"""The guest's file systems put to rest for a moment by its agent, and never left so. Every function calls the host and may block.

A word to an agent that does not answer is not lost: the agent reads it when it wakes, and a freeze then lasts for ever. So the
agent is asked whether it is there right before, and told to thaw until it has heard it.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import libvirt

from console.fleet.errors import Busy, Conflict, FleetError, Problem, Reason, Unreachable, Unsupported
from console.gateway.connection import Link
from console.gateway.errors import calling, translated

PING = 2  # seconds an agent has to say that it is there
LIMIT = 20  # seconds it has to freeze: the guest writes out what it holds back
THAW = 60.0  # seconds for which it is told to thaw
_THAW_LIMIT = 5  # each time
_NO_LIMIT = -2  # VIR_DOMAIN_AGENT_RESPONSE_TIMEOUT_BLOCK: as it is when a domain starts


@contextmanager
def limit(domain: Any, seconds: int) -> Iterator[None]:
    """Within, no word to the guest agent waits longer than that; hosts before 5.10 know no such limit."""
    with contextlib.suppress(libvirt.libvirtError):
        domain.agentSetResponseTimeout(seconds, 0)
    try:
        yield
    finally:
        with contextlib.suppress(libvirt.libvirtError):
            domain.agentSetResponseTimeout(_NO_LIMIT, 0)


def answers(domain: Any) -> bool:
    """The guest agent answers within a moment. One that is frozen takes no such word."""
    return _silence(domain) is None


def _silence(domain: Any) -> libvirt.libvirtError | None:
    try:
        with limit(domain, PING):
            domain.getTime(0)
    except libvirt.libvirtError as error:
        return error
    return None


@contextmanager
def safely(link: Link, uuid: str) -> Iterator[Any]:
    """For a call within that freezes the guest (and may thaw it itself): the domain's handle, when its agent has just answered.

    However the call fails, the guest is told to thaw. Busy (AGENT): it does not answer, nothing was begun (detail "frozen": it is
    frozen already, by somebody else or one who died); with detail "thaw" it froze or may yet, and could not be told to thaw:
    `thaw` must be called until it is True. Conflict (WRONG_STATE): the VM is off.
    """
    domain = link.domain(uuid)
    with calling(domain.name()):
        if not domain.isActive():
            raise Conflict(Reason.WRONG_STATE, domain.name(), detail="off")
    silence = _silence(domain)
    if silence is not None:
        detail = "frozen" if "frozen" in str(silence) else ""
        raise Busy(
            Problem(Reason.AGENT, translated(silence).problem.text, silence.get_error_code() or 0, detail),
            domain.name(),
        )
    try:
        with limit(domain, LIMIT), calling(domain.name()):
            yield domain
    except Unreachable:
        raise  # a host that lives ends the call by itself
    except FleetError as error:
        if not thaw(link, uuid):
            raise Busy(Problem(Reason.AGENT, error.problem.text, error.problem.code, "thaw"), domain.name()) from error
        raise


@contextmanager
def frozen(link: Link, uuid: str) -> Iterator[None]:
    """The guest's file systems are at rest within, and go on afterwards, whatever happens. Errors as `safely`."""
    with safely(link, uuid) as domain:
        domain.fsFreeze(None, 0)
    told = True
    try:
        yield
    finally:
        with contextlib.suppress(Unreachable):
            told = thaw(link, uuid)
    if not told:
        raise Busy(Problem(Reason.AGENT, detail="thaw"), uuid)


def thaw(link: Link, uuid: str, *, sure: bool = False) -> bool:
    """Has a guest that may have been left frozen go on: after a daemon or console that died. False: it could not be told.

    One that is not frozen, or off, is done already. sure: it was to be frozen, so there is an agent, that is waited for: a daemon
    that just came up says of every agent that it is not connected."""
    link.writable()
    domain = link.domain(uuid)
    end = time.monotonic() + THAW
    while True:
        with calling(domain.name()):
            if not domain.isActive():
                return True
        try:
            with limit(domain, _THAW_LIMIT), calling(domain.name()):
                domain.fsThaw(None, 0)
            return True
        except Unreachable:
            raise
        except FleetError as error:
            if sure and _nobody(error):
                return True
            if (_absent(error) and not (sure and "not connected" in error.problem.text)) or time.monotonic() > end:
                return False
            time.sleep(0.5)


def _nobody(error: FleetError) -> bool:
    """No agent is configured by now: nobody froze it, nor will."""
    return isinstance(error, Unsupported) or "not configured" in error.problem.text


def _absent(error: FleetError) -> bool:
    """There is no agent that could hear: none is configured, none runs (the guest boots), or the VM is paused."""
    nobody = error.problem.reason is Reason.WRONG_STATE or isinstance(error, Unsupported)
    return nobody or "not connected" in error.problem.text or "not configured" in error.problem.text
