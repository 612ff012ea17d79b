"""Looking at one VM closely: its XML and its screen. These calls block; the window makes them on a worker."""

from __future__ import annotations

import time

import msgspec

from console.fleet.domains import VmKey
from console.gateway import domains
from console.gateway.gateway import Gateway


class Screen(msgspec.Struct, frozen=True):
    """A picture of a VM's screen as the host gave it. mime: image/png or image/x-portable-pixmap. taken: epoch."""

    data: bytes
    mime: str
    taken: float


class LookService:
    """Reads what is too big or too dear to keep in the inventory."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway

    def xml(self, key: VmKey, inactive: bool = False) -> str:
        """The domain's XML as its host gives it now; inactive: as of its next start. Errors: FleetError."""
        return domains.xml(self._gateway.link(key.host), key.uuid, inactive=inactive)

    def screen(self, key: VmKey) -> Screen:
        """The VM's screen. Errors: Unsupported where it has none, FleetError."""
        data, mime = domains.screenshot(self._gateway.link(key.host), key.uuid)
        return Screen(data, mime, time.time())
