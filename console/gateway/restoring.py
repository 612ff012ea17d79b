"""A VM brought up from the memory that a snapshot keeps in a file. Every function calls the host, may block, raises FleetError."""

from __future__ import annotations

from collections.abc import Mapping

from console.gateway.connection import Link


def saved_xml(link: Link, file: str) -> str:
    """The XML that is kept with the memory, with passwords."""
    raise NotImplementedError


def restore(link: Link, uuid: str, file: str, disks: Mapping[str, str], *, paused: bool | None = None) -> None:
    """Starts the VM, which is off, from the memory in `file`, with these files (by target) behind its disks; the rest is as it
    was when the memory was kept, name and UUID as they are now. The file stays. paused: None = as it was then.
    Conflict (WRONG_STATE): it is not off. One that came up from this very file already is not told from others."""
    raise NotImplementedError
