"""Questions a host asks before it lets us in. The gateway asks, a person or the keyring answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Wanted(StrEnum):
    USERNAME = "username"
    PASSWORD = "password"
    PASSPHRASE = "passphrase"
    HOST_KEY = "host-key"  # answer "yes" to trust the key in `detail`


@dataclass(frozen=True, slots=True)
class Question:
    """One question. prompt: the host's own words. detail: user name or key fingerprint. again: the last answer was wrong.

    address: of the host, as `uris.address_of` tells it: answers are kept for an address, not for an id, so that another fleet
    file cannot have a password sent elsewhere by using a known name.
    """

    host: str  # HostSpec.id
    host_name: str
    wanted: Wanted
    prompt: str = ""
    detail: str = ""
    again: bool = False
    address: str = ""


Ask = Callable[[Question], str | None]
"""Called in the opening thread; may block (with a limit of its own); None = no answer."""
