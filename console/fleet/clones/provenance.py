"""Where a VM comes from."""

from __future__ import annotations

import msgspec


class Provenance(msgspec.Struct, frozen=True):
    """Where a VM comes from; it lives in the VM's own metadata. cloned_from: the source's name, source: "host-name/UUID" of it.

    snapshot: of the source, "" = from now. when: epoch. by: a person. template: it is a base to clone from, never started;
    locked: targets of the disks that were made read-only for that. linked: its disks are built on the source's. throw_away: goes
    with its disks when it is shut down; expires: epoch at which it goes, 0 = never.
    """

    cloned_from: str = ""
    source: str = ""
    snapshot: str = ""
    when: float = 0.0
    by: str = ""
    build: str = ""
    note: str = ""
    linked: bool = False
    template: bool = False
    locked: tuple[str, ...] = ()
    throw_away: bool = False
    expires: float = 0.0

    @property
    def goes(self) -> bool:
        """It is there for a while only."""
        return self.throw_away or self.expires > 0
