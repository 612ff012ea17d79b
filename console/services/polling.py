"""Asking many VMs' hosts the same thing before anything is done: each host in its own lane, none waits for another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import TypeVar

from console.fleet.domains import VmKey
from console.fleet.errors import FleetError, Problem, Reason
from console.gateway.connection import Link
from console.gateway.gateway import Gateway

T = TypeVar("T")

LIMIT = 30.0  # seconds for all hosts together


def ask_hosts(
    gateway: Gateway, keys: Iterable[VmKey], ask: Callable[[Link, VmKey], T], limit: float = LIMIT
) -> dict[VmKey, T | Problem]:
    """What `ask` says of each VM, or why it could not be asked. Blocks, at most `limit` seconds."""
    by_host: dict[str, list[VmKey]] = {}
    for key in keys:
        by_host.setdefault(key.host, []).append(key)
    found: dict[VmKey, T | Problem] = {}
    over = threading.Event()
    room = threading.Semaphore(0)

    def work(mine: list[VmKey]) -> None:
        try:
            for key in mine:
                if over.is_set():
                    return
                try:
                    found[key] = ask(gateway.link(key.host), key)
                except FleetError as error:
                    found[key] = error.problem
        finally:
            room.release()

    begun = 0
    for host, mine in by_host.items():
        try:
            gateway.run_in_lane(host)(lambda mine=mine: work(mine))  # type: ignore[misc]
            begun += 1
        except FleetError as error:
            found.update(dict.fromkeys(mine, error.problem))
    end = time.monotonic() + limit
    for _ in range(begun):
        if not room.acquire(timeout=max(0.0, end - time.monotonic())):
            break
    over.set()
    return {key: found.get(key, Problem(Reason.SILENT)) for mine in by_host.values() for key in mine}
