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
    """One question. prompt: the host's own words. detail: user name or key fingerprint. again: the last answer was wrong."""

    host: str  # HostSpec.id
    host_name: str
    wanted: Wanted
    prompt: str = ""
    detail: str = ""
    again: bool = False


Ask = Callable[[Question], str | None]
"""Called in the opening thread; may block (with a limit of its own); None = no answer."""
