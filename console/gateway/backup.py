"""Copies of a running VM's disks as of one moment, made by its host. Every function calls the host, may block, raises FleetError."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from console.gateway.connection import Link

Watch = Callable[[int, int], object]
"""Is told bytes done and in all, some times a second; may raise: the work is ended then."""


@dataclass(frozen=True, slots=True)
class Into:
    """Where a disk is copied to: a file that is there already, of at least its size and of that format."""

    path: str
    format: str


def copy(link: Link, uuid: str, disks: Mapping[str, Into], watch: Watch, *, freeze: bool = False) -> None:
    """Copies these disks (by target), all as of one moment, while the VM goes on; returns when they are whole.

    freeze: by the guest agent, for the moment of the beginning; it is thawed whatever happens, by `snapshots.thaw` where the
    console dies within it. The caller makes the files before, and removes them where this fails. Conflict (WRONG_STATE): it is
    off. Busy: another job. Unsupported (TOO_OLD): before libvirt 6.
    """
    raise NotImplementedError


def progress(link: Link, uuid: str) -> tuple[int, int] | None:
    """Bytes done and in all of a copy under way (of a console that died, too); None: there is none."""
    raise NotImplementedError


def abort(link: Link, uuid: str) -> None:
    """Ends a copy under way; its files are worth nothing. None there is done already."""
    raise NotImplementedError
