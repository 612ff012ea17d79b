"""Questions a host asks before it lets us in. The gateway asks, a person or the keyring answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum


class Wanted(StrEnum):
    USERNAME = "username"
    PASSWORD = "password"
    PASSPHRASE = "passphrase"
    HOST_KEY = "host-key"  # answer "yes" to trust the key in `detail`


@dataclass(frozen=True, slots=True)
class Question:
    """One question. prompt: the host's own words. detail: user name, key or fingerprint. again: the last answer was wrong.

    address: whose secret it is: the host's, as `uris.address_of` tells it, or "key:PATH" for an ssh key of this computer. Answers
    are kept for an address, not for an id, so that another fleet file cannot have a password sent elsewhere by using a known
    name, and so that one answer serves all hosts that one key opens.
    once: an answer is good for this moment alone (a code), and never kept. began: when the attempt that asks began
    (time.monotonic), 0 = not known. tried: the answer that was wrong.
    """

    host: str  # HostSpec.id
    host_name: str
    wanted: Wanted
    prompt: str = ""
    detail: str = ""
    again: bool = False
    address: str = ""
    once: bool = False
    began: float = field(default=0.0, compare=False)
    tried: str = field(default="", compare=False, repr=False)


Ask = Callable[[Question], str | None]
"""Called in the opening thread; may block (with a limit of its own); None = no answer."""
